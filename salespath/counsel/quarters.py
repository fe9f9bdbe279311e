"""The companies of two dates: whose verdict or motion changed, through which facts and rules, who is new or gone, whose cash ends.

A company's verdict is worked out from its facts. Of results of an earlier run that do not hold all of these it is what they say,
and through what it changed is not known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from salespath.counsel.compare import behind_verdict, reason
from salespath.engine.assess import assess
from salespath.engine.assess_rows import assess_rows
from salespath.engine.assessment import Assessment, Flag, Verdict
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.effects import between
from salespath.engine.strength import LEVELS
from salespath.engine.strength_table import strengths
from salespath.engine.table import FactTable, TableResult, assess_table
from salespath.engine.walk import SUMS
from salespath.facts import Case, Value, Vocabulary
from salespath.facts.company_names import folded_name
from salespath.facts.values import Range
from salespath.files.problems import shown
from salespath.rules.language import Compare, Constant, Quantity, leaves
from salespath.rules.model import FLAG_LEVELS, MOTION, PROCESSES, VERDICTS, Warn

RUNWAY = "runway_months"
CRITICAL, CAUTION = FLAG_LEVELS[:2]  # the levels of the flag on runway that are alerts, the gravest first
NEWLY, WORSE, STILL, BETTER = SINCE = ("newly", "worse", "still", "better")
MOST = 50_000  # companies of which it is worked out how firm each verdict is
TRIED = 16_384  # facts put back at once
FEW = 100  # changes for which it does not pay to assess their companies at once
_FIGURES = tuple(f"{name}_{process}" for name in SUMS for process in PROCESSES)  # which every result has
_ALL = "settled_by"  # which only results with all columns have, and so all facts
_PREFIX = "salespath_"
_ALIKE = 1e-9  # parts of a number by which files of several kinds may tell it differently


@dataclass(frozen=True)
class Quarter:
    """The companies of a file, or of a date in it. `rejected` are those that are there and cannot be read."""

    label: str
    cases: tuple[Case, ...]
    rejected: tuple[str, ...] = ()

    @cached_property
    def holds_results(self) -> bool:
        """Whether these are results of an earlier run that lack facts."""
        found = [case for case in self.cases if _result(case, "process")]
        return bool(found) and not any(_result(case, _ALL) or "receipt" in case.extra for case in found)


@dataclass(frozen=True)
class Standing:
    """Where a company stands at one date: `alert` is the level of the flag on its runway; `strength` is empty where not known."""

    case: Case
    verdict: Verdict
    motion: str | None
    strength: str
    alert: str
    told: Verdict | None = None  # what a saved result says
    flagged: bool = True  # whether there is a word on red flags

    @property
    def name(self) -> str:
        """The company's name."""
        return self.case.company


@dataclass(frozen=True)
class FactChange:
    """A fact that changed: its values (None: unknown), and whether it alone, put back, brings back the old verdict, or motion."""

    fact: str
    old: Value | None
    new: Value | None
    verdict: bool
    motion: bool


@dataclass(frozen=True)
class Through:
    """A rule behind a change, what it says, and whether it holds `now` or held then."""

    rule: str
    because: str
    now: bool


@dataclass(frozen=True)
class Change:
    """A company of both dates. `facts` are what changed of it, None where they are not known."""

    base: Base = field(repr=False, compare=False)
    old: Standing
    new: Standing
    facts: tuple[FactChange, ...] | None = None

    @property
    def verdict(self) -> bool:
        """Whether the verdict changed."""
        return self.old.verdict != self.new.verdict

    @property
    def motion(self) -> bool:
        """Whether it is sold otherwise."""
        return self.old.motion != self.new.motion

    @property
    def strength(self) -> bool:
        """Whether the verdict is firmer or less firm."""
        return self.old.strength != self.new.strength and bool(self.old.strength and self.new.strength)

    @property
    def alone(self) -> tuple[FactChange, ...]:
        """The facts each of which alone makes the change of the verdict, else of the motion."""
        return tuple(fact for fact in self.facts or () if (fact.verdict if self.verdict else fact.motion))

    @cached_property
    def through(self) -> tuple[Through, ...]:
        """The rules behind another verdict, else behind another motion; what moves most first."""
        if self.facts is None:
            return ()
        return self.between(assess(self.base, self.old.case), assess(self.base, self.new.case))

    def between(self, old: Assessment, new: Assessment) -> tuple[Through, ...]:
        """The same from the assessments of both dates."""
        sides = old, new
        if self.verdict:
            found = behind_verdict(between(old, new, items=False), sides)
        else:
            found = [(rule, a) for a in (new, old) for rule in a.rules_for(MOTION)]
        return tuple(Through(rule, reason(rule, a), a is new) for rule, a in found if _says(a, rule))


@dataclass(frozen=True)
class Alert:
    """A company whose cash ends soon: the level of the flag, and since when; `since` is empty of a company that is new."""

    base: Base = field(repr=False, compare=False)
    standing: Standing
    since: str
    known: bool  # whether facts are there

    @property
    def level(self) -> str:
        """The level of the flag."""
        return self.standing.alert

    @cached_property
    def months(self) -> Value | None:
        """How long the cash lasts, where that is known."""
        return Company(self.base, self.standing.case.values).answer(RUNWAY) if self.known else None

    @property
    def threshold(self) -> float | None:
        """The months under which it is one."""
        limits = (
            leaf.right.value
            for rule in runway_flags(self.base)
            for leaf in leaves(self.base.raised_when(rule)[self.level])
            if isinstance(leaf, Compare) and leaf.left == Quantity(RUNWAY) and isinstance(leaf.right, Constant)
        )
        return next(limits, None)

    @cached_property
    def flag(self) -> Flag | None:
        """The flag, with its move."""
        wanted = runway_flags(self.base)
        flags = assess(self.base, self.standing.case).flags if self.known else ()
        return next((flag for flag in flags if flag.rule in wanted), None)


@dataclass(frozen=True)
class Clash:
    """Companies of one date whose names mean the same company, so that none of them is compared."""

    now: bool
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Quarters:
    """Two dates compared. `both` are the companies of both, `changes` those of them that changed, `eased` whose alert is over.

    `clashes`, `nameless` and `unread` (there at one date, and not to be read at the other) are not compared.
    """

    base: Base = field(repr=False, compare=False)
    sides: tuple[Quarter, Quarter]
    standings: tuple[tuple[Standing, ...], tuple[Standing, ...]]
    both: int
    changes: tuple[Change, ...]
    alerts: tuple[Alert, ...]
    eased: tuple[Standing, ...]
    new: tuple[Standing, ...]
    gone: tuple[Standing, ...]
    clashes: tuple[Clash, ...]
    nameless: tuple[tuple[Case, ...], tuple[Case, ...]]
    unread: tuple[str, ...]

    @property
    def verdict(self) -> list[Change]:
        """Those whose verdict changed."""
        return [change for change in self.changes if change.verdict]

    @property
    def motion(self) -> list[Change]:
        """Those with the same verdict that are sold otherwise."""
        return [change for change in self.changes if change.motion and not change.verdict]

    @property
    def strength(self) -> list[Change]:
        """Those of which only changed how firm the verdict is."""
        return [change for change in self.changes if not (change.verdict or change.motion)]

    @property
    def unchanged(self) -> int:
        """How many are as they were."""
        return self.both - len(self.changes)

    def explain(self) -> None:
        """Work out at once through what all companies changed, where that is asked of all of them."""
        changes = [change for change in self.changes if change.facts is not None]
        if len(changes) <= FEW:
            return
        both = [[c.old.case for c in changes], [c.new.case for c in changes]]
        sides = (assess_rows(self.base, FactTable.from_cases(self.base, cases), cases) for cases in both)
        for change, old, new in zip(changes, *sides):
            vars(change)["through"] = change.between(old, new)

    def counts(self, now: bool) -> Mapping[str, int]:
        """How many companies have which process."""
        found = Counter(standing.verdict.process for standing in self.standings[now])
        return {process: found[process] for process in (*VERDICTS, *(p for p in found if p not in VERDICTS))}


def quarters(base: Base, old: Quarter, new: Quarter) -> Quarters:
    """Compare the companies of two dates."""
    sides = (old, new)
    strong = max(len(old.cases), len(new.cases)) <= MOST
    standings = tuple(tuple(_standings(base, side, strong)) for side in sides)
    matched = _Matched(*standings)
    facts = not (old.holds_results or new.holds_results)
    changes = [Change(base, *pair, () if facts else None) for pair in matched.pairs]
    changes = [change for change in changes if change.verdict or change.motion or change.strength]
    if facts:
        changes = list(_attributed(base, changes))
    rejected = [{folded_name(name) for name in side.rejected} for side in sides]
    gone = [one for one in matched.gone if folded_name(one.name) not in rejected[1]]
    fresh = [one for one in matched.new if folded_name(one.name) not in rejected[0]]
    pairs = [(before, now) for before, now in matched.pairs if now.alert] + [(None, one) for one in fresh if one.alert]
    alerts = [Alert(base, now, _since(before, now), not new.holds_results) for before, now in pairs]
    alerts.sort(key=lambda alert: (FLAG_LEVELS.index(alert.level), (*SINCE[:2], "", *SINCE[2:]).index(alert.since)))
    return Quarters(
        base,
        sides,
        (standings[0], standings[1]),
        len(matched.pairs),
        tuple(changes),
        tuple(alerts),
        tuple(now for before, now in matched.pairs if before.alert and not now.alert),
        tuple(fresh),
        tuple(gone),
        tuple(matched.clashes),
        matched.nameless,
        tuple(
            one.name for some, kept in ((matched.gone, gone), (matched.new, fresh)) for one in some if one not in kept
        ),
    )


def runway_flags(base: Base) -> tuple[str, ...]:
    """The red flags that grade how long the cash lasts: caution under one number of months, critical under another."""
    wanted = {CRITICAL, CAUTION}
    flags = base.knowledge.each(Warn)
    return tuple(rule.id for rule, then in flags if then.figure == (RUNWAY,) and wanted <= then.raised.keys())


# Where each stands


def _standings(base: Base, side: Quarter, strong: bool) -> Iterator[Standing]:
    if side.holds_results:
        yield from (_told(base, case) for case in side.cases)
        return
    table = FactTable.from_cases(base, side.cases)
    result = assess_table(base, table, settle=False)
    alerts = [""] * table.rows
    for level in (CAUTION, CRITICAL):
        for rule in runway_flags(base):
            for row in np.flatnonzero(result.unpacked(result.levels[rule, level])).tolist():
                alerts[row] = level
    firm: Sequence[str] = [""] * table.rows
    if strong and table.rows:
        firm = [LEVELS[place] for place in strengths(base, table, _guessed(side.cases)).level.tolist()]
    for case, verdict, motion, level, alert in zip(side.cases, *_verdicts(base, result), firm, alerts):
        yield Standing(case, verdict, motion, level, alert, _said(case) if _result(case, "process") else None)


def _guessed(cases: Sequence[Case]) -> dict[str, Any]:
    names = {name for case in cases for name, how in case.how.items() if how == "guessed"}
    return {name: np.array([case.how.get(name) == "guessed" for case in cases]) for name in names}


def _verdicts(base: Base, result: TableResult) -> tuple[list[Verdict], list[str | None]]:
    def names(places: Any, values: Sequence[str]) -> list[str | None]:
        return [values[place] if place >= 0 else None for place in places.tolist()]

    processes = [VERDICTS[place] for place in result.process.tolist()]
    leads, leanings = names(result.lead, PROCESSES), names(result.leaning, PROCESSES)
    motion = base.knowledge.attributes.get(MOTION)
    sold = names(result.sold[MOTION], motion.values) if motion else [None] * result.rows
    return [Verdict(*some) for some in zip(processes, leads, leanings)], sold


def _result(case: Case, name: str) -> str:
    """What a result of an earlier run says under a name; nothing where the company is none."""
    extra = case.extra
    if "receipt" in extra:
        return shown(extra.get(name) or "")
    prefix = _PREFIX if f"{_PREFIX}process" in extra else ""
    if not all(extra.get(f"{prefix}{figure}", extra.get(figure)) for figure in _FIGURES):
        return ""
    found = extra.get(f"{prefix}{name}", extra.get(name))
    return " ".join(map(str, found)) if isinstance(found, list) else str(found or "")


def _said(case: Case) -> Verdict:
    process, lead, leaning = (_result(case, name) for name in Verdict._fields)
    return Verdict(process or "no verdict", lead or None, leaning or None)


def _told(base: Base, case: Case) -> Standing:
    """Where a result says that its company stands."""
    flags = {rule: level for level, rule in re.findall(r"(\w+):([\w-]+)", _result(case, "flags"))}
    levels = [flags.get(rule) for rule in runway_flags(base)]
    alert = next((level for level in (CRITICAL, CAUTION) if level in levels), "")
    said = _said(case)
    return Standing(case, said, _result(case, MOTION) or None, _result(case, "strength"), alert, said, bool(flags))


def _since(before: Standing | None, now: Standing) -> str:
    if before is None:
        return ""
    if not before.alert:
        return NEWLY
    steps = FLAG_LEVELS.index(before.alert) - FLAG_LEVELS.index(now.alert)
    return WORSE if steps > 0 else BETTER if steps < 0 else STILL


# Who is who


class _Matched:
    """The companies of two dates, matched by their names: one of a name at each date, else those with the very same name."""

    def __init__(self, old: Sequence[Standing], new: Sequence[Standing]) -> None:
        sides = (old, new)
        unnamed = [[one for one in side if not _is_named(one.case)] for side in sides]
        self.nameless = (tuple(s.case for s in unnamed[0]), tuple(s.case for s in unnamed[1]))
        groups: dict[str, tuple[list[Standing], list[Standing]]] = {}
        for place, side in enumerate(sides):
            for one in side:
                if _is_named(one.case):
                    groups.setdefault(folded_name(one.name), ([], []))[place].append(one)
        self.pairs: list[tuple[Standing, Standing]] = []
        self.new: list[Standing] = []
        self.gone: list[Standing] = []
        self.clashes: list[Clash] = []
        for before, after in groups.values():
            if len(before) > 1 or len(after) > 1:
                before, after = self._exact(before, after)
            if len(before) > 1 or len(after) > 1:
                self.clashes += [
                    Clash(now, tuple(s.case for s in some)) for now, some in ((False, before), (True, after)) if some
                ]
            elif before and after:
                self.pairs.append((before[0], after[0]))
            else:
                self.gone += before
                self.new += after
        places = {id(one): place for side in (new, old) for place, one in enumerate(side)}
        self.pairs.sort(key=lambda pair: places[id(pair[1])])
        self.gone.sort(key=lambda one: places[id(one)])

    def _exact(self, before: list[Standing], after: list[Standing]) -> tuple[list[Standing], list[Standing]]:
        """Pair those with a name that one company has at each date; the rest."""
        names = [Counter(one.name.strip() for one in side) for side in (before, after)]
        once = [name for name, times in names[0].items() if times == 1 and names[1][name] == 1]
        for name in once:
            self.pairs.append(
                (next(s for s in before if s.name.strip() == name), next(s for s in after if s.name.strip() == name))
            )
        left = [[one for one in side if one.name.strip() not in once] for side in (before, after)]
        return left[0], left[1]


def _is_named(case: Case) -> bool:
    """Whether a company has a name, and not only a place."""
    return case.named and not re.fullmatch(r"row \d+", case.company)


# What changed


def changed_facts(vocabulary: Vocabulary, old: Case, new: Case) -> list[str]:
    """The facts that are not the same, in the order of the vocabulary; dates are none."""
    names = vocabulary.ordered({*old.values, *new.values})
    return [n for n in names if vocabulary[n].type != "date" and not _alike(old.values.get(n), new.values.get(n))]


def _alike(one: Value | None, other: Value | None) -> bool:
    if isinstance(one, Range) and isinstance(other, Range):
        return _alike(one.low, other.low) and _alike(one.high, other.high)
    numbers = [v for v in (one, other) if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) < 2 or one == other:
        return one == other
    return abs(numbers[0] - numbers[1]) <= _ALIKE * max(map(abs, numbers))


def _attributed(base: Base, changes: Iterable[Change]) -> Iterator[Change]:
    """The changes with the facts that changed, each put back alone to see what it does; all in a few tables."""
    waiting: list[tuple[Change, list[str]]] = []
    count = 0
    for change in changes:
        names = changed_facts(base.vocabulary, change.old.case, change.new.case)
        waiting.append((change, names))
        count += len(names)
        if count > TRIED:
            yield from _put_back(base, waiting)
            waiting, count = [], 0
    yield from _put_back(base, waiting)


def _put_back(base: Base, some: Sequence[tuple[Change, list[str]]]) -> Iterator[Change]:
    trials = [
        _with(change.new.case, name, change.old.case.values.get(name)) for change, names in some for name in names
    ]
    verdicts, motions = _verdicts(
        base, assess_table(base, FactTable.from_cases(base, trials), settle=False, plan=False)
    )
    results = iter(zip(verdicts, motions))
    for change, names in some:
        old, new = change.old, change.new
        facts = []
        for name in names:
            verdict, motion = next(results)
            before, after = (side.case.values.get(name) for side in (old, new))
            back = change.verdict and verdict == old.verdict, change.motion and motion == old.motion
            facts.append(FactChange(name, before, after, *back))
        facts.sort(key=lambda fact: not (fact.verdict if change.verdict else fact.motion))
        yield Change(base, old, new, tuple(facts))


def _with(case: Case, name: str, value: Value | None) -> Case:
    values = {**case.values, name: value}
    return case.trial({key: known for key, known in values.items() if known is not None})


def _says(a: Assessment, rule: str) -> bool:
    """Whether a rule takes effect, or stands as a block, so that it says why."""
    return any(block.rule == rule for block in a.blockers) or any(item.rule == rule for item in a.fired)
