"""Several people's answers about one company: who said what, and which disagreements change the outcome.

A disagreement is tried out: one person's answer is replaced by another's, or by the majority's, alone; and where two people's
outcomes differ though no single answer makes the difference, all answers in which they differ are replaced and then taken back one
by one until only those are left that make the difference together. Someone who did not answer has not said no: the missing answer
is filled in from the others in the same way, and an answer given is never made unknown. Answers that differ for one cause are
exchanged as one, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from salespath.engine.assessment import Verdict
from salespath.engine.base import Base
from salespath.engine.majority import majority
from salespath.facts import Value
from salespath.facts.vocabulary import Cause

MAJORITY = "the majority"


@dataclass(frozen=True)
class Ruling:
    """A verdict, the rules that block a process it is about, and how it is sold (None where nothing says so)."""

    verdict: Verdict
    blocks: tuple[str, ...]
    motion: str | None = None


@dataclass(frozen=True)
class Swap:
    """What one person's outcome becomes with another's answer: `respondent` with the `value` that `others` gave."""

    respondent: str
    value: Value
    others: tuple[str, ...]
    outcome: Ruling


@dataclass(frozen=True)
class Disagreement:
    """A fact on which people differ, or that only some answered.

    `answers` are the values given and by whom, the most frequent first; `silent` did not answer; `majority` is None where there is
    none. `turns` are the outcomes that it changes alone, `together` the facts with which it changes one of them for two people.
    """

    fact: str
    answers: tuple[tuple[Value, tuple[str, ...]], ...]
    silent: tuple[str, ...]
    majority: Value | None
    turns: tuple[Swap, ...]
    together: tuple[tuple[str, ...], ...]

    @property
    def decides(self) -> bool:
        """Whether it changes an outcome."""
        return bool(self.turns or self.together)

    @property
    def disputed(self) -> bool:
        """Whether two people gave different answers."""
        return len(self.answers) > 1


@dataclass(frozen=True)
class Exchange:
    """What one person's outcome becomes with all that another one answered on some facts."""

    respondent: str
    other: str
    outcome: Ruling


@dataclass(frozen=True)
class CommonCause:
    """Disagreements on several facts that have one cause, and whose outcomes all of them together change."""

    cause: Cause
    items: tuple[Disagreement, ...]
    turns: tuple[Exchange, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts on which people differ for it."""
        return tuple(item.fact for item in self.items)

    @property
    def decides(self) -> bool:
        """Whether it changes an outcome, as a whole or by one of its facts."""
        return bool(self.turns) or any(item.decides for item in self.items)


@dataclass(frozen=True)
class Panel:
    """The outcome under each one's answers and under the majority's, and where they differ; `agreed` are the other facts.

    `causes` take together the disagreements that have one cause.
    """

    outcomes: Mapping[str, Ruling]
    majority: Ruling
    disagreements: tuple[Disagreement, ...]
    agreed: tuple[str, ...]
    causes: tuple[CommonCause, ...] = ()

    def changes_verdict(self, item: Disagreement | CommonCause) -> bool:
        """Whether it changes somebody's verdict, and not only what blocks it or how it is sold."""
        before = self.outcomes
        parts = item.items if isinstance(item, CommonCause) else ()
        turned = any(turn.outcome.verdict != before[turn.respondent].verdict for turn in item.turns)
        return turned or any(map(self.changes_verdict, parts))


def panel(base: Base, answers: Mapping[str, Mapping[str, Value]]) -> Panel:
    """What several people's answers about one company come to."""
    from salespath.counsel.trials import Trials  # numpy: what has no panel does without it

    names = base.vocabulary.ordered({name for facts in answers.values() for name in facts})
    same = tuple(name for name in names if len({facts.get(name) for facts in answers.values()}) == 1)
    given = {name: _answers(answers, name) for name in names}
    common = {
        name: majority(base.vocabulary[name], [facts[name] for facts in answers.values() if name in facts])
        for name in names
    }
    middle: dict[str, Value] = {name: value for name, value in common.items() if value is not None}
    # The answers tried on each fact, and whose they are.
    tried = {name: given[name] for name in names} | {
        name: {**given[name], value: given[name].get(value, (MAJORITY,))} for name, value in middle.items()
    }
    trials = Trials(base, [*answers.values()], {name: tuple(some) for name, some in tried.items()}, middle)
    people, groups, ruling = tuple(answers), trials.together(), cache(lambda place: Ruling(*trials.found[place]))

    def turns(name: str) -> Iterator[Swap]:
        others = [*tried[name].items()]
        for person, place, outcome in trials.alone(name):
            yield Swap(people[person], *others[place], ruling(outcome))

    found = tuple(
        Disagreement(
            name,
            tuple(given[name].items()),
            tuple(person for person, facts in answers.items() if name not in facts),
            common[name],
            tuple(turns(name)),
            tuple(tuple(other for other in group if other != name) for group in groups if name in group),
        )
        for name in names
        if name not in same
    )
    causes = []
    for cause in base.vocabulary.causes:
        items = tuple(item for item in found if item.disputed and item.fact in cause.facts)
        facts = {item.fact for item in items}
        if len(facts) > 1 and not facts.isdisjoint(cause.tells):
            exchanges = (Exchange(people[one], people[other], ruling(to)) for one, other, to in trials.exchanged(facts))
            causes.append(CommonCause(cause, items, tuple(exchanges)))
    outcomes = {person: ruling(trials.own(place)) for place, person in enumerate(people)}
    return Panel(outcomes, ruling(trials.middle), found, same, tuple(causes))


def _answers(answers: Mapping[str, Mapping[str, Value]], name: str) -> dict[Value, tuple[str, ...]]:
    """The values given and who gave each, the most frequent first, then in the order of the people."""
    found: dict[Value, tuple[str, ...]] = {}
    for person, facts in answers.items():
        if name in facts:
            found[facts[name]] = (*found.get(facts[name], ()), person)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))
