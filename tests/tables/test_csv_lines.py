"""Lines of a CSV file as a stream of tokens: what a plain writer writes of the same cells."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from salespath.tables import csv_lines
from salespath.tables.csv_cells import quote
from salespath.tables.csv_lines import CsvLines
from salespath.tables.word_lists import Blocks, Lists

WORDS = ["a", "deal", "", 'say "so"', "one, two", "two\nlines", ";", "ü", '"']
KINDS = st.lists(st.sampled_from(["text", "word", "list", "blocks"]), min_size=1, max_size=6)


def written(rows: list[list[str]]) -> str:
    """Rows as the csv module writes them, each with its line end before it."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return "\n" + file.getvalue()[:-1] if rows else ""


def column(kind: str, rows: int, source) -> tuple[pa.Array | Lists | Blocks, list[str]]:
    """A column of some kind as the writer takes it, and its cells."""
    if kind == "blocks":
        words = tuple(f"rule-{number}" for number in range(source.choice([0, 1, 8, 9, 30])))
        has = np.array([[source.random() < 0.2 for _ in range(rows)] for _ in words], dtype=bool).reshape(
            len(words), rows
        )
        cells = ["; ".join(word for word, so in zip(words, has[:, row]) if so) for row in range(rows)]
        return Blocks.of(np.packbits(has, axis=1), words, rows), cells
    if kind == "list":
        words = source.sample(WORDS, source.randrange(len(WORDS) + 1))
        codes = [
            [source.randrange(len(words)) for _ in range(source.randrange(4) if words else 0)] for _ in range(rows)
        ]
        offsets = np.cumsum([0, *map(len, codes)]).astype(np.int32)
        items = np.array([code for row in codes for code in row], dtype=np.int32)
        return Lists(offsets, items, words), ["; ".join(words[code] for code in row) for row in codes]
    words = WORDS if kind == "text" else [word for word in WORDS if quote(pa.array([word]))[0].as_py() == word]
    cells = [source.choice([None, *words]) for _ in range(rows)]
    array = pa.array(cells, pa.string())
    return quote(array) if kind == "text" else array.dictionary_encode(), [cell or "" for cell in cells]


@given(KINDS, st.integers(0, 30), st.randoms(use_true_random=False))
def test_lines_are_those_of_a_plain_writer(kinds, rows, source):
    columns, cells = zip(*(column(kind, rows, source) for kind in ["text", *kinds, "text"]))
    lines = CsvLines(columns, rows)
    found = b"".join(bytes(lines.text(start, min(rows, start + 7))) for start in range(0, rows, 7))
    assert found.decode() == written([list(row) for row in zip(*cells)])


def test_pieces_are_all_rows_once(monkeypatch):
    monkeypatch.setattr(csv_lines, "PIECE", 4)
    lines = CsvLines([pa.array(list("abcdefghi"))], 9)
    assert b"".join(bytes(of.text(start, stop)) for of, start, stop in lines.pieces()) == b"\na\nb\nc\nd\ne\nf\ng\nh\ni"
