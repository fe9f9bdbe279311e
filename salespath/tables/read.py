"""Begin to read a file of companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from salespath.engine.compile import Base
from salespath.facts import Vocabulary
from salespath.files.nodes import open_file
from salespath.tables.delimited import Delimited
from salespath.tables.fact_lists import FactFile
from salespath.tables.parquet import Columnar
from salespath.tables.reading import Reading


def read_csv(path: str, vocabulary: Vocabulary) -> Reading:
    """A CSV file whose headers are fact ids. Raises SalespathError where it cannot be used at all."""
    return _begun(Delimited, path, vocabulary)


def read_parquet(path: str, vocabulary: Vocabulary) -> Reading:
    """A Parquet file whose columns are fact ids. Raises SalespathError where it cannot be used at all."""
    return _begun(Columnar, path, vocabulary)


def _begun(kind: Callable[[str, IO[bytes], Vocabulary], Reading], path: str, vocabulary: Vocabulary) -> Reading:
    file = open_file(path)
    try:
        return kind(path, file, vocabulary)
    except BaseException:
        file.close()
        raise


def read_any(path: str, base: Base) -> Reading:
    """A file of companies; its name says what it is: .csv, .tsv, .parquet, or else a fact file. Raises SalespathError."""
    ending = path.lower().rpartition(".")[2]
    if ending in ("csv", "tsv"):
        return read_csv(path, base.vocabulary)
    return read_parquet(path, base.vocabulary) if ending == "parquet" else FactFile(base, path)
