"""What stands in the way of a goal and is not the company's to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from salespath.counsel.reach.search import Reach
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.walk import FIT
from salespath.engine.why import why_not
from salespath.facts import Case
from salespath.rules.language import Is
from salespath.rules.model import PROCESSES, Weigh

BLOCK, EVIDENCE, CONDITION = "block", "evidence", "condition"


@dataclass(frozen=True)
class Obstacle:
    """A block, a condition of the verdict, or a piece of evidence; `weight` is what that takes from the net evidence, else 0.

    `rule` says so, `because` is its reason, or the test that fails and whether it should be so; `facts` are the known answers
    behind it.
    """

    kind: str
    rule: str
    because: str | tuple[Is, bool]
    weight: int
    facts: tuple[str, ...]


def obstacles(base: Base, found: Reach) -> Iterator[Obstacle]:
    """What keeps the goal out of reach even after the nearest set of changes: blocks, conditions, and evidence by its weight."""
    goal, knowledge = found.goal, base.knowledge
    a = assess(base, Case(found.case.company, found.nearest.facts) if found.nearest else found.case)

    def fixed(facts: Iterable[str]) -> bool:
        return not set(facts) & set(found.movable)

    for block in a.blockers:
        if block.process == goal or goal not in PROCESSES:
            facts = tuple(block.facts)
            if fixed(facts):
                yield Obstacle(BLOCK, block.rule, block.because, 0, facts)
    seen = set[tuple[Is, bool]]()
    for rule in base.concluders("process", goal):
        for finding in why_not(a, rule):
            test = finding.record  # sums of evidence and blocks are told apart
            attribute = knowledge.attributes.get(test.attribute) if isinstance(test, Is) else None
            if isinstance(test, Is) and attribute and not attribute.verdict and fixed(finding.facts):
                failing = test, finding.wanted
                if failing not in seen:
                    seen.add(failing)
                    yield Obstacle(CONDITION, rule, failing, 0, tuple(finding.facts))
    against = []
    for item in a.fired:
        then = knowledge.rules[item.rule].then
        if item.weight and isinstance(then, Weigh) and knowledge.lines[then.line].dimension in FIT:
            weight = item.weight if then.process == goal or goal not in PROCESSES else -item.weight
            if weight < 0 and fixed(item.facts):
                against.append(Obstacle(EVIDENCE, item.rule, item.because, weight, tuple(item.facts)))
    yield from sorted(against, key=lambda o: (o.weight, o.rule))
