"""The terminal, or whatever stands in its place: wrapped lines out, one line in."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable
from typing import TextIO

import click

from salespath.files.problems import shown
from salespath.report.pages.question import COMMANDS, WORDS, Asked

_WIDEST = 88
_PLAIN = str.maketrans({"–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "×": "x", "→": "->"})


class Quit(Exception):
    """The person stops for now."""


class Screen:
    """Speaks line by line, so that it works over pipes and with a screen reader. `bold` marks headings."""

    def __init__(self, bold: Callable[[str], str]) -> None:
        self._bold = bold
        self.terminal = _is_terminal(sys.stdin)
        self._aside = self.terminal and not _is_terminal(sys.stdout)  # the report goes to a file, the questions do not
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")

    @property
    def width(self) -> int:
        """The columns to fill."""
        return max(24, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))

    def line(self, text: str = "") -> None:
        """One line as it is."""
        stream = sys.stderr if self._aside else sys.stdout
        click.echo(plain(text, stream.encoding), err=self._aside)

    def say(self, text: str, first: str = "", indent: str | None = None, *, bold: bool = False) -> None:
        """A paragraph, wrapped."""
        lines = textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=first if indent is None else indent,
            break_on_hyphens=False,
        )
        for line in lines:
            self.line(self._bold(line) if bold and not self._aside else line)

    def table(self, rows: tuple[tuple[str, str, str], ...]) -> None:
        """Rows of a mark, a word and its meaning; the meaning is wrapped in a column of its own."""
        marks, longest = (max(len(row[column]) for row in rows) for column in (0, 1))
        for mark, word, meaning in rows:
            first = f"  {mark:>{marks}}{'  ' if marks else ''}{word:{longest}}  "
            narrow = len(first) > self.width // 2
            self.say(meaning or " ", first, " " * (6 if narrow else len(first)))

    def show(self, asked: Asked) -> None:
        """A question."""
        self.line()
        if asked.heading:
            gap = "  " if len(asked.heading) + len(asked.progress) + 2 <= self.width else "\n"
            self.line(f"{asked.heading}{gap}{asked.progress}".rstrip())
        self.say(asked.text, bold=True)
        if asked.choices:
            self.table(tuple((str(number), *choice) for number, choice in enumerate(asked.choices, 1)))
        if asked.hint:
            self.say(asked.hint)
        self.say(f"{asked.enter} Or: {WORDS}")

    def read(self, prompt: str = "> ") -> str:
        """The next line typed, trimmed. Raises EOFError when there is none, now or ever."""
        click.echo(prompt, nl=False, err=self._aside)
        try:
            if self.terminal:
                _wait_for_line()
            text = input().lstrip("\ufeff").strip()
        except (OSError, ValueError, RuntimeError):  # the terminal is gone, or standard input was closed
            raise EOFError from None
        if not self.terminal:  # what a pipe says is not echoed by anybody else
            self.line(shown(text, 200))
        return text

    def reply(self, asked: Asked, save: Callable[[], object]) -> str:
        """What is typed at a question, once help, reasons and saving are dealt with. Raises Quit and EOFError."""
        while True:
            self.show(asked)
            text = self.read(f"[{asked.earlier}] > " if asked.earlier else "> ")
            word = text.lower()
            if word in ("?", "help"):
                self.say(asked.help)
                self.table(tuple(("", *command) for command in COMMANDS))
            elif word == "why":
                for reason in asked.why():
                    self.say(reason)
            elif word == "save":
                save()
            elif word == "quit":
                raise Quit
            else:
                return text


def _wait_for_line() -> None:
    """Wait until a line is typed at the terminal, or Ctrl-C, which `input` misses where it comes just before the waiting."""
    if os.name != "posix":
        return
    heard, signalled = os.pipe()
    os.set_blocking(signalled, False)
    before = signal.set_wakeup_fd(signalled)
    try:
        while sys.stdin not in select.select([sys.stdin, heard], [], [])[0]:
            os.read(heard, 1)
    finally:
        signal.set_wakeup_fd(before)
        os.close(heard)
        os.close(signalled)


def plain(text: str, encoding: str | None) -> str:
    """A text with the nearest ASCII for typographic characters that an encoding does not have."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN)
    return text


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
