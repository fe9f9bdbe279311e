"""Many companies → the assessment of each: what takes a search or a walk is found for all of them at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache, lru_cache, partial
from itertools import islice
from typing import Any

import numpy as np

from salespath.engine.assess import Known, assess_known
from salespath.engine.assessment import Assessment, Unless
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.contradictions import doubtful_rows, impossible_rows
from salespath.engine.strength_table import CHUNK, strength_records
from salespath.engine.table import Array, Bits, FactTable, Rows
from salespath.engine.truth_graph import ALL, LEAF, Ref, Standing
from salespath.engine.unless_table import liftings
from salespath.engine.walk import Sums, Truth, Walked, supposing, walk
from salespath.facts import Case
from salespath.facts.vocabulary import KINDS
from salespath.rules.language import Quantity
from salespath.rules.model import PROCESSES

PIECE = 1024  # rows of which all truths are unpacked at once


def assess_rows(
    base: Base, table: FactTable, cases: Iterable[Case], guessed: Mapping[str, Array] | None = None
) -> Iterator[Assessment]:
    """The assessments of the companies of a table as `assess` has them, but for `open` and `next_questions`, which are empty.

    `cases` are its rows, with typed facts; `guessed` says of facts for which rows they are.
    """
    rest = iter(cases)
    for start in range(0, table.rows, CHUNK):
        part = slice(start, start + CHUNK)
        some = {name: rows[part] for name, rows in (guessed or {}).items()}
        chunk = _Chunk(base, table[part], some)
        for case, known in chunk.known(islice(rest, chunk.table.rows)):
            yield assess_known(base, case, known)


class _Chunk:
    def __init__(self, base: Base, table: FactTable, guessed: Mapping[str, Array]) -> None:
        self.base, self.table, self.guessed = base, table, guessed
        self.rows = Rows(base, table)
        self.walked = walk(base, self.rows)
        self.supposed = {process: supposing(self.walked, process) for process in PROCESSES}

    def known(self, cases: Iterator[Case]) -> Iterator[tuple[Case, Known]]:
        """The company of each row, and what is known of it."""
        base, rows, walked = self.base, self.rows, self.walked
        contradicted = self._flags(impossible_rows(rows, KINDS))
        doubtful = self._flags(doubtful_rows(rows))
        unless = self._unless()
        strengths = strength_records(base, self.table, self.guessed)
        for start in range(0, self.table.rows, PIECE):
            piece = slice(start, min(self.table.rows, start + PIECE))
            truths = _Truths(base, walked, piece)
            supposed = {process: _Truths(base, other, piece) for process, other in self.supposed.items()}
            possible = zip(*(self._flags(bits)[piece] for bits in walked.possible.values()))
            low, high = (self._sums(sums, piece) for sums in (walked.wide.low, walked.wide.high))
            sums, behind = self._sums(walked.sums.low, piece), truths.behind()
            rows_of_piece = zip(range(piece.start, piece.stop), self._numbers(piece), possible, cases)
            for n, (row, numbers, may_be, case) in enumerate(rows_of_piece):
                company, total = Company(base, case.values, numbers), sums[n]
                found = Walked(
                    base,
                    company,
                    truths.of(n),
                    Sums(total, total),
                    dict(zip(walked.possible, map(int, may_be))),
                    Sums(low[n], high[n]),
                )
                yield (
                    case,
                    Known(
                        company,
                        found,
                        contradicted[row],
                        doubtful[row],
                        next(strengths),
                        unless.get(row, {}),
                        partial(_supposing, found, supposed, n),
                        partial(
                            _behind, base, behind[n].tobytes(), case.values.keys() & base.vocabulary.derived.keys()
                        ),
                    ),
                )

    def _flags(self, bits: Bits) -> list[bool]:
        found: list[bool] = np.unpackbits(bits, count=self.table.rows).view(bool).tolist()
        return found

    def _sums(self, sums: Mapping[tuple[str, str], Any], piece: slice) -> list[dict[tuple[str, str], int]]:
        columns = [np.broadcast_to(total, self.table.rows)[piece].tolist() for total in sums.values()]
        return [dict(zip(sums, row)) for row in zip(*columns)]

    def _numbers(self, piece: slice) -> Iterator[dict[str, float | None]]:
        """The derived numbers of each row; of a row with ranges none, even where a number of it is none."""
        columns, count = [], piece.stop - piece.start
        ranges = np.zeros(count, dtype=bool)
        for given in self.table.columns.values():
            ranges |= given.ranged[piece]
        for name in self.base.vocabulary.derived:
            found = self.rows.value(Quantity(name))
            values, known = (np.broadcast_to(cells, self.table.rows)[piece] for cells in (found.values, found.known))
            columns.append([value if so else None for value, so in zip(values.tolist(), known.tolist())])
        for row, ranged in zip(zip(*columns), ranges.tolist()):
            yield {} if ranged else dict(zip(self.base.vocabulary.derived, row))

    def _unless(self) -> dict[int, dict[str, tuple[Unless, ...]]]:
        """What lifts the blocks that stand and may fall, by row and block."""
        fired = self.walked.fired
        standing = {rule.id: self.walked.stands(rule.id) & ~fired(rule.id) for rule, _ in self.base.knowledge.blocks}
        found: dict[int, dict[str, tuple[Unless, ...]]] = {}
        for item in liftings(self.base, self.table, standing):
            amounts = [None] * len(item.rows) if item.amounts is None else item.amounts.tolist()
            for row, amount in zip(item.rows.tolist(), amounts):
                if amount is not None and amount == int(amount):
                    amount = int(amount)
                blocks = found.setdefault(row, {})
                one = Unless(item.block, item.fact.id, item.bound, amount, item.value)
                blocks[item.block] = (*blocks.get(item.block, ()), one)
        return found


class _Truths:
    """The truths of some rows, row by row."""

    def __init__(self, base: Base, walked: Walked, piece: slice) -> None:
        self.base, self.count = base, piece.stop - piece.start
        self._bits = [
            np.stack([bits[piece.start // 8 : -(-piece.stop // 8)] for bits in nodes])
            for nodes in (walked.truth.true, walked.truth.false)
        ]
        rows = [np.unpackbits(bits, axis=1, count=self.count) for bits in self._bits]
        self._rows = [np.ascontiguousarray(cells.T) for cells in rows]

    def of(self, row: int) -> Truth:
        """Those of one row."""
        true, false = ([*cells[row].tobytes()] for cells in self._rows)
        return Truth(true, false)

    def behind(self) -> Array:
        """What `trace.names_behind` finds for every node that is true or false: bits of the names that leaves read, by row."""
        graph = self.base.graph
        true, false = (-np.unpackbits(bits, axis=1, count=self.count).astype(np.int64) for bits in self._bits)
        place = {name: n for n, name in enumerate(_names(self.base))}
        found = np.zeros((len(graph.nodes), -(-len(place) // 64), self.count), dtype=np.int64)
        for node, (kind, refs) in enumerate(graph.nodes):
            here = found[node]
            if kind == LEAF:
                test = graph.leaves[refs[0]]
                if isinstance(test, Standing):
                    none = np.full(self.count, -1)
                    for ref in test.exceptions:
                        so = true[ref] if ref >= 0 else false[~ref]
                        here |= found[max(ref, ~ref)] & so
                        none &= ~so
                    here |= found[max(test.condition, ~test.condition)] & none
                else:
                    for name in graph.leaf_inputs[refs[0]]:
                        word, bit = divmod(place[name], 64)
                        here[word] |= (true[node] | false[node]) & np.uint64(1 << bit).astype(np.int64)
                continue
            every = true[node] if kind == ALL else ~true[node]  # all of them make it so
            for ref in refs:
                so, not_so = (true[ref], false[ref]) if ref >= 0 else (false[~ref], true[~ref])
                here |= found[max(ref, ~ref)] & (every | (not_so if kind == ALL else so))
        return np.ascontiguousarray(found.transpose(2, 0, 1))


def _supposing(walked: Walked, supposed: Mapping[str, _Truths], row: int, process: str) -> Walked:
    return replace(walked, truth=supposed[process].of(row))


def _behind(base: Base, bits: bytes, given: AbstractSet[str], ref: Ref) -> Sequence[str]:
    """The facts behind a node of a row, in the order of the vocabulary."""
    size, node = len(bits) // len(base.graph.nodes), max(ref, ~ref)
    return _facts_behind(base, bits[node * size : (node + 1) * size], frozenset(given))


@lru_cache(maxsize=8192)
def _facts_behind(base: Base, bits: bytes, given: frozenset[str]) -> tuple[str, ...]:
    mask = int.from_bytes(bits, sys.byteorder)
    names = [name for place, name in enumerate(_names(base)) if mask >> place & 1]
    return tuple(base.vocabulary.ordered(base.behind(names, given) & {*base.vocabulary}))


@cache
def _names(base: Base) -> tuple[str, ...]:
    """What the tests of a base read."""
    return tuple(sorted({name for names in base.graph.leaf_inputs for name in names}))
