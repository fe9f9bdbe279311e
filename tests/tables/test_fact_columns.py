"""Cells of a table mean what they mean in a fact file, whichever way they are converted."""

from __future__ import annotations

import decimal

import numpy as np
import pyarrow as pa
import pytest
from given import VOCABULARY, values
from hypothesis import example, given
from hypothesis import strategies as st

from salespath.engine.table import column
from salespath.facts.reader import Context, understand
from salespath.facts.values import BadValue, Range, cell_text
from salespath.files.problems import shown
from salespath.tables import fact_columns as module
from salespath.tables.fact_columns import CellReader, range_cells, typed_cells, written_cells
from salespath.tables.fact_columns import values as values_of
from salespath.tables.normalise import normalise

WORDS = ("", " ", "-", "yes", "No", "TRUE", "x", "=1", ";", "small; large", "small;;large", "Small, LARGE", "LAUNCHED")
WORDS += ("marketing", "Sales;SDR", "none")
NUMERIC = [name for name in VOCABULARY if VOCABULARY[name].numeric]
KINDS = {fact.type: name for name in VOCABULARY if (fact := VOCABULARY[name])}


def alone(name: str, text: str | None):
    """One cell, read as a fact file is; what is wrong is returned."""
    if text is None or not text.strip():
        return None
    try:
        return understand(VOCABULARY[name], text).value
    except BadValue as error:
        return BadValue(str(error))


def check(name: str, texts: list[str | None]) -> None:
    fact = VOCABULARY[name]
    wanted = [alone(name, text) for text in texts]
    for array in (pa.array(texts, pa.string()), pa.array(texts, pa.string()).dictionary_encode()):
        found = CellReader(fact).read(array)
        assert set(found.bad) == {row for row, value in enumerate(wanted) if isinstance(value, BadValue)}
        for row, (text, why) in found.bad.items():
            assert text == shown(texts[row])
            assert why.startswith(str(wanted[row]))
        good = [None if isinstance(value, BadValue) else value for value in wanted]
        assert values_of(fact, found.column) == good
        assert [type(v) for v in values_of(fact, found.column)] == [type(v) for v in good]
        assert found.text is not None
        assert [alone(name, text) for text in found.text.to_pylist()] == good


def texts_of_numbers():
    """Texts that are, or nearly are, numbers."""
    shapes = [
        st.integers(-(10**6), 10**16).map(str),
        st.floats(-1e6, 1e16, allow_nan=False).map(repr),
        st.decimals(-10, 10**6, places=3).map(str),
        st.from_regex(r"[-+]?[$€]?[0-9,.]{1,9}[kMb%]?( EUR)?", fullmatch=True),
        st.text(st.sampled_from("0123456789.-"), max_size=8),
        st.text(max_size=5),
    ]
    return st.one_of(st.none(), *shapes)


@given(st.sampled_from(NUMERIC), st.lists(texts_of_numbers(), max_size=12))
@example("annual_contract_value", ["250.000", "250.00", "-250.000", "0.125", "1000.000", "999.999", "1.5", "250.0000"])
@example("net_profit", ["-0", "-0.0", "0", "-5", "-250.000", "--5", "5-", "-", ".", "1.2.3", "-.5", "5."])
@example("paying_customers", ["12.0", "12.5", "007", "1e3", "1e400", "99999999999999999999", " 7 ", "7\n", "½", "٣"])
def test_numbers(name, texts):
    check(name, texts)


@given(
    st.sampled_from([name for name in VOCABULARY if name not in NUMERIC]).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.lists(
                st.one_of(
                    st.none(),
                    values(name).map(lambda value: cell_text(VOCABULARY[name], value)),
                    st.sampled_from(WORDS),
                ),
                max_size=12,
            ),
        )
    )
)
def test_words(case):
    check(*case)


@pytest.mark.parametrize("name", [KINDS[kind] for kind in sorted(KINDS)])
@given(data=st.data())
def test_what_is_written_reads_back(name, data):
    fact = VOCABULARY[name]
    found = data.draw(st.lists(st.one_of(st.none(), values(name)), max_size=20))
    typed = column(fact, found)
    assert values_of(fact, typed) == found
    texts = written_cells(fact, typed)
    assert texts.to_pylist() == [None if value is None else cell_text(fact, value) for value in found]
    assert values_of(fact, CellReader(fact).read(texts).column) == found
    arrow = typed_cells(fact, typed, len(found))
    assert values_of(fact, CellReader(fact).read(normalise(arrow)).column) == found


def lists_of_words(ends: list[int], codes: list[int], words: list[str]) -> pa.ListArray:
    """Lists as a file keeps them, whose dictionary may have words that none of them has."""
    return pa.ListArray.from_arrays(ends, pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), words))


@pytest.mark.parametrize(
    ("name", "array", "good", "bad"),
    [
        ("annual_contract_value", pa.array([250.125, 0.1, None]), [250.125, 0.1, None], {}),
        ("annual_contract_value", pa.array([1, None], pa.int16()), [1, None], {}),
        ("annual_contract_value", pa.array([decimal.Decimal("250.125")]), [250.125], {}),
        ("annual_contract_value", pa.array([float("nan"), float("inf"), -1.0]), [None] * 3, {0, 1, 2}),
        ("paying_customers", pa.array([3.0, 2.5]), [3, None], {1}),
        ("paying_customers", pa.array([2**62]), [None], {0}),
        ("paying_customers", pa.array(["3", "250.000"], pa.large_string()), [3, None], {1}),
        ("paying_customers", pa.array([True]), [None], {0}),
        ("self_serve", pa.array([True, False, None]), [True, False, None], {}),
        ("self_serve", pa.array([1, 0]), [None, None], {0, 1}),
        ("product_stage", pa.array([None, None], pa.null()), [None, None], {}),
        ("product_stage", pa.array(["pilot", None]).dictionary_encode(), ["pilot", None], {}),
        ("product_stage", pa.array([7]), [None], {0}),
        ("customer_segments", pa.array([["large"], [], None]), [frozenset(["large"]), frozenset(), None], {}),
        ("customer_segments", pa.array([["large", None], ["huge"]]), [None, None], {0, 1}),
        ("customer_segments", pa.array(["large;small", "-"]), [frozenset(["large", "small"]), frozenset()], {}),
        ("customer_segments", lists_of_words([0, 1, 1], [0], ["large", "huge"]), [{"large"}, frozenset()], {}),
        ("customer_segments", lists_of_words([0, 1, 2], [0, 1], ["large", "huge"]), [{"large"}, None], {1}),
        ("annual_contract_value", pa.array([float("nan"), 5.0, None, -0.0]), [None, 5, None, 0], {0}),
        ("annual_contract_value", pa.array([5.0, 1e16, 7.0]), [5, None, 7], {1}),
        ("large_customer_share", pa.array([0.2, 1.2, None]), [0.2, None, None], {1}),
        ("annual_contract_value", pa.array([1.0, 2.0, None, 3.0]).slice(1), [2, None, 3], {}),
    ],
)
def test_columns_of_a_parquet_file(name, array, good, bad):
    found = CellReader(VOCABULARY[name]).read(normalise(array))
    assert values_of(VOCABULARY[name], found.column) == good
    assert set(found.bad) == set(bad)


def test_a_part_of_an_array_is_read_as_that_part():
    name, texts = "annual_contract_value", ["1", "$2", "x", "4", None, "6"]
    found = CellReader(VOCABULARY[name]).read(pa.array(texts).slice(1, 4))
    assert values_of(VOCABULARY[name], found.column) == [2, None, 4, None]
    assert list(found.bad) == [1]


def test_no_more_texts_are_remembered_than_planned(monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    reader = CellReader(VOCABULARY["annual_contract_value"])
    found = reader.read(pa.array([f"${n}" for n in range(1, 9)]))
    assert found.column.values.tolist() == list(range(1, 9))
    assert len(reader._known) == 3


@given(
    st.sampled_from(NUMERIC), st.lists(st.one_of(st.none(), st.from_regex("[0-9]{1,9}", fullmatch=True)), max_size=12)
)
@example("capital", ["0", "00000007", None, "12345678", "7"])
@example("paying_customers", ["123456789", "1"])
def test_numbers_of_digits_only(name, texts):
    check(name, texts)
    check(name, [*texts, "x"][1:])


@given(
    st.lists(
        st.one_of(st.none(), st.lists(st.sampled_from(["large", "small", "Large", "huge", ""]), max_size=3)), max_size=6
    )
)
def test_lists_mean_what_they_mean_one_by_one(lists):
    fact = VOCABULARY["customer_segments"]
    found = CellReader(fact).read(normalise(pa.array([["large"], *lists], pa.list_(pa.string()))).slice(1))
    alone = [CellReader(fact).read(normalise(pa.array([one, ["Large"]], pa.list_(pa.string())))) for one in lists]
    assert values_of(fact, found.column) == [values_of(fact, one.column)[0] for one in alone]
    assert [found.bad.get(row) for row in range(len(lists))] == [one.bad.get(0) for one in alone]


def test_unknown_numbers_are_nan():
    found = CellReader(VOCABULARY["capital"]).read(pa.array(["", None, "x", "5"]))
    assert np.isnan(found.column.values).tolist() == [True, True, True, False]
    assert found.column.known.tolist() == [False, False, False, True]


# What is known of a column, ranges, currencies and notes. The reader of one answer has its own tests: here it is a plain one.

MONEY, SHARE = VOCABULARY["capital"], VOCABULARY["churn_rate"]


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """What the reader of answers was asked."""
    asked: list[str] = []

    def noting(fact, text, context, *, exact=False):
        asked.append(text)
        return understand(fact, text, context, exact=exact)

    monkeypatch.setattr(module, "understand", noting)
    return asked


def test_a_range_has_two_ends_and_a_number_one(asked):
    found = CellReader(MONEY).read(pa.array(["5", "10-20", None, "7-7.5", "x"]))
    assert values_of(MONEY, found.column) == [5, Range(10, 20), None, Range(7, 7.5), None]
    assert found.column.high is not None
    assert found.column.high[0] == found.column.values[0] == 5
    assert values_of(MONEY, found.column[np.array([1, 0])]) == [Range(10, 20), 5]
    assert found.text.to_pylist() == ["5", "10 to 20", None, "7 to 7.5", None]
    assert written_cells(MONEY, found.column).to_pylist() == ["5", "10 to 20", None, "7 to 7.5", None]
    assert typed_cells(MONEY, found.column, 5).to_pylist() == [5, None, None, None, None]
    assert range_cells(MONEY, found.column).to_pylist() == [None, "10 to 20", None, "7 to 7.5", None]


def test_columns_without_a_range_pay_nothing(asked):
    found = CellReader(MONEY).read(pa.array(["5", "$7"]))
    assert found.column.high is None
    assert range_cells(MONEY, found.column) is None


def test_an_open_range(asked, monkeypatch):
    open_ended = column(MONEY, [Range(-np.inf, 5), Range(5, np.inf), 3])
    assert values_of(MONEY, open_ended) == [Range(-np.inf, 5), Range(5, np.inf), 3]
    assert len(written_cells(MONEY, open_ended)) == 3


def test_every_distinct_text_is_understood_once(asked):
    reader = CellReader(MONEY)
    for _ in range(3):
        found = reader.read(pa.array(["x"] * 500 + ["$5", "7"] * 500))
    assert asked == ["x", "$5"]
    assert len({id(cell) for cell in found.bad.values()}) == 1


def test_how_cells_were_understood_is_counted():
    found = CellReader(MONEY).read(pa.array(["about 5", "3", "about 6", "about 5"]))
    assert [(text, count) for text, _, count in found.notes] == [("about 5", 2), ("about 6", 1)]
    assert found.notes[0][1] == "about 5, read as $5, estimated"
    assert found.how.to_pylist() == ["estimated", None, "estimated", "estimated"]


def test_currencies_are_kept_beside_the_amounts():
    found = CellReader(MONEY).read(pa.array(["€5", "7", None]))
    assert found.codes.tolist() == ["EUR", "", ""]
    assert found.text.to_pylist() == [
        "5 EUR",
        "7",
        None,
    ]  # without its currency an amount would read back as another one
    euros = CellReader(MONEY, Context(currency="EUR"))
    for cells in (["€5", "7"], [5, 7]):
        named = euros.read(pa.array(cells))
        assert named.codes.tolist() == ["EUR", "EUR"]
        assert named.text.to_pylist() == ["5 EUR", "7 EUR"]
    assert CellReader(MONEY, Context(currency="USD")).read(pa.array(["5"])).codes is None


@pytest.mark.parametrize(
    ("fact", "context", "cells", "wanted"),
    [
        (MONEY, Context(scale=3), ["4.35", "1.5"], [4350, 1500]),
        (MONEY, Context(scale=3, decimal="."), pa.array([4.35, 0.0011]), [4350, 1.1]),
        (SHARE, Context(percent=True), ["29", "4.35", "0"], [0.29, 0.0435, 0]),
        (SHARE, Context(percent=True), pa.array([29.0, 4.35]), [0.29, 0.0435]),
        (MONEY, Context(decimal=","), ["1.234,5", "12,5", "1.234", "7"], [1234.5, 12.5, 1234, 7]),
        (MONEY, Context(decimal="."), ["1,234.5", "12.5", "250.000", "12,500"], [1234.5, 12.5, 250, 12_500]),
        (MONEY, Context(decimal=",", scale=3), ["1,1", "2"], [1100, 2000]),
    ],
)
def test_plain_numbers_are_read_as_their_column_has_them(asked, fact, context, cells, wanted):
    cells = cells if isinstance(cells, pa.Array) else pa.array(cells)
    found = CellReader(fact, context).read(cells)
    assert found.column.values.tolist() == wanted
    assert asked == []
    if found.text is not None:
        assert CellReader(fact).read(found.text).column.values.tolist() == wanted


def test_a_bare_one_of_a_column_in_percents_is_left_to_the_reader_of_answers(asked):
    CellReader(SHARE, Context(percent=True)).read(pa.array(["1", "0.5", "12"]))
    assert asked == ["1", "0.5"]


def test_a_list_is_taken_as_the_list_of_a_fact_file():
    fact = VOCABULARY["customer_segments"]
    found = CellReader(fact).read(pa.array([["large", "small"], ["large", None], [], None]))
    assert values_of(fact, found.column) == [frozenset({"large", "small"}), None, frozenset(), None]
    assert found.bad[1].why.startswith("(null) is not one of ")
    (bad,) = CellReader(MONEY).read(pa.array([["5"], None])).bad.values()
    assert bad.why == '["5"] is a list; expected one value.'
