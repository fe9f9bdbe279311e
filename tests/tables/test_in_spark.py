"""Apache Spark: the same results as one machine, row for row, from folders of files and from DataFrames."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from conftest import JUDGED
from given import BASE, EXAMPLES, ROOT, run, run_process

from salespath.files.problems import SalespathError
from salespath.tables import in_spark
from salespath.tables.columns import read_options
from salespath.tables.in_memory import assess_batches
from salespath.tables.in_spark import assess_files, assess_frame, rejected_frame
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file

NEEDED = [name for name in ("pyspark", "pandas") if not find_spec(name)]
MISSING = (
    "pip install 'salespath[spark]'"
    if NEEDED
    else ""
    if shutil.which("java")
    else "apt-get install default-jre-headless"
)
MESSY = (
    "company,product_stage,capital,churn_rate,note\n"
    "Acme,launched,abc,0.02,=1+1\n"
    '"Birch, ""the tree""",launched,5000,0.04,"one\ntwo"\n'
    "Cedar,idea,20-40k,0.1,\n"
    "Cedar,idea,20-40k,0.1,\n"
    ",launched,7000,,no name\n"
    "Total,,12000,,\n"
    "short\n"
)
PERCENTS = "Firmă;Clienți plătitori;Cash (k€);churn_rate\nȘtefan;12;1,5;5%\nȚiriac;3;250.000;7%\n"
OLDER = "company,as_of,product_stage,paying_customers\nElm,2026-01-01,idea,0\nElm,2026-04-01,launched,9\n"


@pytest.fixture(scope="module")
def spark():
    """One session of this machine. Where a change is judged, it has to be there."""
    if MISSING:
        (pytest.fail if JUDGED else pytest.skip)(f"Spark does not run here: {MISSING}")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR")
        session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
        yield session
        session.stop()


def one_machine(paths, out: Path, columns, options):
    """What one machine makes of files: summary, and the file of rejects."""
    rejects = out.with_suffix(".rejects.csv")
    files = [CompaniesFile(BASE, str(path), options=options) for path in sorted(paths)]
    return assess_to_file(
        BASE, files, str(out), lambda _: None, columns=columns, rejects=str(rejects), strength=True
    ), rejects


def cells(*paths: Path) -> tuple[list[str], Counter[tuple[str, ...]]]:
    """The header of CSV files, which is one, and their rows in any order."""
    headers, rows = set(), Counter()
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            head, *rest = csv.reader(file)
        headers.add(tuple(head))
        rows.update(map(tuple, rest))
    (header,) = headers
    return [*header], rows


def held(header: list[str], rows: Counter[tuple[str, ...]]) -> Counter[frozenset[tuple[str, str]]]:
    """Rows as what they hold, without empty cells, in any order of rows and columns."""
    return Counter(frozenset((name, cell) for name, cell in zip(header, row) if cell) for row in rows.elements())


def test_a_folder_of_csv_gives_what_one_machine_gives(spark, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(EXAMPLES / "real_companies.csv", folder / "real.csv")
    for name, text in (("messy", MESSY), ("percents", PERCENTS), ("older", OLDER)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "bytes.csv").write_bytes(OLDER.replace("Elm", "Măgura").encode("utf-16"))
    options = read_options(BASE.vocabulary, [])
    alone, _ = one_machine(folder.iterdir(), tmp_path / "alone.csv", ["all"], options)
    out, bad = tmp_path / "out.csv", tmp_path / "out.rejects.csv"
    summary = assess_files(
        BASE,
        str(folder),
        str(out),
        str(bad),
        lambda _: None,
        columns=["all"],
        options=options,
        strength=True,
        spark=spark,
    )
    assert (alone.rejected, alone.left_out) == (2, 4)  # Acme and short; Cedar again, the total, two older dates
    assert (summary.assessed, summary.rejected, summary.left_out) == (alone.assessed, 2, 4)
    header, rows = cells(*out.glob("*.csv"))
    assert held(header, rows) == held(*cells(tmp_path / "alone.csv"))
    assert {"row 6"} <= {row[header.index("company")] for row in rows}  # one without a name, by its row in its file
    header, rows = cells(*bad.glob("*.csv"))
    assert header[:5] == [*(f"salespath_{name}" for name in ("row", "column", "code", "reason")), "salespath_file"]
    found = {row[:3] + row[4:5] + (row[header.index("note")],) for row in rows}
    assert found == {
        ("2", "capital", "SP112", f"{folder}/messy.csv", "'=1+1"),
        ("8", "", "SP114", f"{folder}/messy.csv", ""),
    }


def test_a_folder_of_parquet_gives_what_one_machine_gives(spark, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for part, capital in enumerate(([5e4, None, 9e6], [1e3, 2e5, 2e5])):
        table = pa.table({
            "company": [f"{part} a", None, f"{part} c"],
            "fund": pa.array([7, 8, 9], pa.uint8()),
            "capital": pa.array(capital),
            "capital__range": pa.array([None, "20-40k" if not part else None, None]),
            "self_serve": pa.array([0, 1, part], pa.int8()),
            "team_roles": [["marketing", "sales"], [], None],
            "product_stage": pa.array(["launched", "no such", "idea"]),
        })  # fmt: skip
        pyarrow.parquet.write_table(table, folder / f"{part}.parquet")
    options = read_options(BASE.vocabulary, ["company=company"])
    columns = ["fund", "capital", "self_serve", "team_roles", "verdict", "reasons", "evidence_smb_fit"]
    alone, _ = one_machine(folder.iterdir(), tmp_path / "alone.parquet", columns, options)
    out, bad = tmp_path / "out.parquet", tmp_path / "out.rejects.csv"
    summary = assess_files(
        BASE, str(folder), str(out), str(bad), lambda _: None, columns=columns, options=options, spark=spark
    )
    assert (summary.assessed, summary.rejected) == (alone.assessed, alone.rejected) == (4, 2)
    found = pyarrow.parquet.read_table(out).to_pylist()
    wanted = pyarrow.parquet.read_table(tmp_path / "alone.parquet").to_pylist()
    for row in wanted:
        row.setdefault("capital__range", None)  # which a folder always has
    assert sorted(found, key=str) == sorted(({n: row[n] for n in found[0]} for row in wanted), key=str)
    assert {*found[0]} == {*wanted[0]}


def test_a_frame_gives_what_a_table_in_memory_gives(spark, tmp_path: Path) -> None:
    table = pa.table({
        "id": pa.array([1, 2, 3], pa.int64()),
        "company": ["Acme", "Birch", "Cedar"],
        "paying_customers": pa.array([3, 40, -1], pa.int64()),
        "Cash (k€)": ["1.5", "250.000", "12"],
        "product_stage": ["launched", "idea", "idea"],
    })  # fmt: skip
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    frame = spark.read.parquet(str(tmp_path / "in.parquet"))
    said = []
    columns = ["process", "fit_smb", "flags"]
    found = assess_frame(BASE, frame, ["id", *columns], on_problem=said.append).toPandas().to_dict("records")
    (wanted,) = assess_batches(BASE, table, columns, on_problem=said.append)
    assert [{n: list(c) if n == "flags" else c for n, c in row.items()} for row in found] == [
        {"company": "Acme", "id": 1, **{n: wanted.to_pylist()[0][n] for n in columns}}
    ]  # the number of Birch has two readings, and Cedar has fewer customers than none
    assert "SP187" in {problem.code for problem in said}
    rejected = rejected_frame(BASE, frame).toPandas()
    assert [*rejected["salespath_code"]] == ["SP124", "SP112"]
    assert [*rejected["Cash (k€)"]] == ["250.000", "12"]
    with pytest.raises(SalespathError, match=r"as_of.*SP186|SP186.*as_of"):
        assess_frame(BASE, frame.withColumnRenamed("id", "as_of"))


def test_what_cannot_be_used_is_refused_before_anything_is_written(spark, tmp_path: Path, monkeypatch) -> None:
    def refused(path: Path) -> str:
        with pytest.raises(SalespathError) as error:
            assess_files(BASE, str(path), str(tmp_path / "out.csv"), str(tmp_path / "bad.csv"), print, spark=spark)
        assert not (tmp_path / "out.csv").exists()
        return str(error.value)

    assert "SP101" in refused(tmp_path / "nowhere")
    folder = tmp_path / "in"
    folder.mkdir()
    assert "SP101" in refused(folder)
    (folder / "a.csv").write_text("company,colour\nAcme,red\n", "utf-8")
    (folder / "b.parquet").write_bytes(b"PAR1 and no more")
    said = refused(folder)
    assert "SP110" in said
    assert f"{folder}/b.parquet" in said
    monkeypatch.setattr(in_spark, "MOST_BYTES", 20)
    assert "SP186" in refused(folder)


def test_a_file_damaged_further_on_is_said_and_leaves_nothing(spark, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    text = "company,capital\n" + "".join(f"C{n},5000\n" for n in range(40_000))
    (folder / "a.csv").write_bytes(text.encode() + b'D,"500\n' * 3)
    with pytest.raises(SalespathError, match=re.escape(f"{folder}/a.csv")):
        assess_files(BASE, str(folder), str(tmp_path / "out.csv"), str(tmp_path / "bad.csv"), print, spark=spark)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.heavy
def test_the_driver_needs_no_room_for_the_input(tmp_path: Path) -> None:
    if MISSING:
        (pytest.fail if JUDGED else pytest.skip)(f"Spark does not run here: {MISSING}")
    folder, source = tmp_path / "in", np.random.default_rng(1)
    folder.mkdir()
    for part in range(30):
        noise = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(1000), 20_000, [None, pa.py_buffer(source.bytes(20_000_000))]
        )
        rows = {"company": [f"{part} {n}" for n in range(20_000)], "capital": np.full(20_000, 5e4), "noise": noise}
        pyarrow.parquet.write_table(pa.table(rows), folder / f"{part}.parquet", compression="none")
    assert sum(path.stat().st_size for path in folder.iterdir()) > 512 * 2**20
    out = tmp_path / "out.parquet"
    command = [
        sys.executable,
        "-m",
        "salespath",
        "assess",
        "--on",
        "spark",
        str(folder),
        "-o",
        str(out),
        "--columns",
        "verdict",
    ]
    small = {"PYSPARK_SUBMIT_ARGS": "--master local[1] --driver-memory 500m pyspark-shell"}
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **small})
    assert done.returncode == 0, done.stderr
    assert "600000 rows: 600000 assessed" in done.stderr
    assert pyarrow.parquet.read_table(out).num_rows == 600_000


def test_without_spark_the_line_that_installs_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "pyspark.py").write_text("raise ImportError\n")
    path = str(EXAMPLES / "real_companies.csv")
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = run_process("assess", "--on", "spark", path, "-o", str(tmp_path / "out.csv"), env=environment)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "SP185" in said
    assert "pip install 'salespath[spark]'" in said
    assert not (tmp_path / "out.csv").exists()


def test_nothing_of_spark_is_imported_unasked() -> None:
    code = "import sys, salespath.commands.assess, salespath.tables.in_spark; assert not {'pyspark', 'pandas'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "out.jsonl"), "ends in .csv or .parquet"),
        ((), "ends in .csv or .parquet"),
        (("-o", "out.csv", "--on-error", "unknown"), "--on-error"),
        (("-o", "out.csv", "in.csv"), "one folder"),
        (("-o", "out.csv", "--set", "capital=5k"), "--set"),
    ],
)
def test_what_spark_is_not_for_is_refused(options, said: str) -> None:
    done = run("assess", "--on", "spark", str(EXAMPLES / "real_companies.csv"), *options)
    assert done.returncode == 2
    assert said in done.stderr.decode()
