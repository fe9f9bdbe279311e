"""What lifts the blocks that stand, for the rows of a table: the search of `unless`, for all rows of a block at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from salespath.engine.base import Base
from salespath.engine.cells import PARTS, SLACK, bounds
from salespath.engine.halving import bisect_rows, likely_turns
from salespath.engine.table import Array, Bits, FactColumn, FactTable, Rows, column, distinct_rows
from salespath.engine.unless import answers, any_certain, read, search
from salespath.facts import Fact, Value
from salespath.rules.language import Compare, Leaf, Number, inputs


@dataclass(frozen=True)
class Lifting:
    """A fact that alone lifts a block for some rows: with `at_least` or `at_most` an amount each, or with a value."""

    block: str
    fact: Fact
    rows: Array
    bound: str = ""
    amounts: Array | None = None
    value: Value | None = None


def liftings(base: Base, table: FactTable, standing: Mapping[str, Array]) -> Iterator[Lifting]:
    """What lifts each block, by block and fact. `standing` says of each block for which rows it stands, as packed bits."""
    for block, bits in standing.items():
        rows = np.flatnonzero(np.unpackbits(bits, count=table.rows))
        if len(rows):
            for name in read(base, block):
                given = table.columns.get(name)
                some = rows if given is None else rows[(~given.known | given.ranged)[rows]]
                if len(some):
                    yield from _of_fact(base, table, block, base.vocabulary.facts[name], some)


@cache
def _reads(base: Base, tree: Leaf | Number, name: str) -> bool:
    """Whether a test or number reads an answer."""
    return name in base.behind(inputs(tree))


class _Answered(Rows):
    """Rows with answers to one question; `kept` has what is the same whatever they are."""

    def __init__(self, kept: Rows, name: str, cells: FactColumn) -> None:
        super().__init__(kept.base, FactTable(kept.table.rows, {**kept.table.columns, name: cells}))
        self._kept, self._name = kept, name

    def test(self, leaf: Leaf) -> tuple[Bits, Bits, Bits]:
        """Whether a leaf is true, false, undecided."""
        return super().test(leaf) if _reads(self.base, leaf, self._name) else self._kept.test(leaf)

    def value(self, tree: Number, *, unlimited: bool = False) -> FactColumn:
        """The values of a numeric tree."""
        if _reads(self.base, tree, self._name):
            return super().value(tree, unlimited=unlimited)
        return self._kept.value(tree, unlimited=unlimited)


def _inside(fact: Fact, given: FactColumn | None, rows: int) -> tuple[Array, Array]:
    """The least and the largest that an answer may be, in parts of one: `cells.inside` where a range is known."""
    low, high = (np.full(rows, float(end)) for end in bounds(fact))
    if given is not None and given.high is not None:
        some, step = given.ranged, PARTS.get(fact.type, 1)
        low[some] = np.ceil(np.maximum(low[some], given.values[some] * step) - SLACK)
        high[some] = np.floor(np.minimum(high[some], given.high[some] * step) + SLACK)
    return low, high


def _of_fact(base: Base, table: FactTable, block: str, fact: Fact, rows: Array) -> Iterator[Lifting]:
    looked = search(base, block, fact.id)
    columns = {name: table.columns[name][rows] for name in looked.names & table.columns.keys()}
    given = columns.pop(fact.id, None)
    ends = _inside(fact, given, len(rows)) if fact.numeric else ()
    every = np.ones(len(rows), dtype=bool)
    first, which = distinct_rows([*columns.values(), *(FactColumn(end, every) for end in ends)], len(rows))
    kept = Rows(base, FactTable(len(first), {name: cells[first] for name, cells in columns.items()}))

    def answered(values: Array) -> _Answered:
        """The rows with an answer each, or with several."""
        values = np.broadcast_to(values, np.broadcast_shapes(np.shape(values), (kept.rows,)))
        return _Answered(kept, fact.id, FactColumn(values, np.ones(values.shape, dtype=bool)))

    def lifts(values: Array) -> Array:
        carrier = answered(values)
        bits = any_certain(base, carrier, looked.refs)
        return np.broadcast_to(carrier.expand(bits), (*values.shape[:-1], kept.rows))

    if not fact.numeric:
        values = answers(fact)
        for value, lifting in zip(values, lifts(column(fact, values).values[:, np.newaxis]).astype(bool)):
            if lifting.any():
                yield Lifting(block, fact, rows[lifting[which]], value=value)
        return

    def apart(test: Compare, point: Array) -> Array:
        carrier = answered(point / step)
        found: Array = carrier.value(test.left).values - carrier.value(test.right).values
        return found

    low, high = (end[first] for end in ends)
    step = PARTS.get(fact.type, 1)
    whole = low <= high  # else no whole amount is within the range
    at_low, at_high = lifts(np.stack([low, high]) / step).astype(bool) & whole
    some = at_low != at_high
    if some.any():
        kept = Rows(base, FactTable(some.sum(), {name: cells[some] for name, cells in kept.table.columns.items()}))
        before, ends = at_low[some], (low[some], high[some])
        likely = [turn for test in looked.tests for turn in likely_turns(*ends, partial(apart, test))]
        low[some] = bisect_rows(*ends, lambda point: lifts(point / step), before, likely) - before
    for bound, so in (("at_least", at_high), ("at_most", at_low & ~at_high)):
        if so.any():
            here = so[which]  # what lifts everywhere lifts from the lowest amount on
            yield Lifting(block, fact, rows[here], bound, low[which][here] / step)
