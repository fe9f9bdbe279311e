"""The command line: thin commands over the library. Everything heavy is imported in the command that needs it."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from salespath import __version__
from salespath.console import (
    based,
    bold,
    company_option,
    format_option,
    is_table,
    json_text,
    read_by_run,
    read_companies,
    read_supposed,
    report_problems,
    reported,
    set_option,
    width,
    write_json,
)

if TYPE_CHECKING:
    from salespath.engine.assess import Engine
    from salespath.engine.compile import Base


# The commands of other modules, imported when they are named.
ELSEWHERE = {
    "compare": "salespath.counsel.commands",
    "economics": "salespath.counsel.commands",
    "rules": "salespath.authoring.commands",
    "whatif": "salespath.counsel.commands",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*self.commands, *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ELSEWHERE:
            found: click.Command = getattr(import_module(ELSEWHERE[cmd_name]), cmd_name)
            return found
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="salespath")
def main() -> None:
    """Which sales process a B2B company should run, enterprise or SMB, and why."""
    # Reading rules makes many objects and no garbage: collecting would cost a twentieth of a report.
    gc.set_threshold(100_000, 20, 20)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a legacy code page must not crash on an en dash
            stream.reconfigure(errors="replace")
    if os.name == "posix":
        import signal

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `salespath guide | head` ends quietly


@main.command()
@click.argument("facts_file", required=False)
@click.option("--company", metavar="NAME", default="", help="The company's name.")
@click.option(
    "--answers", "answers_file", metavar="FILE", help="Take the answers in this fact file; ask only the rest."
)
@click.option("--no-input", is_flag=True, help="Ask nothing: report on what FACTS_FILE or --answers says.")
@click.option("--quick", is_flag=True, help="Ask at most seven questions, those that tell most by themselves.")
@click.option("--resume", is_flag=True, help="Go on with the latest unfinished interview without asking.")
@click.option("-o", "--output", metavar="FILE.yaml", help="Save the answers as a fact file.")
@click.option("--force", is_flag=True, help="Let -o replace an existing file.")
@click.option(
    "--order",
    type=click.Choice(["telling", "fixed"]),
    default="telling",
    show_default=True,
    help="Ask first what narrows the recommendation most, or in the order of the sheet.",
)
@reported
@based
def ask(
    base: Base,
    facts_file: str | None,
    company: str,
    answers_file: str | None,
    no_input: bool,
    quick: bool,
    resume: bool,
    output: str | None,
    force: bool,
    order: str,
) -> None:
    """Answer questions, one at a time, and get the recommendation with its reasons and plan.

    Every answer is saved as it is given; the next `salespath ask` offers to go on with an interview that was stopped. Type ? at
    any question for help. FACTS_FILE is a fact file whose facts are not asked again.
    """
    if no_input and not (facts_file or answers_file):
        raise click.UsageError("--no-input asks nothing; give the answers with --answers FILE.")
    for option, wanted, does in (("--quick", quick, "asks"), ("--resume", resume, "goes on with")):
        if no_input and wanted:
            raise click.UsageError(f"{option} {does} questions; it does not go with --no-input.")
    if "-" in (facts_file, answers_file) and not (no_input and facts_file != answers_file):
        raise click.UsageError("- reads facts from standard input, where answers are typed; add --no-input.")
    if output is not None and not output.lower().endswith((".yaml", ".yml")):
        raise click.UsageError(f"-o {output}: expected a name that ends in .yaml or .yml.")
    from salespath.ask.terminal import Request, run

    inputs = tuple(read_by_run(facts_file, answers_file)) if output else ()
    request = Request(
        facts_file, answers_file, company, no_input, resume, output, force, order == "fixed", quick, inputs
    )
    sys.exit(run(base, request, bold))


@main.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@set_option
@company_option
@format_option
@click.option("-o", "--output", metavar="OUT", help="Write OUT.csv, OUT.parquet or OUT.json instead of printing.")
@click.option("--rejects", metavar="FILE.csv", help="Write the rows that are rejected here (with -o: OUT.rejects.csv).")
@click.option("--force", is_flag=True, help="Let -o and --rejects replace existing files; never an input.")
@click.option("--full", is_flag=True, help="One company: with every step, owner and reason of the plan.")
@click.option(
    "--strength", is_flag=True, help="Say of more than 50,000 companies, too, how firm each verdict is (with -o)."
)
@click.option("--possible", is_flag=True, help="Search which processes other answers could lead to, with examples.")
@click.option(
    "--engine",
    type=click.Choice(["salespath", "experta"]),
    default="salespath",
    show_default=True,
    help="What draws the conclusions. They are the same; experta is slow, and there to check.",
)
@reported
@based
def assess(
    base: Base,
    files: tuple[str, ...],
    texts: tuple[str, ...],
    company: str,
    format_: str,
    output: str | None,
    rejects: str | None,
    force: bool,
    full: bool,
    strength: bool,
    possible: bool,
    engine: str,
) -> None:
    """Recommend a process for the companies in FILE: one company gives a report, many a table.

    FILE is a YAML or JSON fact file, or a CSV or Parquet table with fact ids as headers; - is standard input (YAML or JSON).

    --set says what is known of one company, without FILE or on top of it: --set product_stage=launched --set capital=300k
    --set team_roles=marketing,sales.
    """
    from salespath.files.output import (
        Output,
        check,
        is_there,
        is_through,
        together,
    )

    output = None if output == "-" else output
    through = output is not None and is_through(output)  # a pipe or device: what goes there needs no name of a file
    if rejects is not None and not (rejects.lower().endswith(".csv") or is_through(rejects)):
        raise click.UsageError(f"--rejects {rejects}: expected a name that ends in .csv.")
    suffix = os.path.splitext((output or "").lower())[1].removeprefix(".")
    one_by_one = "--possible" if possible else f"--engine {engine}" if engine != "salespath" else ""
    one_by_one = one_by_one or ("--set" if texts else "--company" if company else "")
    if output is not None and not through and suffix not in ("csv", "parquet", "json"):
        raise click.UsageError(f"-o {output}: expected a name that ends in .csv, .parquet or .json.")
    if suffix in ("csv", "parquet") and one_by_one:
        raise click.UsageError(
            f"-o {output}: {one_by_one} takes companies one by one; write a name that ends in .json."
        )
    left = rejects if output is None or through or rejects is not None else f"{os.path.splitext(output)[0]}.rejects.csv"
    outputs = [Output(output)] if output is not None else []
    outputs += [Output(left, "where rejected rows go", "--rejects")] if left is not None else []
    if outputs:
        check(outputs, read_by_run(*files), force=force)
    always = rejects is not None or (left is not None and is_there(left))
    if (
        files
        and output is not None
        and (suffix in ("csv", "parquet") or (suffix == "json" and all(map(is_table, files)) and not one_by_one))
    ):
        from salespath.tables.run import assess_to_file

        summary = assess_to_file(
            base, files, output, report_problems, rejects=left, always=always, force=force, strength=strength
        )
        click.echo(str(summary), err=True)
        sys.exit(1 if summary.failed else 0)
    if suffix == "json":
        format_ = "json"
    from salespath.engine.assess import assess as assess_case
    from salespath.tables.summary import Summary

    portfolios = read_supposed(base, files, texts, company)
    problems = [problem for portfolio in portfolios for problem in portfolio.problems]
    report_problems(problems)
    cases = [case for portfolio in portfolios for case in portfolio.cases]
    single = len(portfolios) == 1 and portfolios[0].single
    failed = any(problem.severity == "error" for problem in problems)
    other: Engine | None = None
    if engine == "experta":
        from salespath.engine.crosscheck.in_experta import Experta

        other = Experta(base).walk
    assessments = [assess_case(base, case, other) for case in cases]
    if possible:
        from salespath.engine.settle import searched

        assessments = [searched(assessment, every=True) for assessment in assessments]
    if not (single or format_ == "json"):  # a page and a document say so themselves
        report_problems(problem for assessment in assessments for problem in assessment.problems)
    text = ""
    if format_ == "json":
        from salespath.report.plain import document

        documents = [document(a, table=not single) for a in assessments]
        if not (single and failed):
            text = json_text(documents[0] if single else documents, printed=output is None)
    elif single and assessments:
        from salespath.report.pages.full import render

        text = render(assessments[0], width(), full=full, bold=bold)
    elif assessments:
        from salespath.report.pages.companies import table

        text = table(assessments, width())
    summary = Summary(len(cases), sum(portfolio.rejected for portfolio in portfolios))
    with together(force=force) as begin:
        if output is not None and text:
            begin(output).write(text.encode())
        if left is not None and (always or summary.rejected):
            from salespath.tables.rejects import write_rejects

            write_rejects((some for portfolio in portfolios for some in portfolio.rejects), begin, left, like=output)
            summary.rejects = left
    if output is None:
        click.echo(text, nl=False)
    if not single or summary.rejects:
        click.echo(str(summary), err=True)
    if failed:
        sys.exit(1)


@main.command()
@click.argument("file", required=False)
@click.argument("target", required=False)
@set_option
@company_option
@format_option
@reported
@based
def explain(
    base: Base, file: str | None, target: str | None, texts: tuple[str, ...], company: str, format_: str
) -> None:
    """How the recommendation for the company in FILE came about; with TARGET, why something else did not.

    TARGET is a process (enterprise, smb, both, not_yet, undetermined), a topic of the plan (channel, strategy, infrastructure), a
    choice (channel:automation, or a word for it: direct, TAS, referral, cloud), a fact (role), a dimension (team), an attribute or
    a rule id. FILE may be left out where --set says what is known.
    """
    from dataclasses import asdict

    from salespath.engine.assess import assess as assess_case
    from salespath.engine.targets import meant, targets
    from salespath.files.problems import (
        Problem,
        SalespathError,
        shown,
        suggestion,
    )
    from salespath.report.formats.tree import tree
    from salespath.report.pages import explanation as explanations

    if texts and file and target is None and not os.path.exists(file) and meant(base, file):
        file, target = None, file  # `explain --set capital=300k channel` names no file
    (portfolio,) = read_supposed(base, [file] if file else [], texts, company)
    report_problems(portfolio.problems)
    if not portfolio.cases:
        sys.exit(1)
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
    if format_ == "json":
        write_json(asdict(roots[0]) if portfolio.single else [asdict(root) for root in roots])
    else:
        for root in roots:
            click.echo(tree(root, min(width(), 100), sys.stdout.encoding or "ascii"), nl=False)
    if any(problem.severity == "error" for problem in portfolio.problems):
        sys.exit(1)


@main.command()
@format_option
@reported
@based
def guide(base: Base, format_: str) -> None:
    """Enterprise against SMB, point by point, with sources."""
    from salespath.report.pages.companies import guide as comparison

    if format_ == "json":
        from dataclasses import asdict

        write_json([asdict(point) for point in base.knowledge.guide])
        return
    click.echo(comparison(base.knowledge, min(width(), 120)), nl=False)


@main.group()
def facts() -> None:
    """The facts that salespath asks for: list them, check a file, make an empty one."""


@facts.command("list")
@click.option("--ask", type=click.Choice(["core", "plan", "figures"]), help="Only facts of this tier.")
@format_option
@reported
@based
def facts_list(base: Base, ask: str | None, format_: str) -> None:
    """List the facts with their questions and what can be answered, then what answers cannot, or can hardly, say together."""
    from salespath.facts.template import expected
    from salespath.report.pages.companies import listing
    from salespath.report.words.conditions import in_words

    chosen = [fact for fact in base.vocabulary.facts.values() if ask in (None, fact.ask)]
    if format_ == "json":
        data = [
            {
                "id": f.id, "type": f.type, "dimension": f.dimension, "ask": f.ask, "quick": f.quick, "values": f.values,
                "unit": f.unit, "label": f.label, "question": f.question, "help": f.help, "why": f.why,
                "relations": [
                    {"id": r.id, "kind": r.kind, "broken": r.broken, "question": r.question}
                    for r in base.vocabulary.relations.values()
                    if f.id in r.ask
                ],
            }
            for f in chosen
        ]  # fmt: skip
        write_json(data)
        return
    rows = [[f.id, f.dimension, f.ask, f.question, expected(f)] for f in chosen]
    rest = max(30, (width() - 46) // 2)
    click.echo(listing(rows, ["Fact", "About", "Asked", "Question", "Answer"], [24, 8, 7, rest, rest]), nl=False)
    names = {fact.id for fact in chosen}
    told = [
        [relation.kind, in_words(base, base.relations[relation.id]), relation.question]
        for relation in base.vocabulary.relations.values()
        if names & set(relation.ask)
    ]
    if told:
        click.echo()
        click.echo(listing(told, ["Together", "Where", "Then it is asked"], [10, rest, rest]), nl=False)


@facts.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@reported
@based
def facts_check(base: Base, files: tuple[str, ...]) -> None:
    """Check fact files: every problem at once, with its place and what was expected."""
    from salespath.engine.assess import assess as assess_case
    from salespath.engine.contradictions import problem

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


@facts.command("template")
@click.option("--format", "format_", type=click.Choice(["yaml", "csv"]), default="yaml", show_default=True)
@reported
@based
def facts_template(base: Base, format_: str) -> None:
    """Print an empty fact file to fill in."""
    from salespath.facts.template import csv_template, yaml_template

    make = yaml_template if format_ == "yaml" else csv_template
    click.echo(make(base.vocabulary), nl=False)


@facts.command("schema")
@reported
@based
def facts_schema_(base: Base) -> None:
    """Print the JSON Schema of fact files, for editors that check YAML."""
    from salespath.facts.schema import facts_schema

    write_json(facts_schema(base.vocabulary))


if __name__ == "__main__":
    main()
