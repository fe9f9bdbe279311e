"""How a workshop bears many people: `python -m benchmarks.load --people 200 --answers 30 --seconds 120`, and `--kills 50`.

A real server in a process of its own; people in others, over TCP, each with their own stream open and read, answering within the
time at random moments. Afterwards what was acknowledged is compared with the store. With `--kills` few people answer as fast as
they can, the server gets SIGKILL in between and is started again, and they go on. Exit code 1 where an answer is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from salespath.engine.base import Base
from salespath.engine.load import load
from salespath.facts import Case, Fact, Value
from salespath.interview.interview import Interview
from salespath.interview.respondent import respondent
from salespath.interview.session import event_of, replay
from salespath.interview.store import Store

ROOT = Path(__file__).parent.parent
DRIVERS = 4  # processes in which the people are
CALM = 2.0  # seconds before the first answer and after the last one
PAUSE = 1 / 6  # of the time for answers: how long all watch afterwards while nobody answers
PATIENCE = 60.0  # seconds for one request
FIGURES = (0, 1, 2, 3, 5, 8, 12, 20, 50, 200, 1000, 3000, 5000, 12_000, 40_000, 150_000, 1_000_000)
TOKEN, QUESTION = (re.compile(rf'name="{name}" value="(\w+)"') for name in ("form", "question"))
AGAIN = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
SHOWN = re.compile(r"(\d+) of [\d,]+ answers? given")


# Answers


def texts(fact: Fact) -> Iterator[list[str]]:
    """What may be typed or chosen as an answer."""
    if fact.type == "boolean":
        yield from (["yes"], ["no"])
    elif fact.type == "choice":
        yield from ([value] for value in fact.values)
    elif fact.type == "set":
        members = list(fact.values)
        yield from (members[start : start + size] for size in (1, 2) for start in range(len(members)))
    elif fact.type == "share":
        yield from ([f"{percent}%"] for percent in range(0, 101, 10))
    elif fact.type == "date":
        yield from ([f"{year}-06-30"] for year in range(2020, 2027))
    else:
        low, high = fact.minimum or 0, fact.maximum or FIGURES[-1]
        some = [n for n in FIGURES if low <= n <= high and (fact.above is None or n > fact.above)]
        yield from ([str(number)] for number in some)
        yield [f"{some[-2]} to {some[-1]}"]


def choices(base: Base) -> dict[str, list[tuple[list[str], Value]]]:
    """The answers to each question, as they are sent and as they are kept."""
    found: dict[str, list[tuple[list[str], Value]]] = {}
    for name, fact in base.vocabulary.facts.items():
        for text in texts(fact):
            answer = Interview(base, Case("")).event(", ".join(text), name).answer
            assert answer is not None
            found.setdefault(name, []).append((text, answer.value))
    return found


# Browsers


class Browser:
    """A browser that does little: cookies, forms and one connection that is kept."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()
        self.page = ""
        self._open: tuple[_Reader, asyncio.StreamWriter] | None = None

    @property
    def heard(self) -> float:
        """When the last bytes of an answer came, whenever this process got around to reading them."""
        return self._open[0].fed if self._open else time.monotonic()

    async def open(self, path: str) -> None:
        """Go to a page, and on from there where it leads on."""
        while path:
            status, headers, body = await self._ask("GET", path)
            self.page = body.decode()
            if status not in (200, 303):
                raise RuntimeError(f"{path}: {status} {self.page[:200]}")
            onward = AGAIN.search(self.page)
            path = headers.get("location", "") or (onward[1].replace("&amp;", "&") if onward else "")

    async def send(self, path: str, form: Sequence[tuple[str, str]]) -> str:
        """Send a form of the page that is open; where it leads. That is the acknowledgement."""
        token = TOKEN.search(self.page)
        assert token, self.page
        status, headers, body = await self._ask("POST", path, urlencode([("form", token[1]), *form]).encode())
        if status != 303:
            raise RuntimeError(f"{path} {form}: {status} {body.decode()[:2000]}")
        return headers["location"]

    async def watch(self, path: str) -> Any:
        """What a stream says, piece by piece, until it ends."""
        reader, writer = await _connect(self.port)
        try:
            writer.write(self._head("GET", path))
            status, _ = await _answer(reader)
            assert status == 200, (path, status)
            while size := int(await reader.readline() or b"0", 16):
                yield (await reader.readexactly(size + 2)).decode()
        finally:
            writer.close()

    async def close(self) -> None:
        """End the connection."""
        if self._open:
            self._open[1].close()
        self._open = None

    async def _ask(self, method: str, path: str, form: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(PATIENCE):
            while True:
                kept = self._open is not None
                if self._open is None or self._open[0].at_eof():
                    self._open, kept = await _connect(self.port), False
                reader, writer = self._open
                try:
                    writer.write(self._head(method, path, form))
                    status, headers = await _answer(reader)
                    body = await reader.readexactly(int(headers.get("content-length", "0")))
                except (OSError, EOFError):
                    await self.close()
                    if not kept:  # else the server may just have ended a connection that nothing came from
                        raise
                    continue
                for line in headers.get("set-cookie", "").splitlines():
                    name, _, value = line.partition(";")[0].partition("=")
                    self.cookies[name] = value
                return status, headers, body

    def _head(self, method: str, path: str, form: bytes = b"") -> bytes:
        here = f"127.0.0.1:{self.port}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {here}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [f"Origin: http://{here}", "Content-Type: application/x-www-form-urlencoded"]
            lines.append(f"Content-Length: {len(form)}")
        return "\r\n".join([*lines, "", ""]).encode() + form


class _Reader(asyncio.StreamReader):
    """Knows when the last bytes came."""

    fed = 0.0

    def feed_data(self, data: Any) -> None:
        """Some bytes have come."""
        self.fed = time.monotonic()
        super().feed_data(data)


async def _connect(port: int) -> tuple[_Reader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = _Reader(limit=1 << 22, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.create_connection(lambda: protocol, "127.0.0.1", port)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """The status and the headers; several of one name stand on lines of one."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(": ") for line in lines if line):
        name = name.lower()
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return int(first.split()[1]), headers


# People


@dataclass
class Acknowledged:
    """An answer that the server said it has: whose, on what, what it is, and when it was sent and acknowledged (s)."""

    person: str
    question: str
    value: Value
    sent: float
    at: float


class Participant:
    """Somebody who takes part."""

    def __init__(self, port: int, code: str, name: str, known: dict[str, list[tuple[list[str], Value]]], seed: str):
        self.browser, self.code, self.name, self.known = Browser(port), code, name, known
        self.chance = random.Random(seed)
        self.acknowledged: list[Acknowledged] = []
        self.events = 0  # that came by the stream
        self.pages: list[float] = []  # seconds until the next question was there
        self._stream: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Come in, and keep the stream open from then on."""
        await self.browser.open(f"/join/{self.code}")
        await self.browser.open(await self.browser.send(f"/join/{self.code}", [("name", self.name)]))
        self._stream = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            with suppress(OSError, EOFError):
                async for text in self.browser.watch(f"/stream/{self.code}/me"):
                    self.events += text.count("event: ")
            await asyncio.sleep(1)  # as the stream asks for

    async def answer(self) -> None:
        """Answer the question that is asked, and see the next one; once none is left, change an answer."""
        if not QUESTION.search(self.browser.page):
            await self.browser.open(
                f"/me/{self.code}?{urlencode({'q': self.chance.choice(self.acknowledged).question})}"
            )
        asked = QUESTION.search(self.browser.page)
        assert asked, self.browser.page
        text, value = self.chance.choice(self.known[asked[1]])
        form = [("question", asked[1]), *(("answer", part) for part in text), ("note", ""), ("action", "answer")]
        sent = time.monotonic()
        onward = await self.browser.send(f"/me/{self.code}", form)
        at = self.browser.heard
        self.acknowledged.append(Acknowledged(self.name, asked[1], value, sent, at))
        await self.browser.open(onward)
        self.pages.append(self.browser.heard - at)

    async def answer_all(self, answers: int, start: float, seconds: float) -> None:
        """Answer so many questions at random moments of some seconds, and say so in the end."""
        for moment in sorted(self.chance.uniform(0, seconds) for _ in range(answers)):
            await asyncio.sleep(start + moment - time.monotonic())
            await self.answer()
        if QUESTION.search(self.browser.page):  # else all are dealt with
            await self.browser.send(f"/me/{self.code}", [("action", "done")])

    async def leave(self) -> None:
        """Close the tab."""
        if self._stream:
            self._stream.cancel()
            await asyncio.wait([self._stream])
        await self.browser.close()


@dataclass
class Share:
    """What the people of one process have seen."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    events: int = 0
    cpu: float = 0.0  # seconds
    error: str = ""


def drive(
    port: int, code: str, names: Sequence[str], answers: int, seconds: float, begin: Any, end: Any, results: Any
) -> None:
    """Have some people take part; a process of its own."""

    async def run() -> None:
        known = choices(load())
        people = [Participant(port, code, name, known, name) for name in names]
        for each in people:
            await each.join()
        await asyncio.to_thread(begin.wait, 300)
        start, cpu = time.monotonic() + CALM, time.process_time()
        await asyncio.gather(*(each.answer_all(answers, start, seconds) for each in people))
        await asyncio.sleep(CALM)
        results.put(
            Share(
                [one for each in people for one in each.acknowledged],
                [one for each in people for one in each.pages],
                sum(each.events for each in people),
                time.process_time() - cpu,
            )
        )
        await asyncio.to_thread(end.wait, 300)
        for each in people:
            await each.leave()

    try:
        asyncio.run(run())
    except BaseException as error:
        begin.abort()
        results.put(Share(error=repr(error)))


# The server


class Server:
    """`salespath workshop` in a process of its own."""

    def __init__(self, store: Path) -> None:
        self.store, self.port, self.key = store, 0, ""
        self.start()

    def start(self) -> None:
        """Start it, on the same port as before."""
        command = [sys.executable, "-m", "salespath", "workshop", "--store", str(self.store), "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        line = self.process.stderr.readline()
        found = re.search(r":(\d+)/\?key=(\w+)", line)
        assert found, line + self.process.stderr.read()
        self.port, self.key = int(found[1]), found[2]

    def end(self, number: signal.Signals) -> None:
        """End it by a signal."""
        self.process.send_signal(number)
        self.process.wait(60)
        assert self.process.stderr
        self.process.stderr.close()

    @property
    def memory(self) -> float:
        """What it has in memory (MB)."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]

    @property
    def cpu(self) -> float:
        """What it has used of processors (s)."""
        said = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")

    async def host(self) -> Browser:
        """The facilitator's browser."""
        browser = Browser(self.port)
        await browser.open(f"/?key={self.key}")
        return browser


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server with a store in a folder."""
    server = Server(folder / "store.sqlite")
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


async def create(host: Browser) -> str:
    """Create a workshop that asks everything, and open it; its code."""
    await host.open("/")
    form = [("company", "Acme"), ("currency", "USD"), ("which", "all"), ("known", "")]
    path = await host.send("/", form)
    await host.open(path)
    await host.open(await host.send(path, [("action", "opened")]))
    return path.removeprefix("/host/")


def lost(base: Base, path: Path, code: str, acknowledged: Sequence[Acknowledged]) -> list[Acknowledged]:
    """The answers that were acknowledged and are not in the store."""
    with Store(path) as store:
        workshop = store.find("workshop", code)
        assert workshop
        kept: set[tuple[str, str, Value]] = set()
        for stream in store.streams("interview", parent=workshop.id):
            for entry in store.events(stream.id):
                event = event_of(base.vocabulary, entry.kind, entry.body)
                if event and event.kind == "answer" and event.answer:
                    kept.add((stream.name, event.question, event.answer.value))
    return [one for one in acknowledged if (one.person, one.question, one.value) not in kept]


# Load


@dataclass
class Load:
    """What was measured: seconds, MB; `late` is how long after an acknowledgement the wall showed it, of each answer."""

    answers: int
    lost: int
    acknowledged: list[float]
    pages: list[float]
    fsync: float
    late: list[float]
    memory: tuple[float, ...]
    cpu: float
    clients: float
    seconds: float
    events: int
    reveal: float
    meanwhile: list[float]
    busy: float

    def lines(self) -> Iterator[str]:
        """The figures as they are printed."""
        yield f"answers acknowledged {self.answers}, lost {self.lost}"
        yield f"acknowledged after {_times(self.acknowledged)}"
        yield f"fsync of this disk {_ms(self.fsync)} (50 %), five times that {_ms(5 * self.fsync)}"
        yield f"next question after {_times(self.pages)}"
        yield f"the wall shows an answer after {_times(self.late)}, the last one after {_ms(self.late[-1])}"
        yield f"revealed after {_ms(self.reveal)}; meanwhile another workshop's answers acknowledged after {_times(self.meanwhile)}"
        yield f"events read from streams {self.events:,}"
        yield (
            f"memory of the server {', '.join(f'{mb:.1f}' for mb in self.memory)} MB"
            " at the start, after a third, after two thirds, in the end, and when nobody had answered for a while"
        )
        spent = f"{self.cpu:.1f} s of {self.seconds:.0f}, of those who answer {self.clients:.1f} s"
        yield f"memory grown by {(self.memory[-1] - self.memory[0]) * 1024 / self.answers:.1f} KB an answer"
        yield f"CPU of the server {spent}; load average of the machine {self.busy:.1f}"


def _times(values: Sequence[float]) -> str:
    return f"{_ms(median(values))} (50 %), {_ms(percentile(values, 95))} (95 %), {_ms(max(values))} at most"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


async def measure(base: Base, folder: Path, server: Server, people: int, answers: int, seconds: float) -> Load:
    """Have people answer, and see what becomes of it."""
    host = await server.host()
    code = await create(host)
    context = multiprocessing.get_context("spawn")
    drivers = min(DRIVERS, people)
    begin, end, results = context.Barrier(drivers + 1), context.Event(), context.Queue()
    names = [f"Person {number}" for number in range(people)]
    processes = [
        context.Process(
            target=drive, args=(server.port, code, names[n::drivers], answers, seconds, begin, end, results)
        )
        for n in range(drivers)
    ]
    for process in processes:
        process.start()
    shown: list[tuple[float, int]] = []  # when the wall said that so many answers are given

    async def watch() -> None:
        async for text in host.watch(f"/stream/{code}/wall"):
            if found := SHOWN.search(text):
                shown.append((time.monotonic(), int(found[1])))

    async def watch_people() -> None:
        async for _ in host.watch(f"/stream/{code}/host"):
            pass

    await asyncio.to_thread(begin.wait, 300)
    watchers = [asyncio.create_task(watch()), asyncio.create_task(watch_people())]
    await asyncio.sleep(CALM / 2)
    over, fsyncs = threading.Event(), list[float]()
    disk = threading.Thread(target=_fsync, args=(folder, over, fsyncs))
    disk.start()
    memory, cpu, start = [server.memory], server.cpu, time.monotonic()
    for part in (CALM / 2 + seconds / 3, seconds / 3):
        await asyncio.sleep(part)
        memory.append(server.memory)
    shares = [await asyncio.to_thread(results.get, True, seconds + 300) for _ in processes]
    memory.append(server.memory)
    cpu, spent, busy = server.cpu - cpu, time.monotonic() - start, os.getloadavg()[0]
    await asyncio.sleep(seconds * PAUSE)
    memory.append(server.memory)
    over.set()
    end.set()
    for each in (*processes, disk):
        each.join()
    if errors := [share.error for share in shares if share.error]:
        raise RuntimeError("; ".join(errors))
    for watcher in watchers:
        watcher.cancel()
    reveal, meanwhile = await revealing(base, server, host, code)
    await host.close()
    acknowledged = [one for share in shares for one in share.acknowledged]
    return Load(
        len(acknowledged),
        len(lost(base, server.store, code, acknowledged)),
        [one.at - one.sent for one in acknowledged],
        [one for share in shares for one in share.pages],
        median(fsyncs),
        lateness(base, server.store, code, acknowledged, shown),
        tuple(memory),
        cpu,
        sum(share.cpu for share in shares),
        spent,
        sum(share.events for share in shares),
        reveal,
        meanwhile,
        busy,
    )


async def revealing(base: Base, server: Server, host: Browser, code: str) -> tuple[float, list[float]]:
    """How long it takes to reveal what all have said, and to acknowledge what some answer in another workshop meanwhile."""
    other, known = await create(host), choices(base)
    some = [Participant(server.port, other, f"Somebody {number}", known, f"{number}") for number in range(5)]
    for each in some:
        await each.join()
    await host.open(f"/host/{code}")
    over = asyncio.Event()

    async def answer(each: Participant) -> None:
        while not over.is_set():
            await each.answer()
            await asyncio.sleep(0.05)

    working = [asyncio.create_task(answer(each)) for each in some]
    start = time.monotonic()
    await host.open(await host.send(f"/host/{code}", [("action", "revealed")]))
    reveal = time.monotonic() - start
    over.set()
    await asyncio.gather(*working)
    for each in some:
        await each.leave()
    return reveal, [one.at - one.sent for each in some for one in each.acknowledged]


def _fsync(folder: Path, over: threading.Event, found: list[float]) -> None:
    """How long the disk takes for as much as a commit writes, now and then."""
    with (folder / "fsync").open("wb", buffering=0) as file:
        while not over.wait(0.2) or not found:
            start = time.monotonic()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            found.append(time.monotonic() - start)


def lateness(
    base: Base, path: Path, code: str, acknowledged: Sequence[Acknowledged], shown: Sequence[tuple[float, int]]
) -> list[float]:
    """How long after each acknowledgement the wall counted the answer, in the order in which they came to the store.

    Infinite where it never did. An answer may answer other questions too, so what the wall has to show is worked out anew.
    """
    when: dict[tuple[str, str], list[float]] = {}  # an answer may have been changed
    for one in sorted(acknowledged, key=lambda one: one.at):
        when.setdefault((one.person, one.question), []).append(one.at)
    with Store(path) as store:
        workshop = store.find("workshop", code)
        assert workshop
        session = replay(base.vocabulary, store.events(workshop.id))
        more: list[tuple[int, float, int]] = []  # the event, when it was acknowledged, and by how much the count grows
        for person in session.people.values():
            each, before = respondent(base, session, person), 0
            for entry in store.events(person.id):
                each.apply(entry, session)
                after = each.answered(session)
                more.append((entry.id, when[person.name, entry.body["question"]].pop(0), after - before))
                before = after
    late, count, places = list[float](), 0, iter(shown)
    at, so_many = next(places, (float("inf"), 1 << 60))
    for _, acknowledged_at, grown in sorted(more):
        count += grown
        while so_many < count:
            at, so_many = next(places, (float("inf"), 1 << 60))
        late.append(max(0.0, at - acknowledged_at))
    return late


# Kills


async def kill(base: Base, server: Server, people: int, seed: int) -> tuple[int, int]:
    """Kill the server while people answer, start it again, and have them go on: the answers acknowledged, and those lost."""
    chance, known = random.Random(seed), choices(base)
    host = await server.host()
    code = await create(host)
    some = [Participant(server.port, code, f"Person {number}", known, f"{seed} {number}") for number in range(people)]
    for each in some:
        await each.join()

    async def answer(each: Participant) -> None:
        with suppress(OSError, EOFError):
            while QUESTION.search(each.browser.page):
                await each.answer()

    working = [asyncio.create_task(answer(each)) for each in some]
    enough = chance.randint(people, people * 10)
    while sum(len(each.acknowledged) for each in some) < enough:
        await asyncio.sleep(0.001)
    await asyncio.sleep(chance.uniform(0, 0.05))
    server.end(signal.SIGKILL)
    await asyncio.gather(*working)
    acknowledged = [one for each in some for one in each.acknowledged]
    gone = lost(base, server.store, code, acknowledged)
    server.start()
    for each in some:  # they still are who they were, and what they said is there
        await each.browser.open(f"/me/{code}")
        if QUESTION.search(each.browser.page):
            await each.answer()
    acknowledged = [one for each in some for one in each.acknowledged]
    gone += [one for one in lost(base, server.store, code, acknowledged) if one not in gone]
    for each in some:
        await each.leave()
    await host.close()
    return len(acknowledged), len(gone)


def kills(base: Base, times: int, people: int, seed: int = 1) -> tuple[int, int]:
    """Kill a server so many times: all answers that were acknowledged, and those lost."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as server:
        found = [asyncio.run(kill(base, server, people, seed + turn)) for turn in range(times)]
    return sum(answers for answers, _ in found), sum(gone for _, gone in found)


def run(base: Base, people: int, answers: int, seconds: float) -> Load:
    """Measure a workshop of many people."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as server:
        return asyncio.run(measure(base, Path(name), server, people, answers, seconds))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--answers", type=int, default=30, help="of each one")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--kills", type=int, default=0, help="kill the server so many times instead")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    base = load()
    if given.kills:
        answers, gone = kills(base, given.kills, 10, given.seed)
        print(f"{given.kills} times killed and started again; answers acknowledged {answers}, lost {gone}")
        return 1 if gone else 0
    found = run(base, given.people, given.answers, given.seconds)
    print(*found.lines(), sep="\n")
    return 1 if found.lost else 0


if __name__ == "__main__":
    sys.exit(main())
