"""The carrier for one company: plain integers, no heavy import."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from salespath.engine.base import Base
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

    def resting_on(self, names: Collection[str]) -> set[str]:
        """Some facts and the numbers that are computed from them."""
        vocabulary = self.base.vocabulary if names else ()
        return {name for name in vocabulary if not self.base.behind([name], self.facts).isdisjoint(names)}

    def answer(self, name: str) -> Value | None:
        """A fact or derived number as it is given, or else computed."""
        given = self.facts.get(name)
        return self.number(name) if given is None else given

    def computed(self, name: str) -> float | None:
        """A derived number from its formula; None for a fact or where an input is unknown."""
        formula = self.base.formula(name)
        return self.value(formula, unlimited=self.base.vocabulary.derived[name].unlimited) if formula else None

    def value(self, tree: Number, *, unlimited: bool = False) -> float | None:
        """The value of a numeric tree, None where an input is unknown."""
        match tree:  # bare classes: what is most often asked is not taken apart
            case Quantity():
                return self.number(tree.name)
            case Constant():
                return tree.value
            case Count():
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
        match leaf:
            case Compare():
                left, right = self.value(leaf.left), self.value(leaf.right)
                if left is None or right is None:
                    return 0, 0, 1
                if math.isnan(left) or math.isnan(right):
                    return 0, 0, 0
                so = OPERATORS[leaf.operator](left, right)
            case Known() if leaf.name in self.base.vocabulary.facts:
                return (1, 0, 0) if leaf.name in self.facts else (0, 1, 1)
            case Known():
                value = self.number(leaf.name)
                return (0, 1, 1) if value is None else (0, 1, 0) if math.isnan(value) else (1, 0, 0)
            case _:
                answer = self.facts.get(leaf.name)
                if answer is None:
                    return 0, 0, 1
                if isinstance(answer, frozenset):
                    so = isinstance(leaf, Member) and leaf.value in answer
                else:
                    so = isinstance(leaf, OneOf) and answer in leaf.values
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
