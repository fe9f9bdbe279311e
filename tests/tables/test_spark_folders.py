"""Folders in Apache Spark: the same results, rejects and words as one machine has for their files, row for row."""

from __future__ import annotations

import csv
import os
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
from given import BASE, EXAMPLES, run, run_process

from salespath.files.problems import SalespathError
from salespath.tables import spark_folders
from salespath.tables.spark_folders import assess_folder

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


def messy(folder: Path) -> list[str]:
    """A folder of files as they come, and the files in it."""
    folder.mkdir()
    shutil.copy(EXAMPLES / "real_companies.csv", folder / "real.csv")
    for name, text in (("messy", MESSY), ("per 100%25", PERCENTS), ("older", OLDER)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "bytes.csv").write_bytes(OLDER.replace("Elm", "Măgura").encode("utf-16"))
    return sorted(map(str, folder.iterdir()))


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


@pytest.mark.parametrize("columns", [("--columns", "all"), ()])
def test_a_folder_of_csv_gives_what_one_machine_gives(spark, tmp_path: Path, columns) -> None:
    files = messy(tmp_path / "in")
    given = (*columns, "--map", "note=none", "--currency", "RON", "--rate", "RON=0.22", "--strength")
    alone = run("assess", *files, *given, "-o", str(tmp_path / "alone.csv"))
    saved, out = tmp_path / "mapping.yaml", tmp_path / "out.csv"
    done = run("assess", "--on", "spark", str(tmp_path / "in"), *given, "-o", str(out), "--save-mapping", str(saved))
    assert cells(*out.glob("*.csv")) == cells(tmp_path / "alone.csv")
    assert alone.returncode == done.returncode == 1  # as there are rejects
    counts = b"companies assessed, 2 rejected, 4 left out ("  # Acme and short; Cedar again, the total, two older dates
    assert alone.stderr.count(counts) == done.stderr.count(counts) == 1
    assert b"(duplicate: 1; older: 2; total: 1)" in done.stderr.replace(b"older date", b"older")
    tables = [text[text.index(b" columns are read") : text.rindex(b" rows: ")] for text in (alone.stderr, done.stderr)]
    assert tables[0] == tables[1]  # how the columns were read
    assert b"EUR" in tables[0]
    assert "Clienți plătitori" in saved.read_text("utf-8")
    header, rows = cells(*(tmp_path / "out.rejects.csv").glob("*.csv"))
    assert header[:5] == [*(f"salespath_{name}" for name in ("row", "column", "code", "reason")), "salespath_file"]
    assert {row[:3] + row[4:5] + (row[header.index("note")],) for row in rows} == {
        ("2", "capital", "SP112", f"{tmp_path}/in/messy.csv", "'=1+1"),
        ("8", "", "SP114", f"{tmp_path}/in/messy.csv", ""),
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
    given = ("--columns", "fund,capital,self_serve,team_roles,verdict,reasons,evidence_smb_fit")
    run("assess", *map(str, sorted(folder.iterdir())), *given, "-o", str(tmp_path / "alone.parquet"))
    done = run("assess", "--on", "spark", str(folder), *given, "-o", str(tmp_path / "out.parquet"))
    assert b"6 rows: 4 companies assessed, 2 rejected;" in done.stderr
    assert b"row 3, column product_stage: error SP112" in done.stderr
    assert b"This is the first of 2." in done.stderr
    found = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    wanted = pyarrow.parquet.read_table(tmp_path / "alone.parquet").to_pylist()
    for row in wanted:
        row.setdefault("capital__range", None)  # which a folder always has
    assert sorted(found, key=str) == sorted(({n: row[n] for n in found[0]} for row in wanted), key=str)
    assert {*found[0]} == {*wanted[0]}


def test_files_that_are_on_no_disk_spark_hands_over(spark, tmp_path: Path, tmp_path_factory, monkeypatch) -> None:
    messy(tmp_path / "in")
    far = f"viewfs://far/tmp/{(tmp_path / 'in').relative_to(tmp_path_factory.getbasetemp())}"
    names = {}
    for name, path in (("near", str(tmp_path / "in")), ("far", far)):
        out, bad = tmp_path / f"{name}.csv", tmp_path / f"{name}.rejects.csv"
        summary = assess_folder(BASE, path, str(out), str(bad), lambda _: None, spark=spark)
        header, rows = cells(*bad.glob("*.csv"))
        names[name] = {row[header.index("salespath_file")] for row in rows}
        assert (summary.rejected, summary.rejects) == (2, str(bad))
    assert cells(*(tmp_path / "near.csv").glob("*.csv")) == cells(*(tmp_path / "far.csv").glob("*.csv"))
    assert names == {"near": {f"{tmp_path}/in/messy.csv"}, "far": {f"{far}/messy.csv"}}
    monkeypatch.setattr(spark_folders, "MOST_BYTES", 200)
    with pytest.raises(SalespathError, match=r"SP186.*real\.csv has [\d,]+ bytes.*assess_frame"):
        assess_folder(BASE, far, str(tmp_path / "no.csv"), str(tmp_path / "no.rejects.csv"), print, spark=spark)


def test_no_row_is_collected(spark, tmp_path: Path, monkeypatch) -> None:
    messy(tmp_path / "in")

    def collected(*_: object) -> None:
        raise AssertionError("rows come to the driver")

    frame = type(spark.range(1))
    for name in ("collect", "toPandas", "toArrow", "toLocalIterator", "head", "first", "take", "tail", "rdd"):
        monkeypatch.setattr(frame, name, collected if name != "rdd" else property(collected))
    summary = assess_folder(
        BASE, str(tmp_path / "in"), str(tmp_path / "out.csv"), str(tmp_path / "bad.csv"), lambda _: None, spark=spark
    )
    assert summary.rejected == 2


def test_what_cannot_be_used_is_refused_before_anything_is_written(spark, tmp_path: Path) -> None:
    def refused(path: Path, *options: str) -> str:
        done = run("assess", "--on", "spark", str(path), "-o", str(tmp_path / "out.csv"), *options)
        assert done.returncode == 1
        assert not (tmp_path / "out.csv").exists()
        return done.stderr.decode()

    assert "SP101" in refused(tmp_path / "nowhere")
    folder = tmp_path / "in"
    (folder / "year=2026").mkdir(parents=True)
    assert "SP101" in refused(folder)
    shutil.copy(EXAMPLES / "real_companies.csv", folder / "year=2026" / "real.csv")
    said = refused(folder)
    assert "SP186" in said
    assert "year stands in names of folders" in said
    shutil.rmtree(folder / "year=2026")
    (folder / "a.csv").write_text("company,colour\nAcme,red\n", "utf-8")
    (folder / "b.parquet").write_bytes(b"PAR1 and no more")
    said = refused(folder)
    assert "SP110" in said
    assert f"{folder}/b.parquet" in said
    real = EXAMPLES / "real_companies.csv"
    assert "SP166" in refused(real, "--map", "Colour=capital")
    assert "SP176" in refused(real, "--columns", "verdct")


def test_a_file_damaged_further_on_is_said_and_leaves_nothing(spark, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.csv"
    folder.mkdir()
    (folder / "good.csv").write_text(MESSY, "utf-8")
    rows = "".join(f"C{n},5000\n" for n in range(40_000))
    (folder / "a.csv").write_text(f"company,capital\n{rows}" + 'D,"500\n' * 3)
    done = run("assess", "--on", "spark", str(folder), "-o", str(out))
    assert f"{folder}/a.csv, row 40003: error SP103".encode() in done.stderr
    assert not out.exists()
    (folder / "a.csv").unlink()
    done = run("assess", "--on", "spark", str(folder), "-o", str(out), "--on-error", "stop")
    assert f"{folder}/good.csv, row 2, column capital: error SP112".encode() in done.stderr
    assert b"error SP168" in done.stderr
    assert not out.exists()


@pytest.mark.heavy
def test_the_driver_needs_no_room_for_the_input(spark_needs: None, tmp_path: Path) -> None:
    folder, out, source = tmp_path / "in", tmp_path / "out.parquet", np.random.default_rng(1)
    folder.mkdir()
    for part in range(30):
        notes = [source.bytes(512).hex() for _ in range(20_000)]
        rows = {"company": [f"{part} {n}" for n in range(20_000)], "capital": np.full(20_000, 5e4), "note": notes}
        pyarrow.parquet.write_table(pa.table(rows), folder / f"{part}.parquet", compression="none")
    assert sum(path.stat().st_size for path in folder.iterdir()) > 500 * 2**20
    small = "--master local-cluster[1,1,1024] --driver-memory 500m --conf spark.driver.maxResultSize=1m pyspark-shell"
    command = ("assess", "--on", "spark", str(folder), "-o", str(out), "--columns", "note,verdict")
    done = run_process(*command, env={"PYSPARK_SUBMIT_ARGS": small})
    assert done.returncode == 0, done.stderr
    assert b"600000 rows: 600000 companies assessed" in done.stderr
    assert pyarrow.parquet.read_table(out, columns=["process"]).num_rows == 600_000


@pytest.mark.heavy
def test_spark_connect_gives_the_same(spark_needs: None, tmp_path: Path) -> None:
    if not find_spec("grpc_status"):
        (pytest.fail if JUDGED else pytest.skip)("Spark Connect is not installed: pip install 'pyspark[connect]'")
    files = messy(tmp_path / "in")
    given = ("--columns", "all", "--strength", "-o")
    run("assess", *files, *given, str(tmp_path / "alone.csv"))
    command = ("assess", "--on", "spark", str(tmp_path / "in"), *given, str(tmp_path / "out.csv"))
    done = run_process(*command, env={"SPARK_REMOTE": "local[2]"})
    assert done.returncode == 1, done.stderr  # as there are rejects
    assert cells(*(tmp_path / "out.csv").glob("*.csv")) == cells(tmp_path / "alone.csv")
    assert b"2 rejected, 4 left out" in done.stderr
    code = (
        "from pyspark.sql import SparkSession\n"
        "import salespath\n"
        "spark = SparkSession.builder.remote('local[1]').getOrCreate()\n"
        "frame = spark.createDataFrame([('Acme', 'idea')], 'company string, product_stage string')\n"
        "print(salespath.assess_frame(salespath.load(), frame, ['process']).toArrow().to_pylist())\n"
    )
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}  # else workers are whatever python3 is on the path
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert "{'company': 'Acme', 'process': 'undetermined'}" in done.stdout, done.stderr


def test_without_spark_or_java_the_line_that_installs_it_is_said(tmp_path: Path, monkeypatch) -> None:
    def said() -> str:
        path, out = EXAMPLES / "real_companies.csv", tmp_path / "out.csv"
        done = run("assess", "--on", "spark", str(path), "-o", str(out), PATH=str(tmp_path), JAVA_HOME="")
        assert done.returncode == 1
        assert not out.exists()
        return done.stderr.decode()

    if find_spec("pyspark"):
        monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
        assert (
            "error SP185: Spark needs Java 17 or later, which is not there: `apt-get install default-jre-headless`"
            in said()
        )
    monkeypatch.setattr("salespath.tables.in_spark.find_spec", lambda _: None)
    assert "SP185: Spark needs the package pyspark, which is not installed: `pip install 'salespath[spark]'`." in said()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "out.jsonl"), "ends in .csv or .parquet"),
        ((), "ends in .csv or .parquet"),
        (("-o", "out.csv", "--on-error", "unknown"), "--on-error unknown is for one machine"),
        (("-o", "out.csv", "--excel"), "--excel is for one machine"),
        (("-o", "out.csv", "--force"), "--force is for one machine"),
        (("-o", "out.csv", "in.csv"), "one folder"),
        (("-o", "out.csv", "--set", "capital=5k"), "--set"),
    ],
)
def test_what_spark_is_not_for_is_refused(options, said: str) -> None:
    done = run("assess", "--on", "spark", str(EXAMPLES / "real_companies.csv"), *options)
    assert done.returncode == 2
    assert said in done.stderr.decode()
