"""How numbers are written is decided by cells that can be read one way only; without one, they are rejected with both readings."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from given import BASE

from salespath.facts import Portfolio
from salespath.files.problems import NOTE
from salespath.tables.read import CompaniesFile


def read(folder: Path, content: str) -> Portfolio:
    (folder / "f.csv").write_text(content, encoding="utf-8")
    return CompaniesFile(BASE, str(folder / "f.csv")).portfolio()


def column(folder: Path, *cells: str, fact: str = "capital", delimiter: str = ";") -> list[float | None]:
    lines = [
        delimiter.join(("company", fact, "note")),
        *(f"C{n}{delimiter}{c}{delimiter}" for n, c in enumerate(cells)),
    ]
    found = read(folder, "\n".join(lines))
    values = {case.company: case.values.get(fact) for case in found.cases}
    return [values.get(f"C{n}") for n in range(len(cells))]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1.299.500,75", "250.000"], [1299500.75, 250000]),
        (["12,5", "250.000"], [12.5, 250000]),
        (["0,125", "250.000"], [0.125, 250000]),
        (["1.234.567", "250.000"], [1234567, 250000]),
        (["1 299 500,75", "12.500"], [1299500.75, 12500]),
        (["1,234,567", "12,500"], [1234567, 12500]),
        (["0.5", "12,500"], [0.5, 12500]),
        (["1234.567", "12,500"], [1234.567, 12500]),
        (["1,299,500.75", "12,500"], [1299500.75, 12500]),
        (["7", "", "8"], [7, None, 8]),
    ],
)
def test_unambiguous_cells_decide(tmp_path, cells, wanted):
    assert column(tmp_path, *cells) == wanted


@pytest.mark.parametrize("cell", ["250.000", "12,500"])
def test_cells_with_two_readings_are_rejected_where_nothing_decides(tmp_path, cell):
    found = read(tmp_path, f"company;capital\nA;{cell}\nB;70000\n")
    note, problem = found.problems
    assert (note.code, note.severity, note.column) == ("SP124", NOTE, "capital")
    assert (problem.code, problem.row, problem.column, problem.value) == ("SP124", 2, "capital", cell)
    whole, part = cell.replace(".", "").replace(",", ""), cell[:-4]
    assert f"{cell} can be read as {whole} or as {part}" in problem.message
    assert [case.company for case in found.cases] == ["B"]


def test_cells_that_contradict_each_other_decide_nothing(tmp_path):
    assert column(tmp_path, "12,5", "12.5", "250.000")[2] is None


def test_decimal_commas_elsewhere_decide_in_a_file_of_semicolons(tmp_path):
    found = read(tmp_path, "company;capital;sales_cycle_months\nA;250.000;1,5\nB;80.000;2,5\n")
    assert [case.values["capital"] for case in found.cases] == [250000, 80000]
    assert {(p.code, p.severity) for p in found.problems} == {("SP124", NOTE)}


def test_commas_between_cells_say_that_those_in_numbers_separate_thousands(tmp_path):
    found = read(tmp_path, 'company,capital\nA,"12,500"\n')
    assert (found.cases[0].values, found.problems) == ({"capital": 12500}, ())


def test_a_number_of_people_is_whole(tmp_path):
    assert column(tmp_path, "1.001", "5.000", fact="company_employees") == [1001, 5000]


def test_shares_in_percents_and_ones_for_yes(tmp_path):
    assert column(tmp_path, "80", "12", "5", fact="gross_margin") == [0.8, 0.12, 0.05]
    assert column(tmp_path, "80%", "0.12", fact="gross_margin") == [0.8, 0.12]
    assert column(tmp_path, "1", "0", "", fact="self_serve") == [True, False, None]
    assert column(tmp_path, "1", "yes", fact="self_serve") == [None, True]


def test_text_in_parquet_is_held_to_the_same(tmp_path):
    cells = pa.table({"company": ["A", "B"], "capital": ["12,5", "250.000"]})
    pyarrow.parquet.write_table(cells, tmp_path / "f.parquet")
    found = CompaniesFile(BASE, str(tmp_path / "f.parquet")).portfolio()
    assert [case.values["capital"] for case in found.cases] == [12.5, 250000]
