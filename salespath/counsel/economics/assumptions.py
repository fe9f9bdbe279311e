"""Assumptions: published figures that stand in where a company does not know its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from salespath.facts import Derived, Fact
from salespath.facts.vocabulary import NUMERIC
from salespath.files.nodes import read
from salespath.files.problems import Problem, SalespathError
from salespath.files.records import Record
from salespath.rules.model import PROCESSES

FILE = Path(__file__).with_name("assumptions.yaml")
MOTIONS = ("self_serve", "inside_sales", "partner_led", "field", "tender", "hybrid")
CASES = ("low", "base", "high")  # worst, middle and best for the company
YOURS, SET, ASSUMED = "yours", "set", "assumed"


@dataclass(frozen=True)
class Estimate:
    """A figure in the low, base and high case, and where it comes from.

    `origin` is yours (from `facts`), set (in the file, under `assumptions`) or assumed (from `source`, as `says` tells). Money is
    US dollars, shares are 0 to 1. `decided` is how many deals a measured win rate was counted over.
    """

    kind: Derived | Fact
    values: tuple[float, ...]
    origin: str
    facts: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    says: str = ""
    decided: float | None = None


@dataclass(frozen=True)
class Assumption:
    """What is assumed of each motion where the company does not know, and the facts that take its place, the first known one."""

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
    band_sources: list[str] = []
    for band in file.records("bands", "a band"):
        process = band.one_of("process", PROCESSES, required=True)
        bands[process] = (band.number("at_least") or 0.0, band.number("at_most") or math.inf)
        band_sources += band.texts("source", required=True)
        band.done()
    file.done()
    if problems:
        raise SalespathError(problems)
    return Assumptions(found, bands, tuple(band_sources))


def _assumption(item: Record) -> Assumption:
    id_ = item.what = item.text("id")
    better = item.one_of("better", ("higher", "lower"), required=True)
    facts, whole_company = item.texts("facts"), item.flag("whole_company")
    source, says = item.texts("source"), item.text("says")
    parts = {motion: item.record(motion, f"{id_} of {motion}") for motion in MOTIONS}
    kind = item.read(Derived, {"type": NUMERIC}, id=id_, formula="", meaning="")
    figures = {}
    for motion, part in parts.items():
        if part:
            values = tuple(part.number(case) or 0.0 for case in CASES if part.node(case, required=True))
            part.done()
            figures[motion] = Estimate(kind, values, ASSUMED, (), source, says)
    return Assumption(kind, better, facts, whole_company, figures)
