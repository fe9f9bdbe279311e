"""Check fact files: every problem at once, with its place and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, read_companies, with_base
from salespath.engine.assess import assess as assess_case
from salespath.engine.base import Base
from salespath.engine.contradictions import problem
from salespath.files.problems import NOTE, in_order
from salespath.files.visible import visible
from salespath.report.plain import plain
from salespath.report.words.phrases import number_of


@click.command("check", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@company_options(settings=False)
@output_options()
@with_base
def command(base: Base, files: tuple[str, ...], company: str, output: Destination) -> None:
    portfolios = read_companies(companies_files(base, files), company)

    def checks() -> Iterator[dict[str, Any]]:
        for path, portfolio in zip(files, portfolios):
            problems = list(portfolio.problems)
            for case in portfolio.cases:
                assessment = assess_case(base, case)
                problems.extend(assessment.problems)
                problems.extend(problem(case, item) for item in assessment.contradictions if item.kind == "doubtful")
            report_problems(problems)
            yield {
                "file": path,
                "companies": len(portfolio.cases) + len(portfolio.rejects),
                "assessable": len(portfolio.cases),
                "facts": sum(len(case.values) for case in portfolio.cases),
                "problems": plain(in_order(problems)),
            }

    deliver(
        output,
        pages=lambda: map(_line, checks()),
        document=checks,
    )


def _line(item: Mapping[str, Any]) -> str:
    """A file in a line."""
    companies = number_of(item["companies"], "company", "companies")
    wrong = sum(problem["severity"] != NOTE for problem in item["problems"])
    return (
        f"{visible(item['file'])}: {item['assessable']} of {companies} can be assessed, "
        f"{number_of(item['facts'], 'fact', 'facts')} known, {number_of(wrong or 'no', 'problem', 'problems')}.\n"
    )
