"""Values of facts: typed value → words, and what a fact can be. Texts are read by `reader`.

A value is a `str` (choice, or a date as ISO text), `bool` (yes/no), `float` or `int` (numbers), a `Range` of numbers or a
`frozenset` of `str` (set). Unknown is not a value: an unknown fact is absent.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

from salespath.facts.money import DOLLARS, in_own_currency, own_amount, own_rate, sign
from salespath.facts.vocabulary import Derived, Fact
from salespath.files.problems import shown


@dataclass(frozen=True)
class Range:
    """An interval in which a number lies; both ends belong to it. `low` may be -inf and `high` inf."""

    low: float
    high: float


Value: TypeAlias = str | bool | int | float | frozenset[str] | Range

KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "money": "an amount of money",
    "share": "0 to 1, or 12%",
    "date": "a date such as 2024-03-31",
}
HOW = ("measured", "estimated", "guessed")
EMPTY_SET = "-"
LARGEST = 1e15
_TWO_READINGS = r"-?[1-9][0-9]{0,2}\.[0-9]{3}"


class BadValue(ValueError):
    """What is not a value of the fact; the message says what was seen and what was expected, `code` what kind of problem it is."""

    def __init__(self, message: str, code: str = "SP112") -> None:
        super().__init__(message)
        self.code = code


def whole(value: float) -> float | int:
    """A number as an `int` where it is whole."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def within_range(fact: Fact | Derived, value: float | int, text: str, *, end: bool = False) -> float | int:
    """A number as the fact has it, if that can be; `text` is how it was written. Raises BadValue.

    The `end` of a range may be the number that the fact has to be above.
    """
    if fact.type == "integer":
        if value != int(value):
            raise BadValue(f"{shown(text)} is not a whole number.")
        value = int(value)
    if fact.above is not None and not (value > fact.above or (end and value == fact.above)):
        raise BadValue(f"{shown(text)} is not more than {quantity(fact.above)}.")
    if fact.minimum is not None and value < fact.minimum:
        raise BadValue(f"{shown(text)} is less than {quantity(fact.minimum)}, the least that is possible here.")
    if fact.maximum is not None and value > fact.maximum:
        hint = " Shares are written 0 to 1, or as 12%." if fact.type == "share" else ""
        raise BadValue(f"{shown(text)} is more than {quantity(fact.maximum)}, the most that is possible here.{hint}")
    return value


def ends(fact: Fact | Derived) -> Range:
    """The least and the most that a number can be; without a bound, infinite."""
    least = fact.minimum if fact.minimum is not None else fact.above
    return Range(-math.inf if least is None else least, math.inf if fact.maximum is None else fact.maximum)


def quantity(value: float) -> str:
    """A number in full with thousands separators and at most three significant decimals: 70,000; 2.5; 0.125."""
    if value == math.inf:
        return "unlimited"
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.3g}"


def words(fact: Fact | Derived, value: Value) -> str:
    """A value as a person reads it: $70,000; 12%; 7 months; large, midsize; none of these."""
    if isinstance(value, frozenset):
        return ", ".join(readable(v) for v in fact.values if v in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, Range):
        return _range_words(fact, value)
    if value == math.inf:
        return "unlimited"
    if math.isnan(value):
        return "cannot be computed"
    if fact.type == "money":
        return _amount(value)
    if fact.type == "share":
        return f"{quantity(round(value * 100, 1))}%"
    if fact.unit == "months" and 0 < value < 1:  # nobody counts in tenths of a month
        days = max(1, round(value * 365 / 12))
        return f"{days} day{'' if days == 1 else 's'}"
    if abs(value) >= 10 and fact.unit != "months":
        value = round(value)  # a count of customers or objections has no decimals worth reading
    rounded = round(value, 1) if abs(value) >= 1 else value
    unit = fact.unit if fact.unit and not fact.unit.startswith("a ") else ""
    if unit in ("days", "months", "years", "employees", "people", "customers", "companies") and rounded == 1:
        unit = {"people": "person", "companies": "company"}.get(unit, unit[:-1])
    return f"{quantity(rounded)}{' ' + unit if unit else ''}"


def _range_words(fact: Fact | Derived, value: Range) -> str:
    """A range as a person reads it: $20,000 to $40,000; 51 to 200 employees; at least 100; at most 5."""
    possible = ends(fact)
    low, high = words(fact, whole(value.low)), words(fact, whole(value.high))
    if value.high >= possible.high and value.low > possible.low:
        return f"at least {low}"
    if value.low <= possible.low and value.high < possible.high:
        return f"at most {high}"
    number, _, unit = low.partition(" ")
    return f"{number if high.endswith(f' {unit}') else low} to {high}"


def _amount(dollars: float) -> str:
    """An amount in the currency in which amounts are shown: $70,000; -€5."""
    value = own_amount(dollars)
    size = abs(value)
    return f"{'-' if value < 0 else ''}{sign()}{quantity(round(size) if size >= 100 else size)}"


def threshold(fact: Fact | Derived, value: Value) -> str:
    """The words of what rules hold answers against; an amount also in dollars, where the company's own are others."""
    said = words(fact, value)
    if fact.type != "money" or own_rate() in (None, DOLLARS):
        return said
    with in_own_currency(None):
        return f"{said} ({words(fact, value)})"


def readable(word: str) -> str:
    """An id as words: target_account_selling → target account selling."""
    return _WRITTEN.get(word, word.replace("_", " "))


_WRITTEN = {"smb": "SMB", "on_premises": "on-premises", "crm": "CRM", "c_level_conversations": "C-level conversations"}


def cell_text(fact: Fact | Derived, value: Value) -> str:
    """A value as one cell of a file, read back as the same: yes, 70000, 5 to 10, at least 5, large;midsize, - for an empty set."""
    if isinstance(value, frozenset):
        return ";".join(v for v in fact.values if v in value) or EMPTY_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Range):
        low, high = (cell_text(fact, whole(end)) for end in (value.low, value.high))
        if value.low == value.high:
            return low
        if value.high == math.inf or (value.high >= ends(fact).high and fact.type != "share"):
            return f"at least {low}"
        return f"at most {high}" if value.low == -math.inf else f"{low} to {high}"
    text = repr(value) if isinstance(value, float) else str(value)
    return f"{text}0" if "." in text and re.fullmatch(_TWO_READINGS, text) else text
