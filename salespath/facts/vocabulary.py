"""The vocabulary: which facts exist, what they mean, how they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import ClassVar
from unicodedata import normalize

from salespath.files.nodes import Node, repeated_keys
from salespath.files.problems import Problem, SalespathError, shown, suggestion
from salespath.files.records import Record

FOLDER = Path(__file__).parent / "vocabulary"
FILES = ("product", "market", "capital", "team", "role", "results", "derived", "aliases", "relations")
DIMENSIONS = ("product", "market", "capital", "team", "role")
NUMERIC = ("integer", "number", "money", "share")
TYPES = ("choice", "boolean", "integer", "number", "money", "share", "set", "date")
ASPECTS = ("stage", "size", "price", "kind")  # in which companies are like one another
ASK = ("core", "plan", "figures")
KINDS = ("impossible", "doubtful")  # of relations
NOT_TOGETHER = "not_together"
MONTH = 30  # days within which a test must be done


@dataclass(frozen=True)
class Change:
    """What a company can change itself within about two quarters, and how far.

    `step` counts steps of an ordered choice, members of a set or units of a number; `share` is a part of the value; with
    neither, any size. `start` names the only values it can start from; `when` is a condition. `effort` is 1 (days) to 4 (two
    quarters).
    """

    direction: str = "any"
    effort: int = 3
    step: int | None = None
    share: float | None = None
    start: tuple[str, ...] = ()
    when: str = ""


@dataclass(frozen=True)
class Test:
    """The cheapest honest test of what is guessed or not known: what to do, within how many days (1 to 30), and at what cost.

    `passed` is the number that counts, set beforehand.
    """

    do: str
    passed: str
    days: int
    cost: str


@dataclass(frozen=True)
class Fact:
    """Something the company tells us.

    `called` is what else tables call it, beside id and label (aliases.yaml); `also` holds what else people call a value, beside its
    id and its description; the `quick` ones are what a quick interview asks. `says` are the sentences for yes and for no (with or
    without the member {value}) where label and value make none, `counted` is what its members are. The `motion` ones tell how the
    company sells today; `aspect` is that in which companies are compared by it. `owner` changes it where no rule names somebody.
    """

    id: str
    type: str
    dimension: str
    label: str
    question: str
    help: str
    why: str
    ask: str
    values: dict[str, str] = field(default_factory=dict)
    ordered: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    quick: bool = False
    change: Change | None = None
    test: Test | None = None
    called: tuple[str, ...] = ()
    condition: str = ""  # the fact as what something depends on, after `unless`: {bound} {amount} is signed; or {value}
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    counted: str = ""
    motion: bool = False
    aspect: str = ""
    owner: str = ""
    private: bool = False  # the company's own money: not among the first questions, unless the answer decides
    follows: str = ""  # a condition under which other answers tell this one, or leave nothing to know
    below_zero: str = ""  # what a number below zero means, which is then 0

    @cached_property
    def meanings(self) -> dict[str, str]:
        """The value that each text means, folded: ids, labels, other words and descriptions."""
        return {word: value for value, word in _texts_of_values(self)}

    @property
    def numeric(self) -> bool:
        """Whether values are numbers."""
        return self.type in NUMERIC


@dataclass(frozen=True)
class Derived:
    """A number computed from facts, or given directly. A zero divisor makes it undefined, or unlimited where so declared."""

    id: str
    type: str
    label: str
    formula: str
    meaning: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    unlimited: bool = False
    called: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    line: int = 0
    dimension: ClassVar[str] = "derived"
    values: ClassVar[dict[str, str]] = {}
    meanings: ClassVar[dict[str, str]] = {}
    says: ClassVar[tuple[str, ...]] = ()
    counted: ClassVar[str] = ""
    below_zero: ClassVar[str] = ""
    numeric: ClassVar[bool] = True


@dataclass(frozen=True)
class Relation:
    """What answers cannot, or can hardly, say together: `broken` is the condition under which they do.

    An `impossible` one means that an answer is wrong, a `doubtful` one only asks `question`. `ask` names the answers to check, the
    likelier mistake first. One that is NOT_TOGETHER says of no answer that it is wrong, but is never proposed; `text` says why.
    """

    id: str
    kind: str
    broken: str
    text: str
    question: str
    ask: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True)
class Unclear:
    """Why headings of tables are not read: they allow several readings, among them some `facts`, or are no fact at all."""

    because: str
    headings: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Headings:
    """What headings of tables mean beside ids and labels, by `bare_name`, and why others are not read.

    They mean a fact, perhaps in a unit (`annual_revenue (a month)`), `company` or `currency`.
    """

    meant: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, Unclear] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """Why people differ on several answers at once, in words: they differ on one that `tells`, and on what `follows` from it."""

    id: str
    says: str
    tells: tuple[str, ...]
    follows: tuple[str, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """All the facts that it explains."""
        return *self.tells, *self.follows


def fold(text: str) -> str:
    """A text as it is compared with others: lower case, with single spaces for spaces, hyphens and underscores."""
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())


def bare_name(text: str) -> str:
    """A name as headings are compared: its letters and digits, in lower case and without accents."""
    return "".join(c for c in normalize("NFKD", text.lower()) if c.isalnum())


@dataclass(frozen=True)
class Vocabulary:
    """All facts and derived numbers, in the order they are asked and shown, what they cannot say together, nor be made to."""

    facts: dict[str, Fact]
    derived: dict[str, Derived]
    relations: dict[str, Relation] = field(default_factory=dict)
    not_together: dict[str, Relation] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    headings: Headings = Headings()

    def __getitem__(self, name: str) -> Fact | Derived:
        return self.facts[name] if name in self.facts else self.derived[name]

    def __contains__(self, name: object) -> bool:
        return name in self.facts or name in self.derived

    def __iter__(self) -> Iterator[str]:
        yield from self.facts
        yield from self.derived

    def ordered(self, names: Iterable[str]) -> list[str]:
        """Names in vocabulary order."""
        return sorted(self.places.keys() & set(names), key=self.places.__getitem__)

    @cached_property
    def motion(self) -> frozenset[str]:
        """The facts on how the company sells today."""
        return frozenset(fact.id for fact in self.facts.values() if fact.motion)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of every name in the order of the vocabulary."""
        return {name: place for place, name in enumerate(self)}

    @cached_property
    def called(self) -> dict[str, str]:
        """What a name means, by its `bare_name`: an id, else a label or what else tables call a fact, if that is one fact only."""
        found: dict[str, str] = {}
        for name in self:
            for word in (self[name].label, *self[name].called):
                key = bare_name(word)
                found[key] = name if found.get(key, name) == name else ""
        ids = {bare_name(name): name for name in self}
        return {key: name for key, name in found.items() if name} | ids

    def suggestion(self, word: str, *others: str) -> str:
        """` Did you mean x?` for the fact, or one of some other names, that a word may have meant; nothing where in doubt."""
        if meant := self.called.get(bare_name(word)):
            return f" Did you mean {meant}?"
        names = {word: name for name in self for word in (*self[name].called, self[name].label)}
        return suggestion(word, (*self, *others), also=names)

    @cached_property
    def members(self) -> dict[str, int]:
        """The place of every member of a set, in the order of its fact."""
        sets = (fact.values for fact in self.facts.values() if fact.type == "set")
        return {member: place for place, member in enumerate(chain.from_iterable(sets))}


def load(nodes: Iterable[tuple[str, Node]]) -> Vocabulary:
    """The vocabulary from the nodes of its files. Raises SalespathError listing every problem."""
    problems: list[Problem] = []
    facts: dict[str, Fact] = {}
    derived: dict[str, Derived] = {}
    relations: dict[str, Relation] = {}
    not_together: dict[str, Relation] = {}
    causes: list[Cause] = []
    headings = Headings()
    for path, node in nodes:
        problems.extend(repeated_keys(node, path))
        file = Record(node, path, problems, "the file")
        if file.has("relations"):
            for found, key in ((relations, "relations"), (not_together, NOT_TOGETHER)):
                for item in file.records(key, "a relation"):
                    relation = _relation(item, key)
                    if relation.id in {*relations, *not_together}:
                        item.problem("SP109", f"{item.what} is defined twice.")
                    found[relation.id] = relation
            for item in file.records("causes", "a cause"):
                causes.append(_cause(item, {*facts, *derived}.difference(*(cause.facts for cause in causes))))
        elif file.has("called"):
            headings = _headings(file, facts, derived)
        elif file.has("derived"):
            for item in file.records("derived", "a derived number"):
                number = _read_derived(item)
                derived[number.id] = number
        else:
            dimension = file.one_of("dimension", (*DIMENSIONS, "results"), required=True)
            owner = file.text("owner", required=True)
            file.text("title", required=True)
            for item in file.records("facts", "a fact", required=True):
                fact = _fact(item, dimension, owner)
                if fact.id in facts:
                    item.problem("SP109", f"the fact {fact.id} is defined twice.")
                facts[fact.id] = fact
        file.done()
    if problems:
        raise SalespathError(problems)
    return Vocabulary(facts, derived, relations, not_together, tuple(causes), headings)


def _headings(file: Record, facts: dict[str, Fact], derived: dict[str, Derived]) -> Headings:
    """What headings mean; what else tables call a fact becomes part of it. A heading that is said twice is a problem."""
    found = Headings()
    every: list[Fact | Derived] = [*facts.values(), *derived.values()]
    known = {bare_name(word) for fact in every for word in (fact.id, fact.label)}

    def each(words: Iterable[str], item: Record, line: int) -> Iterator[str]:
        for word in words:
            key = bare_name(word)
            if key in known or not key:
                item.problem("SP109", f"the heading {shown(word)} has a meaning already.", line)
            known.add(key)
            yield key

    called = file.record("called", "called")
    for target in called.names() if called else ():
        assert called
        name, words = target.partition(" (")[0], called.texts(target)
        found.meant.update(dict.fromkeys(each(words, called, called.line_of(target)), target))
        if name in facts and name == target:
            facts[name] = replace(facts[name], called=words)
        elif name in derived and name == target:
            derived[name] = replace(derived[name], called=words)
        elif name not in (*facts, *derived, "company", "currency"):
            hint = suggestion(name, (*facts, *derived))
            called.problem("SP111", f"there is no fact {shown(name)}.{hint}", called.line_of(target))
    for key in ("no_fact", "two_readings"):
        for item in file.records(key, "headings that are not read"):
            unclear = item.read(Unclear)
            found.unclear.update(dict.fromkeys(each(unclear.headings, item, item.line), unclear))
            for name in unclear.facts:
                if name not in facts and name not in derived:
                    item.problem("SP111", f"there is no fact {shown(name)}.{suggestion(name, (*facts, *derived))}")
    return found


def _fact(item: Record, dimension: str, owner: str) -> Fact:
    item.what = f"the fact {item.text('id', required=True)}"
    change, test = item.record("change", "change"), item.record("test", f"the test of {item.text('id')}")
    also = item.record("also", f"also of {item.what}")
    fact = item.read(
        Fact,
        {"type": TYPES, "ask": ASK, "aspect": ("", *ASPECTS)},
        dimension=dimension,
        change=change and _change(change),
        test=test and _test(test),
        also={value: also.texts(value) for value in also.names()} if also else {},
        says=sentences(item),
        owner=owner,
    )
    for value in fact.also.keys() - fact.values.keys():
        item.problem("SP106", f"{item.what} has no value {shown(value)}.{suggestion(value, fact.values)}")
    meant: dict[str, str] = {}
    for value, word in _texts_of_values(fact):
        if meant.setdefault(word, value) != value:
            item.problem("SP106", f"{item.what}: {shown(word)} means both {meant[word]} and {value}.")
    if bool(fact.values) != (fact.type in ("choice", "set")):
        item.problem("SP106", f"{item.what} needs values if, and only if, it is a choice or a set.")
    return fact


def sentences(item: Record) -> tuple[str, ...]:
    """The sentences under `says`, for yes and for no; none where it says nothing."""
    says = item.texts("says")
    if len(says) not in (0, 2):
        item.problem("SP106", f"says of {item.what} should be two sentences, for yes and for no.", item.line_of("says"))
    return says


def _texts_of_values(fact: Fact) -> Iterator[tuple[str, str]]:
    """The values of a choice or set, each with every text that means it."""
    for value, description in fact.values.items():
        for text in (value, *fact.also.get(value, ()), description):
            if text:
                yield value, fold(text)


def _change(item: Record) -> Change:
    item.text("to")
    return item.read(Change, {"direction": ("up", "down", "any")}, start=item.texts("from"))


def _test(item: Record) -> Test:
    days = item.number("days")
    if days is None or not (1 <= days <= MONTH and days == int(days)):
        item.problem("SP106", f"days of {item.what} should be a whole number from 1 to {MONTH}.", item.line_of("days"))
        days = MONTH
    return item.read(Test, days=int(days))


def _read_derived(item: Record) -> Derived:
    item.what = f"the derived number {item.text('id', required=True)}"
    unlimited = item.one_of("zero_divisor", ("unlimited", "undefined"), "undefined") == "unlimited"
    return item.read(Derived, {"type": NUMERIC}, unlimited=unlimited, line=item.line_of("formula"))


def _cause(item: Record, free: set[str]) -> Cause:
    """A cause of facts that are `free`, having no other."""
    item.what = f"the cause {item.text('id', required=True)}"
    cause = item.read(Cause)
    for name in cause.facts:
        if name not in free:
            item.problem(
                "SP111", f"{item.what}: {shown(name)} is no fact, or has another cause.{suggestion(name, free)}"
            )
    return cause


def _relation(item: Record, key: str) -> Relation:
    item.what = f"the relation {item.text('id', required=True)}"
    if key == NOT_TOGETHER:
        return item.read(Relation, kind=key, question="", ask=(), file=item.path, line=item.line)
    return item.read(Relation, {"kind": KINDS}, file=item.path, line=item.line)
