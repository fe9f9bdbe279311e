"""The decision map: a figure of letters with its borders, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from salespath.counsel.decision_map import DecisionMap, Scale
from salespath.facts import Derived, Fact
from salespath.facts.values import readable, words
from salespath.report.page import Axis, Block, Figure, Heading, Item, Items, Page, Text
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
    blocks: list[Block] = [figure, Text(own)]
    for at, (term, scale) in enumerate(zip(terms, scales)):
        rest = "".join(f", with {place}" for place in places[:at] + places[at + 1 :])
        items = tuple(map(Item, _stretches(term, scale)))
        blocks.append(Heading(f"Along {term.label}{rest}"))
        blocks.append(Items(items, bullet="", inset=2, hang=2, ids=(scale.fact,)))
    return Page(f"{a.company}: the verdict over {' and '.join(term.label for term in terms)}", tuple(blocks))


def _stretches(term: Fact | Derived, scale: Scale) -> Iterator[str]:
    """The stretches along an axis with the rest as it is, the one where the company stands marked."""
    some, own = scale.stretches, scale.values[scale.own]
    unit = f" {term.unit}" if term.unit.startswith("a ") else ""
    for stretch in some:
        first, last = words(term, stretch.first), words(term, stretch.last)
        span = f"{first} to {last}" if stretch is not some[-1] else f"from {first}"
        span = f"up to {last}" if stretch is some[0] else span
        here = own is not None and (stretch.first <= own <= stretch.last or (own == math.inf and stretch is some[-1]))
        said = f"{span}{unit}: {readable(stretch.process)}{' (yours)' if here else ''}"
        yield said if some[1:] else f"{readable(stretch.process)} all along."


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
