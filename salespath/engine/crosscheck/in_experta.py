"""The same base in experta, which chains rules forward in the manner of CLIPS: slow, and good for checking.

Leaf tests come from the carrier for one company; everything that follows from them is derived by experta's rules. The network is
built once for a base and run twice for a company: facts and evidence, then verdict and plan.
"""

from __future__ import annotations

from typing import Any

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.crosscheck import experta_import as experta
from salespath.engine.crosscheck.lowering import answers, derivations, late_tests
from salespath.engine.truth_graph import Ref
from salespath.engine.walk import Sums, Truth, Walked, between, reading, walk
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import Compare
from salespath.rules.model import PROCESSES

Fact = Any  # experta has no types

Evidence: Any = type("Evidence", (experta.Fact,), {})
# experta tries the patterns of a class one after the other, so literals are dealt out to several classes.
CLASSES = [type(f"Literal{n}", (experta.Fact,), {}) for n in range(32)]


class Experta:
    """A base with its rules in experta."""

    def __init__(self, base: Base) -> None:
        self.base = base
        rules = {f"derive_{n}": _rule(body, literal, head) for n, (head, body) in enumerate(derivations(base))}
        for n, group in enumerate(base.evidence):
            for size, rule in group.pieces:
                rules[f"weigh_{rule}"] = _rule((base.rule_ref(rule),), Evidence, n, size, rule)
        self.engine = type("Rules", (experta.KnowledgeEngine,), rules)()

    def walk(self, company: Company) -> Walked:
        """What the walk finds, as experta finds it. Which processes remain possible is not asked of experta."""
        base, engine = self.base, self.engine
        engine.reset()
        engine.declare(*map(literal, answers(base, company)))
        engine.run()
        facts, sums = self._truth(), self._sums()
        late = []
        for node, test in late_tests(base):
            if isinstance(test, Compare):
                holds, _ = between(test, sums, company)
            else:
                holds, _ = reading(test, facts, facts, company)
            late.append(literal(node if holds else ~node))
        engine.declare(*late)
        engine.run()
        bounds = walk(base, company, plan=False)  # what remains possible is not for experta to say
        return Walked(base, company, self._truth(), sums, bounds.possible, bounds.wide, engine="experta")

    def _truth(self) -> Truth:
        nodes = range(len(self.base.graph.nodes))
        found = {fact[0] for fact in self.engine.facts.values() if type(fact) in CLASSES}
        return Truth([int(node in found) for node in nodes], [int(~node in found) for node in nodes])

    def _sums(self) -> Sums:
        """The strongest piece of each line, process and sign, added up."""
        strongest: dict[int, int] = {}
        for fact in self.engine.facts.values():
            if type(fact) is Evidence:
                strongest[fact[0]] = max(strongest.get(fact[0], 0), fact[1])
        total = {(process, dimension): 0 for process in PROCESSES for dimension in DIMENSIONS}
        for n, size in strongest.items():
            group = self.base.evidence[n]
            total[group.process, group.dimension] += group.sign * size
        return Sums(total, total)


def literal(ref: Ref) -> Fact:
    """A literal as a fact, or as the pattern that matches it."""
    return CLASSES[ref % len(CLASSES)](ref)


def _rule(body: tuple[Ref, ...], kind: Any, *values: object) -> Any:
    """The rule that declares a fact where all literals of its body hold."""

    def declare(engine: Any) -> None:
        engine.declare(kind(*values))

    return experta.Rule(*map(literal, body))(declare)
