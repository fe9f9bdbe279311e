"""What stands in the way of a goal and is not the company's to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from salespath.counsel.reach.search import Reach
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.walk import FIT
from salespath.engine.why import why_not
from salespath.rules.language import Is
from salespath.rules.model import Weigh


@dataclass(frozen=True)
class Obstacle:
    """A `kind` of block, condition (of the verdict) or evidence; `weight` is what that takes from the net evidence, else 0.

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
    goal, knowledge, fixed = found.goal, base.knowledge, {*found.movable}.isdisjoint
    a = assess(base, found.case.trial(found.nearest.facts) if found.nearest else found.case)
    for block in a.blockers:
        if goal in ("both", block.process) and fixed(block.facts):
            yield Obstacle("block", block.rule, block.because, 0, tuple(block.facts))
    seen = set[tuple[Is, bool]]()
    for rule in base.concluders("process", goal):
        for finding in why_not(a, rule):
            match finding.record:  # sums of evidence and blocks are told apart
                case Is(attribute) as test if attribute in knowledge.attributes:
                    failing = test, finding.wanted
                    own = not knowledge.attributes[attribute].verdict and fixed(finding.facts)
                    if own and failing not in seen:
                        seen.add(failing)
                        yield Obstacle("condition", rule, failing, 0, tuple(finding.facts))
    against = []
    for item in a.fired:
        then = knowledge.rules[item.rule].then
        if item.weight and isinstance(then, Weigh) and knowledge.lines[then.line].dimension in FIT:
            weight = item.weight if goal in ("both", then.process) else -item.weight
            if weight < 0 and fixed(item.facts):
                against.append(Obstacle("evidence", item.rule, item.because, weight, tuple(item.facts)))
    yield from sorted(against, key=lambda o: (o.weight, o.rule))
