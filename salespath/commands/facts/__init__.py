"""The facts that salespath asks for: list them, check a file, make an empty one."""

from __future__ import annotations

import click

from salespath.commands.shared.group import Folder


@click.group("facts", cls=Folder, package=__name__, help=__doc__)
def command() -> None: ...
