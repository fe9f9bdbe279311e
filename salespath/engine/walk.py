"""The walk: one pass over the graph, the same for one company and for a table.

A *carrier* holds truth values as bits, one company or many at once. Every node yields a pair (is-true, is-false); unknown is
neither. Only `& | ^` touch the bits, so nothing here knows which carrier it walks. Where a settled verdict is asked for, a
second walk takes every undecided test as both: what is then still not true can never become true, whatever the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from salespath.engine import certainty
from salespath.engine.compile import ALL, FACTS, LEAF, PLAN, READINGS, VERDICT, Base, Closed, Reading
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import And, Arithmetic, Compare, Condition, Constant, Is, Leaf, Not, Number, Or, Quantity
from salespath.rules.model import PROCESSES, VERDICTS

Bits = Any  # int for one company, packed numpy bytes for a table
Numbers = Any  # int or float, or a numpy array of them

FIT = ("product", "market")
MEANS = ("capital", "team", "role")
SUMS = {"fit": FIT, "means": MEANS}
OPERATORS: dict[str, Any] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


class Carrier(Protocol):
    """What differs between one company and a table: leaf tests, and the passage between bits and numbers."""

    one: Bits
    zero: Bits

    def test(self, leaf: Leaf) -> tuple[Bits, Bits, Bits]:
        """Whether the test is true, false, undecided; none of them where its number is undefined."""

    def expand(self, bits: Bits) -> Numbers:
        """Bits as integers 0 and 1."""

    def pack(self, truth: Any) -> Bits:
        """Truth values as bits."""


@dataclass
class Truth:
    """The pairs of the nodes walked so far."""

    true: list[Bits] = field(default_factory=list)
    false: list[Bits] = field(default_factory=list)

    def is_true(self, ref: int) -> Bits:
        """Whether a reference is true."""
        return self.true[ref] if ref >= 0 else self.false[~ref]

    def is_false(self, ref: int) -> Bits:
        """Whether a reference is false."""
        return self.false[ref] if ref >= 0 else self.true[~ref]


@dataclass
class Sums:
    """Sums of evidence by process and dimension: `low` and `high` are equal where all is certain."""

    low: dict[tuple[str, str], Numbers]
    high: dict[tuple[str, str], Numbers]
    _bounds: dict[str, tuple[Numbers, Numbers]] = field(default_factory=dict, repr=False, compare=False)

    def total(self, process: str, name: str) -> Numbers:
        """The sum of fit or means, from below."""
        return sum(self.low[process, dimension] for dimension in SUMS[name])

    def bounds(self, quantity: str) -> tuple[Numbers, Numbers]:
        """The net evidence of a verdict number (fit_enterprise, …), from below and from above."""
        if quantity not in self._bounds:
            name, process = quantity.split("_", 1)
            low = high = sum(self.low[process, dimension] for dimension in SUMS[name]) / certainty.SCALE
            if self.high is not self.low:
                high = sum(self.high[process, dimension] for dimension in SUMS[name]) / certainty.SCALE
            self._bounds[quantity] = low, high
        return self._bounds[quantity]


@dataclass
class Walked:
    """What the walk found: the truth of every node, the sums, which processes remain possible, and what derived it.

    `wide` are the sums from below and from above, whatever the answers still open.
    """

    truth: Truth
    sums: Sums
    possible: dict[str, Bits]
    wide: Sums
    engine: str = "salespath"


def walk(base: Base, carrier: Carrier, *, settle: bool = True, plan: bool = True) -> Walked:
    """Walk the whole base: facts, evidence, verdict and plan; `possible` is empty without `settle`."""
    leaves = [carrier.test(leaf) for leaf in _fact_leaves(base, FACTS)]
    must = Truth()
    _section(base, FACTS, [(t, f) for t, f, _ in leaves], must, carrier)
    sums = wide = evidence(base, must, must, carrier)
    possible: dict[str, Bits] = {}
    if settle:
        may = Truth()
        _section(base, FACTS, [(t | u, f | u) for t, f, u in leaves], may, carrier)
        wide = Sums(evidence(base, must, may, carrier).low, evidence(base, may, must, carrier).low)
        _verdict(base, must, may, wide, carrier)
        possible = {value: may.is_true(base.value_refs["process", value]) for value in VERDICTS}
    _verdict(base, must, must, sums, carrier)
    if plan:
        _plan(base, must, carrier)
    return Walked(must, sums, possible, wide)


def supposing(base: Base, truth: Truth, process: str, carrier: Carrier) -> Truth:
    """What would hold if the verdict were another: the plan of that process for the same facts."""
    end = base.ends[VERDICT]
    found = Truth(truth.true[:end], truth.false[:end])
    for value in VERDICTS:
        ref = base.value_refs["process", value]
        so, not_so = (carrier.one, carrier.zero) if value == process else (carrier.zero, carrier.one)
        node, true, false = (ref, so, not_so) if ref >= 0 else (~ref, not_so, so)
        found.true[node], found.false[node] = true, false
    _plan(base, found, carrier)
    return found


def holds(tree: Condition, carrier: Carrier) -> tuple[Bits, Bits]:
    """Whether a condition over facts and derived numbers is true, and whether it is false."""
    if isinstance(tree, Not):
        true, false = holds(tree.item, carrier)
        return false, true
    if isinstance(tree, (And, Or)):
        every = isinstance(tree, And)
        true, false = (carrier.one, carrier.zero) if every else (carrier.zero, carrier.one)
        for t, f in (holds(item, carrier) for item in tree.items):
            true, false = (true & t, false | f) if every else (true | t, false & f)
        return true, false
    assert not isinstance(tree, Is)  # no attributes: nothing is concluded yet
    true, false, _ = carrier.test(tree)
    return true, false


def concluded(base: Base, truth: Truth, carrier: Carrier, attribute: str) -> dict[str, Bits]:
    """Which value an attribute has, by value: the one that is concluded; none where several are."""
    true = {
        value: truth.is_true(base.value_refs[attribute, value]) for value in base.knowledge.attributes[attribute].values
    }
    some = several = carrier.zero
    for bits in true.values():
        some, several = some | bits, several | some & bits
    return {value: bits & (carrier.one ^ several) for value, bits in true.items()}


def processes(base: Base, truth: Truth, carrier: Carrier) -> dict[str, Bits]:
    """Which process is recommended, by process: undetermined where none or several are concluded."""
    found = concluded(base, truth, carrier, "process")
    rest = carrier.one
    for bits in found.values():
        rest = rest & (carrier.one ^ bits)
    return {value: found[value] | rest if value == "undetermined" else found[value] for value in VERDICTS}


def _plan(base: Base, truth: Truth, carrier: Carrier) -> None:
    pairs = []
    for leaf in base.leaves[base.leaf_ends[VERDICT] : base.leaf_ends[PLAN]]:
        if isinstance(leaf, READINGS):
            pairs.append(reading(leaf, truth, truth, carrier))
        else:
            true, false, _ = carrier.test(leaf)
            pairs.append((true, false))
    _section(base, PLAN, pairs, truth, carrier)


def _fact_leaves(base: Base, section: int) -> list[Leaf]:
    return [leaf for leaf in base.leaves[: base.leaf_ends[section]] if not isinstance(leaf, READINGS)]


def _section(base: Base, section: int, leaves: list[tuple[Bits, Bits]], truth: Truth, carrier: Carrier) -> None:
    """Walk the nodes of one section, in order of their strata."""
    true, false = truth.true, truth.false
    one, zero = carrier.one, carrier.zero
    first = base.leaf_ends[section - 1] if section else 0
    for kind, refs in base.nodes[base.ends[section - 1] if section else 0 : base.ends[section]]:
        if kind == LEAF:
            t, f = leaves[refs[0] - first]
        elif kind == ALL:
            t, f = one, zero
            for ref in refs:
                if ref >= 0:
                    t, f = t & true[ref], f | false[ref]
                else:
                    t, f = t & false[~ref], f | true[~ref]
        else:
            t, f = zero, one
            for ref in refs:
                if ref >= 0:
                    t, f = t | true[ref], f & false[ref]
                else:
                    t, f = t | false[~ref], f & true[~ref]
        true.append(t)
        false.append(f)


def evidence(base: Base, speaking_for: Truth, speaking_against: Truth, carrier: Carrier) -> Sums:
    """The sum per process and dimension: of every line the strongest piece for and the strongest against."""
    total: dict[tuple[str, str], Numbers] = {(p, d): 0 for p in PROCESSES for d in DIMENSIONS}
    for group in base.evidence:
        truth = speaking_for if group.sign > 0 else speaking_against
        rest = carrier.one
        for size, rule in group.pieces:
            fired = truth.is_true(base.rule_refs[rule]) & rest
            rest = rest ^ fired
            total[group.process, group.dimension] = total[group.process, group.dimension] + group.sign * size * (
                carrier.expand(fired)
            )
    return Sums(total, total)


def _verdict(base: Base, must: Truth, may: Truth, sums: Sums, carrier: Carrier) -> None:
    """The last stratum. It is two-valued: what is not certain by then counts as not so, and open blocks become provisos."""
    del may.true[base.ends[FACTS] :], may.false[base.ends[FACTS] :]
    pairs = []
    for leaf in base.leaves[base.leaf_ends[FACTS] : base.leaf_ends[VERDICT]]:
        if isinstance(leaf, READINGS):
            pairs.append(reading(leaf, must, may, carrier))
        else:
            assert isinstance(leaf, Compare)
            pairs.append(between(leaf, sums, carrier))
    _section(base, VERDICT, pairs, may, carrier)


def reading(leaf: Reading, must: Truth, may: Truth, carrier: Carrier) -> tuple[Bits, Bits]:
    """Whether a two-valued reading can be true, and whether it can be false: with `must` for `may`, whether it is.

    A block stands where its condition is certain and no exception is. So more answers can bring it about, and can lift it.
    """
    if isinstance(leaf, Closed):
        return may.is_true(leaf.ref), carrier.one ^ must.is_true(leaf.ref)
    true, false = may.is_true(leaf.condition), carrier.one ^ must.is_true(leaf.condition)
    for exception in leaf.exceptions:
        true = true & (carrier.one ^ must.is_true(exception))
        false = false | may.is_true(exception)
    return true, false


def between(test: Compare, sums: Sums, carrier: Carrier) -> tuple[Bits, Bits]:
    """Whether a comparison of verdict numbers can be true, and whether it can be false."""
    low, high = _bounds(Arithmetic("-", test.left, test.right), sums)
    if test.operator in ("==", "!="):
        equal, differ = carrier.pack((low <= 0) & (high >= 0)), carrier.pack((low < 0) | (high > 0))
        return (equal, differ) if test.operator == "==" else (differ, equal)
    if test.operator in ("<", "<="):
        low, high = -high, -low
    operator = OPERATORS[">" if test.operator in ("<", ">") else ">="]
    return carrier.pack(operator(high, 0)), carrier.one ^ carrier.pack(operator(low, 0))


def _bounds(number: Number, sums: Sums) -> tuple[Numbers, Numbers]:
    if isinstance(number, Constant):
        return number.value, number.value
    if isinstance(number, Quantity):
        return sums.bounds(number.name)
    assert isinstance(number, Arithmetic)
    (a, b), (c, d) = _bounds(number.left, sums), _bounds(number.right, sums)
    if a is b and c is d and number.operator in ("+", "-"):  # nothing is open
        value = a + c if number.operator == "+" else a - c
        return value, value
    if number.operator in ("+", "-"):
        return (a + c, b + d) if number.operator == "+" else (a - d, b - c)
    low, high = (a * c, b * d) if number.operator == "*" else (a / c, b / d)
    factor = number.left if isinstance(number.left, Constant) else number.right
    assert isinstance(factor, Constant)
    return (low, high) if factor.value > 0 else (high, low)
