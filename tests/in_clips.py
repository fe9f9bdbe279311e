"""The same rules in CLIPS: the compiled graph lowered to positive forward-chaining rules.

The literals of a node n are the facts `(tn)`, that it is true, and `(fn)`, that it is false. Of every line of evidence the
strongest piece is kept in a global; the sums and the comparisons of the verdict are computed by a CLIPS function between two runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import clips

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.crosscheck.lowering import answers, derivations, late_tests
from salespath.engine.truth_graph import LEAF, Ref, Standing
from salespath.engine.walk import SUMS, Sums, Truth
from salespath.facts import Case
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import Compare, Constant, Number, Quantity
from salespath.rules.model import PROCESSES, VERDICTS

EVERY_SUM = [(process, dimension) for process in PROCESSES for dimension in DIMENSIONS]


def _name(ref: Ref) -> str:
    return f"t{ref}" if ref >= 0 else f"f{~ref}"


def constructs(base: Base) -> Iterator[str]:
    """The CLIPS program."""
    late = list(late_tests(base))
    certain = dict.fromkeys(ref for _, test in late if not isinstance(test, Compare) for ref in test.refs)
    yield "(defglobal ?*process* = nil)"
    yield from (f"(defglobal ?*{_name(ref)}* = 0)" for ref in certain)
    yield from (f"(defglobal ?*g{n}* = 0)" for n, _ in enumerate(base.evidence))
    yield from (f"(defglobal ?*{dimension}_{process}* = 0)" for process, dimension in EVERY_SUM)
    yield from (f"(defglobal ?*{name}_{process}* = 0.0)" for name in SUMS for process in PROCESSES)
    for n, (head, body) in enumerate(derivations(base)):
        yield f"(defrule n{n} {' '.join(f'({_name(ref)})' for ref in body)} => (assert ({_name(head)})))"
    for ref in certain:
        yield f"(defrule c{_name(ref)} ({_name(ref)}) => (bind ?*{_name(ref)}* 1))"
    for n, group in enumerate(base.evidence):
        for size, rule in group.pieces:
            yield f"(defrule e-{rule} ({_name(base.rule_ref(rule))}) => (bind ?*g{n}* (max ?*g{n}* {size})))"
    for value in VERDICTS:
        yield f"(defrule p-{value} ({_name(base.value_ref('process', value))}) => (bind ?*process* {value}))"
    for node, (kind, _) in enumerate(base.graph.nodes):
        if kind == LEAF:  # calling a function by its name is the fastest way to assert what a string names
            yield from (f"(deffunction {_name(ref)} () (assert ({_name(ref)})))" for ref in (node, ~node))
    yield "(deffunction given ($?answers) (foreach ?answer ?answers (funcall ?answer)))"
    yield f"(deffunction verdict () {' '.join([*_sums(base), *(_decide(node, test) for node, test in late)])})"


def _sums(base: Base) -> Iterator[str]:
    for process, dimension in EVERY_SUM:
        parts = [
            f"(* {group.sign} ?*g{n}*)"
            for n, group in enumerate(base.evidence)
            if (group.process, group.dimension) == (process, dimension)
        ]
        yield f"(bind ?*{dimension}_{process}* (+ 0 0 {' '.join(parts)}))"
    for name, dimensions in SUMS.items():
        for process in PROCESSES:
            parts = [f"?*{dimension}_{process}*" for dimension in dimensions]
            yield f"(bind ?*{name}_{process}* (/ (+ {' '.join(parts)}) 1000000000.0))"


def _decide(node: Ref, test: Compare | Standing) -> str:
    if isinstance(test, Standing):
        lifted = "".join(f" (= ?*{_name(exception)}* 0)" for exception in test.exceptions)
        condition = f"(and TRUE (= ?*{_name(test.condition)}* 1){lifted})"
    else:
        operator = {"==": "=", "!=": "<>"}.get(test.operator, test.operator)
        condition = f"({operator} {_number(test.left)} {_number(test.right)})"
    return f"(if {condition} then (assert ({_name(node)})) else (assert ({_name(~node)})))"


def _number(tree: Number) -> str:
    if isinstance(tree, Constant):
        return repr(tree.value)
    if isinstance(tree, Quantity):
        return f"?*{tree.name}*"
    return f"({tree.operator} {_number(tree.left)} {_number(tree.right)})"


def given(base: Base, case: Case) -> str:
    """The call that asserts the leaf tests of one company."""
    return f"(given {' '.join(map(_name, answers(base, Company(base, case.values))))})"


class Clips:
    """CLIPS with the rules loaded. It slows down with use, so whoever assesses many builds it anew now and then."""

    def __init__(self, program: Iterable[str]) -> None:
        self.environment = clips.Environment()
        for router in self.environment.routers():
            router.deactivate()  # it is asked about every character read, for the sake of longer error messages
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

    def truth(self, base: Base) -> Truth:
        """The truth of every node for the company just assessed."""
        found = {fact.template.name for fact in self.environment.facts()}
        nodes = range(len(base.graph.nodes))
        return Truth([int(_name(node) in found) for node in nodes], [int(_name(~node) in found) for node in nodes])

    def sums(self) -> Sums:
        """The sums for the company just assessed."""
        names = " ".join(f"?*{dimension}_{process}*" for process, dimension in EVERY_SUM)
        total = dict(zip(EVERY_SUM, self.environment.eval(f"(create$ {names})")))
        return Sums(total, total)
