"""Whole conditions as sentences that a founder can read, without the signs of the rule language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from salespath.engine.base import Base
from salespath.facts.values import quantity, readable, threshold, words
from salespath.facts.vocabulary import Derived, Fact
from salespath.report.words.phrases import NAMES, either, listed, selling
from salespath.rules.language import (
    BLOCKED,
    VERDICT_NUMBERS,
    And,
    Compare,
    Condition,
    Constant,
    Count,
    Is,
    Known,
    Member,
    Not,
    Number,
    OneOf,
    Or,
    Quantity,
    necessary,
)
from salespath.rules.model import Rule

Wanted: TypeAlias = "tuple[Condition, bool]"  # a part of a condition, and whether it should be true

_PREPOSITION = re.compile(r" (?:of|in|on|from|with|for|to) ")
_JOINING = re.compile(r" (?:and|or) |:")
_ORDER = {"<": "under", "<=": "at most", ">": "over", ">=": "at least", "==": "exactly", "!=": "other than"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def in_words(base: Base, tree: Condition, so: bool = True) -> str:
    """A condition as a clause: the product stage is launched and the average contract is at least $50,000 a year.

    With `so` false, that it is not so.
    """
    return _clause(base, tree, so)[0]


def exceptions(base: Base, rule: Rule) -> list[tuple[str, str]]:
    """The rules whose effect keeps a rule from taking effect, each with its condition in words."""
    return [(other, in_words(base, base.condition(other))) for other in base.overriding(rule.id)]


def _clause(base: Base, tree: Condition, so: bool) -> tuple[str, int]:
    """The words of a condition, and how many levels of `and` and `or` they hold."""
    if isinstance(tree, Not):
        return _clause(base, tree.item, not so)
    if not isinstance(tree, (And, Or)):
        text = _said(base, [(tree, so)])
        inside = isinstance(tree, Is) and _JOINING.search(text)
        return text, 2 if inside else 0  # its own `and` must not mix with those around it
    every = isinstance(tree, And) == so
    word = "and" if every else "or"
    tests = list(_flat(tree, so, every))
    groups = _groups(base, [test for test in tests if not (every and _adds_nothing(test, tests))], every)
    parts, depth = [], 0
    for group in groups:
        text, level = (_said(base, group, word), 0) if len(group) > 1 else _clause(base, *group[0])
        if level and len(groups) > 1:
            text = f"({text})" if level > 1 or not every else f"either {text}"
        parts.append(text)
        depth = max(depth, level)
    if not parts:
        return "always" if every else "never", 0
    if depth and len(parts) > 1:
        return f", {word} ".join(parts), depth + 1
    return listed(parts, word), 1 if len(parts) > 1 else depth


def _flat(tree: Condition, so: bool, every: bool) -> Iterator[Wanted]:
    """The parts of nested conditions that one `and` (or one `or`) joins."""
    if isinstance(tree, Not):
        yield from _flat(tree.item, not so, every)
    elif isinstance(tree, (And, Or)) and (isinstance(tree, And) == so) == every:
        for item in tree.items:
            yield from _flat(item, so, every)
    else:
        yield tree, so


def _adds_nothing(test: Wanted, tests: Sequence[Wanted]) -> bool:
    """Whether a part says nothing beside the others: `a and (a or b)` is `a`, and what is tested is known."""
    tree, so = test
    if isinstance(tree, Known) and so:
        return any(tree.name in necessary(*other) for other in tests if other != test)
    return isinstance(tree, Or) and so and any((item, True) in tests for item in tree.items)


def _groups(base: Base, tests: Sequence[Wanted], every: bool) -> list[list[Wanted]]:
    """Tests that share a subject or a predicate, so that one clause can say them all; anything else stands alone."""
    groups: dict[object, list[Wanted]] = {}
    for test, so in tests:
        key: object = (test, so)
        if isinstance(test, Compare):
            key = test.left
        elif isinstance(test, Is) and so != every:
            key = (Is, test.attribute)
        elif isinstance(test, Member) and (so or every) and not base.vocabulary[test.name].says:
            key = (Member, test.name, so)
        elif isinstance(test, Known) and so == every and not base.vocabulary[test.name].says:
            key = (Known, so)
        groups.setdefault(key, []).append((test, so))
    return list(groups.values())


def _said(base: Base, group: Sequence[tuple[Any, bool]], word: str = "and") -> str:
    """A test, or tests of one subject or predicate, as a clause."""
    (first, so), tests = group[0], [test for test, _ in group]
    if isinstance(first, Is):
        return _attribute(base, first.attribute, [test.value for test in tests], so)
    if isinstance(first, Compare):
        subject, verb = _number(base, first.left)
        return f"{subject} {verb} {listed([_bound(base, test, so) for test, so in group], word)}"
    assert isinstance(first, (Known, OneOf, Member))
    fact = base.vocabulary[first.name]
    subject, verb = _subject(fact)
    match first:
        case Known():
            state = "known" if so else "not known"
            if len(group) > 1:
                return f"{listed([_subject(base.vocabulary[test.name])[0] for test in tests], word)} are {state}"
            if fact.type == "boolean":
                return f"it is {state} whether {_yes_or_no(fact, True)}"
            return f"{subject} {verb} {state}"
        case OneOf(values=values):
            if fact.type == "boolean":
                return _yes_or_no(fact, (True in values) == so)
            return f"{subject} {verb} {either([words(fact, v) for v in fact.values if (v in values) == so])}"
        case Member(value=value) if fact.says:
            return fact.says[not so].format(value=fact.values[value] if fact.counted else readable(value))
    members = listed([readable(test.value) for test in tests], word if so else "or")
    return f"{subject} {'include' if so else 'do not include'} {members}"


def _yes_or_no(fact: Fact | Derived, yes: bool) -> str:
    return fact.says[not yes] if fact.says else f"{fact.label} is answered {'yes' if yes else 'no'}"


def _attribute(base: Base, name: str, values: list[str], so: bool) -> str:
    if name in BLOCKED:
        return f"{selling(BLOCKED[name])} is {'' if so else 'not '}blocked"
    attribute = base.knowledge.attributes[name]
    means = attribute.means.replace("`", "")
    value = either([readable(value) if value != "none" else "neither" for value in values])
    if attribute.says:
        return attribute.says[not so].format(value=value)
    if attribute.flag:
        return means if so else f"it is not so that {means}"
    return f"{means.partition(':')[0]} is {'' if so else 'not '}{value}"


def _subject(fact: Fact | Derived) -> tuple[str, str]:
    """A fact as a subject, and its verb."""
    if fact.label.startswith(("who ", "what ", "own ")):
        return fact.label, "is"
    if _counts(fact):
        return f"the number of {fact.label}", "is"
    head = _PREPOSITION.split(fact.label, maxsplit=1)[0]
    plural = fact.type == "set" or (head.endswith("s") and not head.endswith("ss"))
    return f"the {fact.label}", "are" if plural else "is"


def _counts(fact: Fact | Derived) -> bool:
    """Whether a number counts what its label names: paying customers, people in one purchase."""
    return fact.type in ("integer", "number") and (not fact.unit or fact.label.startswith(f"{fact.unit} "))


def _number(base: Base, number: Number) -> tuple[str, str]:
    """A number as a subject, and its verb."""
    if isinstance(number, Constant):
        return (f"minus {quantity(-number.value)}" if number.value < 0 else quantity(number.value)), "is"
    if isinstance(number, Quantity):
        if number.name in VERDICT_NUMBERS:
            name, process = number.name.split("_", 1)
            return f"the {name} for {NAMES[process]} selling", "is"
        return _subject(base.vocabulary[number.name])
    if isinstance(number, Count):
        return f"the number of {base.vocabulary[number.name].counted or base.vocabulary[number.name].label}", "is"
    left, right, sign = number.left, number.right, number.operator
    if sign == "*" and isinstance(right, Constant):
        left, right = right, left
    return f"{_number(base, left)[0]} {_SIGNS[sign]} {_number(base, right)[0]}", "is"


def _bound(base: Base, test: Compare, so: bool) -> str:
    """The predicate of a comparison: at least $50,000 a year."""
    operator = _ORDER[test.operator if so else _OPPOSITE[test.operator]]
    left, right = test.left, test.right
    if isinstance(right, Constant) and isinstance(left, Quantity) and left.name in base.vocabulary:
        fact = base.vocabulary[left.name]
        if not _counts(fact):
            unit = f" {fact.unit}" if fact.unit.startswith("a ") else ""
            return f"{operator} {threshold(fact, right.value)}{unit}"
    return f"{operator} {_number(base, right)[0]}"
