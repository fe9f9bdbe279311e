"""Parquet files whose columns are fact ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from salespath.facts import Vocabulary
from salespath.files.problems import shown
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.reading import ROWS, Part, no_rows, unusable

BUFFER = 2**18  # of a column while it is read; without one, all of its part of the file is held


class Columnar:
    """A Parquet file being read."""

    def __init__(self, path: str, file: IO[bytes], vocabulary: Vocabulary) -> None:
        self.path, self._file = path, file
        try:
            self._table = pyarrow.parquet.ParquetFile(file, buffer_size=BUFFER)
            schema = self._table.schema_arrow
            self.names = header.named(schema.names)
        except (pa.ArrowException, OSError) as error:
            raise unusable(
                "SP103", f"this is not a Parquet file that can be read: {shown(error, 120)}.", path
            ) from None
        self.columns = {name: _plain(field.type) for name, field in zip(self.names, schema)}
        self.problems = tuple(header.check(self.names, vocabulary, path))
        self._rows = self._table.metadata.num_rows
        if not self._rows:
            raise no_rows(path)
        self._typist = Typist(path, self.names, vocabulary)

    def parts(self) -> Iterator[Part]:
        """The rows, a part at a time. Raises SalespathError."""
        first = 2  # as in CSV, where the header is row 1
        with self._file:
            try:
                for rows in self._table.iter_batches(batch_size=ROWS, use_threads=False):
                    yield Part(rows, first, (first + len(rows)) / (self._rows + 2))
                    first += len(rows)
            except (pa.ArrowException, OSError) as error:
                raise unusable("SP103", f"the table cannot be read: {shown(error, 120)}.", self.path) from None

    def batch(self, part: Part) -> Batch:
        """The rows of a part, typed. Raises SalespathError."""
        rows: pa.RecordBatch = part.rows
        cells = dict(zip(self.names, rows.columns))
        try:
            return self._typist.batch(cells, part.first + np.arange(len(rows)), part=part.share)
        except pa.ArrowException as error:
            raise unusable(
                "SP103", f"a column has a type that is not understood: {shown(error, 120)}.", self.path
            ) from None


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
