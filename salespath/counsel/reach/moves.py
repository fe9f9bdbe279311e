"""The single moves of which a search makes sets: what a company can change itself, and the answers that it has not given.

A fact has as many moves as there are cells that the verdict can tell apart, each within the direction and the largest step of the
vocabulary. What can make no difference to the verdict of this company is left out, and only that: two values are one cell where
every part of the rules that reads nothing else comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from salespath.counsel.reach.verdict_inputs import VerdictInputs
from salespath.engine.cells import PARTS, as_number, bounds, halved, turns
from salespath.engine.company import Company
from salespath.engine.table import FactTable, Rows
from salespath.engine.walk import walk
from salespath.facts import Case, Derived, Fact, Value
from salespath.facts.vocabulary import Change
from salespath.rules.language import Leaf, inputs

ASKING = 1  # the effort of finding out an answer: days
TYPICAL = 10_000  # stands for an unknown amount that is only ever read together with another one


@dataclass(frozen=True)
class Move:
    """One value, or one member of a set, otherwise than today.

    `before` is None where the fact is unknown, so that the move is an answer. `after` is what the fact becomes by this move alone;
    `member` is the member of a known set that comes or goes. `low` and `high` bound the cell of a number or ordered choice
    (None: no bound), and moves of one fact at neighbouring places have neighbouring cells. `effort` is 1 (days) to 4 (two
    quarters).
    """

    fact: str
    before: Value | None
    after: Value
    effort: int
    place: int
    low: Value | None = None
    high: Value | None = None
    member: str = ""

    @property
    def answers(self) -> bool:
        """Whether it answers what is unknown, which the company does not decide."""
        return self.before is None


def moves(read: VerdictInputs) -> list[Move]:
    """Every single move of a company that could matter to its verdict, fact by fact in the order of the vocabulary."""
    base = read.base
    found: list[Move] = []
    rest: dict[str, list[Move]] = {}
    first = {name for when in read.needed.values() for name in inputs(when) if read.can_move(name)}
    for name in base.vocabulary.ordered({*read.facts(), *first}):
        rest[name] = list(moves_of(read, name))
    signatures = _signatures(read, rest)
    for name, candidates in rest.items():
        if name in read.together or name in first or any(move.member for move in candidates):
            found.extend(candidates)  # what one of them does hangs on what else changes
        else:
            found.extend(_distinct(base.vocabulary.facts[name], candidates, signatures[name]))
    return found


# The moves of one fact


def moves_of(read: VerdictInputs, name: str) -> Iterator[Move]:
    """The moves of one fact, one to each cell, whether or not the verdict can tell them apart."""
    fact, now = read.base.vocabulary[name], read.case.values.get(name)
    if isinstance(fact, Derived) or fact.numeric:
        return _of_a_number(read, fact, now)
    return (_of_a_set if fact.type == "set" else _of_a_choice)(read, fact, now)


def _effort(read: VerdictInputs, name: str) -> int:
    change = read.change(name)
    return change.effort if change and name in read.case.values else ASKING


def _of_a_choice(read: VerdictInputs, fact: Fact, now: Value | None) -> Iterator[Move]:
    """Other values of a choice or yes/no. The yes/no facts that a company can change, it can only turn into a yes."""
    order: list[Value] = [False, True] if fact.type == "boolean" else list(fact.values)
    here = None if now is None else order.index(now)
    change, effort = read.change(fact.id), _effort(read, fact.id)
    for index, value in enumerate(order):
        if value == now:
            continue
        if here is not None and change is not None:
            if change.start and now not in change.start:
                continue
            if fact.type == "boolean" and value is not True:
                continue
            if (change.direction == "up" and index < here) or (change.direction == "down" and index > here):
                continue
            if change.step is not None and abs(index - here) > change.step:
                continue
        place, ends = (index, value) if fact.ordered else (2 * index, None)
        yield Move(fact.id, now, value, effort, place, ends, ends)


def _of_a_set(read: VerdictInputs, fact: Fact, now: Value | None) -> Iterator[Move]:
    members = read.members(fact)
    if isinstance(now, frozenset):
        change, effort = read.change(fact.id), _effort(read, fact.id)
        direction = change.direction if change else "any"
        for place, member in enumerate(members):
            if (member in now and direction == "up") or (member not in now and direction == "down"):
                continue
            yield Move(fact.id, now, now ^ {member}, effort, 2 * place, member=member)
        return
    sizes = range(len(members) + 1)
    subsets = (frozenset(some) for size in sizes for some in combinations(members, size))
    for place, some in enumerate(subsets):
        yield Move(fact.id, None, some, ASKING, 2 * place)


def _of_a_number(read: VerdictInputs, fact: Fact | Derived, now: Value | None) -> Iterator[Move]:
    """One value in each cell: of a known number the nearest, of an unknown one the bound."""
    low, high = bounds(fact)
    here = None
    if now is not None:
        assert isinstance(now, (int, float))
        here = math.floor(now * PARTS.get(fact.type, 1))
        if change := read.change(fact.id):
            low, high = _reach(change, now, PARTS.get(fact.type, 1), low, high)
    if low > high:
        return
    starts = sorted({low, *(b for b in _beginnings(read, fact, low, high) if low < b <= high), high + 1})
    for place, (first, following) in enumerate(pairwise(starts)):
        last = following - 1
        if here is not None and first <= here <= last:
            continue  # where it is today
        at = first if (here is None and first != low) or (here is not None and first > here) else last
        ends = (None if first == low else as_number(fact, first), None if last == high else as_number(fact, last))
        yield Move(fact.id, now, as_number(fact, at), _effort(read, fact.id), place, *ends)


def _reach(change: Change, now: float, parts: int, low: int, high: int) -> tuple[int, int]:
    """How far a known number can be moved, in parts."""
    far = math.inf
    if change.step is not None:
        far = change.step
    elif change.share is not None:
        far = abs(now) * change.share
    if change.direction == "up" or far < math.inf:
        low = max(low, math.ceil((now if change.direction == "up" else now - far) * parts - 1e-9))
    if change.direction == "down" or far < math.inf:
        high = min(high, math.floor((now if change.direction == "down" else now + far) * parts + 1e-9))
    return low, high


def _beginnings(read: VerdictInputs, fact: Fact | Derived, low: int, high: int) -> list[int]:
    """The first values, in parts, of the cells into which the tests of the verdict divide a number.

    Of a test that joins it with others, those stay, and an unknown one is as is typical.
    """
    base, tests = read.base, read.tests(fact.id)
    joined = read.behind(sorted(name for test in tests for name in inputs(test)))
    numbers = (base.vocabulary[name] for name in joined if base.vocabulary[name].numeric)
    others = {**{number.id: _typical(number.type) for number in numbers}, **read.case.values}
    joint = list[Leaf]()

    def turn(test: Leaf) -> int | None:
        joint.append(test)

        def state(point: int) -> int:
            return Company(base, {**others, fact.id: as_number(fact, point)}).test(test)[0]

        return None if state(low) == state(high) else int(halved(low, high, state))

    found: list[int] = list(turns(fact, tests, turn))
    if joint and fact.id not in read.case.values and fact.type == "money":
        found.append(TYPICAL)  # so that what is reckoned against a typical amount finds it
    return found


def _typical(type_: str) -> int:
    return TYPICAL if type_ == "money" else 4


# Which moves can be told apart


def _signatures(read: VerdictInputs, candidates: Mapping[str, list[Move]]) -> dict[str, list[bytes]]:
    """What each move of a fact makes of the nodes that read nothing else, today's last."""
    case = read.case
    rows = [Case(case.company, {**case.values, move.fact: move.after}) for some in candidates.values() for move in some]
    carrier = Rows(read.base, FactTable.from_cases(read.base, [*rows, case]))
    truth = walk(read.base, carrier, settle=False, plan=False).truth
    found: dict[str, list[bytes]] = {}
    start = 0
    for name, some in candidates.items():
        nodes = read.frontier(name)
        bits = [side[node] for node in nodes for side in (truth.true, truth.false)]
        places = [*range(start, start + len(some)), len(rows)]
        if bits:
            table = np.unpackbits(np.stack(bits), axis=-1)[:, places]
            found[name] = [column.tobytes() for column in table.T]
        else:
            found[name] = [b""] * len(places)
        start += len(some)
    return found


def _distinct(fact: Fact, candidates: list[Move], signatures: list[bytes]) -> Iterator[Move]:
    """One move for each difference it makes: neighbours that make the same are one cell, and of sets and words the first counts."""
    *each, today = signatures
    if fact.ordered or fact.numeric:
        runs: list[tuple[list[Move], bytes]] = []
        for move, signature in zip(candidates, each):
            if runs and runs[-1][1] == signature and runs[-1][0][-1].place == move.place - 1:
                runs[-1][0].append(move)
            else:
                runs.append(([move], signature))
        place, before = 0, -1
        for some, signature in runs:
            place += 1 if some[0].place == before + 1 else 2  # today's cell lies between
            before = some[-1].place
            if signature != today:
                yield replace(join(fact, some), place=place)
        return
    seen = {today}
    for move, signature in zip(candidates, each):
        if signature not in seen:
            seen.add(signature)
            yield move


def join(fact: Fact, some: Sequence[Move]) -> Move:
    """Moves to neighbouring cells as one: to the nearest value of them, or for an answer to the bound that it has to keep."""
    first, last = some[0], some[-1]
    if len(some) == 1:
        return first
    if first.answers:
        after = first.after if first.low is not None or last.high is None else last.high
    else:
        after = first.after if _above(fact, first) else last.after
    return replace(last, after=after, low=first.low, high=last.high)


def _above(fact: Fact, move: Move) -> bool:
    """Whether a move goes up from today's value."""
    if isinstance(move.after, str):
        order = list(fact.values)
        return order.index(move.after) > order.index(str(move.before))
    assert isinstance(move.after, (int, float))
    assert isinstance(move.before, (int, float))
    return move.after > move.before
