"""The page on one company: its size, what its first lines say, and what it says of every kind of verdict."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace

import pytest
from given import BASE, VOCABULARY, full, on_some, page, real_companies, run, sample, some_facts
from hypothesis import example, given

from salespath.authoring.scenarios import read_scenarios
from salespath.counsel.moves import planned_moves
from salespath.engine.assess import assess
from salespath.engine.turning import turning
from salespath.facts import Case
from salespath.facts.money import Rate
from salespath.report.words.verdict import headline
from salespath.rules.model import PROCESSES, VERDICTS

FACTS = {
    "four facts": {"product_stage": "launched", "capital": 300_000, "monthly_burn": 20_000, "role": "digital_marketer",
                   "team_roles": frozenset(["digital_marketer"])},
    "short cash": {"product_stage": "launched", "self_serve": True, "customer_segments": frozenset(["small"]),
                   "capital": 5000, "monthly_burn": 55_000},
    "nothing": {},
}  # fmt: skip
CASES = [*real_companies(), *(Case(name, facts) for name, facts in FACTS.items())]
ASSESSMENTS = [assess(BASE, case) for case in CASES]
by_company = on_some(ASSESSMENTS)


def named(name: str):
    return next(a for a in ASSESSMENTS if a.company == name)


def fits(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) <= 60 and len(text.split()) <= 400 and max(map(len, lines)) <= 80


@by_company
def test_it_fits_a_page(a):
    assert fits(page(a, 80))


WORDY = {"reachable_customers": 19, "capital": 480, "customization": "bespoke", "customer_segments": frozenset(["small"]),
         "sales_automation": "automated_sequences", "calls_per_sale": 14_000, "cost_to_lifetime_value": 93_800,
         "annual_contract_value": 718, "decision_makers": 11_470, "monthly_burn": 0, "committed_revenue": 0}  # fmt: skip


@example(WORDY)
@given(some_facts())
def test_any_company_fits_a_page(facts):
    assert fits(page(assess(BASE, Case("Somebody", facts)), 80))


def test_a_block_that_any_of_several_people_lifts_names_them_at_once():
    facts = {"capital": 1000, "monthly_burn": 0, "committed_revenue": 0, "next_funding": "none",
             "customer_segments": frozenset(["large"]), "annual_contract_value": 60_000}  # fmt: skip
    text = " ".join(full(assess(BASE, Case("X", facts)), 80).split())
    assert "deals are closed by a founder, people employed to sell or other firms that sell for you" in text
    assert "closed by a people" not in text


EUROS = Rate("EUR", 1.25, "given", "given in the file")


@on_some([a for a in ASSESSMENTS if any(VOCABULARY[name].type == "money" for name in a.case.values)])
def test_in_another_currency_it_is_the_same_page_save_for_the_least(a):
    """It takes more words, so something may be left out: no move, no flag, no answer that lifts a block, no reason against."""
    other = assess(BASE, replace(a.case, currency="EUR", rates={"EUR": EUROS}))
    dollars, euros = (
        re.sub(r"[$€][\d.,]+\w*( \([$€][\d.,]+\w*\))?", "X", " ".join(page(x, 80).split())) for x in (a, other)
    )
    assert [move.rules for move in planned_moves(other).first] == [move.rules for move in planned_moves(a).first]
    for kept in ("First moves", "Against", " unless ", "Flag: ", "Stop: ", "Net evidence: "):
        assert euros.count(kept) == dollars.count(kept), kept


@pytest.mark.more
def test_every_scenario_fits_a_page_and_says_the_three_choices():
    scenarios = read_scenarios(BASE, ["tests/scenarios"])
    verdicts: Counter[str] = Counter()
    for scenario in sample(scenarios[::3], 3):
        a = assess(BASE, scenario.case)
        text = page(a, 80)
        assert fits(text), scenario.sentence
        assert_choices(a, text)
        verdicts[a.process] += 1
    assert set(verdicts) == set(VERDICTS)


def assert_choices(a, text: str) -> None:
    """At once after the verdict and the red flags, of which there are three at most."""
    top = "\n".join(text.splitlines()[:21])
    assert re.search(r"^Channel: \S+", top, re.MULTILINE)
    assert re.search(r"^Sales strategy: \S+", top, re.MULTILINE)
    assert re.search(r"^Your own sales systems: \S+", text, re.MULTILINE)


@by_company
def test_it_says_the_three_choices_and_the_whole_page_the_reason_of_each(a):
    text, whole = (" ".join(said(a, 80).split()) for said in (page, full))
    for topic in (topic for topic in BASE.knowledge.topics.values() if topic.between):
        some = [choice for choice in a.choices if choice.topic == topic.id]
        assert f"{topic.title}: " in text
        for choice in some:
            assert topic.choices[choice.choice].lower() in text.lower()
        reason = some[0].because if len({c.choice for c in some}) == 1 else topic.why
        assert reason.split(". ")[0].rstrip(".")[:40] in whole


@by_company
def test_verdict_and_flags_come_before_everything_else(a):
    lines = page(a, 80).splitlines()[2:]
    grave = [flag for flag in a.flags if flag.level != "note"]
    leads = [line.split(":")[0] for line in lines if re.match(r"(Stop|Flag): ", line)]
    assert leads == ["Stop" if flag.level == "stop" else "Flag" for flag in grave[:3]]
    assert ("and 1 more (--full)" in "\n".join(lines[:16])) == (len(grave) == 4)


def test_where_it_leans_to_neither_it_says_both_ways():
    text = " ".join(page(named("nothing"), 80).split())
    assert "Channel: Direct contact with each account." in text  # nothing says that customers can start alone
    assert "Sales strategy: If enterprise, target account selling; if SMB, referral selling." in text


@by_company
def test_fit_and_means_have_a_line_each_and_the_whole_page_the_five_dimensions(a):
    figure = r"[+-]\d+\.\d (?:balanced|(?:some|clear|strong) (?:for|against))|not known yet"
    for said, names in ((page, ("Fit", "Means")), (full, ("Product", "Market", "Capital", "Team", "Role"))):
        lines = said(a, 80).splitlines()
        for name in names:
            (line,) = [line for line in lines if line.startswith(f"{name} ") and re.search(figure, line)]
            assert len(re.findall(figure, line)) == 2
    assert any("0.25 is a hint" in line for line in lines)


@by_company
def test_it_gives_the_first_three_moves_with_who_does_them(a):
    text = " ".join(page(a, 80).split("First moves\n")[1].split())
    for number, move in enumerate(planned_moves(a).first, 1):
        opening = move.short if not move.if_not else f"If you have not: {move.short[:1].lower()}{move.short[1:]}"
        assert f"{number}. {opening} ({move.owner}" in text
    assert "4. " not in text


@by_company
def test_it_gives_at_most_three_reasons_and_the_strongest_against(a):
    text = page(a, 80)
    assert len(re.findall(r"^ *\d+%  ", text, re.MULTILINE)) <= 3
    assert len(re.findall(r"^Against", text, re.MULTILINE)) <= 1
    assert text.count("- ") <= 3 + text.count("--")


@by_company
def test_it_says_how_firm_it_is_and_what_it_hangs_on(a):
    text = " ".join(page(a, 80).split())
    strength = a.strength
    labels = [VOCABULARY[turn.fact].label for turn in strength.on]
    if strength.level == "firm":
        assert "Firm: no single answer still missing would give another process." in text
    elif strength.level == "hangs_on":
        many = f"{len(labels)} answers: " if len(labels) > 1 else ""
        assert f"Hangs on {many}{labels[0]}" in text
    elif a.process == "undetermined":
        assert f"Answer first: {VOCABULARY[a.next_questions[0].fact].label}" in text
    else:
        assert "Open: too little is known" in text or "Open: it rests on your means alone" in text
        assert all(label in text for label in labels[:3])
    few = re.search(r"This rests on (\d+) of the 21 main answers\.", text)
    assert (few is None) == strength.known.enough
    assert few is None or int(few[1]) == strength.known.answered


def test_what_could_turn_it_does_and_nothing_else_does():
    """Every answer named gives the process named, and no other single answer in any cell gives another one."""
    from salespath.engine.cells import cells
    from salespath.engine.company import process_of

    for a in ASSESSMENTS[::4]:
        facts = a.case.values
        turns = {turn.fact: turn for turn in turning(BASE, facts)}
        for turn in turns.values():
            for value, process in turn.answers:
                assert process_of(BASE, {**facts, turn.fact: value}) == process != a.process
        for name, values in cells(BASE).items():
            if name in facts or name in turns or name in BASE.vocabulary.derived:
                continue
            assert {process_of(BASE, {**facts, name: value}) for value in values} == {a.process}, name


def test_a_verdict_by_means_alone_is_provisional():
    a = named("four facts")
    assert (a.process, a.basis) == ("smb", "means_alone")
    assert "Provisional, by your means alone: what you sell and to whom is not known." in headline(a)


def test_a_verdict_by_means_where_fit_is_balanced_says_so():
    a = assess(BASE, Case("X", {"customer_segments": frozenset(["large"]), "next_funding": "secured"}))
    assert (a.process, a.basis) == ("enterprise", "means")
    assert "your capital, team and role do. This rests on 2 of the 21 main answers." in headline(a)
    clear = named("Veeva Systems")
    assert clear.basis is None
    assert headline(clear) == "Run an enterprise sales process: sell in person to large accounts that you can name."


def test_a_standing_block_is_said_with_the_amount_that_lifts_it():
    text = " ".join(page(named("short cash"), 80).split())
    assert text.count("unless at least $325,000 is signed and payable, or new money is secured") == 2
    assert "Stop: Your cash lasts 3 days" in text


def test_the_command_prints_the_page_and_full_prints_everything():
    short, full = (
        run("assess", "examples/veeva_2013.yaml", *more, COLUMNS="80").stdout.decode() for more in ([], ["--full"])
    )
    assert fits(short)
    assert short.splitlines()[:4] == full.splitlines()[:4]
    assert "The plan\n--------\n" in full
    assert "Companies that resemble you" in full
    assert len(full.splitlines()) > 200


# Stage, capital, team and role alone

STAGES = ("idea", "prototype", "pilot", "launched")
CASH = {
    "two months": {"capital": 50_000, "monthly_burn": 25_000},
    "ten months": {"capital": 300_000, "monthly_burn": 30_000},
    "two years": {"capital": 2_000_000, "monthly_burn": 80_000},
}
TEAMS = {
    "senior sellers": {"seller_seniority": "senior", "team_roles": frozenset(["account_executive"]),
                       "team_skills": frozenset(["c_level_conversations", "objection_handling"])},
    "routine": {"team_roles": frozenset(["digital_marketer", "account_development"]),
                "team_skills": frozenset(["routine_discipline", "fast_adaptation"])},
    "a founder": {"who_sells": frozenset(["founder"]), "seller_seniority": "none"},
}  # fmt: skip
ROLES = ("digital_marketer", "salesperson", "founder", "product_manager", "investor", None)


def grid():
    for stage, cash, team, role in itertools.product(STAGES, CASH, TEAMS, ROLES):
        facts = {"product_stage": stage, **CASH[cash], **TEAMS[team]} | ({"role": role} if role else {})
        yield stage, cash, team, role, assess(BASE, Case("X", facts))


def test_whoever_states_stage_capital_team_and_role_gets_an_answer():
    found = list(grid())
    assert len(found) == 216
    counted = Counter(a.process for *_, a in found)
    assert counted["undetermined"] <= 92  # means that contradict one another or say little
    for stage, cash, team, role, a in found:
        here = (stage, cash, team, role, a.process, a.leaning)
        assert {choice.topic for choice in a.choices} == {"channel", "strategy", "infrastructure"}, here
        if a.process in PROCESSES:
            assert a.basis == "means_alone", here
        if cash == "two months":
            assert a.process == "not_yet", here
        if stage != "launched":
            assert a.process != "smb", here
        if team == "senior sellers" and cash == "two years" and role != "digital_marketer":
            assert a.process == "enterprise", here
        if team == "senior sellers" and role == "digital_marketer" and cash != "two months":
            assert a.process == "undetermined", here  # they contradict one another
        if team == "routine":
            assert a.process != "enterprise", here
            assert a.leaning != "enterprise", here
        if team == "routine" and role == "digital_marketer" and cash != "two months":
            assert a.process == ("smb" if stage == "launched" else "not_yet"), here
        if team == "a founder":
            assert a.process != "enterprise", here


def test_no_product_and_nobody_asked_is_not_yet():
    for stage in ("idea", "prototype"):
        a = assess(BASE, Case("X", {"product_stage": stage, "willingness_to_pay": "untested"}))
        assert a.process == "not_yet"
        assert {b.process for b in a.blockers} == {"enterprise", "smb"}
