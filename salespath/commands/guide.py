"""Enterprise against SMB, point by point, with sources."""

from __future__ import annotations

from dataclasses import asdict

import click

from salespath.commands.shared.options import based, format_option, reported, write_json, write_page
from salespath.engine.compile import Base
from salespath.report.pages import guide


@click.command("guide", help=__doc__)
@format_option
@reported
@based
def command(base: Base, format_: str) -> None:
    if format_ == "json":
        write_json([asdict(point) for point in base.knowledge.guide])
        return
    write_page(guide.page(base.knowledge))
