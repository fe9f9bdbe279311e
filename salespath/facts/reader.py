"""The one reader of an answer: what a text means for a fact, be it typed, a cell, a setting, in a file or passed by a program."""

from __future__ import annotations

from dataclasses import dataclass

from salespath.facts.values import Value, parse
from salespath.facts.vocabulary import Derived, Fact


@dataclass(frozen=True)
class Context:
    """What is known of a text beside the text itself.

    `decimal` is "." or "," where other cells of the column decided it; `scale` the power of ten that a heading names, (k€) being 3;
    `currency` the ISO code of amounts that name none; `per` the period that a heading names, "day", "week", "month" or "year", of a
    length of time its unit, (weeks) being "week"; `percent` says that shares are written in percents, `ones` that a column of yes
    and no holds nothing but 1 and 0, `prompt` that the text is typed, so that a bare number at a choice is the number of a choice.
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
    return Understood(parse(fact, text, exact=exact), currency="USD" if fact.type == "money" else "")
