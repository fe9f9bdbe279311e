"""Hold verdicts against known outcomes: agreement, misses, reliability, beside rules of thumb and those that others publish.

CASES are fact files or tables of companies with a `label` each, the process that is documented for it, and under `also_accept`
those that are as good. A fact file may say of each fact, under `basis`, how it is known.
"""

from __future__ import annotations

import click

from salespath.authoring.score import score_files
from salespath.commands.shared.delivery import Destination, deliver_record, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, read_companies, with_base
from salespath.engine.base import Base
from salespath.engine.documented import Selection, documented_cases, without_basis
from salespath.files.problems import Problem
from salespath.report.pages import score


@click.command("score", help=__doc__)
@click.argument("cases", nargs=-1, required=True)
@click.option("--without-inferred", is_flag=True, help="Leave out facts whose `basis` begins with `inferred`.")
@click.option("--without-motion", is_flag=True, help="Leave out facts on how the company sells today.")
@company_options(settings=False)
@output_options()
@with_base
def command(
    base: Base, cases: tuple[str, ...], without_inferred: bool, without_motion: bool, company: str, output: Destination
) -> None:
    problems: list[Problem] = []
    facts = Selection(inferred=not without_inferred, motion=not without_motion)
    files = {}
    paths = list(dict.fromkeys(cases))
    for path, portfolio in zip(paths, read_companies(companies_files(base, paths), company)):
        found, wrong = documented_cases(portfolio, path)
        problems += [*portfolio.problems, *wrong, *(without_basis(found, path) if without_inferred else ())]
        if found:
            files[path] = facts.of(found, base.vocabulary)
    report_problems(problems)
    if files:
        deliver_record(output, score, score_files(base, files), facts)
