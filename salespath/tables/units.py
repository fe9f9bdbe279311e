"""The units in the heading of a column: `Burn (k€)` is burn in thousands of euros, `monthly_burn_eur_k` too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from salespath.facts.currencies import ISO
from salespath.facts.reader import Context
from salespath.facts.vocabulary import Derived, Fact

_SCALES = {  # powers of ten
    **dict.fromkeys(("k", "000", "000s", "thousand", "thousands", "mii"), 3),
    **dict.fromkeys(("m", "mn", "mm", "mio", "mil", "million", "millions", "milioane"), 6),
    **dict.fromkeys(("b", "bn", "billion", "billions", "miliarde"), 9),
}
# Words for money that mean something else in a heading: real revenue, ft employees.
_NO_MONEY = ("bucks", "fr.", "ft", "lari", "lev", "leve", "nis", "quid", "rand", "rands", "real", "tl")
_ISO = {word: code for word, code in ISO.items() if " " not in word and word not in _NO_MONEY}
_PERIODS = {
    **dict.fromkeys(("day", "days", "zile"), "day"),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "saptamani", "săptămâni"), "week"),
    **dict.fromkeys(("month", "months", "mo", "monthly", "luna", "lună", "luni", "pm", "pcm"), "month"),
    **dict.fromkeys(("year", "years", "yr", "yrs", "yearly", "annual", "annually", "annum", "pa", "an", "ani"), "year"),
}
_PERCENT = ("%", "percent", "pct", "procente")
_JOINING = ("in", "of", "per", "a", "de", "pe", "/")
_ANSWERS = ("yes/no", "y/n", "da/nu")
_WORD = re.compile(r"[^\W\d_]+|[0-9']+s?|[^\s\w]")
_GLUED = re.compile(  # k€, $m, keur, eurk, $000, 000s
    rf"(?P<before>k|m|mn|mm|b|bn|000)?(?P<currency>{'|'.join(map(re.escape, sorted(_ISO, key=len, reverse=True)))})"
    r"(?P<after>k|m|mn|mm|b|bn|000s?)?"
)
_BRACKETED = re.compile(r"(?P<name>.*\S)\s*[(\[](?P<unit>[^()\[\]]*)[)\]][\s?:*]*", re.DOTALL)
_COMMA = re.compile(r"(?P<name>.*\w)\s*,\s*(?P<unit>[^,]*)", re.DOTALL)
_LONGEST = 8  # words of a unit


@dataclass(frozen=True)
class Unit:
    """What stands beside the name of a fact in a heading. `period` is that of an amount, or the unit of a length of time."""

    scale: int = 0
    currency: str = ""
    period: str = ""
    percent: bool = False
    words: frozenset[str] = frozenset()  # that are no unit of an amount: people, yes/no

    def context(self, fact: Fact | Derived) -> Context | None:
        """What it says of the cells of a fact, or None where the fact has no such unit."""
        own = next((_PERIODS[word] for word in fact.unit.split() if word in _PERIODS), "")
        money, share, rate = fact.type == "money", fact.type == "share", fact.unit.startswith("a ")
        fits = (
            (not self.words or self._named(fact))
            and (not self.currency or money)
            and (not self.percent or share)
            and (not self.scale or money or (fact.numeric and not share and not own))
            and (not self.period or self.period == own or (bool(own) and money == rate))
        )
        if not fits:
            return None
        period = "" if self.period == own else self.period
        return Context(scale=self.scale, currency=self.currency, per=period, percent=self.percent)

    def _named(self, fact: Fact | Derived) -> bool:
        """Whether its words are the fact's own unit, or say that it is answered yes or no."""
        if fact.type == "boolean" and self.words <= {*_ANSWERS}:
            return True
        return self.words <= {*fact.unit.lower().split()}


def in_words(fact: Fact | Derived, context: Context) -> str:
    """What a heading says of its cells: ` in thousands of euros`, ` in weeks`, ` in percent`; nothing where it says nothing."""
    if fact.type != "money" and context.per:
        return f" in {context.per}s"
    scale = {0: "", 3: "thousands", 6: "millions", 9: "billions"}[context.scale]
    currency = _NAMES.get(context.currency, context.currency)
    amount = " of ".join(part for part in (scale, currency) if part) or ("percent" if context.percent else "")
    return (f" in {amount}" if amount else "") + (f" a {context.per}" if context.per else "")


def column_unit(fact: Fact | Derived, context: Context) -> str:
    """The unit in which the cells of a fact are: `thousands a month`, `weeks`, `people`."""
    if fact.type != "money" and context.per:
        return f"{context.per}s"
    scale = {0: "", 3: "thousands", 6: "millions", 9: "billions"}[context.scale]
    own = f"a {context.per}" if context.per else fact.unit
    return " ".join(filter(None, (scale, own)))


def unit_text(context: Context) -> str:
    """The same as it can be read again: `thousands of EUR a month`, `weeks`, `percent`; nothing where it says nothing."""
    scale = {0: "", 3: "thousands", 6: "millions", 9: "billions"}[context.scale]
    amount = " of ".join(filter(None, (scale, context.currency))) or ("percent" if context.percent else "")
    return " ".join(filter(None, (amount, f"a {context.per}" if context.per else "")))


_NAMES = {"EUR": "euros", "USD": "US dollars", "GBP": "pounds", "RON": "lei"}


def readings(heading: str) -> Iterator[tuple[str, Unit]]:
    """The ways to take a heading as a name and its unit, the longest name first: the heading itself has none."""
    yield heading, Unit()
    bracketed = _BRACKETED.fullmatch(heading)
    if bracketed:
        for name, unit in readings(bracketed["name"]):
            if (found := parse_unit(bracketed["unit"])) and (both := joined(unit, found)):
                yield name, both
        return
    if (comma := _COMMA.fullmatch(heading)) and (found := parse_unit(comma["unit"])):
        yield comma["name"], found
        return
    places = [match.start() for match in _WORD.finditer(heading)][1:]
    for start in reversed(places[-_LONGEST:]):
        found = parse_unit(heading[start:])
        if found and heading[:start].strip(" _-/."):
            yield heading[:start], found


def joined(first: Unit, second: Unit) -> Unit | None:
    """Two units of one heading as one, or None where they say different things."""
    found = second
    for name in ("scale", "currency", "period", "percent"):
        if given := getattr(first, name):
            if getattr(second, name) not in (given, Unit.__dataclass_fields__[name].default):
                return None
            found = replace(found, **{name: given})
    return replace(found, words=first.words | second.words)


def parse_unit(text: str) -> Unit | None:
    """What a text says as a unit, or None where it is none."""
    text = text.strip().lower()
    if text in _ANSWERS:
        return Unit(words=frozenset([text]))
    found = Unit()
    for word in re.sub(r"[_/-]", " ", re.sub(r"[.'’]", "", text)).split():
        both = joined(found, part) if (part := _part(word)) else None
        if both is None:
            return None
        found = both
    return found if found != Unit() else None


def _part(word: str) -> Unit | None:
    """What one word of a unit says."""
    if word in _JOINING:
        return Unit()
    if word in _SCALES:
        return Unit(scale=_SCALES[word])
    if word in _PERIODS:
        return Unit(period=_PERIODS[word])
    if word in _PERCENT:
        return Unit(percent=True)
    if glued := _GLUED.fullmatch(word):
        scales = {_SCALES[part] for part in (glued["before"], glued["after"]) if part}
        return Unit(scale=max(scales, default=0), currency=_ISO[glued["currency"]]) if len(scales) < 2 else None
    return Unit(words=frozenset([word])) if word.isalpha() else None
