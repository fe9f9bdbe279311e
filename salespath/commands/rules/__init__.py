"""The rules: list, show and draw them, check and test them, score them on known companies."""

from __future__ import annotations

import click

from salespath.commands.shared.group import Folder


@click.group("rules", cls=Folder, package=__name__, help=__doc__)
def command() -> None: ...
