"""Find every way in which the rules are wrong: errors, contradictions, dead or needless parts, gaps.

What is possible is decided by an example company or a proof, never by sampling. Needs `pip install salespath[check]`.
"""

from __future__ import annotations

import sys

import click

from salespath.authoring.checks import CheckReport, check
from salespath.commands.shared.options import format_option, reported, write_json
from salespath.engine.load import read
from salespath.files.problems import in_order
from salespath.report.plain import plain, shape

_SHAPE = shape("rules examples proofs undecided problems", problems=lambda report, base: in_order(report.problems))


@click.command("check", help=__doc__)
@click.option("--rules", "folders", metavar="DIR", multiple=True, help="Check with a folder of rules on top.")
@format_option
@reported
def command(folders: tuple[str, ...], format_: str) -> None:
    report = check(*read(*folders))
    if format_ == "json":
        write_json(plain(report, None, {CheckReport: _SHAPE}))
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
