"""Work shared out among processes: the same results in the same order, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from given import BASE

from benchmarks import companies
from salespath.files.problems import SalespathError, refusal
from salespath.tables import csv_reader, processes
from salespath.tables.processes import in_processes
from salespath.tables.run import assess_to_file

ITEMS = [*range(11)]


def twice(n: int) -> list[str]:
    return [f"{n} a", f"{n} b"]


def refused_at_three(n: int) -> list[int]:
    if n == 3:
        raise refusal("SP103", "three", "f.csv", row=3)
    return [n]


def ends_at_three(n: int) -> list[int]:
    if n == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return [n]


@pytest.mark.parametrize("how", ["fork", "spawn"])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_what_is_made_comes_in_order(monkeypatch: pytest.MonkeyPatch, how: str, jobs: int) -> None:
    monkeypatch.setattr(processes, "HOW", how)
    assert list(in_processes(twice, ITEMS, jobs)) == [piece for n in ITEMS for piece in twice(n)]


def test_nothing_is_made_of_nothing() -> None:
    assert list(in_processes(twice, [], 2)) == []


def test_items_are_not_taken_long_before_they_are_worked_on() -> None:
    taken: list[int] = []
    made = in_processes(twice, (taken.append(n) or n for n in range(50)), 2)
    for n in range(10):
        assert next(made) == f"{n} a"
        next(made)
        assert len(taken) <= n + 3


def test_what_is_refused_in_a_process_is_refused_here_with_its_place() -> None:
    with pytest.raises(SalespathError, match=r"f\.csv.*three") as caught:
        list(in_processes(refused_at_three, ITEMS, 2))
    assert [(problem.code, problem.row) for problem in caught.value.problems] == [("SP103", 3)]


def test_a_process_that_is_killed_is_told() -> None:
    with pytest.raises(SalespathError, match=r"SP195.*signal 9.*--jobs 1"):
        list(in_processes(ends_at_three, ITEMS, 2))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_process_is_left_when_the_results_are_no_longer_wanted() -> None:
    before = children(os.getpid())
    made = in_processes(twice, ITEMS, 3)
    next(made)
    assert len(children(os.getpid()) - before) == 3
    made.close()
    assert not children(os.getpid()) - before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_one_that_is_killed(number: signal.Signals) -> None:
    program = """
import time
from salespath.tables.processes import in_processes
for piece in in_processes(lambda n: [n], range(10**9), 2):
    print(piece, flush=True)
    time.sleep(0.01)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as one:
        assert one.stdout
        one.stdout.readline()
        some = children(one.pid)
        assert len(some) == 2
        one.send_signal(number)
        one.wait(20)
    for _ in range(200):
        if not any(is_alive(child) for child in some):
            return
        time.sleep(0.05)
    pytest.fail("processes outlive the one that began them")


def children(process: int) -> set[int]:
    found = Path(f"/proc/{process}/task").glob("*/children")
    return {int(child) for path in found for child in path.read_text().split()}


def is_alive(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("columns", [["all"], []])
def test_the_output_is_the_same_whoever_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, columns: list[str]
) -> None:
    monkeypatch.setattr(csv_reader, "ROWS", 20)
    facts = ["capital", "monthly_burn", "product_stage", "annual_contract_value"]
    table = companies.table(BASE, 90)
    rows = [",".join(["company", *facts, "Fund"])]
    for case in companies.cases(BASE, table):
        rows.append(",".join([case.company, *(str(case.values.get(fact, "")) for fact in facts), "=A1"]))
    rows.insert(40, "Bad,x,,,,")
    rows.insert(41, rows[39])
    (tmp_path / "in.csv").write_text("\n".join(rows))
    made, told = [], []
    for jobs in (1, 2):
        problems: list[str] = []
        out, left = tmp_path / f"{jobs}.{ending}", tmp_path / f"left{jobs}.csv"
        summary = assess_to_file(
            BASE,
            [str(tmp_path / "in.csv")],
            str(out),
            lambda some, to=problems: to.extend(map(str, some)),
            columns=columns,
            rejects=str(left),
            jobs=jobs,
        )
        assert (summary.assessed, summary.rejected, summary.left_out) == (90, 1, 1)
        made.append((out.read_bytes(), left.read_bytes()))
        told.append(problems)
    assert made[0] == made[1]
    assert told[0] == told[1]
    assert told[0]
