"""Knowledge → a compiled base: typed conditions, strata, and one boolean graph that both carriers walk.

An effective rule is `condition and not (an effective rule overrides it)`; an attribute has a value if any effective rule for it
fired. So the whole base is a graph of and, or and not over leaf tests. It has three sections, walked one after the other: what
follows from the facts, the verdict, and the plan.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterable
from graphlib import CycleError, TopologicalSorter

from salespath.engine.base import Base
from salespath.engine.truth_graph import ALL, ANY, FACTS, LEAF, PLAN, VERDICT, GraphLeaf, Ref, Standing
from salespath.facts.money import with_own_amounts
from salespath.facts.vocabulary import Relation, Vocabulary
from salespath.files.problems import Problem, SalespathError, has_error, shown
from salespath.rules.language import (
    BLOCKED,
    TRUE,
    VERDICT_NUMBERS,
    And,
    Condition,
    ExpressionError,
    Is,
    Not,
    Number,
    Or,
    Scope,
    condition,
    formula,
    inputs,
    necessary,
)
from salespath.rules.model import PROCESSES, Advise, Attribute, Knowledge, Rule, Warn

MAX_STRATA = 50
_EITHER = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")  # [said|tried]


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
        self._owners()
        self._relate()
        self._stratify()
        if has_error(self.problems):
            raise SalespathError(self.problems)
        for part in (FACTS, VERDICT, PLAN):
            if part == VERDICT:
                self._blocked()
            for rule in self.order:
                if self.base.section(rule) == part:
                    self._build(rule, part)
            for attribute in self.knowledge.attributes.values():
                if part == (VERDICT if attribute.verdict else FACTS):
                    for value in attribute.values:
                        self._value(attribute.id, value)
            if part == PLAN:
                self.graph.done_refs.update({name: self._tree(tree, PLAN) for name, tree in self.base._done.items()})
                self.graph.owner_refs.update({name: self._tree(tree, PLAN) for name, tree in self.base._has.items()})
                self.graph.raised_refs.update({key: self._tree(tree, PLAN) for key, tree in self.base._raised.items()})
            self.graph.ends.append(len(self.graph.nodes))
            self.graph.leaf_ends.append(len(self.graph.leaves))
        return self.base

    # Typing

    def _problem(self, code: str, item: Rule | Relation, message: str) -> None:
        what = f"the {'relation' if isinstance(item, Relation) else 'rule'} {item.id}: {message}"
        self.problems.append(Problem(code, what, file=item.file, line=item.line))

    def _condition(self, item: Rule | Relation, key: str, text: str, scope: Scope) -> Condition | None:
        try:
            return condition(text, scope)
        except ExpressionError as error:
            self._problem("SP301", item, f"`{key}: {shown(text, 80)}`: {error}")
            return None

    def _formulas(self) -> None:
        vocabulary = self.vocabulary
        found: dict[str, Number] = {}
        for number in vocabulary.derived.values():
            try:
                found[number.id] = formula(number.formula, Scope(vocabulary, {}))
            except ExpressionError as error:
                self.problems.append(Problem("SP301", f"the formula of {number.id}: {error}", line=number.line))

        def place(name: str, *above: str) -> None:
            if name in above:
                path = " → ".join([*above[above.index(name) :], name])
                self.problems.append(Problem("SP302", f"derived numbers depend on one another: {path}."))
            elif name in found and name not in self.base._formulas:
                for other in sorted(inputs(found[name])):
                    place(other, *above, name)
                self.base._formulas[name] = found[name]

        for name in found:
            place(name)

    def _between_facts(self) -> None:
        """The relations of the vocabulary: they read facts and derived numbers only, and no rule reads them."""
        vocabulary = self.vocabulary
        for relation in (*vocabulary.relations.values(), *vocabulary.not_together.values()):
            tree = self._condition(relation, "broken", relation.broken, Scope(vocabulary, {}))
            if tree is None:
                continue
            self.base._relations[relation.id] = tree
            self._placeholders(relation, tree, [relation.text])
            for name in relation.ask:
                if name not in vocabulary:
                    hint = vocabulary.suggestion(name)
                    self._problem("SP111", relation, f"`ask`: there is no fact {shown(name)}.{hint}")

    def _type(self, rule: Rule) -> None:
        part, then = self.base.section(rule), rule.then
        when = self._condition(rule, "when", rule.when, self.scopes[part])
        tree = when or TRUE
        if part == PLAN and then.process != "any":
            here: Condition = Is("process", then.process)
            if then.process in PROCESSES:
                here = Or((here, Is("process", "both")))
            tree = _also(here, tree)
        if isinstance(then, Advise):
            for name, values in (("stage", then.stage), ("motion", then.motion)):
                if values and "any" not in values:
                    tree = _also(_any(tuple(Is(name, value) for value in values)), tree)
        self.base._conditions[rule.id] = tree
        if then.done_when and (done := self._condition(rule, "done_when", then.done_when, self.scopes[FACTS])):
            self.base._done[rule.id] = done
        if isinstance(then, Advise) and then.brings:
            try:
                self.base._brings[rule.id] = formula(then.brings, Scope(self.vocabulary, {}))
            except ExpressionError as error:
                self._problem("SP301", rule, f"`brings: {shown(then.brings, 80)}`: {error}")
        if isinstance(then, Warn):
            for level, text in then.raised.items():
                if graver := self._condition(rule, f"{level}_when", text, self.scopes[PLAN]):
                    self.base._raised[rule.id, level] = graver
            for name in then.figure:
                if name not in self.vocabulary:
                    hint = self.vocabulary.suggestion(name)
                    self._problem("SP303", rule, f"{name} is not a fact or derived number.{hint}")
        match then:
            case Advise(topic, choice) if topic in self.knowledge.topics and self.knowledge.topics[topic].metrics:
                if choice not in self.vocabulary:
                    self._problem("SP303", rule, f"{choice} is not a fact or derived number.")
        if when:
            self._placeholders(rule, tree, rule.texts)

    def _owners(self) -> None:
        for owner in self.knowledge.owners.values():
            try:
                self.base._has[owner.id] = condition(owner.has, self.scopes[PLAN])
            except ExpressionError as error:
                self.problems.append(Problem("SP301", f"the owner {owner.id}: `has: {shown(owner.has, 80)}`: {error}"))

    def _placeholders(self, item: Rule | Relation, tree: Condition, found: Iterable[str]) -> None:
        """A figure in a text must be known wherever the rule fires, or the relation is broken."""
        sure = necessary(tree)
        for name in (name for text in found for name in placeholders(text)):
            if name not in self.vocabulary:
                self._problem("SP305", item, f"{{{shown(name)}}} in a text is not a fact or derived number.")
            elif name not in sure:
                what = f"{{{name}}} stands in a text but may be unknown; add `known({name})` or a test of it."
                self._problem("SP305", item, what)

    # Strata

    def _relate(self) -> None:
        for rule in self.knowledge.rules.values():
            for name in rule.overrides:
                if name in self.knowledge.rules:
                    self.base._overridden_by[name] = (*self.base.overriding(name), rule.id)
            if value := rule.concludes:
                self.base._concluding[value] = (*self.base.concluders(*value), rule.id)

    def _stratify(self) -> None:
        """The rules in an order to build them in. A cycle is a problem, and so are too many strata of them."""
        by_attribute: dict[str, list[str]] = {}
        for (attribute, _), ids in self.base._concluding.items():
            by_attribute.setdefault(attribute, []).extend(ids)
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
        strata: dict[str, int] = {}
        for rule in self.order:
            below = [strata.get(id_, -1) + 1 for id_ in reads[rule.id]]
            strata[rule.id] = max([0, *below, *(strata.get(id_, 0) for id_ in self.base.overriding(rule.id))])
            if strata[rule.id] == MAX_STRATA and not circular:
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
            self.graph.leaf_inputs.append(() if isinstance(test, Standing) else tuple(inputs(test)))
        return self._node(LEAF, (self._index[test],))

    def _tree(self, tree: Condition, part: int) -> Ref:
        match tree:
            case And(items) | Or(items):
                kind = ALL if type(tree) is And else ANY
                ref = self._node(kind, tuple(self._tree(item, part) for item in items))
            case Not(item):
                ref = ~self._tree(item, part)
            case Is(name, value):
                ref, attribute = self._value(name, value), self.knowledge.attributes.get(name)
                if part == VERDICT and attribute and not attribute.verdict:
                    ref = self._leaf(Standing(ref))  # whether a process is blocked is read as it is
            case _:
                ref = self._leaf(tree)
        self.graph.tree_refs[part, tree] = ref
        return ref

    def _value(self, attribute: str, value: str) -> Ref:
        """An attribute's value: any of the effective rules that conclude it."""
        key = (attribute, value)
        if key not in self.graph.value_refs:
            ids = self.base.concluders(attribute, value)
            self.graph.value_refs[key] = self._node(ANY, tuple(self.graph.rule_refs[id_] for id_ in ids))
        return self.graph.value_refs[key]

    def _build(self, rule: Rule, part: int) -> None:
        """The node of an effective rule: its condition, and no effective rule overrides it."""
        ref = self._tree(self.base._conditions[rule.id], part)
        self.graph.condition_refs[rule.id] = ref
        over = tuple(~self.graph.rule_refs[other] for other in self.base.overriding(rule.id))
        self.graph.rule_refs[rule.id] = self._node(ALL, (ref, *over)) if over else ref

    def _blocked(self) -> None:
        """Whether a process is blocked, as the verdict reads it: a block stands until its exception is known."""
        for name in BLOCKED:
            blocks = self.base.concluders(name, "yes")
            for rule in blocks:
                exceptions = tuple(self.graph.rule_refs[other] for other in self.base.overriding(rule))
                self.graph.standing_refs[rule] = self._leaf(Standing(self.graph.condition_refs[rule], exceptions))
            standing = tuple(self.graph.standing_refs[rule] for rule in blocks)
            self.graph.value_refs[name, "yes"] = self._node(ANY, standing)


def _also(one: Condition, tree: Condition) -> Condition:
    items = tree.items if isinstance(tree, And) else (tree,)
    return And((one, *items)) if items else one


def _any(tests: tuple[Condition, ...]) -> Condition:
    return Or(tests) if len(tests) > 1 else tests[0]


def placeholders(text: str) -> list[str]:
    """The names in braces of a text; a brace out of place is returned as it stands."""
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return [text]


def fill(text: str, value: Callable[[str], str], tried: Collection[str] = ()) -> str:
    """A text with its figures put in.

    Of `[Your average is|At an average of]` the first stands, or the second where a figure of the text is among those `tried`, that
    is, not what the company said. A text that has no such words marks these figures.
    """
    if "{" not in text:
        return with_own_amounts(text)
    supposed = any(name in tried for name in placeholders(text))
    words = _EITHER.sub(r"\2" if supposed else r"\1", text)
    marked = tried if words == text else ()
    parts = string.Formatter().parse(words)
    return "".join(
        with_own_amounts(literal) + ("" if name is None else f"{value(name)}{' (supposed)' if name in marked else ''}")
        for literal, name, _, _ in parts
    )
