"""Cells → typed columns. Every distinct text is read once, by the functions that read YAML, so that no format means two things.

Plain numbers (digits, a point, a minus) are converted all at once. Whatever is written otherwise, out of range or ambiguous is left
to the reader of single values, which also says what is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactColumn, column, words
from salespath.facts import Derived, Fact, Value
from salespath.facts.reader import PLAIN, Context, understand
from salespath.facts.template import answer_format
from salespath.facts.values import EMPTY_SET, BadValue, cell_text

Bad: TypeAlias = "dict[int, tuple[str, str]]"  # row → what the cell holds, and what is wrong with it

_PLAIN = "^-?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
_PLAIN_BYTES = np.zeros(256, dtype=bool)
_PLAIN_BYTES[list(b"0123456789.-")] = True
_REMEMBERED = 100_000
POINT = ord(".")


@dataclass(frozen=True)
class Cells:
    """A typed column, the text that reads back as the same values (None: not made yet), and the bad cells."""

    column: FactColumn
    text: pa.Array | None
    bad: Bad


class CellReader:
    """Reads the cells of one fact."""

    def __init__(self, fact: Fact | Derived, context: Context = PLAIN) -> None:
        self.fact, self.context = fact, context
        self._known: dict[tuple[str, bool], Value | None | BadValue] = {}

    def read(self, cells: pa.Array) -> Cells:
        """Type the cells of a column: text, or what a Parquet file holds. Raises pyarrow.ArrowException for other types."""
        kind = cells.type
        if pa.types.is_dictionary(kind):
            if pa.types.is_string(kind.value_type):
                return self._distinct(cells)
            cells, kind = cells.cast(kind.value_type), kind.value_type
        if self.fact.numeric and (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            return self._exact_numbers(cells)
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            cells = _members_text(cells)
        cells = cells.cast(pa.string())
        return self._numbers(cells) if self.fact.numeric else self._distinct(cells.dictionary_encode())

    def _value_or_problem(self, text: str, exact: bool) -> Value | None | BadValue:
        """The value of one cell: as in YAML, but a set is written a;b, and an empty cell is unknown."""
        if (text, exact) in self._known:
            return self._known[text, exact]
        try:
            found: Value | None | BadValue = understand(self.fact, text, self.context, exact=exact).value
        except BadValue as error:
            hint = f" Expected {answer_format(self.fact)}." if self.fact.numeric else ""
            found = BadValue(f"{error}{hint}")
        if len(self._known) < _REMEMBERED:
            self._known[text, exact] = found
        return found

    def _distinct(self, cells: pa.DictionaryArray, *, exact: bool = False) -> Cells:
        texts = cells.dictionary.to_pylist()
        found = [self._value_or_problem(text, exact) for text in texts]
        good = [None if isinstance(value, BadValue) else value for value in found]
        places = np.asarray(cells.indices.fill_null(len(texts)))
        wrong = np.array([isinstance(value, BadValue) for value in found] + [False])
        bad = {int(row): (texts[places[row]], str(found[places[row]])) for row in np.flatnonzero(wrong[places])}
        text = pa.array([None if v is None else cell_text(self.fact, v) for v in good], pa.string()).take(cells.indices)
        return Cells(column(self.fact, [*good, None])[places], text, bad)

    def _numbers(self, cells: pa.StringArray) -> Cells:
        offsets, data = characters(cells)
        lengths = np.diff(offsets)
        plain = lengths > 0
        plain[np.searchsorted(offsets, np.flatnonzero(~_PLAIN_BYTES[data]), side="right") - 1] = False
        if self.context != PLAIN and self.context.decimal != ".":
            plain &= np.asarray(pc.match_substring_regex(cells, "^-?[0-9]+$").fill_null(False))
            plain &= not self.context.percent
        try:
            values = _floats(cells, plain)
        except pa.ArrowInvalid:  # a few of them are not numbers after all: 1.2.3 or 3-4
            plain &= np.asarray(pc.match_substring_regex(cells, _PLAIN).fill_null(False))
            values = _floats(cells, plain)
        doubtful = plain & self._doubtful(values)
        if (
            self.fact.type in ("integer", "money") and self.context.decimal != "." and (data == POINT).any()
        ):  # 250.000 is 250000 to some
            size, pointed = np.abs(values), np.asarray(pc.match_substring(cells, ".").fill_null(False))
            doubtful |= plain & (size >= 1) & (size < 1000) & (lengths >= 5) & (lengths <= 8) & pointed
        rest = np.flatnonzero((~plain & np.asarray(cells.is_valid())) | doubtful)
        known = plain & ~doubtful
        if not len(rest):
            return Cells(FactColumn(values, known), cells, {})
        others = self._distinct(cells.take(pa.array(rest)).dictionary_encode())
        values[rest], known[rest] = others.column.values, others.column.known
        mask = np.zeros(len(cells), dtype=bool)
        mask[rest] = True
        text = pc.replace_with_mask(cells, pa.array(mask), others.text)
        return Cells(FactColumn(values, known), text, {int(rest[row]): what for row, what in others.bad.items()})

    def _exact_numbers(self, cells: pa.Array) -> Cells:
        known = np.asarray(cells.is_valid())
        values = np.array(cells.cast(pa.float64(), safe=False).fill_null(math.nan))
        rest = np.flatnonzero(known & (self._doubtful(values) | ~np.isfinite(values)))
        bad: Bad = {}
        for row in rest:
            text = str(cells[int(row)].as_py())
            found = self._value_or_problem(text, True)
            if isinstance(found, BadValue):
                bad[int(row)] = (text, str(found))
                known[row] = False
        return Cells(FactColumn(np.where(known, values + 0.0, math.nan), known), None, bad)

    def _doubtful(self, values: Array) -> Array:
        """Which plain numbers are, or may be, out of range."""
        fact = self.fact
        with np.errstate(invalid="ignore"):
            found = np.abs(values) > 1e15
            if fact.type == "integer":
                found |= values != np.floor(values)
            if fact.above is not None:
                found |= values <= fact.above
            if fact.minimum is not None:
                found |= values < fact.minimum
            if fact.maximum is not None:
                found |= values > fact.maximum
        return found


def characters(cells: pa.StringArray) -> tuple[Array, Array]:
    """Where each cell begins among the characters of all (one more for the end), and these characters."""
    if not len(cells):
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    _, places, data = cells.buffers()
    offsets = np.frombuffer(places, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    characters = np.frombuffer(data, dtype=np.uint8)[first:last] if data else np.zeros(0, dtype=np.uint8)
    return offsets - first, characters


def _floats(cells: pa.StringArray, plain: Array) -> Array:
    """The plain cells as numbers, NaN for the rest. Raises ArrowInvalid if one of them is none."""
    values = np.full(len(cells), math.nan)
    some = cells if plain.all() else cells.filter(pa.array(plain))
    values[plain] = some.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values + 0.0  # which turns -0.0 into 0.0


def _members_text(cells: pa.Array) -> pa.Array:
    """Lists of members as text: a;b, or - for none."""
    items = cells.cast(pa.list_(pa.string()))
    text = pc.if_else(pc.equal(pc.list_value_length(items), 0), EMPTY_SET, pc.binary_join(items, ";"))
    lost = pc.and_(items.is_valid(), text.is_null())  # a member is null
    return pc.if_else(lost, "null", text)


def values(fact: Fact | Derived, cells: FactColumn) -> list[Value | None]:
    """The single values of a column, None where unknown."""
    if fact.numeric:
        numbers = (int(v) if v == int(v) else v for v in np.where(cells.known, cells.values, 0).tolist())
        return [v if known else None for v, known in zip(numbers, cells.known.tolist())]
    if fact.type == "date":
        days = cells.values.astype("datetime64[D]").astype(str).tolist()
        return [day if known else None for day, known in zip(days, cells.known.tolist())]
    terms = words(fact)
    found: list[Value | None] = []
    for code, known in zip(cells.values.tolist(), cells.known.tolist()):
        if not known:
            found.append(None)
        elif fact.type == "set":
            found.append(frozenset(str(word) for place, word in enumerate(terms) if code >> place & 1))
        else:
            found.append(terms[code])
    return found


def written_cells(fact: Fact | Derived, cells: FactColumn) -> pa.Array:
    """A column as text that reads back as the same values."""
    distinct, places = np.unique(np.where(cells.known, cells.values, 0), return_inverse=True)
    single = FactColumn(distinct, np.ones(len(distinct), dtype=bool))
    text = pa.array([cell_text(fact, value) for value in values(fact, single) if value is not None], pa.string())
    return text.take(pa.array(places, mask=~cells.known))


def typed_cells(fact: Fact | Derived, cells: FactColumn | None, rows: int) -> pa.Array:
    """A column as Arrow types: whole numbers, numbers, days, booleans, dictionary words, lists of members."""
    if cells is None:
        cells = column(fact, [None] * rows)
    unknown = ~cells.known
    if fact.type == "integer":
        return pa.array(np.where(cells.known, cells.values, 0).astype(np.int64), mask=unknown)
    if fact.numeric:
        return pa.array(cells.values, mask=unknown)
    if fact.type == "date":
        return pa.array(cells.values.astype("datetime64[D]"), mask=unknown)
    if fact.type == "boolean":
        return pa.array(cells.values == 1, mask=unknown)
    if fact.type == "choice":
        return pa.DictionaryArray.from_arrays(pa.array(cells.values, mask=unknown), pa.array(list(fact.values)))
    distinct, places = np.unique(cells.values, return_inverse=True)
    single = FactColumn(distinct, np.ones(len(distinct), dtype=bool))
    members = [[w for w in fact.values if w in value] for value in values(fact, single) if isinstance(value, frozenset)]
    return pa.array(members, pa.list_(pa.string())).take(pa.array(places, mask=unknown))
