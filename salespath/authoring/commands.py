"""The commands for the author of rules. Everything heavy is imported in the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from salespath.authoring.lookup import graph, reference, schema, show
from salespath.console import based, format_option, read_companies, report_problems, reported, width, write_json

if TYPE_CHECKING:
    from salespath.engine.compile import Base
    from salespath.files.problems import Problem

KINDS = ("conclude", "weigh", "block", "advise", "warn")


@click.group()
def rules() -> None:
    """The rules: list, show and draw them, check and test them, score them on known companies."""


for command in (show, graph, reference, schema):
    rules.add_command(command)


@rules.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only rules of this kind.")
@format_option
@reported
@based
def list_(base: Base, kind: str | None, format_: str) -> None:
    """List the rules with what they conclude, when, and where they stand."""
    from salespath.report.pages.companies import listing
    from salespath.rules.loader import target

    chosen = [rule for rule in base.knowledge.rules.values() if kind in (None, rule.kind)]
    if format_ == "json":
        write_json(
            [
                {"id": r.id, "kind": r.kind, "target": list(target(r.then)[1:]), "when": r.when, "because": r.because,
                 "source": list(r.source), "file": r.file, "line": r.line}
                for r in chosen
            ]
        )  # fmt: skip
        return
    rows = [[r.id, r.kind, " ".join(target(r.then)[1:]), r.when, f"{r.file}:{r.line}"] for r in chosen]
    rest = max(30, width() - 108)
    click.echo(listing(rows, ["Rule", "Kind", "About", "When", "Where"], [40, 8, 20, rest, 32]), nl=False)


@rules.command("check")
@click.option("--rules", "folders", metavar="DIR", multiple=True, help="Check with a folder of rules on top.")
@format_option
@reported
def check_(folders: tuple[str, ...], format_: str) -> None:
    """Find every way in which the rules are wrong: errors, contradictions, dead or needless parts, gaps.

    What is possible is decided by an example company or a proof, never by sampling. Needs `pip install salespath[check]`.
    """
    from salespath.authoring.checks import check
    from salespath.engine.load import read
    from salespath.files.problems import in_order
    from salespath.report.plain import problem

    report = check(*read(*folders))
    if format_ == "json":
        found = [problem(p) for p in in_order(report.problems)]
        write_json({"rules": report.rules, "examples": report.examples, "proofs": report.proofs,
                    "undecided": report.undecided, "problems": found})  # fmt: skip
    else:
        for item in in_order(report.problems):
            click.echo(str(item))
        number = len(report.problems)
        click.echo(f"{report.rules} rules, {number or 'no'} finding{'' if number == 1 else 's'}.")
        click.echo(
            f"Questions of what is possible: {report.examples} decided by an example, {report.proofs} by a proof, "
            f"{report.undecided} left open."
        )
    if report.problems:
        sys.exit(1)


@rules.command("test")
@click.argument("scenarios", nargs=-1)
@click.option("--coverage/--no-coverage", "covered", default=True, help="Report what the scenarios do not show.")
@reported
@based
def test_(base: Base, scenarios: tuple[str, ...], covered: bool) -> None:
    """Run scenarios: what each expects against what the rules say, and which rules and operands none of them shows.

    SCENARIOS are files or folders; tests/scenarios where none is named. Coverage needs `pip install salespath[check]`.
    """
    from salespath.authoring.coverage import coverage, described
    from salespath.authoring.results import Results, failures
    from salespath.authoring.scenarios import read_scenarios

    results = Results(base, read_scenarios(base, scenarios or ("tests/scenarios",)))
    failed = failures(results)
    for failure in failed:
        click.echo(f"{failure.scenario.place}: {failure.scenario.sentence}")
        click.echo("".join(f"  {line}\n" for line in failure.differences), nl=False)
        click.echo("  The rules that spoke:\n" + "".join(f"    {line}\n" for line in failure.spoken))
    held = len(results.scenarios) - len(failed)
    click.echo(
        f"{held} of {len(results.scenarios)} scenarios hold, {len(results.cases)} companies with the changed ones."
    )
    found = coverage(results) if covered else None
    if found:
        for obligation in found.open:
            click.echo(described(obligation))
        click.echo(
            f"{found.share:.1%} covered: {found.total['rules']} rules firing and failing, {found.total['operands']} operands "
            f"deciding; {len(found.open)} not shown, {len(found.infeasible)} proved impossible."
        )
    if failed or (found and found.open):
        sys.exit(1)


@rules.command("score")
@click.argument("cases", nargs=-1, required=True)
@click.option("--without-inferred", is_flag=True, help="Leave out facts whose `basis` begins with `inferred`.")
@click.option("--without-motion", is_flag=True, help="Leave out facts on how the company sells today.")
@click.option(
    "--robustness", "changed", is_flag=True, help="Also delete each rule and change each certainty by a fifth (slow)."
)
@click.option(
    "--witnesses", "witnessed", is_flag=True, help="Also say what needs each rule: companies, or what it cites."
)
@format_option
@reported
@based
def score_(
    base: Base,
    cases: tuple[str, ...],
    without_inferred: bool,
    without_motion: bool,
    changed: bool,
    witnessed: bool,
    format_: str,
) -> None:
    """Hold verdicts against known outcomes: agreement, misses, reliability, beside rules of thumb and those that others publish.

    CASES are fact files or tables of companies with a `label` each, the process that is documented for it, and under `also_accept`
    those that are as good. A fact file may say of each fact, under `basis`, how it is known.
    """
    from dataclasses import replace

    from salespath.authoring.perturb import deciding, robustness, steps
    from salespath.authoring.score import score_files
    from salespath.authoring.witnesses import witnesses
    from salespath.engine.documented import Selection, labelled, without_basis
    from salespath.report.pages.score import text
    from salespath.report.pages.score_json import document

    problems: list[Problem] = []
    facts = Selection(inferred=not without_inferred, motion=not without_motion)
    files = {}
    for path in dict.fromkeys(cases):
        portfolio = read_companies(base, path)
        found, wrong = labelled(portfolio, path)
        problems += [*portfolio.problems, *wrong, *(without_basis(found, path) if without_inferred else ())]
        if found:
            files[path] = facts.of(found)
    report_problems(problems)
    if files:
        known = [item for items in files.values() for item in items]
        scored = score_files(base, files)
        if changed:
            with _counted(steps(base)) as step:
                scored = replace(scored, robustness=robustness(base, known, step))
        if witnessed:
            with _counted(len(deciding(base))) as step:
                scored = replace(scored, witnesses=witnesses(base, known, step))
        if format_ == "json":
            write_json(document(scored, facts))
        else:
            click.echo(text(scored, facts, min(width(), 100)), nl=False)
    if any(problem.severity == "error" for problem in problems):
        sys.exit(1)


@rules.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--on", "cases", metavar="CASES", help="Say what it means for the companies of this fact file or table.")
@format_option
@reported
def diff_(old: str, new: str, cases: str | None, format_: str) -> None:
    """What differs between two rule bases, and which companies get another verdict or plan, through which rules.

    OLD and NEW are folders: a whole rule base (a file in it gives the `version`), or one to lay over the built-in rules;
    `built-in` or - stands for these themselves.
    """
    from salespath.engine.effects import effects
    from salespath.engine.load import load_folder
    from salespath.report.pages.rules_diff import (
        Named,
        Told,
        document,
        text,
    )
    from salespath.rules.diff import differences

    before, after = load_folder(old), load_folder(new)
    told: Told | None = None
    problems: tuple[Problem, ...] = ()
    if cases is not None:
        portfolio = read_companies(after, cases)
        problems = portfolio.problems
        report_problems(problems)
        with _counted(len(portfolio.cases)) as step:
            told = Told(len(portfolio.cases), list(effects(before, after, portfolio.cases, step)))
    named = Named(old, before.knowledge), Named(new, after.knowledge)
    entries = differences(before.knowledge, after.knowledge)
    if format_ == "json":
        write_json(document(*named, entries, told))
    else:
        click.echo(text(*named, entries, told, min(width(), 100)), nl=False)
    if any(problem.severity == "error" for problem in problems):
        sys.exit(1)


@contextmanager
def _counted(steps: int) -> Iterator[Callable[[], object]]:
    """A function to call after each of so many steps; a bar on stderr shows how far it is, only where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=steps, file=sys.stderr) as bar:
        yield lambda: bar.update(1)
