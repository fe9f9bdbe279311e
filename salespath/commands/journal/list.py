"""List what is due by today, the oldest first, and what came of all decisions."""

from __future__ import annotations

from datetime import date

import click

from salespath.commands.shared.decisions import day_option, store_option, to_read
from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import with_base
from salespath.commands.shared.sitting import program
from salespath.engine.base import Base
from salespath.interview.decisions import decisions
from salespath.report.pages import decisions as pages


@click.command("list", help=__doc__)
@day_option("What is due on this day, past or to come")
@store_option
@output_options()
@with_base
def command(base: Base, store: str | None, day: date, output: Destination) -> None:
    with to_read(store) as opened:
        found, problems = decisions(opened, base.vocabulary) if opened else ([], [])
    report_problems(problems)
    deliver(
        output, pages=lambda: [pages.listing(found, day, program())], document=lambda: pages.documents(base, found, day)
    )
