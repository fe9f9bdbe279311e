"""The carrier for one company: plain integers, no heavy import."""

from __future__ import annotations

import math
from collections.abc import Mapping

from salespath.engine.compile import Base
from salespath.engine.walk import OPERATORS, processes, walk
from salespath.facts.values import Value
from salespath.rules.language import Compare, Constant, Count, Known, Leaf, Member, Number, OneOf, Quantity


class Company:
    """Truth values of one company as 0 and 1."""

    one = 1
    zero = 0

    def __init__(self, base: Base, facts: Mapping[str, Value]) -> None:
        self.base = base
        self.facts = facts
        self._numbers: dict[str, float | None] = {}

    def number(self, name: str) -> float | None:
        """A fact or derived number: None where unknown, infinity where unlimited, NaN where undefined."""
        if name not in self._numbers:
            given = self.facts.get(name)
            if given is not None:
                assert not isinstance(given, (str, frozenset))
                self._numbers[name] = float(given)
            else:
                self._numbers[name] = self.computed(name)
        return self._numbers[name]

    def computed(self, name: str) -> float | None:
        """A derived number from its formula; None for a fact or where an input is unknown."""
        formula = self.base.formulas.get(name)
        if formula is None:
            return None
        return self.value(formula, unlimited=self.base.vocabulary.derived[name].unlimited)

    def value(self, tree: Number, *, unlimited: bool = False) -> float | None:
        """The value of a numeric tree, None where an input is unknown."""
        if isinstance(tree, Constant):
            return tree.value
        if isinstance(tree, Quantity):
            return self.number(tree.name)
        if isinstance(tree, Count):
            members = self.facts.get(tree.name)
            return float(len(members)) if isinstance(members, frozenset) else None
        left, right = self.value(tree.left, unlimited=unlimited), self.value(tree.right, unlimited=unlimited)
        if left is None or right is None:
            return None
        if tree.operator == "+":
            return left + right
        if tree.operator == "-":
            return left - right
        if tree.operator == "*":
            return left * right
        if right == 0:
            return math.inf if unlimited and left else math.nan  # nothing, spent on nothing, does not last for ever
        return left / right

    def test(self, leaf: Leaf) -> tuple[int, int, int]:
        """Whether a leaf is true, false, undecided."""
        if isinstance(leaf, Compare):
            left, right = self.value(leaf.left), self.value(leaf.right)
            if left is None or right is None:
                return 0, 0, 1
            if math.isnan(left) or math.isnan(right):
                return 0, 0, 0
            return (1, 0, 0) if OPERATORS[leaf.operator](left, right) else (0, 1, 0)
        if isinstance(leaf, Known):
            if leaf.name in self.base.vocabulary.facts:
                return (1, 0, 0) if leaf.name in self.facts else (0, 1, 1)
            value = self.number(leaf.name)
            return (0, 1, 1) if value is None else (0, 1, 0) if math.isnan(value) else (1, 0, 0)
        answer = self.facts.get(leaf.name)
        if answer is None:
            return 0, 0, 1
        if isinstance(leaf, OneOf):
            return (1, 0, 0) if answer in leaf.values else (0, 1, 0)
        assert isinstance(leaf, Member)
        assert isinstance(answer, frozenset)
        return (1, 0, 0) if leaf.value in answer else (0, 1, 0)

    @staticmethod
    def expand(bits: int) -> int:
        """Bits as integers."""
        return bits

    @staticmethod
    def pack(truth: bool) -> int:
        """Truth values as bits."""
        return 1 if truth else 0


def process_of(base: Base, facts: Mapping[str, Value]) -> str:
    """The recommended process, without the rest of an assessment."""
    company = Company(base, facts)
    found = processes(base, walk(base, company, settle=False, plan=False).truth, company)
    return next(value for value, so in found.items() if so)
