"""Typed trees written back in the rule language, for messages to the author of a rule."""

from __future__ import annotations

from salespath.rules.language import (
    And,
    Arithmetic,
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
)


def written(tree: Condition | Number) -> str:
    """A tree as its author would write it: `product_stage == launched and not self_serve`."""
    match tree:
        case And(items) | Or(items):
            return f" {type(tree).__name__.lower()} ".join(map(_inside, items)) or "true"
        case Not(item):
            return f"not {_inside(item)}"
        case Compare(operator, left, right):
            return f"{written(left)} {operator} {written(right)}"
        case Arithmetic(operator, left, right):
            return f"{_inside(left)} {operator} {_inside(right)}"
        case Is(attribute, value):
            return attribute if value == "yes" else f"{attribute} == {value}"
        case OneOf():
            return _one_of(tree)
        case Member(name, member):
            return f"{member} in {name}"
        case Known(name):
            return f"known({name})"
        case Count(name):
            return f"count({name})"
        case Constant(number):
            return f"{number:g}"
        case Quantity(name):
            return name


def _inside(tree: Condition | Number) -> str:
    """A part of a tree, in brackets where it needs them."""
    text = written(tree)
    return f"({text})" if type(tree) in (And, Or, Arithmetic) else text


def _one_of(tree: OneOf) -> str:
    if tree.values <= {True, False}:
        return " or ".join(tree.name if value else f"not {tree.name}" for value in sorted(tree.values, reverse=True))
    values = sorted(map(str, tree.values))
    return f"{tree.name} == {values[0]}" if len(values) == 1 else f"{tree.name} in [{', '.join(values)}]"
