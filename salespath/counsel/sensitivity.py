"""What a verdict hangs on: whether it holds if one fact is a step off, or not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salespath.counsel.reach.moves import Move, moves, moves_of
from salespath.counsel.reach.verdict_inputs import VerdictInputs
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, subject
from salespath.engine.compile import Base
from salespath.engine.settle import searched
from salespath.engine.table import NONE, Table, assess_table
from salespath.facts import Case, Fact, Value
from salespath.rules.model import OTHER, PROCESSES, VERDICTS, BlockProcess, Conclude, Weigh


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
    def turning(self) -> tuple[Influence, ...]:
        """The facts on which the verdict hangs."""
        return tuple(influence for influence in self.influences if influence.turning)


def sensitivity(base: Base, case: Case) -> Sensitivity:
    """How the verdict depends on each fact alone: one walk over all that is a step off, left out or answered."""
    read = VerdictInputs(base, case, free=True)
    known = {name: list(moves_of(read, name)) for name in read.facts()}
    answers = [move for move in moves(VerdictInputs(base, case)) if move.answers]
    values = case.values
    cases = [values]
    for name, some in known.items():
        cases.append({other: value for other, value in values.items() if other != name})
        cases.extend({**values, name: move.after} for move in some)
    cases.extend({**values, move.fact: move.after} for move in answers)
    a = searched(assess(base, case))
    process = next(iter(subject(a)), PROCESSES[0])
    variants = _Variants(base, process, [Case(case.company, facts) for facts in cases])
    today = variants.at(0)
    row, influences = 1, list[Influence]()
    for name, some in known.items():
        unknown, *each = (variants.at(row + place, move) for place, move in enumerate([None, *some]))
        row += 1 + len(some)
        steps = _steps(base, name, values[name], each)
        tried = *steps, unknown
        if any(variant.rules for variant in tried):  # else it makes no difference to anything that the verdict reads
            nets = [today.net, *(variant.net for variant in tried)]
            turning = tuple(variant for variant in tried if _turns(variant, today))
            how = case.how.get(name, "")
            influences.append(Influence(name, values[name], how, steps, unknown, turning, min(nets), max(nets)))
    place = base.vocabulary.places
    influences.sort(key=lambda i: (i.low - i.high, place[i.fact]))
    answered = (variants.at(row + at, move) for at, move in enumerate(answers))
    turned = tuple(variant for variant in answered if _turns(variant, today))
    return Sensitivity(a, process, today.net, tuple(influences), turned)


class _Variants:
    """A company and what it could be otherwise, assessed together; the first row is today's."""

    def __init__(self, base: Base, process: str, cases: Sequence[Case]) -> None:
        self.process = process
        self.result = assess_table(base, Table.from_cases(base, cases), settle=False)
        self.read = [
            place
            for place, rule in enumerate(base.knowledge.rules.values())
            if isinstance(rule.then, (Weigh, BlockProcess))
            or (isinstance(rule.then, Conclude) and rule.id in base.read_by_verdict)
        ]
        bits = self.result.fired, self.result.failed
        self.fired, self.failed = (self.result.unpacked(side)[self.read] for side in bits)

    def at(self, row: int, move: Move | None = None) -> Variant:
        """What a row says, after a move."""
        result, sums, other = self.result, self.result.sums, OTHER[self.process]
        net, means = (int(sums[self.process, name][row] - sums[other, name][row]) for name in ("fit", "means"))
        differ = (self.fired[:, row] != self.fired[:, 0]) | (self.failed[:, row] != self.failed[:, 0])
        rules = tuple(result.rules[self.read[place]] for place in np.flatnonzero(differ))
        lead = None if result.lead[row] == NONE else PROCESSES[result.lead[row]]
        return Variant(move.after if move else None, VERDICTS[result.process[row]], lead, net, means, rules, move)


def _turns(variant: Variant, today: Variant) -> bool:
    return (variant.process, variant.lead) != (today.process, today.lead)


def _steps(base: Base, name: str, now: Value, each: Sequence[Variant]) -> tuple[Variant, ...]:
    """What is one step off: the next cell below and above that makes a difference, or every other word or member."""
    fact = base.vocabulary[name]
    matter = [variant for variant in each if variant.rules]
    if isinstance(fact, Fact) and not (fact.numeric or fact.ordered):
        return tuple(matter)
    order = [*fact.values]

    def height(value: object) -> float:
        assert isinstance(value, (int, float, str))
        return order.index(value) if isinstance(value, str) else value

    below = [variant for variant in matter if height(variant.value) <= height(now)]
    above = [variant for variant in matter if height(variant.value) > height(now)]
    return *below[-1:], *above[:1]
