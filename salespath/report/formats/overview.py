"""The pictures of many companies: what they say, as tables, and where things stand in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from salespath.report.formats.letters import ems
from salespath.report.page import Bars, Cell, Column, HeatMap, Item, Items, Level, Point, Quadrant, Table

Box: TypeAlias = tuple[float, float, float, float]

UNKNOWN = "unknown"
BETWEEN = 4  # the place of what is on a border, behind the quarters
_LONGEST = 28  # letters of a name in a picture


def shorten(text: str, most: int) -> str:
    """A text of some letters at most; what is left out is marked."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def points(drawn: Quadrant) -> Table:
    """Each point with its place in words."""
    kinds = any(point.kind for point in drawn.points)
    columns = [Column(drawn.names, share=2, least=12), *([Column(drawn.kinds, least=8)] if kinds else [])]
    rows: list[tuple[Cell, ...]] = [(p.name, *([p.kind] if kinds else []), p.across, p.up) for p in drawn.points]
    return Table((*columns, Column(drawn.across, least=8), Column(drawn.up, least=8)), tuple(rows))


def quarters(drawn: Quadrant) -> Items:
    """How many points stand in each quarter that has a name, and how many near a border, if that has one and there are any."""
    number = Counter(_quarter(point, drawn.least) for point in drawn.points)
    found = [Item(means, str(number[place])) for place, means in enumerate(drawn.quarters) if means]
    found += [Item(drawn.between, str(number[BETWEEN]))] if drawn.between and number[BETWEEN] else []
    return Items(tuple(found), aligned=True)


def _quarter(point: Point, least: float) -> int:
    across, up = point.across.value, point.up.value
    near = min(abs(across), abs(up))
    return (0 if up > 0 else 2) + (across > 0) if near >= least and near > 0 else BETWEEN


def levels(drawn: HeatMap) -> Table:
    """The map as a table of words."""
    columns = (Column(drawn.corner, share=2, least=12), *(Column(title, least=9) for title in drawn.columns))
    rows = tuple((name, *(cell or UNKNOWN for cell in cells)) for name, cells in zip(drawn.rows, drawn.cells))
    return Table(columns, rows)


def shades(drawn: HeatMap) -> Iterator[list[float | None]]:
    """Each row of the map as shares, -1 to 1, of the number farthest from nought; None where nothing is known."""
    most = max((abs(cell.value) for row in drawn.cells for cell in row if cell), default=0.0) or 1.0
    for row in drawn.cells:
        yield [cell.value / most if cell else None for cell in row]


def counts(drawn: Bars) -> Table:
    """The things with how often they are there, and with the share where it is known of how many."""
    most = [Column("Share", least=5, most=7, right=True)] if drawn.of else []
    columns = (
        Column(drawn.what, share=4, least=20),
        Column(drawn.unit, least=len(drawn.unit) + 2, most=12, right=True),
        *most,
    )
    rows = ((name, str(n), *([f"{n / drawn.of:.0%}"] if drawn.of else [])) for name, n in drawn.counts.items())
    return Table(columns, tuple(rows))


def lengths(drawn: Bars) -> list[float]:
    """How long each bar is, as a share of the longest there may be."""
    most = drawn.of or max(drawn.counts.values(), default=0) or 1
    return [number / most for number in drawn.counts.values()]


@dataclass(frozen=True)
class Label:
    """A line of text: its middle line, and where it begins, ends or has its middle (`anchor`, as SVG has it)."""

    x: float
    y: float
    anchor: str

    def box(self, wide: float, high: float) -> Box:
        """The room that it takes: left, top, right, bottom."""
        left = self.x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.y - high / 2, left + wide, self.y + high / 2


@dataclass(frozen=True)
class Mark:
    """A point in a picture, from its upper left corner, and where its name is (None: there is no room)."""

    point: Point
    x: float
    y: float
    label: Label | None = None

    @property
    def name(self) -> str:
        """The name as a picture has room for it; the table beside it has it whole."""
        return shorten(self.point.name, _LONGEST)


def corners(drawn: Quadrant, wide: float, high: float, line: float) -> list[tuple[str, Label]]:
    """What it means to stand in each quarter that has a name, and where in the picture that is written."""
    places = ((6.0, "start"), (wide - 6, "end")) * 2
    rows = (line - 4,) * 2 + (high - line + 4,) * 2
    return [
        (shorten(means, _LONGEST), Label(x, y, anchor))
        for means, (x, anchor), y in zip(drawn.quarters, places, rows)
        if means
    ]


def marks(drawn: Quadrant, wide: float, high: float, size: float, line: float, edge: float = 24) -> list[Mark]:
    """The points in a picture, and their names in letters of some size and lines `line` high, none on another.

    Nought is in the middle. Points come first to last: where there is no room for all names, the first have theirs. None stands on
    the name of a quarter.
    """
    across, up = (max((abs(v.value) for v in side), default=0.0) or 1.0 for side in _sides(drawn.points))
    placed = [
        Mark(
            point,
            wide / 2 + point.across.value / across * (wide / 2 - edge),
            high / 2 - point.up.value / up * (high / 2 - edge),
        )
        for point in drawn.points
    ]
    taken = [(mark.x - 4, mark.y - 4, mark.x + 4, mark.y + 4) for mark in placed]
    taken += [label.box(size * ems(means), line) for means, label in corners(drawn, wide, high, line)]
    found = []
    for mark in placed:
        for label in _beside(mark, line):
            box = label.box(size * ems(mark.name), line)
            if (
                box[0] >= 0
                and box[1] >= 0
                and box[2] <= wide
                and box[3] <= high
                and not any(_meet(box, b) for b in taken)
            ):
                taken.append(box)
                found.append(replace(mark, label=label))
                break
        else:
            found.append(mark)
    return found


def _sides(some: Sequence[Point]) -> tuple[list[Level], list[Level]]:
    return [point.across for point in some], [point.up for point in some]


def _beside(mark: Mark, line: float) -> Iterator[Label]:
    """Where a name may be: to the right, the left, above, below, and farther off."""
    for off in (0.0, 0.7 * line, -0.7 * line):
        yield Label(mark.x + 7, mark.y + off, "start")
        yield Label(mark.x - 7, mark.y + off, "end")
    for off in (line, 2 * line):
        for anchor, shift in (("middle", 0), ("end", 6), ("start", -6)):
            yield Label(mark.x + shift, mark.y - off, anchor)
            yield Label(mark.x + shift, mark.y + off, anchor)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
