"""The way to a goal in words and as plain data: steps, triggers and test cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salespath.counsel.reach.moves import Move
from salespath.counsel.reach.steps import Card, Step, Unlock, Way, open_above, open_below
from salespath.engine import certainty
from salespath.engine.compile import Base
from salespath.facts.values import readable, words
from salespath.report.pages.rules_diff import net
from salespath.report.pages.whatif import Page, plain, running, told, verdict
from salespath.report.words.conditions import in_words
from salespath.report.words.phrases import sources
from salespath.rules.language import Scope, condition

SHOWN = 5  # of what there may be many of
_UNLOCKS = 3
_CAUSES = 2  # rules named for a trigger


def target(base: Base, move: Move) -> str:
    """Where a move must get to, with its threshold: at least 3."""
    fact = base.vocabulary[move.fact]
    if fact.numeric and move.low is None and move.high is None:  # read together with another one
        return f"for example {words(fact, move.after)}"
    if move.low == move.high or not (fact.numeric or (move.low and move.high)):
        return words(fact, move.after)
    if open_above(fact, move):
        assert move.low is not None
        return f"at least {words(fact, move.low)}"
    if open_below(fact, move):
        assert move.high is not None
        return f"at most {words(fact, move.high)}"
    assert move.low is not None
    assert move.high is not None
    return f"{words(fact, move.low)} to {words(fact, move.high)}"


def move_text(base: Base, move: Move) -> str:
    """A move in words, with the threshold: published case studies: from 0 to at least 3."""
    fact = base.vocabulary[move.fact]
    if move.answers:
        return f"provided that, not said yet, {fact.label}: {target(base, move)}"
    if move.member:
        return f"{fact.label}: {'add' if _gained(move) else 'drop'} {readable(move.member)}"
    return f"{fact.label}: from {told(base.vocabulary, move.fact, move.before)} to {target(base, move)}"


def _gained(move: Move) -> bool:
    return isinstance(move.after, frozenset) and move.member in move.after


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# Steps


def write_steps(page: Page, base: Base, steps: Sequence[Step]) -> None:
    """Each step with how it is done, what it brings and why, who does it, and when it is done."""
    for number, step in enumerate(steps, 1):
        move = step.move
        label = base.vocabulary[move.fact].label
        does = f"Find out {label}: it must be {target(base, move)}" if move.answers else _capital(move_text(base, move))
        page.say(f"{number}. {does}.", "   ", first="")
        if step.advice:
            page.say(f"How: {step.advice}", "     ", first="   ")
        for unlock in step.unlocks[:_UNLOCKS]:
            page.say(f"{_unlock(unlock)}: {unlock.because} [{unlock.rule}]", "     ", first="   ")
        if not step.unlocks:
            reason = f": {step.because} [{step.rules[0]}]" if step.rules else "."
            turns = step.before != step.process
            lead = "It counts" if turns else "Alone it changes nothing yet, together with the other steps it counts"
            page.say(f"{lead}{reason}", "     ", first="   ")
        if step.sources:
            page.say(f"Sources: {sources(base, step.sources)}.", "     ", first="   ")
        then = f"Then: {verdict(step.process)}."
        done = f"{'Found out' if move.answers else 'Done'} when {_when(base, step.done_when)}."
        page.say(f"{_capital(step.owner)}. {done} {then}", "     ", first="   ")


def _unlock(unlock: Unlock) -> str:
    process, weight = running(unlock.process), unlock.weight
    if not weight:
        return f"No longer in the way of {process}"
    return f"{certainty.signed(weight, 1)} for {process}{', as this is no longer so' if unlock.gone else ''}"


def _when(base: Base, text: str) -> str:
    """A condition of the rule language in words."""
    return in_words(base, condition(text, Scope(base.vocabulary, base.knowledge.attributes)))


def step_document(base: Base, step: Step) -> dict[str, Any]:
    """A step as plain data."""
    move = step.move
    return {
        "fact": move.fact,
        "from": plain(base, move.fact, move.before),
        "to": plain(base, move.fact, move.after),
        "wanted": target(base, move),
        "condition": move.answers,
        "owner": step.owner,
        "done_when": step.done_when,
        "advice": step.advice,
        "rules": list(step.rules),
        "because": step.because,
        "source": list(step.sources),
        "unlocks": [
            {"rule": u.rule, "process": u.process, "weight": net(u.weight), "because": u.because, "gone": u.gone}
            for u in step.unlocks
        ],
        "process": step.process,
    }


# Triggers


def write_triggers(page: Page, base: Base, way: Way, process: str) -> None:
    """When to look again; `process` is today's."""
    if way.liftings or way.triggers:
        page.heading("Run this again when")
    for lifting in way.liftings:
        then = f"{running(lifting.process)} is then no longer blocked [{lifting.rule}]"
        page.say(f"- {_when(base, lifting.when)}; {then}", "  ", first="")
        page.say(f"{_capital(lifting.owner)}: {lifting.remedy}", "  ")
    for trigger in way.triggers:
        now = told(base.vocabulary, trigger.move.fact, trigger.move.before)
        if trigger.process == process:
            then = f"the net evidence for {running(way.about)} changes by {certainty.signed(trigger.net, 1)}"
        else:
            then = f"with today's other answers it would be {verdict(trigger.process)}"
        rules = ", ".join(trigger.rules[:_CAUSES])
        page.say(f"- {_when(base, trigger.when)} (now {now}); {then} [{rules}]", "  ", first="")


def trigger_documents(base: Base, way: Way) -> list[dict[str, Any]]:
    """When to look again, as plain data: what lifts a block, and what crosses a threshold."""
    lifting = [
        {
            "when": item.when,
            "words": _when(base, item.when),
            "process": None,
            "net": None,
            "rules": [item.rule],
            "remedy": item.remedy,
            "owner": item.owner,
        }
        for item in way.liftings
    ]
    passing = [
        {
            "when": item.when,
            "words": _when(base, item.when),
            "process": item.process,
            "net": net(item.net),
            "rules": list(item.rules),
            "remedy": None,
            "owner": None,
        }
        for item in way.triggers
    ]
    return [*lifting, *passing]


# Test cards


def write_cards(page: Page, base: Base, cards: Sequence[Card]) -> None:
    """What to test before relying on it, and the number that counts as passed."""
    if cards:
        page.heading("Test before you rely on it")
    for card in cards[:SHOWN]:
        test = card.test
        known = card.known or "not known"
        page.say(f"{_capital(base.vocabulary[card.fact].label)} ({known}): {test.do}", "    ", first="- ")
        days = "1 day" if test.days == 1 else f"{test.days} days"
        page.say(f"Passed if {test.passed}. Within {days}; cost: {test.cost}.", "    ", first="  ")
        if card.wanted:
            page.say(f"The goal needs: {target(base, card.wanted)}.", "    ", first="  ")
    if cards[SHOWN:]:
        page.say(f"and {len(cards) - SHOWN} more (--format json has all).", "  ")


def card_document(base: Base, card: Card) -> dict[str, Any]:
    """A test card as plain data."""
    return {
        "fact": card.fact,
        "known": card.known or None,
        "do": card.test.do,
        "passed": card.test.passed,
        "days": card.test.days,
        "cost": card.test.cost,
        "wanted": target(base, card.wanted) if card.wanted else None,
    }
