"""What Python programs pass as facts: objects → typed values, by the reader of texts."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from numbers import Real

from salespath.facts.cases import Case
from salespath.facts.values import DATE, KINDS, LARGEST, BadValue, Range, Value, parse, parse_set, within_range
from salespath.facts.vocabulary import NUMERIC, Derived, Fact, Vocabulary
from salespath.files.problems import Problem, SalespathError, shown, suggestion


def typed_case(vocabulary: Vocabulary, case: Case) -> Case:
    """The company with its facts as the vocabulary types them; the same object where they are so already, which is quickly seen.

    Raises SalespathError listing every fact that does not exist (SP111) and every value that cannot be (SP112).
    """
    if all(name in vocabulary and fits(vocabulary[name], value) for name, value in case.values.items()):
        return case
    problems, at = [], Problem("SP111", "", file=case.file, line=case.line)
    values = {}
    for name, value in case.values.items():
        if name not in vocabulary:
            message = f"{case.company}: there is no fact {shown(name)}.{suggestion(str(name), vocabulary)}"
            problems.append(replace(at, message=message, value=shown(name)))
            continue
        try:
            values[name] = convert(vocabulary[name], value)
        except BadValue as error:
            message = f"{case.company}: {name}: {error}"
            problems.append(replace(at, code="SP112", message=message, column=name, value=shown(repr(value))))
    if problems:
        raise SalespathError(problems)
    return replace(case, values={name: value for name, value in values.items() if value is not None})


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
    if isinstance(value, Range):
        return value.low < value.high
    return (
        (type(value) is int or (type(value) is float and fact.type != "integer"))
        and -LARGEST <= value <= LARGEST
        and (fact.above is None or value > fact.above)
        and (fact.minimum is None or value >= fact.minimum)
        and (fact.maximum is None or value <= fact.maximum)
    )


def convert(fact: Fact | Derived, value: object) -> Value | None:
    """The value that an object means for a fact; None and blank text are unknown. Raises BadValue.

    Text is read as `parse` reads it, True and False are yes and no, a list or set of words is a set, a number is a number, and a
    `date` or `datetime` is a day.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return parse(fact, value) if value.strip() else None
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
