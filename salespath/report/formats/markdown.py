"""A page as Markdown, as GitHub reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from salespath.report.formats.chart import figures
from salespath.report.formats.figure import grid, legend
from salespath.report.formats.overview import counts, levels, points, quarters
from salespath.report.page import (
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
    seen,
)  # fmt: skip

if TYPE_CHECKING:
    from salespath.report.firm import Firm

_SPECIAL = re.compile(r"[\\`*\[\]<>|~#&]|\b_|_\b|(?<=_)_|:(?=//)|(?<=\bwww)\.")  # an underscore inside a word is none
_ADDRESS = re.compile(r"\\(://)|(?<=\bwww)\\(\.)")
_FIRST = re.compile(r"^(\d+(?=[.)])|(?=[+=-]))(.)")  # what would begin a heading, a list or a line


def write(*pages: Page, firm: Firm | None = None) -> str:
    """Some pages as one document, a paragraph a line; whatever is special in Markdown is escaped. A firm's name ends it."""
    pages = tuple(map(seen, pages))
    titles = ([f"# {escape(page.title)}", ""] if page.title else [] for page in pages)
    end = f"\n{_begun(' · '.join(filter(None, (firm.name, firm.contact))))}\n" if firm else ""
    return "\n".join("\n".join([*title, *_lines(page.blocks)]) + "\n" for title, page in zip(titles, pages)) + end


def escape(text: str) -> str:
    """A text inside a line, which says nothing but itself."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def _begun(text: str) -> str:
    """The same at the beginning of a line."""
    return _FIRST.sub(r"\1\\\2", escape(text))


def _lines(blocks: Iterable[Block]) -> list[str]:
    """The lines of blocks, with an empty one between two."""
    found: list[str] = []
    for block in blocks:
        lines = [_ADDRESS.sub(r"\1\2", line) for line in _block(block)] if block.links else list(_block(block))
        found += ["", *lines] if found and lines else lines
    return found


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {escape(block.text)}"
        case Text():
            yield f"**{escape(block.text)}**" if block.tone == "strong" else _with_lead(block.lead, block.text)
        case Items():
            yield from _items(block)
        case Table():
            yield from _table(block)
        case Tree():
            yield from _tree(block)
        case Figure():
            yield from _with_caption(block.caption, grid(block))
            yield ""
            yield from _items(legend(block))
        case Chart():
            yield from _with_caption(block.caption, figures(block.lines, block.unit, block.sign))
        case Quadrant():
            yield from _with_caption(block.caption, points(block))
            if (where := quarters(block)).items:
                yield ""
                yield from _items(where)
        case HeatMap():
            yield from _with_caption(block.caption, levels(block))
        case Bars():
            yield from _with_caption(block.caption, counts(block))
        case _:
            raise TypeError(block)


def _with_lead(lead: str, text: str) -> str:
    return f"**{escape(lead)}**: {escape(text)}" if lead else _begun(text)


def _items(block: Items) -> Iterator[str]:
    for number, item in enumerate(block.items, 1):
        label = "" if block.ordered or item.label == block.bullet else item.label.strip()
        mark = f"{number}. " if block.ordered else "- "
        yield f"{mark}{f'**{escape(label)}** ' if label else ''}{_with_lead(item.lead, item.text)}"
        for part in item.under:
            lines = list(_block(part))
            loose = [] if isinstance(part, Items) or not lines else [""]
            yield from (f"{' ' * len(mark)}{line}".rstrip() for line in [*loose, *lines])


def _tree(branch: Tree, depth: int = 0) -> Iterator[str]:
    yield f"{'  ' * depth}- {_begun(branch.text)}"
    for child in branch.under:
        yield from _tree(child, depth + 1)


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    if table.caption:
        yield _begun(table.caption)
        yield ""
    yield f"| {' | '.join(escape(column.title) for column in table.columns)} |"
    yield f"| {' | '.join('---:' if column.right else '---' for column in table.columns)} |"
    for row in table.rows:
        yield f"| {' | '.join(_cell(cell) or table.empty for cell in row)} |"


def _with_caption(caption: str, table: Table) -> Iterator[str]:
    if caption:
        yield f"**{escape(caption)}**"
        yield ""
    yield from _table(table)


def _cell(cell: Cell) -> str:
    said = cell.marked if isinstance(cell, Sign) else str(cell)
    return "<br>".join(escape(part) for part in said.split("\n"))
