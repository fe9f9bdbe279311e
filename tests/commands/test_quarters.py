"""`compare` of two dates: files of every kind, results, one file with several dates, what it says where there is little to say."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

import pytest
from given import BASE, EXAMPLES, run

from salespath.counsel.quarters import Quarter, quarters
from salespath.report.formats.text import write
from salespath.report.page import Page
from salespath.report.pages.quarters import page
from salespath.tables.read import CompaniesFile

OLD, NEW = (str(EXAMPLES / f"portfolio_2026_q{quarter}.csv") for quarter in (2, 3))
HEADER, *ROWS = csv.reader(Path(OLD).read_text("utf-8").splitlines())
LATER = [*csv.reader(Path(NEW).read_text("utf-8").splitlines())][1:]


def table(path: Path, rows: list[list[str]], header: list[str] = HEADER) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


def compared(*args: str) -> dict:
    done = run("compare", *args, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@cache
def whole() -> dict:
    """What is said of the two example sheets."""
    return compared(OLD, NEW)


def names(found: dict) -> dict[str, list[str]]:
    groups = ("verdict_changes", "motion_changes", "new_companies", "gone_companies")
    return {group: [item["company"] for item in found[group]] for group in groups}


def test_two_quarters() -> None:
    found = whole()
    assert names(found) == {
        "verdict_changes": ["AGROSENSE SRL", "Dockyard Robotics, Inc", "Lumina Edu SRL"],
        "motion_changes": ["Greenloop GmbH"],
        "new_companies": ["Marea Logistics SRL"],
        "gone_companies": ["Iris Medical SRL"],
    }
    assert [(a["company"], a["level"], a["since"]) for a in found["alerts"]] == [
        ("Kettle Analytics Ltd", "critical", "still"),
        ("AGROSENSE SRL", "caution", "newly"),
        ("S.C. Fintura S.R.L.", "caution", "newly"),
        ("Lumina Edu SRL", "caution", "newly"),
    ]
    first = found["verdict_changes"][0]
    assert first["company_before"] == "Agrosense S.R.L."
    assert first["facts"][0] == {"fact": "capital", "old": 1_450_000, "new": 380_000, "alone": True}
    assert "enterprise-cash-below-one-cycle" in [item["rule"] for item in first["through"] if item["now"]]


@cache
def example_page() -> Page:
    cases = [CompaniesFile(BASE, path).portfolio().cases for path in (OLD, NEW)]
    labels = (Path(path).name for path in (OLD, NEW))
    return page(quarters(BASE, *(Quarter(label, some) for label, some in zip(labels, cases))))


@pytest.mark.parametrize("width", [60, 72, 100, 160])
def test_each_company_has_one_line_of_its_list_and_the_counts_come_first(width) -> None:
    lines = write(example_page(), width).splitlines()
    assert lines[0] == "portfolio_2026_q2.csv -> portfolio_2026_q3.csv"
    assert lines[2] == "10 companies then, 10 now; 9 of both."
    assert max(map(len, lines)) <= width
    heads = ["Alerts (4", "Changed verdict (3", "Changed motion", "Through which", "New (1", "Gone (1"]
    places = [next(n for n, line in enumerate(lines) if line.startswith(head)) for head in heads]
    assert places == sorted(places)
    start = places[1] + 4  # below the titles and the line
    assert [line.split()[0] for line in lines[start : start + 3]] == ["AGROSENSE", "Dockyard", "Lumina"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_default_results_say_who_changed_and_ask_for_the_facts(tmp_path: Path, ending) -> None:
    paths = [str(tmp_path / f"{name}.{ending}") for name in ("old", "new")]
    for source, path in zip((OLD, NEW), paths):
        assert run("assess", source, "-o", path).returncode == 0
    done = run("compare", *paths, "--format", "json")
    assert done.returncode == 0
    assert done.stderr.count(b"note SP183") == 2
    found = json.loads(done.stdout)
    assert names(found) == names(whole())
    assert [change["facts"] for change in found["verdict_changes"]] == [None] * 3
    for key in ("company", "level", "since", "threshold"):
        assert [alert[key] for alert in found["alerts"]] == [alert[key] for alert in whole()["alerts"]]


@pytest.mark.parametrize("kinds", [("csv", "parquet"), ("json", "jsonl")])
def test_results_with_all_columns_are_as_good_as_the_facts(tmp_path: Path, kinds) -> None:
    paths = [str(tmp_path / f"of.{kind}") for kind in kinds]
    for source, path in zip((OLD, NEW), paths):
        columns = ("--columns", "all") if path.endswith(("csv", "parquet")) else ()
        assert run("assess", source, "-o", path, *columns).returncode == 0
    found = compared(*paths)
    for key in ("verdict_changes", "motion_changes", "alerts"):
        assert found[key] == whole()[key]


def test_a_verdict_that_these_rules_do_not_give_is_said_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    run("assess", OLD, "-o", str(path), "--columns", "all")
    rows = [*csv.reader(path.read_text("utf-8").splitlines())]
    rows[1][rows[0].index("process")] = "smb"
    done = run("compare", table(path, rows[1:], rows[0]), NEW, "--format", "json")
    assert (
        b"warning SP163: old.csv: the rules at hand give 1 of the 10 companies another verdict than was saved"
        in done.stderr
    )
    assert names(json.loads(done.stdout)) == names(whole())


# One file with several dates


def dated(path: Path, *some: tuple[str, list[list[str]]]) -> str:
    return table(path, [[*row, date] for date, rows in some for row in rows], [*HEADER, "As of"])


def test_the_last_two_dates_of_one_file_are_compared(tmp_path: Path) -> None:
    path = dated(tmp_path / "all.csv", ("31.03.2026", ROWS[:1]), ("30.06.2026", ROWS), ("30.09.2026", LATER))
    done = run("compare", path, "--format", "json")
    assert b"note SP184: 30.06.2026 and 30.09.2026 are compared; other dates are 31.03.2026" in done.stderr
    assert names(json.loads(done.stdout)) == names(whole())


def test_two_dates_can_be_named_in_any_form(tmp_path: Path) -> None:
    path = dated(tmp_path / "all.csv", ("Q1 2026", ROWS[:1]), ("Q2 2026", ROWS), ("Q3 2026", LATER))
    found = compared(path, "--dates", "2026-03-31", "Q3 2026")
    assert (found["old"]["label"], found["new"]["label"], found["both"]) == ("Q1 2026", "Q3 2026", 1)
    assert len(found["new_companies"]) == 9


def test_days_of_one_month_are_one_date_and_the_latest_row_counts(tmp_path: Path) -> None:
    path = dated(tmp_path / "all.csv", ("2026-06-29", ROWS[:5]), ("2026-06-30", ROWS), ("2026-09-30", LATER))
    assert names(compared(path)) == names(whole())


def test_a_date_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path = dated(tmp_path / "all.csv", ("2026-06-30", ROWS), ("2026-09-30", LATER))
    done = run("compare", path, "--dates", "2025", "2026-09-30")
    assert done.returncode == 1
    assert b"error SP184: --dates: no company is of 2025; the dates there are 2026-06-30, 2026-09-30." in done.stderr
    assert run("compare", OLD, NEW, "--dates", "Q1 2026", "Q2 2026").returncode == 2


def test_one_company_at_several_dates_is_its_history(tmp_path: Path) -> None:
    path = dated(tmp_path / "one.csv", ("2026-06-30", ROWS[:1]), ("2026-09-30", LATER[:1]))
    said = run("compare", path).stdout.decode()
    assert said.startswith("AGROSENSE SRL: 2026-06-30 -> 2026-09-30\n")
    assert "cash on hand: $1,450,000 -> $380,000" in said


# Little to say, and what cannot be compared


def test_the_same_file_twice_says_that_nothing_changed_and_what_to_do() -> None:
    done = run("compare", OLD, OLD)
    assert done.returncode == 0
    assert b"Nothing changed, 0 new, 0 gone, 10 unchanged." in done.stdout
    assert b"Next: make sure that these are two dates" in done.stdout


def test_headers_only(tmp_path: Path) -> None:
    empty = table(tmp_path / "empty.csv", [])
    done = run("compare", empty, empty)
    assert done.returncode == 0
    assert b"No company to compare at either date." in done.stdout
    assert b"Next: give two files" in done.stdout
    assert len(compared(empty, NEW)["new_companies"]) == 10
    assert len(compared(OLD, empty)["gone_companies"]) == 10


def test_names_that_mean_one_company_and_rows_without_a_name_are_named(tmp_path: Path) -> None:
    rows = [*LATER, ["Fintura Ltd", *LATER[4][1:]], ["", *LATER[5][1:]]]
    done = run("compare", OLD, table(tmp_path / "new.csv", rows))
    assert done.returncode == 0
    assert b"warning SP181: new.csv: these names mean the same company" in done.stderr
    assert b"S.C. Fintura S.R.L. (row 6), Fintura Ltd (row 12)" in done.stderr
    assert b"warning SP182: new.csv: 1 company has no name, so not compared: row 13" in done.stderr


def test_a_row_that_is_rejected_is_neither_gone_nor_forgotten(tmp_path: Path) -> None:
    bad = [[*LATER[0][:3], "maybe", *LATER[0][4:]], *LATER[1:]]
    done = run("compare", OLD, table(tmp_path / "new.csv", bad))
    assert done.returncode == 1
    assert b"There at one date, not to be read at the other: Agrosense S.R.L." in done.stdout
    assert b"Gone (1)" in done.stdout


@pytest.mark.parametrize("count", [1, 3])
def test_results_without_facts_are_compared_two_by_two_only(tmp_path: Path, count) -> None:
    path = str(tmp_path / "old.csv")
    run("assess", OLD, "-o", path)
    done = run("compare", *[path] * count)
    assert done.returncode == 1
    assert b"error SP183" in done.stderr


def test_thousands_of_companies_are_counted_and_the_data_has_all(tmp_path: Path) -> None:
    many = [[f"Firm {n} SRL", *ROWS[0][1:]] for n in range(1200)]
    later = [[f"FIRM {n}", *LATER[0][1:]] for n in range(200)]
    paths = table(tmp_path / "old.csv", many), table(tmp_path / "new.csv", later)
    said = run("compare", *paths).stdout.decode()
    assert len(said.splitlines()) < 250
    assert "Gone (1,000)" in said
    assert "and 975 more (all with --format json)." in said


def test_two_lists_of_companies_side_by_side_where_that_is_said() -> None:
    done = run("compare", OLD, NEW, "--no-respondents")
    assert done.returncode == 0
    assert done.stdout.startswith(b"Verdicts\n")
