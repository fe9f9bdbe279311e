"""How the recommendation for the company in FILE came about; with TARGET, why something else did not.

TARGET is a process (enterprise, smb, both, not_yet, undetermined), a topic of the plan (channel, strategy, infrastructure), a
choice (channel:automation, or a word for it: direct, TAS, referral, cloud), a fact (role), a dimension (team), an attribute or
a rule id. FILE may be left out where --set says what is known.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.options import based, report_problems, reported, width
from salespath.commands.shared.reading import companies_files, company_options, read_supposed
from salespath.engine.assess import assess as assess_case
from salespath.engine.compile import Base
from salespath.engine.targets import meant, targets
from salespath.files.problems import Problem, SalespathError, has_error, shown, suggestion
from salespath.report.formats.tree import tree
from salespath.report.pages import explanation as explanations


@click.command("explain", help=__doc__)
@click.argument("file", required=False)
@click.argument("target", required=False)
@company_options()
@reported
@output_options()
@based
def command(
    base: Base, file: str | None, target: str | None, texts: tuple[str, ...], company: str, output: Destination
) -> None:
    if texts and file and target is None and not os.path.exists(file) and meant(base, file):
        file, target = None, file  # `explain --set capital=300k channel` names no file
    (portfolio,) = read_supposed(base, companies_files(base, [file] if file else []), texts, company)
    report_problems(portfolio.problems)
    roots = []
    for case in portfolio.cases:
        assessment = assess_case(base, case)
        root = explanations.why(assessment, target) if target else explanations.how(assessment)
        if root is None:
            hint = suggestion(str(target), targets(base))
            raise SalespathError(
                [
                    Problem(
                        "SP130",
                        f"{shown(target)} is not a process, topic, choice, attribute, rule, fact or dimension.{hint}",
                    )
                ]
            )
        roots.append(root)
    if roots or not portfolio.single:
        deliver(
            output,
            pages=lambda: [tree(root.tree(), min(width(), 100), sys.stdout.encoding or "ascii") for root in roots],
            document=lambda: asdict(roots[0]) if portfolio.single else [asdict(root) for root in roots],
        )
    if has_error(portfolio.problems):
        sys.exit(1)
