"""The store: what is acknowledged is there, whoever writes beside it and whatever happens to the file."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from given import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salespath.files.problems import SalespathError
from salespath.interview import store as stores
from salespath.interview.store import Imported, Store

BODIES = st.dictionaries(
    st.text(max_size=8), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)
)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "made" / "here" / "store.sqlite"


@pytest.fixture
def store(path):
    with Store(path) as opened:
        yield opened


def said(store: Store, stream: int) -> list:
    return [(entry.kind, entry.body) for entry in store.events(stream)]


def python(code: str, *args: object) -> subprocess.Popen[bytes]:
    """A process of its own that runs some lines."""
    words = [sys.executable, "-c", f"import sys\nfrom pathlib import Path\n{code}", *map(str, args)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=8), BODIES), max_size=12))
def test_what_is_added_is_read_back_in_order_by_this_and_any_other(store, some):
    streams = [store.create("any", f"{time.monotonic_ns()}") for _ in range(3)]
    added = [store.append(streams[of].id, kind, body) for of, kind, body in some]
    assert [entry.id for entry in added] == sorted({entry.id for entry in added})
    with Store(store.path) as other:
        for place, stream in enumerate(streams):
            expected = [(kind, body) for of, kind, body in some if of == place]
            assert said(store, stream.id) == said(other, stream.id) == expected
            assert not other.damaged(stream.id)
    for entry in added:
        assert entry in store.events(entry.stream, after=entry.id - 1)
        assert entry not in store.events(entry.stream, after=entry.id)


def test_names_are_unique_by_kind_and_parent_in_whatever_case(store):
    one = store.create("interview", "Ștefan  & Söhne")
    with pytest.raises(FileExistsError):
        store.create("interview", "ștefan & SÖHNE")
    workshop = store.create("workshop", "ștefan & söhne")
    inside = store.create("interview", "ștefan & söhne", parent=workshop.id)
    assert store.find("interview", "ȘTEFAN & söhne") == one
    assert store.find("interview", "ștefan & söhne", parent=workshop.id) == inside
    assert store.streams("interview", parent=0) == [one]
    assert store.streams("interview") == [one, inside]


def commits(path: Path) -> int:
    """How many transactions stand in the write-ahead log."""
    log = path.with_name(f"{path.name}-wal").read_bytes()
    size = int.from_bytes(log[8:12], "big") + 24
    return sum(log[at + 4 : at + 8] != b"\0\0\0\0" for at in range(32, len(log) - 23, size))


def test_a_hundred_that_wait_go_to_the_disk_together(store, path):
    stream = store.create("any", "one")
    before = commits(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # so that all of them wait
    waiting = [store.submit(stream.id, "answer", {"n": n}) for n in range(100)]
    assert not any(future.done() for future in waiting)
    other.execute("COMMIT")
    other.close()
    assert [future.result().body["n"] for future in waiting] == list(range(100))
    assert [entry.body["n"] for entry in store.events(stream.id)] == list(range(100))
    assert commits(path) - before <= 3


def test_what_fails_for_one_fails_for_nobody_else(store, path):
    stream = store.create("any", "one")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first = store.submit(stream.id, "a")
    time.sleep(0.05)  # the writer waits with the first one, the rest comes after it
    gone, cancelled, last = store.submit(999, "b"), store.submit(stream.id, "c"), store.submit(stream.id, "d")
    assert cancelled.cancel()
    other.execute("COMMIT")
    other.close()
    assert [first.result().kind, last.result().kind] == ["a", "d"]
    with pytest.raises(LookupError):
        gone.result()
    assert [kind for kind, _ in said(store, stream.id)] == ["a", "d"]


def test_threads_write_side_by_side(store):
    streams = [store.create("any", str(n)) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda s: [store.append(s.id, "n", {"n": n}) for n in range(20)], streams))
    for stream in streams:
        assert said(store, stream.id) == [("n", {"n": n}) for n in range(20)]


WRITE = """
from salespath.interview.store import Store
with Store(Path(sys.argv[1])) as store:
    stream = store.create("any", sys.argv[2])
    for n in range(20):
        store.append(stream.id, "n", {"n": n})
"""


def test_processes_begin_at_once_and_write_side_by_side(path):
    processes = [python(WRITE, path, name) for name in "abcd"]
    for process in processes:
        process.communicate(timeout=100)
    assert [process.returncode for process in processes] == [0] * 4
    with Store(path) as store:
        assert [said(store, s.id) for s in store.streams("any")] == [[("n", {"n": n}) for n in range(20)]] * 4


TELL = """
from salespath.interview.store import Store
store = Store(Path(sys.argv[1]))
stream = store.find("any", "one") or store.create("any", "one")
for n in range(10_000):
    print(store.append(stream.id, "n", {"text": "x" * 300}).id, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_killed_in_the_middle_every_acknowledged_event_is_there(path):
    told: list[int] = []
    for lines in (1, 7, 40):
        process = python(TELL, path)
        told += [int(process.stdout.readline()) for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        told += [
            int(line) for line in process.communicate(timeout=60)[0].splitlines(keepends=True) if line.endswith(b"\n")
        ]
        with Store(path) as store:
            stream = store.find("any", "one").id
            assert set(told) <= {entry.id for entry in store.events(stream)}
            assert not store.damaged(stream)
            assert store.append(stream, "after").id > told[-1]


# Holding


def test_a_stream_is_held_by_one_at_a_time_here_and_elsewhere(store):
    one, two = store.create("any", "one"), store.create("any", "two")
    hold, other = store.hold(one.id), store.hold(two.id)
    with Store(store.path) as again, pytest.raises(BlockingIOError):
        again.hold(one.id)
    other.close()
    code = "from salespath.interview.store import Store\ntry:\n Store(Path(sys.argv[1])).hold(int(sys.argv[2]))\n"
    code += "except BlockingIOError:\n sys.exit(3)"
    assert [python(code, store.path, stream.id).wait(60) for stream in (one, two)] == [3, 0]
    hold.close()
    hold.close()
    assert python(code, store.path, one.id).wait(60) == 0
    store.hold(one.id).close()


HOLD = """
from salespath.interview.store import Store
store = Store(Path(sys.argv[1]))
hold = store.begin("any", "one")[1]
print(flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_what_a_killed_process_held_is_free(path):
    process = python(HOLD, path)
    process.stdout.readline()
    with Store(path) as store:
        stream = store.find("any", "one")
        with pytest.raises(BlockingIOError):
            store.hold(stream.id)
        process.kill()
        process.communicate()
        store.hold(stream.id).close()


def test_what_is_gone_is_not_held(store):
    stream, hold = store.begin("any", "one")
    with pytest.raises(FileExistsError):
        store.begin("any", "ONE")
    store.remove(stream.id)
    hold.close()
    with pytest.raises(BlockingIOError):
        store.hold(stream.id)


# Deleting


def test_nothing_stays_of_what_is_removed_nor_of_what_belongs_to_it(store, path):
    workshop = store.create("workshop", "SECRET-NAME")
    person = store.create("interview", "SECRET-PERSON", parent=workshop.id)
    other = store.create("workshop", "other")
    for stream in (workshop, person, other):
        store.append(stream.id, "answer", {"value": "SECRET-ANSWER" if stream != other else "kept"})
    store.remove(workshop.id)
    assert (store.streams("workshop"), store.streams("interview")) == ([other], [])
    assert said(store, other.id) == [("answer", {"value": "kept"})]
    for file in path.parent.iterdir():
        assert b"SECRET" not in file.read_bytes().upper(), file
    assert store.create("any", "new").id > other.id, "no number stands for two things"


# What happens to the file


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.integers(0, 9), st.integers(0, 40), st.integers(1, 255))
def test_a_damaged_byte_costs_the_event_it_stands_in(tmp_path, which, place, change):
    path = tmp_path / f"{time.monotonic_ns()}.sqlite"
    with Store(path) as store:
        stream = store.create("any", "one").id
        for n in range(10):
            store.append(stream, "answer", {"question": "capital", "text": f"number-{n}-" + "y" * 30})
    data = bytearray(path.read_bytes())
    data[data.index(b"number-%d-" % which) + place % 38] ^= change
    path.write_bytes(data)
    with Store(path) as store:
        kept = [entry.body["text"][7] for entry in store.events(stream)]
        assert kept == [str(n) for n in range(10) if n != which]
        (damaged,) = store.damaged(stream)
        assert (damaged.kind, damaged.body.get("question")) == ("answer", "capital")


@pytest.mark.parametrize("data", [b"no store at all" * 300, b"SQLite format 3\0" + b"\xff" * 4080])
def test_another_file_or_a_broken_one_is_said_and_left_as_it_is(tmp_path, data):
    path = tmp_path / "x.sqlite"
    path.write_bytes(data)
    with pytest.raises(SalespathError, match="move it away") as caught:
        Store(path)
    assert [problem.code for problem in caught.value.problems] == ["SP213"]
    assert path.read_bytes() == data


def test_another_programs_or_a_later_store_is_refused(tmp_path):
    foreign, later = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    with sqlite3.connect(foreign) as db:
        db.execute("CREATE TABLE mine (x)")
    Store(later).close()
    with sqlite3.connect(later) as db:
        db.execute(f"PRAGMA user_version = {stores.VERSION + 1}")
    for path, told in ((foreign, "another program"), (later, "later version")):
        with pytest.raises(SalespathError, match=told):
            Store(path)


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_no_link_folder_or_pipe_is_taken_for_a_store(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "link", "pipe"):
        with pytest.raises(SalespathError, match="SP140"):
            Store(tmp_path / name)
    assert not (tmp_path / "there").exists()


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_it_is_for_its_owner_alone_and_survives_a_crash_from_the_beginning(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(stores, "sync_folder", synced.append)
    path = tmp_path / "new" / "share" / "store.sqlite"
    with Store(path) as store:
        stream = store.create("any", "one")
        store.hold(stream.id).close()
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        assert len(list(path.parent.iterdir())) == 4, "the store, its log and index, and the locks"
    assert synced == [tmp_path, tmp_path / "new", tmp_path / "new" / "share"]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_system_without_shared_memory_will_do(tmp_path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda where, **more: connect(f"{where}?vfs=unix-dotfile", **more))
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        stream = store.create("any", "one").id
        store.append(stream, "a")
        assert not path.with_name("store.sqlite-wal").exists()
    monkeypatch.undo()
    with Store(path) as store:
        assert said(store, stream) == [("a", {})]


FULL = """
import resource
from salespath.files.problems import SalespathError
from salespath.interview.store import Store
with Store(Path(sys.argv[1])) as store:
    stream = store.create("any", "one")
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    try:
        for n in range(1000):
            store.append(stream.id, "n", {"n": n})
    except SalespathError as error:
        print(error.problems[0].code, n)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.append(stream.id, "n", {"n": n})
"""


@pytest.mark.skipif(os.name != "posix", reason="needs limits")
def test_a_full_disk_is_said_loses_nothing_and_can_be_overcome(path):
    process = python(FULL, path)
    code, number = process.communicate(timeout=60)[0].split()
    assert (process.returncode, code) == (0, b"SP140")
    with Store(path) as store:
        events = said(store, store.find("any", "one").id)
    assert events == [("n", {"n": n}) for n in range(int(number) + 1)]
    assert len(events) > 2


# What was kept elsewhere before


def test_what_is_brought_in_comes_once_whole_with_its_date(store):
    source = Imported("a.jsonl", "0" * 64, 10, 1_000_000_000 * 10**9)
    heard = [("given", {"company": "A"}), ("", "{damaged"), ("done", {})]
    store.create("interview", "a")
    made = store.bring_in("interview", ["a", "a 2", "a 3"], source, heard)
    assert (made.name, store.last(made.id)) == ("a 2", 1e9)
    assert said(store, made.id) == [("given", {"company": "A"}), ("done", {})]
    assert len(store.damaged(made.id)) == 1
    assert store.bring_in("interview", ["a", "a 2", "a 3"], source, heard) is None
    assert store.brought_in(made.id) == store.brought_in() == [source]
    store.forget(source)
    assert not store.brought_in()


def test_a_closed_store_takes_nothing(path):
    store = Store(path)
    stream = store.create("any", "one")
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.append(stream.id, "a")
