"""Companies in Arrow tables in memory → chosen results as Arrow tables."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from salespath.engine.base import Base
from salespath.engine.table import Array, FactColumn, assess_table
from salespath.facts import LeftOut, Vocabulary
from salespath.facts.reader import ALONE
from salespath.files.problems import ERROR, Problem, SalespathError, suggestion
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.evidence import ROWS as SOME
from salespath.tables.evidence import evidence, is_flag, only_ones
from salespath.tables.left_out import Rows, Sieve, row_keys
from salespath.tables.read import check_count
from salespath.tables.result_columns import ResultColumns, Wording


@runtime_checkable
class Stream(Protocol):
    """A table of any library that can hand it over as Arrow."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Its rows."""


NAME = "table"  # what problems call it


def assess_batches(
    base: Base,
    batches: Iterable[pa.RecordBatch] | Stream,
    columns: Sequence[str] = ("process", "lead", "leaning"),
    *,
    on_problem: Callable[[Problem], None] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Assess companies whose columns are fact ids: of each its `row`, from 1, its `company`, and some of the columns of RESULTS.

    `batches` may be a table of pyarrow, polars or pandas, too (whatever has `__arrow_c_stream__`).

    Cells mean what they mean in a file: numbers are read by what the first rows say of their column, and totals, headings and rows
    said twice are left out (`row` says which rows are there). Dates of one company are not compared, and amounts are in dollars
    unless a cell, a heading or the column `currency` says otherwise.

    Problems and notes go to `on_problem`, and the rows that cannot be used are left out; without it, the first error raises
    SalespathError. It is raised too where no column is a fact, and ValueError for a result that there is not.
    """
    for name in columns:
        if name not in header.RESULTS:
            raise ValueError(f"there is no result {name}.{suggestion(name, header.RESULTS)}")
    wording, first = Wording(base), 1
    strong = "strength" in columns or "hangs_on" in columns
    reader: _Reader | None = None
    for rows, known in _with_next(
        pa.RecordBatchReader.from_stream(batches) if isinstance(batches, Stream) else batches
    ):
        if reader is None or reader.heading.written != tuple(rows.schema.names):
            if reader:
                for problem in reader.typist.notes():
                    _note(problem, on_problem)
            reader = _Reader(base.vocabulary, known)
            for problem in reader.problems:
                _note(problem, on_problem)
        batch = reader.batch(rows, first + np.arange(len(rows)))
        check_count(batch)
        first += len(rows)
        for problem in batch.problems:
            _note(problem, on_problem)
        result = assess_table(base, batch.table)
        found = dict(zip(header.RESULTS, ResultColumns(wording, batch, result, strong=strong).typed()))
        given = {"row": pa.array(batch.rows), "company": batch.given[header.COMPANY]}
        yield pa.record_batch({**given, **{name: found[name] for name in columns}})
    for problem in reader.typist.notes() if reader else ():
        _note(problem, on_problem)


class _Reader:
    """Types batches with the same columns, of which `some` are the first."""

    def __init__(self, vocabulary: Vocabulary, some: Sequence[pa.RecordBatch]) -> None:
        self.heading = heading = header.read(some[0].schema.names, vocabulary, NAME)
        self._plain = Typist(NAME, heading.kept, vocabulary)
        parts = [self._columns(rows) for rows in some]
        columns = {name: [part[name] for part in parts] for name in heading.kept}
        contexts = dict(heading.contexts)
        for name, cells in columns.items():
            if all(is_flag(name, part.type, vocabulary) for part in cells) and only_ones(cells):
                contexts[name] = replace(contexts.get(name, ALONE), ones=True)
        seen = evidence(columns, vocabulary, NAME, 1, contexts=contexts)
        self.problems = (*heading.problems, *seen.problems)
        self.typist = Typist(NAME, heading.kept, vocabulary, seen.contexts, seen.undecided)
        self._sieve = Sieve(NAME, vocabulary, heading.kept, heading.kept)

    def batch(self, rows: pa.RecordBatch, numbers: Array) -> Batch:
        """Some rows, typed."""
        cells = self._columns(rows)

        def find(facts: Mapping[str, FactColumn]) -> Mapping[int, LeftOut]:
            return self._sieve.find(Rows(cells, numbers, facts, row_keys(cells.values(), len(rows))))

        found = self.typist.batch(cells, numbers, find=find)
        return replace(found, problems=(*found.problems, *self._sieve.problems(found.left_out)))

    def _columns(self, rows: pa.RecordBatch) -> dict[str, pa.Array]:
        return self._plain.columns(dict(zip(self.heading.names, rows.columns)))


def _with_next(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, Sequence[pa.RecordBatch]]]:
    """Each batch, and with the first of those with the same columns the next ones, as many as are looked at."""
    waiting = deque[pa.RecordBatch]()
    source, names = iter(batches), None
    while waiting or (rows := next(source, None)) is not None:
        if not waiting:
            waiting.append(rows)
        if waiting[0].schema.names != names:
            names = waiting[0].schema.names
            while waiting[-1].schema.names == names and sum(map(len, waiting)) < SOME:
                if (rows := next(source, None)) is None:
                    break
                waiting.append(rows)
        alike = [rows for rows in waiting if rows.schema.names == names]
        yield waiting.popleft(), alike


def _note(problem: Problem, on_problem: Callable[[Problem], None] | None) -> None:
    if on_problem:
        on_problem(problem)
    elif problem.severity == ERROR:
        raise SalespathError([problem])
