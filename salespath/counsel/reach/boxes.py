"""Sets of moves that do the same, told as one: neighbouring cells of a fact become one move, to the nearest of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, groupby
from typing import NamedTuple, TypeAlias

from salespath.counsel.reach.moves import Move, run
from salespath.facts import Vocabulary

Set: TypeAlias = "tuple[Move, ...]"


class _Cell(NamedTuple):
    """A move and the cells of its fact that it stands for, the first and the last."""

    move: Move
    first: int
    last: int


def boxes(vocabulary: Vocabulary, sets: Sequence[Set]) -> list[Set]:
    """Sets that reach something, taken together fact by fact where they differ in neighbouring cells only."""
    found = [tuple(_Cell(move, move.place, move.place) for move in some) for some in sets]
    for name in vocabulary.ordered({move.fact for some in sets for move in some}):
        fact = vocabulary.facts[name]
        if fact.ordered or fact.numeric:
            found = [box for group in _apart(found, name) for box in _merged(vocabulary, group, name)]
    return [tuple(cell.move for cell in box) for box in found]


def _apart(found: Iterable[tuple[_Cell, ...]], name: str) -> list[list[tuple[_Cell, ...]]]:
    """Boxes by what they say of all other facts."""
    groups: dict[tuple[object, ...], list[tuple[_Cell, ...]]] = {}
    for box in found:
        others = ((c.move.fact, c.move.member, c.first, c.last) for c in box if c.move.fact != name)
        moved = any(cell.move.fact == name for cell in box)
        groups.setdefault((moved, *others), []).append(box)
    return list(groups.values())


def _merged(vocabulary: Vocabulary, group: list[tuple[_Cell, ...]], name: str) -> list[tuple[_Cell, ...]]:
    """Boxes that differ in one fact only, its neighbouring cells taken together."""
    at = next((place for place, cell in enumerate(group[0]) if cell.move.fact == name), None)
    if at is None:
        return group
    found = []
    ordered = sorted(group, key=lambda box: box[at].first)
    for _, run_of in groupby(enumerate(ordered), key=lambda item: item[1][at].first - item[0]):
        some = [box for _, box in run_of]
        move = run(vocabulary.facts[name], [box[at].move for box in some])
        cell = _Cell(move, some[0][at].first, some[-1][at].last)
        found.append((*some[0][:at], cell, *some[0][at + 1 :]))
    return found


def tangled(some: Set, together: Mapping[str, set[str]]) -> bool:
    """Whether two moves of a set are read by one test, so that neither has a threshold of its own."""
    return any(second.fact in together.get(first.fact, ()) for first, second in combinations(some, 2))
