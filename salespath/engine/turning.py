"""What a verdict hangs on: the answers, still missing or guessed, of which one alone gives another process.

Each unknown fact is tried with a value in every cell that the rules can tell apart for this company: of a choice every word, of a
set each member alone, all and none, of a number both sides of every point where a test turns, through formulas too. A number
computed from several unknown facts, as runway is, counts as one answer. A guess is moved by one word (of an ordered choice to a
neighbour), one member or a factor of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from salespath.engine.company import Company
from salespath.engine.compile import FACTS, READINGS, Base
from salespath.engine.trace import behind
from salespath.engine.variants import processes_of
from salespath.engine.walk import OPERATORS
from salespath.facts import Derived, Fact, Value
from salespath.facts.vocabulary import ASK
from salespath.rules.language import Compare, Constant, Leaf, Quantity, inputs
from salespath.rules.model import PROCESSES, VERDICTS, AnyVerdict

PARTS = {"number": 10, "share": 100}  # of one, by which a threshold is crossed; other numbers are whole
FAR = 10**12
FACTOR = 2  # by which a guessed number may be wrong
RUNS = {*PROCESSES, "both"}


@dataclass(frozen=True)
class Span:
    """Numbers next to one another that give the same other process: those below `until`, from `since` on (None: no bound)."""

    since: float | None
    until: float | None
    process: str


@dataclass(frozen=True)
class Turn:
    """An answer that alone gives other processes: the values that do, each with what it gives; of a number the `spans` too."""

    fact: str
    answers: tuple[tuple[Value, str], ...]
    spans: tuple[Span, ...] = ()

    @property
    def to(self) -> tuple[AnyVerdict, ...]:
        """The other processes, in the order of the verdicts."""
        return tuple(value for value in VERDICTS if value in {process for _, process in self.answers})

    @property
    def decides(self) -> bool:
        """Whether it can give a process to run, and not only another way of not knowing."""
        return bool(RUNS & {*self.to})


def turning(base: Base, facts: Mapping[str, Value], guessed: Collection[str] = ()) -> tuple[Turn, ...]:
    """The answers that alone turn the process, in the order in which they are asked.

    Where no process to run is recommended, those come first that give one. A number is left out where an answer that it is
    computed from turns the process too.
    """
    answers = list(_answers(base, facts, guessed))
    *tried, now = processes_of(base, facts, [*({name: value} for name, value in answers), {}])
    found: dict[str, Turn] = {}
    for name, items in groupby(zip(answers, tried), key=lambda item: item[0][0]):
        pairs = [(value, process) for (_, value), process in items]
        turned = tuple((value, process) for value, process in pairs if process != now)
        if turned:
            found[name] = Turn(name, turned, tuple(_spans(pairs, now)) if base.vocabulary[name].numeric else ())
    alone = [turn for turn in found.values() if behind(base, [turn.fact]) & found.keys() == {turn.fact}]
    places = asked(base)
    return tuple(sorted(alone, key=lambda turn: (now not in RUNS and not turn.decides, places[turn.fact])))


@cache
def asked(base: Base) -> dict[str, int]:
    """The place of every name in the order of asking: the quick questions, the core, the rest; a number as the first behind it."""

    def place(name: str) -> tuple[bool, int, int]:
        parts = [base.vocabulary.facts[part] for part in behind(base, [name]) if part in base.vocabulary.facts]
        return min((not fact.quick, ASK.index(fact.ask), base.vocabulary.places[fact.id]) for fact in parts)

    return {name: n for n, name in enumerate(sorted(base.vocabulary, key=place))}


@cache
def readers(base: Base) -> dict[str, list[Leaf]]:
    """The tests on which a verdict may rest, by the facts and numbers that they read, through formulas too."""
    found: dict[str, list[Leaf]] = {}
    for leaf in base.leaves[: base.leaf_ends[FACTS]]:
        if not isinstance(leaf, READINGS):
            for name in behind(base, inputs(leaf)):
                found.setdefault(name, []).append(leaf)
    return {name: found[name] for name in base.vocabulary.ordered(found)}


def _answers(base: Base, facts: Mapping[str, Value], guessed: Collection[str]) -> Iterator[tuple[str, Value]]:
    for name, tests in readers(base).items():
        term, value = base.vocabulary[name], facts.get(name)
        if value is None and name in base.formulas and sum(part not in facts for part in parts(base, name)) <= 1:
            continue  # the one unknown fact behind it, if any, is tried itself
        if value is not None and name not in guessed:
            continue
        if term.numeric:
            low, high = bounds(term) if value is None else around(term, value)

            def company(number: float, name: str = name) -> Company:
                return Company(base, {**facts, name: number})

            yield from ((name, as_number(term, point)) for point in begins(term, tests, company, low, high))
        else:
            yield from ((name, other) for other in (options(term) if value is None else moved(term, value)))


def begins(
    term: Fact | Derived, tests: Iterable[Leaf], company: Callable[[float], Company], low: int, high: int
) -> list[int]:
    """The bounds of a number, in parts of one, and the parts between them with which a cell begins, in order.

    `company` is the company with that number.
    """

    def turn(test: Leaf) -> int | None:
        def state(point: int) -> tuple[int, int, int]:
            return company(point / PARTS.get(term.type, 1)).test(test)

        return None if state(low) == state(high) else int(halved(low, high, state))

    return sorted({point for point in points(term, tests, low, high, turn) if low <= point <= high})


def as_number(term: Fact | Derived, point: int) -> float:
    """So many parts of one as a number; a whole one is an integer."""
    step = PARTS.get(term.type, 1)
    return point // step if point % step == 0 else point / step


def parts(base: Base, name: str) -> list[str]:
    """The facts behind a computed number."""
    return [part for part in behind(base, [name]) if part in base.vocabulary.facts]


def options(term: Fact | Derived) -> tuple[Value, ...]:
    """What is tried of an unknown answer that is no number."""
    if term.type == "boolean":
        return False, True
    if term.type == "choice":
        return tuple(term.values)
    return frozenset(), *(frozenset([member]) for member in term.values), frozenset(term.values)


def moved(term: Fact | Derived, value: Value) -> tuple[Value, ...]:
    """What a guess that is no number may be instead."""
    if isinstance(value, frozenset):
        return tuple(value ^ {member} for member in term.values)
    words = options(term)
    if isinstance(term, Fact) and term.ordered:
        place = words.index(value)
        return words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    return tuple(word for word in words if word != value)


def bounds(term: Fact | Derived) -> tuple[int, int]:
    """The least and the largest that an unknown number may be, in parts of one."""
    step = PARTS.get(term.type, 1)
    least = term.minimum if term.minimum is not None else 0 if term.above is None else term.above + 1 / step
    return math.ceil(least * step), math.floor((FAR if term.maximum is None else term.maximum) * step)


def around(term: Fact | Derived, value: Any) -> tuple[int, int]:
    """The same of a guessed one."""
    low, high = bounds(term)
    step = PARTS.get(term.type, 1)
    ends = sorted((value * step / FACTOR, value * step * FACTOR))
    return max(low, math.ceil(ends[0])), min(high, math.floor(ends[1]))


def points(
    term: Fact | Derived, tests: Iterable[Leaf], low: Any, high: Any, turn: Callable[[Leaf], Any | None]
) -> Iterator[Any]:
    """The parts with which a cell begins as a number grows and the rest stays, those outside of the bounds too, and the bounds.

    Of one company, or of the rows of a table: `turn` says where a test turns that joins the number with others, if it does.
    """
    yield from (low, high)
    direct, parts = list[Compare](), PARTS.get(term.type, 1)
    for test in tests:
        if isinstance(test, Compare):
            if isinstance(test.left, Quantity) and test.left.name == term.id and isinstance(test.right, Constant):
                direct.append(test)
            elif (point := turn(test)) is not None:
                yield point
    constants = [test.right.value * parts for test in direct if isinstance(test.right, Constant)]
    sides = {math.floor(at) + more for at in constants for more in (-1, 0, 1)} | {math.ceil(at) for at in constants}
    before = None
    for point in sorted(sides):
        cell = [
            OPERATORS[test.operator](point / parts, test.right.value)
            for test in direct
            if isinstance(test.right, Constant)
        ]
        if before not in (None, cell):
            yield point
        before = cell


def halved(low: Any, high: Any, state: Callable[[Any], Any]) -> Any:
    """The least number, in parts of one, from which on a test is no longer as it is with the lowest: of one company or of rows."""
    before = state(low)
    while True:
        gap = high - low
        if gap <= 1 if isinstance(gap, int) else (gap <= 1).all():
            return high
        middle = (low + high) // 2
        same = state(middle) == before
        low, high = low + (middle - low) * same, high - (high - middle) * (1 - same)


def _spans(pairs: list[tuple[Value, str]], now: str) -> Iterator[Span]:
    """Of a number tried in ascending order, the spans that give another process."""
    since: float | None = None
    for process, items in groupby(pairs, key=lambda pair: pair[1]):
        run = [value for value, _ in items]
        after = pairs.index((run[-1], process)) + 1
        until = pairs[after][0] if after < len(pairs) else None
        assert not isinstance(until, (str, frozenset))
        if process != now:
            yield Span(since, until, process)
        since = until
