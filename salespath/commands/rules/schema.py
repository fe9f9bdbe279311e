"""Print the JSON Schema of rule files, for editors that check YAML."""

from __future__ import annotations

import click

from salespath.commands.shared.delivery import JSON, deliver
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.rules.schema import rules_schema


@click.command("schema", help=__doc__)
@with_base
def command(base: Base) -> None:
    deliver(JSON, document=lambda: rules_schema(base.vocabulary, base.knowledge))
