"""List the saved interviews, the one changed last first."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.commands.shared.sitting import program
from salespath.engine.base import Base
from salespath.interview.saved import saved
from salespath.report.pages import interviews


@click.command("list", help=__doc__)
@output_options()
@with_base
def command(base: Base, output: Destination) -> None:
    found = saved(base)
    deliver(output, pages=lambda: [interviews.listing(found, program())], document=lambda: interviews.documents(found))
