"""Rates of currencies, and the one in which amounts are shown: a company's own while something is said of it, else US dollars."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

USD = "USD"
_BITS = 44  # to which converted amounts are rounded: more than twelve digits, so that an exact amount stays exact


class Rate(NamedTuple):
    """What one unit of a currency is in US dollars: the average `of` a year, or as `given`."""

    currency: str
    dollars: float
    of: str
    source: str

    @property
    def units_per_usd(self) -> float:
        """What one dollar is in that currency."""
        return float(f"{1 / self.dollars:.15g}")  # 0.8867, not 0.8867000000000002

    def in_dollars(self, amount: float) -> float | int:
        """An amount in US dollars: bit for bit what a table makes of it."""
        if not math.isfinite(amount):
            return amount
        part, power = math.frexp(amount * self.dollars)
        return _whole(math.ldexp(round(part * 2.0**_BITS), power - _BITS))

    def own(self, dollars: float) -> float | int:
        """Dollars in that currency: of an amount that was converted, the amount as it stood."""
        return _whole(float(f"{dollars / self.dollars:.12g}")) if math.isfinite(dollars) else dollars


def round_amounts(amounts: Any) -> Any:
    """An array of amounts, rounded as `Rate.in_dollars` rounds one."""
    import numpy as np  # only a table needs it

    part, power = np.frexp(amounts)
    return np.ldexp(np.rint(part * 2.0**_BITS), power - _BITS)


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value


# What is shown

_RATE: ContextVar[Rate | None] = ContextVar("own_currency", default=None)
CURRENCY_SIGNS = {USD: "US$", "EUR": "€", "GBP": "£", "ILS": "₪", "INR": "₹", "TRY": "₺"}
_DOLLARS = r"\$([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)(?:(k|M|bn| million| billion)\b)?"  # compiled when there is a need
_SCALES = {"k": 1e3, "M": 1e6, " million": 1e6, "bn": 1e9, " billion": 1e9}
DOLLARS = Rate(USD, 1.0, "", "")  # shown as US$, where some companies have other currencies


@contextmanager
def in_own_currency(rate: Rate | None) -> Iterator[None]:
    """Show the amounts that are put into words meanwhile in the currency of a rate; None is US dollars, as $."""
    before = _RATE.set(rate)
    try:
        yield
    finally:
        _RATE.reset(before)


def own_rate() -> Rate | None:
    """The rate of the currency in which amounts are shown; None for $."""
    return _RATE.get()


def own_amount(dollars: float) -> float:
    """US dollars as the amount that is shown."""
    rate = _RATE.get()
    return dollars if rate is None else rate.own(dollars)


def sign() -> str:
    """What stands before an amount: $; €; RON with a space that does not break."""
    rate = _RATE.get()
    return "$" if rate is None else sign_of(rate.currency)


def currency_name() -> str:
    """What amounts that are shown are in: US dollars, or the code of a currency."""
    rate = _RATE.get()
    return "US dollars" if rate is None else rate.currency


def sign_of(currency: str) -> str:
    """The sign of a currency, or its code with a space that does not break."""
    return CURRENCY_SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")


def with_own_amounts(text: str) -> str:
    """A text with the amount in the company's own currency behind every one in dollars: $50,000 (€44,300)."""
    rate = _RATE.get()
    if rate is None or rate is DOLLARS or "$" not in text:
        return text

    def both(found: re.Match[str]) -> str:
        dollars = float(found[1].replace(",", "")) * _SCALES.get(found[2] or "", 1)
        return f"{found[0]} ({sign()}{short(float(f'{rate.own(dollars):.3g}'))})"

    return re.sub(_DOLLARS, both, text)


def short(amount: float) -> str:
    """An amount of three digits, in full or in millions: 44,300; 1.33M."""
    for size, name in ((1e12, "tn"), (1e9, "bn"), (1e6, "M")):
        if amount >= size:
            return f"{amount / size:.3g}{name}"
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"
