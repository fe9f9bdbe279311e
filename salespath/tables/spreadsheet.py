"""Sheets as XlsxWriter writes them: in which no text becomes a formula, a link or a number, row by row in bounded memory.

What Excel cannot hold is cut, so that it is seen and counted: texts of more than CELL characters, and rows after ROWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from salespath.files.problems import refusal
from salespath.files.visible import visible_lines

CELL, ROWS = 32_767, 1_048_575  # characters of a cell, rows below the header of a sheet
WIDEST, TALLEST = 40, 5  # characters of a column, lines of a row
_FIRST_DAY = date(1900, 3, 1)  # before it, Excel counts a day that was none
_LINE = 15  # points
_RISKY = re.compile(r"[\s'\"]*[=+\-@=+-@]")  # what a spreadsheet may take for a formula as soon as somebody edits it
_SIGNS = {"USD": "[$$-409]", "EUR": "[$€-2]", "GBP": "[$£-809]"}
HEAD = {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "text_wrap": True}


def new_workbook(file: Any, **options: Any) -> Any:
    """A workbook of XlsxWriter. Raises SalespathError (SP128) without it."""
    check_installed()
    import xlsxwriter

    texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(file, {**options, **texts})


def check_installed() -> None:
    """Raise SalespathError (SP128) without XlsxWriter."""
    try:
        import xlsxwriter  # noqa: F401 (an extra)
    except ImportError:
        what = "a workbook is written with XlsxWriter, which is not installed: `pip install 'salespath[xlsx]'`."
        raise refusal("SP128", what, None) from None


class Number(NamedTuple):
    """A number and the format in which a cell shows it."""

    value: float
    format: str = "General"


Cell = str | date | Number | None


def amount(value: float, currency: str) -> Number:
    """An amount of money."""
    return Number(value, _SIGNS.get(currency, f"[${currency}] ") + _places(value))


def share(value: float) -> Number:
    """A share of one, in percents."""
    return Number(value, "0%" if round(value * 100, 6) == round(value * 100) else "0.0##%")


def quantity(value: float) -> Number:
    """Any other number."""
    return Number(value, _places(value))


def figure(value: float) -> Number:
    """Evidence: three digits, less than nothing in red."""
    return Number(value, "0.000;[Red]-0.000")


def _places(value: float) -> str:
    return "#,##0" if value == int(value) else "#,##0.00" if abs(value) >= 100 else "#,##0.0##"


class Formats:
    """The formats of the cells of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[tuple[str, Any], ...], Any]()

    def of(self, **look: Any) -> Any:
        """The one that looks so."""
        key = tuple(look.items())
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top", **look})
        return self._made[key]


class Page:
    """A sheet that is written from above, row by row; `cut` counts the cells that were cut."""

    def __init__(self, book: Any, formats: Formats, name: str) -> None:
        self.sheet, self._formats = book.add_worksheet(name), formats
        self._wrapped = formats.of(text_wrap=True)
        self.at = self.cut = 0  # the next row, and the cells
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&A&R&P / &N")

    def widths(self, widths: Iterable[int]) -> None:
        """Set the widths of the columns, in characters."""
        self._widths = tuple(widths)
        for column, width in enumerate(self._widths):
            self.sheet.set_column(column, column, width)

    def line(self, *cells: Cell, **look: Any) -> int:
        """Write the next row, as high as its texts need; its place."""
        self._make_room(cells, look.get("font_size", 0))
        for column, cell in enumerate(cells):
            self.put(self.at, column, cell, **look)
        self.at += 1
        return self.at - 1

    def _make_room(self, cells: Sequence[Cell], size: int) -> None:
        """Make the next row as high as its cells need: not every program fits a row to what it holds."""
        texts = ((cell, width) for cell, width in zip(cells, self._widths) if isinstance(cell, str))
        lines = max((_lines(text, width) for text, width in texts if len(text) > width or "\n" in text), default=1)
        if size:
            self._set_height(1.5 * size)
        elif lines > 1:
            self._set_height(_LINE * min(lines, TALLEST))

    def _set_height(self, points: float) -> None:
        self.sheet.set_row(self.at, points)

    def put(self, row: int, column: int, cell: Cell, **look: Any) -> None:
        """Write one cell; nothing can be written into a row above any more."""
        if cell is None:
            return
        if isinstance(cell, str):
            if _RISKY.match(cell):
                look = {"quote_prefix": True, **look}
            self.text(row, column, cell, **look)
        elif isinstance(cell, Number):
            self.sheet.write_number(row, column, cell.value, self._formats.of(num_format=cell.format, **look))
        elif cell < _FIRST_DAY:
            self.text(row, column, cell.isoformat(), **look)
        else:
            look = {"num_format": "yyyy-mm-dd", "align": "left", **look}
            self.sheet.write_datetime(row, column, cell, self._formats.of(**look))

    def text(self, row: int, column: int, text: str, **look: Any) -> None:
        """Write a text as a text, cut to what a cell can hold."""
        text = visible_lines(text)
        if text:
            short = within(text)
            self.cut += short is not text
            look_of = self._formats.of(**{"text_wrap": True, **look}) if look else self._wrapped
            self.sheet.write_string(row, column, short, look_of)


class Sheet(Page):
    """A table with a header that stays in sight, and a filter. `lost` counts the rows for which there was no room."""

    def __init__(
        self, book: Any, formats: Formats, name: str, heads: Sequence[str], widths: Sequence[int] = ()
    ) -> None:
        super().__init__(book, formats, name)
        self.heads, self.lost = heads, 0
        if widths:
            self.begin(widths)

    @property
    def rows(self) -> int:
        """How many rows there are below the header."""
        return max(0, self.at - 1)

    def begin(self, widths: Sequence[int]) -> None:
        """Write the header over columns so wide."""
        self.widths(widths)
        self.line(*self.heads, **HEAD)
        self.sheet.freeze_panes(1, 1)
        self.sheet.repeat_rows(0)

    def _set_height(self, points: float) -> None:
        """Set it; rows that are written are forgotten, as XlsxWriter would keep what it knows of each."""
        for known in (self.sheet.row_info, self.sheet.row_sizes):
            for row in [row for row in known if row < self.at - 1]:
                del known[row]
        super()._set_height(points)

    def add(self, cells: Sequence[Cell]) -> None:
        """Write a row below the others, unless the sheet is full."""
        if self.rows == ROWS:
            self.lost += 1
        else:
            self.line(*cells)

    def end(self) -> None:
        """Let the rows be filtered."""
        self.sheet.autofilter(0, 0, self.rows, len(self.heads) - 1)
        self.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def within(text: str) -> str:
    """A text, or its beginning and how long it is, where a cell cannot hold it. Excel counts in UTF-16."""
    if len(text) <= CELL // 2:
        return text
    size = len(text.encode("utf-16-le")) // 2
    if size <= CELL:
        return text
    end = f" … (cut: {len(text):,} characters)"
    start = text.encode("utf-16-le")[: 2 * (CELL - len(end))].decode("utf-16-le", "ignore")
    return f"{start}{end}"


def width_of(head: str, cells: Sequence[Cell]) -> int:
    """How wide a column should be that begins so."""
    longest = max((_length(cell) for cell in cells), default=0)
    return min(WIDEST, max(9, longest + 2, min(len(head) + 4, 28)))


def _length(cell: Cell) -> int:
    if isinstance(cell, str):
        return max(map(len, cell.split("\n")))
    return (
        0 if cell is None else 10 if isinstance(cell, date) else len(f"{cell.value:,.10g}") + 4 * ("$" in cell.format)
    )


def _lines(text: str, width: int) -> int:
    """How many lines a text takes, by and large."""
    return sum(-(-len(part) // width) or 1 for part in text.split("\n", TALLEST))
