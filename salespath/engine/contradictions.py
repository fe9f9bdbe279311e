"""Which answers contradict one another: relations of the vocabulary that are certainly broken, of one company or of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from salespath.engine.assessment import Contradiction
from salespath.engine.company import Company
from salespath.engine.compile import fill
from salespath.engine.intervals import ends, limits
from salespath.engine.walk import Bits, holds
from salespath.facts import Case, Derived
from salespath.facts.values import Range, words
from salespath.facts.vocabulary import KINDS, Relation
from salespath.files.problems import WARNING, Problem
from salespath.rules.language import inputs

if TYPE_CHECKING:
    from salespath.engine.base import Base
    from salespath.engine.table import Rows

CODES = {"impossible": "SP122", "doubtful": "SP123"}
FAR = 0.1  # as a part of what a formula makes: a number given further from it contradicts its inputs


def contradictions(company: Company, tried: Collection[str] = ()) -> tuple[Contradiction, ...]:
    """What the answers of a company contradict, what is impossible first; `tried` figures are not its own."""
    found = [*_broken_relations(company, tried), *_given_otherwise(company)]
    return tuple(sorted(found, key=lambda item: KINDS.index(item.kind)))


def impossible_rows(rows: Rows, kinds: Collection[str] = ("impossible",)) -> Bits:
    """The rows of a table whose answers cannot all be right; of other `kinds` those of which `contradictions` finds some."""
    base, found = rows.base, rows.zero
    for relation in base.vocabulary.relations.values():
        if relation.kind in kinds:
            found = found | holds(base.broken(relation.id), rows)[0]
    for bits in otherwise_rows(rows).values():
        found = found | bits
    return found


def otherwise_rows(rows: Rows) -> dict[str, Bits]:
    """The rows of a table for which a derived number is given otherwise than its inputs make it, by number."""
    import numpy as np  # not for one company

    found = {}
    for name in rows.base.numbers:
        if name not in rows.table.columns:
            continue
        given, made = rows.table.columns[name], rows.made(name)
        (low, high), (least, most) = given.ends, made.ends
        with np.errstate(invalid="ignore"):
            far = (low != least) & (np.abs(low - least) > FAR * np.abs(least))
            if given.high is not None or made.high is not None:
                apart = (low > most + FAR * np.abs(most)) | (high < least - FAR * np.abs(least))
                far = np.where((low == high) & (least == most), far, apart)
        found[name] = rows.pack(given.known & made.known & far)
    return found


def doubtful_rows(rows: Rows) -> Bits:
    """The rows of a table of which `problems` may say something."""

    found = impossible_rows(rows)
    for bits in cannot_be_rows(rows).values():
        found = found | bits
    return found


def cannot_be_rows(rows: Rows) -> dict[str, Bits]:
    """The rows of a table for which the formula of a number makes one that cannot be, by number."""
    import numpy as np  # not for one company

    found = {}
    for name, number in rows.base.vocabulary.derived.items():
        made, (least, most) = rows.made(name), limits(number)
        (low, high), given = made.ends, rows.table.columns.get(name)
        with np.errstate(invalid="ignore"):
            wrong = made.known & ((high < least) | ((low > most) & (low < math.inf)))
        found[name] = rows.pack(np.broadcast_to(wrong if given is None else wrong & ~given.known, rows.rows))
    return found


def problem(case: Case, found: Contradiction) -> Problem:
    """A contradiction as a warning: it names the values, and asks."""
    return _warning(case, found.code, found.said, found.ask[0])


def problems(case: Case, company: Company, found: Collection[Contradiction]) -> Iterator[Problem]:
    """Impossible answers, and computed numbers that cannot be where nothing says so of their inputs already: warnings that name
    the values, and ask.
    """
    yield from (problem(case, item) for item in found if item.kind == "impossible")
    base, told = company.base, [set(item.facts) for item in found]
    for name, number in base.vocabulary.derived.items():
        value = None if name in company.facts else company.made(name)
        if value is None:
            continue
        (low, high), (least, most) = ends(value), limits(number)
        if (high < least or math.inf > low > most) and not any(base.inputs_of(name) <= facts for facts in told):
            yield cannot_be(case, number, words(number, value))


def cannot_be(case: Case, number: Derived, made: str) -> Problem:
    """That the formula of a number makes one, in words, that cannot be: a warning."""
    what = f"{number.formula} makes {made} for {number.label}, which cannot be; check these figures."
    return _warning(case, "SP121", what, number.id)


def _warning(case: Case, code: str, said: str, name: str) -> Problem:
    return Problem(code, f"{case.company}: {said}", WARNING, case.file, case.line_of(name), name, case.row)


def _broken_relations(company: Company, tried: Collection[str]) -> Iterator[Contradiction]:
    base = company.base

    def figure(name: str) -> str:
        value = company.answer(name)
        assert value is not None  # the base checks that what a text names is known
        return words(base.vocabulary[name], value)

    for relation in base.vocabulary.relations.values():
        if holds(base.broken(relation.id), company)[0]:
            yield broken_relation(base, relation, figure, tried)


def broken_relation(
    base: Base, relation: Relation, figure: Callable[[str], str], tried: Collection[str] = ()
) -> Contradiction:
    """That a relation is broken, by answers that `figure` has in words."""
    read = tuple(base.vocabulary.ordered(inputs(base.broken(relation.id))))
    text, code = fill(relation.text, figure, tried), CODES[relation.kind]
    return Contradiction(relation.id, relation.kind, read, text, relation.question, relation.ask, code)


def _given_otherwise(company: Company) -> Iterator[Contradiction]:
    """The derived numbers that are given, and differ from what their inputs make by more than a tenth."""
    base = company.base
    for name in base.numbers:
        given = company.extent(name) if name in company.facts else None
        value = None if given is None else company.made(name)
        if given is None or value is None:
            continue
        number = base.vocabulary.derived[name]
        (low, high), (least, most) = ends(given), ends(value)
        if isinstance(given, Range) or isinstance(value, Range):
            far = low > most + FAR * abs(most) or high < least - FAR * abs(least)
        else:
            far = given != value and abs(given - value) > FAR * abs(value)
        if far:
            yield given_otherwise(base, number, words(number, company.facts[name]), words(number, value))


def given_otherwise(base: Base, number: Derived, given: str, made: str) -> Contradiction:
    """That a number is given otherwise than its inputs make it, both in words."""
    text = f"{number.id} is given as {given}, but {number.formula} makes {made}."
    read = tuple(base.vocabulary.ordered(base.inputs_of(number.id)))
    return Contradiction(
        f"{number.id}-given-otherwise", "impossible", (*read, number.id), text, "", (number.id, *read), "SP120"
    )
