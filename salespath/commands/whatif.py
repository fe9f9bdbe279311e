"""What the verdict on the company in FILE hangs on; what changes with other facts; what it takes to reach a process.

Without options: for each known fact whether the verdict holds if it is a step off, or not known.

--set supposes other facts and says what changes, through which rules: --set capital=2M, --set who_sells=[founder],
--set team_roles+=digital_marketer, --set self_serve= (not known). Values are written as in a fact file.

--goal finds every smallest set of at most three changes that reaches the process (with --set: from there), each of them
something the company can change itself or an answer still missing, with the steps, the triggers and the tests.

--map draws the verdict over two numbers (--along over one), facts or computed ones, while the rest stays (with --set: as set):
--map annual_contract_value,runway_months. The borders through the company's own place are exact.
"""

from __future__ import annotations

import sys

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.options import based, report_problems, reported, width
from salespath.commands.shared.reading import companies_files, company_options, read_meant
from salespath.counsel.decision_map import decision_map
from salespath.counsel.reach.obstacles import obstacles
from salespath.counsel.reach.search import search
from salespath.counsel.reach.steps import cards, way
from salespath.counsel.sensitivity import hinges
from salespath.counsel.whatif import what_if
from salespath.engine.compile import Base
from salespath.facts.settings import supposed
from salespath.files.problems import has_error
from salespath.report.pages import decision_map as decision_map_report
from salespath.report.pages import reach as goal_report
from salespath.report.pages import sensitivity as hinges_report
from salespath.report.pages import whatif as whatif_report


@click.command("whatif", help=__doc__)
@click.argument("file")
@company_options()
@click.option(
    "--goal", type=click.Choice(["enterprise", "smb", "both"]), help="What it takes to get there, and the way."
)
@click.option("--map", "over", metavar="FACT,FACT", help="The verdict over two numbers, as a map.")
@click.option("--along", metavar="FACT", help="The verdict over one number.")
@reported
@output_options()
@based
def command(
    base: Base,
    file: str,
    texts: tuple[str, ...],
    goal: str | None,
    over: str | None,
    along: str | None,
    company: str,
    output: Destination,
) -> None:
    if sum(option is not None for option in (goal, over, along)) > 1:
        raise click.UsageError("Give one of --goal, --map and --along.")
    names = [name.strip() for name in over.split(",")] if over is not None else [along] if along is not None else []
    if over is not None and len(names) != 2:
        raise click.UsageError("--map takes two numbers: --map annual_contract_value,runway_months.")
    portfolio = read_meant(companies_files(base, [file]), company)
    report_problems(portfolio.problems)
    if not portfolio.cases:
        sys.exit(1 if has_error(portfolio.problems) else 0)
    (case,) = portfolio.cases
    if goal:
        case = supposed(base.vocabulary, case, texts)
        found, hanging = search(base, case, goal), hinges(base, case)
        there = way(base, found, hanging)
        report_problems(hanging.assessment.problems)
        stopping = () if found.reached else obstacles(base, found)
        deliver(
            output,
            pages=lambda: [goal_report.text(base, found, there, stopping, width())],
            document=lambda: goal_report.document(base, found, there, stopping),
        )
    elif names:
        drawn = decision_map(base, supposed(base.vocabulary, case, texts), names)
        report_problems(drawn.assessment.problems)
        deliver(
            output,
            pages=lambda: [decision_map_report.text(drawn, width())],
            document=lambda: decision_map_report.document(drawn),
        )
    elif texts:
        changed = what_if(base, case, texts)
        report_problems(changed.after.problems)
        deliver(
            output,
            pages=lambda: [whatif_report.text(changed, width())],
            document=lambda: whatif_report.document(changed),
        )
    else:
        hanging = hinges(base, case)
        tests = tuple(cards(base, hanging))
        report_problems(hanging.assessment.problems)
        deliver(
            output,
            pages=lambda: [hinges_report.text(hanging, tests, width())],
            document=lambda: hinges_report.document(hanging, tests),
        )
    if has_error(portfolio.problems):
        sys.exit(1)
