"""What a year can bring a company: nothing beyond it is waited for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.walk import holds
from salespath.facts import Derived, Fact, Value
from salespath.rules.language import And, Compare, Condition, Constant, Is, Or, Quantity, leaves

MOST = 3  # times as much as today, or a third of it
FEW = 10  # a count that may be reached from next to nothing
HALF_YEARS = 2  # in each a fact's largest step


def comes_within_a_year(base: Base, facts: Mapping[str, Value], tree: Condition) -> bool:
    """Whether a condition that is not so today may be so within a year, by the numbers that it compares with a bound.

    Of one that reads conclusions that is not known, so that it may.
    """
    if any(isinstance(leaf, Is) for leaf in leaves(tree)):
        return True
    return not holds(tree, Company(base, facts))[0] and _may_come(base, Company(base, facts), tree)


def _may_come(base: Base, company: Company, tree: Condition) -> bool:
    match tree:
        case And(items):
            return all(_may_come(base, company, item) for item in items)
        case Or(items):
            return any(_may_come(base, company, item) for item in items)
        case Compare(_, Quantity(name), Constant(bound)) if name in base.vocabulary:
            now = company.number(name)
            known = now is not None and math.isfinite(now) and not holds(tree, company)[0]
            low, high = _reach(base.vocabulary[name], now) if known and now is not None else (-math.inf, math.inf)
            return low <= bound <= high
    return True


def _reach(term: Fact | Derived, now: float) -> tuple[float, float]:
    """The least and the most that a number can be in a year."""
    change = term.change if isinstance(term, Fact) else None
    if change and change.step is not None:
        return now - HALF_YEARS * change.step, now + HALF_YEARS * change.step
    low, high = sorted((now / MOST, now * MOST))
    if change and change.share is not None:
        return max(low, now * (1 - HALF_YEARS * change.share)), min(high, now * (1 + HALF_YEARS * change.share))
    return low, max(high, FEW) if term.type == "integer" else high
