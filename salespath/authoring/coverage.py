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
from salespath.engine.compile import Base, Ref
from salespath.rules.language import And, Condition, Not, Or
from salespath.rules.model import Rule

Literals = tuple["tuple[Ref, bool]", ...]


@dataclass(frozen=True)
class Obligation:
    """Something that has to be seen once: certain truth values of some nodes in one company."""

    rule: str
    place: tuple[int, ...]  # of the operand in the condition; none for the rule itself
    tree: Condition | str | None  # the operand, or the overriding rule, or None for the rule itself
    value: bool
    seen: Literals


def obligations(base: Base) -> Iterator[Obligation]:
    """All that has to be seen of a base."""
    for rule in base.knowledge.rules.values():
        ref = base.rule_ref(rule.id)
        over = {other: base.rule_ref(other) for other in base.overriding(rule.id)}
        yield from _both(rule, (), None, ref, ())
        free = tuple((other, False) for other in over.values())
        yield from _operands(base, rule, base.condition(rule.id), (), free)
        for number, (other, over_ref) in enumerate(over.items()):
            others = tuple(literal for place, literal in enumerate(free) if place != number)
            yield from _both(
                rule, (-1, number), other, over_ref, ((base.part_ref(rule, base.condition(rule.id)), True), *others)
            )


def _operands(
    base: Base, rule: Rule, tree: Condition, place: tuple[int, ...], let_through: Literals
) -> Iterator[Obligation]:
    match tree:
        case Not(item):
            yield from _operands(base, rule, item, place, let_through)
        case And(items) | Or(items):
            refs = [base.part_ref(rule, item) for item in items]
            for number, (item, ref) in enumerate(zip(items, refs)):
                beside = tuple((other, isinstance(tree, And)) for n, other in enumerate(refs) if n != number)
                if beside:
                    yield from _both(rule, (*place, number), item, ref, (*beside, *let_through))
                yield from _operands(base, rule, item, (*place, number), (*beside, *let_through))


def _both(
    rule: Rule, place: tuple[int, ...], tree: Condition | str | None, ref: Ref, beside: Literals
) -> Iterator[Obligation]:
    """That something is seen true once and false once, with the rest as it has to be."""
    for value in (True, False):
        yield Obligation(rule.id, place, tree, value, ((ref, value), *beside))


def missing(results: Results) -> list[Obligation]:
    """What the companies of some scenarios do not show."""
    found = []
    for obligation in obligations(results.base):
        bits = results.inside
        for ref, value in obligation.seen:
            bits = bits & results.walked.is_so(ref, value)
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
    from salespath.authoring.solver import FALSE, TRUE, GaveUp

    kinds = Counter("operands" if obligation.place else "rules" for obligation in obligations(results.base))
    still_open: list[Obligation] = []
    infeasible: list[Obligation] = []
    possible = Possible(results.base)
    for obligation in missing(results):
        try:
            example = possible.example(*((ref, TRUE if value else FALSE) for ref, value in obligation.seen))
        except GaveUp:
            example = {}
        (infeasible if example is None else still_open).append(obligation)
    return Coverage(kinds, tuple(still_open), tuple(infeasible))
