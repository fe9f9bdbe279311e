"""A page as PDF, typeset by typst (an extra): tagged for screen readers (PDF/UA-1), with its fonts, made without a network.

What a page says reaches the template `page.typ` as data, never as its source, so no text is markup. The template's folder is all
that typst may read. Nothing in the file depends on the clock: the same pages are the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from salespath.files.problems import SalespathError, refusal, shown
from salespath.files.visible import visible
from salespath.report.firm import Firm
from salespath.report.formats.chart import figures
from salespath.report.formats.figure import grid, legend
from salespath.report.formats.letters import ems
from salespath.report.formats.overview import counts, lengths, levels, quarters, shades, shorten
from salespath.report.formats.svg import alone, band, quadrant, svg
from salespath.report.page import (
    Bar,
    Bars,
    Block,
    Cell,
    Chart,
    Figure,
    Heading,
    HeatMap,
    Items,
    Page,
    Quadrant,
    Sign,
    Table,
    Text,
    Tree,
    retold,
    seen,
)  # fmt: skip

_TEMPLATE = Path(__file__).with_name("page.typ")
_FONT = "Libertinus Serif"  # one of those inside typst, which have ă, â, î, ș and ț, Greek and Cyrillic
_FOREIGN = re.compile(r"[^\u0000-\u024f\u0370-\u03ff\u0400-\u045f\u1e00-\u1eff\u2010-\u2027\u2030-\u203a\u20ac]")
_FOR, _AGAINST = (31, 119, 180), (224, 122, 31)
_DARKEST = 0.55
_ROOM = 470  # points between the margins of A4
_UNBROKEN = 20  # letters of a word that stay together in a cell
_COMFORT = 10  # sizes of its letters, that a text in a cell may take before it needs another line
_SERIF = 0.85  # the width of the font as part of that of one without serifs
_BAR, _INSET = 6, 0.35  # sizes of letters
_BETWEEN = re.compile(r"[\s/-]+")

Data = dict[str, Any]


def ready() -> Any:
    """What typesets. Raises SalespathError (SP188) where it is not installed."""
    try:
        import typst
    except ImportError:
        what = "a PDF is written with typst, which is not installed: `pip install 'salespath[pdf]'`."
        raise refusal("SP188", what, None) from None
    return typst


def write(*pages: Page, firm: Firm | None = None) -> bytes:
    """Some pages as one file, each begun on a new sheet, with a firm's logo, name, colour and contact line.

    Raises SalespathError without typst (SP188), and where it warns of anything (SP189).
    """
    typst = ready()

    def typeset(source: Path | bytes, data: str, machine: bool) -> bytes:
        made, warnings = typst.compile_with_warnings(
            source,
            root=_TEMPLATE.parent,
            format="pdf",
            sys_inputs={"data": data, "font": _FONT},
            ignore_system_fonts=not machine,
            pdf_standards="ua-1",
        )
        if warnings:
            said = "; ".join(shown(warning.message, 200) for warning in warnings)
            raise refusal("SP189", f"a mistake in salespath: the typesetter warns ({said}); no PDF is written.", None)
        return bytes(made)

    def drawn(character: str) -> bool:
        try:
            typeset(_PROBE, character, True)
        except (typst.TypstError, SalespathError):
            return False
        return True

    some = tuple(map(seen, pages))
    foreign = sorted(
        set(_FOREIGN.findall(_data(some, firm)))
    )  # of other scripts, which only fonts of the machine may have
    if missing := {ord(c): f"<U+{ord(c):04X}>" for c in foreign if not drawn(c)}:
        some = retold(some, lambda text: text.translate(missing), lambda text: text.translate(missing))
        if firm:
            firm = replace(firm, name=firm.name.translate(missing), contact=firm.contact.translate(missing))
    return typeset(_TEMPLATE, _data(some, firm), bool(foreign))


def _data(pages: tuple[Page, ...], firm: Firm | None) -> str:
    """What the template reads."""
    parts = [{"title": page.title, "blocks": _Sheet(bool(page.title)).blocks(page.blocks)} for page in pages]
    data: Data = {"title": _title(pages), "pages": parts}
    if firm:
        logo = firm.logo.decode("utf-8-sig") if firm.kind == "svg" else [*firm.logo]
        own = {"name": firm.name, "colour": firm.colour, "ink": firm.ink, "contact": firm.contact}
        data["firm"] = own | {"logo": logo, "kind": firm.kind}
    return json.dumps(data, ensure_ascii=False)


def _title(pages: tuple[Page, ...]) -> str:
    """What the document is called: as its first page is, else what that begins with."""
    for page in pages[:1]:
        said = (
            b.caption if isinstance(b, Table) else b.text
            for b in page.blocks
            if isinstance(b, Heading | Text | Tree | Table)
        )
        return page.title or shorten(next(filter(None, said), ""), 80) or "salespath"
    return "salespath"


_PROBE = b'#set document(title: "x", date: none)\n#set text(font: sys.inputs.font, lang: "en")\n#sys.inputs.data'


class _Sheet:
    """The blocks of a page as data of the template. Levels of headings begin at 1 and leave none out, as PDF/UA wants it."""

    def __init__(self, titled: bool) -> None:
        self.level = int(titled)

    def blocks(self, some: Iterable[Block]) -> list[Data]:
        return [part for block in some for part in self._block(block)]

    def _block(self, block: Block) -> Iterator[Data]:
        match block:
            case Heading() if block.text:
                self.level = min(block.level, self.level + 1)
                yield {"is": "heading", "level": self.level, "text": block.text}
            case Text():
                yield {"is": "text", "lead": block.lead, "text": block.text, "tone": block.tone}
            case Items() if block.items:
                yield self._items(block)
            case Table() if block.rows:
                parts = _parts(block)
                size = min(_size(len(part)) for part in parts)
                for part in parts:
                    columns = tuple(block.columns[place] for place in part)
                    rows = tuple(tuple(row[place] for place in part) for row in block.rows)
                    yield _table(replace(block, columns=columns, rows=rows), block.caption) | {"size": size}
            case Tree():
                yield {"is": "tree", "lines": list(_tree(block))}
            case Figure(up=None):
                said = f"{block.caption or block.across.label}: {_runs(block)}"
                yield from (_caption(block.caption), _picture(band(block), said), self._items(legend(block)))
            case Figure():
                yield from (_caption(block.caption), _map(block), self._items(legend(block)))
            case Chart():
                yield from (_caption(block.caption), _picture(svg(block), _ends(block)))
            case Quadrant():
                named = (f"{p.name}{f' ({p.kind})' if p.kind else ''}: {p.across}, {p.up}" for p in block.points)
                said = f"{block.caption}. {block.across} to the right, {block.up} upwards. {'; '.join(named)}."
                yield from (_caption(block.caption), _picture(quadrant(block), said))
                yield from self._block(quarters(block))
            case HeatMap() if block.rows:
                fills = [[None, *map(_heat, row)] for row in shades(block)]
                yield _table(levels(block), block.caption, fills)
            case Bars() if block.counts:
                table = _table(counts(block), block.caption)
                yield table | {"lengths": lengths(block)}

    def _items(self, block: Items) -> Data:
        items = []
        for number, item in enumerate(block.items, 1):
            label = f"{number}." if block.ordered else "" if item.label == block.bullet else item.label.strip()
            under = self.blocks(item.under)
            items.append({"label": label, "lead": item.lead, "text": item.text, "under": under})
        return {"is": "items", "items": items, "bullet": block.bullet.replace("-", "–")}


def _caption(text: str) -> Data:
    return {"is": "caption", "text": text}


def _parts(table: Table) -> list[list[int]]:
    """The columns of each of as many tables as there must be for a sheet of paper; the first column is in each.

    No table is much wider than another: none has a column alone that another has room for.
    """
    first, *others = (_needed(table, place) for place in range(len(table.columns)))

    def parts(share: float) -> list[list[int]]:
        found: list[list[int]] = []
        wide = 0.0
        for place, need in enumerate(others, 1):
            if not found or (wide + need) * _size(len(found[-1]) + 1) > share * _ROOM:
                found.append([0])
                wide = first
            found[-1].append(place)
            wide += need
        return found or [[0]]

    least = len(parts(1))
    return next(found for share in range(101) if len(found := parts(share / 100)) <= least)


def _needed(table: Table, place: int) -> float:
    """The width that a column needs, in sizes of its letters: for its longest word, and for a few words on a line."""
    cells = [row[place] for row in table.rows]
    lines = [line for cell in (table.columns[place].title, *cells) for line in str(cell).splitlines()]
    words = (word[:_UNBROKEN] for line in lines for word in _BETWEEN.split(line))
    text = max(max(map(ems, words), default=0), min(max(map(ems, lines), default=0), _COMFORT))
    return max(text * _SERIF, _BAR if any(isinstance(cell, Bar) for cell in cells) else 0) + 2 * _INSET


def _size(columns: int) -> float:
    """The size of letters in a table of so many columns, in points."""
    return 8 if columns > 6 else 9 if columns > 4 else 9.5


def _table(table: Table, caption: str = "", fills: Sequence[Sequence[str | None]] = ()) -> Data:
    rows = [[_cell(cell, table.empty) for cell in row] for row in table.rows]
    for row, colours in zip(rows, fills):
        for cell, colour in zip(row, colours):
            cell["fill"] = colour
    columns = [{"title": column.title, "right": column.right} for column in table.columns]
    size = _size(len(columns))
    found = {"is": "table", "caption": caption, "columns": columns, "rows": rows, "onward": table.onward, "size": size}
    if table.full:
        found["wide"] = max(range(len(columns)), key=lambda place: table.columns[place].share)
    return found


def _cell(cell: Cell, empty: str) -> Data:
    bar = [cell.low, cell.here, cell.high] if isinstance(cell, Bar) else None
    sign = cell.shape if isinstance(cell, Sign) else None
    return {"text": str(cell) or empty, "bar": bar, "sign": sign, "fill": None, "own": False}


def _map(figure: Figure) -> Data:
    table = grid(figure)
    made = _table(table, table.caption)
    for row in made["rows"]:
        for cell in row[1:]:
            cell["own"] = cell["text"].startswith("(")
    return made


def _heat(share: float | None) -> str | None:
    """The colour of a share on white paper."""
    if not share:
        return None
    part = abs(share) * _DARKEST
    return "#" + "".join(f"{round(255 - part * (255 - c)):02x}" for c in (_FOR if share > 0 else _AGAINST))


def _tree(branch: Tree, depth: int = 0) -> Iterator[Data]:
    yield {"depth": depth, "text": branch.text}
    for child in branch.under:
        yield from _tree(child, depth + 1)


def _picture(drawn: str, said: str) -> Data:
    """An SVG of the page in HTML as one that stands alone, and what to say to who cannot see it."""
    return {"is": "picture", "svg": alone(drawn, _FONT), "alt": visible(said)}


def _runs(figure: Figure) -> str:
    marks, row = figure.across.marks, figure.cells[0]
    turns = [place for place in range(len(row)) if not place or row[place] != row[place - 1]]
    said = "; ".join(f"from {marks[place]} {figure.legend.get(row[place], row[place])}" for place in turns)
    return f"{said}. Today {marks[figure.across.own]}."


def _ends(chart: Chart) -> str:
    """Each line in a sentence: what it begins and ends with, and its lowest."""
    table = figures(chart.lines, chart.unit, chart.sign)
    said = []
    for column, (name, line) in enumerate(chart.lines.items(), 1):
        cells = [str(row[column]) for row in table.rows[: len(line)]]
        low = min(range(len(line)), key=line.__getitem__)
        unit = chart.unit
        said.append(
            f"{name}: {cells[0]} in {unit} 1, lowest {cells[low]} in {unit} {low + 1}, {cells[-1]} in {unit} {len(line)}"
        )
    return f"{chart.caption or 'Amounts'}. {'; '.join(said)}."
