"""Assessed batches → a file: CSV, Parquet or JSON, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from salespath.engine.compile import Base
from salespath.output import atomic
from salespath.portfolio.ahead import ahead
from salespath.portfolio.assessed import Assessed
from salespath.portfolio.cells import characters, typed_cells, written_cells
from salespath.portfolio.columns import Outcome, Wording
from salespath.portfolio.header import COMPANY, RESULTS

ENDINGS = ("csv", "parquet", "json")

_RISKY = np.zeros(256, dtype=bool)
_RISKY[list(b"=+-@\t\r")] = True
_NUMBER = "^([-+]?([0-9][0-9,]*([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?%?|-)$"


def write(base: Base, batches: Iterable[Assessed], out: str, columns: Mapping[str, pa.DataType]) -> None:
    """Write to `out`, whose ending says how. `columns` are those of the input and their types; the results follow them.

    Raises SalespathError (SP140) where it cannot be written.
    """
    ending = out.lower().rpartition(".")[2]
    kept = {COMPANY: pa.string(), **{name: kind for name, kind in columns.items() if name not in RESULTS}}
    with atomic(out) as file:
        if ending == "json":
            _write_json(base, batches, file)
        elif ending == "parquet":
            _write_parquet(_tables(base, batches, kept, typed=True), file)
        else:
            _write_csv(_tables(base, batches, kept, typed=False), [*kept, *RESULTS], file)


def _tables(
    base: Base, batches: Iterable[Assessed], columns: Mapping[str, pa.DataType], *, typed: bool
) -> Iterator[pa.RecordBatch]:
    wording = Wording(base)

    def table(item: Assessed) -> pa.RecordBatch:
        given = _given(base, item, columns) if typed else _given_as_text(base, item, columns)
        return pa.RecordBatch.from_pydict({**given, **Outcome(wording, item.batch, item.result).columns(typed=typed)})

    return ahead(table, batches)


def _given(base: Base, item: Assessed, columns: Mapping[str, pa.DataType]) -> dict[str, pa.Array]:
    batch, found = item.batch, {}
    for name, kind in columns.items():
        if name in base.vocabulary:
            found[name] = typed_cells(base.vocabulary[name], batch.table.columns.get(name), batch.table.rows)
        else:
            cells = batch.given.get(name)
            found[name] = pa.nulls(batch.table.rows, kind) if cells is None else cells.cast(kind)
    return found


def _given_as_text(base: Base, item: Assessed, columns: Mapping[str, pa.DataType]) -> dict[str, pa.Array]:
    batch, found = item.batch, {}
    for name in columns:
        cells, typed = batch.given.get(name), batch.table.columns.get(name)
        if cells is None:
            cells = written_cells(base.vocabulary[name], typed) if typed else pa.nulls(batch.table.rows, pa.string())
        found[name] = cells if name in base.vocabulary else guarded(_as_text(cells))
    return found


def _as_text(cells: pa.Array) -> pa.Array:
    if pa.types.is_nested(cells.type):
        return pa.array(
            [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in cells.to_pylist()],
            pa.string(),
        )
    return cells.cast(pa.string())


def guarded(cells: pa.StringArray) -> pa.Array:
    """Texts that a spreadsheet would run as formulas get a ' before them; numbers and - stay as they are."""
    offsets, data = characters(cells)
    places = np.flatnonzero(offsets[1:] > offsets[:-1])
    places = places[_RISKY[data[offsets[places]]]]
    if not len(places):
        return cells
    texts = cells.take(pa.array(places))
    formulas = np.asarray(pc.invert(pc.match_substring_regex(texts, _NUMBER)))
    mask = np.zeros(len(cells), dtype=bool)
    mask[places[formulas]] = True
    return pc.replace_with_mask(
        cells, pa.array(mask), pc.binary_join_element_wise("'", texts.filter(pa.array(formulas)), "")
    )


def _write_csv(tables: Iterator[pa.RecordBatch], names: list[str], file: IO[bytes]) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(guarded(pa.array(names)).to_pylist())
    file.write(line.getvalue().encode())
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    writer = pyarrow.csv.CSVWriter(file, pa.schema([(name, pa.string()) for name in names]), write_options=options)
    for table in tables:
        writer.write_batch(table)
    writer.close()


def _write_parquet(tables: Iterator[pa.RecordBatch], file: IO[bytes]) -> None:
    first = next(tables)
    with pyarrow.parquet.ParquetWriter(file, first.schema) as writer:
        writer.write_batch(first)
        for table in tables:
            writer.write_batch(table)


def _write_json(base: Base, batches: Iterable[Assessed], file: IO[bytes]) -> None:
    from salespath.engine.assess import assess
    from salespath.report.json import document

    before = "[\n"
    for item in batches:
        for case in item.batch.cases(base.vocabulary):
            text = json.dumps(document(assess(base, case), table=True), ensure_ascii=False, indent=2)
            file.write(f"{before}{text}".encode())
            before = ",\n"
    file.write(b"\n]\n" if before == ",\n" else b"[]\n")
