"""Companies, scenarios or results side by side: the facts that differ, and what differs for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salespath.counsel.compare_read import Column
from salespath.engine.assessment import Assessment
from salespath.engine.effects import ADVICE, Effect, Item, between, follows
from salespath.facts import Value
from salespath.rules.diff import CHANGED
from salespath.rules.model import Block


@dataclass(frozen=True)
class Row:
    """A fact that is not the same everywhere: its value in each column, None where it is unknown."""

    fact: str
    values: tuple[Value | None, ...]


@dataclass(frozen=True)
class Topic:
    """A topic of the plan on which the advice is not the same everywhere: the choices in each column."""

    topic: str
    choices: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Comparison:
    """The columns, what differs between them, and the effect of each further column against the first.

    `same` are the facts known in every column and alike; `unread` are those of saved results that the vocabulary cannot read.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    same: tuple[str, ...]
    topics: tuple[Topic, ...]
    effects: tuple[Effect, ...]
    unread: tuple[str, ...]


def compare(columns: Sequence[Column]) -> Comparison:
    """Compare two or more columns that were assessed under one base."""
    assessments = [column.assessment for column in columns]
    base = assessments[0].base
    names = base.vocabulary.ordered({name for a in assessments for name in a.case.values})
    rows = [Row(name, tuple(a.case.values.get(name) for a in assessments)) for name in names]
    topics = [Topic(topic, tuple(_choices(a, topic) for a in assessments)) for topic in base.knowledge.topics]
    return Comparison(
        tuple(columns),
        tuple(row for row in rows if len(set(row.values)) > 1),
        tuple(row.fact for row in rows if len(set(row.values)) == 1),
        tuple(topic for topic in topics if len(set(topic.choices)) > 1),
        tuple(between(assessments[0], other) for other in assessments[1:]),
        tuple(dict.fromkeys(name for column in columns for name in column.unread)),
    )


def _choices(a: Assessment, topic: str) -> tuple[str, ...]:
    """What is advised on a topic, in the order of the rules: room and urgency may order the same advice otherwise."""
    places = {id_: place for place, id_ in enumerate(a.base.knowledge.rules)}
    items = sorted((item for item in a.advice if item.topic == topic), key=lambda item: places[item.rules[0]])
    return tuple(dict.fromkeys(item.choice for item in items))


def own_advice(effect: Effect) -> list[Item]:
    """The advice that comes or goes for other reasons than another verdict; the same advice with other figures is none."""
    return [item for item in effect.items if item.kind == ADVICE and item.how != CHANGED and not follows(effect, item)]


def behind_verdict(effect: Effect, sides: tuple[Assessment, Assessment]) -> list[tuple[str, Assessment]]:
    """The rules behind another verdict, each with the assessment in which it takes effect.

    Blocks come first, then evidence, what moves most before what moves less, then what only leads on to these.
    """
    rules = sides[0].base.knowledge.rules
    moved = {shift.rule: abs(shift.new - shift.old) for shift in effect.shifts}
    fired = [{item.rule for item in side.fired} for side in sides]
    found = [rule for rule in effect.through if rule in fired[0] | fired[1]]
    found.sort(key=lambda rule: (not isinstance(rules[rule].then, Block), -moved.get(rule, 0)))
    return [(rule, sides[rule in fired[1]]) for rule in found]
