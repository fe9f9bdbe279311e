"""Companies that cannot be assessed → a CSV file: their rows as they stood, and beside them where and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from salespath.facts import Reject
from salespath.files.output import Begin
from salespath.tables.csv_cells import guard, quote

ADDED = ("file", "row", "column", "value", "reason", "raw")


class RejectsFile:
    """The file, begun with the first company that is rejected.

    `columns` are those of the input; a new file is as private as `like`.
    """

    def __init__(self, begin: Begin, path: str, columns: Iterable[str], *, like: str | None = None) -> None:
        self.path = path
        self._begin, self._like, self._columns = begin, like, tuple(dict.fromkeys(columns))
        self._file: IO[bytes] | None = None

    @property
    def started(self) -> bool:
        """Whether there is such a file."""
        return self._file is not None

    def start(self) -> IO[bytes]:
        """The file with its header, whether or not a company follows."""
        if self._file is None:
            self._file = self._begin(self.path, like=self._like)
            header = pa.array([*self._columns, *(self._free(f"rejected_{name}") for name in ADDED)])
            self._file.write(",".join(quote(guard(header)).to_pylist()).encode() + b"\n")
        return self._file

    def write(self, rejects: Iterable[Reject]) -> None:
        """Write some companies, one at least."""
        rows = [[*map(reject.cells.get, self._columns), *_said(reject)] for reject in rejects]
        cells = [quote(guard(pa.array(column, pa.string()))) for column in zip(*rows)]
        lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
        self.start().writelines(line.encode() + b"\n" for line in lines.to_pylist())

    def _free(self, name: str) -> str:
        """A name that no column has; rejects that are mended by hand and rejected again have the first ones."""
        return self._free(f"{name}_again") if name in self._columns else name


def write_rejects(rejects: Iterable[Reject], begin: Begin, path: str, *, like: str | None = None) -> None:
    """Write a whole file of them, be there any or none."""
    found = list(rejects)
    file = RejectsFile(begin, path, [name for reject in found for name in reject.cells], like=like)
    file.start()
    if found:
        file.write(found)


def _said(reject: Reject) -> Iterator[str | None]:
    """What is said of a company, in the columns ADDED."""
    yield from (reject.file, str(reject.row))
    for of in ("column", "value", "message"):
        yield " | ".join(str(word) for problem in reject.problems if (word := getattr(problem, of)) is not None)
    yield reject.text
