"""Amounts in other currencies: rates, where they come from, and what is refused."""

import subprocess
import sys

import pytest
from given import VOCABULARY

from salespath.facts import cases, read_file
from salespath.facts.money import Rate, in_own_currency, with_own_amounts
from salespath.facts.objects import typed_case
from salespath.facts.rates import BadRate, Currencies, bundled, currencies, given_rate
from salespath.facts.settings import suppose
from salespath.facts.values import Range
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError

EUR_2025 = 0.8867  # euros for a dollar, the average of the newest whole year


def read(text, **options):
    money, wrong = currencies(options.get("currency", ""), options.get("rates", ()))
    assert not wrong
    return cases.read_node(parse(text, "f.yaml"), VOCABULARY, "f.yaml", money=money)


def company(text, **options):
    found = read(text, **options)
    assert not found.problems
    return found.cases[0]


def refused(text, **options):
    found = read(text, **options)
    assert not found.cases
    assert {problem.code for problem in found.problems} == {"SP115"}
    return " ".join(problem.message for problem in found.problems)


def test_amounts_in_a_file_are_in_its_currency_and_become_dollars():
    case = company("currency: EUR\nfacts: {annual_contract_value: 45k, paying_customers: 12, churn_rate: 5%}")
    assert case.values["annual_contract_value"] == pytest.approx(45_000 / EUR_2025)
    assert (case.values["paying_customers"], case.values["churn_rate"]) == (12, 0.05)
    assert (case.currency, case.rate.of) == ("EUR", "2025")
    assert case.rate.own(case.values["annual_contract_value"]) == 45_000


def test_one_company_may_write_without_facts_too():
    assert company("company: A\ncurrency: eur\nannual_contract_value: 45k").currency == "EUR"


def test_amounts_that_name_a_currency_are_in_that():
    case = company("currency: EUR\nfacts: {annual_contract_value: 45000, capital: £9000, monthly_burn: $500}")
    assert case.values["capital"] == pytest.approx(9_000 / 0.7592)
    assert case.values["monthly_burn"] == 500
    assert list(case.rates) == ["EUR", "GBP"]


@pytest.mark.parametrize(
    ("facts", "currency"),
    [
        ("annual_contract_value: €45k, capital: €9k", "EUR"),
        ("annual_contract_value: €45k, capital: 9k", "USD"),
        ("annual_contract_value: €45k, capital: £9k", "USD"),
        ("annual_contract_value: 45k", "USD"),
        ("paying_customers: 3", "USD"),
    ],
)
def test_a_companys_own_currency_is_the_only_one_that_its_amounts_name(facts, currency):
    assert company(f"facts: {{{facts}}}").currency == currency


def test_a_number_that_is_no_amount_keeps_its_value():
    case = company("currency: EUR\nfacts: {runway_months: 12}")
    assert case.values["runway_months"] == 12


def test_rates_go_from_the_command_line_to_the_file_to_the_year_of_the_figures():
    year = "currency: EUR\nfacts: {annual_contract_value: 1000, reference_date: 2022-06-30}"
    assert company(year).values["annual_contract_value"] == pytest.approx(1000 / 0.9518)
    file = f"rates: {{EUR: 1.1}}\n{year}"
    found = company(file)
    assert found.values["annual_contract_value"] == 1100
    assert found.rate.of == "given"
    assert company(file, rates=["EUR=1.2"]).values["annual_contract_value"] == 1200
    other_year = year.replace("2022", "2015")
    assert company(other_year).rate.of == "2025"


def test_the_year_that_is_not_over_says_so():
    rate = company("currency: GBP\nfacts: {capital: 1k, reference_date: 2026-09-30}").rate
    assert (rate.of, rate.units_per_usd) == ("2026", 0.7446)
    assert "to 30 October" in rate.source


def test_a_currency_that_ended_keeps_its_last_average():
    rate = company("currency: BGN\nfacts: {capital: 1k, reference_date: 2026-09-30}").rate
    assert rate.of == "2025"
    assert "gave way to the euro" in rate.source


def test_the_command_line_says_the_currency_of_files_that_say_none():
    assert company("facts: {capital: 1k}", currency="EUR").currency == "EUR"
    message = refused("currency: GBP\nfacts: {capital: 1k}", currency="EUR")
    assert "GBP" in message
    assert "--currency says EUR" in message
    assert company("currency: EUR\nfacts: {capital: 1k}", currency="EUR").currency == "EUR"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EUR=0.92", "looks like euros for a dollar; did you mean EUR=1.087?"),
        ("RON=4.5", "looks like lei for a dollar; did you mean RON=0.2222?"),
        ("CAD=1.37", "did you mean CAD=0.7299?"),
        ("EUR=2", "more than a third away"),
        ("EUR=0.5", "more than a third away"),
        ("ERU=1.1", "Did you mean EUR?"),
        ("EUR=a", "expected a number of dollars"),
        ("EUR=-1", "expected a number of dollars"),
        ("EUR=nan", "expected a number of dollars"),
        ("EUR", "expected CODE=DOLLARS"),
        ("", "expected CODE=DOLLARS"),
        ("USD=2", "a dollar is one dollar"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(text, said):
    with pytest.raises(BadRate) as refusal:
        given_rate(text)
    assert said in str(refusal.value)
    assert said in currencies(rates=[text])[1][0]


def test_a_files_rate_is_refused_alike():
    assert "did you mean EUR=1.087?" in refused("currency: EUR\nrates: {EUR: 0.92}\nfacts: {capital: 1}")
    assert "{EUR: 1.08}" in refused("currency: EUR\nrates: 1.08\nfacts: {capital: 1}")


def test_a_rate_far_from_that_of_the_year_is_refused_even_if_it_was_another_years():
    file = "currency: TRY\nrates: {{TRY: 0.2}}\nfacts: {{capital: 100k, reference_date: {}-06-30}}"
    assert company(file.format(2018)).values["capital"] == 20_000
    assert "the average of 2024" in refused(file.format(2024))


def test_two_rates_of_one_currency_are_refused():
    assert currencies(rates=["EUR=1.1", "EUR=1.1"])[1] == []
    assert currencies(rates=["EUR=1.1", "EUR=1.2"])[1] == ["two rates are given for EUR: 1.1 and 1.2."]


def test_a_currency_without_a_bundled_rate_takes_one_that_is_given():
    file = "currency: KRW\nfacts: {capital: 100M}"
    assert "--rate KRW=DOLLARS" in refused(file)
    assert company(file, rates=["KRW=0.0007"]).values["capital"] == 70_000


@pytest.mark.parametrize("code", ["ERU", "euros", "x" * 5000, "[EUR]"])
def test_an_unknown_currency_is_refused_with_its_line(code):
    found = read(f"company: A\ncurrency: {code}\nfacts: {{capital: 1k}}")
    (problem,) = found.problems
    assert (problem.code, problem.line) == ("SP115", 2)
    assert len(problem.message) < 200


def test_empty_keys_say_nothing():
    case = company("currency:\nrates:\nfacts: {capital: 1k}")
    assert (case.currency, case.values["capital"]) == ("USD", 1000)


def test_ranges_are_converted_at_both_ends():
    from salespath.facts.rates import in_dollars

    found = in_dollars({"capital": Range(100, float("inf"))}, {"capital": "EUR"}, currencies(rates=["EUR=1.1"])[0])
    assert found[0]["capital"] == Range(110, float("inf"))


def test_what_is_supposed_is_in_the_companys_own_currency():
    case = company("currency: EUR\nfacts: {capital: 1k}", rates=["EUR=1.1", "GBP=1.3"])
    other = suppose(VOCABULARY, case, ["annual_contract_value=100", "monthly_burn=£10"])
    assert (other.values["annual_contract_value"], other.values["monthly_burn"]) == (110, 13)
    assert (other.currency, other.values["capital"]) == ("EUR", 1100)
    with pytest.raises(SalespathError) as refusal:
        suppose(VOCABULARY, case, ["capital=KRW 5"])
    assert refusal.value.problems[0].code == "SP115"


def test_text_from_python_is_converted_too():
    case = typed_case(VOCABULARY, cases.Case("A", {"annual_contract_value": "€45k"}))
    assert case.values["annual_contract_value"] == pytest.approx(45_000 / EUR_2025)
    assert case.currency == "EUR"
    dollars = cases.Case("A", {"capital": 5})
    assert typed_case(VOCABULARY, dollars) is dollars
    with pytest.raises(SalespathError) as refusal:
        typed_case(VOCABULARY, cases.Case("A", {"capital": 45000}, currency="EUR"))
    assert refusal.value.problems[0].code == "SP115"


def test_every_average_is_one_for_every_year_and_exact_amounts_come_back():
    known = bundled()
    for code, units in known.units.items():
        assert len(units) in (len(known.years), len(known.years) - (code in known.ended))
        rate = known.average(code)
        for amount in (1, 0.1, 99.99, 45_000, 1_234_567.89, 123_456_789_012):
            assert rate.own(rate.in_dollars(amount)) == amount


def test_a_company_in_dollars_reads_no_rates(tmp_path):
    file = tmp_path / "f.yaml"
    file.write_text("company: A\nfacts: {capital: $5000, annual_contract_value: 70000}\n")
    code = (
        "import salespath\nfrom salespath.facts import rates\nbase = salespath.load()\n"
        f"assert salespath.read(base, {str(file)!r}).cases\nassert not rates.bundled.cache_info().currsize"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reading_a_file_takes_what_is_said_of_amounts(tmp_path):
    file = tmp_path / "f.yaml"
    file.write_text("company: A\nfacts: {capital: 5k}\n")
    assert read_file(str(file), VOCABULARY, Currencies("GBP")).cases[0].currency == "GBP"


def test_an_amount_at_the_end_of_a_clause_keeps_its_comma():
    with in_own_currency(Rate("EUR", 1.25, "given", "given in the file")):
        assert with_own_amounts("from $25,000, or $1.5M.") == "from $25,000 (€20,000), or $1.5M (€1.2M)."
