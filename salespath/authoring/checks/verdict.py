"""SP406, SP407: at every point one rule gives a process, and one only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from salespath.authoring.checks.context import Context
from salespath.authoring.solver import NOT_TRUE, TRUE
from salespath.files.problems import Problem
from salespath.rules.model import Conclude


def problems(context: Context) -> Iterator[Problem]:
    """A company without a process, and two rules that both give one."""
    ref = context.base.rule_ref
    rules = [r for r in context.rules.values() if isinstance(r.then, Conclude) and r.then.attribute == "process"]
    none = tuple((ref(rule.id), NOT_TRUE) for rule in rules)
    yield from context.where("SP406", "no rule gives a process", None, *none)
    for first, second in combinations(rules, 2):
        both = (ref(first.id), TRUE), (ref(second.id), TRUE)
        yield from context.where("SP407", f"{first.id} gives a process as well", second, *both)
