"""The same rules in CLIPS: the compiled graph lowered to positive forward-chaining rules.

Each node n becomes rules that derive its truth, the fact `(tn)`, and its falsehood, `(fn)`. Of every line of evidence the strongest
piece is kept in a global; the sums and the comparisons of the verdict are computed by a CLIPS function between two runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import clips

from salespath.engine.company import Company
from salespath.engine.compile import ALL, FACTS, LEAF, VERDICT, Base, Closed
from salespath.engine.expressions import Arithmetic, Constant, Number, Quantity
from salespath.engine.walk import SUMS
from salespath.facts import Case
from salespath.rules.model import PROCESSES, VERDICTS


def _true(ref: int) -> str:
    return f"(t{ref})" if ref >= 0 else f"(f{~ref})"


def _false(ref: int) -> str:
    return _true(~ref)


def constructs(base: Base) -> Iterator[str]:
    """The CLIPS program."""
    verdict_leaves = range(base.leaf_ends[FACTS], len(base.leaves))
    closed = {n: leaf.ref for n in verdict_leaves if isinstance(leaf := base.leaves[n], Closed)}
    groups = list(enumerate(base.evidence))
    for n in closed:
        yield f"(defglobal ?*c{n}* = 0)"
    for n, _ in groups:
        yield f"(defglobal ?*g{n}* = 0)"
    yield "(defglobal ?*process* = nil)"
    yield from (f"(defglobal ?*{name}_{p}* = 0.0)" for name in SUMS for p in PROCESSES)
    for node, (kind, refs) in enumerate(base.nodes):
        if kind == LEAF:
            continue
        every, some = (_true, _false) if kind == ALL else (_false, _true)
        both, either = ("t", "f") if kind == ALL else ("f", "t")
        yield f"(defrule n{node} {' '.join(every(ref) for ref in refs)} => (assert ({both}{node})))"
        for place, ref in enumerate(refs):
            yield f"(defrule n{node}-{place} {some(ref)} => (assert ({either}{node})))"
    for n, ref in closed.items():
        yield f"(defrule c{n} {_true(ref)} => (bind ?*c{n}* 1))"
    for n, group in groups:
        for size, rule in group.pieces:
            yield f"(defrule e-{rule} {_true(base.rule_refs[rule])} => (bind ?*g{n}* (max ?*g{n}* {size})))"
    for value in VERDICTS:
        yield f"(defrule p-{value} {_true(base.value_refs['process', value])} => (bind ?*process* {value}))"
    for node, (kind, _) in enumerate(base.nodes):
        if kind == LEAF:  # calling a function by its name is the fastest way to assert what a string names
            yield from (f"(deffunction {ref} () (assert ({ref})))" for ref in (f"t{node}", f"f{node}"))
    yield "(deffunction given ($?answers) (foreach ?answer ?answers (funcall ?answer)))"
    yield f"(deffunction verdict () {' '.join(_verdict(base, closed))})"


def _verdict(base: Base, closed: dict[int, int]) -> Iterator[str]:
    for name, dimensions in SUMS.items():
        for p in PROCESSES:
            parts = [
                f"(* {group.sign} ?*g{n}*)"
                for n, group in enumerate(base.evidence)
                if group.process == p and group.dimension in dimensions
            ]
            yield f"(bind ?*{name}_{p}* (/ (+ 0 {' '.join(parts)}) 1000000000.0))"
    for node, (kind, refs) in enumerate(base.nodes):
        if kind != LEAF or refs[0] < base.leaf_ends[FACTS]:
            continue
        leaf = base.leaves[refs[0]]
        if refs[0] in closed:
            test = f"(= ?*c{refs[0]}* 1)"
        elif refs[0] < base.leaf_ends[VERDICT]:
            operator = {"==": "=", "!=": "<>"}.get(leaf.operator, leaf.operator)
            test = f"({operator} {_number(Arithmetic('-', leaf.left, leaf.right))} 0)"
        else:
            continue
        yield f"(if {test} then (assert (t{node})) else (assert (f{node})))"


def _number(tree: Number) -> str:
    if isinstance(tree, Constant):
        return repr(tree.value)
    if isinstance(tree, Quantity):
        return f"?*{tree.name}*"
    return f"({tree.operator} {_number(tree.left)} {_number(tree.right)})"


def given(base: Base, case: Case) -> str:
    """The call that asserts the leaf tests of one company."""
    company = Company(base, case.values)
    found = []
    for node, (kind, refs) in enumerate(base.nodes):
        if kind != LEAF or base.leaf_ends[FACTS] <= refs[0] < base.leaf_ends[VERDICT]:
            continue
        leaf = base.leaves[refs[0]]
        if not isinstance(leaf, Closed):
            true, false, _ = company.test(leaf)
            found.extend([f"t{node}"] * true + [f"f{node}"] * false)
    return f"(given {' '.join(found)})"


class Clips:
    """CLIPS with the rules loaded. It slows down with use, so whoever assesses many builds it anew now and then."""

    def __init__(self, program: Iterable[str]) -> None:
        self.environment = clips.Environment()
        for construct in program:
            self.environment.build(construct)

    def process(self, answers: str) -> str:
        """The recommended process, from what `given` returned."""
        environment = self.environment
        environment.reset()
        environment.eval(answers)
        environment.run()
        environment.eval("(verdict)")
        environment.run()
        return str(environment.eval("?*process*"))

    def fired_and_failed(self, base: Base) -> tuple[set[str], set[str]]:
        """The rules that fired and failed for the company just assessed."""
        found = {str(fact) for fact in self.environment.facts()}
        rules = base.rule_refs.items()
        return {r for r, ref in rules if _true(ref) in found}, {r for r, ref in rules if _false(ref) in found}
