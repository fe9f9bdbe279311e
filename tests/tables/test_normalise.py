"""A column of any Arrow type, in any role and to any output, is read, or what is wrong is said with its column."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import pytest
from given import BASE, VOCABULARY, run, sample

import salespath
from salespath.files.problems import SalespathError
from salespath.tables.in_memory import assess_batches
from salespath.tables.normalise import carried, json_values, normalise, texts

D = decimal.Decimal


def masked(buffers) -> pa.Array:
    return pa.Array.from_buffers(pa.string(), 3, buffers)


COLUMNS = {
    "null": pa.nulls(3),
    **{str(kind): pa.array([1, 0, None], kind) for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64())},
    **{str(kind): pa.array([1, 2, None], kind) for kind in (pa.uint8(), pa.uint16(), pa.uint32())},
    "uint64": pa.array([2**64 - 1, 1, None], pa.uint64()),
    "half": pa.array([np.float16(0.1), np.float16(5), None]),
    "float": pa.array([0.1, 5, None], pa.float32()),
    "double": pa.array([float("nan"), float("inf"), None]),
    "decimal32": pa.array([D("1.25"), D("0.5"), None], pa.decimal32(5, 2)),
    "decimal64": pa.array([D("1.25"), D("0.5"), None], pa.decimal64(10, 2)),
    "decimal128": pa.array([D("1.250"), D("0.5"), None], pa.decimal128(30, 3)),
    "decimal256": pa.array([D("1.25"), D("9" * 50), None], pa.decimal256(60, 2)),
    "bool": pa.array([True, False, None]),
    "string": pa.array(["launched", "", None]),
    "large_string": pa.array(["yes", "caf\u00e9", None], pa.large_string()),
    "latin1": masked(pa.array([b"caf\xe9", b"x", None], pa.binary()).buffers()),
    "binary": pa.array([b"yes", b"\xff\x00", None]),
    "large_binary": pa.array([b"yes", b"\xff", None], pa.large_binary()),
    "fixed_binary": pa.array([b"ab", b"\xff\xfe", None], pa.binary(2)),
    "date32": pa.array([dt.date(2024, 3, 31), None, None]),
    "date64": pa.array([dt.date(2024, 3, 31), None, None], pa.date64()),
    "date_beyond": pa.array([2**31 - 1, 0, None], pa.int32()).cast(pa.date32()),
    "time32": pa.array([dt.time(1, 2), None, None], pa.time32("s")),
    "time64": pa.array([dt.time(1, 2), None, None], pa.time64("ns")),
    **{f"timestamp_{unit}": pa.array([10**9 + 1, 0, None]).cast(pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")},
    "timestamp_zone": pa.array([10**15, 0, None]).cast(pa.timestamp("us", "Europe/Bucharest")),
    "timestamp_nowhere": pa.array([10**15, 0, None]).cast(pa.timestamp("us", "Nowhere/City")),
    "timestamp_beyond": pa.array([2**62, 0, None]).cast(pa.timestamp("us")),
    "duration": pa.array([86_400 * 90, 30, None]).cast(pa.duration("s")),
    "list_string": pa.array([["large", "small"], [], None]),
    "list_null": pa.array([["large", None], [None], None]),
    "list_empty": pa.array([[], [], None], pa.list_(pa.null())),
    "list_int": pa.array([[1, 2], [], None], pa.list_(pa.int32())),
    "list_list": pa.array([[["large"], []], [], None], pa.list_(pa.list_(pa.string()))),
    "large_list": pa.array([["large"], [], None], pa.large_list(pa.string())),
    "fixed_list": pa.array([["large", "small"], ["x", "y"], None], pa.list_(pa.string(), 2)),
    "struct": pa.array([{"a": 1, "b": "x"}, {"a": None, "b": "y"}, None]),
    "struct_odd": pa.array([{"a": b"\xff", "b": dt.timedelta(1)}, {"a": b"", "b": None}, None]),
    "map": pa.array([[("a", 1), ("b", 2)], [], None], pa.map_(pa.string(), pa.int32())),
    "dictionary": pa.array(["launched", "pilot", None]).dictionary_encode(),
    "dictionary_int": pa.array([1, 0, None]).dictionary_encode(),
    "dictionary_wide": pa.DictionaryArray.from_arrays(
        pa.array([0, 127, None], pa.int8()), pa.array([f"w{n}" for n in range(128)])
    ),
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16, b"\xff" * 16, None], pa.binary(16))),
    "bool8": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8())),
    "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', "2", None])),
}  # fmt: skip
# What no Parquet file holds, but a table in memory may.
ELSEWHERE = {
    "string_view": pa.array(["launched", "x" * 40, None], pa.string_view()),
    "binary_view": pa.array([b"yes", b"\xff", None], pa.binary_view()),
    "list_view": pa.array([["large"], None, ["small"]], pa.list_view(pa.string())),
    "large_list_view": pa.array([["large"], None, ["small"]], pa.large_list_view(pa.string())),
    "run_ends": pc.run_end_encode(pa.array(["yes", "yes", None])),
    "dense_union": pa.UnionArray.from_dense(
        pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array([1, None]), pa.array(["x"])]
    ),
    "sparse_union": pa.UnionArray.from_sparse(
        pa.array([0, 1, 0], pa.int8()), [pa.array([1, None, 3]), pa.array(["x", "y", "z"])]
    ),
    "interval": pa.array([pa.MonthDayNano([1, 2, 3]), None, None]),
    "dictionary_null": pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(["pilot", None])),
    "dictionary_list": pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array([["small"], None])),
    "struct_view": pa.StructArray.from_arrays([pa.array(["a", "b", None], pa.string_view())], ["v"]),
}
KINDS = {fact.type: name for name in VOCABULARY if (fact := VOCABULARY[name])}
ROLES = {
    **{
        kind: KINDS[kind]
        for kind in ("money", "integer", "number", "share", "boolean", "choice", "set", "date")
        if kind in KINDS
    },
    "company": "company",
    "own": "tags",
    "named like a result": "process",
    "how": "capital__how",
    "note": "capital__note",
    "range": "capital__range",
}
OUTPUTS = ("", "csv", "json", "jsonl", "parquet", "html", "md")
CARRIED = (
    "company",
    "own",
    "named like a result",
)  # what an output has to hold itself; of a fact it holds what follows
CASES = [(column, role) for column in COLUMNS for role in ROLES]


def beside(name: str, column: pa.Array) -> dict[str, pa.Array]:
    """A table with the column, a company's name and one fact that is fine."""
    fine = {"company": pa.array(["A", "B", "C"]), "self_serve": pa.array(["yes", "no", "yes"])}
    return {**fine, name: column}


@pytest.mark.more
@pytest.mark.parametrize(("kind", "role"), sample(CASES, 13), ids=str)
def test_every_type_in_every_role_to_every_output(tmp_path, kind, role):
    name = ROLES[role]
    source = tmp_path / "in.parquet"
    pyarrow.parquet.write_table(pa.table(beside(name, COLUMNS[kind])), source)
    one = OUTPUTS[1 + ([*COLUMNS].index(kind) + [*ROLES].index(role)) % (len(OUTPUTS) - 1)]
    for ending in OUTPUTS if role in CARRIED else ("", one):
        (tmp_path / ending).mkdir(exist_ok=True)
        out = tmp_path / ending / f"out.{ending}"
        done = run("assess", str(source), *(("-o", str(out)) if ending else ()))
        said = done.stderr.decode()
        bad = [line for line in said.splitlines() if " error " in line]
        assert all(f"column {name}:" in line for line in bad), said
        assert done.returncode == bool(bad)
        assert f"assessed, {len(bad)} rejected" in said
        if role in ("own", "company", "note"):
            assert not bad
        if ending in ("csv", "json", "jsonl", "parquet"):
            assert len(read_back(out)) == 3 - len(bad)
    if role == "own":
        check_own(tmp_path, COLUMNS[kind])


def check_own(folder: Path, column: pa.Array) -> None:
    """The cells of an own column stand in every output."""
    kind = column.type
    if getattr(kind, "unit", "") == "s" and not pa.types.is_duration(kind):  # Parquet has no times in seconds
        column = column.cast(pa.time32("ms") if pa.types.is_time(kind) else pa.timestamp("ms", kind.tz))
    found = texts(column).to_pylist()
    assert [cell["tags"] for cell in read_back(folder / "csv" / "out.csv")] == [unguarded(text or "") for text in found]
    assert [cell.get("own", {}).get("tags") for cell in read_back(folder / "jsonl" / "out.jsonl")] == json_values(
        column
    )
    kept = pyarrow.parquet.read_table(folder / "parquet" / "out.parquet")["tags"]
    assert texts(kept.combine_chunks()).to_pylist() == found


def unguarded(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "@", "\t") else text


def read_back(path: Path) -> list[dict]:
    if path.suffix == ".parquet":
        names = pyarrow.parquet.read_schema(path).names
        return [dict.fromkeys(names)] * pyarrow.parquet.read_metadata(path).num_rows
    text = path.read_text()
    if path.suffix == ".csv":
        return list(csv.DictReader(text.splitlines()))
    return json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]


IN_MEMORY = [(kind, role) for kind in (*COLUMNS, *ELSEWHERE) for role in ROLES]


@pytest.mark.more
@pytest.mark.parametrize(("kind", "role"), sample(IN_MEMORY, 3), ids=str)
def test_every_type_in_every_role_in_memory(kind, role):
    name, column = ROLES[role], {**COLUMNS, **ELSEWHERE}[kind]
    rows = pa.record_batch(beside(name, column))
    problems = []
    (found,) = assess_batches(BASE, [rows], ["process", "reasons"], on_problem=problems.append)
    bad = {problem.row for problem in problems if problem.severity == "error"}
    assert {problem.column for problem in problems if problem.severity == "error"} <= {name}
    assert found["row"].to_pylist() == [row for row in (1, 2, 3) if row not in bad]
    assert found["company"].type == pa.string()


class Frame:
    """A table of another library: all that is known of it is that it can hand over its rows."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("wrap", [Frame, lambda table: table, pa.Table.to_batches])
def test_tables_of_other_libraries_are_taken(wrap):
    table = pa.table({"company": [1234, 5], "self_serve": pa.array(["yes", "maybe"], pa.string_view())})
    problems = []
    found = list(salespath.assess_table(BASE, wrap(table), on_problem=problems.append))
    assert [name for part in found for name in part["company"].to_pylist()] == ["1234"]
    assert [(p.code, p.row, p.column) for p in problems] == [("SP112", 2, "self_serve")]
    with pytest.raises(SalespathError):
        list(salespath.assess_table(BASE, wrap(table)))


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        (pa.array([1234, None]), ["1234", None]),
        (pa.array([1234.0, 0.5]), ["1234", "0.5"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([np.float16(0.1)]), ["0.1"]),
        (pa.array([D("1.250")]), ["1.250"]),
        (pa.array([True, None]), ["true", None]),
        (pa.array([b"caf\xe9", "é".encode()]), ["caf\\xe9", "é"]),
        (pa.array([dt.date(2024, 3, 31)]), ["2024-03-31"]),
        (pa.array([dt.datetime(2024, 3, 31, 12)]), ["2024-03-31 12:00:00.000000"]),
        (pa.array([dt.timedelta(90), dt.timedelta(seconds=1)]), ["90 days", "1000000 us"]),
        (pa.array([["é", None], []]), ['["é", null]', "[]"]),
        (pa.array([{"a": [1], "b": D("0.5")}]), ['{"a": [1], "b": 0.5}']),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), ['{"a": 1}']),
        (pa.array([["x"], None, ["y"]], pa.list_view(pa.string())), ['["x"]', None, '["y"]']),
        (pa.array([["x"], None, ["y"]]).slice(1), [None, '["y"]']),
        (pa.array([[("a", 1)], None, [("b", 2)]], pa.map_(pa.string(), pa.int8())).slice(2), ['{"b": 2}']),
        (pa.array([{"a": 1}, None, {"a": 2}]).slice(1), [None, '{"a": 2}']),
        (pa.nulls(1), [None]),
    ],
)
def test_what_stands_in_a_cell_as_text(column, wanted):
    assert texts(column).to_pylist() == wanted


def test_few_types_are_left():
    for column in (*COLUMNS.values(), *ELSEWHERE.values()):
        kind = normalise(column).type
        while pa.types.is_dictionary(kind) or pa.types.is_list(kind):
            kind = kind.value_type
        assert kind in (pa.string(), pa.int64(), pa.uint64(), pa.float64(), pa.bool_()) or pa.types.is_decimal(kind)
        json.dumps(json_values(column), allow_nan=False)


def test_a_column_is_carried_as_it_is_where_a_parquet_file_can_hold_it(tmp_path):
    for name, column in {**COLUMNS, **ELSEWHERE}.items():
        kept = carried(column)
        assert len(kept) == len(column)
        assert kept.filter(pa.array([True, False, True])).take(pa.array([1, 0]))[0].as_py() == kept[2].as_py()
        pyarrow.parquet.write_table(pa.table({name: kept}), tmp_path / "kept.parquet")
    for name in (
        "int8",
        "float",
        "decimal128",
        "binary",
        "date32",
        "timestamp_ns",
        "duration",
        "list_int",
        "struct",
        "map",
    ):
        assert carried(COLUMNS[name]).equals(COLUMNS[name])


def test_whole_numbers_are_yes_and_no_in_a_column_of_ones_and_zeros_only(tmp_path):
    table = {"company": ["A", "B"], "self_serve": pa.array([1, 2]), "capital": [5, 6]}
    pyarrow.parquet.write_table(pa.table(table), tmp_path / "in.parquet")
    done = run("assess", str(tmp_path / "in.parquet"), "--format", "csv")
    assert b"2 rows: 0 companies assessed, 2 rejected" in done.stderr
