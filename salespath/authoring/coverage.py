"""How much of a rule base some companies exercise: masking condition coverage.

Every rule has to fire and to fail. Every operand of an `and` or `or` has to decide once by being true and once by being false:
all that stands beside it and above it lets its value through, so that the rule's condition would be otherwise if it were (masking
MC/DC, Chilenski 2001). A rule that overrides counts as an operand of what it overrides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from salespath.authoring.results import Results
from salespath.engine.compile import Base, Ref
from salespath.rules.language import And, Condition, Not, Or
from salespath.rules.model import Rule
from salespath.rules.notation import written

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
        ref, tree = base.rule_ref(rule.id), base.condition(rule.id)
        yield from (Obligation(rule.id, (), None, value, ((ref, value),)) for value in (True, False))
        over = base.overriding(rule.id)
        free: Literals = tuple((base.rule_ref(other), False) for other in over)
        yield from _operands(base, rule, tree, (), free)
        holds = (base.part_ref(rule, tree), True)
        for number, other in enumerate(over):
            others = tuple(literal for place, literal in enumerate(free) if place != number)
            for value in (True, False):
                seen = ((base.rule_ref(other), value), holds, *others)
                yield Obligation(rule.id, (-1, number), other, value, seen)


def _operands(
    base: Base, rule: Rule, tree: Condition, place: tuple[int, ...], let_through: Literals
) -> Iterator[Obligation]:
    match tree:
        case Not(item):
            yield from _operands(base, rule, item, place, let_through)
        case And(items) | Or(items):
            neutral = type(tree) is And
            refs = [base.part_ref(rule, item) for item in items]
            for number, (item, ref) in enumerate(zip(items, refs)):
                beside = tuple((other, neutral) for n, other in enumerate(refs) if n != number)
                here = (*place, number)
                for value in (True, False):
                    if len(refs) > 1:
                        yield Obligation(rule.id, here, item, value, ((ref, value), *beside, *let_through))
                yield from _operands(base, rule, item, here, (*beside, *let_through))


def missing(results: Results) -> list[Obligation]:
    """What the companies of some scenarios do not show."""
    walked, inside = results.walked, results.inside
    found = []
    for obligation in obligations(results.base):
        bits = inside
        for ref, value in obligation.seen:
            bits = bits & walked.is_so(ref, value)
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

    total = {"rules": 0, "operands": 0}
    for obligation in obligations(results.base):
        total["operands" if obligation.place else "rules"] += 1
    still_open: list[Obligation] = []
    infeasible: list[Obligation] = []
    possible = Possible(results.base)
    for obligation in missing(results):
        try:
            example = possible.example(*((ref, TRUE if value else FALSE) for ref, value in obligation.seen))
        except GaveUp:
            example = {}
        (infeasible if example is None else still_open).append(obligation)
    return Coverage(total, tuple(still_open), tuple(infeasible))


def described(obligation: Obligation) -> str:
    """An obligation in words."""
    if obligation.tree is None:
        return f"{obligation.rule} never {'fires' if obligation.value else 'fails'}"
    what = f"the exception {obligation.tree}" if isinstance(obligation.tree, str) else written(obligation.tree)
    return f"{obligation.rule}: `{what}` never decides by being {'true' if obligation.value else 'false'}"
