"""What Spark costs on this machine: `python benchmarks/spark.py` assesses 1,000,000 rows, `--columns verdict`, in local mode.

The floor is Spark's own identity: mapInArrow that hands over what it gets, of the same input, written as Parquet. Both run in turn;
CPU is that of Java and all workers. The results are compared with those of one machine, row for row, and its time stands beside.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import companies
import pyarrow as pa
import pyarrow.parquet
from pyspark.sql import SparkSession
from tabulate import tabulate

from salespath.engine.load import load
from salespath.tables.fact_columns import typed_cells
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file
from salespath.tables.spark_folders import assess_folder, session

PARTS = 8
TARGET = 1.2
COLUMNS = ["verdict"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    base = load()
    with tempfile.TemporaryDirectory() as scratch:
        folder, ours, identical = (Path(scratch, name) for name in ("in", "ours.parquet", "identity"))
        write_input(folder, options.rows)
        os.environ.setdefault("PYSPARK_SUBMIT_ARGS", "--master local[2] --driver-memory 2g pyspark-shell")
        spark = session()

        def assess() -> None:
            shutil.rmtree(ours, ignore_errors=True)
            bad = f"{scratch}/bad.csv"
            summary = assess_folder(base, str(folder), str(ours), bad, lambda _: None, columns=COLUMNS, spark=spark)
            assert summary.assessed == options.rows, summary

        def without_spark() -> None:
            files = [CompaniesFile(base, str(path)) for path in sorted(folder.iterdir())]
            assess_to_file(base, files, alone, lambda _: None, columns=COLUMNS, force=True)

        alone = f"{scratch}/alone.parquet"
        works = {
            "identity": lambda: identity(spark, str(folder), str(identical)),
            "--columns verdict": assess,
            "the same without Spark": without_spark,
        }
        taken = {name: [] for name in works}
        for turn in range(options.rounds + 1):  # the first warms Java up
            for name, work in works.items():
                seconds = measured(work)
                if turn:
                    taken[name].append(seconds)
        medians = {name: [statistics.median(kind) for kind in zip(*times)] for name, times in taken.items()}
        floor = medians["identity"]
        rows = [
            (name, *(f"{n:.1f}" for n in found), *(f"{n / of:.2f}" for n, of in zip(found, floor)))
            for name, found in medians.items()
        ]
        headers = ["", "wall s", "CPU s", "wall ÷ identity", f"CPU ÷ identity (target {TARGET})"]
        print(tabulate(rows, headers, disable_numparse=True))
        same = in_order(alone).equals(in_order(str(ours)))
        print(f"{options.rows:,} rows {'equal' if same else 'DIFFERENT'} to those of one machine")
        spark.stop()
        sys.exit(not same)


def write_input(folder: Path, rows: int) -> None:
    """Parts of one table of companies."""
    folder.mkdir()
    base, each = load(), rows // PARTS
    for part in range(PARTS):
        some = companies.table(base, each if part else rows - each * (PARTS - 1), seed=part)
        facts = {
            n: typed_cells(base.vocabulary[n], c, some.rows)
            for n, c in some.columns.items()
            if base.vocabulary[n].type != "date"
        }
        names = pa.array([f"Company {part}.{row}" for row in range(some.rows)])
        pyarrow.parquet.write_table(pa.table({"company": names, **facts}), folder / f"{part}.parquet")


def identity(spark: SparkSession, path: str, out: str) -> None:
    def same(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches

    frame = spark.read.parquet(path)
    frame.mapInArrow(same, frame.schema).write.mode("overwrite").parquet(out)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of all processors."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return time.perf_counter() - wall, cpu_seconds() - cpu


def cpu_seconds() -> float:
    """What this process and all that it started have used, those that have ended too."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
        used[int(path.parent.name)] = sum(map(int, fields[11:15]))
    total = 0
    for process in used:
        above = process
        while above not in (0, os.getpid()):
            above = parents.get(above, 0)
        total += used[process] if above else 0
    return total / os.sysconf("SC_CLK_TCK")


def in_order(path: str) -> pa.Table:
    table = pyarrow.parquet.read_table(path).sort_by("company").combine_chunks()
    return table.select(sorted(table.column_names))


if __name__ == "__main__":
    main()
