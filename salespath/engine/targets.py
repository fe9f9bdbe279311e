"""What an explanation can be asked about, and what a word means by it: direct → channel:direct_calls, TAS, referral, marketing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from salespath.engine.base import Base
from salespath.facts.vocabulary import DIMENSIONS, fold
from salespath.rules.model import SOLD, VERDICTS, Advise

# Before the names of targets in the ids of findings.
_KINDS = ("process", "rule", "fact", "attribute", "topic", "dimension")


def targets(base: Base) -> list[str]:
    """Everything that has a name: processes, topics, choices, attributes, ways to sell, rules, facts and dimensions."""
    knowledge = base.knowledge
    every = [*VERDICTS, *knowledge.topics, *_choices(base), *knowledge.attributes, *_sold(base), *knowledge.rules]
    every += base.vocabulary
    return list(dict.fromkeys([*every, *DIMENSIONS]))


def meant(base: Base, word: str) -> tuple[str, ...]:
    """The targets that a word means: the one of that name, else the best that it is a word of; none if there is no such thing.

    The id of a finding means what it is about: fact:role, rule:smb-not-launched/when/1, candidate:smb.
    """
    names = targets(base)
    if word in names:
        return (word,)
    kind, _, name = word.partition("/")[0].partition(":")
    if kind in _KINDS or kind in base.knowledge.attributes:
        return meant(base, name if kind in _KINDS else kind)
    plain = fold(word)
    named = [name for name in names if fold(name) == plain][:1]
    for found in (named, *_readings(base, plain)) if plain else ():
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _readings(base: Base, plain: str) -> Iterator[list[str]]:
    """Ways to take a word, the surest first: a choice, a label or title, a part or the initials of a choice, a value of a fact."""
    topics = base.knowledge.topics
    yield [process for process in VERDICTS if plain in map(fold, (f"{process} selling", f"running {process}"))]
    choices = sorted(_choices(base), key=lambda name: not topics[name.partition(":")[0]].between)
    asked = [name for name in choices if name.partition(":")[2] in topics[name.partition(":")[0]].between]
    for some in (asked, choices):
        yield [name for name in some if fold(name.partition(":")[2]) == plain]
        pairs = [(name, topics[name.partition(":")[0]].choices or {}) for name in some]
        yield [name for name, titles in pairs if fold(titles.get(name.partition(":")[2], "")) == plain]
    yield [name for name in base.vocabulary if fold(base.vocabulary[name].label) == plain]
    yield [topic.id for topic in topics.values() if fold(topic.title) == plain]
    yield [item.id for item in base.knowledge.attributes.values() if fold(item.means) == plain]
    motions = base.knowledge.motions
    values = [(name, name.partition(":")[2]) for name in _sold(base)]
    titles = [(name, motions[value].title.partition(":")[0]) for name, value in values if value in motions]
    yield [name for name, said in (*values, *titles) if fold(said) == plain][:1]
    yield [name for name in asked if plain in _parts(name.partition(":")[2])]
    facts = base.vocabulary.facts.values()
    yield [fact.id for fact in facts if plain in map(fold, fact.values)]
    yield [fact.id for fact in facts if plain in map(fold, chain(*fact.also.values()))]
    yield [name for name in choices if plain in _parts(name.partition(":")[2])]
    if len(plain) > 2:
        yield [name for name in asked if any(part.startswith(plain) for part in _parts(name.partition(":")[2]))]
        yield [name for name in base.vocabulary.facts if plain in _parts(base.vocabulary[name].label)]


def _sold(base: Base) -> list[str]:
    """The values of how the process is sold and of how far the company is: motion:field, stage:growing."""
    attributes = base.knowledge.attributes
    return [f"{name}:{value}" for name in SOLD if name in attributes for value in attributes[name].values]


def _choices(base: Base) -> list[str]:
    return sorted({f"{then.topic}:{then.choice}" for _, then in base.knowledge.each(Advise)})


def _parts(name: str) -> set[str]:
    """The words of a name, and its initials."""
    parts = fold(name).split()
    return {*parts, "".join(part[:1] for part in parts)}
