"""List the facts with their questions and what can be answered, then what answers cannot, or can hardly, say together."""

from __future__ import annotations

import click

from salespath.commands.shared.options import based, format_option, reported, width, write_json
from salespath.engine.compile import Base
from salespath.facts.template import expected
from salespath.report.pages.companies import listing
from salespath.report.words.conditions import in_words


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
    rows = [[f.id, f.dimension, f.ask, f.question, expected(f)] for f in chosen]
    rest = max(30, (width() - 46) // 2)
    click.echo(listing(rows, ["Fact", "About", "Asked", "Question", "Answer"], [24, 8, 7, rest, rest]), nl=False)
    names = {fact.id for fact in chosen}
    told = [
        [relation.kind, in_words(base, base.relations[relation.id]), relation.question]
        for relation in base.vocabulary.relations.values()
        if names & set(relation.ask)
    ]
    if told:
        click.echo()
        click.echo(listing(told, ["Together", "Where", "Then it is asked"], [10, rest, rest]), nl=False)
