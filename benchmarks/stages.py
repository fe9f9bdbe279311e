"""What each stage of a table costs, in µs of CPU a company: `python -m benchmarks.stages`. The stages run one after the other."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # for its neighbours, however it is called

import pyarrow as pa
import pyarrow.parquet
from run import write_input
from tabulate import tabulate

from salespath.engine.contradictions import doubtful_rows
from salespath.engine.load import load
from salespath.engine.table import Rows, assess_table
from salespath.engine.walk import walk
from salespath.tables.csv_lines import CsvLines
from salespath.tables.header import RESULTS, VERDICT
from salespath.tables.read import CompaniesFile
from salespath.tables.result_columns import ResultColumns, Wording


class Clock:
    """CPU seconds by stage, of one round after the other."""

    def __init__(self) -> None:
        self.rounds: list[dict[str, float]] = []

    def __call__(self, stage: str, work: Callable[[], Any]) -> Any:
        start = time.process_time()
        found = work()
        taken = self.rounds[-1]
        taken[stage] = taken.get(stage, 0.0) + time.process_time() - start
        return found


def one_round(path: str, clock: Clock, strong: int) -> None:
    base = load()
    wording = Wording(base)
    reading = clock("open", lambda: CompaniesFile(base, path).reading())
    parts = reading.parts()
    done = 0
    while (part := clock("read", lambda: next(parts, None))) is not None:
        batch = clock("type", lambda: reading.batch(part))
        table = batch.table
        rows = Rows(base, table)
        clock("tests", lambda: [rows.test(leaf) for leaf in base.tests])
        clock("walk without plan", lambda: walk(base, rows, settle=False, plan=False))
        clock("walk with plan", lambda: walk(base, rows, settle=False))
        clock("walk with plan and settled", lambda: walk(base, rows))
        clock("assess, not settled", lambda: assess_table(base, table, settle=False))
        result = clock("assess", lambda: assess_table(base, table))
        clock("doubtful", lambda: doubtful_rows(Rows(base, table)))
        columns = ResultColumns(wording, batch, result, strong=done < strong)
        if done < strong:
            clock("strength", lambda: columns.text("strength"))
        done += table.rows
        texts = {name: clock(f"column {name}", lambda: columns.text(name)) for name in RESULTS}
        clock("typed columns", lambda: columns.typed(RESULTS))
        for what, names in (("verdict", VERDICT), ("all", RESULTS)):
            lines = clock(f"{what}: tokens", lambda: CsvLines([texts[name] for name in names], table.rows))
            clock(f"{what}: text", lambda: [len(made.text(start, stop)) for made, start, stop in lines.pieces()])
            typed = pa.record_batch(dict(zip(names, columns.typed(names))))
            with tempfile.TemporaryFile() as out:
                writer = pyarrow.parquet.ParquetWriter(out, typed.schema, write_statistics=False)
                clock(f"{what}: Parquet", lambda: (writer.write_batch(typed), writer.close()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts (3)")
    parser.add_argument("--rows", type=int, default=200_000, help="companies (200,000)")
    parser.add_argument("--strong", type=int, default=20_000, help="companies of which strength is worked out (20,000)")
    parser.add_argument("--kind", choices=("csv", "parquet"), default="csv", help="of the file (csv)")
    options = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"in.{options.kind}")
        write_input(load(), path, options.rows)
        for _ in range(options.rounds):
            clock.rounds.append({})
            one_round(path, clock, options.strong)
    found = {stage: statistics.median(one[stage] for one in clock.rounds) for stage in clock.rounds[0]}
    lines = [
        (stage, f"{taken / (options.strong if stage == 'strength' else options.rows) * 1e6:.2f}")
        for stage, taken in found.items()
    ]
    print(tabulate(lines, ["Stage", "CPU µs a company"], tablefmt="github", disable_numparse=True, colalign=("left", "right")))


if __name__ == "__main__":
    main()
