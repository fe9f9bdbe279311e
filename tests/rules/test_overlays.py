"""A folder laid over the built-in rules adds, replaces and switches off rules and texts, and every mistake in it is named."""

from __future__ import annotations

import hashlib
import json
import os
import time

import fuzz
import pytest
from given import BASE, EXAMPLES, run, small_base
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.engine.load import load
from salespath.facts import Case
from salespath.files.problems import SalespathError
from salespath.files.visible import hidden
from salespath.report.formats.text import write
from salespath.report.pages import assessment as pages
from salespath.rules.folders import rule_files, vocabulary_files
from salespath.tables.read import CompaniesFile

RULES = BASE.knowledge.rules

ADDED = """
sources:
  H01: {kind: opinion, title: House notes, author: A. Adviser, year: 2026, checked: 2026-11-01, figure: Says so.}
rules:
  - id: house-likes-short-cycles
    when: sales_cycle_months <= 2
    weigh: {process: smb, certainty: 0.3, line: cycle}
    because: "Your sales take {sales_cycle_months}."
    source: [H01]
"""
REPLACED = """
replace:
  - id: smb-not-launched
    when: product_stage < pilot
    block:
      process: smb
      remedy: Put a pilot in front of ten users.
      owner: product lead
    because: Nothing runs yet.
    source: [expert judgement]
"""


@pytest.fixture
def folder(tmp_path):
    """Writes files into an overlay folder and returns its path."""

    def write(**files: str) -> str:
        house = tmp_path / "house"
        house.mkdir(exist_ok=True)
        for name, text in files.items():
            (house / f"{name}.yaml").write_text(text, "utf-8")
        load.cache_clear()
        return str(house)

    return write


def problems(folder: str) -> list[tuple[str, int | None, str]]:
    with pytest.raises(SalespathError) as caught:
        load(folder)
    return [(p.code, p.line, p.message) for p in caught.value.problems]


def test_a_rule_is_added(folder) -> None:
    base = load(folder(added=ADDED))
    fired = {f.rule: f for f in assess(base, Case("A", {"sales_cycle_months": 2})).fired}
    assert fired["house-likes-short-cycles"].because == "Your sales take 2 months."
    assert base.knowledge.rules.keys() - RULES.keys() == {"house-likes-short-cycles"}


def test_a_rule_is_replaced_in_its_place(folder) -> None:
    base = load(folder(changed=REPLACED))
    assert list(base.knowledge.rules) == list(RULES)
    pilot, idea = (assess(base, Case("A", {"product_stage": stage})) for stage in ("pilot", "idea"))
    assert "smb-not-launched" not in {b.rule for b in pilot.blockers}
    assert "Put a pilot in front of ten users." in {b.remedy for b in idea.blockers}


def test_a_rule_is_switched_off_even_where_others_override_it(folder) -> None:
    base = load(folder(off="switch_off: [enterprise-cash-below-one-cycle]"))
    assert RULES.keys() - base.knowledge.rules.keys() == {"enterprise-cash-below-one-cycle"}


def test_only_the_words_are_changed(folder) -> None:
    text = "texts: {smb-not-launched: {because: Not live., remedy: Go live., owner: the founders}}"
    base = load(folder(words=text))
    (blocker,) = (
        b for b in assess(base, Case("A", {"product_stage": "pilot"})).blockers if b.rule == "smb-not-launched"
    )
    assert (blocker.because, blocker.remedy, blocker.owner) == ("Not live.", "Go live.", "the founders")
    assert base.knowledge.rules["smb-not-launched"].when == RULES["smb-not-launched"].when


def test_a_second_folder_lies_on_the_first(folder, tmp_path) -> None:
    first = folder(added=ADDED)
    second = tmp_path / "team"
    second.mkdir()
    (second / "a.yml").write_text("texts: {house-likes-short-cycles: {because: Quick.}}")
    base = load(first, str(second))
    assert base.knowledge.rules["house-likes-short-cycles"].because == "Quick."
    assert [layer.name for layer in base.knowledge.overlays] == ["house", "team"]


def test_a_rule_of_the_layer_below_is_replaced_only_on_purpose(folder, tmp_path) -> None:
    first, second = folder(added=ADDED), tmp_path / "team"
    second.mkdir()
    (second / "added.yaml").write_text(ADDED[ADDED.index("rules:") :], "utf-8")
    with pytest.raises(SalespathError) as caught:
        load(first, str(second))
    assert ["Put it under `replace`" in problem.message for problem in caught.value.problems] == [True]


def test_the_receipt_names_the_folder_with_its_hash(folder) -> None:
    house = folder(added=ADDED)
    expected = hashlib.sha256(f"added.yaml\0{len(ADDED.encode())}\0{ADDED}".encode()).hexdigest()
    done = run("assess", str(EXAMPLES / "asana_2020.yaml"), "--rules", house, "--format", "json")
    receipt = json.loads(done.stdout)["receipt"]
    assert receipt["overlays"] == [{"name": "house", "sha256": expected, "switched_off": [], "without": None}]
    assert receipt["rules_sha256"] == BASE.knowledge.sha256
    report = run("assess", str(EXAMPLES / "asana_2020.yaml"), "--rules", house).stdout.decode()
    assert f"with house ({expected[:12]})" in " ".join(report.split())


def test_every_command_that_uses_rules_takes_a_folder(folder, tmp_path) -> None:
    house, out = folder(added=ADDED, words="texts: {smb-not-launched: {because: Not live.}}"), str(tmp_path / "o.csv")
    asana = str(EXAMPLES / "asana_2020.yaml")
    for words in (
        ["explain", asana],
        ["assess", str(EXAMPLES / "real_companies.csv"), "-o", out],
        ["facts", "check", asana],
        ["ask", "--no-input", "--answers", asana],
        ["rules", "list"],
        ["guide"],
    ):
        done = run(*words, "--rules", house)
        assert done.returncode == 0, done.stderr


# What is switched off


BLOCKED = ["--set", "product_stage=idea", "--set", "annual_contract_value=90000", "--set", "willingness_to_pay=refused"]


@pytest.fixture
def without_blocks(folder) -> str:
    """A folder that switches off every block."""
    blocks = [rule.id for rule, _ in BASE.knowledge.blocks]
    return folder(off=f"switch_off: [{', '.join(blocks)}]")


def test_a_report_says_what_a_folder_switched_off_and_what_the_verdict_is_with_it(without_blocks, tmp_path) -> None:
    blocks = [rule.id for rule, _ in BASE.knowledge.blocks]
    plain = json.loads(run("assess", *BLOCKED, "--format", "json").stdout)
    found = json.loads(run("assess", *BLOCKED, "--rules", without_blocks, "--format", "json").stdout)
    assert plain["process"] != found["process"]
    (overlay,) = found["receipt"]["overlays"]
    assert (overlay["switched_off"], overlay["without"]) == (blocks, plain["process"])
    said = f"house switched off {len(blocks)} blocks; without it: {plain['process'].replace('_', ' ')}."
    for words in ([], ["--format", "md"], ["--format", "html"]):
        assert said in " ".join(run("assess", *BLOCKED, "--rules", without_blocks, *words).stdout.decode().split())
    whole = " ".join(run("assess", *BLOCKED, "--rules", without_blocks, "--full").stdout.decode().split())
    assert f"({', '.join(blocks)}); without it: {plain['process'].replace('_', ' ')}." in whole


def test_what_is_switched_off_stands_on_the_briefest_page(without_blocks) -> None:
    *_, briefest = pages.versions(assess(load(without_blocks), Case("A", {"product_stage": "idea"})))
    assert "house switched off" in write(briefest)


def test_a_table_says_it_too(without_blocks, tmp_path) -> None:
    real = str(EXAMPLES / "real_companies.csv")
    printed = " ".join(run("assess", real, "--rules", without_blocks).stdout.decode().split())
    others = [
        assess(BASE, case).process != assess(load(without_blocks), case).process
        for case in CompaniesFile(BASE, real).portfolio().cases
    ]
    assert f"blocks; without it {sum(others)} of {len(others)} companies would have another process." in printed
    done = run("assess", real, "--rules", without_blocks, "-o", str(tmp_path / "out.csv"))
    assert "house switched off" in done.stderr.decode()


def test_nothing_is_said_where_nothing_is_switched_off(folder) -> None:
    done = run("assess", *BLOCKED, "--rules", folder(added=ADDED))
    assert b"switched off" not in done.stdout + done.stderr


def test_a_change_of_what_a_folder_below_switched_off_says_so(folder, tmp_path) -> None:
    house, above = folder(off="switch_off: [smb-not-launched]"), tmp_path / "above"
    above.mkdir()
    (above / "r.yaml").write_text("texts: {smb-not-launched: {because: House text.}}")
    done = run("rules", "check", "--rules", house, "--rules", str(above))
    assert done.returncode == 1
    told = "r.yaml:1: error SP210: the folder house below switches the rule smb-not-launched off"
    assert told in done.stdout.decode()
    both = folder(off="{switch_off: [smb-not-launched], texts: {smb-not-launched: {because: x}}}")
    assert [message for _, _, message in problems(both)] == [
        "this folder switches the rule smb-not-launched off; what is off cannot be changed."
    ]


# What is not read


def test_files_that_are_not_the_folders_are_passed_over_and_named(folder, tmp_path) -> None:
    house = folder(added=ADDED)
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text("switch_off: [smb-not-launched]")
    for name in (".hidden.yaml", ".#added.yaml", "copy~.yaml", "~$added.yaml"):
        (tmp_path / "house" / name).write_text("switch_off: [smb-not-launched]")
    (tmp_path / "house" / "added.yaml~").write_text("no rules at all")
    (tmp_path / "house" / "leaving.yaml").symlink_to("../elsewhere.yaml")
    load.cache_clear()
    assert load(house).knowledge.rules.keys() >= RULES.keys()
    done = run("assess", *BLOCKED, "--rules", house)
    said = done.stderr.decode().splitlines()
    assert done.returncode == 0
    assert sorted(line.split(": ")[1] for line in said) == ["note SP156"] * 4 + ["warning SP156"]
    (link,) = (line for line in said if "warning" in line)
    assert f"leaving.yaml is passed over: it is a link to {elsewhere}, outside of the folder." in link


def test_a_link_inside_the_folder_is_read(folder, tmp_path) -> None:
    house = tmp_path / "house"
    (house / "..2026").mkdir(parents=True)
    (house / "..2026" / "added.yaml").write_text(ADDED)
    (house / "added.yaml").symlink_to("..2026/added.yaml")
    load.cache_clear()
    assert "house-likes-short-cycles" in load(str(house)).knowledge.rules
    assert run("rules", "list", "--rules", str(house)).stderr == b""


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        (ADDED.replace("Says so.", '"\\e[2J"'), 3, "U+001B ESCAPE"),
        (ADDED.replace("Says so.", '"\\u202e"'), 3, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        (ADDED.replace("Your sales", "Your\u200b sales"), 8, "U+200B ZERO WIDTH SPACE"),
        (ADDED.replace("source: [H01]", "source: [H01] # \u2066"), 9, "U+2066 LEFT-TO-RIGHT ISOLATE"),
        (ADDED.replace("Your sales", "Your\x1b[2J sales"), 8, "U+001B ESCAPE"),
        (ADDED.replace("likes-short", "likes\u00adshort"), 5, "U+00AD SOFT HYPHEN"),
    ],
)
def test_what_cannot_be_seen_is_refused_where_it_stands(folder, text, line, name) -> None:
    (found, *_) = problems(folder(added=text))
    assert found == ("SP212", line, f"{name} cannot be seen, and has no place in a rule; take it out.")


def test_many_hidden_characters_are_not_all_listed(folder) -> None:
    found = problems(folder(many="\n".join(f"# \u200b{n}" for n in range(50))))
    assert len(found) == 20
    assert found[-1][2].endswith("So do 30 more.")


def test_the_built_in_rules_hide_nothing() -> None:
    for path in (*rule_files(), *vocabulary_files()):
        assert hidden(path.read_text("utf-8")) == []


# Mistakes


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("switch_off: [smb-not-lunched]", "SP210", "Did you mean smb-not-launched?"),
        (REPLACED.replace("smb-not-launched", "smb-not-lunched"), "SP210", "Did you mean smb-not-launched?"),
        ("texts: {nothing-such: {because: x}}", "SP210", "there is no rule nothing-such"),
        ("texts: {smb-not-launched: {text: x}}", "SP108", "text is not a text of a rule that says block"),
        ("texts: {smb-not-launched: {line: x}}", "SP108", "line is not a text"),
        (REPLACED.replace("replace:", "rules:"), "SP202", "Put it under `replace`"),
        ("lines: {cycle: {dimension: market, title: again}}", "SP202", "defined twice"),
        ("version: 2.0.0", "SP108", "unknown key version"),
        ("rules: [{id: a, when: role < lunched, conclude: {has_proof: yes}, because: b, source: [K01]}]", "SP301", "lunched"),
    ],
)  # fmt: skip
def test_mistakes_are_named(text, code, words, folder) -> None:
    found = problems(folder(mistake=text))
    assert [c for c, _, _ in found] == [code]
    assert words in found[0][2]
    assert found[0][1]


def test_all_mistakes_are_named_at_once_with_the_folder(folder) -> None:
    house = folder(a="switch_off: [nothing]", b="rules: [{id: X}]", c="rules: [{id: a")
    done = run("rules", "list", "--rules", house)
    assert done.returncode == 1
    assert done.stdout == b""
    (house_c := f"{house}/c.yaml:1: error SP103").encode()
    assert "SP103" in done.stderr.decode(), house_c
    os.remove(f"{house}/c.yaml")
    told = run("rules", "list", "--rules", house).stderr.decode()
    assert f"{house}/a.yaml:1: error SP210" in told
    assert f"{house}/b.yaml:1: error SP201" in told
    assert f"{house}/b.yaml:1: error SP203" in told


@pytest.mark.parametrize("name", ["", "nowhere", "a\0b", "file"])
def test_a_folder_without_rules_is_refused(name, tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SalespathError) as caught:
        load(str(tmp_path / name))
    assert [p.code for p in caught.value.problems] == ["SP211"]


# Hostile files


def rule(when: str) -> str:
    return f"rules: [{{id: a, when: {json.dumps(when)}, conclude: {{has_proof: yes}}, because: b, source: [K01]}}]"


@pytest.mark.parametrize(
    "when",
    [
        "9**9**9 > 1",
        "paying_customers > " + "9" * 1900,
        "paying_customers > 1e999",
        "paying_customers.__class__ == 1",
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "[x for x in customer_segments] == 1",
        "self_serve if self_serve else self_serve",
        "(" * 900 + "self_serve" + ")" * 900,
        "not " * 450 + "self_serve",
        "-" * 1900 + "1 > paying_customers",
        " and ".join(["self_serve"] * 900),
        "paying_customers > 1 << 999999999",
        "'a' * 999999999 == 1",
        "f'{self_serve}' == 1",
        "(x := self_serve)",
        "known(self_serve)",
        "self_serve\0",
        "self_serve\n\n\nand",
        "é" * 1000,
    ],
    ids=range(20),
)
def test_a_hostile_condition_is_refused_at_once(when, folder) -> None:
    house = folder(hostile=rule(when))
    start = time.process_time()
    found = problems(house)
    assert {code for code, _, _ in found} <= {"SP103", "SP212", "SP301"}
    assert time.process_time() - start < 5
    assert all(len(message) < 400 for _, _, message in found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &a {b: x}\nc: [*a, *a]", "SP104"),
        ("rules: !!python/object/apply:os.system [echo]", "SP104"),
        ("[" * 30_000, "SP104"),
        ("rules: [" + "{id: a}, " * 5, "SP103"),
    ],
)
def test_hostile_yaml_is_refused(text, code, folder) -> None:
    assert {c for c, _, _ in problems(folder(hostile=text))} == {code}


def test_a_folder_of_far_too_much_is_refused(folder) -> None:
    assert [c for c, _, _ in problems(folder(big="#" * (4 * 2**20 + 1)))] == ["SP211"]


def chain(length: int) -> str:
    """Attributes that stand on one another."""
    names = [f"a{n}" for n in range(length)]
    attributes = "".join(f"  {name}: {{means: m}}\n" for name in names)
    first = "  - {id: r0, when: self_serve, conclude: {a0: yes}, because: b, source: [K01]}\n"
    rules = "".join(
        f"  - {{id: r{n}, when: a{n - 1}, conclude: {{a{n}: yes}}, because: b, source: [K01]}}\n"
        for n in range(1, length)
    )
    return f"attributes:\n{attributes}rules:\n{first}{rules}"


def test_a_deep_chain_of_rules_is_refused(folder) -> None:
    assert "r49" in load(folder(chain=chain(50))).knowledge.rules
    found = problems(folder(chain=chain(3000)))
    assert [c for c, _, _ in found] == ["SP306"]


def test_a_large_circle_is_named_in_few_words(folder) -> None:
    text = chain(3000).replace("when: self_serve", "when: a2999")
    ((code, _, message),) = problems(folder(circle=text))
    assert code == "SP304"
    assert len(message) < 1000


def test_every_circle_is_named() -> None:
    text = """
rules:
  - {id: one, when: big, conclude: {rich: yes}, because: b, source: [K01]}
  - {id: two, when: rich, conclude: {big: yes}, because: b, source: [K01]}
  - {id: three, when: self_serve, conclude: {segment: large}, because: b, source: [K01], overrides: [four]}
  - {id: four, when: self_serve, conclude: {segment: small}, because: b, source: [K01], overrides: [three]}
"""
    with pytest.raises(SalespathError) as caught:
        small_base(text)
    told = [p.message.split("circle: ")[1] for p in caught.value.problems]
    assert {frozenset(words.strip(".").split(" → ")) for words in told} == {
        frozenset(["one", "two"]),
        frozenset(["three", "four"]),
    }


# Any file

WORDS = [*"()[]{}<>=!+-*/%.,:;@'\"&|^~0195", "and", "or", "not", "in", "is", "if", "else", "for", "lambda", "known", "count", "**",
         "==", "<=", "self_serve", "paying_customers", "large", "customer_segments", "has_proof", "fit_smb", "1e999", "0x7f", "é",
         "\\x00", "__class__", "await", "yield", ":="]  # fmt: skip
KEYS = ["rules", "replace", "switch_off", "texts", "lines", "attributes", "topics", "sources", "statements", "id", "when", "weigh",
        "conclude", "block", "advise", "warn", "because", "source", "overrides", "process", "certainty", "line", "text", "topic",
        "choice", "a", "smb", "K01", "has_proof", "cycle", "channel", "calls", "yes", "0.5", "-0.95", "1", "x" * 300]  # fmt: skip


@pytest.mark.heavy
@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from(["", " "]))
def test_any_words_are_a_condition_or_are_refused(words, between) -> None:
    fuzz.expression(between.join(words))


NODES = st.recursive(
    st.sampled_from(KEYS), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner)
)


@pytest.mark.heavy
@given(st.dictionaries(st.sampled_from(KEYS[:9]), NODES, min_size=1))
def test_any_structure_is_a_base_or_problems(data) -> None:
    fuzz.overlay(json.dumps(data).encode())


@pytest.mark.heavy
@given(st.binary(max_size=200))
def test_any_bytes_are_a_base_or_problems(data) -> None:
    fuzz.overlay(data)
