"""Which fact a column is: by other names, by what somebody says of it, and never by a guess."""

from pathlib import Path

import pytest
from given import BASE, VOCABULARY

from salespath.facts import Case, ColumnRead, Portfolio
from salespath.facts.vocabulary import bare_name
from salespath.files.problems import ERROR, NOTE, WARNING, SalespathError
from salespath.tables import header
from salespath.tables.columns import Meaning, TableOptions, mapping_text, read_options
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file

SHEETS = Path(__file__).parent / "sheets"


def said(*texts: str, path: str = "") -> TableOptions:
    return read_options(VOCABULARY, texts, path)


def wrong(*texts: str, path: str = "") -> list[tuple[str, int | None]]:
    with pytest.raises(SalespathError) as caught:
        said(*texts, path=path)
    return [(problem.code, problem.line) for problem in caught.value.problems]


def read(path: Path, options: TableOptions | None = None) -> Portfolio:
    return CompaniesFile(BASE, str(path), options=options or TableOptions()).portfolio()


def sheet(folder: Path, text: str, **more: str) -> Portfolio:
    (folder / "f.csv").write_text(text, "utf-8")
    return read(folder / "f.csv", TableOptions(**more))  # type: ignore[arg-type]


def facts(case: Case) -> dict[str, object]:
    return {name: str(value) for name, value in case.values.items()}


def columns(found: Portfolio) -> dict[str, ColumnRead]:
    return {column.column: column for column in found.columns}


# Aliases


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        *((name, "company_employees") for name in ("numberofemployees", "No. of Employees", "Nr. angajați", "SALARIAȚI", "Staff")),
        *((name, "annual_revenue") for name in ("Turnover", "Total revenue", "Cifră de afaceri", "Cifra de afaceri netă")),
        *((name, "capital") for name in ("Cash", "Cash & cash equivalents", "Disponibilități", "Cash at bank (k€)", "Sold bancă")),
        *((name, "monthly_burn") for name in ("Net Burn ($k/mo)", "Avg. monthly burn", "Burn net lunar")),
        *((name, "annual_contract_value") for name in ("ACV", "Avg. deal size", "Valoarea medie a contractului")),
        *((name, "sales_cycle_months") for name in ("Average sales cycle", "Ciclul de vânzare", "Average days to close")),
        *((name, "decision_makers") for name in ("Number of decision makers", "Număr decidenți")),
        *((name, "paying_customers") for name in ("Paying clients", "Număr de clienți plătitori")),
        *((name, "currency") for name in ("Currency code", "Monedă")),
        *((name, "company") for name in ("Organization Name", "Denumire firmă", "Portfolio company")),
    ],
)  # fmt: skip
def test_what_exports_call_a_fact_is_it(written: str, fact: str) -> None:
    found = header.read([written, "free_trial"], VOCABULARY, "t.csv")
    assert (found.names[0], found.problems) == (fact, ())


@pytest.mark.parametrize(
    "written",
    ["Total Funding", "Funding raised ($M)", "Last round size", "Capital social", "Finanțare atrasă", "Gross burn"],
)
def test_money_that_is_not_cash_is_no_fact_and_nothing_is_suggested_for_it(written: str) -> None:
    found = header.read([written, "free_trial"], VOCABULARY, "t.csv")
    (problem,) = found.problems
    assert (found.names[0], problem.code, problem.severity) == (written, "SP167", NOTE)
    assert "--map" not in problem.message


@pytest.mark.parametrize(
    "written", ["Total fundng", "Fundng raised", "Capitl social", "Employees of customer's customers", "Notes", "Owner"]
)
def test_nothing_is_suggested_that_would_be_another_thing(written: str) -> None:
    assert header.read([written, "free_trial"], VOCABULARY, "t.csv").problems == ()


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("Employees number", "company_employees"), ("Cash balnce (k€)", "capital"), ("Cifra afaceri", "annual_revenue"),
        ("Număr angajatți", "company_employees"), ("Custmer employees", "customer_employees"),
        ("EMPLOYEES LATEST (2025)", "company_employees"), ("REVENUE 2025 (EUR M)", "annual_revenue"),
        ("Net profit FY2024", "net_profit"),
    ],
)  # fmt: skip
def test_what_is_like_a_name_in_any_order_and_without_accents_is_suggested_only(written: str, fact: str) -> None:
    found = header.read([written, "free_trial"], VOCABULARY, "t.csv")
    (problem,) = found.problems
    assert (found.names[0], problem.code, problem.severity) == (written, "SP111", WARNING)
    assert f"Did you mean {fact}?" in problem.message


@pytest.mark.parametrize(
    "written", ["Sales", "Customers", "# Customers", "Clienți", "Amount", "Stage", "Logo churn", "ARPA (€)", "TAM"]
)
def test_a_heading_with_two_readings_is_left_unknown_by_name(written: str) -> None:
    found = header.read([written, "free_trial"], VOCABULARY, "t.csv")
    (problem,) = found.problems
    assert (found.names[0], problem.code, problem.severity, problem.column) == (written, "SP167", WARNING, written)
    assert f"{written} is left unknown: it can be" in problem.message
    assert "--map" in problem.message


def test_nothing_is_unclear_where_another_column_is_the_fact() -> None:
    found = header.read(["Stage", "product_stage", "Sales", "revenue"], VOCABULARY, "t.csv")
    assert (found.names, [p.column for p in found.problems]) == (
        ("Stage", "product_stage", "Sales", "annual_revenue"),
        ["Sales"],
    )


def test_no_name_of_a_fact_is_another_one_too_and_all_units_fit() -> None:
    meant, unclear = VOCABULARY.headings.meant, VOCABULARY.headings.unclear
    assert not meant.keys() & unclear.keys()
    for word, target in meant.items():
        assert bare_name(word) == word
        name, _, unit = target.partition(" (")
        assert name in ("company", "currency") or header.read([target], VOCABULARY, "t").names == (name,)
        assert not unit or header.read([target], VOCABULARY, "t").contexts[name] is not None


# What somebody says


def test_what_is_said_of_a_column_holds_in_its_own_unit_or_that_of_its_heading(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("company,Cheltuit (k€),Sales,Bani\nA,5,2,3\n", "utf-8")
    found = read(
        tmp_path / "f.csv",
        said("cheltuit  (K€)=monthly_burn", "Sales=annual_revenue (millions of USD)", "Bani=capital"),
    )
    assert "EUR" in found.cases[0].rates
    by_name = columns(found)
    assert (by_name["Cheltuit (k€)"].unit, by_name["Cheltuit (k€)"].currency) == ("thousands a month", "EUR")
    assert (by_name["Sales"].unit, by_name["Sales"].fact) == ("millions a year", "annual_revenue")
    assert found.cases[0].values["capital"] == 3


def test_what_is_said_decides_between_two_columns_and_takes_one_away() -> None:
    names = ["Company", "ARR", "Revenue", "free_trial"]
    with pytest.raises(SalespathError, match="--map ARR=annual_revenue"):
        header.read(names, VOCABULARY, "t.csv")
    assert header.read(names, VOCABULARY, "t.csv", 1, said("ARR=annual_revenue")).names[1:3] == (
        "annual_revenue",
        "Revenue",
    )
    assert header.read(names, VOCABULARY, "t.csv", 1, said("ARR=none")).names[1:3] == ("ARR", "annual_revenue")
    clash = said("ARR=annual_revenue", "Revenue=annual_revenue")
    with pytest.raises(SalespathError, match="SP105"):
        header.read(names, VOCABULARY, "t.csv", 1, clash)


def test_what_cannot_be_said_is_told_all_at_once() -> None:
    assert (
        wrong("Burn", "=capital", "A=capitl", "A=capital (weeks)", "B=capital", "B=monthly_burn")
        == [("SP166", None)] * 6
    )


def test_the_companies_and_the_header_are_found_by_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("Raport\n\nCine,Bani\nArin,250\n", "utf-8")
    (case,) = read(tmp_path / "f.csv", said("Cine=company", "Bani=capital")).cases
    assert (case.company, facts(case)) == ("Arin", {"capital": "250"})


def test_a_saved_mapping_reads_the_next_sheet_alike(tmp_path: Path) -> None:
    options = said("# Customers=paying_customers", "Sector=none")
    first = read(SHEETS / "dashboard.csv", options)
    (tmp_path / "m.yaml").write_text(mapping_text(first.columns, options), "utf-8")
    again = said(path=str(tmp_path / "m.yaml"))
    assert again.meanings["sector"] == Meaning("Sector", "")
    second = read(SHEETS / "dashboard.csv", again)
    assert [case.values for case in second.cases] == [case.values for case in first.cases]
    assert second.columns == first.columns
    assert first.cases[0].values["paying_customers"] == 61


def test_a_mapping_file_is_read_strictly_with_every_problem_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "columns:\n"
        "  - {column: Burn, fact: monthly_brn}\n"
        "  - {column: Cash, fact: capital, unit: weeks}\n"
        "  - {column: Cash, fact: capital}\n"
        "  - {fact: capital}\n"
        "  - {column: ACV, fact: annual_contract_value, unti: k}\n"
        "more: 1\n",
        "utf-8",
    )
    assert wrong(path=str(path)) == [("SP166", 2), ("SP166", 3), ("SP105", 4), ("SP107", 5), ("SP108", 6), ("SP108", 7)]


def test_what_is_said_of_a_column_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("columns: [{column: Gone, fact: capital}]", "utf-8")
    options = said("Sectr=none", path=str(tmp_path / "m.yaml"))
    read(SHEETS / "dashboard.csv", options)
    by_option, by_file = options.astray(["Sector", "Stage"])
    assert (by_option.code, by_option.severity, by_file.severity) == ("SP166", ERROR, WARNING)
    assert "Did you mean Sector?" in by_option.message


def test_whoever_is_asked_decides_once_for_all_tables() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def ask(heading: str, facts: object) -> str:
        asked.append((heading, tuple(facts)))  # type: ignore[call-overload]
        return {"Sales": "annual_revenue", "burn rat": "monthly_burn"}.get(heading, "")

    options = TableOptions(ask=ask)
    for _ in range(2):
        found = header.read(["burn rat", "Sales", "chrn rate", "Total funding"], VOCABULARY, "t.csv", 1, options)
        assert found.names == ("monthly_burn", "annual_revenue", "chrn rate", "Total funding")
    assert asked == [
        ("burn rat", ("monthly_burn",)),
        ("Sales", ("annual_revenue", "won_opportunities")),
        ("chrn rate", ("churn_rate",)),
    ]


# Whole sheets


def test_a_dashboard_is_read_and_what_is_unclear_is_left() -> None:
    found = read(SHEETS / "dashboard.csv")
    first, second = found.cases
    assert (first.company, first.values["capital"], first.values["monthly_burn"]) == ("Alder", 8_100_000, 350_000)
    assert (second.values["annual_revenue"], second.values["gross_margin"]) == (600_000, 0.7)
    assert (first.extra["# Customers"], first.extra["Total Raised ($M)"]) == ("61", "14")
    unclear = {p.column for p in found.problems if p.code == "SP167" and p.severity == WARNING}
    assert unclear == {"Stage", "Logo Churn", "# Customers"}
    cash = columns(found)["Cash ($M)"]
    assert (cash.fact, cash.unit, cash.currency, cash.filled, cash.rows) == ("capital", "millions", "USD", 2, 2)


def test_a_crm_export_is_read() -> None:
    found = read(SHEETS / "crm.csv")
    first, second = found.cases
    assert (first.company, first.values["company_employees"], first.values["annual_contract_value"]) == (
        "Alder Ltd",
        120,
        42_000,
    )
    assert second.values["annual_contract_value"] == 3500.5
    assert round(float(str(second.values["sales_cycle_months"])), 1) == 1.0
    assert columns(found)["Sales Cycle (days)"].unit == "days"
    assert columns(found)["Average Deal Size"].format == "decimal point"
    assert "customer_employees" not in first.values
    assert first.extra["Amount"] == "84,000.00"


def test_a_providers_export_says_nothing_of_cash() -> None:
    found = read(SHEETS / "provider.csv")
    assert [case.company for case in found.cases] == ["Alder", "Birch"]
    assert not any("capital" in case.values for case in found.cases)
    assert {p.column for p in found.problems if p.code == "SP167"} == {
        "Total Funding Amount (in USD)",
        "Last Funding Amount",
    }
    assert facts(found.cases[0]).keys() == {"company_employees", "annual_revenue"}


def test_an_accountants_sheet_in_romanian_is_read_in_lei() -> None:
    found = read(SHEETS / "contabil.csv")
    first, second = found.cases
    by_name = columns(found)
    assert first.company == "Arin SRL"
    assert "RON" in first.rates
    turnover = by_name["Cifra de afaceri netă (mii lei)"]
    assert (turnover.fact, turnover.unit, turnover.currency) == ("annual_revenue", "thousands a year", "RON")
    assert turnover.format == "decimal comma"
    assert (by_name["Disponibilități (mii lei)"].fact, by_name["Capital social"].fact) == ("capital", "")
    assert (first.values["company_employees"], second.values["company_employees"]) == (38, 12)
    ratio = float(str(first.values["annual_revenue"])) / float(str(first.values["annual_contract_value"]))
    assert round(ratio, 3) == round(4_250_500 / 45_000, 3)


def test_words_of_choices_and_sets_are_read_in_romanian(tmp_path: Path) -> None:
    text = "Firma;Stadiu produs;Segmente de clienți;Cine vinde;Cheltuieli lunare\nA;Lansat;firme mici, corporații;fondatorul;900\n"
    found = sheet(tmp_path, text + "B;În producție;MIJLOCII;echipa de vânzări;50\nC;prototip;-;parteneri;\n")
    assert [dict(case.values) for case in found.cases] == [
        {"product_stage": "launched", "customer_segments": {"small", "large"}, "who_sells": {"founder"}},
        {"product_stage": "launched", "customer_segments": {"midsize"}, "who_sells": {"sellers"}},
        {"product_stage": "prototype", "customer_segments": set(), "who_sells": {"partners"}},
    ]
    assert [p.column for p in found.problems if p.code == "SP167"] == ["Cheltuieli lunare"]


# Cells that cannot be read

BAD = (
    "company,capital,monthly_burn__how,monthly_burn,product_stage\n"
    "A,x,measured,100,launched\nB,300,perhaps,5,lauched\nC,1,guessed,7,idea\n"
)


def test_bad_cells_may_be_taken_as_unknown_and_are_listed(tmp_path: Path) -> None:
    found = sheet(tmp_path, BAD, on_error="unknown")
    assert [facts(case).keys() for case in found.cases] == [
        {"monthly_burn", "product_stage"},
        {"capital", "monthly_burn"},
        {"capital", "monthly_burn", "product_stage"},
    ]
    assert [case.how for case in found.cases] == [{"monthly_burn": "measured"}, {}, {"monthly_burn": "guessed"}]
    bad = [(p.row, p.column, p.severity, p.value) for p in found.problems if p.severity != NOTE]
    assert bad == [
        (2, "capital", WARNING, "x"),
        (3, "monthly_burn__how", WARNING, "perhaps"),
        (3, "product_stage", WARNING, "lauched"),
    ]
    assert not found.rejects


def test_unless_that_is_said_their_rows_are_rejected(tmp_path: Path) -> None:
    found = sheet(tmp_path, BAD)
    assert ([case.company for case in found.cases], len(found.rejects)) == (["C"], 2)


def test_numbers_with_two_readings_and_currencies_without_a_rate_become_unknown(tmp_path: Path) -> None:
    found = sheet(tmp_path, "company,capital,monthly_burn\nA,250.000,5\nB,7,100 XXX\n", on_error="unknown")
    assert [facts(case) for case in found.cases] == [{"monthly_burn": "5"}, {"capital": "7"}]
    assert {p.severity for p in found.problems} <= {WARNING, NOTE}


def test_a_currency_that_is_not_known_leaves_the_amounts_of_its_row_unknown(tmp_path: Path) -> None:
    text = "company,currency,capital,company_employees\nA,ERU,250,5\nB,EUR,300,7\n"
    found = sheet(tmp_path, text, on_error="unknown")
    assert [facts(case).keys() for case in found.cases] == [{"company_employees"}, {"capital", "company_employees"}]


def test_stop_ends_with_the_first_bad_row_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(BAD, "utf-8")
    out = tmp_path / "out.csv"
    file = CompaniesFile(BASE, str(tmp_path / "f.csv"), options=TableOptions(on_error="stop"))
    with pytest.raises(SalespathError) as caught:
        assess_to_file(BASE, [file], str(out), lambda problems: None, rejects=str(tmp_path / "r.csv"))
    assert {(p.code, p.row) for p in caught.value.problems} == {("SP112", 2), ("SP168", 2)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv"]


@pytest.mark.parametrize(("on_error", "known"), [("reject", ["B"]), ("unknown", ["A", "B"])])
def test_the_same_holds_for_fact_files(tmp_path: Path, on_error: str, known: list[str]) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("- {company: A, facts: {capital: x, monthly_burn: 5}}\n- {company: B, facts: {capital: 7}}\n")
    found = read(path, TableOptions(on_error=on_error))
    assert [case.company for case in found.cases] == known
    assert [p.severity for p in found.problems] == [ERROR if on_error == "reject" else WARNING]
    with pytest.raises(SalespathError, match="SP168"):
        read(path, TableOptions(on_error="stop"))
