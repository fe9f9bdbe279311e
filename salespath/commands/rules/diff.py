"""What differs between two rule bases, and which companies get another verdict or plan, through which rules.

OLD and NEW are folders: a whole rule base (a file in it gives the `version`), or one to lay over the built-in rules;
`built-in` or - stands for these themselves.
"""

from __future__ import annotations

import sys

import click

from salespath.commands.shared.delivery import Destination, deliver_record, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, read_companies
from salespath.engine.effects import Effect, effects
from salespath.engine.load import load_folder
from salespath.report.pages import rules_diff
from salespath.report.pages.rules_diff import NamedBase
from salespath.rules.diff import differences


@click.command("diff", help=__doc__)
@click.argument("old")
@click.argument("new")
@click.option("--on", "cases", metavar="CASES", help="Say what it means for the companies of this fact file or table.")
@company_options(settings=False)
@output_options()
def command(old: str, new: str, cases: str | None, company: str, output: Destination) -> None:
    before, after = load_folder(old), load_folder(new)
    companies: int | None = None
    found: list[Effect] = []
    if cases is not None:
        (portfolio,) = read_companies(companies_files(after, [cases]), company)
        report_problems(portfolio.problems)
        companies = len(portfolio.cases)
        with click.progressbar(portfolio.cases, file=sys.stderr, hidden=not sys.stderr.isatty()) as some:
            found = list(effects(before, after, some))
    named = NamedBase(old, before.knowledge), NamedBase(new, after.knowledge)
    entries = differences(before.knowledge, after.knowledge)
    deliver_record(output, rules_diff, *named, entries, companies, found)
