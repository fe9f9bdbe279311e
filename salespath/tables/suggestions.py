"""Which fact a heading that is none may have meant. It is only ever suggested."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from unicodedata import combining, normalize

from salespath.facts import Vocabulary
from salespath.files.problems import nearest
from salespath.tables.units import Unit, readings

_ALIKE = 72  # of 100
_YEAR = re.compile(
    r"[('’]*\b(?:FY ?|CY ?)?(?:19|20)\d\d(?:[AEF]|\b)\)?"
)  # which year a column is of is for a person to say
_NEAREST = 8  # that are looked at


def nearest_fact(heading: str, vocabulary: Vocabulary) -> str:
    """The fact whose id, label or other name is most like a heading, whatever the order of the words, or nothing where in doubt."""
    names = {_bare(word): "" for unclear in vocabulary.headings.unclear.values() for word in unclear.headings}
    for name in vocabulary:
        names |= {_bare(word): name for word in (*vocabulary[name].called, vocabulary[name].label)}
    names |= {name: name for name in vocabulary}
    word, unit = heading, Unit()
    if heading.rstrip("?: ")[-1:] in (")", "]"):
        _, (word, unit), *_ = (*readings(heading), (heading, Unit()))
    fact = nearest(_bare(_YEAR.sub(" ", word)), names, _near)
    return fact if fact and unit.context(vocabulary[fact]) else ""


def _near(word: str, options: Collection[str]) -> Sequence[str]:
    from rapidfuzz import fuzz, process  # only a heading that is not known needs it

    spaced = {option: option.replace("_", " ") for option in options}
    found = process.extract(
        word.replace("_", " "), spaced, scorer=fuzz.token_sort_ratio, limit=_NEAREST, score_cutoff=_ALIKE
    )
    return [option for _, _, option in found]


def _bare(text: str) -> str:
    return "".join(c for c in normalize("NFKD", text) if not combining(c))
