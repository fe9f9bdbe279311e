"""The walk: one pass over the graph, the same for one company and for a table.

A *carrier* holds truth values as bits, one company or many at once. Every node yields a pair (is-true, is-false); unknown is
neither. Only `& | ^` touch the bits, so nothing here knows which carrier it walks. Where a settled verdict is asked for, a
second walk takes every undecided test as both: what is then still not true can never become true, whatever the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Protocol

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.truth_graph import ALL, FACTS, LEAF, PLAN, VERDICT, GraphLeaf, Ref, Standing, TruthGraph
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import And, Arithmetic, Compare, Condition, Constant, Is, Leaf, Not, Number, Or, Quantity
from salespath.rules.model import PROCESSES, VERDICTS, Warn

Bits = Any  # int for one company, packed numpy bytes for a table
Numbers = Any  # int or float, or a numpy array of them

FIRED, FAILED, OPEN = "fired", "failed", "open"  # what a rule or a condition is for one company
FIT = ("product", "market")
SUMS = {"fit": FIT, "means": ("capital", "team", "role")}
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
        """The sum of fit, means or a dimension, from below."""
        return sum(self.low[process, dimension] for dimension in SUMS.get(name, (name,)))

    def bounds(self, quantity: str) -> tuple[Numbers, Numbers]:
        """The net evidence of a verdict number (fit_enterprise, …), from below and from above."""
        if quantity not in self._bounds:
            name, process = quantity.split("_", 1)
            low = high = self.total(process, name) / certainty.SCALE
            if self.high is not self.low:
                high = Sums(self.high, self.high).total(process, name) / certainty.SCALE
            self._bounds[quantity] = low, high
        return self._bounds[quantity]


@dataclass(frozen=True)
class Walked:
    """What the walk found: what is true, the sums, which processes remain possible, and what derived it.

    `wide` are the sums from below and from above, whatever the answers still open. Answers are bits of the carrier: of one company
    0 or 1.
    """

    base: Base = field(repr=False)
    carrier: Carrier = field(repr=False)
    truth: Truth = field(repr=False)
    sums: Sums
    possible: dict[str, Bits]
    wide: Sums
    engine: str = "salespath"

    def fired(self, rule: str) -> Bits:
        """Whether a rule took effect."""
        return self.truth.is_true(self.base.graph.rule_refs[rule])

    def failed(self, rule: str) -> Bits:
        """Whether a rule cannot take effect, whatever else is answered."""
        return self.truth.is_false(self.base.graph.rule_refs[rule])

    def stands(self, block: str) -> Bits:
        """Whether a block stands, which it may before its exceptions are known."""
        return self.truth.is_true(self.base.graph.standing_refs[block])

    def surely_blocked(self, process: str) -> Bits:
        """Whether a process is blocked whatever else is answered."""
        return reduce(or_, map(self.fired, self.base.concluders(f"{process}_blocked", "yes")), self.carrier.zero)

    def done(self, rule: str) -> Bits:
        """Whether what a rule advises is in place."""
        return self.truth.is_true(self.base.graph.done_refs[rule])

    def levels(self, flag: str) -> dict[str, Bits]:
        """Which level a red flag has where its rule fires, by level, the gravest first."""
        then, fired, found = self.base.knowledge.rules[flag].then, self.fired(flag), dict[str, Bits]()
        assert isinstance(then, Warn)
        for level in (*then.raised, then.level):
            graver = self.base.graph.raised_refs.get((flag, level))
            here = fired if graver is None else fired & self.truth.is_true(graver)
            found[level], fired = here, fired & (self.carrier.one ^ here)
        return found

    def owner(self, role: str) -> str:
        """Who does the work of a role in one company: somebody it is known to have."""
        known, refs = self.base.knowledge.owners, self.base.graph.owner_refs
        while role in known and known[role].instead and not self.is_so(refs[role]):
            role = known[role].instead
        return role

    def has(self, attribute: str, value: str) -> Bits:
        """Whether an attribute has a value, whatever others it has."""
        return self.truth.is_true(self.base.graph.value_refs[attribute, value])

    def is_so(self, ref: Ref) -> Bits:
        """Whether what `rule_ref`, `value_ref` or `part_ref` of the base names is true; of `~` of it, whether it is false."""
        return self.truth.is_true(ref)

    def status(self, ref: Ref) -> str:
        """The same for one company: met, failed or unknown."""
        return FIRED if self.truth.is_true(ref) else FAILED if self.truth.is_false(ref) else OPEN

    def values(self, attribute: str) -> dict[str, Bits]:
        """Which value an attribute has, by value: the one that is concluded; none where several are. Nothing of no attribute."""
        found = self.base.knowledge.attributes.get(attribute)
        true = {value: self.has(attribute, value) for value in (found.values if found else ())}
        some = several = self.carrier.zero
        for bits in true.values():
            some, several = some | bits, several | some & bits
        return {value: bits & (self.carrier.one ^ several) for value, bits in true.items()}

    def value(self, attribute: str) -> str | None:
        """The value that an attribute of one company has; None where it has none or several, or is no attribute of this base."""
        return next((value for value, so in self.values(attribute).items() if so), None)

    @property
    def processes(self) -> dict[str, Bits]:
        """Which process is recommended, by process: undetermined where none or several are concluded."""
        found = self.values("process")
        some = reduce(or_, found.values(), self.carrier.zero)
        found["undetermined"] = found["undetermined"] | (self.carrier.one ^ some)
        return {value: found[value] for value in VERDICTS}

    @property
    def process(self) -> str:
        """The process that is recommended to one company."""
        return self.value("process") or "undetermined"

    @property
    def verdict(self) -> Verdict:
        """What is recommended to one company."""
        process = self.process
        lead = self.value("lead") if process == "both" else None
        leaning = self.value("leaning") if process in ("not_yet", "undetermined") else None
        return Verdict(process, lead, None if leaning == "none" else leaning)


class Verdict(NamedTuple):
    """What is recommended: `leaning` is set where `process` is not_yet or undetermined, `lead` where it is both."""

    process: str
    lead: str | None
    leaning: str | None


def walk(base: Base, carrier: Carrier, *, settle: bool = True, plan: bool = True) -> Walked:
    """Walk the whole base: facts, evidence, verdict and plan; `possible` is empty without `settle`."""
    leaves = [carrier.test(leaf) for leaf in base.tests]
    must = Truth()
    _section(base.graph, FACTS, [(t, f) for t, f, _ in leaves], must, carrier)
    sums = wide = evidence(base, must, must, carrier)
    possible: dict[str, Bits] = {}
    if settle:
        may = Truth()
        _section(base.graph, FACTS, [(t | u, f | u) for t, f, u in leaves], may, carrier)
        wide = Sums(evidence(base, must, may, carrier).low, evidence(base, may, must, carrier).low)
        _verdict(base, must, may, wide, carrier)
        possible = {value: may.is_true(base.graph.value_refs["process", value]) for value in VERDICTS}
    _verdict(base, must, must, sums, carrier)
    if plan:
        _plan(base.graph, must, carrier)
    return Walked(base, carrier, must, sums, possible, wide)


def supposing(walked: Walked, process: str) -> Walked:
    """What would hold if the verdict were another: what else it concludes, and the plan of that process for the same facts."""
    graph, carrier, truth = walked.base.graph, walked.carrier, walked.truth
    start, end = graph.ends[FACTS], graph.ends[VERDICT]
    found = Truth(truth.true[:end], truth.false[:end])
    supposed = set[int]()
    for value in VERDICTS:
        ref = graph.value_refs["process", value]
        so, not_so = (carrier.one, carrier.zero) if value == process else (carrier.zero, carrier.one)
        node, true, false = (ref, so, not_so) if ref >= 0 else (~ref, not_so, so)
        found.true[node], found.false[node] = true, false
        supposed.add(node)
    for node in range(start, end):
        kind, refs = graph.nodes[node]
        if kind != LEAF and node not in supposed:
            every, some = (found.is_true, found.is_false) if kind == ALL else (found.is_false, found.is_true)
            both, either = carrier.one, carrier.zero
            for ref in refs:
                both, either = both & every(ref), either | some(ref)
            found.true[node], found.false[node] = (both, either) if kind == ALL else (either, both)
    _plan(graph, found, carrier)
    return replace(walked, truth=found)


def holds(tree: Condition, carrier: Carrier) -> tuple[Bits, Bits]:
    """Whether a condition over facts and derived numbers is true, and whether it is false."""
    match tree:
        case Not(item):
            return holds(item, carrier)[::-1]
        case Or(items):
            return holds(And(tuple(map(Not, items))), carrier)[::-1]
        case And(items):
            true, false = carrier.one, carrier.zero
            for t, f in (holds(item, carrier) for item in items):
                true, false = true & t, false | f
            return true, false
        case Is():
            raise TypeError("nothing is concluded yet")
    return carrier.test(tree)[:2]


def _plan(graph: TruthGraph, truth: Truth, carrier: Carrier) -> None:
    _section(graph, PLAN, [_pair(leaf, truth, truth, carrier) for leaf in graph.leaves_of(PLAN)], truth, carrier)


def _pair(leaf: GraphLeaf, must: Truth, may: Truth, carrier: Carrier) -> tuple[Bits, Bits]:
    return reading(leaf, must, may, carrier) if isinstance(leaf, Standing) else carrier.test(leaf)[:2]


def _section(graph: TruthGraph, section: int, leaves: list[tuple[Bits, Bits]], truth: Truth, carrier: Carrier) -> None:
    """Walk the nodes of one section, in order of their strata."""
    true, false = truth.true, truth.false
    one, zero = carrier.one, carrier.zero
    first = graph.leaf_ends[section - 1] if section else 0
    for kind, refs in graph.nodes[graph.ends[section - 1] if section else 0 : graph.ends[section]]:
        if kind == LEAF:
            t, f = leaves[refs[0] - first]
        elif not refs:
            t, f = (one, zero) if kind == ALL else (zero, one)
        else:
            one_ref, *rest = refs
            t, f = (true[one_ref], false[one_ref]) if one_ref >= 0 else (false[~one_ref], true[~one_ref])
            if kind == ALL:
                for ref in rest:
                    if ref >= 0:
                        t, f = t & true[ref], f | false[ref]
                    else:
                        t, f = t & false[~ref], f | true[~ref]
            else:
                for ref in rest:
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
            fired = truth.is_true(base.graph.rule_refs[rule]) & rest
            rest = rest ^ fired
            key = group.process, group.dimension
            total[key] = total[key] + group.sign * size * carrier.expand(fired)
    return Sums(total, total)


def _verdict(base: Base, must: Truth, may: Truth, sums: Sums, carrier: Carrier) -> None:
    """The last stratum. It is two-valued: what is not certain by then counts as not so, and open blocks become provisos."""
    graph = base.graph
    del may.true[graph.ends[FACTS] :], may.false[graph.ends[FACTS] :]
    pairs = [
        between(leaf, sums, carrier) if isinstance(leaf, Compare) else _pair(leaf, must, may, carrier)
        for leaf in graph.leaves_of(VERDICT)
    ]
    _section(graph, VERDICT, pairs, may, carrier)


def reading(leaf: Standing, must: Truth, may: Truth, carrier: Carrier) -> tuple[Bits, Bits]:
    """Whether a two-valued reading can be true, and whether it can be false: with `must` for `may`, whether it is.

    A block stands where its condition is certain and no exception is. So more answers can bring it about, and can lift it.
    """
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
    match number:
        case Constant(value):
            return value, value
        case Quantity(name):
            return sums.bounds(name)
        case Arithmetic(operator, left, right):
            (a, b), (c, d) = _bounds(left, sums), _bounds(right, sums)
            if a is b and c is d and operator in ("+", "-"):  # nothing is open
                value = a + c if operator == "+" else a - c
                return value, value
            if operator in ("+", "-"):
                return (a + c, b + d) if operator == "+" else (a - d, b - c)
            low, high = (a * c, b * d) if operator == "*" else (a / c, b / d)
            factor = next(part.value for part in (left, right) if isinstance(part, Constant))
            return (low, high) if factor > 0 else (high, low)
    raise TypeError(number)  # no set is counted in a verdict
