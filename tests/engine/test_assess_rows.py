"""Many companies at once: the document of each is, byte for byte, that of the company alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from companies import random_companies
from given import BASE, facts_with_ranges, ranged, real_companies, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_bases import random_base

from salespath.engine.assess import assess
from salespath.engine.assess_rows import assess_rows
from salespath.engine.table import FactTable
from salespath.facts import Case
from salespath.facts.objects import typed_case
from salespath.facts.rates import given_rate
from salespath.report.plain import document


def alike(base, cases):
    """Whether the assessments of a table have the documents and strengths of the companies one by one."""
    cases = [typed_case(base.vocabulary, case) for case in cases]
    table = FactTable.from_cases(base, cases)
    names = {name for case in cases for name, how in case.how.items() if how == "guessed"}
    guessed = {name: np.array([case.how.get(name) == "guessed" for case in cases]) for name in names}
    found = [*assess_rows(base, table, cases, guessed)]
    for case, one in zip(cases, found, strict=True):
        alone = assess(base, case)
        assert json.dumps(document(one, table=True)) == json.dumps(document(alone, table=True))
        assert one.strength == alone.strength
        assert (one.settled_by, one.contradictions) == (alone.settled_by, alone.contradictions)
    return found


def varied(seed, count):
    """Companies with amounts in several currencies, of which some numbers are ranges and some answers guessed."""
    for place, case in enumerate(random_companies(count, seed)):
        if place % 3 == 0:
            case = ranged(case, every=3)
        if place % 4 == 0:
            case = replace(case, how=dict.fromkeys([*case.values][:: 2 + place % 5], "guessed"))
        if place % 5 == 0:
            rate = given_rate("EUR=1.08" if place % 2 else "RON=0.22")
            case = replace(case, currency=rate.currency, rates={rate.currency: rate})
        yield case


def test_documents_are_the_same():
    found = alike(BASE, [*sample(real_companies(), 3), *varied(7, len(sample(range(300), 10)))])
    assert any(turn.spans for a in found for turn in a.strength.on)
    assert any(a.unless for a in found)
    assert any(a.contradictions for a in found)
    assert any(a.settled for a in found)
    assert {a.strength.level for a in found} == {"firm", "hangs_on", "open"}


@pytest.mark.more
@settings(max_examples=3)  # each takes a second
@given(st.lists(facts_with_ranges(), min_size=1, max_size=4), st.data())
def test_documents_of_any_facts_are_the_same(companies, data):
    some = [st.sets(st.sampled_from(sorted(facts))) if facts else st.just(set()) for facts in companies]
    guessed = data.draw(st.tuples(*some))
    alike(BASE, [Case("x", facts, dict.fromkeys(sorted(names), "guessed")) for facts, names in zip(companies, guessed)])


@pytest.mark.more
@settings(max_examples=3)  # each takes a second
@given(st.integers(0, 30), st.lists(facts_with_ranges(), min_size=1, max_size=3))
def test_documents_under_random_rules_are_the_same(seed, companies):
    alike(random_base(seed), [Case("x", facts) for facts in companies])
