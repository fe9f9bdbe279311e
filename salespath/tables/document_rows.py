"""What the parts of documents are put together from, for some rows: truths, figures, sentences, and the facts behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from salespath.engine import certainty
from salespath.engine.assessment import (
    Reading,
)
from salespath.engine.base import Base
from salespath.engine.behind_rows import Behind
from salespath.engine.compile import fill
from salespath.engine.contradictions import (
    cannot_be_rows,
    otherwise_rows,
)
from salespath.engine.strength_table import turned_rows
from salespath.engine.table import Array, Bits, FactTable, Rows
from salespath.engine.unless_table import liftings
from salespath.engine.walk import holds, supposing, walk
from salespath.facts import Case, Derived
from salespath.facts.money import own_rate
from salespath.facts.values import words
from salespath.facts.vocabulary import KINDS, Relation
from salespath.report.plain import net, own, plain, round_figure
from salespath.rules.language import Constant, Number
from salespath.rules.model import PROCESSES
from salespath.tables.json_tokens import Items, Parts, Stream, Templates, hole, value_hole

T = TypeVar("T")
NOT_KNOWN = "not known"


class Chunk:
    """What is worked out for many rows at once."""

    def __init__(self, base: Base, table: FactTable, guessed: Mapping[str, Array]) -> None:
        self.base, self.table = base, table
        self.levels, self.turned = turned_rows(base, table, guessed)  # first, as it takes the most memory
        self.rows = Rows(base, table)
        self.walked = walk(base, self.rows)
        self.supposed = {process: supposing(self.walked, process) for process in PROCESSES}
        fired, stands = self.walked.fired, self.walked.stands
        self.liftings = list(
            liftings(base, table, {rule.id: stands(rule.id) & ~fired(rule.id) for rule, _ in base.blocks})
        )
        self.odd = self._odd()

    def flags(self, bits: Bits) -> Array:
        """Bits as truth values."""
        return np.unpackbits(bits, count=self.table.rows).view(bool)

    @cached_property
    def wrong(self) -> dict[str, Array]:
        """The computed numbers that cannot be, and for which rows."""
        return {name: self.flags(bits) for name, bits in cannot_be_rows(self.rows).items()}

    @cached_property
    def contradicted(self) -> list[tuple[Relation | Derived, Array]]:
        """The relations that are broken and the numbers given otherwise, in the order of telling, and for which rows."""
        vocabulary, found = self.base.vocabulary, list[tuple[Relation | Derived, Array]]()
        for kind in KINDS:
            for relation in vocabulary.relations.values():
                if relation.kind == kind:
                    found.append((relation, self.flags(holds(self.base.broken(relation.id), self.rows)[0])))
            for name, bits in otherwise_rows(self.rows).items() if kind == "impossible" else ():
                found.append((vocabulary.derived[name], self.flags(bits)))
        return found

    def _odd(self) -> Array:
        """Which rows have what is rare: a range, conclusions that contradict one another."""
        base, found = self.base, np.zeros(self.table.rows, dtype=bool)
        for column in self.table.columns.values():
            found |= column.ranged
        for attribute in base.knowledge.attributes.values():
            if not attribute.several:
                has = [self.flags(self.walked.has(attribute.id, value)) for value in attribute.values]
                found |= sum(some.astype(np.int64) for some in has) > 1
        for topic in base.knowledge.topics.values():
            choices: dict[str, dict[str, Array]] = {}
            for rule, then in base.advice.get(topic.id, ()) if topic.exclusive else ():
                by_choice, fired = choices.setdefault(then.process, {}), self.flags(self.walked.fired(rule.id))
                by_choice[then.choice] = by_choice.get(then.choice, False) | fired
            for some in choices.values():
                found |= sum(rows.astype(np.int64) for rows in some.values()) > 1
        return found


@dataclass(frozen=True)
class Answers:
    """What some rows answer to a question: the place of each answer among the values, -1 for none; the first are `given`."""

    codes: Array
    values: list[Any]
    given: int


class RowTokens:
    """Some rows of a chunk, whose amounts are in one currency, and what is put into their documents."""

    def __init__(self, chunk: Chunk, at: Array, cases: Sequence[Case], templates: Templates) -> None:
        self.base, self._chunk, self._at, self._cases, self._templates = chunk.base, chunk, at, cases, templates
        self._style, self._known = templates.style, chunk.base.knowledge
        self._stream = Stream(templates, len(at))
        self._every = self._stream.every
        truth = chunk.walked.truth
        self._true, self._false = (self._unpacked(bits) for bits in (truth.true, truth.false))
        table = FactTable(len(at), {name: cells[at] for name, cells in chunk.table.columns.items()})
        self._behind = Behind(chunk.base, table, self._true, self._false)
        self._answered: dict[str, Answers] = {}
        self._holes: dict[str, Array] = {}
        self._words: dict[str, Array] = {}
        self._facts: dict[int, Array] = {}

    def _unpacked(self, bits: list[Bits]) -> Array:
        first, last = int(self._at[0]) // 8, int(self._at[-1]) // 8 + 1
        rows = np.unpackbits(np.stack([node[first:last] for node in bits]), axis=1)
        return np.ascontiguousarray(rows[:, self._at - first * 8]).view(bool)

    def _is_true(self, ref: int) -> Array:
        found: Array = self._true[ref] if ref >= 0 else self._false[~ref]
        return found

    def _is_open(self, ref: int) -> Array:
        node = max(ref, ~ref)
        found: Array = ~(self._true[node] | self._false[node])
        return found

    def _fired(self, rule: str) -> Array:
        return self._is_true(self.base.graph.rule_refs[rule])

    def _flags(self, bits: Bits) -> Array:
        return self._chunk.flags(bits)[self._at]

    def _number(self, tree: Number) -> Array:
        """The values of a number, NaN where it is not known."""
        found = self._chunk.rows.value(tree)
        return np.broadcast_to(np.where(found.known, found.values, np.nan), self._chunk.table.rows)[self._at]

    def _answers(self, name: str) -> Answers:
        """A fact or derived number of each row, as it is given or else computed."""
        if name not in self._answered:
            self._answered[name] = self._answer(name)
        return self._answered[name]

    def _answer(self, name: str) -> Answers:
        codes, values = np.full(len(self._at), -1, dtype=np.int32), list[Any]()
        column = self._chunk.table.columns.get(name)
        if column is not None:
            rows = np.flatnonzero(column.known[self._at])
            cells = _exact(column.values[self._at[rows]])
            _, first, codes[rows] = np.unique(cells, return_index=True, return_inverse=True)
            values = [self._cases[row].values[name] for row in rows[first].tolist()]
        given = len(values)
        if name in self.base.vocabulary.derived:
            made = self._chunk.rows.computed(name)
            numbers, known = (
                np.broadcast_to(cells, self._chunk.table.rows)[self._at] for cells in (made.values, made.known)
            )
            some = np.flatnonzero(known & (codes < 0))
            distinct, inverse = np.unique(_exact(numbers[some].astype(np.float64)), return_inverse=True)
            codes[some] = len(values) + inverse
            values += distinct.view(np.float64).tolist()
        return Answers(codes, values, given)

    def _own(self, texts: Iterable[str], codes: Array, none: str = "") -> Array:
        """The tokens of texts, by their places; of -1 that of another text."""
        tokens = np.append(self._stream.own(texts), np.int32(self._templates.pool.token(none)))
        return tokens[codes]

    def _fill(self, name: str, rows: Array) -> Array:
        """What a hole is filled with in some rows."""
        kind, _, rest = name.partition(":")
        if kind == "figure":
            return self._figures(rest, rows)
        if name not in self._holes:
            self._holes[name] = getattr(self, f"_fill_{kind}")(rest)
        return self._holes[name][rows]

    def _figures(self, name: str, rows: Array) -> Array:
        """A fact or number in words, which are made where they are read first: of most answers no sentence speaks."""
        found, term = self._answers(name), self.base.vocabulary[name]
        if name not in self._words:
            self._words[name] = np.zeros(len(found.values) + 1, dtype=np.int32)
            self._words[name][-1] = self._templates.pool.token(NOT_KNOWN)
        made, codes = self._words[name], found.codes[rows]
        tokens = made[codes]
        if not tokens.all():
            new = np.unique(codes[tokens == 0])
            made[new] = self._stream.own(self._style.string(words(term, found.values[code])) for code in new.tolist())
            tokens = made[codes]
        return tokens

    def _fill_made(self, name: str) -> Array:
        made = np.broadcast_to(self._chunk.rows.made(name).values, self._chunk.table.rows)[self._at]
        distinct, codes = np.unique(made, return_inverse=True)
        term = self.base.vocabulary[name]
        return self._own((self._style.string(words(term, value)) for value in distinct.tolist()), codes)

    def _fill_value(self, name: str) -> Array:
        found = self._answers(name)
        return self._own(self._values_json(name, found.values, 3), found.codes, "null")

    def _fill_owner(self, role: str) -> Array:
        known, refs = self._known.owners, self.base.graph.owner_refs
        tokens, left = np.zeros(len(self._at), dtype=np.int32), np.ones(len(self._at), dtype=bool)
        while role in known and known[role].instead:
            so = left & self._is_true(refs[role])
            tokens[so] = self._templates.pool.token(self._style.string(role))
            left, role = left & ~so, known[role].instead
        tokens[left] = self._templates.pool.token(self._style.string(role))
        return tokens

    def _fill_company(self, _: str) -> Array:
        return self._stream.own([self._style.string(case.company) for case in self._cases])

    def _fill_file(self, _: str) -> Array:
        return self._distinct([case.file for case in self._cases])

    def _fill_row(self, _: str) -> Array:
        return self._distinct([case.row for case in self._cases])

    def _fill_line(self, name: str) -> Array:
        return self._distinct([case.line_of(name) for case in self._cases])

    def _distinct(self, values: Sequence[Any], depth: int = 0) -> Array:
        """The tokens of some values as JSON."""
        texts = dict.fromkeys(values)
        found = dict(zip(texts, self._stream.own([self._json(value, depth) for value in texts]).tolist()))
        return np.array([found[value] for value in values], dtype=np.int32)

    def _fill_weight(self, name: str) -> Array:
        kind, process, of = name.split(":")
        total = np.broadcast_to(self._chunk.walked.sums.total(process, of), self._chunk.table.rows)[self._at]
        distinct, codes = np.unique(total, return_inverse=True)
        return self._own((_weight_text(kind, weight) for weight in distinct.tolist()), codes)

    def _fill_brings(self, rule: str) -> Array:
        tree = self.base.brings(rule)
        assert tree is not None
        if isinstance(tree, Constant):
            return np.full(len(self._at), self._templates.pool.token(self._json(tree.value, 3)))
        return self._numbers_json(self._number(tree))

    def _numbers_json(self, numbers: Array, convert: Callable[[Any], Any] = lambda value: value) -> Array:
        distinct, codes = np.unique(numbers, return_inverse=True)
        texts = ("null" if math.isnan(v) else self._json(convert(v), 3) for v in distinct.tolist())
        return self._own(texts, codes)

    def _json(self, value: Any, depth: int) -> str:
        if type(value) is int or (type(value) is float and math.isfinite(value)):
            return repr(value)
        return self._style.json(plain(value, self.base), depth)

    def _values_json(self, name: str, values: Sequence[Any], depth: int) -> list[str]:
        """Answers as JSON, amounts in the currency that is shown; unlimited is no number."""
        if own_rate() is not None:
            values = [own(name, value, self.base) for value in values]
        return [self._json(None if value == math.inf else value, depth) for value in values]

    def _text(self, text: str) -> str:
        return fill(text, lambda name: hole(f"figure:{name}"))

    def _record(self, key: Any, make: Callable[[], Any], holes: Mapping[str, Any] = MappingProxyType({})) -> Parts:
        """The template of a record in a list, some of whose keys are holes or stand for all rows."""
        return self._templates.parts(key, lambda: {**plain(make(), self.base), **holes}, 2)

    def _put(self, items: Items, rows: Array, parts: Parts, **members: Callable[[Array], None]) -> None:
        """An item for some rows; a hole of a name in `members` is filled by that."""
        if not len(rows):
            return
        first, *rest = parts
        items.begin(rows, int(first))
        for part in rest:
            if isinstance(part, int):
                self._stream.put(rows, part)
            elif part in members:
                members[part](rows)
            else:
                self._stream.put(rows, self._fill(part, rows))

    def _where(self, mask: Array) -> Array:
        return self._every[mask]

    def _reads(self, asked: Sequence[tuple[Sequence[int], Array]]) -> Iterator[Callable[[Array], None]]:
        """What puts the facts behind some nodes for some rows, for each of several."""
        bits = [self._behind.read(refs, rows) for refs, rows in asked]
        return self._members([rows for _, rows in asked], bits, self._fact_tokens(4), "{}", 3)

    def _needs(self, asked: Sequence[tuple[int, Array]]) -> Iterator[Callable[[Array], None]]:
        """What puts the names of the facts that an open node needs, for each of several."""
        bits = [self._behind.needs(ref, rows) for ref, rows in asked]
        opening, comma, _, _ = self._templates.marks("[]", 3)
        pool = self._templates.pool
        names = [pool.token(self._style.json(name)) for name in self._behind.names]
        tokens = np.array([[pool.joined(mark, name) for name in names] for mark in (comma, opening)])
        every = np.broadcast_to(tokens[..., None], (*tokens.shape, len(self._at)))
        return self._members([rows for _, rows in asked], bits, every, "[]", 3)

    def _members(
        self, asked: Sequence[Array], bits: Sequence[Array], tokens: Array, brackets: str, depth: int
    ) -> Iterator[Callable[[Array], None]]:
        """What puts a set of names for each of some rows, for each of several such: of all of them at once.

        `tokens` stand for a name in a row, the first with the comma before it, the second with what opens the set.
        """
        if not asked:
            return
        rows = np.concatenate(asked)
        sets, places = self._behind.places(np.concatenate(bits))
        begins = np.diff(sets, prepend=-1) != 0
        filled = np.zeros(len(rows), dtype=bool)
        filled[sets] = True
        found, its_rows = tokens[begins.view(np.int8), places, rows[sets]], rows[sets]
        _, _, closing, empty = self._templates.marks(brackets, depth)
        closed = np.where(filled, closing, empty)
        ends = np.cumsum([0, *map(len, asked)])
        bounds = np.searchsorted(sets, ends)

        for (start, stop), (first, last) in zip(pairwise(ends.tolist()), pairwise(bounds.tolist())):

            def put(rows: Array, first: int = first, last: int = last, closed: Array = closed[start:stop]) -> None:
                self._stream.put(its_rows[first:last], found[first:last])
                self._stream.put(rows, closed)

            yield put

    def _fact_tokens(self, depth: int) -> Array:
        """Facts with their values so deep, by the place of the name and by row, as `_members` takes them."""
        if not self._style.indented:
            depth = 0
        if depth not in self._facts:
            opening, comma, _, _ = self._style.between("{}", depth - 1)
            found = np.zeros((2, len(self._behind.names), len(self._at)), dtype=np.int32)
            for place, name in enumerate(self._behind.names):
                if name in self._chunk.table.columns:
                    answers, key = self._answers(name), self._style.json(name)
                    given = answers.values[: answers.given]
                    texts = self._values_json(name, given, depth) + [""] * (len(answers.values) - answers.given)
                    for mark, tokens in zip((comma, opening), found):
                        tokens[place] = self._own([f"{mark}{key}: {text}" for text in texts], answers.codes)
            self._facts[depth] = found
        return self._facts[depth]

    def _values(self, attribute: str) -> dict[str, Array]:
        return {value: self._flags(bits) for value, bits in self._chunk.walked.values(attribute).items()}

    @cached_property
    def _processes(self) -> dict[str, Array]:
        return {value: self._flags(bits) for value, bits in self._chunk.walked.processes.items()}

    def _leads(self) -> dict[str, Array]:
        return {value: rows & self._processes["both"] for value, rows in self._values("lead").items()}

    def _leanings(self) -> dict[str, Array]:
        some = self._processes["not_yet"] | self._processes["undetermined"]
        return {value: rows & some for value, rows in self._values("leaning").items() if value != "none"}

    def _reading(self, name: str) -> Array:
        """A number as it stands among the derived ones."""
        found = self._answers(name)
        around = self._style.json(plain(Reading("value", value_hole("v")), self.base), 2)
        before, after = around.split(r'"\u0000=v\u0000"')
        unknown = self._style.json(plain(Reading("unknown"), self.base), 2)

        def text(value: Any) -> str:
            if isinstance(value, float) and not math.isfinite(value) and value != -math.inf:
                return self._style.json(plain(Reading("undefined" if math.isnan(value) else "unlimited"), self.base), 2)
            return f"{before}{self._json(own(name, value, self.base), 3)}{after}"

        return self._own(map(text, found.values), found.codes, unknown)

    def _concluded(self, name: str) -> Array:
        """What an attribute is, as it stands among the derived ones."""
        attribute, token = self._known.attributes[name], self._templates.pool.token

        def said(reading: Reading) -> int:
            return token(self._style.json(plain(reading, self.base), 2))

        if attribute.flag:
            ref = self.base.value_ref(name, "yes")
            yes = np.where(self._is_true(ref), said(Reading("value", True)), said(Reading("value", False)))
            return np.where(self._is_open(ref), said(Reading("unknown")), yes)
        codes = np.zeros(len(self._at), dtype=np.int64)
        for place, value in enumerate(attribute.values):
            codes |= self._is_true(self.base.value_ref(name, value)).astype(np.int64) << place
        distinct, inverse = np.unique(codes, return_inverse=True)
        tokens = []
        for code in distinct.tolist():
            values = [value for place, value in enumerate(attribute.values) if code >> place & 1]
            tokens.append(said(Reading("value", " and ".join(values)) if values else Reading("unknown")))
        return np.array(tokens)[inverse]


def same(item: T) -> T:
    """The item."""
    return item


def _exact(numbers: Array) -> Array:
    """Numbers as they lie in memory, so that not even 0 and -0.0 are the same; codes as they are."""
    return numbers.view(np.int64) if numbers.dtype.kind == "f" else numbers


@lru_cache(maxsize=65_536)
def _weight_text(kind: str, weight: int) -> str:
    return repr(net(weight) if kind == "net" else round_figure(certainty.certainty(weight)))
