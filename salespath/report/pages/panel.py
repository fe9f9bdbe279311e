"""Several people's answers about one company, as a page and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salespath.counsel.panel import MAJORITY, CommonCause, Disagreement, Exchange, Panel, Ruling, Swap
from salespath.engine.base import Base
from salespath.facts import Value
from salespath.facts.values import readable, words
from salespath.report.page import Block, Heading, Item, Items, Page, Text, section
from salespath.report.plain import Shapes, facts, own, own_of, plain, shape
from salespath.report.words.phrases import NAMES, capitalize, either, labels, number_of, together
from salespath.report.words.verdict import in_short, short_block
from salespath.rules.model import BlockProcess


def page(base: Base, company: str, panel: Panel) -> Page:
    """The verdict under each person's answers, then what they differ on, first what changes it (marked *)."""
    disputed = [item for item in panel.disagreements if item.disputed]
    partly = [item for item in panel.disagreements if not item.disputed]
    explained = {fact for cause in panel.causes for fact in cause.facts}
    several: list[CommonCause | Disagreement] = [
        *panel.causes,
        *(item for item in disputed if item.fact not in explained),
    ]
    deciding = sum(item.decides for item in (*several, *partly))
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
    parts: dict[str, Sequence[CommonCause | Disagreement]] = {
        "Different answers": several,
        "Answered by some only": partly,
    }
    for (
        heading,
        items,
    ) in parts.items():  # what changes the verdict before what changes only the way, and that before the rest
        order = sorted(items, key=lambda item: (not item.decides, not panel.changes_verdict(item)))
        blocks += section(heading, (_entry(base, panel, item) for item in order), inset=2)
    return Page(f"{company}: {len(panel.outcomes)} respondents", tuple(blocks))


def deciding(base: Base, panel: Panel, reasons: Mapping[str, Mapping[str, str]]) -> Iterator[Block]:
    """Only the disagreements that change an outcome, those of one cause together, the most decisive first.

    `reasons` are the notes on answers, by person and fact.
    """
    explained = {fact for cause in panel.causes if cause.decides for fact in cause.facts}
    some: list[CommonCause | Disagreement] = [cause for cause in panel.causes if cause.decides]
    some += [item for item in panel.disagreements if item.decides and item.fact not in explained]
    some.sort(key=lambda item: (not panel.changes_verdict(item), -_turned(item)))
    yield Items(tuple(_rulings(base, panel)), bullet="", hang=2)
    if not some:
        yield Text("Nothing on which answers differ changes the outcome.")
    for item in some:
        entry = _entry(base, panel, item)
        about, _, differ = entry.text.partition(": ")
        yield Heading(capitalize(about), 3)
        yield Text(capitalize(differ), ids=entry.ids)
        said = [
            Item(f"{person}, on {base.vocabulary[fact].label}: {notes[fact]}")
            for fact in entry.ids
            for person, notes in reasons.items()
            if notes.get(fact)
        ]
        yield Items((*(Item(part.text) for part in entry.under if isinstance(part, Text)), *said))


def _turned(item: CommonCause | Disagreement) -> int:
    """How many people's outcomes a disagreement changes."""
    people = {turn.respondent for turn in item.turns}
    return len(people | {turn.respondent for part in _parts(item) for turn in part.turns})


def _parts(item: CommonCause | Disagreement) -> tuple[Disagreement, ...]:
    return item.items if isinstance(item, CommonCause) else ()


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


def _entry(base: Base, panel: Panel, item: CommonCause | Disagreement) -> Item:
    return _disagreement(base, panel, item) if isinstance(item, Disagreement) else _cause(base, panel, item)


def _cause(base: Base, panel: Panel, found: CommonCause) -> Item:
    """Disagreements of one cause: who says what, and what all of another's answers on it come to."""
    said: dict[str, list[str]] = {person: [] for person in panel.outcomes}
    for item in found.items:
        for value, who in item.answers:
            for person in who:
                said[person].append(f"{base.vocabulary[item.fact].label} {words(base.vocabulary[item.fact], value)}")
    alike: dict[str, list[str]] = {}
    for person, parts in said.items():
        alike.setdefault("; ".join(parts) or "no answer", []).append(person)
    told: dict[str, dict[str, list[str]]] = {}
    changes_in_words: dict[tuple[int, int], str] = {}  # hundreds of people have some few outcomes, the same objects
    for turn in found.turns:
        before = panel.outcomes[turn.respondent]
        pair = id(before), id(turn.outcome)
        if pair not in changes_in_words:
            changes_in_words[pair] = _change(base, before, turn.outcome)
        change = changes_in_words[pair]
        told.setdefault(turn.other, {}).setdefault(change, []).append(turn.respondent)
    under = [f"{together(people)}: {parts}." for parts, people in alike.items()]
    by_change: dict[tuple[str, str], list[str]] = {}
    for other, changes in told.items():
        for change, people in changes.items():
            by_change.setdefault((together(people), change), []).append(other)
    for (people_told, change), others in by_change.items():
        under.append(f"With the answers of {either(others)}, {people_told} would be told: {change}.")
    alone = [item.fact for item in found.items if item.turns]
    if alone:
        under.append(f"Enough alone to change an outcome: {labels(base, alone)}.")
    text = f"{capitalize(found.cause.says)}: {labels(base, found.facts)}."
    below = tuple(Text(line, hang=2) for line in under)
    return Item(text, label="*" if found.decides else "", under=below, ids=found.facts)


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
    if before.motion != after.motion:
        one, other = (readable(ruling.motion) if ruling.motion else "no known way" for ruling in (after, before))
        parts.append(f"sold by {one} instead of {other}")
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
    Panel: shape("majority causes disagreements agreed"),
    CommonCause: shape("cause:cause.id says:cause.says facts changes_outcome:decides exchanged:turns"),
    Exchange: shape("respondent with_answers_of:other *outcome"),
    Ruling: shape("*verdict blocks motion"),
    Swap: shape("respondent value of:others *outcome"),
    Disagreement: shape(
        "fact changes_outcome:decides answers answered silent majority alone:turns together_with:together",
        answers=lambda item, base: [{"value": own(item.fact, value, base), "by": who} for value, who in item.answers],
        majority=own_of("fact", "majority"),
        alone=lambda item, base: [
            {**plain(swap, base, _SHAPES), "value": own(item.fact, swap.value, base)} for swap in item.turns
        ],
        answered=lambda item, base: sum(len(who) for _, who in item.answers),
    ),
}
