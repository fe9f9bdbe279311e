"""Sets of moves as rows of a table: which moves go together, all sets of a size, and the facts of a company after each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.counsel.reach.moves import Move
from salespath.engine.compile import Base
from salespath.engine.table import Column, Rows, column
from salespath.facts import Case
from salespath.rules.language import And, Condition, Is, Not, Or

LARGEST = 3  # moves in a set
CHUNK = 65_536

Sets: TypeAlias = "npt.NDArray[np.intp]"  # a row for each set: the places of its moves
Bits: TypeAlias = Any


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


def holds(tree: Condition, carrier: Rows) -> tuple[Bits, Bits]:
    """Where a condition of facts is true, and where it is false."""
    if isinstance(tree, Not):
        true, false = holds(tree.item, carrier)
        return false, true
    if isinstance(tree, (And, Or)):
        pairs = [holds(item, carrier) for item in tree.items]
        every = isinstance(tree, And)
        true, false = (carrier.one, carrier.zero) if every else (carrier.zero, carrier.one)
        for one, other in pairs:
            true, false = (true & one, false | other) if every else (true | one, false & other)
        return true, false
    assert not isinstance(tree, Is)  # no attribute is in scope
    true, false, _ = carrier.test(tree)
    return true, false


class Columns:
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

    def of(self, sets: Sets) -> dict[str, Column]:
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
            found[name] = Column(values, known)
        return found
