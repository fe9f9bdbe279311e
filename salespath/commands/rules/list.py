"""List the rules with what they conclude, when, and where they stand."""

from __future__ import annotations

import click

from salespath.commands.shared.options import based, format_option, reported, write_json, write_page
from salespath.engine.compile import Base
from salespath.report.pages import listings
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
    write_page(listings.rules(chosen))
