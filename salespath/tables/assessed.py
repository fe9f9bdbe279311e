"""Files → assessed batches, each stage of the work a little ahead of the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.contradictions import contradictions, doubtful_rows, problems
from salespath.engine.table import Rows, TableResult, assess_table
from salespath.files.problems import WARNING, Problem, in_order
from salespath.tables.batch import Batch
from salespath.tables.progress import Advance
from salespath.tables.read import TableReading, check_count, no_rows

Report: TypeAlias = Callable[[Problem], None]
T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2  # results that wait for the next stage, or are in work: memory stays bounded
NAMED = 100  # rows of a file whose contradictions are told one by one


@dataclass(frozen=True)
class Assessed:
    """Some rows of a file, what salespath says of the good ones, and the places of those whose answers cannot all be right."""

    batch: Batch
    result: TableResult
    contradicted: npt.NDArray[np.int64]
    strong: bool = True  # whether it is worked out how firm each verdict is


def assess_reading(
    base: Base, reading: TableReading, *, on_problem: Report, progress: Advance | None = None, settle: bool = True
) -> Iterator[Assessed]:
    """Assess the rows of a file, batch by batch; whether they are settled is told only with `settle`.

    Raises SalespathError where it cannot be read further.
    """

    def work(part: Any) -> Assessed:
        batch = reading.batch(part)
        rows = Rows(base, batch.table)
        result = assess_table(base, batch.table, settle=settle)
        return Assessed(batch, result, np.flatnonzero(rows.expand(doubtful_rows(rows))))

    for problem in reading.problems:
        on_problem(problem)
    rows = told = untold = 0
    for item in work_ahead(work, reading.parts()):
        check_count(item.batch)
        for problem in (*item.batch.problems, *in_order(_contradictions(base, item, NAMED - told))):
            on_problem(problem)
        named = min(NAMED - told, len(item.contradicted))
        told, untold = told + named, untold + len(item.contradicted) - named
        count = item.batch.count
        rows += count - len(item.batch.left_out)
        if progress:
            progress(count, item.batch.part)
        yield item
    for problem in reading.notes():
        on_problem(problem)
    if untold:
        message = f"{untold} more rows contradict themselves; the first {NAMED} are told one by one."
        on_problem(Problem("SP122", message, WARNING, file=reading.path))
    if not rows:
        on_problem(no_rows(reading.path))


def _contradictions(base: Base, some: Assessed, most: int) -> Iterator[Problem]:
    """What the first rows that contradict themselves say."""
    places = some.contradicted[:most]
    for case in some.batch[places].cases(base.vocabulary) if len(places) else ():
        company = Company(base, case.values)
        yield from problems(case, company, contradictions(company))


def work_ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results in order, made in a thread. More threads for a stage were not faster: they wait for one another."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(1) as thread:
        try:
            for item in items:
                waiting.append(thread.submit(work, item))
                if len(waiting) == AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
