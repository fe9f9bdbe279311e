"""Which columns a table of results has, and that no others are worked out."""

from __future__ import annotations

import codecs
import csv
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from companies import random_companies
from given import BASE, EXAMPLES, VOCABULARY, sample

from salespath.cli import main
from salespath.engine.assess import assess
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.strength_table import strengths
from salespath.engine.table import NONE, FactTable
from salespath.engine.turning import _answers, asking_order, readers
from salespath.engine.walk import SUMS, walk
from salespath.facts import Case
from salespath.files.problems import SalespathError
from salespath.rules.model import PROCESSES
from salespath.tables import result_columns
from salespath.tables.header import RESULTS
from salespath.tables.left_out import row_keys
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file

SAVED = Path(__file__).parent / "saved"
THIN = [
    *("process", "lead", "leaning", "motion", "strength", "hangs_on", "flags", "first_question"),
    *("fit_enterprise", "fit_smb", "means_enterprise", "means_smb", "evidence_enterprise_fit"),
    *("evidence_enterprise_means", "evidence_smb_fit", "evidence_smb_means"),
]


@pytest.fixture
def source(tmp_path) -> str:
    with open(EXAMPLES / "real_companies.csv", newline="") as file:
        rows = list(islice(csv.reader(file), 9))
    path = tmp_path / "in.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([[*row, fund] for row, fund in zip(rows, ["fund", *"ABABABAB"])])
    return str(path)


def written(source: str, out: Path, columns=(), **options) -> list[list[str]]:
    assess_to_file(BASE, [source], str(out), lambda _: None, force=True, columns=columns, **options)
    with open(out, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file, strict=True))


def test_unasked_a_table_is_thin(source, tmp_path):
    header, *rows = written(source, tmp_path / "out.csv")
    assert header == ["company", "year", "label", "sources", "fund", *THIN]
    found = dict(zip(header, rows[0]))
    assert (found["fund"], found["process"], found["fit_enterprise"]) == ("A", "enterprise", "strong for")
    assert any("; " in row[header.index("hangs_on")] for row in rows)


def test_all_is_every_column_under_its_name(source, tmp_path):
    with open(source) as file:
        given = file.readline().strip().split(",")
    header, *_ = written(source, tmp_path / "out.csv", ["all"])
    assert header == [*given, *RESULTS]


def test_presets_and_names_are_mixed_in_the_order_asked_for(source, tmp_path):
    header, *rows = written(source, tmp_path / "out.csv", ["fund", "verdict", "capital", "process", "unless"])
    verdict = ["process", "lead", "leaning", "motion", "fit_enterprise", "fit_smb", "means_enterprise", "means_smb"]
    assert header == ["company", "fund", *verdict, "capital", "unless"]
    everything = written(source, tmp_path / "all.csv", ["all"])
    for row, whole in zip(rows, everything[1:], strict=True):
        named = dict(zip(everything[0], whole))
        assert row == [named[name] for name in header]


def test_parquet_has_the_same_columns(source, tmp_path):
    for columns in ([], ["reasons", "plan", "fund"], ["fired"]):
        header, *rows = written(source, tmp_path / "out.csv", columns)
        assess_to_file(BASE, [source], str(tmp_path / "out.parquet"), print, force=True, columns=columns)
        found = pyarrow.parquet.read_table(tmp_path / "out.parquet")
        assert found.column_names == header
        for name in found.column_names:
            cells = [row[header.index(name)] for row in rows]
            for cell, value in zip(cells, found[name].to_pylist(), strict=True):
                assert cell == ("; ".join(value) if isinstance(value, list) else "" if value is None else str(value))


def test_an_own_column_called_like_a_result_keeps_its_name(tmp_path):
    (tmp_path / "in.csv").write_text("company,lead,product_stage\nA,Ana,pilot\n")
    header, row = written(str(tmp_path / "in.csv"), tmp_path / "out.csv", ["lead", "salespath_lead", "process"])
    assert (header, row) == (["company", "lead", "salespath_lead", "process"], ["A", "Ana", "", "undetermined"])
    header, row = written(str(tmp_path / "in.csv"), tmp_path / "out.csv")
    assert header[:5] == ["company", "lead", "process", "salespath_lead", "leaning"]


def test_unknown_names_are_refused_at_once_with_suggestions(source, tmp_path):
    with pytest.raises(SalespathError) as caught:
        written(source, tmp_path / "out.csv", ["verdct", "process", "fnd", "nothing_like_it"])
    found = [(p.code, p.message) for p in caught.value.problems]
    assert found == [
        ("SP176", "--columns: there is no column verdct. Did you mean verdict?"),
        ("SP176", "--columns: there is no column fnd. Did you mean fund?"),
        (
            "SP176",
            "--columns: there is no column nothing_like_it. Presets are verdict, reasons, plan, fired, all.",
        ),
    ]
    assert not (tmp_path / "out.csv").exists()


def test_what_is_not_asked_is_not_worked_out(source, tmp_path, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("nobody asked")

    for name in ("strengths", "liftings"):
        monkeypatch.setattr(result_columns, name, never)
    assert len(written(source, tmp_path / "out.csv", ["verdict", "fired", "plan"])) == 9
    for column in ("strength", "first_question", "unless"):
        with pytest.raises(AssertionError, match="nobody asked"):
            written(source, tmp_path / "out.csv", [column])


def test_of_very_many_what_is_named_is_worked_out(source, tmp_path, monkeypatch):
    monkeypatch.setattr("salespath.tables.run.MOST", 3)
    header, *rows = written(source, tmp_path / "out.csv")
    place = header.index("strength")
    assert {row[place] for row in rows} == {""}
    header, *rows = written(source, tmp_path / "out.csv", ["verdict", "strength"])
    assert "" not in {row[-1] for row in rows}


def test_excel_is_told_that_it_is_utf_8(source, tmp_path):
    plain, marked = tmp_path / "plain.csv", tmp_path / "marked.csv"
    assert written(source, plain, ["all"]) == written(source, marked, ["all"], excel=True)
    assert marked.read_bytes() == codecs.BOM_UTF8 + plain.read_bytes()
    again = written(str(marked), tmp_path / "again.csv", ["all"])
    assert again == written(source, plain, ["all"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "json", "--columns", "verdict"], "--columns is for .csv, .parquet and .xlsx"),
        (["-o", "out.parquet", "--excel"], "--excel is for .csv"),
    ],
)
def test_what_has_no_columns_refuses_them(source, arguments, said):
    result = CliRunner().invoke(main, ["assess", source, *arguments])
    assert result.exit_code == 2
    assert said in result.output


def test_the_command_takes_names_with_commas(source):
    result = CliRunner().invoke(main, ["assess", source, "--format", "csv", "--columns", "verdict, fund"])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith("means_smb,fund")
    assert CliRunner().invoke(main, ["assess", source, "--format", "csv", "--columns", "fnd"]).exit_code == 1


def test_results_saved_by_an_earlier_version_are_read_again(tmp_path):
    """Their lists had blanks between the items, and there was no first question."""
    saved = SAVED / "results_2026_11.csv"
    problems = []
    assess_to_file(BASE, [str(saved)], str(tmp_path / "out.csv"), problems.extend, columns=["all"])
    assert [p.code for p in problems] == ["SP113"]
    with open(saved, newline="") as file, open(tmp_path / "out.csv", newline="") as new:
        for old, row in zip(csv.DictReader(file), csv.DictReader(new), strict=True):
            for name, cell in old.items():
                if name in ("reason_texts", "unless"):
                    cell = cell.replace(" | ", "; ")
                elif name in ("hangs_on", "possible", "blockers", "reasons", "advice", "warnings", "flags", "fired"):
                    cell = cell.replace(" ", "; ")
                assert row[name] == cell


def test_saved_results_are_compared(tmp_path):
    saved = str(SAVED / "results_2026_11.csv")
    assess_to_file(BASE, [saved], str(tmp_path / "new.csv"), lambda _: None, columns=["all"])
    result = CliRunner().invoke(main, ["compare", saved, str(tmp_path / "new.csv")])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("columns", [[], ["verdict", "hangs_on", "capital"]])
def test_a_thin_table_has_its_header_found_whatever_its_lists_say(source, tmp_path, columns):
    out = tmp_path / "out.csv"
    written(source, out, columns)
    result = CliRunner().invoke(main, ["assess", str(out), "--format", "csv"])
    if columns:  # it has a fact
        assert result.exit_code == 0, result.output
        assert "SP113" in result.output
    else:
        assert "SP110" in result.output
        assert "found company, year" in result.output


# What to ask first


def first_question(case) -> str:
    """The same, an answer after the other for one company."""
    facts, order = case.values, asking_order(BASE)

    def walked(values):
        return walk(BASE, Company(BASE, values), plan=False)

    here = walked(facts)
    turns = [] if len([v for v in here.possible.values() if v]) == 1 else None
    nets = [(p, name) for p in PROCESSES for name in SUMS]
    moved = {}
    for name, value in _answers(BASE, facts, (), readers(BASE)):
        there = walked({**facts, name: value}).sums
        move = sum(abs(there.total(*key) - here.sums.total(*key)) for key in nets)
        moved[name] = max(moved.get(name, 0), move)
    on = assess(BASE, case).strength.on
    if on:
        name = on[0].fact
    else:
        best = sorted((-move, order[name], name) for name, move in moved.items() if move)
        if turns is not None or not best:
            return ""
        name = best[0][2]
    if name in VOCABULARY.derived:
        parts = sorted(BASE.facts_behind([name]), key=order.__getitem__)
        return next(part for part in parts if is_open(facts, part))
    return name


def test_the_first_question_is_what_turns_the_verdict_or_else_moves_it_most():
    documented = CompaniesFile(BASE, str(EXAMPLES / "real_companies.csv")).portfolio().cases
    fewer = [
        Case(case.company, {name: value for n, (name, value) in enumerate(case.values.items()) if n % 4 != place % 4})
        for place, case in enumerate(documented)
    ]
    cases = [*sample(random_companies(10, seed=11), 10), *documented, *fewer]
    found = strengths(BASE, FactTable.from_cases(BASE, cases))
    said = ["" if place == NONE else found.questions[place] for place in found.first.tolist()]
    assert said == [first_question(case) for case in cases]
    assert len({*said}) > 3


# Rows that are the same


def test_rows_have_one_key_if_and_only_if_their_cells_are_the_same():
    lists = pa.array([["a", "b"], ["b", "a"], None, [], ["ab"], [None], ["a", "b"]])
    keys = row_keys([lists, pa.array([1.5] * 7), pa.array(["x"] * 7).dictionary_encode()], 7)
    assert keys[0] == keys[6]
    assert len(np.unique(keys)) == 6
    pairs = row_keys([pa.array([1, 2, None, 0, 1]), pa.array([2, 1, None, 0, 2])], 5)
    assert pairs[0] == pairs[4]
    assert len(np.unique(pairs)) == 4
