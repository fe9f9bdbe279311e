"""Columns of a batch → the lines of a CSV file, as one stream of tokens for all rows.

A token is a place in one pool of texts, each with what stands before it in the line. So some thousand rows are made in one go, by
one `take`, and no cell of a list is ever joined by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array
from salespath.tables.csv_cells import needs_quotes
from salespath.tables.result_columns import BETWEEN
from salespath.tables.word_lists import Lists

PIECE = 1024  # rows made into text at once: some 4 MB, which stay in the processor's cache


class CsvLines:
    """The lines of some rows. Columns of texts are cells already; words of dictionaries are, items of lists are not yet quoted."""

    def __init__(self, columns: Sequence[pa.Array | Lists], rows: int) -> None:
        self.rows = rows
        self._pool: list[pa.Array] = [pa.array(["\n"])]
        self._size = 1
        self._tokens = [np.zeros(rows, dtype=np.int32)]  # of each column those of all rows
        self._counts: list[Array | None] = [None]  # how many each row has, None: one
        comma = ""
        for texts, some in groupby(columns, lambda column: not isinstance(column, Lists) and _is_text(column)):
            if texts:
                cells = pc.binary_join_element_wise(*some, ",", null_handling="replace", null_replacement="")
                self._add(np.arange(rows), pc.binary_join_element_wise(comma, cells, ""))
            for column in () if texts else some:
                if isinstance(column, Lists):
                    self._add_lists(column, comma)
                else:
                    words = pa.concat_arrays([column.dictionary, pa.array([""])])  # the last one is for no word
                    codes = np.asarray(column.indices.cast(pa.int32()).fill_null(len(words) - 1))
                    self._add(codes, pc.binary_join_element_wise(comma, words, ""))
                comma = ","
            comma = ","
        self._words = pa.concat_arrays(self._pool)
        self._ends = [None if some is None else np.concatenate(([0], np.cumsum(some))) for some in self._counts]

    def _add(self, codes: Array, texts: pa.Array, counts: Array | None = None) -> None:
        """Add tokens that are places in some texts."""
        self._tokens.append((codes + np.int32(self._size)).astype(np.int32, copy=False))
        self._counts.append(counts)
        self._pool.append(texts)
        self._size += len(texts)

    def _add_lists(self, column: Lists, comma: str) -> None:
        """Add cells of several items: a row with one that needs quotes stands in quotes, an empty one is one token."""
        words, offsets, codes = pa.array(column.words, pa.string()), column.offsets.astype(np.int64), column.codes
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

    def pieces(self) -> Iterator[tuple[CsvLines, int, int]]:
        """Some rows after the other."""
        for start in range(0, self.rows, PIECE):
            yield self, start, min(self.rows, start + PIECE)

    def text(self, start: int, stop: int) -> pa.Buffer:
        """The bytes of some rows, each with a line end before it: there it costs least."""
        counts = [1 if some is None else some[start:stop] for some in self._counts]
        wide = np.broadcast_to(sum(counts), stop - start)
        place = np.cumsum(wide) - wide
        row = np.empty(int(wide.sum()), dtype=np.int32)
        for tokens, count, ends in zip(self._tokens, counts, self._ends):
            if ends is None:
                row[place] = tokens[start:stop]
            else:
                some = tokens[ends[start] : ends[stop]]
                row[np.repeat(place - (ends[start:stop] - ends[start]), count) + np.arange(len(some))] = some
            place = place + count
        _, ends, data = self._words.take(pa.array(row)).buffers()
        return data.slice(0, int(np.frombuffer(ends, dtype=np.int32)[len(row)]))


def _is_text(column: pa.Array) -> bool:
    return not pa.types.is_dictionary(column.type)
