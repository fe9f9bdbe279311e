"""What a company is asked to fill in, in words: what an answer is in, what can be answered, and why it is asked."""

from __future__ import annotations

from salespath.counsel.request import Asked
from salespath.engine.base import Base
from salespath.facts import Fact
from salespath.facts.values import readable
from salespath.report.words.phrases import NAMES, either, value_title
from salespath.report.words.questions import why_asked

_WAYS = {
    "boolean": "yes or no",
    "choice": "pick one",
    "set": "all that apply, between commas; or none",
    "date": "2024-03-31",
}


def unit(fact: Fact, currency: str) -> str:
    """What an answer is in: EUR a month; %; customers; pick one. `currency` is that of the company's amounts."""
    if fact.type == "money":
        return f"{currency} {fact.unit}".strip()
    if fact.type == "share":
        return f"% {fact.unit}".strip()
    return _WAYS.get(fact.type) or fact.unit or "a number"


def what_it_means(fact: Fact) -> str:
    """What is asked, with what each choice means."""
    choices = [f"{readable(value)}: {text}" if text else readable(value) for value, text in fact.values.items()]
    return f"{fact.help} {'; '.join(choices)}." if choices else fact.help


def why_requested(base: Base, asked: Asked) -> str:
    """Why a fact is asked: what it is for, and what it can change for this company."""
    parts = [base.vocabulary.facts[asked.fact].why]
    turns = asked.turns
    if turns and turns.processes:
        parts.append(
            f"Alone it can turn the recommendation into {either([NAMES.get(v, readable(v)) for v in turns.processes])}."
        )
    elif turns:
        parts.append(f"Alone it can change how you sell, to {either([value_title(base, v) for v in turns.motions])}.")
    if asked.question:
        parts.append(why_asked(base, asked.question))
    if not asked.question and not turns:
        parts.append("The recommendation rests on it now.")
    return " ".join(parts)
