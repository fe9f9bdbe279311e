"""Several people's answers about one company, as text and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from salespath.counsel.compare_read import in_words
from salespath.counsel.panel import MAJORITY, Disagreement, Outcome, Panel
from salespath.engine.compile import Base
from salespath.facts import Value
from salespath.facts.values import words
from salespath.report.plain import facts as plain_facts
from salespath.report.words.phrases import NAMES
from salespath.rules.model import Block

_WIDEST = 100

Style = Callable[[str], str]


def text(base: Base, company: str, panel: Panel, width: int = 80, *, bold: Style = str) -> str:
    """The outcome under each person's answers, then what they differ on, first what changes it (marked *)."""
    return _Text(base, panel, min(width, _WIDEST), bold).text(company)


class _Text:
    def __init__(self, base: Base, panel: Panel, width: int, bold: Style) -> None:
        self.base, self.panel, self.width, self.bold = base, panel, width, bold
        self.vocabulary = base.vocabulary
        self.lines: list[str] = []

    def text(self, company: str) -> str:
        panel = self.panel
        disputed = [item for item in panel.disagreements if item.disputed]
        partly = [item for item in panel.disagreements if not item.disputed]
        deciding = [item for item in panel.disagreements if item.decides]
        self._heading(f"{company}: {len(panel.people)} respondents", "=")
        self._outcomes()
        self.lines.append("")
        rest = f", and only some answered on {len(partly)}" if partly else ""
        self._say(
            f"All gave the same answer on {_facts(len(panel.agreed))}, different ones on {len(disputed)}{rest}. "
            f"{_marked(len(deciding))}"
        )
        self._part("Different answers", disputed)
        self._part("Answered by some only", partly)
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    def _heading(self, heading: str, rule: str = "-") -> None:
        lines = textwrap.wrap(heading, self.width)
        self.lines.extend([*map(self.bold, lines), rule * max(map(len, lines))])

    def _say(self, what: str, indent: str = "", first: str | None = None) -> None:
        start = indent if first is None else first
        self.lines.extend(
            textwrap.wrap(what, self.width, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False)
        )

    def _outcomes(self) -> None:
        """People with one outcome share a line."""
        alike: dict[str, list[str]] = {}
        for person, outcome in self.panel.outcomes.items():
            alike.setdefault(self._outcome(outcome), []).append(person)
        for told, people in alike.items():
            self._say(f"{', '.join(people)}: {told}", indent="  ", first="")
        self._say(f"{MAJORITY.capitalize()}: {self._outcome(self.panel.majority)}", indent="  ", first="")

    def _outcome(self, outcome: Outcome) -> str:
        verdict = in_words(outcome.verdict)
        blocks = "; ".join(self._block(rule) for rule in outcome.blocks)
        return f"{verdict}. In the way: {blocks}." if blocks else f"{verdict}."

    def _block(self, rule: str) -> str:
        then = self.base.knowledge.rules[rule].then
        assert isinstance(then, Block)
        return f"{NAMES[then.process]} selling ({rule.removeprefix(f'{then.process}-').replace('-', ' ')})"

    def _part(self, heading: str, items: Iterable[Disagreement]) -> None:
        """The facts that change the outcome first, each in the order of the vocabulary."""
        order = sorted(items, key=lambda item: not item.decides)
        if order:
            self.lines.append("")
            self._heading(heading)
        for item in order:
            self._disagreement(item)

    def _disagreement(self, item: Disagreement) -> None:
        fact = self.vocabulary[item.fact]
        given = "; ".join(f"{words(fact, value)} ({', '.join(who)})" for value, who in item.answers)
        number = len(self.panel.people)
        answered = f" {number - len(item.silent)} of {number} answered." if item.silent else ""
        middle = "no majority" if item.majority is None else f"majority: {words(fact, item.majority)}"
        told = f"; {middle}" if item.disputed else ""
        self._say(f"{'*' if item.decides else '-'} {fact.label}: {given}{told}.{answered}", indent="    ", first="  ")
        for (value, change), people in self._changes(item).items():
            self._say(f"With {value}, {_listed(people)} would be told: {change}.", indent="      ", first="    ")
        if not item.turns:
            for others in item.together:
                labels = ", ".join(self.vocabulary[name].label for name in others)
                self._say(f"It changes the outcome only together with {labels}.", indent="      ", first="    ")

    def _changes(self, item: Disagreement) -> dict[tuple[str, str], list[str]]:
        """Who would be told what with another answer: a changed verdict before a block that only comes or goes."""
        found: dict[tuple[str, str], list[str]] = {}
        outcomes = self.panel.outcomes
        for turn in sorted(item.turns, key=lambda turn: turn.outcome.verdict == outcomes[turn.respondent].verdict):
            change = self._change(outcomes[turn.respondent], turn.outcome)
            found.setdefault((words(self.vocabulary[item.fact], turn.value), change), []).append(turn.respondent)
        return found

    def _change(self, before: Outcome, after: Outcome) -> str:
        if before.verdict != after.verdict:
            return f"{in_words(after.verdict)} instead of {in_words(before.verdict)}"
        come = [self._block(rule) for rule in after.blocks if rule not in before.blocks]
        go = [self._block(rule) for rule in before.blocks if rule not in after.blocks]
        parts = [f"{'; '.join(come)} in the way"] if come else []
        parts += [f"{'; '.join(go)} no longer in the way"] if go else []
        return f"the same verdict, but {' and '.join(parts)}"


def _listed(people: list[str]) -> str:
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"


def _facts(count: int) -> str:
    return f"{count} fact{'' if count == 1 else 's'}"


def _marked(count: int) -> str:
    if not count:
        return "None of this changes the outcome."
    return f"{count} of these change{'s' if count == 1 else ''} the outcome, marked *: talk about {'it' if count == 1 else 'them'}."


# JSON


def document(base: Base, company: str, answers: Mapping[str, Mapping[str, Value]], panel: Panel) -> dict[str, Any]:
    """The same as plain data, with the facts of each person."""

    def plain(name: str, value: Value | None) -> Any:
        return None if value is None else plain_facts({name: value}, base.vocabulary)[name]

    return {
        "company": company,
        "respondents": [
            {"name": name, **_outcome(panel.outcomes[name]), "facts": plain_facts(answers[name], base.vocabulary)}
            for name in panel.people
        ],
        "majority": _outcome(panel.majority),
        "disagreements": [
            {
                "fact": item.fact,
                "changes_outcome": item.decides,
                "answers": [{"value": plain(item.fact, value), "by": list(who)} for value, who in item.answers],
                "answered": len(panel.people) - len(item.silent),
                "silent": list(item.silent),
                "majority": plain(item.fact, item.majority),
                "alone": [
                    {
                        "respondent": turn.respondent,
                        "value": plain(item.fact, turn.value),
                        "of": list(turn.others),
                        **_outcome(turn.outcome),
                    }
                    for turn in item.turns
                ],
                "together_with": [list(others) for others in item.together],
            }
            for item in panel.disagreements
        ],
        "agreed": list(panel.agreed),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {**outcome.verdict._asdict(), "blocks": list(outcome.blocks)}
