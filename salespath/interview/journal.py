"""Interviews on disk: one append-only file each, one line of JSON for each event, on the disk before it is acknowledged.

A line begins with the checksum (CRC-32) of the rest of it; the lines of interviews begun before there were checksums have none.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

from salespath.facts import Case, Value, Vocabulary
from salespath.facts.cases import read_value
from salespath.facts.money import Rate
from salespath.facts.objects import as_json
from salespath.facts.rates import GIVEN, Currencies
from salespath.facts.values import HOW, BadValue
from salespath.files.nodes import parse
from salespath.files.output import sync_folder
from salespath.files.problems import WARNING, Problem, SalespathError, refusal, shown, suggestion
from salespath.interview.answers import LONGEST, Answer
from salespath.interview.interview import COMPANY, PLAN, Event

_LARGEST = 16 * 2**20  # bytes; an interview takes some thousands
_SUMMED = re.compile(rb'\{"sum": "([0-9a-f]{8})", (.*)', re.DOTALL)
_QUESTION = re.compile(rb'"question": "(\w{1,60})"')
_LONGEST_NAME = 200  # characters of a file's name
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class JournalRecord:
    """What a journal says: what was given beforehand, the events, the fact file it wrote last (path and SHA-256), whether the
    interview is a quick one, the folders of rules laid over the built-in ones, and the numbers of its damaged lines, each with the
    question that it was about, where that can still be read.
    """

    given: Case
    events: tuple[Event, ...] = ()
    written: tuple[str, str] = ("", "")
    quick: bool = False
    rules: tuple[str, ...] = ()
    damage: tuple[tuple[int, str], ...] = ()

    @property
    def begun(self) -> bool:
        """Whether anything was answered or skipped."""
        return any(event.kind in ("answer", "skip") for event in self.events)

    @property
    def done(self) -> bool:
        """Whether it was carried through to the report."""
        return bool(self.events) and self.events[-1].kind == "done"


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
            _make_folder(self.path.parent)
        self._file = os.open(self.path, _FLAGS | (os.O_CREAT | os.O_EXCL if new else 0), 0o600)
        self._lock(wait=new)
        if (
            os.name == "posix" and not os.fstat(self._file).st_nlink
        ):  # deleted by another window before the lock was got
            raise BlockingIOError
        with open(self._file, "rb", closefd=False) as file:
            self.data = file.read(_LARGEST)
        if new and self.data:  # another window was quicker to use it
            raise FileExistsError
        if new:
            sync_folder(self.path.parent)
        self._torn = not (new or self.data.endswith(b"\n") or not self.data)

    @classmethod
    def create(cls, name: str = "") -> Journal:
        """A new journal in a file of its own. Raises FileExistsError where there is one of that name."""
        if name:
            return cls(path_of(name), new=True)
        while True:
            with suppress(FileExistsError):
                return cls(path_of(f"{time.strftime('%Y%m%d')}-{secrets.token_hex(2)}"), new=True)

    @property
    def name(self) -> str:
        """What the interview is called."""
        return name_of(self.path)

    def start(self, given: Case, *, quick: bool = False, rules: Sequence[str] = ()) -> None:
        """Write down what was given beforehand, whether the interview is a quick one, and the folders of rules."""
        said = {key: getattr(given, key) for key in ("company", "file", "how", "notes", "extra")}
        rates = {code: rate._asdict() for code, rate in {**given.money.rates, **given.rates}.items()}
        money = {"currency": given.currency, "default": given.money.currency, "rates": rates}
        line = {"kind": "given", "version": 2, **said, "facts": given.values, "quick": quick, "rules": rules}
        self._append({**line, "money": money})

    def append(self, event: Event) -> None:
        """Write an event down; it is on the disk when this returns."""
        line: dict[str, Any] = {"kind": event.kind, "question": event.question}
        if event.answer:
            said = vars(event.answer).items()
            line |= {key: part for key, part in said if key in ("value", "how") or (part and key != "read")}
        self._append(line)

    def wrote(self, path: str, sha256: str) -> None:
        """Remember the fact file that this interview wrote, so that it may write it again."""
        self._append({"kind": "wrote", "file": path, "sha256": sha256})

    def report(self, record: JournalRecord, vocabulary: Vocabulary) -> list[Problem]:
        """What is damaged, and so lost, as warnings (SP147). They are given once: the journal remembers it."""
        if not record.damage:
            return []
        self._append({"kind": "known", "lines": [number for number, _ in record.damage]})
        kept = {event.question for event in record.events}
        return [_damaged(self.path, *line, vocabulary, kept) for line in record.damage]

    def remove(self) -> None:
        """Delete the journal, and close it."""
        with self._saving():
            if sys.platform == "win32":  # what is open cannot be deleted there
                self.close()
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Close the file and free its lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, line: Mapping[str, Any]) -> None:
        with self._saving():
            if self._torn:  # killed while writing: the torn line stays, and ends here
                torn, self._torn = self.data.count(b"\n") + 1, False
                self._write(b"\n" + _line({"kind": "known", "lines": [torn]}))
            self._write(_line(line))

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
        except (BlockingIOError, FileExistsError):
            raise
        except OSError as error:
            message = f"cannot save the interview in {shown(self.path, 300)}: {error.strerror}."
            raise refusal("SP140", message, None) from None


def path_of(name: str) -> Path:
    """The file of the interview of a name, in whatever case it is written. Raises SalespathError for what can be no name."""
    from unicodedata import normalize
    from urllib.parse import quote

    file = quote(normalize("NFC", " ".join(name.split())).casefold(), safe=" ")
    if not file or not name.isprintable() or len(file) > _LONGEST_NAME:
        what = "is no name for an interview" if file else "is empty; give the interview a name"
        message = f"{shown(name) or 'the name'} {what}{'' if not file else ': expected a few words or letters'}."
        raise refusal("SP142", message, None)
    return folder() / f"{file}.jsonl"


def name_of(path: Path) -> str:
    """The name of the interview in a file."""
    from urllib.parse import unquote

    return shown(unquote(path.stem), _LONGEST_NAME)


def files() -> list[Path]:
    """The files of all interviews, the one changed last first."""
    try:
        inside = (entry for entry in os.scandir(folder()) if entry.name.endswith(".jsonl"))
        found = [entry for entry in inside if entry.is_file(follow_symlinks=False)]
        found.sort(key=lambda entry: (entry.stat().st_mtime_ns, entry.name), reverse=True)
    except OSError:
        return []  # no folder yet; if it is unreadable, a new interview says so
    return [Path(entry) for entry in found]


def look(path: Path, vocabulary: Vocabulary) -> JournalRecord:
    """What an interview says by now, be it open elsewhere or not. Raises SalespathError (SP142) where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
        with open(handle, "rb") as file:
            return read(file.read(_LARGEST), vocabulary)
    except FileNotFoundError:
        raise unknown(name_of(path)) from None
    except OSError as error:
        message = f"cannot read the interview in {shown(path, 300)}: {error.strerror}."
        raise refusal("SP101", message, None) from None


def unknown(name: str) -> SalespathError:
    """There is no interview of that name."""
    names = [name_of(path) for path in files()]
    there = (
        f" There are: {', '.join(names[:12])}{' and more' if names[12:] else ''}." if names else " None is saved here."
    )
    return refusal("SP142", f"there is no interview {shown(name)}.{suggestion(name, names) or there}", None)


def unfinished_interviews(vocabulary: Vocabulary) -> Iterator[tuple[Journal, JournalRecord]]:
    """Interviews with an answer or a skip that are neither finished nor open elsewhere, the latest first; each comes locked."""
    for path in files():
        try:
            journal = Journal(path)
        except (BlockingIOError, SalespathError):
            continue
        record = read(journal.data, vocabulary)
        if record.begun and not record.done:
            yield journal, record
        else:
            journal.close()


def read(data: bytes, vocabulary: Vocabulary) -> JournalRecord:
    """What the lines of a journal say. A torn, damaged or senseless line counts for nothing; every other one counts."""
    record, events = JournalRecord(Case("")), []
    names = {COMPANY, PLAN, *vocabulary.facts}
    damage: dict[int, str] = {}
    lines, summed = data.split(b"\n"), False
    for number, text in enumerate(lines, 1):
        line = _parsed(text, summed)
        summed = summed or text.startswith(b'{"sum": ')
        if line is None:  # what is not closed and has no checksum was torn, and written again
            if text and number < len(lines) and (summed or text.endswith(b"}")):
                found = _QUESTION.search(text)
                damage[number] = found[1].decode() if found else ""
            continue
        match line:
            case {"kind": "given"}:
                rules = line.get("rules")
                record = replace(
                    record,
                    given=_read_given(line, vocabulary),
                    quick=line.get("quick") is True,
                    rules=tuple(map(str, rules)) if isinstance(rules, list) else (),
                )
            case {"kind": "wrote", "file": str(file), "sha256": str(sha256)}:
                record = replace(record, written=(file, sha256))
            case {"kind": "known", "lines": list(known)}:
                damage = {number: question for number, question in damage.items() if number not in known}
            case {"kind": "back" | "done" as kind}:
                events.append(Event(kind))
            case {"kind": "skip", "question": str(name)} if name in names:
                events.append(Event("skip", name))
            case {"kind": "answer", "question": str(name), "value": value} if name in names:
                if (answer := _value(name, value, vocabulary)) is not None:
                    how, note, currency = line.get("how"), line.get("note"), line.get("currency")
                    how, note = how if how in HOW else "", shown(note, LONGEST) if isinstance(note, str) else ""
                    currency = currency if isinstance(currency, str) else ""
                    events.append(Event("answer", name, Answer(answer, how, note, currency)))
    return replace(record, events=tuple(events), damage=tuple(damage.items()))


def _line(line: Mapping[str, Any]) -> bytes:
    """A line as it is written, with its checksum."""
    rest = json.dumps(line, default=as_json).encode()[1:]
    return b'{"sum": "%08x", ' % crc32(rest) + rest + b"\n"


def _parsed(text: bytes, summed: bool) -> dict[str, Any] | None:
    """A line, if it is as it was written; `summed` says that it must have a checksum."""
    match = _SUMMED.fullmatch(text)
    if (match and int(match[1], 16) != crc32(match[2])) or (summed and not match):
        return None
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and (match or line.get("version") != 2) else None


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
        return read_value(vocabulary[name], parse(json.dumps(value), "journal", as_json=True), exact=True).value
    except (KeyError, BadValue, SalespathError):
        return None


def _damaged(path: Path, number: int, question: str, vocabulary: Vocabulary, kept: Collection[str]) -> Problem:
    """A damaged line; `kept` are the questions that other lines answer or skip."""
    if question in vocabulary.facts:
        left = (
            "; another answer to that counts now: check it with edit" if question in kept else ", which is asked again"
        )
        lost = f"it was about {vocabulary.facts[question].label}{left}"
    else:
        lost = "it held what was given beforehand" if number == 1 else "what it was about cannot be told"
    message = f"this line of the interview is damaged and counts for nothing; {lost}. All others are kept."
    return Problem("SP147", message, WARNING, file=str(path), line=number, value=question or None)


def _make_folder(path: Path) -> None:
    """Make a folder that only its owner can read, and those above it, so that each survives a crash."""
    if not path.is_dir():
        _make_folder(path.parent)
        with suppress(FileExistsError):  # made by another window meanwhile; where it is a file, what comes next says so
            path.mkdir(mode=0o700)
        sync_folder(path.parent)
