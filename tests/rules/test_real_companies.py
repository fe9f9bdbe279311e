"""The built-in base on the documented companies of `examples/real_companies*.yaml`, and how much of it hangs on one rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from given import BASE, EXAMPLES

from salespath.authoring.score import Score, score, score_files
from salespath.engine.assess import assess
from salespath.engine.documented import DocumentedCase, Selection, documented_cases
from salespath.facts import read_file
from salespath.rules.model import PROCESSES
from tools.robustness import firing, robustness

# Hundreds of changed bases say no more of the code than one does, and take five times as long while coverage is measured.
pytestmark = pytest.mark.heavy

NAMES = ("real_companies.yaml", "real_companies_2.yaml", "real_companies_3.yaml")
READ = {name: read_file(str(EXAMPLES / name), BASE.vocabulary) for name in NAMES}
FILES = {name: documented_cases(portfolio, name)[0] for name, portfolio in READ.items()}
ALL = [item for known in FILES.values() for item in known]
KNOWN = FILES[NAMES[0]]
SELECTIONS = {
    "all facts": Selection(),
    "without inferred facts": Selection(inferred=False),
    "without facts on how they sell": Selection(motion=False),
}
MOTION_LEFT_OUT: list[DocumentedCase] = SELECTIONS["without facts on how they sell"].of(KNOWN, BASE.vocabulary)
SCORES: dict[str, Score] = {name: score(BASE, facts.of(KNOWN, BASE.vocabulary)) for name, facts in SELECTIONS.items()}


def rights(scored: Score) -> dict[str, int]:
    """How many each judge gets right."""
    return {agreement.judge: agreement.rate.right for agreement in scored.agreements}


def missed(name: str) -> dict[str, str]:
    return {miss.assessment.company: miss.label for miss in SCORES[name].misses}


def test_the_companies_are_read_without_a_problem() -> None:
    assert [portfolio.problems for portfolio in READ.values()] == [(), (), ()]
    assert [documented_cases(portfolio, name)[1] for name, portfolio in READ.items()] == [[], [], []]
    assert [len(known) for known in FILES.values()] == [32, 19, 40]


@pytest.mark.parametrize(("name", "least"), list(zip(SELECTIONS, (29, 27, 24))))
def test_it_agrees_with_the_documented_companies(name: str, least: int) -> None:
    assert rights(SCORES[name])["salespath"] >= least


def test_it_does_better_than_every_baseline_on_all_companies_and_as_well_on_each_file() -> None:
    scored = score_files(BASE, FILES)
    for part in (*scored.files.values(), scored):
        ours, *others = rights(part).values()
        assert ours >= max(others)
    assert max(agreement.paired.p for agreement in scored.agreements if agreement.paired) < 0.05


@pytest.mark.parametrize("name", SELECTIONS)
def test_no_company_is_told_the_opposite_process(name: str) -> None:
    assert not [miss for miss in SCORES[name].misses if {miss.label, miss.assessment.process} == set(PROCESSES)]


def test_by_the_quick_facts_alone_it_agrees_with_nearly_as_many() -> None:
    quick = {fact.id for fact in BASE.vocabulary.facts.values() if fact.quick}
    few = [
        replace(i, case=replace(i.case, values={f: v for f, v in i.case.values.items() if f in quick})) for i in KNOWN
    ]
    assert rights(score(BASE, few))["salespath"] >= 28


def test_without_facts_on_how_they_sell_only_those_that_run_both_are_missed() -> None:
    """Whom a company employs and which channels it uses tell its motion; one process alone is found without them."""
    more = missed("without facts on how they sell").items() - missed("all facts").items()
    assert {label for _, label in more} == {"both"}


def test_those_that_run_both_are_told_what_both_would_take() -> None:
    for item in MOTION_LEFT_OUT:
        if item.label == "both":
            assessment = assess(BASE, item.case)
            if assessment.process in PROCESSES:
                assert "both-needs-answers-about-people" in {warning.rule for warning in assessment.warnings}


@pytest.mark.parametrize("name", SELECTIONS)
def test_rules_of_thumb_that_ask_three_questions(name: str) -> None:
    found = rights(SCORES[name])
    assert [found["rule of thumb, one process"], found["rule of thumb, with both"]] == [24, 27]


def test_little_hangs_on_one_rule_or_on_exact_certainties() -> None:
    """The exception is what the word enterprise means: that large organisations pay."""
    changed = robustness(BASE, ALL)
    heavy = {change.what: change.lost for change in (*changed.deleted, *changed.one_scaled) if change.lost > 2}
    assert heavy.pop("large-customers-carry-enterprise-selling", 0) <= 4
    assert heavy == {}
    assert [change for change in changed.all_scaled if change.lost > 4] == []
    assert len(changed.deleted) > 100
    assert len(changed.one_scaled) > 100


def test_no_evidence_is_shaped_to_one_company() -> None:
    """Evidence for exactly one of the documented companies would be a label in disguise; evidence for none is general."""
    assert [id_ for id_, number in firing(BASE, KNOWN).items() if number == 1] == []
