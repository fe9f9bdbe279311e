"""Show rules: the condition in plain words, the reason, the sources, what each depends on and feeds."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.messages import refuse_name
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.report.pages.rule import document, page


@click.command("show", help=__doc__)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@output_options()
@with_base
def command(base: Base, ids: tuple[str, ...], output: Destination) -> None:
    rules = base.knowledge.rules
    for id_ in ids:
        if id_ not in rules:
            refuse_name("rule", id_, rules)
    some = [rules[id_] for id_ in ids]
    deliver(output, pages=lambda: [page(base, some)], document=lambda: document(base, some))
