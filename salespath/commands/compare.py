"""Companies, scenarios, results or respondents side by side: what differs, and through which rules.

FILE is a fact file or table, of one company or several, or a result saved with `assess --format json`, whose facts are assessed
anew. Of several people's answers about one company, those that change the outcome are marked.
"""

from __future__ import annotations

import sys

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.options import based, bold, report_problems, reported, width
from salespath.commands.shared.reading import companies_files, company_options, read_companies
from salespath.counsel.compare import compare as compared
from salespath.counsel.compare_read import read_columns
from salespath.counsel.panel import panel
from salespath.engine.compile import Base
from salespath.files.problems import has_error
from salespath.report.pages import compare as compare_report
from salespath.report.pages import panel as respondents_report


@click.command("compare", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--respondents/--no-respondents",
    default=None,
    help="Whether the files are several people's answers about one company (taken so if all name one company).",
)
@company_options(settings=False)
@reported
@output_options()
@based
def command(base: Base, files: tuple[str, ...], respondents: bool | None, company: str, output: Destination) -> None:
    portfolios = read_companies(companies_files(base, files), company, lenient=True)
    read = read_columns(base, portfolios, respondents, file=files[0] if len(files) == 1 else None)
    report_problems(read.problems)
    if len(read.columns) > 1 and read.respondents:
        name = read.columns[0].assessment.company
        answers = {column.name: column.assessment.case.values for column in read.columns}
        people = panel(base, answers)
        deliver(
            output,
            pages=lambda: [respondents_report.text(base, name, people, width(), bold=bold)],
            document=lambda: respondents_report.document(base, name, answers, people),
        )
    elif len(read.columns) > 1:
        found = compared(read.columns)
        deliver(
            output,
            pages=lambda: [compare_report.text(found, min(width(), 140), bold=bold)],
            document=lambda: compare_report.document(found),
        )
    if has_error(read.problems):
        sys.exit(1)
