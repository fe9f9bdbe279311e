"""Companies that cannot be assessed → a CSV file: their rows as they stood, and beside them where and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from salespath.facts import Rejects
from salespath.files.output import Begin
from salespath.tables.csv_cells import guarded, quoted

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
            self._file.write(",".join(quoted(guarded(header)).to_pylist()).encode() + b"\n")
        return self._file

    def write(self, rejects: Rejects) -> None:
        """Write some companies."""
        count = len(rejects.rows)
        said = {
            "file": [rejects.file] * count,
            "row": [str(row) for row in rejects.rows],
            "column": [_listed(problem.column for problem in found) for found in rejects.problems],
            "value": [_listed(problem.value for problem in found) for found in rejects.problems],
            "reason": [_listed(problem.message for problem in found) for found in rejects.problems],
            "raw": rejects.texts,
        }
        stood = [rejects.cells.get(name, [None] * count) for name in self._columns]
        cells = [quoted(guarded(_texts(column))) for column in (*stood, *(said[name] for name in ADDED))]
        lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
        file = self.start()
        for line in lines.to_pylist():
            file.write(line.encode() + b"\n")

    def _free(self, name: str) -> str:
        """A name that no column has; rejects that are mended by hand and rejected again have the first ones."""
        return self._free(f"{name}_again") if name in self._columns else name


def write_rejects(rejects: Iterable[Rejects], begin: Begin, path: str, *, like: str | None = None) -> None:
    """Write a whole file of them, be there any or none."""
    found = list(rejects)
    file = RejectsFile(begin, path, [name for some in found for name in some.cells], like=like)
    file.start()
    for some in found:
        file.write(some)


def _listed(words: Iterable[object]) -> str:
    return " | ".join(str(word) for word in words if word is not None)


def _texts(cells: Sequence[Any]) -> pa.Array:
    """Cells as text, whatever a Parquet file holds."""
    if isinstance(cells, pa.Array) and not pa.types.is_nested(cells.type):
        try:
            return cells.cast(pa.string())
        except pa.ArrowException:  # bytes that are no text, for one
            pass
    values = cells.to_pylist() if isinstance(cells, pa.Array) else cells
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else str(value)
