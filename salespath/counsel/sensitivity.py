"""What a verdict hangs on: whether it holds if one fact is a step off, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from salespath.counsel.reach.moves import Move, moves, moves_of
from salespath.counsel.reach.verdict_inputs import VerdictInputs
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, subject
from salespath.engine.base import Base
from salespath.engine.cells import height
from salespath.engine.placing import Answers, with_answers
from salespath.engine.settle import search_settled
from salespath.engine.table import NONE, FactTable, assess_table
from salespath.engine.walk import SUMS
from salespath.facts import Case, Derived, Fact, Value
from salespath.rules.model import OTHER, PROCESSES, VERDICTS


@dataclass(frozen=True)
class Variant:
    """The company with one fact otherwise (None: not known): its verdict, its net evidence, and the rules that it turns.

    `net` and `means` are weights (10⁹ is one unit) of fit and of means for the process that today's verdict is about, over those
    for the other. `move` is the step; None where the fact is not known.
    """

    value: Value | None
    process: str
    lead: str | None
    net: int
    means: int
    rules: tuple[str, ...]
    move: Move | None = None


@dataclass(frozen=True)
class Influence:
    """One known fact: its value, how it is known (empty: not said), the steps next to it, and the company that did not know it.

    `turning` are those of the steps and the unknown that have another verdict; the verdict holds where there are none.
    """

    fact: str
    value: Value
    how: str
    steps: tuple[Variant, ...]
    unknown: Variant
    turning: tuple[Variant, ...]
    low: int
    high: int


@dataclass(frozen=True)
class Sensitivity:
    """What the verdict on one company hangs on: its known facts, the largest range of net evidence first.

    `process` is what net evidence speaks for. `open` are single answers still missing that would give another verdict.
    """

    assessment: Assessment
    process: str
    net: int
    influences: tuple[Influence, ...]
    open: tuple[Variant, ...]

    @property
    def most(self) -> str:
        """The answer that moves the verdict most: the first that turns it by another value, a known before a missing one.

        Else what turns it by being unknown, or moves the net evidence most; empty where nothing does.
        """
        otherwise = (item.fact for item in self.turning if item.turning[0].move)
        missing = (variant.move.fact for variant in self.open if variant.move)
        wide = (influence.fact for influence in self.influences if influence.high > influence.low)
        return next(chain(otherwise, missing, (item.fact for item in self.turning), wide), "")

    @property
    def turning(self) -> tuple[Influence, ...]:
        """The facts on which the verdict hangs."""
        return tuple(influence for influence in self.influences if influence.turning)


def sensitivity(base: Base, case: Case) -> Sensitivity:
    """How the verdict depends on each fact alone: one walk over all that is a step off, left out or answered."""
    read, values = VerdictInputs(base, case, free=True), case.values
    known: dict[str, list[Move | None]] = {name: [None, *moves_of(read, name)] for name in read.facts()}
    answers = [move for move in moves(VerdictInputs(base, case)) if move.answers]
    a = search_settled(assess(base, case))
    process = next(iter(subject(a)), PROCESSES[0])
    changes: list[tuple[Answers, Move | None]] = [({}, None)]
    changes += [({name: move.after if move else None}, move) for name, some in known.items() for move in some]
    changes += [({move.fact: move.after}, move) for move in answers]
    variants = _variants(base, case, process, changes)
    today = next(variants)

    def turns(variant: Variant) -> bool:
        return (variant.process, variant.lead) != (today.process, today.lead)

    influences = list[Influence]()
    for name, some in known.items():
        unknown, *each = islice(variants, len(some))
        steps = _steps(base.vocabulary[name], values[name], each)
        tried = *steps, unknown
        if any(variant.rules for variant in tried):  # else it makes no difference to anything that the verdict reads
            nets = [today.net, *(variant.net for variant in tried)]
            turning, how = tuple(filter(turns, tried)), case.how.get(name, "")
            influences.append(Influence(name, values[name], how, steps, unknown, turning, min(nets), max(nets)))
    places = base.vocabulary.places
    influences.sort(key=lambda i: (i.low - i.high, places[i.fact]))
    return Sensitivity(a, process, today.net, tuple(influences), tuple(filter(turns, variants)))


def _variants(
    base: Base, case: Case, process: str, changes: Sequence[tuple[Answers, Move | None]]
) -> Iterator[Variant]:
    """What a company could be otherwise, assessed together; the first is as it is today."""
    cases = [Case(case.company, with_answers(case.values, answers)) for answers, _ in changes]
    result = assess_table(base, FactTable.from_cases(base, cases), settle=False)
    read = [place for place, rule in enumerate(base.knowledge.rules.values()) if base.decides(rule)]
    states = [result.unpacked(side)[read] for side in (result.fired, result.failed)]
    over = {name: result.sums[process, name] - result.sums[OTHER[process], name] for name in SUMS}
    for row, (_, move) in enumerate(changes):
        differ = np.any([state[:, row] != state[:, 0] for state in states], axis=0)
        rules = tuple(result.rules[read[place]] for place in np.flatnonzero(differ))
        lead = None if result.lead[row] == NONE else PROCESSES[result.lead[row]]
        net, means = (int(over[name][row]) for name in SUMS)
        yield Variant(move.after if move else None, VERDICTS[result.process[row]], lead, net, means, rules, move)


def _steps(fact: Fact | Derived, now: Value, each: Sequence[Variant]) -> tuple[Variant, ...]:
    """What is one step off: the next cell below and above that makes a difference, or every other word or member."""
    matter = tuple(variant for variant in each if variant.rules)
    if not (fact.numeric or (isinstance(fact, Fact) and fact.ordered)):
        return matter
    above = [variant.value is not None and height(fact, variant.value) > height(fact, now) for variant in matter]
    first = above.index(True) if any(above) else len(matter)
    return matter[max(0, first - 1) : first + 1]
