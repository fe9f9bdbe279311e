"""Where a verdict turns as one number of a company moves and the rest stays: all along it, and near what it is now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Annotated

from salespath.engine.assessment import Verdict
from salespath.engine.base import Base
from salespath.engine.cells import PARTS, as_number, begins, bounds, limits
from salespath.engine.company import Company
from salespath.engine.placing import Answers, answers_for, with_answers
from salespath.engine.turning import readers
from salespath.engine.variants import processes_of
from salespath.engine.walk import walk
from salespath.facts import Value
from salespath.rules.model import AnyVerdict

NEAR = 0.2  # of a value; of months one month, or half of what there is

Point = tuple[float, Answers]  # what a number is, and the answers that make it so


@dataclass(frozen=True)
class Stretch:
    """Values of a number, from the first to the last (in whole dollars, customers, tenths of a month), that give one process."""

    first: float
    last: float
    process: str


@dataclass(frozen=True)
class Near:
    """A number of a company, its value, and the nearest one on a side (`below` or `above`) that gives another process.

    `limit` is the value next to `at` where the process is still the present one, if that is what a rule names.
    """

    fact: str
    value: float
    at: float
    side: Annotated[str, ("enum", ("below", "above"))]
    to: AnyVerdict
    limit: float | None


def stretches(
    base: Base, facts: Mapping[str, Value], name: str, others: Mapping[str, float] | None = None
) -> tuple[Stretch, ...]:
    """The process all along one number, in order, with some `others` made so. Of one that no test reads there is one stretch."""
    line = list(_points(base, facts, name, others=others or {}))
    return _stretches(line, processes_of(base, facts, [answers for _, answers in line]))


def verdicts_along(base: Base, facts: Mapping[str, Value], name: str) -> list[tuple[Point, Verdict]]:
    """The verdict, with what goes first and where it leans, at the ends of a number and on both sides of all that turns."""
    found = []
    for value, answers in _points(base, facts, name):
        company = Company(base, with_answers(facts, answers))
        found.append(((value, answers), walk(base, company, settle=False, plan=False).verdict))
    return found


def turning_points(base: Base, facts: Mapping[str, Value], name: str) -> list[float]:
    """The values on both sides of every point where a test that the verdict reads turns, between the least and the largest."""
    return [value for value, _ in _points(base, facts, name)][1:-1]


def near(base: Base, facts: Mapping[str, Value]) -> tuple[Near, ...]:
    """The borders within a fifth of a company's numbers (of months within one too), the nearest first.

    Asked are the core facts and what is computed; a computed number stands for those that it is computed from.
    """
    values = {name: value for name, value in _values(base, facts) if name in readers(base)}
    lines: dict[str, list[Point]] = {}
    for name, value in values.items():
        month = min(1, value / 2) if base.vocabulary[name].unit == "months" else 0
        reach = max(NEAR * abs(value), month)
        around = _points(base, facts, name, value - reach, value + reach)
        lines[name] = sorted([*around, (value, {})], key=itemgetter(0))
    found: list[Near] = []
    told: set[str] = set()
    given = iter(processes_of(base, facts, [answers for line in lines.values() for _, answers in line]))
    for name, line in lines.items():
        some = list(_beside(base, name, values[name], _stretches(line, given)))
        if some and not base.behind([name]) & told:
            found.extend(some)
            told |= base.behind([name])
    return tuple(sorted(found, key=lambda item: abs((item.at - item.value) / item.value)))


def _values(base: Base, facts: Mapping[str, Value]) -> Iterator[tuple[str, float]]:
    """The computed numbers of a company and its core facts, those that are known and not nothing."""
    company, vocabulary = Company(base, facts), base.vocabulary
    for name in (*vocabulary.derived, *(fact.id for fact in vocabulary.facts.values() if fact.ask == "core")):
        value = company.number(name) if vocabulary[name].numeric else None
        if value and math.isfinite(value):
            yield name, int(value) if value == int(value) else value


def _beside(base: Base, name: str, value: float, some: Sequence[Stretch]) -> Iterator[Near]:
    """The border below a number and the one above it."""
    here = next(place for place, stretch in enumerate(some) if stretch.first <= value <= stretch.last)
    named = limits(base).get(name, ())
    below, above = some[:here][-1:], some[here + 1 :]
    for side, last, beyond in (("below", some[here].first, below), ("above", some[here].last, above)):
        for stretch in beyond[:1]:
            at = stretch.last if side == "below" else stretch.first
            yield Near(name, value, at, side, stretch.process, last if last in named and at not in named else None)


def _points(
    base: Base,
    facts: Mapping[str, Value],
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    others: Mapping[str, float] = {},
) -> Iterator[Point]:
    """The least and the largest that a number can be within bounds, and both sides of every point where a test turns.

    Each with the answers that make it so.
    """
    tests = dict.fromkeys(leaf for part in sorted(base.behind([name, *others])) for leaf in readers(base).get(part, ()))

    def answers(value: float) -> Answers:
        return answers_for(base, facts, {**others, name: value})

    def company(value: float) -> Company:
        return Company(base, with_answers(facts, answers(value)))

    term = base.vocabulary[name]
    step = PARTS.get(term.type, 1)
    least, most = bounds(term)
    first, last = math.ceil(max(least, low * step)), math.floor(min(most, high * step))
    cells = begins(term, tests, company, first, last)
    for point in sorted({*cells, *(point - 1 for point in cells if first < point < last)}):
        value = as_number(term, point)
        yield value, answers(value)


def _stretches(line: Iterable[Point], given: Iterator[str] | Sequence[str]) -> tuple[Stretch, ...]:
    runs = groupby(zip(line, given), key=itemgetter(1))
    groups = [(process, [value for (value, _), _ in group]) for process, group in runs]
    return tuple(Stretch(values[0], values[-1], process) for process, values in groups)
