"""Lines over months, drawn with plain characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from salespath.report.page import Column, Table
from salespath.report.words.amounts import axis

HEIGHT = 12
BOTH = "*"
NOUGHT = "┄"


def chart(lines: Mapping[str, Sequence[float]], width: int, unit: str = "month", sign: str = "$") -> list[str]:
    """Amounts of money by month, each line by the first letter of its name (`*` where two meet), with nought as a dotted line.

    At most `width` columns; where months are more than that, every second (third, ...) is drawn.
    """
    values = [value for line in lines.values() for value in line]
    top, bottom = max(0.0, *values), min(0.0, *values)
    scale = (top - bottom) or 1.0
    nought = _row(0.0, top, scale)
    labels = {0: axis(top, sign), HEIGHT - 1: axis(bottom, sign), nought: axis(0.0, sign)}
    margin = max(len(unit), *map(len, labels.values()))
    months = max(map(len, lines.values()))
    room = max(12, width - margin - 2)
    step, space = -(-months // room), max(1, min(3, room // months))
    drawn = range(0, months, step)
    canvas = [[NOUGHT if row == nought else " "] * (len(drawn) * space) for row in range(HEIGHT)]
    for name, line in lines.items():
        mark = name[0].upper()
        for place, month in enumerate(drawn):
            if month < len(line):
                cells = canvas[_row(line[month], top, scale)]
                column = place * space + space // 2
                cells[column] = mark if cells[column] in (" ", NOUGHT) else BOTH
    legend = [f"{name[0].upper()} {name}" for name in lines]
    found = [", ".join([*legend, f"{BOTH} both"] if len(lines) > 1 else legend)]
    found += [
        f"{labels.get(row, ''):>{margin}} {'┤' if row in labels else '│'}{''.join(cells)}".rstrip()
        for row, cells in enumerate(canvas)
    ]
    found.append(f"{'':{margin}} └{'─' * (len(drawn) * space)}")
    return [*found, _months(drawn, space, margin, unit)]


def figures(lines: Mapping[str, Sequence[float]], unit: str = "month", sign: str = "$") -> Table:
    """The same amounts as a table, a row a month."""
    columns = (Column(unit), *(Column(name, right=True) for name in lines))
    months = enumerate(zip_longest(*lines.values()), 1)
    return Table(columns, tuple((str(m), *("" if v is None else axis(v, sign) for v in some)) for m, some in months))


def _row(value: float, top: float, scale: float) -> int:
    return round((top - value) / scale * (HEIGHT - 1))


def _months(drawn: Sequence[int], space: int, margin: int, unit: str) -> str:
    """The numbers of months below the line, as many as there is room for."""
    line = f"{unit:>{margin}}  "
    for place in range(0, len(drawn), -(-6 // space)):
        column, month = margin + 2 + place * space + space // 2, str(drawn[place] + 1)
        if column + len(month) <= margin + 2 + len(drawn) * space:
            line = f"{line:{column}}{month}"
    return line
