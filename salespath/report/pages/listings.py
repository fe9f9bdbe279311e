"""Lists of what there is: facts with their questions, and rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salespath.engine.base import Base
from salespath.facts.template import answer_format
from salespath.facts.vocabulary import Fact, Relation
from salespath.report.page import Column, Page, Table
from salespath.report.plain import plain, shape
from salespath.report.words.conditions import in_words
from salespath.rules.model import Rule

_WIDEST = 240


def facts(base: Base, chosen: Sequence[Fact]) -> Page:
    """Facts with their questions and what can be answered, then what answers cannot, or can hardly, say together."""
    rows = tuple((f.id, f.dimension, f.ask, f.question, answer_format(f)) for f in chosen)
    titles = Column("Question", least=30), Column("Answer", least=30)
    blocks = [Table((Column("Fact", 24), Column("About", 8), Column("Asked", 7), *titles), rows)]
    names = {fact.id for fact in chosen}
    relations = tuple(
        (relation.kind, in_words(base, base.broken(relation.id)), relation.question)
        for relation in base.vocabulary.relations.values()
        if names & set(relation.ask)
    )
    if relations:
        titles = Column("Where", narrow=(100, 30)), Column("Then it is asked", narrow=(100, 30))
        blocks.append(Table((Column("Together", 10), *titles), relations, apart=True))
    return Page("", tuple(blocks), _WIDEST)


def rules(chosen: Sequence[Rule]) -> Page:
    """Rules with what they conclude, when, and where they stand."""
    rows = tuple((r.id, r.kind, " ".join(r.target[1:]), r.when, f"{r.file}:{r.line}") for r in chosen)
    columns = Column("Rule", 40), Column("Kind", 8), Column("About", 20), Column("When", least=30), Column("Where", 32)
    return Page("", (Table(columns, rows, empty="-"),), _WIDEST)


def facts_document(base: Base, chosen: Sequence[Fact]) -> Any:
    """Facts and their relations as plain data."""
    every = base.vocabulary.relations.values()
    data = shape(
        "id type dimension ask quick values unit label question help why relations",
        relations=lambda fact, _: [relation for relation in every if fact.id in relation.ask],
    )
    return plain(chosen, None, {Fact: data, Relation: shape("id kind broken question")})


def rules_document(chosen: Sequence[Rule]) -> Any:
    """Rules as plain data."""
    data = shape("id kind target when because source file line", target=lambda rule, _: [*rule.target[1:]])
    return plain(chosen, None, {Rule: data})
