"""What Python programs pass as facts: objects → typed values, by the reader of texts."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from numbers import Real

from salespath.facts.cases import Case
from salespath.facts.money import USD
from salespath.facts.rates import BadRate, in_dollars
from salespath.facts.reader import ALONE, Context, Understood, members, understand
from salespath.facts.values import KINDS, LARGEST, BadValue, Range, Value, ends, whole, within_range
from salespath.facts.vocabulary import NUMERIC, Derived, Fact, Vocabulary
from salespath.files.problems import Problem, SalespathError, shown


def typed_case(vocabulary: Vocabulary, case: Case) -> Case:
    """The company with its facts as the vocabulary types them; the same object where they are so already, which is quickly seen.

    How a text was read, where that is not the text itself, is `understood`. Raises SalespathError listing every fact that does not
    exist (SP111) and every value that cannot be (SP112).
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
    understood, how = dict(case.understood), dict(case.how)
    for name, value in case.values.items():
        if name not in vocabulary:
            message = f"{case.company}: there is no fact {shown(name)}.{vocabulary.suggestion(str(name))}"
            problems.append(replace(at, message=message, value=shown(name)))
            continue
        try:
            found = convert(vocabulary[name], value, Context(currency=case.currency))
        except BadValue as error:
            message = f"{case.company}: {name}: {error}"
            problems.append(replace(at, code=error.code, message=message, column=name, value=shown(repr(value))))
            continue
        if found.value is not None:
            values[name] = found.value
            if found.currency:  # what is no text is in dollars
                codes[name] = found.currency
        if found.how and found.value is not None:
            how.setdefault(name, found.how)
        if found.note:
            understood[name] = found.note
    if problems:
        raise SalespathError(problems)
    try:
        amounts, currency, rates = in_dollars(values, codes, case.money)
    except BadRate as error:
        raise SalespathError([replace(at, code="SP115", message=f"{case.company}: {error}")]) from None
    return replace(
        case,
        values=amounts,
        how=how,
        understood=understood,
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
        return type(value) is str and _is_day(fact, value)
    if type(value) is Range:
        possible = ends(fact)
        return value.low < value.high and all(
            bound == end or _can_be(fact, end, end=True)
            for bound, end in ((possible.low, value.low), (possible.high, value.high))
        )
    return _can_be(fact, value)


def _can_be(fact: Fact | Derived, value: object, *, end: bool = False) -> bool:
    """Whether an object is a number of the fact as it stands, or the `end` of a range of it."""
    kinds = (int,) if fact.type == "integer" else (int, float)
    return (
        type(value) in kinds
        and isinstance(value, (int, float))
        and -LARGEST <= value <= LARGEST
        and (fact.above is None or value > fact.above or (end and value == fact.above))
        and (fact.minimum is None or value >= fact.minimum)
        and (fact.maximum is None or value <= fact.maximum)
    )


def _is_day(fact: Fact | Derived, text: str) -> bool:
    try:
        return understand(fact, text).value == text
    except BadValue:
        return False


def convert(fact: Fact | Derived, value: object, context: Context = ALONE) -> Understood:
    """What an object means for a fact; None and blank text are unknown. Raises BadValue.

    Text is read as in a fact file, True and False are yes and no, a list or set of words is a set, a number is a number, a Range
    is one of numbers, and a `date` or `datetime` is a day.
    """
    if value is None:
        return Understood(None)
    if isinstance(value, str):
        return understand(fact, value, context)
    if isinstance(value, bool):
        if fact.type == "boolean":
            return Understood(value)
    elif isinstance(value, Range) and fact.type in NUMERIC:
        return Understood(_range(fact, value))
    elif isinstance(value, Real) and fact.type in NUMERIC:
        number = _finite(value)
        if number < 0 and fact.below_zero:
            return Understood(0, f"{number}, read as {fact.below_zero}")
        return Understood(within_range(fact, number, str(value)))
    elif fact.type == "date" and isinstance(value, date):
        return Understood(value.isoformat()[:10])  # without the time of day
    elif fact.type == "set" and isinstance(value, (list, tuple, set, frozenset)):
        words = [word for word in value if isinstance(word, str)]
        if len(words) == len(value):
            return members(fact, words if isinstance(value, (list, tuple)) else sorted(words))
    wanted = {"boolean": "yes or no", "choice": "one of ", "set": "a list of "} | KINDS
    raise BadValue(f"{shown(repr(value))} is not understood; expected {wanted[fact.type]}{', '.join(fact.values)}.")


def _range(fact: Fact | Derived, value: Range) -> Value:
    """A range as the fact has it; a number where its ends are one."""
    possible = ends(fact)
    found: list[float | int] = []
    for end, without, bound in ((value.low, -math.inf, possible.low), (value.high, math.inf, possible.high)):
        if not isinstance(end, Real) or isinstance(end, bool):
            raise BadValue(f"{shown(repr(value))} is not understood; both ends of a range are numbers.")
        if end == without:
            found.append(whole(bound))
            continue
        number = _finite(end)
        found.append(within_range(fact, 0 if number < 0 and fact.below_zero else number, str(end), end=True))
    low, high = found
    if low > high:
        raise BadValue(f"{shown(repr(value))} ends below where it begins.")
    return within_range(fact, low, str(low)) if low == high else Range(low, high)


def as_json(value: object) -> object:
    """An object that JSON does not have, in a form that it has and a fact file is read from."""
    if isinstance(value, Range):
        ends = {"low": value.low, "high": value.high}
        return {end: number for end, number in ends.items() if not (isinstance(number, Real) and math.isinf(number))}
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if isinstance(value, date):
        return value.isoformat()[:10]
    return _finite(value) if isinstance(value, Real) and not math.isnan(value) else repr(value)


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
    return whole(number)
