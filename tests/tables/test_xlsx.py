"""Excel workbooks: what cells and number formats say, which sheet is read, what is refused before anything of it is unpacked."""

from __future__ import annotations

import csv
import re
import sys
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner
from given import BASE
from openpyxl.styles import numbers

from salespath.cli import main
from salespath.facts import Portfolio
from salespath.files.problems import NOTE, WARNING, SalespathError
from salespath.tables import workbook
from salespath.tables.columns import TableOptions
from salespath.tables.read import CompaniesFile

HEADER = "company", "self_serve", "annual_contract_value", "churn_rate"


def book(path: Path, *sheets: tuple[str, list[list[object]]], formats: dict[str, str] | None = None) -> Path:
    """A workbook with some sheets; `formats` are those of cells of the last."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    made.save(path)
    return path


def changed(path: Path, part: str, pattern: str, by: str) -> Path:
    """A workbook with something replaced in one of its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[part].decode()
    parts[part] = re.sub(pattern, by, before).encode()
    assert parts[part].decode() != before
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def companies(path: Path, **said: str) -> Portfolio:
    return CompaniesFile(BASE, str(path), options=TableOptions(**said)).portfolio()


def one(tmp_path: Path, fact: str, value: object, number_format: str = "General", heading: str = "") -> Portfolio:
    rows = [["company", heading or fact], ["Alder", value]]
    return companies(book(tmp_path / "f.xlsx", ("Data", rows), formats={"B2": number_format}))


def refused(path: Path, **said: str) -> tuple[str, str]:
    with pytest.raises(SalespathError) as caught:
        companies(path, **said)
    (problem,) = caught.value.problems
    return problem.code, problem.message


def codes(found: Portfolio) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.row) for problem in found.problems]


@pytest.mark.parametrize(
    ("fact", "value", "number_format", "heading", "wanted"),
    [
        ("capital", 250.125, "General", "", (250.125, "USD")),  # as text it would have two readings
        ("capital", 250.125, "#,##0.000", "", (250.125, "USD")),
        ("capital", 1200, '#,##0 "€"', "", (1200, "EUR")),
        ("capital", 1200.5, "_-* #,##0.00\\ [$€-407]_-;-* #,##0.00\\ [$€-407]_-", "", (1200.5, "EUR")),
        ("capital", 1200, "#,##0\\ [$lei-418]", "", (1200, "RON")),
        ("capital", 1200, "[$GBP] #,##0", "", (1200, "GBP")),
        ("capital", 1200, '"$"#,##0', "", (1200, "USD")),
        ("capital", 1200, "[$$-1009]#,##0", "", (1200, "CAD")),
        ("capital", 1200, "#,##0", "capital (k€)", (1_200_000, "EUR")),
        ("capital", 1_200_000, "#,##0,", "capital (k€)", (1_200_000, "EUR")),  # shown as 1,200
        ("capital", 1.2, '0.0"M"', "", (1_200_000, "USD")),
        ("capital", 1.2e6, '0.0,,"M€"', "", (1_200_000, "EUR")),
        ("churn_rate", 0.12, "0%", "", (0.12, "USD")),
        ("churn_rate", 0.07, "0.0%", "Churn rate (%)", (0.07, "USD")),
        ("churn_rate", 7, "General", "Churn rate (%)", (0.07, "USD")),
        ("sales_cycle_months", 26, '0 "weeks"', "", (5.98, "USD")),
        ("paying_customers", 12.0, '0 "customers"', "", (12, "USD")),
    ],
)
def test_number_formats_are_heeded(tmp_path, fact, value, number_format, heading, wanted):
    (case,) = one(tmp_path, fact, value, number_format, heading).cases
    amount, currency = wanted
    own = case.values[fact] / case.rates[currency].dollars if case.rates else case.values[fact]
    assert own == pytest.approx(amount, rel=1e-3)
    assert case.currency == currency


def test_a_sign_of_several_currencies_is_refused_as_anywhere(tmp_path):
    found = one(tmp_path, "capital", 500, '#,##0 "kr"')
    assert (found.cases, codes(found)) == ((), [("SP112", 2)])
    (case,) = one(tmp_path, "capital", 500, "#,##0 [$kr-41D]").cases
    assert case.currency == "SEK"


@pytest.mark.parametrize(("value", "wanted"), [(True, True), ("da", True), ("no", False), (False, False)])
def test_yes_and_no(tmp_path, value, wanted):
    (case,) = one(tmp_path, "self_serve", value).cases
    assert case.values["self_serve"] is wanted


def test_a_date_where_a_number_belongs_is_refused_and_shown_as_a_date(tmp_path):
    found = one(tmp_path, "paying_customers", datetime(2024, 4, 3), "d/m/yy")
    ((problem,),) = [reject.problems for reject in found.rejects]
    assert (problem.code, problem.value) == ("SP112", "2024-04-03")


def test_the_older_rows_of_a_company_are_found_by_dates(tmp_path):
    rows = [["company", "as of", "capital"], ["Alder", date(2024, 3, 31), 1], ["Alder", date(2024, 6, 30), 2]]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows)))
    assert [case.values["capital"] for case in found.cases] == [2]
    assert [(row.row, row.kind) for row in found.left_out] == [(2, "older date")]


def test_numbers_say_nothing_of_how_people_write_others_as_text(tmp_path):
    rows = [["company", "capital"], ["Alder", 1250.5], ["Birch", "2.500"], ["Cedar", "1.250,50"]]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows)))
    assert [case.values["capital"] for case in found.cases] == [1250.5, 2500, 1250.5]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows[:3])))
    assert ([case.company for case in found.cases], found.rejects[0].problems[0].code) == (["Alder"], "SP124")


def test_shares_in_percents_are_told_by_numbers(tmp_path):
    rows = [["company", "churn_rate"], ["Alder", 12], ["Birch", 5.5], ["Cedar", "7%"]]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows)))
    assert [case.values["churn_rate"] for case in found.cases] == [0.12, 0.055, 0.07]
    rows = [["company", "churn_rate"], ["Alder", 0.12], ["Birch", 0.05], ["Cedar", 0.07]]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows), formats={"B2": "0%", "B4": "0%"}))
    assert [case.values["churn_rate"] for case in found.cases] == [0.12, 0.05, 0.07]


def test_errors_and_formulas_without_a_value_are_named_with_sheet_and_cell(tmp_path):
    rows = [
        [*HEADER, "note"],
        ["Alder", "#REF!", 5000, 0.1, "=A1"],
        ["Birch", "yes", "=1+1", "#N/A", ""],
        ["Cedar", "yes"],
    ]
    found = companies(book(tmp_path / "f.xlsx", ("Cover", [["Fund"]]), ("My data", rows)))
    assert [case.company for case in found.cases] == ["Cedar"]
    said = {problem.row: [] for problem in found.problems if problem.code == "SP125"}
    for problem in found.problems:
        if problem.code == "SP125":
            said[problem.row].append((problem.severity, problem.message.partition(" holds ")[0]))
    assert said == {
        2: [("warning", "My data!E2"), ("error", "My data!B2")],
        3: [("error", "My data!C3"), ("error", "My data!D3")],
    }


def test_errors_of_a_column_that_is_only_carried_through_are_told_once(tmp_path):
    rows = [["company", "capital", "check"], *([f"Alder {n}", n, "=1+1"] for n in range(5))]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows)))
    (told,) = (problem for problem in found.problems if problem.code == "SP125")
    assert (told.severity, told.row, told.column) == ("warning", 2, "check")
    assert "(5 such cells in the column)" in told.message
    assert len(found.cases) == 5


def test_a_formula_counts_with_the_value_that_is_stored(tmp_path):
    rows = [["company", "capital", "note"], ["Alder", "=1+1", "=x"], ["Birch", "=1+1", "=x"]]
    path = book(tmp_path / "f.xlsx", ("Data", rows))
    part = "xl/worksheets/sheet1.xml"
    changed(path, part, r'(r="B2"[^>]*><f>[^<]*</f>)<v(?:\s*/>|></v>)', r"\g<1><v>250.125</v>")
    changed(path, part, r'(r="C2")([^>]*><f>[^<]*</f>)<v(?:\s*/>|></v>)', r'\g<1> t="str"\g<2><v></v>')  # an empty text
    found = companies(path)
    assert [(case.company, case.values["capital"], case.extra) for case in found.cases] == [("Alder", 250.125, {})]
    assert [row.row for row in found.rejects] == [3]


def test_what_other_programs_write_is_read_too(tmp_path):
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet, euros = made.add_worksheet("Data"), made.add_format({"num_format": "#,##0.00 [$€-407]"})
        sheet.write_row(0, 0, ["company", "capital", "self_serve", "note"])
        sheet.write_row(1, 0, ["Ștefan & Fiii <SRL>", None, "yes"])
        sheet.write_rich_string(1, 3, "in ", made.add_format({"bold": True}), "bold")
        sheet.write_formula(1, 1, "=SUM(E1:E9)", euros, 250.125)
    (case,) = companies(path).cases
    assert (case.company, case.currency, case.extra) == ("Ștefan & Fiii <SRL>", "EUR", {"note": "in bold"})
    assert case.values["capital"] / case.rates["EUR"].dollars == pytest.approx(250.125, rel=1e-4)


def test_the_sheet_with_most_facts_is_read_and_said(tmp_path):
    path = book(
        tmp_path / "f.xlsx",
        ("Cover", [["Fund II"], ["company"]]),
        ("Old", [["company", "capital"], ["Alder", 1]]),
        ("Data", [["Portfolio"], [], ["company", "capital", "self_serve"], ["Birch", 2, "yes"]]),
    )
    found = companies(path)
    assert [(case.company, case.row) for case in found.cases] == [("Birch", 4)]
    assert [(p.code, p.severity) for p in found.problems] == [("SP126", NOTE), ("SP117", NOTE)]
    assert [case.company for case in companies(path, sheet="old").cases] == ["Alder"]
    code, message = refused(path, sheet="Dta")
    assert (code, "Did you mean Data?" in message) == ("SP126", True)


def test_a_sheet_without_a_fact_is_refused_for_that(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Cover", [["Fund", "II"]]), ("Data", [["company", "capital"], ["Alder", 5]]))
    with pytest.raises(SalespathError) as caught:
        companies(path, sheet="Cover")
    (problem,) = caught.value.problems
    assert (problem.code, "no column is a fact" in problem.message) == ("SP110", True)


def test_two_sheets_with_as_many_facts_are_a_warning(tmp_path):
    rows = [["company", "capital"], ["Alder", 1]]
    found = companies(book(tmp_path / "f.xlsx", ("2023", rows), ("2024", rows)))
    assert [(p.code, p.severity, "2024" in p.message) for p in found.problems] == [("SP126", WARNING, True)]


def test_merged_cells_sections_totals_and_blank_rows(tmp_path):
    path = tmp_path / "f.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    for row in [
        ["Portfolio report", None, None],
        ["company", "Money", None],
        [None, "capital", "self_serve"],
        ["Software", None, None],
        ["Alder", 100, "yes"],
        ["Birch", 200, None],
        ["Total", 300, None],
        [],
        ["Services"],
        ["Cedar", 5, "no"],
        ["Dogwood", 6, None],
    ]:
        sheet.append(row)
    for cells in ("A1:C1", "A2:A3", "B2:C2", "A4:C4", "C5:C6"):
        sheet.merge_cells(cells)
    made.save(path)
    found = companies(path)
    assert [(case.company, case.row, case.values.get("self_serve")) for case in found.cases] == [
        ("Alder", 5, True),
        ("Birch", 6, True),
        ("Cedar", 10, False),
        ("Dogwood", 11, None),
    ]
    assert [(row.row, row.kind) for row in found.left_out] == [
        (4, "section heading"),
        (7, "total"),
        (9, "section heading"),
    ]
    assert "Sheet!C5:C6" in next(p.message for p in found.problems if p.code == "SP126")


def test_columns_without_a_heading_are_carried_and_far_cells_named(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1, "see Ann"], ["Birch", 2]]))
    made = openpyxl.load_workbook(path)
    made.active["XFD1048576"] = "x"
    made.save(path)
    tracemalloc.start(1)
    found = companies(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * 2**20
    assert [(case.company, case.extra) for case in found.cases] == [("Alder", {"column 3": "see Ann"}), ("Birch", {})]
    ((reject),) = found.rejects
    assert (reject.row, reject.problems[0].code) == (1_048_576, "SP114")
    assert "Data!XFD1048576 holds x" in reject.problems[0].message


def test_rejects_are_csv_with_the_rows_of_the_sheet_and_read_again(tmp_path):
    rows = [["Report"], [], [*HEADER], ["Alder", "perhaps", 250.125, 0.05], ["Birch", "yes", 1200, 0.1]]
    path = book(tmp_path / "f.xlsx", ("Data", rows), formats={"C4": "#,##0.000 [$€-2]", "D4": "0%"})
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(main, ["assess", str(path), "-o", str(out)])
    assert result.exit_code == 1
    with open(tmp_path / "out.rejects.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["salespath_row"], row["company"], row["annual_contract_value"]) == ("4", "Alder", "250.1250 €")
    assert row["churn_rate"] == "5%"
    mended = tmp_path / "mended.csv"
    mended.write_text((tmp_path / "out.rejects.csv").read_text("utf-8").replace("perhaps", "yes"), "utf-8")
    (case,) = companies(mended).cases
    assert case.values["annual_contract_value"] / case.rates["EUR"].dollars == pytest.approx(250.125, rel=1e-4)


def test_cells_of_many_lines_and_quotes_stay_what_they_are(tmp_path):
    note = 'a "quoted", text;\nof\ttwo lines'
    rows = [["company", "capital", "note"], ["Alder", 1, note], ["Birch", 2, "x\n" * 80]]
    found = companies(book(tmp_path / "f.xlsx", ("Data", rows)))
    assert [case.extra["note"] for case in found.cases] == [note, " ".join(["x"] * 80)]


def test_a_workbook_on_standard_input_is_known_by_its_bytes(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    result = CliRunner().invoke(main, ["assess", "-", "--format", "json"], input=path.read_bytes())
    assert (result.exit_code, '"company": "Alder"' in result.stdout) == (0, True)


def test_sheet_is_an_option_and_no_other_file_has_one(tmp_path):
    path = book(
        tmp_path / "f.xlsx",
        ("A", [["company", "capital"], ["Alder", 1]]),
        ("B", [["company", "capital"], ["Birch", 1]]),
    )
    result = CliRunner().invoke(main, ["explain", str(path), "--sheet", "B"])
    assert (result.exit_code, "Birch" in result.stdout) == (0, True)
    (tmp_path / "f.csv").write_text("company,capital\nAlder,1\n")
    result = CliRunner().invoke(main, ["assess", str(tmp_path / "f.csv"), "--sheet", "B"])
    assert (result.exit_code, "--sheet" in result.stderr) == (2, True)


def test_without_openpyxl_it_is_said_how_to_install_it(tmp_path, monkeypatch):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    code, message = refused(path)
    assert (code, "pip install 'salespath[xlsx]'" in message) == ("SP128", True)


# What is refused


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, part, monkeypatch):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {part: b"", **parts}.items():
            archive.writestr(name, data + b" " * (16 * 2**20 if name == part else 0))
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert refused(path)[0] == "SP101"


def test_sheets_that_are_too_large_together_are_refused(tmp_path, monkeypatch):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    monkeypatch.setattr(workbook, "MAX_UNZIPPED", 100)
    code, message = refused(path)
    assert (code, "save the sheet as CSV" in message.replace("Save", "save")) == ("SP101", True)


def test_rows_that_do_not_end_are_refused(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    changed(path, "xl/worksheets/sheet1.xml", '<row r="2"', '<row r="2000000000"')
    assert refused(path)[0] == "SP101"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7" + bytes(50), "a PDF document"),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "an OpenDocument spreadsheet",
        ),
        (b"PK\x03\x04" + bytes(26) + b"xl/workbook.bin", "a binary Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a file of an older Excel or Word"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
            "an encrypted workbook",
        ),
    ],
)
@pytest.mark.parametrize("name", ["f.xlsx", "f.csv", "f"])
def test_what_is_no_workbook_is_called_by_its_name(tmp_path, content, said, name):
    (tmp_path / name).write_bytes(content)
    code, message = refused(tmp_path / name)
    assert (code, said in message) == ("SP102", True)


def test_a_damaged_workbook_is_one_problem(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    good = path.read_bytes()
    for length in (len(good) // 2, len(good) - 30):
        path.write_bytes(good[:length])
        assert refused(path)[0] in ("SP102", "SP103")
    path.write_bytes(good)
    changed(path, "xl/worksheets/sheet1.xml", "<row", "<raw")
    assert refused(path)[0] == "SP103"


def test_entities_are_not_unfolded(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", 1]]))
    bomb = (
        '<!DOCTYPE z [<!ENTITY a "'
        + "a" * 1000
        + '">'
        + "".join(f'<!ENTITY {after} "{f"&{before};" * 100}">' for before, after in ("ab", "bc", "cd", "de"))
        + "]><worksheet"
    )
    changed(path, "xl/worksheets/sheet1.xml", "<worksheet", bomb)
    changed(path, "xl/worksheets/sheet1.xml", r"<v>1</v>", "<v>&e;</v>")
    assert refused(path)[0] == "SP103"


def test_links_to_other_files_are_not_followed_and_macros_not_read(tmp_path):
    path = book(tmp_path / "f.xlsx", ("Data", [["company", "capital"], ["Alder", "=[1]Sheet1!A1"]]))
    changed(path, "xl/worksheets/sheet1.xml", r"(<f>[^<]*</f>)<v(?:\s*/>|></v>)", r"\g<1><v>7</v>")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\0not a project")
        archive.writestr("xl/externalLinks/externalLink1.xml", "<not even XML")
    (case,) = companies(path.rename(tmp_path / "f.xlsm")).cases
    assert case.values["capital"] == 7


# Text


def test_the_encoding_that_is_said_is_taken(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes("company,capital\nŞtefan,1\n".encode("cp1250"))
    result = CliRunner().invoke(main, ["assess", str(path), "--format", "json", "--encoding", "cp1252"])
    assert "ªtefan" in result.stdout
    assert "SP118" not in result.stderr
    assert [case.company for case in companies(path, encoding="CP1250").cases] == ["Ştefan"]
    result = CliRunner().invoke(main, ["assess", str(path), "--encoding", "cp12"])
    assert (result.exit_code, "cp1250" in result.stderr) == (2, True)
    assert refused(path, encoding="utf-8")[0] == "SP102"


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ('[{"company": "Alder", "facts": {"capital": 1}}, {"company": "Birch", "capital": 2}]', ["Alder", "Birch"]),
        ('{"company": "Alder", "capital": 1}\n{"company": "Birch", "capital": 2}\n', ["Alder", "Birch"]),
        ("company\tcapital\nAlder\t1\n", ["Alder"]),
        ("company|capital\nAlder|1\n", ["Alder"]),
        ("sep=;\ncompany;capital\nAlder;1\n", ["Alder"]),
        ("- company: Alder\n  facts: {capital: 1}\n", ["Alder"]),
    ],
)
def test_what_comes_on_standard_input_is_known_by_its_bytes(content, wanted):
    result = CliRunner().invoke(main, ["assess", "-", "--format", "json"], input=content.encode())
    assert re.findall(r'"company": "(\w+)"', result.stdout) == wanted


def test_a_bad_line_of_json_lines_costs_that_line(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_text('{"company": "Alder", "capital": 1}\n{"company": "Birch", "capital": }\n\n{"company": "Cedar"}\n')
    found = companies(path)
    assert [(case.company, case.line) for case in found.cases] == [("Alder", 1), ("Cedar", 4)]
    assert [(problem.code, problem.line) for problem in found.problems] == [("SP103", 2)]
    result = CliRunner().invoke(main, ["assess", str(path), "-o", str(tmp_path / "out.csv")])
    assert result.exit_code == 1
    rejects = (tmp_path / "out.rejects.csv").read_text()
    assert '""company"": ""Birch"", ""capital"": }' in rejects


@pytest.mark.parametrize(
    "content", [b"<html><table>", b"\xef\xbb\xbf\n<!DOCTYPE HTML>", b'<?xml version="1.0"?><Workbook>']
)
def test_web_pages_that_are_called_workbooks_are_named(tmp_path, content):
    (tmp_path / "f.xls").write_bytes(content)
    code, message = refused(tmp_path / "f.xls")
    assert (code, "save it as .xlsx or CSV" in message) == ("SP102", True)


def test_builtin_formats_of_excel(tmp_path):
    (case,) = one(tmp_path, "capital", 5, numbers.BUILTIN_FORMATS[44]).cases
    assert (case.values["capital"], case.currency) == (5, "USD")
