"""The documented companies most like one: Gower's distance by hand, what is left out, and what is shown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from given import BASE, EXAMPLES, ROOT, VOCABULARY, full, run, sample, small_base, some_facts, values
from hypothesis import given, settings
from hypothesis import strategies as st

from salespath.counsel import precedents
from salespath.counsel.precedents import (
    COMMON,
    Documented,
    Likeness,
    alike,
    distance,
    documented_companies,
    weights,
)
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.facts import Case, read_file
from salespath.report.formats.text import write
from salespath.report.overview import overview_of
from salespath.report.pages import portfolio
from salespath.report.pages.explanation import explain, page
from salespath.report.pages.precedents import resemblance
from salespath.report.plain import document as assessment_document
from salespath.report.plain import plain

REAL = [
    case
    for name in ("real_companies.yaml", "real_companies_2.yaml", "real_companies_3.yaml")
    for case in read_file(str(EXAMPLES / name), VOCABULARY).cases
]
SOURCE = re.compile(r" ?\(((?=[^)]*(?:\brecall\b|\bverified\b|from memory|https?:))(?:[^()]|\([^()]*\))*)\)")


def likeness() -> Likeness:
    return precedents.likeness(BASE)


def a_company(facts: dict, name: str = "Other", label: str = "smb") -> Documented:
    return Documented(name, 2015, label, "It sold.", ("recalled from a book",), facts)


# The data


def test_the_companies_of_the_package_are_those_of_the_examples() -> None:
    assert [company.facts for company in documented_companies()] == [case.values for case in REAL]


def test_each_says_what_it_did_when_and_where_that_stands() -> None:
    for company in documented_companies():
        assert company.did.endswith(".")
        assert not SOURCE.search(company.did)
        assert company.sources
        assert 1990 < company.year < 2030
    assert len(documented_companies()) == 91
    assert sum(company.label == "not_yet" for company in documented_companies()) == 19


# One fact


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (True, True, True),
        (True, False, False),
        ("idea", "prototype", False),
        (frozenset({"small", "large"}), frozenset({"small"}), True),
        (frozenset({"large"}), frozenset({"small"}), False),
        (frozenset(), frozenset(), True),
        (frozenset(), frozenset({"small"}), False),
        (50_000, 100_000, True),
        (49_999, 100_000, False),
        (0, 0, True),
        (0, 1, False),
        (0.2, 0.4, True),
    ],
)
def test_whether_two_values_are_alike(one, other, expected) -> None:
    assert alike(one, other) == alike(other, one) == expected


@pytest.mark.parametrize(
    ("name", "one", "other", "span", "expected"),
    [
        ("self_serve", True, False, 0, 1),
        ("self_serve", False, False, 0, 0),
        ("role", "founder", "investor", 0, 1),
        ("product_stage", "idea", "launched", 0, 1),
        ("product_stage", "prototype", "pilot", 0, 1 / 3),
        ("customization", "none", "configuration", 0, 1 / 2),
        ("customer_segments", frozenset({"small", "large"}), frozenset({"small"}), 0, 1 / 2),
        ("customer_segments", frozenset({"small", "large"}), frozenset({"small", "midsize"}), 0, 2 / 3),
        ("customer_segments", frozenset(), frozenset(), 0, 0),
        ("customer_segments", frozenset(), frozenset({"small"}), 0, 1),
        ("large_customer_share", 0.2, 0.7, 1, 1 / 2),
        ("sales_cycle_months", 3, 6, 12, 1 / 4),
        ("annual_contract_value", 999, 9_999, 4, 1 / 4),
        ("annual_contract_value", 9_999, 99_999, 4, 1 / 4),
        ("paying_customers", 0, 9_999_999, 4, 1),
        ("paying_customers", 5, 5, 0, 0),
        ("paying_customers", 5, 6, 0, 1),
    ],
)
def test_how_far_two_values_are_apart(name, one, other, span, expected) -> None:
    assert distance(VOCABULARY[name], one, other, span) == pytest.approx(expected)
    assert distance(VOCABULARY[name], other, one, span) == pytest.approx(expected)


@given(st.sampled_from(list(VOCABULARY)), st.data())
@settings(max_examples=settings.default.max_examples * 3)
def test_a_distance_lies_between_0_and_1_either_way_round_and_is_0_to_itself(name, data) -> None:
    fact, one, other = VOCABULARY[name], data.draw(values(name)), data.draw(values(name))
    span = likeness().ranges.get(name, 0.0)
    far = distance(fact, one, other, span)
    assert 0 <= far <= 1
    assert distance(fact, other, one, span) == far
    assert distance(fact, one, one, span) == 0


# Weights

EVIDENCE = """
rules:
  - id: large-pay
    when: customer_segments
    conclude: {segment: large}
    because: They pay.
    source: [K01]
  - id: by-segment
    when: segment == large and self_serve
    weigh: {process: enterprise, certainty: 0.5, line: size}
    because: They are large.
    source: [K01]
  - id: by-runway
    when: runway_months < 7
    weigh: {process: smb, certainty: -0.8, line: cash}
    because: The cash is short.
    source: [K01]
  - id: by-self-serve
    when: self_serve
    weigh: {process: smb, certainty: 0.5, line: reach}
    because: They start alone.
    source: [K01]
  - id: no-calls
    when: product_stage == launched
    warn: {text: Call nobody., process: any}
    because: It sells itself.
    source: [K01]
"""


def small() -> Likeness:
    base = small_base(EVIDENCE.replace("when: customer_segments", "when: large in customer_segments"))
    return Likeness(base, [])


def test_a_fact_weighs_what_the_evidence_weighs_that_reads_it() -> None:
    half, most = (certainty.net(certainty.weight(c)) for c in (0.5, 0.8))
    assert weights(small().base) == pytest.approx(
        {
            "self_serve": 2 * half,
            "customer_segments": half,
            "capital": most,
            "monthly_burn": most,
            "runway_months": most,
        }
    )


def test_gower_by_hand() -> None:
    """ln 2 for the segments (half apart), 2 ln 2 for self-serve (apart): (0.5 + 2) / 3; what one does not know is left out."""
    gower = small()
    one = {"customer_segments": frozenset({"small", "large"}), "self_serve": True, "capital": 5_000, "role": "founder"}
    other = {"customer_segments": frozenset({"large"}), "self_serve": False, "monthly_burn": 10, "role": "investor"}
    parts = {part.fact: (part.distance, part.weight, part.alike) for part in gower.parts(one, other)}
    assert parts == {
        "self_serve": (1, pytest.approx(2 / 3), False),
        "customer_segments": (0.5, pytest.approx(1 / 3), True),
    }


def test_how_a_company_sells_today_does_not_count() -> None:
    """It is nearly what the label says: a likeness in it would repeat the answer."""
    facts = {"team_roles": frozenset({"account_executive"}), "sales_channels": frozenset({"field_visits"})}
    assert likeness().parts(facts, facts) == ()


# A whole company


@given(some_facts(), some_facts())
def test_the_distance_of_two_companies(one, other) -> None:
    there, back = (likeness().compare(*pair) for pair in ((one, a_company(other)), (other, a_company(one))))
    assert (there is None) == (back is None)
    if there and back:
        assert there.distance == pytest.approx(back.distance)
        assert -1e-9 <= there.distance <= 1 + 1e-9
        assert 0 < there.shared <= 1
        assert len(there.parts) >= COMMON
        assert there.alike / len(there.parts) >= 0.6
        assert sum(part.weight for part in there.parts) == pytest.approx(1)
    same = likeness().compare(one, a_company(one))
    assert same is None or (same.distance, same.alike) == (0, len(same.parts))


@pytest.mark.more
@pytest.mark.parametrize("case", sample(REAL, 12), ids=lambda case: case.company)
def test_the_nearest_documented_companies(case) -> None:
    found = likeness().nearest(case)
    assert case.company not in [p.documented.company for p in found]
    assert [p.distance for p in found] == sorted(p.distance for p in found)
    within = likeness().like(case)
    assert list(found[:3]) == within[:3]
    assert any(p.failed for p in found) == any(p.failed for p in within)
    assert all(p.failed for p in found[3:])


def test_a_likeness_takes_ten_answers_and_three_fifths_of_them_alike() -> None:
    facts = documented_companies()[0].facts
    names = [part.fact for part in likeness().parts(facts, facts)]
    ten = {name: facts[name] for name in names[:10]}
    other = a_company(ten)
    found = likeness().compare(ten, other)
    assert found is not None
    assert found.alike == 10
    assert likeness().compare({name: facts[name] for name in names[:9]}, other) is None
    turned = [name for name in ten if isinstance(ten[name], (bool, int, str))]
    for count in range(6):
        unlike = {name: unlike_value(name, ten[name]) if name in turned[:count] else ten[name] for name in ten}
        assert (likeness().compare(unlike, other) is not None) == (count <= 4)


def unlike_value(name: str, value):
    if isinstance(value, bool):
        return not value
    return value * 3 + 3 if isinstance(value, int) else next(word for word in VOCABULARY[name].values if word != value)


def test_how_many_answers_would_be_needed() -> None:
    """A documented company with twelve comparable answers: ten must be common, and alike answers make up for others."""
    names = [part.fact for part in likeness().parts(documented_companies()[0].facts, documented_companies()[0].facts)][
        :12
    ]
    facts = {name: documented_companies()[0].facts[name] for name in names}
    one = Likeness(BASE, [a_company(facts)])
    assert one.needed(Case("Nothing said")) == 10
    assert one.needed(Case("Six", dict(list(facts.items())[:6]))) == 4
    assert one.needed(Case("All", facts)) == 0
    unlike = {name: unlike_value(name, value) for name, value in facts.items() if not isinstance(value, frozenset)}
    assert one.needed(Case("Unlike", unlike)) is None


@given(some_facts())
def test_answers_are_needed_only_where_there_is_no_look_alike(facts) -> None:
    case = Case("Somebody", facts)
    assert bool(likeness().like(case)) == (likeness().needed(case) == 0)


def test_the_company_itself_is_left_out_and_its_earlier_self_is_not() -> None:
    facts = documented_companies()[0].facts
    anaplan = Case("Anaplan", facts, extra={"year": "2018"})
    assert [p for p in likeness().nearest(anaplan) if p.documented.company == "Anaplan"] == []
    assert likeness().nearest(replace(anaplan, extra={}))[0].documented.company != "Anaplan"
    assert likeness().nearest(replace(anaplan, extra={"year": "2023"}))[0].documented.company == "Anaplan"
    assert likeness().nearest(replace(anaplan, company="Plan B"))[0].distance == 0


def test_a_failure_within_reach_is_named_besides_three_that_are_nearer() -> None:
    facts = dict(documented_companies()[0].facts)
    fourth = a_company({**facts, "delivery_capacity": False}, "Failed", "not_yet")
    companies = [a_company(facts, f"Other {n}") for n in range(4)]
    assert [p.documented.company for p in Likeness(BASE, [*companies, fourth]).nearest(Case("Somebody", facts))] == [
        "Other 0", "Other 1", "Other 2", "Failed",
    ]  # fmt: skip


def test_the_page_says_how_often_the_nearest_has_the_same_label() -> None:
    found = [(case.extra["label"], likeness().nearest(case)) for case in REAL]
    same = sum(bool(near) and near[0].documented.label == label for label, near in found)
    some = sum(bool(near) for _, near in found)
    page = " ".join((ROOT / "docs" / "real-companies.md").read_text("utf-8").split())
    assert f"{some} of the 91 have a look-alike, and the nearest one has the same label for {same} of them" in page


# What is shown


def test_the_report_explanation_and_document_name_them_and_a_table_does_not() -> None:
    a = assess(BASE, read_file(str(EXAMPLES / "asana_2020.yaml"), VOCABULARY).cases[0])
    names = [p.documented.company for p in likeness().nearest(a.case)]
    report = " ".join(full(a).split())
    assert "Companies that resemble you" in report
    assert "Likeness is no proof" in report
    branch = next(branch for branch in page(explain(a)).blocks[0].under if branch.text == "Companies that resemble you")
    for name, under in zip(names, branch.under):
        assert name in report
        assert under.text.startswith(name)
        assert under.under[-1].text.startswith("Source: ")
    found = assessment_document(a)
    assert [item["company"] for item in found["precedents"]] == names
    assert found["precedents"] == plain(likeness().nearest(a.case), BASE)
    assert "precedents" not in assessment_document(a, table=True)
    assert not any(name in write(portfolio.page(BASE, overview_of([a]), paper=True)) for name in names)


def test_an_empty_company_is_told_of_none_and_how_many_answers_it_would_take() -> None:
    a = assess(BASE, Case("Nothing said"))
    none = "it takes at least 10 more of your answers."
    assert none in " ".join(full(a).split())
    branches = page(explain(a)).blocks[0].under
    assert none in next(b for b in branches if b.text == "Companies that resemble you").under[0].text


def test_a_likeness_in_words() -> None:
    facts = dict(documented_companies()[0].facts)
    other = a_company({**facts, "self_serve": not facts["self_serve"]}, "Sellers", "not_yet")
    precedent = Likeness(BASE, [other]).nearest(Case("Somebody", facts))[0]
    item = resemblance(precedent, facts, VOCABULARY)
    count = len(precedent.parts)
    assert item.title == "Sellers, 2015: neither way of selling worked"
    assert item.likeness == (
        f"{count} answers in common, {count - 1} alike; unlike above all in self-serve (there yes; here no)."
    )


def test_the_sources_are_short_in_the_report_and_whole_in_the_explanation() -> None:
    done = run("explain", str(EXAMPLES / "asana_2020.yaml")).stdout.decode()
    assert "https://index.businessinsurance.com/" in done
    assert "index.businessinsurance.com)]" in " ".join(
        run("assess", str(EXAMPLES / "asana_2020.yaml"), "--full").stdout.decode().split()
    )
