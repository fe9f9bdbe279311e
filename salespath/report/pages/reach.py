"""What a goal takes, in words and as plain data: the sets of changes, the way there, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from salespath.counsel.reach.obstacles import EVIDENCE, Obstacle
from salespath.counsel.reach.search import Changes, Goal
from salespath.counsel.reach.steps import Way
from salespath.engine import certainty
from salespath.engine.company import Company
from salespath.engine.compile import Base
from salespath.engine.turning import turning
from salespath.facts.values import words
from salespath.report.pages.rules_diff import net
from salespath.report.pages.steps import (
    SHOWN,
    card_document,
    move_text,
    step_document,
    target,
    trigger_documents,
    write_cards,
    write_steps,
    write_triggers,
)
from salespath.report.pages.whatif import Page, plain, running, verdict
from salespath.report.words.phrases import labels
from salespath.report.words.verdict import NAMED
from salespath.rules.language import inputs

TIMES = {1: "", 2: " twice", 3: " three times"}
EFFORTS = {1: "days", 2: "weeks", 3: "a quarter", 4: "two quarters"}


def text(base: Base, goal: Goal, way: Way, obstacles: Sequence[Obstacle], width: int = 100) -> str:
    """What it takes, for a reader."""
    page = Page(width)
    name = running(goal.goal)
    page.title(f"{goal.case.company}: what it takes to get to {name}")
    if goal.process == goal.goal:
        page.say(f"It is {name} already. Below is when to look again, and what to test meanwhile.")
    elif goal.changes:
        _sets(page, base, goal)
        _way(page, base, way, goal)
    else:
        _unreached(page, base, goal, obstacles)
    write_triggers(page, base, way, goal.process)
    write_cards(page, base, way.cards)
    return page.text()


# The sets


def _firm(base: Base, changes: Changes) -> str:
    """What the verdict hangs on after some changes."""
    turns = () if changes.settled else turning(base, changes.facts)
    if not turns:
        return "No single answer still missing changes it then"
    more = f" and {len(turns) - NAMED} more" if len(turns) > NAMED else ""
    return f"It hangs then on {labels(base, [turn.fact for turn in turns[:NAMED]])}{more}"


def _sets(page: Page, base: Base, goal: Goal) -> None:
    size = len(goal.changes[0].moves)
    count = len(goal.changes)
    what = "one change" if size == 1 else f"{size} changes"
    ways = "one way" if count == 1 else f"{count} ways, the least effort first"
    page.say(f"Today: {verdict(goal.process)}. It takes at least {what}; {ways}.")
    if not goal.complete:
        page.say(f"There are too many combinations to try them all: {goal.sets:,} were tried.")
    own = sum(not changes.conditions for changes in goal.changes)
    if not own:
        page.say("None of them is in your hands alone: each needs an answer still missing to turn out as said.")
    shown = list(enumerate(goal.changes, 1))
    first = next(item for item in shown if item[1] is goal.first)
    for number, changes in shown[:SHOWN] if first[0] <= SHOWN else [*shown[: SHOWN - 1], first]:
        page.lines.append("")
        for place, move in enumerate((*changes.own, *changes.conditions)):
            page.say(move_text(base, move), "      ", first=f"{number:2}. " if place == 0 else "    ")
        made = [f"{base.vocabulary[name].label} {value}" for name, value in _made(base, changes).items()]
        if made:
            page.say(f"which makes {' and '.join(made)}", "    ")
        page.say(f"Effort: {_effort(changes)}. {_firm(base, changes)}.", "    ")
    if goal.changes[SHOWN:]:
        page.lines.append("")
        page.say(f"and {len(goal.changes) - SHOWN} more (--format json has all).", "    ")


def _effort(changes: Changes) -> str:
    """The time that each change takes, the longest first: two quarters and a quarter twice."""
    counts = Counter(move.effort for move in changes.own)
    parts = [f"{EFFORTS[effort]}{TIMES[counts[effort]]}" for effort in sorted(counts, reverse=True)]
    return " and ".join([*parts, "days to find out"] if changes.conditions else parts)


def _made(base: Base, changes: Changes) -> dict[str, str]:
    """The derived numbers that the facts make which are read together, and have no threshold of their own."""
    bare = {move.fact for move in changes.moves if move.low is None and move.high is None}
    company = Company(base, changes.facts)
    found = {}
    for name, formula in base.formulas.items():
        value = company.computed(name)
        if len(inputs(formula) & bare) > 1 and value is not None:
            found[name] = words(base.vocabulary[name], value)
    return found


def _way(page: Page, base: Base, way: Way, goal: Goal) -> None:
    number = next(place for place, changes in enumerate(goal.changes, 1) if changes is goal.first)
    page.heading("The way there" if len(goal.changes) == 1 else f"The way there, by number {number}")
    write_steps(page, base, way.steps)


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
            page.say(f"- {move_text(base, move)}", "    ", first="  ")
    if obstacles:
        page.heading("What stands in the way and is not yours to change")
        for obstacle in obstacles[:SHOWN]:
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
        "way": [step_document(base, step) for step in way.steps],
        "triggers": trigger_documents(base, way),
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
