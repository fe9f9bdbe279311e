"""The commands for the author of rules. Everything heavy is imported in the command that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from salespath.console import based, format_option, reported, width, write_json

if TYPE_CHECKING:
    from salespath.engine.compile import Base

KINDS = ("conclude", "weigh", "block", "advise", "warn")


@click.group()
def rules() -> None:
    """The rules: list, show and draw them, check and test them, score them on known companies."""


@rules.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only rules of this kind.")
@format_option
@reported
@based
def list_(base: Base, kind: str | None, format_: str) -> None:
    """List the rules with what they conclude, when, and where they stand."""
    from salespath.report.table import listing
    from salespath.rules.loader import target

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
