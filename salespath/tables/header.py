"""The header of a table: which columns are facts, and what is wrong with the names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from unicodedata import category, normalize

from salespath.engine.walk import SUMS
from salespath.facts import Vocabulary
from salespath.facts.cases import COMPANY as COMPANY
from salespath.facts.cases import NAMES
from salespath.facts.rates import CURRENCY
from salespath.facts.reader import Context
from salespath.facts.vocabulary import DIMENSIONS, Unclear, bare_name, fold
from salespath.files.problems import NOTE, WARNING, Problem, SalespathError, refusal, shown
from salespath.rules.model import MOTION, PROCESSES, SOLD
from salespath.tables.columns import PLAIN, Meaning, TableOptions, cannot_have, map_option
from salespath.tables.suggestions import nearest_fact
from salespath.tables.units import Unit, in_words, joined, readings

# product_stage__how says how product_stage is known; capital__range holds ranges where the column capital takes numbers only
RANGE = "range"
NOTES = ("how", "note", "date", RANGE)
MOST_COLUMNS = 16_384  # as many as a sheet of a spreadsheet has
_HINTED = 100  # headings for which a fact that they may have meant is sought
PREFIX = "salespath_"
RESULTS = (  # what an assessment adds, in this order
    *("process", "lead", "leaning", "strength", "hangs_on", "first_question", "settled", "settled_by", "possible"),
    *(f"{name}_{process}" for name in SUMS for process in PROCESSES),
    *(f"certainty_{process}_{name}" for process in PROCESSES for name in SUMS),
    *(f"evidence_{process}_{name}" for process in PROCESSES for name in SUMS),
    *(f"dimensions_{dimension}_{process}" for dimension in DIMENSIONS for process in PROCESSES),
    *("blockers", "reasons", "reason_texts", "advice", "warnings", "unless", "flags", *SOLD, "fired"),
)
VERDICT = ("process", "lead", "leaning", MOTION, *(f"{name}_{process}" for name in SUMS for process in PROCESSES))


@dataclass(frozen=True)
class Heading:
    """What the first row of a table says.

    `written` are the headings as they stand. `names` are the columns as they are used, each once: ids of facts, `company`,
    `FACT__how`, and the table's own; `kept` are those of them that are read or carried through, which columns of an earlier run are
    not. `contexts` hold what a heading says of its cells, `said` how headings were understood, `problems` the rest.
    """

    written: tuple[str, ...]
    names: tuple[str, ...]
    kept: tuple[str, ...]
    contexts: Mapping[str, Context]
    problems: tuple[Problem, ...]
    said: tuple[Problem, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)  # the columns that are read, with their headings


class _Column(NamedTuple):
    """What one heading is: the name that is read, else empty, what it says of its cells, and a fact that it is not for its unit.

    `said` is what somebody says of it, `unclear` why it is not read though it is known.
    """

    name: str = ""
    context: Context = Context()
    refused: str = ""
    said: Meaning | None = None
    unclear: Unclear | None = None


def known(
    names: Sequence[str], vocabulary: Vocabulary, options: TableOptions, seen: dict[str, _Column]
) -> tuple[int, int]:
    """How many of some headings are facts, the company or known to be unclear: how much a row looks like a header. And how many
    are facts. What has been `seen` is kept: cells recur.

    Of a table of results every one is known, as its cells hold the ids of facts too.
    """
    seen |= {name: _column(name, vocabulary, options) for name in {*names[:MOST_COLUMNS]} - seen.keys()}
    columns = [(name, seen[name]) for name in names[:MOST_COLUMNS]]
    facts = sum(column.name in vocabulary for _, column in columns)
    if has_verdict(names):
        return len(names), facts
    return sum(bool(column.name or column.unclear or _rank(name) or name in RESULTS) for name, column in columns), facts


def fact_of(heading: str, vocabulary: Vocabulary, options: TableOptions = PLAIN) -> str:
    """The fact, `company` or `currency` as which a heading is read, or nothing."""
    return _column(heading, vocabulary, options).name


def annotation_column(name: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The fact and the kind of a column like product_stage__how."""
    fact, _, kind = name.rpartition("__")
    return (fact, kind) if fact in vocabulary and kind in NOTES else None


def range_column(name: str, vocabulary: Vocabulary) -> str:
    """The fact whose ranges a column holds, or nothing."""
    fact, kind = annotation_column(name, vocabulary) or ("", "")
    return fact if kind == RANGE else ""


def result_name(name: str, own: Container[str]) -> str:
    """What a result is called beside a table's own columns."""
    return f"{PREFIX}{name}" if name in own else name


def read(
    written: Sequence[str], vocabulary: Vocabulary, path: str, row: int = 1, options: TableOptions = PLAIN
) -> Heading:
    """What the headings of a table say, which stand in a row; `options` hold what else is said of them, and whom to ask.

    Raises SalespathError for a fact or company that two columns are (SP105), where no column is a fact (SP110), and for more than
    MOST_COLUMNS (SP101).
    """
    if len(written) > MOST_COLUMNS:
        what = f"the header has {len(written):,} columns; a table has at most {MOST_COLUMNS:,}. Is row 1 the header?"
        raise refusal("SP101", what, path, row=1)
    options.note(written)
    columns = [_column(name, vocabulary, options) for name in written]
    problems: list[Problem] = []
    company = _company(written, columns, path, problems)
    columns = [
        column if column.name != COMPANY or place == company else _Column(said=Meaning(written[place], ""))
        for place, column in enumerate(columns)
    ]
    columns, notes = _settled(written, columns, vocabulary, options, path)
    problems += _given_twice(written, columns, path)
    results = options.whole and has_verdict(written)
    if not results and not any(column.name in vocabulary for column in columns):
        seen = shown(", ".join(written), 100)
        message = (
            f"no column is a fact; found {seen}. Row 1 names facts; `salespath facts template --format csv` lists them."
        )
        problems.append(Problem("SP110", message, file=path, row=1))
    names = _names(written, columns)
    dropped = frozenset() if results else _of_earlier_run(names)
    notes += [*_refused(written, columns, vocabulary, path)]
    if not results:
        notes += _results(names, dropped, path)
    if problems:
        problems += [problem for problem in notes if problem.severity != NOTE]
        raise SalespathError(replace(problem, row=row) for problem in problems)
    notes = [replace(problem, row=row) for problem in notes]
    contexts = {column.name: column.context for column in columns if column.context != Context()}
    kept = tuple(name for name in names if name not in dropped)
    said = tuple(replace(problem, row=row) for problem in _notes(written, columns, vocabulary, path))
    facts = {column.name: heading for heading, column in zip(written, columns) if column.name in kept}
    return Heading(tuple(written), names, kept, contexts, tuple(notes), said, facts)


def _column(written: str, vocabulary: Vocabulary, options: TableOptions = PLAIN) -> _Column:
    """What a heading is: what is said of it, else exactly a fact or note, else a fact's id, label or other name, in any case, and
    perhaps a unit."""
    if said := options.meaning(written):
        return _as_said(written, said, vocabulary)
    if written in vocabulary or annotation_column(written, vocabulary):
        return _Column(written)
    if not any(map(str.isalpha, written)):  # as most cells below a header are
        return _Column()
    refused = ""
    if _rank(written) > 1:
        return _Column(COMPANY)
    for name, unit in readings(written):
        if not _is_plain(name):
            continue
        key = bare_name(name)
        if (unclear := vocabulary.headings.unclear.get(key)) and not unit.words:
            return _Column(unclear=unclear)
        fact, own = _meant(key, vocabulary)
        if fact in (COMPANY, CURRENCY) and unit == Unit():
            return _Column(fact)
        if fact not in vocabulary:
            continue
        both = joined(unit, own)
        if both and (context := both.context(vocabulary[fact])):
            return _Column(fact, context)
        if not unit.words:
            refused = fact
    return _Column(refused=refused)


def _meant(key: str, vocabulary: Vocabulary) -> tuple[str, Unit]:
    """The fact, `company` or `currency` that a bare name means, or nothing, and the unit that it has as such."""
    target = vocabulary.called.get(key) or vocabulary.headings.meant.get(key, "")
    if "(" not in target:
        return target, Unit()
    _, (name, unit), *_ = readings(target)
    return name, unit


def _as_said(written: str, said: Meaning, vocabulary: Vocabulary) -> _Column:
    """A column as somebody says; its unit, where none is said, is the one that its heading has and the fact can have."""
    if said.name not in vocabulary:
        return _Column(said.name, said=said)
    fact, context = vocabulary[said.name], Context()
    units = [said.unit] if said.unit else [unit for _, unit in readings(written) if not unit.words]
    for unit in units:
        context = unit.context(fact) or context
    return _Column(said.name, context, said=said)


def _settled(
    written: Sequence[str], columns: Sequence[_Column], vocabulary: Vocabulary, options: TableOptions, path: str
) -> tuple[list[_Column], list[Problem]]:
    """The columns, once what is said of some decides between them and whoever can be asked has said what others are; the problems
    of those that are left.
    """
    said = {column.name for column in columns if column.said and column.name}
    found = [_Column() if column.name in said and not column.said else column for column in columns]
    taken = {column.name for column in found if column.name}
    notes: list[Problem] = []
    hinted = 0
    for place, (heading, column) in enumerate(zip(written, found)):
        if column.name or column.said or column.refused or not heading or columns[place].name:
            continue
        facts: tuple[str, ...] = ()
        if column.unclear:
            facts = tuple(name for name in column.unclear.facts if name not in taken)
        elif hinted < _HINTED and heading not in RESULTS and not heading.startswith(PREFIX):
            hinted += 1
            about, _, kind = heading.rpartition("__")
            if kind in NOTES and about:
                if fact := nearest_fact(about, vocabulary):
                    notes.append(_note_astray(heading, f"{fact}__{kind}", path))
                continue
            facts = tuple({nearest_fact(heading, vocabulary)} - {"", *taken})
        if facts and (fact := options.asked(heading, facts)):
            found[place] = _column(heading, vocabulary, options)
            taken.add(fact)
        elif not (facts and options.ask) and (facts or (column.unclear and not column.unclear.facts)):
            notes.append(_left(heading, facts, column.unclear, path))
    return found, notes


def _note_astray(heading: str, meant: str, path: str) -> Problem:
    seen = shown(heading)
    message = f"{seen} is about no fact, so the column is carried through. Did you mean {meant}?"
    return Problem("SP111", message, WARNING, file=path, row=1, column=seen, value=seen)


def _left(heading: str, facts: Sequence[str], unclear: Unclear | None, path: str) -> Problem:
    """That a column is carried through that may be one of some facts, or looks like one."""
    seen = shown(heading)
    if unclear and not facts:
        message = f"{seen} is carried through, as no fact: {unclear.because}."
        return Problem("SP167", message, NOTE, file=path, row=1, column=seen, value=seen)
    say, others = map_option(heading, facts[0]), "".join(f", or ={name}" for name in facts[1:])
    if unclear:
        message = f"{seen} is left unknown: {unclear.because}; say which with {say}{others}."
        return Problem("SP167", message, WARNING, file=path, row=1, column=seen, value=seen)
    message = f"{seen} is not a fact, so the column is carried through. Did you mean {facts[0]}? Then add {say}."
    return Problem("SP111", message, WARNING, file=path, row=1, column=seen, value=seen)


def _is_plain(name: str) -> bool:
    """Whether a name is words only, with no sign of a unit among them."""
    letters = normalize("NFC", name)
    return all(c.isalnum() or c.isspace() or c in "_-?:*#.&" or category(c) == "Cf" for c in letters)


def _rank(written: str) -> int:
    """How surely a heading is that of the companies' names by itself: 3 is company, 0 another thing."""
    if written == COMPANY:
        return 3
    return 2 if fold(written) in NAMES else 0


def _company(written: Sequence[str], columns: Sequence[_Column], path: str, problems: list[Problem]) -> int | None:
    """The column of the companies' names; that two of them are it is added to `problems`."""
    ranks = [
        0 if column.name != COMPANY else 4 if column.said else _rank(name) or 1
        for name, column in zip(written, columns)
    ]
    best = max(ranks, default=0)
    found = [place for place, rank in enumerate(ranks) if rank == best]
    if not best:
        return None
    called = dict.fromkeys(written[place] for place in found)
    if len(called) > 1:
        say = f"say which does with {map_option(next(iter(called)), COMPANY)}"
        message = f"the columns {shown(', '.join(called))} all name the company; {say}."
        problems.append(Problem("SP105", message, file=path, row=1))
    elif len(found) > 1 and best > 1:
        problems.append(_twice(written[found[0]], path))
    return found[0]


def _twice(name: str, path: str) -> Problem:
    message = f"the column {shown(name)} is given twice."
    return Problem("SP105", message, file=path, row=1, column=shown(name))


def _given_twice(written: Sequence[str], columns: Sequence[_Column], path: str) -> Iterator[Problem]:
    """A problem for every fact that several columns are; a table's own columns may have one name."""
    places: dict[str, list[str]] = {}
    for heading, column in zip(written, columns):
        if column.name and column.name != COMPANY:
            places.setdefault(column.name, []).append(heading)
    for name, headings in places.items():
        if len(headings) < 2:
            continue
        if len(called := [*dict.fromkeys(headings)]) == 1:
            yield _twice(called[0], path)
        else:
            message = (
                f"the columns {shown(' and '.join(called), 120)} are both {name}; say which it is with "
                f"{map_option(called[0], name)}."
            )
            yield Problem("SP105", message, file=path, row=1, column=shown(called[1]))


def _names(written: Sequence[str], columns: Sequence[_Column]) -> tuple[str, ...]:
    """The columns as they are used, each name once: of a table's own ones that have one name, the second is `NAME (2)`."""
    taken = {column.name for column in columns} | set(written)
    names, seen = [], Counter[str]()
    for place, (heading, column) in enumerate(zip(written, columns), 1):
        name = column.name or heading or f"column {place}"
        seen[name] += 1
        if not column.name and (seen[name] > 1 or (not heading and name in taken)):
            while (name_again := f"{name} ({seen[name]})") in taken:
                seen[name] += 1
            name = name_again
            taken.add(name)
        names.append(name)
    return tuple(names)


def _of_earlier_run(names: Sequence[str]) -> frozenset[str]:
    """The columns that an earlier run added: those that say so, and the results if a whole verdict is there."""
    there = set(names)
    found = {name for name in names if name.startswith(PREFIX)}
    if has_verdict(names):
        found |= {name for name in RESULTS if name in there and f"{PREFIX}{name}" not in there}
    return frozenset(found)


def has_verdict(names: Iterable[str]) -> bool:
    """Whether some columns have those that a verdict has, so that they are the results of an earlier run."""
    there = set(names)
    return all(name in there or f"{PREFIX}{name}" in there for name in VERDICT)


def _results(names: Sequence[str], dropped: Container[str], path: str) -> Iterator[Problem]:
    """What becomes of columns that are results of an earlier run, or are called like results."""
    if replaced := [name for name in names if name in dropped]:
        message = f"the results of an earlier run are replaced: {shown(', '.join(replaced))}."
        yield Problem("SP113", message, WARNING, file=path, row=1)
    if own := [name for name in names if name in RESULTS and name not in dropped]:
        message = f"own columns keep their names: {shown(', '.join(own))}; those results are called {PREFIX}{own[0]} and so on."
        if len(own) == 1:
            message = f"the own column {own[0]} keeps its name; that result is called {PREFIX}{own[0]}."
        yield Problem("SP113", message, NOTE, file=path, row=1)


def _notes(written: Sequence[str], columns: Sequence[_Column], vocabulary: Vocabulary, path: str) -> Iterator[Problem]:
    """How headings were understood that are not the name of a fact itself."""
    for heading, column in zip(written, columns):
        seen = shown(heading)
        if column.name == COMPANY:
            if fold(heading) not in NAMES:
                yield Problem("SP116", f"{seen} is read as the company.", NOTE, file=path, row=1, column=seen)
        elif column.name:
            said = in_words(vocabulary[column.name], column.context) if column.name in vocabulary else ""
            if said or fold(heading) != fold(column.name):
                message = f"{seen} is read as {column.name}{said}."
                yield Problem("SP116", message, NOTE, file=path, row=1, column=seen, value=seen)


def _refused(
    written: Sequence[str], columns: Sequence[_Column], vocabulary: Vocabulary, path: str
) -> Iterator[Problem]:
    """Which columns are no fact for their unit."""
    for heading, column in zip(written, columns):
        if column.refused:
            seen, why = shown(heading), cannot_have(vocabulary, column.refused)
            message = f"{seen} has {why}; the column is carried through."
            yield Problem("SP111", message, WARNING, file=path, row=1, column=seen, value=seen)
