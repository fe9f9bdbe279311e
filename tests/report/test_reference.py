"""The rule reference, cards and pictures say what the rules say: whole, readable, and safe whatever a text holds."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath

import pytest
from given import BASE, ROOT, run, small_base
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from salespath.engine.base import Base
from salespath.engine.compile import fill
from salespath.engine.dependencies import relations_of
from salespath.engine.load import load
from salespath.files.visible import visible
from salespath.report.formats import drawing, markdown, text
from salespath.report.pages import graph
from salespath.report.pages.graph import Graph
from salespath.report.pages.reference import pages
from salespath.report.pages.rule import document, page
from salespath.report.words.conditions import exceptions, in_words
from salespath.rules.language import BLOCKED, VERDICT_NUMBERS
from salespath.rules.model import Advise, BlockProcess, Conclude, Weigh

RULES = BASE.knowledge.rules


def written(base: Base) -> dict[str, str]:
    """The reference as it is written, page by page."""
    return {name: markdown.write(page) for name, page in pages(base).items()}


PAGES = written(BASE)
HOUSE = str(ROOT / "examples" / "house_rules")
ENTRY = re.compile(r"^- \*\*(.+?)\*\*: ", re.MULTILINE)


def words(condition: str, verdict: bool = False) -> str:
    """A condition of a rule of its own, in words."""
    then = "conclude: {lead: smb}" if verdict else "warn: {process: any, text: Look out.}"
    base = small_base(f"rules:\n  - id: it\n    when: {condition}\n    {then}\n    because: So.\n    source: [K01]\n")
    return in_words(base, base.condition("it"))


# Conditions in words


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            "product_stage == launched and annual_contract_value >= 50_000",
            "the product stage is launched and the average contract is at least $50,000 a year",
        ),
        ("3 <= decision_makers < 6", "the number of people in one purchase is at least 3 and under 6"),
        ("not self_serve or free_trial", "customers cannot start alone or there is a free trial"),
        (
            "events in sales_channels or partners in sales_channels",
            "the sales channels include events or partners",
        ),
        (
            "events not in sales_channels and partners not in sales_channels",
            "the sales channels do not include events or partners",
        ),
        ("not (small in customer_segments and big)", "no small customers pay today or it is not so that it is big"),
        ("runway_months < sales_cycle_months * 2", "the runway is under 2 times the sales cycle"),
        ("known(runway_months) and runway_months < 6", "the runway is under 6 months"),
        ("not known(referral_network)", "it is not known whether customers recommend suppliers to one another"),
        ("process == smb and (process == smb or process == both)", "the recommendation is smb"),
        (
            "segment == large and (big or rich and self_serve)",
            "the size of customers is large, and (it is big, or (it is rich and customers can start alone))",
        ),
        ("segment in [small, large]", "the size of customers is small or large"),
        ("count(who_sells) == 0", "the number of kinds of people who close deals is exactly 0"),
        ("net_profit < -1000", "the net profit is under -$1,000 a year"),
        ("next_funding != secured", "the next funding is none or uncertain"),
    ],
)
def test_a_condition_reads_as_a_sentence(condition: str, expected: str) -> None:
    assert words(condition).lower() == expected.lower()


def test_a_condition_of_the_verdict_names_fit_and_means() -> None:
    assert words("fit_smb - fit_enterprise >= 1 and not smb_blocked", verdict=True) == (
        "the fit for SMB selling minus the fit for enterprise selling is at least 1 and SMB selling is not blocked"
    )


def test_no_rule_is_worded_with_signs_or_ids() -> None:
    names = {*BASE.vocabulary, *BASE.knowledge.attributes, *BLOCKED, *VERDICT_NUMBERS}
    for id_ in BASE.knowledge.rules:
        trees = filter(None, (BASE.condition(id_), BASE.done_when(id_)))
        for said in (in_words(BASE, tree, so) for tree in trees for so in (True, False)):
            assert not re.search(r"[<>=*/_{}`\[\]+]", said), (id_, said)
            assert not {name for name in names if "_" in name} & set(re.findall(r"\w+", said)), (id_, said)


def test_every_yes_or_no_fact_has_a_sentence() -> None:
    for fact in BASE.vocabulary.facts.values():
        if fact.type == "boolean":
            assert "answered" not in words(fact.id)
            assert words(fact.id) != words(f"not {fact.id}")


def test_an_exception_is_worded_with_the_rule_that_it_names() -> None:
    found = dict(exceptions(BASE, RULES["enterprise-cash-below-one-cycle"]))
    assert found["enterprise-secured-money-stands-in"] == "the next funding is secured"
    assert set(found) == {id_ for id_, rule in RULES.items() if "enterprise-cash-below-one-cycle" in rule.overrides}


# Relations: compared with what the texts of the conditions say, read here once more


def names_read(rule) -> set[str]:
    """The names in the text of a condition, values of choices left out; a plan rule also reads the recommendation."""
    known = {*BASE.vocabulary, *BASE.knowledge.attributes, *BLOCKED, *VERDICT_NUMBERS}
    found: set[str] = set()
    values: set[int] = set()
    tree = ast.parse(" ".join(rule.when.split()) or "0", mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            operators = [type(operator) for operator in node.ops]
            for operator, left, right in zip(operators, sides, sides[1:]):
                member = operator in (ast.In, ast.NotIn) and isinstance(right, ast.Name)
                worded = (
                    left.id in BASE.vocabulary.facts and BASE.vocabulary[left.id].values
                    if isinstance(left, ast.Name)
                    else ()
                )
                attribute = isinstance(left, ast.Name) and left.id in BASE.knowledge.attributes
                if member:
                    values.add(id(left))
                elif worded or attribute:
                    values.update(id(inner) for inner in ast.walk(right))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in values and node.id in known:
            found.add(node.id)
    process = getattr(rule.then, "process", "any")
    if rule.kind in ("advise", "warn") and process != "any":
        found.add("process")
    if isinstance(rule.then, Advise):
        found |= {name for name in ("stage", "motion") if {*getattr(rule.then, name)} - {"any"}}
    return found


def test_what_a_rule_reads_is_what_its_condition_names() -> None:
    for rule in RULES.values():
        related = relations_of(BASE, rule)
        read = {*related.facts, *(attribute for attribute, _ in related.values), *related.sums}
        assert read == names_read(rule), rule.id


def test_a_rule_depends_on_exactly_the_rules_that_conclude_what_it_reads() -> None:
    relations = {id_: relations_of(BASE, rule) for id_, rule in RULES.items()}
    for rule in RULES.values():
        related = relations[rule.id]
        for other in RULES.values():
            then = other.then
            if isinstance(then, Conclude):
                read = (then.attribute, then.value) in related.values
            else:
                read = (
                    isinstance(then, BlockProcess)
                    and not then.lift
                    and (f"{then.process}_blocked", "yes") in related.values
                )
            assert (other.id in related.depends_on) == read
            assert (other.id in related.depends_on) == (rule.id in relations[other.id].read_by)


def test_the_drawing_of_everything_holds_exactly_the_dependencies() -> None:
    drawn = graph.whole(BASE)
    rules = {f"rule:{id_}" for id_ in RULES}
    assert rules <= drawn.nodes.keys()
    into: dict[str, set[str]] = {id_: set() for id_ in rules}
    out: dict[str, set[str]] = {id_: set() for id_ in rules}
    for source, target in drawn.edges:
        if source in rules:
            out[source].add(target)
        if target in rules:
            into[target].add(source)
    for rule in RULES.values():
        here, then = f"rule:{rule.id}", rule.then
        named = {id_.partition(":")[2].partition("=")[0] for id_ in into[here] if not id_.startswith("rule:")}
        assert named == names_read(rule)
        assert {id_.removeprefix("rule:") for id_ in into[here] if id_.startswith("rule:")} == {
            other.id for other in RULES.values() if rule.id in other.overrides
        }
        ends = out[here] - rules
        if isinstance(then, Conclude):
            assert ends == {f"value:{then.attribute}={then.value}"}
        elif isinstance(then, BlockProcess):
            assert ends == (set() if then.lift else {f"value:{then.process}_blocked=yes"})
        elif isinstance(then, Weigh):
            assert ends == ({f"line:{then.process}:{then.line}"} if then.certainty else set())
        else:
            assert ends == {f"topic:{then.topic}" if isinstance(then, Advise) else "topic:warnings"}


def test_the_overview_has_every_line_attribute_and_topic_and_no_rule() -> None:
    drawn = graph.overview(BASE)
    used = {rule.then.topic for rule in RULES.values() if isinstance(rule.then, Advise)}
    assert {f"line:{name}" for name in BASE.knowledge.lines} <= drawn.nodes.keys()
    assert {f"value:{name}" for name in BASE.knowledge.attributes} <= drawn.nodes.keys()
    assert {f"topic:{name}" for name in used} <= drawn.nodes.keys()
    assert not [id_ for id_ in drawn.nodes if id_.startswith("rule:")]
    assert ("sum:fit", "value:candidate") in drawn.edges
    assert ("line:deal_size", "sum:fit") in drawn.edges


@pytest.mark.parametrize("target", ["smb-not-launched", "customer_segment", "channel", "enterprise", "smb_blocked"])
def test_a_part_is_drawn_around_its_target(target: str) -> None:
    drawn, whole = graph.around(BASE, target), graph.whole(BASE)
    assert drawn is not None
    assert 2 < len(drawn.nodes) < len(whole.nodes) / 3
    assert drawn.edges.items() <= whole.edges.items()
    assert {id_ for pair in drawn.edges for id_ in pair} <= drawn.nodes.keys()


# Drawings are safe

LABELS = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                '"',
                "]",
                "[",
                "`",
                "%%",
                "%%{init: {}}%%",
                "end",
                "\n",
                "\\",
                "#quot;",
                "<b>",
                "&lt;",
                "-->",
                "style a:b#c;",
                'click n0 "javascript:alert(1)"',
                "\u202e",
                "\x1b[2J",
            ]
        ),
        max_size=6,
    ).map(" ".join),
)


def labelled(labels: list[str]) -> Graph:
    drawn = Graph()
    for number, label in enumerate(labels):
        drawn.add("rule", f"{number}{label}", label)
    ids = list(drawn.nodes)
    drawn.edges.update(dict.fromkeys(pairwise(ids), "overrides"))
    return drawn


@given(st.lists(LABELS, min_size=1, max_size=5))
def test_no_label_breaks_out_of_a_mermaid_chart(labels: list[str]) -> None:
    first, *lines = drawing.mermaid(labelled(labels)).splitlines()
    assert first == "flowchart LR"
    shape = re.compile(r'  n\d+\["((?:[^"\[\]{}<>;#%&\\`:\n]|#\d+;)+)"\]|  n\d+ -\. overrides \.-> n\d+')
    found = [shape.fullmatch(line) for line in lines]
    assert all(found)
    shown = [re.sub(r"#(\d+);", lambda c: chr(int(c[1])), match[1]) for match in found if match and match[1]]
    assert shown == [visible(label) or " " for label in labels]


@given(st.lists(LABELS, min_size=1, max_size=5))
def test_no_label_breaks_out_of_a_dot_graph(labels: list[str]) -> None:
    quoted = r'"(?:[^"\\\n]|\\["\\])+"'
    line = re.compile(
        rf"  {quoted} \[label={quoted}, shape=box\];|  {quoted} -> {quoted} \[style=dashed, label=\"overrides\"\];"
    )
    assert all(line.fullmatch(text) for text in drawing.dot(labelled(labels)).splitlines()[3:-1])


# The pages


def test_every_rule_stands_once_with_its_reason() -> None:
    entries = Counter(id_ for page in PAGES.values() for id_ in ENTRY.findall(page))
    assert entries == dict.fromkeys(RULES, 1)
    for rule in RULES.values():
        page = next(page for page in PAGES.values() if f"\n- **{rule.id}**: " in page)
        entry = page.partition(f"\n- **{rule.id}**: ")[2].partition("\n- ")[0]
        because = markdown.escape(fill(rule.because, lambda name: f"[{BASE.vocabulary[name].label}]"))
        assert f"\n  - **Because**: {because} ({', '.join(rule.source)})" in entry
        assert not rule.when or markdown.escape(f"— {rule.when}") in entry


def test_every_source_has_its_rules() -> None:
    rows = dict(re.findall(r"^\| (\w+) \|.*\| (.*) \|$", PAGES["sources"], re.MULTILINE))
    assert set(rows) - {"source"} == set(BASE.knowledge.sources)
    for name in BASE.knowledge.sources:
        citing = {rule.id for rule in RULES.values() if name in rule.source}
        assert citing <= set(rows[name].split(", ")), name
        if name.startswith("K"):
            assert citing or "guide" in rows[name], name
    assert {f"K{number:02}" for number in range(1, 56)} <= set(rows)


HOSTILE = "a | b <script>x</script> [l](http://x) `c` *d* __e__ ![i](j) &amp; ~~f~~ # g \\ {runway_months}"


def hostile_base():
    return small_base(
        f"""
attributes:
  wide: {{means: 'wide | <b>'}}
rules:
  - id: hostile
    when: "runway_months < 6 # `| <i>` and more"
    advise:
      topic: team
      choice: 'x | <u>'
      process: any
      text: {json.dumps(HOSTILE)}
      steps: [{json.dumps(HOSTILE)}]
      owner: '<founder>'
    because: {json.dumps(HOSTILE)}
    source: [K01]
"""
    )


def test_hostile_texts_stay_text() -> None:
    base = hostile_base()
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = written(base)
    for name, each in found.items():
        for token in parser.parse(each):
            inner = [token, *(token.children or ())]
            assert not [t for t in inner if t.type in ("html_block", "html_inline", "image", "em_open", "s_open")], name
            assert not [t for t in inner if t.type == "link_open"], name
    page = next(page for page in found.values() if "**hostile**" in page)
    shown = "".join(t.content for token in parser.parse(page) for t in token.children or () if t.type == "text")
    assert HOSTILE.replace("{runway_months}", "[runway]") in shown
    rows = [line for line in found["README"].splitlines() if line.startswith("| wide |")]
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 5


# On the command line


def test_show_prints_a_card_for_each_id() -> None:
    done = run("rules", "show", "smb-not-launched", "run-smb")
    printed = done.stdout.decode()
    assert printed == text.write(page(BASE, [RULES["smb-not-launched"], RULES["run-smb"]]), 100)
    assert "When: the product stage is idea, prototype or pilot" in printed
    assert "Written in: 40-blocks.yaml:" in printed


def test_show_prints_data() -> None:
    (found,) = json.loads(run("rules", "show", "smb-not-launched", "--format", "json").stdout)
    assert found == json.loads(json.dumps(document(BASE, [RULES["smb-not-launched"]])[0]))
    assert (found["facts"], found["block"]["owner"], found["source"][0]["kind"]) == (
        ["product_stage"],
        "product lead",
        "article",
    )


@pytest.mark.parametrize(
    ("words", "hint"), [(["show", "smb-not-lauched"], "smb-not-launched"), (["graph", "chanel"], "channel")]
)
def test_what_does_not_exist_gets_a_suggestion(words: list[str], hint: str) -> None:
    done = run("rules", *words)
    assert done.returncode == 1
    assert b"SP131" in done.stderr
    assert f"Did you mean {hint}?" in done.stderr.decode()


def test_graph_prints_each_format() -> None:
    assert run("rules", "graph", "channel").stdout.startswith(b"flowchart LR\n")
    assert run("rules", "graph", "enterprise", "--format", "dot").stdout.startswith(b"digraph ")
    found = json.loads(run("rules", "graph", "--all", "--format", "json").stdout)
    assert found == graph.document(graph.whole(BASE))
    assert run("rules", "graph", "channel", "--all").returncode == 2


def test_reference_writes_a_folder(tmp_path) -> None:
    done = run("rules", "reference", "-o", str(tmp_path / "new" / "pages"))
    assert done.returncode == 0
    assert {path.stem: path.read_text("utf-8") for path in (tmp_path / "new" / "pages").iterdir()} == PAGES
    assert run("rules", "reference", "-o", str(tmp_path / "new" / "pages" / "README.md")).returncode == 1


# Overlays


SMALL_FIRST = ("examples/asana_2020.yaml", "--set", "paying_customers=50", "--set", "annual_revenue=500000")


def test_the_example_of_house_rules_runs_and_changes_what_it_says() -> None:
    plain, house = (run("assess", *SMALL_FIRST, "--full", *more).stdout.decode() for more in ((), ("--rules", HOUSE)))
    page = " ".join(run("assess", *SMALL_FIRST, "--rules", HOUSE, "--full").stdout.decode().split())
    assert "with house_rules (" in page
    assert (
        "Run the small accounts first and keep the large ones you have" in page
    )  # not the line for the text it replaces
    assert plain.splitlines()[2] == house.splitlines()[2]
    assert "bring both figures to" in house
    assert "security review" in house.partition("First moves")[0]
    assert "with house_rules (" in house


def test_a_card_and_the_reference_say_which_folder_a_rule_is_from() -> None:
    base = load(HOUSE)
    shown = run("rules", "show", "enterprise-cash-below-one-cycle", "--rules", HOUSE).stdout.decode()
    assert "the runway is under 10 months" in shown
    assert f"{PurePath(HOUSE, '10-rules.yaml')}:" in " ".join(shown.split())
    assert "enterprise-committed-revenue-stands-in applies" in " ".join(shown.split())
    found = written(base)
    assert "- **house-enterprise-needs-a-security-answer**: " in found["house_rules-10-rules"]
    assert not [name for name, page in found.items() if "**smb-try-an-agency-for-all-leads**" in page]


def test_every_file_gets_a_page_of_its_own_on_any_file_system() -> None:
    base = hostile_base()
    rules = base.knowledge.rules
    for id_, file in zip(rules, ("Readme.yaml", "a/b c.yaml", "x/a/b+c.yaml", "SOURCES.yml", "|<>.yaml")):
        rules[id_] = replace(rules[id_], file=file)
    found = written(base)
    assert len({name.lower() for name in found}) == len(found) == 7
    assert all(re.fullmatch(r"[\w-]+", name) for name in found)
    assert sum(f"- **{id_}**: " in page for id_ in rules for page in found.values()) == len(rules)
