"""Several people's answers about one company: who said what, and which disagreements change the outcome.

A disagreement is tried out: one person's answer is replaced by another's, or by the majority's, alone; and where two people's
outcomes differ though no single answer makes the difference, all answers in which they differ are replaced and then taken back one
by one until only those are left that make the difference together. Someone who did not answer has not said no: the missing answer
is filled in from the others in the same way, and an answer given is never made unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from salespath.engine.assessment import Verdict
from salespath.engine.company import Company
from salespath.engine.compile import Base
from salespath.engine.walk import walk
from salespath.facts import Fact, Value
from salespath.facts.vocabulary import Derived
from salespath.rules.model import BlockProcess

MAJORITY = "the majority"


@dataclass(frozen=True)
class Ruling:
    """A verdict, and the rules that block a process it is about."""

    verdict: Verdict
    blocks: tuple[str, ...]


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
class Panel:
    """The people, the outcome under each one's answers and under the majority's, and where they differ; `agreed` are the rest."""

    people: tuple[str, ...]
    outcomes: Mapping[str, Ruling]
    majority: Ruling
    disagreements: tuple[Disagreement, ...]
    agreed: tuple[str, ...]


def panel(base: Base, answers: Mapping[str, Mapping[str, Value]]) -> Panel:
    """What several people's answers about one company come to."""
    trial = _Trial(base)
    people = tuple(answers)
    names = base.vocabulary.ordered({name for facts in answers.values() for name in facts})
    same = tuple(name for name in names if len({facts.get(name) for facts in answers.values()}) == 1)
    common = {
        name: majority(base.vocabulary[name], [facts[name] for facts in answers.values() if name in facts])
        for name in names
    }
    middle: dict[str, Value] = {name: value for name, value in common.items() if value is not None}
    outcomes = {name: trial.outcome(facts) for name, facts in answers.items()}
    open_ = [name for name in names if name not in same]
    turns = {name: tuple(_turns(trial, answers, outcomes, name, middle.get(name))) for name in open_}
    together = _together(trial, [*answers.values()], middle)
    found = tuple(
        Disagreement(
            name,
            _answers(answers, name),
            tuple(person for person in people if name not in answers[person]),
            common[name],
            turns[name],
            tuple(tuple(other for other in group if other != name) for group in together if name in group),
        )
        for name in open_
    )
    return Panel(people, outcomes, trial.outcome(middle), found, same)


def _answers(answers: Mapping[str, Mapping[str, Value]], name: str) -> tuple[tuple[Value, tuple[str, ...]], ...]:
    """The values given and who gave each, the most frequent first, then in the order of the people."""
    found: dict[Value, list[str]] = {}
    for person, facts in answers.items():
        if name in facts:
            found.setdefault(facts[name], []).append(person)
    return tuple((value, tuple(who)) for value, who in sorted(found.items(), key=lambda item: -len(item[1])))


def majority(fact: Fact | Derived, given: Sequence[Value]) -> Value | None:
    """The answer of more than half of those who answered, or None.

    On a scale (numbers, ordered choices) it is the one in the middle, as more than half would go neither below nor above it. Of a
    set it is decided member by member.
    """
    value, times = Counter(given).most_common(1)[0]
    if 2 * times > len(given):
        return value
    if fact.type == "set":
        sets = [item for item in given if isinstance(item, frozenset)]
        votes = {member: sum(member in item for item in sets) for member in fact.values}
        if any(2 * vote == len(sets) for vote in votes.values()):
            return None
        return frozenset(member for member, vote in votes.items() if 2 * vote > len(sets))
    ranks = list(fact.values)
    if fact.numeric:
        scale = sorted(given, key=lambda item: float(item) if isinstance(item, (int, float)) else 0.0)
    elif isinstance(fact, Fact) and fact.ordered:
        scale = sorted(given, key=lambda item: ranks.index(str(item)))
    else:
        return None
    low, high = scale[(len(scale) - 1) // 2], scale[len(scale) // 2]
    return low if low == high else None


# What changes the outcome


class _Trial:
    """Outcomes of many combinations of answers, each worked out once."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self._known: dict[frozenset[tuple[str, Value]], Ruling] = {}
        self._blocks = [
            rule.id
            for rule in base.knowledge.rules.values()
            if isinstance(rule.then, BlockProcess) and not rule.then.lift and rule.then.process != "both"
        ]

    def outcome(self, facts: Mapping[str, Value]) -> Ruling:
        """The verdict and the blocks on one process."""
        key = frozenset(facts.items())
        if key not in self._known:
            walked = walk(self.base, Company(self.base, facts), settle=False, plan=False)
            self._known[key] = Ruling(walked.verdict, tuple(filter(walked.stands, self._blocks)))
        return self._known[key]


def _turns(
    trial: _Trial,
    answers: Mapping[str, Mapping[str, Value]],
    outcomes: Mapping[str, Ruling],
    name: str,
    common: Value | None,
) -> list[Swap]:
    """What each person's outcome becomes with another's answer on one fact, or the majority's, where that changes it."""
    found = []
    given = dict(_answers(answers, name))
    if common is not None and common not in given:
        given[common] = (MAJORITY,)
    for person, facts in answers.items():
        for value, others in given.items():
            if facts.get(name) != value:
                outcome = trial.outcome({**facts, name: value})
                if outcome != outcomes[person]:
                    found.append(Swap(person, value, others, outcome))
    return found


def _together(
    trial: _Trial, answers: Sequence[Mapping[str, Value]], middle: Mapping[str, Value]
) -> tuple[tuple[str, ...], ...]:
    """Where another's answers, or the majority's, make another outcome but no single one does: those that do so together.

    None of them is needless.
    """
    found: dict[tuple[str, ...], None] = {}
    for mine, theirs in product(answers, [*answers, middle]):
        apart = {name: value for name, value in theirs.items() if mine.get(name) != value}
        if not _changes_outcome(trial, mine, apart) or any(
            _changes_outcome(trial, mine, {name: apart[name]}) for name in apart
        ):
            continue
        for name in list(apart):
            rest = {key: value for key, value in apart.items() if key != name}
            if _changes_outcome(trial, mine, rest):
                apart = rest
        found[tuple(apart)] = None
    return tuple(found)


def _changes_outcome(trial: _Trial, mine: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    return trial.outcome({**mine, **others}) != trial.outcome(mine)
