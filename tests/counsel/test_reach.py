"""What a goal takes: every set found reaches it, no smaller one does, and each keeps to what a company can change."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from itertools import combinations

import pytest
from given import BASE, EXAMPLES, VOCABULARY, real_companies, run, sample, small_base
from hypothesis import example, settings
from hypothesis import given as with_
from hypothesis import strategies as st

from salespath.counsel.reach.obstacles import obstacles
from salespath.counsel.reach.search import GOALS, Changes, Reach, apply, search
from salespath.counsel.reach.steps import roadmap
from salespath.counsel.reach.within_a_year import comes_within_a_year
from salespath.counsel.sensitivity import sensitivity
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.cells import companies
from salespath.engine.company import Company, process_of
from salespath.facts import Case, Fact, Value
from salespath.report.formats.text import write
from salespath.report.pages.reach import document, page
from salespath.rules.language import Scope, condition, leaves


def weigh(id_: str, when: str, process: str, certainty: float, line: str = "reach") -> str:
    """A rule file's line with one piece of evidence."""
    what = f"{{process: {process}, certainty: {certainty}, line: {line}}}"
    return f"  - {{id: {id_}, when: '{when}', weigh: {what}, because: a, source: [K01]}}\n"


RULES = "rules:\n" + "".join(
    [
        weigh("large", "annual_contract_value >= 10_000", "enterprise", 0.5, "size"),
        weigh("larger", "annual_contract_value >= 50_000", "enterprise", 0.7, "size"),
        weigh("low", "annual_contract_value < 10_000", "smb", 0.5, "size"),
        weigh("read", "case_studies >= 3", "enterprise", 0.3),
        weigh("alone", "self_serve and customization != bespoke", "smb", 0.4),
    ]
)
RULES += """
  - id: many
    when: decision_makers >= 4 and not (2 <= case_studies < 4)
    weigh: {process: enterprise, certainty: 0.35, line: reach}
    because: a
    source: [K01]
  - id: market
    when: digital_marketer in team_roles and (customer_success in team_roles or product_stage >= pilot)
    weigh: {process: smb, certainty: 0.6, line: reach}
    because: a
    source: [K01]
  - id: nobody
    when: seller_seniority <= junior
    block: {process: enterprise, remedy: hire, owner: founder, done_when: seller_seniority >= mid}
    because: a
    source: [K01]
  - id: short
    when: runway_months < 6
    block: {process: enterprise, remedy: save, owner: founder, done_when: runway_months >= 6}
    because: a
    source: [K01]
  - {id: rich, when: fit_enterprise > fit_smb + 1, conclude: {lead: enterprise}, because: a, source: [K01]}
"""
SMALL = small_base(RULES)
FACTS = (
    "annual_contract_value", "case_studies", "self_serve", "customization", "decision_makers", "team_roles",
    "product_stage", "seller_seniority", "capital", "monthly_burn",
)  # fmt: skip
ROLES = ("digital_marketer", "customer_success")

Single = tuple[str, str, Value]  # what is moved (a fact, or a fact and a member), the fact, its value


def singles(facts: dict[str, Value]) -> Iterator[Single]:
    """All single moves of a company over the small base, from the vocabulary's text and taken apart from the program's own."""
    levels = {
        "customization": ["none", "configuration", "bespoke"],
        "product_stage": ["idea", "prototype", "pilot", "launched"],
        "seller_seniority": ["none", "junior", "mid", "senior"],
    }
    contract = facts.get("annual_contract_value")
    for value in (9_999, 10_000, 49_999, 50_000, 0, 10**6):
        if contract is None or (contract / 2 <= value <= contract * 1.5 and value != contract):
            yield "annual_contract_value", "annual_contract_value", value
    studies = facts.get("case_studies")
    for value in range(5) if studies is None else range(studies + 1, studies + 4):
        yield "case_studies", "case_studies", value
    if "self_serve" not in facts:
        yield from (("self_serve", "self_serve", value) for value in (False, True))
    elif not facts["self_serve"]:
        yield "self_serve", "self_serve", True
    for name, order in levels.items():
        at = order.index(facts[name]) if name in facts else None
        reach = {"customization": (-1, -1), "product_stage": (1, 1), "seller_seniority": (1, 3)}[name]
        for place, value in enumerate(order):
            if at is None or (reach[0] <= place - at <= reach[1] and place != at):
                yield name, name, value
    if "decision_makers" not in facts:
        yield from (("decision_makers", "decision_makers", value) for value in (1, 4))
    if "team_roles" not in facts:
        for size in range(3):
            yield from (("team_roles", "team_roles", frozenset(some)) for some in combinations(ROLES, size))
    else:
        for role in ROLES:
            if role not in facts["team_roles"]:
                yield f"team_roles {role}", "team_roles", frozenset([role])
    capital, burn = facts.get("capital"), facts.get("monthly_burn")
    if capital is None:
        for value in (0, 59_999, 60_000) if burn is None else (max(0, 6 * burn - 1), 6 * burn):
            yield "capital", "capital", value
    if burn is None:
        for value in (0, 10_000) if capital is None else (capital // 6, capital // 6 + 1):
            yield "monthly_burn", "monthly_burn", value
    elif capital is not None:
        for value in (math.floor(capital / 6), math.floor(capital / 6) + 1):
            if 0.7 * burn <= value < burn:
                yield "monthly_burn", "monthly_burn", value


def together(facts: dict[str, Value], some: tuple[Single, ...]) -> dict[str, Value] | None:
    """The facts after some moves; None where they do not go together."""
    found = dict(facts)
    moved = set()
    for key, fact, value in some:
        if key in moved:
            return None
        moved.add(key)
        found[fact] = found[fact] | value if key != fact else value
    if facts.get("self_serve") is False and found["self_serve"] and found.get("product_stage") != "launched":
        return None
    return None if is_apart(found) and not is_apart(facts) else found


def is_apart(facts: dict[str, Value]) -> bool:
    """Self-service with bespoke work or many deciders, of what is never proposed together."""
    return bool(facts.get("self_serve")) and (
        facts.get("customization") == "bespoke" or int(facts.get("decision_makers", 0)) >= 6
    )


def by_hand(base: Base, facts: dict[str, Value], goal: str) -> tuple[int, set[frozenset[str]]]:
    """The smallest size of a set that reaches a goal, and what the sets of that size move: a plain loop of assessments."""
    moves = list(singles(facts))
    for size in (1, 2, 3):
        reaching = set()
        for some in combinations(moves, size):
            key = frozenset(single[0] for single in some)
            if len(key) < size or key in reaching:
                continue
            after = together(facts, some)
            if after is not None and assess(base, Case("x", after)).process == goal:
                reaching.add(key)
        if reaching:
            return size, reaching
    return 0, set()


def keys(changes: Changes) -> frozenset[str]:
    return frozenset(f"{move.fact} {move.member}" if move.member else move.fact for move in changes.moves)


def company(source: random.Random) -> dict[str, Value]:
    values: dict[str, list[Value]] = {
        "annual_contract_value": [0, 6_000, 9_999, 10_000, 40_000, 50_000, 90_000],
        "case_studies": [0, 1, 2, 3, 5],
        "self_serve": [True, False],
        "customization": ["none", "configuration", "bespoke"],
        "decision_makers": [1, 3, 4, 9],
        "team_roles": [
            frozenset(),
            frozenset({"digital_marketer"}),
            frozenset({"customer_success", "account_executive"}),
        ],
        "product_stage": ["idea", "prototype", "pilot", "launched"],
        "seller_seniority": ["none", "junior", "mid", "senior"],
        "capital": [0, 50_000, 60_000, 300_000],
        "monthly_burn": [5_000, 10_000, 12_000],
    }
    known = source.random() * 0.6 + 0.4
    return {name: source.choice(values[name]) for name in FACTS if source.random() < known}


@pytest.mark.more
@pytest.mark.parametrize("seed", sample(range(25)))
def test_the_sets_found_are_those_that_a_plain_loop_of_assessments_finds(seed):
    facts = company(random.Random(seed))
    for goal in ("enterprise", "smb"):
        found = search(SMALL, Case("x", facts), goal)
        assert found.complete
        if assess(SMALL, Case("x", facts)).process == goal:
            assert (found.reached, found.changes) == (True, ())
            continue
        size, reaching = by_hand(SMALL, facts, goal)
        assert {keys(changes) for changes in found.changes} == reaching
        assert all(len(changes.moves) == size for changes in found.changes)
        assert found.reached == bool(size)


def check(base: Base, case: Case, found: Reach) -> None:
    """Every set of changes reaches the goal, none of its parts does, and all keep to the vocabulary."""
    for changes in found.changes:
        after = assess(base, Case(case.company, changes.facts))
        assert after.process == changes.process == found.goal
        assert not (after.settled and not changes.settled)
        assert len(changes.moves) == len(found.changes[0].moves) <= 3
        told = {move.fact for move in changes.moves}
        for name, value in case.values.items():
            assert name in told or changes.facts[name] == value
        assert set(changes.facts) - set(case.values) == {move.fact for move in changes.conditions}
        for move in changes.own:
            within(VOCABULARY.facts[move.fact], case.values[move.fact], changes.facts[move.fact], changes.facts)
        for size in range(len(changes.moves)):
            for some in combinations(changes.moves, size):
                facts = apply(case.values, some)
                early = any(move.fact == "self_serve" for move in some) and facts.get("product_stage") != "launched"
                assert early or process_of(base, facts) != found.goal  # only a launched product can be made self-serve


def within(fact: Fact, old: Value, new: Value, facts: dict[str, Value]) -> None:
    """A change keeps its direction and largest step."""
    change = fact.change
    assert change is not None
    assert 1 <= change.effort <= 4
    if fact.type == "set":
        assert change.direction != "up" or old <= new
        size = len(old ^ new)
    elif fact.type == "boolean":
        assert (old, new) == (False, True)
        size = 1
    else:
        order = list(fact.values)
        size = order.index(new) - order.index(old) if order else new - old
        assert change.direction != "up" or size > 0
        assert change.direction != "down" or size < 0
    if change.start:
        assert old in change.start
    if change.step:
        assert 0 < abs(size) <= change.step
    if change.share:
        assert abs(new - old) <= change.share * old + 1e-6
    if change.when:
        assert fact.id == "self_serve"
        assert facts["product_stage"] == "launched"


@pytest.mark.more
@pytest.mark.parametrize("case", sample(real_companies()[::4], 3), ids=lambda case: case.company)
def test_real_companies_reach_their_goals_by_the_sets_found(case):
    for goal in GOALS:
        check(BASE, case, search(BASE, case, goal))


@pytest.mark.heavy
@example(1477)  # self-serve and, so that it can be, launched
@with_(st.integers(0, 10**6))
@settings(max_examples=15)
def test_any_company_reaches_its_goals_by_the_sets_found(seed):
    (case,) = companies(BASE, 1, seed)
    for goal in GOALS:
        found = search(BASE, case, goal, largest=2)
        check(BASE, case, found)


def test_a_company_that_has_said_nothing_needs_answers_only():
    found = search(BASE, Case("empty", {}), "enterprise")
    assert found.process == "undetermined"
    assert found.changes
    assert not any(changes.own for changes in found.changes)
    check(BASE, Case("empty", {}), found)


TOGETHER = ("capital", "monthly_burn", "committed_revenue", "sales_cycle_months")


@pytest.mark.more
@pytest.mark.parametrize("case", sample([Case("empty", {}), *real_companies()[1::8]], 4), ids=lambda case: case.company)
def test_no_joint_value_of_amounts_read_together_is_passed_over(case):
    source = random.Random(case.company)
    unknown = [name for name in TOGETHER if name not in case.values]
    goals = {goal: search(BASE, case, goal) for goal in GOALS}
    for size in (2, 3):
        for names in combinations(unknown, size):
            for _ in range(150):
                facts = {**case.values, **{name: amount(source, name) for name in names}}
                found = goals.get(process_of(BASE, facts))
                if (
                    found
                    and found.process != found.goal
                    and size <= (len(found.changes[0].moves) if found.changes else 3)
                ):
                    assert frozenset(names) in {keys(changes) for changes in found.changes}


def amount(source: random.Random, name: str) -> float:
    """An amount of which the others of its kind are mostly a few months apart."""
    if name == "sales_cycle_months":
        return round(source.uniform(0.1, 20), 1)
    months = {"capital": source.choice([1, 4, 6.5, 8, 10, 15, 20]), "committed_revenue": source.uniform(0, 20)}
    return round(10_000 * months.get(name, source.choice([0, 0.5, 1, 2])))


@pytest.mark.more
def test_unknown_facts_stay_unknown_or_are_conditions_that_count():
    for case in sample(real_companies()[:12]):
        for changes in search(BASE, case, "both").changes:
            assert all(move.before is None for move in changes.conditions)
            assert all(move.fact in case.values for move in changes.own)
            assert len(changes.own) + len(changes.conditions) == len(changes.moves)


def test_what_does_not_go_together_is_not_proposed_unless_it_is_so_already():
    base = small_base("rules:\n" + weigh("alone", "self_serve", "smb", 0.9))
    start = {"self_serve": False, "product_stage": "launched", "customization": "none"}
    assert search(base, Case("x", start), "smb").first.facts["self_serve"]
    for more, relation in (
        ({"customization": "bespoke"}, "self-serve-with-bespoke-work"),
        ({"deployment_options": frozenset({"on_premises"})}, "self-serve-on-premises"),
        ({"decision_makers": 6}, "self-serve-with-many-deciders"),
    ):
        found = search(base, Case("x", {**start, **more}), "smb", largest=1)
        assert [item.id for item in found.left_out] == [relation]
        assert not found.reached
        said = write(page(base, found, roadmap(base, found, sensitivity(base, found.case)), ()))
        assert found.left_out[0].text in " ".join(said.split())
    stages = small_base("rules:\n" + weigh("late", "self_serve and product_stage == launched", "smb", 0.9))
    both = {**start, "self_serve": True, "customization": "bespoke", "product_stage": "pilot"}
    assert search(stages, Case("x", both), "smb", largest=1).first.facts["product_stage"] == "launched"


@pytest.mark.parametrize(
    ("facts", "when", "comes"),
    [
        (
            {"paying_customers": 50, "largest_contract_value": 60_000},
            "largest_contract_value >= 50_000",
            False,
        ),  # is so
        ({"largest_contract_value": 20_000}, "largest_contract_value >= 60_000", True),
        ({"largest_contract_value": 20_000}, "largest_contract_value >= 60_001", False),  # more than tripled
        ({"annual_contract_value": 20_000}, "annual_contract_value >= 40_000", True),  # twice a half, its largest step
        ({"annual_contract_value": 20_000}, "annual_contract_value >= 40_001", False),
        ({"paying_customers": 89_000}, "paying_customers <= 999", False),
        ({"paying_customers": 1}, "paying_customers >= 10", True),
        ({"case_studies": 0}, "case_studies >= 6", True),
        ({"case_studies": 0}, "case_studies >= 7", False),
        ({"capital": 1000, "monthly_burn": 1000}, "runway_months >= 9 or self_serve", True),
        ({"capital": 1000, "monthly_burn": 1000}, "runway_months >= 9 and self_serve", False),
        ({}, "capital >= 280_000", True),  # unknown is not no
    ],
)
def test_nothing_is_waited_for_that_is_so_or_that_a_year_cannot_bring(facts, when, comes):
    assert comes_within_a_year(BASE, facts, condition(when, Scope(VOCABULARY, {}))) == comes


def test_the_threshold_to_cross_is_told():
    facts = {"annual_contract_value": 20_000, "self_serve": True, "customization": "none", "case_studies": 0}
    read = weigh("read", "case_studies >= 3", "enterprise", 0.9)
    base = small_base("rules:\n" + read + weigh("alone", "self_serve", "smb", 0.4))
    found = search(base, Case("x", facts), "enterprise")
    told = document(base, found, roadmap(base, found, sensitivity(base, found.case)), ())
    (changes,) = told["changes"]
    assert changes["facts"] == [{"fact": "case_studies", "from": 0, "to": 3, "wanted": "at least 3"}]
    assert (changes["conditions"], changes["process"], changes["effort"]) == ([], "enterprise", 3)


def test_a_step_too_far_is_not_proposed():
    read = weigh("read", "case_studies >= 5", "enterprise", 0.9)
    base = small_base("rules:\n" + read + weigh("large", "annual_contract_value > 30_000", "enterprise", 0.9))
    facts = {"case_studies": 1, "annual_contract_value": 20_000}
    found = search(base, Case("x", facts), "enterprise")
    assert not found.reached
    (changes,) = search(base, Case("x", {**facts, "annual_contract_value": 20_001}), "enterprise").changes
    assert changes.facts["annual_contract_value"] == 30_001
    (changes,) = search(base, Case("x", {**facts, "case_studies": 2}), "enterprise").changes
    assert changes.facts["case_studies"] == 5


def test_what_needs_another_change_first_comes_with_it_and_after_it():
    alone = weigh("alone", "self_serve", "smb", 0.4) + weigh("stage", "product_stage == idea", "smb", 0.1, "size")
    base = small_base("rules:\n" + alone + weigh("out", "product_stage >= pilot", "enterprise", 0.2, "size"))
    case = Case("x", {"self_serve": False, "product_stage": "pilot"})
    found = search(base, case, "smb")
    (changes,) = found.changes
    assert changes.facts == {"self_serve": True, "product_stage": "launched"}
    steps = roadmap(base, found, sensitivity(base, case)).steps
    assert [step.move.fact for step in steps] == ["product_stage", "self_serve"]
    assert not search(base, Case("x", {**case.values, "product_stage": "prototype"}), "smb").reached


def test_two_members_of_one_set_are_two_changes_told_one_after_the_other():
    both = "digital_marketer in team_roles and customer_success in team_roles"
    base = small_base("rules:\n" + weigh("team", both, "smb", 0.4))
    found = search(base, Case("x", {"team_roles": frozenset({"account_executive"})}), "smb")
    told = document(base, found, roadmap(base, found, sensitivity(base, found.case)), ())
    first, second = told["changes"][0]["facts"]
    assert first["to"] == second["from"]
    assert second["to"] == ["account_executive", "digital_marketer", "customer_success"]
    three = small_base("rules:\n" + weigh("team", "count(team_roles) >= 3", "smb", 0.4))
    assert not search(three, Case("x", {"team_roles": frozenset()}), "smb").reached  # two roles in two quarters


def test_out_of_reach_names_the_nearest_set_and_what_cannot_be_changed():
    (case,) = [case for case in real_companies() if case.company == "Kite"]
    found = search(BASE, case, "smb")
    assert (found.reached, found.complete, found.changes) == (False, True, ())
    assert found.nearest
    stopping = list(obstacles(BASE, found))
    assert {o.rule for o in stopping} >= {"smb-refused"}
    for obstacle in stopping:
        assert not set(obstacle.facts) & set(found.movable)
    (lifting,) = (trigger for trigger in roadmap(BASE, found, sensitivity(BASE, case)).triggers if trigger.blocked)
    assert (lifting.when, lifting.owner) == ("willingness_to_pay >= paid_pilot", "founder")


def test_the_order_of_facts_changes_nothing():
    case = real_companies()[10]
    other = Case(case.company, dict(reversed(list(case.values.items()))))
    assert search(BASE, case, "both").changes == search(BASE, other, "both").changes


@pytest.mark.more
def test_sets_come_by_effort():
    for case in sample(real_companies()[::2]):
        efforts = [changes.effort for changes in search(BASE, case, "both").changes]
        assert efforts == sorted(efforts)


# The way


@pytest.mark.more
@pytest.mark.parametrize("case", sample(real_companies()[::4], 3), ids=lambda case: case.company)
def test_the_steps_lead_from_today_to_the_goal(case):
    for goal in GOALS:
        found = search(BASE, case, goal)
        there = roadmap(BASE, found, sensitivity(BASE, case))
        if found.changes:
            assert there.steps[-1].process == goal
            assert sorted(step.move.fact for step in there.steps) == sorted(move.fact for move in found.first.moves)
        for step in there.steps:
            assert step.owner or step.move.answers
            assert step.rules
            assert set(step.source) <= {*BASE.knowledge.sources, "expert judgement"}
        wanted = {move.fact for move in found.first.conditions} if found.first else set()
        assert {card.fact for card in there.cards} >= {name for name in wanted if VOCABULARY.facts[name].test}
        assert all(1 <= card.test.days <= 30 for card in there.cards)


@pytest.mark.more
def test_a_step_is_done_when_its_condition_says_so():
    for case in sample(real_companies()[::5], 3):
        for goal in GOALS:
            found = search(BASE, case, goal, largest=2)
            for step in roadmap(BASE, found, sensitivity(BASE, case)).steps:
                tree = condition(step.done_when, Scope(VOCABULARY, {}))
                after = Company(BASE, found.first.facts)
                before = Company(BASE, case.values)
                tests = list(leaves(tree))
                assert all(sum(after.test(leaf)[:2]) == 1 for leaf in tests)
                if len(tests) == 1 and not step.done_when.startswith("not "):
                    assert after.test(tests[0])[0] == ("not in" not in step.done_when)
                    assert after.test(tests[0])[0] != before.test(tests[0])[0] or step.move.answers


# The command


def test_the_command_tells_the_goal_in_text_and_json():
    one = ("whatif", str(EXAMPLES / "clinic_software.yaml"), "--set", "product_stage=pilot", "--goal", "smb")
    text = run(*one).stdout.decode()
    assert text.startswith("Clinic software: what it takes to get to SMB selling\n")
    assert "product stage: from pilot to launched" in text
    told = json.loads(run(*one, "--format", "json").stdout)
    assert (told["goal"], told["process"], told["reached"]) == ("smb", "not_yet", True)
    assert told["searched"]["complete"] is True
    for changes in told["changes"]:
        assert set(changes) == {"facts", "conditions", "process", "settled", "effort"}


def test_a_goal_that_is_reached_already_is_no_mistake():
    done = run("whatif", str(EXAMPLES / "veeva_2013.yaml"), "--goal", "enterprise")
    assert done.returncode == 0
    assert "It is enterprise selling already." in done.stdout.decode()


def test_a_goal_out_of_reach_is_said_to_be():
    done = run("whatif", str(EXAMPLES / "veeva_2013.yaml"), "--goal", "smb")
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "No three changes get there: " in text
    assert "What comes nearest" in text
    assert "What stands in the way and is not yours to change" in text


def test_the_goal_starts_from_what_is_supposed():
    one = ("whatif", str(EXAMPLES / "clinic_software.yaml"), "--goal", "smb", "--format", "json")
    assert json.loads(run(*one).stdout)["process"] == "smb"
    (first, *_) = json.loads(run(*one, "--set", "product_stage=pilot").stdout)["changes"]
    assert [item["from"] for item in first["facts"]] == ["pilot"]
