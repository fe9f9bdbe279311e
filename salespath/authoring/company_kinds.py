"""Kinds of companies, by what is known of them: to see for which a judge is right."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from salespath.authoring.baselines import Facts

NOT_KNOWN = "not known"
_LAUNCHED = "launched, customers not known"
# Each band ends before its figure; the last has no end.
_CUSTOMERS = {"under 100 customers": 100, "100 to 999 customers": 1_000, "1,000 customers or more": math.inf}
_CONTRACTS = {
    "under $1,000": 1_000, "$1,000 to $10,000": 10_000, "$10,000 to $50,000": 50_000, "$50,000 and more": math.inf
}  # fmt: skip


def stage(facts: Facts) -> str:
    """Whether it is launched, and how many pay."""
    if facts.get("product_stage", "launched") != "launched":
        return "before launch"
    return _band(facts, "paying_customers", _CUSTOMERS, _LAUNCHED) if "product_stage" in facts else NOT_KNOWN


def contract(facts: Facts) -> str:
    """What an average customer pays a year."""
    return _band(facts, "annual_contract_value", _CONTRACTS, NOT_KNOWN)


def payers(facts: Facts) -> str:
    """The sizes of those who pay."""
    segments = facts.get("customer_segments")
    if not isinstance(segments, frozenset):
        return NOT_KNOWN
    if "large" not in segments:
        return "small and midsize" if segments else "nobody yet"
    return "large only" if len(segments) == 1 else "large and smaller"


def _band(facts: Facts, name: str, bands: Mapping[str, float], unknown: str) -> str:
    value = facts.get(name)
    return next((b for b, end in bands.items() if value < end), unknown) if isinstance(value, (int, float)) else unknown


# Each way of telling companies apart, and its kinds in their order.
KINDS: dict[str, tuple[Callable[[Facts], str], tuple[str, ...]]] = {
    "stage": (stage, ("before launch", *_CUSTOMERS, _LAUNCHED, NOT_KNOWN)),
    "average contract": (contract, (*_CONTRACTS, NOT_KNOWN)),
    "who pays": (payers, ("nobody yet", "small and midsize", "large and smaller", "large only", NOT_KNOWN)),
}
