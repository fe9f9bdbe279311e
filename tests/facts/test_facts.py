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
from salespath.facts.reader import understand
from salespath.facts.template import answer_format, csv_template, yaml_template
from salespath.facts.values import Range, cell_text, words
from salespath.facts.vocabulary import load
from salespath.files.nodes import parse as parse_yaml
from salespath.files.problems import SalespathError


def read_text(tmp_path, text, name="case.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_file(str(path), VOCABULARY)


any_value = st.sampled_from(list(VOCABULARY)).flatmap(lambda name: st.tuples(st.just(name), values(name)))


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
        ("annual_contract_value", Range(20_000, 40_000), "$20,000 to $40,000"),
        ("annual_contract_value", Range(100, 10**12), "at least $100"),
        ("paying_customers", Range(100, math.inf), "at least 100"),
        ("paying_customers", Range(0, 5), "at most 5"),
        ("company_employees", Range(51, 200), "51 to 200 employees"),
        ("runway_months", Range(0.5, 2), "15 days to 2 months"),
        ("large_customer_share", Range(0.1, 0.2), "10% to 20%"),
        ("large_customer_share", Range(0, 1), "0% to 100%"),
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
            assert understand(fact, word.upper()).value == wanted
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
        ("capital", {"value": 5}, "is not understood; expected an amount of money."),
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
        "50,000 of the 50,000 items of the list are no companies, a the first. "
        "Expected facts of companies (`- company: NAME`)."
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
