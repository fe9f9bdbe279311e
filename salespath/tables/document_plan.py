"""The plan in the documents of some rows: advice, choices, pitfalls, red flags and what to do first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from salespath.counsel.moves import PlannedMove, first_sentence
from salespath.counsel.moves_rows import RowMove, Standing, row_moves
from salespath.engine.assess import standing_out
from salespath.engine.assessment import (
    Advice,
    Choice,
    Flag,
    Warning,
)
from salespath.engine.table import Array
from salespath.engine.truth_graph import PLAN
from salespath.report.plain import own, own_money
from salespath.rules.language import Compare, Constant, Quantity, leaves
from salespath.rules.model import FLAG_LEVELS, PROCESSES, Advise, BlockProcess, Rule, Warn
from salespath.tables.document_rows import RowTokens
from salespath.tables.json_tokens import Items, hole, value_hole


class PlanTokens(RowTokens):
    """The parts of documents on what to do."""

    @cached_property
    def _advised(self) -> list[tuple[Rule, Advise, Array, Array]]:
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
                    parts = self._record(("advice", rule.id, done), partial(self._as_advice, rule, then, done))
                    self._put(items, rows, parts)
        items.close()

    def _put_warnings(self) -> None:
        items = Items(self._stream, 1)
        for rule, then in self.base.each(Warn):
            rows = self._where(self._fired(rule.id))
            if len(rows) and not then.level:

                def made(rule: Rule = rule, then: Warn = then) -> Warning:
                    return Warning(rule.id, self._text(then.text), self._text(rule.because))

                self._put(items, rows, self._record(("warning", rule.id), made))
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
                    items.begin(rows, self._templates.pool.token(f"{self._style.json(name)}: "))
                    attribute = self._known.attributes.get(name)
                    concluded = attribute and (attribute.flag or not attribute.verdict)
                    self._stream.put(rows, (self._concluded(name) if concluded else self._reading(name))[rows])
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
                parts = self._record(key, made, {"facts": value_hole("read"), "value": value, "threshold": held})
                (read,) = self._reads([((condition, ref), rows)])
                self._put(items, rows, parts, read=read)

    def _put_moves(self) -> None:
        items, processes, leanings = Items(self._stream, 1), self._processes, self._leanings()
        lean = np.any([*leanings.values()], axis=0)
        blocks = []
        for rule, then in self.base.blocks:
            wanted = (
                leanings.get(then.process, False) | ~lean
                if then.process in PROCESSES
                else np.zeros(len(lean), dtype=bool)
            )
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
        open_ = (
            self._is_open(self.base.graph.done_refs[rule.id])
            if done is not None
            else np.zeros(len(self._at), dtype=bool)
        )

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
                parts = self._record(key, partial(self._as_move, move, if_not), holes)
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
        advice = rule.then
        assert isinstance(advice, Advise)
        item = self._as_advice(rule, advice, False)
        return PlannedMove(
            move.kind, item.text, item.short or first_sentence(item.text), item.owner, (rule.id, *filter(None, (move.instead_of,))),
            item.steps, advice.until, advice.done_when, advice.weeks, advice.hours, advice.cost,
            advice.cost is not None and move.cost is None, advice.hires, None, advice.effect, if_not,
        )  # fmt: skip


@dataclass(frozen=True)
class _Cost:
    cost: float
