"""The decision map in words, a grid of letters with its borders, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from salespath.counsel.decision_map import Axis, DecisionMap
from salespath.engine.borders import Stretch
from salespath.facts import Derived, Fact
from salespath.facts.values import readable, words
from salespath.report.pages.whatif import Page, verdict
from salespath.rules.model import VERDICTS

LETTERS = {"enterprise": "E", "smb": "S", "both": "B", "not_yet": "N", "undetermined": "?"}
UNKNOWN = "not known"


def text(found: DecisionMap, width: int = 100) -> str:
    """The map for a reader: the grid, the larger values above, and the exact borders through the company's own place."""
    page = Page(width)
    a, axes = found.assessment, found.axes
    vocabulary = a.base.vocabulary
    page.title(f"{a.company}: the verdict over {' and '.join(vocabulary[axis.fact].label for axis in axes)}")
    page.lines.append("")
    page.lines.extend(_grid(found))
    page.lines.append("")
    there = [process for process in VERDICTS if any(process in row for row in found.grid)]
    page.say(", ".join(f"{LETTERS[process]} {readable(process)}" for process in there) + ".")
    own = " and ".join(f"{vocabulary[axis.fact].label} {_own(found, axis)}" for axis in axes)
    page.say(f"Your place, in brackets: {own}. The verdict there: {verdict(a.process, a.lead, a.leaning)}.")
    for axis in axes:
        _borders(page, found, axis)
    return page.text()


def _term(found: DecisionMap, axis: Axis) -> Fact | Derived:
    return found.assessment.base.vocabulary[axis.fact]


def _said(term: Fact | Derived, value: float | None) -> str:
    return UNKNOWN if value is None else words(term, value)


def _own(found: DecisionMap, axis: Axis) -> str:
    return _said(_term(found, axis), axis.values[axis.own])


def _grid(found: DecisionMap) -> Iterator[str]:
    """The letters, a bar where the verdict turns along a row, the own place in brackets, and what the axes are."""
    across, *up = found.axes
    labels = [_said(_term(found, up[0]), value) for value in up[0].values] if up else [""]
    margin = max(map(len, labels))
    if up:
        yield _term(found, up[0]).label
    for place in reversed(range(len(labels))):
        cells = _row(found.grid[place], across.own if not up or place == up[0].own else None)
        yield f"{labels[place]:>{margin}} |{cells}".rstrip()
    yield f"{'':{margin}} +{'-' * (2 * len(across.values) + 1)}"
    marks, scale = _scale([_said(_term(found, across), value) for value in across.values])
    yield f"{'':{margin}}  {marks}"
    yield f"{'':{margin}}  {scale}"
    yield f"{'':{margin}}   {_term(found, across).label}"


def _row(row: Sequence[str], own: int | None) -> str:
    between = [" ", *("|" if one != other else " " for one, other in pairwise(row)), " "]
    if own is not None:
        between[own : own + 2] = "(", ")"
    return "".join(gap + LETTERS[process] for gap, process in zip(between, row)) + between[-1]


def _scale(labels: Sequence[str]) -> tuple[str, str]:
    """As many labels as there is room for, each beginning under its mark."""
    marks = scale = ""
    for place, label in enumerate(labels):
        if len(scale) <= 2 * place:
            marks = marks.ljust(2 * place + 1) + "|"
            scale = scale.ljust(2 * place + 1) + label
    return marks, scale


def _borders(page: Page, found: DecisionMap, axis: Axis) -> None:
    """The stretches along an axis with the rest as it is, the one where the company stands marked."""
    term = _term(found, axis)
    others = [other for other in found.axes if other is not axis]
    rest = "".join(f", with {_term(found, other).label} {_own(found, other)}" for other in others)
    page.heading(f"Along {term.label}{rest}")
    if len(axis.stretches) == 1:
        page.say(f"{readable(axis.stretches[0].process)} all along.", "  ")
        return
    own = axis.values[axis.own]
    for stretch in axis.stretches:
        here = own is not None and (
            stretch.first <= own <= stretch.last or (stretch is axis.stretches[-1] and own == math.inf)
        )
        page.say(
            f"{_span(term, stretch, axis.stretches)}: {readable(stretch.process)}{' (yours)' if here else ''}",
            "    ",
            "  ",
        )


def _span(term: Fact | Derived, stretch: Stretch, of: Sequence[Stretch]) -> str:
    unit = f" {term.unit}" if term.unit.startswith("a ") else ""
    if stretch is of[0]:
        return f"up to {words(term, stretch.last)}{unit}"
    if stretch is of[-1]:
        return f"from {words(term, stretch.first)}{unit}"
    return f"{words(term, stretch.first)} to {words(term, stretch.last)}{unit}"


# JSON


def document(found: DecisionMap) -> dict[str, Any]:
    """The same as plain data: the axes, a row of processes for each value of the second, the borders and the own place."""
    a, axes = found.assessment, found.axes
    row = axes[1].own if axes[1:] else 0
    return {
        "company": a.company,
        "process": a.process,
        "axes": [{"fact": axis.fact, "scale": axis.scale, "values": list(map(_plain, axis.values))} for axis in axes],
        "grid": [list(row) for row in found.grid],
        "borders": [
            {"fact": axis.fact, "last": low.last, "from": low.process, "at": high.first, "to": high.process}
            for axis in axes
            for low, high in pairwise(axis.stretches)
        ],
        "own": {
            "values": {axis.fact: _plain(axis.values[axis.own]) for axis in axes},
            "column": axes[0].own,
            "row": row,
        },
    }


def _plain(value: float | None) -> float | str | None:
    return "unlimited" if value == math.inf else value
