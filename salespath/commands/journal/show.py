"""Show the decision NUMBER: what was recommended then, what was decided, and what came of it."""

from __future__ import annotations

import click

from salespath.commands.shared.decisions import store_option, to_read
from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.commands.shared.sitting import program
from salespath.engine.base import Base
from salespath.interview.decisions import decision, unknown
from salespath.report.pages import decisions as pages


@click.command("show", help=__doc__)
@click.argument("number", type=click.IntRange(min=1))
@store_option
@output_options()
@with_base
def command(base: Base, number: int, store: str | None, output: Destination) -> None:
    with to_read(store) as opened:
        if not opened:
            raise unknown(number, None)
        found = decision(opened, base.vocabulary, number)
    deliver(output, pages=lambda: [pages.page(found, program())], document=lambda: pages.document(base, found))
