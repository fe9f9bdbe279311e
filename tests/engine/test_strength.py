"""How firm a verdict is: held against the ordinary assessment of each company with one answer more, or one guess moved."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace

import numpy as np
import pytest
from companies import random_companies
from engines import agree, clips, definition, experta, ours_in_a_table
from given import BASE, EXAMPLES, VOCABULARY, page, run, sample, small_base, some_facts
from hypothesis import given
from hypothesis import strategies as st
from rule_bases import random_base

from salespath.counsel.whatif import what_if
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.cells import FACTOR, cells
from salespath.engine.company import process_of
from salespath.engine.settle import search_settled, settle
from salespath.engine.strength import LEVELS, MOST, strength
from salespath.engine.strength_table import strengths
from salespath.engine.table import FactTable, assess_table
from salespath.engine.turning import turning
from salespath.facts import Case, Value, read_file
from salespath.facts.values import cell_text
from salespath.report.plain import document
from salespath.report.words.verdict import firmness, headline
from salespath.rules.model import BlockProcess
from salespath.tables import run as portfolio
from salespath.tables.run import assess_to_file
from tools.robustness import with_rules

DOCUMENTED = [
    case for path in sorted(EXAMPLES.glob("real_companies*.yaml")) for case in read_file(str(path), VOCABULARY).cases
]
BASES = {seed: random_base(seed, 40, tame=True) for seed in range(12)}


def completed(base: Base, facts: dict[str, Value]):
    """The company with each single answer that it lacks, in every cell that the rules compare a number with."""
    for name, values in cells(base).items():
        if name not in facts and name in base.vocabulary.facts:
            for value in values:
                yield name, {**facts, name: value}


@pytest.mark.more
def test_no_single_answer_turns_a_firm_verdict_and_each_named_turns_one_that_is_not():
    levels = set()
    for case in sample(DOCUMENTED[::4], 4):
        a = assess(BASE, case)
        levels.add(a.strength.level)
        named = {turn.fact for turn in a.strength.on}
        for turn in a.strength.on:
            for value, process in turn.answers:
                assert assess(BASE, Case("x", {**case.values, turn.fact: value})).process == process != a.process
        for name, facts in completed(BASE, dict(case.values)):
            assert process_of(BASE, facts) == a.process or name in named, (case.company, name)
    assert levels == {*LEVELS}


@given(st.sampled_from(sorted(BASES)), some_facts())
def test_so_it_is_under_random_rules(seed, facts):
    base = BASES[seed]
    process = process_of(base, facts)
    on = turning(base, facts)
    for turn in on:
        for value, other in turn.answers:
            assert process_of(base, {**facts, turn.fact: value}) == other != process
    if not on:
        for name, more in completed(base, facts):
            assert process_of(base, more) == process, name
    elif settle(base, facts).settled:
        pytest.fail(f"{on[0].fact} turns what is settled")


@given(st.sampled_from(sorted(BASES)), some_facts(), st.randoms(use_true_random=False))
def test_a_guess_is_moved_by_one_word_one_member_or_a_factor_of_two(seed, facts, source):
    base = BASES[seed]
    guessed = {name for name in facts if source.random() < 0.5}
    process = process_of(base, facts)
    turned = {turn.fact: turn for turn in turning(base, facts, guessed)}
    for name in guessed:
        term, value = VOCABULARY[name], facts[name]
        for other, to in turned[name].answers if name in turned else ():
            assert process_of(base, {**facts, name: other}) == to != process
        words = list(term.values)
        if term.numeric:
            near = [at for at in (value / FACTOR, value * FACTOR) if term.type != "integer" or at == int(at)]
            near = [at for at in near if (term.minimum or 0) <= at <= (term.maximum or at)] if value > 10 else []
            assert all(
                min(value / 2, value * 2) <= other <= max(value / 2, value * 2)
                for other, _ in (turned[name].answers if name in turned else ())
            )
        elif term.type == "boolean":
            near = [not value]
        elif term.type == "set":
            near = [value ^ {word} for word in words]
        elif getattr(term, "ordered", False):
            near = [word for word in words if abs(words.index(word) - words.index(value)) == 1]
        else:
            near = [word for word in words if word != value]
        if name not in turned and not term.numeric:
            assert all(process_of(base, {**facts, name: other}) == process for other in near), name


def test_a_guess_of_less_than_a_percent_is_not_moved_to_none():
    weigh = "weigh: {process: smb, certainty: 0.5, line: size}"
    base = small_base(f"rules: [{{id: nobody-leaves, when: churn_rate == 0, {weigh}, because: So, source: [K01]}}]")
    case = Case("x", {"churn_rate": 0.00390625}, how={"churn_rate": "guessed"})
    assert process_of(base, {**case.values, "churn_rate": 0}) != process_of(base, case.values)
    assert "churn_rate" not in {turn.fact for turn in turning(base, case.values, {"churn_rate"})}
    found = strengths(base, FactTable.from_cases(base, [case]), guessed=guessed_in([case]))
    assert "churn_rate" not in {found.names[place] for place in np.flatnonzero(np.unpackbits(found.on, axis=1)[:, 0])}


def test_a_guess_on_which_a_verdict_hangs_is_named_as_one():
    facts = next(c for c in DOCUMENTED if c.company == "Veeva Systems").values
    firm = Case("Veeva", {**facts, "seller_seniority": "mid"})
    assert assess(BASE, firm).strength.level == "firm"
    guess = replace(firm, how={"seller_seniority": "guessed"})
    a = assess(BASE, guess)
    assert [turn.fact for turn in a.strength.on] == ["seller_seniority"]
    assert firmness(a) == "Hangs on most senior seller (a guess): if junior, it is not yet."
    assert assess(BASE, replace(firm, how={"seller_seniority": "measured"})).strength.level == "firm"


# One company and a table


def guessed_in(cases):
    return {name: np.array([case.how.get(name) == "guessed" for case in cases]) for name in VOCABULARY}


@pytest.mark.more
@pytest.mark.parametrize("seed", sample([None, 0, 3], 2))
def test_a_table_says_the_same_as_one_company(seed):
    source = random.Random(9)
    base = BASE if seed is None else BASES[seed]
    cases = [*sample(DOCUMENTED[::3], 3), *sample(random_companies(90, seed=4)), Case("nothing")]
    cases = [replace(case, how={n: "guessed" for n in case.values if source.random() < 0.3}) for case in cases]
    found = strengths(base, FactTable.from_cases(base, cases), guessed=guessed_in(cases))
    bits = np.unpackbits(found.on, axis=1, count=len(cases))
    for row, case in enumerate(cases):
        one = assess(base, case).strength
        assert LEVELS[found.level[row]] == one.level
        assert [found.names[place] for place in np.flatnonzero(bits[:, row])] == [turn.fact for turn in one.on]


def test_files_have_both_columns_guesses_included(tmp_path):
    cases = [replace(c, how={"annual_contract_value": "guessed"}) for c in DOCUMENTED[:12]]
    with open(tmp_path / "in.csv", "w", newline="") as file:
        writer = csv.writer(file)
        names = ["annual_contract_value__how", *VOCABULARY]
        writer.writerow(["company", *names])
        for case in cases:
            cells_ = [cell_text(VOCABULARY[n], case.values[n]) if n in case.values else "" for n in VOCABULARY]
            writer.writerow([case.company, case.how.get("annual_contract_value", ""), *cells_])
    assess_to_file(BASE, [str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), print)
    with open(tmp_path / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, case in zip(rows, cases, strict=True):
        one = assess(BASE, case).strength
        assert (row["strength"], row["hangs_on"]) == (one.level, "; ".join(turn.fact for turn in one.on))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_of_very_many_it_is_worked_out_on_request(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(portfolio, "MOST", 5)
    source = str(EXAMPLES / "real_companies.csv")
    told = {}
    for name, wanted in (("without", False), ("with", True)):
        out = str(tmp_path / f"{name}.{ending}")
        summary = assess_to_file(BASE, [source], out, print, strength=wanted)
        told[name] = str(summary)
        again = assess_file_columns(out)
        assert {bool(level) for level, _ in again} == {wanted}
        assert wanted or not any(on for _, on in again)
    assert told["without"].endswith("Strength and first questions are left out of so many; --strength adds them.")
    assert "Strength" not in told["with"]


def assess_file_columns(path: str) -> list[tuple[str, str]]:
    if path.endswith("csv"):
        with open(path, newline="") as file:
            return [(row["strength"], row["hangs_on"]) for row in csv.DictReader(file)]
    import pyarrow.parquet

    return [(row["strength"], row["hangs_on"]) for row in pyarrow.parquet.read_table(path).to_pylist()]


# Levels and words


@pytest.mark.more
def test_two_answers_never_look_like_twenty():
    for case in sample(random_companies(60, seed=8), 6):
        few = Case("x", dict(list(case.values.items())[:2]))
        a = assess(BASE, few)
        assert a.strength.level == "open"
        assert f"This rests on {a.strength.known.answered} of the 21 main answers." in headline(a)
        assert "Open" in page(a)


def test_what_is_open_whatever_turns_it():
    facts = DOCUMENTED[0].values
    assert strength(BASE, facts, "enterprise").level == "hangs_on"
    assert strength(BASE, facts, "enterprise", unsure=True).level == "open"
    assert strength(BASE, facts, "undetermined").level == "open"


def test_answers_that_cannot_stand_together_are_neither_firm_nor_settled():
    sound = next(c for c in DOCUMENTED if assess(BASE, c).strength.level == "firm" and "paying_customers" in c.values)
    wrong = Case("x", {**sound.values, "paying_customers": 50, "reachable_customers": 20})
    blocked = Case("y", {"capital": 0, "monthly_burn": 0, "paying_customers": 5, "reachable_customers": 2})
    for case in (wrong, blocked):
        for a in (assess(BASE, case), search_settled(assess(BASE, case))):
            assert (a.settled, a.strength.level) == (False, "open")
            assert "Open: answers contradict one another (paying customers, reachable customers)" in firmness(a)
    table = FactTable.from_cases(BASE, [wrong, blocked])
    assert not assess_table(BASE, table).settled.any()
    assert {LEVELS[level] for level in strengths(BASE, table).level} == {"open"}


def test_what_follows_from_other_answers_counts_as_known():
    nobody = assess(BASE, Case("x", {"paying_customers": 0})).strength.known
    assert nobody.facts == 4  # no sizes of customers, no share of the large, no largest contract
    assert nobody.answered == 1
    runway = assess(BASE, Case("x", {"runway_months": 5, "capital": 1000})).strength.known
    assert (runway.facts, runway.answered) == (2, 2)


def test_the_threshold_is_named_and_more_answers_are_counted():
    rules = """
rules:
  - id: small
    when: annual_contract_value < 25_000
    weigh: {process: smb, certainty: 0.9, line: size}
    because: They pay little.
    source: [K01]
  - id: few
    when: reachable_customers < 99
    weigh: {process: enterprise, certainty: 0.2, line: reach}
    because: There are few.
    source: [K01]
"""
    base = small_base(rules)
    (turn,) = turning(base, {"reachable_customers": 5})
    assert [(span.since, span.until, span.process) for span in turn.spans] == [(None, 25_000, "smb")]
    a = assess(base, Case("x", {"reachable_customers": 5}))
    assert (
        firmness(a) == "Open: too little is known. First of what could turn it: average contract (under $25,000: SMB)."
    )
    found = document(a)["strength"]
    assert found["level"] == "open"
    assert [(on["fact"], on["to"]) for on in found["on"]] == [("annual_contract_value", ["smb"])]


@pytest.mark.more
def test_the_level_is_the_count_of_what_turns_it():
    for case in sample(DOCUMENTED):
        a = assess(BASE, case)
        one = a.strength
        sure = a.process != "undetermined" and a.basis != "means_alone" and one.known.enough and not a.impossible
        count = len(one.on)
        expected = "open" if not sure or count > MOST else "hangs_on" if count else "firm"
        assert one.level == expected, case.company
        words = {"firm": "Firm: ", "hangs_on": "Hangs on ", "open": "Open"}[one.level]
        assert firmness(a).startswith(words)


def test_the_commands_say_it(tmp_path):
    veeva = str(EXAMPLES / "veeva_2013.yaml")
    told = run("assess", veeva).stdout.decode()
    assert "Hangs on most senior seller: if none or junior, it is not yet." in told
    assert "can still become" not in told
    assert "Not settled" in run("assess", veeva, "--full").stdout.decode()
    assert json.loads(run("assess", veeva, "--format", "json").stdout)["strength"]["level"] == "hangs_on"
    what = run("whatif", veeva, "--set", "seller_seniority=senior").stdout.decode()
    assert "Firm: no single answer still missing would give another process." in " ".join(what.split())


# With blocks that stand and what lifts them, on random bases


def lifting_base(seed: int) -> Base:
    """A random base whose first blocks are lifted by open facts."""
    base = random_base(seed, 40, tame=True)
    rules = list(base.knowledge.rules.values())
    blocks = [rule for rule in rules if isinstance(rule.then, BlockProcess) and not rule.then.lift]
    lifts = [
        replace(
            block,
            id=f"lift-{block.id}",
            when=when,
            then=replace(block.then, lift=True, remedy="", owner="", done_when=""),
            overrides=(block.id,),
        )
        for block, when in zip(blocks, ("committed_revenue >= 325_000", "next_funding == secured", "self_serve"))
    ]
    return with_rules(base, [*rules, *lifts])


@pytest.mark.more
@pytest.mark.parametrize("seed", sample(range(3), 3))
def test_all_agree_where_blocks_stand(seed):
    base = lifting_base(seed)
    source, values = random.Random(seed), cells(base)
    cases = sample(random_companies(14, seed=40 + seed), 2)
    for engine in (clips, ours_in_a_table, definition):
        agree(engine, base, cases)
    agree(experta, base, cases[::5])
    found = strengths(base, FactTable.from_cases(base, cases))
    for row, case in enumerate(cases):
        a = assess(base, case)
        assert LEVELS[found.level[row]] == a.strength.level
        for turn in a.strength.on:
            assert {process for _, process in turn.answers} <= {*a.possible}
            assert not a.settled
            value, process = turn.answers[0]
            told = what_if(base, case, [f"{turn.fact}={cell_text(VOCABULARY[turn.fact], value)}"])
            assert told.after.process == process
        standing = {blocker.rule for blocker in a.blockers if blocker.needs}
        for blocker in a.blockers:
            for item in blocker.unless:
                more = assess(
                    base, Case("x", {**case.values, item.fact: item.value if item.amount is None else item.amount})
                )
                assert item.block not in {other.rule for other in more.blockers}
        if standing:  # no completion gives what is not possible
            for _ in range(5):
                more = {n: source.choice(values[n]) for n in VOCABULARY.facts if n not in case.values}
                assert process_of(base, {**more, **case.values}) in a.possible


def test_the_random_bases_have_blocks_that_stand_with_what_lifts_them():
    standing = lifted = 0
    for seed in range(3):
        base = lifting_base(seed)
        for case in random_companies(14, seed=40 + seed):
            blockers = assess(base, case).blockers
            standing += any(blocker.needs for blocker in blockers)
            lifted += any(blocker.unless for blocker in blockers)
    assert standing > 3
    assert lifted > 3


def test_an_answer_turns_the_verdict_through_what_evidence_concludes_from():
    rules = """
rules:
  - id: ten-pay
    when: paying_customers >= 10
    conclude: {big: yes}
    because: Ten pay.
    source: [K01]
  - id: proof-speaks-for-smb
    when: big
    weigh: {process: smb, certainty: 0.4, line: size}
    because: Proof.
    source: [K01]
"""
    turns = {turn.fact: turn.answers for turn in turning(small_base(rules), {})}
    assert {to for _, to in turns["paying_customers"]} == {"smb"}
