"""Print the JSON Schema of rule files, for editors that check YAML."""

from __future__ import annotations

import click

from salespath.commands.shared.options import based, reported, write_json
from salespath.engine.compile import Base
from salespath.rules.schema import rules_schema


@click.command("schema", help=__doc__)
@reported
@based
def command(base: Base) -> None:
    write_json(rules_schema(base.vocabulary, base.knowledge))
