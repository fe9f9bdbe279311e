"""The header of a table: which columns are facts, and what is wrong with the names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from unicodedata import category, normalize

from salespath.engine.walk import SUMS
from salespath.facts import Vocabulary
from salespath.facts.cases import COMPANY as COMPANY
from salespath.facts.cases import NAMES
from salespath.facts.reader import Context
from salespath.facts.vocabulary import DIMENSIONS, bare_name, fold
from salespath.files.problems import NOTE, WARNING, Problem, SalespathError, refusal, shown
from salespath.rules.model import PROCESSES, SOLD
from salespath.tables.units import in_words, readings

# product_stage__how says how product_stage is known; capital__range holds ranges where the column capital takes numbers only
RANGE = "range"
NOTES = ("how", "note", "date", RANGE)
MOST_COLUMNS = 16_384  # as many as a sheet of a spreadsheet has
# What the companies' column is called where none is called company.
_COMPANIES = frozenset(
    map(bare_name, ("account name", "organization name", "organisation name", "companies", "denumire", "firma"))
)
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
VERDICT = ("process", "lead", "leaning", "motion", *(f"{name}_{process}" for name in SUMS for process in PROCESSES))


@dataclass(frozen=True)
class Heading:
    """What the first row of a table says.

    `written` are the headings as they stand. `names` are the columns as they are used, each once: ids of facts, `company`,
    `FACT__how`, and the table's own; `kept` are those of them that are read or carried through, which columns of an earlier run are
    not. `contexts` hold what a heading says of its cells, `problems` how it was understood, and warnings.
    """

    written: tuple[str, ...]
    names: tuple[str, ...]
    kept: tuple[str, ...]
    contexts: Mapping[str, Context]
    problems: tuple[Problem, ...]


class _Column(NamedTuple):
    """What one heading is: the name that is read, else empty, what it says of its cells, and a fact that it is not for its unit."""

    name: str = ""
    context: Context = Context()
    refused: str = ""


def known_names(names: Sequence[str], vocabulary: Vocabulary) -> int:
    """How many of some headings are facts or the company: how much a row looks like a header.

    Of a table of results every one is, as its cells hold the ids of facts too.
    """
    if _has_verdict(names):
        return len(names)
    return sum(bool(_column(name, vocabulary).name or _rank(name) or name in RESULTS) for name in names[:MOST_COLUMNS])


def known_facts(names: Sequence[str], vocabulary: Vocabulary) -> int:
    """How many of some headings are facts."""
    return sum(_column(name, vocabulary).name in vocabulary for name in names[:MOST_COLUMNS])


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


def read(written: Sequence[str], vocabulary: Vocabulary, path: str, row: int = 1) -> Heading:
    """What the headings of a table say, which stand in a row.

    Raises SalespathError for a fact or company that two columns are (SP105), where no column is a fact (SP110), and for more than
    MOST_COLUMNS (SP101).
    """
    if len(written) > MOST_COLUMNS:
        what = f"the header has {len(written):,} columns; a table has at most {MOST_COLUMNS:,}. Is row 1 the header?"
        raise refusal("SP101", what, path, row=1)
    columns = [_column(name, vocabulary) for name in written]
    problems: list[Problem] = []
    company = _company(written, path, problems)
    if company is not None:
        columns[company] = _Column(COMPANY)
    problems += _given_twice(written, columns, path)
    if not any(column.name in vocabulary for column in columns):
        seen = shown(", ".join(written), 100)
        message = (
            f"no column is a fact; found {seen}. Row 1 names facts; `salespath facts template --format csv` lists them."
        )
        problems.append(Problem("SP110", message, file=path, row=1))
    names = _names(written, columns)
    dropped = _of_earlier_run(names)
    notes = [*_notes(written, columns, vocabulary, path), *_results(names, dropped, path)]
    if problems:
        problems += [problem for problem in notes if problem.severity != NOTE]
        raise SalespathError(replace(problem, row=row) for problem in problems)
    notes = [replace(problem, row=row) for problem in notes]
    contexts = {column.name: column.context for column in columns if column.context != Context()}
    kept = tuple(name for name in names if name not in dropped)
    return Heading(tuple(written), names, kept, contexts, tuple(notes))


def _column(written: str, vocabulary: Vocabulary) -> _Column:
    """What a heading is: exactly a fact or note, else a fact's id, label or other name, in any case, and perhaps a unit."""
    if written in vocabulary or annotation_column(written, vocabulary):
        return _Column(written)
    refused = ""
    for name, unit in readings(written):
        fact = vocabulary.called.get(bare_name(name)) if _is_plain(name) else None
        if fact and (context := unit.context(vocabulary[fact])):
            return _Column(fact, context)
        if fact and not unit.words:
            refused = fact
    return _Column(refused=refused)


def _is_plain(name: str) -> bool:
    """Whether a name is words only, with no sign of a unit among them."""
    letters = normalize("NFC", name)
    return all(c.isalnum() or c.isspace() or c in "_-?:*" or category(c) == "Cf" for c in letters)


def _rank(written: str) -> int:
    """How surely a heading is that of the companies' names: 3 is company, 0 another thing."""
    if written == COMPANY:
        return 3
    return 2 if fold(written) in NAMES else 1 if bare_name(written) in _COMPANIES else 0


def _company(written: Sequence[str], path: str, problems: list[Problem]) -> int | None:
    """The column of the companies' names; that two of them are it is added to `problems`."""
    ranks = [_rank(name) for name in written]
    best = max(ranks, default=0)
    found = [place for place, rank in enumerate(ranks) if rank == best]
    if not best:
        return None
    called = dict.fromkeys(written[place] for place in found)
    if len(called) > 1:
        message = f"the columns {shown(', '.join(called))} all name the company; call one of them company."
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
            message = f"the columns {shown(' and '.join(called), 120)} are both {name}; rename or remove one of them."
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
    if _has_verdict(names):
        found |= {name for name in RESULTS if name in there and f"{PREFIX}{name}" not in there}
    return frozenset(found)


def _has_verdict(names: Iterable[str]) -> bool:
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
    """How headings were understood that are not the name of a fact itself, and which other columns may have been meant as one."""
    hinted = 0
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
        elif column.refused:
            kind = _KINDS.get(vocabulary[column.refused].type, f"a {vocabulary[column.refused].type}")
            unit = f", in {vocabulary[column.refused].unit}" if vocabulary[column.refused].unit else ""
            message = (
                f"{seen} has a unit that {column.refused} ({kind}{unit}) cannot have; the column is carried through."
            )
            yield Problem("SP111", message, WARNING, file=path, row=1, column=seen, value=seen)
        elif hinted < _HINTED and heading and heading not in RESULTS and not heading.startswith(PREFIX):
            hinted += 1
            note = heading.rpartition("__")[2] in NOTES and heading.rpartition("__")[0]
            if hint := vocabulary.suggestion(note or heading):
                message = f"{seen} is not a fact, so the column is carried through.{hint}"
                yield Problem("SP111", message, WARNING, file=path, row=1, column=seen, value=seen)


_KINDS = {"integer": "a whole number", "number": "a number", "money": "an amount of money", "boolean": "yes or no"}
