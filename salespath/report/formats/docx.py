"""A page as a Word document, by python-docx (an extra): real headings, lists and tables, pictures with their words, one language.

All that a page says is text in it, never markup or a field. Nothing depends on the clock: the same pages are the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from salespath.files.problems import refusal
from salespath.report.firm import Firm
from salespath.report.formats import pictures
from salespath.report.formats.docx_styles import LINE, ROOM, cm, element, make_styles, plain, points, qualified, set_up
from salespath.report.formats.figure import grid, legend
from salespath.report.formats.letters import ems
from salespath.report.formats.overview import counts, levels, quarters, shades
from salespath.report.formats.svg import alone, quadrant, svg
from salespath.report.page import (
    Bars,
    Block,
    Cell,
    Chart,
    Figure,
    Heading,
    HeatMap,
    Item,
    Items,
    Page,
    Quadrant,
    Sign,
    Table,
    Text,
    Tree,
    seen,
)  # fmt: skip

_SHADE = "eef1f4"
_EM = 0.29  # centimetres of a letter of a cell that is an em wide by our measure
_FOR, _AGAINST = (31, 119, 180), (224, 122, 31)


@dataclass(frozen=True)
class Picture:
    """A chart as PNG, and what to say to who cannot see it."""

    png: bytes
    said: str


def ready() -> None:
    """Raises SalespathError (SP188) where what writes it is not installed."""
    try:
        import docx  # noqa: F401 (an extra)
        import vl_convert  # noqa: F401
    except ImportError:
        what = "a Word document is written with python-docx, which is not installed: `pip install 'salespath[docx]'`."
        raise refusal("SP188", what, None) from None


def write(*pages: Page, firm: Firm | None = None) -> bytes:
    """Some pages as one document, each begun on a new sheet, with a firm's logo, name, colour and contact line.

    Raises SalespathError (SP188) without python-docx.
    """
    ready()
    import docx

    some = tuple(map(seen, pages))
    document = docx.Document()
    set_up(document, next((page.title for page in some if page.title), "salespath"), firm)
    Writer(document, drawn(some)).pages(some)
    return saved(document.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What a document writes, its archive without the time of day."""
    made, out = io.BytesIO(), io.BytesIO()
    save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name)  # of 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()


def drawn(pages: Iterable[Page]) -> list[Picture]:
    """The charts of pages, in the order in which a writer comes to them."""
    blocks = (block for page in pages for block in page.blocks if isinstance(block, Chart | Quadrant))
    return [Picture(_png(block), pictures.specification(block)["description"]) for block in blocks]


def _png(block: Chart | Quadrant) -> bytes:
    """The drawing that HTML and PDF have, in pixels enough for paper."""
    found = svg(block) if isinstance(block, Chart) else quadrant(block)
    return bytes(pictures.ready().svg_to_png(alone(found, "Liberation Sans", halo=False), scale=4))


def room(document: Any) -> float:
    """The centimetres between the margins of the first sheet of a document."""
    section = document.sections[0]
    sides = [section.page_width, section.left_margin, section.right_margin]
    if None in sides:
        return ROOM
    wide = (sides[0] - sides[1] - sides[2]) / 360_000
    return float(wide) if wide > 4 else ROOM


class Writer:
    """Writes blocks into a document. Styles that it has not are made, so that it may be somebody's template."""

    def __init__(self, document: Any, charts: Iterable[Picture], room: float = ROOM) -> None:
        self._document, self._charts, self._level, self._room = document, iter(charts), 0, room
        make_styles(document)

    def pages(self, some: Iterable[Page]) -> None:
        """Write pages, each but the first begun on a new sheet."""
        for number, page in enumerate(some):
            self._level = 0
            if page.title:
                self._heading(page.title, 1).paragraph_format.page_break_before = number > 0
            elif number:
                self._document.add_page_break()
            for block in page.blocks:
                self._block(block)

    def _heading(self, text: str, level: int) -> Any:
        self._level = min(level, self._level + 1)  # none is left out
        return self._paragraph(text, f"Heading {self._level}")

    def _paragraph(self, text: str = "", style: str = "Normal", *, lead: str = "", bold: bool = False) -> Any:
        paragraph = self._document.add_paragraph(style=style)
        if lead:
            paragraph.add_run(f"{plain(lead)}: ").bold = True
        run = paragraph.add_run(plain(text))
        if bold:
            run.bold = True
        return paragraph

    def _block(self, block: Block, depth: int = 0) -> None:
        match block:
            case Heading() if block.text:
                self._heading(block.text, block.level)
            case Text():
                style = {"warning": "Warning", "aside": "Aside", "strong": "Lead"}.get(block.tone, "Normal")
                paragraph = self._paragraph(block.text, style, lead=block.lead)
                if depth:
                    paragraph.paragraph_format.left_indent = cm(0.75 * depth)
            case Items():
                self._items(block, depth)
            case Table():
                self._table(block)
            case Tree():
                self._tree(block)
            case Figure():
                self._caption(block.caption)
                self._table(grid(block), own="(")
                self._items(legend(block), depth)
            case Chart() | Quadrant():
                self._caption(block.caption)
                self._picture(next(self._charts))
                if isinstance(block, Quadrant):
                    self._items(quarters(block), depth)
            case HeatMap() if block.rows:
                self._caption(block.caption)
                self._table(levels(block), fills=[["", *map(_heat, row)] for row in shades(block)])
            case Bars() if block.counts:
                self._caption(block.caption)
                self._table(counts(block))

    def _caption(self, text: str) -> None:
        if text:
            self._paragraph(text, "Aside").paragraph_format.keep_with_next = True

    def _picture(self, picture: Picture) -> None:
        paragraph = self._paragraph()
        shape = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=cm(self._room * 0.8))
        shape._inline.docPr.set("descr", plain(picture.said))
        shape._inline.docPr.set("title", "Chart")

    # Lists

    def _items(self, block: Items, depth: int) -> None:
        number = _new_list(self._document, block.ordered) if block.items else 0
        labels = [_EM * 1.15 * ems(item.label.strip()) for item in block.items]
        wide = min(5.0, max(labels, default=0) + 0.4)
        for item in block.items:
            label = "" if block.ordered or item.label == block.bullet else item.label.strip()
            if label or not (block.bullet or block.ordered):
                paragraph = self._labelled(label, item, depth, wide)
            else:
                paragraph = self._paragraph(
                    item.text, "List Number" if block.ordered else "List Bullet", lead=item.lead
                )
                _number(paragraph, number, min(depth, 8))
            paragraph.paragraph_format.keep_with_next = bool(item.under)
            for part in item.under:
                self._block(part, depth + 1)

    def _labelled(self, label: str, item: Item, depth: int, wide: float) -> Any:
        """A label, and the text beside it."""
        paragraph = self._document.add_paragraph(style="Normal")
        layout = paragraph.paragraph_format
        wide = wide if label else 0.0
        layout.left_indent, layout.first_line_indent = cm(0.75 * depth + wide), cm(-wide)
        layout.space_after = points(3)
        if label:
            layout.tab_stops.add_tab_stop(cm(0.75 * depth + wide))
            paragraph.add_run(plain(label)).bold = True
            paragraph.add_run().add_tab()
        if item.lead:
            paragraph.add_run(f"{plain(item.lead)}: ").bold = True
        paragraph.add_run(plain(item.text))
        return paragraph

    def _tree(self, branch: Tree, depth: int = 0) -> None:
        self._paragraph(branch.text).paragraph_format.left_indent = cm(0.5 * min(depth, 16))
        for child in branch.under:
            self._tree(child, depth + 1)

    # Tables

    def _table(self, table: Table, own: str = "", fills: Sequence[Sequence[str]] = ()) -> None:
        if not table.rows:
            return
        self._caption(table.caption)
        titled = any(column.title for column in table.columns)
        made = self._document.add_table(rows=int(titled), cols=len(table.columns))
        _frame(made, table.caption or ", ".join(filter(None, (column.title for column in table.columns))))
        widths = _widths(table, self._room)
        for head in made.rows:
            _row(head, header=True)
            for column, cell in zip(table.columns, head.cells):
                self._cell(cell, column.title, right=column.right, bold=True, fill=_SHADE)
        for place, cells in enumerate(table.rows):
            row = made.add_row()
            _row(row)
            colours = fills[place] if place < len(fills) else ()
            for at, (column, cell, value) in enumerate(zip(table.columns, row.cells, cells)):
                mine = bool(own) and at > 0 and str(value).startswith(own)
                fill = colours[at] if at < len(colours) else _SHADE if mine else ""
                self._cell(cell, _said(value) or table.empty, right=column.right, bold=mine, fill=fill)
        for column, width in zip(made.columns, widths):
            column.width = cm(width)
        for row in made.rows:
            for cell, width in zip(row.cells, widths):
                cell.width = cm(width)
        self._paragraph(style="Gap")

    def _cell(self, cell: Any, text: str, *, right: bool, bold: bool = False, fill: str = "") -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        lines = text.split("\n")
        paragraph = cell.paragraphs[0]
        paragraph.style = self._document.styles["Cell"]
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for number, line in enumerate(lines):
            run = paragraph.add_run(plain(line))
            run.bold = bold or None
            if number + 1 < len(lines):
                run.add_break()
        if fill:
            cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=fill.lstrip("#")))


def _said(cell: Cell) -> str:
    return cell.marked if isinstance(cell, Sign) else str(cell)


def _heat(share: float | None) -> str:
    if not share:
        return ""
    part = abs(share) * 0.55
    return "".join(f"{round(255 - part * (255 - c)):02x}" for c in (_FOR if share > 0 else _AGAINST))


def _widths(table: Table, room: float) -> list[float]:
    """The widths of columns in centimetres: as much as their texts want, between the margins."""
    wants = []
    for place, column in enumerate(table.columns):
        lines = [line for value in (column.title, *(row[place] for row in table.rows)) for line in _said_of(value)]
        longest = max((max(map(ems, line.split() or [""]), default=0) for line in lines), default=0)
        whole = max(map(ems, lines), default=0)
        wants.append((1.1 * _EM * longest + 0.4, _EM * whole + 0.4))
    least, most = [low for low, _ in wants], [max(want) for want in wants]
    if sum(most) <= room:
        if table.full:
            widest = max(range(len(most)), key=lambda at: table.columns[at].share)
            most[widest] += room - sum(most)
        return most
    if sum(least) >= room:
        return [width / sum(least) * room for width in least]
    spare, asked = room - sum(least), sum(most) - sum(least)
    return [low + (high - low) / asked * spare for low, high in zip(least, most)]


def _said_of(value: Cell) -> list[str]:
    return _said(value).split("\n")


# What python-docx has no words for


def _frame(table: Any, said: str) -> None:
    """Lines between rows, room as given, and what the table is for who cannot see it."""
    properties = table._tbl.tblPr
    borders = element("w:tblBorders")
    for side, size, colour in (("top", "8", "808080"), ("bottom", "4", LINE), ("insideH", "4", LINE)):
        borders.append(element(f"w:{side}", val="single", sz=size, space="0", color=colour))
    layout = properties.find(qualified("w:tblLayout"))
    if layout is not None:
        properties.remove(layout)
    properties.append(borders)
    properties.append(element("w:tblLayout", type="fixed"))
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w="70", type="dxa"))
    properties.append(margins)
    look = properties.find(qualified("w:tblLook"))
    if look is not None:  # the order of the schema
        properties.remove(look)
        properties.append(look)
    properties.append(element("w:tblCaption", val=plain(said)[:250]))


def _row(row: Any, *, header: bool = False) -> None:
    """A row that is not split; the header stands on each sheet."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("w:cantSplit"))
    if header:
        properties.append(element("w:tblHeader"))


def _new_list(document: Any, ordered: bool) -> int:
    """The number of a new list, which counts from one."""
    numbering = document.part.numbering_part.element
    kind = element("w:abstractNum", abstractNumId=str(_next(numbering, "abstractNum")))
    for level in range(9):
        part = element("w:lvl", ilvl=str(level))
        part.append(element("w:start", val="1"))
        part.append(element("w:numFmt", val="decimal" if ordered else "bullet"))
        part.append(element("w:lvlText", val=f"%{level + 1}." if ordered else "–"))
        part.append(element("w:lvlJc", val="left"))
        layout = element("w:pPr")
        layout.append(element("w:ind", left=str(425 * (level + 1)), hanging="425"))
        part.append(layout)
        kind.append(part)
    first = next((n for n, child in enumerate(numbering) if child.tag == qualified("w:num")), len(numbering))
    numbering.insert(first, kind)
    number = _next(numbering, "num")
    instance = element("w:num", numId=str(number))
    instance.append(element("w:abstractNumId", val=kind.get(qualified("w:abstractNumId"))))
    numbering.append(instance)
    return number


def _next(numbering: Any, what: str) -> int:
    key = qualified("w:numId" if what == "num" else "w:abstractNumId")
    return max((int(part.get(key)) for part in numbering.findall(qualified(f"w:{what}"))), default=0) + 1


def _number(paragraph: Any, number: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = number
