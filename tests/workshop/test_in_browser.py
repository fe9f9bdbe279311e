"""In Chromium: a whole workshop of a facilitator and three people, one founder alone, and a machine without a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from given import VOCABULARY

pytest.importorskip("playwright")
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

PHONE = {"width": 360, "height": 740}
PICTURES = os.environ.get("SALESPATH_PICTURES", "")  # a folder for pictures of the pages, to be looked at


@pytest.fixture
def visitor(browser) -> Iterator[Callable[..., Page]]:
    """A function that gives somebody a browser of their own, or another page of one; `said` is what a page complains of."""
    contexts = []

    def arrive(beside: Page | None = None, **how) -> Page:
        if beside is None:
            contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **how}))
            contexts[-1].set_default_timeout(60_000)
            contexts[-1].add_init_script(AXE_SCRIPT)
        page = (beside.context if beside else contexts[-1]).new_page()
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


def visit_wall(page: Page, address: str) -> None:
    """Open a view of the wall."""
    page.goto(address)
    expect(page.locator("#view")).to_be_visible()


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


def chosen(page: Page, fact: str, value: str) -> None:
    """Answer a question by mouse, or by touch."""
    expect(page.locator("input[name=question]")).to_have_value(fact)
    if page.locator("#answer").count():
        page.locator("#answer").fill(value)
    else:
        page.locator(f"input[name=answer][value={value}]").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"input[name=question][value={fact}]")).to_have_count(0)


def joined(page: Page, address: str, name: str) -> None:
    """Take part by a link, up to the first question."""
    visit(page, address)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    page.locator("#question").wait_for()


ANA = {  # as it is typed: a digit chooses
    "product_stage": "4", "customization": "1", "willingness_to_pay": "5", "customer_segments": "1",
    "annual_contract_value": "about 70k", "next_funding": "1", "team_roles": "12",
}  # fmt: skip
SENT = {  # as a form has it
    "product_stage": "launched", "customization": "none", "willingness_to_pay": "proven", "customer_segments": "small",
    "annual_contract_value": "about 70k", "next_funding": "none", "team_roles": "none",
}  # fmt: skip
OTHERS = {
    "product_stage": "prototype",
    "customer_segments": "large",
    "annual_contract_value": "€3k to €4k",
    "next_funding": "uncertain",  # which decides nothing
}
COMPANY = "Acme <script>alert(1)</script> {{ 7 * 7 }}"
HOSTILE = "from the <b>CRM</b> {{ 7 * 7 }} =HYPERLINK(1)"


def test_a_whole_workshop(server, visitor, tmp_path) -> None:
    # Beforehand: the facilitator makes it, sends the link and goes; one answers at home, by keyboard alone
    host, ana = visitor(), visitor(viewport=PHONE, color_scheme="dark")
    visit(host, server.own)
    host.get_by_label("The company").fill(COMPANY)
    host.get_by_label("questions: the quick ones").check()
    look(host, "start")
    host.get_by_role("button", name="Create").click()
    expect(host.locator("h1")).to_have_text(COMPANY)
    host.get_by_text("Write an agenda").click()
    host.get_by_label("One part a line").fill("Where we stand 10\nWhat we do 900")
    host.get_by_role("button", name="Keep").click()
    host.get_by_role("button", name="Begin: What we do").click()
    expect(host.locator(".clock")).to_have_text(re.compile(r"^(900|8[0-9]{2}):[0-5][0-9]$"))
    look(host, "host-draft")
    host.get_by_role("button", name="Open", exact=True).click()
    expect(host.locator(".state")).to_contain_text("Round 1")
    address, link = host.url, host.locator("#joining .address").inner_text()
    code = address.rpartition("/")[2]
    host.goto("about:blank")

    visit(ana, link)
    look(ana, "join")
    ana.keyboard.insert_text("Ana")
    ana.keyboard.press("Enter")
    ana.locator("#question").wait_for()
    for number in range(len(ANA)):
        fact = ana.locator("input[name=question]").get_attribute("value") or ""
        if fact == "annual_contract_value":
            ana.keyboard.insert_text("many")
            ana.keyboard.press("Enter")
            expect(ana.locator("#wrong")).to_contain_text("many")
            look(ana, "question-wrong")
            ana.keyboard.press("Control+a")
        typed(ana, ANA[fact], HOSTILE if fact == "product_stage" else "")
        if not number:
            look(ana, "question-second")
            ana.reload()  # closed and opened again, she goes on where she was
            ana.locator("#question").wait_for()
    expect(ana.locator("h1")).to_contain_text("done with this round")
    look(ana, "done")
    expect(ana.locator(".answers")).to_contain_text(HOSTILE)

    # In the room: two more; all see how far they are, nobody what they say; the power fails, and nothing is lost
    host.goto(address)
    wall, ben, cora = visitor(host), visitor(viewport=PHONE), visitor()
    visit_wall(wall, f"{server.address}/wall/{code}")
    expect(wall.locator(".counts")).to_have_text("1 of 1 person is done, 7 of 7 answers given")
    joined(ben, link, "Ben <i>")
    joined(cora, link, "Cora")
    expect(host.locator(".people li")).to_have_count(3)  # by itself
    server.kill()
    ben.locator("input[name=answer]").nth(1).check()
    ben.get_by_role("button", name="Answer", exact=True).click()
    expect(ben.locator("#trouble")).not_to_be_empty()
    server.start()
    for page in (ben, cora, ana, host):
        expect(page.locator("#trouble")).to_be_empty()  # connected again
    expect(ben.locator("input[name=answer]").nth(1)).to_be_checked()
    for page, said in ((ben, SENT | OTHERS), (cora, SENT)):
        for fact in VOCABULARY.ordered(said):
            chosen(page, fact, said[fact])
    expect(wall.locator(".counts")).to_have_text("3 of 3 people are done, 21 of 21 answers given")  # by itself
    expect(host.locator(".people li").nth(1)).to_contain_text("7 of 7")
    for page in (host, wall):
        expect(page.locator("body")).not_to_contain_text("CRM")  # hidden
        page.said.clear()  # that the server was gone
    for page in (ana, ben):
        page.said.clear()

    # Reveal: who said what and why, of that alone which changes the outcome
    host.get_by_role("button", name="Reveal").click()
    deciding = host.locator("[aria-labelledby=deciding]")
    expect(deciding).to_contain_text(HOSTILE)
    expect(deciding).to_contain_text("Ben <i>")
    expect(ana.locator("h1")).to_contain_text("on the wall")  # by itself
    look(host, "host-revealed")
    again = host.locator("[aria-labelledby=again]")
    differing = [*OTHERS, "team_roles"]
    expect(again.locator("input[type=checkbox]")).to_have_count(len(differing))  # what all say alike is not asked again
    asked = [fact for fact in differing if again.locator(f"input[value={fact}]").is_checked()]
    assert 0 < len(asked) < len(differing)
    told = deciding.inner_text().lower()
    assert [fact for fact in differing if VOCABULARY[fact].label in told] == asked
    summary = host.locator("#fact-product_stage summary")
    expect(summary).to_contain_text("unknown")
    summary.click()
    host.locator("#how-product_stage").select_option("host")
    host.locator("#value-product_stage").fill("pilot")
    host.locator("#value-product_stage").press("Enter")
    expect(summary).to_contain_text("pilot")

    # On the wall: who differs, what if, and a scenario beside the company, by keyboard
    wall.keyboard.press("2")
    expect(wall.locator(".disagreements")).to_contain_text(HOSTILE)
    wall.keyboard.press("3")
    wall.locator("#fact").select_option("customization")
    wall.get_by_label("bespoke").check()
    expect(wall.locator(".supposed")).to_contain_text("bespoke")
    wall.get_by_label("Name of the scenario").fill("To order {{ 7 * 7 }}")
    wall.keyboard.press("Enter")
    expect(wall.locator(".cards h2")).to_have_text(["As it is", "To order {{ 7 * 7 }}"])
    expect(wall.locator(".scenarios")).to_contain_text("bespoke")

    # A second round, of what is disputed and decides
    host.get_by_role("button", name="Begin round 2").click()
    expect(host.locator(".state")).to_contain_text("Round 2")
    for page in (ana, ben, cora):
        page.locator("#question").wait_for()  # by itself
    look(ana, "again")
    for fact in VOCABULARY.ordered(asked):
        for page in (ana, ben, cora):  # of several answers that go together each keeps theirs
            typed(page, "" if VOCABULARY[fact].type == "set" else ANA[fact])
    for page in (ana, ben, cora):
        expect(page.locator("h1")).to_contain_text("done with this round")  # and nothing else was asked
    host.get_by_role("button", name="Reveal").click()
    expect(host.locator(".state")).to_contain_text("are shown")
    host.set_viewport_size(PHONE)
    look(host, "host-phone")

    # What comes of it
    host.get_by_role("link", name="Write down what was agreed").click()
    host.get_by_label("The sentence that was agreed").fill("We sell to small firms <b>")
    host.get_by_label("overridden, with the reason").check()
    host.get_by_label("Ben <i>").fill(HOSTILE)
    host.get_by_label("What (1)").fill("Call ten buyers")
    host.get_by_label("Who (1)").fill("Ana")
    host.get_by_label("Until (1)").fill("2199-01-31")
    host.get_by_label("On", exact=True).fill("2199-03-01")
    host.get_by_role("button", name="Write it down").click()
    expect(host.get_by_role("alert").filter(has_text="without a reason")).to_be_visible()
    look(host, "agreement-phone")
    expect(host.get_by_label("Ben <i>")).to_have_value(HOSTILE)
    host.get_by_label("The reason, needed").fill("The board wants it")
    host.get_by_role("button", name="Write it down").click()
    expect(host.locator("[aria-labelledby=agreed]")).to_contain_text("The board wants it")
    expect(ana.locator(".report")).to_contain_text(HOSTILE)  # by itself
    host.get_by_role("button", name="Close", exact=True).click()
    expect(ana.get_by_role("link", name="Excel")).to_be_visible()
    look(ana, "agreed-phone")
    with ana.expect_download() as loading:
        ana.get_by_role("link", name="Excel").press("Enter")
    file = tmp_path / loading.value.suggested_filename
    loading.value.save_as(file)
    said = " ".join(
        str(cell) for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows(values_only=True) for cell in row
    )
    for part in ("We sell to small firms <b>", "The board wants it", HOSTILE, "Call ten buyers", "2199"):
        assert part in said
    with host.expect_download() as loading:
        host.get_by_role("link", name="PDF").click()
    assert loading.value.path().read_bytes().startswith(b"%PDF")
    visit_wall(wall, f"{server.address}/wall/{code}/agreed")
    expect(wall.locator("#view")).to_contain_text("Call ten buyers")
    look(wall, "wall-agreed")


def test_a_machine_without_a_network(tmp_path, without_a_route, browser) -> None:
    script = Path(__file__).with_name("without_a_route.py")
    command = [*without_a_route, sys.executable, str(script), str(tmp_path / "store.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", done.stdout)  # all that the pages asked for came from there


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


def test_what_is_written_right_after_a_step_stays(server, visitor) -> None:
    page = visitor()
    visit(page, server.own)
    page.get_by_label("The company").fill("Acme")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile("/host/"))
    with page.expect_response(re.compile("/host/")):
        page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("button", name="Reveal").wait_for()
    page.get_by_label("Minutes from now").fill("20")
    page.wait_for_timeout(1500)  # the stream says twice a second, at most, which step it is
    expect(page.get_by_label("Minutes from now")).to_have_value("20")
