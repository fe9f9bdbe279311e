"""The number to reckon with where only a range is known: the end that is worse for the company, never one that nobody said."""

from __future__ import annotations

import math
from collections.abc import Iterable

from salespath.engine.company import Company
from salespath.facts import Case
from salespath.facts.money import in_own_currency
from salespath.facts.values import LARGEST, Range, ends, words
from salespath.files.problems import NOTE, Problem

# Of these more is worse; of all other numbers less is.
COSTS = frozenset({
    "monthly_burn", "seller_cost", "acquisition_cost", "total_expenses", "revenue_target", "sales_cycle_months", "decision_makers",
    "churn_rate", "customers_lost", "lost_opportunities", "stalled_opportunities", "lost_large_opportunities",
})  # fmt: skip


def cautious(company: Company, name: str) -> float | None:
    """A fact or derived number, of a range its worse end; None where unknown, or where the range has no such end.

    An end as far out as the fact can be was not said: `10k+` has no most, `under 5k` no least. A computed number has a worse end
    if all the ranges that it is computed from have.
    """
    value, given = company.extent(name), company.facts.get(name)
    if not isinstance(value, Range):
        return value
    if isinstance(given, Range):
        end, possible = _worse(name, given), ends(company.base.vocabulary[name])
        return end if max(possible.low, -LARGEST) < end < min(possible.high, LARGEST) else None
    if any(cautious(company, part) is None for part in ranged(company, [name])):
        return None
    end = _worse(name, value)
    return end if math.isfinite(end) else None


def _worse(name: str, value: Range) -> float:
    return value.high if name in COSTS else value.low


def ranged(company: Company, names: Iterable[str]) -> list[str]:
    """The answers behind some names that are known as ranges only, in the order of the vocabulary."""
    behind = company.base.behind(names, company.facts)
    return [name for name in company.base.vocabulary.ordered(behind) if isinstance(company.facts.get(name), Range)]


def notes(company: Company, names: Iterable[str], case: Case) -> list[Problem]:
    """What is reckoned with, as notes (SP127), for those of some facts that are known as ranges."""
    found = []
    for name in ranged(company, names):
        term, end = company.base.vocabulary[name], cautious(company, name)
        with in_own_currency(case.rate):
            counts = (
                "it counts as not known" if end is None else f"it is reckoned with {words(term, end)}, the cautious end"
            )
            what = f"{name} is {words(term, company.facts[name])}; where amounts need one number, {counts}."
        found.append(Problem("SP127", f"{case.company}: {what}", NOTE, case.file, case.line, name, case.row))
    return found
