"""Find every way in which the rules are wrong: errors, contradictions, dead or needless parts, gaps.

What is possible is decided by an example company or a proof, never by sampling. Needs `pip install salespath[check]`.
"""

from __future__ import annotations

import sys

import click

from salespath.authoring.checks import CheckReport, check
from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.engine.load import read
from salespath.files.problems import NOTE, in_order
from salespath.report.plain import plain, shape
from salespath.report.words.phrases import number_of

_SHAPE = shape("rules examples proofs undecided problems", problems=lambda report, base: in_order(report.problems))


@click.command("check", help=__doc__)
@click.option("--rules", "folders", metavar="DIR", multiple=True, help="Check with a folder of rules on top.")
@output_options()
def command(folders: tuple[str, ...], output: Destination) -> None:
    report = check(*read(*folders))
    found = in_order(report.problems)
    lines = (
        *map(str, found),
        f"{report.rules} rules, {number_of(len(found) or 'no', 'finding', 'findings')}.",
        f"Questions of what is possible: {report.examples} decided by an example, {report.proofs} by a proof, "
        f"{report.undecided} left open.",
    )
    deliver(
        output, pages=lambda: ["\n".join(lines) + "\n"], document=lambda: plain(report, None, {CheckReport: _SHAPE})
    )
    if any(problem.severity != NOTE for problem in found):
        sys.exit(1)
