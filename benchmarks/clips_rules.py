"""The compiled base lowered to CLIPS, as a peer to compare with.

Each node of the graph becomes positive rules that derive its truth and its falsehood, so CLIPS needs no negation, no
disjunction and no salience: `(t7)` says that node 7 is true, `(f7)` that it is false. Leaf tests are computed once in Python for both engines.
Only the first section is lowered (attributes, evidence, blocks); the verdict and the plan come after it.
"""

from __future__ import annotations

from collections.abc import Mapping

import clips

from salespath.engine.company import Company
from salespath.engine.compile import ALL, FACTS, LEAF, Base
from salespath.engine.expressions import Leaf
from salespath.engine.walk import Truth, walk
from salespath.facts import Value

RENEWED_EVERY = 1000  # an environment slows down with use; a fresh one is the fair comparison


def rules(base: Base) -> list[str]:
    """The rules of the first section, as CLIPS constructs."""
    found = []
    for node, (kind, refs) in enumerate(base.nodes[: base.ends[FACTS]]):
        if kind == LEAF:
            continue
        for name, together in (("t", kind == ALL), ("f", kind != ALL)):
            sides = [f"({_side(ref, name)})" for ref in refs]
            bodies = [" ".join(sides)] if together else sides
            for number, body in enumerate(bodies):
                found.append(f"(defrule {name}{node}-{number} {body} => (assert ({name}{node})))")
    return found


def _side(ref: int, name: str) -> str:
    return f"{name}{ref}" if ref >= 0 else f"{'f' if name == 't' else 't'}{~ref}"


class Clips:
    """An environment with the rules of a base."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.rules = rules(base)
        self.leaves = [
            (node, base.leaves[refs[0]])
            for node, (kind, refs) in enumerate(base.nodes[: base.ends[FACTS]])
            if kind == LEAF
        ]
        self.used = 0
        self.renew()

    def renew(self) -> None:
        """A fresh environment."""
        self.environment = clips.Environment()
        for rule in self.rules:
            self.environment.build(rule)
        self.used = 0

    def given(self, facts: Mapping[str, Value]) -> str:
        """The leaf tests of a company that are true or false, as one CLIPS command."""
        company = Company(self.base, facts)
        said = []
        for node, leaf in self.leaves:
            true, false, _ = company.test(_leaf(leaf))
            if true or false:
                said.append(f"({'t' if true else 'f'}{node})")
        return f"(assert {' '.join(said)})" if said else ""

    def run(self, given: str) -> set[str]:
        """What follows: the names of the facts in working memory."""
        if self.used == RENEWED_EVERY:
            self.renew()
        self.used += 1
        self.environment.reset()
        if given:
            self.environment.eval(given)
        self.environment.run()
        return {fact.template.name for fact in self.environment.facts()}


def _leaf(test: object) -> Leaf:
    return test  # type: ignore[return-value]


def expected(base: Base, facts: Mapping[str, Value]) -> set[str]:
    """What salespath's own walk says of the same nodes."""
    truth: Truth = walk(base, Company(base, facts), settle=False, plan=False).truth
    nodes = range(base.ends[FACTS])
    return {f"t{n}" for n in nodes if truth.true[n]} | {f"f{n}" for n in nodes if truth.false[n]}
