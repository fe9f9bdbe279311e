"""The space of what is not known: every test of the facts that the verdict can depend on, and the ways in which it can turn out.

Tests that read one quantity turn out together: a *variable* is a quantity, a member of a set or a test that joins several
quantities, and its *outcomes* are the truth values that one value after another gives to its tests, or that it stays unknown. A
*partial company* gives each test a state: false, true, unknown for good, or open. Taking tests that share an input apart can only
add outcomes, so what holds for all outcomes holds for all companies.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, combinations
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.engine.base import Base
from salespath.engine.cells import cells, limits, points_of
from salespath.engine.company import Company
from salespath.engine.intervals import decided
from salespath.engine.table import PackedBits
from salespath.engine.walk import Walked, walk
from salespath.facts import Value
from salespath.facts.values import Range
from salespath.rules.language import Compare, Constant, Leaf, Member, Quantity, inputs

NO, YES, UNKNOWN, OPEN = range(4)
ODD = (-1.0, 1e300, math.inf)  # what a computed number may be and no answer is
States: TypeAlias = "npt.NDArray[np.int8]"  # a row for each partial company, a column for each test


@dataclass(frozen=True)
class Turnout:
    """How a variable can turn out: the states of its tests, and values that make them so (none: it stays unknown)."""

    states: tuple[int, ...]
    values: tuple[Value, ...]
    answer: bool = True  # whether somebody who is asked can say so


@dataclass(frozen=True)
class Variable:
    """Something that is one of several ways: a fact or derived number, a member of a set, or a test that joins or reckons."""

    name: str
    member: str
    facts: tuple[str, ...]  # the facts that settle it
    tests: tuple[int, ...]
    outcomes: tuple[Turnout, ...]


class Space:
    """The tests of one base and their variables."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.tests = base.tests
        self.places = {test: place for place, test in enumerate(self.tests)}
        self.variables: list[Variable] = list(self._variables())
        self.sets: dict[str, tuple[int, ...]] = {}
        for variable in self.variables:
            if variable.member:
                self.sets[variable.name] = self.sets.get(variable.name, ()) + variable.tests
        self.joined = list(self._joined())

    def narrowed(self, facts: Mapping[str, Value]) -> Space:
        """The space of a company that knows numbers as ranges: what these, and what rests on them, can still come to."""
        ranged = {name for name, value in facts.items() if isinstance(value, Range)}
        resting = {v.name for v in self.variables if v.name and self.base.behind([v.name], facts) & ranged}
        if not resting:
            return self
        found, company = copy(self), Company(self.base, facts)
        found.variables = [
            replace(v, outcomes=tuple(self._within(company, v))) if v.name in resting else v for v in self.variables
        ]
        found.joined = list(self._joined(resting))
        return found

    def _within(self, company: Company, variable: Variable) -> Iterator[Turnout]:
        """The outcomes of a number that is known as a range or rests on one: as a point of its range, and as a part of it.

        Of a fact only the whole of it is such a part, as it is answered or stays.
        """
        name, tests, found = variable.name, variable.tests, dict[tuple[int, ...], list[Value]]()
        extent, computed = company.extent(name), name not in company.facts
        if isinstance(extent, Range) and decided(extent):
            points = list(points_of(self.base.vocabulary[name], extent, limits(self.base).get(name, ())))
            whole = self._states({name: extent}, tests)
        else:
            points = sorted([*chain.from_iterable(o.values for o in variable.outcomes), *ODD], key=float)
            whole = (UNKNOWN,) * len(tests)
        for value in points:
            found.setdefault(self._states({name: value}, tests), []).append(value)
        for low, high in combinations(points, 2) if computed else ():
            found.setdefault(self._states({name: Range(low, high)}, tests), [])
        found.setdefault(whole, [])
        for states, values in found.items():
            able = tuple(value for value in values if value not in ODD)
            yield Turnout(states, able, bool(able))

    def _variables(self) -> Iterator[Variable]:
        base = self.base
        values = cells(base)
        groups: dict[tuple[str, str], list[int]] = {}
        for place, test in enumerate(self.tests):
            match test:
                case Compare(_, Quantity(name), Constant()):
                    key = name, ""
                case Compare():
                    key = "", str(place)
                case Member(name, member):
                    key = name, member
                case _:
                    key = test.name, ""
            groups.setdefault(key, []).append(place)
        for (name, member), places in groups.items():
            tests = tuple(places)
            if not name:
                outcomes = [Turnout((state,), (), state != UNKNOWN) for state in (YES, NO, UNKNOWN)]
            elif member:
                outcomes = [Turnout((YES,) * len(tests), ()), Turnout((NO,) * len(tests), ())]
            else:
                outcomes = self._outcomes(name, tests, values[name])
            facts = tuple(base.facts_behind(read for test in tests for read in inputs(self.tests[test])))
            yield Variable(name, member, facts, tests, tuple(outcomes))

    def _joined(self, ranged: Collection[str] = ()) -> Iterator[tuple[int, list[int]]]:
        """A test that joins quantities, and one of the tests on each of them alone; what is `ranged` may be known in part."""
        alone = {v.name: v.tests[0] for v in self.variables if not v.member and v.name not in ranged}
        for variable in self.variables:
            if not variable.name:
                (place,) = variable.tests
                yield place, [alone[name] for name in inputs(self.tests[place]) if name in alone]

    def _outcomes(self, name: str, tests: tuple[int, ...], values: list[Value]) -> list[Turnout]:
        """The outcomes of a quantity. A computed one can leave its range, or be unlimited."""
        found: dict[tuple[int, ...], list[Value]] = {}
        for value in values:
            found.setdefault(self._states({name: value}, tests), []).append(value)
        if name in self.base.vocabulary.derived:
            for odd in ODD:
                found.setdefault(self._states({name: odd}, tests), [])
        found.setdefault((UNKNOWN,) * len(tests), [])
        return [Turnout(states, tuple(values), bool(values)) for states, values in found.items()]

    def _states(self, facts: Mapping[str, Value], tests: Iterable[int], undecided: int = UNKNOWN) -> tuple[int, ...]:
        found = map(Company(self.base, facts).test, (self.tests[test] for test in tests))
        return tuple(YES if t else NO if f else undecided if u else UNKNOWN for t, f, u in found)

    def root(self, facts: Mapping[str, Value]) -> States:
        """The partial company of some facts: what they do not decide is open."""
        return np.array([self._states(facts, range(len(self.tests)), OPEN)], dtype=np.int8)

    def open(self, states: States) -> list[Variable]:
        """The variables that are open in the first row: of a number that is known as a range perhaps some tests only."""
        return [variable for variable in self.variables if (states[0, list(variable.tests)] == OPEN).any()]

    def branched(self, rows: States, variable: Variable) -> States:
        """Every row with every outcome of a variable. A set of which nothing is known yet may also stay unknown."""
        parts, tests = [], list(variable.tests)
        for outcome in variable.outcomes:
            part = rows.copy()
            part[:, tests] = outcome.states
            parts.append(part)
        if variable.member:
            all_of_it = list(self.sets[variable.name])
            part = rows[(rows[:, all_of_it] == OPEN).all(axis=1)]
            part[:, all_of_it] = UNKNOWN
            parts.append(part)
        return self._consistent(np.concatenate(parts))

    def _consistent(self, rows: States) -> States:
        """A test that joins quantities is unknown if one of them stays so, and only then."""
        keep = np.ones(len(rows), dtype=bool)
        for place, alone in self.joined:
            unknown = (rows[:, alone] == UNKNOWN).any(axis=1)
            rows[unknown & (rows[:, place] == OPEN), place] = UNKNOWN
            keep &= ~(unknown & (rows[:, place] != UNKNOWN))
        return rows[keep]

    def walked(self, rows: States) -> tuple[Walked, _Partial]:
        """The walk over partial companies; `possible` says which processes remain possible for each."""
        carrier = _Partial(self, rows)
        return walk(self.base, carrier, plan=False), carrier


space = cache(Space)


class _Partial(PackedBits):
    """The carrier for partial companies: their states as packed bits."""

    def __init__(self, space: Space, rows: States) -> None:
        super().__init__(len(rows))
        self.places = space.places
        columns = np.ascontiguousarray(rows.T)
        self.bits = [np.packbits(columns == state, axis=1) for state in (YES, NO, OPEN)]

    def test(self, leaf: Leaf) -> tuple[Any, Any, Any]:
        """Whether a test is true, false, open."""
        place = self.places[leaf]
        return self.bits[0][place], self.bits[1][place], self.bits[2][place]
