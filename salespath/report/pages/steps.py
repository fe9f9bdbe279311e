"""Steps to a goal, triggers and test cards, as blocks of a page and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from salespath.counsel.reach.moves import Move
from salespath.counsel.reach.steps import Card, Roadmap, Step, Trigger, Unlock, kept_bounds
from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.facts import Value
from salespath.facts.money import with_own_amounts
from salespath.facts.values import readable, words
from salespath.report.page import Block, Item, Items, Text, section
from salespath.report.plain import Shapes, net_of, own, shape
from salespath.report.words.conditions import in_words
from salespath.report.words.phrases import answer, capitalize, number_of, selling, sources
from salespath.report.words.verdict import in_short
from salespath.rules.language import Scope, condition

SHOWN = 5  # of what there may be many of
_UNLOCKS = 3
_CAUSES = 2  # rules named for a trigger
_ANSWERING = "founder"  # who finds out what has not been said


def target(base: Base, move: Move) -> str:
    """Where a move must get to, with its threshold: at least 3."""
    fact = base.vocabulary[move.fact]
    if move.low == move.high:
        example = "for example " if fact.numeric and move.low is None else ""  # read together with another one
        return f"{example}{words(fact, move.after)}"
    low, high = (None if bound is None else words(fact, bound) for bound in kept_bounds(fact, move))
    if high is None:
        return f"at least {low}"
    return f"at most {high}" if low is None else f"{low} to {high}"


def move_text(base: Base, move: Move) -> str:
    """A move in words, with the threshold: published case studies: from 0 to at least 3."""
    fact = base.vocabulary[move.fact]
    if move.answers:
        said = "not said yet" if move.before is None else f"said as {answer(fact, move.before)}"
        return f"provided that, {said}, {fact.label}: {target(base, move)}"
    if move.member:
        return f"{fact.label}: {'drop' if move.drops else 'add'} {readable(move.member)}"
    return f"{fact.label}: from {answer(fact, move.before)} to {target(base, move)}"


# Steps


def step_items(base: Base, roadmap: Roadmap, process: str) -> Items:
    """Each step with how it is done, what it brings and why, who does it, and when it is done; `process` is today's."""
    before = (process, *(step.process for step in roadmap.steps))
    items = (_step(base, number, step, was) for number, (step, was) in enumerate(zip(roadmap.steps, before), 1))
    return Items(tuple(items), ordered=True)


def _step(base: Base, number: int, step: Step, before: str) -> Item:
    move, under = step.move, []
    label = base.vocabulary[move.fact].label
    does = f"Find out {label}: it must be {target(base, move)}" if move.answers else capitalize(move_text(base, move))
    if step.advice:
        under.append(Text(f"How: {step.advice}", hang=2))
    for unlock in step.unlocks[:_UNLOCKS]:
        under.append(Text(f"{_unlock(unlock)}: {unlock.because} [{unlock.rule}]", hang=2, ids=(unlock.rule,)))
    if not step.unlocks:
        reason = f": {step.because} [{step.rules[0]}]" if step.rules else "."
        alone = "Alone it changes nothing yet, together with the other steps it counts"
        under.append(Text(f"{'It counts' if before != step.process else alone}{reason}", hang=2, ids=step.rules[:1]))
    if step.source:
        under.append(Text(f"Sources: {sources(base, step.source)}.", hang=2, ids=step.source))
    done = f"{'Found out' if move.answers else 'Done'} when {_when(base, step.done_when)}."
    under.append(Text(f"{capitalize(step.owner or _ANSWERING)}. {done} Then: {in_short(step.process)}.", hang=2))
    return Item(f"{does}.", label=f"{number}.", under=tuple(under), ids=(move.fact,))


def _unlock(unlock: Unlock) -> str:
    process, weight = selling(unlock.process), unlock.weight
    if not weight:
        return f"No longer in the way of {process}"
    return f"{certainty.with_sign(weight, 1)} for {process}{', as this is no longer so' if unlock.gone else ''}"


def _when(base: Base, text: str) -> str:
    """A condition of the rule language in words."""
    return in_words(base, condition(text, Scope(base.vocabulary, base.knowledge.attributes)))


# Triggers


def trigger_blocks(base: Base, roadmap: Roadmap, process: str) -> Iterator[Block]:
    """When to look again; `process` is today's."""
    items = (_trigger(base, trigger, roadmap.about, process) for trigger in roadmap.triggers)
    return section("Run this again when", items)


def _trigger(base: Base, trigger: Trigger, about: str, process: str) -> Item:
    when, rules = _when(base, trigger.when), trigger.rules[:_CAUSES]
    if trigger.move is None:
        then, now = f"{selling(trigger.blocked)} is then no longer blocked", ""
    else:
        now = f" (now {answer(base.vocabulary[trigger.move.fact], trigger.move.before)})"
        if trigger.process in (None, process):
            then = f"the net evidence for {selling(about)} changes by {certainty.with_sign(trigger.net or 0, 1)}"
        else:
            then = f"with today's other answers it would be {in_short(str(trigger.process))}"
    remedy = (Text(f"{capitalize(trigger.owner)}: {trigger.remedy}"),) if trigger.owner else ()
    return Item(f"{when}{now}; {then} [{', '.join(rules)}]", under=remedy, ids=trigger.rules)


# Test cards


def card_blocks(base: Base, cards: Sequence[Card], facts: Mapping[str, Value]) -> Iterator[Block]:
    """What to test before relying on it, how it is known, and the number that counts as passed."""
    yield from section(
        "Test before you rely on it", (_card(base, card, facts.get(card.fact)) for card in cards[:SHOWN]), hang=4
    )
    if cards[SHOWN:]:
        yield Text(f"and {len(cards) - SHOWN} more (--format json has all).", inset=2)


def _card(base: Base, card: Card, now: Value | None) -> Item:
    test = card.test
    passed = f"Passed if {test.passed}. Within {number_of(test.days, 'day', 'days')}; cost: {test.cost}."
    needs = f"The goal needs: {target(base, card.wanted)}." if card.wanted else ""
    fact = base.vocabulary[card.fact]
    text = f"{capitalize(fact.label)} ({card.known or answer(fact, now)}): {with_own_amounts(test.do)}"
    under = tuple(Text(line, hang=2) for line in (with_own_amounts(passed), needs) if line)
    return Item(text, under=under, ids=(card.fact,))


# JSON

SHAPES: Shapes = {
    Step: shape(
        "fact:move.fact from:move.before to:move.after wanted condition:move.answers owner done_when advice rules because source "
        "unlocks process",
        **{"from": lambda step, base: own(step.move.fact, step.move.before, base)},
        to=lambda step, base: own(step.move.fact, step.move.after, base),
        wanted=lambda step, base: target(base, step.move),
        owner=lambda step, base: step.owner or _ANSWERING,
    ),
    Unlock: shape("rule process weight because gone", weight=net_of("weight")),
    Trigger: shape(
        "when words process net rules remedy owner",
        words=lambda trigger, base: _when(base, trigger.when),
        net=net_of("net"),
    ),
    Card: shape(
        "fact known *test wanted",
        known=lambda card, base: card.known or None,
        wanted=lambda card, base: target(base, card.wanted) if card.wanted else None,
    ),
}
