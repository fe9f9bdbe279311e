"""How much of a rule base some companies exercise: masking condition coverage.

Every rule has to fire and to fail. Every operand of an `and` or `or` has to decide once by being true and once by being false:
all that stands beside it and above it lets its value through, so that the rule's condition would be otherwise if it were (masking
MC/DC, Chilenski 2001). A rule that overrides counts as an operand of what it overrides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from salespath.authoring.results import Results
from salespath.engine.base import Base
from salespath.engine.truth_graph import Ref
from salespath.rules.language import And, Condition, Not, Or
from salespath.rules.model import Rule


@dataclass(frozen=True)
class Obligation:
    """Something that has to be seen once: that some nodes are true in one company (`~`: false)."""

    rule: str
    place: tuple[int, ...]  # of the operand in the condition; none for the rule itself
    tree: Condition | str | None  # the operand, or the overriding rule, or None for the rule itself
    value: bool
    seen: tuple[Ref, ...]


def obligations(base: Base) -> Iterator[Obligation]:
    """All that has to be seen of a base."""
    for rule in base.knowledge.rules.values():
        tree, over = base.condition(rule.id), base.overriding(rule.id)
        yield from _both(rule, (), None, base.rule_ref(rule.id), ())
        free = tuple(~base.rule_ref(other) for other in over)
        yield from _operands(base, rule, tree, (), free)
        for number, other in enumerate(over):
            others = (*free[:number], *free[number + 1 :])
            yield from _both(rule, (-1, number), other, ~free[number], (base.part_ref(rule, tree), *others))


def _operands(
    base: Base, rule: Rule, tree: Condition, place: tuple[int, ...], let_through: tuple[Ref, ...]
) -> Iterator[Obligation]:
    match tree:
        case Not(item):
            yield from _operands(base, rule, item, place, let_through)
        case And(items) | Or(items):
            refs = [base.part_ref(rule, item) for item in items]
            for number, (item, ref) in enumerate(zip(items, refs)):
                others = (*refs[:number], *refs[number + 1 :])
                beside = others if isinstance(tree, And) else tuple(~other for other in others)
                if beside:
                    yield from _both(rule, (*place, number), item, ref, (*beside, *let_through))
                yield from _operands(base, rule, item, (*place, number), (*beside, *let_through))


def _both(
    rule: Rule, place: tuple[int, ...], tree: Condition | str | None, ref: Ref, beside: tuple[Ref, ...]
) -> Iterator[Obligation]:
    """That something is seen true once and false once, with the rest as it has to be."""
    for value in (True, False):
        yield Obligation(rule.id, place, tree, value, (ref if value else ~ref, *beside))


def missing(results: Results) -> list[Obligation]:
    """What the companies of some scenarios do not show."""
    found = []
    for obligation in obligations(results.base):
        bits = results.rows.pack(True)
        for ref in obligation.seen:
            bits = bits & results.walked.is_so(ref)
        if not bits.any():
            found.append(obligation)
    return found


@dataclass(frozen=True)
class Coverage:
    """How many obligations there are by kind, which are open, and which are proved impossible."""

    total: Mapping[str, int]
    open: tuple[Obligation, ...]
    infeasible: tuple[Obligation, ...]

    @property
    def share(self) -> float:
        """The share of what can be seen that was seen, 0 to 1."""
        possible = sum(self.total.values()) - len(self.infeasible)
        return 1 - len(self.open) / possible if possible else 1.0


def coverage(results: Results) -> Coverage:
    """What the companies of some scenarios show of a base; where they do not, whether any company could (needs the solver)."""
    from salespath.authoring.possible import Possible
    from salespath.authoring.solver import GaveUp

    kinds = Counter("operands" if obligation.place else "rules" for obligation in obligations(results.base))
    still_open: list[Obligation] = []
    infeasible: list[Obligation] = []
    possible = Possible(results.base)
    for obligation in missing(results):
        try:
            example = possible.example(*((ref, True) for ref in obligation.seen))
        except GaveUp:
            example = {}
        (infeasible if example is None else still_open).append(obligation)
    return Coverage(kinds, tuple(still_open), tuple(infeasible))
