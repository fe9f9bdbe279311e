"""Assumptions: published figures that stand in where a company does not know its own, and what its fact file sets instead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from salespath.facts import Case, Derived
from salespath.facts.values import BadValue, parse
from salespath.files.nodes import read
from salespath.files.problems import ERROR, Problem, SalespathError, shown, suggestion
from salespath.files.records import Record
from salespath.rules.model import PROCESSES

FILE = Path(__file__).with_name("assumptions.yaml")
CASES = ("low", "base", "high")  # worst, middle and best for the company
YOURS, SET, ASSUMED = "yours", "set", "assumed"


@dataclass(frozen=True)
class Estimate:
    """A figure in the low, base and high case, and where it comes from.

    `origin` is yours (from `facts`), set (in the file, under `assumptions`) or assumed (from `source`, as `says` tells). Money is
    US dollars, shares are 0 to 1.
    """

    id: str
    values: tuple[float, float, float]
    origin: str
    facts: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    says: str = ""


@dataclass(frozen=True)
class Assumption:
    """What is assumed of each process where the company does not know, and the facts that take its place, the first known one."""

    kind: Derived
    better: str
    facts: tuple[str, ...]
    whole_company: bool
    figures: Mapping[str, Estimate]


@dataclass(frozen=True)
class Assumptions:
    """All assumptions, and the average contracts (at least, at most) whose figures can describe each process."""

    all: Mapping[str, Assumption]
    bands: Mapping[str, tuple[float, float]]
    band_sources: tuple[str, ...]


@cache
def assumptions() -> Assumptions:
    """The built-in assumptions. Raises SalespathError listing every problem in their file."""
    problems: list[Problem] = []
    file = Record(read(str(FILE)), FILE.name, problems, "the file")
    found = {item.text("id", required=True): _assumption(item) for item in file.records("assumptions", "an assumption")}
    bands: dict[str, tuple[float, float]] = {}
    sources: list[str] = []
    given = file.record("bands", "bands", required=True)
    for process in PROCESSES if given else ():
        band = given.record(process, process, required=True) if given else None
        if band:
            low, high = band.number("at_least"), band.number("at_most")
            bands[process] = (0.0 if low is None else low, math.inf if high is None else high)
            sources.extend(band.texts("source", required=True))
            band.done()
    file.done()
    if problems:
        raise SalespathError(problems)
    return Assumptions(found, bands, tuple(sources))


def _assumption(item: Record) -> Assumption:
    id_ = item.what = item.text("id")
    kind = Derived(
        id=id_,
        type=item.one_of("type", ("money", "share", "number", "integer"), required=True),
        label=item.text("label", required=True),
        formula="",
        meaning="",
        unit=item.text("unit"),
        minimum=item.number("minimum"),
        maximum=item.number("maximum"),
        above=item.number("above"),
    )
    figures = {}
    for process in PROCESSES:
        part = item.record(process, f"{id_} of {process}", required=True)
        if part:
            low, base, high = (part.number(case) for case in CASES)
            source, says = part.texts("source", required=True), part.text("says", required=True)
            if low is None or base is None or high is None:
                part.problem("SP107", f"{part.what} needs low, base and high.")
            else:
                figures[process] = Estimate(id_, (low, base, high), ASSUMED, (), source, says)
            part.done()
    found = Assumption(
        kind,
        item.one_of("better", ("higher", "lower"), required=True),
        item.texts("facts"),
        item.flag("whole_company"),
        figures,
    )
    item.done()
    return found


def read_assumptions(case: Case, problems: list[Problem]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """What the company's file sets under `assumptions`, by process and id; what is wrong with it is added to the problems."""
    given = case.extra.get("assumptions")
    all_ = assumptions().all
    found = {}
    for process, part in _mapping(case, given, "assumptions", PROCESSES, "SP171", problems):
        for id_, value in _mapping(case, part, f"assumptions: {process}", all_, "SP172", problems):
            values = _values(case, f"assumptions: {process}: {id_}", all_[id_], value, problems)
            if values:
                found[process, id_] = values
    return found


def _mapping(
    case: Case, given: Any, where: str, keys: Iterable[str], code: str, problems: list[Problem]
) -> list[tuple[str, Any]]:
    """The items of a mapping whose keys are known; anything else becomes a problem."""
    expected = ", ".join(keys)
    if given is None:
        return []
    if not isinstance(given, Mapping):
        message = f"{where}: found {shown(given)}; expected a mapping with {expected}."
        problems.append(problem(case, "SP171", message))
        return []
    for key in given:
        if key not in keys:
            hint = suggestion(key, keys)
            message = f"{where}: {shown(key)} is not known; expected {expected}.{hint}"
            problems.append(problem(case, code, message, value=key))
    return [(key, value) for key, value in given.items() if key in keys]


def _values(
    case: Case, where: str, item: Assumption, given: Any, problems: list[Problem]
) -> tuple[float, float, float] | None:
    """The three cases of one assumption: one value for all, or low, base and high."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        value = _value(case, where, item, given, problems)
        return None if value is None else (value,) * 3
    parts = dict(_mapping(case, given, where, CASES, "SP174", problems))
    missing = [name for name in CASES if parts.get(name) is None]
    if missing:
        message = f"{where}: {', '.join(missing)} missing; expected one value, or low, base and high."
        problems.append(problem(case, "SP174", message))
        return None
    values = [_value(case, f"{where}: {name}", item, parts[name], problems) for name in CASES]
    low, base, high = values
    if low is None or base is None or high is None:
        return None
    rising = item.better == "higher"
    if not (low <= base <= high if rising else low >= base >= high):
        should = "rise" if rising else "fall"
        message = f"{where}: low is the worst case and high the best, so the values should {should} from low to high"
        written_as = f"low {shown(parts['low'])}, base {shown(parts['base'])}, high {shown(parts['high'])}"
        problems.append(problem(case, "SP174", f"{message}; found {written_as}."))
        return None
    return low, base, high


def _value(case: Case, where: str, item: Assumption, given: Any, problems: list[Problem]) -> float | None:
    if not isinstance(given, str):
        problems.append(problem(case, "SP173", f"{where}: found {shown(given)}; expected one number."))
        return None
    try:
        value = parse(item.kind, given, exact=(case.file or "").lower().endswith(".json"))
    except BadValue as error:
        problems.append(problem(case, "SP173", f"{where}: {error}", value=shown(given)))
        return None
    assert isinstance(value, (int, float))
    return value


def problem(case: Case, code: str, message: str, severity: str = ERROR, value: str | None = None) -> Problem:
    """A problem of a company, at the line where it begins."""
    return Problem(code, f"{case.company}: {message}", severity, file=case.file, line=case.line, value=value)
