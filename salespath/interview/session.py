"""A workshop as its events have it: who takes part, what is asked and hidden, how answers combine, and what was agreed.

It neither reads nor writes: events in, the state of the workshop out. What each person answers is an interview of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from salespath.facts import Case, Value

Phase = Literal["draft", "open", "closed"]
How = Literal["agreed", "median", "host", "unknown"]  # the answer of all, that in the middle, the host's choice, none


@dataclass(frozen=True)
class Person:
    """Someone who takes part. `id` is the stream of their interview; the host is none of them."""

    id: int
    name: str
    joined: float  # seconds since 1970


@dataclass(frozen=True)
class Combination:
    """How the answers to a question become that of the company; `value` is the host's choice."""

    how: How = "agreed"
    value: Value | None = None


@dataclass(frozen=True)
class AgendaItem:
    """A part of the meeting and how many minutes it takes."""

    title: str
    minutes: int


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


@dataclass
class Session:
    """A workshop. `given` is what was known beforehand; `questions` are the facts asked, in order; `disputed` those of this round."""

    company: str
    given: Case
    questions: tuple[str, ...] = ()
    anonymous: bool = False
    phase: Phase = "draft"
    round: int = 1
    disputed: tuple[str, ...] = ()
    revealed: bool = False
    people: dict[int, Person] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)  # who is done with this round
    default: How = "agreed"
    combinations: dict[str, Combination] = field(default_factory=dict)
    agenda: tuple[AgendaItem, ...] = ()
    at: int = 0  # which part of the agenda
    until: float | None = None  # when the timer ends, in seconds since 1970
    scenarios: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    outcome: Outcome = Outcome()
