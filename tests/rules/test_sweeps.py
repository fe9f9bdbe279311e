"""One number of a company swept with the rest as it is: which way the verdict moves, and what is said at the ends.

What to expect is from the published rules: everybody's begins with the price, cash never makes it too early, and larger customers,
committees and longer sales never speak for the small ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from given import BASE

from salespath.authoring.scenarios import read_scenarios
from salespath.engine.company import Company, process_of
from salespath.engine.variants import processes_of
from salespath.engine.walk import walk
from salespath.facts import Case, Value
from salespath.facts.cases import read_file

ROOT = Path(__file__).parent.parent.parent
PRICES = (300, 500, 900, 999, 1_000, 1_100, 2_000, 4_999, 5_000, 6_000, 9_999, 10_000, 12_000, 20_000, 24_999, 25_000, 30_000,
          49_999, 50_000, 60_000, 99_999, 100_000, 150_000, 300_000, 500_000, 1_000_000)  # fmt: skip
MONTHS = (0, 0.5, 1, 2, 2.9, 3, 4, 5, 6, 6.9, 7, 8, 9, 10, 11.9, 12, 14, 17, 18, 24, 36)
CASH = (0, 1_000, 10_000, 49_999, 50_000, 100_000, 279_999, 280_000, 500_000, 1_000_000, 5_000_000, 10**8)
EMPLOYEES = (1, 20, 99, 100, 300, 999, 1_000, 5_000, 100_000)
CYCLES = (0.5, 1, 2, 3, 3.5, 5, 5.5, 6, 8, 12, 18)
COMMITTEES = (1, 2, 3, 4, 5, 6, 8, 12)
TOWARDS_LARGE = {"smb": -1, "both": 0, "enterprise": 1}


@cache
def documented() -> list[Case]:
    """The 91 companies that come with the program."""
    files = (read_file(str(ROOT / f"examples/real_companies{n}.yaml"), BASE.vocabulary) for n in ("", "_2", "_3"))
    return [case for file in files for case in file.cases]


@cache
def everybody() -> list[Case]:
    """They and the companies of the scenarios."""
    return [*documented(), *(scenario.case for scenario in read_scenarios(BASE, [str(ROOT / "tests/scenarios")]))]


def without(case: Case, *names: str) -> dict[str, Value]:
    """What is known of a company but some numbers."""
    return {name: value for name, value in case.values.items() if name not in names}


def backwards(
    facts: Mapping[str, Value], name: str, values: Sequence[float]
) -> Iterator[tuple[float, str, float, str]]:
    """Where a process to run follows on one that is nearer to enterprise selling, as the number grows."""
    before: tuple[float, str] | None = None
    for value, process in zip(values, processes_of(BASE, facts, [{name: value} for value in values])):
        if process in TOWARDS_LARGE:
            if before and TOWARDS_LARGE[process] < TOWARDS_LARGE[before[1]]:
                yield (*before, value, process)
            before = value, process


def standing(facts: Mapping[str, Value]) -> set[str]:
    """The blocks that stand."""
    truth = walk(BASE, Company(BASE, facts), settle=False, plan=False).truth
    return {id_ for id_, ref in BASE.graph.standing_refs.items() if truth.is_true(ref)}


def test_the_companies_are_those_that_are_meant() -> None:
    assert len(documented()) == 91
    assert len(everybody()) > 500


def test_a_higher_price_never_moves_a_verdict_towards_smb_selling() -> None:
    for case in everybody():
        for low, before, _, after in backwards(case.values, "annual_contract_value", PRICES):
            # Work by hand for small customers that a higher price pays for: then they are worth selling to as well.
            priced_out = {"smb-price-carries-no-seller", "smb-bespoke-for-small-contracts"}
            assert (before, after) == ("enterprise", "both"), case
            assert standing({**case.values, "annual_contract_value": low}) & priced_out, case


@pytest.mark.parametrize(
    ("name", "values"), [("customer_employees", EMPLOYEES), ("decision_makers", COMMITTEES)], ids=["size", "committee"]
)
def test_larger_customers_and_committees_never_move_it_towards_smb_selling(name: str, values: Sequence[float]) -> None:
    for case in everybody():
        assert not list(backwards(case.values, name, values)), case


def test_a_longer_sale_never_moves_it_towards_smb_selling_unless_it_outlasts_the_cash() -> None:
    for case in everybody():
        for *_, long, _ in backwards(case.values, "sales_cycle_months", CYCLES):
            assert "enterprise-cycle-outlasts-the-cash" in standing({**case.values, "sales_cycle_months": long}), case


@pytest.mark.parametrize(
    ("name", "values", "instead_of"),
    [
        ("runway_months", MONTHS, ("capital", "monthly_burn", "committed_runway_months")),
        ("capital", CASH, ("runway_months",)),
    ],
    ids=["months", "cash"],
)
def test_more_cash_never_makes_it_too_early(name: str, values: Sequence[float], instead_of: tuple[str, ...]) -> None:
    for case in everybody():
        found = processes_of(BASE, without(case, *instead_of), [{name: value} for value in values])
        first = next((place for place, process in enumerate(found) if process != "not_yet"), len(found))
        assert "not_yet" not in found[first:], case


@pytest.mark.parametrize("price", [500, 999])
def test_nothing_sold_by_hand_is_recommended_at_a_price_that_cannot_carry_it(price: int) -> None:
    for case in documented():
        facts = {
            **without(case, "self_serve", "largest_contract_value"),
            "annual_contract_value": price,
            "self_serve": False,
        }
        assert process_of(BASE, facts) in ("not_yet", "undetermined"), case


def test_no_quick_purchases_are_recommended_at_a_price_that_nobody_pays_quickly() -> None:
    for case in documented():
        facts = {**case.values, "annual_contract_value": 1_000_000}
        assert process_of(BASE, facts) not in ("smb", "both"), case


def test_the_price_moves_every_verdict_that_says_how_to_sell() -> None:
    for case in documented():
        low, high = processes_of(
            BASE, case.values, [{"annual_contract_value": 500}, {"annual_contract_value": 500_000}]
        )
        assert low != high or low == "not_yet", case
