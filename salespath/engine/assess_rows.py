"""Many companies → the assessment of each: what takes a search or a walk is found for all of them at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from salespath.engine.assess import Known, assess_known
from salespath.engine.assessment import Assessment, Unless
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.contradictions import impossible_rows
from salespath.engine.intervals import limits
from salespath.engine.strength_table import CHUNK, strength_records
from salespath.engine.table import Array, Bits, FactTable, Rows
from salespath.engine.unless_table import liftings
from salespath.engine.walk import Sums, Truth, Walked, walk
from salespath.facts import Case
from salespath.facts.vocabulary import KINDS
from salespath.rules.language import Quantity

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
        for case, known in zip(islice(rest, chunk.table.rows), chunk.known()):
            known.company.facts = case.values
            yield assess_known(base, case, known)


class _Chunk:
    def __init__(self, base: Base, table: FactTable, guessed: Mapping[str, Array]) -> None:
        self.base, self.table, self.guessed = base, table, guessed
        self.rows = Rows(base, table)
        self.walked = walk(base, self.rows)

    def known(self) -> Iterator[Known]:
        """What is known of each row."""
        base, rows, walked = self.base, self.rows, self.walked
        contradicted = self._flags(impossible_rows(rows, KINDS))
        impossible = self._impossible()
        unless = self._unless()
        strengths = strength_records(base, self.table, self.guessed)
        for start in range(0, self.table.rows, PIECE):
            piece = slice(start, min(self.table.rows, start + PIECE))
            true, false = (_unpacked(bits, piece) for bits in (walked.truth.true, walked.truth.false))
            possible = zip(*(self._flags(bits)[piece] for bits in walked.possible.values()))
            low, high = (self._sums(sums, piece) for sums in (walked.wide.low, walked.wide.high))
            sums = self._sums(walked.sums.low, piece)
            for n, (row, numbers, may_be) in enumerate(
                zip(range(piece.start, piece.stop), self._numbers(piece), possible)
            ):
                company = Company(base, {}, numbers)
                total = sums[n]
                found = Walked(
                    base,
                    company,
                    Truth([*true[n].tobytes()], [*false[n].tobytes()]),
                    Sums(total, total),
                    dict(zip(walked.possible, map(int, may_be))),
                    Sums(low[n], high[n]),
                )
                yield Known(company, found, contradicted[row], impossible[row], next(strengths), unless.get(row, {}))

    def _flags(self, bits: Bits) -> list[bool]:
        found: list[bool] = np.unpackbits(bits, count=self.table.rows).view(bool).tolist()
        return found

    def _sums(self, sums: Mapping[tuple[str, str], Any], piece: slice) -> list[dict[tuple[str, str], int]]:
        columns = [np.broadcast_to(total, self.table.rows)[piece].tolist() for total in sums.values()]
        return [dict(zip(sums, row)) for row in zip(*columns)]

    def _numbers(self, piece: slice) -> Iterator[dict[str, float | None]]:
        """The derived numbers of each row; of a row with ranges none."""
        columns, count = [], piece.stop - piece.start
        ranges = np.zeros(count, dtype=bool)
        for name in self.base.vocabulary.derived:
            found = self.rows.value(Quantity(name))
            values, known = (np.broadcast_to(cells, self.table.rows)[piece] for cells in (found.values, found.known))
            if found.high is not None:
                high = np.broadcast_to(found.high, self.table.rows)[piece]
                ranges |= known & (values != high) & ~np.isnan(high)
            columns.append([value if so else None for value, so in zip(values.tolist(), known.tolist())])
        for row, ranged in zip(zip(*columns), ranges.tolist()):
            yield {} if ranged else dict(zip(self.base.vocabulary.derived, row))

    def _impossible(self) -> list[bool]:
        """For which rows a formula makes a number that cannot be."""
        some = np.zeros(self.table.rows, dtype=bool)
        for name, number in self.base.vocabulary.derived.items():
            made = self.rows.made(name)
            (low, high), (least, most) = made.ends, limits(number)
            with np.errstate(invalid="ignore"):
                some |= made.known & ((high < least) | ((low > most) & (low < math.inf)))
        found: list[bool] = some.tolist()
        return found

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


def _unpacked(bits: list[Bits], piece: slice) -> Array:
    """Truth values of some rows, one row after the other."""
    some = slice(piece.start // 8, -(-piece.stop // 8))
    columns = np.stack([node[some] for node in bits])
    return np.ascontiguousarray(np.unpackbits(columns, axis=1, count=piece.stop - piece.start).T)
