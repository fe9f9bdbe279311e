"""Writers of pages: one module a format, with `write(*pages) -> str`; `text` writes one page, at some width."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from salespath.report.page import Page

WRITERS = {"md": "markdown", "html": "html"}  # by the ending of a file's name; imported when one is used


def write_page(pages: Sequence[Page], ending: str) -> str:
    """One document of some pages, in the format of an ending. Raises KeyError for an unknown one."""
    writer = import_module(f"{__name__}.{WRITERS[ending]}")
    return str(writer.write(*pages))
