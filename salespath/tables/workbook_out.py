"""Assessed batches → a workbook: a summary with charts, the companies, reasons, flags and questions, rejects, and a receipt.

It is written batch by batch, each sheet into a file of its own, so that memory stays bounded; the summary comes first in the book
and last in the work. Words are those of the other outputs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any

import pyarrow as pa

from salespath import __version__
from salespath.engine.base import Base
from salespath.engine.turning import asking_order
from salespath.facts import Derived, Fact, Reject, Value
from salespath.facts.money import USD, Rate
from salespath.facts.values import Range, cell_text
from salespath.files.output import scratch
from salespath.files.problems import WARNING, Problem
from salespath.report.overview import Overview
from salespath.report.pages.assessment import LEGEND
from salespath.report.words.currency import rate_text
from salespath.report.words.phrases import NAMES, capitalize, sources
from salespath.report.words.requests import unit
from salespath.rules.model import BlockProcess, Weigh
from salespath.tables import overview
from salespath.tables.assessed import Assessed
from salespath.tables.chosen import Chosen
from salespath.tables.fact_columns import values
from salespath.tables.header import COMPANY
from salespath.tables.normalise import texts
from salespath.tables.progress import Summary
from salespath.tables.rejects import ADDED, FILE, MARKED, flat, reasons
from salespath.tables.result_columns import BETWEEN, ResultColumns, Wording
from salespath.tables.spreadsheet import (
    HEAD,
    ROWS,
    Cell,
    Formats,
    Number,
    Page,
    Sheet,
    amount,
    figure,
    new_workbook,
    quantity,
    share,
    width_of,
)
from salespath.tables.workbook_summary import LEVEL_COLORS, LEVELS, PROCESS_COLORS, STRENGTH_COLORS, write_summary

ASKED = 3  # questions to each company
LOOKED = 500  # companies by which the widths of columns are found
AT_ONCE = 500  # rows whose values are objects at a time
MOST_REJECTED = 200  # columns of rejected rows
_NUMBER = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class About:
    """What a workbook says of a run beside its companies: files, options, columns of the files, the day, counts; whom to tell."""

    inputs: Sequence[str]
    names: Sequence[str]
    summary: Summary
    note: Callable[[Problem], None]
    options: Mapping[str, str] = field(default_factory=dict)
    day: date = field(default_factory=date.today)


def write_workbook(base: Base, batches: Iterable[Assessed], file: IO[bytes], columns: Chosen, about: About) -> None:
    """Write the workbook. Raises OSError where that fails, and SalespathError (SP128) without XlsxWriter."""
    with scratch() as folder, closing(_Outlet(file)) as outlet:
        book = new_workbook(outlet, constant_memory=True, tmpdir=folder)
        from xlsxwriter.exceptions import FileCreateError

        book.use_zip64()
        made = datetime(about.day.year, about.day.month, about.day.day)
        book.set_properties({"title": "Portfolio", "comments": f"salespath {__version__}", "created": made})
        writer = _Workbook(base, book, columns, about)
        for item in batches:
            writer.add(item)
        writer.end()
        try:
            book.close()
        except FileCreateError as error:  # it hides what the system says
            cause = error.args[0] if error.args else error
            raise cause if isinstance(cause, OSError) else OSError(str(cause)) from None


class _Outlet:
    """A file to write to, until it is closed: what a failed archive adds when it is cleared away goes nowhere."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file: IO[bytes] | None = file
        self._at = file.tell() if file.seekable() else 0

    def write(self, data: bytes) -> int:
        """Write some bytes."""
        if self._file:
            self._file.write(data)
        self._at += len(data)
        return len(data)

    def seek(self, place: int) -> int:
        """Go to a place. Raises OSError for a pipe."""
        if self._file:
            self._file.seek(place)
        self._at = place
        return place

    def tell(self) -> int:
        """The place. Raises OSError for a pipe."""
        return self._file.tell() if self._file else self._at

    def flush(self) -> None:
        """Hand on what was written."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._file = None


class _Workbook:
    def __init__(self, base: Base, book: Any, columns: Chosen, about: About) -> None:
        self.base, self.book, self.columns, self.about = base, book, columns, about
        self.wording, self.formats = Wording(base), Formats(book)
        self.overview = Overview(most=0)  # counts, no lines
        self.summary = Page(book, self.formats, "Summary")
        self.companies = Sheet(book, self.formats, "Companies", columns.names)
        self.reasons = self._sheet(
            "Reasons", {"Company": 28, "Process": 12, "What": 15, "Reason": 80, "Rule": 34, "Source": 44}
        )
        self.flags = self._sheet("Flags", {"Company": 28, "Level": 9, "Flag": 90, "Rule": 34})
        asked = {"Company": 28, "#": 5, "Fact": 30, "Question": 70, "Answer in": 18, "What it can do": 30, "Id": 26}
        self.questions = self._sheet("Questions", asked)
        self.cells = [name for name in about.names if not name.startswith(MARKED)][:MOST_REJECTED]
        marks = {FILE: 24, **dict(zip(ADDED, (15, 22, 16, 60)))}
        widths = [*marks.values(), *(max(12, min(28, len(name) + 4)) for name in self.cells)]
        self.rejects = Sheet(book, self.formats, "Rejects", [*marks, *self.cells], widths)
        self.receipt = Page(book, self.formats, "Receipt")
        self.rates: dict[Rate, None] = {}
        self.codes: dict[str, tuple[int, str]] = {}
        self.sources: dict[str, str] = {}
        self.order = asking_order(base)

    def _sheet(self, name: str, widths: Mapping[str, int]) -> Sheet:
        return Sheet(self.book, self.formats, name, [*widths], [*widths.values()])

    def add(self, item: Assessed) -> None:
        """Add a batch to every sheet."""
        results = ResultColumns(self.wording, item.batch, item.result, strong=item.strong)
        overview.add(self.overview, item, results)
        for _, rates in item.batch.money.kinds if item.batch.money else ():
            self.rates |= dict.fromkeys(rates.values())
        rows: Iterator[Sequence[Cell]] = zip(*(self._cells(item, results, name) for name in self.columns.names))
        if not self.companies.at and item.batch.table.rows:
            first = list(islice(rows, LOOKED))
            self._begin(first)
            rows = chain(first, rows)
        for row in rows:
            self.companies.add(row)
        self._explain(item, results)
        for reject in item.batch.rejects:
            self._reject(flat(reject))

    def _begin(self, first: Sequence[Sequence[Cell]]) -> None:
        by_column = zip(*first) if first else [()] * len(self.columns.names)
        self.companies.begin([width_of(name, cells) for name, cells in zip(self.columns.names, by_column)])

    # The companies

    def _cells(self, item: Assessed, results: ResultColumns, name: str) -> Iterable[Cell]:
        """A column of the companies."""
        if name in self.columns.results:
            kind = self.columns.results[name]
            (found,) = results.typed([kind])
            return (_result_cell(value) for piece in _pieces(found) for value in piece.to_pylist())
        if name in self.base.vocabulary:
            return self._facts(item, self.base.vocabulary[name])
        cells = item.batch.given.get(name)
        if cells is None:
            return [None] * item.batch.table.rows
        kind = cells.type
        if name == COMPANY:
            return (text for piece in _pieces(texts(cells)) for text in piece.to_pylist())
        if pa.types.is_date(kind):
            return (day.date() if isinstance(day, datetime) else day for day in cells.to_pylist())
        return (_own_cell(text) for piece in _pieces(texts(cells)) for text in piece.to_pylist())

    def _facts(self, item: Assessed, fact: Fact | Derived) -> Iterator[Cell]:
        column, money = item.batch.as_stood(fact.id), item.batch.money
        if column is None:
            return iter([None] * item.batch.table.rows)
        codes = ((money.of(row)[0] if money else USD) for row in range(item.batch.table.rows))
        return (None if v is None else _fact_cell(fact, v, code) for v, code in zip(values(fact, column), codes))

    # What is said of them

    def _explain(self, item: Assessed, results: ResultColumns) -> None:
        """The rows of the sheets of reasons, flags and questions."""
        names = ("process", "leaning", "reasons", "blockers", "flags", "hangs_on", "first_question")
        found = dict(zip(names, results.typed(names)))
        found |= {f"{name} in words": results.in_words(name).typed() for name in ("reasons", "blockers", "flags")}
        found[COMPANY] = texts(item.batch.given[COMPANY])
        for row, said in enumerate(_rows_of(found, item.batch.table.rows)):
            self._explain_one(item, row, said)

    def _explain_one(self, item: Assessed, row: int, said: Mapping[str, Any]) -> None:
        company, money = said[COMPANY], item.batch.money
        if said["process"] == "not_yet":
            self._blocks(company, said["leaning"], zip(said["blockers"], said["blockers in words"]))
        for rule, text in zip(said["reasons"], said["reasons in words"]):
            then = self.wording.rules[rule].then
            assert isinstance(then, Weigh)
            self.reasons.add([company, NAMES[then.process], "speaks for it", text, *self._behind(rule)])
        for flag, text in zip(said["flags"], said["flags in words"]):
            level, _, rule = flag.partition(":")
            self.flags.add([company, LEVELS[level], text, rule])
        asked = self._asked(item, row, said["hangs_on"], said["first_question"])
        for number, (name, why) in enumerate(asked, 1):
            fact = self.base.vocabulary.facts[name]
            where = unit(fact, money.of(row)[0] if money else USD)
            cells = [company, quantity(number), capitalize(fact.label), fact.question, where, why, name]
            self.questions.add(cells)

    def _blocks(self, company: str, leaning: str | None, blocks: Iterable[tuple[str, str]]) -> None:
        """What blocks the process that a company leans to, or all blocks."""
        found = [(rule, text, self.wording.rules[rule].then) for rule, text in blocks]
        own = [item for item in found if isinstance(item[2], BlockProcess) and item[2].process == leaning]
        for rule, text, then in own or found:
            assert isinstance(then, BlockProcess)
            self.reasons.add([company, NAMES[then.process], "blocks it", text, *self._behind(rule)])

    def _behind(self, rule: str) -> tuple[str, str]:
        """A rule, and its sources in words."""
        if rule not in self.sources:
            self.sources[rule] = sources(self.base, self.wording.rules[rule].source)
        return rule, self.sources[rule]

    def _asked(self, item: Assessed, row: int, hangs_on: Sequence[str], first: str | None) -> list[tuple[str, str]]:
        """The facts to ask a company about first, and what each can do. Of a computed number, what is missing of it."""
        asked: dict[str, str] = {}
        for name in hangs_on:
            if name in self.base.vocabulary.facts:
                asked.setdefault(name, "alone can give another process")
                continue
            parts = sorted(self.base.facts_behind([name]), key=self.order.__getitem__)
            missing = [part for part in parts if self._is_open(item, row, part)]
            for part in missing[:1]:
                what = (
                    "alone can give another process"
                    if len(missing) == 1
                    else f"is part of {self.base.vocabulary[name].label}"
                )
                asked.setdefault(part, f"{what}, which can give another process" if len(missing) > 1 else what)
        if first:
            asked.setdefault(first, "can move the evidence most")
        return list(asked.items())[:ASKED]

    def _is_open(self, item: Assessed, row: int, name: str) -> bool:
        column = item.batch.table.columns.get(name)
        return column is None or not column.known[row] or bool(column.ranged[row])

    def _reject(self, reject: Reject) -> None:
        """A row as it stood, under the headings of a file of rejects."""
        for problem in reject.problems[:1]:
            count, first = self.codes.get(problem.code, (0, problem.message))
            self.codes[problem.code] = count + 1, first
        self.rejects.add([reject.file, quantity(reject.row), *reasons(reject), *map(reject.cells.get, self.cells)])

    # The end

    def end(self) -> None:
        """Write what is known only now."""
        if not self.companies.at:
            self._begin([])
        sheets = {
            "Companies": self.companies,
            "Reasons": self.reasons,
            "Flags": self.flags,
            "Questions": self.questions,
            "Rejects": self.rejects,
        }
        for sheet in sheets.values():
            sheet.end()
        self._color()
        write_summary(self.summary, self.book, self.base, self.overview.whole, self.about.summary, self.codes)
        self._write_receipt(sheets)
        self.summary.sheet.activate()
        if cut := sum(sheet.cut for sheet in sheets.values()):
            cells = "cell holds" if cut == 1 else "cells hold"
            what = f"{cut:,} {cells} more than Excel can hold (32,767 characters); what is missing is said at the end of each."
            self.about.note(Problem("SP178", what, WARNING))
        for name, sheet in sheets.items():
            if sheet.lost:
                what = (
                    f"the sheet {name} is full: it holds the first {ROWS:,} rows, and {sheet.lost:,} more are left out."
                )
                self.about.note(Problem("SP178", what, WARNING))

    def _color(self) -> None:
        """Colours for processes, strength and flags."""
        for place, name in enumerate(self.columns.names):
            kind = self.columns.results.get(name, "")
            colors = {"process": PROCESS_COLORS, "strength": STRENGTH_COLORS}.get(kind, {})
            self._color_column(self.companies, place, colors)
            if kind == "flags":
                self._color_column(
                    self.companies, place, {f"{level}:": c for level, c in LEVEL_COLORS.items()}, within=True
                )
        self._color_column(self.flags, 1, {LEVELS[level]: color for level, color in LEVEL_COLORS.items()})

    def _color_column(self, sheet: Sheet, place: int, colors: Mapping[str, str], *, within: bool = False) -> None:
        """Colour the cells of a column that hold a word, the first of several; `within` others."""
        for word, color in colors.items():
            look = {"format": self.book.add_format({"bg_color": color}), "stop_if_true": True}
            test = ("text", "containing", word) if within else ("cell", "==", f'"{word}"')
            rule = dict(zip(("type", "criteria", "value"), test)) | look
            sheet.sheet.conditional_format(1, place, max(1, sheet.rows), place, rule)

    def _write_receipt(self, sheets: Mapping[str, Sheet]) -> None:
        known, summary, page = self.base.knowledge, self.about.summary, self.receipt
        lines: list[tuple[str, Cell]] = [
            ("Made on", self.about.day),
            ("salespath", __version__),
            ("Rules", f"{known.version} ({known.sha256})"),
            *(("Laid over them", f"{layer.name} ({layer.sha256})") for layer in known.overlays),
            *(("Input", path) for path in self.about.inputs),
            *((capitalize(name), text) for name, text in self.about.options.items()),
            ("Columns", ", ".join(self.columns.names)),
            *(("Rate", rate_text(rate)) for rate in sorted(self.rates)),
            *([] if self.rates else [("Amounts", "US dollars")]),
            ("Companies assessed", quantity(summary.assessed)),
            ("Rows rejected", quantity(summary.rejected)),
            ("Rows left out", quantity(summary.left_out)),
            *((f"Rows of {name}", quantity(sheet.rows)) for name, sheet in sheets.items()),
            ("Figures", f"{LEGEND} They are certainty factors, not likelihoods."),
        ]
        page.widths((30, 80, 24, 12, 20, 18))
        page.line("Receipt", bold=True, font_size=14, text_wrap=False)
        for name, cell in lines:
            page.line(name, cell, align="left")
        if summary.columns:
            page.line()
            page.line("Column", "Fact", "Unit", "Currency", "Format", "Filled", **HEAD)
            for c in summary.columns:
                filled = f"{c.filled:,} of {c.rows:,}"
                read = (c.fact, c.unit, c.currency, c.format, filled) if c.fact else ("carried through",)
                page.line(c.column, *read)


def _pieces(column: pa.Array) -> Iterator[pa.Array]:
    """A column in parts, so that few of its values are objects at a time."""
    return (column.slice(start, AT_ONCE) for start in range(0, len(column), AT_ONCE))


def _rows_of(columns: Mapping[str, pa.Array], rows: int) -> Iterator[Mapping[str, Any]]:
    """Each row with its values by column."""
    for start in range(0, rows, AT_ONCE):
        values = (column.slice(start, AT_ONCE).to_pylist() for column in columns.values())
        yield from (dict(zip(columns, row)) for row in zip(*values))


def _result_cell(value: Any) -> Cell:
    if isinstance(value, list):
        return BETWEEN.join(value) or None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value) if isinstance(value, float) else value


def _fact_cell(fact: Fact | Derived, value: Value, currency: str) -> Cell:
    """A value as it is read back."""
    if isinstance(value, (bool, Range)):
        return cell_text(fact, value)
    if isinstance(value, frozenset):
        return cell_text(fact, value).replace(";", BETWEEN)
    if isinstance(value, str):
        return date.fromisoformat(value) if fact.type == "date" else value
    if fact.type == "money":
        return amount(value, currency)
    return share(value) if fact.type == "share" else quantity(value)


def _own_cell(text: str | None) -> Cell:
    """A cell of the file that is no fact: a number only where Excel shows it as it stood."""
    if text and _NUMBER.fullmatch(text) and f"{(number := float(text)):.10g}" == text != "-0":
        return Number(number)
    return text
