"""What lifts the blocks that stand, for the rows of a table: the search of `unless`, for all rows of a block at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from salespath.engine.base import Base
from salespath.engine.cells import PARTS, SLACK, bounds
from salespath.engine.halving import bisect_rows, likely_turns
from salespath.engine.table import Array, Bits, FactColumn, FactTable, Rows, column, distinct_rows
from salespath.engine.unless import BOUNDS, answers, any_certain, exceptions, least, read
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


class _Kept:
    """What is the same whatever is answered to one question: tests and numbers that do not read it."""

    def __init__(self, rows: Rows, name: str) -> None:
        self.rows, self.name = rows, name
        self.tests: dict[Leaf, tuple[Bits, Bits, Bits]] = {}
        self._reads: dict[Leaf | Number, bool] = {}

    def reads(self, tree: Leaf | Number) -> bool:
        """Whether a test or number reads the answer."""
        if tree not in self._reads:
            self._reads[tree] = self.name in self.rows.base.behind(inputs(tree))
        return self._reads[tree]


class _Answered(Rows):
    """Rows with answers to one question."""

    def __init__(self, kept: _Kept, cells: FactColumn) -> None:
        rows = kept.rows
        super().__init__(rows.base, FactTable(rows.table.rows, {**rows.table.columns, kept.name: cells}))
        self._kept = kept

    def test(self, leaf: Leaf) -> tuple[Bits, Bits, Bits]:
        """Whether a leaf is true, false, undecided."""
        if self._kept.reads(leaf):
            return super().test(leaf)
        if leaf not in self._kept.tests:
            self._kept.tests[leaf] = self._kept.rows.test(leaf)
        return self._kept.tests[leaf]

    def value(self, tree: Number, *, unlimited: bool = False) -> FactColumn:
        """The values of a numeric tree."""
        if self._kept.reads(tree):
            return super().value(tree, unlimited=unlimited)
        return self._kept.rows.value(tree, unlimited=unlimited)


def _inside(fact: Fact, given: FactColumn | None, rows: int) -> tuple[Array, Array]:
    """The least and the largest that an answer may be, in parts of one: `cells.inside` where a range is known."""
    low, high = (np.full(rows, float(end)) for end in bounds(fact))
    if given is not None and given.high is not None:
        some, step = given.ranged, PARTS.get(fact.type, 1)
        low[some] = np.ceil(np.maximum(low[some], given.values[some] * step) - SLACK)
        high[some] = np.floor(np.minimum(high[some], given.high[some] * step) + SLACK)
    return low, high


def _of_fact(base: Base, table: FactTable, block: str, fact: Fact, rows: Array) -> Iterator[Lifting]:
    refs = exceptions(base, block, fact.id)
    names = base.behind(base.graph.names_read(refs)) & table.columns.keys()
    columns = {name: table.columns[name][rows] for name in names}
    given = columns.pop(fact.id, None)
    ends = _inside(fact, given, len(rows)) if fact.numeric else ()
    every = np.ones(len(rows), dtype=bool)
    first, which = distinct_rows([*columns.values(), *(FactColumn(end, every) for end in ends)], len(rows))
    kept = _Kept(Rows(base, FactTable(len(first), {name: cells[first] for name, cells in columns.items()})), fact.id)

    def lifts(cells: FactColumn) -> Array:
        carrier = _Answered(kept, cells)
        found: Array = carrier.expand(any_certain(base, carrier, refs))
        return found

    if not fact.numeric:
        for value in answers(fact):
            so = lifts(column(fact, [value])[np.zeros(len(first), dtype=np.intp)]).astype(bool)
            if so.any():
                yield Lifting(block, fact, rows[so[which]], value=value)
        return

    known = np.ones(len(first), dtype=bool)

    def amounts_lift(amount: Array) -> Array:
        shape = np.broadcast_shapes(np.shape(amount), known.shape)
        return lifts(FactColumn(np.broadcast_to(np.asarray(amount, np.float64), shape), known))

    low, high = (end[first] for end in ends)
    step = PARTS.get(fact.type, 1)
    at_low, at_high = np.broadcast_to(amounts_lift(np.stack([low, high]) / step), (2, len(first)))
    some = (low <= high) & (at_low | at_high).astype(bool)
    if not some.any():  # else no whole amount is within the range, or none lifts
        return
    known, low, high = known[some], low[some], high[some]
    columns = {name: cells[some] for name, cells in kept.rows.table.columns.items()}
    kept = _Kept(Rows(base, FactTable(len(known), columns)), fact.id)
    tests = [leaf for leaf in base.graph.leaves_below(refs) if isinstance(leaf, Compare) and kept.reads(leaf)]

    def apart(test: Compare, point: Array) -> Array:
        carrier = _Answered(kept, FactColumn(point / step, np.broadcast_to(known, point.shape)))
        found: Array = carrier.value(test.left).values - carrier.value(test.right).values
        return found

    likely = [turn for test in tests for turn in likely_turns(low, high, partial(apart, test))]
    codes, amounts = np.zeros(len(first), dtype=np.int64), np.zeros(len(first))
    bisect = partial(bisect_rows, before=at_low[some], likely=likely)
    codes[some], amounts[some] = least(fact, amounts_lift, low, high, bisect, (at_low[some], at_high[some]))
    codes, amounts = codes[which], amounts[which]
    for code, bound in enumerate(BOUNDS):
        if bound and (codes == code).any():
            yield Lifting(block, fact, rows[codes == code], bound, amounts[codes == code])
