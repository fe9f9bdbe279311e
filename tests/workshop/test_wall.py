"""The wall says what the report says, in the same words, and can be read, heard and used without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from given import BASE, EXAMPLES, VOCABULARY

from salespath.counsel.panel import Panel, panel
from salespath.counsel.whatif import what_if as supposed
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts import Case, read_file
from salespath.facts.outcomes import Outcome
from salespath.facts.settings import suppose
from salespath.files.problems import SalespathError
from salespath.interview.session import Person, Session
from salespath.report.formats.text import write
from salespath.report.pages import assessment as report
from salespath.report.pages import compare as compare_page
from salespath.report.pages import decision_map as map_page
from salespath.report.pages import explanation
from salespath.report.pages import whatif as whatif_page
from salespath.report.words.verdict import evidence, firmness, headline, in_short
from salespath.workshop import wall
from salespath.workshop.reasoning import WEIGHTIEST, graph_of
from salespath.workshop.what_if import Form, scenario

STATIC = Path(wall.__file__).with_name("static")
HEADERS = {"Content-Security-Policy": "default-src 'self'"}
SITE = "http://wall.test"
COMPANIES = ("clinic_software", "asana_2020", "veeva_2013")
SCREENS = [(1920, 1080, "light"), (1920, 1080, "dark"), (1280, 720, "light")]
# What htmx says of a stream that has ended, and of a request that a later one took the place of.
EXPECTED = ("[object Event]", "htmx:afterRequest", "htmx:sendAbort")
HOSTILE = '<script>alert(1)</script> {{ 7 * 7 }} =HYPERLINK("x") \u202e'


@dataclass
class Room:
    """A workshop as the wall sees it."""

    case: Case
    base: Base = BASE
    session: Session = field(default_factory=lambda: Session("", Case("")))
    panel: Panel | None = None
    answered: dict[int, int] = field(default_factory=dict)
    of: int = 0
    finished: Sequence[int] = ()
    version: int = 1
    reasons: dict[str, dict[str, str]] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def assessment(self) -> Assessment:
        return assess(self.base, self.case)


def example(name: str) -> Case:
    return read_file(str(EXAMPLES / f"{name}.yaml"), VOCABULARY).cases[0]


def room_of(name: str) -> Room:
    return Room(example(name))


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def texts(html: str) -> str:
    """The text of a fragment, with single spaces."""
    parser = _Texts()
    parser.feed(html)
    return " ".join(" ".join(parser.found).split())


def on_terminal(page) -> str:
    return " ".join(write(page, width=100_000).split())


def state(html: str) -> list[tuple[str, str]]:
    """What is supposed already, as the next form sends it."""
    (part,) = re.findall(r'<form id="state" hidden>(.*?)</form>', html, re.DOTALL)
    return [(name, unescape(value)) for name, value in re.findall(r'name="(set)" value="([^"]*)"', part)]


# The same words


@pytest.mark.parametrize("name", COMPANIES)
def test_the_wall_says_what_the_report_says(name):
    room = room_of(name)
    a, said = room.assessment, texts(wall.wall(room))
    whole = on_terminal(report.page(a))
    assert headline(a) in said
    assert headline(a) in whole
    assert firmness(a) in said
    assert firmness(a) in whole
    for process in ("enterprise", "smb"):
        for dimension in ("fit", "means", "product", "market", "capital", "team", "role"):
            assert evidence(a, process, dimension) in said
    reasons = [block for block in report.reasons(a, 0) if hasattr(block, "items")]
    assert reasons
    for item in reasons[0].items:
        assert item.text in said
        assert item.text in whole
    assert BASE.vocabulary.facts[a.next_questions[0].fact].question in said


def test_what_moved_since_the_last_version_is_marked_and_what_did_not_is_not():
    room, before = room_of("clinic_software"), assess(BASE, example("clinic_software"))
    assert "from " not in texts(wall.wall(room, before)).split("Net evidence")[0].split("Fit and means")[1]
    other = supposed(BASE, room.case, ["annual_contract_value=120000"]).after
    said = texts(wall.wall(Room(other.case), before))
    was, now = (evidence(a, "smb", "fit") for a in (before, other))
    assert was != now
    assert f"{now} from {was}" in said
    same = evidence(other, "smb", "means")
    assert evidence(before, "smb", "means") == same
    assert f"{same} from" not in said
    assert before.verdict != other.verdict
    assert f"before: {in_short(*before.verdict)}" in said


def test_what_stands_in_the_way_and_red_flags_are_said_and_no_option_of_the_command_line():
    cases = [
        c for n in ("", "_2", "_3") for c in read_file(str(EXAMPLES / f"real_companies{n}.yaml"), VOCABULARY).cases
    ]
    seen = set()
    for a in map(partial(assess, BASE), cases):
        parts = {"flags": report.flags(a, report.FIRST), "obstacles": report.obstacles(a, 1)}
        blocks = {name: list(some) for name, some in parts.items()}
        kinds = {
            *(["more flags"] if any("--full" in _text(block) for block in blocks["flags"]) else []),
            *(["obstacles"] if blocks["obstacles"] else []),
        }
        if kinds <= seen:
            continue
        seen |= kinds
        said, whole = texts(wall.wall(Room(a.case))), on_terminal(report.page(a, 1))
        for block in (*blocks["flags"], *blocks["obstacles"]):
            for item in getattr(block, "items", (block,)):
                assert item.text in whole
                assert item.text.removesuffix(" (--full)") in said
        assert "--" not in said
    assert seen == {"more flags", "obstacles"}


def _text(block) -> str:
    return getattr(block, "text", "")


def test_counts_are_said_and_nobody_is_counted_who_takes_no_part():
    assert wall.counts(room_of("clinic_software")) == ""
    people = {7: Person(7, "Ana", 0.0), 9: Person(9, "Ben", 0.0)}
    room = Room(
        example("clinic_software"),
        session=Session("", Case(""), people=people),
        answered={7: 3, 9: 1},
        of=5,
        finished=[7],
    )
    assert wall.counts(room) == "1 of 2 people are done, 4 of 10 answers given"
    assert wall.counts(room) in texts(wall.wall(room))


def test_disagreements_are_hidden_until_there_is_a_panel():
    cases = read_file(str(EXAMPLES / "respondents.yaml"), VOCABULARY).cases
    answers = {str(case.extra["respondent"]): case.values for case in cases}
    hidden, shown = Room(cases[0]), Room(cases[0], panel=panel(BASE, answers))
    assert all(name not in texts(wall.disagreements(hidden)) for name in answers)
    assert all(name in texts(wall.disagreements(shown)) for name in answers)


def test_of_what_nobody_knows_anything_nothing_is_balanced():
    def rows(case: Case) -> str:
        return texts(wall.wall(Room(case))).split("Fit and means")[1].split("Net evidence")[0]

    unknown = "not known yet"
    assert rows(Case("Nobody")).count(unknown) == 14
    assert "balanced" not in rows(Case("Nobody"))
    assert "+0.0" not in rows(Case("Nobody"))
    assert f"Role {unknown} {unknown}" in rows(example("clinic_software").trial({"capital": 600_000}))
    assert f"Capital {unknown}" not in rows(example("clinic_software").trial({"capital": 600_000}))


# What if


def test_an_answer_supposed_says_what_the_terminal_says():
    room = room_of("clinic_software")
    pairs: Form = [("of", "annual_contract_value"), ("value", "120000")]
    said = texts(wall.view_of(room, "c", "what-if", pairs))
    found = supposed(BASE, room.case, ["annual_contract_value=120000"])
    assert found.effect.verdict_changes
    for line in write(whatif_page.page(found), width=100_000).replace(" (--format json has all)", "").splitlines()[2:]:
        for sentence in line.strip().strip("-").strip().split("  "):
            assert " ".join(sentence.split()) in said, line
    drawn = [
        block
        for block in map_page.page(_along(found.after.case, "annual_contract_value")).blocks
        if hasattr(block, "items")
    ]
    assert all(item.text in said for block in drawn for item in block.items)


def _along(case: Case, *names: str):
    from salespath.counsel.decision_map import decision_map

    return decision_map(BASE, case, names)


def test_what_is_supposed_stays_until_it_is_taken_back():
    room = room_of("clinic_software")
    one = wall.view_of(room, "c", "what-if", [("of", "annual_contract_value"), ("value", "120000")])
    two = wall.view_of(room, "c", "what-if", [*state(one), ("of", "self_serve"), ("value", "no")])
    assert [value for _, value in state(two)] == ["annual_contract_value=120000", "self_serve=no"]
    three = wall.view_of(room, "c", "what-if", [*state(two), ("drop", "annual_contract_value")])
    assert [value for _, value in state(three)] == ["self_serve=no"]


@pytest.mark.parametrize(
    ("pairs", "fact", "value"),
    [
        ([("of", "self_serve"), ("value", "")], "self_serve", None),
        ([("of", "team_roles"), ("value", "founder_sales"), ("value", "x")], "team_roles", "refused"),
        ([("of", "team_roles"), ("value", "account_executive")], "team_roles", frozenset({"account_executive"})),
        ([("of", "team_roles")], "team_roles", frozenset()),
        ([("of", "team_roles"), ("value", "account_executive"), ("value", "")], "team_roles", None),
        ([("of", "capital"), ("value", "="), ("typed", "about 2M")], "capital", 2_000_000),
        ([("of", "capital"), ("value", "=")], "capital", 600_000),
        ([("of", "capital"), ("value", "="), ("typed", "a lot")], "capital", "refused"),
        ([("set", "capital=5"), ("of", "nothing"), ("value", "5")], "capital", 5),
        ([("set", "nothing=5")], "capital", "refused"),
    ],
)
def test_a_form_is_read_as_the_terminal_reads_it(pairs, fact, value):
    room = room_of("clinic_software")
    html = wall.view_of(room, "c", "what-if", pairs)
    assert ('role="alert"' in html) == (value == "refused")
    sets = dict(text.split("=", 1) for _, text in state(html))
    after = supposed(BASE, room.case, [f"{name}={text}" for name, text in sets.items()]).after.case
    assert after.values.get(fact) == (room.case.values.get(fact) if value == "refused" else value)


def test_a_fact_of_every_type_has_its_control():
    room = Room(Case("Nothing known"))
    for fact in {fact.type: fact for fact in VOCABULARY.facts.values()}.values():
        html = wall.view_of(room, "c", "what-if", [("fact", fact.id)])
        assert fact.question in texts(html)
        kind = {"set": "checkbox", "boolean": "radio", "choice": "radio", "date": "text"}.get(fact.type, "range")
        assert f'type="{kind}"' in html, fact.id


def test_a_slider_gives_each_value_back_exactly_in_any_currency():
    text = "company: Euro\ncurrency: EUR\nfacts:\n  annual_contract_value: 7123.45\n  capital: 100000\n"
    case = read_file_of(text)
    html = wall.view_of(Room(case), "c", "what-if", [("fact", "annual_contract_value")])
    stops = re.findall(r'<li data-value="([^"]*)">([^<]*)</li>', html)
    assert len(stops) > 10
    assert sum(value == "=" for value, _ in stops) == 1
    for value, said in stops:
        if value != "=":
            after = suppose(VOCABULARY, case, [f"annual_contract_value={value}"])
            assert f"{after.values['annual_contract_value']:.12g} USD" == value
            assert said.startswith("€")


def read_file_of(text: str) -> Case:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / "one.yaml"
        file.write_text(text)
        return read_file(str(file), VOCABULARY).cases[0]


@pytest.mark.parametrize("name", COMPANIES)
def test_a_map_is_drawn_as_it_is_and_says_what_the_terminal_says(name):
    room = room_of(name)
    html = wall.view_of(room, "c", "map", [("across", "annual_contract_value"), ("up", "runway_months")])
    found = _along(room.case, "annual_contract_value", "runway_months")
    figure, *others = map_page.page(found).blocks
    drawn = re.findall(r'<text class="letter" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)<', html)
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, letter in drawn:
        rows.setdefault(float(y), []).append((float(x), letter))
    grid = [[letter.strip("()") for _, letter in sorted(rows[y])] for y in sorted(rows, reverse=True)]
    assert grid == [list(row) for row in figure.cells]
    assert sum(letter.startswith("(") for *_, letter in drawn) == 1
    assert figure.cells[figure.up.own][figure.across.own] == next(letter for *_, letter in drawn if "(" in letter)[1]
    said = texts(html)
    for block in others:
        assert all(item.text in said for item in getattr(block, "items", ()))
        assert getattr(block, "text", "") in said


def test_a_map_begins_with_two_numbers_that_matter_and_takes_one_alone():
    room = room_of("clinic_software")
    assert "average contract" in wall.view_of(room, "c", "map").partition("</h1>")[0]
    one = wall.view_of(room, "c", "map", [("across", "capital"), ("up", "")])
    assert 'class="letter"' not in one
    assert "the verdict over cash on hand" in texts(one)


# Scenarios


def test_a_scenario_holds_the_answers_that_differ_and_stands_beside_the_company():
    room = room_of("clinic_software")
    name, facts = scenario(
        BASE, room.case, [("name", " Large "), ("set", "annual_contract_value=120000"), ("set", "capital=600000")]
    )
    assert (name, facts) == ("Large", {"annual_contract_value": 120_000})
    room.session.scenarios[name] = facts
    said = texts(wall.scenarios(room, code="c"))
    other = supposed(BASE, room.case, ["annual_contract_value=120000"]).after
    assert f"Large {in_short(*other.verdict)} {firmness(other)}" in said
    assert "Facts that differ (1; " in said
    assert compare_page.NOT_SAID not in said


@pytest.mark.parametrize(
    "pairs",
    [
        [("set", "capital=5")],
        [("name", "Nothing")],
        [("name", "The same"), ("set", "capital=600000")],
        [("name", "Unknown"), ("set", "capital=")],
    ],
)
def test_what_is_no_scenario_is_refused(pairs):
    with pytest.raises(SalespathError) as refused:
        scenario(BASE, example("clinic_software"), pairs)
    assert [problem.code for problem in refused.value.problems] == ["SP230"]


# Reasoning


@pytest.mark.parametrize("name", COMPANIES)
def test_each_step_is_a_rule_that_took_effect_after_what_it_stands_on(name):
    a = room_of(name).assessment
    graph, fired = graph_of(a), {item.rule: item for item in a.fired}
    assert all(step.because == fired[step.rule].because for step in graph.steps)
    assert graph.steps[-1].rule in a.rules_for("process")
    weighing = sorted((item for item in a.fired if item.weight), key=lambda item: -abs(item.weight))
    heavy = {
        item.rule for item in weighing if abs(item.weight) > abs(weighing[min(WEIGHTIEST, len(weighing) - 1)].weight)
    }
    assert heavy <= {step.rule for step in graph.steps}
    first = {}
    for number, step in enumerate(graph.steps):
        for value in (id_ for id_, node in graph.nodes.items() if node.column == 1 and number in node.steps):
            first.setdefault(value, number)
        assert any(number in node.steps for node in graph.nodes.values()), step
    for (source, target), numbers in graph.edges.items():
        assert graph.nodes[source].column <= graph.nodes[target].column
        assert numbers <= graph.nodes[source].steps | graph.nodes[target].steps
    facts = {id_.removeprefix("fact:") for id_ in graph.nodes if id_.startswith("fact:")}
    assert facts == {fact for step in graph.steps for fact in fired[step.rule].facts} & facts
    assert facts <= a.case.values.keys()


@pytest.mark.parametrize("name", COMPANIES)
def test_the_tree_and_the_steps_say_what_explain_says(name):
    a = room_of(name).assessment
    said = texts(wall.view_of(room_of(name), "c", "reasoning"))
    (tree,) = explanation.page(explanation.explain(a)).blocks

    def lines(tree):
        yield tree.text
        for part in tree.under:
            yield from lines(part)

    assert all(" ".join(line.split()) in said for line in lines(tree))
    for step in graph_of(a).steps:
        (tree,) = explanation.page(explanation.explain(a, step.rule)).blocks
        assert all(" ".join(line.split()) in said for line in lines(tree))


# Untrusted text


@pytest.mark.parametrize("view", wall.VIEWS)
def test_hostile_names_are_text_in_every_view(view):
    case = Case(HOSTILE, example("clinic_software").values)
    room = Room(case, panel=panel(BASE, {HOSTILE: case.values, "B": {}}))
    room.session.scenarios[HOSTILE] = {"capital": 5}
    pairs = [("set", f"capital={HOSTILE}"), ("fact", HOSTILE), ("set", HOSTILE), ("typed", HOSTILE), ("of", "capital")]
    html = wall.page(room, "c", view, pairs)
    assert html.count("<script") == 4  # its own
    assert "\u202e" not in html
    assert "{{ 7 * 7 }}" in texts(html)
    assert not re.search(r"<[^>]+\sstyle=|<style|<[^>]+\son\w+=|javascript:", html)


@pytest.mark.parametrize("view", wall.VIEWS)
def test_a_company_of_which_nothing_is_known_has_every_view(view):
    html = wall.page(Room(Case("Nobody")), "c", view)
    assert "Nobody" in texts(html)
    assert html.count("<main") == html.count("</main>") == 1


# In a browser


@pytest.fixture
def opened(browser) -> Iterator[Callable]:
    """A function that opens a view of a room under the policy that the server has; `said` are complaints."""
    contexts = []

    def open_view(room: Room, view: str = "", size=(1920, 1080), scheme: str = "light"):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        context.set_default_timeout(60_000)

        def answer(route) -> None:
            path = urlsplit(route.request.url).path
            if path.startswith("/static/"):
                route.fulfill(
                    path=STATIC / path.removeprefix("/static/"), headers=HEADERS | {"Content-Type": _kind(path)}
                )
            elif path.startswith("/stream/"):
                route.fulfill(status=204)  # nothing changes
            elif path.startswith("/wall/c"):
                _, _, asked = path.removeprefix("/wall/").partition("/")
                sent = route.request.post_data or urlsplit(route.request.url).query
                pairs = parse_qsl(sent, keep_blank_values=True)
                page = wall.view_of if route.request.headers.get("hx-request") else wall.page
                route.fulfill(body=page(room, "c", asked, pairs), headers=HEADERS | {"Content-Type": "text/html"})
            else:
                route.fulfill(status=204)

        context.route("**/*", answer)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: message.text.startswith(EXPECTED) or page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(f"{SITE}/wall/c{'/' + view if view else ''}")
        return page

    yield open_view
    for context in contexts:
        context.close()


def _kind(path: str) -> str:
    return "text/css" if path.endswith(".css") else "text/javascript"


def full_room(name: str = "clinic_software") -> Room:
    """A room with people, disagreements and scenarios."""
    case = example(name)
    people = {number: Person(number, who, 0.0) for number, who in enumerate(("Ana", "Ben", "Călin"), 1)}
    answers = {
        "Ana": case.values,
        "Ben": {**case.values, "annual_contract_value": 120_000, "self_serve": False},
        "Călin": {**case.values, "customization": "bespoke"},
    }
    session = Session(case.company, case, people=people)
    session.scenarios["Large accounts"] = {"annual_contract_value": 120_000, "self_serve": False}
    session.scenarios["After the round"] = {"capital": 3_000_000}
    return Room(case, session=session, panel=panel(BASE, answers), answered={1: 20, 2: 18, 3: 7}, of=21, finished=[1])


@pytest.mark.parametrize("name", COMPANIES)
def test_the_verdict_is_read_from_ten_metres(opened, name):
    page = opened(full_room(name))
    for wide, high, scheme in SCREENS:
        page.set_viewport_size({"width": wide, "height": high})
        page.emulate_media(color_scheme=scheme)
        size = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert size >= 48 * wide / 1920
        box = page.locator(".firmness").bounding_box()
        assert box["y"] + box["height"] <= high * 0.6
        assert page.evaluate("document.documentElement.scrollHeight") <= high * 1.05
    assert page.said == []


@pytest.mark.parametrize("view", wall.VIEWS)
def test_axe_finds_nothing_and_nothing_needs_scrolling_aside(opened, view):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(full_room(), view)
    for scheme, options in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response
        assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found["violations"]] == []
    for wide in (360, 1280, 1920):
        page.set_viewport_size({"width": wide, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
    assert page.said == []


def test_what_if_by_keyboard_alone(opened):
    from playwright.sync_api import expect

    page = opened(full_room(), "what-if")
    page.locator("#fact").select_option("annual_contract_value")
    slider = page.locator("#slider")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    said = slider.get_attribute("aria-valuetext")
    assert said == page.locator("#here").inner_text()
    # What the slider sent before the last step is replaced when that is answered, and with it the button below.
    expect(page.locator(".supposed li span")).to_contain_text(f"average contract: {said}")
    assert page.evaluate("document.activeElement.id") == "slider"
    assert page.locator("#said").inner_text().split() == page.locator(".result .short").text_content().split()
    page.get_by_role("button", name="Take back: average contract").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Supposed", state="detached")
    page.locator("#fact:focus").wait_for()
    assert page.said == []


def test_a_toggle_changes_the_verdict_and_the_rest_stays(opened):
    page = opened(full_room(), "what-if")
    page.locator("#fact").select_option("customization")
    page.get_by_label("bespoke").check()
    page.wait_for_selector("text=Supposed")
    found = supposed(BASE, example("clinic_software"), ["customization=bespoke"])
    assert found.effect.verdict_changes
    assert in_short(*found.effect.new) in page.locator(".result .short").inner_text()
    assert page.get_by_label("bespoke").is_checked()
    assert page.said == []


def test_the_reasoning_is_stepped_through_by_arrow_keys(opened):
    room = full_room()
    page, steps = opened(room, "reasoning"), graph_of(room.assessment).steps
    for number, step in enumerate(steps):
        assert page.locator(".step:not([hidden]) .because").inner_text() == step.because
        assert page.locator(".rules [aria-current=step]").inner_text() == step.because
        lit = set(page.locator(".graph .box.lit title").all_text_contents())
        assert lit == {node.label for node in graph_of(room.assessment).nodes.values() if number in node.steps}
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.locator(".step:not([hidden]) .because").inner_text() == steps[-2].because
    assert steps[-2].because in page.locator("#said").inner_text()
    page.locator(".rules button").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".step:not([hidden]) .because").inner_text() == steps[0].because


def test_the_tree_opens_and_closes(opened):
    page = opened(full_room(), "reasoning")
    deep = page.locator(".whole-tree details details")
    assert deep.count() > 5
    assert not any(part.get_attribute("open") is not None for part in deep.all())
    page.locator("#open-all").click()
    assert all(part.get_attribute("open") is not None for part in deep.all())


def test_the_digit_of_the_view_shown_fetches_nothing(opened):
    page, fetched = opened(full_room(), "what-if"), list[str]()
    page.on("request", lambda request: request.is_navigation_request() and fetched.append(urlsplit(request.url).path))
    shown, other = (str([*wall.VIEWS].index(view) + 1) for view in ("what-if", "map"))
    page.keyboard.press(shown)
    page.keyboard.press(other)
    page.wait_for_url(f"{SITE}/wall/c/map")
    assert fetched == ["/wall/c/map"]


def test_digits_lead_to_the_views_and_tab_to_everything_in_them(opened):
    page = opened(full_room())
    for number, (view, title) in [*enumerate(wall.VIEWS.items(), 1)][3::3]:
        page.keyboard.press(str(number))
        page.wait_for_url(f"{SITE}/wall/c{'/' + view if view else ''}")
        assert page.locator("nav [aria-current=page]").inner_text().endswith(title)
    for view in ("what-if", "map", "scenarios", "reasoning"):
        page = opened(full_room(), view)
        place, seen = "[...document.querySelectorAll('*')].indexOf(document.activeElement)", list[int]()
        while len(seen) < 4 or seen[-1] not in seen[:-1]:
            page.keyboard.press("Tab")
            seen.append(page.evaluate(place))
        focusable = "a, button:enabled, select, input:not([type=radio], [type=hidden])"
        missed = page.evaluate(
            """([seen, which]) => { const all = [...document.querySelectorAll('*')];
            return [...document.querySelectorAll(which)].filter(e => e.checkVisibility() && !seen.includes(all.indexOf(e)))
            .map(e => e.outerHTML); }""",
            [seen, focusable],
        )
        assert missed == []
