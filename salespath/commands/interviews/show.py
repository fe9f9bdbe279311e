"""Show the answers of the interview NAME, how far it is, and how to go on with it."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.commands.shared.sitting import program
from salespath.engine.base import Base
from salespath.interview.saved import saved_interview
from salespath.report.pages import interviews


@click.command("show", help=__doc__)
@click.argument("name")
@output_options()
@with_base
def command(base: Base, name: str, output: Destination) -> None:
    found = saved_interview(base, name)
    deliver(output, pages=lambda: [interviews.page(found, program())], document=lambda: interviews.document(found))
