"""No company is lost: what is not assessed stands in the rejects file as it stood in the input, with where and why."""

from __future__ import annotations

import csv
import io
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
from salespath.tables.run import assess_to_file

HEADER = "company,self_serve,annual_contract_value,note"
ADDED = [f"rejected_{name}" for name in ("file", "row", "column", "value", "reason", "raw")]


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
    summary = assess_to_file(BASE, paths, "out.csv", lambda _: None, rejects="rejects.csv", force=True)
    found = read("rejects.csv")
    assert (len(read("out.csv")), len(found)) == (summary.assessed, summary.rejected)
    assert summary.rejects == "rejects.csv"
    return found


def test_a_rejected_row_stands_as_it_stood_with_where_and_why(folder):
    found = rejected(table("A,yes,1200,x", 'B,perhaps,"90,000", said "he" ', "C,no,lots,ș", "D,perhaps,lots,"))
    assert found == [
        {
            "company": "B", "self_serve": "perhaps", "annual_contract_value": "90,000", "note": ' said "he" ',
            "rejected_file": "in.csv", "rejected_row": "3", "rejected_column": "self_serve", "rejected_value": "perhaps",
            "rejected_reason": "perhaps is neither yes nor no.", "rejected_raw": "",
        },
        {
            "company": "C", "self_serve": "no", "annual_contract_value": "lots", "note": "ș",
            "rejected_file": "in.csv", "rejected_row": "4", "rejected_column": "annual_contract_value",
            "rejected_value": "lots", "rejected_reason": "lots is not a number. Expected US dollars, a year.", "rejected_raw": "",
        },
        {
            "company": "D", "self_serve": "perhaps", "annual_contract_value": "lots", "note": "",
            "rejected_file": "in.csv", "rejected_row": "5", "rejected_column": "self_serve | annual_contract_value",
            "rejected_value": "perhaps | lots",
            "rejected_reason": "perhaps is neither yes nor no. | lots is not a number. Expected US dollars, a year.",
            "rejected_raw": "",
        },
    ]  # fmt: skip


def test_a_row_whose_cells_do_not_fit_keeps_its_text(folder):
    found = rejected(table("A,yes", "B,yes,5,x,more,", '"C, ""c""\nsons",yes', '"D" Inc,yes,5,x', "E,no,5,", ""))
    assert [(row["company"], row["self_serve"], row["note"], row["rejected_raw"]) for row in found] == [
        ("A", "yes", "", "A,yes"),
        ("B", "yes", "x", "B,yes,5,x,more,"),
        ('C, "c"\nsons', "yes", "", '"C, ""c""\nsons",yes'),
        ("", "", "", '"D" Inc,yes,5,x'),
    ]
    assert [row["rejected_row"] for row in found] == ["2", "3", "4", "5"]
    assert all(row["rejected_reason"] for row in found)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_delimiters_and_line_ends_change_nothing(folder, encoding, line_end):
    lines = ["company;self_serve;note", "Ștefan;perhaps;1,5", "short", '"x" y;yes;', "Ok;yes;"]
    Path("in.csv").write_bytes(line_end.join(lines).encode(encoding))
    found = rejected("in.csv")
    assert [(row["company"], row["note"], row["rejected_raw"]) for row in found] == [
        ("Ștefan", "1,5", ""),
        ("short", "", "short"),
        ("", "", '"x" y;yes;'),
    ]


CELLS = st.one_of(
    st.sampled_from(["", "yes", "perhaps", "5", "-3", "=1+1", "@x", "+40 7", '"', "a\nb", "'=x", " x "]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=12))
def test_every_row_is_assessed_or_rejected_as_it_was(given_rows):
    with tempfile.TemporaryDirectory() as folder:
        source, out, left = (str(Path(folder) / name) for name in ("in.csv", "out.csv", "left.csv"))
        named = [[f"c{n}", *row] for n, row in enumerate(given_rows)]
        with open(source, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER.split(","), *named])
        summary = assess_to_file(BASE, [source], out, lambda _: None, rejects=left, always=True)
        assert summary.assessed + summary.rejected == len(named)
        good, bad = read(out), read(left)
        assert sorted([*(row["company"] for row in good), *(row["company"] for row in bad)]) == sorted(
            row[0] for row in named
        )
        for found in bad:
            row = named[int(found["company"][1:])]
            if len(row) == 4:
                assert [found[name].removeprefix("'") for name in HEADER.split(",")] == [
                    cell.removeprefix("'") for cell in row
                ]
                assert found["rejected_raw"] == ""
            else:
                (cells,) = csv.reader(io.StringIO(found["rejected_raw"], newline=""), strict=True)
                assert cells == row


def test_no_cell_of_the_rejects_is_a_live_formula(folder):
    lines = ["=cmd(),perhaps,=1+1,@x", "+40 721,=yes(),-5,-5", "=short"]
    Path("in.csv").write_text("\n".join([HEADER.replace("note", "=note"), *lines]))
    rejected("in.csv")
    with open("rejects.csv", newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == [*HEADER.split(",")[:3], "'=note", *ADDED]
    assert found[1][:4] == ["'=cmd()", "perhaps", "'=1+1", "'@x"]
    assert found[2][:4] == ["'+40 721", "'=yes()", "-5", "-5"]
    assert (found[3][0], found[3][-1]) == ("'=short", "'=short")
    assert not any(cell[:1] in ("=", "@", "+") for row in found for cell in row)


def test_the_size_of_the_parts_changes_nothing(folder, monkeypatch):
    lines = ['"A ""a""\nx",{},5,=x', "short", '"B" x,yes,5,', "C,yes,5,y", "", "D,yes,{},z"]
    source = table(*(line.format(["yes", "perhaps", "no"][n % 3]) for n in range(9) for line in lines))
    rejected(source)
    whole = Path("rejects.csv").read_bytes()
    monkeypatch.setattr(csv_reader, "ROWS", 7)
    monkeypatch.setattr(csv_rows, "READ", 100)
    rejected(source)
    assert Path("rejects.csv").read_bytes() == whole


def test_columns_that_are_no_facts_are_kept_even_those_named_like_results(folder):
    Path("in.csv").write_text("company,self_serve,process,\nA,perhaps,waterfall,unnamed\n")
    ((found),) = rejected("in.csv")
    assert (found["process"], found["column 4"]) == ("waterfall", "unnamed")


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
        "- company: Good\n  facts: {capital: 5}\n- company: =Bad\n  id: 7\n  facts: {capital: x, self_serve: no}\n- just text\n"
    )
    first, second, third, fourth = rejected("in.csv", "in.parquet", "in.yaml")
    assert list(first) == [*HEADER.split(","), "capital", "list", "bytes", "word", "big", *ADDED]
    assert (first["company"], first["rejected_file"], first["capital"]) == ("A", "in.csv", "")
    assert (second["rejected_file"], second["rejected_row"], second["rejected_column"]) == (
        "in.parquet",
        "3",
        "capital",
    )
    assert [second[name] for name in ("company", *kinds)] == [
        "", "-5", "false", '["b", null]', "\\xff=", "b", str(2**60 + 1)
    ]  # fmt: skip
    assert (third["company"], third["rejected_row"], third["rejected_column"]) == ("'=Bad", "3", "capital")
    assert json.loads(third["rejected_raw"]) == {
        "company": "=Bad", "id": "7", "facts": {"capital": "x", "self_serve": "no"}
    }  # fmt: skip
    assert (fourth["company"], fourth["rejected_row"]) == ("company 3", "6")
    assert json.loads(fourth["rejected_raw"]) == "just text"


def test_mended_rejects_are_assessed_and_can_be_rejected_again(folder):
    rejected(table("A,perhaps,5,x", "B,maybe,5,y"))
    text = Path("rejects.csv").read_text()
    Path("mended.csv").write_text(text.replace("A,perhaps", "A,yes"))
    (found,) = rejected("mended.csv")
    assert (found["company"], found["rejected_file"], found["rejected_row"]) == ("B", "in.csv", "3")
    assert (found["rejected_file_again"], found["rejected_row_again"]) == ("mended.csv", "3")
    assert [row["company"] for row in read("out.csv")] == ["A"]


# The command


def assess(*words: str, code: int = 1) -> str:
    """Run the command; what it says of the run, on the last line of stderr."""
    done = run("assess", *words)
    assert done.returncode == code, done.stderr.decode()
    return (done.stderr.decode().splitlines() or [""])[-1]


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_rejected_rows_go_beside_the_output(folder, ending):
    table("A,yes,1200,", "B,perhaps,5,", "C,no,9,", "short", "D,yes,1,")
    said = assess("in.csv", "-o", f"out.{ending}")
    assert said == "5 companies: 3 assessed, 2 rejected; the rejected rows are in out.rejects.csv."
    assert [row["company"] for row in read("out.rejects.csv")] == ["B", "short"]
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
    assert done.stderr.endswith(b"2 companies: 1 assessed, 1 rejected; the rejected rows are in left.csv.\n")
    assert [row["company"] for row in read("left.csv")] == ["B"]


def test_without_a_rejected_row_there_is_no_file_unless_it_is_asked_for(folder):
    table("A,yes,1200,")
    assert assess("in.csv", "-o", "out.csv", code=0) == "1 companies: 1 assessed, 0 rejected."
    assert {path.name for path in folder.iterdir()} == {"in.csv", "out.csv"}
    said = assess("in.csv", "--rejects", "left.csv", "-o", "new.csv", code=0)
    assert said == "1 companies: 1 assessed, 0 rejected; no row is in left.csv."
    assert Path("left.csv").read_text() == ",".join([HEADER, *ADDED]) + "\n"


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
