"""Show rules: the condition in plain words, the reason, the sources, what each depends on and feeds."""

from __future__ import annotations

import click

from salespath.commands.shared.names import unknown
from salespath.commands.shared.options import based, bold, format_option, reported, width, write_json
from salespath.engine.compile import Base
from salespath.engine.dependencies import Relating
from salespath.report.pages.rule import card, document, text


@click.command("show", help=__doc__)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@format_option
@reported
@based
def command(base: Base, ids: tuple[str, ...], format_: str) -> None:
    rules, relating = base.knowledge.rules, Relating(base)
    for id_ in ids:
        if id_ not in rules:
            unknown("rule", id_, rules)
    if format_ == "json":
        write_json([document(relating, rules[id_]) for id_ in ids])
        return
    cards = [text(rules[id_], card(relating, rules[id_]), min(width(), 100), bold) for id_ in ids]
    click.echo("\n".join(cards), nl=False)
