"""Delete the interview NAME: its answers, and the fact file beside them. Files written with `-o` are left."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import click

from salespath.commands.shared.reading import with_base
from salespath.commands.shared.screen import Screen
from salespath.engine.base import Base
from salespath.files.problems import refusal, shown
from salespath.interview import journals
from salespath.interview.answers import yes_or_no
from salespath.interview.interview import replay
from salespath.interview.kept import Kept, fact_file_of, find, to_read, unknown
from salespath.report.words.phrases import number_of


@click.command("discard", help=__doc__)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_base
def command(base: Base, name: str, yes: bool) -> None:
    store = to_read()
    stream = find(store, name)
    if not (store and stream):
        raise unknown(store, name)
    with closing(store):
        try:
            kept = Kept.take_up(store, stream)
        except BlockingIOError:
            message = f"the interview {shown(name)} is open in another window; end it there first."
            raise refusal("SP148", message, None) from None
        with closing(kept):
            _discard(base, kept, yes)


def _discard(base: Base, kept: Kept, yes: bool) -> None:
    record = kept.record(base.vocabulary)
    interview = replay(base, record.given, record.events, quick=record.quick)
    imported = journals.of(kept.store, kept.stream.id)
    files = [*(path for _, path in imported), *_written_beside(kept.name, *record.written)]
    screen = Screen()
    what = f"This deletes {number_of(interview.answered, 'answer', 'answers')} about {interview.case.company}"
    screen.say(f"{what}, and:" if files else f"{what}.")
    for path in files:
        screen.line(f"  {path}")
    if not yes:
        if not screen.terminal:
            raise click.UsageError("Nobody can be asked here; add --yes to discard it.")
        if not yes_or_no(screen.read("Discard the interview? yes or no [no] > ") or "no"):
            screen.say("Nothing is deleted.")
            return
    for path in files:
        with suppress(OSError):
            path.unlink()
    kept.remove()
    for source, path in imported:
        if not path.exists():  # one that stays must not come back as an interview
            kept.store.forget(source)
    screen.say(f"The interview {kept.name} is gone.")


def _written_beside(name: str, path: str, sha256: str) -> Iterator[Path]:
    """The fact file that the interview wrote beside itself, if it stands as it was written."""
    beside = fact_file_of(name)
    with suppress(OSError):
        if path == str(beside.absolute()) and hashlib.sha256(beside.read_bytes()).hexdigest() == sha256:
            yield beside
