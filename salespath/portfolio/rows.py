"""The bytes of a CSV file → blocks of whole rows, before anything is made of the cells.

A quote opens a cell only where the cell begins, so whether a line end ends a row depends on all that stands before it. It is found
out exactly, so that a quote left open cannot swallow rows unseen, and every row has its number (the header is row 1).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.errors import Problem, SalespathError

READ = 8 * 2**20
MAX_ROW = 16 * 2**20
MAX_LINES = 50  # a quoted cell of more lines has probably lost its closing quote
QUOTE, LINE_FEED, RETURN = b'"\n\r'

_FOLLOWED = "text follows a closing quote; a quote is missing, or one inside should be doubled."
_LONG = "a quoted cell runs over very many lines; its closing quote is probably missing."

Positions: TypeAlias = "npt.NDArray[np.int64]"


@dataclass(frozen=True)
class Block:
    """Whole rows in UTF-8, the number of the first, how many, and what is wrong with the quotes of some, by place."""

    data: bytes
    first: int
    rows: int
    bad: dict[int, str]


def text(file: IO[bytes], path: str) -> Iterator[bytes]:
    """The content in UTF-8, without a byte order mark; UTF-16 is converted. Raises SalespathError (SP102)."""
    data = file.read(READ)
    if data[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        yield data.removeprefix(codecs.BOM_UTF8)
        while data := file.read(READ):
            yield data
        return
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        while data:
            yield decoder.decode(data).encode()
            data = file.read(READ)
        decoder.decode(b"", final=True)
    except UnicodeError:
        raise _refused("SP102", "the file is not UTF-16 throughout. Save it as CSV UTF-8.", path) from None


def blocks(chunks: Iterable[bytes], path: str, delimiter: str, most: int) -> Iterator[Block]:
    """Blocks of at most `most` rows, the header left out. Raises SalespathError (SP102, SP103)."""
    data, row = b"", 1
    for chunk in chain(chunks, (None,)):
        data += chunk or b""
        layout = _Layout(data, delimiter.encode(), complete=chunk is None)
        ends = layout.ends
        start = done = 0
        while done < len(ends):
            count = 1 if row == 1 else min(most, len(ends) - done)
            if 1 < count < most and chunk is not None and len(data) - start < READ:
                break  # the next chunk fills it up
            end = int(ends[done + count - 1])
            bad = {place - done: why for place, why in layout.bad.items() if done <= place < done + count}
            block = Block(data[start:end], row, count, bad)
            _check_encoding(block, ends[done:] - start, path)
            if row > 1:
                yield block
            elif bad:
                raise _refused("SP103", f"the header: {bad[0]}", path, row)
            row, start, done = row + count, end, done + count
        data = data[start:]
        if (chunk is None and data) or len(data) > READ + MAX_ROW:
            row += len(ends) - done
            if layout.unclosed is None:
                raise _refused("SP103", f"the row is longer than {MAX_ROW // 2**20} MiB.", path, row)
            raise _refused("SP103", "a quote opens here and is never closed; nothing after it can be read.", path, row)


def _check_encoding(block: Block, ends: Positions, path: str) -> None:
    if b"\0" in block.data:
        raise _refused("SP102", "this is a binary file; text was expected.", path)
    try:
        block.data.decode()
    except UnicodeDecodeError as error:
        row = block.first + int(np.searchsorted(ends, error.start, side="right"))
        message = f"the byte {block.data[error.start]:#04x} is not UTF-8. Save the file as CSV UTF-8."
        raise _refused("SP102", message, path, row) from None


def _refused(code: str, message: str, path: str, row: int | None = None) -> SalespathError:
    return SalespathError([Problem(code, message, file=path, row=row)])


class _Layout:
    """Where rows end, which quote is left open, and which rows have something wrong with their quotes."""

    def __init__(self, data: bytes, delimiter: bytes, *, complete: bool) -> None:
        characters = np.frombuffer(data, dtype=np.uint8)
        line_ends = characters == LINE_FEED
        if b"\r" in data:
            lone = characters == RETURN
            lone[:-1] &= ~line_ends[1:]
            lone[-1] &= complete  # else a line feed may follow in the next chunk
            line_ends |= lone
        every: Positions = np.flatnonzero(line_ends) + 1
        lines = every
        self.unclosed: int | None = None
        amiss: dict[int, str] = {}
        if b'"' in data:
            quotes = _well_formed(characters, delimiter)
            if quotes is None:
                quotes, after = _one_by_one(data, delimiter)
                amiss.update(dict.fromkeys(after, _FOLLOWED))
            if len(quotes) % 2:
                self.unclosed = int(quotes[-1])
            within = np.searchsorted(every, quotes, side="right")
            longest = within[1::2] - within[: len(quotes) // 2 * 2 : 2]
            for cell in np.flatnonzero(longest > MAX_LINES):
                amiss[int(quotes[2 * cell])] = _LONG
            lines = lines[np.searchsorted(quotes, lines) % 2 == 0]
        if complete and self.unclosed is None and data and (not len(lines) or lines[-1] < len(data)):
            lines = np.append(lines, len(data))
        self.ends = lines
        self.bad: dict[int, str] = {}
        for place, why in amiss.items():
            row = int(np.searchsorted(lines, place, side="right"))
            if row < len(lines):
                start = int(lines[row - 1]) if row else 0
                count = int(np.searchsorted(every, lines[row]) - np.searchsorted(every, start, side="right")) + 1
                self.bad[row] = f"{why} The row runs over {count} lines." if count > 1 else why


def _well_formed(characters: npt.NDArray[np.uint8], delimiter: bytes) -> Positions | None:
    """The quotes that open and close cells in turn, doubled ones left out; None if any stands where none should."""
    edge = np.zeros(256, dtype=bool)
    edge[[LINE_FEED, RETURN, delimiter[0]]] = True
    edges = np.concatenate(([True], edge[characters], [True]))
    quotes = np.flatnonzero(characters == QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    doubled = closing[: len(opening) - 1] + 1 == opening[1:]
    starts, stops = edges[opening], edges[closing + 2]
    starts[1:] |= doubled
    stops[: len(doubled)] |= doubled
    if not (starts.all() and stops.all()):
        return None
    keep = np.ones(len(quotes), dtype=bool)
    keep[1 : 2 * len(doubled) + 1] = ~np.repeat(doubled, 2)
    kept: Positions = quotes[keep]
    return kept


def _one_by_one(data: bytes, delimiter: bytes) -> tuple[Positions, list[int]]:
    """The same for any data, and where a cell opens whose closing quote is followed by text."""
    opening = re.compile(rb'(?:\A|[\n\r%s])"' % re.escape(delimiter))
    quotes: list[int] = []
    followed: list[int] = []
    position = 0
    while found := opening.search(data, position):
        quotes.append(found.end() - 1)
        closing = data.find(b'"', found.end())
        while closing >= 0 and data[closing + 1 : closing + 2] == b'"':
            closing = data.find(b'"', closing + 2)
        if closing < 0:
            break
        quotes.append(closing)
        if data[closing + 1 : closing + 2] not in (b"", b"\n", b"\r", delimiter):
            followed.append(quotes[-2])
        position = closing + 1
    return np.array(quotes, dtype=np.int64), followed
