"""What an answer typed by a person means: text → value, and how it is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from salespath.facts import Fact, Value, reader, values
from salespath.facts.reader import Context, Understood
from salespath.facts.values import HOW, BadValue, readable
from salespath.files.problems import shown, suggestion

LONGEST = 400  # characters; far more than any answer needs
NOTE = " #"  # begins a note after an answer

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
_NOTHING = ("none", "no", "nothing", "nobody", "zero", "-", "nil")
_NOT_KNOWN = ("unknown", "n/a", "na", "not sure", "unsure", "don't know", "dont know", "do not know", "idk", "no idea")
_SKIP = "If you do not know, type skip: it counts as unknown, never as no. {}"
_UNITS = {
    "a year": ("a year", "per year", "/year", "/ year", "yearly", "annually", "p.a."),
    "a month": ("a month", "per month", "/month", "/ month", "monthly"),
}


@dataclass(frozen=True)
class Answer:
    """A value, how it is known (measured, estimated, guessed) if that was said, and the note that came with it.

    `read` says how it was understood where that is not the text itself; it is said back, and not kept.
    """

    value: Value
    how: str = ""
    note: str = ""
    read: str = field(default="", compare=False)


def understand(fact: Fact, text: str) -> Answer:
    """The answer that a text means for a fact. Raises BadValue saying what was seen and what was expected."""
    if fact.type == "set":  # a list that was pasted
        text = ", ".join(line.strip() for line in text.splitlines() if line.strip())
    text = " ".join(text.split())
    if len(text) > LONGEST:
        raise BadValue(f"{shown(text)} is too long. {how_to_write(fact)}")
    text, _, note = text.partition(NOTE)
    text, how = _how(text.strip())
    if not text:
        raise BadValue(f"Nothing was written. {how_to_write(fact)}")
    if text.lower() in _NOT_KNOWN:
        raise BadValue(_SKIP.format(how_to_write(fact)))
    match fact.type:
        case "boolean":
            found = _yes_or_no(fact, text)
        case "choice":
            found = _choice(fact, text)
        case "set":
            found = Understood(_set(fact, text))
        case _:
            found = _scalar(fact, text)
    if found.value is None:
        raise BadValue(_SKIP.format(how_to_write(fact)))
    return Answer(found.value, how or found.how, note.strip(), found.note)


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
        "money": f"Write US dollars{unit}: 250k, 1.2M, $5,000 or about 70k.",
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


def _yes_or_no(fact: Fact, text: str) -> Understood:
    """Yes or no; 1 and 0 are neither, since beside numbered choices they may be the number of one."""
    answer = yes_or_no(text)
    if answer is not None:
        return Understood(answer)
    try:
        if text not in ("1", "0"):
            return reader.understand(fact, text, Context(prompt=True))
    except BadValue:
        pass
    return Understood(sure(text))


def _choice(fact: Fact, text: str) -> Understood:
    """The option meant by its number, a word for it or the beginning of its id."""
    number = _NUMBERED.fullmatch(text)
    if number:
        return Understood(_numbered(fact, int(number[1])))
    text = text.rstrip(".!")
    with suppress(BadValue):
        return reader.understand(fact, text, Context(prompt=True))
    return Understood(_beginning(fact, text))


def _numbered(fact: Fact, number: int) -> str:
    options = list(fact.values)
    if 1 <= number <= len(options):
        return options[number - 1]
    raise BadValue(f"There is no choice {number}; the choices are 1 to {len(options)}.")


def _beginning(fact: Fact, text: str) -> str:
    options = list(fact.values)
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


def _member(fact: Fact, text: str) -> str:
    """One member of a set, by its number, a word for it or the beginning of its id."""
    number, text = _NUMBERED.fullmatch(text), text.rstrip(".!")
    if number:
        return _numbered(fact, int(number[1]))
    return values.meaning(fact, text) or _beginning(fact, text)


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
            chosen.add(_member(fact, part))
        except BadValue as error:
            wrong.append(f"{part} goes with nothing else." if part in ("none", "all") else str(error))
    if wrong or not chosen:
        raise BadValue(" ".join(dict.fromkeys(wrong)) or f"{shown(text)} names nothing. {how_to_write(fact)}")
    return frozenset(chosen)


def _parts(fact: Fact, text: str) -> Iterator[str]:
    """The members named in a list: between commas a name of several words, or several names."""
    for part in map(str.strip, _BETWEEN.split(text.lower())):
        try:
            _member(fact, part)
        except BadValue:
            yield from part.split()
        else:
            yield part


def _scalar(fact: Fact, text: str) -> Understood:
    """A number, with or without its unit, or a date."""
    plain = text.lower()
    if fact.numeric and plain in _NOTHING:
        raise BadValue(f"{shown(text)} is not a number. Write 0 for none; if you do not know, type skip.")
    try:
        return reader.understand(fact, text, Context(prompt=True))
    except BadValue as error:
        units = _UNITS.get(fact.unit, (fact.unit, fact.unit.rstrip("s")) if fact.unit else ())
        units = ("percent", "per cent") if fact.type == "share" else units
        unit = next((unit for unit in units if plain.endswith(unit)), "")
        if not unit:
            raise BadValue(f"{error} {how_to_write(fact)}") from None
    return _scalar(fact, plain.removesuffix(unit).strip() + ("%" if fact.type == "share" else ""))
