"""What it would take to reach a process: every smallest set of moves that gets there, found by one walk over all sets of a size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from salespath.counsel.reach.moves import Move, join, moves, runs
from salespath.counsel.reach.sets import LARGEST, MovedColumns, MoveSet, Sets, fitting_sets, merge_sets, share_a_test
from salespath.counsel.reach.verdict_inputs import VerdictInputs
from salespath.engine.base import Base
from salespath.engine.company import Company, process_of
from salespath.engine.settle import settle
from salespath.engine.table import FactTable, Rows, assess_table
from salespath.engine.walk import Walked, holds, walk
from salespath.facts import Case, Value
from salespath.facts.objects import typed_case
from salespath.facts.vocabulary import Relation
from salespath.rules.model import OTHER, PROCESSES, VERDICTS

GOALS = ("enterprise", "smb", "both")
LIMIT = 4_000_000  # sets of one size that are tried
SETTLED = 5  # sets of the least effort of which it is searched whether they are then settled; of others bounds tell


@dataclass(frozen=True)
class Changes:
    """A set of moves, what is then recommended, and what it takes.

    `settled` says that no answer still missing can then change the process. `effort` adds up that of the moves, 1 (days) to 4 (two
    quarters) each.
    """

    moves: MoveSet
    facts: Mapping[str, Value]
    process: str
    settled: bool
    effort: int

    @property
    def own(self) -> MoveSet:
        """What the company changes itself."""
        return tuple(move for move in self.moves if not move.answers)

    @property
    def conditions(self) -> MoveSet:
        """What must turn out so."""
        return tuple(move for move in self.moves if move.answers)


@dataclass(frozen=True)
class Reach:
    """What a search found: the smallest sets of changes that reach a process, the least effort first.

    If no set reaches it, `nearest` is the one that comes nearest in net evidence (None where nothing can be moved). `sets` were
    tried; `complete` says that these were all up to the size found, or up to three moves. `movable` are the facts that matter
    and that the company can change itself. `left_out` are the relations for which sets that reach it were not proposed.
    """

    goal: str
    case: Case
    process: str
    changes: tuple[Changes, ...]
    nearest: Changes | None
    sets: int
    complete: bool
    movable: tuple[str, ...]
    left_out: tuple[Relation, ...] = ()

    @property
    def first(self) -> Changes | None:
        """The set to go by: of those that the company can make alone the least effort, else of all."""
        return next((c for c in self.changes if not c.conditions), next(iter(self.changes), None))

    @property
    def reached(self) -> bool:
        """Whether the goal can be reached, or is already."""
        return bool(self.changes) or self.process == self.goal


def search(base: Base, case: Case, goal: str, largest: int = LARGEST) -> Reach:
    """The sets of at most `largest` moves that make the ordinary assessment recommend `goal`, those of the smallest size only.

    Raises SalespathError as `assess` does.
    """
    return _Search(base, typed_case(base.vocabulary, case), goal).reach(largest)


class _Search:
    def __init__(self, base: Base, case: Case, goal: str) -> None:
        self.base, self.case, self.goal = base, case, goal
        self.read = VerdictInputs(base, case)
        self.moves = moves(self.read)
        self.columns = MovedColumns(base, case, self.moves)
        self.best: tuple[int, int] | None = None
        self.nearest: tuple[int, ...] = ()
        today, relations = Company(base, case.values), base.vocabulary.not_together
        self.apart = {id_: base.broken(id_) for id_ in relations if not holds(base.broken(id_), today)[0]}
        self.left_out: set[str] = set()

    def reach(self, largest: int) -> Reach:
        process = process_of(self.base, self.case.values)
        tried, complete = 0, True
        reaching: list[tuple[int, ...]] = []
        for size in range(1, largest + 1 if process != self.goal else 1):
            left = LIMIT
            for sets in fitting_sets(self.base, self.moves, size):
                if len(sets) > left:
                    sets, complete = sets[:left], False
                if not len(sets):
                    break
                left -= len(sets)
                tried += len(sets)
                reaching.extend(self._successes(sets))
            if reaching:
                break
        near = [self._widen(self.nearest)] if self.nearest and not reaching else []
        assessed = self._assess([*self._merge(reaching), *near])
        nearest = assessed.pop() if near else None
        places = self.base.vocabulary.places
        assessed.sort(
            key=lambda c: (c.effort, len(c.conditions), [(places[move.fact], move.cells.stop) for move in c.moves])
        )
        for place, changes in enumerate(assessed[:SETTLED]):  # where bounds leave it open, answers are searched
            settled = changes.settled or settle(self.base, changes.facts).settled
            assessed[place] = replace(changes, settled=settled)
        movable = tuple(dict.fromkeys(move.fact for move in self.moves if not move.answers))
        left_out = tuple(self.base.vocabulary.not_together[id_] for id_ in self.apart if id_ in self.left_out)
        return Reach(self.goal, self.case, process, tuple(assessed), nearest, tried, complete, movable, left_out)

    # Trying sets

    def _walk(self, sets: Sets) -> tuple[Walked, Rows]:
        carrier = Rows(self.base, FactTable(len(sets), self.columns.of(sets)))
        return walk(self.base, carrier, settle=False, plan=False), carrier

    def _successes(self, sets: Sets) -> Iterator[tuple[int, ...]]:
        """The sets that reach the goal. The one that comes nearest is kept."""
        walked, carrier = self._walk(sets)
        allowed = carrier.one
        for fact, when in self.read.needed.items():
            moved = np.isin(sets, [place for place, move in enumerate(self.moves) if move.fact == fact]).any(axis=1)
            allowed = allowed & (holds(when, carrier)[0] | ~carrier.pack(moved))
        for id_, tree in self.apart.items():
            broken = holds(tree, carrier)[0]
            if np.unpackbits(walked.processes[self.goal] & allowed & broken, count=len(sets)).any():
                self.left_out.add(id_)
            allowed = allowed & ~broken
        got = np.unpackbits(walked.processes[self.goal] & allowed, count=len(sets))
        yield from (tuple(map(int, row)) for row in sets[got.astype(bool)])
        blocked, short = self._scores(walked, carrier)  # the fewest blocks, then most evidence; an earlier set if equal
        far = 1 - carrier.expand(allowed)
        first = np.lexsort((short, blocked, far))[0]
        score = int(blocked[first]), int(short[first])
        if not far[first] and (self.best is None or score < self.best):
            self.best, self.nearest = score, tuple(map(int, sets[first]))

    def _scores(self, walked: Walked, carrier: Rows) -> tuple[Any, Any]:
        """How many processes that the goal needs are blocked, and the net evidence against it, of every row."""
        goal, both = self.goal, self.goal == "both"
        names = (*PROCESSES, goal) if both else (goal,)
        blocked = sum(carrier.expand(walked.has(f"{name}_blocked", "yes")) for name in names)
        fit = {process: walked.sums.total(process, "fit") for process in PROCESSES}
        margin = np.minimum(*fit.values()) if both else fit[goal] - fit[OTHER[goal]]
        return blocked, np.broadcast_to(-margin, carrier.table.rows)

    def _widen(self, places: tuple[int, ...]) -> MoveSet:
        """A set, each move of a number or ordered choice with the neighbouring cells that come as near."""
        some = tuple(self.moves[place] for place in places)
        if share_a_test(some, self.read.together):
            return self._without_bounds(some)
        found = list(some)
        for at, move in enumerate(some):
            fact = self.base.vocabulary.facts[move.fact]
            if not (fact.ordered or fact.numeric):
                continue
            same = [place for place, other in enumerate(self.moves) if other.fact == move.fact]
            rows = np.array([[*places[:at], place, *places[at + 1 :]] for place in same], dtype=np.intp)
            scores = zip(*(map(int, column) for column in self._scores(*self._walk(rows))))
            near = runs(zip((self.moves[place] for place in same), scores))
            found[at] = next(join(fact, run) for run, _ in near if move in run)
        return tuple(found)

    # What is found

    def _merge(self, reaching: Sequence[tuple[int, ...]]) -> list[MoveSet]:
        """The sets that reach the goal, those that do the same as one."""
        sets = [(row, tuple(self.moves[place] for place in row)) for row in reaching]
        mixed = {row: some for row, some in sets if share_a_test(some, self.read.together)}
        plain = merge_sets(self.base.vocabulary, [some for row, some in sets if row not in mixed])
        return [*plain, *(self._with_values(mixed) if mixed else ())]

    def _with_values(self, sets: Mapping[tuple[int, ...], MoveSet]) -> Iterable[MoveSet]:
        """Of the sets with facts that are read together, one for each difference it makes, with values instead of thresholds."""
        truth = self._walk(np.array([*sets], dtype=np.intp))[0].truth
        bits = np.stack([side[node] for node in sorted(self.read.roots) for side in (truth.true, truth.false)])
        found: dict[object, MoveSet] = {}
        for some, made in zip(sets.values(), np.unpackbits(bits, axis=-1, count=len(sets)).T):
            key = tuple((move.fact, move.member) for move in some), made.tobytes()
            found.setdefault(key, self._without_bounds(some))
        return found.values()

    def _without_bounds(self, some: MoveSet) -> MoveSet:
        """Moves of which more or less might not do, as some test reads them together, to values alone."""
        together = self.read.together
        return tuple(replace(move, low=None, high=None) if move.fact in together else move for move in some)

    def _assess(self, sets: Sequence[MoveSet]) -> list[Changes]:
        """What is recommended after each set, and whether bounds tell that it is settled."""
        facts = [apply(self.case.values, some) for some in sets]
        cases = [Case(self.case.company, values) for values in facts]
        result = assess_table(self.base, FactTable.from_cases(self.base, cases), plan=False)
        return [
            Changes(some, values, VERDICTS[process], possible.bit_count() == 1, sum(move.effort for move in some))
            for some, values, process, possible in zip(sets, facts, result.process, map(int, result.possible))
        ]


def apply(values: Mapping[str, Value], some: Sequence[Move]) -> dict[str, Value]:
    """The facts after some moves; members of one set come and go one by one."""
    found = dict(values)
    for move in some:
        now = found.get(move.fact)
        found[move.fact] = now ^ {move.member} if move.member and isinstance(now, frozenset) else move.after
    return found
