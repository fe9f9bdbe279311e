"""A whole workshop in Chromium: a facilitator and two people, on a wide screen and on phones, by keyboard, and read by axe."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("playwright")
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

PHONE = {"width": 360, "height": 740}
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
        page.on(
            "console", lambda message: page.said.append(message.text) if message.type in ("error", "warning") else 0
        )
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


def typed(page: Page, text: str, note: str = "") -> str:
    """Answer the question that is open by keyboard alone, as the page puts the keyboard there; its fact. `skip` skips it."""
    expect(page.locator("[name=answer]:focus")).to_have_count(1)
    fact = page.locator("input[name=question]").get_attribute("value")
    if text == "skip":
        page.get_by_role("button", name="I do not know").focus()
    elif page.locator("#answer").count():
        page.keyboard.insert_text(text)
    else:
        for digit in text:
            page.keyboard.press(digit)
    if note:
        page.get_by_label("Note or reason").focus()
        page.keyboard.insert_text(note)
    page.keyboard.press("Enter")
    expect(page.locator(f"input[name=question][value={fact}]")).to_have_count(0)
    return fact or ""


ANA = {  # by fact, as it is typed: a digit chooses
    "product_stage": "4", "customization": "1", "willingness_to_pay": "5", "customer_segments": "1",
    "annual_contract_value": "about 70k", "next_funding": "1", "team_roles": "12",
}  # fmt: skip
BEN = {**ANA, "product_stage": "2", "customer_segments": "3", "annual_contract_value": "€3k to €4k", "team_roles": "skip"}


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
    while ana.locator("#question").count():
        fact = ana.locator("input[name=question]").get_attribute("value")
        if fact == "annual_contract_value":
            look(ana, "question-amount")
            ana.keyboard.insert_text("many")
            ana.keyboard.press("Enter")
            expect(ana.locator("#wrong")).to_contain_text("many")
            look(ana, "question-wrong")
            ana.locator("#answer").fill("")
        typed(ana, ANA[fact], "from the <b>CRM</b>, =HYPERLINK(1)" if fact == "product_stage" else "")
        if fact == "customer_segments":  # closed and opened again, she goes on where she was
            ana.reload()
            ana.locator("#question").wait_for()
    look(ana, "done")
    expect(host.locator(".people li").first).to_contain_text("7 of 7")
    expect(host.locator(".people li").first).to_contain_text("done")
    expect(host.locator("#main")).not_to_contain_text("CRM")  # hidden

    ben.locator("#question").wait_for()
    typed(ben, BEN["product_stage"])
    server.kill()  # in the middle: what was answered is there, and pages come back by themselves
    ben.keyboard.press("1")
    ben.keyboard.press("Enter")
    expect(ben.locator("#trouble")).not_to_be_empty()
    server.start()
    expect(host.locator(".people li").nth(1)).to_contain_text("1 of 7")
    expect(ben.locator("#trouble")).to_be_empty()
    ben.said.clear()
    host.said.clear()
    ana.said.clear()
    assert ben.locator("input[name=answer]").first.is_checked()  # as it was
    ben.keyboard.press("Enter")
    expect(ben.locator("input[name=question][value=customization]")).to_have_count(0)
    while ben.locator("#question").count():
        typed(ben, BEN[ben.locator("input[name=question]").get_attribute("value")])
    look(ben, "done-dark")

    host.get_by_role("button", name="Reveal").click()
    expect(host.locator(".report")).to_contain_text("from the <b>CRM</b>, =HYPERLINK(1)")
    expect(ana.locator("h1")).to_contain_text("on the wall")
    look(host, "host-revealed")
    summary = host.locator("#fact-product_stage summary")
    expect(summary).to_contain_text("unknown")
    summary.click()
    host.locator("#how-product_stage").select_option("host")
    host.locator("#value-product_stage").fill("pilot")
    host.locator("#value-product_stage").press("Enter")
    expect(summary).to_contain_text("pilot")
    look(host, "host-combined")

    host.get_by_role("button", name="Begin round 2").click()
    expect(host.locator(".state")).to_contain_text("Round 2")
    asked = []
    ana.locator("#question").wait_for()
    while ana.locator("#question").count():
        look(ana, f"again-{len(asked)}")
        fact = ana.locator("input[name=question]").get_attribute("value")
        asked.append(typed(ana, BEN[fact] if BEN[fact] != "skip" else "1"))
    assert "product_stage" in asked
    assert set(asked) <= {"product_stage", "customer_segments", "annual_contract_value", "team_roles"}
    host.get_by_role("button", name="Reveal").click()
    look(host, "host-second")
    host.set_viewport_size(PHONE)
    look(host, "host-phone")
    wall = host.context.new_page()
    wall.said = []
    wall.goto(f"{server.address}/wall/{code}")
    look(wall, "wall")
    assert server.stop() == 130
