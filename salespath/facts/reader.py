"""The one reader of an answer: what a text means for a fact, be it typed, a cell, a setting, in a file or passed by a program."""

from __future__ import annotations

from dataclasses import dataclass

from salespath.facts.values import Value, parse
from salespath.facts.vocabulary import Derived, Fact

_COMMA_TO_POINT = str.maketrans(",", ".", ". \u00a0")


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


PLAIN = Context()  # nothing is known beside the text


@dataclass(frozen=True)
class Understood:
    """What a text means: None is unknown ("n/a"). Money is in `currency` (ISO code) and not converted.

    `note` says how it was read, where that is not the text itself; `how` is "estimated" where the text says "about".
    """

    value: Value | None
    note: str = ""
    currency: str = ""
    how: str = ""


def understand(fact: Fact | Derived, text: str, context: Context = PLAIN, *, exact: bool = False) -> Understood:
    """What a text means for a fact; `exact` says that a program wrote it. Raises BadValue."""
    if not text.strip():
        return Understood(None)
    plain = text
    if context.decimal == ",":
        plain = text.translate(_COMMA_TO_POINT)
    exact |= bool(context.decimal)
    if context.ones and fact.type == "boolean":
        plain = {"1": "yes", "0": "no"}.get(text.strip(), text)
    if context.percent and "%" not in text:
        plain += "%"
    return Understood(parse(fact, plain, exact=exact), currency="USD" if fact.type == "money" else "")
