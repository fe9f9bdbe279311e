"""Settled, refuted or unproved: can any answers to the open questions change the process?

Two walks bound what is possible. Where they leave more than one process, completions are tried for one that changes it; if none
does, partial companies are branched on what is open, each with its own bounds, until no branch can give another process (proved), a
completion that the ordinary walk confirms does (refuted), or the budget is spent (unproved).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

import numpy as np
import numpy.typing as npt

from salespath.engine.assessment import Assessment, Question, Settlement
from salespath.engine.base import Base
from salespath.engine.company import process_of
from salespath.engine.intervals import is_open
from salespath.engine.placing import with_answers
from salespath.engine.questions import rank
from salespath.engine.space import NO, OPEN, UNKNOWN, YES, Space, States, Variable, space
from salespath.facts import Case, Value
from salespath.facts.cases import NAMELESS
from salespath.facts.objects import typed_case
from salespath.rules.language import VERDICT_NUMBERS
from salespath.rules.model import VERDICTS

BUDGET = 60_000  # partial companies
SAMPLES = 192  # completions tried before branching
BATCH = 512


def settle(base: Base, facts: Mapping[str, Value], *, every: bool = False) -> Settlement:
    """Whether the process is settled; with `every`, which of all processes are possible. The same facts give the same answer.

    Raises SalespathError as `assess` does.
    """
    typed = typed_case(base.vocabulary, Case(NAMELESS, facts)).values
    return _SettleSearch(space(base).narrowed(typed), typed, every).settlement()


def search_settled(assessment: Assessment, *, every: bool = False) -> Assessment:
    """The assessment with what the search adds: whether it is settled, and the questions left, the most telling first.

    With `every`, also which processes are possible, each witnessed, excluded or unproved.
    """
    a = assessment
    if a.settled and not every:
        return a
    found = settle(a.base, a.case.values, every=every)
    settled = found.settled and a.impossible is None
    return replace(
        a,
        settled=settled,
        settled_by=found.settled_by if settled or not found.settled else "unproved",
        possible=found.possible if every or found.settled else a.possible,
        next_questions=() if settled else most_telling(a),
        completions=found if every else None,
    )


def most_telling(a: Assessment) -> tuple[Question, ...]:
    """The questions left, those first that lift what stands in the way, then the most telling."""
    questions = {question.fact: question for question in a.next_questions}
    order = rank(a.base, a.case.values, questions) if questions else []
    return tuple(questions[name] for name in sorted(order, key=lambda name: name not in a.lifting))


@dataclass
class _SettleSearch:
    space: Space
    facts: Mapping[str, Value]
    every: bool
    examples: dict[str, Mapping[str, Value]] = field(default_factory=dict)

    def settlement(self) -> Settlement:
        root = self.space.root(self.facts)
        self.random = np.random.default_rng(1)
        walked, _ = self.space.walked(root)
        process = process_of(self.space.base, self.facts)
        self.examples[process] = dict(self.facts)
        left = [v for v in VERDICTS if walked.possible[v][0] >> 7 and v != process]
        if not left:
            return self._said(process, (), "bounds")
        self._try(np.repeat(root, SAMPLES, axis=0), left)
        proved = self._enough(left) or self._branch(root, left)
        by = "example" if len(self.examples) > 1 else "search" if proved else "unproved"
        return self._said(process, () if proved else [v for v in left if v not in self.examples], by)

    def _said(self, process: str, unproved: Iterable[str], by: str) -> Settlement:
        open_ = tuple(unproved)
        looked_at = () if by == "example" and not self.every else VERDICTS
        excluded = tuple(v for v in looked_at if v not in self.examples and v not in open_)
        return Settlement(process, self.examples, excluded, open_, by)

    def _enough(self, left: list[str]) -> bool:
        return len(self.examples) > 1 if not self.every else all(value in self.examples for value in left)

    # Completions

    def _try(self, rows: States, left: list[str]) -> None:
        """Complete partial companies at random, and keep an example of every process still wanted that the walk confirms."""
        wanted = [value for value in left if value not in self.examples]
        completed = self._completed(rows)
        walked, carrier = self.space.walked(completed)
        for value in wanted:
            for place in np.flatnonzero(carrier.expand(walked.has("process", value)))[:4]:
                if self._confirm(completed[place], value):
                    break

    def _completed(self, rows: States) -> States:
        found = rows.copy()
        count = len(rows)
        for tests in map(np.array, self.space.sets.values()):  # one set in six stays unknown
            free = (found[:, tests] == OPEN).all(axis=1) & (self.random.random(count) < 1 / 6)
            found[np.ix_(free, tests)] = UNKNOWN
        for variable in self.space.variables:
            free = np.flatnonzero((found[:, list(variable.tests)] == OPEN).any(axis=1))
            if len(free):
                states = np.array([outcome.states for outcome in variable.outcomes], dtype=np.int8)
                choice = self.random.integers(len(states), size=len(free))
                found[np.ix_(free, np.array(variable.tests))] = states[choice]
        return found

    def _confirm(self, row: npt.NDArray[np.int8], value: str) -> bool:
        """Whether values can be found that make a completed row a real company with that process."""
        for attempt in range(6):
            facts = self._values(row, attempt)
            if process_of(self.space.base, facts) == value:
                self.examples[value] = self._fewest(facts, value) if self.every else facts
                return True
        return False

    def _fewest(self, facts: dict[str, Value], value: str) -> dict[str, Value]:
        """The same example without answers that it does not need."""
        for name in sorted(name for name, value in facts.items() if value is not self.facts.get(name)):
            rest = with_answers(facts, {name: self.facts.get(name)})
            if process_of(self.space.base, rest) == value:
                facts = rest
        return facts

    def _values(self, row: npt.NDArray[np.int8], attempt: int) -> dict[str, Value]:
        found: dict[str, Value] = dict(self.facts)
        members: dict[str, list[str]] = {}
        for variable in self.space.variables:
            states = tuple(row[list(variable.tests)])
            if not (variable.name and is_open(self.facts, variable.name)):
                continue
            if variable.member:
                if states[0] in (YES, NO):
                    members.setdefault(variable.name, []).extend([variable.member] if states[0] == YES else ())
                continue
            values = next((o.values for o in variable.outcomes if o.states == states), ())
            if values:
                found[variable.name] = values[(attempt * 7 + len(found) * (attempt > 0)) % len(values)]
        found.update({name: frozenset(there) for name, there in members.items()})
        return found

    # Branching

    def _branch(self, root: States, left: list[str]) -> bool:
        """Whether it is proved, for every process without an example, that no completion gives it."""
        pending = [root]
        spent, proved = 0, True
        while pending:
            rows = pending.pop()
            variable = self._narrowing(rows[:1], left)
            if variable is None:  # closed, and yet no example: outcomes that no values make
                proved = False
                continue
            open_ = (rows[:, list(variable.tests)] == OPEN).any(axis=1)
            branched = np.concatenate([rows[~open_], self.space.branched(rows[open_], variable)])
            spent += len(branched)
            kept = branched[self._alive(branched, left)]
            if len(kept):
                self._try(kept[:SAMPLES], left)
                if self._enough(left):
                    return True
                if spent > BUDGET:
                    return False
                pending.extend(kept[start : start + BATCH] for start in range(0, len(kept), BATCH))
        return proved

    def _alive(self, rows: States, left: list[str]) -> npt.NDArray[np.bool_]:
        """The partial companies that can still give a process that has no example yet."""
        walked, carrier = self.space.walked(rows)
        wanted = [walked.possible[value] for value in left if value not in self.examples]
        found: npt.NDArray[np.bool_] = carrier.expand(reduce(or_, wanted, carrier.zero)).astype(bool)
        return found

    def _narrowing(self, row: States, left: list[str]) -> Variable | None:
        """The open variable of a partial company whose outcomes leave the least possible, on average."""
        variables = self.space.open(row)
        if not variables:
            return None
        parts = [self.space.branched(row, variable) for variable in variables]
        walked, carrier = self.space.walked(np.concatenate(parts))
        possible = sum(carrier.expand(walked.possible[value]) for value in left if value not in self.examples)
        width = sum(high - low for low, high in map(walked.wide.bounds, VERDICT_NUMBERS))
        ends = np.cumsum([len(part) for part in parts])[:-1]
        scores = [p.mean() + w.mean() / 10 for p, w in zip(np.split(possible, ends), np.split(width, ends))]
        return variables[int(np.argmin(scores))]
