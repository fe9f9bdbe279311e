"""Many companies at once: what is not asked for is left out, and searches share what rows have in common."""

import numpy as np
import pytest
from companies import random_companies
from given import BASE

from salespath.engine import halving
from salespath.engine.cells import bisect_between, likely_turns
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
@pytest.mark.parametrize("guesses", [0, 1, 4])
def test_halving_many_rows_ends_where_halving_one_does(rows, turns, guesses):
    source = np.random.default_rng(rows + turns)
    low = source.integers(-5, 5, rows).astype(float)
    high = low + np.array([0, 1, 7, 90_000, 10**12])[source.integers(0, 5, rows)] * (source.random(rows) < 0.9)
    size = 10 ** source.uniform(0, 12, (turns, rows))

    def state(point):
        return sum((point >= low + one).astype(int) for one in size) % 2  # with several turns, not in one direction

    likely = [
        np.floor(low + one * source.choice([0.5, 1, 1.5], rows)) for one in size.repeat(guesses, axis=0)[:guesses]
    ]
    found = bisect_rows(low, high, state, likely=likely)
    for row in range(0, rows, max(1, rows // 100)):

        def of_row(point, row=row):
            return state(np.full(rows, float(point)))[row]

        guessed = [int(one[row]) for one in likely]
        assert found[row] == bisect_between(int(low[row]), int(high[row]), of_row, guessed)


FORMULAS = {
    "evenly": lambda point, size: point - size,
    "less and less": lambda point, size: 3 * size - point * 2,
    "inversely": lambda point, size: size / point - 7,
    "rounded off": lambda point, size: point / 12 * 0.1 - size * 0.1 / 12,
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_number_that_a_formula_names_is_found_without_halving(formula):
    source = np.random.default_rng(3)
    low, high = np.zeros(500), np.full(500, 1e12)
    size = np.floor(10 ** source.uniform(1, 9, 500))

    def apart(point):
        return FORMULAS[formula](point, size)

    likely = halving.likely_turns(low, high, apart)
    for strict in (False, True):
        asked = []

        def state(point, strict=strict, asked=asked):
            asked.append(np.shape(point))
            return (apart(point) > 0 if strict else apart(point) >= 0).astype(int)

        with np.errstate(divide="ignore"):
            found = bisect_rows(low, high, state, likely=likely)
            assert asked == [(500,), (len(likely), 500)]
            assert (state(found) != state(low)).all()
            assert (state(found - 1) == state(low)).all()


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_likely_of_one_row_is_so_of_many(formula):
    source = np.random.default_rng(4)
    low = np.array([0.0, 0, 1, 5, 0, 12.5, 0, 0])
    high = np.array([1e12, 10, 1, 9e5, 1e12, 12.5, 1e12, 1e12])
    size = np.array([*np.floor(10 ** source.uniform(1, 7, 5)), 3, np.nan, np.inf])
    found = np.stack(halving.likely_turns(low, high, lambda point: FORMULAS[formula](point, size)))
    for row in range(len(low)):

        def apart(point, row=row):
            return FORMULAS[formula](point, float(size[row]))

        alone = {*likely_turns(float(low[row]), float(high[row]), apart)}
        inside = [{point for point in some if low[row] < point < high[row]} for some in (alone, found[:, row])]
        assert inside[0] == inside[1]


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
