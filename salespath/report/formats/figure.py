"""Maps of letters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from salespath.report.page import Column, Figure, Item, Items, Table


def figure(drawn: Figure) -> list[str]:
    """The letters, a bar where they turn along a row, the own place in brackets, and what the axes are."""
    across, up = drawn.across, drawn.up
    labels = up.marks if up else ("",)
    margin = max(map(len, labels))
    lines = [up.label] if up else []
    for place in reversed(range(len(labels))):
        cells = _row(drawn.cells[place], across.own if not up or place == up.own else None)
        lines.append(f"{labels[place]:>{margin}} |{cells}".rstrip())
    lines.append(f"{'':{margin}} +{'-' * (2 * len(across.marks) + 1)}")
    marks, scale = _scale(across.marks)
    lines.extend([f"{'':{margin}}  {marks}", f"{'':{margin}}  {scale}", f"{'':{margin}}   {across.label}"])
    return [line.rstrip() for line in lines]


def grid(drawn: Figure) -> Table:
    """The same as a table, for formats that have such: the highest row first, the own place in brackets."""
    labels = drawn.up.marks if drawn.up else ("",)
    rows = []
    for place, (label, cells) in enumerate(zip(labels, drawn.cells)):
        own = drawn.across.own if not drawn.up or place == drawn.up.own else None
        rows.append((label, *(f"({letter})" if at == own else letter for at, letter in enumerate(cells))))
    columns = (Column(drawn.up.label if drawn.up else ""), *map(Column, drawn.across.marks))
    return Table(columns, tuple(reversed(rows)), drawn.across.label)


def legend(drawn: Figure) -> Items:
    """What its letters mean."""
    return Items(tuple(Item(text, letter) for letter, text in drawn.legend.items()), aligned=True)


def _row(row: Sequence[str], own: int | None) -> str:
    between = [" ", *("|" if one != other else " " for one, other in pairwise(row)), " "]
    if own is not None:
        between[own : own + 2] = "(", ")"
    return "".join(gap + letter for gap, letter in zip(between, row)) + between[-1]


def _scale(labels: Sequence[str]) -> tuple[str, str]:
    """As many labels as there is room for, each beginning under its mark."""
    marks = scale = ""
    for place, label in enumerate(labels):
        if len(scale) <= 2 * place:
            marks = marks.ljust(2 * place + 1) + "|"
            scale = scale.ljust(2 * place + 1) + label
    return marks, scale
