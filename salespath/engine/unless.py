"""What lifts a standing block: of each fact still missing, the least answer that does so alone.

An amount is searched on a ladder of whole dollars, customers or tenths of a month, first beside the amounts that formulas name,
then by halving, so that the one found lifts the block and one step short of it does not. The search is the same for one company and
for the rows of a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial, reduce
from operator import and_, or_

from salespath.engine.assessment import Blocker, Unless
from salespath.engine.base import Base
from salespath.engine.cells import PARTS, as_number, bisect_between, bounds, inside, likely_turns, options
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.truth_graph import Ref
from salespath.engine.walk import Bits, Carrier
from salespath.facts import Fact, Value
from salespath.facts.values import Range
from salespath.rules.language import Compare, inputs


@dataclass(frozen=True)
class Search:
    """What an answer may lift of a block: exceptions as nodes, what these read, and the comparisons that read the answer."""

    refs: tuple[Ref, ...]
    names: frozenset[str]
    tests: tuple[Compare, ...]


@cache
def search(base: Base, block: str, fact: str) -> Search:
    """The exceptions of a block that read a fact, as an answer to it makes no other one certain."""
    refs = tuple(ref for ref in exceptions(base, block) if fact in base.behind(base.graph.names_read([ref])))
    leaves = (leaf for leaf in base.graph.leaves_below(refs) if isinstance(leaf, Compare))
    tests = tuple(leaf for leaf in leaves if fact in base.behind(inputs(leaf)))
    return Search(refs, frozenset(base.behind(base.graph.names_read(refs))), tests)


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
    looked, step = search(base, block, fact.id), PARTS.get(fact.type, 1)

    def company(value: Value) -> Company:
        return Company(base, {**facts, fact.id: value})

    def lifts(value: Value) -> int:
        return int(any_certain(base, company(value), looked.refs))

    def apart(test: Compare, point: float) -> float:
        return company(point / step).apart(test)

    if fact.numeric:
        known = facts.get(fact.id)
        low, high = inside(fact, known) if isinstance(known, Range) else bounds(fact)
        at_low, at_high = (lifts(low / step), lifts(high / step)) if isinstance(low, int) else (0, 0)
        least = low  # what lifts everywhere lifts from the lowest amount on
        if at_low != at_high:
            likely = [turn for test in looked.tests for turn in likely_turns(low, high, partial(apart, test))]
            least = bisect_between(low, high, lambda point: lifts(point / step), likely) - at_low
        if at_low or at_high:
            yield Unless(block, fact.id, "at_least" if at_high else "at_most", as_number(fact, least))
    else:
        yield from (Unless(block, fact.id, value=value) for value in answers(fact) if lifts(value))


@cache
def read(base: Base, block: str) -> list[str]:
    """The facts that the exceptions of a block read, through derived numbers, in the order of the vocabulary."""
    return base.facts_behind(base.graph.names_read(exceptions(base, block)))


def exceptions(base: Base, block: str) -> list[Ref]:
    """The exceptions of a block as nodes."""
    return [*map(base.rule_ref, base.overriding(block))]


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
