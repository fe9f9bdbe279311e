"""`salespath journal`: what is due, recording a decision, and what came of it."""

from __future__ import annotations

import json

import given
import pytest
from given import EXAMPLES

ASANA = str(EXAMPLES / "asana_2020.yaml")
EVIL = "<script>alert(1)</script> \x1b[2J\u202eevil =1+1"
DECISION = (
    "--overridden", "--because", "Two deals are signed", "--sentence", "We sell to banks", "--predict", "Three banks sign",
    "--by", "2026-10-30", "--review", "2026-09-30", "--check", "the pipeline", "--move", "Hire a seller; Ana; 2026-04-15",
    "--move", "Call them; Bo", "--day", "2026-02-01",
)  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `salespath journal` in an empty folder with its own data folder."""
    monkeypatch.chdir(tmp_path)

    def start(*words: str) -> tuple[int, str, str]:
        done = given.run("journal", *words, XDG_DATA_HOME=str(tmp_path / "data"))
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return start


@pytest.fixture
def decided(run):
    """One decision, of 1 February 2026."""
    assert run("add", ASANA, *DECISION)[0] == 0
    return run


def test_where_there_is_nothing_it_says_so_and_what_to_do_and_makes_no_file(run, tmp_path):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "No decision is recorded yet" in out
    assert "salespath journal add FILE --taken" in " ".join(out.split())
    assert not (tmp_path / "data").exists()
    assert json.loads(run("--format", "json")[1])["decisions"] == []


def test_alone_it_lists_what_is_due_the_oldest_first(decided):
    code, out, _ = decided("--day", "2026-10-30")
    assert code == 0
    assert out == decided("list", "--day", "2026-10-30")[1]
    places = [
        out.index(text)
        for text in ("move: Hire a seller (Ana)", "review: the pipeline", "prediction: Three banks sign")
    ]
    assert places == sorted(places)
    assert "salespath journal close 1 --done 1" in out


def test_where_nothing_is_due_it_says_what_is_next(decided):
    code, out, _ = decided("--day", "2026-04-14")
    assert code == 0
    assert "Nothing is due on 14 April 2026." in out
    assert "Next: 15 April 2026, decision 1 (Asana): move: Hire a seller (Ana)." in out
    assert "nothing is said yet" in out


def test_it_is_due_today_where_no_day_is_said(decided):
    due = json.loads(decided("--format", "json")[1])["due"]
    assert [item["kind"] for item in due] == ["move", "review", "prediction"]


def test_a_decision_is_shown_with_what_was_recommended_then(decided):
    code, out, _ = decided("show", "1")
    assert code == 0
    said = " ".join(out.split())
    for text in (
        "Asana =====",
        "Decision 1, 1 February 2026.",
        "Recommended then: Run both processes, the SMB one first",
        "The advice was overridden: Two deals are signed",
        "Agreed: We sell to banks",
        "1 Hire a seller (Ana, until 15 April 2026) 2 Call them (Bo)",
        "Predicted by 30 October 2026: Three banks sign (not told yet)",
        "Looked at again on 30 September 2026: the pipeline",
    ):
        assert text in said
    found = json.loads(decided("show", "1", "--format", "json")[1])
    assert found["outcome"]["advice"] == "overridden"
    assert [move["due"] for move in found["outcome"]["moves"]] == ["2026-04-15", None]
    assert found["recommended"]["process"] == "both, SMB first"
    facts = json.loads(given.run("assess", ASANA, "--format", "json").stdout)["facts"]
    assert found["recommended"]["facts"] == facts


def test_amounts_are_shown_in_the_currency_in_which_they_were_given(run, tmp_path):
    (tmp_path / "clinic.json").write_text(json.dumps({"currency": "EUR", "facts": {"capital": 300_000}}))
    assert run("add", "clinic.json", "--taken")[0] == 0
    found = json.loads(run("show", "1", "--format", "json")[1])
    assert (found["currency"], found["recommended"]["facts"]) == ("EUR", {"capital": 300_000})


def test_what_came_of_it_is_listed_and_due_no_more(decided):
    code, out, _ = decided("close", "1", "--came", "Two banks have signed", "--wrong", "--done", "1")
    assert code == 0
    assert "Nothing of it has a day to come." in out
    out = " ".join(decided()[1].split())
    assert "Nothing is due" in out
    assert "where it was overridden, 0 came true, 1 did not" in out
    found = json.loads(decided("--format", "json")[1])["decisions"][0]
    assert (found["told"], found["reviewed"]) == ("wrong", True)
    assert [move["done"] for move in found["outcome"]["moves"]] == [True, False]
    shown = " ".join(decided("show", "1")[1].split())
    assert "Two banks have signed; the prediction did not come true; done: Hire a seller" in shown


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ((), ["SP246"]),
        (("--overridden",), ["SP240"]),
        (("--taken", "--predict", "x"), ["SP241"]),
        (("--taken", "--by", "2027-01-01"), ["SP241"]),
        (("--taken", "--check", "x"), ["SP241"]),
        (("--taken", "--review", "2026-01-01", "--day", "2026-02-01"), ["SP242"]),
        (("--taken", "--day", "2999-01-01"), ["SP242"]),
        (("--taken", "--sentence", "x" * 401), ["SP243"]),
        (("--taken", "--move", "Hire; Ana; soon"), ["SP248"]),
        (("--taken", "--move", "Hire; Ana; 2027-01-01; more"), ["SP248"]),
        (("--taken", "--move", " ; Ana"), ["SP248"]),
        (("--overridden", "--predict", "x", "--move", "Hire; 2026-13-01"), ["SP240", "SP241", "SP248"]),
    ],
)
def test_what_makes_no_sense_is_refused_all_at_once_and_nothing_is_kept(run, words, codes):
    code, out, err = run("add", ASANA, *words)
    assert (code, out) == (1, "")
    assert [line.split()[1].rstrip(":") for line in err.splitlines()] == codes
    assert "No decision is recorded yet" in run()[1]


def test_both_taken_and_overridden_is_no_answer(run):
    assert run("add", ASANA, "--taken", "--overridden", "--because", "x")[0] == 2


def test_what_is_wrong_with_the_file_is_said_beside_what_is_wrong_with_the_options(run):
    code, _, err = run("add", "nowhere.yaml", "--overridden")
    assert code == 1
    assert "SP240" in err
    assert "nowhere.yaml" in err
    code, _, err = run("add", str(EXAMPLES / "real_companies.yaml"), "--overridden")
    assert code == 1
    assert "SP240" in err
    assert "SP153" in err


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("Hire", "", None),
        ("Hire; Ana", "Ana", None),
        ("Hire; 2026-05-01", "", "2026-05-01"),
        ("Hire; ; 2026-05-01", "", "2026-05-01"),
        ("Hire; Ana;", "Ana", None),
    ],
)
def test_of_a_move_owner_and_day_may_be_left_out(run, text, owner, due):
    assert run("add", ASANA, "--taken", "--day", "2026-02-01", "--move", text)[0] == 0
    (move,) = json.loads(run("show", "1", "--format", "json")[1])["outcome"]["moves"]
    assert (move["what"], move["owner"], move["due"]) == ("Hire", owner, due)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("close", "1", "--right"), "SP246"),
        (("close", "1"), "SP246"),
        (("close", "1", "--done", "3"), "SP246"),
        (("close", "1", "--came", "x", "--day", "2026-01-31"), "SP242"),
        (("close", "1", "--came", "x", "--day", "2999-01-01"), "SP242"),
        (("close", "1", "--came", "x" * 401), "SP243"),
        (("close", "2", "--came", "x"), "SP245"),
        (("show", "2"), "SP245"),
        (("show", "1", "--store", "nowhere.sqlite"), "SP247"),
    ],
)
def test_what_can_not_come_of_it_is_refused(decided, words, code):
    before = decided("show", "1")[1]
    done, _, err = decided(*words)
    assert (done, err.split()[1].rstrip(":")) == (1, code)
    assert decided("show", "1")[1] == before


def test_a_number_is_shown_only_where_there_is_one(run):
    assert "SP245" in run("show", "1")[2]
    assert "SP245" in run("close", "1", "--came", "x")[2]


def test_it_is_about_a_company_of_an_interview_or_of_a_file_of_several(run, tmp_path):
    given.run("ask", "--interview", "acme", stdin="Acme\nlaunched\nquit\n", XDG_DATA_HOME=str(tmp_path / "data"))
    assert "Acme" in run("add", "interview:acme", "--taken")[1]
    assert "recorded: Asana" in run("add", str(EXAMPLES / "real_companies.yaml"), "--company", "Asana", "--taken")[1]
    found = json.loads(run("--format", "json")[1])["decisions"]
    assert [one["company"] for one in found] == ["Acme", "Asana"]
    assert found[0]["recommended"]["source"] == "interview:acme"
    assert len(given.run("interviews", "list", XDG_DATA_HOME=str(tmp_path / "data")).stdout.splitlines()) > 2


def test_another_store_has_its_own_decisions(run, tmp_path):
    assert run("add", ASANA, "--taken", "--store", "other.sqlite")[0] == 0
    assert "No decision" in run()[1]
    assert "Asana" in run("--store", "other.sqlite")[1]
    assert run("close", "1", "--store", "other.sqlite", "--came", "It went well")[0] == 0
    assert "It went well" in run("--store", "other.sqlite")[1]


def test_no_output_takes_the_place_of_the_store(run, tmp_path):
    assert run("add", ASANA, "--taken", "--store", "other.json")[0] == 0
    before = (tmp_path / "other.json").read_bytes()
    code, _, err = run("--store", "other.json", "-o", "other.json", "--force")
    assert code == 1
    assert "SP146" in err
    assert (tmp_path / "other.json").read_bytes() == before


def test_hostile_texts_are_text_in_every_format(run, tmp_path):
    (tmp_path / "evil.json").write_text(json.dumps({"company": EVIL, "facts": {"product_stage": "idea"}}))
    texts = [f"{option}={EVIL}" for option in ("--because", "--sentence", "--predict", "--check", "--move")]
    days = ("--by", "2026-03-01", "--review", "2026-03-01", "--day", "2026-02-01")
    assert run("add", "evil.json", "--taken", *texts, *days)[0] == 0
    assert run("close", "1", f"--came={EVIL}", "--untold", "--done", "1")[0] == 0
    for words in ((), ("show", "1")):
        for format_ in ("text", "md", "html", "json"):
            code, out, _ = run(*words, "--format", format_)
            assert code == 0
            assert "\x1b" not in out
            assert "\u202e" not in out
            if format_ in ("md", "html"):
                assert "<script>alert" not in out


def test_help_of_the_group_is_not_that_of_the_list(run):
    assert "Commands:" in run("--help")[1]
    assert run("shw")[0] == 2
