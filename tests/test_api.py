"""The Python interface: one list of names, documented by examples that run, and light to import."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
import sys

import pyarrow as pa
import pytest
from given import BASE, ROOT

import salespath

PAGE = ROOT / "docs" / "python.md"
HEAVY = ("numpy", "pyarrow", "z3", "rich", "tabulate", "experta")
LIGHT = """
import sys, salespath
base = salespath.load()
[case] = salespath.read(base, "examples/veeva_2013.yaml").cases
found = salespath.assess(base, case)
salespath.write(salespath.page(found))
print("assess", *(name for name in sys.argv[1:] if name in sys.modules))
for target in (None, "smb", "channel"):
    salespath.write(salespath.page(salespath.explain(found, target)))
print("explain", *(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_the_types_name_what_is_there():
    stub = ast.parse((ROOT / "salespath" / "__init__.pyi").read_text("utf-8"))
    homes = {}
    for line in stub.body:
        if isinstance(line, ast.ImportFrom):
            homes |= {item.name: f"{line.module}.{item.name}" for item in line.names}
        elif isinstance(line, ast.Assign):
            homes[line.targets[0].id] = homes.pop(line.value.id)
    assert homes == salespath._HOMES
    for name, home in homes.items():
        assert getattr(salespath, name).__name__ == home.rpartition(".")[2]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        salespath.nothing  # noqa: B018


def test_the_examples_say_what_happens(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert found.attempted > 15
    assert not found.failed


def test_every_name_is_documented():
    text = PAGE.read_text("utf-8")
    assert [name for name in salespath.__all__ if not re.search(rf"\b{name}\b", text)] == []


def test_one_company_needs_no_heavy_library():
    words = [sys.executable, "-c", LIGHT, *HEAVY]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["assess", "explain"]


def test_a_table_is_assessed_batch_by_batch_and_row_by_row_like_its_companies():
    table = pa.table({"Company": ["A", "B", "C"], "product_stage": ["launched", "idea", None], "capital": [5e6, 0, 70]})
    batches = salespath.assess_table(BASE, table.to_batches(max_chunksize=2), ["process", "leaning"])
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert [row["row"] for row in rows] == [1, 2, 3]
    for row, given in zip(rows, table.to_pylist()):
        values = {name: value for name, value in given.items() if name != "Company" and value is not None}
        one = salespath.assess(BASE, salespath.Case(given["Company"], values))
        assert (row["company"], row["process"], row["leaning"]) == (given["Company"], one.process, one.leaning)


def test_a_wrong_cell_stops_the_table_or_is_noted_and_left_out():
    table = pa.table({"company": ["A", "B"], "product_stage": ["lunched", "idea"]})
    with pytest.raises(salespath.SalespathError, match="lunched"):
        list(salespath.assess_table(BASE, table.to_batches()))
    problems: list[salespath.Problem] = []
    (batch,) = salespath.assess_table(BASE, table.to_batches(), on_problem=problems.append)
    assert batch["company"].to_pylist() == ["B"]
    assert [(problem.row, problem.value) for problem in problems] == [(1, "lunched")]
    with pytest.raises(ValueError, match=r"no result proces. Did you mean process\?"):
        list(salespath.assess_table(BASE, table.to_batches(), ["proces"]))
    with pytest.raises(salespath.SalespathError, match="SP110"):
        list(salespath.assess_table(BASE, pa.table({"x": [1]}).to_batches()))


def test_values_by_hand_are_read_like_those_of_a_file():
    facts = {
        "product_stage": "launched",
        "self_serve": True,
        "team_roles": {"digital_marketer"},
        "annual_contract_value": "1.2k",
    }
    (case,) = salespath.read(BASE, [{"company": "A", "facts": facts, "year": 2020}]).cases
    assert case.values == {**facts, "team_roles": frozenset(["digital_marketer"]), "annual_contract_value": 1200}
    assert case.extra["year"] == "2020"
    with pytest.raises(salespath.SalespathError, match=r"lunched is not one of.*Did you mean launched\?"):
        salespath.read(BASE, {"company": "A", "facts": {"product_stage": "lunched"}})


def test_what_has_no_page_and_what_cannot_be_compared_say_so():
    with pytest.raises(TypeError, match="no page of a int"):
        salespath.page(3)
    with pytest.raises(ValueError, match="two or more"):
        salespath.compare(BASE, [salespath.Case("A")])
