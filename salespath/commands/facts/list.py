"""List the facts with their questions and what can be answered, then what answers cannot, or can hardly, say together."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.report.pages import listings


@click.command("list", help=__doc__)
@click.option("--ask", type=click.Choice(["core", "plan", "figures"]), help="Only facts of this tier.")
@output_options()
@with_base
def command(base: Base, ask: str | None, output: Destination) -> None:
    some = [fact for fact in base.vocabulary.facts.values() if ask in (None, fact.ask)]
    deliver(output, pages=lambda: [listings.facts(base, some)], document=lambda: listings.facts_document(base, some))
