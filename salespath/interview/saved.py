"""The interviews that are in the store: what each is about and how far it is, and its facts as those of a company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from salespath.engine.base import Base
from salespath.facts.cases import NAMELESS
from salespath.facts.fact_file import text as fact_file_text
from salespath.files.problems import SalespathError
from salespath.files.source import INTERVIEW
from salespath.interview.interview import Interview, replay
from salespath.interview.kept import find, interviews, record_of, to_read, unknown
from salespath.interview.record import Record
from salespath.interview.store import Store, Stream


@dataclass(frozen=True)
class SavedInterview:
    """An interview in the store at `path`; `changed` is when it was last written to, `in_use` whether it is open now."""

    name: str
    path: Path
    interview: Interview
    record: Record
    changed: datetime
    in_use: bool

    @property
    def company(self) -> str:
        """What it is about."""
        return self.interview.case.company

    @property
    def answered(self) -> int:
        """How many questions about facts have an answer."""
        return self.interview.answered

    @property
    def state(self) -> str:
        """How far it is."""
        return "open now" if self.in_use else "finished" if self.record.done else "unfinished"


def saved(base: Base) -> list[SavedInterview]:
    """All of them in which something was answered or skipped, the one changed last first."""
    with _store() as store:
        found = [_saved(base, store, *one) for one in interviews(store)] if store else []
    return [one for one in found if one.record.begun]


def saved_interview(base: Base, name: str) -> SavedInterview:
    """The interview of a name. Raises SalespathError (SP142) where there is none."""
    with _store() as store:
        stream = find(store, name)
        if not (store and stream):
            raise unknown(store, name)
        return _saved(base, store, stream, store.last(stream.id))


def fact_file(base: Base, path: str) -> bytes:
    """The fact file of an interview, by INTERVIEW and its name. Raises SalespathError (SP142) where there is none."""
    case = saved_interview(base, path.removeprefix(INTERVIEW)).interview.case
    case = case if case.company != NAMELESS else replace(case, company="")
    return fact_file_text(case, base.vocabulary).encode()


@contextmanager
def _store() -> Iterator[Store | None]:
    store = to_read()
    try:
        yield store
    finally:
        if store:
            store.close()


def _saved(base: Base, store: Store, stream: Stream, changed: float) -> SavedInterview:
    record = record_of(store, stream, base.vocabulary)
    interview = replay(base, record.given, record.events, quick=record.quick)
    at = datetime.fromtimestamp(changed)
    return SavedInterview(stream.name, store.path, interview, record, at, _in_use(store, stream))


def _in_use(store: Store, stream: Stream) -> bool:
    try:
        store.hold(stream.id).close()
    except BlockingIOError:
        return True
    except SalespathError:  # where nothing can be written, nobody does
        return False
    return False
