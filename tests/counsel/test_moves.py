"""The moves of a company: in order, within its cash, done by people it has, none against another."""

from __future__ import annotations

from companies import random_companies
from given import BASE, INSIDE, inside

from salespath.counsel.moves import planned_moves
from salespath.engine.assess import assess
from salespath.engine.company import Company
from salespath.facts import Case
from salespath.rules.model import Advise

RANDOM = [assess(BASE, case) for case in random_companies(300, seed=10)]


def test_what_lifts_the_block_comes_first_then_the_gravest_flag_then_the_motion() -> None:
    stalled = {"won_opportunities": 1, "lost_opportunities": 1, "stalled_opportunities": 9}
    kinds = [move.kind for move in planned_moves(inside(capital=40_000, **stalled)).chosen]
    assert kinds == sorted(kinds, key=("block", "flag", "advice").index)
    assert kinds[0] == "block"
    assert "flag" in kinds


def test_nothing_is_advised_that_is_done() -> None:
    for a in RANDOM:
        done = {rule for item in a.advice if item.done for rule in item.rules}
        assert not done & {move.rules[0] for move in planned_moves(a).chosen}


def test_all_moves_together_cost_no_more_than_what_three_months_of_spending_leave() -> None:
    for a in RANDOM:
        company, found = Company(BASE, a.case.values), planned_moves(a)
        capital, burn = company.number("capital"), company.number("monthly_burn")
        assert found.cash_known == (capital is not None and burn is not None)
        if capital is not None and burn is not None:
            left = capital + (company.number("committed_revenue") or 0) - 3 * burn
            assert sum(move.cost or 0 for move in found.chosen) <= max(0, left)


def test_advice_that_ends_after_the_cash_is_left_out_and_told() -> None:
    found, before = planned_moves(inside(capital=70_000, committed_revenue=30_000)), planned_moves(inside())
    late = [move for move in before.chosen if move.kind == "advice" and (move.weeks or 0) > 100 / 20 * 52 / 12]
    assert all(move.rules[0] not in {m.rules[0] for m in found.chosen} for move in late)
    for a in RANDOM:
        capital, burn, signed = map(
            Company(BASE, a.case.values).number, ("capital", "monthly_burn", "committed_revenue")
        )
        if capital is not None and burn:
            weeks = (capital + (signed or 0)) / burn * 52 / 12
            assert all((m.weeks or 0) <= max(weeks, 1) for m in planned_moves(a).chosen if m.kind == "advice")


def test_no_two_moves_claim_opposites() -> None:
    for a in RANDOM:
        said: dict[str, set[str]] = {}
        for move in planned_moves(a).chosen:
            for subject, value in BASE.knowledge.rules[move.rules[0]].claims.items():
                said.setdefault(subject, set()).add(value)
        assert all(len(values) == 1 for values in said.values()), said


def test_work_falls_to_somebody_whom_the_company_has() -> None:
    owners = {move.owner for move in planned_moves(inside(team_roles=frozenset())).chosen}
    assert owners == {"founder"}
    for a in RANDOM:
        if a.walked.value("stage") != "established" and not {"digital_marketer"} & set(
            a.case.values.get("team_roles", ())
        ):  # type: ignore[arg-type]
            assert "marketing lead" not in {item.owner for item in a.advice}


def test_a_hire_costs_what_the_company_pays_a_seller_and_else_a_us_figure() -> None:
    hires = [rule.id for rule, then in BASE.knowledge.each(Advise) if then.hires]
    for own in (None, 60_000):
        facts = {} if own is None else {"seller_cost": own}
        moves = [m for a in (inside(**facts),) for m in planned_moves(a).chosen if m.rules[0] in hires]
        for move in moves:
            assert move.us_figure == (own is None)
            if own is not None:
                assert move.cost == move.hires * own * (move.weeks or 52) / 52


def test_where_no_cash_is_told_nothing_is_left_out_for_want_of_it() -> None:
    poor = {name: value for name, value in INSIDE.items() if name not in ("capital", "monthly_burn")}
    found = planned_moves(assess(BASE, Case("Acme", poor)))
    assert not found.unaffordable
    assert not found.cash_known
    assert found.months_left is None
