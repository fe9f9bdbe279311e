"""What a verdict hangs on: the answers still missing of which one alone gives another process.

Each unknown fact is tried with a value in every cell that the rules can tell apart for this company: of a choice every word, of a
set each member alone, all and none, of a number both sides of every point where a test turns, through formulas too. A number
computed from several unknown facts, as runway is, counts as one answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from salespath.engine.assessment import Assessment
from salespath.engine.company import Company
from salespath.engine.compile import FACTS, READINGS, Base
from salespath.engine.expressions import Compare, Constant, Leaf, Quantity, inputs
from salespath.engine.trace import behind
from salespath.engine.variants import processes
from salespath.facts import Derived, Fact, Value
from salespath.rules.model import PROCESSES, VERDICTS

PARTS = {"number": 10, "share": 100}  # of one, by which a threshold is crossed; other numbers are whole
FAR = 10**12


@dataclass(frozen=True)
class Turn:
    """A missing answer that alone gives other processes, and the answers that do, each with what it gives."""

    fact: str
    answers: tuple[tuple[Value, str], ...]

    @property
    def to(self) -> tuple[str, ...]:
        """The other processes, in the order of the verdicts."""
        return tuple(value for value in VERDICTS if value in {process for _, process in self.answers})

    @property
    def decides(self) -> bool:
        """Whether it can give a process to run, and not only another way of not knowing."""
        return bool({*PROCESSES, "both"} & {*self.to})


def hangs_on(assessment: Assessment, found: Sequence[Turn] | None = None) -> list[Turn]:
    """The missing answers that alone turn a verdict (`found`, if they are), in the order in which they would be asked.

    A number is left out where an answer that it is computed from turns the process too.
    """
    a = assessment
    turns = turning(a.base, a.case.values) if found is None else found
    names = [*a.lifting, *(question.fact for question in a.next_questions)]
    asked = {name: place for place, name in reversed(list(enumerate(names)))}
    told = {turn.fact for turn in turns}
    parts = {turn: behind(a.base, [turn.fact]) for turn in turns}

    def place(turn: Turn) -> int:
        return min((asked[name] for name in parts[turn] if name in asked), default=len(names))

    return sorted((turn for turn, behind_it in parts.items() if behind_it & told == {turn.fact}), key=place)


def turning(base: Base, facts: Mapping[str, Value]) -> tuple[Turn, ...]:
    """The missing answers that alone turn the process, in the order of the vocabulary."""
    answers = list(_answers(base, facts))
    *given, now = processes(base, facts, [*({name: value} for name, value in answers), {}])
    turned: dict[str, list[tuple[Value, str]]] = {}
    for (name, value), process in zip(answers, given):
        if process != now:
            turned.setdefault(name, []).append((value, process))
    return tuple(Turn(name, tuple(turned[name])) for name in base.vocabulary.ordered(turned))


def readers(base: Base) -> dict[str, list[Leaf]]:
    """The tests below the verdict that read a fact or number, through formulas too."""
    found: dict[str, list[Leaf]] = {}
    for leaf in base.leaves[: base.leaf_ends[FACTS]]:
        if not isinstance(leaf, READINGS):
            for name in behind(base, inputs(leaf)):
                found.setdefault(name, []).append(leaf)
    return found


def _answers(base: Base, facts: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    reading = readers(base)
    for name in base.vocabulary.ordered(reading):
        term = base.vocabulary[name]
        if name in facts or (isinstance(term, Derived) and not _one_answer(base, facts, name)):
            continue
        yield from ((name, value) for value in _values(base, facts, term, reading[name]))


def _one_answer(base: Base, facts: Mapping[str, Value], name: str) -> bool:
    """Whether several unknown facts stand behind a number, so that no single one of them decides it."""
    unknown = [part for part in behind(base, inputs(base.formulas[name])) if part in base.vocabulary.facts]
    return len([part for part in unknown if part not in facts]) > 1


def _values(base: Base, facts: Mapping[str, Value], term: Fact | Derived, tests: list[Leaf]) -> Iterator[Value]:
    if term.type == "boolean":
        yield from (False, True)
    elif term.type == "choice":
        yield from term.values
    elif term.type == "set":
        yield from (frozenset(), *(frozenset([member]) for member in term.values), frozenset(term.values))
    else:
        yield from numbers(term, tests, lambda value: Company(base, {**facts, term.id: value}))


def numbers(
    term: Fact | Derived,
    tests: Iterable[Leaf],
    company: Callable[[float], Company],
    low: float = -math.inf,
    high: float = math.inf,
) -> Iterator[float | int]:
    """The least and the largest that a number can be (within bounds), and both sides of every point where a test turns.

    Between two of them next to one another no test turns. `company` is the company with that number.
    """
    parts = PARTS.get(term.type, 1)
    least = term.minimum if term.minimum is not None else 0 if term.above is None else term.above + 1 / parts
    most = FAR if term.maximum is None else term.maximum
    first, last = math.ceil(max(least, low) * parts), math.floor(min(most, high) * parts)
    points = {first, last}
    for test in tests:
        if isinstance(test, Compare):
            points.update(_turns(term.id, test, company, parts, first, last))
    for point in sorted(point for point in points if first <= point <= last):
        yield point // parts if point % parts == 0 else point / parts


def _turns(
    name: str, test: Compare, company: Callable[[float], Company], parts: int, low: int, high: int
) -> Iterator[int]:
    """The parts on both sides of where a test turns as a number grows and the rest stays."""
    if isinstance(test.left, Quantity) and test.left.name == name and isinstance(test.right, Constant):
        at = test.right.value * parts
        yield from (math.floor(at) - 1, math.floor(at), math.ceil(at), math.floor(at) + 1)
        return

    def state(point: int) -> tuple[int, int, int]:
        return company(point / parts).test(test)

    if state(low) != state(high):
        first, last = low, high
        while last - first > 1:
            middle = (first + last) // 2
            first, last = (middle, last) if state(middle) == state(first) else (first, middle)
        yield from (first, last)
