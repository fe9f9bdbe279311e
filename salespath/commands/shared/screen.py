"""The terminal, or whatever stands in its place: wrapped lines out, one line in."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import TextIO

import click

from salespath.commands.shared.delivery import bold
from salespath.files.problems import shown
from salespath.files.source import wait_for
from salespath.files.visible import visible
from salespath.report.formats.text import write
from salespath.report.page import Block, Page, Text
from salespath.report.pages.question import Asked

_WIDEST = 88
_PLAIN = str.maketrans({"–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "×": "x", "→": "->"})


class Quit(Exception):
    """The person stops for now."""


class Screen:
    """Speaks line by line, so that it works over pipes and with a screen reader."""

    def __init__(self) -> None:
        self.terminal = _is_terminal(sys.stdin)
        self._aside = self.terminal and not _is_terminal(sys.stdout)  # the report goes to a file, the questions do not
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")

    @property
    def width(self) -> int:
        """The columns to fill."""
        return max(24, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))

    def line(self, text: str = "") -> None:
        """One line."""
        self._write(visible(text))

    def _write(self, text: str) -> None:
        """A line in which nothing is hidden but what makes it bold."""
        stream = sys.stderr if self._aside else sys.stdout
        click.echo(plain(text, stream.encoding), err=self._aside)

    def show(self, *blocks: Block) -> None:
        """Blocks of a page."""
        for line in write(Page("", blocks, _WIDEST), self.width, bold=bold).splitlines():
            self._write(line)

    def say(self, text: str, inset: int = 0) -> None:
        """A paragraph, if there is something in it."""
        if text:
            self.show(Text(text, inset=inset))

    def read(self, prompt: str = "> ") -> str:
        """The next line typed, trimmed. Raises EOFError when there is none, now or ever."""
        click.echo(visible(prompt), nl=False, err=self._aside)
        try:
            if self.terminal:
                wait_for(sys.stdin)
            text = input().lstrip("\ufeff").strip()
        except (OSError, ValueError, RuntimeError):  # the terminal is gone, or standard input was closed
            raise EOFError from None
        if not self.terminal:  # what a pipe says is not echoed by anybody else
            self.line(shown(text, 200))
        return text

    def reply(self, asked: Asked, save: Callable[[], object]) -> str:
        """What is typed at a question, once help, reasons and saving are dealt with. Raises Quit and EOFError."""
        while True:
            self.show(*asked.blocks)
            text = self.read(f"[{asked.earlier}] > " if asked.earlier else "> ")
            word = text.lower()
            if word in ("?", "help"):
                self.show(*asked.explained)
            elif word == "why":
                self.show(*map(Text, asked.why()))
            elif word == "save":
                save()
            elif word == "quit":
                raise Quit
            else:
                return text


def plain(text: str, encoding: str | None) -> str:
    """A text with the nearest ASCII for typographic characters that an encoding does not have."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN)
    return text


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()
