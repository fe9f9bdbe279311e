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
    columns = (
        Column("Interview"),
        Column("Company"),
        Column("Answers", width=9, right=True),
        Column("State", width=10),
        Column("Changed", width=16, beyond=70),
    )
    first = found[0]
    report = f"{program} assess {shlex.quote(INTERVIEW + first.name)}{_rules(first)}"
    next_ = Text(f"Go on with one: {_go_on(first, program)}", apart=True), Text(f"Its report: {report}")
    return Page("", (Table(columns, rows), *next_))


def page(found: SavedInterview, program: str) -> Page:
    """The answers of an interview, where it is, and how to go on with it."""
    rows = tuple(answers(found.interview, found.interview.correctable))
    numbered = tuple((str(number), *row) for number, row in enumerate(rows, 1))
    changed = found.changed.strftime(_WHEN)
    damage = number_of(len(found.record.damage), "entry of it is damaged", "entries of it are damaged")
    blocks = [
        Text(
            f"Interview {found.name}, {found.state}, {number_of(found.answered, 'answer', 'answers')}, changed {changed}."
        ),
        *([Text(f"{damage}; going on with it says what is lost.")] if found.record.damage else []),
        Table((Column("", width=4, right=True), Column("About"), Column("Answer", share=2)), numbered, apart=True),
        Text(f"Go on: {_go_on(found, program)}", apart=True),
        Text(f"Correct an answer: {program} interviews edit {shlex.quote(found.name)}{_rules(found)}"),
    ]
    return Page(found.company, tuple(blocks))


def documents(found: Sequence[SavedInterview]) -> Any:
    """All interviews as plain data."""
    return [_head(one) for one in found]


def document(found: SavedInterview) -> Any:
    """An interview as plain data."""
    case = found.interview.case
    return {**_head(found), "facts": plain(dict(case.values)), "how": dict(case.how), "notes": plain(dict(case.notes))}


def _go_on(one: SavedInterview, program: str) -> str:
    """The command that goes on with an interview."""
    return f"{program} ask --interview {shlex.quote(one.name)}{_rules(one)}"


def _rules(one: SavedInterview) -> str:
    """The options for the rules that an interview was begun with."""
    return "".join(f" --rules {shlex.quote(folder)}" for folder in one.record.rules)


def _head(one: SavedInterview) -> dict[str, Any]:
    return {
        "name": one.name,
        "company": one.company,
        "answers": one.answered,
        "state": one.state,
        "changed": one.changed.isoformat(timespec="seconds"),
        "file": str(one.path),
    }
