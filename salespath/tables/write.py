"""Assessed batches → a file: CSV, Parquet, JSON or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import ExitStack
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
from salespath.files.visible import visible_lines
from salespath.report.plain import document
from salespath.tables.assessed import Assessed, work_ahead
from salespath.tables.csv_cells import guard, quote
from salespath.tables.fact_columns import range_cells, typed_cells, written_cells
from salespath.tables.header import COMPANY, RANGE, RESULTS, range_column, result_name
from salespath.tables.normalise import texts
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
        IN_COLUMNS[ending](base, batches, file, _kept(base.vocabulary, columns))


def _kept(vocabulary: Vocabulary, columns: Mapping[str, pa.DataType]) -> dict[str, pa.DataType]:
    """The columns of the output for those of the input: ranges go back to the column of their fact, which holds text then."""
    kept = {COMPANY: pa.string()}
    for name, kind in columns.items():
        if fact := range_column(name, vocabulary):
            kept[fact] = pa.string()
        elif name not in kept or kept[name] != pa.string():
            kept[name] = kind
    return kept


def _documents(base: Base, batches: Iterable[Assessed]) -> Iterator[dict[str, Any]]:
    for item in batches:
        for places in np.split(np.arange(item.batch.table.rows), range(PIECE, item.batch.table.rows, PIECE)):
            for case in item.batch[places].cases(base.vocabulary):
                yield document(assess(base, case), table=True)


def _write_csv(base: Base, batches: Iterable[Assessed], file: IO[bytes], columns: Mapping[str, pa.DataType]) -> None:
    wording = Wording(base)
    put = _shown_on(file) if file.isatty() else file.write

    def prepared(item: Assessed) -> tuple[dict[str, pa.Array | Lists], int]:
        outcome = ResultColumns(wording, item.batch, item.result, strong=item.strong)
        results = {result_name(name, columns): column for name, column in outcome.text().items()}
        return {**_given_texts(base.vocabulary, item, columns), **results}, item.batch.table.rows

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

    put(",".join(quote(guard(pa.array([*columns, *_results(columns)]))).to_pylist()).encode())
    for text in work_ahead(lines, pieces()):
        put(text)
    put(b"\n")


def _shown_on(terminal: IO[bytes]) -> Callable[[bytes | memoryview], object]:
    """A function that writes rows to a terminal, which would obey what a file keeps as it is."""
    return lambda rows: terminal.write(visible_lines(bytes(rows).decode()).encode())


def _results(columns: Container[str]) -> list[str]:
    """What the results are called beside some columns of the input."""
    return [result_name(name, columns) for name in RESULTS]


def _given_texts(vocabulary: Vocabulary, item: Assessed, columns: Collection[str]) -> dict[str, pa.Array]:
    found = {}
    for name in columns:
        cells, typed = item.batch.given.get(name), _as_stood(item, name)
        if cells is None:
            cells = written_cells(vocabulary[name], typed) if typed else pa.nulls(item.batch.table.rows, pa.string())
        if name not in vocabulary:
            cells = quote(guard(texts(cells)))
        elif (how := f"{name}__how") not in columns and how in item.batch.given:  # said by the cells themselves
            about = item.batch.given[how].is_valid()
            cells = pc.if_else(about, pc.binary_join_element_wise("~", cells, ""), cells)
        found[name] = cells
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
        cells = dict(_given_columns(base.vocabulary, item, columns))
        return pa.RecordBatch.from_arrays([*cells.values(), *results.typed()], [*cells, *_results(columns)])

    with ExitStack() as stack:
        writer: pyarrow.parquet.ParquetWriter | None = None
        for group in _groups(work_ahead(rows, batches)):
            writer = writer or stack.enter_context(
                pyarrow.parquet.ParquetWriter(file, group[0].schema, write_statistics=False)
            )
            writer.write_table(pa.Table.from_batches(group))


def _groups(some: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Rows in groups of ROW_GROUP or a little more; the last holds what is left."""
    waiting: list[pa.RecordBatch] = []
    for rows in some:
        waiting.append(rows)
        if sum(map(len, waiting)) >= ROW_GROUP:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _given_columns(
    vocabulary: Vocabulary, item: Assessed, columns: Mapping[str, pa.DataType]
) -> Iterator[tuple[str, pa.Array]]:
    rows = item.batch.table.rows
    for name, kind in columns.items():
        cells, typed = item.batch.given.get(name), _as_stood(item, name)
        if name in vocabulary:
            yield name, typed_cells(vocabulary[name], typed, rows)
            if vocabulary[name].numeric and kind == pa.string():  # text can say more than a number does
                ranges = range_cells(vocabulary[name], typed) if typed else None
                yield f"{name}__{RANGE}", pa.nulls(rows, pa.string()) if ranges is None else ranges
                if (how := f"{name}__how") not in columns:
                    said = item.batch.given.get(how)
                    yield how, pa.nulls(rows, pa.string()) if said is None else said
        elif cells is None:
            yield name, pa.nulls(rows, kind)
        else:
            yield name, texts(cells) if kind == pa.string() else cells.cast(kind)


# A new kind is a function and a line here.
IN_COLUMNS = {"csv": _write_csv, "parquet": _write_parquet}
DOCUMENTS = {"json": json_pieces, "jsonl": json_lines}
