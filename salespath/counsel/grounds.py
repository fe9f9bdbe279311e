"""What a verdict rests on: the sources of what speaks for it, what weighs most, and whether the rules were checked on its like.

Of its like there is a track record: how often these rules say of the documented look-alikes what is documented of them. It is no
test of the rules: all documented companies that come with the program were known when the rules were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from salespath.counsel.precedents import Documented, alike, likeness
from salespath.engine.assessment import Assessment, Blocker, Fired, subject
from salespath.engine.base import Base
from salespath.engine.company import process_of
from salespath.facts import Case
from salespath.facts.vocabulary import ASPECTS
from salespath.rules.loader import EXPERT
from salespath.rules.model import PROCESSES, AnyVerdict, Weigh

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
    processes = subject(a)
    blocks = [block for block in a.blockers if block.process in (processes or PROCESSES)]
    if blocks and a.process == "not_yet":
        return blocks
    own = {rule.id for rule, then in a.base.knowledge.each(Weigh) if then.process in processes}
    found = [item for item in a.fired if item.rule in own and item.weight > 0]
    return sorted(found, key=lambda item: (-item.weight, item.rule))


# The track record


@dataclass(frozen=True)
class Lookalike:
    """A documented company like the one assessed, and what these rules say of it."""

    documented: Documented
    said: AnyVerdict

    @property
    def right(self) -> bool:
        """Whether it is what is documented."""
        return self.said == self.documented.label


@dataclass(frozen=True)
class TrackRecord:
    """What the rules say of the look-alikes of a company, the nearest first, of so many documented companies in all.

    `needed` is the fewest further answers after which there could be a look-alike: 0 where there is one, None where none can be.
    """

    like: tuple[Lookalike, ...]
    documented: int
    needed: int | None

    @property
    def wrong(self) -> tuple[Lookalike, ...]:
        """Those of which they say something else than is documented."""
        return tuple(item for item in self.like if not item.right)

    @property
    def right(self) -> int:
        """Of how many they say what is documented."""
        return len(self.like) - len(self.wrong)


def track_record(base: Base, case: Case) -> TrackRecord:
    """The track record of a base on the documented companies like one, the company itself left out."""
    near = likeness(base)
    like = tuple(Lookalike(p.documented, _said(base, p.documented)) for p in near.like(case))
    return TrackRecord(like, len(near.companies), 0 if like else near.needed(case))


@lru_cache(maxsize=1024)
def _said(base: Base, company: Documented) -> str:
    return process_of(base, company.facts)
