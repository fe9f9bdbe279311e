"""The routes of the wall: its views, what is tried on them, and the scenarios that are saved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salespath.files.problems import SalespathError
from salespath.interview.session import MOST_PARTS
from salespath.workshop import wall
from salespath.workshop.rooms import Room
from salespath.workshop.security import visit_of
from salespath.workshop.what_if import Form, scenario

if TYPE_CHECKING:
    from salespath.workshop.app import Place


async def page(request: Request, place: Place) -> Response:
    """A view of the wall, for what is asked of it in the address."""
    return await _page(request, place, tuple(request.query_params.multi_items()))


async def act(request: Request, place: Place) -> Response:
    """Suppose something, or save or remove a scenario."""
    room, visit = await place.room(request), visit_of(request)
    if request.path_params["view"] != "scenarios":
        return await _page(request, place, visit.form)
    names = room.session.scenarios
    if remove := visit.get("remove"):
        if remove in names:
            await room.append("unsaved", {"name": remove})
    else:
        try:
            name, facts = await room.compute(partial(scenario, room.base, room.case, visit.form))
        except SalespathError as error:
            said = " ".join(problem.message for problem in error.problems)
            return place.page(request, "message.html", 422, text=said)
        if name not in names and len(names) >= MOST_PARTS:
            return place.page(request, "message.html", 422, text="There are too many scenarios; remove one.")
        await room.append("scenario", {"name": name, "facts": facts})
    return RedirectResponse(f"/wall/{room.code}/scenarios", 303)


async def parts(place: Place, room: Room) -> Mapping[str, str]:
    """What changes on the wall while it is open."""
    text = await room.compute(partial(wall.wall, room, room.before, place.link(f"/join/{room.code}")))
    return {"wall": text, "clock": _clock(place, room)}


def _clock(place: Place, room: Room) -> str:
    return place.part("clock.html", session=room.session)


async def _page(request: Request, place: Place, form: Form) -> Response:
    room, view = await place.room(request), request.path_params.get("view", "")
    if view not in wall.VIEWS:
        raise HTTPException(404)
    token, before = visit_of(request).token, room.before
    link, clock = place.link(f"/join/{room.code}"), _clock(place, room)
    written = partial(wall.page, room, room.code, view, form, token=token, before=before, link=link, clock=clock)
    text = await room.compute(written)
    return HTMLResponse(text)
