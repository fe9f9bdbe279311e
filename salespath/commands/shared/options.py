"""What the commands share: messages on stderr, exit codes, and where output goes. Heavy imports happen inside."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from salespath.files.problems import Problem
    from salespath.report.page import Page

F = TypeVar("F", bound=Callable[..., Any])


def reported(command: F) -> F:
    """Turn problems with the input into messages on stderr and exit code 1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from salespath.files.problems import Problem, SalespathError

        try:
            return command(*args, **kwargs)
        except SalespathError as error:
            report_problems(error.problems)
        except OSError as error:  # a full disk, for one; inputs and files report their own
            if error.errno == errno.EPIPE:
                raise
            report_problems([Problem("SP140", f"cannot write the output: {error.strerror}.")])
        sys.exit(1)

    return run  # type: ignore[return-value]


def based(command: F) -> F:
    """Give a command the compiled rule base as its first argument, and the option --rules that lays folders over it."""

    @click.option(
        "--rules",
        "folders",
        metavar="DIR",
        multiple=True,
        help="Lay a folder of rules over the built-in ones (again: another one on top).",
    )
    @functools.wraps(command)
    def run(*args: Any, folders: tuple[str, ...], **kwargs: Any) -> Any:
        from salespath.engine.load import load

        return command(load(*folders), *args, **kwargs)

    return run  # type: ignore[return-value]


def report_problems(problems: Iterable[Problem]) -> None:
    """Write problems to stderr, one a line, in order of their place."""
    from salespath.files.problems import in_order

    for problem in in_order(problems):
        click.echo(str(problem), err=True)


def width() -> int:
    """The columns of the terminal, or 120 where there is none."""
    import shutil

    return max(40, shutil.get_terminal_size((120, 24)).columns)


def write_json(data: Any) -> None:
    """Write JSON to standard output, with escapes where that is not UTF-8."""
    from salespath.files.output import json_pieces

    for piece in json_pieces(data, ascii_only=(sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")):
        click.echo(piece, nl=False)


def write_page(page: Page) -> None:
    """Write a page to standard output, as wide as the terminal."""
    from salespath.report.formats.text import write

    click.echo(write(page, width(), bold=bold, encoding=sys.stdout.encoding or "ascii"), nl=False)


format_option = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)


def bold(text: str) -> str:
    """Bold on a terminal that can show it."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    return text if plain else click.style(text, bold=True)
