"""Check fact files: every problem at once, with its place and what was expected."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.options import based, report_problems, reported
from salespath.commands.shared.reading import companies_files, company_options, read_companies
from salespath.engine.assess import assess as assess_case
from salespath.engine.compile import Base
from salespath.engine.contradictions import problem
from salespath.files.problems import has_error, in_order
from salespath.report.plain import plain


@click.command("check", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@company_options(settings=False)
@reported
@output_options()
@based
def command(base: Base, files: tuple[str, ...], company: str, output: Destination) -> None:
    portfolios = read_companies(companies_files(base, files), company)
    failed = False

    def checked() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for path, portfolio in zip(files, portfolios):
            problems = list(portfolio.problems)
            for case in portfolio.cases:
                assessment = assess_case(base, case)
                problems.extend(assessment.problems)
                problems.extend(problem(case, item) for item in assessment.contradictions if item.kind == "doubtful")
            report_problems(problems)
            failed = failed or has_error(problems)
            yield {
                "file": path,
                "companies": len(portfolio.cases) + len(portfolio.rejects),
                "assessable": len(portfolio.cases),
                "facts": sum(len(case.values) for case in portfolio.cases),
                "problems": plain(in_order(problems)),
            }

    deliver(
        output,
        pages=lambda: (
            f"{item['file']}: {item['assessable']} of {item['companies']} companies can be assessed, "
            f"{item['facts']} facts known, {len(item['problems'])} problems.\n"
            for item in checked()
        ),
        document=checked,
    )
    if failed:
        sys.exit(1)
