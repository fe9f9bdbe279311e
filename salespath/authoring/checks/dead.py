"""SP402, SP403, SP404: rules that never fire, and parts of conditions that are the same for all facts."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.authoring.checks.context import Context, finding
from salespath.files.problems import Problem
from salespath.rules.language import TRUE as ALWAYS
from salespath.rules.language import And, Condition, Known, Not, Or
from salespath.rules.model import Rule
from salespath.rules.notation import notation


def problems(context: Context) -> Iterator[Problem]:
    """Dead rules; of the others the parts that never change, of nested ones the innermost."""
    for rule in context.rules.values():
        if rule.id in context.dead:
            yield finding("SP402", "it can never fire, whatever the facts.", rule)
            continue
        for part, value in _constant(context, rule, context.base.condition(rule.id)):
            code, word = ("SP403", "true") if value else ("SP404", "false")
            yield finding(code, f"`{notation(part)}` is always {word} where it is known.", rule)


def _constant(context: Context, rule: Rule, tree: Condition) -> list[tuple[Condition, bool]]:
    inner = tree.items if isinstance(tree, (And, Or)) else (tree.item,) if isinstance(tree, Not) else ()
    found = [pair for item in inner for pair in _constant(context, rule, item)]
    if found or isinstance(tree, (Not, Known)) or tree == ALWAYS:
        return found
    ref = context.base.part_ref(rule, tree)
    return [
        (tree, value) for value, otherwise in ((True, ~ref), (False, ref)) if context.never(rule, (otherwise, True))
    ]
