"""Lists of words for every row, made from packed bits: one row of bits for each word, one bit for each company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salespath.engine.table import Array, Bits


@dataclass(frozen=True)
class Lists:
    """The items of row n are `words[code]` for the codes from offsets[n] to offsets[n + 1]."""

    offsets: Array
    codes: Array
    words: Sequence[str]
    _pools: dict[str, pa.Array] = field(default_factory=dict, repr=False, compare=False)

    def part(self, start: int, stop: int) -> Lists:
        """Some of the rows."""
        offsets = self.offsets[start : stop + 1]
        return Lists(offsets - offsets[0], self.codes[offsets[0] : offsets[-1]], self.words, self._pools)

    def typed(self) -> pa.Array:
        """As lists of dictionary words."""
        items = pa.DictionaryArray.from_arrays(pa.array(self.codes, pa.int32()), pa.array(self.words, pa.string()))
        return pa.ListArray.from_arrays(pa.array(self.offsets), items)

    def joined(self, separator: str = " ") -> pa.Array:
        """As text, the items one after the other."""
        codes, pool = self._items(separator)
        if not len(codes):
            return pa.array([""] * (len(self.offsets) - 1), pa.string())
        _, places, data = pool.take(pa.array(codes)).buffers()
        ends = np.frombuffer(places, dtype=np.int32)[: len(codes) + 1]
        return pa.StringArray.from_buffers(len(self.offsets) - 1, pa.py_buffer(ends[self.offsets]), data)

    def after(self, texts: pa.StringArray) -> memoryview:
        """The bytes of a text for every row, each followed by its items; the same as joining them, in one copy less."""
        codes, pool = self._items(" ")
        rows = np.arange(len(texts), dtype=np.int32)
        mixed = np.empty(len(codes) + len(texts), dtype=np.int32)
        of_items = np.ones(len(mixed), dtype=bool)
        of_items[self.offsets[:-1] + rows] = False
        mixed[of_items] = codes
        mixed[~of_items] = rows + np.int32(len(pool))
        _, places, data = pa.concat_arrays([pool, texts]).take(pa.array(mixed)).buffers()
        return memoryview(data)[: np.frombuffer(places, dtype=np.int32)[len(mixed)]]

    def _items(self, separator: str) -> tuple[Array, pa.Array]:
        """The items as places in a pool of the words, first plain and then with the separator before them.

        An item that is not the first of its row has the separator. So the bytes of all items taken one after the other are the
        bytes of the joined texts already.
        """
        codes = self.codes + np.int32(len(self.words))
        starts = self.offsets[:-1]
        codes[starts[starts < self.offsets[1:]]] -= np.int32(len(self.words))
        if separator not in self._pools:
            self._pools[separator] = pa.array([*self.words, *(separator + word for word in self.words)], pa.string())
        return codes, self._pools[separator]


def lists(bits: Bits, labels: Sequence[str], rows: int) -> Lists:
    """The labels whose bit is set, for each row. A label may stand for several rows of bits; see `without_repeats`."""
    by_row = _by_row(bits, rows)
    codes = (np.flatnonzero(by_row) % max(1, len(labels))).astype(np.int32)
    distinct = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    if len(distinct) < len(labels):
        codes = np.array([distinct[label] for label in labels], dtype=np.int32)[codes]
    offsets = np.concatenate(([0], np.cumsum(np.count_nonzero(by_row, axis=1)))).astype(np.int32)
    return Lists(offsets, codes, list(distinct))


def _by_row(bits: Bits, rows: int) -> npt.NDArray[np.bool_]:
    """Words × packed rows → rows × words. Eight by eight bits are turned as one number, which is six times as fast as by bytes."""
    if not len(bits):
        return np.zeros((rows, 0), dtype=bool)
    groups = -(-len(bits) // 8)
    padded = np.zeros((groups * 8, bits.shape[1]), dtype=np.uint8)
    padded[: len(bits)] = bits
    eights = padded.reshape(groups, 8, -1).transpose(0, 2, 1)[:, :, ::-1]
    square = np.ascontiguousarray(eights).view("<u8")[:, :, 0]
    for shift, mask in ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0)):
        moved = (square ^ (square >> np.uint64(shift))) & np.uint64(mask)
        square = square ^ moved ^ (moved << np.uint64(shift))
    turned = square.astype("<u8")[:, :, None].view(np.uint8)[:, :, ::-1]
    packed = np.ascontiguousarray(turned.transpose(1, 2, 0)).reshape(-1, groups)[:rows]
    return np.unpackbits(packed, axis=1, count=len(bits)).view(bool)


def first(bits: Bits, most: int) -> Bits:
    """Of every row, the first `most` bits that are set."""
    kept = np.zeros_like(bits)
    at_least = [np.zeros(bits.shape[1], dtype=np.uint8) for _ in range(most)]  # whether one, two, … are set so far
    for place, row in enumerate(bits):
        kept[place] = row & ~at_least[-1]
        for level in range(most - 1, 0, -1):
            at_least[level] |= at_least[level - 1] & row
        at_least[0] |= row
    return kept


def without_repeats(bits: Bits, labels: Sequence[str]) -> Bits:
    """The bits without those of a label that an earlier row of bits has set."""
    kept, seen = bits.copy(), dict.fromkeys(labels, np.zeros(bits.shape[1], dtype=np.uint8))
    for place, label in enumerate(labels):
        kept[place] &= ~seen[label]
        seen[label] = seen[label] | bits[place]
    return kept
