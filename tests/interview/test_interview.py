"""The questionnaire without a terminal: which question comes next, and what going back changes."""

from __future__ import annotations

from given import BASE, VOCABULARY, real_companies, values
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.engine.settle import search_settled
from salespath.facts import Case
from salespath.interview.answers import Answer
from salespath.interview.interview import COMPANY, PLAN, Event, Interview, replay

CORE = [fact.id for fact in VOCABULARY.facts.values() if fact.ask == "core"]
ALL = [fact.id for fact in VOCABULARY.facts.values() if fact.ask != "figures"]
QUICK = [fact.id for fact in VOCABULARY.facts.values() if fact.quick]
HOW = st.sampled_from(["", "measured", "estimated", "guessed"])


def begun(given_facts=None) -> Interview:
    return Interview(BASE, Case("Acme", given_facts or {}), fixed=True)


def answer(interview: Interview, value, how="") -> None:
    interview.apply(Event("answer", interview.question, Answer(value, how)))


def skip(interview: Interview) -> None:
    interview.apply(Event("skip", interview.question))


def ask_all(interview: Interview) -> list[str]:
    """Skip everything that is asked; what that was."""
    asked = []
    while (name := interview.question) is not None:
        asked.append(name)
        skip(interview)
    return asked


@st.composite
def steps(draw):
    """An interview that someone clicks through at random, and the events that it consists of."""
    interview = Interview(BASE, Case(draw(st.sampled_from(["", "Acme"]))), draw(st.booleans()), draw(st.booleans()))
    events = []
    for _ in range(draw(st.integers(0, 30))):
        name = interview.question
        if name is None:
            break
        kind = draw(st.sampled_from(["answer", "answer", "skip", "back"]))
        if kind == "answer":
            value = "Acme" if name == COMPANY else True if name == PLAN else draw(values(name))
            event = Event("answer", name, Answer(value, draw(HOW)))
        else:
            event = Event(kind, "" if kind == "back" else name)
        events.append(event)
        interview.apply(event)
    return interview, events


def test_the_name_comes_first_and_the_core_facts_follow_in_their_order():
    interview = Interview(BASE, Case(""), fixed=True)
    assert ask_all(interview) == [COMPANY, *CORE, PLAN]


def test_facts_given_beforehand_are_not_asked_and_count():
    interview = begun({"product_stage": "launched", "self_serve": True})
    asked = ask_all(interview)
    assert asked == [*CORE[2:], PLAN]
    assert interview.values == {"product_stage": "launched", "self_serve": True}


def test_the_questions_for_the_plan_come_only_on_request():
    interview = begun()
    while interview.question != PLAN:
        skip(interview)
    answer(interview, True)
    assert ask_all(interview) == [name for name in ALL if name not in CORE]
    assert interview.question is None


def test_it_stops_asking_when_the_process_is_settled():
    settled = next(case for case in cases_that_settle() if set(CORE) - set(case.values))
    interview = begun(settled.values)
    assert interview.assessment.settled
    assert interview.question == PLAN
    answer(interview, True)
    rest = [name for name in CORE if name not in settled.values]
    assert ask_all(interview)[: len(rest)] == rest


def cases_that_settle():
    """Cases whose process is settled, found by taking answers away from companies with every fact known."""
    for company in real_companies():
        known = {**{name: first_value(name) for name in ALL}, **company.values}
        for name in [*reversed(CORE), None]:
            case = Case("Acme", known)
            if begun(known).assessment.settled:
                yield case
            if name:
                known = {fact: value for fact, value in known.items() if fact != name}


def first_value(name):
    fact = VOCABULARY.facts[name]
    if fact.type == "boolean":
        return False
    if fact.type == "choice":
        return next(iter(fact.values))
    return frozenset() if fact.type == "set" else "2024-12-31" if fact.type == "date" else 1


def test_back_returns_to_the_question_before_and_then_to_where_it_was():
    interview = begun()
    for value in ("pilot", True, "none"):
        answer(interview, value)
    assert interview.numbering[0] == 4
    interview.apply(Event("back"))
    interview.apply(Event("back"))
    assert (interview.question, interview.numbering[0]) == (CORE[1], 2)
    assert interview.answers[CORE[1]] == Answer(True)
    answer(interview, False)
    assert (interview.question, interview.numbering[0]) == (CORE[3], 4)
    assert interview.values["self_serve"] is False


def test_back_from_the_first_question_stays_there():
    interview = begun()
    assert interview.before is None
    interview.apply(Event("back"))
    assert interview.question == CORE[0]


def test_going_back_recomputes_the_assessment():
    interview = begun()
    answer(interview, "launched")
    before = interview.assessment
    interview.apply(Event("back"))
    answer(interview, "idea")
    assert interview.assessment != before
    assert interview.assessment.case.values == {"product_stage": "idea"}


def test_the_way_a_value_is_known_reaches_the_case():
    given_case = Case("Acme", {"capital": 5}, how={"capital": "guessed"}, notes={"capital": {"note": "x"}})
    interview = Interview(BASE, given_case, fixed=True)
    answer(interview, "launched", "estimated")
    assert interview.case.how == {"capital": "guessed", "product_stage": "estimated"}
    assert interview.case.notes == {"capital": {"note": "x"}}


@given(steps())
def test_the_events_replay_to_the_same_interview(run):
    interview, events = run
    again = replay(BASE, interview.given, events, fixed=interview.fixed, quick=interview.quick)
    assert again == interview
    assert again.values == interview.values
    assert again.question == interview.question
    assert again.case == interview.case


@given(steps())
def test_going_back_and_answering_the_same_changes_nothing(run):
    interview, _ = run
    before, question = interview.case, interview.question
    last = interview.before
    if last is None or question in interview.answers:
        return
    known = interview.answers[last]
    interview.apply(Event("back"))
    assert interview.question == last
    interview.apply(Event("answer" if known else "skip", last, known))
    assert interview.case == before
    assert interview.question == question


@given(steps())
def test_the_facts_are_the_answers(run):
    interview, events = run
    last = {event.question: event.answer for event in events if event.kind != "back"}
    expected = {name: known.value for name, known in last.items() if known and name in VOCABULARY}
    assert interview.values == expected
    assert list(interview.values) == VOCABULARY.ordered(expected)
    assert interview.answered == len(expected)


def test_an_answer_is_at_stake_where_something_is_open_and_not_once_that_is_settled():
    interview = begun()
    fact = VOCABULARY.facts["product_stage"]
    before = interview.stake(fact)
    assert "smb" in before.question.signs
    assert not before.settled
    answer(interview, "launched")
    assert interview.stake(fact) == before  # whatever is answered already
    after = begun(next(cases_that_settle()).values).stake(VOCABULARY.facts["role"])
    assert (after.question, after.settled) == (None, True)


# What follows from other answers

IDEA = {
    "product_stage": "idea", "customization": "configuration", "willingness_to_pay": "intent",
    "targeted_segments": frozenset({"midsize"}), "customer_employees": 300, "annual_contract_value": 12_000,
    "decision_makers": 3, "sales_cycle_months": 4, "reachable_customers": 5_000, "capital": 50_000, "monthly_burn": 3_000,
    "committed_revenue": 0, "next_funding": "uncertain", "who_sells": frozenset({"founder"}), "seller_seniority": "junior",
    "role": "founder", "risk_tolerance": "high", "team_roles": frozenset(), "delivery_capacity": False, "sales_team_size": 0,
}  # fmt: skip


def asked_of(facts, *, plan=False) -> list[str]:
    """What a founder who knows some facts is asked, the most telling first; what he does not know he skips."""
    interview, asked = Interview(BASE, Case("Acme")), []
    while (name := interview.question) is not None:
        asked.append(name)
        known = Answer(plan) if name == PLAN else Answer(facts[name]) if name in facts else None
        interview.apply(Event("answer" if known else "skip", name, known))
    return asked


def test_a_founder_with_an_idea_is_asked_twenty_questions_at_most_and_none_that_he_cannot_know():
    asked = asked_of(IDEA)  # it were 31 when he was asked of customers, sales and software that an idea has not
    assert len(asked) <= 20
    assert not {
        "paying_customers", "customer_segments", "large_customer_share", "largest_contract_value", "self_serve", "free_trial",
        "case_studies", "sales_automation", "sales_channels", "referral_network", "buying_trigger", "team_skills",
    }.intersection(asked)  # fmt: skip
    assert len(asked_of({**IDEA, "willingness_to_pay": "untested"})) < len(asked)


def test_the_questions_for_the_plan_leave_out_what_follows_too():
    asked = asked_of(IDEA, plan=True)
    assert "revenue_target" in asked
    assert not {"deployment_options", "security_review", "case_studies"}.intersection(asked)


def test_what_follows_from_an_answer_is_asked_once_the_answer_is_another():
    interview = begun()
    answer(interview, "idea")
    assert "paying_customers" not in interview.left_for_plan
    interview.apply(Event("answer", "product_stage", Answer("launched")))
    assert {"paying_customers", "self_serve"} <= set(interview.left_for_plan)
    interview.apply(Event("answer", "paying_customers", Answer(0)))
    assert not {"customer_segments", "case_studies"} & set(interview.left_for_plan)


def test_no_documented_company_is_judged_otherwise_where_what_follows_is_left_out():
    for case in real_companies():
        told = Interview(BASE, case).told
        kept = {name: value for name, value in case.values.items() if name not in told}
        if len(kept) < len(case.values):
            before, after = assess(BASE, case), assess(BASE, Case(case.company, kept))
            assert (after.process, after.leaning) == (before.process, before.leaning)


def test_nothing_that_cannot_be_asked_is_said_to_turn_the_process():
    interview = begun()
    answer(interview, "idea")
    assert not {turn.fact for turn in interview.turns} & interview.told


# The company's own money

PRIVATE = {"capital", "monthly_burn"}


def test_the_private_questions_are_not_among_the_first_five_unless_they_decide():
    assert {fact.id for fact in VOCABULARY.facts.values() if fact.private} == PRIVATE
    for facts in (IDEA, {}):
        assert not PRIVATE.intersection(asked_of(facts)[:5])
    assert PRIVATE.intersection(asked_of(IDEA))


# Corrections


def test_an_answer_is_corrected_in_its_place_and_all_that_rests_on_it_is_worked_out_again():
    interview = begun()
    for value in ("launched", True, "none"):
        answer(interview, value)
    before, question = interview.assessment, interview.question
    interview.apply(interview.event("idea", "product_stage"))
    assert interview.values["product_stage"] == "idea"
    assert interview.assessment != before
    assert interview.question == question
    assert interview.correctable == ["product_stage", "self_serve", "customization"]


def test_what_a_file_gave_can_be_corrected():
    interview = Interview(BASE, Case("Acme", {"capital": 5, "runway_months": 7}, notes={"capital": {"note": "x"}}))
    assert interview.correctable == ["capital"]  # a computed number is corrected where it comes from
    assert interview.answer("capital") == Answer(5, "", "x")
    interview.apply(interview.event("", "capital"))
    assert interview.case.notes == {"capital": {"note": "x"}}
    interview.apply(interview.event("7k # from the bank", "capital"))
    assert interview.values["capital"] == 7_000
    assert interview.case.notes == {"capital": {"note": "from the bank"}}
    interview.apply(interview.event("# of March", "capital"))
    assert (interview.values["capital"], interview.answer("capital").note) == (7_000, "of March")


# The quick interview


def quick(given_facts=None, *, fixed=False) -> Interview:
    return Interview(BASE, Case("", given_facts or {}), fixed, quick=True)


def test_a_quick_interview_asks_the_seven_quick_facts_and_neither_the_name_nor_for_the_plan():
    assert len(QUICK) == 7
    assert ask_all(quick(fixed=True)) == QUICK
    assert sorted(ask_all(quick())) == sorted(QUICK)


def test_a_quick_interview_asks_first_what_narrows_most():
    interview = quick()
    for value in ("launched", "proven"):
        left = [question.fact for question in interview.assessment.next_questions if question.fact in QUICK]
        assert interview.question == left[0]
        answer(interview, value)
    assert set(interview.values) == {"product_stage", "willingness_to_pay"}


def test_a_quick_interview_does_not_ask_what_is_given():
    given_facts = {"product_stage": "launched", "capital": 500_000}
    interview = quick(given_facts)
    assert interview.numbering[1] == 6
    assert "product_stage" not in ask_all(interview)
    assert interview.values == given_facts


def test_a_quick_interview_stops_when_the_process_is_settled():
    interview = quick({"willingness_to_pay": "refused", "product_stage": "idea"})
    assert interview.assessment.settled
    assert interview.question is None


def test_a_quick_interview_leads_back_and_keeps_its_numbers():
    interview = quick(fixed=True)
    answer(interview, "launched")
    answer(interview, "none")
    assert (interview.question, *interview.numbering) == (QUICK[2], 3, 7)
    interview.apply(Event("back"))
    interview.apply(Event("back"))
    assert (interview.question, *interview.numbering) == (QUICK[0], 1, 7)
    skip(interview)
    assert (interview.question, *interview.numbering) == (QUICK[2], 3, 7)


def test_an_interview_that_becomes_quick_asks_only_the_quick_facts_left():
    interview = Interview(BASE, Case(""), fixed=True)
    answer(interview, "Acme")
    answer(interview, "launched")
    answer(interview, True)  # self-serve, which is no quick fact
    interview.quick = True
    assert ask_all(interview) == QUICK[1:]
    assert interview.case.company == "Acme"


# What turns it


def on_the_way() -> list[Interview]:
    """Interviews about real companies, after some answers each."""
    found = []
    for count, company in enumerate(real_companies()[::5]):
        interview = Interview(BASE, Case("Acme"))
        for _ in range(3 * count):
            name = interview.question
            if name in (None, PLAN):
                break
            known = company.values.get(name)
            interview.apply(
                Event("skip" if known is None else "answer", name, None if known is None else Answer(known))
            )
        found.append(interview)
    return found


def test_an_answer_that_turns_the_process_saves_the_search_and_changes_nothing_else():
    for interview in on_the_way():
        found = search_settled(assess(BASE, interview.case))
        assert interview.assessment.settled == found.settled
        assert interview.assessment.next_questions == found.next_questions
        assert not (interview.turns and found.settled)


def test_what_turns_the_process_comes_in_the_order_of_the_questions():
    interview = begun({"product_stage": "launched", "willingness_to_pay": "proven", "customization": "none"})
    order = [question.fact for question in interview.assessment.next_questions]
    asked = [turn.fact for turn in interview.turns if turn.fact in order]
    assert len(asked) > 1
    assert asked == sorted(asked, key=order.index)


def test_a_number_is_left_out_where_an_answer_behind_it_turns_the_process_too():
    alone = [turn.fact for turn in begun({"product_stage": "launched"}).turns]
    assert "capital" in alone
    assert "runway_months" not in alone
