"""SP405: a rule whose conclusion another one, at least as certain, always gives too."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.authoring.checks.context import Context, finding
from salespath.authoring.solver import NOT_TRUE, TRUE
from salespath.files.problems import Problem
from salespath.rules.model import Conclude, Rule, Weigh


def problems(context: Context) -> Iterator[Problem]:
    """Each such rule once, with the first that says the same; what overrides another rule is there for that."""
    groups: dict[tuple[str, ...], list[Rule]] = {}
    for rule in context.rules.values():
        if rule.id in context.dead or rule.overrides:
            continue
        match rule.then:
            case Conclude(attribute, value):
                groups.setdefault((attribute, value), []).append(rule)
            case Weigh() as then:
                groups.setdefault((then.process, then.line, "+" if then.certainty > 0 else "-"), []).append(rule)
    ref = context.base.rule_ref
    for rules in groups.values():
        needless: set[str] = set()
        for rule in rules:
            for other in rules:
                if other is rule or other.id in needless or _strength(rule) > _strength(other):
                    continue
                if context.never(rule, (ref(rule.id), TRUE), (ref(other.id), NOT_TRUE)):
                    yield finding("SP405", f"{other.id} says the same whenever it fires.", rule)
                    needless.add(rule.id)
                    break


def _strength(rule: Rule) -> float:
    return abs(rule.then.certainty) if isinstance(rule.then, Weigh) else 1.0
