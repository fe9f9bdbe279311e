"""What a rule base says of scenarios, and where that differs from what they expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from salespath.authoring.scenarios import EXACT, Scenario
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.table import FactTable, Rows
from salespath.engine.walk import Walked, walk
from salespath.facts import Case
from salespath.rules.model import SOLD


class Results:
    """All companies of some scenarios, changed ones too, walked at once."""

    def __init__(self, base: Base, scenarios: Sequence[Scenario]) -> None:
        self.base = base
        self.scenarios = scenarios
        self.cases: list[Case] = [case for scenario in scenarios for case in scenario.cases]
        self.rows = Rows(base, FactTable.from_cases(base, self.cases))
        self.walked: Walked = walk(base, self.rows, settle=False)

    @cached_property
    def starts(self) -> dict[str, int]:
        """The row on which each scenario's company stands, its changed ones following."""
        rows = accumulate((len(scenario.cases) for scenario in self.scenarios), initial=0)
        return {scenario.sentence: row for scenario, row in zip(self.scenarios, rows)}

    @cached_property
    def _flags(self) -> dict[str, npt.NDArray[Any]]:
        count = len(self.cases)
        return {rule: np.unpackbits(self.walked.fired(rule), count=count) for rule in self.base.knowledge.rules}

    def fired(self, rule: str, row: int) -> bool:
        """Whether a rule fired for the company on a row; one that does not exist did not."""
        return rule in self._flags and bool(self._flags[rule][row])

    def differences(self, scenario: Scenario) -> Iterator[str]:
        """Every expectation of a scenario that does not hold, as a line to read."""
        row, expect = self.starts[scenario.sentence], scenario.expect
        wanted = (*scenario.fired, *expect.get("warnings", ()))
        unwanted = (*scenario.not_fired, *expect.get("not_warnings", ()))
        yield from (f"expected to fire: {id_}" for id_ in wanted if not self.fired(id_, row))
        yield from (f"not expected to fire: {id_}" for id_ in unwanted if self.fired(id_, row))
        for flag in scenario.flags:
            level, _, rule = flag.partition(":")
            got = [
                name for name, so in self.walked.levels(rule).items() if np.unpackbits(so, count=len(self.cases))[row]
            ]
            if got != [level]:
                yield f"flag {rule}: expected {level}, got {', '.join(got) or 'none'}"
        for (name, process), (low, high) in scenario.bands.items():
            total = self.walked.sums.total(process, name)
            net = certainty.net(int(np.broadcast_to(total, len(self.cases))[row]))
            if not low <= net <= high:
                yield f"{name} of {process}: expected {low:g} to {high:g}, got {net:.2f}"
        for place, case in enumerate(scenario.cases[1:], 1):
            still = place <= len(scenario.also)
            for id_ in scenario.fired:
                if self.fired(id_, row + place) != still:
                    yield f"{_changes_text(scenario.case, case)}: {id_} fires {'no more' if still else 'still'}"
        if expect:
            yield from _differences(expect, assess(self.base, scenario.case))


def _differences(expect: Mapping[str, Any], a: Assessment) -> Iterator[str]:
    """Where an assessment differs from what a scenario says under `expect`."""
    settled = "yes" if a.settled else "no"
    sold = [(name, getattr(a, name) or "none") for name in SOLD]
    verdict = (("process", a.process), ("lead", a.lead), ("leaning", a.leaning or "none"), ("settled", settled))
    for name, got in (*verdict, *sold):
        if expect.get(name, got) != got:
            more = f" (possible: {', '.join(a.possible)})" if name == "settled" else ""
            yield f"{name}: expected {expect[name]}, got {got}{more}"
    blocked, conflicts = {b.process for b in a.blockers}, {c.about for c in a.conflicts}
    for name, found in zip(EXACT, (blocked, conflicts, {p.code for p in a.problems})):
        if {*expect.get(name, ())} != found:
            wanted, seen = (", ".join(names) or "none" for names in (expect.get(name, ()), sorted(found)))
            yield f"{name}: expected {wanted}, got {seen}"
    done = {f"{item.topic}:{item.choice}" for item in a.advice if item.done}
    plan = {f"{item.topic}:{item.choice}{at}" for item in a.advice for at in ("", f"@{item.process}")}
    yield from (f"expected in the plan: {name}" for name in expect.get("advice", ()) if name not in plan)
    yield from (f"expected as in place: {name}" for name in expect.get("in_place", ()) if name not in done)
    yield from (f"not expected in the plan: {name}" for name in expect.get("not_advice", ()) if name in plan)


def _changes_text(case: Case, other: Case) -> str:
    """What differs between a company and its changed one: `customer_employees 1000 → 999`."""
    names = [name for name in {**case.values, **other.values} if case.values.get(name) != other.values.get(name)]
    return ", ".join(f"{name} {_value(case, name)} → {_value(other, name)}" for name in names) or "nothing changed"


def _value(case: Case, name: str) -> str:
    value = case.values.get(name, "unknown")
    return f"[{', '.join(sorted(value))}]" if isinstance(value, frozenset) else str(value)


@dataclass(frozen=True)
class Failure:
    """A scenario that does not hold: what differs, and what was said of its company."""

    scenario: Scenario
    differences: tuple[str, ...]
    assessment: Assessment


def failures(results: Results) -> list[Failure]:
    """The scenarios that do not hold."""
    wrong = [(scenario, tuple(results.differences(scenario))) for scenario in results.scenarios]
    return [Failure(s, differing, assess(results.base, s.case)) for s, differing in wrong if differing]
