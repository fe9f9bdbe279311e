"""Cells → typed columns. Every distinct text is understood once, by the reader of single answers, so that no format differs.

Plain numbers (digits, a point, a minus) are converted all at once. Whatever is written otherwise, out of range or ambiguous is left
to that reader, which also says what is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactColumn, column, mask_type, words
from salespath.facts import Derived, Fact, Value
from salespath.facts.currencies import DOLLARS, ISO, UNNAMED
from salespath.facts.reader import ALONE, Context, Understood, members, understand
from salespath.facts.values import BadValue, Range, cell_text
from salespath.files.problems import shown
from salespath.tables.normalise import in_memory, is_number, places, texts, valid


class BadCell(NamedTuple):
    """What a cell holds, as it may be repeated in a message, and what is wrong with it."""

    text: str
    why: str


Bad: TypeAlias = "dict[int, BadCell]"  # by row; equal cells share one

_PLAIN = "^-?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
# Thousands and decimals of the other kind, where a column is known to have it; what stands between thousands, and before decimals.
_GROUPED = {
    ",": (".", ",", "^-?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?$"),
    ".": (",", ".", "^-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)?$"),
}
_PLAIN_BYTES = np.zeros(256, dtype=bool)
_PLAIN_BYTES[list(b"0123456789.-")] = True
_REMEMBERED = 100_000
_NULL = "(null)"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = 2**53  # whole numbers below it are exact
POINT = ord(".")
EIGHT = 8  # digits that one word of the processor holds
_PAIRED = tuple(  # digits next to one another become numbers of two, these of four, these of eight
    tuple(map(np.uint64, step))
    for step in (
        (0xFFFFFFFFFFFFFFFF, 10 * 2**8 + 1, 8),
        (0x00FF00FF00FF00FF, 100 * 2**16 + 1, 16),
        (0x0000FFFF0000FFFF, 10_000 * 2**32 + 1, 32),
    )
)


@dataclass(frozen=True)
class Cells:
    """A typed column, the text that reads back as the same values (None: not made yet), and the bad cells.

    `notes` are the cells that do not mean just what they say, with how they were understood and how many there are. `codes` are the
    currencies that cells, or their heading, name ("": none), `how` the "estimated" of those that say so; each is None where no cell
    has any.
    """

    column: FactColumn
    text: pa.Array | None
    bad: Bad
    notes: Sequence[tuple[str, str, int]] = ()
    codes: Array | None = None
    how: pa.Array | None = None


@dataclass(frozen=True)
class _Meanings:
    """What some texts mean, as columns. The first place is that of no text, which is unknown.

    `codes` are the currencies of amounts; `named` says whose are to be kept, `guessed` what is about so much, `noted` what does not
    mean just what it says, `ranged` what is a range, `wrong` what means nothing.
    """

    items: list[Understood | BadCell]
    column: FactColumn
    text: pa.StringArray
    codes: Array
    named: Array
    guessed: Array
    noted: Array
    ranged: Array
    wrong: Array

    @classmethod
    def none(cls, fact: Fact | Derived) -> _Meanings:
        """Those of no text at all."""
        return cls(
            [Understood(None)],
            column(fact, [None]),
            pa.array([""]),
            np.array([""], dtype="U3"),
            *np.zeros((5, 1), dtype=bool),
        )

    def plus(self, fact: Fact | Derived, more: Sequence[Understood | BadCell], foreign: bool) -> _Meanings:
        """Those and more; of `foreign` amounts a dollar is kept too."""
        if not more:
            return self
        none = Understood(None)
        good = [none if isinstance(item, BadCell) else item for item in more]
        codes = np.array(["" if item.currency == UNNAMED else item.currency for item in good], dtype="U3")
        named = (codes != "") if foreign else (codes != "") & (codes != DOLLARS)
        kept = (f" {code}" if is_ else "" for code, is_ in zip(codes.tolist(), named.tolist()))
        written = ["" if i.value is None else f"{cell_text(fact, i.value)}{code}" for i, code in zip(good, kept)]
        typed = column(fact, [item.value for item in good])
        values = np.concatenate([self.column.values, typed.values])
        known = np.concatenate([self.column.known, typed.known])
        high = None
        if typed.high is not None or self.column.high is not None:
            high = np.concatenate([self.column.ends[1], typed.ends[1]])
        flags = (
            named,
            [bool(item.how) for item in good],
            [bool(item.note) for item in good],
            [isinstance(item.value, Range) for item in good],
            [isinstance(item, BadCell) for item in more],
        )
        before = (self.named, self.guessed, self.noted, self.ranged, self.wrong)
        return _Meanings(
            [*self.items, *more],
            FactColumn(values, known, high),
            pa.concat_arrays([self.text, pa.array(written, pa.string())]),
            np.concatenate([self.codes, codes]),
            *(np.concatenate([one, np.array(other, dtype=bool)]) for one, other in zip(before, flags)),
        )


class CellReader:
    """Reads the cells of one fact; `context` is what is known of all of them.

    `foreign`: amounts that name no currency may be in another than dollars, so that a dollar is to be kept.
    """

    def __init__(self, fact: Fact | Derived, context: Context = ALONE, *, foreign: bool = False) -> None:
        self.fact, self._foreign, self._named = fact, foreign, context.currency if fact.type == "money" else ""
        self.context = (
            replace(context, currency=self._named or UNNAMED) if fact.type == "money" and foreign else context
        )
        self._known: dict[tuple[str, bool], int] = {}  # texts, and where their meanings stand
        self._meanings = _Meanings.none(fact)
        percent = 2 if context.percent and fact.type == "share" else 0
        self._exponent = context.scale - percent
        self._one_by_one = bool(context.per)  # of which period a plain number is depends on the fact

    def read(self, cells: pa.Array, numbers: Array | None = None) -> Cells:
        """Type the cells of a normalised column; of text, `numbers` are the cells that a program wrote: 250.125 has one reading."""
        kind = cells.type
        if numbers is not None and self.fact.numeric and numbers.any():
            which = pa.array(numbers)
            others, exactly = pc.if_else(which, None, cells), pc.if_else(which, cells, None)
            return _together(self.read(others), self._written_numbers(exactly), numbers)
        if pa.types.is_dictionary(kind):
            return self._distinct(cells)
        if pa.types.is_list(kind):
            return self._lists(cells)
        if pa.types.is_boolean(kind) and self.fact.type == "boolean":
            codes = np.asarray(cells.fill_null(False)).astype(np.int16)
            return Cells(FactColumn(codes, valid(cells)), None, {})
        if pa.types.is_date32(kind) and self.fact.type == "date":
            known = valid(cells)
            days = np.where(known, in_memory(cells.view(pa.int32())), 0).astype(np.int64)
            return Cells(FactColumn(days, known), None, {})
        exact = is_number(kind)
        if exact and self.fact.numeric and not self._one_by_one:
            return self._exact_numbers(cells)
        cells = cells.cast(pa.string())
        if self.fact.numeric and not (exact or self._one_by_one):
            return self._numbers(cells)
        return self._distinct(cells.dictionary_encode(), exact=exact)

    def _distinct(self, cells: pa.DictionaryArray, *, exact: bool = False) -> Cells:
        if len(cells.dictionary) > len(cells):
            cells = cells.dictionary_decode().dictionary_encode()
        words, which = cells.dictionary.to_pylist(), places(cells)
        at = np.array([*map(self._known.get, zip(words, repeat(exact)), repeat(-1)), 0])
        new = np.flatnonzero(at < 0)
        if not len(new):
            return self._cells(words, which, at, self._meanings)
        new = new[np.bincount(which, minlength=len(at))[new] > 0]
        found = [self._understood(words[place], exact) for place in new.tolist()]
        at[at < 0] = 0
        at[new] = len(self._meanings.items) + np.arange(len(new))
        kept = max(0, _REMEMBERED - len(self._known))
        self._known.update(((words[place], exact), int(at[place])) for place in new[:kept].tolist())
        self._meanings = self._meanings.plus(self.fact, found[:kept], self._foreign)
        return self._cells(words, which, at, self._meanings.plus(self.fact, found[kept:], self._foreign))

    def _understood(self, text: str, exact: bool) -> Understood | BadCell:
        """What one cell means: as in a fact file, but a set is written a;b."""
        if self.fact.type == "date" and _DAY.fullmatch(text):
            with suppress(ValueError):
                return Understood(date.fromisoformat(text).isoformat())
        try:
            return understand(self.fact, text, self.context, exact=exact)
        except BadValue as error:
            return BadCell(shown(text), str(error))

    def _cells(self, words: Sequence[str], which: Array, at: Array, meanings: _Meanings) -> Cells:
        """The cells of a column, of which each is one of some words, or none; `at` is where the meanings of these stand."""
        places = at[which]
        typed, codes, how = meanings.column[places], None, None
        bad: Bad = {}
        notes: list[tuple[str, str, int]] = []
        if typed.high is not None and not meanings.ranged[at].any():
            typed = replace(typed, high=None)
        for row in np.flatnonzero(meanings.wrong[places]).tolist() if meanings.wrong[at].any() else ():
            item = meanings.items[int(places[row])]
            assert isinstance(item, BadCell)
            bad[row] = item
        if len(noted := np.flatnonzero(meanings.noted[at])):
            counts = np.bincount(which, minlength=len(at)).tolist()
            items = ((word, meanings.items[int(at[word])]) for word in noted.tolist())
            notes = [
                (shown(words[n]), item.note, counts[n])
                for n, item in items
                if isinstance(item, Understood) and counts[n]
            ]
        if meanings.named[at].any():
            codes = meanings.codes[places]
        if meanings.guessed[at].any():
            how = pa.array(np.full(len(places), "estimated"), pa.string(), mask=~meanings.guessed[places])
        indices = pa.array(places.astype(np.int32), mask=~typed.known)
        text = (
            meanings.text.take(indices) if self.fact.numeric else pa.DictionaryArray.from_arrays(indices, meanings.text)
        )
        return Cells(typed, text, bad, notes, codes, how)

    def _lists(self, cells: pa.ListArray) -> Cells:
        """Lists of members, as the lists of a fact file."""
        if (masks := self._masks(cells)) is not None:
            return Cells(FactColumn(masks, valid(cells)), None, {})
        encoded = texts(cells).dictionary_encode()
        first = np.full(len(encoded.dictionary) + 1, 0)
        which = places(encoded)
        first[which[::-1]] = np.arange(len(which))[::-1]
        named = cells.take(pa.array(first[:-1])).to_pylist()
        written = encoded.dictionary.to_pylist()
        found = [self._members(*item) for item in zip(written, named)]
        meanings = _Meanings.none(self.fact).plus(self.fact, found, self._foreign)
        return self._cells(written, which, np.append(np.arange(len(found)) + 1, 0), meanings)

    def _masks(self, cells: pa.ListArray) -> Array | None:
        """The sets that lists are, of which each member is written as its id; None where there is another one."""
        items = cells.flatten().dictionary_encode()
        bits = {member: 1 << code for code, member in enumerate(self.fact.values)}
        found = [bits.get(word) for word in items.dictionary.to_pylist()]
        if self.fact.type != "set" or items.null_count:
            return None
        others = [code for code, bit in enumerate(found) if bit is None]
        if others and np.isin(items.indices, others).any():  # a dictionary may have words that no list has
            return None
        kind = mask_type(self.fact)
        ends = np.asarray(cells.offsets)
        filled = np.diff(ends) > 0
        masks = np.zeros(len(cells), dtype=kind)
        if filled.any():
            members = np.array([bit or 0 for bit in found], dtype=kind)[np.asarray(items.indices)]
            masks[filled] = np.bitwise_or.reduceat(members, (ends[:-1] - ends[0])[filled])
        return masks

    def _members(self, text: str, named: Sequence[str | None]) -> Understood | BadCell:
        try:
            if self.fact.type != "set":
                raise BadValue(f"{shown(text)} is a list; expected one value.")
            return members(self.fact, (_NULL if member is None else member for member in named))
        except BadValue as error:
            return BadCell(shown(text), str(error))

    def _numbers(self, cells: pa.StringArray) -> Cells:
        offsets, data = characters(cells)
        lengths = np.diff(offsets)
        if (values := self._digits(offsets, data, lengths, cells.null_count)) is not None:
            return self._with_others(cells, values, lengths > 0, None)
        decimal = self.context.decimal
        if decimal and np.isin(data, [ord(c) for c in ("," if decimal == "." else ",.")]).any():
            return self._grouped(cells)
        plain = lengths > 0
        plain[np.searchsorted(offsets, np.flatnonzero(~_PLAIN_BYTES[data]), side="right") - 1] = False
        try:
            values = self._floats(cells, plain)
        except pa.ArrowInvalid:  # a few of them are not numbers after all: 1.2.3 or 3-4
            plain = np.asarray(pc.match_substring_regex(cells, _PLAIN).fill_null(False))
            values = self._floats(cells, plain)
        doubtful = plain & self._doubtful(values)
        if (
            not decimal and self.fact.type in ("integer", "money") and (data == POINT).any()
        ):  # 250.000 is 250000 to some
            size, pointed = np.abs(values), np.asarray(pc.match_substring(cells, ".").fill_null(False))
            size = size / 10.0**self._exponent
            doubtful |= plain & (size >= 1) & (size < 1000) & (lengths >= 5) & (lengths <= 8) & pointed
        return self._with_others(cells, values, plain & ~doubtful, (~plain & np.asarray(cells.is_valid())) | doubtful)

    def _digits(self, offsets: Array, data: Array, lengths: Array, unknown: int) -> Any:
        """Numbers of a column of up to EIGHT digits each and nothing else, none of them doubtful; None for another column."""
        most = lengths.max(initial=0)
        if self._exponent or not 0 < most <= EIGHT or data.min() < ord("0") or data.max() > ord("9"):
            return None
        known = lengths > 0
        if unknown != len(lengths) - np.count_nonzero(known):
            return None
        padded = np.concatenate((np.zeros(EIGHT, dtype=np.uint8), data))
        ending = np.ndarray(len(data) + 1, dtype="<u8", buffer=padded, strides=(1,)).take(offsets[1:])
        others = (EIGHT * (EIGHT - lengths)).astype(np.uint64)  # bits of those before it
        found = ending & (np.uint64(0x0F0F0F0F0F0F0F0F) << others)
        for mask, factor, bits in _PAIRED:
            found = ((found & mask) * factor) >> bits
        largest = found.max()
        ends = np.array([np.where(known, found, largest).min(), largest], dtype=np.float64)
        return None if self._doubtful(ends).any() else np.where(known, found, math.nan)

    def _grouped(self, cells: pa.StringArray) -> Cells:
        """Numbers of a column that is known to write decimals in one way."""
        between, before, pattern = _GROUPED[self.context.decimal]
        plain = np.asarray(pc.match_substring_regex(cells, pattern).fill_null(False))
        digits = pc.replace_substring(pc.replace_substring(cells, between, ""), before, ".")
        values = self._floats(digits, plain)
        doubtful = plain & self._doubtful(values)
        return self._with_others(cells, values, plain & ~doubtful, (~plain & np.asarray(cells.is_valid())) | doubtful)

    def _exact_numbers(self, cells: pa.Array) -> Cells:
        known = valid(cells)
        if not self._exponent and (values := self._as_they_are(cells, known)) is not None:
            return self._with_others(cells, values, known, None, exact=True)
        if self._exponent:
            values = self._floats(cells.cast(pa.string()), known)
        else:
            values = np.array(cells.cast(pa.float64(), safe=False).fill_null(math.nan)) + 0.0
        rest = known & (self._doubtful(values) | ~np.isfinite(values))
        return self._with_others(cells, values, known & ~rest, rest, exact=True)

    def _as_they_are(self, cells: pa.Array, known: Array) -> Any:
        """Numbers of which none is doubtful; None for another column. The ends tell it where all between them is as good."""
        even = pa.types.is_float64(cells.type) and self.fact.type != "integer" and not self.context.percent
        if not (even or pa.types.is_int64(cells.type)):
            return None
        stored = in_memory(cells)
        if known.any():
            filled = np.where(known, stored, stored[known.argmax()])
            ends = np.array([filled.min(), filled.max()], dtype=np.float64)
            if np.isnan(ends[0]) or self._doubtful(ends).any():
                return None
        return np.where(known, stored, math.nan) + 0.0  # which turns -0.0 into 0.0

    def _written_numbers(self, cells: pa.StringArray) -> Cells:
        """Numbers as a program writes them, maybe with a unit; those in one currency, or in percent, are read together."""
        rest, found = cells, list[tuple[Array, Cells]]()
        parts = pc.extract_regex(cells, r"^(?P<number>-?[0-9]+(?:[.][0-9]+)?)(?P<unit>%| [^ 0-9]+)$")
        units = pc.struct_field(parts, [1]).dictionary_encode()
        for word in units.dictionary.to_pylist():
            if reader := self._of_unit(word.strip()):
                which = pc.equal(units.cast(pa.string()), word).fill_null(False)
                some = pc.if_else(which, pc.struct_field(parts, [0]), None)
                if word == "%":
                    some = pc.binary_join_element_wise(some, "e-2", "").cast(pa.float64()).cast(pa.string())
                found.append((np.asarray(which), reader._plain_numbers(some)))
                rest = pc.if_else(which, None, rest)
        numbers = self._plain_numbers(rest)
        for mask, some in found:
            numbers = _together(numbers, some, mask)
        return numbers

    def _of_unit(self, word: str) -> CellReader | None:
        """A reader of numbers that have a currency, or the sign %, by all of them; None for another unit."""
        if self.fact.type == "money" and (code := ISO.get(word.lower())):
            return CellReader(self.fact, replace(self.context, currency=code), foreign=self._foreign)
        if self.fact.type == "share" and word == "%":
            return CellReader(self.fact, replace(self.context, percent=False))
        return None

    def _plain_numbers(self, cells: pa.StringArray) -> Cells:
        plain = np.asarray(pc.match_substring_regex(cells, _PLAIN).fill_null(False)) & (not self._one_by_one)
        values = self._floats(cells, plain)
        plain &= ~self._doubtful(values)
        return self._with_others(cells, values, plain, np.asarray(cells.is_valid()) & ~plain, exact=True)

    def _with_others(
        self, cells: pa.Array, values: Array, known: Array, others: Array | None, *, exact: bool = False
    ) -> Cells:
        """The cells whose `values` are `known`, and the `others`, if there are any, read one by one."""
        rest = np.zeros(0, np.int64) if others is None else np.flatnonzero(others)
        plain = FactColumn(values if others is None else np.where(known, values, math.nan), known)
        named = self._named and (self._named != DOLLARS or self._foreign)
        if named and known.any():  # an amount without its currency reads back as another one
            text = pc.binary_join_element_wise(written_cells(self.fact, plain), self._named, " ")
        else:  # without what is known of the column, its text may mean something else
            text = None if exact or self._exponent or self.context.decimal else cells
        codes = np.full(len(cells), self._named) if named else None
        if not len(rest):
            return Cells(plain, text, {}, codes=codes)
        read = self._distinct(cells.take(pa.array(rest)).cast(pa.string()).dictionary_encode(), exact=exact)
        values, known = plain.values, known.copy()
        values[rest], known[rest] = read.column.values, read.column.known
        high = how = None
        if read.column.high is not None:
            high = values.copy()
            high[rest] = read.column.high
        if read.codes is not None:
            codes = np.full(len(cells), self._named if named else "", dtype="U3")
            codes[rest] = read.codes
        mask = np.zeros(len(cells), dtype=bool)
        mask[rest] = True
        mask = pa.array(mask)
        if text is None and read.codes is not None:
            text = written_cells(self.fact, plain)
        if text is not None:
            text = pc.replace_with_mask(text, mask, read.text)
        if read.how is not None:
            how = pc.replace_with_mask(pa.nulls(len(cells), pa.string()), mask, read.how)
        bad = {int(rest[row]): what for row, what in read.bad.items()}
        return replace(read, column=FactColumn(values, known, high), text=text, bad=bad, codes=codes, how=how)

    def _floats(self, cells: pa.StringArray, plain: Array) -> Array:
        """The plain cells as numbers, NaN for the rest. Raises ArrowInvalid if one of them is none."""
        values = np.full(len(cells), math.nan)
        some = cells if plain.all() else cells.filter(pa.array(plain))
        if self._exponent:  # as digits: 4.35 times 100 is not 435
            some = pc.binary_join_element_wise(some, f"e{self._exponent}", "")
        values[plain] = some.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return values + 0.0  # which turns -0.0 into 0.0

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
            if fact.type == "share" and self.context.percent:  # 0.5 may be a half, 1 all of it
                found |= (values != 0) & (np.abs(values) <= 0.01)
        return found


def _together(first: Cells, second: Cells, which: Array) -> Cells:
    """One column of two; `which` cells are those of the second."""
    ends = [np.where(which, *pair) for pair in zip(second.column.ends, first.column.ends)]
    known = np.where(which, second.column.known, first.column.known)
    high = None if first.column.high is None and second.column.high is None else ends[1]
    codes = how = text = None
    if first.codes is not None or second.codes is not None:
        codes = np.where(which, *("" if some.codes is None else some.codes for some in (second, first)))
    if first.how is not None or second.how is not None:
        none = pa.nulls(len(which), pa.string())
        how = pc.if_else(pa.array(which), *(none if some.how is None else some.how for some in (second, first)))
    if first.text is not None and second.text is not None:
        text = pc.if_else(pa.array(which), second.text, first.text)
    column = FactColumn(ends[0], known, high)
    return Cells(column, text, first.bad | second.bad, (*first.notes, *second.notes), codes, how)


def characters(cells: pa.StringArray) -> tuple[Array, Array]:
    """Where each cell begins among the characters of all (one more for the end), and these characters."""
    if not len(cells):
        return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    _, places, data = cells.buffers()
    offsets = np.frombuffer(places, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    characters = np.frombuffer(data, dtype=np.uint8)[first:last] if data else np.zeros(0, dtype=np.uint8)
    return offsets - first, characters


def ranged(cells: FactColumn) -> Array | None:
    """Which rows of a column hold a range; None where none can."""
    return None if cells.high is None else cells.known & (cells.high != cells.values)


def values(fact: Fact | Derived, cells: FactColumn) -> list[Value | None]:
    """The single values of a column, None where unknown."""
    found: Array = np.empty(len(cells.known), dtype=object)
    if fact.numeric:
        whole = cells.known & (np.floor(cells.values) == cells.values) & (np.abs(cells.values) < _WHOLE)
        found[cells.known] = cells.values[cells.known]
        found[whole] = cells.values[whole].astype(np.int64)
        ranges = ranged(cells)
        if ranges is not None and cells.high is not None:
            for row in np.flatnonzero(ranges).tolist():
                found[row] = Range(_number(float(cells.values[row])), _number(float(cells.high[row])))
    elif fact.type == "date":
        found[cells.known] = cells.values[cells.known].astype("datetime64[D]").astype(str)
    else:
        codes, which = np.unique(cells.values[cells.known], return_inverse=True)
        single: Array = np.empty(len(codes), dtype=object)
        single[:] = [_word(fact, code) for code in codes.tolist()]
        found[cells.known] = single[which]
    values: list[Value | None] = found.tolist()
    return values


def _word(fact: Fact | Derived, code: int) -> Value:
    terms = words(fact)
    if fact.type != "set":
        return terms[code]
    return frozenset(str(word) for place, word in enumerate(terms) if code >> place & 1)


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def written_cells(fact: Fact | Derived, cells: FactColumn) -> pa.Array:
    """A column as text that reads back as the same values."""
    low = np.where(cells.known, cells.values, 0)
    if fact.numeric and cells.high is None and (np.abs(low) < _WHOLE).all() and (low == np.floor(low)).all():
        return pa.array(low.astype(np.int64), mask=~cells.known).cast(pa.string())
    if cells.high is None:
        distinct, places = np.unique(low, return_inverse=True)
        single = FactColumn(distinct, np.ones(len(distinct), dtype=bool))
    else:
        pairs = np.stack([low, np.where(cells.known, cells.high, 0)])
        distinct, places = np.unique(pairs, axis=1, return_inverse=True)
        single = FactColumn(distinct[0], np.ones(distinct.shape[1], dtype=bool), distinct[1])
    text = pa.array([cell_text(fact, value) for value in values(fact, single) if value is not None], pa.string())
    return text.take(pa.array(places.reshape(-1), mask=~cells.known))


def range_cells(fact: Fact | Derived, cells: FactColumn) -> pa.Array | None:
    """The ranges of a column as text, null where there is none; None where there are none at all."""
    rows = ranged(cells)
    if rows is None or not rows.any():
        return None
    return written_cells(fact, FactColumn(cells.values, rows, cells.high))


def typed_cells(fact: Fact | Derived, cells: FactColumn | None, rows: int) -> pa.Array:
    """A column as Arrow types: whole numbers, numbers, days, booleans, dictionary words, lists of members; ranges are null."""
    if cells is None:
        cells = column(fact, [None] * rows)
    unknown, ranges = ~cells.known, ranged(cells)
    if ranges is not None:
        unknown |= ranges
    if fact.type == "integer":
        return pa.array(np.where(unknown, 0, cells.values).astype(np.int64), mask=unknown)
    if fact.numeric:
        return pa.array(cells.values, mask=unknown)
    if fact.type == "date":
        return pa.array(cells.values.astype("datetime64[D]"), mask=unknown)
    if fact.type == "boolean":
        return pa.array(cells.values == 1, mask=unknown)
    if fact.type == "choice":
        return pa.DictionaryArray.from_arrays(pa.array(cells.values, mask=unknown), pa.array(list(fact.values)))
    if cells.values.dtype == np.uint8:
        distinct, places = np.arange(1 << len(fact.values)), cells.values  # the few sets that there can be
    else:
        distinct, places = np.unique(cells.values, return_inverse=True)
    single = FactColumn(distinct, np.ones(len(distinct), dtype=bool))
    members = [[w for w in fact.values if w in value] for value in values(fact, single) if isinstance(value, frozenset)]
    return pa.array(members, pa.list_(pa.string())).take(pa.array(places, mask=unknown))
