"""Texts as cells of a CSV file: quoted where they must be, and never a live formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array
from salespath.tables.fact_columns import characters

_RISKY = np.zeros(256, dtype=bool)
_RISKY[list(b"=+-@\t\r\n")] = True
_STRUCTURAL = np.zeros(256, dtype=bool)
_STRUCTURAL[list(b',"\n\r')] = True
_NUMBER = "^([-+]?([0-9][0-9,]*([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?%?|-)$"


def guard(cells: pa.StringArray) -> pa.Array:
    """A text that a spreadsheet would run as a formula gets a ' before it; numbers and - stay as they are."""
    offsets, data = characters(cells)
    places = np.flatnonzero(offsets[1:] > offsets[:-1])
    places = places[_RISKY[data[offsets[places]]]]
    if not len(places):
        return cells
    formulas = np.asarray(pc.invert(pc.match_substring_regex(cells.take(pa.array(places)), _NUMBER)))
    return _change_at(cells, places[formulas], lambda texts: pc.binary_join_element_wise("'", texts, ""))


def quote(cells: pa.StringArray) -> pa.Array:
    """A text with a comma, a quote or a line end in it stands in quotes."""
    offsets, data = characters(cells)
    structural = np.flatnonzero(_STRUCTURAL[data])
    if not len(structural):
        return cells
    places = np.unique(np.searchsorted(offsets, structural, side="right") - 1)
    return _change_at(cells, places, _in_quotes)


def _in_quotes(texts: pa.StringArray) -> pa.Array:
    return pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")


def _change_at(cells: pa.StringArray, places: Array, change: Any) -> pa.Array:
    mask = np.zeros(len(cells), dtype=bool)
    mask[places] = True
    return pc.replace_with_mask(cells, pa.array(mask), change(cells.take(pa.array(places))))
