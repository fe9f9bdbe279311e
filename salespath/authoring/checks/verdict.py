"""SP401, SP406, SP407: two values of one attribute that can hold together, a company without a process or with two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from salespath.authoring.checks.context import Context
from salespath.files.problems import Problem
from salespath.rules.model import Conclude


def problems(context: Context) -> Iterator[Problem]:
    """Every pair of values, of the process every pair of rules, for which there is a company; and one without a process."""
    base = context.base
    for attribute in base.knowledge.attributes.values():
        if attribute.several or attribute.id == "process":
            continue
        for one, other in combinations(attribute.values, 2):
            both = (base.value_ref(attribute.id, one), True), (base.value_ref(attribute.id, other), True)
            ids = base.concluders(attribute.id, other)
            rule = context.rules[ids[0]] if ids else None
            yield from context.where("SP401", f"{attribute.id} can be both {one} and {other}", rule, *both)
    rules = [rule for rule, then in base.knowledge.each(Conclude) if then.attribute == "process"]
    none = tuple((base.rule_ref(rule.id), False) for rule in rules)
    yield from context.where("SP406", "no rule gives a process", None, *none)
    for first, second in combinations(rules, 2):
        both = (base.rule_ref(first.id), True), (base.rule_ref(second.id), True)
        yield from context.where("SP407", f"{first.id} gives a process as well", second, *both)
