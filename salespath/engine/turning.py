"""What a verdict hangs on: the answers, still missing or guessed, of which one alone gives another process.

Each unknown fact is tried with a value in every cell that the rules can tell apart for this company: of a choice every word, of a
set each member alone, all and none, of a number both sides of every point where a test turns, through formulas too. A number
computed from several unknown facts, as runway is, counts as one answer. A guess is moved by one word (of an ordered choice to a
neighbour), one member or a factor of two. A number in a range is tried inside of it only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from salespath.engine.base import Base
from salespath.engine.cells import alternatives, around, as_number, begins, bounds, inside, options
from salespath.engine.company import Company
from salespath.engine.intervals import decided, is_open
from salespath.engine.placing import with_answers
from salespath.engine.variants import Variants, processes_of
from salespath.engine.walk import walk
from salespath.facts import Value
from salespath.facts.values import Range
from salespath.facts.vocabulary import ASK
from salespath.rules.language import Leaf, inputs, leaves
from salespath.rules.model import MOTIONS, PROCESSES, VERDICTS, AnyVerdict

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


@dataclass(frozen=True)
class Turned:
    """The other processes that some value of a fact alone gives, and where the process stays, the other motions."""

    processes: tuple[AnyVerdict, ...]
    motions: tuple[str, ...]


def turning(base: Base, facts: Mapping[str, Value], guessed: Collection[str] = ()) -> tuple[Turn, ...]:
    """The answers that alone turn the process, in the order in which they are asked.

    Where no process to run is recommended, those come first that give one. A number is left out where an answer that it is
    computed from turns the process too.
    """
    answers = list(_answers(base, facts, guessed, readers(base)))
    *tried, now = processes_of(base, facts, [*({name: value} for name, value in answers), {}])
    found: dict[str, Turn] = {}
    for name, items in groupby(zip(answers, tried), key=lambda item: item[0][0]):
        pairs = [(value, process) for (_, value), process in items]
        turned = tuple((value, process) for value, process in pairs if process != now)
        if turned:
            found[name] = Turn(name, turned, spans(pairs, now) if base.vocabulary[name].numeric else ())
    alone = [turn for turn in found.values() if base.behind([turn.fact]) & found.keys() == {turn.fact}]
    places = asking_order(base)
    return tuple(sorted(alone, key=lambda turn: (now not in RUNS and not turn.decides, places[turn.fact])))


def turned(base: Base, facts: Mapping[str, Value], names: Iterable[str]) -> dict[str, Turned]:
    """What some facts can change alone, those that are known included: they are tried with every value, as if nothing were known.

    Facts that change nothing are left out.
    """
    answers: list[tuple[str, Value]] = []
    for name in names:
        rest = facts if is_open(facts, name) else with_answers(facts, {name: None})
        answers += _answers(base, rest, (), {name: _motion_readers(base).get(name, [])})
    walked = walk(base, Variants(base, facts, [*({name: value} for name, value in answers), {}]), settle=False)
    processes = _by_place(walked.processes)
    motions = [_by_place(walked.values(attribute)) for attribute in MOTIONS]
    now, found = len(answers), dict[str, tuple[set[str], set[str]]]()
    for place, (name, _) in enumerate(answers):
        verdicts, others = found.setdefault(name, (set(), set()))
        if processes[place] != processes[now]:
            verdicts.add(processes[place])
        else:
            others.update(by[place] for by in motions if place in by and by[place] != by.get(now))
    return {
        name: Turned(tuple(value for value in VERDICTS if value in verdicts), tuple(sorted(others)))
        for name, (verdicts, others) in found.items()
        if verdicts or others
    }


def _by_place(bits: Mapping[str, int]) -> dict[int, str]:
    """Which value each variant has."""
    return {place: value for value, some in bits.items() for place in range(some.bit_length()) if some >> place & 1}


@cache
def asking_order(base: Base) -> dict[str, int]:
    """The place of every name in the order of asking: the quick questions, the core, the rest; a number as the first behind it."""

    def place(name: str) -> tuple[bool, int, int]:
        facts = (base.vocabulary.facts[part] for part in base.facts_behind([name]))
        return min((not fact.quick, ASK.index(fact.ask), base.vocabulary.places[fact.id]) for fact in facts)

    return {name: n for n, name in enumerate(sorted(base.vocabulary, key=place))}


@cache
def readers(base: Base) -> dict[str, list[Leaf]]:
    """The tests on which a verdict may rest, by the facts and numbers that they read, through formulas too."""
    return _readers(base)  # how it is sold and how far the company is turn no verdict


@cache
def _motion_readers(base: Base) -> dict[str, list[Leaf]]:
    """The same with the tests on which the motion may rest."""
    return _readers(base, base.read_for(*MOTIONS))


def _readers(base: Base, others: Collection[str] = ()) -> dict[str, list[Leaf]]:
    """The tests of the rules on which a verdict rests and of some others, by the facts and numbers that they read."""
    rules = (r for r in base.knowledge.rules.values() if base.decides(r) or r.id in others)
    deciding = {leaf for rule in rules for leaf in leaves(base.condition(rule.id))}
    found: dict[str, list[Leaf]] = {}
    for leaf in base.tests:
        if leaf in deciding:
            for name in base.behind(inputs(leaf)):
                found.setdefault(name, []).append(leaf)
    return {name: found[name] for name in base.vocabulary.ordered(found)}


def _answers(
    base: Base, facts: Mapping[str, Value], guessed: Collection[str], tests_of: Mapping[str, list[Leaf]]
) -> Iterator[tuple[str, Value]]:
    here = Company(base, facts)
    for name, tests in tests_of.items():
        term, value = base.vocabulary[name], facts.get(name)
        computed = name in base.vocabulary.derived
        if value is None and computed and sum(is_open(facts, part) for part in base.facts_behind([name])) <= 1:
            continue  # the one unknown fact behind it, if any, is tried itself
        if not is_open(facts, name) and name not in guessed:
            continue
        if term.numeric:
            extent = here.extent(name)
            if isinstance(value, Range) and not isinstance(extent, Range):
                continue  # of which but one end can be
            if isinstance(extent, Range):
                low, high = inside(term, extent) if decided(extent) else bounds(term)
            else:
                low, high = bounds(term) if value is None else around(term, value)

            def company(number: float, name: str = name) -> Company:
                return Company(base, {**facts, name: number})

            yield from ((name, as_number(term, point)) for point in begins(term, tests, company, low, high))
        else:
            yield from ((name, other) for other in (options(term) if value is None else alternatives(term, value)))


def spans(pairs: list[tuple[Any, str]], now: str) -> tuple[Span, ...]:
    """Of a number tried in ascending order, the spans that give another process."""
    runs = [next(items) for _, items in groupby(pairs, key=itemgetter(1))]
    ends = [None, *(first for first, _ in runs[1:]), None]
    found = (Span(since, until, process) for (_, process), since, until in zip(runs, ends, ends[1:]))
    return tuple(span for span in found if span.process != now)
