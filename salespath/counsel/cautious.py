"""The number to reckon with where only a range is known: the end that is worse for the company, never a middle that nobody said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from salespath.engine.cells import FAR
from salespath.engine.company import Company
from salespath.engine.intervals import is_range
from salespath.facts.values import Range, words
from salespath.files.problems import NOTE, Problem

# Of these more is worse; of all other numbers less is.
COSTS = frozenset({
    "monthly_burn", "seller_cost", "acquisition_cost", "total_expenses", "revenue_target", "sales_cycle_months", "decision_makers",
    "churn_rate", "customers_lost", "lost_opportunities", "stalled_opportunities", "lost_large_opportunities",
})  # fmt: skip


def cautious(company: Company, name: str) -> float | None:
    """A fact or derived number, of a range its worse end; None where unknown, or where the range has no such end."""
    value = company.extent(name)
    if not isinstance(value, Range):
        return value
    given = company.facts.get(name)
    said = given if isinstance(given, Range) else value
    end = said.high if name in COSTS else said.low
    return end if math.isfinite(end) and abs(end) <= FAR else None


def said_as_ranges(company: Company, names: Iterable[str], where: Problem) -> Iterator[Problem]:
    """What is reckoned with, as notes, for those of some facts that are known as ranges; `where` is the place of the company."""
    for name in company.base.vocabulary.ordered(company.base.behind(names, company.facts)):
        value = company.facts.get(name)
        if is_range(value):
            term, end = company.base.vocabulary[name], cautious(company, name)
            with_ = (
                "it counts as not known"
                if end is None
                else f"they are reckoned with {words(term, end)}, the cautious end"
            )
            what = f"{name} is {words(term, value)}; where amounts need one number, {with_}."
            message = f"{where.message}: {what}"
            yield Problem("SP127", message, NOTE, file=where.file, line=where.line, column=name, row=where.row)
