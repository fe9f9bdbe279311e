"""`salespath ask` without a terminal: over a pipe, unattended, on a full disk, and what it writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import given
import pytest
from given import BASE, EXAMPLES, VOCABULARY

from salespath.engine.assess import assess
from salespath.facts import read_file

ASANA = str(EXAMPLES / "asana_2020.yaml")
ANSWERS = """Acme
launched
no
bespoke
proven
6
large and midsize
large
80%
about 2,400
guess 70k

6
7 months
400
1.2M
70k
0
2
founder
senior
founder
no
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder with its own data folder."""
    monkeypatch.chdir(tmp_path)

    def start(*words, typed: str | bytes = "", encoding="utf-8", **environment):
        done = given.run(
            "ask", "--order", "fixed", *words,
            stdin=typed if isinstance(typed, bytes) else typed.encode(encoding, "replace"),
            XDG_DATA_HOME=str(tmp_path / "data"), COLUMNS="80", PYTHONIOENCODING=encoding, **environment,
        )  # fmt: skip
        return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)

    return start


def interviews(tmp_path: Path) -> list[str]:
    return sorted(given.kept(tmp_path / "data"))


def facts(path: Path):
    found = read_file(str(path), VOCABULARY)
    assert not found.problems
    return found.cases[0]


def test_a_whole_interview_over_a_pipe(run, tmp_path):
    code, out, err = run("-o", "acme.yaml", typed=ANSWERS, TERM="xterm-256color")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert "Question 1 (product)" in out
    assert "Question 21 (role)" in out
    case = facts(tmp_path / "acme.yaml")
    assert case.company == "Acme"
    assert case.values["annual_contract_value"] == 70_000
    assert dict(case.how) == {"customer_employees": "estimated", "annual_contract_value": "guessed"}
    assert "largest_contract_value" not in case.values
    assert case.values["large_customer_share"] == 0.8
    assert "Channel: " in out
    assert assess(BASE, case).process == "enterprise"
    assert "salespath assess acme.yaml" in out


def test_without_o_the_answers_are_a_fact_file_all_the_same(run, tmp_path):
    _, out, _ = run(typed=ANSWERS)
    path = next(tmp_path.glob("data/salespath/*.yaml"))
    assert str(path) in out
    assert len(facts(path).values) == 20


def test_words_work_over_a_pipe_and_a_mistake_asks_again(run):
    code, out, _ = run(typed="Acme\n?\nWHY\nlaunchd\nlaunched\nBack\nSkip\nsave\nQuit\n")
    assert code == 0
    assert "Choose the furthest stage that is true today" in out
    assert "count for" in " ".join(out.split())
    assert "Did you mean launched?" in out
    assert out.count("Question 1 (product)") == 5
    assert "no longer counts: launched" in " ".join(out.split())
    assert "salespath ask" in out


def test_nothing_is_asked_with_no_input(run, tmp_path):
    code, out, err = run("--answers", ASANA, "--no-input", "-o", "copy.yaml")
    assert (code, err) == (0, "")
    assert out.startswith("Asana\n")
    assert "Question" not in out
    assert ">" not in out
    assert facts(tmp_path / "copy.yaml").values == facts(Path(ASANA)).values
    assert not interviews(tmp_path)


def test_the_fact_file_alone_will_do_and_the_answers_come_after_it(run, tmp_path):
    (tmp_path / "one.yaml").write_text("company: One\nfacts: {product_stage: idea, capital: 5}\n")
    (tmp_path / "two.yaml").write_text("product_stage: {value: pilot, how: guessed}\n")
    code, _, _ = run("one.yaml", "--answers", "two.yaml", "--no-input", "-o", "out.yaml")
    case = facts(tmp_path / "out.yaml")
    assert code == 0
    assert case.company == "One"
    assert case.values == {"product_stage": "pilot", "capital": 5}
    assert case.how == {"product_stage": "guessed"}
    assert run("one.yaml", "--no-input", "--company", "Two")[1].startswith("Two\n")
    assert run("-", "--no-input", typed="company: Three\nfacts: {capital: 5}\n")[1].startswith("Three\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--no-input"], "--answers FILE"),
        (["-"], "--no-input"),
        (["-o", "facts.xlsx"], ".yaml"),
        (["--no-input", "--resume", ASANA], "--resume"),
        (["--no-input", "--quick", ASANA], "--quick"),
    ],
)
def test_a_wrong_command_line_says_what_is_missing(run, tmp_path, words, told):
    code, out, err = run(*words, typed="Acme\n")
    assert code == 2
    assert told in err
    assert out == ""
    assert not interviews(tmp_path)


def test_an_empty_standard_input_is_refused_and_the_option_named(run, tmp_path):
    code, _, err = run(typed="")
    assert code == 1
    assert "--answers FILE --no-input" in err
    assert not interviews(tmp_path)
    assert run(ASANA, typed="")[0] == 1
    code, _, err = run("--resume", typed="y\n")
    assert (code, "no unfinished interview to resume; begin one with salespath ask." in err) == (1, True)


def test_input_that_ends_early_gives_the_report_and_can_be_resumed(run, tmp_path):
    code, out, _ = run(typed="Acme\nlaunched\n")
    assert code == 0
    assert "do not decide" in " ".join(out.split())
    code, out, _ = run("--resume", typed="y\nquit\n")
    assert code == 0
    assert "Question 2 (product)  1 answered" in out
    assert len(interviews(tmp_path)) == 1


def test_a_pipe_begins_anew_unless_told_to_resume(run, tmp_path):
    run(typed="Acme\nlaunched\nquit\n")
    _, out, _ = run(typed="Second\nidea\nquit\n")
    assert "Noted: idea" in out
    assert len(interviews(tmp_path)) == 2


def test_facts_of_a_file_are_not_asked_again(run, tmp_path):
    (tmp_path / "acme.yaml").write_text("company: Acme\nid: 7\nfacts: {product_stage: pilot, self_serve: yes}\n")
    _, out, _ = run("acme.yaml", "-o", "out.yaml", typed="none\nquit\n")
    assert "called" not in out
    assert "How far along" not in out
    assert "Question 1 (product)  0 answered" in out
    case = facts(tmp_path / "out.yaml")
    assert case.values == {"product_stage": "pilot", "self_serve": True, "customization": "none"}
    assert case.extra == {"id": "7"}


def test_a_quick_interview_asks_only_the_quick_facts_that_no_file_gives(run, tmp_path):
    (tmp_path / "acme.yaml").write_text("company: Acme\nfacts: {product_stage: launched, customization: none}\n")
    (tmp_path / "more.yaml").write_text("willingness_to_pay: proven\ncapital: 500k\n")
    words = ("acme.yaml", "--answers", "more.yaml", "--quick", "-o", "out.yaml")
    code, out, err = run(*words, typed="small\n900\nsecured\ndigital marketer\n")
    assert (code, err) == (0, "")
    assert "At most 4 questions" in out
    assert out.count("> ") == 4
    assert "Question 1 of at most 4 (market)" in out
    assert "All other questions:   salespath ask out.yaml" in out
    assert facts(tmp_path / "out.yaml").values == {
        "product_stage": "launched", "customization": "none", "willingness_to_pay": "proven", "capital": 500_000,
        "customer_segments": {"small"}, "annual_contract_value": 900, "next_funding": "secured",
        "team_roles": {"digital_marketer"},
    }  # fmt: skip


def test_a_quick_interview_of_which_all_is_given_goes_to_the_report(run, tmp_path):
    (tmp_path / "acme.yaml").write_text("{willingness_to_pay: refused, product_stage: idea}\n")
    code, out, err = run("acme.yaml", "--quick", typed="")
    assert (code, err) == (0, "")
    assert "uestion 1" not in out
    assert out.lstrip().startswith("Your company\n")


def test_a_file_of_several_companies_or_of_mistakes_is_refused(run, tmp_path):
    (tmp_path / "two.yaml").write_text("- {company: A, facts: {}}\n- {company: B, facts: {}}\n")
    (tmp_path / "bad.yaml").write_text("product_stage: sold\ncapitol: 5\n")
    code, _, err = run("two.yaml", typed=ANSWERS)
    assert code == 1
    assert "about one company" in err
    code, _, err = run("bad.yaml", typed=ANSWERS)
    assert code == 1
    assert "sold is not one of" in err
    assert "Did you mean capital?" in err
    assert run("missing.yaml", typed=ANSWERS)[0] == 1


def test_an_existing_file_is_not_overwritten(run, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("# mine\n")
    for words in (["-o", "mine.yaml"], ["-o", "mine.yaml", "--answers", ASANA, "--no-input"]):
        code, out, err = run(*words, typed=ANSWERS)
        assert code == 1
        assert "--force" in err
        assert "Question" not in out
        assert path.read_text() == "# mine\n"
    assert run("-o", "mine.yaml", "--force", typed=ANSWERS)[0] == 0
    assert facts(path).company == "Acme"


def test_save_writes_the_file_and_the_same_interview_may_write_it_again(run, tmp_path):
    run("-o", "acme.yaml", typed="Acme\nlaunched\nsave\nyes\nquit\n")
    assert facts(tmp_path / "acme.yaml").values == {"product_stage": "launched", "self_serve": True}
    code, _, _ = run("--resume", "-o", "acme.yaml", typed="none\nquit\n")
    assert code == 0
    assert len(facts(tmp_path / "acme.yaml").values) == 3
    (tmp_path / "acme.yaml").write_text("# changed by hand\n")
    code, _, err = run("--resume", "-o", "acme.yaml", typed="proven\nquit\n")
    assert code == 1
    assert "--force" in err
    assert "by hand" in (tmp_path / "acme.yaml").read_text()


def test_a_folder_that_cannot_be_written_is_said_before_the_first_question(run, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    code, out, err = run(typed=ANSWERS)
    assert code == 1
    assert "cannot save the interview" in err
    assert "Question" not in out


def test_a_full_disk_loses_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    done = given.run_process(
        "ask", "--order", "fixed",
        stdin=ANSWERS.encode(), env={"XDG_DATA_HOME": str(tmp_path / "data")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY)),
    )  # fmt: skip
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 1
    assert "cannot save the interview" in err
    (tmp_path / "rescued.yaml").write_text(err[err.index("# Facts") :])
    case = facts(tmp_path / "rescued.yaml")
    assert case.company == "Acme"
    assert len(case.values) > 2, "it was not full from the beginning"
    assert len(case.values) == out.count("Noted:") + 1  # the one that could not be written is there too


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_names_survive_and_legacy_encodings_do_not_crash(run, tmp_path, encoding):
    code, out, _ = run("-o", "out.yaml", typed=ANSWERS.replace("Acme", "Ștefan & Söhne – 北"), encoding=encoding)
    assert code == 0
    assert "hne" in out
    if encoding == "utf-8":
        assert facts(tmp_path / "out.yaml").company == "Ștefan & Söhne – 北"


def test_bytes_that_are_no_text_are_a_mistake_like_any_other(run):
    code, out, _ = run(typed=b"Acme\n\xff\xfe\x00\nlaunched\nquit\n")
    assert code == 0
    assert "is not one of" in out
    assert "Noted: launched" in out


def test_a_mark_at_the_beginning_of_the_pipe_is_no_part_of_the_name(run, tmp_path):
    run("-o", "out.yaml", typed="\ufeffAcme\nidea\nquit\n")
    assert facts(tmp_path / "out.yaml").company == "Acme"


def test_it_works_with_standard_input_closed(tmp_path):
    done = subprocess.run(
        f"{sys.executable} -m salespath ask <&-",
        shell=True,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "--no-input" in done.stderr
    assert "Traceback" not in done.stderr
