"""Parquet files whose columns are fact ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from salespath.engine.base import Base
from salespath.engine.table import FactColumn
from salespath.facts import ColumnRead, LeftOut, Vocabulary
from salespath.facts.rates import UNSAID, Currencies
from salespath.facts.reader import Context
from salespath.files.problems import Problem, refusal, shown
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.columns import PLAIN, TableOptions
from salespath.tables.dates import Dates, Names, Older, date_columns
from salespath.tables.evidence import ROWS as SOME
from salespath.tables.evidence import evidence, may_tell
from salespath.tables.left_out import Rows, Sieve, row_keys
from salespath.tables.normalise import texts
from salespath.tables.read import ROWS, TableReading

BUFFER = 2**18  # of a column while it is read; without one, all of its part of the file is held


_UNREADABLE = (pa.ArrowException, OSError, ValueError, OverflowError)  # a damaged file has pyarrow raise any of these


class Columnar(TableReading):
    """A Parquet file being read."""

    def __init__(
        self, source: InputFile, base: Base, money: Currencies = UNSAID, options: TableOptions = PLAIN
    ) -> None:
        self.path, self._source = source.path, source
        vocabulary = base.vocabulary
        with self._refusing("this is not a Parquet file that can be read"):
            file = source.seekable()
            metadata = pyarrow.parquet.read_metadata(file)
            names = metadata.schema.to_arrow_schema().names
        self._heading = heading = header.read(names, vocabulary, self.path, options=options)
        self._all, self.names = heading.names, heading.kept
        with self._refusing("this is not a Parquet file that can be read"):
            words = _of_few_words(metadata.schema, dict(zip(names, self._all)), vocabulary)
            self._table = pyarrow.parquet.ParquetFile(
                file, metadata=metadata, buffer_size=BUFFER, read_dictionary=words
            )
            schema = self._table.schema_arrow
            self._none = pa.record_batch([pa.nulls(0, field.type) for field in schema], schema=schema)
        self._plain = Typist(self.path, self.names, vocabulary)
        contexts = dict(heading.contexts)
        for name, of in zip(heading.names, schema):
            if _is_flag(name, of.type, vocabulary) and self._only_ones(of.name):
                contexts[name] = replace(contexts.get(name, Context()), ones=True)
        kinds = {name: cells.type for name, cells in self._columns(self._none).items()}
        some = {name: [cells] for name, cells in self._some(kinds, vocabulary).items()}
        seen = evidence(some, vocabulary, self.path, 1, contexts=contexts)
        self.problems = (*heading.problems, *seen.problems)
        self._rows = self._table.metadata.num_rows
        self._once = self._named_once()
        older = None if options.whole or self._once else self._older(vocabulary)
        self._sieve = Sieve(self.path, vocabulary, self.names, self.names, older)
        self._typist = Typist(self.path, self.names, vocabulary, seen.contexts, seen.undecided, money, options.on_error)
        self.columns = kinds | self._typist.added

    def most(self) -> int:
        """The rows, which the file tells."""
        return int(self._rows)

    def parts(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Rows and the number of the first."""
        first = 2  # as in CSV, where the header is row 1
        with self._source:
            if not self._rows:
                yield first, self._none
            for rows in self._batches(ROWS):
                yield first, rows
                first += len(rows)

    def batch(self, part: tuple[int, pa.RecordBatch]) -> Batch:
        """These rows, typed."""
        first, rows = part
        share = (first + len(rows)) / (self._rows + 2)
        cells, numbers = self._columns(rows), first + np.arange(len(rows))

        def find(facts: Mapping[str, FactColumn]) -> Mapping[int, LeftOut]:
            keys = None if self._once else row_keys(cells.values(), len(rows))
            return self._sieve.find(Rows(cells, numbers, facts, keys))

        found = self._typist.batch(cells, numbers, part=share, find=find)
        return replace(found, problems=(*found.problems, *self._sieve.problems(found.left_out)))

    def _columns(self, rows: pa.RecordBatch) -> dict[str, pa.Array]:
        return self._plain.columns(dict(zip(self._all, rows.columns)))

    def notes(self) -> Sequence[Problem]:
        """How some cells were understood."""
        return self._typist.notes()

    def understood(self) -> Sequence[ColumnRead]:
        """How the columns were read."""
        return self._typist.understood(self._heading)

    def _batches(self, rows: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of the file, or of some columns. Raises SalespathError (SP103) where they cannot be read."""
        with self._refusing("the table cannot be read"):
            for group in range(self._table.num_row_groups):  # lists that stand in two of them cannot be read at once
                yield from self._table.iter_batches(rows, row_groups=[group], columns=columns, use_threads=False)

    @contextmanager
    def _refusing(self, what: str) -> Iterator[None]:
        """Raise SalespathError (SP103) for what cannot be read."""
        try:
            yield
        except _UNREADABLE as error:
            raise refusal("SP103", f"{what}: {shown(error, 120)}.", self.path) from None

    def _only_ones(self, name: str) -> bool:
        """Whether a column of whole numbers holds nothing but 1 and 0."""
        ends = [pc.min_max(rows.column(0)).as_py() for rows in self._batches(2**20, [name])]
        found = {end for pair in ends for end in pair.values()} - {None}
        return bool(found) and found <= {0, 1}

    def _some(self, kinds: Mapping[str, pa.DataType], vocabulary: Vocabulary) -> dict[str, pa.Array]:
        """The first rows of the columns that may tell how they are to be read."""
        some = [name for name, kind in kinds.items() if name in vocabulary and may_tell(vocabulary[name], kind)]
        first = next(self._batches(SOME, self._in_file(some)), None) if some else None
        return {} if first is None else Typist(self.path, some, vocabulary).columns(dict(zip(some, first.columns)))

    def _named_once(self) -> bool:
        """Whether no two rows have the same name, so that none is there twice or has a later one."""
        if header.COMPANY not in self.names:
            return False
        names = Names()
        return (
            all(
                names.add(texts(rows.column(0)).fill_null("").to_pylist())
                for rows in self._batches(ROWS, self._in_file([header.COMPANY]))
            )
            and names.all_different()
        )

    def _older(self, vocabulary: Vocabulary) -> Older | None:
        dates = date_columns(self.names, vocabulary)
        if not dates:
            return None
        found, first = Dates(), 2
        names = self._in_file([header.COMPANY, *dates])
        for rows in self._batches(ROWS, names):
            companies, *days = (texts(rows.column(name)) for name in names)
            found.add(companies, days, first + np.arange(len(rows)))
            first += len(rows)
        return found.older()

    def _in_file(self, names: Iterable[str]) -> list[str]:
        """What the file calls some columns."""
        return [self._none.schema.names[self._all.index(name)] for name in names]


def _of_few_words(schema: pyarrow.parquet.ParquetSchema, facts: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    """The leaves of columns of choices and sets, whose words recur; `facts` says what the columns are."""
    of = {name for name, fact in facts.items() if fact in vocabulary and vocabulary[fact].type in ("choice", "set")}
    leaves = (schema.column(place) for place in range(len(schema)))
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and leaf.path.partition(".")[0] in of]


def _is_flag(name: str, kind: pa.DataType, vocabulary: Vocabulary) -> bool:
    """Whether a column of whole numbers stands for a yes/no fact."""
    return name in vocabulary and vocabulary[name].type == "boolean" and bool(pa.types.is_integer(kind))
