"""What the commands on the decision journal have in common: the day, and the file that keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from salespath.files.problems import Problem, refusal, shown
from salespath.interview import kept
from salespath.interview.store import Store

F = TypeVar("F", bound=Callable[..., Any])


def _day(context: click.Context, option: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def _day_or_today(context: click.Context, option: click.Parameter, value: datetime | None) -> date:
    return value.date() if value else date.today()


one_day: dict[str, Any] = {"type": click.DateTime(["%Y-%m-%d"]), "callback": _day}  # how an option takes a day


def day_option(said: str) -> Callable[[F], F]:
    """The option --day: another day than today."""
    kind = click.DateTime(["%Y-%m-%d"])
    return click.option("--day", type=kind, callback=_day_or_today, help=f"{said}.  [default: today]")


def not_to_come(day: date) -> Iterator[Problem]:
    """A day on which nothing can have happened yet is a problem (SP242)."""
    if day > date.today():
        yield Problem("SP242", f"--day {day} is still to come; expected today or an earlier day.", value=str(day))


def store_option(command: F) -> F:
    """The option --store: the file that keeps the decisions."""
    said = "The file that keeps the decisions, as of `workshop` (else with the interviews)."
    return click.option("--store", metavar="PATH", help=said)(command)


@contextmanager
def to_read(path: str | None) -> Iterator[Store | None]:
    """The store of decisions, if there is any. Raises SalespathError where a file that was named is not there (SP247)."""
    if path and not Path(path).exists():
        raise refusal("SP247", f"there is no file {shown(path, 300)} with decisions.", None)
    store = Store(Path(path)) if path else kept.to_read()
    try:
        yield store
    finally:
        if store:
            store.close()


@contextmanager
def opened(path: str | None) -> Iterator[Store]:
    """The store of decisions; it is made where there is none."""
    with Store(Path(path)) if path else kept.opened() as store:
        yield store
