"""A table says of every row, bit for bit, what is said of the company alone."""

from __future__ import annotations

import numpy as np
import pytest
from companies import random_companies
from given import BASE, VOCABULARY, real_companies

from salespath.engine.assess import assess
from salespath.engine.company import Company
from salespath.engine.table import NONE, FactColumn, FactTable, TableResult, assess_table
from salespath.engine.walk import SUMS, walk
from salespath.facts import Case
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.model import PROCESSES, VERDICTS

pytestmark = pytest.mark.heavy  # thousands of cases, which tracing would make slow

EVERY_ROW = slice(None)


@pytest.fixture(scope="module")
def companies() -> list[Case]:
    return [*real_companies(), Case("knows nothing"), *random_companies(3000, seed=7)]


@pytest.fixture(scope="module")
def result(companies) -> TableResult:
    return assess_table(BASE, FactTable.from_cases(BASE, companies))


def same(left: TableResult, right: TableResult, order=EVERY_ROW) -> None:
    """Both say the same of every row, the left one's rows taken in some order."""
    assert left.rows == right.rows
    for name in ("process", "lead", "leaning", "settled", "possible"):
        assert (getattr(left, name)[order] == getattr(right, name)).all(), name
    for key, sums in left.sums.items():
        assert (sums[order] == right.sums[key]).all(), key
    for name in ("fired", "failed"):
        assert (left.unpacked(getattr(left, name))[:, order] == right.unpacked(getattr(right, name))).all(), name
    for rule, done in left.done.items():
        assert (left.unpacked(done)[order] == right.unpacked(right.done[rule])).all(), rule


def test_rules_sums_and_possible_processes_are_the_same(companies, result):
    fired, failed = result.unpacked(result.fired), result.unpacked(result.failed)
    done = {rule: result.unpacked(bits) for rule, bits in result.done.items()}
    refs = [BASE.rule_ref(rule) for rule in result.rules]
    assert list(result.rules) == list(BASE.knowledge.rules)
    assert result.fired.dtype == np.uint8
    for row, case in enumerate(companies):
        walked = walk(BASE, Company(BASE, case.values))
        truth = walked.truth
        assert [truth.is_true(ref) for ref in refs] == fired[:, row].tolist(), case.company
        assert [truth.is_false(ref) for ref in refs] == failed[:, row].tolist(), case.company
        for rule, ref in BASE.graph.done_refs.items():
            assert truth.is_true(ref) == done[rule][row]
        for process in PROCESSES:
            for name in SUMS:
                assert walked.sums.total(process, name) == result.sums[process, name][row]
            for name in DIMENSIONS:
                assert walked.sums.low[process, name] == result.sums[process, name][row]
        assert [walked.possible[value] for value in VERDICTS] == [result.possible[row] >> n & 1 for n in range(5)]


def test_the_verdict_is_the_same(companies, result):
    def named(codes, names, row):
        return None if codes[row] == NONE else names[codes[row]]

    for row, case in list(enumerate(companies))[::5]:
        a = assess(BASE, case)
        assert a.process == VERDICTS[result.process[row]]
        assert a.lead == named(result.lead, PROCESSES, row)
        assert a.leaning == named(result.leaning, PROCESSES, row)
        assert a.settled == result.settled[row]
        assert a.possible == tuple(v for n, v in enumerate(VERDICTS) if result.possible[row] >> n & 1)
        assert {p: {name: result.sums[p, name][row] for name in a.evidence[p]} for p in PROCESSES} == a.evidence
        fired = result.unpacked(result.fired)[:, row]
        assert [item.rule for item in a.fired] == [rule for rule, bit in zip(result.rules, fired) if bit]


def test_the_companies_exercise_every_verdict_and_most_rules(result):
    assert set(result.process.tolist()) == set(range(len(VERDICTS)))
    assert {NONE, 0, 1} == set(result.lead.tolist()) == set(result.leaning.tolist())
    assert 0 < result.settled.sum() < result.rows
    often = result.unpacked(result.fired).any(axis=1)
    assert often.mean() > 0.9, [rule for rule, fired in zip(result.rules, often) if not fired]


@pytest.mark.parametrize("chunk", [1, 8, 9, 1000, 10**6])
def test_the_size_of_chunks_changes_nothing(companies, result, chunk):
    some = companies if chunk > 100 else companies[:200]
    whole = result if some is companies else assess_table(BASE, FactTable.from_cases(BASE, some))
    same(assess_table(BASE, FactTable.from_cases(BASE, some), chunk=chunk), whole)


def test_the_order_of_rows_changes_nothing(companies, result):
    order = np.random.default_rng(3).permutation(len(companies))
    same(result, assess_table(BASE, FactTable.from_cases(BASE, [companies[row] for row in order])), order)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9])
def test_no_row_is_touched_by_the_bits_that_fill_the_last_byte(companies, result, rows):
    few = assess_table(BASE, FactTable.from_cases(BASE, companies[:rows]))
    assert few.rows == len(few.process) == len(few.settled) == len(few.sums["smb", "fit"]) == rows
    assert (few.process == result.process[:rows]).all()
    assert (few.possible == result.possible[:rows]).all()
    fired, failed = result.unpacked(result.fired), result.unpacked(result.failed)
    assert np.bitwise_or(few.fired, few.failed).sum() == np.packbits((fired | failed)[:, :rows], axis=1).sum()
    assert (few.unpacked(few.fired) == fired[:, :rows]).all()


def test_without_the_second_walk_everything_else_is_the_same(companies, result):
    quick = assess_table(BASE, FactTable.from_cases(BASE, companies), settle=False)
    assert not quick.settled.any()
    assert not quick.possible.any()
    assert (quick.process == result.process).all()
    assert (quick.fired == result.fired).all()


def test_a_column_that_is_unknown_throughout_is_as_no_column(companies, result):
    table = FactTable.from_cases(BASE, companies)
    missing = next(name for name in VOCABULARY if name in table.columns)
    known = table.columns[missing]
    unknown = FactColumn(known.values, np.zeros(table.rows, dtype=bool))  # whatever the values are
    with_column = assess_table(BASE, FactTable(table.rows, {**table.columns, missing: unknown}))
    without = assess_table(BASE, FactTable(table.rows, {n: c for n, c in table.columns.items() if n != missing}))
    same(with_column, without)
    assert not (without.fired == result.fired).all()
