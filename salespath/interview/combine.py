"""How the answers of several people become those of one company, fact by fact, so that everybody can see it and change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salespath.engine.base import Base
from salespath.engine.majority import majority
from salespath.facts import Case, Value
from salespath.facts.money import USD, Rate
from salespath.facts.values import HOW
from salespath.interview.session import Combination, How, Session


@dataclass(frozen=True)
class Combined:
    """What becomes of a fact: the answers and whose they are, the most frequent first, how they combine, and the value.

    `value` is None where it stays unknown.
    """

    fact: str
    answers: tuple[tuple[Value, tuple[int, ...]], ...]
    how: How
    value: Value | None

    @property
    def disputed(self) -> bool:
        """Whether two people gave different answers."""
        return len(self.answers) > 1


def combine(base: Base, session: Session, people: Mapping[int, Case]) -> tuple[Case, dict[str, Combined]]:
    """The company as the answers that are not hidden have it, and of each fact how that came about.

    `people` are the companies as each one answered, by person.
    """
    given, hidden = session.given, session.hidden
    names = [name for name in session.questions if name not in hidden and name not in given.values]
    found = {name: _combined(base, session.combination(name), name, people) for name in names}
    decided = {name: item.value for name, item in found.items() if item.value is not None}
    values = {**given.values, **decided}
    how = {**given.how, **{name: said for name, value in decided.items() if (said := _how(name, value, people))}}
    rates: dict[str, Rate] = {code: rate for case in people.values() for code, rate in case.rates.items()} | {
        **given.rates
    }
    own = {case.currency for case in (given, *people.values()) if case.currency in rates}
    case = Case(
        session.company,
        {name: values[name] for name in base.vocabulary.ordered(values)},
        how,
        given.notes,
        currency=own.pop() if len(own) == 1 else USD,
        rates=rates,
        money=given.money,
    )
    return case, found


def _combined(base: Base, chosen: Combination, name: str, people: Mapping[int, Case]) -> Combined:
    answers: dict[Value, tuple[int, ...]] = {}
    for person, case in people.items():
        if name in case.values:
            answers[case.values[name]] = (*answers.get(case.values[name], ()), person)
    value: Value | None = None
    if chosen.how == "host":
        value = chosen.value
    elif answers and chosen.how == "agreed":
        value = next(iter(answers)) if len(answers) == 1 else None
    elif answers and chosen.how == "median":
        value = majority(base.vocabulary[name], [case.values[name] for case in people.values() if name in case.values])
    ordered = tuple(sorted(answers.items(), key=lambda item: -len(item[1])))
    return Combined(name, ordered, chosen.how, value)


def _how(name: str, value: Value, people: Mapping[int, Case]) -> str:
    """How a value is known: the weakest of what those say who gave it."""
    said = (case.how.get(name, "") for case in people.values() if case.values.get(name) == value)
    return max(said, key=("", *HOW).index, default="")
