"""The track record: how often these rules say of the look-alikes of a company what is documented of them.

It is no test of the rules: all documented companies that come with the program were known when the rules were written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from salespath.counsel.precedents import Documented, likeness
from salespath.engine.company import process_of
from salespath.engine.compile import Base
from salespath.facts import Case
from salespath.rules.model import AnyVerdict


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
