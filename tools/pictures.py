"""Pictures of a workshop for the docs, taken in Chromium: `python -m tools.pictures [FOLDER]`, `docs/pictures` without one.

A facilitator and three people answer for a company that makes software for clinics; what pages look like then is in
`docs/workshop.md`. Sixty-four colours are enough for a picture to keep: reduce it before it is committed (150 kB at most).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HOST, PHONE = {"width": 1100, "height": 1000}, {"width": 360, "height": 740}
WALL = {"width": 1280, "height": 720}  # its letters grow with it, so that 1920 by 1080 looks the same
SAID = {  # what each says, by fact; what is not here is skipped. Choices by their values.
    "Ana": {
        "product_stage": "launched", "customization": "configuration", "willingness_to_pay": "proven", "customer_segments": "large",
        "annual_contract_value": "about 70k", "next_funding": "secured", "team_roles": "account_executive",
    },
    "Ben": {
        "product_stage": "pilot", "customization": "configuration", "willingness_to_pay": "paid_pilot",
        "customer_segments": "large",
        "annual_contract_value": "€40k to €60k", "next_funding": "uncertain", "team_roles": "account_executive",
    },
    "Cristina": {
        "product_stage": "launched", "customization": "none", "willingness_to_pay": "proven", "customer_segments": "small",
        "annual_contract_value": "3k", "next_funding": "none", "team_roles": "none",
    },
}  # fmt: skip
NOTES = {
    "Ana": "Two hospital groups signed in spring",
    "Ben": "They pay for the pilot only",
    "Cristina": "Most in the CRM are practices",
}


def main(folder: Path) -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        command = [sys.executable, "-m", "salespath", "workshop", "--port", "0", "--store", f"{temporary}/store.sqlite"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            assert server.stderr
            found = re.search(r"(http://[^/]+)/\?key=\w+", server.stderr.readline())
            assert found
            _take(browser, found[0], found[1], folder)
        finally:
            browser.close()
            server.terminate()
            server.wait(30)


def _take(browser: Browser, own: str, address: str, folder: Path) -> None:
    def arrive(size: dict[str, int]) -> Page:
        page = browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(40_000)
        return page

    def keep(page: Page, name: str) -> None:
        page.wait_for_load_state("load")
        page.screenshot(path=str(folder / f"{name}.png"))

    host = arrive(HOST)
    host.goto(own)
    host.get_by_label("The company").fill("Clinic software")
    host.get_by_label("questions: the quick ones").check()
    host.get_by_role("button", name="Create").click()
    host.wait_for_url(re.compile("/host/"))
    code = host.url.rpartition("/")[2]
    host.get_by_role("button", name="Open", exact=True).click()
    host.get_by_role("button", name="Reveal").wait_for()
    host.get_by_label("Minutes from now").fill("20")
    host.get_by_role("button", name="Start").click()
    host.locator(".clock").wait_for()
    wall = arrive(WALL)
    wall.context.add_cookies(host.context.cookies())  # type: ignore[arg-type]
    wall.goto(f"{address}/wall/{code}")
    wall.locator(".qr svg").wait_for()
    keep(wall, "wall-first")
    for name in SAID:
        phone = arrive(PHONE)
        phone.goto(f"{address}/join/{code}")
        phone.get_by_label("name").fill(name)
        phone.keyboard.press("Enter")
        _answer(phone, name, folder if name == "Ben" else None)
    host.locator(".people").get_by_text("done").nth(2).wait_for()
    keep(host, "host")
    host.get_by_role("button", name="Reveal").click()
    host.locator("#deciding").wait_for()
    wall.goto(f"{address}/wall/{code}/disagreements")
    keep(wall, "reveal")
    host.get_by_label("Where nothing else is set below").select_option("median")
    host.locator("[aria-labelledby=combining]").get_by_role("button", name="Set").first.click()
    wall.goto(f"{address}/wall/{code}")
    wall.locator(".short", has_text="nterprise").wait_for()
    wall.goto(f"{address}/wall/{code}/what-if?of=annual_contract_value&value=3000")
    keep(wall, "what-if")
    for name, value in (("A price for hospitals", "70000"), ("A price for practices", "3000")):
        wall.goto(f"{address}/wall/{code}/what-if?of=annual_contract_value&value={value}")
        wall.locator("[name=name]").fill(name)
        wall.get_by_role("button", name="Save").click()
        wall.wait_for_url(re.compile("/scenarios$"))
    keep(wall, "scenarios")
    for view, name in (("", "wall"), ("/reasoning", "reasoning")):
        wall.goto(f"{address}/wall/{code}{view}")
        keep(wall, name)


def _answer(phone: Page, name: str, folder: Path | None) -> None:
    """Answer what is asked, one question after the other."""
    for number in range(len(SAID[name])):
        phone.locator("#question").wait_for()
        fact = phone.locator("input[name=question]").get_attribute("value") or ""
        if folder and number == 1:
            phone.screenshot(path=str(folder / "participant.png"))
        said = SAID[name].get(fact, "")
        if phone.locator("#answer").count():
            phone.locator("#answer").fill(said)
        elif said:
            phone.locator(f"input[name=answer][value={said}]").check()
        if not number:
            phone.get_by_label("Note or reason").fill(NOTES[name])
        phone.get_by_role("button", name="Answer").click()
        phone.locator(f"input[name=question][value={fact}]").wait_for(state="detached")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent.parent / "docs" / "pictures")
