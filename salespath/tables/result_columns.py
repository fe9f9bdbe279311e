"""The results of a batch as Arrow columns: what `report` says of one company, for all of them at once.

Nothing here loops over rows: every distinct sum, set of processes or figure is put into words once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.compile import fill, placeholders
from salespath.engine.strength import LEVELS
from salespath.engine.strength_table import strengths
from salespath.engine.table import NONE, Array, Bits, FactColumn, Rows, TableResult
from salespath.engine.unless_table import liftings
from salespath.engine.walk import SUMS
from salespath.facts import Derived, Fact
from salespath.facts.money import Rate, in_own_currency, own_rate
from salespath.facts.values import Range, cell_text, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.words.verdict import UNKNOWN, facts_about
from salespath.rules.language import Quantity
from salespath.rules.model import FLAG_LEVELS, PROCESSES, SOLD, VERDICTS, Advise, Rule, Warn
from salespath.tables.batch import Batch
from salespath.tables.csv_cells import guard
from salespath.tables.fact_columns import values
from salespath.tables.word_lists import Blocks, Lists, first, lists, without_repeats

TOP = 3
DIGITS = 3
REMEMBERED = 100_000  # sums: they recur from batch to batch
TEXTS = ("reason_texts", "advice")  # the columns with words of those who wrote the rules
SIGNS = {"at_least": ">=", "at_most": "<="}
BETWEEN = "; "  # the items of a list in a cell
_MARK = "\0"  # stands in no text of the rules
_NO_TEXTS = pa.nulls(0, pa.string())
_FIGURES: dict[str, tuple[str, str, Callable[[int], Any]]] = {  # columns of sums: process, sum, and how it is put
    **{f"{name}_{p}": (p, name, certainty.word) for name in SUMS for p in PROCESSES},
    **{f"certainty_{p}_{name}": (p, name, certainty.certainty) for name in SUMS for p in PROCESSES},
    **{f"evidence_{p}_{name}": (p, name, certainty.net) for name in SUMS for p in PROCESSES},
    **{f"dimensions_{d}_{p}": (p, d, certainty.certainty) for d in DIMENSIONS for p in PROCESSES},
}


class Wording:
    """What the columns need of the base, worked out once."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.rules, topics = base.knowledge.rules, base.knowledge.topics
        self.blocks = [rule.id for rule, _ in base.knowledge.blocks]
        self.warnings = [rule.id for rule, then in base.knowledge.each(Warn) if not then.level]
        flags = [(rule.id, then) for rule, then in base.knowledge.each(Warn) if then.level]
        self.flags = [
            (rule, level) for level in FLAG_LEVELS for rule, then in flags if level in (*then.raised, then.level)
        ]
        pieces = [(-size, rule) for group in base.evidence if group.sign > 0 for size, rule in group.pieces]
        self.pieces = [rule for _, rule in sorted(pieces)]
        advice = [(-then.priority, rule.id, then) for rule, then in base.knowledge.each(Advise)]
        by_topic = [(topic, sorted(item for item in advice if item[2].topic == topic)) for topic in topics]
        self.advised = [rule for _, found in by_topic for _, rule, _ in found]
        parts = base.knowledge.topics_for("moves")
        self.moves = {rule for _, rule, then in advice if then.topic in parts}
        self.advice = [f"{then.topic}:{then.choice}" for _, found in by_topic for _, _, then in found]
        self._said: dict[tuple[str, Rate | None], dict[float, str]] = {}

    def numbers(self, term: Fact | Derived, numbers: Iterable[float]) -> list[str]:
        """Numbers as a person reads them, in the currency in which amounts are shown. They recur from batch to batch."""
        said = self._said.setdefault((term.id, own_rate()), {})
        if len(said) > REMEMBERED:
            said.clear()
        found = []
        for number in numbers:
            if (text := said.get(number)) is None:
                text = said[number] = words(term, number)
            found.append(text)
        return found


class ResultColumns:
    """The results of one batch, column by column."""

    def __init__(self, wording: Wording, batch: Batch, result: TableResult, *, strong: bool = True) -> None:
        self.wording, self.batch, self.result, self.strong = wording, batch, result, strong
        self.base = wording.base
        self._totals: dict[tuple[str, str], pa.DictionaryArray] = {}
        self._place = {rule: place for place, rule in enumerate(result.rules)}

    def typed(self, names: Iterable[str]) -> list[pa.Array]:
        """Some of RESULTS as typed values."""
        found = (self._column(name, pa.float64()) for name in names)
        return [column.typed() if isinstance(column, Lists) else _decode(column) for column in found]

    def text(self, name: str) -> pa.Array | Lists | Blocks:
        """One of RESULTS as texts, as far as it takes little room: lists as lists, repeated words as dictionaries."""
        if name == "fired":
            return Blocks.of(self.result.fired, self.result.rules, self.result.rows)
        if name == "settled":
            return _from_codes(self.result.settled.astype(np.int8), ("no", "yes"))
        column = self._column(name, pa.string())
        if name in TEXTS:
            assert isinstance(column, Lists)
            return replace(column, words=guard(column.texts))
        return column

    def _column(self, name: str, figure: pa.DataType) -> pa.Array | Lists:
        """One of RESULTS, with figures of some type. Only what it takes is worked out."""
        result, wording = self.result, self.wording
        if name in _FIGURES:
            return self._figure(*_FIGURES[name], figure)
        if name in SOLD:
            return self._sold(name)
        if name in ("strength", "hangs_on", "first_question"):
            return self._strength[name]
        match name:
            case "process":
                return _from_codes(result.process, VERDICTS)
            case "lead":
                return _from_codes(result.lead, PROCESSES)
            case "leaning":
                return _from_codes(result.leaning, PROCESSES)
            case "settled":
                return pa.array(result.settled)
            case "settled_by":
                return _from_codes((~result.settled).astype(np.int8), ("bounds", "unproved"))
            case "possible":
                possible = np.stack([np.packbits(result.possible >> place & 1) for place in range(len(VERDICTS))])
                return lists(possible, VERDICTS, result.rows)
            case "blockers":
                return self._blockers()
            case "reasons":
                return self._reasons
            case "reason_texts":
                return self.in_words("reasons")
            case "advice":
                return lists(self._advice(), wording.advice, result.rows)
            case "warnings":
                return lists(self._fired(wording.warnings), wording.warnings, result.rows)
            case "flags":
                return self._flag_lists
            case "unless":
                return self._unless()
            case "fired":
                return lists(result.fired, result.rules, result.rows)
        raise KeyError(name)

    @cached_property
    def _strength(self) -> dict[str, pa.Array | Lists]:
        """How firm each verdict is, the answers that alone turn it, and what to ask first; nothing where that was not asked."""
        rows = self.result.rows
        if not self.strong:
            nothing = np.full(rows, NONE, dtype=np.int8)
            return {
                "strength": _from_codes(nothing, LEVELS),
                "hangs_on": lists(self._fired([]), [], rows),
                "first_question": _from_codes(nothing, LEVELS),
            }
        found = strengths(self.base, self.batch.table, guessed=self.batch.guessed(self.base.vocabulary))
        return {
            "strength": _from_codes(found.level, LEVELS),
            "hangs_on": lists(found.on, found.names, rows),
            "first_question": _from_codes(found.first, found.questions),
        }

    def _sold(self, name: str) -> pa.Array:
        """How it is sold or how far the company is; nothing where the rules do not conclude it."""
        nothing = np.full(self.result.rows, NONE, dtype=np.int8)
        known = self.base.knowledge.attributes
        return _from_codes(self.result.sold.get(name, nothing), known[name].values if name in known else ("",))

    def _flags(self) -> Bits:
        levels, none = self.result.levels, self._fired([])
        return np.concatenate([none, *(levels[key][np.newaxis] for key in self.wording.flags)])

    def _fired(self, rules: Sequence[str]) -> Bits:
        return self.result.fired[np.array([self._place[rule] for rule in rules], dtype=np.intp)]

    def _figure(self, process: str, name: str, of: Callable[[int], Any], figure: pa.DataType) -> pa.DictionaryArray:
        """A sum in words or figures; each distinct one is put so once."""
        if (process, name) not in self._totals:
            self._totals[process, name] = pa.array(self.result.sums[process, name]).dictionary_encode()
        total = self._totals[process, name]
        if of is certainty.word:
            sums = total.dictionary.to_pylist()
            said = pa.array([*map(of, sums), UNKNOWN], pa.string())
            if 0 in sums:
                nothing = ~self.known_of(name) & (self.result.sums[process, name] == 0)
                indices = np.where(nothing, len(sums), total.indices)
                return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), said)
        else:
            numbers = [_rounded(of, n) for n in total.dictionary.to_pylist()]
            said = pa.array(map(str, numbers) if figure == pa.string() else numbers, figure)
        return pa.DictionaryArray.from_arrays(total.indices, said)

    def known_of(self, name: str) -> Array:
        """Of which rows anything is known of fit, means or a dimension."""
        columns = self.batch.table.columns
        about = (columns[fact].known for fact in facts_about(self.base.vocabulary, name, columns))
        return reduce(or_, about, np.zeros(self.result.rows, dtype=bool))

    def _advice(self) -> Bits:
        """The plan without moves that are in place, no choice twice."""
        bits = self._fired(self.wording.advised)
        for place, rule in enumerate(self.wording.advised):
            if rule in self.result.done and rule in self.wording.moves:
                bits[place] &= ~self.result.done[rule]
        return without_repeats(bits, self.wording.advice)

    @cached_property
    def _reasons(self) -> Lists:
        """The weightiest evidence that counts for the recommended process, or else for the one that it leans to."""
        result = self.result
        both = result.process == VERDICTS.index("both")
        subject = {
            p: np.packbits(both | (result.process == VERDICTS.index(p)) | (result.leaning == place))
            for place, p in enumerate(PROCESSES)
        }
        counted = {}
        for group in self.base.evidence:
            rest = subject[group.process]
            for _, rule in group.pieces if group.sign > 0 else ():
                counted[rule] = result.fired[self._place[rule]] & rest
                rest = rest & ~counted[rule]
        bits = self._fired(self.wording.pieces)
        for place, rule in enumerate(self.wording.pieces):
            bits[place] = counted[rule]
        return lists(first(bits, TOP), self.wording.pieces, result.rows)

    def _blockers(self) -> Lists:
        blocks = self.wording.blocks
        bits = np.stack([self.result.standing[rule] for rule in blocks]) if blocks else self._fired([])
        return lists(bits, blocks, self.result.rows)

    def _unless(self) -> Lists:
        """What alone lifts each block that stands: smb-cash-below-one-cycle: committed_revenue >= 325000."""
        rows, codes, texts, size = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)], [_NO_TEXTS], 0
        standing = self.result.standing.items()
        open_ = {rule: bits & ~self.result.fired[self._place[rule]] for rule, bits in standing}
        for item in liftings(self.base, self.batch.table, open_):
            lead = f"{item.block}: {item.fact.id} "
            if item.amounts is None:
                assert item.value is not None
                said, which = pa.array([cell_text(item.fact, item.value)]), np.zeros(len(item.rows), dtype=np.int64)
                sign = "="
            else:
                amounts = item.amounts.copy()
                for rate, here in (
                    self._by_rate(item.rows, np.arange(len(amounts))) if item.fact.type == "money" else ()
                ):
                    if rate:
                        amounts[here] = [rate.own(amount) for amount in amounts[here].tolist()]
                distinct, which = np.unique(amounts, return_inverse=True)
                sign = SIGNS[item.bound]
                if (distinct == (whole := distinct.astype(np.int64))).all():
                    said = pa.array(whole).cast(pa.string())  # as `cell_text` writes them
                else:
                    said = pa.array(cell_text(item.fact, int(n) if n == int(n) else n) for n in distinct.tolist())
            rows.append(item.rows)
            codes.append((which + size).astype(np.int32))
            texts.append(pc.binary_join_element_wise(f"{lead}{sign} ", said, ""))
            size += len(said)
        row = np.concatenate(rows)
        order = np.argsort(row, kind="stable")
        offsets = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=self.result.rows)))).astype(np.int32)
        return Lists(offsets, np.concatenate(codes)[order], pa.concat_arrays(texts))

    def in_words(self, name: str) -> Lists:
        """The items of `reasons`, `blockers` or `flags` in words, the company's own figures put in."""
        rules = self.wording.rules
        if name == "flags":
            return self._texts(self._flag_lists, lambda flag: _said_of(rules[flag.partition(":")[2]]))
        return self._texts(self._reasons if name == "reasons" else self._blockers(), lambda rule: rules[rule].because)

    @property
    def _flag_lists(self) -> Lists:
        return lists(self._flags(), [f"{level}:{rule}" for rule, level in self.wording.flags], self.result.rows)

    def _texts(self, reasons: Lists, text_of: Callable[[str], str]) -> Lists:
        """The texts of the items, the company's own figures put in."""
        row_of = np.repeat(np.arange(self.result.rows), np.diff(reasons.offsets))
        codes = np.zeros(len(reasons.codes), dtype=np.int32)
        texts, size = [_NO_TEXTS], 0
        order = np.argsort(reasons.codes.astype(np.int16), kind="stable")  # a base has fewer rules, and so it is fast
        distinct, begin = np.unique(reasons.codes[order], return_index=True)
        for code, places in zip(distinct.tolist(), np.split(order, begin[1:])):
            because = text_of(reasons.words[code])
            for rate, here in self._by_rate(row_of, places):
                with in_own_currency(rate):
                    said, which = self._filled(because, row_of[here])
                codes[here] = which + size
                texts.append(said)
                size += len(said)
        return Lists(reasons.offsets, codes, pa.concat_arrays(texts))

    def _by_rate(self, rows: Array, places: Array) -> Iterator[tuple[Rate | None, Array]]:
        """Some places by the rate of the currency that the row of each has."""
        if self.batch.money is None:
            return iter([(None, places)])
        return ((rate, places[found]) for rate, found in self.batch.money.by_rate(rows[places]))

    def _filled(self, text: str, rows: Array) -> tuple[pa.StringArray, Array]:
        """A text with the figures of some rows: the distinct texts, and which each row has."""
        which = np.zeros(len(rows), dtype=np.int64)
        figures: dict[str, tuple[pa.StringArray, Array]] = {}  # of each name the distinct ones, and which each text has
        for name in dict.fromkeys(placeholders(text)):
            said, codes = self._said(name, rows)
            distinct, which = np.unique(which * len(said) + codes, return_inverse=True)
            before, here = np.divmod(distinct, len(said))
            figures = {other: (those, places[before]) for other, (those, places) in figures.items()}
            figures[name] = pa.array(said, pa.string()), here
        parts = fill(text, lambda name: f"{_MARK}{name}{_MARK}").split(_MARK)  # texts and names in turn
        if not figures:
            return pa.array(parts), which
        taken = {name: those.take(pa.array(places)) for name, (those, places) in figures.items()}
        pieces = [taken[part] if place % 2 else part for place, part in enumerate(parts)]
        return pc.binary_join_element_wise(*pieces, ""), which

    def _said(self, name: str, rows: Array) -> tuple[list[str], Array]:
        """A fact or number in words: the distinct ones, and which each of some rows has."""
        term, column = self.base.vocabulary[name], self.batch.table.columns.get(name)
        if term.numeric:
            low, high = self._ends(name, rows)
            if low is high:
                distinct, which = np.unique(low, return_inverse=True)
                return self.wording.numbers(term, distinct.tolist()), which
            pairs, which = np.unique(np.stack([low, high], axis=1), axis=0, return_inverse=True)
            numbers = [one if one == other else Range(one, other) for one, other in pairs.tolist()]
            return [words(term, number) for number in numbers], which.reshape(-1)
        assert column is not None  # the base checks that what a text names is known
        distinct, which = np.unique(column.values[rows], return_inverse=True)
        found = values(term, FactColumn(distinct, np.ones(len(distinct), dtype=bool)))
        return [words(term, value) for value in found if value is not None], which

    def _ends(self, name: str, rows: Array) -> tuple[Array, Array]:
        """Both ends of a number in some rows, as given or else computed; one array where there are no ranges."""
        given, found = self.batch.table.columns.get(name), self._rows.value(Quantity(name))
        low, high = found.ends
        if given is not None and given.high is not None:  # as it was said, not as the fact can be
            low, high = (np.where(given.known, said, end) for said, end in zip(given.ends, (low, high)))
        first = np.broadcast_to(low, self.result.rows)[rows]
        return first, first if found.high is None else np.broadcast_to(high, self.result.rows)[rows]

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.base, self.batch.table)


def _said_of(rule: Rule) -> str:
    """What a red flag says."""
    return rule.then.text if isinstance(rule.then, Warn) else rule.because


def _distinct(ends: Array) -> tuple[list[tuple[float, float]], Array]:
    """The distinct numbers or ranges of rows, from their low ends and maybe high ones, and which each row has."""
    if len(ends) == 1:
        numbers, which = np.unique(ends[0], return_inverse=True)
        return [(number, number) for number in numbers.tolist()], which
    pairs, which = np.unique(ends, axis=1, return_inverse=True)
    return list(zip(*pairs.tolist())), which.reshape(-1)


@lru_cache(2 * REMEMBERED)
def _rounded(of: Callable[[int], float], total: int) -> float:
    return round(of(total), DIGITS) + 0.0


def _from_codes(codes: Array, names: Sequence[str]) -> pa.DictionaryArray:
    """Codes as words, NONE as null."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes == NONE), pa.array(names))


def _decode(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
