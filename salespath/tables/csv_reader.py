"""CSV files whose headers are fact ids."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from salespath.engine.base import Base
from salespath.engine.table import Array, FactColumn
from salespath.facts import ColumnRead, LeftOut, Lines, Reject, Vocabulary
from salespath.facts.rates import UNSAID, Currencies
from salespath.facts.reader import Context
from salespath.files.problems import Problem, SalespathError, refusal, shown
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.columns import PLAIN, TableOptions
from salespath.tables.csv_cells import unguard
from salespath.tables.csv_rows import (
    READ,
    RowBlock,
    after,
    blocks,
    cell_of_lines,
    plain_lines,
    row_ends,
    row_keys,
    row_texts,
    some_cells,
    utf8,
)
from salespath.tables.dates import Dates, Names, Older, date_columns
from salespath.tables.evidence import ROWS as SOME
from salespath.tables.evidence import Evidence, as_read, evidence, read_as
from salespath.tables.framing import Framing, frame
from salespath.tables.left_out import Rows, Sieve
from salespath.tables.read import ROWS, TableReading
from salespath.tables.rejects import ADDED, READ_AS


class Delimited(TableReading):
    """A CSV file being read."""

    def __init__(
        self, source: InputFile, base: Base, money: Currencies = UNSAID, options: TableOptions = PLAIN
    ) -> None:
        self.path, self._source = source.path, source
        vocabulary, path = base.vocabulary, source.path
        self._frame = framing = self._framing(vocabulary, options)
        self._delimiter, self._width = framing.delimiter, len(framing.names)
        self._needed = max((n for n, name in enumerate(framing.names, 1) if name != f"column {n}"), default=0)
        self._heading = heading = self._read_heading(vocabulary, options)
        self._all = [*heading.names, *(f"beyond {n}" for n in range(framing.extra))]
        self._again, self._vocabulary = ADDED[0] in framing.names, vocabulary
        self._kept = [n for n, name in enumerate(heading.names) if name in heading.kept]
        self.names = heading.kept
        self._open()
        older = self._older(() if options.whole else date_columns(self.names, vocabulary))
        self._blocks = self._begin()
        first, rows = [], 0
        for block in self._blocks:  # by now it is known that the file is text
            first.append(block)
            rows += block.rows
            if rows >= SOME:
                break
        self.problems = (*self._told(), *framing.problems, *heading.problems)
        texts, codes = pa.string(), pa.dictionary(pa.int32(), pa.string())
        words = (name in vocabulary and not vocabulary[name].numeric for name in self._all)
        self._convert = pyarrow.csv.ConvertOptions(
            column_types={name: codes if word else texts for name, word in zip(self._all, words)},
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=False,  # checked already
        )
        facts = [name for name in self.names if name in vocabulary]
        contexts = as_read(self._decided(first), heading.contexts)
        seen = self._evidence(first, facts, vocabulary, contexts)
        decided = read_as(seen.contexts, heading.contexts, self._delimiter)
        self.lines = Lines(
            framing.text, framing.delimiter, framing.encoding, framing.mark, framing.end, self._again, decided
        )
        self.problems += seen.problems
        headings = [framing.names[n] for n in self._kept]
        self._sieve = Sieve(path, vocabulary, self.names, headings, older)
        self._typist = Typist(path, self.names, vocabulary, seen.contexts, seen.undecided, money, options.on_error)
        self.columns = {**dict.fromkeys(self.names, pa.string()), **self._typist.added}
        self._blocks = chain(first or (RowBlock(b"", framing.row + 1, 0, {}),), self._blocks)

    def most(self) -> int:
        """The rows below the header, empty ones too."""
        with self._source.aside():
            return sum(block.rows for block in self._begin())

    def parts(self) -> Iterator[tuple[RowBlock, float | None]]:
        """Blocks of rows, and how much of the file is read with each (0 to 1)."""
        with self._source as source:
            for block in self._blocks:
                yield block, source.share

    def batch(self, part: tuple[RowBlock, float | None]) -> Batch:
        """The rows of a block, typed."""
        block, share = part
        if not block.rows:
            return self._typist.batch({name: pa.nulls(0, pa.string()) for name in self.names}, np.arange(0))
        table, places, ragged, short = self._table(block)
        seen = row_texts(block, self._delimiter, (*block.bad, *(place for place, text in ragged.items() if text)))
        lost = {place: self._ragged(block, place, seen[place]) for place in ragged if place in seen}
        wrong = {
            place: self._reject(Problem("SP103", why, file=self.path, row=block.first + place), seen[place])
            for place, why in block.bad.items()
        }
        lost |= {place: reject for place, reject in wrong.items() if place in ragged}
        cells = {name: _whole(table.column(n)) for name, n in zip(self.names, self._kept)}
        cells |= {name: unguard(cells[name]) for name in self.names if self._again or name not in self._vocabulary}
        bad = {place: reject for place, reject in wrong.items() if place not in ragged}
        bad |= {place: self._ragged(block, place, text) for place, text in short.items() if place not in bad}
        bad |= self._beyond(block, table, places, bad)
        here = {place: int(np.searchsorted(places, place)) for place in bad}
        rows = block.first + places
        blank = frozenset(block.first + place for place, text in ragged.items() if not text and place not in wrong)
        keys = row_keys(block, self._delimiter)[places]

        def find(facts: Mapping[str, FactColumn]) -> Mapping[int, LeftOut]:
            some = frozenset(here[n] for n in short)
            return self._sieve.find(Rows(cells, rows, facts, keys, blank, some, self._sections(rows)))

        found = self._typist.batch(
            cells,
            rows,
            bad={here[place]: reject for place, reject in bad.items()},
            lost=[*lost.values()],
            part=share,
            find=find,
            **self._beside(cells, rows),
        )
        if found.rejects:
            texts = row_texts(block, self._delimiter, [reject.row - block.first for reject in found.rejects])
            rejects = (replace(r, text=texts[r.row - block.first], lines=self.lines) for r in found.rejects)
            found = replace(found, rejects=tuple(rejects))
        return replace(found, problems=(*found.problems, *self._sieve.problems(found.left_out)))

    def _framing(self, vocabulary: Vocabulary, options: TableOptions) -> Framing:
        """How the table stands there."""
        return frame(self._source, vocabulary, options)

    def _open(self) -> None:
        """Make ready to read rows, now that the columns are known."""

    def _told(self) -> Iterable[Problem]:
        """What else there is to say of the file before its rows."""
        return ()

    def _evidence(
        self, some: Sequence[RowBlock], facts: list[str], vocabulary: Vocabulary, contexts: Mapping[str, Context]
    ) -> Evidence:
        """What some rows say of the columns."""
        columns = self._some(some, facts)
        return evidence(columns, vocabulary, self.path, self._frame.row, self._delimiter, contexts=contexts)

    def _beside(self, cells: Mapping[str, pa.Array], rows: Array) -> Mapping[str, Any]:
        """What is known of some rows beside their cells, as `Typist.batch` takes it."""
        return {}

    def _sections(self, rows: Array) -> frozenset[int]:
        """The places of rows that are known to be headings of sections."""
        return frozenset()

    def _begin(self) -> Iterator[RowBlock]:
        framing = self._frame
        chunks = after(utf8(self._source, framing.encoding), framing.start)
        return blocks(chunks, self.path, self._delimiter, ROWS, framing.row)

    def notes(self) -> Sequence[Problem]:
        """How some cells were understood."""
        return self._typist.notes()

    def understood(self) -> Sequence[ColumnRead]:
        """How the columns were read."""
        return self._typist.understood(self._heading)

    def _read_heading(self, vocabulary: Vocabulary, options: TableOptions) -> header.Heading:
        names = unguard(pa.array(self._frame.names, pa.string())).to_pylist()
        try:
            return header.read(names, vocabulary, self.path, self._frame.row, options)
        except SalespathError:
            self._refuse_no_text()
            raise

    def _refuse_no_text(self) -> None:
        """Raise SalespathError where the file is no text at all, which says more than that its header is amiss."""
        next(self._begin(), None)

    def _older(self, dates: tuple[str, ...]) -> Older | None:
        """The rows that are older than another of their company, where there is a column of dates; the file is read for it."""
        if not dates:
            return None
        for _ in self._source.pieces(READ):  # of a pipe, a copy is made
            break
        self._source.rewind()
        different = self._all_different()
        self._source.rewind()
        if different:
            return None
        found = Dates()
        names = (header.COMPANY, *dates)
        wanted = [self._all.index(name) for name in names]
        for block in self._begin():
            places = np.arange(block.rows)
            cells = some_cells(block, self._delimiter, len(self._all), wanted)
            if cells is None:
                table, places, _, _ = self._table(block, names)
                cells = [table.column(name) for name in names]
            found.add(cells[0], cells[1:], block.first + places)
        self._source.rewind()
        return found.older()

    def _all_different(self) -> bool:
        """Whether no two rows have one company, as far as that is found out at a glance: most files have a row for each."""
        found = Names()
        place = self._all.index(header.COMPANY)
        for lines in plain_lines(after(utf8(self._source, self._frame.encoding), self._frame.start)):
            names = None if lines is None else cell_of_lines(lines, self._delimiter, place)
            if names is None or not found.add(names.decode().split("\n")[:-1]):
                return False
        return found.all_different()

    def _decided(self, some: Iterable[RowBlock]) -> str:
        """How columns of rejects are read where rows that are not among them decided it."""
        if not (self._again and READ_AS in self._all):
            return ""
        cells = (cell for chunk in self._some(some, [READ_AS])[READ_AS] for cell in chunk.to_pylist())
        return next(filter(None, cells), "")

    def _some(self, some: Iterable[RowBlock], names: list[str]) -> dict[str, list[pa.Array]]:
        """Some columns of some blocks."""
        tables = [self._table(block, names)[0] for block in some] if names else []
        return {name: [chunk for table in tables for chunk in table.column(name).chunks] for name in names}

    def _table(
        self, block: RowBlock, names: Iterable[str] = ()
    ) -> tuple[pa.Table, Array, dict[int, str], dict[int, str]]:
        """The cells of a block, the places of its rows, and the texts of those without cells (of an empty row nothing).

        Rows that lack only cells of columns without names, or have none but empty ones too many, are mended; so are rows with
        one cell, which come last.
        """
        table, ragged = self._parse(block, block.data, names)
        mended, short = dict[int, list[str]](), dict[int, str]()
        for place, text in ragged.items():
            cells = self._cells(text) if text and place not in block.bad else []
            filled = sum(1 for cell in cells if cell.strip())
            if cells and (
                not filled or (self._needed <= len(cells) and not any(c.strip() for c in cells[self._width :]))
            ):
                mended[place] = cells
            elif filled == 1 and len(cells) < self._needed and self._width > 1:
                mended[place], short[place] = cells, text
        if mended:
            table, ragged = self._parse(block, self._mend(block, mended), names)
        places = np.arange(block.rows)
        return table, np.delete(places, list(ragged)) if ragged else places, ragged, short

    def _parse(self, block: RowBlock, data: bytes, names: Iterable[str]) -> tuple[pa.Table, dict[int, str]]:
        """The cells of the rows, and the texts of those with too few or too many, by place."""
        ragged: dict[int, str] = {}

        def note(row: Any) -> str:
            ragged[row.number - 1] = row.text.strip()
            return "skip"

        longest = int(np.diff(row_ends(block, self._delimiter), prepend=0).max()) if data is block.data else len(data)
        size = min(len(data), max(READ, 2 * longest)) + 1
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            pyarrow.csv.ReadOptions(use_threads=False, block_size=size, column_names=self._all),
            pyarrow.csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=b'"' in data,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            self._options(names),
        )
        if table.num_rows + len(ragged) != block.rows:
            raise refusal("SP103", f"the rows after row {block.first} cannot be told apart.", self.path)
        return table.combine_chunks(), ragged

    def _options(self, names: Iterable[str]) -> pyarrow.csv.ConvertOptions:
        if not names:
            return self._convert
        return pyarrow.csv.ConvertOptions(
            include_columns=list(names),
            column_types=dict.fromkeys(self._all, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=False,
        )

    def _mend(self, block: RowBlock, mended: Mapping[int, list[str]]) -> bytes:
        """The rows with as many cells in some as there should be."""
        data, ends = block.data, row_ends(block, self._delimiter)
        pieces, start = [], 0
        for place in sorted(mended):
            begin = int(ends[place - 1]) if place else 0
            cells = (mended[place] + [""] * len(self._all))[: len(self._all)]
            quoted = ('"' + cell.replace('"', '""') + '"' if cell else "" for cell in cells)
            pieces += [data[start:begin], self._delimiter.join(quoted).encode(), b"\n"]
            start = int(ends[place])
        return b"".join((*pieces, data[start:]))

    def _beyond(self, block: RowBlock, table: pa.Table, places: Array, bad: Mapping[int, Reject]) -> dict[int, Reject]:
        """Rows with something in the cells beyond the header."""
        found: set[int] = set()
        for n in range(self._width, len(self._all)):
            cells = pc.utf8_trim_whitespace(_whole(table.column(n)).fill_null(""))
            found.update(places[np.asarray(pc.not_equal(cells, ""))].tolist())
        wrong = sorted(found - bad.keys())
        texts = row_texts(block, self._delimiter, wrong)
        return {place: self._ragged(block, place, texts[place]) for place in wrong}

    def _ragged(self, block: RowBlock, place: int, text: str) -> Reject:
        cells = self._cells(text)
        added = self._width - len(self._kept)
        message = f"the row has {max(0, len(cells) - added)} cells; the header has {len(self._kept)}."
        problem = Problem("SP114", message, file=self.path, row=block.first + place, value=shown(text))
        return self._reject(problem, text, [cells[n] for n in self._kept if n < len(cells)])

    def _cells(self, text: str) -> list[str]:
        try:
            return next(csv.reader([text], delimiter=self._delimiter), [])
        except csv.Error:  # an endless cell; the row has its text
            return []

    def _reject(self, problem: Problem, text: str, cells: Iterable[str] = ()) -> Reject:
        """A row whose cells do not fit the header, with those that can be told."""
        assert problem.row is not None
        stood = dict[str, str | None].fromkeys(self.names) | dict(zip(self.names, cells))
        return Reject(self.path, problem.row, stood, text, [problem], self.lines)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
