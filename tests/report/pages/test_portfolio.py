"""The page of a portfolio: what it says of each company is that company's, counts first, a line a company on a terminal."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from given import BASE, EXAMPLES, VOCABULARY, inside, real_companies

from salespath.engine.assess import assess
from salespath.facts import Case, read_file
from salespath.facts.values import readable
from salespath.report.formats import write_page
from salespath.report.formats.text import write
from salespath.report.overview import Counts, Line, Overview, attention, overview_of
from salespath.report.page import Bars, HeatMap, Page, Quadrant, Table
from salespath.report.pages import portfolio
from salespath.rules.model import VERDICTS

SECOND = read_file(str(EXAMPLES / "real_companies_2.yaml"), VOCABULARY).cases
CASES = [*{case.company: case for case in [*real_companies(), *SECOND, Case("Nothing said")]}.values()]
ASSESSMENTS = [assess(BASE, case) for case in CASES]
OVERVIEW = overview_of(ASSESSMENTS)


def lines_of(text: str) -> list[str]:
    """The lines of the companies on a terminal."""
    rows = text[text.index("Companies, the most urgent first") :].splitlines()
    start = next(place for place, line in enumerate(rows) if line.startswith("---  ") or "-  -" in line)
    return [line for line in rows[start + 1 :] if "  " in line]


def blocks(page: Page, kind: type) -> list:
    return [block for block in page.blocks if isinstance(block, kind)]


def test_counts_come_first_and_add_up() -> None:
    text = write(portfolio.page(BASE, OVERVIEW), 100)
    assert text.splitlines()[0] == f"Portfolio: {len(CASES)} companies"
    counted = [(int(m[1]), m[2]) for m in re.finditer(r"^ *(\d+)  ([\w ]+)", text[: text.index("\n\n")], re.MULTILINE)]
    assert sum(number for number, _ in counted) == len(CASES)
    called = {
        "enterprise": "enterprise",
        "smb": "SMB",
        "both": "both",
        "not_yet": "not yet",
        "undetermined": "not decided",
    }
    found = Counter(a.process for a in ASSESSMENTS)
    assert counted == [(found[process], called[process]) for process in VERDICTS if found[process]]


@pytest.mark.parametrize(
    ("strengths", "said"),
    [
        ({"open": 8}, "8 verdicts are still open: too little is known for sure to rely on them."),
        ({"open": 1}, "1 verdict is still open: too little is known for sure to rely on it."),
        ({"firm": 1, "hangs_on": 1}, "1 verdict is firm and 1 hangs on one to five answers."),
        (
            {"firm": 4000, "hangs_on": 10, "open": 1},
            "4,000 verdicts are firm, 10 hang on one to five answers and 1 is still open: "
            "too little is known for sure to rely on it.",
        ),
    ],
)
def test_it_says_what_is_open_and_what_that_means(strengths, said) -> None:
    whole = Counts(5000, processes=Counter(smb=5000), strengths=Counter(strengths))
    text = write(portfolio.page(BASE, Overview(whole=whole)), 200)
    assert said in " ".join(text.split())


@pytest.mark.parametrize("width", [60, 66, 80, 100, 120, 200])
def test_each_company_has_one_line_and_what_is_cut_is_said(width: int) -> None:
    text = write(portfolio.page(BASE, OVERVIEW), width)
    assert max(map(len, text.splitlines())) <= width
    found = lines_of(text)
    assert len(found) == len(CASES)
    for line, of in zip(found, OVERVIEW.lines):
        name, process = line.split("  ")[0], of.process
        assert of.company.startswith(name.removesuffix("…"))
        if process in ("enterprise", "smb", "both"):
            assert readable(process) in line
    cut = any("…" in line for line in found) or width < 100
    assert ("A wider terminal shows what is cut" in text) == cut


def test_each_line_says_what_is_true_of_its_company() -> None:
    found = dict(zip((line.company for line in OVERVIEW.lines), lines_of(write(portfolio.page(BASE, OVERVIEW), 200))))
    assert len(found) == len(CASES)
    for a in ASSESSMENTS:
        line = found[a.company]
        assert readable(a.strength.level) in line
        assert a.motion is None or BASE.knowledge.motions[a.motion].title.split(":")[0] in line
        gravest = next((flag for flag in a.flags if flag.level != "note"), None)
        if gravest:
            assert f"{gravest.level.capitalize()}: {portfolio.flag_name(gravest.rule)}" in line
        elif a.strength.on:
            assert f"ask {VOCABULARY[a.strength.on[0].fact].label}" in line


def test_those_that_need_attention_most_come_first() -> None:
    assert attention([("note", "a"), ("stop", "b")], "smb", "firm") < attention([("flag", "a")], "not_yet", "open")
    assert attention([("note", "a")], "not_yet", "firm") < attention([], "undetermined", "open")
    assert attention([], "smb", "open") < attention([], "smb", "hangs_on") < attention([], "smb", "firm")
    ranks = [attention(line.flags, line.process, line.strength) for line in OVERVIEW.lines]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 5


def test_of_more_companies_than_are_named_it_says_how_many_and_how_to_see_them() -> None:
    few = overview_of(ASSESSMENTS, most=3)
    assert few.lines == [replace(line, case=None) for line in OVERVIEW.lines[:3]]
    text = write(portfolio.page(BASE, few), 100)
    assert len(lines_of(text)) == 3
    assert f"and {len(CASES) - 3} more: --top {len(CASES)}, or -o FILE.html or .csv" in text
    assert f"Portfolio: {len(CASES)} companies" in text


def test_paper_draws_what_the_companies_are() -> None:
    page = portfolio.page(BASE, OVERVIEW, paper=True)
    (quadrant,), (heat,) = blocks(page, Quadrant), blocks(page, HeatMap)
    by_name = {a.company: a for a in ASSESSMENTS}
    for point in quadrant.points:
        a = by_name[point.name]
        subject = a.process if a.process in ("enterprise", "smb") else a.lead or a.leaning
        if subject:
            assert point.across.value == a.evidence[subject]["fit"] / 10**9
            assert point.up.value == a.evidence[subject]["means"] / 10**9
    assert heat.rows == tuple(point.name for point in quadrant.points)
    flags, questions = blocks(page, Bars)
    told = Counter(flag.rule for a in ASSESSMENTS for flag in a.flags if flag.level != "note")
    assert sorted(flags.counts.values()) == sorted(told.values())
    assert sum(questions.counts.values()) == sum(line.first_question != "" for line in OVERVIEW.lines)
    for ending in ("md", "html"):
        said = write_page([page], ending)
        assert all(a.company.split("(")[0] in said.replace("&amp;", "&") for a in ASSESSMENTS)


def test_pictures_of_very_many_hold_the_most_urgent_and_say_so() -> None:
    many = overview_of([replace(ASSESSMENTS[0], case=replace(CASES[0], company=f"C{n}")) for n in range(70)])
    page = portfolio.page(BASE, many, paper=True)
    assert [len(block.points) for block in blocks(page, Quadrant)] == [portfolio.DRAWN]
    assert "Drawn are the 60 most urgent of 70 companies." in write_page([page], "md")


def line(name: str, group: str, process: str = "smb") -> Line:
    return Line(
        name, process, "", "", "", "", "", (), (), {(p, s): 0.0 for p in ("enterprise", "smb") for s in SUMS}, group
    )


SUMS = ("fit", "means", "product", "market", "capital", "team", "role")


def grouped(sizes: dict[str, int]) -> Overview:
    found = Overview(by="Fund", ranked=True)
    for name, size in sizes.items():
        part = Counts(size, Counter(smb=size))
        found.whole.add(part)
        found.group(name).add(part)
    return found


def test_groups_are_counted_largest_first_and_empty_ones_named() -> None:
    page = portfolio.page(BASE, grouped({"I": 2, "": 5, "II": 3}))
    (table,) = blocks(page, Table)
    assert [row[:2] for row in table.rows] == [("no Fund", "5"), ("II", "3"), ("I", "2")]


def test_of_more_than_fifty_groups_the_smallest_stand_together() -> None:
    (table,) = blocks(portfolio.page(BASE, grouped({f"G{n:02}": 100 - n for n in range(50)})), Table)
    assert len(table.rows) == 50
    (table,) = blocks(portfolio.page(BASE, grouped({f"G{n:02}": 100 - n for n in range(60)})), Table)
    assert len(table.rows) == 50
    assert table.rows[-1][:2] == ("others (11 groups)", str(sum(100 - n for n in range(49, 60))))


@pytest.mark.parametrize(
    ("rejected", "left_out", "said"),
    [(0, 0, "no row below the header"), (3, 0, "all 3 were rejected"), (0, 2, "2 rows are totals")],
)
def test_nothing_to_show_says_why_and_what_to_do_next(rejected: int, left_out: int, said: str) -> None:
    text = write(portfolio.page(BASE, Overview(rejected=rejected, left_out=left_out)), 200)
    assert said in text
    assert "Next: " in text


def test_what_was_not_worked_out_is_said() -> None:
    found = Overview(ranked=True, without_strength=True, rejected=1, left_out=2)
    found.whole.add(Counts(1, Counter(smb=1)))
    found.take([line("A", "")])
    text = write(portfolio.page(BASE, found), 120)
    assert "--strength does" in text
    assert "Not among them: 1 rejected and 2 left out rows." in text


def test_what_blocks_a_company_is_said_where_no_answer_helps() -> None:
    a = inside(willingness_to_pay="refused")
    found = overview_of([a])
    said = write(portfolio.page(BASE, found, paper=True), 200)
    assert a.process == "not_yet"
    assert "Blocked: refused" in said
