"""The header of a table: which columns are facts, and what is wrong with the names."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from salespath.engine.walk import SUMS
from salespath.facts import Vocabulary
from salespath.facts.cases import NAMES, name_key
from salespath.facts.values import other_currency
from salespath.facts.vocabulary import DIMENSIONS, fold
from salespath.files.problems import WARNING, Problem, SalespathError, shown, suggestion
from salespath.rules.model import PROCESSES, SOLD

COMPANY = "company"
MAX_COLUMNS = 16_384  # as in Excel
HINTED = 200  # columns that are no facts, of which it is asked whether one was meant: a hint takes a millisecond
# product_stage__how says how product_stage is known; capital__range holds ranges where the column capital takes numbers only
RANGE = "range"
NOTES = ("how", "note", "date", RANGE)
# What tables call a fact whose id is less like the name than another one's is.
_CALLED = {
    "burn rate": "monthly_burn",
    **dict.fromkeys(("employees", "headcount", "number of employees", "staff"), "company_employees"),
}
RESULTS = (  # what an assessment adds, in this order
    *("process", "lead", "leaning", "strength", "hangs_on", "settled", "settled_by", "possible"),
    *(f"{name}_{process}" for name in SUMS for process in PROCESSES),
    *(f"certainty_{process}_{name}" for process in PROCESSES for name in SUMS),
    *(f"evidence_{process}_{name}" for process in PROCESSES for name in SUMS),
    *(f"dimensions_{dimension}_{process}" for dimension in DIMENSIONS for process in PROCESSES),
    *("blockers", "reasons", "reason_texts", "advice", "warnings", "unless", "flags", *SOLD, "fired"),
)


def split(text: str, vocabulary: Vocabulary) -> tuple[str, list[str]]:
    """The delimiter (the one of comma, semicolon and tab that makes most names match) and the names."""
    found = []
    for delimiter in ",;\t":
        try:
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:  # a cell that is endless or holds what no text holds; the rows are refused for it
            names = []
        names = name_columns([name.strip() for name in names])
        found.append((sum(name in vocabulary or name == COMPANY for name in names), len(names), delimiter, names))
    _, _, delimiter, names = max(found, key=lambda item: item[:2])
    return delimiter, [name or f"column {place}" for place, name in enumerate(names, 1)]


def name_columns(names: Sequence[str]) -> list[str]:
    """The names of columns, that of the companies' names being `company` if it is `Company`, `Company name` or the like."""
    key = name_key(names)
    return [COMPANY if name == key else name for name in names]


def annotation_column(name: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """The fact and the kind of a column like product_stage__how."""
    fact, _, kind = name.rpartition("__")
    return (fact, kind) if fact in vocabulary and kind in NOTES else None


def range_column(name: str, vocabulary: Vocabulary) -> str:
    """The fact whose ranges a column holds, or nothing."""
    fact, kind = annotation_column(name, vocabulary) or ("", "")
    return fact if kind == RANGE else ""


def check(names: Sequence[str], vocabulary: Vocabulary, path: str) -> list[Problem]:
    """The warnings about names. Raises SalespathError for a name given twice (SP105), or where no name is a fact (SP110)."""
    if len(names) > MAX_COLUMNS:
        message = f"the table has {len(names):,} columns; at most {MAX_COLUMNS:,} are read. Is the separator right?"
        raise SalespathError([Problem("SP110", message, file=path, row=1)])
    problems = [
        Problem("SP105", f"the column {shown(name)} is given twice.", file=path, row=1, column=shown(name))
        for name, count in Counter(names).items()
        if count > 1
    ]
    called = [name for name in names if fold(name) in NAMES]
    if len(called) > 1 and COMPANY not in names:
        message = f"the columns {shown(', '.join(called))} all name the company; call one of them company."
        problems.append(Problem("SP105", message, file=path, row=1))
    facts = [name for name in names if name in vocabulary]
    if not facts:
        seen = shown(", ".join(names), 100)
        message = (
            f"no column is a fact; found {seen}. Row 1 names facts; `salespath facts template --format csv` lists them."
        )
        problems.append(Problem("SP110", message, file=path, row=1))
    warnings, hinted = [], 0
    for name in names:
        if name in facts or name == COMPANY or name in RESULTS or annotation_column(name, vocabulary):
            continue
        hinted += 1
        if hinted > HINTED:
            break
        hint = _hint(name.rpartition("__")[0] if name.endswith(tuple(f"__{n}" for n in NOTES)) else name, vocabulary)
        if hint:
            message = f"{shown(name)} is not a fact, so the column is carried through.{hint}"
            warnings.append(Problem("SP111", message, WARNING, file=path, row=1, column=shown(name), value=shown(name)))
    if problems:
        raise SalespathError([*problems, *warnings])
    replaced = [name for name in names if name in RESULTS]
    if replaced:
        message = f"the results of an earlier run are replaced: {shown(', '.join(replaced))}."
        warnings.append(Problem("SP113", message, WARNING, file=path, row=1))
    return warnings


def _hint(name: str, vocabulary: Vocabulary) -> str:
    """The fact that a column may hold, as a suggestion; none where the name says another currency or thousands."""
    words = fold(name)
    if other_currency(f"1 {words}") or words.endswith((" k", " m", "(k)", "(m)")):
        return ""
    return suggestion(_CALLED.get(words, name), vocabulary)
