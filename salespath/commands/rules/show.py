"""Show rules: the condition in plain words, the reason, the sources, what each depends on and feeds."""

from __future__ import annotations

import click

from salespath.commands.shared.names import unknown
from salespath.commands.shared.options import based, format_option, reported, write_json, write_page
from salespath.engine.compile import Base
from salespath.engine.dependencies import RuleRelations
from salespath.report.pages.rule import document, page


@click.command("show", help=__doc__)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@format_option
@reported
@based
def command(base: Base, ids: tuple[str, ...], format_: str) -> None:
    rules, relations = base.knowledge.rules, RuleRelations(base)
    for id_ in ids:
        if id_ not in rules:
            unknown("rule", id_, rules)
    if format_ == "json":
        write_json([document(relations, rules[id_]) for id_ in ids])
    else:
        write_page(page(relations, [rules[id_] for id_ in ids]))
