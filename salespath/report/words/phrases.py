"""Answers, sources and processes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from salespath.engine.base import Base
from salespath.facts import Derived, Fact, Value
from salespath.facts.values import readable, words
from salespath.rules.loader import EXPERT

NAMES = {"enterprise": "enterprise", "smb": "SMB", "both": "both"}


def value_title(base: Base, value: str | None) -> str:
    """A value that rules conclude, in words: a motion by its title."""
    motion = base.knowledge.motions.get(value or "")
    return motion.title if motion else readable(value or "")


def selling(process: str) -> str:
    """What is run: enterprise selling, SMB selling, running both."""
    return "running both" if process == "both" else f"{NAMES[process]} selling"


def answer(term: Fact | Derived, value: Value | None) -> str:
    """A value in words; an unknown one is not known."""
    return "not known" if value is None else words(term, value)


def listed(items: Sequence[str], word: str) -> str:
    """Some, joined by a word: small, midsize and large."""
    return f"{', '.join(items[:-1])} {word} {items[-1]}" if len(items) > 1 else items[0] if items else "none"


def either(items: Sequence[str]) -> str:
    """Alternatives: small, midsize or large."""
    return listed(items, "or")


def together(items: Sequence[str]) -> str:
    """All of them: small, midsize and large."""
    return listed(items, "and")


def few(items: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of some, and how many more there are: price, volume and 3 more."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return f"{between.join(items[:most])}{more}"


def capitalize(text: str) -> str:
    """A text with a capital letter first."""
    return f"{text[:1].upper()}{text[1:]}"


def number_of(number: int | str, one: str, many: str) -> str:
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
