"""A firm's file: what is wrong with it is said at once, its logo is looked into, and HTML, PDF and Word bear it as text."""

from __future__ import annotations

import io
import struct
import zlib

import docx
import pytest
from given import EXAMPLES, run
from hypothesis import given, strategies

from salespath.files.problems import SalespathError
from salespath.report.firm import INK, Firm, contrast, read_firm
from salespath.report.formats import write_document, write_page
from salespath.report.formats.docx import write as word
from salespath.report.page import Heading, Page, Text

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#0b5d6b"/></svg>'
PAGE = Page("Acme", (Heading("Part"), Text("said")))


def png(wide: int = 4, high: int = 3) -> bytes:
    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head, rows = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0), (b"\0" + b"\x0b\x5d\x6b" * wide) * high
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def firm(tmp_path, text: str, logo: bytes = b"", name: str = "logo.svg") -> str:
    if logo:
        (tmp_path / name).write_bytes(logo)
    (tmp_path / "firm.yaml").write_text(text, "utf-8")
    return str(tmp_path / "firm.yaml")


def problems(path: str) -> list[str]:
    with pytest.raises(SalespathError) as caught:
        read_firm(path)
    return [f"{problem.code} {problem.line}: {problem.message}" for problem in caught.value.problems]


def test_a_firm_is_read(tmp_path):
    text = 'name: Țesături & Fii\nlogo: logo.svg\ncolour: "#0B5D6B"\ncontact: Str. Lipscani 12\n'
    found, said = read_firm(firm(tmp_path, text, SVG.encode()))
    assert found == Firm("Țesături & Fii", "#0b5d6b", "Str. Lipscani 12", SVG.encode(), "svg")
    assert said == ()
    assert found.ink == "#0b5d6b"


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    found = problems(firm(tmp_path, "color: red\nlogo: ../secret.png\ncontact: [a]\ncolour: teal\n"))
    assert [line[:8] for line in found] == ["SP196 1:", "SP196 1:", "SP197 2:", "SP196 3:", "SP196 4:"]
    assert any("Did you mean colour?" in line for line in found)
    assert any("name: the firm's name is missing" in line for line in found)
    assert any("below the folder of the firm file" in line for line in found)
    assert any('such as "#1a4f8b"' in line for line in found)


@pytest.mark.parametrize(
    ("colour", "contrasts"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#ff0000", 4.0), ("#0000ff", 8.59)],
)
def test_contrast_is_that_of_wcag(colour, contrasts):
    assert contrast(colour) == pytest.approx(contrasts, abs=0.01)


def test_a_pale_colour_is_said_and_used_for_lines_only(tmp_path):
    found, (problem,) = read_firm(firm(tmp_path, 'name: A\ncolour: "#ffd500"\n'))
    assert (found.colour, found.ink) == ("#ffd500", INK)
    assert (problem.code, problem.severity, problem.line) == ("SP198", "warning", 2)
    assert "1.4 against white" in problem.message


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<image href="http://x/y.png"/>', "<image>"),
        ('<use href="#a"/>', "<use>"),
        ('<rect onload="alert(1)"/>', "onload"),
        ('<rect style="fill: url(http://x)"/>', "style"),
        ("<style>@import 'http://x';</style>", "style"),
        ('<rect fill="url(http://x#a)"/>', "fill"),
        ('<g xmlns="http://www.w3.org/1999/xhtml"><b/></g>', "<g>"),
        ("<g>" * 80 + "</g>" * 80, "within one another"),
        ("<g>", "not well formed"),
    ],
)
def test_a_logo_that_runs_or_loads_something_is_refused(tmp_path, inside, said):
    logo = SVG.replace("</svg>", f"{inside}</svg>").encode()
    (found,) = problems(firm(tmp_path, "name: A\nlogo: logo.svg\n", logo))
    assert found.startswith("SP197 2: logo logo.svg: ")
    assert said in found


@pytest.mark.parametrize(
    ("logo", "said"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.encode(), "document type"),
        (SVG.replace("viewBox", "view").encode(), "no viewBox"),
        (b"GIF89a", "neither PNG nor SVG"),
        (b"<svg" + b" " * (513 * 1024), "more than 512 KB"),
        (png()[:-20], "damaged"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (png(5000, 1), "5000 by 1 pixels"),
        (png(4, 3)[:16] + struct.pack(">II", 400, 300) + png(4, 3)[24:], "damaged"),
    ],
)
def test_a_logo_that_is_none_is_refused(tmp_path, logo, said):
    (found,) = problems(firm(tmp_path, "name: A\nlogo: logo.svg\n", logo))
    assert said in found


def test_a_logo_elsewhere_is_refused_also_through_a_link(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "logo.png").write_bytes(png())
    (tmp_path / "in" / "logo.png").symlink_to(tmp_path / "logo.png")
    for place in ("../logo.png", "logo.png", str(tmp_path / "logo.png")):
        (tmp_path / "in" / "firm.yaml").write_text(f"name: A\nlogo: {place}\n")
        assert "below the folder" in problems(str(tmp_path / "in" / "firm.yaml"))[0]


@pytest.mark.parametrize(("logo", "kind"), [(SVG.encode(), "svg"), (png(), "png")])
def test_it_stands_on_html_pdf_and_word(logo, kind, poppler):
    name = "Ionescu <b> {{ x }} #x ăâîșț"
    own = Firm(name, "#0b5d6b", "Str. Lipscani 12 & 14", logo, kind)
    html = write_page([PAGE], "html", own)
    assert f'<img src="data:image/{"svg+xml" if kind == "svg" else "png"};base64,' in html
    assert "img-src data:" in html
    assert "Ionescu &lt;b&gt;" in html
    assert "--firm: #0b5d6b" in html
    said = poppler("pdftotext", write_document([PAGE], "pdf", own))
    assert name in said
    assert "Str. Lipscani 12 & 14" in said
    assert write_document([PAGE], "pdf", own) == write_document([PAGE], "pdf", own)
    document = docx.Document(io.BytesIO(word(PAGE, firm=own)))
    section = document.sections[0]
    assert section.header.paragraphs[0].text.strip() == name
    assert section.footer.paragraphs[0].text.startswith("Str. Lipscani 12 & 14")
    assert "Logo of" in section.header._element.xml
    assert str(document.styles["Heading 1"].font.color.rgb) == "0B5D6B"
    assert write_page([PAGE], "md", own).rstrip().endswith("Str. Lipscani 12 \\& 14")


def test_without_a_firm_pages_say_nothing_of_one():
    html = write_page([PAGE], "html")
    assert "img-src" not in html
    assert "firm" not in html


@given(strategies.text(min_size=1, max_size=30))
def test_any_name_is_written(name):
    own = Firm(name, contact=name)
    assert write_document([PAGE], "pdf", own)
    assert word(PAGE, firm=own)
    assert write_page([PAGE], "html", own)


def test_the_command_takes_it_and_says_what_is_wrong_first(tmp_path):
    path, out = (
        firm(tmp_path, 'name: Casa\ncolour: "#ffd500"\nlogo: logo.png\n', png(), "logo.png"),
        tmp_path / "out.html",
    )
    done = run("assess", str(EXAMPLES / "veeva_2013.yaml"), "--firm", path, "-o", str(out))
    assert done.returncode == 0
    assert b"SP198" in done.stderr
    assert "Casa" in out.read_text("utf-8")
    wrong = run("assess", "no-such-file.yaml", "--firm", firm(tmp_path, "logo: x\n"), "-o", str(tmp_path / "x.html"))
    assert wrong.returncode == 1
    assert wrong.stderr.count(b"SP19") + wrong.stderr.count(b"SP101") == 2
    assert b"no-such-file" not in wrong.stderr
