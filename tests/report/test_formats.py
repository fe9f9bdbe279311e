"""What the writers of pages make of every kind of block, and ten reports, written anew by `PYTHONPATH=tests python FILE`."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from given import BASE, EXAMPLES, VOCABULARY, run
from hypothesis import given, strategies
from markdown_it import MarkdownIt

from salespath.counsel.handout import handout_of
from salespath.counsel.moves import planned_moves
from salespath.engine.assess import assess
from salespath.facts import Case, read_file
from salespath.files.visible import hidden, visible
from salespath.report.formats import WRITERS, html, markdown, text, write_page
from salespath.report.overview import overview_of
from salespath.report.page import (
    Axis,
    Bar,
    Bars,
    Chart,
    Column,
    Figure,
    Heading,
    HeatMap,
    Item,
    Items,
    Level,
    Page,
    Point,
    Quadrant,
    Table,
    Text,
    Tree,
)  # fmt: skip
from salespath.report.pages import assessment, guide, handout, portfolio

SNAPSHOTS = Path(__file__).parent / "snapshots"
HARM = "<script>alert(1)</script> [x](javascript:alert(1)) ![i](http://x) | *bold* _it_ `code` ~~no~~ &lt; \"q\" 'a'"
VOID = {"meta", "br", "polyline", "line"}


def a(name: str):
    return assess(BASE, read_file(str(EXAMPLES / name), VOCABULARY).cases[0])


def every_block(said: str = "said") -> Page:
    """A page with every kind of block, the same text in each place that takes one."""
    figure = Figure(
        Axis(said, ("1", "5", "25"), 1),
        Axis(said, ("3", "6"), 1),
        (("N", "N", "N"), ("S", "U", "E")),
        {"U": said},
        said,
    )
    items = (Item(said, "1.", under=(Items((Item(said),)), Text(said)), ids=("a-rule", "a_fact")), Item(said, "2."))
    columns = (Column(""), Column(said, right=True), Column("span"))
    blocks = (
        Text(said, said, "warning", ids=(said,)),
        Text(said, tone="aside"),
        Heading(said),
        Heading(said, 3),
        Items(items, ordered=True),
        Items((Item(said, " 21%"), Item(said, "  9%")), gap=2),
        Items((Item(said, "one"), Item(said, "another")), aligned=True),
        Table(columns, ((said, "1\n2", Bar(0.1, 0.3, 0.6)), ("", "", "")), said, "-"),
        Tree(said, (Tree(said, (Tree("leaf"),)), Tree(said))),
        figure,
        Chart({"E": (-10_000.0, 0.0, 20_000.0), "S": (5_000.0, 4_000.0)}, said),
        Quadrant(
            (
                Point("A", Level(0.4, said), Level(-0.2, said), "k"),
                Point("B", Level(0.0, "none"), Level(0.9, "for"), "l"),
            ),
            "Fit",
            "Means",
            ("able", "now", "", ""),
            said,
        ),
        HeatMap((said, "B"), (said, "market"), ((Level(0.5, said), Level(-0.3, "against")), (None, None)), said),
        Bars({said: 3, "another": 0}, 4, said, said),
    )
    return Page(said, blocks)


def snapshots():
    """Ten reports by the names of their files."""
    found = {name: a(f"{name}.yaml") for name in ("veeva_2013", "asana_2020", "clinic_software")}
    found["nothing_said"] = assess(BASE, Case("Nothing said"))
    for name, one in found.items():
        yield f"{name}.txt", text.fitting(assessment.versions(one))
    whole = text.write(assessment.full(found["veeva_2013"]))
    yield "veeva_2013.full.txt", re.sub(r"\([0-9a-f]{12}\)", "(of its rules)", whole)  # which change more often
    many = overview_of(list(found.values()))
    yield "portfolio.txt", text.write(portfolio.page(BASE, many))
    yield "portfolio.md", write_page([portfolio.page(BASE, many, paper=True)], "md")
    for ending in ("md", "html"):
        yield f"veeva_2013.{ending}", write_page([assessment.page(found["veeva_2013"])], ending)
        yield f"every_block.{ending}", write_page([every_block()], ending)


class Reader(HTMLParser):
    """The elements, texts and attributes of a document. Fails where an element is not closed in its place."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(document)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


def test_ten_reports_are_as_they_were_looked_at():
    found = dict(snapshots())
    assert sorted(found) == sorted(path.name for path in SNAPSHOTS.iterdir())
    for name, said in found.items():
        assert said == (SNAPSHOTS / name).read_text(encoding="utf-8"), name


def test_html_takes_every_text_as_text():
    found = Reader(html.write(every_block(HARM)))
    plain = Reader(html.write(every_block()))
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert "script" not in {tag for tag, _ in found.elements}
    said = re.sub(r"\s+", " ", "".join(found.texts))
    assert said.count(HARM) == "".join(plain.texts).count("said")


def test_html_says_what_it_is():
    found = Reader(html.write(every_block()))
    elements = found.elements
    assert elements[0] == ("html", {"lang": "en"})
    assert [tag for tag, _ in elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2", "h3"]
    assert {attributes.get("scope") for tag, attributes in elements if tag == "th"} == {"col", "row"}
    assert found.count("figcaption") == found.count("figure") == 5
    assert not found.count("pre")
    assert "a-rule a_fact" in [attributes.get("data-ids") for _, attributes in elements]
    own = next(place for place, (_, attributes) in enumerate(elements) if attributes.get("class") == "own")
    assert elements[own][0] == "td"
    assert "(U)" in found.texts


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("- no list", "\\- no list"),
        ("-0.5 and 10.5", "\\-0.5 and 10.5"),
        ("a | b * c d ` e < f [g] ~h \\", "a \\| b \\* c d \\` e \\< f \\[g\\] \\~h \\\\"),
        ("R&D in C #", "R\\&D in C \\#"),
        ("paying_customers _x_", "paying_customers \\_x\\_"),
        ("two\nlines", "two lines"),
        ("see https://evil.example and www.evil.example", "see https\\://evil.example and www\\.evil.example"),
        ("turned \u202eround\x1b[2J", "turned \\<U+202E\\>round\\<U+001B\\>\\[2J"),
    ],
)
def test_markdown_escapes_what_it_would_read(said, written):
    assert markdown.write(Page("", (Text(said),))) == f"{written}\n"


@given(strategies.text(max_size=60) | strategies.text("ab1.)#+-=_*`[]()<>|~&;\\! :/", max_size=30))
def test_any_text_comes_out_of_markdown_as_it_went_in(value):
    plain = visible(" ".join(value.split()))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    blocks = (
        Text(plain),
        Text("x", plain or "y"),
        Items((Item(plain),)),
        Table((Column(plain or "z"), Column("")), ((plain, ""),)),
    )
    tokens = parser.parse(markdown.write(Page(plain, blocks)))
    inline = [token.children or [] for token in tokens if token.type == "inline"]
    assert {child.type for children in inline for child in children} <= {"text", "strong_open", "strong_close"}
    texts = ["".join(child.content for child in children) for children in inline]
    wanted = [plain, plain, f"{plain}: x", plain, plain, plain]
    assert not plain or [said for said in texts if said] == wanted


def test_addresses_of_sources_can_be_followed_in_markdown():
    said = "Somebody. https://www.example.org/a_b"
    assert markdown.write(Page("", (Text(said, links=True), Text(said)))) == (
        "Somebody. https://www.example.org/a_b\n\nSomebody. https\\://www\\.example.org/a_b\n"
    )


@given(strategies.text(max_size=40))
def test_no_format_hides_anything(value):
    page = every_block(f"x{value}\x1b[2J\u202e\u200d\ufe0f\xad\u2066\x9b\U000e0041\t")
    for said in (text.write(page), text.write(page, 40), *(write_page([page], ending) for ending in WRITERS)):
        assert hidden(said) == []
        assert "\t" not in said
        assert "<U+202E>" in said.replace("&lt;", "<").replace("&gt;", ">").replace("\\", "").replace("\n", "")


def test_what_is_shown_bold_hides_nothing_else():
    said = text.write(every_block("\x1b[31mred"), bold=lambda line: f"\x1b[1m{line}\x1b[0m")
    assert "\x1b[31m" not in said
    assert "\x1b[1m" in said


def test_markdown_takes_every_text_as_text():
    said = markdown.write(every_block(HARM))
    for harm in ("<script", "](", "![i]", " | *", "`code`", "~~"):
        assert not re.search(rf"(?<!\\){re.escape(harm)}", said)
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4, 5}
    assert said.count("alert(1)</script".replace("<", "\\<").replace(">", "\\>")) > 10


@pytest.mark.parametrize("ending", ["txt", *WRITERS])
def test_every_format_says_all_advice_and_only_text_breaks_its_sentences(ending):
    found = a("veeva_2013.yaml")
    whole = assessment.full(found)
    said = text.write(whole) if ending == "txt" else write_page([whole], ending)
    lines = [" ".join(said.split())] if ending == "txt" else said.replace("&#x27;", "'").splitlines()
    moves = planned_moves(found)
    dropped = {i.text for i in found.advice if i.topic == "first_moves"} - {
        m.text for m in (*moves.chosen, *moves.unaffordable)
    }
    for item in found.advice:
        assert item.text in dropped or any(re.search(re.escape(item.text[1:]), line) for line in lines)


@pytest.mark.parametrize("width", [40, 50, 60, 80, 120])
def test_text_fits_every_width_from_40_columns(width):
    found = [a("veeva_2013.yaml"), a("asana_2020.yaml"), assess(BASE, Case("Nothing said"))]
    pages = [assessment.full(one) for one in found] + [guide.page(BASE.knowledge)]
    texts = [text.write(one, width) for one in pages] + [text.fitting(assessment.versions(one), width) for one in found]
    many = overview_of(found)
    texts += [text.write(portfolio.page(BASE, many), width)] if width >= 60 else []
    assert [line for said in texts for line in said.splitlines() if len(line) > width and "://" not in line] == []


def test_assess_writes_one_company_or_several(tmp_path):
    one, many, named = tmp_path / "one.html", tmp_path / "many.md", tmp_path / "named.html"
    assert run("assess", "examples/veeva_2013.yaml", "-o", str(one)).returncode == 0
    assert one.read_text("utf-8") == html.write(*handout.pages(handout_of(a("veeva_2013.yaml"))))
    assert run("assess", "examples/real_companies_2.yaml", "-o", str(many)).returncode == 0
    said = many.read_text("utf-8")
    names = [case.company for case in read_file(str(EXAMPLES / "real_companies_2.yaml"), VOCABULARY).cases]
    first, *pages = re.findall(r"^# (.*)$", said, re.MULTILINE)
    assert first == f"Portfolio: {len(names)} companies"
    assert sorted(pages) == sorted(names)
    done = run("assess", "--set", "capital=300k", "--company", HARM, "--full", "-o", str(named))
    assert done.returncode == 0
    assert "<script>alert" not in named.read_text("utf-8")
    assert b"expected a name that ends in" in run("assess", "examples/veeva_2013.yaml", "-o", "x.doc").stderr


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for path in SNAPSHOTS.iterdir():
        path.unlink()
    for name, said in snapshots():
        (SNAPSHOTS / name).write_text(said, encoding="utf-8")
