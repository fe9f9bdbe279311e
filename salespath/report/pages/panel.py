"""Several people's answers about one company, as a page and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from salespath.counsel.panel import MAJORITY, Disagreement, Panel, Ruling, Swap
from salespath.engine.base import Base
from salespath.facts import Value
from salespath.facts.values import words
from salespath.report.page import Block, Item, Items, Page, Text, section
from salespath.report.plain import Shapes, facts, plain, shape
from salespath.report.words.phrases import NAMES, labels, number_of, together
from salespath.report.words.verdict import in_short, short_block
from salespath.rules.model import BlockProcess


def page(base: Base, company: str, panel: Panel) -> Page:
    """The verdict under each person's answers, then what they differ on, first what changes it (marked *)."""
    disputed = [item for item in panel.disagreements if item.disputed]
    partly = [item for item in panel.disagreements if not item.disputed]
    deciding = sum(item.decides for item in panel.disagreements)
    rest = f", and only some answered on {len(partly)}" if partly else ""
    agreed = f"All gave the same answer on {number_of(len(panel.agreed), 'fact', 'facts')}"
    marked = (
        f"{deciding} of these change the outcome, marked *: talk about them."
        if deciding > 1
        else "1 of these changes the outcome, marked *: talk about it."
        if deciding
        else "None of this changes the outcome."
    )
    blocks: list[Block] = [
        Items(tuple(_rulings(base, panel)), bullet="", hang=2),
        Text(f"{agreed}, different ones on {len(disputed)}{rest}. {marked}", apart=True),
    ]
    for heading, items in (("Different answers", disputed), ("Answered by some only", partly)):
        order = sorted(items, key=lambda item: not item.decides)
        blocks += section(heading, (_disagreement(base, panel, item) for item in order), inset=2)
    return Page(f"{company}: {len(panel.outcomes)} respondents", tuple(blocks))


def _rulings(base: Base, panel: Panel) -> Iterator[Item]:
    """People with one outcome share a line."""
    alike: dict[str, list[str]] = {}
    for person, ruling in panel.outcomes.items():
        alike.setdefault(_ruling(base, ruling), []).append(person)
    for said, people in alike.items():
        yield Item(f"{', '.join(people)}: {said}")
    yield Item(f"{MAJORITY.capitalize()}: {_ruling(base, panel.majority)}")


def _ruling(base: Base, ruling: Ruling) -> str:
    blocks = "; ".join(_block(base, rule) for rule in ruling.blocks)
    return f"{_verdict(ruling)}. In the way: {blocks}." if blocks else f"{_verdict(ruling)}."


def _verdict(ruling: Ruling) -> str:
    return in_short(*ruling.verdict, leans="leans")


def _block(base: Base, id_: str) -> str:
    rule = base.knowledge.rules[id_]
    assert isinstance(rule.then, BlockProcess)
    return f"{NAMES[rule.then.process]} selling ({short_block(rule)})"


def _disagreement(base: Base, panel: Panel, item: Disagreement) -> Item:
    fact, number = base.vocabulary[item.fact], len(panel.outcomes)
    given = "; ".join(f"{words(fact, value)} ({', '.join(who)})" for value, who in item.answers)
    answered = f" {number - len(item.silent)} of {number} answered." if item.silent else ""
    middle = "no majority" if item.majority is None else f"majority: {words(fact, item.majority)}"
    under = [
        f"With {value}, {together(people)} would be told: {change}."
        for (value, change), people in _changes(base, panel, item).items()
    ]
    if not item.turns:
        under += [f"It changes the outcome only together with {labels(base, others)}." for others in item.together]
    said = f"{fact.label}: {given}{f'; {middle}' if item.disputed else ''}.{answered}"
    below = tuple(Text(text, hang=2) for text in under)
    return Item(said, label="*" if item.decides else "", under=below, ids=(item.fact,))


def _changes(base: Base, panel: Panel, item: Disagreement) -> dict[tuple[str, str], list[str]]:
    """Who would be told what with another answer: a changed verdict before a block that only comes or goes."""
    found: dict[tuple[str, str], list[str]] = {}
    before = panel.outcomes
    for swap in sorted(item.turns, key=lambda swap: swap.outcome.verdict == before[swap.respondent].verdict):
        change = _change(base, before[swap.respondent], swap.outcome)
        found.setdefault((words(base.vocabulary[item.fact], swap.value), change), []).append(swap.respondent)
    return found


def _change(base: Base, before: Ruling, after: Ruling) -> str:
    if before.verdict != after.verdict:
        return f"{_verdict(after)} instead of {_verdict(before)}"
    come = [_block(base, rule) for rule in after.blocks if rule not in before.blocks]
    go = [_block(base, rule) for rule in before.blocks if rule not in after.blocks]
    parts = [f"{'; '.join(come)} in the way"] if come else []
    parts += [f"{'; '.join(go)} no longer in the way"] if go else []
    return f"the same verdict, but {together(parts)}"


# JSON


def document(base: Base, company: str, answers: Mapping[str, Mapping[str, Value]], panel: Panel) -> dict[str, Any]:
    """The same as plain data, with the facts of each person."""
    people = [
        {"name": name, **plain(ruling, base, _SHAPES), "facts": plain(facts(answers[name], base), base)}
        for name, ruling in panel.outcomes.items()
    ]
    return {"company": company, "respondents": people, **plain(panel, base, _SHAPES)}


_SHAPES: Shapes = {
    Panel: shape("majority disagreements agreed"),
    Ruling: shape("*verdict blocks"),
    Swap: shape("respondent value of:others *outcome"),
    Disagreement: shape(
        "fact changes_outcome:decides answers answered silent majority alone:turns together_with:together",
        answers=lambda item, base: [{"value": value, "by": who} for value, who in item.answers],
        answered=lambda item, base: sum(len(who) for _, who in item.answers),
    ),
}
