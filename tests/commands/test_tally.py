"""Many problems alike are counted by column and cause, in memory that does not grow."""

from __future__ import annotations

import gc
from pathlib import Path

from given import run

from salespath.commands.shared.tally import ALONE, CAUSES, GROUPS, Tally
from salespath.files.problems import Problem


def cell(row: int, value: str, why: str = "is more than 1.", column: str = "churn_rate") -> Problem:
    return Problem("SP112", f"{value} {why}", file="a.csv", row=row, column=column, value=value)


def counted(problems) -> tuple[list[Problem], list[Problem]]:
    tally = Tally()
    return [problem for problem in problems if tally.is_told(problem)], list(tally.rest())


def test_the_first_are_told_alone_and_of_the_rest_how_many_and_where():
    told, rest = counted(cell(row, str(row)) for row in range(3, 4815))
    assert [problem.row for problem in told] == list(range(3, 3 + ALONE))
    assert list(map(str, rest)) == [
        "a.csv: error SP112: column churn_rate: 4,812 cells: … is more than 1. (rows 3, 4, 5 and 4,809 more)"
    ]


def test_few_are_told_alone_only():
    told, rest = counted(cell(row, "7") for row in range(ALONE))
    assert (len(told), rest) == (ALONE, [])


def test_columns_and_causes_are_told_apart_the_largest_group_first():
    fewer = [cell(row, "x", "is not a number. Did you mean y?") for row in range(100, 125)]
    others = [cell(row, "x", "is not a number.", "capital") for row in range(200, 201)]
    told, rest = counted([*(cell(row, "7") for row in range(1, 51)), *fewer, *others])
    assert len(told) == ALONE
    assert [problem.message.partition(" (")[0] for problem in rest] == [
        "column churn_rate: 50 cells: … is more than 1.",
        "column churn_rate: 25 cells: … is not a number.",
        "x is not a number.",
    ]


def test_what_is_said_of_a_whole_file_is_never_counted_away():
    told, rest = counted(
        Problem("SP113", "the results of an earlier run are replaced.", file="a.csv") for _ in range(50)
    )
    assert (len(told), rest) == (50, [])


def problems_held() -> int:
    gc.collect()
    return sum(isinstance(thing, Problem) for thing in gc.get_objects())


def test_a_million_problems_are_not_held():
    before, tally = problems_held(), Tally()
    for row in range(20_000):
        tally.is_told(cell(row + 2, f"v{row}", f"can be read as {row} or as {row}000."))
    assert problems_held() - before < 1000
    rest = list(tally.rest())
    assert len(rest) <= CAUSES + 1
    assert (
        sum(
            int(problem.message.split(": ")[1].split()[0].replace(",", ""))
            for problem in rest
            if " cells: " in problem.message
        )
        > 19_000
    )


def test_companies_of_a_fact_file_are_counted_by_line(tmp_path):
    lines = [f"- {{company: C{n}, facts: {{product_stage: lanched, churn_rate: {n + 2}}}}}" for n in range(30)]
    (tmp_path / "many.yaml").write_text("\n".join(lines))
    done = run("assess", str(tmp_path / "many.yaml"))
    said = done.stderr.decode().splitlines()
    assert len(said) == ALONE + 3
    assert sum("30 lines: … is " in line for line in said) == 2
    assert "(lines 1, 2, 3 and 27 more)" in said[-2]


def test_many_bad_cells_of_a_table_come_to_few_lines_and_are_all_rejected(tmp_path):
    rows = [f"C{n},launched,{-80 - n % 7}" for n in range(3000)]
    (tmp_path / "bad.csv").write_text("\n".join(["company,product_stage,capital", *rows]))
    out = tmp_path / "out.csv"
    done = run("assess", str(tmp_path / "bad.csv"), "-o", str(out))
    said = done.stderr.decode().splitlines()
    assert len(said) == ALONE + 2
    assert said[-2].startswith(f"{tmp_path / 'bad.csv'}: error SP112: column capital: 3,000 cells: … is less than 0")
    assert said[-1].startswith("3000 rows: 0 companies assessed, 3000 rejected")
    assert len(Path(tmp_path / "out.rejects.csv").read_text().splitlines()) == 3001
    assert done.returncode == 1


def test_of_very_many_columns_the_largest_groups_are_told():
    _, rest = counted(cell(2, "7", column=f"c{n}") for n in range(ALONE + GROUPS + 40))
    assert len(rest) == GROUPS + 1
    assert str(rest[-1]) == "a.csv: error SP112: 40 more problems, of 40 other columns and causes."
