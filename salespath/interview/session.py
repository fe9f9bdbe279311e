"""A workshop as its events have it: who takes part, what is asked and hidden, how answers combine, and what was agreed.

It neither reads nor writes: events in, the state of the workshop out. What each person answers is an interview of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from math import isfinite
from typing import Any, Literal, get_args

from salespath.facts import Case, Value, Vocabulary
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.files.problems import shown
from salespath.interview import record
from salespath.interview.interview import Event
from salespath.interview.store import Entry

Phase = Literal["draft", "open", "closed"]
LONGEST_NAME = 60  # characters of the name of a person or scenario
LONGEST_LINE = 400  # of what else is written in one line
MOST_PARTS = 30  # of an agenda, and scenarios

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


@dataclass
class Session:
    """A workshop. `given` is what was known beforehand; `questions` are the facts asked, in order; `disputed` those of this round.

    `since` is the number of the event that began the round: an answer with a greater one was given in it.
    """

    company: str
    given: Case
    questions: tuple[str, ...] = ()
    anonymous: bool = False
    phase: Phase = "draft"
    round: int = 1
    since: int = 0
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
    outcome: Outcome = field(default_factory=Outcome)
    agreed: float | None = None  # when that was written down, in seconds since 1970
    # What the first round asks, and from what that follows: it is looked at for everybody again and again.
    _first: tuple[tuple[str, ...], Case, tuple[str, ...]] = field(default=((), Case(""), ()), repr=False, compare=False)

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions of this round, in order; what was given beforehand is not asked."""
        if self.round > 1:
            return self.disputed
        if self._first[0] is not self.questions or self._first[1] is not self.given:
            asked = tuple(q for q in self.questions if q not in self.given.values)
            self._first = self.questions, self.given, asked
        return self._first[2]

    @property
    def hidden(self) -> frozenset[str]:
        """The facts on which nobody sees yet what others say."""
        return frozenset() if self.revealed else frozenset(self.asked)

    @property
    def answering(self) -> bool:
        """Whether answers are taken now."""
        return self.phase == "open" and not self.revealed

    def combination(self, fact: str) -> Combination:
        """How the answers to a question become that of the company."""
        return self.combinations.get(fact, Combination(self.default))

    def apply(self, entry: Entry, vocabulary: Vocabulary) -> None:
        """Take in an event. One that makes no sense, or none any more, changes nothing."""
        match entry.kind, entry.body:
            case "begun", {"company": str(company), "questions": list(asked)}:
                self.company = shown(company, LONGEST_LINE)
                given = entry.body.get("given")
                said = given if isinstance(given, dict) else {}
                self.given = replace(record.read([("given", said)], vocabulary).given, company=self.company, file=None)
                self.questions = tuple(
                    vocabulary.ordered({q for q in asked if isinstance(q, str) and q in vocabulary.facts})
                )
            case "settings", {"anonymous": bool(anonymous)}:
                self.anonymous = anonymous
            case "opened", _:
                self.phase = "open"
            case "closed", _:
                self.phase = "closed"
            case "joined", {"person": int(person), "name": str(name)}:
                self.people[person] = Person(person, shown(name, LONGEST_NAME), entry.at)
            case "removed", {"person": int(person)}:
                self.people.pop(person, None)
                self.done.discard(person)
            case "done", {"person": int(person)} if person in self.people:
                self.done.add(person)
            case "undone", {"person": int(person)}:
                self.done.discard(person)
            case "revealed", _:
                self.revealed = True
            case "hidden", _:
                self.revealed = False
            case "round", {"disputed": list(disputed)}:
                again = tuple(q for q in self.questions if q in disputed and q not in self.given.values)
                if again:
                    self.round, self.since, self.disputed = self.round + 1, entry.id, again
                    self.revealed, self.done, self.until = False, set(), None
            case "combine", {"fact": str(fact), "how": "agreed" | "median" | "host" | "unknown" as how}:
                self._combine(vocabulary, fact, how, entry.body.get("value"))
            case "agenda", {"items": list(items), "at": int(at)}:
                self.agenda = tuple(_agenda(items))
                self.at = min(max(at, 0), max(len(self.agenda) - 1, 0))
            case "timer", {"until": (None | int() | float()) as until}:
                self.until = until if until is None or isfinite(until) else None
            case "scenario", {"name": str(name), "facts": dict(facts)}:
                self.scenarios[shown(name, LONGEST_NAME)] = read_facts(vocabulary, facts)
            case "unsaved", {"name": str(name)}:
                self.scenarios.pop(name, None)
            case "outcome", _:
                self.outcome, self.agreed = read_outcome(entry.body), entry.at

    def _combine(self, vocabulary: Vocabulary, fact: str, how: How, value: object) -> None:
        if not fact:
            self.default = how if how != "host" else self.default
        elif fact in vocabulary.facts:
            chosen = read_facts(vocabulary, {fact: value}).get(fact) if how == "host" else None
            if how != "host" or chosen is not None:
                self.combinations[fact] = Combination(how, chosen)


HOWS: tuple[How, ...] = get_args(How)


def replay(vocabulary: Vocabulary, entries: Iterable[Entry]) -> Session:
    """The workshop that some events lead to."""
    found = Session("", Case(""))
    for entry in entries:
        found.apply(entry, vocabulary)
    return found


def event_of(vocabulary: Vocabulary, kind: str, body: Mapping[str, Any]) -> Event | None:
    """The event of an interview that an entry says; None where it makes no sense."""
    return next(iter(record.read([(kind, body)], vocabulary).events), None)


def read_facts(vocabulary: Vocabulary, facts: Mapping[str, Any]) -> dict[str, Value]:
    """The values of some facts as JSON holds them; what answers no question is left out."""
    found = {name: event_of(vocabulary, "answer", {"question": name, "value": value}) for name, value in facts.items()}
    kept = {name: event.answer.value for name, event in found.items() if event and event.answer}
    return {name: kept[name] for name in vocabulary.ordered(name for name in kept if name in vocabulary.facts)}


def read_outcome(body: Mapping[str, Any]) -> Outcome:
    """What was agreed, as `outcome_body` writes it."""
    advice = body.get("advice")
    dissent = (pair for pair in _list(body.get("dissent")) if isinstance(pair, (list, tuple)) and len(pair) == 2)
    moves = (move for move in _list(body.get("moves")) if isinstance(move, dict) and _text(move.get("what")))
    return Outcome(
        sentence=_text(body.get("sentence")),
        dissent=tuple((_text(who), _text(why)) for who, why in dissent),
        moves=tuple(AgreedMove(_text(m["what"]), _text(m.get("owner")), _date(m.get("due"))) for m in moves),
        review=_date(body.get("review")),
        check=_text(body.get("check")),
        advice="taken" if advice == "taken" else "overridden" if advice == "overridden" else "",
        because=_text(body.get("because")),
        prediction=_text(body.get("prediction")),
        predicted_for=_date(body.get("predicted_for")),
    )


def outcome_body(outcome: Outcome) -> dict[str, Any]:
    """What was agreed, as plain data."""

    def plain(part: Any) -> Any:
        return part.isoformat() if isinstance(part, date) else part

    body = {key: plain(part) for key, part in vars(outcome).items()}
    body["moves"] = [{key: plain(part) for key, part in asdict(move).items()} for move in outcome.moves]
    return body


def _agenda(items: list[Any]) -> Iterable[AgendaItem]:
    for item in items[:MOST_PARTS]:
        match item:
            case {"title": str(title), "minutes": int(minutes)} if title.strip() and 0 <= minutes < 1440:
                yield AgendaItem(shown(title, LONGEST_LINE), minutes)


def _list(said: object) -> list[Any]:
    return list(said) if isinstance(said, (list, tuple)) else []


def _text(said: object) -> str:
    return shown(said, LONGEST_LINE) if isinstance(said, str) else ""


def _date(said: object) -> date | None:
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
