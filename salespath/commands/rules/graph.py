"""Draw what rules read and feed, for Mermaid or Graphviz.

TARGET is a rule id, an attribute, a topic of the plan or a process; without one, the whole base without its rules.
"""

from __future__ import annotations

import click

from salespath.commands.shared.names import unknown
from salespath.commands.shared.options import based, reported, write_json
from salespath.engine.compile import Base
from salespath.report.formats import drawing
from salespath.report.pages import graph
from salespath.rules.model import VERDICTS


@click.command("graph", help=__doc__)
@click.argument("target", required=False)
@click.option(
    "--format", "format_", type=click.Choice(["mermaid", "dot", "json"]), default="mermaid", show_default=True
)
@click.option("--all", "all_", is_flag=True, help="The whole base with every rule.")
@reported
@based
def command(base: Base, target: str | None, format_: str, all_: bool) -> None:
    if target and all_:
        raise click.UsageError("--all draws every rule; it does not go with TARGET.")
    drawn = graph.around(base, target) if target else graph.whole(base) if all_ else graph.overview(base)
    if drawn is None:
        knowledge = base.knowledge
        known = [*knowledge.rules, *knowledge.attributes, *knowledge.topics, *VERDICTS]
        unknown("rule, attribute, topic or process", str(target), known)
    if format_ == "json":
        write_json(graph.document(drawn))
    else:
        click.echo(drawing.mermaid(drawn) if format_ == "mermaid" else drawing.dot(drawn), nl=False)
