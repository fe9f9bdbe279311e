"""Typed trees written back in the rule language, for messages to the author of a rule."""

from __future__ import annotations

from salespath.rules import language
from salespath.rules.language import Condition, Number


def notation(tree: Condition | Number) -> str:
    """A tree as its author would write it: `product_stage == launched and not self_serve`."""
    match tree:
        case language.And(items) | language.Or(items):
            return f" {type(tree).__name__.lower()} ".join(map(_inside, items)) or "true"
        case language.Not(item):
            return f"not {_inside(item)}"
        case language.Compare(operator, left, right):
            return f"{notation(left)} {operator} {notation(right)}"
        case language.Arithmetic(operator, left, right):
            return f"{_inside(left)} {operator} {_inside(right)}"
        case language.Is(attribute, value):
            return attribute if value == "yes" else f"{attribute} == {value}"
        case language.OneOf(name, values) if values <= {True, False}:
            return " or ".join(name if value else f"not {name}" for value in sorted(values, reverse=True))
        case language.OneOf(name, values):
            few = sorted(map(str, values))
            return f"{name} == {few[0]}" if len(few) == 1 else f"{name} in [{', '.join(few)}]"
        case language.Member(name, value):
            return f"{value} in {name}"
        case language.Known(name):
            return f"known({name})"
        case language.Count(name):
            return f"count({name})"
        case language.Constant(value):
            return f"{value:g}"
        case language.Quantity(name):
            return name


def _inside(tree: Condition | Number) -> str:
    """A part of a tree, in brackets where it needs them."""
    text = notation(tree)
    return f"({text})" if isinstance(tree, language.And | language.Or | language.Arithmetic) else text
