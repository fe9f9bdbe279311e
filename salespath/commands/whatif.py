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

from salespath.commands.shared.options import (
    based,
    format_option,
    read_companies,
    report_problems,
    reported,
    set_option,
    width,
    write_json,
)
from salespath.counsel.decision_map import decision_map
from salespath.counsel.reach.obstacles import obstacles
from salespath.counsel.reach.search import search
from salespath.counsel.reach.steps import cards, way
from salespath.counsel.sensitivity import hinges
from salespath.counsel.whatif import what_if
from salespath.engine.compile import Base
from salespath.facts.settings import chosen, supposed
from salespath.report.pages import decision_map as decision_map_report
from salespath.report.pages import reach as goal_report
from salespath.report.pages import sensitivity as hinges_report
from salespath.report.pages import whatif as whatif_report


@click.command("whatif", help=__doc__)
@click.argument("file")
@set_option
@click.option(
    "--goal", type=click.Choice(["enterprise", "smb", "both"]), help="What it takes to get there, and the way."
)
@click.option("--map", "over", metavar="FACT,FACT", help="The verdict over two numbers, as a map.")
@click.option("--along", metavar="FACT", help="The verdict over one number.")
@click.option("--company", metavar="NAME", default="", help="Which company, where FILE holds several.")
@format_option
@reported
@based
def command(
    base: Base,
    file: str,
    texts: tuple[str, ...],
    goal: str | None,
    over: str | None,
    along: str | None,
    company: str,
    format_: str,
) -> None:
    if sum(option is not None for option in (goal, over, along)) > 1:
        raise click.UsageError("Give one of --goal, --map and --along.")
    names = [name.strip() for name in over.split(",")] if over is not None else [along] if along is not None else []
    if over is not None and len(names) != 2:
        raise click.UsageError("--map takes two numbers: --map annual_contract_value,runway_months.")
    portfolio = read_companies(base, file)
    report_problems(portfolio.problems)
    if not portfolio.cases and portfolio.problems:
        sys.exit(1)
    case = chosen(portfolio.cases, file, company)
    if goal:
        case = supposed(base.vocabulary, case, texts)
        found, hanging = search(base, case, goal), hinges(base, case)
        there = way(base, found, hanging)
        report_problems(hanging.assessment.problems)
        stopping = () if found.reached else obstacles(base, found)
        if format_ == "json":
            write_json(goal_report.document(base, found, there, stopping))
        else:
            click.echo(goal_report.text(base, found, there, stopping, width()), nl=False)
    elif names:
        drawn = decision_map(base, supposed(base.vocabulary, case, texts), names)
        report_problems(drawn.assessment.problems)
        if format_ == "json":
            write_json(decision_map_report.document(drawn))
        else:
            click.echo(decision_map_report.text(drawn, width()), nl=False)
    elif texts:
        changed = what_if(base, case, texts)
        report_problems(changed.after.problems)
        if format_ == "json":
            write_json(whatif_report.document(changed))
        else:
            click.echo(whatif_report.text(changed, width()), nl=False)
    else:
        hanging = hinges(base, case)
        tests = tuple(cards(base, hanging))
        report_problems(hanging.assessment.problems)
        if format_ == "json":
            write_json(hinges_report.document(hanging, tests))
        else:
            click.echo(hinges_report.text(hanging, tests, width()), nl=False)
    if any(problem.severity == "error" for problem in portfolio.problems):
        sys.exit(1)
