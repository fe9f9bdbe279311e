"""The page of a portfolio in Chromium: it asks for nothing, fits narrow and wide screens, can be read, and prints on sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from given import EXAMPLES, run

EXAMPLE_FILES = ("sheets/fund_dashboard.xlsx", "real_companies.csv")
SCREENS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
SMALLEST = 11  # pixels of letters in a picture
PAPER = 794 - 2 * 38  # pixels of A4, less the margins that Chromium leaves


@pytest.fixture(scope="module", params=EXAMPLE_FILES)
def page_file(request, tmp_path_factory) -> str:
    """The address of the page of an example."""
    file = tmp_path_factory.mktemp("page") / "portfolio.html"
    run("assess", str(EXAMPLES / request.param), "-o", str(file))
    return file.as_uri()


@pytest.fixture
def opened(browser) -> Iterator[Callable]:
    """A function that opens an address on a screen of some width; `asked` is what the page asks for, `said` its complaints."""
    contexts = []

    def open_page(address: str, width: int = 1280, scheme: str = "light"):
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme))
        contexts[-1].set_default_timeout(60_000)
        page = contexts[-1].new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


TEXTS = """() => [...document.querySelectorAll('svg')].map(svg => {
    const box = svg.getBoundingClientRect();
    return {
        size: 13 * box.width / svg.viewBox.baseVal.width,
        texts: [...svg.querySelectorAll('text')].map(text => {
            const b = text.getBoundingClientRect();
            return [text.textContent, b.left - box.left, b.top - box.top, b.right - box.left, b.bottom - box.top];
        }),
        wide: box.width, high: box.height,
    };
})"""

# The least contrast (WCAG 2: 1 to 21) of each kind of text against the colours behind it, gradients at their strongest.
CONTRASTS = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const parsed = text => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (front, back) => [0, 1, 2].map(i => front[i] * front[3] + back[i] * (1 - front[3]));
    const light = rgb => rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const found = {};
    for (const element of document.querySelectorAll('body *')) {
        if (![...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
        const style = getComputedStyle(element);
        if (['TITLE', 'STYLE'].includes(element.tagName.toUpperCase()) || !element.getClientRects().length) continue;
        let behind = parsed(getComputedStyle(document.body).backgroundColor);
        const parents = [];
        for (let at = element; at !== document.body; at = at.parentElement) parents.unshift(at);
        for (const at of parents) {
            const own = getComputedStyle(at), gradient = own.backgroundImage.match(/rgba?\\([^)]*\\)/);
            for (const color of [own.backgroundColor, gradient ? gradient[0] : ''])
                if (color) behind = over(parsed(color), behind);
        }
        const svg = element.namespaceURI.endsWith('svg');
        const [a, b] = [light(over(parsed(svg ? style.fill : style.color), behind)), light(behind)].sort((x, y) => y - x);
        const kind = element.tagName + '.' + (element.getAttribute('class') || '') + (element.hasAttribute('style') ? '~' : '');
        found[kind] = Math.min(found[kind] || 21, (a + .05) / (b + .05));
    }
    return found;
}"""


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_it_asks_for_nothing_complains_of_nothing_and_needs_no_scrolling_aside(opened, page_file, width, scheme):
    page = opened(page_file, width, scheme)
    page.wait_for_load_state("networkidle")
    assert page.asked == [page_file]
    assert page.said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for box in page.locator(".scroll").all():  # what is wider can be scrolled, by the keyboard too
        assert box.get_attribute("tabindex") == "0"
        assert box.evaluate("e => getComputedStyle(e).overflowX") == "auto"


@pytest.mark.parametrize("width", [360, 1280])
def test_names_in_pictures_can_be_read_and_none_stands_on_another(opened, page_file, width):
    (picture,) = opened(page_file, width).evaluate(TEXTS)
    assert picture["size"] >= SMALLEST
    names = [text for text, *_ in picture["texts"]]
    assert {"means, but no fit", "fit and means", "neither", "fit, but no means"} <= {*names}
    assert len(names) > 12
    for text, left, top, right, bottom in picture["texts"]:
        assert left >= -1, text
        assert top >= -1, text
        assert right <= picture["wide"] + 1, text
        assert bottom <= picture["high"] + 1, text
    between = 4 * picture["size"] / 13  # of two boxes one above the other, which hold more than the letters
    for (one, *a), (other, *b) in combinations(picture["texts"], 2):
        across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        assert across <= 1 or down <= between, (one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(opened, page_file, scheme):
    page = opened(page_file, 1280, scheme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", paper))) < 64) == (scheme == "dark")
    found = page.evaluate(CONTRASTS)
    assert {"P.", "TH.", "TD.", "TD.~", "TH.~", "text.aside"} <= {*found}
    assert {kind: round(ratio, 1) for kind, ratio in found.items() if ratio < 4.5} == {}


def test_a_company_leads_to_its_page(opened, page_file):
    page = opened(page_file)
    links = page.locator("a")
    names = links.all_inner_texts()
    assert len(names) == page.locator("article").count() - 1 > 5
    for place, name in enumerate(names):
        links.nth(place).click()
        target = page.locator(":target")
        assert target.count() == 1
        assert target.locator("h1").inner_text() == name
        assert abs(target.evaluate("e => e.getBoundingClientRect().top")) < 800


def test_on_paper_each_page_begins_a_sheet_and_nothing_is_cut_off(opened, page_file, poppler):
    page = opened(page_file, PAPER, "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    wide = "es => es.map(e => e.scrollWidth - e.clientWidth)"
    assert max(page.locator(".scroll").evaluate_all(wide)) <= 0
    titles = page.locator("h1").all_inner_texts()
    sheets = poppler("pdftotext", page.pdf(format="A4", margin=dict.fromkeys(("left", "right"), "38px"))).split("\f")[
        :-1
    ]
    assert all(sheet.strip() for sheet in sheets), "no sheet is empty"
    first = [" ".join(sheet.split())[:200] for sheet in sheets]
    for title in titles:
        assert any(sheet.startswith(title) for sheet in first), title
