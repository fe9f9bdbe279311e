"""Recommend a process for the companies in FILE: one company gives a report, many an overview.

FILE is a fact file (YAML, JSON, JSON Lines) or a table (CSV, Parquet, Excel) with fact ids as headers; - is standard input, of any
kind. A folder stands for the files in it: forms that companies have filled in (see request) are merged into the companies of FILE.

Of one company a file .md, .html, .pdf, .docx or .xlsx is a handout (docs/handouts.md), with --full the whole page.

--set says what is known of one company, without FILE or on top of it: --set product_stage=launched --set capital=300k
--set team_roles=marketing,sales.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import click

from salespath.commands.shared.answers import files_with_answers
from salespath.commands.shared.columns import given_options, report_columns
from salespath.commands.shared.delivery import STDOUT, Destination, deliver, given_words, output_options
from salespath.commands.shared.group import report_problems, report_rest, say
from salespath.commands.shared.reading import (
    company_options,
    given_money,
    read_with_settings,
    start_option,
    with_base,
)
from salespath.engine.assess import Engine
from salespath.engine.assess import assess as assess_case
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts import Case, Portfolio
from salespath.files.output import Begin, together
from salespath.files.problems import NOTE
from salespath.report.formats.text import fitting
from salespath.report.overview import MOST, Overview, overview_of
from salespath.report.page import Page
from salespath.report.pages import assessment as report
from salespath.report.pages import portfolio
from salespath.report.pages.portfolio import PAGES, TOP
from salespath.report.plain import document
from salespath.report.words.overlays import switched_off
from salespath.tables.columns import UNKNOWN
from salespath.tables.progress import Summary
from salespath.tables.read import CompaniesFile

if TYPE_CHECKING:  # not needed for a report on the terminal
    from salespath.counsel.handout import Handout
    from salespath.report.firm import Firm
    from salespath.tables.spark_folders import SparkSummary

_TABLES, _RECORDS = ("csv", "parquet", "xlsx"), ("json", "jsonl")


@click.command("assess", help=__doc__)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@company_options()
@click.option("--full", is_flag=True, help="One company: with every step, owner and reason of the plan.")
@start_option
@click.option(
    "--strength",
    is_flag=True,
    help="Say of more than 50,000 companies, too, how firm each verdict is and what to ask first.",
)
@click.option(
    "--columns",
    metavar="NAMES",
    help="What a CSV, Parquet or Excel file holds: verdict, reasons, plan, fired, all, names of columns; with commas between them.",
)
@click.option("--excel", is_flag=True, help="Let a CSV file begin with a byte order mark, as Excel wants it.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that make a CSV or Parquet file of many companies, of some 300 MB each.  [default: 1]",
)
@click.option("--possible", is_flag=True, help="Search which processes other answers could lead to, with examples.")
@click.option(
    "--engine",
    type=click.Choice(["salespath", "experta"]),
    default="salespath",
    show_default=True,
    help="What draws the conclusions. They are the same; experta is slow, and there to check.",
)
@click.option("--by", metavar="COLUMN", help="Many companies: count them by any column of FILE, too.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Many companies: name the N most urgent.  [default: {TOP} where it is printed, else all]",
)
@click.option(
    "--on",
    "machines",
    type=click.Choice(["spark"]),
    help="Assess a folder of tables in Apache Spark: OUT.csv or OUT.parquet is then a folder (docs/spark.md).",
)
@click.option(
    "--firm", "firm_file", metavar="FILE.yaml", help="A handout bears the name, logo and colour of this firm."
)
@click.option("--template", metavar="FILE.docx", help="A handout in Word is made from a firm's own template.")
@output_options("csv", "parquet", "xlsx", "jsonl")
@with_base
def command(
    base: Base,
    files: tuple[str, ...],
    texts: tuple[str, ...],
    company: str,
    output: Destination,
    full: bool,
    start: date | None,
    strength: bool,
    columns: str | None,
    excel: bool,
    jobs: int | None,
    possible: bool,
    engine: str,
    by: str | None,
    top: int | None,
    machines: str | None,
    firm_file: str | None,
    template: str | None,
) -> None:
    one_by_one = "--possible" if possible else f"--engine {engine}" if engine != "salespath" else ""
    one_by_one = one_by_one or ("--set" if texts else "--company" if company else "")
    workbook = output.ending == "xlsx" and columns is None and not (machines or possible or engine != "salespath")
    alone = "" if workbook else one_by_one  # a workbook of one company is a handout
    _refuse_what_does_not_fit(output, alone, columns=columns, excel=excel, jobs=jobs, by=by, top=top)
    firm = _firm(output, firm_file, template, full=full)
    names = [name.strip() for name in (columns or "").split(",") if name.strip()]
    if machines:
        _assess_in_spark(base, files, output, names, strength=strength, excel=excel, jobs=jobs)
        return
    opened = files_with_answers(base, files)
    if files and not opened:
        return  # nothing but forms, of which it is said why they are not merged
    table = output.ending in _TABLES
    paged = not table and output.ending not in _RECORDS
    held: Portfolio | None = None
    if (paged or workbook) and len(opened) == 1 and not one_by_one and not opened[0].is_table:
        held = read_with_settings(base, opened, texts, company)  # what is in it tells whether it is of one company
    single = bool(held and held.single)
    if held and not (single and (paged or held.cases)):
        from salespath.tables.answers import AnsweredFile  # numpy and pyarrow

        opened, held = [AnsweredFile(base, opened[0], held)], None
    documents = output.ending in _RECORDS and not one_by_one and all(file.is_table for file in opened)
    if opened and not held and ((table and not (workbook and one_by_one)) or documents):
        _assess_to_file(base, opened, output, names, strength=strength, excel=excel, jobs=jobs or 1)
        return

    pages = _Pages(output, full, start, top, firm, template)
    if opened and paged and not one_by_one and not held:
        if template:
            raise click.UsageError("--template is for one company, and FILE holds several; choose one with --company.")
        _assess_many(base, opened, pages, by or "", strength=strength)
        return
    read = held or read_with_settings(base, opened, texts, company)
    report_problems(read.problems)
    if read.single and (by is not None or top is not None):
        raise click.UsageError(f"{'--top' if by is None else '--by'} is for many companies, and this is one.")
    _assess_each(base, read, pages, possible=possible, engine=engine, rows=any(file.is_table for file in opened))


@dataclass(frozen=True)
class _Pages:
    """How companies are told: where, each with its whole plan or not, and how many of them."""

    output: Destination
    full: bool
    start: date | None
    top: int | None
    firm: Firm | None
    template: str | None

    @property
    def brief(self) -> bool:
        """Whether it is text, where each of many companies has a line and no page."""
        return self.output.ending == "txt"

    @property
    def most(self) -> int:
        """How many companies are named."""
        return self.top or (TOP if self.brief and self.output.path == STDOUT else MOST)

    def of(self, assessment: Assessment) -> Page:
        """The page of a company."""
        return report.full(assessment, self.start) if self.full else report.page(assessment, start=self.start)

    def of_one(self, assessment: Assessment) -> Iterable[Page | str]:
        """The pages of the only company: in text one as long as a screen, else its handout."""
        if self.full:
            return [self.of(assessment)]
        if self.brief:
            return [fitting(report.versions(assessment, self.start), **self.output.style)]
        from salespath.report.pages.handout import pages  # with all that it gathers

        return pages(self.handout(assessment))

    def handout(self, assessment: Assessment) -> Handout:
        """What is handed out about a company; what is wrong with its assumptions is reported."""
        from salespath.counsel.handout import handout_of

        found = handout_of(assessment, self.start)
        report_problems(found.problems)
        return found

    def write_handout(self, assessment: Assessment, begin: Begin) -> bool:
        """Write the handout of the only company where no pages are written: as a workbook, or in a firm's own template."""
        if self.output.ending == "xlsx":
            from salespath.tables.handout_out import write_handout  # XlsxWriter

            made = write_handout(self.handout(assessment))
        elif self.template:
            from salespath.report.formats.docx_template import fill  # docxtpl
            from salespath.report.pages.handout import document as record
            from salespath.report.pages.handout import pages

            found = self.handout(assessment)
            made = fill(self.template, record(found), pages(found), self.firm)
        else:
            return False
        begin(self.output.path).write(made)
        return True

    def of_many(self, base: Base, overview: Overview, assessed: Callable[[Case], Assessment]) -> Iterator[Page]:
        """The page of a portfolio, and one of each company of which the overview has the answers."""
        yield portfolio.page(base, overview, paper=not self.brief)
        yield from (self.of(assessed(line.case)) for line in overview.lines if line.case)


def _firm(output: Destination, firm_file: str | None, template: str | None, *, full: bool) -> Firm | None:
    """The firm whose name is on what is written. Raises UsageError for a kind of file that bears none."""
    if firm_file and output.ending not in ("md", "html", "pdf", "docx"):
        raise click.UsageError("--firm is for .html, .pdf, .docx and .md.")
    if template:
        if output.ending != "docx" or full:
            raise click.UsageError("--template is for a handout in Word: -o OUT.docx, without --full.")
        from salespath.report.formats.docx_template import read_template, ready  # docxtpl

        ready()
        read_template(template)
    if full and output.ending == "xlsx":
        raise click.UsageError("--full is for text, .md, .html, .pdf and .docx.")
    if not firm_file:
        return None
    from salespath.report.firm import read_firm  # with what looks into a logo

    firm, problems = read_firm(firm_file)
    report_problems(problems)
    return firm


def _refuse_what_does_not_fit(
    output: Destination,
    one_by_one: str,
    *,
    columns: str | None,
    excel: bool,
    jobs: int | None,
    by: str | None,
    top: int | None,
) -> None:
    """Raise UsageError for options that say different things; `one_by_one` is the one that takes companies one by one, if any."""
    table = output.ending in _TABLES
    if columns is not None and not table:
        raise click.UsageError("--columns is for .csv, .parquet and .xlsx; the other kinds have everything.")
    if excel and output.ending != "csv":
        raise click.UsageError("--excel is for .csv.")
    if jobs is not None and output.ending not in ("csv", "parquet"):
        raise click.UsageError("--jobs is for .csv and .parquet.")
    for option, given in (("--by", by), ("--top", top)):
        if given is not None and (table or output.ending in _RECORDS):
            raise click.UsageError(
                f"{option} is for text, .md and .html (and .pdf); a table has a row for each company."
            )
    if by is not None and one_by_one:
        raise click.UsageError(f"{one_by_one} takes companies one by one; leave --by out.")
    if table and one_by_one:
        raise click.UsageError(f"{one_by_one} takes companies one by one; write .json or .jsonl, not .{output.ending}.")


def _assess_to_file(
    base: Base,
    files: Sequence[CompaniesFile],
    output: Destination,
    columns: Sequence[str],
    *,
    strength: bool,
    excel: bool,
    jobs: int,
) -> None:
    """Assess files row by row: a table or a document for each of them."""
    from salespath.tables.run import assess_to_file, give_memory_back  # numpy and pyarrow

    give_memory_back()
    summary = assess_to_file(
        base,
        files,
        output.path,
        report_problems,
        ending=output.ending,
        ascii_only=output.ascii_only,
        rejects=output.rejects,
        always=output.always,
        force=output.force,
        strength=strength,
        columns=columns,
        excel=excel,
        options=given_words(),
        jobs=jobs,
    )
    _report_table(base, summary)


def _assess_many(base: Base, files: Sequence[CompaniesFile], pages: _Pages, by: str, *, strength: bool) -> None:
    """Assess many companies batch by batch: the page of them all, and of the first of them a page each."""
    from salespath.tables.run import overview_of_files  # numpy and pyarrow

    output = pages.output
    overview = Overview(by=by, ranked=True, most=pages.most, cases=0 if pages.brief else min(PAGES, pages.most))
    with together(force=output.force) as begin:
        summary = overview_of_files(
            base,
            files,
            report_problems,
            begin,
            overview,
            rejects=output.rejects,
            like=None if output.path == STDOUT else output.path,
            always=output.always,
            strength=strength,
        )
        deliver(
            output,
            pages=lambda: pages.of_many(base, overview, lambda case: assess_case(base, case)),
            begin=begin,
            firm=pages.firm,
        )
    report_rest()
    report_columns(summary.columns)
    say(str(summary), err=True)


def _assess_in_spark(
    base: Base,
    files: Sequence[str],
    output: Destination,
    columns: Sequence[str],
    *,
    strength: bool,
    excel: bool,
    jobs: int | None,
) -> None:
    """Assess one folder of files, or one file, into a folder."""
    options = given_options(base.vocabulary, files)
    if output.ending not in ("csv", "parquet") or output.path == STDOUT:
        raise click.UsageError("--on spark writes a folder: give it a name that ends in .csv or .parquet, with -o.")
    if len(files) != 1 or files[0] == "-":
        raise click.UsageError("--on spark reads one folder of files, or one file.")
    for option, given in (
        ("--excel", excel),
        ("--jobs", jobs is not None),
        ("--force", output.force),
        ("--on-error unknown", options.on_error == UNKNOWN),
    ):
        if given:
            raise click.UsageError(f"{option} is for one machine, not for --on spark.")
    from salespath.tables.spark_folders import assess_folder  # numpy, pyarrow, and pyspark where it is there

    summary = assess_folder(
        base,
        files[0],
        output.path,
        output.rejects or f"{output.path}.rejects.csv",
        report_problems,
        money=given_money(),
        options=options,
        columns=columns,
        strength=strength,
    )
    _report_table(base, summary)


def _report_table(base: Base, summary: Summary | SparkSummary) -> None:
    """Say what a table that was written came to."""
    report_rest()
    report_columns(summary.columns)
    say(str(summary), err=True)
    for overlay in base.knowledge.overlays:
        if overlay.switched_off:
            say(f"{switched_off(base, overlay)}.", err=True)


def _assess_each(base: Base, read: Portfolio, pages: _Pages, *, possible: bool, engine: str, rows: bool) -> None:
    """Assess companies one by one: a page or document of the only one, else of all. `rows`: some stood in a table."""
    output, single = pages.output, read.single
    assess = _assessing(base, possible=possible, engine=engine)

    def made() -> Iterable[Page | str]:
        found = [assess(case) for case in read.cases]
        problems = [problem for assessment in found for problem in assessment.problems]
        if single:  # what is wrong the page says itself
            report_problems(problem for problem in problems if problem.severity == NOTE)
            return [page for assessment in found for page in pages.of_one(assessment)]
        report_problems(problems)
        overview = overview_of(found, pages.most, 0 if pages.brief else PAGES)
        known = {id(assessment.case): assessment for assessment in found}
        return pages.of_many(base, overview, lambda case: known[id(case)])

    summary = Summary(len(read.cases), len(read.rejects), rows=rows)
    summary.leave_out(read.left_out)
    with together(force=output.force) as begin:
        if read.cases or (not single and output.ending in _RECORDS):
            plain = (document(assess(case), table=not single) for case in read.cases)
            only = assess(read.cases[0]) if single and (output.ending == "xlsx" or pages.template) else None
            if only is None or not pages.write_handout(only, begin):
                deliver(
                    output,
                    pages=made,
                    document=lambda: next(plain) if single else plain,
                    begin=begin,
                    firm=pages.firm,
                )
        if output.rejects is not None and (output.always or summary.rejected):
            from salespath.tables.rejects import write_rejects  # pyarrow

            write_rejects(read.rejects, begin, output.rejects, like=output.path)
            summary.rejects = output.rejects
    report_rest()
    if not single or summary.rejects:
        say(str(summary), err=True)


def _assessing(base: Base, *, possible: bool, engine: str) -> Callable[[Case], Assessment]:
    """What assesses a company: by which engine, and whether it searches what other answers could lead to."""
    other: Engine | None = None
    if engine == "experta":
        from salespath.engine.crosscheck.in_experta import Experta  # experta

        other = Experta(base).walk

    def assess(case: Case) -> Assessment:
        assessment = assess_case(base, case, other)
        if possible:
            from salespath.engine.settle import search_settled  # numpy

            assessment = search_settled(assessment, every=True)
        return assessment

    return assess
