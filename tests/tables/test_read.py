"""Tables of companies: what is read, what is refused, and that every row is either assessed or reported."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from given import BASE, EXAMPLES, VOCABULARY

from salespath.facts import Portfolio, read_file
from salespath.files.problems import ERROR, NOTE, WARNING, SalespathError
from salespath.tables import csv_reader, csv_rows
from salespath.tables.assessed import read_companies
from salespath.tables.read import CompaniesFile

HEADER = "company,product_stage,annual_contract_value,customer_segments,self_serve"
GOOD = "Acme,launched,70000,small;large,yes"
FACTS = {
    "product_stage": "launched",
    "annual_contract_value": 70000,
    "customer_segments": frozenset(["small", "large"]),
    "self_serve": True,
}


def write(folder: Path, content: str | bytes, name: str = "f.csv") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def companies(path: str) -> Portfolio:
    return CompaniesFile(BASE, path).portfolio()


def table(*lines: str) -> str:
    return "".join(f"{line}\n" for line in (HEADER, *lines))


def problems_of(portfolio) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(p.code, p.row, p.column, p.value) for p in portfolio.problems]


def refusal(path: str):
    with pytest.raises(SalespathError) as caught:
        companies(path)
    assert all(p.file == path for p in caught.value.problems)
    return [(p.code, p.row, p.message) for p in caught.value.problems if p.severity == ERROR]


def test_the_same_companies_as_in_the_fact_file():
    wanted = read_file(str(EXAMPLES / "real_companies.yaml"), VOCABULARY).cases
    found = companies(str(EXAMPLES / "real_companies.csv"))
    assert (found.problems, len(found.rejects), found.single) == ((), 0, False)
    assert [(case.company, case.values) for case in found.cases] == [(case.company, case.values) for case in wanted]
    assert set(found.cases[0].extra) == {"year", "label", "sources"}


@pytest.mark.parametrize(
    "content",
    [
        table(GOOD),
        table(GOOD).rstrip("\n"),
        "\ufeff" + table(GOOD),
        "\n\n" + table(GOOD),
        table("", GOOD, "", ",,,,", ""),
        table(GOOD).replace("\n", "\r\n"),
        table(GOOD).replace("\n", "\r"),
        table('"Acme","launched","70,000","small;large","yes"'),
        table("Acme, launched , $70k ,small ; large, Y "),
        table(GOOD).replace(",", "\t"),
        table(GOOD).replace("company", "Company"),
        table(GOOD).replace("company", "COMPANY NAME"),
        table('Acme,LAUNCHED,70000,"Small, large",yes'),
        table("Acme,takes paying customers,70000,large;Small,yes"),
        table('Acme,launched,70000,"small;large",yes').replace(",", ";"),
        HEADER.replace(",", " , ") + "\n" + GOOD + "\n",
        ("\ufeff" + table(GOOD)).encode("utf-16-le"),
        ("\ufeff" + table(GOOD)).encode("utf-16-be"),
    ],
)
def test_many_ways_to_write_the_same_table(tmp_path, content):
    found = companies(write(tmp_path, content))
    assert {problem.code for problem in found.problems} <= {"SP116"}  # how a cell was understood
    assert [(case.company, case.values) for case in found.cases] == [("Acme", FACTS)]


def test_an_empty_cell_is_unknown_and_a_minus_is_an_empty_set(tmp_path):
    (case,) = companies(write(tmp_path, table("Acme,, ,-,"))).cases
    assert case.values == {"customer_segments": frozenset()}


def test_every_bad_cell_is_reported_and_only_good_rows_are_left(tmp_path):
    found = companies(
        write(
            tmp_path,
            table(GOOD, 'Bad,lunched,250.000,"small;big",maybe', '"Two\nlines",pilot,,,', "Late,pilot,=1+1,,no"),
        ),
    )
    assert [case.company for case in found.cases] == ["Acme", "Two lines"]
    assert len(found.rejects) == 2
    assert problems_of(found) == [
        ("SP124", 1, "annual_contract_value", None),
        ("SP112", 3, "product_stage", "lunched"),
        ("SP124", 3, "annual_contract_value", "250.000"),
        ("SP112", 3, "customer_segments", "small;big"),
        ("SP112", 3, "self_serve", "maybe"),
        ("SP112", 5, "annual_contract_value", "=1+1"),
    ]
    assert found.problems[0].severity == NOTE
    assert [p.message for p in found.problems[1:]] == [
        "lunched is not one of idea, prototype, pilot, launched. Did you mean launched?",
        "250.000 can be read as 250000 or as 250, and the other cells of the column do not decide; write one of these.",
        "big is not one of small, midsize, large.",
        "maybe is neither yes nor no. Write yes or no.",
        "=1+1 is not a number. Write it as 70000, 70k or $5,000.",
    ]


def test_rows_with_too_few_or_too_many_cells_are_reported(tmp_path):
    found = companies(write(tmp_path, table("Acme,launched", GOOD, "", GOOD + ",more", "Bad,x,,,")))
    assert problems_of(found) == [
        ("SP114", 2, None, "Acme,launched"),
        ("SP114", 5, None, GOOD + ",more"),
        ("SP112", 6, "product_stage", "x"),
    ]
    assert found.problems[0].message == "the row has 2 cells; the header has 5."
    assert (len(found.cases), len(found.rejects)) == (1, 3)


def test_of_a_row_whose_quotes_are_amiss_only_that_is_said(tmp_path):
    found = companies(
        write(
            tmp_path,
            table(GOOD, '"B,launched,70000,,yes', "C,launched,,,", '"D",pilot,x,,yes', GOOD.replace("Acme", "E")),
        )
    )
    ((code, row, column, _),) = problems_of(found)
    assert (code, row, column) == ("SP103", 3, None)
    assert found.problems[0].message.endswith("The row runs over 3 lines.")
    assert (len(found.cases), len(found.rejects)) == (2, 1)


@pytest.mark.parametrize(
    ("content", "code", "row", "message"),
    [
        ("", "SP110", None, "the file is empty"),
        ("\n \n\n", "SP110", None, "the file is empty"),
        ("name,size\nAcme,3\n", "SP110", 1, "no column is a fact; found name, size."),
        (bytes(range(256)), "SP102", None, "this is a binary file"),
        (b"PK\x03\x04" + bytes(100), "SP102", None, "this is a ZIP archive; unpack it"),
        (table("Șțăî,,,,", "x").encode() + b"Caf\xe9,,,,", "SP102", 4, "the byte 0xe9 is not UTF-8"),
        (table(GOOD).encode("utf-16") + b"x", "SP102", None, "the file is not UTF-16"),
        ("self_serve,self_serve\nyes,no\n", "SP105", 1, "the column self_serve is given twice."),
        (
            "Company,Company Name,self_serve\nA,B,yes\n",
            "SP105",
            1,
            "the columns Company, Company Name all name the company",
        ),
        ('company,"self_serve"x\nA,yes\n', "SP103", 1, "the header: text follows a closing quote"),
    ],
)
def test_files_that_are_refused(tmp_path, content, code, row, message):
    ((found_code, found_row, found),) = refusal(write(tmp_path, content))
    assert (found_code, found_row) == (code, row)
    assert found.startswith(message)


YAML = "company: Acme\nfacts: {product_stage: launched, self_serve: yes}\n"
JSON = '{"company": "Acme", "facts": {"product_stage": "launched", "self_serve": true}}'
ROWS_OF_ACME = "company,product_stage,self_serve\nAcme,launched,yes\n"


@pytest.mark.parametrize("name", ["f.csv", "f.yaml", "f.yml", "f.txt", "f", "f.tsv", "f.jsonl"])
@pytest.mark.parametrize(
    "content", [YAML, "# Acme\n---\n" + YAML, JSON, f"[{JSON}]", f"{JSON}\n\n{JSON}\r\n", ROWS_OF_ACME]
)
def test_a_file_is_what_it_holds_whatever_its_name(tmp_path, name, content):
    if name == "f.jsonl" and content[0] in "c#[":
        content = JSON  # a line that is no JSON is a mistake there
    for data in (content.encode(), content.encode("utf-16"), content.encode("utf-16-le")):
        found = companies(write(tmp_path, data, name))
        assert {(case.company, *case.values.items()) for case in found.cases} == {
            ("Acme", ("product_stage", "launched"), ("self_serve", True))
        }
        assert found.problems == ()


def test_parquet_is_known_by_its_first_bytes(tmp_path):
    (case,) = companies(parquet(tmp_path, {"self_serve": [True]}, "table.yaml")).cases
    assert case.values == {"self_serve": True}


def test_json_lines_keep_their_lines(tmp_path):
    found = companies(write(tmp_path, f'{JSON}\n\n{{"self_serve": "perhaps"}}\n', "f.jsonl"))
    assert [case.line for case in found.cases] == [1]
    assert [(p.code, p.line) for p in found.problems] == [("SP112", 3)]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is a file of an older Excel or Word; save the sheet as CSV"),
        (b"PK\x03\x04..word/document.xml", "this is a Word document; write what it says into a fact file"),
        (b"PK\x03\x04..other", "this is a ZIP archive; unpack it"),
        (b"\x1f\x8b\x08", "this is a gzip file; unpack it"),
        (b"%PDF-1.7", "this is a PDF document; write what it says into a fact file"),
        (b"\x89PNG\r\n", "this is an image (PNG); write what it says into a fact file"),
    ],
)
@pytest.mark.parametrize("name", ["f.csv", "f.yaml", "f.xlsx", "f.parquet"])
def test_what_is_no_text_is_called_by_its_name(tmp_path, start, message, name):
    ((code, _, found),) = refusal(write(tmp_path, start + bytes(90), name))
    assert code == "SP102"
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("name", "content"), [("f.csv", HEADER), ("f.csv", table("", ",,,,")), ("f.yaml", "[]"), ("f.jsonl", "\n")]
)
def test_a_file_with_no_company_in_it_is_said_and_no_mistake(tmp_path, name, content):
    found = companies(write(tmp_path, content, name))
    assert [(p.severity, p.code) for p in found.problems] == [(WARNING, "SP110")]
    assert "`salespath facts template`" in found.problems[0].message
    assert (found.cases, len(found.rejects), found.single) == ((), 0, False)


def test_a_parquet_file_with_no_company_in_it_is_said(tmp_path):
    for values in ([], [None]):
        found = companies(parquet(tmp_path, {"self_serve": pa.array(values, pa.bool_())}))
        assert [(p.severity, p.code) for p in found.problems] == [(WARNING, "SP110")]


def test_columns_that_are_no_facts_are_carried_through_and_near_misses_named(tmp_path):
    path = write(
        tmp_path, "company,id,Product_Stage,anual_contract_value,capitl__how,self_serve\nAcme,7,launched,5,x,yes\n"
    )
    found = companies(path)
    assert [(p.severity, p.code, p.row, p.column) for p in found.problems] == [
        (WARNING, "SP111", 1, "anual_contract_value"),
        (WARNING, "SP111", 1, "capitl__how"),
    ]
    assert "Did you mean annual_contract_value? Then add --map" in found.problems[0].message
    assert found.problems[1].message.endswith("Did you mean capital__how?")
    (case,) = found.cases
    assert case.values == {"self_serve": True, "product_stage": "launched"}
    assert case.extra == {"id": "7", "anual_contract_value": "5", "capitl__how": "x"}


def test_of_two_columns_for_the_company_the_one_with_the_id_counts(tmp_path):
    (case,) = companies(write(tmp_path, "Company,company,self_serve\nA,B,yes\n")).cases
    assert (case.company, case.extra) == ("B", {"Company": "A"})


def test_how_a_value_is_known_and_its_note(tmp_path):
    path = write(
        tmp_path,
        "company,capital,capital__how,capital__note,capital__date\n"
        "Acme,5k,guessed,from memory,2024-05-01\nB,5k,,,\nC,5k,guesed,,\n",
    )
    found = companies(path)
    first, second = found.cases
    assert (first.how, first.notes) == (
        {"capital": "guessed"},
        {"capital": {"note": "from memory", "date": "2024-05-01"}},
    )
    assert (second.how, second.notes, second.extra) == ({}, {}, {})
    assert problems_of(found)[0] == ("SP112", 4, "capital__how", "guesed")
    assert found.problems[0].message.endswith("Did you mean guessed?")


def test_companies_without_a_name_go_by_their_row(tmp_path):
    assert [c.company for c in companies(write(tmp_path, table(GOOD, ",pilot,,,", " ,pilot,,,"))).cases] == [
        "Acme",
        "row 3",
        "row 4",
    ]
    path = write(tmp_path, "product_stage\npilot\n\nlaunched\n", "single.csv")
    assert [c.company for c in companies(path).cases] == ["row 2", "row 4"]


def test_a_column_without_a_name_is_carried_through(tmp_path):
    (case,) = companies(write(tmp_path, "self_serve,,\nyes,x,\n")).cases
    assert case.extra == {"column 2": "x"}


def test_the_size_of_the_parts_changes_nothing(tmp_path, monkeypatch):
    lines = [f'"Company ""{n}""\nand sons",{["pilot", "lunched", ""][n % 3]},{n},-,' for n in range(100)]
    path = write(tmp_path, table(*lines, "short"))
    whole = companies(path)
    monkeypatch.setattr(csv_reader, "ROWS", 7)
    monkeypatch.setattr(csv_rows, "READ", 100)
    parts = companies(path)
    assert parts == whole
    assert (len(whole.cases), len(whole.rejects)) == (67, 34)
    assert whole.problems[0].row == 3


def test_rows_in_are_rows_assessed_and_rows_rejected(tmp_path):
    path = write(tmp_path, table(GOOD, "Bad,x,,,", GOOD.replace("Acme", "B"), "", "two,short", GOOD))
    found = []
    batches = list(read_companies(BASE, CompaniesFile(BASE, path).reading(), on_problem=found.append))
    assert (sum(b.table.rows for b in batches), sum(len(b.rejects) for b in batches)) == (2, 2)
    assert [p.row for p in found] == [3, 6, 7]
    assert [row.row for b in batches for row in b.left_out] == [7]
    assert [row for b in batches for row in b.rows] == [2, 4]


def test_progress_tells_rows_and_how_much_of_the_file_is_read(tmp_path):
    seen = []
    path = write(tmp_path, table(GOOD, "Bad,x,,,"))
    reading = CompaniesFile(BASE, path).reading()
    list(read_companies(BASE, reading, on_problem=lambda p: None, progress=lambda *done: seen.append(done)))
    assert seen == [(2, 1.0)]


# Parquet


def parquet(folder: Path, columns: dict, name: str = "f.parquet") -> str:
    pyarrow.parquet.write_table(pa.table(columns), folder / name)
    return str(folder / name)


def test_a_parquet_file_holds_types_or_text(tmp_path):
    path = parquet(
        tmp_path,
        {
            "Company": ["Acme", None, "Third"],
            "product_stage": pa.array(["launched", None, "x"]).dictionary_encode(),
            "annual_contract_value": [250.125, None, 1.0],
            "paying_customers": ["12", "3k", ""],
            "customer_segments": [["large"], [], None],
            "self_serve": [True, None, False],
            "founded": pa.array([0, 1, 2], pa.date32()),
        },
    )
    found = companies(path)
    assert problems_of(found)[0] == ("SP112", 4, "product_stage", "x")
    first, second = found.cases
    assert first.values == {
        "product_stage": "launched",
        "annual_contract_value": 250.125,
        "paying_customers": 12,
        "customer_segments": frozenset(["large"]),
        "self_serve": True,
    }
    assert (second.company, second.values) == ("row 3", {"paying_customers": 3000, "customer_segments": frozenset()})
    assert str(first.extra["founded"]) == "1970-01-01"


def test_days_in_a_parquet_file_are_read_as_their_texts_are(tmp_path):
    days = pa.array([-800_000, 0, 19_000, None, 4_000_000], pa.int32()).cast(pa.date32())
    names = [f"C{n}" for n in range(5)]

    def read(kept: slice) -> tuple[list, list]:
        some, texts = days[kept], days.cast(pa.string())[kept]
        each = (companies(parquet(tmp_path, {"company": names[kept], "reference_date": d})) for d in (some, texts))
        found = [([case.values for case in one.cases], problems_of(one)) for one in each]
        assert found[0] == found[1]
        return found[0]

    values, problems = read(slice(1, 4))
    assert values == [{"reference_date": "1970-01-01"}, {"reference_date": "2022-01-08"}, {}]
    assert problems == []
    values, problems = read(slice(0, 5))  # no year before 1 and none after 9999 is one
    assert [problem[:3] for problem in problems] == [("SP112", row, "reference_date") for row in (2, 6)]
    assert values == [{"reference_date": "1970-01-01"}, {"reference_date": "2022-01-08"}, {}]


@pytest.mark.parametrize("dictionary", [True, False])
def test_words_in_a_parquet_file_are_read_the_same_whether_it_has_dictionaries_of_them(tmp_path, dictionary):
    words = ["pilot", None, "launched", "x", "pilot", "launched"]
    columns = {
        "company": [f"C{n}" for n in range(6)],
        "product_stage": words,
        "customer_segments": [["large"], [], ["small", "large"], None, ["y"], ["large", None]],
    }
    path = tmp_path / "f.parquet"
    pyarrow.parquet.write_table(pa.table(columns), path, use_dictionary=dictionary, row_group_size=4)
    found = companies(str(path))
    assert [(case.company, case.values) for case in found.cases] == [
        ("C0", {"product_stage": "pilot", "customer_segments": frozenset(["large"])}),
        ("C1", {"customer_segments": frozenset()}),
        ("C2", {"product_stage": "launched", "customer_segments": frozenset(["small", "large"])}),
    ]
    assert [problem[:3] for problem in problems_of(found)] == [
        ("SP112", 5, "product_stage"),
        ("SP112", 6, "customer_segments"),
        ("SP112", 7, "customer_segments"),
    ]


def test_parquet_files_that_are_refused(tmp_path):
    assert refusal(write(tmp_path, "company\n", "text.parquet"))[0][0] == "SP103"
    assert refusal(parquet(tmp_path, {"name": ["x"]}))[0][:2] == ("SP110", 1)
    (problem,) = companies(parquet(tmp_path, {"self_serve": [{"a": 1}]})).problems
    assert (problem.code, problem.row, problem.column, problem.value) == ("SP112", 2, "self_serve", '{"a": 1}')
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["capital", "capital"])
    pyarrow.parquet.write_table(twice, tmp_path / "twice.parquet")
    assert refusal(str(tmp_path / "twice.parquet")) == [("SP105", 1, "the column capital is given twice.")]
    data = Path(parquet(tmp_path, {"capital": list(range(1000))})).read_bytes()
    assert refusal(write(tmp_path, data[:40] + b"\xff" * 200 + data[240:], "broken.parquet"))[0][0] == "SP103"


def test_readers_tell_their_columns(tmp_path):
    assert list(CompaniesFile(BASE, write(tmp_path, table(GOOD))).reading().columns) == HEADER.split(",")
    reading = CompaniesFile(BASE, parquet(tmp_path, {"capital": [1], "note": ["x"]})).reading()
    assert reading.columns == {"capital": pa.int64(), "note": pa.string()}
