"""Kinds of companies, by what is known of them: to see for which a judge is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from salespath.authoring.baselines import Facts

NOT_KNOWN = "not known"
_CUSTOMERS = {"under 100 customers": 100, "100 to 999 customers": 1_000}
_CONTRACTS = {
    "under $1,000": 1_000,
    "$1,000 to $10,000": 10_000,
    "$10,000 to $50,000": 50_000,
}  # the lower end included


def stage(facts: Facts) -> str:
    """Whether it is launched, and how many pay."""
    if "product_stage" not in facts:
        return NOT_KNOWN
    if facts["product_stage"] != "launched":
        return "before launch"
    return _band(facts, "paying_customers", _CUSTOMERS, "1,000 customers or more", "launched, customers not known")


def contract(facts: Facts) -> str:
    """What an average customer pays a year."""
    return _band(facts, "annual_contract_value", _CONTRACTS, "$50,000 and more", NOT_KNOWN)


def payers(facts: Facts) -> str:
    """The sizes of those who pay."""
    segments = facts.get("customer_segments")
    if not isinstance(segments, frozenset):
        return NOT_KNOWN
    if "large" not in segments:
        return "small and midsize" if segments else "nobody yet"
    return "large only" if len(segments) == 1 else "large and smaller"


def _band(facts: Facts, name: str, bands: Mapping[str, float], rest: str, unknown: str) -> str:
    value = facts.get(name)
    if not isinstance(value, (int, float)):
        return unknown
    return next((band for band, end in bands.items() if value < end), rest)


# Each way of telling companies apart, and its kinds in their order.
KINDS: dict[str, tuple[Callable[[Facts], str], tuple[str, ...]]] = {
    "stage": (
        stage,
        ("before launch", *_CUSTOMERS, "1,000 customers or more", "launched, customers not known", NOT_KNOWN),
    ),
    "average contract": (contract, (*_CONTRACTS, "$50,000 and more", NOT_KNOWN)),
    "who pays": (payers, ("nobody yet", "small and midsize", "large and smaller", "large only", NOT_KNOWN)),
}
