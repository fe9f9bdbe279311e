"""Certainty factors: exact, independent of order, and the EMYCIN combination of what speaks for and against."""

from __future__ import annotations

import dataclasses
import json
import math
import random

import pytest
from given import BASE, real_companies, sample
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.engine.certainty import SCALE, certainty, net, weight, with_sign, word
from salespath.facts import Case
from salespath.report.plain import document

factors = st.floats(-0.95, 0.95)


def total(factors):
    return sum(map(weight, factors))


@given(factors)
def test_a_single_piece_of_evidence_keeps_its_certainty(c):
    assert certainty(weight(c)) == pytest.approx(c, abs=1e-8)


@given(factors)
def test_for_and_against_are_symmetrical(c):
    assert weight(-c) == -weight(c)
    assert certainty(-weight(c)) == -certainty(weight(c))


@given(st.floats(0, 0.95), st.floats(0, 0.95))
def test_more_certain_weighs_at_least_as_much(a, b):
    assert weight(min(a, b)) <= weight(max(a, b))


@given(st.lists(factors, max_size=30))
def test_the_sum_is_the_emycin_combination(factors):
    # Written with 1 - MB and 1 - MD, which floats hold exactly enough: (MB - MD) / (1 - min(MB, MD)).
    no_belief = math.prod(1 - c for c in factors if c > 0)
    no_disbelief = math.prod(1 + c for c in factors if c < 0)
    expected = (no_disbelief - no_belief) / max(no_belief, no_disbelief)
    assert certainty(total(factors)) == pytest.approx(expected, abs=1e-6)


@given(st.lists(factors, max_size=40), st.randoms(use_true_random=False))
def test_no_order_and_no_grouping_changes_the_sum(factors, shuffler):
    mixed = factors.copy()
    shuffler.shuffle(mixed)
    cut = shuffler.randint(0, len(mixed))
    parts = total(mixed[:cut]) + total(mixed[cut:])
    assert certainty(total(factors)) == certainty(parts)


@pytest.mark.parametrize("factor", [0.0, -0.0, 1e-12, -1e-12])
def test_nothing_weighs_nothing_and_has_no_sign(factor):
    for value in (weight(factor), certainty(weight(factor)), net(weight(factor))):
        assert value == 0
        assert math.copysign(1, value) == 1


@pytest.mark.parametrize(
    ("amount", "digits", "text"),
    [(0, 1, "+0.0"), (-1, 1, "+0.0"), (-49_999_999, 1, "+0.0"), (-60_000_000, 1, "-0.1"), (720_000_000, 2, "+0.72")],
)
def test_a_figure_that_rounds_to_nothing_has_no_minus(amount, digits, text):
    assert with_sign(amount, digits) == text


def test_no_minus_nought_reaches_a_document():
    found = assess(BASE, real_companies()[0])
    tiny = {process: dict.fromkeys(sums, -1) for process, sums in found.evidence.items()}
    assert "-0.0" not in json.dumps(document(dataclasses.replace(found, evidence=tiny)))


def test_certainty_stays_below_one():
    assert certainty(sum([weight(0.95)] * 5)) < 1
    assert certainty(-sum([weight(0.95)] * 5)) > -1


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "balanced"),
        (0.249, "balanced"),
        (-0.249, "balanced"),
        (0.25, "some for"),
        (0.699, "some for"),
        (0.7, "clear for"),
        (1.599, "clear for"),
        (1.6, "strong for"),
        (9, "strong for"),
        (-0.25, "some against"),
        (-0.7, "clear against"),
        (-1.6, "strong against"),
    ],
)
def test_a_sum_in_words(units, text):
    assert word(round(units * SCALE)) == text


@pytest.mark.more
@pytest.mark.parametrize("seed", sample(range(5)))
def test_a_companys_sums_are_the_weights_of_the_reasons_that_count(seed):
    for case in real_companies():
        names = random.Random(seed).sample(list(case.values), len(case.values))
        found = assess(BASE, Case(case.company, {name: case.values[name] for name in names}))
        for process, sums in found.evidence.items():
            counted = [
                f.weight for f in found.fired if f.weight and BASE.knowledge.rules[f.rule].then.process == process
            ]
            assert sums["fit"] + sums["means"] == sum(counted)
            assert sums["fit"] == sums["product"] + sums["market"]
            assert sums["means"] == sums["capital"] + sums["team"] + sums["role"]
