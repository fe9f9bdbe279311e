"""`salespath ask` on a real terminal: words, going back, being interrupted or killed, and going on."""

from __future__ import annotations

import io
import os
import random
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from given import BASE, VOCABULARY, kept

from salespath.facts import Case
from salespath.interview.interview import COMPANY, PLAN, Event, Interview, replay
from salespath.interview.record import Record

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")

PROMPT = r"report save quit\r\n(?:\x1b\[\?2004h)?(?:\[[^\r\n]*\] )?> "


ESCAPE = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")


def plain(text: str) -> str:
    """What was shown, on one line and without what only a terminal understands."""
    return " ".join(ESCAPE.sub("", text).split())


class Terminal:
    """A person at a terminal of 80 columns and 24 lines."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.transcript = io.StringIO()
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "salespath", "ask", "--order", "fixed", *words],
            env={**kept, "XDG_DATA_HOME": str(folder / "data"), "TERM": "xterm", **environment},
            cwd=folder,
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=120,
        )
        self.child.delayafterterminate = self.child.delayafterclose = 1
        self.child.logfile_read = self.transcript
        self.child.delaybeforesend = None

    def asked(self) -> str:
        """What is shown up to the next prompt, on one line."""
        self.child.expect(PROMPT)
        return plain(self.child.before + self.child.after)

    def says(self, text: str) -> str:
        """Type a line; what is shown up to the next prompt."""
        self.child.sendline(text)
        return self.asked()

    def end(self) -> tuple[int | None, str]:
        """Wait for the end; the exit code, and what was shown last."""
        self.child.expect(pexpect.EOF)
        last = self.child.before
        self.child.close()
        assert "Traceback" not in self.transcript.getvalue()
        return self.child.exitstatus, plain(last)

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.child.kill(number)
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert "Traceback" not in self.transcript.getvalue()


@pytest.fixture
def sit(tmp_path):
    """Sit down at a terminal; it is cleared away afterwards."""
    terminals = []

    def down(*words: str, **environment: str) -> Terminal:
        terminals.append(Terminal(tmp_path, *words, **environment))
        return terminals[-1]

    yield down
    for terminal in terminals:
        terminal.child.close(force=True)


def only_interview(tmp_path: Path) -> Record:
    (record,) = kept(tmp_path / "data").values()
    return record


BETWEEN = """
import _thread, threading
from salespath.commands.shared.screen import Screen
screen = Screen()
# As if an interrupt came just before the waiting: it is noted, and wakes nobody up.
threading.Timer(0.5, _thread.interrupt_main).start()
try:
    screen.read()
except KeyboardInterrupt:
    print("stopped")
"""


def test_an_interrupt_just_before_the_waiting_is_not_missed():
    child = pexpect.spawn(sys.executable, ["-c", BETWEEN], encoding="utf-8", timeout=60)
    child.expect("> .*stopped")
    child.close()


def test_an_interview_with_help_mistakes_going_back_and_a_break(sit, tmp_path):
    person = sit()
    assert "What is the company called?" in person.asked()
    assert "Question 1 (product)" in person.says("Acme GmbH")
    shown = person.says("?")
    assert "Choose the furthest stage that is true today" in shown
    assert "Write a number or a word." in shown
    assert "Question 1 (product)" in shown
    assert "SMB selling" in person.says("Why")
    shown = person.says("launchd")
    assert "launchd is not one of idea, prototype, pilot, launched" in shown
    assert "Did you mean launched?" in shown
    assert "Question 1 (product)" in shown
    assert "Question 2 (product)" in person.says("launched")
    assert "Question 3 (product)" in person.says("yes")
    shown = person.says("back")
    assert "Question 2 (product)" in shown
    assert shown.endswith("[yes] >")
    shown = person.says("no")
    assert "Changed from yes to no." in shown
    assert "Question 3 (product)" in shown
    shown = person.says("SAVE")
    assert str(tmp_path / "data" / "salespath") in shown
    person.child.sendintr()
    code, last = person.end()
    assert code == 130
    assert "2 answers so far" in last
    (name,) = kept(tmp_path / "data")
    assert last.endswith(f"salespath ask --interview {name}")

    person = sit()
    shown = person.asked()
    assert "Acme GmbH, 2 answers" in shown
    assert re.search(r"last changed \d{4}-\d\d-\d\d \d\d:\d\d", shown)
    shown = person.says("yes")
    assert "Question 3 (product) 2 answered" in shown
    shown = person.says("")
    assert "Skipped: unknown." in shown
    assert "Question 4 (product) 2 answered" in shown
    person.child.sendline("quit")
    code, last = person.end()
    assert code == 0
    assert "2 answers so far" in last
    interview = replay(BASE, *(lambda r: (r.given, r.events))(only_interview(tmp_path)))
    assert interview.values == {"product_stage": "launched", "self_serve": False}


def test_the_end_shows_the_verdict_where_the_answers_are_and_what_to_type(sit, tmp_path):
    person = sit("--company", "Acme", "-o", "acme.yaml")
    shown = person.asked()
    while "Go on with the questions for the plan" not in shown:
        shown = person.says("skip")
    last = person.says("no")
    assert "Is anything to be corrected?" in last
    person.child.sendline("")
    assert person.end() == (0, "")
    assert "In short: The answers do not decide yet." in last
    assert "salespath assess acme.yaml --full" in last
    assert (tmp_path / "acme.yaml").exists()
    assert "An interview is unfinished" not in sit().asked()


def test_a_quick_interview_with_a_break(sit, tmp_path):
    person = sit("--quick")
    shown = person.asked()
    assert "At most 7 questions, then the recommendation." in shown
    assert "Question 1 of at most 7 (product)" in shown
    assert "called" not in shown
    assert "SMB selling" in person.says("why")
    shown = person.says("launched")
    assert "Noted: launched - takes paying customers. So far: undecided; " in shown
    assert "Question 2 of at most 7 (product)" in shown
    assert "Question 1 of at most 7" in person.says("back")
    assert "Changed from launched to pilot - tested with real users. So far: " in person.says("pilot")
    assert "Skipped: unknown. So far: " in person.says("skip")
    person.child.sendintr()
    code, last = person.end()
    assert code == 130
    assert re.search(r"salespath ask --interview \S+$", last)
    person = sit()
    assert "Your company, 1 answer" in person.asked()
    shown = person.says("yes")
    assert "Going on with 1 answer, at most 5 to go" in shown
    assert "Question 3 of at most 7 (product)" in shown
    for text in ("proven", "large", "70k", "none"):
        person.says(text)
    assert only_interview(tmp_path).quick
    last = person.says("account executive")
    person.child.sendeof()
    assert person.end() == (0, "")
    assert "Your company" in last
    assert re.search(r"All other questions: \S+ -m salespath ask \S+\.yaml ", last)


def test_a_full_interview_is_gone_on_with_quickly_if_that_is_asked_for(sit, tmp_path):
    person = sit("--company", "Acme")
    person.asked()
    for text in ("launched", "no"):
        person.says(text)
    person.kill()
    person = sit("--quick", "--resume")
    assert "Question 3 of at most 8 (product)" in person.asked()
    person.kill()
    assert only_interview(tmp_path).quick


def test_ctrl_d_stops_like_quit(sit):
    person = sit("--company", "Acme")
    person.asked()
    person.says("launched")
    person.child.sendeof()
    code, last = person.end()
    assert code == 0
    assert "1 answer so far" in last


def test_nothing_answered_leaves_nothing_behind(sit, tmp_path):
    person = sit()
    person.asked()
    person.child.sendline("quit")
    code, last = person.end()
    assert code == 0
    assert "nothing is kept" in last
    assert not kept(tmp_path / "data")


def test_a_closed_terminal_loses_nothing(sit):
    person = sit("--company", "Acme")
    person.asked()
    person.says("launched")
    person.child.kill(signal.SIGHUP)
    person.child.close()
    assert "Acme, 1 answer," in sit().asked()


def test_no_to_the_offer_keeps_the_old_interview(sit, tmp_path):
    for answer in ("launched", "idea"):
        person = sit("--company", f"Company {answer}")
        person.asked()
        person.says(answer)
        person.kill()
    person = sit()
    assert "Company idea, 1 answer" in person.asked()
    assert "There is nothing before this." in person.says("back")
    assert "is neither yes nor no" in person.says("perhaps")
    assert "What is the company called?" in person.says("no")
    person.kill()
    person = sit("--company", "Company launched")  # of several, the one that was asked for
    assert "Company launched, 1 answer" in person.asked()
    person.child.sendline("quit")
    assert person.end()[0] == 0
    assert sorted(len(record.events) for record in kept(tmp_path / "data").values()) == [0, 1, 1]


def test_the_same_interview_is_not_resumed_twice_at_a_time(sit, tmp_path):
    first = sit("--company", "Acme")
    first.asked()
    first.says("launched")
    second = sit()
    assert "What is the company called?" in second.asked()
    second.says("Other")
    second.says("idea")
    first.says("yes")
    second.says("no")
    records = kept(tmp_path / "data").values()
    held = {replay(BASE, record.given, record.events).case.company: len(record.events) for record in records}
    assert held == {"Acme": 2, "Other": 3}


# Editing lines

UP, LEFT, HOME = "\x1b[A", "\x1b[D", "\x1b[H"


@pytest.fixture
def edits(sit):
    """Sit down where lines can be edited."""
    pytest.importorskip("readline")
    return sit


def test_a_line_is_edited_with_the_arrow_keys_and_they_lead_back_to_the_answers(edits):
    person = edits("--company", "Acme")
    person.asked()
    person.child.send(f"iea{LEFT}{LEFT}d\r")  # idea, a letter late
    shown = person.asked()
    assert "Noted: idea" in shown
    person.says("back")
    person.child.send(f"aunched{HOME}l\r")
    assert "Changed from idea to launched" in person.asked()
    person.child.send(f"{UP}\r")  # what was answered to the question before, which is no answer to this one
    assert "launched is neither yes nor no" in person.asked()
    person.child.send(f"{UP}{UP}\r")
    assert "idea is neither yes nor no" in person.asked()


def test_the_history_is_of_this_interview_and_holds_no_words_of_the_prompt(edits):
    person = edits("--company", "Acme")
    person.asked()
    person.says("launched")
    person.says("?")
    person.kill()
    person = edits("--resume")
    person.asked()
    person.child.send(f"{UP}{UP}{UP}\r")
    assert "launched is neither yes nor no" in person.asked()


@pytest.mark.parametrize("end", ["", "\r"])
def test_a_paste_that_the_terminal_marks_answers_one_question(edits, end, tmp_path):
    person = edits("--company", "Acme")
    person.asked()
    person.child.send(f"\x1b[200~launched\ryes\rnone{end}\x1b[201~\r")
    shown = person.asked()
    assert "3 lines came at once; they count as one answer: launched yes none" in shown
    assert "Question 1 (product)" in shown
    assert "Noted" not in shown
    assert not only_interview(tmp_path).events


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}])
@pytest.mark.parametrize("end", ["", "\r"])
def test_lines_that_wait_behind_one_are_of_the_same_answer(sit, environment, end, tmp_path):
    person = sit("--company", "Acme", **environment)
    person.asked()
    person.child.send(f"launched\ryes\rnone{end}")
    shown = person.asked()
    assert "3 lines came at once; they count as one answer: launched yes none" in shown
    assert not only_interview(tmp_path).events
    assert "Noted: launched" in person.says("launched")


def test_a_list_that_is_pasted_is_one_answer(sit, tmp_path):
    (tmp_path / "a.yaml").write_text(
        "{company: A, facts: {product_stage: launched, self_serve: no, customization: none, willingness_to_pay: proven, "
        "paying_customers: 12}}"
    )
    person = sit("a.yaml")
    assert "What sizes of organisation pay you today?" in person.asked()
    person.child.send("small\rlarge\r")
    assert "Noted: small, large" in person.asked()


@pytest.mark.parametrize("words", ["> out.txt", "| cat > out.txt", "2> out.txt"])
def test_no_escape_sequence_reaches_what_is_no_terminal(tmp_path, words):
    command = f"{sys.executable} -m salespath ask --company Acme {words}"
    child = pexpect.spawn(
        "/bin/sh", ["-c", command], env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "TERM": "xterm"}, cwd=tmp_path,
        encoding="utf-8", timeout=120,
    )  # fmt: skip
    child.expect(r"save quit\r\n.*> ")
    child.sendline("idea")
    child.expect(r"save quit\r\n.*> ")
    child.sendline("report")
    child.expect(r"save quit\r\n.*> ")
    child.sendline("quit")
    child.expect(pexpect.EOF)
    child.close()
    assert "\x1b" not in (tmp_path / "out.txt").read_text()


# Corrections, and the report


def test_answers_are_corrected_until_the_person_is_content(sit, tmp_path):
    person = sit("--quick", "-o", "acme.yaml")
    person.asked()
    for text in ("launched", "none", "proven", "large", "70k", "none"):
        person.says(text)
    shown = person.says("account executive")
    assert "Is anything to be corrected?" in shown
    assert shown.count("Net evidence") == 1
    assert "Type edit to change an answer" in person.says("what?")
    shown = person.says("edit")
    assert re.search(r"5 average contract +\$70,000", shown)
    assert "Correcting an answer (market)" in person.says("5")
    shown = person.says("about 900 # from the invoices")
    assert "Changed from $70,000 to $900, estimated (from the invoices)." in shown
    assert "Is anything to be corrected?" in shown
    assert "Net evidence" not in shown
    assert (
        'annual_contract_value: {value: 900, how: estimated, note: "from the invoices"}'
        in (tmp_path / "acme.yaml").read_text()
    )
    person.child.sendline("")
    code, last = person.end()
    assert code == 0
    assert last.count("Net evidence") == 1  # the page once more, since an answer has changed
    record = only_interview(tmp_path)
    assert record.done
    assert record.events[-2].question == "annual_contract_value"


def test_an_interview_that_has_ended_can_be_corrected_later(sit, tmp_path):
    person = sit("--quick", "--interview", "acme")
    person.asked()
    for text in ("launched", "none", "proven", "large", "70k", "none"):
        person.says(text)
    person.says("account executive")
    person.child.sendline("")
    assert person.end()[0] == 0
    person = sit("--interview", "acme")
    shown = person.asked()
    assert "Net evidence" in shown
    assert "Is anything to be corrected?" in shown
    person.kill()


def test_an_interview_is_discarded_once_that_is_confirmed(sit, tmp_path):
    person = sit("--interview", "acme")
    person.asked()
    person.says("Acme")
    person.kill()
    for answer, there in (("", True), ("no", True), ("yes", False)):
        child = pexpect.spawn(
            sys.executable, ["-m", "salespath", "interviews", "discard", "acme"], encoding="utf-8", timeout=120,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
        )  # fmt: skip
        child.expect("Discard the interview.*> ")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert (child.exitstatus, "acme" in kept(tmp_path / "data")) == (0, there)


def test_the_report_comes_at_any_question_and_the_question_again(sit):
    person = sit("--company", "Acme")
    person.asked()
    person.says("launched")
    shown = person.says("report")
    assert "This rests on 1 of the" in shown
    assert "Question 2 (product)" in shown


# Names


def test_two_people_at_one_machine_do_not_share_a_name(sit, tmp_path):
    first = sit("--interview", "acme")
    first.asked()
    first.says("Acme")
    first.says("launched")
    second = sit("--interview", "Acme")
    code, last = second.end()
    assert code == 1
    assert "SP148" in last
    first.says("yes")
    first.kill()
    second = sit("--interview", "acme")
    assert "Going on with 2 answers" in second.asked()


def test_a_name_that_belongs_to_another_company_is_asked_about(sit, tmp_path):
    person = sit("--interview", "one", "--company", "Acme")
    person.asked()
    person.says("launched")
    person.kill()
    person = sit("--interview", "one", "--company", "Other")
    assert "The interview one is about Acme. Go on with it all the same?" in person.asked()
    person.child.sendline("")
    code, last = person.end()
    assert (code, "SP149" in last) == (1, True)
    person = sit("--interview", "one", "--company", "Other")
    person.asked()
    assert "Going on with 1 answer" in person.says("yes")
    person.kill()
    record = only_interview(tmp_path)
    assert replay(BASE, record.given, record.events).case.values == {"product_stage": "launched"}


@pytest.mark.parametrize(("environment", "styled"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_bold_only_where_it_is_wanted(sit, environment, styled):
    person = sit(**environment)
    person.asked()
    person.says("Acme")
    assert ("\x1b[1m" in person.transcript.getvalue()) == styled


def test_the_screen_is_not_overrun(sit):
    person = sit("--company", "Acme")
    person.asked()
    for text in ("?", "why", "launchd"):
        person.says(text)
    shown = ESCAPE.sub("", person.transcript.getvalue())
    assert max(len(line) for line in shown.splitlines()) <= 80


def typed(interview: Interview, chance: random.Random) -> str:
    """Something that answers the question asked now."""
    name = interview.question
    assert name is not None
    if name == COMPANY:
        return "Acme"
    if name == PLAN:
        return "yes"
    fact = VOCABULARY.facts[name]
    if chance.random() < 0.2:
        return "skip"
    if fact.type == "boolean":
        return chance.choice(["yes", "no"])
    if fact.values:
        return str(chance.randint(1, len(fact.values)))
    return "0.5" if fact.type == "share" else str(chance.randint(1, 900))


@pytest.mark.heavy
def test_killed_at_any_moment_every_answer_is_kept(sit, tmp_path):
    chance = random.Random(7)
    certain: list[Event] = []  # what was answered before a question that has been seen
    for _ in range(14):
        if len(certain) > 25 or not certain:
            certain = []
            for path in tmp_path.glob("data/salespath/*"):
                path.unlink()
        interview = replay(BASE, Case(""), certain, fixed=True)
        person = sit()
        shown = person.asked()
        if certain:
            assert re.search(rf"Acme, {interview.answered} answers?, last changed", shown)
            person.says("yes")
        for _ in range(chance.randint(0, 2)):
            text = "back" if interview.before and chance.random() < 0.2 else typed(interview, chance)
            certain.append(interview.event(text, str(interview.question)))
            interview.apply(certain[-1])
            person.says(text)
        person.child.sendline(typed(interview, chance))
        time.sleep(chance.choice([0, 0.001, 0.002, 0.005, 0.01, 0.02]))
        person.kill(chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT]))
        kept = list(only_interview(tmp_path).events)
        assert kept[: len(certain)] == certain
        assert len(kept) <= len(certain) + 1  # and perhaps the answer that was on its way
        certain = kept
