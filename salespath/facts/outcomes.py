"""What people agreed about a company: a sentence, what is done next, who sees it otherwise, and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class AgreedMove:
    """What is done next, by whom, until when."""

    what: str
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Outcome:
    """What was agreed: a sentence, who sees it otherwise and why, what is done next, and when it is looked at again.

    `advice` says whether the recommendation is followed, `because` why not; `prediction` what is expected to have come of it by
    `predicted_for`.
    """

    sentence: str = ""
    dissent: tuple[tuple[str, str], ...] = ()
    moves: tuple[AgreedMove, ...] = ()
    review: date | None = None
    check: str = ""  # what is looked at then
    advice: Literal["", "taken", "overridden"] = ""
    because: str = ""
    prediction: str = ""
    predicted_for: date | None = None
