"""Rows that are no companies are left out, each with its row and what it is; what may be a company is one."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from given import BASE, run
from hypothesis import given
from hypothesis import strategies as st

from salespath.facts.company_names import LEGAL_FORMS, folded_name
from salespath.files.problems import NOTE, SalespathError
from salespath.tables import left_out, namesakes, read
from salespath.tables.dates import Names, name_keys
from salespath.tables.left_out import _Seen, row_keys
from salespath.tables.normalise import normalise
from salespath.tables.progress import spans
from salespath.tables.read import CompaniesFile

HEADER = "company,self_serve,annual_contract_value,capital"
ROWS = ("A,yes,1200,900", "B,no,90000,2100")


def found(folder: Path, *rows: str, header: str = HEADER, kind: str = "csv") -> list[tuple[int, str]]:
    """The rows that are left out of a table; the others are companies."""
    content = "\n".join((header, *rows, "")).encode()
    (folder / "f.csv").write_bytes(content)
    if kind == "parquet":
        strings = dict.fromkeys(header.split(","), pa.string())
        options = pyarrow.csv.ConvertOptions(column_types=strings, strings_can_be_null=True, null_values=[""])
        table = pyarrow.csv.read_csv(io.BytesIO(content), convert_options=options)
        pyarrow.parquet.write_table(table, folder / "f.parquet")
    portfolio = CompaniesFile(BASE, str(folder / f"f.{kind}")).portfolio()
    notes = [p for p in portfolio.problems if p.code == "SP119"]
    assert {p.severity for p in notes} <= {NOTE}
    left = [(row.row, row.kind) for row in portfolio.left_out]
    assert [p.row for p in notes] == [row for row, _ in left]
    whole = {n for n, row in enumerate(rows, 2) if row.strip(",")}
    companies = {case.row for case in portfolio.cases}
    assert companies | {row for row, _ in left} | {r.row for r in portfolio.rejects} == whole
    return left


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("Total,,91200,3000", "total"),
        ("TOTAL:,,91200,3000", "total"),
        ("Grand total,,91200,", "total"),
        ("Total general,,91200,3000", "total"),
        ("Portfolio total,,,3000", "total"),
        ("Sum,,91200,3000", "total"),
        ("Average,,45600,1500", "average"),
        ("Medie,,45600,1500", "average"),
        ("Total (2 companies),,91200,3000", "total"),
        ("Grand Totals (2 records),,91200,3000", "total"),
        ("Total,yes,91200,3000", "total"),  # whatever else it says, these are the sums
        ("Total,,91000,5", "total"),  # nothing but numbers, where the others say more
        ("Total,,,", "total"),
        ("company,self_serve,annual_contract_value,capital", "heading"),
        ("Source: a bank,,,", "footer"),
        ("Page 1 of 3,,,", "footer"),
        ("Confidential - do not distribute,,,", "footer"),
        ("A,yes,1200,900", "duplicate"),
    ],
)
def test_a_row_that_is_no_company(tmp_path, kind, row, wanted):
    assert found(tmp_path, *ROWS, row, kind=kind) == [(4, wanted)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    "row",
    [
        "Total Energies,,91200,3000",
        "Total,yes,5000,700",
        "Sum Up,no,5000,700",
        "Average Joe,,91200,3000",
        "A,yes,1200,901",
        "a,yes,1200,900",
        "C,,,",
        "Source Ltd,,,",
        "Page,,,",
        ",yes,1200,900",
    ],
)
def test_a_row_that_may_be_a_company(tmp_path, kind, row):
    assert found(tmp_path, *ROWS, row, kind=kind) == []


def test_a_company_called_total_in_a_table_of_numbers(tmp_path):
    header = "company,annual_contract_value,capital"
    assert found(tmp_path, "A,1200,900", "B,90000,2100", "Total,5000,700", header=header) == []
    assert found(tmp_path, "A,1200,900", "B,90000,2100", "Total,91200,3000", header=header) == [(4, "total")]


def test_totals_of_parts_and_of_all(tmp_path):
    rows = ("A,yes,10,1", "B,yes,20,2", "Subtotal,,30,3", "C,no,40,4", "D,no,50,5", "Subtotal,,90,9", "Total,,120,12")
    assert found(tmp_path, *rows) == [(4, "total"), (7, "total"), (8, "total")]


def test_a_total_above_the_companies(tmp_path):
    assert found(tmp_path, "Total,,91200,3000", *ROWS) == [(2, "total")]


def test_companies_without_names_may_be_alike(tmp_path):
    assert found(tmp_path, "yes,5", "yes,5", header="self_serve,capital") == []
    assert found(tmp_path, ",yes,5", ",yes,5", header="company,self_serve,capital") == []


def test_lines_of_one_cell_after_an_empty_row_are_a_footer_and_others_are_rejected(tmp_path):
    assert found(tmp_path, *ROWS, "", "Opportunities", "by account") == [(5, "footer"), (6, "footer")]
    assert found(tmp_path, ROWS[0], "short", ROWS[1]) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("column", "dates"),
    [
        ("as_of", ("2025-01-31", "2025-02-28")),
        ("Date", ("31.01.2025", "28.02.2025")),
        ("date", ("01/31/2025", "02/28/2025")),
        ("Quarter", ("Q1 2025", "Q2 2025")),
        ("quarter", ("2024Q4", "2025Q1")),
        ("Month", ("Jan 2025", "Feb-2025")),
        ("luna", ("ianuarie 2025", "mai 2025")),
        ("Reference_date", ("2024-12", "2025-01")),
        ("Year", ("2024", "2025")),
        ("period", ("FY2024", "FY2025")),
    ],
)
def test_of_a_company_the_latest_row_counts(tmp_path, kind, column, dates):
    first, second = dates
    rows = (f"Acme Ltd,{second},1", f"ACME,{first},2", f"B,{first},3", "C,,4", f"acme ltd.,{second},5")
    assert found(tmp_path, *rows, header=f"company,{column},capital", kind=kind) == [(3, "older date")]


def test_a_year_beside_a_quarter(tmp_path):
    rows = ("A,4,2024,1", "A,1,2025,2")
    assert found(tmp_path, *rows, header="company,quarter,year,capital") == [(2, "older date")]


def test_dates_with_two_readings_leave_nothing_out(tmp_path):
    assert found(tmp_path, "A,03/04/2025,1", "A,05/06/2025,2", header="company,date,capital") == []


def test_dates_through_a_pipe(tmp_path):
    text = "company,month,capital\nA,2025-01,1\nA,2025-02,2\n"
    done = run("assess", "-", "--format", "csv", stdin=text)
    assert done.stderr.endswith(b"2 rows: 1 company assessed, 0 rejected, 1 left out (older date: row 2).\n")


def test_the_size_of_the_parts_changes_nothing(tmp_path, monkeypatch):
    from salespath.tables import csv_reader

    rows = [f"C{n},yes,{n},{n * 7}" for n in range(40)]
    rows += [rows[3], "", "Total,,780,5460", "Page 1 of 1,,,", HEADER, rows[30]]
    whole = found(tmp_path, *rows)
    monkeypatch.setattr(csv_reader, "ROWS", 7)
    assert found(tmp_path, *rows) == whole
    assert [kind for _, kind in whole] == ["duplicate", "total", "footer", "heading", "duplicate"]


def test_the_summary_counts_every_row_and_names_those_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = (*ROWS, "C,perhaps,1,1", ROWS[0], "Total,,91201,3001", "", "Page 1 of 3,,,", "Page 2 of 3,,,")
    Path("in.csv").write_text("\n".join((HEADER, *rows)))
    said = b"7 rows: 2 companies assessed, 1 rejected, 4 left out (duplicate: row 5; total: row 6; footer: rows 8-9)"
    assert run("assess", "in.csv", "-o", "out.csv").stderr.splitlines()[-1].startswith(said)
    assert run("assess", "in.csv").stderr.splitlines()[-1].startswith(said)
    assert b"Total" not in Path("out.csv").read_bytes()


def test_of_very_many_only_the_first_are_told_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(left_out, "NAMED", 2)
    (tmp_path / "f.csv").write_text("\n".join((HEADER, *ROWS, *[ROWS[0]] * 5)))
    portfolio = CompaniesFile(BASE, str(tmp_path / "f.csv")).portfolio()
    *_, last = portfolio.problems
    assert (len(portfolio.problems), len(portfolio.left_out)) == (3, 5)
    assert last.message == "left out likewise (duplicate): rows 6-8."


def told_of_namesakes(folder: Path, *rows: str, header: str = "company,fund,capital") -> list[str]:
    (folder / "f.csv").write_text("\n".join((header, *rows, "")))
    done = run("assess", str(folder / "f.csv"), "-o", str(folder / "out.csv"), "--force", "--columns", "verdict")
    return [line for line in done.stderr.decode().splitlines() if "SP129" in line]


def test_a_company_that_several_rows_name_is_told_and_each_row_assessed(tmp_path, monkeypatch):
    from salespath.tables import csv_reader

    rows = ("Acme Ltd,I,1", "B,I,1", "ACME,II,2", "acme limited,II,3", ",I,1", ",I,2", "B,I,1", "Acme Ltd,I,yes")
    wanted = (
        f"{tmp_path}/f.csv, row 4: warning SP129: Acme Ltd is the company of rows 2, 4-5, which say different things; each "
        "row counts as a company of its own. Keep the one that holds, or say in a column as_of of which date each is."
    )
    assert told_of_namesakes(tmp_path, *rows) == [wanted]  # not of a row said twice, or rejected, or without a name
    assert (tmp_path / "out.csv").read_text().count("\n") == 1 + 6
    monkeypatch.setattr(csv_reader, "ROWS", 2)
    assert told_of_namesakes(tmp_path, *rows) == [wanted]
    asked = run("request", str(tmp_path / "f.csv"), "-o", str(tmp_path / "forms")).stderr.decode().splitlines()
    merged = run("assess", str(tmp_path / "f.csv"), str(tmp_path / "forms")).stderr.decode().splitlines()
    assert [wanted in said for said in (asked, merged)] == [True, True]
    dated = (f"{row},202{n}-01-31" for n, row in enumerate(rows[:4]))
    assert told_of_namesakes(tmp_path, *dated, header="company,fund,capital,as_of") == []


def test_of_many_companies_that_several_rows_name_the_first_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(namesakes, "NAMED", 2)
    monkeypatch.setattr(namesakes, "MOST", 9)
    told = told_of_namesakes(tmp_path, *(f"C{n % 4},I,{n}" for n in range(9)))
    assert [line.partition("SP129: ")[2].partition(",")[0] for line in told] == [
        "C0 is the company of rows 2",
        "C1 is the company of rows 3",
        "2 more companies are named by several rows; the first 2 are told one by one.",
    ]


def test_a_row_that_goes_astray_stops_the_run(tmp_path, monkeypatch):
    (tmp_path / "f.csv").write_text("\n".join((HEADER, *ROWS)))
    reading = CompaniesFile(BASE, str(tmp_path / "f.csv")).reading()
    (part,) = reading.parts()
    batch = reading.batch(part)
    read.check_count(batch)
    with pytest.raises(SalespathError) as caught:
        read.check_count(dataclasses.replace(batch, count=3))
    assert caught.value.problems[0].code == "SP155"


SECTIONS = """company,City,self_serve,annual_revenue,capital
Software firms,,,,
A,Iasi,yes,100,10
B,Cluj,no,200,20
Subtotal software,,,300,30
Makers,,,,
C,Sibiu,no,400,40
C,Sibiu,no,400,40
D,Oradea,no,50,5
Total makers,,,450,45
Total portfolio,,,750,75
"""


def test_subtotals_of_sections_headings_and_a_total_without_what_is_said_twice(tmp_path):
    (tmp_path / "f.csv").write_text(SECTIONS)
    read = CompaniesFile(BASE, str(tmp_path / "f.csv")).portfolio()
    assert [case.company for case in read.cases] == ["A", "B", "C", "D"]
    kinds = {2: "section heading", 5: "total", 6: "section heading", 8: "duplicate", 10: "total", 11: "total"}
    assert {item.row: item.kind for item in read.left_out} == kinds


@pytest.mark.parametrize(
    ("rows", "companies"),
    [
        ("A,Iasi,yes,100,10\nB,Cluj,no,200,20\nSubtotal Ltd,,,310,30\n", ["A", "B", "Subtotal Ltd"]),  # is no sum
        ("Nothing known,,,,\nA,Iasi,yes,100,10\nB,Cluj,no,200,20\nTotal,,,300,30\n", ["Nothing known", "A", "B"]),
    ],
)
def test_what_may_be_a_company_stays_one(tmp_path, rows, companies):
    (tmp_path / "f.csv").write_text("company,City,self_serve,annual_revenue,capital\n" + rows)
    assert [case.company for case in CompaniesFile(BASE, str(tmp_path / "f.csv")).portfolio().cases] == companies


@given(
    st.lists(st.lists(st.integers(-9, 9), min_size=1, max_size=30), max_size=6),
    st.integers(0, 60),
    st.sampled_from([4, 2**20]),
)
def test_rows_seen_before_are_known_exactly(batches, shift, size):
    """In a table that is too small and grows, too."""
    seen, first, number = _Seen(size), dict[int, int](), 2
    for batch in batches:
        rows, keys = np.arange(number, number + len(batch)), np.array(batch, np.int64) << shift
        wanted = [first.get(key, 0) or (first.setdefault(key, int(row)) and 0) for key, row in zip(keys.tolist(), rows)]
        assert seen.earlier(keys, rows).tolist() == wanted
        number += len(batch)


PIECES = st.sampled_from(
    [
        *["Acme", "ACME", "é", "s", ".", "-", "_", "&", "ß", "1", "sc", "sp", "z", "oo", "srl", "ł"],
        " ",
        "  ",
        "\t",
        "\x1f",
        *sorted(LEGAL_FORMS)[:12],
    ]
)


@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.lists(PIECES, max_size=6).map("".join)), max_size=20))
def test_names_have_one_key_where_they_are_compared_as_one(names):
    expected = [hash(folded_name(name)) if name and name.strip() else 0 for name in names]
    assert name_keys(pa.array(names, pa.string())).tolist() == expected


def test_rows_as_words():
    assert [spans(rows) for rows in ([3], [3, 4, 5], [3, 5, 6])] == ["row 3", "rows 3-5", "rows 3, 5-6"]
    assert spans([1, 3, 5, 6], 2) == "rows 1, 3 and 2 more"


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["A", "B"], True),
        (["Acme", "", " ", "", "Acme Tools"], True),
        (["Acme", "x", "ACME S.R.L."], False),
        (["é", "E"], False),
        ([], True),
    ],
)
def test_names_tell_whether_two_rows_have_one_company(names, wanted):
    found, apart = Names(), Names()
    assert found.add(names) == wanted
    assert found.all_different() == wanted
    assert all(apart.add([name]) for name in names)
    assert apart.all_different() == wanted


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("name", ["Acme", "A" * 60, '"Acme, Inc"', "Öl"])
def test_a_company_far_below_its_older_row(tmp_path, monkeypatch, place, name):
    monkeypatch.setattr("salespath.tables.csv_reader.READ", 300)
    header = ["company", "date"] if place == 0 else ["date", "company"]
    cells = [(f"Firm {n}", "2024-01-01") for n in range(200)]
    cells[3], cells[150] = (name, "2023-01-01"), (name, "2024-01-01")
    rows = [",".join([*(row if place == 0 else row[::-1]), "yes", "1200", str(n)]) for n, row in enumerate(cells)]
    wanted = [(5, "older date")]
    assert (
        found(tmp_path, *rows, header=",".join([*header, "self_serve", "annual_contract_value", "capital"])) == wanted
    )


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, 2, None, 0], pa.int32()),
        pa.array([1.5, 0.0, None, 2.0]),
        pa.array([2**63, 1, None], pa.uint64()),
        pa.array([True, False, None]),
        pa.array(["a", "", None, "b"]),
        pa.array(["a", "", None, "b"]).dictionary_encode(),
        pa.array([["a", "b"], ["b", "a"], [], None, ["a"], ["b"], ["a", "a"]]),
        pa.array([[1], [2], [1, 2], None, []]),
    ],
)
def test_rows_of_types_have_one_key_where_their_cells_are_the_same(cells):
    twice = normalise(pa.concat_arrays([cells, cells, cells.slice(1)]))
    keys = row_keys([twice, twice], len(twice)).tolist()
    count = len(cells)
    assert keys == keys[:count] * 2 + keys[1:count]
    assert len({*keys}) == count
