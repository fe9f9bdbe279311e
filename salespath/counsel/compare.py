"""Companies, scenarios or results side by side: the facts that differ, and what differs for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat
from pathlib import Path
from typing import Any

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Verdict
from salespath.engine.base import Base
from salespath.engine.effects import ADVICE, Difference, Effect, between, follows
from salespath.facts import Case, Value, Vocabulary
from salespath.facts.cases import UNREAD
from salespath.facts.company_names import folded_name
from salespath.files.problems import shown
from salespath.rules.diff import CHANGED
from salespath.rules.model import BlockProcess

_NAMING = ("respondent", "scenario", "date", "year")  # what tells records of one company apart, the most telling first


@dataclass(frozen=True)
class Saved:
    """What a result saved as JSON says itself: its verdict, and the version and hashes of the rules that made it."""

    verdict: Verdict
    version: str
    hashes: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One company, scenario, result or respondent. `unread` holds facts of a saved result that the vocabulary cannot read."""

    name: str
    assessment: Assessment
    saved: Saved | None = None
    unread: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The sides, what differs between them, and the effect of each further one against the first.

    `facts` are those that are not the same everywhere, with the value on each side, None where it is unknown; `same` are those
    known on every side and alike. `advice` holds the topics of the plan on which it differs, with the choices on each side.
    Of one company at different times the sides are in the order of time, `moments` says when each was, and each effect is against
    the side before.
    """

    sides: tuple[Side, ...]
    facts: Mapping[str, tuple[Value | None, ...]]
    same: tuple[str, ...]
    advice: Mapping[str, tuple[tuple[str, ...], ...]]
    effects: tuple[Effect, ...]
    moments: tuple[str, ...] = ()

    def against(self, place: int) -> Side:
        """The side against which the effect at a place is."""
        return self.sides[place if self.moments else 0]


# What is compared


def are_respondents(vocabulary: Vocabulary, cases: Sequence[Case]) -> bool:
    """Whether records of one company, none of them a saved result, are several people's answers.

    They are where each says whose it is, or all agree on when.
    """
    if len(cases) < 2 or not _one_company(cases) or any(_read_saved(case) for case in cases):
        return False
    return all(case.extra.get("respondent") for case in cases) or len({moment(vocabulary, case) for case in cases}) == 1


def moment(vocabulary: Vocabulary, case: Case) -> str:
    """When the answers of a company were so: a date, or a year; empty where nothing says it."""
    dates = (value for name, value in case.values.items() if vocabulary[name].type == "date")
    return shown(case.extra.get("date") or next(dates, None) or case.extra.get("year") or "")


def history(vocabulary: Vocabulary, cases: Sequence[Case]) -> bool:
    """Whether these are one company at different times, each of them said, and no answers of several people nor scenarios."""
    moments = [moment(vocabulary, case) for case in cases]
    if any(case.extra.get("respondent") or case.extra.get("scenario") for case in cases):
        return False
    return len(cases) > 1 and _one_company(cases) and all(moments) and len(set(moments)) == len(moments)


def _one_company(cases: Sequence[Case]) -> bool:
    return len({folded_name(case.company) for case in cases}) == 1


def sides(base: Base, cases: Sequence[Case], *, respondents: bool) -> tuple[Side, ...]:
    """The companies or people, assessed, each by a name of its own."""
    return tuple(
        Side(name, assess(base, case), _read_saved(case), case.extra.get(UNREAD, {}))
        for name, case in zip(_names(base.vocabulary, cases, respondents=respondents), cases)
    )


def _read_saved(case: Case) -> Saved | None:
    receipt = case.extra.get("receipt")
    if not isinstance(receipt, Mapping):
        return None
    process, lead, leaning = (shown(case.extra.get(name) or "") for name in Verdict._fields)
    overlays = [layer.get("sha256") for layer in receipt.get("overlays") or () if isinstance(layer, Mapping)]
    return Saved(
        Verdict(process or "no verdict", lead or None, leaning or None),
        str(receipt.get("rules_version") or "of an unknown version"),
        tuple(str(sha or "") for sha in (receipt.get("rules_sha256"), *overlays)),
    )


def _names(vocabulary: Vocabulary, cases: Sequence[Case], *, respondents: bool) -> list[str]:
    """A distinct name for each: the company's, with what tells it apart; of respondents only that."""
    of_company = Counter(folded_name(case.company) for case in cases)
    names = []
    for case in cases:
        alone = of_company[folded_name(case.company)] == 1
        apart = _apart(vocabulary, case)
        names.append(apart if respondents else case.company if alone else f"{case.company} ({apart})")
    numbers = {name: count(1) if times > 1 else None for name, times in Counter(names).items()}
    return [f"{name} {next(number)}" if (number := numbers[name]) else name for name in names]


def _apart(vocabulary: Vocabulary, case: Case) -> str:
    """What tells a record of a company from another one: who, which or when if it says so, else the name of its file."""
    own = [shown(case.extra[key]) for key in _NAMING if case.extra.get(key)]
    return next(
        filter(None, [*own, moment(vocabulary, case)]),
        "standard input" if case.file in (None, "-") else Path(str(case.file)).stem,
    )


# What differs


def compare(found: Sequence[Side]) -> Comparison:
    """Compare two or more sides that were assessed under one base; of one company at different times by time."""
    cases = [side.assessment.case for side in found]
    vocabulary = found[0].assessment.base.vocabulary
    over_time = history(vocabulary, cases)
    if over_time:
        found = sorted(found, key=lambda side: moment(vocabulary, side.assessment.case))
    assessments = [side.assessment for side in found]
    first = assessments[0]
    base = first.base
    names = base.vocabulary.ordered({name for a in assessments for name in a.case.values})
    facts = {name: tuple(a.case.values.get(name) for a in assessments) for name in names}
    advice = {topic: tuple(_choices(a, topic) for a in assessments) for topic in base.knowledge.topics}
    return Comparison(
        tuple(found),
        {name: values for name, values in facts.items() if len(set(values)) > 1},
        tuple(name for name, values in facts.items() if len(set(values)) == 1),
        {topic: choices for topic, choices in advice.items() if len(set(choices)) > 1},
        tuple(between(one, other) for one, other in zip(assessments if over_time else repeat(first), assessments[1:])),
        tuple(moment(vocabulary, a.case) for a in assessments) if over_time else (),
    )


def _choices(a: Assessment, topic: str) -> tuple[str, ...]:
    """What is advised on a topic, in the order of the rules: room and urgency may order the same advice otherwise."""
    places = {id_: place for place, id_ in enumerate(a.base.knowledge.rules)}
    items = sorted((item for item in a.advice if item.topic == topic), key=lambda item: places[item.rules[0]])
    return tuple(dict.fromkeys(item.choice for item in items))


def own_advice(effect: Effect) -> list[Difference]:
    """The advice that comes or goes for other reasons than another verdict; the same advice with other figures is none."""
    return [item for item in effect.items if item.kind == ADVICE and item.how != CHANGED and not follows(effect, item)]


def behind_verdict(effect: Effect, sides: tuple[Assessment, Assessment]) -> list[tuple[str, Assessment]]:
    """The rules behind another verdict, each with the assessment in which it takes effect, or stands as a block.

    Blocks come first, then evidence, what moves most before what moves less, then what only leads on to these.
    """
    rules = sides[0].base.knowledge.rules
    moved = {shift.rule: abs(shift.new - shift.old) for shift in effect.shifts}
    fired = [_reasons(side).keys() for side in sides]
    found = [rule for rule in effect.through if rule in fired[0] | fired[1]]
    found.sort(key=lambda rule: (not isinstance(rules[rule].then, BlockProcess), -moved.get(rule, 0)))
    return [(rule, sides[rule in fired[1]]) for rule in found]


def reason(rule: str, a: Assessment) -> str:
    """What a rule says that takes effect, or stands as a block."""
    return _reasons(a)[rule]


def _reasons(a: Assessment) -> dict[str, str]:
    return {block.rule: block.because for block in a.blockers} | {item.rule: item.because for item in a.fired}
