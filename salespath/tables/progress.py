"""How far a run over many companies is, on stderr and only where that is a terminal, and what it came to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Advance = Callable[[int, "float | None"], None]  # the companies just done; how much of their file is read, 0 to 1


@contextmanager
def bar(files: int) -> Iterator[Advance]:
    """A function to call with what is done of each of some files, one after the other."""
    if not sys.stderr.isatty():
        yield lambda rows, part: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[rows]:,} companies"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=files, rows=0, rate=0.0)
        done, before, whole = 0, 0.0, 0

        def advance(rows: int, part: float | None) -> None:
            nonlocal done, before, whole
            done += rows
            if part is not None:
                whole += part < before  # another file has begun
                before = part
            elapsed = progress.tasks[task].elapsed or 0
            rate = done / elapsed if elapsed else 0
            progress.update(task, completed=whole + before, rows=done, rate=rate)

        yield advance


@dataclass
class Summary:
    """How many companies were assessed and left out, whether the input had an error, and the file with those left out.

    `without_strength` says that there were too many to work out unasked how firm each verdict is.
    """

    assessed: int = 0
    rejected: int = 0
    failed: bool = False
    rejects: str | None = None
    without_strength: bool = False

    def __str__(self) -> str:
        counts = f"{self.assessed + self.rejected} companies: {self.assessed} assessed, {self.rejected} rejected"
        strength = " Strength is left out of so many; --strength adds it." if self.without_strength else ""
        if self.rejects is None:
            return f"{counts}.{strength}"
        return f"{counts}; {'the rejected rows are' if self.rejected else 'no row is'} in {self.rejects}.{strength}"
