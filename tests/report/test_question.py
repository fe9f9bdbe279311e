"""The line after each answer: where the answers lead by now, and what could lead elsewhere."""

from __future__ import annotations

import pytest
from given import BASE, VOCABULARY, small_base

from salespath.facts import Case
from salespath.interview.answers import Answer
from salespath.interview.interview import COMPANY, Event, Interview
from salespath.report.pages.question import echo, question, resumption, so_far

RULES = """
rules:
  - id: large-contracts
    when: annual_contract_value >= 50_000
    weigh: {process: enterprise, certainty: 0.4, line: size}
    because: Large contracts.
    source: [K01]
  - id: small-contracts
    when: annual_contract_value < 5_000
    weigh: {process: smb, certainty: 0.4, line: size}
    because: Small contracts.
    source: [K01]
  - id: many-customers
    when: reachable_customers >= 1_000
    weigh: {process: smb, certainty: 0.2, line: reach}
    because: Many customers.
    source: [K01]
  - id: no-cash
    when: capital <= 0
    block: {process: enterprise, remedy: Raise money., owner: founder}
    because: There is no cash.
    source: [K01]
"""
SMALL = small_base(RULES)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({}, ""),
        ({"role": "founder"}, "So far: undecided; average contract or reachable customers could decide it."),
        ({"annual_contract_value": 70_000}, "So far: enterprise; cash on hand could turn it."),
        ({"annual_contract_value": 70_000, "capital": 0}, "So far: not yet (cash on hand), settled."),
        ({"reachable_customers": 5_000}, "So far: SMB; average contract could turn it."),
        ({"reachable_customers": 5_000, "annual_contract_value": 900}, "So far: SMB, settled."),
    ],
)
def test_where_the_answers_lead(facts, line):
    assert so_far(Interview(SMALL, Case("Acme", facts))) == line


def test_two_answers_that_only_together_turn_it():
    both = RULES.replace("capital <= 0", "capital <= 0 and monthly_burn > 0")
    interview = Interview(small_base(both), Case("Acme", {"annual_contract_value": 70_000}))
    assert so_far(interview) == "So far: enterprise; no single answer turns it."


def test_which_way_it_leans_and_which_process_leads():
    facts = {"product_stage": "launched", "willingness_to_pay": "proven", "next_funding": "secured"}
    assert so_far(Interview(BASE, Case("Acme", facts))).startswith("So far: leaning to enterprise; ")
    more = {"annual_contract_value": 2_000, "customer_segments": frozenset({"small", "large"}), "self_serve": True}
    roles = frozenset({"account_executive", "sales_development", "digital_marketer", "product_specialist"})
    line = so_far(Interview(BASE, Case("Acme", {**facts, **more, "team_roles": roles})))
    assert line.startswith("So far: both, SMB first")


def test_the_line_fits_a_screen_and_counts_what_it_does_not_name():
    interview = Interview(BASE, Case("Acme", {"seller_seniority": "senior"}))
    line = so_far(interview)
    assert len(interview.turns) > 3
    assert len(line) <= 78
    deciding = [BASE.vocabulary[turn.fact].label for turn in interview.turns if turn.decides]
    assert 2 < len(deciding) < len(interview.turns)  # the others only lead to another way of not knowing
    assert line == f"So far: leaning to enterprise; {deciding[0]} or {len(deciding) - 1} more could decide it."


def test_a_name_alone_says_nothing():
    interview = Interview(BASE, Case(""))
    interview.apply(Event("answer", COMPANY, Answer("Acme")))
    assert so_far(interview) == ""


def test_a_quick_question_says_how_many_there_are_at_most():
    interview = Interview(BASE, Case(""), fixed=True, quick=True)
    interview.apply(Event("answer", "product_stage", Answer("launched")))
    first, *_ = question(interview, interview.question).blocks
    assert first.text == "Question 2 of at most 7 (product)"
    assert resumption(interview) == "Going on with 1 answer, at most 6 to go; `back` leads through them."


@pytest.mark.parametrize(
    ("name", "now", "line"),
    [
        ("annual_contract_value", Answer(70_000, read="70k, read as $70,000"), "Noted: $70,000."),
        (
            "annual_contract_value",
            Answer(65_000, "estimated", currency="EUR", read="€65k, read as €65,000"),
            "Noted: €65,000, estimated.",
        ),
        (
            "annual_contract_value",
            Answer(60_000, read="5k a month, read as $60,000 a year"),
            "Noted: $60,000 (5k a month, read as $60,000 a year).",
        ),
        ("annual_contract_value", Answer(5, "guessed", "from the CRM"), "Noted: $5, guessed (from the CRM)."),
        ("product_stage", Answer("prototype", read="2, read as prototype"), "Noted: prototype - can be demonstrated."),
    ],
)
def test_what_was_understood_is_said_back_where_it_is_not_what_is_noted_anyway(name, now, line):
    assert echo(VOCABULARY.facts[name], None, now) == line
