"""Numbers known as ranges: operators against points, one company against a table; what is decided stays so for each point."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from given import (
    BASE,
    VOCABULARY,
    facts_with_ranges,
    point_within,
    ranged,
    real_companies,
    sample,
    values,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_bases import random_base

from salespath.engine.assess import assess
from salespath.engine.borders import stretches
from salespath.engine.company import Company, process_of
from salespath.engine.intervals import UNDECIDED, calculate, calculate_range, compare, ends, within
from salespath.engine.settle import settle
from salespath.engine.strength import LEVELS
from salespath.engine.strength_table import strengths
from salespath.engine.table import FactTable, Rows, assess_table
from salespath.engine.truth_graph import FACTS
from salespath.engine.unless_table import liftings
from salespath.engine.walk import walk
from salespath.facts import Case
from salespath.facts.values import Range
from salespath.rules.language import Arithmetic, Compare, Constant, Known, Quantity
from salespath.rules.model import VERDICTS

OPERATORS = ("<", "<=", ">", ">=", "==", "!=")
NUMBERS = [name for name in VOCABULARY if VOCABULARY[name].numeric]
some_end = st.one_of(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]), st.floats(-100, 100))
some_range = st.tuples(some_end, some_end).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Range(*pair))
some_number = st.one_of(some_range, some_end)


def point_in(draw, value):
    """An end of a range, or a number in it."""
    if not isinstance(value, Range):
        return value
    return draw(st.one_of(st.sampled_from([value.low, value.high]), st.floats(value.low, value.high)))


def same(one, other):
    return one == other or (one != one and other != other)


def test_a_number_beside_a_range_turns_a_test_twice():
    """From no to undecided, and from undecided to yes: the stretches along it leave no gap."""
    facts = {"product_stage": "launched", "monthly_burn": Range(40_000, 60_000), "sales_cycle_months": Range(3, 6)}
    facts |= {"capital": Range(600_000, 900_000), "paying_customers": 15, "annual_contract_value": 60_000}
    for name, step in (("capital", 1), ("sales_cycle_months", 0.1)):
        some = stretches(BASE, facts, name)
        assert len(some) > 2
        for low, high in pairwise(some):
            assert high.first == pytest.approx(low.last + step)


# Operators


@pytest.mark.parametrize(
    ("operator", "left", "right", "unlimited", "makes"),
    [
        ("+", Range(1, 2), 10.0, False, Range(11, 12)),
        ("+", Range(1, 2), Range(10, 20), False, Range(11, 22)),
        ("-", Range(1, 2), Range(10, 20), False, Range(-19, -8)),
        ("*", Range(-1, 2), Range(3, 4), False, Range(-4, 8)),
        ("*", Range(-1, 2), Range(-5, 4), False, Range(-10, 8)),
        ("*", Range(2, 3), 0.0, False, 0.0),
        (
            "*",
            Range(5, math.inf),
            0.0,
            False,
            UNDECIDED,
        ),  # unlimited times nothing is undefined, any number times nothing is 0
        ("/", Range(10, 20), Range(2, 5), False, Range(2, 10)),
        ("/", Range(-10, 20), Range(-5, -2), False, Range(-10, 5)),
        ("/", Range(10, 20), 0.0, False, math.nan),
        ("/", Range(10, 20), Range(0, 5), False, UNDECIDED),
        ("/", 10.0, Range(-1, 1), False, UNDECIDED),
        ("/", Range(10, 20), 0.0, True, math.inf),
        ("/", Range(10, 20), Range(0, 5), True, Range(2, math.inf)),
        ("/", Range(0, 20), Range(0, 5), True, UNDECIDED),  # nothing spent on nothing is undefined
        ("/", Range(0, 20), 0.0, True, UNDECIDED),
        ("+", Range(1, math.inf), Range(-math.inf, 1), False, UNDECIDED),
        ("-", Range(1, math.inf), Range(1, math.inf), False, UNDECIDED),
        ("+", UNDECIDED, 1.0, False, UNDECIDED),
        ("+", Range(1, 2), math.nan, False, math.nan),
    ],
)
def test_what_operators_make_of_ranges(operator, left, right, unlimited, makes):
    found = calculate_range(operator, left, right, unlimited)
    assert all(map(same, ends(found), ends(makes)))


@settings(max_examples=100)
@given(st.data(), st.sampled_from("+-*/"), some_range, some_number, st.booleans(), st.booleans())
def test_every_operator_holds_what_it_makes_of_any_two_points(data, operator, left, right, unlimited, mirrored):
    if mirrored:
        left, right = right, left
    found = calculate_range(operator, left, right, unlimited)
    made = calculate(operator, point_in(data.draw, left), point_in(data.draw, right), unlimited)
    low, high = ends(found)
    if math.isnan(high):
        assert math.isnan(made)
    elif not math.isnan(low):
        assert low <= made <= high


@settings(max_examples=100)
@given(st.data(), st.sampled_from("+-*/"), some_range, some_number, st.booleans())
def test_no_operator_makes_a_range_wider_than_it_has_to(data, operator, left, right, unlimited):
    low, high = ends(calculate_range(operator, left, right, unlimited))
    corners = [calculate(operator, a, b, unlimited) for a in ends(left) for b in ends(right)]
    if math.isfinite(low) and math.isfinite(high):
        assert (low, high) == (min(corners), max(corners))


@settings(max_examples=100)
@given(st.data(), st.sampled_from(OPERATORS), some_range, some_number, st.booleans(), st.booleans())
def test_every_comparison_is_decided_where_all_points_agree(data, operator, left, right, mirrored, digits):
    if mirrored:
        left, right = right, left
    found = compare(operator, left, right, digits)
    assert sum(found) == 1
    at = compare(operator, point_in(data.draw, left), point_in(data.draw, right), digits)
    assert found == at or found == (0, 0, 1)
    if found == (0, 0, 1):  # and only there: two ends differ, or an end equals what lies within
        (a, b), (c, d) = ends(left), ends(right)
        at = {compare(operator, x, y, digits) for x in (a, b, min(max(c, a), b)) for y in (c, d, min(max(a, c), d))}
        assert at == {(1, 0, 0), (0, 1, 0)}


@pytest.mark.parametrize(
    ("facts", "test", "outcome"),
    [
        ({"capital": Range(60, 90), "monthly_burn": 10}, Compare(">=", Quantity("runway_months"), Constant(6)), (1, 0, 0)),
        ({"capital": Range(60, 90), "monthly_burn": 10}, Compare(">", Quantity("runway_months"), Constant(6)), (0, 0, 1)),
        ({"capital": Range(60, 90), "monthly_burn": 10}, Compare(">", Quantity("runway_months"), Constant(9)), (0, 1, 0)),
        ({"capital": Range(60, 90)}, Compare(">", Quantity("runway_months"), Constant(9)), (0, 0, 1)),
        ({"capital": 60, "monthly_burn": Range(0, 5)}, Compare(">=", Quantity("runway_months"), Constant(12)), (1, 0, 0)),
        ({"capital": 60, "monthly_burn": Range(-math.inf, 5)}, Compare(">=", Quantity("runway_months"), Constant(12)), (1, 0, 0)),
        ({"capital": Range(0, 60), "monthly_burn": Range(0, 5)}, Compare(">=", Quantity("runway_months"), Constant(0)), (0, 0, 1)),
        ({"capital": Range(60, 90)}, Known("capital"), (1, 0, 0)),
        ({"capital": Range(60, 90), "monthly_burn": 10}, Known("runway_months"), (1, 0, 0)),
        ({"capital": Range(60, 90)}, Known("runway_months"), (0, 1, 1)),
        ({"capital": Range(0, 60), "monthly_burn": Range(0, 5)}, Known("runway_months"), (0, 0, 1)),
        # 1.25 customers lost for each that there was: no rate
        ({"customers_lost": Range(2, 5), "customers_at_start": 4}, Known("churn_rate"), (0, 0, 1)),
        ({"customers_lost": Range(5, 9), "customers_at_start": 4}, Known("churn_rate"), (0, 1, 0)),
        ({"customers_lost": Range(2, 4), "customers_at_start": 4}, Known("churn_rate"), (1, 0, 0)),
    ],
)  # fmt: skip
def test_tests_of_a_company_with_ranges(facts, test, outcome):
    assert Company(BASE, facts).test(test) == outcome


def test_a_number_that_makes_no_sense_is_undefined():
    churn, worth = VOCABULARY.derived["churn_rate"], VOCABULARY.derived["customer_lifetime_value"]
    assert math.isnan(within(churn, 1.25))
    assert within(churn, 1.0) == 1.0
    assert within(worth, math.inf) == math.inf
    gone = {"annual_contract_value": 1000, "gross_margin": 0.8, "customers_lost": 5, "customers_at_start": 4}
    assert assess(BASE, Case("Acme", gone)).derived["customer_lifetime_value"].status == "undefined"


def test_a_number_said_as_a_range_is_no_number():
    company = Company(BASE, {"capital": Range(60, 90), "monthly_burn": 10})
    assert company.number("runway_months") is None
    assert company.extent("runway_months") == Range(6, 9)
    assert company.answer("capital") == Range(60, 90)


# Twelve digits


@pytest.mark.parametrize(
    ("test", "facts"),
    [
        (Compare(">=", Arithmetic("*", Quantity("gross_margin"), Constant(100)), Constant(29)), {"gross_margin": 0.29}),
        (Compare("<=", Arithmetic("*", Quantity("gross_margin"), Constant(3)), Constant(0.3)), {"gross_margin": 0.1}),
        (Compare("==", Arithmetic("+", Quantity("gross_margin"), Constant(0.2)), Constant(0.3)), {"gross_margin": 0.1}),
        (Compare(">=", Quantity("runway_months"), Constant(8.3)), {"capital": 83, "monthly_burn": 10}),
        (Compare("<=", Arithmetic("/", Quantity("sales_cycle_months"), Constant(12)), Constant(0.7)), {"sales_cycle_months": 8.4}),
    ],
)  # fmt: skip
def test_formulas_are_compared_to_twelve_digits(test, facts):
    assert Company(BASE, facts).test(test) == (1, 0, 0)
    rows = Rows(BASE, FactTable.from_cases(BASE, [Case("x", facts)] * 3))
    assert [np.unpackbits(bits, count=3).tolist() for bits in rows.test(test)] == [[1] * 3, [0] * 3, [0] * 3]


def test_digits_beyond_the_twelfth_count_where_no_formula_takes_part():
    share = 0.3 + 2**-54
    assert Company(BASE, {"large_customer_share": share}).test(
        Compare(">", Quantity("large_customer_share"), Constant(0.3))
    ) == ((1, 0, 0) if share > 0.3 else (0, 1, 0))
    eleven = Compare(">", Arithmetic("*", Quantity("large_customer_share"), Constant(1)), Constant(0.3))
    assert Company(BASE, {"large_customer_share": 0.30000000001}).test(eleven) == (1, 0, 0)
    assert Company(BASE, {"large_customer_share": 0.3000000000001}).test(eleven) == (0, 1, 0)


# One company and a table


@given(st.data(), st.lists(facts_with_ranges(), min_size=1, max_size=9))
def test_numbers_and_tests_are_the_same_in_a_table(data, companies):
    tree = st.recursive(
        st.one_of(st.sampled_from(NUMBERS).map(Quantity), st.sampled_from([-1.0, 0.0, 0.5, 12.0]).map(Constant)),
        lambda inner: st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        max_leaves=4,
    )
    rows = Rows(BASE, FactTable.from_cases(BASE, [Case("x", facts) for facts in companies]))
    alone = [Company(BASE, facts) for facts in companies]
    for name in NUMBERS:
        column = rows.value(Quantity(name))
        low, high, known = (np.broadcast_to(part, len(companies)).tolist() for part in (*column.ends, column.known))
        for row, company in enumerate(alone):
            wanted = company.extent(name)
            assert known[row] == (wanted is not None), name
            if wanted is not None:
                assert all(map(same, (low[row], high[row]), ends(wanted))), name
    tests = [data.draw(st.builds(Compare, st.sampled_from(OPERATORS), tree, tree)) for _ in range(6)]
    for test in [*tests, *map(Known, NUMBERS)]:
        found = zip(*(np.unpackbits(bits, count=len(companies)).tolist() for bits in rows.test(test)))
        assert list(found) == [company.test(test) for company in alone], test


def somewhere(draw, facts):
    """The same facts, each range as a number in it that the fact can be."""
    return {name: point_within(draw, name, v) if isinstance(v, Range) else v for name, v in facts.items()}


@given(st.data(), st.one_of(st.just(BASE), st.integers(0, 30).map(random_base)), facts_with_ranges())
def test_what_is_decided_stays_so_for_every_point(data, base, facts):
    wide = walk(base, Company(base, facts))
    at = walk(base, Company(base, somewhere(data.draw, facts)))
    for rule in base.knowledge.rules.values():
        if base.section(rule) == FACTS:
            assert not wide.fired(rule.id) or at.fired(rule.id), rule.id
            assert not wide.failed(rule.id) or at.failed(rule.id), rule.id
    assert wide.possible[at.process] or base is not BASE  # whose rules conclude one process everywhere


@given(st.lists(facts_with_ranges(), min_size=1, max_size=5))
def test_an_assessment_is_the_same_in_a_table(companies):
    cases = [Case("x", facts) for facts in companies]
    table = FactTable.from_cases(BASE, cases)
    result, firm = assess_table(BASE, table), strengths(BASE, table)
    lifting = {(i.block, i.fact.id, row) for i in liftings(BASE, table, result.standing) for row in i.rows.tolist()}
    on = np.unpackbits(firm.on, axis=1, count=len(cases))
    for row, case in enumerate(cases):
        a = assess(BASE, case)
        assert (a.process, a.settled) == (VERDICTS[result.process[row]], bool(result.settled[row]))
        assert a.strength.level == LEVELS[firm.level[row]]
        assert [turn.fact for turn in a.strength.on] == [name for name, so in zip(firm.names, on[:, row]) if so]
        assert {(u.block, u.fact, row) for b in a.blockers for u in b.unless} == {k for k in lifting if k[2] == row}


# Searches


@pytest.mark.parametrize("case", sample(real_companies(), 12), ids=lambda case: case.company[:30])
def test_nothing_is_searched_outside_of_a_range(case):
    case = ranged(case)
    given_ = {name: value for name, value in case.values.items() if isinstance(value, Range)}
    assert given_
    a = assess(BASE, case)
    tried = [(turn.fact, value) for turn in a.strength.on for value, _ in turn.answers]
    tried += [(u.fact, u.amount) for block in a.blockers for u in block.unless if u.amount is not None]
    found = settle(BASE, case.values, every=True)
    for process, facts in found.examples.items():
        assert process_of(BASE, facts) == process
        tried += [(name, value) for name, value in facts.items() if not isinstance(value, Range)]
    for name, value in tried:
        if name in given_:
            assert given_[name].low <= value <= given_[name].high


@given(st.data(), st.sampled_from(real_companies()[::3]))
def test_what_is_proved_settled_stays_so_for_every_answer(data, case):
    case = ranged(case, every=data.draw(st.integers(1, 3)))
    found = settle(BASE, case.values)
    if found.settled:
        missing = [name for name in VOCABULARY.facts if name not in case.values]
        more = data.draw(st.fixed_dictionaries({}, optional={name: values(name) for name in missing}))
        at = {**somewhere(data.draw, case.values), **more}
        assert process_of(BASE, at) == found.process


def test_a_range_is_asked_about_only_if_its_tests_are_open():
    facts = {"product_stage": "launched", "annual_contract_value": Range(20_000, 80_000)}
    asked = {question.fact for question in assess(BASE, Case("Acme", facts)).next_questions}
    assert "annual_contract_value" in asked
    limits = {150_000, 160_000}
    facts["annual_contract_value"] = Range(*sorted(limits))
    assert not any(low < limit <= high for low, high in [sorted(limits)] for limit in _limits("annual_contract_value"))
    asked = {question.fact for question in assess(BASE, Case("Acme", facts)).next_questions}
    assert "annual_contract_value" not in asked


def _limits(name):
    tests = (leaf for leaf in BASE.tests if isinstance(leaf, Compare) and leaf.left == Quantity(name))
    return [test.right.value for test in tests if isinstance(test.right, Constant)]


def test_columns_without_ranges_hold_no_high_end():
    table = FactTable.from_cases(BASE, real_companies())
    rows = Rows(BASE, table)
    assert all(column.high is None for column in table.columns.values())
    assert all(rows.value(Quantity(name)).high is None for name in NUMBERS)
