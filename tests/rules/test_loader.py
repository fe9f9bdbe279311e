"""Rule files: every mistake is named with its code and place, and the order of files and rules means nothing."""

from __future__ import annotations

import dataclasses
import itertools
import re

import pytest
from given import FRAME, VOCABULARY, real_companies, small_base
from hypothesis import given
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.compile import compile_base
from salespath.facts import Case, vocabulary
from salespath.files.nodes import Mapping, Node, Scalar, Sequence, parse
from salespath.files.problems import SalespathError
from salespath.report.plain import document
from salespath.rules import folders, loader

# Mistakes. The rule at fault is the first of 1.yaml, on line 2, unless said otherwise.

GOOD = """rules:
  - id: pays-much
    when: annual_contract_value > 50_000
    weigh: {process: enterprise, certainty: 0.5, line: size}
    because: They pay much.
    source: [K01]
"""
WEIGH = "weigh: {process: enterprise, certainty: 0.5, line: size}"


def problems_of(*texts: str) -> list[tuple[str | None, int | None, str, str]]:
    with pytest.raises(SalespathError) as caught:
        small_base(*texts)
    return [(p.file, p.line, p.code, p.message) for p in caught.value.problems]


def test_a_good_rule_compiles():
    assert "pays-much" in small_base(GOOD).graph.rule_refs


MISTAKES = {
    "an id that is no id": ("id: pays-much", "id: Pays_Much!", 2, "SP201", "lower-case words joined by hyphens"),
    "no conclusion": (
        WEIGH, "note: x", 2, "SP203",
        "has no conclusion; expected one of conclude, weigh, block, advise, warn.",
    ),
    "two conclusions": (
        "    because", "    warn: {process: any, text: x}\n    because", 2, "SP203", "has weigh and warn",
    ),
    "no condition": ("when: annual_contract_value > 50_000", "when:", 2, "SP204", "needs a condition"),
    "an unknown attribute": (
        WEIGH, "conclude: {bigg: yes}", 4, "SP205", "Did you mean big?",
    ),
    "two attributes": (
        WEIGH, "conclude: {big: yes, rich: yes}", 4, "SP205",
        "names big, rich; expected one attribute",
    ),
    "a value that the attribute lacks": (
        WEIGH, "conclude: {segment: larg}", 4, "SP106", "Did you mean large?",
    ),
    "no certainty": ("certainty: 0.5, ", "", 4, "SP206", "needs a certainty from -0.95 to 0.95."),
    "a certainty beyond all doubt": ("certainty: 0.5", "certainty: 0.96", 4, "SP206", "from -0.95 to 0.95."),
    "an unknown process": ("process: enterprise", "process: enterprize", 4, "SP106", "Did you mean enterprise?"),
    "an unknown line": ("line: size", "line: sise", 4, "SP106", "Did you mean size?"),
    "an unknown choice of a topic": (
        WEIGH, "advise: {topic: channel, choice: callz, process: any, text: x}", 4, "SP207",
        "channel has no choice callz. Did you mean calls?",
    ),
    "an unknown topic": (
        WEIGH, "advise: {topic: chanel, choice: calls, process: any, text: x}", 4, "SP106", "Did you mean channel?",
    ),
    "a source that is not there": ("source: [K01]", "source: [K99]", 2, "SP208", "cites K99, which is not a source."),
    "no source": ("    source: [K01]\n", "", 2, "SP107", "has no source."),
    "no reason": ("    because: They pay much.\n", "", 2, "SP107", "has no because."),
    "an exception to nothing": ("    source", "    overrides: [pays-muhc]\n    source", 2, "SP209", "Did you mean pays-much?"),
    "an exception to another kind": (
        "    source", "    overrides: [sell-to-large]\n    source", 2, "SP209", "only the same kind and target can be overridden.",
    ),
    "an unknown key": ("    source", "    becuase: x\n    source", 6, "SP108", "unknown key becuase. Did you mean because?"),
    "a repeated key": ("    source", "    when: self_serve\n    source", 6, "SP105", "when is given twice, first on line 3."),
    "a condition out of the language": ("> 50_000", "** 2", 2, "SP301", "is not a condition"),
    "a condition on an unknown fact": ("when: annual_contract_value", "when: anual_contract_value", 2, "SP301", "Did you mean"),
    "a conclusion that hangs on what was asked": (
        "when: annual", "when: known(role) and annual", 2, "SP301", "known() is only for advise and warn rules",
    ),
    "evidence that reads the verdict": ("when: annual", "when: process == smb and annual", 2, "SP301", "there is no process here"),
    "a metric that is no number": (
        WEIGH, "advise: {topic: metrics, choice: happiness, process: any, text: x}", 2, "SP303",
        "happiness is not a fact or derived number.",
    ),
    "a figure of no fact": ("They pay much.", "'They pay {contract}.'", 2, "SP305", "{contract} in a text is not a fact"),
    "a figure that may be unknown": ("They pay much.", "'They have {capital}.'", 2, "SP305", "add `known(capital)`"),
    "a brace out of place": ("They pay much.", "'They pay {annual_contract_value.'", 2, "SP305", "is not a fact"),
    "a done_when out of the language": (
        WEIGH, "block: {process: smb, remedy: x, owner: founder, done_when: product_stage == lanched}", 2,
        "SP301", "`done_when:",
    ),
    "a block without a remedy": (
        WEIGH, "block: {process: smb, owner: founder}", 4, "SP107", "has no remedy.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_code_and_place(mistake):
    good, bad, line, code, message = MISTAKES[mistake]
    assert GOOD.count(good) >= 1
    found = problems_of(GOOD.replace(good, bad, 1))
    assert [(file, at, what) for file, at, what, _ in found] == [("1.yaml", line, code)]
    assert message in found[0][3]


@pytest.mark.parametrize(
    ("when", "codes"),
    [
        ("annual_contract_value > 5", []),
        ("not annual_contract_value > 5", []),
        ("annual_contract_value > 5 and self_serve", []),
        ("annual_contract_value > 5 or annual_contract_value < 2 and self_serve", []),
        ("annual_contract_value > 5 or self_serve", ["SP305"]),
        ("annual_contract_value >", ["SP301"]),
    ],
)
def test_a_figure_stands_only_where_the_condition_makes_sure_of_it(when, codes):
    text = GOOD.replace("annual_contract_value > 50_000", when).replace(
        "They pay much.", "'They pay {annual_contract_value}.'"
    )
    if codes:
        assert [code for _, _, code, _ in problems_of(text)] == codes
    else:
        assert small_base(text).graph.rule_refs


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (WEIGH, ["certainty", "line", "process"]),
        ("block: {process: smb, remedy: x, owner: founder}", ["process", "remedy", "owner"]),
        ("advise: {topic: channel, choice: calls, process: any, text: x}", ["topic", "choice", "process", "text"]),
        ("warn: {process: any, text: x}", ["process", "text"]),
    ],
)
def test_a_conclusion_without_one_of_its_parts_is_named(kind, keys):
    assert small_base(GOOD.replace(WEIGH, kind)).graph.rule_refs
    for key in keys:
        ((file, line, code, message),) = problems_of(GOOD.replace(WEIGH, re.sub(rf"\b{key}: [^,}}]+(, )?", "", kind)))
        assert (file, line, code) == ("1.yaml", 4, "SP206" if key == "certainty" else "SP107")
        assert key in message


@pytest.mark.parametrize(
    "part",
    [
        "lines: {new: {dimension: market, title: x}}",
        "topics: {new: {choices: any, title: x}}",
        "attributes: {new: {means: x}}",
        "statements: {K99: {section: x, says: x}}",
        "sources: {B99: {kind: study, figure: x, title: x, author: x, checked: x}}",
        "article: {title: x, author: x, year: 2020, disclosure: x}",
        "points: [{point: x, enterprise: x, smb: x, source: [K01]}]",
        "notes: [{text: x, source: [K01]}]",
    ],
    ids=lambda part: part.partition(":")[0],
)
def test_a_part_of_the_frame_without_one_of_its_keys_is_named(part):
    assert small_base(part).graph.rule_refs
    for key in re.findall(r"(?<=[{ ])(\w+): (?=[^{])", part):
        ((file, line, code, message),) = problems_of(re.sub(rf"(?<=[{{ ]){key}: [^,}}]+(, )?", "", part))
        assert (file, line, code) == ("1.yaml", 1, "SP107")
        assert message.endswith(f"has no {key}.")


def test_an_id_given_twice_is_named_with_both_places():
    assert problems_of(GOOD, "\n\n" + GOOD) == [
        ("2.yaml", 4, "SP202", "the rule pays-much is defined twice, first at 1.yaml:2.")
    ]


def test_all_problems_of_all_files_are_reported_together_in_order():
    found = problems_of(
        GOOD.replace("[K01]", "[K99]"),
        GOOD.replace("pays-much", "two").replace("size}", "sise}").replace("> 50_000", "> x"),
    )
    assert [(file, line, code) for file, line, code, _ in found] == [
        ("1.yaml", 2, "SP208"),
        ("2.yaml", 2, "SP301"),
        ("2.yaml", 4, "SP106"),
    ]


def test_rules_without_an_id_are_each_named():
    text = GOOD.replace("id: pays-much", "id:") + GOOD.replace("id: pays-much", "id:").removeprefix("rules:\n")
    assert [(line, code) for _, line, code, _ in problems_of(text)] == [(2, "SP107"), (7, "SP107")]


@pytest.mark.parametrize("text", ["rules: 5", "rules: {a: b}", "rules: [5]", "[]", "rule: []", "rules:\n  - [x]"])
def test_a_file_of_another_shape_is_refused(text):
    assert {code for _, _, code, _ in problems_of(text)} <= {"SP106", "SP107", "SP108", "SP203"}


def test_a_circle_of_conclusions_shows_its_path():
    text = """
rules:
  - {id: a, when: rich, conclude: {big: yes}, because: x, source: [K01]}
  - {id: b, when: segment == large, conclude: {rich: yes}, because: x, source: [K01]}
  - {id: c, when: big and self_serve, conclude: {segment: large}, because: x, source: [K01]}
"""
    found = problems_of(text)
    assert {code for _, _, code, _ in found} == {"SP304"}
    assert "the rules depend on one another in a circle: a → b → c → a." in found[0][3]


def test_a_rule_cannot_be_its_own_exception():
    assert problems_of(GOOD.replace("    source", "    overrides: [pays-much]\n    source"))[0][2] == "SP304"


def test_derived_numbers_that_depend_on_one_another_are_refused():
    text = """
derived:
  - {id: one, type: number, label: one, meaning: x, formula: two + 1}
  - {id: two, type: number, label: two, meaning: x, formula: one + capitall}
  - {id: three, type: number, label: three, meaning: x, formula: four}
  - {id: four, type: number, label: four, meaning: x, formula: three}
"""
    terms = folders.read_all(folders.vocabulary_files()).nodes
    words = vocabulary.load([*terms, ("more.yaml", parse(text, "more.yaml"))])
    knowledge, problems = loader.load([("frame.yaml", parse(FRAME, "frame.yaml"))], "")
    with pytest.raises(SalespathError) as caught:
        compile_base(words, knowledge, problems)
    messages = [str(problem) for problem in caught.value.problems]
    assert any("SP301" in m and "the formula of two" in m and "Did you mean capital?" in m for m in messages)
    assert any("SP302" in m and "three → four → three" in m for m in messages)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("dimension: products\nowner: x\ntitle: x\nfacts: []\n", "SP106", "Did you mean product?"),
        ("dimension: product\nowner: x\ntitle: x\nfacts: [{id: a, type: choise}]\n", "SP106", "Did you mean choice?"),
        (
            "dimension: product\nowner: x\ntitle: x\nfacts: [{id: a, type: choice}]\n",
            "SP106",
            "needs values if, and only if",
        ),
        (
            "dimension: product\nowner: x\ntitle: x\nfacts: [{id: a, type: money, minimum: low}]\n",
            "SP106",
            "should be a number",
        ),
        (
            "dimension: product\nowner: x\ntitle: x\nfacts: [{id: a}, {id: a}]\n",
            "SP109",
            "the fact a is defined twice.",
        ),
        ("dimension: product\nowner: x\ntitle: x\nfacts: [{id: a, lable: x}]\n", "SP108", "Did you mean label?"),
        ("derived: [{id: a, type: money}]\n", "SP107", "the derived number a has no formula."),
    ],
)
def test_a_mistake_in_the_vocabulary_is_named(text, code, message):
    with pytest.raises(SalespathError) as caught:
        vocabulary.load([("v.yaml", parse(text, "v.yaml"))])
    assert any(p.code == code and message in p.message and p.file == "v.yaml" for p in caught.value.problems)


def _edited(node: Node, at: int, what: Node | None) -> tuple[Node | None, int]:
    """A node with the part number `at` (counted depth first) replaced, or left out where `what` is None."""
    if at == 0:
        return what, -1
    at -= 1
    if isinstance(node, Scalar):
        return node, at
    parts = []
    for item in node.items:
        child, at = (item, at) if at < 0 else _edited(item[1] if isinstance(node, Mapping) else item, at, what)
        if child is not None:
            parts.append((item[0], child) if isinstance(node, Mapping) and child is not item else child)
    return node._replace(items=tuple(parts)), at


TERMS = folders.read_all(folders.vocabulary_files()).nodes
RULES = folders.built_in().nodes
ODD = [None, Scalar("", 1), Scalar("x", 1), Scalar("-1", 1, True), Scalar("{", 1), Sequence((), 1), Mapping((), 1),
       Sequence((Scalar("x", 1), Mapping((), 1)), 1), Mapping(((Scalar("x", 1), Sequence((), 1)),), 1)]  # fmt: skip


@given(st.integers(0, len(RULES) - 1), st.floats(0, 1), st.sampled_from(ODD))
def test_a_damaged_rule_file_gives_a_base_or_problems_and_nothing_else(number, where, what):
    name, node = RULES[number]
    size = _size(node)
    damaged, _ = _edited(node, 1 + int(where * (size - 2)), what)
    assert damaged is not None
    knowledge, problems = loader.load([*RULES[:number], (name, damaged), *RULES[number + 1 :]], "")
    try:
        found = compile_base(VOCABULARY, knowledge, problems)
    except SalespathError as error:
        found = error
    assert isinstance(found, Base) or found.problems


@given(st.integers(0, len(TERMS) - 1), st.floats(0, 1), st.sampled_from(ODD))
def test_a_damaged_vocabulary_gives_words_or_problems_and_nothing_else(number, where, what):
    name, node = TERMS[number]
    damaged, _ = _edited(node, 1 + int(where * (_size(node) - 2)), what)
    assert damaged is not None
    try:
        found = vocabulary.load([*TERMS[:number], (name, damaged), *TERMS[number + 1 :]])
    except SalespathError as error:
        found = error
    assert isinstance(found, vocabulary.Vocabulary) or found.problems


def _size(node: Node) -> int:
    if isinstance(node, Scalar):
        return 1
    return 1 + sum(_size(item[1] if isinstance(node, Mapping) else item) for item in node.items)


# Exceptions


def states(base: Base, facts: dict, *rules: str) -> list[str]:
    """Whether rules fired, failed or are open."""
    found = assess(base, Case("X", facts))
    fired, open_ = {item.rule for item in found.fired}, {item.rule for item in found.open}
    return ["fired" if rule in fired else "open" if rule in open_ else "failed" for rule in rules]


CHAIN = """
rules:
  - {id: low-price, when: annual_contract_value < 5000, because: x, source: [K01],
     weigh: {process: smb, certainty: 0.4, line: size}}
  - {id: but-alone, when: not self_serve, because: x, source: [K01], overrides: [low-price],
     weigh: {process: smb, certainty: 0, line: size}}
  - {id: but-trial, when: free_trial, because: x, source: [K01], overrides: [but-alone],
     weigh: {process: smb, certainty: 0, line: size}}
"""
YES, NO, OPEN = {True: "fired", False: "failed", None: "open"}, {True: False, False: True, None: None}, None


@pytest.mark.parametrize(
    ("price", "self_serve", "trial"),
    list(itertools.product([1000, 9000, None], [True, False, None], [True, False, None])),
)
def test_an_exception_takes_effect_as_far_as_it_is_known(price, self_serve, trial):
    given_ = {"annual_contract_value": price, "self_serve": self_serve, "free_trial": trial}
    facts = {name: value for name, value in given_.items() if value is not None}

    def both(a, b):  # strong Kleene conjunction
        return False if False in (a, b) else None if None in (a, b) else True

    last = trial
    middle = both(NO[self_serve], NO[last])
    first = both(None if price is None else price < 5000, NO[middle])
    assert states(small_base(CHAIN), facts, "low-price", "but-alone", "but-trial") == [
        YES[first],
        YES[middle],
        YES[last],
    ]


def test_two_exceptions_to_one_rule_each_suffice():
    text = CHAIN.replace("overrides: [but-alone]", "overrides: [low-price]")
    facts = {"annual_contract_value": 1000, "self_serve": True}
    assert states(small_base(text), facts, "low-price") == ["open"]
    assert states(small_base(text), {**facts, "free_trial": True}, "low-price") == ["failed"]
    assert states(small_base(text), {**facts, "free_trial": False}, "low-price") == ["fired"]


BLOCKS = """
rules:
  - {id: large-fits, when: annual_contract_value > 50_000, because: x, source: [K01],
     weigh: {process: enterprise, certainty: 0.5, line: size}}
  - {id: no-seller, when: seller_seniority <= junior, because: x, source: [K01],
     block: {process: enterprise, remedy: Hire one., owner: founder}}
  - {id: founder-sells, when: founder in who_sells, because: x, source: [K01], overrides: [no-seller],
     block: {process: enterprise, lift: yes}}
"""


@pytest.mark.parametrize(
    ("who_sells", "process", "blockers", "provisos"),
    [
        (frozenset({"founder"}), "enterprise", [], []),
        (frozenset(), "not_yet", ["no-seller"], []),
        (None, "not_yet", ["no-seller"], []),  # until it is known whether a founder sells
        ("nothing", "enterprise", [], ["no-seller"]),
    ],
)
def test_a_lift_takes_a_block_away_and_blocks_nothing_itself(who_sells, process, blockers, provisos):
    facts = {"annual_contract_value": 70000, "seller_seniority": "none"}
    if who_sells == "nothing":
        del facts["seller_seniority"]
    elif who_sells is not None:
        facts["who_sells"] = who_sells
    found = assess(small_base(BLOCKS), Case("X", facts))
    assert found.process == process
    assert [item.rule for item in found.blockers] == blockers
    assert [item.rule for item in found.provisos] == provisos


def test_the_plan_reads_conclusions_as_open_and_blocks_as_settled():
    text = (
        BLOCKS
        + """
  - {id: is-big, when: self_serve, conclude: {big: yes}, because: x, source: [K01]}
  - {id: not-big, when: not big, because: x, source: [K01], advise: {topic: team, choice: one, process: any, text: x}}
  - {id: not-blocked, when: not enterprise_blocked, because: x, source: [K01],
     advise: {topic: team, choice: two, process: any, text: x}}
"""
    )
    facts = {"annual_contract_value": 70000}
    assert states(small_base(text), facts, "not-big", "not-blocked") == ["open", "fired"]
    facts |= {"self_serve": False, "seller_seniority": "none", "who_sells": frozenset()}
    assert states(small_base(text), facts, "not-big", "not-blocked") == ["fired", "failed"]


def test_the_plan_of_a_process_applies_where_it_or_both_are_recommended():
    text = """
rules:
  - {id: sell-to-both, when: fit_smb == 0 and big, conclude: {process: both}, because: x, source: [K01], overrides: [open]}
  - {id: is-big, when: self_serve, conclude: {big: yes}, because: x, source: [K01]}
  - {id: dear, when: capital > 5, because: x, source: [K01], weigh: {process: enterprise, certainty: 0.5, line: size}}
"""
    for process in ("enterprise", "smb", "both", "undetermined", "any"):
        text += f"  - {{id: for-{process}, when: , because: x, source: [K01], warn: {{process: {process}, text: x}}}}\n"
    base = small_base(text)

    def applying(**facts):
        return {item.rule.removeprefix("for-") for item in assess(base, Case("X", facts)).warnings}

    assert applying(self_serve=True) == {"enterprise", "smb", "both", "any"}
    assert applying(capital=9) == {"enterprise", "any"}
    assert applying() == {"undetermined", "any"}


SEGMENTS = """
rules:
  - {id: many, when: customer_employees >= 1000, conclude: {segment: large}, because: x, source: [K01]}
  - {id: cheap, when: annual_contract_value < 5000, conclude: {segment: small}, because: x, source: [K01]}
"""


def test_two_values_for_one_attribute_both_hold_and_are_a_conflict():
    found = assess(small_base(SEGMENTS), Case("X", {"customer_employees": 5000, "annual_contract_value": 1000}))
    (conflict,) = found.conflicts
    assert (conflict.about, set(conflict.values), set(conflict.rules)) == (
        "segment",
        {"small", "large"},
        {"many", "cheap"},
    )


def test_an_exception_settles_the_conflict():
    base = small_base(SEGMENTS.replace("conclude: {segment: large}", "conclude: {segment: large}, overrides: [cheap]"))
    found = assess(base, Case("X", {"customer_employees": 5000, "annual_contract_value": 1000}))
    assert found.conflicts == ()
    assert found.derived["segment"].value == "large"
    assert states(base, {"annual_contract_value": 1000}, "cheap") == ["open"]


def test_advice_that_cannot_coexist_is_a_conflict():
    text = """
rules:
  - {id: call, when: self_serve, because: x, source: [K01], advise: {topic: channel, choice: calls, process: any, text: Call.}}
  - {id: write, when: free_trial, because: x, source: [K01], advise: {topic: channel, choice: web, process: any, text: Write.}}
"""
    base = small_base(text)
    (conflict,) = assess(base, Case("X", {"self_serve": True, "free_trial": True})).conflicts
    assert (conflict.about, set(conflict.values)) == ("channel", {"calls", "web"})
    assert assess(base, Case("X", {"self_serve": True})).conflicts == ()


def test_on_one_line_only_the_strongest_for_and_against_count():
    text = """
rules:
  - {id: good, when: annual_contract_value > 1, because: x, source: [K01], weigh: {process: smb, certainty: 0.2, line: size}}
  - {id: better, when: annual_contract_value > 2, because: x, source: [K01], weigh: {process: smb, certainty: 0.4, line: size}}
  - {id: bad, when: annual_contract_value > 3, because: x, source: [K01], weigh: {process: smb, certainty: -0.3, line: size}}
  - {id: worse, when: annual_contract_value > 4, because: x, source: [K01], weigh: {process: smb, certainty: -0.1, line: size}}
  - {id: more, when: annual_contract_value > 5, because: x, source: [K01], weigh: {process: smb, certainty: 0.3, line: reach}}
"""
    found = assess(small_base(text), Case("X", {"annual_contract_value": 9}))
    weights = {item.rule: item.weight for item in found.fired}
    assert [name for name in ("good", "better", "bad", "worse", "more") if weights[name]] == ["better", "bad", "more"]
    assert found.evidence["smb"]["market"] == weights["better"] + weights["bad"] + weights["more"]


# Order

ORDERED = """
rules:
  - {id: e1, when: big and rich, because: x, source: [K01], weigh: {process: enterprise, certainty: 0.4, line: size}}
  - {id: c3, when: rich, conclude: {segment: large}, because: x, source: [K01]}
  - {id: c2, when: big, conclude: {rich: yes}, because: x, source: [K01]}
  - {id: c2-not, when: big and free_trial, conclude: {rich: yes}, overrides: [c2], because: x, source: [K01]}
  - {id: c1, when: self_serve, conclude: {big: yes}, because: x, source: [K01]}
  - {id: e2, when: segment == large, because: x, source: [K01], weigh: {process: smb, certainty: 0.2, line: reach}}
"""


@given(st.permutations(ORDERED.splitlines()[2:]))
def test_no_order_of_rules_in_a_file_changes_anything(rules):
    straight, mixed = small_base(ORDERED), small_base("\n".join(["rules:", *rules]))
    for facts in ({}, {"self_serve": True}, {"self_serve": True, "free_trial": True}):
        assert _outcome(mixed, Case("X", facts)) == _outcome(straight, Case("X", facts))


STRAIGHT = compile_base(VOCABULARY, *loader.load(RULES, ""))
COMPANIES = real_companies()


def _outcome(base: Base, case: Case):
    found = assess(base, case)
    fired = {item.rule: (item.weight, item.facts) for item in found.fired}
    return found.process, found.evidence, fired, {item.rule: item.needs for item in found.open}, found.possible


@given(st.permutations(RULES))
def test_no_order_of_files_changes_the_built_in_base(nodes):
    knowledge, problems = loader.load(nodes, "")
    base = compile_base(VOCABULARY, knowledge, problems)
    for case in COMPANIES[:4]:
        assert _outcome(base, case) == _outcome(STRAIGHT, case)


@given(st.sampled_from(COMPANIES), st.randoms(use_true_random=False))
def test_no_order_of_facts_changes_anything(case, random):
    names = list(case.values)
    random.shuffle(names)
    shuffled = dataclasses.replace(case, values={name: case.values[name] for name in names})
    assert document(assess(STRAIGHT, shuffled)) == document(assess(STRAIGHT, case))
