"""Batches → JSON and JSON Lines: the documents of `plain.document`, of many companies at once.

Each part of a document is put together for all rows: the sentences of a rule are put into JSON once, and a row says which of
them it has, with which figures. Rows with what is rare (ranges, conclusions that contradict one another) are assessed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from salespath.engine.assess import assess
from salespath.engine.assess_rows import assess_rows
from salespath.engine.base import Base
from salespath.engine.strength_table import CHUNK
from salespath.engine.table import Array, FactTable
from salespath.facts import Case
from salespath.facts.money import Rate, in_own_currency
from salespath.report.plain import document
from salespath.tables.batch import Batch
from salespath.tables.document_parts import DocumentTokens
from salespath.tables.document_rows import Chunk
from salespath.tables.json_tokens import Style, Templates, texts_of

PIECE = 1024  # rows put together at once
WRITTEN = 32  # rows of which the texts are there at once: some 1.5 MB, which stay in the processor's cache
FEW = 100  # rows for which it does not pay to work out all at once
RATES = 16  # of which the sentences are kept


def json_bytes(base: Base, style: Style, batches: Iterable[Batch]) -> Iterator[bytes | memoryview]:
    """The companies of some batches as a file of JSON or, in a style that is not indented, of JSON Lines."""
    documents, empty = Documents(base, style), True
    for batch in batches:
        parts = (batch[np.arange(at, min(batch.table.rows, at + PIECE))] for at in range(0, batch.table.rows, PIECE))
        cases = (case for part in parts for case in part.cases(base.vocabulary))
        for piece in documents.pieces(batch.table, cases, batch.guessed(base.vocabulary)):
            said = memoryview("".join(piece).encode()) if isinstance(piece, list) else texts_of(piece)
            if empty and style.indented:
                yield b"["
                said = said[1:]
            empty = False
            yield said
    if style.indented:
        yield b"[]\n" if empty else b"\n]\n"


class Documents:
    """The documents of many companies as JSON."""

    def __init__(self, base: Base, style: Style) -> None:
        self.base, self.style = base, style
        self._templates = lru_cache(RATES)(lambda rate: Templates(style))

    def pieces(
        self, table: FactTable, cases: Iterable[Case], guessed: Mapping[str, Array] | None = None
    ) -> Iterator[list[str] | pa.Array]:
        """The documents of the companies of a table, some at a time, each with what stands around it.

        `cases` are its rows, with typed facts, as files have them; `guessed` says of facts for which rows they are.
        """
        rest = iter(cases)
        for start in range(0, table.rows, CHUNK):
            part = slice(start, start + CHUNK)
            some = {name: rows[part] for name, rows in (guessed or {}).items()}
            yield from self._chunk(table[part], rest, some)

    def _chunk(self, table: FactTable, cases: Iterator[Case], guessed: Mapping[str, Array]) -> Iterator[Any]:
        if table.rows <= FEW:
            yield [self._alone(case) for case in islice(cases, table.rows)]
            return
        chunk = Chunk(self.base, table, guessed)
        for start in range(0, table.rows, PIECE):
            at = np.arange(start, min(table.rows, start + PIECE))
            some = list(islice(cases, len(at)))
            odd = chunk.odd[at] | np.array([bool(case.tried or case.understood) for case in some])
            alone = self._alone_of(table, at[odd], [some[n] for n in np.flatnonzero(odd).tolist()], guessed)
            rates: dict[Rate | None, list[int]] = {}
            for n, case in enumerate(some):
                if not odd[n]:
                    rates.setdefault(case.rate, []).append(n)
            found: list[tuple[Array, Callable[[int, int], pa.Array]]] = []
            for rate, members in rates.items():
                with in_own_currency(rate):
                    part = DocumentTokens(chunk, at[members], [some[n] for n in members], self._templates(rate))
                    found.append((np.array(members), part.documents().of))
            if len(alone):
                found.append((np.flatnonzero(odd), partial(_some, pa.array(alone, pa.string()))))
            for first in range(0, len(at), WRITTEN):
                yield _in_order(found, first, min(len(at), first + WRITTEN))

    def _alone(self, case: Case) -> str:
        return self._around(document(assess(self.base, case), table=True))

    def _alone_of(self, table: FactTable, at: Array, cases: list[Case], guessed: Mapping[str, Array]) -> list[str]:
        if len(cases) <= FEW:
            return [self._alone(case) for case in cases]
        some = FactTable(len(at), {name: cells[at] for name, cells in table.columns.items()})
        unsure = {name: rows[at] for name, rows in guessed.items()}
        return [self._around(document(one, table=True)) for one in assess_rows(self.base, some, cases, unsure)]

    def _around(self, said: Any) -> str:
        before, after = self.style.around
        return f"{before}{self.style.json(said)}{after}"


def _some(texts: pa.Array, start: int, stop: int) -> pa.Array:
    return texts[start:stop]


def _in_order(found: Sequence[tuple[Array, Callable[[int, int], pa.Array]]], start: int, stop: int) -> pa.Array:
    """The texts of some rows, each of which is in one of several parts, given with what makes the texts of some of them."""
    bounds = [np.searchsorted(places, (start, stop)).tolist() for places, _ in found]
    texts = [of(*ends) for (_, of), ends in zip(found, bounds)]
    if len(texts) == 1:
        return texts[0]
    order = np.argsort(np.concatenate([places[slice(*ends)] for (places, _), ends in zip(found, bounds)]))
    return pa.concat_arrays(texts).take(pa.array(order))
