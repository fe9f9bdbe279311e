"""The record of one assessment: everything a presentation needs, and nothing of how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, TypedDict

from salespath.engine.base import Base
from salespath.engine.overlays import overlays
from salespath.engine.strength import Strength, strength
from salespath.engine.walk import Verdict as Verdict
from salespath.engine.walk import Walked
from salespath.facts import Case, Value
from salespath.files.problems import Problem
from salespath.rules.model import FLAG_LEVELS, OTHER, PROCESSES, VERDICTS, AnyVerdict, OneOrBoth, OneProcess, Overlay

Sha256 = Annotated[str, ("pattern", "^[0-9a-f]{64}$")]
Bound = Annotated[str, ("enum", ("at_least", "at_most"))]
SettledBy = Annotated[str, ("enum", ("bounds", "search", "example", "unproved"))]


@dataclass(frozen=True)
class Fired:
    """A rule that took effect, its reason, and the answers it read. `weight` is its signed weight if it counted, else 0."""

    rule: str
    because: str
    source: tuple[str, ...]
    facts: Mapping[str, Value]
    weight: int = 0


@dataclass(frozen=True)
class Open:
    """A rule that is neither fired nor failed, and the unknown facts that would decide it."""

    rule: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Unless:
    """A missing answer that alone lifts a standing block: a fact with `at_least` or `at_most` an amount, or with a value."""

    block: str
    fact: str
    bound: Bound = ""
    amount: float | None = None
    value: Value | None = None


@dataclass(frozen=True)
class Blocker:
    """What makes a process unworkable for now: a block that stands.

    `needs` are the missing answers that may still lift it, `unless` those that do so alone; both are empty where it is certain.
    """

    process: OneOrBoth
    rule: str
    because: str
    remedy: str
    owner: str
    facts: Mapping[str, Value]
    needs: tuple[str, ...] = ()
    unless: tuple[Unless, ...] = ()


@dataclass(frozen=True)
class Proviso:
    """A block of which it is not known whether it applies: the recommendation holds provided that it does not."""

    process: OneOrBoth
    rule: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """A choice on a topic of the plan. `done` says that the answers show it is in place; `short` is its text in a line."""

    topic: str
    choice: str
    process: Annotated[str, ("enum", (*VERDICTS, "any"))]
    text: str
    steps: tuple[str, ...]
    owner: str
    because: str
    rules: tuple[str, ...]
    done: bool = False
    short: str = ""


@dataclass(frozen=True)
class Choice:
    """What a topic on which everybody gets an answer comes to, for the process of the verdict or one that it may become."""

    topic: str
    process: OneOrBoth
    choice: str
    because: str
    rule: str


@dataclass(frozen=True)
class Warning:
    """A pitfall that applies."""

    rule: str
    text: str
    because: str


@dataclass(frozen=True)
class Flag:
    """A red flag that applies. `value` of the number `figure` is held against `threshold`, where it is one of these that decides.

    `move` is the one that answers it, empty of a flag of an earlier rule folder; `consequence` says what follows.
    """

    rule: str
    level: Annotated[str, ("enum", FLAG_LEVELS)]
    ref: str
    consequence: str
    because: str
    figure: str
    value: Value | None
    threshold: float | None
    move: str
    owner: str
    source: tuple[str, ...]
    facts: Mapping[str, Value]


@dataclass(frozen=True)
class Reading:
    """A derived value. `status` is value, unknown, unlimited or undefined."""

    status: Annotated[str, ("enum", ("value", "unknown", "unlimited", "undefined"))]
    value: Value | None = None


@dataclass(frozen=True)
class Question:
    """A fact worth asking next, and what it can still change.

    It can lift what blocks some processes now, or block some; count on `lines` of evidence for or against a process (`signs` by
    process); or decide attributes that the verdict reads.
    """

    fact: str
    lifts: tuple[str, ...] = ()
    signs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Two conclusions that cannot both hold."""

    about: str
    values: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Contradiction:
    """Answers that certainly break a relation of the vocabulary, or a number given otherwise than its inputs make it.

    Of an `impossible` one an answer is wrong; a `doubtful` one happens, but is worth asking back. `facts` are the answers, `text`
    names their values, `question` resolves it, and `ask` names what to check, the likelier mistake first. `code` is that of the
    problem it makes.
    """

    id: str
    kind: Annotated[str, ("enum", ("impossible", "doubtful"))]
    facts: tuple[str, ...]
    text: str
    question: str
    ask: tuple[str, ...]
    code: str

    @property
    def said(self) -> str:
        """What contradicts itself, and the question."""
        return f"{self.text} {self.question}".rstrip()


@dataclass(frozen=True)
class Settlement:
    """Which processes are possible.

    `examples` holds for every witnessed process the facts of a company that gets it (for the process itself: as it is); the
    `excluded` ones are proved impossible, the `unproved` ones neither. `settled_by` is bounds, search, example or unproved.
    """

    process: str
    examples: Mapping[str, Mapping[str, Value]]
    excluded: tuple[AnyVerdict, ...]
    unproved: tuple[AnyVerdict, ...]
    settled_by: SettledBy

    @property
    def settled(self) -> bool:
        """Whether it is proved that no answers change the process."""
        return self.settled_by in ("bounds", "search")

    @property
    def possible(self) -> tuple[str, ...]:
        """The processes that are not excluded, in the order of the verdicts."""
        return tuple(value for value in VERDICTS if value not in self.excluded)


class ReceiptRate(TypedDict):
    """At what rate amounts of a currency were converted: units for one US dollar, the average `of` a year or `given`."""

    units_per_usd: float
    of: str
    source: str


class Receipt(TypedDict):
    """What produced an assessment."""

    salespath: str
    engine: Annotated[str, ("enum", ("salespath", "experta"))]
    rules_version: str
    rules_sha256: Sha256
    overlays: list[Overlay]
    rates: dict[str, ReceiptRate]


@dataclass(frozen=True)
class Assessment:
    """What salespath says of one company.

    `evidence` holds the exact sums of weights by process and by fit, means and each dimension. `leaning` is set where `process`
    is not_yet or undetermined, `lead` where it is both. `basis` says what decided where fit did not: means, or means_alone where
    what is sold and to whom is hardly known. `choices` are those of the verdict's process, else of the one that it leans to, else
    of each. `settled` says that no answer still missing can change the process.
    """

    case: Case
    process: AnyVerdict
    lead: OneProcess | None
    leaning: OneProcess | None
    basis: str | None
    settled: bool
    settled_by: SettledBy  # bounds or search: settled; example: an answer is found that changes it; else unproved
    possible: tuple[AnyVerdict, ...]
    evidence: Mapping[str, Mapping[str, int]]
    blockers: tuple[Blocker, ...]
    provisos: tuple[Proviso, ...]
    choices: tuple[Choice, ...]
    advice: tuple[Advice, ...]
    warnings: tuple[Warning, ...]
    flags: tuple[Flag, ...]
    derived: Mapping[str, Reading]
    metrics: Mapping[str, Reading]
    fired: tuple[Fired, ...]
    open: tuple[Open, ...]
    next_questions: tuple[Question, ...]
    conflicts: tuple[Conflict, ...]
    contradictions: tuple[Contradiction, ...]
    problems: tuple[Problem, ...]
    base: Base = field(repr=False, compare=False)
    walked: Walked = field(repr=False, compare=False)
    completions: Settlement | None = None  # which processes are possible, where that was asked
    known_strength: Strength | None = field(default=None, repr=False, compare=False)  # where a table has found it out

    @property
    def company(self) -> str:
        """The company's name."""
        return self.case.company

    @property
    def verdict(self) -> Verdict:
        """What is recommended."""
        return Verdict(self.process, self.lead, self.leaning)

    @property
    def sold_as(self) -> str | None:
        """The process that the plan is for: what is recommended, what goes first, or what it leans to."""
        return self.walked.value("sold_as")

    @property
    def motion(self) -> str | None:
        """How that process is sold."""
        return motion_of(self.walked)

    @property
    def second_motion(self) -> str | None:
        """Under `both`, how the other process is sold."""
        return self.walked.value("second_motion")

    @property
    def stage(self) -> str | None:
        """How far the company is with selling."""
        return self.walked.value("stage")

    @property
    def processes(self) -> tuple[str, ...]:
        """The processes that are to be run: one, both, or none yet."""
        return PROCESSES if self.process == "both" else (self.process,) if self.process in PROCESSES else ()

    def rules_for(self, attribute: str) -> tuple[str, ...]:
        """The rules that conclude what an attribute is: the process, the motion."""
        value = self.walked.value(attribute) or ""
        return tuple(rule for rule in self.base.concluders(attribute, value) if self.walked.fired(rule))

    def status(self, rule: str) -> str:
        """Whether a rule has fired, has failed, or is open."""
        return self.walked.status(self.base.rule_ref(rule))

    def reasons(self, process: str, sign: int) -> list[Fired]:
        """The evidence that counted for (or against) a process, the weightiest first."""
        rules = self.base.knowledge.rules
        found = [item for item in self.fired if item.weight * sign > 0 and rules[item.rule].then.process == process]
        return sorted(found, key=lambda fired: (-abs(fired.weight), fired.rule))

    @property
    def impossible(self) -> Contradiction | None:
        """The first answers that cannot stand together, where there are some: then nothing is settled, nor firm."""
        return next((found for found in self.contradictions if found.kind == "impossible"), None)

    @cached_property
    def strength(self) -> Strength:
        """How firm the verdict is."""
        if self.known_strength:
            return self.known_strength
        guessed = {name for name, how in self.case.how.items() if how == "guessed"}
        unsure = self.basis == "means_alone" or self.impossible is not None
        return strength(self.base, self.case.values, self.process, guessed=guessed, unsure=unsure)

    @property
    def unless(self) -> tuple[Unless, ...]:
        """What would lift the blocks that stand, block by block."""
        return tuple(item for blocker in self.blockers for item in blocker.unless)

    @property
    def lifting(self) -> tuple[str, ...]:
        """The facts to ask first: they may lift what blocks the process that the company leans to, or either if it leans to none.

        Those that do so alone come first. Nothing where a process is recommended: what blocks another one is then of no interest.
        """
        if self.process not in ("not_yet", "undetermined"):
            return ()
        wanted = [b for b in self.blockers if b.process in ((self.leaning,) if self.leaning else PROCESSES)]
        alone = {item.fact for blocker in wanted for item in blocker.unless}
        needs = {name for blocker in wanted for name in blocker.needs}
        return tuple(dict.fromkeys([*self.base.vocabulary.ordered(alone), *self.base.vocabulary.ordered(needs)]))

    @property
    def receipt(self) -> Receipt:
        """What produced this: the same facts and receipt give the same assessment."""
        return receipt_of(self.base, self.case, self.walked.engine, self._overlays)

    @cached_property
    def _overlays(self) -> list[Overlay]:
        return list(overlays(self.base, self.case.values))


def receipt_of(base: Base, case: Case, engine: str, overlays: list[Overlay]) -> Receipt:
    """What produces the assessment of a company."""
    from salespath import __version__

    knowledge = base.knowledge
    return {
        "salespath": __version__,
        "engine": engine,
        "rules_version": knowledge.version,
        "rules_sha256": knowledge.sha256,
        "overlays": overlays,
        "rates": {
            code: {"units_per_usd": rate.units_per_usd, "of": rate.of, "source": rate.source}
            for code, rate in case.rates.items()
        },
    }


def subject(assessment: Assessment) -> tuple[str, ...]:
    """The processes that the verdict is about: the recommended ones, else the one it leans to."""
    process, lead, leaning = assessment.verdict
    if process == "both":
        return (lead or "smb", OTHER[lead or "smb"])
    one = process if process in PROCESSES else leaning
    return (one,) if one else ()


def motion_of(walked: Walked) -> str | None:
    """How the process is sold that a walk comes to."""
    return walked.value("motion")
