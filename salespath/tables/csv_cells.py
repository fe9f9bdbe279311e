"""Texts as cells of a CSV file: quoted where they must be, and never a live formula."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array
from salespath.tables.fact_columns import characters

_LIVE = np.zeros(256, dtype=bool)  # the bytes that a formula begins with; 0xEF begins the wide forms
_LIVE[[*b"=+-@\t\r\n", 0xEF]] = True
_SEPARATOR = np.zeros(256, dtype=bool)  # what begins a cell where a spreadsheet of another country opens the file
_SEPARATOR[list(b";|\t\r\n")] = True
_ASIDE = np.zeros(256, dtype=bool)  # what may stand before a formula: blanks (one is 0xC2 0xA0) and quotes
_ASIDE[[*b" \"'", 0xC2, 0xA0]] = True
_STRUCTURAL = np.zeros(256, dtype=bool)
_STRUCTURAL[list(b',"\n\r')] = True
_NUMBER = r"(?:[-+]?(?:[0-9][0-9,]*(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][-+]?[0-9]+)?%?|-)(?=[;|\t\r\n]|\Z)"
# What begins a cell, or would after such a separator, blanks and quotes left aside.
_FORMULA = re.compile(
    rf"((?:(?P<first>\A)|[;|\t\r\n])[ \"\u00a0]*)(?P<marks>'*)(?!{_NUMBER})"
    r"(?(first)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])|(?=[=+\-@\uff1d\uff0b\uff0d\uff20]))"
)


def guard(cells: pa.StringArray) -> pa.Array:
    """A text that a spreadsheet would run as a formula gets a ' before that; numbers and - stay as they are. See `unguard`."""
    return _rewrite(cells, r"\1\g<marks>'")


def unguard(cells: pa.StringArray | pa.DictionaryArray) -> pa.Array:
    """The texts that were guarded."""
    if pa.types.is_dictionary(cells.type):
        return pa.DictionaryArray.from_arrays(cells.indices, unguard(cells.dictionary))
    return _rewrite(cells, lambda found: found[1] + found["marks"][1:], marked=True)


def _rewrite(cells: pa.StringArray, by: str | Callable[[re.Match[str]], str], *, marked: bool = False) -> pa.Array:
    """Cells with what stands before a formula rewritten. Only those that may have one (`marked`) are looked into one by one."""
    offsets, data = characters(cells)
    if marked and not (data == ord("'")).any():
        return cells
    live = np.flatnonzero(_LIVE[data])
    if marked:
        live = live[data[live - 1] == ord("'")]
    if not len(live):
        return cells
    cell = np.searchsorted(offsets, live, side="right") - 1
    start, at = offsets[cell], live - 1
    for _ in range(4):  # more blanks and quotes are left to the expression
        at = at - ((at >= start) & _ASIDE[data[at]])
    places = np.unique(cell[(at < start) | _SEPARATOR[data[at]] | _ASIDE[data[at]]])
    if not len(places):
        return cells

    def change(texts: pa.StringArray) -> pa.Array:
        return pa.array([_FORMULA.sub(by, text) for text in texts.to_pylist()], pa.string())

    return _change_at(cells, places, change)


def quote(cells: pa.StringArray) -> pa.Array:
    """A text with a comma, a quote or a line end in it stands in quotes."""
    places = np.flatnonzero(needs_quotes(cells))
    return _change_at(cells, places, _in_quotes) if len(places) else cells


def needs_quotes(cells: pa.StringArray) -> Array:
    """Which texts have a comma, a quote or a line end in them."""
    offsets, data = characters(cells)
    found = np.zeros(len(cells), dtype=bool)
    found[np.searchsorted(offsets, np.flatnonzero(_STRUCTURAL[data]), side="right") - 1] = True
    return found


def _in_quotes(texts: pa.StringArray) -> pa.Array:
    return pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")


def _change_at(cells: pa.StringArray, places: Array, change: Any) -> pa.Array:
    mask = np.zeros(len(cells), dtype=bool)
    mask[places] = True
    return pc.replace_with_mask(cells, pa.array(mask), change(cells.take(pa.array(places))))
