"""Tables of companies: CSV and Parquet in, CSV, Parquet and JSON out, in bounded memory however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from salespath.engine.compile import Base
from salespath.facts import Case, Portfolio, Rejects
from salespath.files.output import Output, check, is_there, together
from salespath.files.problems import ERROR, Problem, SalespathError
from salespath.tables.assessed import Assessed, Progress, Report, assess_reading
from salespath.tables.read import read_any, read_csv, read_parquet
from salespath.tables.reading import Reading, no_rows
from salespath.tables.rejects import RejectsFile
from salespath.tables.summary import Summary
from salespath.tables.write import write

STRONG = 50_000  # companies of which strength is worked out unasked

__all__ = ["Assessed", "Summary", "assess_file", "assess_to_file", "cases", "read_csv", "read_parquet", "write"]


def cases(base: Base, path: str) -> Portfolio:
    """The companies of a table, for reports on each. Raises SalespathError where the file cannot be used at all."""
    reading = read_any(path, base)
    found: list[Case] = []
    problems = list(reading.problems)
    rejected = 0
    rejects: list[Rejects] = []
    for part in reading.parts():
        batch = reading.batch(part)
        found.extend(batch.cases(base.vocabulary))
        problems.extend(batch.problems)
        rejected += batch.rejected
        if batch.rejects:
            rejects.append(batch.rejects)
    if not found and not rejected:
        raise no_rows(path)
    return Portfolio(tuple(found), tuple(problems), single=False, rejected=rejected, rejects=tuple(rejects))


def assess_file(base: Base, path: str, *, on_problem: Report, progress: Progress | None = None) -> Iterator[Assessed]:
    """Assess the rows of a file, batch by batch. Raises SalespathError where it cannot be read (further)."""
    return assess_reading(base, read_any(path, base), on_problem=on_problem, progress=progress)


def assess_to_file(
    base: Base,
    paths: Sequence[str],
    out: str,
    report: Callable[[Iterable[Problem]], None],
    *,
    rejects: str | None = None,
    always: bool = False,
    force: bool = False,
    strength: bool = False,
) -> Summary:
    """Assess files into one file, its ending saying which kind. Bad rows are reported and left out, and go to the file `rejects`.

    That file is only written where there is a bad row or an older file to replace, or `always`. How firm each verdict is, is worked
    out for up to STRONG companies, of more only with `strength`. Raises SalespathError, and writes nothing, where a file cannot be
    read or written, is both, or exists already (unless `force`).
    """
    from salespath.tables.progress import bar

    check([Output(path) for path in (out, rejects) if path is not None], paths, force=force)
    summary = Summary()
    readings = _open(paths, base)

    def note(problem: Problem) -> None:
        summary.failed |= problem.severity == ERROR
        report((problem,))

    with together(force=force) as begin, bar(len(readings)) as advance:
        file = begin(out)
        left: RejectsFile | None = None
        if rejects is not None:
            left = RejectsFile(begin, rejects, [name for reading in readings for name in reading.names], like=out)

        def batches() -> Iterator[Assessed]:
            for reading in readings:
                for item in assess_reading(base, reading, on_problem=note, progress=advance):
                    summary.assessed += item.batch.table.rows
                    summary.rejected += item.batch.rejected
                    if left and item.batch.rejects:
                        left.write(item.batch.rejects)
                    yield item

        ending = out.lower().rpartition(".")[2]
        items = batches() if strength or ending == "json" else _strong(batches(), summary)  # a document says it always
        write(base, items, file, ending, _columns(readings))
        if left and (always or is_there(left.path)):
            left.start()
        summary.rejects = left.path if left and left.started else None
    return summary


def _strong(items: Iterator[Assessed], summary: Summary) -> Iterator[Assessed]:
    """The batches; of more than STRONG companies it is not worked out how firm each verdict is, and the summary says so."""
    waiting: list[Assessed] = []
    for item in items:
        waiting.append(item)
        if summary.assessed > STRONG:
            summary.without_strength = True
            break
    for item in chain(waiting, items):
        yield replace(item, strong=not summary.without_strength)


def _open(paths: Sequence[str], base: Base) -> list[Reading]:
    """All files opened. Raises SalespathError with the problems of all that cannot be."""
    readings: list[Reading] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            readings.append(read_any(path, base))
        except SalespathError as error:
            problems.extend(error.problems)
    if problems:
        raise SalespathError(problems)
    return readings


def _columns(readings: Iterable[Reading]) -> dict[str, pa.DataType]:
    """The columns of all files; one whose types differ becomes text."""
    found: dict[str, pa.DataType] = {}
    for reading in readings:
        for name, kind in reading.columns.items():
            found[name] = kind if found.get(name, kind) == kind else pa.string()
    return found
