"""Batches → a file of what is said of them: CSV, Parquet, JSON or JSON Lines, or a workbook."""

from __future__ import annotations

import codecs
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet

from salespath.engine.base import Base
from salespath.facts import Vocabulary
from salespath.files.visible import visible_lines
from salespath.tables.assessed import Assessed, Typed, assessed, work_ahead
from salespath.tables.batch import Batch
from salespath.tables.chosen import Chosen
from salespath.tables.csv_cells import guard, quote
from salespath.tables.csv_lines import CsvLines
from salespath.tables.documents import json_bytes
from salespath.tables.fact_columns import range_cells, typed_cells, written_cells
from salespath.tables.header import RANGE, range_column
from salespath.tables.json_tokens import Style
from salespath.tables.normalise import texts
from salespath.tables.processes import in_processes
from salespath.tables.result_columns import ResultColumns, Wording

if TYPE_CHECKING:
    from salespath.tables.workbook_out import About

W = TypeVar("W")
P = TypeVar("P")

ROW_GROUP = 16_384  # rows at least: one is written while the next is made, and both are in memory


def write(
    base: Base,
    batches: Iterable[Typed],
    file: IO[bytes],
    ending: str,
    columns: Chosen,
    *,
    assess: Callable[[Typed], Assessed] | None = None,
    ascii_only: bool = False,
    excel: bool = False,
    about: About | None = None,
    jobs: int = 1,
) -> None:
    """Assess and write to a file; `ending` says how. JSON and JSON Lines hold whole documents, the others some columns.

    `assess` says of a batch what is needed of it (all there is). `ascii_only`: JSON has escapes for other characters. `excel`: CSV
    begins with a byte order mark. `about`: what a workbook says beside its companies. `jobs`: how many processes make CSV and
    Parquet.
    """
    assess = assess or partial(assessed, base)
    if ending in DOCUMENTS:
        style = Style(indented=ending == "json", ascii_only=ascii_only)
        for piece in json_bytes(base, style, (item.batch for item in batches)):
            file.write(piece)
    elif ending == WORKBOOK:
        from salespath.tables.workbook_out import write_workbook  # only where there is one

        assert about
        write_workbook(base, work_ahead(assess, batches), file, columns, about)
    else:
        if excel:
            file.write(codecs.BOM_UTF8)
        form = IN_COLUMNS[ending](base, columns, assess)
        form.write(in_processes(form.make, map(_bare, batches), jobs) if jobs > 1 else form.pieces(batches), file)


def _bare(item: Typed) -> Typed:
    """A batch without what has been told of it."""
    return item._replace(batch=replace(item.batch, problems=(), rejects=(), left_out=()))


class _Form(ABC, Generic[W, P]):
    """How a kind of file is written: batches are made into pieces, here by threads or each by a process, and these written."""

    def __init__(self, base: Base, columns: Chosen, assess: Callable[[Typed], Assessed]) -> None:
        self.base, self.columns, self.assess = base, columns, assess
        self.wording = Wording(base)

    @abstractmethod
    def prepare(self, item: Typed) -> Sequence[W]:
        """What pieces are made of, for one batch."""

    @abstractmethod
    def piece(self, prepared: W) -> P:
        """What is to be written of some rows."""

    @abstractmethod
    def write(self, pieces: Iterable[P], file: IO[bytes]) -> None:
        """Write a file."""

    def pieces(self, batches: Iterable[Typed]) -> Iterator[P]:
        """The pieces of all batches, in order, made by threads."""
        return work_ahead(self.piece, chain.from_iterable(work_ahead(self.prepare, batches)))

    def make(self, item: Typed) -> Iterator[P]:
        """The pieces of one batch."""
        return map(self.piece, self.prepare(item))

    def results(self, item: Typed) -> ResultColumns:
        """What is said of a batch."""
        found = self.assess(item)
        return ResultColumns(self.wording, found.batch, found.result, strong=found.strong)


class _Csv(_Form[tuple[CsvLines, int, int], pa.Buffer]):
    def prepare(self, item: Typed) -> Sequence[tuple[CsvLines, int, int]]:
        results, columns = self.results(item), self.columns
        given = _given_texts(self.base.vocabulary, item.batch, columns.given)
        found = [given[n] if n in given else results.text(columns.results[n]) for n in columns.names]
        return list(CsvLines(found, item.batch.table.rows).pieces())

    def piece(self, prepared: tuple[CsvLines, int, int]) -> pa.Buffer:
        lines, start, stop = prepared
        return lines.text(start, stop)

    def write(self, pieces: Iterable[pa.Buffer], file: IO[bytes]) -> None:
        put = _shown_on(file) if file.isatty() else file.write
        put(",".join(quote(guard(pa.array(self.columns.names))).to_pylist()).encode())
        for text in pieces:
            put(text)
        put(b"\n")


def _shown_on(terminal: IO[bytes]) -> Callable[[bytes | pa.Buffer], object]:
    """A function that writes rows to a terminal, which would obey what a file keeps as it is."""
    return lambda rows: terminal.write(visible_lines(bytes(rows).decode()).encode())


def _given_texts(vocabulary: Vocabulary, batch: Batch, columns: Iterable[str]) -> dict[str, pa.Array]:
    found = {}
    for name in columns:
        cells, typed = batch.given.get(name), batch.as_stood(name)
        if cells is None:
            cells = written_cells(vocabulary[name], typed) if typed else pa.nulls(batch.table.rows, pa.string())
        found[name] = cells if name in vocabulary else quote(guard(texts(cells)))
    return found


class _Parquet(_Form[tuple[Batch, ResultColumns], pa.RecordBatch]):
    def pieces(self, batches: Iterable[Typed]) -> Iterator[pa.RecordBatch]:
        """The same, each batch by one thread: of columns, what waits between two is large."""
        return chain.from_iterable(work_ahead(lambda item: list(self.make(item)), batches))

    def prepare(self, item: Typed) -> Sequence[tuple[Batch, ResultColumns]]:
        return [(item.batch, self.results(item))]

    def piece(self, prepared: tuple[Batch, ResultColumns]) -> pa.RecordBatch:
        (batch, results), columns = prepared, self.columns
        cells = dict(zip(columns.results, results.typed(columns.results.values())))
        cells |= _given_columns(self.base.vocabulary, batch, columns.given)
        names = [n for name in columns.names for n in (name, f"{name}__{RANGE}") if n in cells]
        return pa.RecordBatch.from_arrays([cells[name] for name in names], names)

    def write(self, pieces: Iterable[pa.RecordBatch], file: IO[bytes]) -> None:
        with _ParquetFile(file, self.base.vocabulary) as out:
            for _ in work_ahead(out.write, _groups(pieces)):
                """It is written while the next group is made."""


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[Sequence[pa.RecordBatch]]:
    """The rows of some batches as groups of a Parquet file."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= ROW_GROUP:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


class _ParquetFile:
    """A Parquet file being written, to which a column of ranges comes with the first range of a fact.

    What has been written by then is written again with that column, beside the output, and put there in the end. So is what is
    written to a pipe, which cannot be read again.
    """

    def __init__(self, file: IO[bytes], vocabulary: Vocabulary) -> None:
        self._file, self._vocabulary = file, vocabulary
        self._made = file if _can_be_read(file) else tempfile.TemporaryFile()  # noqa: SIM115
        self._writer: pyarrow.parquet.ParquetWriter | None = None
        self._schema = pa.schema([])
        self._ranges: set[str] = set()

    def __enter__(self) -> _ParquetFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writer:
            self._writer.close()
        if self._made is not self._file:
            with self._made:
                if kind is None:
                    self._put()

    def write(self, batches: Sequence[pa.RecordBatch]) -> None:
        """Write a group of rows."""
        found = {name for batch in batches for name in batch.schema.names if range_column(name, self._vocabulary)}
        if not self._writer or found - self._ranges:
            self._ranges |= found
            self._begin(batches[0].schema)
        assert self._writer
        self._writer.write_table(pa.Table.from_batches([_with_all(batch, self._schema) for batch in batches]))
        pa.default_memory_pool().release_unused()

    def _begin(self, first: pa.Schema) -> None:
        """Begin, or begin again with more columns."""
        plain = [field for field in first if not range_column(field.name, self._vocabulary)]
        beside = {field.name: pa.field(f"{field.name}__{RANGE}", pa.string()) for field in plain}
        self._schema = pa.schema(
            [one for f in plain for one in (f, beside[f.name]) if one is f or one.name in self._ranges]
        )
        before, writer = self._made, self._writer
        if writer:
            writer.close()
            before.flush()
            self._made = tempfile.TemporaryFile()  # noqa: SIM115
        self._writer = pyarrow.parquet.ParquetWriter(self._made, self._schema, write_statistics=False)
        if writer:
            with open(os.dup(before.fileno()), "rb") as old:
                for batch in pyarrow.parquet.ParquetFile(old).iter_batches(ROW_GROUP, use_threads=False):
                    self._writer.write_batch(_with_all(batch, self._schema))
            if before is not self._file:
                before.close()

    def _put(self) -> None:
        """What was made beside the output, in its place."""
        self._made.seek(0)
        if _can_be_read(self._file):
            self._file.seek(0)
            self._file.truncate()
        shutil.copyfileobj(self._made, self._file)


def _can_be_read(file: IO[bytes]) -> bool:
    """Whether what is written to a file can be read again: a regular one that is open for both."""
    try:
        os.read(file.fileno(), 0)
        return file.seekable()
    except OSError:
        return False


def _with_all(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Some rows with all columns of a schema; those that they do not have are null."""
    columns = dict(zip(batch.schema.names, batch.columns))
    cells = [columns[f.name] if f.name in columns else pa.nulls(len(batch), f.type) for f in schema]
    return pa.RecordBatch.from_arrays(cells, schema=schema)


def _given_columns(
    vocabulary: Vocabulary, batch: Batch, columns: Mapping[str, pa.DataType]
) -> Iterator[tuple[str, pa.Array]]:
    rows = batch.table.rows
    for name, kind in columns.items():
        cells, typed = batch.given.get(name), batch.as_stood(name)
        if name in vocabulary:
            yield name, typed_cells(vocabulary[name], typed, rows)
            ranges = range_cells(vocabulary[name], typed) if typed else None
            if ranges is not None:
                yield f"{name}__{RANGE}", ranges
        elif cells is None:
            yield name, pa.nulls(rows, kind)
        else:
            yield name, texts(cells) if kind == pa.string() else cells.cast(kind)


# A new kind is a form or a function, and a line here.
WORKBOOK = "xlsx"
IN_COLUMNS: dict[str, type[_Form[Any, Any]]] = {"csv": _Csv, "parquet": _Parquet}
DOCUMENTS = ("json", "jsonl")
