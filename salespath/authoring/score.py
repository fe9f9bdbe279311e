"""How far verdicts agree with known outcomes: records in, a record out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from salespath.authoring.baselines import BASELINES
from salespath.authoring.company_kinds import KINDS
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Receipt
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.documented import DocumentedCase
from salespath.engine.walk import SUMS, walk
from salespath.facts import Case
from salespath.rules.model import PROCESSES, VERDICTS

Z = 1.959964  # the standard normal deviate of a two-sided 95%
LEAD = 0.75  # in the built-in rules, the difference of fit from which the verdict looks at nothing else
EDGES = (0.0, 0.25, LEAD, 1.6)  # where the words for evidence change, the middle one moved to the lead
SALESPATH = "salespath"


class Miss(NamedTuple):
    """A company for which something else was said than is documented, and everything that led there. `accepted` says that this
    is documented to be as good.
    """

    label: str
    assessment: Assessment
    accepted: bool = False


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
class Paired:
    """The companies on which two judges differ: how many only the first gets right, and how many only the second."""

    ours: int
    theirs: int

    @property
    def p(self) -> float:
        """How likely so uneven a split is where both are as good: the exact two-sided sign test (McNemar 1947, Psychometrika
        12:153-157).
        """
        differ = self.ours + self.theirs
        tail = sum(math.comb(differ, count) for count in range(min(self.ours, self.theirs) + 1))
        return min(1.0, 2 * tail / (1 << differ))


@dataclass(frozen=True)
class Agreement:
    """How often somebody said what is documented, and kappa: how much of what chance would miss (1 all, 0 none).

    `accepted` counts labels that are as good too, `lacking` the companies of which a fact that the baseline reads is not known.
    `paired` holds salespath against the baseline; both are None for salespath itself.
    """

    judge: str
    rate: Rate
    kappa: float | None
    accepted: Rate
    lacking: int | None = None
    paired: Paired | None = None


@dataclass(frozen=True)
class Kind:
    """Companies of one kind, by one way of telling companies apart, and how many of them each judge gets right."""

    by: str
    kind: str
    rates: Mapping[str, Rate]


@dataclass(frozen=True)
class Band:
    """The verdicts whose difference of net evidence is at least `low` and under `high`, and how many were right."""

    low: float
    high: float
    rate: Rate


@dataclass(frozen=True)
class Score:
    """Agreement with known outcomes; salespath comes first, the baselines follow.

    `confusion` counts companies by label and what was said of them. `receipt` says what produced the verdicts. `files` holds the
    score of each file, where this is that of several.
    """

    companies: int
    misses: tuple[Miss, ...]
    agreements: tuple[Agreement, ...]
    confusion: dict[str, dict[str, int]]
    recall: dict[str, Rate]
    reliability: tuple[Band, ...]
    receipt: Receipt
    kinds: tuple[Kind, ...] = ()
    files: Mapping[str, Score] = field(default_factory=dict)


def score(base: Base, known: Sequence[DocumentedCase]) -> Score:
    """Judge companies, at least one, and hold the verdicts against their labels. Raises SalespathError as `assess` does."""
    labels = [item.label for item in known]
    ours, differences = zip(*(verdict_of(base, item.case) for item in known))
    said: dict[str, Sequence[str]] = {SALESPATH: ours}
    said |= {name: [baseline.says(item.case.values) for item in known] for name, baseline in BASELINES.items()}
    counts = Counter(zip(labels, ours))
    given = [label for label in VERDICTS if label in labels]
    wrong = [(item, word) for item, word in zip(known, ours) if word != item.label]
    judged = [(difference, word == label) for difference, word, label in zip(differences, ours, labels)]
    return Score(
        len(known),
        tuple(Miss(item.label, assess(base, item.case), word in item.also) for item, word in wrong),
        tuple(_agreement(name, known, words, ours) for name, words in said.items()),
        {label: {word: counts[label, word] for word in VERDICTS} for label in given},
        {label: Rate(counts[label, label], labels.count(label)) for label in given},
        tuple(
            Band(low, high, _rate([right for difference, right in judged if low <= difference < high]))
            for low, high in pairwise((*EDGES, math.inf))
        ),
        assess(base, known[0].case).receipt,
        tuple(_kinds(known, said)),
    )


def score_files(base: Base, files: Mapping[str, Sequence[DocumentedCase]]) -> Score:
    """The score of the companies of all files, at least one a file, and of each file where there are several."""
    whole = score(base, [item for known in files.values() for item in known])
    parts = {path: score(base, known) for path, known in files.items()} if len(files) > 1 else {}
    return replace(whole, files=parts)


def verdict_of(base: Base, case: Case) -> tuple[str, float]:
    """What is said of a company, and the net evidence (0 is balanced) by which one process is ahead of the other, whichever it is.

    That is the evidence of fit, and where one process is recommended by means (the rules say so as `basis`), of both together.
    """
    walked = walk(base, Company(base, case.values), settle=False, plan=False)
    said, sums = walked.process, walked.sums
    fit, means = (certainty.net(sums.total("enterprise", name) - sums.total("smb", name)) for name in SUMS)
    by_means = said in PROCESSES and walked.value("basis")
    return said, abs(fit + means if by_means else fit)


def _agreement(judge: str, known: Sequence[DocumentedCase], said: Sequence[str], ours: Sequence[str]) -> Agreement:
    """How far what a judge said agrees with the labels, and how that compares with what salespath said."""
    labels = [item.label for item in known]
    right = [word == label for word, label in zip(said, labels)]
    accepted = [word in (item.label, *item.also) for word, item in zip(said, known)]
    found = Agreement(judge, _rate(right), kappa(labels, said), _rate(accepted))
    if judge not in BASELINES:
        return found
    split = Counter((word == label, so) for word, label, so in zip(ours, labels, right))
    lacking = sum(not item.case.values.keys() >= BASELINES[judge].reads for item in known)
    return replace(found, lacking=lacking, paired=Paired(split[True, False], split[False, True]))


def _rate(right: Sequence[bool]) -> Rate:
    return Rate(sum(right), len(right))


def _kinds(known: Sequence[DocumentedCase], said: Mapping[str, Sequence[str]]) -> Iterator[Kind]:
    """The kinds that occur, in their order."""
    for by, (kind_of, kinds) in KINDS.items():
        found = [kind_of(item.case.values) for item in known]
        for kind in kinds:
            if rows := [row for row, one in enumerate(found) if one == kind]:
                right = {judge: [words[row] == known[row].label for row in rows] for judge, words in said.items()}
                yield Kind(by, kind, {judge: _rate(given) for judge, given in right.items()})


def kappa(labels: Sequence[str], said: Sequence[str]) -> float | None:
    """Agreement beyond chance, −1 to 1 (Cohen 1960, Educ. Psychol. Meas. 20:37-46); None where chance agrees on everything."""
    count = len(labels)
    given, spoken = Counter(labels), Counter(said)
    by_chance = sum(given[value] * spoken[value] for value in given)  # of count²
    if by_chance == count * count:
        return None
    together = count * sum(a == b for a, b in zip(labels, said))
    return (together - by_chance) / (count * count - by_chance)
