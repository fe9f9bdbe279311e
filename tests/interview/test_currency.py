"""An interview in another currency than dollars: what is answered, written down, taken up again and saved."""

import pytest
from given import BASE
from salespath.interview.journal import Journal, read

from salespath.engine.assess import assess
from salespath.facts import Case, fact_file, read_file
from salespath.facts.rates import currencies
from salespath.facts.values import BadValue
from salespath.interview.interview import Interview, replay
from salespath.report.pages.question import answer_in_words

ANSWERS = {"annual_contract_value": "45k", "capital": "£900k", "paying_customers": "12"}


def held(tmp_path, answers, *rates):
    """An interview in euros, as it is, and as its journal gives it back."""
    given = Case("Rosetta", money=currencies("EUR", rates)[0])
    interview, journal = Interview(BASE, given, fixed=True), Journal(tmp_path / "j.jsonl", new=True)
    journal.start(given)
    events = []
    while (name := interview.question) in BASE.vocabulary.facts:
        events.append(interview.event(answers.get(name, "skip"), name))
        interview.apply(events[-1])
        journal.append(events[-1])
    journal.close()
    record = read((tmp_path / "j.jsonl").read_bytes(), BASE.vocabulary)
    return interview, replay(BASE, record.given, record.events, fixed=True)


def test_amounts_are_kept_as_they_were_written_and_become_dollars(tmp_path):
    interview, resumed = held(tmp_path, ANSWERS)
    answer = interview.answers["annual_contract_value"]
    assert (answer.value, answer.currency) == (45_000, "EUR")
    assert answer_in_words(BASE.vocabulary.facts["annual_contract_value"], answer) == "€45,000"
    assert answer_in_words(BASE.vocabulary.facts["capital"], interview.answers["capital"]) == "£900,000"
    case = interview.case
    assert case.values["annual_contract_value"] == pytest.approx(45_000 / 0.8867)
    assert (case.currency, list(case.rates)) == ("EUR", ["EUR", "GBP"])
    assert (resumed.case, resumed.answers) == (case, interview.answers)


def test_the_fact_file_that_is_saved_is_in_the_same_currency(tmp_path):
    case = held(tmp_path, {"annual_contract_value": "45k", "capital": "900k"}, "EUR=1.1")[0].case
    text = fact_file.text(case, BASE.vocabulary)
    assert "currency: EUR\nrates: {EUR: 1.1}\n" in text
    assert "annual_contract_value: 45000\n" in text
    (tmp_path / "saved.yaml").write_text(text)
    (again,) = read_file(str(tmp_path / "saved.yaml"), BASE.vocabulary).cases
    assert (again.values, again.currency, again.rate.dollars) == (case.values, "EUR", 1.1)
    assert assess(BASE, again).process == assess(BASE, case).process


def test_what_cannot_be_converted_is_said_at_the_question(tmp_path):
    interview = Interview(BASE, Case("Rosetta", {"product_stage": "launched"}, money=currencies("EUR")[0]), fixed=True)
    while interview.question != "annual_contract_value":
        interview.apply(interview.event("skip", interview.question))
    with pytest.raises(BadValue, match="--rate KRW=DOLLARS"):
        interview.event("5M KRW", interview.question)
