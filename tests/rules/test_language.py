"""The rule language: what each condition means, and that nothing outside the language gets in."""

from __future__ import annotations

import math

import pytest
from given import BASE, VOCABULARY, some_facts, values
from hypothesis import assume, given
from hypothesis import strategies as st

from salespath.engine.company import Company
from salespath.rules.language import (
    TRUE,
    And,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Count,
    ExpressionError,
    Known,
    Leaf,
    Member,
    Not,
    OneOf,
    Or,
    Quantity,
    Scope,
    condition,
    formula,
    inputs,
    leaves,
    necessary,
)
from salespath.rules.model import Attribute

ATTRIBUTES = {
    "customer_segment": Attribute("customer_segment", "the size of customers", ("small", "midsize", "large")),
    "has_proof": Attribute("has_proof", "organisations pay"),
}
SCOPE = Scope(VOCABULARY, ATTRIBUTES, known=True)


def truth(text: str, facts: dict) -> bool | None:
    """What a condition over facts comes to: true, false, or None where it is open (or its number undefined)."""
    return kleene(condition(text, SCOPE), Company(BASE, facts))


def kleene(tree: Condition, company: Company) -> bool | None:
    if isinstance(tree, Not):
        inner = kleene(tree.item, company)
        return None if inner is None else not inner
    if isinstance(tree, (And, Or)):
        found = [kleene(item, company) for item in tree.items]
        decisive = isinstance(tree, Or)
        return decisive if decisive in found else None if None in found else not decisive
    is_true, is_false, undecided = company.test(tree)
    assert {is_true, is_false, undecided} <= {0, 1}
    # At most one of them, but that what is not known is false for now and undecided for good.
    assert is_true + is_false + undecided <= 1 or (isinstance(tree, Known) and not is_true)
    return True if is_true else False if is_false else None


# Meaning


@pytest.mark.parametrize(
    ("text", "facts", "result"),
    [
        ("self_serve", {"self_serve": True}, True),
        ("not self_serve", {"self_serve": True}, False),
        ("not self_serve", {}, None),
        ("product_stage == launched", {"product_stage": "pilot"}, False),
        ("product_stage != launched", {"product_stage": "pilot"}, True),
        ("launched == product_stage", {"product_stage": "launched"}, True),
        ("product_stage < launched", {"product_stage": "pilot"}, True),
        ("product_stage < launched", {"product_stage": "launched"}, False),
        ("product_stage <= pilot", {"product_stage": "pilot"}, True),
        ("pilot <= product_stage", {"product_stage": "prototype"}, False),
        ("launched > product_stage", {"product_stage": "pilot"}, True),
        ("prototype <= product_stage < launched", {"product_stage": "pilot"}, True),
        ("prototype <= product_stage < launched", {"product_stage": "launched"}, False),
        ("product_stage in [pilot, launched]", {"product_stage": "pilot"}, True),
        ("product_stage not in (pilot, launched)", {"product_stage": "pilot"}, False),
        ("product_stage in {pilot}", {"product_stage": "idea"}, False),
        ("large in customer_segments", {"customer_segments": frozenset({"small", "large"})}, True),
        ("large not in customer_segments", {"customer_segments": frozenset()}, True),
        ("large in customer_segments", {}, None),
        ("count(customer_segments) >= 2", {"customer_segments": frozenset({"small", "large"})}, True),
        ("count(customer_segments) == 0", {"customer_segments": frozenset()}, True),
        ("count(customer_segments) == 0", {}, None),
        ("annual_contract_value >= 50_000", {"annual_contract_value": 50000}, True),
        ("annual_contract_value > 5e4", {"annual_contract_value": 50000}, False),
        ("3 <= decision_makers < 6", {"decision_makers": 3}, True),
        ("3 <= decision_makers < 6", {"decision_makers": 6}, False),
        ("3 <= decision_makers < 6", {"decision_makers": 2}, False),
        ("3 < decision_makers != 5 < 9", {"decision_makers": 5}, False),
        ("net_profit < -1_000", {"net_profit": -2000}, True),
        ("net_profit > -(1000 + 500)", {"net_profit": -1000}, True),
        ("-net_profit > 0", {"net_profit": -1000}, True),
        ("decision_makers * 2 + 1 == 7", {"decision_makers": 3}, True),
        ("1 + 2 * 3 - 4 / 2 == decision_makers", {"decision_makers": 5}, True),
        ("capital / monthly_burn > 5", {"capital": 60, "monthly_burn": 10}, True),
        ("capital / monthly_burn > 5", {"capital": 60, "monthly_burn": 0}, None),
        ("not capital / monthly_burn > 5", {"capital": 60, "monthly_burn": 0}, None),
        ("runway_months > 1000", {"capital": 60, "monthly_burn": 0}, True),
        ("runway_months < 6", {"capital": 60, "monthly_burn": 12}, True),
        ("runway_months < 6", {"runway_months": 9, "capital": 60, "monthly_burn": 12}, False),
        ("runway_months < 6", {"capital": 60}, None),
        ("known(role)", {"role": "founder"}, True),
        ("known(role)", {}, False),
        ("known(runway_months)", {"capital": 60, "monthly_burn": 0}, True),
        ("known(win_rate)", {"won_opportunities": 0, "lost_opportunities": 0, "stalled_opportunities": 0,
                             "open_opportunities": 0}, False),
        ("self_serve or free_trial", {"free_trial": True}, True),
        ("self_serve or free_trial", {"free_trial": False}, None),
        ("self_serve and free_trial", {"free_trial": False}, False),
        ("self_serve and free_trial", {"free_trial": True}, None),
        ("not (self_serve and not free_trial)", {"free_trial": True}, True),
        ("self_serve or not self_serve", {}, None),
        ("  self_serve\n  and\n  free_trial ", {"self_serve": True, "free_trial": True}, True),
        ("", {}, True),
    ],
)  # fmt: skip
def test_what_conditions_mean(text, facts, result):
    assert truth(text, facts) is result


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("10_000 <= annual_contract_value", "annual_contract_value >= 10_000"),
        ("5 > decision_makers", "decision_makers < 5"),
        ("7 == decision_makers", "decision_makers == 7"),
    ],
)
def test_a_number_on_the_left_is_read_like_one_on_the_right(text, same):
    assert condition(text, SCOPE) == condition(same, SCOPE)


def test_the_tree_of_a_condition_says_plainly_what_is_tested():
    assert condition("product_stage > prototype", SCOPE) == OneOf("product_stage", frozenset({"pilot", "launched"}))
    assert condition("large in customer_segments", SCOPE) == Member("customer_segments", "large")
    assert condition("known(capital)", SCOPE) == Known("capital")
    assert condition("count(team_roles) > 1", SCOPE) == Compare(">", Count("team_roles"), Constant(1))
    assert formula("capital / monthly_burn", Scope(VOCABULARY, {})) == Arithmetic(
        "/", Quantity("capital"), Quantity("monthly_burn")
    )
    assert condition("  ", SCOPE) == TRUE


@pytest.mark.parametrize(
    "text", ["customer_segment == large", "customer_segment in [large]", "large == customer_segment", "has_proof"]
)
def test_attributes_are_read_like_facts(text):
    assert inputs(condition(text, SCOPE)) <= set(ATTRIBUTES)


def test_what_a_condition_reads():
    tree = condition("self_serve and not (runway_months < 6 or large in customer_segments) and has_proof", SCOPE)
    assert inputs(tree) == {"self_serve", "runway_months", "customer_segments", "has_proof"}
    assert len(list(leaves(tree))) == 4


# Refusal

OUTSIDE = [
    "__import__('os').system('false')", "open('/etc/passwd')", "exit()", "self_serve()", "capital.real > 1",
    "capital.__class__", "lambda: 1", "(lambda: 1)() > 0", "[x for x in [1]]", "capital in [x for x in [1]]",
    "{x: 1 for x in [1]}", "(x := 1) > 0", "f'{capital}' == 1", "'launched'", "product_stage == 'launched'", "b'x'",
    "capital > b'1'", "9**9**9 > capital", "capital ** 2 > 4", "capital // 2 > 4", "capital % 2 > 4",
    "capital @ 2 > 4", "capital & 1", "capital | 1 > 0", "self_serve & free_trial", "capital ^ 1 > 0", "~capital > 0",
    "capital << 2 > 1", "capital >> 2 > 1", "+capital > 1", "capital is 5", "product_stage is launched",
    "product_stage is not launched", "capital is None", "None", "True", "self_serve == True", "...", "1", "1 + 1",
    "1j > 0", "capital > 1j", "capital[0] > 1", "team_roles[0] == x", "capital if self_serve else 1", "await capital",
    "yield", "yield capital", "*capital", "self_serve, free_trial", "[self_serve]", "{}", "()", "capital = 1",
    "capital == 1; exit()", "import os", "def f(): pass", "self_serve; free_trial", "capital := 5",
    "count(capital) > 1", "count() > 1", "count(team_roles, team_skills) > 1", "count(x=team_roles) > 1",
    "count(*team_roles) > 1", "count > 1", "known()", "known(known)", "known(role, role)", "known('role')",
    "known(has_proof)", "known(1)", "max(capital, 1) > 0", "len(team_roles) > 1", "not 1", "self_serve and 1", "and",
    "self_serve or", "((self_serve)", "self serve", "\x00", "self_serve\x00", "#", "\\", "'", "$capital > 1",
    "capital > 1e999", "capital > 1_000_000_000_000_000_0", "capital > nan", "capital > inf",
    "capital > 0xffffffffffffffff", "1 in [pilot]", "(capital > 1) in [pilot]", "product_stage in self_serve + 1",
    "product_stage in 'pilot'",
]  # fmt: skip


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is_not_in_the_language_is_refused(text):
    with pytest.raises(ExpressionError):
        condition(text, SCOPE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("annual_contract > 5", "there is no annual_contract here. Did you mean annual_contract_value?"),
        ("has_prof", "there is no has_prof here. Did you mean has_proof?"),
        ("product_stage == lanched", "lanched is not a value of product_stage; expected one of idea, prototype, pilot, launched. "
                                     "Did you mean launched?"),
        ("product_stage == 3", "3 is not a value of product_stage"),
        ("customer_segment == huge", "huge is not a value of customer_segment"),
        ("huge in customer_segments", "huge is not a value of customer_segments"),
        ("buying_trigger < planned_project", "the values of buying_trigger have no order; use == or in."),
        ("customer_segment < large", "customer_segment can be compared with == and in only."),
        ("product_stage == customization", "customization is not a value of product_stage"),
        ("product_stage == launched == pilot", "there is no launched here"),
        ("self_serve == yes", "self_serve is yes or no; write `self_serve` or `not self_serve`."),
        ("self_serve > 1", "self_serve is yes or no"),
        ("has_proof == yes", "has_proof is yes or no; write `has_proof` or `not has_proof`."),
        ("product_stage", "product_stage is a choice, not yes or no"),
        ("capital", "capital is a money, not yes or no"),
        ("customer_segments", "customer_segments is a set, not yes or no"),
        ("customer_segment", "customer_segment is not yes or no; compare it with small, midsize, large."),
        ("customer_segments == large", "customer_segments is a set; write `value in customer_segments`"),
        ("customer_segments > 2", "or `count(customer_segments)`."),
        ("count(customer_segment) > 2", "there is no customer_segment here"),
        ("large in product_stage", "product_stage is not a set."),
        ("capital in [1, 2]", "write `value in set` or `choice in [value, value]`"),
        ("self_serve in [yes]", "write `value in set` or `choice in [value, value]`"),
        ("capital > product_stage", "capital is not a value of product_stage"),
        ("capital + self_serve > 1", "self_serve is a boolean, not a number."),
        ("capital > has_proof", "has_proof is yes or no"),
        ("capital + has_proof > 1", "has_proof is not a number."),
        ("capital is 5", "only < <= > >= == != and in can compare."),
        ("capital >", "it is not an expression:"),
        ("9**9**9 > capital", "9 ** 9 ** 9 is not a number."),
        ("f(capital) > 1", "f(capital) is not a number."),
    ],
)  # fmt: skip
def test_a_mistake_is_explained(text, message):
    with pytest.raises(ExpressionError) as caught:
        condition(text, SCOPE)
    assert message in str(caught.value)


def test_known_is_for_advice_and_warnings_only():
    with pytest.raises(ExpressionError, match="a conclusion must not change because a question was skipped"):
        condition("known(role)", Scope(VOCABULARY, ATTRIBUTES))


def test_formulas_are_numbers():
    scope = Scope(VOCABULARY, {})
    for text in ("self_serve", "capital > 1", "product_stage", "known(capital)", "x", ""):
        with pytest.raises(ExpressionError):
            formula(text, scope)


@pytest.mark.parametrize(
    "text",
    [
        "capital > " + "9" * 1900,
        "capital > " + "9" * 5000,
        "(" * 10_000 + "self_serve" + ")" * 10_000,
        "(" * 900 + "self_serve" + ")" * 900,
        "not " * 450 + "self_serve",
        "-" * 1500 + "1 > capital",
        "self_serve and " * 140 + "self_serve",
        "x" * 2001,
        "self_serve or" + " or" * 700,
        "[" * 1900,
        "f" + "(" * 1900,
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_long_and_deep_texts_are_refused(text):
    with pytest.raises(ExpressionError):
        condition(text, SCOPE)


def test_what_fits_the_bound_is_read():
    assert condition(" or ".join(["self_serve"] * 140), SCOPE)


WORDS = (
    "self_serve product_stage launched pilot capital monthly_burn customer_segments large has_proof customer_segment count "
    "known and or not in is if else lambda < <= == != > >= + - * / ** // % ( ) [ ] { } , . : := 1 0 -1 50_000 1e9 'x' _ # \\ ;"
)
tokens = st.sampled_from([*WORDS.split(), "\n"])


@given(st.one_of(st.text(max_size=80), st.lists(tokens, max_size=14).map(" ".join)))
def test_any_text_is_a_condition_or_an_expression_error(text):
    try:
        tree = condition(text, SCOPE)
    except ExpressionError as error:
        message = str(error)
    else:
        message = "read"
        assert inputs(tree) <= {*VOCABULARY, *ATTRIBUTES}
    assert message


# Necessary facts

_NUMBERS = [name for name in VOCABULARY if VOCABULARY[name].numeric]


@st.composite
def _leaf(draw: st.DrawFn) -> Leaf:
    name = draw(st.sampled_from([*(n for n in VOCABULARY if VOCABULARY[n].type != "date"), *_NUMBERS[:8]]))
    fact = VOCABULARY[name]
    if draw(st.integers(0, 9)) == 0:
        return Known(name)
    if fact.type == "set":
        if draw(st.booleans()):
            return Member(name, draw(st.sampled_from(list(fact.values))))
        return Compare(draw(st.sampled_from(["<", ">=", "=="])), Count(name), Constant(draw(st.integers(0, 3))))
    if fact.numeric:
        value = draw(values(name))
        right = draw(st.sampled_from([Constant(value), *map(Quantity, _NUMBERS)]))
        return Compare(draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="])), Quantity(name), right)
    options = [True, False] if fact.type == "boolean" else list(fact.values)
    return OneOf(name, draw(st.frozensets(st.sampled_from(options), min_size=1)))


def conditions() -> st.SearchStrategy[Condition]:
    return st.recursive(
        _leaf(),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, max_size=3).map(lambda items: And(tuple(items))),
            st.lists(inner, max_size=3).map(lambda items: Or(tuple(items))),
        ),
        max_leaves=6,
    )


@given(conditions(), some_facts(), st.booleans())
def test_a_condition_is_decided_only_where_its_necessary_facts_are_known(tree, facts, wanted):
    company = Company(BASE, facts)
    assume(kleene(tree, company) is wanted)
    for name in necessary(tree, wanted):
        number = company.number(name) if VOCABULARY[name].numeric else None
        assert name in facts or (number is not None and not math.isnan(number))


def test_a_test_behind_or_is_not_necessary():
    def needed(text):
        return necessary(condition(text, SCOPE))

    assert needed("self_serve and (free_trial or large in customer_segments)") == {"self_serve"}
    assert needed("capital > 5 or capital / monthly_burn > 3") == {"capital"}
    assert needed("not (self_serve or free_trial)") == {"self_serve", "free_trial"}
    assert needed("not (self_serve and free_trial)") == set()
    assert needed("known(role) and not known(capital)") == {"role"}
    assert needed("") == set()
