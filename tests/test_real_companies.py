"""The built-in base on the documented companies of `examples/real_companies.yaml`, and how much of it hangs on one rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement import (
    FACTORS,
    SELECTIONS,
    Facts,
    Miss,
    companies,
    deciding,
    missed,
    misses,
    process,
    scaled,
    thumb_of_one_process,
    thumb_with_both,
    without_each_rule,
    without_inferred,
    without_motion,
)

from salespath.engine.assess import assess
from salespath.engine.company import Company
from salespath.engine.load import load
from salespath.engine.walk import walk
from salespath.facts import Case
from salespath.rules.model import PROCESSES, Weigh

# Hundreds of changed bases say no more of the code than one does, and take five times as long while coverage is measured.
pytestmark = pytest.mark.no_cover

PAGE = Path(__file__).parent.parent / "docs" / "real-companies.md"
BASE = load()
CASES = companies(BASE)
BEFORE = missed(BASE, CASES)
WEIGHS = [rule.id for rule in deciding(BASE) if isinstance(rule.then, Weigh)]


def judge(facts: Facts) -> str:
    return process(BASE, facts)


def right(wrong: list[Miss]) -> int:
    return len(CASES) - len(wrong)


def test_it_agrees_with_the_documented_companies() -> None:
    assert len(CASES) == 32
    assert right(misses(judge, CASES)) >= 29


def test_it_agrees_without_the_facts_that_were_inferred() -> None:
    assert right(misses(judge, CASES, without_inferred)) >= 27


@pytest.mark.parametrize("select", SELECTIONS.values(), ids=SELECTIONS)
def test_no_company_is_told_the_opposite_process(select) -> None:
    assert not [miss for miss in misses(judge, CASES, select) if {miss.label, miss.said} == set(PROCESSES)]


def test_without_facts_on_how_they_sell_only_those_that_run_both_are_missed() -> None:
    """Whom a company employs and which channels it uses tell its motion; one process alone is found without them."""
    without = {miss.company: miss.label for miss in misses(judge, CASES, without_motion)}
    already = {miss.company for miss in misses(judge, CASES)}
    assert {label for company, label in without.items() if company not in already} == {"both"}
    assert right(misses(judge, CASES, without_motion)) >= 24


def test_those_that_run_both_are_told_what_both_would_take() -> None:
    for case in CASES:
        if case.extra["label"] == "both":
            assessment = assess(BASE, Case(case.company, without_motion(case)))
            if assessment.process in PROCESSES:
                assert "both-needs-answers-about-people" in {warning.rule for warning in assessment.warnings}


def test_rules_of_thumb_that_ask_three_questions() -> None:
    for select in SELECTIONS.values():
        assert right(misses(thumb_of_one_process, CASES, select)) == 24
        assert right(misses(thumb_with_both, CASES, select)) == 27


# How much hangs on one rule


def test_no_rule_carries_the_agreement_alone() -> None:
    losses = {rule.id: missed(changed, CASES) - BEFORE for rule, changed in without_each_rule(BASE)}
    assert {id_: number for id_, number in losses.items() if number > 2} == {}


@pytest.mark.parametrize("factor", FACTORS)
def test_certainties_can_all_be_a_fifth_off(factor: float) -> None:
    assert missed(scaled(BASE, factor), CASES) - BEFORE <= 2


@pytest.mark.parametrize("factor", FACTORS)
def test_any_one_certainty_can_be_a_fifth_off(factor: float) -> None:
    losses = {id_: missed(scaled(BASE, factor, id_), CASES) - BEFORE for id_ in WEIGHS}
    assert {id_: number for id_, number in losses.items() if number > 2} == {}


def test_no_evidence_is_shaped_to_one_company() -> None:
    """Evidence for exactly one of the documented companies would be a label in disguise; evidence for none is general."""
    counts = dict.fromkeys(WEIGHS, 0)
    for case in CASES:
        truth = walk(BASE, Company(BASE, case.values), settle=False, plan=False).truth
        for id_ in WEIGHS:
            counts[id_] += bool(truth.is_true(BASE.rule_refs[id_]))
    assert [id_ for id_, number in counts.items() if number == 1] == []


# The page


def test_the_page_gives_the_current_figures() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, select in SELECTIONS.items():
        figures = [right(misses(who, CASES, select)) for who in (judge, thumb_of_one_process, thumb_with_both)]
        assert f"| {name} | {' | '.join(map(str, figures))} |" in page, (name, figures)
    for label in ("enterprise", "smb", "both", "not_yet"):
        cases = [case for case in CASES if case.extra["label"] == label]
        said = [judge(case.values) for case in cases]
        row = " | ".join(str(said.count(p)) for p in ("enterprise", "smb", "both", "not_yet", "undetermined"))
        assert f"| {label} | {row} |" in page, (label, row)
    for miss in [*misses(judge, CASES), *misses(judge, CASES, without_inferred)]:
        assert f"**{miss.company.removesuffix(' (business line)')}**" in page, miss
