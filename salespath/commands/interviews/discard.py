"""Delete the interview NAME: its answers, and the fact file beside them. Files written with `-o` are left."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import click

from salespath.commands.shared.reading import with_base
from salespath.commands.shared.screen import Screen
from salespath.engine.base import Base
from salespath.interview.answers import yes_or_no
from salespath.interview.journal import Journal, read
from salespath.interview.saved import open_saved, saved_interview
from salespath.report.words.phrases import number_of


@click.command("discard", help=__doc__)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_base
def command(base: Base, name: str, yes: bool) -> None:
    found = saved_interview(base, name)
    journal = open_saved(found.name)
    try:
        _discard(base, journal, yes)
    finally:
        journal.close()


def _discard(base: Base, journal: Journal, yes: bool) -> None:
    found = saved_interview(base, journal.name)  # as it is now that nobody else can change it
    written = _written_beside(journal, base)
    screen = Screen()
    screen.say(f"This deletes {number_of(found.answered, 'answer', 'answers')} about {found.company}:")
    for path in filter(None, (found.path, written)):
        screen.line(f"  {path}")
    if not yes:
        if not screen.terminal:
            raise click.UsageError("Nobody can be asked here; add --yes to discard it.")
        if not yes_or_no(screen.read("Discard the interview? yes or no [no] > ") or "no"):
            screen.say("Nothing is deleted.")
            return
    journal.remove()
    if written:
        with suppress(OSError):
            written.unlink()
    screen.say(f"The interview {found.name} is gone.")


def _written_beside(journal: Journal, base: Base) -> Path | None:
    """The fact file that the interview wrote beside itself, if it stands as it was written."""
    path, sha256 = read(journal.data, base.vocabulary).written
    beside = journal.path.with_suffix(".yaml")
    try:
        same = path == str(beside.absolute()) and hashlib.sha256(beside.read_bytes()).hexdigest() == sha256
    except OSError:
        return None
    return beside if same else None
