"""Run scenarios: what each expects against what the rules say, and which rules and operands none of them shows.

SCENARIOS are files or folders; tests/scenarios where none is named. Coverage needs `pip install salespath[check]`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from salespath.authoring.coverage import Obligation, coverage
from salespath.authoring.results import Results, failures
from salespath.authoring.scenarios import read_scenarios
from salespath.commands.shared.group import say
from salespath.commands.shared.reading import with_base
from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.rules.model import Advise, Warn, Weigh
from salespath.rules.notation import notation


@click.command("test", help=__doc__)
@click.argument("scenarios", nargs=-1)
@click.option("--coverage/--no-coverage", "covered", default=True, help="Report what the scenarios do not show.")
@with_base
def command(base: Base, scenarios: tuple[str, ...], covered: bool) -> None:
    results = Results(base, read_scenarios(base, scenarios or ("tests/scenarios",)))
    failed = failures(results)
    for failure in failed:
        case = failure.scenario.case
        say(f"{case.file}:{case.line}: {failure.scenario.sentence}")
        for line in failure.differences:
            say(f"  {line}")
        say("  The rules that spoke:\n" + "".join(f"    {line}\n" for line in rules_that_spoke(failure.assessment)))
    held = len(results.scenarios) - len(failed)
    say(f"{held} of {len(results.scenarios)} scenarios hold, {len(results.cases)} companies with the changed ones.")
    found = coverage(results) if covered else None
    if found:
        for obligation in found.open:
            say(describe(obligation))
        say(
            f"{found.share:.1%} covered: {found.total['rules']} rules firing and failing, {found.total['operands']} operands "
            f"deciding; {len(found.open)} not shown, {len(found.infeasible)} proved impossible."
        )
    if failed or (found and found.open):
        sys.exit(1)


def describe(obligation: Obligation) -> str:
    """What no scenario shows."""
    if obligation.tree is None:
        return f"{obligation.rule} never {'fires' if obligation.value else 'fails'}"
    what = f"the exception {obligation.tree}" if isinstance(obligation.tree, str) else notation(obligation.tree)
    return f"{obligation.rule}: `{what}` never decides by being {'true' if obligation.value else 'false'}"


def rules_that_spoke(assessment: Assessment) -> Iterator[str]:
    """The rules that spoke, the evidence with its net weight, the plan by topic."""
    rules = assessment.base.knowledge.rules
    for item in assessment.fired:
        match rules[item.rule].then:
            case Weigh(process, _, line):
                yield f"{process:10} {certainty.net(item.weight):+.2f} {line:15} {item.rule}"
            case Advise() | Warn():
                pass
            case _:
                yield f"{rules[item.rule].kind:10}       {item.rule}"
    for advice in assessment.advice:
        yield f"plan  {advice.topic}:{advice.choice}@{advice.process}{' (in place)' if advice.done else ''}"
