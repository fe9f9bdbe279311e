"""Arrow columns of any type → the few types that the rest takes, as text, and as plain values for JSON.

This is the only place that knows what types there are.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array

_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def normalise(column: pa.Array) -> pa.Array:
    """A column as text (maybe a dictionary of texts), number (int64, uint64, float64, decimal), yes/no or list
    of texts (a dictionary of them).

    Days and times become text as they are written, whatever else is nested becomes JSON text. Bytes that are not UTF-8 stand as
    `\\xe9`. Raises pyarrow.ArrowException for text of more than 2 GiB.
    """
    column = _unwrapped(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        words, places = normalise(column.dictionary), column.indices.cast(pa.int32())
        if pa.types.is_string(words.type) and not words.null_count:
            return pa.DictionaryArray.from_arrays(places, words)
        return _decoded(words).take(places)
    if pa.types.is_integer(kind):
        return column.cast(pa.uint64() if kind == pa.uint64() else pa.int64())
    if pa.types.is_floating(kind):
        return _double(column)
    if pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        return column
    if _is_list(kind):
        items = normalise(column.flatten())
        if not pa.types.is_dictionary(items.type):
            items = texts(items).dictionary_encode()
        return pa.ListArray.from_arrays(pa.array(_ends(column)), items, mask=column.is_null())
    return _text(column)


def texts(column: pa.Array) -> pa.StringArray:
    """A column of any type as text: lists as JSON, yes/no as true and false."""
    found = _decoded(normalise(column))
    return _json_texts(column) if pa.types.is_list(found.type) else found.cast(pa.string())


def carried(column: pa.Array) -> pa.Array:
    """A column as it may be carried through from one Parquet file to another: as it is, or as text where that cannot be."""
    column = _unwrapped(column)
    if pa.types.is_dictionary(column.type):
        column = carried(column.dictionary).take(column.indices.cast(pa.int32()))
    if pa.types.is_null(column.type) or not _is_plain(column.type) or _is_text(column.type):
        return texts(column)
    return column


def json_values(column: pa.Array) -> list[Any]:
    """The cells of a column of any type as what JSON has."""
    column = _unwrapped(column)
    kind = column.type
    known = column.is_valid().to_pylist()
    if _is_list(kind):
        items, ends = json_values(column.flatten()), _ends(column).tolist()
        return [items[start:end] if is_ else None for start, end, is_ in zip(ends, ends[1:], known)]
    if pa.types.is_map(kind):
        pairs = list(zip(map(_key, json_values(column.keys)), json_values(column.items)))
        ends = column.offsets.to_pylist()
        return [dict(pairs[start:end]) if is_ else None for start, end, is_ in zip(ends, ends[1:], known)]
    if pa.types.is_struct(kind):
        names = [kind.field(place).name for place in range(kind.num_fields)]
        fields = [json_values(field) for field in column.flatten()]
        rows = zip(*fields) if fields else [()] * len(column)
        return [dict(zip(names, row)) if is_ else None for row, is_ in zip(rows, known)]
    if pa.types.is_union(kind):
        return [_member(cell) for cell in column]
    found = normalise(column).to_pylist()
    return list(map(_json_number, found)) if found and not pa.types.is_string(kind) else found


def _unwrapped(column: pa.Array) -> pa.Array:
    """Without what is only a way of storing: chunks, extension types, runs, views."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        named = getattr(kind, "extension_name", "")
        if named == "arrow.uuid":
            return pa.array([None if cell is None else str(cell) for cell in column.to_pylist()], pa.string())
        return column.storage.cast(pa.bool_()) if named == "arrow.bool8" else _unwrapped(column.storage)
    if pa.types.is_run_end_encoded(kind):
        return _unwrapped(pc.run_end_decode(column))
    if _named(kind, "is_string_view"):
        return column.cast(pa.string())
    if _named(kind, "is_binary_view"):
        return column.cast(pa.binary())
    return column


def _named(kind: pa.DataType, test: str) -> bool:
    """What newer versions of pyarrow only can tell of a type: older ones do not have it."""
    known = getattr(pa.types, test, None)
    return bool(known and known(kind))


def _decoded(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _is_list(kind: pa.DataType) -> bool:
    some = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return some or _named(kind, "is_list_view") or _named(kind, "is_large_list_view")


def _ends(lists: pa.Array) -> Array:
    """Where each list begins among the items of all that are known (one more for the end)."""
    lengths = np.asarray(pc.list_value_length(lists).fill_null(0), dtype=np.int64)
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_plain(kind: pa.DataType) -> bool:
    """Whether every Parquet file can hold the type, and every part of it."""
    if pa.types.is_nested(kind):
        if pa.types.is_union(kind) or _named(kind, "is_list_view") or _named(kind, "is_large_list_view"):
            return False
        if pa.types.is_struct(kind) and not kind.num_fields:
            return False
        return all(_is_plain(kind.field(place).type) for place in range(kind.num_fields))
    odd = isinstance(kind, pa.BaseExtensionType) or pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind)
    odd = odd or pa.types.is_interval(kind)
    return not (odd or _named(kind, "is_string_view") or _named(kind, "is_binary_view"))


def _double(column: pa.Array) -> pa.Array:
    """Numbers as float64; a narrow one as the shortest decimal that it is written with, 0.1 and not 0.10000000149."""
    if pa.types.is_float16(column.type):
        distinct, places = np.unique(
            column.fill_null(np.float16(0)).to_numpy(zero_copy_only=False), return_inverse=True
        )
        known = pa.array([float(str(number)) for number in distinct], pa.float64())
        return known.take(pa.array(places, mask=np.asarray(column.is_null())))
    return column.cast(pa.string()).cast(pa.float64()) if pa.types.is_float32(column.type) else column


def _text(column: pa.Array) -> pa.Array:
    """What is neither number, yes/no nor list as text."""
    kind = column.type
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if (
        _is_text(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    ):
        try:
            return column.cast(pa.large_binary() if pa.types.is_large_string(kind) else pa.binary()).cast(pa.string())
        except pa.ArrowInvalid:  # it is no UTF-8 throughout
            found = column.cast(pa.large_binary()).to_pylist()
            return pa.array(
                [None if cell is None else cell.decode(errors="backslashreplace") for cell in found], pa.string()
            )
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return column.cast(pa.string())
    if pa.types.is_timestamp(kind):
        try:
            return column.cast(pa.string())
        except pa.ArrowException:  # a time zone that is not known here
            return pc.binary_join_element_wise(column.cast(pa.timestamp(kind.unit)).cast(pa.string()), "Z", "")
    if pa.types.is_duration(kind):
        counts, day = column.cast(pa.int64()).to_pylist(), _DAY[kind.unit]
        return pa.array([None if n is None else _duration(n, day, kind.unit) for n in counts], pa.string())
    return _json_texts(column) if pa.types.is_nested(kind) else _said(column)


def _duration(count: int, day: int, unit: str) -> str:
    return f"{count} {unit}" if count % day else f"{count // day} days"


def _said(column: pa.Array) -> pa.Array:
    return pa.array([None if cell is None else str(cell) for cell in column.to_pylist()], pa.string())


def _json_texts(column: pa.Array) -> pa.Array:
    if pa.types.is_list(column.type) and pa.types.is_string(_of(column.type.value_type)):
        items = column.flatten().dictionary_encode()  # each distinct text is written once
        words = [json.dumps(word, ensure_ascii=False) for word in (*items.dictionary.to_pylist(), None)]
        written = pa.array(words, pa.string()).take(pa.array(places(items)))
        lists = pa.ListArray.from_arrays(pa.array(_ends(column)), written, mask=column.is_null())
        return pc.binary_join_element_wise("[", pc.binary_join(lists, ", "), "]", "")
    cells = (None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in json_values(column))
    return pa.array(cells, pa.string())


def _json_number(cell: Any) -> Any:
    """A number as JSON has it; one that is exact as it stands only, and one that is none, is text."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return None if math.isnan(cell) else str(cell)
    if isinstance(cell, Decimal):
        number = int(cell) if cell == int(cell) else float(cell)
        return number if Decimal(repr(number)) == cell else str(cell)
    return cell


def _key(cell: Any) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)


def _member(cell: Any) -> Any:
    """A cell of a union: that of the one type that it has."""
    one = cell.value
    return None if one is None or not one.is_valid else json_values(pa.array([one.as_py()], one.type))[0]


def _of(kind: pa.DataType) -> pa.DataType:
    """The type of the words of a dictionary, else the type itself."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_number(kind: pa.DataType) -> bool:
    """Whether a normalised type is a number."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def places(cells: pa.DictionaryArray) -> Array:
    """Which word of a dictionary each cell is; the number of words where it is none."""
    found = in_memory(cells.indices).astype(np.int64)
    if cells.null_count:
        found[~valid(cells.indices)] = len(cells.dictionary)
    return found


def in_memory(cells: pa.Array) -> Array:
    """Numbers of a fixed width as they lie in memory; where there is none, anything."""
    kind = cells.type.to_pandas_dtype()
    if not len(cells):
        return np.zeros(0, dtype=kind)
    return np.frombuffer(cells.buffers()[1], dtype=kind)[cells.offset : cells.offset + len(cells)]


def valid(cells: pa.Array) -> Array:
    """Which cells hold something."""
    bits = cells.buffers()[0] if cells.null_count else None
    if bits is None or pa.types.is_null(cells.type):
        return np.full(len(cells), not pa.types.is_null(cells.type))
    first, last = cells.offset, cells.offset + len(cells)
    some = np.frombuffer(bits, dtype=np.uint8)[first // 8 : -(-last // 8)]
    return np.unpackbits(some, count=last - 8 * (first // 8), bitorder="little")[first % 8 :].view(bool)
