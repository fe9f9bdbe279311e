"""Answers that contradict one another: each relation of the vocabulary, and where it is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from given import BASE, EXAMPLES, FRAME, VOCABULARY, run, some_facts
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.compile import compile_base
from salespath.engine.contradictions import contradictions, impossible_rows
from salespath.engine.table import FactTable, Rows
from salespath.facts import Case, read_file, vocabulary
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError
from salespath.rules import folders, loader


def found(**facts):
    return {item.id: item for item in assess(BASE, Case("A", facts)).contradictions}


BROKEN = [
    (dict(largest_contract_value=5000, annual_contract_value=80_000),
     "largest-contracts-below-the-average", dict(largest_contract_value=80_000)),
    (dict(paying_customers=801, reachable_customers=800), "more-customers-than-could-buy", dict(paying_customers=800)),
    (dict(target_accounts=801, reachable_customers=800), "more-targets-than-could-buy", dict(target_accounts=800)),
    (dict(product_stage="idea", paying_customers=1), "an-idea-with-customers", dict(product_stage="prototype")),
    (dict(willingness_to_pay="proven", paying_customers=0), "proven-without-a-customer", dict(paying_customers=1)),
    (dict(customer_segments=["large"], paying_customers=0), "sizes-of-customers-without-a-customer", dict(customer_segments=[])),
    (dict(sales_team_size=11, company_employees=10), "more-sellers-than-staff", dict(sales_team_size=10)),
    (dict(case_studies=6, paying_customers=5), "more-case-studies-than-customers", dict(case_studies=5)),
    (dict(customers_lost=21, customers_at_start=20), "more-customers-lost-than-there-were", dict(customers_lost=20)),
    (dict(largest_contract_value=10_001, annual_contract_value=1000, paying_customers=10),
     "largest-contracts-far-above-the-average", dict(paying_customers=9)),
    (dict(annual_revenue=1_200_000, paying_customers=100, annual_contract_value=1000),
     "revenue-beyond-what-customers-pay", dict(annual_revenue=300_000)),
    (dict(annual_revenue=33_000, paying_customers=100, annual_contract_value=1000),
     "revenue-far-below-what-customers-pay", dict(annual_revenue=34_000)),
    (dict(willingness_to_pay="refused", paying_customers=10), "refused-with-ten-customers", dict(paying_customers=9)),
    (dict(customer_employees=100, customer_segments=["small", "large"]),
     "typical-customer-of-another-size", dict(customer_segments=["midsize"])),
    (dict(customer_employees=15, customer_segments=["large"]), "typical-customer-of-another-size", dict(customer_segments=[])),
    (dict(customer_employees=1000, customer_segments=["small"]), "typical-customer-of-another-size", dict(customer_employees=99)),
    (dict(seller_seniority="none", who_sells=["founder"]), "somebody-closes-and-nobody-does", dict(who_sells=[])),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "id_", "mended"), BROKEN, ids=[f"{id_}-{n}" for n, (_, id_, _) in enumerate(BROKEN)])
def test_a_relation_is_broken_by_certain_answers_only(facts, id_, mended):
    broken = found(**facts)
    assert list(broken) == [id_]
    assert set(broken[id_].facts) == set(facts)
    assert id_ not in found(**{**facts, **mended})
    for name in facts:
        assert id_ not in found(**{other: value for other, value in facts.items() if other != name})


def test_every_relation_is_shown_broken_once():
    assert {id_ for _, id_, _ in BROKEN} == VOCABULARY.relations.keys()


def test_it_names_both_values_and_asks():
    (item,) = found(largest_contract_value=5000, annual_contract_value=80_000).values()
    assert item.kind == "impossible"
    assert item.text == "The largest contracts are put at $5,000 a year, the average one at $80,000."
    assert (item.question, item.ask) == (
        "Which of the two is right?",
        ("largest_contract_value", "annual_contract_value"),
    )


def test_a_number_given_otherwise_than_its_inputs_make_it_is_a_contradiction_too():
    (item,) = found(capital=900_000, monthly_burn=50_000, runway_months=40).values()
    assert (item.kind, item.code, item.ask[0]) == ("impossible", "SP120", "runway_months")
    assert "40 months" in item.text
    assert "18 months" in item.text
    assert not found(capital=900_000, monthly_burn=50_000, runway_months=19)


def test_what_cannot_be_is_said_of_the_answers_and_not_of_a_number_made_of_them_again():
    a = assess(BASE, Case("A", {"customers_lost": 21, "customers_at_start": 20}))
    assert [problem.code for problem in a.problems] == ["SP122"]


@pytest.mark.parametrize("name", ["real_companies", "real_companies_2", "real_companies_3", "asana_2020", "veeva_2013"])
def test_no_documented_company_is_called_impossible(name):
    cases = read_file(str(EXAMPLES / f"{name}.yaml"), VOCABULARY).cases
    assert cases
    assert not [(c.company, i.text) for c in cases for i in assess(BASE, c).contradictions if i.kind == "impossible"]


def test_contradictory_answers_are_all_named():
    """An unlaunched product that would not be paid for, with 85 large customers of 15 people, and a top below the average."""
    a = assess(BASE, Case("contradictory answers", {
        "product_stage": "prototype", "self_serve": True, "customization": "bespoke", "free_trial": True,
        "willingness_to_pay": "refused", "paying_customers": 85, "customer_segments": ["large"], "customer_employees": 15,
        "large_customer_share": 0, "annual_contract_value": 120_000, "largest_contract_value": 20_000, "decision_makers": 1,
        "sales_cycle_months": 12, "annual_revenue": 400_000, "capital": 900_000, "monthly_burn": 50_000, "runway_months": 40,
        "who_sells": ["partners"], "seller_seniority": "none", "team_roles": ["account_executive"], "sales_team_size": 0,
        "role": "founder",
    }))  # fmt: skip
    assert [item.id for item in a.contradictions] == [
        "largest-contracts-below-the-average", "runway_months-given-otherwise",
        "revenue-far-below-what-customers-pay", "refused-with-ten-customers", "typical-customer-of-another-size",
        "somebody-closes-and-nobody-does",
    ]  # fmt: skip
    assert [problem.code for problem in a.problems] == ["SP122", "SP120"]


# In files, tables and at the prompt

BELOW = """
company: A
facts:
  product_stage: launched
  annual_contract_value: 80000
  largest_contract_value: 5000
  customer_segments: [large]
  self_serve: no
"""
TWELVE_TIMES = """
company: A
facts:
  product_stage: launched
  annual_contract_value: 1000
  paying_customers: 100
  annual_revenue: 1200000
  self_serve: yes
"""


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [(BELOW, "SP122", ("$5,000", "$80,000")), (TWELVE_TIMES, "SP123", ("$1,200,000", "100 customers", "$1,000"))],
)
def test_a_file_is_assessed_with_a_warning_that_names_the_values(tmp_path, text, code, values):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    page = run("assess", str(path))
    assert page.returncode == 0
    said = " ".join(page.stdout.decode().split("Check these")[1].split())
    assert all(value in said for value in values)
    told = json.loads(run("assess", str(path), "--format", "json").stdout)
    (item,) = told["contradictions"]
    assert all(value in item["text"] for value in values)
    assert [p["code"] for p in told["problems"]] == [code] * (item["kind"] == "impossible")
    check = run("facts", "check", str(path))
    assert check.returncode == 0
    assert code.encode() in check.stderr


CSV = """company,annual_contract_value,largest_contract_value,paying_customers,runway_months,capital,monthly_burn
Below,80000,5000,,,,
Fine,80000,90000,3,,,
Two,1000,90000,30,40,100000,10000
"""


@pytest.mark.parametrize("more", [(), ("-o", "out.csv"), ("-o", "out.parquet"), ("-o", "out.json")])
def test_a_table_says_the_row(tmp_path, more):
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    done = run("assess", str(path), *(str(tmp_path / part) if "." in part else part for part in more))
    assert done.returncode == 0
    said = [line.removeprefix(f"{path}, ").split(": ")[:3] for line in done.stderr.decode().splitlines()[:-1]]
    assert said == [
        ["row 2, column largest_contract_value", "warning SP122", "Below"],
        ["row 4, column runway_months", "warning SP120", "Two"],
    ]


def test_the_companies_of_a_fact_file_are_told_apart_by_their_lines(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "- {company: A, facts: {capital: 1}}\n- {company: B, facts: {paying_customers: 3, case_studies: 4}}\n"
    )
    done = run("assess", str(path))
    assert done.returncode == 0
    assert done.stderr.decode().startswith(f"{path}:2: warning SP122: B: ")


def test_of_a_long_table_the_first_rows_are_told_and_the_rest_are_counted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("company,paying_customers,case_studies\n" + "".join(f"A{n},3,4\n" for n in range(130)) + "B,4,4\n")
    done = run("assess", str(path), "-o", str(tmp_path / "out.csv"))
    lines = done.stderr.decode().splitlines()
    warned = [line for line in lines if "SP122" in line]
    assert [f"row {row}, " in line or f"row {row}:" in line for row, line in enumerate(warned[:20], 2)] == [True] * 20
    assert f"{path}: warning SP122: 30 more rows contradict themselves; the first 100 are told one by one." in lines
    assert done.returncode == 0
    assert len(warned) == 22


@given(st.lists(some_facts(), min_size=1, max_size=9))
def test_a_table_finds_the_same_rows_as_company_by_company(companies):
    cases = [Case(str(number), facts) for number, facts in enumerate(companies)]
    rows = Rows(BASE, FactTable.from_cases(BASE, cases))
    flagged = rows.expand(impossible_rows(rows)).astype(bool)
    kinds = [{item.kind for item in contradictions(Company(BASE, facts))} for facts in companies]
    assert np.array_equal(flagged, ["impossible" in found for found in kinds])


def prompt(tmp_path: Path, lines: str, *options: str) -> str:
    done = run("ask", *options, stdin=lines, XDG_DATA_HOME=str(tmp_path))
    return " ".join(done.stdout.decode().split())


def test_at_the_prompt_it_is_said_once_right_after_the_second_answer(tmp_path):
    said = prompt(tmp_path, "A\nlaunched\nskip\nskip\nproven\n0\nskip\nquit\n", "--order", "fixed")
    assert said.count("This cannot be: Willingness to pay is called proven, yet paying customers are put at 0.") == 1
    after = said.split("Noted: 0.")[1]
    assert after.index("Does anybody pay today?") < after.index("Question 6")
    assert "To correct willingness to pay or paying customers, type edit." in after


def test_at_the_prompt_a_correction_as_wrong_as_before_is_said_anew_and_a_right_one_is_not(tmp_path):
    said = prompt(tmp_path, "A\nlaunched\nskip\nskip\nproven\n0\nback\n0\nback\n3\nquit\n", "--order", "fixed")
    assert said.count("This cannot be") == 1  # Enter or the same answer again is not told anew
    said = prompt(
        tmp_path, "A\npilot\nskip\nskip\nskip\n7\nedit\n2\nidea\nedit\n6\n8\nedit\n6\n0\nquit\n", "--order", "fixed"
    )
    assert [f"put at {number}." in said for number in (7, 8, 0)] == [True, True, False]


def test_at_the_prompt_a_correction_reports_what_it_breaks_and_no_more_once_it_is_right(tmp_path):
    lines = "A\nlaunched\nskip\nskip\nproven\n12\nedit\n6\n0\nedit\n5\nuntested\nquit\n"
    said = prompt(tmp_path, lines, "--order", "fixed")
    assert said.count("This cannot be") == 1
    assert said.index("Changed from 12 to 0.") < said.index("This cannot be")


def test_at_the_prompt_a_doubt_is_asked_back_and_what_a_file_gave_can_be_corrected_too(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("company: A\nfacts: {willingness_to_pay: refused, paying_customers: 12}\n")
    said = prompt(tmp_path, "quit\n", str(path))
    assert "Worth a second look: Willingness to pay is called refused, yet paying customers are put at 12." in said
    assert "To correct willingness to pay or paying customers, type edit." in said
    said = prompt(tmp_path, "edit\n2\n3\nquit\n", str(path))
    assert "Changed from 12 to 3." in said
    assert said.count("Worth a second look") == 1


def test_the_listing_of_facts_says_what_they_cannot_say_together():
    text = run("facts", "list", COLUMNS="400").stdout.decode()
    line = next(line for line in text.splitlines() if "the largest contracts are under the average contract" in line)
    assert line.startswith("impossible")
    assert line.endswith("Which of the two is right?")
    listed = {item["id"]: item["relations"] for item in json.loads(run("facts", "list", "--format", "json").stdout)}
    assert [item["id"] for item in listed["case_studies"]] == ["more-case-studies-than-customers"]
    assert listed["role"] == []


# Mistakes in the vocabulary


def base_with(relations: str) -> Base:
    """The facts as they are with other relations, and a few rules."""
    terms = [*folders.read_all(folders.vocabulary_files()[:-1]).nodes, ("more.yaml", parse(relations, "more.yaml"))]
    knowledge, problems = loader.load([("frame.yaml", parse(FRAME, "frame.yaml"))], "")
    return compile_base(vocabulary.load(terms), knowledge, problems)


@pytest.mark.parametrize(
    ("wrong", "code", "message"),
    [
        ("broken: paying_custmers > 3", "SP301", "Did you mean paying_customers?"),
        ("ask: [paying_custmers]", "SP111", "Did you mean paying_customers?"),
        ("text: There are {customers}.", "SP305", "{customers} in a text is not a fact"),
        ("text: There are {capital}.", "SP305", "{capital} stands in a text but may be unknown"),
        ("broken: process == smb", "SP301", "there is no process here"),
        ("kind: unlikely", "SP106", "expected impossible, doubtful"),
        ("question:", "SP107", "the relation r has no question"),
        ("because: x", "SP108", "unknown key because"),
    ],
)
def test_a_mistake_in_a_relation_is_refused_with_its_line(wrong, code, message):
    lines = ["broken: paying_customers > 3", "kind: doubtful", "text: x", "question: x", "ask: [paying_customers]"]
    key = wrong.partition(":")[0]
    body = "".join(f"\n    {line}" for line in [*(line for line in lines if not line.startswith(key)), wrong])
    text = f"relations:\n  - id: r{body}\n"
    with pytest.raises(SalespathError) as caught:
        base_with(text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == (code, "more.yaml")
    assert problem.line in range(2, 9)
    assert message in problem.message


def test_two_relations_of_one_name_are_refused():
    one = "{id: r, broken: self_serve, kind: doubtful, text: x, question: x, ask: [self_serve]}"
    with pytest.raises(SalespathError, match="the relation r is defined twice"):
        vocabulary.load([("v.yaml", parse(f"relations: [{one}, {one}]", "v.yaml"))])


@pytest.mark.parametrize("follows", ["capitl", "capital"])
def test_a_cause_explains_facts_that_there_are_and_that_have_no_other(follows):
    causes = "[{id: a, says: x, tells: [capital], follows: []}, {id: b, says: y, tells: [self_serve], follows: [%s]}]"
    with pytest.raises(SalespathError, match=f"{follows} is no fact, or has another cause"):
        base_with(f"relations: []\ncauses: {causes % follows}\n")
