"""The decision map: a figure of letters with its borders, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from salespath.counsel.decision_map import DecisionMap, Scale
from salespath.engine.borders import Stretch
from salespath.facts import Derived, Fact
from salespath.facts.values import readable, words
from salespath.report.page import Axis, Figure, Heading, Item, Items, Page, Text
from salespath.report.plain import plain
from salespath.report.words.phrases import answer
from salespath.report.words.verdict import in_short
from salespath.rules.model import VERDICTS

LETTERS = {"enterprise": "E", "smb": "S", "both": "B", "not_yet": "N", "undetermined": "?"}


def page(found: DecisionMap) -> Page:
    """The map, the larger values above, and the exact borders through the company's own place."""
    a, scales = found.assessment, found.scales
    terms = [a.base.vocabulary[scale.fact] for scale in scales]
    axes = [
        Axis(term.label, tuple(answer(term, value) for value in scale.values), scale.own)
        for term, scale in zip(terms, scales)
    ]
    places = [f"{axis.label} {axis.marks[axis.own]}" for axis in axes]
    figure = Figure(
        axes[0],
        axes[1] if axes[1:] else None,
        tuple(tuple(LETTERS[process] for process in row) for row in found.grid),
        {LETTERS[p]: readable(p) for p in VERDICTS if any(p in row for row in found.grid)},
        ids=tuple(scale.fact for scale in scales),
        apart=True,
    )
    own = f"Your place, in brackets: {' and '.join(places)}. The verdict there: {in_short(*a.verdict)}."
    borders = [
        block
        for at, (term, scale) in enumerate(zip(terms, scales))
        for block in (
            Heading(f"Along {term.label}{''.join(f', with {p}' for p in places[:at] + places[at + 1 :])}"),
            _borders(term, scale),
        )
    ]
    title = f"{a.company}: the verdict over {' and '.join(term.label for term in terms)}"
    return Page(title, (figure, Text(own), *borders))


def _borders(term: Fact | Derived, scale: Scale) -> Items:
    """The stretches along an axis with the rest as it is, the one where the company stands marked."""
    some, own = scale.stretches, scale.values[scale.own]

    def line(stretch: Stretch) -> str:
        unlimited = stretch is some[-1] and own == math.inf
        here = own is not None and (unlimited or stretch.first <= own <= stretch.last)
        return f"{_span(term, stretch, some)}: {readable(stretch.process)}{' (yours)' if here else ''}"

    lines = map(line, some) if some[1:] else [f"{readable(some[0].process)} all along."]
    return Items(tuple(map(Item, lines)), bullet="", inset=2, hang=2, ids=(scale.fact,))


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
    a, scales = found.assessment, found.scales
    return {
        "company": a.company,
        "process": a.process,
        "axes": [{"fact": s.fact, "scale": s.kind, "values": list(map(_number, s.values))} for s in scales],
        "grid": plain(found.grid),
        "borders": [
            {"fact": scale.fact, "last": low.last, "from": low.process, "at": high.first, "to": high.process}
            for scale in scales
            for low, high in pairwise(scale.stretches)
        ],
        "own": {
            "values": {scale.fact: _number(scale.values[scale.own]) for scale in scales},
            "column": scales[0].own,
            "row": scales[1].own if scales[1:] else 0,
        },
    }


def _number(value: float | None) -> float | str | None:
    return "unlimited" if value == math.inf else value
