"""A page as plain text for a terminal, at any width from 40 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest

from salespath.facts.money import CURRENCY_SIGNS
from salespath.report.formats.chart import chart
from salespath.report.formats.figure import figure
from salespath.report.page import Bar, Block, Cell, Chart, Column, Figure, Heading, Items, Page, Table, Text, Tree, seen

Style = Callable[[str], str]

LEAST = 40
LINES, WORDS = 60, 350  # what a page on one company holds
BOX, ASCII = "├└┤│─┄…", "+`+|-.~"
SIGN_CODES: dict[str, str | int | None] = {
    **{sign: f"{code} " for code, sign in CURRENCY_SIGNS.items() if len(sign) == 1},
    "\N{NO-BREAK SPACE}": " ",
}
SIGNS = "".join(SIGN_CODES)
_BETWEEN = 2  # blanks between two columns
_BAR = 21  # columns of a bar where its column says none


def write(page: Page, width: int = 80, *, bold: Style = str, encoding: str = "utf-8") -> str:
    """The page, wrapped to a width. `bold` marks headings; an encoding without box-drawing characters gets ASCII ones."""
    text = _Terminal(seen(page), max(LEAST, min(width, page.widest)), bold).text()
    if not encodable(BOX, encoding):
        text = text.translate(str.maketrans(BOX, ASCII))
    return text if encodable(SIGNS, encoding) else text.translate(str.maketrans(SIGN_CODES))


def encodable(text: str, encoding: str) -> bool:
    """Whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def fitting(pages: Iterable[Page], width: int = 80, *, bold: Style = str, encoding: str = "utf-8") -> str:
    """The first of some versions of a page that holds LINES and WORDS at most, or else the last of them."""
    for page in pages:
        text = write(page, width, bold=bold, encoding=encoding)
        if len(text.splitlines()) <= LINES and len(text.split()) <= WORDS:
            break
    return text


class _Terminal:
    """A page as lines of a terminal."""

    def __init__(self, page: Page, width: int, bold: Style) -> None:
        self.page, self.width, self.bold = page, width, bold
        self.lines: list[str] = []

    def text(self) -> str:
        if self.page.title:
            self._headed(self.page.title, "=")
        self._blocks(self.page.blocks, 0)
        return "".join(f"{line.rstrip()}\n" for line in self.lines)

    def _blocks(self, blocks: Iterable[Block], inset: int) -> None:
        above: Block | None = None
        for block in blocks:
            if block.apart:
                self.lines.append("")
            match block:
                case Heading():
                    if self.lines and not (block.apart or isinstance(above, Heading)):
                        self.lines.append("")
                    self._headed(block.text, "-" if self.page.underlined and block.level == 2 else "")
                case Text():
                    start = " " * (inset + block.inset)
                    hang = (2 if block.lead else 0) if block.hang is None else block.hang
                    self._say(block.text, start, start + " " * hang, lead=block.lead, strong=block.tone == "strong")
                case Items():
                    self._items(block, inset + block.inset)
                case Table():
                    self._table(block)
                case Tree():
                    self._tree(block)
                case Figure():
                    self.lines.extend([*figure(block), ""])
                    self._say(f"{', '.join(f'{letter} {means}' for letter, means in block.legend.items())}.")
                case Chart():
                    self.lines.extend(chart(block.lines, self.width, block.unit, block.sign))
                case _:
                    raise TypeError(block)
            above = block

    def _headed(self, text: str, rule: str) -> None:
        lines = textwrap.wrap(text, self.width)
        self.lines.extend(map(self.bold, lines))
        if rule:
            self.lines.append(rule * max(map(len, lines), default=0))

    def _say(self, text: str, first: str = "", rest: str = "", *, lead: str = "", strong: bool = False) -> None:
        """A paragraph; `first` and `rest` begin its lines. The lead is emphasised after they are broken: its marks take no room."""
        said = f"{lead}: {text}" if lead else text
        lines = textwrap.wrap(
            said,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words="://" not in said,  # an address stays whole
        )
        if lead and lines and lines[0].startswith(f"{first}{lead}"):
            lines[0] = first + self.bold(lead) + lines[0][len(first) + len(lead) :]
        self.lines.extend(map(self.bold, lines) if strong else lines)

    def _items(self, block: Items, inset: int) -> None:
        labels = [item.label or block.bullet for item in block.items]
        wide = max(map(len, labels), default=0) if block.aligned else 0
        for item, label in zip(block.items, labels):
            if item.apart:
                self.lines.append("")
            mark = label.ljust(wide) + " " * block.gap if label else ""
            rest = len(mark) if block.hang is None else block.hang
            if block.aligned and inset + rest > self.width // 2:
                rest = 4
            self._say(item.text, " " * inset + mark, " " * (inset + rest), lead=item.lead)
            self._blocks(item.under, inset + min(len(mark) or rest, rest))  # below where its text begins

    def _tree(self, branch: Tree, first: str = "", rest: str = "") -> None:
        """A branch, whose lines begin with `first` and `rest`, and what stands under it, each with a guide to it."""
        self._say(branch.text, first, rest)
        for place, child in enumerate(branch.under, 1):
            fork, side = ("├── ", "│   ") if place < len(branch.under) else ("└── ", "    ")
            self._tree(child, rest + fork, rest + side)

    # Tables

    def _table(self, table: Table) -> None:
        if not table.rows:
            return
        columns, rows = self._folded(table)
        if table.cut:
            columns = [_at_most(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
            self._short(table, columns, rows)
            return
        for number, places in enumerate(_parts(columns, self.width)):
            if number:
                self.lines.append("")
            self._grid(table, [columns[place] for place in places], [[row[place] for place in places] for row in rows])

    def _short(self, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Sequence[Cell]]]) -> None:
        """A row a line, and what is said where that left anything out."""
        widths = _widths(columns, self.width)
        titles = [textwrap.wrap(column.title, wide) for column, wide in zip(columns, widths)]
        heads = [*zip_longest(*titles, fillvalue=""), ["-" * wide for wide in widths]]
        whole = [[" ".join(str(cell[0]).split()) or table.empty for cell in row] for row in rows]
        short = [[_cut(cell, wide) for cell, wide in zip(row, widths)] for row in whole]
        for row in (*heads, *short):
            cells = (f"{c:>{w}}" if column.right else f"{c:<{w}}" for c, w, column in zip(row, widths, columns))
            self.lines.append((" " * _BETWEEN).join(cells))
        if short != whole or len(columns) < len(table.columns):
            self._say(table.cut)

    def _folded(self, table: Table) -> tuple[list[Column], list[list[list[Cell]]]]:
        """The columns that there is room for, and each row as the pieces of its cells, one on a line of its own."""
        rows = []
        for row in table.rows:
            cells: list[list[Cell]] = []
            for column, cell in zip(table.columns, row):
                if self.width >= column.beyond:
                    cells.append([cell])
                elif column.folds and cell:
                    cells[-1].append(column.folds.format(cell))
            rows.append(cells)
        return [column for column in table.columns if self.width >= column.beyond], rows

    def _grid(self, table: Table, columns: Sequence[Column], rows: Iterable[Sequence[Sequence[Cell]]]) -> None:
        """Cells side by side. A column of a ruled table is as wide as what is in it, else as its width says."""
        widths = _widths(columns, self.width)
        titles = [textwrap.wrap(column.title, max(1, wide - _BETWEEN)) for column, wide in zip(columns, widths)]
        written = [
            [[line for part in cell for line in _lines(part, wide)] or [table.empty] for cell, wide in zip(row, widths)]
            for row in rows
        ]
        if table.ruled:
            from tabulate import tabulate  # a report on one company has no such table, and starts without it

            drawn = tabulate(
                [["\n".join(cell) for cell in row] for row in written],
                ["\n".join(title) for title in titles],
                disable_numparse=True,
                colalign=["right" if column.right else "left" for column in columns],
            )
            self.lines.extend(drawn.splitlines())
            return
        for row in (titles, *written):
            for line in zip_longest(*row, fillvalue=""):
                self.lines.append((" " * _BETWEEN).join(f"{text:<{wide}}" for text, wide in zip(line, widths)))


def _lines(cell: Cell, width: int) -> list[str]:
    if isinstance(cell, Bar):
        low, here, high = (round(value * (_BAR - 1)) for value in (cell.low, cell.here, cell.high))
        return ["".join("|" if at == here else "=" if low <= at <= high else "." for at in range(_BAR))]
    return [line for part in cell.split("\n") for line in textwrap.wrap(part, width, break_on_hyphens=False)]


def _cut(text: str, width: int) -> str:
    """A text of at most some width, an ellipsis where it ends too soon."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _at_most(column: Column, cells: Iterable[Sequence[Cell]]) -> Column:
    """A column that is no wider than what is in it, and no narrower than the words of its title."""
    title = max(map(len, column.title.split()), default=1)
    most = max(title, *(len(str(cell[0])) for cell in cells))
    narrow = column.narrow and (column.narrow[0], min(column.narrow[1], most))
    width = None if column.width is None else min(max(column.width, title), most)
    return replace(
        column, width=width, narrow=narrow, least=min(column.least, most), most=min(most, column.most or most)
    )


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Fixed widths first; what is left goes to the others by their shares, and what one cannot use to the rest of them."""
    found = [c.narrow[1] if c.narrow and width < c.narrow[0] else c.width or 0 for c in columns]
    room = width - _BETWEEN * (len(columns) - 1)
    if sum(found) > room:
        found = [0 if c.narrow and width < c.narrow[0] else wide for c, wide in zip(columns, found)]
    while flexible := [place for place, wide in enumerate(found) if not wide]:
        rest, whole = room - sum(found), sum(columns[place].share for place in flexible) or 1
        wanted = {p: max(columns[p].least, round(rest * columns[p].share / whole)) for p in flexible}
        full = {p: most for p, wide in wanted.items() if (most := columns[p].most) is not None and wide >= most}
        for place, wide in (full or wanted).items():
            found[place] = wide
        if not full and sum(found) > room:  # by rounding up
            found[flexible[-1]] = max(columns[flexible[-1]].least, found[flexible[-1]] - (sum(found) - room))
    return found


def _parts(columns: Sequence[Column], width: int) -> list[list[int]]:
    """The places of columns, in as many tables as their least widths need, of as even a size as can be; the first is in each."""
    places = range(1, len(columns))
    least = max((c.width or c.least for c in columns[1:]), default=1)
    if least == 1 or any(c.width is not None for c in columns[1:]):
        return [[0, *places]]
    fit = max(1, (width - (columns[0].width or columns[0].least)) // (least + _BETWEEN))
    step = -(-len(places) // -(-len(places) // fit))
    return [[0, *places[start : start + step]] for start in range(0, len(places), step)]
