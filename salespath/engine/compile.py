"""Knowledge → a compiled base: typed conditions, strata, and one boolean graph that both carriers walk.

An effective rule is `condition and not (an effective rule overrides it)`; an attribute has a value if any effective rule for it
fired. So the whole base is a graph of and, or and not over leaf tests. It has three sections, walked one after the other: what
follows from the facts, the verdict, and the plan.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from salespath.engine import certainty
from salespath.facts.vocabulary import Relation, Vocabulary
from salespath.files.problems import Problem, SalespathError, shown, suggestion
from salespath.rules.language import (
    BLOCKED,
    TRUE,
    VERDICT_NUMBERS,
    And,
    Condition,
    ExpressionError,
    Is,
    Leaf,
    Not,
    Number,
    Or,
    Scope,
    condition,
    formula,
    inputs,
    necessary,
)
from salespath.rules.model import PROCESSES, Advise, Attribute, BlockProcess, Conclude, Knowledge, Rule, Warn, Weigh

FACTS, VERDICT, PLAN = range(3)
LEAF, ALL, ANY = range(3)
MAX_STRATA = 50


@dataclass(frozen=True)
class Closed:
    """A verdict's reading of an earlier conclusion: true if it is certain, else false."""

    ref: int

    @property
    def refs(self) -> tuple[int, ...]:
        """What it reads."""
        return (self.ref,)

    def deciding(self, is_true: Callable[[int], Any]) -> tuple[int, ...]:
        """What decides it, for one company."""
        return (self.ref,)


@dataclass(frozen=True)
class StandingBlock:
    """A verdict's reading of a block: it stands where its condition is certain and no exception is, else it does not."""

    condition: int
    exceptions: tuple[int, ...]

    @property
    def refs(self) -> tuple[int, ...]:
        """What it reads."""
        return (self.condition, *self.exceptions)

    def deciding(self, is_true: Callable[[int], Any]) -> tuple[int, ...]:
        """What decides it, for one company: the exceptions that lift it, or else its condition."""
        return tuple(filter(is_true, self.exceptions)) or (self.condition,)


TwoValued: TypeAlias = "Closed | StandingBlock"  # tests of what the facts conclude
TWO_VALUED = (Closed, StandingBlock)
GraphLeaf: TypeAlias = "Leaf | TwoValued"
Ref: TypeAlias = int  # a node's index, or its bitwise complement for the negation
GraphNode: TypeAlias = "tuple[int, tuple[int, ...]]"  # LEAF and the leaf's index, or ALL or ANY and refs


@dataclass(frozen=True)
class Evidence:
    """The pieces on one line that speak for (or against) one process, the strongest first."""

    process: str
    dimension: str
    line: str
    sign: int
    pieces: tuple[tuple[int, str], ...]  # weight (positive) and rule id


@dataclass(frozen=True, eq=False)
class TruthGraph:
    """The graph of a base, and which node says what: `rule_refs` that a rule takes effect, `tree_refs` each part of a condition.

    Only the engine reads it. `ends` and `leaf_ends` say where each section stops.
    """

    nodes: list[GraphNode] = field(default_factory=list)
    leaves: list[GraphLeaf] = field(default_factory=list)
    leaf_inputs: list[tuple[str, ...]] = field(default_factory=list)  # the facts and numbers that each leaf reads
    ends: list[int] = field(default_factory=list)
    leaf_ends: list[int] = field(default_factory=list)
    rule_refs: dict[str, Ref] = field(default_factory=dict)
    condition_refs: dict[str, Ref] = field(default_factory=dict)
    tree_refs: dict[tuple[int, Condition], Ref] = field(default_factory=dict)
    done_refs: dict[str, Ref] = field(default_factory=dict)
    value_refs: dict[tuple[str, str], Ref] = field(default_factory=dict)
    standing_refs: dict[str, Ref] = field(default_factory=dict)  # whether a block stands, by its rule
    certainly_blocked: dict[str, Ref] = field(default_factory=dict)  # by process: whatever else is answered

    def leaves_of(self, section: int) -> Sequence[GraphLeaf]:
        """The leaf tests of one section."""
        return self.leaves[self.leaf_ends[section - 1] if section else 0 : self.leaf_ends[section]]

    def names_read(self, refs: Iterable[Ref]) -> set[str]:
        """The facts and numbers that the tests below some nodes read."""
        names, pending, seen = set[str](), list(refs), set[Ref]()
        while pending:
            ref = pending.pop()
            node = ref if ref >= 0 else ~ref
            if node not in seen:
                seen.add(node)
                kind, parts = self.nodes[node]
                if kind == LEAF:
                    names.update(self.leaf_inputs[parts[0]])
                else:
                    pending.extend(parts)
        return names


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
    _overridden_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _concluding: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _strata: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:  # short names of what the engine keeps for itself
        if name in ("formulas", "relations", "conditions", "done", "overridden_by", "concluding", "strata"):
            return getattr(self, f"_{name}")
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.graph, name)

    def section(self, rule: Rule) -> int:
        """Which of FACTS, VERDICT and PLAN a rule belongs to."""
        return section(self.knowledge, rule)

    def condition(self, rule: str) -> Condition:
        """The condition of a rule; of advice and warnings with the process that they are for."""
        return self._conditions[rule]

    def done_when(self, rule: str) -> Condition | None:
        """When what a rule advises is in place, where it says so."""
        return self._done.get(rule)

    def broken(self, relation: str) -> Condition:
        """When a relation of the vocabulary is broken."""
        return self._relations[relation]

    def overriding(self, rule: str) -> tuple[str, ...]:
        """The rules that override a rule."""
        return self._overridden_by.get(rule, ())

    def concluders(self, attribute: str, value: str) -> tuple[str, ...]:
        """The rules that conclude a value of an attribute."""
        return self._concluding.get((attribute, value), ())

    def stratum(self, rule: str) -> int:
        """How many layers of other rules a rule stands on."""
        return self._strata[rule]

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
        return tuple(leaf for leaf in self.graph.leaves_of(FACTS) if not isinstance(leaf, TWO_VALUED))

    @cached_property
    def plan_tests(self) -> tuple[Leaf, ...]:
        """The tests of facts that the plan reads beside them."""
        return tuple(leaf for leaf in self.graph.leaves_of(PLAN) if not isinstance(leaf, TWO_VALUED))

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """The pieces of evidence by process, line and sign, the strongest first (equal ones by id, which changes no sum)."""
        groups: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
        for rule, then in self.knowledge.each(Weigh):
            if weight := certainty.weight(then.certainty):
                key = then.process, then.line, 1 if weight > 0 else -1
                groups.setdefault(key, []).append((-abs(weight), rule.id))
        return tuple(
            Evidence(
                process, self.knowledge.lines[line].dimension, line, sign, tuple((-w, id_) for w, id_ in sorted(some))
            )
            for (process, line, sign), some in sorted(groups.items())
        )

    @cached_property
    def read_by_verdict(self) -> frozenset[str]:
        """The rules that conclude from facts what the verdict reads, through others too."""
        rules, found = self.knowledge.rules, set[str]()
        pending = [rule.id for rule in rules.values() if self.section(rule) == VERDICT]
        while pending:
            read = inputs(self._conditions[pending.pop()])
            for (attribute, _), ids in self._concluding.items():
                new = [
                    id_ for id_ in ids if attribute in read and id_ not in found and self.section(rules[id_]) == FACTS
                ]
                found.update(new)
                pending.extend(new)
        return frozenset(found)

    def evaluate(
        self,
        ref: Ref,
        test: Callable[[GraphLeaf], tuple[Any, Any]],
        every: Callable[[list[Any]], Any],
        some: Callable[[list[Any]], Any],
        known: dict[Ref, tuple[Any, Any]],
    ) -> tuple[Any, Any]:
        """What makes a node true, and what makes it false, from the tests below it; `known` keeps what was evaluated."""
        if ref < 0:
            true, false = self.evaluate(~ref, test, every, some, known)
            return false, true
        if ref not in known:
            kind, refs = self.graph.nodes[ref]
            if kind == LEAF:
                known[ref] = test(self.graph.leaves[refs[0]])
            else:
                pairs = [self.evaluate(part, test, every, some, known) for part in refs]
                true, false = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
                known[ref] = (every(true), some(false)) if kind == ALL else (some(true), every(false))
        return known[ref]

    def rule_ref(self, rule: str) -> Ref:
        """That a rule takes effect, to ask a walk or the solver about."""
        return self.graph.rule_refs[rule]

    def value_ref(self, attribute: str, value: str) -> Ref:
        """That an attribute has a value; a block is one: `enterprise_blocked` is `yes`."""
        return self.graph.value_refs[attribute, value]

    def part_ref(self, rule: Rule, tree: Condition) -> Ref:
        """That a part of a rule's condition holds, or the whole of it."""
        return self.graph.tree_refs[self.section(rule), tree]


def section(knowledge: Knowledge, rule: Rule) -> int:
    """Which of FACTS, VERDICT and PLAN a rule belongs to."""
    match rule.then:
        case Advise() | Warn():
            return PLAN
        case Conclude(attribute) if knowledge.attributes[attribute].verdict:
            return VERDICT
    return FACTS


def compile_base(vocabulary: Vocabulary, knowledge: Knowledge, problems: Iterable[Problem] = ()) -> Base:
    """Compile. Raises SalespathError with every problem, those found while loading included."""
    return _Compiler(vocabulary, knowledge, list(problems)).compile()


class _Compiler:
    def __init__(self, vocabulary: Vocabulary, knowledge: Knowledge, problems: list[Problem]) -> None:
        self.vocabulary, self.knowledge, self.problems = vocabulary, knowledge, problems
        self.base = Base(vocabulary, knowledge)
        self.graph = self.base.graph
        self.order: list[Rule] = []
        self._index: dict[object, int] = {}
        blocked = {name: Attribute(name, f"whether {process} is blocked") for name, process in BLOCKED.items()}
        plain = {name: a for name, a in knowledge.attributes.items() if not a.verdict}
        self.scopes = {
            FACTS: Scope(vocabulary, plain),
            VERDICT: Scope(None, {**knowledge.attributes, **blocked}, VERDICT_NUMBERS),
            PLAN: Scope(vocabulary, {**knowledge.attributes, **blocked}, known=True),
        }

    def compile(self) -> Base:
        rules = self.knowledge.rules
        self._formulas()
        self._between_facts()
        for rule in rules.values():
            self._type(rule)
        self._relate()
        self._stratify()
        if self.problems:
            raise SalespathError(self.problems)
        for part in (FACTS, VERDICT, PLAN):
            if part == VERDICT:
                self._blocked()
            for rule in self.order:
                if section(self.knowledge, rule) == part:
                    self._build(rule, part)
            if part == FACTS:
                self._attributes(verdict=False)
                self._certainly_blocked()
            if part == VERDICT:
                self._attributes(verdict=True)
            if part == PLAN:
                self.graph.done_refs.update({name: self._tree(tree, PLAN) for name, tree in self.base._done.items()})
            self.graph.ends.append(len(self.graph.nodes))
            self.graph.leaf_ends.append(len(self.graph.leaves))
        return self.base

    # Typing

    def _problem(self, code: str, item: Rule | Relation, message: str) -> None:
        what = f"the {'relation' if isinstance(item, Relation) else 'rule'} {item.id}: {message}"
        self.problems.append(Problem(code, what, file=item.file, line=item.line))

    def _formulas(self) -> None:
        vocabulary = self.vocabulary
        found: dict[str, Number] = {}
        for number in vocabulary.derived.values():
            try:
                found[number.id] = formula(number.formula, Scope(vocabulary, {}))
            except ExpressionError as error:
                self.problems.append(Problem("SP301", f"the formula of {number.id}: {error}", line=number.line))
        visiting: list[str] = []

        def place(name: str) -> None:
            if name in self.base._formulas or name not in found:
                return
            if name in visiting:
                path = " → ".join([*visiting[visiting.index(name) :], name])
                self.problems.append(Problem("SP302", f"derived numbers depend on one another: {path}."))
                return
            visiting.append(name)
            for other in sorted(inputs(found[name])):
                place(other)
            visiting.pop()
            self.base._formulas[name] = found[name]

        for name in found:
            place(name)

    def _between_facts(self) -> None:
        """The relations of the vocabulary: they read facts and derived numbers only, and no rule reads them."""
        vocabulary = self.vocabulary
        for relation in vocabulary.relations.values():
            try:
                tree = condition(relation.broken, Scope(vocabulary, {}))
            except ExpressionError as error:
                self._problem("SP301", relation, f"`broken: {shown(relation.broken, 80)}`: {error}")
                continue
            self.base._relations[relation.id] = tree
            self._placeholders(relation, tree, [relation.text])
            for name in relation.ask:
                if name not in vocabulary:
                    hint = suggestion(name, vocabulary)
                    self._problem("SP111", relation, f"`ask`: there is no fact {shown(name)}.{hint}")

    def _type(self, rule: Rule) -> None:
        part = section(self.knowledge, rule)
        tree: Condition = TRUE
        understood = False
        try:
            tree, understood = condition(rule.when, self.scopes[part]), True
        except ExpressionError as error:
            self._problem("SP301", rule, f"`when: {shown(rule.when, 80)}`: {error}")
        then = rule.then
        if part == PLAN and then.process != "any":
            here: Condition = Is("process", then.process)
            if then.process in PROCESSES:
                here = Or((here, Is("process", "both")))
            match tree:
                case And(items):
                    tree = And((here, *items)) if items else here
                case _:
                    tree = And((here, tree))
        self.base._conditions[rule.id] = tree
        if then.done_when:
            try:
                self.base._done[rule.id] = condition(then.done_when, self.scopes[FACTS])
            except ExpressionError as error:
                self._problem("SP301", rule, f"`done_when: {shown(then.done_when, 80)}`: {error}")
        match then:
            case Advise(topic, choice) if topic in self.knowledge.topics and self.knowledge.topics[topic].metrics:
                if choice not in self.vocabulary:
                    self._problem("SP303", rule, f"{choice} is not a fact or derived number.")
        if understood:
            self._placeholders(rule, tree, rule.texts)

    def _placeholders(self, item: Rule | Relation, tree: Condition, found: Iterable[str]) -> None:
        """A figure in a text must be known wherever the rule fires, or the relation is broken."""
        sure = necessary(tree)
        for text in found:
            for name in placeholders(text):
                if name not in self.vocabulary:
                    self._problem("SP305", item, f"{{{shown(name)}}} in a text is not a fact or derived number.")
                elif name not in sure:
                    self._problem(
                        "SP305",
                        item,
                        f"{{{name}}} stands in a text but may be unknown; add `known({name})` or a test of it.",
                    )

    # Strata

    def _relate(self) -> None:
        for rule in self.knowledge.rules.values():
            for name in rule.overrides:
                if name in self.knowledge.rules:
                    self.base._overridden_by[name] = (*self.base.overriding(name), rule.id)
        for rule, then in self.knowledge.each(Conclude):
            value = then.attribute, then.value
            self.base._concluding[value] = (*self.base.concluders(*value), rule.id)

    def _stratify(self) -> None:
        """Strata by dependency, numbered from 0, and the rules in an order to build them in. A cycle is a problem."""
        by_attribute: dict[str, list[str]] = {}
        for (attribute, _), ids in self.base._concluding.items():
            by_attribute.setdefault(attribute, []).extend(ids)
        for rule, block in self.knowledge.each(BlockProcess):
            by_attribute.setdefault(f"{block.process}_blocked", []).append(rule.id)
        reads = {
            name: [id_ for attribute in sorted(inputs(tree)) for id_ in by_attribute.get(attribute, ())]
            for name, tree in self.base._conditions.items()
        }
        graph = {name: dict.fromkeys([*ids, *self.base._overridden_by.get(name, ())]) for name, ids in reads.items()}
        circular = False
        while graph and not self.order:
            try:
                self.order = [self.knowledge.rules[name] for name in TopologicalSorter(graph).static_order()]
            except CycleError as error:
                cycle = error.args[1][::-1]
                shown_path = " → ".join(cycle if len(cycle) <= 12 else [*cycle[:9], "…", *cycle[-2:]])
                what = f"the rules depend on one another in a circle: {shown_path}."
                self._problem("SP304", self.knowledge.rules[cycle[0]], what)
                del graph[cycle[0]][cycle[1]]
                circular = True
        for rule in self.order:
            below = [self.base._strata[id_] + 1 for id_ in reads[rule.id] if id_ in self.base._strata]
            beside = [
                self.base._strata[id_] for id_ in self.base._overridden_by.get(rule.id, ()) if id_ in self.base._strata
            ]
            self.base._strata[rule.id] = max([0, *below, *beside])
            if self.base._strata[rule.id] == MAX_STRATA and not circular:
                self._problem("SP306", rule, f"it stands on more than {MAX_STRATA} layers of other rules.")

    # The graph

    def _node(self, kind: int, refs: tuple[int, ...]) -> Ref:
        if kind != LEAF:
            refs = tuple(dict.fromkeys(refs))
            if len(refs) == 1:
                return refs[0]
        key = (kind, refs)
        if key not in self._index:
            self._index[key] = len(self.graph.nodes)
            self.graph.nodes.append((kind, refs))
        return self._index[key]

    def _leaf(self, test: GraphLeaf) -> Ref:
        if test not in self._index:
            self._index[test] = len(self.graph.leaves)
            self.graph.leaves.append(test)
            self.graph.leaf_inputs.append(() if isinstance(test, TWO_VALUED) else tuple(inputs(test)))
        return self._node(LEAF, (self._index[test],))

    def _tree(self, tree: Condition, part: int) -> Ref:
        match tree:
            case And(items) | Or(items):
                kind = ALL if type(tree) is And else ANY
                ref = self._node(kind, tuple(self._tree(item, part) for item in items))
            case Not(item):
                ref = ~self._tree(item, part)
            case Is():
                ref = self._attribute(tree, part)
            case _:
                ref = self._leaf(tree)
        self.graph.tree_refs[part, tree] = ref
        return ref

    def _attribute(self, tree: Is, part: int) -> Ref:
        attribute = self.knowledge.attributes.get(tree.attribute)
        ref = self._value(tree.attribute, tree.value)
        if attribute is None or attribute.verdict or part != VERDICT:
            return ref  # an attribute of the verdict (whether a process is blocked is one), or read beside other facts
        return self._leaf(Closed(ref))

    def _value(self, attribute: str, value: str) -> Ref:
        """An attribute's value: any of the effective rules that conclude it."""
        key = (attribute, value)
        if key not in self.graph.value_refs:
            ids = self.base._concluding.get(key, ())
            self.graph.value_refs[key] = self._node(ANY, tuple(self.graph.rule_refs[id_] for id_ in ids))
        return self.graph.value_refs[key]

    def _attributes(self, *, verdict: bool) -> None:
        for attribute in self.knowledge.attributes.values():
            if attribute.verdict == verdict:
                for value in attribute.values:
                    self._value(attribute.id, value)

    def _build(self, rule: Rule, part: int) -> None:
        """The node of an effective rule: its condition, and no effective rule overrides it."""
        ref = self._tree(self.base._conditions[rule.id], part)
        self.graph.condition_refs[rule.id] = ref
        over = tuple(~self.graph.rule_refs[other] for other in self.base._overridden_by.get(rule.id, ()))
        self.graph.rule_refs[rule.id] = self._node(ALL, (ref, *over)) if over else ref

    def _blocks(self, process: str) -> list[str]:
        then = {rule.id: block.process for rule, block in self.knowledge.blocks}
        return [rule.id for rule in self.order if then.get(rule.id) == process]

    def _certainly_blocked(self) -> None:
        for process in BLOCKED.values():
            refs = tuple(self.graph.rule_refs[rule] for rule in self._blocks(process))
            self.graph.certainly_blocked[process] = self._node(ANY, refs)

    def _blocked(self) -> None:
        """Whether a process is blocked, as the verdict reads it: a block stands until its exception is known."""
        for name, process in BLOCKED.items():
            for rule in self._blocks(process):
                exceptions = tuple(self.graph.rule_refs[other] for other in self.base._overridden_by.get(rule, ()))
                self.graph.standing_refs[rule] = self._leaf(StandingBlock(self.graph.condition_refs[rule], exceptions))
            refs = tuple(self.graph.standing_refs[rule] for rule in self._blocks(process))
            self.graph.value_refs[name, "yes"] = self._node(ANY, refs)


def placeholders(text: str) -> list[str]:
    """The names in braces of a text; a brace out of place is returned as it stands."""
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return [text]


def filled(text: str, value: Callable[[str], str]) -> str:
    """A text with its figures put in."""
    if "{" not in text:
        return text
    parts = []
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            parts.append(value(name))
    return "".join(parts)
