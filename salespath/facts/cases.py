"""Cases: what one company has told us, read strictly from YAML or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from salespath.facts import values
from salespath.facts.values import HOW, BadValue, Value
from salespath.facts.vocabulary import Derived, Fact, Vocabulary, folded
from salespath.files.nodes import Mapping, Node, Scalar, Sequence, plain, read_document, repeated_keys
from salespath.files.problems import WARNING, Problem, refused, shown, suggestion
from salespath.files.source import InputFile

COMPANY = "company"
NAMELESS = "Your company"
NAMES = (COMPANY, "company name")  # what the company's name is called, folded
UNREAD = "facts that cannot be read"
_KEPT = " The result keeps it; here it is shown, but counts for nothing."
_BESIDE = (COMPANY, "facts", "assumptions", "respondent", "scenario")  # keys beside the facts that something reads


@dataclass(frozen=True)
class Case:
    """The known facts of one company; a fact that is absent is unknown.

    `how` says of a value that it is measured, estimated or guessed, `notes` keeps its note and date; rules read neither. `extra`
    carries whatever else the file says of the company (id, year, label, …). One that is not `named` goes by its file or place.
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
        raise refused("SP110", f"found the text {shown(node.text)}; {wanted}", path, node.line)
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
    if not isinstance(node, Mapping):
        problems.append(
            Problem("SP110", f"{name}: found {shown(plain(node))}; expected facts.", file=path, line=node.line)
        )
        return None
    before = len(problems)
    problems.extend(repeated_keys(node, path))
    fields = {key.text: value for key, value in node.items}
    named = name_key(fields)
    company = fields.get(named)
    has_name = isinstance(company, Scalar) and not company.empty
    if isinstance(company, Scalar):
        name = name if company.empty else shown(company.text, 200)
    elif company is not None:
        problems.append(Problem("SP110", f"{name}: company should be a name.", file=path, line=company.line))
    saved = isinstance(fields.get("receipt"), Mapping)  # it holds what the program wrote
    if "facts" in fields:
        facts = fields["facts"]
        extra = {key: plain(value) for key, value in fields.items() if key not in (named, "facts")}
        if not saved:
            problems.extend(_astray(node, named, vocabulary, path, name))
        if isinstance(facts, Scalar) and facts.empty:
            facts = Mapping((), facts.line)
    else:
        facts = Mapping(tuple((k, v) for k, v in node.items if k.text != named), node.line)
        extra = {}
    if not isinstance(facts, Mapping):
        problems.append(Problem("SP110", f"{name}: facts should be a mapping.", file=path, line=facts.line))
        return None
    lenient = lenient and saved and "facts" in fields
    reader = _Reader(vocabulary, exact or lenient)
    unread = {}
    for key, value in facts.items:
        seen = len(problems)
        reader.read(key, value, path, name, problems)
        if lenient and len(problems) > seen:  # other rules may have had other facts and values
            problems[seen:] = [
                replace(p, code="SP161", severity=WARNING, message=p.message + _KEPT) for p in problems[seen:]
            ]
            unread[key.text] = plain(value)
    if lenient:
        extra[UNREAD] = unread
    if any(p.severity == "error" for p in problems[before:]):
        return None
    return Case(name, reader.values, reader.how, reader.notes, extra, path, node.line, named=has_name)


def name_key(keys: Iterable[str]) -> str:
    """The key or column that holds the company's name: `company`, else `Company`, `Company name`, … if there is one such."""
    found = [key for key in keys if folded(key) in NAMES]
    return found[0] if len(found) == 1 else COMPANY


def _astray(node: Mapping, named: str, vocabulary: Vocabulary, path: str, name: str) -> Iterator[Problem]:
    """A problem for every key beside `facts` that is a fact, or nearly a key that is known."""
    fields = {key.text for key, _ in node.items}
    for key, _ in node.items:
        if key.text in (named, *_BESIDE):
            continue
        id_ = key.text.strip()
        if id_ in vocabulary:
            what = "is a fact, but stands beside facts; indent it, so that it stands under facts."
        elif hint := "" if id_.lower() == "name" and named in fields else _hint(id_):
            what = f"is not known beside facts.{hint}"
        else:
            continue
        yield Problem("SP108", f"{name}: {shown(id_)} {what}", file=path, line=key.line, value=shown(id_))


@lru_cache(1000)
def _hint(key: str) -> str:
    """The known key that another one nearly is, as a suggestion, or nothing."""
    return suggestion(COMPANY if key.lower() == "name" else key, _BESIDE, 0.84)


class _Reader:
    """Collects the typed values of one company."""

    def __init__(self, vocabulary: Vocabulary, exact: bool) -> None:
        self.vocabulary, self.exact = vocabulary, exact
        self.values: dict[str, Value] = {}
        self.how: dict[str, str] = {}
        self.notes: dict[str, dict[str, str]] = {}

    def read(self, key: Scalar, node: Node, path: str, name: str, problems: list[Problem]) -> None:
        """Read one fact, adding its problem if it has one."""
        id_ = key.text.strip()
        if id_ not in self.vocabulary:
            hint = suggestion(id_, self.vocabulary) if len(problems) < 100 else ""  # hints take time
            problems.append(
                Problem("SP111", f"{name}: there is no fact {shown(id_)}.{hint}", file=path, line=key.line, value=id_)
            )
            return
        line = node.line
        if isinstance(node, Mapping):
            node = self._annotated(id_, node, path, name, problems)
        if isinstance(node, Scalar) and node.empty:
            return
        try:
            self.values[id_] = typed(self.vocabulary[id_], node, exact=self.exact)
        except BadValue as error:
            problems.append(
                Problem("SP112", f"{name}: {id_}: {error}", file=path, line=line, column=id_, value=shown(plain(node)))
            )

    def _annotated(self, id_: str, node: Mapping, path: str, name: str, problems: list[Problem]) -> Node:
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
                expected = f"how is one of {', '.join(HOW)}" if key.text == "how" else "expected value, how, note, date"
                hint = (
                    suggestion(text, HOW)
                    if key.text == "how"
                    else suggestion(key.text, ("value", "how", "note", "date"))
                )
                seen = f"{key.text}: {shown(plain(part))}"
                problems.append(
                    Problem(
                        "SP112", f"{name}: {id_}: {seen} is not understood; {expected}.{hint}", file=path, line=key.line
                    )
                )
        return value


def typed(fact: Fact | Derived, node: Node, *, exact: bool = False) -> Value:
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
