"""A block stands until its exception is known: at the verdict, in what remains possible, in every engine, and what lifts it."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import numpy as np
import pytest
from given import BASE, VOCABULARY, real_companies, sample, small_base
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.cells import PARTS, cells, companies
from salespath.engine.company import Company, process_of
from salespath.engine.settle import search_settled, settle
from salespath.engine.table import FactTable, Rows, assess_table
from salespath.engine.unless import any_certain, exceptions, lifting_all, read
from salespath.engine.unless_table import liftings
from salespath.engine.walk import walk
from salespath.facts import Case, Value
from salespath.facts.values import words
from salespath.report.words.verdict import lifting
from salespath.rules.language import inputs
from salespath.rules.model import PROCESSES, VERDICTS, BlockProcess

BLOCKS = [r for r in BASE.knowledge.rules.values() if isinstance(r.then, BlockProcess) and not r.then.lift]
MONEY = [0, 1, 500, 5_000, 55_000, 200_000, 1_000_000, 30_000_000]  # a ladder
MONEY_FACTS = ("capital", "monthly_burn", "committed_revenue")


def on_a_ladder(count: int, seed: int) -> list[Case]:
    """Random companies, their money drawn on a ladder, so that cash that is short is as frequent as cash that is not."""
    source = random.Random(seed)
    found = []
    for case in companies(BASE, count, seed):
        values = {name: value for name, value in case.values.items() if name not in MONEY_FACTS}
        values |= {name: source.choice(MONEY) for name in MONEY_FACTS if source.random() < 0.6}
        found.append(Case(case.company, values))
    return found


def test_no_company_is_told_to_run_what_a_standing_block_stops() -> None:
    cases = on_a_ladder(12_000, seed=3)
    table = FactTable.from_cases(BASE, cases)
    truth = walk(BASE, Rows(BASE, table), settle=False).truth
    process = assess_table(BASE, table, settle=False).process
    triggered: Counter[str] = Counter()
    for rule in BLOCKS:
        condition = np.unpackbits(truth.is_true(BASE.graph.condition_refs[rule.id]), count=len(cases))
        for other in BASE.overriding(rule.id):
            condition &= 1 - np.unpackbits(truth.is_true(BASE.rule_ref(other)), count=len(cases))
        rows = np.flatnonzero(condition)
        triggered[rule.id] = len(rows)
        told = {VERDICTS[code] for code in process[rows]}
        assert not told & {rule.then.process, "both"}, rule.id  # both needs either
    assert all(triggered[rule.id] for rule in BLOCKS), triggered


@pytest.mark.parametrize("rule", [r for r in BLOCKS if BASE.overriding(r.id)], ids=lambda rule: rule.id)
def test_a_block_whose_exceptions_were_not_mentioned_stands(rule) -> None:
    """The least that triggers it, and nothing else: no exception is known."""
    values = cells(BASE)
    read_by = [name for name in VOCABULARY.ordered(_reads(rule.id)) if name in values]
    for facts in _combinations(values, read_by):
        truth = walk(BASE, Company(BASE, facts), settle=False, plan=False).truth
        exceptions = BASE.overriding(rule.id)
        if truth.is_true(BASE.graph.condition_refs[rule.id]) and not any(
            truth.is_true(BASE.rule_ref(e)) or truth.is_false(BASE.rule_ref(e)) for e in exceptions
        ):
            break
    else:
        pytest.fail("what triggers it decides an exception as well")
    found = assess(BASE, Case("x", facts))
    blocker = next(b for b in found.blockers if b.rule == rule.id)
    assert blocker.needs
    assert found.process not in (rule.then.process, "both")
    assert {rule.then.process, "not_yet", "undetermined"} & set(found.possible)


def _reads(rule: str) -> set[str]:
    return BASE.behind(inputs(BASE.condition(rule)))


def _combinations(values, names):
    source = random.Random(1)
    for _ in range(4000):
        yield {name: source.choice(values[name]) for name in names if source.random() < 0.7}


@pytest.mark.more
def test_every_completion_is_possible_and_none_turns_what_is_settled() -> None:
    source = random.Random(7)
    settled = 0
    for case in sample(on_a_ladder(250, seed=11)):
        now = assess(BASE, case)
        assert now.process in now.possible
        for _ in range(6):
            more = dict(case.values)
            extra = on_a_ladder(1, seed=source.randrange(10**6))[0].values
            more |= {name: value for name, value in extra.items() if name not in more}
            other = process_of(BASE, more)
            settled += now.settled
            assert other in now.possible, (case.values, more)
            assert not now.settled or other == now.process
    assert settled


@pytest.mark.heavy
def test_no_answer_of_money_turns_what_a_search_calls_settled() -> None:
    """Cash-heavy companies: everything but the money known, and then each amount of the ladder."""
    source = random.Random(5)
    turned = checked = 0
    for case in on_a_ladder(120, seed=23):
        left = [name for name in (*MONEY_FACTS, "next_funding", "sales_cycle_months") if name not in case.values]
        if not settle(BASE, case.values).settled:
            continue
        process = process_of(BASE, case.values)
        for _ in range(30):
            more: dict[str, Value] = dict(case.values)
            for name in left:
                if source.random() < 0.7:
                    options = MONEY if name in MONEY_FACTS else cells(BASE)[name]
                    more[name] = source.choice(options)
            checked += 1
            turned += process_of(BASE, more) != process
    assert checked
    assert not turned


# What lifts it


@cache
def standing_with_money() -> list[Assessment]:
    cases = on_a_ladder(400, seed=29)
    found = (assess(BASE, case) for case in (cases if sample(cases) is cases else cases[:130]))
    return [assessment for assessment in found if assessment.unless]


@pytest.mark.more
def test_the_amount_named_lifts_the_block_and_one_step_short_does_not() -> None:
    amounts = 0
    for found in standing_with_money():
        for item in found.unless:
            fact = VOCABULARY.facts[item.fact]

            def holds(value, case=found.case, item=item) -> bool:
                return bool(
                    any_certain(BASE, Company(BASE, {**case.values, item.fact: value}), exceptions(BASE, item.block))
                )

            if item.amount is None:
                assert holds(item.value)
                continue
            amounts += 1
            step = (1 if item.bound == "at_least" else -1) / PARTS.get(fact.type, 1)
            short = item.amount - step
            assert holds(item.amount), item
            assert not holds(short) or short < (fact.minimum or 0), (found.case.values, item)
    assert amounts > 20


@pytest.mark.more
def test_a_table_names_the_same_answers() -> None:
    alone = [*standing_with_money(), *(assess(BASE, case) for case in sample(real_companies()))]
    table = FactTable.from_cases(BASE, [one.case for one in alone])
    found: list[set[tuple]] = [set() for _ in alone]
    for item in liftings(BASE, table, assess_table(BASE, table).standing):
        for place, row in enumerate(item.rows):
            amount = None if item.amounts is None else float(item.amounts[place])
            found[row].add((item.block, item.fact.id, item.bound, amount, item.value))
    for one, these in zip(alone, found):
        each = {(u.block, u.fact, u.bound, None if u.amount is None else float(u.amount), u.value) for u in one.unless}
        assert these == each, one.case.values


@pytest.mark.more
def test_what_lifts_all_blocks_of_a_process_lifts_each() -> None:
    for found in standing_with_money():
        for process in PROCESSES:
            for item in lifting_all(found.blockers, process):
                value = item.value if item.amount is None else item.amount
                more = Company(BASE, {**found.case.values, item.fact: value})
                assert all(
                    any_certain(BASE, more, exceptions(BASE, b.rule)) for b in found.blockers if b.process == process
                )


@pytest.mark.more
def test_what_a_verdict_says_not_yet_without_makes_more_of_it() -> None:
    named = 0
    for found in standing_with_money():
        for item in lifting(found):
            named += 1
            value = item.value if item.amount is None else item.amount
            assert process_of(BASE, {**found.case.values, item.fact: value}) != found.process == "not_yet"
    assert named > 5


def test_its_question_comes_first() -> None:
    case = Case("x", {"product_stage": "launched", "self_serve": True, "capital": 5000, "monthly_burn": 55_000,
                      "customer_segments": frozenset(["small"])})  # fmt: skip
    found = assess(BASE, case)
    assert found.process == "not_yet"
    assert [q.fact for q in found.next_questions][:2] == ["committed_revenue", "next_funding"]
    assert [q.fact for q in search_settled(found).next_questions][:2] == ["committed_revenue", "next_funding"]
    assert "smb" in found.next_questions[0].lifts
    lift = {(u.fact, u.amount, u.value) for u in lifting_all(found.blockers, "smb")}
    assert lift == {("committed_revenue", 325_000, None), ("next_funding", None, "secured")}


def test_an_exception_that_only_stands_or_is_undefined_lifts_nothing() -> None:
    base = small_base(
        """
        rules:
          - id: no-cash
            when: capital <= 0
            block: {process: enterprise, remedy: Find some., owner: founder}
            because: There is none.
            source: [K01]
          - id: cash-lasts
            when: runway_months > 1
            block: {process: enterprise, lift: yes}
            overrides: [no-cash]
            because: It lasts.
            source: [K01]
          - id: it-does-not
            when: next_funding == none
            block: {process: enterprise, lift: yes}
            overrides: [cash-lasts]
            because: It does not.
            source: [K01]
        """.replace("\n        ", "\n")
    )
    undefined = assess(base, Case("x", {"capital": 0, "monthly_burn": 0}))
    assert [b.rule for b in undefined.blockers] == ["no-cash"]  # nothing spent on nothing is no number of months
    doubted = assess(base, Case("x", {"capital": 0, "runway_months": 9}))
    assert [b.rule for b in doubted.blockers] == ["no-cash"]
    assert read(base, "no-cash") == ["capital", "monthly_burn", "next_funding"]
    certain = assess(base, Case("x", {"capital": 0, "runway_months": 9, "next_funding": "secured"}))
    assert not certain.blockers


def test_no_cash_and_no_spending_are_no_cash_for_eighteen_months() -> None:
    found = assess(BASE, Case("x", {"capital": 0, "monthly_burn": 0}))
    assert found.derived["runway_months"].status == "undefined"
    assert not any("eighteen months" in item.because for item in found.fired)
    assert {b.process for b in found.blockers} >= {"enterprise"}
    assert process_of(BASE, {"capital": 0}) == "not_yet"


@given(st.floats(0.001, 0.999))
def test_below_a_month_it_says_days(months: float) -> None:
    said = words(VOCABULARY["runway_months"], months)
    count, unit = said.split()
    assert unit == ("day" if count == "1" else "days")
    assert abs(int(count) - months * 365 / 12) <= max(0.51, 1 - months * 365 / 12)
