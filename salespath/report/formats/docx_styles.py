"""The look of a Word document: styles, sheets, what stands above and below each; and pieces of Word that python-docx lacks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from salespath.report.firm import INK, Firm
from salespath.report.formats import pictures

FONT, FAINT, LINE = "Calibri", "5a5a5a", "c9c9c9"
ROOM = 16.6  # centimetres between the margins of A4
_DAY = datetime(2000, 1, 1)  # of the properties, which want one
_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot say


def plain(text: str) -> str:
    """A text as XML can hold it."""
    return _XML.sub("\ufffd", text)


def element(name: str, **attributes: str) -> Any:
    """An element of Word's XML with attributes of its own name space."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    found = OxmlElement(name)
    for key, value in attributes.items():
        found.set(qn(f"w:{key}"), value)
    return found


def cm(number: float) -> Any:
    """So many centimetres."""
    from docx.shared import Cm

    return Cm(number)


def points(number: float) -> Any:
    """So many points."""
    from docx.shared import Pt

    return Pt(number)


def colour(code: str) -> Any:
    """A colour by its hexadecimal digits."""
    from docx.shared import RGBColor

    return RGBColor.from_string(code.lstrip("#").upper())


def qualified(name: str) -> str:
    """A name with its name space written out."""
    from docx.oxml.ns import qn

    return str(qn(name))


def make_styles(document: Any) -> None:
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
            style.font.size, style.font.bold = points(size), True
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before, style.paragraph_format.space_after = points(12), points(4)
            style.element.get_or_add_pPr().append(element("w:outlineLvl", val=str(level - 1)))
    for name in ("List Bullet", "List Number"):
        if style := make(name):
            style.paragraph_format.space_after = points(3)
    if style := make("Aside"):
        style.font.size, style.font.color.rgb = points(9), colour(FAINT)
        style.paragraph_format.space_after = points(4)
    if style := make("Lead"):
        style.font.size, style.font.bold = points(13), True
    if style := make("Warning"):
        style.font.bold = True
        borders = element("w:pBdr")
        borders.append(element("w:left", val="single", sz="18", space="8", color=INK.lstrip("#")))
        style.element.get_or_add_pPr().append(borders)
    if style := make("Cell"):
        style.font.size = points(9.5)
        style.paragraph_format.space_before = style.paragraph_format.space_after = points(2)
    if style := make("Gap"):
        style.font.size = points(4)
        style.paragraph_format.space_after = points(0)


def set_up(document: Any, title: str, firm: Firm | None) -> None:
    """The look of a document of our own: A4, one font, colours of a firm, its name above and its contact line below."""
    properties = document.core_properties
    properties.title, properties.author, properties.language = (
        plain(title)[:250],
        firm.name if firm else "salespath",
        "en-GB",
    )
    properties.comments, properties.created, properties.modified = "", _DAY, _DAY
    for section in document.sections:
        section.page_width, section.page_height = cm(21), cm(29.7)
        section.left_margin = section.right_margin = cm(2.2)
        section.top_margin, section.bottom_margin = cm(2.4), cm(2.2)
    styles = document.styles
    ink = firm.ink if firm else INK
    for name, size in (("Normal", 10.5), ("Heading 1", 20), ("Heading 2", 14), ("Heading 3", 11.5)):
        style = styles[name]
        style.font.name, style.font.size = FONT, points(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qualified(f"w:{key}"), None)
        for key in ("ascii", "hAnsi", "cs"):
            fonts.set(qualified(f"w:{key}"), FONT)
        style.font.color.rgb = colour(INK if name == "Normal" else ink)
    language = element("w:lang", val="en-GB")
    run = styles["Normal"].element.get_or_add_rPr()
    for old in run.findall(qualified("w:lang")):
        run.remove(old)
    run.append(language)
    styles["Heading 1"].paragraph_format.space_before = points(0)
    normal = styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing, normal.widow_control = points(6), 1.1, True
    for name in ("List Bullet", "List Number"):
        styles[name].paragraph_format.space_after = points(3)
    second = styles["Heading 2"].element.get_or_add_pPr()
    rule = firm.colour if firm else f"#{LINE}"
    borders = element("w:pBdr")
    borders.append(element("w:bottom", val="single", sz="8", space="2", color=rule.lstrip("#")))
    following = next(
        (part for part in second if part.tag in map(qualified, ("w:spacing", "w:ind", "w:outlineLvl"))), None
    )
    if following is None:
        second.append(borders)
    else:
        following.addprevious(borders)
    styles["Heading 2"].paragraph_format.space_before, styles["Heading 2"].paragraph_format.space_after = (
        points(16),
        points(6),
    )
    _edges(document, firm)


def _edges(document: Any, firm: Firm | None) -> None:
    """What stands above and below each sheet."""
    from docx.enum.text import WD_TAB_ALIGNMENT

    section = document.sections[0]
    for name in ("Header", "Footer"):  # which have stops of their own
        if (stops := document.styles[name].element.find(f".//{qualified('w:tabs')}")) is not None:
            stops.getparent().remove(stops)
    if firm:
        section.top_margin, section.header_distance = cm(3.2), cm(1.1)
        head = section.header.paragraphs[0]
        if firm.logo:
            picture = (
                pictures.ready().svg_to_png(firm.logo.decode("utf-8-sig"), scale=4) if firm.kind == "svg" else firm.logo
            )
            shape = head.add_run().add_picture(io.BytesIO(picture), height=cm(1))
            shape._inline.docPr.set("descr", f"Logo of {firm.name}")
        head.paragraph_format.tab_stops.add_tab_stop(cm(ROOM), WD_TAB_ALIGNMENT.RIGHT)
        run = head.add_run()
        run.add_tab()
        run.add_text(firm.name)
        run.bold, run.font.color.rgb = True, colour(firm.ink)
        borders = element("w:pBdr")
        borders.append(element("w:bottom", val="single", sz="12", space="4", color=firm.colour.lstrip("#")))
        head._p.get_or_add_pPr().find(qualified("w:tabs")).addprevious(borders)
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(cm(ROOM), WD_TAB_ALIGNMENT.RIGHT)

    def small() -> Any:
        run = foot.add_run()
        run.font.size, run.font.color.rgb = points(8.5), colour(FAINT)
        return run

    small().add_text(firm.contact if firm else "")
    small().add_tab()
    for piece in _fields():
        small()._r.append(piece)


def _fields() -> Iterator[Any]:
    """The number of the sheet, of how many."""
    for number, code in enumerate(("PAGE", "NUMPAGES")):
        if number:
            text = element("w:t")
            text.text = " / "
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            yield text
        yield element("w:fldChar", fldCharType="begin")
        instruction = element("w:instrText")
        instruction.text = code
        yield instruction
        yield element("w:fldChar", fldCharType="separate")
        shown = element("w:t")
        shown.text = "1"
        yield shown
        yield element("w:fldChar", fldCharType="end")
