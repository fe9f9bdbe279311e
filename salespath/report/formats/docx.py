"""A page as a Word document, by python-docx (an extra): real headings, lists and tables, pictures with their words, one language.

All that a page says is text in it, never markup or a field. Nothing depends on the clock: the same pages are the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salespath.files.problems import refusal
from salespath.report.firm import INK, Firm
from salespath.report.formats import pictures
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

_FONT, _FAINT, _LINE, _SHADE = "Calibri", "5a5a5a", "c9c9c9", "eef1f4"
_ROOM = 16.6  # centimetres between the margins of A4
_EM = 0.29  # centimetres of a letter of a cell that is an em wide by our measure
_DAY = datetime(2000, 1, 1)  # of the properties, which want one
_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot say
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
    _set_up(document, next((page.title for page in some if page.title), "salespath"), firm)
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
        return _ROOM
    wide = (sides[0] - sides[1] - sides[2]) / 360_000
    return float(wide) if wide > 4 else _ROOM


class Writer:
    """Writes blocks into a document. Styles that it has not are made, so that it may be somebody's template."""

    def __init__(self, document: Any, charts: Iterable[Picture], room: float = _ROOM) -> None:
        self._document, self._charts, self._level, self._room = document, iter(charts), 0, room
        _make_styles(document)

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
            paragraph.add_run(f"{_plain(lead)}: ").bold = True
        run = paragraph.add_run(_plain(text))
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
                    paragraph.paragraph_format.left_indent = _cm(0.75 * depth)
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
        shape = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=_cm(self._room * 0.8))
        shape._inline.docPr.set("descr", _plain(picture.said))
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
        layout.left_indent, layout.first_line_indent = _cm(0.75 * depth + wide), _cm(-wide)
        layout.space_after = _points(3)
        if label:
            layout.tab_stops.add_tab_stop(_cm(0.75 * depth + wide))
            paragraph.add_run(_plain(label)).bold = True
            paragraph.add_run().add_tab()
        if item.lead:
            paragraph.add_run(f"{_plain(item.lead)}: ").bold = True
        paragraph.add_run(_plain(item.text))
        return paragraph

    def _tree(self, branch: Tree, depth: int = 0) -> None:
        self._paragraph(branch.text).paragraph_format.left_indent = _cm(0.5 * min(depth, 16))
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
            column.width = _cm(width)
        for row in made.rows:
            for cell, width in zip(row.cells, widths):
                cell.width = _cm(width)
        self._paragraph(style="Gap")

    def _cell(self, cell: Any, text: str, *, right: bool, bold: bool = False, fill: str = "") -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        lines = text.split("\n")
        paragraph = cell.paragraphs[0]
        paragraph.style = self._document.styles["Cell"]
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for number, line in enumerate(lines):
            run = paragraph.add_run(_plain(line))
            run.bold = bold or None
            if number + 1 < len(lines):
                run.add_break()
        if fill:
            cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill.lstrip("#")))


def _said(cell: Cell) -> str:
    return cell.marked if isinstance(cell, Sign) else str(cell)


def _plain(text: str) -> str:
    """A text as XML can hold it."""
    return _XML.sub("\ufffd", text)


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


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    found = OxmlElement(name)
    for key, value in attributes.items():
        found.set(qn(f"w:{key}"), value)
    return found


def _cm(number: float) -> Any:
    from docx.shared import Cm

    return Cm(number)


def _points(number: float) -> Any:
    from docx.shared import Pt

    return Pt(number)


def _colour(code: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(code.lstrip("#").upper())


def _frame(table: Any, said: str) -> None:
    """Lines between rows, room as given, and what the table is for who cannot see it."""
    properties = table._tbl.tblPr
    borders = _element("w:tblBorders")
    for side, size, colour in (("top", "8", "808080"), ("bottom", "4", _LINE), ("insideH", "4", _LINE)):
        borders.append(_element(f"w:{side}", val="single", sz=size, space="0", color=colour))
    layout = properties.find(_name("w:tblLayout"))
    if layout is not None:
        properties.remove(layout)
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="70", type="dxa"))
    properties.append(margins)
    look = properties.find(_name("w:tblLook"))
    if look is not None:  # the order of the schema
        properties.remove(look)
        properties.append(look)
    properties.append(_element("w:tblCaption", val=_plain(said)[:250]))


def _name(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _row(row: Any, *, header: bool = False) -> None:
    """A row that is not split; the header stands on each sheet."""
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit"))
    if header:
        properties.append(_element("w:tblHeader"))


def _new_list(document: Any, ordered: bool) -> int:
    """The number of a new list, which counts from one."""
    numbering = document.part.numbering_part.element
    kind = _element("w:abstractNum", abstractNumId=str(_next(numbering, "abstractNum")))
    for level in range(9):
        part = _element("w:lvl", ilvl=str(level))
        part.append(_element("w:start", val="1"))
        part.append(_element("w:numFmt", val="decimal" if ordered else "bullet"))
        part.append(_element("w:lvlText", val=f"%{level + 1}." if ordered else "–"))
        part.append(_element("w:lvlJc", val="left"))
        layout = _element("w:pPr")
        layout.append(_element("w:ind", left=str(425 * (level + 1)), hanging="425"))
        part.append(layout)
        kind.append(part)
    first = next((n for n, child in enumerate(numbering) if child.tag == _name("w:num")), len(numbering))
    numbering.insert(first, kind)
    number = _next(numbering, "num")
    instance = _element("w:num", numId=str(number))
    instance.append(_element("w:abstractNumId", val=kind.get(_name("w:abstractNumId"))))
    numbering.append(instance)
    return number


def _next(numbering: Any, what: str) -> int:
    key = _name("w:numId" if what == "num" else "w:abstractNumId")
    return max((int(part.get(key)) for part in numbering.findall(_name(f"w:{what}"))), default=0) + 1


def _number(paragraph: Any, number: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = number


def _make_styles(document: Any) -> None:
    """The styles that are missing of those that are used."""
    from docx.enum.style import WD_STYLE_TYPE

    there = {style.name for style in document.styles}

    def make(name: str, base: str = "Normal") -> Any:
        if name in there:
            return None
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base] if base in {style.name for style in document.styles} else None
        there.add(name)
        return style

    make("Normal", "")
    for level, size in ((1, 20), (2, 14), (3, 11.5)):
        if style := make(f"Heading {level}"):
            style.font.size, style.font.bold = _points(size), True
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before, style.paragraph_format.space_after = _points(12), _points(4)
            style.element.get_or_add_pPr().append(_element("w:outlineLvl", val=str(level - 1)))
    for name in ("List Bullet", "List Number"):
        if style := make(name):
            style.paragraph_format.space_after = _points(3)
    if style := make("Aside"):
        style.font.size, style.font.color.rgb = _points(9), _colour(_FAINT)
        style.paragraph_format.space_after = _points(4)
    if style := make("Lead"):
        style.font.size, style.font.bold = _points(13), True
    if style := make("Warning"):
        style.font.bold = True
        borders = _element("w:pBdr")
        borders.append(_element("w:left", val="single", sz="18", space="8", color=INK.lstrip("#")))
        style.element.get_or_add_pPr().append(borders)
    if style := make("Cell"):
        style.font.size = _points(9.5)
        style.paragraph_format.space_before = style.paragraph_format.space_after = _points(2)
    if style := make("Gap"):
        style.font.size = _points(4)
        style.paragraph_format.space_after = _points(0)


def _set_up(document: Any, title: str, firm: Firm | None) -> None:
    """The look of a document of our own: A4, one font, colours of a firm, its name above and its contact line below."""
    properties = document.core_properties
    properties.title, properties.author, properties.language = (
        _plain(title)[:250],
        firm.name if firm else "salespath",
        "en-GB",
    )
    properties.comments, properties.created, properties.modified = "", _DAY, _DAY
    for section in document.sections:
        section.page_width, section.page_height = _cm(21), _cm(29.7)
        section.left_margin = section.right_margin = _cm(2.2)
        section.top_margin, section.bottom_margin = _cm(2.4), _cm(2.2)
    styles = document.styles
    ink = firm.ink if firm else INK
    for name, size in (("Normal", 10.5), ("Heading 1", 20), ("Heading 2", 14), ("Heading 3", 11.5)):
        style = styles[name]
        style.font.name, style.font.size = _FONT, _points(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(_name(f"w:{key}"), None)
        for key in ("ascii", "hAnsi", "cs"):
            fonts.set(_name(f"w:{key}"), _FONT)
        style.font.color.rgb = _colour(INK if name == "Normal" else ink)
    language = _element("w:lang", val="en-GB")
    run = styles["Normal"].element.get_or_add_rPr()
    for old in run.findall(_name("w:lang")):
        run.remove(old)
    run.append(language)
    styles["Heading 1"].paragraph_format.space_before = _points(0)
    normal = styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing, normal.widow_control = _points(6), 1.1, True
    for name in ("List Bullet", "List Number"):
        styles[name].paragraph_format.space_after = _points(3)
    second = styles["Heading 2"].element.get_or_add_pPr()
    rule = firm.colour if firm else f"#{_LINE}"
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz="8", space="2", color=rule.lstrip("#")))
    following = next((part for part in second if part.tag in map(_name, ("w:spacing", "w:ind", "w:outlineLvl"))), None)
    if following is None:
        second.append(borders)
    else:
        following.addprevious(borders)
    styles["Heading 2"].paragraph_format.space_before, styles["Heading 2"].paragraph_format.space_after = (
        _points(16),
        _points(6),
    )
    _edges(document, firm)


def _edges(document: Any, firm: Firm | None) -> None:
    """What stands above and below each sheet."""
    from docx.enum.text import WD_TAB_ALIGNMENT

    section = document.sections[0]
    for name in ("Header", "Footer"):  # which have stops of their own
        if (stops := document.styles[name].element.find(f".//{_name('w:tabs')}")) is not None:
            stops.getparent().remove(stops)
    if firm:
        section.top_margin, section.header_distance = _cm(3.2), _cm(1.1)
        head = section.header.paragraphs[0]
        if firm.logo:
            picture = (
                pictures.ready().svg_to_png(firm.logo.decode("utf-8-sig"), scale=4) if firm.kind == "svg" else firm.logo
            )
            shape = head.add_run().add_picture(io.BytesIO(picture), height=_cm(1))
            shape._inline.docPr.set("descr", f"Logo of {firm.name}")
        head.paragraph_format.tab_stops.add_tab_stop(_cm(_ROOM), WD_TAB_ALIGNMENT.RIGHT)
        run = head.add_run()
        run.add_tab()
        run.add_text(firm.name)
        run.bold, run.font.color.rgb = True, _colour(firm.ink)
        borders = _element("w:pBdr")
        borders.append(_element("w:bottom", val="single", sz="12", space="4", color=firm.colour.lstrip("#")))
        head._p.get_or_add_pPr().find(_name("w:tabs")).addprevious(borders)
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(_cm(_ROOM), WD_TAB_ALIGNMENT.RIGHT)

    def small() -> Any:
        run = foot.add_run()
        run.font.size, run.font.color.rgb = _points(8.5), _colour(_FAINT)
        return run

    small().add_text(firm.contact if firm else "")
    small().add_tab()
    for piece in _fields():
        small()._r.append(piece)


def _fields() -> Iterator[Any]:
    """The number of the sheet, of how many."""
    for number, code in enumerate(("PAGE", "NUMPAGES")):
        if number:
            text = _element("w:t")
            text.text = " / "
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            yield text
        yield _element("w:fldChar", fldCharType="begin")
        instruction = _element("w:instrText")
        instruction.text = code
        yield instruction
        yield _element("w:fldChar", fldCharType="separate")
        shown = _element("w:t")
        shown.text = "1"
        yield shown
        yield _element("w:fldChar", fldCharType="end")
