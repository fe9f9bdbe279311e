"""The wall: what everybody in the room sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from salespath.facts.money import in_own_currency
from salespath.report.formats import html
from salespath.report.page import Block, Text
from salespath.report.words.currency import common_rate
from salespath.report.words.phrases import number_of
from salespath.report.words.verdict import firmness, headline
from salespath.workshop.rooms import Room

if TYPE_CHECKING:
    from salespath.workshop.app import Place


def wall(room: Room) -> str:
    """The verdict in a sentence, and how many are done."""
    people, done = len(room.respondents), len(room.finished)
    with in_own_currency(common_rate([room.case])):
        blocks: list[Block] = [Text(headline(room.assessment), tone="strong"), Text(firmness(room.assessment))]
    blocks.append(Text(f"{done} of {number_of(people, 'person is', 'people are')} done."))
    return html.fragment(blocks)


async def parts(place: Place, room: Room) -> Mapping[str, str]:
    """What changes on the wall while it is open."""
    return {"wall": wall(room)}


async def page(request: Request, place: Place) -> Response:
    """The wall of a workshop."""
    room = await place.room(request)
    return place.page(request, "wall.html", room=room, wall=wall(room))
