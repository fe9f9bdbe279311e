"""Companies in Arrow tables in memory → chosen results as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from salespath.engine.base import Base
from salespath.engine.table import assess_table
from salespath.files.problems import ERROR, Problem, SalespathError, suggestion
from salespath.tables import header
from salespath.tables.batch import Typist
from salespath.tables.chosen import PLANNED, SETTLED, STRONG
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

    Problems go to `on_problem`, and the rows that cannot be used are left out; without it, the first error raises SalespathError.
    It is raised too where no column is a fact, and ValueError for a result that there is not.
    """
    for name in columns:
        if name not in header.RESULTS:
            raise ValueError(f"there is no result {name}.{suggestion(name, header.RESULTS)}")
    wording, first = Wording(base), 1
    strong, settle, plan = (not set(names).isdisjoint(columns) for names in (STRONG, SETTLED, PLANNED))
    heading: header.Heading | None = None
    for rows in pa.RecordBatchReader.from_stream(batches) if isinstance(batches, Stream) else batches:
        if heading is None or heading.written != tuple(rows.schema.names):
            problems = heading is None
            heading = header.read(rows.schema.names, base.vocabulary, NAME)
            for problem in (*heading.said, *heading.problems) if problems else ():
                _note(problem, on_problem)
            typist = Typist(NAME, heading.kept, base.vocabulary, heading.contexts)
        cells = typist.columns(dict(zip(heading.names, rows.columns)))
        batch = typist.batch(cells, first + np.arange(len(rows)))
        first += len(rows)
        for problem in batch.problems:
            _note(problem, on_problem)
        result = assess_table(base, batch.table, settle=settle, plan=plan)
        found = ResultColumns(wording, batch, result, strong=strong).typed(columns)
        given = {"row": pa.array(batch.rows), "company": batch.given[header.COMPANY]}
        yield pa.record_batch({**given, **dict(zip(columns, found))})
    for problem in typist.notes() if typist else ():
        _note(problem, on_problem)


def _note(problem: Problem, on_problem: Callable[[Problem], None] | None) -> None:
    if on_problem:
        on_problem(problem)
    elif problem.severity == ERROR:
        raise SalespathError([problem])
