"""Rows of a CSV file: told apart exactly as the csv module does, in whatever pieces the file is read."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salespath.files.problems import SalespathError
from salespath.files.source import InputFile, encoding
from salespath.tables import csv_rows
from salespath.tables.csv_rows import (
    NEAR,
    RowBlock,
    blocks,
    cell_of_lines,
    plain_lines,
    row_ends,
    row_keys,
    some_cells,
    utf8,
)


def read(data: bytes, *, delimiter: str = ",", most: int = 1000, piece: int = 10**6) -> list[RowBlock]:
    pieces = [data[n : n + piece] for n in range(0, len(data), piece)]
    return list(blocks(pieces, "f.csv", delimiter, most))


def refusal(data: bytes, **options: int) -> tuple[str, int | None, str]:
    with pytest.raises(SalespathError) as caught:
        read(data, **options)
    (problem,) = caught.value.problems
    return problem.code, problem.row, problem.message


def by_the_csv_module(content: str, delimiter: str, *, strict: bool = False) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=strict))


@given(
    st.text(st.sampled_from('ab,,;"""\n\n\r'), max_size=40),
    st.sampled_from(",;"),
    st.integers(1, 5),
    st.integers(1, 50),
)
def test_any_mixture_of_quotes_and_line_ends(content, delimiter, most, piece):
    data = b"header\n" + content.encode()
    try:
        found = read(data, delimiter=delimiter, most=most, piece=piece)
    except SalespathError as error:
        (problem,) = error.problems
        found = []
    if not found and content:
        assert problem.message.startswith("a quote opens here and is never closed")
        with pytest.raises(csv.Error):
            by_the_csv_module(content, delimiter, strict=True)
        return
    assert b"".join(block.data for block in found).decode() == content
    row = 2
    for block in found:
        assert block.first == row
        assert 1 <= block.rows <= most
        assert len(by_the_csv_module(block.data.decode(), delimiter)) == block.rows
        row += block.rows
        try:
            by_the_csv_module(block.data.decode(), delimiter, strict=True)
        except csv.Error:
            assert block.bad
        else:
            assert not block.bad


def test_a_quote_left_open_is_named_by_the_row_where_it_opens():
    assert refusal(b'a,b\n1,2\n"x\ny",2\n3,"4\n5,6\n') == (
        "SP103",
        4,
        "a quote opens here and is never closed; nothing after it can be read.",
    )


def test_a_quote_left_open_in_a_long_file_is_refused_without_reading_it_all(monkeypatch):
    monkeypatch.setattr(csv_rows, "READ", 1000)
    monkeypatch.setattr(csv_rows, "MAX_ROW", 1000)
    taken = []

    def endless():
        yield b'a,b\n1,2\n"x,2\n'
        while len(taken) < 100:
            taken.append(1)
            yield b"1,2\n" * 100

    with pytest.raises(SalespathError) as caught:
        list(blocks(endless(), "f", ",", 10))
    assert caught.value.problems[0].row == 3
    assert len(taken) < 10


def test_a_row_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(csv_rows, "READ", 10)
    monkeypatch.setattr(csv_rows, "MAX_ROW", 100)
    code, row, message = refusal(b"a,b\n1,2\n" + b"x" * 200, piece=10)
    assert (code, row) == ("SP103", 3)
    assert message.startswith("the row is longer than")


def test_a_closing_quote_followed_by_text_marks_its_row_and_the_lines_it_swallowed():
    (block,) = read(b'a,b\n1,2\n"x,2\n3,4\n"5",6\n7,8\n')
    assert block.rows == 3
    assert list(block.bad) == [1]
    assert block.bad[1].startswith("text follows a closing quote")
    assert block.bad[1].endswith("The row runs over 3 lines.")


def test_a_cell_of_very_many_lines_marks_its_row():
    (block,) = read(b'a,b\n1,"' + b"\n" * 51 + b'"\n2,"' + b'""\n' * 50 + b'"\n')
    assert list(block.bad) == [0]
    assert block.bad[0].endswith("The row runs over 52 lines.")


def test_a_quote_inside_a_cell_is_a_character():
    (block,) = read(b'a,b\n5" pipe,2\n3,4"\n')
    assert (block.rows, block.bad) == (2, {})


def test_the_row_of_a_byte_that_is_not_utf8_counts_rows_and_not_lines():
    assert refusal('a,b\n"1\n1",2\nCafé,2\n'.encode("latin-1"))[:2] == ("SP102", 3)
    assert refusal(b"a,\xff\n1,2\n")[:2] == ("SP102", 1)


def test_a_character_cut_in_two_by_the_reading_is_whole():
    (block,) = read("a,b\nșț,€\n".encode(), piece=1)
    assert block.data.decode() == "șț,€\n"


def content(folder: Path, data: bytes) -> bytes:
    (folder / "f").write_bytes(data)
    with InputFile(str(folder / "f")) as source:
        return b"".join(utf8(source, encoding(source.head)))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf_16_is_converted(encoding, mark, monkeypatch, tmp_path):
    monkeypatch.setattr(csv_rows, "READ", 3)
    data = (mark + "capital,b\nșț🚀,2\n").encode(encoding)
    assert content(tmp_path, data).decode().lstrip("\ufeff") == "capital,b\nșț🚀,2\n"


@pytest.mark.parametrize("tail", [b"x", b"\x00\xd8"])
def test_broken_utf_16_is_refused(tail, tmp_path):
    with pytest.raises(SalespathError) as caught:
        content(tmp_path, "a,b\n".encode("utf-16") + tail)
    assert caught.value.problems[0].code == "SP102"


def test_blocks_hold_as_many_rows_as_asked_for():
    assert [block.rows for block in read(b"a\n" + b"1\n" * 25, most=10, piece=7)] == [10, 10, 5]


@pytest.mark.parametrize("end", ["", "\n"])
def test_some_columns_of_plain_rows_are_what_a_csv_reader_says(end):
    text = "a,,xyz\nș,b,\n,,\n" + "x,y,z" + end
    block = RowBlock(text.encode(), 2, 4, {})
    rows = list(csv.reader(io.StringIO(text)))
    found = some_cells(block, ",", 3, (2, 0))
    assert [cells.to_pylist() for cells in found] == [[row[n] or None for row in rows] for n in (2, 0)]


@pytest.mark.parametrize("text", ['a,"b",c\n1,2,3\n', "a,b,c\r\n1,2,3\r\n", "a,b\n1,2,3,4\n", "a,b,c\n1,2\n3,4,5,6\n"])
def test_rows_that_are_not_plain_are_left_to_the_reader_of_all_cells(text):
    assert some_cells(RowBlock(text.encode(), 2, text.count("\n"), {}), ",", 3, (0,)) is None


@given(st.text(st.sampled_from('a,"\n\r'), max_size=40), st.integers(1, 9), st.integers(1, 5))
def test_a_block_knows_where_its_rows_end(text, piece, most):
    try:
        found = read(text.encode(), most=most, piece=piece)
    except SalespathError:
        return
    for block in found:
        assert block.ends is not None
        bare = RowBlock(block.data, block.first, block.rows, block.bad)
        assert block.ends.tolist() == row_ends(bare, ",").tolist()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_rows_have_one_key_where_their_text_is_the_same(end, last):
    rows = ["a,b", "", "a,c", "a,b", 'a,"b\nc"', 'a,"b\nc"', "", "a,b"]
    text = end.join(rows) + last.replace("\n", end)
    (block,) = read(b"h,i\n" + text.encode())
    keys = row_keys(block, ",").tolist()
    assert [keys.index(key) for key in keys] == [rows.index(row) for row in rows]


@pytest.mark.parametrize("piece", [1, 5, 1000])
@pytest.mark.parametrize(("place", "cells"), [(0, "a\nș\n\nd\n"), (1, "b\n\n\ne\n"), (2, "x\nc\n\nf\n")])
def test_one_cell_of_lines(piece, place, cells):
    data = "a,b,x\nș,,c\n,,\nd,e,f".encode()
    lines = plain_lines(data[n : n + piece] for n in range(0, len(data), piece))
    assert b"".join(cell_of_lines(some, ",", place) for some in lines).decode() == cells


@pytest.mark.parametrize("data", [b'a,"b"\n', b"a,b\r\n", b"a,\0\n", b"a,\xff\n"])
def test_what_may_be_no_plain_line_is_left_to_the_reader_of_rows(data):
    assert list(plain_lines([b"a,b\n", data, b"c,d\n"])) == [b"a,b\n", None]


def test_a_cell_far_from_where_its_line_begins_is_left_to_the_reader_of_rows():
    near, far = b"a" * (NEAR - 1), b"a" * NEAR
    assert cell_of_lines(near + b",b\n", ",", 0) == near + b"\n"
    assert cell_of_lines(far + b",b\n", ",", 0) is None
