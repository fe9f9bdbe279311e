"""What stands behind every node of the graph, for the rows of a table: `trace.read` and `trace.missing` of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import numpy as np

from salespath.engine.base import Base
from salespath.engine.table import Array, FactTable
from salespath.engine.truth_graph import ALL, LEAF, Standing

WORD = 64


class Behind:
    """Sets of facts and numbers as bits, in the order of the vocabulary: by word and row. Ranges are not known here."""

    def __init__(self, base: Base, table: FactTable, true: Array, false: Array) -> None:
        self.base, self.names = base, list(base.vocabulary)
        self._rows, self._words = table.rows, -(-len(self.names) // WORD)
        self._true, self._false = true.view(np.int8), false.view(np.int8)
        self._given, self._missing = self._answers(table)
        self._needs: dict[int, Array] = {}
        self._read = np.zeros((len(base.graph.nodes), self._words, table.rows), dtype=np.int64)
        for node in range(len(base.graph.nodes)):
            self._find_read(node)

    def _find_read(self, node: int) -> None:
        (kind, refs), here = self.base.graph.nodes[node], self._read[node]
        if kind != LEAF:
            every = self._is(node) if kind == ALL else ~self._is(node)  # all of them make it so
            for ref in refs:
                so = self._is(ref if kind != ALL else ~ref)
                here |= self._read[max(ref, ~ref)] & (every | so)
            return
        test = self.base.graph.leaves[refs[0]]
        if isinstance(test, Standing):
            none = np.full(self._rows, -1)
            for ref in test.exceptions:
                so = self._is(ref)
                here |= self._read[max(ref, ~ref)] & so
                none &= ~so
            here |= self._read[max(test.condition, ~test.condition)] & none
        else:
            for name in self.base.graph.leaf_inputs[refs[0]]:
                if name in self._given:
                    here |= self._given[name] & (self._is(node) | self._is(~node))

    def _is(self, ref: int) -> Array:
        """All bits of the rows for which something is true; `~ref` says for which a node is false."""
        bits: Array = (self._true[ref] if ref >= 0 else self._false[~ref]).astype(np.int64)
        return -bits

    def given(self) -> Array:
        """All answers that are there, by row and word."""
        found: Array = reduce(or_, self._given.values())
        return found.T

    def read(self, refs: Sequence[int], rows: Array) -> Array:
        """The answers that some nodes rest on, of which none is open: `trace.read`, by row and word."""
        found: Array = reduce(or_, (self._read[max(ref, ~ref)][:, rows] for ref in refs))
        return found.T

    def needs(self, ref: int, rows: Array) -> Array:
        """The answers that would decide an open node: `trace.missing`, by row and word."""
        return self._open(max(ref, ~ref))[:, rows].T

    def _open(self, node: int) -> Array:
        if node not in self._needs:
            kind, refs = self.base.graph.nodes[node]
            found = np.zeros((self._words, self._rows), dtype=np.int64)
            for name in self.base.graph.leaf_inputs[refs[0]] if kind == LEAF else ():
                if name in self._missing:
                    found |= self._missing[name]
            for child in (max(ref, ~ref) for ref in refs) if kind != LEAF else ():
                found |= self._open(child)
            self._needs[node] = found & ~(self._is(node) | self._is(~node))
        return self._needs[node]

    def _answers(self, table: FactTable) -> tuple[dict[str, Array], dict[str, Array]]:
        """By name the answers that are there behind it, and those that are missing: a given number has nothing behind it."""
        vocabulary, shape = self.base.vocabulary, (self._words, table.rows)
        read, missing = {}, {}
        for place, name in enumerate(self.names):
            known = table.columns[name].known if name in table.columns else np.zeros(table.rows, dtype=bool)
            word, bit = divmod(place, WORD)
            here, there = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
            here[word] = np.where(known, np.uint64(1 << bit).astype(np.int64), 0)
            if name in vocabulary.facts:
                there[word] = np.where(known, 0, np.uint64(1 << bit).astype(np.int64))
            read[name], missing[name] = here, there
        for name in self.base.numbers:
            given = table.columns[name].known if name in table.columns else False
            for part in self.base.inputs_of(name):
                read[name] |= np.where(given, 0, read[part])
                missing[name] |= np.where(given, 0, missing[part])
        return read, missing

    def places(self, bits: Array) -> tuple[Array, Array]:
        """Sets as pairs of the place of the set and of a member, in order."""
        cells = np.ascontiguousarray(bits).astype("<i8", copy=False).view(np.uint8).reshape(-1)
        some = np.flatnonzero(cells)  # few bytes have any
        found = np.flatnonzero(np.unpackbits(cells[some], bitorder="little"))
        sets, members = np.divmod(some[found >> 3] * 8 + (found & 7), self._words * WORD)
        return sets, members
