"""The cells into which the rules divide each fact: where they begin, one value of each, and random companies made of them.

A number is counted in parts of one: tenths, hundredths of a share, or whole.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.walk import OPERATORS
from salespath.facts import Case, Derived, Fact, Value
from salespath.facts.values import Range
from salespath.rules.language import Compare, Constant, Leaf, Quantity

PARTS = {"number": 10, "share": 100}  # of one, by which a threshold is crossed; other numbers are whole
FAR = 10**12  # no number beyond that makes a difference to a company there is
SLACK = 1e-9  # parts of one by which machine numbers may be off
NEAR_BY = 2**17  # parts of one
FACTOR = 2  # by which a guessed number may be wrong


def limits(base: Base) -> dict[str, set[float]]:
    """The numbers that each numeric fact, derived number or number of the verdict is compared with."""
    found: dict[str, set[float]] = {}
    for leaf in base.graph.leaves:
        match leaf:
            case Compare(_, Quantity(name), Constant(value)):
                found.setdefault(name, set()).add(value)
    return found


def cells(base: Base) -> dict[str, list[Value]]:
    """Of every fact and derived number one value in each cell, and at each limit. Of a set: each member alone, all, and none."""
    known = limits(base)
    return {name: list(_values(base.vocabulary[name], sorted(known.get(name, ())))) for name in base.vocabulary}


def _values(fact: Fact | Derived, points: list[float]) -> Iterator[Value]:
    if fact.type == "date":
        yield "2024-12-31"  # no rule reads one
    elif not fact.numeric:
        yield from options(fact)
    else:
        low = fact.minimum if fact.minimum is not None else fact.above
        high = fact.maximum if fact.maximum is not None else float("inf")
        low = -float("inf") if low is None else low
        inside = {p for p in points if low <= p <= high}
        between = {(a + b) / 2 for a, b in pairwise(points)}
        step = 1 if fact.type == "integer" else max((abs(p) for p in points), default=0) / 100 or 1.0
        first = min((p for p in points if p > max(low, 0.0)), default=2.0)
        least = max(low, 0.0)
        ends = {min(points, default=0.0) - step, max(points, default=0.0) + step, least, (least + min(first, high)) / 2}
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


def points_of(term: Fact | Derived, extent: Range, known: Iterable[float]) -> Iterator[Any]:
    """One value in each cell within a range, and at each of some limits and ends, in ascending order."""
    points = sorted({extent.low, extent.high, *(p for p in known if extent.low < p < extent.high)})
    between = [_between(low, high) for low, high in pairwise(points)]
    some = {*points, *between}
    if term.type == "integer":
        some = {float(math.floor(p) + more) for p in some if math.isfinite(p) for more in (-1, 0, 1)}
    for value in sorted(some):
        if extent.low <= value <= extent.high:
            yield int(value) if math.isfinite(value) and value == int(value) else value


def _between(low: float, high: float) -> float:
    """A number between two of which either may be infinite."""
    if math.isinf(low):
        return 0.0 if math.isinf(high) else high - abs(high) - 1
    return low + abs(low) + 1 if math.isinf(high) else (low + high) / 2


def begins(
    term: Fact | Derived, tests: Iterable[Leaf], company: Callable[[float], Company], low: int, high: int
) -> list[int]:
    """The bounds of a number, in parts of one, and the parts between them with which a cell begins, in order.

    `company` is the company with that number.
    """

    def crossings(test: Compare) -> Iterator[int]:
        def at(point: float) -> Company:
            return company(point / PARTS.get(term.type, 1))

        def state(point: float) -> tuple[int, int, int]:
            return at(point).test(test)

        here, last = low, state(high)
        while state(here) != last:  # beside a range a test is undecided between yes and no
            here = bisect_between(here, high, state, likely_turns(here, high, lambda point: at(point).apart(test)))
            yield int(here)

    return sorted({low, high, *(point for point in turns(term, tests, crossings) if low < point < high)})


def as_number(term: Fact | Derived, point: float) -> float:
    """So many parts of one as a number; a whole one is an integer."""
    step = PARTS.get(term.type, 1)
    return point // step if point % step == 0 else point / step


def height(term: Fact | Derived, value: Value) -> float:
    """Where a value stands on the scale of a fact: a number itself, a word of an ordered choice by its place."""
    if isinstance(value, str):
        return list(term.values).index(value)
    assert isinstance(value, (int, float))
    return value


def options(term: Fact | Derived) -> tuple[Value, ...]:
    """What is tried of an unknown answer that is no number."""
    if term.type == "boolean":
        return False, True
    if term.type == "choice":
        return tuple(term.values)
    return frozenset(), *(frozenset([member]) for member in term.values), frozenset(term.values)


def alternatives(term: Fact | Derived, value: Value) -> tuple[Value, ...]:
    """What a guess that is no number may be instead."""
    if isinstance(value, frozenset):
        return tuple(value ^ {member} for member in term.values)
    words = options(term)
    if isinstance(term, Fact) and term.ordered:
        place = words.index(value)
        return words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    return tuple(word for word in words if word != value)


def bounds(term: Fact | Derived) -> tuple[int, int]:
    """The least and the largest that an unknown number may be, in parts of one."""
    step = PARTS.get(term.type, 1)
    least = term.minimum if term.minimum is not None else 0 if term.above is None else term.above + 1 / step
    return math.ceil(least * step), math.floor((FAR if term.maximum is None else term.maximum) * step)


def inside(term: Fact | Derived, value: Range) -> tuple[Any, Any]:
    """The same of a number in a range; the ends of the range where no whole part is between them."""
    step, (least, most) = PARTS.get(term.type, 1), bounds(term)
    low, high = max(least, value.low * step), min(most, value.high * step)
    first, last = math.ceil(low - SLACK), math.floor(high + SLACK)
    return (first, last) if first <= last else (low, max(low, high))


def around(term: Fact | Derived, value: Any) -> tuple[Any, Any]:
    """The same of a guessed one; nothing but itself where no whole part is that near."""
    low, high = bounds(term)
    step = PARTS.get(term.type, 1)
    ends = sorted((value * step / FACTOR, value * step * FACTOR))
    least, most = max(low, math.ceil(ends[0])), min(high, math.floor(ends[1]))
    return (least, most) if least <= most else (value * step, value * step)


def turns(term: Fact | Derived, tests: Iterable[Leaf], crossings: Callable[[Compare], Iterable[Any]]) -> Iterator[Any]:
    """The parts of one with which a cell begins as a number grows and the rest stays, in no order and wherever they are.

    Of one company, or of the rows of a table: `crossings` says where a test turns that joins the number with others.
    """
    direct, parts = list[tuple[str, float]](), PARTS.get(term.type, 1)
    for test in tests:
        match test:
            case Compare(operator, Quantity(term.id), Constant(value)):
                direct.append((operator, value))
            case Compare():
                yield from crossings(test)
    sides = {math.floor(value * parts) + more for _, value in direct for more in (-1, 0, 1)}
    before = None
    for point in sorted(sides | {math.ceil(value * parts) for _, value in direct}):
        cell = [OPERATORS[operator](point / parts, value) for operator, value in direct]
        if before not in (None, cell):
            yield point
        before = cell


def bisect_between(low: Any, high: Any, state: Callable[[Any], Any], likely: Iterable[Any] = ()) -> Any:
    """The least number, in parts of one, from which on a test is no longer as it is with the lowest.

    It is looked for below the first `likely` number at which the test has turned, and above those before it. Where the test
    turns more than once it depends on these which turn is found.
    """
    before = state(low)
    for point in sorted({*likely}):
        if low < point < high:
            if state(point) != before:
                high = point
                break
            low = point
    while high - low > 1:
        middle = (low + high) // 2
        if state(middle) == before:
            low = middle
        else:
            high = middle
    return high


def likely_turns(low: Any, high: Any, difference: Callable[[Any], float]) -> Iterator[Any]:
    """Where a difference is nought if it grows evenly with a number in parts of one, or in inverse proportion to it."""
    first, last = low + 1, min(low + NEAR_BY, high)  # far off a number may be no longer possible
    one, other = difference(first), difference(last)
    yield first
    for a, b in ((one, other), (one * first, other * last)):
        try:
            turn = round(first + (last - first) * (a / (a - b)))
        except (ArithmeticError, ValueError):  # they are alike, endless or undefined
            continue
        if low <= turn <= high:
            yield from (turn - 1, turn, turn + 1)  # the comparison is strict or not
