"""The number formats of a spreadsheet: what one says of the number in its cell, as it would be written beside it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from salespath.facts.currencies import AMBIGUOUS
from salespath.tables.units import parse_unit

_IN_BRACKETS = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]|\[[^\]]*\]")
_PADDING = re.compile(r"_.|\*.")  # a gap as wide as a character, and one that is repeated
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_PLACES = re.compile(r"[0#?][0#?.,\s]*")
_GENERAL = re.compile(r"general|standard|@|[eE][+-]", re.IGNORECASE)
_BY_PLACE = {  # what a sign means in the country that a format names (Windows' numbers), where it has several meanings
    ("$", 0x1009): "CAD", ("$", 0xC0C): "CAD", ("$", 0xC09): "AUD", ("$", 0x1409): "NZD", ("$", 0x1004): "SGD",
    ("$", 0xC04): "HKD", ("¥", 0x411): "JPY", ("¥", 0x804): "CNY", ("kr", 0x41D): "SEK", ("kr", 0x414): "NOK",
    ("kr", 0x406): "DKK", ("kr.", 0x406): "DKK", ("lei", 0x818): "MDL",
}  # fmt: skip
_SCALES = {1: "k", 2: "m", 3: "bn"}


class Meaning(NamedTuple):
    """What stands beside the digits: a unit (`EUR`, `k€`, `%`, `weeks`) or nothing, and the power of ten that they leave out."""

    unit: str = ""
    shift: int = 0


@lru_cache(1000)
def meaning(number_format: str) -> Meaning:
    """What a format says of a positive number. Words in it that are no unit say nothing."""
    first = _sections(number_format)
    words: list[str] = []

    def keep(text: str) -> str:
        words.append(text)
        return "\0"

    def bracketed(match: re.Match[str]) -> str:
        sign = (match[1] or "").strip()
        return keep(_BY_PLACE.get((sign, int(match[2], 16)), sign) if match[2] else sign)

    rest = _LITERAL.sub(lambda match: keep(match[1] or match[2] or ""), _PADDING.sub("", first))
    rest = _IN_BRACKETS.sub(bracketed, rest)
    places = "".join(_PLACES.findall(rest)).rstrip()
    commas = len(places) - len(places.rstrip(","))
    bare = _GENERAL.sub("", _PLACES.sub("", rest).replace("\0", "")).strip(" -+()/:,.")
    if "%" in bare:
        return Meaning("%", -2)
    unit = _unit(" ".join(filter(None, (bare, *map(str.strip, words)))))
    if not commas:
        return Meaning(unit)
    scale = _SCALES.get(commas, "")
    if not scale or ((said := parse_unit(unit)) and said.scale):
        return Meaning(unit, 3 * commas) if scale else Meaning(unit)
    return Meaning(f"{scale} {unit}".strip(), 3 * commas)


def _sections(number_format: str) -> str:
    """The part for positive numbers."""
    quoted = False
    for place, letter in enumerate(number_format):
        if letter == '"':
            quoted = not quoted
        elif letter == ";" and not quoted and number_format[place - 1 : place] != "\\":
            return number_format[:place]
    return number_format


def _unit(text: str) -> str:
    """A text where it is a unit of a number, else nothing."""
    text = " ".join(text.split())
    if text.lower() in AMBIGUOUS:
        return text
    found = parse_unit(text) if text else None
    return text if found and not found.words else ""
