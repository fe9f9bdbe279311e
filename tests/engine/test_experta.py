"""`assess --engine experta`: the same report, whichever engine draws the conclusions, and nobody else pays for it."""

from __future__ import annotations

import collections
import configparser
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from companies import random_companies
from given import BASE, EXAMPLES, INSIDE, ROOT, run, run_process, sample

from salespath.engine.assess import assess
from salespath.engine.crosscheck.experta_import import WANTED
from salespath.engine.crosscheck.in_experta import Experta
from salespath.facts import Case
from salespath.facts.values import Range
from salespath.report.plain import document

ONE = str(EXAMPLES / "asana_2020.yaml")
TABLE = str(EXAMPLES / "real_companies.csv")


@pytest.mark.more
def test_the_whole_assessment_is_the_same():
    engine = Experta(BASE)
    ranged = {**INSIDE, "capital": Range(50_000, 900_000), "annual_contract_value": Range(9000, 60_000)}
    for case in [*sample(random_companies(5, seed=3)), Case("Ranged", ranged)]:
        ours, theirs = document(assess(BASE, case)), document(assess(BASE, case, engine.walk))
        assert (ours["receipt"].pop("engine"), theirs["receipt"].pop("engine")) == ("salespath", "experta")
        assert ours == theirs


@pytest.mark.parametrize("seed", ["1", pytest.param("2", marks=pytest.mark.heavy)])
def test_the_report_is_the_same_in_whatever_order_experta_fires(seed):
    ours = run("assess", ONE, "--full").stdout.decode().splitlines()
    theirs = (
        run_process("assess", ONE, "--full", "--engine", "experta", env={"PYTHONHASHSEED": seed})
        .stdout.decode()
        .splitlines()
    )
    assert ours[:-2] == theirs[:-2]
    assert ours[-2].startswith("salespath 0.1.0, rules")
    assert theirs[-2].startswith("salespath 0.1.0 with experta, rules")


def test_companies_of_a_table_are_taken_one_by_one(tmp_path):
    out, source = tmp_path / "out.json", tmp_path / "two.csv"
    source.write_text("\n".join(Path(TABLE).read_text("utf-8").splitlines()[:3]), "utf-8")
    found = []
    for engine in ("salespath", "experta"):
        assert run("assess", str(source), "--engine", engine, "-o", str(out), "--format", "json").returncode == 0
        found.append(json.loads(out.read_text()))
        assert {one["receipt"].pop("engine") for one in found[-1]} == {engine}
        out.unlink()
    assert found[0] == found[1]
    assert len(found[0]) == 2


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_is_not_written_with_it(tmp_path, ending):
    done = run("assess", TABLE, "--engine", "experta", "-o", str(tmp_path / f"out.{ending}"))
    assert done.returncode == 2
    assert b"--engine experta takes companies one by one; write .json or .jsonl, not ." in done.stderr
    assert not list(tmp_path.iterdir())


PROGRAM = "import sys; from salespath.cli import main; main(standalone_mode=False)"


def python(code, *args):
    """Run Python code with the arguments of a command line."""
    return subprocess.run([sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True)


def test_nothing_of_it_is_imported_unless_it_is_asked_for():
    code = f"{PROGRAM}; print('experta' in sys.modules, 'salespath.engine.crosscheck.experta_import' in sys.modules)"
    done = python(code, "assess", ONE)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "False False"


def test_what_it_needed_for_its_import_is_taken_back():
    assert "frozendict" in sys.modules
    assert not hasattr(collections, "Mapping")


def test_a_host_program_keeps_the_attribute_it_had_set():
    done = python(
        "import collections; collections.Mapping = own = object(); import salespath.engine.crosscheck.in_experta; "
        "print(collections.Mapping is own)"
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("own", [False, True])
def test_the_attribute_is_as_it_was_after_an_import_that_failed(own):
    done = python(
        f"import collections, sys; sys.modules['experta'] = None; {'collections.Mapping = 5' if own else 'pass'}\n"
        "try: import salespath.engine.crosscheck.in_experta\n"
        "except Exception as error: print(type(error).__name__, vars(collections).get('Mapping'))"
    )
    assert done.stdout == f"SalespathError {5 if own else None}\n"


MISSING = """
import sys
class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name == "experta":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Nowhere())
"""


def test_without_it_the_line_that_installs_it_is_named():
    done = python(MISSING + PROGRAM, "assess", ONE, "--engine", "experta")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error SP145: --engine experta needs the package experta, which is not installed; install it: "
        "`pip install 'experta>=1.9.4,<2'`.\n"
    )


def test_without_it_everything_else_runs():
    assert python(MISSING + PROGRAM, "assess", ONE).returncode == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("raise AttributeError('module has no attribute Mapping')", "AttributeError: module has no attribute Mapping"),
        ("class Fact: pass", "ImportError: cannot import name 'KnowledgeEngine'"),
        ("def", "SyntaxError: invalid syntax"),
    ],
)
def test_a_broken_one_is_a_problem_that_says_why(tmp_path, content, why):
    (tmp_path / "experta.py").write_text(content, "utf-8")
    done = run_process("assess", ONE, "--engine", "experta", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})
    problem = done.stderr.decode()
    assert (done.returncode, done.stdout) == (1, b"")
    assert problem.startswith(
        f"error SP145: --engine experta needs the package experta, which cannot be imported ({why}"
    )
    assert "`pip install 'experta>=1.9.4,<2'`, with --force-reinstall" in problem


def test_it_is_a_requirement_as_the_problem_names_it():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    assert WANTED in config["options"]["install_requires"].split()
