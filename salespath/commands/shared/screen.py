"""The terminal, or whatever stands in its place: wrapped lines out, one line in, which can be edited where there is readline."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
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
_PASTE = 0.03  # seconds within which the next line comes, where several are pasted; nobody types so fast
_TICK = 0.2  # seconds
_PLAIN = str.maketrans({"–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "×": "x", "→": "->"})


class Quit(Exception):
    """The person stops for now."""


class Screen:
    """Speaks line by line, so that it works over pipes and with a screen reader."""

    def __init__(self) -> None:
        self.terminal = _is_terminal(sys.stdin)
        self.aside = self.terminal and not _is_terminal(sys.stdout)  # the report goes to a file, the questions do not
        self._readline = _editing() if self.terminal and not self.aside else None
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")

    @property
    def width(self) -> int:
        """The columns to fill."""
        return max(24, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))

    def line(self, text: str = "") -> None:
        """One line."""
        self.put(visible(text))

    def put(self, text: str) -> None:
        """A line in which nothing is hidden but what makes it bold."""
        stream = sys.stderr if self.aside else sys.stdout
        click.echo(plain(text, stream.encoding), err=self.aside)

    def show(self, *blocks: Block) -> None:
        """Blocks of a page."""
        for line in write(Page("", blocks, _WIDEST), self.width, bold=bold).splitlines():
            self.put(line)

    def say(self, text: str, inset: int = 0) -> None:
        """A paragraph, if there is something in it."""
        if text:
            self.show(Text(text, inset=inset))

    def remember(self, text: str) -> None:
        """Let the arrow keys lead back to an answer."""
        if self._readline and text:
            self._readline.add_history(" ".join(text.split()))

    def read(self, prompt: str = "> ") -> str:
        """The next line typed, trimmed; of a paste, all its lines. Raises EOFError when there is none, now or ever."""
        prompt = visible(prompt)
        try:
            if self._readline:
                with _ticking():
                    text = input(plain(prompt, sys.stdout.encoding))
            else:
                click.echo(prompt, nl=False, err=self.aside)
                if self.terminal:
                    wait_for(sys.stdin)
                text = input()
            if self.terminal:
                text = f"{text}\n{_rest_of_paste()}"
        except (OSError, ValueError, RuntimeError):  # the terminal is gone, or standard input was closed
            raise EOFError from None
        text = text.lstrip("\ufeff").strip()
        if not self.terminal:  # what a pipe says is not echoed by anybody else
            self.line(shown(text, 200))
        return text

    def reply(self, asked: Asked, actions: Mapping[str, Callable[[], object]]) -> str:
        """What is typed at a question, once help, reasons and other `actions` (by word) are dealt with.

        Raises Quit and EOFError.
        """
        while True:
            self.show(*asked.blocks)
            text = self.read(f"[{asked.earlier}] > " if asked.earlier else "> ")
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) > 1:
                said = f"{len(lines)} lines came at once; they count as one answer: {shown(' '.join(lines), 200)}"
                self.say(said)
            word = text.lower()
            if word in ("?", "help"):
                self.show(*asked.explained)
            elif word == "why":
                self.show(*map(Text, asked.why()))
            elif word in actions:
                actions[word]()
            elif word == "quit":
                raise Quit
            else:
                return text


def _editing() -> ModuleType | None:
    """The module that edits lines, its history empty, where there is one."""
    try:
        import readline
    except ImportError:
        return None
    readline.clear_history()
    readline.set_auto_history(False)
    readline.parse_and_bind("set enable-bracketed-paste on")  # so that a paste waits for Enter, its lines together
    return readline


@contextmanager
def _ticking() -> Iterator[None]:
    """Wake up the waiting again and again: an interrupt that comes just before it would else be seen with the next key only."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _rest_of_paste() -> str:
    """The lines that wait behind one that was just typed: where the terminal does not mark a paste, that is how it is known."""
    if os.name != "posix":
        return ""
    import termios

    terminal, data = sys.stdin.fileno(), b""
    before = termios.tcgetattr(terminal)
    bare = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
    termios.tcsetattr(terminal, termios.TCSANOW, bare)  # so that a last line without its end is there, too
    try:
        while select.select([terminal], [], [], _PASTE)[0] and (more := os.read(terminal, 2**16)):
            data += more
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
    return data.replace(b"\x04", b"").decode(sys.stdin.encoding or "utf-8", "replace").replace("\r", "\n")


def plain(text: str, encoding: str | None) -> str:
    """A text with the nearest ASCII for typographic characters that an encoding does not have."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN)
    return text


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()
