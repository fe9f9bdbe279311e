"""How far a long run is: companies done, rate and time left, on stderr and only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, "float | None"], None]


@contextmanager
def bar(files: int) -> Iterator[Advance]:
    """A function to call with the companies just done and how much of their file is read (0 to 1)."""
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
