"""A workbook out: opened again, it says what the other outputs say, and nothing in it is live."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from companies import random_companies
from given import BASE, EXAMPLES, VOCABULARY
from given import run as program

from salespath.engine.assess import assess
from salespath.facts.fact_file import fact_text
from salespath.files.problems import SalespathError
from salespath.files.visible import visible
from salespath.tables import csv_reader, run, spreadsheet
from salespath.tables.read import CompaniesFile

REAL = EXAMPLES / "real_companies.csv"
DAY = date(2026, 11, 28)
LEVELS = {"stop": "Stop", "flag": "Flag", "note": "Note"}
HEADER = (
    "company,Fund,No,currency,capital,monthly_burn,annual_contract_value,customer_segments,paying_customers,self_serve,churn_rate,"
    "reference_date,decision_makers"
)
PORTFOLIO = f"""{HEADER}
Alder,I,0012,USD,0,20000,180,small,700,yes,31%,2026-03-31,1
Birch,II,12,EUR,5000000.5,100000,120000,large;midsize,12,no,0.05,2026-03-31,5-7
Cedar,I,1.5,RON,,,,-,,,,,
Dogwood,III,-3,,100k,30000,90000,large,4,no,12%,1899-12-31,3
Elm,I,007,USD,lots,1,1,large,4,no,0.1,2026-03-31,3
Total,,,,5100000.5,150000,,,,,,,
"""


def written(source: Path | str, out: Path, **options: object) -> tuple[openpyxl.Workbook, list[str]]:
    """The workbook of some companies, opened again, and the codes of what was said."""
    found: list[str] = []
    run.assess_to_file(
        BASE, [str(source)], str(out), lambda some: found.extend(p.code for p in some), **{"day": DAY, **options}
    )
    return openpyxl.load_workbook(out), found


def table(book: openpyxl.Workbook, name: str) -> list[dict[str, object]]:
    heads, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(heads, row)) for row in rows]


def portfolio(folder: Path, text: str = PORTFOLIO) -> Path:
    path = folder / "in.csv"
    path.write_text(text)
    return path


def as_csv(source: Path, out: Path, **options: object) -> list[dict[str, str]]:
    run.assess_to_file(BASE, [str(source)], str(out), lambda _: None, **options)
    with open(out, newline="") as file:
        return list(csv.DictReader(file))


def cell_says(cell: object) -> str:
    """A cell of a workbook as CSV has it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(float(cell)) if isinstance(cell, float) else str(cell)


@pytest.mark.parametrize("columns", [(), ("verdict", "reasons", "plan", "fired"), ("all",)])
def test_the_companies_are_those_of_the_other_outputs(tmp_path: Path, columns: tuple[str, ...]) -> None:
    rows = as_csv(REAL, tmp_path / "out.csv", columns=columns)
    book, _ = written(REAL, tmp_path / "out.xlsx", columns=columns)
    found = table(book, "Companies")
    assert [*found[0]] == [*rows[0]]
    for row, cells in zip(rows, found, strict=True):
        for name, text in row.items():
            said = cell_says(cells[name])
            numeric = isinstance(cells[name], (int, float))
            if numeric:
                assert float(said) == float(text), name
            else:
                assert said == (text.replace(";", "; ") if name in VOCABULARY else text), name


def test_what_is_said_of_each_company_is_what_its_assessment_says(tmp_path: Path) -> None:
    cases = random_companies(60, seed=5)
    facts = tmp_path / "in.yaml"
    lines = (
        f"- company: {case.company}\n  facts:\n"
        + "".join(f"    {name}: {fact_text(case, VOCABULARY, name)}\n" for name in case.values)
        for case in cases
        if case.values
    )
    facts.write_text("".join(lines))
    book, _ = written(facts, tmp_path / "out.xlsx")
    found = [assess(BASE, case) for case in CompaniesFile(BASE, str(facts)).portfolio().cases]
    assert len(found) > 40
    flags = [(a.company, LEVELS[f.level], f.consequence, f.rule) for a in found for f in a.flags]
    assert [tuple(row.values()) for row in table(book, "Flags")] == flags
    assert len(flags) > 10
    said = {(row["Company"], row["What"], row["Rule"], row["Reason"]) for row in table(book, "Reasons")}
    for a in found:
        because = {rule.rule: rule.because for rule in a.fired}
        for company, what, rule, reason in said:
            if company == a.company and what == "speaks for it":
                assert reason == because[rule]
        if a.process == "not_yet":
            blocks = [b for b in a.blockers if b.process == a.leaning] or a.blockers
            assert {(a.company, "blocks it", b.rule, b.because) for b in blocks} <= said
        asked = [row["Id"] for row in table(book, "Questions") if row["Company"] == a.company]
        turns = [turn.fact for turn in a.strength.on if turn.fact in VOCABULARY.facts]
        assert len(asked) <= 3
        assert not turns or turns[0] in asked
    questions = table(book, "Questions")
    assert all(row["Question"] == VOCABULARY.facts[str(row["Id"])].question for row in questions)


def test_numbers_are_numbers_in_the_format_of_their_row(tmp_path: Path) -> None:
    book, _ = written(portfolio(tmp_path), tmp_path / "out.xlsx", columns=["all"])
    heads, *rows = book["Companies"].iter_rows()
    at = {cell.value: n for n, cell in enumerate(heads)}
    alder, birch, cedar, dogwood = rows
    assert (birch[at["capital"]].value, birch[at["capital"]].number_format) == (5000000.5, "[$€-2]#,##0.00")
    assert (alder[at["capital"]].value, alder[at["capital"]].number_format) == (0, "[$$-409]#,##0")
    assert dogwood[at["capital"]].value == 100_000
    assert (alder[at["churn_rate"]].value, alder[at["churn_rate"]].number_format) == (0.31, "0%")
    assert alder[at["reference_date"]].value == datetime(2026, 3, 31)
    assert dogwood[at["reference_date"]].value == "1899-12-31"  # before the calendar of a spreadsheet
    assert (alder[at["self_serve"]].value, birch[at["self_serve"]].value) == ("yes", "no")
    assert birch[at["customer_segments"]].value == "midsize; large"
    assert cedar[at["customer_segments"]].value == "-"
    assert birch[at["decision_makers"]].value == "5 to 7"
    assert [row[at["No"]].value for row in rows] == ["0012", 12, 1.5, -3]  # what is no fact stays as it stood
    assert book["Companies"].freeze_panes == "B2"
    assert book["Companies"].auto_filter.ref == f"A1:{heads[-1].column_letter}5"
    colored = {str(ranges.sqref) for ranges in book["Companies"].conditional_formatting}
    process, strength, flags = (heads[at[name]].column_letter for name in ("process", "strength", "flags"))
    assert colored == {f"{letter}2:{letter}5" for letter in (process, strength, flags)}


def test_the_summary_counts_in_words_and_pictures(tmp_path: Path) -> None:
    rows = as_csv(REAL, tmp_path / "out.csv")
    book, _ = written(REAL, tmp_path / "out.xlsx")
    lines = [row[:5] for row in book["Summary"].iter_rows(values_only=True)]
    assert lines[0][0] == "Portfolio: 32 companies"
    assert lines[1][0] == "32 rows: 32 companies assessed, 0 rejected."
    counted = {line[0]: line[1] for line in lines if isinstance(line[1], int)}
    words = {
        "enterprise": "Enterprise",
        "smb": "SMB",
        "both": "Both",
        "not_yet": "Not yet",
        "undetermined": "Undetermined",
    }
    for process, count in Counter(row["process"] for row in rows).items():
        assert counted[words[process]] == count
    assert counted["Self-serve"] == sum(row["motion"] == "self_serve" for row in rows)
    assert counted["Hangs on"] == sum(row["strength"] == "hangs_on" for row in rows)
    first = Counter(row["first_question"] for row in rows)
    assert counted[VOCABULARY["seller_seniority"].label.capitalize()] == first["seller_seniority"]
    assert len(book["Summary"]._charts) == 2
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/")]
    assert "<c:v>Enterprise</c:v>" in "".join(charts)  # there for programs that do not reckon


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    book, codes = written(
        portfolio(tmp_path), tmp_path / "out.xlsx", rejects=str(tmp_path / "r.csv"), options={"--sheet": "A"}
    )
    assert "SP119" in codes
    (reject,) = table(book, "Rejects")
    assert (reject["company"], reject["capital"], reject["No"]) == ("Elm", "lots", "007")
    assert (reject["salespath_row"], reject["salespath_column"], reject["salespath_code"]) == (6, "capital", "SP112")
    said = " ".join(str(row[0]) for row in book["Summary"].iter_rows(values_only=True))
    assert "6 rows: 4 companies assessed, 1 rejected, 1 left out (total: row 7)" in said
    receipt = {row[0]: row[1] for row in book["Receipt"].iter_rows(values_only=True)}
    assert receipt["Made on"] == datetime(2026, 11, 28)
    assert receipt["Rules"].startswith(f"{BASE.knowledge.version} ({BASE.knowledge.sha256}")
    assert receipt["Input"] == str(tmp_path / "in.csv")
    assert receipt["--sheet"] == "A"
    assert (receipt["Companies assessed"], receipt["Rows rejected"], receipt["Rows left out"]) == (4, 1, 1)
    rates = [row[1] for row in book["Receipt"].iter_rows(values_only=True) if row[0] == "Rate"]
    assert [rate.split()[0] for rate in rates] == ["€1", "$1"]
    assert ("capital", "capital", None, "column currency") in {
        r[:4] for r in book["Receipt"].iter_rows(values_only=True)
    }


def test_its_companies_are_read_back(tmp_path: Path) -> None:
    source = portfolio(tmp_path)
    written(source, tmp_path / "out.xlsx", columns=["all"])
    before = as_csv(source, tmp_path / "a.csv", columns=["all"])
    said: list[str] = []
    out = str(tmp_path / "b.csv")
    summary = run.assess_to_file(
        BASE, [str(tmp_path / "out.xlsx")], out, lambda some: said.extend(p.code for p in some), columns=["all"]
    )
    assert (summary.assessed, summary.rejected) == (4, 0)
    # which sheet is read, and that its results are replaced
    assert [code for code in said if code != "SP167"] == ["SP126", "SP113"]
    with open(out, newline="") as file:
        after = list(csv.DictReader(file))
    amounts = {name for name in VOCABULARY if VOCABULARY[name].type == "money"}
    for old, new in zip(before, after, strict=True):
        for name in old:
            same = new[name].removesuffix(f" {old['currency'] or 'USD'}") if name in amounts else new[name]
            assert same == old[name], name


def test_a_thin_one_has_nothing_to_assess_and_no_other_sheet_is_taken_for_it(tmp_path: Path) -> None:
    written(portfolio(tmp_path), tmp_path / "out.xlsx")
    done = program("assess", str(tmp_path / "out.xlsx"), "--format", "csv")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"SP110: no column is a fact; found company, Fund, No" in done.stderr, done.stderr.decode()


def test_its_rejects_can_be_corrected_and_assessed(tmp_path: Path) -> None:
    book, _ = written(portfolio(tmp_path), tmp_path / "out.xlsx")
    heads = [cell.value for cell in book["Rejects"][1]]
    book["Rejects"].cell(2, heads.index("capital") + 1).value = 70_000
    book.save(tmp_path / "corrected.xlsx")
    done = program("assess", str(tmp_path / "corrected.xlsx"), "--sheet", "Rejects", "--format", "csv")
    assert (done.returncode, b"Elm" in done.stdout) == (0, True), done.stderr.decode()


def test_no_text_is_live_and_none_is_lost(tmp_path: Path) -> None:
    texts = [
        "=1+1",
        "@A1()",
        "+2",
        "-3+1",
        "http://evil.example",
        "{=A1}",
        "mailto:a@b",
        "internal:A1",
        "_x0041_",
        "<b>&amp;",
        "12e3",
    ]
    rows = "".join(f'"{text}","{text}",1\n' for text in texts)
    book, _ = written(portfolio(tmp_path, f"company,=HYPERLINK(1),paying_customers\n{rows}"), tmp_path / "out.xlsx")
    sheet = book["Companies"]
    assert sheet.cell(1, 2).value == "=HYPERLINK(1)"
    for row, text in enumerate(texts, 2):
        for column in (1, 2):
            cell = sheet.cell(row, column)
            assert cell.value == text.replace("_x0041_", "_x005F_x0041_")  # what openpyxl leaves as it is written
            assert (cell.data_type, cell.hyperlink) == ("s", None) if text != "=1+1" else True
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        names = archive.namelist()
        sheets = "".join(archive.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet"))
    assert "<f>" not in sheets
    assert "<f " not in sheets
    assert "hyperlink" not in sheets
    assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
    written(tmp_path / "in.csv", tmp_path / "all.xlsx", columns=["all"])
    back = as_csv(tmp_path / "all.xlsx", tmp_path / "back.csv")
    assert [row["company"].removeprefix("'") for row in back] == texts


def test_what_cannot_be_seen_is_shown_and_what_is_too_long_is_cut(tmp_path: Path) -> None:
    hidden = "a\x07b\u202ec\x1bd\ufffe\uffff\x0be"
    long = "x" * 40_000
    wide = "\U0001f600" * 20_000  # two characters each, as Excel counts
    text = f'company,Note,paying_customers\n{hidden},"{long}",1\nBirch,"{wide}",1\nCedar,"{"y" * 32_767}",1\n'
    book, codes = written(portfolio(tmp_path, text), tmp_path / "out.xlsx")
    first, second, third = table(book, "Companies")
    assert first["company"] == visible(hidden) == "a<U+0007>b<U+202E>c<U+001B>d<U+FFFE><U+FFFF> e"
    assert str(first["Note"]).endswith("xx … (cut: 40,000 characters)")
    assert len(str(first["Note"])) == 32_767
    assert str(second["Note"]).endswith("\U0001f600 … (cut: 20,000 characters)")
    assert len(str(second["Note"]).encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert third["Note"] == "y" * 32_767
    assert codes.count("SP178") == 1


@pytest.mark.parametrize("kind", ["csv", "parquet", "yaml", "pipe"])
def test_too_many_companies_are_refused_before_any_is_assessed(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"company": f"c {n}", "paying_customers": n} for n in range(5)]
    path = tmp_path / f"in.{kind}"
    text = "company,paying_customers\n" + "".join(f'"{row["company"]}\n",{row["paying_customers"]}\n' for row in rows)
    if kind == "parquet":
        pyarrow.parquet.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "yaml":
        path.write_text("".join(f"- company: {r['company']}\n  facts: {{paying_customers: 1}}\n" for r in rows))
    else:
        path.write_text(text)
    source = "-" if kind == "pipe" else str(path)
    stdin = text if kind == "pipe" else ""
    monkeypatch.setattr(csv_reader, "ROWS", 2)
    monkeypatch.setattr(run, "ROWS", 5)
    fits = program("assess", source, "-o", str(tmp_path / "fits.xlsx"), "--strength", stdin=stdin)
    assert fits.returncode == 0, fits.stderr.decode()
    assert len(table(openpyxl.load_workbook(tmp_path / "fits.xlsx"), "Companies")) == 5
    monkeypatch.setattr(run, "ROWS", 4)
    monkeypatch.setattr(run, "read_companies", lambda *_, **__: pytest.fail("a company was assessed"))
    done = program("assess", source, "-o", str(tmp_path / "out.xlsx"), stdin=stdin)
    assert done.returncode == 1
    assert b"SP177" in done.stderr
    assert b"out.parquet" in done.stderr
    assert not (tmp_path / "out.xlsx").exists()


def test_the_companies_of_several_files_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("company,paying_customers\nx,1\ny,2\nz,3\n")
    monkeypatch.setattr(run, "ROWS", 5)
    with pytest.raises(SalespathError, match="6 rows") as caught:
        run.assess_to_file(
            BASE, [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")], str(tmp_path / "o.xlsx"), lambda _: None
        )
    assert [problem.code for problem in caught.value.problems] == ["SP177"]


def test_a_sheet_that_is_full_says_how_many_rows_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "ROWS", 40)
    book, codes = written(REAL, tmp_path / "out.xlsx")
    assert len(table(book, "Companies")) == 32
    assert len(table(book, "Reasons")) == 40
    assert "SP178" in codes


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        written(portfolio(tmp_path), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    made = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert (made.created, made.modified) == (datetime(2026, 11, 28), datetime(2026, 11, 28))


def test_of_very_many_companies_strength_is_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MOST", 2)
    book, _ = written(portfolio(tmp_path), tmp_path / "out.xlsx")
    assert {row["strength"] for row in table(book, "Companies")} == {None}
    assert not table(book, "Questions")
    assert "--strength" in " ".join(str(row[0]) for row in book["Summary"].iter_rows(values_only=True))
    book, _ = written(portfolio(tmp_path), tmp_path / "all.xlsx", strength=True)
    assert table(book, "Questions")


def test_a_file_of_rejects_only_is_a_workbook_too(tmp_path: Path) -> None:
    book, _ = written(portfolio(tmp_path, "company,capital\nAlder,lots\n"), tmp_path / "out.xlsx")
    assert table(book, "Companies") == []
    assert len(table(book, "Rejects")) == 1
    assert book["Summary"]["A1"].value == "Portfolio: 0 companies"


def test_batches_without_a_good_row_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "ROWS", 2)
    text = "company,capital\n" + "".join(f"bad {n},lots\n" for n in range(4)) + "Alder,1\nBirch,2\nCedar,3\n"
    book, _ = written(portfolio(tmp_path, text), tmp_path / "out.xlsx")
    assert [row["company"] for row in table(book, "Companies")] == ["Alder", "Birch", "Cedar"]


def test_without_xlsxwriter_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    done = program("assess", str(REAL), "-o", str(tmp_path / "out.xlsx"))
    assert (done.returncode, done.stderr.count(b"pip install 'salespath[xlsx]'")) == (1, 1)
    assert not [*tmp_path.iterdir()]


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "full.xlsx").symlink_to("/dev/full")
    done = program("assess", str(REAL), "-o", str(tmp_path / "full.xlsx"))
    assert (done.returncode, b"SP140" in done.stderr) == (1, True), done.stderr.decode()
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"before")
    done = program("assess", str(REAL), "-o", str(out))
    assert (done.returncode, b"SP141" in done.stderr, out.read_bytes()) == (1, True, b"before")
    monkeypatch.setattr(
        "salespath.tables.workbook_out._Workbook.end", lambda _: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    program("assess", str(REAL), "-o", str(out), "--force")
    assert out.read_bytes() == b"before"
    assert {path.name for path in tmp_path.iterdir()} == {"full.xlsx", "out.xlsx"}


def test_what_takes_companies_one_by_one_is_no_workbook(tmp_path: Path) -> None:
    done = program("assess", str(REAL), "-o", str(tmp_path / "out.xlsx"), "--possible")
    assert (done.returncode, b"--possible takes companies one by one" in done.stderr) == (2, True)


def test_libreoffice_reads_the_same(tmp_path: Path, office: str) -> None:
    text = PORTFOLIO.replace("Alder", "=1+1").replace("Cedar", "_x0041_")
    book, _ = written(portfolio(tmp_path, text), tmp_path / "out.xlsx", columns=["all"])
    saved = tmp_path / "saved"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(saved),
        str(tmp_path / "out.xlsx"),
    ]
    subprocess.run(command, check=True, timeout=170, capture_output=True, env={**os.environ, "HOME": str(tmp_path)})
    again = openpyxl.load_workbook(saved / "out.xlsx")
    assert again.sheetnames == book.sheetnames
    for name in book.sheetnames:
        before, after = (
            [[cell for cell in row] for row in some[name].iter_rows(values_only=True)] for some in (book, again)
        )
        width = len(before[0])
        for old, new in zip(before, after):
            assert new[:width] == [re.sub("_x005F_", "_", cell) if isinstance(cell, str) else cell for cell in old] or (
                new[:width] == old
            )
    assert len(again["Summary"]._charts) == 2
