"""Pages and documents on companies in their own currency, and the line that says at which rate."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ParamSpec, TypeVar

from salespath.facts import Case
from salespath.facts.money import DOLLARS, USD, Rate, in_own_currency, sign_of
from salespath.report.page import Page, Text

P = ParamSpec("P")
R = TypeVar("R")
Of = Callable[..., "Iterable[Case]"]  # the companies that a page is about, from its arguments


def in_currency_of(of: Of) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A page or document that shows amounts in the currency of the companies it is about.

    Where these have several, it shows US dollars. A page ends with the rates, a document with the key `currency`.
    """

    def decorate(make: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(make)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            cases = tuple(of(*args, **kwargs))
            rate = common_rate(cases)
            with in_own_currency(rate):
                made = make(*args, **kwargs)
            if isinstance(made, Page) and (text := rates_text(cases, rate)):
                return replace(made, blocks=(*made.blocks, Text(text)))
            if isinstance(made, dict):
                made["currency"] = rate.currency if rate else USD
            return made

        return run

    return decorate


def common_rate(cases: Iterable[Case]) -> Rate | None:
    """The rate of the currency that all companies have, None if that is the dollar; DOLLARS where they differ."""
    found = {case.rate for case in cases}
    return next(iter(found), None) if len(found) < 2 else DOLLARS


def rates_text(cases: Iterable[Case], shown: Rate | None) -> str:
    """The currency of what is shown, and the rates behind it; nothing where all is in dollars."""
    rates = dict.fromkeys(rate for case in cases for rate in case.rates.values())
    if not rates:
        return ""
    each = "; ".join(map(rate_text, rates))
    if shown is None:
        return f"Converted: {each}."
    if shown is DOLLARS:
        return f"Amounts in US dollars: {each}."
    return f"Amounts in {shown.currency}; the rules compare US dollars: {each}."


def rate_text(rate: Rate) -> str:
    """A rate, and what it is: €1 = $1.128 (average of 2025, European Central Bank); the strong currency first."""
    if rate.dollars < 0.5:
        said = f"$1 = {sign_of(rate.currency)}{rate.units_per_usd:.4g}"
    else:
        said = f"{sign_of(rate.currency)}1 = ${rate.dollars:.4g}"
    return f"{said} ({f'average of {rate.of}, {rate.source}' if rate.of.isdigit() else rate.source})"
