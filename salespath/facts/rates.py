"""What amounts in other currencies are in US dollars, which rules compare, at a rate that is given or a yearly average."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from salespath.facts.currencies import UNNAMED
from salespath.facts.money import USD, Rate
from salespath.facts.values import Range, Value
from salespath.files.problems import shown, suggestion

if TYPE_CHECKING:  # most companies need none
    from salespath.facts.averages import Bundled

GIVEN = "given"
OPTION, IN_FILE = "given with --rate", "given in the file"
CURRENCY, RATES = "currency", "rates"  # what files call them
REFERENCE_DATE = "reference_date"
MOST = 1e12  # that an amount can be
_TOLERANCE = 1 / 3
_SPREAD = 1.05  # beyond the yearly averages: no year's own rate is further off without being another kind of number
_SIGNS = {"€": "EUR", "£": "GBP", "$": USD, "US$": USD, "₹": "INR", "₺": "TRY", "₪": "ILS"}


class BadRate(ValueError):
    """A currency that is not known, or a rate that cannot be; the message says what was seen and what was expected."""


class Currencies(NamedTuple):
    """What is said of amounts: the currency of those that name none ("": nothing is said), and rates by currency."""

    currency: str = ""
    rates: Mapping[str, Rate] = MappingProxyType({})

    def rate(self, code: str, year: str = "") -> Rate:
        """The rate of a currency: the one that is given, else the average of a year, else that of the newest whole year.

        Raises BadRate for a currency without one, and for a given rate that is far from that average.
        """
        if code in self.rates:
            rate = self.rates[code]
            if rate.of == GIVEN and (usual := bundled().average(code, year)) and _far(rate.dollars, usual.dollars):
                raise BadRate(_refused(rate, usual))
            return rate
        if found := bundled().average(code, year):
            return found
        raise BadRate(f"no rate of {code} is known here; give one: --rate {code}=DOLLARS, dollars for one {code}.")

    @property
    def default(self) -> Rate | None:
        """The rate of amounts that name no currency; None for dollars. Raises BadRate."""
        return self.rate(self.currency) if self.currency not in ("", USD) else None


UNSAID = Currencies()


def in_dollars(
    values: Mapping[str, Value], codes: Mapping[str, str], money: Currencies
) -> tuple[dict[str, Value], str, dict[str, Rate]]:
    """Values with amounts in the currencies of `codes`, by fact (UNNAMED: the amount names none) → the same in US dollars.

    With them the company's own currency, and the rates that were used, its own first.

    Raises BadRate.
    """
    own, rates = rates_of(codes.values(), money, str(values.get(REFERENCE_DATE, ""))[:4])
    found = dict(values)
    for fact, code in codes.items():
        if rate := rates.get((money.currency or USD) if code == UNNAMED else code):
            found[fact] = converted(found[fact], rate)
    return found, own, rates


def rates_of(codes: Iterable[str], money: Currencies, year: str = "") -> tuple[str, dict[str, Rate]]:
    """A company's own currency, and the rates that its amounts in some currencies take, its own first.

    Its own is what is said of its amounts, else the only one that they name, else the dollar. Raises BadRate.
    """
    named = dict.fromkeys((money.currency or USD) if code == UNNAMED else code for code in codes)
    own = money.currency or (next(iter(named)) if len(named) == 1 else USD)
    return own, {code: money.rate(code, year) for code in dict.fromkeys((own, *named)) if code != USD}


def converted(value: Value, rate: Rate) -> Value:
    """An amount or a range of them in US dollars."""
    if isinstance(value, Range):  # one without a bound has none in dollars either
        return Range(rate.in_dollars(value.low), value.high if value.high >= MOST else rate.in_dollars(value.high))
    assert isinstance(value, (int, float))
    return rate.in_dollars(value)


def own_value(value: Value, rate: Rate | None) -> Value:
    """An amount or a range in US dollars in the currency of a rate; without one it stays."""
    if rate is None or isinstance(value, (str, bool, frozenset)):
        return value
    if isinstance(value, Range):
        return Range(rate.own(value.low), value.high if value.high >= MOST else rate.own(value.high))
    return rate.own(value)


# What is written


def currency_code(text: str) -> str:
    """The ISO code that a text means: the code itself in any case, or a sign. Raises BadRate with a suggestion."""
    word = " ".join(text.split())
    code = _SIGNS.get(word, word.upper())
    if code == USD or code in bundled().codes:
        return code
    raise BadRate(f"{shown(text) or 'nothing'} is no currency that is known; write its code, such as EUR.{_hint(code)}")


def _hint(code: str) -> str:
    return suggestion(code, [USD, *bundled().units], 0.6) or suggestion(code, bundled().codes, 0.6)


def given_rate(text: str) -> Rate:
    """The rate that `EUR=1.08` gives: dollars for one unit. Raises BadRate."""
    name, sign, number = text.partition("=")
    if not sign:
        raise BadRate(f"{shown(text) or 'nothing'} is no rate; expected CODE=DOLLARS, such as EUR=1.08.")
    return stated_rate(name, number, OPTION)


def stated_rate(name: str, number: object, source: str) -> Rate:
    """The rate of a currency as dollars for one unit, by an option or a file. Raises BadRate, also where it is like no average."""
    code = currency_code(name)
    try:
        dollars = float(str(number))
    except ValueError:
        dollars = math.nan
    if not 1e-9 < dollars < 1e9:
        raise BadRate(f"{code}={shown(number)}: expected a number of dollars for one {code}, such as EUR=1.08.")
    rate = Rate(code, dollars, GIVEN, source)
    if code == USD and dollars != 1:
        raise BadRate(f"USD={shown(number)}: a dollar is one dollar; give the rates of other currencies.")
    if usual := bundled().average(code):
        averages = [1 / units for units in bundled().units[code]]
        low, high = min(averages) / _SPREAD, max(averages) * _SPREAD
        inverse = low <= 1 / dollars <= high and not low <= dollars <= high
        if inverse or all(_far(dollars, average) for average in averages):
            raise BadRate(_refused(rate, usual))
    return rate


def saved_rate(name: str, said: object, source: str) -> Rate:
    """The rate that a receipt names, as it was: {units_per_usd, of, source}. Raises BadRate."""
    code = currency_code(name)
    try:
        if not isinstance(said, Mapping):
            raise ValueError
        units = float(str(said["units_per_usd"]))
        if not 1e-9 < units < 1e9:
            raise ValueError
    except (KeyError, ValueError):
        raise BadRate(
            f"receipt: {RATES}: {code}: found {shown(said)}; expected units_per_usd, of and source."
        ) from None
    return Rate(code, 1 / units, str(said.get("of", GIVEN)), str(said.get("source", source)))


def _far(dollars: float, average: float) -> bool:
    return abs(dollars - average) > _TOLERANCE * average


def _refused(rate: Rate, usual: Rate) -> str:
    """Why a rate is not taken: it is the inverse of one that would do, or far from the average."""
    code, inverse = rate.currency, 1 / rate.dollars
    seen = f"{'--rate' if rate.source == OPTION else 'the rate'} {code}={rate.dollars:.6g}"
    if abs(math.log(inverse / usual.dollars)) < abs(math.log(rate.dollars / usual.dollars)) and not _far(
        inverse, usual.dollars
    ):
        return f"{seen} looks like {_MANY.get(code, code)} for a dollar; did you mean {code}={inverse:.4g}?"
    average = f"the average of {usual.of}, {code}={usual.dollars:.4g}"
    return f"{seen} is more than a third away from {average} (dollars for one {code}); check it."


_MANY = {"EUR": "euros", "GBP": "pounds", "RON": "lei", "CHF": "francs", "PLN": "zlotys"}


def currencies(currency: str = "", rates: Iterable[str] = ()) -> tuple[Currencies, list[str]]:
    """What `--currency` and `--rate` say, and what is wrong with it. Nothing is read where they say nothing."""
    found, wrong, code = dict[str, Rate](), list[str](), ""
    if currency.strip():
        try:
            code = currency_code(currency)
        except BadRate as error:
            wrong.append(str(error))
    for text in rates:
        try:
            rate = given_rate(text)
        except BadRate as error:
            wrong.append(str(error))
            continue
        first = found.setdefault(rate.currency, rate)
        if first != rate:
            wrong.append(f"two rates are given for {rate.currency}: {first.dollars:g} and {rate.dollars:g}.")
    return Currencies(code, found), wrong


@cache
def bundled() -> Bundled:
    """The bundled averages, read when they are first needed."""
    from salespath.facts import averages

    return averages.read()
