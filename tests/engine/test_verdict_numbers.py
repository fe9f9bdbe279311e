"""What comparisons of verdict numbers mean, for one company and for a table, and whether they can still turn out otherwise."""

from __future__ import annotations

import pytest
from given import small_base

from salespath.engine.company import Company
from salespath.engine.table import FactTable, assess_table
from salespath.engine.walk import OPERATORS, walk
from salespath.facts import Case
from salespath.files.problems import SalespathError

RULES = """
rules:
  - id: short-of-cash
    when: runway_months < 12
    weigh: {{process: smb, certainty: 0.5, line: size}}
    because: Little time is left.
    source: [K01]
  - id: self-serve
    when: self_serve
    weigh: {{process: enterprise, certainty: 0.5, line: size}}
    because: It sells itself.
    source: [K01]
  - id: tested
    when: {when}
    conclude: {{lead: smb}}
    because: It is so.
    source: [K01]
"""
LN2 = 0.693147181  # the net evidence of a certainty of 0.5
FORMULAS = {
    "fit_smb": (LN2, 0),
    "fit_smb * 2": (2 * LN2, 0),
    "-2 * fit_smb": (-2 * LN2, 0),
    "fit_smb / 2 - fit_enterprise": (LN2 / 2, -LN2),
    "fit_smb / -4 + fit_enterprise * 3": (LN2 / -4, 3 * LN2),
}


def lead(when: str, facts: dict) -> tuple[int, int]:
    """Whether the rule with a condition fired, for the company alone and for it in a table."""
    base = small_base(RULES.format(when=when))
    alone = walk(base, Company(base, facts)).truth.is_true(base.rule_ref("tested"))
    table = assess_table(base, FactTable.from_cases(base, [Case("it", facts)]))
    return alone, table.unpacked(table.fired)[list(table.rules).index("tested"), 0]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("number", [-1, 0, LN2, 1])
def test_a_verdict_number_is_compared_by_its_value(formula, operator, number):
    for facts, value in zip(({"runway_months": 6}, {"runway_months": 24, "self_serve": True}), FORMULAS[formula]):
        expected = OPERATORS[operator](value, number)
        assert lead(f"{formula} {operator} {number}", facts) == (expected, expected)


@pytest.mark.parametrize(
    "when", ["fit_smb * fit_enterprise > 1", "1 / fit_smb > 1", "fit_smb / 0 > 1", "fit_smb * 0 > 1"]
)
def test_verdict_numbers_are_scaled_by_numbers_only(when):
    with pytest.raises(SalespathError, match="scaled by numbers other than 0 only"):
        small_base(RULES.format(when=when))


@pytest.mark.parametrize(
    ("process", "facts"),
    [
        ({"undetermined", "smb"}, {"self_serve": False}),
        ({"undetermined", "enterprise"}, {"runway_months": 24}),
        ({"smb"}, {"runway_months": 6, "self_serve": False}),
        ({"undetermined", "smb", "enterprise"}, {}),
    ],
)
def test_an_equation_that_can_still_hold_is_possible(process, facts):
    base = small_base(RULES.format(when="fit_smb > 0"))
    possible = walk(base, Company(base, facts)).possible
    assert {value for value, so in possible.items() if so} == process
