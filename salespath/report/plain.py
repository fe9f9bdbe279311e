"""Records as plain data for JSON: their fields in order, but for a table of the classes whose documents say it otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar, cast

from salespath.counsel.grounds import Grounds, Lookalike, TrackRecord, grounds, track_record
from salespath.counsel.moves import PlannedMove, planned_moves
from salespath.counsel.precedents import Precedent, likeness
from salespath.engine import certainty
from salespath.engine.assessment import (
    Advice,
    Assessment,
    Blocker,
    Bound,
    Contradiction,
    Fired,
    Flag,
    Question,
    Reading,
    Settlement,
    Unless,
)
from salespath.engine.base import Base
from salespath.engine.borders import Near, near
from salespath.engine.strength import Strength
from salespath.engine.turning import Turn
from salespath.engine.walk import SUMS
from salespath.facts import Case, Derived, Fact, Value
from salespath.facts.money import in_own_currency, own_amount, own_rate
from salespath.facts.rates import own_value
from salespath.facts.values import Range, ends
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import Problem
from salespath.report.words.questions import why_asked
from salespath.rules.model import PROCESSES, AnyVerdict, OneProcess, Weigh

T = TypeVar("T")
Shape: TypeAlias = "dict[str, str | Callable[[Any, Any], Any]]"
Shapes: TypeAlias = "Mapping[type, Shape]"
Facts: TypeAlias = dict[str, Value]
Factor = Annotated[float, ("minimum", -1), ("maximum", 1)]
Part = Annotated[float, ("minimum", 0), ("maximum", 1)]
Sum = Annotated[str, ("enum", (*SUMS,))]
_SUMS = dict[OneProcess, dict[Sum, Factor]]
_BY_DIMENSION = dict[Annotated[str, ("enum", DIMENSIONS)], dict[OneProcess, Factor]]
ONLY_ONE = ("open", "next_questions", "precedents", "near", "grounds", "track_record")  # what a table does not carry
_SIMPLE = frozenset((str, int, float, bool, type(None)))


def shape(keys: str, **computed: Callable[[Any, Any], Any]) -> Shape:
    """What a document says of a record: keys in order, each the attribute of that name, or `key:attribute`, or computed.

    What is computed is a function of the record and the base. Of `*attribute` the keys are put in its place.
    """
    found: Shape = {}
    for name in keys.split():
        key, _, path = name.partition(":")
        found[key] = computed.get(key.removeprefix("*"), path or key.removeprefix("*"))
    return found


def plain(record: Any, base: Base | None = None, shapes: Shapes | None = None) -> Any:
    """A record as plain data: fields in their order, or as `shapes` or the table below say; sequences as lists, an enumeration's
    member by its value, sets sorted: with a base, as the vocabulary does.
    """
    known, places = {**SHAPES, **(shapes or {})}, base.vocabulary.members if base else {}

    def encode(item: Any) -> Any:
        kind: Any = type(item)
        if kind in _SIMPLE:
            return item
        if kind is tuple or kind is list:
            return [value if type(value) in _SIMPLE else encode(value) for value in item]
        if kind is dict:
            return {key: value if type(value) in _SIMPLE else encode(value) for key, value in item.items()}
        if (entries := known[kind] if kind in known else _fields(kind)) is not None:
            found: dict[str, Any] = {}
            for key, read in entries.items():
                value = _getter(read)(item) if isinstance(read, str) else read(item, base)
                if type(value) not in _SIMPLE:
                    value = encode(value)
                if key[0] == "*":
                    found.update(value)
                else:
                    found[key] = value
            return found
        match item:
            case Enum():
                return item.value
            case frozenset() | set():
                return sorted(map(encode, item), key=lambda member: (places.get(member, 0), member))
            case Mapping():
                return encode(dict(item))
            case Iterator():
                return encode(list(item))
        return item

    return encode(record)


_getter = cache(attrgetter)


@cache
def _fields(kind: Any) -> Shape | None:
    if is_dataclass(kind):
        return {field.name: field.name for field in fields(kind)}
    return {name: name for name in kind._fields} if hasattr(kind, "_fields") else None


def document(assessment: Assessment, *, table: bool = False) -> Any:
    """The assessment as plain data; `table` leaves out what a table does not carry."""
    left_out = {*(ONLY_ONE if table else ()), *(() if assessment.completions else ("completions",))}
    left_out |= set() if beside_facts(assessment.case) else {"own"}
    entries = {key: read for key, read in SHAPES[Assessment].items() if key not in left_out}
    with in_own_currency(assessment.case.rate):
        return plain(assessment, assessment.base, {Assessment: entries})


def beside_facts(case: Case) -> dict[str, Any]:
    """What the input says of a company beside facts (an id, a year, a column of its own), through a saved result, too."""
    found: Any = case.extra.get("own", {}) if "receipt" in case.extra else case.extra
    return dict(found) if isinstance(found, Mapping) else {}


def round_figure(value: float, digits: int = 3) -> float:
    """A figure as JSON has it."""
    return round(value, digits) + 0.0  # never -0.0


def net(weight: int) -> float:
    """Net evidence as JSON has it."""
    return round_figure(certainty.net(weight))


def net_of(name: str) -> Callable[[Any, Any], float | None]:
    """The net evidence that a weight of a record stands for; of None there is none."""
    return lambda record, base: None if (weight := getattr(record, name)) is None else net(weight)


def evidence(a: Assessment, base: Base | None = None) -> dict[OneProcess, dict[Sum, float]]:
    """Net evidence by process, for fit and for means."""
    return {p: {name: net(a.evidence[p][name]) for name in SUMS} for p in PROCESSES}


def facts(values: Mapping[str, Value], base: Base) -> Facts:
    """Facts in the order of the vocabulary, amounts in the currency in which they are shown."""
    return {
        name: own(name, _open(base.vocabulary[name], values[name]), base) for name in base.vocabulary.ordered(values)
    }


def _open(fact: Fact | Derived, value: Value) -> Value:
    """A range that goes as far as the fact can as one without a bound."""
    if not isinstance(value, Range):
        return value
    low, high, possible = value.low, value.high, ends(fact)
    return Range(-math.inf if low <= possible.low else low, math.inf if high >= possible.high else high)


def own(name: str, value: T, base: Base) -> T | Value:
    """The value of a fact or number; of an amount in US dollars the one in the currency in which amounts are shown."""
    if value is None or own_rate() is None or name not in base.vocabulary or base.vocabulary[name].type != "money":
        return value  # what rules conclude (contract_band) is no number
    return own_value(cast("Value", value), own_rate())


def own_of(fact: str, key: str) -> Callable[[Any, Any], Any]:
    """The value under a key of a record, as `own` has it; it is one of the fact under another key."""
    return lambda record, base: own(getattr(record, fact), getattr(record, key), base)


def own_money(key: str, digits: int | None = None) -> Callable[[Any, Any], Any]:
    """What stands under a key of a record, an amount or several, in the currency in which amounts are shown."""

    def convert(value: Any) -> Any:
        if isinstance(value, tuple):
            return [*map(convert, value)]
        value = value if value is None or own_rate() is None else own_amount(value)
        return round_figure(value, digits) if digits and isinstance(value, float) else value

    return lambda record, base: convert(getattr(record, key))


def _own_readings(readings: Mapping[str, Reading], base: Base) -> dict[str, Reading]:
    return {name: replace(item, value=own(name, item.value, base)) for name, item in readings.items()}


def _finite_end(name: str) -> Callable[[Any, Any], float | None]:
    """One end of a range; None where it has no bound."""
    return lambda record, base: end if math.isfinite(end := getattr(record, name)) else None


def _factor(weight: int) -> float:
    return round_figure(certainty.certainty(weight))


class Counted(NamedTuple):
    """The evidence of a rule that fired, and whether it counted."""

    process: OneProcess
    line: str
    certainty: Factor
    counted: bool


def _count_in(item: Fired, base: Base) -> Counted | None:
    then = base.knowledge.rules[item.rule].then
    return Counted(then.process, then.line, then.certainty, item.weight != 0) if isinstance(then, Weigh) else None


def _of(kind: Any, read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A function that computes a value of a type."""
    read.__annotations__["return"] = kind
    return read


_FACTS = _of(Facts, lambda item, base: facts(item.facts, base))
SHAPES: Shapes = {
    Assessment: shape(
        "company process lead leaning settled settled_by possible certainty evidence dimensions blockers provisos advice warnings "
        "derived metrics facts fired open next_questions conflicts problems completions receipt precedents strength unless choices "
        "contradictions near grounds track_record flags moves motion second_motion stage "
        "currency own",
        currency=_of(str, lambda a, base: a.case.currency),
        derived=_of(Mapping[str, Reading], lambda a, base: _own_readings(a.derived, base)),
        metrics=_of(Mapping[str, Reading], lambda a, base: _own_readings(a.metrics, base)),
        certainty=_of(
            _SUMS, lambda a, base: {p: {name: _factor(a.evidence[p][name]) for name in SUMS} for p in PROCESSES}
        ),
        evidence=evidence,
        dimensions=_of(
            _BY_DIMENSION, lambda a, base: {d: {p: _factor(a.evidence[p][d]) for p in PROCESSES} for d in DIMENSIONS}
        ),
        facts=_of(Facts, lambda a, base: facts(a.case.values, base)),
        precedents=_of(list[Precedent], lambda a, base: likeness(base).nearest(a.case)),
        near=_of(list[Near], lambda a, base: near(base, a.case.values)),
        grounds=_of(Grounds, lambda a, base: grounds(a)),
        motion=_of(str | None, lambda a, base: a.motion),
        second_motion=_of(str | None, lambda a, base: a.second_motion),
        stage=_of(str | None, lambda a, base: a.stage),
        moves=_of(list[PlannedMove], lambda a, base: list(planned_moves(a).chosen)),
        track_record=_of(TrackRecord, lambda a, base: track_record(base, a.case)),
        own=_of(dict[str, Any], lambda a, base: beside_facts(a.case)),
    ),
    Advice: shape("topic choice process text steps owner rules because in_place:done"),
    Blocker: shape("process rule because remedy owner facts", facts=_FACTS),
    Contradiction: shape("id kind facts text question ask"),
    Flag: shape(
        "flag:rule ref level figure value threshold consequence move owner because source facts",
        facts=_FACTS,
        value=_of(
            Value | None, lambda flag, base: None if flag.value == math.inf else own(flag.figure, flag.value, base)
        ),  # unlimited is no number
        threshold=_of(float | None, own_of("figure", "threshold")),
    ),
    Fired: shape("rule because source facts evidence", facts=_FACTS, evidence=_count_in),
    Grounds: shape(
        "studies statements opinions judgements decides like checked",
        decides=_of(str | None, lambda found, base: found.decides.rule if found.decides else None),
    ),
    Near: shape(
        "fact value at side to", value=_of(float, own_of("fact", "value")), at=_of(float, own_of("fact", "at"))
    ),
    Precedent: shape(
        "company:documented.company year:documented.year process:documented.label did:documented.did sources:documented.sources "
        "distance shared facts",
        distance=_of(Part, lambda found, base: round_figure(found.distance)),
        shared=_of(Part, lambda found, base: round_figure(found.shared)),
        facts=_of(
            dict[str, Part], lambda found, base: {part.fact: round_figure(part.distance) for part in found.parts}
        ),
    ),
    PlannedMove: {field.name: field.name for field in fields(PlannedMove)}
    | {"cost": _of(float | None, own_money("cost"))},
    Problem: shape("code severity message file line row column"),
    Range: shape("low high", low=_of(float | None, _finite_end("low")), high=_of(float | None, _finite_end("high"))),
    Question: shape("fact why", why=_of(str, lambda question, base: why_asked(base, question))),
    Settlement: shape(
        "witnessed excluded unproved",
        witnessed=_of(
            Mapping[AnyVerdict, Facts],
            lambda found, base: {p: facts(given, base) for p, given in found.examples.items()},
        ),
    ),
    Strength: shape("level on"),
    TrackRecord: shape("like right wrong needed", like=_of(int, lambda found, base: len(found.like))),
    Turn: shape(
        "fact answers to",
        answers=_of(list[Value], lambda turn, base: [own(turn.fact, value, base) for value, _ in turn.answers]),
    ),
    Unless: shape(
        "block fact amount bound value",
        amount=_of(float | None, own_of("fact", "amount")),
        bound=_of(Bound | None, lambda item, base: item.bound or None),
    ),
    Lookalike: shape("company:documented.company year:documented.year label:documented.label said"),
}
