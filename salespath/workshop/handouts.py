"""Handouts from a page: the company as its answers have it, what people differ on and what was agreed, as a file of some kind.

They take seconds, so they are made in a thread, one at a time, and each is kept until something changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from salespath.counsel.handout import Handout, handout_of
from salespath.files.problems import SalespathError
from salespath.report.firm import Firm
from salespath.report.formats import DOCUMENTS, write_document, write_page
from salespath.report.pages import handout as pages
from salespath.workshop import participant
from salespath.workshop.rooms import Room
from salespath.workshop.security import visit_of

if TYPE_CHECKING:
    from salespath.workshop.app import Place

KINDS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "html": "HTML", "md": "Markdown"}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
_KEPT = 20  # documents


class Press:
    """Makes handouts. `workbook` writes a workbook, which is the work of another room; a `firm` has its name on the others."""

    def __init__(self, workbook: Callable[[Handout], bytes], firm: Firm | None = None) -> None:
        self._workbook, self._firm = workbook, firm
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="handouts")
        self._made: dict[tuple[object, str], asyncio.Future[bytes]] = {}

    async def make(self, of: object, ending: str, gather: Callable[[], Handout]) -> bytes:
        """A handout, as a file of an ending; `of` says of what, and is another one when that has changed.

        Raises SalespathError where what writes it is not installed.
        """
        key = (of, ending)
        if key not in self._made:
            context = copy_context()
            work = asyncio.get_running_loop().run_in_executor(
                self._executor, lambda: context.run(lambda: self._write(gather(), ending))
            )
            self._made[key] = work
            while len(self._made) > _KEPT:
                del self._made[next(iter(self._made))]
        try:
            return await asyncio.shield(self._made[key])
        except Exception:
            self._made.pop(key, None)
            raise

    def _write(self, found: Handout, ending: str) -> bytes:
        if ending == "xlsx":
            return self._workbook(found)
        if ending in DOCUMENTS:
            return write_document(pages.pages(found), ending, self._firm)
        return write_page(pages.pages(found), ending, self._firm).encode()

    def close(self) -> None:
        """Make no more."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def gathering(room: Room) -> Callable[[], Handout]:
    """What gathers the handout of a workshop as it is now; its plan begins on the day on which it was agreed."""
    at = room.session.agreed
    panel = room.panel if room.panel and room.panel.outcomes else None
    start = date.fromtimestamp(at) if at else None
    return partial(handout_of, room.assessment, start, panel=panel, outcome=room.outcome)


async def download(request: Request, place: Place) -> Response:
    """The handout of a workshop, for the facilitator, and for those who took part once it is closed."""
    room = await place.room(request)
    if not visit_of(request).host and (room.session.phase != "closed" or participant.who(request, place, room) is None):
        raise HTTPException(403)
    await room.settled()
    return await answer(request, place, (room.code, room.version), f"handout-{room.code}", gathering(room))


async def answer(request: Request, place: Place, of: object, name: str, gather: Callable[[], Handout]) -> Response:
    """A handout as a file to keep, or a page that says why there is none."""
    ending = request.path_params["ending"]
    if ending not in KINDS:
        raise HTTPException(404)
    try:
        made = await place.press.make(of, ending, gather)
    except SalespathError as error:
        said = " ".join(problem.message for problem in error.problems)
        return place.page(request, "message.html", 503, text=f"There is no {KINDS[ending]} document: {said}")
    headers: Mapping[str, str] = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(made, headers=dict(headers), media_type=TYPES[ending])
