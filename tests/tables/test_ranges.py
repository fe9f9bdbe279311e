"""Ranges in tables: written beside the numbers where a column has a type, in their place where it has none, and read back."""

from __future__ import annotations

import csv
import os
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from given import BASE

from salespath.tables import csv_reader, parquet_reader, write
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file


@pytest.fixture(autouse=True)
def _in_parts(monkeypatch):
    """Tables in parts of two rows."""
    monkeypatch.setattr(csv_reader, "ROWS", 2)
    monkeypatch.setattr(parquet_reader, "ROWS", 2)
    monkeypatch.setattr(write, "ROW_GROUP", 2)


def source(folder: Path, cells: list[str]) -> Path:
    """A table whose companies know one number each."""
    rows = [f"C{n},yes,{cell}" for n, cell in enumerate(cells)]
    (folder / "in.csv").write_text("\n".join(["company,self_serve,capital", *rows, ""]))
    return folder / "in.csv"


def written(given: Path, name: str) -> Path:
    out = given.with_name(name)
    summary = assess_to_file(BASE, [str(given)], str(out), lambda problems: None, force=True, columns=["all"])
    assert summary.rejected == 0
    return out


def capital(path: Path) -> list[tuple[float, float] | None]:
    """The ends of the one number of each company of a file, None where it is not known."""
    reading = CompaniesFile(BASE, str(path)).reading()
    found: list[tuple[float, float] | None] = []
    for part in reading.parts():
        batch = reading.batch(part)
        assert not batch.problems
        cells = batch.table.columns.get("capital")
        for row in range(batch.table.rows):
            known = cells is not None and cells.known[row]
            high = None if not known else cells.values if cells.high is None else cells.high
            found.append((float(cells.values[row]), float(high[row])) if known else None)
    return found


CELLS = ["5", "", "7", "8", "9", "10 to 20", "3 to 4", ""]
ENDS = [(5, 5), None, (7, 7), (8, 8), (9, 9), (10, 20), (3, 4), None]


@pytest.mark.parametrize(
    "names", [("a.csv",), ("a.parquet",), ("a.csv", "b.parquet", "c.csv"), ("a.parquet", "b.parquet")]
)
def test_a_range_is_read_back_as_that_range(tmp_path, names):
    path = source(tmp_path, CELLS)
    for name in names:
        path = written(path, name)
    assert capital(path) == ENDS
    if path.suffix == ".csv":
        rows = list(csv.DictReader(path.read_text().splitlines()))
        assert [row["capital"] for row in rows] == CELLS
        assert "capital__range" not in rows[0]
    else:
        table = pyarrow.parquet.read_table(path)
        assert table.column_names[:4] == ["company", "self_serve", "capital", "capital__range"]
        assert table["capital"].to_pylist() == [5, None, 7, 8, 9, None, None, None]
        assert table["capital__range"].to_pylist() == [*[None] * 5, "10 to 20", "3 to 4", None]
        assert table["company"].to_pylist() == [f"C{n}" for n in range(8)]
        assert table["process"].null_count == 0


def test_without_a_range_there_is_no_column_of_ranges(tmp_path):
    out = written(source(tmp_path, ["5", "7", "", "8"]), "a.parquet")
    assert "capital__range" not in pyarrow.parquet.read_schema(out).names


def test_ranges_that_come_late_go_through_a_pipe_too(tmp_path):
    given = source(tmp_path, CELLS)
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reading = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reading.start()
    assess_to_file(BASE, [str(given)], str(tmp_path / "pipe"), lambda problems: None, ending="parquet", columns=["all"])
    reading.join()
    (tmp_path / "got.parquet").write_bytes(got[0])
    assert capital(tmp_path / "got.parquet") == ENDS


def test_a_number_and_a_range_of_one_company_are_refused(tmp_path):
    table = {"company": ["A", "B"], "capital": [5.0, None], "capital__range": ["10-20", "10-20"]}
    pyarrow.parquet.write_table(pa.table(table), tmp_path / "both.parquet")
    found = CompaniesFile(BASE, str(tmp_path / "both.parquet")).reading()
    batch = found.batch(next(found.parts()))
    assert [(p.code, p.row, p.column) for p in batch.problems] == [("SP112", 2, "capital__range")]
    assert np.array_equal(batch.rows, [3])
