"""A workshop that is open: its state in memory, as its events have it, and what follows from the answers.

Whatever happens is on the disk before it counts here. What takes time is computed in a thread, one thing at a time.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from salespath.counsel.panel import Panel, panel
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts.outcomes import Outcome
from salespath.interview import decisions, record
from salespath.interview.combine import Combined, combine
from salespath.interview.interview import Event
from salespath.interview.respondent import Respondent, respondent
from salespath.interview.session import Person, Session, replay
from salespath.interview.store import Entry, Store, Stream

T = TypeVar("T")

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # of a code: none that is taken for another one
CODE = 6
MOST_PEOPLE = 500
MOST_WORKSHOPS = 1000


def decision_source(code: str) -> str:
    """How the journal of decisions calls a workshop."""
    return f"workshop:{code}"


class Findings(NamedTuple):
    """What follows from the answers that are not hidden; the panel only where they are revealed."""

    case: Case
    combined: Mapping[str, Combined]
    assessment: Assessment
    panel: Panel | None


class Room:
    """One workshop. `version` grows with whatever can be seen; `changed` is called then, on the event loop."""

    def __init__(self, base: Base, store: Store, stream: Stream, executor: Executor) -> None:
        self.base, self.store, self.stream = base, store, stream
        self.session: Session = replay(base.vocabulary, store.events(stream.id))
        self.respondents: dict[int, Respondent] = {}
        # How many questions each one is done with, and whether with all of them: every page of everybody says it of all.
        self._far: dict[int, tuple[int, bool]] = {}
        for person in store.streams("interview", parent=stream.id):
            if (
                person.id not in self.session.people
            ):  # a kill came when they were out, and what they said was there still
                store.remove(person.id)
        for each in self.session.people.values():
            self._admit(each)
            for entry in store.events(each.id):
                self.respondents[each.id].apply(entry, self.session)
        self._look()
        self.version = 0
        self.changed: Callable[[], None] = lambda: None
        self._executor = executor
        self._found_for = self._inputs()
        self._findings = self._find(*self._found_for)
        self._before: Assessment | None = None
        self._computing: asyncio.Task[None] | None = None
        self._stale = False
        self._writing = asyncio.Lock()

    # What is seen

    @property
    def code(self) -> str:
        """What people type to join."""
        return self.stream.name

    @property
    def case(self) -> Case:
        """The company as the answers that are not hidden have it."""
        return self._findings.case

    @property
    def combined(self) -> Mapping[str, Combined]:
        """Of each fact that is not hidden, the answers and what becomes of them."""
        return self._findings.combined

    @property
    def assessment(self) -> Assessment:
        """The assessment of that company."""
        return self._findings.assessment

    @property
    def before(self) -> Assessment | None:
        """The assessment before the company last changed, since this was opened."""
        return self._before

    @property
    def panel(self) -> Panel | None:
        """Where people disagree; None while that is hidden."""
        return self._findings.panel

    @property
    def answered(self) -> dict[int, int]:
        """How many questions of this round each person is done with."""
        return {id_: answered for id_, (answered, _) in [*self._far.items()]}

    @property
    def of(self) -> int:
        """How many questions this round has."""
        return len(self.session.asked)

    @property
    def finished(self) -> list[int]:
        """Who is done with this round."""
        return [id_ for id_, (_, finished) in [*self._far.items()] if finished]

    @property
    def phase(self) -> str:
        """What a page depends on as a whole: when it changes, pages are fetched again."""
        session = self.session
        agreed = "" if session.agreed is None else f"-{crc32(repr(self.outcome).encode())}"
        return f"{session.phase}-{session.round}-{'revealed' if session.revealed else 'hidden'}{agreed}"

    @property
    def names(self) -> dict[int, str]:
        """What people are called in what all see: by a number in an anonymous session, in an order that tells nothing."""
        people = self.session.people
        if not self.session.anonymous:
            return {id_: person.name for id_, person in people.items()}
        mixed = sorted(people, key=lambda id_: crc32(f"{self.code} {id_}".encode()))
        return {id_: f"Person {number}" for number, id_ in enumerate(mixed, 1)}

    @property
    def reasons(self) -> dict[str, dict[str, str]]:
        """The notes on answers that are not hidden, by what people are called, and by fact."""
        names, hidden = self.names, self.session.hidden
        return {
            names[id_]: {
                name: answer.note
                for name, answer in each.interview.answers.items()
                if answer and answer.note and name not in hidden
            }
            for id_, each in self.respondents.items()
        }

    @property
    def outcome(self) -> Outcome:
        """What was agreed, by what people are called; what somebody holds against it is not told once they are removed."""
        outcome = self.session.outcome
        if not outcome.dissent:
            return outcome
        called = self.names
        names = {person.name: called[id_] for id_, person in self.session.people.items()}
        return replace(outcome, dissent=tuple((names[who], why) for who, why in outcome.dissent if who in names))

    # What happens

    async def append(self, kind: str, body: Mapping[str, Any] | None = None) -> None:
        """Something happens to the workshop; it is on the disk when this returns."""
        async with self._writing:
            entry = await asyncio.wrap_future(self.store.submit(self.stream.id, kind, body))
            self.session.apply(entry, self.base.vocabulary)
            if kind == "removed" and body:
                self.respondents.pop(body["person"], None)
                self._far.pop(body["person"], None)
            self._look()
        self._update()

    async def join(self, name: str) -> Person:
        """Let somebody in. Raises FileExistsError where somebody of that name is in, OverflowError where nobody else can be."""
        if len(self.respondents) >= MOST_PEOPLE:
            raise OverflowError
        async with self._writing:
            admitted = self.store.admit("interview", name, parent=self.stream.id, said="joined")
            stream, entry = await asyncio.wrap_future(admitted)
            self.session.apply(entry, self.base.vocabulary)
            person = self.session.people[stream.id]
            self._admit(person)
        self._look(person.id)
        self._update()
        return person

    async def remove(self, person: int) -> None:
        """Let somebody out, and delete what they said."""
        await self.append("removed", {"person": person})
        await asyncio.to_thread(self.store.remove, person)

    async def record(self, person: int, event: Event) -> None:
        """Somebody answers, skips or goes back; it is on the disk when this returns."""
        entry = await asyncio.wrap_future(self.store.submit(person, event.kind, record.body(event)))
        if each := self.respondents.get(person):
            each.apply(entry, self.session)
            self._look(person)
            self._update()

    async def compute(self, work: Callable[[], T]) -> T:
        """What some work comes to, done in the thread, after what waits for it already."""
        context = copy_context()  # in it is the currency in which amounts are shown
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: context.run(work))

    def entries(self) -> dict[str, list[Entry]]:
        """All that happened, by the name of the stream."""
        people = self.store.streams("interview", parent=self.stream.id)
        return {"workshop": self.store.events(self.stream.id)} | {
            f"interview {stream.id}, {stream.name}": self.store.events(stream.id) for stream in people
        }

    # Inside

    def _admit(self, person: Person) -> None:
        self.respondents[person.id] = respondent(self.base, self.session, person)

    def _look(self, *people: int) -> None:
        """See how far some are, or all; somebody may come while the wall, in its thread, looks at one after the other."""
        for id_ in people or self.respondents:
            each = self.respondents[id_]
            self._far[id_] = each.answered(self.session), each.finished(self.session)

    def _update(self) -> None:
        """Say that something can be seen, and find out anew what follows from it."""
        self._seen()
        self._stale = True
        if self._computing is None or self._computing.done():
            self._computing = asyncio.create_task(self._compute())

    def _seen(self) -> None:
        self.version += 1
        self.changed()

    async def _compute(self) -> None:
        while self._stale:
            self._stale = False
            inputs = self._inputs()
            if inputs != self._found_for:
                found = await self.compute(partial(self._find, *inputs))
                if found.case != self.case:
                    self._before = self.assessment
                self._findings = found
                self._found_for = inputs
                self._seen()

    async def settled(self) -> None:
        """Wait until what follows from all that happened is found."""
        while self._computing and not self._computing.done():
            await asyncio.shield(self._computing)

    def _inputs(self) -> tuple[Case, dict[str, Combined], dict[str, Case] | None]:
        """The company, how it came about, and the answers of each one where they are revealed."""
        cases = {id_: each.case for id_, each in self.respondents.items() if each.given}
        case, combined = combine(self.base, self.session, cases)
        if not self.session.revealed:
            return case, combined, None
        names = self.names
        return case, combined, {names[id_]: found for id_, found in cases.items()}

    def _find(self, case: Case, combined: Mapping[str, Combined], answers: Mapping[str, Case] | None) -> Findings:
        found = None if answers is None else panel(self.base, {who: said.values for who, said in answers.items()})
        return Findings(case, combined, assess(self.base, case), found)


class Rooms:
    """The workshops of a store; each is read when somebody first comes to it."""

    def __init__(self, base: Base, store: Store) -> None:
        self.base, self.store = base, store
        self.opened: dict[str, Room] = {}
        self.executor = ThreadPoolExecutor(1, thread_name_prefix="findings")
        self._opening = asyncio.Lock()

    def streams(self) -> list[Stream]:
        """All of them, the latest first."""
        return self.store.streams("workshop")[::-1]

    async def find(self, code: str) -> Room | None:
        """The workshop of a code."""
        code = code.strip().lower()
        if code in self.opened:
            return self.opened[code]
        if len(code) != CODE or not set(code) <= set(LETTERS):
            return None
        async with self._opening:
            if code not in self.opened:
                stream = await asyncio.to_thread(self.store.find, "workshop", code)
                if stream is None:
                    return None
                self.opened[code] = await asyncio.to_thread(Room, self.base, self.store, stream, self.executor)
            return self.opened[code]

    async def create(self, given: Case, questions: tuple[str, ...]) -> Room:
        """A new workshop. Raises OverflowError where there are too many."""
        if len(self.streams()) >= MOST_WORKSHOPS:
            raise OverflowError
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(CODE))
            try:
                stream = await asyncio.to_thread(self.store.create, "workshop", code)
                break
            except FileExistsError:
                continue
        body = {"company": given.company, "given": record.given_body(given), "questions": questions}
        await asyncio.wrap_future(self.store.submit(stream.id, "begun", body))
        room = await self.find(code)
        assert room
        return room

    async def erase(self, room: Room) -> None:
        """Delete a workshop with all that was said in it, and what the journal of decisions has of it."""
        self.opened.pop(room.code, None)
        number = await asyncio.to_thread(
            decisions.number_from, self.store, self.base.vocabulary, decision_source(room.code)
        )
        if stream := self.store.find(decisions.KIND, str(number)):
            await asyncio.to_thread(self.store.remove, stream.id)
        await asyncio.to_thread(self.store.remove, room.stream.id)
        room.changed()
