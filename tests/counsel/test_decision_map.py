"""Where a verdict turns as numbers move: borders, what is near one, and the map over two numbers."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import pairwise

import pytest
from given import BASE, EXAMPLES, VOCABULARY, page, real_companies, run, sample, some_facts
from hypothesis import given, settings
from hypothesis import strategies as st

from salespath.authoring.scenarios import read_scenarios
from salespath.counsel.decision_map import decision_map
from salespath.engine.assess import assess
from salespath.engine.borders import near, stretches
from salespath.engine.cells import PARTS
from salespath.engine.company import Company, process_of
from salespath.engine.placing import answers_for, with_answers
from salespath.facts import Case
from salespath.facts.values import ends
from salespath.files.problems import SalespathError
from salespath.report.formats import write_page
from salespath.report.formats.text import write
from salespath.report.pages import decision_map as map_page
from salespath.report.plain import document
from salespath.report.words.verdict import in_short

ONE = str(EXAMPLES / "real_companies.yaml")
CASH = {"capital": 400_000, "monthly_burn": 50_000, "committed_revenue": 50_000}
SHOP = {
    **CASH,
    "product_stage": "launched",
    "self_serve": True,
    "customer_segments": frozenset(["small"]),
    "annual_contract_value": 4_800,
    "paying_customers": 40,
}
CASES = [scenario.case for scenario in read_scenarios(BASE, ["tests/scenarios"])]
NUMBERS = ("annual_contract_value", "runway_months", "capital", "sales_cycle_months", "decision_makers")


def process_with(facts, **numbers):
    return process_of(BASE, with_answers(facts, answers_for(BASE, facts, numbers)))


# A number made another


def test_runway_is_made_by_the_cash_that_lasts_so_long():
    assert answers_for(BASE, CASH, {"runway_months": 2}) == {"capital": 100_000, "runway_months": 2}
    assert (
        Company(BASE, {**CASH, **answers_for(BASE, CASH, {"runway_months": 2})}).number("committed_runway_months") == 3
    )


def test_where_the_cash_is_given_or_nothing_is_spent_the_spending_makes_it():
    both = answers_for(BASE, CASH, {"capital": 100_000, "runway_months": 4})
    assert both == {"capital": 100_000, "monthly_burn": 25_000, "runway_months": 4}
    assert answers_for(BASE, {**CASH, "monthly_burn": 0}, {"runway_months": 4})["monthly_burn"] == 100_000
    assert answers_for(BASE, {**CASH, "monthly_burn": 0}, {"runway_months": 0})["monthly_burn"] > 1e9


def test_what_nothing_known_makes_is_given_as_it_is():
    assert answers_for(BASE, {}, {"runway_months": 2}) == {"runway_months": 2}
    twice = answers_for(BASE, {"won_opportunities": 3}, {"win_rate": 0.3})  # which is won of won, lost and others
    assert twice == {"won_opportunities": None, "win_rate": 0.3}
    assert answers_for(BASE, {"monthly_burn": 0}, {"runway_months": 2}) == {"monthly_burn": None, "runway_months": 2}
    less = answers_for(BASE, {"capital": 10, "monthly_burn": 5, "committed_revenue": 0}, {"committed_runway_months": 1})
    assert less == {"capital": 5, "committed_runway_months": 1}


@pytest.mark.parametrize(
    ("facts", "numbers", "answers"),
    [
        ({"decision_makers": 2}, {"expected_objections": 18}, {"decision_makers": 4}),
        ({"annual_revenue": 9, "total_expenses": 5}, {"net_profit": 1}, {"annual_revenue": 6}),
        ({"total_expenses": 5}, {"annual_revenue": 9, "net_profit": 1}, {"annual_revenue": 9, "total_expenses": 8}),
        (CASH, {"capital": 100_000, "committed_runway_months": 4}, {"capital": 100_000, "monthly_burn": 37_500}),
    ],
)
def test_a_formula_is_undone(facts, numbers, answers):
    derived = {name: value for name, value in numbers.items() if name in VOCABULARY.derived}
    assert answers_for(BASE, facts, numbers) == {**answers, **derived}


def test_a_number_that_is_so_already_moves_nothing():
    assert answers_for(BASE, CASH, {"runway_months": 8, "capital": 400_000}) == {}
    assert answers_for(BASE, {**CASH, "monthly_burn": 0}, {"runway_months": math.inf}) == {}


@given(some_facts(), st.sampled_from(list(VOCABULARY.derived)), st.integers(1, 10_000))
@settings(max_examples=settings.default.max_examples * 3)
def test_whatever_is_known_a_number_becomes_what_is_asked_and_its_formula_makes_it(facts, name, value):
    facts = {n: known for n, known in facts.items() if not (isinstance(known, float) and 0 < abs(known) < 1e-6)}
    # those would vanish in a product
    answers = answers_for(BASE, facts, {name: value / 100})
    company = Company(BASE, with_answers(facts, answers))
    assert company.number(name) == value / 100
    possible = ends(VOCABULARY[name])  # beyond which a number that is computed is undefined
    if possible.low <= value / 100 <= possible.high and any(
        answer is not None for part, answer in answers.items() if part != name
    ):
        made = company.computed(name)
        largest = max(map(abs, (known for known in facts.values() if isinstance(known, (int, float)))), default=1)
        assert made == pytest.approx(value / 100, abs=1e-9 + 1e-12 * largest)  # a difference of large numbers


# Along a number


@given(some_facts(), st.sampled_from(NUMBERS), st.lists(st.floats(0, 9), min_size=4, max_size=4))
def test_between_its_borders_a_verdict_stays(facts, name, powers):
    parts = PARTS.get(VOCABULARY[name].type, 1)
    found = stretches(BASE, facts, name)
    for low, high in pairwise(found):
        assert high.first == pytest.approx(low.last + 1 / parts)
        assert process_with(facts, **{name: low.last}) == low.process != high.process
        assert process_with(facts, **{name: high.first}) == high.process
    for power in powers:
        value = max(round(10**power), 1) if parts == 1 else max(round(10**power * parts / 1e6), 1) / parts
        here = [stretch for stretch in found if stretch.first <= value <= stretch.last]
        if here:
            assert process_with(facts, **{name: value}) == here[0].process


def test_a_number_that_no_rule_reads_turns_nothing():
    (stretch,) = stretches(BASE, SHOP, "revenue_target")
    assert stretch.process == process_of(BASE, SHOP)


# Near a border


@pytest.mark.more
def test_whoever_is_near_a_border_is_told_the_value_where_the_process_is_another():
    told = 0
    for case in sample(CASES):
        if assess(BASE, case).impossible:
            continue  # what a number is made of is then anybody's guess
        process = process_of(BASE, case.values)
        company = Company(BASE, case.values)
        for item in near(BASE, case.values):
            told += 1
            assert item.value == company.number(item.fact)
            assert process_with(case.values, **{item.fact: item.at}) == item.to != process
            step = (1 if item.side == "below" else -1) / PARTS.get(VOCABULARY[item.fact].type, 1)
            if abs(item.at - item.value) >= abs(step):
                assert process_with(case.values, **{item.fact: item.at + step}) == process
            assert (item.at < item.value) == (item.side == "below")
            reach = max(abs(item.value) / 5, 1 if VOCABULARY[item.fact].unit == "months" else 0)
            assert abs(item.at - item.value) <= reach
    assert told


def test_an_exact_threshold_is_near_whoever_stands_on_it_and_not_twice_as_far():
    at = next(low.last for low, _ in pairwise(stretches(BASE, SHOP, "runway_months")))
    border = at + 0.1
    on, off = ({**SHOP, "capital": border * 50_000 * factor} for factor in (1, 2.5))
    (item,) = near(BASE, on)
    assert (item.fact, item.side, item.at) == ("runway_months", "below", at)
    assert item.limit == pytest.approx(border)
    assert near(BASE, off) == ()


@pytest.mark.more
def test_cash_and_spending_are_not_told_beside_the_runway_that_they_make():
    for case in sample(CASES):
        named = {item.fact for item in near(BASE, case.values)}
        assert not ({"capital", "monthly_burn"} & named and "runway_months" in named)


def test_the_page_says_how_near_and_a_document_too():
    facts = {**SHOP, "capital": 160_000, "committed_revenue": 0}
    a = assess(BASE, Case("Shop", facts))
    (item,) = near(BASE, facts)
    text = " ".join(page(a, 80).split())
    assert "Near a border: it is not yet with runway below 3 months (yours: 3.2 months)." in text
    assert document(a)["near"] == [{"fact": "runway_months", "value": 3.2, "at": 2.9, "side": "below", "to": "not_yet"}]
    assert item.limit == 3
    assert "near" not in document(a, table=True)
    assert "Near a border" not in page(assess(BASE, Case("Shop", {**facts, "capital": 300_000})), 80)


# The map


@pytest.mark.more
@pytest.mark.parametrize("case", sample(real_companies()[::4], 4), ids=lambda case: case.company)
@pytest.mark.parametrize(
    "names",
    [("annual_contract_value", "runway_months"), ("runway_months", "capital"), ("paying_customers", "close_rate")],
)
def test_every_cell_is_what_the_rules_say_of_such_a_company(case, names):
    found = decision_map(BASE, case, names)
    across, up = found.scales
    assert found.grid[up.own][across.own] == process_of(BASE, case.values) == found.assessment.process
    assert {len(row) for row in found.grid} == {len(across.values)}
    assert len(found.grid) == len(up.values)
    for row in range(0, len(up.values), 5):
        for column in range(row % 3, len(across.values), 7):
            numbers = {across.fact: across.values[column], up.fact: up.values[row]}
            known = {name: value for name, value in numbers.items() if value is not None}
            assert found.grid[row][column] == process_with(case.values, **known)


def test_the_borders_lead_through_the_own_place():
    found = decision_map(BASE, Case("Shop", SHOP), ["runway_months", "capital"])
    for axis, line in zip(
        found.scales, (found.grid[found.scales[1].own], [row[found.scales[0].own] for row in found.grid])
    ):
        for value, process in zip(axis.values, line):
            assert process == next(s.process for s in axis.stretches if s.first <= value <= s.last)


def test_an_axis_has_round_values_around_all_that_turns_and_the_own_one():
    found = decision_map(BASE, Case("Shop", {**SHOP, "annual_contract_value": 4_801}), NUMBERS[:2])
    money, months = found.scales
    assert (money.kind, months.kind) == ("log", "linear")
    assert [money.values[money.own], months.values[months.own]] == [4_801, 8]
    assert list(money.values) == sorted(set(money.values))
    assert {1_000, 10_000, 100_000} <= set(money.values)
    assert list(months.values[:4]) == [0, 1, 2, 3]
    assert len(money.values) <= 33
    assert len(months.values) <= 25


def test_a_place_that_is_not_known_stands_before_all_others_and_an_unlimited_one_behind():
    found = decision_map(BASE, Case("Nobody", {}), ["annual_contract_value", "runway_months"])
    assert [axis.values[axis.own] for axis in found.scales] == [None, None]
    assert [axis.own for axis in found.scales] == [0, 0]
    text = write(map_page.page(found))
    assert "\nnot known |(?)" in text
    assert "average contract not known and runway not known" in text
    profitable = decision_map(BASE, Case("Shop", {**SHOP, "monthly_burn": 0}), ["runway_months"])
    assert profitable.scales[0].values[-1] == math.inf
    assert "runway unlimited" in write(map_page.page(profitable))
    assert map_page.document(profitable)["own"] == {
        "values": {"runway_months": "unlimited"},
        "column": len(profitable.scales[0].values) - 1,
        "row": 0,
    }


def test_the_text_is_a_grid_of_letters_with_borders_and_the_own_place():
    text = write(map_page.page(decision_map(BASE, Case("Shop", SHOP), ["monthly_burn", "capital"])))
    assert max(map(len, text.splitlines())) <= 80
    (own,) = [line for line in text.splitlines() if "(S)" in line]
    assert own.startswith("  $400,000 | S S")
    assert own.endswith("|N N N")
    assert "S SMB, N not yet." in text
    assert "  up to $133,333 a month (yours: $50,000): SMB\n" in text
    assert "  from $133,334 a month: not yet\n" in text


def test_along_one_number_every_border_is_said():
    case = next(case for case in real_companies() if case.company == "TeamViewer")
    found = decision_map(BASE, case, ["runway_months"])
    said = write(map_page.page(found), 200).split("Along runway\n")[1].splitlines()[1:]
    lines = [line for line in said if not line.startswith("   ")]
    assert len(lines) == len(found.intervals) >= 2
    for line, interval in zip(lines, found.intervals):
        assert line.endswith(f": {in_short(*interval.verdict)}")
    assert lines[0].startswith("  up to ")
    assert lines[-1].startswith("  from ")
    assert all(" months to " in line for line in lines[1:-1])


@pytest.mark.more
@pytest.mark.parametrize("case", sample(real_companies()[::5], 4), ids=lambda case: case.company)
@pytest.mark.parametrize("name", ["annual_contract_value", "runway_months", "decision_makers", "win_rate"])
def test_each_interval_has_one_verdict_and_says_through_which_rules_it_turns(case, name):
    (*some, last) = decision_map(BASE, case, [name]).intervals

    def verdict(value):
        return assess(BASE, Case("x", with_answers(case.values, answers_for(BASE, case.values, {name: value})))).verdict

    for interval, following in pairwise((*some, last)):
        assert verdict(interval.first) == verdict(interval.last) == interval.verdict
        assert following.first == pytest.approx(interval.last + 1 / PARTS.get(VOCABULARY[name].type, 1))
        assert verdict(following.first) == following.verdict != interval.verdict
        assert following.turns


def test_a_page_draws_one_number_as_a_band():
    found = decision_map(BASE, Case("Shop", SHOP), ["runway_months"])
    drawn = write_page([map_page.page(found)], "html")
    assert drawn.count("<rect") == len(found.scales[0].stretches)
    assert "<polygon" in drawn


def test_the_document_holds_axes_grid_borders_and_the_own_place():
    told = json.loads(
        run(
            "whatif", ONE, "--company", "TeamViewer", "--map", "runway_months,annual_contract_value", "--format", "json"
        ).stdout
    )
    assert list(told) == ["company", "process", "axes", "grid", "borders", "intervals", "own", "currency"]
    column, row = told["own"]["column"], told["own"]["row"]
    assert told["grid"][row][column] == told["process"]
    assert [axis["fact"] for axis in told["axes"]] == ["runway_months", "annual_contract_value"]
    for border in told["borders"]:
        assert border["from"] != border["to"]
        assert border["last"] < border["at"]


def test_the_command_draws_one_number_or_two_and_with_settings():
    done = run("whatif", ONE, "--company", "Kite", "--along", "paying_customers", "--set", "paying_customers=7")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Kite: the verdict over paying customers" in done.stdout
    assert b"The place supposed, in brackets: paying customers 7." in done.stdout


def test_a_line_is_drawn_without_heavy_libraries():
    code = "import sys; from salespath.cli import main; main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code, "whatif", str(EXAMPLES / "veeva_2013.yaml"), "--along", "capital"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "salespath.counsel.decision_map" in loaded
    assert not {"numpy", "pyarrow", "rich", "tabulate"} & {*loaded}


@pytest.mark.parametrize(
    ("names", "codes", "says"),
    [
        (["capitl"], ["SP111"], "Did you mean capital?"),
        (["role", "x"], ["SP111", "SP154"], "role is no number"),
        (["capital", "capital"], ["SP154"], "named twice"),
    ],
)
def test_what_cannot_be_drawn_is_said(names, codes, says):
    with pytest.raises(SalespathError) as caught:
        decision_map(BASE, Case("x", {}), names)
    assert [problem.code for problem in caught.value.problems] == codes
    assert any(says in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize(
    "more", [["--map", "capital"], ["--map", "a,b", "--goal", "smb"], ["--map", "a,b", "--along", "c"]]
)
def test_a_wrong_use_of_the_options_is_a_matter_of_usage(more):
    assert run("whatif", ONE, "--company", "Kite", *more).returncode == 2
