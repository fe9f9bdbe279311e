"""What lifts a standing block: of each fact still missing, the least answer that does so alone.

An amount is searched on a ladder of whole dollars, customers or tenths of a month, by halving, so that the one found lifts the
block and one step short of it does not. The search is the same for one company and for the rows of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import Any

from salespath.engine.assessment import Blocker, Unless
from salespath.engine.base import Base
from salespath.engine.cells import PARTS, bisect_between, bounds, inside, options
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.truth_graph import Ref
from salespath.engine.walk import Bits, Carrier, Numbers
from salespath.facts import Fact, Value
from salespath.facts.values import Range

BOUNDS = ("", "at_least", "at_most")


def unless(base: Base, facts: Mapping[str, Value], block: str) -> tuple[Unless, ...]:
    """The answers of one company that alone lift a block that stands, in the order of the vocabulary."""
    missing = [base.vocabulary.facts[name] for name in read(base, block) if is_open(facts, name)]
    return tuple(item for fact in missing for item in _of_one(base, facts, block, fact))


def lifting_all(blockers: Iterable[Blocker], process: str) -> tuple[Unless, ...]:
    """The answers that alone lift everything that blocks a process: of each fact the amount that does for all blocks."""
    each = [{(u.fact, u.bound, u.value): u for u in b.unless} for b in blockers if b.process == process]
    found = []
    for key, item in each[0].items() if each else ():
        if all(key in some for some in each):
            amounts = [amount for some in each if (amount := some[key].amount) is not None]
            most = max if item.bound == "at_least" else min
            found.append(replace(item, amount=most(amounts, default=None)))
    return tuple(found)


def _of_one(base: Base, facts: Mapping[str, Value], block: str, fact: Fact) -> Iterator[Unless]:
    refs = exceptions(base, block, fact.id)

    def lifts(value: Value) -> int:
        return int(any_certain(base, Company(base, {**facts, fact.id: value}), refs))

    if fact.numeric:
        known = facts.get(fact.id)
        low, high = inside(fact, known) if isinstance(known, Range) else bounds(fact)
        bound, amount = least(fact, lifts, low, high) if isinstance(low, int) else (0, 0)
        if bound:
            yield Unless(block, fact.id, BOUNDS[bound], int(amount) if amount == int(amount) else amount)
    else:
        yield from (Unless(block, fact.id, value=value) for value in answers(fact) if lifts(value))


def read(base: Base, block: str) -> list[str]:
    """The facts that the exceptions of a block read, through derived numbers, in the order of the vocabulary."""
    return base.facts_behind(base.graph.names_read(exceptions(base, block)))


def exceptions(base: Base, block: str, fact: str = "") -> tuple[Ref, ...]:
    """The exceptions of a block as nodes; with a fact those that read it, as an answer to it makes no other one certain."""
    refs = tuple(map(base.rule_ref, base.overriding(block)))
    return tuple(ref for ref in refs if fact in base.behind(base.graph.names_read([ref]))) if fact else refs


def answers(fact: Fact) -> tuple[Value, ...]:
    """What can be answered that is no amount: of a set each member alone."""
    return options(fact)[1:-1] if fact.type == "set" else options(fact)


def any_certain(base: Base, carrier: Carrier, refs: Iterable[Ref]) -> Bits:
    """Whether one of some exceptions is certain."""
    found, pairs = carrier.zero, dict[Ref, tuple[Bits, ...]]()
    for ref in refs:
        true, _ = base.graph.evaluate(
            ref,
            carrier.test,
            lambda every: reduce(and_, every, carrier.one),
            lambda some: reduce(or_, some, carrier.zero),
            pairs,
        )
        found = found | true
    return found


def least(
    fact: Fact,
    lifts: Callable[[Any], Numbers],
    low: Any,
    high: Any,
    bisect: Callable[..., Any] = bisect_between,
    at_ends: tuple[Any, Any] | None = None,
) -> tuple[Any, Any]:
    """The place in BOUNDS of the bound that lifts, and the amount from `low` to `high`. Of one company, or of the rows of a table.

    `lifts` says of an amount (one for every row) whether it lifts the block, as 0 or 1 (`at_ends`: it has of `low` and `high`);
    `bisect` looks where that turns.
    """
    steps = PARTS.get(fact.type, 1)
    at_low, at_high = at_ends or (lifts(low / steps), lifts(high / steps))
    up, down = at_high, at_low & (1 - at_high)  # what lifts everywhere lifts from the lowest amount on
    turn = bisect(low + 0 * up, high + 0 * up, lambda point: lifts(point / steps))
    return up + 2 * down, (turn + (low - turn) * (at_low & at_high) - down) / steps
