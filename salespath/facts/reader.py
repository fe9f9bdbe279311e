"""The one reader of an answer: what a text means for a fact, be it typed, a cell, a setting, in a file or passed by a program."""

from __future__ import annotations

from dataclasses import dataclass

from salespath.facts.values import Value, parse
from salespath.facts.vocabulary import Derived, Fact


@dataclass(frozen=True)
class Context:
    """What is known of a text beside the text itself.

    `decimal` is "." or "," where other cells of the column decided it; `scale` the power of ten that a heading names, (k€) being 3;
    `currency` the ISO code of amounts that name none; `per` the "month" or "year" that a heading names; `percent` says that
    shares are written in percents, `ones` that a column of yes and no holds nothing but 1 and 0, `prompt` that the text is typed,
    so that a bare number at a choice is the number of that choice.
    """

    decimal: str = ""
    scale: int = 0
    currency: str = ""
    per: str = ""
    percent: bool = False
    ones: bool = False
    prompt: bool = False


@dataclass(frozen=True)
class Understood:
    """What a text means: None is unknown ("n/a"). Money is in `currency` (ISO code) and not converted.

    `note` says how it was read, where that is not the text itself; `how` is "estimated" where the text says "about".
    """

    value: Value | None
    note: str = ""
    currency: str = ""
    how: str = ""


def understand(fact: Fact | Derived, text: str, context: Context = Context(), *, exact: bool = False) -> Understood:
    """What a text means for a fact; `exact` says that a program wrote it. Raises BadValue."""
    if not text.strip():
        return Understood(None)
    if fact.type != "money":
        return Understood(parse(fact, text, exact=exact))
    amount, currency = _currency(text.strip())
    return Understood(parse(fact, amount, exact=exact), currency=currency or context.currency or "USD")


_WORDS = {
    "€": "EUR",
    "£": "GBP",
    "lei": "RON",
    "ron": "RON",
    "eur": "EUR",
    "gbp": "GBP",
    "chf": "CHF",
    "jpy": "JPY",
    "usd": "USD",
}
_WORDS |= {"$": "USD", "krw": "KRW", "huf": "HUF"}


def _currency(text: str) -> tuple[str, str]:
    """An amount without the word for its currency, and the code of that."""
    for word, code in _WORDS.items():
        if text.lower().startswith(word):
            return text[len(word) :].strip(), code
        if text.lower().endswith(word):
            return text[: -len(word)].strip(), code
    return text, ""
