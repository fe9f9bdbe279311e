"""Conditions, sources and processes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from salespath.engine.base import Base
from salespath.facts import Derived, Fact, Value
from salespath.facts.values import quantity, readable, words
from salespath.rules.language import (
    BLOCKED,
    VERDICT_NUMBERS,
    Compare,
    Constant,
    Count,
    Is,
    Known,
    Leaf,
    Number,
    OneOf,
    Quantity,
)
from salespath.rules.loader import EXPERT

NAMES = {"enterprise": "enterprise", "smb": "SMB", "both": "both"}
ORDER = {"<": "under", "<=": "at most", ">": "over", ">=": "at least", "==": "exactly", "!=": "other than"}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def wanted(base: Base, test: Leaf | Is, so: bool) -> str:
    """What a test wants, in words; `so` says whether it should be true."""
    if isinstance(test, Is):
        return _attribute(base, test, so)
    if isinstance(test, Known):
        return f"{base.vocabulary[test.name].label}: {'known' if so else 'not known'}"
    if isinstance(test, Compare):
        operator = test.operator if so else OPPOSITE[test.operator]
        left, right = _number(base, test.left), _number(base, test.right)
        if isinstance(test.right, Constant) and isinstance(test.left, Quantity) and test.left.name in base.vocabulary:
            right = words(base.vocabulary[test.left.name], test.right.value)
        return f"{left}: {ORDER[operator]} {right}"
    fact = base.vocabulary[test.name]
    if isinstance(test, OneOf):
        order: list[str | bool] = [True, False] if fact.type == "boolean" else list(fact.values)
        chosen = [words(fact, v) for v in order if (v in test.values) == so]
        return f"{fact.label}: {either(chosen)}"
    return f"{fact.label}: {'with' if so else 'without'} {readable(test.value)}"


def _attribute(base: Base, test: Is, so: bool) -> str:
    if test.attribute in BLOCKED:
        return f"{selling(BLOCKED[test.attribute])} {'is' if so else 'is not'} blocked"
    attribute = base.knowledge.attributes[test.attribute]
    if attribute.flag:
        return f"{attribute.means}: {'yes' if so else 'no'}"
    return f"{attribute.means}: {'' if so else 'other than '}{readable(test.value)}"


def _number(base: Base, number: Number) -> str:
    if isinstance(number, Constant):
        return quantity(number.value)
    if isinstance(number, Quantity):
        if number.name in VERDICT_NUMBERS:
            name, process = number.name.split("_", 1)
            return f"{name} for {NAMES[process]} selling"
        return base.vocabulary[number.name].label
    if isinstance(number, Count):
        return f"number of {base.vocabulary[number.name].label}"
    signs = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
    return f"{_number(base, number.left)} {signs[number.operator]} {_number(base, number.right)}"


def selling(process: str) -> str:
    """What is run: enterprise selling, SMB selling, running both."""
    return "running both" if process == "both" else f"{NAMES[process]} selling"


def answer(term: Fact | Derived, value: Value | None) -> str:
    """A value in words; an unknown one is not known."""
    return "not known" if value is None else words(term, value)


def either(items: Sequence[str]) -> str:
    """Alternatives: small, midsize or large."""
    return f"{', '.join(items[:-1])} or {items[-1]}" if len(items) > 1 else items[0] if items else "none"


def together(items: Sequence[str]) -> str:
    """All of them: small, midsize and large."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0] if items else "none"


def few(items: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of some, and how many more there are: price, volume and 3 more."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return f"{between.join(items[:most])}{more}"


def capitalized(text: str) -> str:
    """A text with a capital letter first."""
    return f"{text[:1].upper()}{text[1:]}"


def counted(number: int | str, one: str, many: str) -> str:
    """So many of what is counted: 1 deal; 34 (25 to 50) deals."""
    return f"{number} {one if str(number) == '1' else many}"


def answers(base: Base, values: Mapping[str, Value]) -> str:
    """Answers in words: average contract value $780,000; product stage launched."""
    return "; ".join(f"{base.vocabulary[n].label}: {words(base.vocabulary[n], v)}" for n, v in values.items())


def labels(base: Base, names: Iterable[str]) -> str:
    """Facts by their labels."""
    return ", ".join(base.vocabulary[name].label for name in names)


def sources(base: Base, cited: Iterable[str]) -> str:
    """What a rule cites, each with the kind of source it is; `source_note` says what the letters mean."""
    known = base.knowledge.sources
    article = [name for name in cited if name in known and known[name].kind == "article"]
    parts = [f"article {', '.join(article)}"] if article else []
    for name in cited:
        source = known.get(name)
        if name == EXPERT:
            parts.append(EXPERT)
        elif source and source.kind != "article":
            author = source.author.split(",")[0].split(";")[0]
            year = f" {source.year}" if source.year else ""
            parts.append(f"{author}{year}, {'soft ' if source.soft else ''}{source.kind} {name}")
    return "; ".join(parts)


def source_note(base: Base) -> str:
    """What the sources in an explanation are, and whose interest to mind."""
    article = base.knowledge.article
    return (
        f"Sources: K… are statements of an article by {article['author']} ({article['year']}); B… are published benchmarks, each "
        f"with the kind of source it is. {article['disclosure']}"
    )
