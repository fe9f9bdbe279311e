"""Interviews in the store: begun, taken up, held by one window at a time, and written on."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from salespath.facts import Case, Vocabulary
from salespath.files.problems import WARNING, Problem, SalespathError, refusal, shown, suggestion
from salespath.interview import journals
from salespath.interview.holds import Hold
from salespath.interview.interview import Event
from salespath.interview.record import Record, body, given_body, read
from salespath.interview.store import Entry, Store, Stream, default_path, folded, folder

KIND = "interview"
_LONGEST_NAME = 200  # characters of a file of that name


class Kept:
    """An interview in the store that is held by this window for as long as it is open."""

    def __init__(self, store: Store, stream: Stream, hold: Hold) -> None:
        self.store, self.stream, self._hold = store, stream, hold

    @classmethod
    def create(cls, store: Store, name: str = "") -> Kept:
        """A new interview. Raises FileExistsError where there is one of that name, SalespathError for what can be no name."""
        if name:
            return cls(store, *store.begin(KIND, checked(name)))
        while True:
            with suppress(FileExistsError):
                return cls(store, *store.begin(KIND, f"{time.strftime('%Y%m%d')}-{secrets.token_hex(2)}"))

    @classmethod
    def take_up(cls, store: Store, stream: Stream) -> Kept:
        """One that is there. Raises BlockingIOError where it is open in another window."""
        return cls(store, stream, store.hold(stream.id))

    @property
    def name(self) -> str:
        """What the interview is called."""
        return self.stream.name

    def record(self, vocabulary: Vocabulary) -> Record:
        """What it says."""
        return record_of(self.store, self.stream, vocabulary)

    def start(self, given: Case, *, quick: bool = False, rules: Sequence[str] = ()) -> None:
        """Write down what was given beforehand, whether the interview is a quick one, and the folders of rules."""
        self._append("given", given_body(given, quick=quick, rules=rules))

    def append(self, event: Event) -> None:
        """Write an event down; it is on the disk when this returns."""
        self._append(event.kind, body(event))

    def wrote(self, path: str, sha256: str) -> None:
        """Remember the fact file that this interview wrote, so that it may write it again."""
        self._append("wrote", {"file": path, "sha256": sha256})

    def report(self, record: Record, vocabulary: Vocabulary) -> list[Problem]:
        """What is damaged, and so lost, as warnings (SP147). They are given once: the store remembers it."""
        if not record.damage:
            return []
        self._append("known", {"damaged": [entry.id for entry in record.damage]})
        kept = {event.question for event in record.events}
        return [self._damaged(entry, vocabulary, kept) for entry in record.damage]

    def remove(self) -> None:
        """Delete the interview."""
        self.store.remove(self.stream.id)
        self.close()

    def close(self) -> None:
        """Let another window have it."""
        self._hold.close()

    def _append(self, kind: str, said: Mapping[str, Any]) -> None:
        self.store.append(self.stream.id, kind, said)

    def _damaged(self, entry: Entry, vocabulary: Vocabulary, kept: set[str]) -> Problem:
        """A damaged event; `kept` are the questions that other events answer or skip."""
        question = str(entry.body.get("question", ""))
        if question in vocabulary.facts:
            other = "; another answer to that counts now: check it with edit"
            left = other if question in kept else ", which is asked again"
            lost = f"it was about {vocabulary.facts[question].label}{left}"
        else:
            given = entry.kind == "given"
            lost = "it held what was given beforehand" if given else "what it was about cannot be told"
        what = f"entry {entry.id} of the interview {shown(self.name)} is damaged and counts for nothing"
        message = f"{what}; {lost}. All others are kept."
        return Problem("SP147", message, WARNING, file=str(self.store.path), value=question or None)


def opened() -> Store:
    """The store of interviews, with what earlier versions saved. Raises SalespathError where it cannot be opened."""
    store = Store(default_path())
    try:
        journals.bring_in(store)
    except BaseException:
        store.close()
        raise
    return store


def to_read() -> Store | None:
    """The store of interviews, if there is any: to look into it does not make one."""
    return opened() if default_path().exists() or journals.waiting(None) else None


def checked(name: str) -> str:
    """The name of an interview as it is written. Raises SalespathError (SP142) for what can be no name."""
    file = _file(name)
    if not file or not name.isprintable() or len(file) > _LONGEST_NAME:
        what = "is no name for an interview" if file else "is empty; give the interview a name"
        message = f"{shown(name) or 'the name'} {what}{'' if not file else ': expected a few words or letters'}."
        raise refusal("SP142", message, None)
    return folded(name)


def fact_file_of(name: str) -> Path:
    """The fact file that an interview is saved as where no other is named."""
    return folder() / f"{_file(name)}.yaml"


def find(store: Store | None, name: str) -> Stream | None:
    """The interview of a name, in whatever case it is written, if there is one.

    Raises SalespathError for what can be no name, or for one that an earlier version still has open, or that cannot be read.
    """
    name = checked(name)
    found = store.find(KIND, name) if store else None
    if not found:
        journals.check(name, _file(name))
    return found


def interviews(store: Store) -> list[tuple[Stream, float]]:
    """All interviews of this user, each with when it was changed, in seconds since 1970; the one changed last first."""
    found = [(stream, store.last(stream.id)) for stream in store.streams(KIND, parent=0)]
    return sorted(found, key=lambda one: (one[1], one[0].id), reverse=True)


def record_of(store: Store, stream: Stream, vocabulary: Vocabulary) -> Record:
    """What an interview says by now, be it open elsewhere or not."""
    entries = store.events(stream.id)
    return read(((entry.kind, entry.body) for entry in entries), vocabulary, store.damaged(stream.id))


def unknown(store: Store | None, name: str) -> SalespathError:
    """There is no interview of that name."""
    names = [stream.name for stream, _ in interviews(store)] if store else []
    there = (
        f" There are: {', '.join(names[:12])}{' and more' if names[12:] else ''}." if names else " None is saved here."
    )
    return refusal("SP142", f"there is no interview {shown(name)}.{suggestion(name, names) or there}", None)


def unfinished_interviews(store: Store, vocabulary: Vocabulary) -> Iterator[tuple[Kept, Record, float]]:
    """Interviews with an answer or a skip that are neither finished nor open elsewhere, the latest first; each comes held.

    Beside it stand what it says, and when it was changed.
    """
    for stream, changed in interviews(store):
        try:
            kept = Kept.take_up(store, stream)
        except BlockingIOError:
            continue
        record = kept.record(vocabulary)
        if record.begun and not record.done:
            yield kept, record, changed
        else:
            kept.close()


def _file(name: str) -> str:
    """A name as that of a file, without an ending."""
    from urllib.parse import quote

    return quote(folded(name), safe=" ")
