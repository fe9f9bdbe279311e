"""What is said of the answers in a table: what is said of the same companies one by one."""

from pathlib import Path

import pytest
from given import BASE

from salespath.engine.assess import assess
from salespath.files.problems import WARNING
from salespath.tables.assessed import read_companies
from salespath.tables.read import CompaniesFile

TABLE = """company,won_opportunities,leads,customers_lost,paying_customers,lead_conversion_rate
Alder,10,30,2,40,
Birch,20,3,2,40,
Cedar,20,3,2,40,50%
Dogwood,,,,,
"""
FACTS = """- {company: Alder, facts: {won_opportunities: 10, leads: 30}}
- {company: Birch, facts: {won_opportunities: 20, leads: 3}}
"""


@pytest.mark.parametrize(("name", "text"), [("t.csv", TABLE), ("t.yaml", FACTS)])
def test_numbers_that_cannot_be_are_told_of_many_companies_as_of_one(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    told = []
    for _ in read_companies(BASE, CompaniesFile(BASE, str(tmp_path / name)).reading(), on_problem=told.append):
        pass
    cases = CompaniesFile(BASE, str(tmp_path / name)).portfolio().cases
    alone = [problem.message for case in cases for problem in assess(BASE, case).problems]
    assert [problem.message for problem in told if problem.severity == WARNING] == alone
    assert any(message.startswith("Birch: won_opportunities / leads makes 667%") for message in alone)
