"""Scenario files: how they are read, what near misses mean, and what is counted as shown."""

from __future__ import annotations

import pytest
from given import BASE, run, small_base

from salespath.authoring.coverage import coverage, missing, obligations
from salespath.authoring.results import Results, failures
from salespath.authoring.scenarios import read_scenarios
from salespath.commands.rules.test import describe
from salespath.files.problems import SalespathError

RULES = """
rules:
  - {id: pays, when: paying_customers >= 10 and self_serve, conclude: {big: yes}, because: b, source: [K01]}
  - {id: large-or-rich, when: big or free_trial, conclude: {rich: yes}, because: b, source: [K01]}
  - id: not-refused
    when: not willingness_to_pay == refused
    weigh: {process: smb, certainty: 0.5, line: size}
    because: b
    source: [K01]
  - id: an-exception
    when: free_trial
    weigh: {process: smb, certainty: 0.0, line: size}
    because: b
    source: [K01]
    overrides: [not-refused]
"""
SMALL = small_base(RULES)
MINE = {"pays", "large-or-rich", "not-refused", "an-exception"}


@pytest.fixture
def write(tmp_path):
    def file(text: str, name: str = "some.yaml") -> str:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return str(path)

    return file


def problems(base, *paths: str) -> list[tuple[str, int | None, str]]:
    with pytest.raises(SalespathError) as caught:
        read_scenarios(base, paths)
    return [(p.code, p.line, p.message) for p in caught.value.problems]


def scenario(text: str = "", sentence: str = "Something follows.") -> str:
    return f"- scenario: {sentence}\n  source: [K01]\n{text}"


# Reading


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("a: b", "SP231", "expected scenarios"),
        ("- company: A\n  facts: {self_serve: yes}", "SP231", "there is no scenario"),
        (scenario("  facts: {self_serv: yes}\n  fired: [pays]"), "SP111", "Did you mean self_serve?"),
        (scenario("  facts: {self_serve: maybe}\n  fired: [pays]"), "SP112", "neither yes nor no"),
        (scenario("  fired: [pay]"), "SP233", "Did you mean pays?"),
        (scenario("  like: Nobody\n  fired: [pays]"), "SP233", "is like Nobody"),
        (scenario("  expect: {warnings: [pays]}"), "SP233", "pays is not a warning"),
        (scenario("  expect: {advice: [channel:pigeons]}"), "SP233", "is not advice"),
        (scenario("  expect: {process: smbb}"), "SP106", "Did you mean smb?"),
        (scenario("  facts: {self_serve: yes}"), "SP234", "expects nothing"),
        (scenario("  expect: {process: smb}\n  unless: [{self_serve: yes}]"), "SP234", "names no rule"),
        (scenario("  fit: {smb: 2}"), "SP234", "should read"),
        (scenario("  fit: {smb: [3, 2]}"), "SP234", "should read"),
        (scenario("  fit: {partners: [1, 2]}"), "SP234", "should read"),
        (scenario("  fired: [pays]\n  unless: {self_serve: yes}"), "SP106", "should be a list"),
        (scenario("  fired: [pays]\n  unlss: [{self_serve: yes}]"), "SP108", "Did you mean unless?"),
        (scenario("  fired: [pays]").replace("[K01]", "[K02]"), "SP233", "K02 is not a source"),
        ("- scenario: No source.\n  fired: [pays]", "SP107", "no source"),
        (scenario("  fired: [pays]\n") * 2, "SP232", "already"),
        ("- company: A\n- company: A\n" + scenario("  fired: [pays]"), "SP232", "twice"),
        ("- {facts: {self_serve: yes}}\n" + scenario("  fired: [pays]"), "SP107", "scenario"),
        ("- just text\n" + scenario("  fired: [pays]"), "SP106", "mapping"),
        (scenario("  fired: [pays\n"), "SP103", "not valid YAML"),
    ],
)
def test_mistakes_are_named_with_their_place(text, code, words, write) -> None:
    found = problems(SMALL, write(text))
    assert code in [c for c, _, _ in found]
    assert any(words in message for _, _, message in found), found
    assert all(line for c, line, _ in found if words != "there is no scenario")


def test_all_mistakes_of_all_files_are_named_at_once(write) -> None:
    one, two = write(scenario("  fired: [pay]"), "one.yaml"), write("x: [", "two.yaml")
    assert {code for code, _, _ in problems(SMALL, one, two, "nowhere.yaml")} == {"SP233", "SP103", "SP101"}


def test_a_company_stands_for_its_facts_and_unknown_takes_one_back(write) -> None:
    text = "- company: A\n  facts: {paying_customers: 10, self_serve: yes, free_trial: no}\n"
    text += scenario("  like: A\n  facts: {free_trial: ~}\n  fired: [pays]\n  unless: [{self_serve: ~}]")
    (found,) = read_scenarios(SMALL, [write(text)])
    assert dict(found.case.values) == {"paying_customers": 10, "self_serve": True}
    assert [dict(case.values) for case in found.unless] == [{"paying_customers": 10}]


def test_a_rule_that_was_switched_off_may_be_named(tmp_path, write) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "off.yaml").write_text("switch_off: [smb-not-launched]")
    text = "- scenario: It waits.\n  source: [K08]\n  facts: {product_stage: pilot}\n  fired: [smb-not-launched]\n"
    done = run("rules", "test", write(text), "--rules", str(house), "--no-coverage")
    assert done.returncode == 1
    assert b"expected to fire: smb-not-launched" in done.stdout


# Running

GOOD = scenario(
    "  facts: {paying_customers: 10, self_serve: yes}\n  fired: [pays, large-or-rich]\n  not_fired: [an-exception]\n"
    "  also: [{paying_customers: 1000}]\n  unless: [{paying_customers: 9, free_trial: no}, {self_serve: no, free_trial: no}]\n"
)


def test_what_holds_is_silent(write) -> None:
    results = Results(SMALL, read_scenarios(SMALL, [write(GOOD)]))
    assert failures(results) == []
    assert len(results.cases) == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("{paying_customers: 9, free_trial: no}", "{paying_customers: 11}"), "paying_customers 10 → 11: pays fires still"),
        (("also: [{paying_customers: 1000}]", "also: [{paying_customers: 9}]"), "paying_customers 10 → 9: pays fires no more"),
        (("not_fired: [an-exception]", "not_fired: [pays]"), "not expected to fire: pays"),
        (("fired: [pays, large-or-rich]", "fired: [an-exception]"), "expected to fire: an-exception"),
        (("  fired: [pays, large", "  fit: {smb: [1, 2]}\n  fired: [pays, large"), "fit of smb: expected 1 to 2, got 0.00"),
        (("  fired: [pays, large", "  expect: {process: smb}\n  fired: [pays, large"), "process: expected smb, got undetermined"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told(change, told, write) -> None:
    assert change[0] in GOOD
    results = Results(SMALL, read_scenarios(SMALL, [write(GOOD.replace(*change))]))
    (failure,) = failures(results)
    assert told in failure.differences
    assert "pays" in {item.rule for item in failure.assessment.fired}


def test_the_command_shows_what_differs_and_fails(write) -> None:
    text = "- scenario: It waits.\n  source: [K08]\n  facts: {product_stage: pilot}\n  expect: {process: smb, blocked: []}\n"
    done = run("rules", "test", write(text), "--no-coverage")
    assert done.returncode == 1
    told = done.stdout.decode()
    assert "some.yaml:1: It waits." in told
    assert "process: expected smb, got undetermined" in told
    assert "blocked: expected none, got smb" in told
    assert "0 of 1 scenarios hold" in told


@pytest.mark.heavy  # a proof for each of a thousand parts of conditions
def test_the_command_lists_what_no_scenario_shows(write) -> None:
    text = "- scenario: It waits.\n  source: [K08]\n  facts: {product_stage: pilot}\n  fired: [smb-not-launched]\n"
    done = run("rules", "test", write(text))
    assert done.returncode == 1
    told = done.stdout.decode()
    assert "smb-not-launched never fails" in told
    assert "smb-not-launched never fires" not in told
    assert "enterprise-own-cycle-fits-the-cash: `runway_months < 7` never decides by being true" in told


# What is shown


def shown(write, text: str) -> set[str]:
    found = missing(Results(SMALL, read_scenarios(SMALL, [write(text)])))
    mine = {describe(o) for o in obligations(SMALL) if o.rule in MINE}
    return mine - {describe(o) for o in found}


def facts(text: str) -> str:
    return scenario(f"  facts: {{{text}}}\n  not_fired: [an-exception]\n")


def test_nothing_known_shows_nothing(write) -> None:
    assert shown(write, facts("")) == set()


def test_an_operand_decides_only_where_the_others_let_it(write) -> None:
    """Worked by hand: in `a and b`, a false decides only if b is true; in `a or b`, a true decides only if b is false."""
    assert shown(write, facts("paying_customers: 9, self_serve: no, free_trial: no")) == {
        "pays never fails",
        "large-or-rich never fails",
        "large-or-rich: `big` never decides by being false",
        "large-or-rich: `free_trial` never decides by being false",
        "an-exception never fails",
    }
    assert shown(write, facts("paying_customers: 9, self_serve: yes")) == {
        "pays never fails",
        "pays: `paying_customers >= 10` never decides by being false",
    }
    assert shown(write, facts("paying_customers: 10, self_serve: yes, free_trial: no")) == {
        "pays never fires",
        "pays: `paying_customers >= 10` never decides by being true",
        "pays: `self_serve` never decides by being true",
        "large-or-rich never fires",
        "large-or-rich: `big` never decides by being true",
        "an-exception never fails",
    }


def test_an_exception_decides_only_where_the_condition_holds(write) -> None:
    assert "not-refused: `the exception an-exception` never decides by being true" not in shown(
        write,
        "- scenario: X.\n  source: [K01]\n  facts: {free_trial: yes, willingness_to_pay: refused}\n  fired: [an-exception]\n",
    )
    assert "not-refused: `the exception an-exception` never decides by being true" in shown(
        write,
        "- scenario: X.\n  source: [K01]\n  facts: {free_trial: yes, willingness_to_pay: proven}\n  fired: [an-exception]\n",
    )


def test_what_no_company_can_show_is_proved_impossible(write) -> None:
    base = small_base(
        "rules:\n  - {id: a, when: paying_customers > 9 and paying_customers > 4, conclude: {big: yes}, because: b, source: [K01]}"
    )
    text = scenario("  facts: {paying_customers: 10}\n  fired: [a]\n  unless: [{paying_customers: 9}]\n")
    found = coverage(Results(base, read_scenarios(base, [write(text)])))
    assert [describe(o) for o in found.infeasible if o.rule == "a"] == [
        "a: `paying_customers > 4` never decides by being false"
    ]
    assert [o for o in found.open if o.rule == "a"] == []


def test_the_built_in_base_has_an_obligation_for_every_operand() -> None:
    """Counted from the text of the conditions by Python's own parser."""
    import ast

    operands = 0
    for rule in BASE.knowledge.rules.values():
        tree = ast.parse(" ".join(rule.when.split()), mode="eval") if rule.when.strip() else None
        for node in ast.walk(tree) if tree else ():
            operands += len(node.values) if isinstance(node, ast.BoolOp) else 0
            operands += len(node.ops) if isinstance(node, ast.Compare) and len(node.ops) > 1 else 0
    written = {(o.rule, o.place) for o in obligations(BASE) if o.place and o.place[0] >= 0}
    assert len(written) > operands  # and the process that a plan rule belongs to
