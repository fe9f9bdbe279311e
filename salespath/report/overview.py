"""A portfolio as a whole: how many companies have which verdict, what is amiss with them, what to ask first, and who is who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """A company of a portfolio; what is not known, or was not worked out, is empty.

    `sums` are net evidence by process and by `fit`, `means` or a dimension, 0 being balanced; `flags` are levels and rules, the
    gravest first; `hangs_on` are facts, as `first_question` is one.
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


@dataclass
class Counts:
    """How many companies there are in some part of a portfolio, by what is said of them.

    `flags` are counted by level and rule, `questions` by the fact to be asked first.
    """

    companies: int = 0
    processes: Counter[str] = field(default_factory=Counter)
    motions: Counter[str] = field(default_factory=Counter)
    strengths: Counter[str] = field(default_factory=Counter)
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Count those of another part as well."""
        self.companies += other.companies
        for mine, others in (
            (self.processes, other.processes),
            (self.motions, other.motions),
            (self.strengths, other.strengths),
            (self.questions, other.questions),
        ):
            mine.update(others)
        self.flags.update(other.flags)


@dataclass
class Overview:
    """The counts of the whole and, where companies are grouped `by` a column, of each group; the first companies, line by line."""

    by: str = ""
    whole: Counts = field(default_factory=Counts)
    groups: dict[str, Counts] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
