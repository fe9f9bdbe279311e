"""The handout of one company: its scorecard, what stands on its first page and after it, and what every format makes of it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date

import docx
import openpyxl
import pytest
from given import BASE, EXAMPLES, VOCABULARY, inside, real_companies, run

from salespath.counsel.handout import handout, handout_of, scores
from salespath.counsel.panel import panel
from salespath.engine.assess import assess
from salespath.facts import Case, read_file
from salespath.facts.money import Rate
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.report.formats import write_document, write_page
from salespath.report.formats.html import write as html
from salespath.report.page import Heading, Page, Sign, Table, Text
from salespath.report.pages import handout as pages
from salespath.report.words.verdict import firmness, headline

MONDAY = date(2027, 1, 4)
FREE = {
    "product_stage": "launched",
    "self_serve": True,
    "free_trial": True,
    "decision_makers": 1,
    "willingness_to_pay": "refused",
}
HOSTILE = (
    '=HYPERLINK("http://x","y") <script>alert(1)</script> ăâîșț',
    '{{ 7*7 }} {% for %} {# x #} {_{ y }_} #include("/etc/passwd") $x$ *b* @ref a\u202eb',
)


def company(name: str) -> Case:
    return read_file(str(EXAMPLES / f"{name}.yaml"), VOCABULARY).cases[0]


def score(figure: str, **facts: object):
    return next(score for score in scores(inside(**facts)) if score.figure == figure)


def told(page: Page) -> str:
    return write_page([page], "md").replace("\\", "")


def table_below(page: Page, title: str) -> Table:
    at = next(n for n, block in enumerate(page.blocks) if isinstance(block, Heading) and block.text == title)
    return next(block for block in page.blocks[at:] if isinstance(block, Table))


# The scorecard


@pytest.mark.parametrize(
    ("burn", "standing", "limit"),
    [(20_000, "within", 12), (150_000, "note", 12), (300_000, "flag", 6), (750_000, "stop", 3)],
)
def test_a_figure_is_held_against_the_limit_that_it_meets_or_breaks(burn, standing, limit):
    found = score("runway_months", monthly_burn=burn)
    assert (found.standing, found.operator, found.limit) == (standing, ">=", limit)
    assert found.value == 1_500_000 / burn


def test_a_limit_from_which_a_company_is_excused_is_none_of_its_own():
    for funding, limit in (("none", 12), ("secured", 3)):
        found = score("runway_months", monthly_burn=75_000, next_funding=funding)
        assert (found.standing, found.limit) == ("within", limit)


def test_a_reason_by_a_figure_is_for_or_against_the_process_of_the_verdict():
    found = assess(BASE, company("veeva_2013"))
    contract = next(score for score in scores(found) if score.figure == "annual_contract_value")
    assert (contract.value, contract.operator, contract.limit) == (780_000, ">=", 100_000)
    assert (contract.standing, contract.process) == ("for", "enterprise")


def test_what_is_not_known_is_last_and_named():
    found = assess(
        BASE, replace(inside().case, values={k: v for k, v in inside().case.values.items() if k != "capital"})
    )
    some = scores(found)
    assert next(score for score in some if score.figure == "runway_months").standing == "open"
    standings = [score.standing for score in some]
    assert standings == sorted(standings, key=["stop", "flag", "note", "against", "for", "within", "open"].index)
    assert "runway" in told(pages.first(handout_of(found)))


def test_each_figure_stands_once_and_its_flag_agrees():
    for case in real_companies():
        found = assess(BASE, case)
        some = scores(found)
        assert len({score.figure for score in some}) == len(some)
        levels = {flag.figure: flag for flag in reversed(found.flags) if flag.figure}
        for item in some:
            assert (item.standing in ("stop", "flag", "note")) == (item.figure in levels)
            assert (item.value is None) == (item.standing == "open")


def test_every_standing_has_words_and_a_shape_of_its_own():
    assert len({shape for shape, _ in pages.SHAPES.values()}) == len({said for _, said in pages.SHAPES.values()}) == 7
    page = pages.first(handout_of(inside(monthly_burn=750_000)))
    rows = table_below(page, "Scorecard").rows
    assert rows[0][:3] == ("Runway", "2 months", "at least 3 months")
    assert rows[0][3] == Sign("stop", "Stop")
    assert 'class="sign stop"' in html(page)
    assert "■ Stop" in told(page)


# The first page


@pytest.mark.parametrize("name", ["veeva_2013", "asana_2020", "clinic_software"])
def test_the_first_page_decides(name):
    found = handout(BASE, company(name), MONDAY)
    page = pages.first(found)
    verdict, strength = page.blocks[:2]
    assert isinstance(verdict, Text)
    assert isinstance(strength, Text)
    assert (verdict.text, strength.text) == (headline(found.assessment), firmness(found.assessment))
    titles = [b.text for b in page.blocks if isinstance(b, Heading)]
    assert titles[:3] == ["Scorecard", "Red flags", "First moves"]
    few = len([score for score in found.scores if score.standing != "open"]) < pages.FEW
    assert titles[3:] == (["Why", "To find out first"] if few else [])
    rows = table_below(page, "First moves").rows
    assert len(rows) == 3
    for (_, text, owner, day), move in zip(rows, found.moves.first):
        assert str(text).lower().endswith(move.short.lower())
        assert str(owner).lower() == move.owner
        assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ 2027", str(day))


def test_moves_end_as_the_plan_has_them():
    found = handout(BASE, company("veeva_2013"), MONDAY)
    assert [row[3] for row in table_below(pages.first(found), "First moves").rows] == [
        "4 April 2027", "28 February 2027", "28 February 2027",
    ]  # fmt: skip
    weeks = [row[3] for row in table_below(pages.first(replace(found, start=None)), "First moves").rows]
    assert weeks == ["Week 13", "Week 8", "Week 8"]


def test_a_move_whose_length_is_not_told_has_a_day_by_which_it_has_begun():
    kite = assess(BASE, Case("Kite", FREE))
    found = handout_of(kite, MONDAY)
    told_of = {
        move.weeks: str(row[3])
        for move, row in zip(found.moves.first, table_below(pages.first(found), "First moves").rows)
    }
    assert told_of[None] == "Begun by 10 January 2027"
    assert found.plan
    assert [row[0] for row in table_below(pages.rest(found), "Roadmap").rows][1] == "4 Jan on"


def test_where_little_is_known_the_first_page_says_why_and_what_to_find_out():
    found = handout(BASE, company("veeva_2013"), MONDAY)
    said = told(pages.first(found))
    assert found.assessment.reasons("enterprise", 1)[0].because in said
    turning = [turn.fact for turn in found.assessment.strength.on]
    asked = [BASE.vocabulary.facts[name].question for name in turning]
    assert said.index("To find out first") < said.index(asked[0])  # what it hangs on is among them


def test_where_nothing_is_known_both_lines_say_what_to_answer_first():
    found = handout(BASE, Case("Nobody"), MONDAY)
    said = told(pages.first(found))
    first = [question.fact for question in found.assessment.next_questions[:3]]
    assert f"Answer first: {', '.join(BASE.vocabulary.facts[name].label for name in first)}." in said
    asked = [said.index(BASE.vocabulary.facts[name].question) for name in first]
    assert said.index("To find out first") < asked[0]
    assert asked == sorted(asked)


def test_nobody_is_told_how_facts_are_called_in_files():
    said = told(pages.rest(handout(BASE, company("veeva_2013"))))
    assert "It takes your revenue target." in said
    assert not [name for name in BASE.vocabulary.facts if f" ({name})" in said]


def test_red_flags_stand_on_the_first_page():
    said = told(pages.first(handout_of(inside(monthly_burn=750_000))))
    assert "**Stop**: " in said
    assert "None by what is known." not in said


# The second part


def test_the_second_part_has_its_parts_in_order():
    found = handout(BASE, company("clinic_software"))
    titles = [block.text for block in pages.rest(found).blocks if isinstance(block, Heading) and block.level == 2]
    assert titles == [
        "Roadmap",
        "Reasons and sources",
        "Money",
        "What would change it",
        "Open questions",
        "Sources and receipt",
    ]
    with_likes = [b.text for b in pages.rest(handout(BASE, company("veeva_2013"))).blocks if isinstance(b, Heading)]
    assert with_likes.index("Open questions") < with_likes.index("Companies that resemble you")


def test_each_reason_names_its_source():
    found = assess(BASE, company("veeva_2013"))
    said = told(pages.rest(handout_of(found)))
    reasons = found.reasons("enterprise", 1)
    assert reasons
    for reason in reasons:
        assert re.search(re.escape(reason.because) + r"\s+Source: ", said)
    assert f"({found.receipt['rules_sha256'][:12]})" in said


def test_assumptions_that_cannot_be_used_leave_the_rest(tmp_path):
    text = "company: Acme\nfacts: {product_stage: launched}\nassumptions: {smb: {win_rate: many}}\n"
    out = tmp_path / "out.md"
    done = run("assess", "-", "-o", str(out), stdin=text)
    assert done.returncode == 1
    assert b"win_rate" in done.stderr
    said = out.read_text("utf-8")
    assert "the assumptions that were given cannot be used" in said
    assert "## Open questions" in said


def test_what_a_workshop_came_to_takes_the_place_of_what_is_advised():
    outcome = Outcome(
        "We sell to hospitals first.",
        (("Ana", "Too early; nobody has paid."),),
        (AgreedMove("Call ten hospitals", "Ion", date(2027, 2, 1)),),
        date(2027, 4, 5),
    )
    answers = {"Ana": {"product_stage": "idea"}, "Ion": {"product_stage": "launched"}}
    found = handout(BASE, company("veeva_2013"), MONDAY, panel=panel(BASE, answers), outcome=outcome)
    first, rest = told(pages.first(found)), told(pages.rest(found))
    assert "**Agreed**: We sell to hospitals first." in first
    assert table_below(pages.first(found), "What was agreed").rows == (
        ("1.", "Call ten hospitals", "Ion", "1 February 2027"),
    )
    assert "5 April 2027" in first
    assert "First moves" not in first
    assert "**Ana**: Too early; nobody has paid." in rest
    assert "product stage: idea (Ana); launched (Ion)" in rest
    assert "Disagreements and dissent" not in told(pages.rest(replace(found, panel=None, outcome=None)))


def test_amounts_are_in_the_currency_of_the_company():
    case = replace(
        inside(monthly_burn=750_000).case, currency="EUR", rates={"EUR": Rate("EUR", 1.25, "given", "given")}
    )
    first, rest = map(told, pages.pages(handout(BASE, case)))
    assert "€7,200" in first, "9,000 dollars a contract"
    assert "Amounts in EUR" in first
    assert "Amounts in EUR" in rest


# Every format


@pytest.mark.parametrize("harm", HOSTILE)
@pytest.mark.parametrize("ending", ["md", "html", "pdf", "docx", "xlsx"])
def test_a_name_is_text_in_every_format(harm, ending, tmp_path, poppler):
    source, out = tmp_path / "in.json", tmp_path / f"out.{ending}"
    source.write_text(json.dumps({"company": harm, "facts": {"product_stage": "launched"}}), "utf-8")
    assert run("assess", str(source), "-o", str(out)).returncode == 0
    seen = harm.replace("\u202e", "<U+202E>")
    if ending == "html":
        made = out.read_text("utf-8")
        assert "<script" not in made
        assert made.count("<h1>") == 2
    elif ending == "md":
        assert f"# {seen}\n" in out.read_text("utf-8").replace("\\", "")
        assert "<script" not in out.read_text("utf-8").replace("\\<", "")
    elif ending == "pdf":
        assert re.sub(r"\s", "", seen) in re.sub(r"[\s\u200b]", "", poppler("pdftotext", out.read_bytes()))
    elif ending == "docx":
        assert docx.Document(str(out)).paragraphs[0].text == seen
    else:
        book = openpyxl.load_workbook(out)
        assert book["Handout"]["A1"].value == seen
        for sheet in book:
            for row in sheet.iter_rows():
                assert not [cell for cell in row if cell.data_type == "f" or cell.hyperlink]
        assert book.vba_archive is None


def test_a_workbook_says_what_the_record_says():
    from salespath.tables.handout_out import write_handout

    found = handout(BASE, company("clinic_software"), MONDAY)
    made = write_handout(found)
    assert made == write_handout(found), "the same company is the same file"
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == [
        "Handout", "Scorecard", "Moves", "Reasons", "Flags", "Money", "Questions", "Answers",
    ]  # fmt: skip
    rows = [tuple(cell.value for cell in row) for row in book["Scorecard"].iter_rows(min_row=2)]
    assert [row[4] for row in rows] == [score.rule for score in found.scores]
    assert [row[1] for row in rows] == [
        "not known" if s.value is None else pytest.approx(s.value) for s in found.scores
    ]
    contract = next(row for row in book["Answers"].iter_rows(min_row=2) if row[3].value == "annual_contract_value")
    assert (contract[1].value, contract[1].number_format) == (3000, "[$$-409]#,##0")
    assert [row[1].value for row in book["Moves"].iter_rows(min_row=2)] == [
        move.text for move in (*found.moves.chosen, *found.moves.unaffordable)
    ]
    assert book["Moves"]["E2"].value.date() == date(2027, 3, 14)
    assert [row[3].value for row in book["Questions"].iter_rows(min_row=2)] == [
        question.fact for question in found.assessment.next_questions
    ]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_a_handout_is_one_pdf_with_the_first_page_on_a_sheet_of_its_own(poppler):
    made = write_document(pages.pages(handout(BASE, company("clinic_software"), MONDAY)), "pdf")
    first, second, *_ = poppler("pdftotext", made).split("\f")
    assert "First moves" in first
    assert "Roadmap" not in first
    assert second.startswith("Clinic software: plan, reasons and figures")
    assert "Tagged:          yes" in poppler("pdfinfo", made)


# The command


def test_one_company_gets_a_handout_and_the_whole_page_is_there_still(tmp_path):
    one = str(EXAMPLES / "veeva_2013.yaml")
    for name, title in (("a.md", "## Scorecard"), ("b.md", "## The plan")):
        done = run("assess", one, "-o", str(tmp_path / name), *(["--full"] if name == "b.md" else []))
        assert done.returncode == 0, done.stderr
        assert title in (tmp_path / name).read_text("utf-8")
    dated = run("assess", one, "--start", "2027-01-04", "--format", "md").stdout.decode()
    assert "4 April 2027" in dated


def test_a_workbook_of_columns_or_of_many_companies_is_a_table_still(tmp_path):
    one, many = str(EXAMPLES / "veeva_2013.yaml"), str(EXAMPLES / "real_companies_2.yaml")
    for words, first in (
        ([one], "Handout"),
        ([one, "--columns", "verdict"], "Summary"),
        ([many], "Summary"),
        ([many, "--company", "Moveworks"], "Handout"),
        (["--set", "capital=300k"], "Handout"),
    ):
        out = tmp_path / "out.xlsx"
        done = run("assess", *words, "-o", str(out), "--force")
        if b"SP153" in done.stderr:
            pytest.fail(done.stderr.decode())
        assert openpyxl.load_workbook(out).sheetnames[0] == first, words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "x.txt", "--firm", "f.yaml"], b"--firm is for"),
        (["-o", "x.xlsx", "--firm", "f.yaml"], b"--firm is for"),
        (["-o", "x.pdf", "--template", "t.docx"], b"--template is for"),
        (["-o", "x.docx", "--full", "--template", "t.docx"], b"--template is for"),
        (["-o", "x.xlsx", "--full"], b"--full is for"),
    ],
)
def test_options_that_do_not_fit_are_refused(words, said):
    done = run("assess", str(EXAMPLES / "veeva_2013.yaml"), *words)
    assert done.returncode == 2
    assert said in done.stderr
