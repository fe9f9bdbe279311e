"""Tables of companies: CSV and Parquet in, CSV, Parquet and JSON out, in bounded memory however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from salespath.engine.base import Base
from salespath.files.output import Output, check, is_there, together
from salespath.files.problems import ERROR, Problem, SalespathError, has_error
from salespath.tables.assessed import Assessed, assess_reading
from salespath.tables.progress import Summary, bar
from salespath.tables.read import CompaniesFile, TableReading
from salespath.tables.rejects import RejectsFile
from salespath.tables.write import IN_COLUMNS, write

STRONG = 50_000  # companies of which strength is worked out unasked


def assess_to_file(
    base: Base,
    files: Sequence[str | CompaniesFile],
    out: str,
    report: Callable[[Iterable[Problem]], None],
    *,
    ending: str = "",
    ascii_only: bool = False,
    rejects: str | None = None,
    always: bool = False,
    force: bool = False,
    strength: bool = False,
) -> Summary:
    """Assess files into one file (`-` is standard output). Bad rows are reported and left out, and go to the file `rejects`.

    `ending` says which kind of file, that of its name where there is none; `ascii_only` that JSON needs escapes.

    That file is only written where there is a bad row or an older file to replace, or `always`. How firm each verdict is, is worked
    out for up to STRONG companies, of more only with `strength`. Raises SalespathError, and writes nothing, where a file cannot be
    read or written, is both, or exists already (unless `force`).
    """
    opened = [file if isinstance(file, CompaniesFile) else CompaniesFile(base, file) for file in files]
    outputs = [Output(path) for path in (out, rejects) if path and path != "-"]
    check(outputs, [file.path for file in opened], force=force)
    ending = ending or out.lower().rpartition(".")[2]
    summary = Summary(rows=any(file.is_table for file in opened))
    readings = _begun(opened)
    for one in opened[:1]:
        if has_error(astray := one.options.astray()):
            raise SalespathError(astray)

    def note(problem: Problem) -> None:
        summary.failed |= problem.severity == ERROR
        report((problem,))

    with together(force=force) as begin, bar(len(readings)) as advance:
        file = begin(out)
        left: RejectsFile | None = None
        if rejects is not None:
            left = RejectsFile(
                begin,
                rejects,
                [name for reading in readings for name in reading.names],
                [reading.lines for reading in readings],
                texts=not all(reading.told_by_cells for reading in readings),
                like=out,
            )

        def batches() -> Iterator[Assessed]:
            for reading in readings:
                for item in assess_reading(base, reading, on_problem=note, progress=advance):
                    summary.assessed += item.batch.table.rows
                    summary.rejected += len(item.batch.rejects)
                    summary.leave_out(item.batch.left_out)
                    if left and item.batch.rejects:
                        left.write(item.batch.rejects)
                    yield item
                summary.columns += reading.understood()

        items = batches() if strength or ending not in IN_COLUMNS else _strong(batches(), summary)  # a document says it
        write(base, items, file, ending, _columns(readings), ascii_only=ascii_only)
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


def _begun(files: Iterable[CompaniesFile]) -> list[TableReading]:
    """All files opened. Raises SalespathError with the problems of all that cannot be."""
    readings: list[TableReading] = []
    problems: list[Problem] = []
    for file in files:
        try:
            readings.append(file.reading())
        except SalespathError as error:
            problems.extend(error.problems)
    if problems:
        raise SalespathError(problems)
    return readings


def _columns(readings: Iterable[TableReading]) -> dict[str, pa.DataType]:
    """The columns of all files; one whose types differ becomes text."""
    found: dict[str, pa.DataType] = {}
    for reading in readings:
        for name, kind in reading.columns.items():
            found[name] = kind if found.get(name, kind) == kind else pa.string()
    return found
