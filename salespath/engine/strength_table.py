"""How firm the verdicts of a table are: the search of `strength`, for all rows at once.

Each answer is tried for all rows in one walk: bits of the tests that read it have an axis more, one for each value tried, and what
does not depend on it is walked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import product
from operator import or_
from typing import NamedTuple

import numpy as np

from salespath.engine.base import Base
from salespath.engine.cells import FACTOR, PARTS, SLACK, bounds, options, turns
from salespath.engine.contradictions import impossible_rows
from salespath.engine.halving import bisect_rows, likely_turns
from salespath.engine.strength import ANSWERS, FIRM, HANGS_ON, KINDS, LEVELS, MOST, OPEN, KnownCore, Strength, core
from salespath.engine.table import NONE, Array, Bits, FactColumn, FactTable, Rows, column, distinct_rows, words
from salespath.engine.turning import RUNS, Turn, asking_order, readers, spans
from salespath.engine.walk import SUMS, walk
from salespath.facts import Derived, Fact, Value
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.language import Compare, Leaf, Quantity, inputs
from salespath.rules.model import PROCESSES, VERDICTS

CHUNK = 16_384


@dataclass(frozen=True)
class Strengths:
    """How firm the verdict of each row is: places in LEVELS, and rows of packed bits for what it hangs on.

    Each of `names` stands in `on` in the order of asking; a name stands there twice, as answers that give a process to run come
    first where none is recommended. `first` holds the places in `questions` of what to ask first, NONE where there is nothing.
    """

    level: Array
    names: tuple[str, ...]
    on: Bits
    questions: tuple[str, ...]
    first: Array


@dataclass(frozen=True)
class TurnedRows:
    """The rows, in order, whose verdict another answer to one question turns: what it turns it to, and which of that each has."""

    rows: Array
    turns: list[Turn]
    which: Array


def strengths(base: Base, table: FactTable, guessed: Mapping[str, Array] | None = None) -> Strengths:
    """How firm the verdicts of a table are. `guessed` says of facts for which rows they are."""
    found = []
    for start in range(0, max(table.rows, 1), CHUNK):
        part = slice(start, start + CHUNK)
        some = {name: rows[part] for name, rows in (guessed or {}).items()}
        found.append(_Part(base, table[part], some).strengths())
    levels, on, first = ([getattr(one, name) for one in found] for name in ("level", "on", "first"))
    one = found[0]
    return Strengths(
        np.concatenate(levels), one.names, np.concatenate(on, axis=1), one.questions, np.concatenate(first)
    )


def strength_records(base: Base, table: FactTable, guessed: Mapping[str, Array] | None = None) -> Iterator[Strength]:
    """The same row by row, as `strength` has it of one company: with the answers that turn the verdict."""
    for start in range(0, table.rows, CHUNK):
        part = slice(start, start + CHUNK)
        some = {name: rows[part] for name, rows in (guessed or {}).items()}
        yield from _Part(base, table[part], some, keep=True).records()


def turned_rows(
    base: Base, table: FactTable, guessed: Mapping[str, Array] | None = None
) -> tuple[Array, list[TurnedRows]]:
    """How firm the verdicts of a table are, as places in LEVELS, and the answers that turn them, in the order of asking."""
    part = _Part(base, table, guessed or {}, keep=True)
    found = part.strengths()
    return found.level, list(part.turns(found))


class _OtherAnswers(Rows):
    """Rows with other answers to one question; tests that do not read it are as they were."""

    def __init__(self, rows: Rows, tests: dict[Leaf, tuple[Bits, Bits, Bits]], name: str, cells: FactColumn) -> None:
        super().__init__(rows.base, FactTable(rows.table.rows, {**rows.table.columns, name: cells}))
        self.tests = tests

    def test(self, leaf: Leaf) -> tuple[Bits, Bits, Bits]:
        """Whether a leaf is true, false, undecided."""
        return self.tests[leaf] if leaf in self.tests else super().test(leaf)


class _Turned(NamedTuple):
    """For which rows another answer gives another process, for which one to run, and how far it can move the net evidence."""

    other: Bits
    run: Bits
    move: Array


class _Tried(NamedTuple):
    """What was tried of one question for the rows that it turns: values, processes (places in VERDICTS), where it applies."""

    rows: Array
    values: Array
    processes: Array
    applies: Array


class _Part:
    def __init__(self, base: Base, table: FactTable, guessed: Mapping[str, Array], *, keep: bool = False) -> None:
        self.tried: dict[str, _Tried] | None = {} if keep else None
        self.base, self.table, self.rows = base, table, Rows(base, table)
        self.known = {name: cells.known for name, cells in table.columns.items()}
        self.guessed = {name: some & self.known[name] for name, some in guessed.items() if name in self.known}
        self.tests = {leaf: self.rows.test(leaf) for leaves in readers(base).values() for leaf in leaves}
        self.walked = walk(base, self.rows, plan=False)
        self.now = self.walked.processes
        self.net = {key: self.walked.sums.total(*key) for key in product(PROCESSES, SUMS)}

    def strengths(self) -> Strengths:
        rows = self.rows
        found = {name: self._turned(name) for name in readers(self.base)}
        alone = {name: turned.other for name, turned in found.items()}
        for name in found.keys() & self.base.vocabulary.derived.keys():
            for other in found.keys() & self.base.behind([name]) - {name}:
                alone[name] = alone[name] & ~found[other].other
        names = sorted(alone, key=asking_order(self.base).__getitem__)
        running = np.bitwise_or.reduce([self.now[process] for process in RUNS])
        first = [alone[name] & found[name].run & ~running for name in names]
        bits = [*first, *(alone[name] & ~early for name, early in zip(names, first))]
        on = np.array(bits, dtype=np.uint8).reshape(len(bits), len(rows.zero)) & rows.pack(True)
        count = np.unpackbits(on, axis=1, count=self.table.rows).sum(axis=0, dtype=np.int64)
        contradictory = rows.expand(impossible_rows(rows)).astype(bool)
        open_ = contradictory | self._too_little() | self._by_means_alone() | (count > MOST)
        open_ |= rows.expand(self.now["undetermined"]).astype(bool)
        level = np.where(open_, LEVELS.index(OPEN), np.where(count, LEVELS.index(HANGS_ON), LEVELS.index(FIRM)))
        asked = self._first(found, names, on, ~contradictory)
        return Strengths(level.astype(np.int8), (*names, *names), on, tuple(asking_order(self.base)), asked)

    def _first(self, found: Mapping[str, _Turned], names: Sequence[str], on: Bits, sound: Array) -> Array:
        """What to ask first: what the verdict hangs on, else what can move the net evidence most; nothing where that is settled."""
        rows, order = self.table.rows, asking_order(self.base)
        which, most = np.full(rows, NONE), np.zeros(rows, dtype=np.int64)
        for name in names:
            further = found[name].move > most
            which[further], most = order[name], np.maximum(most, found[name].move)
        possible = sum(self.rows.expand(bits) for bits in self.walked.possible.values())
        which[(possible == 1) & sound] = NONE
        if len(on):
            hanging = np.unpackbits(on, axis=1, count=rows)
            places = np.array([order[name] for name in (*names, *names)])
            which = np.where(hanging.any(axis=0), places[hanging.argmax(axis=0)], which)
        for name in self.base.vocabulary.derived:  # a computed number is asked for by what is missing of it
            some, parts = which == order[name], sorted(self.base.facts_behind([name]), key=order.__getitem__)
            if some.any():
                missing = np.stack([self._open(part) for part in parts])
                places = np.array([order[part] for part in parts])
                which = np.where(some, places[missing.argmax(axis=0)], which)
        return which.astype(np.int16)

    def records(self) -> Iterator[Strength]:
        """How firm the verdict of each row is, with the answers that turn it."""
        found = self.strengths()
        turns: dict[int, list[Turn]] = {}
        for some in self.turns(found):
            for row, which in zip(some.rows.tolist(), some.which.tolist()):
                turns.setdefault(row, []).append(some.turns[which])
        known = self._known_core()
        for row, level in enumerate(found.level.tolist()):
            yield Strength(LEVELS[level], tuple(turns.get(row, ())), known[row])

    def turns(self, found: Strengths) -> Iterator[TurnedRows]:
        """What turns the verdicts, in the order of asking."""
        now = sum(place * self.rows.expand(self.now[process]) for place, process in enumerate(VERDICTS))
        for name, bits in zip(found.names, found.on):
            rows = np.flatnonzero(np.unpackbits(bits, count=self.table.rows))
            if len(rows):
                yield self._turns(name, rows, now)

    def _turns(self, name: str, rows: Array, now: Array) -> TurnedRows:
        """What turns the verdict of some rows: of rows for which the same was tried it is made once."""
        assert self.tried is not None
        tried, term = self.tried[name], self.base.vocabulary[name]
        some = np.searchsorted(tried.rows, rows)
        cells, members = self.table.columns.get(name), words(term) if term.type == "set" else []
        known = [*options(term)] if not term.numeric else []

        def answer(place: int, row: int) -> Value:
            if place < len(known):
                return known[place]
            assert cells is not None  # a guessed set with one member more, or less
            mask = int(cells.values[row]) ^ 1 << place - len(known)
            return frozenset(str(word) for n, word in enumerate(members) if mask >> n & 1)

        columns = [np.ascontiguousarray(cells[:, some].T) for cells in tried[1:]]
        turns: list[Turn] = []
        which, seen = [], dict[tuple[bytes, ...], int]()
        for place, (row, *key) in enumerate(zip(rows.tolist(), now[rows].tolist(), *map(_bytes_of_rows, columns))):
            if (alike := seen.setdefault(tuple(key), len(turns))) == len(turns):
                values, processes, applies = (cells[place].tolist() for cells in columns)
                pairs: list[tuple[Value, str]]
                if term.numeric:
                    by_value = {value: process for value, process, so in zip(values, processes, applies) if so}
                    pairs = [(int(v) if v == int(v) else v, VERDICTS[by_value[v]]) for v in sorted(by_value)]
                else:
                    pairs = [(answer(n, row), VERDICTS[processes[n]]) for n, so in enumerate(applies) if so]
                here = VERDICTS[now[row]]
                turned = tuple((value, process) for value, process in pairs if process != here)
                turns.append(Turn(name, turned, spans(pairs, here) if term.numeric else ()))
            which.append(alike)
        return TurnedRows(rows, turns, np.array(which))

    def _known_core(self) -> list[KnownCore]:
        """How much of the core is known, row by row."""
        core, count, kinds = self._core()
        counted = [known for name, known in self.known.items() if name in self.base.vocabulary.derived or name in core]
        answered = sum((known.astype(np.int64) for known in counted), np.zeros(self.table.rows, dtype=np.int64))
        return [KnownCore(*row, len(core)) for row in zip(count.tolist(), kinds.tolist(), answered.tolist())]

    def _too_little(self) -> Array:
        _, count, kinds = self._core()
        few: Array = (count < ANSWERS) | (kinds < KINDS)
        return few

    def _core(self) -> tuple[Mapping[str, Bits], Array, Array]:
        """Which core facts are known, how many, and in how many dimensions."""
        found = core(self.base, {name: self.rows.pack(known) for name, known in self.known.items()}, self.rows)
        count = sum(self.rows.expand(bits) for bits in found.values())
        facts = self.base.vocabulary.facts
        dimensions = [self.rows.zero] * len(DIMENSIONS)
        for name, bits in found.items():
            place = DIMENSIONS.index(facts[name].dimension)
            dimensions[place] = dimensions[place] | bits
        return found, count, sum(map(self.rows.expand, dimensions))

    def _by_means_alone(self) -> Array:
        basis, candidate = self.walked.values("basis"), self.walked.values("candidate")
        means_alone = basis.get("means_alone", self.rows.zero) & reduce(or_, candidate.values(), self.rows.zero)
        found: Array = self.rows.expand(means_alone & ~self.now["both"]).astype(bool)
        return found

    def _turned(self, name: str) -> _Turned:
        """What other answers to one question give."""
        open_, guess = self._tried(name)
        if not (open_ | guess).any():
            return _Turned(self.rows.zero, self.rows.zero, np.zeros(self.table.rows, dtype=np.int64))
        term = self.base.vocabulary[name]
        if term.numeric:
            values = np.stack(list(self._numbers(term, open_, guess)))
            applies = np.broadcast_to(open_ | guess, values.shape)
        else:
            pairs = list(self._words(term, open_, guess))
            values, applies = (np.stack([pair[place] for pair in pairs]) for place in (0, 1))
        carrier = self._otherwise(name, values)
        walked = walk(self.base, carrier, settle=False, plan=False)
        same, run = self.rows.zero, self.rows.zero
        for process, bits in walked.processes.items():
            same = same | bits & self.now[process]
            run = run | bits if process in RUNS else run
        other = carrier.pack(applies) & ~same
        moves: Array = np.zeros(self.table.rows, dtype=np.int64)
        for key, net in self.net.items():
            there = walked.sums.total(*key)
            if there is not net and np.ndim(there) == 2:  # else this question has nothing to do with it
                moves = moves + np.abs(there - net)
        most = np.where(applies & open_, moves, 0).max(axis=0)
        if self.tried is not None:
            turns = np.flatnonzero(np.unpackbits(np.bitwise_or.reduce(other, axis=0), count=self.table.rows))
            self.tried[name] = _tried(turns, values, walked.processes, applies)
        return _Turned(np.bitwise_or.reduce(other, axis=0), np.bitwise_or.reduce(other & run, axis=0), most)

    def _tried(self, name: str) -> tuple[Array, Array]:
        """For which rows an answer is tried because it is not known, and for which because it is guessed."""
        none = np.zeros(self.table.rows, dtype=bool)
        open_ = self._open(name)
        if name in self.base.vocabulary.derived:
            unknown = [self._open(part) for part in self.base.facts_behind([name])]
            open_ = self._ranged(name) | (open_ & (sum(part.astype(np.int64) for part in unknown) > 1))
        if self._ranged(name).any():  # of which but one end may be possible
            open_ = open_ & ~(self._ranged(name) & ~self.rows.value(Quantity(name)).ranged)
        return open_, self.guessed.get(name, none) & ~self._ranged(name)

    def _open(self, name: str) -> Array:
        """For which rows a fact is not known, or as a range only."""
        known = self.known.get(name)
        if known is None:
            return np.ones(self.table.rows, dtype=bool)
        found: Array = ~known | self._ranged(name)
        return found

    def _ranged(self, name: str) -> Array:
        column = self.table.columns.get(name)
        return np.zeros(self.table.rows, dtype=bool) if column is None else column.ranged

    def _words(self, term: Fact | Derived, open_: Array, guess: Array) -> Iterator[tuple[Array, Array]]:
        """The codes of what is tried that is no number, each with the rows for which it is."""
        cells = self.table.columns.get(term.id)
        for code in column(term, options(term)).values:
            so = guess & False
            if cells is not None and term.type != "set":
                near = isinstance(term, Fact) and term.ordered
                so = guess & (np.abs(cells.values - code) == 1 if near else cells.values != code)
            yield np.full(self.table.rows, code), open_ | so
        if cells is not None and term.type == "set" and guess.any():
            for place in range(len(words(term))):
                yield cells.values ^ cells.values.dtype.type(1 << place), guess

    def _numbers(self, term: Fact | Derived, open_: Array, guess: Array) -> Iterator[Array]:
        step = PARTS.get(term.type, 1)
        least, most = bounds(term)
        low, high = (np.full(self.table.rows, float(end)) for end in (least, most))
        if guess.any():
            value = self.table.columns[term.id].values[guess] * step
            ends = np.sort([value / FACTOR, value * FACTOR], axis=0)
            first, last = np.maximum(least, np.ceil(ends[0])), np.minimum(most, np.floor(ends[1]))
            low[guess], high[guess] = np.where(first <= last, [first, last], value)
        extent = self.rows.value(Quantity(term.id))
        if extent.high is not None:
            some = np.broadcast_to(extent.ranged & ~np.isnan(extent.values), open_.shape) & open_
            begin, end = np.maximum(least, extent.values[some] * step), np.minimum(most, extent.high[some] * step)
            first, last = np.ceil(begin - SLACK), np.floor(end + SLACK)
            low[some], high[some] = np.where(first <= last, [first, last], [begin, np.maximum(begin, end)])
        crossings = partial(self._crossings, term.id, step, low, high, open_ | guess)
        for point in (low, high, *turns(term, readers(self.base)[term.id], crossings)):
            yield np.clip(point, low, high) / step

    def _crossings(self, name: str, step: int, low: Array, high: Array, tried: Array, test: Compare) -> Iterator[Array]:
        """Where a test turns that joins a number with others, as in `cells.begins`; the last place again where no more."""

        def rows_with(table: FactTable, point: Array) -> Rows:
            cells = FactColumn(point / step, np.ones(table.rows, dtype=bool))
            return Rows(self.base, FactTable(table.rows, {**table.columns, name: cells}))

        def state(table: FactTable, point: Array) -> Array:
            bits = rows_with(table, point).test(test)
            true, false, open_ = (np.unpackbits(some, axis=-1, count=table.rows) for some in bits)
            found: Array = true + 2 * false + 4 * open_
            return found

        def apart(table: FactTable, point: Array) -> Array:
            rows = rows_with(table, point)
            found: Array = rows.value(test.left).values - rows.value(test.right).values
            return found

        read = {other: self.table.columns[other] for other in self.base.behind(inputs(test)) & self.known.keys()}
        read.pop(name, None)  # as it is tried with other values
        some = np.flatnonzero(tried)
        every = np.ones(len(some), dtype=bool)
        bounds = (FactColumn(end[some], every) for end in (low, high))
        first, which = distinct_rows([*(cells[some] for cells in read.values()), *bounds], len(some))
        rows = some[first]

        def table_of(some: Array) -> FactTable:
            return FactTable(len(some), {other: cells[rows[some]] for other, cells in read.items()})

        left = np.arange(len(rows))
        here, end, table = low[rows], high[rows], table_of(left)
        last = state(table, end)
        while True:
            before = state(table, here[left])
            left, before = left[further := before != last[left]], before[further]
            if not len(left):
                return
            table = table_of(left)
            likely = likely_turns(here[left], end[left], partial(apart, table))
            here[left] = bisect_rows(here[left], end[left], partial(state, table), before, likely)
            found = low.copy()
            found[some] = here[which]
            yield found

    def _otherwise(self, name: str, values: Array) -> _OtherAnswers:
        mine = {*readers(self.base)[name]}
        tests = {leaf: bits for leaf, bits in self.tests.items() if leaf not in mine}
        return _OtherAnswers(self.rows, tests, name, FactColumn(values, np.ones(values.shape, dtype=bool)))


def _tried(rows: Array, values: Array, processes: Mapping[str, Bits], applies: Array) -> _Tried:
    """What was tried of some rows; of all there are bits of the processes."""
    found = np.zeros((len(values), len(rows)), dtype=np.int8)
    for place, process in enumerate(VERDICTS):
        found += (processes[process][..., rows >> 3] >> (7 - (rows & 7)).astype(np.uint8) & 1).astype(
            np.int8
        ) * np.int8(place)
    return _Tried(rows, values[:, rows], found, applies[:, rows])


def _bytes_of_rows(cells: Array) -> list[bytes]:
    data, size = cells.tobytes(), cells.strides[0]
    return [data[at : at + size] for at in range(0, len(data), size)]
