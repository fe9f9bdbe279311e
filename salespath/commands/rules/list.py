"""List the rules with what they conclude, when, and where they stand."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.report.pages import listings


@click.command("list", help=__doc__)
@click.option(
    "--kind", type=click.Choice(["conclude", "weigh", "block", "advise", "warn"]), help="Only rules of this kind."
)
@output_options()
@with_base
def command(base: Base, kind: str | None, output: Destination) -> None:
    some = [rule for rule in base.knowledge.rules.values() if kind in (None, rule.kind)]
    deliver(output, pages=lambda: [listings.rules(some)], document=lambda: listings.rules_document(some))
