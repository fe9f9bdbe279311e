"""SP417, SP418: rules that claim opposites of one subject to one company, and a remedy that advice beside it contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from salespath.authoring.checks.context import Context
from salespath.authoring.solver import Literal
from salespath.files.problems import Problem
from salespath.rules.model import PROCESSES, Advise, BlockProcess, Conclude, Rule, Warn


def problems(context: Context) -> Iterator[Problem]:
    """Pairs of rules whose claims hold different values of a subject and whose texts can be shown together.

    A text is shown where its rule fires; the remedy of a block where nothing but that is advised yet: under `not_yet`, of a process
    that is leaned to, or where none is. The answer to a red flag stands with its warning. What is concluded, and what lifts a
    block, is told only where somebody asks how.
    """
    claiming = [rule for rule in context.rules.values() if rule.claims and _is_told(rule)]
    for first, second in combinations(claiming, 2):
        remedy, other = (second, first) if _is_remedy(second) and not _is_remedy(first) else (first, second)
        about = [name for name, value in remedy.claims.items() if other.claims.get(name, value) != value]
        if not about:
            continue
        shown = dict.fromkeys((*_shown(context, remedy), *_shown(context, other)))
        says = " and ".join(f"{other.claims[name]} of {name}" for name in about)
        contrary = " and ".join(remedy.claims[name] for name in about)
        if _is_remedy(remedy) and isinstance(other.then, Advise):
            yield from context.where(
                "SP418", f"it claims {says} beside the remedy of {remedy.id}: {contrary}", other, *shown
            )
        else:
            yield from context.where("SP417", f"it claims {says} where {remedy.id} claims {contrary}", other, *shown)


def _is_told(rule: Rule) -> bool:
    """Whether its text stands on the page of a company by itself."""
    return not isinstance(rule.then, Conclude) and not (isinstance(rule.then, BlockProcess) and rule.then.lift)


def _is_remedy(rule: Rule) -> bool:
    """Whether its text says what to do about a block or a red flag."""
    return isinstance(rule.then, BlockProcess) or (isinstance(rule.then, Warn) and bool(rule.then.move))


def _shown(context: Context, rule: Rule) -> Iterator[Literal]:
    base = context.base
    yield base.rule_ref(rule.id), True
    if isinstance(rule.then, BlockProcess):
        yield base.value_ref("process", "not_yet"), True
        for process in PROCESSES:
            if rule.then.process not in (process, "both"):
                yield base.value_ref("leaning", process), False
