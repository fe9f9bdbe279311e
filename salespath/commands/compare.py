"""Companies, scenarios, results or respondents side by side: what differs, and through which rules.

FILE is a fact file or table, of one company or several, or a result saved with `assess --format json`, whose facts are assessed
anew. Of several people's answers about one company, those that change the outcome are marked.

Two tables or lists are the companies of two dates: OLD, then NEW. Then it says whose verdict changed and through which facts and
rules, who is new or gone, and whose cash ends soon. So it does of one table with rows of several dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os.path import basename
from typing import TYPE_CHECKING, NamedTuple

import click

from salespath.commands.shared.delivery import Destination, deliver, deliver_record, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, joined, read_companies, with_base
from salespath.counsel.compare import Side, are_respondents, compare, sides
from salespath.counsel.panel import panel
from salespath.engine.base import Base
from salespath.facts import Portfolio
from salespath.facts.company_names import folded_name
from salespath.files.problems import WARNING, Problem, SalespathError, has_error
from salespath.report.pages import compare as compare_page
from salespath.report.pages import panel as panel_page
from salespath.report.words.currency import in_currency_of
from salespath.tables.read import CompaniesFile

if TYPE_CHECKING:  # numpy and pyarrow
    from salespath.counsel.quarters import Quarter


@click.command("compare", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--respondents/--no-respondents",
    default=None,
    help="Whether the files are several people's answers about one company (taken so if all name one company).",
)
@click.option("--dates", nargs=2, metavar="OLD NEW", help="Of one FILE: the two dates to compare; else its last two.")
@company_options(settings=False)
@output_options()
@with_base
def command(
    base: Base,
    files: tuple[str, ...],
    respondents: bool | None,
    dates: tuple[str, str] | None,
    company: str,
    output: Destination,
) -> None:
    if dates and len(files) > 1:
        raise click.UsageError("--dates is for one FILE; of two files, give the older first.")
    opened = companies_files(base, files)
    opened[0].options.whole = True
    portfolios = read_companies(opened, company, lenient=True)
    if any(file.is_table or dates for file in opened) or (len(opened) == 2 and not any(p.single for p in portfolios)):
        portfolios, quarters = find_quarters(base, opened, portfolios, respondents, dates, company)
        if quarters:
            report_problems(problem for portfolio in portfolios for problem in portfolio.problems)
            compare_quarters(base, quarters, output)
            return
    portfolio = joined(portfolios)
    read = assess_sides(base, portfolio, respondents, file=files[0] if len(files) == 1 else None)
    report_problems(read.problems)
    if len(read.sides) < 2:
        return
    if read.respondents:
        compare_respondents(base, read.sides, output)
    else:
        deliver_record(output, compare_page, compare(read.sides))


def compare_respondents(base: Base, some: Sequence[Side], output: Destination) -> None:
    """Compare several people's answers about one company."""
    name = some[0].assessment.company
    answers = {side.name: side.assessment.case.values for side in some}
    several = panel(base, answers)
    shown = in_currency_of(lambda *arguments: [side.assessment.case for side in some])
    deliver(
        output,
        pages=lambda: [shown(panel_page.page)(base, name, several)],
        document=lambda: shown(panel_page.document)(base, name, answers, several),
    )


def find_quarters(
    base: Base,
    files: Sequence[CompaniesFile],
    found: Sequence[Portfolio],
    respondents: bool | None,
    dates: Sequence[str] | None,
    company: str,
) -> tuple[list[Portfolio], tuple[Quarter, Quarter] | None]:
    """The companies of two dates, where it is these that the files hold; else None, and of each company its latest row.

    Two tables or lists are, unless all that lists hold is records of one company; so is one table with a company at several dates.

    Raises SalespathError (SP183, SP184) for what can be compared in no way.
    """
    from salespath.counsel.quarters import Quarter  # numpy
    from salespath.tables.quarters import Dated, rejected_names, split  # pyarrow

    dated = [Dated(base.vocabulary, portfolio.cases) for portfolio in found]
    rejected = [() if company else rejected_names(portfolio) for portfolio in found]
    one = len({folded_name(case.company) for portfolio in found for case in portfolio.cases}) == 1
    if len(found) == 1 and respondents is None and (dates or (files[0].is_table and dated[0].is_history)):
        if one and not dates:
            return [replace(found[0], cases=dated[0].dated())], None
        old, new, notes = split(dated[0], files[0].path, dates or ())
        two = replace(old, rejected=rejected[0]), replace(new, rejected=rejected[0])
        return [replace(found[0], problems=(*found[0].problems, *notes))], two
    kept = []
    for portfolio, some, file in zip(found, dated, files):
        cases, left = some.latest() if file.is_table and some.is_history else (portfolio.cases, [])
        kept.append(replace(portfolio, cases=cases, problems=(*portfolio.problems, *left)))
    names = [basename(file.path) for file in files]
    if len(set(names)) < len(names):
        names = [file.path for file in files]
    sides = [Quarter(name, portfolio.cases, left) for name, portfolio, left in zip(names, kept, rejected)]
    results = [side.holds_results for side in sides]
    if len(sides) == 2 and respondents is None and not any(portfolio.single for portfolio in found):
        if not one or (any(file.is_table for file in files) and not _say_whose(found)):
            return kept, (sides[0], sides[1])
    elif any(results):
        what = "these are results of an earlier run without all facts; two such files are compared as OLD and NEW."
        problem = Problem("SP183", what, file=files[results.index(True)].path)
        raise SalespathError([*(problem for portfolio in found for problem in portfolio.problems), problem])
    return kept, None


def _say_whose(found: Sequence[Portfolio]) -> bool:
    """Whether records say whose answers they are."""
    return any(case.extra.get("respondent") for portfolio in found for case in portfolio.cases)


def compare_quarters(base: Base, sides: tuple[Quarter, Quarter], output: Destination) -> None:
    """Compare the companies of two dates."""
    from salespath.counsel.quarters import quarters
    from salespath.report.pages import quarters as quarters_page

    found = quarters(base, *sides)
    report_problems(quarters_page.warnings(found))
    deliver_record(output, quarters_page, found)


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
