"""Lines over months, a map of one row, and points on two axes, as drawings."""

from __future__ import annotations

from html import escape
from itertools import groupby
from operator import itemgetter

from salespath.report.formats.overview import corners, marks, shorten
from salespath.report.page import Chart, Figure, Quadrant
from salespath.report.words.amounts import axis

_WIDE, _HIGH, _LEFT, _BELOW = 480, 240, 60, 30
_APART = 0.08
_LETTER = 8  # at most, across
_LONGEST = 28  # letters of a name; the table beside the picture has it whole
_SQUARE, _LINE, _SIZE = 380, 16, 13  # of the square, of a line and of letters
_SHAPES = (  # so that kinds differ without colour: circle, square, triangle, diamond, cross
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
    "M-4,-4h8v8h-8z",
    "M0,-5l5,9h-10z",
    "M0,-5l5,5l-5,5l-5,-5z",
    "M-4,-4l8,8M4,-4l-8,8",
)
_LOOK = "<style>text { fill: currentColor; stroke: white; stroke-width: 3px; paint-order: stroke } .aside { fill: #5a5a5a }</style>"
# For what knows no paint-order.
_PLAIN = "<style>text { fill: currentColor; stroke: none } .aside { fill: #5a5a5a }</style>"
_DASHES = ("none", "8 4", "2 4", "10 3 2 3")  # so that lines differ without colour


def svg(chart: Chart) -> str:
    """The lines of a chart, each with its name at its end, and the amounts at the top, at nought and at the bottom."""
    values = [value for line in chart.lines.values() for value in line]
    top, bottom = max(0.0, *values), min(0.0, *values)
    scale = (top - bottom) or 1.0
    months = max(map(len, chart.lines.values()))
    names = [shorten(name, _LONGEST) for name in chart.lines]
    right = _WIDE - 14 - _LETTER * max(map(len, names))  # the names stand to the right of the lines

    def place(month: float, value: float) -> str:
        across = _LEFT + month / max(1, months - 1) * (right - _LEFT)
        return f"{across:.0f},{10 + (top - value) / scale * (_HIGH - _BELOW - 10):.0f}"

    parts = [f"<title>{escape(chart.caption or ', '.join(chart.lines))}</title>"]
    for value in dict.fromkeys((0.0, top, bottom)):
        x, y = place(0, value).split(",")
        if value and abs(value) / scale < _APART:  # its label would stand on that of nought
            continue
        parts.append(f'<text x="{_LEFT - 8}" y="{y}" text-anchor="end" dy="4">{escape(axis(value, chart.sign))}</text>')
        parts.append(f'<line x1="{x}" y1="{y}" x2="{right}" y2="{y}" stroke-opacity="0.3"/>')
    for month in range(0, months, 6):
        x = place(month, bottom).split(",")[0]
        parts.append(f'<text x="{x}" y="{_HIGH - 6}" text-anchor="middle">{month + 1}</text>')
    ends = _apart([float(place(0, line[-1]).split(",")[1]) for line in chart.lines.values()])
    for dash, name, line, end in zip(_DASHES * len(names), names, chart.lines.values(), ends):
        points = [place(month, value) for month, value in enumerate(line)]
        x = points[-1].split(",")[0]
        style = f'fill="none" stroke-width="2" stroke-dasharray="{dash}"'
        parts.append(
            f'<polyline points="{" ".join(points)}" {style}/><text x="{x}" y="{end:.0f}" dx="6" dy="4">{escape(name)}</text>'
        )
    return _drawing(parts, _HIGH)


def _apart(places: list[float]) -> list[float]:
    """Where names stand beside the ends of lines: there, or below the one above where it would stand on it."""
    found, last = [0.0] * len(places), -float(_HIGH)
    for at in sorted(range(len(places)), key=places.__getitem__):
        found[at] = last = max(places[at], last + _LINE)
    return found


def alone(drawn: str, font: str, *, halo: bool = True) -> str:
    """A drawing as a file of its own, black on white, in letters of some font; without `halo` lines may touch them."""
    box, _, inside = drawn.removeprefix("<svg ").partition(' role="img">')
    look = f'font-family="{font}" font-size="13" color="#1c1c1c" stroke="currentColor"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {look} {box}>{_LOOK if halo else _PLAIN}{inside}'


def band(figure: Figure) -> str:
    """A map of one row: a field for each run of a letter, the value where it begins below it, the own place as a mark above."""
    across, (row,) = figure.across, figure.cells
    step = (_WIDE - 20) / len(row)
    parts = [f"<title>{escape(figure.caption or across.label)}</title>"]
    room = 0.0
    for letter, run in groupby(enumerate(row), key=itemgetter(1)):
        places = [place for place, _ in run]
        x, wide = 10 + places[0] * step, len(places) * step
        shade = 0.1 + 0.6 * [*figure.legend].index(letter) / len(figure.legend)
        parts.append(
            f'<rect x="{x:.0f}" y="20" width="{wide:.0f}" height="40" fill="currentColor" fill-opacity="{shade:.2f}"/>'
        )
        name = figure.legend[letter] if wide > _LETTER * len(figure.legend[letter]) else letter
        parts.append(f'<text x="{x + wide / 2:.0f}" y="45" text-anchor="middle">{escape(name)}</text>')
        if x >= room:  # else its value would stand on the one before
            parts.append(f'<text x="{x:.0f}" y="76">{escape(across.marks[places[0]])}</text>')
            room = x + _LETTER * (len(across.marks[places[0]]) + 1)
    own = 10 + (across.own + 0.5) * step
    parts.append(f'<polygon points="{own - 6:.0f},6 {own + 6:.0f},6 {own:.0f},18"/>')
    return _drawing(parts, 84)


def field(figure: Figure) -> str:
    """A map of two axes: a field with its letter for every place, the own one in a frame, and as many values as there is room for.

    The places of one letter are of one class, by its place in the legend: `f0`, `f1`, …
    """
    across, up = figure.across, figure.up
    assert up is not None
    left, below = 20 + _LETTER * max(map(len, up.marks)), 44
    wide, high = (_WIDE - left) / len(across.marks), 9.5
    letters, bottom = [*figure.legend], 22 + 9.5 * len(up.marks)
    parts = [f"<title>{escape(figure.caption or f'{up.label}, {across.label}')}</title>"]
    parts += [f'<text class="aside" x="0" y="12">\u2191 {escape(up.label)}</text>']
    for place, row in enumerate(figure.cells):
        y = bottom - (place + 1) * high
        for letter, run in groupby(enumerate(row), key=itemgetter(1)):
            places = [at for at, _ in run]
            number, x = letters.index(letter), left + places[0] * wide
            parts.append(
                f'<rect class="f{number}" x="{x:.1f}" y="{y:.1f}" width="{len(places) * wide:.1f}" height="{high}" stroke="none" '
                f'fill="currentColor" fill-opacity="{0.1 + 0.6 * number / len(letters):.2f}"/>'
            )
            parts += [
                f'<text class="letter" x="{left + (at + 0.5) * wide:.1f}" y="{y + 8:.1f}" text-anchor="middle" '
                f'font-size="8">{escape(f"({letter})" if (at, place) == (across.own, up.own) else letter)}</text>'
                for at in places
            ]
        if place % 2 == 0:
            parts.append(f'<text x="{left - 6}" y="{y + 9:.1f}" text-anchor="end">{escape(up.marks[place])}</text>')
    room = 0.0
    for at, mark in enumerate(across.marks):
        x = left + at * wide
        if (
            x >= room and x + _LETTER * len(mark) <= _WIDE
        ):  # else its value would stand on the one before, or beyond the edge
            parts.append(f'<text x="{x:.0f}" y="{bottom + 15:.0f}">{escape(mark)}</text>')
            room = x + _LETTER * (len(mark) + 1)
    x, y = left + across.own * wide, bottom - (up.own + 1) * high
    frame = f'x="{x - 1:.1f}" y="{y - 1:.1f}" width="{wide + 2:.1f}" height="{high + 2}"'
    parts.append(f'<rect class="own" {frame} fill="none" stroke-width="2.5"/>')
    parts.append(
        f'<text class="aside" x="{_WIDE}" y="{bottom + 34:.0f}" text-anchor="end">{escape(across.label)} \u2192</text>'
    )
    return _drawing(parts, round(bottom + below))


def quadrant(drawn: Quadrant) -> str:
    """Points on two axes that cross in the middle, a shape for each kind, with as many names as there is room for."""
    shapes = dict(zip(dict.fromkeys(point.kind for point in drawn.points), _SHAPES * len(drawn.points)))
    parts = [f"<title>{escape(drawn.caption or f'{drawn.across}, {drawn.up}')}</title>"]
    parts += [f'<rect x="0.5" y="0.5" width="{_WIDE - 1}" height="{_SQUARE - 1}" fill="none" stroke-opacity="0.3"/>']
    middle, centre = _WIDE // 2, _SQUARE // 2
    parts += [f'<path d="M{middle},1V{_SQUARE - 1}M1,{centre}H{_WIDE - 1}" stroke-opacity="0.5"/>']
    for means, label in corners(drawn, _WIDE, _SQUARE, _LINE):
        anchor = f'text-anchor="{label.anchor}" font-style="italic"'
        parts += [f'<text class="aside" x="{label.x:.0f}" y="{label.y + 4:.0f}" {anchor}>{escape(means)}</text>']
    for mark in marks(drawn, _WIDE, _SQUARE, _SIZE, _LINE):
        said = f"{mark.point.name}: {drawn.across}: {mark.point.across}; {drawn.up}: {mark.point.up}"
        parts += [
            f'<path d="{shapes[mark.point.kind]}" transform="translate({mark.x:.0f},{mark.y:.0f})" '
            f'fill="currentColor" fill-opacity="0.4"><title>{escape(said)}</title></path>'
        ]
        if mark.label:
            name = f'<text x="{mark.label.x:.0f}" y="{mark.label.y + 4:.0f}" text-anchor="{mark.label.anchor}">'
            parts += [f"{name}{escape(mark.name)}</text>"]
    parts += [
        f'<text class="aside" x="{_WIDE}" y="{_SQUARE + 18}" text-anchor="end">{_short(drawn.across)} \u2192</text>'
    ]
    parts += [f'<text class="aside" x="0" y="{_SQUARE + 18}">\u2191 {_short(drawn.up)}</text>']
    high = _SQUARE + 24
    if any(shapes):
        for kind, shape in shapes.items():
            high += 20
            parts += [
                f'<path d="{shape}" transform="translate(8,{high - 10})" fill="currentColor" fill-opacity="0.4"/>'
                f'<text x="20" y="{high - 6}">{_short(kind)}</text>'
            ]
    return _drawing(parts, high)


def _short(name: str) -> str:
    return escape(shorten(name, _LONGEST))


def _drawing(parts: list[str], high: int) -> str:
    return f'<svg viewBox="0 0 {_WIDE} {high}" role="img">\n{chr(10).join(parts)}\n</svg>'
