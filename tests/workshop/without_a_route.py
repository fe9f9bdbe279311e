"""A workshop on a machine that reaches no other one: `python without_a_route.py STORE`, in a network namespace with `lo` alone.

It prints where all that its pages asked for came from. Not a test by itself: `test_in_browser.py` runs it.
"""

from __future__ import annotations

import errno
import shutil
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright

ELSEWHERE = ("192.0.2.1", 80)


def main(store: Path) -> None:
    """A facilitator, somebody who answers, and the wall, which follows."""
    with socket.socket() as reaching:
        assert reaching.connect_ex(ELSEWHERE) == errno.ENETUNREACH
    server, asked = _server(store), set[str]()
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"], timeout=0
        )
        contexts = [chromium.new_context() for _ in range(2)]
        for context in contexts:
            context.set_default_timeout(60_000)
            context.on("request", lambda request: asked.add("{0.scheme}://{0.netloc}".format(urlsplit(request.url))))
        host, ana = (context.new_page() for context in contexts)
        host.goto(server.own)
        host.get_by_label("The company").fill("Acme")
        host.get_by_label("questions: the quick ones").check()
        host.get_by_role("button", name="Create").click()
        host.get_by_role("button", name="Open", exact=True).click()
        expect(host.locator(".state")).to_contain_text("Round 1")
        link = host.locator("#joining .address").inner_text()
        host.get_by_role("link", name="The wall").click()
        expect(host.locator("h1")).to_be_visible()
        ana.goto(link)
        ana.get_by_label("Your name").fill("Ana")
        ana.get_by_role("button", name="Join").click()
        ana.locator("input[name=answer]").nth(1).check()
        ana.get_by_role("button", name="Answer", exact=True).click()
        expect(ana.locator(".noted")).to_contain_text("Noted")
        expect(host.locator(".counts")).to_have_text("0 of 1 person is done, 1 of 7 answers given")
        chromium.close()
    server.stop()
    print(*asked, sep="\n")


def _server(store: Path) -> Any:
    """The server of the tests, which are no package."""
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    return import_module("conftest").Server(store)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
