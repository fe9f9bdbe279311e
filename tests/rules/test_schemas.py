"""The schemas accept every file that the readers accept, however YAML types it, and refuse the usual mistakes as the readers do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from given import BASE, EXAMPLES, ROOT, VOCABULARY, run, small_base, some_facts
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from salespath.facts import read_file
from salespath.facts.reader import understand
from salespath.facts.schema import facts_schema
from salespath.facts.template import yaml_template
from salespath.facts.values import BadValue, cell_text
from salespath.files.nodes import parse, plain
from salespath.files.problems import SalespathError
from salespath.files.records import Record
from salespath.rules import folders, loader
from salespath.rules.schema import rules_schema

RULES = Draft202012Validator(rules_schema(VOCABULARY, BASE.knowledge))
FACTS = Draft202012Validator(facts_schema(VOCABULARY))
BUILT_IN = folders.rule_files()
HOUSE = sorted((EXAMPLES / "house_rules").glob("*.yaml"))
FACT_FILES = sorted(EXAMPLES.glob("*.yaml"))


class _Typed(yaml.SafeLoader):
    """YAML 1.1 with its own types, dates left as text: JSON has none."""


_Typed.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("timestamp")]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Core(_Typed):
    """As YAML 1.2 types it: `yes` and `no` are text."""


_Core.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("bool") or key in "tTfF"]
    for key, pairs in _Typed.yaml_implicit_resolvers.items()
}


def readings(text: str) -> list[Any]:
    """A YAML text as text only, as YAML 1.1 and as YAML 1.2 type it."""
    return [plain(parse(text, "file.yaml")), yaml.load(text, _Typed), yaml.load(text, _Core)]


def refused(schema: Draft202012Validator, text: str) -> bool:
    """Whether a schema refuses a text as either YAML types it: a figure in quotes has no bounds there."""
    return all(any(schema.iter_errors(data)) for data in readings(text)[1:])


def errors(schema: Draft202012Validator, text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for data in readings(text) for error in schema.iter_errors(data)]


@pytest.mark.parametrize("schema", [RULES.schema, FACTS.schema])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("path", [*BUILT_IN, *HOUSE], ids=lambda path: path.name)
def test_every_rule_file_is_accepted(path: Path) -> None:
    assert not errors(RULES, path.read_text("utf-8"))


@pytest.mark.parametrize("path", FACT_FILES, ids=lambda path: path.name)
def test_every_example_is_accepted(path: Path) -> None:
    assert not errors(FACTS, path.read_text("utf-8"))


def test_the_template_is_accepted_empty() -> None:
    assert not errors(FACTS, yaml_template(VOCABULARY))


def test_the_commands_print_them() -> None:
    assert json.loads(run("rules", "schema").stdout) == RULES.schema
    assert json.loads(run("facts", "schema").stdout) == FACTS.schema


def test_a_schema_of_an_overlay_offers_its_own_names() -> None:
    found = run("rules", "schema", "--rules", str(EXAMPLES / "house_rules")).stdout.decode()
    assert '"H01"' in found
    assert '"H01"' not in json.dumps(RULES.schema)


# What the schema of rules must refuse is what the loader refuses

RULE = """
  - id: it
    when: self_serve
    because: So.
    source: [K01]
"""
WARN = RULE + "    warn: {process: any, text: Look out.}\n"


@pytest.mark.parametrize(
    "text",
    [
        "ruels: []",
        "rules: {}",
        "rules:" + RULE,
        "rules:" + WARN.replace("id: it", "id: It is"),
        "rules:" + WARN.replace("because", "becuase"),
        "rules:" + WARN.replace("source: [K01]", "source:"),
        "rules:" + WARN.replace("any", "everybody"),
        "rules:" + WARN.replace(", text: Look out.", ""),
        "rules:" + WARN + "    weigh: {process: smb, certainty: 0.3, line: size}",
        "rules:" + RULE + "    weigh: {process: smb, certainty: high, line: size}",
        "rules:" + RULE + "    weigh: {process: smb, certainty: 1, line: size}",
        "rules:" + RULE + "    weigh: {process: both, certainty: 0.3, line: size}",
        "rules:" + RULE + "    block: {process: smb, owner: founder}",
        "rules:" + RULE + "    block: {process: smb, lift: perhaps}",
        "rules:" + RULE + "    conclude: {big: yes, rich: yes}",
        "rules:" + RULE + "    conclude: {segment: huge}",
        "rules:" + RULE + "    advise: {topic: channel, choice: pigeons, process: smb, text: Fly.}",
        "rules:" + RULE + "    advise: {topic: metrics, choice: happiness, process: smb, text: Count.}",
        "rules:" + RULE + "    advise: {topic: team, choice: x, process: smb, text: Hire., priority: first}",
        "rules:" + RULE.replace("when: self_serve", "when:") + "    conclude: {big: yes}",
        "attributes: {new: {values: [a, b]}}",
        "lines: {new: {dimension: weather, title: rain}}",
        "sources: {H01: {kind: rumour, figure: f, title: t, author: a, checked: V}}",
        "topics: {new: {title: New, choices: some}}",
        "texts: {too-early: {becuase: So.}}",
        "points: [{point: P, enterprise: e, smb: s}]",
    ],
)
def test_a_mistake_in_a_rule_file_is_refused_by_both(text: str, tmp_path: Path) -> None:
    schema = Draft202012Validator(rules_schema(VOCABULARY, small_base().knowledge))
    assert refused(schema, text)
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    with pytest.raises(SalespathError):
        _laid_over_the_frame(tmp_path)


def _laid_over_the_frame(folder: Path) -> None:
    """Load a folder as one that is laid over the small base, as `texts` and `replace` need it."""
    from given import FRAME

    from salespath.engine.compile import compile_base

    knowledge, problems = loader.load(
        [("frame.yaml", parse(FRAME, "frame.yaml"))], "0" * 64, [folders.overlay(str(folder))]
    )
    compile_base(VOCABULARY, knowledge, problems)


def test_a_file_may_leave_keys_empty_and_name_its_own_things() -> None:
    text = (
        "attributes: {fresh: {means: it is fresh, values: }}\nlines:\ntexts:\nswitch_off: too-early\n"
        "rules:"
        + WARN
        + "    block:\n    overrides:\n"
        + RULE.replace("id: it", "id: own")
        + "    conclude: {fresh: yes}\n"
    )
    assert not errors(RULES, text)


def test_the_schema_has_exactly_the_keys_that_the_loader_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, set[str]] = {}
    done = Record.done

    def spy(self: Record) -> None:
        asked.setdefault(self.what, set()).update(self._asked)
        done(self)

    monkeypatch.setattr(Record, "done", spy)
    loader.load(folders.built_in().nodes, "", [folders.overlay(str(EXAMPLES / "house_rules"))])

    def keys(of: dict[str, Any]) -> set[str]:
        return set(of["properties"])

    def under(of: dict[str, Any], key: str) -> dict[str, Any]:
        """What a key holds where it is not left empty."""
        found: dict[str, Any] = of["properties"][key]
        return found["anyOf"][0] if "anyOf" in found else found

    rule = RULES.schema["$defs"]["rule"]
    assert keys(RULES.schema) == asked["the file"]
    assert keys(rule) == set().union(*(found for what, found in asked.items() if what.startswith("the rule ")))
    assert keys(under(RULES.schema, "points")["items"]) == asked["a point of the guide"]
    assert keys(under(RULES.schema, "notes")["items"]) == asked["a note of the guide"]
    for section in ("lines", "topics", "attributes", "statements", "sources"):
        names = [what for what in asked if what.endswith(f" in {section}")]
        assert names
        (entry, _) = under(RULES.schema, section)["additionalProperties"]["anyOf"]
        assert all(asked[what] == keys(entry) for what in names)
    for kind in ("weigh", "block", "advise", "warn"):
        bodies = [found for what, found in asked.items() if what.startswith(f"{kind} of ")]
        assert bodies
        assert all(found == keys(under(rule, kind)) for found in bodies)


# Facts


@pytest.mark.parametrize(
    "text",
    [
        "product_stage: lauched",
        "prodct_stage: launched",
        "self_serve: perhaps",
        "capital: -5",
        "capital: a lot",
        "decision_makers: 2.5",
        "gross_margin: 70",
        "customer_segments: huge",
        "customer_segments: [huge]",
        "customer_segments: {large: yes}",
        "capital: {value: 5, how: dreamt}",
        "capital: {amount: 5}",
        "capital: [5]",
        "company: [A]",
        "company: A\nfacts: [capital]",
        "company: A\nfacts: {captial: 5}",
        "company: A\nfacts: {}\ncapital: 5",
        "role: marketr",
        "team_roles: marketr",
        "- just text",
        "- capital: 5\n- capital: much",
        "12,5",
    ],
)
def test_a_mistake_in_a_fact_file_is_refused_by_both(text: str, tmp_path: Path) -> None:
    assert refused(FACTS, text)
    path = tmp_path / "x.yaml"
    path.write_text(text, "utf-8")
    assert run("facts", "check", str(path)).returncode == 1


@pytest.mark.parametrize(
    "text",
    [
        "capital: 1.2M",
        "capital: $250,000",
        "capital: 250 Thousand USD",
        "capital: 1_000_000",
        "gross_margin: 70%",
        "gross_margin: .7",
        "self_serve: Y",
        "self_serve: TRUE",
        "customer_segments: []",
        "customer_segments: '-'",
        "customer_segments: small and Large",
        "capital: 20k-40k",
        "capital: {low: 20000, high: 40000}",
        "capital: {low: 5k, how: guessed}",
        "annual_contract_value: 5k a month",
        "sales_cycle_months: 6 weeks",
        "self_serve: Da",
        "role: n/a",
        "capital: ~",
        "capital: {value: 70000, how: guessed, note: from memory, date: 2026-11-01}",
        "company: 7\nyear: 2020\nfacts: {runway_months: 8}",
        "company:\nfacts:",
        "Company Name: A\nyear: 2020\nfacts: {product_stage: LAUNCHED}",
        "company-name: A\nrole: Co-founder",
        "next_funding: no",
        "team_roles: [Marketing, sales development, SDR]",
        "customer_segments: ['1,000 or more employees', Large]",
        "deployment_options: [On-premises, runs on servers that you look after]",
    ],
)
def test_what_people_write_is_accepted_by_both(text: str, tmp_path: Path) -> None:
    assert not errors(FACTS, text)
    path = tmp_path / "x.yaml"
    path.write_text(text, "utf-8")
    assert not read_file(str(path), VOCABULARY).problems


def test_every_word_for_a_value_is_accepted() -> None:
    for fact in VOCABULARY.facts.values():
        for word in fact.meanings:
            for text in (word, word.upper(), word.replace(" ", "-"), word.title().replace(" ", "_")):
                told = [text] if fact.type == "set" else text
                assert not list(FACTS.iter_errors({"facts": {fact.id: told}}))


@given(some_facts())
def test_any_answers_are_accepted(facts: dict[str, Any]) -> None:
    listed = {name: [*value] if isinstance(value, frozenset) else value for name, value in facts.items()}
    told = {n: listed[n] if isinstance(v, frozenset) else cell_text(VOCABULARY[n], v) for n, v in facts.items()}
    assert not list(FACTS.iter_errors({"company": "A", "facts": listed}))
    assert not list(FACTS.iter_errors(told))


ANSWERS = st.one_of(
    st.text(st.characters(codec="ascii"), max_size=8),
    st.text("0123456789.,kKmM%$€~- ", max_size=12),
    st.sampled_from(
        [
            "20k-40k",
            "at least 5",
            "5k a month",
            "<10",
            "1 299 500,75",
            "１２",
            "N/A",
            "?",
            "—",
            "da",
            "Nu",
            "ja",
            "None",
            "ALL",
        ]
    ),
    st.lists(st.sampled_from(["small", "Large", "mid-size", "enterprise"]), min_size=1).map(", ".join),
)


@given(ANSWERS, st.sampled_from(["capital", "self_serve", "customer_segments", "sales_cycle_months"]))
def test_what_the_reader_understands_is_accepted(text: str, name: str) -> None:
    try:
        understand(VOCABULARY[name], text)
    except BadValue:
        assume(False)
    assert not list(FACTS.iter_errors({name: text}))


def test_rule_files_point_an_editor_to_their_schema() -> None:
    for path in [*BUILT_IN, *HOUSE]:
        first, _, name = path.read_text("utf-8").partition("\n")[0].partition("$schema=")
        assert first == "# yaml-language-server: ", path.name
        assert (path.parent / name).resolve() == ROOT / "docs" / "schemas" / "rules.schema.json"
    assert yaml_template(VOCABULARY).startswith("# yaml-language-server: $schema=")
