"""What if: facts supposed otherwise, what changes through which rules, and what a verdict hangs on."""

from __future__ import annotations

import json
import re

import pytest
from given import BASE, EXAMPLES, VOCABULARY, real_companies, run, sample, some_facts
from hypothesis import given as with_

from salespath.counsel.reach.steps import cards
from salespath.counsel.sensitivity import sensitivity
from salespath.counsel.whatif import what_if
from salespath.engine.assess import assess
from salespath.engine.compile import fill, placeholders
from salespath.facts import Case, read_file
from salespath.facts.settings import suppose
from salespath.facts.values import cell_text
from salespath.files.problems import SalespathError
from salespath.report.formats.text import write
from salespath.report.pages import sensitivity as sensitivity_page
from salespath.report.pages import whatif as whatif_page
from salespath.rules.model import BlockProcess, Conclude, Weigh

ONE = str(EXAMPLES / "veeva_2013.yaml")
MANY = str(EXAMPLES / "real_companies.yaml")
(VEEVA,) = read_file(ONE, VOCABULARY).cases
CASE = Case(
    "Acme",
    {"annual_contract_value": 20_000, "team_roles": frozenset({"customer_success"}), "self_serve": True},
    how={"annual_contract_value": "guessed"},
)

# Supposing


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("annual_contract_value=$250k", "annual_contract_value", 250_000),
        ("annual_contract_value = 12,500", "annual_contract_value", 12_500),
        ("large_customer_share=12%", "large_customer_share", 0.12),
        ("self_serve=no", "self_serve", False),
        ("product_stage=launched", "product_stage", "launched"),
        ("team_roles=[digital_marketer, account_executive]", "team_roles", {"digital_marketer", "account_executive"}),
        ("team_roles=[]", "team_roles", set()),
        ("team_roles=-", "team_roles", set()),
        ("team_roles=none", "team_roles", set()),
        ("team_roles=marketing", "team_roles", {"digital_marketer"}),
        ("team_roles=Marketing, sales; SDR", "team_roles",
         {"digital_marketer", "account_executive", "sales_development"}),
        ("team_roles+=marketing;sales", "team_roles", {"digital_marketer", "account_executive", "customer_success"}),
        ("role=co-founder", "role", "founder"),
        ("product_stage=Takes paying customers", "product_stage", "launched"),
        ("team_roles+=digital_marketer", "team_roles", {"digital_marketer", "customer_success"}),
        ("team_roles+=digital_marketer,account_executive", "team_roles",
         {"digital_marketer", "account_executive", "customer_success"}),
        ("team_roles-=customer_success", "team_roles", set()),
        ("runway_months=8", "runway_months", 8),
        ("self_serve=", "self_serve", None),
        ("self_serve=?", "self_serve", None),
        ("capital=?", "capital", None),
    ],
)  # fmt: skip
def test_a_setting_is_read_as_in_a_fact_file(text, fact, value):
    case = suppose(VOCABULARY, CASE, [text])
    assert case.values.get(fact) == value
    assert {n: v for n, v in case.values.items() if n != fact} == {n: v for n, v in CASE.values.items() if n != fact}


@with_(some_facts())
def test_every_value_can_be_supposed_as_it_is_written(facts):
    texts = []
    for name, value in facts.items():
        text = cell_text(VOCABULARY[name], value)
        texts.append(
            f"{name}=[{text.replace(';', ', ')}]" if isinstance(value, frozenset) and value else f"{name}={text}"
        )
    assert suppose(VOCABULARY, Case("x", {}), texts).values == facts


def test_how_a_value_was_known_says_nothing_of_another_one():
    assert "annual_contract_value" not in suppose(VOCABULARY, CASE, ["annual_contract_value=1000"]).how
    case = suppose(VOCABULARY, CASE, ["annual_contract_value={value: 1000, how: measured}"])
    assert case.how == {"annual_contract_value": "measured"}
    assert suppose(VOCABULARY, CASE, ["self_serve=no"]).how == CASE.how


def test_several_members_come_and_go():
    case = suppose(VOCABULARY, CASE, ["team_roles+=digital_marketer", "team_roles-=customer_success"])
    assert case.values["team_roles"] == {"digital_marketer"}


@pytest.mark.parametrize(
    ("texts", "code", "says"),
    [
        (["self_serve"], "SP151", "expected fact=value"),
        ([""], "SP151", "nothing is not a setting"),
        (["=5"], "SP151", "is not a setting"),
        (["self_serve+=yes"], "SP151", "holds one value"),
        (["who_sells+=founder"], "SP151", "not the same as none"),
        (["self_serve=yes", "self_serve=no"], "SP152", "set twice"),
        (["team_roles=[]", "team_roles+=digital_marketer"], "SP152", "set twice"),
        (["team_roles+=digital_marketer", "team_roles=[]"], "SP152", "set twice"),
        (["team_roles+=digital_marketer", "team_roles-=digital_marketer"], "SP152", "to come and to go"),
        (["self_serv=yes"], "SP111", "Did you mean self_serve?"),
        (["product_stage=lauched"], "SP112", "Did you mean launched?"),
        (["team_roles+=digital_marketr"], "SP112", "Did you mean digital_marketer?"),
        (["capital=-5"], "SP112", "less than 0"),
        (["capital=250.000"], "SP112", "can be read as"),
        (["team_roles=digital_marketr"], "SP112", "Did you mean digital_marketer?"),
        (["team_roles={value: digital_marketr, how: guessed}"], "SP112", "Did you mean digital_marketer?"),
        (["capital=€300k", "annual_contract_value=KRW 5"], "SP115", "--rate KRW=DOLLARS"),
        (["paying_customers=5%"], "SP112", "5% is a share; expected a whole number."),
        (["capital=[1"], "SP103", "not valid YAML"),
        (["capital=&a 5"], "SP112", "is not a number"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said(texts, code, says):
    with pytest.raises(SalespathError) as caught:
        suppose(VOCABULARY, CASE, texts)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert says in problem.message
    assert str(problem).startswith("--set: error")


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(SalespathError) as caught:
        suppose(VOCABULARY, CASE, ["self_serv=yes", "capital=much", "x"])
    assert [problem.code for problem in caught.value.problems] == ["SP111", "SP112", "SP151"]


# What changes


def test_what_changes_goes_back_to_the_rules_that_read_it():
    (case,) = [case for case in real_companies() if case.company == "Datadog"][:1]
    found = what_if(BASE, case, ["self_serve=no", "team_roles-=digital_marketer"])
    assert (found.before.process, found.after.process) == ("both", "undetermined")
    assert found.effect.verdict_changes
    fired = [{item.rule for item in side.fired} for side in (found.before, found.after)]
    assert set(found.effect.through) <= fired[0] ^ fired[1]
    read = {"self_serve", "team_roles"}
    for rule in found.effect.through:
        side = next(side for side in (found.after, found.before) if any(f.rule == rule for f in side.fired))
        assert read & set(next(f for f in side.fired if f.rule == rule).facts)
    text = write(whatif_page.page(found))
    assert "Process: both, SMB first -> undetermined" in text
    told = whatif_page.document(found)
    assert told["set"][0] == {"fact": "self_serve", "from": True, "to": False}
    assert told["changed"] is True


def test_what_is_so_already_changes_nothing():
    found = what_if(BASE, CASE, ["self_serve=yes"])
    assert found.settings == {}
    assert "nothing changes" in write(whatif_page.page(found))


def test_a_new_block_and_one_that_goes_are_told():
    facts = {"willingness_to_pay": "refused", "product_stage": "launched"}
    text = write(whatif_page.page(what_if(BASE, Case("x", facts), ["willingness_to_pay=proven"])))
    assert "No longer in the way of SMB selling" in text
    proven = Case("x", {**facts, "willingness_to_pay": "proven"})
    back = write(whatif_page.page(what_if(BASE, proven, ["willingness_to_pay=refused"])))
    assert "New block of SMB selling" in back
    assert "Remedy (founder)" in back


def test_a_tried_figure_is_a_condition_and_never_the_companys_own_answer():
    settings = ["annual_contract_value=50000", "reachable_customers=1", "paying_customers=40"]
    said = write(whatif_page.page(what_if(BASE, VEEVA, settings)))
    assert "No longer counts: Your average is $780,000 a year" in said
    assert "At an average of $50,000 a year" in said
    for owned in ("Your average is $50,000", "average of $50,000 a year is", "by your count"):
        assert owned not in said
    for rule in BASE.knowledge.rules.values():
        if isinstance(rule.then, (Weigh, BlockProcess, Conclude)) and (names := placeholders(rule.because)):
            tried = fill(rule.because, lambda name: "9", names)
            assert "(supposed)" not in tried, f"{rule.id}: write [said|tried] around what the figure is said to be"
            assert not re.search(r"[Yy]our\b|[Yy]ou (count|have)\b", tried), rule.id
    assert fill("{capital} and {monthly_burn}", "${}".format, ["capital"]) == "$capital (supposed) and $monthly_burn"


# What it hangs on


@pytest.mark.more
@pytest.mark.parametrize("case", [*sample(real_companies()[::3]), CASE], ids=lambda case: case.company)
def test_every_step_and_gap_is_what_the_assessment_says(case):
    found = sensitivity(BASE, case)
    today = assess(BASE, case)
    net = (
        today.evidence[found.process]["fit"]
        - today.evidence[{"smb": "enterprise", "enterprise": "smb"}[found.process]]["fit"]
    )
    assert found.net == net
    for influence in found.influences:
        assert influence.low <= found.net <= influence.high
        assert influence.value == case.values[influence.fact]
        for variant in (*influence.steps, influence.unknown):
            facts = {name: value for name, value in case.values.items() if name != influence.fact}
            if variant.value is not None:
                facts[influence.fact] = variant.value
            then = assess(BASE, Case("x", facts))
            assert (variant.process, variant.lead) == (then.process, then.lead)
            assert (variant in influence.turning) == ((then.process, then.lead) != (today.process, today.lead))
            assert influence.low <= variant.net <= influence.high
    silent = set(case.values) - {influence.fact for influence in found.influences}
    for name in silent:
        facts = {other: value for other, value in case.values.items() if other != name}
        assert assess(BASE, Case("x", facts)).process == today.process
    for variant in found.open:
        assert variant.move.fact not in case.values
        assert assess(BASE, Case("x", {**case.values, variant.move.fact: variant.value})).process == variant.process


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (VEEVA.values, "What moves the verdict most: willingness to pay (refused: not yet)."),
        ({"self_serve": True}, "What moves the verdict most: "),
        ({}, "What moves the verdict most: "),
    ],
)
def test_the_first_line_says_what_moves_the_verdict_most(facts, first):
    found = sensitivity(BASE, Case("x", facts))
    said = write(sensitivity_page.page(found, ()), 200).splitlines()[2]
    assert said.startswith(first)
    assert found.most in {*(i.fact for i in found.turning), *(v.move.fact for v in found.open)}


def test_the_widest_range_of_evidence_comes_first():
    ranges = [influence.high - influence.low for influence in sensitivity(BASE, real_companies()[-2]).influences]
    assert ranges == sorted(ranges, reverse=True)


def test_guesses_are_counted_and_get_a_test_card():
    facts = {"willingness_to_pay": "refused", "product_stage": "launched", "self_serve": True}
    case = Case("x", facts, how={"willingness_to_pay": "guessed", "self_serve": "guessed"})
    found = sensitivity(BASE, case)
    (influence,) = found.turning
    assert (influence.fact, influence.how) == ("willingness_to_pay", "guessed")
    tests = list(cards(BASE, found))
    assert ("willingness_to_pay", "guessed") in [(card.fact, card.known) for card in tests]
    text = write(sensitivity_page.page(found, tests), 80)
    assert "The verdict hangs on a guess: willingness to pay." in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("width", [40, 56, 64, 100])
def test_the_table_fits_any_terminal(width):
    found = sensitivity(BASE, real_companies()[0])
    lines = write(sensitivity_page.page(found, ()), width).splitlines()
    assert max(map(len, lines)) <= width
    titles = next(line for line in lines if line.startswith("Answer"))
    assert ("Known" in titles, "Net evidence" in titles) == (width >= 64, width >= 56)
    assert any("==|" in line for line in lines) == (width >= 96)


def test_an_empty_company_hangs_on_nothing_known():
    found = sensitivity(BASE, Case("x", {}))
    assert found.influences == ()
    assert "No answer given so far weighs on it." in write(sensitivity_page.page(found, ()))


def test_every_core_fact_has_a_test_card_of_thirty_days_at_most():
    for fact in VOCABULARY.facts.values():
        if fact.ask == "core":
            assert fact.test, fact.id
        if fact.test:
            assert 1 <= fact.test.days <= 30
            assert fact.test.do.endswith(".")
            assert not fact.test.passed.endswith(".")


# The command


def test_the_three_ways_to_ask_print_text_and_json():
    for more in ([], ["--set", "self_serve=yes"], ["--goal", "smb"]):
        text = run("whatif", ONE, *more)
        assert (text.returncode, text.stderr) == (0, b"")
        assert text.stdout.startswith(b"Veeva Systems: ")
        told = json.loads(run("whatif", ONE, *more, "--format", "json").stdout)
        assert told["company"] == "Veeva Systems"


def test_of_several_companies_one_is_named():
    done = run("whatif", MANY)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"SP153: it holds 32 companies; say which one with --company NAME: Anaplan, " in done.stderr
    assert run("whatif", MANY, "--company", "Xero").stdout.startswith(b"Xero: ")
    assert (
        b"SP153: there is no company Xera in it. Did you mean Xero?" in run("whatif", MANY, "--company", "Xera").stderr
    )


def test_a_table_is_read_too():
    table = str(EXAMPLES / "real_companies.csv")
    assert run("whatif", table, "--company", "Xero").stdout.startswith(b"Xero: ")
    assert b"say which one with --company NAME" in run("whatif", table).stderr


def test_companies_of_one_name_are_not_told_apart():
    twice = "- {company: A, facts: {self_serve: yes}}\n- {company: A, facts: {self_serve: no}}\n"
    done = run("whatif", "-", "--company", "A", stdin=twice)
    assert done.returncode == 1
    assert b"2 companies are called A" in done.stderr


def test_a_rejected_company_does_not_hide_the_others():
    some = "- {company: A, facts: {self_serve: maybe}}\n- {company: B, facts: {self_serve: no}}\n"
    done = run("whatif", "-", "--company", "B", stdin=some)
    assert done.returncode == 1
    assert b"SP112" in done.stderr
    assert done.stdout.startswith(b"B: ")
    assert b"SP112" in run("whatif", "-", stdin="company: A\nfacts: {self_serve: maybe}\n").stderr


def test_facts_that_contradict_each_other_are_warned_of():
    done = run("whatif", "-", "--set", "runway_months=20", stdin="capital: 100000\nmonthly_burn: 50000\n")
    assert done.returncode == 0
    assert b"warning SP120" in done.stderr


def test_wrong_options_are_a_matter_of_usage():
    assert run("whatif", ONE, "--goal", "undetermined").returncode == 2
    assert run("whatif").returncode == 2


def test_a_test_card_takes_a_month_at_most_and_says_all():
    from salespath.facts.vocabulary import load
    from salespath.files.nodes import parse

    words = "label: x, question: x, help: x, why: x"
    frame = f"dimension: role\ntitle: Role\nowner: x\nfacts:\n  - {{id: x, type: boolean, {words}, ask: core, test: "
    good = frame + "{do: Ask., passed: one, days: 30, cost: none}}\n"
    assert load([("role.yaml", parse(good, "role.yaml"))]).facts["x"].test.days == 30
    for card, code in (
        ("{do: Ask., passed: one, days: 31, cost: none}}\n", "SP106"),
        ("{do: Ask., passed: one, days: 1.5, cost: none}}\n", "SP106"),
        ("{do: Ask., passed: one, cost: none}}\n", "SP106"),
        ("{do: Ask., days: 3, cost: none}}\n", "SP107"),
        ("{do: Ask., passed: one, days: 3, cost: none, who: me}}\n", "SP108"),
    ):
        with pytest.raises(SalespathError) as caught:
            load([("role.yaml", parse(frame + card, "role.yaml"))])
        assert [problem.code for problem in caught.value.problems] == [code]
