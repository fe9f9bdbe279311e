"""Documents of many rows as one stream of tokens: what several rows share is put into JSON once.

A token is a place in a pool of texts. A template is a document with holes, which each row fills with tokens of its own. Holes are
written into the records (`hole`, `value_hole`), so that the shape of a document stands in one place for one company and many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from salespath.engine.table import Array
from salespath.files.visible import escaped

_HOLE = re.compile(r'"\\u0000=([^"\\]*)\\u0000"|\\u0000([^"\\=]*)\\u0000')
USUAL = 1200  # tokens of a row
Parts: TypeAlias = "tuple[int | str, ...]"  # tokens, and the names of holes


def hole(name: str) -> str:
    """What stands in a text for a part that each row has for itself."""
    return f"\0{name}\0"


def value_hole(name: str) -> str:
    """What stands in a document for a value that each row has for itself."""
    return f"\0={name}\0"


class Style:
    """How JSON is laid out: on one line, or indented by two, as items of one array are."""

    def __init__(self, *, indented: bool, ascii_only: bool) -> None:
        self.indented = indented
        self._encode = json.JSONEncoder(ensure_ascii=ascii_only, indent=2 if indented else None).encode

    def json(self, value: Any, depth: int = 0) -> str:
        """A value that stands so deep in a document."""
        text = escaped(self._encode(value))
        return text.replace("\n", self._line(depth)) if self.indented else text

    def string(self, text: str) -> str:
        """What stands between the quotes."""
        return self.json(text)[1:-1]

    def between(self, brackets: str, depth: int) -> tuple[str, str, str, str]:
        """What opens a list or mapping so deep, parts its items, closes it, and what an empty one is."""
        first, last = brackets[0], brackets[1]
        if not self.indented:
            return first, ", ", last, brackets
        inner = self._line(depth + 1)
        return f"{first}{inner}", f",{inner}", f"{self._line(depth)}{last}", brackets

    @property
    def around(self) -> tuple[str, str]:
        """What stands before and after each document; the first one has no comma before it."""
        return (f",{self._line(0)}", "") if self.indented else ("", "\n")

    def _line(self, depth: int) -> str:
        return f"\n{'  ' * (depth + 1)}"  # one for the array around


class Pool:
    """Texts that are the same for many tables of rows."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}
        self._texts = [""]
        self._joined: dict[tuple[int, int], int] = {}

    def token(self, text: str) -> int:
        """The token of a text; 0 is nothing."""
        token = self._places.setdefault(text, len(self._places))
        if token == len(self._texts):
            self._texts.append(text)
        return token

    def joined(self, first: int, second: int) -> int:
        """The token of the texts of two, one after the other."""
        if (first, second) not in self._joined:
            self._joined[first, second] = self.token(self._texts[first] + self._texts[second])
        return self._joined[first, second]

    def array(self, more: Sequence[str]) -> pa.Array:
        """All texts, and some more."""
        return pa.array([*self._texts, *more], pa.string())


class Templates:
    """Templates of documents, each made once."""

    def __init__(self, style: Style) -> None:
        self.style, self.pool = style, Pool()
        self._made: dict[Any, Parts] = {}

    def parts(self, key: Any, make: Callable[[], Any], depth: int) -> Parts:
        """The tokens and holes of a value that stands so deep."""
        if key not in self._made:
            self._made[key] = self.split(self.style.json(make(), depth))
        return self._made[key]

    def marks(self, brackets: str, depth: int) -> tuple[int, int, int, int]:
        """The tokens of `Style.between`."""
        opening, comma, closing, empty = map(self.pool.token, self.style.between(brackets, depth))
        return opening, comma, closing, empty

    def split(self, text: str) -> Parts:
        """The tokens and holes of JSON."""
        found: list[int | str] = []
        at = 0
        for match in _HOLE.finditer(text):
            if at < match.start():
                found.append(self.pool.token(text[at : match.start()]))
            found.append(match[1] or match[2])
            at = match.end()
        return (*found, self.pool.token(text[at:])) if at < len(text) else tuple(found)


class Stream:
    """The tokens of some rows, in the order of the document."""

    def __init__(self, templates: Templates, rows: int) -> None:
        self.templates, self.rows = templates, rows
        self.every = np.arange(rows, dtype=np.uint16)
        self._count = 0
        self._rows: Array = np.empty(rows * USUAL, dtype=np.uint16)
        self._tokens: Array = np.empty(rows * USUAL, dtype=np.int32)
        self._texts: list[str] = []

    # Texts of these rows alone: negative tokens

    def own(self, texts: Iterable[str]) -> Array:
        """The tokens of some texts that are not in the pool."""
        first = len(self._texts)
        self._texts += texts
        return -1 - np.arange(first, len(self._texts), dtype=np.int32)

    # What comes next

    def put(self, rows: Array, tokens: Array | int) -> None:
        """One token for some rows; 0 is none."""
        start, self._count = self._count, self._count + len(rows)
        while self._count > len(self._rows):
            self._rows, self._tokens = (np.append(cells, np.empty_like(cells)) for cells in (self._rows, self._tokens))
        self._rows[start : self._count] = rows
        self._tokens[start : self._count] = tokens

    def strings(self) -> Strings:
        """The documents of the rows. Nothing comes after that."""
        rows, tokens = self._rows[: self._count], self._tokens[: self._count]
        order = np.argsort(rows, kind="stable")
        ends = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=self.rows))))
        tokens = tokens[order]
        pool = self.templates.pool.array(self._texts)
        return Strings(np.where(tokens < 0, len(pool) - len(self._texts) - 1 - tokens, tokens), ends, pool)


class Strings:
    """Texts of some rows, of which each is made of several: the places of these in a pool, and where those of each row end."""

    def __init__(self, tokens: Array, ends: Array, pool: pa.Array) -> None:
        self._tokens, self._ends, self._pool = tokens, ends, pool

    def of(self, start: int, stop: int) -> pa.Array:
        """The texts of some rows."""
        ends = self._ends[start : stop + 1]
        found = self._pool.take(pa.array(self._tokens[ends[0] : ends[-1]]))
        offsets = np.frombuffer(found.buffers()[1], dtype=np.int32)[ends - ends[0]]
        return pa.StringArray.from_buffers(stop - start, pa.py_buffer(offsets), found.buffers()[2])


class Items:
    """A list, or a mapping, of which each row has some items."""

    def __init__(self, stream: Stream, depth: int, brackets: str = "[]") -> None:
        self._stream = stream
        self._marks = stream.templates.marks(brackets, depth)
        self._filled = np.zeros(stream.rows, dtype=bool)

    def begin(self, rows: Array, token: int) -> None:
        """Begin an item for some rows, with a token of the pool."""
        opening, comma, _, _ = self._marks
        joined = self._stream.templates.pool.joined
        self._stream.put(rows, np.where(self._filled[rows], joined(comma, token), joined(opening, token)))
        self._filled[rows] = True

    def close(self) -> None:
        """The end, after the last item."""
        _, _, closing, empty = self._marks
        self._stream.put(self._stream.every, np.where(self._filled, closing, empty))


def texts_of(texts: pa.StringArray) -> memoryview:
    """The bytes of some texts, one after the other."""
    _, ends, data = texts.buffers()
    offsets = np.frombuffer(ends, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[offsets[0] : offsets[-1]]
