"""`assess --engine experta`: the same report, whichever engine draws the conclusions, and nobody else pays for it."""

from __future__ import annotations

import collections
import json
import subprocess
import sys
from pathlib import Path

import pytest
from companies import random_companies
from given import BASE, EXAMPLES, ROOT, run

from salespath.engine.assess import assess
from salespath.engine.in_experta import Experta
from salespath.report.json import document

ONE = str(EXAMPLES / "asana_2020.yaml")
TABLE = str(EXAMPLES / "real_companies.csv")


def test_the_whole_assessment_is_the_same():
    engine = Experta(BASE)
    for case in random_companies(5, seed=3):
        ours, theirs = document(assess(BASE, case)), document(assess(BASE, case, engine.walk))
        assert (ours["receipt"].pop("engine"), theirs["receipt"].pop("engine")) == ("salespath", "experta")
        assert ours == theirs


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_report_is_the_same_in_whatever_order_experta_fires(seed):
    ours = run("assess", ONE, "--full").stdout.decode().splitlines()
    theirs = run("assess", ONE, "--full", "--engine", "experta", PYTHONHASHSEED=seed).stdout.decode().splitlines()
    assert ours[:-2] == theirs[:-2]
    assert ours[-2].startswith("salespath 0.1.0, rules")
    assert theirs[-2].startswith("salespath 0.1.0 with experta, rules")


def test_companies_of_a_table_are_taken_one_by_one(tmp_path):
    out, source = tmp_path / "out.json", tmp_path / "three.csv"
    source.write_text("\n".join(Path(TABLE).read_text("utf-8").splitlines()[:4]), "utf-8")
    found = []
    for engine in ("salespath", "experta"):
        assert run("assess", str(source), "--engine", engine, "-o", str(out), "--format", "json").returncode == 0
        found.append(json.loads(out.read_text()))
        assert {one["receipt"].pop("engine") for one in found[-1]} == {engine}
        out.unlink()
    assert found[0] == found[1]
    assert len(found[0]) == 3


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_is_not_written_with_it(tmp_path, ending):
    done = run("assess", TABLE, "--engine", "experta", "-o", str(tmp_path / f"out.{ending}"))
    assert done.returncode == 2
    assert b"--engine experta takes companies one by one; write a name that ends in .json." in done.stderr
    assert not list(tmp_path.iterdir())


def test_nothing_of_it_is_imported_unless_it_is_asked_for():
    code = "import sys; from salespath.cli import main; main(standalone_mode=False); print('experta' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "assess", ONE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_what_it_needed_for_its_import_is_taken_back():
    assert "frozendict" in sys.modules
    assert not hasattr(collections, "Mapping")
