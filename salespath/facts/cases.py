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

from salespath.facts.amounts import LEAST, MOST
from salespath.facts.money import USD, Rate
from salespath.facts.rates import (
    CURRENCY,
    IN_FILE,
    RATES,
    UNSAID,
    BadRate,
    Currencies,
    currency_code,
    in_dollars,
    saved_rate,
    stated_rate,
)
from salespath.facts.reader import ALONE, Context, Understood, members, understand
from salespath.facts.values import HOW, BadValue, Value
from salespath.facts.vocabulary import Derived, Fact, Vocabulary, fold
from salespath.files.nodes import Mapping, Node, Scalar, plain, read_document, read_lines, repeated_keys
from salespath.files.problems import WARNING, Problem, has_error, in_order, refusal, shown, suggestion
from salespath.files.source import InputFile

COMPANY = "company"
NAMELESS = "Your company"
NAMES = (COMPANY, "company name")  # what the company's name is called, folded
UNREAD = "facts that cannot be read"
MOST_ODD = 1000  # items of a list that are told one by one to be no companies
_KEPT = " The result keeps it; here it is shown, but counts for nothing."
_ANNOTATED = ("value", "how", "note", "date")
_ENDS = ("low", "high")  # of a range, instead of a value
_SHORT = 6  # letters of a key that may well be another word than the fact it resembles: lead is not leads
_BESIDE = (
    COMPANY,
    "facts",
    CURRENCY,
    RATES,
    "assumptions",
    "respondent",
    "scenario",
)  # keys beside the facts that are read


@dataclass(frozen=True)
class Case:
    """The known facts of one company; a fact that is absent is unknown.

    `how` says of a value that it is measured, estimated or guessed, `notes` keeps its note and date; rules read neither. `extra`
    carries whatever else the file says of the company (id, year, label, …). One that is not `named` goes by its file or place.
    The values of `tried` facts are not what the company said, but what is supposed of it. `understood` says of a fact how its text
    was read, where that is not the text itself; `lines` in which line of the file it stands.

    Amounts among the values are US dollars. `currency` is what the company's own amounts are in, `rates` are those at which amounts
    were converted, and `money` is what is said of amounts that are still to be read.
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
    understood: MappingABC[str, str] = field(default_factory=dict, compare=False)
    lines: MappingABC[str, int] = field(default_factory=dict, compare=False, repr=False)
    currency: str = USD
    rates: MappingABC[str, Rate] = field(default_factory=dict)
    money: Currencies = field(default=UNSAID, compare=False, repr=False)

    @property
    def rate(self) -> Rate | None:
        """The rate of the company's own currency; None for US dollars."""
        return self.rates.get(self.currency)

    def line_of(self, name: str) -> int | None:
        """Where a fact stands in the file; where that is not known, the company."""
        return self.lines.get(name, self.line)

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
        understood={**{name: note for name, note in first.understood.items() if name in kept}, **second.understood},
        lines={**{name: at for name, at in first.lines.items() if name in kept and not second.file}, **second.lines},
        currency=second.currency if second.rates or not first.rates else first.currency,
        rates={**first.rates, **second.rates},
        money=second.money if second.money != UNSAID else first.money,
    )


@dataclass(frozen=True)
class Lines:
    """How rows stand in a file as text: the header, the separator, the encoding and mark of the file, what ends a row.

    `again` says that they were rejects, whose added cells are not part of the row; `read_as` how columns were read where other rows
    decided it.
    """

    header: str
    delimiter: str
    encoding: str
    mark: bytes
    end: str
    again: bool = False
    read_as: str = ""


@dataclass(frozen=True)
class Reject:
    """A company that cannot be assessed: its row (line in a fact file), its cells as text, and what is wrong with it.

    `text` is what stands there, which `lines` describe; without them the cells say it all, or it is JSON.
    """

    file: str
    row: int
    cells: MappingABC[str, str | None]
    text: str | None
    problems: SequenceABC[Problem]
    lines: Lines | None = None


@dataclass(frozen=True)
class LeftOut:
    """A row of a table that is no company: what it is, in a word (`total`) and in words."""

    file: str
    row: int
    kind: str
    why: str


@dataclass(frozen=True)
class ColumnRead:
    """How a column of a table was read: as which fact (none: it is carried through), in which unit, currency and format, and how
    many of the rows have a value in it.

    `said` is the unit that its heading, or somebody, says, as it may be said again; a `plain` column is called as its fact is.
    """

    file: str
    column: str
    fact: str = ""
    unit: str = ""
    currency: str = ""
    format: str = ""
    filled: int = 0
    rows: int = 0
    said: str = ""
    plain: bool = True


@dataclass(frozen=True)
class Portfolio:
    """The companies of one file: those that can be assessed, every problem found, which companies that cost, and how the columns
    of a table were read.
    """

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    single: bool
    rejects: tuple[Reject, ...] = field(default=(), compare=False)
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    columns: tuple[ColumnRead, ...] = field(default=(), compare=False)


def read_file(path: str, vocabulary: Vocabulary, money: Currencies = UNSAID) -> Portfolio:
    """The companies of a YAML or JSON fact file; `money` is what else is said of their amounts.

    A company with an error is left out and its problems listed; the others are kept. Raises SalespathError only where the file
    as a whole cannot be read.
    """
    with InputFile(path) as source:
        return read_source(source, vocabulary, money)


def read_source(
    source: InputFile,
    vocabulary: Vocabulary,
    money: Currencies = UNSAID,
    *,
    lines: bool = False,
    lenient: bool = False,
    unknown: bool = False,
) -> Portfolio:
    """The companies of a file that has been opened, as `read_file` does; `lines` says that it holds JSON Lines.

    `unknown`: a fact that cannot be read is a warning and left unknown. `lenient`: what the vocabulary cannot read of a saved
    result is a warning (SP161) and stands under UNREAD in its `extra`.
    """
    name = "standard input" if source.path == "-" else Path(source.path).stem
    bad: dict[int, tuple[str, Problem]] = {}
    if lines:
        (node, bad), exact = read_lines(source), True
    else:
        node, exact = read_document(source)
    found = read_node(node, vocabulary, source.path, name, money, exact=exact, lenient=lenient, unknown=unknown)
    if not bad:
        return found
    left = [Reject(source.path, line, {}, text.strip(), [problem]) for line, (text, problem) in bad.items()]
    problems = in_order([*found.problems, *(problem for _, problem in bad.values())])
    rejects = sorted([*found.rejects, *left], key=lambda reject: reject.row)
    return replace(found, problems=problems, rejects=tuple(rejects))


def read_node(
    node: Node,
    vocabulary: Vocabulary,
    path: str,
    name: str = NAMELESS,
    money: Currencies = UNSAID,
    *,
    exact: bool = False,
    lenient: bool = False,
    unknown: bool = False,
) -> Portfolio:
    """The company in a node, which goes by `name` if it has none, or those in a list. Raises SalespathError for a mere text."""
    problems: list[Problem] = []
    if isinstance(node, Mapping):
        case = read_case(node, vocabulary, path, problems, name, exact, lenient, money, unknown)
        rejects = () if case else (_reject(path, node, name, problems),)
        return Portfolio((case,) if case else (), tuple(problems), single=True, rejects=rejects)
    if isinstance(node, Scalar):
        wanted = "expected facts (`product_stage: launched`, one a line), or a list of companies with facts."
        raise refusal("SP110", f"found the text {shown(node.text)}; {wanted}", path, node.line)
    odd = [item for item in node.items if not isinstance(item, Mapping)]
    if len(odd) > MOST_ODD:  # each costs a problem and a reject
        what = f"{len(odd):,} of the {len(node.items):,} items of the list are no companies, {shown(plain(odd[0]))} the first."
        raise refusal("SP110", f"{what} Expected facts of companies (`- company: NAME`).", path, odd[0].line)
    cases: list[Case] = []
    left: list[Reject] = []
    for number, item in enumerate(node.items, 1):
        before, name = len(problems), f"company {number}"
        if case := read_case(item, vocabulary, path, problems, name, exact, lenient, money, unknown):
            cases.append(case)
        else:
            left.append(_reject(path, item, name, problems[before:]))
    if not node.items:
        problems.append(no_company("the list holds no company", path, node.line))
    return Portfolio(tuple(cases), tuple(problems), single=False, rejects=tuple(left))


def left_unknown(problem: Problem) -> Problem:
    """A problem with an answer that is taken as unknown for it."""
    return replace(problem, severity=WARNING, message=f"{problem.message} It is taken as unknown.")


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
    money: Currencies = UNSAID,
    unknown: bool = False,
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
    beside = (named, CURRENCY, RATES)
    facts: Node = Mapping(tuple((k, v) for k, v in node.items if k.text not in beside), node.line)
    extra: dict[str, Any] = {}
    if "facts" in fields:
        facts = fields["facts"]
        extra = {key: plain(value) for key, value in fields.items() if key not in (*beside, "facts")}
        if not saved:
            _refuse_astray(node, named, reader)
        if isinstance(facts, Scalar) and facts.empty:
            facts = Mapping((), facts.line)
    if not isinstance(facts, Mapping):
        reader.problem("SP110", "facts should be a mapping.", facts.line)
        return None
    reader.read_money(fields, money)
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
        elif unknown and has_error(problems[seen:]):
            problems[seen:] = [left_unknown(problem) for problem in problems[seen:]]
    if lenient:
        extra[UNREAD] = unread
    if has_error(problems[before:]):
        return None
    case = Case(reader.company, {}, reader.how, reader.notes, extra, path, node.line, named=has_name)
    try:
        return replace(reader.converted(case), understood=reader.understood, lines=reader.lines)
    except BadRate as error:
        reader.problem("SP115", str(error), node.line)
        return None


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
        self,
        vocabulary: Vocabulary,
        path: str,
        company: str,
        problems: list[Problem],
        *,
        exact: bool = False,
        money: Currencies = UNSAID,
    ) -> None:
        self.vocabulary, self.path, self.company, self.problems, self.exact = vocabulary, path, company, problems, exact
        self.money = money
        self.values: dict[str, Value] = {}
        self.codes: dict[str, str] = {}  # of amounts: the currency that each is in
        self.how: dict[str, str] = {}
        self.notes: dict[str, dict[str, str]] = {}
        self.understood: dict[str, str] = {}
        self.lines: dict[str, int] = {}

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
        line = self.lines[id_] = node.line
        if isinstance(node, Mapping):
            node = self._annotated(id_, node)
        if isinstance(node, Scalar) and node.empty:
            return
        try:
            context = Context(currency=self.money.currency) if self.money.currency else ALONE
            self.keep(id_, read_value(self.vocabulary[id_], node, context, exact=self.exact))
        except BadValue as error:
            self.problem(error.code, f"{id_}: {error}", line, fact=id_, value=shown(plain(node)))

    def keep(self, id_: str, found: Understood) -> None:
        """Keep what was understood of a fact; what is said of how it is known comes before what its text says."""
        if found.value is not None:
            self.values[id_] = found.value
            if found.currency:
                self.codes[id_] = found.currency
            if found.how:
                self.how.setdefault(id_, found.how)
        if found.note:
            self.understood[id_] = found.note

    def read_money(self, fields: MappingABC[str, Node], money: Currencies) -> None:
        """What stands beside the facts of the amounts: their currency, and rates; `money` is what is said elsewhere."""
        code, rates = "", dict[str, Rate]()
        receipt, given = fields.get("receipt"), fields.get(RATES)
        saved = receipt.get(RATES) if isinstance(receipt, Mapping) else None
        for node, read in ((saved, saved_rate), (given, stated_rate)):
            if isinstance(node, Mapping):
                for key, value in node.items:
                    try:
                        rate = read(key.text, plain(value), IN_FILE)
                        rates[rate.currency] = rate
                    except BadRate as error:
                        self.problem("SP115", str(error), key.line, value=shown(plain(value)))
            elif node is not None and not (isinstance(node, Scalar) and node.empty):
                expected = "expected currencies with dollars for one of each: {EUR: 1.08}"
                self.problem("SP115", f"{RATES}: found {shown(plain(node))}; {expected}.", node.line)
        said = fields.get(CURRENCY)
        if said is not None and not (isinstance(said, Scalar) and (said.empty or not said.text.strip())):
            try:
                code = currency_code(str(plain(said)))
            except BadRate as error:
                self.problem("SP115", f"{CURRENCY}: {error}", said.line, value=shown(plain(said)))
            if code and money.currency and money.currency != code:
                both = f"the file says {CURRENCY}: {code}, and --currency says {money.currency}"
                self.problem("SP115", f"{both}; leave --currency out, or correct the file.", said.line, value=code)
        self.money = Currencies(code or money.currency, {**rates, **money.rates})

    def converted(self, case: Case) -> Case:
        """A company with the values that were read, the amounts in US dollars. Raises BadRate."""
        found, currency, rates = in_dollars(self.values, self.codes, self.money)
        return replace(case, values=found, currency=currency, rates=rates, money=self.money)

    def _annotated(self, id_: str, node: Mapping) -> Node:
        """The value of `{value: …, how: …, note: …, date: …}`; the range of `{low: …, high: …, how: …}`."""
        value: Node = Scalar("", node.line)
        ends: list[tuple[Scalar, Node]] = []
        for key, part in node.items:
            text = part.text.strip() if isinstance(part, Scalar) else ""
            if key.text == "value":
                value = part
            elif key.text in _ENDS and node.get("value") is None:
                ends.append((key, part))
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
        return Mapping(tuple(ends), node.line) if ends else value


def read_value(fact: Fact | Derived, node: Node, context: Context = ALONE, *, exact: bool = False) -> Understood:
    """What the node of a fact means. Raises BadValue."""
    if isinstance(node, Mapping):
        node = _range(node)
    if isinstance(node, Scalar):
        return understand(fact, node.text, context, exact=exact and not node.quoted)
    if fact.type != "set":
        raise BadValue(f"{shown(plain(node))} is a list; expected one value.")
    wrong = [item for item in node.items if not isinstance(item, Scalar)]
    if wrong:
        raise BadValue(f"{shown(plain(wrong[0]))} is not one of {', '.join(fact.values)}.")
    return members(fact, [item.text for item in node.items if isinstance(item, Scalar)])


def _range(node: Mapping) -> Scalar:
    """The text of a range that is written as `{low: …, high: …}`; an end left out or empty is no bound. Raises BadValue."""
    ends = {key.text: end.text for key, end in node.items if isinstance(end, Scalar) and not end.empty}
    if not ends or not ends.keys() <= set(_ENDS) or any(not isinstance(end, Scalar) for _, end in node.items):
        raise BadValue("found a mapping; expected a value, or a range with low and high.")
    bound = LEAST if "low" in ends else MOST
    text = f"{ends['low']} to {ends['high']}" if len(ends) == 2 else f"{bound} {''.join(ends.values())}"
    return Scalar(text, node.line)
