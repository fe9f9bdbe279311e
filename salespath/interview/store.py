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
import re
import sqlite3
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from salespath.facts.objects import as_json
from salespath.files.output import sync_folder
from salespath.files.problems import SalespathError, refusal, shown
from salespath.interview.holds import Hold

T = TypeVar("T")

VERSION = 1
_APPLICATION = 0x53504154  # SPAT: what else is an SQLite file is not taken for a store
_TOGETHER = 500  # writes that go to the disk together at most
_PATIENCE = 10.0  # seconds that another process may hold the file
_STRANGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WORDS = re.compile(r'"(\w{1,60})": "(\w{1,60})"')  # what can still be read of a damaged event
_COLUMNS = "id, kind, name, parent, begun"
_SCHEMA = """
CREATE TABLE stream (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
    parent INTEGER NOT NULL DEFAULT 0, begun REAL NOT NULL, UNIQUE (kind, parent, folded)
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    sum INTEGER NOT NULL
);
CREATE TABLE imported (
    file TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, stream INTEGER NOT NULL,
    PRIMARY KEY (file, sha256)
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


@dataclass(frozen=True)
class Imported:
    """A file that a stream was made of: its name, what was in it, its size in bytes and when it was changed (ns since 1970)."""

    file: str
    sha256: str
    size: int
    modified: int


class Store:
    """The file. It may be open several times, by several processes; one that may not be written can be read.

    Raises SalespathError where it cannot be opened (SP140), or is no store, damaged, or one of a later version (SP213).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._reported():
            _make_folder(path.parent)
            with suppress(FileExistsError):  # for its owner alone, before anything is in it
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
                sync_folder(path.parent)
            self._reader = _connection(path)
            try:
                self._prepare()
            except BaseException:
                self._reader.close()
                raise
        self._reading = threading.Lock()
        self._waiting: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def create(self, kind: str, name: str, *, parent: int = 0) -> Stream:
        """A new stream. Raises FileExistsError where there is one of that kind and name."""
        return self._submit(lambda db: _create(db, kind, name, parent, time.time())).result()

    def admit(self, kind: str, name: str, *, parent: int, said: str) -> Future[tuple[Stream, Entry]]:
        """A new stream, and with it the event of its parent that says so, with its number (`person`) and name: both or neither.

        The future raises FileExistsError where there is one of that kind and name.
        """

        def work(db: sqlite3.Connection) -> tuple[Stream, Entry]:
            at = time.time()
            stream = _create(db, kind, name, parent, at)
            return stream, _append(db, parent, at, said, _text({"person": stream.id, "name": name}))

        return self._submit(work)

    def append(self, stream: int, kind: str, body: Mapping[str, Any] | None = None) -> Entry:
        """Add an event; it is on the disk when this returns. Raises LookupError where there is no such stream any more."""
        return self.submit(stream, kind, body).result()

    def submit(self, stream: int, kind: str, body: Mapping[str, Any] | None = None) -> Future[Entry]:
        """Add an event; it is on the disk when the future has a result. Events are kept in the order in which they come here.

        One whose future is cancelled before its turn is not written.
        """
        text = _text(body or {})
        return self._submit(lambda db: _append(db, stream, time.time(), kind, text))

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
        return [
            Stream(*row) for row in self._read(f"SELECT {_COLUMNS} FROM stream WHERE kind = ?{where} ORDER BY id", args)
        ]

    def find(self, kind: str, name: str, *, parent: int = 0) -> Stream | None:
        """The stream of a kind and name, in whatever case that is written."""
        where = "kind = ? AND parent = ? AND folded = ?"
        rows = self._read(f"SELECT {_COLUMNS} FROM stream WHERE {where}", [kind, parent, folded(name)])
        return Stream(*rows[0]) if rows else None

    def events(self, stream: int, *, after: int = 0) -> list[Entry]:
        """The events of a stream, in order; those after a number. One that is damaged is left out: `damaged` says which."""
        return [entry for entry, whole in self._entries(stream, after) if whole]

    def damaged(self, stream: int) -> list[Entry]:
        """The events of a stream that are not as they were written: what can still be read of them. They count for nothing."""
        return [entry for entry, whole in self._entries(stream, 0) if not whole]

    def last(self, stream: int) -> float:
        """When something last happened to a stream, in seconds since 1970; when it was begun where nothing did."""
        latest = "coalesce((SELECT max(at) FROM event WHERE stream = ?), (SELECT begun FROM stream WHERE id = ?), 0)"
        ((at,),) = self._read(f"SELECT {latest}", [stream, stream])
        return float(at)

    # One at a time

    def hold(self, stream: int) -> Hold:
        """Keep a stream for this one alone, until that is closed or the process ends, however it does.

        Raises BlockingIOError where somebody else holds it, in this process or another, or where it is gone.
        """
        with self._reported():
            hold = Hold(self._locks, stream)
        if not self._read("SELECT 1 FROM stream WHERE id = ?", [stream]):  # removed by whoever held it until now
            hold.close()
            raise BlockingIOError
        return hold

    def begin(self, kind: str, name: str) -> tuple[Stream, Hold]:
        """A new stream that is held before anybody else can see it. Raises FileExistsError where there is one of that name."""
        held: list[Hold] = []

        def work(db: sqlite3.Connection) -> Stream:
            stream = _create(db, kind, name, 0, time.time())
            held.append(Hold(self._locks, stream.id))
            return stream

        try:
            return self._submit(work).result(), held[0]
        except BaseException:
            for hold in held:
                hold.close()
            raise

    # What was kept elsewhere before

    def bring_in(
        self, kind: str, names: Iterable[str], source: Imported, said: Sequence[tuple[str, Mapping[str, Any] | str]]
    ) -> Stream | None:
        """A stream of what happened before there was this store, by the first of some names that is free: all of it or nothing.

        `said` are the kinds and bodies of the events, which get the date of `source`; a body that is a text is a damaged one. None
        where this file was brought in before, as it is now, or says nothing.
        """

        def work(db: sqlite3.Connection) -> Stream | None:
            key = (source.file, source.sha256)
            at, stream = source.modified / 1e9, None
            if db.execute("SELECT 1 FROM imported WHERE file = ? AND sha256 = ?", key).fetchone():
                db.execute("UPDATE imported SET modified = ? WHERE file = ? AND sha256 = ?", (source.modified, *key))
                return None
            if said:
                stream = next(filter(None, (_created(db, kind, name, at) for name in names)))
                for what, body in said:
                    damaged = isinstance(body, str)
                    _append(db, stream.id, at, what, body if isinstance(body, str) else _text(body), whole=not damaged)
            db.execute(
                "INSERT INTO imported VALUES (?, ?, ?, ?, ?)",
                (*key, source.size, source.modified, stream.id if stream else 0),
            )
            return stream

        return self._submit(work).result()

    def brought_in(self, stream: int | None = None) -> list[Imported]:
        """The files that were brought in; those that a stream was made of."""
        where, args = ("", ()) if stream is None else (" WHERE stream = ?", (stream,))
        return [Imported(*row) for row in self._read(f"SELECT file, sha256, size, modified FROM imported{where}", args)]

    def forget(self, source: Imported) -> None:
        """Know nothing more of a file that was brought in and is gone."""

        def delete(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM imported WHERE file = ? AND sha256 = ?", (source.file, source.sha256))

        self._submit(delete).result()

    def close(self) -> None:
        """Write what waits, and close the file."""
        with self._starting:
            self._closed = True
            if self._writer:
                self._waiting.put(None)
        if self._writer:
            self._writer.join()
        with suppress(sqlite3.Error):
            self._reader.close()

    # Inside

    @property
    def _locks(self) -> Path:
        return self.path.with_name(f"{self.path.name}-lock")

    def _prepare(self) -> None:
        def number(name: str) -> int:
            return int(self._reader.execute(f"PRAGMA {name}").fetchone()[0])

        if not (number("application_id") or number("user_version") or number("schema_version")):
            with _transaction(self._reader):
                if not number("user_version"):  # another process may have been quicker
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        self._reader.execute(statement)
                    self._reader.execute(f"PRAGMA application_id = {_APPLICATION}")
                    self._reader.execute(f"PRAGMA user_version = {VERSION}")
        elif number("application_id") != _APPLICATION:
            raise refusal("SP213", f"{shown(self.path, 300)} is another program's file; move it away.", None)
        elif number("user_version") > VERSION:
            what = f"{shown(self.path, 300)} was written by a later version of salespath; use that."
            raise refusal("SP213", what, None)

    def _entries(self, stream: int, after: int) -> Iterator[tuple[Entry, bool]]:
        said = "SELECT id, stream, at, kind, body, sum FROM event WHERE stream = ? AND id > ? ORDER BY id"
        for id_, of, at, kind, text, checksum in self._read(said, [stream, after]):
            body: Any = None
            with suppress(ValueError, RecursionError, TypeError):
                body = json.loads(text)
            whole = isinstance(body, dict) and checksum == _sum(of, at, kind, text)
            read = body if isinstance(body, dict) else dict(_WORDS.findall(str(text)))
            yield Entry(id_, of, at, str(kind), read), whole

    def _read(self, statement: str, args: Sequence[Any]) -> list[Any]:
        with self._reported(), self._reading:
            return self._reader.execute(statement, args).fetchall()

    def _submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        found: Future[T] = Future()
        with self._starting:
            if self._closed:
                raise ValueError("the store is closed")
            if not self._writer:
                self._writer = threading.Thread(target=self._write_all, name="store", daemon=True)
                self._writer.start()
            self._waiting.put((work, found))
        return found

    def _write_all(self) -> None:
        """Write whatever comes, all that waits in one transaction."""
        db: sqlite3.Connection | None = None
        end = False
        while not end and (first := self._waiting.get()):
            some = [first]
            with suppress(queue.Empty):
                while len(some) < _TOGETHER and not end:
                    item = self._waiting.get_nowait()
                    end = item is None
                    some += [item] if item else []
            some = [(work, future) for work, future in some if future.set_running_or_notify_cancel()]
            try:
                with self._reported():
                    db = db or _connection(self.path)
                self._write(db, some)
            except BaseException as error:
                for _, future in some:
                    if not future.done():
                        future.set_exception(error)
        if db:
            with suppress(sqlite3.Error):
                db.close()

    def _write(self, db: sqlite3.Connection, some: list[_Write]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        with self._reported(), _transaction(db):
            for work, future in some:
                db.execute("SAVEPOINT one")
                try:
                    done.append((future, work(db)))
                except (
                    BlockingIOError,
                    FileExistsError,
                    LookupError,
                    ValueError,
                ) as error:  # which concerns nobody else
                    db.execute("ROLLBACK TO one")
                    future.set_exception(error)
                db.execute("RELEASE one")
        for future, result in done:
            future.set_result(result)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Where something goes wrong with the file, raise it as a problem."""
        try:
            yield
        except (BlockingIOError, FileExistsError):
            raise
        except (sqlite3.Error, OSError) as error:
            raise _problem(self.path, error) from None


_Write = tuple[Callable[[sqlite3.Connection], Any], "Future[Any]"]


def folder() -> Path:
    """Where interviews are kept: the place for a user's data on this system. Raises SalespathError (SP140) where there is none."""
    home = os.environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(home):
        return Path(home) / "salespath"
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "salespath"
    try:
        place = "Library/Application Support" if sys.platform == "darwin" else ".local/share"
        return Path.home() / place / "salespath"
    except RuntimeError:
        message = "there is no home folder to save the interview in; set XDG_DATA_HOME to a folder."
        raise refusal("SP140", message, None) from None


def default_path() -> Path:
    """The store of whoever runs the program, unless they name another."""
    return folder() / "salespath.sqlite"


def folded(name: str) -> str:
    """A name as those that are the same are written."""
    from unicodedata import normalize

    return normalize("NFC", " ".join(name.split())).casefold()


def _problem(path: Path, error: sqlite3.Error | OSError) -> SalespathError:
    """What went wrong with a file (SP140, SP213)."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _STRANGE:
        what = (
            f"{shown(path, 300)} is damaged, or another program's file ({error}); move it away to begin with a new one."
        )
        return refusal("SP213", what, None)
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return refusal("SP140", f"cannot save the interview in {shown(path, 300)}: {shown(said, 200)}.", None)


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, default=as_json)


def _sum(stream: int, at: float, kind: str, text: str) -> int:
    return crc32(f"{stream} {at!r} {kind}\n{text}".encode("utf-8", "surrogatepass"))


def _connection(path: Path) -> sqlite3.Connection:
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(0, "it is a symbolic link, a folder or a device")
    where = path.absolute().as_uri()
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        # Nobody writes what is left alone by a program that ended well; else what it left is needed.
        where += "?mode=ro" + ("" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1")
    db = sqlite3.connect(where, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, uri=True)
    db.text_factory = lambda data: data.decode("utf-8", "replace")  # of a damaged text, what there is
    try:
        if "?" not in where:
            _make_durable(db)
        db.execute("PRAGMA secure_delete = ON")
    except BaseException:
        db.close()
        raise
    return db


def _make_durable(db: sqlite3.Connection) -> None:
    """Let a commit return when it is on the disk: by a write-ahead log, or a slower one where the file system has none."""
    end, mode = time.monotonic() + _PATIENCE, ""
    while not mode:
        try:
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & 0xFF
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() < end:
                time.sleep(0.02)  # another process begins, too: SQLite does not wait for that by itself
            elif code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_CANTOPEN):
                (mode,) = db.execute("PRAGMA journal_mode = DELETE").fetchone()
            else:
                raise
    db.execute("PRAGMA synchronous = FULL" if mode == "wal" else "PRAGMA synchronous = EXTRA")
    db.execute("PRAGMA fullfsync = ON")  # on a Mac, where a disk is else only told and not waited for


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


def _create(db: sqlite3.Connection, kind: str, name: str, parent: int, begun: float) -> Stream:
    values = (kind, name, folded(name), parent, begun)
    try:
        cursor = db.execute("INSERT INTO stream (kind, name, folded, parent, begun) VALUES (?, ?, ?, ?, ?)", values)
    except sqlite3.IntegrityError:
        raise FileExistsError(name) from None
    assert cursor.lastrowid
    return Stream(cursor.lastrowid, kind, name, parent, begun)


def _created(db: sqlite3.Connection, kind: str, name: str, begun: float) -> Stream | None:
    """A new stream, if the name is free."""
    with suppress(FileExistsError):
        return _create(db, kind, name, 0, begun)
    return None


def _append(db: sqlite3.Connection, stream: int, at: float, kind: str, text: str, *, whole: bool = True) -> Entry:
    if not db.execute("SELECT 1 FROM stream WHERE id = ?", (stream,)).fetchone():
        raise LookupError(f"there is no stream {stream}")
    checksum = _sum(stream, at, kind, text)
    cursor = db.execute(
        "INSERT INTO event (stream, at, kind, body, sum) VALUES (?, ?, ?, ?, ?)",
        (stream, at, kind, text, checksum if whole else -1),
    )
    assert cursor.lastrowid
    return Entry(cursor.lastrowid, stream, at, kind, json.loads(text) if whole else {})


def _make_folder(path: Path) -> None:
    """Make a folder that only its owner can read, and those above it, so that each survives a crash."""
    if not path.is_dir():
        _make_folder(path.parent)
        with suppress(FileExistsError):  # made by another window meanwhile; where it is a file, what comes next says so
            path.mkdir(mode=0o700)
        sync_folder(path.parent)
