"""Parquet files whose columns are fact ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from salespath.engine.base import Base
from salespath.engine.table import FactColumn
from salespath.facts import LeftOut, Vocabulary
from salespath.files.problems import refusal, shown
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.dates import Dates, Older, date_columns
from salespath.tables.evidence import ROWS as SOME
from salespath.tables.evidence import evidence
from salespath.tables.left_out import Rows, Sieve, row_keys
from salespath.tables.read import ROWS, TableReading
from salespath.tables.rejects import MARKED

BUFFER = 2**18  # of a column while it is read; without one, all of its part of the file is held


class Columnar(TableReading):
    """A Parquet file being read."""

    def __init__(self, source: InputFile, base: Base) -> None:
        self.path, self._source = source.path, source
        try:
            self._table = pyarrow.parquet.ParquetFile(source.seekable(), buffer_size=BUFFER)
            schema = self._table.schema_arrow
            self._all = header.name_columns(schema.names)
            self.names = [name for name in self._all if not name.startswith(MARKED)]
        except (pa.ArrowException, OSError) as error:
            what = f"this is not a Parquet file that can be read: {shown(error, 120)}."
            raise refusal("SP103", what, self.path) from None
        self.columns = {name: _plain(field.type) for name, field in zip(self._all, schema) if name in self.names}
        self.problems = tuple(header.check(self.names, base.vocabulary, self.path))
        self._rows = self._table.metadata.num_rows
        self._none = pa.RecordBatch.from_pylist([], schema)
        try:
            first, older = self._some(), self._older(base.vocabulary)
        except (pa.ArrowException, OSError) as error:
            raise refusal("SP103", f"the table cannot be read: {shown(error, 120)}.", self.path) from None
        facts = {name: [column] for name, column in first.items() if name in base.vocabulary}
        seen = evidence(facts, base.vocabulary, self.path, 1)
        self.problems += seen.problems
        self._sieve = Sieve(self.path, base.vocabulary, self.names, self.names, older)
        self._typist = Typist(self.path, self.names, base.vocabulary, seen.contexts, seen.undecided)

    def parts(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Rows and the number of the first."""
        first = 2  # as in CSV, where the header is row 1
        with self._source:
            try:
                if not self._rows:
                    yield first, self._none
                for rows in self._table.iter_batches(batch_size=ROWS, use_threads=False):
                    yield first, rows
                    first += len(rows)
            except (pa.ArrowException, OSError) as error:
                raise refusal("SP103", f"the table cannot be read: {shown(error, 120)}.", self.path) from None

    def batch(self, part: tuple[int, pa.RecordBatch]) -> Batch:
        """These rows, typed."""
        first, rows = part
        cells, share = dict(zip(self._all, rows.columns)), (first + len(rows)) / (self._rows + 2)
        cells = {name: cells[name] for name in self.names}
        numbers = first + np.arange(len(rows))

        def find(facts: Mapping[str, FactColumn]) -> Mapping[int, LeftOut]:
            return self._sieve.find(Rows(cells, numbers, facts, row_keys(cells.values(), len(rows))))

        try:
            found = self._typist.batch(cells, numbers, part=share, find=find)
            return replace(found, problems=(*found.problems, *self._sieve.problems(found.left_out)))
        except pa.ArrowException as error:
            what = f"a column has a type that is not understood: {shown(error, 120)}."
            raise refusal("SP103", what, self.path) from None

    def _some(self) -> dict[str, pa.Array]:
        """The first rows."""
        for rows in self._table.iter_batches(batch_size=SOME, use_threads=False):
            return dict(zip(self._all, rows.columns))
        return {}

    def _older(self, vocabulary: Vocabulary) -> Older | None:
        dates = date_columns(self.names, vocabulary)
        if not dates:
            return None
        found, first = Dates(), 2
        wanted = [self._all.index(name) for name in (header.COMPANY, *dates)]
        names = [self._none.schema.names[place] for place in wanted]
        for rows in self._table.iter_batches(batch_size=ROWS, columns=names, use_threads=False):
            companies, *days = (rows.column(name) for name in names)
            found.add(companies, days, first + np.arange(len(rows)))
            first += len(rows)
        return found.older()


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
