"""Recommend a process for the companies in FILE: one company gives a report, many a table.

FILE is a YAML or JSON fact file, or a CSV or Parquet table with fact ids as headers; - is standard input (YAML or JSON).

--set says what is known of one company, without FILE or on top of it: --set product_stage=launched --set capital=300k
--set team_roles=marketing,sales.
"""

from __future__ import annotations

import os
import sys

import click

from salespath.commands.shared.options import (
    based,
    bold,
    company_option,
    format_option,
    is_table,
    json_text,
    read_by_run,
    read_supposed,
    report_problems,
    reported,
    set_option,
    width,
)
from salespath.engine.assess import Engine
from salespath.engine.assess import assess as assess_case
from salespath.engine.compile import Base
from salespath.files.output import Output, check, is_there, is_through, together
from salespath.report import formats
from salespath.report.formats.text import fitting, write
from salespath.report.pages import assessment as report
from salespath.report.pages import companies
from salespath.report.plain import document


@click.command("assess", help=__doc__)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@set_option
@company_option
@format_option
@click.option("-o", "--output", metavar="OUT", help="Write OUT.csv, .parquet, .json, .html or .md instead of printing.")
@click.option("--rejects", metavar="FILE.csv", help="Write the rows that are rejected here (with -o: OUT.rejects.csv).")
@click.option("--force", is_flag=True, help="Let -o and --rejects replace existing files; never an input.")
@click.option("--full", is_flag=True, help="One company: with every step, owner and reason of the plan.")
@click.option(
    "--strength", is_flag=True, help="Say of more than 50,000 companies, too, how firm each verdict is (with -o)."
)
@click.option("--possible", is_flag=True, help="Search which processes other answers could lead to, with examples.")
@click.option(
    "--engine",
    type=click.Choice(["salespath", "experta"]),
    default="salespath",
    show_default=True,
    help="What draws the conclusions. They are the same; experta is slow, and there to check.",
)
@reported
@based
def command(
    base: Base,
    files: tuple[str, ...],
    texts: tuple[str, ...],
    company: str,
    format_: str,
    output: str | None,
    rejects: str | None,
    force: bool,
    full: bool,
    strength: bool,
    possible: bool,
    engine: str,
) -> None:
    output = None if output == "-" else output
    through = output is not None and is_through(output)  # a pipe or device: what goes there needs no name of a file
    if rejects is not None and not (rejects.lower().endswith(".csv") or is_through(rejects)):
        raise click.UsageError(f"--rejects {rejects}: expected a name that ends in .csv.")
    suffix = os.path.splitext((output or "").lower())[1].removeprefix(".")
    one_by_one = "--possible" if possible else f"--engine {engine}" if engine != "salespath" else ""
    one_by_one = one_by_one or ("--set" if texts else "--company" if company else "")
    if output is not None and not through and suffix not in ("csv", "parquet", "json", *formats.WRITERS):
        raise click.UsageError(f"-o {output}: expected a name that ends in .csv, .parquet, .json, .html or .md.")
    if suffix in ("csv", "parquet") and one_by_one:
        raise click.UsageError(
            f"-o {output}: {one_by_one} takes companies one by one; write a name that ends in .json."
        )
    left = rejects if output is None or through or rejects is not None else f"{os.path.splitext(output)[0]}.rejects.csv"
    outputs = [Output(output)] if output is not None else []
    outputs += [Output(left, "where rejected rows go", "--rejects")] if left is not None else []
    if outputs:
        check(outputs, read_by_run(*files), force=force)
    always = rejects is not None or (left is not None and is_there(left))
    if (
        files
        and output is not None
        and (suffix in ("csv", "parquet") or (suffix == "json" and all(map(is_table, files)) and not one_by_one))
    ):
        from salespath.tables.run import assess_to_file

        summary = assess_to_file(
            base, files, output, report_problems, rejects=left, always=always, force=force, strength=strength
        )
        click.echo(str(summary), err=True)
        sys.exit(1 if summary.failed else 0)
    if suffix == "json":
        format_ = "json"
    from salespath.tables.summary import Summary

    portfolios = read_supposed(base, files, texts, company)
    problems = [problem for portfolio in portfolios for problem in portfolio.problems]
    report_problems(problems)
    cases = [case for portfolio in portfolios for case in portfolio.cases]
    single = len(portfolios) == 1 and portfolios[0].single
    failed = any(problem.severity == "error" for problem in problems)
    other: Engine | None = None
    if engine == "experta":
        from salespath.engine.crosscheck.in_experta import Experta

        other = Experta(base).walk
    assessments = [assess_case(base, case, other) for case in cases]
    if possible:
        from salespath.engine.settle import searched

        assessments = [searched(assessment, every=True) for assessment in assessments]
    if not (single or format_ == "json"):  # a page and a document say so themselves
        report_problems(problem for assessment in assessments for problem in assessment.problems)
    text = ""
    if format_ == "json":
        documents = [document(a, table=not single) for a in assessments]
        if not (single and failed):
            text = json_text(documents[0] if single else documents, printed=output is None)
    elif assessments and suffix in formats.WRITERS:
        pages = [(report.full if full else report.page)(a) for a in assessments]
        text = formats.write_page(pages if single else [companies.page(assessments), *pages], suffix)
    elif assessments:
        encoding = sys.stdout.encoding or "ascii"
        if single and not full:
            text = fitting(report.versions(assessments[0]), width(), bold=bold, encoding=encoding)
        else:
            page = report.full(assessments[0]) if single else companies.page(assessments)
            text = write(page, width(), bold=bold, encoding=encoding)
    summary = Summary(len(cases), sum(portfolio.rejected for portfolio in portfolios))
    with together(force=force) as begin:
        if output is not None and text:
            begin(output).write(text.encode())
        if left is not None and (always or summary.rejected):
            from salespath.tables.rejects import write_rejects

            write_rejects((some for portfolio in portfolios for some in portfolio.rejects), begin, left, like=output)
            summary.rejects = left
    if output is None:
        click.echo(text, nl=False)
    if not single or summary.rejects:
        click.echo(str(summary), err=True)
    if failed:
        sys.exit(1)
