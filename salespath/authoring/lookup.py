"""The commands that look rules up: a card, a picture, the reference, the schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from salespath.console import based, bold, format_option, read_by_run, reported, width, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salespath.engine.compile import Base


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@format_option
@reported
@based
def show(base: Base, ids: tuple[str, ...], format_: str) -> None:
    """Show rules: the condition in plain words, the reason, the sources, what each depends on and feeds."""
    from salespath.engine.dependencies import Relating
    from salespath.report.pages.rule import card, document, text

    rules, relating = base.knowledge.rules, Relating(base)
    for id_ in ids:
        if id_ not in rules:
            _unknown("rule", id_, rules)
    if format_ == "json":
        write_json([document(relating, rules[id_]) for id_ in ids])
        return
    cards = [text(rules[id_], card(relating, rules[id_]), min(width(), 100), bold) for id_ in ids]
    click.echo("\n".join(cards), nl=False)


@click.command()
@click.argument("target", required=False)
@click.option(
    "--format", "format_", type=click.Choice(["mermaid", "dot", "json"]), default="mermaid", show_default=True
)
@click.option("--all", "all_", is_flag=True, help="The whole base with every rule.")
@reported
@based
def graph(base: Base, target: str | None, format_: str, all_: bool) -> None:
    """Draw what rules read and feed, for Mermaid or Graphviz.

    TARGET is a rule id, an attribute, a topic of the plan or a process; without one, the whole base without its rules.
    """
    from salespath.report.formats import drawing
    from salespath.report.pages import graph

    if target and all_:
        raise click.UsageError("--all draws every rule; it does not go with TARGET.")
    drawn = graph.around(base, target) if target else graph.whole(base) if all_ else graph.overview(base)
    if drawn is None:
        from salespath.rules.model import VERDICTS

        knowledge = base.knowledge
        known = [*knowledge.rules, *knowledge.attributes, *knowledge.topics, *VERDICTS]
        _unknown("rule, attribute, topic or process", str(target), known)
    if format_ == "json":
        write_json(drawing.document(drawn))
    else:
        click.echo(drawing.mermaid(drawn) if format_ == "mermaid" else drawing.dot(drawn), nl=False)


@click.command()
@click.option("-o", "--output", metavar="DIR", help="Write the pages into this folder instead of printing them.")
@click.option("--force", is_flag=True, help="Let -o replace existing files.")
@reported
@based
def reference(base: Base, output: str | None, force: bool) -> None:
    """Write the rule reference as Markdown: every rule, and what cites each statement and benchmark."""
    from salespath.files.output import Output, check, together
    from salespath.report.pages.reference import pages

    found = pages(base)
    if output is None:
        click.echo("\n".join(found.values()), nl=False)
        return
    pages_there = {str(Path(output) / name): text for name, text in found.items()}
    check(map(Output, pages_there), read_by_run(), force=force)
    Path(output).mkdir(parents=True, exist_ok=True)
    with together(force=force) as begin:
        for path, text in pages_there.items():
            begin(path).write(text.encode())
    click.echo(f"{len(found)} pages in {output}, {len(base.knowledge.rules)} rules.", err=True)


@click.command()
@reported
@based
def schema(base: Base) -> None:
    """Print the JSON Schema of rule files, for editors that check YAML."""
    from salespath.rules.schema import rules_schema

    write_json(rules_schema(base))


def _unknown(what: str, seen: str, known: Iterable[str]) -> NoReturn:
    from salespath.files.problems import (
        Problem,
        SalespathError,
        shown,
        suggestion,
    )

    raise SalespathError([Problem("SP131", f"there is no {what} {shown(seen)}.{suggestion(seen, known)}")])
