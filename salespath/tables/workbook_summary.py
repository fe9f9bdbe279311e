"""The first sheet of a workbook of results: counts of the whole, in words and charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from salespath.engine.base import Base
from salespath.engine.strength import LEVELS as STRENGTHS
from salespath.facts.values import readable
from salespath.report.overview import Counts
from salespath.report.pages.rule import said
from salespath.report.words.phrases import capitalize, value_title
from salespath.rules.model import FLAG_LEVELS, VERDICTS, Warn
from salespath.tables.progress import Summary
from salespath.tables.spreadsheet import HEAD, Page, quantity, share

PROCESS_COLORS = {
    "enterprise": "#C6DBEF",
    "smb": "#C7E9C0",
    "both": "#DADAEB",
    "not_yet": "#FDD9B5",
    "undetermined": "#E3E3E3",
}
STRENGTH_COLORS = {"firm": "#C7E9C0", "hangs_on": "#FFF2B3", "open": "#E3E3E3"}
LEVEL_COLORS = {"stop": "#F4B6B0", "flag": "#FFE0B2"}
LEVELS = {"stop": "Stop", "flag": "Flag", "note": "Note"}
_BARS = {
    "enterprise": "#4C86C0",
    "smb": "#5AA469",
    "both": "#8579B8",
    "not_yet": "#E08A3C",
    "undetermined": "#9A9A9A",
    "stop": "#C0392B",
    "flag": "#E08A3C",
    "note": "#9A9A9A",
}
FIRST = "What is wrong with the first of them"
_CHARTED = 10  # flags
_WIDTHS = (38, 11, 9, 2, 90)
_WIDE, _BAR, _AROUND = 640, 28, 70  # pixels of a chart: its width, and its height a bar and beside the bars
_ROW = 20  # pixels of a row


class _Counted(NamedTuple):
    """So many of something in words, with what it says, and what colours it."""

    name: str
    companies: int
    says: str = ""
    color: str = ""


def write_summary(
    page: Page, book: Any, base: Base, whole: Counts, summary: Summary, codes: Mapping[str, tuple[int, str]]
) -> None:
    """Write the sheet; `codes` are those of rejected rows, each with how many there are and what the first says."""
    page.widths(_WIDTHS)
    page.line(f"Portfolio: {whole.companies:,} {'company' if whole.companies == 1 else 'companies'}", **_TITLE)
    page.line(str(summary), text_wrap=False)
    page.line()
    processes = [_Counted(capitalize(readable(p)), whole.processes[p], "", p) for p in VERDICTS if whole.processes[p]]
    flags = [
        _Counted(_flag_name(base, level, rule), count, _flag_text(base, rule), level)
        for (level, rule), count in sorted(
            whole.flags.items(), key=lambda item: (-item[1], FLAG_LEVELS.index(item[0][0]), item[0])
        )
    ]
    motions = [_Counted(capitalize(value_title(base, name)), n) for name, n in _by_count(whole.motions)]
    strengths = [_Counted(capitalize(readable(s)), whole.strengths[s]) for s in STRENGTHS if whole.strengths[s]]
    facts = base.vocabulary.facts
    questions = [
        _Counted(capitalize(facts[name].label), n, facts[name].question) for name, n in _by_count(whole.questions)
    ]
    rejected = [
        _Counted(code, n, message) for code, (n, message) in sorted(codes.items(), key=lambda item: -item[1][0])
    ]
    top = page.at
    charted = _section(page, "Process", processes, whole.companies)
    _section(page, "How it is sold", motions, whole.companies)
    if summary.without_strength:
        page.line(
            "How firm the verdicts are, and what to ask first, is left out of so many; --strength adds it.",
            text_wrap=False,
        )
        page.line()
    _section(page, "How firm the verdict is", strengths, whole.companies)
    some = flags[:_CHARTED]
    below = top + _rows(processes) + 1
    while page.at < below + (_rows(some) + 1 if some else 0):
        page.line()
    _bars(page, book, "Companies by process", processes, charted, top)
    charted = _section(page, "Flags", flags, whole.companies, "What it says ([…] is the figure of each company)")
    _bars(page, book, "Flags most often raised", some, charted, below)
    _section(page, "What to ask first", questions, whole.companies, "Question")
    _section(page, "Rejected rows, by problem", rejected, summary.rejected, FIRST)


_TITLE = {"bold": True, "font_size": 16, "text_wrap": False}


def _section(page: Page, title: str, items: Sequence[_Counted], of: int, says: str = "") -> int:
    """A table of what was counted, if anything; the first row of what it holds."""
    first = page.at + 1
    if items:
        page.line(title, "Companies" if says != FIRST else "Rows", "Share", "", says, **HEAD)
        for item in items:
            page.line(
                item.name, quantity(item.companies), share(round(item.companies / max(1, of), 3)), None, item.says
            )
        page.line()
    return first


def _bars(page: Page, book: Any, title: str, items: Sequence[_Counted], first: int, at: int) -> None:
    """A bar chart of some rows, beside the tables. What it shows stands in it too, for programs that do not reckon."""
    if not items:
        return
    last = first + len(items) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [page.sheet.name, first, 0, last, 0],
            "values": [page.sheet.name, first, 1, last, 1],
            "categories_data": [item.name for item in items],
            "values_data": [item.companies for item in items],
            "points": [{"fill": {"color": _BARS[item.color]}} for item in items],
            "data_labels": {"value": True},
            "gap": 40,
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "line": {"none": True}, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_size({"width": _WIDE, "height": _height(items)})
    said = "; ".join(f"{item.name}: {item.companies:,}" for item in items)
    page.sheet.insert_chart(at, 4, chart, {"description": f"{title}. {said}."})


def _height(items: Sequence[_Counted]) -> int:
    return _AROUND + _BAR * len(items)


def _rows(items: Sequence[_Counted]) -> int:
    """How many rows a chart covers."""
    return -(-_height(items) // _ROW)


def _by_count(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _flag_name(base: Base, level: str, rule: str) -> str:
    """A flag in a few words, which the id of its rule holds: Stop: runway."""
    return f"{LEVELS[level]}: {rule.removeprefix('flag-').replace('-', ' ')}"


def _flag_text(base: Base, rule: str) -> str:
    then = base.knowledge.rules[rule].then
    return said(base, then.text) if isinstance(then, Warn) else ""
