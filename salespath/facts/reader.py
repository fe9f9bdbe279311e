"""The one reader of an answer: what a text means for a fact, be it typed, a cell, a setting, in a file or passed by a program."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from salespath.facts import values
from salespath.facts.amounts import LEAST, LONGEST, MOST, TWELFTHS, Amount, Figure, amount, plain, readings
from salespath.facts.currencies import AMBIGUOUS, DOLLARS, ISO, UNNAMED
from salespath.facts.money import in_own_currency, sign_of
from salespath.facts.values import (
    KINDS,
    LARGEST,
    BadValue,
    Range,
    Value,
    cell_text,
    quantity,
    readable,
    whole,
    within_range,
)
from salespath.facts.vocabulary import Derived, Fact, fold
from salespath.files.problems import shown, suggestion


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


ALONE = Context()
PROMPT = Context(prompt=True)


@dataclass(frozen=True)
class Understood:
    """What a text means: None is unknown ("n/a"). Money is in `currency` (ISO code) and not converted.

    `note` says how it was read, where that is not the text itself; `how` is "estimated" where the text says "about".
    """

    value: Value | None
    note: str = ""
    currency: str = ""
    how: str = ""


DATE = r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}\S*)?"  # spreadsheets add a time of day


def _any_of(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


UNKNOWN = _any_of(
    "?|??|???|n/a|n.a.|n.a|na|#n/a|n/d|nd|unknown|not known|tbd|tba|tbc|t.b.d.|don't know|dont know|do not know|i don't know"
    "|i do not know|idk|not sure|unsure|no idea|not available|not applicable|not disclosed|undisclosed|not reported|no data"
    "|no answer|unspecified|not specified|missing|null|-|--|---|necunoscut|necunoscuta|nu stiu|nu se stie|nu e cazul"
    "|nespecificat|fara date|k.a.|unbekannt"
)
YES = _any_of("yes|y|ye|yeah|yep|true|t|da|ja|oui|si|sim|tak|adevarat|✓|✔|☑")
NO = _any_of("no|n|nope|false|f|nu|nein|non|nao|nie|nej|fals|✗|✘|☐")
NONE = frozenset(("none", "none of these", "[]", values.EMPTY_SET))
ALL = frozenset(("all", "all of these"))
_NOTHING = _any_of("none|no|nothing|nobody|nil|nimic")  # said where a number is meant
_PLAIN_WORDS = _any_of("yes|no|y|n|true|false")
_OTHER_DATE = r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4})"
_WAYS = {"money": "70000, 70k or $5,000", "share": "12% or 0.12", "integer": "40 or 1,500", "number": "3 or 4.5"}
_SHORTEST = 3  # letters that stand for a longer word; at the prompt one is enough
_LONGEST = 400  # characters of a word


def understand(fact: Fact | Derived, text: str, context: Context = ALONE, *, exact: bool = False) -> Understood:
    """What a text means for a fact; `exact` says that a program wrote it, so that 250.125 has one reading. Raises BadValue.

    Empty text and words for unknown are unknown. Of a set, the members stand between commas or semicolons; `-` or `none` is none.
    """
    text = text.strip()
    if not text:
        return Understood(None)
    if fact.numeric:
        return _number(fact, text, context, exact)
    if fact.type == "set":
        return _set(fact, text, context)
    if text in fact.values:
        return Understood(text)
    word = _word(text)
    if fact.type == "choice":
        if fold(word) not in fact.meanings and _is_unknown(text):
            return _unknown(text)
        return Understood(found := _option(fact, text, context), _read_as(text, readable(found)))
    if _is_unknown(text):
        return _unknown(text)
    return Understood(_date(text)) if fact.type == "date" else _yes_or_no(text, word, context)


def members(fact: Fact | Derived, words: Iterable[str], context: Context = ALONE) -> Understood:
    """The set that some words mean for a fact. Raises BadValue naming the words that are no members (five at most)."""
    found, wrong, other = set(), [], []
    for word in dict.fromkeys(word.strip() for word in words):  # in the order written
        try:
            member = word if word in fact.values else _option(fact, word, context)
        except BadValue as error:
            alone = fold(word) in NONE | ALL
            wrong.append(f"{shown(word)} goes with nothing else." if alone else str(error))
            if len(wrong) > 5:
                break
        else:
            found.add(member)
            other += [] if word in (member, readable(member)) else [f"{shown(word)}, read as {readable(member)}"]
    if wrong:
        raise BadValue(" ".join(dict.fromkeys(wrong[:5])) + (" And more." if wrong[5:] else ""))
    return Understood(frozenset(found), "; ".join(other))


def _word(text: str) -> str:
    """A text as it is looked up among words; one that is endless is none of them."""
    return plain(text).rstrip(".!") if len(text) <= _LONGEST else "…"


def _read_as(text: str, said: str) -> str:
    return "" if text in (said, said.replace(" ", "_")) else f"{shown(text)}, read as {said}"


def _is_unknown(text: str) -> bool:
    return len(text) <= 20 and (plain(text) in UNKNOWN or plain(text).rstrip(".!") in UNKNOWN)


def _unknown(text: str) -> Understood:
    return Understood(None, _read_as(text, "unknown"))


def _yes_or_no(text: str, word: str, context: Context) -> Understood:
    if context.ones and word in ("1", "1.0", "0", "0.0"):
        return Understood(word[0] == "1")
    if word in YES or word in NO:
        said = "yes" if word in YES else "no"
        return Understood(word in YES, "" if word in _PLAIN_WORDS else _read_as(text, said))
    raise BadValue(f"{shown(text)} is neither yes nor no.{'' if context.prompt else ' Write yes or no.'}")


# Dates


def _date(text: str) -> str:
    """A day as ISO text, without the time of day. Other ways of writing it are suggested only: 03/04/2024 is two days."""
    match, other = re.fullmatch(DATE, text), re.fullmatch(_OTHER_DATE, text)
    if match and (day := _day(match[1])):
        return day
    ways = [] if other is None else [f"{other[3]}-{m:0>2}-{d:0>2}" for d, m in (other.group(1, 2), other.group(2, 1))]
    meant = " or ".join(dict.fromkeys(filter(_day, ways)))
    raise BadValue(f"{shown(text)} is not a date; {f'write {meant}' if meant else 'expected one such as 2024-03-31'}.")


def _day(text: str) -> str:
    """An ISO date that exists, or nothing."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


# Choices and sets


def _option(fact: Fact | Derived, text: str, context: Context) -> str:
    """The value of a choice or set that a text names: its id, another word for it, its description, or how one of them begins.

    At a prompt also its number, from 1. Raises BadValue.
    """
    options = list(fact.values)
    if context.prompt and (number := re.fullmatch(r"#?([0-9]{1,4})[.)]?", text.strip())):
        if 1 <= int(number[1]) <= len(options):
            return options[int(number[1]) - 1]
        raise BadValue(f"There is no choice {number[1]}; the choices are 1 to {len(options)}.")
    word = fold(_word(text))
    if (meant := fact.meanings.get(word)) is not None:
        return meant
    near: list[str] = []
    if len(word) >= (1 if context.prompt else _SHORTEST):
        near = [option for option in options if fold(option).startswith(word)]
        near = near or list(dict.fromkeys(m for phrase, m in fact.meanings.items() if phrase.startswith(word)))
    if len(near) == 1:
        return near[0]
    if near:
        *others, last = map(readable, near)
        raise BadValue(f"{shown(text)} can mean {', '.join(others)} or {last}; write more of the word.")
    raise BadValue(f"{shown(text) or 'nothing'} is not one of {', '.join(options)}.{suggestion(text[:80], options)}")


def _set(fact: Fact | Derived, text: str, context: Context) -> Understood:
    """The members that one text names, between commas, semicolons or "and"."""
    if text in fact.values:
        return Understood(frozenset((text,)))
    word = fold(_word(text))
    if word in fact.meanings:  # a description may hold a comma
        return members(fact, [text], context)
    if text == values.EMPTY_SET or word in NONE:
        return Understood(frozenset(), "" if text == values.EMPTY_SET else _read_as(text, "none"))
    if word in ALL:
        return Understood(frozenset(fact.values), _read_as(text, "all of them"))
    if _is_unknown(text):
        return _unknown(text)
    if text[0] in "[{(" and text[-1] in "]})":
        text = text[1:-1]
    parts = [part for written in re.split(r"[,;|\n]", text) if (part := written.strip(" \t\r'\""))]
    if not parts:
        raise BadValue(f"{shown(text) or 'nothing'} names nothing; expected some of {', '.join(fact.values)}, or none.")
    return members(fact, (name for part in parts for name in _names(fact, part, context)), context)


def _names(fact: Fact | Derived, part: str, context: Context) -> list[str]:
    """The members named between two commas: one of several words, or several."""
    if part in fact.values or fold(_word(part)) in fact.meanings:
        return [part]
    several = [name for name in re.split(r"[&+/]| and | și | si ", part) if name.strip()]
    if not context.prompt or len(several) > 1:
        return several or [part]
    try:
        _option(fact, part, context)
    except BadValue:
        return part.split()
    return [part]


# Numbers


def _number(fact: Fact | Derived, text: str, context: Context, exact: bool) -> Understood:
    if (context is ALONE or context is PROMPT) and len(text) < 16 and text.isascii():  # most are plain digits
        currency = DOLLARS if fact.type == "money" else ""
        if text.isdecimal():
            return Understood(within_range(fact, int(text), text), currency=currency)
        if (exact or fact.type in ("share", "number")) and text.replace(".", "", 1).isdecimal():
            return Understood(within_range(fact, whole(float(text)), text), currency=currency)
    if _is_unknown(text):
        return _unknown(text)
    words = plain(text) if len(text) <= LONGEST else ""
    found = amount("0" if words == "zero" else words)
    if found is None:
        raise BadValue(_no_number(fact, text, context))
    currency = _currency(fact, text, found, context)
    if fact.type != "share" and any(figure.percent for figure in found.figures):
        raise BadValue(f"{shown(text)} is a share; expected {KINDS[fact.type]}.")
    if found.rest and not _names_it(fact, found.rest):
        raise BadValue(f"{shown(text)}: {shown(found.rest)} is not what is counted here; expected {_expected(fact)}.")
    reader = _Figures(fact, text, found, context, exact)
    value = reader.value()
    note = "" if not reader.changed or text in _written(fact, value) else _read_as(text, reader.said(value, currency))
    return Understood(value, note, currency, "estimated" if found.about else "")


def _written(fact: Fact | Derived, value: Value) -> tuple[str, ...]:
    """How a number or range is written by the program itself, of which there is nothing to say."""
    if not isinstance(value, Range):
        return (cell_text(fact, value),)
    low, high = (cell_text(fact, whole(end)) for end in (value.low, value.high))
    return cell_text(fact, value), f"{LEAST} {low}", f"{MOST} {high}"


def _no_number(fact: Fact | Derived, text: str, context: Context) -> str:
    words = plain(text[:LONGEST]).rstrip(".!")
    if len(text) > LONGEST and text.isdecimal():
        return f"{shown(text)} is too large."
    if words in _NOTHING:
        way = "Write 0 for none, or n/a where it is not known."
    elif words == "nan":
        way = "What is not known is left out, or n/a."
    else:
        way = f"Write it as {'7, 6 weeks or 1.5 years' if _duration(fact) else _WAYS[fact.type]}."
    return f"{shown(text)} is not a number.{'' if context.prompt else f' {way}'}"


def _expected(fact: Fact | Derived) -> str:
    of = "" if fact.unit.startswith("a ") else "of "
    return f"{KINDS[fact.type]}{fact.unit and f' {of}{fact.unit}'}"


def _duration(fact: Fact | Derived) -> str:
    """The unit of time that a fact is counted in: day, month, year; or nothing."""
    unit = fact.unit.removesuffix("s")
    return unit if unit in TWELFTHS else ""


def _names_it(fact: Fact | Derived, rest: str) -> bool:
    """Whether the words after a figure name what is counted: 6 people; 3 case studies; 30% of revenue."""
    if fact.type == "number" and not _duration(fact) and rest in ("x", "times"):
        return True
    of = fact.unit if fact.unit and not fact.unit.startswith("a ") else f"{fact.label} . {fact.id}"
    rest = "people" if rest in ("person", "persons") else rest
    said, names = (" ".join(word.removesuffix("s") for word in fold(words).split()) for words in (rest, of))
    return f" {said} " in f" {names} "


def _currency(fact: Fact | Derived, text: str, found: Amount, context: Context) -> str:
    """The ISO code of the currency of an amount of money; of another number, nothing. Raises BadValue."""
    named = dict.fromkeys(figure.currency for figure in found.figures if figure.currency)
    if fact.type != "money":
        if named:
            raise BadValue(f"{shown(text)} is an amount of money; expected {KINDS[fact.type]}.")
        return ""
    for word in named:
        codes = AMBIGUOUS.get(word, ())
        if codes and context.currency not in codes:
            several = f"{', '.join(codes[:-1])} or {codes[-1]}"
            raise BadValue(
                f"{shown(text)} is in {shown(word)}, which can be {several}; write the code instead.", "SP115"
            )
        if not codes and word not in ISO:
            raise BadValue(f"{shown(text)} is in {shown(word)}, which is not known; write a code such as EUR.", "SP115")
    codes = tuple({ISO.get(word, context.currency) for word in named})
    if len(codes) > 1:
        raise BadValue(f"{shown(text)} is in two currencies; write one.")
    return codes[0] if codes else context.currency or DOLLARS


class _Figures:
    """The figures of one amount as a value of a fact; `changed` says that the value is not simply what is written."""

    def __init__(self, fact: Fact | Derived, text: str, found: Amount, context: Context, exact: bool) -> None:
        self.fact, self.text, self.found, self.context, self.exact = fact, text, found, context, exact
        self.changed = found.about or bool(found.bound) or len(found.figures) > 1
        self.factor = (1, 1)

    def value(self) -> Value:
        """The value. Raises BadValue."""
        first, last = self.found.figures[0], self.found.figures[-1]
        if first is not last:  # 20-40k; 6-8 weeks
            if first.scale is None:
                first.scale, first.letter = last.scale, last.letter
            first.percent = last.percent = first.percent or last.percent
            first.unit, last.unit = first.unit or last.unit, last.unit or first.unit
        low, high = self._number(first), self._number(last)
        end = first is not last or bool(self.found.bound)
        low, high = (self._possible(value, end) for value in (low, high))
        if low > high:
            raise BadValue(f"{shown(self.text)} ends below where it begins; write both ends in full, the lesser first.")
        if self.found.bound:
            possible = values.ends(self.fact)
            low, high = (low, whole(possible.high)) if self.found.bound == LEAST else (whole(possible.low), high)
        return within_range(self.fact, low, self.text) if low == high else Range(low, high)

    def said(self, value: Value, currency: str) -> str:
        """The value in words, as it was understood."""
        fact = self.fact
        if value == 0 and fact.below_zero and any(figure.negative for figure in self.found.figures):
            return fact.below_zero
        if isinstance(value, Range) or not isinstance(value, (int, float)):
            with in_own_currency(None):
                text = values.words(fact, value)
        elif fact.type == "money":
            text = f"{'-' if value < 0 else ''}${f'{abs(value):,.2f}'.removesuffix('.00')}"
        elif fact.type == "share":
            text = f"{quantity(value * 100)}%"
        else:
            text = f"{quantity(value)}{f' {fact.unit}' if fact.unit else ''}"
        if currency not in ("", DOLLARS):
            text = text.replace("$", "" if currency == UNNAMED else sign_of(currency))
        of_time = self.found.per or self.found.figures[0].unit
        text += f" {fact.unit}" if of_time and fact.type == "money" else ""
        return f"{text}, estimated" if self.found.about else text

    def _possible(self, value: float | int, end: bool) -> float | int:
        if value < 0 and self.fact.below_zero:
            self.changed, value = True, 0
        in_accounts = any(figure.bracket for figure in self.found.figures)
        text = f"{self.text}, in accounts {quantity(value)}," if in_accounts else self.text
        return within_range(self.fact, value, text, end=end)

    def _number(self, figure: Figure) -> float | int:
        """One figure in the fact's own unit."""
        context, fact, text = self.context, self.fact, shown(self.text)
        per, unit, months = self._time(figure)
        scale = None if figure.letter and months else figure.scale
        found = self._readings(figure)
        if not found:
            raise BadValue(f"{text} is not a number; write thousands as 12,500 or 12500, and decimals as 0.5.")
        if len(found) > 1:
            raise BadValue(f"{text} can be read as {self._read(0)} or as {self._read(1)}; write one of these.")
        (digits,) = found
        usual = digits == figure.digits.replace(",", "").replace("_", "") or bool(context.decimal)
        self.changed |= scale is not None or not usual or "(" in text
        percent = figure.percent or (context.percent and fact.type == "share" and not self.exact)
        if percent and not figure.percent and float(digits) == 1:
            raise BadValue(f"{text} among percents can be read as 1% or as 100%; write one of these.")
        if scale is None:
            scale = context.scale if fact.type != "share" and not unit else 0
        value = float(f"{'-' if figure.negative else ''}{digits}e{figure.exponent + scale - 2 * percent}")
        if unit or per:
            value = self._converted(value, per, unit)
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise BadValue(f"{text} is too large.")
        return whole(value)

    def _readings(self, figure: Figure) -> tuple[str, ...]:
        """What the digits of a figure can mean. A point before three digits has two meanings, with thousands (1.250 k€) too."""
        decimal = "." if self.exact else self.context.decimal
        millions = figure.scale is not None and figure.scale > 3
        decided = not decimal and (self.fact.type in ("share", "number") or millions or figure.percent)
        return readings(figure.digits, decimal, decided=decided)

    def _read(self, which: int) -> str:
        """The text with the first or second reading of its digits, as it can be written instead."""
        text = self.text
        for figure in self.found.figures:
            found = self._readings(figure)
            text = text.replace(figure.digits, found[min(which, len(found) - 1)], 1)
        return shown(text)

    def _time(self, figure: Figure) -> tuple[str, str, bool]:
        """The period that a figure is counted by, the unit of time that it is in, and whether it is in some unit of time."""
        if _duration(self.fact):
            unit = figure.unit or ("month" if figure.letter else "") or self.context.per
            return self.found.per, unit, True
        return self.found.per or figure.unit or self.context.per, "", False

    def _converted(self, value: float, per: str, unit: str) -> float:
        """A figure by its period, or in its unit of time, in those of the fact. Raises BadValue where the fact has none such."""
        fact, text, own = self.fact, shown(self.text), _duration(self.fact)
        of = fact.unit.removeprefix("a ")
        written = bool(self.found.per or any(f.unit or f.letter for f in self.found.figures))  # not only in the heading
        if own and not per:
            self.changed |= unit != own and written
            return value * TWELFTHS[unit] / TWELFTHS[own]
        if own or of not in TWELFTHS or of == fact.unit:
            what = f"is so much a {per}" if self.found.per or fact.type == "money" else "is a length of time"
            raise BadValue(f"{text} {what}; expected {_expected(fact)}.")
        if per == of:
            return value
        if fact.type == "share":
            raise BadValue(f"{text} is a share a {per}; write the share {fact.unit}.")
        self.changed |= written
        return value * TWELFTHS[of] / TWELFTHS[per]
