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
)


def written(tree: Condition | Number) -> str:
    """A tree as its author would write it: `product_stage == launched and not self_serve`."""
    if isinstance(tree, (And, Or)):
        if not tree.items:
            return "true"
        return f" {type(tree).__name__.lower()} ".join(map(_inside, tree.items))
    if isinstance(tree, Not):
        return f"not {_inside(tree.item)}"
    if isinstance(tree, Compare):
        return f"{written(tree.left)} {tree.operator} {written(tree.right)}"
    if isinstance(tree, Is):
        return tree.attribute if tree.value == "yes" else f"{tree.attribute} == {tree.value}"
    if isinstance(tree, OneOf):
        return _one_of(tree)
    if isinstance(tree, Member):
        return f"{tree.value} in {tree.name}"
    if isinstance(tree, Known):
        return f"known({tree.name})"
    if isinstance(tree, Count):
        return f"count({tree.name})"
    if isinstance(tree, Arithmetic):
        return f"{_inside(tree.left)} {tree.operator} {_inside(tree.right)}"
    return f"{tree.value:g}" if isinstance(tree, Constant) else tree.name


def _inside(tree: Condition | Number) -> str:
    """A part of a tree, in brackets where it needs them."""
    text = written(tree)
    return f"({text})" if isinstance(tree, (And, Or, Arithmetic)) else text


def _one_of(tree: OneOf) -> str:
    if tree.values <= {True, False}:
        return " or ".join(tree.name if value else f"not {tree.name}" for value in sorted(tree.values, reverse=True))
    values = sorted(map(str, tree.values))
    return f"{tree.name} == {values[0]}" if len(values) == 1 else f"{tree.name} in [{', '.join(values)}]"
