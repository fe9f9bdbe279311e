"""A workshop is what its events say: any of them, in any order, lead to a state, and the same ones to the same state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import BASE, VOCABULARY
from hypothesis import given
from hypothesis import strategies as st

from salespath.facts import Case
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.interview.combine import combine
from salespath.interview.interview import Interview
from salespath.interview.respondent import respondent
from salespath.interview.session import (
    Combination,
    Person,
    Session,
    event_of,
    outcome_body,
    read_outcome,
    replay,
)
from salespath.interview.store import Entry

QUESTIONS = ["product_stage", "self_serve", "customer_segments", "annual_contract_value"]  # in the order of the sheet
BEGUN = ("begun", {"company": "Acme", "given": {}, "questions": QUESTIONS})


def entries(*events: tuple[str, dict]) -> list[Entry]:
    """Events as the store has them."""
    return [Entry(number, 1, float(number), kind, body) for number, (kind, body) in enumerate(events, 1)]


words = st.sampled_from([*QUESTIONS, "launched", "median", "", "x"])
keys = st.sampled_from(["title", "minutes", "what"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70) | st.floats() | words,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(keys, inside, max_size=3),
    max_leaves=6,
)
KEYS = [
    "company",
    "given",
    "questions",
    "anonymous",
    "person",
    "name",
    "disputed",
    "fact",
    "how",
    "value",
    "items",
    "at",
    "until",
    "facts",
    "sentence",
    "moves",
    "review",
]
somebody = st.fixed_dictionaries({"person": st.integers(2, 5), "name": st.just("A")})
sensible = st.one_of(
    st.tuples(st.sampled_from(["opened", "closed", "revealed", "hidden"]), st.just({})),
    st.tuples(st.sampled_from(["joined", "removed", "done", "undone"]), somebody),
    st.lists(st.sampled_from(QUESTIONS)).map(lambda some: ("round", {"disputed": some})),
    st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(["agreed", "median", "unknown"])).map(
        lambda pair: ("combine", {"fact": pair[0], "how": pair[1]})
    ),
)
KINDS = [
    "begun",
    "settings",
    "opened",
    "closed",
    "joined",
    "removed",
    "done",
    "undone",
    "revealed",
    "hidden",
    "round",
    "combine",
    "agenda",
    "timer",
    "scenario",
    "unsaved",
    "outcome",
    "unheard_of",
]
odd = st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(KEYS), anything, max_size=5))


@given(st.lists(sensible | odd, max_size=30))
def test_any_events_lead_to_a_state_and_the_same_ones_to_the_same(events) -> None:
    some = entries(BEGUN, *events)
    found = replay(VOCABULARY, some)
    assert found == replay(VOCABULARY, some)
    assert found.done <= found.people.keys()
    assert set(found.asked) <= set(found.questions)
    assert found.round == 1 or found.disputed
    assert found.hidden == (frozenset() if found.revealed else frozenset(found.asked))
    assert 0 <= found.at <= max(len(found.agenda) - 1, 0)


@given(st.lists(sensible | odd, max_size=20), st.lists(sensible | odd, max_size=20))
def test_events_may_come_bit_by_bit(first, second) -> None:
    some = entries(BEGUN, *first, *second)
    found = replay(VOCABULARY, some[: len(first) + 1])
    for entry in some[len(first) + 1 :]:
        found.apply(entry, VOCABULARY)
    assert found == replay(VOCABULARY, some)


answers = st.one_of(
    st.tuples(
        st.just("answer"), st.sampled_from(QUESTIONS), anything | st.sampled_from(["pilot", 5000, True, ["small"]])
    ),
    st.tuples(st.just("skip"), st.sampled_from(QUESTIONS), st.none()),
    st.tuples(st.just("back"), st.just(""), st.none()),
)


@given(st.lists(answers, max_size=20))
def test_any_answers_lead_to_a_question_or_the_end(events) -> None:
    session = replay(VOCABULARY, entries(BEGUN))
    one, same = (respondent(BASE, session, Person(2, "Ana", 0.0)) for _ in range(2))
    for number, (kind, question, value) in enumerate(events, 2):
        entry = Entry(number, 2, 0.0, kind, {"question": question, "value": value})
        one.apply(entry, session)
        same.apply(entry, session)
    assert one == same
    assert one.question(session) in (None, *QUESTIONS)
    assert (one.question(session) is None) <= (not one.left(session))
    assert 0 <= one.answered(session) <= len(QUESTIONS)


def answered(**values) -> Case:
    """A company as somebody answers."""
    interview = Interview(BASE, Case("Acme"))
    for name, text in values.items():
        interview.apply(interview.event(text, name))
    return interview.case


def test_the_second_round_asks_what_is_disputed_once_more() -> None:
    some = entries(
        BEGUN, ("opened", {}), ("revealed", {}), ("round", {"disputed": ["self_serve", "product_stage", "x"]})
    )
    session = replay(VOCABULARY, some[:2])
    ana = respondent(BASE, session, Person(9, "Ana", 0.0))
    ana.apply(Entry(2, 9, 0.0, "answer", {"question": "product_stage", "value": "pilot"}), session)
    assert ana.question(session) == "self_serve"
    assert ana.before(session) == "product_stage"
    session = replay(VOCABULARY, some)
    assert session.asked == ("product_stage", "self_serve")  # in the session's order
    assert ana.question(session) == "product_stage"
    assert ana.before(session) is None
    ana.apply(Entry(5, 9, 0.0, "back", {}), session)
    assert ana.question(session) == "product_stage"
    ana.apply(Entry(6, 9, 0.0, "skip", {"question": "product_stage"}), session)
    assert ana.question(session) == "self_serve"
    ana.apply(Entry(7, 9, 0.0, "back", {}), session)
    assert ana.question(session) == "product_stage"


SAID = {
    1: {"product_stage": "pilot", "annual_contract_value": "10k", "customer_segments": "small"},
    2: {"product_stage": "launched", "annual_contract_value": "20k", "customer_segments": "small"},
    3: {"product_stage": "launched", "annual_contract_value": "90k"},
}


@pytest.mark.parametrize(
    ("how", "value", "stage", "price"),
    [
        ("agreed", None, None, None),
        ("median", None, "launched", 20_000),
        ("unknown", None, None, None),
    ],
)
def test_how_answers_combine(how, value, stage, price) -> None:
    session = Session("Acme", Case("Acme"), tuple(QUESTIONS), default=how, revealed=True)
    case, found = combine(BASE, session, {id_: answered(**said) for id_, said in SAID.items()})
    assert case.values.get("product_stage") == stage
    assert case.values.get("annual_contract_value") == price
    assert case.values.get("customer_segments") == (
        None if how == "unknown" else frozenset({"small"})
    )  # all who answered
    assert found["product_stage"].answers == (("launched", (2, 3)), ("pilot", (1,)))
    assert found["product_stage"].disputed
    assert not found["customer_segments"].disputed


def test_one_fact_combines_otherwise() -> None:
    people = {id_: answered(**said) for id_, said in SAID.items()}
    chosen = {"product_stage": Combination("host", "prototype"), "customer_segments": Combination("unknown")}
    session = Session("Acme", Case("Acme"), tuple(QUESTIONS), revealed=True, combinations=chosen)
    case, _ = combine(BASE, session, people)
    assert case.values == {"product_stage": "prototype"}
    hidden, found = combine(BASE, replace(session, revealed=False), people)
    assert hidden.values == {}
    assert found == {}
    again, _ = combine(
        BASE, replace(session, revealed=False, round=2, disputed=("product_stage",), default="median"), people
    )
    assert again.values == {"annual_contract_value": 20_000}  # what is not disputed stays


def test_the_host_chooses_a_value_that_can_be() -> None:
    def chosen(value: object) -> Combination:
        event = ("combine", {"fact": "product_stage", "how": "host", "value": value})
        return replay(VOCABULARY, entries(BEGUN, event)).combination("product_stage")

    assert chosen("pilot") == Combination("host", "pilot")
    assert chosen("moon") == chosen(None) == Combination("agreed")


def test_an_outcome_is_read_as_it_was_written() -> None:
    from datetime import date

    move = AgreedMove("Call ten", "Ana", date(2026, 1, 2))
    outcome = Outcome(
        "We sell to few.", (("Ben", "too early"),), (move,), date(2026, 3, 1), "calls", "overridden", "no", "yes"
    )
    assert read_outcome(outcome_body(outcome)) == outcome


def test_an_event_that_makes_no_sense() -> None:
    assert event_of(VOCABULARY, "answer", {"question": "product_stage", "value": "moon"}) is None
    assert event_of(VOCABULARY, "dance", {}) is None
