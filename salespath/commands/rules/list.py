"""List the rules with what they conclude, when, and where they stand."""

from __future__ import annotations

import click

from salespath.commands.shared.options import based, format_option, reported, width, write_json
from salespath.engine.compile import Base
from salespath.report.pages.companies import listing
from salespath.rules.loader import target


@click.command("list", help=__doc__)
@click.option(
    "--kind", type=click.Choice(["conclude", "weigh", "block", "advise", "warn"]), help="Only rules of this kind."
)
@format_option
@reported
@based
def command(base: Base, kind: str | None, format_: str) -> None:
    chosen = [rule for rule in base.knowledge.rules.values() if kind in (None, rule.kind)]
    if format_ == "json":
        write_json(
            [
                {"id": r.id, "kind": r.kind, "target": list(target(r.then)[1:]), "when": r.when, "because": r.because,
                 "source": list(r.source), "file": r.file, "line": r.line}
                for r in chosen
            ]
        )  # fmt: skip
        return
    rows = [[r.id, r.kind, " ".join(target(r.then)[1:]), r.when, f"{r.file}:{r.line}"] for r in chosen]
    rest = max(30, width() - 108)
    click.echo(listing(rows, ["Rule", "Kind", "About", "When", "Where"], [40, 8, 20, rest, 32]), nl=False)
