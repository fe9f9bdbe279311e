"""Every way in which a rule base can be wrong that can be seen without a company: contradictions, dead or needless parts, gaps.

A file here is a check, for one code or a few that belong together: its function `problems` yields what it finds. What rules can and
cannot do is decided, not sampled: an example company proves that something is possible, the solver that it is not. A base with
errors is checked too, without the rules that hold them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module

from salespath.authoring.checks.context import Context
from salespath.engine.base import Base
from salespath.engine.compile import compile_base
from salespath.facts.vocabulary import Vocabulary
from salespath.files.problems import Problem, SalespathError
from salespath.rules.model import Knowledge

CHECKS: tuple[Callable[[Context], Iterator[Problem]], ...] = tuple(
    import_module(f"{__name__}.{module.name}").problems
    for module in pkgutil.iter_modules(__path__)
    if module.name != "context"
)


@dataclass(frozen=True)
class CheckReport:
    """What a check found, and how the questions about what is possible were decided."""

    problems: tuple[Problem, ...]
    rules: int
    examples: int = 0
    proofs: int = 0
    undecided: int = 0


def check(vocabulary: Vocabulary, knowledge: Knowledge, problems: Iterable[Problem]) -> CheckReport:
    """Check a knowledge base as it was read, with the problems found in reading it."""
    found = list(problems)
    base = _sound(vocabulary, knowledge, found)
    if base is None:
        return CheckReport(tuple(found), len(knowledge.rules))
    context = Context(base)
    new = dict.fromkeys(problem for one in CHECKS for problem in one(context))
    found.extend((new | dict.fromkeys(context.left_open())).keys())
    p = context.possible
    return CheckReport(tuple(found), len(knowledge.rules), p.examples, p.proofs, p.undecided)


def _sound(vocabulary: Vocabulary, knowledge: Knowledge, problems: list[Problem]) -> Base | None:
    """The base without the rules that hold errors, which are added to `problems`; None if the rest cannot be compiled either."""
    wrong: frozenset[str] = frozenset()
    while True:
        rules = {id_: rule for id_, rule in knowledge.rules.items() if id_ not in wrong}
        known = [] if wrong else problems
        try:
            return compile_base(vocabulary, replace(knowledge, rules=rules), known)
        except SalespathError as error:
            new = [problem for problem in error.problems if problem not in problems]
            problems.extend(new)
            places = {(p.file, p.line) for p in new}
        gone = {id_ for id_, rule in rules.items() if (rule.file, rule.line) in places or id_ in knowledge.faulty}
        if not gone and (wrong or not problems):
            return None
        wrong = wrong | gone | {""}  # not empty: the problems are noted
