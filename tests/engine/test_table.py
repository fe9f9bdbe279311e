"""Many companies at once: what is not asked for is left out, and searches share what rows have in common."""

import numpy as np
import pytest
from companies import random_companies
from given import BASE

from salespath.engine.cells import bisect_between
from salespath.engine.halving import bisect_rows
from salespath.engine.table import FactColumn, FactTable, assess_table, distinct_rows
from salespath.engine.truth_graph import PLAN


def test_without_the_plan_the_verdict_and_its_reasons_are_the_same():
    table = FactTable.from_cases(BASE, list(random_companies(60, seed=5)))
    whole, thin = (assess_table(BASE, table, plan=plan) for plan in (True, False))
    for name in ("process", "lead", "leaning", "settled", "possible"):
        assert (getattr(thin, name) == getattr(whole, name)).all(), name
    for name in ("sums", "standing", "sold"):
        there, here = getattr(whole, name), getattr(thin, name)
        assert there.keys() == here.keys()
        assert all((there[key] == here[key]).all() for key in there), name
    kept = [place for place, rule in enumerate(BASE.knowledge.rules.values()) if BASE.section(rule) != PLAN]
    assert thin.rules == tuple(whole.rules[place] for place in kept)
    assert (thin.fired == whole.fired[kept]).all()
    assert (thin.failed == whole.failed[kept]).all()
    assert not thin.done
    assert not thin.levels


def test_a_table_in_parts_on_several_cores_keeps_its_order():
    table = FactTable.from_cases(BASE, list(random_companies(60, seed=6)))
    whole, parts = assess_table(BASE, table), assess_table(BASE, table, chunk=8)
    assert (whole.process == parts.process).all()
    assert (whole.unpacked(whole.fired) == parts.unpacked(parts.fired)).all()


@pytest.mark.parametrize("rows", [1, 5, 300, 5000])
@pytest.mark.parametrize("turns", [1, 3])
def test_halving_many_rows_ends_where_halving_one_does(rows, turns):
    source = np.random.default_rng(rows + turns)
    low = source.integers(-5, 5, rows).astype(float)
    high = low + np.array([0, 1, 7, 90_000, 10**12])[source.integers(0, 5, rows)] * (source.random(rows) < 0.9)
    size = 10 ** source.uniform(0, 12, (turns, rows))

    def state(point):
        return sum((point >= low + one).astype(int) for one in size) % 2  # with several turns, not in one direction

    found = bisect_rows(low, high, state)
    for row in range(0, rows, max(1, rows // 100)):

        def of_row(point, row=row):
            return state(np.full(rows, float(point)))[row]

        assert found[row] == bisect_between(int(low[row]), int(high[row]), of_row)


def test_rows_are_alike_where_they_know_the_same():
    known = np.array([1, 1, 0, 0, 1, 1], dtype=bool)
    numbers = FactColumn(np.array([5.0, 5.0, 5.0, np.nan, 7.0, np.nan]), known)
    ranges = FactColumn(
        np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), np.ones(6, dtype=bool), np.array([2.0, 2, 2, 2, 2, 3])
    )
    first, which = distinct_rows([numbers], 6)
    assert first.tolist() == [2, 0, 4, 5]
    assert which.tolist() == [1, 1, 0, 0, 2, 3]
    first, which = distinct_rows([numbers, ranges], 6)
    assert which[0] == which[1] != which[2] == which[3]
    assert len(first) == 4
    assert [part.tolist() for part in distinct_rows([], 3)] == [[0], [0, 0, 0]]
