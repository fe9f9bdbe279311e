"""Tables of companies: CSV and Parquet in, CSV, Parquet and JSON out, in bounded memory however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from salespath.engine.assess import understood
from salespath.engine.base import Base
from salespath.engine.overlays import restored
from salespath.engine.table import assess_table
from salespath.facts import Vocabulary
from salespath.files.output import Begin, Output, check, is_there, together
from salespath.files.problems import ERROR, Problem, SalespathError, has_error, refusal, shown
from salespath.report.overview import Overview
from salespath.tables.assessed import Typed, assessed, read_companies, work_ahead
from salespath.tables.batch import Batch
from salespath.tables.chosen import PLANNED, SETTLED, STRONG, chosen
from salespath.tables.header import COMPANY, range_column
from salespath.tables.overview import add, grouped_by
from salespath.tables.progress import Advance, Summary, bar
from salespath.tables.read import STOPPED, CompaniesFile, TableReading
from salespath.tables.rejects import RejectsFile
from salespath.tables.result_columns import ResultColumns, Wording
from salespath.tables.spreadsheet import ROWS, check_installed
from salespath.tables.write import DOCUMENTS, WORKBOOK, write

if TYPE_CHECKING:
    from salespath.tables.workbook_out import About

MOST = 50_000  # companies of which strength and the first question are worked out unasked


def give_memory_back() -> None:
    """Have the system get back what tables no longer need, for the whole process; pyarrow keeps it otherwise."""
    pa.set_memory_pool(pa.system_memory_pool())


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
    options: Mapping[str, str] | None = None,
    day: date | None = None,
    jobs: int = 1,
) -> Summary:
    """Assess files into one file (`-` is standard output). Bad rows are reported and left out, and go to the file `rejects`.

    `ending` says which kind of file, that of its name where there is none; `ascii_only` that JSON needs escapes.

    That file is only written where there is a bad row or an older file to replace, or `always`. `columns` are names and presets of
    `chosen`; JSON has everything. How firm each verdict is, and what to ask first, is worked out for up to MOST companies, of more
    only where it is named or with `strength`. `excel`: CSV begins with a byte order mark. `options` and
    `day` (today) are those that a workbook names. `jobs`: how many processes assess and make the output (of tables, no workbook).

    Raises SalespathError, and writes nothing, where a file cannot be read or written, is both, or exists already (unless `force`),
    or where there is no such column (SP176), or there are more companies than a workbook holds (SP177).
    """
    opened = [file if isinstance(file, CompaniesFile) else CompaniesFile(base, file) for file in files]
    outputs = [Output(path) for path in (out, rejects) if path and path != "-"]
    check(outputs, [file.path for file in opened], force=force)
    ending = ending or out.lower().rpartition(".")[2]
    summary = Summary(rows=any(file.is_table for file in opened))
    if ending == WORKBOOK:
        check_installed()
        for one in opened:
            if not one.is_missing:
                one.keep()
    readings = _begun(opened)
    for one in opened[:1]:
        if has_error(astray := one.options.astray()):
            raise SalespathError(astray)
    wanted = chosen(columns, all_columns((one.columns for one in readings), base.vocabulary), base.vocabulary)
    settle, plan, strong = (not set(some).isdisjoint(wanted.results.values()) for some in (SETTLED, PLANNED, STRONG))
    if ending == WORKBOOK:
        plan = strong = True
    strong &= ending not in DOCUMENTS  # which say it always

    if ending == WORKBOOK:
        _refuse_too_many(readings, out)

    def note(problem: Problem) -> None:
        summary.failed |= problem.severity == ERROR
        report((problem,))

    with together(force=force) as begin, bar(len(readings)) as advance:
        file = begin(out)
        left = _rejects_file(begin, rejects, readings, out)

        typed = chain.from_iterable(_counted(base, reading, summary, left, note, advance) for reading in readings)
        items = _strong(typed, summary) if strong and not (strength or wanted.asked) else map(Typed, typed)
        about = _about(opened, readings, summary, note, options or {}, day) if ending == WORKBOOK else None
        assess = partial(assessed, base, settle=settle, plan=plan)
        write(
            base, items, file, ending, wanted, assess=assess, ascii_only=ascii_only, excel=excel, about=about, jobs=jobs
        )
        _finish(left, summary, always=always)
    return summary


def overview_of_files(
    base: Base,
    files: Sequence[CompaniesFile],
    report: Callable[[Iterable[Problem]], None],
    begin: Begin,
    overview: Overview,
    *,
    rejects: str | None = None,
    like: str | None = None,
    always: bool = False,
    strength: bool = False,
) -> Summary:
    """Assess files into an overview; rows that cannot be used go to the file `rejects`, whose mode is that of `like`.

    What it is grouped by may be any column of the files, as headings are matched. Files that cannot be opened are reported and
    passed over. How firm each verdict is, and what to ask first, is worked out as in `assess_to_file`.

    Raises SalespathError where no file can be opened, where one cannot be read further, or where no file has the column (SP179).
    """
    summary = Summary(rows=any(file.is_table for file in files))

    def note(problem: Problem) -> None:
        summary.failed |= problem.severity == ERROR
        report((problem,))

    readings = []
    for file in files:
        try:
            readings.append(file.reading())
        except SalespathError as error:
            if len(files) == 1 or any(problem.code == STOPPED for problem in error.problems):
                raise
            for problem in error.problems:
                note(problem)
    for one in files[:1]:
        if has_error(astray := one.options.astray()):
            raise SalespathError(astray)
    columns = grouped_by(overview.by, readings, base.vocabulary, files[0].options) if overview.by else {}
    for column in [*columns.values()][:1]:
        overview.by = base.vocabulary[column].label if column in base.vocabulary else column
    left = _rejects_file(begin, rejects, readings, like)
    wording = Wording(base)
    switched_off = (overlay for overlay in base.knowledge.overlays if overlay.switched_off)
    others = {overlay.name: whole for overlay in switched_off if (whole := restored(base, overlay))}
    overview.without = Counter(dict.fromkeys(others, 0))
    with bar(len(readings)) as advance:
        typed = chain.from_iterable(_counted(base, reading, summary, left, note, advance) for reading in readings)
        items = map(Typed, typed) if strength else _strong(typed, summary)
        for item in work_ahead(partial(assessed, base, settle=False), items):
            report(found for case in item.batch.whole or () for found in understood(case))
            results = ResultColumns(wording, item.batch, item.result, strong=item.strong)
            add(overview, item, results, columns.get(item.batch.path, ""))
            for name, whole in others.items():
                there = assess_table(whole, item.batch.table, settle=False, plan=False).process
                overview.without[name] += int((there != item.result.process).sum())
    _finish(left, summary, always=always)
    overview.rejected, overview.left_out = summary.rejected, summary.left_out
    overview.without_strength = summary.without_strength
    return summary


def _counted(
    base: Base,
    reading: TableReading,
    summary: Summary,
    left: RejectsFile | None,
    note: Callable[[Problem], None],
    advance: Advance,
) -> Iterator[Batch]:
    """The batches of a file, its rows counted, those that are rejected written."""
    for batch in read_companies(base, reading, on_problem=note, progress=advance):
        summary.assessed += batch.table.rows
        summary.rejected += len(batch.rejects)
        summary.leave_out(batch.left_out)
        if left and batch.rejects:
            left.write(batch.rejects)
        yield batch
    summary.columns += reading.understood()


def _rejects_file(
    begin: Begin, path: str | None, readings: Sequence[TableReading], like: str | None
) -> RejectsFile | None:
    """Where the rows of some files go that are rejected, if there is such a place."""
    if path is None:
        return None
    return RejectsFile(
        begin,
        path,
        [name for reading in readings for name in reading.names],
        [reading.lines for reading in readings],
        texts=not all(reading.told_by_cells for reading in readings),
        like=like,
    )


def _finish(left: RejectsFile | None, summary: Summary, *, always: bool) -> None:
    """Write rejects although there are none where that is wanted, or older ones are there; say where they are."""
    if left and (always or is_there(left.path)):
        left.start()
    summary.rejects = left.path if left and left.started else None


def _refuse_too_many(readings: Iterable[TableReading], out: str) -> None:
    """Raise SalespathError (SP177) for more rows than a sheet of a workbook has."""
    count = sum(reading.most() for reading in readings)
    if count > ROWS:
        instead = shown(f"{out.rpartition('.')[0]}.parquet", 200)
        what = (
            f"there are {count:,} rows, and a sheet of a workbook holds {ROWS:,}; write Parquet instead: -o {instead}"
        )
        raise refusal("SP177", f"{what} (or .csv).", out)


def _about(
    files: Iterable[CompaniesFile],
    readings: Iterable[TableReading],
    summary: Summary,
    note: Callable[[Problem], None],
    options: Mapping[str, str],
    day: date | None,
) -> About:
    """What a workbook says of the run beside its companies."""
    from salespath.tables.workbook_out import About  # only where there is one

    names = dict.fromkeys(name for reading in readings for name in reading.names)
    return About([file.path for file in files], [*names], summary, note, options, day or date.today())


def _strong(batches: Iterator[Batch], summary: Summary) -> Iterator[Typed]:
    """The batches; of more than MOST companies it is not worked out how firm each verdict is, and the summary says so."""
    waiting: list[Batch] = []
    for batch in batches:
        waiting.append(batch)
        if summary.assessed > MOST:
            summary.without_strength = True
            break
    for batch in chain(waiting, batches):
        yield Typed(batch, not summary.without_strength)


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


def all_columns(each: Iterable[Mapping[str, pa.DataType]], vocabulary: Vocabulary) -> dict[str, pa.DataType]:
    """The columns of all files, the company first; one whose types differ becomes text. Ranges go to the column of their fact."""
    found: dict[str, pa.DataType] = {COMPANY: pa.string()}
    for columns in each:
        for name, kind in columns.items():
            name = range_column(name, vocabulary) or name
            found[name] = kind if found.get(name, kind) == kind else pa.string()
    return found
