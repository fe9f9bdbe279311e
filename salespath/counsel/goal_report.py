"""What a goal takes, in words and as plain data: the sets of changes, the way there, and what is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salespath.counsel.goal import Changes, Goal
from salespath.counsel.goal_moves import Move
from salespath.counsel.goal_obstacles import EVIDENCE, Obstacle
from salespath.counsel.way import Card, Step, Trigger, Way, open_above, open_below
from salespath.counsel.whatif_report import Page, net, plain, told, verdict
from salespath.engine import certainty
from salespath.engine.compile import Base
from salespath.facts import Case
from salespath.facts.values import readable, words
from salespath.report.phrases import NAMES, sources

EFFORTS = {1: "days", 2: "weeks", 3: "a quarter", 4: "two quarters"}
_SHOWN = 5


def text(base: Base, goal: Goal, way: Way, obstacles: Sequence[Obstacle], width: int = 100) -> str:
    """What it takes, for a reader."""
    page = Page(width)
    name = _process(goal.goal)
    page.title(f"{goal.case.company}: what it takes to get to {name}")
    if goal.process == goal.goal:
        page.say(f"It is {name} already. Below is when to look again, and what to test meanwhile.")
    elif goal.changes:
        _sets(page, base, goal)
        _steps(page, base, way, goal.changes[0])
    else:
        _unreached(page, base, goal, obstacles)
    _triggers(page, base, way)
    _cards(page, base, way)
    return page.text()


def _process(process: str) -> str:
    return "running both" if process == "both" else f"{NAMES[process]} selling"


# The sets


def _sets(page: Page, base: Base, goal: Goal) -> None:
    size = len(goal.changes[0].moves)
    count = len(goal.changes)
    what = "change" if size == 1 else f"{size} changes"
    ways = "one way" if count == 1 else f"{count} ways, the least effort first"
    page.say(f"Today: {verdict(goal.process)}. It takes at least {what}; {ways}.")
    if not goal.complete:
        page.say(f"There are too many combinations to try them all: {goal.sets:,} were tried.")
    own = sum(not changes.conditions for changes in goal.changes)
    if not own:
        page.say("None of them is in your hands alone: each needs an answer still missing to turn out as said.")
    for number, changes in enumerate(goal.changes[:_SHOWN], 1):
        page.lines.append("")
        for place, move in enumerate(changes.moves):
            page.say(_move(base, goal.case, move), "     ", first=f"{number:2}. " if place == 0 else "    ")
        effort = _effort(changes)
        settled = "Then settled" if changes.settled else "Not settled then: other answers still missing may change it"
        page.say(f"{effort}{settled}.", "     ", first="    ")
    if goal.changes[_SHOWN:]:
        page.lines.append("")
        page.say(f"and {len(goal.changes) - _SHOWN} more (--format json has all).", "    ")


def _effort(changes: Changes) -> str:
    own = [move.effort for move in changes.own]
    return f"Effort: {', '.join(EFFORTS[effort] for effort in own)}. " if own else "Effort: days, to find out. "


def _move(base: Base, case: Case, move: Move) -> str:
    """A move in words, with the threshold: published case studies: from 0 to at least 3."""
    fact = base.vocabulary[move.fact]
    if move.answers:
        return f"If it turns out so: {fact.label}: {target(base, move)} (not said yet)"
    if move.member:
        gained = isinstance(move.after, frozenset) and move.member in move.after
        return f"{fact.label}: {'add' if gained else 'drop'} {readable(move.member)}"
    return f"{fact.label}: from {told(base.vocabulary, move.fact, move.before)} to {target(base, move)}"


def target(base: Base, move: Move) -> str:
    """Where a move must get to, with its threshold: at least 3."""
    fact = base.vocabulary[move.fact]
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


# The way


def _steps(page: Page, base: Base, way: Way, changes: Changes) -> None:
    page.heading("The way there, by the first of them")
    for number, step in enumerate(way.steps, 1):
        move = step.move
        lead = "Find out: " if move.answers else ""
        fact = base.vocabulary[move.fact]
        does = _move(base, Case(""), move) if not move.answers else f"{fact.label} must be {target(base, move)}"
        page.say(f"{number}. {lead}{does}.", "   ", first="")
        if step.advice:
            page.say(f"How: {step.advice}", "     ", first="   ")
        for unlock in step.unlocks[:3]:
            page.say(
                f"{_unlock(unlock.process, unlock.weight)}: {unlock.because} [{unlock.rule}]", "     ", first="   "
            )
        if not step.unlocks:
            page.say("Alone it changes nothing yet; it counts together with the other steps.", "   ")
        if step.sources:
            page.say(f"Sources: {sources(base, step.sources)}.", "     ", first="   ")
        done = f"{step.owner.capitalize()}. Done when {step.done_when}."
        page.say(f"{done} Then: {verdict(step.process)}.", "     ", first="   ")


def _unlock(process: str, weight: int) -> str:
    if not weight:
        return f"No longer in the way of {_process(process)}"
    return f"{certainty.signed(weight, 1)} for {_process(process)}"


def _triggers(page: Page, base: Base, way: Way) -> None:
    if not way.triggers:
        return
    page.heading("Run this again when")
    for trigger in way.triggers:
        page.say(f"- {_trigger(base, trigger)}", "  ", first="")


def _trigger(base: Base, trigger: Trigger) -> str:
    move = trigger.move
    fact = base.vocabulary[move.fact]
    now = told(base.vocabulary, move.fact, move.before)
    about = trigger.rules[:2]
    then = f"{verdict(trigger.process)} by today's other answers"
    return f"{fact.label} becomes {target(base, move)} (now {now}): {then} [{', '.join(about)}]"


def _cards(page: Page, base: Base, way: Way) -> None:
    if not way.cards:
        return
    page.heading("Test before you rely on it")
    for card in way.cards[:_SHOWN]:
        card_text(page, base, card)
    if way.cards[_SHOWN:]:
        page.say(f"and {len(way.cards) - _SHOWN} more (--format json has all).", "  ")


def card_text(page: Page, base: Base, card: Card) -> None:
    """One test card."""
    fact, test = base.vocabulary[card.fact], card.test
    state = card.known or "not known"
    page.say(f"{fact.label[0].upper()}{fact.label[1:]} ({state}): {test.do}", "    ", first="- ")
    days = "1 day" if test.days == 1 else f"{test.days} days"
    page.say(f"Passed if {test.passed}. Within {days}; cost: {test.cost}.", "    ", first="  ")
    if card.wanted:
        page.say(f"The goal needs: {target(base, card.wanted)}.", "    ", first="  ")


# Out of reach


def _unreached(page: Page, base: Base, goal: Goal, obstacles: Sequence[Obstacle]) -> None:
    tried = f"{goal.sets:,} combinations of up to three changes and missing answers were tried"
    page.say(
        f"Today: {verdict(goal.process)}. No three changes get there: {tried}{'' if goal.complete else ', not all'}."
    )
    if goal.nearest:
        page.lines.append("")
        page.say(f"What comes nearest (it would then be {verdict(goal.nearest.process)}):")
        for move in goal.nearest.moves:
            page.say(f"- {_move(base, goal.case, move)}", "    ", first="  ")
    if obstacles:
        page.heading("What stands in the way and is not yours to change")
        for obstacle in obstacles[:_SHOWN]:
            lead = f"{certainty.signed(obstacle.weight, 1)} " if obstacle.kind == EVIDENCE else ""
            page.say(f"- {lead}{obstacle.because} [{obstacle.rule}]", "    ", first="  ")


# JSON


def document(base: Base, goal: Goal, way: Way, obstacles: Sequence[Obstacle]) -> dict[str, Any]:
    """The same as plain data, with every set found."""
    return {
        "company": goal.case.company,
        "goal": goal.goal,
        "process": goal.process,
        "reached": goal.reached,
        "changes": [_changes(base, changes) for changes in goal.changes],
        "searched": {"sets": goal.sets, "complete": goal.complete},
        "nearest": _changes(base, goal.nearest) if goal.nearest else None,
        "in_the_way": [
            {"kind": o.kind, "rule": o.rule, "because": o.because, "weight": net(o.weight), "facts": list(o.facts)}
            for o in obstacles
        ],
        "way": [_step(base, step) for step in way.steps],
        "triggers": [
            {"fact": t.move.fact, "when": target(base, t.move), "process": t.process, "rules": list(t.rules)}
            for t in way.triggers
        ],
        "tests": [card_document(base, card) for card in way.cards],
    }


def _changes(base: Base, changes: Changes) -> dict[str, Any]:
    facts = []
    now = {move.fact: move.before for move in changes.own}
    for move in changes.own:  # one after the other: each starts where the one before it on the same fact has ended
        before = now[move.fact]
        after = before ^ {move.member} if move.member and isinstance(before, frozenset) else move.after
        now[move.fact] = after
        old, new = plain(base, move.fact, before), plain(base, move.fact, after)
        facts.append({"fact": move.fact, "from": old, "to": new, "wanted": target(base, move)})
    return {
        "facts": facts,
        "conditions": [
            {"fact": move.fact, "value": plain(base, move.fact, move.after), "wanted": target(base, move)}
            for move in changes.conditions
        ],
        "process": changes.process,
        "settled": changes.settled,
        "effort": changes.effort,
    }


def _step(base: Base, step: Step) -> dict[str, Any]:
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
        "source": list(step.sources),
        "unlocks": [
            {"rule": u.rule, "process": u.process, "weight": net(u.weight), "because": u.because} for u in step.unlocks
        ],
        "process": step.process,
    }


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
