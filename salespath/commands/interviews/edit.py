"""Correct an answer of the interview NAME, then go on with it, or with what has become open."""

from __future__ import annotations

import os
import sys

import click

from salespath.commands.shared.reading import with_base
from salespath.commands.shared.sitting import Request, hold
from salespath.engine.base import Base
from salespath.interview.saved import saved_interview


@click.command("edit", help=__doc__)
@click.argument("name")
@with_base
def command(base: Base, name: str) -> None:
    found = saved_interview(base, name)
    folders = click.get_current_context().params["folders"]
    rules = tuple(map(os.path.abspath, folders))
    sys.exit(hold(base, Request(interview=found.name, rules=rules), correct=True))
