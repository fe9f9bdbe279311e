"""Handouts in Word, opened again: real headings, lists, tables, pictures in words; a template does only what it may."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import date
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn
from given import BASE, EXAMPLES, VOCABULARY, run
from hypothesis import given, strategies
from report.test_formats import HARM, every_block

from salespath.counsel.handout import Handout, handout
from salespath.facts import Case, read_file
from salespath.files.problems import SalespathError
from salespath.files.visible import visible
from salespath.report.formats import docx as word
from salespath.report.formats import docx_template
from salespath.report.page import Chart, Column, Item, Items, Page, Table, Text
from salespath.report.pages import handout as pages

ONE = str(EXAMPLES / "clinic_software.yaml")
HARMFUL = "<w:t>{{ 7*7 }} {% for %} {_{ x }_} & =HYPERLINK(1) ăâîșț"


def of(name: str = "") -> Handout:
    case = read_file(ONE, VOCABULARY).cases[0]
    return handout(BASE, Case(name or case.company, case.values, case.how), date(2027, 1, 4))


def opened(data: bytes):
    return docx.Document(io.BytesIO(data))


def words(document) -> str:
    """All that a document says: paragraphs, cells, what stands above and below."""
    texts = [text.text or "" for text in document.element.body.iter(qn("w:t"))]
    section = document.sections[0]
    return " ".join([*texts, *(p.text for part in (section.header, section.footer) for p in part.paragraphs)])


@pytest.fixture(scope="module")
def made():
    return word.write(*pages.pages(of()))


def test_headings_are_headings_and_none_is_left_out(made):
    levels = [int(p.style.name[-1]) for p in opened(made).paragraphs if p.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert levels.count(1) == 2
    assert all(after <= before + 1 for before, after in pairwise(levels))
    document = opened(made)
    for level in (1, 2, 3):
        assert document.styles[f"Heading {level}"].paragraph_format.keep_with_next, "none stands at the foot of a sheet"
    second = next(p for p in document.paragraphs[1:] if p.style.name == "Heading 1")
    assert second.paragraph_format.page_break_before


def test_tables_have_header_rows_and_no_row_is_split(made):
    for table in opened(made).tables:
        rows = [row._tr for row in table.rows]
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        heads = [row.trPr.find(qn("w:tblHeader")) is not None for row in rows]
        titled = table.rows[0].cells[-1].text != "" and heads[0]
        assert heads == [titled, *([False] * (len(rows) - 1))]
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_its_tables_say_what_the_page_says(made):
    tables = opened(made).tables
    wanted = [block for page in pages.pages(of()) for block in page.blocks if isinstance(block, Table) and block.rows]
    assert len(tables) == len(wanted)
    for table, block in zip(tables, wanted):
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        found = [[word._said(cell) or block.empty for cell in row] for row in block.rows]
        titles = [column.title for column in block.columns]
        assert rows == ([titles] if any(titles) else []) + found


def test_pictures_are_said_in_words(made):
    blocks = [block for page in pages.pages(of()) for block in page.blocks if isinstance(block, Chart)]
    shapes = opened(made).inline_shapes
    said = [shape._inline.docPr.get("descr") for shape in shapes]
    assert len(said) == len(blocks) == 2
    for text, block in zip(said, blocks):
        assert all(name in text for name in block.lines)


def test_its_language_and_title_are_said(made):
    document = opened(made)
    assert document.core_properties.title == "Clinic software"
    assert document.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "en-GB"


def test_the_same_pages_are_the_same_bytes(made):
    assert word.write(*pages.pages(of())) == made


def test_lists_count_anew():
    some = Items((Item("a"), Item("b")), ordered=True)
    document = opened(word.write(Page("x", (some, Text("between"), some))))
    numbers = [p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.name == "List Number"]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_every_block_is_text_in_word():
    said, plain = (words(opened(word.write(every_block(text)))) for text in (HARM, "said"))
    assert said.count(HARM) == plain.count("said")


@given(strategies.text(max_size=30))
def test_any_text_is_written_and_read_again(value):
    page = Page(f"x{value}", (Text(value, value), Table((Column(value),), ((value,),), value)))
    document = opened(word.write(page))
    assert document.paragraphs[0].text == word.plain(visible(f"x{value}"))


def test_without_python_docx_it_is_said_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "docx", None)
    done = run("assess", ONE, "-o", str(tmp_path / "out.docx"))
    assert done.returncode == 1
    assert b"SP188" in done.stderr
    assert b"pip install 'salespath[docx]'" in done.stderr


@pytest.mark.heavy
def test_a_word_processor_opens_it(office, poppler, tmp_path, made):
    (tmp_path / "out.docx").write_bytes(made)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "out.docx"),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=170, env={**os.environ, "HOME": str(tmp_path)})
    sheets = poppler("pdftotext", (tmp_path / "out.pdf").read_bytes()).split("\f")
    assert "First moves" in sheets[0]
    assert "Roadmap" in sheets[1]


# A firm's own template


def template(tmp_path, *lines: str, name: str = "firm.docx") -> str:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{ firm.name }} for {{ company }}"
    for line in lines:
        document.add_paragraph(line)
    document.save(str(tmp_path / name))
    return str(tmp_path / name)


def filled(path: str, found: Handout) -> bytes:
    return docx_template.fill(path, pages.document(found), pages.pages(found))


def test_a_template_says_what_it_names_and_the_whole_handout(tmp_path):
    found = of(HARMFUL)
    lines = (
        "{{ company }}",
        "{%p for move in moves %}",
        "{{ move.owner }}: {{ move.text }}",
        "{%p endfor %}",
        "{{p handout }}",
    )
    document = opened(filled(template(tmp_path, *lines), found))
    texts = [p.text for p in document.paragraphs]
    assert texts[0] == HARMFUL, "a name is text, and no template again"
    assert texts[1:4] == [f"{m['owner']}: {m['text']}" for m in pages.document(found)["moves"]]
    assert texts[4] == HARMFUL, "where the handout begins"
    assert document.sections[0].header.paragraphs[0].text == f" for {HARMFUL}"
    assert len(document.tables) == len(opened(word.write(*pages.pages(found))).tables)
    assert len(document.inline_shapes) == 2
    assert {"Scorecard", "Roadmap", "Sources and receipt"} <= set(texts)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("{{ compny }}", "SP199", "Did you mean company?"),
        ("{% for %}", "SP199", "Expected an expression"),
        ("{{ company.__class__.__mro__ }} {{ moves.append(1) }}", "SP199", "no template may"),
        ("{{ handout.save('x') }}", "SP199", "has no attribute 'save'"),
        ("{{ 'a' * 10**10 }}", "SP200", "more than 1024 MB"),
    ],
)
def test_a_template_does_nothing_that_it_may_not(tmp_path, line, code, said):
    with pytest.raises(SalespathError) as caught:
        filled(template(tmp_path, line), of())
    (problem,) = caught.value.problems
    assert problem.code == code
    assert said in problem.message
    assert [path.name for path in tmp_path.iterdir()] == ["firm.docx"]


@pytest.mark.heavy
def test_a_template_without_end_is_ended(tmp_path):
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(SalespathError, match="SP200"):
        filled(template(tmp_path, loop), of())


def test_what_is_no_template_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    no_word, no_zip, large = tmp_path / "a.docx", tmp_path / "b.docx", tmp_path / "c.docx"
    with zipfile.ZipFile(no_word, "w") as archive:
        archive.writestr("x", "y")
    no_zip.write_bytes(b"PK\x03\x04")
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (docx_template.UNPACKED + 1))
    for path in (no_word, no_zip, large):
        done = run("assess", "no-such-file.yaml", "--template", str(path), "-o", str(tmp_path / "out.docx"))
        assert done.returncode == 1
        assert b"SP199" in done.stderr
        assert b"no-such-file" not in done.stderr
    assert not (tmp_path / "out.docx").exists()


def test_the_command_fills_a_template_in_and_never_writes_over_it(tmp_path):
    path, out = template(tmp_path, "{{ headline }}"), tmp_path / "out.docx"
    assert run("assess", ONE, "--template", path, "-o", str(out)).returncode == 0
    assert docx.Document(str(out)).paragraphs[0].text.startswith("Run an SMB sales process")
    done = run("assess", ONE, "--template", path, "-o", path, "--force")
    assert b"SP146" in done.stderr
    many = run("assess", str(EXAMPLES / "real_companies_2.yaml"), "--template", path, "-o", str(tmp_path / "m.docx"))
    assert many.returncode == 2
    assert re.search(rb"--template is for one\s+company", many.stderr)
