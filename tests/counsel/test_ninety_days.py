"""The plan for ninety days: sums that are exact, hours that a person has, nothing after the cash, and a page for every verdict."""

from __future__ import annotations

from datetime import date

import pytest
from companies import random_companies
from given import BASE, INSIDE, inside, run

from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.process_economics import economics
from salespath.counsel.moves import planned_moves
from salespath.counsel.ninety_days import HOURS, WEEKS, NinetyDays, ninety_days
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.facts import Case
from salespath.report.formats.text import write
from salespath.report.pages.ninety_days import document, page


def plan_of(a: Assessment) -> NinetyDays:
    read, process = inputs(BASE, a.case, a), a.walked.value("sold_as")
    money = economics("x", read, 36, [process]).processes[process] if process else None
    return ninety_days(a, planned_moves(a).chosen, money, read.situation)


PLANS = [plan_of(assess(BASE, case)) for case in random_companies(150, seed=11)]


def test_cash_by_hand() -> None:
    """1,500,000 of cash, 20,000 a month: after three months 1,440,000 without anything else."""
    plan = plan_of(inside())
    assert plan.cash is not None
    assert plan.cash.bridge.start == 1_500_000
    assert plan.cash.bridge.steps[0].amount == -60_000
    assert plan.cash.without[-1] == 1_440_000
    assert plan.cash.bridge.end == 1_500_000 + sum(step.amount for step in plan.cash.bridge.steps)


def test_a_year_in_advance_and_less_spending_by_hand() -> None:
    """22 customers at 9,000: a fifth pays ten months less the three that would come: 0.2 × 22 × 9,000 × 7 ÷ 12 = 23,100."""
    plan = plan_of(inside(capital=40_000))
    assert plan.cash is not None
    brought = {
        step.ids[0]: step.amount
        for step in plan.cash.bridge.steps
        if step.amount > 0 and step.ids[0] in BASE.knowledge.rules
    }
    assert brought["not-yet-collect-a-year-in-advance"] == 23_100
    assert brought["not-yet-make-the-cash-last"] == 12_000


def test_every_bridge_adds_up_and_the_line_ends_where_it_does() -> None:
    for plan in PLANS:
        if plan.cash:
            assert plan.cash.along[-1] == pytest.approx(plan.cash.bridge.end)
            assert len(plan.cash.along) == len(plan.cash.without) == WEEKS
        for bridge in (plan.pipeline.customers, plan.pipeline.deals) if plan.pipeline else ():
            if bridge:
                assert bridge.end == bridge.start + sum(step.amount for step in bridge.steps) >= 0


def test_nobody_works_more_than_forty_hours_a_week_on_moves() -> None:
    for plan in PLANS:
        busy: dict[tuple[str, int], float] = {}
        for slot in plan.slots:
            for week in range(slot.begins, min(slot.ends, WEEKS) + 1):
                busy[slot.move.owner, week] = busy.get((slot.move.owner, week), 0) + (slot.move.hours or 0)
        assert all(hours <= HOURS for hours in busy.values())


def test_every_verdict_has_a_page_that_says_something_to_do_or_to_ask() -> None:
    for plan in [*PLANS, plan_of(assess(BASE, Case("Nobody", {})))]:
        text = write(page(plan), 80)
        assert plan.slots or plan.cards, text
        assert max(map(len, text.splitlines())) <= 80


def test_dates_stand_only_where_a_start_is_given() -> None:
    plan = plan_of(inside())
    assert "2027" not in write(page(plan), 100)
    dated = write(page(plan, date(2027, 1, 4)), 100)
    assert "4 January 2027" in dated
    assert "weeks" not in dated.split("Who does what, when")[1].split("hours")[0]
    assert document(plan, date(2027, 1, 4))["moves"][0]["begins_on"].startswith("2027-")


def test_a_hire_that_the_cash_does_not_carry_says_what_is_missing() -> None:
    """A seller has to be paid until three months beyond ramp and cycle, beside what is spent today."""
    plan = plan_of(inside(capital=100_000))
    assert plan.hire is not None
    assert plan.hire.missing > 0
    assert plan.hire.cash_months < plan.hire.months + 3


def test_the_command_prints_the_same_on_any_day_and_takes_a_start(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "acme.yaml"
    lines = (
        f"{k}: {'yes' if v is True else 'no' if v is False else sorted(v) if isinstance(v, frozenset) else v}"
        for k, v in INSIDE.items()
    )
    file.write_text("\n".join(lines))
    plain = run("plan", str(file))
    assert b"Who does what, when" in plain.stdout
    assert run("plan", str(file), "--start", "2027-01-04").stdout != plain.stdout
    assert run("plan", str(file), "--start", "soon").returncode == 2
