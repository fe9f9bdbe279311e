"""Assessed batches → an overview of the portfolio, in bounded memory: counts of all companies, and the first of them by name."""

from __future__ import annotations

from collections import Counter

from salespath.engine import certainty
from salespath.engine.walk import SUMS
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.overview import Counts, Line, Overview
from salespath.rules.model import MOTION, PROCESSES
from salespath.tables.assessed import Assessed
from salespath.tables.header import COMPANY
from salespath.tables.normalise import texts
from salespath.tables.result_columns import ResultColumns

MOST = 10_000  # companies that are kept line by line
_WORDS = ("process", "lead", "leaning", MOTION, "strength", "first_question")
_LISTS = ("hangs_on", "flags")


def add(overview: Overview, item: Assessed, results: ResultColumns) -> None:
    """Add a batch: `results` are its columns, of which those that were worked out for an output are not worked out again."""
    rows = item.batch.table.rows
    names = [*_WORDS, *_LISTS]
    columns = dict(zip(names, (column.to_pylist() for column in results.typed(names))))
    flags = [tuple(_flag(flag) for flag in some) for some in columns["flags"]]
    groups = _texts(item, overview.by) if overview.by else [""] * rows
    for group in dict.fromkeys(groups):
        places = range(rows) if not overview.by else [n for n in range(rows) if groups[n] == group]
        processes, motions, strengths, questions = (
            Counter(columns[name][n] for n in places if columns[name][n])
            for name in ("process", MOTION, "strength", "first_question")
        )
        found = Counter(flag for n in places for flag in flags[n])
        counts = Counts(len(places), processes, motions, strengths, found, questions)
        overview.whole.add(counts)
        if overview.by:
            overview.groups.setdefault(group, Counts()).add(counts)
    kept = min(rows, MOST - len(overview.lines))
    if kept <= 0:
        return
    companies = _texts(item, COMPANY)
    keys = [(p, name) for p in PROCESSES for name in (*SUMS, *DIMENSIONS)]
    sums = {key: [certainty.net(n) for n in item.result.sums[key][:kept].tolist()] for key in keys}
    for n in range(kept):
        said = {name: columns[name][n] or "" for name in _WORDS}
        here = {key: sums[key][n] for key in keys}
        hangs_on = tuple(columns["hangs_on"][n])
        line = Line(companies[n], **said, hangs_on=hangs_on, flags=flags[n], sums=here, group=groups[n])
        overview.lines.append(line)


def _flag(text: str) -> tuple[str, str]:
    level, _, rule = text.partition(":")
    return level, rule


def _texts(item: Assessed, column: str) -> list[str]:
    """The cells of a column of the input as texts, empty where there is nothing."""
    cells = item.batch.given.get(column)
    if cells is None:
        return [""] * item.batch.table.rows
    return [text or "" for text in texts(cells).to_pylist()]
