"""List the facts with their questions and what can be answered, then what answers cannot, or can hardly, say together."""

from __future__ import annotations

import click

from salespath.commands.shared.options import based, format_option, reported, write_json, write_page
from salespath.engine.compile import Base
from salespath.report.pages import listings


@click.command("list", help=__doc__)
@click.option("--ask", type=click.Choice(["core", "plan", "figures"]), help="Only facts of this tier.")
@format_option
@reported
@based
def command(base: Base, ask: str | None, format_: str) -> None:
    chosen = [fact for fact in base.vocabulary.facts.values() if ask in (None, fact.ask)]
    if format_ == "json":
        data = [
            {
                "id": f.id, "type": f.type, "dimension": f.dimension, "ask": f.ask, "quick": f.quick, "values": f.values,
                "unit": f.unit, "label": f.label, "question": f.question, "help": f.help, "why": f.why,
                "relations": [
                    {"id": r.id, "kind": r.kind, "broken": r.broken, "question": r.question}
                    for r in base.vocabulary.relations.values()
                    if f.id in r.ask
                ],
            }
            for f in chosen
        ]  # fmt: skip
        write_json(data)
        return
    write_page(listings.facts(base, chosen))
