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

from collections.abc import Iterable
from types import ModuleType

import click

from salespath.commands.shared.columns import map_columns
from salespath.commands.shared.delivery import Destination, deliver_record, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import companies_files, company_options, read_company, with_base
from salespath.counsel.decision_map import decision_map
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts.settings import suppose
from salespath.report.pages import decision_map as map_page


@click.command("whatif", help=__doc__)
@click.argument("file")
@company_options(maps=False)
@click.option(
    "--goal", type=click.Choice(["enterprise", "smb", "both"]), help="What it takes to get there, and the way."
)
@click.option(
    "--map",
    "maps",
    metavar='FACT,FACT|"COLUMN=FACT"',
    multiple=True,
    help="The verdict over two numbers, as a map; with =, which fact a column of a table is.",
)
@click.option("--along", metavar="FACT", help="The verdict over one number.")
@output_options()
@with_base
def command(
    base: Base,
    file: str,
    texts: tuple[str, ...],
    goal: str | None,
    maps: tuple[str, ...],
    along: str | None,
    company: str,
    output: Destination,
) -> None:
    map_columns([text for text in maps if "=" in text])
    *others, over = (None, *(text for text in maps if "=" not in text))
    if len(others) > 1:
        raise click.UsageError("--map is given twice; one map is drawn.")
    if sum(option is not None for option in (goal, over, along)) > 1:
        raise click.UsageError("Give one of --goal, --map and --along.")
    names = [name.strip() for name in over.split(",")] if over is not None else [along] if along is not None else []
    if over is not None and len(names) != 2:
        raise click.UsageError("--map takes two numbers: --map annual_contract_value,runway_months.")
    portfolio = read_company(companies_files(base, [file]), company)
    report_problems(portfolio.problems)
    if not portfolio.cases:
        return
    (case,) = portfolio.cases
    if goal:
        _reach(base, suppose(base.vocabulary, case, texts), goal, output)
    elif names:
        drawn = decision_map(base, suppose(base.vocabulary, case, texts), names)
        _deliver(output, drawn.assessment, map_page, drawn)
    elif texts:
        _what_if(base, case, texts, output)
    else:
        _sensitivity(base, case, output)


def _deliver(output: Destination, assessment: Assessment, pages: ModuleType, *record: object) -> None:
    report_problems(assessment.problems)
    deliver_record(output, pages, *record)


def _what_if(base: Base, case: Case, texts: Iterable[str], output: Destination) -> None:
    from salespath.counsel.whatif import what_if  # this and what follows search with numpy, which a map does without
    from salespath.report.pages import whatif

    found = what_if(base, case, texts)
    _deliver(output, found.after, whatif, found)


def _reach(base: Base, case: Case, goal: str, output: Destination) -> None:
    from salespath.counsel.reach.obstacles import obstacles
    from salespath.counsel.reach.search import search
    from salespath.counsel.reach.steps import roadmap
    from salespath.counsel.sensitivity import sensitivity
    from salespath.report.pages import reach

    found, hanging = search(base, case, goal), sensitivity(base, case)
    stopping = () if found.reached else tuple(obstacles(base, found))
    _deliver(output, hanging.assessment, reach, base, found, roadmap(base, found, hanging), stopping)


def _sensitivity(base: Base, case: Case, output: Destination) -> None:
    from salespath.counsel.reach.steps import cards
    from salespath.counsel.sensitivity import sensitivity
    from salespath.report.pages import sensitivity as pages

    found = sensitivity(base, case)
    _deliver(output, found.assessment, pages, found, tuple(cards(base, found)))
