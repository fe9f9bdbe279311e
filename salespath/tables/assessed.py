"""Files → batches → assessed batches, each stage of the work a little ahead of the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.contradictions import contradictions, doubtful_rows, problems
from salespath.engine.table import Rows, TableResult, assess_at_once
from salespath.files.problems import WARNING, Problem, in_order
from salespath.tables.batch import Batch
from salespath.tables.namesakes import Namesakes
from salespath.tables.progress import Advance
from salespath.tables.read import TableReading, check_count, no_rows

Report: TypeAlias = Callable[[Problem], None]
T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2  # results that wait for the next stage, or are in work: memory stays bounded
NAMED = 100  # rows of a file whose contradictions are told one by one


class Typed(NamedTuple):
    """Some rows of a file, and whether it is to be worked out how firm the verdicts on them are."""

    batch: Batch
    strong: bool = True


class Assessed(NamedTuple):
    """Some rows of a file, and what salespath says of the good ones."""

    batch: Batch
    result: TableResult
    strong: bool = True


def assessed(base: Base, item: Typed, *, settle: bool = True, plan: bool = True) -> Assessed:
    """What salespath says of some rows: whether they are settled only with `settle`, their plan only with `plan`."""
    return Assessed(item.batch, assess_at_once(Rows(base, item.batch.table), settle=settle, plan=plan), item.strong)


def read_companies(
    base: Base, reading: TableReading, *, on_problem: Report, progress: Advance | None = None
) -> Iterator[Batch]:
    """Read a file, batch by batch, and tell what is amiss with it. Raises SalespathError where it cannot be read further."""

    def work(part: Any) -> tuple[Batch, npt.NDArray[np.int64]]:
        batch = reading.batch(part)
        rows = Rows(base, batch.table)
        pa.default_memory_pool().release_unused()
        return batch, np.flatnonzero(rows.expand(doubtful_rows(rows)))

    for problem in reading.problems:
        on_problem(problem)
    rows = told = untold = 0
    namesakes = Namesakes(reading.path)
    for batch, contradicted in work_ahead(work, reading.parts()):
        check_count(batch)
        some = contradicted[: NAMED - told]
        for problem in (*batch.problems, *in_order(_contradictions(base, batch, some))):
            on_problem(problem)
        told, untold = told + len(some), untold + len(contradicted) - len(some)
        rows += batch.count - len(batch.left_out)
        namesakes.add(batch)
        if progress:
            progress(batch.count, batch.part)
        yield batch
    for problem in (*reading.notes(), *namesakes.problems()):
        on_problem(problem)
    if untold:
        message = f"{untold} more rows contradict themselves; the first {NAMED} are told one by one."
        on_problem(Problem("SP122", message, WARNING, file=reading.path))
    if not rows:
        on_problem(no_rows(reading.path))


def _contradictions(base: Base, batch: Batch, places: npt.NDArray[np.int64]) -> Iterator[Problem]:
    """What some rows that contradict themselves say."""
    for case in batch[places].cases(base.vocabulary) if len(places) else ():
        company = Company(base, case.values)
        yield from problems(case, company, contradictions(company))


def work_ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results in order, made in a thread. More threads for a stage were not faster: they wait for one another."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(1) as thread:
        try:
            for item in items:
                waiting.append(thread.submit(work, item))
                del item  # it is large, and may be done with before the next one is asked for
                if len(waiting) == AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
