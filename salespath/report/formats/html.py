"""A page as HTML: one file that needs nothing else, for a screen of any width and for paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from salespath.files.visible import visible
from salespath.report.formats.chart import figures
from salespath.report.formats.figure import grid, legend
from salespath.report.formats.overview import counts, lengths, levels, points, quarters, shades
from salespath.report.formats.svg import band, quadrant, svg
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

if TYPE_CHECKING:
    from salespath.report.firm import Firm

_DOCUMENT, _STYLE, _MORE = (Path(__file__).with_name(name) for name in ("page.html", "page.css", "handout.css"))
_MANY = 4  # columns that a narrow screen has room for
_DARKEST = 0.55  # of a shade, so that words can be read on it


def write(*pages: Page, firm: Firm | None = None) -> str:
    """Some pages as one file, an article each; a firm's logo and name above, its contact line below."""
    pages = tuple(map(seen, pages))
    titles = [page.title for page in pages if page.title]
    articles = (
        _tag(
            "article",
            (_tag("h1", escape(page.title)) if page.title else "") + _blocks(page.blocks),
            id=_page(number) if len(pages) > 1 else "",
        )
        for number, page in enumerate(pages)
    )
    return _DOCUMENT.read_text(encoding="utf-8").format(
        title=escape(titles[0] if titles else "salespath"),
        style=_STYLE.read_text(encoding="utf-8") + _more_style(pages, firm),
        images="; img-src data:" if firm and firm.logo else "",
        articles="\n".join([*_head(firm), *articles, *_foot(firm)]),
    )


def _more_style(pages: Iterable[Page], firm: Firm | None) -> str:
    """The style of what only handouts have: a firm's name, and signs."""
    tables = (block for page in pages for block in page.blocks if isinstance(block, Table))
    if not firm and not any(isinstance(cell, Sign) for table in tables for row in table.rows for cell in row):
        return ""
    own = f":root {{ --firm: {firm.colour}; --firm-ink: {firm.ink}; }}\n" if firm else ""
    return own + _MORE.read_text(encoding="utf-8")


def _head(firm: Firm | None) -> Iterable[str]:
    if firm:
        kind = {"svg": "image/svg+xml"}.get(firm.kind, "image/png")
        source = f"data:{kind};base64,{b64encode(firm.logo).decode()}"
        logo = f'<img src="{source}" alt="">' if firm.logo else ""
        yield _tag("header", logo + _tag("span", escape(firm.name)), class_="firm")


def _foot(firm: Firm | None) -> Iterable[str]:
    if firm and firm.contact:
        yield _tag("footer", escape(f"{firm.name} · {firm.contact}"), class_="firm")


def fragment(blocks: Iterable[Block]) -> str:
    """Some blocks as HTML that stands in another page."""
    return _blocks(seen(tuple(blocks)))


def _page(number: int) -> str:
    """What a page is called inside the file."""
    return f"page-{number + 1}"


def _tag(name: str, inside: str, block: Block | None = None, **attributes: str) -> str:
    """An element; what a block is about stands in `data-ids`, what it claims in `data-claims`. `inside` is HTML."""
    if block and block.ids:
        attributes["data-ids"] = " ".join(block.ids)
    if block and block.claims:
        attributes["data-claims"] = " ".join(f"{subject}:{value}" for subject, value in block.claims.items())
    given = "".join(f' {key.rstrip("_")}="{escape(visible(value))}"' for key, value in attributes.items() if value)
    return f"<{name}{given}>{inside}</{name}>"


def _blocks(blocks: Iterable[Block]) -> str:
    return "".join(f"\n{part}" for part in map(_block, blocks) if part) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return _tag(f"h{block.level}", escape(block.text), block)
        case Text():
            text = _with_lead(block.lead, block.text)
            return _tag("p", _tag("strong", text) if block.tone == "strong" else text, block, class_=block.tone)
        case Items():
            return _items(block)
        case Table():
            return _table(block)
        case Tree():
            return _tag("ul", _tree(block), class_="tree")
        case Figure(up=None):
            table = _tag("details", _tag("summary", "Values") + _table(grid(block), own="("))
            return _figure(block.caption, _drawn(band(block)), table, _items(legend(block)))
        case Figure():
            return _figure(block.caption, _table(grid(block), own="("), _items(legend(block)))
        case Chart():
            table = _tag("details", _tag("summary", "Figures") + _table(figures(block.lines, block.unit, block.sign)))
            return _figure(block.caption, _drawn(svg(block)), table)
        case Quadrant():
            table = _tag("details", _tag("summary", "Table") + _table(points(block)))
            return _figure(block.caption, _drawn(quadrant(block)), _items(quarters(block)), table)
        case HeatMap():
            return _figure(
                block.caption, _table(levels(block), fills=[["", *map(_heat, row)] for row in shades(block)])
            )
        case Bars():
            return _figure(block.caption, _table(counts(block), fills=[[_length(share)] for share in lengths(block)]))
        case _:
            raise TypeError(block)


def _with_lead(lead: str, text: str) -> str:
    return (f"<strong>{escape(lead)}:</strong> " if lead else "") + escape(text)


def _drawn(picture: str) -> str:
    """A picture in a box in which it can be scrolled where the screen is too narrow to read it."""
    return _tag("div", picture, class_="scroll", tabindex="0")


def _figure(caption: str, *parts: str) -> str:
    said = [_tag("figcaption", escape(caption))] if caption else []
    return _tag("figure", "\n".join([*said, *parts]))


def _items(block: Items) -> str:
    if not block.items:
        return ""
    if block.aligned:
        rows = [_tag("div", _tag("dt", escape(i.label)) + _tag("dd", _inside(i)), i) for i in block.items]
        return _tag("dl", "\n".join(rows), block)
    items = []
    for item in block.items:
        label = "" if block.ordered or item.label == block.bullet else item.label.strip()
        marked = _tag("span", escape(label), class_="label") + " " if label else ""
        items.append(_tag("li", marked + _inside(item), item))
    named = "labelled" if not block.ordered and any(item.label for item in block.items) else ""
    return _tag("ol" if block.ordered else "ul", "\n".join(items), block, class_=named)


def _inside(item: Item) -> str:
    return _with_lead(item.lead, item.text) + (_blocks(item.under) if item.under else "")


def _tree(branch: Tree) -> str:
    text = escape(branch.text)
    if not branch.under:
        return _tag("li", text, branch)
    under = _tag("summary", text) + _tag("ul", "\n".join(map(_tree, branch.under)))
    return _tag("li", _tag("details", under, open="open"), branch)


def _heat(share: float | None) -> str:
    side = "for" if share and share > 0 else "against"
    return f"background: rgba(var(--{side}), {abs(share) * _DARKEST:.2f})" if share else ""


def _length(share: float) -> str:
    return f"background: linear-gradient(to right, var(--bar) {share:.1%}, transparent {share:.1%})"


def _table(table: Table, own: str = "", fills: Sequence[Sequence[str]] = ()) -> str:
    """A table in a box in which it can be scrolled. `own` begins the text of the cell to mark; `fills` are styles by row."""
    if not table.rows:
        return ""
    sides = ["right" if column.right else "" for column in table.columns]
    heads = [
        _tag("th", escape(c.title), scope="col", class_=side) if c.title else "<td></td>"
        for c, side in zip(table.columns, sides)
    ]
    rows = [_tag("tr", "".join(heads))]
    body = []
    for number, ((name, *cells), styles) in enumerate(zip(table.rows, fills or [()] * len(table.rows)), 1):
        first, *others = [*styles, *("" for _ in sides[len(styles) :])]
        marked = [
            _tag("td", _cell(c, table.empty), class_="own" if own and str(c).startswith(own) else side, style=style)
            for c, side, style in zip(cells, sides[1:], others)
        ]
        head = _cell(name, table.empty)
        if number <= table.onward:
            head = _tag("a", head, href=f"#{_page(number)}")
        body.append(_tag("tr", _tag("th", head, scope="row", style=first) + "".join(marked)))
    caption = _tag("caption", escape(table.caption)) if table.caption else ""
    inside = f"{caption}{_tag('thead', ''.join(rows))}\n{_tag('tbody', chr(10).join(body))}"
    kind = "map" if own else "shaded" if fills else "wide" if len(sides) > _MANY else "full" if table.full else ""
    return _tag("div", _tag("table", inside, table, class_=kind), class_="scroll", tabindex="0")


_SIGNS = {  # drawn, so that no font has to have them; each differs from the others without colour
    "good": '<circle cx="8" cy="8" r="6"/>',
    "for": '<path d="M8 2v12M2 8h12" stroke-width="3"/>',
    "against": '<path d="M2 8h12" stroke-width="3"/>',
    "note": '<path d="M8 1l7 7-7 7-7-7z"/>',
    "flag": '<path d="M8 1l7 13H1z"/>',
    "stop": '<path d="M2 2h12v12H2z"/>',
    "open": '<circle cx="8" cy="8" r="6" fill="none" stroke-width="2"/>',
}


def _cell(cell: Cell, empty: str) -> str:
    if isinstance(cell, Sign):
        shape = f'<svg class="sign {cell.shape}" viewBox="0 0 16 16" aria-hidden="true">{_SIGNS[cell.shape]}</svg>'
        return f"{shape} {escape(cell.said)}"
    return escape(str(cell) or empty).replace("\n", "<br>")
