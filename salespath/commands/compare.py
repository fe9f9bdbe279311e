"""Companies, scenarios, results or respondents side by side: what differs, and through which rules.

FILE is a fact file or table, of one company or several, or a result saved with `assess --format json`, whose facts are assessed
anew. Of several people's answers about one company, those that change the outcome are marked.
"""

from __future__ import annotations

from typing import NamedTuple

import click

from salespath.commands.shared.delivery import Destination, deliver, deliver_record, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, joined, read_companies, with_base
from salespath.counsel.compare import Side, are_respondents, compare, sides
from salespath.counsel.panel import panel
from salespath.engine.base import Base
from salespath.facts import Portfolio
from salespath.facts.company_names import folded_name
from salespath.files.problems import WARNING, Problem, has_error
from salespath.report.pages import compare as compare_page
from salespath.report.pages import panel as panel_page
from salespath.report.words.currency import in_currency_of


@click.command("compare", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--respondents/--no-respondents",
    default=None,
    help="Whether the files are several people's answers about one company (taken so if all name one company).",
)
@company_options(settings=False)
@output_options()
@with_base
def command(base: Base, files: tuple[str, ...], respondents: bool | None, company: str, output: Destination) -> None:
    portfolio = joined(read_companies(companies_files(base, files), company, lenient=True))
    read = assess_sides(base, portfolio, respondents, file=files[0] if len(files) == 1 else None)
    report_problems(read.problems)
    if len(read.sides) < 2:
        return
    if not read.respondents:
        deliver_record(output, compare_page, compare(read.sides))
        return
    name = read.sides[0].assessment.company
    answers = {side.name: side.assessment.case.values for side in read.sides}
    several = panel(base, answers)
    shown = in_currency_of(lambda *arguments: [side.assessment.case for side in read.sides])
    deliver(
        output,
        pages=lambda: [shown(panel_page.page)(base, name, several)],
        document=lambda: shown(panel_page.document)(base, name, answers, several),
    )


class Sides(NamedTuple):
    """What is compared, whether it is several people's answers about one company, and what is wrong with it."""

    sides: tuple[Side, ...]
    respondents: bool
    problems: list[Problem]


def assess_sides(base: Base, read: Portfolio, respondents: bool | None = None, *, file: str | None = None) -> Sides:
    """Assess what was read (from one `file` only); whether it is people's answers is found out where `respondents` is None.

    A company with an error is left out. Fewer than two are an error (SP164), respondents about several companies a warning (SP165).
    """
    people = are_respondents(base.vocabulary, read.cases) if respondents is None else respondents
    found = sides(base, read.cases, respondents=people)
    problems = [*read.problems, *(problem for side in found for problem in side.assessment.problems)]
    problems.extend(compare_page.warnings(found))
    if len(found) == 1 or (not found and has_error(problems)):  # of files with nothing in them that is said already
        number = "one company" if found else "no company"
        what = f"found {number} to compare; give two or more, in one file or in several."
        problems.append(Problem("SP164", what, file=file))
    companies = dict.fromkeys(case.company for case in read.cases if case.named)  # others go by the name of their file
    if respondents and len(set(map(folded_name, companies))) > 1:
        what = f"these answers are about {', '.join(companies)}; they are taken as answers about one company."
        problems.append(Problem("SP165", what, WARNING))
    return Sides(found, people, problems)
