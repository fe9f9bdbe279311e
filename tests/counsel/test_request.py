"""What a company is asked: what can still change its verdict or motion, the most telling first, and nothing where nothing can."""

from __future__ import annotations

from given import BASE, VOCABULARY, on_some, real_companies

from salespath.counsel.request import LEAST, MOST, request
from salespath.engine.assess import assess
from salespath.engine.cells import cells
from salespath.engine.intervals import is_open
from salespath.facts import Case
from salespath.facts.values import Range

REAL = [assess(BASE, case) for case in real_companies()]
WHOLE = {  # a company of which all that is asked is known, and which is settled
    name: values[0] for name, values in cells(BASE).items() if name in VOCABULARY.facts
}


def outcome(facts: dict) -> tuple:
    a = assess(BASE, Case("A", facts))
    return a.process, a.motion, a.second_motion


@on_some(REAL)
def test_a_form_holds_five_to_fifteen_questions_each_once(a) -> None:
    names = [asked.fact for asked in request(BASE, a.case).asked]
    assert LEAST <= len(names) <= MOST
    assert len(set(names)) == len(names)


@on_some(REAL)
def test_what_is_not_known_is_asked_only_where_it_can_change_verdict_or_motion(a) -> None:
    facts = dict(a.case.values)
    verdict = {question.fact for question in a.next_questions}
    for asked in request(BASE, a.case).asked:
        if asked.fact not in facts and asked.fact not in verdict:
            others = {outcome({**facts, asked.fact: value}) for value in cells(BASE)[asked.fact]}
            assert others - {outcome(facts)}, asked.fact


@on_some(REAL)
def test_what_is_said_to_change_the_outcome_alone_does(a) -> None:
    facts = dict(a.case.values)
    for asked in request(BASE, a.case).asked:
        rest = {name: value for name, value in facts.items() if name != asked.fact}
        found = {outcome({**rest, asked.fact: value}) for value in cells(BASE)[asked.fact]}
        if asked.turns and not is_open(facts, asked.fact):
            assert {process for process, _, _ in found} >= set(asked.turns.processes) - {a.process}, asked.fact


@on_some(REAL)
def test_what_alone_turns_the_verdict_comes_first(a) -> None:
    asked = [asked.fact for asked in request(BASE, a.case).asked]
    turns = {part for turn in a.strength.on for part in BASE.facts_behind([turn.fact])} & set(asked)
    assert set(asked[: len(turns)]) == turns


def test_a_company_with_nothing_left_to_say_is_asked_nothing() -> None:
    assert request(BASE, Case("A", WHOLE)).asked == ()


def test_a_guess_that_turns_the_verdict_is_asked_with_what_turns_it() -> None:
    known = next(case for case in real_companies() if case.company == "Palantir")
    case = Case(known.company, known.values, {"delivery_capacity": "guessed"})
    turns = {turn.fact for turn in assess(BASE, case).strength.on}
    assert "delivery_capacity" in turns
    asked = [asked.fact for asked in request(BASE, case).asked]
    assert "delivery_capacity" in asked[: len(turns)]


def test_what_alone_changes_how_a_settled_company_sells_is_asked() -> None:
    facts = {name: value for name, value in WHOLE.items() if name != "purchase_route"}
    assert outcome({**facts, "purchase_route": "tender"})[1] == "tender"
    asked = [asked.fact for asked in request(BASE, Case("A", facts)).asked]
    assert "purchase_route" in asked


def test_a_range_is_asked_though_something_is_known_of_it() -> None:
    case = next(case for case in real_companies() if case.company == "Kite")
    assert "annual_contract_value" in [asked.fact for asked in request(BASE, case).asked]
    ranged = Case("A", {**case.values, "annual_contract_value": Range(1000, 90_000)})
    assert "annual_contract_value" in [asked.fact for asked in request(BASE, ranged).asked]


def test_what_follows_from_other_answers_is_not_asked() -> None:
    told = {name for name, fact in VOCABULARY.facts.items() if fact.follows.startswith("paying_customers == 0")}
    asked = {asked.fact for asked in request(BASE, Case("A", {"paying_customers": 0})).asked}
    assert told
    assert asked
    assert not asked & told
