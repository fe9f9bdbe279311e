"""The pages of somebody who takes part: joining, and one question at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from salespath.facts import Fact
from salespath.facts.money import Rate, in_own_currency
from salespath.facts.rates import BadRate
from salespath.facts.values import BadValue, readable
from salespath.files.problems import shown
from salespath.interview.answers import NOTE, how_to_write
from salespath.interview.interview import Interview
from salespath.interview.respondent import Respondent
from salespath.interview.session import LONGEST_NAME
from salespath.report.pages import outcome as outcome_page
from salespath.report.pages import question as wording
from salespath.report.words.phrases import number_of
from salespath.workshop.fragments import blocks
from salespath.workshop.rooms import Room
from salespath.workshop.security import guard_of, visit_of

if TYPE_CHECKING:
    from salespath.workshop.app import Place

NONE = "none"  # of a set


def who(request: Request, place: Place, room: Room) -> Respondent | None:
    """Whose browser it is that asks."""
    secret = visit_of(request).cookies.get(_cookie(request, room), "")
    person = place.keys.person_of(secret)
    return room.respondents.get(person) if person is not None else None


def _cookie(request: Request, room: Room) -> str:
    return guard_of(request).cookie(f"person_{room.code}")


# Joining


async def door(request: Request, place: Place) -> Response:
    """Where a code is typed; where only one workshop is open, that is meant."""
    code = request.query_params.get("code", "").strip().lower()
    if code:
        if await place.rooms.find(code):
            return RedirectResponse(f"/join/{code}", 303)
        said = f"There is no workshop {shown(code)}. Look at the code once more."
        status = 404 if guard_of(request).guessed(request) else 429
        return place.page(request, "door.html", status, said=said, code=code)
    some = [room for stream in place.rooms.streams()[:50] if (room := await place.rooms.find(stream.name))]
    opened = [room for room in some if room.session.phase == "open"]
    if len(opened) == 1:
        return RedirectResponse(f"/join/{opened[0].code}", 303)
    return place.page(request, "door.html", said="", code="")


async def greet(request: Request, place: Place) -> Response:
    """Where somebody says who they are; whoever is in already goes on."""
    room = await place.room(request)
    if who(request, place, room):
        return RedirectResponse(f"/me/{room.code}", 303)
    return place.page(request, "join.html", room=room, said="", name="", longest=LONGEST_NAME)


async def join(request: Request, place: Place) -> Response:
    """Let somebody in."""
    room, visit = await place.room(request), visit_of(request)
    if who(request, place, room):
        return RedirectResponse(f"/me/{room.code}", 303)
    name = shown(visit.get("name"), LONGEST_NAME)
    said = ""
    if room.session.phase == "closed":
        said = "This workshop is closed."
    elif not name:
        said = "Nothing was written. Write your name, or whatever the others know you by."
    else:
        try:
            person = await room.join(name)
        except FileExistsError:
            said = f"Somebody called {name} is in already. Write another name; if that is you, ask for your own link."
        except OverflowError:
            said = "Nobody else can join: there are too many."
        else:
            response = RedirectResponse(f"/me/{room.code}", 303)
            guard_of(request).remember(response, f"person_{room.code}", place.keys.person(person.id))
            return response
    return place.page(request, "join.html", 422, room=room, said=said, name=name, longest=LONGEST_NAME)


async def come_back(request: Request, place: Place) -> Response:
    """Somebody goes on in another browser, with the link that the facilitator gave them."""
    room = await place.room(request)
    secret = request.query_params.get("p", "")
    person = place.keys.person_of(secret)
    if person not in room.respondents:
        guard_of(request).guessed(request)
        return place.page(request, "message.html", 403, text="This link is not right, or no longer.")
    response = RedirectResponse(f"/me/{room.code}", 303)
    guard_of(request).remember(response, f"person_{room.code}", secret)
    return response


def own_link(place: Place, room: Room, person: int) -> str:
    """The link with which somebody goes on in another browser."""
    link = place.link(f"/back/{room.code}")
    return f"{link}{'&' if '?' in link else '?'}{urlencode({'p': place.keys.person(person)})}"


# Answering


async def page(request: Request, place: Place) -> Response:
    """The question to answer now, or why there is none."""
    room = await place.room(request)
    me = who(request, place, room)
    if me is None:
        return RedirectResponse(f"/join/{room.code}", 303)
    noted = request.query_params.get("noted", "")
    wanted = request.query_params.get("q", "")
    what = await _card(room, me, wanted, noted=noted, why="why" in request.query_params)
    return place.page(request, "me.html", room=room, **what)


async def act(request: Request, place: Place) -> Response:
    """Take what somebody answers; it is on the disk when the next question comes."""
    room, visit = await place.room(request), visit_of(request)
    me = who(request, place, room)
    if me is None:
        return RedirectResponse(f"/join/{room.code}", 303)
    here, session, action, name = f"/me/{room.code}", room.session, visit.get("action"), visit.get("question")
    if action in ("done", "undone"):
        if session.answering:
            await room.append(action, {"person": me.person.id})
        return RedirectResponse(here, 303)
    if name not in session.asked or not session.answering:
        return RedirectResponse(here, 303)
    fact = place.base.vocabulary.facts[name]
    text = action if action in ("back", "skip") else typed_text(visit.all("answer"), visit.get("note"))
    try:
        with in_own_currency(rate(me.interview)):
            written = action in ("back", "skip") or any(map(str.strip, visit.all("answer")))
            if not written and me.interview.answer(name) is None:
                raise BadValue(f"Nothing was written. {how_to_write(fact)} If you do not know, skip it.")
            event = me.event(text, name, session)
    except BadValue as error:
        what = await _card(room, me, name, said=str(error), typed=visit.all("answer"), note=visit.get("note"))
        return place.page(request, "me.html", 422, room=room, **what)
    await room.record(me.person.id, event)
    return RedirectResponse(here if event.kind == "back" else f"{here}?{urlencode({'noted': name})}", 303)


def typed_text(given: list[str], note: str) -> str:
    """What a form says, as it would be typed."""
    text = ", ".join(part.strip() for part in given if part.strip())
    note = " ".join(note.split())
    return f"{text}{NOTE} {note}".strip() if note else text


def rate(interview: Interview) -> Rate | None:
    """The rate of the currency in which amounts are asked; None for dollars."""
    try:
        return interview.given.money.default
    except BadRate:
        return None


async def _card(
    room: Room,
    me: Respondent,
    wanted: str = "",
    *,
    said: str = "",
    noted: str = "",
    typed: list[str] | None = None,
    note: str | None = None,
    why: bool = False,
) -> dict[str, Any]:
    """What the page of a person says: a question, where one is to be asked now.

    `wanted` is a question to ask again, `said` what was wrong with what was `typed`, `noted` the question just answered.
    """
    session, facts = room.session, room.base.vocabulary.facts
    name = wanted if wanted in session.asked else me.question(session)
    if not session.answering or (me.person.id in session.done and not wanted):
        name = None
    found: dict[str, Any] = {
        "me": me,
        "said": said,
        "noted": "",
        "doubts": [],
        "asked": None,
        "left": len(me.left(session)),
        "finished": me.finished(session),
        "far": far(room),
        "agreed": blocks(outcome_page.blocks(room.outcome)),
    }
    with in_own_currency(rate(me.interview)):
        interview = me.interview
        if noted in session.asked and not said:
            found["noted"] = wording.echo(facts[noted], None, interview.answers.get(noted))
        dealt = me.trail(session) if session.round > 1 else [q for q in session.asked if q in interview.answers]
        found["answers"] = list(zip(dealt, wording.answers(interview, dealt)))
        if (noted or name is None) and session.answering:
            found["doubts"] = [
                wording.contradiction(interview, each, dealt, how=wording.ON_A_PAGE)
                for each in me.contradictions
                if name is None or noted in each.facts
            ]
        if name is None:
            return found
        fact = facts[name]
        number = list(session.asked).index(name) + 1
        asked = wording.of_fact(
            interview, fact, interview.answer(name), f"Question {number} of {room.of} ({fact.dimension})"
        )
        found |= {
            "path": f"/me/{room.code}",
            "question": name,
            "asked": asked,
            "many": fact.type == "set",
            "noting": True,
            "of": room.of,
            "dealt": room.of - found["left"],
            "can_go_back": me.before(session) is not None,
        }
        found["reasons"] = await room.compute(asked.why) if why else []
        found["options"] = options(me.interview, fact, typed)
        found["typed"] = ", ".join(typed or [])
        earlier = interview.answer(name)
        found["note"] = note if note is not None else earlier.note if earlier else ""
    return found


def options(interview: Interview, fact: Fact, typed: list[str] | None) -> list[tuple[str, str, str, bool]]:
    """What can be chosen: the value, what it is called and means, and whether it is chosen by now."""
    answer = interview.answer(fact.id)
    value = answer.value if answer else None
    chosen: set[str] = set()
    if typed is not None:
        chosen = set(typed)
    elif isinstance(value, frozenset):
        chosen = set(value) or {NONE}
    elif isinstance(value, bool):
        chosen = {"yes" if value else "no"}
    elif isinstance(value, str):
        chosen = {value}
    choices = {id_: (readable(id_), meaning) for id_, meaning in fact.values.items()}
    if fact.type == "boolean":
        choices = {"yes": ("yes", ""), "no": ("no", "")}
    elif fact.type == "set":
        choices[NONE] = ("none of these", "")
    return [(id_, label, meaning, id_ in chosen) for id_, (label, meaning) in choices.items()]


def far(room: Room) -> str:
    """How far the others are."""
    people, done = len(room.respondents), len(room.finished)
    return f"Round {room.session.round}: {done} of {number_of(people, 'person', 'people')} done."


async def parts(place: Place, room: Room) -> Mapping[str, str]:
    """What changes on everybody's page while it is open."""
    clock = place.part("clock.html", session=room.session)
    return {"far": place.part("far.html", far=far(room)), "clock": clock, "phase": room.phase}
