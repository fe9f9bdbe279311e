"""The commands that follow an assessment. Everything heavy is imported in the command that needs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from salespath.console import based, bold, format_option, read_companies, report_problems, reported, width, write_json

if TYPE_CHECKING:
    from salespath.engine.compile import Base


@click.command()
@click.argument("file")
@click.option(
    "--months", type=click.IntRange(1, 120), default=36, show_default=True, help="How many months to look ahead."
)
@click.option("--process", type=click.Choice(["enterprise", "smb"]), help="Only this process.")
@format_option
@reported
@based
def economics(base: Base, file: str, months: int, process: str | None, format_: str) -> None:
    """What each process takes in deals, people, months and cash, for the company in FILE.

    The company's own figures come first, published ones stand in for the rest and are marked as assumed. FILE can set these under
    `assumptions`, beside `facts` (docs/economics.md).
    """
    from salespath.counsel.economics import economics as computed
    from salespath.counsel.economics_inputs import inputs
    from salespath.counsel.economics_json import document
    from salespath.counsel.economics_text import render
    from salespath.engine.assess import assess
    from salespath.errors import SalespathError
    from salespath.facts.values import readable
    from salespath.rules.model import PROCESSES

    portfolio = read_companies(base, file)
    problems = list(portfolio.problems)
    documents = []
    pages = []
    for case in portfolio.cases:
        try:
            read = inputs(base, case)
        except SalespathError as error:
            problems.extend(error.problems)
            continue
        assessment = assess(base, case)
        found = computed(case.company, read, months, PROCESSES if process is None else (process,))
        warnings = [*assessment.problems, *read.problems]
        problems.extend(warnings)
        if format_ == "json":
            documents.append(document(found, base, warnings))
        else:
            verdict = readable(assessment.process) + (f", {readable(assessment.lead)} first" if assessment.lead else "")
            encoding = sys.stdout.encoding or "ascii"
            pages.append(render(found, base, width(), verdict=verdict, encoding=encoding, bold=bold))
    report_problems(problems)
    if format_ == "json":
        if documents or not portfolio.single:
            write_json(documents[0] if portfolio.single else documents)
    else:
        click.echo("\n\n".join(pages), nl=False)
    if any(problem.severity == "error" for problem in problems):
        sys.exit(1)
