"""Facts: what people write, the value it means, and the words in which it comes back."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from given import BASE, VOCABULARY, some_facts, values
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.facts import Case, Value, read_file
from salespath.facts.objects import typed_case
from salespath.facts.template import answer_format, csv_template, yaml_template
from salespath.facts.values import BadValue, cell_text, number, parse, words
from salespath.facts.vocabulary import load
from salespath.files.nodes import parse as parse_yaml
from salespath.files.problems import SalespathError


def read_text(tmp_path, text, name="case.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_file(str(path), VOCABULARY)


# What people write


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("70000", 70000), ("70,000", 70000), ("70_000", 70000), ("$5,000", 5000), ("$ 5,000.50", 5000.5), ("250k", 250000),
        ("250 K", 250000), ("1.2M", 1200000), ("1.001k", 1001), ("2.5 million", 2500000), ("1bn", 10**9), ("5k dollars", 5000),
        ("2 b", 2 * 10**9), ("3 billion", 3 * 10**9), ("2mn", 2000000), ("4 thousand", 4000),
        ("5000 USD", 5000), ("US$ 7k", 7000), ("1e6", 1000000), ("1.5e-3", 0.0015), ("-3,000", -3000), ("+4", 4), (".5", 0.5),
        ("250.5", 250.5), ("250.1255", 250.1255), ("1234.567", 1234.567), ("0.125", 0.125), ("12%", 0.12), ("12.5 %", 0.125),
        ("29%", 0.29), ("-0", 0), ("  7  ", 7), ("250.000k", 250000),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, value):
    assert number(text) == value
    assert math.copysign(1, number(text)) == math.copysign(1, value)


@pytest.mark.parametrize(
    ("text", "readings"),
    [("250.000", ("250000", "250")), ("1.250", ("1250", "1.25")), ("$12.500", ("12500", "12.5"))],
)
def test_a_number_with_two_readings_is_refused_with_both(text, readings):
    with pytest.raises(BadValue) as caught:
        number(text)
    assert "can be read as {} or as {};".format(*readings) in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "ten", "1,2", "12,34", "1,23,456", "1.2.3", "1.250.000", "5k-10k", "50-100", "n/a", "NaN", "inf", "0x10", "1e",
     "--5", "5$", "5 5", "١٢", "１２", "²", "=1+1", "1;2"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadValue, match="is not a number"):
        number(text)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("€5000", "€"), ("£9,000", "£"), ("-¥ 5", "¥"), ("₹5 lakh", "₹"), ("9,000 €", "€"), ("45k€", "€"), ("k€45", "€"),
        ("€45.000,00", "€"), ("500 lei", "lei"), ("9000 RON", "RON"), ("EUR45", "EUR"), ("45keur", "eur"), ("CHF 9'000", "CHF"),
        ("A$5", "A$"), ("C$ 5", "C$"), ("HK$5k", "HK$"), ("5 Canadian dollars", "Canadian dollars"), ("GBP 1.2M", "GBP"),
        ("90 zł", "zł"), ("20,000 pounds", "pounds"),
    ],
)  # fmt: skip
def test_another_currency_is_refused_by_name(text, currency):
    with pytest.raises(BadValue) as caught:
        number(text)
    assert str(caught.value) == (
        f"{text} is in {currency}, and amounts are in US dollars for now: convert it and write the dollar amount."
    )


@pytest.mark.parametrize("text", ["5k$", "5 won", "about 5 people", "no euros", "5 euroshops"])
def test_no_currency_is_named_where_none_is(text):
    with pytest.raises(BadValue, match="is not a number"):
        number(text)


@pytest.mark.parametrize("text", ["1e16", "1e400", "-1e16", "9" * 5000, "9999999bn", "1e999"])
def test_a_number_too_large_to_mean_anything_is_refused(text):
    with pytest.raises(BadValue, match="too large"):
        number(text)


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("product_stage", "launched", "launched"),
        ("product_stage", " LAUNCHED", "launched"),
        ("willingness_to_pay", "Paid-Pilot", "paid_pilot"),
        ("willingness_to_pay", "a paid trial", "paid_pilot"),
        ("deployment_options", "On premises;SaaS", frozenset({"on_premises", "cloud"})),
        ("customer_segments", "1,000 or more employees", frozenset({"large"})),
        ("customer_segments", "none", frozenset()),
        ("role", "Marketing", "digital_marketer"),
        ("role", "account executive", "salesperson"),
        ("role", "Co-founder", "founder"),
        ("role", "PM", "product_manager"),
        ("role", "VC", "investor"),
        ("team_roles", "sales, CSM", frozenset({"account_executive", "customer_success"})),
        ("team_roles", "BDR;pre-sales", frozenset({"sales_development", "solutions_engineer"})),
        ("who_sells", "me; resellers", frozenset({"founder", "partners"})),
        ("team_skills", "routine", frozenset({"routine_discipline"})),
        ("next_funding", "no", "none"),
        ("seller_seniority", "nobody", "none"),
        ("self_serve", "no", False),
        ("self_serve", "Yes", True),
        ("self_serve", "true", True),
        ("large_customer_share", "12%", 0.12),
        ("large_customer_share", "1", 1),
        ("large_customer_share", "0.125", 0.125),
        ("decision_makers", "7", 7),
        ("paying_customers", "1.2k", 1200),
        ("paying_customers", "0", 0),
        ("sales_cycle_months", "2.125", 2.125),
        ("net_profit", "-$3,000", -3000),
    ],
)
def test_a_text_means_the_value_that_its_fact_gives_it(fact, text, value):
    assert parse(VOCABULARY[fact], text) == value
    assert type(parse(VOCABULARY[fact], text)) is type(value)


@pytest.mark.parametrize(
    ("fact", "text", "message"),
    [
        ("product_stage", "no", "no is not one of idea, prototype, pilot, launched."),
        ("product_stage", "lanched", "Did you mean launched?"),
        ("product_stage", "Launchd", "Did you mean launched?"),
        ("product_stage", "", "nothing is not one of"),
        ("product_stage", "launched, pilot", "is not one of"),
        ("self_serve", "maybe", "maybe is neither yes nor no."),
        ("self_serve", "1", "1 is neither yes nor no."),
        ("large_customer_share", "12", "12 is more than 1, the most that is possible here. Shares are written 0 to 1, or as 12%."),
        ("large_customer_share", "-0.1", "is less than 0"),
        ("large_customer_share", "101%", "is more than 1"),
        ("decision_makers", "7.5", "7.5 is not a whole number."),
        ("decision_makers", "0", "0 is less than 1"),
        ("decision_makers", "1e300", "too large"),
        ("paying_customers", "-3", "-3 is less than 0"),
        ("sales_cycle_months", "0", "0 is not more than 0."),
        ("monthly_burn", "-5", "-5 is less than 0"),
        ("annual_contract_value", "250.000", "250000 or as 250"),
        ("annual_contract_value", "yes", "yes is not a number."),
        ("annual_contract_value", "45%", "45% is a share; expected US dollars."),
        ("paying_customers", "500%", "500% is a share; expected a whole number."),
        ("sales_cycle_months", "50%", "50% is a share; expected a number."),
        ("case_studies", "$3", "$3 is an amount of money; expected a whole number."),
        ("case_studies", "3 USD", "3 USD is an amount of money"),
        ("case_studies", "€3", "€3 is an amount of money"),
        ("gross_margin", "$0.5", "$0.5 is an amount of money; expected 0 to 1, or 12%."),
        ("customer_segments", "small, huge", "huge is not one of small, midsize, large."),
    ],
)  # fmt: skip
def test_what_a_fact_cannot_be_is_refused_with_what_was_expected(fact, text, message):
    with pytest.raises(BadValue) as caught:
        parse(VOCABULARY[fact], text)
    assert message in str(caught.value)


any_value = st.sampled_from(list(VOCABULARY)).flatmap(lambda name: st.tuples(st.just(name), values(name)))


@given(any_value)
def test_every_value_written_to_a_file_reads_back_equal(item):
    name, value = item
    fact = VOCABULARY[name]
    text = cell_text(fact, value)
    if isinstance(value, frozenset):
        assert frozenset(text.split(";")) == (value or {"-"})
    else:
        assert parse(fact, text) == value


@given(any_value, st.text(max_size=40))
def test_any_text_is_a_value_or_is_refused(item, text):
    fact = VOCABULARY[item[0]]
    if fact.type != "set":
        try:
            value = parse(fact, text)
        except BadValue:
            return
        assert parse(fact, cell_text(fact, value)) == value


# In words


@pytest.mark.parametrize(
    ("fact", "value", "text"),
    [
        ("annual_contract_value", 70000, "$70,000"),
        ("annual_contract_value", 1299500.75, "$1,299,501"),
        ("annual_contract_value", 0.5, "$0.5"),
        ("net_profit", -3000, "-$3,000"),
        ("large_customer_share", 0.12, "12%"),
        ("large_customer_share", 1 / 3, "33.3%"),
        ("churn_rate", 0, "0%"),
        ("runway_months", 7, "7 months"),
        ("runway_months", 7.04, "7 months"),
        ("runway_months", 1, "1 month"),
        ("runway_months", 1.02, "1 month"),
        ("runway_months", 2.5, "2.5 months"),
        ("runway_months", 0.125, "4 days"),
        ("annual_contract_value", 99.25, "$99.25"),
        ("runway_months", math.inf, "unlimited"),
        ("runway_months", math.nan, "cannot be computed"),
        ("sales_team_size", 1, "1 person"),
        ("company_employees", 1200, "1,200 employees"),
        ("self_serve", True, "yes"),
        ("self_serve", False, "no"),
        ("product_stage", "launched", "launched"),
        ("willingness_to_pay", "paid_pilot", "paid pilot"),
        ("sales_automation", "crm", "CRM"),
        ("customer_segments", frozenset(), "none"),
        ("customer_segments", frozenset({"large", "small"}), "small, large"),
    ],
)
def test_values_in_words(fact, value, text):
    assert words(VOCABULARY[fact], value) == text


@given(any_value)
def test_values_in_words_are_for_people(item):
    text = words(VOCABULARY[item[0]], item[1])
    assert text
    assert not any(mark in text for mark in ("_", "frozenset", "e+", "None", "True", "-0%", "$-"))


# Files


def test_a_flat_file_is_one_company_named_after_the_file(tmp_path):
    found = read_text(tmp_path, "product_stage: launched\nannual_contract_value: 250k\n", "acme.yaml")
    (case,) = found.cases
    assert (found.single, case.company) == (True, "acme")
    assert case.values == {"product_stage": "launched", "annual_contract_value": 250000}


def test_a_company_with_facts_keeps_whatever_else_the_file_says_of_it(tmp_path):
    text = "company: Acme\nyear: 2019\nlabel: smb\nbasis: {self_serve: [inferred]}\nfacts:\n  self_serve: no\n"
    (case,) = read_text(tmp_path, text).cases
    assert (case.company, case.values) == ("Acme", {"self_serve": False})
    assert case.extra == {"year": "2019", "label": "smb", "basis": {"self_serve": ["inferred"]}}


def test_a_list_is_a_portfolio_in_the_order_written(tmp_path):
    found = read_text(tmp_path, "- {company: B, facts: {role: founder}}\n- role: investor\n- {company: A, facts: }\n")
    assert not found.single
    assert [case.company for case in found.cases] == ["B", "company 2", "A"]
    assert [case.line for case in found.cases] == [1, 2, 3]
    assert found.problems == ()


def test_unknown_is_an_absent_fact_and_never_a_value(tmp_path):
    text = "self_serve:\npaying_customers: ~\nteam_roles: null\nannual_contract_value: {value: , how: guessed}\n"
    (case,) = read_text(tmp_path, text).cases
    assert case.values == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("[]", set()), ("'-'", set()), ("[large]", {"large"}), ("[ large , small, large]", {"large", "small"})],
)
def test_sets_are_lists_and_the_empty_one_is_an_answer(tmp_path, text, value):
    (case,) = read_text(tmp_path, f"customer_segments: {text}\n").cases
    assert case.values == {"customer_segments": value}


def test_a_value_may_say_how_it_is_known(tmp_path):
    text = "annual_contract_value: {value: 70000, how: guessed, note: a talk in May, date: 2024-05-01}\nself_serve: {value: no}\n"
    (case,) = read_text(tmp_path, text).cases
    assert case.values == {"annual_contract_value": 70000, "self_serve": False}
    assert case.how == {"annual_contract_value": "guessed"}
    assert case.notes == {"annual_contract_value": {"note": "a talk in May", "date": "2024-05-01"}}


def test_a_derived_number_may_be_given(tmp_path):
    (case,) = read_text(tmp_path, "runway_months: 9\nchurn_rate: 3%\n").cases
    assert case.values == {"runway_months": 9, "churn_rate": 0.03}


def test_json_numbers_have_one_reading_and_quoted_ones_are_read_as_text(tmp_path):
    text = '{"annual_contract_value": 250.125, "self_serve": true, "customer_segments": ["large"], "role": null}'
    (case,) = read_text(tmp_path, text, "case.json").cases
    assert case.values == {"annual_contract_value": 250.125, "self_serve": True, "customer_segments": {"large"}}
    found = read_text(tmp_path, '{"annual_contract_value": "250.125"}', "case.json")
    assert [problem.code for problem in found.problems] == ["SP112"]


def test_the_good_companies_of_a_list_are_kept_and_every_problem_is_listed(tmp_path):
    text = (
        "- {company: Good, facts: {role: founder}}\n"
        "- {company: Bad, facts: {roel: founder, decision_makers: 0}}\n"
        "- just text\n"
        "- {company: [x], facts: {role: founder}}\n"
        "- {company: Worse, facts: [role]}\n"
        "- {company: Also good, facts: {role: investor}}\n"
    )
    found = read_text(tmp_path, text)
    assert [case.company for case in found.cases] == ["Good", "Also good"]
    assert len(found.rejects) == 4
    assert [(p.code, p.line) for p in found.problems] == [
        ("SP111", 2),
        ("SP112", 2),
        ("SP110", 3),
        ("SP110", 4),
        ("SP110", 5),
    ]
    assert "Bad: there is no fact roel. Did you mean role?" in found.problems[0].message


def test_a_long_name_with_line_breaks_stays_on_one_line_of_messages(tmp_path):
    found = read_text(tmp_path, json.dumps({"company": "a\nb\x1b[31m" + "c" * 500, "facts": {}}), "case.json")
    (case,) = found.cases
    assert case.company.startswith("a b")
    assert case.company.isprintable()
    assert len(case.company) <= 200


@pytest.mark.parametrize("key", ["company", "Company", "COMPANY", "company name", "Company Name", "company_name"])
@pytest.mark.parametrize("rest", ["facts: {self_serve: no}", "self_serve: no"])
def test_the_company_is_named_in_any_case(tmp_path, key, rest):
    (case,) = read_text(tmp_path, f"{key}: Acme\n{rest}\n").cases
    assert (case.company, case.values, case.extra) == ("Acme", {"self_serve": False}, {})


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("facts: {}\ncapital: 5\n", 2, "capital is a fact, but stands beside facts"),
        ("facts:\ncapital: 5\n", 2, "indent it"),
        ("company: A\nrunway_months: 5\nfacts: {}\n", 2, "runway_months is a fact"),
        ("Name: A\nfacts: {}\n", 1, "Name is not known beside facts. Did you mean company?"),
        ("compny: A\nfacts: {}\n", 1, "Did you mean company?"),
        ("assumption: {}\nfacts: {}\n", 1, "Did you mean assumptions?"),
        ("fact: {capital: 5}\nfacts: {}\n", 1, "Did you mean facts?"),
        ("Facts: {capital: 5}\nfacts: {}\n", 1, "Did you mean facts?"),
        ("company: A\nCompany: B\nfacts: {}\n", 2, "Did you mean company?"),
    ],
)
def test_a_key_beside_facts_that_would_be_lost_is_an_error(tmp_path, text, line, message):
    found = read_text(tmp_path, text)
    (problem,) = found.problems
    assert (found.cases, problem.code, problem.line) == ((), "SP108", line)
    assert message in problem.message


def test_other_keys_beside_facts_are_carried_through(tmp_path):
    keys = [
        "name", "id", "year", "label", "basis", "respondent", "scenario", "date", "note", "notes", "receipt", "process", "lead",
        "metrics", "derived", "company_id", "source", "revenue", "website", "sources",
    ]  # fmt: skip
    (case,) = read_text(tmp_path, "facts: {}\ncompany: A\n" + "".join(f"{key}: x\n" for key in keys)).cases
    assert [*case.extra] == keys


def test_a_saved_result_may_have_any_key(tmp_path):
    assert read_text(tmp_path, "receipt: {rules_version: x}\nchurn_rate: 5\nfacts: {}\n").problems == ()


# Words


def test_every_word_means_one_value_and_reads_back():
    for fact in VOCABULARY.facts.values():
        for word, value in fact.meanings.items():
            wanted = frozenset({value}) if fact.type == "set" else value
            assert parse(fact, word.upper()) == wanted
            assert not word.isdecimal()  # the number of a choice at the prompt
            assert word not in ("all", "none of these")
            assert word != "none" or value == "none"


AMBIGUOUS = """
dimension: role
owner: founder
title: Role
facts:
  - id: role
    type: choice
    values: {seller: sells, marketer: wins customers}
    also: {seller: [Growth, rep], marketer: [growth], boss: [chief]}
    label: l
    question: q
    help: h
    why: w
    ask: core
"""


def test_a_word_for_two_values_and_one_for_none_are_problems_of_the_vocabulary():
    with pytest.raises(SalespathError) as caught:
        load([("role.yaml", parse_yaml(AMBIGUOUS, "role.yaml"))])
    assert [(p.code, p.message) for p in caught.value.problems] == [
        ("SP106", "the fact role has no value boss."),
        ("SP106", "the fact role: growth means both seller and marketer."),
    ]


# From Python


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("self_serve", "yes", True), ("self_serve", False, False), ("product_stage", "Launched", "launched"),
        ("role", "marketing", "digital_marketer"), ("annual_contract_value", "70k", 70000), ("gross_margin", "80%", 0.8),
        ("paying_customers", 40.0, 40), ("annual_contract_value", Fraction(5, 2), 2.5), ("paying_customers", np.int64(7), 7),
        ("annual_contract_value", np.float64(0.5), 0.5), ("customer_segments", ["small", "Large"], {"small", "large"}),
        ("customer_segments", {"small"}, {"small"}), ("customer_segments", ("small",), {"small"}),
        ("customer_segments", "small;large", {"small", "large"}), ("customer_segments", [], set()), ("capital", None, None),
        ("capital", " ", None),
    ],
)  # fmt: skip
def test_values_from_python_mean_what_they_mean_in_a_file(name, value, meant):
    case = typed_case(VOCABULARY, Case("x", {name: value}))
    assert case.values == ({} if meant is None else {name: meant})
    assert assess(BASE, Case("x", {name: value})).case.values == case.values


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("gross_margin", 80, "80 is more than 1"),
        ("annual_contract_value", float("nan"), "NaN is not a number"),
        ("annual_contract_value", float("inf"), "inf is too large"),
        ("annual_contract_value", 10**400, "too large"),
        ("annual_contract_value", -5, "-5 is less than 0"),
        ("paying_customers", 2.5, "2.5 is not a whole number"),
        ("paying_customers", True, "True is not understood; expected a whole number."),
        ("self_serve", 1, "1 is not understood; expected yes or no."),
        ("self_serve", "maybe", "maybe is neither yes nor no"),
        ("product_stage", True, "expected one of idea, prototype, pilot, launched."),
        ("product_stage", ["launched"], "expected one of idea"),
        ("customer_segments", ["small", 3], "expected a list of small, midsize, large."),
        ("customer_segments", {"huge"}, "huge is not one of small, midsize, large."),
        ("customer_segments", 3, "3 is not understood"),
        ("annual_contract_value", "€5", "€5 is in €"),
        ("capital", {"value": 5}, "is not understood; expected US dollars."),
        ("capitl", 5, "there is no fact capitl. Did you mean capital?"),
    ],
)
def test_what_python_passes_and_cannot_be_is_refused(name, value, message):
    with pytest.raises(SalespathError) as caught:
        assess(BASE, Case("x", {name: value, "self_serv": 1}))
    assert len(caught.value.problems) == 2
    assert message in str(caught.value)


@given(some_facts())
def test_typed_values_are_taken_as_they_are(facts):
    case = Case("x", facts)
    assert typed_case(VOCABULARY, case) is case


# The vocabulary is a contract: files, spreadsheets and programs use these names.

ORDERED = {
    "product_stage", "customization", "willingness_to_pay", "data_sensitivity", "security_review", "next_funding",
    "risk_tolerance", "seller_seniority", "sales_automation",
}  # fmt: skip
CORE = {
    "product_stage", "self_serve", "customization", "willingness_to_pay", "paying_customers", "customer_segments",
    "targeted_segments", "large_customer_share", "customer_employees", "annual_contract_value", "largest_contract_value",
    "decision_makers", "sales_cycle_months", "reachable_customers", "capital", "monthly_burn", "committed_revenue",
    "next_funding", "who_sells", "seller_seniority", "role",
}  # fmt: skip
PLAN = {
    "free_trial", "deployment_options", "data_sensitivity", "security_review", "buying_trigger", "referral_network",
    "target_accounts", "case_studies", "marketing_budget", "revenue_target", "risk_tolerance", "team_roles", "team_skills",
    "sales_channels", "sales_automation", "delivery_capacity", "sales_team_size", "sales_experience_years",
}  # fmt: skip


def test_the_vocabulary_keeps_its_contract():
    facts = VOCABULARY.facts
    assert {name for name, fact in facts.items() if fact.ordered} == ORDERED
    assert {name for name, fact in facts.items() if fact.ask == "core"} == CORE
    assert {name for name, fact in facts.items() if fact.ask == "plan"} == PLAN
    assert {"runway_months", "win_rate", "close_rate", "churn_rate", "net_profit"} <= set(VOCABULARY.derived)
    assert VOCABULARY["runway_months"].unlimited
    assert not VOCABULARY["win_rate"].unlimited


def test_every_fact_says_what_can_be_answered():
    assert all(answer_format(fact) for fact in VOCABULARY.facts.values())
    assert answer_format(VOCABULARY.facts["self_serve"]) == "yes or no"
    assert answer_format(VOCABULARY.facts["product_stage"]).startswith("one of: idea")
    assert answer_format(VOCABULARY.facts["large_customer_share"]) == "0 to 1, or 12%"


def test_an_empty_template_reads_back_as_a_company_of_which_nothing_is_known(tmp_path):
    found = read_text(tmp_path, yaml_template(VOCABULARY), "new.yaml")
    (case,) = found.cases
    assert (case.company, case.values, found.problems) == ("new", {}, ())


@given(data=st.data())
def test_a_filled_in_template_reads_back_as_the_answers(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "filled.yaml"
    names = random.Random(data.draw(st.integers(0, 2**32))).sample(list(VOCABULARY.facts), 8)
    answers: dict[str, Value] = {name: data.draw(values(name), label=name) for name in names}
    text = yaml_template(VOCABULARY)
    for name, value in answers.items():
        fact = VOCABULARY[name]
        shown = f"[{', '.join(sorted(value))}]" if isinstance(value, frozenset) else cell_text(fact, value)
        text = text.replace(f"\n  {name}:\n", f"\n  {name}: {shown}\n")
    path.write_text(text, encoding="utf-8")
    (case,) = read_file(str(path), VOCABULARY).cases
    assert case.values == answers


def test_the_table_template_has_one_column_for_each_fact():
    (header,) = csv.reader(io.StringIO(csv_template(VOCABULARY)))
    assert header == ["company", *VOCABULARY.facts]


def test_a_long_list_of_texts_is_refused_as_a_whole(tmp_path):
    (tmp_path / "list.yaml").write_text(f"[{'a, ' * 50_000}]")
    with pytest.raises(SalespathError) as caught:
        read_file(str(tmp_path / "list.yaml"), VOCABULARY)
    assert [p.message for p in caught.value.problems] == [
        "found a list of 50,000 texts; expected companies with facts."
    ]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("compnay", "company"),
        ("Companyname", "company"),
        ("assumption", "assumptions"),
        ("scenarios", "scenario"),
        ("anual_contract_value", "annual_contract_value"),
        ("capital\u200b", "capital"),
    ],
)
def test_a_key_that_is_nearly_known_is_an_error_beside_facts(tmp_path, key, hint):
    (problem,) = read_text(tmp_path, f"{key}: A\nfacts: {{self_serve: yes}}\n").problems
    assert (problem.code, problem.line) == ("SP108", 1)
    shown = key.replace("\u200b", "<U+200B>")
    assert problem.message.endswith(f"{shown} is not known beside facts. Did you mean {hint}?")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("compnay", "company"),
        ("name", "company"),
        ("fact", "facts"),
        ("burn rate", "monthly_burn"),
        ("Number of Employees", "company_employees"),
        ("employes", "company_employees"),
        ("total_expences", "total_expenses"),
        ("paying_customer", "paying_customers"),
        ("brun_rate", "monthly_burn"),
        ("lose_rate", ""),
        ("monthly_revenue", ""),
        ("monthly_burn_eur_k", ""),
        ("sales_cycle_weeks", ""),
        ("customers", ""),
        ("lost_customer_employees", ""),
    ],
)
def test_an_unknown_fact_gets_no_suggestion_of_another_thing(tmp_path, key, hint):
    (problem,) = read_text(tmp_path, f"{key}: 5\nself_serve: yes\n").problems
    assert (problem.code, problem.message.rpartition("there is no fact ")[2]) == (
        "SP111",
        f"{key}." + (f" Did you mean {hint}?" if hint else ""),
    )


def test_no_fact_is_suggested_for_the_name_of_another():
    for name in VOCABULARY:
        assert VOCABULARY.suggestion(name) == f" Did you mean {name}?"
        for unit in ("eur", "k", "weeks", "pct", "usd"):
            assert VOCABULARY.suggestion(f"{name}_{unit}") == ""
