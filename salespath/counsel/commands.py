"""The commands that follow an assessment. Everything heavy is imported in the command that needs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from salespath.console import (
    based,
    bold,
    company_option,
    format_option,
    read_companies,
    read_supposed,
    report_problems,
    reported,
    set_option,
    width,
    write_json,
)

if TYPE_CHECKING:
    from salespath.engine.compile import Base


@click.command()
@click.argument("file", required=False)
@set_option
@company_option
@click.option(
    "--months", type=click.IntRange(1, 120), default=36, show_default=True, help="How many months to look ahead."
)
@click.option(
    "--process", type=click.Choice(["enterprise", "smb"]), help="Only this process, whatever the rules recommend."
)
@format_option
@reported
@based
def economics(
    base: Base,
    file: str | None,
    texts: tuple[str, ...],
    company: str,
    months: int,
    process: str | None,
    format_: str,
) -> None:
    """What the recommended process takes in deals, people, months and cash, for the company in FILE.

    Of the other process it is said what it would have to be to end with as much; it is shown beside where the company gave figures.

    The company's own figures come first, published ones stand in for the rest and are marked as assumed. FILE can set these under
    `assumptions`, beside `facts` (docs/economics.md). It may be left out where --set says what is known.
    """
    from salespath.counsel.economics.inputs import inputs
    from salespath.counsel.economics.results.results import economics as computed
    from salespath.counsel.economics.shown import shown
    from salespath.engine.assess import assess
    from salespath.files.problems import SalespathError
    from salespath.report.pages.economics import render
    from salespath.report.pages.economics_json import document
    from salespath.report.pages.economics_verdict import verdict

    (portfolio,) = read_supposed(base, [file] if file else [], texts, company)
    problems = list(portfolio.problems)
    documents = []
    pages = []
    for case in portfolio.cases:
        try:
            read = inputs(base, case)
        except SalespathError as error:
            problems.extend(error.problems)
            continue
        assessment = assess(base, case)
        chosen = (process,) if process else shown(assessment.process, assessment.leaning, read)
        found = computed(case.company, read, months, chosen, marked=process is None)
        warnings = [*assessment.problems, *read.problems]
        problems.extend(warnings)
        if format_ == "json":
            documents.append(document(found, base, warnings))
        else:
            said = verdict(assessment, read.standing, chosen)
            encoding = sys.stdout.encoding or "ascii"
            pages.append(render(found, base, width(), verdict=said, encoding=encoding, bold=bold))
    report_problems(problems)
    if format_ == "json":
        if documents or not portfolio.single:
            write_json(documents[0] if portfolio.single else documents)
    else:
        click.echo("\n\n".join(pages), nl=False)
    if any(problem.severity == "error" for problem in problems):
        sys.exit(1)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--respondents/--no-respondents",
    default=None,
    help="Whether the files are several people's answers about one company (taken so if all name one company).",
)
@format_option
@reported
@based
def compare(base: Base, files: tuple[str, ...], respondents: bool | None, format_: str) -> None:
    """Companies, scenarios, results or respondents side by side: what differs, and through which rules.

    FILE is a fact file or table, of one company or several, or a result saved with `assess --format json`, whose facts are assessed
    anew. Of several people's answers about one company, those that change the outcome are marked.
    """
    from salespath.counsel.compare import compare as compared
    from salespath.counsel.compare_read import read_columns
    from salespath.counsel.panel import panel
    from salespath.report.pages import compare as compare_report
    from salespath.report.pages import panel as respondents_report

    read = read_columns(base, files, respondents)
    report_problems(read.problems)
    if len(read.columns) > 1 and read.respondents:
        company = read.columns[0].assessment.company
        answers = {column.name: column.assessment.case.values for column in read.columns}
        people = panel(base, answers)
        if format_ == "json":
            write_json(respondents_report.document(base, company, answers, people))
        else:
            click.echo(respondents_report.text(base, company, people, width(), bold=bold), nl=False)
    elif len(read.columns) > 1:
        found = compared(read.columns)
        if format_ == "json":
            write_json(compare_report.document(found))
        else:
            click.echo(compare_report.text(found, min(width(), 140), bold=bold), nl=False)
    if any(problem.severity == "error" for problem in read.problems):
        sys.exit(1)


@click.command()
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
def whatif(
    base: Base,
    file: str,
    texts: tuple[str, ...],
    goal: str | None,
    over: str | None,
    along: str | None,
    company: str,
    format_: str,
) -> None:
    """What the verdict on the company in FILE hangs on; what changes with other facts; what it takes to reach a process.

    Without options: for each known fact whether the verdict holds if it is a step off, or not known.

    --set supposes other facts and says what changes, through which rules: --set capital=2M, --set who_sells=[founder],
    --set team_roles+=digital_marketer, --set self_serve= (not known). Values are written as in a fact file.

    --goal finds every smallest set of at most three changes that reaches the process (with --set: from there), each of them
    something the company can change itself or an answer still missing, with the steps, the triggers and the tests.

    --map draws the verdict over two numbers (--along over one), facts or computed ones, while the rest stays (with --set: as set):
    --map annual_contract_value,runway_months. The borders through the company's own place are exact.
    """
    from salespath.facts.settings import chosen, supposed

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
        from salespath.counsel.reach.obstacles import obstacles
        from salespath.counsel.reach.search import search
        from salespath.counsel.reach.steps import way
        from salespath.counsel.sensitivity import hinges
        from salespath.report.pages import reach as goal_report

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
        from salespath.counsel.decision_map import decision_map
        from salespath.report.pages import decision_map as decision_map_report

        drawn = decision_map(base, supposed(base.vocabulary, case, texts), names)
        report_problems(drawn.assessment.problems)
        if format_ == "json":
            write_json(decision_map_report.document(drawn))
        else:
            click.echo(decision_map_report.text(drawn, width()), nl=False)
    elif texts:
        from salespath.counsel.whatif import what_if
        from salespath.report.pages import whatif as whatif_report

        changed = what_if(base, case, texts)
        report_problems(changed.after.problems)
        if format_ == "json":
            write_json(whatif_report.document(changed))
        else:
            click.echo(whatif_report.text(changed, width()), nl=False)
    else:
        from salespath.counsel.reach.steps import cards
        from salespath.counsel.sensitivity import hinges
        from salespath.report.pages import sensitivity as hinges_report

        hanging = hinges(base, case)
        tests = tuple(cards(base, hanging))
        report_problems(hanging.assessment.problems)
        if format_ == "json":
            write_json(hinges_report.document(hanging, tests))
        else:
            click.echo(hinges_report.text(hanging, tests, width()), nl=False)
    if any(problem.severity == "error" for problem in portfolio.problems):
        sys.exit(1)
