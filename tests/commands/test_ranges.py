"""Every page on companies that know numbers as ranges only."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from given import EXAMPLES, VOCABULARY, run

from salespath.facts.values import Range
from salespath.tables.read import CompaniesFile

CLINIC, ASANA = str(EXAMPLES / "clinic_software.yaml"), str(EXAMPLES / "asana_2020.yaml")
COMMANDS = (
    ("assess",), ("assess", "--full"), ("plan",), ("economics",), ("explain",), ("explain", "smb"), ("explain", "enterprise"),
    ("explain", "annual_contract_value"), ("whatif",), ("whatif", "--goal", "enterprise"), ("whatif", "--goal", "both"),
    ("whatif", "--along", "annual_contract_value"), ("whatif", "--map", "annual_contract_value,runway_months"),
    ("whatif", "--set", "capital=100k"), ("compare", CLINIC), ("compare", "--respondents", CLINIC),
)  # fmt: skip


def ranged(case, every):
    """A company of which every so many numbers are ranges, some without a bound."""
    found = dict(case.values)
    for place, name in enumerate(name for name in case.values if VOCABULARY[name].numeric):
        value, term = case.values[name], VOCABULARY[name]
        low = value // 2 if term.type == "integer" else value / 2
        high = value * 2 + 1 if term.maximum is None else min(value * 2 + 1, term.maximum)
        ends = (-math.inf if place % 5 == 4 else low, math.inf if place % 5 == 3 else high)
        if place % every == 0 and ends[0] < ends[1]:
            found[name] = Range(*ends)
    return replace(case, values=found)


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_page_stumbles_over_a_range(monkeypatch, command, every):
    read = CompaniesFile.portfolio

    def portfolio(file, **options):
        found = read(file, **options)
        return replace(found, cases=tuple(ranged(case, every) for case in found.cases))

    monkeypatch.setattr(CompaniesFile, "portfolio", portfolio)
    name, *rest = command
    for form in ((), ("--format", "json")):
        done = run(name, ASANA, *rest, *form)
        assert done.returncode == 0, done.stderr.decode()
        assert "Range(" not in done.stdout.decode()
        assert "Infinity" not in done.stdout.decode()
    json.loads(done.stdout)


def test_amounts_are_reckoned_with_the_cautious_end_and_said_so(monkeypatch):
    read = CompaniesFile.portfolio

    def portfolio(file, **options):
        found = read(file, **options)
        (case,) = found.cases
        said = {"capital": Range(200_000, 400_000), "monthly_burn": Range(10_000, 20_000)}
        said |= {"annual_contract_value": Range(5000, math.inf), "acquisition_cost": Range(100, math.inf)}
        return replace(found, cases=(replace(case, values={**case.values, **said}),))

    monkeypatch.setattr(CompaniesFile, "portfolio", portfolio)
    done = run("economics", CLINIC)
    assert "months that your cash lasts" in " ".join(done.stdout.decode().split())
    said = done.stderr.decode()
    assert "note SP127" in said
    assert "capital is $200,000 to $400,000; where amounts need one number, it is reckoned with $200,000" in said
    assert "it is reckoned with $20,000, the cautious end" in said
    assert "acquisition_cost is at least $100; where amounts need one number, it counts as not known" in said
    assert "annual_contract_value is at least $5,000; where amounts need one number, it is reckoned with $5,000" in said
    situation = json.loads(run("economics", CLINIC, "--format", "json").stdout)["standing"]
    assert (situation["capital"], situation["burn"], situation["runway"]["months"]) == (200_000, 20_000, 10)


def ranges(tmp_path, facts, currency="USD"):
    file = tmp_path / "ranges.yaml"
    file.write_text(f"company: Alba\ncurrency: {currency}\nfacts: {{product_stage: pilot, {facts}}}\n")
    return str(file)


def test_an_end_that_nobody_said_is_reckoned_with_nowhere(tmp_path):
    file = ranges(tmp_path, "capital: 100k-200k, monthly_burn: 10k+, annual_contract_value: <5k, churn_rate: up to 10%")
    done = run("plan", file)
    said, page = done.stderr.decode(), done.stdout.decode()
    assert "monthly_burn is at least $10,000; where amounts need one number, it counts as not known" in said
    assert "annual_contract_value is at most $5,000; where amounts need one number, it counts as not known" in said
    assert "churn_rate is at most 10%; where amounts need one number, it is reckoned with 10%, the cautious end" in said
    assert "1,000,000" not in said + page
    standing = json.loads(run("economics", file, "--format", "json").stdout)["standing"]
    assert (standing["burn"], standing["runway"]["months"]) == (None, None)


def test_what_is_reckoned_with_is_said_in_the_currency_of_the_company(tmp_path):
    said = run("economics", ranges(tmp_path, "capital: 100k-200k", "EUR")).stderr.decode()
    assert "capital is €100,000 to €200,000; where amounts need one number, it is reckoned with €100,000" in said


def test_a_page_says_which_end_its_amounts_rest_on(tmp_path):
    file = ranges(tmp_path, "capital: 600k-900k, monthly_burn: 40k-60k, sales_cycle_months: 3-6", "EUR")
    said = {name: " ".join(run(name, file).stdout.decode().split()) for name in ("assess", "economics")}
    counts = "Of what you said as a range, the cautious end counts:"
    assert f"your cash lasts 10 months. {counts} cash on hand €600,000 and net spending €60,000." in said["assess"]
    plan = run(
        "plan", file, "--set", "self_serve=yes", "--set", "annual_contract_value=3k", "--set", "paying_customers=4"
    )
    assert f"{counts} cash on hand €600,000 and net spending €60,000." in " ".join(plan.stdout.decode().split())
    assert f"{counts} sales cycle 6 months, cash on hand €600,000 and net spending €60,000." in said["economics"]


def test_what_is_known_as_a_range_is_never_called_unknown(tmp_path):
    facts = "customization: configuration, self_serve: no, customer_segments: [midsize], who_sells: [founder]"
    facts += ", willingness_to_pay: proven, paying_customers: 15, annual_contract_value: 35k, sales_cycle_months: 3-6"
    file = ranges(tmp_path, facts + ", capital: 600k-900k, monthly_burn: 40k-60k")
    page = " ".join(run("whatif", file).stdout.decode().split())
    assert "Not said, or not exactly, and able to turn it alone:" in page
    assert "Sales cycle (3 to 6 months): Take" in page


def test_a_map_shows_the_range_and_its_ends(tmp_path):
    file = ranges(tmp_path, "capital: 600k-900k, monthly_burn: 40k-60k", "EUR")
    page = " ".join(run("whatif", file, "--map", "capital,runway_months").stdout.decode().split())
    assert "Your place, in brackets: cash on hand €600,000 to €900,000 and runway 10 to 22.5 months." in page
    found = json.loads(run("whatif", file, "--along", "capital", "--format", "json").stdout)
    assert found["own"] == {"values": {"capital": {"low": 600_000, "high": 900_000}}, "column": 0, "row": 0}
    assert {600_000, 900_000} <= {value for value in found["axes"][0]["values"] if not isinstance(value, dict)}


def test_a_map_suggests_no_fact_but_the_one_that_was_meant(tmp_path):
    said = run("whatif", ranges(tmp_path, "capital: 600k"), "--along", "burn").stderr.decode()
    assert "Did you mean monthly_burn?" in said
