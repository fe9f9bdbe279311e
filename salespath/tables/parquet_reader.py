"""Parquet files whose columns are fact ids."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from salespath.engine.base import Base
from salespath.facts.rates import UNSAID, Currencies
from salespath.files.problems import refusal, shown
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.read import ROWS, TableReading

BUFFER = 2**18  # of a column while it is read; without one, all of its part of the file is held


class Columnar(TableReading):
    """A Parquet file being read."""

    def __init__(self, source: InputFile, base: Base, money: Currencies = UNSAID) -> None:
        self.path, self._source = source.path, source
        try:
            self._table = pyarrow.parquet.ParquetFile(source.seekable(), buffer_size=BUFFER)
            schema = self._table.schema_arrow
            self.names = header.name_columns(schema.names)
        except (pa.ArrowException, OSError) as error:
            what = f"this is not a Parquet file that can be read: {shown(error, 120)}."
            raise refusal("SP103", what, self.path) from None
        self.problems = tuple(header.check(self.names, base.vocabulary, self.path))
        self._rows = self._table.metadata.num_rows
        self._none = pa.RecordBatch.from_pylist([], schema)
        self._typist = Typist(self.path, self.names, base.vocabulary, money)
        self.columns = {name: _plain(field.type) for name, field in zip(self.names, schema)} | self._typist.added

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
        cells, share = dict(zip(self.names, rows.columns)), (first + len(rows)) / (self._rows + 2)
        try:
            return self._typist.batch(cells, first + np.arange(len(rows)), part=share)
        except pa.ArrowException as error:
            what = f"a column has a type that is not understood: {shown(error, 120)}."
            raise refusal("SP103", what, self.path) from None


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
