"""Trees and tables on a terminal."""

from __future__ import annotations

import textwrap

from salespath.report.explain import Branch


def tree(root: Branch, width: int, *, ascii_only: bool = False) -> str:
    """A tree of text, wrapped to a width."""
    lines = textwrap.wrap(root.text, width)
    bars = ("|-- ", "`-- ", "|   ", "    ") if ascii_only else ("├── ", "└── ", "│   ", "    ")
    _draw(root, "", width, bars, lines)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _draw(branch: Branch, indent: str, width: int, bars: tuple[str, str, str, str], lines: list[str]) -> None:
    middle, last, through, blank = bars
    for number, child in enumerate(branch.under, 1):
        end = number == len(branch.under)
        ahead = indent + (blank if end else through)
        lines.extend(
            textwrap.wrap(
                child.text,
                max(width, len(ahead) + 24),
                initial_indent=indent + (last if end else middle),
                subsequent_indent=ahead,
                break_on_hyphens=False,
            )
        )
        _draw(child, ahead, width, bars, lines)
