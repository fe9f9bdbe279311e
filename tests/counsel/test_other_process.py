"""Which process `economics` shows, and what the other would have to be, where the company gave no figures for it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from economics_given import PLAIN, UNFIT, file
from given import BASE, EXAMPLES, real_companies, run, sample, some_facts
from hypothesis import given
from hypothesis import strategies as st

from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.months import MOST, flow, plan_of
from salespath.counsel.economics.other_process import mark, processes_to_show
from salespath.counsel.economics.process_economics import economics
from salespath.engine.assess import assess
from salespath.facts import Case
from salespath.report.formats.text import write
from salespath.report.pages.economics import page
from salespath.report.words.economics import gist
from salespath.rules.model import PROCESSES

SMB_FACTS = {"annual_contract_value": 5_000, "sales_team_size": 0}
ENTERPRISE_SET = {"enterprise": {"annual_contract_value": "60000"}}


@pytest.mark.parametrize(
    ("process", "leaning", "facts", "set_", "expected"),
    [
        ("smb", None, SMB_FACTS, {}, ("smb",)),
        ("enterprise", None, {"annual_contract_value": 90_000}, {}, ("enterprise",)),
        ("both", None, SMB_FACTS, {}, PROCESSES),
        ("not_yet", "smb", {}, {}, ("smb",)),
        ("undetermined", "enterprise", {}, {}, ("enterprise",)),
        # given: a contract that is of the other's customers, or one set for it; not the largest contracts alone, nor a rate
        ("enterprise", None, SMB_FACTS, {}, PROCESSES),
        ("smb", None, {"annual_contract_value": 90_000}, {}, PROCESSES),
        ("smb", None, SMB_FACTS, ENTERPRISE_SET, PROCESSES),
        ("smb", None, {**SMB_FACTS, "largest_contract_value": 60_000}, {}, ("smb",)),
        ("smb", None, SMB_FACTS, {"enterprise": {"win_rate": "0.2"}}, ("smb",)),
        ("smb", None, {"annual_contract_value": 30_000}, {}, ("smb",)),
        ("smb", None, {"customer_segments": frozenset({"large"})}, {}, ("smb",)),
        # no leaning: whose customers the company's own figures are of
        ("undetermined", None, SMB_FACTS, {}, ("smb",)),
        ("undetermined", None, {"customer_segments": frozenset({"large"})}, {}, ("enterprise",)),
        ("undetermined", None, {}, {}, PROCESSES),
    ],
)
def test_only_what_is_recommended_or_given_is_processes_to_show(process, leaning, facts, set_, expected):
    assert processes_to_show(process, leaning, inputs(BASE, Case("A", facts, extra={"assumptions": set_}))) == expected


RIVAL = {
    "win_rate": "50%", "deals_begun_month": "1", "ramp_up_months": "0", "sales_cycle_months": "1", "churn_rate": "0",
    "gross_margin": "0.5", "seller_cost_year": "60000",
}  # fmt: skip


def marked(contract, months=4, facts=SMB_FACTS, hired=1):
    """What enterprise selling would have to be beside a process that wins 0.5 and 1 customers in months 3 and 4."""
    read = inputs(BASE, Case("A", facts, extra={"assumptions": {"enterprise": RIVAL}}))
    return mark("enterprise", read, replace(PLAIN, contract_year=contract, hired=hired), months)


def test_what_the_other_would_have_to_be_to_end_with_as_much():
    """1.5 customers at 220,000 are 330,000 a year, more than the 120,000 that pay for a seller of 60,000 at a margin of half.

    That is 4 customers at 100,000 (assumed). Its seller would win half a customer in months 2 to 4, 1.5: 220,000 each.
    """
    found = marked(220_000)
    assert (found.revenue, found.pay, found.customers) == (330_000, 60_000, 4)
    assert (found.others, found.price) == (pytest.approx(1.5), pytest.approx(220_000))


def test_the_other_would_have_to_earn_its_own_sellers_at_least():
    """1.5 customers at 1,000 are less than 120,000: 2 customers at 100,000, or 1.5 at 80,000."""
    found = marked(1_000)
    assert (found.revenue, found.customers, found.price) == (1_500, 2, pytest.approx(80_000))


def test_the_other_has_as_many_sellers():
    one, three = marked(220_000), marked(220_000, hired=3)
    assert (three.pay, three.others) == (3 * one.pay, pytest.approx(3 * one.others))


def test_a_price_is_left_out_where_nobody_is_won_in_time_or_no_such_contract_is_so_small():
    assert marked(1_000, months=1).price is None  # the cycle takes a month
    assert marked(1_000, months=36).price is None  # 120,000 / 17.5 customers is less than any enterprise contract
    assert marked(1_000, months=36).customers == 2


def test_there_is_no_mark_without_an_own_contract_or_anybody_who_sells():
    assert marked(5_000, facts={}).why == "unknown"
    assert marked(5_000, hired=0).why == "nobody"
    assert marked(MOST * 10).why == "beyond"


@given(some_facts(), st.integers(1, 60))
def test_at_its_mark_the_other_does_as_well(facts, months):
    read = inputs(BASE, Case("A", facts))
    for process, other in (PROCESSES, PROCESSES[::-1]):
        plan = plan_of(read.figures[process], 1, read.situation)
        found = mark(other, read, plan, months)
        if found.price is None:
            continue
        theirs = replace(
            plan_of(read.figures[other], 1, read.situation),
            sellers=plan.sellers, hired=plan.hired, contract_year=found.price,
        )  # fmt: skip
        revenue = flow(theirs, months).customers[-1] * found.price
        assert revenue >= found.revenue * (1 - 1e-9)
        assert revenue * theirs.gross_margin >= found.pay * (1 - 1e-9)


def shown(case):
    """What the command shows of a company, as one line, and its economics."""
    read, assessment = inputs(BASE, case), assess(BASE, case)
    chosen = processes_to_show(assessment.process, assessment.leaning, read)
    e = economics(case.company, read, processes=chosen, marked=True)
    return " ".join(write(page(e, assessment)).split()), assessment, e


@pytest.mark.more
@pytest.mark.parametrize("case", sample(real_companies()), ids=lambda case: case.company)
def test_the_economics_of_real_companies_never_speak_against_the_verdict(case):
    text, assessment, e = shown(case)
    assert not UNFIT.search(text)
    assert "less money than" not in text
    if assessment.process in PROCESSES:
        assert list(e.processes) == [assessment.process]
        assert f"what {'SMB' if assessment.process == 'smb' else 'enterprise'} selling takes" in text
        assert "One enterprise contract" not in text
        known = "annual_contract_value" in case.values
        assert ("would have to win and keep" in text) == known
        assert ("is not computed: your own average contract (annual_contract_value) is not known" in text) != known
    elif assessment.process == "both":
        assert tuple(e.processes) == PROCESSES
        assert e.mark is None
    elif assessment.leaning:
        assert list(e.processes) == [assessment.leaning]
    else:
        assert text.count("(assumed only)") == 2
        assert "What would tell most: average contract" in text


def test_the_mark_is_a_mark_and_no_more_exact_than_what_it_rests_on():
    for name in ("HubSpot", "Veeva Systems"):
        text, _, _ = shown(next(case for case in real_companies() if case.company == name))
        assert "it would have to win and keep" in text
        assert "That is a mark to measure by, not a forecast." in text


@pytest.mark.parametrize(
    ("facts", "process", "says", "at"),
    [
        (SMB_FACTS, "smb", "You have not said what enterprise customers would pay", "$100,000 a year (assumed)"),
        (
            {**SMB_FACTS, "largest_contract_value": 60_000},
            "smb",
            "Your largest contracts alone do not tell what enterprise selling takes",
            "$60,000 a year (your largest)",
        ),
        (
            {"annual_contract_value": 30_000},
            "enterprise",
            "Your average contract is not of SMB customers alone",
            "$30,000 a year (your average)",
        ),
    ],
)
def test_the_mark_says_why_the_other_is_not_shown(facts, process, says, at):
    told = gist(economics("A", inputs(BASE, Case("A", facts)), 36, (process,), marked=True))[1]
    assert told.startswith(f"{says}, so ")
    assert at in told


def test_no_mark_says_why():
    for facts, why in (
        ({}, "your own average contract (annual_contract_value) is not known"),
        ({"annual_contract_value": 5_000, "revenue_target": 1, "annual_revenue": 9}, "asks for no new customers"),
    ):
        told = gist(economics("A", inputs(BASE, Case("A", facts)), 36, ("smb",), marked=True))[1]
        assert "What it would have to be to do as well is not computed" in told
        assert why in told


def test_an_undecided_company_is_told_whose_figures_are_shown():
    text, assessment, e = shown(
        Case("A", {"annual_contract_value": 24_000, "decision_makers": 4, "targeted_segments": frozenset({"large"})})
    )
    assert (assessment.process, assessment.leaning, list(e.processes)) == ("undetermined", None, ["smb"])
    assert "undetermined; your own figures are of SMB customers. What would tell most: " in text


def test_a_company_that_is_not_there_yet_is_told_what_its_leaning_would_take():
    text, _, _ = shown(next(case for case in real_companies() if case.company == "Kite"))
    assert "(salespath assess): not yet, leaning to SMB selling; this is what that would take." in text
    asked = run("economics", str(EXAMPLES / "real_companies.yaml"), "--process", "enterprise").stdout.decode()
    told = " ".join(asked.split("Kite: what enterprise selling takes")[1].split())
    assert "(salespath assess): not yet, leaning to SMB selling. Low is" in told


def test_json_holds_what_is_shown_and_what_the_other_would_have_to_be(tmp_path):
    smb = file(tmp_path, "facts: {annual_contract_value: 5000, self_serve: yes, customer_segments: [small]}\n")
    found = json.loads(run("economics", smb, "--format", "json").stdout)
    assert (list(found["processes"]), found["customers_per_enterprise_contract"]) == (["smb"], None)
    assert list(found)[-2:] == ["would_have_to", "currency"]
    other = found["would_have_to"]
    assert (other["process"], other["customers"], other["not_computed"]) == ("enterprise", 4, None)
    assert other["contract"] == {"value": 100_000, "origin": "assumed"}
    assert other["or_customers"] * other["or_contract"] >= max(other["revenue_at_end"], other["sellers_pay_year"]) * (
        1 - 1e-4
    )


def test_figures_set_for_the_other_process_bring_it_back():
    clinic = str(EXAMPLES / "clinic_software.yaml")
    found = json.loads(run("economics", clinic, "--format", "json", "--months", "2").stdout)
    assert (list(found["processes"]), found["would_have_to"]) == ([*PROCESSES], None)
    assert found["customers_per_enterprise_contract"]["base"] == 20


@pytest.mark.parametrize(("process", "other"), [PROCESSES, PROCESSES[::-1]])
def test_a_process_that_is_asked_for_is_the_only_one(process, other):
    done = run("economics", str(EXAMPLES / "veeva_2013.yaml"), "--process", process)
    text = done.stdout.decode()
    names = {"enterprise": "Enterprise", "smb": "SMB"}
    assert f"\n{names[process]}\n---" in text
    assert f"\n{names[other]}\n---" not in text
    assert "would have to" not in text
