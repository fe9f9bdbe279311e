"""What the recommended process takes in deals, people, months and cash, for the company in FILE.

Of the other process it is said what it would have to be to end with as much; it is shown beside where the company gave figures.

The company's own figures come first, published ones stand in for the rest and are marked as assumed. FILE can set these under
`assumptions`, beside `facts` (docs/economics.md). It may be left out where --set says what is known.
"""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, read_with_settings, with_base
from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.other_process import processes_to_show
from salespath.counsel.economics.process_economics import economics
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.files.problems import SalespathError
from salespath.report.pages.economics import document, page


@click.command("economics", help=__doc__)
@click.argument("file", required=False)
@company_options()
@click.option(
    "--months", type=click.IntRange(1, 120), default=36, show_default=True, help="How many months to look ahead."
)
@click.option(
    "--process", type=click.Choice(["enterprise", "smb"]), help="Only this process, whatever the rules recommend."
)
@output_options()
@with_base
def command(
    base: Base,
    file: str | None,
    texts: tuple[str, ...],
    company: str,
    months: int,
    process: str | None,
    output: Destination,
) -> None:
    portfolio = read_with_settings(base, companies_files(base, [file] if file else []), texts, company)
    problems = list(portfolio.problems)
    found = []
    for case in portfolio.cases:
        assessment = assess(base, case)
        try:
            read = inputs(base, case, assessment)
        except SalespathError as error:
            problems.extend(error.problems)
            continue
        chosen = (process,) if process else processes_to_show(assessment.process, assessment.leaning, read)
        warnings = [*assessment.problems, *read.problems]
        problems.extend(warnings)
        found.append((economics(case.company, read, months, chosen, marked=process is None), assessment, warnings))
    report_problems(problems)
    documents = (document(result, base, warnings, assessment.case) for result, assessment, warnings in found)
    if found or not portfolio.single:
        deliver(
            output,
            pages=lambda: (page(result, assessment) for result, assessment, _ in found),
            document=lambda: next(documents) if portfolio.single else documents,
            between="\n\n",
        )
