"""The economics as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from salespath.counsel.economics.assumptions import ASSUMED, YOURS, Figure, assumptions
from salespath.counsel.economics.results import Economics, Outcome, ProcessEconomics, rests
from salespath.engine.compile import Base
from salespath.facts import Derived, Fact
from salespath.report.formats.chart import BOTH, chart
from salespath.report.formats.text import Style
from salespath.report.pages.economics_sentences import gist, notes
from salespath.report.words.economics import given, result
from salespath.report.words.phrases import NAMES, source_note, sources

OUTCOMES = {
    "customers_needed": "New customers for the target",
    "deals_needed": "Deals to begin for them",
    "sellers_needed": "Sellers who win them in a year",
    "first_revenue_month": "Month of the first revenue",
    "target_month": "Month the target is reached",
    "revenue_at_end": "New yearly revenue at the end",
    "most_tied_up": "Most that selling ties up",
    "selling_pays_month": "Selling pays for itself from month",
    "break_even_month": "Company breaks even from month",
    "lowest_cash": "Lowest cash",
    "lowest_cash_month": "Month of the lowest cash",
    "out_of_cash_month": "Month the cash runs out",
    "objections": "Objections in one deal",
    "meetings": "Meetings in one deal",
}
_CASE = 9
_WIDEST = 120
_NARROW = 60


def render(
    e: Economics, base: Base, width: int = 80, *, verdict: str = "", encoding: str = "utf-8", bold: Style = str
) -> str:
    """What each process takes, in words, tables and a chart. `verdict` is what the rules say; `bold` marks headings."""
    return _Page(e, base, min(width, _WIDEST), encoding, bold).text(verdict)


class _Page:
    def __init__(self, e: Economics, base: Base, width: int, encoding: str, bold: Style) -> None:
        self.e, self.base, self.width, self.encoding, self.bold = e, base, width, encoding, bold
        self.lines: list[str] = []

    def text(self, verdict: str) -> str:
        what = (
            "each process takes"
            if len(self.e.processes) > 1
            else f"{NAMES[next(iter(self.e.processes))]} selling takes"
        )
        title = f"{self.e.company}: what {what}"
        lines = textwrap.wrap(title, self.width)
        self.lines.extend([*map(self.bold, lines), "=" * max(map(len, lines)), ""])
        for paragraph in gist(self.e):
            self._say(paragraph)
            self.lines.append("")
        if verdict:
            self._say(
                f"This is about money only. Which process fits is for the rules to say (salespath assess): {verdict}"
            )
        self.lines.append("")
        months = self.e.months
        self._say(
            f"Low is the worst case, high the best. Months count from today; > {months} is not within these {months}. Yours are "
            "your own figures, set those in your file under assumptions."
        )
        for economics in self.e.processes.values():
            self._results(economics)
        if self.e.match:
            self._match(self.e.match)
        self._chart()
        self._heading("What this leaves out or takes for granted")
        for note in notes(self.e, self.base.vocabulary):
            self._say(f"- {note}", indent="  ")
        for economics in self.e.processes.values():
            self._figures(economics)
        self.lines.append("")
        self._say(source_note(self.base))
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    def _say(self, text: str, indent: str = "") -> None:
        self.lines.extend(textwrap.wrap(text, self.width, subsequent_indent=indent, break_on_hyphens=False))

    def _heading(self, text: str) -> None:
        lines = textwrap.wrap(text, self.width)
        self.lines.extend(["", *map(self.bold, lines), "-" * max(map(len, lines))])

    def _table(self, rows: Iterable[Sequence[str]], headers: Sequence[str]) -> None:
        """Three cases side by side, after what they are of and, where there is room, before where they come from."""
        rest = self.width - 3 * (_CASE + 2)
        first = min(36, rest // 2) if self.width >= _NARROW else rest
        limits = [first, _CASE, _CASE, _CASE, *([rest - first - 2] if self.width >= _NARROW else [])]
        headers = headers[: len(limits)]
        wrapped = [
            ["\n".join(textwrap.wrap(c, n, break_on_hyphens=False)) for c, n in zip(row, limits)] for row in rows
        ]
        align = ("left", "right", "right", "right", "left")
        table = tabulate(wrapped, headers, tablefmt="simple", disable_numparse=True, colalign=align[: len(limits)])
        self.lines.extend(table.splitlines())

    # Results

    def _results(self, economics: ProcessEconomics) -> None:
        name = NAMES[economics.process]
        self._heading(f"{name[0].upper()}{name[1:]}")
        shown = [
            o
            for o in map(economics.outcomes.__getitem__, OUTCOMES)
            if any(value is not None for value in o.values) or not (o.missing or o.note)
        ]
        self._table([self._row(o, economics) for o in shown], ["", "low", "base", "high", "rests on"])
        for why, ids in self._absent(economics.outcomes.values()):
            names = ", ".join(OUTCOMES[id_][0].lower() + OUTCOMES[id_][1:] for id_ in ids)
            self._say(
                f"Not computed{' in each case' if set(ids) & {o.id for o in shown} else ''}: {names}. {why}",
                indent="  ",
            )

    def _row(self, outcome: Outcome, economics: ProcessEconomics) -> list[str]:
        values = [result(outcome.id, value, self.e.months) for value in outcome.values]
        if outcome.id == "lowest_cash_month":
            values = [f"{v}, falls" if value == self.e.months else v for v, value in zip(values, outcome.values)]
        origins = rests(outcome, economics.figures, self.e.standing)
        return [OUTCOMES[outcome.id], *values, " + ".join(origins)]

    def _absent(self, outcomes: Iterable[Outcome]) -> list[tuple[str, list[str]]]:
        """The results that cannot be had, by the reason."""
        found: dict[str, list[str]] = {}
        for outcome in outcomes:
            if outcome.missing:
                facts = " and ".join(f"{self.base.vocabulary[n].label} ({n})" for n in outcome.missing)
                found.setdefault(f"It takes your {facts}.", []).append(outcome.id)
            elif outcome.note:
                found.setdefault(f"{outcome.note[0].upper()}{outcome.note[1:]}.", []).append(outcome.id)
        return list(found.items())

    def _match(self, match: Outcome) -> None:
        values = match.values
        if None in values:
            self.lines.append("")
            self._say(f"How many SMB customers make up an enterprise contract: not computed, as {match.note}.")
            return
        low, base, high = (result(match.id, value, self.e.months) for value in values)
        cases = f"{base} SMB customers in the base case" + ("" if low == base == high else f" (low {low}, high {high})")
        self.lines.append("")
        contract = self.e.processes["enterprise"].figures["annual_contract_value"]
        assumed = (
            f" of an assumed {given(_kind(contract, self.base), contract.values[1])}"
            if contract.origin == ASSUMED
            else ""
        )
        self._say(f"One enterprise contract{assumed} brings as much in a year as {cases} [article K28].")

    def _chart(self) -> None:
        drawn = {p[0].upper(): e.flows[1].line for p, e in self.e.processes.items()}
        known = all(e.flows[1].cash is not None for e in self.e.processes.values())
        self._heading(
            "Cash by month, base case" if known else "What selling alone brings and costs, added up by month, base case"
        )
        marks = [f"{p[0].upper()} {NAMES[p]}" for p in self.e.processes]
        self._say(", ".join([*marks, f"{BOTH} both"] if len(marks) > 1 else marks))
        self.lines.extend(chart(drawn, self.width, self.encoding))

    # What it rests on

    def _figures(self, economics: ProcessEconomics) -> None:
        self._heading(f"The figures behind {NAMES[economics.process]}")
        rows = [self._figure(figure) for figure in economics.figures.values() if _counts(figure, economics)]
        self._table(rows, ["", "low", "base", "high", "from"])

    def _figure(self, figure: Figure) -> list[str]:
        kind = _kind(figure, self.base)
        unit = f", {kind.unit}" if kind.unit else ""
        if figure.origin == ASSUMED:
            where = f"assumed: {sources(self.base, figure.source)}"
        else:
            labels = ", ".join(self.base.vocabulary[name].label for name in figure.facts)
            where = f"yours: {labels}" if figure.origin == YOURS else "set in your file"
        return [f"{kind.label}{unit}", *(given(kind, value) for value in figure.values), where]


def _kind(figure: Figure, base: Base) -> Derived | Fact:
    known = assumptions().all
    return known[figure.id].kind if figure.id in known else base.vocabulary[figure.id]


def _counts(figure: Figure, economics: ProcessEconomics) -> bool:
    """Whether a figure is read: the company's own cost of winning a customer takes the place of the other selling cost."""
    return not (figure.id == "other_selling_cost_share" and "acquisition_cost" in economics.figures)
