"""Numbers as the walk knows them, over the solver's variables: perhaps not known or infinite, else a value."""

from __future__ import annotations

from typing import Any, NamedTuple

from salespath.engine.walk import OPERATORS
from salespath.files.problems import Problem, SalespathError

try:
    import z3
except ImportError:
    needed = "this needs the solver Z3: `pip install 'salespath[check]'`."
    raise SalespathError([Problem("SP144", needed)]) from None

__all__ = ["SymbolicNumber", "calculate", "compare", "finite", "z3"]

NO, YES = z3.BoolVal(False), z3.BoolVal(True)


class SymbolicNumber(NamedTuple):
    """A number as the walk knows it: not known (unknown or undefined), infinite, or `value`."""

    known: Any
    above: Any  # plus infinity
    below: Any  # minus infinity
    value: Any

    @property
    def finite(self) -> Any:
        """That it is not infinite."""
        return z3.Not(z3.Or(self.above, self.below))


def finite(value: Any, known: Any = YES) -> SymbolicNumber:
    """A number that is not infinite."""
    return SymbolicNumber(known, NO, NO, value)


def compare(operator: str, a: SymbolicNumber, b: SymbolicNumber) -> Any:
    """A comparison of two numbers of which either may be infinite."""
    if operator in (">", ">="):
        return compare(operator.replace(">", "<"), b, a)
    if operator == "!=":
        return z3.Not(compare("==", a, b))
    both = z3.And(a.finite, b.finite, OPERATORS[operator](a.value, b.value))
    same = z3.Or(z3.And(a.above, b.above), z3.And(a.below, b.below))
    less = z3.Or(z3.And(a.below, z3.Not(b.below)), z3.And(b.above, z3.Not(a.above)))
    return z3.Or(both, *([same] if "=" in operator else []), *([less] if "<" in operator else []))


def calculate(operator: str, a: SymbolicNumber, b: SymbolicNumber, unlimited: bool) -> SymbolicNumber:
    """What machine arithmetic makes of two numbers, infinities included; `unlimited` says that dividing by 0 has no limit."""
    known = z3.And(a.known, b.known)
    if operator == "-":
        b = b._replace(above=b.below, below=b.above, value=-b.value)
    if operator in "+-":
        opposite = z3.Or(z3.And(a.above, b.below), z3.And(a.below, b.above))
        above, below = z3.Or(a.above, b.above), z3.Or(a.below, b.below)
        return SymbolicNumber(z3.And(known, z3.Not(opposite)), above, below, a.value + b.value)
    positive = [z3.Or(n.above, z3.And(n.finite, n.value > 0)) for n in (a, b)]
    zero = [z3.And(n.finite, n.value == 0) for n in (a, b)]
    alike = positive[0] == positive[1]
    if operator == "*":
        endless = z3.Not(z3.And(a.finite, b.finite))
        undefined = z3.And(endless, z3.Or(zero))
        above, value = z3.And(endless, alike), a.value * b.value
    else:
        endless = z3.And(z3.Not(a.finite), z3.Not(zero[1]))
        undefined = z3.Or(z3.And(endless, z3.Not(b.finite)), z3.And(zero) if unlimited else zero[1])
        above = z3.Or(z3.And(endless, alike), z3.And(unlimited, zero[1], z3.Not(zero[0])))
        value = z3.If(b.finite, a.value / b.value, 0)
    below = z3.And(endless, z3.Not(alike))
    return SymbolicNumber(z3.And(known, z3.Not(undefined)), above, below, value)
