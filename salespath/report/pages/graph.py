"""The base as a graph: facts → rules → attributes → lines → fit and means → the recommendation → the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from salespath.engine.base import Base
from salespath.engine.dependencies import relations_of
from salespath.engine.truth_graph import PLAN
from salespath.facts.values import readable
from salespath.report.plain import plain
from salespath.report.words.conditions import in_words
from salespath.report.words.phrases import NAMES
from salespath.rules.language import BLOCKED, Is
from salespath.rules.model import VERDICTS, Advise, Warn, Weigh


@dataclass(frozen=True)
class DrawnNode:
    """Something drawn: a fact, number, rule, value, line, sum or topic."""

    id: str
    kind: str
    label: str


@dataclass
class Graph:
    """Nodes by id, and edges (from, to) with what they mean."""

    nodes: dict[str, DrawnNode] = field(default_factory=dict)
    edges: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, kind: str, name: str, label: str) -> str:
        """A node, drawn once; its id."""
        id_ = f"{kind}:{name}"
        self.nodes.setdefault(id_, DrawnNode(id_, kind, label))
        return id_

    def into(self) -> dict[str, list[str]]:
        """By node, the nodes that have an edge to it."""
        found: dict[str, list[str]] = defaultdict(list)
        for source, target in self.edges:
            found[target].append(source)
        return found


def whole(base: Base) -> Graph:
    """Every rule with what it reads and what it feeds."""
    graph, knowledge = Graph(), base.knowledge

    def quantity(name: str) -> str:
        return graph.add("number" if name in base.vocabulary.derived else "fact", name, base.vocabulary[name].label)

    def value(pair: tuple[str, str]) -> str:
        attribute = knowledge.attributes.get(pair[0])
        label = in_words(base, Is(*pair)) if attribute is None else readable(pair[0])
        several = attribute is not None and not attribute.flag
        return graph.add("value", "=".join(pair), f"{label}: {readable(pair[1])}" if several else label)

    def total(name: str) -> str:
        which, process = name.split("_", 1)
        return graph.add("sum", name, f"{which} for {NAMES[process]} selling")

    for number in base.numbers:
        for name in base.vocabulary.ordered(base.inputs_of(number)):
            graph.edges[quantity(name), quantity(number)] = "computes"
    for rule in knowledge.rules.values():
        here, related = graph.add("rule", rule.id, rule.id), relations_of(base, rule)
        for read in (*map(quantity, related.facts), *map(value, related.values), *map(total, related.sums)):
            graph.edges[read, here] = "read by"
        for other in related.overridden_by:
            graph.edges[graph.add("rule", other, other), here] = "overrides"
        if rule.concludes:
            graph.edges[here, value(rule.concludes)] = "concludes"
        match rule.then:
            case Weigh(process, weight, on) if weight:
                line = graph.add("line", f"{process}:{on}", f"{knowledge.lines[on].title} ({NAMES[process]})")
                graph.edges[here, line] = "speaks for" if weight > 0 else "speaks against"
                graph.edges[line, total(related.adds_to)] = "adds to"
            case Advise(topic):
                graph.edges[here, graph.add("topic", topic, knowledge.topics[topic].title)] = "advises"
            case Warn():
                graph.edges[here, graph.add("topic", "warnings", "Warnings")] = "warns"
    return graph


def overview(base: Base) -> Graph:
    """The base at a readable size: facts by dimension, attributes, lines and topics, with the rules left out.

    What the plan reads of facts and attributes is left out too.
    """
    full, graph = whole(base), Graph()
    into = full.into()
    for source, target in full.edges:
        if target.startswith("rule:"):
            continue
        plan = _in_plan(base, source)
        for end in into[source] if source.startswith("rule:") else (source,):
            if not end.startswith("rule:") and (not plan or _is_verdict(base, end)):
                pair = _group(base, full, graph, end), _group(base, full, graph, target)
                if pair[0] != pair[1]:
                    graph.edges[pair] = "feeds"
    return graph


def _group(base: Base, full: Graph, graph: Graph, id_: str) -> str:
    """The node of the overview that stands for a node of the whole."""
    kind, _, name = id_.partition(":")
    label = full.nodes[id_].label
    match kind:
        case "fact":
            name = base.vocabulary[name].dimension
            label = f"facts on {name}"
        case "number":
            name, label = "derived", "numbers computed from facts"
        case "value":
            name = name.partition("=")[0]
            label = label if name in BLOCKED else readable(name)
        case "line":
            name = name.partition(":")[2]
            label = base.knowledge.lines[name].title
        case "sum":
            name = label = name.partition("_")[0]
    return graph.add(kind, name, label)


def around(base: Base, target: str) -> Graph | None:
    """What a rule, attribute, topic or process stands on, and what it feeds. None if there is no such thing.

    It is followed down to the facts, but not beyond a line of evidence, a block, what a topic's rules read, or the
    recommendation that a rule of the plan belongs to; and from a recommendation not on to the plan.
    """
    knowledge, graph = base.knowledge, whole(base)
    kinds: dict[str, Collection[str]] = {
        "rule:": knowledge.rules,
        "value:": {**knowledge.attributes, **BLOCKED},
        "topic:": knowledge.topics,
        "value:process=": VERDICTS,
    }
    kind = next((kind for kind, names in kinds.items() if target in names), None)
    if kind is None:
        return None
    starts = {id_ for id_ in graph.nodes if kind + target in (id_, id_.partition("=")[0])}
    topic, into = kind == "topic:", graph.into()
    plan = topic or _in_plan(base, f"rule:{target}")

    def ends(id_: str) -> bool:
        """Whether it is not followed further down."""
        node = graph.nodes[id_]
        beyond = topic or (plan and _is_verdict(base, id_))
        return node.kind == "line" or _attribute(id_) in BLOCKED or (node.kind == "value" and beyond)

    wanted: set[str] = set()
    pending = list(starts)
    while pending:
        id_ = pending.pop()
        if id_ not in wanted:
            wanted.add(id_)
            pending.extend(into[id_] if id_ in starts or not ends(id_) else ())
    for source, end in graph.edges:
        if source in starts and not (_is_verdict(base, source) and _in_plan(base, end)):
            wanted.add(end)
            if graph.nodes[end].kind == "line":
                wanted.update(total for line, total in graph.edges if line == end)
    nodes = {id_: node for id_, node in graph.nodes.items() if id_ in wanted}
    return Graph(nodes, {pair: what for pair, what in graph.edges.items() if wanted.issuperset(pair)})


def _in_plan(base: Base, id_: str) -> bool:
    rule = base.knowledge.rules.get(id_.removeprefix("rule:"))
    return rule is not None and base.section(rule) == PLAN


def _attribute(id_: str) -> str:
    return id_.removeprefix("value:").partition("=")[0]


def _is_verdict(base: Base, id_: str) -> bool:
    attribute = base.knowledge.attributes.get(_attribute(id_)) if id_.startswith("value:") else None
    return attribute is not None and attribute.verdict


def document(graph: Graph) -> dict[str, Any]:
    """Nodes and edges as data for JSON."""
    edges = [{"from": source, "to": target, "kind": what} for (source, target), what in graph.edges.items()]
    return {"nodes": plain([*graph.nodes.values()]), "edges": edges}
