"""Enterprise against SMB, point by point, with sources."""

from __future__ import annotations

from dataclasses import asdict

import click

from salespath.commands.shared.delivery import Destination, deliver, output_options
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.report.pages import guide


@click.command("guide", help=__doc__)
@output_options()
@with_base
def command(base: Base, output: Destination) -> None:
    known = base.knowledge
    deliver(output, pages=lambda: [guide.page(known)], document=lambda: [asdict(point) for point in known.guide])
