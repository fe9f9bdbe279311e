"""Some people's answers exchanged, many trials walked together as a table, so that hundreds of people can be compared.

An answer is a number here: its place among those that are tried on its fact, -1 where there is none. A trial is a row of these, a
number for each fact. People with the same answers are one kind, and are tried once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from salespath.engine.assessment import Verdict
from salespath.engine.base import Base
from salespath.engine.table import NONE, Array, FactTable, assess_table, column
from salespath.facts import Value
from salespath.rules.model import MOTION, PROCESSES, VERDICTS

Found: TypeAlias = (
    "tuple[Verdict, tuple[str, ...], str | None]"  # the verdict, what blocks a process it is about, the motion
)

PART = 1 << 14  # trials that are walked together: no step is so long that other threads wait for it
MANY = 1 << 18  # trials that are written down together
_WIDE = 1 << 62  # that fit in a number


class Trials:
    """What comes of people's answers with some of them otherwise.

    `answers` are the facts of each person, `choices` what is tried on each fact: all that anybody answered, and what the `middle`,
    which is tried like a person's answers, has.
    """

    def __init__(
        self,
        base: Base,
        answers: Sequence[Mapping[str, Value]],
        choices: Mapping[str, Sequence[Value]],
        middle: Mapping[str, Value],
    ) -> None:
        self._base, self._names, self._choices = base, list(choices), choices
        self._columns = {name: column(base.vocabulary[name], [*values, None]) for name, values in choices.items()}
        self._blocks = [rule.id for rule, block in base.knowledge.blocks if block.process != "both"]
        self.found: list[Found] = []  # what trials have come to, each once
        self._places: dict[tuple[int, ...], int] = {}
        numbers = {name: {value: place for place, value in enumerate(values)} for name, values in choices.items()}
        facts = {name: place for place, name in enumerate(choices)}
        kinds: dict[tuple[tuple[int, int], ...], int] = {}  # facts and answers, in the order in which they stand
        self._kind = np.array(
            [
                kinds.setdefault(tuple((facts[n], numbers[n][v]) for n, v in each.items()), len(kinds))
                for each in answers
            ],
            dtype=int,
        )
        self._orders = [[fact for fact, _ in kind] for kind in kinds] + [[facts[name] for name in middle]]
        self._theirs: Array = np.full((len(kinds) + 1, len(choices)), -1, dtype=np.int16)
        for row, kind in enumerate([*kinds, [(facts[name], numbers[name][value]) for name, value in middle.items()]]):
            for fact, number in kind:
                self._theirs[row, fact] = number
        self._mine = self._theirs[:-1]
        *each, self.middle = self._outcomes(self._theirs).tolist()
        self._own: Array = np.array(each, dtype=int)
        self._alone = self._each_alone()

    def own(self, person: int) -> int:
        """What a person's answers come to: the place in `found`, as everywhere here."""
        return int(self._own[self._kind[person]])

    def alone(self, name: str) -> Iterator[tuple[int, int, int]]:
        """Who comes to what else with another answer on one fact: the person, the place of the answer, and what that comes to."""
        found = self._alone[self._names.index(name)]
        turned = [
            [(int(place), int(row[place])) for place in np.flatnonzero(row != own)]
            for row, own in zip(found, self._own)
        ]
        for person, kind in enumerate(self._kind):
            for place, outcome in turned[kind]:
                yield person, place, outcome

    def exchanged(self, names: Collection[str]) -> Iterator[tuple[int, int, int]]:
        """Who comes to what else with all that another one answered on some facts: the person, the other, and the outcome."""
        theirs: Array = np.where(np.isin(self._names, [*names]), self._mine, -1)
        outcomes = self._outcomes(_merged(self._mine, theirs)).reshape(len(self._mine), len(theirs))
        of_all = outcomes[self._kind[:, None], self._kind]
        turned = np.nonzero(of_all != self._own[self._kind, None])
        yield from zip(*(part.tolist() for part in (*turned, of_all[turned])))

    def together(self) -> tuple[tuple[str, ...], ...]:
        """Where another's answers, or those of the middle, come to something else but no single one does: those that do together.

        None of them is needless.
        """
        mine, theirs, own = self._mine, self._theirs, self._own
        otherwise = self._outcomes(_merged(mine, theirs)).reshape(len(mine), len(theirs)) != own[:, None]
        for fact, outcomes in enumerate(self._alone):
            answer = theirs[:, fact]
            otherwise &= ~((outcomes != own[:, None])[:, answer] & (answer >= 0))
        one, other = np.nonzero(otherwise)
        apart = (theirs[other] >= 0) & (theirs[other] != mine[one])
        longest = max(map(len, self._orders))
        orders = np.array([order + [-1] * (longest - len(order)) for order in self._orders], dtype=int)
        for fact in orders[other].T if len(one) else ():  # all pairs at once, each in its own order
            tried = np.flatnonzero((fact >= 0) & apart[np.arange(len(one)), fact])
            rest = apart[tried]
            rest[np.arange(len(tried)), fact[tried]] = False
            outcomes = self._outcomes(np.where(rest, theirs[other[tried]], mine[one[tried]]))
            needless = tried[outcomes != own[one[tried]]]
            apart[needless, fact[needless]] = False
        found = (tuple(self._names[fact] for fact in self._orders[q] if row[fact]) for q, row in zip(other, apart))
        return tuple(dict.fromkeys(found))

    # Inside

    def _each_alone(self) -> list[Array]:
        """Of each fact, what each kind of people comes to with each answer."""
        found = [np.repeat(self._own[:, None], max(1, len(values)), axis=1) for values in self._choices.values()]
        where: list[tuple[int, Array, Array]] = []
        for fact, outcomes in enumerate(found):
            kinds, places = np.nonzero(np.arange(outcomes.shape[1]) != self._mine[:, fact, None])
            where.append((fact, kinds, places))
        pending: list[tuple[int, Array, Array]] = []
        for item in [*where, None]:
            if pending and (item is None or sum(len(kinds) for _, kinds, _ in pending) + len(item[1]) > MANY):
                rows = self._mine[np.concatenate([kinds for _, kinds, _ in pending])]
                start = 0
                for fact, kinds, places in pending:
                    rows[start : start + len(kinds), fact] = places
                    start += len(kinds)
                outcomes, start = self._outcomes(rows), 0
                for fact, kinds, places in pending:
                    found[fact][kinds, places] = outcomes[start : start + len(kinds)]
                    start += len(kinds)
                pending = []
            if item is not None:
                pending.append(item)
        return found

    def _outcomes(self, rows: Array) -> Array:
        """What some trials come to, each different one walked once."""
        first, which = _distinct(
            len(rows), ((rows[:, fact], len(values)) for fact, values in enumerate(self._choices.values()))
        )
        outcomes = [self._walked(rows[first[start : start + PART]]) for start in range(0, len(first), PART)]
        return np.concatenate(outcomes)[which] if outcomes else np.zeros(0, dtype=int)

    def _walked(self, rows: Array) -> Array:
        columns = {name: self._columns[name][rows[:, fact]] for fact, name in enumerate(self._names)}
        result = assess_table(self._base, FactTable(len(rows), columns), settle=False, plan=False)
        motion = result.sold.get(MOTION, np.full(len(rows), NONE))
        standing = [result.unpacked(result.standing[block]) for block in self._blocks]
        states = [result.process, result.lead, result.leaning, motion, *standing]
        first, which = _distinct(len(rows), ((state, int(state.max(initial=0)) + 1) for state in states))
        found = np.stack([state[first] for state in states], axis=1).tolist()
        return np.array([self._place(tuple(state)) for state in found], dtype=int)[which]

    def _place(self, state: tuple[int, ...]) -> int:
        if state not in self._places:
            process, lead, leaning, motion, *standing = state
            verdict = Verdict(VERDICTS[process], _named(PROCESSES, lead), _named(PROCESSES, leaning))
            blocks = tuple(block for block, so in zip(self._blocks, standing) if so)
            attribute = self._base.knowledge.attributes.get(MOTION)
            self._places[state] = len(self.found)
            self.found.append((verdict, blocks, _named(tuple(attribute.values) if attribute else (), motion)))
        return self._places[state]


def _distinct(rows: int, columns: Iterable[tuple[Array, int]]) -> tuple[Array, Array]:
    """The first of so many rows that are alike, and of each row which of these it is like.

    A column is a number for each row, from -1, and how many there are from 0.
    """
    codes, kinds = np.zeros(rows, dtype=np.int64), 1
    for each, many in columns:
        if kinds > _WIDE // (many + 1):
            found, codes = np.unique(codes, return_inverse=True)
            kinds = len(found)
        codes = codes * (many + 1) + each + 1
        kinds *= many + 1
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    return first, which


def _merged(mine: Array, theirs: Array) -> Array:
    """Every one's answers with those of every other one in place of them: a row for each pair."""
    merged: Array = np.where(theirs >= 0, theirs, mine[:, None])
    return merged.reshape(len(mine) * len(theirs), mine.shape[1])


def _named(names: Sequence[str], place: int) -> str | None:
    return None if place == NONE else names[place]
