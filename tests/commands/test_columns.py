"""How a command says which fact a column of a table is, asks, and says how it was read."""

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from salespath.cli import main

SHEET = "Company,Burn rat,Sales,Cash ($M),Owner\nAlder,5000,7,1.5,R. Roe\nBirch,many,9,2.25,\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text(SHEET)


def run(*words, code=0):
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == code, done.output
    return done


def facts(*words):
    return [item["facts"] for item in json.loads(run("assess", "s.csv", *words, "--format", "json").stdout)]


def test_how_a_sheet_is_read_is_said_once_as_a_table():
    said = run("assess", "s.csv", "-o", "out.csv").stderr
    lines = said.splitlines()
    at = lines.index("s.csv: 2 of 5 columns are read")
    table = [line.split("  ") for line in lines[at + 1 : at + 5]]
    assert [[cell.strip() for cell in row if cell] for row in (table[0], *table[2:])] == [
        ["column", "fact", "unit", "currency", "format", "filled"],
        ["Company", "company", "-", "-", "-", "2 of 2"],
        ["Cash ($M)", "capital", "millions", "USD", "decimal point", "2 of 2"],
    ]
    assert lines[at + 5] == "carried through: Burn rat, Sales, Owner"
    assert said.count("Cash ($M)") == 1
    assert "SP116" not in said


def test_nothing_is_said_of_a_table_in_the_programs_own_words():
    with open("plain.csv", "w") as file:
        file.write("company,capital,Owner\nAlder,5,R. Roe\n")
    assert "columns are read" not in run("assess", "plain.csv").stderr


def test_a_suggestion_is_taken_only_with_map():
    assert facts() == [{"capital": 1500000}, {"capital": 2250000}]
    assert "--map 'Burn rat=monthly_burn'" in run("assess", "s.csv").stderr
    mapped = ("--map", "Burn rat=monthly_burn", "--map", "Sales=annual_revenue ($M)", "--on-error", "unknown")
    assert facts(*mapped) == [
        {"capital": 1500000, "monthly_burn": 5000, "annual_revenue": 7000000},
        {"capital": 2250000, "annual_revenue": 9000000},
    ]


def test_a_mapping_is_saved_and_used_again_by_any_command():
    run("assess", "s.csv", "--map", "Burn rat=monthly_burn", "--on-error", "unknown", "--save-mapping", "m.yaml")
    assert facts("--mapping", "m.yaml", "--on-error", "unknown")[0] == {"capital": 1500000, "monthly_burn": 5000}
    for words in (
        ("explain", "s.csv", "--company", "Alder"),
        ("plan", "s.csv", "--company", "Alder"),
        ("economics", "s.csv", "--company", "Alder"),
        ("whatif", "s.csv", "--company", "Alder", "--set", "capital=5"),
        ("compare", "s.csv"),
        ("facts", "check", "s.csv"),
        ("ask", "s.csv", "--no-input"),
    ):
        if words[0] == "ask":
            with open("s.csv", "w") as file:
                file.write(SHEET.rpartition("Birch")[0])
        done = run(*words, "--mapping", "m.yaml", "--on-error", "unknown")
        assert "Burn rat   monthly_burn" in done.stderr, words


def test_a_mapping_replaces_no_file_and_no_input():
    with open("m.yaml", "w") as file:
        file.write("columns: []\n")
    assert "SP141" in run("assess", "s.csv", "--save-mapping", "m.yaml", code=1).stderr
    assert (
        "SP146" in run("assess", "s.csv", "--mapping", "m.yaml", "--save-mapping", "m.yaml", "--force", code=1).stderr
    )
    run("assess", "s.csv", "--save-mapping", "m.yaml", "--force")
    assert 'fact: capital, unit: "millions of USD"' in Path("m.yaml").read_text("utf-8")


def test_without_a_table_no_mapping_is_saved():
    with open("f.yaml", "w") as file:
        file.write("capital: 5\n")
    assert "no mapping to save" in run("assess", "f.yaml", "--save-mapping", "m.yaml").stderr
    assert not os.path.exists("m.yaml")


def test_a_column_that_is_not_there_is_an_error_before_anything_is_written():
    done = run("assess", "s.csv", "--map", "Brun rat=monthly_burn", "-o", "out.csv", code=1)
    assert "SP166" in done.stderr
    assert not os.path.exists("out.csv")


@pytest.mark.parametrize(("on_error", "code", "rows"), [("reject", 1, 1), ("unknown", 0, 2), ("stop", 1, None)])
def test_what_becomes_of_a_cell_that_cannot_be_read(on_error, code, rows):
    words = ("assess", "s.csv", "--map", "Burn rat=monthly_burn", "--on-error", on_error, "-o", "out.csv")
    done = run(*words, code=code)
    assert "row 3, column monthly_burn: " in done.stderr
    assert os.path.exists("out.csv") is (rows is not None)
    if rows is not None:
        assert len(Path("out.csv").read_text("utf-8").splitlines()) == rows + 1
    assert os.path.exists("out.rejects.csv") is (on_error == "reject")


def test_whatif_maps_columns_and_draws_maps():
    words = ("whatif", "s.csv", "--company", "Alder", "--map", "Burn rat=monthly_burn", "--on-error", "unknown")
    assert "the verdict over cash on hand and net spending" in run(*words, "--map", "capital,monthly_burn").stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
@pytest.mark.parametrize(("answers", "known"), [("y", "5000"), ("n", "")])
def test_on_a_terminal_it_is_asked_and_the_answer_is_saved(answers, known):
    pexpect = pytest.importorskip("pexpect")
    words = ["-m", "salespath", "assess", "s.csv", "--on-error", "unknown", "--save-mapping", "m.yaml"]
    child = pexpect.spawn(sys.executable, words, timeout=120, encoding="utf-8")
    child.expect("Read it as monthly_burn")
    child.sendline(answers)
    child.expect("Which")
    child.sendline("1")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    saved = Path("m.yaml").read_text("utf-8")
    assert f'{{column: "Burn rat", fact: {"monthly_burn" if known else "none"}}}' in saved
    assert '{column: "Sales", fact: annual_revenue}' in saved


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal")
def test_it_is_never_asked_with_no_input():
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(sys.executable, ["-m", "salespath", "assess", "s.csv", "--no-input"], timeout=120)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert b"Read it as" not in (child.before or b"")
