"""Interviews on disk: one append-only file each, one line of JSON for each event, written through before the next question."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salespath.facts import Case, Value, Vocabulary
from salespath.facts.cases import typed
from salespath.facts.values import HOW, BadValue
from salespath.files.nodes import parse
from salespath.files.problems import Problem, SalespathError, shown
from salespath.interview.answers import Answer
from salespath.interview.interview import COMPANY, PLAN, Event

_LARGEST = 16 * 2**20  # bytes; an interview takes some thousands
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Busy(Exception):
    """The interview is being held in another window."""


@dataclass(frozen=True)
class JournalRecord:
    """What a journal says: what was given beforehand, the events, the fact file it wrote last (path and SHA-256), and whether
    the interview is a quick one.
    """

    given: Case
    events: tuple[Event, ...] = ()
    written: tuple[str, str] = ("", "")
    quick: bool = False


def folder() -> Path:
    """Where interviews are kept: the place for a user's data on this system."""
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
        raise SalespathError([Problem("SP140", message)]) from None


class Journal:
    """The file of one interview, locked for as long as it is open. Raises SalespathError (SP140) where it cannot be written."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self._file = -1
        try:
            if new:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(path, _FLAGS | (os.O_CREAT | os.O_EXCL if new else 0), 0o600)
            self._lock(wait=new)
            with open(self._file, "rb", closefd=False) as file:
                data = file.read(_LARGEST)
            if new:
                _sync_folder(path.parent)
            elif data and not data.endswith(b"\n"):  # killed while writing: the torn line stays, and ends here
                self._write(b"\n")
        except OSError as error:
            self.close()
            raise self._problem(error) from None
        except Busy:
            self.close()
            raise
        self._data = data

    @classmethod
    def create(cls) -> Journal:
        """A new journal in a file of its own."""
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}.jsonl"
        return cls(folder() / name, new=True)

    def start(self, given: Case, *, quick: bool = False) -> None:
        """Write down what was given beforehand, and whether the interview is a quick one."""
        self._append(
            {
                "kind": "given", "version": 1, "company": given.company, "file": given.file,
                "facts": {name: _plain(value) for name, value in given.values.items()},
                "how": dict(given.how), "notes": {k: dict(v) for k, v in given.notes.items()}, "extra": dict(given.extra),
                "quick": quick,
            }
        )  # fmt: skip

    def append(self, event: Event) -> None:
        """Write an event down; it is on the disk when this returns."""
        line: dict[str, Any] = {"kind": event.kind}
        if event.question:
            line["question"] = event.question
        if event.answer:
            line["value"] = _plain(event.answer.value)
            if event.answer.how:
                line["how"] = event.answer.how
        self._append(line)

    def wrote(self, path: str, sha256: str) -> None:
        """Remember the fact file that this interview wrote, so that it may write it again."""
        self._append({"kind": "wrote", "file": path, "sha256": sha256})

    def read(self, vocabulary: Vocabulary) -> JournalRecord:
        """What was written before this journal was opened. Lines that make no sense are passed over."""
        return read(self._data, vocabulary)

    def remove(self) -> None:
        """Close and delete a journal in which nothing was answered."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and free its lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, line: Mapping[str, Any]) -> None:
        try:
            self._write(json.dumps(line).encode() + b"\n")
        except OSError as error:
            raise self._problem(error) from None

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)

    def _lock(self, *, wait: bool) -> None:
        """Lock the file; a new one is waited for, since another window may just be looking whether it is unfinished."""
        if sys.platform == "win32":
            import msvcrt

            os.lseek(self._file, 2**30, os.SEEK_SET)  # past the end: a lock there keeps nobody from reading
            try:
                msvcrt.locking(self._file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                raise Busy from None
        else:
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise Busy from None
            except OSError:
                pass  # a file system without locks: better unlocked than not at all

    def _problem(self, error: OSError) -> SalespathError:
        place = shown(self.path, 300)
        return SalespathError([Problem("SP140", f"cannot save the interview in {place}: {error.strerror}.")])


def unfinished(vocabulary: Vocabulary) -> Iterator[tuple[Journal, JournalRecord]]:
    """Interviews with an answer or a skip that are neither finished nor open elsewhere, the latest first; each comes locked."""
    found = []
    try:
        for entry in os.scandir(folder()):
            if entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                found.append((entry.stat().st_mtime_ns, entry.name))
    except OSError:
        return  # no folder yet; if it is unreadable, the new interview says so
    for _, name in sorted(found, reverse=True):
        try:
            journal = Journal(folder() / name)
        except (Busy, SalespathError):
            continue
        record = journal.read(vocabulary)
        if any(event.kind in ("answer", "skip") for event in record.events) and record.events[-1].kind != "done":
            yield journal, record
        else:
            journal.close()


def read(data: bytes, vocabulary: Vocabulary) -> JournalRecord:
    """What the lines of a journal say. A torn or senseless line counts for nothing; every other one counts."""
    given, written, quick, events = Case(""), ("", ""), False, []
    for text in data.splitlines():
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if not isinstance(line, dict):
            continue
        if line.get("kind") == "given":
            given = _given(line, vocabulary)
            quick = line.get("quick") is True
        elif line.get("kind") == "wrote":
            written = (str(line.get("file")), str(line.get("sha256")))
        else:
            event = _event(line, vocabulary)
            if event:
                events.append(event)
    return JournalRecord(given, tuple(events), written, quick)


def _given(line: Mapping[str, Any], vocabulary: Vocabulary) -> Case:
    facts, how, notes, extra = (
        part if isinstance(part := line.get(key), dict) else {} for key in ("facts", "how", "notes", "extra")
    )
    read = {name: _value(name, value, vocabulary) for name, value in facts.items()}
    values = {name: value for name, value in read.items() if value is not None}
    return Case(
        company=_name(line.get("company")),
        values=values,
        how={name: word for name, word in how.items() if name in values and word in HOW},
        notes={
            name: {str(key): str(text) for key, text in note.items()}
            for name, note in notes.items()
            if name in values and isinstance(note, dict)
        },
        extra=extra,
        file=file if isinstance(file := line.get("file"), str) else None,
    )


def _event(line: Mapping[str, Any], vocabulary: Vocabulary) -> Event | None:
    kind, question = line.get("kind"), line.get("question")
    if kind in ("back", "done"):
        return Event(str(kind))
    if not isinstance(question, str) or not (question in (COMPANY, PLAN) or question in vocabulary.facts):
        return None
    if kind == "skip":
        return Event("skip", question)
    value = line.get("value")
    if question == COMPANY:
        known: Value | None = _name(value) or None
    elif question == PLAN:
        known = value if isinstance(value, bool) else None
    else:
        known = _value(question, value, vocabulary)
    if kind != "answer" or known is None:
        return None
    how = line.get("how")
    return Event("answer", question, Answer(known, str(how) if how in HOW else ""))


def _name(value: object) -> str:
    return shown(value, 200) if isinstance(value, str) else ""


def _plain(value: Value) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _value(name: str, value: object, vocabulary: Vocabulary) -> Value | None:
    """A value as JSON holds it, if it is one of the fact: the vocabulary may have changed since."""
    try:
        return typed(vocabulary[name], parse(json.dumps(value), "journal", as_json=True), exact=True)
    except (KeyError, BadValue, SalespathError):
        return None


def _sync_folder(path: Path) -> None:
    """Make sure that a new file survives a crash, where the system can do so."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
