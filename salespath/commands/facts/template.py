"""Print an empty fact file to fill in."""

from __future__ import annotations

import click

from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.facts.template import csv_template, yaml_template


@click.command("template", help=__doc__)
@click.option("--format", "format_", type=click.Choice(["yaml", "csv"]), default="yaml", show_default=True)
@with_base
def command(base: Base, format_: str) -> None:
    make = yaml_template if format_ == "yaml" else csv_template
    click.echo(make(base.vocabulary), nl=False)
