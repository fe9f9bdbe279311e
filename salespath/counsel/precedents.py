"""Precedents: the documented companies that a company resembles most, by what both are known to be.

The distance is Gower's (J. C. Gower, A General Coefficient of Similarity and Some of Its Properties, Biometrics 27, 1971): the mean
of the distances fact by fact, over the facts known of both, each weighted by the evidence that the rules draw from it. It takes
yes or no, choices, sets and numbers together, and leaves out what is unknown instead of guessing it. It orders them; whether one is
a look-alike at all is counted: at least ten answers known of both, and three fifths of those alike.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.cells import height, limits
from salespath.facts import Case, Value
from salespath.facts.company_names import folded_name
from salespath.facts.values import Range
from salespath.facts.vocabulary import Derived, Fact
from salespath.rules.language import Is, inputs, leaves
from salespath.rules.model import DocumentedVerdict, Weigh

FILE = Path(__file__).with_name("precedents.json")
NEAREST = 3
COMMON = 10  # answers known of both that it takes to compare two companies at all
ALIKE = (3, 5)  # and the part of them that must be alike
FACTOR = 2  # two numbers are alike if neither is more than so many times the other


@dataclass(frozen=True, eq=False)
class Documented:
    """A company at a stated year: `label` is the motion documented for it (a verdict), `did` one sentence on it.

    `fared` is `badly` where it sold as the label says, to no good end.
    """

    company: str
    year: int
    label: DocumentedVerdict
    did: str
    sources: tuple[str, ...]
    facts: Mapping[str, Value]
    fared: str = ""


@dataclass(frozen=True)
class Part:
    """One fact known of both: how far apart they are (0 to 1), the part of the shared weight that it carries (0 to 1), and whether
    they are alike in it.
    """

    fact: str
    distance: float
    weight: float
    alike: bool


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
    def alike(self) -> int:
        """In how many facts known of both they are alike."""
        return sum(part.alike for part in self.parts)

    @property
    def failed(self) -> bool:
        """Whether it is documented that neither way of selling worked at the time."""
        return self.documented.label == "not_yet"

    @property
    def did_well(self) -> bool:
        """Whether it sold as documented, and nothing is documented of a bad end."""
        return not self.failed and not self.documented.fared


@cache
def documented_companies() -> tuple[Documented, ...]:
    """The documented companies that come with the program, those of `examples/real_companies*.yaml`."""
    found = json.loads(FILE.read_text("utf-8"))
    for item in found:
        item["sources"] = tuple(item["sources"])
        item["facts"] = {name: frozenset(v) if isinstance(v, list) else v for name, v in item["facts"].items()}
    return tuple(Documented(**item) for item in found)


@lru_cache(maxsize=8)
def likeness(base: Base) -> Likeness:
    """Distances to the documented companies, prepared once for a base."""
    return Likeness(base, documented_companies())


class Likeness:
    """Which documented companies are like one, and how near they are, under one rule base."""

    def __init__(self, base: Base, companies: Iterable[Documented]) -> None:
        self.base = base
        self.companies = tuple(companies)
        self.weights = {name: weight for name, weight in weights(base).items() if name not in base.vocabulary.motion}
        self.total = sum(self.weights[name] for name in self.weights if name in base.vocabulary.facts)
        self.ranges = ranges(base, [company.facts for company in self.companies])

    def nearest(self, case: Case) -> tuple[Precedent, ...]:
        """The three look-alikes nearest to a company, and the nearest that failed if it is not among them. Nearest first."""
        found = self.like(case)
        failures = [place for place, precedent in enumerate(found) if precedent.failed]
        return (*found[:NEAREST], *(found[place] for place in failures[:1] if place >= NEAREST))

    def like(self, case: Case) -> list[Precedent]:
        """All look-alikes but the company itself, the nearest first, ties in the order documented."""
        found = [p for company in self.others(case) if (p := self.compare(case.values, company))]
        return sorted(found, key=lambda precedent: precedent.distance)

    def others(self, case: Case) -> Iterator[Documented]:
        """The documented companies but the company itself: that of its name and year, of any year where it says none."""
        name, year = folded_name(case.company), case.extra.get("year")
        return (c for c in self.companies if folded_name(c.company) != name or str(year or c.year) != str(c.year))

    def needed(self, case: Case) -> int | None:
        """The fewest further answers after which a company could have a look-alike, 0 where it has; None where none can be."""
        least = []
        for company in self.others(case):
            parts = self.parts(case.values, company.facts)
            alike, (some, of) = sum(part.alike for part in parts), ALIKE
            more = max(COMMON - len(parts), -((of * alike - some * len(parts)) // (of - some)), 0)
            unsaid = [name for name in company.facts if name not in case.values and self.weights.get(name)]
            if more <= len(unsaid):
                least.append(more)
        return min(least, default=None)

    def compare(self, facts: Mapping[str, Value], company: Documented) -> Precedent | None:
        """How near a look-alike is, or None where a company is none."""
        parts = self.parts(facts, company.facts)
        if len(parts) < COMMON or ALIKE[1] * sum(part.alike for part in parts) < ALIKE[0] * len(parts):
            return None
        shared = sum(self.weights[part.fact] for part in parts) / self.total
        return Precedent(company, sum(part.distance * part.weight for part in parts), min(shared, 1.0), parts)

    def parts(self, one: Mapping[str, Value], other: Mapping[str, Value]) -> tuple[Part, ...]:
        """The facts known of both that evidence reads, with their distances; the weightiest first."""
        vocabulary, weights = self.base.vocabulary, self.weights
        names = [name for name in vocabulary.ordered(one.keys() & other.keys()) if weights.get(name)]
        whole = sum(weights[name] for name in names)
        return tuple(
            Part(
                name,
                distance(vocabulary[name], one[name], other[name], self.ranges.get(name, 0.0)),
                weights[name] / whole,
                alike(one[name], other[name]),
            )
            for name in sorted(names, key=lambda name: -weights[name])
        )


# Two values


def alike(one: Value, other: Value) -> bool:
    """Whether two values are near enough to speak of likeness: the same word, sets that overlap, numbers within a factor of two.

    Not by the limits of the rules, between which $60,000 and $900,000 may be alike, and across which $49,000 and $51,000 are not.
    """
    one, other = nearest_ends(one, other)
    match one, other:
        case (frozenset(), frozenset()):
            return bool(one & other) or one == other
        case (int() | float(), int() | float()) if not isinstance(one, bool):
            small, large = sorted((abs(one), abs(other)))
            return one * other >= 0 and large <= FACTOR * small
    return one == other


def distance(fact: Fact | Derived, one: Value, other: Value, span: float) -> float:
    """How far apart two values of a fact are, 0 to 1. `span` is the range of a numeric fact on its scale (see `scale`)."""
    one, other = nearest_ends(one, other)
    match one, other:
        case (frozenset(), frozenset()):
            return 1 - len(one & other) / len(one | other) if one | other else 0.0  # Jaccard
        case (int() | float(), int() | float()) if not isinstance(one, bool):
            difference = abs(scale(fact, one) - scale(fact, other))
            return min(1.0, difference / span) if span else float(difference > 0)
    if isinstance(fact, Fact) and fact.ordered:
        return abs(height(fact, one) - height(fact, other)) / (len(fact.values) - 1)
    return float(one != other)


def nearest_ends(one: Value, other: Value) -> tuple[Value, Value]:
    """Two values, a range as the number in it that is nearest to the other: what it may be speaks for likeness."""
    if isinstance(one, Range):
        at = other.low if isinstance(other, Range) else other
        assert isinstance(at, (int, float))
        one = min(max(at, one.low), one.high)
    if isinstance(other, Range):
        assert isinstance(one, (int, float))
        other = min(max(one, other.low), other.high)
    return one, other


def scale(fact: Fact | Derived, value: float) -> float:
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
            if base.vocabulary[name].numeric and isinstance(value, (int, float)):
                found.setdefault(name, []).append(value)
    places = {name: [scale(base.vocabulary[name], value) for value in values] for name, values in found.items()}
    return {name: max(scale) - min(scale) for name, scale in places.items()}


# The weight of a fact


def weights(base: Base) -> dict[str, float]:
    """The weight of every fact and derived number: the sum of the weights (see `certainty`) of the evidence whose rules read it.

    A rule reads what its condition compares, what computed numbers are computed from, and what the rules read that conclude the
    attributes it tests.
    """

    @cache
    def read(rule: str) -> frozenset[str]:
        found: set[str] = set()
        for leaf in leaves(base.condition(rule)):
            if isinstance(leaf, Is):
                found.update(*map(read, base.concluders(leaf.attribute, leaf.value)))
            else:
                found |= base.behind(inputs(leaf))
        return frozenset(found)

    total: dict[str, float] = {}
    for rule, then in base.knowledge.each(Weigh):
        weight = abs(certainty.net(certainty.weight(then.certainty)))
        for name in read(rule.id) if weight else ():
            total[name] = total.get(name, 0.0) + weight
    return {name: total[name] for name in base.vocabulary.ordered(total)}
