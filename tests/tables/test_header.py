"""Headings of tables: which columns are facts, in which unit, and what becomes of the others."""

import shlex
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest
from given import BASE, VOCABULARY
from hypothesis import given
from hypothesis import strategies as st

from salespath.facts.reader import Context
from salespath.facts.vocabulary import NUMERIC
from salespath.files.problems import NOTE, WARNING, SalespathError
from salespath.tables import header
from salespath.tables.header import MOST_COLUMNS, RESULTS, Heading
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file


def heading(*written: str) -> Heading:
    return header.read(written, VOCABULARY, "table.csv")


def refused(*written: str) -> list[tuple[str, str]]:
    with pytest.raises(SalespathError) as caught:
        heading(*written)
    return [(p.code, p.message) for p in caught.value.problems]


def meaning(written: str) -> tuple[str, Context]:
    """What the first of two headings is read as, and what it says of its cells."""
    found = heading(written, "product_stage")
    return found.names[0], found.contexts.get(found.names[0], Context())


@pytest.mark.parametrize(
    ("written", "fact", "context"),
    [
        ("Burn (k€)", "monthly_burn", Context(scale=3, currency="EUR")),
        ("monthly_burn_eur_k", "monthly_burn", Context(scale=3, currency="EUR")),
        ("monthly_burn_€", "monthly_burn", Context(currency="EUR")),
        ("Monthly burn (k)", "monthly_burn", Context(scale=3)),
        ("Monthly burn, thousands of euros", "monthly_burn", Context(scale=3, currency="EUR")),
        ("Burn (EUR/month)", "monthly_burn", Context(currency="EUR")),
        ("Burn per year [RON]", "monthly_burn", Context(currency="RON", per="year")),
        ("ACV ($M)", "annual_contract_value", Context(scale=6, currency="USD")),
        ("Annual contract value in EUR", "annual_contract_value", Context(currency="EUR")),
        ("Revenue (000s)", "annual_revenue", Context(scale=3)),
        ("Revenue ($'000)", "annual_revenue", Context(scale=3, currency="USD")),
        ("ARR kEUR", "annual_revenue", Context(scale=3, currency="EUR")),
        ("Revenue target (mii lei)", "revenue_target", Context(scale=3, currency="RON")),
        ("capital_gbp", "capital", Context(currency="GBP")),
        ("Churn rate %", "churn_rate", Context(percent=True)),
        ("Churn % (annual)", "churn_rate", Context(percent=True)),
        ("Sales cycle (weeks)", "sales_cycle_months", Context(per="week")),
        ("Sales cycle in days", "sales_cycle_months", Context(per="day")),
        ("Sales cycle (months)", "sales_cycle_months", Context()),
        ("Self-serve (yes/no)", "self_serve", Context()),
        ("Reachable customers (thousands)", "reachable_customers", Context(scale=3)),
    ],
)
def test_a_heading_says_the_unit_of_its_cells(written: str, fact: str, context: Context) -> None:
    assert meaning(written) == (fact, context)


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        *dict.fromkeys(
            (
                *("numberofemployees", "NumberOfEmployees", "Number of Employees", "NUMBER OF EMPLOYEES", "Employees"),
                *("Headcount", "Angajați", "Angajaţi", "Numar mediu de salariati", "Număr mediu de salariați"),
            ),
            "company_employees",
        ).items(),
        *dict.fromkeys(
            ("annualrevenue", "AnnualRevenue", "Revenue", "Cifra de afaceri neta"), "annual_revenue"
        ).items(),
        *dict.fromkeys(
            ("ACV", "average deal size", "Contract value", "valoare medie contract"), "annual_contract_value"
        ).items(),
        ("Cash balance", "capital"),
        ("Burn rate", "monthly_burn"),
        ("Runway", "runway_months"),
        ("ciclu de vânzare", "sales_cycle_months"),
        ("decidenți", "decision_makers"),
        ("Decision\nMakers?", "decision_makers"),
        ("Customer employees", "customer_employees"),
        ("capital\u200b", "capital"),
    ],
)
def test_other_names_of_a_fact_are_it_in_any_case(written: str, fact: str) -> None:
    assert meaning(written) == (fact, Context())


@pytest.mark.parametrize(
    "written",
    [
        *("Company", "COMPANY NAME", "company_name", "Account Name", "Organization Name", "Companies", "Denumire"),
        *("Firmă", "Firma"),
    ],
)
def test_the_companies_have_many_names(written: str) -> None:
    assert heading(written, "self_serve").names == ("company", "self_serve")


@pytest.mark.parametrize(
    "written",
    [
        *("Churn reasons", "Revenue 2023", "Revenue growth", "Expected burn", "Burn notes", "Customers", "Sales"),
        *("burn rat", "chrn rate", "Burn (k€) last quarter", "Revenue (k€) (m€)", "employes"),
    ],
)
def test_nothing_else_is_taken_for_a_fact(written: str) -> None:
    assert heading(written, "self_serve").names == (written, "self_serve")


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("Paying customers (€)", "paying_customers"),
        ("paying_customers_pct", "paying_customers"),
        ("capital %", "capital"),
        ("Cash balance (k€ per month)", "capital"),
        ("Churn % per month", "churn_rate"),
        ("Gross margin (k)", "gross_margin"),
        ("Product stage (weeks)", "product_stage"),
    ],
)
def test_a_unit_that_a_fact_cannot_have_makes_another_column_of_it(written: str, fact: str) -> None:
    found = heading(written, "self_serve")
    (problem,) = found.problems
    assert (found.names[0], problem.severity, problem.code) == (written, WARNING, "SP111")
    assert f"{fact} " in problem.message
    assert "Did you mean" not in problem.message


def test_what_a_heading_is_read_as_is_said_once() -> None:
    found = heading(
        "Account Name", "Burn (k€)", "Product Stage", "Churn %", "Sales cycle (weeks)", "Marketing budget a year"
    )
    assert found.problems == ()
    assert [(p.severity, p.code, p.message) for p in found.said] == [
        (NOTE, "SP116", "Account Name is read as the company."),
        (NOTE, "SP116", "Burn (k€) is read as monthly_burn in thousands of euros."),
        (NOTE, "SP116", "Churn % is read as churn_rate in percent."),
        (NOTE, "SP116", "Sales cycle (weeks) is read as sales_cycle_months in weeks."),
        (NOTE, "SP116", "Marketing budget a year is read as marketing_budget a year."),
    ]


def test_what_cannot_be_seen_in_a_heading_is_shown() -> None:
    (note,) = heading("capital\u200b").said
    assert note.message == "capital<U+200B> is read as capital."


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("burn rat", "monthly_burn"),
        ("numbr of employees", "company_employees"),
        ("anual_contract_value", "annual_contract_value"),
        ("chrn rate", "churn_rate"),
        ("monthly_burnn_eur_k", ""),
        ("anual_contract_value_eur", ""),
        ("sales_cycl_weeks", ""),
        ("monthly_revenue", ""),
        ("customers", ""),
        ("yearly_burn", ""),
    ],
)
def test_a_misspelt_heading_gets_a_suggestion_but_never_across_a_unit(written: str, hint: str) -> None:
    found = heading(written, "self_serve")
    assert found.names[0] == written
    said = [p.message.rpartition("Did you mean ")[2] for p in found.problems if p.code == "SP111"]
    option = f"--map {shlex.quote(f'{written}={hint}')}"
    assert said == ([f"{hint}? Then add {option}."] if hint else [])


def test_two_columns_that_are_one_fact_are_refused_by_both_names() -> None:
    assert refused("company", "Burn (k€)", "monthly_burn", "capital", "capital", "Company") == [
        ("SP105", "the column capital is given twice."),
        (
            "SP105",
            "the columns Burn (k€) and monthly_burn are both monthly_burn; say which it is with --map 'Burn (k€)=monthly_burn'.",
        ),
    ]
    assert refused("Company", "Company Name", "capital") == [
        ("SP105", "the columns Company, Company Name all name the company; say which does with --map Company=company.")
    ]


def test_own_columns_may_repeat_and_be_empty() -> None:
    found = heading("ORGANIZATION NAME", "WEBSITE", "self_serve", "WEBSITE", "", "WEBSITE (2)", "", "ORGANIZATION NAME")
    assert found.names == (
        *("company", "WEBSITE", "self_serve", "WEBSITE (3)", "column 5", "WEBSITE (2)", "column 7"),
        "ORGANIZATION NAME",
    )
    assert found.kept == found.names


def test_more_columns_than_a_sheet_has_are_refused_at_once() -> None:
    ((code, message),) = refused(*["company", "self_serve", *[""] * 99_998])
    assert code == "SP101"
    assert message.startswith(f"the header has 100,000 columns; a table has at most {MOST_COLUMNS:,}.")


def test_own_columns_called_like_results_are_kept() -> None:
    found = heading("company", "lead", "process", "self_serve", "salespath_row")
    assert found.kept == ("company", "lead", "process", "self_serve")
    assert [(p.code, p.severity) for p in found.problems] == [("SP113", WARNING), ("SP113", NOTE)]


def test_the_results_of_an_earlier_run_are_known_by_all_of_them_being_there() -> None:
    added = [header.result_name(name, {"lead"}) for name in RESULTS]
    assert heading("company", "self_serve", *RESULTS).kept == ("company", "self_serve")
    assert heading("company", "lead", "self_serve", *added).kept == ("company", "lead", "self_serve")
    assert heading("company", "self_serve", *RESULTS[1:]).kept == ("company", "self_serve", *RESULTS[1:])


def assessed(tmp_path: Path, text: str, ending: str) -> pa.Table:
    source, out = tmp_path / "in.csv", tmp_path / f"out.{ending}"
    source.write_text(text, "utf-8")
    assess_to_file(BASE, [str(source)], str(out), lambda problems: None, force=True, columns=["all"])
    return pyarrow.csv.read_csv(out) if ending == "csv" else pyarrow.parquet.read_table(out)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_own_cells_stand_beside_the_results_of_that_name(tmp_path: Path, ending: str) -> None:
    text = "company,lead,unless,fired,self_serve,annual_contract_value\nFirm A,Partner One,none,no,yes,1200\n"
    alone = assessed(tmp_path, text.replace("lead,unless,fired", "a,b,c"), ending)
    found = assessed(tmp_path, text, ending)
    assert found.column_names[:6] == ["company", "lead", "unless", "fired", "self_serve", "annual_contract_value"]
    assert found.column_names[6:] == [header.result_name(name, ("lead", "unless", "fired")) for name in RESULTS]
    assert found["lead"].to_pylist() == ["Partner One"]
    assert [found[name] for name in found.column_names[6:]] == [alone[name] for name in RESULTS]
    again = assessed(tmp_path, (tmp_path / "out.csv").read_text("utf-8"), ending) if ending == "csv" else found
    assert again.column_names == found.column_names


def test_columns_that_nothing_reads_may_have_one_name(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("company,WEBSITE,self_serve,WEBSITE\nA,a.example,yes,b.example\n")
    (case,) = CompaniesFile(BASE, str(tmp_path / "c.csv")).portfolio().cases
    assert case.extra == {"WEBSITE": "a.example", "WEBSITE (2)": "b.example"}


@given(st.sampled_from([*VOCABULARY]), st.sampled_from(["eur", "k€", "%", "weeks", "usd m", "per month", "lei"]))
def test_a_unit_is_never_lost(name: str, unit: str) -> None:
    """A heading with a unit is the fact with that unit, or no fact."""
    found, context = meaning(f"{name} ({unit})") if name != "product_stage" else ("", Context())
    if found == name and unit not in ("per month", "weeks"):
        assert context != Context()
        assert VOCABULARY[name].type in NUMERIC
    elif found == name:
        assert context.per or VOCABULARY[name].unit


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_headings_give_distinct_columns_or_problems(written: list[str]) -> None:
    try:
        found, said = heading("self_serve", *written), ""
    except SalespathError as error:
        found, said = None, str(error)
    assert said.replace("\n", "").isprintable()
    assert found is None or len(set(found.names)) == len(written) + 1
