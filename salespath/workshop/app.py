"""The application: which address leads where, and what all pages have in common."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from salespath.engine.base import Base
from salespath.facts import Case
from salespath.files.problems import SalespathError
from salespath.files.visible import visible
from salespath.interview.store import Store
from salespath.workshop import agreement, handouts, host, participant, projector, solo
from salespath.workshop.handouts import Press
from salespath.workshop.rooms import Room, Rooms
from salespath.workshop.security import Guard, Keys, Visit, guard_of, visit_of
from salespath.workshop.streams import Channel

FOLDER = Path(__file__).parent
Handler = Callable[[Request, "Place"], Awaitable[Response]]


@dataclass(frozen=True)
class Addresses:
    """Where people come to: `join` without a slash at its end; `names` are names of the server, None on this machine alone."""

    join: str
    names: tuple[str, ...] | None = None


class Place:
    """What the pages of one server share: the workshops, the secrets, the templates, and who watches what."""

    def __init__(
        self, base: Base, store: Store, keys: Keys, addresses: Addresses, press: Press, wanted: solo.Wanted
    ) -> None:
        self.base, self.keys, self.addresses, self.press = base, keys, addresses, press
        self.solo = solo.Solo(base, store, wanted)
        self.rooms = Rooms(base, store)
        self.templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_seen,
        )
        self.templates.globals |= {"now": time.time, "at": _time_of_day, "kinds": handouts.KINDS}
        self._channels: dict[str, dict[str, Channel]] = {}

    def page(self, request: Request, template: str, status: int = 200, **what: Any) -> Response:
        """A page from its template."""
        visit: Visit | None = request.scope.get("visit")
        said = {"token": visit.token if visit else "", "is_host": bool(visit and visit.host), **what}
        return HTMLResponse(self.templates.get_template(template).render(said), status)

    def part(self, template: str, **what: Any) -> str:
        """A part of a page from its template."""
        return self.templates.get_template(template).render(what)

    def link(self, path: str) -> str:
        """The address of a path for those who join, with what lets them in."""
        token = "" if self.addresses.names is None else f"?t={self.keys.join}"
        return f"{self.addresses.join}{path}{token}"

    async def room(self, request: Request) -> Room:
        """The workshop of the address. Raises HTTPException where there is none."""
        room = await self.rooms.find(request.path_params["code"])
        if room is None:
            if not guard_of(request).guessed(request):
                raise HTTPException(429)
            raise HTTPException(404)
        return room

    def channel(self, room: Room, view: str) -> Channel:
        """What those see who watch a workshop in one way."""
        room.changed = lambda: self._touch(room)
        channels = self._channels.setdefault(room.code, {})
        if view not in channels:
            channels[view] = Channel(lambda: VIEWS[view](self, room))
        return channels[view]

    def _touch(self, room: Room) -> None:
        for channel in self._channels.get(room.code, {}).values():
            channel.stir()

    async def forget(self, room: Room) -> None:
        """End the streams of a workshop."""
        for channel in self._channels.pop(room.code, {}).values():
            await channel.close()

    async def close(self) -> None:
        """End all streams."""
        for channels in self._channels.values():
            for channel in channels.values():
                await channel.close()
        self.rooms.executor.shutdown(wait=False, cancel_futures=True)
        self.press.close()
        await self.solo.work(self.solo.leave)


VIEWS: Mapping[str, Callable[[Place, Room], Awaitable[Mapping[str, str]]]] = {
    "me": participant.parts,
    "host": host.parts,
    "wall": projector.parts,
}


def application(
    base: Base, store: Store, addresses: Addresses, press: Press, wanted: solo.Wanted | None = None
) -> Guard:
    """The application behind its guard; `wanted` is what the interview of one person begins with."""
    keys = Keys(store)
    place = Place(base, store, keys, addresses, press, wanted or solo.Wanted(Case("")))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await place.close()

    def to(handler: Handler, *, for_host: bool = False) -> Callable[[Request], Awaitable[Response]]:
        async def run(request: Request) -> Response:
            if for_host and not visit_of(request).host:
                return place.page(request, "refused.html", 403)
            return await handler(request, place)

        return run

    for_host: dict[str, Handler] = {
        "GET /": host.start,
        "POST /": host.create,
        "GET /host/{code}": host.page,
        "POST /host/{code}": host.act,
        "GET /host/{code}/export": host.export,
        "GET /host/{code}/outcome": agreement.page,
        "POST /host/{code}/outcome": agreement.act,
        "GET /solo": solo.page,
        "POST /solo": solo.act,
        "GET /solo/handout/{ending}": solo.download,
        "GET /wall/{code}": projector.page,
        "GET /wall/{code}/{view}": projector.page,
        "POST /wall/{code}/{view}": projector.act,
    }
    for_all: dict[str, Handler] = {
        "GET /join": participant.door,
        "GET /join/{code}": participant.greet,
        "POST /join/{code}": participant.join,
        "GET /me/{code}": participant.page,
        "POST /me/{code}": participant.act,
        "GET /back/{code}": participant.come_back,
        "GET /handout/{code}/{ending}": handouts.download,
        "GET /stream/{code}/{view}": _stream,
    }
    routes: list[BaseRoute] = [Mount("/static", _Static(directory=FOLDER / "static"))]
    for name, handler in (for_host | for_all).items():
        method, path = name.split()
        routes.append(Route(path, to(handler, for_host=name in for_host), methods=[method]))

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        said = {404: "There is no such page, or no such workshop any more.", 429: "Too much at once; wait a moment."}
        text = said.get(status, "That did not work.")
        if isinstance(error, SalespathError):
            text = f"It could not be kept: {'; '.join(problem.message for problem in error.problems)}"
        return place.page(request, "message.html", status, text=text)

    handlers: dict[Any, Any] = {HTTPException: failed, SalespathError: failed, Exception: failed}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    return Guard(app, keys, addresses.names)


async def _stream(request: Request, place: Place) -> Response:
    """What changes on a page while it is open."""
    room, view = await place.room(request), request.path_params["view"]
    if view not in VIEWS:
        raise HTTPException(404)
    if participant.who(request, place, room) is None if view == "me" else not visit_of(request).host:
        raise HTTPException(403)
    return StreamingResponse(place.channel(room, view).watch(), media_type="text/event-stream")


class _Static(StaticFiles):
    """The files that go with the pages; they change only with the program."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _seen(value: Any) -> Any:
    """A text as a page has it: nothing in it is hidden."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _time_of_day(at: float) -> str:
    """When something is, on the clock of the machine that serves."""
    return time.strftime("%H:%M", time.localtime(at))
