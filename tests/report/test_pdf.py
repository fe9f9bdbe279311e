"""PDF: every block is set, as text and never as markup; whoever cannot see it can read it; the same page is the same file."""

from __future__ import annotations

import os
import re
import sys
import time
import unicodedata

import pytest
from click.testing import CliRunner
from given import BASE, EXAMPLES, VOCABULARY, run
from hypothesis import given, strategies
from report.test_formats import HARM, every_block

from salespath.cli import main
from salespath.engine.assess import assess
from salespath.facts import Case, read_file
from salespath.files.problems import SalespathError
from salespath.report.formats import pdf
from salespath.report.page import (
    Bar,
    Chart,
    Column,
    Heading,
    Item,
    Items,
    Level,
    Page,
    Point,
    Quadrant,
    Table,
    Text,
    Tree,
)
from salespath.report.pages import assessment

DIACRITICS = "Țesături și Încălțăminte ăâîșț ĂÂÎȘȚ"
ONE = str(EXAMPLES / "veeva_2013.yaml")
HOSTILE = (
    '#include("/etc/passwd")',
    '#read("page.typ")',
    "@ref <label> $x^2$ *b* _i_ `c` = h",
    "\\ \\u{41} // no /* comment */",
    '"}]} #panic()',
    "https://a.example/" + "long/" * 40,
    "x" * 400,
    "wide" + "-" * 300,
    HARM,
    '</text><image href="file:///etc/passwd"/>',
    "&lt;x&gt; &#65;",
    "a\u202eb\u2066c\u200bd\x00e",
)


def words(said: str) -> str:
    """A text without what a line end adds or takes."""
    return re.sub(r"[\s\u200b\u00ad]", "", unicodedata.normalize("NFC", said))


@pytest.mark.parametrize("harm", HOSTILE)
def test_texts_are_data(poppler, harm):
    from salespath.files.visible import visible

    said = words(poppler("pdftotext", pdf.write(every_block(harm)), "-layout"))
    plain = words(poppler("pdftotext", pdf.write(every_block("said")), "-layout"))
    wanted = words(visible(harm))
    assert "root:" not in said
    # In a page of words every place that says `said` says this; columns of one line are read across, so short ones are counted.
    assert said.count(wanted) >= plain.count("said") // 2 if len(wanted) < 30 else len(said) > 10 * len(wanted)


def test_a_text_stands_in_the_file_as_it_was_given(poppler):
    for harm in HOSTILE[:5]:
        page = Page(harm, (Text(harm), Items((Item(harm, "1."),)), Tree(harm, (Tree(harm),))))
        assert words(poppler("pdftotext", pdf.write(page))).count(words(harm)) == 6, "the foot of the page has it too"


def test_names_in_pictures_are_text():
    points = tuple(Point(harm, Level(1, harm), Level(n, harm), harm) for n, harm in enumerate(HOSTILE))
    assert pdf.write(Page("", (Quadrant(points, HARM, HARM, (HARM,) * 4, HARM), Chart({HARM: [1.0, 2.0]}, HARM))))


@pytest.mark.parametrize(
    "page",
    [
        Page("", ()),
        Page("Only a title", ()),
        Page("", (Heading("Deep", 3), Heading("Higher", 2), Heading("Deep again", 3))),
        Page("", (Table((Column("a"),), ()), Items(()), Text(""), Tree(""), Table((Column(""),), (("",),)))),
        Page(" ", (Text(" ", " "), Items((Item("", "x" * 99), Item("y"))), Chart({"": [0.0]}))),
    ],
)
def test_empty_and_uneven_pages_are_set(page):
    assert pdf.write(page).startswith(b"%PDF-1.7")


def test_no_page_is_a_file_too():
    assert pdf.write().startswith(b"%PDF")


def test_a_deep_tree_is_set():
    tree = Tree("leaf")
    for depth in range(150):
        tree = Tree(f"depth {depth}", (tree,))
    assert pdf.write(Page("", (tree,)))


@given(strategies.text(max_size=30))
def test_any_text_is_set(value):
    bar = Table((Column(value), Column("")), ((value, Bar(0, 0.5, 1)),), value)
    assert pdf.write(Page(value, (Text(value, value), Heading(value), bar, Items((Item(value, value),)))))


def test_romanian_letters_are_glyphs_of_an_embedded_font(poppler):
    made = pdf.write(Page(DIACRITICS, (Text(DIACRITICS), Text(DIACRITICS, tone="strong"))))
    assert poppler("pdftotext", made).count(DIACRITICS) == 4
    fonts = poppler("pdffonts", made).splitlines()[2:]
    assert fonts
    assert all(re.search(r"LibertinusSerif.* yes yes yes", line) for line in fonts)


def test_what_no_font_has_is_said_by_its_number(poppler):
    said = poppler("pdftotext", pdf.write(Page("Acme \U0010abcd", (Text("x\U0010abcd"),))))
    assert said.count("<U+10ABCD>") == 3


def test_who_cannot_see_it_can_read_it(poppler):
    made = pdf.write(every_block("said"))
    for mark in (b"<pdfuaid:part>1", b"/Lang(en)", b"/Marked true", b"DisplayDocTitle true", b"/Outlines"):
        assert mark in made, mark
    tags = poppler("pdfinfo", made, "-struct")
    for tag in ("H1", "H2", "H3", "L", "LI", "Table", "THead", "TH", "TD", "Figure"):
        assert re.search(rf"^ +{tag}\b", tags, re.MULTILINE), tag
    assert "Title:           said" in poppler("pdfinfo", made)


def test_a_picture_says_in_words_what_it_shows():
    (chart,) = [p for p in sheet(Chart({"cash": [10_000.0, -2_000.0, 500.0]}, "Cash")) if p["is"] == "picture"]
    assert chart["alt"] == "Cash. cash: $10k in month 1, lowest -$2k in month 2, $500 in month 3."
    (points,) = [p for p in sheet(quadrant()) if p["is"] == "picture"]
    assert points["alt"] == "Where. Fit to the right, Means upwards. Acme (SMB): for, against."


def quadrant() -> Quadrant:
    return Quadrant((Point("Acme", Level(1, "for"), Level(-1, "against"), "SMB"),), "Fit", "Means", caption="Where")


def sheet(*blocks):
    return pdf._Sheet(True).blocks(blocks)


def test_a_long_table_has_its_titles_on_every_page(poppler):
    rows = tuple((f"Company {n}", "yes") for n in range(200))
    made = pdf.write(Page("", (Table((Column("Name of it"), Column("Answer")), rows),)))
    pages = poppler("pdftotext", made, "-layout").split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "Name of it" in page
        assert words(page).endswith(f"{number}/{len(pages)}")


@pytest.mark.parametrize("cell", ["1", "indemnification", "a sentence of several words that may stand on some lines"])
@pytest.mark.parametrize("number", [1, 2, 9, 31])
def test_a_table_wider_than_a_sheet_becomes_several_with_its_first_column_in_each(poppler, number, cell):
    columns = tuple(Column(f"c{n}c") for n in range(number))
    table = Table(columns, (tuple(f"r{n}r {cell}" for n in range(number)),))
    made = sheet(table)
    titles = [[column["title"] for column in part["columns"]] for part in made]
    assert all(part[0] == "c0c" for part in titles)
    assert [title for part in titles for title in part if title != "c0c"] == [f"c{n}c" for n in range(1, number)]
    assert len({part["size"] for part in made}) == 1
    said = poppler("pdftotext", pdf.write(Page("", (table,))), "-bbox")
    found = re.findall(r'xMin="([-\d.]+)".*?xMax="([-\d.]+)".*?>(.*?)</word>', said)
    assert {f"r{n}r" for n in range(number)} <= {word for *_, word in found}, "no word is broken"
    assert cell.split()[0] in {word for *_, word in found}
    assert max(float(right) for _, right, _ in found) < 535, "nothing stands in the margin"


def test_how_many_columns_a_sheet_has_goes_by_their_width():
    def parts(cell: str) -> list[int]:
        table = Table(tuple(map(Column, "abcdefghijkl")), ((cell,) * 12,))
        return [len(part["columns"]) for part in sheet(table)]

    assert parts("12") == [12]
    assert parts("constitution") == [7, 6], "neither is much wider than the other"
    assert len(parts("MMMMMMMMMMMM")) > 2


def test_each_company_leads_to_its_page(poppler):
    rows = (("Acme", "1"), ("B & C", "2"), ("Last", "3"))
    pages = (
        Page("All", (Table((Column("Company"), Column("x")), rows, onward=2),)),
        Page("Acme", ()),
        Page("B & C", ()),
    )
    made = pdf.write(*pages)
    assert "page-2" in poppler("pdfinfo", made, "-dests")
    assert re.findall(rb"/Subtype/Link[^>]*/Dest\(([^)]*)\)", made) == [b"page-1", b"page-2"]


def test_nothing_stands_beyond_the_margins(poppler):
    page = every_block(HOSTILE[5] + " " + HOSTILE[6] + " " + "enterprise-" * 40)
    boxes = poppler("pdftotext", pdf.write(page), "-bbox")
    edges = [(float(low), float(high)) for low, high in re.findall(r'<word xMin="([-\d.]+)".*?xMax="([-\d.]+)"', boxes)]
    assert edges
    assert min(low for low, _ in edges) > 50
    assert max(high for _, high in edges) < 545, "A4 is 595 points wide"


def test_the_same_page_is_the_same_file_at_any_time(monkeypatch):
    page = every_block(DIACRITICS)
    first = pdf.write(page)
    time.sleep(1.1)  # what says the second would differ
    assert pdf.write(page) == first
    assert b"CreationDate" not in first
    assert b"CreateDate" not in first


def test_a_report_says_on_paper_what_it_says_elsewhere(poppler):
    for case in (read_file(ONE, VOCABULARY).cases[0], Case("Nothing said")):
        page = assessment.full(assess(BASE, case))
        said = words(poppler("pdftotext", pdf.write(page)))
        for block in page.blocks:
            if isinstance(block, Text | Heading):
                assert words(block.text)[:40] in said


@pytest.mark.parametrize("command", ["assess", "plan", "economics", "explain", "whatif"])
def test_commands_write_it(tmp_path, command):
    out = tmp_path / "out.pdf"
    done = run(command, ONE, "-o", str(out))
    assert (done.returncode, out.read_bytes()[:8]) == (0, b"%PDF-1.7"), done.stderr
    assert run(command, ONE, "-o", str(out)).returncode == 1, "it is not replaced unasked"
    assert run(command, ONE, "--format", "pdf").stdout == out.read_bytes(), "a pipe gets the same"


def test_a_terminal_gets_no_pdf():
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        sys.executable, ["-m", "salespath", "assess", ONE, "--format", "pdf"], env={**os.environ}, timeout=60
    )
    output = child.read()
    child.close()
    assert child.exitstatus == 2
    assert b"-o OUT.pdf" in output
    assert b"%PDF" not in output


def test_without_typst_it_is_said_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(SalespathError, match=r"SP188.*pip install 'salespath\[pdf\]'"):
        pdf.write(Page("x", ()))
    done = CliRunner().invoke(main, ["assess", "no-such-file.yaml", "-o", str(tmp_path / "out.pdf")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "SP188" in done.stderr
    assert "no-such-file" not in done.stderr, "it is said before anything is read"
    assert not list(tmp_path.iterdir())
