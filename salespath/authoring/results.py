"""What a rule base says of scenarios, and where that differs from what they expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from salespath.authoring.scenarios import EXACT, Scenario
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.table import Bits, Rows, Table
from salespath.engine.walk import Walked, walk
from salespath.facts import Case
from salespath.rules.model import Block, Conclude, Weigh


class Results:
    """All companies of some scenarios, changed ones too, walked at once."""

    def __init__(self, base: Base, scenarios: Sequence[Scenario]) -> None:
        self.base = base
        self.scenarios = scenarios
        self.cases: list[Case] = [case for scenario in scenarios for case in scenario.cases]
        self.rows = Rows(base, Table.from_cases(base, self.cases))
        self.walked: Walked = walk(base, self.rows, settle=False)
        self.inside: Bits = self.rows.pack(True)
        self._fired: dict[str, npt.NDArray[Any]] = {}

    @cached_property
    def starts(self) -> dict[str, int]:
        """The row on which each scenario's company stands, its changed ones following."""
        found, row = {}, 0
        for scenario in self.scenarios:
            found[scenario.sentence] = row
            row += len(scenario.cases)
        return found

    def fired(self, rule: str, row: int) -> bool:
        """Whether a rule fired for the company on a row; one that does not exist did not."""
        if rule not in self._fired:
            bits = self.walked.fired(rule) if rule in self.base.knowledge.rules else self.rows.zero
            self._fired[rule] = np.unpackbits(bits, count=len(self.cases))
        return bool(self._fired[rule][row])

    def differences(self, scenario: Scenario) -> Iterator[str]:
        """Every expectation of a scenario that does not hold, as a line to read."""
        row = self.starts[scenario.sentence]
        yield from (f"expected to fire: {id_}" for id_ in scenario.must_fire if not self.fired(id_, row))
        yield from (f"not expected to fire: {id_}" for id_ in scenario.must_not_fire if self.fired(id_, row))
        for (name, process), (low, high) in scenario.bands.items():
            total = self.walked.sums.total(process, name)
            got = certainty.net(int(np.broadcast_to(total, len(self.cases))[row]))
            if not low <= got <= high:
                yield f"{name} of {process}: expected {low:g} to {high:g}, got {got:.2f}"
        changes = [(case, True) for case in scenario.also] + [(case, False) for case in scenario.unless]
        for place, (case, wanted) in enumerate(changes, row + 1):
            for id_ in scenario.fired:
                if self.fired(id_, place) != wanted:
                    what = "fires no more" if wanted else "fires still"
                    yield f"{changed(scenario.case, case)}: {id_} {what}"
        if scenario.expect:
            yield from differences(scenario, assess(self.base, scenario.case))


def differences(scenario: Scenario, a: Assessment) -> Iterator[str]:
    """Where an assessment differs from what a scenario says under `expect`."""
    expect = scenario.expect
    settled = "yes" if a.settled else "no"
    got_one = {"process": a.process, "lead": a.lead, "leaning": a.leaning or "none", "settled": settled}
    for name, got in got_one.items():
        if expect.get(name, got) != got:
            more = f" (possible: {', '.join(a.possible)})" if name == "settled" else ""
            yield f"{name}: expected {expect[name]}, got {got}{more}"
    blocked, conflicts = {b.process for b in a.blockers}, {c.about for c in a.conflicts}
    for name, got_all in zip(EXACT, (blocked, conflicts, {p.code for p in a.problems})):
        if set(expect.get(name, ())) != got_all:
            yield f"{name}: expected {_list(expect.get(name, ()))}, got {_list(sorted(got_all))}"
    plan = {f"{item.topic}:{item.choice}" for item in a.advice}
    plan |= {f"{item.topic}:{item.choice}@{item.process}" for item in a.advice}
    done = {f"{item.topic}:{item.choice}" for item in a.advice if item.done}
    yield from (f"expected in the plan: {name}" for name in expect.get("advice", ()) if name not in plan)
    yield from (f"expected as in place: {name}" for name in expect.get("in_place", ()) if name not in done)
    yield from (f"not expected in the plan: {name}" for name in expect.get("not_advice", ()) if name in plan)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def changed(case: Case, other: Case) -> str:
    """What differs between a company and its changed one: `customer_employees 1000 → 999`."""
    names = [name for name in {**case.values, **other.values} if case.values.get(name) != other.values.get(name)]
    return ", ".join(f"{name} {_value(case, name)} → {_value(other, name)}" for name in names) or "nothing changed"


def _value(case: Case, name: str) -> str:
    value = case.values.get(name)
    if value is None:
        return "unknown"
    return f"[{', '.join(sorted(value))}]" if isinstance(value, frozenset) else str(value)


@dataclass(frozen=True)
class Failure:
    """A scenario that does not hold: what differs, and the rules that spoke."""

    scenario: Scenario
    differences: tuple[str, ...]
    spoken: tuple[str, ...]


def failures(results: Results) -> list[Failure]:
    """The scenarios that do not hold."""
    found = []
    for scenario in results.scenarios:
        wrong = tuple(results.differences(scenario))
        if wrong:
            found.append(Failure(scenario, wrong, tuple(spoken(assess(results.base, scenario.case)))))
    return found


def spoken(assessment: Assessment) -> Iterator[str]:
    """The rules that spoke, the evidence with its net weight, the plan by topic."""
    rules = assessment.base.knowledge.rules
    for item in assessment.fired:
        match rules[item.rule].then:
            case Weigh(process, _, line):
                yield f"{process:10} {certainty.net(item.weight):+.2f} {line:15} {item.rule}"
            case Conclude() | Block():
                yield f"{rules[item.rule].kind:10}       {item.rule}"
    for advice in assessment.advice:
        yield f"plan  {advice.topic}:{advice.choice}@{advice.process}{' (in place)' if advice.done else ''}"
