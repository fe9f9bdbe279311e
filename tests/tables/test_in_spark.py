"""DataFrames of Apache Spark: the same results as a table in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from given import BASE, EXAMPLES, run

from salespath.facts.rates import currencies
from salespath.files.problems import SalespathError
from salespath.tables.columns import UNKNOWN, read_options
from salespath.tables.header import RESULTS
from salespath.tables.in_memory import assess_batches
from salespath.tables.in_spark import assess_frame, rejected_frame


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


def test_every_result_of_real_companies_is_that_of_a_table_in_memory(spark, tmp_path: Path) -> None:
    path, results = str(tmp_path / "in.parquet"), [*RESULTS]
    run("assess", str(EXAMPLES / "real_companies.csv"), "--columns", "all", "-o", path)
    found = assess_frame(BASE, spark.read.parquet(path).drop("year"), results).toArrow()
    (wanted,) = assess_batches(BASE, pyarrow.parquet.read_table(path), results, on_problem=lambda _: None)
    assert found.num_rows > 30
    assert sorted(found.to_pylist(), key=str) == sorted(wanted.drop_columns("row").to_pylist(), key=str)


def test_what_is_said_of_columns_and_money_holds_for_a_frame(spark, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("Company,Where,annual_contract_value\nAcme,launched,40000\nBirch,idea,much\n")
    said = ("--map", "Where=product_stage", "--currency", "RON", "--rate", "RON=0.25", "--on-error", "unknown")
    columns = ["process", "reason_texts", "evidence_smb_fit"]
    run("assess", str(tmp_path / "in.csv"), *said, "--columns", ",".join(columns), "-o", str(tmp_path / "out.parquet"))
    acme, birch = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    frame = spark.read.csv(str(tmp_path / "in.csv"), header=True)
    options, (money, _) = read_options(BASE.vocabulary, ["Where=product_stage"]), currencies("RON", ["RON=0.25"])
    found = assess_frame(BASE, frame, columns, money=money, options=options).toArrow().to_pylist()
    assert found == [acme]
    assert found != assess_frame(BASE, frame, columns, options=options).toArrow().to_pylist()  # that many dollars
    (rejected,) = rejected_frame(BASE, frame, money=money, options=options).toArrow().to_pylist()
    assert (rejected["salespath_code"], rejected["annual_contract_value"], rejected["Where"]) == (
        "SP112",
        "much",
        "idea",
    )
    options.on_error = UNKNOWN
    found = assess_frame(BASE, frame, columns, money=money, options=options).toArrow().to_pylist()
    assert found == [acme, birch]
    with pytest.raises(SalespathError, match=r"SP166.*Colour"):
        assess_frame(BASE, frame, options=read_options(BASE.vocabulary, ["Colour=capital", "Where=product_stage"]))


def test_nothing_of_spark_is_imported_unasked() -> None:
    code = "import sys, salespath.commands.assess, salespath.tables.in_spark; assert not {'pyspark', 'pandas'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
