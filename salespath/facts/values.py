"""Values of facts: text → typed value, and typed value → words.

A value is a `str` (choice), `bool` (yes/no), `float` or `int` (numbers) or a `frozenset` of `str` (set). Unknown is not a value:
an unknown fact is absent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from salespath.errors import shown, suggestion

if TYPE_CHECKING:
    from salespath.facts.vocabulary import Derived, Fact

Value: TypeAlias = "str | bool | int | float | frozenset[str]"

NUMERIC = ("integer", "number", "money", "share")
HOW = ("measured", "estimated", "guessed")
EMPTY_SET = "-"

NUMBER = re.compile(  # matched against lower case: a pattern that ignores case costs each start of the program 5 ms
    r"(?P<sign>[-+]?)\s*(?:[$€£]|usd|us\$)?\s*(?P<digits>[0-9][0-9_,]*(?:\.[0-9]*)?|\.[0-9]+)(?P<exponent>e[-+]?[0-9]{1,3})?"
    r"\s*(?P<scale>k|m|mn|bn|b|thousand|million|billion)?\s*(?P<percent>%)?\s*(?:usd|dollars)?"
)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}  # powers of ten
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


class BadValue(ValueError):
    """A text that is not a value of the fact; the message says what was seen and what was expected."""


def parse(fact: Fact | Derived, text: str, *, exact: bool = False) -> Value:
    """The value that a text means for a fact.

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
    return _member(fact, text)


def parse_set(fact: Fact | Derived, words: Iterable[str]) -> frozenset[str]:
    """The set that a list of words means for a fact. Raises BadValue naming the words that are no members (five at most)."""
    members = {word.strip(): None for word in words}  # in the order written
    wrong = [word for word in members if word not in fact.values]
    if wrong:
        raise BadValue(" ".join(_no_member(fact, word) for word in wrong[:5]) + (" And more." if wrong[5:] else ""))
    return frozenset(members)


def _member(fact: Fact | Derived, text: str) -> str:
    if text in fact.values:
        return text
    raise BadValue(_no_member(fact, text))


def _no_member(fact: Fact | Derived, text: str) -> str:
    return f"{shown(text) or 'nothing'} is not one of {', '.join(fact.values)}.{suggestion(text, fact.values)}"


def _number(fact: Fact | Derived, text: str, exact: bool) -> float | int:
    value = number(text, exact=exact or fact.type in ("share", "number"))
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
    if not math.isfinite(value) or abs(value) > 1e15:
        raise BadValue(f"{shown(text)} is too large.")
    return int(value) if value == int(value) else value


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
    if unit in ("months", "years", "employees", "people", "customers", "companies") and rounded == 1:
        unit = {"people": "person", "companies": "company"}.get(unit, unit[:-1])
    return f"{quantity(rounded)}{' ' + unit if unit else ''}"


def readable(word: str) -> str:
    """An id as words: target_account_selling → target account selling."""
    return _WRITTEN.get(word, word.replace("_", " "))


_WRITTEN = {"smb": "SMB", "on_premises": "on-premises", "crm": "CRM", "c_level_conversations": "C-level conversations"}


def written(fact: Fact | Derived, value: Value) -> str:
    """A value as one cell of a file, which `parse` reads back: yes, 70000, large;midsize, - for an empty set."""
    if isinstance(value, frozenset):
        return ";".join(v for v in fact.values if v in value) or EMPTY_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = repr(value) if isinstance(value, float) else str(value)
    return f"{text}0" if _TWO_READINGS.fullmatch(text.lstrip("-")) else text
