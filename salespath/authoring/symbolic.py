"""Numbers as the walk knows them, over the solver's variables: perhaps unknown, undefined or infinite, else a value."""

from __future__ import annotations

import operator as operators
from typing import Any, NamedTuple

from salespath.files.problems import Problem, SalespathError

try:
    import z3
except ImportError:
    needed = "this needs the solver Z3: `pip install 'salespath[check]'`."
    raise SalespathError([Problem("SP144", needed)]) from None

__all__ = ["OPERATIONS", "SymbolicNumber", "calculated", "ordered", "z3"]

OPERATIONS = {
    "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge, "==": operators.eq, "!=": operators.ne,
    "+": operators.add, "-": operators.sub, "*": operators.mul, "/": operators.truediv,
}  # fmt: skip


class SymbolicNumber(NamedTuple):
    """A number as the walk knows it: perhaps unknown, undefined or infinite, else `value`."""

    known: Any
    undefined: Any
    above: Any  # plus infinity
    below: Any  # minus infinity
    value: Any

    @property
    def decided(self) -> Any:
        """That it can be compared."""
        return z3.And(self.known, z3.Not(self.undefined))

    @property
    def finite(self) -> Any:
        """That it is not infinite."""
        return z3.Not(z3.Or(self.above, self.below))


def ordered(operator: str, a: SymbolicNumber, b: SymbolicNumber) -> Any:
    """A comparison of two numbers of which either may be infinite."""
    if operator in (">", ">="):
        return ordered(operator.replace(">", "<"), b, a)
    if operator == "!=":
        return z3.Not(ordered("==", a, b))
    both = z3.And(a.finite, b.finite, OPERATIONS[operator](a.value, b.value))
    same = z3.Or(z3.And(a.above, b.above), z3.And(a.below, b.below))
    less = z3.Or(z3.And(a.below, z3.Not(b.below)), z3.And(b.above, z3.Not(a.above)))
    return z3.Or(both, *([same] if "=" in operator else []), *([less] if "<" in operator else []))


def calculated(operator: str, a: SymbolicNumber, b: SymbolicNumber, unlimited: bool) -> SymbolicNumber:
    """What machine arithmetic makes of two numbers, infinities included; `unlimited` says that dividing by 0 has no limit."""
    known, undefined = z3.And(a.known, b.known), z3.Or(a.undefined, b.undefined)
    if operator == "-":
        b = b._replace(above=b.below, below=b.above, value=-b.value)
    if operator in "+-":
        undefined = z3.Or(undefined, z3.And(a.above, b.below), z3.And(a.below, b.above))
        return SymbolicNumber(known, undefined, z3.Or(a.above, b.above), z3.Or(a.below, b.below), a.value + b.value)
    positive = [z3.Or(n.above, z3.And(n.finite, n.value > 0)) for n in (a, b)]
    zero = [z3.And(n.finite, n.value == 0) for n in (a, b)]
    alike = positive[0] == positive[1]
    if operator == "*":
        endless = z3.Not(z3.And(a.finite, b.finite))
        undefined = z3.Or(undefined, z3.And(endless, z3.Or(zero)))
        above, value = z3.And(endless, alike), a.value * b.value
    else:
        endless = z3.And(z3.Not(a.finite), z3.Not(zero[1]))
        undefined = z3.Or(undefined, z3.And(endless, z3.Not(b.finite)), z3.And(zero) if unlimited else zero[1])
        above = z3.Or(z3.And(endless, alike), z3.And(unlimited, zero[1], z3.Not(zero[0])))
        value = z3.If(b.finite, a.value / b.value, 0)
    return SymbolicNumber(known, undefined, above, z3.And(endless, z3.Not(alike)), value)
