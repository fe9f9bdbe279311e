"""Synthetic companies for the benchmarks: plausible figures, the same for the same seed."""

from __future__ import annotations

import math

import numpy as np

from salespath.engine.base import Base
from salespath.engine.table import FactColumn, FactTable, mask_type
from salespath.facts import Case, Fact
from salespath.tables.fact_columns import values

KNOWN = 0.7  # of the facts
ROUND = (0, 500, 1000, 2500, 5000, 12_000, 25_000, 50_000, 100_000, 250_000, 1_000_000)


def table(base: Base, rows: int, seed: int = 1) -> FactTable:
    """Companies that know most of their facts."""
    source = np.random.default_rng(seed)
    columns = {}
    for fact in base.vocabulary.facts.values():
        known = source.random(rows) < KNOWN
        columns[fact.id] = FactColumn(_values(fact, rows, known, source), known)
    return FactTable(rows, columns)


def _values(fact: Fact, rows: int, known: np.ndarray, source: np.random.Generator) -> np.ndarray:
    if fact.type == "boolean":
        return source.integers(0, 2, rows).astype(np.int16)
    if fact.type == "choice":
        return source.integers(0, len(fact.values), rows).astype(np.int16)
    if fact.type == "set":
        return source.integers(0, 1 << len(fact.values), rows).astype(mask_type(fact))
    if fact.type == "date":
        return source.integers(15_000, 20_000, rows)
    if fact.type == "share":
        found = source.random(rows).round(2)
    elif fact.type == "money":
        found = np.array(ROUND, dtype=float)[source.integers(0, len(ROUND), rows)]
    else:
        found = np.round(10 ** (source.random(rows) * math.log10(min(fact.maximum or 1e4, 1e4))))
    if fact.above is not None:
        found = np.maximum(found, fact.above + 1)
    low = -math.inf if fact.minimum is None else fact.minimum
    return np.where(known, np.clip(found, low, fact.maximum or math.inf), np.nan)


def cases(base: Base, some: FactTable) -> list[Case]:
    """The rows of a table one by one."""
    columns = {name: values(base.vocabulary[name], cells) for name, cells in some.columns.items()}
    return [
        Case(f"Company {row}", {name: cells[row] for name, cells in columns.items() if cells[row] is not None})
        for row in range(some.rows)
    ]
