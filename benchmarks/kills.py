"""Whether anything is lost where salespath is killed: `python -m benchmarks.kills --ask 400 --assess 100 --seed 1`.

Interviews on a pseudo-terminal and runs over a table get SIGKILL, SIGTERM, SIGHUP or SIGINT at random moments, while they start
and while they write too. Afterwards every answer that the screen had taken has to be in the store, every file whole or as it was,
and nothing else there; what a SIGKILL leaves behind has to go with the next run. Exit code 1 where that fails.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pexpect

from salespath.engine.load import load
from salespath.facts import read_file
from salespath.files.problems import has_error
from salespath.interview.kept import KIND, record_of
from salespath.interview.store import Store
from salespath.tables.run import assess_to_file

ROOT = Path(__file__).parent.parent
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}
PROMPT = re.compile(r"> $")
ROWS = 200_000


def environment(folder: Path) -> dict[str, str]:
    """Where a program keeps what it keeps, and that it speaks UTF-8."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "XDG_DATA_HOME": str(folder / "data"),
        "TERM": "dumb",
    }


def ended(code: int | None, number: signal.Signals) -> bool:
    """Whether a program that got a signal ended as it should: by its code, or before it was set up, or after all was done."""
    return code in (CODES.get(number), -number, 0)


# Interviews


def kill_interview(folder: Path, chance: random.Random) -> tuple[signal.Signals, int, list[str]]:
    """Kill one interview: how, how many answers the screen had taken, and what is wrong afterwards."""
    number, out = chance.choice(SIGNALS), folder / "answers.yaml"
    words = ["-m", "salespath", "ask", "--order", "fixed", *(["-o", str(out)] if chance.random() < 0.5 else [])]
    child = pexpect.spawn(
        sys.executable, words, env=environment(folder), cwd=folder, dimensions=(24, 80), encoding="utf-8", timeout=120
    )
    child.delaybeforesend = None
    taken = 0
    if chance.random() < 0.1:
        time.sleep(chance.random())  # while it starts
    else:
        child.expect(PROMPT)
        for answer in ["Acme", "1", "skip", "skip", "skip"][: chance.randint(0, 5)]:
            child.sendline(answer)
            child.expect(PROMPT)  # the next question: the answer is taken
            taken += 1
        child.sendline("skip" if taken else "Acme")
        time.sleep(chance.choice([0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05]))
    child.kill(number)
    with suppress(OSError):  # the terminal may be gone already
        child.expect(pexpect.EOF)
    child.close()
    code = child.exitstatus if child.signalstatus is None else -child.signalstatus
    wrong = [] if ended(code, number) else [f"ended with {code}"]
    return number, taken, [*wrong, *wrong_after_interview(folder, out, taken)]


def wrong_after_interview(folder: Path, out: Path, taken: int) -> Iterator[str]:
    """What a killed interview has lost, or left behind."""
    vocabulary = load().vocabulary
    store, kept = folder / "data" / "salespath" / "salespath.sqlite", 0
    if store.exists():
        with Store(store) as opened:
            for stream in opened.streams(KIND):
                if opened.damaged(stream.id):
                    yield "a damaged entry"
                events = record_of(opened, stream, vocabulary).events
                kept += sum(event.kind in ("answer", "skip") for event in events)
    if kept < taken:
        yield f"{taken} answers taken, {kept} in the store"
    if out.exists() and has_error(read_file(str(out), vocabulary).problems):
        yield "half a fact file"
    for path in folder.rglob("*"):
        if path.is_file() and path not in (store, store.with_name(f"{store.name}-lock"), out):
            yield f"left behind: {path.name}"


# Tables


def write_table(path: Path, rows: int) -> None:
    """A table of companies, each hundredth of which is rejected."""
    with path.open("w") as file:
        file.write("company,product_stage,annual_contract_value,paying_customers\n")
        for n in range(rows):
            file.write(f"Company {n},{'launched' if n % 100 else 'nonsense'},{1000 + n % 90_000},{n % 50}\n")


def kill_run(folder: Path, table: Path, whole: dict[str, bytes], seconds: float, chance: random.Random):
    """Kill one run over a table that takes so long: how, whether it was done, and what is wrong afterwards."""
    number, old = chance.choice(SIGNALS), chance.random() < 0.5
    before = {"out.csv": b"of an earlier run\n"} if old else {}
    for name, data in before.items():
        (folder / name).write_bytes(data)
    command = [sys.executable, "-m", "salespath", "assess", str(table), "-o", "out.csv", *(["--force"] if old else [])]
    process = subprocess.Popen(command, cwd=folder, env=environment(folder), stderr=subprocess.DEVNULL)
    # As often in the last moments as in all others: there the files get their places.
    time.sleep(seconds * (chance.uniform(0.9, 1.02) if chance.random() < 0.5 else chance.uniform(0, 0.9)))
    process.send_signal(number)
    code = process.wait(600)
    wrong = [] if ended(code, number) or code == 1 else [f"ended with {code}"]  # 1: it was done, and rows were rejected
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name, data in found.items():
        if name not in whole:
            if number != signal.SIGKILL or not name.endswith(".part"):
                wrong.append(f"left behind: {name}")
        elif data not in (whole[name], before.get(name)):
            wrong.append(f"half a file: {name}")
    wrong += [f"lost: {name}" for name in before if name not in found]
    few = folder.parent / "few.csv"
    write_table(few, 10)
    assess_to_file(
        load(), [str(few)], str(folder / "out.csv"), list, rejects=str(folder / "out.rejects.csv"), force=True
    )
    wrong += [f"not swept: {path.name}" for path in folder.iterdir() if path.name not in whole]
    return number, found.get("out.csv") == whole["out.csv"], wrong


def report(what: str, signals: Counter[signal.Signals], said: str, wrong: list[str]) -> None:
    """Print what came of one kind of run."""
    how = ", ".join(f"{number.name} {signals[number]}" for number in SIGNALS if signals[number])
    print(f"{what}: {signals.total()} killed ({how}); {said}; {len(wrong) or 'nothing'} wrong")
    for line in wrong:
        print(f"  {line}")


def interviews(times: int, chance: random.Random) -> list[str]:
    """Kill so many interviews; what went wrong."""
    signals: Counter[signal.Signals] = Counter()
    answers, wrong = 0, []
    for turn in range(times):
        with tempfile.TemporaryDirectory() as name:
            number, taken, found = kill_interview(Path(name), chance)
        signals[number] += 1
        answers += taken
        wrong += [f"interview {turn}, {number.name}: {each}" for each in found]
    report("ask", signals, f"{answers} answers taken", wrong)
    return wrong


def runs(times: int, rows: int, chance: random.Random) -> list[str]:
    """Kill so many runs over a table; what went wrong."""
    signals: Counter[signal.Signals] = Counter()
    done, wrong = 0, []
    with tempfile.TemporaryDirectory() as name:
        table, folder = Path(name, "table.csv"), Path(name, "here")
        write_table(table, rows)
        seconds = 0.0
        for _ in range(2 if times else 0):  # the first one also compiles what is compiled once
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            start = time.monotonic()
            command = [sys.executable, "-m", "salespath", "assess", str(table), "-o", "out.csv"]
            subprocess.run(command, cwd=folder, env=environment(folder), stderr=subprocess.DEVNULL)
            seconds = time.monotonic() - start
        whole = {path.name: path.read_bytes() for path in folder.iterdir()} if times else {}
        for turn in range(times):
            shutil.rmtree(folder)
            folder.mkdir()
            number, finished, found = kill_run(folder, table, whole, seconds, chance)
            signals[number] += 1
            done += finished
            wrong += [f"run {turn}, {number.name}: {each}" for each in found]
    report(f"assess -o, {rows:,} rows", signals, f"{done} were done before", wrong)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ask", type=int, default=400, help="interviews to kill")
    parser.add_argument("--assess", type=int, default=100, help="runs over a table to kill")
    parser.add_argument("--rows", type=int, default=ROWS, help="of the table")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for number in CODES:  # what runs in the background or under nohup passes on that it ignores them
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    chance = random.Random(given.seed)
    return 1 if interviews(given.ask, chance) + runs(given.assess, given.rows, chance) else 0


if __name__ == "__main__":
    sys.exit(main())
