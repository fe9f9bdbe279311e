"""Precedents: the documented companies that a company resembles most, by what both are known to be.

The distance is Gower's (J. C. Gower, A General Coefficient of Similarity and Some of Its Properties, Biometrics 27, 1971): the mean
of the distances fact by fact, over the facts known of both, each weighted by the evidence that the rules draw from it. It takes
yes or no, choices, sets and numbers together, and leaves out what is unknown instead of guessing it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from salespath.authoring.known import MOTION
from salespath.engine import certainty
from salespath.engine.cells import limits
from salespath.engine.compile import Base
from salespath.engine.expressions import Condition, Is, inputs, leaves
from salespath.facts import Case, Value
from salespath.facts.vocabulary import Derived, Fact
from salespath.rules.model import Weigh

FILE = Path(__file__).with_name("precedents.json")
FAILURE = "not_yet"
NEAREST = 3
REACH = 0.5  # a company further away than this differs more than it resembles (expert judgement)
LEAST_SHARED = 0.15  # part of all evidence that the shared facts must carry: two or three facts do not make a likeness
LEAST_FACTS = 4


@dataclass(frozen=True)
class Documented:
    """A company at a stated year: `label` is the motion documented for it (a verdict), `did` one sentence on it."""

    company: str
    year: int
    label: str
    did: str
    sources: tuple[str, ...]
    facts: Mapping[str, Value]


@dataclass(frozen=True)
class Part:
    """One fact known of both: how far apart they are (0 to 1), and the part of the shared weight that it carries (0 to 1)."""

    fact: str
    distance: float
    weight: float


@dataclass(frozen=True)
class Precedent:
    """A documented company and its distance, 0 (alike in every shared fact) to 1.

    `shared` is the part (0 to 1) of all evidence the rules draw from facts that the shared facts carry; `parts` are those facts,
    the weightiest first.
    """

    documented: Documented
    distance: float
    shared: float
    parts: tuple[Part, ...]

    @property
    def failed(self) -> bool:
        """Whether it is documented that neither way of selling worked at the time."""
        return self.documented.label == FAILURE


@cache
def documented() -> tuple[Documented, ...]:
    """The documented companies that come with the program, those of `examples/real_companies.yaml`."""
    return tuple(
        Documented(
            item["company"],
            item["year"],
            item["label"],
            item["did"],
            tuple(item["sources"]),
            {name: frozenset(v) if isinstance(v, list) else v for name, v in item["facts"].items()},
        )
        for item in json.loads(FILE.read_text("utf-8"))
    )


def nearest(base: Base, case: Case, companies: Iterable[Documented] | None = None) -> tuple[Precedent, ...]:
    """The three documented companies nearest to one, and the nearest that failed if it is not among them.

    Companies further than REACH or with too little in common are left out, and so is the company itself. Nearest first, ties in
    the order documented.
    """
    return Likeness(base, documented() if companies is None else companies).nearest(case)


class Likeness:
    """Distances between companies under one rule base."""

    def __init__(self, base: Base, companies: Iterable[Documented]) -> None:
        self.base = base
        self.companies = tuple(companies)
        self.weights = {name: weight for name, weight in weights(base).items() if name not in MOTION}
        self.total = sum(self.weights[name] for name in self.weights if name in base.vocabulary.facts)
        self.ranges = ranges(base, [company.facts for company in self.companies])

    def nearest(self, case: Case) -> tuple[Precedent, ...]:
        """As the function of this name."""
        found = []
        for company in self.companies:
            if not _same(case, company):
                precedent = self.compare(case.values, company)
                if precedent and precedent.distance <= REACH:
                    found.append(precedent)
        found.sort(key=lambda precedent: precedent.distance)
        failures = [precedent for precedent in found[NEAREST:] if precedent.failed]
        chosen = found[:NEAREST]
        return tuple(chosen if any(p.failed for p in chosen) else chosen + failures[:1])

    def compare(self, facts: Mapping[str, Value], company: Documented) -> Precedent | None:
        """How near a company is, or None where too little is known of both."""
        parts = self.parts(facts, company.facts)
        shared = sum(self.weights[part.fact] for part in parts) / self.total if parts else 0.0
        if len(parts) < LEAST_FACTS or shared < LEAST_SHARED:
            return None
        return Precedent(company, sum(part.distance * part.weight for part in parts), min(shared, 1.0), parts)

    def parts(self, one: Mapping[str, Value], other: Mapping[str, Value]) -> tuple[Part, ...]:
        """The facts known of both that evidence reads, with their distances; the weightiest first."""
        names = [name for name in self.base.vocabulary.ordered(one.keys() & other.keys()) if self.weights.get(name)]
        whole = sum(self.weights[name] for name in names)
        names.sort(key=lambda name: -self.weights[name])
        vocabulary = self.base.vocabulary
        return tuple(
            Part(
                name,
                apart(vocabulary[name], one[name], other[name], self.ranges.get(name, 0.0)),
                self.weights[name] / whole,
            )
            for name in names
        )


def _same(case: Case, company: Documented) -> bool:
    """Whether they are one company at one time; without a year, one company at any."""
    year = str(case.extra.get("year") or company.year)
    return case.company.casefold() == company.company.casefold() and year == str(company.year)


# The distance of two values


def apart(fact: Fact | Derived, one: Value, other: Value, span: float) -> float:
    """How far apart two values of a fact are, 0 to 1. `span` is the range of a numeric fact on its scale (see `scaled`)."""
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return 1 - len(one & other) / len(one | other) if one | other else 0.0  # Jaccard
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and not isinstance(one, bool):
        difference = abs(scaled(fact, one) - scaled(fact, other))
        return min(1.0, difference / span) if span else float(difference > 0)
    if isinstance(fact, Fact) and fact.ordered:
        ranks = list(fact.values)
        return abs(ranks.index(str(one)) - ranks.index(str(other))) / (len(ranks) - 1)
    return float(one != other)


def scaled(fact: Fact | Derived, value: float) -> float:
    """A number on the scale on which it is compared.

    Money and counts are compared by their logarithms: selling at $1,000 and at $10,000 differs as much as at $10,000 and
    $100,000, and one contract of millions must not make all others look alike. Shares, months and years are compared as they are.
    """
    if fact.type in ("money", "integer"):
        return math.copysign(math.log10(1 + abs(value)), value)
    return value


def ranges(base: Base, known: Iterable[Mapping[str, Value]]) -> dict[str, float]:
    """Of every numeric fact the range on its scale that the documented companies and the limits in the rules span together.

    The limits keep two companies that are the only ones to state a figure from being as far apart as can be.
    """
    found = {name: list(points) for name, points in limits(base).items() if name in base.vocabulary}
    for facts in known:
        for name, value in facts.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                found.setdefault(name, []).append(value)
    places = {name: [scaled(base.vocabulary[name], value) for value in values] for name, values in found.items()}
    return {name: max(scale) - min(scale) for name, scale in places.items()}


# The weight of a fact


def weights(base: Base) -> dict[str, float]:
    """The weight of every fact and derived number: the sum of the weights (see `certainty`) of the evidence whose rules read it.

    A rule reads what its condition compares, what computed numbers are computed from, and what the rules read that conclude the
    attributes it tests.
    """
    reads: dict[tuple[str, str], frozenset[str]] = {}

    def concluded(value: tuple[str, str]) -> frozenset[str]:
        if value not in reads:
            reads[value] = frozenset().union(*(behind(base.conditions[id_]) for id_ in base.concluding.get(value, ())))
        return reads[value]

    def behind(tree: Condition) -> frozenset[str]:
        found: set[str] = set()
        for leaf in leaves(tree):
            if isinstance(leaf, Is):
                found |= concluded((leaf.attribute, leaf.value))
            else:
                found |= with_inputs(inputs(leaf))
        return frozenset(found)

    def with_inputs(names: Iterable[str]) -> set[str]:
        found = set(names)
        for name in names:
            if name in base.formulas:
                found |= with_inputs(inputs(base.formulas[name]))
        return found

    total: dict[str, float] = {}
    for rule in base.knowledge.rules.values():
        if isinstance(rule.then, Weigh):
            weight = abs(certainty.net(certainty.weight(rule.then.certainty)))
            for name in behind(base.conditions[rule.id]) if weight else ():
                total[name] = total.get(name, 0.0) + weight
    return {name: total[name] for name in base.vocabulary.ordered(total)}
