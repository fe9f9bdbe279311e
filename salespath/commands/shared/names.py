"""What is said where nothing has the name that was given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from salespath.files.problems import Problem, SalespathError, shown, suggestion


def unknown(what: str, seen: str, known: Iterable[str]) -> NoReturn:
    """Raise SalespathError: SP131, there is no such rule, …."""
    raise SalespathError([Problem("SP131", f"there is no {what} {shown(seen)}.{suggestion(seen, known)}")])
