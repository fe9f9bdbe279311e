"""How far verdicts agree with known outcomes: records in, a record out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from salespath.authoring.known import Known
from salespath.authoring.perturb import Robustness, judged
from salespath.authoring.thumb import THUMBS
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.walk import SUMS
from salespath.rules.model import PROCESSES, VERDICTS

Z = 1.959964  # the standard normal deviate of a two-sided 95%
LEAD = 1.0  # the difference of fit from which the verdict looks at nothing else
EDGES = (0.0, 0.25, 0.7, LEAD, 1.6)  # where the words for evidence change, and the lead
SALESPATH = "salespath"


@dataclass(frozen=True)
class Outcome:
    """The verdict that is documented for a company, and what was said.

    `difference` is the net evidence (0 is balanced) by which one process is ahead of the other, whichever it is: that of fit, and
    where one process is recommended without a lead in fit, so that means decided, of both together.
    """

    label: str
    said: str
    difference: float

    @property
    def right(self) -> bool:
        """Whether the recommendation is what is documented."""
        return self.said == self.label


class Miss(NamedTuple):
    """A company for which something else was said than is documented, and everything that led there."""

    label: str
    assessment: Assessment


@dataclass(frozen=True)
class Rate:
    """A share of right answers, `right` of `of`."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of 0 is 0."""
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% score interval of the share, within 0 to 1 (Wilson 1927, JASA 22:209-212)."""
        if not self.of:
            return 0.0, 1.0
        p, n, square = self.share, self.of, Z * Z
        centre = p + square / (2 * n)
        half = Z * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
        scale = 1 + square / n
        low = (centre - half) / scale if self.right else 0.0
        return low, (centre + half) / scale if self.right < n else 1.0


@dataclass(frozen=True)
class Agreement:
    """How often somebody said what is documented, and kappa: how much of what chance would miss (1 all, 0 none)."""

    judge: str
    rate: Rate
    kappa: float | None


@dataclass(frozen=True)
class Band:
    """The verdicts whose difference of net evidence is at least `low` and under `high`, and how many were right."""

    low: float
    high: float
    rate: Rate


@dataclass(frozen=True)
class Score:
    """Agreement with known outcomes; salespath comes first, the rules of thumb follow.

    `confusion` counts companies by label and what was said. `robustness` is None where it was not asked for. `receipt` says what
    produced the verdicts.
    """

    outcomes: tuple[Outcome, ...]
    misses: tuple[Miss, ...]
    agreements: tuple[Agreement, ...]
    confusion: dict[tuple[str, str], int]
    recall: dict[str, Rate]
    reliability: tuple[Band, ...]
    receipt: dict[str, Any]
    robustness: Robustness | None = None


def score(base: Base, known: Sequence[Known], robustness: Robustness | None = None) -> Score:
    """Judge companies, at least one, and hold the verdicts against their labels. Raises SalespathError as `assess` does."""
    outcomes = tuple(_outcome(base, item) for item in known)
    labels = [outcome.label for outcome in outcomes]
    said = {SALESPATH: [outcome.said for outcome in outcomes]} | {
        name: [thumb(item.case.values) for item in known] for name, thumb in THUMBS.items()
    }
    confusion = Counter(zip(labels, said[SALESPATH]))
    return Score(
        outcomes,
        tuple(Miss(item.label, assess(base, item.case)) for item, told in zip(known, outcomes) if not told.right),
        tuple(agreement(name, labels, given) for name, given in said.items()),
        dict(confusion),
        {label: Rate(confusion[label, label], labels.count(label)) for label in VERDICTS if label in labels},
        tuple(_bands(outcomes)),
        assess(base, known[0].case).receipt,
        robustness,
    )


def _outcome(base: Base, item: Known) -> Outcome:
    said, sums = judged(base, item.case.values)
    totals = {name: [sums.total(process, name) for process in PROCESSES] for name in SUMS}
    fit, means = (certainty.net(totals[name][0] - totals[name][1]) for name in ("fit", "means"))
    by_means = said in PROCESSES and abs(fit) < LEAD
    return Outcome(item.label, said, abs(fit + means if by_means else fit))


def agreement(judge: str, labels: Sequence[str], said: Sequence[str]) -> Agreement:
    """How far what a judge said agrees with the labels."""
    right = sum(a == b for a, b in zip(labels, said))
    return Agreement(judge, Rate(right, len(labels)), kappa(labels, said))


def kappa(labels: Sequence[str], said: Sequence[str]) -> float | None:
    """Agreement beyond chance, −1 to 1 (Cohen 1960, Educ. Psychol. Meas. 20:37-46); None where chance agrees on everything."""
    count = len(labels)
    given, told = Counter(labels), Counter(said)
    by_chance = sum(given[value] * told[value] for value in given)  # of count²
    if by_chance == count * count:
        return None
    together = count * sum(a == b for a, b in zip(labels, said))
    return (together - by_chance) / (count * count - by_chance)


def _bands(outcomes: Sequence[Outcome]) -> Iterator[Band]:
    for low, high in zip(EDGES, (*EDGES[1:], math.inf)):
        inside = [outcome.right for outcome in outcomes if low <= outcome.difference < high]
        yield Band(low, high, Rate(sum(inside), len(inside)))
