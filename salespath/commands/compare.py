"""Companies, scenarios, results or respondents side by side: what differs, and through which rules.

FILE is a fact file or table, of one company or several, or a result saved with `assess --format json`, whose facts are assessed
anew. Of several people's answers about one company, those that change the outcome are marked.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from salespath.commands.shared.options import (
    based,
    bold,
    format_option,
    is_table,
    read_companies,
    report_problems,
    reported,
    width,
    write_json,
)
from salespath.counsel.compare import Side, are_respondents, companies_named, compare, sides
from salespath.counsel.panel import panel
from salespath.engine.compile import Base
from salespath.facts import Portfolio
from salespath.facts.saved import read_results
from salespath.files.problems import WARNING, Problem, SalespathError
from salespath.report.formats.text import write
from salespath.report.pages import compare as compare_page
from salespath.report.pages import panel as panel_page


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
    portfolios = [read_portfolio(base, path) for path in files]
    read = assess_sides(base, portfolios, respondents, file=files[0] if len(files) == 1 else None)
    found = read.sides
    report_problems(read.problems)
    if len(found) > 1 and read.respondents:
        company = found[0].assessment.company
        answers = {side.name: side.assessment.case.values for side in found}
        several = panel(base, answers)
        if format_ == "json":
            write_json(panel_page.document(base, company, answers, several))
        else:
            click.echo(write(panel_page.page(base, company, several), width(), bold=bold), nl=False)
    elif len(found) > 1:
        comparison = compare(found)
        if format_ == "json":
            write_json(compare_page.document(comparison))
        else:
            click.echo(write(compare_page.page(comparison), width(), bold=bold), nl=False)
    if any(problem.severity == "error" for problem in read.problems):
        sys.exit(1)


class Sides(NamedTuple):
    """What is compared, whether it is several people's answers about one company, and what is wrong with it."""

    sides: tuple[Side, ...]
    respondents: bool
    problems: list[Problem]


def assess_sides(
    base: Base, read: Sequence[Portfolio], respondents: bool | None = None, *, file: str | None = None
) -> Sides:
    """Assess what was read (from one `file` only); whether it is people's answers is found out where `respondents` is None.

    A company with an error is left out. Fewer than two are an error (SP164), respondents about several companies a warning (SP165).
    """
    cases = [case for portfolio in read for case in portfolio.cases]
    people = are_respondents(cases) if respondents is None else respondents
    found = sides(base, cases, respondents=people)
    problems = [problem for portfolio in read for problem in portfolio.problems]
    problems.extend(problem for side in found for problem in side.assessment.problems)
    problems.extend(compare_page.warnings(found))
    if len(found) < 2:
        number = "one company" if found else "no company"
        what = f"found {number} to compare; give two or more, in one file or in several."
        problems.append(Problem("SP164", what, file=file))
    companies = companies_named(cases)
    if respondents and len({name.casefold() for name in companies}) > 1:
        what = f"these answers are about {', '.join(companies)}; they are taken as answers about one company."
        problems.append(Problem("SP165", what, WARNING))
    return Sides(found, people, problems)


def read_portfolio(base: Base, path: str) -> Portfolio:
    """The companies of a table, a fact file or a saved result; of a file that cannot be read, none and the problems."""
    if is_table(path):
        return read_companies(base, path)
    try:
        return read_results(path, base.vocabulary)
    except SalespathError as error:
        return Portfolio((), error.problems, single=True)
