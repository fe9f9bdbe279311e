"""What an answer typed by a person means: text → value, and how it is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from salespath.facts import Fact, Value, reader, values
from salespath.facts.money import USD, currency_name, sign
from salespath.facts.reader import Understood
from salespath.facts.values import HOW, BadValue, readable
from salespath.files.problems import shown, suggestion

_LONGEST = 400  # characters; far more than any answer needs

_BEFORE = re.compile(
    r"(?:(?P<guessed>(?:i )?guess(?:ed)?|maybe|perhaps|probably)|(?P<measured>measured|exactly)"
    r"|(?P<estimated>about|around|roughly|approximately|approx\.?|circa|ca\.?|estimated?))[ :,]+(?=\S)"
    r"|(?P<sign>[~≈]|ca\.|approx\.) ?(?=\S)"
)
_AFTER = re.compile(
    r"[ ,(]+(?:(?P<guessed>guess(?:ed)?|maybe|perhaps|probably)|(?P<measured>measured|exactly)"
    r"|(?P<estimated>roughly|approximately|approx\.?|circa|ca\.?|estimated?))\)?$"
)
_NUMBERED = re.compile(r"#?([0-9]{1,4})[.)]?")
_BETWEEN = re.compile(r"[,;/&+]| and ")
_RANGE = re.compile(r"[0-9km%] ?(?:-|–|to) ?[$€£]?[0-9]")
_NOTHING = ("none", "no", "nothing", "nobody", "zero", "-", "nil")
_NOT_KNOWN = ("unknown", "n/a", "na", "not sure", "unsure", "don't know", "dont know", "do not know", "idk", "no idea")
_UNITS = {
    "a year": ("a year", "per year", "/year", "/ year", "yearly", "annually", "p.a."),
    "a month": ("a month", "per month", "/month", "/ month", "monthly"),
}


@dataclass(frozen=True)
class Answer:
    """A value, how it is known (measured, estimated, guessed) if that was said, and of an amount the currency it is in."""

    value: Value
    how: str = ""
    currency: str = ""


def understand(fact: Fact, text: str, currency: str = "") -> Answer:
    """The answer that a text means for a fact; `currency` is that of amounts that name none.

    Raises BadValue saying what was seen and what was expected.
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        raise BadValue(f"{shown(text)} is too long. {how_to_write(fact)}")
    text, how = _how(text)
    if not text:
        raise BadValue(f"Nothing was written. {how_to_write(fact)}")
    if text.lower() in _NOT_KNOWN:
        raise BadValue(f"If you do not know, type skip: it counts as unknown, never as no. {how_to_write(fact)}")
    match fact.type:
        case "boolean":
            return Answer(sure(text), how)
        case "choice":
            return Answer(_choice(fact, text), how)
        case "set":
            return Answer(_set(fact, text), how)
        case _:
            found = _scalar(fact, text, currency)
            assert found.value is not None
            plain = found.currency == USD and currency in ("", USD)  # as it has always been written down
            return Answer(found.value, how, "" if plain else found.currency)


def yes_or_no(text: str) -> bool | None:
    """Yes or no, or None for anything else."""
    word = text.strip().rstrip(".!").lower()
    return True if word in ("y", "ye", "yes", "true") else False if word in ("n", "no", "false") else None


def sure(text: str) -> bool:
    """Yes or no. Raises BadValue for anything else."""
    answer = yes_or_no(text)
    if answer is None:
        raise BadValue(f"{shown(text)} is neither yes nor no. Write yes or no.")
    return answer


def how_to_write(fact: Fact) -> str:
    """How an answer is written, in a sentence."""
    unit = f" {fact.unit}" if fact.unit in _UNITS else f" of {fact.unit}" if fact.unit else ""
    return {
        "boolean": "Write yes or no.",
        "choice": "Write a number or a word.",
        "set": "Write all that apply, as numbers or words (1,2); or none, or all.",
        "money": f"Write {currency_name()}{unit}: 250k, 1.2M, {sign()}5,000 or about 70k.",
        "share": "Write a share: 12% or 0.12.",
        "integer": f"Write a whole number{unit}: 40 or 1,500.",
        "number": f"Write a number{unit}: 3 or 4.5.",
        "date": "Write a date: 2024-03-31.",
    }[fact.type]


def _how(text: str) -> tuple[str, str]:
    """The text without words such as `about`, and how the answer is known: the weakest of what they say."""
    found: list[str] = []
    while match := _BEFORE.match(text.lower()) or _AFTER.search(text.lower()):
        if len(match.string) != len(text):  # a letter whose lower case is two letters: no such word is meant
            break
        said = match.groupdict()
        found.extend(how for how in HOW if said[how] or (how == "estimated" and said.get("sign")))
        text = (text[match.end() :] if match.start() == 0 else text[: match.start()]).strip()
    return text, max(found, key=HOW.index, default="")


def _choice(fact: Fact, text: str) -> str:
    """The option meant by its number, a word for it or the beginning of its id."""
    options = list(fact.values)
    number = _NUMBERED.fullmatch(text)
    if number:
        if 1 <= int(number[1]) <= len(options):
            return options[int(number[1]) - 1]
        raise BadValue(f"There is no choice {number[1]}; the choices are 1 to {len(options)}.")
    text = text.rstrip(".!")
    meant = values.meaning(fact, text)
    if meant:
        return meant
    word = text.lower().replace(" ", "_").replace("-", "_")
    near = [option for option in options if word and option.startswith(word)]
    if len(near) == 1:
        return near[0]
    if near:
        *others, last = map(readable, near)
        raise BadValue(f"{shown(text)} can mean {', '.join(others)} or {last}. Write more of the word, or its number.")
    raise BadValue(
        f"{shown(text)} is not one of {', '.join(map(readable, options))}. "
        f"Write a word, or a number from 1 to {len(options)}.{suggestion(text, options)}"
    )


def _set(fact: Fact, text: str) -> frozenset[str]:
    word = text.rstrip(".!").lower()
    if word in ("none", values.EMPTY_SET, "none of these", "[]"):
        return frozenset()
    if word in ("all", "all of these"):
        return frozenset(fact.values)
    if one := values.meaning(fact, word):  # a description may hold a comma
        return frozenset({one})
    chosen, wrong = set(), []
    for part in _parts(fact, text):
        try:
            chosen.add(_choice(fact, part))
        except BadValue as error:
            wrong.append(f"{part} goes with nothing else." if part in ("none", "all") else str(error))
    if wrong or not chosen:
        raise BadValue(" ".join(dict.fromkeys(wrong)) or f"{shown(text)} names nothing. {how_to_write(fact)}")
    return frozenset(chosen)


def _parts(fact: Fact, text: str) -> Iterator[str]:
    """The members named in a list: between commas a name of several words, or several names."""
    for part in map(str.strip, _BETWEEN.split(text.lower())):
        try:
            _choice(fact, part)
        except BadValue:
            yield from part.split()
        else:
            yield part


def _scalar(fact: Fact, text: str, currency: str) -> Understood:
    """A number, with or without its unit, or a date."""
    plain = text
    if fact.numeric:
        plain = text.lower()
        if plain in _NOTHING:
            raise BadValue(f"{shown(text)} is not a number. Write 0 for none; if you do not know, type skip.")
        if _RANGE.search(plain):
            raise BadValue(f"{shown(text)} is a range. Write one number, the middle of it, with `about` before it.")
        if fact.type == "share":
            plain = re.sub(r" ?(percent|per cent)$", "%", plain)
        units = _UNITS.get(fact.unit, (fact.unit, fact.unit.rstrip("s")) if fact.unit else ())
        plain = plain.removesuffix(next((unit for unit in units if plain.endswith(unit)), ""))
    try:
        return reader.understand(fact, plain, reader.Context(currency=currency))
    except BadValue as error:
        raise BadValue(f"{error} {how_to_write(fact)}") from None
