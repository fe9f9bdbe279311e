"""The three sheets among the examples: an accountant's in Romanian, an export of a CRM, a fund's workbook."""

from pathlib import Path

import pytest
from given import BASE

from salespath.facts import Portfolio
from salespath.facts.rates import own_value
from salespath.tables.read import CompaniesFile

SHEETS = Path(__file__).parents[2] / "examples" / "sheets"


def read(name: str) -> Portfolio:
    return CompaniesFile(BASE, str(SHEETS / name)).portfolio()


def left_out(found: Portfolio) -> dict[int, str]:
    return {item.row: item.kind for item in found.left_out}


def facts(found: Portfolio) -> dict[str, str]:
    return {column.column: column.fact for column in found.columns if column.fact}


def test_a_romanian_sheet_in_an_old_encoding_with_sections_subtotals_and_a_row_twice() -> None:
    found = read("fond_carpati.csv")
    assert [case.company.split()[0] for case in found.cases] == [
        *("Mestecăn", "Arţar", "Frasin", "Salcâm", "Tei", "Gorun", "Alun", "Carpen", "Cireş")
    ]
    assert left_out(found) == {
        **{row: "section heading" for row in (5, 12)},
        **{row: "total" for row in (11, 18, 19)},
        **{15: "duplicate", 20: "footer"},
    }
    assert found.rejects == ()
    first = found.cases[0]
    assert first.currency == "RON"
    assert first.rate
    known = {n: own_value(first.values[n], first.rate) for n in ("capital", "monthly_burn", "annual_contract_value")}
    assert known == {"capital": 6_120_000, "monthly_burn": 310_500, "annual_contract_value": 351_800}
    assert first.values["sales_cycle_months"] == pytest.approx(190 / 365 * 12, abs=0.05)
    assert first.values["company_employees"] == 64
    assert "customer_employees" not in first.values
    assert first.extra["CUI"] == "RO 40112233"
    assert ["capital" in case.values for case in found.cases].count(False) == 2  # #N/A, and no data


def test_an_export_of_a_crm_in_five_currencies_whose_stage_is_that_of_a_deal() -> None:
    found = read("crm_export.csv")
    assert facts(found) == {
        "Account Name": "company",
        "Employees": "company_employees",
        "Average Deal Size": "annual_contract_value",
        "Average Days to Close": "sales_cycle_months",
        "Number of Decision Makers": "decision_makers",
        "Paying Customers": "paying_customers",
        "Cash Balance": "capital",
        "Monthly Burn": "monthly_burn",
    }
    assert [case.company for case in found.cases] == [
        *("Larkspur Health, Inc.", "Bracken & Fern Ltd", "Yarrow Robotics", "Clover Learning"),
        *("Sedge Legal LLC", "Vetch Energy AB"),
    ]
    # kr can be three currencies, and the row says which it is.
    assert [case.currency for case in found.cases] == ["USD", "GBP", "USD", "EUR", "USD", "SEK"]
    # 180.000 and 140.000 beside 410,000.00 can be thousands or not.
    assert [(reject.row, [p.column for p in reject.problems]) for reject in found.rejects] == [
        (4, ["monthly_burn"]),
        (5, ["monthly_burn"]),
    ]
    assert left_out(found) == {11: "footer", 12: "footer"}


def test_a_workbook_of_a_fund_with_a_cover_two_dates_of_one_company_and_formulas_without_values() -> None:
    found = read("fund_dashboard.xlsx")
    assert [case.company.split()[0] for case in found.cases] == [
        *("Halyard", "Pennant", "Capstan", "Mizzen", "Keel", "Bowsprit", "Tiller", "Forestay")
    ]
    assert left_out(found) == {10: "older date", 14: "total", 16: "footer"}
    known = {case.company.split()[0]: case.values for case in found.cases}
    assert (known["Bowsprit"]["capital"], known["Mizzen"]["capital"]) == (4_100_000, 220_000)
    assert (known["Halyard"]["monthly_burn"], known["Halyard"]["gross_margin"]) == (310_000, 0.81)
    assert "capital" not in known["Forestay"]
    assert not {"Total raised ($M)", "Logo churn", "Runway (check)"} & facts(found).keys()
    assert [p.column for p in found.problems if p.code == "SP125"] == ["Runway (check)", "Logo churn"]
