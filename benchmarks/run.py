"""How fast salespath is, as ratios of medians within one run: `python benchmarks/run.py`.

Machines are noisy, so only ratios count: what is compared runs in turn, round by round. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import companies
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from tabulate import tabulate

from salespath.counsel.reach.search import GOALS, search
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.load import load
from salespath.engine.table import assess_table
from salespath.facts import read_file
from salespath.rules.model import VERDICTS
from salespath.tables.chosen import STRONG
from salespath.tables.fact_columns import typed_cells, written_cells
from salespath.tables.header import RESULTS
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))  # for in_clips
ONE = str(ROOT / "examples" / "veeva_2013.yaml")
OTHER = str(ROOT / "examples" / "asana_2020.yaml")
BARE = [sys.executable, "-c", "import click, yaml, tabulate"]
STARTS = {
    ("--help",): 1.2,
    ("assess", ONE): 2.1,
    ("explain", ONE): 2.7,
    ("facts", "list"): 2.7,
    ("compare", ONE, OTHER): 2.7,
    ("whatif", ONE): 2.7,
    ("economics", ONE): 4.5,
    ("whatif", ONE, "--goal", "smb"): 4.5,
}  # commands, and how many times the bare imports they may take
REBUILT_EVERY = 1000
PART = 200_000  # rows of an input made at once

Row = tuple[str, str, str, str]  # what, measured, ratio, target


def medians(rounds: int, *works: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """The median seconds of each work, all run in turn."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken):
            start = clock()
            work()
            times.append(clock() - start)
    return [statistics.median(times) for times in taken]


@contextmanager
def silent() -> Iterator[None]:
    """Nothing on standard output: CLIPS writes there what it has leaked when an environment is given up."""
    sys.stdout.flush()
    saved = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


@silent()
def one_company(base: Base, rounds: int) -> list[Row]:
    """One company, facts in memory, the whole assessment with its explanation; in CLIPS the rules alone."""
    (case,) = read_file(ONE, base.vocabulary).cases
    works: list[Callable[[], object]] = [lambda: [assess(base, case) for _ in range(10)]]
    if find_spec("clips"):
        from in_clips import Clips, constructs, given

        engine, answers = Clips(constructs(base)), given(base, case)
        works.append(lambda: [engine.process(answers) for _ in range(10)])
    found = medians(rounds, *works)
    ratio = f"{found[0] / found[1]:.1f} × CLIPS, rules alone" if len(found) > 1 else "-"
    return [("one company, facts in memory", f"{found[0] * 100:.1f} ms", ratio, "≤ 5 ms")]


def whole_processes(rounds: int) -> list[Row]:
    """Commands from start to end, in wall and CPU seconds, against a Python that only imports click, yaml and tabulate."""
    taken: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for arguments in ((), *STARTS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.perf_counter()
            command = [sys.executable, "-m", "salespath", *arguments] if arguments else BARE
            subprocess.run(command, capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            taken.setdefault(arguments, []).append((time.perf_counter() - start, cpu))
    medians = {command: [*map(statistics.median, zip(*times))] for command, times in taken.items()}
    bare = medians[()]
    rows = []
    for arguments, most in STARTS.items():
        wall, cpu = medians[arguments]
        name = " ".join(("salespath", *(os.path.basename(argument) for argument in arguments)))
        ratios = f"{wall / bare[0]:.2f}, CPU {cpu / bare[1]:.2f}"
        rows.append((name, f"{wall * 1000:.0f} ms, CPU {cpu * 1000:.0f} ms", ratios, f"≤ {most}"))
    return rows


@silent()
def many_companies(base: Base, rounds: int, rows: int) -> list[Row]:
    """A table in memory, settled verdicts included, against the rate of CLIPS on the same rules (and no settled verdicts)."""
    table = companies.table(base, rows)
    works: list[Callable[[], object]] = [lambda: assess_table(base, table)]
    sample = 0
    if find_spec("clips"):
        from in_clips import Clips, constructs, given

        program, sample = list(constructs(base)), min(rows, REBUILT_EVERY)
        cases = companies.cases(base, table[:sample])
        answers = [given(base, case) for case in cases]
        agree(base, table[:sample], answers, Clips(program))

        def in_clips() -> None:
            engine = Clips(program)
            for facts in answers:
                engine.process(facts)

        works.append(in_clips)
    (wall, cpu), *others = timed(rounds, *works)
    rate = rows / wall
    peer = ", ".join(f"{rate / (sample / other):,.0f} × CLIPS ({sample / other:,.0f}/s)" for other, _ in others)
    shown = f"{rate:,.0f} companies/s, CPU {cpu / rows * 1e6:.2f} µs a company"
    return [(f"table of {rows:,} in memory", shown, peer or "-", "≥ 2,000,000/s, ≥ 100 ×")]


def agree(base: Base, table: companies.Table, answers: list[str], engine: object) -> None:
    """Stop unless CLIPS recommends the same for every company of the sample. That all rules agree is tested."""
    result = assess_table(base, table)
    for row, facts in enumerate(answers):
        if engine.process(facts) != VERDICTS[result.process[row]]:
            raise SystemExit(f"CLIPS and salespath differ on company {row}")


def loading(rounds: int) -> list[Row]:
    """Reading, checking and compiling the rules and the vocabulary."""
    (found,) = medians(rounds, load.__wrapped__)
    return [("read, check and compile the rules", f"{found * 1000:.0f} ms", "-", "-")]


def goals(base: Base, rounds: int) -> list[Row]:
    """Every set of up to three changes that takes a documented company to another process: the slowest and the middle one."""
    paths = [str(ROOT / "examples" / name) for name in ("real_companies.yaml", "asana_2020.yaml", "veeva_2013.yaml")]
    cases = [case for path in paths for case in read_file(path, base.vocabulary).cases]
    works = [lambda case=case, goal=goal: search(base, case, goal) for case in cases for goal in GOALS]
    works = [work for work in works if work().sets]
    found = medians(min(rounds, 5), *works)
    shown = f"{statistics.median(found) * 1000:.0f} ms, at most {max(found) * 1000:.0f} ms"
    return [(f"whatif --goal, up to three facts, {len(works)} goals", shown, "-", "≤ 500 ms")]


def files(base: Base, rounds: int, rows: int) -> list[Row]:
    """File to file, against polars copying the input (what the file costs anyway) or the output (what those bytes cost anyway)."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for ending, most in (("csv", "≤ 1.5"), ("parquet", "≤ 2")):
            source, thin, out, copy = (
                os.path.join(folder, f"{name}.{ending}") for name in ("in", "thin", "out", "copy")
            )
            write_input(base, source, rows)
            asked = {thin: ["verdict"], out: [*columns_of(source), *(name for name in RESULTS if name not in STRONG)]}
            works: list[Callable[[], object]] = [
                functools.partial(from_file_to_file, source, path, names) for path, names in asked.items()
            ]
            for work in works:
                work()
            if find_spec("polars"):
                works += [functools.partial(polars_copy, path, copy) for path in (source, out)]
            mine, everything, *floors = timed(rounds, *works)
            for what, taken, floor, path, target in (
                ("--columns verdict", mine, floors[:1], thin, "≤ 2.5 × the input"),
                ("all but strength and questions", everything, floors[1:], out, f"{most} × the output"),
            ):
                size = os.path.getsize(path) / 2**20
                ratio = ", ".join(
                    f"{taken[0] / least[0]:.1f}, CPU {taken[1] / least[1]:.1f} × polars" for least in floor
                )
                name = f"{rows:,} companies, {ending} → {ending}, {what}"
                found.append((name, f"{seconds(taken)}, {size:,.0f} MB", ratio or "-", target))
            for what, least in zip(("input", "output"), floors):
                found.append((f"polars copies the {what}, {ending}", seconds(least), "-", "-"))
            few, many = (measured(base, ending, count, "all").peak for count in (rows, 4 * rows))
            what = f"peak memory, {rows:,} and {4 * rows:,} companies, {ending}"
            found.append((what, f"{few:,.0f} and {many:,.0f} MB", f"{many / few:.2f}", "≤ 500 MB, the same"))
    return found


def unasked(base: Base, rounds: int) -> list[Row]:
    """What a company costs in the columns that are written unasked, and as a document."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for ending, rows, target in (("csv", 20_000, "≤ 120 µs"), ("jsonl", 20_000, "≤ 0.5 ms")):
            source, out = os.path.join(folder, f"in{rows}.csv"), os.path.join(folder, f"out.{ending}")
            write_input(base, source, rows)
            work = functools.partial(from_file_to_file, source, out)
            ((wall, cpu),) = timed(min(rounds, 5), work)
            shown = f"{wall / rows * 1e6:,.0f} µs a company, CPU {cpu / rows * 1e6:,.0f} µs"
            found.append((f"{rows:,} companies, csv → {ending}, unasked", shown, "-", target))
        few, many = (measured(base, "csv", count, "all", out="jsonl").peak for count in (2_000, 20_000))
        what = "peak memory, 2,000 and 20,000 companies, csv → jsonl"
        found.append((what, f"{few:,.0f} and {many:,.0f} MB", f"{many / few:.2f}", "flat"))
    return found


def from_file_to_file(source: str, out: str, columns: Sequence[str] = (), base: Base | None = None) -> None:
    """Assess a file. What its rows are warned of is not printed."""
    assess_to_file(base or load(), [source], out, lambda _: None, force=True, columns=columns)


def timed(rounds: int, *works: Callable[[], object]) -> list[tuple[float, float]]:
    """The median wall and CPU seconds of each work, all run in turn."""
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken):
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return [
        (statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times)) for times in taken
    ]


def seconds(taken: tuple[float, float]) -> str:
    return f"{taken[0]:.1f} s, CPU {taken[1]:.1f}"


def polars_copy(path: str, copy: str) -> None:
    """A file read and written again by polars, streaming."""
    import polars

    if path.endswith("csv"):
        polars.scan_csv(path, infer_schema=False).sink_csv(copy)
    else:
        polars.scan_parquet(path).sink_parquet(copy)


def reading(base: Base, rounds: int, rows: int) -> list[Row]:
    """A CSV file read and typed, all that is done once for a file included: CPU, against pyarrow, which types nothing."""
    with tempfile.TemporaryDirectory() as folder:
        every, undated, ranged = (os.path.join(folder, f"{name}.csv") for name in ("every", "undated", "ranged"))
        write_input(base, every, rows)
        texts = dict.fromkeys(columns_of(every), pa.string())
        options = pyarrow.csv.ConvertOptions(column_types=texts, null_values=[""], strings_can_be_null=True)
        table = pyarrow.csv.read_csv(every, convert_options=options)
        dates = [
            name for name in table.column_names if name in base.vocabulary and base.vocabulary[name].type == "date"
        ]
        table = table.drop_columns(dates)
        pyarrow.csv.write_csv(table, undated, pyarrow.csv.WriteOptions(quoting_style="none"))
        low = pc.cast(table["capital"], pa.float64())
        ends = [pc.cast(pc.cast(end, pa.int64(), safe=False), pa.string()) for end in (low, pc.add(low, 1000))]
        place = table.column_names.index("capital")
        table = table.set_column(place, "capital", pc.binary_join_element_wise(*ends, "-"))
        pyarrow.csv.write_csv(table, ranged, pyarrow.csv.WriteOptions(quoting_style="none"))

        def typed(path: str) -> None:
            found = CompaniesFile(base, path).reading()
            for part in found.parts():
                found.batch(part)

        works = [
            lambda: pyarrow.csv.read_csv(undated),
            *(lambda path=path: typed(path) for path in (undated, every, ranged)),
        ]
        floor, bare, dated, wide = medians(rounds, *works, clock=time.process_time)
    return [
        (
            f"{rows:,} companies, csv read and typed",
            f"CPU {bare / rows * 1e6:.1f} µs a row",
            f"{bare / floor:.1f} × pyarrow",
            "-",
        ),
        ("the same, with dates", f"CPU {dated / rows * 1e6:.1f} µs a row", f"{dated / bare:.2f}", "-"),
        ("the same, with a range in most rows", f"CPU {wide / rows * 1e6:.1f} µs a row", f"{wide / bare:.2f}", "≤ 2"),
    ]


def workbooks(base: Base, rounds: int) -> list[Row]:
    """A messy sheet read and typed, with its errors, currencies and cells of two readings, against openpyxl reading its values."""
    if not find_spec("openpyxl"):
        return []
    import openpyxl

    rows = 10_000
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "messy.xlsx")
        write_messy(path, rows)

        def typed() -> None:
            found = CompaniesFile(base, path).reading()
            for part in found.parts():
                found.batch(part)

        def values() -> None:
            for _ in openpyxl.load_workbook(path, read_only=True, data_only=True)["Data"].iter_rows():
                pass

        floor, whole = medians(rounds, values, typed, clock=time.process_time)
    return [(f"{rows:,} companies, messy xlsx", f"CPU {whole:.1f} s", f"{whole / floor:.1f} × openpyxl", "≤ 10 s")]


def write_messy(path: str, rows: int) -> None:
    """A workbook with a cover, titles, number formats, numbers as text, formulas without values and notes beside them."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    made = Workbook(write_only=True)
    made.create_sheet("Cover").append(["Fund"])
    sheet = made.create_sheet("Data")

    def cell(value: object, number_format: str) -> object:
        found = WriteOnlyCell(sheet, value)
        found.number_format = number_format
        return found

    for head in (["Report"], [], ["company", "capital (k€)", "annual_contract_value", "churn_rate", "self_serve"]):
        sheet.append([*head, *(["monthly_burn", *(f"note {n}" for n in range(12))] if len(head) > 1 else [])])
    texts = "n/a", "5k", "1.250,50 lei", "250.000"
    for n in range(rows):
        amount = n * 7919 % 100_003 / 7
        contract = texts[n // 4 % 4] if n % 4 == 0 else amount
        burn = "=B4*2" if n % 50 == 0 else cell(amount, "[$€-407] #,##0")
        numbers = [cell(amount, '#,##0.00 "€"'), contract, cell(n % 90 / 301, "0.0%"), ["da", True, "no"][n % 3]]
        sheet.append([f"Firm {n} SRL", *numbers, burn, *(f"text {n % 99}" for _ in range(6)), *range(6)])
    made.save(path)


def columns_of(path: str) -> list[str]:
    """The columns of a file of companies."""
    if path.endswith("parquet"):
        return [*pyarrow.parquet.read_schema(path).names]
    with open(path, encoding="utf-8") as file:
        return file.readline().strip().split(",")


def write_input(base: Base, path: str, rows: int) -> None:
    """A file of companies: text in CSV, types in Parquet. It is made part by part, each from a seed of its own."""
    parts = [(start, min(PART, rows - start)) for start in range(0, rows, PART)]
    tables = ((start, companies.table(base, count, 1 + start // PART)) for start, count in parts)
    if path.endswith("csv"):
        with open(path, "w") as file:
            for start, table in tables:
                cells = {name: written_cells(base.vocabulary[name], column) for name, column in table.columns.items()}
                columns = [_named(start, table.rows), *cells.values()]
                lines = pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")
                head = [] if start else [",".join(["company", *cells])]
                file.write("\n".join([*head, *lines.to_pylist()]) + "\n")
    else:
        writer = None
        for start, table in tables:
            facts = table.columns.items()
            cells = {name: typed_cells(base.vocabulary[name], column, table.rows) for name, column in facts}
            columns = pa.table({"company": _named(start, table.rows), **cells})
            writer = writer or pyarrow.parquet.ParquetWriter(path, columns.schema)
            writer.write_table(columns)
        if writer:
            writer.close()


def _named(start: int, rows: int) -> pa.Array:
    return pa.array([f"Company {n}" for n in range(start, start + rows)])


class Measured(NamedTuple):
    """Peak memory in MB, of a process and of the largest of its own; CPU and wall seconds."""

    peak: float
    others: float
    cpu: float
    wall: float


def measured(base: Base, ending: str, rows: int, columns: str, *, out: str = "", jobs: int = 1) -> Measured:
    """What a process of its own takes to assess so many companies; `out` is the ending of what it writes, if another."""
    program = """
import json, resource, sys
from pathlib import Path
from salespath.engine.load import load
from salespath.tables.run import assess_to_file
source, out, columns, jobs = sys.argv[1:]
assess_to_file(load(), [source], out, lambda _: None, columns=columns.split(","), jobs=int(jobs))
status = Path("/proc/self/status")  # Linux counts what the parent took into ru_maxrss
lines = status.read_text().splitlines() if status.exists() else []
mine, theirs = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), mine.ru_maxrss)
cpu = sum(one.ru_utime + one.ru_stime for one in (mine, theirs))
print(json.dumps([peak / 1024, theirs.ru_maxrss / 1024, cpu]))
"""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, f"in.{ending}"), os.path.join(folder, f"out.{out or ending}")
        write_input(base, source, rows)
        start = time.perf_counter()
        command = [sys.executable, "-c", program, source, target, columns, str(jobs)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return Measured(*json.loads(done.stdout), time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of each comparison (7)")
    parser.add_argument("--rows", type=int, default=100_000, help="companies in the tables (100,000)")
    options = parser.parse_args()
    base = load()
    rounds = max(5, options.rounds)
    rows = [
        *one_company(base, rounds),
        *whole_processes(rounds),
        *many_companies(base, rounds, options.rows),
        *loading(rounds),
        *goals(base, rounds),
        *reading(base, rounds, options.rows),
        *workbooks(base, rounds),
        *files(base, rounds, options.rows),
        *unasked(base, rounds),
    ]
    rules = len(base.knowledge.rules)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {rules} rules, medians of {rounds} rounds")
    print(tabulate(rows, ["What", "Measured", "Ratio", "Target"], tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    main()
