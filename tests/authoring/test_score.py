"""Scoring: labels are read strictly, the measures are those of the textbooks, and every miss shows what spoke for and against."""

from __future__ import annotations

import json
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from companies import random_companies
from given import BASE, EXAMPLES, run, sample, small_base
from hypothesis import given
from hypothesis import strategies as st

import tools.robustness
import tools.witnesses
from salespath.authoring.baselines import BASELINES
from salespath.authoring.company_kinds import KINDS
from salespath.authoring.score import EDGES, LEAD, Paired, Rate, kappa, score, verdict_of
from salespath.engine import certainty
from salespath.engine.assess import assess
from salespath.engine.documented import DocumentedCase, Selection, documented_cases, without_basis
from salespath.facts import Case, Portfolio, Value, read_file
from salespath.report.formats.text import write
from salespath.report.pages.score import document
from salespath.rules.model import VERDICTS
from tools.robustness import Perturbation, deciding, robustness, steps
from tools.robustness import page as robustness_page
from tools.witnesses import page as witnesses_page
from tools.witnesses import witnesses

REAL = str(EXAMPLES / "real_companies.yaml")
FILES = [str(EXAMPLES / f"real_companies{number}.yaml") for number in ("", "_2", "_3")]
FEW = """
- {company: Refused, label: not_yet, facts: {willingness_to_pay: refused}}
- {company: Silent, label: smb, facts: {}}
- {company: Direct, label: enterprise, facts: {customer_segments: [large], annual_contract_value: 200000, self_serve: no}}
- company: Web
  label: smb
  facts: {customer_segments: [small], annual_contract_value: 900, self_serve: yes, team_roles: [digital_marketer]}
  basis: {annual_contract_value: 'inferred: a guess', self_serve: 'verified: seen'}
"""


@pytest.fixture
def few(tmp_path: Path) -> str:
    (tmp_path / "few.yaml").write_text(FEW)
    return str(tmp_path / "few.yaml")


# Labels


def known(*cases: Case) -> tuple[list[DocumentedCase], list[tuple[str, str]]]:
    found, problems = documented_cases(Portfolio(cases, (), single=False), "f.yaml")
    return found, [(p.code, p.message) for p in problems]


def test_a_label_has_to_be_a_verdict() -> None:
    found, problems = known(*(Case(word, extra={"label": word}) for word in (*VERDICTS, "SMB", "entreprise", "x")))
    assert [item.label for item in found] == list(VERDICTS)
    assert [code for code, _ in problems] == ["SP222"] * 3
    assert problems[0][1].endswith("Did you mean smb?")
    assert problems[1][1].endswith("Did you mean enterprise?")
    assert "Did you mean" not in problems[2][1]


@pytest.mark.parametrize("label", [["smb"], {"smb": "yes"}, 7, True])
def test_a_label_that_is_no_text_is_not_one(label: object) -> None:
    assert [code for code, _ in known(Case("A", extra={"label": label}))[1]] == ["SP222"]


def test_companies_without_a_label_are_named_and_the_rest_scored() -> None:
    cases = (
        Case("A", extra={"label": "smb"}),
        Case("B"),
        Case("C", extra={"label": " "}),
        Case("D", extra={"label": None}),
    )
    found, problems = known(*cases)
    assert [item.case.company for item in found] == ["A"]
    assert [(code, message[0]) for code, message in problems] == [("SP223", "B"), ("SP223", "C"), ("SP223", "D")]


def test_a_file_without_any_label_is_one_problem() -> None:
    assert [code for code, _ in known(Case("A"), Case("B"))[1]] == ["SP221"]
    assert known() == ([], [])


@pytest.mark.parametrize(
    ("also", "labels"),
    [
        ("both", ("both",)),
        (["not_yet", "smb", "both"], ("both", "not_yet")),
        ("not_yet; both", ("both", "not_yet")),
        ([], ()),
        (None, ()),
    ],
)
def test_labels_that_are_as_good_are_a_word_a_list_or_several_in_a_cell(also: object, labels: tuple[str, ...]) -> None:
    (item,), problems = known(Case("A", extra={"label": "smb", "also_accept": also}))
    assert (item.also, problems) == (labels, [])


def test_a_label_that_is_as_good_has_to_be_a_verdict_too() -> None:
    found, problems = known(Case("A", extra={"label": "smb", "also_accept": ["enterprize", "both"]}))
    assert (found, [code for code, _ in problems]) == ([], ["SP222"])
    assert problems[0][1].endswith("Did you mean enterprise?")


# Which facts are used


def test_facts_are_left_out_by_what_is_said_of_them() -> None:
    basis = {"self_serve": "inferred: from the site", "capital": "verified: inferred from nothing", "free_trial": None}
    facts = dict.fromkeys(("self_serve", "free_trial", "customization", *BASE.vocabulary.motion), True) | {"capital": 5}
    item = DocumentedCase(Case("A", facts, extra={"basis": basis}), "smb")
    (without_inferred,) = Selection(inferred=False).of([item], BASE.vocabulary)
    assert facts.keys() - without_inferred.case.values.keys() == {"self_serve"}
    (without_motion,) = Selection(motion=False).of([item], BASE.vocabulary)
    assert facts.keys() - without_motion.case.values.keys() == BASE.vocabulary.motion
    assert str(Selection(inferred=False, motion=False)) == "all facts but inferred facts and facts on how they sell"


@pytest.mark.parametrize("basis", [None, "inferred", ["inferred"], {}])
def test_companies_that_do_not_say_how_facts_are_known_are_named(basis: object) -> None:
    items = [DocumentedCase(Case(f"C{n}", {"self_serve": True}, extra={"basis": basis}), "smb") for n in range(7)]
    (problem,) = without_basis(items, "f.yaml")
    assert (problem.code, problem.severity) == ("SP224", "warning")
    assert "C0, C1, C2, C3, C4 and 2 more" in problem.message
    assert Selection(inferred=False).of(items, BASE.vocabulary) == items


# Measures


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 (the score interval)
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_the_literature(right: int, of: int, low: float, high: float) -> None:
    assert Rate(right, of).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_of_the_interval_are_just_compatible_with_the_share(pair: tuple[int, int]) -> None:
    """Wilson's definition: the shares p whose standard error sqrt(p(1-p)/n) puts the observed one 1.96 of them away."""
    rate = Rate(*pair)
    low, high = rate.interval
    assert 0 <= low <= rate.share <= high <= 1
    for end in (low, high):
        away = (rate.share - end) ** 2
        assert away == pytest.approx(1.959964**2 * end * (1 - end) / rate.of, abs=1e-9)


def test_kappa_is_that_of_a_textbook() -> None:
    """Fleiss, Statistical Methods for Rates and Proportions (1981), table 13.1: 0.89 agree, 0.66 by chance."""
    table = {("a", "a"): 75, ("a", "b"): 1, ("a", "c"): 4, ("b", "a"): 5, ("b", "b"): 4, ("b", "c"): 1, ("c", "c"): 10}
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    assert kappa(*zip(*pairs)) == pytest.approx((0.89 - 0.66) / (1 - 0.66))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=40))
def test_kappa_is_its_definition(pairs: list[tuple[str, str]]) -> None:
    labels, said = zip(*pairs)
    n = len(pairs)
    observed = Fraction(sum(a == b for a, b in pairs), n)
    chance = sum(Fraction(Counter(labels)[v], n) * Fraction(Counter(said)[v], n) for v in "abcd")
    expected = None if chance == 1 else float((observed - chance) / (1 - chance))
    assert kappa(labels, said) == (expected if expected is None else pytest.approx(expected))


def test_the_paired_test_is_that_of_a_textbook() -> None:
    """Sprent and Smeeton, Applied Nonparametric Statistical Methods, on the sign test: the binomial tail, doubled."""
    assert Paired(2, 10).p == pytest.approx(158 / 4096)
    assert Paired(9, 1).p == pytest.approx(22 / 1024)
    assert [Paired(0, 0).p, Paired(3, 3).p, Paired(1, 0).p] == [1.0, 1.0, 1.0]


@given(st.integers(0, 6), st.integers(0, 6))
def test_the_paired_test_counts_the_splits_that_are_as_uneven(ours: int, theirs: int) -> None:
    differ = ours + theirs
    uneven = [abs(differ - 2 * code.bit_count()) >= abs(ours - theirs) for code in range(2**differ)]
    assert Paired(ours, theirs).p == Paired(theirs, ours).p == pytest.approx(sum(uneven) / len(uneven))


def test_there_is_no_share_of_nothing() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval) == (0.0, (0.0, 1.0))
    assert kappa([], []) is None


def test_bands_change_where_the_words_do() -> None:
    words = {edge: certainty.word(round(edge * certainty.SCALE)) for edge in EDGES}
    below = {edge: certainty.word(round(edge * certainty.SCALE) - 1) for edge in EDGES[1:]}
    assert [edge for edge in below if below[edge] == words[edge]] == [LEAD]


# A score


def test_a_few_companies_counted_by_hand(few: str) -> None:
    found = json.loads(run("rules", "score", few, "--format", "json").stdout)
    counts = {(label, said): n for label, row in found["confusion"].items() for said, n in row.items() if n}
    assert counts == {
        ("not_yet", "not_yet"): 1,
        ("smb", "undetermined"): 1,
        ("smb", "smb"): 1,
        ("enterprise", "enterprise"): 1,
    }
    assert {label: (rate["right"], rate["of"]) for label, rate in found["recall"].items()} == {
        "enterprise": (1, 1), "smb": (1, 2), "not_yet": (1, 1),
    }  # fmt: skip
    ours, one, both, *_ = found["agreement"]
    # By chance 1/4·1/4 + 2/4·1/4 + 1/4·1/4 = 1/4 agree, so kappa is (3/4 - 1/4) / (3/4).
    assert (ours["right"], ours["share"], ours["kappa"]) == (3, 0.75, 0.667)
    assert (one["right"], both["right"]) == (4, 4)
    (miss,) = found["misses"]
    assert (miss["company"], miss["label"], miss["said"]) == ("Silent", "smb", "undetermined")
    assert sum(band["of"] for band in found["reliability"]) == 4
    assert sum(band["right"] for band in found["reliability"]) == 3
    assert found["robustness"] is found["witnesses"] is None
    assert found["files"] == []


# Baselines


def test_baselines_say_what_their_publishers_do() -> None:
    """The counts were worked out apart from this code, on the first 32 companies and on the second 19."""
    files = {path: documented_cases(read_file(path, BASE.vocabulary), path)[0] for path in FILES}
    found = [{a.judge: a for a in score(BASE, files[path]).agreements} for path in FILES]
    assert [f["contract bands"].rate.right for f in found[:2]] == [18, 5]
    assert [f["contract bands, with both"].rate.right for f in found[:2]] == [19, 5]
    assert [f["contract bands"].lacking for f in found] == [9, 14, 5]
    assert found[0]["salespath"].lacking is found[0]["salespath"].paired is None


@pytest.mark.parametrize(
    ("facts", "two", "three"),
    [
        ({}, "smb", "smb"),
        ({"annual_contract_value": 14_999}, "smb", "smb"),
        ({"annual_contract_value": 15_000}, "smb", "both"),
        ({"annual_contract_value": 49_999.5}, "smb", "both"),
        ({"annual_contract_value": 50_000}, "enterprise", "both"),
        ({"annual_contract_value": 100_000}, "enterprise", "both"),
        ({"annual_contract_value": 100_001}, "enterprise", "enterprise"),
    ],
)
def test_contract_bands(facts: dict[str, Value], two: str, three: str) -> None:
    assert BASELINES["contract bands"].says(facts) == two
    assert BASELINES["contract bands, with both"].says(facts) == three


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "undetermined"),
        ({"annual_contract_value": 20_000, "paying_customers": 500}, "undetermined"),
        ({"annual_contract_value": 50_000}, "enterprise"),
        ({"annual_contract_value": 9_999}, "smb"),
        ({"paying_customers": 99}, "enterprise"),
        ({"paying_customers": 1_000}, "smb"),
        ({"customization": "configuration"}, "enterprise"),
        ({"customization": "none"}, "smb"),
        ({"customer_segments": frozenset({"large"})}, "enterprise"),
        ({"customer_segments": frozenset({"small", "large"})}, "undetermined"),
        ({"customer_segments": frozenset({"midsize"})}, "smb"),
        ({"customer_segments": frozenset()}, "undetermined"),
        ({"self_serve": False}, "enterprise"),
        ({"self_serve": True}, "smb"),
        ({"self_serve": True, "annual_contract_value": 80_000}, "both"),
        ({"self_serve": True, "annual_contract_value": 80_000, "customization": "bespoke"}, "enterprise"),
    ],
)
def test_the_compass_counts_votes(facts: dict[str, Value], said: str) -> None:
    assert BASELINES["Leslie's Compass"].says(facts) == said


@pytest.mark.more
def test_a_baseline_reads_the_facts_that_it_names_and_no_others() -> None:
    """What is left of a company, reduced to these facts, gives the same."""
    for case in [*_cases(), *sample(random_companies(200, seed=2))]:
        for baseline in BASELINES.values():
            reduced = {name: case.values[name] for name in baseline.reads if name in case.values}
            assert baseline.says(reduced) == baseline.says(case.values)


# Kinds


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({}, ("not known", "not known", "not known")),
        (
            {"product_stage": "pilot", "annual_contract_value": 999, "customer_segments": frozenset()},
            ("before launch", "under $1,000", "nobody yet"),
        ),
        (
            {
                "product_stage": "launched",
                "paying_customers": 99,
                "annual_contract_value": 1_000,
                "customer_segments": frozenset({"small"}),
            },
            ("under 100 customers", "$1,000 to $10,000", "small and midsize"),
        ),
        (
            {
                "product_stage": "launched",
                "paying_customers": 1_000,
                "annual_contract_value": 50_000,
                "customer_segments": frozenset({"large"}),
            },
            ("1,000 customers or more", "$50,000 and more", "large only"),
        ),
        (
            {"product_stage": "launched", "customer_segments": frozenset({"small", "large"})},
            ("launched, customers not known", "not known", "large and smaller"),
        ),
    ],
)
def test_kinds_of_companies(facts: dict[str, Value], kinds: tuple[str, ...]) -> None:
    assert tuple(kind_of(facts) for kind_of, _ in KINDS.values()) == kinds


@pytest.mark.more
def test_every_company_is_of_one_kind_in_each_way() -> None:
    cases = [*_cases(), *sample(random_companies(200, seed=3))]
    found = document(score(BASE, [DocumentedCase(case, "smb") for case in cases]), Selection())["kinds"]
    for by in KINDS:
        rates = [kind["rates"] for kind in found if kind["by"] == by]
        assert sum(rate["salespath"]["of"] for rate in rates) == len(cases)
        assert all({rate["of"] for rate in judges.values()} == {judges["salespath"]["of"]} for judges in rates)


# Several files


def test_several_files_are_counted_each_and_together() -> None:
    done = run("rules", "score", *FILES, FILES[1], "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    assert [(part["file"], part["companies"]) for part in found["files"]] == list(zip(FILES, (32, 19, 40)))
    for place, whole in enumerate(found["agreement"]):
        parts = [part["agreement"][place] for part in found["files"]]
        for name in ("right", "of", "accepted"):
            assert whole[name] == sum(part[name] for part in parts)
        if whole["paired"]:
            for name in ("only_salespath", "only_other"):
                assert whole["paired"][name] == sum(part["paired"][name] for part in parts)
            gain = whole["paired"]["only_salespath"] - whole["paired"]["only_other"]
            assert gain == found["agreement"][0]["right"] - whole["right"]
    for label, row in found["confusion"].items():
        for said, count in row.items():
            assert count == sum(part["confusion"].get(label, {}).get(said, 0) for part in found["files"])
    assert [miss["company"] for miss in found["misses"]] == [name for part in found["files"] for name in part["misses"]]
    right = found["agreement"][0]["right"] + sum(miss["accepted"] for miss in found["misses"])
    assert right == found["agreement"][0]["accepted"]


def test_the_misses_of_several_files_are_a_line_each(few: str, tmp_path: Path) -> None:
    other = tmp_path / "more.yaml"
    other.write_text("- {company: Shy, label: smb, also_accept: undetermined, facts: {}}\n")
    told = run("rules", "score", few, str(other)).stdout.decode()
    assert told.startswith("5 companies in 2 files: 1 enterprise, 3 smb, 1 not_yet. Judged by all facts.\n")
    assert "\nfew.yaml: 1\n  Silent: documented smb, said undetermined\n" in told
    assert "\nmore.yaml: 1\n  Shy: documented smb, said undetermined (as good)\n" in told
    assert " ".join(next(line for line in told.splitlines() if line.startswith("salespath")).split()) == (
        "salespath 3 (3) 0 (1) 3 (4)"
    )
    assert max(map(len, told.splitlines())) <= 100


def test_a_file_with_nothing_to_score_leaves_the_others(few: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("self_serve: yes")
    done = run("rules", "score", str(bad), few)
    assert (done.returncode, done.stderr.count(b"SP221")) == (1, 1)
    assert done.stdout == run("rules", "score", few).stdout


def test_a_miss_shows_all_that_was_counted() -> None:
    """The weights of the reasons shown add up to the net evidence shown, whatever the company."""
    cases = [DocumentedCase(case, "undetermined") for case in _cases()]
    scored = score(BASE, cases)
    assert len(scored.misses) > 25
    for miss in document(scored, Selection())["misses"]:
        for p in ("enterprise", "smb"):
            weights = [item["weight"] for item in (*miss["for"][p], *miss["against"][p])]
            assert sum(weights) == pytest.approx(sum(miss["evidence"][p].values()), abs=0.02)


def test_a_miss_shows_the_rules_on_the_way_to_the_verdict_and_no_others() -> None:
    (real,) = (DocumentedCase(case, "smb") for case in _cases() if case.company == "Freshworks")
    (miss,) = document(score(BASE, [real]), Selection())["misses"]
    assert miss["said"] == "both"
    assert miss["through"][:2] == ["run-both", "two-processes-for-two-groups"]
    assert {"small-and-large-both-pay", "marketer-runs-volume"} <= {*miss["through"]}
    assert not {"leans-to-smb", "smb-leads", "smb-fits-better"} & {*miss["through"]}


@pytest.mark.more
def test_the_difference_is_of_fit_unless_means_decided() -> None:
    for case in sample([*_cases(), *random_companies(200, seed=1)]):
        (said, difference), assessment = verdict_of(BASE, case), assess(BASE, case)
        enterprise, smb = assessment.evidence["enterprise"], assessment.evidence["smb"]
        net = {name: enterprise[name] - smb[name] for name in ("fit", "means")}
        fired = {fired.rule for fired in assessment.fired}
        by_means = fired & {f"{said}-by-means", f"{said}-by-means-alone"}
        expected = net["fit"] + net["means"] if by_means else net["fit"]
        assert difference == pytest.approx(abs(expected) / 10**9)
        assert said == assessment.process


def _cases() -> list[Case]:
    return list(read_file(REAL, BASE.vocabulary).cases)


def test_the_text_says_the_same_as_the_data(few: str) -> None:
    told = run("rules", "score", few).stdout.decode()
    assert told.startswith("4 companies: 1 enterprise, 2 smb, 1 not_yet. Judged by all facts.\n")
    assert "salespath                   3 of 4   75%         30% to 95%      0.67" in told
    assert "Silent: documented smb, said undetermined\n" in told


# Robustness

TWO_SIZES = """
rules:
  - id: large-pays
    when: annual_contract_value >= 10_000
    weigh: {process: enterprise, certainty: 0.5, line: size}
    because: b
    source: [K01]
  - id: small-pays
    when: annual_contract_value < 10_000
    weigh: {process: smb, certainty: 0.5, line: size}
    because: b
    source: [K01]
  - id: never
    when: self_serve
    weigh: {process: smb, certainty: 0.2, line: reach}
    because: b
    source: [K01]
"""


def test_what_each_change_costs() -> None:
    base = small_base(TWO_SIZES)
    items = [DocumentedCase(Case("L", {"annual_contract_value": 20_000}), "enterprise")] * 2
    items.append(DocumentedCase(Case("S", {"annual_contract_value": 5}), "smb"))
    calls: list[None] = []
    found = robustness(base, items, lambda: calls.append(None))
    assert found.deleted == (Perturbation("large-pays", 2), Perturbation("small-pays", 1), Perturbation("never", 0))
    assert {change.lost for change in (*found.all_scaled, *found.one_scaled)} == {0}
    assert [change.what for change in found.one_scaled][:2] == ["large-pays x 0.8", "large-pays x 1.2"]
    assert (found.lone, found.silent) == (("small-pays",), 1)
    assert len(calls) == steps(base)
    told = write(robustness_page(found, 3), 100)
    deleted = "any one rule deleted: 3 changes, the worst loses 2 of 3 companies\n  2  large-pays\n  1  small-pays\nall"
    assert deleted in told
    assert "all certainties 20% lower or higher: 2 changes, the worst loses 0 of 3 companies\n" in told
    assert "exactly one company: small-pays; for no company: 1 rules" in told


# Witnesses


def test_a_rule_is_needed_by_those_told_otherwise_without_it_or_else_by_what_it_cites() -> None:
    more = """
rules:
  - id: poor
    when: capital < 100
    block: {process: enterprise, remedy: r, owner: founder, done_when: capital >= 100}
    because: b
    source: [K01]
  - id: backed
    when: next_funding == secured
    block: {process: enterprise, lift: yes}
    overrides: [poor]
    because: b
    source: [expert judgement]
  - id: unheard
    when: free_trial
    weigh: {process: smb, certainty: 0.1, line: reach}
    because: b
    source: [expert judgement]
  - id: leans-to-small
    when: fit_smb > 0.1
    conclude: {leaning: smb}
    because: b
    source: [K01, expert judgement]
"""
    base = small_base(TWO_SIZES, more)
    facts: dict[str, dict[str, Value]] = {
        "Large": {"annual_contract_value": 20_000},
        "Poor": {"annual_contract_value": 20_000, "capital": 5},
        "Backed": {"annual_contract_value": 20_000, "capital": 5, "next_funding": "secured"},
        "Broke": {"capital": 5},
        "Small": {"annual_contract_value": 5},
    }
    items = [DocumentedCase(Case(name, values), "smb") for name, values in facts.items()]
    calls: list[None] = []
    found = {item.rule.id: item for item in witnesses(base, items, lambda: calls.append(None))}
    assert list(found) == [rule.id for rule in deciding(base)]
    assert len(calls) == len(found)
    assert found["large-pays"].verdict == ("Large", "Poor", "Backed")
    assert (found["poor"].verdict, found["poor"].lean, found["poor"].blocks) == (("Poor",), (), ("Broke",))
    assert (found["backed"].kind, found["backed"].verdict) == ("lift", ("Backed",))
    assert (found["unheard"].rests_on, found["never"].rests_on) == ("none", "cited figure")
    assert (found["open"].verdict, found["open"].rests_on) == ((), "cited figure")
    assert found["leans-to-small"].cited == ("K01",)
    told = write(witnesses_page(list(found.values())), 100)
    assert "large-pays      weigh     verdict of Large, Poor, Backed\n" in told
    assert "poor            block     verdict of Poor; blocks of Broke\n" in told
    assert "never           weigh     cites K01\n" in told
    assert "unheard         weigh     none: retire\n" in told
    assert told.endswith("11 rules decide: 7 change companies, 3 only cite a figure or statement, 1 do neither.\n")


@pytest.mark.heavy
def test_tools_measure_the_companies_of_a_file(few: str) -> None:
    done = CliRunner().invoke(tools.witnesses.main, [few], catch_exceptions=False)
    assert f"\n{len(deciding(BASE))} rules decide: " in done.stdout
    assert re.search(r"\nsmb-customers-start-alone +weigh ", done.stdout)
    done = CliRunner().invoke(tools.robustness.main, [few], catch_exceptions=False)
    assert re.match(r"any one rule deleted: 1\d\d changes, the worst loses \d of 4 companies\n", done.stdout)


# The command


def test_the_real_companies() -> None:
    done = run("rules", "score", REAL)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\nMisses: 2\n" in done.stdout
    assert run("rules", "score", REAL).stdout == done.stdout
    table = run("rules", "score", str(EXAMPLES / "real_companies.csv"))
    assert (table.returncode, table.stdout) == (0, done.stdout)


def test_options_are_combined() -> None:
    found = json.loads(run("rules", "score", REAL, "--without-inferred", "--without-motion", "--format", "json").stdout)
    assert found["facts"] == {"inferred": False, "motion": False}
    assert found["agreement"][0]["right"] < 27


def test_problems_are_told_and_the_good_ones_scored(few: str) -> None:
    bad = "- {company: Bad, label: smb, facts: {self_serve: perhaps}}\n- {company: Odd, label: smbs, facts: {}}\n"
    Path(few).write_text(FEW + bad)
    done = run("rules", "score", few)
    assert done.returncode == 1
    assert done.stdout.startswith(b"4 companies")
    told = done.stderr.decode().splitlines()
    assert [line.split()[2] for line in told] == ["SP112:", "SP222:"]
    assert told[1].endswith("Did you mean smb?")


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "SP103"), ("just text", "SP110"), ("self_serve: yes", "SP221"), ("a: [", "SP103")],
)
def test_a_file_with_nothing_to_score(content: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    done = run("rules", "score", str(path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().count("error") == 1
    assert code in done.stderr.decode()


def test_without_inferred_where_nothing_says_how_facts_are_known(few: str) -> None:
    done = run("rules", "score", few, "--without-inferred")
    assert done.returncode == 0
    assert done.stderr.decode().count("SP224") == 1
    assert b"Refused, Silent, Direct are known" in done.stderr
