"""The carrier for one company: plain integers, no heavy import."""

from __future__ import annotations

import math
from collections.abc import Mapping

from salespath.engine.compile import Base
from salespath.engine.walk import OPERATORS, walk
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
        formula = self.base.formula(name)
        if formula is None:
            return None
        return self.value(formula, unlimited=self.base.vocabulary.derived[name].unlimited)

    def value(self, tree: Number, *, unlimited: bool = False) -> float | None:
        """The value of a numeric tree, None where an input is unknown."""
        match tree:
            case Constant(value):
                return value
            case Quantity(name):
                return self.number(name)
            case Count(name):
                members = self.facts.get(name)
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
        match leaf:
            case Compare(operator, first, second):
                left, right = self.value(first), self.value(second)
                if left is None or right is None:
                    return 0, 0, 1
                if math.isnan(left) or math.isnan(right):
                    return 0, 0, 0
                so = OPERATORS[operator](left, right)
            case Known(name) if name in self.base.vocabulary.facts:
                return (1, 0, 0) if name in self.facts else (0, 1, 1)
            case Known(name):
                value = self.number(name)
                return (0, 1, 1) if value is None else (0, 1, 0) if math.isnan(value) else (1, 0, 0)
            case OneOf(name, values):
                if name not in self.facts:
                    return 0, 0, 1
                so = self.facts[name] in values
            case Member(name, word):
                members = self.facts.get(name)
                if members is None:
                    return 0, 0, 1
                so = isinstance(members, frozenset) and word in members
        return (1, 0, 0) if so else (0, 1, 0)

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
    return walk(base, Company(base, facts), settle=False, plan=False).process
