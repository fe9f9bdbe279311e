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
    from collections.abc import Sequence

    from salespath.engine.compile import Base
    from salespath.facts import Portfolio
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


def is_table(path: str) -> bool:
    """Whether a file is a table by its name."""
    return path.lower().endswith((".csv", ".tsv", ".parquet"))


def read_companies(base: Base, path: str) -> Portfolio:
    """The companies of a fact file or table; of a file that cannot be read, none and the problems."""
    from salespath.facts import Portfolio, read_file
    from salespath.files.problems import SalespathError

    try:
        if is_table(path):
            from salespath.tables.run import cases

            return cases(base, path)
        return read_file(path, base.vocabulary)
    except SalespathError as error:
        return Portfolio((), error.problems, single=True)


def read_supposed(base: Base, paths: Sequence[str], texts: Sequence[str], company: str) -> list[Portfolio]:
    """The companies of files; with settings or a company's name, the one that is meant, with these settings.

    Without a file, the settings are all that is known of it. Raises SalespathError with what is wrong with a setting, or where it
    is not clear which company is meant, and click.UsageError where neither files nor settings are given.
    """
    if not (paths or texts):
        raise click.UsageError("Give a FILE with facts, or facts with --set FACT=VALUE (again: another fact).")
    portfolios = [read_companies(base, path) for path in paths]
    if not (texts or company):
        return portfolios
    from salespath.facts import Case, Portfolio
    from salespath.facts.cases import NAMELESS
    from salespath.facts.settings import chosen, supposed
    from salespath.files.problems import SalespathError, shown

    cases = tuple(case for portfolio in portfolios for case in portfolio.cases)
    problems = tuple(problem for portfolio in portfolios for problem in portfolio.problems)
    if problems and not cases:
        return [Portfolio((), problems, single=True)]
    try:
        case = chosen(cases, ", ".join(paths), company) if paths else Case(shown(company, 200) or NAMELESS)
        return [Portfolio((supposed(base.vocabulary, case, texts),), problems, single=True)]
    except SalespathError as error:
        raise SalespathError([*problems, *error.problems]) from None


def read_by_run(*paths: str | None) -> list[str]:
    """The files that this run reads: those named, the rules and the vocabulary. None of them is ever written over."""
    from pathlib import Path

    from salespath.rules.folders import rule_files, vocabulary_files

    folders = click.get_current_context().params.get("folders", ())
    rules = [*rule_files(), *vocabulary_files(), *(file for folder in folders for file in rule_files(Path(folder)))]
    return [*(path for path in paths if path is not None), *map(str, rules)]


def json_text(data: Any, *, printed: bool = True) -> str:
    """JSON, with escapes where it is printed and standard output is not UTF-8."""
    import json

    escaped = printed and (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    return json.dumps(data, ensure_ascii=escaped, indent=2) + "\n"


def write_json(data: Any) -> None:
    """Write JSON to standard output."""
    click.echo(json_text(data), nl=False)


def write_page(page: Page) -> None:
    """Write a page to standard output, as wide as the terminal."""
    from salespath.report.formats.text import write

    click.echo(write(page, width(), bold=bold, encoding=sys.stdout.encoding or "ascii"), nl=False)


format_option = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)

set_option = click.option(
    "--set", "texts", metavar="FACT=VALUE", multiple=True, help="Suppose this (again: another fact), as in a fact file."
)
company_option = click.option(
    "--company", metavar="NAME", default="", help="Which company, where FILE holds several; its name, without FILE."
)


def bold(text: str) -> str:
    """Bold on a terminal that can show it."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    return text if plain else click.style(text, bold=True)
