"""A page: what a report says, built once from records; `formats/` writes it for a terminal, a browser, a document.

Blocks say what they are, not how they look. The numbers named `inset`, `hang`, `gap` and `width` are columns on a terminal, which
other formats leave aside. Nothing is cut or wrapped here, and nothing is said by a format that the page does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, Literal, TypeAlias, TypeVar

from salespath.files.visible import visible, visible_lines

Part = TypeVar("Part")

Tone = Literal["", "warning", "aside", "strong"]


@dataclass(frozen=True, kw_only=True)
class Block:
    """A part of a page. `ids` are the facts, rules or processes that it is about, `values` what it says of them.

    `claims` is what it says on subjects on which a page may not say two things (Knowledge.claims); where None, what the rules
    among its ids claim, which `words.claims` puts in. `apart` begins a new group: a blank line before it. `links`: it names
    addresses of sources, which a reader may follow; those in other texts lead nowhere.
    """

    ids: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, str] | None = None
    apart: bool = False
    links: bool = False


@dataclass(frozen=True)
class Heading(Block):
    """The heading of a part; `level` 2 for a part of the page, 3 inside one."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text(Block):
    """A paragraph. `lead` is emphasised and stands before it: `First: …`."""

    text: str
    lead: str = ""
    tone: Tone = ""
    inset: int = 0
    hang: int | None = None  # columns of the lines after the first, beyond the inset; 2 after a lead, else 0


@dataclass(frozen=True)
class Item(Block):
    """One of some. `label` stands before it: a number, a share, a sign, a name; `lead` is emphasised; `under` belongs to it."""

    text: str
    label: str = ""
    lead: str = ""
    under: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Items(Block):
    """Things of one kind. A bullet stands before those without a label, unless `bullet` is empty.

    `ordered`: the labels are their numbers, in order. `aligned`: the labels are names, as wide as the widest.
    """

    items: tuple[Item, ...]
    bullet: str = "-"
    ordered: bool = False
    aligned: bool = False
    inset: int = 0
    gap: int = 1  # between a label and its text
    hang: int | None = None  # columns of the lines after the first, beyond the inset; those of label and gap where None


def section(title: str, items: Iterable[Item], **how: Any) -> Iterator[Block]:
    """A heading and what stands below it, nothing where that is nothing; `how` as for `Items`."""
    some = tuple(items)
    if some:
        yield Heading(title)
        yield Items(some, **how)


@dataclass(frozen=True)
class Bar:
    """A span of numbers on a scale from 0 to 1, with the place where it is today."""

    low: float
    here: float
    high: float

    def __str__(self) -> str:
        return f"{self.here:.0%} of the scale, {self.low:.0%} to {self.high:.0%}"


Shape = Literal["good", "for", "against", "note", "flag", "stop", "open"]
GLYPHS: Mapping[Shape, str] = {
    "good": "●", "for": "✚", "against": "–", "note": "◆", "flag": "▲", "stop": "■", "open": "○",
}  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """How something stands: in words, and by a shape of its own, so that no colour is needed."""

    shape: Shape
    said: str

    def __str__(self) -> str:
        return self.said

    @property
    def marked(self) -> str:
        """The words with the shape as a letter before them, for formats that draw none."""
        return f"{GLYPHS[self.shape]} {self.said}"


Cell: TypeAlias = "str | Bar | Level | Sign"


@dataclass(frozen=True)
class Column:
    """A column of a table. `width` is fixed, else `share` is its part of what the fixed ones leave, between `least` and `most`.

    On a terminal narrower than `narrow[0]` the width is `narrow[1]`, if there is room; narrower than `beyond`, the column is left
    out or, with `folds` (`leans {}`), its cells become a further line of the column before.
    """

    title: str
    width: int | None = None
    share: float = 1.0
    least: int = 1
    most: int | None = None
    right: bool = False
    narrow: tuple[int, int] | None = None
    beyond: int = 0
    folds: str = ""


@dataclass(frozen=True)
class Table(Block):
    """Rows of cells; the first cell of a row says what the row is about. An empty table is not written.

    The caption says what the rows are, where that does not stand before the table; a terminal leaves it out. With `cut`, a row
    takes one line there, and this is said where that left anything out. The first `onward` rows have a page each, which follow
    the page of the table in the same order. `full`: on paper it is as wide as the text.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    empty: str = ""  # what stands in place of an empty cell
    ruled: bool = True  # on a terminal, a line below the titles
    cut: str = ""
    onward: int = 0
    full: bool = False


@dataclass(frozen=True)
class Tree(Block):
    """A line of an explanation and what stands under it."""

    text: str
    under: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class Axis:
    """One side of a figure: what it is, and what each place on it stands for; `own` is the company's place."""

    label: str
    marks: tuple[str, ...]
    own: int


@dataclass(frozen=True)
class Figure(Block):
    """A map: for every place on one axis or two a letter, which `legend` explains; the first row is the lowest."""

    across: Axis
    up: Axis | None
    cells: tuple[tuple[str, ...], ...]
    legend: Mapping[str, str]
    caption: str = ""


@dataclass(frozen=True)
class Chart(Block):
    """Lines of amounts of money over months, or another `unit`, each by its name; `sign` is that of their currency."""

    lines: Mapping[str, Sequence[float]]
    caption: str = ""
    unit: str = "month"
    sign: str = "$"


@dataclass(frozen=True)
class Level:
    """A number, nought where it speaks for neither side, and what it is in words."""

    value: float
    said: str

    def __str__(self) -> str:
        return self.said


@dataclass(frozen=True)
class Point:
    """Where one thing stands in a quadrant. `kind` is what it has in common with others, which get the same mark."""

    name: str
    across: Level
    up: Level
    kind: str = ""


@dataclass(frozen=True)
class Quadrant(Block):
    """Points on two axes that cross at nought, each with its name where there is room.

    `quarters` says what it means to stand in one: upper left, upper right, lower left, lower right; `between` on a
    border of them, or nearer to it than `least`.
    """

    points: tuple[Point, ...]
    across: str
    up: str
    quarters: tuple[str, str, str, str] = ("", "", "", "")
    caption: str = ""
    names: str = "Company"  # what the points are
    kinds: str = "Process"
    between: str = ""
    least: float = 0.0


@dataclass(frozen=True)
class HeatMap(Block):
    """For every row and column how much speaks for it or against it, None where nothing is known; `corner` is what rows are."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Level | None, ...], ...]
    caption: str = ""
    corner: str = "Company"


@dataclass(frozen=True)
class Bars(Block):
    """How often each of some things is there, in the order given, of so many; `what` they are, and the `unit` that is counted."""

    counts: Mapping[str, int]
    of: int | None = None
    caption: str = ""
    what: str = ""
    unit: str = "Companies"


@dataclass(frozen=True)
class Page:
    """A title and what stands below it. `widest` is how many columns a terminal gives it at most."""

    title: str
    blocks: tuple[Block, ...]
    widest: int = 100
    underlined: bool = True  # on a terminal, also the headings of parts


def seen(part: Part) -> Part:
    """A page, or a part of one, as every format writes it: nothing in its texts is hidden, and each of them is one line.

    The cells of a table may have several.
    """
    return retold(part, visible, visible_lines)


def retold(part: Part, said: Callable[[str], str], in_cells: Callable[[str], str]) -> Part:
    """The same with each of its texts as a function has it, and those in cells of tables as another has them."""
    found: Part = _retold(part, said, in_cells)
    return found


def _retold(part: Any, said: Callable[[str], str], in_cells: Callable[[str], str]) -> Any:
    match part:
        case str():
            return said(part)
        case tuple() | list():
            return type(part)(_retold(item, said, in_cells) for item in part)
        case Mapping():
            return {_retold(key, said, in_cells): _retold(value, said, in_cells) for key, value in part.items()}
        case Page() | Block() | Bar() | Column() | Axis() | Level() | Point() | Sign():
            kind: Any = type(part)
            each = in_cells if kind is Table else said
            before = {name: getattr(part, name) for name in _texts(kind)}
            changed = {name: new for name, old in before.items() if (new := _retold(old, each, in_cells)) != old}
            return replace(part, **changed) if changed else part
    return part


@cache
def _texts(kind: Any) -> tuple[str, ...]:
    """The fields of a part that are said, or have parts that are."""
    aside = {found.name for found in fields(Block)}
    return tuple(found.name for found in fields(kind) if found.name not in aside)
