"""Check fact files: every problem at once, with its place and what was expected."""

from __future__ import annotations

import sys

import click

from salespath.commands.shared.options import based, read_companies, report_problems, reported
from salespath.engine.assess import assess as assess_case
from salespath.engine.compile import Base
from salespath.engine.contradictions import problem


@click.command("check", help=__doc__)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@reported
@based
def command(base: Base, files: tuple[str, ...]) -> None:
    failed = False
    for path in files:
        portfolio = read_companies(base, path)
        problems = list(portfolio.problems)
        for case in portfolio.cases:
            assessment = assess_case(base, case)
            problems.extend(assessment.problems)
            problems.extend(problem(case, item) for item in assessment.contradictions if item.kind == "doubtful")
        report_problems(problems)
        failed = failed or any(problem.severity == "error" for problem in problems)
        known = sum(len(case.values) for case in portfolio.cases)
        click.echo(
            f"{path}: {len(portfolio.cases)} of {len(portfolio.cases) + portfolio.rejected} companies can be assessed, "
            f"{known} facts known, {len(problems)} problems."
        )
    if failed:
        sys.exit(1)
