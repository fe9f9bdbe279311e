"""The comparison of the two processes, point by point."""

from __future__ import annotations

import re

from salespath.report.page import Block, Column, Heading, Item, Items, Page, Table, Text
from salespath.rules.model import Knowledge

_COLUMNS = (Column("", 16), Column("Enterprise", narrow=(100, 28)), Column("SMB", narrow=(100, 28)))
_MARK = re.compile(r" \[B\d+\]")
_MARKED = (
    "Marks in square brackets are figures from other published sources; a figure without a mark is the article's alone. "
    "At the end of a row or note stands all that it rests on."
)
_UNMARKED = "The article is by {author} ({year}). What each row and note rests on: --sources."


def page(knowledge: Knowledge, *, sources: bool = False) -> Page:
    """Enterprise against SMB; with `sources` marked by what each figure, row and note is from."""

    def said(text: str, cited: tuple[str, ...] = ()) -> str:
        if not sources:
            return _MARK.sub("", text)
        return f"{text} [{', '.join(cited)}]" if cited else text

    rows = tuple((p.point, said(p.enterprise), said(p.smb, p.source)) for p in knowledge.guide)
    notes = tuple(Item(said(text, source), ids=source) for text, source in knowledge.guide_notes)
    blocks: list[Block] = [Table(_COLUMNS, rows, apart=True), Items(notes, apart=True)]
    if sources:
        cited = {name for point in knowledge.guide for name in point.source} | {
            name for note in notes for name in note.ids
        }
        blocks += [
            Text(_MARKED, apart=True),
            Heading("Sources"),
            *(Text(text, hang=2, links=True) for text in cited_sources(knowledge, cited)),
        ]
    else:
        blocks.append(Text(_UNMARKED.format_map(knowledge.article), apart=True))
    return Page(knowledge.guide_title, tuple(blocks), widest=120)


def cited_sources(knowledge: Knowledge, cited: set[str]) -> list[str]:
    """The article, and every other source that is cited, with its addresses."""
    article = knowledge.article
    texts = [f"K01-K55: {article['title']}. {article['author']}, {article['year']}. {article['disclosure']}"]
    for name in sorted(cited & set(knowledge.sources), key=lambda name: (name[0], len(name), name)):  # B9 before B10
        source = knowledge.sources[name]
        if source.kind != "article":
            year, soft = f", {source.year}" if source.year else "", "soft " if source.soft else ""
            title = f"{name}: {source.title}. {source.author}{year} ({soft}{source.kind})."
            texts.append(f"{title} {' '.join(source.addresses)}")
    return texts
