"""The knowledge base as data: rules, their conclusions, and what they cite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias, TypeVar

PROCESSES = ("enterprise", "smb")
MOTIONS = ("motion", "second_motion")
MOTION = MOTIONS[0]
SOLD = (*MOTIONS, "stage")  # the attributes that say how the process is sold, and how far the company is
FLAG_LEVELS = ("stop", "flag", "note")  # of a red flag, the gravest first
PARTS = ("moves", "pitfalls", "stop")  # what a topic may be for
OTHER = {"enterprise": "smb", "smb": "enterprise"}
VERDICTS = ("enterprise", "smb", "both", "not_yet", "undetermined")
OneProcess = Annotated[str, ("enum", PROCESSES)]
OneOrBoth = Annotated[str, ("enum", VERDICTS[:3])]
DocumentedVerdict = Annotated[str, ("enum", VERDICTS[:4])]
AnyVerdict = Annotated[str, ("enum", VERDICTS)]


@dataclass(frozen=True)
class Conclude:
    """Gives an attribute a value (`yes` for a yes/no attribute)."""

    attribute: str
    value: str
    process: ClassVar[str] = ""
    done_when: ClassVar[str] = ""


@dataclass(frozen=True)
class Weigh:
    """Evidence for (+) or against (−) a process, on a line."""

    process: str
    certainty: float
    line: str
    done_when: ClassVar[str] = ""


@dataclass(frozen=True)
class BlockProcess:
    """The process is not workable yet. With `lift` it is an exception: it blocks nothing and only overrides."""

    process: str
    remedy: str = ""
    owner: str = ""
    done_when: str = ""
    lift: bool = False


@dataclass(frozen=True)
class Advise:
    """A choice on a topic of the plan. `short` says the text in one line.

    `stage` and `motion` are the values of these attributes that it is for (all where empty). It ends when `done_when` holds or,
    where no answer shows that, as `until` says. `weeks` is the time until then, `hours` what its owner spends on it a week, `cost`
    US dollars in all, `hires` how many sellers it adds, and `effect` what it is known to bring. `brings` is a formula of the US
    dollars that it adds to the cash within ninety days. It takes the place of what the blocks and flags that it `answers` advise.
    """

    topic: str
    choice: str
    process: str
    text: str
    steps: tuple[str, ...] = ()
    owner: str = ""
    done_when: str = ""
    priority: int = 50
    short: str = ""
    stage: tuple[str, ...] = ()
    motion: tuple[str, ...] = ()
    until: str = ""
    weeks: float | None = None
    hours: float | None = None
    cost: float | None = None
    hires: int = 0
    effect: str = ""
    answers: tuple[str, ...] = ()
    brings: str = ""


@dataclass(frozen=True)
class Warn:
    """A pitfall; with a `level`, a red flag, which is said before anything else and changes no verdict.

    `level` is what it is where its rule fires; `flag_when` and `stop_when` raise it. `figure` is the number that it shows (the
    first known of several), `move` what answers it, in one sentence, with `owner`, `until`, `weeks`, `hours` and `cost` as in
    advice. `ref` is its row in a list.
    """

    process: str
    text: str
    level: str = ""
    flag_when: str = ""
    stop_when: str = ""
    figure: tuple[str, ...] = ()
    move: str = ""
    owner: str = ""
    until: str = ""
    weeks: float | None = None
    hours: float | None = None
    cost: float | None = None
    ref: str = ""
    done_when: ClassVar[str] = ""

    @property
    def raised(self) -> dict[str, str]:
        """The conditions under which it is graver, by the level that it then has, the gravest first."""
        return {level: text for level, text in (("stop", self.stop_when), ("flag", self.flag_when)) if text}


Conclusion: TypeAlias = "Conclude | Weigh | BlockProcess | Advise | Warn"
Kind = TypeVar("Kind", Conclude, Weigh, BlockProcess, Advise, Warn)
KINDS = {Conclude: "conclude", Weigh: "weigh", BlockProcess: "block", Advise: "advise", Warn: "warn"}


@dataclass(frozen=True)
class Rule:
    """A condition, one conclusion, a reason and its sources. `claims` is what its texts say of a subject (Knowledge.claims)."""

    id: str
    when: str
    then: Conclusion
    because: str
    source: tuple[str, ...]
    overrides: tuple[str, ...] = ()
    claims: dict[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    @property
    def kind(self) -> str:
        """conclude, weigh, block, advise or warn."""
        return KINDS[type(self.then)]

    @property
    def concludes(self) -> tuple[str, str] | None:
        """The attribute and the value that other rules read of it; a block is one too."""
        match self.then:
            case Conclude(attribute, value):
                return attribute, value
            case BlockProcess(process, lift=False):
                return f"{process}_blocked", "yes"
        return None

    @property
    def target(self) -> tuple[str, ...]:
        """Its kind and what it is about: rules of one target can override one another."""
        match self.then:
            case Weigh(process, line=line):
                return self.kind, process, line
            case Conclude(about) | BlockProcess(about) | Advise(about):
                return self.kind, about
        return (self.kind,)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that a reader sees: the reason, and those of the conclusion."""
        match self.then:
            case BlockProcess(remedy=text):
                return self.because, text
            case Warn(text=text, move=move):
                return self.because, text, move
            case Advise(text=text, short=short, steps=steps):
                return self.because, text, short, *steps
        return (self.because,)


@dataclass(frozen=True)
class Line:
    """A line of evidence: pieces that speak of the same thing."""

    id: str
    dimension: str
    title: str


@dataclass(frozen=True)
class Topic:
    """A topic of the plan. `choices` is None where any id may be chosen; `metrics` says that choices are numbers.

    `part` is what it is for in a report: the first `moves`, the `pitfalls`, when to `stop`; else a part of the plan.

    `between` names the choices of a topic on which everybody gets an answer, whatever the verdict; `why` says what it hangs on.
    """

    id: str
    title: str
    choices: dict[str, str] | None = None
    metrics: bool = False
    part: str = ""
    exclusive: bool = False
    between: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Attribute:
    """Something that rules conclude: yes/no, or one of `values`, or `several` of them.

    A `verdict` attribute belongs to the last stratum.
    """

    id: str
    means: str
    values: tuple[str, ...] = ("yes",)
    verdict: bool = False
    several: bool = False
    says: tuple[str, ...] = ()  # the sentences for yes and for no, with {value}, where `means` makes none

    @property
    def flag(self) -> bool:
        """Whether it is a yes/no attribute."""
        return self.values == ("yes",)


@dataclass(frozen=True)
class Source:
    """What a rule cites. `kind` is study, filing, law, vendor, opinion, or article.

    `weight` is full, half or soft, and empty for a statement of the article, which counts as a kind of its own. What is soft
    decides nothing alone.
    """

    id: str
    kind: str
    says: str
    title: str = ""
    author: str = ""
    year: str = ""
    section: str = ""
    addresses: tuple[str, ...] = ()
    weight: str = ""
    interested: bool = False

    @property
    def soft(self) -> bool:
        """Whether it may phrase advice, but never decide alone."""
        return self.weight == "soft"


@dataclass(frozen=True)
class GuidePoint:
    """One row of the comparison of the two processes."""

    point: str
    enterprise: str
    smb: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Owner:
    """A role that rules give work to. The company has somebody for it where `has` holds; else the `instead` one does the work."""

    id: str
    has: str
    instead: str = ""


@dataclass(frozen=True)
class Motion:
    """How a process can be sold: the profile of a value of the attribute `motion`. `in_short` says it in a line."""

    id: str
    title: str
    in_short: str
    price: str
    buyers: str
    team: str
    channels: str
    metrics: str
    failure: str
    not_advised: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """A subject on which a page may say one thing or another, never both. `means` is the question that the values answer.

    `about` is what is claimed: a fact, a process, a move or a figure. `broken_by` is a company of which both were said.
    """

    id: str
    means: str
    values: tuple[str, ...]
    because: str
    about: str = ""
    broken_by: str = ""


@dataclass(frozen=True)
class Overlay:
    """A folder of rules laid over the built-in ones. `without` is a company's process with the rules that it switched off."""

    name: str
    sha256: str
    switched_off: tuple[str, ...] = ()
    without: AnyVerdict | None = None


@dataclass(frozen=True)
class Knowledge:
    """The whole knowledge base, as read. `off` holds the rules that were switched off, `faulty` names those that are wrong."""

    version: str
    sha256: str
    lines: dict[str, Line]
    topics: dict[str, Topic]
    attributes: dict[str, Attribute]
    rules: dict[str, Rule]
    sources: dict[str, Source]
    claims: dict[str, Claim] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)
    motions: dict[str, Motion] = field(default_factory=dict)
    article: dict[str, str] = field(default_factory=dict)
    guide_title: str = ""
    guide: tuple[GuidePoint, ...] = ()
    guide_notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    overlays: tuple[Overlay, ...] = ()
    off: dict[str, Rule] = field(default_factory=dict)
    faulty: frozenset[str] = frozenset()

    def each(self, kind: type[Kind]) -> Iterator[tuple[Rule, Kind]]:
        """The rules with one kind of conclusion, each with that."""
        for rule in self.rules.values():
            if isinstance(rule.then, kind):
                yield rule, rule.then

    def topics_for(self, part: str) -> tuple[str, ...]:
        """The topics that are for a part of a report."""
        return tuple(topic.id for topic in self.topics.values() if topic.part == part)

    @property
    def blocks(self) -> Iterator[tuple[Rule, BlockProcess]]:
        """The rules that block a process, without the exceptions that only lift a block."""
        return ((rule, block) for rule, block in self.each(BlockProcess) if not block.lift)
