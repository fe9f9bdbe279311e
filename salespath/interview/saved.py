"""The interviews that are on disk: what each is about and how far it is, and its facts as those of a company."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from salespath.engine.base import Base
from salespath.facts.cases import NAMELESS
from salespath.facts.fact_file import text as fact_file_text
from salespath.files.problems import SalespathError, refusal, shown
from salespath.files.source import INTERVIEW
from salespath.interview.interview import Interview, replay
from salespath.interview.journal import Journal, JournalRecord, files, look, name_of, path_of, unknown


@dataclass(frozen=True)
class SavedInterview:
    """An interview on disk; `changed` is when it was last written to, `in_use` whether it is open now."""

    name: str
    path: Path
    interview: Interview
    record: JournalRecord
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
    found = []
    for path in files():
        try:
            one = _saved(base, path)
        except (SalespathError, OSError):  # gone meanwhile, or not ours to read
            continue
        if one.record.begun:
            found.append(one)
    return found


def saved_interview(base: Base, name: str) -> SavedInterview:
    """The interview of a name. Raises SalespathError (SP142) where there is none."""
    path = path_of(name)
    try:
        return _saved(base, path)
    except OSError:
        raise unknown(name) from None


def fact_file(base: Base, path: str) -> bytes:
    """The fact file of an interview, by INTERVIEW and its name. Raises SalespathError (SP142) where there is none."""
    record = look(path_of(path.removeprefix(INTERVIEW)), base.vocabulary)
    case = replay(base, record.given, record.events).case
    case = case if case.company != NAMELESS else replace(case, company="")
    return fact_file_text(case, base.vocabulary).encode()


def open_saved(name: str) -> Journal:
    """The journal of an interview, for changes. Raises SalespathError (SP148) where it is open in another window."""
    try:
        return Journal(path_of(name))
    except BlockingIOError:
        message = f"the interview {shown(name)} is open in another window; end it there first."
        raise refusal("SP148", message, None) from None


def _saved(base: Base, path: Path) -> SavedInterview:
    record = look(path, base.vocabulary)
    try:
        Journal(path).close()
        in_use = False
    except BlockingIOError:
        in_use = True
    interview = replay(base, record.given, record.events, quick=record.quick)
    changed = datetime.fromtimestamp(path.stat().st_mtime)
    return SavedInterview(name_of(path), path, interview, record, changed, in_use)
