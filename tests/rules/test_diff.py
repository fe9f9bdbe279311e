"""The difference of two rule bases, field by field, and the way from a company's other verdict back to the rules that changed."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest
from companies import random_companies
from given import BASE, EXAMPLES, FRAME, VOCABULARY, run
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.base import Base
from salespath.engine.company import process_of
from salespath.engine.compile import compile_base
from salespath.engine.effects import Effect, effects
from salespath.engine.load import load, load_folder
from salespath.facts import Case, Value
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError
from salespath.rules import folders, loader
from salespath.rules.diff import BaseChange, differences
from tools.robustness import deciding

REAL = str(EXAMPLES / "real_companies.yaml")
LARGE, SMALL = {"annual_contract_value": 60_000}, {"annual_contract_value": 500}


def rule(id_: str, when: str, then: str, more: str = "") -> str:
    return f"  - {{id: {id_}, when: '{when}', {then}, because: b, source: [K01]{more}}}\n"


def weigh(id_: str, when: str, process: str, certainty: float, line: str = "size", more: str = "") -> str:
    return rule(id_, when, f"weigh: {{process: {process}, certainty: {certainty}, line: {line}}}", more)


LARGE_PAYS = weigh("large-pays", "annual_contract_value >= 50_000", "enterprise", 0.5)
SMALL_PAYS = weigh("small-pays", "annual_contract_value < 50_000", "smb", 0.5)
BIG = rule("pays-much", "annual_contract_value >= 50_000", "conclude: {big: yes}")


def base(*rules: str, frame: str = FRAME) -> Base:
    knowledge, problems = loader.load(
        [("frame.yaml", parse(frame, "frame.yaml")), ("r.yaml", parse("rules:\n" + "".join(rules), "r.yaml"))], "0" * 64
    )
    return compile_base(VOCABULARY, knowledge, problems)


def effect(old: Base, new: Base, facts: dict[str, Value]) -> Effect | None:
    found = list(effects(old, new, [Case("A", facts)]))
    return found[0] if found else None


def changed(old: Base, new: Base, part: str = "rules") -> dict[str, BaseChange]:
    return differences(old.knowledge, new.knowledge)[part]


# Differences


def test_every_field_that_differs_is_told_with_what_it_was() -> None:
    other = weigh("large-pays", "annual_contract_value >= 40_000", "enterprise", 0.3, "reach", ", overrides: [x]")
    x = weigh("x", "self_serve", "enterprise", 0.1, "reach")
    found = changed(base(LARGE_PAYS, x), base(other, x))
    assert list(found) == ["large-pays"]
    assert (found["large-pays"].how, found["large-pays"].only_words) == ("changed", False)
    assert found["large-pays"].fields == {
        "when": ("annual_contract_value >= 50_000", "annual_contract_value >= 40_000"),
        "certainty": (0.5, 0.3),
        "line": ("size", "reach"),
        "overrides": (None, ("x",)),
    }


def test_words_are_a_difference_but_no_cause() -> None:
    (entry,) = changed(base(LARGE_PAYS), base(LARGE_PAYS.replace("because: b", "because: c"))).values()
    assert entry.only_words
    assert entry.fields == {"because": ("b", "c")}


def test_rules_added_and_removed() -> None:
    found = changed(base(LARGE_PAYS), base(SMALL_PAYS))
    assert {id_: entry.how for id_, entry in found.items()} == {"small-pays": "added", "large-pays": "removed"}
    assert found["small-pays"].fields["line"] == (None, "size")


def test_a_rule_of_another_kind_is_changed() -> None:
    (entry,) = changed(base(LARGE_PAYS), base(BIG.replace("pays-much", "large-pays"))).values()
    assert entry.fields == {
        "kind": ("weigh", "conclude"),
        "process": ("enterprise", None),
        "certainty": (0.5, None),
        "line": ("size", None),
        "attribute": (None, "big"),
        "value": (None, "yes"),
    }


@pytest.mark.parametrize(
    ("part", "id_", "old", "new"),
    [
        ("lines", "cash", "dimension: capital", "dimension: role"),
        ("topics", "team", "title: Team", "title: People"),
        ("attributes", "rich", "means: it is rich", "means: it has money"),
        ("sources", "K01", "says: It depends.", "says: It does not."),
    ],
)
def test_what_rules_refer_to_is_compared_too(part: str, id_: str, old: str, new: str) -> None:
    (entry,) = changed(base(LARGE_PAYS), base(LARGE_PAYS, frame=FRAME.replace(old, new)), part).values()
    assert (entry.id, entry.how, len(entry.fields)) == (id_, "changed", 1)


SOME_RULES = st.lists(
    st.builds(
        weigh,
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["self_serve", "free_trial"]),
        st.sampled_from(["smb", "enterprise"]),
        st.sampled_from([0.2, 0.4]),
    ),
    min_size=1,
    unique_by=lambda text: text[9],
)


@given(SOME_RULES, SOME_RULES)
def test_the_way_back_is_the_mirror_of_the_way_there(one: list[str], two: list[str]) -> None:
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    there, back = changed(base(*one), base(*two)), changed(base(*two), base(*one))
    assert there.keys() == back.keys()
    for id_, entry in there.items():
        assert back[id_].how == mirrored[entry.how]
        assert back[id_].fields == {name: (new, old) for name, (old, new) in entry.fields.items()}
    assert (not there) == ({*one} == {*two})


# Bases


def test_the_same_rules_in_other_files_and_another_order_are_the_same(tmp_path: Path) -> None:
    whole = shutil.copytree(folders.BASE, tmp_path / "whole")
    (whole / "45-verdict.yaml").rename(whole / "98-verdict.yaml")
    assert not any(differences(BASE.knowledge, load_folder(str(whole)).knowledge).values())
    done = run("rules", "diff", "built-in", str(whole), "--on", REAL)
    assert (done.returncode, done.stderr) == (0, b"")
    told = " ".join(done.stdout.decode().split())
    assert "(3.0.1): no difference. On 32 companies: 0 with another verdict, 0 more" in told


def test_the_built_in_rules_have_a_name() -> None:
    assert load_folder("built-in") is load_folder("-") is load()


def test_a_base_without_a_verdict_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("version: 2\nattributes: {process: {means: x, values: [smb], verdict: yes}}\n")
    with pytest.raises(SalespathError) as caught:
        load_folder(str(tmp_path))
    assert [p.code for p in caught.value.problems] == ["SP225"] * 3
    assert "process with the values enterprise, smb, both, not_yet, undetermined" in caught.value.problems[0].message


# The way from a verdict back to what changed


def test_an_added_rule_decides() -> None:
    found = effect(base(LARGE_PAYS), base(LARGE_PAYS, SMALL_PAYS), SMALL)
    assert found is not None
    assert (found.old.process, found.new.process, found.through) == ("undetermined", "smb", ("small-pays",))
    assert [(s.rule, s.process, s.old, s.new) for s in found.shifts] == [("small-pays", "smb", 0, 693147181)]


def test_a_changed_certainty_turns_the_balance() -> None:
    rival = weigh("rival", "annual_contract_value >= 50_000", "smb", 0.4)
    found = effect(base(LARGE_PAYS, rival), base(LARGE_PAYS.replace("0.5", "0.3"), rival), LARGE)
    assert found is not None
    assert (found.new.process, found.through) == ("smb", ("large-pays",))
    assert [(s.rule, s.new < s.old) for s in found.shifts] == [("large-pays", True)]


def test_the_cause_is_found_through_conclusions() -> None:
    weighs = weigh("big-pays", "big", "enterprise", 0.5)
    lower = BIG.replace("50_000", "400")
    found = effect(base(BIG, weighs, SMALL_PAYS), base(lower, weighs, SMALL_PAYS.replace("0.5", "0.4")), SMALL)
    assert found is not None
    assert (found.old.process, found.new.process) == ("smb", "enterprise")
    assert found.through == ("pays-much", "small-pays")
    assert {s.rule for s in found.shifts} == {"big-pays", "small-pays"}


def test_a_conclusion_that_moves_to_another_value_is_a_cause() -> None:
    weighs = weigh("by-segment", "segment == large", "enterprise", 0.5)
    is_small = rule("sized", "annual_contract_value >= 50_000", "conclude: {segment: small}")
    found = effect(base(is_small, weighs), base(is_small.replace("segment: small", "segment: large"), weighs), LARGE)
    assert found is not None
    assert (found.new.process, found.through) == ("enterprise", ("sized",))


def test_an_exception_is_a_cause_though_it_fired_before() -> None:
    other = weigh("other", "annual_contract_value >= 50_000", "enterprise", 0.1)
    over = other.replace("source: [K01]", "source: [K01], overrides: [large-pays]")
    rival = weigh("rival", "annual_contract_value >= 50_000", "smb", 0.4)
    found = effect(base(LARGE_PAYS, other, rival), base(LARGE_PAYS, over, rival), LARGE)
    assert found is not None
    assert (found.old.process, found.new.process, found.through) == ("enterprise", "smb", ("other",))


def test_evidence_that_moves_to_another_sum_is_a_cause() -> None:
    found = effect(
        base(LARGE_PAYS),
        base(LARGE_PAYS, frame=FRAME.replace("size: {dimension: market", "size: {dimension: role")),
        LARGE,
    )
    assert found is not None
    assert (found.old.process, found.new.process, found.through) == ("enterprise", "undetermined", ("large-pays",))


def test_what_did_not_matter_is_not_named() -> None:
    """A changed rule that does not fire, and one that fires but is outweighed on its line as before."""
    idle = weigh("idle", "free_trial", "smb", 0.9)
    weak = weigh("weak", "annual_contract_value < 50_000", "smb", 0.2)
    old = base(LARGE_PAYS, SMALL_PAYS.replace("smb", "enterprise"), idle, weak.replace("smb", "enterprise"))
    new = base(
        LARGE_PAYS, SMALL_PAYS, idle.replace("0.9", "0.8"), weak.replace("0.2", "0.1").replace("smb", "enterprise")
    )
    found = effect(old, new, SMALL)
    assert found is not None
    assert found.through == ("small-pays", "weak")  # without small-pays beside it, weak now counts for enterprise
    assert found.new.process == "smb"


def test_the_verdict_itself_is_a_cause() -> None:
    stricter = FRAME.replace("fit_smb > fit_enterprise", "fit_smb > fit_enterprise + 1").replace(
        "fit_smb == fit_enterprise", "fit_smb >= fit_enterprise and fit_smb <= fit_enterprise + 1"
    )
    found = effect(base(SMALL_PAYS), base(SMALL_PAYS, frame=stricter), SMALL)
    assert found is not None
    assert (found.new.process, set(found.through)) == ("undetermined", {"sell-to-small", "open"})


def test_blocks_come_with_their_rule_or_with_others() -> None:
    block = rule("big-is-hard", "big", "block: {process: enterprise, remedy: r, owner: founder}")
    old, new = base(LARGE_PAYS, block), base(LARGE_PAYS, block, BIG)
    found = effect(old, new, LARGE)
    assert found is not None
    assert (found.old.process, found.new.process, found.through) == ("enterprise", "not_yet", ("pays-much",))
    (item,) = found.items
    assert (item.kind, item.rule, item.about, item.how, item.reason, item.through) == (
        "block", "big-is-hard", "enterprise", "added", "other rules", ("pays-much",),
    )  # fmt: skip
    (item,) = effect(base(LARGE_PAYS, BIG), new, LARGE).items
    assert (item.how, item.reason, item.through) == ("added", "rule", ("big-is-hard",))


ADVISE = "advise: {topic: team, choice: %s, process: %s, text: t%s}"


def test_advice_comes_with_its_rule_the_verdict_or_other_rules() -> None:
    by_verdict = rule("hire", "annual_contract_value > 0", ADVISE % ("hire", "smb", ""))
    by_others = rule("think", "big", ADVISE % ("think", "any", ""))
    by_rule = rule("rest", "annual_contract_value > 0", ADVISE % ("rest", "any", ""))
    old = base(by_verdict, by_others)
    new = base(by_verdict, by_others, by_rule, SMALL_PAYS, BIG.replace(">= 50_000", "> 0"))
    found = effect(old, new, SMALL)
    assert found is not None
    assert {item.rule: (item.kind, item.how, item.reason, item.through) for item in found.items} == {
        "hire": ("advice", "added", "verdict", ("small-pays",)),
        "think": ("advice", "added", "other rules", ("pays-much",)),
        "rest": ("advice", "added", "rule", ("rest",)),
    }


def test_advice_becomes_in_place_or_says_something_else() -> None:
    done = rule("hire", "annual_contract_value > 0", ADVISE % ("hire", "any", ", done_when: big"))
    (item,) = effect(base(done), base(done, BIG), LARGE).items
    assert (item.how, item.reason, item.through) == ("changed", "other rules", ("pays-much",))
    (item,) = effect(base(done), base(done.replace("text: t", "text: u")), LARGE).items
    assert (item.how, item.reason, item.through) == ("changed", "rule", ("hire",))


def test_the_same_outcome_is_no_effect() -> None:
    assert effect(base(SMALL_PAYS), base(SMALL_PAYS.replace("0.5", "0.6")), SMALL) is None
    assert effect(base(SMALL_PAYS), base(SMALL_PAYS, LARGE_PAYS), SMALL) is None


@pytest.mark.heavy
def test_one_changed_rule_is_always_the_cause() -> None:
    """Whichever single rule of the built-in base goes: every other verdict and plan is put down to it, and none is missed."""
    cases = random_companies(60, seed=3)
    every = BASE.knowledge.rules
    seen = 0
    for gone in deciding(BASE)[::11]:
        kept = {
            id_: replace(rule, overrides=tuple(name for name in rule.overrides if name != gone.id))
            for id_, rule in every.items()
            if id_ != gone.id
        }
        without = compile_base(VOCABULARY, replace(BASE.knowledge, rules=kept))
        found = {item.company: item for item in effects(BASE, without, cases)}
        others = {c.company for c in cases if process_of(BASE, c.values) != process_of(without, c.values)}
        assert others == {name for name, item in found.items() if item.old.process != item.new.process}
        for item in found.values():
            assert item.verdict_changes == (gone.id in item.through)
            assert all(gone.id in i.through for i in item.items)
            seen += 1
    assert seen > 30


# The command

HOUSE = """
switch_off: [enterprise-average-covers-two-groups]
texts: {smb-not-launched: {remedy: Put it in front of 10 users.}}
"""


@pytest.fixture
def house(tmp_path: Path) -> str:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "a.yaml").write_text(HOUSE)
    return str(folder)


def test_a_real_change_on_the_real_companies(house: str) -> None:
    done = run("rules", "diff", "built-in", house, "--on", REAL)
    assert (done.returncode, done.stderr) == (0, b"")
    told = done.stdout.decode()
    assert "(3.0.1): 1 removed, 1 changed (rules). " in " ".join(told.split())
    assert "\nBox: both, smb first -> smb\n    through: enterprise-average-covers-two-groups\n" in told
    assert "      + Put it in front of 10 users.\n" in told
    assert run("rules", "diff", "-", house, "--on", REAL).stdout != b""
    assert max(map(len, told.splitlines()[1:])) <= 100


def test_the_data_holds_what_the_text_sums_up(house: str) -> None:
    found = json.loads(run("rules", "diff", "built-in", house, "--on", REAL, "--format", "json").stdout)
    assert [entry["id"] for entry in found["rules"]["removed"]] == ["enterprise-average-covers-two-groups"]
    (entry,) = found["rules"]["changed"]
    assert entry["fields"]["remedy"]["new"] == "Put it in front of 10 users."
    assert found["companies"] == 32
    (change,) = (item for item in found["changes"] if item["old"]["process"] != item["new"]["process"])
    assert (change["company"], change["through"]) == ("Box", ["enterprise-average-covers-two-groups"])
    assert {item["reason"] for item in change["items"]} >= {"verdict"}
    assert found["new"]["overlays"][0]["name"] == "house"
    alone = json.loads(run("rules", "diff", "built-in", house, "--format", "json").stdout)
    assert (alone["companies"], alone["changes"]) == (None, None)
    assert alone["rules"] == found["rules"]


def test_a_folder_that_cannot_be_used(house: str, tmp_path: Path) -> None:
    (tmp_path / "house" / "b.yaml").write_text("switch_off: [smb-not-lunched]")
    for words, codes in (
        (["nowhere", "built-in"], ["SP211"]),
        (["built-in", str(tmp_path)], ["SP211"]),
        (["built-in", house], ["SP210"]),
    ):
        done = run("rules", "diff", *words)
        assert (done.returncode, done.stdout) == (1, b"")
        assert [code for code in codes if code in done.stderr.decode()] == codes


def test_companies_with_problems_are_told_and_the_others_compared(house: str, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("company,self_serve\nA,yes\nB,perhaps\n")
    done = run("rules", "diff", "built-in", house, "--on", str(tmp_path / "c.csv"))
    assert done.returncode == 1
    assert b"SP112" in done.stderr
    assert b"On 1 company: 0 with another verdict" in done.stdout
    done = run("rules", "diff", "built-in", house, "--on", str(tmp_path / "none.yaml"))
    assert done.returncode == 1
    assert b"SP101" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX terminal")
def test_how_far_it_is_shows_on_a_terminal_and_nowhere_else(house: str) -> None:
    words = ["-m", "salespath", "rules", "diff", "built-in", house, "--on", REAL]
    shown = pexpect.run(shlex.join([sys.executable, *words]), timeout=30)
    assert b"100%" in shown
    assert b"Box: both, smb first -> smb" in shown
    assert run(*words[2:]).stderr == b""
