"""CSV files whose headers are fact ids."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from salespath.engine.base import Base
from salespath.facts import Reject
from salespath.files.problems import Problem, refusal, shown
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.csv_cells import unguard
from salespath.tables.csv_rows import RowBlock, blocks, row_texts, utf8
from salespath.tables.read import ROWS, TableReading


class Delimited(TableReading):
    """A CSV file being read."""

    def __init__(self, source: InputFile, base: Base) -> None:
        self.path, self._source = source.path, source
        vocabulary, path = base.vocabulary, source.path
        chunks = utf8(source)
        first = next(chunks, b"").lstrip(b"\r\n")
        if not first.strip():
            raise refusal("SP110", "the file is empty; expected a row of fact ids, then a row for each company.", path)
        self._delimiter, names = header.split(first.decode(errors="replace"), vocabulary)
        names = unguard(pa.array(names, pa.string())).to_pylist()
        self._blocks = blocks(chain((first,), chunks), path, self._delimiter, ROWS)
        some = next(self._blocks, None)  # by now it is known that the file is text
        self.names = names
        self.problems = tuple(header.check(names, vocabulary, path))
        self.columns = {name: pa.string() for name in names}
        self._blocks = chain((some or RowBlock(b"", 2, 0, {}),), self._blocks)
        self._typist = Typist(path, names, vocabulary)
        texts, codes = pa.string(), pa.dictionary(pa.int32(), pa.string())
        words = (name in vocabulary and not vocabulary[name].numeric for name in names)
        self._convert = pyarrow.csv.ConvertOptions(
            column_types={name: codes if word else texts for name, word in zip(names, words)},
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=False,  # checked already
        )

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
        ragged: dict[int, Reject | None] = {}

        def note(row: Any) -> str:
            ragged[row.number - 1] = self._ragged(block.first + row.number - 1, row) if row.text.strip() else None
            return "skip"

        table = pyarrow.csv.read_csv(
            pa.BufferReader(block.data),
            pyarrow.csv.ReadOptions(use_threads=False, block_size=len(block.data) + 1, column_names=self.names),
            pyarrow.csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=b'"' in block.data,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            self._convert,
        )
        if table.num_rows + len(ragged) != block.rows:
            raise refusal("SP103", f"the rows after row {block.first} cannot be told apart.", self.path)
        places = np.setdiff1d(np.arange(block.rows), list(ragged))
        wrong = {
            place: self._reject(Problem("SP103", block.bad[place], file=self.path, row=block.first + place), text)
            for place, text in row_texts(block, self._delimiter).items()
        }
        lost = [wrong.pop(place, reject) for place, reject in ragged.items() if reject]
        here = {int(np.searchsorted(places, place)): reject for place, reject in wrong.items() if place not in ragged}
        cells = {name: unguard(_whole(table.column(name))) for name in self.names}
        return self._typist.batch(cells, block.first + places, bad=here, lost=lost, part=share)

    def _ragged(self, row: int, seen: Any) -> Reject:
        message = f"the row has {seen.actual_columns} cells; the header has {seen.expected_columns}."
        problem = Problem("SP114", message, file=self.path, row=row, value=shown(seen.text))
        try:
            cells = next(csv.reader([seen.text], delimiter=self._delimiter), [])
        except csv.Error:  # an endless cell; the row has its text
            cells = []
        return self._reject(problem, seen.text, cells)

    def _reject(self, problem: Problem, text: str, cells: Iterable[str] = ()) -> Reject:
        """A row whose cells do not fit the header, with those that can be told."""
        assert problem.row is not None
        stood = dict[str, str | None].fromkeys(self.names) | dict(zip(self.names, cells))
        return Reject(self.path, problem.row, stood, text, [problem])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
