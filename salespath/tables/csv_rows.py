"""The bytes of a CSV file → blocks of whole rows, before anything is made of the cells.

A quote opens a cell only where the cell begins, so whether a line end ends a row depends on all that stands before it. It is found
out exactly, so that a quote left open cannot swallow rows unseen, and every row has its number (the header is row 1).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from salespath.files.problems import refusal
from salespath.files.source import InputFile

READ = 2**20  # what the processor's cache holds along with what is made of it
MAX_ROW = 16 * 2**20
NEAR = 48  # bytes of a line in which one of its first cells is sought
MAX_LINES = 50  # a quoted cell of more lines has probably lost its closing quote
QUOTE, LINE_FEED, RETURN = b'"\n\r'

_FOLLOWED = "text follows a closing quote; a quote is missing, or one inside should be doubled."
_LONG = "a quoted cell runs over very many lines; its closing quote is probably missing."

Positions: TypeAlias = "npt.NDArray[np.int64]"
Mask: TypeAlias = "npt.NDArray[np.bool_]"


@dataclass(frozen=True)
class RowBlock:
    """Whole rows in UTF-8, the number of the first, how many, and what is wrong with the quotes of some, by place.

    `ends` are where they end, their line ends included; None where that is to be found out.
    """

    data: bytes
    first: int
    rows: int
    bad: dict[int, str]
    ends: Positions | None = field(default=None, compare=False)


def utf8(source: InputFile, name: str) -> Iterator[bytes]:
    """The content in UTF-8, without a byte order mark, from the encoding `name`. Raises SalespathError (SP102)."""
    data = source.read(READ)
    if name == "utf-8-sig":
        yield data.removeprefix(codecs.BOM_UTF8)
        while data := source.read(READ):
            yield data
        return
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while data:
            yield decoder.decode(data).encode()
            data = source.read(READ)
        decoder.decode(b"", final=True)
    except UnicodeError:
        called = name[:6] if name.startswith("utf") else name
        what = f"the file is not {called.upper()} throughout. Save it as CSV UTF-8."
        raise refusal("SP102", what, source.path) from None


def after(chunks: Iterable[bytes], start: int) -> Iterator[bytes]:
    """The bytes from the one numbered `start`."""
    for chunk in chunks:
        if start < len(chunk):
            yield chunk[start:]
        start = max(0, start - len(chunk))


def blocks(chunks: Iterable[bytes], path: str, delimiter: str, most: int, header: int = 1) -> Iterator[RowBlock]:
    """Blocks of `most` rows (the last may have fewer), without the first, which is the header and has the number `header`.

    Raises SalespathError (SP102, SP103).
    """
    rest = b""
    row, limit = header, 1  # the header is a block of its own
    pieces: list[bytes] = []
    ends: list[Positions] = []
    rows, size, bad = 0, 0, dict[int, str]()
    for chunk in chain(chunks, (None,)):
        data = rest + (chunk or b"")
        layout = _Layout(data, delimiter.encode(), complete=chunk is None)
        start = done = 0
        while done < len(layout.ends):
            taken = min(limit - rows, len(layout.ends) - done)
            end = int(layout.ends[done + taken - 1])
            pieces.append(data[start:end])
            ends.append(layout.ends[done : done + taken] + (size - start))
            size += end - start
            bad.update({rows + n - done: why for n, why in layout.bad.items() if done <= n < done + taken})
            start, done, rows = end, done + taken, rows + taken
            if rows == limit:
                block = _check(RowBlock(b"".join(pieces), row, rows, bad, np.concatenate(ends)), path, delimiter)
                if row > header:
                    yield block
                elif bad:
                    raise refusal("SP103", f"the header: {bad[0]}", path, row=row)
                row, limit = row + rows, most
                pieces, ends, rows, size, bad = [], [], 0, 0, {}
        rest = data[start:]
        if (chunk is None and rest) or len(rest) > MAX_ROW:
            if layout.open:
                what = "a quote opens here and is never closed; nothing after it can be read."
                raise refusal("SP103", what, path, row=row + rows)
            raise refusal("SP103", f"the row is longer than {MAX_ROW // 2**20} MiB.", path, row=row + rows)
    if rows:
        yield _check(RowBlock(b"".join(pieces), row, rows, bad, np.concatenate(ends)), path, delimiter)


def row_ends(block: RowBlock, delimiter: str) -> Positions:
    """Where the rows of a block end, their line ends included."""
    return _Layout(block.data, delimiter.encode(), complete=True).ends if block.ends is None else block.ends


def row_keys(block: RowBlock, delimiter: str) -> Positions:
    """A number for each row, the same for the same text."""
    data, ends = block.data, row_ends(block, delimiter).tolist()
    rows: Iterable[bytes] = map(data.__getitem__, map(slice, [0, *ends], ends))
    if b"\r" in data:
        rows = (row.rstrip(b"\r\n") for row in rows)
    elif not data.endswith(b"\n"):
        rows = chain(islice(rows, len(ends) - 1), (data[ends[-2] if len(ends) > 1 else 0 :] + b"\n",))
    return np.fromiter(map(hash, rows), np.int64, block.rows)


def some_cells(block: RowBlock, delimiter: str, width: int, columns: Iterable[int]) -> list[pa.Array] | None:
    """Some columns of a block whose rows all have so many cells; None where they do not, or one has quotes or returns.

    That is enough to know a few columns of most files, at a tenth of the cost of all cells.
    """
    if b'"' in block.data or b"\r" in block.data or block.bad:
        return None
    data = np.frombuffer(block.data if block.data.endswith(b"\n") else block.data + b"\n", dtype=np.uint8)
    every = np.flatnonzero((data == ord(delimiter)) | (data == LINE_FEED))
    if len(every) != block.rows * width:
        return None
    ends = every.reshape(block.rows, width)
    if not (data[ends[:, -1]] == LINE_FEED).all():
        return None
    starts = np.empty_like(ends)
    starts[:, 1:] = ends[:, :-1] + 1
    starts[:, 0] = np.concatenate(([0], ends[:-1, -1] + 1))
    found = []
    for place in columns:
        lengths = ends[:, place] - starts[:, place]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        taken = data[np.repeat(starts[:, place] - offsets[:-1], lengths) + np.arange(offsets[-1])]
        buffers = pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(taken)
        cells = pa.StringArray.from_buffers(block.rows, *buffers)
        found.append(pc.if_else(pa.array(lengths > 0), cells, None))
    return found


def plain_lines(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Whole lines, many at a time; None, and no more, where rows may not be lines: at quotes, returns and what is no text."""
    rest = b""
    for chunk in chain(chunks, (None,)):
        data = rest + (b"\n" * bool(rest) if chunk is None else chunk)
        whole = data[: data.rfind(b"\n") + 1]
        rest = data[len(whole) :]
        if any(mark in whole for mark in (b'"', b"\r", b"\0")) or len(rest) > MAX_ROW or not _decodes(whole):
            yield None
            return
        if whole:
            yield whole


def _decodes(data: bytes) -> bool:
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def cell_of_lines(data: bytes, delimiter: str, place: int) -> bytes | None:
    """One cell of each of some lines, each with a line end; None where one of them does not end near where its line begins."""
    padded = np.frombuffer(data + bytes(NEAR), dtype=np.uint8)
    ends = np.flatnonzero(padded[: len(data)] == LINE_FEED)
    near = np.lib.stride_tricks.sliding_window_view(padded, NEAR)[np.concatenate(([0], ends[:-1] + 1))]
    marks = (near == ord(delimiter)) | (near == LINE_FEED)
    rows, stop = np.arange(len(near)), np.full(len(near), -1)
    for _ in range(place + 1):
        begin, stop = stop + 1, marks.argmax(axis=1)
        if not marks[rows, stop].all():
            return None
        marks[rows, stop] = False
    near[rows, stop] = LINE_FEED
    columns = np.arange(NEAR)
    return near[(columns >= begin[:, None]) & (columns <= stop[:, None])].tobytes()


def row_texts(block: RowBlock, delimiter: str, places: Iterable[int]) -> dict[int, str]:
    """The text of some rows of a block, without their line ends."""
    found = dict[int, str]()
    ends: Positions | None = None
    for place in places:
        ends = row_ends(block, delimiter) if ends is None else ends
        row = block.data[ends[place - 1] if place else 0 : ends[place]]
        found[place] = row.removesuffix(b"\n").removesuffix(b"\r").decode()
    return found


def _check(block: RowBlock, path: str, delimiter: str) -> RowBlock:
    if b"\0" in block.data:
        raise refusal("SP102", "this is a binary file; text was expected.", path)
    try:
        if not block.data.isascii():
            block.data.decode()
    except UnicodeDecodeError as error:
        ends = row_ends(block, delimiter)
        row = block.first + int(np.searchsorted(ends, error.start, side="right"))
        message = f"the byte {block.data[error.start]:#04x} is not UTF-8, and what else it is is not clear. "
        message += (
            "Save the file as CSV UTF-8 (in a spreadsheet: Save as), or convert it with `iconv -f CP1250 -t UTF-8`."
        )
        raise refusal("SP102", message, path, row=row) from None
    return block


class _Layout:
    """Where rows end, whether a quote is left open, and which rows have something wrong with their quotes."""

    def __init__(self, data: bytes, delimiter: bytes, *, complete: bool) -> None:
        characters = np.frombuffer(data, dtype=np.uint8)
        line_ends = characters == LINE_FEED
        if b"\r" in data:
            lone = characters == RETURN
            lone[:-1] &= ~line_ends[1:]
            lone[-1] &= complete  # else a line feed may follow in the next chunk
            line_ends |= lone
        self.open = False
        every = rows = line_ends
        amiss: dict[int, str] = {}
        if b'"' in data:
            within = _well_formed(characters, delimiter)
            if within is None:
                within, followed = _one_by_one(data, delimiter)
                amiss.update(dict.fromkeys(followed, _FOLLOWED))
            amiss.update(dict.fromkeys(_long_cells(within, line_ends), _LONG))
            self.open = bool(within[-1])
            rows = line_ends & ~within
        self.ends: Positions = np.flatnonzero(rows) + 1
        if complete and not self.open and data and (not len(self.ends) or self.ends[-1] < len(data)):
            self.ends = np.append(self.ends, len(data))
        self.bad = self._bad_rows(amiss, np.flatnonzero(every) + 1) if amiss else {}

    def _bad_rows(self, amiss: Mapping[int, str], lines: Positions) -> dict[int, str]:
        found = {}
        for place, why in amiss.items():
            row = int(np.searchsorted(self.ends, place, side="right"))
            if row < len(self.ends):  # else it will be read again with the next chunk
                start = int(self.ends[row - 1]) if row else 0
                count = int(np.searchsorted(lines, self.ends[row]) - np.searchsorted(lines, start, side="right")) + 1
                found[row] = f"{why} The row runs over {count} lines." if count > 1 else why
        return found


def _well_formed(characters: npt.NDArray[np.uint8], delimiter: bytes) -> Mask | None:
    """Which characters are within quotes; None if a quote stands where none should."""
    quotes = characters == QUOTE
    within = np.bitwise_xor.accumulate(quotes.view(np.uint8)).view(bool)
    opening, closing = quotes & within, quotes & ~within
    doubled = closing[:-1] & opening[1:]
    edges = (characters == LINE_FEED) | (characters == RETURN) | (characters == delimiter[0])
    opening[1:] &= ~(edges[:-1] | doubled)
    opening[0] = False
    closing[:-1] &= ~(edges[1:] | doubled)
    closing[-1] = False
    if opening.any() or closing.any():
        return None
    within[:-1] |= doubled
    return within


def _one_by_one(data: bytes, delimiter: bytes) -> tuple[Mask, list[int]]:
    """The same for any data, and where the cells open whose closing quote is followed by text."""
    start = re.compile(rb'(?:\A|[\n\r%s])"' % re.escape(delimiter))
    quotes = np.zeros(len(data), dtype=np.uint8)
    followed: list[int] = []
    position = 0
    while found := start.search(data, position):
        opening = found.end() - 1
        closing = data.find(b'"', found.end())
        while closing >= 0 and data[closing + 1 : closing + 2] == b'"':
            closing = data.find(b'"', closing + 2)
        quotes[opening] = 1
        if closing < 0:
            break
        quotes[closing] = 1
        if data[closing + 1 : closing + 2] not in (b"", b"\n", b"\r", delimiter):
            followed.append(opening)
        position = closing + 1
    return np.bitwise_xor.accumulate(quotes).view(bool), followed


def _long_cells(within: Mask, line_ends: Mask) -> list[int]:
    """Where the quoted cells of very many lines open."""
    lines = np.flatnonzero(line_ends & within)
    if len(lines) <= MAX_LINES:
        return []
    cells = np.flatnonzero(within[1:] & ~within[:-1]) + 1
    cells = np.concatenate(([0], cells)) if within[0] else cells
    which, counts = np.unique(np.searchsorted(cells, lines, side="right") - 1, return_counts=True)
    return [int(place) for place in cells[which[counts > MAX_LINES]]]
