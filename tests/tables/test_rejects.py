"""No company is lost: what is not assessed stands in the rejects file as it stood in the input, with where and why."""

from __future__ import annotations

import codecs
import csv
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from given import BASE, run
from hypothesis import given
from hypothesis import strategies as st

from salespath.tables import csv_reader, csv_rows
from salespath.tables.read import CompaniesFile
from salespath.tables.run import assess_to_file

HEADER = "company,self_serve,annual_contract_value,note"
ADDED = [f"salespath_{name}" for name in ("row", "column", "code", "reason")]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(*lines: str, name: str = "in.csv") -> str:
    Path(name).write_bytes("\n".join([HEADER, *lines, ""]).encode())
    return name


def read(path: str | Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def rejected(*paths: str) -> list[dict[str, str]]:
    """The rejects of a run over some files, which loses none."""
    summary = assess_to_file(BASE, paths, "out.csv", lambda _: None, columns=["all"], rejects="rejects.csv", force=True)
    assert len(read("out.csv")) == summary.assessed
    assert summary.rejects == "rejects.csv"
    return read("rejects.csv") if len(paths) > 1 else []


def test_a_rejected_row_stands_as_it_stood_after_where_and_why(folder):
    rejected(table("A,yes,1200,x", 'B,perhaps,"90,000", said "he" ', "C,no,lots,ș", '"D",perhaps,lots,'))
    neither, no_number = (
        "perhaps is neither yes nor no. Write yes or no.",
        "lots is not a number. Write it as 70000, 70k or $5,000.",
    )
    assert Path("rejects.csv").read_text(encoding="utf-8").splitlines() == [
        ",".join([*ADDED, HEADER]),
        '3,self_serve,SP112,perhaps is neither yes nor no. Write yes or no.,B,perhaps,"90,000", said "he" ',
        f'4,annual_contract_value,SP112,"{no_number}",C,no,lots,ș',
        f'5,self_serve | annual_contract_value,SP112,"{neither} | {no_number}","D",perhaps,lots,',
    ]


def test_a_row_whose_cells_do_not_fit_keeps_its_bytes(folder):
    lines = ["A,yes", "B,yes,5,x,more,", '"C, ""c""\nsons",yes', '"D" Inc,yes,5,x']
    rejected(table(*lines, "E,no,5,"))
    text = Path("rejects.csv").read_text()
    assert all(f",{line}\n" in text for line in lines)
    assert [line.split(",")[:3] for line in text.splitlines() if line[0] in "2345"] == [
        ["2", "", "SP114"],
        ["3", "", "SP114"],
        ["4", "", "SP114"],
        ["5", "", "SP103"],
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1250"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_separator_encoding_and_line_ends_are_those_of_the_input(folder, encoding, line_end, delimiter):
    lines = ["company;self_serve;note", "Ştefan;perhaps;", "two;short", '"Mândră";perhaps;"1\n5"', "Ok;yes;Iaşi"]
    lines = [line.replace(";", delimiter) for line in lines]
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    Path("in.csv").write_bytes(mark + line_end.join(lines).encode(encoding))
    rejected("in.csv")
    data = Path("rejects.csv").read_bytes()
    text = data.decode("utf-16" if encoding == "utf-16-be" else encoding)
    assert text.split(line_end)[0] == delimiter.join([*ADDED, lines[0]])
    for line in lines[1:4]:
        assert f"{delimiter}{line}{line_end}" in text
    assert data[:2] == Path("in.csv").read_bytes()[:2] or encoding in ("utf-8", "cp1250")
    mended = text.replace("perhaps", "yes").replace(f"two{delimiter}short", f"two{delimiter}no{delimiter}")
    Path("mended.csv").write_bytes(mark + mended.lstrip("\ufeff").encode(encoding))
    assess_to_file(BASE, ["mended.csv"], "again.csv", lambda _: None, columns=["all"], rejects="none.csv")
    assert [row["company"] for row in read("again.csv")] == ["Ştefan", "two", "Mândră"]
    assert not Path("none.csv").exists()


CELLS = st.one_of(
    st.sampled_from(["", "yes", "perhaps", "5", "-3", "=1+1", "@x", "+40 7", '"', "a\nb", "'=x", " x "]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=12), st.sampled_from(",;"))
def test_every_row_is_assessed_or_rejected_or_left_out_and_rejects_are_read_as_they_were(given_rows, delimiter):
    with tempfile.TemporaryDirectory() as folder:
        source, out, left, again = (str(Path(folder) / f"{name}.csv") for name in ("in", "out", "left", "again"))
        named = [[f"c{n}", *row] for n, row in enumerate(given_rows)]
        with open(source, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter).writerows([HEADER.split(","), *named])
        summary = assess_to_file(BASE, [source], out, lambda _: None, columns=["all"], rejects=left, always=True)
        assert summary.assessed + summary.rejected + summary.left_out == len(named)
        with open(left, newline="", encoding="utf-8") as file:
            (_, *rows) = csv.reader(file, delimiter=delimiter, strict=True)
        for row in rows:
            assert not any(is_live(cell) for cell in row)
        second = assess_to_file(
            BASE, [left], str(Path(folder) / "none.csv"), lambda _: None, columns=["all"], rejects=again
        )
        assert (second.assessed, second.rejected) == (0, summary.rejected)
        if (
            second.rejected
        ):  # the rows in it are the same bytes; the numbers of rows are those of the file that was read
            old, new = (Path(path).read_bytes().split(b"\n", 1)[1] for path in (left, again))
            assert [row.partition(b",SP")[2] for row in old.splitlines()] == [
                row.partition(b",SP")[2] for row in new.splitlines()
            ]
        for found in CompaniesFile(BASE, left).portfolio().rejects:
            row = named[int(str(found.cells["company"])[1:])]
            if len(row) == 4:
                assert list(found.cells.values()) == [cell or None for cell in row]


def is_live(cell: str) -> bool:
    return cell[:1] in ("=", "@") or (
        cell[:1] in ("+", "-") and not cell[1:].replace(".", "").isdecimal() and cell != "-"
    )


def test_no_cell_of_the_rejects_is_a_live_formula_and_reading_them_takes_the_guard_away(folder):
    lines = ["=cmd(),perhaps,=1+1,'=x", "+40 721,=yes(),-5,-5", "=short,x", '"=a,b",perhaps,"","@x"']
    Path("in.csv").write_text("\n".join([HEADER.replace("note", "=note"), *lines]))
    rejected("in.csv")
    with open("rejects.csv", newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == [*ADDED, *HEADER.split(",")[:3], "'=note"]
    assert [row[4:] for row in found[1:]] == [
        ["'=cmd()", "perhaps", "'=1+1", "''=x"],
        ["'+40 721", "'=yes()", "-5", "-5"],
        ["'=short", "x"],
        ["'=a,b", "perhaps", "", "'@x"],
    ]
    assert not any(is_live(cell) for row in found for cell in row)
    Path("mended.csv").write_text(Path("rejects.csv").read_text().replace("perhaps", "no").replace("'=1+1", "5"))
    assess_to_file(BASE, ["mended.csv"], "again.jsonl", lambda _: None, columns=["all"], rejects="r.csv")
    again = [json.loads(line) for line in Path("again.jsonl").read_text().splitlines()]
    assert [item["company"] for item in again] == ["=cmd()", "=a,b"]


def test_rejects_are_read_again_as_the_whole_file_was(folder):
    rows = "A;perhaps;0,5;12.500", "B;yes;12;1,5", "C;no;14,5;9", "D;yes;30;"
    Path("in.csv").write_text("\n".join(("company;self_serve;churn_rate;capital", *rows, "")))
    rejected("in.csv")
    said = "churn_rate in percents; churn_rate decimal comma; capital decimal comma"
    header, row = csv.reader(Path("rejects.csv").read_text().splitlines(), delimiter=";")
    assert dict(zip(header, row))["salespath_read_as"] == said
    Path("mended.csv").write_text(Path("rejects.csv").read_text().replace("A;perhaps", "A;no"))
    assess_to_file(BASE, ["mended.csv"], "again.jsonl", lambda _: None, columns=["all"], rejects="r.csv")
    (again,) = map(json.loads, Path("again.jsonl").read_text().splitlines())
    assert (again["facts"]["churn_rate"], again["facts"]["capital"]) == (0.005, 12_500)


def test_the_size_of_the_parts_changes_nothing(folder, monkeypatch):
    lines = ['"A{n} ""a""\nx",{},5,=x', "short,{n}", '"B{n}" x,yes,5,', "C{n},yes,5,y", "", "D{n},yes,{},z"]
    words = ("yes", "perhaps", "no")
    source = table(*(line.replace("{n}", str(n)).format(words[n % 3]) for n in range(9) for line in lines))
    rejected(source)
    whole = Path("rejects.csv").read_bytes()
    monkeypatch.setattr(csv_reader, "ROWS", 7)
    monkeypatch.setattr(csv_rows, "READ", 100)
    rejected(source)
    assert Path("rejects.csv").read_bytes() == whole


def test_columns_that_are_no_facts_are_kept_even_those_named_like_results(folder):
    Path("in.csv").write_text("company,self_serve,process,\nA,perhaps,waterfall,unnamed\n")
    rejected("in.csv")
    assert (
        Path("rejects.csv")
        .read_text()
        .splitlines()[1]
        .endswith("neither yes nor no. Write yes or no.,A,perhaps,waterfall,unnamed")
    )


def test_files_of_other_columns_share_one_file(folder):
    table("A,perhaps,5,x")
    kinds = {
        "capital": pa.array([1.5, -5.0]),
        "self_serve": pa.array([True, False]),
        "list": pa.array([["a"], ["b", None]]),
        "bytes": pa.array([b"a", b"\xff="]),
        "word": pa.array(["a", "b"]).dictionary_encode(),
        "big": pa.array([2**60, 2**60 + 1]),
    }
    pyarrow.parquet.write_table(pa.table(kinds), "in.parquet")
    Path("in.yaml").write_text(
        "- company: Good\n  facts: {capital: 5}\n"
        "- company: =Bad\n  id: 7\n  facts: {capital: {value: x, how: guessed}, team_roles: [sales, marketing]}\n- just text\n"
    )
    first, second, third, fourth = rejected("in.csv", "in.parquet", "in.yaml")
    more = ["id", "capital__how", "team_roles"]
    columns = [*HEADER.split(","), "capital", "list", "bytes", "word", "big", *more]
    assert list(first) == [*ADDED, "salespath_file", "salespath_text", *columns[:9], *columns[9:]]
    assert (first["company"], first["salespath_file"], first["capital"]) == ("A", "in.csv", "")
    places = ("salespath_file", "salespath_row", "salespath_column")
    assert [second[name] for name in places] == ["in.parquet", "3", "capital"]
    assert [second[name] for name in ("company", *kinds)] == [
        "", "-5", "false", '["b", null]', "\\xff=", "b", str(2**60 + 1)
    ]  # fmt: skip
    assert (third["company"], third["salespath_row"], third["salespath_column"]) == ("'=Bad", "3", "capital")
    assert [third[name] for name in ("capital", *more)] == ["x", "7", "guessed", "sales;marketing"]
    assert (fourth["company"], fourth["salespath_row"]) == ("company 3", "6")
    assert json.loads(fourth["salespath_text"]) == "just text"


def test_rejects_of_a_fact_file_can_be_corrected_as_a_table(folder):
    Path("in.yaml").write_text("- {company: A, facts: {capital: x, team_roles: [digital_marketer], self_serve: yes}}\n")
    rejected("in.yaml")
    Path("mended.csv").write_text(Path("rejects.csv").read_text().replace(",x,", ",5000,"))
    (case,) = CompaniesFile(BASE, "mended.csv").portfolio().cases
    assert case.values == {"capital": 5000, "team_roles": frozenset(["digital_marketer"]), "self_serve": True}
    assert not case.extra


def test_mended_rejects_are_assessed_and_can_be_rejected_again(folder):
    rejected(table("A,perhaps,5,x", "B,maybe,5,=y"))
    text = Path("rejects.csv").read_text()
    Path("mended.csv").write_text(text.replace("A,perhaps", "A,yes"))
    rejected("mended.csv")
    header, row = Path("rejects.csv").read_text().splitlines()
    assert header == ",".join([*ADDED, HEADER])
    assert row == "3,self_serve,SP112,maybe is neither yes nor no. Write yes or no.,B,maybe,5,'=y"
    assert [row["company"] for row in read("out.csv")] == ["A"]


def test_rejects_of_an_earlier_version_are_still_read(folder):
    Path("old.csv").write_text(OLD.replace("perhaps", "yes", 1))
    (case,) = CompaniesFile(BASE, "old.csv").portfolio().cases
    assert (case.company, case.values) == ("B", {"self_serve": True, "annual_contract_value": 90000})


OLD = """\
company,self_serve,annual_contract_value,note,rejected_file,rejected_row,rejected_column,rejected_value,rejected_reason,rejected_raw
B,perhaps,"90,000",x,in.csv,3,self_serve,perhaps,perhaps is neither yes nor no.,
"""


# The command


def assess(*words: str, code: int = 1) -> str:
    """Run the command; what it says of the run, on the last line of stderr."""
    done = run("assess", *words)
    assert done.returncode == code, done.stderr.decode()
    return (done.stderr.decode().splitlines() or [""])[-1]


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_rejected_rows_go_beside_the_output(folder, ending):
    table("A,yes,1200,", "B,perhaps,5,", "C,no,9,", "two,short", "D,yes,1,")
    said = assess("in.csv", "-o", f"out.{ending}")
    assert said == "5 rows: 3 companies assessed, 2 rejected; the rejected rows are in out.rejects.csv."
    assert [row["company"] for row in read("out.rejects.csv")] == ["B", "two"]
    assert {path.name for path in folder.iterdir()} == {"in.csv", f"out.{ending}", "out.rejects.csv"}


def test_rejected_companies_of_fact_files_go_there_too(folder):
    Path("in.yaml").write_text("- {company: A, facts: {capital: 5}}\n- {company: B, facts: {capital: x}}\n")
    Path("one.yaml").write_text("company: One\nfacts: {capital: x}\n")
    for words in (["-o", "out.json"], ["-o", "out.csv", "--force"], ["--rejects", "out.rejects.csv", "--force"]):
        said = assess("in.yaml", *words)
        assert said == "2 companies: 1 assessed, 1 rejected; the rejected rows are in out.rejects.csv."
        assert [row["company"] for row in read("out.rejects.csv")] == ["B"]
    assert len(json.loads(Path("out.json").read_text())) == 1
    for name in ("one.json", "one.csv"):
        assert assess("one.yaml", "-o", name, "--rejects", f"{name}.csv").endswith(f"are in {name}.csv.")
        assert [row["company"] for row in read(f"{name}.csv")] == ["One"]


def test_rejects_alone_leave_the_table_on_standard_output(folder):
    table("A,yes,1200,", "B,perhaps,5,")
    done = run("assess", "in.csv", "--rejects", "left.csv")
    assert done.returncode == 1
    assert done.stdout == run("assess", "in.csv").stdout
    assert done.stderr.endswith(b"2 rows: 1 company assessed, 1 rejected; the rejected rows are in left.csv.\n")
    assert [row["company"] for row in read("left.csv")] == ["B"]


def test_without_a_rejected_row_there_is_no_file_unless_it_is_asked_for(folder):
    table("A,yes,1200,")
    assert assess("in.csv", "-o", "out.csv", code=0) == "1 row: 1 company assessed, 0 rejected."
    assert {path.name for path in folder.iterdir()} == {"in.csv", "out.csv"}
    said = assess("in.csv", "--rejects", "left.csv", "-o", "new.csv", code=0)
    assert said == "1 row: 1 company assessed, 0 rejected; no row is in left.csv."
    assert Path("left.csv").read_text() == ",".join([*ADDED, HEADER]) + "\n"


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
@pytest.mark.parametrize("source", ["in.csv", "in.yaml"])
def test_rejects_of_an_earlier_run_are_neither_lost_nor_taken_for_this_one(folder, source, name):
    table("A,yes,1200,")
    Path("in.yaml").write_text("company: A\nfacts: {capital: 5}\n")
    Path("out.rejects.csv").write_text("company\nOld\n")
    done = run("assess", source, "-o", name)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(
        b"out.rejects.csv: error SP141: out.rejects.csv, where rejected rows go, exists already;"
    )
    assert Path("out.rejects.csv").read_text() == "company\nOld\n"
    assert not Path(name).exists()
    assert assess(source, "-o", name, "--force", code=0).endswith("0 rejected; no row is in out.rejects.csv.")
    assert read("out.rejects.csv") == []


def test_a_run_that_fails_leaves_the_earlier_rejects(folder):
    table("A,perhaps,5,", '"B,yes,5')
    for name in ("out.csv", "out.rejects.csv"):
        Path(name).write_text("earlier")
    run("assess", "in.csv", "-o", "out.csv", "--force")
    assert {path.name for path in folder.iterdir()} == {"in.csv", "out.csv", "out.rejects.csv"}
    assert [Path(name).read_text() for name in ("out.csv", "out.rejects.csv")] == ["earlier"] * 2


@pytest.mark.parametrize("name", ["left.parquet", "left", "-"])
def test_rejects_are_csv(folder, name):
    table("A,yes,5,")
    done = run("assess", "in.csv", "--rejects", name)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"expected a name that ends in .csv" in done.stderr
