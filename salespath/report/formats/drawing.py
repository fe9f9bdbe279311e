"""Graphs as Mermaid and Graphviz DOT. No label can break out of its quotes."""

from __future__ import annotations

from salespath.files.visible import visible
from salespath.report.pages.graph import Graph

_SHAPES = {  # how each kind of node opens and closes in Mermaid, and its shape in DOT
    "fact": ("([", "])", "oval"),
    "number": ("([", "])", "oval"),
    "rule": ("[", "]", "box"),
    "value": ("{{", "}}", "hexagon"),
    "line": ("(", ")", "parallelogram"),
    "sum": ("((", "))", "circle"),
    "topic": ("[[", "]]", "component"),
}
_PLAIN = frozenset(" ,.'-_/()")  # beside letters and digits; the rest could be Mermaid's own


def mermaid(graph: Graph) -> str:
    """A Mermaid flow chart, left to right; overriding is dotted."""
    names = {id_: f"n{number}" for number, id_ in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for id_, node in graph.nodes.items():
        opening, closing, _ = _SHAPES[node.kind]
        label = "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in _one_line(node.label))
        lines.append(f'  {names[id_]}{opening}"{label}"{closing}')
    for (source, target), what in graph.edges.items():
        arrow = "-. overrides .->" if what == "overrides" else "-->"
        lines.append(f"  {names[source]} {arrow} {names[target]}")
    return "\n".join(lines) + "\n"


def dot(graph: Graph) -> str:
    """A Graphviz digraph, left to right; overriding is dashed."""
    lines = ["digraph salespath {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for id_, node in graph.nodes.items():
        lines.append(f"  {_quote(id_)} [label={_quote(node.label)}, shape={_SHAPES[node.kind][2]}];")
    for (source, target), what in graph.edges.items():
        style = ' [style=dashed, label="overrides"]' if what == "overrides" else ""
        lines.append(f"  {_quote(source)} -> {_quote(target)}{style};")
    return "\n".join([*lines, "}"]) + "\n"


def _quote(text: str) -> str:
    escaped = _one_line(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _one_line(text: str) -> str:
    return visible(text) or " "
