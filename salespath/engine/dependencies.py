"""What each rule reads, what it stands on and what stands on it: taken from the typed conditions of a compiled base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from salespath.engine.base import Base
from salespath.engine.walk import SUMS
from salespath.rules.language import VERDICT_NUMBERS, Condition, Is, inputs, leaves
from salespath.rules.model import Rule, Weigh


@dataclass(frozen=True)
class Relations:
    """One rule among the others.

    `facts` (derived numbers included) and `values` are what its condition reads: `(attribute, value)`, a block being
    `(enterprise_blocked, yes)`. `sums` are the verdict numbers that it reads, `lines` the lines of evidence behind them.
    `depends_on` are the rules that conclude those values, `read_by` those that read what it concludes itself; `adds_to` is the
    verdict number that its evidence is part of.
    """

    facts: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    sums: tuple[str, ...]
    lines: tuple[str, ...]
    depends_on: tuple[str, ...]
    overrides: tuple[str, ...]
    overridden_by: tuple[str, ...]
    read_by: tuple[str, ...]
    adds_to: str


def relations_of(base: Base, rule: Rule) -> Relations:
    """The relations of one rule."""
    tree, concluded, in_order = base.condition(rule.id), rule.concludes, list(base.knowledge.rules).index
    names, values = inputs(tree), read_values(tree)
    sums = tuple(name for name in VERDICT_NUMBERS if name in names)
    groups = [(sum_name(group.process, group.dimension), group.line) for group in base.evidence]
    lines = [dict.fromkeys(line for to, line in groups if to == name) for name in sums]
    return Relations(
        facts=tuple(base.vocabulary.ordered(names)),
        values=values,
        sums=sums,
        lines=tuple(chain.from_iterable(lines)),
        depends_on=tuple(sorted({id_ for value in values for id_ in base.concluders(*value)}, key=in_order)),
        overrides=tuple(name for name in rule.overrides if name in base.knowledge.rules),
        overridden_by=base.overriding(rule.id),
        read_by=tuple(rules_reading(base).get(concluded, ())) if concluded else (),
        adds_to=adds_to(base, rule),
    )


@cache
def rules_reading(base: Base) -> Mapping[tuple[str, str], Sequence[str]]:
    """The rules whose conditions read each value, in their order; a block is a value too."""
    found: dict[tuple[str, str], list[str]] = {}
    for id_ in base.knowledge.rules:
        for value in read_values(base.condition(id_)):
            found.setdefault(value, []).append(id_)
    return found


def read_values(tree: Condition) -> tuple[tuple[str, str], ...]:
    """The attribute values that a condition reads, each once, left to right."""
    return tuple(dict.fromkeys((leaf.attribute, leaf.value) for leaf in leaves(tree) if isinstance(leaf, Is)))


def adds_to(base: Base, rule: Rule) -> str:
    """The verdict number that a rule's evidence is part of; none for an exception, which weighs nothing."""
    match rule.then:
        case Weigh(process, weight, line) if weight:
            return sum_name(process, base.knowledge.lines[line].dimension)
    return ""


def sum_name(process: str, dimension: str) -> str:
    """The verdict number that the evidence of a dimension is part of."""
    return next(f"{name}_{process}" for name, dimensions in SUMS.items() if dimension in dimensions)


def citations(base: Base) -> dict[str, list[str]]:
    """What cites each source that is cited: rules by id, derived numbers, motions, points and notes of the guide."""
    knowledge = base.knowledge
    found: dict[str, list[str]] = {}
    for what, cited in (
        *((rule.id, rule.source) for rule in knowledge.rules.values()),
        *((f"number {number.id}", number.source) for number in base.vocabulary.derived.values()),
        *((f"motion {motion.id}", motion.source) for motion in knowledge.motions.values()),
        *((f"guide: {point.point}", point.source) for point in knowledge.guide),
        *((f"note of the guide: {text}", source) for text, source in knowledge.guide_notes),
    ):
        for name in cited:
            found.setdefault(name, []).append(what)
    return found
