"""Companies that resemble this one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from salespath.counsel.precedents import Precedent, likeness
from salespath.engine.assessment import Assessment
from salespath.facts import Value, Vocabulary
from salespath.facts.values import words
from salespath.report.page import Block, Heading, Item, Items, Text

TITLE = "Companies that resemble you"
CAUTION = (
    "By the answers known of both, as far as the rules count them. Alike: the same answer, an overlapping one, or a number within "
    "a factor of two; it takes ten in common and three fifths of them alike. Likeness is no proof: these companies were chosen "
    "because something is written about them, and others like you did otherwise. Verified: the page was looked at; "
    "recalled: it was not read again."
)
DID = {
    "enterprise": "sold the enterprise way",
    "smb": "sold the SMB way",
    "both": "sold both ways side by side",
    "not_yet": "neither way of selling worked",
}
_SHOWN = 2
_ADDRESS = re.compile(r"https?://(?:www\.)?([^/\s;,)]+)[^\s;,)]*")


@dataclass(frozen=True)
class Resemblance:
    """A precedent in words: who and what, how alike, the sentence on it, and where that stands."""

    title: str
    likeness: str
    did: str
    sources: tuple[str, ...]


def part(a: Assessment) -> Iterator[Block]:
    """The nearest of them, what they did, and where that stands."""
    items = []
    for precedent in likeness(a.base).nearest(a.case):
        item = resemblance(precedent, a.case.values, a.base.vocabulary)
        sites = _ADDRESS.sub(r"\1", "; ".join(item.sources))  # instead of whole addresses
        did = Text(f"{item.did} [{sites}]")
        items.append(Item(f"{item.title}. {item.likeness}", under=(did,), ids=tuple(p.fact for p in precedent.parts)))
    if items:
        yield Heading(TITLE)
        yield Text(CAUTION, tone="aside")
        yield Items(tuple(items), inset=2)


def resemblance(precedent: Precedent, facts: Mapping[str, Value], vocabulary: Vocabulary) -> Resemblance:
    """A precedent in words, for the company that has these facts."""
    company, parts = precedent.documented, precedent.parts
    unlike = sorted((part for part in parts if not part.alike), key=lambda part: -part.distance * part.weight)
    differences = []
    for fact in (vocabulary[part.fact] for part in unlike[:_SHOWN]):
        there, here = words(fact, company.facts[fact.id]), words(fact, facts[fact.id])
        differences.append(f"{fact.label} (there {there}; here {here})")
    most = f"; unlike above all in {' and '.join(differences)}" if unlike else ""
    return Resemblance(
        f"{company.company}, {company.year}: {DID[company.label]}",
        f"{len(parts)} answers in common, {precedent.alike if unlike else 'all'} alike{most}.",
        company.did,
        company.sources,
    )


def none(needed: int | None, documented: int) -> str:
    """That no documented company is a look-alike, and how many answers would be needed for one."""
    said = f"No company of the {documented} documented is known to be like yours"
    if needed is None:
        return f"{said}, whatever else you answer."
    return f"{said}; it takes at least {needed} more of your answers."
