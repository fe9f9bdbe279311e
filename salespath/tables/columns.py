"""What is said of the columns of tables beside their headings: by `--map`, by a mapping file, or by somebody who is asked.

A mapping file names columns, facts and units, and is read strictly:

    columns:
      - {column: "Burn (k€)", fact: monthly_burn, unit: thousands of euros}
      - {column: Sales, fact: none}
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import category, normalize

from salespath.facts import ColumnRead, Vocabulary
from salespath.facts.cases import COMPANY
from salespath.facts.rates import CURRENCY
from salespath.facts.vocabulary import bare_name, fold
from salespath.files.nodes import Mapping, read, repeated_keys
from salespath.files.problems import WARNING, Problem, SalespathError, shown, suggestion
from salespath.files.records import Record
from salespath.files.visible import escaped
from salespath.tables.units import Unit, parse_unit, readings

NONE = "none"  # the fact of a column that is carried through only
REJECT, UNKNOWN, STOP = ON_ERROR = ("reject", "unknown", "stop")
_KINDS = {"integer": "a whole number", "number": "a number", "money": "an amount of money", "boolean": "yes or no"}

Ask = Callable[[str, Sequence[str]], str]  # a heading and the facts that it may be: the one that it is, or nothing


class Meaning(NamedTuple):
    """What a column is: a fact, `company`, `currency` or nothing, in a unit (None: as its heading says); by whom that is said."""

    column: str
    name: str
    unit: Unit | None = None
    option: bool = False  # by --map, so that the column must be there


@dataclass
class TableOptions:
    """How tables are read: what is said of their columns, whom to ask of others, and what becomes of cells that cannot be read.

    `encoding` is that of text where it is said, `sheet` which sheet of a workbook is meant. `on_error`: REJECT the row, take the
    cell as UNKNOWN, or STOP. The answers that are given while tables are read are kept.

    `whole`: the results of an earlier run are columns of the table, too, and older rows of a company count beside its latest.
    """

    meanings: dict[str, Meaning] = field(default_factory=dict)
    ask: Ask | None = None
    on_error: str = REJECT
    mapping: str = ""  # the file that says them
    encoding: str = ""
    sheet: str = ""
    whole: bool = False
    _found: dict[str, str] = field(default_factory=dict)  # the columns that there are

    def meaning(self, heading: str) -> Meaning | None:
        """What is said of a column."""
        if not self.meanings:
            return None
        return self.meanings.get(heading_key(heading))

    def asked(self, heading: str, facts: Sequence[str]) -> str:
        """The one of some facts that somebody says a column is, or nothing; of each heading it is asked once."""
        if not self.ask:
            return ""
        fact = self.ask(heading, facts)
        self.meanings[heading_key(heading)] = Meaning(heading, fact)
        return fact

    def note(self, headings: Iterable[str]) -> None:
        """Remember which columns there are."""
        if self.meanings:
            self._found.update((heading_key(heading), heading) for heading in headings)

    def astray(self, headings: Collection[str] = ()) -> list[Problem]:
        """Once all tables are open: what is said of columns that none of them has (SP166), by --map an error."""
        found = []
        for key, meaning in self.meanings.items():
            if key in self._found:
                continue
            said = "--map" if meaning.option else "the mapping"
            message = f"{said} names the column {shown(meaning.column)}, which no table has."
            if meaning.option:
                found.append(
                    Problem("SP166", message + suggestion(meaning.column, headings or sorted(self._found.values())))
                )
            else:
                found.append(Problem("SP166", message, WARNING, file=self.mapping))
        return found


PLAIN = TableOptions()


def heading_key(text: str) -> str:
    """A heading as it is compared with what is said of it: in any case, with any spaces, without what cannot be seen."""
    return fold("".join(c for c in normalize("NFKC", text) if c.isspace() or category(c) not in ("Cf", "Cc")))


def read_options(vocabulary: Vocabulary, texts: Iterable[str], path: str = "") -> TableOptions:
    """The options that `Column=fact` texts and a mapping file give; the texts come first.

    Raises SalespathError with all that is wrong with either (SP166, and what can be wrong with a file).
    """
    problems: list[Problem] = []
    found: dict[str, Meaning] = {}
    for text in texts:
        column, sign, target = text.rpartition("=")
        if not sign or not column.strip():
            message = f'--map {shown(text)} is not "Column=fact".'
            problems.append(Problem("SP166", message, value=shown(text)))
            continue
        meaning, why = _meaning(vocabulary, column.strip(), target.strip(), option=True)
        if why:
            problems.append(Problem("SP166", f"--map {shown(text)}: {why}", value=shown(text)))
        if found.setdefault(heading_key(column), meaning) != meaning:
            problems.append(Problem("SP166", f"--map says two things of the column {shown(column.strip())}."))
    if path:
        for key, meaning in _read_mapping(vocabulary, path, problems).items():
            found.setdefault(key, meaning)
    if problems:
        raise SalespathError(problems)
    return TableOptions(found, mapping=path)


def _meaning(
    vocabulary: Vocabulary, column: str, target: str, unit: str = "", *, option: bool = False
) -> tuple[Meaning, str]:
    """What a text says of a column, and what is wrong with it."""
    if target in ("", NONE):
        return Meaning(column, "", option=option), "" if not unit else "a column that is no fact has no unit."
    for written, found in readings(target):
        name = written.strip()
        name = name if name in (COMPANY, CURRENCY) else vocabulary.called.get(bare_name(name), "")
        if not name:
            continue
        parsed: Unit | None = found
        if unit and (parsed := parse_unit(unit)) is None:
            return Meaning(
                column, name
            ), f"{shown(unit)} is no unit; expected such as thousands of euros, a month, percent."
        parsed = None if parsed == Unit() else parsed
        if parsed and (name not in vocabulary or parsed.context(vocabulary[name]) is None):
            return Meaning(column, name), f"{shown(unit or target)}: {cannot_have(vocabulary, name)}."
        return Meaning(column, name, parsed, option), ""
    hint = vocabulary.suggestion(target, COMPANY, CURRENCY, NONE)
    return Meaning(column, ""), f"there is no fact {shown(target)}.{hint}"


def map_option(heading: str, name: str) -> str:
    """The option that says what a column is, as a shell takes it."""
    return f"--map {shlex.quote(f'{shown(heading, 200)}={name}')}"


def cannot_have(vocabulary: Vocabulary, name: str) -> str:
    """That a column cannot have its unit."""
    if name not in vocabulary:
        return f"{name} has no unit"
    fact = vocabulary[name]
    unit = f", in {fact.unit}" if fact.unit else ""
    return f"a unit that {name} ({_KINDS.get(fact.type, f'a {fact.type}')}{unit}) cannot have"


def _read_mapping(vocabulary: Vocabulary, path: str, problems: list[Problem]) -> dict[str, Meaning]:
    """The meanings of a mapping file, by heading; what is wrong with it is added to `problems`."""
    try:
        node = read(path)
    except SalespathError as error:
        problems.extend(error.problems)
        return {}
    problems.extend(repeated_keys(node, path))
    file = Record(node, path, problems, "a mapping")
    found: dict[str, Meaning] = {}
    if isinstance(node, Mapping):
        for item in file.records("columns", "a column", required=True):
            column = item.text("column", required=True)
            item.what = f"the column {shown(column)}" if column else item.what
            target, unit = item.text("fact", required=True), item.text("unit")
            item.done()
            meaning, why = _meaning(vocabulary, column, target, unit)
            if why:
                item.problem("SP166", f"{item.what}: {why}", item.line_of("unit" if unit else "fact"))
            if column and found.setdefault(heading_key(column), meaning) is not meaning:
                item.problem("SP105", f"{item.what} is given twice.")
        file.done()
    return found


def mapping_text(columns: Iterable[ColumnRead], options: TableOptions) -> str:
    """A mapping file of what was understood: the columns that are facts, and those that somebody says are none."""
    lines = ["# Which columns of a table are which facts: salespath assess FILE --mapping THIS", "columns:"]
    said: dict[str, str] = {}
    for column in columns:
        if column.fact:
            unit = f", unit: {_quoted(column.said)}" if column.said else ""
            said.setdefault(column.column, f"  - {{column: {_quoted(column.column)}, fact: {column.fact}{unit}}}")
    for meaning in options.meanings.values():
        if not meaning.name:
            said.setdefault(meaning.column, f"  - {{column: {_quoted(meaning.column)}, fact: {NONE}}}")
    return "\n".join((*lines, *said.values())) + "\n" if said else "columns: []\n"


def _quoted(text: str) -> str:
    """A text as YAML."""
    return escaped(json.dumps(text, ensure_ascii=False), yaml=True)
