"""Numbers known as intervals: each operator on the ends alone, comparisons alike to twelve digits, what cannot be undefined.

A number of one company is None (unknown), NaN (undefined), a float (infinite where unlimited) or a `Range` of floats, both ends of
which belong to it. UNDECIDED is the range of which not even known is whether it is defined: its low end is NaN. `table.Rows` says
the same of many companies.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cache
from typing import TypeGuard

from salespath.engine.walk import OPERATORS
from salespath.facts import Derived, Fact
from salespath.facts.values import LARGEST, Range
from salespath.rules.language import Arithmetic, Compare, Number, Quantity

UNDECIDED = Range(math.nan, math.inf)
NEAR = 2e-11  # as a part of the smaller one: numbers further apart differ in their first twelve digits
BOTH_ENDS = {"<": (1, 0), "<=": (1, 0), ">": (0, 1), ">=": (0, 1)}  # of left and right, for which it must hold


def decided(value: Range) -> bool:
    """Whether a number in a range is certainly defined."""
    return not math.isnan(value.low)


def is_range(value: object) -> TypeGuard[Range]:
    """Whether a value is known as an interval only."""
    return isinstance(value, Range)


def is_open(facts: Mapping[str, object], name: str) -> bool:
    """Whether a fact is not known, or only as a range."""
    value = facts.get(name)
    return value is None or isinstance(value, Range)


def bounded(fact: Fact | Derived, value: Range) -> float | Range:
    """A range as the fact can be: within its bounds, which are finite."""
    low, high = limits(fact)
    low, high = float(max(low, value.low)), float(min(high, value.high))
    return low if low == high else Range(low, high)


def limits(fact: Fact | Derived) -> tuple[float, float]:
    """The least and the largest number that a fact takes."""
    low = -LARGEST if fact.minimum is None else fact.minimum
    if fact.above is not None:
        low = max(low, math.nextafter(fact.above, math.inf))
    return low, LARGEST if fact.maximum is None else fact.maximum


# Arithmetic


def calculate(operator: str, left: float, right: float, unlimited: bool) -> float:
    """What an operator makes of two numbers. Divided by 0 a number is undefined, or unlimited where it may be."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:  # nothing, spent on nothing, does not last for ever
        return math.inf if unlimited and left and not math.isnan(left) else math.nan
    return left / right


def calculate_range(operator: str, left: float | Range, right: float | Range, unlimited: bool) -> float | Range:
    """The same where one of them is a range: all that it can make, from the ends alone."""
    (a, b), (c, d) = ends(left), ends(right)
    if math.isnan(b) or math.isnan(d) or (operator == "/" and c == d == 0 and not unlimited):
        return math.nan
    if math.isnan(a) or math.isnan(c):
        return UNDECIDED
    if operator in "+-":
        if operator == "-":
            c, d = -d, -c
        opposite = (b == math.inf and c == -math.inf) or (a == -math.inf and d == math.inf)
        return UNDECIDED if opposite else _hull(a + c, b + d)
    endless = (math.isinf(a) or math.isinf(b)), (math.isinf(c) or math.isinf(d))
    zero = a <= 0 <= b, c <= 0 <= d
    if operator == "*":
        if (endless[0] and zero[1]) or (zero[0] and endless[1]):
            return UNDECIDED
        return _hull(*_around(a * c, a * d, b * c, b * d))
    if all(endless) or (zero[1] and (zero[0] or not unlimited)):
        return UNDECIDED
    if zero[1]:
        if c == d:
            return math.inf
        return Range(a / d, math.inf) if a > 0 and c == 0 else Range(-math.inf, math.inf)
    return _hull(*_around(a / c, a / d, b / c, b / d))


def ends(value: float | Range) -> tuple[float, float]:
    """Both ends of a number."""
    return (value.low, value.high) if isinstance(value, Range) else (value, value)


def _around(*some: float) -> tuple[float, float]:
    return min(some), max(some)


def _hull(low: float, high: float) -> float | Range:
    return low if low == high else Range(low, high)


def within(number: Derived, value: float | Range) -> float | Range:
    """A computed number as it can be: outside of its declared bounds it is undefined. What may be unlimited has no largest one."""
    low, high = ends(value)
    if math.isnan(low):
        return value
    inside = is_possible(number, low), is_possible(number, high)
    if all(inside):
        return value
    least, most = possible(number)
    return math.nan if high < least or low > most or low == high else UNDECIDED


def possible(number: Derived) -> tuple[float, float]:
    """The least and the largest that a computed number can be."""
    low, high = limits(number)
    low = -math.inf if number.minimum is None and number.above is None else low
    return low, math.inf if number.unlimited or number.maximum is None else high


def is_possible(number: Derived, value: float) -> bool:
    """Whether a computed number makes sense."""
    low, high = possible(number)
    return low <= value <= high


# Comparison


def is_rounded(test: Compare, computed: Collection[str]) -> bool:
    """Whether both sides are rounded before they are compared: where a formula, or a number with one, takes part."""
    return any(_reckons(side, computed) for side in (test.left, test.right))


def _reckons(tree: Number, computed: Collection[str]) -> bool:
    return isinstance(tree, Arithmetic) or (isinstance(tree, Quantity) and tree.name in computed)


def rounded(value: float) -> float:
    """A number to twelve significant digits."""
    return float(f"{value:.11e}")


@cache
def alike(value: float) -> tuple[float, float]:
    """The least and the largest number with the same twelve digits: what is compared with these is as good as rounded."""
    middle = rounded(value)
    found = []
    for sign in (-1, 1):
        far, near = middle + sign * abs(middle) * 1e-11, middle
        while near not in (between := (far + near) / 2, math.nextafter(near, far)) and between != far:
            far, near = (far, between) if rounded(between) == middle else (between, near)
        found.append(near)
    return found[0], found[1]


def holds_between(operator: str, left: float, right: float, digits: bool) -> bool:
    """Whether a comparison holds between two numbers, with `digits` of them rounded to twelve digits."""
    if digits and left != right and abs(left - right) <= NEAR * min(abs(left), abs(right)):
        left, right = rounded(left), rounded(right)
    found: bool = OPERATORS[operator](left, right)
    return found


def compare(operator: str, left: float | Range, right: float | Range, digits: bool) -> tuple[int, int, int]:
    """Whether a comparison is true, false, undecided: decided where it comes out the same all over both ranges."""
    if not (isinstance(left, Range) or isinstance(right, Range)):
        if math.isnan(left) or math.isnan(right):
            return 0, 0, 0
        return (1, 0, 0) if holds_between(operator, left, right, digits) else (0, 1, 0)
    one, other = ends(left), ends(right)
    if math.isnan(one[1]) or math.isnan(other[1]):
        return 0, 0, 0
    if math.isnan(one[0]) or math.isnan(other[0]):
        return 0, 0, 1
    if operator in ("==", "!="):
        so = holds_between("<=", one[1], other[0], digits) and holds_between(">=", one[0], other[1], digits)
        not_so = not (holds_between(">=", one[1], other[0], digits) and holds_between("<=", one[0], other[1], digits))
        true, false = (so, not_so) if operator == "==" else (not_so, so)
    else:
        first, second = BOTH_ENDS[operator]
        true = holds_between(operator, one[first], other[second], digits)
        false = not holds_between(operator, one[1 - first], other[1 - second], digits)
    return int(true), int(false), int(not (true or false))
