"""The decision map: a figure of letters with its borders, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from salespath.counsel.decision_map import DecisionMap, Interval, Scale
from salespath.engine.assessment import Assessment
from salespath.engine.borders import Stretch
from salespath.engine.intervals import ends
from salespath.facts import Derived, Fact
from salespath.facts.values import Range, readable, words
from salespath.report.page import Axis, Block, Figure, Heading, Item, Items, Page, Text
from salespath.report.plain import own, plain
from salespath.report.words.currency import in_currency_of
from salespath.report.words.phrases import answer
from salespath.report.words.verdict import in_short
from salespath.rules.model import VERDICTS

LETTERS = {"enterprise": "E", "smb": "S", "both": "B", "not_yet": "N", "undetermined": "?"}
_TURNS = 2  # rules named where a verdict turns


@in_currency_of(lambda found: [found.assessment.case])
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
    where = "The place supposed" if _supposed(found) else "Your place"
    own = f"{where}, in brackets: {' and '.join(places)}. The verdict there: {in_short(*a.verdict)}."
    blocks: list[Block] = [figure, Text(own)]
    for at, (term, scale) in enumerate(zip(terms, scales)):
        rest = "".join(f", with {place}" for place in places[:at] + places[at + 1 :])
        items = tuple(_intervals(found, term) if found.intervals else map(Item, _stretches(found, term, scale)))
        blocks.append(Heading(f"Along {term.label}{rest}"))
        blocks.append(Items(items, bullet="", inset=2, hang=2, ids=(scale.fact,)))
    return Page(f"{a.company}: the verdict over {' and '.join(term.label for term in terms)}", tuple(blocks))


def _supposed(found: DecisionMap) -> bool:
    """Whether the company's place is not what it said."""
    base = found.assessment.base
    return not base.behind(scale.fact for scale in found.scales).isdisjoint(found.assessment.case.tried)


def _stretches(found: DecisionMap, term: Fact | Derived, scale: Scale) -> Iterator[str]:
    """The stretches along an axis with the rest as it is, the one where the company stands marked."""
    for stretch, span in zip(scale.stretches, _spans(found, term, scale, scale.stretches)):
        yield f"{span}{readable(stretch.process)}" if scale.stretches[1:] else f"{readable(stretch.process)} all along."


def _intervals(found: DecisionMap, term: Fact | Derived) -> Iterator[Item]:
    """The verdicts along the one axis, and under each what turns it there."""
    if not found.intervals[1:]:
        yield Item(f"{in_short(*found.intervals[0].verdict)} all along.")
        return
    for interval, span in zip(found.intervals, _spans(found, term, found.scales[0], found.intervals)):
        said = [f"{'no longer: ' if gone else ''}{because} [{rule}]" for rule, because, gone in interval.turns[:_TURNS]]
        rest = [f"and {len(interval.turns) - _TURNS} more (--format json has all)"] if interval.turns[_TURNS:] else []
        under = tuple(Text(text, inset=2, hang=2) for text in (*said, *rest))
        ids = tuple(rule for rule, *_ in interval.turns)
        yield Item(f"{span}{in_short(*interval.verdict)}", under=under, ids=ids)


def _spans(found: DecisionMap, term: Fact | Derived, scale: Scale, some: Sequence[Stretch | Interval]) -> Iterator[str]:
    """What stands before the verdict on some values in a row: from $1,000 a year (yours: $5,000)."""
    own = scale.values[scale.own]
    unit = f" {term.unit}" if term.unit.startswith("a ") else ""
    for stretch in some:
        first, last = words(term, stretch.first), words(term, stretch.last)
        span = f"{first} to {last}" if stretch is not some[-1] else f"from {first}"
        span = f"up to {last}" if stretch is some[0] and first != last else span
        low, high = (math.inf, -math.inf) if own is None else ends(own)
        here = (stretch.first <= high and low <= stretch.last) or (
            low == math.inf and high == low and stretch is some[-1]
        )
        mark = f" ({'supposed' if _supposed(found) else 'yours'}: {answer(term, own)})" if here else ""
        yield f"{span}{unit}{mark}: "


# JSON


@in_currency_of(lambda found: [found.assessment.case])
def document(found: DecisionMap) -> dict[str, Any]:
    """The same as plain data: the axes, a row of processes for each value of the second, the borders and the own place."""
    a, scales = found.assessment, found.scales
    return {
        "company": a.company,
        "process": a.process,
        "axes": [
            {"fact": s.fact, "scale": s.kind, "values": [_number(a, s.fact, v) for v in s.values]} for s in scales
        ],
        "grid": plain(found.grid),
        "borders": [
            {
                "fact": scale.fact,
                "last": own(scale.fact, low.last, a.base),
                "from": low.process,
                "at": own(scale.fact, high.first, a.base),
                "to": high.process,
            }
            for scale in scales
            for low, high in pairwise(scale.stretches)
        ],
        "intervals": [
            {
                "first": own(scales[0].fact, interval.first, a.base),
                "last": own(scales[0].fact, interval.last, a.base),
                **interval.verdict._asdict(),
                "turns": [{"rule": rule, "because": text, "gone": gone} for rule, text, gone in interval.turns],
            }
            for interval in found.intervals
        ],
        "own": {
            "values": {scale.fact: _number(a, scale.fact, scale.values[scale.own]) for scale in scales},
            "column": scales[0].own,
            "row": scales[1].own if scales[1:] else 0,
        },
    }


def _number(a: Assessment, fact: str, value: float | Range | None) -> Any:
    if value == math.inf:
        return "unlimited"
    return plain(own(fact, value, a.base))
