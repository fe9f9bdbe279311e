"""Show rules: the condition in plain words, the reason, the sources, what each depends on and feeds."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver_record, output_options
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.files.problems import refusal, shown, suggestion
from salespath.report.pages import rule


@click.command("show", help=__doc__)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@output_options()
@with_base
def command(base: Base, ids: tuple[str, ...], output: Destination) -> None:
    rules = base.knowledge.rules
    for id_ in ids:
        if id_ not in rules:
            raise refusal("SP131", f"there is no rule {shown(id_)}.{suggestion(id_, rules)}", None)
    deliver_record(output, rule, base, [rules[id_] for id_ in ids])
