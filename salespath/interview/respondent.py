"""One person who takes part in a workshop: which question comes next, and what they have answered in this round."""

from __future__ import annotations

from dataclasses import dataclass, field

from salespath.engine.assessment import Contradiction
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.contradictions import contradictions
from salespath.facts import Case
from salespath.facts.values import BadValue
from salespath.interview.interview import FIRST, Event, Interview
from salespath.interview.session import Person, Session, event_of
from salespath.interview.store import Entry


@dataclass
class Respondent:
    """A person and their interview; `given` are the questions answered or skipped, with the number of the event, in order.

    What somebody has answered counts for all rounds; only the disputed questions are asked once more.
    """

    person: Person
    interview: Interview
    given: list[tuple[int, str]] = field(default_factory=list)
    _back_at: tuple[int, str] = (0, "")  # since which event, and where
    _case: Case | None = None
    _left: tuple[tuple[str, ...], int, list[str]] | None = None  # of which questions, since when, and which

    @property
    def case(self) -> Case:
        """The company as this person has it."""
        if self._case is None:
            self._case = self.interview.case
        return self._case

    @property
    def contradictions(self) -> list[Contradiction]:
        """What this person's own answers contradict; what was known beforehand is not theirs to hear of."""
        values, own = self.case.values, self.interview.answers
        found = contradictions(Company(self.interview.base, values))
        return [item for item in found if {*item.facts} & values.keys() <= own.keys()]

    def apply(self, entry: Entry, session: Session) -> None:
        """Take in an event of the interview. One that makes no sense changes nothing."""
        event = event_of(self.interview.base.vocabulary, entry.kind, entry.body)
        if event is None:
            return
        if event.kind == "back":
            if before := self.before(session):
                self._back_at = entry.id, before
        elif event.kind in ("answer", "skip"):
            self.interview.apply(event)
            self.given.append((entry.id, event.question))
            self._back_at, self._case, self._left = (0, ""), None, None

    def trail(self, session: Session) -> list[str]:
        """The questions dealt with in this round, in the order first asked."""
        asked = {*session.asked}
        return list(dict.fromkeys(name for id_, name in self.given if id_ > session.since and name in asked))

    def left(self, session: Session) -> list[str]:
        """The questions of this round that are still to be asked; what follows from other answers is not."""
        asked, since = session.asked, session.since
        if self._left is None or self._left[0] is not asked or self._left[1] != since:
            dealt, told = {name for id_, name in self.given if id_ > since}, self.interview.told
            answered = self.interview.answers
            left = [name for name in asked if name not in dealt and (name in answered or name not in told)]
            self._left = asked, since, left
        return self._left[2]

    def question(self, session: Session) -> str | None:
        """The question to ask now; None where none is left."""
        since, name = self._back_at
        if since > session.since and name in session.asked:
            return name
        return next(iter(self.left(session)), None)

    def before(self, session: Session) -> str | None:
        """The question that `back` leads to."""
        trail, (since, at) = self.trail(session), self._back_at
        place = trail.index(at) if since > session.since and at in trail else len(trail)
        return trail[place - 1] if place else None

    def finished(self, session: Session) -> bool:
        """Whether this person is done with the round: said so, or no question is left."""
        return self.person.id in session.done or not self.left(session)

    def answered(self, session: Session) -> int:
        """How many questions of this round need no answer any more."""
        return len(session.asked) - len(self.left(session))

    def event(self, text: str, name: str, session: Session) -> Event:
        """What a text typed at a question means. Raises BadValue saying what was seen and what was expected."""
        event = self.interview.event(text, name)
        if event.kind == "back" and self.before(session) is None:
            raise BadValue(FIRST)
        return event


def respondent(base: Base, session: Session, person: Person) -> Respondent:
    """Somebody who has answered nothing yet."""
    return Respondent(person, Interview(base, session.given, fixed=True))
