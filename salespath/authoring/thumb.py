"""Rules of thumb to hold the rules against. Both ask the same three questions: would nobody pay, do customers start alone, do
large organisations pay?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from salespath.facts import Value

Facts = Mapping[str, Value]


def one_process(facts: Facts) -> str:
    """Refused: not_yet. Self-serve: smb. Large customers: enterprise. Else smb. It never says both."""
    if facts.get("willingness_to_pay") == "refused":
        return "not_yet"
    return "enterprise" if _large(facts) and not facts.get("self_serve") else "smb"


def with_both(facts: Facts) -> str:
    """The same, but large customers who pay for a self-serve product are both."""
    if facts.get("willingness_to_pay") != "refused" and _large(facts) and facts.get("self_serve"):
        return "both"
    return one_process(facts)


def _large(facts: Facts) -> bool:
    segments = facts.get("customer_segments")
    return isinstance(segments, frozenset) and "large" in segments


THUMBS: dict[str, Callable[[Facts], str]] = {
    "rule of thumb, one process": one_process,
    "rule of thumb, with both": with_both,
}
