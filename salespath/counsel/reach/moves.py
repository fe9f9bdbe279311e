"""The single moves of which a search makes sets: what a company can change itself, and the answers that it has not given.

A fact has as many moves as there are cells that the verdict can tell apart, each within the direction and the largest step of the
vocabulary. What can make no difference to the verdict of this company is left out, and only that: two values are one cell where
every part of the rules that reads nothing else comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice, pairwise
from typing import Any

import numpy as np

from salespath.counsel.reach.verdict_inputs import VerdictInputs
from salespath.engine.cells import PARTS, as_number, begins, bounds, height, inside, options
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.table import FactTable, Rows
from salespath.engine.walk import walk
from salespath.facts import Case, Derived, Fact, Value
from salespath.facts.values import Range
from salespath.facts.vocabulary import Change
from salespath.rules.language import inputs

ASKING = 1  # the effort of finding out an answer: days
TYPICAL = 10_000  # stands for an unknown amount that is only ever read together with another one


@dataclass(frozen=True)
class Move:
    """One value, or one member of a set, otherwise than today.

    `before` is None where the fact is unknown, or a range within which `after` lies, so that the move is an answer. `after` is what
    the fact becomes by this move alone; `member` is the member of a known set that comes or goes. `cells` are the places of the
    cells that it stands for; of a number or ordered choice `low` and `high` bound them (None: no bound). `effort` is 1 (days) to 4
    (two quarters).
    """

    fact: str
    before: Value | None
    after: Value
    effort: int
    cells: range
    low: Value | None = None
    high: Value | None = None
    member: str = ""

    @property
    def answers(self) -> bool:
        """Whether it answers what is unknown, which the company does not decide."""
        return self.before is None or isinstance(self.before, Range)

    @property
    def drops(self) -> bool:
        """Whether a member goes."""
        return isinstance(self.before, frozenset) and self.member in self.before


def moves(read: VerdictInputs) -> list[Move]:
    """Every single move of a company that could matter to its verdict, fact by fact in the order of the vocabulary."""
    vocabulary = read.base.vocabulary
    first = {name for when in read.needed.values() for name in inputs(when) if read.can_move(name)}
    each = {name: list(moves_of(read, name)) for name in vocabulary.ordered({*read.facts(), *first})}
    signatures = _signatures(read, each)
    found: list[Move] = []
    for name, candidates in each.items():
        if name in read.together or name in first or any(move.member for move in candidates):
            found.extend(candidates)  # what one of them does hangs on what else changes
        else:
            found.extend(_distinct(vocabulary.facts[name], candidates, signatures[name]))
    return found


# The moves of one fact


def moves_of(read: VerdictInputs, name: str) -> Iterator[Move]:
    """The moves of one fact, one to each cell, whether or not the verdict can tell them apart."""
    fact, now, change = read.base.vocabulary[name], read.case.values.get(name), read.change(name)
    effort = change.effort if change else ASKING
    if isinstance(fact, Derived) or fact.numeric:
        assert now is None or isinstance(now, (int, float, Range))
        return _of_a_number(read, fact, now, change, effort)
    if fact.type == "set":
        return _of_a_set(read.members(fact), fact, now, change, effort)
    return _of_a_choice(fact, now, change, effort)


def _of_a_choice(fact: Fact, now: Value | None, change: Change | None, effort: int) -> Iterator[Move]:
    """Other values of a choice or yes/no. The yes/no facts that a company can change, it can only turn into a yes."""
    order = options(fact)
    low, high = 0, len(order) - 1
    if now is not None and change:
        if change.start and now not in change.start:
            return
        here, step = order.index(now), high if change.step is None else change.step
        low = here if change.direction == "up" or fact.type == "boolean" else max(low, here - step)
        high = here if change.direction == "down" else min(high, here + step)
    for place in range(low, high + 1):
        if (value := order[place]) != now:
            bound = value if fact.ordered else None
            yield Move(fact.id, now, value, effort, range(place, place + 1), bound, bound)


def _of_a_set(
    members: Sequence[str], fact: Fact, now: Value | None, change: Change | None, effort: int
) -> Iterator[Move]:
    """Another member more or less of a known set, and any of the members that are read as an answer."""
    if isinstance(now, frozenset):
        direction = change.direction if change else "any"
        for place, member in enumerate(members):
            if direction != ("up" if member in now else "down"):
                yield Move(fact.id, now, now ^ {member}, effort, range(place, place + 1), member=member)
        return
    subsets = (frozenset(some) for size in range(len(members) + 1) for some in combinations(members, size))
    for place, some in enumerate(subsets):
        yield Move(fact.id, None, some, effort, range(place, place + 1))


def _of_a_number(
    read: VerdictInputs, fact: Fact | Derived, now: float | Range | None, change: Change | None, effort: int
) -> Iterator[Move]:
    """One value in each cell: of a known number the nearest, of an unknown one the bound, of a range inside of it."""
    low, high = inside(fact, now) if isinstance(now, Range) else bounds(fact)
    here = None
    if now is not None and not isinstance(now, Range):
        here = math.floor(now * PARTS.get(fact.type, 1))
        if change:
            low, high = _reach(change, now, PARTS.get(fact.type, 1), low, high)
    if low > high:
        return
    for place, (first, following) in enumerate(pairwise(_beginnings(read, fact, low, high + 1))):
        last = following - 1
        if here is not None and first <= here <= last:
            continue  # where it is today
        at = first if (here is None and first != low) or (here is not None and first > here) else last
        ends = (None if first == low else as_number(fact, first), None if last == high else as_number(fact, last))
        yield Move(fact.id, now, as_number(fact, at), effort, range(place, place + 1), *ends)


def _reach(change: Change, now: float, parts: int, low: int, high: int) -> tuple[int, int]:
    """How far a known number can be moved, in parts."""
    far = change.step if change.step is not None else math.inf if change.share is None else abs(now) * change.share
    least = now if change.direction == "up" else now - far
    most = now if change.direction == "down" else now + far
    return math.ceil(max(low, least * parts - 1e-9)), math.floor(min(high, most * parts + 1e-9))


def _beginnings(read: VerdictInputs, fact: Fact | Derived, low: int, end: int) -> list[int]:
    """The first values, in parts, of the cells into which the tests of the verdict divide a number, and the end of the last.

    Of a test that joins it with others, those stay, and an unknown one is as is typical.
    """
    base, tests = read.base, read.tests(fact.id)
    joined = {name for test in tests for name in inputs(test)}
    numbers = (base.vocabulary[name] for name in read.behind(joined) if base.vocabulary[name].numeric)
    typical = {number.id: TYPICAL if number.type == "money" else 4 for number in numbers}

    def company(number: float) -> Company:
        return Company(base, {**typical, **read.case.values, fact.id: number})

    found = begins(fact, tests, company, low, end)
    if joined != {fact.id} and is_open(read.case.values, fact.id) and fact.type == "money" and low < TYPICAL < end:
        return sorted({*found, TYPICAL})  # so that what is reckoned against a typical amount finds it
    return found


# Which moves can be told apart


def _signatures(read: VerdictInputs, candidates: Mapping[str, list[Move]]) -> dict[str, list[bytes]]:
    """What each move of a fact makes of the nodes that read nothing else, today's last."""
    case = read.case
    rows = [Case(case.company, {**case.values, move.fact: move.after}) for some in candidates.values() for move in some]
    carrier = Rows(read.base, FactTable.from_cases(read.base, [*rows, case]))
    truth = walk(read.base, carrier, settle=False, plan=False).truth
    found: dict[str, list[bytes]] = {}
    places = iter(range(len(rows)))
    for name, some in candidates.items():
        bits = [side[node] for node in read.frontier(name) for side in (truth.true, truth.false)] or [carrier.zero]
        mine = [*islice(places, len(some)), len(rows)]
        found[name] = [column.tobytes() for column in np.unpackbits(np.stack(bits), axis=-1)[:, mine].T]
    return found


def _distinct(fact: Fact, candidates: list[Move], signatures: list[bytes]) -> Iterator[Move]:
    """One move for each difference it makes: neighbours that make the same are one cell, and of sets and words the first counts."""
    *each, today = signatures
    if fact.ordered or fact.numeric:
        for some, signature in runs(zip(candidates, each)):
            if signature != today:
                yield join(fact, some)
        return
    seen = {today}
    for move, signature in zip(candidates, each):
        if signature not in seen:
            seen.add(signature)
            yield move


def runs(some: Iterable[tuple[Move, Any]]) -> list[tuple[list[Move], Any]]:
    """Moves, each with what it makes, in order: those to neighbouring cells that make the same taken together."""
    found: list[tuple[list[Move], Any]] = []
    for move, makes in some:
        if found and found[-1][1] == makes and found[-1][0][-1].cells.stop == move.cells.start:
            found[-1][0].append(move)
        else:
            found.append(([move], makes))
    return found


def join(fact: Fact, some: Sequence[Move]) -> Move:
    """Moves to neighbouring cells as one: to the nearest value of them, or for an answer to the bound that it has to keep."""
    first, last = some[0], some[-1]
    if first.before is None or first.answers:
        after = last.high if first.low is None and last.high is not None else first.after
    else:
        after = first.after if height(fact, first.after) > height(fact, first.before) else last.after
    return replace(first, after=after, cells=range(first.cells.start, last.cells.stop), high=last.high)
