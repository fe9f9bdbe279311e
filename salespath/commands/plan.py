"""What to do in the next ninety days, for the company in FILE: moves by week, customers and deals, cash, and when to stop.

Under "not yet" it is what lifts the block, where the answers do not decide the questions that would, under "both" the plan of the
process that goes first. With --start weeks become dates. FILE may be left out where --set says what is known:

    salespath plan company.yaml --start 2027-01-04
"""

from __future__ import annotations

from datetime import date

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import (
    companies_files,
    company_options,
    read_with_settings,
    start_option,
    with_base,
)
from salespath.counsel.economics.inputs import inputs
from salespath.counsel.economics.process_economics import economics
from salespath.counsel.moves import planned_moves
from salespath.counsel.ninety_days import NinetyDays, ninety_days
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.files.problems import SalespathError
from salespath.report.pages.ninety_days import document, page

MONTHS = 36  # that the economics look ahead


@click.command("plan", help=__doc__)
@click.argument("file", required=False)
@company_options()
@start_option
@output_options()
@with_base
def command(
    base: Base, file: str | None, texts: tuple[str, ...], company: str, start: date | None, output: Destination
) -> None:
    portfolio = read_with_settings(base, companies_files(base, [file] if file else []), texts, company)
    problems, found = list(portfolio.problems), list[NinetyDays]()
    for case in portfolio.cases:
        assessment = assess(base, case)
        try:
            read = inputs(base, case, assessment)
        except SalespathError as error:
            problems.extend(error.problems)
            continue
        problems += [*assessment.problems, *read.problems]
        process = assessment.sold_as
        money = economics(case.company, read, MONTHS, [process]).processes[process] if process else None
        found.append(ninety_days(assessment, planned_moves(assessment).chosen, money, read.situation))
    report_problems(problems)
    if found or not portfolio.single:
        deliver(
            output,
            pages=lambda: (page(plan, start) for plan in found),
            document=lambda: document(found[0], start)
            if portfolio.single
            else (document(plan, start) for plan in found),
            between="\n\n",
        )
