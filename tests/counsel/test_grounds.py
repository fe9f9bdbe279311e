"""What a verdict rests on and its track record: counted by hand, in words on the page, as data."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from given import BASE, EXAMPLES, VOCABULARY, full, page, run, some_facts
from hypothesis import given

from salespath.counsel.grounds import Lookalike, TrackRecord, grounds, track_record
from salespath.counsel.precedents import documented_companies, likeness
from salespath.engine.assess import assess
from salespath.engine.company import process_of
from salespath.facts import Case, read_file
from salespath.report.pages import grounds as grounds_report
from salespath.report.plain import document
from salespath.rules.loader import EXPERT
from salespath.rules.model import Weigh

REAL = {
    case.company: case
    for name in ("real_companies.yaml", "real_companies_2.yaml", "real_companies_3.yaml")
    for case in read_file(str(EXAMPLES / name), VOCABULARY).cases
}
SOURCES = BASE.knowledge.sources
LAUNCHED = {"product_stage": "launched"}


def assessed(name: str):
    return assess(BASE, REAL[name])


def one_line(text: str) -> str:
    return " ".join(text.split())


# What it rests on


def test_a_process_rests_on_the_evidence_for_it_each_source_once() -> None:
    a = assessed("Veeva Systems")
    assert a.process == "enterprise"
    found = grounds(a)
    rules = [BASE.knowledge.rules[item.rule] for item in a.fired if item.weight > 0]
    rules = [rule for rule in rules if isinstance(rule.then, Weigh) and rule.then.process == "enterprise"]
    cited = {name for rule in rules for name in rule.source} - {EXPERT}
    assert {*found.studies, *found.statements, *found.opinions} == cited
    assert {SOURCES[name].kind for name in found.studies} <= {"study", "filing", "law"}
    assert all(name.startswith("K") for name in found.statements)
    assert {SOURCES[name].kind for name in found.opinions} <= {"vendor", "opinion"}
    assert found.judgements == sum(EXPERT in rule.source for rule in rules)
    assert found.decides is not None
    weights = {item.rule: item.weight for item in a.fired}
    assert weights[found.decides.rule] == max(weights[rule.id] for rule in rules)
    title = BASE.knowledge.lines[BASE.knowledge.rules[found.decides.rule].then.line].title
    assert f", above all on {title}." in grounds_report.rests(found, BASE)


def test_both_rests_on_what_speaks_for_either() -> None:
    a = assessed("Asana")
    assert a.process == "both"
    cited = grounds(a).statements
    for process in ("enterprise", "smb"):
        one = grounds(replace(a, process=process)).statements
        assert set(one) < set(cited)


def test_not_yet_rests_on_the_blocks_that_stand() -> None:
    a = assessed("Calxeda")
    assert a.process == "not_yet"
    found = grounds(a)
    assert found.decides in a.blockers
    assert grounds_report.rests(found, BASE).endswith(", for what stands in the way.")

    leaning = grounds(replace(a, blockers=(), leaning="enterprise"))
    assert leaning.decides in a.fired  # without a block, what speaks for the process that it leans to


def test_where_nothing_speaks_nothing_is_said_to() -> None:
    a = assess(BASE, Case("Nothing said"))
    found = grounds(a)
    assert (found.studies, found.statements, found.opinions, found.judgements) == ((), (), (), 0)
    assert found.decides is None
    assert found.like == {}
    assert grounds_report.rests(found, BASE) == ""
    assert grounds_report.how_checked(found) == ""
    assert "It rests on" not in full(a)


def test_one_of_a_kind_is_said_in_the_singular() -> None:
    found = replace(
        grounds(assessed("Veeva Systems")), studies=("B03",), statements=(), opinions=("B07",), judgements=1
    )
    assert grounds_report.rests(found, BASE).startswith("It rests on 1 study, 1 opinion and 1 judgement of our own, ")


def test_in_what_the_checked_companies_are_like_it() -> None:
    """Of each aspect only what is known counts, and all of it; the company itself does not."""
    at = {"annual_contract_value": 500, "customer_segments": frozenset({"small"}), **LAUNCHED}
    found = grounds(assess(BASE, Case("Cheap", at)))
    prices = [c.facts["annual_contract_value"] for c in documented_companies() if "annual_contract_value" in c.facts]
    assert found.like["price"] == sum(250 <= price <= 1000 for price in prices)
    assert found.like["stage"] == sum(c.facts.get("product_stage") == "launched" for c in documented_companies())
    assert found.like["kind"] == sum("small" in c.facts.get("customer_segments", ()) for c in documented_companies())
    assert "size" not in found.like
    assert (found.checked, grounds(assessed("Asana")).checked) == (91, 90)


def test_a_price_that_few_of_them_have_is_said_on_the_page() -> None:
    facts = {**LAUNCHED, "annual_contract_value": 90_000_000}
    few = "Of the 91 companies it was checked on few are like yours in price (none)."
    assert few in one_line(page(assess(BASE, Case("Dear", facts))))
    assert "few are like yours" not in page(assessed("Asana"))
    assert "in stage 84, in number of customers 8" in one_line(full(assessed("Asana")))


# The track record


@pytest.mark.parametrize("name", ["Asana", "Veeva Systems", "IronNet", "Simple Analytics"])
def test_it_counts_what_the_rules_say_of_each_look_alike(name) -> None:
    found = track_record(BASE, REAL[name])
    assert [verdict.documented for verdict in found.like] == [p.documented for p in likeness(BASE).like(REAL[name])]
    for verdict in found.like:
        assert verdict.said == process_of(BASE, verdict.documented.facts)
        assert (verdict in found.wrong) == (verdict.said != verdict.documented.label)
    assert 0 < found.right == len(found.like) - len(found.wrong)
    assert found.needed == 0


def test_other_rules_have_a_record_of_their_own() -> None:
    from salespath.engine.load import load

    house = load(str(EXAMPLES / "house_rules"))
    found = track_record(house, REAL["Asana"])
    assert all(v.said == process_of(house, v.documented.facts) for v in found.like)


def verdicts(*said: str) -> TrackRecord:
    companies = [company for company in documented_companies() if company.label == "enterprise"]
    return TrackRecord(tuple(map(Lookalike, companies, said)), 91, 0)


def test_a_record_in_words() -> None:
    known = "(known when the rules were written)"
    one, all_right = verdicts("enterprise"), verdicts(*["enterprise"] * 3)
    assert grounds_report.record(one) == f"Of 1 documented company like yours it is right on 1 {known}."
    assert grounds_report.record(all_right) == f"Of 3 documented companies like yours it is right on 3 {known}."
    two, four = verdicts("enterprise", "smb", "both"), verdicts("smb", "smb", "enterprise", "both", "undetermined")
    said = f"Of 3 documented companies like yours it is right on 1 {known}"
    assert grounds_report.record(two) == f"{said}; wrong on Castlight Health 2014 and Celonis 2021."
    assert grounds_report.record(two, names=False) == f"{said}."
    assert grounds_report.record(four).endswith("; wrong on Anaplan 2018, Castlight Health 2014 and 2 more.")
    assert list(grounds_report.wrong(two)) == [
        "Castlight Health 2014: documented enterprise, said SMB",
        "Celonis 2021: documented enterprise, said both",
    ]


def test_without_look_alikes_it_says_how_many_answers_would_be_needed() -> None:
    none = "No company of the 91 documented is known to be like yours; it takes at least"
    assert f"{none} 9 more of your answers." in one_line(page(assess(BASE, Case("Somebody", LAUNCHED))))
    never = grounds_report.record(TrackRecord((), 91, None))
    assert never == "No company of the 91 documented is known to be like yours, whatever else you answer."


@given(some_facts())
def test_whatever_is_known_the_page_says_the_record_and_data_agrees(facts) -> None:
    a = assess(BASE, Case("Somebody", facts))
    found, record = document(a), track_record(BASE, a.case)
    assert grounds_report.record(record, names=False).split(" (")[0] in one_line(full(a))
    given_ = found["track_record"]
    assert (given_["like"], given_["right"], given_["needed"]) == (len(record.like), record.right, record.needed)
    assert given_["like"] == given_["right"] + len(given_["wrong"])
    assert given_["needed"] != 0 or given_["like"]


def test_one_company_has_them_at_the_end_and_a_table_has_neither() -> None:
    one = json.loads(run("assess", "examples/veeva_2013.yaml", "--format", "json").stdout)
    assert {"grounds", "track_record"} <= one.keys()
    assert one["grounds"]["decides"] in {item["rule"] for item in one["fired"]}
    assert {"company", "year", "label", "said"} == set(one["track_record"]["wrong"][0])
    assert not {"grounds", "track_record"} & document(assessed("Asana"), table=True).keys()
