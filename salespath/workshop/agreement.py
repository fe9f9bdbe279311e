"""What was agreed: the facilitator writes it down, everybody sees it, and the journal of decisions has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from salespath.counsel.handout import handout_of
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.files.problems import shown
from salespath.interview import decisions
from salespath.interview.session import LONGEST_LINE, outcome_body
from salespath.interview.store import Store
from salespath.report.pages import handout as handout_page
from salespath.report.pages import plan
from salespath.report.pages.decisions import recommended
from salespath.report.words.currency import in_currency_of
from salespath.report.words.dates import end_of
from salespath.report.words.phrases import capitalize
from salespath.report.words.verdict import headline
from salespath.workshop.rooms import Room, decision_source
from salespath.workshop.security import Visit, visit_of

if TYPE_CHECKING:
    from salespath.engine.assessment import Assessment
    from salespath.workshop.app import Place

MOVES = 6  # lines for moves at least
_OPTION = re.compile(r"(?:; say why)?: --[^.]*\.$")  # how it is said on the command line
_NAMES = ("sentence", "review", "check", "advice", "because", "prediction", "predicted_for")


@dataclass(frozen=True)
class Draft:
    """What the form holds: texts as they were written. `dissent` is by person."""

    moves: tuple[tuple[str, str, str], ...] = ()  # what, who, until when
    dissent: Mapping[int, str] = field(default_factory=dict)
    sentence: str = ""
    review: str = ""
    check: str = ""
    advice: str = ""
    because: str = ""
    prediction: str = ""
    predicted_for: str = ""


async def page(request: Request, place: Place) -> Response:
    """The form: what was written down, else what is recommended."""
    room = await place.room(request)
    await room.settled()
    if room.session.agreed is None:
        draft = await room.compute(partial(_proposed, room.assessment, date.today()))
    else:
        draft = _written(room)
    return _page(request, place, room, draft)


async def act(request: Request, place: Place) -> Response:
    """Write down what was agreed: in the workshop, and in the journal of decisions."""
    room, visit = await place.room(request), visit_of(request)
    await room.settled()
    draft = _sent(visit, room)
    wrong: list[str] = []
    outcome = _read(draft, room, wrong)
    source = decision_source(room.code)
    number, day = await asyncio.to_thread(_before, room, source)
    wrong += [capitalize(_OPTION.sub(".", problem.message)) for problem in decisions.problems(outcome, day)]
    if wrong:
        return _page(request, place, room, draft, wrong, 422)
    await room.append("outcome", outcome_body(outcome))
    told = recommended(room.assessment, source)
    await asyncio.to_thread(decisions.record, room.store, room.base.vocabulary, told, room.outcome, day, number=number)
    return RedirectResponse(f"/host/{room.code}", 303)


def _page(
    request: Request, place: Place, room: Room, draft: Draft, wrong: list[str] | None = None, status: int = 200
) -> Response:
    more = max(MOVES - len(draft.moves), 1)
    return place.page(
        request, "agreement.html", status, room=room, draft=draft, wrong=wrong or [], longest=LONGEST_LINE,
        moves=[*draft.moves, *[("", "", "")] * more], people=list(room.session.people.values()),
    )  # fmt: skip


def _before(room: Room, source: str) -> tuple[int, date]:
    """The decision of this workshop that is in the journal already, 0 for none, and the day of it, else today."""
    store: Store = room.store
    number = decisions.number_from(store, room.base.vocabulary, source)
    return number, decisions.decision(store, room.base.vocabulary, number).day if number else date.today()


@in_currency_of(lambda a, *rest: [a.case])
def _proposed(a: Assessment, today: date) -> Draft:
    """The verdict as a sentence, and the first moves."""
    found = handout_of(a, today)
    weeks = [(move, handout_page.last_week(move, found)) for move in found.moves.first]
    moves = (
        (plan.opening(move), capitalize(move.owner), end_of(last, today).isoformat() if last else "")
        for move, last in weeks
    )
    return Draft(tuple((shown(what, LONGEST_LINE), owner, until) for what, owner, until in moves), sentence=headline(a))


def _written(room: Room) -> Draft:
    """What was written down before."""
    outcome = room.session.outcome
    people = {person.name: id_ for id_, person in room.session.people.items()}
    body = outcome_body(outcome)
    return Draft(
        tuple((move.what, move.owner, move.due.isoformat() if move.due else "") for move in outcome.moves),
        {people[who]: why for who, why in outcome.dissent if who in people},
        **{name: body[name] or "" for name in _NAMES},
    )


def _sent(visit: Visit, room: Room) -> Draft:
    """What the form says."""
    columns = (map(_line, visit.all(name)) for name in ("what", "owner", "due"))
    moves = tuple(move for move in zip(*columns) if any(move))
    dissent = {id_: _line(visit.get(f"dissent-{id_}")) for id_ in room.session.people}
    return Draft(moves, dissent, **{name: _line(visit.get(name)) for name in _NAMES})


def _line(text: str) -> str:
    """A text without breaks between its lines."""
    return " ".join(text.split())


def _read(draft: Draft, room: Room, wrong: list[str]) -> Outcome:
    """What was agreed, by the names that people have; `wrong` gets what cannot be understood."""
    if not draft.sentence:
        wrong.append("Write the sentence that was agreed.")
    people = room.session.people
    moves = [AgreedMove(what, owner, _day(until, what, wrong)) for what, owner, until in draft.moves]
    return Outcome(
        sentence=draft.sentence,
        dissent=tuple((people[id_].name, why) for id_, why in draft.dissent.items() if why),
        moves=tuple(moves),
        review=_day(draft.review, "the review", wrong),
        check=draft.check,
        advice="taken" if draft.advice == "taken" else "overridden" if draft.advice == "overridden" else "",
        because=draft.because,
        prediction=draft.prediction,
        predicted_for=_day(draft.predicted_for, "the prediction", wrong),
    )


def _day(text: str, of: str, wrong: list[str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        wrong.append(f"{shown(text)} is no day ({shown(of)}); write it as 2027-02-01.")
        return None
