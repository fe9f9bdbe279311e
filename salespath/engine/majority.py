"""What most people answered, of several answers to one question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from salespath.engine.cells import height
from salespath.facts import Fact, Value
from salespath.facts.values import Range
from salespath.facts.vocabulary import Derived


def majority(fact: Fact | Derived, given: Sequence[Value]) -> Value | None:
    """The answer of more than half of those who answered, or None.

    On a scale (numbers, ordered choices) it is the one in the middle, as more than half would go neither below nor above it. Of a
    set it is decided member by member.
    """
    value, times = Counter(given).most_common(1)[0]
    if 2 * times > len(given):
        return value
    if fact.type == "set":
        votes = Counter(member for members in given if isinstance(members, frozenset) for member in members)
        tied = any(2 * vote == len(given) for vote in votes.values())
        return None if tied else frozenset(member for member, vote in votes.items() if 2 * vote > len(given))
    if not (fact.numeric or (isinstance(fact, Fact) and fact.ordered)):
        return None
    if any(isinstance(value, Range) for value in given):  # which lie nowhere on a scale
        return given[0] if len({*given}) == 1 else None
    scale = sorted(given, key=lambda value: height(fact, value))
    low, high = scale[(len(scale) - 1) // 2], scale[len(scale) // 2]
    return low if low == high else None
