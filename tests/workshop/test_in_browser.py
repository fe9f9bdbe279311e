"""A whole workshop in Chromium: a facilitator and two people, on a wide screen and on phones, by keyboard, and read by axe."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator

import openpyxl
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
    said = [text for text in page.said if "status of 422" not in text]  # which says that an answer was not understood
    assert not said, said


def visit(page: Page, address: str) -> None:
    """Open an address, by way of the page that gives a browser its cookies."""
    page.goto(address)
    expect(page.locator("#main")).to_be_visible()


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


ANA = {  # as it is typed: a digit chooses
    "product_stage": "4", "customization": "1", "willingness_to_pay": "5", "customer_segments": "1",
    "annual_contract_value": "about 70k", "next_funding": "1", "team_roles": "12",
}  # fmt: skip
SENT = {  # as a form has it
    "product_stage": "launched", "customization": "none", "willingness_to_pay": "proven", "customer_segments": "small",
    "annual_contract_value": "about 70k", "next_funding": "none", "team_roles": "none",
}  # fmt: skip
OTHERS = {"product_stage": "prototype", "customer_segments": "large", "annual_contract_value": "€3k to €4k"}
HOSTILE = "from the <b>CRM</b> {{ 7 * 7 }} =HYPERLINK(1)"


def test_a_facilitator_creates_a_workshop(server, visitor) -> None:
    page = visitor()
    visit(page, server.own)
    page.get_by_label("The company").fill("Acme <script>alert(1)</script> {{ 7 * 7 }}")
    page.get_by_label("questions: the quick ones").check()
    look(page, "start")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("h1")).to_have_text("Acme <script>alert(1)</script> {{ 7 * 7 }}")
    page.get_by_text("Write an agenda").click()
    page.get_by_label("One part a line").fill("Where we stand 10\nWhat we do 20")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Begin: What we do").click()
    expect(page.locator(".clock")).to_have_text(re.compile(r"^(20:00|19:[0-5][0-9])$"))
    look(page, "host-draft")
    page.set_viewport_size(PHONE)
    look(page, "host-draft-phone")


def test_answering_on_a_phone_by_keyboard(server, visitor) -> None:
    host = server.browser(host=True)
    code = host.create(which="quick")
    host.submit(f"/host/{code}", action="closed")
    ana = visitor(viewport=PHONE, color_scheme="dark")
    visit(ana, f"{server.address}/join/{code}")
    expect(ana.locator("h1")).to_be_visible()
    host.submit(f"/host/{code}", action="opened")
    look(ana, "join")
    ana.keyboard.insert_text("Ana")
    ana.keyboard.press("Enter")
    asked = []
    ana.locator("#question").wait_for()
    while ana.locator("#question").count():
        fact = ana.locator("input[name=question]").get_attribute("value")
        if fact == "annual_contract_value":
            look(ana, "question-amount")
            ana.keyboard.insert_text("many")
            ana.keyboard.press("Enter")
            expect(ana.locator("#wrong")).to_contain_text("many")
            look(ana, "question-wrong")
            ana.locator("#answer").fill("")
        asked.append(typed(ana, ANA[fact], HOSTILE if fact == "product_stage" else ""))
        if len(asked) == 1:
            look(ana, "question-second")
            ana.reload()  # closed and opened again, she goes on where she was
            ana.locator("#question").wait_for()
    assert set(asked) == ANA.keys()
    look(ana, "done")
    expect(ana.locator(".answers")).to_contain_text(HOSTILE)


def test_reveal_and_second_round(server, visitor) -> None:
    host = visitor()
    code = server.browser(host=True).create(which="quick")
    visit(host, server.own)
    host.goto(f"{server.address}/host/{code}")
    ana, ben = server.browser(), server.browser()
    ana.join(code, "Ana")
    ben.join(code, "Ben <i>")
    expect(host.locator(".people li")).to_have_count(2)  # by itself
    ana.answer(code, SENT, {"product_stage": HOSTILE})
    expect(host.locator(".people li").first).to_contain_text("7 of 7")
    expect(host.locator(".people li").first).to_contain_text("done")
    expect(host.locator("#main")).not_to_contain_text("CRM")  # hidden
    ben.answer(code, SENT | OTHERS)
    phone = visitor(viewport=PHONE)
    phone.context.add_cookies(
        [{"name": each.name, "value": each.value or "", "url": server.address} for each in ana.cookies.jar]
    )
    visit(phone, f"{server.address}/me/{code}")
    expect(phone.locator("h1")).to_contain_text("done with this round")

    host.get_by_role("button", name="Reveal").click()
    expect(host.locator("[aria-labelledby=deciding]")).to_contain_text(HOSTILE)
    expect(phone.locator("h1")).to_contain_text("on the wall")  # by itself
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
    phone.locator("#question").wait_for()
    look(phone, "again")
    asked = []
    while phone.locator("#question").count():
        asked.append(typed(phone, "2" if not phone.locator("#answer").count() else "3k"))
    assert "product_stage" in asked
    assert set(asked) <= OTHERS.keys()
    expect(host.locator(".people li").first).to_contain_text(f"{len(asked)} of {len(asked)}")
    host.get_by_role("button", name="Reveal").click()
    expect(host.locator(".state")).to_contain_text("are shown")
    host.set_viewport_size(PHONE)
    look(host, "host-phone")
    host.goto(f"{server.address}/wall/{code}")
    expect(host.locator("#view")).to_contain_text("SMB")


def test_pages_come_back_after_a_restart(server, visitor) -> None:
    code = server.browser(host=True).create(which="quick")
    host, ana = visitor(), server.browser()
    visit(host, server.own)
    host.goto(f"{server.address}/host/{code}")
    ana.join(code, "Ana")
    ben = visitor(viewport=PHONE)
    visit(ben, f"{server.address}/join/{code}")
    ben.keyboard.insert_text("Ben")
    ben.keyboard.press("Enter")
    ben.locator("#question").wait_for()
    server.kill()
    ben.keyboard.press("2")
    ben.keyboard.press("Enter")
    expect(ben.locator("#trouble")).not_to_be_empty()
    server.start()
    expect(ben.locator("#trouble")).to_be_empty()  # connected again, and what was chosen is still there
    expect(ben.locator("input[name=answer]").nth(1)).to_be_checked()
    ben.keyboard.press("Enter")
    expect(ben.locator(".noted")).to_contain_text("prototype")
    expect(host.locator(".people li").nth(1)).to_contain_text("1 of 7")


def test_what_was_agreed_is_written_down_and_handed_out(server, visitor, tmp_path) -> None:
    code = server.browser(host=True).create(which="quick")
    host = visitor()
    visit(host, server.own)
    host.goto(f"{server.address}/host/{code}")
    ana, ben = server.browser(), server.browser()
    ana.join(code, "Ana")
    ben.join(code, "Ben <i>")
    ana.answer(code, SENT)
    ben.answer(code, SENT | OTHERS)
    phone = visitor(viewport=PHONE)
    phone.context.add_cookies(
        [{"name": each.name, "value": each.value or "", "url": server.address} for each in ben.cookies.jar]
    )
    visit(phone, f"{server.address}/me/{code}")
    host.get_by_role("button", name="Reveal").click()
    host.get_by_role("link", name="Write down what was agreed").click()
    expect(host.get_by_label("The sentence that was agreed")).not_to_be_empty()
    host.get_by_label("overridden, with the reason").check()
    host.get_by_label("Ben <i>").fill(HOSTILE)
    host.get_by_label("Who (1)").fill("Ana")
    host.get_by_role("button", name="Write it down").click()
    expect(host.get_by_role("alert").filter(has_text="without a reason")).to_be_visible()
    look(host, "agreement")
    expect(host.get_by_label("Ben <i>")).to_have_value(HOSTILE)
    host.get_by_label("The reason, needed").fill("The board wants it")
    host.set_viewport_size(PHONE)
    look(host, "agreement-phone")
    host.get_by_role("button", name="Write it down").click()
    expect(host.locator("[aria-labelledby=agreed]")).to_contain_text("The board wants it")
    expect(phone.locator(".report")).to_contain_text(HOSTILE)  # by itself
    host.get_by_role("button", name="Close", exact=True).click()
    expect(phone.get_by_role("link", name="Excel")).to_be_visible()
    look(phone, "agreed-phone")
    with phone.expect_download() as loading:
        phone.get_by_role("link", name="Excel").click()
    file = tmp_path / loading.value.suggested_filename
    loading.value.save_as(file)
    cells = [
        str(cell) for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert any("The board wants it" in cell for cell in cells)
    assert any(HOSTILE in cell for cell in cells)
    with host.expect_download() as loading:
        host.get_by_role("link", name="PDF").click()
    assert loading.value.path().read_bytes().startswith(b"%PDF")
    host.set_viewport_size({"width": 1280, "height": 800})
    host.goto(f"{server.address}/wall/{code}/agreed")
    expect(host.locator("#view")).to_contain_text("The board wants it")
    look(host, "wall-agreed")


def test_one_founder_answers_on_a_phone_up_to_the_report(server, visitor) -> None:
    page = visitor(viewport=PHONE)
    visit(page, server.own.replace("/?", "/solo?"))
    look(page, "solo-start")
    page.get_by_role("button", name="Begin").click()
    assert typed(page, "Clinic <b>") == "company"
    look(page, "solo-question")
    asked = []
    while page.locator("#question").count():
        asked.append(typed(page, "4" if page.locator("input[value=launched]").count() else "skip"))
        if len(asked) == 3:  # closed and opened again
            page.goto(f"{server.address}/solo")
    assert "product_stage" in asked
    expect(page.locator("h1").first).to_have_text("Clinic <b>")
    expect(page.locator(".report")).to_contain_text("Scorecard")
    look(page, "solo-report")
    with page.expect_download() as loading:
        page.get_by_role("link", name="HTML").click()
    text = loading.value.path().read_text("utf-8")
    assert "Clinic &lt;b&gt;" in text
