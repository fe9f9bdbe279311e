"""Companies that cannot be assessed → a CSV file: where and why, then each row as it stood, to be corrected and assessed as it is.

The rows of one CSV file keep its separator, its encoding and their bytes; all others are written in UTF-8 with commas. A cell that
a spreadsheet would run as a formula gets a ' before it, which is taken away when the file is read again.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import IO, Any

import pyarrow as pa

from salespath.facts import Lines, Reject
from salespath.files.output import Begin
from salespath.tables.csv_cells import guard

MARKED = "salespath_"  # columns with such names are not read
ADDED = tuple(f"{MARKED}{name}" for name in ("row", "column", "code", "reason"))
FILE, TEXT = f"{MARKED}file", f"{MARKED}text"  # where there are several files; where the cells do not say it all
READ_AS = f"{MARKED}read_as"  # where rows that are not here decided how columns are read
_CODECS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
}


class RejectsFile:
    """The file, begun with the first company that is rejected.

    `columns` are those of all inputs, `lines` how the rows of each stand there, `texts` says that cells do not tell all; a new
    file is as private as `like`.
    """

    def __init__(
        self,
        begin: Begin,
        path: str,
        columns: Iterable[str],
        lines: Sequence[Lines | None],
        *,
        texts: bool = True,
        like: str | None = None,
    ) -> None:
        self.path = path
        self._begin, self._like, self._columns = begin, like, tuple(dict.fromkeys(columns))
        self._lines = lines[0] if len(set(lines)) == 1 else None
        self._several, self._texts = len(lines) > 1, texts and self._lines is None
        self._file: IO[bytes] | None = None

    @property
    def started(self) -> bool:
        """Whether there is such a file."""
        return self._file is not None

    def start(self) -> IO[bytes]:
        """The file with its header, whether or not a company follows."""
        if self._file is None:
            self._file = self._begin(self.path, like=self._like)
            added = [*ADDED, *([FILE] if self._several else ()), *([TEXT] if self._texts else ())]
            added += [READ_AS] if self._lines and self._lines.read_as else []
            if self._lines:
                self._file.write(self._lines.mark)
                self._write(added, self._lines.header)
            else:
                self._write([*added, *self._columns])
        return self._file

    def write(self, rejects: Iterable[Reject]) -> None:
        """Write some companies, one at least."""
        self.start()
        for reject in rejects:
            added: list[str | None] = [str(reject.row), *reasons(reject)]
            if self._several:
                added.append(reject.file)
            if self._lines:
                added += [self._lines.read_as] if self._lines.read_as else []
                self._write(added, reject.text or "")
                continue
            if self._texts:
                added.append(reject.text if reject.lines is None or not fits(reject) else None)
            self._write([*added, *map(reject.cells.get, self._columns)])

    def _write(self, cells: Iterable[str | None], row: str | None = None) -> None:
        """Some cells, and a row of the input after them."""
        assert self._file is not None
        lines = self._lines or _COMMAS
        added = lines.delimiter.join(_cell(cell or "", lines.delimiter) for cell in cells)
        encoding = _CODECS.get(lines.mark, lines.encoding).replace("-sig", "")
        text = "" if row is None else lines.delimiter + _guarded(row, lines)
        self._file.write(added.encode(encoding, "replace") + (text + lines.end).encode(encoding))


_COMMAS = Lines("", ",", "utf-8", b"", "\n")


def write_rejects(rejects: Iterable[Reject], begin: Begin, path: str, *, like: str | None = None) -> None:
    """Write a whole file of them, be there any or none."""
    found = [flat(reject) for reject in rejects]
    files = {reject.file: reject.lines for reject in found}
    lines = [*files.values()] or [None]
    file = RejectsFile(begin, path, [name for reject in found for name in reject.cells], lines, like=like)
    file.start()
    if found:
        file.write(found)


def reasons(reject: Reject) -> Iterator[str]:
    """What is wrong with a company: the columns, the codes, the messages, with a bar between several."""
    for of in ("column", "code", "message"):
        said = [str(word) for problem in reject.problems if (word := getattr(problem, of)) is not None]
        yield " | ".join(dict.fromkeys(said) if of == "code" else said)


def flat(reject: Reject) -> Reject:
    """A company of a fact file with a cell for each of its facts."""
    said: Any = None
    if reject.lines is None and reject.text:
        with suppress(ValueError):
            said = json.loads(reject.text)
    if not isinstance(said, dict):
        return reject
    facts = said.get("facts")
    plain = {**said, **facts} if isinstance(facts, dict) else said
    cells = dict(reject.cells)
    for name, value in plain.items():
        if isinstance(value, dict) and "value" in value:
            cells |= {name if part == "value" else f"{name}__{part}": _written(v) for part, v in value.items()}
        elif name != "facts" and name.lower() != "company":
            cells[name] = _written(value)
    return replace(reject, cells=cells)


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value)) or "-"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "" if value is None else str(value)


def fits(reject: Reject) -> bool:
    """Whether its cells say all of it."""
    return not any(problem.code in ("SP103", "SP114") for problem in reject.problems)


def _cell(text: str, delimiter: str) -> str:
    """A text as a cell."""
    text = f"'{text}" if _is_risky(text) else text
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in (delimiter, '"', "\n", "\r")) else text


def _guarded(row: str, lines: Lines) -> str:
    """A row as it stands, but without the cells that were added, and with a ' before what would be a formula."""
    pieces = []
    dropped = _dropped(lines) if lines.again else frozenset()
    for number, cell in enumerate(_raw_cells(row, lines.delimiter)):
        if number in dropped:
            continue
        quoted = cell.startswith('"')
        text = cell[1:] if quoted else cell
        risky = _is_risky(text.rstrip('"') if quoted else text) and not (lines.again and _is_guarded(text))
        pieces.append((('"' if quoted else "") + "'" + text) if risky else cell)
    return lines.delimiter.join(pieces)


@lru_cache(10)
def _dropped(lines: Lines) -> frozenset[int]:
    cells = _raw_cells(lines.header, lines.delimiter)
    return frozenset(n for n, cell in enumerate(cells) if cell.lstrip(' "').startswith(MARKED))


def _raw_cells(row: str, delimiter: str) -> Iterator[str]:
    """The cells of a row with their quotes, as the csv module tells them apart."""
    no = f"[^{re.escape(delimiter)}]*"
    pattern = re.compile(rf'"(?:[^"]|"")*(?:"{no}|$)|{no}')
    position = 0
    while True:
        match = pattern.match(row, position)
        assert match is not None  # it may be empty
        yield match[0]
        position = match.end() + 1
        if position > len(row):
            return


def _is_risky(text: str) -> bool:
    """Whether a spreadsheet would run a cell as a formula, or a ' before it would be taken for a guard."""
    plain = text.lstrip("'")
    if not plain or plain[0].isalnum():
        return False
    cell = pa.array([plain])
    return not guard(cell).equals(cell)


def _is_guarded(text: str) -> bool:
    return text.startswith("'") and _is_risky(text)
