"""Which answers contradict one another: relations of the vocabulary that are certainly broken, of one company or of a table."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from salespath.engine.assessment import Contradiction
from salespath.engine.company import Company
from salespath.engine.compile import fill
from salespath.engine.walk import Bits, holds
from salespath.facts import Case
from salespath.facts.values import words
from salespath.facts.vocabulary import KINDS
from salespath.files.problems import WARNING, Problem
from salespath.rules.language import inputs

if TYPE_CHECKING:
    from salespath.engine.table import Rows

CODES = {"impossible": "SP122", "doubtful": "SP123"}
FAR = 0.1  # as a part of what a formula makes: a number given further from it contradicts its inputs


def contradictions(company: Company, tried: Collection[str] = ()) -> tuple[Contradiction, ...]:
    """What the answers of a company contradict, what is impossible first; `tried` figures are not its own."""
    found = [*_broken_relations(company, tried), *_given_otherwise(company)]
    return tuple(sorted(found, key=lambda item: KINDS.index(item.kind)))


def impossible_rows(rows: Rows) -> Bits:
    """The rows of a table whose answers cannot all be right."""
    import numpy as np  # not for one company

    base, found = rows.base, rows.zero
    for relation in base.vocabulary.relations.values():
        if relation.kind == "impossible":
            found = found | holds(base.broken(relation.id), rows)[0]
    for name in base.vocabulary.derived.keys() & rows.table.columns.keys():
        given = rows.table.columns[name]
        made = rows.computed(name)
        with np.errstate(invalid="ignore"):
            far = np.abs(given.values - made.values) > FAR * np.abs(made.values)
        found = found | rows.pack(given.known & made.known & (given.values != made.values) & far)
    return found


def problem(case: Case, found: Contradiction) -> Problem:
    """A contradiction as a warning: it names the values, and asks."""
    message = f"{case.company}: {found.said}"
    return Problem(found.code, message, WARNING, file=case.file, line=case.line, column=found.ask[0], row=case.row)


def _broken_relations(company: Company, tried: Collection[str]) -> Iterator[Contradiction]:
    base = company.base

    def figure(name: str) -> str:
        value = company.answer(name)
        assert value is not None  # the base checks that what a text names is known
        return words(base.vocabulary[name], value)

    for relation in base.vocabulary.relations.values():
        tree = base.broken(relation.id)
        if holds(tree, company)[0]:
            read = tuple(base.vocabulary.ordered(inputs(tree)))
            text, code = fill(relation.text, figure, tried), CODES[relation.kind]
            yield Contradiction(relation.id, relation.kind, read, text, relation.question, relation.ask, code)


def _given_otherwise(company: Company) -> Iterator[Contradiction]:
    """The derived numbers that are given, and differ from what their inputs make by more than a tenth."""
    base = company.base
    for name in base.numbers:
        given = company.facts.get(name)
        value = None if given is None else company.computed(name)
        if value is None or math.isnan(value):
            continue
        number = base.vocabulary.derived[name]
        assert isinstance(given, (int, float))
        if given != value and abs(given - value) > FAR * abs(value):
            text = f"{name} is given as {words(number, given)}, but {number.formula} makes {words(number, value)}."
            read = tuple(base.vocabulary.ordered(base.inputs_of(name)))
            yield Contradiction(
                f"{name}-given-otherwise", "impossible", (*read, name), text, "", (name, *read), "SP120"
            )
