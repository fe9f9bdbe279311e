"""The scenarios in `scenarios/`: a sentence, the facts of a company, and what must follow from them.

Expectations are written from the article, a published figure or an expert's sense before the program is asked. A scenario reads

    - scenario: A sentence.
      source: [K08, B11, expert judgement]
      facts: {product_stage: launched, …}
      expect:
        process: smb                    # and lead (both), leaning (not_yet, undetermined: enterprise, smb or none), settled
        blocked: [enterprise]           # exactly the processes that certain blocks stop
        advice: [channel:automation, strategy:account_mapping@smb]   # in the plan; with @, that process's own
        not_advice: [campaign:multichannel]
        in_place: [hosting:cloud]       # in the plan and shown as done
        warnings: [rule-id]
        not_warnings: [rule-id]
        conflicts: [customer_segment]   # exactly these, none if left out
        problems: [SP120]               # exactly these, none if left out
      fit: {smb: [1, 4]}                # bands of net evidence; likewise means
      fired: [rule-id]
      not_fired: [rule-id]              # failed, open or overridden
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.load import load
from salespath.facts import Case, read_file
from salespath.rules.loader import EXPERT
from salespath.rules.model import VERDICTS, Advise, Warn, Weigh

FOLDER = Path(__file__).parent / "scenarios"
BASE = load()
RULES = BASE.knowledge.rules
KEYS = {"scenario", "source", "expect", "fit", "means", "fired", "not_fired"}
EXPECTED = {
    *("process", "lead", "leaning", "settled", "blocked", "advice", "not_advice", "in_place"),
    *("warnings", "not_warnings", "conflicts", "problems"),
}


def scenarios() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        portfolio = read_file(str(path), BASE.vocabulary)
        assert not portfolio.problems, "\n".join(map(str, portfolio.problems))
        found.extend(portfolio.cases)
    return found


SCENARIOS = scenarios()


def rules_expected(case: Case) -> set[str]:
    """The rules that must speak in a scenario."""
    return {*case.extra.get("fired", ()), *case.extra["expect"].get("warnings", ())}


def differences(case: Case, assessment: Assessment) -> Iterator[str]:
    """Every expectation of a scenario that does not hold, as a line to read."""
    a, expect = assessment, case.extra["expect"]
    for name, got in (("process", a.process), ("lead", a.lead), ("leaning", a.leaning or "none")):
        if name in expect and expect[name] != got:
            yield f"{name}: expected {expect[name]}, got {got}"
    if "settled" in expect and (expect["settled"] == "yes") != a.settled:
        yield f"settled: expected {expect['settled']}, got {a.settled} (possible: {', '.join(a.possible)})"
    for name, got_all in (
        ("blocked", {b.process for b in a.blockers}),
        ("conflicts", {c.about for c in a.conflicts}),
        ("problems", {p.code for p in a.problems}),
    ):
        if set(expect.get(name, ())) != got_all:
            yield f"{name}: expected {sorted(expect.get(name, ()))}, got {sorted(got_all)}"

    plan = {f"{item.topic}:{item.choice}" for item in a.advice}
    plan |= {f"{item.topic}:{item.choice}@{item.process}" for item in a.advice}
    done = {f"{item.topic}:{item.choice}" for item in a.advice if item.done}
    warned = {warning.rule for warning in a.warnings}
    fired = {item.rule for item in a.fired}
    for wanted, there, what in (
        (expect.get("advice", ()), plan, "in the plan"),
        (expect.get("in_place", ()), done, "shown as in place"),
        (expect.get("warnings", ()), warned, "a warning"),
        (case.extra.get("fired", ()), fired, "fired"),
    ):
        yield from (f"expected {what}: {name}" for name in wanted if name not in there)
    for unwanted, there, what in (
        (expect.get("not_advice", ()), plan, "in the plan"),
        (expect.get("not_warnings", ()), warned, "a warning"),
        (case.extra.get("not_fired", ()), fired, "fired"),
    ):
        yield from (f"not expected {what}: {name}" for name in unwanted if name in there)

    for name in ("fit", "means"):
        for process, (low, high) in case.extra.get(name, {}).items():
            got_net = certainty.net(a.evidence[process][name])
            if not float(low) <= got_net <= float(high):
                yield f"{name} of {process}: expected {low} to {high}, got {got_net:.2f}"


def spoken(assessment: Assessment) -> list[str]:
    """The rules that spoke, the evidence with its net weight, the plan by topic."""
    lines = []
    for item in assessment.fired:
        then = RULES[item.rule].then
        if isinstance(then, Weigh):
            lines.append(f"  {then.process:10} {certainty.net(item.weight):+.2f} {then.line:15} {item.rule}")
        elif not isinstance(then, (Advise, Warn)):
            lines.append(f"  {RULES[item.rule].kind:10}       {item.rule}")
    lines += [f"  plan  {i.topic}:{i.choice}@{i.process}{' (in place)' if i.done else ''}" for i in assessment.advice]
    return lines


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.extra.get("scenario", case.company))
def test_scenario(case: Case) -> None:
    assessment = assess(BASE, case)
    wrong = list(differences(case, assessment))
    if wrong:
        where = f"{case.file}:{case.line}"
        pytest.fail("\n".join([where, *wrong, "", "The rules that spoke:", *spoken(assessment)]), pytrace=False)


def test_scenarios_are_sentences_with_sources() -> None:
    sentences = [case.extra["scenario"] for case in SCENARIOS]
    assert len(sentences) == len(set(sentences)) >= 50
    for case in SCENARIOS:
        sentence, expect = case.extra["scenario"], case.extra["expect"]
        assert sentence[0].isupper(), sentence
        assert sentence.endswith("."), sentence
        assert case.extra.keys() <= KEYS, (sentence, case.extra.keys() - KEYS)
        assert expect.keys() <= EXPECTED, (sentence, expect.keys() - EXPECTED)
        assert expect["process"] in VERDICTS, sentence
        assert ("lead" in expect) == (expect["process"] == "both"), sentence
        assert case.extra["source"], sentence
        assert set(case.extra["source"]) <= {*BASE.knowledge.sources, EXPERT}, sentence


def test_scenarios_name_rules_and_choices_that_exist() -> None:
    choices = {f"{r.then.topic}:{r.then.choice}" for r in RULES.values() if isinstance(r.then, Advise)}
    for case in SCENARIOS:
        expect = case.extra["expect"]
        named = {*rules_expected(case), *case.extra.get("not_fired", ()), *expect.get("not_warnings", ())}
        assert named <= RULES.keys(), (case.extra["scenario"], named - RULES.keys())
        chosen = {*expect.get("advice", ()), *expect.get("not_advice", ()), *expect.get("in_place", ())}
        unknown = {name for name in chosen if name.split("@")[0] not in choices}
        assert not unknown, (case.extra["scenario"], unknown)


def test_every_rule_that_decides_or_warns_is_expected_by_some_scenario() -> None:
    wanted = {id_ for id_, rule in RULES.items() if not isinstance(rule.then, Advise)}
    assert not sorted(wanted - set().union(*map(rules_expected, SCENARIOS)))


def test_every_piece_of_advice_is_given_in_some_scenario() -> None:
    given = {item.rule for case in SCENARIOS for item in assess(BASE, case).fired}
    assert not sorted(RULES.keys() - given)
