"""Dates: what is read as one, from wherever it comes, and what is written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from given import BASE, VOCABULARY, run
from jsonschema import Draft202012Validator

from salespath.engine.assess import assess
from salespath.facts import Case, reader
from salespath.facts.schema import facts_schema
from salespath.facts.template import answer_format
from salespath.facts.values import BadValue, cell_text, words
from salespath.files.problems import SalespathError
from salespath.interview.answers import how_to_write, understand
from salespath.rules.language import ExpressionError, Scope, condition

FACT = VOCABULARY.facts["reference_date"]
DAY = "2024-03-31"


@pytest.mark.parametrize("text", [DAY, f" {DAY} ", f"{DAY}T10:00:00Z", f"{DAY} 00:00:00.000000", f"{DAY}T23:59+02:00"])
def test_a_day_is_read_and_a_time_of_day_dropped(text):
    assert reader.understand(FACT, text).value == DAY
    assert Draft202012Validator(facts_schema(VOCABULARY)).is_valid({FACT.id: text})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("31.03.2024", "write 2024-03-31."),
        ("3/31/2024", "write 2024-03-31."),
        ("03/04/2024", "write 2024-04-03 or 2024-03-04."),
        ("4.4.2024", "write 2024-04-04."),
        ("40/50/2024", "expected one such as 2024-03-31."),
        ("2024-02-30", "expected one such as 2024-03-31."),
        ("2024-3-1", "expected one such as 2024-03-31."),
        ("0000-01-01", "expected one such as 2024-03-31."),
        ("٢٠٢٤-٠٣-٣١", "expected one such as 2024-03-31."),
        ("45382", "expected one such as 2024-03-31."),
        ("yesterday", "expected one such as 2024-03-31."),
    ],
)
def test_what_is_no_date_or_may_be_two_is_refused_with_what_it_may_be(text, meant):
    with pytest.raises(BadValue) as caught:
        reader.understand(FACT, text)
    assert str(caught.value) == f"{text} is not a date; {meant}"
    with pytest.raises(BadValue, match=r"Write a date: 2024-03-31\."):
        understand(FACT, text)


def test_it_is_written_and_said_as_it_is_read():
    assert (cell_text(FACT, DAY), words(FACT, DAY), answer_format(FACT)) == (DAY, DAY, "a date such as 2024-03-31")
    assert understand(FACT, f"about {DAY}").value == DAY
    assert how_to_write(FACT) == "Write a date: 2024-03-31."


@pytest.mark.parametrize("value", [date(2024, 3, 31), datetime(2024, 3, 31, 9, 30, tzinfo=UTC), DAY, f"{DAY} 00:00:00"])
def test_from_python(value):
    assert assess(BASE, Case("A", {FACT.id: value})).case.values == {FACT.id: DAY}


@pytest.mark.parametrize("value", ["31.3.24", 45382, True, [DAY]])
def test_from_python_what_is_none_is_refused(value):
    with pytest.raises(SalespathError) as caught:
        assess(BASE, Case("A", {FACT.id: value}))
    (problem,) = caught.value.problems
    assert (problem.code, problem.column) == ("SP112", FACT.id)


def test_a_date_where_something_else_is_meant_is_refused():
    with pytest.raises(SalespathError, match=r"datetime\.date.*expected a whole number"):
        assess(BASE, Case("A", {"paying_customers": date(2024, 3, 31)}))


def test_in_a_fact_file_and_a_setting(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("company: A\nfacts: {reference_date: 2024-03-31, paying_customers: 3}\n")
    assert json.loads(run("assess", str(path), "--format", "json").stdout)["facts"][FACT.id] == DAY
    more = run("assess", str(path), "--set", "reference_date=2025-12-31", "--format", "json")
    assert json.loads(more.stdout)["facts"][FACT.id] == "2025-12-31"
    path.write_text("company: A\nfacts:\n  reference_date: 2024-13-31\n")
    wrong = run("assess", str(path))
    assert wrong.returncode == 1
    assert wrong.stderr.startswith(f"{path}:3: error SP112: A: reference_date: 2024-13-31 is not a date".encode())


COLUMNS = {
    "text": pa.array([DAY, None, "31.03.2024"]),
    "dictionary": pa.array([DAY, None, "31.03.2024"]).dictionary_encode(),
    "days": pa.array([date(2024, 3, 31), None, date(1969, 1, 2)]),
    "times": pa.array([datetime(2024, 3, 31, 8), None, datetime(1969, 1, 2)]),
    "times of a zone": pa.array([datetime(2024, 3, 31, 8), None, datetime(1969, 1, 2)], pa.timestamp("us", "UTC")),
    "numbers": pa.array([45382, None, None]),
}


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_in_a_table_of_any_type_and_out_again(tmp_path, kind, ending):
    table, out = tmp_path / "a.parquet", tmp_path / f"out.{ending}"
    pq.write_table(pa.table({"company": ["A", "B", "C"], FACT.id: COLUMNS[kind]}), table)
    every = () if ending == "json" else ("--columns", "all")
    done = run("assess", str(table), "-o", str(out), *every)
    refused = {"text": ["row 4"], "dictionary": ["row 4"], "numbers": ["row 2"]}.get(kind, [])
    assert [
        row for row in ("row 2", "row 3", "row 4") if f"{row}, column {FACT.id}: error SP112" in done.stderr.decode()
    ] == refused
    wanted = {"A": DAY, "B": None, "C": "1969-01-02"}
    wanted = {name: day for name, day in wanted.items() if f"row {' ABC'.index(name) + 1}" not in refused}
    if kind == "numbers":
        wanted["C"] = None
    if ending == "parquet":
        found = pq.read_table(out)
        assert found.schema.field(FACT.id).type == pa.date32()
        given = zip(found["company"].to_pylist(), found[FACT.id].to_pylist())
        assert {name: day and day.isoformat() for name, day in given} == wanted
    elif ending == "json":
        assert {item["company"]: item["facts"].get(FACT.id) for item in json.loads(out.read_bytes())} == wanted
    else:
        lines = out.read_text().splitlines()
        at = lines[0].split(",").index(FACT.id)
        assert {line.split(",")[0]: line.split(",")[at] or None for line in lines[1:]} == wanted


def test_no_rule_reads_one():
    scope = Scope(VOCABULARY, {}, known=True)
    for text in (
        "known(reference_date)",
        "reference_date",
        "reference_date > 3",
        "reference_date == 2024",
        "count(reference_date) > 1",
    ):
        with pytest.raises(ExpressionError, match=r"date|set"):
            condition(text, scope)
