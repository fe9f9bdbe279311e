"""The same company in euros and in dollars: the same verdict, and its own amounts on every page."""

import json

import pytest
from click.testing import CliRunner

from salespath.cli import main

EUROS = {"annual_contract_value": 45_000, "capital": 900_000, "monthly_burn": 30_000, "revenue_target": 2_000_000}
REST = {"product_stage": "launched", "paying_customers": 12, "willingness_to_pay": "proven", "sales_cycle_months": 5}
RATE = 1.25  # dollars for a euro


@pytest.fixture
def files(tmp_path):
    euros, dollars = tmp_path / "euros.json", tmp_path / "dollars.json"
    euros.write_text(
        json.dumps({"company": "Rosetta", "currency": "EUR", "rates": {"EUR": RATE}, "facts": EUROS | REST})
    )
    worth = {name: amount * RATE for name, amount in EUROS.items()}
    dollars.write_text(json.dumps({"company": "Rosetta", "facts": worth | REST}))
    return str(euros), str(dollars)


def run(*words, ok=True):
    done = CliRunner().invoke(main, list(words))
    assert (done.exit_code == 0) is ok, done.output
    return done.stdout if ok else done.stderr


def document(*words):
    return json.loads(run(*words, "--format", "json"))


def test_the_verdict_is_the_same_and_the_amounts_are_the_companys_own(files):
    euros, dollars = (document("assess", file) for file in files)
    for key in ("process", "lead", "leaning", "evidence", "fired", "open", "blockers", "possible"):
        texts = ("because", "remedy", "facts", "unless")
        stripped = [
            [{k: v for k, v in item.items() if k not in texts} for item in found[key]]
            if key in ("fired", "blockers")
            else found[key]
            for found in (euros, dollars)
        ]
        assert stripped[0] == stripped[1]
    assert {name: euros["facts"][name] for name in EUROS} == EUROS
    assert (euros["currency"], dollars["currency"], dollars["receipt"]["rates"]) == ("EUR", "USD", {})
    assert euros["receipt"]["rates"] == {"EUR": {"units_per_usd": 0.8, "of": "given", "source": "given in the file"}}
    assert euros["derived"]["runway_months"] == dollars["derived"]["runway_months"]
    assert list(euros)[-1] == "currency"


@pytest.mark.parametrize(
    "words",
    [
        ("assess",), ("assess", "--full"), ("explain",), ("plan",), ("economics",), ("whatif",), ("whatif", "--goal", "smb"),
        ("whatif", "--along", "annual_contract_value"), ("whatif", "--set", "capital=100k"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_page_shows_them_and_says_the_rate_once(files, words):
    command, *options = words
    euros, dollars = (run(command, file, *options) for file in files)
    assert "€" in euros
    assert euros.count("€1 = $1.25 (given in the file)") == 1
    assert "€" not in dollars
    assert "rules compare" not in dollars
    assert "$56,250" not in euros.replace("($56,250)", "")  # the average, in dollars


def test_a_threshold_is_told_in_both(files):
    assert "direct selling usually pays from about $50,000 (€40,000)" in " ".join(run("assess", files[0]).split())


def test_a_saved_result_is_read_back_to_the_same_facts_at_the_same_rate(files, tmp_path):
    saved = tmp_path / "saved.json"
    run("assess", files[0], "-o", str(saved))
    first, again = json.loads(saved.read_text()), document("assess", str(saved))
    for key in ("facts", "process", "evidence", "currency", "receipt"):
        assert first[key] == again[key]


def test_companies_side_by_side_in_several_currencies_are_in_dollars(files):
    page = run("compare", *files)
    assert "Amounts in US dollars: €1 = $1.25" in page
    assert document("compare", *files)["currency"] == "USD"


def test_options_say_the_currency_and_the_rate(files):
    found = document(
        "assess", "--currency", "eur", "--rate", "EUR=1.2", "--set", "capital=100", "--set", "monthly_burn=$12"
    )
    assert (found["currency"], found["facts"]) == ("EUR", {"capital": 100, "monthly_burn": 10})
    assert document("assess", files[1], "--currency", "EUR")["facts"]["capital"] == 1_125_000


def test_assumptions_are_in_the_currency_of_their_file(tmp_path):
    file = tmp_path / "f.yaml"
    facts = (
        "{annual_contract_value: 45k, capital: 1M, monthly_burn: 10k, paying_customers: 12, product_stage: launched}"
    )
    file.write_text(f"currency: EUR\nfacts: {facts}\nassumptions: {{enterprise: {{seller_cost_year: 200k}}}}\n")
    found = document("economics", str(file), "--process", "enterprise")
    assert found["processes"]["enterprise"]["figures"]["seller_cost_year"]["base"] == 200_000
    assert found["standing"]["capital"] == 1_000_000


def test_what_cannot_be_converted_is_refused_with_all_that_is_wrong(files):
    said = run("assess", files[0], "--currency", "ERU", "--rate", "EUR=0.92", ok=False)
    assert said.count("SP115") == 2
    assert "Did you mean EUR?" in said
    assert "did you mean EUR=1.087?" in said
    said = run("assess", files[0], "--currency", "GBP", ok=False)
    assert "the file says currency: EUR, and --currency says GBP" in said
