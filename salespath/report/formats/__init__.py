"""Writers of pages: one module a format, with `write(*pages, firm=...)`, which gives a text or, of a document, bytes.

`text` writes one page, at some width.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from salespath.report.page import Page

if TYPE_CHECKING:
    from salespath.report.firm import Firm

# By the ending of a file's name; imported when one is used.
WRITERS = {"md": "markdown", "html": "html"}
DOCUMENTS = {"pdf": "pdf", "docx": "docx"}


def write_page(pages: Sequence[Page], ending: str, firm: Firm | None = None) -> str:
    """One text of some pages, in the format of an ending, with the name of a firm on it. Raises KeyError for an unknown one."""
    writer = import_module(f"{__name__}.{WRITERS[ending]}")
    return str(writer.write(*pages, firm=firm))


def ready(ending: str) -> None:
    """Raises SalespathError where what writes files of an ending is not installed."""
    if ending in DOCUMENTS:
        import_module(f"{__name__}.{DOCUMENTS[ending]}").ready()


def write_document(pages: Sequence[Page], ending: str, firm: Firm | None = None) -> bytes:
    """The same where the format is no text. Raises SalespathError where what writes it is not installed."""
    writer = import_module(f"{__name__}.{DOCUMENTS[ending]}")
    return bytes(writer.write(*pages, firm=firm))
