"""The other side: the best case against a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from salespath.counsel.precedents import Precedent, likeness
from salespath.engine.assessment import Assessment, Fired, subject
from salespath.rules.model import OTHER

REASONS = 2


@dataclass(frozen=True)
class OtherSide:
    """What a careful opponent of the verdict would say.

    `against` are the strongest reasons against what is advised or leaned to (under `both`, against the second process), `instead`
    those for `process`, which could be run in its place. `precedent` is the nearest look-alike that did the opposite and did well.
    """

    process: str
    against: tuple[Fired, ...]
    instead: tuple[Fired, ...]
    precedent: Precedent | None

    def __bool__(self) -> bool:
        return bool(self.against or self.instead or self.precedent)


def other_side(assessment: Assessment) -> OtherSide | None:
    """The other side; None where nothing speaks against the verdict, or it leans to neither process.

    The opposite of `both` is the first process alone, that of `not_yet` is to sell all the same, else it is the other process.
    """
    a, about = assessment, subject(assessment)
    if not about:
        return None
    rival = OTHER[about[0]]
    if a.process == "both":
        found, instead = a.reasons(rival, -1), list[Fired]()
        opposite = {about[0]}
    else:
        found, instead = a.reasons(about[0], -1), a.reasons(rival, 1)
        opposite = {about[0], "both"} if a.process == "not_yet" else {rival}
    like = likeness(a.base).like(a.case)
    precedent = next((p for p in like if p.documented.label in opposite and p.did_well), None)
    side = OtherSide(rival, tuple(found[:REASONS]), tuple(instead[:REASONS]), precedent)
    return side or None
