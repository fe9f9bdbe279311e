"""A command that is stopped or killed, or whose disk fills, leaves whole files and no litter, and says what happened."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from given import EXAMPLES, ROOT, sample

from salespath.files.output import atomic

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")

ROWS = b"company,product_stage\n" + b"".join(b"A%d,idea\n" % n for n in range(100))
MANY = b"company,product_stage\n" + b"".join(b"A%d,idea\n" % n for n in range(150_000))
KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # as most people have it
ENVIRONMENT = {**KEPT, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def writing(tmp_path):
    """Begin to write `out.csv`; the process waits for more input."""
    begun = []

    def begin(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "salespath", "assess", "-", "-o", "out.csv", *words]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=ENVIRONMENT
        )
        begun.append(process)
        assert process.stdin
        process.stdin.write(MANY)
        process.stdin.flush()
        give_up = time.monotonic() + 60
        while not parts(tmp_path):
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.01)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def parts(folder: Path) -> set[str]:
    """The files that are being written, or were."""
    return {path.name for path in folder.rglob(".*.part")}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=lambda n: str(n)
)
def test_a_run_that_is_stopped_leaves_nothing(writing, tmp_path, number, code):
    (tmp_path / "out.csv").write_text("of an earlier run")
    process = writing("--force")
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said.strip() == b""
    assert everything(tmp_path) == {"out.csv": b"of an earlier run"}


def test_a_second_signal_does_not_keep_the_first_from_clearing_away(writing, tmp_path):
    process = writing()
    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM):  # a shell and the terminal both hang up
        process.send_signal(number)
    assert process.wait(60) in (129, 143)
    assert everything(tmp_path) == {}


def test_a_signal_that_the_starter_had_ignored_stays_so(tmp_path):
    (tmp_path / "a.csv").write_bytes(ROWS)
    line = f"trap '' HUP; {sys.executable} -m salespath assess - -o out.csv < a.csv & sleep 0.4; kill -HUP $!; wait $!"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert (tmp_path / "out.csv").exists()


def test_what_a_killed_run_left_goes_when_the_file_is_written_next(writing, tmp_path):
    process = writing()
    process.kill()
    process.wait(60)
    (lost,) = parts(tmp_path)
    assert lost.startswith(".out.csv.")
    kept = {".out.csv.notes.part", "out.csv.12345678.part", ".out.csv.12345678.part.csv", ".other.csv.12345678.part"}
    for name in kept:  # no part of this file
        (tmp_path / name).write_text("mine")
    with atomic(str(tmp_path / "out.csv")) as file:
        file.write(b"whole")
    assert {path.name for path in tmp_path.iterdir()} == kept | {"out.csv"}


def test_what_another_run_is_writing_stays(writing, tmp_path):
    slow = writing()
    with atomic(str(tmp_path / "out.csv")) as file:
        file.write(b"whole")
    assert len(parts(tmp_path)) == 1
    _, said = slow.communicate(timeout=120)
    assert (slow.returncode, b"SP141" in said) == (1, True)
    assert (tmp_path / "out.csv").read_bytes() == b"whole"
    assert parts(tmp_path) == set()


def test_a_reader_of_messages_that_goes_away_leaves_no_half_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(ROWS + b"Bad,nonsense\n" * 2000)
    line = f"{sys.executable} -m salespath assess a.csv -o out.csv 2>&1 | head -n 1"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, timeout=120)
    assert b"Traceback" not in done.stdout + done.stderr
    assert parts(tmp_path) == set()


@pytest.mark.more
def test_a_few_kills_at_random_moments_lose_nothing(capsys):
    pytest.importorskip("pexpect")
    from benchmarks.kills import interviews, runs

    chance, times = random.Random(11), len(sample(range(10)))
    assert interviews(times, chance) + runs(times // 2, 2000, chance) == [], capsys.readouterr().out


# What the system is asked


def calls(strace: str, folder: Path, traced: str, *words: str, stdin: bytes = b"") -> list[tuple[str, str]]:
    """The calls of the system that a command makes, each with its arguments."""
    command = [
        strace,
        "-f",
        "-y",
        "-s",
        "64",
        "-o",
        "calls",
        "-e",
        f"trace={traced}",
        sys.executable,
        "-m",
        "salespath",
        *words,
    ]
    environment = {**ENVIRONMENT, "XDG_DATA_HOME": str(folder / "data")}
    done = subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, timeout=240)
    if b"ptrace" in done.stderr:
        pytest.skip("this system lets nobody trace a process")
    assert done.returncode == 0, done.stderr
    found, begun = [], {}
    for line in (folder / "calls").read_text("utf-8", "replace").splitlines():
        process, call = line.split(maxsplit=1)
        if whole := re.match(r"(\w+)\((.*)\) += ", call):
            found.append(whole.groups())
        elif first := re.match(r"(\w+)\((.*) <unfinished \.\.\.>", call):  # another thread called meanwhile
            begun[process] = first.groups()
        elif " resumed>" in call:
            found.append(begun.pop(process))
    return found


def place(found: list[tuple[str, str]], name: str, said: str) -> int:
    """Where the first call with such a name and arguments stands."""
    return next(at for at, (call, words) in enumerate(found) if re.match(name, call) and re.search(said, words))


def test_a_file_is_on_the_disk_before_it_has_its_name_and_the_name_before_the_end(strace, tmp_path):
    (tmp_path / "a.csv").write_bytes(ROWS + b"Bad,nonsense\n")
    (tmp_path / "b.csv").write_bytes(ROWS)
    folder = re.escape(str(tmp_path))
    for words, names in (
        (["assess", "b.csv", "-o", "out.csv"], ["out.csv"]),
        (["assess", str(EXAMPLES / "asana_2020.yaml"), "-o", "out.html"], ["out.html"]),
        (["ask", "--no-input", "--answers", str(EXAMPLES / "asana_2020.yaml"), "-o", "out.yaml"], ["out.yaml"]),
    ):
        found = calls(strace, tmp_path, "fsync,rename,renameat,renameat2", *words)
        for name in names:
            written = place(found, "fsync", rf"<{folder}/\.{re.escape(name)}\.[0-9a-f]{{8}}\.part>")
            named = place(found, "rename", rf'\.part".*{re.escape(name)}"')
            kept = max(
                at for at, (call, said) in enumerate(found) if call == "fsync" and said.endswith(f"<{tmp_path}>")
            )
            assert written < named < kept, found


def test_an_answer_is_on_the_disk_before_the_next_question(strace, tmp_path):
    traced = "fsync,fdatasync,write,pwrite64"
    found = calls(strace, tmp_path, traced, "ask", "--order", "fixed", stdin=b"Acme\nidea\nno\n")
    kept = [at for at, (call, said) in enumerate(found) if call == "pwrite64" and "sqlite-wal>" in said]
    shown = [at for at, (call, said) in enumerate(found) if call == "write" and said.startswith("1<")]
    assert len({sum(at < one for one in kept) for at in shown}) >= 4, "the beginning and three answers"
    for at in kept:
        following = [call for call, said in found[at + 1 :] if "sync" in call or said.startswith("1<")]
        assert "sync" in following[0]
    made = place(found, "pwrite64", r"\.sqlite(-wal)?>")
    assert place(found, "fsync", r"/data/salespath>$") < made, "the folder knows the store"


# Disks that are full


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "words",
    [
        ["assess", "a.csv", "--format", "csv"],
        ["assess", "a.yaml", "-o", "/dev/full"],
        ["assess", "a.yaml"],
        ["explain", "a.yaml", "--format", "json"],
        ["rules", "graph"],
        ["rules", "reference"],
        ["facts", "template"],
        ["rules", "list"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_full_disk_is_a_message_wherever_it_is(tmp_path, words):
    (tmp_path / "a.csv").write_bytes(ROWS)
    (tmp_path / "a.yaml").write_text("product_stage: idea")
    line = f"{sys.executable} -m salespath {' '.join(words)} > /dev/full"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert re.findall(rb"SP140: cannot write .*: No space left on device", done.stderr)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
