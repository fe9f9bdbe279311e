"""Companies, scenarios, results or respondents side by side: what differs, and through which rules.

FILE is a fact file or table, of one company or several, or a result saved with `assess --format json`, whose facts are assessed
anew. Of several people's answers about one company, those that change the outcome are marked.
"""

from __future__ import annotations

import sys

import click

from salespath.commands.shared.options import based, bold, format_option, report_problems, reported, width, write_json
from salespath.counsel.compare import compare as compared
from salespath.counsel.compare_read import read_columns
from salespath.counsel.panel import panel
from salespath.engine.compile import Base
from salespath.report.pages import compare as compare_report
from salespath.report.pages import panel as respondents_report


@click.command("compare", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--respondents/--no-respondents",
    default=None,
    help="Whether the files are several people's answers about one company (taken so if all name one company).",
)
@format_option
@reported
@based
def command(base: Base, files: tuple[str, ...], respondents: bool | None, format_: str) -> None:
    read = read_columns(base, files, respondents)
    report_problems(read.problems)
    if len(read.columns) > 1 and read.respondents:
        company = read.columns[0].assessment.company
        answers = {column.name: column.assessment.case.values for column in read.columns}
        people = panel(base, answers)
        if format_ == "json":
            write_json(respondents_report.document(base, company, answers, people))
        else:
            click.echo(respondents_report.text(base, company, people, width(), bold=bold), nl=False)
    elif len(read.columns) > 1:
        found = compared(read.columns)
        if format_ == "json":
            write_json(compare_report.document(found))
        else:
            click.echo(compare_report.text(found, min(width(), 140), bold=bold), nl=False)
    if any(problem.severity == "error" for problem in read.problems):
        sys.exit(1)
