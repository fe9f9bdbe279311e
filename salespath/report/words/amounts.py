"""Money, counts and months of the economics in words: results are rounded, as they are no more exact than what they rest on."""

from __future__ import annotations

from salespath.facts import Derived, Fact
from salespath.facts.money import own_amount, sign
from salespath.facts.values import quantity, words

_CENT = 0.005
_LARGE = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"))
MONEY = ("revenue_at_end", "most_tied_up", "lowest_cash")


def money(value: float) -> str:
    """A result in US dollars, as amounts are shown, to three digits: $412,000; -€1.24M."""
    return _signed(own_amount(value), sign())


def _signed(value: float, before: str) -> str:
    if abs(value) < _CENT:
        return f"{before}0"
    return f"{'-' if value < 0 else ''}{before}{_short(roughly(abs(value)))}"


def axis(value: float, before: str = "$") -> str:
    """An amount as short as the axis of a chart wants it, with the sign of its currency before it: $412k."""
    size = roughly(abs(value))
    if not 1000 <= size < 1e6:
        return _signed(value, before)
    return f"{'-' if value < 0 else ''}{before}{quantity(roughly(size / 1000))}k"


def count(value: float) -> str:
    """A number of things: 8; 1,380; 31.5 as 32; 1.24M."""
    return _short(roughly(value) if value >= 1e5 else float(round(value)) if value >= 10 else round(value, 1))


def figure_text(kind: Derived | Fact, value: float) -> str:
    """A figure as it was given: $1,900; 15%; 4.5. Large ones are shortened."""
    if kind.type == "money":
        return money(value) if own_amount(value) >= 1e6 else words(kind, value)
    return words(kind, value) if kind.type == "share" else _short(round(value, 2))


def result(id_: str, value: float | None, months: int) -> str:
    """A result in a cell of a table. Of a month that does not come, that it is after the last one looked at."""
    if value is None:
        return f"> {months}" if id_.endswith("_month") else "-"
    if id_ in MONEY:
        return money(value)
    return "reached" if id_ == "target_month" and value == 0 else count(value)


def roughly(value: float, digits: int = 3) -> float:
    """A number to so many digits."""
    return float(f"{value:.{digits}g}")


def _short(value: float) -> str:
    for size, name in _LARGE:
        if value >= size:
            shortened = roughly(value / size)
            return f"{quantity(shortened)}{name}" if shortened < 1e6 else f"{shortened:.0e}{name}"
    return quantity(value)
