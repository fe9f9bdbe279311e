"""Sheets of Excel workbooks, as the tables that they would be as CSV: one with a fact in most columns, in the rows that it has."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from salespath.engine.table import Array
from salespath.facts import Reject, Vocabulary
from salespath.facts.reader import Context
from salespath.files.problems import NOTE, WARNING, Problem, refusal, shown, suggestion
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.columns import TableOptions
from salespath.tables.csv_reader import Delimited
from salespath.tables.csv_rows import MAX_LINES, RowBlock
from salespath.tables.evidence import Evidence, evidence
from salespath.tables.fact_columns import Bad, BadCell
from salespath.tables.framing import Framing, Head, find_header, frame
from salespath.tables.rejects import ADDED
from salespath.tables.workbook import SheetCell, Workbook

COMMA = ","
HEAD = 64  # rows with something in them by which a sheet is known
BLANK = 1000  # rows above the header, empty ones too
BESIDE = 16  # columns without a heading that may stand beside the table
MAX_TEXT = 2**31  # characters of a sheet
_DOUBTFUL = re.compile(r"^-?[1-9]\d{0,2}\.\d{3}(?!\d)")
_NAMED = 3  # merged cells that are named


class Sheet(Delimited):
    """A sheet of a workbook being read: each row becomes a line of CSV, beside which it is kept what text does not say."""

    def _framing(self, vocabulary: Vocabulary, options: TableOptions) -> Framing:
        self._vocabulary, self._said = vocabulary, options
        self._book = Workbook(self._source)
        try:
            return self._chosen(vocabulary)
        except BaseException:
            self._book.close()
            raise

    def _chosen(self, vocabulary: Vocabulary) -> Framing:
        """Find the sheet with the table, and how it stands there."""
        self._notes: list[Problem] = []
        self.sheet, first, head = self._choose(vocabulary)
        self._merged = self._book.merged(self.sheet)
        width = max((len(first[head.row - 1]), *(min(_end(row), len(head.cells) + BESIDE) for row in first)))
        first[head.row - 1] += [""] * (width - len(first[head.row - 1]))
        text = InputFile(self.path, io.BytesIO(_as_csv(first).encode()))
        return replace(frame(text, vocabulary, self._said, COMMA), start=0)

    def _choose(self, vocabulary: Vocabulary) -> tuple[str, list[list[str]], Head]:
        """The sheet that is named, else the one whose header has most facts; its first rows, and where the header is."""
        book, said = self._book, self._source.sheet
        names = [name for name in book.sheets if name.strip().casefold() == said.strip().casefold()] if said else []
        if said and not names:
            there = ", ".join(shown(name, 40) for name in book.sheets[:20])
            what = f"there is no sheet {shown(said)}; the workbook has {there}.{suggestion(said, book.sheets)}"
            raise refusal("SP126", what, self.path)
        names = [said] if said in names else names or book.sheets
        found: list[tuple[str, list[list[str]], Head]] = []
        for name in names:
            rows = self._first(name)
            if head := find_header(_as_csv(rows), vocabulary, self._said, COMMA):
                found.append((name, rows, head))
        if not found:
            what = "the sheet is empty" if said else "the sheets of the workbook are empty"
            raise refusal("SP110", f"{what}; expected a row of fact ids, then a row for each company.", self.path)
        found.sort(key=lambda item: _order(item[2]))
        best, *others = found
        if others or len(book.sheets) > 1:
            self._notes += self._of_sheets(best, others)
        return best

    def _of_sheets(self, best: tuple[str, Any, Head], others: list[tuple[str, Any, Head]]) -> Iterator[Problem]:
        facts = best[2].facts
        rivals = [
            shown(name, 40) for name, _, head in others if facts and head.facts == facts and not _holds_rejects(head)
        ]
        if rivals:
            message = (
                f"the sheet {shown(best[0])} is read, the first with {facts} facts in its header; {', '.join(rivals)} "
                f"{'has' if len(rivals) == 1 else 'have'} as many. Say which with --sheet NAME."
            )
            yield Problem("SP126", message, WARNING, file=self.path)
        else:
            why = ", whose header has most facts" if others else ""
            left = [shown(name, 40) for name in self._book.sheets if name != best[0]]
            message = f"the sheet {shown(best[0])} is read{why}; not read: {', '.join(left[:10])}{', …' if left[10:] else ''}."
            yield Problem("SP126", message, NOTE, file=self.path)

    def _first(self, sheet: str) -> list[list[str]]:
        """The first rows of a sheet as plain texts, each on one line."""
        rows: list[list[str]] = []
        filled = 0
        for number, cells in self._book.rows(sheet):
            texts = [""] * min(max(cells, default=0), header.MOST_COLUMNS)
            for column, cell in cells.items():
                texts[column - 1] = " ".join(cell.plain.split())
            rows.append(texts if any(texts) else [])
            filled += bool(rows[-1])
            if filled == HEAD or number == BLANK:
                break
        return rows

    def _refuse_no_text(self) -> None:
        """A workbook is known to be one."""

    def _open(self) -> None:
        """Write the rows below the header as CSV into a temporary file, and keep beside it what text does not say."""
        self._numbers: dict[int, array[int]] = {}  # by column: the rows of numbers that as text may have two readings
        self._failed: dict[int, dict[int, BadCell]] = {}
        self._astray: dict[int, str] = {}  # by row: the cell beyond the header
        self._headings: set[int] = set()
        self._carried: dict[
            int, list[tuple[int, str, str]]
        ] = {}  # by column that is no fact: what is wrong in which rows
        file = tempfile.TemporaryFile()  # noqa: SIM115 (it stays open)
        try:
            text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
            text.write(self._frame.text + "\n")
            self._write(text)
            text.detach()
            file.seek(0)
        except BaseException:
            file.close()
            raise
        finally:
            self._book.close()
        self._source.close()
        self._source = InputFile(self.path, file)

    def _write(self, text: Any) -> None:
        writer = csv.writer(text, lineterminator="\n")
        names, width, size = self._all, self._width, 0
        said = {
            n
            for n, name in enumerate(names, 1)
            if header.range_column(name, self._vocabulary) or name in self._vocabulary
        }
        needed = said | {n for n, name in enumerate(names, 1) if name == header.COMPANY}
        sections = {
            cells.top: cells for cells in self._merged if cells.top == cells.bottom and cells.right > cells.left
        }
        blank = 0
        for number, cells in self._book.rows(self.sheet):
            if number <= self._frame.row:
                continue
            if not cells:
                blank += 1  # those at the end are no rows
                continue
            text.write("\n" * blank)
            blank = 0
            row = [""] * width
            for column, cell in cells.items():
                if column > width:
                    self._astray.setdefault(number, f"{self._place(column, number)} holds {shown(cell.plain)}")
                    row.append(cell.plain)
                    continue
                row[column - 1] = self._written(column, number, cell, column in said, column in needed)
            size += sum(map(len, row))
            if size > MAX_TEXT:
                what = f"the sheet {shown(self.sheet)} holds more than {MAX_TEXT // 2**30} GiB of text; save it as CSV."
                raise refusal("SP101", what, self.path)
            if number in sections and len(cells) == 1 and next(iter(cells)) == sections[number].left:
                self._headings.add(number)
            if any(row):
                writer.writerow(row)
            else:
                text.write("\n")

    def _written(self, column: int, number: int, cell: SheetCell, said: bool, needed: bool) -> str:
        """A cell as text; what is not in the text is kept."""
        if cell.wrong:
            way = "Correct it" if cell.wrong.startswith("the error") else "Let a spreadsheet reckon it and save it"
            message = f"{self._place(column, number)} holds {cell.wrong}. {way}, or empty the cell."
            if needed:
                self._failed.setdefault(column, {})[number] = BadCell(shown(cell.plain), message)
            else:
                self._carried.setdefault(column, []).append((number, cell.wrong, shown(cell.plain)))
        text = cell.said if said else cell.plain
        if said and cell.is_number and ("." in text or "%" in text):
            text = _DOUBTFUL.sub(r"\g<0>0", text)  # among rejects it is read again as text
            self._numbers.setdefault(column, array("q")).append(number)
        if text.count("\n") + text.count("\r") >= MAX_LINES:  # as if a quote were not closed
            text = " ".join(text.split())
        return text

    def _place(self, column: int, number: int) -> str:
        from openpyxl.utils import get_column_letter

        return f"{shown(self.sheet, 40)}!{get_column_letter(column)}{number}"

    def _told(self) -> Iterable[Problem]:
        below = [m for m in self._merged if m.top > self._frame.row and m.left == m.right <= self._width]
        if below:
            places = [
                f"{self._place(m.left, m.top)}:{self._place(m.left, m.bottom).partition('!')[2]}"
                for m in below[:_NAMED]
            ]
            more = f" and {len(below) - _NAMED:,} more" if len(below) > _NAMED else ""
            message = f"merged cells hold in each of their rows: {', '.join(places)}{more}."
            self._notes.append(Problem("SP126", message, NOTE, file=self.path, row=below[0].top))
        for column, wrong in self._carried.items():
            row, what, value = wrong[0]
            more = f" ({len(wrong):,} such cells in the column)" if len(wrong) > 1 else ""
            message = f"{self._place(column, row)} holds {what}{more}; the column is only carried through."
            name = self._frame.names[column - 1]
            self._notes.append(Problem("SP125", message, WARNING, self.path, row=row, column=name, value=value))
        return self._notes

    def _evidence(
        self, some: Sequence[RowBlock], facts: list[str], vocabulary: Vocabulary, contexts: Mapping[str, Context]
    ) -> Evidence:
        """What is written as text says how people write here; numbers say only whether shares are in percents."""
        columns: dict[str, list[pa.Array]] = {}
        numbers: dict[str, list[pa.Array]] = {}
        for block in some:
            table, places, _, _ = self._table(block, facts)
            for name in facts:
                cells, exact = table.column(name).combine_chunks(), self._exact(name, block.first + places)
                if exact is not None:
                    written = cells.filter(pa.array(exact)).to_pylist()
                    if vocabulary[name].type == "share":
                        numbers.setdefault(name, []).append(pa.array(map(_fraction, written), pa.string()))
                    cells = cells.filter(pa.array(~exact))
                columns.setdefault(name, []).append(cells)
        return evidence(columns, vocabulary, self.path, self._frame.row, contexts=contexts, numbers=numbers)

    def _exact(self, name: str, rows: Array) -> Array | None:
        """Which of some rows have a number in a column that as text may have two readings; None for none."""
        known = self._numbers.get(self._all.index(name) + 1)
        if known is None:
            return None
        numbers = np.frombuffer(known, dtype=np.int64)
        ends = np.searchsorted(numbers, [rows[0], rows[-1] + 1]) if len(rows) else (0, 0)
        found: Array = np.isin(rows, numbers[ends[0] : ends[1]])
        return found if found.any() else None

    def _beside(self, cells: Mapping[str, pa.Array], rows: Array) -> Mapping[str, Any]:
        exact = {name: found for name in cells if (found := self._exact(name, rows)) is not None}
        failed: dict[str, Bad] = {}
        for column, wrong in self._failed.items():
            if (name := self._all[column - 1]) in cells and (at := _at(wrong, rows)):
                failed[name] = at
        return {"exact": exact, "failed": failed}

    def _sections(self, rows: Array) -> frozenset[int]:
        return (
            frozenset(place for place, row in enumerate(rows.tolist()) if row in self._headings)
            if self._headings
            else frozenset()
        )

    def _ragged(self, block: RowBlock, place: int, text: str) -> Reject:
        row = block.first + place
        if row not in self._astray:
            return super()._ragged(block, place, text)
        end = self._place(self._width, self._frame.row).partition("!")[2]
        message = f"{self._astray[row]}, beside the table, whose header ends at {end}."
        problem = Problem("SP114", message, file=self.path, row=row, value=shown(text))
        return self._reject(problem, text, [cell for n, cell in enumerate(self._cells(text)) if n in self._kept])


def _order(head: Head) -> tuple[bool, bool, int, int]:
    """Of several tables the one that is read comes first: not rejects, the results of an earlier run, that with most facts."""
    return _holds_rejects(head), not header.has_verdict(head.cells), -head.facts, -head.known


def _holds_rejects(head: Head) -> bool:
    """Whether a table holds rows that were rejected, which are read where nothing else is there or they are asked for."""
    return ADDED[0] in head.cells


def _end(row: Sequence[str]) -> int:
    """How far a row goes."""
    return max((n for n, text in enumerate(row, 1) if text), default=0)


def _as_csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        if any(row):
            writer.writerow(row)
        else:
            text.write("\n")
    return text.getvalue()


def _fraction(text: str) -> str:
    """A share as the number that it is: 12% is 0.12."""
    return format(Decimal(text[:-1]).scaleb(-2), "f") if text.endswith("%") else text


def _at(wrong: Mapping[int, BadCell], rows: Array) -> Bad:
    """Bad cells by their places among some rows."""
    some = np.fromiter(wrong, np.int64, len(wrong))
    places = np.flatnonzero(np.isin(rows, some))
    return {place: wrong[int(rows[place])] for place in places.tolist()}
