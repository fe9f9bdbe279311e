"""What a goal takes, as a page and as plain data: the sets of changes, the steps, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from salespath.counsel.reach.moves import Move
from salespath.counsel.reach.obstacles import Obstacle
from salespath.counsel.reach.search import Changes, Reach, apply
from salespath.counsel.reach.steps import Roadmap
from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.turning import turning
from salespath.facts.values import words
from salespath.facts.vocabulary import Relation
from salespath.report.page import Block, Heading, Item, Items, Page, Text, section
from salespath.report.pages.steps import SHAPES, SHOWN, card_blocks, move_text, step_items, target, trigger_blocks
from salespath.report.plain import Shapes, net_of, own, own_of, plain, shape
from salespath.report.words.conditions import in_words
from salespath.report.words.currency import in_currency_of
from salespath.report.words.phrases import few, selling
from salespath.report.words.verdict import NAMED, in_short

TIMES = {1: "", 2: " twice", 3: " three times"}
EFFORTS = {1: "days", 2: "weeks", 3: "a quarter", 4: "two quarters"}


@in_currency_of(lambda base, found, *rest: [found.case])
def page(base: Base, found: Reach, roadmap: Roadmap, obstacles: Sequence[Obstacle]) -> Page:
    """What it takes."""
    name = selling(found.goal)
    if found.process == found.goal:
        said = f"It is {name} already. Below is when to look again, and what to test meanwhile."
        blocks: Iterable[Block] = [Text(said)]
    elif found.first:
        blocks = _sets(base, found, roadmap, found.first)
    else:
        blocks = _out_of_reach(base, found, obstacles)
    rest = *trigger_blocks(base, roadmap, found.process), *card_blocks(base, roadmap.cards, found.case.values)
    return Page(f"{found.case.company}: what it takes to get to {name}", (*blocks, *rest))


# The sets


def _sets(base: Base, found: Reach, roadmap: Roadmap, first: Changes) -> Iterator[Block]:
    size, count = len(first.moves), len(found.changes)
    what = "one change" if size == 1 else f"{size} changes"
    ways = "one way" if count == 1 else f"{count} ways, the least effort first"
    yield Text(f"Today: {in_short(found.process)}. It takes at least {what}; {ways}.")
    if not found.complete:
        yield Text(f"There are too many combinations to try them all: {found.sets:,} were tried.")
    if first.conditions:
        yield Text("None of them is in your hands alone: each needs an answer still missing to turn out as said.")
    number = found.changes.index(first) + 1
    shown = [*enumerate(found.changes, 1)][:SHOWN]
    if number > SHOWN:
        shown[-1] = number, first
    yield Items(tuple(_changes_item(base, *item) for item in shown), hang=6)
    if found.changes[SHOWN:]:
        yield Text(f"and {count - SHOWN} more (--format json has all).", inset=4, apart=True)
    yield Heading("The way there" if count == 1 else f"The way there, by number {number}")
    yield step_items(base, roadmap, found.process)
    yield from _left_out(found)


def _changes_item(base: Base, number: int, changes: Changes) -> Item:
    first, *others = (move_text(base, move) for move in (*changes.own, *changes.conditions))
    under: list[Block] = [Items(tuple(map(Item, others)), bullet="", hang=2)]
    made = list(_made(base, changes))
    if made:
        under.append(Text(f"which makes {' and '.join(made)}"))
    under.append(Text(f"Effort: {_effort(changes)}. {_firm(base, changes)}."))
    ids = tuple(move.fact for move in changes.moves)
    return Item(first, label=f"{number:2}.", under=tuple(under), ids=ids, apart=True)


def _firm(base: Base, changes: Changes) -> str:
    """What the verdict hangs on after some changes."""
    turns = () if changes.settled else turning(base, changes.facts)
    if not turns:
        return "No single answer still missing changes it then"
    return f"It hangs then on {few([base.vocabulary[turn.fact].label for turn in turns], NAMED)}"


def _effort(changes: Changes) -> str:
    """The time that each change takes, the longest first: two quarters and a quarter twice."""
    counts = Counter(move.effort for move in changes.own)
    parts = [f"{EFFORTS[effort]}{TIMES[counts[effort]]}" for effort in sorted(counts, reverse=True)]
    return " and ".join([*parts, "days to find out"] if changes.conditions else parts)


def _made(base: Base, changes: Changes) -> Iterator[str]:
    """The derived numbers that the facts make which are read together, and have no threshold of their own."""
    bare = {move.fact for move in changes.moves if move.low is None and move.high is None}
    company = Company(base, changes.facts)
    for number in (base.vocabulary[name] for name in base.numbers if len(base.inputs_of(name) & bare) > 1):
        value = company.answer(number.id)
        if value is not None:
            yield f"{number.label} {words(number, value)}"


# Out of reach


def _out_of_reach(base: Base, found: Reach, obstacles: Sequence[Obstacle]) -> Iterator[Block]:
    tried = f"{found.sets:,} combinations of up to three changes and missing answers were tried"
    more = "" if found.complete else ", not all"
    yield Text(f"Today: {in_short(found.process)}. No three changes get there: {tried}{more}.")
    if found.nearest:
        moves = found.nearest.moves
        yield Text(f"What comes nearest (it would then be {in_short(found.nearest.process)}):", apart=True)
        yield Items(tuple(Item(move_text(base, move), ids=(move.fact,)) for move in moves), inset=2)
    yield from _left_out(found)
    items = []
    for obstacle in obstacles[:SHOWN]:
        weight = f"{certainty.with_sign(obstacle.weight, 1)} " if obstacle.weight else ""
        text = f"{weight}{_because(base, obstacle)} [{obstacle.rule}]"
        items.append(Item(text, ids=(obstacle.rule, *obstacle.facts)))
    yield from section("What stands in the way and is not yours to change", items, inset=2)


def _left_out(found: Reach) -> Iterator[Block]:
    """What would get there and is not proposed, as it does not go together."""
    items = (Item(relation.text, ids=(relation.id,)) for relation in found.left_out)
    yield from section("Not proposed, as it does not go together", items, inset=2)


def _because(base: Base, obstacle: Obstacle) -> str:
    because = obstacle.because
    return because if isinstance(because, str) else in_words(base, *because)


# JSON


@in_currency_of(lambda base, found, *rest: [found.case])
def document(base: Base, found: Reach, roadmap: Roadmap, obstacles: Sequence[Obstacle]) -> dict[str, Any]:
    """The same as plain data, with every set found."""
    parts = plain([found, {"in_the_way": obstacles}, roadmap], base, _SHAPES)
    return {key: value for part in parts for key, value in part.items()}


def _own(changes: Changes, base: Base) -> Iterator[dict[str, Any]]:
    before = {move.fact: move.before for move in changes.own if move.before is not None}
    for move in changes.own:  # one after the other: each starts where the one before it on the same fact has ended
        after = apply(before, [move])
        old, new = (own(move.fact, some[move.fact], base) for some in (before, after))
        yield {"fact": move.fact, "from": old, "to": new, "wanted": target(base, move)}
        before = after


_SHAPES: Shapes = {
    **SHAPES,
    Reach: shape(
        "company:case.company goal process reached changes searched nearest left_out",
        searched=lambda found, base: {"sets": found.sets, "complete": found.complete},
    ),
    Changes: shape("facts conditions process settled effort", facts=_own),
    Move: shape("fact value:after wanted", value=own_of("fact", "after"), wanted=lambda move, base: target(base, move)),
    Relation: shape("id text"),
    Obstacle: shape(
        "kind rule because weight facts",
        because=lambda obstacle, base: _because(base, obstacle),
        weight=net_of("weight"),
    ),
    Roadmap: shape("way:steps triggers tests:cards"),
}
