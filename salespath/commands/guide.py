"""Enterprise against SMB, point by point."""

from __future__ import annotations

from dataclasses import asdict

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.report.pages import guide


@click.command("guide", help=__doc__)
@click.option("--sources", is_flag=True, help="Mark what each figure, row and note is from.")
@output_options()
@with_base
def command(base: Base, sources: bool, output: Destination) -> None:
    known = base.knowledge
    deliver(
        output,
        pages=lambda: [guide.page(known, sources=sources)],
        document=lambda: [asdict(point) for point in known.guide],
    )
