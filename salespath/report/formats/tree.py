"""Trees on a terminal."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text
from rich.tree import Tree as Guides

from salespath.report.page import Tree


def tree(root: Tree, width: int, encoding: str = "utf-8") -> str:
    """A tree of text, wrapped to a width; an encoding without box-drawing characters gets ASCII guides."""
    page = io.TextIOWrapper(io.BytesIO(), encoding, errors="replace", newline="\n")
    console = Console(file=page, width=width, color_system=None, legacy_windows=False)
    console.print(_grown(root))
    page.flush()
    page.seek(0)
    return "".join(f"{line.rstrip()}\n" for line in page)


def _grown(branch: Tree) -> Guides:
    grown = Guides(Text(branch.text))  # a Text holds no markup, whatever its brackets
    grown.children.extend(_grown(child) for child in branch.under)
    return grown
