"""Files → assessed batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from salespath.engine.compile import Base
from salespath.engine.table import TableResult, assess_table
from salespath.errors import Problem
from salespath.portfolio.ahead import ahead
from salespath.portfolio.batch import Batch
from salespath.portfolio.reading import Reading, no_rows

Report: TypeAlias = Callable[[Problem], None]
Progress: TypeAlias = "Callable[[int, float | None], None]"  # rows of this batch; how much of the file is read, 0 to 1


@dataclass(frozen=True)
class Assessed:
    """Some rows of a file and what salespath says of the good ones."""

    batch: Batch
    result: TableResult


def assess_reading(
    base: Base, reading: Reading, *, on_problem: Report, progress: Progress | None = None
) -> Iterator[Assessed]:
    """Assess the rows of a file, batch by batch. Raises SalespathError where it cannot be read further, or holds no company."""

    def work(part: Any) -> Assessed:
        batch = reading.batch(part)
        return Assessed(batch, assess_table(base, batch.table))

    for problem in reading.problems:
        on_problem(problem)
    rows = 0
    for item in ahead(work, reading.parts()):
        for problem in item.batch.problems:
            on_problem(problem)
        count = item.batch.table.rows + item.batch.rejected
        rows += count
        if progress:
            progress(count, item.batch.part)
        yield item
    if not rows:
        raise no_rows(reading.path)
