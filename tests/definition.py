"""The rules read by their definition: slowly, rule by rule, from the typed conditions, with nothing of the compiled graph."""

from __future__ import annotations

from functools import cache
from operator import add, mul, sub, truediv

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.walk import OPERATORS, SUMS
from salespath.facts import Case
from salespath.rules.language import (
    BLOCKED,
    And,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Is,
    Not,
    Number,
    Or,
    Quantity,
)
from salespath.rules.model import BlockProcess, Conclude, Weigh

Truth = bool | None


def every(*items: Truth) -> Truth:
    return False if False in items else None if None in items else True


def negation(item: Truth) -> Truth:
    return None if item is None else not item


def some(*items: Truth) -> Truth:
    return negation(every(*map(negation, items)))


class Reader:
    """What holds of one company. Leaf tests are those of the company, which have an oracle of their own."""

    def __init__(self, base: Base, case: Case) -> None:
        self.base = base
        self.knowledge = base.knowledge
        self.rules = base.knowledge.rules
        self.company = Company(base, case.values)
        self.rule = cache(self._rule)
        self.value = cache(self._value)
        self.total = cache(self._total)

    def _rule(self, id_: str) -> Truth:
        """Whether a rule takes effect: its condition holds and no effective rule overrides it."""
        then = self.rules[id_].then
        two_valued = isinstance(then, Conclude) and self.knowledge.attributes[then.attribute].verdict
        exceptions = [self.rule(other.id) for other in self.rules.values() if id_ in other.overrides]
        return every(self.holds(self.base.condition(id_), two_valued), *map(negation, exceptions))

    def _value(self, attribute: str, value: str) -> Truth:
        """Whether an attribute has a value: a rule that concludes it takes effect. Likewise for blocks."""
        process = BLOCKED.get(attribute)
        if process:
            rules = [r for r in self.rules.values() if isinstance(r.then, BlockProcess) and r.then.process == process]
            return some(*(self.stands(r.id) for r in rules if not r.then.lift))
        return some(*(self.rule(r.id) for r in self.rules.values() if r.then == Conclude(attribute, value)))

    def stands(self, id_: str) -> bool:
        """Whether a block stands: its condition is certain, and no exception is."""
        exceptions = [self.rule(other.id) for other in self.rules.values() if id_ in other.overrides]
        return self.holds(self.base.condition(id_)) is True and True not in exceptions

    def holds(self, tree: Condition, two_valued: bool = False) -> Truth:
        if isinstance(tree, Not):
            return negation(self.holds(tree.item, two_valued))
        if isinstance(tree, (And, Or)):
            items = [self.holds(item, two_valued) for item in tree.items]
            return every(*items) if isinstance(tree, And) else some(*items)
        if isinstance(tree, Is):
            found = self.value(tree.attribute, tree.value)
            return found is True if two_valued or tree.attribute in BLOCKED else found
        if two_valued:
            assert isinstance(tree, Compare)
            return bool(OPERATORS[tree.operator](self._number(tree.left), self._number(tree.right)))
        true, false, _ = self.company.test(tree)
        return True if true else False if false else None

    def _number(self, tree: Number) -> float:
        """The value of a verdict number or formula."""
        if isinstance(tree, Constant):
            return tree.value
        if isinstance(tree, Quantity):
            name, process = tree.name.split("_", 1)
            return sum(self.total(process, dimension) for dimension in SUMS[name]) / certainty.SCALE
        assert isinstance(tree, Arithmetic)
        left, right = self._number(tree.left), self._number(tree.right)
        return {"+": add, "-": sub, "*": mul, "/": truediv}[tree.operator](left, right)

    def _total(self, process: str, dimension: str) -> int:
        """Of every line the strongest piece for a process and the strongest against it."""
        found = 0
        for line in self.knowledge.lines.values():
            weights = [
                certainty.weight(r.then.certainty)
                for r in self.rules.values()
                if isinstance(r.then, Weigh) and (r.then.process, r.then.line) == (process, line.id) and self.rule(r.id)
            ]
            if line.dimension == dimension:
                found += max([0, *weights]) + min([0, *weights])
        return found
