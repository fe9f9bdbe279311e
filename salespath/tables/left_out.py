"""Rows that are no companies: totals, repeated headings, footers, rows said twice, older dates of a company.

Each is told with its row and what it is taken for. A row that says something of a company beside numbers is a company, whatever it
is called, unless the numbers are the sums of the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import combining, normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactColumn
from salespath.facts import LeftOut, Vocabulary
from salespath.facts.vocabulary import fold
from salespath.files.problems import NOTE, Problem, shown
from salespath.tables.dates import Older
from salespath.tables.header import COMPANY
from salespath.tables.normalise import places, texts, valid
from salespath.tables.progress import spans

TOTAL, AVERAGE, HEADING, FOOTER, DUPLICATE, OLDER = "total", "average", "heading", "footer", "duplicate", "older date"
SECTION = "section heading"
NAMED = 20  # rows of a kind that are told one by one
REMEMBERED = 2**23  # rows that later ones are compared with, at 15 to 30 bytes each
PART = 2**16  # of them looked up at once
_SUBTOTALS = frozenset(["subtotal", "subtotals", "zwischensumme"])
_TOTALS = frozenset(
    [
        "total",
        "totals",
        "sum",
        "sums",
        "suma",
        "somme",
        "summe",
        "gesamt",
        *_SUBTOTALS,
        "overall",
        "count",
        "σ",
    ]
)
_AVERAGES = frozenset(
    [
        "average",
        "averages",
        "avg",
        "mean",
        "means",
        "median",
        "mediana",
        "medie",
        "media",
        "min",
        "max",
        "minimum",
        "maximum",
        "ø",
    ]
)
_BESIDE = frozenset(
    [
        "grand",
        "general",
        "generala",
        "sub",
        "portfolio",
        "portofoliu",
        "fund",
        "all",
        "of",
        "the",
        "for",
        "and",
        "in",
        "a",
        "de",
        "companies",
        "company",
        "companii",
        "firme",
        "accounts",
        "records",
        "rows",
        "weighted",
        "simple",
    ]
)
_MAYBE_TOTAL = (
    r"(?i)\b(sub-?)?(totals?|sums?|suma|sumă|somme|(zwischen)?summe|gesamt|overall|count"
    r"|averages?|avg|means?|mediana?|medi[ae]|min|max|m[ai][xn]imum)\b|[ΣØ]"
)
_FOOTER = re.compile(
    r"(?:sources?|notes?|surs[ae]|not[ae]|legend[a]?|disclaimer|footnotes?)\s*[:.].*"
    r"|.*\b(?:confidential|confidentiality|copyright|all rights reserved|do not distribute)\b.*|.*©.*|.*\(c\)\s*\d.*"
    r"|(?:page|pagina|pag\.?|seite)\s*\d+(?:\s*(?:of|/|din|von|de)\s*\d+)?"
    r"|(?:generated|exported|downloaded|prepared|printed|created|generat|exportat|descarcat)\s+(?:by|on|at|from|de|la|in|pe)\b.*"
    r"|(?:data )?as of\b.*|end of (?:report|file|data).*|\*+.*|[-=_*]{3,}",
    re.DOTALL,
)
_NOTHING = np.uint64(0x5A1E59A7A5EED)  # for an empty cell
_SENTENCE = 5  # words of a text after an empty row that is no name


class Rows(NamedTuple):
    """Some rows of a table: their cells and numbers, the facts in them, a key of each (equal for equal rows), the empty ones.

    Without `keys` no two rows of the table are equal.
    `short` are the places of rows with one cell in them, and fewer than the header has; `sections` those of which the file itself
    says that they are headings of sections.
    """

    cells: Mapping[str, pa.Array]
    numbers: Array
    facts: Mapping[str, FactColumn]
    keys: Array | None
    blank: frozenset[int] = frozenset()
    short: frozenset[int] = frozenset()
    sections: frozenset[int] = frozenset()


class _Lone(NamedTuple):
    """The rows with one cell in them, by place: its column and text; and the numbers of the empty rows."""

    cells: Mapping[int, tuple[str, str]]
    blank: frozenset[int]


@dataclass
class _Sums:
    total: float = 0.0
    count: int = 0

    def plus(self, column: FactColumn, places: Array) -> _Sums:
        known = places & column.known
        return _Sums(self.total + float(column.values[known].sum()), self.count + int(known.sum()))


@dataclass
class Sieve:
    """Finds them in one file, whose rows come in order. `headings` are the columns as the file calls them."""

    path: str
    vocabulary: Vocabulary
    names: Sequence[str]
    headings: Sequence[str]
    older: Older | None = None
    _sums: dict[str, _Sums] = field(default_factory=dict)
    _worded: int = 0  # rows that say something beside numbers
    _rows: int = 0
    _seen: _Seen = field(default_factory=lambda: _Seen())
    _told: dict[str, int] = field(default_factory=dict)
    _footers: int = 0  # the last row that was one
    _begun: bool = False  # whether rows have come before

    def find(self, rows: Rows) -> dict[int, LeftOut]:
        """Those among some rows, by place."""
        if not len(rows.numbers):
            return {}
        label = COMPANY if COMPANY in rows.cells else next(iter(rows.cells))
        names = texts(rows.cells[label])
        found: dict[int, tuple[str, str]] = {}
        lone = self._lone(rows)
        self._footers_of(rows, lone, found)
        self._headings_of(rows, names, label, found)
        if label == COMPANY and rows.keys is not None:
            self._repeated(rows, names, rows.keys, found)
        self._totals_of(rows, names, lone, found)
        self._sections_of(rows, lone, found)
        if self.older:
            for place, why in self.older.among(rows.numbers).items():
                found.setdefault(place, (OLDER, why))
        self._begun = True
        return {
            place: LeftOut(self.path, int(rows.numbers[place]), kind, why)
            for place, (kind, why) in sorted(found.items())
        }

    def problems(self, some: Iterable[LeftOut]) -> list[Problem]:
        """What is said of rows that are left out: the first of each kind one by one, of more only which they are."""
        found, more = [], dict[str, list[int]]()
        for item in some:
            told = self._told[item.kind] = self._told.get(item.kind, 0) + 1
            if told > NAMED:
                more.setdefault(item.kind, []).append(item.row)
                continue
            found.append(Problem("SP119", f"left out, as it is {item.why}.", NOTE, file=self.path, row=item.row))
        for kind, rows in more.items():
            message = f"left out likewise ({kind}): {spans(rows)}."
            found.append(Problem("SP119", message, NOTE, file=self.path, row=rows[0]))
        return found

    def _lone(self, rows: Rows) -> _Lone:
        """The rows with one cell in them, which says no fact."""
        if len(self.names) < 2:
            return _Lone({}, rows.blank)
        known = np.zeros(len(rows.numbers), dtype=bool)
        for column in rows.facts.values():
            known |= column.known
        places = np.flatnonzero(~known)
        some, counts = pa.array(places), np.zeros(len(places), dtype=np.int64)
        for cells in rows.cells.values() if len(places) else ():
            counts += np.asarray(cells.take(some).is_valid())
        cells = {
            place: next((name, _text(cells[place])) for name, cells in rows.cells.items() if cells[place].is_valid)
            for place in places[counts == 1].tolist()
        }
        return _Lone(cells, rows.blank | {int(row) for row in rows.numbers[places[counts == 0]]})

    def _footers_of(self, rows: Rows, lone: _Lone, found: dict[int, tuple[str, str]]) -> None:
        for place, (_, text) in lone.cells.items():
            row = int(rows.numbers[place])
            ends = row - 1 in lone.blank or row - 1 == self._footers
            if _FOOTER.fullmatch(_plain(text)) or (ends and (place in rows.short or len(text.split()) >= _SENTENCE)):
                found[place] = FOOTER, f"a line that is no row of the table: {shown(text.rstrip('. '))}"
                self._footers = row

    def _sections_of(self, rows: Rows, lone: _Lone, found: dict[int, tuple[str, str]]) -> None:
        """Headings of sections: the file says so, no company is named, or a mere name follows an empty row or a total.

        Where one does, a mere name in the first row is the heading of the first section.
        """
        named = COMPANY in rows.cells
        begin = {int(rows.numbers[place]) + 1 for place, (kind, _) in found.items() if kind in (TOTAL, AVERAGE)}
        begin |= {row + 1 for row in lone.blank}
        few = 2 * len(lone.cells) < len(rows.numbers)
        opening, first = [], []
        for place, (name, text) in lone.cells.items():
            own = named and name != COMPANY and name not in self.vocabulary
            followed = place + 1 < len(rows.numbers) and place + 1 not in lone.cells
            if place in rows.sections or own:
                found.setdefault(place, _section(text))
            elif few and followed and name == COMPANY:
                if int(rows.numbers[place]) in begin:
                    opening.append(place)
                elif place == 0 and not self._begun:
                    first.append(place)
        for place in (*first, *opening) if opening else ():
            found.setdefault(place, _section(lone.cells[place][1]))

    def _headings_of(self, rows: Rows, names: pa.Array, label: str, found: dict[int, tuple[str, str]]) -> None:
        headings = dict(zip(self.names, self.headings))
        same = pc.equal(names, headings[label])
        for place in np.flatnonzero(np.asarray(same.fill_null(False))).tolist():
            cells = {name: text for name, column in rows.cells.items() if (text := _text(column[place]))}
            if len(cells) > 1 and all(fold(text) == fold(headings[name]) for name, text in cells.items()):
                found[place] = HEADING, "the heading again"

    def _totals_of(self, rows: Rows, names: pa.Array, lone: _Lone, found: dict[int, tuple[str, str]]) -> None:
        numeric = {name: column for name, column in rows.facts.items() if self.vocabulary[name].numeric}
        worded = np.zeros(len(rows.numbers), dtype=bool)
        for name, column in rows.facts.items():
            if name not in numeric:
                worded |= column.known
        together = pc.binary_join(pa.ListArray.from_arrays([0, len(names)], names.fill_null("")), "\n")
        maybe: list[int] = []
        if pc.match_substring_regex(together, _MAYBE_TOTAL)[0].as_py():  # of few parts
            maybe = np.flatnonzero(np.asarray(pc.match_substring_regex(names, _MAYBE_TOTAL).fill_null(False))).tolist()
        sections = frozenset(_words(" ".join(text for _, text in lone.cells.values()))) if maybe else frozenset()
        called = {place: _total(str(names[place]), sections) for place in maybe if place not in found}
        kinds = {place: kind for place, (kind, _) in called.items() if kind}
        ordinary = np.ones(len(rows.numbers), dtype=bool)
        ordinary[[*found, *kinds]] = False
        usual = self._worded + int(worded[ordinary].sum()) > (self._rows + int(ordinary.sum())) / 2
        last = 0
        for place, kind in kinds.items():
            before, since = ordinary.copy(), ordinary.copy()
            before[place:] = since[place:] = since[:last] = False
            last = place
            known = {name: float(column.values[place]) for name, column in numeric.items() if column.known[place]}
            none = _Sums()
            alike = 0
            for name, value in known.items():
                so_far, column = self._sums.get(name, none), numeric[name]
                over = (so_far.plus(column, before), so_far.plus(column, ordinary), none.plus(column, since))
                alike += any(_is_of(value, sums) for sums in over)
            if called[place][1]:
                is_one = (alike and 2 * alike >= len(known)) or (not worded[place] and (usual or not known))
            else:  # of a section, if it is the sum of it in everything
                is_one = alike == len(known) > 0
            if is_one:
                found[place] = kind, f"{'an' if kind == AVERAGE else 'a'} {kind} of other rows: {shown(names[place])}"
            else:
                ordinary[place] = True
        for name, column in numeric.items():
            self._sums[name] = self._sums.get(name, _Sums()).plus(column, ordinary)
        self._worded += int(worded[ordinary].sum())
        self._rows += int(ordinary.sum())

    def _repeated(self, rows: Rows, names: pa.Array, keys: Array, found: dict[int, tuple[str, str]]) -> None:
        earlier = self._seen.earlier(keys, rows.numbers)
        for place in np.flatnonzero(earlier).tolist():
            if place not in found and place not in rows.short and _text(names[place]):
                found[place] = DUPLICATE, f"row {earlier[place]} again"


class _Seen:
    """The keys of rows, and where each was seen first: a hash table that grows."""

    def __init__(self, size: int = 5 * 2**18) -> None:
        self._make(size)
        self._count = 0

    def earlier(self, keys: Array, rows: Array) -> Array:
        """For each key the first row that had it, or 0."""
        first = rows.copy()
        for start in range(0, len(keys), PART):
            some = slice(start, start + PART)
            while 4 * len(self._keys) < 5 * min(self._count + len(keys[some]), REMEMBERED):
                self._grow()
            first[some] = self._put(keys[some], rows[some])
            self._count += int((first[some] == rows[some]).sum())
        first[first == rows] = 0
        return first

    def _make(self, size: int) -> None:
        """An empty table of 5 * 2**n places, so that steps of 1, 11, 21 ... come by all of them."""
        self._keys = np.zeros(size, np.int64)
        self._rows = np.zeros(size, np.uint32)

    def _grow(self) -> None:
        """Move everything to a table twice as large. Places keep their order, so the old one shrinks as the new one fills."""
        keys, rows = self._keys, self._rows
        self._make(2 * len(keys))
        for start in range((len(keys) - 1) // PART * PART, -1, -PART):
            held = np.flatnonzero(rows[start:]) + start
            self._put(keys[held], rows[held], more=True)
            keys.resize(start, refcheck=False)
            rows.resize(start, refcheck=False)

    def _put(self, keys: Array, rows: Array, *, more: bool | None = None) -> Array:
        """The first row of each key; those not seen before are kept, as long as there is room or with `more`."""
        size, first, left = len(self._keys), rows.copy(), np.arange(len(keys))
        more = self._count < REMEMBERED if more is None else more
        slots = (((keys.view(np.uint64) >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32)).astype(np.int64)
        steps = (keys & 255) * 10 + 1
        while len(left):
            where = self._rows[slots]
            new = np.flatnonzero(where == 0)[::-1]  # of several for one place, the first is kept
            if more and len(new):
                self._keys[slots[new]] = keys[left[new]]
                self._rows[slots[new]] = rows[left[new]]
                where = self._rows[slots]
            here = (where > 0) & (self._keys[slots] == keys[left])
            first[left[here]] = where[here]
            on = np.flatnonzero((where > 0) & ~here)
            left, steps = left[on], steps[on]
            slots = (slots[on] + steps) % size
        return first


def row_keys(cells: Iterable[pa.Array], rows: int) -> Array:
    """A key of each row, equal for rows with equal cells."""
    keys = np.zeros(rows, dtype=np.uint64)
    for column in cells:
        keys = _mixed(keys ^ _numbers(column))
    return keys.view(np.int64)


def _numbers(column: pa.Array) -> Array:
    """A number for each cell of a column, the same for the same cell."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_float64(kind):
        if kind.bit_width < 64:
            column = column.cast(pa.int64())
        nothing = _NOTHING.view(column.type.to_pandas_dtype()).item()
        found: Array = column.fill_null(nothing).to_numpy(zero_copy_only=False).view(np.uint64)
        return found
    if pa.types.is_boolean(kind):
        return np.asarray(column.cast(pa.int8()).fill_null(2)).astype(np.uint64)
    if pa.types.is_list(kind):  # each item with its place, so that the order counts
        starts = np.concatenate(([0], np.cumsum(np.asarray(pc.list_value_length(column).fill_null(0), dtype=np.int64))))
        lengths = np.diff(starts)
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        hashes, which = _hashes(column.flatten())
        by_place = np.arange(lengths.max(initial=0)).view(np.uint64)[:, None] ^ hashes
        items = (
            _mixed(by_place)[within, which]
            if by_place.size < len(which)
            else _mixed(hashes[which] ^ within.view(np.uint64))
        )
        sums = np.concatenate(([np.uint64(0)], np.cumsum(items, dtype=np.uint64)))[starts]
        return np.where(valid(column), np.diff(sums) + np.uint64(1), _NOTHING)
    hashes, which = _hashes(column)
    return hashes[which]


def _hashes(column: pa.Array) -> tuple[Array, Array]:
    """A number for each text in a column, the last one for none, and which of them each cell is."""
    words = column if pa.types.is_dictionary(column.type) else texts(column).dictionary_encode()
    hashes = np.array([*map(hash, words.dictionary.to_pylist()), 0], dtype=np.int64).view(np.uint64)
    hashes[-1] = _NOTHING
    return hashes, places(words)


def _mixed(keys: Array) -> Array:
    """Numbers of which every bit depends on all bits of those given: the last step of SplitMix64."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        keys = (keys ^ (keys >> np.uint64(shift))) * np.uint64(factor)
    found: Array = (keys ^ (keys >> np.uint64(31))) + np.uint64(0x9E3779B97F4A7C15)
    return found


def _section(text: str) -> tuple[str, str]:
    return SECTION, f"the heading of a section: {shown(text)}"


def _text(cell: pa.Scalar) -> str:
    value = cell.as_py()
    return "" if value is None else str(value).strip()


def _plain(text: str) -> str:
    return "".join(c for c in normalize("NFKD", text.strip()) if not combining(c)).casefold()


def _total(name: str, sections: Collection[str]) -> tuple[str, bool]:
    """Whether a name says that a row is a total or an average, and whether it is one of all (`Subtotal software` is of a section).

    Words that are in no heading of a section make it a company: `Total Energies`.
    """
    words = _words(name)
    kind = AVERAGE if _AVERAGES.intersection(words) else TOTAL if _TOTALS.intersection(words) else ""
    others = [word for word in words if not (word in _TOTALS or word in _AVERAGES or word in _BESIDE)]
    if others and not (_SUBTOTALS.intersection(words) or all(word in sections for word in others)):
        return "", False
    return kind, not others


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", _plain(text))


def _is_of(value: float, sums: _Sums) -> bool:
    """Whether a number is the sum or the average of at least two others, as people round."""
    if sums.count < 2:
        return False
    return any(abs(value - other) <= 0.005 * abs(other) for other in (sums.total, sums.total / sums.count))
