"""The decision journal: what was recommended, what was decided, and what came of it, as streams of a store.

A decision is a stream of its own. `decided` says it, and says it anew where it is revised; each `came` adds what came of it. Both
name what they are about by its words, so that a revision takes nothing along that it no longer says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from salespath.facts import Case, Vocabulary
from salespath.facts.cases import NAMELESS
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.files.problems import WARNING, Problem, SalespathError, refusal, shown
from salespath.interview import record as interview_record
from salespath.interview.session import LONGEST_LINE, outcome_body, read_outcome
from salespath.interview.store import Entry, Store, Stream

KIND = "decision"
_LONGEST_VERDICT = 1000  # characters

Told = Literal["", "right", "wrong", "untold"]  # of a prediction: not yet, it came true, it did not, it cannot be told
DueKind = Literal["review", "prediction", "move"]


@dataclass(frozen=True)
class Recommended:
    """What was recommended on the day of a decision: the verdict as a sentence and in short, how firm it was, how it is sold.

    `sha256` are the digests of the rules, `version` of them, and of each folder laid over them. `given` is what was known of the
    company, `source` where that came from: a file, `interview:NAME`, `workshop:NAME`.
    """

    verdict: str
    process: str
    strength: str
    motion: str
    version: str
    sha256: tuple[str, ...]
    given: Case
    source: str = ""


@dataclass(frozen=True)
class Came:
    """What came of a decision, noted on a day: in words, whether the prediction came true, and moves that are done by then."""

    day: date
    note: str = ""
    told: Told = ""
    prediction: str = ""  # which one that is about
    done: tuple[tuple[str, str], ...] = ()  # what and whose


@dataclass(frozen=True)
class Decision:
    """A decision about a company. `came` is in the order of the days; `damage` counts entries that cannot be read any more."""

    number: int
    company: str
    day: date
    recommended: Recommended
    outcome: Outcome
    came: tuple[Came, ...] = ()
    damage: int = 0

    @property
    def told(self) -> Told:
        """Whether the prediction came true; what was said last counts."""
        said = [came.told for came in self.came if came.told and came.prediction == self.outcome.prediction]
        return said[-1] if said and self.outcome.prediction else ""

    @property
    def reviewed(self) -> bool:
        """Whether something was noted on the day of the review or later."""
        review = self.outcome.review
        return review is not None and any(came.note and came.day >= review for came in self.came)

    def is_done(self, move: AgreedMove) -> bool:
        """Whether a move was said to be done."""
        return any((move.what, move.owner) in came.done for came in self.came)

    @property
    def waiting(self) -> Iterator[Due]:
        """What has a day and is not settled."""
        outcome = self.outcome
        if outcome.review and not self.reviewed:
            yield Due(outcome.review, self, "review", outcome.check)
        if outcome.prediction and outcome.predicted_for and not self.told:
            yield Due(outcome.predicted_for, self, "prediction", outcome.prediction)
        for place, move in enumerate(outcome.moves, 1):
            if move.due and not self.is_done(move):
                yield Due(move.due, self, "move", move.what, move.owner, place)


@dataclass(frozen=True)
class Due:
    """Something of a decision that has a day. `place` is that of a move among the moves, from 1."""

    day: date
    decision: Decision
    kind: DueKind
    text: str = ""
    owner: str = ""
    place: int = 0


def due(decisions: Iterable[Decision], day: date) -> list[Due]:
    """What is due by a day, the oldest first."""
    return [item for item in _in_order(decisions) if item.day <= day]


def coming(decisions: Iterable[Decision], day: date) -> list[Due]:
    """What has a later day, the next first."""
    return [item for item in _in_order(decisions) if item.day > day]


def problems(outcome: Outcome, day: date) -> list[Problem]:
    """What keeps an outcome from being recorded as a decision of a day (SP240 to SP243, SP248), all of it."""
    found = []
    if outcome.advice == "overridden" and not outcome.because.strip():
        found.append(Problem("SP240", "the advice is overridden without a reason; say why: --because TEXT."))
    if outcome.prediction.strip() and not outcome.predicted_for:
        found.append(Problem("SP241", "a prediction needs the day by which it shows: --by 2027-06-30."))
    if outcome.predicted_for and not outcome.prediction.strip():
        found.append(Problem("SP241", "a day by which a prediction shows needs the prediction: --predict TEXT."))
    if outcome.check.strip() and not outcome.review:
        found.append(Problem("SP241", "what is checked needs the day of the review: --review 2027-06-30."))
    days = [("the review", outcome.review), ("the prediction", outcome.predicted_for)]
    days += [(f"the move {shown(move.what)}", move.due) for move in outcome.moves]
    for what, its in days:
        if its and its < day:
            message = f"{what} has the day {its}, before the decision ({day}); expected that day or a later one."
            found.append(Problem("SP242", message, value=str(its)))
    if not all(move.what.strip() for move in outcome.moves):
        found.append(Problem("SP248", "a move says nothing; expected what is done, by whom and until when."))
    texts = [outcome.sentence, outcome.because, outcome.prediction, outcome.check]
    texts += [text for move in outcome.moves for text in (move.what, move.owner)]
    texts += [text for pair in outcome.dissent for text in pair]
    return [*found, *filter(None, map(_too_long, texts))]


def record(
    store: Store, vocabulary: Vocabulary, recommended: Recommended, outcome: Outcome, day: date, *, number: int = 0
) -> Decision:
    """Record a decision, or revise the one of a number; it is on the disk when this returns.

    Raises SalespathError with all that keeps it from being recorded (SP240 to SP243, SP248), or where that number is none (SP245).
    """
    if found := problems(outcome, day):
        raise SalespathError(found)
    stream = _find(store, number) if number else _create(store)
    said = {**vars(recommended), "given": interview_record.given_body(recommended.given)}
    body = {"day": day.isoformat(), "recommended": said, "outcome": outcome_body(outcome)}
    store.append(stream.id, "decided", body)
    return decision(store, vocabulary, int(stream.name))


def close(store: Store, vocabulary: Vocabulary, number: int, came: Came) -> Decision:
    """Add what came of a decision, and give the decision as it is then.

    Raises SalespathError where there is no such decision (SP245), or with all that makes no sense (SP242, SP243, SP246).
    """
    found = decision(store, vocabulary, number)
    wrong = list(filter(None, [_too_long(came.note)]))
    if came.day < found.day:
        message = f"it is noted for {came.day}, before the decision ({found.day}); expected that day or a later one."
        wrong.append(Problem("SP242", message, value=str(came.day)))
    if came.told and not found.outcome.prediction:
        message = f"decision {number} has no prediction that could come true; leave --{came.told} out."
        wrong.append(Problem("SP246", message))
    if not (came.note.strip() or came.told or came.done):
        wrong.append(Problem("SP246", "nothing is said of what came of it: --came TEXT."))
    if wrong:
        raise SalespathError(wrong)
    body = {**asdict(came), "day": came.day.isoformat(), "prediction": found.outcome.prediction if came.told else ""}
    store.append(_find(store, number).id, "came", body)
    return decision(store, vocabulary, number)


def decisions(store: Store, vocabulary: Vocabulary) -> tuple[list[Decision], list[Problem]]:
    """All decisions, the oldest first, and a warning of each that is damaged (SP244)."""
    found, warnings = [], []
    for stream in store.streams(KIND, parent=0):
        one = _read(store, stream, vocabulary)
        if one:
            found.append(one)
        if damage := one.damage if one else len(store.damaged(stream.id)):
            rest = "the rest of it is kept" if one else "nothing of it can be told"
            message = f"of decision {shown(stream.name)} {damage} of the entries cannot be read; {rest}."
            warnings.append(Problem("SP244", message, WARNING, file=str(store.path)))
    return sorted(found, key=lambda one: (one.day, one.number)), warnings


def decision(store: Store, vocabulary: Vocabulary, number: int) -> Decision:
    """The decision of a number. Raises SalespathError where there is none (SP245)."""
    found = _read(store, _find(store, number), vocabulary)
    if not found:
        raise unknown(number, store)
    return found


def number_from(store: Store, vocabulary: Vocabulary, source: str) -> int:
    """The number of the latest decision from a source, so that a workshop revises its own; 0 where there is none."""
    found, _ = decisions(store, vocabulary)
    return max((one.number for one in found if one.recommended.source == source), default=0)


def unknown(number: int, store: Store | None) -> SalespathError:
    """There is no decision of that number (SP245)."""
    numbers = [stream.name for stream in store.streams(KIND, parent=0)] if store else []
    there = f"the last one is {numbers[-1]}" if numbers else "none is recorded here"
    return refusal("SP245", f"there is no decision {number}; {there}: `salespath journal` lists them.", None)


def replay(number: int, entries: Iterable[Entry], vocabulary: Vocabulary, *, damage: int = 0) -> Decision | None:
    """The decision that some events lead to, None where none of them says it. What makes no sense counts for nothing."""
    found: Decision | None = None
    came: list[Came] = []
    for entry in entries:
        if entry.kind == "decided":
            found = _decided(number, entry.body, vocabulary) or found
        elif entry.kind == "came":
            came += filter(None, [_came(entry.body)])
    in_order = tuple(sorted(came, key=lambda one: one.day))
    return found and replace(found, came=in_order, damage=damage)


def _in_order(decisions: Iterable[Decision]) -> list[Due]:
    return sorted(
        (item for one in decisions for item in one.waiting), key=lambda item: (item.day, item.decision.number)
    )


def _too_long(text: str) -> Problem | None:
    if shown(text, LONGEST_LINE) == shown(text, max(LONGEST_LINE, 8 * len(text))):
        return None
    message = f"{shown(text)} is too long ({len(text)} characters); expected {LONGEST_LINE} at most."
    return Problem("SP243", message)


def _create(store: Store) -> Stream:
    """A stream by the next number, also where another process takes numbers at the same time."""
    while True:
        numbers = [int(stream.name) for stream in store.streams(KIND, parent=0)]
        with suppress(FileExistsError):
            return store.create(KIND, str(max(numbers, default=0) + 1))


def _find(store: Store, number: int) -> Stream:
    found = store.find(KIND, str(number))
    if not found:
        raise unknown(number, store)
    return found


def _read(store: Store, stream: Stream, vocabulary: Vocabulary) -> Decision | None:
    damage = len(store.damaged(stream.id))
    return replay(int(stream.name), store.events(stream.id), vocabulary, damage=damage)


def _decided(number: int, body: Mapping[str, Any], vocabulary: Vocabulary) -> Decision | None:
    day, said, outcome = _day(body.get("day")), body.get("recommended"), body.get("outcome")
    if day is None or not isinstance(said, dict):
        return None
    recommended = _recommended(said, vocabulary)
    agreed = read_outcome(outcome if isinstance(outcome, dict) else {})
    return Decision(number, recommended.given.company or NAMELESS, day, recommended, agreed)


def _recommended(said: Mapping[str, Any], vocabulary: Vocabulary) -> Recommended:
    given, sha256 = said.get("given"), said.get("sha256")
    words = {key: _text(said.get(key)) for key in ("process", "strength", "motion", "version", "source")}
    return Recommended(
        verdict=_text(said.get("verdict"), _LONGEST_VERDICT),
        sha256=tuple(map(_text, sha256)) if isinstance(sha256, list) else (),
        given=interview_record.read([("given", given if isinstance(given, dict) else {})], vocabulary).given,
        **words,
    )


def _came(body: Mapping[str, Any]) -> Came | None:
    day, told, done = _day(body.get("day")), body.get("told"), body.get("done")
    if day is None:
        return None
    pairs = (pair for pair in done if isinstance(pair, list) and len(pair) == 2) if isinstance(done, list) else ()
    return Came(
        day,
        _text(body.get("note")),
        "right" if told == "right" else "wrong" if told == "wrong" else "untold" if told == "untold" else "",
        _text(body.get("prediction")),
        tuple((_text(what), _text(owner)) for what, owner in pairs),
    )


def _text(said: object, length: int = LONGEST_LINE) -> str:
    return shown(said, length) if isinstance(said, str) else ""


def _day(said: object) -> date | None:
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
