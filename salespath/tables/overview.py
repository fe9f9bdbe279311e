"""Assessed batches → an overview of the portfolio, in bounded memory: counts of all companies, and some of them by name."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from unicodedata import combining, normalize

import numpy as np
import pyarrow as pa

from salespath.engine import certainty
from salespath.engine.walk import SUMS
from salespath.facts import Vocabulary
from salespath.facts.values import words
from salespath.facts.vocabulary import DIMENSIONS, bare_name
from salespath.files.problems import Problem, SalespathError, shown, suggestion
from salespath.files.visible import visible
from salespath.report.overview import GROUPS, Counts, Line, Overview, attention
from salespath.report.words.phrases import few
from salespath.rules.model import FLAG_LEVELS, MOTION, PROCESSES
from salespath.tables.assessed import Assessed
from salespath.tables.columns import TableOptions
from salespath.tables.fact_columns import values
from salespath.tables.header import COMPANY, fact_of
from salespath.tables.normalise import texts
from salespath.tables.read import TableReading
from salespath.tables.result_columns import ResultColumns

_WORDS = ("process", "lead", "leaning", MOTION, "strength", "first_question")
_LISTS = ("hangs_on", "flags", "blockers")
_NAMED = 12  # columns that are named where one is sought


def add(overview: Overview, item: Assessed, results: ResultColumns, by: str | None = None) -> None:
    """Add a batch: `results` are its columns, of which those that were worked out for an output are not worked out again.

    `by` is what the column of the groups is called in this batch, where that is not its name in the overview.
    """
    rows = item.batch.table.rows
    names = [*_WORDS, *_LISTS]
    columns = dict(zip(names, (column.to_pylist() for column in results.typed(names))))
    flags = [tuple(_flag(flag) for flag in some) for some in columns["flags"]]
    groups = _groups(overview, _texts(item, overview.by if by is None else by, results.base.vocabulary))
    places: dict[str, list[int]] = {}
    for n, group in enumerate(groups):
        places.setdefault(group, []).append(n)
    for group, here in places.items():
        counts = _counts(columns, flags, here)
        overview.whole.add(counts)
        if overview.by:
            overview.group(group).add(counts)
    kept = list(range(min(rows, overview.most - len(overview.lines))))
    if overview.ranked:
        ranks = [attention(flags[n], columns["process"][n], columns["strength"][n] or "") for n in range(rows)]
        kept = heapq.nsmallest(overview.most, range(rows), ranks.__getitem__)
    if not kept:
        return
    at = np.array(kept, dtype=np.int64)
    companies = _texts(item, COMPANY, results.base.vocabulary)
    keys = [(p, name) for p in PROCESSES for name in (*SUMS, *DIMENSIONS)]
    sums = {key: [certainty.net(n) for n in item.result.sums[key][at].tolist()] for key in keys}
    known = {name: results.known_of(name)[at].tolist() for name in (*SUMS, *DIMENSIONS)}
    cases = list(item.batch[at[: overview.cases]].cases(results.base.vocabulary)) if overview.cases else []
    lines = []
    for place, n in enumerate(kept):
        said = {name: columns[name][n] or "" for name in _WORDS}
        line = Line(
            companies[n],
            **said,
            hangs_on=tuple(columns["hangs_on"][n]),
            flags=flags[n],
            sums={key: sums[key][place] for key in keys if sums[key][place] or known[key[1]][place]},
            group=groups[n],
            blocks=tuple(columns["blockers"][n]),
            case=cases[place] if place < len(cases) else None,
        )
        lines.append(line)
    overview.take(lines)


def grouped_by(
    by: str, readings: Sequence[TableReading], vocabulary: Vocabulary, options: TableOptions
) -> dict[str, str]:
    """What the column to group by is called in each file that has it, by path; headings are compared as those of facts are.

    Raises SalespathError (SP179) where no file has it, or one has several such columns.
    """
    found = {}
    for reading in readings:
        names = (
            [by] if by in reading.columns else [name for name in reading.columns if bare_name(name) == bare_name(by)]
        )
        if not names and (fact := fact_of(by, vocabulary, options)) in reading.columns:
            names = [fact]
        if len(names) > 1:
            message = (
                f"--by {shown(by)} means several columns: {', '.join(map(shown, names))}; write one of them just so."
            )
            raise SalespathError([Problem("SP179", message, file=reading.path, value=shown(by))])
        found.update(dict.fromkeys([reading.path] if names else [], "".join(names)))
    if readings and not found:
        known = list(dict.fromkeys(name for reading in readings for name in reading.columns))
        there = f" Columns are {few(list(map(shown, known)), _NAMED)}."
        message = f"--by: there is no column {shown(by)}.{suggestion(by, known) or there}"
        raise SalespathError([Problem("SP179", message, value=shown(by))])
    return found


def _counts(columns: dict[str, list[str]], flags: list[tuple[tuple[str, str], ...]], places: list[int]) -> Counts:
    """Some rows of a batch, counted."""
    processes, motions, strengths, questions = (
        Counter(columns[name][n] for n in places if columns[name][n])
        for name in ("process", MOTION, "strength", "first_question")
    )
    found = Counter(flag for n in places for flag in flags[n])
    gravest = Counter(flags[n][0][0] for n in places if flags[n] and flags[n][0][0] != FLAG_LEVELS[-1])
    leads = Counter((columns["process"][n], columns["lead"][n] or columns["leaning"][n] or "") for n in places)
    return Counts(len(places), processes, motions, strengths, found, questions, gravest, leads)


def _flag(text: str) -> tuple[str, str]:
    level, _, rule = text.partition(":")
    return level, rule


def _groups(overview: Overview, cells: list[str]) -> list[str]:
    """The group of each cell: those that differ by case, accents or spaces only go by the first of them."""
    found = dict.fromkeys(cells)
    for cell in found:
        plain = " ".join(visible(cell).split())
        key = "".join(c for c in normalize("NFKD", plain) if not combining(c)).casefold()
        if key not in overview.spelt and len(overview.spelt) < GROUPS:
            overview.spelt[key] = plain
        found[cell] = overview.spelt.get(key, plain)
    return [found[cell] or "" for cell in cells]


def _texts(item: Assessed, column: str, vocabulary: Vocabulary) -> list[str]:
    """The cells of a column of the input as texts, of a fact in words, empty where there is nothing."""
    nothing = [""] * item.batch.table.rows
    if column in vocabulary:
        fact, cells = vocabulary[column], item.batch.table.columns.get(column)
        return nothing if cells is None else ["" if v is None else words(fact, v) for v in values(fact, cells)]
    given: pa.Array | None = item.batch.given.get(column) if column else None
    return nothing if given is None else [text or "" for text in texts(given).to_pylist()]
