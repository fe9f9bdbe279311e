"""Sets of moves: which go together, all of a size as rows of a table, and those that do the same as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.counsel.reach.moves import Move, join, runs
from salespath.engine.base import Base
from salespath.engine.table import FactColumn, column
from salespath.facts import Case, Fact, Vocabulary
from salespath.facts.vocabulary import Change

LARGEST = 3  # moves in a set
CHUNK = 65_536
ONE_VALUE = Change(step=1)  # whatever else of a fact that is no set may change

Sets: TypeAlias = "npt.NDArray[np.intp]"  # a row for each set: the places of its moves
MoveSet: TypeAlias = "tuple[Move, ...]"


def fitting_sets(base: Base, some: Sequence[Move], size: int) -> Iterator[Sets]:
    """All sets of so many moves that go together, in order and in parts of about 65,536, none of them empty.

    These are one value of a fact, but several members of a set, as many as may change at once.
    """
    places = np.arange(len(some), dtype=np.intp)
    if size == 1:
        yield places[:, None]
        return
    facts = np.array([base.vocabulary.places[move.fact] for move in some], dtype=np.intp)
    changes = [base.vocabulary.facts[move.fact].change if move.member else ONE_VALUE for move in some]
    room = np.array([LARGEST if change is None or change.step is None else change.step for change in changes])
    step = max(1, 2 * CHUNK // max(1, len(some)))
    for smaller in fitting_sets(base, some, size - 1):
        for part in (smaller[start : start + step] for start in range(0, len(smaller), step)):
            same = (facts[part][:, :, None] == facts).sum(axis=1)  # how many moves of each move's fact are in already
            rows, more = np.nonzero((same < room) & (places > part[:, -1:]))
            if len(rows):
                yield np.column_stack([part[rows], more])


class MovedColumns:
    """The facts of a company as columns, each set of moves a row. What no move touches is one value for all rows."""

    def __init__(self, base: Base, case: Case, some: Sequence[Move]) -> None:
        self.fixed = {name: column(base.vocabulary[name], [value]) for name, value in case.values.items()}
        self.moved: dict[str, tuple[Sets, FactColumn]] = {}  # by fact: its value today, then after each of its moves
        for name in dict.fromkeys(move.fact for move in some):
            mine = np.array([move.fact == name for move in some])
            after = [move.after for move in some if move.fact == name]
            values = column(base.vocabulary[name], [case.values.get(name), *after])
            self.moved[name] = np.where(mine, mine.cumsum(), 0), values

    def of(self, sets: Sets) -> dict[str, FactColumn]:
        """The columns of some sets."""
        found = dict(self.fixed)
        for name, (places, each) in self.moved.items():
            mine = places[sets]  # 0 where a move is one of another fact
            found[name] = each[mine.max(axis=1)]
            if each.values.dtype.kind == "u":  # members of a set come and go one by one
                today = each.values[0]
                moved = np.bitwise_xor.reduce(each.values[mine] ^ today, axis=1) ^ today
                found[name] = FactColumn(moved, found[name].known)
        return found


# Sets that do the same


def merge_sets(vocabulary: Vocabulary, sets: Iterable[MoveSet]) -> list[MoveSet]:
    """Sets that reach something, taken together fact by fact where they differ in neighbouring cells only."""
    found = list(sets)
    for name in vocabulary.ordered({move.fact for some in found for move in some}):
        fact = vocabulary.facts[name]
        groups: dict[tuple[object, ...], list[MoveSet]] = {}  # by what they say of all other facts
        for some in found if fact.ordered or fact.numeric else ():
            others = tuple((move.fact, move.member, move.cells) for move in some if move.fact != name)
            groups.setdefault((len(others) < len(some), *others), []).append(some)
        if groups:
            found = [some for group in groups.values() for some in _merge(fact, group)]
    return found


def _merge(fact: Fact, group: list[MoveSet]) -> Iterator[MoveSet]:
    """Sets that differ in one fact only, its neighbouring cells taken together."""
    at = next((place for place, move in enumerate(group[0]) if move.fact == fact.id), None)
    if at is None:
        yield from group
        return
    for run, _ in runs((move, None) for move in sorted((some[at] for some in group), key=lambda m: m.cells.start)):
        yield *group[0][:at], join(fact, run), *group[0][at + 1 :]


def share_a_test(some: MoveSet, together: Mapping[str, set[str]]) -> bool:
    """Whether two moves of a set are read by one test, so that neither has a threshold of its own."""
    return any(second.fact in together.get(first.fact, ()) for first, second in combinations(some, 2))
