"""Assessed batches → JSON and JSON Lines: the documents of `plain.document`, of many companies at once.

Each part of a document is put together for all rows: the sentences of a rule are put into JSON once, and a row says which of them it
has, with which figures. Rows with what is rare (ranges, conclusions that contradict one another) are assessed one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from salespath.counsel.moves import PlannedMove, first_sentence
from salespath.counsel.moves_rows import RowMove, Standing, row_moves
from salespath.engine import certainty
from salespath.engine.assess import assess, standing_out
from salespath.engine.assess_rows import assess_rows
from salespath.engine.assessment import (
    Advice,
    Assessment,
    Blocker,
    Choice,
    Contradiction,
    Fired,
    Flag,
    Proviso,
    Reading,
    Unless,
    Warning,
    receipt_of,
)
from salespath.engine.base import Base
from salespath.engine.behind_rows import Behind
from salespath.engine.compile import fill
from salespath.engine.contradictions import broken_relation, cannot_be, cannot_be_rows, given_otherwise, otherwise_rows, problem
from salespath.engine.overlays import overlays
from salespath.engine.strength import Strength
from salespath.engine.strength_table import CHUNK, strength_records
from salespath.engine.table import Array, Bits, FactTable, Rows
from salespath.engine.truth_graph import PLAN
from salespath.engine.turning import Turn
from salespath.engine.unless_table import liftings
from salespath.engine.walk import SUMS, holds, supposing, walk
from salespath.facts import Case, Derived
from salespath.facts.money import Rate, in_own_currency
from salespath.facts.values import words
from salespath.facts.vocabulary import DIMENSIONS, KINDS, Relation
from salespath.files.problems import Problem
from salespath.report.plain import ONLY_ONE, SHAPES, beside_facts, document, net, own, own_money, plain, round_figure
from salespath.rules.language import Compare, Constant, Number, Quantity, leaves
from salespath.rules.model import FLAG_LEVELS, OTHER, PROCESSES, VERDICTS, Advise, BlockProcess, Rule, Warn
from salespath.tables.batch import Batch
from salespath.tables.json_tokens import Items, Parts, Stream, Style, Templates, hole, texts_of, value_hole

PIECE = 1024  # rows put together at once: some 50 MB
FEW = 24  # rows for which it does not pay to work out all at once
RATES = 16  # of which the sentences are kept
NOT_KNOWN = "not known"


def json_bytes(base: Base, style: Style, batches: Iterable[Batch]) -> Iterator[bytes | memoryview]:
    """Assessed batches as a file of JSON or, in a style that is not indented, of JSON Lines."""
    documents, empty = Documents(base, style), True
    for batch in batches:
        parts = (batch[np.arange(at, min(batch.table.rows, at + PIECE))] for at in range(0, batch.table.rows, PIECE))
        cases = (case for part in parts for case in part.cases(base.vocabulary))
        for piece in documents.pieces(batch.table, cases, batch.guessed(base.vocabulary)):
            said = memoryview("".join(piece).encode()) if isinstance(piece, list) else texts_of(piece)
            if empty and style.indented:
                yield b"["
                said = said[1:]
            empty = False
            yield said
    if style.indented:
        yield b"[]\n" if empty else b"\n]\n"


class Documents:
    """The documents of many companies as JSON."""

    def __init__(self, base: Base, style: Style) -> None:
        self.base, self.style = base, style
        self._templates = lru_cache(RATES)(lambda rate: Templates(style))

    def pieces(
        self, table: FactTable, cases: Iterable[Case], guessed: Mapping[str, Array] | None = None
    ) -> Iterator[list[str] | pa.Array]:
        """The documents of the companies of a table, some at a time, each with what stands around it.

        `cases` are its rows, with typed facts; `guessed` says of facts for which rows they are.
        """
        rest = iter(cases)
        for start in range(0, table.rows, CHUNK):
            part = slice(start, start + CHUNK)
            some = {name: rows[part] for name, rows in (guessed or {}).items()}
            yield from self._chunk(table[part], rest, some)

    def _chunk(self, table: FactTable, cases: Iterator[Case], guessed: Mapping[str, Array]) -> Iterator[Any]:
        if table.rows <= FEW:
            yield [self._alone(case) for case in islice(cases, table.rows)]
            return
        chunk = Chunk(self.base, table, guessed)
        for start in range(0, table.rows, PIECE):
            at = np.arange(start, min(table.rows, start + PIECE))
            some = list(islice(cases, len(at)))
            odd = chunk.odd[at] | np.array([bool(case.tried or case.understood) for case in some])
            alone = self._alone_of(table, at[odd], [some[n] for n in np.flatnonzero(odd).tolist()], guessed)
            rates: dict[Rate | None, list[int]] = {}
            for n, case in enumerate(some):
                if not odd[n]:
                    rates.setdefault(case.rate, []).append(n)
            found, places = [pa.array(alone, pa.string())], [np.flatnonzero(odd)]
            for rate, members in rates.items():
                with in_own_currency(rate):
                    part = _Part(chunk, at[members], [some[n] for n in members], self._templates(rate))
                    found.append(part.documents())
                places.append(np.array(members))
            if len(rates) == 1 and not len(alone):
                yield found[-1]
            else:
                yield pa.concat_arrays(found).take(pa.array(np.argsort(np.concatenate(places))))

    def _alone(self, case: Case) -> str:
        return self._around(document(assess(self.base, case), table=True))

    def _alone_of(self, table: FactTable, at: Array, cases: list[Case], guessed: Mapping[str, Array]) -> list[str]:
        if len(cases) <= FEW:
            return [self._alone(case) for case in cases]
        some = FactTable(len(at), {name: cells[at] for name, cells in table.columns.items()})
        unsure = {name: rows[at] for name, rows in guessed.items()}
        return [self._around(document(one, table=True)) for one in assess_rows(self.base, some, cases, unsure)]

    def _around(self, said: Any) -> str:
        before, after = self.style.around
        return f"{before}{self.style.json(said)}{after}"


class Chunk:
    """What is worked out for many rows at once."""

    def __init__(self, base: Base, table: FactTable, guessed: Mapping[str, Array]) -> None:
        self.base, self.table = base, table
        self.rows = Rows(base, table)
        self.walked = walk(base, self.rows)
        self.supposed = {process: supposing(self.walked, process) for process in PROCESSES}
        self.strengths = list(strength_records(base, table, guessed))
        fired, stands = self.walked.fired, self.walked.stands
        self.liftings = list(liftings(base, table, {rule.id: stands(rule.id) & ~fired(rule.id) for rule, _ in base.blocks}))
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
        """The relations that are broken and the numbers given otherwise, in the order in which they are told, and for which rows."""
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
class _Answers:
    """What some rows answer to a question: the place of each answer among the values, -1 for none."""

    codes: Array
    values: list[Any]


class _Part:
    """Some rows of a chunk, whose amounts are in one currency."""

    def __init__(self, chunk: Chunk, at: Array, cases: Sequence[Case], templates: Templates) -> None:
        self.base, self._chunk, self._at, self._cases, self._templates = chunk.base, chunk, at, cases, templates
        self._style, self._known = templates.style, chunk.base.knowledge
        self._stream = Stream(templates, len(at))
        self._every = self._stream.every
        truth = chunk.walked.truth
        self._true, self._false = (self._unpacked(bits) for bits in (truth.true, truth.false))
        table = FactTable(len(at), {name: cells[at] for name, cells in chunk.table.columns.items()})
        self._behind = Behind(chunk.base, table, self._true, self._false)
        self._answered: dict[str, _Answers] = {}
        self._holes: dict[str, Array] = {}
        self._facts: dict[int, Array] = {}
        self._advised: list[tuple[Rule, Advise, Array, Array]] = self._advice()

    def _unpacked(self, bits: list[Bits]) -> Array:
        first, last = int(self._at[0]) // 8, int(self._at[-1]) // 8 + 1
        rows = np.unpackbits(np.stack([node[first:last] for node in bits]), axis=1)
        return np.ascontiguousarray(rows[:, self._at - first * 8]).view(bool)

    def documents(self) -> pa.Array:
        """The document of each row, with what stands around it."""
        keys = [key for key in SHAPES[Assessment] if key not in (*ONLY_ONE, "completions")]
        beside = [beside_facts(case) for case in self._cases]
        has = np.array([bool(some) for some in beside])
        before, after = self._style.around
        ends = {}
        for some, last in ((has, keys), (~has, keys[:-1])):
            text = self._style.json({key: value_hole(key) for key in last})
            ends[last[-1]] = some, self._templates.split(f"{before}{text}{after}")
        assert keys[-1] == "own"
        with_own, without = (parts for _, parts in ends.values())
        for part in without[:-1]:
            self._stream.put(self._every, part) if isinstance(part, int) else getattr(self, f"_put_{part}")()
        rows = self._every[has]
        if len(rows):
            texts = [self._style.json(plain(some, self.base), 1) for some in beside if some]
            self._stream.put(rows, with_own[-3])
            self._stream.put(rows, self._stream.own(texts))
        self._stream.put(self._every, np.where(has, with_own[-1], without[-1]))
        return self._stream.strings()

    # Truth and figures

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

    def _answers(self, name: str) -> _Answers:
        """A fact or derived number of each row, as it is given or else computed."""
        if name not in self._answered:
            self._answered[name] = self._answer(name)
        return self._answered[name]

    def _answer(self, name: str) -> _Answers:
        codes, values = np.full(len(self._at), -1, dtype=np.int32), list[Any]()
        column = self._chunk.table.columns.get(name)
        if column is not None:
            places: dict[Any, int] = {}
            for row in np.flatnonzero(column.known[self._at]).tolist():
                value = self._cases[row].values[name]
                key = (value.__class__, value) if value else repr(value)
                if key not in places:
                    places[key] = len(values)
                    values.append(value)
                codes[row] = places[key]
        if name in self.base.vocabulary.derived:
            made = self._chunk.rows.computed(name)
            numbers, known = (np.broadcast_to(cells, self._chunk.table.rows)[self._at] for cells in (made.values, made.known))
            some = np.flatnonzero(known & (codes < 0))
            distinct, inverse = np.unique(np.ascontiguousarray(numbers[some], np.float64).view(np.int64), return_inverse=True)
            codes[some] = len(values) + inverse
            values += distinct.view(np.float64).tolist()
        return _Answers(codes, values)

    def _own(self, texts: Iterable[str], codes: Array, none: str = "") -> Array:
        """The tokens of texts, by their places; of -1 that of another text."""
        tokens = np.append(self._stream.own(list(texts)), np.int32(self._templates.pool.token(none)))
        return tokens[codes]

    # What stands in holes

    def _fill(self, name: str) -> Array:
        if name not in self._holes:
            kind, _, rest = name.partition(":")
            self._holes[name] = getattr(self, f"_fill_{kind}")(rest)
        return self._holes[name]

    def _fill_figure(self, name: str) -> Array:
        found, term = self._answers(name), self.base.vocabulary[name]
        return self._own((self._style.string(words(term, value)) for value in found.values), found.codes, NOT_KNOWN)

    def _fill_made(self, name: str) -> Array:
        made = np.broadcast_to(self._chunk.rows.made(name).values, self._chunk.table.rows)[self._at]
        distinct, codes = np.unique(made, return_inverse=True)
        term = self.base.vocabulary[name]
        return self._own((self._style.string(words(term, value)) for value in distinct.tolist()), codes)

    def _fill_value(self, name: str) -> Array:
        """An answer as JSON; unlimited is no number."""
        found = self._answers(name)
        texts = (self._json(None if v == math.inf else own(name, v, self.base), 3) for v in found.values)
        return self._own(texts, found.codes, "null")

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

    # Sentences of the rules

    def _text(self, text: str) -> str:
        return fill(text, lambda name: hole(f"figure:{name}"))

    def _record(self, key: Any, make: Callable[[], Any], depth: int = 2, **holes: Any) -> Parts:
        """The template of a record, some of whose keys are holes or stand for all rows."""

        def said() -> Any:
            return {**plain(make(), self.base), **holes}

        return self._templates.parts(key, said, depth)

    def _put(self, items: Items, rows: Array, parts: Parts, **members: Callable[[Array], None]) -> None:
        """An item for some rows; a hole of a name in `members` is filled by that."""
        if not len(rows):
            return
        items.begin(rows)
        for part in parts:
            if isinstance(part, int):
                self._stream.put(rows, part)
            elif part in members:
                members[part](rows)
            else:
                self._stream.put(rows, self._fill(part)[rows])

    def _where(self, mask: Array) -> Array:
        return self._every[mask]

    def _read(self, *refs: int) -> Callable[[Array], None]:
        """Puts the facts behind some nodes."""

        def put(rows: Array) -> None:
            self._members(rows, self._behind.read(refs, rows), self._fact_tokens(4), "{}", 3)

        return put

    def _needs(self, ref: int) -> Callable[[Array], None]:
        """Puts the names of the facts that an open node needs."""
        names = self._behind.names
        tokens = np.array([self._templates.pool.token(self._style.json(name)) for name in names])

        def put(rows: Array) -> None:
            self._members(rows, self._behind.needs(ref, rows), np.broadcast_to(tokens[:, None], (len(names), len(self._at))), "[]", 3)

        return put

    def _members(self, rows: Array, bits: Array, tokens: Array, brackets: str, depth: int) -> None:
        """Sets of names, each as what stands for the name in its row."""
        opening, comma, closing, empty = self._templates.marks(brackets, depth)
        sets, places = self._behind.places(bits)
        found = np.empty((len(sets), 2), dtype=np.int32)
        found[:, 0] = comma
        found[:, 1] = tokens[places, rows[sets]]
        filled = np.zeros(len(rows), dtype=bool)
        if len(sets):
            found[np.concatenate(([True], sets[1:] != sets[:-1])), 0] = opening
            filled[sets] = True
            self._stream.put(np.repeat(rows[sets], 2), found.reshape(-1))
        self._stream.put(rows, np.where(filled, closing, empty))

    def _fact_tokens(self, depth: int) -> Array:
        """Facts with their values so deep, by the place of the name and by row."""
        if not self._style.indented:
            depth = 0
        if depth not in self._facts:
            found = np.zeros((len(self._behind.names), len(self._at)), dtype=np.int32)
            for place, name in enumerate(self._behind.names):
                if name in self._chunk.table.columns:
                    answers, key = self._answers(name), self._style.json(name)
                    texts = [
                        f"{key}: {self._json(own(name, value, self.base), depth)}" if so else ""
                        for value, so in zip(answers.values, self._given(name, answers))
                    ]
                    found[place] = self._own(texts, answers.codes)
            self._facts[depth] = found
        return self._facts[depth]

    def _given(self, name: str, answers: _Answers) -> list[bool]:
        """Which answers stand in the facts; the others are computed."""
        rows = self._chunk.table.columns[name].known[self._at]
        found = np.zeros(len(answers.values), dtype=bool)
        found[answers.codes[rows]] = True
        return found.tolist()

    # The parts of the document, in its order

    def _put_company(self) -> None:
        self._stream.put(self._every, self._stream.own([self._style.json(case.company) for case in self._cases]))

    def _put_name(self, found: Mapping[str, Array]) -> None:
        """The name that a row has, or null."""
        tokens = np.full(len(self._at), self._templates.pool.token("null"), dtype=np.int32)
        for name, rows in found.items():
            tokens[rows] = self._templates.pool.token(self._style.json(name))
        self._stream.put(self._every, tokens)

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

    def _put_process(self) -> None:
        self._put_name(self._processes)

    def _put_lead(self) -> None:
        self._put_name(self._leads())

    def _put_leaning(self) -> None:
        self._put_name(self._leanings())

    def _put_motion(self) -> None:
        self._put_name(self._values("motion"))

    def _put_second_motion(self) -> None:
        self._put_name(self._values("second_motion"))

    def _put_stage(self) -> None:
        self._put_name(self._values("stage"))

    @cached_property
    def _settled(self) -> Array:
        possible = sum(self._flags(bits).astype(np.int64) for bits in self._chunk.walked.possible.values())
        impossible = np.zeros(len(self._at), dtype=bool)
        for item, rows in self._contradictions():
            if item.kind == "impossible":
                impossible |= rows
        return (possible == 1) & ~impossible

    def _put_settled(self) -> None:
        self._stream.put(self._every, np.where(self._settled, *map(self._templates.pool.token, ("true", "false"))))

    def _put_settled_by(self) -> None:
        self._put_name({"bounds": self._settled, "unproved": ~self._settled})

    def _put_possible(self) -> None:
        items = Items(self._stream, 1)
        for value in VERDICTS:
            rows = self._where(self._flags(self._chunk.walked.possible[value]))
            self._put(items, rows, self._templates.parts(("name", value), lambda value=value: value, 2))
        items.close()

    def _put_whole(self, key: str, make: Callable[[], Any]) -> None:
        for part in self._templates.parts(key, make, 1):
            self._stream.put(self._every, part if isinstance(part, int) else self._fill(part))

    def _put_certainty(self) -> None:
        self._put_whole("certainty", lambda: {p: {n: value_hole(f"weight:factor:{p}:{n}") for n in SUMS} for p in PROCESSES})

    def _put_evidence(self) -> None:
        self._put_whole("evidence", lambda: {p: {n: value_hole(f"weight:net:{p}:{n}") for n in SUMS} for p in PROCESSES})

    def _put_dimensions(self) -> None:
        self._put_whole(
            "dimensions", lambda: {d: {p: value_hole(f"weight:factor:{p}:{d}") for p in PROCESSES} for d in DIMENSIONS}
        )

    def _put_blockers(self) -> None:
        items, graph = Items(self._stream, 1), self.base.graph
        for rule, then in self.base.blocks:
            stands, fired = self._is_true(graph.standing_refs[rule.id]), self._fired(rule.id)

            def made(rule: Rule = rule, then: BlockProcess = then) -> Blocker:
                because, remedy = self._text(rule.because), self._text(then.remedy)
                return Blocker(then.process, rule.id, because, remedy, hole(f"owner:{then.owner}"), {})

            parts = self._record(("block", rule.id), made, facts=value_hole("read"))
            for some, refs in ((stands & fired, graph.rule_refs), (stands & ~fired, graph.condition_refs)):
                self._put(items, self._where(some), parts, read=self._read(refs[rule.id]))
        items.close()

    def _put_provisos(self) -> None:
        items, graph = Items(self._stream, 1), self.base.graph
        for rule, then in self.base.blocks:
            ref = graph.rule_refs[rule.id]
            rows = self._where(self._is_open(ref) & ~self._is_true(graph.standing_refs[rule.id]))
            if len(rows):
                made = Proviso(then.process, rule.id, ())
                parts = self._record(("proviso", rule.id), lambda made=made: made, needs=value_hole("needs"))
                self._put(items, rows, parts, needs=self._needs(ref))
        items.close()

    def _advice(self) -> list[tuple[Rule, Advise, Array, Array]]:
        """The plan in its order: what is advised, for which rows, and for which of them it is in place."""
        found = []
        for topic in self._known.topics.values():
            advice = self.base.advice.get(topic.id, ())
            for rule, then in sorted(advice, key=lambda pair: (-pair[1].priority, pair[0].id)):
                rows, done = self._fired(rule.id), np.zeros(len(self._at), dtype=bool)
                if self.base.done_when(rule.id) is not None:
                    done = self._is_true(self.base.graph.done_refs[rule.id])
                rows = rows & ~done if topic.part == "moves" else rows
                if rows.any():
                    found.append((rule, then, rows, done))
        return found

    def _as_advice(self, rule: Rule, then: Advise, done: bool) -> Advice:
        text, because, short = map(self._text, (then.text, rule.because, then.short))
        steps, owner = tuple(map(self._text, then.steps)), hole(f"owner:{then.owner}")
        return Advice(then.topic, then.choice, then.process, text, steps, owner, because, (rule.id,), done, short)

    def _put_advice(self) -> None:
        items = Items(self._stream, 1)
        for rule, then, there, in_place in self._advised:
            for done in (False, True):
                rows = self._where(there & (in_place == done))
                if len(rows):
                    parts = self._record(("advice", rule.id, done), lambda r=rule, t=then, d=done: self._as_advice(r, t, d))
                    self._put(items, rows, parts)
        items.close()

    def _put_warnings(self) -> None:
        items = Items(self._stream, 1)
        for rule, then in self.base.each(Warn):
            rows = self._where(self._fired(rule.id)) if not then.level else ()
            if len(rows):

                def made(rule: Rule = rule, then: Warn = then) -> Warning:
                    return Warning(rule.id, self._text(then.text), self._text(rule.because))

                self._put(items, rows, self._record(("warning", rule.id), made))
        items.close()

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

    def _put_derived(self) -> None:
        items = Items(self._stream, 1, "{}")
        names = [*self.base.vocabulary.derived, *(a.id for a in self._known.attributes.values() if a.flag or not a.verdict)]
        for name in dict.fromkeys(names):
            items.begin(self._every)
            self._stream.put(self._every, self._templates.pool.token(f"{self._style.json(name)}: "))
            tokens = self._concluded(name) if name in self._known.attributes else self._reading(name)
            self._stream.put(self._every, tokens)
        items.close()

    def _put_metrics(self) -> None:
        items, seen = Items(self._stream, 1, "{}"), dict[str, Array]()
        for _, then, there, _ in self._advised:
            if self._known.topics[then.topic].metrics:
                name = then.choice
                before = seen.get(name, np.zeros(len(self._at), dtype=bool))
                seen[name] = there | before
                rows = self._where(there & ~before)
                if len(rows):
                    items.begin(rows)
                    self._stream.put(rows, self._templates.pool.token(f"{self._style.json(name)}: "))
                    attribute = self._known.attributes.get(name)
                    concluded = attribute and (attribute.flag or not attribute.verdict)
                    self._stream.put(rows, (self._concluded(name) if concluded else self._reading(name))[rows])
        items.close()

    def _put_facts(self) -> None:
        given = [name for name in self._behind.names if name in self._chunk.table.columns]
        items, tokens = Items(self._stream, 1, "{}"), self._fact_tokens(2)
        for name in given:
            rows = self._where(self._chunk.table.columns[name].known[self._at])
            items.begin(rows)
            self._stream.put(rows, tokens[self._behind.names.index(name), rows])
        items.close()

    def _put_fired(self) -> None:
        items, counted = Items(self._stream, 1), self._counted()
        for rule in self._known.rules.values():
            ref = self.base.rule_ref(rule.id)
            fired = self._is_true(ref)
            for weight in (0, 1):
                counts = counted.get(rule.id)
                some = (fired if not weight else fired & False) if counts is None else fired & (counts == bool(weight))
                rows = self._where(some)
                if len(rows):

                    def made(rule: Rule = rule, weight: int = weight) -> Fired:
                        return Fired(rule.id, self._text(rule.because), rule.source, {}, weight)

                    parts = self._record(("fired", rule.id, weight), made, facts=value_hole("read"))
                    self._put(items, rows, parts, read=self._read(ref))
        items.close()

    def _counted(self) -> dict[str, Array]:
        """For which rows each piece of evidence counts."""
        found = {}
        for group in self.base.evidence:
            rest = np.ones(len(self._at), dtype=bool)
            for _, rule in group.pieces:
                fired = self._fired(rule)
                found[rule] = fired & rest
                rest &= ~fired
        return found

    def _put_conflicts(self) -> None:
        self._stream.put(self._every, self._templates.pool.token("[]"))  # rows that have some are odd

    def _contradictions(self) -> Iterator[tuple[Contradiction, Array]]:
        """What contradicts itself in which rows, the impossible first."""
        for about, rows in self._chunk.contradicted:
            some = rows[self._at]
            if not some.any():
                continue
            if isinstance(about, Relation):
                yield broken_relation(self.base, about, lambda name: hole(f"figure:{name}")), some
            else:
                yield given_otherwise(self.base, about, hole(f"figure:{about.id}"), hole(f"made:{about.id}")), some

    def _put_contradictions(self) -> None:
        items = Items(self._stream, 1)
        for item, some in self._contradictions():
            self._put(items, self._where(some), self._record(("contradiction", item.id), lambda item=item: item))
        items.close()

    def _put_problems(self) -> None:
        items, told, nobody = Items(self._stream, 1), list(self._contradictions()), Case(hole("company:"))

        def put(key: Any, make: Callable[[], Problem], name: str, some: Array) -> None:
            at = {"file": value_hole("file:"), "line": value_hole(f"line:{name}"), "row": value_hole("row:")}
            self._put(items, self._where(some), self._record(key, make, **at))

        for item, some in told:
            if item.kind == "impossible":
                put(("problem", item.id), lambda item=item: problem(nobody, item), item.ask[0], some)
        for name, wrong in self._chunk.wrong.items():
            number, some = self.base.vocabulary.derived[name], wrong[self._at]
            for item, rows in told if some.any() else ():
                if self.base.inputs_of(name) <= {*item.facts}:
                    some = some & ~rows
            put(("wrong", name), lambda n=number: cannot_be(nobody, n, hole(f"made:{n.id}")), name, some)
        items.close()

    def _put_receipt(self) -> None:
        whole = [o for o in self._known.overlays if o.switched_off]
        said = [(case.rates, list(overlays(self.base, case.values)) if whole else [*self._known.overlays]) for case in self._cases]
        found: dict[str, int] = {}
        tokens = []
        for case, (rates, over) in zip(self._cases, said):
            key = repr((rates, over))
            if key not in found:
                receipt = receipt_of(self.base, case, self._chunk.walked.engine, over)
                found[key] = self._templates.pool.token(self._style.json(plain(receipt, self.base), 1))
            tokens.append(found[key])
        self._stream.put(self._every, np.array(tokens))

    def _put_strength(self) -> None:
        strengths = [self._chunk.strengths[row] for row in self._at.tolist()]
        texts = [self._strength(some) for some in strengths]
        self._stream.put(self._every, self._stream.own(texts))

    def _strength(self, strength: Strength) -> str:
        opening, comma, closing, empty = self._style.between("[]", 2)
        on = [self._turn(turn) for turn in strength.on]
        said = f"{opening}{comma.join(on)}{closing}" if on else empty
        return self._frame(strength.level).replace(r'"\u0000=on\u0000"', said)

    def _frame(self, level: Any) -> str:
        shape = {key: read if key != "on" else (lambda item, base: value_hole("on")) for key, read in SHAPES[Strength].items()}
        return self._style.json(plain(Strength(level, (), None), self.base, {Strength: shape}), 1)

    def _turn(self, turn: Turn) -> str:
        return self._style.json(plain(turn, self.base), 3)

    def _put_unless(self) -> None:
        items = Items(self._stream, 1)
        for item in self._chunk.liftings:
            at = np.searchsorted(item.rows, self._at)
            at[at == len(item.rows)] = 0
            here = item.rows[at] == self._at if len(item.rows) else np.zeros(len(self._at), dtype=bool)
            rows = self._where(here)
            if not len(rows):
                continue
            one = Unless(item.block, item.fact.id, item.bound, None, item.value)
            amounts = value_hole("amount") if item.amounts is not None else None
            parts = self._record(
                ("unless", item.block, item.fact.id, item.bound, item.value), lambda one=one: one, amount=amounts
            )

            def put(rows: Array, item: Any = item, at: Array = at) -> None:
                values = item.amounts[at[rows]]
                distinct, codes = np.unique(values, return_inverse=True)
                texts = (
                    self._json(own(item.fact.id, int(v) if v == int(v) else v, self.base), 3) for v in distinct.tolist()
                )
                self._stream.put(rows, self._own(texts, codes))

            self._put(items, rows, parts, amount=put)
        items.close()

    def _put_choices(self) -> None:
        items, processes, leanings = Items(self._stream, 1), self._processes, self._leanings()
        none = (processes["not_yet"] | processes["undetermined"]) & ~np.any([*leanings.values()], axis=0)
        for topic in self._known.topics.values():
            advice = self.base.advice.get(topic.id, ()) if topic.between else ()
            for supposed in (*PROCESSES, "both") if advice else ():
                by_verdict = processes[supposed]
                rows = by_verdict | (leanings.get(supposed, False) | none if supposed in PROCESSES else False)
                if not rows.any():
                    continue
                fired = {}
                for rule, _ in advice:
                    fired[rule.id] = self._fired(rule.id) & by_verdict
                    if supposed in PROCESSES:
                        other = self._flags(self._chunk.supposed[supposed].fired(rule.id))
                        fired[rule.id] = fired[rule.id] | other & rows & ~by_verdict
                self._put_choice(items, topic, supposed, advice, fired)
        items.close()

    def _put_choice(self, items: Items, topic: Any, supposed: str, advice: Any, fired: Mapping[str, Array]) -> None:
        """What a topic comes to for a process, for the rows for which some of its advice speaks."""
        owners = list(dict.fromkeys(then.process for _, then in advice))
        count = len(self._at)
        first = {owner: np.full(count, len(advice)) for owner in owners}
        for place, (rule, then) in reversed(list(enumerate(advice))):
            first[then.process] = np.where(fired[rule.id], place, first[then.process])
        has = first[supposed] < len(advice) if supposed in owners else np.zeros(count, dtype=bool)
        for rank in range(len(owners)):
            for owner in owners:
                before = sum((first[other] < first[owner]).astype(np.int64) for other in owners)
                left = (before == rank) & (first[owner] < len(advice)) & (True if owner == supposed else ~has)
                mine = [pair for pair in advice if pair[1].process == owner]
                for rule, then in sorted(mine, key=lambda pair: standing_out(topic, pair[1]), reverse=True):
                    some = left & fired[rule.id]
                    left = left & ~some
                    process = supposed if owner == "any" else owner

                    def made(rule: Rule = rule, then: Advise = then, process: Any = process) -> Choice:
                        return Choice(topic.id, process, then.choice, self._text(rule.because), rule.id)

                    rows = self._where(some)
                    if len(rows):
                        self._put(items, rows, self._record(("choice", topic.id, rule.id, process), made))

    def _raised(self) -> Iterator[tuple[Rule, Warn, str, Array]]:
        """The red flags of the rows, the gravest first, else in the order of the rules."""
        levels = {rule.id: self._chunk.walked.levels(rule.id) for rule, then in self.base.each(Warn) if then.level}
        for level in FLAG_LEVELS:
            for rule, then in self.base.each(Warn):
                bits = levels.get(rule.id, {}).get(level)
                some = None if bits is None else self._flags(bits)
                if some is not None and some.any():
                    yield rule, then, level, some

    def _put_flags(self) -> None:
        items = Items(self._stream, 1)
        for rule, then, level, some in self._raised():
            left = some
            for figure in (*then.figure, ""):
                here = left & (self._answers(figure).codes >= 0) if figure else left
                left = left & ~here
                if here.any():
                    self._put_flag(items, rule, then, level, figure, here)
        items.close()

    def _put_flag(self, items: Items, rule: Rule, then: Warn, level: str, figure: str, some: Array) -> None:
        graph = self.base.graph
        raised = self.base.raised_when(rule.id).get(level)
        condition = graph.condition_refs[rule.id]
        ref = condition if raised is None else graph.raised_refs[rule.id, level]

        def made() -> Flag:
            text, because, move = map(self._text, (then.text, rule.because, then.move))
            owner = hole(f"owner:{then.owner}")
            return Flag(rule.id, level, then.ref, text, because, figure, None, None, move, owner, rule.source, {})

        value = value_hole(f"value:{figure}") if figure else None
        limits = [
            (leaf.right.value, self._is_true(graph.tree_refs[PLAN, leaf]))
            for leaf in (leaves(raised or self.base.condition(rule.id)) if figure else ())
            if isinstance(leaf, Compare)
            and leaf.left == Quantity(figure)
            and isinstance(leaf.right, Constant)
            and leaf.right.value
        ]
        for limit, so in (*limits, (None, some)):
            rows = self._where(some & so)
            some = some & ~so
            if len(rows):
                held = own(figure, limit, self.base)
                key = ("flag", rule.id, level, figure, limit)
                parts = self._record(key, made, facts=value_hole("read"), value=value, threshold=held)
                self._put(items, rows, parts, read=self._read(condition, ref))

    def _put_moves(self) -> None:
        items, processes, leanings = Items(self._stream, 1), self._processes, self._leanings()
        lean = np.any([*leanings.values()], axis=0)
        blocks = []
        for rule, then in self.base.blocks:
            wanted = leanings.get(then.process, False) | ~lean if then.process in PROCESSES else np.zeros(len(lean), dtype=bool)
            stands = self._is_true(self.base.graph.standing_refs[rule.id])
            blocks.append((rule, then, stands & processes["not_yet"] & wanted))
        topics = self._known.topics_for("moves")
        advice = [(rule, then, rows) for rule, then, rows, _ in self._advised if then.topic in topics]
        found = Standing(blocks, list(self._raised()), advice)
        for move in row_moves(self.base, len(self._at), lambda name: self._number(Quantity(name)), found):
            self._put_move(items, move)
        items.close()

    def _put_move(self, items: Items, move: RowMove) -> None:
        rule, then = move.rule, move.rule.then
        done = self.base.done_when(rule.id) if isinstance(then, Advise) else None
        open_ = self._is_open(self.base.graph.done_refs[rule.id]) if done is not None else np.zeros(len(self._at), dtype=bool)

        def cost(rows: Array) -> None:
            assert move.cost is not None
            convert = own_money("cost")
            self._stream.put(rows, self._numbers_json(move.cost, lambda v: convert(_Cost(v), self.base))[rows])

        for if_not in (False, True):
            rows = self._where(move.rows & (open_ == if_not))
            if len(rows):
                holes = {"cost": value_hole("cost")} if move.cost is not None else {}
                if isinstance(then, Advise) and self.base.brings(rule.id):
                    holes["brings"] = value_hole(f"brings:{rule.id}")
                key = ("move", move.kind, rule.id, move.instead_of, move.cost is not None, if_not)
                parts = self._record(key, lambda if_not=if_not: self._as_move(move, if_not), **holes)
                self._put(items, rows, parts, cost=cost)

    def _as_move(self, move: RowMove, if_not: bool) -> PlannedMove:
        rule = move.rule
        match rule.then:
            case BlockProcess() as then:
                text, owner = self._text(then.remedy), hole(f"owner:{then.owner}")
                return PlannedMove("block", text, first_sentence(text), owner, (rule.id,), done_when=then.done_when)
            case Warn() as then:
                text, owner = self._text(then.move), hole(f"owner:{then.owner}")
                return PlannedMove(
                    "flag", text, first_sentence(text), owner, (rule.id,), until=then.until,
                    weeks=then.weeks, hours=then.hours, cost=then.cost, us_figure=bool(then.cost),
                )  # fmt: skip
        then = rule.then
        assert isinstance(then, Advise)
        item = self._as_advice(rule, then, False)
        return PlannedMove(
            move.kind, item.text, item.short or first_sentence(item.text), item.owner, (rule.id, *filter(None, (move.instead_of,))),
            item.steps, then.until, then.done_when, then.weeks, then.hours, then.cost,
            then.cost is not None and move.cost is None, then.hires, None, then.effect, if_not,
        )  # fmt: skip

    def _put_currency(self) -> None:
        self._stream.put(self._every, self._distinct([case.currency for case in self._cases]))


@dataclass(frozen=True)
class _Cost:
    cost: float


@lru_cache(maxsize=65_536)
def _weight_text(kind: str, weight: int) -> str:
    return repr(net(weight) if kind == "net" else round_figure(certainty.certainty(weight)))
