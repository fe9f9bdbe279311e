"""Baselines: rules of thumb, and rules that others publish, which say a process from a few facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from salespath.facts import Value

Facts = Mapping[str, Value]


@dataclass(frozen=True)
class Baseline:
    """A baseline: what it says of a company, and the facts that it reads."""

    says: Callable[[Facts], str]
    reads: frozenset[str]


def with_both(facts: Facts) -> str:
    """Refused: not_yet. Large customers: both for a self-serve product, else enterprise. Else smb."""
    if facts.get("willingness_to_pay") == "refused":
        return "not_yet"
    return "smb" if "large" not in _payers(facts) else "both" if facts.get("self_serve") else "enterprise"


def one_process(facts: Facts) -> str:
    """The same, but never both: a self-serve product is smb."""
    said = with_both(facts)
    return "smb" if said == "both" else said


def two_bands(facts: Facts) -> str:
    """Enterprise from $50,000 a year; else smb, also where the contract is not known."""
    return "enterprise" if (_number(facts, "annual_contract_value") or 0) >= 50_000 else "smb"


def three_bands(facts: Facts) -> str:
    """Both from $15,000 to $100,000 a year; enterprise above; smb below, also where the contract is not known."""
    contract = _number(facts, "annual_contract_value") or 0
    return "smb" if contract < 15_000 else "both" if contract <= 100_000 else "enterprise"


def compass(facts: Facts) -> str:
    """Leslie's Compass: do product and market want sales to lead, here enterprise, or marketing, here smb?

    Whichever has more votes leads. As many for the one as for the other is both, though the Compass takes leading with both for a
    lack of focus; no vote at all is undetermined.
    """
    votes = list(_votes(facts))
    lead = sum(votes)
    return "enterprise" if lead > 0 else "smb" if lead < 0 else "both" if any(votes) else "undetermined"


def _votes(facts: Facts) -> Iterator[int]:
    """1 for sales, -1 for marketing. Of the seven traits, touch is what self-service says, and how long the relationship
    lasts is not asked.
    """
    contract, customers = _number(facts, "annual_contract_value"), _number(facts, "paying_customers")
    if contract is not None:  # price
        yield (contract >= 50_000) - (contract < 10_000)
    if customers is not None:  # size of the market, by those who pay
        yield (customers < 100) - (customers >= 1_000)
    if "customization" in facts:  # fit and finish
        yield -1 if facts["customization"] == "none" else 1
    if _payers(facts):  # customer: mixed payers vote for neither
        yield (_payers(facts) == {"large"}) - ("large" not in _payers(facts))
    if "self_serve" in facts:  # complexity and touch
        yield -1 if facts["self_serve"] else 1


def _payers(facts: Facts) -> frozenset[str]:
    segments = facts.get("customer_segments")
    return segments if isinstance(segments, frozenset) else frozenset()


def _number(facts: Facts, name: str) -> float | None:
    value = facts.get(name)
    return value if isinstance(value, (int, float)) else None


_QUESTIONS = frozenset({"willingness_to_pay", "self_serve", "customer_segments"})
_CONTRACT = frozenset({"annual_contract_value"})
_TRAITS = frozenset({"annual_contract_value", "paying_customers", "customization", "self_serve", "customer_segments"})
WITH_BOTH = "rule of thumb, with both"
BASELINES: dict[str, Baseline] = {
    "rule of thumb, one process": Baseline(one_process, _QUESTIONS),
    WITH_BOTH: Baseline(with_both, _QUESTIONS),
    "contract bands": Baseline(two_bands, _CONTRACT),
    "contract bands, with both": Baseline(three_bands, _CONTRACT),
    "Leslie's Compass": Baseline(compass, _TRAITS),
}
