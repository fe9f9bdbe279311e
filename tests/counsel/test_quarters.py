"""The companies of two dates: who is who, who changed and through what, whose cash ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from companies import random_companies
from given import BASE, INSIDE, sample, small_base

from salespath.counsel.quarters import BETTER, NEWLY, STILL, WORSE, Quarter, Quarters, quarters, runway_flags
from salespath.engine.assess import assess
from salespath.engine.assessment import Verdict
from salespath.facts import Case, Value

CASHLESS: dict[str, Value] = {**INSIDE, "capital": 30_000}  # six weeks


def company(name: str, facts: dict[str, Value] = INSIDE, **other: Value) -> Case:
    return Case(name, {**facts, **other})


def compared(old: list[Case], new: list[Case]) -> Quarters:
    return quarters(BASE, Quarter("Q2", tuple(old)), Quarter("Q3", tuple(new)))


# Who is who


def test_companies_are_matched_whatever_their_legal_form_case_and_accents() -> None:
    found = compared(
        [company("Carpați Cloud S.A."), company("Fintura SRL")],
        [company("S.C. FINTURA S.R.L."), company("Carpati Cloud")],
    )
    assert (found.both, found.new, found.gone, found.clashes) == (2, (), (), ())


def test_who_is_new_and_who_is_gone() -> None:
    found = compared([company("A"), company("B")], [company("B"), company("C")])
    assert [s.name for s in found.new] == ["C"]
    assert [s.name for s in found.gone] == ["A"]


def test_names_of_one_date_that_mean_the_same_company_are_not_matched_in_silence() -> None:
    found = compared([company("Acme SRL")], [company("Acme Ltd"), company("ACME"), company("Other")])
    assert [(clash.now, [case.company for case in clash.cases]) for clash in found.clashes] == [
        (False, ["Acme SRL"]),
        (True, ["Acme Ltd", "ACME"]),
    ]
    assert (found.both, [s.name for s in found.new], found.gone) == (0, ["Other"], ())


def test_the_very_same_name_at_both_dates_decides_between_such_companies() -> None:
    found = compared([company("Acme SRL"), company("Acme Ltd")], [company("Acme Ltd"), company("Acme SRL", CASHLESS)])
    assert (found.both, found.clashes) == (2, ())
    assert [change.new.name for change in found.changes if change.verdict] == ["Acme SRL"]


def test_companies_without_a_name_are_not_matched_by_their_place() -> None:
    old = replace(company("row 5"), named=False, row=5)
    found = compared([old], [replace(old, values=CASHLESS)])
    assert (found.both, found.new, found.gone) == (0, (), ())
    assert [len(side) for side in found.nameless] == [1, 1]


def test_a_company_that_cannot_be_read_is_not_gone() -> None:
    found = quarters(BASE, Quarter("Q2", (company("Acme SRL"),)), Quarter("Q3", (company("B"),), ("ACME", "Nobody")))
    assert (found.gone, found.unread) == ((), ("Acme SRL",))


# Who changed, and through what


def test_a_fact_that_alone_changed_the_verdict_is_told_from_one_that_did_not() -> None:
    found = compared([company("Acme")], [company("Acme", CASHLESS, paying_customers=23)])
    (change,) = found.verdict
    old, new = (assess(BASE, Case("Acme", facts)) for facts in (INSIDE, {**CASHLESS, "paying_customers": 23}))
    assert old.verdict != new.verdict
    assert (change.old.verdict, change.new.verdict) == (old.verdict, new.verdict)
    assert {fact.fact: fact.verdict for fact in change.facts or ()} == {"capital": True, "paying_customers": False}
    assert [fact.fact for fact in change.alone] == ["capital"]
    rules = {item.rule: item for item in change.through}
    assert rules
    for rule, item in rules.items():
        side = new if item.now else old
        assert rule in {found.rule for found in (*side.blockers, *side.fired)}


def test_another_motion_under_the_same_verdict_is_a_change_of_its_own() -> None:
    found = compared([company("Acme")], [company("Acme", self_serve=True)])
    assert found.verdict == []
    (change,) = found.motion
    assert (change.old.motion, change.new.motion) == ("inside_sales", "self_serve")
    assert [fact.fact for fact in change.alone] == ["self_serve"]
    assert any(item.rule.startswith("motion-") and item.now for item in change.through)


def test_the_same_answers_change_nothing() -> None:
    found = compared([company("Acme")], [company("ACME")])
    assert (found.changes, found.unchanged) == ((), 1)
    # a float that another kind of file wrote in another way is the same number
    same = compared([company("Acme", sales_cycle_months=0.1 + 0.2)], [company("Acme", sales_cycle_months=0.3)])
    assert same.changes == ()


@pytest.mark.more
def test_what_is_said_of_many_at_once_is_what_is_said_of_each() -> None:
    cases = sample(random_companies(60, seed=8), 2)
    old = [replace(case, company=f"C{n}") for n, case in enumerate(cases)]
    new = [replace(case, company=f"C{n}") for n, case in enumerate([*cases[1:], cases[0]])]
    found = compared(old, new)
    for side, some in zip((old, new), found.standings):
        for case, standing in zip(side, some):
            a = assess(BASE, case)
            assert (standing.verdict, standing.motion, standing.strength) == (a.verdict, a.motion, a.strength.level)
            levels = [flag.level for flag in a.flags if flag.rule in runway_flags(BASE) and flag.level != "note"]
            assert [standing.alert] == (levels or [""])
    changed = {change.new.name: change for change in found.verdict}
    for before, after in zip(old, new):
        then, now = assess(BASE, before), assess(BASE, after)
        assert (then.verdict != now.verdict) == (after.company in changed)
        for fact in changed[after.company].facts or () if after.company in changed else ():
            values = {**after.values, fact.fact: before.values.get(fact.fact)}
            back = assess(BASE, Case("", {name: value for name, value in values.items() if value is not None}))
            assert fact.verdict == (back.verdict == then.verdict)


# Results of an earlier run


def result(name: str, process: str, flags: str = "", **more: str) -> Case:
    figures = {f"{sum_}_{p}": "balanced" for sum_ in ("fit", "means") for p in ("enterprise", "smb")}
    return Case(name, {}, extra={"process": process, **figures, "flags": flags, **more})


def test_results_without_facts_say_who_changed_and_not_why() -> None:
    old = [
        result("Acme", "smb", motion="inside_sales"),
        result("B", "smb", strength="firm"),
        result("C", "not_yet", leaning="smb"),
    ]
    new = [result("Acme", "smb", motion="self_serve"), result("B", "smb", strength="open"), result("C", "not_yet")]
    found = compared(old, new)
    assert all(side.holds_results for side in found.sides)
    assert [c.new.name for c in found.verdict] == ["C"]
    assert found.verdict[0].old.verdict == Verdict("not_yet", None, "smb")
    assert [c.new.name for c in found.motion] == ["Acme"]
    assert [c.new.name for c in found.strength] == ["B"]
    assert all(change.facts is None and change.through == () for change in found.changes)


def test_facts_beside_results_count_only_where_all_columns_were_written() -> None:
    part = replace(result("Acme", "smb"), values={"capital": 5})
    assert Quarter("", (part,)).holds_results
    assert not Quarter("", (replace(part, extra={**part.extra, "settled_by": "bounds"}),)).holds_results
    assert not Quarter("", (company("Acme"),)).holds_results


def test_columns_of_the_file_itself_that_are_called_like_results_are_none() -> None:
    own = replace(result("Acme", "interviewed"), extra={"process": "interviewed", "motion": "slow"})
    assert not Quarter("", (own,)).holds_results
    prefixed = result("Acme", "mine", salespath_process="smb")
    found = compared([prefixed], [prefixed])
    assert found.standings[0][0].verdict.process == "smb"


# Alerts


@pytest.mark.parametrize(
    ("old", "new", "level", "since"),
    [
        (12, 5, "flag", NEWLY),
        (5, 4, "flag", STILL),
        (5, 2, "stop", WORSE),
        (2, 5, "flag", BETTER),
        (2, 1, "stop", STILL),
        (None, 2.9, "stop", NEWLY),
    ],
)
def test_an_alert_is_new_or_still_there_and_of_six_or_three_months(old, new, level, since) -> None:
    before = company("Acme", {}, **({} if old is None else {"capital": old * 10_000, "monthly_burn": 10_000}))
    found = compared([before], [company("Acme", {}, capital=new * 10_000, monthly_burn=10_000)])
    (alert,) = found.alerts
    assert (alert.level, alert.since, alert.months) == (level, since, new)
    assert alert.threshold == {"flag": 6, "stop": 3}[level]


def test_a_runway_that_is_told_counts_like_one_from_cash_and_spending() -> None:
    found = compared([], [company("Acme", {}, runway_months=4)])
    assert [(alert.level, alert.since, alert.months) for alert in found.alerts] == [("flag", "", 4)]


@pytest.mark.parametrize("months", [6, 12, 40])
def test_six_months_and_more_are_no_alert(months) -> None:
    found = compared([company("Acme", {}, runway_months=2)], [company("Acme", {}, runway_months=months)])
    assert found.alerts == ()
    assert [one.name for one in found.eased] == ["Acme"]


def test_the_gravest_alerts_come_first_and_of_these_the_new_ones() -> None:
    months = {"A": (2, 2), "B": (9, 4), "C": (9, 1), "D": (4, 4)}
    found = compared(*([company(name, {}, runway_months=m[n]) for name, m in months.items()] for n in (0, 1)))
    assert [alert.standing.name for alert in found.alerts] == ["C", "A", "B", "D"]


def test_of_results_the_flags_say_it() -> None:
    rule = runway_flags(BASE)[0]
    old = [result("A", "smb", f"note:{rule}"), result("B", "smb", f"flag:{rule}; note:flag-burn")]
    new = [result("A", "smb", f"stop:{rule}"), result("B", "smb", "flag:flag-burn")]
    found = compared(old, new)
    assert [(a.standing.name, a.level, a.since, a.months, a.threshold) for a in found.alerts] == [
        ("A", "stop", NEWLY, None, 3)
    ]
    assert [one.name for one in found.eased] == ["B"]


def test_rules_without_such_a_flag_give_no_alert() -> None:
    base = small_base()
    assert runway_flags(base) == ()
    assert quarters(base, Quarter("", ()), Quarter("", (company("A", {}, runway_months=1),))).alerts == ()
