"""What stands in the way of a goal and is not the company's to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from salespath.counsel.reach.search import Goal
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.walk import FIT
from salespath.engine.why import FAILED, Finding, why_not
from salespath.facts import Case
from salespath.report.words.phrases import wanted
from salespath.rules.language import BLOCKED, Is
from salespath.rules.model import PROCESSES, Weigh

BLOCK, EVIDENCE, CONDITION = "block", "evidence", "condition"


@dataclass(frozen=True)
class Obstacle:
    """A block, a condition of the verdict, or a piece of evidence; `weight` is what that takes from the net evidence, else 0.

    `rule` says so, `facts` are the known answers behind it.
    """

    kind: str
    rule: str
    because: str
    weight: int
    facts: tuple[str, ...]


def obstacles(base: Base, goal: Goal) -> tuple[Obstacle, ...]:
    """What keeps the goal out of reach even after the nearest set of changes: blocks, conditions, and evidence by its weight."""
    case = goal.case
    if goal.nearest:
        case = Case(case.company, goal.nearest.facts)
    return tuple(_Obstacles(base, goal, assess(base, case)).found())


class _Obstacles:
    def __init__(self, base: Base, goal: Goal, assessment: Assessment) -> None:
        self.base, self.goal, self.a = base, goal, assessment

    def found(self) -> Iterator[Obstacle]:
        goal, rules = self.goal.goal, self.base.knowledge.rules
        for block in self.a.blockers:
            if block.process == goal or goal not in PROCESSES:
                facts = tuple(block.facts)
                if self._fixed(facts):
                    yield Obstacle(BLOCK, block.rule, block.because, 0, facts)
        said = set[str]()
        for rule in self.base.concluding.get(("process", goal), ()):
            for finding in why_not(self.a, rule).failed:
                text = wanted(self.base, finding.test, finding.wanted)
                if self._plain(finding) and text not in said:
                    said.add(text)
                    yield Obstacle(CONDITION, rule, text, 0, tuple(finding.values))
        against = []
        for item in self.a.fired:
            then = rules[item.rule].then
            if not item.weight or not isinstance(then, Weigh):
                continue
            fits = self.base.knowledge.lines[then.line].dimension in FIT
            weight = item.weight if then.process == goal or goal not in PROCESSES else -item.weight
            if fits and weight < 0 and self._fixed(tuple(item.facts)):
                against.append(Obstacle(EVIDENCE, item.rule, item.because, weight, tuple(item.facts)))
        yield from sorted(against, key=lambda o: (o.weight, o.rule))

    def _fixed(self, facts: tuple[str, ...]) -> bool:
        """Whether the company can change none of some facts."""
        return not set(facts) & set(self.goal.movable)

    def _plain(self, finding: Finding) -> bool:
        """Whether a condition of the verdict is about the company; sums of evidence and blocks are told apart."""
        if finding.status != FAILED or not isinstance(finding.test, Is) or finding.test.attribute in BLOCKED:
            return False
        attribute = self.base.knowledge.attributes[finding.test.attribute]
        return not attribute.verdict and self._fixed(tuple(finding.values))
