"""Columns of a batch → the lines of a CSV file, as one stream of tokens for all rows.

A token is a place in one pool of texts, each with what stands before it in the line. So some thousand rows are made in one go, by
one `take`, and no cell of a list is ever joined by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array
from salespath.tables.csv_cells import needs_quotes
from salespath.tables.result_columns import BETWEEN
from salespath.tables.word_lists import Blocks, Lists

PIECE = 1024  # rows made into text at once: some 4 MB, which stay in the processor's cache


class CsvLines:
    """The lines of some rows. Columns of texts are cells already; words of dictionaries are, items of lists are not yet quoted."""

    def __init__(self, columns: Sequence[pa.Array | Lists | Blocks], rows: int) -> None:
        self.rows = rows
        self._pool: list[pa.Array] = [pa.array(["\n"])]
        self._size = 1
        self._tokens = [np.zeros(rows, dtype=np.int32)]  # of each column those of all rows
        self._counts: list[Array | int] = [1]  # how many each row has
        comma = ""
        for texts, some in groupby(columns, _is_text):
            if texts:
                before = [""] if comma else []  # it begins with a comma then, without another copy of all
                cells = pc.binary_join_element_wise(*before, *some, ",", null_handling="replace", null_replacement="")
                self._add(np.arange(rows), cells)
            for column in () if texts else some:
                if isinstance(column, Lists):
                    self._add_lists(column, comma)
                elif isinstance(column, Blocks):
                    self._add_blocks(column, comma)
                else:
                    words = pa.concat_arrays([column.dictionary, pa.array([""])])  # the last one is for no word
                    codes = np.asarray(column.indices.cast(pa.int32()).fill_null(len(words) - 1))
                    self._add(codes, pc.binary_join_element_wise(comma, words, ""))
                comma = ","
            comma = ","
        self._words = pa.concat_arrays(self._pool)
        self._ends = [np.cumsum([0] if isinstance(some, int) else np.insert(some, 0, 0)) for some in self._counts]

    def _add(self, codes: Array, texts: pa.Array, counts: Array | int = 1) -> None:
        """Add tokens that are places in some texts: of each row so many, or a row of them."""
        self._tokens.append((codes + np.int32(self._size)).astype(np.int32, copy=False))
        self._counts.append(counts)
        self._pool.append(texts)
        self._size += len(texts)

    def _add_lists(self, column: Lists, comma: str) -> None:
        """Add cells of several items: a row with one that needs quotes stands in quotes, an empty one is one token."""
        words, offsets, codes = column.texts, column.offsets.astype(np.int64), column.codes
        special = needs_quotes(words)
        words, count = pc.replace_substring(words, '"', '""'), len(words)
        items = np.diff(offsets)
        quoted = np.diff(np.concatenate(([0], np.cumsum(special[codes])))[offsets]) > 0
        counts = np.maximum(items, 1) + quoted
        begin = np.cumsum(counts) - counts
        plain_first, quoted_first, later, empty = 0, count, 2 * count, 3 * count
        if len(codes) == counts.sum():  # no row is empty or in quotes
            tokens = codes + np.int32(later)
        else:
            tokens = np.full(int(counts.sum()), empty, dtype=np.int32)
            tokens[np.repeat(begin - offsets[:-1], items) + np.arange(len(codes))] = codes + later
        filled = items > 0
        first = codes[offsets[:-1][filled]]
        tokens[begin[filled]] = first + np.where(quoted[filled], quoted_first, plain_first)
        tokens[(begin + counts - 1)[quoted]] = empty + 1
        before = (comma, f'{comma}"', BETWEEN)
        pool = [pc.binary_join_element_wise(text, words, "") for text in before]
        self._add(tokens, pa.concat_arrays([*pool, pa.array([comma, '"'])]), counts)

    def _add_blocks(self, column: Blocks, comma: str) -> None:
        """Add cells of very many items, of which a token holds up to eight."""
        size = column.by_row.shape[1]
        tokens = column.by_row + np.arange(0, size * 256, 256, dtype=np.int32)
        first = (column.by_row != 0).argmax(axis=1)
        some = np.flatnonzero(first)  # in others the first block has items, or none has
        tokens[some, first[some]] += np.int32(size * 256)
        self._add(tokens, _block_texts(column.words, comma), size)

    def pieces(self) -> Iterator[tuple[CsvLines, int, int]]:
        """Some rows after the other."""
        for start in range(0, self.rows, PIECE):
            yield self, start, min(self.rows, start + PIECE)

    def text(self, start: int, stop: int) -> pa.Buffer:
        """The bytes of some rows, each with a line end before it: there it costs least."""
        counts = [some if isinstance(some, int) else some[start:stop] for some in self._counts]
        wide = np.broadcast_to(sum(counts), stop - start)
        place = np.cumsum(wide) - wide
        row = np.empty(int(wide.sum()), dtype=np.int32)
        for tokens, count, ends in zip(self._tokens, counts, self._ends):
            if isinstance(count, int):
                row[place if tokens.ndim == 1 else place[:, None] + np.arange(count)] = tokens[start:stop]
            else:
                some = tokens[ends[start] : ends[stop]]
                row[np.repeat(place - (ends[start:stop] - ends[start]), count) + np.arange(len(some))] = some
            place = place + count
        _, ends, data = self._words.take(pa.array(row)).buffers()
        return data.slice(0, int(np.frombuffer(ends, dtype=np.int32)[len(row)]))


def _is_text(column: pa.Array | Lists | Blocks) -> bool:
    return not isinstance(column, (Lists, Blocks)) and not pa.types.is_dictionary(column.type)


@lru_cache(4)
def _block_texts(words: tuple[str, ...], comma: str) -> pa.StringArray:
    """What any eight words of a list make, as a byte says which: behind other words, and then as the first of a cell."""
    starts, later = list[str](), list[str]()
    for place in range(0, max(1, len(words)), 8):
        eight = words[place : place + 8]
        for byte in range(256):
            said = BETWEEN.join(word for bit, word in enumerate(eight) if byte << bit & 128)
            starts.append(said)
            later.append(f"{BETWEEN}{said}" if said and place else said if place else comma + said)
    return pa.array(later + starts)
