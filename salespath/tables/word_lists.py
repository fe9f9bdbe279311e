"""Lists of words for every row, made from packed bits: one row of bits for each word, one bit for each company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salespath.engine.table import Array, Bits


@dataclass(frozen=True)
class Lists:
    """The items of row n are `words[code]` for the codes from offsets[n] to offsets[n + 1]."""

    offsets: Array
    codes: Array
    words: Sequence[str] | pa.StringArray

    @property
    def texts(self) -> pa.StringArray:
        """The words as an array."""
        return self.words if isinstance(self.words, pa.Array) else pa.array(self.words, pa.string())

    def typed(self) -> pa.Array:
        """As lists of dictionary words, each once: a Parquet file has them written out where a dictionary repeats one."""
        words = self.texts.dictionary_encode()
        items = pa.DictionaryArray.from_arrays(words.indices.take(pa.array(self.codes, pa.int32())), words.dictionary)
        return pa.ListArray.from_arrays(pa.array(self.offsets), items)


@dataclass(frozen=True)
class Blocks:
    """Lists of many words, eight words at a time: bit 7 of byte n of a row says whether it has word 8n, bit 6 word 8n + 1, …"""

    by_row: npt.NDArray[np.uint8]
    words: tuple[str, ...]

    @classmethod
    def of(cls, bits: Bits, words: tuple[str, ...], rows: int) -> Blocks:
        """The words whose bit is set, for each row."""
        return cls(_packed_by_row(bits, rows), words)


def lists(bits: Bits, labels: Sequence[str], rows: int) -> Lists:
    """The labels whose bit is set, for each row. A label may stand for several rows of bits; see `without_repeats`."""
    by_row = _by_row(bits, rows)
    found = np.flatnonzero(by_row)
    offsets = np.searchsorted(found, np.arange(rows + 1) * len(labels)).astype(np.int32)
    codes = (found % max(1, len(labels))).astype(np.int32)
    distinct = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    if len(distinct) < len(labels):
        codes = np.array([distinct[label] for label in labels], dtype=np.int32)[codes]
    return Lists(offsets, codes, list(distinct))


def _by_row(bits: Bits, rows: int) -> npt.NDArray[np.bool_]:
    """Words × packed rows → rows × words."""
    if not len(bits):
        return np.zeros((rows, 0), dtype=bool)
    return np.unpackbits(_packed_by_row(bits, rows), axis=1, count=len(bits)).view(bool)


def _packed_by_row(bits: Bits, rows: int) -> npt.NDArray[np.uint8]:
    """The same, packed. Eight by eight bits are turned as one number, which is six times as fast as by bytes."""
    groups = max(1, -(-len(bits) // 8))
    padded = np.zeros((groups * 8, bits.shape[1]), dtype=np.uint8)
    padded[: len(bits)] = bits
    eights = padded.reshape(groups, 8, bits.shape[1]).transpose(0, 2, 1)[:, :, ::-1]
    square = np.ascontiguousarray(eights).view("<u8")[:, :, 0]
    for shift, mask in ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0)):
        moved = (square ^ (square >> np.uint64(shift))) & np.uint64(mask)
        square = square ^ moved ^ (moved << np.uint64(shift))
    turned = square.astype("<u8")[:, :, None].view(np.uint8)[:, :, ::-1]
    return np.ascontiguousarray(turned.transpose(1, 2, 0)).reshape(bits.shape[1] * 8, groups)[:rows]


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
