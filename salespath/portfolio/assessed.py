"""Files → assessed batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from salespath.engine.company import Company
from salespath.engine.compile import Base
from salespath.engine.contradictions import contradicted, contradictions, problem
from salespath.engine.table import Rows, TableResult, assess_table
from salespath.errors import Problem
from salespath.portfolio.ahead import ahead
from salespath.portfolio.batch import Batch
from salespath.portfolio.reading import Reading, no_rows

Report: TypeAlias = Callable[[Problem], None]
Progress: TypeAlias = "Callable[[int, float | None], None]"  # rows of this batch; how much of the file is read, 0 to 1


@dataclass(frozen=True)
class Assessed:
    """Some rows of a file, what salespath says of the good ones, and what is wrong with any, contradictions included."""

    batch: Batch
    result: TableResult
    problems: tuple[Problem, ...]


def assess_reading(
    base: Base, reading: Reading, *, on_problem: Report, progress: Progress | None = None
) -> Iterator[Assessed]:
    """Assess the rows of a file, batch by batch. Raises SalespathError where it cannot be read further, or holds no company."""

    def work(part: Any) -> Assessed:
        batch = reading.batch(part)
        problems = (*batch.problems, *_contradictions(base, batch))
        return Assessed(batch, assess_table(base, batch.table), problems)

    for odd in reading.problems:
        on_problem(odd)
    rows = 0
    for item in ahead(work, reading.parts()):
        for wrong in item.problems:
            on_problem(wrong)
        count = item.batch.table.rows + item.batch.rejected
        rows += count
        if progress:
            progress(count, item.batch.part)
        yield item
    if not rows:
        raise no_rows(reading.path)


def _contradictions(base: Base, batch: Batch) -> Iterator[Problem]:
    """The contradictions of the rows that have one."""
    rows = Rows(base, batch.table)
    places = np.flatnonzero(rows.expand(contradicted(rows)))
    for case in batch[places].cases(base.vocabulary) if len(places) else ():
        yield from (problem(case, found) for found in contradictions(Company(base, case.values)))
