"""What Python programs pass as facts: objects → typed values, by the reader of texts."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from numbers import Real

from salespath.facts.cases import Case
from salespath.facts.money import USD
from salespath.facts.rates import BadRate, in_dollars
from salespath.facts.reader import Context, Understood, understand
from salespath.facts.values import DATE, KINDS, LARGEST, BadValue, Value, parse, parse_set, within_range
from salespath.facts.vocabulary import NUMERIC, Derived, Fact, Vocabulary
from salespath.files.problems import Problem, SalespathError, shown, suggestion


def typed_case(vocabulary: Vocabulary, case: Case) -> Case:
    """The company with its facts as the vocabulary types them; the same object where they are so already, which is quickly seen.

    Raises SalespathError listing every fact that does not exist (SP111) and every value that cannot be (SP112).
    """
    at = Problem("SP111", "", file=case.file, line=case.line)
    if case.currency != USD and case.rate is None:
        what = f"amounts of a Case are US dollars, so it cannot be in {shown(case.currency)}"
        message = f'{case.company}: {what}; write them as text ("€45k"), or read() what stands in a file.'
        raise SalespathError([replace(at, code="SP115", message=message)])
    if all(name in vocabulary and fits(vocabulary[name], value) for name, value in case.values.items()):
        return case
    problems: list[Problem] = []
    values: dict[str, Value] = {}
    codes: dict[str, str] = {}
    for name, value in case.values.items():
        if name not in vocabulary:
            message = f"{case.company}: there is no fact {shown(name)}.{suggestion(str(name), vocabulary)}"
            problems.append(replace(at, message=message, value=shown(name)))
            continue
        try:
            found = understood(vocabulary[name], value, Context(currency=case.currency))
        except BadValue as error:
            message = f"{case.company}: {name}: {error}"
            problems.append(replace(at, code="SP112", message=message, column=name, value=shown(repr(value))))
            continue
        if found.value is not None:
            values[name] = found.value
            if found.currency:
                codes[name] = found.currency if isinstance(value, str) else USD
    if problems:
        raise SalespathError(problems)
    try:
        amounts, currency, rates = in_dollars(values, codes, case.money)
    except BadRate as error:
        raise SalespathError([replace(at, code="SP115", message=f"{case.company}: {error}")]) from None
    return replace(
        case,
        values=amounts,
        currency=case.currency if case.rate else currency,
        rates={**case.rates, **rates},
    )


def fits(fact: Fact | Derived, value: object) -> bool:
    """Whether an object is a value of the fact as it stands."""
    if fact.type == "choice":
        return type(value) is str and value in fact.values
    if fact.type == "set":
        return isinstance(value, frozenset) and value <= fact.values.keys()
    if fact.type == "boolean":
        return type(value) is bool
    if fact.type == "date":
        return type(value) is str and DATE.fullmatch(value) is not None and parse(fact, value) == value
    return (
        (type(value) is int or (type(value) is float and fact.type != "integer"))
        and -LARGEST <= value <= LARGEST
        and (fact.above is None or value > fact.above)
        and (fact.minimum is None or value >= fact.minimum)
        and (fact.maximum is None or value <= fact.maximum)
    )


def understood(fact: Fact | Derived, value: object, context: Context) -> Understood:
    """What an object means for a fact; None and blank text are unknown. Raises BadValue.

    Text is read as `parse` reads it, True and False are yes and no, a list or set of words is a set, a number is a number, and a
    `date` or `datetime` is a day.
    """
    if isinstance(value, str):
        return understand(fact, value, context)
    return Understood(None if value is None else _converted(fact, value), currency=USD if fact.type == "money" else "")


def _converted(fact: Fact | Derived, value: object) -> Value:
    if isinstance(value, bool):
        if fact.type == "boolean":
            return value
    elif isinstance(value, Real) and fact.type in NUMERIC:
        return within_range(fact, _finite(value), str(value))
    elif fact.type == "date" and isinstance(value, date):
        return value.isoformat()[:10]  # without the time of day
    elif fact.type == "set" and isinstance(value, (list, tuple, set, frozenset)):
        words = [word for word in value if isinstance(word, str)]
        if len(words) == len(value):
            return parse_set(fact, words if isinstance(value, (list, tuple)) else sorted(words))
    wanted = {"boolean": "yes or no", "choice": "one of ", "set": "a list of "} | KINDS
    raise BadValue(f"{shown(repr(value))} is not understood; expected {wanted[fact.type]}{', '.join(fact.values)}.")


def _finite(value: Real) -> float | int:
    """A number of any kind as a plain one."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isnan(number):
        raise BadValue("NaN is not a number; what is not known is left out, or None.")
    if abs(number) > LARGEST:
        raise BadValue(f"{number:g} is too large.")
    return int(number) if number == int(number) else number
