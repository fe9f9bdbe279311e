"""What all files of companies have in common while they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from salespath.files.problems import Problem, SalespathError
from salespath.tables.batch import Batch

ROWS = 16_384  # of a part


class Reading(Protocol):
    """A file being read: its columns and their types, what is odd about them, and its rows in parts.

    Parts come one after the other; making batches of them is the work, and may be done by several threads.
    """

    @property
    def path(self) -> str:
        """The file."""

    @property
    def columns(self) -> Mapping[str, pa.DataType]:
        """The columns and their types."""

    @property
    def names(self) -> Sequence[str]:
        """The columns of the rows that are left out."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is odd about the columns."""

    def parts(self) -> Iterator[Any]:
        """The rows, a part at a time. Raises SalespathError where the file cannot be read further."""

    def batch(self, part: Any) -> Batch:
        """The rows of a part, typed. Raises SalespathError where a column cannot be understood."""


@dataclass(frozen=True)
class Part:
    """Rows still to be typed, the number of the first, and how much of the file is read with them (0 to 1)."""

    rows: Any
    first: int
    share: float | None


def unusable(code: str, message: str, path: str) -> SalespathError:
    """A file that cannot be used as a whole."""
    return SalespathError([Problem(code, message, file=path)])


def no_rows(path: str) -> SalespathError:
    """A file with a header only, or with empty rows only."""
    return unusable("SP110", "there is no row with anything in it below the header.", path)
