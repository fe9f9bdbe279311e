"""The documents of some rows, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np

from salespath.engine.assessment import (
    Assessment,
    Blocker,
    Contradiction,
    Fired,
    Proviso,
    Unless,
    receipt_of,
)
from salespath.engine.base import Base
from salespath.engine.contradictions import (
    broken_relation,
    cannot_be,
    given_otherwise,
    problem,
)
from salespath.engine.overlays import overlays
from salespath.engine.strength import LEVELS, KnownCore, Strength
from salespath.engine.table import Array
from salespath.engine.turning import Turn
from salespath.engine.walk import SUMS
from salespath.facts import Case
from salespath.facts.money import Rate, own_rate
from salespath.facts.vocabulary import DIMENSIONS, Relation
from salespath.files.problems import Problem
from salespath.report.plain import ONLY_ONE, SHAPES, beside_facts, own, plain
from salespath.rules.model import PROCESSES, SOLD, VERDICTS, BlockProcess, Rule
from salespath.tables.document_plan import PlanTokens
from salespath.tables.document_rows import same
from salespath.tables.json_tokens import Items, Parts, Strings, Style, hole, value_hole


class DocumentTokens(PlanTokens):
    """All parts of documents."""

    def documents(self) -> Strings:
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
            self._stream.put(rows, int(with_own[-3]))
            self._stream.put(rows, self._stream.own(texts))
        self._stream.put(self._every, np.where(has, with_own[-1], without[-1]))
        return self._stream.strings()

    def _put_company(self) -> None:
        self._stream.put(self._every, self._stream.own([self._style.json(case.company) for case in self._cases]))

    def _put_name(self, found: Mapping[str, Array]) -> None:
        """The name that a row has, or null."""
        tokens = np.full(len(self._at), self._templates.pool.token("null"), dtype=np.int32)
        for name, rows in found.items():
            tokens[rows] = self._templates.pool.token(self._style.json(name))
        self._stream.put(self._every, tokens)

    def _put_process(self) -> None:
        self._put_name(self._processes)

    def _put_lead(self) -> None:
        self._put_name(self._leads())

    def _put_leaning(self) -> None:
        self._put_name(self._leanings())

    def _put_motion(self) -> None:
        self._put_name(self._values(SOLD[0]))

    def _put_second_motion(self) -> None:
        self._put_name(self._values(SOLD[1]))

    def _put_stage(self) -> None:
        self._put_name(self._values(SOLD[2]))

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
            self._put(items, rows, self._templates.parts(("name", value), partial(str, value), 2))
        items.close()

    def _put_whole(self, key: str, make: Callable[[], Any]) -> None:
        for part in self._templates.parts(key, make, 1):
            self._stream.put(self._every, part if isinstance(part, int) else self._fill(part, self._every))

    def _put_certainty(self) -> None:
        self._put_whole(
            "certainty", lambda: {p: {n: value_hole(f"weight:factor:{p}:{n}") for n in SUMS} for p in PROCESSES}
        )

    def _put_evidence(self) -> None:
        self._put_whole(
            "evidence", lambda: {p: {n: value_hole(f"weight:net:{p}:{n}") for n in SUMS} for p in PROCESSES}
        )

    def _put_dimensions(self) -> None:
        self._put_whole(
            "dimensions", lambda: {d: {p: value_hole(f"weight:factor:{p}:{d}") for p in PROCESSES} for d in DIMENSIONS}
        )

    def _put_blockers(self) -> None:
        items, graph, found = Items(self._stream, 1), self.base.graph, list[tuple[Parts, Array, int]]()
        for rule, then in self.base.blocks:
            stands, fired = self._is_true(graph.standing_refs[rule.id]), self._fired(rule.id)

            def made(rule: Rule = rule, then: BlockProcess = then) -> Blocker:
                because, remedy = self._text(rule.because), self._text(then.remedy)
                return Blocker(then.process, rule.id, because, remedy, hole(f"owner:{then.owner}"), {})

            parts = self._record(("block", rule.id), made, {"facts": value_hole("read")})
            for some, refs in ((stands & fired, graph.rule_refs), (stands & ~fired, graph.condition_refs)):
                found.append((parts, self._where(some), refs[rule.id]))
        self._put_read(items, found)
        items.close()

    def _put_read(self, items: Items, found: Sequence[tuple[Parts, Array, int]]) -> None:
        """Records, for some rows each, that name the facts behind a node."""
        reads = self._reads([((ref,), rows) for _, rows, ref in found])
        for (parts, rows, _), read in zip(found, reads):
            self._put(items, rows, parts, read=read)

    def _put_provisos(self) -> None:
        items, graph, found = Items(self._stream, 1), self.base.graph, list[tuple[Parts, Array, int]]()
        for rule, then in self.base.blocks:
            ref = graph.rule_refs[rule.id]
            rows = self._where(self._is_open(ref) & ~self._is_true(graph.standing_refs[rule.id]))
            if len(rows):
                made = Proviso(then.process, rule.id, ())
                parts = self._record(("proviso", rule.id), partial(same, made), {"needs": value_hole("needs")})
                found.append((parts, rows, ref))
        for (parts, rows, _), needs in zip(found, self._needs([(ref, rows) for _, rows, ref in found])):
            self._put(items, rows, parts, needs=needs)
        items.close()

    def _put_derived(self) -> None:
        items = Items(self._stream, 1, "{}")
        names = [
            *self.base.vocabulary.derived,
            *(a.id for a in self._known.attributes.values() if a.flag or not a.verdict),
        ]
        for name in dict.fromkeys(names):
            items.begin(self._every, self._templates.pool.token(f"{self._style.json(name)}: "))
            tokens = self._concluded(name) if name in self._known.attributes else self._reading(name)
            self._stream.put(self._every, tokens)
        items.close()

    def _put_facts(self) -> None:
        (put,) = self._members([self._every], [self._behind.given()], self._fact_tokens(2), "{}", 1)
        put(self._every)

    def _put_fired(self) -> None:
        items, counted, found = Items(self._stream, 1), self._counted(), list[tuple[Parts, Array, int]]()
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

                    parts = self._record(("fired", rule.id, weight), made, {"facts": value_hole("read")})
                    found.append((parts, rows, ref))
        self._put_read(items, found)
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
            self._put(items, self._where(some), self._record(("contradiction", item.id), partial(same, item)))
        items.close()

    def _put_problems(self) -> None:
        items, told, nobody = Items(self._stream, 1), list(self._contradictions()), Case(hole("company:"))

        def put(key: Any, make: Callable[[], Problem], name: str, some: Array) -> None:
            at = {"file": value_hole("file:"), "line": value_hole(f"line:{name}"), "row": value_hole("row:")}
            self._put(items, self._where(some), self._record(key, make, at))

        for item, some in told:
            if item.kind == "impossible":
                put(("problem", item.id), partial(problem, nobody, item), item.ask[0], some)
        for name, wrong in self._chunk.wrong.items():
            number, some = self.base.vocabulary.derived[name], wrong[self._at]
            for item, rows in told if some.any() else ():
                if self.base.inputs_of(name) <= {*item.facts}:
                    some = some & ~rows
            put(("wrong", name), partial(cannot_be, nobody, number, hole(f"made:{name}")), name, some)
        items.close()

    def _put_receipt(self) -> None:
        whole = [o for o in self._known.overlays if o.switched_off]
        said = [
            (case.rates, list(overlays(self.base, case.values)) if whole else [*self._known.overlays])
            for case in self._cases
        ]
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
        made = Strength(value_hole("level"), (), KnownCore(0, 0, 0, 0))
        shape = {**SHAPES[Strength], "on": lambda item, base: value_hole("on")}
        texts = [self._style.json(level) for level in LEVELS]
        for part in self._templates.parts("strength", lambda: plain(made, self.base, {Strength: shape}), 1):
            if isinstance(part, int):
                self._stream.put(self._every, part)
            elif part == "level":
                self._stream.put(
                    self._every, np.array([*map(self._templates.pool.token, texts)])[self._chunk.levels[self._at]]
                )
            else:
                self._put_turns()

    def _put_turns(self) -> None:
        items = Items(self._stream, 2)
        for some in self._chunk.turned:
            places, here = self._here(some.rows)
            rows = self._where(here)
            if len(rows):
                distinct, which = np.unique(some.which[places[rows]], return_inverse=True)
                texts = [_turn_json(some.turns[turn], self.base, self._style, own_rate()) for turn in distinct.tolist()]
                items.begin(rows, 0)
                self._stream.put(rows, self._stream.own(texts)[which])
        items.close()

    def _here(self, rows: Array) -> tuple[Array, Array]:
        """Where each row of the piece is among some rows of the chunk, and whether it is."""
        places = np.searchsorted(rows, self._at)
        places[places == len(rows)] = 0
        return places, rows[places] == self._at if len(rows) else np.zeros(len(self._at), dtype=bool)

    def _put_unless(self) -> None:
        items = Items(self._stream, 1)
        for item in self._chunk.liftings:
            at, here = self._here(item.rows)
            rows = self._where(here)
            if not len(rows):
                continue
            one = Unless(item.block, item.fact.id, item.bound, None, item.value)
            amounts = value_hole("amount") if item.amounts is not None else None
            parts = self._record(
                ("unless", item.block, item.fact.id, item.bound, item.value), partial(same, one), {"amount": amounts}
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

    def _put_currency(self) -> None:
        self._stream.put(self._every, self._distinct([case.currency for case in self._cases]))


@lru_cache(maxsize=4096)
def _turn_json(turn: Turn, base: Base, style: Style, rate: Rate | None) -> str:
    """What is said of a turn while amounts are shown in the currency of a rate."""
    return style.json(plain(turn, base), 3)
