"""What a verdict rests on: the sources of what speaks for it, what weighs most, and whether the rules were checked on its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salespath.counsel.precedents import alike, likeness
from salespath.engine.assessment import Assessment, Blocker, Fired
from salespath.facts.vocabulary import ASPECTS
from salespath.rules.loader import EXPERT
from salespath.rules.model import PROCESSES, Weigh

STUDIES = ("study", "filing", "law")  # what states a method, or a rule


@dataclass(frozen=True)
class Grounds:
    """What a verdict rests on.

    `studies`, `statements` of the article and `opinions` (of practitioners and vendors) are the sources of the rules that speak for
    it, each once; `judgements` counts the rules that rest on the authors' own. `decides` is what weighs most, evidence or a block
    that stands; None where nothing speaks for it. `like` says of how many of the `checked` companies it is like in stage, size
    (customers), price and kind (who buys, and whether alone); an aspect that is not known is left out.
    """

    studies: tuple[str, ...]
    statements: tuple[str, ...]
    opinions: tuple[str, ...]
    judgements: int
    decides: Fired | Blocker | None
    like: Mapping[str, int]
    checked: int


def grounds(assessment: Assessment) -> Grounds:
    """What the verdict rests on: of a process its evidence, of `not_yet` the blocks that stand, else what it leans to."""
    a = assessment
    knowledge = a.base.knowledge
    speaking = _speaking(a)
    sources = [knowledge.rules[item.rule].source for item in speaking]
    cited = {name: knowledge.sources[name].kind for names in sources for name in names if name in knowledge.sources}
    others = [company.facts for company in likeness(a.base).others(a.case)]
    known, facts = a.case.values, a.base.vocabulary.facts.values()
    like = {
        aspect: sum(all(name in other and alike(known[name], other[name]) for name in said) for other in others)
        for aspect in ASPECTS
        if (said := [fact.id for fact in facts if fact.aspect == aspect and fact.id in known])
    }
    return Grounds(
        tuple(sorted(name for name, kind in cited.items() if kind in STUDIES)),
        tuple(sorted(name for name, kind in cited.items() if kind == "article")),
        tuple(sorted(name for name, kind in cited.items() if kind not in (*STUDIES, "article"))),
        sum(EXPERT in names for names in sources),
        speaking[0] if speaking else None,
        like,
        len(others),
    )


def _speaking(a: Assessment) -> list[Fired] | list[Blocker]:
    """What speaks for the verdict, the weightiest first."""
    leaning = (a.leaning,) if a.leaning else ()
    processes = PROCESSES if a.process == "both" else (a.process,) if a.process in PROCESSES else leaning
    if a.process == "not_yet":
        blocks = [b for b in a.blockers if b.process in (processes or PROCESSES)]
        if blocks:
            return blocks
    rules = a.base.knowledge.rules
    found = []
    for item in a.fired:
        then = rules[item.rule].then
        if isinstance(then, Weigh) and then.process in processes and item.weight > 0:
            found.append(item)
    return sorted(found, key=lambda item: (-item.weight, item.rule))
