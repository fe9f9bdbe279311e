"""Invented companies as a consultant sees them (`vignettes.yaml`): the verdict, what it touches, what must not be advised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from given import BASE

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.trace import names_behind
from salespath.facts import Case, read_file
from salespath.rules.model import Advise

CASES: dict[str, Case] = {
    case.extra["id"]: case
    for case in read_file(str(Path(__file__).parent.parent / "vignettes.yaml"), BASE.vocabulary).cases
}
ASSESSED = {name: assess(BASE, case) for name, case in CASES.items()}

# What `must_not_say` comes to in choices of the plan, where it does: topic and choice.
HIRING = {
    ("team", choice)
    for choice in (
        "account_executive",
        "sales_development",
        "solutions_engineer",
        "senior_beside",
    )
} | {("first_moves", "two_sellers")}
MARKETER = {("team", "hire_digital_marketer")}
SELF_SERVICE = {("first_moves", "let_customers_start_alone"), ("first_moves", "open_a_free_trial")}
ON_PREMISES = {("infrastructure", "on_premises")}
UPMARKET = {("channel", "direct_calls"), ("channel", "mixed"), ("first_moves", "enterprise_first")}
TWO_TEAMS = {("channel", "mixed"), ("team", "two_teams"), ("first_moves", "two_leads")}
FORBIDDEN: dict[str, set[tuple[str, str]]] = {
    "idea_only_hr_tool": HIRING | MARKETER | {("first_moves", "first_case_study")},
    "smb_to_enterprise_going_wrong": UPMARKET | HIRING,
    "plg_enterprise_security_demands": ON_PREMISES | {("team", "account_executive"), ("team", "sales_development")},
    "partner_led_mid_market": SELF_SERVICE | {("first_moves", "two_sellers"), ("team", "account_executive")},
    "deep_discount_churny_smb": HIRING | UPMARKET,
    "one_customer_eighty_percent": TWO_TEAMS,
    "two_months_of_cash": HIRING | MARKETER | SELF_SERVICE | ON_PREMISES | {("first_moves", "independent_audit")},
}


def touched(a: Assessment) -> set[str]:
    """The ids of the facts, derived numbers and topics that an assessment touches.

    These are what decides the rules whose reasons a reader is shown (evidence that counts, warnings, advice), what made a block
    stand and what may lift it, the answers that contradict one another, the questions asked next, and the topics of the advice.
    What a number is computed from is touched with it, and a number is where a rule reads it. The metrics of the plan are no part of
    it: they are lists that everybody gets.
    """

    def names() -> Iterator[str]:
        shown = {item.rule for item in a.fired if item.weight} | {warning.rule for warning in a.warnings}
        shown |= {flag.rule for flag in a.flags}
        shown |= {rule for advice in a.advice if advice.topic != "metrics" for rule in advice.rules}
        for rule in shown:
            yield from names_behind(a.base, a.walked.truth, a.base.rule_ref(rule))
        for blocker in a.blockers:
            yield from names_behind(a.base, a.walked.truth, a.base.graph.condition_refs[blocker.rule])
            yield from (*blocker.needs, *(item.fact for item in blocker.unless))
        for contradiction in getattr(a, "contradictions", ()):
            yield from contradiction.facts
        yield from (problem.column for problem in a.problems if problem.column)
        yield from (question.fact for question in a.next_questions)
        yield from (advice.topic for advice in a.advice)

    return a.base.behind(names())


def test_the_vignettes_are_read_without_a_problem() -> None:
    assert len(CASES) == 8
    known = {*BASE.vocabulary, *BASE.knowledge.topics}
    assert {name for case in CASES.values() for name in case.extra["must_mention"]} <= known


def test_what_is_forbidden_is_a_choice_that_some_rule_advises() -> None:
    advised = {(r.then.topic, r.then.choice) for r in BASE.knowledge.rules.values() if isinstance(r.then, Advise)}
    assert set().union(*FORBIDDEN.values()) <= advised
    assert FORBIDDEN.keys() <= CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_the_process_is_one_that_the_consultant_accepts(name: str) -> None:
    assert ASSESSED[name].process in CASES[name].extra["expect"]


@pytest.mark.parametrize(("name", "wanted"), [(n, w) for n, case in CASES.items() for w in case.extra["must_mention"]])
def test_what_matters_is_touched(name: str, wanted: str) -> None:
    assert wanted in touched(ASSESSED[name])


@pytest.mark.parametrize("name", FORBIDDEN)
def test_nothing_is_advised_that_is_wrong_for_the_company(name: str) -> None:
    advised = {(advice.topic, advice.choice) for advice in ASSESSED[name].advice if not advice.done}
    assert not advised & FORBIDDEN[name]


def test_the_runway_is_not_the_reason_to_wait_for_an_idea_that_nobody_was_asked_about() -> None:
    a = ASSESSED["idea_only_hr_tool"]
    reasons = {
        name for b in a.blockers for name in names_behind(a.base, a.walked.truth, a.base.graph.condition_refs[b.rule])
    }
    assert "runway_months" not in a.base.behind(reasons)
