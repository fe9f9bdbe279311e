"""The carrier for one company: plain integers, no heavy import."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from types import MappingProxyType

from salespath.engine.base import Base
from salespath.engine.intervals import bounded, calculate, calculate_range, compare, decided, is_rounded, within
from salespath.engine.walk import walk
from salespath.facts.values import Range, Value
from salespath.rules.language import Compare, Constant, Count, Known, Leaf, Member, Number, OneOf, Quantity


class Company:
    """Truth values of one company as 0 and 1."""

    one = 1
    zero = 0

    def __init__(
        self, base: Base, facts: Mapping[str, Value], numbers: Mapping[str, float | Range | None] = MappingProxyType({})
    ) -> None:
        """`numbers` are extents that are known already."""
        self.base = base
        self.facts = facts
        self._numbers: dict[str, float | Range | None] = {**numbers}

    def number(self, name: str) -> float | None:
        """A fact or derived number: None where unknown or only a range is known, infinity where unlimited, NaN where undefined."""
        found = self.extent(name)
        return None if isinstance(found, Range) else found

    def extent(self, name: str) -> float | Range | None:
        """The same, and the range in which it lies where that is known; UNDECIDED where it may be undefined too."""
        if name not in self._numbers:
            given = self.facts.get(name)
            if given is None:
                self._numbers[name] = self.computed(name)
            elif isinstance(given, Range):
                self._numbers[name] = bounded(self.base.vocabulary[name], given)
            else:
                assert not isinstance(given, (str, frozenset))
                self._numbers[name] = float(given)
        return self._numbers[name]

    def resting_on(self, names: Collection[str]) -> set[str]:
        """Some facts and the numbers that are computed from them."""
        vocabulary = self.base.vocabulary if names else ()
        return {name for name in vocabulary if not self.base.behind([name], self.facts).isdisjoint(names)}

    def answer(self, name: str) -> Value | None:
        """A fact or derived number as it is given, or else computed; None where unknown."""
        given = self.facts.get(name)
        found = self.extent(name) if given is None else given
        return None if isinstance(found, Range) and not decided(found) else found

    def computed(self, name: str) -> float | Range | None:
        """A derived number from its formula, undefined where it makes no sense; None for a fact or where an input is unknown."""
        made = self.made(name)
        return None if made is None else within(self.base.vocabulary.derived[name], made)

    def made(self, name: str) -> float | Range | None:
        """What the formula of a derived number makes, whether or not that can be."""
        formula = self.base.formula(name)
        return self._value(formula, self.base.vocabulary.derived[name].unlimited) if formula else None

    def value(self, tree: Number, *, unlimited: bool = False) -> float | None:
        """The value of a numeric tree, None where an input is unknown or only a range is known."""
        found = self._value(tree, unlimited)
        return None if isinstance(found, Range) else found

    def apart(self, test: Compare) -> float:
        """By how much the left of a comparison is above the right, of ranges by their low ends; NaN where that is not known."""
        left, right = (self._value(tree) for tree in (test.left, test.right))
        if left is None or right is None:
            return math.nan
        return (left.low if isinstance(left, Range) else left) - (right.low if isinstance(right, Range) else right)

    def _value(self, tree: Number, unlimited: bool = False) -> float | Range | None:
        match tree:  # bare classes: what is most often asked is not taken apart
            case Quantity():
                return self.extent(tree.name)
            case Constant():
                return tree.value
            case Count():
                members = self.facts.get(tree.name)
                return float(len(members)) if isinstance(members, frozenset) else None
        left, right = self._value(tree.left, unlimited), self._value(tree.right, unlimited)
        if left is None or right is None:
            return None
        if isinstance(left, Range) or isinstance(right, Range):
            return calculate_range(tree.operator, left, right, unlimited)
        return calculate(tree.operator, left, right, unlimited)

    def test(self, leaf: Leaf) -> tuple[int, int, int]:
        """Whether a leaf is true, false, undecided."""
        match leaf:
            case Compare():
                left, right = self._value(leaf.left), self._value(leaf.right)
                if left is None or right is None:
                    return 0, 0, 1
                return compare(leaf.operator, left, right, is_rounded(leaf, self.base.vocabulary.derived))
            case Known() if leaf.name in self.base.vocabulary.facts:
                return (1, 0, 0) if leaf.name in self.facts else (0, 1, 1)
            case Known():
                value = self.extent(leaf.name)
                if isinstance(value, Range):
                    return (1, 0, 0) if decided(value) else (0, 0, 1)
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
