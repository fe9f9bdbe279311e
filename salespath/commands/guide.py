"""Enterprise against SMB, point by point, with sources."""

from __future__ import annotations

from dataclasses import asdict

import click

from salespath.commands.shared.options import based, format_option, reported, width, write_json
from salespath.engine.compile import Base
from salespath.report.pages.companies import guide as comparison


@click.command("guide", help=__doc__)
@format_option
@reported
@based
def command(base: Base, format_: str) -> None:
    if format_ == "json":
        write_json([asdict(point) for point in base.knowledge.guide])
        return
    click.echo(comparison(base.knowledge, min(width(), 120)), nl=False)
