"""Comparing: facts, verdicts and advice that differ, saved results of other rules, and several people's answers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from companies import random_companies
from given import BASE, EXAMPLES, VOCABULARY, run, sample, some_facts, values
from hypothesis import given, settings
from hypothesis import strategies as st

from salespath.commands.compare import Sides, assess_sides
from salespath.commands.shared.reading import companies_files, joined, read_companies
from salespath.counsel.compare import Comparison, Side, behind_verdict, compare, own_advice
from salespath.counsel.panel import MAJORITY, panel
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.effects import OTHERS, between
from salespath.engine.majority import majority
from salespath.facts import Case, read_file
from salespath.facts.company_names import folded_name
from salespath.facts.settings import of_name
from salespath.report.formats.text import write
from salespath.report.pages.compare import document, page
from salespath.report.pages.panel import page as panel_page
from salespath.report.plain import document as saved_result
from salespath.rules.language import inputs

ASANA, VEEVA, PEOPLE = (str(EXAMPLES / name) for name in ("asana_2020.yaml", "veeva_2013.yaml", "respondents.yaml"))
SELLER = {
    "product_stage": "launched", "self_serve": False, "annual_contract_value": 70_000,
    "customer_segments": frozenset({"large"}), "who_sells": frozenset({"sellers"}), "seller_seniority": "senior",
}  # fmt: skip


def side(name: str, **facts) -> Side:
    return Side(name, assess(BASE, Case(name, facts)))


def text(found: Comparison, width: int) -> str:
    return write(page(found), width)


def read_sides(base: Base, paths: list[str], respondents: bool | None = None) -> Sides:
    return assess_sides(base, joined(read_companies(companies_files(base, paths), lenient=True)), respondents)


def codes(problems) -> list[tuple[str, str]]:
    return [(p.code, p.severity) for p in problems]


def saved(folder: Path, name: str = "saved.json", **changes) -> str:
    """A result as `assess --format json` writes it, with changes to its facts, or to keys of its top or receipt."""
    found = saved_result(assess(BASE, Case("Acme", SELLER)))
    for key, value in changes.items():
        place = found if key in found else found["receipt"] if key in found["receipt"] else found["facts"]
        place[key] = value
    (folder / name).write_text(json.dumps(found), "utf-8")
    return str(folder / name)


# Companies and scenarios


def test_facts_that_differ_are_told_from_those_that_are_the_same() -> None:
    found = compare([side("A", **SELLER), side("B", **{**SELLER, "seller_seniority": "mid", "capital": 5})])
    assert found.facts == {"seller_seniority": ("senior", "mid"), "capital": (None, 5)}
    assert set(found.same) == {*SELLER} - {"seller_seniority"}


def test_what_is_not_said_is_not_shown_as_no() -> None:
    shown = text(compare([side("A", self_serve=False), side("B", role="founder")]), 80)
    row = next(line for line in shown.splitlines() if line.startswith("self-serve"))
    assert row.split("  ")[-1].strip() == "not said"


def test_advice_that_differs_by_topic_and_through_which_rules() -> None:
    bens = {**SELLER, "seller_seniority": "junior"}
    found = compare([side("A", **SELLER), side("B", **bens)])
    first, second = (side.assessment for side in found.sides)
    assert (first.process, second.process) == ("enterprise", "not_yet")
    for topic, sides in found.advice.items():
        for a, choices in zip((first, second), sides):
            assert set(choices) == {item.choice for item in a.advice if item.topic == topic}
    (effect,) = found.effects
    assert set(effect.through) == {
        "enterprise-needs-a-seller", "enterprise-nobody-to-sell", "enterprise-sellers-are-there",
    }  # fmt: skip
    assert behind_verdict(effect, (first, second))[0] == ("enterprise-needs-a-seller", second)
    shown = " ".join(text(found, 100).split())
    assert "Verdict: not yet, leans enterprise instead of enterprise. It goes back to: - B: " in shown
    assert "[enterprise-needs-a-seller]" in shown


def test_the_same_company_twice_differs_in_nothing() -> None:
    found = compare([side("A", **SELLER), side("B", **SELLER)])
    assert (found.facts, found.advice) == ({}, {})
    assert "Nothing differs in what is recommended." in text(found, 80)


@pytest.mark.more
def test_every_difference_between_two_companies_goes_back_to_rules_that_read_other_answers() -> None:
    seen = 0
    for one, other in pairwise(assess(BASE, case) for case in sample(random_companies(60, seed=5), 3)):
        effect = between(one, other)
        assert effect.old == one.verdict
        assert effect.new == other.verdict
        assert bool(effect.through) == effect.verdict_changes
        for rule in effect.through:
            ref = BASE.graph.condition_refs[rule]
            assert one.walked.status(ref) != other.walked.status(ref)
        for item in effect.items:
            if item.reason == OTHERS and item.how != "changed":
                assert item.through
        seen += effect.verdict_changes
    assert seen > 3


@pytest.mark.more
def test_a_change_of_one_fact_goes_back_to_rules_that_read_it() -> None:
    for case in sample(read_file(str(EXAMPLES / "real_companies.yaml"), VOCABULARY).cases[::4], 4):
        full = assess(BASE, case)
        for name in case.values:
            less = assess(BASE, replace(case, values={k: v for k, v in case.values.items() if k != name}))
            effect = between(full, less)
            for rule in {*effect.through, *(r for item in own_advice(effect) for r in item.through)}:
                trees = [BASE.condition(rule), *filter(None, [BASE.done_when(rule)])]
                read = BASE.behind(n for tree in trees for n in inputs(tree))
                assert name in read, (case.company, name, rule)


@pytest.mark.parametrize("number", [2, 32])
def test_a_comparison_fits_the_width(number) -> None:
    cases = read_file(str(EXAMPLES / "real_companies.yaml"), VOCABULARY).cases[-number:]
    found = compare([Side(case.company, assess(BASE, case)) for case in cases])
    for width in (40, 60, 80, 120):
        shown = text(found, width)
        assert [line for line in shown.splitlines() if len(line) > width] == []
        assert [case.company for case in cases if case.company.split()[0] not in shown] == []


@given(st.lists(some_facts(), min_size=2, max_size=4))
def test_any_companies_can_be_compared(facts) -> None:
    found = compare([side(f"Company {n}", **known) for n, known in enumerate(facts)])
    shown = text(found, 80)
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    plain = json.loads(json.dumps(document(found), allow_nan=False))
    assert {*plain["facts"], *plain["same"]} == {name for known in facts for name in known}


# Files


def test_files_of_every_kind_are_compared_in_their_order(tmp_path: Path) -> None:
    table = tmp_path / "two.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["company", "product_stage"], ["One", "idea"], ["Two", "launched"]])
    listed = tmp_path / "list.yaml"
    listed.write_text(
        "- {company: Three, facts: {role: founder}}\n- {company: Four, facts: {role: investor}}\n", "utf-8"
    )
    read = read_sides(BASE, [str(table), ASANA, str(listed), saved(tmp_path)])
    assert read.problems == []
    assert [c.name for c in read.sides] == ["One", "Two", "Asana", "Three", "Four", "Acme"]
    assert not read.respondents


def test_the_command_prints_text_and_json() -> None:
    done = run("compare", ASANA, VEEVA)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"through which rules" in done.stdout
    found = json.loads(run("compare", ASANA, VEEVA, "--format", "json").stdout)
    assert [c["name"] for c in found["columns"]] == ["Asana", "Veeva Systems"]
    assert found["facts"]["paying_customers"] == [89000, 170]
    assert found["columns"][1]["assessment"]["process"] == "enterprise"
    (change,) = found["changes"]
    assert (change["old"]["process"], change["new"]["process"]) == ("both", "enterprise")
    assert "smb-customers-start-alone" in change["through"]
    for number, assessed in enumerate(c["assessment"] for c in found["columns"]):
        for topic, choices in found["advice"].items():
            assert set(choices[number]) == {item["choice"] for item in assessed["advice"] if item["topic"] == topic}


def test_two_dates_of_one_company_are_no_respondents(tmp_path: Path) -> None:
    for year in (2019, 2020):
        (tmp_path / f"{year}.yaml").write_text(f"company: Acme\nyear: {year}\nfacts: {{role: founder}}\n", "utf-8")
    read = read_sides(BASE, [str(tmp_path / "2019.yaml"), str(tmp_path / "2020.yaml")])
    assert not read.respondents
    assert [c.name for c in read.sides] == ["Acme (2019)", "Acme (2020)"]


def test_two_dates_of_one_company_are_a_history_in_the_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(
        "company: Ácme S.R.L.\nfacts: {reference_date: 2023-06-30, self_serve: no}\n", "utf-8"
    )
    (tmp_path / "old.yaml").write_text("company: Acme srl\nyear: 2019\nfacts: {self_serve: yes}\n", "utf-8")
    read = read_sides(BASE, [str(tmp_path / "new.yaml"), str(tmp_path / "old.yaml")])
    assert not read.respondents
    found = compare(read.sides)
    assert found.moments == ("2019", "2023-06-30")
    said = text(found, 100)
    assert said.startswith("Ácme S.R.L.: 2019 -> 2023-06-30\n")
    assert "2019 -> 2023-06-30: what changed\n--------------------------------\n  - self-serve: yes -> no\n" in said
    assert "what it did to the verdict" in said
    three = [replace(s, assessment=assess(BASE, replace(s.assessment.case, extra={"year": y}, values={})))
             for y, s in zip((2021, 2019, 2020), [*read.sides, read.sides[0]])]  # fmt: skip
    changes = document(compare(three))["changes"]
    assert [c["against"] for c in changes] == [s.name for s in compare(three).sides[:2]]


def test_whose_answers_they_are_holds_before_when_they_were(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(
        "- {company: Acme Inc., respondent: Ana, year: 2019, facts: {self_serve: yes}}\n"
        "- {company: ACME, respondent: Ben, year: 2020, facts: {self_serve: no}}\n",
        "utf-8",
    )
    assert read_sides(BASE, [str(path)]).respondents


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ácme S.R.L.", "acme srl", True),
        ("Müller & Söhne GmbH & Co. KG", "Muller Sohne", True),
        ("Data-Dog, Inc.", "Datadog", True),
        ("Straße Ltd", "STRASSE LIMITED", True),
        ("Țara S. A.", "Tara", True),
        ("S.C. Țara S.R.L.-D", "Țara", True),
        ("SC Johnson & Son, Inc.", "Johnson & Son", False),
        ("Żubr Sp. z o.o.", "ZUBR", True),
        ("Łódź Soft sp. z o. o.", "Lodz Soft", True),
        ("Škoda spol. s r.o.", "Skoda", True),
        ("Grønn A/S", "GRONN", True),
        ("Nokia Oyj", "Nokia AB", True),
        ("Acme B.V.", "Acme LLC", True),
        ("Co", "SE", False),
        ("Inc", "Inc.", True),
        ("Acme One", "Acme Two", False),
        ("日本電気", "日本", False),
        ("!!!", "???", False),
    ],
)
def test_names_match_whatever_their_case_accents_and_legal_form(one, other, same) -> None:
    assert (folded_name(one) == folded_name(other)) == same


def test_a_company_is_found_by_its_folded_name_and_an_exact_one_comes_first() -> None:
    some = [Case("Acme Inc."), Case("ACME"), Case("Other")]
    assert of_name(some, "ACME") == [some[1]]
    assert of_name(some, "acme") == some[:2]
    assert run("whatif", str(EXAMPLES / "real_companies.yaml"), "--company", "xero ltd").stdout.startswith(b"Xero: ")


def test_records_that_nothing_tells_apart_are_numbered() -> None:
    read = read_sides(BASE, [ASANA, ASANA], respondents=False)
    assert [c.name for c in read.sides] == ["Asana (2020) 1", "Asana (2020) 2"]


def test_contradictory_answers_are_said(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text("company: Odd\nfacts: {runway_months: 20, capital: 80, monthly_burn: 10}\n", "utf-8")
    done = run("compare", ASANA, str(path))
    assert done.returncode == 0
    assert b"warning SP120" in done.stderr


# Bad input


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ([ASANA], "SP164", "found one company"),
        (["nowhere.yaml", "nor.csv"], "SP164", "found no company"),
        (["nowhere.yaml", ASANA, VEEVA], "SP101", "cannot read nowhere.yaml"),
    ],
)
def test_problems_with_files(files, code, says) -> None:
    done = run("compare", *files)
    assert done.returncode == 1
    assert f"error {code}: {says}".encode() in done.stderr
    assert bool(done.stdout) == (ASANA in files and VEEVA in files)  # the others are compared all the same


def test_without_files_it_is_a_usage_error() -> None:
    assert run("compare").returncode == 2


def test_a_company_with_an_error_is_left_out_and_the_others_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("company: Bad\nfacts: {product_stage: lauched, self_serv: yes}\n", "utf-8")
    read = read_sides(BASE, [ASANA, str(path), VEEVA])
    assert sorted(codes(read.problems)) == [("SP111", "error"), ("SP112", "error")]
    assert [c.name for c in read.sides] == ["Asana", "Veeva Systems"]


# Saved results


def test_a_saved_result_of_the_same_rules_is_like_its_facts(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(
        json.dumps({"company": "Acme", "facts": saved_result(assess(BASE, Case("Acme", SELLER)))["facts"]})
    )
    read = read_sides(BASE, [saved(tmp_path), str(facts)])
    assert read.problems == []
    assert not read.respondents
    assert [c.name for c in read.sides] == ["Acme (saved)", "Acme (facts)"]
    assert compare(read.sides).facts == {}


def test_a_result_of_other_rules_says_so_and_what_became_of_the_verdict(tmp_path: Path) -> None:
    path = saved(tmp_path, rules_sha256="a" * 64, rules_version="0.9", process="smb")
    read = read_sides(BASE, [path, ASANA])
    assert codes(read.problems) == [("SP162", "warning")]
    assert "rules 0.9 (aaaaaaaaaaaa)" in read.problems[0].message
    assert "it said SMB, and is now enterprise" in read.problems[0].message
    same = read_sides(BASE, [saved(tmp_path, rules_sha256="a" * 64), ASANA]).problems
    assert "the verdict is the same, enterprise" in same[0].message


def test_an_edited_verdict_is_noticed(tmp_path: Path) -> None:
    read = read_sides(BASE, [saved(tmp_path, process="smb"), ASANA])
    assert codes(read.problems) == [("SP163", "warning")]


def test_other_overlays_are_other_rules(tmp_path: Path) -> None:
    read = read_sides(BASE, [saved(tmp_path, overlays=[{"name": "house", "sha256": "b" * 64}]), ASANA])
    assert codes(read.problems) == [("SP162", "warning")]


def test_what_another_vocabulary_had_is_named_shown_and_not_lost(tmp_path: Path) -> None:
    path = saved(tmp_path, rules_sha256="a" * 64, self_serv=True, product_stage="gamma", moods=["good", "bad"])
    read = read_sides(BASE, [path, ASANA])
    assert sorted(codes(read.problems)) == [("SP161", "warning")] * 3 + [("SP162", "warning")]
    assert any("no fact self_serv. Did you mean self_serve?" in p.message for p in read.problems)
    assert any("gamma is not one of idea" in p.message for p in read.problems)
    first = read.sides[0]
    assert first.unread == {"product_stage": "gamma", "self_serv": "true", "moods": ["good", "bad"]}
    assert first.assessment.case.values == {k: v for k, v in SELLER.items() if k != "product_stage"}
    shown = " ".join(text(compare(read.sides), 120).split())
    assert "self_serv (cannot be" in shown
    assert "good, bad" in shown
    done = run("compare", "-", ASANA, "--format", "json", stdin=Path(path).read_bytes())
    assert done.returncode == 0
    assert json.loads(done.stdout)["columns"][0]["unread"] == first.unread


def test_several_saved_results_in_one_line_keep_what_is_their_own(tmp_path: Path) -> None:
    results = [json.loads(Path(saved(tmp_path, **{name: 1})).read_text()) for name in ("first_fact", "second_fact")]
    (tmp_path / "both.json").write_text(json.dumps(results))
    read = read_sides(BASE, [str(tmp_path / "both.json")])
    assert [c.unread for c in read.sides] == [{"first_fact": "1"}, {"second_fact": "1"}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["company", "process", "lead", "year"]), JSON), st.data())
@settings(max_examples=settings.default.max_examples * 3)
def test_whatever_stands_in_a_saved_result_is_a_column_or_a_problem(tmp_path_factory, keys, data) -> None:
    facts = data.draw(st.dictionaries(st.sampled_from(["self_serve", "capital", "moods", "customer_segments"]), JSON))
    receipt = data.draw(st.dictionaries(st.sampled_from(["rules_sha256", "rules_version", "overlays"]), JSON))
    path = tmp_path_factory.mktemp("saved") / "any.json"
    path.write_text(json.dumps({**keys, "facts": facts, "receipt": receipt}), "utf-8")
    read = read_sides(BASE, [str(path), ASANA])
    if len(read.sides) == 2:
        json.dumps(document(compare(read.sides)), allow_nan=False)
        assert text(compare(read.sides), 80)
        lost = {*facts} - {*read.sides[0].unread, *read.sides[0].assessment.case.values}
        assert all(isinstance(facts[name], dict) or facts[name] in (None, "", []) for name in lost)
    else:
        assert any(problem.severity == "error" for problem in read.problems)


def test_a_fact_given_twice_in_a_saved_result_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text(
        '{"company": "A", "facts": {"capital": 1, "capital": 2, "moods": 1}, "receipt": {"rules_version": "1"}}'
    )
    read = read_sides(BASE, [str(path), ASANA])
    assert ("SP105", "error") in codes(read.problems)
    assert [c.name for c in read.sides] == ["Asana"]


def test_rules_laid_over_the_built_in_ones_judge_all_columns() -> None:
    done = run("compare", ASANA, VEEVA, "--rules", str(EXAMPLES / "house_rules"), "--format", "json")
    overlays = [c["assessment"]["receipt"]["overlays"] for c in json.loads(done.stdout)["columns"]]
    assert [[layer["name"] for layer in layers] for layers in overlays] == [["house_rules"]] * 2


# Respondents


def answers(*people: dict) -> dict[str, dict]:
    return dict(zip(("Ana", "Ben", "Cleo", "Dan"), people))


@pytest.mark.parametrize(
    ("fact", "given_", "expected"),
    [
        ("self_serve", [True, True, False], True),
        ("self_serve", [True, False], None),
        ("role", ["founder", "investor", "salesperson"], None),
        ("product_stage", ["idea", "pilot", "launched"], "pilot"),
        ("product_stage", ["idea", "launched"], None),
        ("decision_makers", [6, 4, 5], 5),
        ("decision_makers", [6, 4, 5, 5], 5),
        ("decision_makers", [6, 4], None),
        ("capital", [7], 7),
        ("customer_segments", [{"small"}, {"small", "large"}, {"large"}], {"small", "large"}),
        ("customer_segments", [{"small"}, {"large"}], None),
        ("customer_segments", [set(), set(), {"large"}], set()),
    ],
)
def test_the_majority(fact, given_, expected) -> None:
    frozen = [frozenset(v) if isinstance(v, set) else v for v in given_]
    assert majority(VOCABULARY[fact], frozen) == expected


def test_only_disagreements_that_change_the_outcome_are_marked() -> None:
    people = answers(
        {**SELLER, "decision_makers": 6},
        {**SELLER, "decision_makers": 7, "seller_seniority": "junior"},
        {**SELLER, "decision_makers": 6},
    )
    found = panel(BASE, people)
    assert {item.fact: item.decides for item in found.disagreements} == {
        "decision_makers": False,
        "seller_seniority": True,
    }
    assert [found.outcomes[name].verdict.process for name in people] == ["enterprise", "not_yet", "enterprise"]
    assert found.majority.verdict.process == "enterprise"
    seniority = next(item for item in found.disagreements if item.fact == "seller_seniority")
    assert seniority.answers == (("senior", ("Ana", "Cleo")), ("junior", ("Ben",)))
    assert {(t.respondent, t.value, t.outcome.verdict.process) for t in seniority.turns} == {
        ("Ana", "junior", "not_yet"),
        ("Cleo", "junior", "not_yet"),
        ("Ben", "senior", "enterprise"),
    }
    shown = " ".join(write(panel_page(BASE, "Acme", found), 80).split())
    assert "1 of these changes the outcome, marked *" in shown
    assert "* most senior seller: senior (Ana, Cleo); junior (Ben); majority: senior." in shown
    assert "- people in one purchase: 6 people (Ana, Cleo); 7 people (Ben); majority: 6 people." in shown


MARKET = {
    "small": {"customer_segments": frozenset({"small"}), "customer_employees": 30, "annual_contract_value": 3000,
              "decision_makers": 1, "sales_cycle_months": 1, "reachable_customers": 20_000},
    "large": {"customer_segments": frozenset({"large"}), "customer_employees": 3000, "annual_contract_value": 60_000,
              "decision_makers": 7, "sales_cycle_months": 8, "reachable_customers": 600},
}  # fmt: skip


def test_disagreements_of_one_cause_are_one_and_what_changes_the_verdict_comes_first() -> None:
    common = {"product_stage": "launched", "self_serve": True, "willingness_to_pay": "proven", "paying_customers": 120}
    people = answers(
        {**common, **MARKET["small"], "case_studies": 1, "monthly_burn": 9},
        {**common, **MARKET["large"], "case_studies": 2, "monthly_burn": 8},
    )
    found = panel(BASE, people)
    (group,) = found.causes
    assert (group.cause.id, {*group.facts}) == ("other-customers", {*MARKET["small"]})
    assert group.decides
    assert found.changes_verdict(group)
    for turn in group.turns:
        swapped = {**people[turn.respondent], **{name: people[turn.other][name] for name in group.facts}}
        assert turn.outcome.verdict == assess(BASE, Case("x", swapped)).verdict
        assert turn.outcome != found.outcomes[turn.respondent]
    lines = write(panel_page(BASE, "Acme", found), 200).split("Different answers\n")[1].splitlines()
    entries = [line for line in lines if line.startswith(("  * ", "  - "))]
    assert len(entries) == 3
    assert entries[0].startswith("  * You may mean different customers: ")
    assert "With the answers of Ben, Ana would be told: " in "\n".join(lines)


def test_a_cause_is_claimed_only_where_an_answer_tells_it() -> None:
    follows = answers(*({**SELLER, "decision_makers": n, "sales_cycle_months": n} for n in (4, 6)))
    alone = answers(*({**SELLER, "customer_segments": frozenset({size})} for size in ("small", "large")))
    assert (panel(BASE, follows).causes, panel(BASE, alone).causes) == ((), ())


def test_a_missing_answer_is_no_disagreement_and_is_filled_in_never_taken_away() -> None:
    silent = {k: v for k, v in SELLER.items() if k != "seller_seniority"}
    found = panel(BASE, answers({**SELLER, "seller_seniority": "junior"}, silent))
    (item,) = found.disagreements
    assert (item.disputed, item.silent) == (False, ("Ben",))
    assert [(t.respondent, t.value, t.others) for t in item.turns] == [("Ben", "junior", ("Ana",))]


def test_answers_that_change_the_outcome_only_together() -> None:
    """Either a seller of experience or a founder who sells keeps enterprise selling workable."""
    mine = {**SELLER, "who_sells": frozenset({"founder"}), "paying_customers": 0}
    theirs = {**mine, "who_sells": frozenset({"sellers"}), "seller_seniority": "junior"}
    found = panel(BASE, answers(mine, theirs))
    assert [found.outcomes[name].verdict.process for name in ("Ana", "Ben")] == ["enterprise", "not_yet"]
    items = {item.fact: item for item in found.disagreements}
    assert [turn for item in items.values() for turn in item.turns if turn.respondent == "Ana"] == []
    assert items["who_sells"].together == (("seller_seniority",),)
    assert items["seller_seniority"].together == (("who_sells",),)


@given(st.lists(some_facts(), min_size=2, max_size=3))
def test_a_panel_says_what_the_assessments_say(facts) -> None:
    people = answers(*facts)
    found = panel(BASE, people)
    names = {name for known in facts for name in known}
    assert {*found.agreed, *(item.fact for item in found.disagreements)} == names
    for name, known in people.items():
        a = assess(BASE, Case(name, known))
        assert found.outcomes[name].verdict == a.verdict
        assert set(found.outcomes[name].blocks) == {b.rule for b in a.blockers if b.process != "both"}
    for item in found.disagreements:
        for turn in item.turns:
            assert turn.outcome != found.outcomes[turn.respondent]
            a = assess(BASE, Case("Trial", {**people[turn.respondent], item.fact: turn.value}))
            assert turn.outcome.verdict.process == a.process
            assert set(turn.others) <= {*people, MAJORITY}
    assert [line for line in write(panel_page(BASE, "Acme", found), 80).splitlines() if len(line) > 80] == []


@given(st.data())
def test_where_all_answered_the_same_questions_another_outcome_has_its_marked_cause(data) -> None:
    names = data.draw(st.lists(st.sampled_from(list(VOCABULARY.facts)), min_size=3, max_size=25, unique=True))
    people = answers(*(data.draw(st.fixed_dictionaries({name: values(name) for name in names})) for _ in range(2)))
    found = panel(BASE, people)
    one, other = found.outcomes.values()
    assert one == other or any(item.decides for item in found.disagreements)
    for item in found.disagreements:
        for others in item.together:
            assert not item.turns or {turn.respondent for turn in item.turns} != {*people}
            assert set(others) <= {d.fact for d in found.disagreements} - {item.fact}


def test_one_company_in_all_files_is_several_people_and_the_option_decides(tmp_path: Path) -> None:
    done = run("compare", PEOPLE)
    assert done.returncode == 0
    assert done.stdout.startswith(b"Example Ltd: 3 respondents")
    assert b"through which rules" in run("compare", PEOPLE, "--no-respondents").stdout
    found = json.loads(run("compare", PEOPLE, "--format", "json").stdout)
    assert [(p["name"], p["process"]) for p in found["respondents"]] == [
        ("Ana", "enterprise"), ("Ben", "not_yet"), ("Cleo", "enterprise"),
    ]  # fmt: skip
    assert [d["fact"] for d in found["disagreements"] if d["changes_outcome"]] == [
        "capital",
        "monthly_burn",
        "seller_seniority",
    ]
    assert found["disagreements"][0].keys() >= {"answers", "answered", "silent", "majority", "alone", "together_with"}


def test_people_are_named_by_their_files_where_nothing_else_names_them(tmp_path: Path) -> None:
    for name in ("ana", "ben"):
        (tmp_path / f"{name}.yaml").write_text("product_stage: launched\n", "utf-8")
    read = read_sides(BASE, [str(tmp_path / "ana.yaml"), str(tmp_path / "ben.yaml")], respondents=True)
    assert [c.name for c in read.sides] == ["ana", "ben"]
    assert read.problems == []


def test_respondents_about_different_companies_are_warned_of() -> None:
    read = read_sides(BASE, [ASANA, VEEVA], respondents=True)
    assert codes(read.problems) == [("SP165", "warning")]
    assert "Asana, Veeva Systems" in read.problems[0].message
