"""Rows of a table that name one company and say different things of it: each counts as a company of its own, and that is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from salespath.engine.table import Array
from salespath.facts import Case
from salespath.files.problems import WARNING, Problem, shown
from salespath.tables.batch import Batch
from salespath.tables.dates import name_keys
from salespath.tables.header import COMPANY
from salespath.tables.normalise import texts
from salespath.tables.progress import spans

MOST = 50_000  # rows of a file that are compared
NAMED = 20  # companies that are told one by one
FEW = 5  # rows of each


class Namesakes:
    """Collects the names of the good rows of one file."""

    def __init__(self, path: str) -> None:
        self._path, self._count = path, 0
        self._keys, self._rows, self._names = list[Array](), list[Array](), list[str]()

    def add(self, batch: Batch) -> None:
        """Add the rows of a batch."""
        if batch.whole is not None:
            self.add_cases(batch.whole)
        elif (names := batch.given.get(COMPANY)) is not None:
            self._add(texts(names), batch.rows)

    def add_cases(self, cases: Iterable[Case]) -> None:
        """Add companies, those that stand in rows of a table."""
        named = [(case.company, case.row) for case in cases if case.row is not None]
        self._add(
            pa.array([name for name, _ in named], pa.string()), np.array([row for _, row in named], dtype=np.int64)
        )

    def _add(self, names: pa.StringArray, rows: Array) -> None:
        """Add some rows, as long as there are not too many."""
        if self._count < MOST:
            self._keys.append(name_keys(names))
            self._rows.append(rows)
            self._names += names.to_pylist()
            self._count += len(rows)

    def problems(self) -> Iterator[Problem]:
        """What is said of the companies that several rows name, in the order of these rows."""
        if not self._rows:
            return
        keys, rows = np.concatenate(self._keys), np.concatenate(self._rows)
        _, first, which, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        several = [group for group in np.argsort(first).tolist() if counts[group] > 1 and keys[first[group]] != 0]
        for group in several[:NAMED]:
            there = np.flatnonzero(which == group)
            where = spans(rows[there].tolist(), FEW)
            message = (
                f"{shown(self._names[there[0]])} is the company of {where}, which say different things; each row counts as a "
                "company of its own. Keep the one that holds, or say in a column as_of of which date each is."
            )
            yield Problem("SP129", message, WARNING, file=self._path, row=int(rows[there[1]]))
        if more := several[NAMED:]:
            message = f"{len(more):,} more companies are named by several rows; the first {NAMED} are told one by one."
            yield Problem("SP129", message, WARNING, file=self._path)
