"""Sets of moves: which go together, all of a size as rows of a table, and those that do the same as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.counsel.reach.moves import Move, join
from salespath.engine.base import Base
from salespath.engine.table import FactColumn, column
from salespath.facts import Case, Vocabulary

LARGEST = 3  # moves in a set
CHUNK = 65_536

Sets: TypeAlias = "npt.NDArray[np.intp]"  # a row for each set: the places of its moves
MoveSet: TypeAlias = "tuple[Move, ...]"


class Fitting:
    """Which moves go together: one value of a fact, but several members of a set, as many as may change at once."""

    def __init__(self, base: Base, some: Sequence[Move]) -> None:
        self.facts = np.array([base.vocabulary.places[move.fact] for move in some], dtype=np.intp)
        self.room = np.array([_room(base, move) for move in some], dtype=np.intp)
        same = self.facts[:, None] == self.facts[None, :]
        self.pairs = ~same | (self.room[:, None] >= 2)

    def sets(self, size: int) -> Iterator[Sets]:
        """All sets of a size (1 to 3) in order, in parts of about 65,536."""
        count = len(self.facts)
        if size == 1:
            yield np.arange(count, dtype=np.intp)[:, None]
            return
        pairs = np.stack(np.nonzero(np.triu(self.pairs, 1)), axis=1)
        if size == 2:
            yield from (pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK))
            return
        parts: list[Sets] = []
        for lead in range(count):
            later = pairs[np.searchsorted(pairs[:, 0], lead + 1) :]
            fits = self.pairs[lead][later].all(axis=1)
            if self.room[lead] < size:
                fits &= (self.facts[later] != self.facts[lead]).any(axis=1)
            later = later[fits]
            parts.append(np.concatenate([np.full((len(later), 1), lead, dtype=np.intp), later], axis=1))
            if lead == count - 1 or sum(map(len, parts)) >= CHUNK:
                yield np.concatenate(parts)
                parts = []


def _room(base: Base, move: Move) -> int:
    """How many moves of its fact a set can hold."""
    if not move.member:
        return 1
    change = base.vocabulary.facts[move.fact].change
    return LARGEST if change is None or change.step is None else change.step


class MovedColumns:
    """The facts of a company as columns, each set of moves a row. What no move touches is one value for all rows."""

    def __init__(self, base: Base, case: Case, some: Sequence[Move]) -> None:
        vocabulary = base.vocabulary
        self.fixed = {n: column(vocabulary[n], [case.values.get(n)]) for n in {*case.values, *(m.fact for m in some)}}
        self.moved: dict[str, tuple[Any, Any]] = {}  # by fact: whether each move is its own, and what it makes of it
        for name in dict.fromkeys(move.fact for move in some):
            fact = vocabulary[name]
            mine = np.array([move.fact == name for move in some], dtype=bool)
            after = column(fact, [move.after for move in some if move.fact == name]).values
            codes = np.zeros(len(some), dtype=after.dtype)
            codes[mine] = after
            if any(move.member for move in some if move.fact == name):
                codes[mine] ^= self.fixed[name].values[0]  # only the member that comes or goes
            self.moved[name] = mine, codes

    def of(self, sets: Sets) -> dict[str, FactColumn]:
        """The columns of some sets."""
        found = dict(self.fixed)
        for name, (mine, codes) in self.moved.items():
            today = self.fixed[name]
            values, known = today.values, today.known
            for places in sets.T:
                here = mine[places]
                if codes.dtype.kind == "u" and known[0]:  # members of a known set
                    values = values ^ codes[places]
                else:
                    values, known = np.where(here, codes[places], values), known | here
            found[name] = FactColumn(values, known)
        return found


# Sets that do the same


class _Cells(NamedTuple):
    """A move and the cells of its fact that it stands for, the first and the last."""

    move: Move
    first: int
    last: int


def merge_sets(vocabulary: Vocabulary, sets: Iterable[MoveSet]) -> list[MoveSet]:
    """Sets that reach something, taken together fact by fact where they differ in neighbouring cells only."""
    found = [tuple(_Cells(move, move.place, move.place) for move in some) for some in sets]
    for name in vocabulary.ordered({cells.move.fact for some in found for cells in some}):
        fact = vocabulary.facts[name]
        if not (fact.ordered or fact.numeric):
            continue
        groups: dict[tuple[object, ...], list[tuple[_Cells, ...]]] = {}  # by what they say of all other facts
        for some in found:
            others = ((c.move.fact, c.move.member, c.first, c.last) for c in some if c.move.fact != name)
            groups.setdefault((any(c.move.fact == name for c in some), *others), []).append(some)
        found = [some for group in groups.values() for some in _merge(vocabulary, group, name)]
    return [tuple(cells.move for cells in some) for some in found]


def _merge(vocabulary: Vocabulary, group: list[tuple[_Cells, ...]], name: str) -> Iterator[tuple[_Cells, ...]]:
    """Sets that differ in one fact only, its neighbouring cells taken together."""
    at = next((place for place, cells in enumerate(group[0]) if cells.move.fact == name), None)
    if at is None:
        yield from group
        return
    ordered = sorted(group, key=lambda some: some[at].first)
    for _, neighbours in groupby(enumerate(ordered), key=lambda item: item[1][at].first - item[0]):
        run = [some for _, some in neighbours]
        move = join(vocabulary.facts[name], [some[at].move for some in run])
        yield *run[0][:at], _Cells(move, run[0][at].first, run[-1][at].last), *run[0][at + 1 :]


def share_a_test(some: MoveSet, together: Mapping[str, set[str]]) -> bool:
    """Whether two moves of a set are read by one test, so that neither has a threshold of its own."""
    return any(second.fact in together.get(first.fact, ()) for first, second in combinations(some, 2))
