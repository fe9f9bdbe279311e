"""JSON of many companies: each document is, byte for byte, that of the company alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from companies import random_companies
from given import BASE, facts_with_ranges, ranged, real_companies, sample, some_facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_bases import random_base

from salespath.engine.assess import assess
from salespath.engine.table import FactTable
from salespath.facts import Case
from salespath.facts.objects import typed_case
from salespath.facts.rates import given_rate
from salespath.facts.values import whole
from salespath.report.plain import document
from salespath.tables import documents
from salespath.tables.json_tokens import Style

LINES, INDENTED = Style(indented=False, ascii_only=False), Style(indented=True, ascii_only=False)
few_tables = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))  # each takes seconds


@pytest.fixture(autouse=True)
def all_at_once(monkeypatch):
    """Small tables are assessed one by one elsewhere."""
    monkeypatch.setattr(documents, "FEW", 0)


def written(base, cases, style=LINES):
    """The documents of a table of companies with typed facts."""
    table = FactTable.from_cases(base, cases)
    names = {name for case in cases for name, how in case.how.items() if how == "guessed"}
    guessed = {name: np.array([case.how.get(name) == "guessed" for case in cases]) for name in names}
    found = documents.Documents(base, style).pieces(table, cases, guessed)
    return [text for piece in found for text in (piece if isinstance(piece, list) else piece.to_pylist())]


def as_read(case):
    """A company as files have it, where a whole number is an integer however it is written."""
    return replace(case, values={name: whole(v) if type(v) is float else v for name, v in case.values.items()})


def check(base, cases, style=LINES):
    """Each document of a table is that of the company alone."""
    before, after = style.around
    cases = [as_read(typed_case(base.vocabulary, case)) for case in cases]
    for case, text in zip(cases, written(base, cases, style), strict=True):
        alone = f"{before}{style.json(document(assess(base, case), table=True))}{after}"
        assert text == alone


def varied(seed, count):
    """Companies with amounts in several currencies, columns of their own and guessed answers."""
    for place, case in enumerate(random_companies(count, seed)):
        if place % 4 == 0:
            case = replace(case, how=dict.fromkeys([*case.values][:: 2 + place % 5], "guessed"))
        if place % 3 == 0:
            rate = given_rate("EUR=1.08" if place % 2 else "RON=0.22")
            case = replace(case, currency=rate.currency, rates={rate.currency: rate})
        if place % 5 == 0:
            case = replace(case, extra={"id": place, "note": 'a "quoted" \u202e\x00 ț', "tags": ["a", {"b": None}]})
        yield replace(case, company=f"Firmă \u200b{place}", row=place, file="in.csv")


def test_documents_are_the_same():
    check(BASE, [*sample(real_companies()), *varied(7, len(sample(range(300), 15)))])


@pytest.mark.parametrize("style", [INDENTED, Style(indented=True, ascii_only=True)], ids=["indented", "ascii"])
def test_indented_documents_are_the_same(style):
    check(BASE, [*varied(8, 10)], style)


def test_documents_with_ranges_and_given_numbers_are_the_same():
    cases = [ranged(case, every=3) if place % 2 else case for place, case in enumerate(varied(3, 12))]
    cases += [
        replace(c, understood={"capital": "5k is read as 5,000"}, tried=frozenset({"capital"})) for c in cases[:4]
    ]
    check(BASE, cases)


def test_small_tables_are_assessed_one_by_one(monkeypatch):
    monkeypatch.setattr(documents, "FEW", 3)
    monkeypatch.setattr(documents, "Chunk", None)
    check(BASE, [*varied(1, 3)])


@few_tables
@given(st.lists(some_facts(), min_size=4, max_size=8))
def test_documents_of_any_facts_are_the_same(companies):
    check(BASE, [Case("x", facts) for facts in companies])


@few_tables
@given(st.integers(0, 30), st.lists(facts_with_ranges(), min_size=1, max_size=4))
def test_documents_under_random_rules_are_the_same(seed, companies):
    check(random_base(seed), [Case("x", facts) for facts in companies])


def test_a_piece_at_a_time(monkeypatch):
    monkeypatch.setattr(documents, "PIECE", 8)
    check(BASE, [*varied(4, 20)])
