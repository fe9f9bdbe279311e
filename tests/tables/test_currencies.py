"""Tables with amounts in several currencies: rows alike whatever the carrier, and results that read back."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from given import BASE

from salespath.engine.assess import assess
from salespath.facts.rates import UNSAID, currencies
from salespath.tables.in_memory import assess_batches
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file

MIXED = """company,currency,annual_contract_value,capital,monthly_burn,reference_date,product_stage
Dollar,,50000,1M,20k,,launched
Euro,EUR,45000,"€900,000",$500,2022-06-30,launched
Pound,gbp,9k GBP,5000,€1,,launched
None,€,,,,,launched
"""


def money(currency="", *rates):
    found, wrong = currencies(currency, rates)
    assert not wrong
    return found


def portfolio(tmp_path, text, said=UNSAID, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return CompaniesFile(BASE, str(path), said).portfolio()


def written(tmp_path, text, ending, said=UNSAID, name="t.csv"):
    path, out = tmp_path / name, tmp_path / f"out{len(list(tmp_path.iterdir()))}.{ending}"
    path.write_text(text, encoding="utf-8")
    assess_to_file(BASE, [CompaniesFile(BASE, str(path), said)], str(out), lambda problems: None, columns=["all"])
    return out


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_each_row_is_read_as_a_fact_file_with_its_currency(tmp_path):
    found = portfolio(tmp_path, MIXED)
    assert {problem.code for problem in found.problems} <= {"SP116"}  # how an amount was read
    for case, row in zip(found.cases, csv.DictReader(io.StringIO(MIXED)), strict=True):
        facts = {name: text for name, text in row.items() if name not in ("company", "currency") and text}
        file = {"company": row["company"], "currency": row["currency"], "facts": facts}
        (alone,) = portfolio(tmp_path, json.dumps(file), name="one.json").cases
        assert (case.values, case.currency, case.rates) == (alone.values, alone.currency, alone.rates)
        assert "currency" not in case.extra
    assert [case.currency for case in found.cases] == ["USD", "EUR", "GBP", "EUR"]


WORDS = """company,currency,annual_contract_value,capital,monthly_burn
Swede,SEK,45000 kr,kr 5m,50kr
Dane,dkk,"9,000 kroner",1m DKK,700 Kr.
Japan,JPY,¥4500000,5m,
Euro,EUR,45000,5000 SEK,€500
"""


def test_a_word_for_several_currencies_is_that_of_the_row(tmp_path):
    found = portfolio(tmp_path, WORDS)
    assert [case.company for case in found.cases] == ["Swede", "Dane", "Japan", "Euro"]
    for case, row in zip(found.cases, csv.DictReader(io.StringIO(WORDS)), strict=True):
        facts = {name: text for name, text in row.items() if name not in ("company", "currency") and text}
        file = {"company": row["company"], "currency": row["currency"], "facts": facts}
        (alone,) = portfolio(tmp_path, json.dumps(file), name="one.json").cases
        assert (case.values, case.currency) == (alone.values, alone.currency)


def test_a_word_for_several_currencies_stays_one_where_the_row_names_none_of_them(tmp_path):
    text = "company,currency,capital\nA,,900 kr\nB,EUR,900 kr\nC,SEK,900 krx\nD,SEK,900 pesos\nE,SEK,900 kr\n"
    found = portfolio(tmp_path, text)
    assert [case.company for case in found.cases] == ["E"]
    assert [(p.row, p.column) for p in found.problems if p.code == "SP112"] == [(n, "capital") for n in (2, 3, 4, 5)]
    assert "900 kr is in kr, which can be SEK, NOK or DKK" in found.problems[0].message
    whole = portfolio(tmp_path, "company,capital\nA,900 kr\n", money("SEK"), name="whole.csv")
    assert [case.currency for case in whole.cases] == ["SEK"]


def test_cells_may_name_their_currency_without_a_column(tmp_path):
    found = portfolio(tmp_path, "company,capital,monthly_burn\nA,€900k,€1000\nB,€900k,1000\nC,900k,1000\n")
    assert [case.currency for case in found.cases] == ["EUR", "USD", "USD"]
    assert found.cases[0].values["monthly_burn"] == pytest.approx(1000 / 0.8867)
    assert found.cases[1].values["monthly_burn"] == 1000


def test_the_option_holds_for_rows_that_name_none(tmp_path):
    said = money("EUR", "EUR=1.25", "GBP=1.5")
    found = portfolio(tmp_path, "company,currency,capital\nA,,100\nB,GBP,100\n", said)
    assert [case.values["capital"] for case in found.cases] == [125, 150]
    found = portfolio(tmp_path, "company,capital\nA,100\nB,$100\n", said)
    assert [case.values["capital"] for case in found.cases] == [125, 100]


def test_currencies_that_cannot_be_are_rejected_row_by_row(tmp_path):
    text = "company,currency,capital\nA,ERU,1\nB,KRW,1\nC,EUR,1\n"
    found = portfolio(tmp_path, text)
    assert [case.company for case in found.cases] == ["C"]
    assert [(p.code, p.row, p.column) for p in found.problems] == [("SP115", 2, "currency"), ("SP115", 3, "currency")]
    assert "Did you mean EUR?" in found.problems[0].message
    assert "--rate KRW=DOLLARS" in found.problems[1].message
    found = portfolio(tmp_path, "company,capital\nA,5 KRW\nB,1\n")
    assert [(p.code, p.row, p.column) for p in found.problems] == [("SP115", 2, "capital")]


def test_a_currency_column_beside_no_amount_is_only_carried_along(tmp_path):
    found = portfolio(tmp_path, "company,currency,paying_customers\nA,bitcoin,3\n")
    assert {problem.code for problem in found.problems} <= {"SP116"}  # how an amount was read


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["t.csv", "t.yaml"])
def test_a_result_keeps_the_amounts_as_they_stood_and_gives_the_same_verdicts_again(tmp_path, name, ending):
    text = (
        MIXED
        if name == "t.csv"
        else (
            "- {company: A, currency: EUR, facts: {annual_contract_value: 45000, capital: £900k, product_stage: launched}}\n"
            "- {company: B, facts: {annual_contract_value: 45000, capital: $900k, product_stage: launched}}\n"
        )
    )
    out = written(tmp_path, text, ending, name=name)
    again = CompaniesFile(BASE, str(out)).portfolio()
    first = CompaniesFile(BASE, str(tmp_path / name)).portfolio()
    for case, other in zip(first.cases, again.cases, strict=True):
        assert case.values.keys() == other.values.keys()
        for fact, value in case.values.items():
            assert other.values[fact] == (pytest.approx(value) if fact in ("capital", "monthly_burn") else value)
        assert assess(BASE, case).process == assess(BASE, other).process


def test_csv_keeps_each_amount_in_its_own_currency(tmp_path):
    found = rows(written(tmp_path, MIXED, "csv"))
    assert [row["currency"] for row in found] == ["", "EUR", "gbp", "€"]
    assert found[1]["annual_contract_value"] == "45000"
    assert [row["capital"] for row in found] == ["1000000", "900000 EUR", "5000", ""]
    assert [row["monthly_burn"] for row in found] == ["20000", "500 USD", "1 EUR", ""]


def test_what_the_option_said_is_a_column_of_the_result(tmp_path):
    found = rows(written(tmp_path, "company,annual_contract_value\nA,45000\nB,\n", "csv", money("EUR")))
    assert [row["currency"] for row in found] == ["EUR", "EUR"]
    assert found[0]["annual_contract_value"] == "45000"
    found = rows(written(tmp_path, "company,currency,capital\nA,,45000\nB,GBP,1\n", "csv", money("EUR")))
    assert [row["currency"] for row in found] == ["EUR", "GBP"]
    found = rows(written(tmp_path, "company,capital\nA,$45000\n", "csv"))
    assert "currency" not in found[0]
    assert found[0]["capital"] == "45000"


def test_reasons_and_what_lifts_a_block_are_in_the_currency_of_the_row(tmp_path):
    text = "company,currency,annual_contract_value,product_stage,capital,monthly_burn\n"
    text += "A,EUR,45000,launched,1k,20k\nB,,50749.97180557251,launched,1127.777151234916,22555.54302469832\n"
    euro, dollar = rows(written(tmp_path, text, "csv"))
    assert (euro["process"], euro["blockers"], euro["reasons"]) == (
        dollar["process"],
        dollar["blockers"],
        dollar["reasons"],
    )
    assert "€45,000" in euro["reason_texts"]
    assert "$50,750" in dollar["reason_texts"]
    assert euro["unless"] != dollar["unless"]


def test_documents_of_a_table_name_the_currency_of_each(tmp_path):
    for document in json.loads(written(tmp_path, MIXED, "json").read_text()):
        assert (
            document["currency"] == {"Dollar": "USD", "Euro": "EUR", "Pound": "GBP", "None": "EUR"}[document["company"]]
        )
        if document["company"] == "Euro":
            assert document["facts"]["annual_contract_value"] == 45000
            assert document["receipt"]["rates"]["EUR"] == {
                "units_per_usd": 0.9518,
                "of": "2022",
                "source": "European Central Bank",
            }


def test_parquet_numbers_take_the_currency_of_their_row(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"company": ["A", "B"], "currency": ["EUR", None], "capital": [100.0, 100.0]}), path)
    cases = CompaniesFile(BASE, str(path), money("", "EUR=1.25")).portfolio().cases
    assert [case.values["capital"] for case in cases] == [125, 100]


def test_tables_in_memory_have_currencies_too():
    table = pa.record_batch(
        {"currency": ["EUR", ""], "annual_contract_value": [45000, 45000], "product_stage": ["launched"] * 2}
    )
    (result,) = assess_batches(BASE, [table], ["reason_texts"])
    first, second = result.column("reason_texts").to_pylist()
    assert first != second
    assert "€45,000" in " ".join(first)


def test_a_table_in_dollars_is_left_as_it_is(tmp_path):
    from salespath.tables.batch import Typist

    cells = {"capital": pa.array(["5", "$7k", None]), "currency": pa.array(["USD", None, ""])}
    for names in (["capital"], ["capital", "currency"]):
        batch = Typist("t", names, BASE.vocabulary).batch(
            {name: cells[name] for name in names}, pa.array([2, 3, 4]).to_numpy()
        )
        assert batch.money is None
        assert batch.table.columns["capital"].values[:2].tolist() == [5, 7000]
