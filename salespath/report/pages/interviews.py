"""The saved interviews: a list of them, and the answers of one."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from salespath.files.source import INTERVIEW
from salespath.interview.saved import SavedInterview
from salespath.report.page import Column, Page, Table, Text
from salespath.report.pages.question import answers
from salespath.report.plain import plain
from salespath.report.words.phrases import number_of

_WHEN = "%Y-%m-%d %H:%M"


def listing(found: Sequence[SavedInterview], program: str) -> Page:
    """All interviews, and what can be done with them; `program` is how the program is called."""
    if not found:
        return Page(
            "", (Text(f"No interview is saved yet. Begin one with {program} ask, or {program} ask --interview NAME."),)
        )
    rows = tuple((one.name, one.company, str(one.answered), one.state, one.changed.strftime(_WHEN)) for one in found)
    columns = Column("Interview"), Column("Company"), Column("Answers", right=True), Column("State"), Column("Changed")
    name = shlex.quote(found[0].name)
    ways = f"{program} ask --interview {name}", f"{program} assess {shlex.quote(INTERVIEW + found[0].name)}"
    next_ = Text(f"Go on with one: {ways[0]}", apart=True), Text(f"Its report: {ways[1]}")
    return Page("", (Table(columns, rows), *next_))


def page(found: SavedInterview, program: str) -> Page:
    """The answers of an interview, where it is, and how to go on with it."""
    rows = tuple(answers(found.interview, found.interview.correctable))
    numbered = tuple((str(number), *row) for number, row in enumerate(rows, 1))
    changed = found.changed.strftime(_WHEN)
    damage = number_of(len(found.record.damage), "line is damaged", "lines are damaged")
    name = shlex.quote(found.name)
    blocks = [
        Text(
            f"Interview {found.name}, {found.state}, {number_of(found.answered, 'answer', 'answers')}, changed {changed}."
        ),
        *([Text(f"{damage}; what they held is asked again.")] if found.record.damage else []),
        Table((Column("", right=True), Column("About"), Column("Answer", least=20)), numbered, apart=True),
        Text(f"Go on: {program} ask --interview {name}", apart=True),
        Text(f"Correct an answer: {program} interviews edit {name}"),
    ]
    return Page(found.company, tuple(blocks))


def documents(found: Sequence[SavedInterview]) -> Any:
    """All interviews as plain data."""
    return [_head(one) for one in found]


def document(found: SavedInterview) -> Any:
    """An interview as plain data."""
    case = found.interview.case
    return {**_head(found), "facts": plain(dict(case.values)), "how": dict(case.how), "notes": plain(dict(case.notes))}


def _head(one: SavedInterview) -> dict[str, Any]:
    return {
        "name": one.name,
        "company": one.company,
        "answers": one.answered,
        "state": one.state,
        "changed": one.changed.isoformat(timespec="seconds"),
        "file": str(one.path),
    }
