"""What is said on stderr: what is wrong with the input, and how far a long command is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from salespath.files.problems import Problem, SalespathError, has_error, in_order, shown, suggestion

FAILED = "salespath.failed"  # in a command's context: whether an error was reported, so that it ends with exit code 1


def report_problems(problems: Iterable[Problem]) -> None:
    """Write problems to stderr, one a line, in order of their place. After an error the command ends with exit code 1."""
    found = in_order(problems)
    for problem in found:
        click.echo(str(problem), err=True)
    if has_error(found):
        click.get_current_context().meta[FAILED] = True


def refuse_name(what: str, seen: str, known: Iterable[str]) -> NoReturn:
    """Raise SalespathError: SP131, there is no such rule, …."""
    raise SalespathError([Problem("SP131", f"there is no {what} {shown(seen)}.{suggestion(seen, known)}")])


@contextmanager
def progress_bar(steps: int) -> Iterator[Callable[[], object]]:
    """A function to call after each of so many steps; a bar shows how far it is, only where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=steps, file=sys.stderr) as bar:
        yield lambda: bar.update(1)
