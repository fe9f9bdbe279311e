"""What each stage of a table costs, in µs of CPU a company: `python -m benchmarks.stages`. The stages run one after the other."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
from tabulate import tabulate

from salespath.engine.contradictions import doubtful_rows
from salespath.engine.load import load
from salespath.engine.table import Rows, assess_at_once
from salespath.tables.csv_lines import CsvLines
from salespath.tables.header import RESULTS, VERDICT
from salespath.tables.read import CompaniesFile
from salespath.tables.result_columns import ResultColumns, Wording

sys.path.append(str(Path(__file__).parent))  # for its neighbour, however it is called

from run import write_input

_FIGURES = {n for n in RESULTS if n.startswith(("fit_", "means_", "certainty_", "evidence_", "dimensions_"))}


class Clock:
    """CPU seconds by stage, and how many companies went through it."""

    def __init__(self) -> None:
        self.taken = Counter[str]()
        self.rows = Counter[str]()

    @contextmanager
    def __call__(self, stage: str, rows: int = 0) -> Iterator[None]:
        """Whatever is done inside is of one stage."""
        start = time.process_time()
        yield
        self.taken[stage] += time.process_time() - start
        self.rows[stage] += rows


def one_round(path: str, strong: int) -> Clock:
    """The stages of one file; of the first companies, `strong` at least, how firm their verdicts are, too."""
    base, clock, done = load(), Clock(), 0
    wording = Wording(base)
    with clock("open, and find how cells are written"):
        reading = CompaniesFile(base, path).reading()
    parts = reading.parts()
    while True:
        with clock("read"):
            part = next(parts, None)
        if part is None:
            return clock
        with clock("type"):
            batch = reading.batch(part)
        table, rows = batch.table, batch.table.rows
        done += rows
        with clock("assess, verdict only", rows):
            assess_at_once(Rows(base, table), settle=False, plan=False)
        with clock("assess, without settled", rows):
            assess_at_once(Rows(base, table), settle=False, plan=True)
        carrier = Rows(base, table)
        with clock("assess", rows):
            result = assess_at_once(carrier, settle=True, plan=True)
        with clock("answers that cannot all be right", rows):
            doubtful_rows(carrier)
        columns = ResultColumns(wording, batch, result, strong=done - rows < strong)
        if columns.strong:
            with clock("column strength, hangs_on, first_question", rows):
                columns.text("strength")
        texts = {}
        for name in RESULTS:
            with clock("columns of figures" if name in _FIGURES else f"column {name}", rows):
                texts[name] = columns.text(name)
        for what, names in (("verdict", VERDICT), ("all", RESULTS)):
            with clock(f"{what}: tokens of lines", rows):
                lines = CsvLines([texts[name] for name in names], rows)
            with tempfile.TemporaryFile() as out:
                for made, start, stop in lines.pieces():
                    with clock(f"{what}: text of lines", stop - start):
                        text = made.text(start, stop)
                    with clock(f"{what}: lines written", stop - start):
                        out.write(text)
            columns = ResultColumns(wording, batch, result, strong=False)
            with clock(f"{what}: typed columns", rows):
                typed = pa.RecordBatch.from_arrays(columns.typed(names), list(names))
            with tempfile.TemporaryFile() as out, clock(f"{what}: Parquet of them", rows):
                pyarrow.parquet.write_table(pa.Table.from_batches([typed]), out, write_statistics=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of which the least counts (3)")
    parser.add_argument("--rows", type=int, default=200_000, help="companies (200,000)")
    parser.add_argument("--strong", type=int, default=20_000, help="companies whose strength is worked out (20,000)")
    parser.add_argument("--kind", choices=("csv", "parquet"), default="csv", help="of the file (csv)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"in.{options.kind}")
        write_input(load(), path, options.rows)
        rounds = [one_round(path, options.strong) for _ in range(options.rounds)]
    first = rounds[0]
    lines = [
        (stage, f"{min(one.taken[stage] for one in rounds) / (first.rows[stage] or options.rows) * 1e6:.2f}")
        for stage in first.taken
    ]
    align = ("left", "right")
    print(tabulate(lines, ["Stage", "CPU µs a company"], tablefmt="github", disable_numparse=True, colalign=align))


if __name__ == "__main__":
    main()
