"""What to do first, for the rows of a table: the moves of `planned_moves`, for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from salespath.counsel.moves import CASH, MONTHS, WEEKS_A_MONTH, YEAR
from salespath.engine.base import Base
from salespath.engine.table import Array
from salespath.rules.model import Advise, BlockProcess, Rule, Warn


class RowMove(NamedTuple):
    """A move that some rows take: what it is by, in place of what, what it costs where a seller's own cost says it."""

    kind: str
    rule: Rule
    instead_of: str
    rows: Array
    cost: Array | None


@dataclass(frozen=True)
class Standing:
    """What the moves of some rows are chosen from, each with the rows for which it is there: blocks whose process is wanted now,
    flags in their order, and advice that is not done, in its order.
    """

    blocks: Sequence[tuple[Rule, BlockProcess, Array]]
    flags: Sequence[tuple[Rule, Warn, str, Array]]
    advice: Sequence[tuple[Rule, Advise, Array]]


def row_moves(base: Base, count: int, number: Callable[[str], Array], found: Standing) -> Iterator[RowMove]:
    """The moves that are chosen, in the order of each row's list. `number` has those of a fact or number by its name, none of them
    a range, NaN where it is not known.
    """
    chosen = _Chosen(base, count, number)
    used = {rule.id: np.zeros(count, dtype=bool) for rule, _, _ in found.advice}

    def instead_of(rule: str, wanted: Array, kind: str) -> Iterator[tuple[RowMove | None, Array]]:
        """Advice in place of what answers a block or flag; last the rows that have none."""
        left = wanted
        for advice, then, there in found.advice:
            if rule in then.answers:
                some = left & there
                yield from ((move, left) for move in chosen.advised(kind, advice, then, rule, some & ~used[advice.id]))
                used[advice.id] |= some
                left = left & ~there
        yield None, left

    for rule, _, wanted in found.blocks:
        for move, left in instead_of(rule.id, wanted, "block"):
            yield from [move] if move else chosen.take("block", rule, "", left, None, None)
    for rule, warn, level, wanted in found.flags:
        if level != "note" and warn.move:
            for move, left in instead_of(rule.id, wanted, "flag"):
                yield from [move] if move else chosen.take("flag", rule, "", left, warn.weeks, warn.cost)
    for rule, then, there in found.advice:
        yield from chosen.advised("advice", rule, then, "", there & ~used[rule.id])


class _Chosen:
    """What each row has taken so far."""

    def __init__(self, base: Base, count: int, number: Callable[[str], Array]) -> None:
        self._count = count
        known = base.vocabulary
        capital, burn, signed, runway, self._seller = (
            number(name) if name in known else np.full(count, np.nan)
            for name in (*CASH, "runway_months", "seller_cost")
        )
        told = ~np.isnan(capital) & ~np.isnan(burn)
        there = capital + np.nan_to_num(signed)
        with np.errstate(all="ignore"):
            weeks = np.where(burn > 0, there / burn * WEEKS_A_MONTH, np.inf)
        later = np.where(np.isnan(runway), np.inf, runway * WEEKS_A_MONTH)
        self._spendable = np.where(told, np.maximum(0.0, there - MONTHS * burn), np.inf)
        self._weeks = np.maximum(np.where(told, weeks, later), 1)
        self._said: dict[str, Array] = {}  # what is claimed, by subject: the place of the value, -1 for none

    def advised(self, kind: str, rule: Rule, then: Advise, instead: str, wanted: Array) -> Iterator[RowMove]:
        """Advice as a move."""
        if then.hires:
            own = wanted & ~np.isnan(self._seller)
            cost = then.hires * self._seller * (then.weeks or YEAR) / YEAR
            yield from self.take(kind, rule, instead, own, then.weeks, cost)
            wanted = wanted & ~own
        yield from self.take(kind, rule, instead, wanted, then.weeks, then.cost)

    def take(
        self, kind: str, rule: Rule, instead: str, wanted: Array, weeks: float | None, cost: Any
    ) -> Iterator[RowMove]:
        """What some rows do, where nothing else is claimed and their cash carries it."""
        if not wanted.any():
            return
        some = wanted.copy()
        for subject, value in rule.claims.items():
            said = self._said.get(subject)
            if said is not None:
                some &= (said == "") | (said == value)
        if kind != "block" and weeks is not None:
            some &= ~(weeks > self._weeks)
        if cost is not None:
            some &= ~(cost > self._spendable)
            self._spendable = np.where(some, self._spendable - cost, self._spendable)
        for subject, value in rule.claims.items():
            said = self._said.setdefault(subject, np.full(self._count, "", dtype=object))
            said[some] = value
        if some.any():
            yield RowMove(kind, rule, instead, some, cost if isinstance(cost, np.ndarray) else None)
