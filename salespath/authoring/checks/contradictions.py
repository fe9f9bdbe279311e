"""SP401: two values of one attribute that can hold together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from salespath.authoring.checks.context import Context
from salespath.authoring.solver import TRUE
from salespath.files.problems import Problem


def problems(context: Context) -> Iterator[Problem]:
    """Every pair of values with a company for which both hold; of the process each rule is checked (SP407)."""
    base = context.base
    for attribute in base.knowledge.attributes.values():
        if attribute.several or attribute.id == "process":
            continue
        for one, other in combinations(attribute.values, 2):
            both = (base.value_ref(attribute.id, one), TRUE), (base.value_ref(attribute.id, other), TRUE)
            ids = base.concluders(attribute.id, other)
            rule = context.rules[ids[0]] if ids else None
            yield from context.where("SP401", f"{attribute.id} can be both {one} and {other}", rule, *both)
