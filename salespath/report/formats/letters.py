"""How wide a text is, before there is a font: enough to know what fits."""

from __future__ import annotations

import unicodedata
from functools import cache


def ems(text: str) -> float:
    """The width of a text in sizes of its font, as a rather wide one without serifs has it."""
    return sum(map(_em, text))


@cache
def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain in "iIjJl.,:;'|!()[]tfr- ":
        return 0.36
    if plain in "mwMW@%…—":
        return 0.95
    return 0.74 if plain.isupper() else 0.62
