"""What several engines find of the same companies, in one form, and the smallest case in which one differs from ours.

An engine is a function from a base and companies to findings: ours for one company and for a table, CLIPS, experta, and the rules
read by their definition.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

import numpy as np
import pytest
from definition import Reader
from in_clips import Clips, constructs, given

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.table import FactTable, Rows
from salespath.engine.walk import Truth, walk
from salespath.facts import Case
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import SalespathError
from salespath.rules.model import PROCESSES, Rule
from tools.robustness import with_rules

REBUILT_EVERY = 40  # companies; reading the facts of CLIPS through Python slows it down more and more
Item = TypeVar("Item")


Finding = bool | None | str
STATES: dict[tuple[bool, bool], Finding] = {
    (True, False): True,
    (False, True): False,
    (False, False): None,
    (True, True): "both",
}


@dataclass(frozen=True)
class Findings:
    """What follows from the facts of one company: true, false, None where it is open, or, in a broken engine, both."""

    rules: Mapping[str, Finding]
    values: Mapping[tuple[str, str], Finding]
    in_place: Mapping[str, Finding]
    sums: Mapping[tuple[str, str], int]


Engine = Callable[[Base, Sequence[Case]], list[Findings]]


def _findings(base: Base, truth: Truth, sums: Mapping[tuple[str, str], int]) -> Findings:
    def read(ref: int) -> Finding:
        return STATES[bool(truth.is_true(ref)), bool(truth.is_false(ref))]

    graph = base.graph
    tables = (
        {key: read(ref) for key, ref in refs.items()} for refs in (graph.rule_refs, graph.value_refs, graph.done_refs)
    )
    return Findings(*tables, {(p, d): int(sums[p, d]) for p in PROCESSES for d in DIMENSIONS})


def ours(base: Base, cases: Sequence[Case]) -> list[Findings]:
    walks = [walk(base, Company(base, case.values), settle=False) for case in cases]
    return [_findings(base, walked.truth, walked.sums.low) for walked in walks]


def ours_in_a_table(base: Base, cases: Sequence[Case]) -> list[Findings]:
    walked = walk(base, Rows(base, FactTable.from_cases(base, cases)), settle=False)
    true, false = (np.unpackbits(np.stack(bits), axis=1) for bits in (walked.truth.true, walked.truth.false))
    sums = {key: np.broadcast_to(total, len(cases)) for key, total in walked.sums.low.items()}
    return [
        _findings(base, Truth(true[:, row].tolist(), false[:, row].tolist()), {key: sums[key][row] for key in sums})
        for row in range(len(cases))
    ]


def clips(base: Base, cases: Sequence[Case]) -> list[Findings]:
    program, found = list(constructs(base)), []
    for start in range(0, len(cases), REBUILT_EVERY):
        engine = Clips(program)
        for case in cases[start : start + REBUILT_EVERY]:
            engine.process(given(base, case))
            found.append(_findings(base, engine.truth(base), engine.sums().low))
    return found


def experta(base: Base, cases: Sequence[Case]) -> list[Findings]:
    from salespath.engine.crosscheck.in_experta import Experta

    engine = Experta(base)
    walks = [engine.walk(Company(base, case.values)) for case in cases]
    return [_findings(base, walked.truth, walked.sums.low) for walked in walks]


def definition(base: Base, cases: Sequence[Case]) -> list[Findings]:
    found = []
    for case in cases:
        reader = Reader(base, case)
        found.append(
            Findings(
                {rule: reader.rule(rule) for rule in base.knowledge.rules},
                {key: reader.value(*key) for key in base.graph.value_refs},
                {rule: reader.holds(tree) for rule in base.knowledge.rules if (tree := base.done_when(rule))},
                {(p, d): reader.total(p, d) for p in PROCESSES for d in DIMENSIONS},
            )
        )
    return found


# Where they differ


def agree(engine: Engine, base: Base, cases: Sequence[Case]) -> None:
    """Fail with a minimal case where an engine differs from ours."""
    for case, mine, theirs in zip(cases, ours(base, cases), engine(base, cases), strict=True):
        if mine != theirs:
            pytest.fail(minimal(engine, base, case))


def minimal(engine: Engine, base: Base, case: Case) -> str:
    """The fewest rules, conditions and facts with which an engine still differs from ours, as a text to read."""

    def found(rules: list[Rule], facts: list[str]) -> list[Findings]:
        some, left = with_rules(base, rules), [replace(case, values={name: case.values[name] for name in facts})]
        return [*ours(some, left), *engine(some, left)]

    def differ(rules: list[Rule], facts: list[str]) -> bool:
        try:
            mine, theirs = found(rules, facts)
        except SalespathError:  # without that condition, a text would name a number that may be unknown
            return False
        return mine != theirs

    facts = list(case.values)
    rules = fewest(list(base.knowledge.rules.values()), lambda some: differ(some, facts))
    rules = shortest(rules, lambda some: differ(some, facts))
    facts = fewest(facts, lambda some: differ(rules, some))
    mine, theirs = map(asdict, found(rules, facts))
    return "\n".join(
        [
            f"{engine.__name__} differs on {case.company}: { ({name: case.values[name] for name in facts}) }",
            *(f"{r.id}: {r.when or 'always'} → {r.then}, overrides {', '.join(r.overrides) or 'none'}" for r in rules),
            *(
                f"{key}: ours {mine[kind][key]}, theirs {theirs[kind][key]}"
                for kind in mine
                for key in mine[kind]
                if mine[kind][key] != theirs[kind][key]
            ),
        ]
    )


def shortest(rules: list[Rule], fails: Callable[[list[Rule]], bool]) -> list[Rule]:
    """The rules, each with the smallest part of its condition with which they still fail."""
    for place, rule in enumerate(rules):
        for part in sorted(_parts(rule.when), key=len):
            some = [*rules[:place], replace(rule, when=part), *rules[place + 1 :]]
            if fails(some):
                rules = some
                break
    return rules


def _parts(condition: str) -> Iterator[str]:
    tree = ast.parse(condition or "()", mode="eval").body
    inner = tree.values if isinstance(tree, ast.BoolOp) else [tree.operand] if isinstance(tree, ast.UnaryOp) else []
    for part in map(ast.unparse, inner):
        yield from (part, f"not ({part})", *_parts(part))


def fewest(items: list[Item], fails: Callable[[list[Item]], bool]) -> list[Item]:
    """Some of the items that still fail, none of which can be spared."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            rest = items[:start] + items[start + size :]
            if fails(rest):
                items = rest
                break
        else:
            size //= 2
    return items
