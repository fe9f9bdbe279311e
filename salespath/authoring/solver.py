"""Is there a company for which …? Decided by Z3 over the facts as the vocabulary allows them, unknown ones included.

Every node of the compiled graph becomes two propositions, *true* and *false*, over variables for the facts: whether each is known,
and its value. Choices, yes/no and set members are finite; numbers are reals or integers in their range, so a comparison cuts them
into cells exactly, one that joins several facts too. What is found is a company that the ordinary walk confirms; what is not found
is proved impossible, unless the solver gives up (a product or quotient of unknowns can be too hard), which is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

from salespath.authoring.symbolic import SymbolicNumber, calculate, compare, finite, z3
from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.intervals import possible
from salespath.engine.truth_graph import GraphLeaf, Ref, Standing
from salespath.engine.walk import SUMS, walk
from salespath.facts import Derived, Fact, Value
from salespath.rules.language import Arithmetic, Compare, Constant, Count, Known, Leaf, Member, Number, OneOf, Quantity

# A node, and whether it is true; `~` of a node is that it is false; an unknown one is neither
Literal = tuple[Ref, bool]
TRIES = 4
# Z3 counts its steps; unlike time their number is the same everywhere, some eleven million a second.
EFFORT = 10_000_000  # of a question: the hardest of the shipped rules takes half of it
BUDGET = 150_000_000  # of all questions of a check: the shipped rules take a third of it
LEAST = 100_000  # what any question counts for, with all that is done around it


class GaveUp(Exception):
    """The solver could neither find a company nor prove that there is none."""


class SpentBudget(GaveUp):
    """The questions before have taken all the steps that a check may take."""


class Budget:
    """The steps that are left for the questions about one base."""

    def __init__(self, steps: int = BUDGET) -> None:
        self.left = steps

    def take(self) -> int:
        """The most that the next question may take. Raises SpentBudget."""
        if self.left <= 0:
            raise SpentBudget
        return min(EFFORT, self.left)


class _Variable(NamedTuple):
    """What stands for a fact: whether it is known, and a value (a proposition for each member of a set)."""

    known: Any
    value: Any


class Solver:
    """Questions about one base, within a budget."""

    def __init__(self, base: Base, budget: Budget | None = None) -> None:
        self.base, self.budget = base, budget or Budget()
        self.variables: dict[str, _Variable] = {}
        self.domains: dict[str, list[Any]] = {}
        self._nodes: dict[Ref, tuple[Any, ...]] = {}
        self._numbers: dict[tuple[Number, bool], SymbolicNumber] = {}
        self._sums: dict[str, Any] = {}

    def find(self, *literals: Literal) -> dict[str, Value] | None:
        """The facts of a company for which all literals hold, or None if there can be none. Raises GaveUp."""
        wanted = self.wanted(literals)
        for attempt in range(TRIES):
            model = self.solve(wanted)
            if model is None:
                if attempt:
                    break
                return None
            facts = self._facts(model)
            if holds(self.base, facts, literals):
                return facts
            numbers = [v.value for v in self.variables.values() if z3.is_arith(v.value) and model[v.value] is not None]
            wanted.append(z3.Or([n != model[n] for n in numbers]))  # machine numbers make something else of these
        raise GaveUp

    def wanted(self, literals: Iterable[Literal]) -> list[Any]:
        """That all literals hold, as propositions."""
        return [self.pair(ref)[0] if so else z3.Not(self.pair(ref)[0]) for ref, so in literals]

    def solve(self, wanted: list[Any]) -> Any:
        """A model of some propositions, or None where there is none. Raises GaveUp."""
        wanted = [*wanted, *chain.from_iterable(self.domains.values())]
        for solver in (z3.SimpleSolver, z3.Solver):  # the first is the quicker one by far, where it finds an answer
            with suppress(GaveUp):
                return self._model(solver(), wanted)
        again = z3.SimpleSolver()  # what is found depends on what was asked before: with other guesses it may be
        again.set(random_seed=1)
        return self._model(again, wanted)

    def _model(self, solver: Any, wanted: Iterable[Any]) -> Any:
        # The search by cells of polynomials has single steps that take minutes; without it such a question stays open.
        cells = {"arith.nl.nra": False, "arith.nl.nra_check_assignment": False}
        solver.set(rlimit=self.budget.take(), **cells)
        solver.add(*wanted)
        before = _steps(solver)
        answer = solver.check()
        self.budget.left -= max(LEAST, _steps(solver) - before)
        if answer == z3.unknown:
            raise GaveUp
        return None if answer == z3.unsat else solver.model()

    # Nodes

    def pair(self, ref: Ref) -> tuple[Any, ...]:
        """That a node is true, and that it is false."""
        return self.base.graph.evaluate(ref, self._leaf, z3.And, z3.Or, self._nodes)

    def _leaf(self, leaf: GraphLeaf) -> tuple[Any, ...]:
        if isinstance(leaf, Standing):
            lifted = [self.pair(exception)[0] for exception in leaf.exceptions]
            true = z3.And(self.pair(leaf.condition)[0], z3.Not(z3.Or(lifted)))
            return true, z3.Not(true)
        return self._test(leaf)

    def _test(self, leaf: Leaf) -> tuple[Any, Any]:
        vocabulary = self.base.vocabulary
        match leaf:
            case Compare(operator):
                left, right = self._number(leaf.left), self._number(leaf.right)
                decided = z3.And(left.known, right.known)
                true = compare(operator, left, right)
            case Known(name):
                numeric = vocabulary[name].numeric
                known = self._number(Quantity(name)).known if numeric else self._variable(name).known
                return known, z3.Not(known)
            case Member(name, value):
                variable = self._variable(name)
                decided, true = variable.known, variable.value[value]
            case OneOf(name, values):
                variable = self._variable(name)
                codes = list(vocabulary[name].values)
                decided = variable.known
                true = z3.Or([variable.value == (v if isinstance(v, bool) else codes.index(v)) for v in values])
        return z3.And(decided, true), z3.And(decided, z3.Not(true))

    # Facts

    def _variable(self, name: str) -> _Variable:
        if name not in self.variables:
            fact = self.base.vocabulary[name]
            value: Any
            match fact.type:
                case "set":
                    value = {v: z3.Bool(f"{name} has {v}") for v in fact.values}
                case "boolean":
                    value = z3.Bool(name)
                case "choice":
                    value = z3.Int(name)
                    self.domains[name] = [value >= 0, value < len(fact.values)]
                case _:
                    value = z3.Int(name) if fact.type == "integer" else z3.Real(name)
                    self.domains[name] = list(_range(fact, value))
            self.variables[name] = _Variable(z3.Bool(f"known {name}"), value)
        return self.variables[name]

    def _number(self, tree: Number, unlimited: bool = False) -> SymbolicNumber:
        key = (tree, unlimited)
        if key not in self._numbers:
            self._numbers[key] = self._make_number(tree, unlimited)
        return self._numbers[key]

    def _make_number(self, tree: Number, unlimited: bool) -> SymbolicNumber:
        match tree:
            case Constant(value):
                return finite(z3.RealVal(value))
            case Quantity(name) if name in self.base.vocabulary:
                return self._quantity(name)
            case Quantity(name):  # a number of the verdict
                return finite(z3.ToReal(self._sum(name)) / certainty.SCALE)
            case Count(name):
                variable = self._variable(name)
                size = z3.Sum([z3.If(member, 1, 0) for member in variable.value.values()])
                return finite(z3.ToReal(size), variable.known)
            case Arithmetic(operator, left, right):
                a, b = self._number(left, unlimited), self._number(right, unlimited)
                return calculate(operator, a, b, unlimited)

    def _quantity(self, name: str) -> SymbolicNumber:
        """A fact or derived number; a given one wins over the computed one."""
        variable = self._variable(name)
        value = z3.ToReal(variable.value) if variable.value.is_int() else variable.value
        formula = self.base.formula(name)
        if formula is None:
            return finite(value, variable.known)
        term = self.base.vocabulary.derived[name]
        number = self._number(formula, term.unlimited)
        computed = z3.Not(variable.known)
        return SymbolicNumber(
            z3.Or(variable.known, z3.And(number.known, _makes_sense(term, number))),
            z3.And(computed, number.above),
            z3.And(computed, number.below),
            z3.If(variable.known, value, number.value),
        )

    def _sum(self, quantity: str) -> Any:
        """A number of the verdict, in units of its sum."""
        if quantity not in self._sums:
            name, process = quantity.split("_", 1)
            parts = [z3.IntVal(0)]
            for group in self.base.evidence:
                if group.process == process and group.dimension in SUMS[name]:
                    size: Any = z3.IntVal(0)
                    for weight, rule in reversed(group.pieces):
                        size = z3.If(self.pair(self.base.rule_ref(rule))[0], z3.IntVal(group.sign * weight), size)
                    parts.append(size)
            self._sums[quantity] = z3.Sum(parts)
        return self._sums[quantity]

    # From a model to facts

    def _facts(self, model: Any) -> dict[str, Value]:
        """The facts that are known in a model."""
        found: dict[str, Value] = {}
        for name in self.base.vocabulary.ordered(self.variables):
            (known, value), fact = self.variables[name], self.base.vocabulary[name]
            if not z3.is_true(model[known]):
                continue
            read = value if fact.type == "set" else model.eval(value, model_completion=True)
            match fact.type:
                case "set":
                    found[name] = frozenset(v for v, member in value.items() if z3.is_true(model[member]))
                case "boolean":
                    found[name] = z3.is_true(read)
                case "choice":
                    found[name] = list(fact.values)[read.as_long()]
                case _:
                    found[name] = _machine(read)
        return found


class AnyEvidence(Solver):
    """The same where evidence may add up to anything: what is impossible even so is impossible, and quickly shown to be."""

    def _sum(self, quantity: str) -> Any:
        return z3.Int(quantity)


def holds(base: Base, facts: Mapping[str, Value], literals: Iterable[Literal]) -> bool:
    """Whether the ordinary walk finds all literals so for a company."""
    walked = walk(base, Company(base, facts), settle=False)
    return all(walked.is_so(ref) == wanted for ref, wanted in literals)


def _steps(solver: Any) -> int:
    """The steps taken so far, by all solvers together."""
    return int(next((value for name, value in solver.statistics() if name == "rlimit count"), 0))


def _makes_sense(term: Derived, number: SymbolicNumber) -> Any:
    """That a computed number is within its declared bounds, without which it is undefined."""
    least, most = possible(term)
    low = z3.BoolVal(True) if math.isinf(least) else number.value >= z3.RealVal(least)
    high = z3.BoolVal(True) if math.isinf(most) else number.value <= z3.RealVal(most)
    endless = z3.Or(z3.And(number.above, math.isinf(most)), z3.And(number.below, math.isinf(least)))
    return z3.Or(endless, z3.And(number.finite, low, high))


def _range(fact: Fact | Derived, value: Any) -> Iterable[Any]:
    if fact.minimum is not None:
        yield value >= z3.RealVal(fact.minimum)
    if fact.above is not None:
        yield value > z3.RealVal(fact.above)
    if fact.maximum is not None:
        yield value <= z3.RealVal(fact.maximum)


def _machine(value: Any) -> float | int:
    """A whole, rational or algebraic number as a machine number."""
    if z3.is_algebraic_value(value):
        value = value.approx(20)
    number = float(value.as_fraction()) if value.is_real() else value.as_long()
    return int(number) if number == int(number) else number
