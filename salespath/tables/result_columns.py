"""The results of a batch as Arrow columns: what `report` says of one company, for all of them at once.

Nothing here loops over rows: every distinct sum, set of processes or figure is put into words once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from salespath.engine import certainty
from salespath.engine.base import Base
from salespath.engine.compile import fill, placeholders
from salespath.engine.strength import LEVELS
from salespath.engine.strength_table import strengths
from salespath.engine.table import NONE, Array, Bits, FactColumn, Rows, TableResult
from salespath.engine.unless_table import liftings
from salespath.engine.walk import SUMS
from salespath.facts.money import Rate, in_own_currency
from salespath.facts.values import Range, cell_text, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import Quantity
from salespath.rules.model import FLAG_LEVELS, PROCESSES, SOLD, VERDICTS, Advise, Warn
from salespath.tables.batch import Batch
from salespath.tables.csv_cells import guard, quote
from salespath.tables.fact_columns import values
from salespath.tables.header import PREFIX, RESULTS
from salespath.tables.word_lists import Lists, first, lists, without_repeats

TOP = 3
DIGITS = 3
REMEMBERED = 100_000  # sums: they recur from batch to batch
BETWEEN_TEXTS = " | "
TEXTS = ("reason_texts", "advice")  # the columns with words of those who wrote the rules
SIGNS = {"at_least": ">=", "at_most": "<="}


class Wording:
    """What the columns need of the base, worked out once."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.rules, topics = base.knowledge.rules, base.knowledge.topics
        self.place = {rule: place for place, rule in enumerate(self.rules)}
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


class ResultColumns:
    """The results of one batch, column by column."""

    def __init__(self, wording: Wording, batch: Batch, result: TableResult, *, strong: bool = True) -> None:
        self.wording, self.batch, self.result, self.strong = wording, batch, result, strong
        self.base = wording.base

    def typed(self) -> list[pa.Array]:
        """The columns of RESULTS as typed values."""
        found = self._columns(float)
        return [column.typed() if isinstance(column, Lists) else _decode(column) for column in found.values()]

    def text(self) -> dict[str, pa.Array | Lists]:
        """The columns of RESULTS as texts, as far as they take little room: lists as lists, repeated words as dictionaries."""
        found = {**self._columns(str), "settled": _from_codes(self.result.settled.astype(np.int8), ("no", "yes"))}
        for name in TEXTS:
            column = found[name]
            assert isinstance(column, Lists)
            found[name] = replace(column, words=guard(pa.array(column.words, pa.string())).to_pylist())
        return found

    def _columns(self, figure: Callable[[float], Any]) -> dict[str, pa.Array | Lists]:
        result = self.result
        possible = np.stack([np.packbits(result.possible >> place & 1) for place in range(len(VERDICTS))])
        reasons = self._reasons()
        found = {
            "process": _from_codes(result.process, VERDICTS),
            "lead": _from_codes(result.lead, PROCESSES),
            "leaning": _from_codes(result.leaning, PROCESSES),
            **self._sold(),
            **self._strength(),
            "settled": pa.array(result.settled),
            "settled_by": _from_codes((~result.settled).astype(np.int8), ("bounds", "unproved")),
            "possible": lists(possible, VERDICTS, result.rows),
            **self._figures(figure),
            "blockers": self._blockers(),
            "reasons": reasons,
            "reason_texts": self._texts(reasons),
            "advice": lists(self._advice(), self.wording.advice, result.rows),
            "warnings": lists(self._fired(self.wording.warnings), self.wording.warnings, result.rows),
            "flags": lists(self._flags(), [f"{level}:{rule}" for rule, level in self.wording.flags], result.rows),
            "unless": self._unless(),
            "fired": lists(result.fired, result.rules, result.rows),
        }
        return {name: found[name] for name in RESULTS}

    def _strength(self) -> dict[str, pa.Array | Lists]:
        """How firm each verdict is, and the answers that alone turn it; nothing where that was not asked."""
        if not self.strong:
            nothing = _from_codes(np.full(self.result.rows, NONE, dtype=np.int8), LEVELS)
            return {"strength": nothing, "hangs_on": lists(self._fired([]), [], self.result.rows)}
        found = strengths(self.base, self.batch.table, guessed=self.batch.guessed(self.base.vocabulary))
        return {
            "strength": _from_codes(found.level, LEVELS),
            "hangs_on": lists(found.on, found.names, self.result.rows),
        }

    def _sold(self) -> dict[str, pa.Array]:
        """How it is sold and how far the company is; nothing where the rules do not conclude it."""
        nothing = np.full(self.result.rows, NONE, dtype=np.int8)
        known = self.base.knowledge.attributes
        return {
            name: _from_codes(self.result.sold.get(name, nothing), known[name].values if name in known else ("",))
            for name in SOLD
        }

    def _flags(self) -> Bits:
        levels, none = self.result.levels, self._fired([])
        return np.concatenate([none, *(levels[key][np.newaxis] for key in self.wording.flags)])

    def _fired(self, rules: Sequence[str]) -> Bits:
        return self.result.fired[np.array([self.wording.place[rule] for rule in rules], dtype=np.intp)]

    def _figures(self, figure: Callable[[float], Any]) -> dict[str, pa.Array]:
        totals = {key: pa.array(total).dictionary_encode() for key, total in self.result.sums.items()}
        kind = pa.string() if figure is str else pa.float64()

        def column(process: str, name: str, say: Callable[[int], Any], kind: pa.DataType) -> pa.Array:
            total = totals[process, name]
            words_of = pa.array([say(n) for n in total.dictionary.to_pylist()], kind)
            return pa.DictionaryArray.from_arrays(total.indices, words_of)

        def rounded(process: str, name: str, of: Callable[[int], float]) -> pa.Array:
            return column(process, name, lambda total: figure(_rounded(of, total)), kind)

        both = [(p, name) for p in PROCESSES for name in SUMS]
        return {
            **{f"{name}_{p}": column(p, name, certainty.word, pa.string()) for p, name in both},
            **{f"certainty_{p}_{name}": rounded(p, name, certainty.certainty) for p, name in both},
            **{f"evidence_{p}_{name}": rounded(p, name, certainty.net) for p, name in both},
            **{f"dimensions_{d}_{p}": rounded(p, d, certainty.certainty) for d in DIMENSIONS for p in PROCESSES},
        }

    def _advice(self) -> Bits:
        """The plan without moves that are in place, no choice twice."""
        bits = self._fired(self.wording.advised)
        for place, rule in enumerate(self.wording.advised):
            if rule in self.result.done and rule in self.wording.moves:
                bits[place] &= ~self.result.done[rule]
        return without_repeats(bits, self.wording.advice)

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
                counted[rule] = result.fired[self.wording.place[rule]] & rest
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
        rows, codes, texts = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)], list[str]()
        for item in liftings(self.base, self.batch.table, self.result.standing):
            lead = f"{item.block}: {item.fact.id} "
            if item.amounts is None:
                assert item.value is not None
                said, which = [f"= {cell_text(item.fact, item.value)}"], np.zeros(len(item.rows), dtype=np.int64)
            else:
                amounts = item.amounts.copy()
                for rate, here in (
                    self._by_rate(item.rows, np.arange(len(amounts))) if item.fact.type == "money" else ()
                ):
                    if rate:
                        amounts[here] = [rate.own(amount) for amount in amounts[here].tolist()]
                distinct, which = np.unique(amounts, return_inverse=True)
                sign = SIGNS[item.bound]
                said = [f"{sign} {cell_text(item.fact, int(n) if n == int(n) else n)}" for n in distinct.tolist()]
            rows.append(item.rows)
            codes.append((which + len(texts)).astype(np.int32))
            texts.extend(lead + text for text in said)
        row = np.concatenate(rows)
        order = np.argsort(row, kind="stable")
        offsets = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=self.result.rows)))).astype(np.int32)
        return Lists(offsets, np.concatenate(codes)[order], texts)

    def _texts(self, reasons: Lists) -> Lists:
        """The reasons in words, the company's own figures put in."""
        row_of = np.repeat(np.arange(self.result.rows), np.diff(reasons.offsets))
        codes = np.zeros(len(reasons.codes), dtype=np.int32)
        texts: list[str] = []
        for code in np.unique(reasons.codes):
            because = self.wording.rules[reasons.words[code]].because
            for rate, here in self._by_rate(row_of, np.flatnonzero(reasons.codes == code)):
                with in_own_currency(rate):
                    said, which = self._filled(because, row_of[here])
                codes[here] = which + len(texts)
                texts.extend(said)
        return Lists(reasons.offsets, codes, texts)

    def _by_rate(self, rows: Array, places: Array) -> Iterator[tuple[Rate | None, Array]]:
        """Some places by the rate of the currency that the row of each has."""
        if self.batch.money is None:
            return iter([(None, places)])
        return ((rate, places[found]) for rate, found in self.batch.money.by_rate(rows[places]))

    def _filled(self, text: str, rows: Array) -> tuple[list[str], Array]:
        """A text with the figures of some rows: the distinct texts, and which each row has."""
        which = np.zeros(len(rows), dtype=np.int64)
        combined: list[dict[str, str]] = [{}]
        for name in dict.fromkeys(placeholders(text)):
            said, codes = self._said(name, rows)
            distinct, which = np.unique(which * len(said) + codes, return_inverse=True)
            combined = [{**combined[n // len(said)], name: said[n % len(said)]} for n in distinct.tolist()]
        return [fill(text, figures.__getitem__) for figures in combined], which

    def _said(self, name: str, rows: Array) -> tuple[list[str], Array]:
        """A fact or number in words: the distinct ones, and which each of some rows has."""
        term, column = self.base.vocabulary[name], self.batch.table.columns.get(name)
        if term.numeric:
            low, high = self._ends(name, rows)
            if low is high:
                distinct, which = np.unique(low, return_inverse=True)
                return [words(term, number) for number in distinct.tolist()], which
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


def text_cells(name: str, column: pa.Array | Lists, start: int, stop: int) -> pa.Array:
    """Some rows of a column as cells of a CSV file."""
    if not isinstance(column, Lists):
        return _decode(column.slice(start, stop - start))
    part = column.part(start, stop)
    texts_apart = name.removeprefix(PREFIX) in ("reason_texts", "unless")
    joined = part.joined(BETWEEN_TEXTS) if texts_apart else part.joined()
    return quote(joined) if any(character in word for word in part.words for character in ',"\n\r') else joined
