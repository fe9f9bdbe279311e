"""What it would take to reach a process: every smallest set of moves that gets there, found by one walk over all sets of a size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from salespath.counsel.goal_moves import Move, moves, run
from salespath.engine.compile import Base
from salespath.engine.expressions import And, Condition, Is, Not, Or, Scope, condition
from salespath.engine.table import Column, Rows, Table, column
from salespath.engine.walk import Walked, walk
from salespath.facts import Case, Value
from salespath.rules.model import PROCESSES, VERDICTS

GOALS = ("enterprise", "smb", "both")
LARGEST = 3  # moves in a set
LIMIT = 4_000_000  # sets of one size that are tried
CHUNK = 65_536

Sets: TypeAlias = "npt.NDArray[np.intp]"  # a row for each set: the places of its moves
Bits: TypeAlias = Any


@dataclass(frozen=True)
class Changes:
    """A set of moves, what is then recommended, and what it takes.

    `settled` says that no answer still missing can then change the process. `effort` adds up that of the moves, 1 (days) to 4 (two
    quarters) each.
    """

    moves: tuple[Move, ...]
    facts: Mapping[str, Value]
    process: str
    settled: bool
    effort: int

    @property
    def own(self) -> tuple[Move, ...]:
        """What the company changes itself."""
        return tuple(move for move in self.moves if not move.answers)

    @property
    def conditions(self) -> tuple[Move, ...]:
        """What must turn out so."""
        return tuple(move for move in self.moves if move.answers)


@dataclass(frozen=True)
class Goal:
    """What a search found: the smallest sets of changes that reach a process, the least effort first.

    If no set reaches it, `nearest` is the one that comes nearest in net evidence (None where nothing can be moved). `sets` were
    tried; `complete` says that these were all up to the size found, or up to three moves.
    """

    goal: str
    case: Case
    process: str
    changes: tuple[Changes, ...]
    nearest: Changes | None
    sets: int
    complete: bool

    @property
    def reached(self) -> bool:
        """Whether the goal can be reached, or is already."""
        return bool(self.changes) or self.process == self.goal


def search(base: Base, case: Case, goal: str, largest: int = LARGEST) -> Goal:
    """The sets of at most `largest` moves that make the ordinary assessment recommend `goal`, those of the smallest size only."""
    return _Search(base, case, goal).found(largest)


class _Search:
    def __init__(self, base: Base, case: Case, goal: str) -> None:
        self.base, self.case, self.goal = base, case, goal
        self.moves = moves(base, case)
        self.fitting = _Fitting(base, self.moves)
        self.conditions = _conditions(base, self.moves)
        self.columns = _Columns(base, case, self.moves)
        self.best: tuple[int, int] | None = None
        self.nearest: tuple[int, ...] = ()

    def found(self, largest: int) -> Goal:
        today = self._walked(np.zeros((1, 0), dtype=np.intp))[0]
        process = next((v for v in VERDICTS if _only(self.base, today, v)[0] & 0x80), "undetermined")
        tried, complete = 0, True
        reaching: list[tuple[int, ...]] = []
        for size in range(1, largest + 1 if process != self.goal else 1):
            left = LIMIT
            for sets in self.fitting.sets(size):
                if len(sets) > left:
                    sets, complete = sets[:left], False
                if not len(sets):
                    break
                left -= len(sets)
                tried += len(sets)
                reaching.extend(self._reaching(sets))
            if reaching:
                break
        boxes = self._boxes(reaching)
        near = [tuple(self.moves[place] for place in self.nearest)] if self.nearest and not boxes else []
        assessed = self._assessed([*boxes, *near])
        changes = assessed[: len(boxes)]
        nearest = assessed[-1] if near else None
        changes.sort(key=lambda c: (c.effort, len(c.conditions), [self._place(move) for move in c.moves]))
        return Goal(self.goal, self.case, process, tuple(changes), nearest, tried, complete)

    def _place(self, move: Move) -> tuple[int, int]:
        return self.base.vocabulary.places[move.fact], move.place

    # Trying sets

    def _walked(self, sets: Sets) -> tuple[Walked, Rows]:
        carrier = Rows(self.base, Table(len(sets), self.columns.of(sets)))
        return walk(self.base, carrier, settle=False, plan=False), carrier

    def _reaching(self, sets: Sets) -> Iterator[tuple[int, ...]]:
        """The sets that reach the goal. The one that comes nearest is kept."""
        walked, carrier = self._walked(sets)
        allowed = carrier.one
        for fact, when in self.conditions.items():
            moved = np.isin(sets, [place for place, move in enumerate(self.moves) if move.fact == fact]).any(axis=1)
            allowed = allowed & (_holds(when, carrier)[0] | ~carrier.pack(moved))
        got = np.unpackbits(_only(self.base, walked, self.goal) & allowed, count=len(sets))
        yield from (tuple(map(int, row)) for row in sets[got.astype(bool)])
        self._keep_nearest(sets, walked, carrier, allowed)

    def _keep_nearest(self, sets: Sets, walked: Walked, carrier: Rows, allowed: Bits) -> None:
        """Keep the set with the fewest blocks of the goal, then most net evidence for it; an earlier one if equal."""
        blocked = sum(
            carrier.expand(walked.truth.is_true(self.base.value_refs[f"{process}_blocked", "yes"]))
            for process in ((self.goal,) if self.goal in PROCESSES else (*PROCESSES, "both"))
        )
        fit = {process: walked.sums.total(process, "fit") for process in PROCESSES}
        if self.goal in PROCESSES:
            margin = fit[self.goal] - sum(fit[p] for p in PROCESSES if p != self.goal)
        else:
            margin = np.minimum(*fit.values())
        order = np.lexsort((-margin, blocked, 1 - carrier.expand(allowed)))
        first = order[0]
        if np.unpackbits(allowed, count=len(sets))[first]:
            score = (int(np.broadcast_to(blocked, len(sets))[first]), -int(np.broadcast_to(margin, len(sets))[first]))
            if self.best is None or score < self.best:
                self.best, self.nearest = score, tuple(map(int, sets[first]))

    # What is found

    def _boxes(self, reaching: Sequence[tuple[int, ...]]) -> list[tuple[Move, ...]]:
        """The sets with moves of one fact to neighbouring cells taken together, fact by fact."""
        boxes: list[tuple[Move, ...]] = [tuple(self.moves[place] for place in row) for row in reaching]
        spans = [{move: (move.place, move.place) for move in box} for box in boxes]
        for facts in sorted({move.fact for box in boxes for move in box}, key=self.base.vocabulary.places.__getitem__):
            boxes, spans = self._merged(facts, boxes, spans)
        return boxes

    def _merged(
        self, name: str, boxes: list[tuple[Move, ...]], spans: list[dict[Move, tuple[int, int]]]
    ) -> tuple[list[tuple[Move, ...]], list[dict[Move, tuple[int, int]]]]:
        fact = self.base.vocabulary.facts[name]
        if not (fact.ordered or fact.numeric):
            return boxes, spans
        kept_boxes, kept_spans = [], []
        groups: dict[tuple[Any, ...], list[tuple[tuple[int, int], Move, int]]] = {}
        for number, (box, span) in enumerate(zip(boxes, spans)):
            mine = next((move for move in box if move.fact == name), None)
            if mine is None:
                kept_boxes.append(box)
                kept_spans.append(span)
                continue
            others = tuple((move.fact, move.member, span[move]) for move in box if move is not mine)
            groups.setdefault(others, []).append((span[mine], mine, number))
        for some in groups.values():
            some.sort(key=lambda item: item[0])
            for _, neighbours in groupby(enumerate(some), key=lambda item: item[1][0][0] - item[0]):
                run_of = [item for _, item in neighbours]
                box, span = boxes[run_of[0][2]], spans[run_of[0][2]]
                mine, joined = run_of[0][1], run(fact, [item[1] for item in run_of])
                kept_boxes.append(tuple(joined if move is mine else move for move in box))
                ends = (run_of[0][0][0], run_of[-1][0][1])
                kept_spans.append({(joined if move is mine else move): span[move] for move in box} | {joined: ends})
        return kept_boxes, kept_spans

    def _assessed(self, boxes: Sequence[tuple[Move, ...]]) -> list[Changes]:
        """What is recommended after each set, and whether it is settled."""
        cases = [Case(self.case.company, applied(self.case.values, box)) for box in boxes]
        found = []
        for start in range(0, len(cases), CHUNK):
            part = cases[start : start + CHUNK]
            carrier = Rows(self.base, Table.from_cases(self.base, part))
            walked = walk(self.base, carrier, plan=False)
            process = {v: np.unpackbits(_only(self.base, walked, v), count=len(part)) for v in VERDICTS}
            possible = sum(carrier.expand(walked.possible[v]) for v in VERDICTS)
            for row, case in enumerate(part):
                box = boxes[start + row]
                value = next((v for v in VERDICTS if process[v][row]), "undetermined")
                effort = sum(move.effort for move in box)
                found.append(Changes(box, case.values, value, int(possible[row]) == 1, effort))
        return found


def applied(values: Mapping[str, Value], some: Sequence[Move]) -> dict[str, Value]:
    """The facts after some moves; members of one set come and go one by one."""
    found = dict(values)
    for move in some:
        now = found.get(move.fact)
        found[move.fact] = now ^ {move.member} if move.member and isinstance(now, frozenset) else move.after
    return found


def _only(base: Base, walked: Walked, value: str) -> Bits:
    """Where a process is recommended, and no other."""
    truth = walked.truth
    found = truth.is_true(base.value_refs["process", value])
    for other in VERDICTS:
        if other != value:
            found = found & ~truth.is_true(base.value_refs["process", other])
    return found


# Which moves go together


class _Fitting:
    """Which moves go together: one value of a fact, but several members of a set, as many as may change at once."""

    def __init__(self, base: Base, some: Sequence[Move]) -> None:
        self.facts = np.array([base.vocabulary.places[move.fact] for move in some], dtype=np.intp)
        self.room = np.array([_room(base, move) for move in some], dtype=np.intp)
        same = self.facts[:, None] == self.facts[None, :]
        self.pairs = ~same | (self.room[:, None] >= 2)

    def sets(self, size: int) -> Iterator[Sets]:
        """All sets of a size (1 to 3) in order, in parts of about 65,536."""
        count = len(self.facts)
        if size == 1:
            yield np.arange(count, dtype=np.intp)[:, None]
            return
        pairs = np.stack(np.nonzero(np.triu(self.pairs, 1)), axis=1)
        if size == 2:
            yield from (pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK))
            return
        parts: list[Sets] = []
        for lead in range(count):
            later = pairs[np.searchsorted(pairs[:, 0], lead + 1) :]
            fits = self.pairs[lead][later].all(axis=1)
            if self.room[lead] < size:
                fits &= (self.facts[later] != self.facts[lead]).any(axis=1)
            later = later[fits]
            parts.append(np.concatenate([np.full((len(later), 1), lead, dtype=np.intp), later], axis=1))
            if lead == count - 1 or sum(map(len, parts)) >= CHUNK:
                yield np.concatenate(parts)
                parts = []


def _room(base: Base, move: Move) -> int:
    """How many moves of its fact a set can hold."""
    if not move.member:
        return 1
    change = base.vocabulary.facts[move.fact].change
    return LARGEST if change is None or change.step is None else change.step


def _conditions(base: Base, some: Sequence[Move]) -> dict[str, Condition]:
    """What must hold, once everything is changed, for a company to make a change of a fact."""
    found = {}
    for move in some:
        change = base.vocabulary.facts[move.fact].change
        if not move.answers and change is not None and change.when:
            found[move.fact] = condition(change.when, Scope(base.vocabulary, {}))
    return found


def _holds(tree: Condition, carrier: Rows) -> tuple[Bits, Bits]:
    """Where a condition of facts is true, and where it is false."""
    if isinstance(tree, Not):
        true, false = _holds(tree.item, carrier)
        return false, true
    if isinstance(tree, (And, Or)):
        pairs = [_holds(item, carrier) for item in tree.items]
        every = isinstance(tree, And)
        true, false = (carrier.one, carrier.zero) if every else (carrier.zero, carrier.one)
        for one, other in pairs:
            true, false = (true & one, false | other) if every else (true | one, false & other)
        return true, false
    assert not isinstance(tree, Is)  # no attribute is in scope
    true, false, _ = carrier.test(tree)
    return true, false


class _Columns:
    """The facts of a company as columns, each set of moves a row. What no move touches is one value for all rows."""

    def __init__(self, base: Base, case: Case, some: Sequence[Move]) -> None:
        vocabulary = base.vocabulary
        self.fixed = {n: column(vocabulary[n], [case.values.get(n)]) for n in {*case.values, *(m.fact for m in some)}}
        self.moved: dict[str, tuple[Any, Any]] = {}  # by fact: whether each move is its own, and what it makes of it
        for name in dict.fromkeys(move.fact for move in some):
            fact = vocabulary[name]
            mine = np.array([move.fact == name for move in some], dtype=bool)
            after = column(fact, [move.after for move in some if move.fact == name]).values
            codes = np.zeros(len(some), dtype=after.dtype)
            codes[mine] = after
            if any(move.member for move in some if move.fact == name):
                codes[mine] ^= self.fixed[name].values[0]  # only the member that comes or goes
            self.moved[name] = mine, codes

    def of(self, sets: Sets) -> dict[str, Column]:
        """The columns of some sets."""
        found = dict(self.fixed)
        for name, (mine, codes) in self.moved.items():
            today = self.fixed[name]
            values, known = today.values, today.known
            for places in sets.T:
                here = mine[places]
                if codes.dtype.kind == "u" and known[0]:  # members of a known set
                    values = values ^ codes[places]
                else:
                    values, known = np.where(here, codes[places], values), known | here
            found[name] = Column(values, known)
        return found
