"""A portfolio as a whole: how many companies have which verdict, what is amiss with them, what to ask first, and who is who."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.engine.strength import LEVELS
from salespath.engine.walk import SUMS
from salespath.facts import Case
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.words.verdict import knows_of
from salespath.rules.model import FLAG_LEVELS, PROCESSES, VERDICTS

MOST = 10_000  # companies that are kept line by line
GROUPS = 10_000  # groups that are counted, each by itself
_URGENT = FLAG_LEVELS[:2]  # the levels of flags that are told of a portfolio; the others are notes
_VERDICTS = ("not_yet", "undetermined", "both", "enterprise", "smb")  # by how much attention they need


@dataclass(frozen=True)
class Line:
    """A company of a portfolio; what is not known, or was not worked out, is empty.

    `sums` are net evidence by process and by `fit`, `means` or a dimension, 0 being balanced; where nothing is known of one, it is
    not there. `flags` are levels and rules, the gravest first; `hangs_on` are facts, as `first_question` is one; `blocks` are the
    rules that stand in the way of a process. `case` is the company itself, where a page is to be made of it.
    """

    company: str
    process: str
    lead: str
    leaning: str
    motion: str
    strength: str
    first_question: str
    hangs_on: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    sums: Mapping[tuple[str, str], float]
    group: str = ""
    blocks: tuple[str, ...] = ()
    case: Case | None = None

    @property
    def subject(self) -> str:
        """The process that is recommended, goes first or is leaned to, else the one that fits more; nothing where they are even."""
        if self.process in PROCESSES:
            return self.process
        fit = [self.sums.get((p, "fit"), 0.0) for p in PROCESSES]
        even = "" if fit[0] == fit[1] else PROCESSES[fit[1] > fit[0]]
        return self.lead or self.leaning or even

    @property
    def urgent(self) -> tuple[tuple[str, str], ...]:
        """The flags that are no notes."""
        return tuple(flag for flag in self.flags if flag[0] in _URGENT)


Attention = tuple[int, int, int]


def attention(flags: Iterable[tuple[str, str]], process: str, strength: str) -> Attention:
    """How much attention a company needs, the least number first: by its gravest flag, its verdict and how firm that is."""
    levels = [_URGENT.index(level) for level, _ in flags if level in _URGENT]
    firmness = LEVELS.index(strength) if strength else 0
    return min(levels, default=len(_URGENT)), _VERDICTS.index(process), -firmness


@dataclass
class Counts:
    """How many companies there are in some part of a portfolio, by what is said of them.

    `flags` are counted by level and rule, `questions` by the fact to be asked first, `flagged` by the level of the gravest flag,
    `leads` by process and by what goes first or is leaned to (nothing where neither).
    """

    companies: int = 0
    processes: Counter[str] = field(default_factory=Counter)
    motions: Counter[str] = field(default_factory=Counter)
    strengths: Counter[str] = field(default_factory=Counter)
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    leads: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Count those of another part as well."""
        self.companies += other.companies
        for mine, others in (
            (self.processes, other.processes),
            (self.motions, other.motions),
            (self.strengths, other.strengths),
            (self.questions, other.questions),
            (self.flagged, other.flagged),
        ):
            mine.update(others)
        self.flags.update(other.flags)
        self.leads.update(other.leads)


@dataclass
class Overview:
    """The counts of the whole and, where companies are grouped `by` a column, of each group; the companies, line by line.

    `lines` are the first `most` companies; where they are `ranked`, those that need attention most, each of the first `cases` with
    its case. `spelt` holds the groups by how their names are compared; of more than GROUPS the later ones are counted in `others`.
    `rejected` and `left_out` are rows that are no companies here. `without_strength`: there were too many to work out how firm
    each verdict is and what to ask first. `without` counts the companies that have another process without what a folder of rules
    switched off.
    """

    by: str = ""
    whole: Counts = field(default_factory=Counts)
    groups: dict[str, Counts] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    most: int = MOST
    ranked: bool = False
    cases: int = 0
    others: Counts = field(default_factory=Counts)
    spelt: dict[str, str] = field(default_factory=dict)
    rejected: int = 0
    left_out: int = 0
    without_strength: bool = False
    without: Counter[str] = field(default_factory=Counter)

    def group(self, name: str) -> Counts:
        """The counts of a group."""
        if name not in self.groups and len(self.groups) >= GROUPS:
            return self.others
        return self.groups.setdefault(name, Counts())

    def take(self, lines: Iterable[Line]) -> None:
        """Keep further lines, as far as there is room."""
        if self.ranked:
            found = heapq.nsmallest(
                self.most, [*self.lines, *lines], lambda line: attention(line.flags, line.process, line.strength)
            )
            self.lines = [
                *found[: self.cases],
                *(replace(line, case=None) if line.case else line for line in found[self.cases :]),
            ]
        else:
            self.lines += list(lines)[: max(0, self.most - len(self.lines))]


def overview_of(assessments: Iterable[Assessment], most: int = MOST, cases: int = 0) -> Overview:
    """The overview of companies that have been assessed one by one, so many of them line by line and with their cases."""
    found, lines = Overview(ranked=True, most=most, cases=cases), []
    for a in assessments:
        lines.append(line(a))
        found.whole.add(counts_of(lines[-1]))
        found.without.update({o.name: int(o.without != a.process) for o in a.receipt["overlays"] if o.without})
    found.take(lines)
    return found


def line(a: Assessment) -> Line:
    """A company as a line."""
    on = tuple(dict.fromkeys(turn.fact for turn in a.strength.on))
    settled = len(a.possible) == 1 and a.settled
    first = on[0] if on else "" if settled or not a.next_questions else a.next_questions[0].fact
    flags = tuple((flag.level, flag.rule) for flag in a.flags)
    blocks = tuple(block.rule for block in a.blockers)
    names = (*SUMS, *DIMENSIONS)
    sums = {(p, name): certainty.net(a.evidence[p][name]) for p in PROCESSES for name in names if knows_of(a, p, name)}
    said = (a.process, a.lead or "", a.leaning or "", a.motion or "", a.strength.level, first)
    return Line(a.company, *said, hangs_on=on, flags=flags, sums=sums, blocks=blocks, case=a.case)


def counts_of(one: Line) -> Counts:
    """One company, counted."""
    assert one.process in VERDICTS
    return Counts(
        1,
        Counter([one.process]),
        Counter(filter(None, [one.motion])),
        Counter(filter(None, [one.strength])),
        Counter(one.flags),
        Counter(filter(None, [one.first_question])),
        Counter([level for level, _ in one.urgent[:1]]),
        Counter([(one.process, one.lead or one.leaning)]),
    )
