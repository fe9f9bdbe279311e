"""`assess` of many companies: the page of a portfolio, --by and --top, whatever the files are."""

import re
from pathlib import Path

import pytest
from given import EXAMPLES, run

from salespath.tables import run as tables

SHEET = """Company,Fund,Cash,product_stage,self_serve,annual_contract_value,customer_segments,paying_customers
Alder,Éclair,2m,launched,yes,900,small,700
Birch, eclair ,5m,launched,no,120000,large,12
Cedar,,10k,launched,no,90000,large,4
Dogwood,II,,,,,,
Elm,II,x,launched,no,90000,large,4
"""
GROUP = re.compile(r"^(?P<name>.*?)  +(?P<all>\d+)  ", re.MULTILINE)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.csv").write_text(SHEET, encoding="utf-8")


def printed(*words: str, code: int = 0, **environment: str) -> str:
    done = run("assess", *words, **environment)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


def groups(text: str) -> dict[str, int]:
    part = text[text.index("\nBy ") :].split("\n\n")[0]
    return {m["name"].strip(): int(m["all"]) for m in GROUP.finditer(part)}


def test_groups_are_folded_by_case_accents_and_spaces() -> None:
    assert groups(printed("f.csv", "--by", "fund", code=1)) == {"Éclair": 2, "no Fund": 1, "II": 1}


@pytest.mark.parametrize("by", ["Fund", "FUND", "fund ", "Cash", "capital", "product stage", "company"])
def test_any_column_may_be_grouped_by_as_headings_are_matched(by: str) -> None:
    assert sum(groups(printed("f.csv", "--by", by, code=1)).values()) == 4


def test_an_unknown_column_is_refused_with_a_suggestion() -> None:
    done = run("assess", "f.csv", "--by", "fnd")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"error SP179: --by: there is no column fnd. Did you mean Fund?" in done.stderr
    assert b"Columns are company, Fund, capital" in run("assess", "f.csv", "--by", "zzz").stderr


def test_a_column_that_is_there_twice_has_to_be_named_just_so() -> None:
    Path("f.csv").write_text("company,Fund,fund,capital\nA,I,x,5\nB,II,x,5\n")
    assert b"error SP179: --by FUND means several columns: Fund, fund" in run("assess", "f.csv", "--by", "FUND").stderr
    assert groups(printed("f.csv", "--by", "fund")) == {"x": 2}


def test_rejected_rows_are_told_beside_the_counts_and_kept() -> None:
    text = printed("f.csv", "--rejects", "left.csv", code=1)
    assert text.startswith("Portfolio: 4 companies\n")
    assert "Not among them: 1 rejected row.\n" in text
    assert "Elm,II,x" in Path("left.csv").read_text("utf-8")


def test_top_names_so_many_and_says_how_to_see_the_others() -> None:
    text = printed("f.csv", "--top", "1", code=1)
    assert "and 3 more: --top 4, or -o FILE.html or .csv" in text
    assert "more: --top" not in printed("f.csv", code=1)


def test_fact_files_and_tables_are_told_alike(tmp_path: Path) -> None:
    real = printed(str(EXAMPLES / "real_companies.csv"))
    facts = printed(str(EXAMPLES / "real_companies.yaml"))
    assert real == facts
    both = printed(str(EXAMPLES / "real_companies.csv"), str(EXAMPLES / "real_companies_2.yaml"))
    assert both.startswith("Portfolio: 51 companies\n")


def test_a_file_that_cannot_be_opened_is_reported_and_the_others_are_assessed() -> None:
    done = run("assess", "nowhere.csv", "f.csv")
    assert done.returncode == 1
    assert b"nowhere.csv: error SP101" in done.stderr
    assert done.stdout.startswith(b"Portfolio: 4 companies\n")


def test_another_engine_says_the_same_of_the_same_companies() -> None:
    Path("f.csv").write_text("".join(SHEET.splitlines(keepends=True)[:4]), encoding="utf-8")
    own, other = printed("f.csv"), printed("f.csv", "--engine", "experta")
    assert own[: own.index("Ask first")] == other[: other.index("Ask first")]


def test_on_paper_every_company_is_named_and_the_first_have_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salespath.commands.assess.PAGES", 2)
    printed("f.csv", "-o", "out.md", code=1)
    text = Path("out.md").read_text("utf-8")
    titles = re.findall(r"^# (.*)$", text, re.MULTILINE)
    assert titles[0] == "Portfolio: 4 companies"
    assert len(titles) == 3
    table = text[text.index("## Companies") :]
    assert all(f"| {name} |" in table for name in ("Alder", "Birch", "Cedar", "Dogwood"))
    assert "A page follows for each of the first 2" in text


def test_a_header_alone_and_rejects_alone_say_what_to_do() -> None:
    Path("f.csv").write_text("company,capital\n")
    assert "Next: Fill in a row" in printed("f.csv")
    Path("f.csv").write_text("company,capital\nA,many\n")
    assert "the only one was rejected" in printed("f.csv", code=1)


def test_of_too_many_companies_it_is_said_that_strength_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST", 2)
    assert "--strength does" in printed("f.csv", code=1)
    assert "--strength does" not in printed("f.csv", "--strength", code=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("f.csv", "--by", "Fund", "-o", "out.csv"), "--by is for text, .md and .html"),
        (("f.csv", "--top", "3", "--format", "json"), "--top is for text, .md and .html"),
        (("f.csv", "--by", "Fund", "--possible"), "--possible takes companies one by one; leave --by out."),
        (("f.csv", "--top", "0"), "Invalid value for '--top'"),
        (("--set", "capital=5", "--top", "3"), "--top is for many companies, and this is one."),
    ],
)
def test_what_does_not_go_together_is_said(words: tuple[str, ...], said: str) -> None:
    done = run("assess", *words)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.decode().split())


def test_a_name_of_a_company_or_fund_stays_text() -> None:
    harm = "<script>alert(1)</script> [x](http://x) | *b*"
    Path("f.csv").write_text(f'company,Fund,capital\n"{harm}","{harm}",5\nB,C,5\n')
    printed("f.csv", "--by", "Fund", "-o", "out.html")
    assert "<script>alert" not in Path("out.html").read_text("utf-8")
