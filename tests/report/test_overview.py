"""Pictures of many companies: every name is said, no name stands on another, and no text is markup."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import combinations

import pytest

from salespath.report.formats import html, markdown, overview, text
from salespath.report.formats.letters import ems
from salespath.report.page import Bars, HeatMap, Level, Page, Point, Quadrant

HARM = "<script>alert(1)</script> & \"q\" 'a' ]]> | *bold*"


def level(value: float) -> Level:
    return Level(value, "for" if value > 0 else "against")


def quadrant(*points: Point) -> Quadrant:
    return Quadrant(
        points, "Fit", "Means", ("able only", "now", "neither", "later"), "Where they stand", between="on a line"
    )


def many(number: int, seed: int) -> Quadrant:
    rng = random.Random(seed)
    return quadrant(*(Point(f"Company {n}", level(rng.gauss(0, 1)), level(rng.gauss(0, 1))) for n in range(number)))


@pytest.mark.parametrize(("number", "seed"), [(1, 0), (12, 1), (40, 2), (400, 3)])
def test_names_stand_inside_and_none_on_another(number, seed):
    marks = overview.marks(many(number, seed), 480, 380, 13, 15)
    assert len(marks) == number
    boxes = [m.label.box(13 * ems(m.name), 15) for m in marks if m.label]
    assert boxes, "some have their names in the thickest crowd"
    assert all(0 <= m.x <= 480 and 0 <= m.y <= 380 for m in marks)
    assert all(left >= 0 and top >= 0 and right <= 480 and bottom <= 380 for left, top, right, bottom in boxes)
    boxes += [label.box(13 * ems(means), 15) for means, label in overview.corners(many(0, seed), 480, 380, 15)]
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_capitals_are_wider_than_small_letters_and_chinese_wider_still():
    assert ems("ili") < ems("ana") < ems("ANA") < ems("銷售部")
    assert ems("ș") == ems("s")


def test_twelve_companies_apart_all_have_their_names():
    points = [Point(f"Company {n}", level(n % 4 - 1.5), level(n // 4 - 1)) for n in range(12)]
    assert all(mark.label for mark in overview.marks(quadrant(*points), 480, 380, 13, 15))


def test_nought_is_in_the_middle_and_more_is_right_and_up():
    low, none, high = overview.marks(
        quadrant(Point("l", level(-2), level(-1)), Point("n", level(0), level(0)), Point("h", level(1), level(3))),
        200,
        100,
        13,
        15,
    )
    assert (none.x, none.y) == (100, 50)
    assert low.x < none.x < high.x
    assert high.y < none.y < low.y


def test_quarters_count_every_point_once():
    drawn = quadrant(
        *(Point(str(n), level(a), level(u)) for n, (a, u) in enumerate([(1, 1), (0, 0), (-1, 1), (1, -1)]))
    )
    assert [(item.label, item.text) for item in overview.quarters(drawn).items] == [
        ("1", "able only"),
        ("1", "now"),
        ("0", "neither"),
        ("1", "later"),
        ("1", "on a line"),
    ]
    assert len(overview.quarters(quadrant(drawn.points[0])).items) == 4
    farther = overview.quarters(replace(drawn, least=1.5)).items
    assert [item.label for item in farther] == [*"00004"]


def test_each_format_says_every_company_and_number():
    page = Page(
        "All",
        (
            many(30, 5),
            HeatMap(("Acme", "Acme"), ("product", "team"), ((level(1), None), (level(-0.2), level(0.1)))),
            Bars({"Runway under 6 months": 3, "One customer": 1}, 30, what="Flag"),
        ),
    )
    for said in (text.write(page, 60), markdown.write(page), html.write(page)):
        assert all(re.search(rf"Company {n}\b", said) for n in range(30))
        assert len(re.findall(r"\bAcme\b", said)) == 2, "two companies of one name are two rows"
        assert re.search(r"Runway under 6 months\W.*3.*10%", said, re.DOTALL)
        assert "unknown" in said
    assert max(map(len, text.write(page, 60).splitlines())) <= 60


def test_shades_are_shares_of_the_strongest_and_nothing_known_has_none():
    drawn = HeatMap(("a", "b"), ("x", "y"), ((level(2), None), (level(-1), level(0))))
    assert list(overview.shades(drawn)) == [[1, None], [-0.5, 0]]
    assert list(overview.shades(HeatMap(("a",), ("x",), ((level(0),),)))) == [[0]]


def test_pictures_of_nothing_are_nothing_to_fail_on():
    page = Page("None", (quadrant(), HeatMap((), ("x",), ()), Bars({}, 0)))
    for said in (text.write(page), markdown.write(page), html.write(page)):
        assert "None" in said


def test_names_are_text_in_a_picture():
    said = html.write(Page("", (quadrant(Point(HARM, level(1), level(1), HARM)), Bars({HARM: 1}, what=HARM))))
    assert "<script" not in said
    assert said.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_a_long_name_is_cut_in_the_picture_and_whole_in_the_table():
    name = "Societatea Comercială de Țesături și Confecții"
    said = html.write(Page("", (quadrant(Point(name, level(-1), level(0.5))),)))
    assert re.search(r"<text[^>]*>Societatea Comercială de Țe…</text>", said)
    assert said.count(name) == 2, "in the table, and where one points at the mark"
