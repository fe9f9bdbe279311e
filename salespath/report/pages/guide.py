"""The comparison of the two processes, point by point."""

from __future__ import annotations

from salespath.report.page import Column, Heading, Item, Items, Page, Table, Text
from salespath.rules.model import Knowledge

_COLUMNS = (Column("", 16), Column("Enterprise", narrow=(100, 28)), Column("SMB", narrow=(100, 28)))


def page(knowledge: Knowledge) -> Page:
    """Enterprise against SMB, with sources."""
    rows = tuple((p.point, p.enterprise, f"{p.smb} [{', '.join(p.source)}]") for p in knowledge.guide)
    notes = tuple(Item(f"{text} [{', '.join(source)}]", ids=source) for text, source in knowledge.guide_notes)
    article = knowledge.article
    texts = [f"K01-K55: {article['title']}. {article['author']}, {article['year']}. {article['disclosure']}"]
    cited = {name for point in knowledge.guide for name in point.source} | {name for note in notes for name in note.ids}
    for name in sorted(cited & set(knowledge.sources)):
        source = knowledge.sources[name]
        if source.kind != "article":
            year, soft = f", {source.year}" if source.year else "", "soft " if source.soft else ""
            title = f"{name}: {source.title}. {source.author}{year} ({soft}{source.kind})."
            texts.append(f"{title} {' '.join(source.addresses)}")
    blocks = (Table(_COLUMNS, rows, apart=True), Items(notes, apart=True), Heading("Sources"))
    return Page(knowledge.guide_title, (*blocks, *(Text(text, hang=2) for text in texts)), widest=120)
