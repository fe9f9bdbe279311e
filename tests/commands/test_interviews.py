"""`salespath interviews`, named interviews, and `interview:NAME` in place of a file of companies."""

from __future__ import annotations

import json
import shlex
import stat

import given
import pytest
from given import VOCABULARY
from salespath.interview.journal import Journal

from salespath.facts import read_file
from salespath.interview import journal
from salespath.interview.interview import Event

TYPED = "Acme\nlaunched\nyes # tried by ten\nnone\nquit\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the program in an empty folder with its own data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def start(*words: str, typed: str = "") -> tuple[int, str, str]:
        done = given.run(*words, stdin=typed.encode(), XDG_DATA_HOME=str(tmp_path / "data"), COLUMNS="100")
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return start


@pytest.fixture
def begun(run):
    """An interview `acme` of three answers."""
    assert run("ask", "--order", "fixed", "--interview", "acme", typed=TYPED)[0] == 0
    return run


def test_where_there_is_none_the_list_says_so_and_what_to_do(run):
    code, out, err = run("interviews", "list")
    assert (code, err) == (0, "")
    assert "No interview is saved yet" in out
    assert "salespath ask" in out
    assert json.loads(run("interviews", "list", "--format", "json")[1]) == []


def test_they_are_listed_the_one_changed_last_first(begun):
    begun("ask", "--interview", "o'hara & co", typed="Second\nidea\nquit\n")
    begun("ask", typed="quit\n")  # nothing answered, nothing kept
    code, out, _ = begun("interviews", "list")
    assert code == 0
    lines = out.splitlines()
    assert lines[2].split()[3:6] == ["Second", "1", "unfinished"]
    assert lines[3].split()[:4] == ["acme", "Acme", "3", "unfinished"]
    assert f"salespath ask --interview {shlex.quote(chr(111) + chr(39) + 'hara & co')}" in out
    found = json.loads(begun("interviews", "list", "--format", "json")[1])
    assert [item["name"] for item in found] == ["o'hara & co", "acme"]
    assert found[1]["answers"] == 3


def test_one_is_shown_with_its_answers_and_notes(begun):
    code, out, _ = begun("interviews", "show", "ACME")
    assert code == 0
    assert out.startswith("Acme\n")
    assert "yes (tried by ten)" in out
    assert "salespath interviews edit acme" in out
    facts = json.loads(begun("interviews", "show", "acme", "--format", "json")[1])["facts"]
    assert facts == {"product_stage": "launched", "self_serve": True, "customization": "none"}


@pytest.mark.parametrize("words", [("show",), ("edit",), ("discard", "--yes")])
def test_a_name_that_there_is_not_is_told_with_those_that_there_are(begun, words):
    code, _, err = begun("interviews", words[0], "acne", *words[1:])
    assert code == 1
    assert "SP142" in err
    assert "Did you mean acme?" in err


def test_the_name_goes_on_with_the_interview(begun, tmp_path):
    code, out, _ = begun("ask", "--order", "fixed", "--interview", "Acme", typed="proven\nquit\n")
    assert code == 0
    assert "Going on with 3 answers" in out
    assert "salespath ask --interview acme" in out
    assert len(list(tmp_path.glob("data/salespath/*.jsonl"))) == 1
    assert len(journal.look(journal.path_of("acme"), VOCABULARY).events) == 5


def test_the_command_printed_at_the_end_opens_that_interview_and_no_other(run):
    _, out, _ = run("ask", "--interview", "my; first $HOME", typed="A\nidea\n")
    line = next(line for line in out.splitlines() if "To correct an answer:" in line)
    words = shlex.split(line.partition(":")[2])
    assert words[0] == "salespath"
    run("ask", "--interview", "other", typed="B\nidea\nquit\n")
    _, out, _ = run(*words[1:], typed="quit\n")
    assert "Going on with 1 answer" in out


def test_the_commands_printed_at_the_end_name_the_rules_that_were_laid_over(run, tmp_path):
    (tmp_path / "my house").mkdir()
    (tmp_path / "my house" / "rules.yaml").write_text("rules: []\n")
    _, out, _ = run("ask", "--interview", "acme", "--rules", "my house", typed="A\nidea\n")
    lines = [line for line in out.splitlines() if ":  " in line and "salespath" in line.partition(":")[2]]
    printed = {line.partition(":")[0]: shlex.split(line.partition(":")[2])[1:] for line in lines}
    assert list(printed) == ["The whole report", "To answer more", "To correct an answer"]
    for words in printed.values():
        assert words[-2:] == ["--rules", str(tmp_path / "my house")]
    assert run(*printed["The whole report"])[0] == 0
    assert "Going on with 1 answer" in run(*printed["To correct an answer"], typed="quit\n")[1]


def test_a_name_and_a_date_stand_on_one_line_of_the_list(begun):
    begun("ask", "--interview", "20270104-a1b2", "--company", "Danube", typed="idea\nquit\n")
    for columns in ("80", "60"):
        out = given.run("interviews", "list", COLUMNS=columns).stdout.decode()
        first, second = out.splitlines()[2:4]
        assert (first.split()[0], second.split()[0]) == ("20270104-a1b2", "acme"), out
        assert max(map(len, out.splitlines()[:4])) <= int(columns)


def test_one_that_is_open_in_another_window_is_refused(begun):
    held = Journal(journal.path_of("acme"))
    for words in (("ask",), ("ask", "--no-input")):
        code, out, err = begun(*words, "--interview", "acme", typed="proven\n")
        assert (code, "SP148" in err) == (1, True)
        assert "Question" not in out
    assert begun("interviews", "discard", "acme", "--yes")[0] == 1
    assert "open now" in begun("interviews", "list")[1]
    held.close()
    assert begun("ask", "--interview", "acme", typed="quit\n")[0] == 0


def test_one_that_belongs_to_another_company_file_or_rules_is_refused_where_nobody_can_be_asked(begun, tmp_path):
    (tmp_path / "other.yaml").write_text("company: Other\nfacts: {capital: 5}\n")
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "rules.yaml").write_text("rules: []\n")
    before = journal.path_of("acme").read_bytes()
    for words, told in (
        (("other.yaml",), "without a file"),
        (("other.yaml", "--no-input"), "without a file"),
        (("--company", "Other"), "is about Acme"),
        (("--rules", "house"), "built-in rules alone"),
    ):
        code, _, err = begun("ask", "--interview", "acme", *words, typed="proven\n")
        assert (code, "SP149" in err) == (1, True), err
        assert told in err
    assert journal.path_of("acme").read_bytes() == before
    assert begun("ask", "--interview", "acme", "--company", "ACME", typed="quit\n")[0] == 0


def test_no_input_reports_on_the_interview(begun):
    code, out, err = begun("ask", "--interview", "acme", "--no-input")
    assert (code, err) == (0, "")
    assert out.startswith("Acme\n")
    assert "SP142" in begun("ask", "--interview", "none", "--no-input")[2]


def test_an_interview_stands_for_its_facts_wherever_companies_are_read(begun, tmp_path):
    text = begun("assess", "interview:acme")[1]
    assert text.startswith("Acme\n")
    assert json.loads(begun("assess", "interview:acme", "--format", "json")[1])["facts"]["self_serve"] is True
    for words in (
        ("explain", "interview:acme"),
        ("plan", "interview:acme"),
        ("whatif", "interview:acme"),
        ("economics", "interview:acme"),
        ("facts", "check", "interview:acme"),
        ("compare", "interview:acme", str(given.EXAMPLES / "asana_2020.yaml")),
        ("assess", "interview:acme", "--set", "capital=50k", "--company", "Acme"),
        ("assess", "interview:acme", str(given.EXAMPLES / "asana_2020.yaml"), "-o", "both.csv"),
        ("ask", "interview:acme", "--no-input"),
    ):
        code, _, err = begun(*words)
        assert code == 0, (words, err)
        assert "Traceback" not in err
    assert "Acme" in (tmp_path / "both.csv").read_text()
    code, _, err = begun("assess", "interview:amce")
    assert (code, "Did you mean acme?" in err) == (1, True)
    code, _, err = begun("assess", "interview:acme", "--company", "Other")
    assert (code, "SP153" in err) == (1, True)


def test_an_output_never_replaces_the_interview_that_is_read(begun):
    path = journal.path_of("acme")
    before = path.read_bytes()
    odd = path.with_suffix(".json")
    odd.symlink_to(path)
    code, _, err = begun("assess", "interview:acme", "-o", str(odd), "--force")
    assert (code, "SP146" in err) == (1, True)
    assert path.read_bytes() == before


def test_discarding_asks_deletes_what_it_says_and_no_more(begun, tmp_path):
    code, _, err = begun("interviews", "discard", "acme", typed="yes\n")
    assert code == 2
    assert "--yes" in err
    begun("ask", "--interview", "acme", "-o", "mine.yaml", typed="skip\n")
    begun("ask", "--interview", "other", typed="B\nidea\n")  # carried through: it has a fact file beside it
    beside = journal.path_of("other").with_suffix(".yaml")
    assert read_file(str(beside), VOCABULARY).cases[0].values == {"product_stage": "idea"}
    code, out, _ = begun("interviews", "discard", "other", "--yes")
    said = " ".join(out.split())
    assert code == 0
    assert "1 answer about B" in said
    assert beside.name in said
    assert not beside.exists()
    code, out, _ = begun("interviews", "discard", "acme", "--yes")
    assert code == 0
    assert "3 answers about Acme" in " ".join(out.split())
    assert (tmp_path / "mine.yaml").exists()
    assert not list(tmp_path.glob("data/salespath/*"))


def test_a_fact_file_that_was_changed_by_hand_is_not_deleted_with_its_interview(run):
    run("ask", "--interview", "b", typed="B\nidea\n")
    beside = journal.path_of("b").with_suffix(".yaml")
    beside.write_text(beside.read_text() + "# mine\n")
    code, out, _ = run("interviews", "discard", "b", "--yes")
    assert (code, beside.name in out) == (0, False)
    assert beside.exists()


def test_interviews_are_for_their_owner_alone(begun):
    path = journal.path_of("acme")
    begun("ask", "--interview", "acme", typed="skip\n")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_damage_is_told_when_the_interview_is_taken_up_and_the_rest_kept(begun):
    path = journal.path_of("acme")
    path.write_bytes(path.read_bytes().replace(b'"self_serve", "value": true', b'"self_serve", "value": null'))
    damaged = path.read_bytes()
    code, out, err = begun("ask", "--order", "fixed", "--interview", "acme", typed="quit\n")
    assert code == 0
    assert f"{path}:4: warning SP147" in err
    assert "self-serve" in err
    assert "Question 3 (product)  2 answered" in out
    assert "Can a customer start, pay and get value" in out
    assert path.read_bytes().startswith(damaged)
    assert begun("ask", "--interview", "acme", typed="quit\n")[2] == ""


def test_the_report_comes_at_any_time_and_an_answer_is_corrected(run):
    typed = "report\nAcme\nlaunched\nreport\nedit\n9\n2\nidea # slides\nedit\n\nquit\n"
    code, out, _ = run("ask", "--order", "fixed", "--interview", "x", typed=typed)
    said = " ".join(out.split())
    assert code == 0
    assert said.count("What stands in the way") == 2 or said.count("Net evidence") == 2
    assert "9 is not one of the numbers" in said
    assert "Changed from launched to idea - slides only (slides)." in said
    assert said.count("Correcting an answer (product)") == 1
    record = journal.look(journal.path_of("x"), VOCABULARY)
    assert record.events[-1] == Event("answer", "product_stage", record.events[-1].answer)
    assert record.events[-1].answer.note == "slides"
