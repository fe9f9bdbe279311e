"""Draw what rules read and feed, for Mermaid or Graphviz.

TARGET is a rule id, an attribute, a topic of the plan or a process; without one, the whole base without its rules.
"""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.files.problems import refusal, shown, suggestion
from salespath.report.formats import drawing
from salespath.report.pages import graph
from salespath.rules.model import VERDICTS

FORMATS = {"mermaid": "mmd", "dot": "dot", "json": "json"}


@click.command("graph", help=__doc__)
@click.argument("target", required=False)
@click.option("--all", "all_", is_flag=True, help="The whole base with every rule.")
@output_options(formats=FORMATS)
@with_base
def command(base: Base, target: str | None, all_: bool, output: Destination) -> None:
    if target and all_:
        raise click.UsageError("--all draws every rule; it does not go with TARGET.")
    drawn = graph.around(base, target) if target else graph.whole(base) if all_ else graph.overview(base)
    if drawn is None:
        known = [*base.knowledge.rules, *base.knowledge.attributes, *base.knowledge.topics, *VERDICTS]
        message = f"there is no rule, attribute, topic or process {shown(target)}.{suggestion(str(target), known)}"
        raise refusal("SP131", message, None)
    write = drawing.mermaid if output.ending == "mmd" else drawing.dot
    deliver(output, pages=lambda: [write(drawn)], document=lambda: graph.document(drawn))
