"""Charts of a page as pictures of their own, for slides: a Vega-Lite specification, and SVG or PNG of it by vl-convert (an extra).

A page in HTML or PDF draws its own (`svg.py`), which needs no library and follows the reader's screen; these are for elsewhere.
Texts are values of data, so none is an expression or markup, and no address is fetched.
"""

from __future__ import annotations

from html import escape
from typing import Any

from salespath.files.problems import refusal
from salespath.files.visible import visible
from salespath.report.formats.overview import corners, marks
from salespath.report.page import Bars, Chart, HeatMap, Quadrant, seen

Picture = Chart | Quadrant | HeatMap | Bars
Spec = dict[str, Any]

_WIDE, _HIGH = 640, 480
_SIZE, _LINE = 11, 13
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_VERSION = "5.20"


def specification(block: Picture) -> Spec:
    """What to draw, as Vega-Lite has it; `description` says it in words."""
    drawn: Picture = seen(block)
    match drawn:
        case Chart():
            spec = _lines(drawn)
        case Quadrant():
            spec = _points(drawn)
        case HeatMap():
            spec = _squares(drawn)
        case Bars():
            spec = _bars(drawn)
    return {"$schema": _SCHEMA, "title": drawn.caption, "background": "white"} | spec


def svg(block: Picture) -> str:
    """The picture, with its title and description for who cannot see it. Raises SalespathError (SP188) without vl-convert."""
    spec = specification(block)
    made: str = ready().vegalite_to_svg(spec, vl_version=_VERSION, allowed_base_urls=[])
    start = made.index(">", made.index("<svg")) + 1
    said = f"<title>{escape(visible(block.caption) or 'Chart')}</title><desc>{escape(spec['description'])}</desc>"
    return f'{made[: start - 1]} role="img">{said}{made[start:]}'


def png(block: Picture, scale: float = 2) -> bytes:
    """The picture in pixels, so many times 640 wide. Raises SalespathError (SP188) without vl-convert."""
    made: bytes = ready().vegalite_to_png(specification(block), vl_version=_VERSION, scale=scale, allowed_base_urls=[])
    return made


def ready() -> Any:
    """What draws. Raises SalespathError (SP188) where it is not installed."""
    try:
        import vl_convert
    except ImportError:
        what = "a picture is drawn with vl-convert, which is not installed: `pip install 'salespath[pdf]'`."
        raise refusal("SP188", what, None) from None
    return vl_convert


def _lines(chart: Chart) -> Spec:
    values = [
        {"name": name, "at": at, "value": value}
        for name, line in chart.lines.items()
        for at, value in enumerate(line, 1)
    ]
    ends = [f"{name} ends at {chart.sign}{line[-1]:,.0f}" for name, line in chart.lines.items() if line]
    encoding = {
        "x": {"field": "at", "type": "quantitative", "title": chart.unit, "axis": {"tickMinStep": 1}},
        "y": {"field": "value", "type": "quantitative", "title": chart.sign},
        "color": {"field": "name", "type": "nominal", "title": None},
        "strokeDash": {"field": "name", "type": "nominal", "title": None},
    }
    return _spec(f"Lines by {chart.unit}: {'; '.join(ends)}.", values, mark="line", encoding=encoding) | {
        "height": _HIGH / 2
    }


def _points(drawn: Quadrant) -> Spec:
    """Points, and their names where none is on another: placed here, as Vega-Lite places none."""
    placed = marks(drawn, _WIDE, _HIGH, _SIZE, _LINE)
    points = [{"name": m.point.name, "kind": m.point.kind, "x": m.x, "y": m.y} for m in placed]
    anchors = {"start": "left", "middle": "center", "end": "right"}
    x, y = (
        {
            "field": field,
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": domain, "nice": False, "zero": False},
        }
        for field, domain in (("x", [0, _WIDE]), ("y", [_HIGH, 0]))
    )
    kind = {"field": "kind", "type": "nominal", "title": drawn.kinds}
    layer: list[Spec] = [
        {"data": {"values": [{"x": _WIDE / 2}]}, "mark": {"type": "rule", "color": "#999"}, "encoding": {"x": x}},
        {"data": {"values": [{"y": _HIGH / 2}]}, "mark": {"type": "rule", "color": "#999"}, "encoding": {"y": y}},
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "size": 60},
            "encoding": {"x": x, "y": y} | ({"shape": kind, "color": kind} if any(p["kind"] for p in points) else {}),
        },
    ]
    for anchor, align in anchors.items():
        names = [
            {"name": m.name, "x": m.label.x, "y": m.label.y} for m in placed if m.label and m.label.anchor == anchor
        ]
        layer.append(_words(names, align, x, y, "#222"))
    for means, label in corners(drawn, _WIDE, _HIGH, _LINE):
        layer.append(_words([{"name": means, "x": label.x, "y": label.y}], anchors[label.anchor], x, y, "#666"))
    where = "; ".join(f"{p.name}{f' ({p.kind})' if p.kind else ''}: {p.across}, {p.up}" for p in drawn.points)
    said = f"{drawn.across} to the right, {drawn.up} upwards. {where}."
    title = {"text": drawn.caption, "subtitle": f"{drawn.across} to the right, {drawn.up} upwards"}
    return {"title": title, "description": said, "width": _WIDE, "height": _HIGH, "layer": layer}


def _words(values: list[Spec], align: str, x: Spec, y: Spec, colour: str) -> Spec:
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": align, "baseline": "middle", "color": colour, "fontSize": _SIZE},
        "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}},
    }


def _squares(drawn: HeatMap) -> Spec:
    """A row a company; rows of one name stay apart by their number."""
    values = [
        {"row": row, "column": column, "value": cell.value if cell else None, "said": cell.said if cell else "unknown"}
        for row, cells in enumerate(drawn.cells)
        for column, cell in enumerate(cells)
    ]
    most = max((abs(cell.value) for cells in drawn.cells for cell in cells if cell), default=0.0) or 1.0
    x, y = (
        {"field": field, "type": "ordinal", "axis": None, "scale": {"domain": [*range(number)]}}
        for field, number in (("column", len(drawn.columns)), ("row", len(drawn.rows)))
    )
    shade = {"domain": [-most, 0, most], "range": ["#eeb27f", "#ffffff", "#83b9da"], "interpolate": "rgb"}
    colour = {"field": "value", "type": "quantitative", "scale": shade, "legend": None}
    text = {"field": "said", "type": "nominal"}
    layer = [
        {"mark": "rect", "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "text", "fontSize": 10}, "encoding": {"x": x, "y": y, "text": text}},
        {
            "data": {"values": [{"row": row, "name": name} for row, name in enumerate(drawn.rows)]},
            "mark": {"type": "text", "align": "right", "x": -6, "limit": 200},
            "encoding": {"y": y, "text": {"field": "name", "type": "nominal"}},
        },
        {
            "data": {"values": [{"column": at, "name": name} for at, name in enumerate(drawn.columns)]},
            "mark": {"type": "text", "y": -10, "fontWeight": "bold"},
            "encoding": {"x": x, "text": {"field": "name", "type": "nominal"}},
        },
    ]
    rows = []
    for name, cells in zip(drawn.rows, drawn.cells):
        pairs = (f"{title} {cell or 'unknown'}" for title, cell in zip(drawn.columns, cells))
        rows.append(f"{name}: {', '.join(pairs)}")
    made = _spec(f"{'; '.join(rows)}.", values, layer=layer)
    return made | {"height": {"step": 20}, "width": {"step": 110}}


def _bars(drawn: Bars) -> Spec:
    values = [{"name": name, "value": number} for name, number in drawn.counts.items()]
    most = {"domain": [0, drawn.of]} if drawn.of else {}
    encoding = {
        "y": {
            "field": "name",
            "type": "nominal",
            "sort": None,
            "title": drawn.what or None,
            "axis": {"labelLimit": 300},
        },
        "x": {"field": "value", "type": "quantitative", "title": drawn.unit, "scale": most, "axis": {"tickMinStep": 1}},
    }
    said = "; ".join(f"{name}: {number}" for name, number in drawn.counts.items())
    return _spec(f"{drawn.unit}. {said}.", values, mark="bar", encoding=encoding) | {"height": {"step": 24}}


def _spec(said: str, values: list[Spec], **how: Any) -> Spec:
    return {"description": said, "width": _WIDE, "data": {"values": values}, **how}
