"""The decision map: the verdict over one or two numbers of a company while the rest stays, with its own place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, product
from operator import itemgetter

from salespath.counsel.compare import behind_verdict, reason
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Verdict
from salespath.engine.base import Base
from salespath.engine.borders import Point, Stretch, stretches, turning_points, verdicts_along
from salespath.engine.company import Company
from salespath.engine.effects import between
from salespath.engine.intervals import decided, ends
from salespath.engine.placing import answers_for, with_answers
from salespath.engine.variants import processes_of
from salespath.facts import Case, Derived, Fact
from salespath.facts.objects import fits
from salespath.facts.values import LARGEST, Range
from salespath.files.problems import Problem, SalespathError, shown

COLUMNS, ROWS = 32, 24  # values at most along either axis, beside the company's own
LOGARITHMIC, LINEAR = "log", "linear"
_LADDERS = ((1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1,))  # values in each power of ten
_STEPS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 6, 12)


@dataclass(frozen=True)
class Scale:
    """A number, the values at which the verdict is given, in order, the place among them of the company's own, and its stretches.

    The own value is infinity where it is unlimited. Where only a range is known it is that range, and where it is not known or
    cannot be computed None; either stands before all others, which hold the ends of the range. The stretches are exact and lead
    through the company's own place.
    """

    fact: str
    kind: str
    values: tuple[float | Range | None, ...]
    own: int
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Interval:
    """Values of a number, from the first to the last, that give one verdict.

    `turns` are the rules through which it is another than that of the values before, what moves most first, each with its reason
    and whether that is one that no longer holds.
    """

    first: float
    last: float
    verdict: Verdict
    turns: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class DecisionMap:
    """The process at each value of the first axis (across), for each value of the second (a row each; of one axis, one row).

    Of one axis the `intervals` are exact.
    """

    assessment: Assessment
    scales: tuple[Scale, ...]
    grid: tuple[tuple[str, ...], ...]
    intervals: tuple[Interval, ...] = ()


def decision_map(base: Base, case: Case, names: Sequence[str]) -> DecisionMap:
    """The verdict over one or two numbers, facts or computed.

    Raises SalespathError: SP111 for a number that there is not, SP154 for what is no number or named twice.
    """
    _check(base, names)
    facts = case.values
    company = Company(base, facts)
    own = {name: _own(company, name) for name in names}
    scales = []
    for name, most in zip(names, (COLUMNS, ROWS)):
        here = own[name]
        others = {n: number for n, number in own.items() if n != name and isinstance(number, (int, float))}
        given = ends(here) if here is not None else ()
        kind, some = _values(base.vocabulary[name], turning_points(base, facts, name), given, most)
        values = (*(() if isinstance(here, (int, float)) else (here,)), *some)
        scales.append(Scale(name, kind, values, values.index(here), stretches(base, facts, name, others)))
    rows = scales[1].values if scales[1:] else (None,)
    cells = [dict(zip(names, (across, up))) for up, across in product(rows, scales[0].values)]
    answers = [
        answers_for(base, facts, {n: v for n, v in cell.items() if isinstance(v, (int, float))}) for cell in cells
    ]
    found = iter(processes_of(base, facts, answers))
    grid = tuple(tuple(islice(found, len(scales[0].values))) for _ in rows)
    intervals = () if names[1:] else tuple(_intervals(base, case, names[0]))
    return DecisionMap(assess(base, case), tuple(scales), grid, intervals)


def _own(company: Company, name: str) -> float | Range | None:
    """A number of a company, or the range in which it lies; None where it is unknown or undefined."""
    value = company.extent(name)
    if isinstance(value, Range):
        return value if decided(value) else None
    return None if value is None or math.isnan(value) else value


def _intervals(base: Base, case: Case, name: str) -> Iterator[Interval]:
    """The verdict all along one number, and what turns it."""
    before: Point | None = None
    for verdict, points in groupby(verdicts_along(base, case.values, name), key=itemgetter(1)):
        some = [point for point, _ in points]
        turns = _turns(base, case, before, some[0]) if before else ()
        yield Interval(some[0][0], some[-1][0], verdict, tuple(turns))
        before = some[-1]


def _turns(base: Base, case: Case, below: Point, above: Point) -> Iterator[tuple[str, str, bool]]:
    """What turns the verdict between two points; nothing is said of values that no company could give."""
    values = [with_answers(case.values, answers) for _, answers in (below, above)]
    if not all(fits(base.vocabulary[name], value) for some in values for name, value in some.items()):
        return
    before, here = (assess(base, case.trial(some)) for some in values)
    for rule, side in behind_verdict(between(before, here, items=False), (before, here)):
        yield rule, reason(rule, side), side is before


def _check(base: Base, names: Sequence[str]) -> None:
    problems = []
    for name in names:
        if name not in base.vocabulary:
            hint = base.vocabulary.suggestion(name)
            problems.append(Problem("SP111", f"there is no fact {shown(name) or 'without a name'}.{hint}", value=name))
        elif not base.vocabulary[name].numeric:
            value = next(iter(base.vocabulary[name].values), "yes")
            hint = f"a map is drawn over one number or two. Try its other answers with --set {name}={value}."
            problems.append(Problem("SP154", f"{name} is no number; {hint}"))
    if len(set(names)) < len(names):
        problems.append(Problem("SP154", f"{names[0]} is named twice; a map is drawn over two numbers."))
    if problems:
        raise SalespathError(problems)


def _values(term: Fact | Derived, turning: Sequence[float], own: Sequence[float], most: int) -> tuple[str, list[float]]:
    """The scale of an axis, and its values: round ones around all points where a test turns, and the company's own (ends)."""
    scale = LINEAR if term.unit in ("months", "years") or term.type == "share" else LOGARITHMIC
    given = [value for value in own if abs(value) < LARGEST or value == math.inf]
    least = 100 if term.type == "money" else 0  # whether there is a dollar at all is seen at nothing
    around = [abs(value) for value in turning or given if least < abs(value) < math.inf]
    around = around or [1 if scale == LINEAR else 1000]
    some = _even(max(around) * 1.25, most) if scale == LINEAR else _ladder(min(around) / 2, max(around) * 2, most)
    zero = [0.0] if scale == LOGARITHMIC and 1 in turning else []
    found = {value for value in (*zero, *some) if _can_be(term, value)}
    values = sorted({*found, *given})
    return scale, [int(value) if math.isfinite(value) and value == int(value) else value for value in values]


def _can_be(term: Fact | Derived, value: float) -> bool:
    if (term.minimum is not None and value < term.minimum) or (term.above is not None and value <= term.above):
        return False
    return (term.maximum is None or value <= term.maximum) and (term.type != "integer" or value == int(value))


def _even(high: float, most: int) -> Iterator[float]:
    """Even steps from nothing to a value, as many as there may be."""
    step = next((step for step in _STEPS if high / step < most), math.ceil(high / most))
    for place in range(math.ceil(high / step) + 1):
        yield round(place * step, 2)


def _ladder(low: float, high: float, most: int) -> list[float]:
    """Round values that grow in about even ratios, as many as there may be."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ladders = [[round(part * 10.0**power, 4) for power in powers for part in ladder] for ladder in _LADDERS]
    inside = [[value for value in ladder if low <= value <= high] for ladder in ladders]
    return next((values for values in inside if len(values) <= most), inside[-1])
