"""The plan for one company: first moves, choices with their steps, what to measure, pitfalls, and what to answer next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salespath.engine.assessment import Advice, Assessment
from salespath.report.page import Block, Heading, Item, Items, Text, section
from salespath.report.words.claims import move_claims
from salespath.report.words.phrases import NAMES, labels
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import figure
from salespath.rules.model import PROCESSES

DISCLOSURE = "(The article's author sells lead generation and is an interested party here.)"
SHOWN = 5  # questions in whole


def first_moves(a: Assessment, most: int) -> Iterator[Block]:
    """The first moves, a line each."""
    lines = [
        Item(
            f"{move.short or move.text.partition('. ')[0].rstrip('.')} ({move.owner})",
            f"{number}.",
            ids=move.rules,
            claims=move_claims(a, move),
        )
        for number, move in enumerate(advice_for(a, "moves")[:most], 1)
    ]
    return section("First moves", lines, ordered=True)


def moves(a: Assessment) -> Iterator[Block]:
    """The first moves with their steps and who does them."""
    items = []
    for number, move in enumerate(advice_for(a, "moves"), 1):
        owner = Text(f"{move.owner.capitalize()}. {_disclosure(a, move)}")
        items.append(
            Item(
                move.text, f"{number}.", under=(_steps(move.steps), owner), ids=move.rules, claims=move_claims(a, move)
            )
        )
    return section("First moves", items, ordered=True)


def topics(a: Assessment) -> Iterator[Block]:
    """What to do on each topic of the plan, with steps and reasons."""
    items: dict[str, list[Advice]] = {}
    for item in a.advice:
        about = a.base.knowledge.topics[item.topic]
        if about.part in ("", "stop") and not about.metrics:
            items.setdefault(item.topic, []).append(item)
    if items:
        yield Heading("The plan")
    for topic, chosen in items.items():
        yield Heading(a.base.knowledge.topics[topic].title, 3)
        yield Items(tuple(_advice(a, item) for item in chosen), inset=2)


def metrics(a: Assessment) -> Iterator[Block]:
    """What to measure, with what it is now."""
    seen: dict[str, Advice] = {}
    for item in a.advice:
        if a.base.knowledge.topics[item.topic].metrics:
            seen.setdefault(item.choice, item)
    vocabulary, items = a.base.vocabulary, []
    for name, item in seen.items():
        text = f"{vocabulary[name].label}: {figure(vocabulary, name, a.metrics[name])}. {item.text}"
        items.append(Item(text, ids=(name, *item.rules), values={name: a.metrics[name].value}))
    return section("What to measure", items, inset=2)


def pitfalls(a: Assessment) -> Iterator[Block]:
    """What to beware of."""
    items = [Item(warning.text, ids=(warning.rule,)) for warning in a.warnings if not warning.leads]
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
    disclosed = filter(None, [_disclosure(a, item)])
    under = (_steps(() if item.done else item.steps, "*", 2), why, *map(Text, disclosed))
    return Item(f"{lead}{'(in place) ' if item.done else ''}{item.text}", under=under, ids=item.rules)


def _disclosure(a: Assessment, item: Advice) -> str:
    knowledge = a.base.knowledge
    cited = [s for rule in item.rules for s in knowledge.rules[rule].source if s in knowledge.sources]
    return DISCLOSURE if any(knowledge.sources[s].interested for s in cited) else ""
