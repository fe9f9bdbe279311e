"""An interview held on a terminal or a pipe: asking, saving, resuming, and the report at the end."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from salespath.ask import factfile, wording
from salespath.ask.answers import yes_or_no
from salespath.ask.interview import Event, Interview, replayed
from salespath.ask.journal import Journal, Record, unfinished
from salespath.ask.screen import Screen, plain
from salespath.engine.compile import Base
from salespath.errors import Problem, SalespathError, shown
from salespath.facts import Case
from salespath.facts.values import BadValue

INTERRUPTED = 130  # what shells report of a command stopped by Ctrl-C


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    facts_file: str | None = None
    answers_file: str | None = None
    company: str = ""
    no_input: bool = False
    resume: bool = False
    output: str | None = None
    force: bool = False


class Quit(Exception):
    """The person stops for now."""


def run(base: Base, request: Request, bold: Callable[[str], str]) -> int:
    """Hold an interview and print the report; the exit code. Raises SalespathError for inputs that cannot be used."""
    given = Case("")
    for path in (request.facts_file, request.answers_file):
        if path is not None:
            given = factfile.merged(given, factfile.read(path, base.vocabulary))
    if request.company:
        given = factfile.merged(given, Case(shown(request.company, 200)))
    target = factfile.Target(request.output, request.force) if request.output else None
    if request.no_input:
        if target:
            target.check()
        interview = Interview(base, given)
        _report(interview, bold)
        if target:
            target.write(factfile.text(interview.case, base.vocabulary))
        return 0
    return _Session(base, request, given, target, Screen(bold), bold).run()


def _report(interview: Interview, bold: Callable[[str], str]) -> None:
    from salespath.report.text import render

    text = render(interview.assessment, Screen(bold).width, bold=bold)
    click.echo(plain(text, sys.stdout.encoding), nl=False)


class _Session:
    """One sitting."""

    def __init__(
        self,
        base: Base,
        request: Request,
        given: Case,
        target: factfile.Target | None,
        screen: Screen,
        bold: Callable[[str], str],
    ) -> None:
        self.base, self.request, self.given, self.target = base, request, given, target
        self.screen, self.bold = screen, bold
        self.journal: Journal
        self.interview = Interview(base, given)

    def run(self) -> int:
        """From the first question, or where it was left, to the report."""
        try:
            if not self._resume():
                self._start()
            if self.target:
                self.target.check()
        except (EOFError, KeyboardInterrupt, Quit):
            self.screen.line()
            return 0
