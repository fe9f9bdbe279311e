"""The facilitator's pages: the workshops, and one of them with its people, rounds, time, disagreements and how answers combine."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from salespath.facts import Case
from salespath.facts.cases import NAMELESS, read_node
from salespath.facts.money import USD, in_own_currency
from salespath.facts.rates import BadRate, Currencies, currency_code
from salespath.facts.values import BadValue, words
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError, shown
from salespath.interview.interview import Interview
from salespath.interview.session import HOWS, LONGEST_LINE, AgendaItem, replay
from salespath.report.formats import html
from salespath.report.pages import outcome as outcome_page
from salespath.report.pages import panel as panel_page
from salespath.report.words.currency import common_rate
from salespath.workshop import participant
from salespath.workshop.fragments import blocks, qr
from salespath.workshop.rooms import Room
from salespath.workshop.security import visit_of

if TYPE_CHECKING:
    from salespath.workshop.app import Place

NAME = 200  # characters of a company's name
LONGEST_TIMER = 24 * 60  # minutes
COMBINING = {
    "agreed": "what all said, else unknown",
    "median": "what most said, or the middle",
    "host": "what I choose",
    "unknown": "unknown",
}
LISTED = 100  # workshops


# All workshops


async def start(request: Request, place: Place) -> Response:
    """The workshops there are, and how to create one."""
    return _start(request, place)


def _start(request: Request, place: Place, status: int = 200, **what: Any) -> Response:
    store, vocabulary = place.rooms.store, place.base.vocabulary
    some = []
    for stream in place.rooms.streams()[:LISTED]:
        room = place.rooms.opened.get(stream.name)
        session = room.session if room else replay(vocabulary, store.events(stream.id))
        some.append((stream, session, time.strftime("%Y-%m-%d", time.localtime(stream.begun))))
    counts = {name: len(_questions(place, name)) for name in QUESTIONS}
    fields = {"company": "", "currency": USD, "known": "", "which": "core", "said": (), **what}
    return place.page(request, "start.html", status, some=some, counts=counts, which_ones=QUESTIONS, **fields)


QUESTIONS = {"core": "the main ones", "quick": "the quick ones", "all": "all, also those for the plan"}


def _questions(place: Place, which: str) -> tuple[str, ...]:
    """The facts that are asked, in the order of the sheet."""
    facts = place.base.vocabulary.facts.values()
    if which == "quick":
        return tuple(fact.id for fact in facts if fact.quick)
    return tuple(fact.id for fact in facts if fact.ask == "core" or (which == "all" and fact.ask == "plan"))


async def create(request: Request, place: Place) -> Response:
    """Create a workshop."""
    visit = visit_of(request)
    company, which = shown(visit.get("company"), NAME), visit.get("which")
    said: list[str] = []
    given = Case(company)
    try:
        money = Currencies(currency_code(visit.get("currency") or USD))
        _ = money.default  # without a rate no answer could be taken
        given = replace(_known(place, visit.get("known"), money), company=company, money=money)
    except BadRate as error:
        said.append(str(error))
    except SalespathError as error:
        said += [f"What is known already, line {p.line}: {p.message}" if p.line else p.message for p in error.problems]
    if not company:
        said.append("Write the company's name.")
    questions = tuple(name for name in _questions(place, which) if name not in given.values)
    if not said and not questions:
        said.append("All of that is known already, so there is nothing to ask; leave some of it out, or ask more.")
    if not said:
        try:
            room = await place.rooms.create(given, questions)
        except OverflowError:
            said.append("There are too many workshops; erase one that is over.")
        else:
            return RedirectResponse(f"/host/{room.code}", 303)
    fields = {name: visit.get(name) for name in ("company", "currency", "known", "which")}
    return _start(request, place, 422, said=said, **fields)


def _known(place: Place, text: str, money: Currencies) -> Case:
    """What a text says that is written as a fact file. Raises SalespathError."""
    if not text.strip():
        return Case("", money=money)
    read = read_node(parse(text, "known"), place.base.vocabulary, "known", NAMELESS, money)
    problems = [replace(problem, file=None) for problem in read.problems]
    if not read.single or not read.cases:
        raise SalespathError(problems)
    return replace(read.cases[0], file=None)


# One workshop


async def page(request: Request, place: Place) -> Response:
    """What the facilitator sees of a workshop, and can do."""
    room = await place.room(request)
    return await _page(request, place, room)


async def _page(request: Request, place: Place, room: Room, status: int = 200, said: str = "") -> Response:
    await room.settled()
    what = {**_people(room), "room": room, "session": room.session, "said": said}
    what["links"] = [(person, participant.own_link(place, room, id_)) for id_, person in room.session.people.items()]
    names, reasons = room.names, room.reasons

    def written() -> Response:  # of what hundreds of people said that takes a while
        link = place.link(f"/join/{room.code}")
        found = _answers(room, names, reasons)
        return place.page(request, "host.html", status, link=link, qr=qr(link), **what, **found)

    return await room.compute(written)


def _people(room: Room) -> dict[str, Any]:
    answered, finished = room.answered, {*room.finished}
    rows = [(person, answered[id_], id_ in finished) for id_, person in room.session.people.items() if id_ in answered]
    return {"people": rows, "far": participant.far(room)}


def _answers(room: Room, names: Mapping[int, str], reasons: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What people answered, where that is not hidden: the disagreements that matter, and of each fact what becomes of it.

    `names` is what people are called, `reasons` are their notes.
    """
    facts, session = room.base.vocabulary, room.session
    with in_own_currency(common_rate([room.case])):
        rows = []
        for name, found in room.combined.items():
            spread = [
                (words(facts[name], value), [names[id_] for id_ in people if id_ in names])
                for value, people in found.answers
            ]
            value = "unknown" if found.value is None else words(facts[name], found.value)
            rows.append((name, facts[name].label, spread, found, value))
        panel = room.panel
        deciding = html.fragment(panel_page.deciding(room.base, panel, reasons)) if panel and panel.outcomes else ""
    again = (
        [(item.fact, facts[item.fact].label, item.decides) for item in panel.disagreements if item.disputed]
        if panel
        else []
    )
    again.sort(key=lambda item: not item[2])
    return {
        "rows": rows,
        "deciding": deciding,
        "agreed": blocks(outcome_page.blocks(room.outcome)),
        "again": again,
        "combining": COMBINING,
        "company": session.company,
    }


async def parts(place: Place, room: Room) -> Mapping[str, str]:
    """What changes on the facilitator's page while it is open."""
    people = place.part("people.html", room=room, **_people(room))
    return {"people": people, "clock": place.part("clock.html", session=room.session), "phase": room.phase}


async def act(request: Request, place: Place) -> Response:
    """Do what the facilitator wants."""
    room, visit = await place.room(request), visit_of(request)
    action = visit.get("action")
    if action == "erase" and visit.get("code").strip().lower() == room.code:
        await place.rooms.erase(room)
        await place.forget(room)
        return RedirectResponse("/", 303)
    if action == "erase":
        return await _page(
            request, place, room, 422, f"To erase it with all that was said, write its code: {room.code}."
        )
    if action not in ACTIONS:
        raise HTTPException(404)
    try:
        await ACTIONS[action](room, request)
    except BadValue as error:
        return await _page(request, place, room, 422, str(error))
    return RedirectResponse(f"/host/{room.code}", 303)


async def _simply(room: Room, request: Request) -> None:
    await room.append(visit_of(request).get("action"))


async def _settings(room: Room, request: Request) -> None:
    await room.append("settings", {"anonymous": visit_of(request).get("anonymous") == "yes"})


async def _remove(room: Room, request: Request) -> None:
    number = visit_of(request).get("person")
    if number.isdecimal() and int(number) in room.respondents:
        await room.remove(int(number))


async def _round(room: Room, request: Request) -> None:
    disputed = [name for name in visit_of(request).all("fact") if name in room.session.questions]
    if not disputed:
        raise BadValue("Choose at least one question for the next round.")
    await room.append("round", {"disputed": disputed})


async def _combine(room: Room, request: Request) -> None:
    visit = visit_of(request)
    name, how, text = visit.get("fact"), visit.get("how"), visit.get("value").strip()
    if how not in HOWS or (name and name not in room.session.questions) or (not name and how == "host"):
        raise BadValue("That is no way in which answers combine.")
    if not name or how != "host":
        await room.append("combine", {"fact": name, "how": how})
        return
    interview = Interview(room.base, room.session.given)
    fact = room.base.vocabulary.facts[name]
    with in_own_currency(common_rate([room.case])):
        try:
            event = interview.event(text, name)
        except BadValue as error:
            raise BadValue(f"{fact.label}: {error}") from None
    if event.answer is None:
        raise BadValue(f"{fact.label}: write the value that you choose.")
    interview.apply(event)
    await room.append("combine", {"fact": name, "how": how, "value": interview.case.values[name]})


async def _agenda(room: Room, request: Request) -> None:
    """Each line is a part and its minutes."""
    items = list(_lines(visit_of(request).get("text")))
    said = [{"title": item.title, "minutes": item.minutes} for item in items]
    await room.append("agenda", {"items": said, "at": 0})


def _lines(text: str) -> Iterable[AgendaItem]:
    for line in text.splitlines():
        title, _, minutes = line.strip().rpartition(" ")
        if not line.strip():
            continue
        if not (minutes.isdecimal() and len(minutes) < 4 and title.strip()):
            raise BadValue(f"{shown(line)}: end each line of the agenda with its minutes, such as: Where we stand 10.")
        yield AgendaItem(shown(title, LONGEST_LINE), int(minutes))


async def _part(room: Room, request: Request) -> None:
    """Go to a part of the agenda; its time begins."""
    number, session = visit_of(request).get("at"), room.session
    if number.isdecimal() and len(number) < 4 and int(number) < len(session.agenda):
        items = [{"title": item.title, "minutes": item.minutes} for item in session.agenda]
        await room.append("agenda", {"items": items, "at": int(number)})
        await room.append("timer", {"until": time.time() + 60 * session.agenda[int(number)].minutes})


async def _timer(room: Room, request: Request) -> None:
    minutes = visit_of(request).get("minutes").strip()
    if not minutes:
        await room.append("timer", {"until": None})
    elif minutes.isdecimal() and len(minutes) < 5 and 0 < int(minutes) <= LONGEST_TIMER:
        await room.append("timer", {"until": time.time() + 60 * int(minutes)})
    else:
        raise BadValue(f"{shown(minutes)} is no time; write minutes, from 1 to {LONGEST_TIMER}.")


ACTIONS: Mapping[str, Any] = {
    "opened": _simply,
    "closed": _simply,
    "revealed": _simply,
    "hidden": _simply,
    "settings": _settings,
    "remove": _remove,
    "round": _round,
    "combine": _combine,
    "agenda": _agenda,
    "part": _part,
    "timer": _timer,
}


async def export(request: Request, place: Place) -> Response:
    """All that happened in a workshop, as a file."""
    room = await place.room(request)
    said = {
        name: [{"at": entry.at, "kind": entry.kind, **entry.body} for entry in entries]
        for name, entries in room.entries().items()
    }
    headers = {"Content-Disposition": f'attachment; filename="workshop-{room.code}.json"'}
    return JSONResponse({"code": room.code, "company": room.session.company, "events": said}, headers=headers)
