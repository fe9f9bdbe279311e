"""The command line: thin commands over the library. Everything heavy is imported in the command that needs it."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from salespath import __version__

if TYPE_CHECKING:
    from salespath.errors import Problem

F = TypeVar("F", bound=Callable[..., Any])


def reported(command: F) -> F:
    """Turn problems with the input into messages on stderr and exit code 1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from salespath.errors import SalespathError

        try:
            return command(*args, **kwargs)
        except SalespathError as error:
            report_problems(error.problems)
            sys.exit(1)

    return run  # type: ignore[return-value]


def report_problems(problems: Iterable[Problem]) -> None:
    """Write problems to stderr, one a line."""
    for problem in problems:
        click.echo(str(problem), err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="salespath")
def main() -> None:
    """Which sales process a B2B company should run, enterprise or SMB, and why."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a legacy code page must not crash on an en dash
            stream.reconfigure(errors="replace")
    if os.name == "posix":
        import signal

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `salespath guide | head` ends quietly


if __name__ == "__main__":
    main()
