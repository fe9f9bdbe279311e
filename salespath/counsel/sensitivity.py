"""What a verdict hangs on: whether it holds if one fact is a step off, or not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salespath.counsel.reach.moves import Move, moves, of_fact
from salespath.counsel.reach.readers import Readers
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.settle import searched
from salespath.engine.table import NONE, Table, assess_table
from salespath.facts import Case, Fact, Value
from salespath.report.words.verdict import OTHER, subject
from salespath.rules.model import PROCESSES, VERDICTS, Block, Conclude, Weigh


@dataclass(frozen=True)
class Variant:
    """The company with one fact otherwise (None: not known): its verdict, its net evidence, and the rules that it turns.

    `move` is the step; None where the fact is not known. `net` and `means` are weights (10⁹ is one unit) of fit and of means for
    the process that today's verdict is about, over those for the other.
    """

    value: Value | None
    process: str
    lead: str | None
    net: int
    means: int
    rules: tuple[str, ...]
    move: Move | None = None


@dataclass(frozen=True)
class Hinge:
    """One known fact: its value, how it is known (empty: not said), the steps next to it, and the company that did not know it."""

    fact: str
    value: Value
    how: str
    steps: tuple[Variant, ...]
    unknown: Variant
    turning: tuple[Variant, ...]  # of the steps and the unknown those with another verdict
    low: int
    high: int

    @property
    def holds(self) -> bool:
        """Whether the verdict stays whatever the step."""
        return not self.turning


@dataclass(frozen=True)
class Hinges:
    """What the verdict on one company hangs on: its known facts, the largest range of net evidence first.

    `process` is what net evidence speaks for. `open` are single answers still missing that would give another verdict.
    """

    assessment: Assessment
    process: str
    net: int
    hinges: tuple[Hinge, ...]
    open: tuple[Variant, ...]

    @property
    def turning(self) -> tuple[Hinge, ...]:
        """The facts on which the verdict hangs."""
        return tuple(hinge for hinge in self.hinges if not hinge.holds)


def hinges(base: Base, case: Case) -> Hinges:
    """How the verdict depends on each fact alone: one walk over all that is a step off, left out or answered."""
    return _Hinging(base, case).found()


class _Hinging:
    def __init__(self, base: Base, case: Case) -> None:
        self.base, self.case = base, case
        self.assessment = searched(assess(base, case))
        about = subject(self.assessment)
        self.process = about[0] if about else PROCESSES[0]
        rules = base.knowledge.rules
        self.read = [
            place
            for place, rule in enumerate(rules.values())
            if isinstance(rule.then, (Weigh, Block))
            or (isinstance(rule.then, Conclude) and rule.id in base.read_by_verdict)
        ]

    def found(self) -> Hinges:
        readers = Readers(self.base, self.case, free=True)
        known = {name: list(of_fact(readers, name)) for name in readers.facts()}
        answers = [move for move in moves(Readers(self.base, self.case)) if move.answers]
        values = self.case.values
        cases = [dict(values)]
        for name, some in known.items():
            cases.append({other: value for other, value in values.items() if other != name})
            cases.extend({**values, name: move.after} for move in some)
        cases.extend({**values, move.fact: move.after} for move in answers)
        table = Table.from_cases(self.base, [Case(self.case.company, facts) for facts in cases])
        self.result = assess_table(self.base, table, settle=False)
        self.fired, self.failed = (
            self.result.unpacked(bits)[self.read] for bits in (self.result.fired, self.result.failed)
        )
        today = self._variant(0, None, None)
        row, hinged = 1, list[Hinge]()
        for name, some in known.items():
            unknown = self._variant(row, None, None)
            each = [self._variant(row + 1 + place, move.after, move) for place, move in enumerate(some)]
            row += 1 + len(some)
            hinge = self._hinge(name, unknown, self._steps(name, each), today)
            if hinge:
                hinged.append(hinge)
        place = self.base.vocabulary.places
        hinged.sort(key=lambda h: (h.low - h.high, place[h.fact]))
        each = [self._variant(row + at, move.after, move) for at, move in enumerate(answers)]
        turned = [variant for variant in each if self._turns(variant, today)]
        return Hinges(self.assessment, self.process, today.net, tuple(hinged), tuple(turned))

    def _variant(self, row: int, value: Value | None, move: Move | None) -> Variant:
        result, sums = self.result, self.result.sums
        other = OTHER[self.process]
        net, means = (int(sums[self.process, name][row] - sums[other, name][row]) for name in ("fit", "means"))
        differ = (self.fired[:, row] != self.fired[:, 0]) | (self.failed[:, row] != self.failed[:, 0])
        rules = tuple(result.rules[self.read[place]] for place in np.flatnonzero(differ))
        lead = None if result.lead[row] == NONE else PROCESSES[result.lead[row]]
        return Variant(value, VERDICTS[result.process[row]], lead, net, means, rules, move)

    @staticmethod
    def _turns(variant: Variant, today: Variant) -> bool:
        return (variant.process, variant.lead) != (today.process, today.lead)

    def _hinge(self, name: str, unknown: Variant, steps: Sequence[Variant], today: Variant) -> Hinge | None:
        """The hinge of a fact; None where it makes no difference to anything that the verdict reads."""
        variants = (*steps, unknown)
        if not any(variant.rules for variant in variants):
            return None
        nets = [today.net, *(variant.net for variant in variants)]
        turning = tuple(variant for variant in variants if self._turns(variant, today))
        value = self.case.values[name]
        how = self.case.how.get(name, "")
        return Hinge(name, value, how, tuple(steps), unknown, turning, min(nets), max(nets))

    def _steps(self, name: str, each: Sequence[Variant]) -> list[Variant]:
        """What is one step off: the next cell below and above that makes a difference, or every other word or member."""
        fact = self.base.vocabulary[name]
        if isinstance(fact, Fact) and not (fact.numeric or fact.ordered):
            return [variant for variant in each if variant.rules]
        order = list(fact.values)
        now = self.case.values[name]
        below, above = list[Variant](), list[Variant]()
        for variant in each:
            if isinstance(variant.value, str):
                up = order.index(variant.value) > order.index(str(now))
            else:
                assert isinstance(variant.value, (int, float))
                assert isinstance(now, (int, float))
                up = variant.value > now
            if variant.rules:
                (above if up else below).append(variant)
        return [*below[-1:], *above[:1]]
