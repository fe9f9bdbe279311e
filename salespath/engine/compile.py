"""Knowledge → a compiled base: typed conditions, strata, and one boolean graph that both carriers walk.

An effective rule is `condition and not (an effective rule overrides it)`; an attribute has a value if any effective rule for it
fired. So the whole base is a graph of and, or and not over leaf tests. It has three sections, walked one after the other: what
follows from the facts, the verdict, and the plan.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

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
from salespath.rules.model import PROCESSES, Advise, Attribute, Block, Conclude, Knowledge, Rule, Warn, Weigh

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


@dataclass(frozen=True)
class Standing:
    """A verdict's reading of a block: it stands where its condition is certain and no exception is, else it does not."""

    condition: int
    exceptions: tuple[int, ...]

    @property
    def refs(self) -> tuple[int, ...]:
        """What it reads."""
        return (self.condition, *self.exceptions)


Reading: TypeAlias = "Closed | Standing"  # two-valued tests of what the facts conclude
READINGS = (Closed, Standing)
Test: TypeAlias = "Leaf | Reading"
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


@dataclass(eq=False)
class Base:
    """A compiled knowledge base."""

    vocabulary: Vocabulary
    knowledge: Knowledge
    formulas: dict[str, Number] = field(default_factory=dict)
    relations: dict[str, Condition] = field(default_factory=dict)  # when each of the vocabulary is broken
    conditions: dict[str, Condition] = field(default_factory=dict)
    done: dict[str, Condition] = field(default_factory=dict)
    overridden_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    strata: dict[str, int] = field(default_factory=dict)
    leaves: list[Test] = field(default_factory=list)
    leaf_inputs: list[tuple[str, ...]] = field(default_factory=list)  # the facts and numbers that each leaf reads
    nodes: list[GraphNode] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    leaf_ends: list[int] = field(default_factory=list)
    rule_refs: dict[str, Ref] = field(default_factory=dict)
    condition_refs: dict[str, Ref] = field(default_factory=dict)
    tree_refs: dict[tuple[int, Condition], Ref] = field(
        default_factory=dict
    )  # every condition and part of one, by section
    done_refs: dict[str, Ref] = field(default_factory=dict)
    value_refs: dict[tuple[str, str], Ref] = field(default_factory=dict)
    standing_refs: dict[str, Ref] = field(default_factory=dict)  # whether a block stands, by its rule
    certainly_blocked: dict[str, Ref] = field(default_factory=dict)  # by process: whatever else is answered
    evidence: list[Evidence] = field(default_factory=list)
    concluding: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    read_by_verdict: set[str] = field(default_factory=set)  # conclude rules that the verdict reads, through others too

    def section(self, rule: Rule) -> int:
        """Which of FACTS, VERDICT and PLAN a rule belongs to."""
        if isinstance(rule.then, (Advise, Warn)):
            return PLAN
        if isinstance(rule.then, Conclude) and self.knowledge.attributes[rule.then.attribute].verdict:
            return VERDICT
        return FACTS


def compile_base(vocabulary: Vocabulary, knowledge: Knowledge, problems: Iterable[Problem] = ()) -> Base:
    """Compile. Raises SalespathError with every problem, those found while loading included."""
    return _Compiler(vocabulary, knowledge, list(problems)).compile()


class _Compiler:
    def __init__(self, vocabulary: Vocabulary, knowledge: Knowledge, problems: list[Problem]) -> None:
        self.base = Base(vocabulary, knowledge)
        self.problems = problems
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
        base = self.base
        self._formulas()
        self._between_facts()
        for rule in base.knowledge.rules.values():
            self._type(rule)
        self._relations()
        self._stratify()
        if self.problems:
            raise SalespathError(self.problems)
        for section in (FACTS, VERDICT, PLAN):
            if section == VERDICT:
                self._blocked()
            for rule in self.order:
                if base.section(rule) == section:
                    self._build(rule, section)
            if section == FACTS:
                self._attributes(verdict=False)
                self._certainly_blocked()
            if section == VERDICT:
                self._attributes(verdict=True)
            if section == PLAN:
                for name, tree in base.done.items():
                    base.done_refs[name] = self._tree(tree, PLAN)
            base.ends.append(len(base.nodes))
            base.leaf_ends.append(len(base.leaves))
        self._evidence()
        self._read_by_verdict()
        return base

    # Typing

    def _problem(self, code: str, item: Rule | Relation, message: str) -> None:
        what = f"the {'relation' if isinstance(item, Relation) else 'rule'} {item.id}: {message}"
        self.problems.append(Problem(code, what, file=item.file, line=item.line))

    def _formulas(self) -> None:
        vocabulary = self.base.vocabulary
        found: dict[str, Number] = {}
        for number in vocabulary.derived.values():
            try:
                found[number.id] = formula(number.formula, Scope(vocabulary, {}))
            except ExpressionError as error:
                self.problems.append(Problem("SP301", f"the formula of {number.id}: {error}", line=number.line))
        visiting: list[str] = []

        def place(name: str) -> None:
            if name in self.base.formulas or name not in found:
                return
            if name in visiting:
                path = " → ".join([*visiting[visiting.index(name) :], name])
                self.problems.append(Problem("SP302", f"derived numbers depend on one another: {path}."))
                return
            visiting.append(name)
            for other in sorted(inputs(found[name])):
                place(other)
            visiting.pop()
            self.base.formulas[name] = found[name]

        for name in found:
            place(name)

    def _between_facts(self) -> None:
        """The relations of the vocabulary: they read facts and derived numbers only, and no rule reads them."""
        vocabulary = self.base.vocabulary
        for relation in vocabulary.relations.values():
            try:
                tree = condition(relation.broken, Scope(vocabulary, {}))
            except ExpressionError as error:
                self._problem("SP301", relation, f"`broken: {shown(relation.broken, 80)}`: {error}")
                continue
            self.base.relations[relation.id] = tree
            self._placeholders(relation, tree, [relation.text])
            for name in relation.ask:
                if name not in vocabulary:
                    hint = suggestion(name, vocabulary)
                    self._problem("SP111", relation, f"`ask`: there is no fact {shown(name)}.{hint}")

    def _type(self, rule: Rule) -> None:
        base = self.base
        section = base.section(rule)
        tree: Condition = TRUE
        understood = False
        try:
            tree, understood = condition(rule.when, self.scopes[section]), True
        except ExpressionError as error:
            self._problem("SP301", rule, f"`when: {shown(rule.when, 80)}`: {error}")
        then = rule.then
        if isinstance(then, (Advise, Warn)) and then.process != "any":
            here: Condition = Is("process", then.process)
            if then.process in PROCESSES:
                here = Or((here, Is("process", "both")))
            tree = here if tree == TRUE else And((here, *(tree.items if isinstance(tree, And) else (tree,))))
        base.conditions[rule.id] = tree
        done_when = then.done_when if isinstance(then, (Advise, Block)) else ""
        if done_when:
            try:
                base.done[rule.id] = condition(done_when, self.scopes[FACTS])
            except ExpressionError as error:
                self._problem("SP301", rule, f"`done_when: {shown(done_when, 80)}`: {error}")
        if isinstance(then, Advise):
            topic = base.knowledge.topics.get(then.topic)
            if topic and topic.metrics and then.choice not in base.vocabulary:
                self._problem("SP303", rule, f"{then.choice} is not a fact or derived number.")
        if understood:
            self._placeholders(rule, tree, texts(rule))

    def _placeholders(self, item: Rule | Relation, tree: Condition, found: Iterable[str]) -> None:
        """A figure in a text must be known wherever the rule fires, or the relation is broken."""
        sure = necessary(tree)
        for text in found:
            for name in placeholders(text):
                if name not in self.base.vocabulary:
                    self._problem("SP305", item, f"{{{shown(name)}}} in a text is not a fact or derived number.")
                elif name not in sure:
                    self._problem(
                        "SP305",
                        item,
                        f"{{{name}}} stands in a text but may be unknown; add `known({name})` or a test of it.",
                    )

    # Strata

    def _relations(self) -> None:
        base = self.base
        overridden: dict[str, list[str]] = {}
        concluding: dict[tuple[str, str], list[str]] = {}
        for rule in base.knowledge.rules.values():
            for name in rule.overrides:
                if name in base.knowledge.rules:
                    overridden.setdefault(name, []).append(rule.id)
            if isinstance(rule.then, Conclude):
                concluding.setdefault((rule.then.attribute, rule.then.value), []).append(rule.id)
        base.overridden_by = {name: tuple(ids) for name, ids in overridden.items()}
        base.concluding = {key: tuple(ids) for key, ids in concluding.items()}

    def _stratify(self) -> None:
        """Strata by dependency, numbered from 0, and the rules in an order to build them in. A cycle is a problem."""
        base = self.base
        by_attribute: dict[str, list[str]] = {}
        for (attribute, _), ids in base.concluding.items():
            by_attribute.setdefault(attribute, []).extend(ids)
        for rule in base.knowledge.rules.values():
            if isinstance(rule.then, Block):
                by_attribute.setdefault(f"{rule.then.process}_blocked", []).append(rule.id)
        reads = {
            name: [id_ for attribute in sorted(inputs(tree)) for id_ in by_attribute.get(attribute, ())]
            for name, tree in base.conditions.items()
        }
        graph = {name: dict.fromkeys([*ids, *base.overridden_by.get(name, ())]) for name, ids in reads.items()}
        circular = False
        while graph and not self.order:
            try:
                self.order = [base.knowledge.rules[name] for name in TopologicalSorter(graph).static_order()]
            except CycleError as error:
                cycle = error.args[1][::-1]
                shown_path = " → ".join(cycle if len(cycle) <= 12 else [*cycle[:9], "…", *cycle[-2:]])
                what = f"the rules depend on one another in a circle: {shown_path}."
                self._problem("SP304", base.knowledge.rules[cycle[0]], what)
                del graph[cycle[0]][cycle[1]]
                circular = True
        for rule in self.order:
            below = [base.strata[id_] + 1 for id_ in reads[rule.id] if id_ in base.strata]
            beside = [base.strata[id_] for id_ in base.overridden_by.get(rule.id, ()) if id_ in base.strata]
            base.strata[rule.id] = max([0, *below, *beside])
            if base.strata[rule.id] == MAX_STRATA and not circular:
                self._problem("SP306", rule, f"it stands on more than {MAX_STRATA} layers of other rules.")

    # The graph

    def _node(self, kind: int, refs: tuple[int, ...]) -> Ref:
        if kind != LEAF:
            refs = tuple(dict.fromkeys(refs))
            if len(refs) == 1:
                return refs[0]
        key = (kind, refs)
        if key not in self._index:
            self._index[key] = len(self.base.nodes)
            self.base.nodes.append((kind, refs))
        return self._index[key]

    def _leaf(self, test: Test) -> Ref:
        if test not in self._index:
            self._index[test] = len(self.base.leaves)
            self.base.leaves.append(test)
            self.base.leaf_inputs.append(() if isinstance(test, READINGS) else tuple(inputs(test)))
        return self._node(LEAF, (self._index[test],))

    def _tree(self, tree: Condition, section: int) -> Ref:
        if isinstance(tree, (And, Or)):
            ref = self._node(ALL if isinstance(tree, And) else ANY, tuple(self._tree(i, section) for i in tree.items))
        elif isinstance(tree, Not):
            ref = ~self._tree(tree.item, section)
        elif isinstance(tree, Is):
            ref = self._attribute(tree, section)
        else:
            ref = self._leaf(tree)
        self.base.tree_refs[section, tree] = ref
        return ref

    def _attribute(self, tree: Is, section: int) -> Ref:
        attribute = self.base.knowledge.attributes.get(tree.attribute)
        ref = self._value(tree.attribute, tree.value)
        if attribute is None or attribute.verdict or section != VERDICT:
            return ref  # an attribute of the verdict (whether a process is blocked is one), or read beside other facts
        return self._leaf(Closed(ref))

    def _value(self, attribute: str, value: str) -> Ref:
        """An attribute's value: any of the effective rules that conclude it."""
        key = (attribute, value)
        if key not in self.base.value_refs:
            ids = self.base.concluding.get(key, ())
            self.base.value_refs[key] = self._node(ANY, tuple(self.base.rule_refs[id_] for id_ in ids))
        return self.base.value_refs[key]

    def _attributes(self, *, verdict: bool) -> None:
        for attribute in self.base.knowledge.attributes.values():
            if attribute.verdict == verdict:
                for value in attribute.values:
                    self._value(attribute.id, value)

    def _build(self, rule: Rule, section: int) -> None:
        """The node of an effective rule: its condition, and no effective rule overrides it."""
        base = self.base
        ref = self._tree(base.conditions[rule.id], section)
        base.condition_refs[rule.id] = ref
        over = tuple(~base.rule_refs[other] for other in base.overridden_by.get(rule.id, ()))
        base.rule_refs[rule.id] = self._node(ALL, (ref, *over)) if over else ref

    def _blocks(self, process: str) -> list[str]:
        found = []
        for rule in self.order:
            if isinstance(rule.then, Block) and rule.then.process == process and not rule.then.lift:
                found.append(rule.id)
        return found

    def _certainly_blocked(self) -> None:
        for process in BLOCKED.values():
            refs = tuple(self.base.rule_refs[rule] for rule in self._blocks(process))
            self.base.certainly_blocked[process] = self._node(ANY, refs)

    def _blocked(self) -> None:
        """Whether a process is blocked, as the verdict reads it: a block stands until its exception is known."""
        base = self.base
        for name, process in BLOCKED.items():
            for rule in self._blocks(process):
                exceptions = tuple(base.rule_refs[other] for other in base.overridden_by.get(rule, ()))
                base.standing_refs[rule] = self._leaf(Standing(base.condition_refs[rule], exceptions))
            refs = tuple(base.standing_refs[rule] for rule in self._blocks(process))
            base.value_refs[name, "yes"] = self._node(ANY, refs)

    def _evidence(self) -> None:
        """The weigh rules by process, line and sign, the strongest first (equal ones by id, which changes no sum)."""
        knowledge = self.base.knowledge
        groups: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
        for rule in knowledge.rules.values():
            if isinstance(rule.then, Weigh) and rule.then.certainty:
                weight = certainty.weight(rule.then.certainty)
                sign = 1 if weight > 0 else -1
                groups.setdefault((rule.then.process, rule.then.line, sign), []).append((abs(weight), rule.id))
        for (process, line, sign), pieces in sorted(groups.items()):
            dimension = knowledge.lines[line].dimension
            pieces.sort(key=lambda piece: (-piece[0], piece[1]))
            self.base.evidence.append(Evidence(process, dimension, line, sign, tuple(pieces)))

    def _read_by_verdict(self) -> None:
        base = self.base
        pending = [rule for rule in base.knowledge.rules.values() if base.section(rule) == VERDICT]
        while pending:
            for attribute in inputs(base.conditions[pending.pop().id]):
                for (name, _), ids in base.concluding.items():
                    for id_ in ids if name == attribute else ():
                        rule = base.knowledge.rules[id_]
                        if base.section(rule) == FACTS and id_ not in base.read_by_verdict:
                            base.read_by_verdict.add(id_)
                            pending.append(rule)


def texts(rule: Rule) -> list[str]:
    """Every text of a rule that a reader sees."""
    then = rule.then
    found = [rule.because]
    if isinstance(then, (Advise, Warn)):
        found.append(then.text)
    if isinstance(then, Advise):
        found.extend((then.short, *then.steps))
    if isinstance(then, Block):
        found.append(then.remedy)
    return found


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
