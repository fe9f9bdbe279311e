"""How the recommendation for the company in FILE came about; with TARGET, why something else did not.

TARGET is a process (enterprise, smb, both, not_yet, undetermined), a topic of the plan (channel, strategy, infrastructure), a
choice (channel:automation, or a word for it: direct, TAS, referral, cloud), a fact (role), a dimension (team), an attribute or
a rule id. FILE may be left out where --set says what is known.
"""

from __future__ import annotations

import os

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, read_with_settings, with_base
from salespath.engine.assess import assess as assess_case
from salespath.engine.base import Base
from salespath.engine.targets import meant, targets
from salespath.files.problems import refusal, shown, suggestion
from salespath.report.pages import explanation as explanations


@click.command("explain", help=__doc__)
@click.argument("file", required=False)
@click.argument("target", required=False)
@company_options()
@output_options()
@with_base
def command(
    base: Base, file: str | None, target: str | None, texts: tuple[str, ...], company: str, output: Destination
) -> None:
    if texts and file and target is None and not os.path.exists(file) and meant(base, file):
        file, target = None, file  # `explain --set capital=300k channel` names no file
    portfolio = read_with_settings(base, companies_files(base, [file] if file else []), texts, company)
    report_problems(portfolio.problems)
    found = []
    for case in portfolio.cases:
        explanation = explanations.explain(assess_case(base, case), target)
        if explanation is None:
            hint = suggestion(str(target), targets(base))
            message = f"{shown(target)} is not a process, topic, choice, attribute, rule, fact or dimension.{hint}"
            raise refusal("SP130", message, None)
        found.append(explanation)
    if found or not portfolio.single:
        deliver(
            output,
            pages=lambda: map(explanations.page, found),
            document=lambda: explanations.document(found[0]) if portfolio.single else map(explanations.document, found),
        )
