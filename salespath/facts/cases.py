"""Cases: what one company has told us, read strictly from YAML or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from salespath.facts import values
from salespath.facts.values import HOW, BadValue, Value
from salespath.facts.vocabulary import Derived, Fact, Vocabulary, fold
from salespath.files.nodes import Mapping, Node, Scalar, Sequence, plain, read_document, repeated_keys
from salespath.files.problems import WARNING, Problem, has_error, refusal, shown, suggestion
from salespath.files.source import InputFile

COMPANY = "company"
NAMELESS = "Your company"
NAMES = (COMPANY, "company name")  # what the company's name is called, folded
_LISTED = 20  # texts in a list of companies that are named one by one, where there is nothing else
UNREAD = "facts that cannot be read"
_KEPT = " The result keeps it; here it is shown, but counts for nothing."
_ANNOTATED = ("value", "how", "note", "date")
_SHORT = 6  # letters of a key that may well be another word than the fact it resembles: lead is not leads
_BESIDE = (COMPANY, "facts", "assumptions", "respondent", "scenario")  # keys beside the facts that something reads


@dataclass(frozen=True)
class Case:
    """The known facts of one company; a fact that is absent is unknown.

    `how` says of a value that it is measured, estimated or guessed, `notes` keeps its note and date; rules read neither. `extra`
    carries whatever else the file says of the company (id, year, label, …). One that is not `named` goes by its file or place.
    The values of `tried` facts are not what the company said, but what is supposed of it.
    """

    company: str
    values: MappingABC[str, Value] = field(default_factory=dict)
    how: MappingABC[str, str] = field(default_factory=dict)
    notes: MappingABC[str, MappingABC[str, str]] = field(default_factory=dict)
    extra: MappingABC[str, Any] = field(default_factory=dict)
    file: str | None = None
    line: int | None = None
    row: int | None = field(default=None, compare=False)  # of a table
    named: bool = field(default=True, compare=False)
    tried: frozenset[str] = field(default=frozenset(), compare=False)

    def trial(self, values: MappingABC[str, Value]) -> Case:
        """The company with other values, those that differ being tried."""
        names = values.keys() | self.values.keys()
        other = frozenset(name for name in names if values.get(name) != self.values.get(name))
        return replace(self, values=values, tried=self.tried | other)


def merge(first: Case, second: Case) -> Case:
    """Two accounts of one company; where both say something, the second holds, and how that is known."""
    kept = first.values.keys() - second.values.keys()
    return Case(
        company=second.company or first.company,
        values={**first.values, **second.values},
        how={**{name: how for name, how in first.how.items() if name in kept}, **second.how},
        notes={**{name: notes for name, notes in first.notes.items() if name in kept}, **second.notes},
        extra={**first.extra, **second.extra},
        file=second.file or first.file,
    )


@dataclass(frozen=True)
class Reject:
    """A company that cannot be assessed: its row (line in a fact file), its cells as text, and what is wrong with it.

    `text` is what stands there where it cannot be told by cells.
    """

    file: str
    row: int
    cells: MappingABC[str, str | None]
    text: str | None
    problems: SequenceABC[Problem]


@dataclass(frozen=True)
class Portfolio:
    """The companies of one file: those that can be assessed, every problem found, and which companies that cost."""

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    single: bool
    rejects: tuple[Reject, ...] = field(default=(), compare=False)


def read_file(path: str, vocabulary: Vocabulary) -> Portfolio:
    """The companies of a YAML or JSON fact file.

    A company with an error is left out and its problems listed; the others are kept. Raises SalespathError only where the file
    as a whole cannot be read.
    """
    with InputFile(path) as source:
        return read_source(source, vocabulary)


def read_source(source: InputFile, vocabulary: Vocabulary, *, lines: bool = False, lenient: bool = False) -> Portfolio:
    """The companies of a file that has been opened, as `read_file` does; `lines` says that it holds JSON Lines.

    `lenient`: what the vocabulary cannot read of a saved result is a warning (SP161) and stands under UNREAD in its `extra`.
    """
    node, exact = read_document(source, lines=lines)
    name = "standard input" if source.path == "-" else Path(source.path).stem
    return read_node(node, vocabulary, source.path, name, exact=exact, lenient=lenient)


def read_node(
    node: Node, vocabulary: Vocabulary, path: str, name: str = NAMELESS, *, exact: bool = False, lenient: bool = False
) -> Portfolio:
    """The company in a node, which goes by `name` if it has none, or those in a list. Raises SalespathError for a mere text."""
    problems: list[Problem] = []
    if isinstance(node, Mapping):
        case = read_case(node, vocabulary, path, problems, name, exact, lenient)
        rejects = () if case else (_reject(path, node, name, problems),)
        return Portfolio((case,) if case else (), tuple(problems), single=True, rejects=rejects)
    if isinstance(node, Scalar):
        wanted = "expected facts (`product_stage: launched`, one a line), or a list of companies with facts."
        raise refusal("SP110", f"found the text {shown(node.text)}; {wanted}", path, node.line)
    if len(node.items) > _LISTED and not any(isinstance(item, Mapping) for item in node.items):
        raise refusal(
            "SP110", f"found a list of {len(node.items):,} texts; expected companies with facts.", path, node.line
        )
    cases: list[Case] = []
    left: list[Reject] = []
    for number, item in enumerate(node.items, 1):
        before, name = len(problems), f"company {number}"
        if case := read_case(item, vocabulary, path, problems, name, exact, lenient):
            cases.append(case)
        else:
            left.append(_reject(path, item, name, problems[before:]))
    if not node.items:
        problems.append(no_company("the list holds no company", path, node.line))
    return Portfolio(tuple(cases), tuple(problems), single=False, rejects=tuple(left))


def no_company(what: str, path: str, line: int | None = None) -> Problem:
    """A file with nothing in it, which is no error."""
    return Problem(
        "SP110", f"{what}; add one, or begin with `salespath facts template`.", WARNING, file=path, line=line
    )


def _reject(path: str, node: Node, name: str, problems: SequenceABC[Problem]) -> Reject:
    """A company with its name, and all that is said of it as one JSON text."""
    company = node.get("company") if isinstance(node, Mapping) else None
    if isinstance(company, Scalar) and not company.empty:
        name = company.text
    return Reject(path, node.line, {"company": name}, json.dumps(plain(node), ensure_ascii=False), problems)


def read_case(
    node: Node,
    vocabulary: Vocabulary,
    path: str,
    problems: list[Problem],
    name: str,
    exact: bool = False,
    lenient: bool = False,
) -> Case | None:
    """One company from its node, or None where a problem was found (and added to `problems`)."""
    reader = FactReader(vocabulary, path, name, problems, exact=exact)
    if not isinstance(node, Mapping):
        reader.problem("SP110", f"found {shown(plain(node))}; expected facts.", node.line)
        return None
    before = len(problems)
    problems.extend(repeated_keys(node, path))
    fields = {key.text: value for key, value in node.items}
    named = name_key(fields)
    company = fields.get(named)
    has_name = isinstance(company, Scalar) and not company.empty
    if isinstance(company, Scalar):
        reader.company = shown(company.text, 200) if has_name else name
    elif company is not None:
        reader.problem("SP110", "company should be a name.", company.line)
    saved = isinstance(fields.get("receipt"), Mapping)  # it holds what the program wrote
    facts: Node = Mapping(tuple((k, v) for k, v in node.items if k.text != named), node.line)
    extra: dict[str, Any] = {}
    if "facts" in fields:
        facts = fields["facts"]
        extra = {key: plain(value) for key, value in fields.items() if key not in (named, "facts")}
        if not saved:
            _refuse_astray(node, named, reader)
        if isinstance(facts, Scalar) and facts.empty:
            facts = Mapping((), facts.line)
    if not isinstance(facts, Mapping):
        reader.problem("SP110", "facts should be a mapping.", facts.line)
        return None
    lenient = lenient and saved and "facts" in fields
    reader.exact |= lenient
    unread = {}
    for key, value in facts.items:
        seen = len(problems)
        reader.read(key, value)
        if lenient and len(problems) > seen:  # other rules may have had other facts and values
            problems[seen:] = [
                replace(p, code="SP161", severity=WARNING, message=p.message + _KEPT) for p in problems[seen:]
            ]
            unread[key.text] = plain(value)
    if lenient:
        extra[UNREAD] = unread
    if has_error(problems[before:]):
        return None
    return Case(reader.company, reader.values, reader.how, reader.notes, extra, path, node.line, named=has_name)


def name_key(keys: Iterable[str]) -> str:
    """The key or column that holds the company's name: `company`, else `Company`, `Company name`, … if there is one such."""
    found = [key for key in keys if fold(key) in NAMES]
    return found[0] if len(found) == 1 else COMPANY


def _refuse_astray(node: Mapping, named: str, reader: FactReader) -> None:
    """A problem for every key beside `facts` that is a fact, or nearly a fact or a key that is known."""
    has_name = node.get(named) is not None
    for key, _ in node.items:
        id_ = key.text.strip()
        if key.text in (named, *_BESIDE):
            continue
        if id_ in reader.vocabulary:
            what = "is a fact, but stands beside facts; indent it, so that it stands under facts."
        elif has_name and fold(id_) in ("name", NAMES[1]):
            continue
        elif hint := _hint(id_) or (suggestion(id_, reader.vocabulary, 0.9) if len(id_) > _SHORT else ""):
            what = f"is not known beside facts.{hint}"
        else:
            continue
        reader.problem("SP108", f"{shown(id_)} {what}", key.line, value=shown(id_))


@lru_cache(1000)
def _hint(key: str) -> str:
    """The known key that another one nearly is, as a suggestion, or nothing."""
    return suggestion(key, _BESIDE, 0.84, also=dict.fromkeys(("name", *NAMES), COMPANY))


class FactReader:
    """Collects the typed values of one company; what cannot be read becomes a problem."""

    def __init__(
        self, vocabulary: Vocabulary, path: str, company: str, problems: list[Problem], *, exact: bool = False
    ) -> None:
        self.vocabulary, self.path, self.company, self.problems, self.exact = vocabulary, path, company, problems, exact
        self.values: dict[str, Value] = {}
        self.how: dict[str, str] = {}
        self.notes: dict[str, dict[str, str]] = {}

    def problem(self, code: str, message: str, line: int, *, fact: str | None = None, value: str | None = None) -> None:
        """Note a problem with the company."""
        message = f"{self.company}: {message}"
        self.problems.append(Problem(code, message, file=self.path, line=line, column=fact, value=value))

    def read(self, key: Scalar, node: Node) -> None:
        """Read one fact."""
        id_ = key.text.strip()
        if id_ not in self.vocabulary:
            hint = _hint(id_) or self.vocabulary.suggestion(id_) if len(self.problems) < 100 else ""  # hints take time
            self.problem("SP111", f"there is no fact {shown(id_)}.{hint}", key.line, value=shown(id_))
            return
        line = node.line
        if isinstance(node, Mapping):
            node = self._annotated(id_, node)
        if isinstance(node, Scalar) and node.empty:
            return
        try:
            self.values[id_] = read_value(self.vocabulary[id_], node, exact=self.exact)
        except BadValue as error:
            self.problem("SP112", f"{id_}: {error}", line, fact=id_, value=shown(plain(node)))

    def _annotated(self, id_: str, node: Mapping) -> Node:
        """The value of `{value: …, how: …, note: …, date: …}`."""
        value: Node = Scalar("", node.line)
        for key, part in node.items:
            text = part.text.strip() if isinstance(part, Scalar) else ""
            if key.text == "value":
                value = part
            elif key.text == "how" and text in HOW:
                self.how[id_] = text
            elif key.text in ("note", "date") and isinstance(part, Scalar):
                if text:
                    self.notes.setdefault(id_, {})[key.text] = text
            else:
                if key.text == "how":
                    expected = f"how is one of {', '.join(HOW)}.{suggestion(text, HOW)}"
                else:
                    expected = f"expected {', '.join(_ANNOTATED)}.{suggestion(key.text, _ANNOTATED)}"
                seen = f"{id_}: {key.text}: {shown(plain(part))}"
                self.problem("SP112", f"{seen} is not understood; {expected}", key.line)
        return value


def read_value(fact: Fact | Derived, node: Node, *, exact: bool = False) -> Value:
    """The value of a fact from its node. Raises BadValue."""
    if isinstance(node, Mapping):
        raise BadValue("found a mapping; expected a value.")
    if fact.type == "set":
        if isinstance(node, Scalar):
            if node.text.strip() == values.EMPTY_SET:
                return frozenset()
            raise BadValue(
                f"{shown(node.text)} is not a list; write [{shown(node.text)}], or [] for none. "
                f"Members: {', '.join(fact.values)}."
            )
        wrong = [item for item in node.items if not isinstance(item, Scalar)]
        if wrong:
            raise BadValue(f"{shown(plain(wrong[0]))} is not one of {', '.join(fact.values)}.")
        return values.parse_set(fact, [item.text for item in node.items if isinstance(item, Scalar)])
    if isinstance(node, Sequence):
        raise BadValue(f"{shown(plain(node))} is a list; expected one value.")
    return values.parse(fact, node.text, exact=exact and not node.quoted)
