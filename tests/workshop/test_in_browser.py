"""A whole workshop in Chromium: a facilitator and two people, on a wide screen and on phones, by keyboard, and read by axe."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("playwright")
from axe_playwright_python.base import AXE_SCRIPT  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

PHONE = {"width": 360, "height": 740}
KNOWN = """self_serve: no
customization: some
"""
PICTURES = os.environ.get("SALESPATH_PICTURES", "")  # a folder for pictures of the pages, to be looked at


@pytest.fixture
def visitor(browser) -> Iterator[Callable[..., Page]]:
    """A function that gives somebody a browser of their own; `said` is what its pages complain of."""
    contexts = []

    def arrive(**how) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **how}))
        contexts[-1].set_default_timeout(60_000)
        contexts[-1].add_init_script(AXE_SCRIPT)
        page = contexts[-1].new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text) if message.type in ("error", "warning") else 0)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        return page

    expect.set_options(timeout=60_000)  # a busy machine fails nothing
    yield arrive
    for context in contexts:
        context.close()


def look(page: Page, name: str) -> None:
    """Nothing on the page keeps somebody out: axe finds no violation, it fits the screen, and nothing was blocked."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    found = page.evaluate("() => axe.run(document)")["violations"]
    assert not found, json.dumps([(v["id"], [node["html"] for node in v["nodes"]]) for v in found], indent=1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
    assert not page.said, page.said


def visit(page: Page, address: str) -> None:
    """Open an address, by way of the page that gives a browser its cookies."""
    page.goto(address)
    expect(page.locator("#main")).to_be_visible()


def create(page: Page, own: str) -> str:
    """Create a workshop with the quick questions; its code."""
    visit(page, own)
    page.get_by_label("The company").fill("Acme <script>alert(1)</script> {{ 7 * 7 }}")
    page.get_by_label("questions: the quick ones").check()
    look(page, "start")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile("/host/"))
    return page.url.rpartition("/")[2]


def answer(page: Page, text: str | None, note: str = "") -> None:
    """Answer the question that is open, by keyboard alone; None: skip it."""
    before = page.locator("#question").text_content()
    page.wait_for_function("() => document.activeElement && document.activeElement.name === 'answer'")
    if text is None:
        page.get_by_role("button", name="I do not know").focus()
        page.keyboard.press("Enter")
    else:
        if page.locator("#answer").count():
            page.keyboard.insert_text(text)
        else:
            for digit in text:
                page.keyboard.press(digit)
        if note:
            page.get_by_label("Note or reason").focus()
            page.keyboard.insert_text(note)
        page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text(before or "")


def test_a_workshop(server, visitor) -> None:
    host = visitor()
    code = create(host, server.own)
    look(host, "host-draft")

    ana, ben = visitor(viewport=PHONE), visitor(viewport=PHONE, color_scheme="dark")
    for page, name in ((ana, "Ana"), (ben, "Ben")):
        visit(page, f"{server.address}/join/{code}")
        look(page, f"join-{name}")
        page.keyboard.insert_text(name)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("You are in")
    look(ana, "waiting")
    expect(host.locator(".people li")).to_have_count(2)

    host.get_by_role("button", name="Open").click()
    expect(ana.locator("#question")).to_be_visible()  # by itself
    look(ana, "question-choice")
    questions = []
    while ana.locator("#question").count():
        questions.append(ana.locator("input[name=question]").get_attribute("value"))
        look(ana, f"question-{len(questions)}")
        answer(ana, "about 70k" if ana.locator("#answer").count() else "1", "from the <b>CRM</b>")
        expect(host.locator(".people li").first).to_contain_text(f"{len(questions)} of 7")
        if len(questions) == 7:
            break
    assert len(questions) == 7
