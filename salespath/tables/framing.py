"""How a file holds its table: in which encoding, with which separator, and where the header stands, below titles if need be."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from salespath.facts import Vocabulary
from salespath.files.problems import NOTE, Problem, refusal, shown
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.columns import PLAIN, TableOptions

DELIMITERS = ",;\t|"
PASSED_OVER = 20  # rows that may stand above the header
FIRST = 2**20  # bytes that are looked at for the header
LIKE = 20  # rows below the header by which empty cells beyond it are expected
_SEPARATOR = re.compile(r'"?sep=([^\s"\w])"?[^\w]*', re.IGNORECASE)


class Head(NamedTuple):
    """A header: its separator, where it begins (in characters) and ends, its row, its cells, how
    many of them are known, what stands above it, and how many cells are facts."""

    delimiter: str
    start: int
    stop: int
    row: int
    cells: tuple[str, ...]
    known: int
    above: tuple[str, ...]
    facts: int


@dataclass(frozen=True)
class Framing:
    """How a table stands in its file. `start` counts the bytes above the header in UTF-8, `row` is the header's.

    `text` is the header as it stands, `end` what ends it, `extra` the number of empty cells that
    rows have beyond it, `mark` the byte order mark.
    """

    encoding: str
    delimiter: str
    start: int
    row: int
    text: str
    names: tuple[str, ...]
    extra: int
    mark: bytes
    end: str
    problems: tuple[Problem, ...]


def frame(
    source: InputFile, vocabulary: Vocabulary, options: TableOptions = PLAIN, delimiters: str = DELIMITERS
) -> Framing:
    """How the table in a file stands there, with one of some separators. Raises SalespathError (SP110) for an empty file."""
    name, problems = _encoding(source)
    first = source.ahead(FIRST)
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    text = decoder.decode(first)
    if not text.strip():
        message = "the file is empty; expected a row of fact ids, then a row for each company."
        raise refusal("SP110", message, source.path)
    head = find_header(text, vocabulary, options, delimiters)
    assert head is not None  # there is a row
    if head.above:
        what = "row 1 stands" if head.row == 2 else f"rows 1 to {head.row - 1} stand"
        passed = shown(" | ".join(head.above), 100)
        message = f"{what} above the header and {'is' if head.row == 2 else 'are'} passed over: {passed}."
        problems = (*problems, Problem("SP117", message, NOTE, file=source.path, row=head.row))
    mark = next((m for m in _MARKS if first.startswith(m)), b"")
    line = text[head.start : head.stop].removeprefix("\ufeff")
    return Framing(
        name,
        head.delimiter,
        len(text[: head.start].encode(errors="replace")),
        head.row,
        line.rstrip("\r\n"),
        tuple(cell or f"column {place}" for place, cell in enumerate(head.cells, 1)),
        _extra(text[head.stop :], head),
        mark,
        line[len(line.rstrip("\r\n")) :] or "\n",
        problems,
    )


def find_header(
    text: str, vocabulary: Vocabulary, options: TableOptions = PLAIN, delimiters: str = DELIMITERS
) -> Head | None:
    """The row among the first in which most cells are facts or `company`, the first of several; without one, the first row.

    A line `sep=;` above it says which separator is used; else it is the one that makes most cells known. None in an empty text.
    """
    line, end = _first_line(text)
    said = _SEPARATOR.fullmatch(line)
    found: list[Head] = []
    seen: dict[str, Any] = {}
    for delimiter in said[1] if said else delimiters:
        above: list[str] = [line] if said else []
        for row, start, stop, cells in _rows(text, delimiter, end if said else 0, 2 if said else 1):
            plain = tuple(cell.strip() for cell in cells)
            known, facts = header.known(plain, vocabulary, options, seen)
            found.append(Head(delimiter, start, stop, row, plain, known, tuple(above), facts))
            above.append(" ".join(filter(None, plain)))
    found.sort(key=lambda head: (-head.known, head.row, -len(head.cells)))
    return found[0] if found else None


def _first_line(text: str) -> tuple[str, int]:
    match = re.match(r"[^\r\n]*(?:\r\n|\r|\n)?", text)
    assert match is not None
    return match[0].strip(), match.end()


def _rows(
    text: str, delimiter: str, start: int, row: int, most: int = PASSED_OVER + 1
) -> Iterator[tuple[int, int, int, list[str]]]:
    """The first rows that are not blank: the number of each, where it begins and ends, and its cells."""
    position = start

    def lines() -> Iterator[str]:
        nonlocal position
        for line in io.StringIO(text[start:], newline=""):
            position += len(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter)
    begin = start
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield row, begin, position, cells
                most -= 1
                if not most:
                    return
            elif row > 1000:
                return
            row, begin = row + 1, position
    except csv.Error:  # a cell that is endless or holds what no text holds; the rows are refused for it
        if begin == start:
            yield row, begin, len(text), []


def _extra(text: str, head: Head) -> int:
    """How many cells the first rows have beyond the header, if all of these are empty."""
    width = len(head.cells)
    rows = [cells for *_, cells in _rows(text, head.delimiter, 0, 1, LIKE)]
    widest = max(map(len, rows), default=0)
    longer = [cells for cells in rows if len(cells) == widest]
    fine = (
        widest > width and 2 * len(longer) > len(rows) and not any(c.strip() for cells in longer for c in cells[width:])
    )
    return widest - width if fine else 0


_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _encoding(source: InputFile) -> tuple[str, tuple[Problem, ...]]:
    """The encoding of a file; one without a mark that is not UTF-8 is said."""
    name = source.codec
    if name != "utf-8-sig" or source.encoding:
        return name, ()
    decoder = codecs.getincrementaldecoder("utf-8")()
    before, data = source.ahead(FIRST), b""
    for data in source.pieces(FIRST) if source.seeks else [before]:
        try:
            if decoder.getstate()[0] or not data.isascii():
                decoder.decode(data)
        except UnicodeDecodeError:
            break
    else:
        data = b""
    if source.seeks:
        source.rewind()
    if not data or source.head.startswith(codecs.BOM_UTF8) or b"\0" in before + data:
        return name, ()  # a byte that is not UTF-8 is told with its row
    from salespath.tables.encodings import single_byte

    found = single_byte(before if data in before else before + data)
    if found is None:
        return name, ()
    code, word = found
    message = f"the file is not UTF-8; it is read as {code.upper()}, in which it says {shown(word, 40)}."
    return code, (Problem("SP118", message, NOTE, file=source.path),)
