"""Files of companies, read a part at a time: CSV, Parquet, and the YAML and JSON fact files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from salespath.engine.table import Table
from salespath.errors import Problem, SalespathError, shown
from salespath.facts import Case, Vocabulary, read_file
from salespath.portfolio import header
from salespath.portfolio.batch import Batch, Typist
from salespath.portfolio.rows import MAX_ROW, READ, Block, blocks, text
from salespath.source import open_file

ROWS = 16_384  # of a part: its fired rules as text take some 40 MB


class Reading(Protocol):
    """A file being read: its columns, what is odd about them, and its rows in parts.

    Parts come one after the other; making batches of them is the work, and may be done by several threads.
    """

    path: str
    names: tuple[str, ...]
    problems: tuple[Problem, ...]

    def parts(self) -> Iterator[Any]:
        """The rows, a part at a time. Raises SalespathError where the file cannot be read further."""

    def batch(self, part: Any) -> Batch:
        """The rows of a part, typed."""


def read_csv(path: str, vocabulary: Vocabulary) -> Reading:
    """Begin to read a CSV file whose headers are fact ids. Raises SalespathError."""
    return _Csv(path, open_file(path), vocabulary)


def read_parquet(path: str, vocabulary: Vocabulary) -> Reading:
    """Begin to read a Parquet file whose columns are fact ids. Raises SalespathError."""
    return _Parquet(path, open_file(path), vocabulary)


def read_any(path: str, vocabulary: Vocabulary) -> Reading:
    """Begin to read a file of companies; its name says what it is, YAML unless .csv, .tsv, .parquet or .json."""
    ending = path.lower().rpartition(".")[2]
    if ending in ("csv", "tsv"):
        return read_csv(path, vocabulary)
    return read_parquet(path, vocabulary) if ending == "parquet" else _Facts(path, vocabulary)


def _nothing(path: str, what: str) -> SalespathError:
    return SalespathError([Problem("SP110", what, file=path)])


@dataclass(frozen=True)
class _Part:
    """Rows still to be typed, and how much of the file is read with them."""

    rows: Any
    first: int
    share: float | None


class _Csv:
    def __init__(self, path: str, file: IO[bytes], vocabulary: Vocabulary) -> None:
        self.path, self._file = path, file
        self._size = os.fstat(file.fileno()).st_size
        chunks = text(file, path)
        first = next(chunks, b"").lstrip(b"\r\n")
        if not first.strip():
            raise _nothing(path, "the file is empty; expected a row of fact ids and a row for each company.")
        self._delimiter, names = header.split(first[: 2**20].decode(errors="replace"), vocabulary)
        self._chunks = chain((first,), chunks)
        self.names = tuple(names)
        self.problems: tuple[Problem, ...] = ()
        self._blocks = blocks(self._chunks, path, self._delimiter, ROWS)
        self._begin(vocabulary)
        self._typist = Typist(path, names, vocabulary)

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Check the header, once it is known that the file is text."""
        block = next(self._blocks, None)
        self.problems = tuple(header.check(self.names, vocabulary, self.path))
        if block is None:
            raise _nothing(self.path, "there is no row below the header.")
        self._blocks = chain((block,), self._blocks)

    def parts(self) -> Iterator[_Part]:
        with self._file:
            for block in self._blocks:
                share = min(1.0, self._file.tell() / self._size) if self._size else None
                yield _Part(block, block.first, share)
