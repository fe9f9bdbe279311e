"""The built-in base on the documented companies of `examples/real_companies.yaml`, and how much of it hangs on one rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from given import BASE, EXAMPLES

from salespath.authoring.known import Known, Selection, labelled
from salespath.authoring.perturb import firing, robustness
from salespath.authoring.score import LEAD, Score, score
from salespath.engine.assess import assess
from salespath.facts import read_file
from salespath.rules.model import PROCESSES, VERDICTS

# Hundreds of changed bases say no more of the code than one does, and take five times as long while coverage is measured.
pytestmark = pytest.mark.heavy

PAGE = Path(__file__).parent.parent / "docs" / "real-companies.md"
PORTFOLIO = read_file(str(EXAMPLES / "real_companies.yaml"), BASE.vocabulary)
KNOWN, PROBLEMS = labelled(PORTFOLIO, "real_companies.yaml")
SELECTIONS = {
    "all facts": Selection(),
    "without inferred facts": Selection(inferred=False),
    "without facts on how they sell": Selection(motion=False),
}
MOTION_LEFT_OUT: list[Known] = SELECTIONS["without facts on how they sell"].of(KNOWN)
SCORES: dict[str, Score] = {name: score(BASE, facts.of(KNOWN)) for name, facts in SELECTIONS.items()}


def rights(name: str) -> list[int]:
    """How many are right: salespath, the rule of thumb for one process, the one with both."""
    return [agreement.rate.right for agreement in SCORES[name].agreements]


def missed(name: str) -> dict[str, str]:
    return {miss.assessment.company: miss.label for miss in SCORES[name].misses}


def test_the_companies_are_read_without_a_problem() -> None:
    assert (PORTFOLIO.problems, PROBLEMS) == ((), [])
    assert len(KNOWN) == 32


@pytest.mark.parametrize(("name", "least"), list(zip(SELECTIONS, (29, 27, 24))))
def test_it_agrees_with_the_documented_companies(name: str, least: int) -> None:
    assert rights(name)[0] >= least


@pytest.mark.parametrize("name", SELECTIONS)
def test_no_company_is_told_the_opposite_process(name: str) -> None:
    assert not [miss for miss in SCORES[name].misses if {miss.label, miss.assessment.process} == set(PROCESSES)]


def test_by_the_quick_facts_alone_it_agrees_with_nearly_as_many() -> None:
    assert right_by_quick_facts() >= 28


def right_by_quick_facts() -> int:
    """How many are right by what a quick interview asks."""
    quick = {fact.id for fact in BASE.vocabulary.facts.values() if fact.quick}
    few = [
        replace(i, case=replace(i.case, values={f: v for f, v in i.case.values.items() if f in quick})) for i in KNOWN
    ]
    return score(BASE, few).agreements[0].rate.right


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
    assert rights(name)[1:] == [24, 27]


def test_little_hangs_on_one_rule_or_on_exact_certainties() -> None:
    changed = robustness(BASE, KNOWN)
    changes = (*changed.deleted, *changed.all_scaled, *changed.one_scaled)
    assert [change for change in changes if change.lost > 2] == []
    assert len(changed.deleted) > 100
    assert len(changed.one_scaled) > 100


def test_no_evidence_is_shaped_to_one_company() -> None:
    """Evidence for exactly one of the documented companies would be a label in disguise; evidence for none is general."""
    assert [id_ for id_, number in firing(BASE, KNOWN).items() if number == 1] == []


# The page


def test_the_page_gives_the_current_figures() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in SELECTIONS:
        figures = rights(name)
        assert f"| {name} | {' | '.join(map(str, figures))} |" in page, (name, figures)
    assert f"by them {right_by_quick_facts()} of 32 are right" in " ".join(page.split())
    confusion = SCORES["all facts"].confusion
    for label in VERDICTS[:-1]:
        row = " | ".join(str(confusion.get((label, said), 0)) for said in VERDICTS)
        assert f"| {label} | {row} |" in page, (label, row)
    for company in missed("all facts") | missed("without inferred facts"):
        assert f"**{company.removesuffix(' (business line)')}**" in page, company


@pytest.mark.parametrize(("number", "count"), [("2", 19), ("3", 40)])
def test_the_pages_give_the_figures_of_the_sets_collected_without_sight_of_the_rules(number: str, count: int) -> None:
    name = f"real_companies_{number}.yaml"
    known, problems = labelled(read_file(str(EXAMPLES / name), BASE.vocabulary), name)
    assert not problems
    assert len(known) == count
    page = PAGE.read_text(encoding="utf-8")
    for facts in ("all facts", "without inferred facts"):
        ours, *_, both = score(BASE, SELECTIONS[facts].of(known)).agreements
        assert f"| {count}, {facts} | {ours.rate.right} | {both.rate.right} |" in page


def test_the_page_gives_the_measures() -> None:
    page, scored = PAGE.read_text(encoding="utf-8"), SCORES["all facts"]
    ours, *thumbs = scored.agreements
    low, high = ours.rate.interval
    assert f"{ours.rate.right} of 32 is {ours.rate.share:.0%}, with a 95% interval of {low:.0%} to {high:.0%}" in page
    assert f"is {ours.kappa:.2f}, against {' and '.join(f'{thumb.kappa:.2f}' for thumb in thumbs)}" in page
    close = [band.rate for band in scored.reliability if band.low < LEAD]
    assert f"to lead | {sum(r.right for r in close)} of {sum(r.of for r in close)} |" in page
    for band in scored.reliability[-2:]:
        assert f"| {band.rate.right} of {band.rate.of} |" in page
