"""A comparison as text and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from salespath.counsel.compare import Comparison, Topic, behind_verdict, own_advice
from salespath.counsel.compare_read import Column, in_words
from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.engine.effects import ADVICE, BLOCK, Effect, Item, Verdict
from salespath.engine.walk import SUMS
from salespath.facts import Value
from salespath.facts.values import readable, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report import plain
from salespath.report.pages.companies import listing
from salespath.report.pages.rules_diff import effect_document
from salespath.report.words.phrases import NAMES
from salespath.report.words.verdict import two_groups
from salespath.rules.diff import ADDED, CHANGED
from salespath.rules.model import PROCESSES, Block

NOT_SAID = "not said"
_FIRST = 20  # columns for what is compared
_LEAST, _MOST = 13, 34  # columns for one that is compared
_REASONS = 6

Style = Callable[[str], str]


def text(found: Comparison, width: int = 100, *, bold: Style = str) -> str:
    """The comparison for a reader: verdicts, facts and advice that differ in tables, then through which rules."""
    return _Text(found, width, bold).text()


class _Text:
    def __init__(self, found: Comparison, width: int, bold: Style) -> None:
        self.found, self.width, self.bold = found, width, bold
        self.base = found.columns[0].assessment.base
        self.vocabulary = self.base.vocabulary
        self.lines: list[str] = []

    def text(self) -> str:
        found = self.found
        self._heading("Verdicts")
        assessments = [column.assessment for column in found.columns]
        titles, cells = list(_VERDICT_ROWS), [self._verdict(a) for a in assessments]
        if any(a.conflicts for a in assessments):
            titles.append("Contradictions")
            cells = [[*column, _conflicts(a)] for column, a in zip(cells, assessments)]
        self._table(cells, titles)
        self._say("Figures are net evidence for enterprise (E) and SMB (S): 0 is balanced, 0.7 clear, 1.6 strong.")
        same = f"; {len(found.same)} known of all are the same" if found.same else ""
        self._heading(f"Facts that differ ({len(found.rows)}{same})")
        self._facts()
        self._heading(f"Advice that differs ({len(found.topics)} of {len(self.base.knowledge.topics)} topics)")
        if found.topics:
            titles = [self.base.knowledge.topics[topic.topic].title for topic in found.topics]
            cells = [[self._choices(topic, n) for topic in found.topics] for n in range(len(found.columns))]
            self._table(cells, titles)
            self._say("What all are advised is left out.")
        else:
            self._say("None.")
        for column, effect in zip(found.columns[1:], found.effects):
            self._effect(column, effect)
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    # Writing

    def _heading(self, heading: str) -> None:
        if self.lines:
            self.lines.append("")
        lines = textwrap.wrap(heading, self.width)
        self.lines.extend([*map(self.bold, lines), "-" * max(map(len, lines))])

    def _say(self, what: str, indent: str = "", first: str | None = None) -> None:
        start = indent if first is None else first
        self.lines.extend(
            textwrap.wrap(what, self.width, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False)
        )

    def _table(self, cells: Sequence[Sequence[str]], titles: Sequence[str]) -> None:
        """One row a title and one column a company; as many tables as the width takes."""
        fit = max(1, (self.width - _FIRST) // (_LEAST + 2))
        number = len(cells)
        blocks = -(-number // fit)
        step = -(-number // blocks)
        for start in range(0, number, step):
            if start:
                self.lines.append("")
            part = cells[start : start + step]
            names = [column.name for column in self.found.columns[start : start + step]]
            wide = min(_MOST, max(_LEAST, (self.width - _FIRST) // len(part) - 2))
            rows = [[title, *(column[n] for column in part)] for n, title in enumerate(titles)]
            headers = ["", *("\n".join(textwrap.wrap(name, wide - 2)) for name in names)]  # tabulate pads them by 2
            self.lines.extend(listing(rows, headers, [_FIRST, *[wide] * len(part)]).splitlines())

    # Parts

    def _verdict(self, a: Assessment) -> list[str]:
        cells = [in_words(Verdict(a.process, a.lead, a.leaning)), "yes" if a.settled else "no"]
        for name in SUMS:
            cells.extend(f"{certainty.word(a.evidence[p][name])} {_signed(a, p, name)}" for p in PROCESSES)
        for dimension in DIMENSIONS:
            cells.append(" ".join(f"{p[0].upper()} {_signed(a, p, dimension)}" for p in PROCESSES))
        blocked = dict.fromkeys(b.process for b in a.blockers if b.process != "both" or two_groups(a))
        cells.append(", ".join(NAMES[process] for process in blocked) or "none")
        return cells

    def _facts(self) -> None:
        found = self.found
        if not (found.rows or found.unread):
            self._say("None.")
            return
        titles = [self.vocabulary[row.fact].label for row in found.rows]
        titles += [f"{name} (cannot be read, counts for nothing)" for name in found.unread]
        cells = [
            [
                *(self._value(row.fact, row.values[number]) for row in found.rows),
                *(_written(column.unread.get(name)) for name in found.unread),
            ]
            for number, column in enumerate(found.columns)
        ]
        self._table(cells, titles)

    def _value(self, name: str, value: Value | None) -> str:
        return NOT_SAID if value is None else words(self.vocabulary[name], value)

    def _choices(self, topic: Topic, number: int) -> str:
        """In words what one column is advised and not every column."""
        common = set(topic.choices[0]).intersection(*topic.choices[1:])
        found = [self._choice(topic.topic, choice) for choice in topic.choices[number] if choice not in common]
        return "; ".join(found) or "-"

    def _choice(self, topic: str, choice: str) -> str:
        known = self.base.knowledge.topics[topic]
        return self.vocabulary[choice].label if known.metrics else (known.choices or {}).get(choice) or readable(choice)

    def _effect(self, column: Column, effect: Effect) -> None:
        """What differs against the first column, and through which rules."""
        first = self.found.columns[0]
        sides = (first.assessment, column.assessment)
        self._heading(f"{column.name} against {first.name}: through which rules")
        if not (effect.verdict_changes or effect.items):
            self._say("Nothing differs in what is recommended.")
            return
        if effect.verdict_changes:
            self._say(f"Verdict: {in_words(effect.new)} instead of {in_words(effect.old)}. It goes back to:")
            rules = behind_verdict(effect, sides)
            for rule, a in rules[:_REASONS]:
                because = next(item.because for item in a.fired if item.rule == rule)
                where = column.name if a is sides[1] else first.name
                self._say(f"- {where}: {because} [{rule}]", indent="    ", first="  ")
            self._more(len(rules) - _REASONS)
        else:
            self._say(f"The same verdict: {in_words(effect.new)}.")
        for item in effect.items:
            if item.kind == BLOCK and (item.about != "both" or any(map(two_groups, sides))):
                self._block(item.rule, column.name if item.how == ADDED else first.name)
        self._advice(effect, (first, column))

    def _more(self, number: int) -> None:
        if number > 0:
            self._say(f"and {number} more (all with --format json).", indent="    ")

    def _block(self, rule: str, where: str) -> None:
        then = self.base.knowledge.rules[rule].then
        assert isinstance(then, Block)
        what = "running both" if then.process == "both" else f"{NAMES[then.process]} selling"
        self._say(f"- Only {where}: {what} is blocked for now. [{rule}]", indent="    ", first="  ")

    def _advice(self, effect: Effect, sides: tuple[Column, Column]) -> None:
        own = own_advice(effect)
        if own:
            self._say("Advice that differs by the answers themselves:")
            for item in own[:_REASONS]:
                self._item(item, sides[item.how == ADDED])
            self._more(len(own) - _REASONS)
        rest = len([item for item in effect.items if item.kind == ADVICE and item.how != CHANGED]) - len(own)
        if rest:
            self._say(f"With the verdict {rest} more pieces of advice differ.")

    def _item(self, item: Item, column: Column) -> None:
        topic, choice = item.about.split(": ", 1)
        advice = next(advice for advice in column.assessment.advice if advice.rules[0] == item.rule)
        title = self.base.knowledge.topics[topic].title
        back = [rule for rule in item.through if rule != item.rule]
        through = f" through {', '.join(back)}" if back else ""
        self._say(
            f"- Only {column.name}: {title}, {self._choice(topic, choice)}. {advice.because} [{item.rule}{through}]",
            indent="    ",
            first="  ",
        )


_VERDICT_ROWS = (
    "Process",
    "Settled",
    *(f"{name} for {NAMES[p]}".capitalize().replace("smb", "SMB") for name in SUMS for p in PROCESSES),
    *(d.capitalize() for d in DIMENSIONS),
    "Blocked for now",
)


def _signed(a: Assessment, process: str, name: str) -> str:
    return certainty.signed(a.evidence[process][name], 1)


def _conflicts(a: Assessment) -> str:
    return "; ".join(" and ".join(map(readable, conflict.values)) for conflict in a.conflicts) or "none"


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return NOT_SAID if value is None else str(value)


# JSON


def document(found: Comparison) -> dict[str, Any]:
    """The same as plain data, each column with its whole assessment; `changes` hold each further column against the first."""
    vocabulary = found.columns[0].assessment.base.vocabulary
    return {
        "columns": [_column(column) for column in found.columns],
        "facts": {
            row.fact: [
                None if value is None else plain.facts({row.fact: value}, vocabulary)[row.fact] for value in row.values
            ]
            for row in found.rows
        },
        "same": list(found.same),
        "advice": {topic.topic: [list(choices) for choices in topic.choices] for topic in found.topics},
        "changes": [
            {"column": column.name, "against": found.columns[0].name, **effect_document(effect)}
            for column, effect in zip(found.columns[1:], found.effects)
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    saved = column.saved
    return {
        "name": column.name,
        "file": column.assessment.case.file,
        "saved": None
        if saved is None
        else {**saved.verdict._asdict(), "rules_version": saved.version, "rules_sha256": saved.hashes[0]},
        "unread": dict(column.unread),
        "assessment": plain.document(column.assessment, table=True),
    }
