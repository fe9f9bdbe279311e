"""Leaf tests and formulas: both carriers against a plain oracle, for every operator, type and kind of not knowing."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from itertools import product

import numpy as np
import pytest
from given import BASE, VOCABULARY, some_facts
from hypothesis import given, settings
from hypothesis import strategies as st

from salespath.engine.company import Company
from salespath.engine.table import FactTable, Rows
from salespath.facts import Case
from salespath.rules.language import Arithmetic, Compare, Constant, Count, Known, Member, OneOf, Quantity

pytestmark = pytest.mark.heavy  # thousands of cases, which tracing would make slow

UNKNOWN, UNDEFINED = "unknown", "undefined"
OPERATORS = ("<", "<=", ">", ">=", "==", "!=")
NUMBERS = [name for name in VOCABULARY if VOCABULARY[name].numeric]
SETS = [name for name in VOCABULARY if VOCABULARY[name].type == "set"]
CHOICES = [name for name in VOCABULARY if VOCABULARY[name].type == "choice"]
FLAGS = [name for name in VOCABULARY if VOCABULARY[name].type == "boolean"]

# What a number can be, and the facts that make it so: the left one a runway (unlimited at no spending), the right one a
# number of customers (undefined at no contract value).
LEFT = {
    UNKNOWN: {},
    0.0: {"runway_months": 0},
    2.5: {"runway_months": 2.5},
    3.0: {"capital": 30, "monthly_burn": 10},
    math.inf: {"capital": 30, "monthly_burn": 0},
}
RIGHT = {
    UNKNOWN: {"revenue_target": 6},
    0.0: {"revenue_target": 0, "annual_contract_value": 2},
    2.5: {"customers_for_target": 2.5, "revenue_target": 9, "annual_contract_value": 0},
    3.0: {"revenue_target": 6, "annual_contract_value": 2},
    UNDEFINED: {"revenue_target": 6, "annual_contract_value": 0},
}


def number(tree, facts, unlimited=False):
    """The oracle for numbers: a float, UNKNOWN or UNDEFINED."""
    if isinstance(tree, Constant):
        return tree.value
    if isinstance(tree, Count):
        return float(len(facts[tree.name])) if tree.name in facts else UNKNOWN
    if isinstance(tree, Quantity):
        if tree.name in facts:
            return float(facts[tree.name])
        if tree.name in VOCABULARY.derived:
            made = number(BASE.formula(tree.name), facts, VOCABULARY.derived[tree.name].unlimited)
            return (
                made if made in (UNKNOWN, UNDEFINED) or makes_sense(VOCABULARY.derived[tree.name], made) else UNDEFINED
            )
        return UNKNOWN
    left, right = number(tree.left, facts, unlimited), number(tree.right, facts, unlimited)
    if UNKNOWN in (left, right):
        return UNKNOWN
    if UNDEFINED in (left, right):
        return UNDEFINED
    if tree.operator == "/" and right == 0:
        return math.inf if unlimited and left != 0 else UNDEFINED
    if tree.operator == "+":
        found = left + right
    elif tree.operator == "-":
        found = left - right
    elif tree.operator == "*":
        found = left * right
    else:
        found = left / right
    return UNDEFINED if found != found else found


def makes_sense(term, made):
    """Whether a computed number is within its declared bounds; of what may be unlimited there is no largest."""
    return (term.minimum is None or made >= term.minimum) and (term.unlimited or made <= term.maximum)


def reckoned(tree):
    """Whether a formula takes part in a number."""
    return isinstance(tree, Arithmetic) or (isinstance(tree, Quantity) and tree.name in VOCABULARY.derived)


def twelve(value):
    """A number to twelve significant digits."""
    with localcontext(prec=12):
        return +Decimal(value)


def answer(leaf, facts):
    """The oracle for tests: whether it is true, false, undecided."""
    if isinstance(leaf, Compare):
        left, right = number(leaf.left, facts), number(leaf.right, facts)
        if UNKNOWN in (left, right):
            return False, False, True
        if UNDEFINED in (left, right):
            return False, False, False
        if reckoned(leaf.left) or reckoned(leaf.right):
            left, right = twelve(left), twelve(right)
        order = (left > right) - (left < right)
        true = {"<": [-1], "<=": [-1, 0], ">": [1], ">=": [0, 1], "==": [0], "!=": [-1, 1]}[leaf.operator]
        return order in true, order not in true, False
    if isinstance(leaf, Known):
        found = number(Quantity(leaf.name), facts) if leaf.name in VOCABULARY.derived else facts.get(leaf.name, UNKNOWN)
        if found == UNKNOWN:
            return False, True, True
        return found != UNDEFINED, found == UNDEFINED, False
    if leaf.name not in facts:
        return False, False, True
    value = facts[leaf.name]
    true = leaf.value in value if isinstance(leaf, Member) else any(value == option for option in leaf.values)
    return true, not true, False


def check_leaves(leaves, companies):
    """All three say the same of every leaf and company."""
    rows = Rows(BASE, FactTable.from_cases(BASE, [Case("x", facts) for facts in companies]))
    for leaf in leaves:
        wanted = [answer(leaf, facts) for facts in companies]
        assert [tuple(map(bool, Company(BASE, facts).test(leaf))) for facts in companies] == wanted, leaf
        columns = [np.unpackbits(bits, count=len(companies)).astype(bool).tolist() for bits in rows.test(leaf)]
        assert list(zip(*columns)) == wanted, leaf


def check_numbers(trees, companies):
    rows = Rows(BASE, FactTable.from_cases(BASE, [Case("x", facts) for facts in companies]))

    def named(value):
        return UNKNOWN if value is None else UNDEFINED if value != value else value

    for tree in trees:
        wanted = [number(tree, facts) for facts in companies]
        assert [named(Company(BASE, facts).value(tree)) for facts in companies] == wanted, tree
        found = rows.value(tree)
        values = np.broadcast_to(found.values, len(companies)).tolist()
        known = np.broadcast_to(found.known, len(companies)).tolist()
        assert [named(value if k else None) for value, k in zip(values, known)] == wanted, tree


PAIRS = [{**LEFT[left], **RIGHT[right]} for left, right in product(LEFT, RIGHT)]
LEFT_NUMBER, RIGHT_NUMBER = Quantity("runway_months"), Quantity("customers_for_target")


def test_the_companies_below_are_what_they_are_meant_to_be():
    for (left, right), facts in zip(product(LEFT, RIGHT), PAIRS):
        assert (number(LEFT_NUMBER, facts), number(RIGHT_NUMBER, facts)) == (left, right)


@pytest.mark.parametrize("operator", OPERATORS)
def test_comparisons_of_every_kind_of_number(operator):
    sides = [LEFT_NUMBER, RIGHT_NUMBER, Constant(2.5), Constant(-1.0)]
    check_leaves([Compare(operator, left, right) for left, right in product(sides, sides)], PAIRS)


@pytest.mark.parametrize("operator", "+-*/")
def test_arithmetic_of_every_kind_of_number(operator):
    sides = [
        LEFT_NUMBER,
        RIGHT_NUMBER,
        Constant(0.0),
        Constant(-0.0),
        Constant(2.0),
        Arithmetic("-", LEFT_NUMBER, LEFT_NUMBER),
    ]
    trees = [Arithmetic(operator, left, right) for left, right in product(sides, sides)]
    check_numbers(trees, PAIRS)
    check_leaves([Compare(sign, tree, Constant(1.0)) for sign, tree in product(OPERATORS, trees)], PAIRS)


@pytest.mark.parametrize("name", VOCABULARY.derived)
def test_every_formula_with_every_input_unknown_zero_and_one(name):
    inputs = sorted(n for n in _facts_of(name))
    if len(inputs) > 5:
        inputs = inputs[:5]
    kinds = [None, 0, 1, 2.5]
    companies = [
        {n: value for n, value in zip(inputs, values) if value is not None}
        for values in product(kinds, repeat=len(inputs))
    ]
    companies += [{**facts, name: 7} for facts in companies[:8]]  # a given number wins over the computed one
    check_numbers([Quantity(name)], companies)
    check_leaves([Known(name), Compare("<", Quantity(name), Constant(1.0))], companies)


def _facts_of(name):
    from salespath.rules.language import inputs

    if name not in VOCABULARY.derived:
        return {name}
    return set().union(*(_facts_of(n) for n in inputs(BASE.formula(name))))


@pytest.mark.parametrize("name", CHOICES)
def test_choices(name):
    values = list(VOCABULARY[name].values)
    options = [frozenset(), frozenset(values), *(frozenset([v]) for v in values), frozenset(values[:2])]
    check_leaves([OneOf(name, option) for option in options] + [Known(name)], [{}, *({name: v} for v in values)])


@pytest.mark.parametrize("name", FLAGS)
def test_yes_and_no(name):
    options = [frozenset(), frozenset([True]), frozenset([False]), frozenset([True, False])]
    check_leaves([OneOf(name, option) for option in options] + [Known(name)], [{}, {name: True}, {name: False}])


@pytest.mark.parametrize("name", SETS)
def test_sets(name):
    members = list(VOCABULARY[name].values)
    companies = [{}, {name: frozenset()}, {name: frozenset(members)}]
    companies += [{name: frozenset([m])} for m in members] + [{name: frozenset(members) - {m}} for m in members]
    counts = [Compare(sign, Count(name), Constant(float(n))) for sign in OPERATORS for n in (0, 1, len(members))]
    check_leaves([Member(name, m) for m in members] + [Known(name)] + counts, companies)
    check_numbers([Count(name)], companies)


@pytest.mark.parametrize("name", [NUMBERS[0], "annual_contract_value", "runway_months"])
def test_known_numbers(name):
    check_leaves([Known(name)], [{}, {name: 0}, {name: 3}])


def any_number():
    leaves = st.one_of(
        st.sampled_from([-1.0, 0.0, 0.5, 1.0, 3.0, 1e15]).map(Constant),
        st.sampled_from(NUMBERS).map(Quantity),
        st.sampled_from(SETS).map(Count),
    )
    return st.recursive(
        leaves, lambda inner: st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner), max_leaves=6
    )


def any_leaf():
    """Any leaf."""
    return st.one_of(
        st.builds(Compare, st.sampled_from(OPERATORS), any_number(), any_number()),
        st.sampled_from(CHOICES).flatmap(
            lambda name: st.builds(OneOf, st.just(name), st.frozensets(st.sampled_from(list(VOCABULARY[name].values))))
        ),
        st.builds(OneOf, st.sampled_from(FLAGS), st.frozensets(st.booleans())),
        st.sampled_from(SETS).flatmap(
            lambda name: st.builds(Member, st.just(name), st.sampled_from(list(VOCABULARY[name].values)))
        ),
        st.sampled_from(list(VOCABULARY)).map(Known),
    )


@settings(max_examples=300)
@given(st.lists(any_leaf(), min_size=1, max_size=5), st.lists(some_facts(), min_size=1, max_size=17))
def test_any_leaf_on_any_companies(leaves, companies):
    check_leaves(leaves, companies)


@settings(max_examples=300)
@given(st.lists(any_number(), min_size=1, max_size=5), st.lists(some_facts(), min_size=1, max_size=17))
def test_any_formula_on_any_companies(formulas, companies):
    check_numbers(formulas, companies)
