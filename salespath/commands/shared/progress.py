"""How far a long command is, as a bar on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def counted(steps: int) -> Iterator[Callable[[], object]]:
    """A function to call after each of so many steps; a bar on stderr shows how far it is, only where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=steps, file=sys.stderr) as bar:
        yield lambda: bar.update(1)
