"""Tables of companies: CSV and Parquet in, CSV, Parquet and JSON out, in bounded memory however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from salespath.engine.base import Base
from salespath.facts import Vocabulary
from salespath.files.output import Output, check, is_there, together
from salespath.files.problems import ERROR, Problem, SalespathError, has_error
from salespath.tables.assessed import Assessed, assess_reading
from salespath.tables.chosen import SETTLED, STRONG, chosen
from salespath.tables.header import COMPANY, range_column
from salespath.tables.progress import Summary, bar
from salespath.tables.read import CompaniesFile, TableReading
from salespath.tables.rejects import RejectsFile
from salespath.tables.write import IN_COLUMNS, write

MOST = 50_000  # companies of which strength and the first question are worked out unasked


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
    columns: Sequence[str] = (),
    excel: bool = False,
) -> Summary:
    """Assess files into one file (`-` is standard output). Bad rows are reported and left out, and go to the file `rejects`.

    `ending` says which kind of file, that of its name where there is none; `ascii_only` that JSON needs escapes.

    That file is only written where there is a bad row or an older file to replace, or `always`. `columns` are names and presets of
    `chosen`; JSON has everything. How firm each verdict is, and what to ask first, is worked out for up to MOST companies, of more
    only where it is named or with `strength`. `excel`: CSV begins with a byte order mark.

    Raises SalespathError, and writes nothing, where a file cannot be read or written, is both, or exists already (unless `force`),
    or where there is no such column (SP176).
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
    wanted = chosen(columns, all_columns(readings, base.vocabulary), base.vocabulary)
    settle = ending not in IN_COLUMNS or not set(SETTLED).isdisjoint(wanted.results.values())
    strong = ending in IN_COLUMNS and not set(STRONG).isdisjoint(wanted.results.values())

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
                for item in assess_reading(base, reading, on_problem=note, progress=advance, settle=settle):
                    summary.assessed += item.batch.table.rows
                    summary.rejected += len(item.batch.rejects)
                    summary.leave_out(item.batch.left_out)
                    if left and item.batch.rejects:
                        left.write(item.batch.rejects)
                    yield item
                summary.columns += reading.understood()

        items = _strong(batches(), summary) if strong and not (strength or wanted.asked) else batches()
        write(base, items, file, ending, wanted, ascii_only=ascii_only, excel=excel)
        if left and (always or is_there(left.path)):
            left.start()
        summary.rejects = left.path if left and left.started else None
    return summary


def _strong(items: Iterator[Assessed], summary: Summary) -> Iterator[Assessed]:
    """The batches; of more than MOST companies it is not worked out how firm each verdict is, and the summary says so."""
    waiting: list[Assessed] = []
    for item in items:
        waiting.append(item)
        if summary.assessed > MOST:
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


def all_columns(readings: Iterable[TableReading], vocabulary: Vocabulary) -> dict[str, pa.DataType]:
    """The columns of all files, the company first; one whose types differ becomes text. Ranges go to the column of their fact."""
    found: dict[str, pa.DataType] = {COMPANY: pa.string()}
    for reading in readings:
        for name, kind in reading.columns.items():
            name = range_column(name, vocabulary) or name
            found[name] = kind if found.get(name, kind) == kind else pa.string()
    return found
