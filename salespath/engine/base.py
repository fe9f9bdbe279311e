"""A compiled knowledge base: what its rules read and conclude, asked by the ids of rules, attributes, facts and numbers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from salespath.engine import certainty
from salespath.engine.truth_graph import FACTS, PLAN, VERDICT, Ref, Standing, TruthGraph
from salespath.facts.vocabulary import Vocabulary
from salespath.rules.language import Condition, Leaf, Number, inputs
from salespath.rules.model import Advise, BlockProcess, Conclude, Kind, Knowledge, Rule, Warn, Weigh


@dataclass(frozen=True)
class Evidence:
    """The pieces on one line that speak for (or against) one process, the strongest first."""

    process: str
    dimension: str
    line: str
    sign: int
    pieces: tuple[tuple[int, str], ...]  # weight (positive) and rule id


@dataclass(frozen=True, eq=False)
class Base:
    """A compiled knowledge base: what its rules read and conclude, asked by the ids of rules, attributes, facts and numbers."""

    vocabulary: Vocabulary
    knowledge: Knowledge
    graph: TruthGraph = field(default_factory=TruthGraph, repr=False)
    _formulas: dict[str, Number] = field(default_factory=dict)
    _relations: dict[str, Condition] = field(default_factory=dict)
    _conditions: dict[str, Condition] = field(default_factory=dict)
    _done: dict[str, Condition] = field(default_factory=dict)
    _brings: dict[str, Number] = field(default_factory=dict)
    _has: dict[str, Condition] = field(default_factory=dict)
    _raised: dict[tuple[str, str], Condition] = field(default_factory=dict)
    _overridden_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _concluding: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _each: dict[Any, tuple[Any, ...]] = field(default_factory=dict, repr=False)

    def section(self, rule: Rule) -> int:
        """Which of FACTS, VERDICT and PLAN a rule belongs to."""
        match rule.then:
            case Advise() | Warn():
                return PLAN
            case Conclude(attribute) if self.knowledge.attributes[attribute].verdict:
                return VERDICT
        return FACTS

    def each(self, kind: type[Kind]) -> tuple[tuple[Rule, Kind], ...]:
        """The rules with one kind of conclusion, each with that, as the knowledge has them."""
        if kind not in self._each:
            self._each[kind] = tuple(self.knowledge.each(kind))
        return self._each[kind]

    @cached_property
    def advice(self) -> Mapping[str, tuple[tuple[Rule, Advise], ...]]:
        """The rules that advise, by topic."""
        found: dict[str, tuple[tuple[Rule, Advise], ...]] = {}
        for rule, then in self.each(Advise):
            found[then.topic] = (*found.get(then.topic, ()), (rule, then))
        return found

    @cached_property
    def blocks(self) -> tuple[tuple[Rule, BlockProcess], ...]:
        """The rules that block a process, without the exceptions that only lift a block."""
        return tuple(self.knowledge.blocks)

    def condition(self, rule: str) -> Condition:
        """The condition of a rule; of advice and warnings with the process that they are for."""
        return self._conditions[rule]

    def done_when(self, rule: str) -> Condition | None:
        """When what a rule advises is in place, where it says so."""
        return self._done.get(rule)

    def brings(self, rule: str) -> Number | None:
        """What a rule's advice adds to the cash within ninety days, US dollars, where it says so."""
        return self._brings.get(rule)

    def raised_when(self, rule: str) -> dict[str, Condition]:
        """When a red flag is graver than its rule says, by the level that it then has, the gravest first."""
        return {level: tree for (id_, level), tree in self._raised.items() if id_ == rule}

    def broken(self, relation: str) -> Condition:
        """When a relation of the vocabulary is broken."""
        return self._relations[relation]

    def overriding(self, rule: str) -> tuple[str, ...]:
        """The rules that override a rule."""
        return self._overridden_by.get(rule, ())

    def concluders(self, attribute: str, value: str) -> tuple[str, ...]:
        """The rules that conclude a value of an attribute; a block is one: `enterprise_blocked` is `yes`."""
        return self._concluding.get((attribute, value), ())

    @property
    def numbers(self) -> Iterable[str]:
        """The derived numbers, each after those that it is computed from."""
        return self._formulas.keys()

    def formula(self, name: str) -> Number | None:
        """The formula of a derived number; None for anything else."""
        return self._formulas.get(name)

    @cached_property
    def _inputs(self) -> Mapping[str, frozenset[str]]:
        return {number: frozenset(inputs(formula)) for number, formula in self._formulas.items()}

    def inputs_of(self, number: str) -> frozenset[str]:
        """What a derived number is computed from; nothing for a fact."""
        return self._inputs.get(number, frozenset())

    def behind(self, names: Iterable[str], given: Container[str] = ()) -> set[str]:
        """Some names and, through formulas, all that they are computed from; nothing stands behind what is `given`."""
        found, pending = set[str](), list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(() if name in given else self.inputs_of(name))
        return found

    def facts_behind(self, names: Iterable[str], given: Container[str] = ()) -> list[str]:
        """The facts among them, in the order of the vocabulary."""
        return self.vocabulary.ordered(self.behind(names, given) & self.vocabulary.facts.keys())

    @cached_property
    def tests(self) -> tuple[Leaf, ...]:
        """The tests of facts on which a verdict may rest."""
        return tuple(leaf for leaf in self.graph.leaves_of(FACTS) if not isinstance(leaf, Standing))

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """The pieces of evidence by process, line and sign, the strongest first (equal ones by id, which changes no sum)."""
        groups: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
        for rule, then in self.knowledge.each(Weigh):
            if weight := certainty.weight(then.certainty):
                key = then.process, then.line, 1 if weight > 0 else -1
                groups.setdefault(key, []).append((-abs(weight), rule.id))
        dimensions = {line.id: line.dimension for line in self.knowledge.lines.values()}
        return tuple(
            Evidence(process, dimensions[line], line, sign, tuple((-weight, id_) for weight, id_ in sorted(pieces)))
            for (process, line, sign), pieces in sorted(groups.items())
        )

    @cached_property
    def read_by_verdict(self) -> frozenset[str]:
        """The rules that conclude from facts what the verdict reads, through others too."""
        return self.read_for("process", "lead", "leaning")

    def decides(self, rule: Rule) -> bool:
        """Whether the verdict rests on a rule: evidence, a block, or what they and it conclude from."""
        return rule.id in self._deciding

    @cached_property
    def _deciding(self) -> frozenset[str]:
        weighing = {id_ for id_, rule in self.knowledge.rules.items() if isinstance(rule.then, (Weigh, BlockProcess))}
        read = {name for id_ in weighing for name in inputs(self._conditions[id_])}
        return self.read_for("process", "lead", "leaning", *sorted(read)) | weighing

    def read_for(self, *attributes: str) -> frozenset[str]:
        """The rules that conclude from facts what some attributes of the verdict depend on, through others too."""
        found, pending = set[str](), list(attributes)
        while pending:
            name = pending.pop()
            for rule, then in self.knowledge.each(Conclude):
                if then.attribute == name and rule.id not in found:
                    found.add(rule.id)
                    pending.extend(inputs(self._conditions[rule.id]))
        return frozenset(id_ for id_ in found if self.section(self.knowledge.rules[id_]) == FACTS)

    def rule_ref(self, rule: str) -> Ref:
        """That a rule takes effect, to ask a walk or the solver about."""
        return self.graph.rule_refs[rule]

    def value_ref(self, attribute: str, value: str) -> Ref:
        """That an attribute has a value; a block is one: `enterprise_blocked` is `yes`."""
        return self.graph.value_refs[attribute, value]

    def part_ref(self, rule: Rule, tree: Condition) -> Ref:
        """That a part of a rule's condition holds, or the whole of it."""
        return self.graph.tree_refs[self.section(rule), tree]
