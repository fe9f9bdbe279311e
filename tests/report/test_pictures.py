"""Pictures for slides: each says in words what it shows, and no text is markup, an expression or an address."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree

import pytest

from salespath.files.problems import SalespathError
from salespath.report.formats import pictures
from salespath.report.page import Bars, Chart, HeatMap, Level, Point, Quadrant

SVG = "{http://www.w3.org/2000/svg}"
HARM = "</title><script>alert(1)</script> & \"q\" 'a' datum['x'] ${now()} file:///etc/passwd"


def blocks(said: str = "Acme Ș.A."):
    one, other = Level(0.5, "for"), Level(-0.2, "against")
    yield Chart({said: [10_000.0, -2_000.0, 500.0], "second": [1.0]}, said)
    yield Quadrant(
        (Point(said, one, other, "SMB"), Point("B", other, one, said)), "Fit", "Means", (said, "now", "", ""), said
    )
    yield HeatMap((said, said), (said, "team"), ((one, None), (other, Level(0, said))), said)
    yield Bars({said: 3, "another": 1}, 4, said, said)


@pytest.mark.parametrize("place", range(4))
def test_an_svg_has_a_title_and_says_what_it_shows(place):
    (title, described), shown = (("title", "desc"), [*blocks()][place])
    root = ElementTree.fromstring(pictures.svg(shown))
    assert [child.tag for child in root][:2] == [f"{SVG}{title}", f"{SVG}{described}"]
    assert root.findtext(f"{SVG}title") == "Acme Ș.A."
    assert "Acme Ș.A." in (root.findtext(f"{SVG}desc") or "")
    assert "Acme Ș.A." in [text.text for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("place", range(4))
def test_texts_in_pictures_are_data(place):
    made = pictures.svg([*blocks(HARM)][place])
    root = ElementTree.fromstring(made)
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "rect",
        "g",
        "path",
        "text",
        "line",
    }
    assert root.findtext(f"{SVG}title") == HARM
    assert not [value for e in root.iter() for name, value in e.attrib.items() if "href" in name]


def test_descriptions_hold_every_number():
    chart, points, heat, bars = blocks()
    assert "Acme Ș.A. ends at $500" in pictures.specification(chart)["description"]
    assert pictures.specification(points)["description"] == (
        "Fit to the right, Means upwards. Acme Ș.A. (SMB): for, against; B (Acme Ș.A.): against, for."
    )
    assert "Acme Ș.A.: Acme Ș.A. for, team unknown; " in pictures.specification(heat)["description"]
    assert pictures.specification(bars)["description"] == "Companies. Acme Ș.A.: 3; another: 1."


def test_a_png_and_pictures_of_nothing():
    assert pictures.png(next(blocks()), 1).startswith(b"\x89PNG")
    for nothing in (Chart({}), Quadrant((), "x", "y"), HeatMap((), ("a",), ()), Bars({})):
        assert "<desc>" in pictures.svg(nothing)


def test_without_vl_convert_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(SalespathError, match=r"SP188.*pip install 'salespath\[pdf\]'"):
        pictures.svg(next(blocks()))
