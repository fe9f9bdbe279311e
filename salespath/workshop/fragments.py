"""Parts of pages: templates filled, and blocks of a report as they stand in a page. It words nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from salespath.files.visible import visible
from salespath.report.formats import html, svg
from salespath.report.formats.figure import grid, legend
from salespath.report.page import Block, Figure, Heading, retold

_OPTION = re.compile(r" \([^()]*--(?:full|format json)[^()]*\)")


def filled(template: str, **what: Any) -> Markup:
    """A template with what it says; texts are escaped, and nothing in them is hidden."""
    return Markup(_templates().get_template(template).render(what))


def blocks(some: Iterable[Block]) -> Markup:
    """Blocks of a report as HTML, without the options of the command line that they name: and 2 more (--full)."""
    return Markup("\n".join(_block(retold(block, _without_option, _without_option)) for block in some))


def qr(link: str) -> Markup:
    """An address as a QR code, as SVG without a style of its own."""
    import segno

    out = io.BytesIO()
    segno.make(link, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, scale=4, border=2, omitsize=True, light="#fff", title="QR code"
    )
    return Markup(out.getvalue().decode())


def _without_option(text: str) -> str:
    return _OPTION.sub("", text)


def _block(block: Block) -> str:
    """A block; a map of two axes is drawn, with its table below."""
    if not (isinstance(block, Figure) and block.up):
        return html.fragment([block])
    table = html.fragment([Heading(block.across.label, 3), grid(block)])
    return filled(
        "wall_field.html",
        drawn=Markup(svg.field(block)),
        legend=[(number, item.label, item.text) for number, item in enumerate(legend(block).items)],
        table=Markup(table),
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda said: visible(said) if type(said) is str else said,
    )
