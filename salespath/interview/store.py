"""What people said, in one SQLite file: streams of events, each of them on the disk before it is acknowledged.

A stream is an interview, a workshop, or whatever else grows by what happens to it; it has a name, a kind, and maybe a stream that
it belongs to. Events are only ever added. One thread writes: what waits for it goes to the disk together, with one wait for the
disk, so a hundred people cost little more than one. Every event has a checksum: one that is damaged counts for nothing, all others
count.
"""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from salespath.facts.objects import as_json
from salespath.files.output import sync_folder
from salespath.files.problems import refusal, shown

T = TypeVar("T")

VERSION = 1
_APPLICATION = 0x53504154  # SPAT: what else is an SQLite file is not taken for a store
_TOGETHER = 500  # writes that go to the disk together at most
_PATIENCE = 10.0  # seconds that another process may hold the file
_SCHEMA = """
CREATE TABLE stream (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
    parent INTEGER NOT NULL DEFAULT 0, begun REAL NOT NULL, UNIQUE (kind, parent, folded)
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    sum INTEGER NOT NULL
);
CREATE INDEX event_of_stream ON event (stream, id);
CREATE INDEX stream_of_parent ON stream (parent);
"""


@dataclass(frozen=True)
class Stream:
    """Something that events happen to. `parent` is the stream that it belongs to, 0 for none; `begun` in seconds since 1970."""

    id: int
    kind: str
    name: str
    parent: int
    begun: float


@dataclass(frozen=True)
class Entry:
    """An event of a stream: its number, which grows through the whole store, when it was, what happened, and what is said of it."""

    id: int
    stream: int
    at: float
    kind: str
    body: Mapping[str, Any]


class Store:
    """The file. It may be open several times, by several processes.

    Raises SalespathError where it cannot be opened (SP210), or is no store or one of a later version (SP211).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._reported():
            _make_folder(path.parent)
            with suppress(FileExistsError):  # for its owner alone, before anything is in it
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                sync_folder(path.parent)
            self._reader = _connection(path)
            self._prepare()
        self._reading = threading.Lock()
        self._waiting: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        self._locks = -1

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def create(self, kind: str, name: str, *, parent: int = 0) -> Stream:
        """A new stream. Raises FileExistsError where there is one of that kind and name."""
        return self._submit(lambda db: _create(db, kind, name, parent)).result()

    def append(self, stream: int, kind: str, body: Mapping[str, Any] | None = None) -> Entry:
        """Add an event; it is on the disk when this returns."""
        return self.submit(stream, kind, body).result()

    def submit(self, stream: int, kind: str, body: Mapping[str, Any] | None = None) -> Future[Entry]:
        """Add an event; it is on the disk when the future has a result. Events are kept in the order in which they come here."""
        text = json.dumps(body or {}, default=as_json)
        return self._submit(lambda db: _append(db, stream, kind, text))

    def remove(self, stream: int) -> None:
        """Delete a stream, those that belong to it, and their events; nothing of them stays in the file."""

        def delete(db: sqlite3.Connection) -> None:
            all_of_it = "WITH RECURSIVE whole (id) AS (SELECT ? UNION SELECT s.id FROM stream s JOIN whole w ON s.parent = w.id)"
            db.execute(f"{all_of_it} DELETE FROM event WHERE stream IN (SELECT id FROM whole)", (stream,))
            db.execute(f"{all_of_it} DELETE FROM stream WHERE id IN (SELECT id FROM whole)", (stream,))

        self._submit(delete).result()
        with self._reported(), self._reading, suppress(sqlite3.OperationalError):  # another process reads just now
            self._reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Reading

    def streams(self, kind: str, *, parent: int | None = None) -> list[Stream]:
        """The streams of a kind, those of a parent if that is given, the oldest first."""
        where, args = ("", (kind,)) if parent is None else (" AND parent = ?", (kind, parent))
        rows = self._read(f"SELECT id, kind, name, parent, begun FROM stream WHERE kind = ?{where} ORDER BY id", args)
        return [Stream(*row) for row in rows]

    def find(self, kind: str, name: str, *, parent: int = 0) -> Stream | None:
        """The stream of a kind and name, in whatever case that is written."""
        rows = self._read(
            "SELECT id, kind, name, parent, begun FROM stream WHERE kind = ? AND parent = ? AND folded = ?",
            [kind, parent, folded(name)],
        )
        return Stream(*rows[0]) if rows else None

    def events(self, stream: int, *, after: int = 0) -> list[Entry]:
        """The events of a stream, in order; those after a number. One that is damaged is left out: `damaged` says which."""
        return [entry for entry, whole in self._entries(stream, after) if whole]

    def damaged(self, stream: int) -> list[Entry]:
        """The events of a stream that are not as they were written. They count for nothing."""
        return [entry for entry, whole in self._entries(stream, 0) if not whole]

    def last(self, stream: int) -> float:
        """When something last happened to a stream, in seconds since 1970; when it was begun where nothing did."""
        latest = "coalesce((SELECT max(at) FROM event WHERE stream = ?), (SELECT begun FROM stream WHERE id = ?), 0)"
        ((at,),) = self._read(f"SELECT {latest}", [stream, stream])
        return float(at)

    def close(self) -> None:
        """Write what waits, and close the file."""
        if self._writer:
            self._waiting.put(None)
            self._writer.join()
            self._writer = None
        with suppress(sqlite3.Error):
            self._reader.close()
        if self._locks >= 0:
            os.close(self._locks)
            self._locks = -1

    # Inside

    def _prepare(self) -> None:
        application, version = (
            self._reader.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if (
            not application
            and not version
            and not self._reader.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        ):
            with _transaction(self._reader):
                if not self._reader.execute("PRAGMA user_version").fetchone()[
                    0
                ]:  # another process may have been quicker
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        self._reader.execute(statement)
                    self._reader.execute(f"PRAGMA application_id = {_APPLICATION}")
                    self._reader.execute(f"PRAGMA user_version = {VERSION}")
        elif application != _APPLICATION:
            raise refusal("SP211", f"{shown(self.path, 300)} is another program's file; give another name.", None)
        elif version > VERSION:
            what = f"{shown(self.path, 300)} was written by a later version of salespath; use that."
            raise refusal("SP211", what, None)

    def _entries(self, stream: int, after: int) -> Iterator[tuple[Entry, bool]]:
        said = "SELECT id, stream, at, kind, body, sum FROM event WHERE stream = ? AND id > ? ORDER BY id"
        for id_, of, at, kind, text, checksum in self._read(said, [stream, after]):
            body: Any = None
            with suppress(ValueError, RecursionError, TypeError):
                body = json.loads(text)
            whole = isinstance(body, dict) and checksum == _sum(kind, text)
            yield Entry(id_, of, at, str(kind), body if isinstance(body, dict) else {}), whole

    def _read(self, statement: str, args: Sequence[Any]) -> list[Any]:
        with self._reported(), self._reading:
            return self._reader.execute(statement, args).fetchall()

    def _submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        with self._starting:
            if not self._writer:
                self._writer = threading.Thread(target=self._write_all, name="store", daemon=True)
                self._writer.start()
        found: Future[T] = Future()
        self._waiting.put((work, found))
        return found

    def _write_all(self) -> None:
        """Write whatever comes, all that waits in one transaction."""
        with closing(_connection(self.path)) as db:
            while first := self._waiting.get():
                some, end = [first], False
                with suppress(queue.Empty):
                    while len(some) < _TOGETHER and not end:
                        item = self._waiting.get_nowait()
                        end = item is None
                        some += [item] if item else []
                self._write(db, some)
                if end:
                    return

    def _write(self, db: sqlite3.Connection, some: list[_Write]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._reported(), _transaction(db):
                for work, future in some:
                    db.execute("SAVEPOINT one")
                    try:
                        done.append((future, work(db)))
                    except FileExistsError as error:  # which concerns nobody else
                        db.execute("ROLLBACK TO one")
                        future.set_exception(error)
                    db.execute("RELEASE one")
        except BaseException as error:
            for _, future in some:
                if not future.done():
                    future.set_exception(error)
        else:
            for future, result in done:
                future.set_result(result)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Where something goes wrong with the file, raise it as a problem (SP210)."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise refusal(
                "SP210", f"cannot keep answers in {shown(self.path, 300)}: {shown(said, 200)}.", None
            ) from None


_Write = tuple[Callable[[sqlite3.Connection], Any], "Future[Any]"]


def folded(name: str) -> str:
    """A name as those that are the same are written."""
    from unicodedata import normalize

    return normalize("NFC", " ".join(name.split())).casefold()


def _sum(kind: str, text: str) -> int:
    return crc32(f"{kind}\n{text}".encode())


def _connection(path: Path) -> sqlite3.Connection:
    if path.is_symlink():
        raise OSError(0, "it is a symbolic link")
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            db.execute(f"PRAGMA {pragma}")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; it is on the disk in the end."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def _create(db: sqlite3.Connection, kind: str, name: str, parent: int) -> Stream:
    begun = time.time()
    try:
        cursor = db.execute(
            "INSERT INTO stream (kind, name, folded, parent, begun) VALUES (?, ?, ?, ?, ?)",
            (kind, name, folded(name), parent, begun),
        )
    except sqlite3.IntegrityError:
        raise FileExistsError(name) from None
    assert cursor.lastrowid
    return Stream(cursor.lastrowid, kind, name, parent, begun)


def _append(db: sqlite3.Connection, stream: int, kind: str, text: str) -> Entry:
    at = time.time()
    cursor = db.execute(
        "INSERT INTO event (stream, at, kind, body, sum) VALUES (?, ?, ?, ?, ?)",
        (stream, at, kind, text, _sum(kind, text)),
    )
    assert cursor.lastrowid
    return Entry(cursor.lastrowid, stream, at, kind, json.loads(text))


def _make_folder(path: Path) -> None:
    """Make a folder that only its owner can read, and those above it, so that each survives a crash."""
    if not path.is_dir():
        _make_folder(path.parent)
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
        sync_folder(path.parent)
