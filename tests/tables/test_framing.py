"""Tables as people give them: in whatever encoding, with whatever separator, below titles, with empty cells at the ends of rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from given import BASE

from salespath.facts import Portfolio
from salespath.files.problems import NOTE, SalespathError
from salespath.tables import csv_rows
from salespath.tables.encodings import single_byte
from salespath.tables.read import CompaniesFile

FAULTS = Path(__file__).parent / "faults"
HEADER = "company,self_serve,annual_contract_value"


def companies(path: str | Path) -> Portfolio:
    return CompaniesFile(BASE, str(path)).portfolio()


def read(folder: Path, content: str | bytes, name: str = "f.csv") -> Portfolio:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return companies(folder / name)


def notes(found: Portfolio) -> list[tuple[str, int | None]]:
    assert all(problem.severity == NOTE for problem in found.problems), found.problems
    return [(problem.code, problem.row) for problem in found.problems]


@pytest.mark.parametrize(
    ("name", "wanted", "said"),
    [
        ("cp1250", ["Şcoala Ţăndărică"], [("SP118", None)]),
        ("sep-line", ["Alder", "Birch"], [("SP117", 2)]),
        ("title-rows", ["Alder"], [("SP117", 4)]),
        ("empty-extra-cells", ["Alder", "Birch"], []),
        ("decimal-commas", ["Alder", "Birch", "Cedar"], [("SP124", 1)] * 3),
        ("footer-lines", ["A", "B"], [("SP119", row) for row in (6, 7, 8, 9)]),
        ("total-row", ["Alder", "Birch"], [("SP119", 4)]),
        ("row-a-month", ["Firm A", "Firm B"], [("SP119", 2)]),
    ],
)
def test_files_as_they_come_are_read_and_what_was_understood_is_said(name, wanted, said):
    found = companies(FAULTS / f"{name}.csv")
    assert [case.company for case in found.cases] == wanted
    assert (notes(found), found.rejects) == (said, ())


ROMANIAN = "Şcoala Ţăndărică", "Fabrica de Brânză Iaşi", "Mândră SRL"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250", "iso8859-2"])
def test_encodings_separators_and_line_ends(tmp_path, encoding, delimiter, line_end):
    rows = [HEADER.split(","), *([name, "yes", str(n)] for n, name in enumerate(ROMANIAN))]
    content = line_end.join(delimiter.join(row) for row in rows)
    found = read(tmp_path, content.encode(encoding))
    assert [(case.company, case.values["annual_contract_value"]) for case in found.cases] == [*zip(ROMANIAN, range(3))]
    assert notes(found) == ([] if encoding.startswith("utf") else [("SP118", None)])


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Spółka Źródło Łódź"),
        ("iso8859-2", "Spółka Źródło Łódź"),
        ("cp1250", "Škoda Auto, Česká spořitelna, Příliš žluťoučký"),
        ("iso8859-2", "Škoda Auto, Příliš žluťoučký kůň"),
        ("cp1250", "Gyűjtő Kft, Építő Zrt, Győr"),
        ("cp1250", "Čakovečki Đuro"),
        ("cp1250", "Ştefan"),
        ("cp1250", "Ţiriac Holdings"),
        ("cp1252", "Société Générale, Café Crème, Hermès"),
        ("latin-1", "Müller & Söhne, Große Straße"),
        ("cp1252", "Compañía Española de Logística"),
        ("cp1252", "São João Ações"),
        ("cp1252", "Mærsk Ørsted"),
        ("cp1252", "O’Neil – Co, €5,000"),
        ("cp1251", "Сбербанк, Яндекс"),
    ],
)
def test_letters_of_many_languages_come_out_right(encoding, text):
    found = single_byte(f"company\n{text}\n".encode(encoding))
    assert found is not None
    assert text.encode(encoding).decode(found[0]) == text


def test_a_text_with_a_stray_byte_is_refused_with_its_row_and_what_to_do(tmp_path):
    with pytest.raises(SalespathError) as caught:
        read(tmp_path, f"{HEADER}\nȘcoala Țăndărică,yes,1\n".encode() + b"Caf\xe9,yes,2\n")
    (problem,) = caught.value.problems
    assert (problem.code, problem.row) == ("SP102", 3)
    assert "Save the file as CSV UTF-8" in problem.message


def test_letters_far_down_decide_the_encoding(tmp_path, monkeypatch):
    lines = [f"Company {n},yes,{n}" for n in range(50_000)]
    found = read(tmp_path, "\n".join([HEADER, *lines, "Şcoala Ţăndărică,no,1"]).encode("cp1250"))
    assert (found.cases[-1].company, notes(found)) == ("Şcoala Ţăndărică", [("SP118", None)])


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_a_line_that_names_the_separator(tmp_path, said):
    found = read(tmp_path, f"{said}\r\ncompany;self_serve;note\r\nA;yes;1,2,3\r\n")
    (case,) = found.cases
    assert (case.company, case.row, case.extra, notes(found)) == ("A", 3, {"note": "1,2,3"}, [("SP117", 2)])


def test_titles_above_the_header_are_passed_over_and_rows_keep_their_numbers(tmp_path):
    titles = ['"Portfolio, Q3\nall funds"', "", "Company overview,,", "Source: a bank"]
    found = read(tmp_path, "\n".join([*titles, HEADER, "A,yes,1", "B,perhaps,1"]))
    assert [(case.company, case.row) for case in found.cases] == [("A", 6)]
    assert [(p.code, p.row) for p in found.problems] == [("SP117", 5), ("SP112", 7)]
    assert "Portfolio, Q3 all funds | Company overview | Source: a bank" in found.problems[0].message


def test_a_header_is_not_sought_without_end(tmp_path):
    with pytest.raises(SalespathError) as caught:
        read(tmp_path, "\n".join([*(f"title {n}" for n in range(30)), HEADER, "A,yes,1"]))
    assert [(p.code, p.row) for p in caught.value.problems] == [("SP110", 1)]


@pytest.mark.parametrize("row", ["A,yes,1,", "A,yes,1,,,", 'A,yes,1,"",', "A,yes,1, ,"])
def test_empty_cells_beyond_the_header(tmp_path, row):
    found = read(tmp_path, "\n".join([HEADER, row, "B,no,2", row.replace("A", "C")]))
    assert [case.company for case in found.cases] == ["A", "B", "C"]
    assert (found.problems, found.cases[0].extra) == ((), {})


def test_cells_beyond_the_header_that_hold_something_are_refused_also_where_others_are_empty(tmp_path):
    found = read(tmp_path, "\n".join([HEADER, *(f"C{n},yes,1,," for n in range(30)), "D,yes,1,,x", "E,yes,1,2"]))
    assert [(p.code, p.row) for p in found.problems] == [("SP114", 32), ("SP114", 33)]
    assert [reject.text for reject in found.rejects] == ["D,yes,1,,x", "E,yes,1,2"]


def test_cells_may_be_missing_only_where_columns_have_no_name(tmp_path):
    found = read(tmp_path, "company,self_serve,,\nA,yes\nB,no,x,\n")
    assert [(case.company, case.extra) for case in found.cases] == [("A", {}), ("B", {"column 3": "x"})]
    assert [p.code for p in read(tmp_path, f"{HEADER}\nA,yes\n").problems] == ["SP114"]


def test_a_table_with_titles_is_known_whatever_its_name(tmp_path):
    found = read(tmp_path, f"Report\n\n{HEADER}\nA,yes,1\n", "export.txt")
    assert [case.company for case in found.cases] == ["A"]


def test_a_row_without_end_is_refused_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "MAX_ROW", 2**20)
    for cell in (b"x" * 2**22, b'"' + b"x\n" * 2**21):
        with pytest.raises(SalespathError) as caught:
            read(tmp_path, HEADER.encode() + b"\nA,yes,1\n" + cell)
        assert [(p.code, p.row) for p in caught.value.problems] == [("SP103", 3)]
