"""What each process takes: the monthly arithmetic by hand, what must hold for any figures, where figures come from, the command."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from companies import random_companies
from economics_given import PLAIN, UNFIT, file
from given import BASE, EXAMPLES, VOCABULARY, real_companies, run, sample, some_facts
from hypothesis import example, given
from hypothesis import strategies as st

from salespath.counsel.economics.assumptions import ASSUMED, CASES, MOTIONS, SET, YOURS, assumptions
from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.months import MOST, Plan, flow, gap, plan_of, whole
from salespath.counsel.economics.process_economics import economics
from salespath.engine.assess import assess
from salespath.facts import Case
from salespath.facts.cases import read_case
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError
from salespath.report.formats.chart import chart
from salespath.report.formats.text import write
from salespath.report.page import Chart, Column, Page, Table
from salespath.report.pages.economics import document, page
from salespath.report.words.amounts import money
from salespath.report.words.economics import gist, notes, why_not
from salespath.rules.loader import EXPERT
from salespath.rules.model import PROCESSES

FUNDED = {
    "annual_contract_value": 12_000, "revenue_target": 120_000, "annual_revenue": 0, "capital": 100_000,
    "monthly_burn": 2_000, "sales_team_size": 0,
}  # fmt: skip


NOBODY = assess(BASE, Case("A"))


def of(facts=None, months=36, processes=PROCESSES, **extra):
    """The economics of a company with these facts and whatever else its file says."""
    return economics("A", inputs(BASE, Case("A", facts or {}, extra=extra)), months, processes)


def text_of(e, width=80):
    return write(page(e, NOBODY), width)


def values(e, process, outcome):
    return e.processes[process].outcomes[outcome].values


# The months, by hand


def test_the_months_of_one_seller():
    """A seller who begins 2 deals a month and wins half, at half speed in month 1 (ramp-up of 1 month: 1/2, then 1).

    Deals begun that will be won: 0.5, 1, 1, 1. A cycle of 2 months puts wins in months 3 and 4: 0.5 and 1. Each pays 1,000 a month.
    Customers 0, 0, 0.5, 1.5; received 0, 0, 500, 1,500; delivery half of it: 0, 0, 250, 750; pay 5,000 a month; 1,000 for each
    deal to be won: 500, 1,000, 1,000, 1,000.
    """
    months = flow(PLAIN, 4)
    assert months.won == (0, 0, 0.5, 1)
    assert months.customers == (0, 0, 0.5, 1.5)
    assert months.received == (0, 0, 500, 1500)
    assert months.delivery == (0, 0, 250, 750)
    assert months.hired_pay == (5000,) * 4
    assert months.other_selling == (500, 1000, 1000, 1000)
    assert months.selling == (-5500, -6000, -5750, -5250)
    assert months.earned == months.selling  # paid by the month, what is received is what is due
    assert months.cash is None


def test_paid_a_year_ahead_and_customers_who_leave():
    """One old seller wins 1 customer a month at once a month later (cycle 1): months 2, 3, 4, ... Three quarters leave in a year.

    The first customer pays 12,000 in month 2 and, the quarter that is left, 3,000 in month 14, when another one pays 12,000.
    The customers of month 3 are 1 new one and 0.25 ** (1/12) of the first.
    """
    plan = replace(PLAIN, cycle_months=1, churn_year=0.75, months_paid_ahead=12, sellers=1, hired=0)
    months = flow(plan, 14)
    assert months.received[:3] == (0, 12_000, 12_000)
    assert months.received[13] == pytest.approx(12_000 + 3_000)
    assert months.customers[2] == pytest.approx(1 + 0.25 ** (1 / 12))
    assert set(months.hired_pay) == {0}


def test_cash_is_what_there_is_less_spending_with_committed_revenue_over_a_year():
    """Nobody sells: 100,000 less 2,000 a month, plus 12,000 / 12 a month in the first year: 99,000 ... 88,000, then 86,000."""
    facts = {**FUNDED, "committed_revenue": 12_000}
    months = flow(replace(PLAIN, hired=0), 13, inputs(BASE, Case("A", facts)).situation)
    assert months.cash == pytest.approx([100_000 - 1_000 * n for n in range(1, 13)] + [86_000])


def test_what_a_target_takes():
    """120,000 a year at 12,000 is 10 customers; at a win rate of 25% that is 40 deals.

    A seller at full speed begins 15, 20 or 30 deals a month, so wins 45, 60 or 90 in a year: one is enough.
    One enterprise contract (100,000 assumed) makes up 100/12 of these customers.
    """
    e = of(FUNDED, assumptions={"smb": {"win_rate": "25%"}})
    assert values(e, "smb", "customers_needed") == (10, 10, 10)
    assert values(e, "smb", "deals_needed") == (40, 40, 40)
    assert values(e, "smb", "sellers_needed") == (1, 1, 1)
    assert e.match.values[1] == pytest.approx(100 / 12)


def test_the_first_customer_and_the_month_of_the_target():
    """A seller wins 3 a month at full speed (10 deals, 30%), at once; cycle 4 months, so wins begin in month 5.

    Nobody leaves, so there are 3, 6, 9, 12 customers in months 5 to 8: 10 in month 8.
    """
    set_ = {
        "win_rate": "30%",
        "deals_begun_month": "10",
        "ramp_up_months": "0",
        "sales_cycle_months": "4",
        "churn_rate": "0",
    }
    e = of(FUNDED, assumptions={"smb": set_})
    assert values(e, "smb", "first_revenue_month") == (5, 5, 5)
    assert values(e, "smb", "target_month") == (8, 8, 8)


def test_lowest_cash_break_even_and_the_end_of_the_cash():
    """10 deals at 30% win 3 a month from month 2 on; each brings 1,000 a month, all of it margin. Costs: 2,000 spending, 5,000 pay.

    Earned: -5,000, -2,000, 1,000, 4,000, ...: selling pays from month 3, the company (2,000 more) from month 4.
    Cash from 10,000: 3,000, -1,000, -2,000, 0: gone in month 2, lowest in month 3. Selling alone: -5,000, -7,000, -6,000.
    """
    set_ = {
        "win_rate": "30%", "deals_begun_month": "10", "ramp_up_months": "0", "sales_cycle_months": "1", "churn_rate": "0",
        "gross_margin": "1", "months_paid_ahead": "1", "other_selling_cost_share": "0", "seller_cost_year": "60000",
    }  # fmt: skip
    e = of({**FUNDED, "capital": 10_000}, assumptions={"smb": set_})
    for outcome, value in {
        "lowest_cash": -2_000, "lowest_cash_month": 3, "out_of_cash_month": 2, "selling_pays_month": 3,
        "break_even_month": 4, "most_tied_up": 7_000, "revenue_at_end": 35 * 3 * 12_000,
    }.items():  # fmt: skip
        assert values(e, "smb", outcome) == pytest.approx((value,) * 3), outcome
    assert e.processes["smb"].flows[1].cash[:4] == pytest.approx((3_000, -1_000, -2_000, 0))


def test_objections_and_meetings_follow_those_who_decide():
    e = of({"annual_contract_value": 80_000, "decision_makers": 8})
    assert values(e, "enterprise", "objections") == (40, 36, 32)  # five, four and a half or four each (K17)
    assert values(e, "enterprise", "meetings") == (24, 16, 8)
    assert values(of(), "enterprise", "objections")[1] == pytest.approx(30, abs=2)  # about thirty (K17)


def test_what_winning_a_customer_costs_holds_the_sellers_pay():
    """10 deals at 30% are 36 customers a year: at 60,000 a seller, 1,667 each. Of 3,000 a customer 1,333 are for the rest.

    At 1,000 a customer the seller cannot cost more than 36,000.
    """
    set_ = {"win_rate": "30%", "deals_begun_month": "10", "seller_cost_year": "60000"}
    dear, cheap = (
        of({**FUNDED, "acquisition_cost": cost}, assumptions={"smb": set_}).processes["smb"].plans[1]
        for cost in (3_000, 1_000)
    )
    assert (dear.seller_cost_year, dear.other_cost) == (60_000, pytest.approx(3_000 - 60_000 / 36))
    assert (cheap.seller_cost_year, cheap.other_cost) == (pytest.approx(36_000), 0)


def test_sellers_who_are_there_are_not_hired_again():
    """Ten times the target takes 100 customers; a seller brings 250,000 a year, 20.8 of them: 5 sellers."""
    facts = {**FUNDED, "revenue_target": 1_200_000}
    assert [of({**facts, "sales_team_size": n}).processes["smb"].plans[1].hired for n in (0, 1, 2, 5)] == [5, 4, 3, 0]
    assert [plan.sellers for plan in of({**facts, "sales_team_size": 5}).processes["smb"].plans] == [5, 5, 5]


def test_every_case_has_the_sellers_of_the_base_case():
    """1,000 customers; 15, 20 or 30 deals at once over 3, 2 or 1 months, won at 15, 25 or 40%, at most 150 to 450 thousand."""
    x = of({**FUNDED, "revenue_target": 12_000_000}).processes["smb"]
    assert x.outcomes["sellers_needed"].values == (112, 48, 27)  # of 9, 20.8 and 37.5 customers a year each
    assert [plan.hired for plan in x.plans] == [48, 48, 48]


# What must hold for any figures

plans = st.builds(
    Plan,
    contract_year=st.floats(0, 1e7), cycle_months=st.floats(0.1, 40), win_rate=st.floats(0, 1),
    deals_begun_month=st.floats(0, 100), ramp_up_months=st.floats(0, 24), seller_cost_year=st.floats(0, 1e6),
    other_cost=st.floats(0, 1e6), churn_year=st.floats(0, 1), gross_margin=st.floats(0, 1),
    months_paid_ahead=st.integers(1, 12), sellers=st.integers(0, 50), hired=st.integers(0, 50),
)  # fmt: skip
amounts = st.floats(0, 1e9)


@given(plans, st.integers(1, 60))
def test_nobody_is_won_before_the_cycle_is_over_and_no_more_than_began(plan, months):
    found = flow(plan, months)
    delay = math.ceil(plan.cycle_months)
    assert not any(found.won[:delay])
    begun = (plan.sellers + plan.hired) * plan.deals_begun_month * plan.win_rate
    assert max(found.won) <= begun * (1 + 1e-9)
    assert all(count <= total * (1 + 1e-9) for count, total in zip(found.customers, _totals(found.won)))


def _totals(line):
    return [sum(line[: n + 1]) for n in range(len(line))]


@given(plans, st.integers(1, 36), amounts, amounts, amounts)
def test_more_capital_never_lowers_the_cash(plan, months, capital, more, burn):
    situation = replace(inputs(BASE, Case("A", FUNDED)).situation, capital=capital, burn=burn)
    less, much = (flow(plan, months, s).cash for s in (situation, replace(situation, capital=capital + more)))
    assert min(less) <= min(much) + 1e-6 * (1 + abs(min(much)))


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(1, 10**6), st.floats(1, 1e6))
def test_a_higher_win_rate_never_needs_more_deals_or_sellers(one, other, target, contract):
    facts = {**FUNDED, "revenue_target": target}
    low, high = (
        of(
            facts,
            1,
            assumptions={p: {"win_rate": repr(rate), "annual_contract_value": repr(contract)} for p in PROCESSES},
        )
        for rate in sorted((one, other))
    )
    for process in PROCESSES:
        for outcome in ("deals_needed", "sellers_needed"):
            assert all(a >= b for a, b in zip(values(low, process, outcome), values(high, process, outcome)))


@given(some_facts())
def test_every_line_runs_from_worst_to_best(facts):
    never = {"out_of_cash_month": math.inf}  # elsewhere what does not come about is the worst
    for process, x in of(facts, 12).processes.items():
        for id_, outcome in x.outcomes.items():
            sign = 1 if id_ in ("revenue_at_end", "lowest_cash", "out_of_cash_month") else -1
            found = [never.get(id_, -math.inf) if v is None else sign * v for v in outcome.values]
            assert found == sorted(found), (process, id_)
        tied_up = x.outcomes["most_tied_up"].values[0]
        if tied_up is not None:  # beyond counting
            assert all(tied_up >= -min(_totals(months.selling)) * (1 - 1e-9) for months in x.flows)


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_first_customer_comes_after_the_cycle(cycle, hired):
    facts = {"annual_contract_value": 30_000, "sales_cycle_months": cycle, "sales_team_size": hired}
    for x in of(facts, 48).processes.values():
        assert all(month is None or month > cycle for month in x.outcomes["first_revenue_month"].values)


@example({"annual_contract_value": 585_707_535}, 25, 60)
@given(some_facts(), st.integers(1, 60), st.sampled_from([40, 60, 80, 120]))
def test_any_company_gets_words_and_finite_figures_that_fit(facts, months, width):
    read = inputs(BASE, Case("A", facts))
    for e in (of(facts, months), *(economics("A", read, months, (p,), marked=True) for p in PROCESSES)):
        text = text_of(e, width)
        assert [line for line in text.splitlines() if len(line) > width] == []
        assert not UNFIT.search(text), UNFIT.search(text)
        json.dumps(document(e, BASE), allow_nan=False)


@pytest.mark.more
@pytest.mark.parametrize("case", sample(random_companies(60, seed=5), 6), ids=lambda case: case.company)
def test_figures_at_the_edges_are_borne(case):
    e = economics(case.company, inputs(BASE, case), 24)
    assert not UNFIT.search(text_of(e))
    json.dumps(document(e, BASE), allow_nan=False)


@pytest.mark.more
@pytest.mark.parametrize("case", sample(real_companies()), ids=lambda case: case.company)
def test_real_companies_get_an_answer(case):
    e = economics(case.company, inputs(BASE, case))
    text = text_of(e)
    assert not UNFIT.search(text)
    assert all(any(v is not None for v in x.outcomes["first_revenue_month"].values) for x in e.processes.values())
    assert "assumed" in text


def test_the_same_figures_give_the_same_answer_in_any_order():
    facts = dict(reversed(list(FUNDED.items())))
    assert document(of(FUNDED), BASE) == document(of(facts), BASE)


# Where figures come from


def test_every_assumption_cites_what_there_is():
    known = {*BASE.knowledge.sources, EXPERT}
    items = assumptions().all.values()
    for figure in [figure for item in items for figure in item.figures.values()]:
        assert figure.source
        assert set(figure.source) <= known, figure.kind.id
        assert figure.says.endswith(".")
        assert len(figure.values) == len(CASES)
    assert set(assumptions().band_sources) <= known


def test_assumptions_run_from_worst_to_best_within_what_can_be():
    for item in assumptions().all.values():
        assert set(item.figures) <= set(MOTIONS)
        for figure in item.figures.values():
            assert list(figure.values) == sorted(figure.values, reverse=item.better == "lower"), figure.kind.id
            assert all(item.kind.maximum >= value >= (item.kind.minimum or 0) for value in figure.values)
        assert set(item.facts) <= set(VOCABULARY)


def test_the_company_s_own_figures_come_first():
    facts = {
        "annual_contract_value": 2_000, "sales_cycle_months": 1.5, "won_opportunities": 3, "lost_opportunities": 7,
        "customers_lost": 1, "customers_at_start": 10, "gross_margin": 0.9, "decision_makers": 1,
    }  # fmt: skip
    figures = inputs(BASE, Case("A", facts)).figures
    own = {id_: figure.values[0] for id_, figure in figures["smb"].items() if figure.origin == YOURS}
    assert own == {
        "annual_contract_value": 2_000, "sales_cycle_months": 1.5, "win_rate": 0.3, "churn_rate": 0.1, "gross_margin": 0.9,
        "decision_makers": 1,
    }  # fmt: skip
    # they are figures of small customers; only the margin is the whole company's
    assert [id_ for id_, figure in figures["enterprise"].items() if figure.origin == YOURS] == ["gross_margin"]


def test_the_win_rate_that_counts_open_deals_stands_in_for_a_close_rate():
    figure = inputs(BASE, Case("A", {"win_rate": 0.2})).figures["smb"]["win_rate"]
    assert (figure.origin, figure.facts, figure.values) == (YOURS, ("win_rate",), (0.2,) * 3)


@pytest.mark.parametrize(
    ("facts", "described"),
    [
        ({}, ("enterprise", "smb")),
        ({"annual_contract_value": 24_999}, ("smb",)),
        ({"annual_contract_value": 25_000}, ("enterprise", "smb")),
        ({"annual_contract_value": 50_001}, ("enterprise",)),
        ({"customer_segments": frozenset({"large"})}, ("enterprise",)),
        ({"customer_segments": frozenset({"small", "midsize"})}, ("smb",)),
        ({"customer_segments": frozenset({"small", "large"})}, ("enterprise", "smb")),
        ({"customer_segments": frozenset()}, ("enterprise", "smb")),
    ],
)
def test_whose_customers_the_figures_are_of(facts, described):
    assert inputs(BASE, Case("A", facts)).situation.described == described


def test_the_largest_contracts_are_what_an_smb_seller_knows_of_enterprise():
    large = inputs(BASE, Case("A", {"annual_contract_value": 2_000, "largest_contract_value": 60_000})).figures
    assert large["enterprise"]["annual_contract_value"].facts == ("largest_contract_value",)
    assert large["smb"]["annual_contract_value"].facts == ("annual_contract_value",)
    small = inputs(BASE, Case("A", {"annual_contract_value": 2_000, "largest_contract_value": 9_000})).figures
    assert small["enterprise"]["annual_contract_value"].origin == ASSUMED
    told = " ".join(notes(of({"annual_contract_value": 2_000, "largest_contract_value": 60_000}), VOCABULARY))
    assert "your own figures are of SMB customers, so enterprise rests on published ones, save for your largest" in told


def test_a_figure_that_cannot_be_is_not_taken():
    figure = inputs(BASE, Case("A", {"customers_lost": 20, "customers_at_start": 10})).figures["smb"]["churn_rate"]
    assert figure.origin == ASSUMED


def test_results_say_what_they_rest_on():
    e = of(FUNDED, assumptions={"smb": {"win_rate": "0.3"}})
    smb = e.processes["smb"]
    found = {id_: o.origins for id_, o in smb.outcomes.items()}
    assert found["customers_needed"] == (YOURS,)
    assert found["deals_needed"] == (YOURS, SET)
    assert found["sellers_needed"] == (YOURS, SET, ASSUMED)
    assert found["objections"] == (ASSUMED,)


# What is unknown, and what cannot be


def test_nothing_known_gives_no_line_of_cash_and_says_what_would():
    e = of()
    for x in e.processes.values():
        assert x.outcomes["lowest_cash"].missing == ("capital", "monthly_burn")
        assert x.outcomes["break_even_month"].missing == ("monthly_burn",)
        assert x.outcomes["customers_needed"].missing == ("revenue_target",)
        assert all(f.cash is None for f in x.flows)
    text = text_of(e, 100)
    assert "It takes your cash on hand (capital) and net spending (monthly_burn)." in " ".join(text.split())
    assert "Lowest cash" not in text
    assert "What selling alone brings and costs" in text


def test_unknown_revenue_counts_as_none_and_is_said_to():
    unknown = of({key: value for key, value in FUNDED.items() if key != "annual_revenue"})
    assert values(unknown, "smb", "customers_needed") == (10, 10, 10)
    assert any("which is the most" in note for note in notes(unknown, VOCABULARY))
    assert unknown.processes["smb"].outcomes["customers_needed"].origins == (YOURS, ASSUMED)


def test_a_target_that_is_reached_takes_nothing():
    e = of({**FUNDED, "annual_revenue": 500_000, "previous_annual_revenue": 900_000})
    assert values(e, "smb", "customers_needed") == (0, 0, 0)
    assert values(e, "smb", "target_month") == (0, 0, 0)
    assert "has reached the target already" in gist(e)[0]
    assert e.processes["smb"].plans[1].hired == 0


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"annual_contract_value": 0}, "at a price of $0"),
        ({"win_rate": 0}, "at a win rate of 0%"),
        ({"annual_contract_value": 1e-300}, "beyond counting"),
    ],
)
def test_what_no_number_reaches_is_said_not_counted(facts, why):
    e = of({**FUNDED, **facts})
    outcome = e.processes["smb"].outcomes["sellers_needed"]
    assert outcome.values == (None,) * 3
    assert why in why_not(outcome)
    assert why in " ".join(text_of(e).split()).replace("At a", "at a").replace("The number is", "the number is")


def test_spending_nothing_is_unlimited_runway_and_still_has_a_line():
    e = of({**FUNDED, "monthly_burn": 0})
    assert e.situation.runway == math.inf
    assert "today you spend no more than you take in" in " ".join(gist(e))
    assert document(e, BASE)["standing"]["runway"] == {"status": "unlimited", "months": None}
    assert values(e, "smb", "break_even_month") == values(e, "smb", "selling_pays_month")


def test_how_customers_pay_is_said():
    told = " ".join(notes(of(assumptions={"smb": {"months_paid_ahead": "6"}}), VOCABULARY))
    assert "Enterprise customers pay a year ahead (assumed) and SMB customers pay 6 months ahead." in told


def test_cash_that_runs_out_asks_for_money_or_fewer_hires():
    poor = {**FUNDED, "capital": 1_000}
    assert "find that much more money, or hire fewer or later." in gist(of({**poor, "revenue_target": 3_000_000}))[1]
    assert "find that much more money, or spend less." in gist(of(poor))[1]  # of one seller there is no fewer
    assert "find that much more money, or spend less." in gist(of({**poor, "sales_team_size": 9}))[1]


def test_cash_that_still_falls_names_no_sum_that_would_be_enough():
    told = gist(of({**FUNDED, "capital": 1_000, "win_rate": 0}))[1]
    assert "your cash runs out in month 1 and is still falling in month 36" in told
    assert "find that much more money" not in told


def test_a_process_that_wins_nothing_is_told_so_and_not_held_against_the_other():
    e = of({**FUNDED, "win_rate": 0})
    told = " ".join(gist(e))
    assert "as long as no deal is won, find out why before you spend more on selling" in told
    assert "What matters most for SMB" not in told  # nothing does before a deal is won
    assert e.processes["smb"].outcomes["customers_needed"].why == ""


def test_none_won_is_no_rate_of_nothing():
    """The low case of calls and e-mails is 15%; three in 60 deals, the most that none won allows, is 5%."""
    for lost, rate in ((6, 0.15), (60, 0.05)):
        e = of({**FUNDED, "won_opportunities": 0, "lost_opportunities": lost}, processes=("smb",))
        figure = e.processes["smb"].figures["win_rate"]
        assert (figure.values[1], figure.origin, figure.decided) == (pytest.approx(rate), ASSUMED, lost)
        assert f"Of your {lost} decided deals not one was won. That is no rate of 0%" in gist(e)[0]


def test_deals_lost_to_large_accounts_are_not_charged_to_small_ones():
    failed = {"won_opportunities": 0, "lost_opportunities": 6, "targeted_segments": frozenset({"large"})}
    read = inputs(BASE, Case("A", {"annual_contract_value": 3_000, **failed})).figures
    assert (read["smb"]["win_rate"].decided, read["enterprise"]["win_rate"].decided) == (None, 6)
    by_size = {
        "won_opportunities": 5,
        "lost_opportunities": 11,
        "won_large_opportunities": 1,
        "lost_large_opportunities": 7,
    }
    read = inputs(BASE, Case("A", {"annual_contract_value": 3_000, **by_size})).figures
    assert [read[p]["win_rate"].values[1] for p in PROCESSES] == [1 / 8, 0.5]


def test_contracts_are_read_by_size_of_customer():
    facts = {
        "small_revenue": 40_000, "small_customers": 40, "midsize_revenue": 60_000, "midsize_customers": 10,
        "large_revenue": 300_000, "large_customers": 2,
    }  # fmt: skip
    read = inputs(BASE, Case("A", facts))
    assert [read.figures[p]["annual_contract_value"].values[1] for p in PROCESSES] == [150_000, 2_000]
    assert read.situation.customers == {"enterprise": 2, "smb": 50}


def test_self_service_by_hand():
    """120,000 a year more at 1,200 is 100 customers; 40 of 80 leave in a year and are replaced: 140, 11.67 a month at 720 each.

    720 is 0.6 of the contract. Half a month of cycle puts the first in month 2; 1 - 0.5 ** (1/12) leave a month. Today's spending
    holds what replaces the 40 (2,400 a month), so cash falls by 6,000 a month of new cost in month 1, and by what those who left
    brought at a margin of 80%.
    """
    facts = {
        "annual_contract_value": 1_200, "sales_cycle_months": 0.5, "paying_customers": 80, "annual_revenue": 96_000,
        "revenue_target": 216_000, "customers_at_start": 80, "customers_lost": 40, "capital": 100_000, "monthly_burn": 0,
        "self_serve": True, "customer_segments": frozenset({"small"}), "decision_makers": 1,
    }  # fmt: skip
    case = Case("A", facts)
    x = economics("A", inputs(BASE, case, assess(BASE, case)), 12, ("smb",)).processes["smb"]
    assert (x.motion, x.outcomes["customers_needed"].values) == ("self_serve", (140, 140, 140))
    assert (x.plans[1].sellers, x.plans[1].hired, x.outcomes["sellers_needed"].values) == (0, 0, (0, 0, 0))
    base = x.flows[1]
    assert base.won[:2] == pytest.approx((0, 140 / 12))
    left = 80 * (1 - 0.5 ** (1 / 12))
    assert base.lost[0] == pytest.approx(left)
    assert base.cash[0] == pytest.approx(100_000 - 140 / 12 * 720 + 2_400 - left * 100 * 0.8)


def test_no_more_accounts_are_won_than_there_are():
    months = flow(replace(PLAIN, most=2), 24)
    assert sum(months.won) == pytest.approx(2)


def test_a_target_after_the_cash_is_not_reached_with_it():
    told = gist(of({**FUNDED, "capital": 1_000}, processes=("smb",)))[0]
    assert "The target is not reached with this cash: it needs $" in told
    assert "The target is reached in month" not in told


def test_customers_who_cost_more_than_they_bring_are_remarked_first():
    facts = {**FUNDED, "churn_rate": 0.5, "gross_margin": 0.8}
    told = gist(of({**facts, "acquisition_cost": 1_000_000}, processes=("smb",)))[0]
    assert told.startswith(
        "SMB. Each sale loses money: winning a customer costs $1M and brings $19,200 of gross profit until"
    )
    assert "loses money" not in " ".join(gist(of({**facts, "acquisition_cost": 10_000})))


def test_a_first_customer_after_the_cash_is_too_late():
    late, soon = (of({**FUNDED, "capital": cash, "sales_cycle_months": 9}) for cash in (8_000, 80_000))
    assert "too late for the 4 months that your cash lasts" in gist(late)[1]
    assert "within the 40 months that your cash lasts" in gist(soon)[1]
    assert "too late for cash that lasts less than a month" in gist(of({**FUNDED, "capital": 100}))[1]


def test_what_the_contract_of_a_seller_would_have_to_be_is_said():
    """20 deals over 2 months at 25% are 30 customers a year; at 75% margin 120,000 take 5,333 each."""
    assert "the contract that pays for one is about $5,300" in gist(of({"annual_contract_value": 100}))[1]
    assert "What decides is the contract" not in gist(of({"annual_contract_value": 6_000}))[1]


def test_a_target_beyond_the_customers_there_are_is_said():
    assert "by your own count 9 customers could buy" in gist(of({**FUNDED, "reachable_customers": 9}))[1]
    assert "by your own count" not in " ".join(gist(of({**FUNDED, "reachable_customers": 10})))


def test_what_matters_most_is_the_assumption_that_lowers_the_cash_most():
    e = of(FUNDED)
    worst = e.processes["smb"].worst
    assert worst is not None
    assert worst.lowest == pytest.approx(min(e.processes["smb"].flows[1].cash))
    read = inputs(BASE, Case("A", FUNDED))
    for id_, figure in read.figures["smb"].items():
        worse = {**read.figures["smb"], id_: replace(figure, values=(figure.values[0],) * 3)}
        base = e.processes["smb"].plans[1]
        plan = replace(plan_of(worse, 1, read.situation), sellers=base.sellers, hired=base.hired)
        assert worst.lowest_then <= min(flow(plan, 36, read.situation).cash) + 1e-6
    assert "What matters most for SMB" in gist(e)[-1]


def test_the_argument_against_names_what_is_assumed():
    assert "both rest on assumed win rate, sales cycle and yearly contract." in gist(of())[-1]
    told = gist(of({"annual_contract_value": 2_000, "close_rate": 0.3, "sales_cycle_months": 2}))[-1]
    assert (
        "enterprise rests on assumed win rate, sales cycle and yearly contract, SMB rests on assumed customers lost"
        in told
    )


def test_with_every_figure_of_its_own_nothing_is_said_to_be_assumed():
    every = {id_: "1" for id_ in assumptions().all}
    assert "Against relying on this" not in gist(of({}, 12, assumptions={p: every for p in PROCESSES}))[-1]


def test_what_is_beyond_counting_is_none():
    situation = replace(inputs(BASE, Case("A", FUNDED)).situation, revenue_target=MOST * 10)
    assert whole(gap(situation), 1.0) is None
    assert whole(gap(situation), 100.0) == MOST / 10


# Assumptions set in the file


def case_of(text):
    problems = []
    case = read_case(parse(text, "a.yaml"), VOCABULARY, "a.yaml", problems, "A")
    assert case
    assert not problems
    return case


def test_one_value_stands_for_all_cases_and_three_for_each():
    case = case_of(
        "facts: {}\nassumptions:\n  enterprise: {win_rate: 20%, seller_cost_year: 150k}\n"
        "  smb: {sales_cycle_months: {low: 4, base: 3, high: 0.5}, churn_rate: }\n"
    )
    figures = inputs(BASE, case).figures
    assert figures["enterprise"]["win_rate"].values == (0.2, 0.2, 0.2)
    assert figures["enterprise"]["seller_cost_year"].values == (150_000,) * 3
    assert figures["smb"]["sales_cycle_months"].values == (4, 3, 0.5)
    assert figures["smb"]["churn_rate"].origin == ASSUMED
    assert {figures["enterprise"]["win_rate"].origin, figures["smb"]["sales_cycle_months"].origin} == {SET}


@pytest.mark.parametrize(
    ("written", "code", "says"),
    [
        ("cheap", "SP171", "found cheap; expected a mapping with enterprise, smb"),
        ("[1]", "SP171", "expected a mapping"),
        ("{enterprize: {}}", "SP171", "Did you mean enterprise?"),
        ("{smb: 3}", "SP171", "assumptions: smb: found 3"),
        ("{smb: {win_rte: 0.3}}", "SP172", "Did you mean win_rate?"),
        ("{smb: {win_rate: 20}}", "SP173", "or as 12%"),
        ("{smb: {win_rate: often}}", "SP173", "often is not a number"),
        ("{smb: {win_rate: [0.3]}}", "SP173", "expected one number"),
        ("{smb: {months_paid_ahead: 1.5}}", "SP173", "not a whole number"),
        ("{smb: {sales_cycle_months: 0}}", "SP173", "is not more than 0"),
        ("{smb: {win_rate: {low: 0.1, high: 0.3}}}", "SP174", "base missing"),
        ("{smb: {win_rate: {low: 0.1, base: 0.2, hi: 0.3}}}", "SP174", "expected low, base, high"),
        ("{smb: {sales_cycle_months: {low: 1, base: 2, high: 3}}}", "SP174", "should fall from low to high"),
        ("{smb: {win_rate: {low: 0.3, base: 0.2, high: 0.1}}}", "SP174", "should rise from low to high"),
    ],
)
def test_what_cannot_be_set_is_a_problem(written, code, says):
    with pytest.raises(SalespathError) as raised:
        inputs(BASE, case_of(f"facts: {{}}\nassumptions: {written}\n"))
    assert code in [p.code for p in raised.value.problems]
    assert any(says in p.message for p in raised.value.problems)
    assert all((p.file, p.line) == ("a.yaml", 1) for p in raised.value.problems)


def test_all_problems_are_told_together():
    with pytest.raises(SalespathError) as raised:
        inputs(BASE, case_of("facts: {}\nassumptions: {smb: {a: 1, win_rate: 2}, enterprise: {b: 1}}\n"))
    assert [p.code for p in raised.value.problems] == ["SP172", "SP172", "SP173"]


def test_an_assumption_does_not_replace_what_the_company_knows():
    read = inputs(BASE, case_of("facts: {gross_margin: 0.9}\nassumptions: {smb: {gross_margin: 0.5}}\n"))
    assert read.figures["smb"]["gross_margin"].values == (0.9,) * 3
    assert [(p.code, p.severity) for p in read.problems] == [("SP175", "warning")]


any_yaml = st.recursive(
    st.none() | st.text(max_size=8) | st.sampled_from(["0.2", "12%", "-1", "1e400"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*PROCESSES, *CASES, *assumptions().all, "x"]), inner, max_size=4),
    max_leaves=12,
)


@given(any_yaml)
def test_whatever_is_set_gives_an_answer_or_problems(written):
    try:
        e = of({}, 3, assumptions=written)
    except SalespathError as error:
        codes = {p.code for p in error.problems}
    else:
        codes = set()
        assert not UNFIT.search(text_of(e))
    assert codes <= {"SP171", "SP172", "SP173", "SP174"}


# The chart and figures in words


def test_a_chart_has_each_line_by_its_letter():
    """From 0 to 110 in steps of 10, one row each: A falls from the top over 50 to nought, B rises, so that they meet at 50."""
    assert chart({"A": (110, 50, 0), "B": (0, 50, 110)}, 20) == [
        "A A, B B, * both",
        " $110 ┤ A     B",
        *["      │"] * 5,
        "      │    *",
        *["      │"] * 4,
        "   $0 ┤┄B┄┄┄┄┄A┄",
        "      └─────────",
        "month   1     3",
    ]


@given(
    st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=120),
    st.integers(40, 100),
    st.sampled_from(["ascii", "cp1250", "utf-8", "no such encoding"]),
)
def test_a_chart_fits_its_width_and_encoding(line, width, encoding):
    drawn = write(Page("", (Chart({"E": line, "S": line[::-1]}),)), width, encoding=encoding)
    assert all(len(row) <= width for row in drawn.splitlines())
    drawn.encode("ascii" if encoding == "no such encoding" else encoding)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "$0"), (-0.001, "$0"), (412_345, "$412,000"), (-1_236_000, "-$1.24M"), (999_999, "$1M"), (5e9, "$5bn"), (1e12, "$1tn"),
    ],
)  # fmt: skip
def test_results_are_no_more_exact_than_three_digits(value, words):
    assert money(value) == words


def test_a_table_gives_one_column_what_another_cannot_use():
    table = Table((Column("", most=5), Column("", width=9), Column("")), (("a" * 5, "b" * 9, "c" * 60),))
    assert write(Page("", (table,)), 60).splitlines()[-2:] == [f"aaaaa  bbbbbbbbb  {'c' * 42}", " " * 18 + "c" * 18]


# The command


def test_the_command_tells_in_words(tmp_path):
    done = run("economics", str(EXAMPLES / "asana_2020.yaml"), COLUMNS="80")
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert text.startswith("Asana: what each process takes\n====")
    assert "for the rules to say (salespath assess): both, SMB first." in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_json_holds_the_months_of_every_case():
    done = run("economics", str(EXAMPLES / "veeva_2013.yaml"), "--format", "json", "--months", "18", "--process", "smb")
    found = json.loads(done.stdout)
    assert (found["company"], found["months"], list(found["processes"])) == ("Veeva Systems", 18, ["smb"])
    smb = found["processes"]["smb"]
    assert set(smb["monthly"]) == set(CASES)
    assert len(smb["monthly"]["base"]["customers"]) == 18
    assert smb["monthly"]["base"]["cash"] is None
    assert smb["figures"]["win_rate"]["source"][0] == {"id": "B20", "kind": "vendor", "soft": True}
    assert smb["outcomes"]["lowest_cash"]["missing"] == ["monthly_burn"]


def test_many_companies_are_an_array():
    found = json.loads(
        run("economics", str(EXAMPLES / "real_companies.yaml"), "--format", "json", "--months", "2").stdout
    )
    assert len(found) == 32


def test_a_legacy_code_page_gets_a_chart_it_can_show():
    done = run("economics", str(EXAMPLES / "asana_2020.yaml"), PYTHONIOENCODING="cp1250")
    assert done.returncode == 0
    chart_lines = done.stdout.decode("cp1250").split("E enterprise, S SMB")[1].split("What this leaves out")[0]
    assert "?" not in chart_lines


def test_problems_end_with_exit_code_1_and_the_other_companies_are_told(tmp_path):
    bad = file(tmp_path, "- {company: A, facts: {}, assumptions: {smb: {win_rte: 1}}}\n- {company: B, facts: {}}\n")
    done = run("economics", bad)
    assert done.returncode == 1
    assert b"error SP172: A: assumptions: smb: win_rte is not known" in done.stderr
    assert done.stdout.startswith(b"B: what each process takes")


def test_contradictions_are_told_beside_the_answer(tmp_path):
    odd = file(tmp_path, "facts: {runway_months: 20, capital: 8000, monthly_burn: 1000}\n")
    done = run("economics", odd)
    assert done.returncode == 0
    assert b"warning SP120" in done.stderr


@pytest.mark.parametrize("option", [("--months", "0"), ("--months", "121"), ("--process", "both")])
def test_options_that_cannot_be_are_usage(option):
    assert run("economics", str(EXAMPLES / "asana_2020.yaml"), *option).returncode == 2
