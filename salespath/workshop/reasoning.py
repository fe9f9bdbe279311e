"""How the verdict comes about, on the wall: as a tree, and rule by rule on a graph from the answers to the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from salespath.engine.assessment import Assessment, subject
from salespath.engine.base import Base
from salespath.engine.dependencies import Relations, relations_of
from salespath.engine.truth_graph import FACTS
from salespath.engine.why import Explanation
from salespath.facts import Value
from salespath.facts.money import in_own_currency
from salespath.facts.values import words
from salespath.report.formats.overview import shorten
from salespath.report.pages import explanation
from salespath.report.words.conditions import in_words
from salespath.report.words.currency import common_rate
from salespath.report.words.phrases import NAMES, capitalize
from salespath.report.words.verdict import evidence, figure, in_short
from salespath.rules.language import Is
from salespath.rules.model import Conclude, Rule, Weigh
from salespath.workshop.fragments import blocks, filled

WEIGHTIEST = 10  # pieces of evidence in the graph; the tree has all
COLUMNS = ("Answers", "Derived", "Rules", "Fit and means", "Steps", "Verdict")
_WIDE, _ROW, _HIGH, _GAP, _TOP = (
    1600,
    54,
    47,
    40,
    34,
)  # of the graph, a row, a box, between columns, above the first row
_LETTER = 11.4  # across, of bold letters of 19 pixels


@dataclass
class Node:
    """Something in the graph: an answer, a number or conclusion, a rule, a sum, the verdict; and in which steps it is lit."""

    id: str
    column: int
    label: str
    steps: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Step:
    """A rule that took effect, and its reason."""

    rule: str
    because: str


@dataclass
class Graph:
    """What the verdict on one company rests on. An edge is lit in the steps of the rule that it leads to or comes from."""

    steps: list[Step] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], set[int]] = field(default_factory=dict)


def reasoning(a: Assessment) -> str:
    """The reasons as a tree that opens, and step by step on a graph."""
    graph = graph_of(a)
    with in_own_currency(common_rate([a.case])):
        steps = [(step, blocks(explanation.page(_explained(a, step.rule)).blocks)) for step in graph.steps]
    tree = blocks(explanation.page(_explained(a)).blocks)
    return filled("wall_reasoning.html", graph=_placed(graph), steps=steps, tree=tree, headline=in_short(*a.verdict))


def _explained(a: Assessment, target: str | None = None) -> Explanation:
    found = explanation.explain(a, target)
    assert found is not None  # a verdict and its rules can be explained
    return found


# What is drawn


def graph_of(a: Assessment) -> Graph:
    """The rules that the verdict rests on, in an order in which each stands on what came before, with what they read and give."""
    with in_own_currency(common_rate([a.case])):
        return _Drawing(a).graph


class _Drawing:
    """Puts together the graph of one company."""

    def __init__(self, a: Assessment) -> None:
        self.a, self.base = a, a.base
        self.rules = self.base.knowledge.rules
        self.fired = {item.rule: item for item in a.fired}
        self.related = _relations(self.base)
        self.graph = Graph()
        self.verdict = self._node("verdict", 5, capitalize(in_short(*a.verdict)))
        steps = self._steps()
        for rule in self._order(steps):
            self._draw(self.rules[rule], steps)

    def _steps(self) -> list[str]:
        """The rules of the verdict that took effect, what each stands on before it."""
        found = _explained(self.a)
        rests = [item for item in found.under(found.root) if item.kind in ("rule", "value")]
        steps = [step.rule for part in rests for step in found.steps(part)]
        about = ["process", *(["lead"] if self.a.lead else []), *(["leaning"] if self.a.leaning else [])]
        own = [rule for name in about for rule in self.a.rules_for(name)]
        return [rule for rule in dict.fromkeys([*reversed(steps), *reversed(own)]) if rule in self.fired]

    def _order(self, steps: Sequence[str]) -> list[str]:
        """The rules one by one: the weightiest evidence, blocks, then the verdict's steps, each after what it stands on."""
        weighing = sorted(
            (item for item in self.a.fired if item.weight), key=lambda item: (-abs(item.weight), item.rule)
        )
        blocks = [item.rule for item in self.a.blockers if item.rule in self.fired and self._stops(item.process)]
        found: dict[str, None] = {}

        def add(rule: str) -> None:
            if rule not in found:
                for value in self.related[rule].values:
                    for other in self._concluding(value)[:1]:  # one reason is enough here; the tree has all
                        add(other)
                found[rule] = None

        for rule in [*(item.rule for item in weighing[:WEIGHTIEST]), *blocks, *steps]:
            add(rule)
        return [*found]

    def _stops(self, process: str) -> bool:
        about = subject(self.a)
        return not about or process in about

    def _concluding(self, value: tuple[str, str]) -> list[str]:
        """The rules that conclude from the answers that an attribute has a value."""
        rules = self.base.concluders(*value)
        return [
            rule
            for rule in rules
            if rule in self.fired
            and isinstance(self.rules[rule].then, Conclude)
            and self.base.section(self.rules[rule]) == FACTS
        ]

    def _draw(self, rule: Rule, steps: Sequence[str]) -> None:
        """A rule with what it reads and gives, as the next step."""
        number, related = len(self.graph.steps), self.related[rule.id]
        self.graph.steps.append(Step(rule.id, self.fired[rule.id].because))
        derived = isinstance(rule.then, Conclude) and rule.id not in steps
        here = self._derived(rule) if derived else self._rule(rule, steps)
        here.steps.add(number)
        for source in self._read(rule, related):
            self._edge(source, here, number)
        for target in self._given(rule, steps):
            self._edge(here, target, number)

    def _node(self, id_: str, column: int, label: str) -> Node:
        return self.graph.nodes.setdefault(id_, Node(id_, column, label))

    def _edge(self, source: Node, target: Node, number: int) -> None:
        if source is not target:
            self.graph.edges.setdefault((source.id, target.id), set()).add(number)
            source.steps.add(number)
            target.steps.add(number)

    def _rule(self, rule: Rule, steps: Sequence[str]) -> Node:
        title = capitalize(" ".join(NAMES.get(word, word) for word in rule.id.split("-")))
        return self._node(f"rule:{rule.id}", 4 if rule.id in steps else 2, title)

    def _derived(self, rule: Rule) -> Node:
        assert isinstance(rule.then, Conclude)
        return self._value((rule.then.attribute, rule.then.value))

    def _value(self, value: tuple[str, str]) -> Node:
        return self._node(f"value:{'='.join(value)}", 1, capitalize(in_words(self.base, Is(*value))))

    def _sum(self, name: str) -> Node:
        which, process = name.split("_", 1)
        said = evidence(self.a, process, which)
        return self._node(f"sum:{name}", 3, f"{capitalize(which)}, {NAMES[process]}: {said}")

    def _read(self, rule: Rule, related: Relations) -> Iterator[Node]:
        """What a rule reads of what is known: answers, numbers computed from them, conclusions, sums, steps before it."""
        facts, vocabulary = self.fired[rule.id].facts, self.base.vocabulary
        for name in related.facts:
            term = vocabulary[name]
            if name in facts:
                yield self._fact(name, facts[name])
            elif name in vocabulary.derived and (inputs := self.base.behind([name]) & facts.keys()):
                number = self._node(f"number:{name}", 1, f"{capitalize(term.label)}: {self._figure(name)}")
                for part in vocabulary.ordered(inputs):
                    self._edge(self._fact(part, facts[part]), number, len(self.graph.steps) - 1)
                yield number
        for value in related.values:
            if self._concluding(value):
                yield self._value(value)
            for other in self.base.concluders(*value):  # a step of the verdict, or a block
                if f"rule:{other}" in self.graph.nodes and other != rule.id:
                    yield self.graph.nodes[f"rule:{other}"]
        yield from map(self._sum, related.sums)

    def _fact(self, name: str, value: Value) -> Node:
        term = self.base.vocabulary[name]
        return self._node(f"fact:{name}", 0, f"{capitalize(term.label)}: {words(term, value)}")

    def _figure(self, name: str) -> str:
        return figure(self.base.vocabulary, name, self.a.derived[name])

    def _given(self, rule: Rule, steps: Sequence[str]) -> Iterator[Node]:
        """What a rule adds to."""
        match rule.then:
            case Weigh():
                if adds_to := self.related[rule.id].adds_to:
                    yield self._sum(adds_to)
            case Conclude(attribute):
                if attribute in ("process", "lead", "leaning"):
                    yield self.verdict


@cache
def _relations(base: Base) -> Mapping[str, Relations]:
    return _Related(base)


class _Related(dict[str, Relations]):
    """The relations of rules, each found when it is asked for."""

    def __init__(self, base: Base) -> None:
        self.base = base

    def __missing__(self, rule: str) -> Relations:
        self[rule] = relations_of(self.base, self.base.knowledge.rules[rule])
        return self[rule]


# Where it is drawn


@dataclass(frozen=True)
class _Box:
    """A node in its place."""

    node: Node
    x: float
    y: float
    lines: tuple[str, ...]
    steps: str


@dataclass(frozen=True)
class _Picture:
    """A graph in its place: boxes, lines between them, titles of columns."""

    wide: int
    high: float
    box: float
    tall: int
    boxes: list[_Box]
    lines: list[tuple[str, str]]
    titles: list[tuple[float, str]]


def _placed(graph: Graph) -> _Picture:
    """Columns from left to right; in each, nodes beside those that they are linked to."""
    every = {title: [n for n in graph.nodes.values() if n.column == place] for place, title in enumerate(COLUMNS)}
    titles, columns = [*(title for title, some in every.items() if some)], [some for some in every.values() if some]
    beside: dict[str, list[str]] = {}
    for source, target in graph.edges:
        beside.setdefault(source, []).append(target)
        beside.setdefault(target, []).append(source)
    rows = max(map(len, columns))
    at = _rows(columns, beside)
    box = (_WIDE - _GAP * (len(columns) - 1)) / len(columns)
    boxes, places = [], {}
    for number, some in enumerate(columns):
        room = rows / len(some)
        for node in some:
            x, y = number * (box + _GAP), _TOP + (at[node.id] + 0.5) * room * _ROW - _HIGH / 2
            places[node.id] = x, y
            boxes.append(_Box(node, round(x, 1), round(y, 1), _lines(node.label, box), _numbers(node.steps)))
    lines = [(_curve(places[a], places[b], box), _numbers(steps)) for (a, b), steps in graph.edges.items()]
    heads = [(round(number * (box + _GAP), 1), title) for number, title in enumerate(titles)]
    return _Picture(_WIDE, _TOP + rows * _ROW, round(box, 1), _HIGH, boxes, lines, heads)


def _rows(columns: Sequence[Sequence[Node]], beside: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The row of each node in its column: ordered by the middle of what it is linked to, forth and back a few times."""
    order = [list(some) for some in columns]
    at = {node.id: (row + 0.5) / len(some) for some in order for row, node in enumerate(some)}

    def middle(node: Node) -> float:
        near = [at[other] for other in beside.get(node.id, ())]
        return sum(near) / len(near) if near else at[node.id]

    for some in [*order, *reversed(order)] * 3:
        some.sort(key=lambda node: (middle(node), node.id))
        at.update({node.id: (row + 0.5) / len(some) for row, node in enumerate(some)})
    return {node.id: row for some in order for row, node in enumerate(some)}


def _lines(label: str, wide: float) -> tuple[str, ...]:
    """A label in the line or two that a box has room for."""
    most = int((wide - 16) / _LETTER)
    if len(label) <= most:
        return (label,)
    first = label[: label.rfind(" ", 0, most + 1)] if " " in label[: most + 1] else label[:most]
    return first, shorten(label[len(first) :].strip(), most)


def _curve(start: tuple[float, float], end: tuple[float, float], box: float) -> str:
    """A line from the right of a box to the left of another; of one column, around its right side."""
    (x1, y1), (x2, y2) = start, end
    y1, y2, x1 = y1 + _HIGH / 2, y2 + _HIGH / 2, x1 + box
    if x2 < x1:  # beside each other
        return f"M{x1:.0f},{y1:.0f}C{x1 + _GAP:.0f},{y1:.0f} {x1 + _GAP:.0f},{y2:.0f} {x1:.0f},{y2:.0f}"
    half = (x1 + x2) / 2
    return f"M{x1:.0f},{y1:.0f}C{half:.0f},{y1:.0f} {half:.0f},{y2:.0f} {x2:.0f},{y2:.0f}"


def _numbers(steps: set[int]) -> str:
    return " ".join(map(str, sorted(steps)))
