"""The carrier for a table: packed bits, so that one walk assesses 65,536 companies. The only engine module that needs numpy.

`company.Company` is the reference: for every row, this says bit for bit what that says.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.engine.base import Base
from salespath.engine.contradictions import impossible_rows
from salespath.engine.intervals import BOTH_ENDS, NEAR, alike, is_range, is_rounded, limits, possible, rounded
from salespath.engine.truth_graph import PLAN
from salespath.engine.walk import OPERATORS, SUMS, walk
from salespath.facts import Case, Derived, Fact, Value
from salespath.facts.values import Range
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import Compare, Constant, Count, Known, Leaf, Member, Number, OneOf, Quantity
from salespath.rules.model import PROCESSES, SOLD, VERDICTS, Warn

Array: TypeAlias = "npt.NDArray[Any]"
Bits: TypeAlias = "npt.NDArray[np.uint8]"

CHUNK = 65_536
NONE = -1
FIGURES = (*SUMS, *DIMENSIONS)


@dataclass(frozen=True)
class FactColumn:
    """One fact of all companies, and for which it is known.

    `values` are float64 for a number (NaN where unknown), codes for a choice or yes/no (the place in the vocabulary; 0 no, 1 yes),
    bit masks for a set (bit n is the nth member), and days since 1970 for a date. Of a column with ranges `values` are the low ends
    and `high` the high ones, the same where a number is known; of one that may be undefined the low end alone is NaN.
    """

    values: Array
    known: Array
    high: Array | None = None

    def __getitem__(self, rows: slice | Array) -> FactColumn:
        """Some of the rows."""
        return FactColumn(self.values[rows], self.known[rows], None if self.high is None else self.high[rows])

    @property
    def ends(self) -> tuple[Array, Array]:
        """The low and the high end of each row."""
        return self.values, self.values if self.high is None else self.high

    @property
    def ranged(self) -> Array:
        """Where only a range is known."""
        if self.high is None:
            return np.zeros(np.shape(self.known), dtype=bool)
        found: Array = self.known & (self.values != self.high) & ~np.isnan(self.high)
        return found


UNKNOWN = FactColumn(np.array(np.nan), np.array(False))  # for all rows


def column(fact: Fact | Derived, values: Sequence[Value | None]) -> FactColumn:
    """A column from single values, None being unknown."""
    known = np.array([value is not None for value in values], dtype=bool)
    if fact.numeric:
        if not any(map(is_range, values)):
            return FactColumn(np.array([np.nan if v is None else v for v in values], dtype=np.float64), known)
        low = [np.nan if v is None else v.low if isinstance(v, Range) else v for v in values]
        high = [np.nan if v is None else v.high if isinstance(v, Range) else v for v in values]
        return FactColumn(np.array(low, dtype=np.float64), known, np.array(high, dtype=np.float64))
    if fact.type == "date":
        days = np.array(["1970-01-01" if v is None else v for v in values], dtype="datetime64[D]")
        return FactColumn(days.astype(np.int64), known)
    codes: dict[Value, int] = {value: code for code, value in enumerate(words(fact))}
    if fact.type == "set":
        masks = [sum(1 << codes[word] for word in v) if isinstance(v, frozenset) else 0 for v in values]
        return FactColumn(np.array(masks, dtype=mask_type(fact)), known)
    return FactColumn(np.array([0 if v is None else codes[v] for v in values], dtype=np.int16), known)


def words(fact: Fact | Derived) -> list[str | bool]:
    """The values of a choice, set or yes/no fact in the order of their codes."""
    return [False, True] if fact.type == "boolean" else list(fact.values)


def mask_type(fact: Fact | Derived) -> npt.DTypeLike:
    """The smallest type that holds every set of the members of a fact."""
    return np.min_scalar_type((1 << len(fact.values)) - 1)


@dataclass(frozen=True)
class FactTable:
    """The known facts of many companies. A fact without a column is unknown for all."""

    rows: int
    columns: Mapping[str, FactColumn]

    @classmethod
    def from_cases(cls, base: Base, cases: Sequence[Case]) -> FactTable:
        """The table of some companies, in their order."""
        given = {name for case in cases for name in case.values}
        vocabulary = base.vocabulary
        columns = {n: column(vocabulary[n], [case.values.get(n) for case in cases]) for n in vocabulary.ordered(given)}
        return cls(len(cases), columns)

    def __getitem__(self, rows: slice) -> FactTable:
        """Some of the rows."""
        count = len(range(*rows.indices(self.rows)))
        return FactTable(count, {name: column[rows] for name, column in self.columns.items()})


def distinct_rows(columns: Iterable[FactColumn], rows: int) -> tuple[Array, Array]:
    """The first of the rows that are alike in some columns, and of each row which of these it is like.

    What reads those columns alone comes out the same for rows that are alike; few companies know all that a search reads.
    """
    codes, kinds = np.zeros(rows, dtype=np.int64), 1
    for one in columns:
        known = np.broadcast_to(one.known, rows)
        for end in (one.values,) if one.high is None else (one.values, one.high):
            found, which = np.unique(np.broadcast_to(end, rows)[known], return_inverse=True)
            codes *= len(found) + 1
            codes[known] += which + 1
            kinds *= len(found) + 1
        if kinds > 1 << 31:  # before they do not fit any more
            found, codes = np.unique(codes, return_inverse=True)
            kinds = len(found)
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    return first, which


class PackedBits:
    """Truth values of many rows as packed bits. The bits that pad the last byte mean nothing and are never read."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.one: Bits = np.full(-(-rows // 8), 0xFF, dtype=np.uint8)
        self.zero: Bits = np.zeros_like(self.one)

    def expand(self, bits: Bits) -> Any:
        """Bits as integers."""
        return np.unpackbits(bits, axis=-1, count=self.rows).astype(np.int64)

    def pack(self, truth: Any) -> Bits:
        """Truth values as bits."""
        if isinstance(truth, np.ndarray) and truth.shape == (self.rows,):
            return np.packbits(truth)
        if np.shape(truth)[-1:] == (self.rows,):
            return np.packbits(truth, axis=-1)
        shape = np.broadcast_shapes(np.shape(truth), (self.rows,))
        return np.packbits(np.broadcast_to(truth, shape), axis=-1)


class Rows(PackedBits):
    """Truth values of the rows of a table."""

    def __init__(self, base: Base, table: FactTable) -> None:
        super().__init__(table.rows)
        self.base = base
        self.table = table
        self._numbers: dict[tuple[Number, bool], FactColumn] = {}
        self._tests: dict[Leaf, tuple[Bits, Bits, Bits]] = {}  # the plan and relations read what the verdict does, too
        self._bits: dict[object, Bits] = {}  # packed truths that several tests share

    # Numbers

    def value(self, tree: Number, *, unlimited: bool = False) -> FactColumn:
        """The values of a numeric tree. Each distinct tree is computed once."""
        key = (tree, unlimited)
        if key not in self._numbers:
            with np.errstate(all="ignore"):
                self._numbers[key] = self._value(tree, unlimited)
        return self._numbers[key]

    def _value(self, tree: Number, unlimited: bool) -> FactColumn:
        match tree:
            case Constant(value):
                return FactColumn(np.array(value), np.array(True))
            case Quantity(name):
                return self._number(name)
            case Count(name):
                return self._count(name)
        left, right = self.value(tree.left, unlimited=unlimited), self.value(tree.right, unlimited=unlimited)
        known = left.known & right.known
        made = _calculated(tree.operator, left.values, right.values, unlimited)
        if left.high is None and right.high is None:
            return FactColumn(made, known)
        low, high = _calculated_range(tree.operator, left.ends, right.ends, made, unlimited)
        return FactColumn(low, known, high)

    def _number(self, name: str) -> FactColumn:
        """A fact or derived number; a given one wins over the computed one."""
        given, vocabulary = self.table.columns.get(name), self.base.vocabulary
        if given is not None and given.high is not None:
            given = _bounded(vocabulary[name], given)
        if name not in vocabulary.derived:
            return given or UNKNOWN
        computed = self.computed(name)
        if given is None:
            return computed
        known, values = given.known | computed.known, np.where(given.known, given.values, computed.values)
        if given.high is None and computed.high is None:
            return FactColumn(values, known)
        return FactColumn(values, known, np.where(given.known, given.ends[1], computed.ends[1]))

    def computed(self, name: str) -> FactColumn:
        """A derived number from its formula, undefined where it makes no sense."""
        return _within(self.base.vocabulary.derived[name], self.made(name))

    def made(self, name: str) -> FactColumn:
        """What the formula of a derived number makes, whether or not that can be."""
        formula = self.base.formula(name)
        assert formula is not None
        return self.value(formula, unlimited=self.base.vocabulary.derived[name].unlimited)

    def _count(self, name: str) -> FactColumn:
        given = self.table.columns.get(name)
        if given is None:
            return UNKNOWN
        total: Array = np.zeros(self.rows, dtype=np.uint8)
        for place in range(len(self.base.vocabulary[name].values)):
            total = total + (given.values >> place & 1).astype(np.uint8)
        return FactColumn(np.where(given.known, total.astype(np.float64), np.nan), given.known)

    # Tests

    def test(self, leaf: Leaf) -> tuple[Bits, Bits, Bits]:
        """Whether a leaf is true, false, undecided. Each distinct one is tried once."""
        if leaf not in self._tests:
            self._tests[leaf] = self._test(leaf)
        return self._tests[leaf]

    def _test(self, leaf: Leaf) -> tuple[Bits, Bits, Bits]:
        match leaf:
            case Compare(operator, first, second):
                left, right = self.value(first), self.value(second)
                digits = is_rounded(leaf, self.base.vocabulary.derived)
                if left.high is not None or right.high is not None:
                    return self._between(operator, left, right, digits)
                # A comparison of what is unknown or undefined means nothing (and != of NaN is true), so only the rest counts.
                decided = self._decided(first, left) & self._decided(second, right)
                true = self.pack(_holds(operator, left.values, right.values, digits)) & decided
                return true, decided ^ true, self.one ^ (self._known(first, left) & self._known(second, right))
            case Known(name) if name not in self.base.vocabulary.facts:
                tree = Quantity(name)
                number = self.value(tree)
                true, open_ = self._decided(tree, number), self.one ^ self._known(tree, number)
                if number.high is None:
                    return true, self.one ^ true, open_
                unsure = self.pack(number.known & np.isnan(number.values) & ~np.isnan(number.high))
                return true, self.one ^ (true | unsure), open_ | unsure
        answer = self.table.columns.get(leaf.name)
        known = self.zero if answer is None else self._packed(leaf.name, answer.known)
        true, codes = self.zero, list(enumerate(words(self.base.vocabulary[leaf.name])))
        match leaf:
            case Known():
                return known, self.one ^ known, self.one ^ known
            case OneOf(name, values) if answer is not None:
                for code in (code for code, word in codes if word in values):
                    true = true | self._packed((name, code), answer.values == code)
            case Member(name, value) if answer is not None:
                code = next(code for code, word in codes if word == value)
                true = self._packed((name, code), answer.values >> code & 1)
        true = true & known
        return true, known ^ true, self.one ^ known

    def _between(self, operator: str, left: FactColumn, right: FactColumn, digits: bool) -> tuple[Bits, Bits, Bits]:
        """A comparison of which a side is a range: decided where it comes out the same all over both."""
        one, other, known = left.ends, right.ends, left.known & right.known
        undefined = np.isnan(one[1]) | np.isnan(other[1])
        certain = known & ~undefined & ~np.isnan(one[0]) & ~np.isnan(other[0])
        if operator in ("==", "!="):
            true = _holds("<=", one[1], other[0], digits) & _holds(">=", one[0], other[1], digits)
            false = ~(_holds(">=", one[1], other[0], digits) & _holds("<=", one[0], other[1], digits))
            if operator == "!=":
                true, false = false, true
        else:
            first, second = BOTH_ENDS[operator]
            true = _holds(operator, one[first], other[second], digits)
            false = ~_holds(operator, one[1 - first], other[1 - second], digits)
        true, false = true & certain, false & certain
        return self.pack(true), self.pack(false), self.pack(~known | ~(undefined | true | false))

    def _decided(self, tree: Number, number: FactColumn) -> Bits:
        if isinstance(tree, Constant):
            return self.one
        key = ("decided", tree)
        return self._bits[key] if key in self._bits else self._packed(key, number.known & ~np.isnan(number.values))

    def _known(self, tree: Number, number: FactColumn) -> Bits:
        return self.one if isinstance(tree, Constant) else self._packed(("known", tree), number.known)

    def _packed(self, key: object, truth: Any) -> Bits:
        """The same as `pack`, done once for tests that share it."""
        if key not in self._bits:
            self._bits[key] = self.pack(truth)
        return self._bits[key]


# The arithmetic of `intervals`, for all rows at once


def _calculated(operator: str, left: Array, right: Array, unlimited: bool) -> Array:
    found: Array
    if operator == "+":
        found = left + right
    elif operator == "-":
        found = left - right
    elif operator == "*":
        found = left * right
    else:
        found, zero = np.asarray(left / right), right == 0
        if zero.any():
            by_zero = np.where((left != 0) & ~np.isnan(left), np.inf, np.nan) if unlimited else np.nan
            np.copyto(found, by_zero, where=zero)
    return found


def _calculated_range(
    operator: str, left: tuple[Array, Array], right: tuple[Array, Array], made: Array, unlimited: bool
) -> tuple[Array, Array]:
    """The ends of what a formula makes; `made` is what it makes of the low ends, which counts where both sides are numbers."""
    (a, b), (c, d) = left, right
    point, undefined, unsure = (a == b) & (c == d), np.isnan(b) | np.isnan(d), np.isnan(a) | np.isnan(c)
    low: Any
    high: Any
    if operator in "+-":
        if operator == "-":
            c, d = -d, -c
        low, high = a + c, b + d
        unsure = unsure | ((b == np.inf) & (c == -np.inf)) | ((a == -np.inf) & (d == np.inf))
    else:
        endless = np.isinf(a) | np.isinf(b), np.isinf(c) | np.isinf(d)
        zero = (a <= 0) & (b >= 0), (c <= 0) & (d >= 0)
        if operator == "*":
            parts = a * c, a * d, b * c, b * d
            unsure = unsure | (endless[0] & zero[1]) | (zero[0] & endless[1])
        else:
            parts = a / c, a / d, b / c, b / d
            unsure = unsure | (endless[0] & endless[1]) | (zero[1] & (zero[0] if unlimited else True))
        low, high = reduce(np.minimum, parts), reduce(np.maximum, parts)
        if operator == "/":
            nothing = (c == 0) & (d == 0)
            if unlimited:
                upwards = np.where((a > 0) & (c == 0), a / d, -np.inf)
                low = np.where(zero[1], np.where(nothing, np.inf, upwards), low)
                high = np.where(zero[1], np.inf, high)
            else:
                undefined = undefined | nothing
    low = np.where(undefined | unsure, np.nan, low)
    high = np.where(undefined, np.nan, np.where(unsure, np.inf, high))
    return np.where(point, made, low), np.where(point, made, high)


def _bounded(fact: Fact | Derived, column: FactColumn) -> FactColumn:
    """A column with its ranges as the fact can be."""
    least, most = limits(fact)
    low, high, ranged = *column.ends, column.ranged
    low = np.where(ranged, np.maximum(low, least), low)
    return FactColumn(low, column.known, np.where(ranged, np.minimum(high, most), high))


def _within(number: Derived, made: FactColumn) -> FactColumn:
    """Computed numbers as they can be: outside of the declared bounds they are undefined."""
    least, most = possible(number)
    low, high = made.ends
    with np.errstate(invalid="ignore"):
        if made.high is None:
            outside = low < least if most == np.inf else (low < least) | (low > most)
            return FactColumn(np.where(outside, np.nan, low), made.known) if outside.any() else made
        inside = (low >= least) & (low <= most) & (high >= least) & (high <= most)
        nothing = (high < least) | (low > most) | np.isnan(high) | ((low == high) & ~inside)
    open_ = np.where(nothing, np.nan, np.inf)
    return FactColumn(np.where(inside, low, np.nan), made.known, np.where(inside, high, open_))


def _holds(operator: str, left: Array, right: Array, digits: bool) -> Array:
    """Whether a comparison holds in each row, with `digits` of numbers rounded to twelve digits. Of NaN it means nothing."""
    found: Array
    with np.errstate(invalid="ignore"):
        if digits and right.ndim == 0 and math.isfinite(right):
            least, most = alike(float(right))
            if operator in ("==", "!="):
                found = (left >= least) & (left <= most) if operator == "==" else (left < least) | (left > most)
            else:
                found = OPERATORS[operator](left, least if operator in ("<", ">=") else most)
            return found
        if digits and (near := _near(left, right)).any():
            near = near & (left != right) & np.isfinite(right)
            if near.any():
                left, right = (_rounded(side, near) for side in np.broadcast_arrays(left, right))
        found = OPERATORS[operator](left, right)
    return found


def _near(left: Array, right: Array) -> Array:
    """Where two numbers differ by so little that rounding may make them one."""
    apart, most = np.asarray(left - right), np.asarray(np.abs(right))
    np.abs(apart, out=apart)
    most *= NEAR
    found: Array = apart <= most
    return found


def _rounded(values: Array, where: Array) -> Array:
    """Numbers of some rows to twelve significant digits."""
    found = values.copy()
    distinct, which = np.unique(values[where], return_inverse=True)
    found[where] = np.array([rounded(value) for value in distinct.tolist()])[which]
    return found


@dataclass(frozen=True)
class TableResult:
    """What salespath says of the companies of a table, in columns and in the order of the rows.

    `process`, `lead` and `leaning` are places in VERDICTS and PROCESSES (NONE where there is none); `possible` has bit n set where
    the nth verdict is possible, and what is `settled` is so by bounds. `sums` are by process and FIGURES. `fired` and `failed` hold
    a row of packed bits for each of `rules`; what is neither is open. `done` does so for the advice that is in place, `levels` for
    each red flag and level, `standing` for the blocks that stand. `sold` holds the places of the values of SOLD, by attribute.
    Without the plan there are no rules of the plan among `rules`, and nothing in `done` and `levels`.
    """

    rows: int
    process: Array
    lead: Array
    leaning: Array
    settled: Array
    possible: Array
    sums: Mapping[tuple[str, str], Array]
    rules: tuple[str, ...]
    fired: Bits
    failed: Bits
    done: Mapping[str, Bits]
    levels: Mapping[tuple[str, str], Bits]
    standing: Mapping[str, Bits]
    sold: Mapping[str, Array]

    def unpacked(self, bits: Bits) -> Array:
        """Packed bits as one truth value a row."""
        return np.unpackbits(bits, axis=-1, count=self.rows).view(bool)


def assess_table(
    base: Base, table: FactTable, *, settle: bool = True, plan: bool = True, chunk: int = CHUNK
) -> TableResult:
    """Assess the companies of a table, `chunk` rows (rounded up to whole bytes) at a time, and so many on every core.

    Whether they are settled, and their plan, are worked out only where they are asked for.
    """
    step = max(8, -(-chunk // 8) * 8)
    starts = range(0, max(table.rows, 1), step)

    def part(start: int) -> TableResult:
        return assess_at_once(Rows(base, table[start : start + step]), settle=settle, plan=plan)

    if len(starts) == 1:
        return part(0)
    with ThreadPoolExecutor(min(len(starts), os.cpu_count() or 1)) as threads:
        return _concatenate([*threads.map(part, starts)])


def assess_at_once(carrier: Rows, *, settle: bool, plan: bool) -> TableResult:
    """The same for rows that are few enough to be walked together, whose tests may serve for more than that."""
    base, table = carrier.base, carrier.table
    walked = walk(base, carrier, settle=settle, plan=plan)
    inside = carrier.pack(True)  # all but the padding

    def flags(bits: Bits) -> Array:
        return np.unpackbits(bits, count=table.rows)

    def places(found: Mapping[str, Bits], names: Sequence[str]) -> Array:
        """The place of the one value that holds; NONE where none of these does."""
        place = np.full(table.rows, NONE, dtype=np.int8)
        for value, bits in found.items():
            if value in names:
                place += flags(bits).astype(np.int8) * np.int8(names.index(value) - NONE)
        return place

    def whole(process: str, name: str) -> Array:
        return np.broadcast_to(np.asarray(walked.sums.total(process, name), dtype=np.int64), table.rows)

    process = places(walked.processes, VERDICTS)
    lead, leaning = places(walked.values("lead"), PROCESSES), places(walked.values("leaning"), PROCESSES)
    lead[process != VERDICTS.index("both")] = NONE
    leaning[process < VERDICTS.index("not_yet")] = NONE
    possible = np.zeros(table.rows, dtype=np.uint8)
    for place, value in enumerate(VERDICTS if settle else ()):
        possible |= flags(walked.possible[value]) << np.uint8(place)
    settled = (possible != 0) & (possible & (possible - np.uint8(1)) == 0)
    settled &= flags(impossible_rows(carrier)) == 0
    rules = tuple(id_ for id_, rule in base.knowledge.rules.items() if plan or base.section(rule) != PLAN)
    return TableResult(
        rows=table.rows,
        process=process,
        lead=lead,
        leaning=leaning,
        settled=settled,
        possible=possible,
        sums={(p, name): whole(p, name) for p in PROCESSES for name in FIGURES},
        rules=rules,
        fired=np.stack([walked.fired(rule) for rule in rules]) & inside,
        failed=np.stack([walked.failed(rule) for rule in rules]) & inside,
        done={rule: walked.done(rule) & inside for rule in rules if plan and base.done_when(rule)},
        levels={
            (rule.id, level): so & inside
            for rule, then in base.knowledge.each(Warn)
            if plan and then.level
            for level, so in walked.levels(rule.id).items()
        },
        standing={rule.id: walked.stands(rule.id) & inside for rule, _ in base.knowledge.blocks},
        sold={
            name: places(walked.values(name), base.knowledge.attributes[name].values)
            for name in SOLD
            if name in base.knowledge.attributes
        },
    )


def _concatenate(parts: Sequence[TableResult]) -> TableResult:
    def joined(pieces: Sequence[Any]) -> Any:
        first = pieces[0]
        if isinstance(first, dict):
            return {key: joined([piece[key] for piece in pieces]) for key in first}
        if isinstance(first, tuple):  # the same names in all
            return first
        return sum(pieces) if isinstance(first, int) else np.concatenate(pieces, axis=-1)

    return TableResult(**{f.name: joined([getattr(part, f.name) for part in parts]) for f in fields(TableResult)})
