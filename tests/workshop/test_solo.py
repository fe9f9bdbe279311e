"""One founder on a page: the interview of `salespath ask`, in the same store, with the report at its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from given import BASE, EXAMPLES, VOCABULARY, run

from salespath.facts import read_file
from salespath.interview.kept import Kept, interviews
from salespath.interview.saved import saved
from salespath.workshop.solo import Wanted

HOSTILE = "=1+1 <script>alert(1)</script> {{ 7*7 }}"


def begun(workshop):
    """A browser in which an interview is begun."""
    new = workshop.host()
    new.open("/solo")
    new.submit("/solo", action="begin")
    return new


def asked(browser) -> str:
    found = re.search(r'name="question" value="([^"]+)"', browser.page)
    return found[1] if found else ""


def answer(browser, value, action: str = "answer", **more):
    return browser.submit("/solo", question=asked(browser), answer=value, action=action, **more)


def to_the_end(browser, **answers) -> list[str]:
    """Answer what is asked and skip the rest; what that was."""
    names = []
    while name := asked(browser):
        names.append(name)
        if name in answers:
            answer(browser, answers[name])
        else:
            answer(browser, "", "skip")
    return names


def test_from_the_first_question_to_the_report(workshop) -> None:
    founder = begun(workshop)
    assert "What is the company called?" in founder.page
    answer(founder, HOSTILE)
    names = to_the_end(
        founder, product_stage="launched", paying_customers="12", annual_contract_value="about 5k", plan="no"
    )
    assert len(names) == len(set(names)) > 5
    assert "Scorecard" in founder.page
    assert "Sources and receipt" in founder.page
    assert "<script>alert" not in founder.page
    for ending in ("md", "html", "xlsx"):
        assert founder.get(f"/solo/handout/{ending}").status_code == 200
    assert "paying customers" in founder.get("/solo/handout/md").text.lower()
    ((stream, _),) = interviews(workshop.store)
    kinds = [entry.kind for entry in workshop.store.events(stream.id)]
    assert kinds[0] == "given"
    assert kinds[-1] == "done"


def test_an_answer_can_be_gone_back_to_and_changed(workshop) -> None:
    founder = begun(workshop)
    answer(founder, "Acme")
    first = asked(founder)
    assert answer(founder, "nonsense indeed").status_code == 422
    answer(founder, "", "skip")
    answer(founder, "", "back")
    assert asked(founder) == first
    assert answer(founder, "").status_code in (200, 422)
    founder.open("/solo?q=product_stage")
    if asked(founder) == "product_stage":
        answer(founder, "pilot", note="as of May")
        assert "pilot" in founder.page
    founder.open(f"/solo?q={first}&why=1")
    assert founder.status == 200


def test_an_interview_goes_on_in_a_terminal_and_back(workshop) -> None:
    founder = begun(workshop)
    answer(founder, "Acme")
    answer(founder, "", "skip")
    ((stream, _),) = interviews(workshop.store)
    with pytest.raises(BlockingIOError):
        Kept.take_up(workshop.store, stream)  # open in this window
    founder.submit("/solo", action="leave")
    kept = Kept.take_up(workshop.store, stream)
    record = kept.record(VOCABULARY)
    assert [event.kind for event in record.events] == ["answer", "skip"]
    assert founder.submit("/solo", action="resume", name=stream.name).status_code == 422
    kept.close()
    assert "Acme" in founder.open("/solo")
    founder.submit("/solo", action="resume", name=stream.name)
    assert asked(founder)
    assert "Acme" not in record.events[0].question
    assert founder.submit("/solo", action="resume", name="nobody").status_code == 422


def test_nothing_is_kept_of_what_was_only_begun(workshop) -> None:
    founder = begun(workshop)
    founder.submit("/solo", action="leave")
    assert interviews(workshop.store) == []


def test_only_whose_program_it_is_has_the_page(workshop) -> None:
    other = workshop.browser()
    other.open("/solo")
    assert other.status == 403
    assert other.get("/solo/handout/md").status_code == 403


def test_what_a_file_says_is_not_asked(started) -> None:
    case = read_file(str(EXAMPLES / "clinic_software.yaml"), VOCABULARY).cases[0]
    founder = begun(started(wanted=Wanted(replace(case, file="clinic.yaml"))))
    assert not set(to_the_end(founder)) & set(case.values)
    assert case.company in founder.page


def test_the_page_and_the_terminal_have_one_interview(remote, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    command = [sys.executable, "-m", "salespath", "ask", "--web", "--company", "Acme"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"(http://127\.0\.0\.1:\d+)(/solo\?key=\w+)", process.stdout.readline())
        assert found
        founder = remote(found[1])
        founder.open(found[2])
        founder.submit("/solo", action="begin")
        assert asked(founder) == "product_stage"
        answer(founder, "pilot")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    (interview,) = saved(BASE)
    assert (interview.company, interview.state, interview.answered) == ("Acme", "unfinished", 1)
    done = run("ask", "--interview", interview.name, "--no-input")
    assert done.returncode == 0
    assert b"Acme" in done.stdout


@pytest.mark.parametrize("option", ["--no-input", "--resume", "--interview=x", "-o=x.yaml"])
def test_what_is_for_the_terminal_is_refused(option) -> None:
    done = run("ask", "--web", option, "--answers", str(EXAMPLES / "clinic_software.yaml"))
    assert done.returncode != 0
    assert b"is for the terminal" in done.stderr
