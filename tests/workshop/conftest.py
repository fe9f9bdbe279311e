"""Workshops to test: one behind a client of Starlette's, and a server in a process of its own that can be killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from given import BASE

from salespath.interview.store import Store
from salespath.tables.handout_out import write_handout
from salespath.workshop.app import Addresses, application
from salespath.workshop.handouts import Press
from salespath.workshop.solo import Wanted

with warnings.catch_warnings():  # starlette 1 would rather have another client
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HERE = "http://127.0.0.1:8765"
TOKEN = re.compile(r'name="form" value="(\w+)"')


class Forms:
    """A browser without scripts: it keeps cookies, goes on where a page says so, and sends forms of the page that it has open."""

    page = ""
    status = 0

    def open(self: Any, path: str) -> str:
        """Open a page, and return its text."""
        response = self.get(path)
        while found := re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.text):
            response = self.get(found[1].replace("&amp;", "&"))
        self.page, self.status = response.text, response.status_code
        return response.text

    def submit(self: Any, path: str, **form: Any) -> Any:
        """Send a form of the page that is open."""
        token = TOKEN.search(self.page)
        data = {"form": token[1] if token else "", **form}
        response = self.post(path, data=data, headers={"Origin": str(self.base_url).rstrip("/")})
        self.page, self.status = response.text, response.status_code
        return response

    def create(self, **form: str) -> str:
        """As the facilitator, create a workshop and open it; its code."""
        self.open("/")
        made = self.submit("/", **{"company": "Acme", "currency": "USD", "which": "core", **form})
        code: str = made.url.path.removeprefix("/host/")
        self.submit(f"/host/{code}", action="opened")
        return code

    def join(self, code: str, name: str) -> None:
        """Join a workshop."""
        self.open(f"/join/{code}")
        self.submit(f"/join/{code}", name=name)

    def answer(self, code: str, answers: dict[str, Any], notes: dict[str, str] | None = None) -> list[str]:
        """Answer the questions that come, or skip them; which they were, in order."""
        asked = []
        while found := re.search(r'name="question" value="(\w+)"', self.page):
            name = found[1]
            asked.append(name)
            form = {"answer": answers[name], "action": "answer"} if name in answers else {"action": "skip"}
            self.submit(f"/me/{code}", question=name, note=(notes or {}).get(name, ""), **form)
        return asked


class Browser(Forms, TestClient):
    """Such a browser, which speaks to an application in this process."""


class Remote(Forms, httpx.Client):
    """Such a browser, which speaks to a server."""


@dataclass
class Workshop:
    """An application with its store, and browsers that come to it."""

    app: Any
    store: Store
    portal: Any  # the event loop that all of them share

    def browser(self) -> Browser:
        """Somebody's browser."""
        new = Browser(self.app, base_url=HERE)
        new.portal = self.portal
        return new

    def host(self) -> Browser:
        """The facilitator's browser."""
        new = self.browser()
        new.open(f"/?key={self.app.keys.host}")
        return new

    def person(self, code: str, name: str) -> Browser:
        """Somebody who has joined."""
        new = self.browser()
        new.join(code, name)
        return new


@pytest.fixture
def started(tmp_path) -> Iterator[Callable[..., Workshop]]:
    """A function that starts an application; on the same store again where it is called twice."""
    with ExitStack() as opened:

        def start(
            join: str = HERE,
            names: tuple[str, ...] | None = None,
            wanted: Wanted | None = None,
            press: Press | None = None,
        ) -> Workshop:
            store = opened.enter_context(Store(tmp_path / "store.sqlite"))
            app = application(BASE, store, Addresses(join, names), press or Press(write_handout), wanted)
            found = Workshop(app, store, opened.enter_context(TestClient(app)).portal)
            return found

        yield start


@pytest.fixture
def workshop(started) -> Workshop:
    """An application on this machine alone."""
    return started()


class Server:
    """`salespath workshop` in a process of its own."""

    def __init__(self, store: Path, *options: str) -> None:
        self.command = [sys.executable, "-m", "salespath", "workshop", "--store", str(store), *options]
        self.port, self.browsers = 0, list[Remote]()
        self.start()

    def start(self) -> None:
        """Start it, on the same port as before."""
        command = [*self.command, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stderr.readline()
        found = re.search(r"(http://[^/]+:(\d+))/\?key=\w+", line)
        assert found, line + self.process.stderr.read()
        self.own, self.address, self.port = found[0], found[1], int(found[2])
        self.said = self.process.stdout.readline()

    def browser(self, *, host: bool = False) -> Remote:
        """Somebody's browser, or the facilitator's."""
        self.browsers.append(new := Remote(base_url=self.address, follow_redirects=True, timeout=60))
        if host:
            new.open(self.own.removeprefix(self.address))
        return new

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self._end()

    def stop(self) -> int:
        """End it with Ctrl-C; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self._end()

    def _end(self) -> int:
        self.process.wait(30)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return self.process.returncode


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    """A server on a free port."""
    serving = Server(tmp_path / "store.sqlite")
    yield serving
    for each in serving.browsers:
        each.close()
    if serving.process.poll() is None:
        serving.kill()


@pytest.fixture
def remote() -> Iterator[Callable[[str], Remote]]:
    """A function that gives a browser which speaks to a server at an address."""
    with ExitStack() as opened:
        yield lambda address: opened.enter_context(Remote(base_url=address, follow_redirects=True, timeout=60))
