"""Lists of what there is: facts with their questions, and rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from salespath.engine.compile import Base
from salespath.facts.template import expected
from salespath.facts.vocabulary import Fact, Vocabulary
from salespath.report.page import Column, Page, Table
from salespath.report.words.conditions import in_words
from salespath.rules.loader import target
from salespath.rules.model import Rule

_WIDEST = 240


def facts(base: Base, chosen: Sequence[Fact]) -> Page:
    """Facts with their questions and what can be answered, then what answers cannot, or can hardly, say together."""
    rows = tuple((f.id, f.dimension, f.ask, f.question, expected(f)) for f in chosen)
    titles = Column("Question", least=30), Column("Answer", least=30)
    blocks = [Table((Column("Fact", 24), Column("About", 8), Column("Asked", 7), *titles), rows)]
    names = {fact.id for fact in chosen}
    relations = tuple(
        (relation.kind, in_words(base, base.relations[relation.id]), relation.question)
        for relation in base.vocabulary.relations.values()
        if names & set(relation.ask)
    )
    if relations:
        titles = Column("Where", narrow=(100, 30)), Column("Then it is asked", narrow=(100, 30))
        blocks.append(Table((Column("Together", 10), *titles), relations, apart=True))
    return Page("", tuple(blocks), _WIDEST)


def rules(chosen: Iterable[Rule]) -> Page:
    """Rules with what they conclude, when, and where they stand."""
    rows = tuple((r.id, r.kind, " ".join(target(r.then)[1:]), r.when, f"{r.file}:{r.line}") for r in chosen)
    columns = Column("Rule", 40), Column("Kind", 8), Column("About", 20), Column("When", least=30), Column("Where", 32)
    return Page("", (Table(columns, rows, empty="-"),), _WIDEST)


def facts_document(vocabulary: Vocabulary, chosen: Iterable[Fact]) -> list[dict[str, Any]]:
    """Facts and their relations as plain data."""
    names = "id", "type", "dimension", "ask", "quick", "values", "unit", "label", "question", "help", "why"
    relations = [
        (r, {name: getattr(r, name) for name in ("id", "kind", "broken", "question")})
        for r in vocabulary.relations.values()
    ]
    return [
        {name: getattr(fact, name) for name in names}
        | {"relations": [data for r, data in relations if fact.id in r.ask]}
        for fact in chosen
    ]


def rules_document(chosen: Iterable[Rule]) -> list[dict[str, Any]]:
    """Rules as plain data."""
    return [
        {"id": r.id, "kind": r.kind, "target": list(target(r.then)[1:]), "when": r.when, "because": r.because}
        | {"source": list(r.source), "file": r.file, "line": r.line}
        for r in chosen
    ]
