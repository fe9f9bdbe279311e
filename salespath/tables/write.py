"""Assessed batches → a file: CSV, Parquet, JSON or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.table import FactColumn
from salespath.facts import Vocabulary
from salespath.files.output import json_lines, json_pieces
from salespath.report.plain import document
from salespath.tables.assessed import Assessed, work_ahead
from salespath.tables.csv_cells import guard, quote, texts
from salespath.tables.fact_columns import typed_cells, written_cells
from salespath.tables.header import COMPANY, RESULTS
from salespath.tables.result_columns import ResultColumns, Wording, text_cells
from salespath.tables.word_lists import Lists

ROW_GROUP = 65_536
PIECE = 1024  # rows made into text at once: some 4 MB, which stay in the processor's cache


def write(
    base: Base,
    batches: Iterable[Assessed],
    file: IO[bytes],
    ending: str,
    columns: Mapping[str, pa.DataType],
    *,
    ascii_only: bool = False,
) -> None:
    """Write to a file; `ending` says how. `columns` are those of the input with their types; the results follow them.

    `ascii_only`: JSON has escapes for other characters.
    """
    if ending in DOCUMENTS:
        for piece in DOCUMENTS[ending](_documents(base, batches), ascii_only=ascii_only):
            file.write(piece.encode())
    else:
        kept = {COMPANY: pa.string(), **{name: kind for name, kind in columns.items() if name not in RESULTS}}
        IN_COLUMNS[ending](base, batches, file, kept)


def _documents(base: Base, batches: Iterable[Assessed]) -> Iterator[dict[str, Any]]:
    for item in batches:
        for places in np.split(np.arange(item.batch.table.rows), range(PIECE, item.batch.table.rows, PIECE)):
            for case in item.batch[places].cases(base.vocabulary):
                yield document(assess(base, case), table=True)


def _write_csv(base: Base, batches: Iterable[Assessed], file: IO[bytes], columns: Mapping[str, pa.DataType]) -> None:
    wording = Wording(base)

    def prepared(item: Assessed) -> tuple[dict[str, pa.Array | Lists], int]:
        outcome = ResultColumns(wording, item.batch, item.result, strong=item.strong)
        return {**_given_texts(base.vocabulary, item, columns), **outcome.text()}, item.batch.table.rows

    def pieces() -> Iterator[tuple[dict[str, pa.Array | Lists], int, int]]:
        for found, rows in work_ahead(prepared, batches):
            for start in range(0, rows, PIECE):
                yield found, start, min(rows, start + PIECE)

    def lines(piece: tuple[dict[str, pa.Array | Lists], int, int]) -> memoryview:
        found, start, stop = piece
        *rest, (_, fired) = found.items()
        cells = [text_cells(name, column, start, stop) for name, column in rest]
        cells[0] = pc.binary_join_element_wise("\n", cells[0], "")  # a line end before each row: there it costs least
        cells.append(pa.array([""] * (stop - start)))
        texts = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
        return fired.part(start, stop).after(texts)

    file.write(",".join(quote(guard(pa.array([*columns, *RESULTS]))).to_pylist()).encode())
    for text in work_ahead(lines, pieces()):
        file.write(text)
    file.write(b"\n")


def _given_texts(vocabulary: Vocabulary, item: Assessed, columns: Iterable[str]) -> dict[str, pa.Array]:
    found = {}
    for name in columns:
        cells, typed = item.batch.given.get(name), _as_stood(item, name)
        if cells is None:
            cells = written_cells(vocabulary[name], typed) if typed else pa.nulls(item.batch.table.rows, pa.string())
        found[name] = cells if name in vocabulary else quote(guard(texts(cells)))
    return found


def _as_stood(item: Assessed, name: str) -> FactColumn | None:
    """A column with amounts in the currency of each row."""
    own = item.batch.money.own if item.batch.money else {}
    return own.get(name) or item.batch.table.columns.get(name)


def _write_parquet(
    base: Base, batches: Iterable[Assessed], file: IO[bytes], columns: Mapping[str, pa.DataType]
) -> None:
    wording = Wording(base)

    def rows(item: Assessed) -> pa.RecordBatch:
        results = ResultColumns(wording, item.batch, item.result, strong=item.strong)
        cells = [*_given_columns(base.vocabulary, item, columns), *results.typed()]
        return pa.RecordBatch.from_arrays(cells, [*columns, *RESULTS])

    writer: pyarrow.parquet.ParquetWriter | None = None
    waiting: list[pa.RecordBatch] = []
    try:
        for table in work_ahead(rows, batches):
            waiting.append(table)
            writer = writer or pyarrow.parquet.ParquetWriter(file, table.schema, write_statistics=False)
            if sum(map(len, waiting)) >= ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting))
                waiting.clear()
        if writer and waiting:
            writer.write_table(pa.Table.from_batches(waiting))
    finally:
        if writer:
            writer.close()


def _given_columns(vocabulary: Vocabulary, item: Assessed, columns: Mapping[str, pa.DataType]) -> Iterator[pa.Array]:
    rows = item.batch.table.rows
    for name, kind in columns.items():
        cells = item.batch.given.get(name)
        if name in vocabulary:
            yield typed_cells(vocabulary[name], _as_stood(item, name), rows)
        else:
            yield pa.nulls(rows, kind) if cells is None else cells.cast(kind)


# A new kind is a function and a line here.
IN_COLUMNS = {"csv": _write_csv, "parquet": _write_parquet}
DOCUMENTS = {"json": json_pieces, "jsonl": json_lines}
