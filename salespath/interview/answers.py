"""What an answer typed by a person means: text → value, and how it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from salespath.facts import Fact, Value, reader
from salespath.facts.money import USD, currency_name, sign
from salespath.facts.values import HOW, BadValue
from salespath.files.problems import shown

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
_NOTHING = ("none", "no", "nothing", "nobody", "zero", "-", "nil")


@dataclass(frozen=True)
class Answer:
    """A value, how it is known (measured, estimated, guessed) if that was said, and the note that came with it.

    `currency` is that of an amount. `read` says how it was understood where that is not the text itself; it is said back, and not
    kept.
    """

    value: Value
    how: str = ""
    note: str = ""
    currency: str = ""
    read: str = field(default="", compare=False)


def understand(fact: Fact, text: str, currency: str = "") -> Answer:
    """The answer that a text means for a fact; `currency` is that of amounts that name none.

    Raises BadValue saying what was seen and what was expected.
    """
    if fact.type == "set":  # a list that was pasted
        text = ", ".join(line.strip() for line in text.splitlines() if line.strip())
    text = " ".join(text.split())
    if len(text) > LONGEST:
        raise BadValue(f"{shown(text)} is too long. {how_to_write(fact)}")
    text, _, note = text.partition(NOTE)
    text, how = _how(text.strip())
    if not text:
        raise BadValue(f"Nothing was written. {how_to_write(fact)}")
    word = text.rstrip(".!").lower()
    if fact.numeric and word in _NOTHING:
        raise BadValue(f"{shown(text)} is not a number. Write 0 for none; if you do not know, type skip.")
    try:
        found = reader.understand(fact, text, replace(reader.PROMPT, currency=currency))
    except BadValue as error:
        raise BadValue(f"{error} {how_to_write(fact)}") from None
    if found.value is None:
        raise BadValue(f"If you do not know, type skip: it counts as unknown, never as no. {how_to_write(fact)}")
    plain = found.currency == USD and currency in ("", USD)  # as it has always been written down
    how = max(how, found.how, key=("", *HOW).index)
    return Answer(found.value, how, note.strip(), "" if plain else found.currency, found.note)


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
    unit = f" {fact.unit}" if fact.unit.startswith("a ") else f" of {fact.unit}" if fact.unit else ""
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
