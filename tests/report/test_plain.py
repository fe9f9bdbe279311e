"""What people and programs are shown: the report, the guide and the JSON document."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from enum import Enum

import pytest
from given import BASE, VOCABULARY, full, on_some, page, real_companies, some_facts
from hypothesis import given
from jsonschema import Draft202012Validator

from salespath.counsel.moves import planned_moves
from salespath.engine.assess import assess
from salespath.engine.assessment import Reading
from salespath.facts import Case, read_file
from salespath.facts.values import Range
from salespath.report.formats.text import fitting, write
from salespath.report.pages import assessment as pages
from salespath.report.pages import guide
from salespath.report.pages.plan import DISCLOSURE
from salespath.report.plain import document, plain
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import conditions, figure, headline, two_groups
from salespath.rules.model import PROCESSES, VERDICTS
from tools.document_schema import assessment_schema

NOTHING_SAID = Case("Nothing said")
LONG_NAME = Case(
    "Gesellschaft für außerordentlich lange Unternehmensnamen und deren Abkürzungen mbH & Co. KGaA " + "X" * 90
)
ASSESSMENTS = [assess(BASE, case) for case in [*real_companies(), NOTHING_SAID, LONG_NAME]]
by_company = on_some(ASSESSMENTS)

VALIDATOR = Draft202012Validator(assessment_schema())
KEYS = [
    "company", "process", "lead", "leaning", "settled", "settled_by", "possible", "certainty", "evidence", "dimensions",
    "blockers", "provisos", "advice", "warnings", "derived", "metrics", "facts", "fired", "open", "next_questions",
    "conflicts", "problems", "receipt", "precedents", "strength", "unless", "choices", "contradictions", "near", "grounds",
    "track_record",
    "flags",
    "moves",
    "motion",
    "second_motion",
    "stage",
    "currency",
]  # fmt: skip
UNFIT = re.compile(r"\bNone\b(?! [a-z])|\b(True|False|nan|inf|frozenset)\b|[Pp]robab|[{}]|-0\.0\b")


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_companies_of_these_tests_reach_every_verdict():
    assert {a.process for a in ASSESSMENTS} == set(VERDICTS)


# The report


@by_company
@pytest.mark.parametrize("shown", [page, full])
def test_a_report_fits_the_width(a, shown):
    for width in (60, 80, 88, 200):
        assert [line for line in shown(a, width).splitlines() if len(line) > width] == []


@by_company
@pytest.mark.parametrize("shown", [page, full])
def test_a_report_leads_with_the_verdict_and_three_numbered_moves(a, shown):
    text = shown(a)
    name, rest = text.split("\n===", 1)
    assert one_line(name).replace(" ", "") == a.company.replace(" ", "")
    assert one_line(headline(a)) in one_line(rest)
    moves = text.split("First moves\n")[1].split("\n\n")[0]
    assert re.findall(r"^(\d)\. ", moves, re.MULTILINE) == ["1", "2", "3"]


@by_company
def test_the_full_report_says_everything_once_and_in_its_place(a):
    text = one_line(full(a))
    topics = BASE.knowledge.topics
    plan = one_line(full(a).split("\nThe plan\n")[1].split("\nWhat to measure\n")[0])
    for item in a.advice:
        if not topics[item.topic].metrics and item.topic not in ("first_moves", "pitfalls"):
            assert f"{'(in place) ' if item.done else ''}{item.text}" in plan
        if item.topic == "pitfalls":
            assert text.count(item.text) == 1
    found = planned_moves(a)
    for move in (*found.chosen, *found.unaffordable):
        said = f"if you have not: {move.text[:1].lower()}{move.text[1:]}" if move.if_not else move.text
        assert said.lower() in text.lower()
    stops = [item.text for item in a.advice if item.topic == "stop_rule"]
    if stops and a.process != "undetermined":
        assert f"When to stop or switch: {stops[0]}" in text
    for warning in a.warnings:
        assert warning.text in text.split(" Pitfalls ")[1]


@by_company
def test_the_reasons_of_the_recommendation_come_first(a):
    order = re.findall(r"^What speaks for (SMB|enterprise) selling$", full(a), re.MULTILINE)
    if a.process == "both":
        assert order[0] == {"smb": "SMB", "enterprise": "enterprise"}[a.lead]
        assert len(order) == 2


@by_company
@pytest.mark.parametrize("shown", [page, full])
def test_a_report_has_no_empty_heading_and_no_word_for_programmers(a, shown):
    text = shown(a)
    titles = {topic.title for topic in BASE.knowledge.topics.values()}
    lines = text.splitlines()
    for above, line, below in zip(lines, lines[1:], lines[2:]):
        if len(line) > 2 and set(line) == {"-"}:
            assert len(above) == len(line)
            assert below.strip()
        elif shown is full and line in titles and set(below) != {"-"}:
            assert below.startswith("  - ")
    assert not UNFIT.search(text)


@by_company
def test_a_report_shows_what_stands_in_the_way_with_its_remedy(a):
    text = one_line(full(a))
    blockers = [b for b in a.blockers if b.process != "both" or two_groups(a)]
    for blocker in blockers:
        assert blocker.because in text
        assert f"Remedy ({blocker.owner}): {blocker.remedy}" in text
        if blocker.unless:
            assert f"Unless {conditions(VOCABULARY, blocker.unless)}." in text
    assert ("What stands in the way" in text) is bool(blockers)


def interested(item) -> bool:
    cited = {name for rule in item.rules for name in BASE.knowledge.rules[rule].source}
    return any(name in cited and source.interested for name, source in BASE.knowledge.sources.items())


@by_company
@pytest.mark.parametrize("shown", [page, full])
def test_advice_of_an_interested_party_is_disclosed_where_it_stands(a, shown):
    text = one_line(shown(a))
    shown = [item for item in a.advice if interested(item) and item.text in text]
    assert all(DISCLOSURE in text.split(item.text)[1] for item in shown)
    assert text.count(DISCLOSURE) == len(shown)


def test_the_statements_of_the_articles_author_on_selling_help_are_interested():
    assert all(BASE.knowledge.sources[name].interested for name in ("K25", "K26", "K46"))
    assert any(DISCLOSURE in one_line(full(a)) for a in ASSESSMENTS)


@by_company
def test_open_questions_are_asked_in_words_and_by_the_name_that_a_file_takes(a):
    text = one_line(full(a))
    for question in a.next_questions[:3]:
        assert f"{VOCABULARY[question.fact].label} ({question.fact})" in text
        assert why_asked(BASE, question) in text
    assert bool(a.next_questions) is not a.settled


def test_a_report_says_how_near_a_threshold_is_and_which_answers_are_guesses():
    case = Case(
        "Near", {"annual_contract_value": 24_900, "self_serve": False}, how={"annual_contract_value": "guessed"}
    )
    text = one_line(full(assess(BASE, case)))
    assert "Close to a threshold: average contract is $24,900, the line is at $25,000" in text
    for shown in (text, one_line(page(assess(BASE, case)))):
        assert "The verdict rests partly on average contract (guessed)." in shown


def test_a_figure_beyond_counting_is_undefined_and_no_number_in_json():
    found = document(assess(BASE, Case("A", {"acquisition_cost": 463, "customer_lifetime_value": 2e-309})))
    assert not [flag for flag in found["flags"] if flag["flag"] == "flag-payback"]
    assert found["derived"]["cost_to_lifetime_value"]["status"] == "undefined"
    json.dumps(found["derived"]["runway_months"], allow_nan=False)


def test_a_range_is_low_and_high_in_json_with_null_for_no_bound():
    facts = {"capital": Range(20_000, 80_000), "monthly_burn": 10_000, "reachable_customers": Range(100, math.inf)}
    found = document(assess(BASE, Case("A", facts)))
    assert found["facts"]["capital"] == {"low": 20_000, "high": 80_000}
    assert found["facts"]["reachable_customers"] == {"low": 100, "high": None}
    assert found["derived"]["runway_months"] == {"status": "value", "value": {"low": 2, "high": 8}}
    json.dumps(found["facts"], allow_nan=False)


def test_a_report_says_where_a_given_figure_differs_from_its_inputs():
    case = Case("Odd", {"runway_months": 20, "capital": 100, "monthly_burn": 10})
    found = assess(BASE, case)
    assert [problem.code for problem in found.problems] == ["SP120"]
    assert found.problems[0].message.removeprefix("Odd: ") in one_line(page(found))
    near = Case("Fine", {"runway_months": 10.5, "capital": 100, "monthly_burn": 10})
    assert assess(BASE, near).problems == ()


def test_headings_are_marked_where_the_terminal_can_show_it():
    def bold(heading):
        return f"*{heading}*"

    text = fitting(pages.versions(ASSESSMENTS[0]), 80, bold=bold)
    assert text.startswith(f"*{ASSESSMENTS[0].company}*\n===")
    assert "\n*First moves*\n1. " in text
    assert "\n*First moves*\n-----------\n" in write(pages.full(ASSESSMENTS[0]), 80, bold=bold)


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (Reading("value", 7), "7 months"),
        (Reading("unknown"), "not known yet"),
        (Reading("unlimited"), "unlimited"),
        (Reading("undefined"), "cannot be computed"),
    ],
)
def test_a_metric_is_a_figure_or_says_why_it_is_none(reading, text):
    assert figure(VOCABULARY, "runway_months", reading) == text


@given(some_facts())
def test_any_company_gets_a_report(facts):
    text = full(assess(BASE, Case("Somebody", facts)))
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert not UNFIT.search(text)


@by_company
def test_advice_says_whose_it_is_where_both_are_recommended(a):
    text = full(a)
    assert bool(re.search(r"^  - \[(SMB|enterprise)\] ", text, re.MULTILINE)) is (a.process == "both")


@pytest.mark.parametrize(("lead", "name"), [("smb", "SMB"), ("enterprise", "enterprise")])
def test_both_says_which_to_run_first(lead, name):
    a = next(a for a in ASSESSMENTS if a.process == "both")
    assert f"the {name} one first" in headline(dataclasses.replace(a, lead=lead))


@pytest.mark.parametrize(
    ("leaning", "fit", "text"),
    [
        ("enterprise", 2_000_000_000, "Enterprise selling would fit; first change what stands in the way."),
        ("smb", 2_000_000_000, "SMB selling would fit; first change what stands in the way."),
        ("smb", 100, "whichever way you sell. What is known leans to SMB selling."),
        ("smb", -2_000_000_000, "whichever way you sell. What is known leans to SMB selling."),
        (None, 0, "First change what stands in the way, whichever way you sell."),
    ],
)
def test_not_yet_says_whether_the_process_would_fit(leaning, fit, text):
    a = next(a for a in ASSESSMENTS if a.process == "not_yet")
    evidence = {process: {**sums, "fit": fit} for process, sums in a.evidence.items()}
    said = headline(dataclasses.replace(a, leaning=leaning, evidence=evidence))
    assert said.startswith("Not yet")
    assert said.removesuffix(" This rests on 8 of the 21 main answers.").endswith(text)


@given(some_facts())
def test_advice_belongs_to_the_recommendation(facts):
    a = assess(BASE, Case("Somebody", facts))
    allowed = {"any", a.process, *(PROCESSES if a.process == "both" else ())}
    assert {item.process for item in a.advice} <= allowed


# The JSON document


@by_company
@pytest.mark.parametrize("in_table", [False, True])
def test_the_document_keeps_its_schema_and_the_order_of_its_keys(a, in_table):
    found = document(a, table=in_table)
    VALIDATOR.validate(found)
    left_out = {"open", "next_questions", "precedents", "near", "grounds", "track_record"} if in_table else set()
    own = ["own"] if a.case.extra else []
    assert list(found) == [*(key for key in KEYS if key not in left_out), *own]
    assert found.get("own", {}) == a.case.extra
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_what_a_company_says_beside_facts_goes_through_a_saved_result(tmp_path):
    first = document(assess(BASE, Case("A", {"self_serve": True}, extra={"id": "7", "tags": ["x"]})))
    assert first["own"] == {"id": "7", "tags": ["x"]}
    (tmp_path / "saved.json").write_text(json.dumps(first))
    (case,) = read_file(str(tmp_path / "saved.json"), VOCABULARY).cases
    assert document(assess(BASE, case))["own"] == first["own"]
    assert "own" not in document(assess(BASE, Case("A", {})))


def test_a_list_of_documents_keeps_the_schema():
    VALIDATOR.validate([document(a, table=True) for a in ASSESSMENTS])


@given(some_facts())
def test_any_company_has_a_valid_document(facts):
    found = document(assess(BASE, Case("Somebody", facts)))
    VALIDATOR.validate(found)
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found
    assert "-0.0" not in re.findall(r"(?<=[ \[])-?[0-9.]+", text)


@by_company
def test_the_document_says_what_the_assessment_says(a):
    found = document(a)
    assert (found["company"], found["process"], found["settled"]) == (a.company, a.process, a.settled)
    assert found["facts"] == {
        name: [v for v in VOCABULARY[name].values if v in value] if isinstance(value, frozenset) else value
        for name, value in a.case.values.items()
    }
    assert list(found["facts"]) == VOCABULARY.ordered(a.case.values)
    assert [item["rule"] for item in found["fired"]] == [item.rule for item in a.fired]
    counted = {item["rule"] for item in found["fired"] if item["evidence"] and item["evidence"]["counted"]}
    assert counted == {item.rule for item in a.fired if item.weight}
    assert len(found["receipt"]["rules_sha256"]) == 64


def test_the_schema_refuses_what_is_no_assessment():
    found = document(ASSESSMENTS[0])
    wrong = [{"process": "channel"}, {"settled": "yes"}, {"possible": "smb"}, {"more": 1}, {"certainty": {"smb": {}}}]
    assert not any(VALIDATOR.is_valid({**found, **change}) for change in wrong)
    assert not any(VALIDATOR.is_valid({k: v for k, v in found.items() if k != key}) for key in ("fired", "receipt"))


@pytest.mark.parametrize("fact", [fact for fact in VOCABULARY.facts.values() if fact.type == "set"], ids=lambda f: f.id)
def test_the_members_of_a_set_stand_in_the_order_of_the_vocabulary(fact):
    assert plain(frozenset(fact.values), BASE) == list(fact.values)


def test_unlimited_and_undefined_are_never_numbers():
    facts = {"capital": 100, "monthly_burn": 0, "won_opportunities": 0, "lost_opportunities": 0, "self_serve": True}
    derived = document(assess(BASE, Case("X", facts)))["derived"]
    assert derived["runway_months"] == {"status": "unlimited", "value": None}
    assert derived["close_rate"] == {"status": "undefined", "value": None}
    assert derived["churn_rate"] == {"status": "unknown", "value": None}
    assert json.dumps(derived, allow_nan=False)


# The guide


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_guide_shows_every_point_of_the_comparison_with_what_it_cites(width):
    knowledge = BASE.knowledge
    text = write(guide.page(knowledge, sources=True), width)
    points = {
        "Starting point": ["K07", "K08"],
        "Buying process": ["K09", "K10"],
        "Buying signals": ["K12", "K13"],
        "Sales cycle": ["K14", "K15", "K16"],
        "Objections": ["K17"],
        "What to measure": ["K18", "K19"],
        "Expertise": ["K20", "K21"],
        "Outsourcing": ["K25", "K26"],
        "Pitfalls": ["K27", "K28"],
        "Strategies": ["K29", "K30", "K31", "K32"],
        "Technology": ["K33", "K34"],
        "Content": ["K35", "K36"],
        "Channel": ["K38", "K40"],
        "Team": ["K38", "K39"],
        "Cost": ["K41", "K42"],
        "Who you are": ["K43"],
        "Exhaustion": ["K44", "K45"],
    }
    cited = {point.point: point.source for point in knowledge.guide}
    for point, statements in points.items():
        assert re.search(rf"^{point}\b", text, re.MULTILINE)
        assert set(statements) <= set(cited[point])
    shown = set(re.findall(r"\b[KB]\d\d\b", text))
    assert {name for point in knowledge.guide for name in point.source} - {"expert judgement"} <= shown
    assert {name for _, sources in knowledge.guide_notes for name in sources} <= shown
    assert one_line(knowledge.article["disclosure"]) in one_line(text)
    plain = write(guide.page(knowledge), width)
    assert not re.findall(r"\[[KB]\d+", plain)
    assert one_line("The article: 6 to 10 on average") in one_line(write(guide.page(knowledge), 300))


def test_a_record_is_plain_data_field_by_field():
    @dataclasses.dataclass(frozen=True)
    class Inner:
        words: frozenset[str]
        kind: Enum

    @dataclasses.dataclass(frozen=True)
    class Outer:
        name: str
        parts: tuple[Inner, ...]
        by: dict[str, Inner]

    inner = Inner(frozenset({"b", "a"}), Enum("Kind", {"GOOD": "good"}).GOOD)
    said = {"words": ["a", "b"], "kind": "good"}
    told = plain(Outer("x", (inner,), {"k": inner}))
    assert told == {"name": "x", "parts": [said], "by": {"k": said}}
    assert list(told) == ["name", "parts", "by"]
