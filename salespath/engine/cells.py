"""The values of each fact that the rules can tell apart, one of each cell, and random companies made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from salespath.engine.compile import Base
from salespath.facts import Case, Derived, Fact, Value
from salespath.rules.language import Compare, Constant, Quantity


def limits(base: Base) -> dict[str, set[float]]:
    """The numbers that each numeric fact or derived number is compared with."""
    found: dict[str, set[float]] = {}
    for leaf in base.leaves:
        if not isinstance(leaf, Compare):
            continue
        if isinstance(leaf.left, Quantity) and isinstance(leaf.right, Constant):
            found.setdefault(leaf.left.name, set()).add(leaf.right.value)
    return found


def cells(base: Base) -> dict[str, list[Value]]:
    """Of every fact and derived number one value in each cell, and at each limit. Of a set: each member alone, all, and none."""
    known = limits(base)
    return {name: list(_values(base.vocabulary[name], sorted(known.get(name, ())))) for name in base.vocabulary}


def _values(fact: Fact | Derived, points: list[float]) -> Iterator[Value]:
    if fact.type == "boolean":
        yield from (False, True)
    elif fact.type == "choice":
        yield from fact.values
    elif fact.type == "date":
        yield "2024-12-31"  # no rule reads one
    elif fact.type == "set":
        yield frozenset()
        yield from (frozenset([member]) for member in fact.values)
        yield frozenset(fact.values)
    else:
        low = fact.minimum if fact.minimum is not None else fact.above
        high = fact.maximum if fact.maximum is not None else float("inf")
        low = -float("inf") if low is None else low
        inside = {p for p in points if low <= p <= high}
        between = {(a + b) / 2 for a, b in pairwise(points)}
        step = 1 if fact.type == "integer" else max((abs(p) for p in points), default=0) / 100 or 1.0
        first = min((p for p in points if p > max(low, 0.0)), default=2.0)
        ends = {
            min(points, default=0.0) - step,
            max(points, default=0.0) + step,
            max(low, 0.0),
            (max(low, 0.0) + min(first, high)) / 2,
        }
        for value in sorted({float(int(v)) if fact.type == "integer" else v for v in inside | between | ends}):
            if low <= value <= high and not (fact.above is not None and value <= fact.above):
                yield int(value) if value == int(value) else value


def companies(base: Base, count: int, seed: int) -> Iterator[Case]:
    """Random companies over the cells that know from a few to all of their facts, the same for the same seed."""
    source = random.Random(seed)
    values = cells(base)
    for number in range(count):
        known = source.random()
        facts: dict[str, Value] = {}
        for name in base.vocabulary.facts:
            if source.random() < known:
                fact = base.vocabulary[name]
                if fact.type == "set" and source.random() < 0.5:
                    facts[name] = frozenset(member for member in fact.values if source.random() < 0.3)
                else:
                    facts[name] = source.choice(values[name])
        yield Case(f"company {number}", facts)
