"""Do the scenarios notice a wrong rule? `python -m tests.mutation` changes the built-in rules one by one and says.

Each mutant changes one thing: a comparison is turned round or its limit taken in or out, a `not`, an operand or an exception
dropped, a threshold moved by a fifth, a certainty's sign changed, a rule deleted. It is caught if the rule base is refused or a
scenario fails. One that no scenario notices is left out only where the solver proves that its rule fires for the same companies as
before.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import z3

from salespath.authoring.results import Results
from salespath.authoring.scenarios import Scenario, read_scenarios
from salespath.authoring.solver import GaveUp, Solver
from salespath.engine.base import Base
from salespath.engine.compile import compile_base
from salespath.engine.load import load
from salespath.engine.truth_graph import Ref
from salespath.files.problems import SalespathError
from salespath.rules.model import BlockProcess, Conclude, Rule, Weigh

SCENARIOS = Path(__file__).parent / "scenarios"
CAUGHT, REFUSED, EQUIVALENT, SURVIVED = "caught", "refused", "equivalent", "survived"
TURNED = {
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


@dataclass(frozen=True)
class Mutant:
    """A changed rule (None: deleted) and what was changed."""

    id: str
    rule: Rule | None
    kind: str
    what: str


def mutants(base: Base) -> Iterator[Mutant]:
    """Every mutant of every rule."""
    for rule in base.knowledge.rules.values():
        yield Mutant(rule.id, None, "rule deleted", "deleted")
        if isinstance(rule.then, Weigh) and rule.then.certainty:
            then = replace(rule.then, certainty=-rule.then.certainty)
            yield Mutant(rule.id, replace(rule, then=then), "sign changed", f"{then.certainty:+}")
        for other in rule.overrides:
            rest = tuple(name for name in rule.overrides if name != other)
            yield Mutant(other, replace(rule, overrides=rest), "exception dropped", f"not overridden by {rule.id}")
        for kind, what, when in conditions(rule.when):
            yield Mutant(rule.id, replace(rule, when=when), kind, what)


def conditions(when: str) -> Iterator[tuple[str, str, str]]:
    """Every change of a condition: its kind, in words, and the changed condition."""
    if not when.strip():
        return
    tree = ast.parse(" ".join(when.split()), mode="eval")
    nodes = list(ast.walk(tree))
    for place, node in enumerate(nodes):
        if isinstance(node, ast.Compare):
            for number, operator in enumerate(node.ops):
                for turned in TURNED[type(operator)]:
                    found, there = _copy(tree, place)
                    there.ops[number] = turned()
                    yield "comparison turned", ast.unparse(there), ast.unparse(found)
        elif isinstance(node, ast.BoolOp):
            for number in range(len(node.values)):
                found, there = _copy(tree, place)
                gone = there.values.pop(number)
                yield "operand dropped", f"without `{ast.unparse(gone)}`", ast.unparse(found)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            found, there = _copy(tree, place)
            there.op, there.operand = ast.Not(), ast.UnaryOp(ast.Not(), there.operand)
            yield "not dropped", f"without not: `{ast.unparse(node.operand)}`", ast.unparse(found)
        elif isinstance(node, ast.Constant) and node.value:
            for factor in (0.8, 1.25):
                found, there = _copy(tree, place)
                there.value = moved(node.value, factor)
                yield "threshold moved", f"{node.value:g} to {there.value:g}", ast.unparse(found)


def moved(value: float, factor: float) -> float:
    """A threshold times a factor; a whole one stays whole and moves by at least 1."""
    if value != int(value):
        return value * factor
    step = max(1, round(abs(value * factor - value)))
    return int(value) + (step if factor > 1 else -step)


def _copy(tree: ast.Expression, place: int):
    found = deepcopy(tree)
    return found, list(ast.walk(found))[place]


class Trial:
    """The scenarios, what the base says of them, and whether they notice a mutant."""

    def __init__(self, base: Base, scenarios: list[Scenario]) -> None:
        self.base = base
        self.scenarios = scenarios
        self.before = self._noticeable(Results(base, scenarios))

    def verdict(self, mutant: Mutant) -> str:
        """CAUGHT, REFUSED, EQUIVALENT or SURVIVED."""
        try:
            changed = mutated(self.base, mutant)
        except SalespathError:
            return REFUSED
        results = Results(changed, self.scenarios)
        touched = (self.before != self._noticeable(results)).any(axis=0)
        for scenario in self.scenarios:
            start = results.starts[scenario.sentence]
            if touched[start : start + len(scenario.cases)].any() and next(results.differences(scenario), None):
                return CAUGHT
        return EQUIVALENT if equivalent(self.base, changed, mutant) else SURVIVED

    def _noticeable(self, results: Results) -> np.ndarray:
        """For every company what fired, what was concluded, and the sums of evidence."""
        graph, mine = results.base.graph, self.base.graph
        refs = [*map(graph.rule_refs.get, mine.rule_refs), *map(graph.value_refs.get, mine.value_refs)]
        bits = np.stack([results.rows.zero if ref is None else results.walked.is_so(ref) for ref in refs])
        flags = np.unpackbits(bits, axis=1, count=len(results.cases)).astype(np.int64)
        return np.vstack([flags, *(np.broadcast_to(s, len(results.cases)) for s in results.walked.sums.low.values())])


def mutated(base: Base, mutant: Mutant) -> Base:
    """The base with one rule changed or deleted. Raises SalespathError where it is refused."""
    rules = dict(base.knowledge.rules)
    if mutant.rule is None:
        del rules[mutant.id]
    else:
        rules[mutant.rule.id] = mutant.rule
    return compile_base(base.vocabulary, replace(base.knowledge, rules=rules))


def equivalent(base: Base, changed: Base, mutant: Mutant) -> bool:
    """Whether it is proved that the rule fires (and, where rules read that, fails) for the same companies as before."""
    try:
        if mutant.rule is None or mutant.kind == "sign changed":
            return Solver(base).find((base.rule_ref(mutant.id), True)) is None
        read = isinstance(base.knowledge.rules[mutant.id].then, (Conclude, BlockProcess))
        here, there = base.rule_ref(mutant.id), changed.rule_ref(mutant.id)
        return alike((Solver(base), here), (Solver(changed), there), false=read)
    except GaveUp:
        return False


def alike(here: tuple[Solver, Ref], there: tuple[Solver, Ref], *, false: bool) -> bool:
    """Whether it is proved that two nodes are true (and false) for the same companies. Raises GaveUp."""
    (solver, ref), (other, other_ref) = here, there
    pairs = [*zip(solver.pair(ref), other.pair(other_ref))]
    solver.domains.update(other.domains)  # the same facts under the same names
    return solver.solve([z3.Or([one != two for one, two in pairs[: 1 + false]])]) is None


def main() -> int:
    """Print the score and the survivors; 1 if fewer than the wanted share are caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="order of the mutants")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rules whose file or id holds this")
    parser.add_argument("--wanted", type=float, default=0.95, help="the share that has to be caught")
    options = parser.parse_args()
    base = load()
    trial = Trial(base, read_scenarios(base, [str(SCENARIOS)]))
    todo = [m for m in mutants(base) if options.only in f"{base.knowledge.rules[m.id].file} {m.id}"]
    random.Random(options.seed).shuffle(todo)
    start, counts, survivors = time.monotonic(), Counter[str](), []
    for mutant in todo:
        verdict = trial.verdict(mutant)
        counts[verdict] += 1
        if verdict == SURVIVED:
            survivors.append(mutant)
        if time.monotonic() - start > options.seconds:
            break
    caught, different = counts[CAUGHT] + counts[REFUSED], counts.total() - counts[EQUIVALENT]
    print(f"{counts.total()} of {len(todo)} mutants in {time.monotonic() - start:.0f} s: {dict(counts)}")
    for mutant in sorted(survivors, key=lambda m: (m.id, m.kind, m.what)):
        print(f"survived  {mutant.id}: {mutant.kind}, {mutant.what}")
    print(f"{caught / max(different, 1):.1%} of those that differ are caught")
    return 0 if caught >= options.wanted * different else 1


if __name__ == "__main__":
    sys.exit(main())
