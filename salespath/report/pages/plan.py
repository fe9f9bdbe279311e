"""The plan for one company: first moves, choices with their steps, what to measure, pitfalls, and what to answer next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from salespath.counsel.moves import CASH, Moves, PlannedMove, planned_moves
from salespath.engine.assessment import Advice, Assessment
from salespath.report.page import Block, Heading, Item, Items, Text, section
from salespath.report.words.amounts import count, money
from salespath.report.words.claims import move_claims
from salespath.report.words.dates import end_of, in_words
from salespath.report.words.phrases import NAMES, capitalize, labels, number_of
from salespath.report.words.questions import why_asked
from salespath.report.words.ranges import reckoned
from salespath.report.words.verdict import figure
from salespath.rules.language import inputs
from salespath.rules.model import PROCESSES

DISCLOSURE = "(The article's author sells lead generation and is an interested party here.)"
SHOWN = 5  # questions in whole
MATTER = 6  # topics that come first


def first_moves(a: Assessment, most: int, start: date | None = None, *, terms: bool = True) -> Iterator[Block]:
    """The first moves, a line each, with the `terms` of each: who, how long, what it costs and what ends it."""
    found = planned_moves(a)
    items = [
        Item(
            f"{opening(move)} ({_terms(move, start)})" if terms else opening(move),
            f"{n}.",
            ids=move.rules,
            claims=move_claims(a, move),
        )
        for n, move in enumerate(found.first[:most], 1)
    ]
    yield from section("First moves", items, ordered=True)
    yield from _beyond(found)
    if found.months_left is not None and not math.isinf(found.months_left):
        signed = " and what is signed" if a.case.values.get("committed_revenue") else ""
        text = f"With them{signed} your cash lasts {_months(found.months_left)}. {reckoned(a, CASH)}".rstrip()
        yield Text(text, ids=("capital", "monthly_burn"))


def _months(months: float) -> str:
    return number_of(count(months), "month", "months")


def moves(a: Assessment, start: date | None = None) -> Iterator[Block]:
    """The moves with their steps, who does them, and what each brings."""
    found, items = planned_moves(a), []
    for number, move in enumerate(found.first, 1):
        brings = f" {capitalize(move.effect)}." if move.effect else ""
        under = (
            _steps(move.steps),
            Text(f"{capitalize(_terms(move, start))}.{brings} {_disclosure(a, move.rules)}".rstrip()),
        )
        items.append(
            Item(opening(move, whole=True), f"{number}.", under=under, ids=move.rules, claims=move_claims(a, move))
        )
    yield from section("First moves", items, ordered=True)
    rest = [*found.chosen[len(found.first) :], *found.unaffordable]
    yield from section(
        "After these",
        [
            Item(f"{opening(move, whole=True)} ({_terms(move, start)})", ids=move.rules, claims=move_claims(a, move))
            for move in rest
        ],
    )
    yield from _beyond(found)


def opening(move: PlannedMove, *, whole: bool = False) -> str:
    """What to do, in a line or `whole`, if it may be done already with a condition before it."""
    text = move.text if whole else move.short
    return f"If you have not: {text[:1].lower()}{text[1:]}" if move.if_not else text


def _terms(move: PlannedMove, start: date | None) -> str:
    """Who, how long (from a day: by when), at what cost, until when."""
    weeks = math.ceil(move.weeks or 0)
    lasts = number_of(weeks, "week", "weeks") if start is None else f"by {in_words(end_of(weeks, start))}"
    cost = f"about {money(move.cost)}{', US figure' if move.us_figure else ''}" if move.cost else ""
    who = ", ".join(filter(None, (move.owner, lasts if weeks else "", cost)))
    return f"{who}; until {move.until}" if move.until else who


def _beyond(found: Moves) -> Iterator[Block]:
    """What the cash does not carry, and what is not known of it."""
    costly = next((move for move in found.unaffordable if move.cost), None)
    if costly and found.missing:
        yield Text(f"You need {money(found.missing)} more for: {costly.short}.", ids=costly.rules)
    if not found.cash_known and any(move.cost for move in found.first):
        yield Text(
            "Say what cash there is and what you spend a month: without them no cost is held against it.", tone="aside"
        )


def topics(a: Assessment) -> Iterator[Block]:
    """What to do on each topic of the plan, with steps and reasons."""
    items: dict[str, list[Advice]] = {}
    for item in a.advice:
        about = a.base.knowledge.topics[item.topic]
        if about.part in ("", "stop") and not about.metrics:
            items.setdefault(item.topic, []).append(item)
    order = sorted(items, key=lambda topic: -sum(map(partial(_own, a), items[topic])))
    for title, some in (("The plan", order[:MATTER]), ("The rest of the plan", order[MATTER:])):
        if some:
            yield Heading(title)
        for topic in some:
            yield Heading(a.base.knowledge.topics[topic].title, 3)
            yield Items(tuple(_advice(a, item) for item in items[topic]), inset=2)


def _own(a: Assessment, item: Advice) -> bool:
    """Whether a piece of advice is for this company: not in place, and chosen by an answer rather than by the verdict alone."""
    return not item.done and any(a.base.facts_behind([name]) for name in inputs(a.base.condition(item.rules[0])))


def metrics(a: Assessment) -> Iterator[Block]:
    """What to measure, with what it is now."""
    seen: dict[str, Advice] = {}
    for item in a.advice:
        if a.base.knowledge.topics[item.topic].metrics:
            seen.setdefault(item.choice, item)
    vocabulary, items = a.base.vocabulary, []
    for name, item in seen.items():
        text = f"{figure(vocabulary, name, a.metrics[name])}. {item.text}"
        items.append(
            Item(
                text,
                lead=capitalize(vocabulary[name].label),
                ids=(name, *item.rules),
                values={name: a.metrics[name].value},
            )
        )
    return section("What to measure", items, inset=2)


def pitfalls(a: Assessment) -> Iterator[Block]:
    """What to beware of."""
    items = [Item(warning.text, ids=(warning.rule,)) for warning in a.warnings]
    return section("Pitfalls", [*items, *(Item(i.text, ids=i.rules) for i in advice_for(a, "pitfalls"))], inset=2)


def questions(a: Assessment) -> Iterator[Block]:
    """What is worth answering next, and why."""
    label = a.base.vocabulary
    whole = [
        Item(f"{label[question.fact].label} ({question.fact}). {why_asked(a.base, question)}", ids=(question.fact,))
        for question in a.next_questions[:SHOWN]
    ]
    yield from section("Still worth answering", whole, inset=2)
    names = tuple(question.fact for question in a.next_questions[SHOWN:])
    if names:
        yield Text(f"Also: {labels(a.base, names)}.", inset=2, ids=names)


def advice_for(a: Assessment, part: str) -> list[Advice]:
    """The advice on the topics of a part of the report."""
    return [item for item in a.advice if item.topic in a.base.knowledge.topics_for(part)]


def _steps(steps: Iterable[str], bullet: str = "-", inset: int = 0) -> Items:
    return Items(tuple(Item(step.rstrip(".")) for step in steps), bullet, inset=inset)


def _advice(a: Assessment, item: Advice) -> Item:
    choices = a.base.knowledge.topics[item.topic].choices
    lead = f"{choices[item.choice].capitalize()}: " if choices else ""
    if a.process == "both" and item.process in PROCESSES:
        lead = f"[{NAMES[item.process]}] {lead}"
    why = Text(f"Why: {item.because} [{', '.join(item.rules)}]", inset=2)
    disclosed = filter(None, [_disclosure(a, item.rules)])
    under = (_steps(() if item.done else item.steps, "*", 2), why, *map(Text, disclosed))
    return Item(f"{lead}{'(in place) ' if item.done else ''}{item.text}", under=under, ids=item.rules)


def _disclosure(a: Assessment, rules: Iterable[str]) -> str:
    knowledge = a.base.knowledge
    cited = [s for rule in rules for s in knowledge.rules[rule].source if s in knowledge.sources]
    return DISCLOSURE if any(knowledge.sources[s].interested for s in cited) else ""
