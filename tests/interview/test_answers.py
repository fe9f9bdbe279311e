"""Answers typed by people: every form that is understood, and every mistake that is explained."""

from __future__ import annotations

import pytest
from given import VOCABULARY
from hypothesis import given
from hypothesis import strategies as st

from salespath.facts.values import BadValue, words
from salespath.interview.answers import Answer, how_to_write, understand

FACTS = [fact for fact in VOCABULARY.facts.values() if fact.ask != "figures"]


def answer(name: str, text: str) -> Answer:
    return understand(VOCABULARY.facts[name], text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("product_stage", "2", "prototype"),
        ("product_stage", " 2. ", "prototype"),
        ("product_stage", "launched", "launched"),
        ("product_stage", "LAUN", "launched"),
        ("product_stage", "i", "idea"),
        ("willingness_to_pay", "paid pilot", "paid_pilot"),
        ("willingness_to_pay", "paid-", "paid_pilot"),
        ("customization", "none", "none"),
        ("role", "marketing", "digital_marketer"),
        ("role", "CEO.", "founder"),
        ("role", "wins customers online", "digital_marketer"),
        ("role", "prod", "product_manager"),
        ("next_funding", "in talks", "uncertain"),
        ("next_funding", "no", "none"),
        ("seller_seniority", "nobody", "none"),
        ("sales_automation", "CRM", "crm"),
        ("self_serve", "yes", True),
        ("self_serve", "Y", True),
        ("self_serve", "n", False),
        ("self_serve", "No.", False),
        ("annual_contract_value", "250k", 250_000),
        ("annual_contract_value", "1.2M", 1_200_000),
        ("annual_contract_value", "$5,000", 5_000),
        ("annual_contract_value", "$5,000 a year", 5_000),
        ("annual_contract_value", "250000", 250_000),
        ("monthly_burn", "20k/month", 20_000),
        ("monthly_burn", "20k per month", 20_000),
        ("large_customer_share", "12%", 0.12),
        ("large_customer_share", "0.12", 0.12),
        ("large_customer_share", "12 percent", 0.12),
        ("sales_cycle_months", "0.5", 0.5),
        ("sales_cycle_months", "7 months", 7),
        ("sales_cycle_months", "1 month", 1),
        ("decision_makers", "6 people", 6),
        ("paying_customers", "0", 0),
    ],
)
def test_one_value(name, text, value):
    assert answer(name, text) == Answer(value)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("1,3", {"small", "large"}),
        ("1 3", {"small", "large"}),
        ("3;1", {"small", "large"}),
        ("small, large", {"small", "large"}),
        ("Small and LARGE", {"small", "large"}),
        ("mid", {"midsize"}),
        ("2, 2", {"midsize"}),
        ("none", set()),
        ("-", set()),
        ("all", {"small", "midsize", "large"}),
    ],
)
def test_a_set(text, members):
    assert answer("customer_segments", text).value == members


def test_members_of_several_words():
    value = answer("team_roles", "account executive, customer s, solutions").value
    assert value == {"account_executive", "customer_success", "solutions_engineer"}
    assert answer("deployment_options", "on-premises").value == {"on_premises"}
    assert answer("team_roles", "SDR and sales engineer").value == {"sales_development", "solutions_engineer"}
    assert answer("who_sells", "me, resellers").value == {"founder", "partners"}
    assert answer("customer_segments", "1,000 or more employees").value == {"large"}


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("about 70k", "estimated"),
        ("~70k", "estimated"),
        ("~ 70k", "estimated"),
        ("roughly $70,000", "estimated"),
        ("ca. 70k", "estimated"),
        ("ca.70k", "estimated"),
        ("approx 70k", "estimated"),
        ("Around 70k", "estimated"),
        ("70k roughly", "estimated"),
        ("guess 70k", "guessed"),
        ("I guess 70k", "guessed"),
        ("maybe 70k", "guessed"),
        ("70k (guess)", "guessed"),
        ("maybe about 70k", "guessed"),
        ("about 70k a year", "estimated"),
        ("exactly 70k", "measured"),
        ("70k", ""),
    ],
)
def test_how_a_value_is_known(text, how):
    assert answer("annual_contract_value", text) == Answer(70_000, how)


def test_any_answer_may_be_a_guess():
    assert answer("self_serve", "probably yes") == Answer(True, "guessed")
    assert answer("customer_segments", "maybe large") == Answer(frozenset({"large"}), "guessed")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("annual_contract_value", "250.000", ["250.000", "250000", "250;"]),
        ("annual_contract_value", "100k-50", ["100k-50", "lesser first"]),
        ("annual_contract_value", "-5", ["-5", "less than 0"]),
        ("annual_contract_value", "45%", ["45% is a share"]),
        ("paying_customers", "$5", ["$5 is an amount of money"]),
        ("annual_contract_value", "lots", ["lots", "not a number", "US dollars a year"]),
        ("paying_customers", "none", ["none", "0 for none", "skip"]),
        ("paying_customers", "2.5", ["2.5", "whole number"]),
        ("large_customer_share", "12", ["12", "12%"]),
        ("product_stage", "launchd", ["launchd", "idea, prototype", "Did you mean launched?"]),
        ("product_stage", "p", ["p can mean", "prototype or pilot"]),
        ("product_stage", "5", ["no choice 5", "1 to 4"]),
        ("product_stage", "0", ["no choice 0", "1 to 4"]),
        ("self_serve", "sort of", ["sort of", "yes or no"]),
        ("customer_segments", "small, huge", ["huge", "small, midsize, large"]),
        ("customer_segments", "none, small", ["none", "nothing else"]),
        ("customer_segments", ",", ["names nothing"]),
        ("customer_segments", "1,9", ["no choice 9"]),
        ("who_sells", "not sure", ["skip", "unknown, never as no"]),
        ("sales_cycle_months", "8 people", ["8 people", "of months"]),
    ],
)
def test_a_mistake_is_explained(name, text, told):
    with pytest.raises(BadValue) as error:
        answer(name, text)
    for part in told:
        assert part in str(error.value)


texts = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.,kKmM%$€~- ", max_size=15),
    st.lists(
        st.sampled_from(
            ["about", "guess", "maybe", "~", "ca.", "1", "2", "3", "none", "all", "and", ",", "small", "yes", "70k", "a year"]
        ),
        max_size=6,
    ).map(" ".join),
)  # fmt: skip


def attempt(fact, text) -> Answer | BadValue:
    try:
        return understand(fact, text)
    except BadValue as error:
        return error


@given(st.sampled_from(FACTS), texts)
def test_any_text_is_a_value_of_the_fact_or_is_explained(fact, text):
    found = attempt(fact, text)
    if isinstance(found, BadValue):
        assert str(found)
        return
    assert words(fact, found.value)
    if fact.type == "choice":
        assert found.value in fact.values
    elif fact.type == "set":
        assert found.value <= set(fact.values)
    else:
        assert isinstance(found.value, bool) == (fact.type == "boolean")


@given(st.sampled_from(FACTS), st.data())
def test_every_choice_is_understood_by_its_number_and_by_its_word(fact, data):
    if fact.type not in ("choice", "set"):
        return
    options = list(fact.values)
    option = data.draw(st.sampled_from(options))
    value = option if fact.type == "choice" else frozenset({option})
    assert understand(fact, str(options.index(option) + 1)).value == value
    assert understand(fact, option.upper().replace("_", " ")).value == value


@pytest.mark.parametrize(
    "text", ["9" * 5000, "1e999", " " * 5000 + "x", "(" * 900, "²", "١", "İ about 5", "\x00", "~" * 900]
)
def test_strange_text_is_a_mistake_and_no_accident(text):
    for fact in FACTS:
        with pytest.raises(BadValue):
            understand(fact, text)


def test_how_to_write_is_said_for_every_fact():
    for fact in VOCABULARY.facts.values():
        assert how_to_write(fact).endswith(".")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("annual_contract_value", "70k # from the CRM", Answer(70_000, "", "from the CRM")),
        ("annual_contract_value", "about 70k #from the CRM", Answer(70_000, "estimated", "from the CRM")),
        ("product_stage", "#2 # the demo", Answer("prototype", "", "the demo")),
        ("customer_segments", "1, 2 # see list", Answer(frozenset({"small", "midsize"}), "", "see list")),
        ("self_serve", "yes #", Answer(True)),
        ("customer_segments", "small\n\nlarge\n", Answer(frozenset({"small", "large"}))),
    ],
)
def test_a_note_may_follow_an_answer_and_a_list_may_be_pasted(name, text, expected):
    assert understand(VOCABULARY.facts[name], text) == expected


@pytest.mark.parametrize("text", ["1", "0", "# only a note"])
def test_a_number_is_neither_yes_nor_no(text):
    with pytest.raises(BadValue):
        understand(VOCABULARY.facts["self_serve"], text)
