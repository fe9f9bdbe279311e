"""What a verdict rests on, and its track record."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.counsel.grounds import Grounds, Lookalike, TrackRecord, grounds, track_record
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts.values import readable
from salespath.report.page import Block, Heading, Item, Items, Text
from salespath.report.pages.precedents import none
from salespath.report.words.phrases import NAMES, number_of, together
from salespath.rules.model import Weigh

TITLE = "What it rests on"
KNOWN = "known when the rules were written"
ASPECTS = {"stage": "stage", "size": "number of customers", "price": "price", "kind": "who buys and how"}
_FEW = 5  # fewer documented companies like one in an aspect than this are few (expert judgement)
_NAMED = 2


def lines(a: Assessment, *, names: bool, past: bool = True) -> Iterator[Block]:
    """In few words; with `names` also in what few companies are like this one, and on which it is wrong; or with no `past`."""
    found = grounds(a)
    texts = [rests(found, a.base), how_checked(found, brief=True) if names else ""]
    texts += [record(track_record(a.base, a.case), names=names)] if past else []
    for place, text in enumerate(filter(None, texts)):
        yield Text(text, ids=_citations(found), apart=not place)


def part(a: Assessment) -> Iterator[Block]:
    """With all counts, and each look-alike on which it is wrong."""
    found, past = grounds(a), track_record(a.base, a.case)
    yield Heading(TITLE)
    for text in filter(None, (rests(found, a.base), how_checked(found), record(past, names=False))):
        yield Text(text, ids=_citations(found))
    yield Items(tuple(map(Item, wrong(past))), inset=2)


def _citations(found: Grounds) -> tuple[str, ...]:
    decides = (found.decides.rule,) if found.decides else ()
    return (*decides, *found.studies, *found.statements, *found.opinions)


def rests(found: Grounds, base: Base) -> str:
    """How many sources of each kind speak for the verdict, and what weighs most; empty where nothing speaks for it."""
    if found.decides is None:
        return ""
    counts = (
        (len(found.studies), "study", "studies"),
        (len(found.statements), "article statement", "article statements"),
        (len(found.opinions), "opinion", "opinions"),
        (found.judgements, "judgement of our own", "judgements of our own"),
    )
    named = [number_of(count, one, many) for count, one, many in counts if count]
    then = base.knowledge.rules[found.decides.rule].then
    line = base.knowledge.lines[then.line].title if isinstance(then, Weigh) else ""
    return f"It rests on {together(named)}, {f'above all on {line}' if line else 'for what stands in the way'}."


def how_checked(found: Grounds, *, brief: bool = False) -> str:
    """Whether the rules were checked on companies like this one: in what few were, or with all counts."""
    few = [f"{ASPECTS[aspect]} ({count or 'none'})" for aspect, count in found.like.items() if count < _FEW]
    like = ", ".join(f"in {ASPECTS[aspect]} {count}" for aspect, count in found.like.items())
    said = f"few are like yours in {together(few)}" if brief else f"these are like yours: {like}"
    return f"Of the {found.checked} companies it was checked on {said}." if (few if brief else like) else ""


def record(found: TrackRecord, *, names: bool = True) -> str:
    """How often it is right on the look-alikes, with the nearest of those on which it is wrong."""
    if not found.like:
        return none(found.needed, found.documented)
    like = number_of(len(found.like), "documented company", "documented companies")
    text = f"Of {like} like yours it is right on {found.right} ({KNOWN})"
    if not (names and found.wrong):
        return f"{text}."
    rest = len(found.wrong) - _NAMED
    more = [f"{rest} more"] if rest > 0 else []
    return f"{text}; wrong on {together([_name(item) for item in found.wrong[:_NAMED]] + more)}."


def wrong(found: TrackRecord) -> Iterator[str]:
    """Each look-alike on which it is wrong, with what is documented and what it says."""
    for item in found.wrong:
        label, said = (NAMES.get(word, readable(word)) for word in (item.documented.label, item.said))
        yield f"{_name(item)}: documented {label}, said {said}"


def _name(item: Lookalike) -> str:
    return f"{item.documented.company} {item.documented.year}"
