"""No two items that are said of one company, on whatever page, claim opposite things (`rules/base/claims.yaml`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import pytest
from given import BASE, EXAMPLES, ROOT, VOCABULARY, sample

from salespath.authoring.scenarios import read_scenarios
from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.other_process import processes_to_show
from salespath.counsel.economics.process_economics import economics
from salespath.counsel.moves import planned_moves
from salespath.counsel.ninety_days import ninety_days
from salespath.counsel.reach.steps import cards
from salespath.counsel.sensitivity import sensitivity
from salespath.engine.assess import assess
from salespath.facts import Case, read_file
from salespath.facts.cases import read_case
from salespath.files.nodes import parse
from salespath.files.problems import Problem
from salespath.report.page import Block, Item, Items, Page, Tree
from salespath.report.pages import assessment, explanation
from salespath.report.pages import economics as economics_page
from salespath.report.pages import ninety_days as ninety_days_page
from salespath.report.pages import sensitivity as sensitivity_page

# Subjects that only advice speaks on, whose rules are to say what they claim.
WAITING = {
    "audit", "bespoke_work", "churn", "customers_first", "deals_at_once", "deciders", "discount",
    "expected_months", "founder_sells", "free_trial", "hire_marketer", "kinds_of_buyers", "large_contracts",
    "large_customers", "largest_customer", "marketing_lead", "new_money", "outsourcing", "own_machines",
    "enterprise_target", "paid_advertising", "paid_before", "partners", "price", "sellers_enough", "smb_target", "spending",
    "step_out", "trials_cost", "two_processes", "visits",
}  # fmt: skip
PARTS = 6  # of the companies, so that no test takes long


class Said(NamedTuple):
    """What an item of a page says on a subject, and the rules that it shows."""

    page: str
    value: str
    rules: frozenset[str]
    text: str


def items(page: str, blocks: Iterable[Block]) -> Iterator[tuple[str, Said]]:
    for block in blocks:
        rules, text = frozenset(BASE.knowledge.rules.keys() & {*block.ids}), getattr(block, "text", "a table")
        yield from ((subject, Said(page, value, rules, text)) for subject, value in (block.claims or {}).items())
        under = block.items if isinstance(block, Items) else block.under if isinstance(block, Item | Tree) else ()
        yield from items(page, under)


def pages(case: Case) -> Iterator[tuple[str, Page]]:
    a = assess(BASE, case)
    yield "assess", assessment.page(a)
    yield "assess --full", assessment.full(a)
    read = inputs(BASE, case, a)
    found = economics(case.company, read, 36, processes_to_show(a.process, a.leaning, read), marked=True)
    yield "economics", economics_page.page(found, a)
    money = economics(case.company, read, 36, [a.sold_as]).processes[a.sold_as] if a.sold_as else None
    yield "plan", ninety_days_page.page(ninety_days(a, planned_moves(a).chosen, money, read.situation))
    how = explanation.explain(a)
    assert how is not None
    yield "explain", explanation.page(how)
    hanging = sensitivity(BASE, case)
    yield "whatif", sensitivity_page.page(hanging, tuple(cards(BASE, hanging)))


def statements(case: Case) -> Mapping[str, list[Said]]:
    found = defaultdict(list)
    for name, page in pages(case):
        for subject, said in items(name, page.blocks):
            found[subject].append(said)
    return found


def opposites(found: Mapping[str, list[Said]]) -> Iterator[tuple[str, Said, Said]]:
    """Two items that claim opposites, neither of which names a rule of the other."""
    for subject, some in found.items():
        pairs = ((one, other) for one in some for other in some if one.value < other.value)
        yield from ((subject, one, other) for one, other in pairs if not one.rules & other.rules)


@cache
def companies() -> tuple[Case, ...]:
    """The documented ones, the examples, the vignettes and the scenarios."""
    files = [*sorted(EXAMPLES.glob("*.yaml")), ROOT / "tests" / "vignettes.yaml"]
    documented = [case for file in files for case in read_file(str(file), VOCABULARY).cases]
    return (*documented, *(s.case for s in read_scenarios(BASE, [str(ROOT / "tests" / "scenarios")])))


@pytest.mark.more
@pytest.mark.parametrize("part", range(PARTS))
def test_no_two_items_on_the_pages_of_a_company_claim_opposites(part) -> None:
    broken = [
        f"{case.company or case.extra.get('id')}: {subject}\n  {one}\n  {other}"
        for case in sample(companies()[part::PARTS], 40)
        for subject, one, other in opposites(statements(case))
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.heavy
def test_every_subject_is_spoken_on_and_both_things_are_said() -> None:
    used = defaultdict(set)
    for rule in BASE.knowledge.rules.values():
        for subject, value in rule.claims.items():
            used[subject].add(value)
    for case in companies()[::4]:
        for subject, some in statements(case).items():
            used[subject] |= {said.value for said in some}
    assert {
        subject: values for subject, values in used.items() if not values <= {*BASE.knowledge.claims[subject].values}
    } == {}
    assert {subject for subject in BASE.knowledge.claims if len(used[subject]) < 2} <= WAITING


@pytest.mark.parametrize("claim", BASE.knowledge.claims.values(), ids=lambda claim: claim.id)
def test_each_subject_says_what_it_is_about_and_of_which_company_both_were_said(claim) -> None:
    assert claim.about in ("fact", "process", "move", "figure")
    assert len(claim.values) == 2
    named = {str(case.extra["id"]) for case in companies() if "id" in case.extra}
    if claim.broken_by not in named:
        problems: list[Problem] = []
        case = read_case(parse(claim.broken_by, "broken_by"), VOCABULARY, "broken_by", problems, claim.id)
        assert not problems
        assert case is not None
        assert case.values


def test_an_item_claims_what_its_rules_agree_on() -> None:
    case = next(case for case in companies() if case.company == "HubSpot")
    found = statements(case)
    assert {said.value for said in found["sell_smb"] if said.page != "economics"} == {"yes"}
    assert any("smb-inside-sellers-help-to-start" in said.rules for said in found["buy_alone"])
