"""The plan for one company: first moves, choices with their steps, what to measure, pitfalls, and what to answer next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salespath.engine.assessment import Advice, Assessment
from salespath.report.page import Block, Heading, Item, Items, Text
from salespath.report.words.phrases import NAMES, labels
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import figure
from salespath.rules.model import PROCESSES

DISCLOSURE = "(The article's author sells lead generation and is an interested party here.)"
SHOWN = 5  # questions in whole


def first_moves(a: Assessment, most: int) -> Iterator[Block]:
    """The first moves, a line each."""
    found = advice_for(a, "moves")[:most]
    if found:
        yield Heading("First moves")
        texts = [f"{move.short or move.text.partition('. ')[0].rstrip('.')} ({move.owner})" for move in found]
        items = [Item(text, f"{number}.", ids=move.rules) for number, (text, move) in enumerate(zip(texts, found), 1)]
        yield Items(tuple(items), ordered=True)


def moves(a: Assessment) -> Iterator[Block]:
    """The first moves with their steps and who does them."""
    items = []
    for number, move in enumerate(advice_for(a, "moves"), 1):
        owner = Text(f"{move.owner.capitalize()}. {_disclosed(a, move)}")
        items.append(Item(move.text, f"{number}.", under=(_steps(move.steps), owner), ids=move.rules))
    if items:
        yield Heading("First moves")
        yield Items(tuple(items), ordered=True)


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
    if not seen:
        return
    yield Heading("What to measure")
    vocabulary, items = a.base.vocabulary, []
    for name, item in seen.items():
        text = f"{vocabulary[name].label}: {figure(vocabulary, name, a.metrics[name])}. {item.text}"
        items.append(Item(text, ids=(name, *item.rules), values={name: a.metrics[name].value}))
    yield Items(tuple(items), inset=2)


def pitfalls(a: Assessment) -> Iterator[Block]:
    """What to beware of."""
    items = [Item(warning.text, ids=(warning.rule,)) for warning in a.warnings if not warning.leads]
    items += [Item(item.text, ids=item.rules) for item in advice_for(a, "pitfalls")]
    if items:
        yield Heading("Pitfalls")
        yield Items(tuple(items), inset=2)


def questions(a: Assessment) -> Iterator[Block]:
    """What is worth answering next, and why."""
    some, rest = a.next_questions[:SHOWN], a.next_questions[SHOWN:]
    if some:
        yield Heading("Still worth answering")
        label = a.base.vocabulary
        yield Items(
            tuple(Item(f"{label[q.fact].label} ({q.fact}). {why_asked(a.base, q)}", ids=(q.fact,)) for q in some),
            inset=2,
        )
    if rest:
        names = tuple(question.fact for question in rest)
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
    disclosed = _disclosed(a, item)
    under = (_steps(() if item.done else item.steps, "*", 2), why, *([Text(disclosed)] if disclosed else []))
    return Item(f"{lead}{'(in place) ' if item.done else ''}{item.text}", under=under, ids=item.rules)


def _disclosed(a: Assessment, item: Advice) -> str:
    knowledge = a.base.knowledge
    cited = [s for rule in item.rules for s in knowledge.rules[rule].source if s in knowledge.sources]
    return DISCLOSURE if any(knowledge.sources[s].interested for s in cited) else ""
