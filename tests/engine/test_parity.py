"""Four engines and the definition find the same: fired, failed and open rules, values, sums and verdict, fact for fact.

A divergence fails with the fewest rules and facts that still show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from companies import random_companies
from engines import Engine, Findings, agree, clips, definition, experta, minimal, ours, ours_in_a_table
from given import BASE, EXAMPLES, ROOT, VOCABULARY, small_base
from rule_bases import random_base

from salespath.engine.base import Base
from salespath.engine.dependencies import read_values
from salespath.engine.truth_graph import FACTS
from salespath.facts import Case, read_file
from salespath.rules.model import KINDS
from tools.robustness import with_rules

pytestmark = pytest.mark.heavy  # thousands of cases, which tracing would make slow

PARTS = 10  # of the work, for the processes that the tests run in
BASES = 120


def visible_companies() -> list[Case]:
    """The companies of the examples and of the scenarios, and the one of which nothing is known."""
    paths = sorted([*EXAMPLES.glob("*.yaml"), *(ROOT / "tests" / "scenarios").glob("*.yaml")])
    return [Case("knows nothing"), *(case for path in paths for case in read_file(str(path), VOCABULARY).cases)]


COMPANIES = [*visible_companies(), *random_companies(2000, seed=11)]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("engine", "every"), [(clips, 1), (ours_in_a_table, 1), (definition, 10), (experta, 100)])
def test_they_agree_on_the_built_in_rules(engine: Engine, every: int, part: int):
    agree(engine, BASE, COMPANIES[part::PARTS][::every])


@pytest.mark.parametrize("part", range(PARTS))
def test_they_agree_on_random_rules(part: int):
    for seed in range(part, BASES, PARTS):
        base, companies = random_base(seed), random_companies(20, seed)
        for engine in (clips, ours_in_a_table, definition):
            agree(engine, base, companies)
        if seed < 2 * PARTS:
            agree(experta, base, companies[::4])


def test_the_companies_leave_few_rules_untouched():
    found = {item for findings in ours(BASE, COMPANIES[::4]) for item in findings.rules.items()}
    for truth in (True, False):
        often = sum((rule, truth) in found for rule in BASE.graph.rule_refs)
        assert often > 0.9 * len(BASE.graph.rule_refs), truth
    undecidable = {rule for rule in BASE.graph.rule_refs if (rule, None) not in found}
    assert undecidable <= {rule.id for rule in BASE.knowledge.rules.values() if BASE.section(rule) != FACTS}


def test_the_random_rules_are_as_varied_as_the_language():
    def depth(base, rule):
        read = [id_ for value in read_values(base.condition(rule)) for id_ in base.concluders(*value)]
        return 1 + max((depth(base, id_) for id_ in read), default=-1)

    bases = [random_base(seed) for seed in range(BASES)]
    assert {3, 4, 5, 6} <= {max(depth(base, rule) for rule in base.knowledge.rules) for base in bases}
    assert {rule.kind for base in bases for rule in base.knowledge.rules.values()} == set(KINDS.values())
    chained = [
        any(base.overriding(o) for rule in base.knowledge.rules for o in base.overriding(rule)) for base in bases
    ]
    assert sum(chained) > BASES / 2
    companies = random_companies(3, seed=5)
    truths = Counter(truth for base in bases for f in ours(base, companies) for truth in f.rules.values())
    assert min(truths[truth] for truth in (True, False, None)) > truths.total() / 10, truths


def without_exceptions(base: Base, cases: Sequence[Case]) -> list[Findings]:
    """An engine that knows nothing of overrides."""
    return ours(with_rules(base, [replace(rule, overrides=()) for rule in base.knowledge.rules.values()]), cases)


def test_a_divergence_is_shown_by_a_minimal_case():
    conditions = [
        ("self_serve", ""),
        ("runway_months > 3", ""),
        ("not self_serve", "a1"),
        ("not (big or not (big or runway_months > 6))", "a0"),
    ]
    rules = "".join(
        f"\n  - {{id: a{n}, when: {when}, conclude: {{rich: yes}}, overrides: [{over}], because: So., source: [K01]}}"
        for n, (when, over) in enumerate(conditions)
    )
    base, case = small_base(f"rules:{rules}"), Case("it", {"runway_months": 12, "self_serve": True, "buyers": 3})
    told = """without_exceptions differs on it: {}
a0: self_serve → Conclude(attribute='rich', value='yes'), overrides none
a3: not (big) → Conclude(attribute='rich', value='yes'), overrides a0
a0: ours False, theirs None"""
    assert minimal(without_exceptions, base, case) == told
    with pytest.raises(pytest.fail.Exception, match="without_exceptions differs on it"):
        agree(without_exceptions, base, [case])
