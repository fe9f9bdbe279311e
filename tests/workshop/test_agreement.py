"""What was agreed: written down once, seen by all, in the journal of decisions, and handed out with what people differ on."""

from __future__ import annotations

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from given import VOCABULARY

from salespath.interview.decisions import decisions
from salespath.report.firm import Firm
from salespath.tables.handout_out import write_handout
from salespath.workshop.handouts import Press

HOSTILE = '=HYPERLINK("http://x","y") <script>alert(1)</script> {{ 7*7 }} ăâîșț'
SOON = date.today() + timedelta(days=30)
AGREED = {
    "sentence": "We sell to clinics first.",
    "advice": "overridden",
    "because": "The board wants it.",
    "what": ["Call ten clinics", ""],
    "owner": ["Ben", ""],
    "due": [SOON.isoformat(), ""],
    "review": SOON.isoformat(),
    "check": "paying clinics",
    "prediction": "Two clinics pay",
    "predicted_for": SOON.isoformat(),
}
ANA, BEN = {"product_stage": "launched"}, {"product_stage": "idea"}


@pytest.fixture
def held(workshop):
    """A workshop of two people whose answers are shown: the facilitator, its code, and the two."""

    def hold(ana: str = "Ana", company: str = "Acme", **settings: str):
        host = workshop.host()
        code = host.create(which="quick", company=company)
        people = [workshop.person(code, ana), workshop.person(code, "Ben")]
        for person, answers in zip(people, (ANA, BEN)):
            person.answer(code, answers, {"product_stage": "as I see it"})
        host.open(f"/host/{code}")
        host.submit(f"/host/{code}", action="revealed")
        if settings:
            host.submit(f"/host/{code}", action="settings", **settings)
        return host, code, people

    return hold


def agree(host, code: str, dissent: str = "Too early.", **form):
    page = host.open(f"/host/{code}/outcome")
    first = re.search(r'name="(dissent-\d+)"', page)
    assert first
    return host.submit(f"/host/{code}/outcome", **{**AGREED, first[1]: dissent, **form})


def test_the_form_begins_with_what_is_recommended(held) -> None:
    host, code, _ = held()
    page = host.open(f"/host/{code}/outcome")
    headline = re.search(r'<h1 id="verdict">(.*?)</h1>', host.open(f"/wall/{code}"))
    assert headline
    assert headline[1] in page
    assert len(re.findall(r'name="what"[^>]*>[^<]', page)) == 3
    assert len(re.findall(r'name="owner" value="[^"]', page)) == 3


def test_what_was_agreed_is_seen_by_all_and_stands_in_the_journal(workshop, held) -> None:
    host, code, (_, ben) = held()
    assert "Nothing is written down" in host.open(f"/wall/{code}/agreed")
    assert agree(host, code).url.path == f"/host/{code}"
    for page in (host.page, host.open(f"/wall/{code}/agreed"), ben.open(f"/me/{code}")):
        for said in (
            "We sell to clinics first.",
            "The board wants it.",
            "Call ten clinics",
            "Too early.",
            "paying clinics",
        ):
            assert said in page
    assert "We sell to clinics first." in host.open(f"/wall/{code}")
    (decision,), _ = decisions(workshop.store, VOCABULARY)
    assert decision.recommended.source == f"workshop:{code}"
    assert decision.outcome.because == "The board wants it."
    assert decision.outcome.dissent == (("Ana", "Too early."),)
    agree(host, code, advice="taken", because="")
    (revised,), _ = decisions(workshop.store, VOCABULARY)
    assert (revised.number, revised.outcome.advice) == (decision.number, "taken")
    assert "Too early." in host.open(f"/host/{code}/outcome")
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="erase", code=code)
    assert decisions(workshop.store, VOCABULARY)[0] == []


def test_what_somebody_held_against_it_goes_with_them(held) -> None:
    host, code, _ = held()
    agree(host, code)
    person = re.search(r'name="person" value="(\d+)"', host.page)
    assert person
    host.submit(f"/host/{code}", action="remove", person=person[1])
    assert "Too early." not in host.open(f"/wall/{code}/agreed") + host.get(f"/handout/{code}/md").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"because": " "}, "overridden without a reason"),
        ({"sentence": ""}, "sentence that was agreed"),
        ({"predicted_for": ""}, "prediction needs the day"),
        ({"review": ""}, "needs the day of the review"),
        ({"due": ["soon", ""]}, "soon is no day"),
        ({"due": ["2020-01-01", ""]}, "before the decision"),
        ({"prediction": "x" * 500}, "too long"),
        ({"what": ["", ""]}, "move says nothing"),
    ],
)
def test_what_cannot_be_written_down_is_said_and_nothing_is_lost(workshop, held, form, said) -> None:
    host, code, _ = held()
    assert agree(host, code, **form).status_code == 422
    alert = host.page.partition('role="alert" tabindex')[2].partition("</ul>")[0]
    assert said in alert
    assert "--" not in alert
    assert "Two clinics pay" in host.page or "prediction" in form
    assert "Too early." in host.page
    assert decisions(workshop.store, VOCABULARY)[0] == []
    assert "We sell to clinics first." not in host.open(f"/host/{code}")


def test_who_may_have_a_handout_and_when(workshop, held) -> None:
    host, code, (ana, _) = held()
    stranger = workshop.browser()
    stranger.open("/join")
    assert host.get(f"/handout/{code}/md").status_code == 200
    assert ana.get(f"/handout/{code}/md").status_code == 403
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="closed")
    assert f"/handout/{code}/pdf" in ana.open(f"/me/{code}")
    assert ana.get(f"/handout/{code}/md").status_code == 200
    assert stranger.get(f"/handout/{code}/md").status_code == 403
    assert host.get(f"/handout/{code}/exe").status_code == 404


def test_a_handout_has_what_was_agreed_and_what_people_differ_on(held) -> None:
    host, code, _ = held()
    before = host.get(f"/handout/{code}/md").text
    agree(host, code)
    after = host.get(f"/handout/{code}/md").text
    for said in (
        "We sell to clinics first.",
        "Call ten clinics",
        "Two clinics pay",
        "paying clinics",
        "**Ana**: Too early.",
    ):
        assert said in after
        assert said not in before
    assert "launched (Ana)" in after


def test_an_anonymous_session_names_nobody(workshop, held) -> None:
    host, code, (_, ben) = held(ana="Anastasia", anonymous="yes")
    agree(host, code)
    texts = [host.get(f"/handout/{code}/{ending}").text for ending in ("md", "html")]
    book = openpyxl.load_workbook(io.BytesIO(host.get(f"/handout/{code}/xlsx").content))
    texts.append(
        "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    )
    texts += [host.open(f"/wall/{code}/agreed"), host.open(f"/wall/{code}/disagreements"), ben.open(f"/me/{code}")]
    (decision,), _ = decisions(workshop.store, VOCABULARY)
    for text in (*texts, str(decision)):
        assert "Anastasia" not in text
    for text in texts:
        assert "Person " in text


@pytest.mark.parametrize("ending", ["md", "html", "pdf", "docx", "xlsx"])
def test_what_people_write_is_text_in_every_handout(held, ending) -> None:
    host, code, _ = held(ana=HOSTILE, company=HOSTILE)
    agree(host, code, dissent=HOSTILE, sentence=HOSTILE, what=[HOSTILE], owner=[HOSTILE], due=[""], check=HOSTILE)
    response = host.get(f"/handout/{code}/{ending}")
    assert response.status_code == 200
    assert f'filename="handout-{code}.{ending}"' in response.headers["Content-Disposition"]
    if ending == "pdf":
        assert response.content.startswith(b"%PDF")
    elif ending == "docx":
        document = docx.Document(io.BytesIO(response.content))
        said = [paragraph.text for paragraph in document.paragraphs]
        said += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert any(HOSTILE in text for text in said)
    elif ending == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert any(HOSTILE in str(cell.value) for cell in cells)
        assert not [cell for cell in cells if cell.data_type == "f"]
    else:
        assert "<script" not in response.text.replace("\\<", "")
        assert "{{ 7*7 }}" in response.text.replace("\\", "")


def test_what_is_not_installed_is_said_on_a_page(held, monkeypatch) -> None:
    host, code, _ = held()
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    response = host.get(f"/handout/{code}/pdf")
    assert response.status_code == 503
    assert "salespath[pdf]" in response.text.replace("&#39;", "'")


def test_pages_answer_while_a_handout_is_made(started) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_) -> bytes:
        begun.set()
        assert go_on.wait(60)
        return b"made"

    workshop = started(press=Press(slow))
    host = workshop.host()
    code = host.create(which="quick")
    with ThreadPoolExecutor(2) as pool:
        two = [pool.submit(host.get, f"/handout/{code}/xlsx") for _ in range(2)]
        assert begun.wait(60)
        assert "Question 1 of 7" in workshop.person(code, "Ana").page
        go_on.set()
        assert {one.result().content for one in two} == {b"made"}


def test_a_firm_has_its_name_on_handouts(started) -> None:
    workshop = started(press=Press(write_handout, Firm("Baker & Daughters", contact="Call us")))
    host = workshop.host()
    code = host.create(which="quick")
    assert "Baker &amp; Daughters" in host.get(f"/handout/{code}/html").text


def test_the_wall_has_only_what_changes_the_outcome(held) -> None:
    host, code, _ = held()
    page = host.open(f"/wall/{code}/disagreements")
    assert "Product stage" in page
    assert "as I see it" in page
    assert "Answered by some only" not in page
