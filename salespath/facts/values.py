"""Values of facts: text → typed value, and typed value → words.

A value is a `str` (choice, or a date as ISO text), `bool` (yes/no), `float` or `int` (numbers) or a `frozenset` of `str` (set).
Unknown is not a value: an unknown fact is absent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from unicodedata import category

from salespath.facts.vocabulary import NUMERIC, Derived, Fact, fold
from salespath.files.problems import shown, suggestion


@dataclass(frozen=True)
class Range:
    """An interval in which a number lies; both ends belong to it. `low` may be -inf and `high` inf."""

    low: float
    high: float


Value: TypeAlias = str | bool | int | float | frozenset[str] | Range

KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "money": "US dollars",
    "share": "0 to 1, or 12%",
    "date": "a date such as 2024-03-31",
}
HOW = ("measured", "estimated", "guessed")
EMPTY_SET = "-"

NUMBER = re.compile(  # matched against lower case: a pattern that ignores case costs each start of the program 5 ms
    r"(?P<sign>[-+]?)\s*(?P<before>\$|usd|us\$)?\s*(?P<digits>[0-9][0-9_,]*(?:\.[0-9]*)?|\.[0-9]+)(?P<exponent>e[-+]?[0-9]{1,3})?"
    r"\s*(?P<scale>k|m|mn|bn|b|thousand|million|billion)?\s*(?P<percent>%)?\s*(?P<after>usd|dollars)?"
)
DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}\S*)?")  # spreadsheets add a time of day
LARGEST = 1e15
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}  # powers of ten
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_OTHER_DATE = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4})")
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
# Other currencies, written before or after an amount or its scale (45k€, CHF 9,000). Compiled when a text is refused.
_CURRENCY = (
    r"(?<![^\W\d_])(?:k|m|mn|bn|mil|mio)?(?P<currency>(?:au?|ca?|can|hk|nz|sg?|r|mx|nt|tt|bz|j)\$"
    r"|(?:australian|canadian|hong kong|new zealand|singapore)\s+dollars?"
    r"|a[ue]d|bgn|brl|cad|chf|cny|czk|dkk|egp|eur|gbp|hkd|huf|idr|ils|inr|jpy|kes|krw|mdl|mxn|myr|ngn|nok|nzd|php|pln|rmb|ron"
    r"|rsd|rub|sar|sek|sgd|thb|try|twd|uah|vnd|zar|euros?|pounds?|sterling|francs?|lei|leu|yen|yuan|renminbi|rupees?|zł|zlotys?"
    r"|kč|kr|kronor|kroner|forints?|leva|pesos?|reais|rubles?|shekels?)(?![^\W\d_])"
)


class BadValue(ValueError):
    """A text that is not a value of the fact; the message says what was seen and what was expected."""


def parse(fact: Fact | Derived, text: str, *, exact: bool = False) -> Value:
    """The value that a text means for a fact; of a set, the members between commas or semicolons, `-` or `none` for none.

    `exact` says that the text was written by a program (a JSON or Parquet number), so that 250.125 has one reading only.
    Raises BadValue.
    """
    text = text.strip()
    if fact.type in NUMERIC:
        return _number(fact, text, exact)
    assert not isinstance(fact.type, tuple)
    if fact.type == "boolean":
        word = text.lower()
        if word in ("yes", "y", "true"):
            return True
        if word in ("no", "n", "false"):
            return False
        raise BadValue(f"{shown(text)} is neither yes nor no.")
    if fact.type == "date":
        return _date(text)
    return parse_set(fact, set_words(fact, text)) if fact.type == "set" else _member(fact, text)


def _date(text: str) -> str:
    """A day as ISO text, without the time of day. Other ways of writing it are suggested only: 03/04/2024 is two days."""
    match, other = DATE.fullmatch(text), _OTHER_DATE.fullmatch(text)
    if match and (day := _day(match[1])):
        return day
    ways = [] if other is None else [f"{other[3]}-{m:0>2}-{d:0>2}" for d, m in (other.group(1, 2), other.group(2, 1))]
    meant = " or ".join(dict.fromkeys(filter(_day, ways)))
    raise BadValue(
        f"{shown(text) or 'nothing'} is not a date; {f'write {meant}' if meant else 'expected one such as 2024-03-31'}."
    )


def _day(text: str) -> str:
    """An ISO date that exists, or nothing."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def set_words(fact: Fact | Derived, text: str) -> list[str]:
    """The words of a set that is written as one text, between commas or semicolons; none for `-` and `none`."""
    if meaning(fact, text):  # a description may hold a comma
        return [text]
    return [] if text.strip().lower() in (EMPTY_SET, "none") else re.split("[,;]", text)


def parse_set(fact: Fact | Derived, words: Iterable[str]) -> frozenset[str]:
    """The set that a list of words means for a fact. Raises BadValue naming the words that are no members (five at most)."""
    found = {word.strip(): meaning(fact, word) for word in words}  # in the order written
    wrong = [word for word, member in found.items() if member is None]
    if wrong:
        raise BadValue(" ".join(_no_member(fact, word) for word in wrong[:5]) + (" And more." if wrong[5:] else ""))
    return frozenset(member for member in found.values() if member is not None)


def _member(fact: Fact | Derived, text: str) -> str:
    found = meaning(fact, text)
    if found is None:
        raise BadValue(_no_member(fact, text))
    return found


def meaning(fact: Fact | Derived, text: str) -> str | None:
    """The value of a choice or set that a text names: its id, its label, another word for it or its description, in any case."""
    return text if text in fact.values else fact.meanings.get(fold(text))


def _no_member(fact: Fact | Derived, text: str) -> str:
    return f"{shown(text) or 'nothing'} is not one of {', '.join(fact.values)}.{suggestion(text, fact.values)}"


def _number(fact: Fact | Derived, text: str, exact: bool) -> float | int:
    match = NUMBER.fullmatch(text.lower())
    if fact.type != "money" and (match["before"] or match["after"] if match else other_currency(text)):
        raise BadValue(f"{shown(text)} is an amount of money; expected {KINDS[fact.type]}.")
    if fact.type != "share" and match and match["percent"]:
        raise BadValue(f"{shown(text)} is a share; expected {KINDS[fact.type]}.")
    return within_range(fact, number(text, exact=exact or fact.type in ("share", "number")), text)


def within_range(fact: Fact | Derived, value: float | int, text: str) -> float | int:
    """A number as the fact has it, if that can be; `text` is how it was written. Raises BadValue."""
    if fact.type == "integer":
        if value != int(value):
            raise BadValue(f"{shown(text)} is not a whole number.")
        value = int(value)
    if fact.above is not None and not value > fact.above:
        raise BadValue(f"{shown(text)} is not more than {quantity(fact.above)}.")
    if fact.minimum is not None and value < fact.minimum:
        raise BadValue(f"{shown(text)} is less than {quantity(fact.minimum)}, the least that is possible here.")
    if fact.maximum is not None and value > fact.maximum:
        hint = " Shares are written 0 to 1, or as 12%." if fact.type == "share" else ""
        raise BadValue(f"{shown(text)} is more than {quantity(fact.maximum)}, the most that is possible here.{hint}")
    return value


def number(text: str, *, exact: bool = False) -> float | int:
    """A number as people write it: `70000`, `70,000`, `$5,000`, `250k`, `1.2M`, `12%`. Raises BadValue."""
    match = NUMBER.fullmatch(text.strip().lower())
    if not match:
        currency = other_currency(text)
        if currency:
            wanted = "amounts are in US dollars for now: convert it and write the dollar amount"
            raise BadValue(f"{shown(text)} is in {currency}, and {wanted}.")
        raise BadValue(f"{shown(text) or 'nothing'} is not a number.")
    digits = match["digits"]
    if "," in digits and not _GROUPED.fullmatch(digits):
        raise BadValue(f"{shown(text)} is not a number: write thousands as 12,500 or 12500, decimals with a point.")
    if not (exact or match["scale"] or match["percent"]) and _TWO_READINGS.fullmatch(digits):
        whole, part = digits.replace(".", ""), digits.rstrip("0").rstrip(".")
        raise BadValue(f"{shown(text)} can be read as {whole} or as {part}; write one of these.")
    exponent = (
        int((match["exponent"] or "e0")[1:]) + _SCALES.get(match["scale"] or "", 0) - (2 if match["percent"] else 0)
    )
    value = float(f"{match['sign']}{digits.replace(',', '').replace('_', '')}e{exponent}")
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise BadValue(f"{shown(text)} is too large.")
    return int(value) if value == int(value) else value


def other_currency(text: str) -> str:
    """The currency other than US dollars that is named beside a figure, as written, or nothing."""
    text = text[:100]
    if not any(map(str.isdecimal, text)):
        return ""
    sign = next((c for c in text if c != "$" and category(c) == "Sc"), "")
    word = None if sign else re.search(_CURRENCY, text, re.IGNORECASE)
    return sign or (shown(word["currency"]) if word else "")


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
    if value == math.inf:
        return "unlimited"
    if math.isnan(value):
        return "cannot be computed"
    if fact.type == "money":
        return f"-${quantity(-value)}" if value < 0 else f"${quantity(round(value) if abs(value) >= 100 else value)}"
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


def readable(word: str) -> str:
    """An id as words: target_account_selling → target account selling."""
    return _WRITTEN.get(word, word.replace("_", " "))


_WRITTEN = {"smb": "SMB", "on_premises": "on-premises", "crm": "CRM", "c_level_conversations": "C-level conversations"}


def cell_text(fact: Fact | Derived, value: Value) -> str:
    """A value as one cell of a file, which `parse` reads back: yes, 70000, large;midsize, - for an empty set."""
    if isinstance(value, frozenset):
        return ";".join(v for v in fact.values if v in value) or EMPTY_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = repr(value) if isinstance(value, float) else str(value)
    return f"{text}0" if _TWO_READINGS.fullmatch(text.lstrip("-")) else text
