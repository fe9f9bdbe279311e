"""What is possible under a rule base: seen in an example company, or else found or proved impossible by the solver."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from salespath.authoring.solver import AnyEvidence, Budget, GaveUp, Literal, Solver, SpentBudget, holds
from salespath.engine.base import Base
from salespath.engine.cells import companies
from salespath.engine.company import Company
from salespath.engine.table import FactTable, Rows
from salespath.engine.walk import Walked, walk
from salespath.facts import Value

EXAMPLES = 3000


class Possible:
    """Questions about one base, and how they were decided."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.examples = self.proofs = self.undecided = 0
        self._cases = list(companies(base, EXAMPLES, seed=1))
        self._rows = Rows(base, FactTable.from_cases(base, self._cases))
        self._walked = walk(base, self._rows, settle=False)
        budget = Budget()
        self._solver, self._loose = Solver(base, budget), AnyEvidence(base, budget)
        self._known: dict[tuple[Literal, ...], Mapping[str, Value] | None] = {}
        self._found: list[
            tuple[Mapping[str, Value], Walked]
        ] = []  # examples of the solver, which answer later questions too
        self._open: set[Literal] = set()  # what is too hard alone is so beside others

    def example(self, *literals: Literal) -> Mapping[str, Value] | None:
        """The facts of a company for which all literals hold, or None if there can be none. Raises GaveUp."""
        if literals not in self._known:
            bits = self._rows.pack(True)
            for ref, wanted in literals:
                bits = bits & (self._walked.is_so(ref) if wanted else ~self._walked.is_so(ref))
            flags = np.unpackbits(bits, count=len(self._cases))
            try:
                facts = self._cases[flags.argmax()].values if flags.any() else self._solved(literals)
            except GaveUp as error:
                self.undecided += 1
                if len(literals) == 1 and not isinstance(error, SpentBudget):
                    self._open.update(literals)
                raise
            self.examples += facts is not None
            self.proofs += facts is None
            self._known[literals] = facts
        return self._known[literals]

    def _solved(self, literals: tuple[Literal, ...]) -> Mapping[str, Value] | None:
        if not self._open.isdisjoint(literals):
            raise GaveUp
        for facts, walked in self._found:
            if all(walked.is_so(ref) == wanted for ref, wanted in literals):
                return facts
        loose = self._loose
        found = None if loose.solve(loose.wanted(literals)) is None else self._solver.find(*literals)
        if found is not None:
            self._found.append((found, walk(self.base, Company(self.base, found), settle=False)))
        return found

    def fewest(self, facts: Mapping[str, Value], *literals: Literal) -> dict[str, Value]:
        """The same example with no fact that it does not need."""
        kept = dict(facts)
        for name in facts:
            rest = {other: value for other, value in kept.items() if other != name}
            if holds(self.base, rest, literals):
                kept = rest
        return kept
