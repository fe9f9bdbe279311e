"""The checks of a rule base: nothing wrong with the built-in one, one finding for each mistake, and no proof that is wrong."""

from __future__ import annotations

import json
import re

import pytest
from companies import random_companies
from given import BASE, ROOT, run, small_base
from rule_bases import random_base

from salespath.authoring.checks import check
from salespath.authoring.possible import Possible
from salespath.authoring.solver import LEAST, AnyEvidence, Budget, GaveUp, Solver, SpentBudget, holds
from salespath.engine.cells import cells, companies
from salespath.engine.company import Company
from salespath.engine.load import read
from salespath.engine.truth_graph import FACTS, PLAN, VERDICT
from salespath.engine.walk import walk
from salespath.facts.cases import read_value
from salespath.facts.values import cell_text as value_written
from salespath.files.nodes import Scalar, Sequence
from salespath.rules.language import condition
from salespath.rules.notation import notation

EVERY_CODE = ROOT / "tests" / "every_code"
CODE = re.compile(r"^\| (SP\d{3}) ", re.MULTILINE)
# Problems of other files than rule files, of options, and of what only a whole base or a vocabulary can have wrong.
ELSEWHERE = {"SP101", "SP102", "SP109", "SP211", "SP302"}


def test_the_built_in_rules_have_no_findings() -> None:
    report = check(*read())
    assert list(map(str, report.problems)) == []
    assert report.rules == len(BASE.knowledge.rules)
    assert report.undecided == 0
    assert report.proofs > 0 < report.examples


# One of each


@pytest.fixture(scope="module")
def every_code():
    done = run("rules", "check", "--rules", str(EVERY_CODE), "--format", "json")
    assert done.returncode == 1
    assert done.stderr == b""
    return json.loads(done.stdout)["problems"]


def test_every_code_of_rules_is_found_once_at_least(every_code) -> None:
    documented = set(CODE.findall((ROOT / "docs" / "problems.md").read_text("utf-8")))
    of_rules = {code for code in documented if code < "SP110" or code[2] in "34" or "SP201" <= code <= "SP212"}
    assert {problem["code"] for problem in every_code} == of_rules - ELSEWHERE


def test_each_mistake_is_found_where_it_stands(every_code) -> None:
    places = {(problem["file"], problem["line"]): set() for problem in every_code}
    for problem in every_code:
        places[problem["file"], problem["line"]].add(problem["code"])
    seen = 0
    for path in sorted(EVERY_CODE.glob("*.yaml")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = re.search(r"- (?:\{)?id: (sp\d{3})-", line)
            if found and (path.name, found[1]) != ("2-layers.yaml", "sp306"):
                code = found[1].upper()
                at = [
                    c
                    for (file, row), codes in places.items()
                    if file and file.endswith(path.name)
                    for c in codes
                    if c == code
                ]
                assert at, (path.name, number, code)
                seen += 1
    assert seen >= 30


def test_what_is_found_says_for_which_company(every_code) -> None:
    witnessed = {p["code"]: p["message"] for p in every_code if p["code"] in ("SP401", "SP407", "SP411")}
    assert len(witnessed) == 3
    for code, message in witnessed.items():
        facts = re.search(r"for example for \{(.*)\}\.$", message)
        assert facts, (code, message)
        for item in re.findall(r"(\w+): ((?:\[[^]]*\])|[^,]+)", facts[1]):
            fact = BASE.vocabulary[item[0]]
            words = item[1].strip("[]").split(", ")
            node = Sequence(tuple(Scalar(w, 1) for w in words if w), 1) if fact.type == "set" else Scalar(item[1], 1)
            read_value(fact, node)  # it can be typed into a fact file


def findings(text: str) -> list[tuple[str, str]]:
    base = small_base(text)
    report = check(base.vocabulary, base.knowledge, [])
    return [(p.code, p.message) for p in report.problems if p.message.startswith(("the rule a:", "the rule b:"))]


def rule(id_: str, when: str, then: str, source: str = "expert judgement") -> str:
    return f"  - {{id: {id_}, when: '{when}', {then}, because: b, source: [{source}]}}\n"


BIG, SMB, SMB_MORE = (
    "conclude: {big: yes}",
    *(f"weigh: {{process: smb, certainty: {c}, line: size}}" for c in (0.2, 0.4)),
)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        # A rising ladder is fine, either way round; a step that a stronger one always covers is not.
        (rule("a", "paying_customers > 10", SMB) + rule("b", "paying_customers > 100", SMB_MORE), []),
        (rule("a", "paying_customers > 100", SMB) + rule("b", "paying_customers > 10", SMB_MORE), ["SP405"]),
        (rule("a", "paying_customers > 10", SMB) + rule("b", "paying_customers >= 11", SMB), ["SP405"]),
        (rule("a", "self_serve", SMB) + rule("b", "self_serve and free_trial", SMB_MORE), []),
        (rule("a", "self_serve and free_trial", SMB) + rule("b", "self_serve", SMB_MORE), ["SP405"]),
        # The other sign or another line says something else.
        (rule("a", "self_serve", SMB) + rule("b", "self_serve", SMB_MORE.replace("0.4", "-0.4")), []),
        # Whole numbers have no cell between 3 and 4; other numbers have.
        (rule("a", "paying_customers > 3 and paying_customers < 4", BIG), ["SP402"]),
        (rule("a", "sales_cycle_months > 3 and sales_cycle_months < 4", BIG), []),
        (rule("a", "churn_rate > 1", BIG), ["SP402"]),  # a number beyond its bounds is undefined
        (rule("a", "gross_margin > 1", BIG), ["SP402"]),
        (rule("a", "product_stage == launched and product_stage < launched", BIG), ["SP402"]),
        (rule("a", "count(customer_segments) > 3", BIG), ["SP402"]),
        (rule("a", "count(customer_segments) > 1 and small in customer_segments", BIG), []),
        (rule("a", "self_serve or not self_serve", BIG), ["SP403"]),
        (rule("a", "free_trial and (self_serve or not self_serve)", BIG), ["SP403"]),
        (rule("a", "free_trial or (self_serve and not self_serve)", BIG), ["SP404"]),
        # Comparisons that join several facts are decided too.
        (rule("a", "paying_customers > leads and leads > paying_customers", BIG), ["SP402"]),
        (rule("a", "sales_cycle_months * 2 < runway_months and runway_months < sales_cycle_months", BIG), ["SP402"]),
        (rule("a", "sales_cycle_months * 2 > runway_months and runway_months > sales_cycle_months", BIG), []),
        (rule("a", "paying_customers * leads < 0", BIG), ["SP402"]),
        (rule("a", "runway_months * 0 > 0 or self_serve", BIG), ["SP404"]),
    ],
)  # fmt: skip
def test_what_is_possible_is_decided_exactly(rules, expected) -> None:
    assert [code for code, _ in findings("rules:\n" + rules)] == expected


WEIGHTS = """
sources:
  B1: {kind: study, title: t, author: a, checked: V2, figure: '9'}
  B2: {kind: opinion, title: t, author: a, checked: V, figure: '9'}
  B3: {kind: study, title: t, author: a, checked: R, figure: '9'}
  B4: {kind: vendor, title: t, author: a, checked: V, figure: '9', weight: half}
  B5: {kind: law, title: t, author: a, checked: V, figure: '9', soft: yes}
"""


@pytest.mark.parametrize(
    ("then", "source", "expected"),
    [
        (BIG, "B2, B3, B5", ["SP416"]),
        (SMB, "B2", ["SP416"]),
        ("block: {process: smb, remedy: r, owner: founder}", "B3", ["SP416"]),
        ("warn: {process: any, text: t}", "B2", []),
        (SMB, "B2, B1", []),
        (SMB, "B4", []),
        (SMB, "B2, K01", []),
        (SMB, "B2, expert judgement", []),
    ],
)
def test_what_decides_rests_on_more_than_soft_sources(then, source, expected) -> None:
    assert [code for code, _ in findings(f"{WEIGHTS}rules:\n{rule('a', 'self_serve', then, source)}")] == expected


# The solver against the walk


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(8))
def test_no_company_does_what_was_proved_impossible(seed) -> None:
    base = random_base(seed, rules=25)
    solver = Solver(base)
    impossible, gave_up = [], 0
    for ref in range(len(base.graph.nodes)):
        for literal in ((ref, True), (~ref, True)):
            try:
                facts = solver.find(literal)
            except GaveUp:  # products and quotients of three facts may be too hard
                gave_up += 1
                continue
            if facts is None:
                impossible.append(literal)
            else:
                assert holds(base, facts, [literal])
    assert gave_up <= len(base.graph.nodes) // 20
    for case in [*random_companies(60, seed), *companies(base, 60, seed)]:
        truth = walk(base, Company(base, case.values), settle=False).truth
        for ref, _ in impossible:
            assert not truth.is_true(ref), (case.values, ref)


def test_cells_hold_a_value_on_each_side_of_every_limit() -> None:
    values = cells(BASE)
    assert {9_999 < v < 10_000 or v < 10_000 for v in values["annual_contract_value"]} == {True, False}
    assert {99, 100, 999, 1000} <= set(values["customer_employees"])
    assert values["self_serve"] == [False, True]
    for name, some in values.items():
        fact = BASE.vocabulary[name]
        assert len(set(some)) == len(some) > 0
        for value in some:  # every one can be typed in
            if fact.type != "set":
                assert read_value(fact, Scalar(value_written(fact, value), 1), exact=True).value == value


# Trees as their authors write them


def test_a_tree_is_written_so_that_it_reads_the_same() -> None:
    from salespath.rules.language import BLOCKED, VERDICT_NUMBERS, Scope
    from salespath.rules.model import Attribute

    knowledge = BASE.knowledge
    blocked = {name: Attribute(name, "") for name in BLOCKED}
    plain = {name: a for name, a in knowledge.attributes.items() if not a.verdict}
    scopes = {
        FACTS: Scope(BASE.vocabulary, plain),
        VERDICT: Scope(None, {**knowledge.attributes, **blocked}, VERDICT_NUMBERS),
        PLAN: Scope(BASE.vocabulary, {**knowledge.attributes, **blocked}, known=True),
    }
    for id_, rule_ in knowledge.rules.items():
        tree = BASE.condition(id_)
        if tree.__class__.__name__ == "And" and not tree.items:
            continue
        again = condition(notation(tree), scopes[BASE.section(rule_)])
        assert notation(again) == notation(tree), id_


# A check ends


CUBES = "rules:\n" + "".join(
    rule(f"hard-{n}", f"capital * capital * capital + {n} == annual_revenue * annual_revenue * capital", SMB)
    for n in range(1, 41)
)


def test_what_the_budget_of_a_check_leaves_open_is_said_once_with_its_number_and_names(monkeypatch) -> None:
    monkeypatch.setattr("salespath.authoring.possible.Budget", lambda: Budget(20 * LEAST))
    base = small_base(CUBES)
    report = check(base.vocabulary, base.knowledge, [])
    (said,) = [p.message for p in report.problems if p.code == "SP415" and "questions were left open" in p.message]
    number, named = re.fullmatch(r"([\d,]+) questions were left open, .*: on (.*) more\. .*", said).groups()
    assert 0 < int(number.replace(",", "")) <= report.undecided
    assert len(named.split(", ")) == 12
    assert {word for word in re.split(r", | and ", named) if word.startswith("hard-")}


def test_questions_are_asked_within_one_budget() -> None:
    base = small_base(CUBES)
    budget = Budget(2 * LEAST)
    solvers = Solver(base, budget), AnyEvidence(base, budget)
    for solver in solvers:
        solver.solve([])
    for solver in solvers:
        with pytest.raises(SpentBudget):
            solver.solve([])


def test_what_is_too_hard_alone_is_not_asked_again_beside_others(monkeypatch) -> None:
    asked = []
    base = small_base(CUBES)
    possible = Possible(base)
    monkeypatch.setattr(possible._loose, "solve", lambda wanted: asked.append(wanted) or give_up())
    hard, other = (base.rule_ref(f"hard-{n}") for n in (1, 2))
    for literals in ([(hard, True)], [(hard, True), (other, False)], [(other, True), (hard, True)]):
        with pytest.raises(GaveUp):
            possible.example(*literals)
    assert (len(asked), possible.undecided) == (1, 3)


def give_up() -> None:
    raise GaveUp


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "rules: [" + "a, " * 50_000 + "]\n",
            ["a rule should be a mapping of keys and values; so should 49,999 more below it."],
        ),
        (
            "rules:\n" + rule("a", "self_serve", SMB.replace("size", "deal_size"), ", ".join(["A01"] * 50_000)),
            ["source of the rule a is a list of 50,000 words; at most 1,000 are read."],
        ),
    ],
)
def test_endless_lists_of_a_rule_file_are_one_problem(tmp_path, text: str, said: list[str]) -> None:
    (tmp_path / "1.yaml").write_text(text)
    assert [p.message for p in read(str(tmp_path))[2] if p.code == "SP106"] == said
