"""Every way in which a rule base can be wrong that can be seen without a company: contradictions, dead or needless parts, gaps.

What rules can and cannot do is decided, not sampled: an example company proves that something is possible, the solver that it is
not. A base with errors is checked too, without the rules that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from salespath.authoring.possible import Possible
from salespath.authoring.solver import FALSE, NOT_TRUE, TRUE, GaveUp, Literal
from salespath.engine.compile import Base, compile_base, placeholders, texts
from salespath.facts import Derived, Fact, Value
from salespath.facts.values import written as written_value
from salespath.facts.vocabulary import Vocabulary
from salespath.files.problems import WARNING, Problem, SalespathError
from salespath.rules.language import TRUE as TRUE_TREE
from salespath.rules.language import (
    And,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Known,
    Member,
    Not,
    Number,
    OneOf,
    Or,
    inputs,
    leaves,
)
from salespath.rules.loader import EXPERT
from salespath.rules.model import PROCESSES, Advise, Block, Conclude, Knowledge, Rule, Weigh
from salespath.rules.notation import written

_FIGURE = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|hundred|thousand|million)\b", re.I
)


@dataclass(frozen=True)
class Report:
    """What a check found, and how the questions about what is possible were decided."""

    problems: tuple[Problem, ...]
    rules: int
    examples: int = 0
    proofs: int = 0
    undecided: int = 0


def check(vocabulary: Vocabulary, knowledge: Knowledge, problems: Iterable[Problem]) -> Report:
    """Check a knowledge base as it was read, with the problems found in reading it."""
    found = list(problems)
    base = _sound(vocabulary, knowledge, found)
    if base is None:
        return Report(tuple(found), len(knowledge.rules))
    checker = _Checker(base)
    found.extend(checker.problems())
    p = checker.possible
    return Report(tuple(found), len(knowledge.rules), p.examples, p.proofs, p.undecided)


def _sound(vocabulary: Vocabulary, knowledge: Knowledge, problems: list[Problem]) -> Base | None:
    """The base without the rules that hold errors, which are added to `problems`; None if the rest cannot be compiled either."""
    wrong: frozenset[str] = frozenset()
    while True:
        rules = {id_: rule for id_, rule in knowledge.rules.items() if id_ not in wrong}
        known = [] if wrong else problems
        try:
            return compile_base(vocabulary, replace(knowledge, rules=rules), known)
        except SalespathError as error:
            new = [problem for problem in error.problems if problem not in problems]
            problems.extend(new)
            places = {(p.file, p.line) for p in new}
        gone = {id_ for id_, rule in rules.items() if (rule.file, rule.line) in places or id_ in knowledge.faulty}
        if not gone and (wrong or not problems):
            return None
        wrong = wrong | gone | {""}  # not empty: the problems are noted


class _Checker:
    def __init__(self, base: Base) -> None:
        self.base = base
        self.rules = base.knowledge.rules
        self.possible = Possible(base)
        self.found: list[Problem] = []

    def problems(self) -> list[Problem]:
        """Everything found, in no order."""
        self._verdict()
        self._contradictions()
        dead = self._dead_rules()
        self._dead_parts(dead)
        self._redundant(dead)
        self._conflicting_advice()
        self._missing_advice()
        self._facts()
        self._values()
        self._statements()
        self._thresholds()
        self._soft_sources()
        return self.found

    # Saying

    def _say(self, code: str, message: str, rule: Rule | None = None) -> None:
        """Note a problem, once."""
        what = f"the rule {rule.id}: {message}" if rule else message
        file, line = (rule.file, rule.line) if rule else (None, None)
        problem = Problem(code, what, WARNING, file=file, line=line)
        if problem not in self.found:
            self.found.append(problem)

    def _example(self, rule: Rule | None, *literals: Literal, verdict: bool = False) -> Mapping[str, Value] | None:
        """The facts of a company that makes all literals hold, or None; where it could not be decided, that is said."""
        try:
            return self.possible.example(*literals, verdict=verdict)
        except GaveUp:
            self._undecided(rule)
            return None

    def _never(self, rule: Rule | None, *literals: Literal) -> bool:
        """Whether it is proved that no company makes all literals hold; where it could not be decided, that is said."""
        try:
            return self.possible.example(*literals) is None
        except GaveUp:
            self._undecided(rule)
            return False

    def _undecided(self, rule: Rule | None) -> None:
        what = f"`{' '.join(rule.when.split())}`" if rule else "which process it gives"
        self._say("SP415", f"{what} is too hard to decide; nothing is proved of it.", rule)

    def _for_example(self, facts: Mapping[str, Value], *literals: Literal) -> str:
        few = self.possible.fewest(facts, *literals)
        parts = ", ".join(f"{name}: {_as_written(self.base.vocabulary[name], v)}" for name, v in few.items())
        return f"for example for {{{parts}}}" if parts else "for a company of which nothing is known, for example"

    # What is possible

    def _verdict(self) -> None:
        """At every point one process rule fires, and one only."""
        refs = self.base.rule_refs
        rules = [r for r in self.rules.values() if isinstance(r.then, Conclude) and r.then.attribute == "process"]
        none = tuple((refs[rule.id], NOT_TRUE) for rule in rules)
        facts = self._example(None, *none, verdict=True)
        if facts is not None:
            self._say("SP406", f"no rule gives a process, {self._for_example(facts, *none)}.")
        for first, second in combinations(rules, 2):
            both = ((refs[first.id], TRUE), (refs[second.id], TRUE))
            facts = self._example(second, *both, verdict=True)
            if facts is not None:
                self._say("SP407", f"{first.id} gives a process as well, {self._for_example(facts, *both)}.", second)

    def _contradictions(self) -> None:
        base = self.base
        for attribute in base.knowledge.attributes.values():
            if attribute.several or attribute.id == "process":
                continue
            for one, other in combinations(attribute.values, 2):
                both = ((base.value_refs[attribute.id, one], TRUE), (base.value_refs[attribute.id, other], TRUE))
                ids = base.concluding.get((attribute.id, other), ())
                rule = self.rules[ids[0]] if ids else None
                facts = self._example(rule, *both, verdict=attribute.verdict)
                if facts is not None:
                    what = f"{attribute.id} can be both {one} and {other}"
                    self._say("SP401", f"{what}, {self._for_example(facts, *both)}.", rule)

    def _dead_rules(self) -> set[str]:
        dead = {id_ for id_, rule in self.rules.items() if self._never(rule, (self.base.rule_refs[id_], TRUE))}
        for id_ in dead:
            self._say("SP402", "it can never fire, whatever the facts.", self.rules[id_])
        return dead

    def _dead_parts(self, dead: set[str]) -> None:
        """Conditions and parts of them that are the same for all facts. Of nested ones the innermost are named."""
        for rule in self.rules.values():
            if rule.id not in dead:
                for part, value in self._constant(rule, self.base.conditions[rule.id]):
                    code, word = ("SP403", "true") if value else ("SP404", "false")
                    self._say(code, f"`{written(part)}` is always {word} where it is known.", rule)

    def _constant(self, rule: Rule, tree: Condition) -> list[tuple[Condition, bool]]:
        inner = tree.items if isinstance(tree, (And, Or)) else (tree.item,) if isinstance(tree, Not) else ()
        found = [pair for item in inner for pair in self._constant(rule, item)]
        if found or isinstance(tree, (Not, Known)) or tree == TRUE_TREE:
            return found
        ref = self.base.tree_refs[self.base.section(rule), tree]
        return [(tree, value) for value, wanted in ((True, FALSE), (False, TRUE)) if self._never(rule, (ref, wanted))]

    def _redundant(self, dead: set[str]) -> None:
        """Rules whose conclusion another one, at least as certain, always gives too."""
        groups: dict[tuple[str, ...], list[Rule]] = {}
        for rule in self.rules.values():
            then = rule.then
            if rule.id in dead or rule.overrides:
                continue
            if isinstance(then, Conclude):
                groups.setdefault((then.attribute, then.value), []).append(rule)
            elif isinstance(then, Weigh):
                groups.setdefault((then.process, then.line, "+" if then.certainty > 0 else "-"), []).append(rule)
        for rules in groups.values():
            needless: set[str] = set()
            for rule in rules:
                for other in rules:
                    if other is not rule and other.id not in needless and _strength(rule) <= _strength(other):
                        refs = self.base.rule_refs[rule.id], self.base.rule_refs[other.id]
                        if self._never(rule, (refs[0], TRUE), (refs[1], NOT_TRUE)):
                            self._say("SP405", f"{other.id} says the same whenever it fires.", rule)
                            needless.add(rule.id)
                            break

    def _conflicting_advice(self) -> None:
        for first, second in combinations(self._advice(), 2):
            one, other = first.then, second.then
            assert isinstance(one, Advise)
            assert isinstance(other, Advise)
            same = (one.topic, one.process) == (other.topic, other.process) and one.choice != other.choice
            if same and self.base.knowledge.topics[one.topic].exclusive:
                both = ((self.base.rule_refs[first.id], TRUE), (self.base.rule_refs[second.id], TRUE))
                facts = self._example(second, *both)
                if facts is not None:
                    what = f"on {one.topic} it advises {other.choice} where {first.id} advises {one.choice}"
                    self._say("SP411", f"{what}, {self._for_example(facts, *both)}.", second)

    # What is missing

    def _advice(self) -> list[Rule]:
        return [rule for rule in self.rules.values() if isinstance(rule.then, Advise)]

    def _missing_advice(self) -> None:
        for process in PROCESSES:
            for topic in self.base.knowledge.topics.values():
                if not any(
                    isinstance(rule.then, Advise)
                    and rule.then.topic == topic.id
                    and rule.then.process in (process, "any")
                    for rule in self._advice()
                ):
                    self._say("SP412", f"no rule advises on {topic.id} ({topic.title}) for {process}.")

    def _facts(self) -> None:
        """Facts that are asked for though no rule reads them, and facts that decide the process though nobody asks for them.

        An exception may read what is never asked for: where a company states it, it lifts a block.
        """
        base = self.base
        read = set[str]()
        decisive: dict[str, Rule] = {}
        for rule in self.rules.values():
            names = inputs(base.conditions[rule.id])
            lift = isinstance(rule.then, Block) and rule.then.lift
            if not lift and (isinstance(rule.then, (Weigh, Block)) or rule.id in base.read_by_verdict):
                decisive |= {name: rule for name in self._with_inputs(names) if name not in decisive}
            names = names | {name for text in texts(rule) for name in placeholders(text)}
            if rule.id in base.done:
                names |= inputs(base.done[rule.id])
            if isinstance(rule.then, Advise) and base.knowledge.topics[rule.then.topic].metrics:
                names.add(rule.then.choice)
            read |= self._with_inputs(names)
        for fact in base.vocabulary.facts.values():
            if fact.id not in read and fact.ask != "figures":
                self._say("SP408", f"no rule reads the fact {fact.id}, which is asked for.")
            elif fact.id in decisive and fact.ask == "figures":
                what = f"it reads {fact.id}, which can change the process but is never asked for (`ask: figures`)."
                self._say("SP409", what, decisive[fact.id])

    def _with_inputs(self, names: Iterable[str]) -> set[str]:
        found, pending = set[str](), list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending.extend(inputs(self.base.formulas[name]) if name in self.base.formulas else ())
        return found

    def _values(self) -> None:
        """Values of a fact between which no rule makes a difference."""
        tests = [leaf for leaf in self.base.leaves if isinstance(leaf, (OneOf, Member))]
        for fact in self.base.vocabulary.facts.values():
            mine = [leaf for leaf in tests if leaf.name == fact.id]
            groups: dict[tuple[bool, ...], list[str]] = {}
            for value in fact.values if mine else ():
                groups.setdefault(tuple(_tells(leaf, value) for leaf in mine), []).append(value)
            for signature, values in groups.items():
                if len(values) > 1 or (fact.type == "set" and not any(signature)):
                    what = (
                        f"no rule tells {' and '.join(values)} apart"
                        if len(values) > 1
                        else f"no rule reads {values[0]}"
                    )
                    self._say("SP410", f"{fact.id}: {what}.")

    def _statements(self) -> None:
        knowledge = self.base.knowledge
        cited = {name for rule in self.rules.values() for name in rule.source}
        cited |= {name for point in knowledge.guide for name in point.source}
        cited |= {name for _, source in knowledge.guide_notes for name in source}
        cited |= {name for number in self.base.vocabulary.derived.values() for name in number.source}
        for source in knowledge.sources.values():
            if source.kind == "article" and source.id not in cited:
                self._say("SP413", f"nothing cites {source.id}: {source.says}")

    def _thresholds(self) -> None:
        """A figure in a condition needs a source that holds a figure, or expert judgement."""
        sources = self.base.knowledge.sources
        for rule in self.rules.values():
            figures = {
                f for leaf in leaves(self.base.conditions[rule.id]) if isinstance(leaf, Compare) for f in _figures(leaf)
            }
            told = any(name == EXPERT or _FIGURE.search(sources[name].says) for name in rule.source)
            if figures - {0.0, 1.0} and not told:
                numbers = ", ".join(f"{figure:g}" for figure in sorted(figures - {0.0, 1.0}))
                self._say("SP414", f"no source gives a figure for {numbers}; cite one, or `{EXPERT}`.", rule)

    def _soft_sources(self) -> None:
        """What decides needs more than opinions, ranges without a sample and what was not read again."""
        sources = self.base.knowledge.sources
        for rule in self.rules.values():
            decides = isinstance(rule.then, (Conclude, Weigh, Block))
            if decides and all(name in sources and sources[name].soft for name in rule.source):
                cited = ", ".join(rule.source)
                self._say("SP416", f"it decides by soft sources alone: {cited}; cite more, or `{EXPERT}`.", rule)


def _strength(rule: Rule) -> float:
    return abs(rule.then.certainty) if isinstance(rule.then, Weigh) else 1.0


def _tells(leaf: OneOf | Member, value: str) -> bool:
    return value in leaf.values if isinstance(leaf, OneOf) else value == leaf.value


def _figures(tree: Compare | Number) -> set[float]:
    if isinstance(tree, Constant):
        return {tree.value}
    return _figures(tree.left) | _figures(tree.right) if isinstance(tree, (Compare, Arithmetic)) else set()


def _as_written(fact: Fact | Derived, value: Value) -> str:
    """A value as it stands in a fact file."""
    return (
        f"[{', '.join(v for v in fact.values if v in value)}]"
        if isinstance(value, frozenset)
        else written_value(fact, value)
    )
