"""Excel workbooks as openpyxl reads them: checked before anything is read, then row by row, values beside formulas.

Nothing in a workbook is run or followed: macros, links to other files and formulas stay text.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import repeat, zip_longest
from typing import Any, NamedTuple

from salespath.files.problems import SalespathError, refusal, shown
from salespath.files.source import InputFile
from salespath.tables.number_formats import meaning

MIB = 2**20
MAX_UNZIPPED = 1024 * MIB  # of all sheets and strings; a sheet of a million rows has some 600
MAX_OTHER = 32 * MIB  # of any other part in XML, which openpyxl holds as a whole
MAX_RATIO, RATIO_FROM = 150, 8 * MIB  # how much smaller a large part may be while zipped; sheets are 5 to 30 times
MAX_PARTS = 10_000
MAX_ROWS, MAX_COLUMNS = 2**20, 2**14  # what a sheet can have
MAX_CELLS = 50_000_000  # those between the first and the last of a row counted
_LARGE = re.compile(r"xl/(worksheets/|sharedStrings)", re.IGNORECASE)
_XML = (".xml", ".rels")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})\"")
# A formula without a value, unless it is an empty text; prefixes are rare, but may be.
_UNRECKONED = re.compile(
    rb"<(?:\w+:)?c(?=[\s>])(?![^>]*\st=\"str\")[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*(?:/>|>\s*</(?:\w+:)?v>))?\s*</|<!--|<!\[CDATA"
)
_OVERLAP = 2**15  # characters of what is looked for at most
_ESCAPED = re.compile(
    "_x([0-9A-Fa-f]{4})_"
)  # how a workbook writes a character that XML cannot hold, and a `_` that is none
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class SheetCell(NamedTuple):
    """A cell: its value, number format, and what is wrong with it: an error, or a formula without a value."""

    value: Any
    number_format: str = "General"
    wrong: str = ""

    @property
    def plain(self) -> str:
        """The value as text, whatever its format is."""
        return _text(self.value)

    @property
    def said(self) -> str:
        """The value as text with what its number format says: `1200.5 EUR`, `12%`."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self.plain
        unit, shift = meaning(self.number_format)
        if not unit:
            return self.plain
        number = format(Decimal(self.plain).scaleb(-shift), "f")
        return f"{number}%" if unit == "%" else f"{number} {unit}"

    @property
    def is_number(self) -> bool:
        """Whether it is a number, which has one reading."""
        return isinstance(self.value, (int, float)) and not isinstance(self.value, bool)


class Merged(NamedTuple):
    """Cells that are one: the first and last column and row, from 1."""

    left: int
    top: int
    right: int
    bottom: int


class Workbook:
    """A workbook that has been checked.

    Raises SalespathError: SP101 for one that is too large, SP102 for an encrypted, SP103 for a damaged one, SP128 without openpyxl.
    """

    def __init__(self, source: InputFile) -> None:
        self.path = source.path
        try:
            import openpyxl  # an extra
        except ImportError:
            what = "a workbook is read with openpyxl, which is not installed: `pip install 'salespath[xlsx]'`."
            raise refusal("SP128", what, self.path) from None
        warnings.filterwarnings("ignore", module=r"openpyxl\.")  # of what it leaves out
        file = source.seekable()
        with self._reading():
            self._check(file)
            self._values, self._formulas = (
                openpyxl.load_workbook(file, read_only=True, keep_links=False, data_only=values)
                for values in (True, False)
            )
            self._archive = zipfile.ZipFile(file)
            sheets = self._values.worksheets
        self._looked: dict[str, tuple[list[Merged], bool]] = {}
        self.sheets = [sheet.title for sheet in sheets if sheet.sheet_state == "visible"]
        self.sheets += [sheet.title for sheet in sheets if sheet.sheet_state != "visible"]
        if not sheets:
            raise refusal("SP110", "the workbook has no sheet with cells.", self.path)

    def close(self) -> None:
        """Let go of the file."""
        for book in (self._values, self._formulas, self._archive):
            book.close()

    def merged(self, sheet: str) -> list[Merged]:
        """The merged cells of a sheet, which stand after its rows."""
        return self._looked_through(sheet)[0]

    def _looked_through(self, sheet: str) -> tuple[list[Merged], bool]:
        """The merged cells of a sheet, and whether it has formulas without a value: much faster than reading it."""
        if sheet in self._looked:
            return self._looked[sheet]
        from openpyxl.utils import column_index_from_string as index

        found, rest, unreckoned = list[Merged](), b"", False
        with self._reading(), self._archive.open(self._values[sheet]._worksheet_path) as part:
            while data := part.read(MIB):
                data = rest + data
                end = 0
                for match in _MERGED.finditer(data):
                    left, top, right, bottom = (word.decode() for word in match.groups())
                    found.append(Merged(index(left), int(top), index(right), int(bottom)))
                    end = match.end()
                unreckoned = unreckoned or bool(_UNRECKONED.search(data))
                rest = data[max(end, len(data) - _OVERLAP) :]
        self._looked[sheet] = found, unreckoned
        return self._looked[sheet]

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[int, SheetCell]]]:
        """All rows of a sheet with their numbers, and the cells that hold something by column, from 1.

        Cells that are merged down a column hold their value in each of their rows. Raises SalespathError (SP101, SP103).
        """
        merged, _ = self._looked_through(sheet)
        down = {(cells.top, cells.left): cells.bottom for cells in merged if cells.left == cells.right}
        held: dict[int, tuple[int, SheetCell]] = {}
        count = 0
        with self._reading():
            for number, (values, formulas) in enumerate(self._both(sheet), 1):
                count += len(values)
                if number > MAX_ROWS or len(values) > MAX_COLUMNS or count > MAX_CELLS:
                    most = f"{MAX_ROWS:,} rows, {MAX_COLUMNS:,} columns or {MAX_CELLS:,} cells"
                    what = f"the sheet {shown(sheet)} has more than {most}. Save what is needed of it as CSV."
                    raise refusal("SP101", what, self.path)
                found = dict(_cells(values, formulas))
                for column, (last, cell) in list(held.items()):
                    if number > last:
                        del held[column]
                    else:
                        found.setdefault(column, cell)
                if down:
                    held.update({c: (down[number, c], cell) for c, cell in found.items() if (number, c) in down})
                yield number, found

    def _both(self, sheet: str) -> Iterator[tuple[Any, Any]]:
        """The rows of both passes; of the second none where every formula has its value."""
        passes: list[Iterator[Any]] = []
        for book in (self._values, self._formulas) if self._looked_through(sheet)[1] else (self._values,):
            found = book[sheet]
            found.reset_dimensions()  # what a file says of its size may be anything
            passes.append(found.iter_rows())
        return zip(*passes) if len(passes) == 2 else zip(*passes, repeat(()))

    def _check(self, file: Any) -> None:
        """Refuse what would take more memory or time than a table does. Sizes that a file understates are not read beyond."""
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
        large = 0
        why = f"it has more than {MAX_PARTS:,} parts" if len(parts) > MAX_PARTS else ""
        for part in parts:
            if part.flag_bits & 1:
                what = "this workbook is encrypted; open it with its password, save it without one, and give that."
                raise refusal("SP102", what, self.path)
            if not part.filename.lower().endswith(_XML):
                continue
            sheet = _LARGE.match(part.filename)
            large += part.file_size if sheet else 0
            if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * part.compress_size:
                why = f"{shown(part.filename)} would become {part.file_size // max(1, part.compress_size):,} times as large"
            elif not sheet and part.file_size > MAX_OTHER:
                why = f"{shown(part.filename)} would take {part.file_size // MIB:,} MiB"
        if large > MAX_UNZIPPED:
            why = why or f"its sheets would take {large // MIB:,} MiB, and {MAX_UNZIPPED // MIB:,} are allowed"
        if why:
            what = f"the workbook is not unpacked, as {why}. Save the sheet as CSV (UTF-8), or split it."
            raise refusal("SP101", what, self.path)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever openpyxl raises of a damaged file is one problem."""
        try:
            yield
        except (SalespathError, MemoryError):
            raise
        except Exception as error:  # of a damaged file anything may be raised
            kind = type(error).__name__
            what = f"this is not a workbook that can be read ({kind}: {shown(error, 100)})"
            raise refusal(
                "SP103", f"{what}; open it in a spreadsheet and save it as .xlsx or CSV.", self.path
            ) from None


def _cells(values: Sequence[Any], formulas: Sequence[Any]) -> Iterator[tuple[int, SheetCell]]:
    """The cells of a row that hold something, by column."""
    for column, (value, formula) in enumerate(zip_longest(values, formulas), 1):
        if value.value is not None or (formula is not None and formula.data_type == "f"):
            cell = _cell(value, formula)
            if cell.value != "":
                yield column, cell


def _cell(value: Any, formula: Any) -> SheetCell:
    """A cell of both passes."""
    if value.data_type == "e":
        return SheetCell(str(value.value), wrong=f"the error {value.value}")
    if value.value is None:
        if value.data_type == "str":  # a formula whose value is an empty text
            return SheetCell("")
        written = getattr(formula.value, "text", formula.value)
        text = str(written if str(written or "").startswith("=") else f"={written or ''}")
        return SheetCell(text, wrong=f"the formula {shown(text)}, of which the file has no value")
    number = isinstance(value.value, (int, float))
    return SheetCell(value.value, value.number_format if number else "General")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):  # a spreadsheet reckons with 15 digits
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return _CONTROL.sub("\ufffd", _ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value)))
