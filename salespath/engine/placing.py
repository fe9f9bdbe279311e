"""Numbers of a company made others: a fact is answered so, a computed number by the first of its inputs that can make it so."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TypeAlias

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.facts import Value
from salespath.rules.language import Arithmetic, Number, Quantity, inputs

HARDLY = 1e-6  # cash lasts for no time at all where spending has next to no bound


Answers: TypeAlias = "Mapping[str, Value | None]"  # what some facts are; None: not known


def with_answers(facts: Mapping[str, Value], answers: Answers) -> dict[str, Value]:
    """The facts with some answers otherwise."""
    return {name: value for name, value in {**facts, **answers}.items() if value is not None}


def answers_for(base: Base, facts: Mapping[str, Value], numbers: Mapping[str, float]) -> dict[str, Value | None]:
    """The answers that make some numbers of a company so, what else is known of it staying as it is.

    Of runway these are the runway itself and the cash that makes it at the present net spending, or the net spending where that
    is nothing now. So what else is computed from the cash moves too, and nothing contradicts itself. Where no input can make a
    number so, it stands in place of all of them.
    """
    found: dict[str, Value | None] = {}
    kept: set[str] = set()
    parts = {name: base.behind([name]) for name in base.vocabulary.ordered(numbers)}
    for name in sorted(parts, key=lambda name: len(parts[name])):  # what others are computed from comes first
        known = with_answers(facts, found)
        if Company(base, known).number(name) != numbers[name]:
            found |= _answers_for(base, known, name, numbers[name], kept)
        kept |= parts[name]
    return found


def _answers_for(
    base: Base, facts: Mapping[str, Value], name: str, value: float, kept: Collection[str]
) -> dict[str, Value | None]:
    company, tree = Company(base, facts), base.formula(name)
    parts = [part for part in base.vocabulary.ordered(inputs(tree)) if part not in kept] if tree else []
    for part in parts:
        needed = _number_needed(company, tree, part, value)
        term = base.vocabulary[part]  # how small it can be; how large only keeps out slips of the keyboard
        if needed is None or (term.minimum is not None and needed < term.minimum):
            continue
        if term.above is None or needed > term.above:
            return {**_answers_for(base, facts, part, needed, kept), name: value}
    return {**{part: None for part in parts if part in facts}, name: value}


def _number_needed(company: Company, tree: Number | None, name: str, wanted: float) -> float | None:
    """What a number has to be for a formula to make what is wanted; None where that cannot be said."""
    match tree:
        case Quantity(read) if read == name:
            return wanted
        case Arithmetic(operator, first, second) if (name in inputs(first)) != (name in inputs(second)):
            left = name in inputs(first)
            part, rest = (first, second) if left else (second, first)
            other = company.value(rest)
            if other is None or not math.isfinite(other) or (operator in "*/" and other == 0):
                return None
            return _number_needed(company, part, name, _undone(operator, left, wanted, other))
    return None


def _undone(operator: str, left: bool, wanted: float, other: float) -> float:
    match operator:
        case "+":
            return wanted - other
        case "-":
            return wanted + other if left else other - wanted
        case "*":
            return wanted / other
    return wanted * other if left else other / (wanted or HARDLY)
