"""Interviews on disk: one append-only file each, one line of JSON for each event, written through before the next question."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from salespath.facts import Case, Value, Vocabulary
from salespath.facts.cases import read_value
from salespath.facts.money import Rate
from salespath.facts.rates import GIVEN, Currencies
from salespath.facts.values import HOW, BadValue
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError, refusal, shown
from salespath.interview.answers import Answer
from salespath.interview.interview import COMPANY, PLAN, Event

_LARGEST = 16 * 2**20  # bytes; an interview takes some thousands
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


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
        raise refusal("SP140", message, None) from None


class Journal:
    """The file of one interview, locked for as long as it is open; `data` is what it held before.

    Raises BlockingIOError where it is open in another window, and SalespathError (SP140) where it cannot be written.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self._file = -1
        try:
            with self._saving():
                self._open(new=new)
        except BaseException:
            self.close()
            raise

    def _open(self, *, new: bool) -> None:
        if new:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self.path, _FLAGS | (os.O_CREAT | os.O_EXCL if new else 0), 0o600)
        self._lock(wait=new)
        with open(self._file, "rb", closefd=False) as file:
            self.data = file.read(_LARGEST)
        if new:
            _sync_folder(self.path.parent)
        elif self.data and not self.data.endswith(b"\n"):  # killed while writing: the torn line stays, and ends here
            self._write(b"\n")

    @classmethod
    def create(cls) -> Journal:
        """A new journal in a file of its own."""
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}.jsonl"
        return cls(folder() / name, new=True)

    def start(self, given: Case, *, quick: bool = False) -> None:
        """Write down what was given beforehand, and whether the interview is a quick one."""
        said = {key: getattr(given, key) for key in ("company", "file", "how", "notes", "extra")}
        rates = {code: rate._asdict() for code, rate in {**given.money.rates, **given.rates}.items()}
        money = {"currency": given.currency, "default": given.money.currency, "rates": rates}
        self._append({"kind": "given", "version": 1, **said, "facts": given.values, "quick": quick, "money": money})

    def append(self, event: Event) -> None:
        """Write an event down; it is on the disk when this returns."""
        line = {"kind": event.kind, "question": event.question}
        self._append(line | (asdict(event.answer) if event.answer else {}))

    def wrote(self, path: str, sha256: str) -> None:
        """Remember the fact file that this interview wrote, so that it may write it again."""
        self._append({"kind": "wrote", "file": path, "sha256": sha256})

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
        with self._saving():
            self._write(json.dumps(line, default=sorted).encode() + b"\n")

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
                raise BlockingIOError from None
        else:
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise
            except OSError:
                pass  # a file system without locks: better unlocked than not at all

    @contextmanager
    def _saving(self) -> Iterator[None]:
        """Where something goes wrong, raise it as a problem."""
        try:
            yield
        except BlockingIOError:
            raise
        except OSError as error:
            message = f"cannot save the interview in {shown(self.path, 300)}: {error.strerror}."
            raise refusal("SP140", message, None) from None


def unfinished_interviews(vocabulary: Vocabulary) -> Iterator[tuple[Journal, JournalRecord]]:
    """Interviews with an answer or a skip that are neither finished nor open elsewhere, the latest first; each comes locked."""
    try:
        inside = (entry for entry in os.scandir(folder()) if entry.name.endswith(".jsonl"))
        files = [entry for entry in inside if entry.is_file(follow_symlinks=False)]
        files.sort(key=lambda entry: (entry.stat().st_mtime_ns, entry.name), reverse=True)
    except OSError:
        return  # no folder yet; if it is unreadable, the new interview says so
    for entry in files:
        try:
            journal = Journal(Path(entry))
        except (BlockingIOError, SalespathError):
            continue
        record = read(journal.data, vocabulary)
        if any(event.kind in ("answer", "skip") for event in record.events) and record.events[-1].kind != "done":
            yield journal, record
        else:
            journal.close()


def read(data: bytes, vocabulary: Vocabulary) -> JournalRecord:
    """What the lines of a journal say. A torn or senseless line counts for nothing; every other one counts."""
    record, events = JournalRecord(Case("")), []
    names = {COMPANY, PLAN, *vocabulary.facts}
    for text in data.splitlines():
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        match line:
            case {"kind": "given"}:
                record = replace(record, given=_read_given(line, vocabulary), quick=line.get("quick") is True)
            case {"kind": "wrote", "file": str(file), "sha256": str(sha256)}:
                record = replace(record, written=(file, sha256))
            case {"kind": "back" | "done" as kind}:
                events.append(Event(kind))
            case {"kind": "skip", "question": str(name)} if name in names:
                events.append(Event("skip", name))
            case {"kind": "answer", "question": str(name), "value": value} if name in names:
                if (known := _value(name, value, vocabulary)) is not None:
                    how, currency = line.get("how"), line.get("currency")
                    currency = currency if isinstance(currency, str) else ""
                    events.append(Event("answer", name, Answer(known, how if how in HOW else "", currency)))
    return replace(record, events=tuple(events))


def _read_given(line: Mapping[str, Any], vocabulary: Vocabulary) -> Case:
    facts, how, notes, extra = (
        part if isinstance(part := line.get(key), dict) else {} for key in ("facts", "how", "notes", "extra")
    )
    read = {name: _value(name, value, vocabulary) for name, value in facts.items() if name in vocabulary}
    values = {name: value for name, value in read.items() if value is not None}
    return Case(
        **_read_money(line.get("money")),
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


def _read_money(said: object) -> dict[str, Any]:
    """The currency and rates of what was given, as fields of a case; none of journals that do not say."""
    match said:
        case {"currency": str(currency), "default": str(default), "rates": dict(rates)}:
            with suppress(KeyError, TypeError, ValueError):
                read = {
                    code: Rate(code, float(r["dollars"]), str(r["of"]), str(r["source"])) for code, r in rates.items()
                }
                given = {code: rate for code, rate in read.items() if rate.of == GIVEN}
                used = {code: rate for code, rate in read.items() if code == currency}
                return {"currency": currency, "rates": used, "money": Currencies(default, given)}
    return {}


def _name(value: object) -> str:
    return shown(value, 200) if isinstance(value, str) else ""


def _value(name: str, value: object, vocabulary: Vocabulary) -> Value | None:
    """A value as JSON holds it, if it answers the question: the vocabulary may have changed since."""
    if name == COMPANY:
        return _name(value) or None
    if name == PLAN:
        return value if isinstance(value, bool) else None
    try:
        return read_value(vocabulary[name], parse(json.dumps(value), "journal", as_json=True), exact=True)
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
