"""The one reader: what people write, what it means for a fact, and what is said back."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from given import BASE, VOCABULARY, run, values
from hypothesis import example, given
from hypothesis import strategies as st

import salespath
from salespath import Case, SalespathError, assess
from salespath.facts import read_file
from salespath.facts.amounts import amount, plain, readings
from salespath.facts.objects import typed_case
from salespath.facts.reader import Context, Understood, members, understand
from salespath.facts.values import BadValue, Range, cell_text, words
from salespath.files.problems import NOTE

MOST = VOCABULARY["capital"].maximum


def read(fact: str, text: str, **known) -> Understood:
    return understand(VOCABULARY[fact], text, Context(**known))


# Money: a yearly amount, as people write it, and what is said back

MONEY = [
    ("70000", 70_000, ""),
    ("70,000", 70_000, ""),
    ("70_000", 70_000, ""),
    ("$70,000", 70_000, ""),
    ("70000 USD", 70_000, ""),
    ("US$ 7k", 7_000, "$7,000"),
    ("$ 5,000.50", 5000.5, ""),
    ("zero", 0, ""),
    ("45.000,-", 45_000, "$45,000"),
    ("500,--", 500, ""),
    ("1'200'000.–", 1_200_000, "$1,200,000"),
    ("12,00,000/-", 1_200_000, ""),
    ("70 grand", 70_000, "$70,000"),
    ("45 Tausend", 45_000, "$45,000"),
    ("5 tys.", 5_000, "$5,000"),
    ("1,2 Md", 1_200_000_000, "$1,200,000,000"),
    ("50k-ish", 50_000, "$50,000, estimated"),
    ("50k or so", 50_000, "$50,000, estimated"),
    ("70k", 70_000, "$70,000"),
    ("70K", 70_000, "$70,000"),
    ("5 thousand", 5_000, "$5,000"),
    ("5k dollars", 5_000, "$5,000"),
    ("5 mii", 5_000, "$5,000"),
    ("1.2M", 1_200_000, "$1,200,000"),
    ("1.2m", 1_200_000, "$1,200,000"),
    ("1.2mn", 1_200_000, "$1,200,000"),
    ("1.2 mil", 1_200_000, "$1,200,000"),
    ("1.2 mil.", 1_200_000, "$1,200,000"),
    ("$4.2MM", 4_200_000, "$4,200,000"),
    ("1,2 mio", 1_200_000, "$1,200,000"),
    ("2.5 million", 2_500_000, "$2,500,000"),
    ("5 milioane", 5_000_000, "$5,000,000"),
    ("3 bn", 3 * 10**9, "$3,000,000,000"),
    ("5 lakh", 500_000, "$500,000"),
    ("2 crore", 20_000_000, "$20,000,000"),
    ("12,50,000", 1_250_000, ""),
    ("1,299,500.75", 1_299_500.75, ""),
    ("1.299.500,75", 1_299_500.75, "$1,299,500.75"),
    ("1 299 500,75", 1_299_500.75, "$1,299,500.75"),
    ("1\u00a0299\u202f500", 1_299_500, "$1,299,500"),
    ("1'299'500", 1_299_500, "$1,299,500"),
    ("1’299’500.50", 1_299_500.5, "$1,299,500.50"),
    ("1,5", 1.5, "$1.50"),
    ("１２０００", 12_000, ""),
    ("5k a month", 60_000, "$60,000 a year"),
    ("$5k/mo", 60_000, "$60,000 a year"),
    ("5000 per month", 60_000, "$60,000 a year"),
    ("5k monthly", 60_000, "$60,000 a year"),
    ("5k pe lună", 60_000, "$60,000 a year"),
    ("15k a quarter", 60_000, "$60,000 a year"),
    ("60k p.a.", 60_000, "$60,000 a year"),
    ("60k annually", 60_000, "$60,000 a year"),
    ("$60k ARR", 60_000, "$60,000 a year"),
    ("60000 a year", 60_000, ""),
    ("20000-40000", Range(20_000, 40_000), "$20,000 to $40,000"),
    ("20-40k", Range(20_000, 40_000), "$20,000 to $40,000"),
    ("$20k–$40k", Range(20_000, 40_000), "$20,000 to $40,000"),
    ("between 5 and 10k", Range(5_000, 10_000), "$5,000 to $10,000"),
    ("from 5k to 10k", Range(5_000, 10_000), "$5,000 to $10,000"),
    ("5-6k a month", Range(60_000, 72_000), "$60,000 to $72,000 a year"),
    ("100k+", Range(100_000, MOST), "at least $100,000"),
    (">100k", Range(100_000, MOST), "at least $100,000"),
    ("at least 5", Range(5, MOST), ""),
    ("<10k", Range(0, 10_000), "at most $10,000"),
    ("up to 5k", Range(0, 5_000), "at most $5,000"),
    ("10k or less", Range(0, 10_000), "at most $10,000"),
    ("10k-10k", 10_000, "$10,000"),
    ("~50k", 50_000, "$50,000, estimated"),
    ("about 50k", 50_000, "$50,000, estimated"),
    ("c. 50k", 50_000, "$50,000, estimated"),
    ("aprox. 50 mii", 50_000, "$50,000, estimated"),
    ("n/a", None, "unknown"),
    ("?", None, "unknown"),
    ("TBD", None, "unknown"),
    ("don’t know", None, "unknown"),
    ("—", None, "unknown"),
    ("necunoscut", None, "unknown"),
]


@pytest.mark.parametrize(("text", "value", "said"), MONEY)
def test_natural_ways_to_write_money(text, value, said):
    found = read("annual_contract_value", text)
    assert found.value == value
    assert found.note == (f"{' '.join(text.split())}, read as {said}" if said else "")
    assert found.currency == ("" if value is None else "USD")
    assert found.how == ("estimated" if "estimated" in said else "")


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("monthly_burn", "60k a year", 5_000), ("monthly_burn", "5k/month", 5_000), ("monthly_burn", "-5000", 0),
        ("monthly_burn", "(5,000)", 0), ("monthly_burn", "-5k to 10k", Range(0, 10_000)), ("net_profit", "(5,000)", -5_000),
        ("net_profit", "−3,000", -3_000), ("net_profit", "-5000 to -3000", Range(-5_000, -3_000)),
        ("sales_cycle_months", "7 months", 7), ("sales_cycle_months", "6 weeks", 6 * 84 / 365),
        ("sales_cycle_months", "90 days", 90 * 12 / 365), ("sales_cycle_months", "2 years", 24),
        ("sales_cycle_months", "1.5 years", 18), ("sales_cycle_months", "18m", 18), ("sales_cycle_months", "18 mo", 18),
        ("sales_cycle_months", "6-18m", Range(6, 18)), ("sales_cycle_months", "3 luni", 3),
        ("sales_cycle_months", "20 de luni", 20), ("sales_cycle_months", "<6", Range(0, 6)),
        ("days_to_value", "2 weeks", 14), ("days_to_value", "1 month", 365 / 12), ("sales_experience_years", "18m", 1.5),
        ("large_customer_share", "12%", 0.12), ("large_customer_share", "12 percent", 0.12),
        ("large_customer_share", "0,125", 0.125), ("large_customer_share", "10-20%", Range(0.1, 0.2)),
        ("large_customer_share", ">80%", Range(0.8, 1)), ("large_customer_share", "10 la sută", 0.1),
        ("large_customer_share", "30% of revenue", 0.3), ("large_customer_share", "1", 1),
        ("paying_customers", "51–200", Range(51, 200)), ("paying_customers", "10 to 20", Range(10, 20)),
        ("paying_customers", "61 customers", 61), ("paying_customers", "1.5k", 1500), ("paying_customers", "5m", 5_000_000),
        ("paying_customers", "at least 3", Range(3, 10**10)), ("paying_customers", "10 or more", Range(10, 10**10)),
        ("decision_makers", "6 people", 6), ("decision_makers", "1 person", 1), ("decision_makers", "up to 5", Range(1, 5)),
        ("company_employees", "11-50", Range(11, 50)), ("annual_revenue", "$4.2M", 4_200_000),
        ("annual_contract_value", "$69k", 69_000), ("churn_rate", "6%", 0.06), ("churn_rate", "n/a", None),
        ("pipeline_coverage", "3x", 3), ("net_profit", "1e6", 1_000_000), ("case_studies", "3 case studies", 3),
    ],
)  # fmt: skip
def test_other_numbers(fact, text, value):
    found = read(fact, text).value
    assert found == value
    if VOCABULARY[fact].type == "integer" and isinstance(found, Range):
        assert type(found.low) is type(found.high) is int


@pytest.mark.parametrize(
    ("fact", "text", "value", "said"),
    [
        ("product_stage", "launched", "launched", ""), ("product_stage", " launched\n", "launched", ""),
        ("product_stage", "Launched", "launched", "launched"), ("product_stage", "LAUNCHED", "launched", "launched"),
        ("product_stage", "Launch", "launched", "launched"), ("product_stage", "takes paying customers", "launched", "launched"),
        ("product_stage", "Live", "launched", "launched"), ("willingness_to_pay", "paid pilot", "paid_pilot", ""),
        ("next_funding", "in talks", "uncertain", "uncertain"), ("next_funding", "none", "none", ""),
        ("next_funding", "n/a", None, "unknown"), ("self_serve", "yes", True, ""), ("self_serve", "Y", True, ""),
        ("self_serve", "Da", True, "yes"), ("self_serve", "nu", False, "no"), ("self_serve", "adevărat", True, "yes"),
        ("self_serve", "fals", False, "no"), ("self_serve", "oui", True, "yes"), ("self_serve", "-", None, "unknown"),
        ("reference_date", "N/A", None, "unknown"), ("customer_segments", "small, large", {"small", "large"}, ""),
        ("customer_segments", "small and large", {"small", "large"}, ""), ("customer_segments", "-", set(), ""),
        ("customer_segments", "none", set(), ""), ("customer_segments", "N/A", None, "unknown"),
        ("customer_segments", "Mid", {"midsize"}, "midsize"), ("customer_segments", "['small', 'large']", {"small", "large"}, ""),
        ("customer_segments", "1,000 or more employees", {"large"}, "large"), ("customer_segments", "small;", {"small"}, ""),
    ],
)  # fmt: skip
def test_words(fact, text, value, said):
    found = read(fact, text)
    assert found.value == value
    assert found.note == (f"{' '.join(text.split())}, read as {said}" if said else "")


@pytest.mark.parametrize(
    ("fact", "text", "known", "value"),
    [
        ("annual_contract_value", "250.000", {"decimal": ","}, 250_000),
        ("annual_contract_value", "250.000", {"decimal": "."}, 250),
        ("annual_contract_value", "1,250", {"decimal": ","}, 1.25),
        ("annual_contract_value", "1,250", {}, 1_250),
        ("annual_contract_value", "45", {"scale": 3}, 45_000),
        ("annual_contract_value", "45k", {"scale": 3}, 45_000),
        ("annual_contract_value", "5", {"scale": 3, "per": "month"}, 60_000),
        ("monthly_burn", "350", {"scale": 3, "per": "month"}, 350_000),
        ("gross_margin", "80", {"percent": True}, 0.8),
        ("gross_margin", "80%", {"percent": True}, 0.8),
        ("gross_margin", "100%", {"percent": True}, 1),
        ("self_serve", "1", {"ones": True}, True),
        ("self_serve", "0", {"ones": True}, False),
        ("product_stage", "2", {"prompt": True}, "prototype"),
        ("product_stage", "i", {"prompt": True}, "idea"),
        ("customer_segments", "1 3", {"prompt": True}, {"small", "large"}),
    ],
)
def test_what_is_known_beside_the_text_decides_and_is_not_said_again(fact, text, known, value):
    assert read(fact, text, **known).value == value
    if not known.get("prompt") and "k" not in text:
        assert read(fact, text, **known).note == ""


@pytest.mark.parametrize(
    ("fact", "text", "known", "parts"),
    [
        ("annual_contract_value", "250.000", {}, ["250.000 can be read as 250000 or as 250"]),
        ("annual_contract_value", "$12.500", {}, ["$12500 or as $12.5"]),
        ("annual_contract_value", "45.000 EUR", {}, ["45000 EUR or as 45 EUR; write one of these"]),
        ("annual_contract_value", "10.000-20.000 lei", {}, ["10000-20000 lei or as 10-20 lei"]),
        ("annual_contract_value", "1.250 k€", {}, ["1250 k€ or as 1.25 k€"]),
        ("annual_contract_value", "(5,000)", {}, ["(5,000), in accounts -5,000, is less than 0"]),
        ("gross_margin", "1", {"percent": True}, ["1% or as 100%"]),
        ("self_serve", "1", {}, ["1 is neither yes nor no", "Write yes or no"]),
        ("self_serve", "1", {"prompt": True}, ["1 is neither yes nor no"]),
        ("product_stage", "2", {}, ["2 is not one of idea, prototype"]),
        ("product_stage", "9", {"prompt": True}, ["choices are 1 to 4"]),
        ("product_stage", "pro or pilot", {}, ["is not one of"]),
        ("product_stage", "lanched", {}, ["Did you mean launched?"]),
        ("next_funding", "not", {}, ["can mean none or uncertain"]),
        ("product_stage", "p", {}, ["p is not one of"]),
        ("annual_contract_value", "none", {}, ["Write 0 for none", "n/a where it is not known"]),
        ("annual_contract_value", "-5", {}, ["-5 is less than 0"]),
        ("annual_contract_value", "lots", {}, ["lots is not a number", "70k"]),
        ("annual_contract_value", "45%", {}, ["45% is a share; expected an amount of money"]),
        ("paying_customers", "500%", {}, ["500% is a share; expected a whole number"]),
        ("case_studies", "$3", {}, ["$3 is an amount of money; expected a whole number"]),
        ("case_studies", "€3", {}, ["€3 is an amount of money"]),
        ("gross_margin", "80", {}, ["80 is more than 1", "12%"]),
        ("paying_customers", "7.5", {}, ["not a whole number"]),
        ("paying_customers", "2.5-4", {}, ["not a whole number"]),
        ("paying_customers", "20-10", {}, ["20-10", "lesser first"]),
        ("annual_contract_value", "500-2k", {}, ["500-2k", "in full"]),
        ("annual_contract_value", "5 people", {}, ["people is not what is counted here"]),
        ("customer_employees", "50 customers", {}, ["customers is not what is counted here", "employees"]),
        ("paying_customers", "5 days", {}, ["a length of time", "a whole number"]),
        ("capital", "5k a month", {}, ["so much a month", "an amount of money"]),
        ("churn_rate", "2% a month", {}, ["a share a month", "a year"]),
        ("sales_cycle_months", "0", {}, ["0 is not more than 0"]),
        ("sales_cycle_months", "soon", {}, ["6 weeks"]),
        ("customer_segments", "small, huge", {}, ["huge is not one of small, midsize, large."]),
        ("customer_segments", "none, small", {}, ["none goes with nothing else"]),
        ("customer_segments", ";", {}, ["names nothing"]),
        ("annual_contract_value", "9" * 5000, {}, ["too large"]),
        ("annual_contract_value", "1e16", {}, ["too large"]),
        ("annual_contract_value", "9999999bn", {}, ["too large"]),
    ],
)
def test_what_is_refused_with_what_was_seen_and_expected(fact, text, known, parts):
    with pytest.raises(BadValue) as caught:
        read(fact, text, **known)
    assert caught.value.code == "SP112"
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["ten", "12,34,5", "1,23,456.7.8", "1.2.3", "NaN of it", "inf", "0x10", "1e", "--5", "5 5", "١٢", "²",
     "=1+1", "1;2", "2024-03-31",
     "5k-10k-20k", "5-", "(5", "5 and 6", "about", "<", "5+6", "10-20+", "1/2"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadValue, match=r"is not a number|is not what is counted here"):
        read("annual_contract_value", text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€5000", "EUR"), ("£9,000", "GBP"), ("₹5 lakh", "INR"), ("9,000 €", "EUR"), ("45k€", "EUR"), ("k€45", "EUR"),
        ("45keur", "EUR"), ("€45.000,00", "EUR"), ("EUR 45", "EUR"), ("EUR45", "EUR"), ("500 lei", "RON"), ("9000 RON", "RON"),
        ("5 mii lei", "RON"), ("5 milioane de lei", "RON"), ("CHF 9'000", "CHF"), ("A$5", "AUD"), ("C$ 5", "CAD"), ("HK$5k", "HKD"),
        ("5 Canadian dollars", "CAD"), ("GBP 1.2M", "GBP"), ("90 zł", "PLN"), ("20,000 pounds", "GBP"), ("500 Kč", "CZK"),
        ("€20-40k", "EUR"), ("€5k/mo", "EUR"), ("500 SEK", "SEK"), ("JPY 5", "JPY"),
    ],
)  # fmt: skip
def test_a_currency_before_or_after_is_understood_by_its_code(text, code):
    assert understand(BASE.vocabulary["annual_contract_value"], text).currency == code
    with pytest.raises(BadValue, match="amount of money"):
        read("paying_customers", text)


@pytest.mark.parametrize(
    ("text", "ways"),
    [("500 kr", "SEK, NOK or DKK"), ("¥500", "JPY or CNY"), ("50 pesos", "MXN"), ("₿5", "₿, which is not known")],
)
def test_a_currency_that_may_be_several_is_asked_for(text, ways):
    with pytest.raises(BadValue, match=ways) as caught:
        read("annual_contract_value", text)
    assert caught.value.code == "SP115"


def test_a_word_for_several_currencies_is_that_of_the_company_where_it_is_one_of_them():
    assert read("annual_contract_value", "850 000 kr", currency="SEK").currency == "SEK"
    assert read("annual_contract_value", "5k pesos", currency="MXN").value == 5000
    for text, own in (("500 kr", "EUR"), ("500 kr or 5 pesos", "SEK")):
        with pytest.raises(BadValue):
            read("annual_contract_value", text, currency=own)


def test_figures_and_nothing_else_come_from_a_program_with_one_reading():
    fact = VOCABULARY["annual_contract_value"]
    assert understand(fact, "250.125", exact=True).value == 250.125
    with pytest.raises(BadValue):
        understand(fact, "250.125")


@pytest.mark.parametrize(
    ("digits", "plain_", "comma"),
    [
        ("250.000", ("250000", "250"), ("250000",)), ("250,000", ("250000",), ("250.000",)), ("0.125", ("0.125",), ("0.125",)),
        ("1.299.500", ("1299500",), ("1299500",)), ("1,299,500", ("1299500",), ("1299500",)), ("1.5", ("1.5",), ("1.5",)),
        ("1.2345", ("1.2345",), ("1.2345",)), ("12,34,56", (), ()), ("1.29.500", (), ()), ("1.299,5", ("1299.5",), ("1299.5",)),
        ("1,299.5", ("1299.5",), ("1299.5",)), ("12,99.5", (), ()), ("1 29", (), ()), ("1.5 250.000", (), ()),
        ("1'299.5", ("1299.5",), ("1299.5",)),
    ],
)  # fmt: skip
def test_the_readings_of_separators(digits, plain_, comma):
    assert readings(digits, "", decided=False) == plain_
    assert readings(digits, ",", decided=False) == comma


# Properties

any_value = st.sampled_from(list(VOCABULARY)).flatmap(lambda name: st.tuples(st.just(name), values(name)))
numeric = st.sampled_from([name for name in VOCABULARY if VOCABULARY[name].numeric])


@st.composite
def ranges(draw):
    """A fact and a range of it."""
    name = draw(numeric)
    one, other = draw(values(name)), draw(values(name))
    low, high = sorted((one, other))
    if not low < high:
        low, high = VOCABULARY[name].minimum or 0, high + 1
    high = min(high, VOCABULARY[name].maximum)
    return name, Range(low, high)


@given(any_value)
def test_every_value_written_to_a_cell_reads_back_without_a_note(item):
    name, value = item
    assert read(name, cell_text(VOCABULARY[name], value)) == Understood(
        value, currency="USD" if VOCABULARY[name].type == "money" else ""
    )


@given(ranges())
def test_every_range_written_to_a_cell_reads_back_and_is_said(item):
    name, value = item
    if value.low < value.high:
        found = read(name, cell_text(VOCABULARY[name], value))
        assert (found.value, found.note) == (value, "")
        assert any(word in words(VOCABULARY[name], value) for word in (" to ", "at least ", "at most "))


@pytest.mark.parametrize(
    ("name", "text", "cell"),
    [
        ("decision_makers", "5+", "at least 5"),
        ("capital", "over 250k", "at least 250000"),
        ("churn_rate", "80% to 100%", "0.8 to 1"),
    ],
)
def test_a_range_without_an_end_is_written_as_one(name, text, cell):
    assert cell_text(VOCABULARY[name], read(name, text).value) == cell


LOCALES = {  # how thousands and decimals are separated; the last group of India has three digits, the others two
    "en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "pl": (" ", ","), "ch": ("’", "."), "in": (",", "."), "": ("", "."),
}  # fmt: skip


@st.composite
def as_people_write(draw):
    """An amount of money, its currency, and a text that says it in one of many ways."""
    locale = draw(st.sampled_from(sorted(LOCALES)))
    thousands, decimal = LOCALES[locale]
    scale, power = draw(
        st.sampled_from([("", 0), ("k", 3), (" mii", 3), (" lakh", 5), ("M", 6), (" Mio.", 6), (" million", 6)])
    )
    whole = draw(st.integers(0, 80_000 if power else 10**9))
    cents = draw(st.sampled_from(["", "00", "50", "25"]))
    digits, groups = str(whole), []
    while thousands and digits:
        width = 2 if locale == "in" and groups else 3
        groups.insert(0, digits[-width:])
        digits = digits[:-width]
    text = thousands.join(groups) if thousands else digits
    if "." in text and text.count(".") == 1:
        cents = cents or "00"  # 45.000 alone has two readings
    text += f"{decimal}{cents}" if cents else draw(st.sampled_from(["", f"{decimal}-"])) if not power else ""
    code, before, after = draw(
        st.sampled_from([
            ("USD", "", ""), ("USD", "$", ""), ("USD", "US$ ", ""), ("EUR", "€", ""), ("EUR", "", " €"), ("EUR", "EUR ", ""),
            ("RON", "", " lei"), ("RON", "", " de lei"), ("GBP", "£", ""), ("CHF", "CHF ", ""), ("CHF", "Fr. ", ""),
            ("INR", "₹", ""),
        ])
    )  # fmt: skip
    about = draw(st.sampled_from(["", "~", "about ", "ca. "]))
    period, times = draw(
        st.sampled_from([("", 1), (" a year", 1), ("/yr", 1), (" p.a.", 1), (" a month", 12), ("/mo", 12)])
    )
    value = Fraction(f"{whole}.{cents or 0}") * 10**power * times
    return float(value), code, f"{about}{before}{text}{scale}{after}{period}"


@given(as_people_write())
@example((45_000.0, "EUR", "45.000,- €"))
@example((14_400_000.0, "INR", "~₹12,00,000/mo"))
def test_an_amount_as_people_write_it_is_read_back(item):
    value, code, text = item
    found = read("annual_contract_value", text)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.currency == code
    assert found.how == ("estimated" if text.startswith(("~", "about", "ca.")) else "")


PIECES = (
    "1 5 20 100 1.5 250.000 1,5 12% - – to and between about ~ < > + k M mil mii $ € lei USD a per month year /mo p.a. weeks m",
    "up at least or more ( ) none n/a yes da small large , ; customers people of",
)
texts = st.one_of(
    st.text(max_size=60),
    st.text("0123456789.,' kmM%$€£-–+<>~()/", max_size=20),
    st.lists(
        st.sampled_from(" ".join(PIECES).split()),
        max_size=8,
    ).map(" ".join),
)
contexts = st.builds(
    Context,
    decimal=st.sampled_from(["", ".", ","]),
    scale=st.sampled_from([0, 3, 6]),
    per=st.sampled_from(["", "month", "year"]),
    percent=st.booleans(),
    ones=st.booleans(),
    prompt=st.booleans(),
)


@given(st.sampled_from(list(VOCABULARY)), texts, contexts)
def test_any_text_is_a_value_that_reads_back_or_is_refused(name, text, context):
    fact = VOCABULARY[name]
    try:
        found = understand(fact, text, context)
    except BadValue as error:
        assert str(error)  # noqa: PT017
        return
    assert "\n" not in found.note
    if found.value is None:
        return
    assert words(fact, found.value)
    assert read(name, cell_text(fact, found.value)).value == found.value
    low, high = (found.value.low, found.value.high) if isinstance(found.value, Range) else (found.value,) * 2
    if fact.numeric:
        assert fact.minimum is None or low >= fact.minimum
        assert fact.maximum is None or high <= fact.maximum
        assert not isinstance(found.value, Range) or low < high


@pytest.mark.parametrize(
    "piece", ["1", "1,", "1 ", "1.", "'", "(", "- ", "a ", "small,", "k", "small and ", "e", "€", "≤", "ș", "_"]
)
def test_a_long_text_takes_no_more_steps_than_it_has_letters(piece):
    text = piece * (100_000 // len(piece))
    steps = 0

    def count(frame, event, arg):
        nonlocal steps
        steps += 1
        return count

    for name in ("annual_contract_value", "product_stage", "customer_segments", "self_serve", "reference_date"):
        steps, before = 0, sys.gettrace()
        sys.settrace(count)
        try:
            understand(VOCABULARY[name], text)
        except BadValue as error:
            assert len(str(error)) < 2_000  # noqa: PT017
        finally:
            sys.settrace(before)
        assert steps < 60 * len(text)


@pytest.mark.parametrize(
    ("fact", "text"),
    [("capital", "5"), ("product_stage", "pilot"), ("self_serve", "yes"), ("customer_segments", "small")],
)
def test_the_end_of_a_long_text_is_read_as_well(fact, text):
    with pytest.raises(BadValue):
        read(fact, f"{text}{' ' * 2_000}and more")


def test_nothing_is_an_amount_without_a_digit():
    assert amount(plain("about")) is None
    assert amount(plain("≈ ５")).about


# Where people write: each reads alike


def test_a_fact_file_says_what_was_understood(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "company: A\nfacts:\n  product_stage: Launched\n  annual_contract_value: 5k a month\n  self_serve: N/A\n"
        "  customer_segments: small and large\n  monthly_burn: -5000\n  capital: {value: about 50k, how: guessed}\n"
        "  sales_cycle_months: ~3\n"
    )
    (case,) = read_file(str(path), VOCABULARY).cases
    assert case.values == {
        "product_stage": "launched",
        "annual_contract_value": 60_000,
        "customer_segments": {"small", "large"},
        "monthly_burn": 0,
        "capital": 50_000,
        "sales_cycle_months": 3,
    }
    assert case.how == {"capital": "guessed", "sales_cycle_months": "estimated"}
    assert case.understood["monthly_burn"] == "-5000, read as no net spending"
    done = run("facts", "check", str(path))
    assert done.returncode == 0
    assert b"no problems" in done.stdout
    said = f"{path}:4: note SP116: A: annual_contract_value: 5k a month, read as $60,000 a year."
    assert said in done.stderr.decode().splitlines()


CELLS = {
    "words for unknown": (
        "company,product_stage,self_serve,annual_contract_value,customer_segments\n"
        "Alder,launched,yes,N/A,small\nBirch,launched,no,80000,N/A\nCedar,N/A,no,80000,large\n",
        [
            {"product_stage": "launched", "self_serve": True, "customer_segments": {"small"}},
            {"product_stage": "launched", "self_serve": False, "annual_contract_value": 80_000},
            {"self_serve": False, "annual_contract_value": 80_000, "customer_segments": {"large"}},
        ],
    ),
    "da": (
        "company,product_stage,self_serve,annual_contract_value\nAlder,launched,Da,1200\n",
        [{"product_stage": "launched", "self_serve": True, "annual_contract_value": 1_200}],
    ),
    "choices in capitals": (
        'company,product_stage\nA,Launched\nB,LAUNCHED\nC,launched \nD,Launch\nE,"launched\n"\n',
        [{"product_stage": "launched"}] * 5,
    ),
}


@pytest.mark.parametrize("kind", CELLS)
def test_cells_are_read_alike(tmp_path, kind):
    text, meant = CELLS[kind]
    path = tmp_path / "a.csv"
    path.write_text(text)
    found = salespath.read(BASE, str(path))
    assert [case.values for case in found.cases] == meant
    assert not [problem for problem in found.problems if problem.severity == "error"]


def test_a_range_in_a_fact_file_is_text_or_has_two_ends(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "capital: 20-40k\npaying_customers: {low: 5, high: 10, how: guessed}\ngross_margin: {low: 70%}\n"
        "target_accounts: {high: 40}\n"
    )
    (case,) = read_file(str(path), VOCABULARY).cases
    assert case.values == {
        "capital": Range(20_000, 40_000),
        "paying_customers": Range(5, 10),
        "gross_margin": Range(0.7, 1),
        "target_accounts": Range(0, 40),
    }
    assert case.how == {"paying_customers": "guessed"}


def test_a_page_of_one_says_notes_beside_it_and_not_on_it(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("company: A\nfacts: {product_stage: Launched, annual_contract_value: 70k, self_serve: da}\n")
    done = run("assess", str(path))
    assert done.returncode == 0
    assert done.stderr.count(b"note SP116") == 3
    assert b"read as" not in done.stdout
    given = json.loads(run("assess", str(path), "--format", "json").stdout)
    assert {(p["code"], p["severity"]) for p in given["problems"]} == {("SP116", NOTE)}


def test_a_setting_is_read_alike_and_its_note_takes_the_place_of_the_earlier(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("company: A\nfacts: {product_stage: Launched, annual_contract_value: 70k, self_serve: da}\n")
    done = run(
        "assess", str(path), "--set", "annual_contract_value=5k a month", "--set", "self_serve=no"
    ).stderr.decode()
    assert "annual_contract_value: 5k a month, read as $60,000 a year." in done
    assert "70k" not in done
    assert "self_serve" not in done
    assert "product_stage: Launched, read as launched." in done


# From Python


@pytest.mark.parametrize(
    ("facts", "meant", "notes"),
    [
        ({"self_serve": "yes"}, {"self_serve": True}, []),
        ({"product_stage": "Launched"}, {"product_stage": "launched"}, ["Launched, read as launched"]),
        ({"annual_contract_value": "70k"}, {"annual_contract_value": 70_000}, ["70k, read as $70,000"]),
        ({"customer_segments": ["small"]}, {"customer_segments": {"small"}}, []),
        ({"customer_segments": {"small"}}, {"customer_segments": {"small"}}, []),
        ({"capital": Range(5.0, 5.0)}, {"capital": 5}, []),
        ({"self_serve": "n/a"}, {}, ["n/a, read as unknown"]),
        ({"monthly_burn": -5_000}, {"monthly_burn": 0}, ["-5000, read as no net spending"]),
    ],
)
def test_python_means_what_a_file_means_and_is_told_what_was_understood(facts, meant, notes):
    found = assess(BASE, Case("X", facts))
    assert found.case.values == meant
    said = [problem.message for problem in found.problems if problem.code == "SP116"]
    assert said == [f"X: {name}: {note}." for name, note in zip(facts, notes)]
    assert all(problem.severity == NOTE for problem in found.problems)


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("gross_margin", 80, "80 is more than 1"),
        ("self_serve", 1, "1 is not understood; expected yes or no"),
        ("self_serve", "1", "Write yes or no"),
        ("annual_contract_value", math.nan, "NaN is not a number"),
        ("annual_contract_value", -5, "-5 is less than 0"),
        ("annual_contract_value", True, "True is not understood"),
        ("annual_contract_value", Range(10, 5), "ends below where it begins"),
        ("annual_contract_value", Range(math.nan, 5), "NaN"),
        ("annual_contract_value", Range(-5, 5), "-5 is less than 0"),
        ("annual_contract_value", Range(True, 5), "both ends of a range are numbers"),
        ("paying_customers", Range(1.5, 3), "1.5 is not a whole number"),
        ("product_stage", Range(1, 3), "expected one of idea"),
    ],
)
def test_python_is_refused_where_a_file_is_but_not_when_a_case_is_built(fact, value, message):
    case = Case("X", {fact: value})
    with pytest.raises(SalespathError) as caught:
        assess(BASE, case)
    (problem,) = caught.value.problems
    assert (problem.code, problem.column) == ("SP112", fact)
    assert message in problem.message


def test_optimized_python_checks_as_well():
    program = (
        "import salespath\nbase = salespath.load()\n"
        "for facts in ({'gross_margin': 80}, {'self_serve': 1}, {'capital': float('nan')}, {'customer_segments': 3}):\n"
        "    try: salespath.assess(base, salespath.Case('X', facts))\n"
        "    except salespath.SalespathError as error: print(error.problems[0].code)\n"
    )
    done = subprocess.run([sys.executable, "-O", "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["SP112"] * 4, done.stderr


def test_a_range_from_python_is_taken_for_numbers():
    case = Case(
        "X",
        {"capital": Range(20_000, 40_000), "paying_customers": Range(5.0, 10), "gross_margin": Range(-math.inf, 0.5)},
    )
    found = typed_case(VOCABULARY, case).values
    assert found == {**case.values, "gross_margin": Range(0, 0.5)}
    assert type(found["paying_customers"].low) is int
    assert typed_case(VOCABULARY, replace(case, values={"capital": Range(5, 10)})).values == {"capital": Range(5, 10)}


def test_a_member_is_named_with_how_it_was_read():
    found = members(VOCABULARY["customer_segments"], ["Enterprise", "small"])
    assert found == Understood(frozenset({"large", "small"}), "Enterprise, read as large")


CALLS = {
    "assess": lambda case: salespath.assess(BASE, case),
    "settle": lambda case: salespath.settle(BASE, case.values),
    "what_if": lambda case: salespath.what_if(BASE, case, ["role=founder"]),
    "reach": lambda case: salespath.reach(BASE, case, "smb"),
    "compare": lambda case: salespath.compare(BASE, [case, case]),
    "economics": lambda case: salespath.economics(BASE, case),
    "read": lambda case: salespath.read(BASE, {"company": "X", "facts": dict(case.values)}),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("fact", "value"), [("gross_margin", 80), ("self_serve", 1), ("capital", math.nan), ("capital", -5)]
)
def test_every_call_that_takes_a_company_refuses_what_cannot_be(name, fact, value):
    with pytest.raises(SalespathError) as caught:
        CALLS[name](Case("X", {fact: value}))
    assert [(problem.code, problem.column) for problem in caught.value.problems] == [("SP112", fact)]


def test_what_python_reads_is_typed_as_in_a_case():
    facts = {
        "capital": Range(20_000, math.inf), "self_serve": "da", "customer_segments": {"small"}, "annual_contract_value": 250.125,
        "reference_date": date(2024, 3, 31), "paying_customers": np.int64(7), "product_stage": None,
    }  # fmt: skip
    (case,) = salespath.read(BASE, {"company": "X", "facts": facts}).cases
    assert case.values == typed_case(VOCABULARY, Case("X", facts)).values
    assert case.values["capital"] == Range(20_000, MOST)
    assert case.understood == {"self_serve": "da, read as yes"}


def test_a_note_on_a_fact_file_has_the_line_of_the_fact(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(
        "company: A\nfacts:\n  capital: 100000\n  annual_contract_value:\n    value: 5k a month\n  monthly_burn: -5000\n"
    )
    [case] = read_file(str(path), VOCABULARY).cases
    notes = {p.column: p.line for p in assess(BASE, case).problems if p.code == "SP116"}
    assert notes == {"annual_contract_value": 5, "monthly_burn": 6}
