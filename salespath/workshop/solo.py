"""One founder without a workshop: the interview of `salespath ask` on a page, in the same store, and the report at its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from salespath.counsel.handout import Handout, handout_of
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts.cases import merge
from salespath.facts.money import in_own_currency
from salespath.facts.values import BadValue
from salespath.interview.answers import how_to_write
from salespath.interview.interview import COMPANY, PLAN, Event, Interview, replay
from salespath.interview.kept import Kept, find, unfinished_interviews
from salespath.interview.record import Record
from salespath.interview.store import Store
from salespath.report.pages import handout as handout_page
from salespath.report.pages import question as wording
from salespath.workshop import handouts
from salespath.workshop.fragments import blocks
from salespath.workshop.participant import options, rate, typed_text
from salespath.workshop.security import visit_of

if TYPE_CHECKING:
    from salespath.workshop.app import Place

T = TypeVar("T")
HERE = "/solo"
OFFERED = 20  # interviews to go on with


@dataclass(frozen=True)
class Wanted:
    """What a new interview begins with, and which ones are gone on with: those begun with the same file and rules."""

    given: Case
    quick: bool = False
    fixed: bool = False
    rules: tuple[str, ...] = ()


class Solo:
    """The interview that is open on the page, if one is; it is held, so that no other window has it at the same time."""

    def __init__(self, base: Base, store: Store, wanted: Wanted) -> None:
        self._base, self._store, self._wanted = base, store, wanted
        self._kept: Kept | None = None
        self._done = False
        self._busy = asyncio.Lock()
        self._report: tuple[Case, Markup] | None = None
        self.interview = Interview(base, wanted.given, wanted.fixed, wanted.quick)
        self.said: list[str] = []  # what is to be said of the last answer
        self.version = 0

    @property
    def is_open(self) -> bool:
        """Whether an interview is taken up."""
        return self._kept is not None

    async def work(self, what: Callable[[], T]) -> T:
        """What some work on the interview comes to: in a thread, one at a time, in the currency of the interview."""

        def run() -> T:
            with in_own_currency(self.interview.given.rate or rate(self.interview)):
                return what()

        async with self._busy:
            return await asyncio.to_thread(copy_context().run, run)

    def offers(self) -> list[tuple[str, str]]:
        """The unfinished interviews that fit: what each is called, and what it is about."""
        found: list[tuple[str, str]] = []
        for kept, record, changed in unfinished_interviews(self._store, self._base.vocabulary):
            kept.close()
            if self._fits(record):
                offer = wording.offer(self._replay(record), kept.name, time.localtime(changed))
                found.append((kept.name, offer.text))
            if len(found) == OFFERED:
                break
        return found

    def begin(self) -> None:
        """Begin a new interview."""
        self.leave()
        self._take(Kept.create(self._store), Record(self._wanted.given, quick=self._wanted.quick))
        self._start()

    def resume(self, name: str) -> None:
        """Go on with one. Raises BlockingIOError where it is open elsewhere, LookupError where there is none that fits."""
        stream = find(self._store, name)
        if not stream:
            raise LookupError
        self.leave()
        kept = Kept.take_up(self._store, stream)
        record = kept.record(self._base.vocabulary)
        if not self._fits(record):
            kept.close()
            raise LookupError
        self.said = [problem.message for problem in kept.report(record, self._base.vocabulary)]
        self._take(kept, record)
        if self._wanted.given.values or self._wanted.given.company:
            self._start()
        self._end()

    def leave(self) -> None:
        """Let another window have the interview; one in which nothing was said is deleted."""
        kept, self._kept, self.said = self._kept, None, []
        if kept and not self.interview.answers:
            kept.remove()
        elif kept:
            kept.close()

    def take_in(self, event: Event) -> None:
        """An answer, or what else was said at a question; it is on the disk when this returns."""
        assert self._kept
        interview, before = self.interview, self.interview.answer(event.question)
        contradictions = interview.assessment.contradictions
        self._kept.append(event)
        interview.apply(event)
        self._done, self.said = False, []
        self.version += 1
        if fact := self._base.vocabulary.facts.get(event.question):
            self.said = [wording.echo(fact, before, event.answer), wording.so_far(interview)]
        self.said += [
            wording.contradiction(interview, found, how=wording.ON_A_PAGE)
            for found in interview.assessment.contradictions
            if found not in contradictions
        ]
        self._end()

    def gathered(self) -> Handout:
        """What is handed out."""
        return handout_of(self.interview.assessment)

    def report(self) -> Markup:
        """The report, as it stands in a page."""
        case = self.interview.case
        if self._report is None or self._report[0] != case:
            first, rest = handout_page.pages(self.gathered())
            self._report = case, blocks(first.blocks) + blocks(rest.blocks)
        return self._report[1]

    def _take(self, kept: Kept, record: Record) -> None:
        self._kept, self._done, self._report = kept, record.done, None
        self.interview = self._replay(replace(record, given=merge(record.given, self._wanted.given)))
        self.version += 1

    def _replay(self, record: Record) -> Interview:
        quick = record.quick or self._wanted.quick
        return replay(self._base, record.given, record.events, fixed=self._wanted.fixed, quick=quick)

    def _fits(self, record: Record) -> bool:
        file = self._wanted.given.file
        return record.rules == self._wanted.rules and file in (None, record.given.file)

    def _start(self) -> None:
        assert self._kept
        self._kept.start(self.interview.given, quick=self.interview.quick, rules=self._wanted.rules)

    def _end(self) -> None:
        """Write down that nothing is left to ask."""
        if self._kept and self.interview.question is None and not self._done:
            self._kept.append(Event("done"))
            self._done = True


async def page(request: Request, place: Place) -> Response:
    """The question to answer now; the report where none is left; before the first, which interview it is about."""
    asked = request.query_params
    return await _page(request, place, wanted=asked.get("q", ""), why="why" in asked)


async def act(request: Request, place: Place) -> Response:
    """Begin, go on, stop for now, or answer."""
    solo, visit = place.solo, visit_of(request)
    action = visit.get("action")
    if action == "begin":
        await solo.work(solo.begin)
    elif action == "resume":
        try:
            await solo.work(partial(solo.resume, visit.get("name")))
        except BlockingIOError:
            return await _page(request, place, 422, said="That interview is open in another window; go on there.")
        except LookupError:
            return await _page(request, place, 422, said="There is no such interview that is to be gone on with.")
    elif action == "leave":
        await solo.work(solo.leave)
    elif solo.is_open and action in ("answer", "skip", "back"):
        name, given = visit.get("question"), visit.all("answer")
        try:
            await solo.work(partial(_answer, solo, name, action, given, visit.get("note")))
        except BadValue as error:
            return await _page(request, place, 422, name, said=str(error), typed=given, note=visit.get("note"))
    return RedirectResponse(HERE, 303)


async def download(request: Request, place: Place) -> Response:
    """The report as a file."""
    solo = place.solo
    if not solo.is_open:
        raise HTTPException(404)
    found = await solo.work(solo.gathered)
    return await handouts.answer(request, place, ("solo", solo.version), "salespath", lambda: found)


def _answer(solo: Solo, name: str, action: str, given: list[str], note: str) -> None:
    interview = solo.interview
    fact = interview.base.vocabulary.facts.get(name)
    if not (solo.is_open and (fact or name in (COMPANY, PLAN))):
        return
    text = action if action != "answer" else typed_text(given, note if fact else "")
    if action == "answer" and not any(map(str.strip, given)) and interview.answer(name) is None:
        how = how_to_write(fact) if fact else "Write an answer."
        raise BadValue(f"Nothing was written. {how} If you do not know, skip it.")
    solo.take_in(interview.event(text, name))


async def _page(request: Request, place: Place, status: int = 200, wanted: str = "", **what: Any) -> Response:
    solo = place.solo
    if not solo.is_open:
        offers = await solo.work(solo.offers)
        return place.page(request, "solo_start.html", status, offers=offers, said=what.get("said", ""))
    found = await solo.work(partial(_found, solo, wanted, **what))
    return place.page(request, "solo.html", status, **found)


def _found(
    solo: Solo,
    wanted: str,
    *,
    said: str = "",
    typed: list[str] | None = None,
    note: str | None = None,
    why: bool = False,
) -> dict[str, Any]:
    """What the page says: a question where one is to be asked, else the report."""
    interview = solo.interview
    again = wanted in (*interview.correctable, PLAN, COMPANY) and wanted != interview.question
    name = wanted if again else interview.question
    answered = [name for name in interview.correctable if name in interview.answers or name in interview.given.values]
    found: dict[str, Any] = {
        "company": interview.case.company,
        "told": solo.said,
        "said": said,
        "asked": None,
        "answers": list(zip(answered, wording.answers(interview, answered))),
        "report": "",
    }
    if name is None:
        return {**found, "report": solo.report()}
    fact = interview.base.vocabulary.facts.get(name)
    asked = wording.question(interview, name, again=again)
    dealt = len([each for each in interview.answers if each in interview.base.vocabulary])
    earlier = interview.answer(name)
    choices: list[tuple[str, str, str, bool]] = []
    if fact:
        choices = options(interview, fact, typed)
    elif name == PLAN:
        chosen = typed[0] if typed else asked.earlier
        choices = [(each, each, "", each == chosen) for each in ("yes", "no")]
    return found | {
        "path": HERE,
        "question": name,
        "asked": asked,
        "many": bool(fact and fact.type == "set"),
        "noting": fact is not None,
        "of": max(dealt + len(interview.following), 1),
        "dealt": dealt,
        "can_go_back": interview.before is not None and not again,
        "reasons": asked.why() if why else [],
        "options": choices,
        "typed": ", ".join(typed or []),
        "note": note if note is not None else earlier.note if earlier else "",
    }
