"""The pages without scripts: what each one can do, and what is said of it."""

from __future__ import annotations

import re

import pytest
from given import VOCABULARY
from markupsafe import escape

ANA = {"product_stage": "launched", "annual_contract_value": "about 70k", "customer_segments": ["small", "midsize"]}
BEN = {"product_stage": "idea", "annual_contract_value": "€3k to €4k"}


def test_a_workshop_without_scripts(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    ana, ben = workshop.person(code, "Ana"), workshop.person(code, "Ben")
    assert "Question 1 of 7" in ana.page
    asked = ana.answer(code, ANA, {"product_stage": "we sold three"})
    assert len(asked) == 7
    assert "You are done with this round" in ana.page
    assert "$70,000, estimated" in ana.page
    assert "small, midsize" in ana.page
    hidden = host.open(f"/host/{code}")
    assert "7 of 7" in hidden
    assert "1 of 2 people done" in hidden
    assert "we sold three" not in hidden + host.open(f"/wall/{code}")
    ben.answer(code, BEN)
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="revealed")
    assert "we sold three" in host.page
    assert "Product stage" in host.page
    assert "on the wall" in ana.open(f"/me/{code}")
    host.submit(f"/host/{code}", action="settings", anonymous="yes")
    assert "Person 1" in host.page
    assert "Ana, on product stage" not in host.page
    host.submit(f"/host/{code}", action="round", fact=["product_stage"])
    assert "Question 1 of 1" in ben.open(f"/me/{code}")
    assert ben.answer(code, {"product_stage": "launched"}) == ["product_stage"]
    assert "done with this round" in ben.page
    host.submit(f"/host/{code}", action="closed")
    assert "is closed" in ben.open(f"/me/{code}")


def test_answers_that_contradict_one_another_are_said_to_who_gave_them(workshop) -> None:
    host = workshop.host()
    code = host.create(which="all")
    ana, ben = workshop.person(code, "Ana"), workshop.person(code, "Ben")
    ben.submit(f"/me/{code}", question="annual_contract_value", answer="90k", action="answer")
    ana.submit(f"/me/{code}", question="annual_contract_value", answer="70k", action="answer")
    assert "This cannot be" not in ana.page
    ana.submit(f"/me/{code}", question="largest_contract_value", answer="5k", action="answer")
    said = (
        "This cannot be: The largest contracts are put at $5,000 a year, the average one at $70,000. "
        "Which of the two is right? "
        "To correct largest contracts or average contract, change it below."
    )
    assert said in ana.page
    ana.submit(f"/me/{code}", question="product_stage", answer="pilot", action="answer")
    assert said not in ana.page  # said once
    ana.submit(f"/me/{code}", action="done")
    assert said in ana.page  # and once more where she goes through her answers
    ben.submit(f"/me/{code}", action="done")
    assert "This cannot be" not in ben.page
    ana.open(f"/me/{code}?q=largest_contract_value")
    ana.submit(f"/me/{code}", question="largest_contract_value", answer="100k", action="answer")
    assert "This cannot be" not in ana.page


def test_nobody_hears_by_a_contradiction_what_was_known_beforehand(workshop) -> None:
    host = workshop.host()
    code = host.create(which="all", known="annual_contract_value: 70000")
    ana = workshop.person(code, "Ana")
    ana.submit(f"/me/{code}", question="largest_contract_value", answer="5k", action="answer")
    assert "Noted: $5,000" in ana.page
    assert "70,000" not in ana.page


def test_a_name_is_free_where_its_owner_was_let_in_by_half(workshop, monkeypatch) -> None:
    code = workshop.host().create(which="quick")

    def cut(*_: object, **__: object) -> None:
        raise OSError

    with monkeypatch.context() as power:
        power.setattr("salespath.interview.store._append", cut)  # between the stream and the event that says so
        assert "could not be kept" in workshop.person(code, "Ana").page
    assert "Question 1 of 7" in workshop.person(code, "Ana").page
    assert "Somebody called ana is in already" in workshop.person(code, "ana").page


def test_nothing_stays_of_somebody_who_was_let_out_by_half(started, monkeypatch) -> None:
    workshop = started()
    host = workshop.host()
    code = host.create(which="quick")
    workshop.person(code, "Ana").answer(code, {"product_stage": "launched"})

    def cut(*_: object) -> None:
        raise OSError("cut")

    (ana,) = workshop.store.streams("interview")
    host.open(f"/host/{code}")
    with monkeypatch.context() as power:
        power.setattr("salespath.interview.store.Store.remove", cut)  # she is out, and what she said is there still
        with pytest.raises(OSError, match="cut"):
            host.submit(f"/host/{code}", action="remove", person=ana.id)
    assert workshop.store.streams("interview") == [ana]
    again = started()
    assert "Question 1 of 7" in again.person(code, "Ana").page
    assert again.store.events(ana.id) == []


def test_back_skip_change_help_and_why(workshop) -> None:
    code = workshop.host().create(which="quick")
    ana = workshop.person(code, "Ana")
    path = f"/me/{code}"
    ana.submit(path, question="product_stage", answer="pilot", action="answer")
    assert "Noted: pilot" in ana.page
    ana.submit(path, question="customization", action="back")
    assert "Your answer so far: <strong>pilot" in ana.page
    ana.submit(
        path, question="product_stage", answer="", note="as of May", action="answer"
    )  # a note alone keeps the answer
    assert "pilot (as of May)" in ana.open(path)
    assert "Question 2 of 7" in ana.page
    assert "Write a number or a word" in ana.page  # help
    assert escape(VOCABULARY.facts["customization"].why) in ana.open(f"{path}?q=customization&why=1")
    ana.submit(path, question="customization", action="skip")
    ana.open(f"{path}?q=customization")
    ana.submit(path, question="customization", answer="none", action="answer")
    assert "Question 3 of 7" in ana.page
    ana.submit(path, question="willingness_to_pay", action="done")
    assert "5 of your questions are not answered" in ana.page
    ana.submit(path, action="undone")
    assert "Question 3 of 7" in ana.page


@pytest.mark.parametrize(
    ("text", "said"), [("many", "is not a number"), ("", "Nothing was written"), ("x" * 500, "too long"), ("-5", "-5")]
)
def test_what_is_not_understood_is_said_and_stays_written(workshop, text, said) -> None:
    code = workshop.host().create(which="quick")
    ana = workshop.person(code, "Ana")
    response = ana.submit(f"/me/{code}", question="annual_contract_value", answer=text, note="why", action="answer")
    assert response.status_code == 422
    assert said in ana.page
    assert 'value="why"' in ana.page
    assert not text or f'value="{text}"' in ana.page


def test_somebody_of_the_same_name_is_asked_for_another(workshop) -> None:
    host = workshop.host()
    code = host.create()
    workshop.person(code, "Ana")
    other = workshop.person(code, " ANA ")
    assert "is in already" in other.page
    host.open(f"/host/{code}")
    link = re.search(r"/back/[^<\s]+", host.page)
    assert link
    other.open(link[0].replace("&amp;", "&"))
    assert "Question 1" in other.page  # with her own link she goes on in another browser


def test_a_restart_changes_nothing(started) -> None:
    first = started()
    host = first.host()
    code = host.create(which="quick", currency="EUR", known="capital: 2M")
    ana = first.person(code, "Ana")
    ana.answer(code, ANA)
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="revealed")
    host.submit(f"/host/{code}", action="combine", fact="product_stage", how="host", value="pilot")
    second = started()
    again, host_again = second.browser(), second.browser()
    again.cookies, host_again.cookies = ana.cookies, host.cookies
    for path, one, other in (
        (f"/host/{code}", host, host_again),
        (f"/me/{code}", ana, again),
        (f"/wall/{code}", host, host_again),
    ):
        assert one.open(path) == other.open(path)
    assert "€70,000" in again.open(f"/me/{code}")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"company": ""}, "name"),
        ({"currency": "EURO"}, "EURO"),
        ({"known": "product_stge: launched"}, "product_stge"),
        ({"known": "product_stage: moon\ncapital: lots"}, "moon"),
        ({"known": "[1, 2]"}, "known"),
    ],
)
def test_what_is_wrong_with_a_new_workshop(workshop, form, said) -> None:
    host = workshop.host()
    host.open("/")
    response = host.submit("/", **{"company": "Acme", "currency": "USD", "which": "core", **form})
    assert response.status_code == 422
    assert said in response.text.partition('role="alert"')[2].partition("</ul>")[0]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"action": "timer", "minutes": "soon"}, "is no time"),
        ({"action": "agenda", "text": "Where we stand"}, "minutes"),
        ({"action": "round"}, "at least one question"),
        ({"action": "combine", "fact": "product_stage", "how": "host", "value": "moon"}, "moon"),
        ({"action": "combine", "fact": "x", "how": "median"}, "no way"),
    ],
)
def test_what_is_wrong_with_what_the_facilitator_wants(workshop, form, said) -> None:
    host = workshop.host()
    code = host.create()
    assert host.submit(f"/host/{code}", **form).status_code == 422
    assert said in host.page
    assert host.submit(f"/host/{code}", action="dance").status_code == 404


def test_the_wall_tries_and_saves_scenarios(workshop) -> None:
    host = workshop.host()
    code = host.create(known="product_stage: launched\npaying_customers: 12\nannual_contract_value: 5000")
    for view in ("", "/disagreements", "/what-if", "/map", "/hangs-on", "/scenarios", "/reasoning"):
        host.open(f"/wall/{code}{view}")
        assert host.status == 200
    host.open(f"/wall/{code}/what-if")
    token = host.page
    host.submit(f"/wall/{code}/what-if", set="annual_contract_value=90000")
    assert "90,000" in host.page
    host.page = token
    host.submit(f"/wall/{code}/scenarios", set="annual_contract_value=90000", name="Larger <b>")
    assert "Larger &lt;b&gt;" in host.page
    host.page = token
    assert host.submit(f"/wall/{code}/scenarios", name="Nothing").status_code == 422
    host.page = token
    host.submit(f"/wall/{code}/scenarios", remove="Larger <b>")
    assert "Larger" not in host.page
    assert host.get(f"/wall/{code}/nowhere").status_code == 404


def test_the_wall_says_how_to_join_until_somebody_answers(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    wall = host.open(f"/wall/{code}")
    assert f"http://127.0.0.1:8765/join/{code}" in wall
    assert "<title>QR code</title>" in wall
    assert workshop.app.keys.host not in wall
    ana = workshop.person(code, "Ana")
    assert "QR code" in host.open(f"/wall/{code}")  # who has joined has not answered yet
    ana.answer(code, {"product_stage": "launched"})
    assert "QR code" not in host.open(f"/wall/{code}")


def test_the_wall_says_how_to_join_only_while_one_can(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    host.submit(f"/host/{code}", action="closed")
    assert "QR code" not in host.open(f"/wall/{code}")


def test_the_wall_shows_the_time_that_is_left_on_each_view(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    assert 'class="clock"' not in host.open(f"/wall/{code}/map")
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="timer", minutes="20")
    for view in ("", "/map"):
        assert 'class="clock"' in host.open(f"/wall/{code}{view}")
