"""What the verdict reads of one company: the part of the graph below evidence, blocks and verdict, and what could still move it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from salespath.engine.base import Base
from salespath.engine.intervals import is_open
from salespath.engine.truth_graph import LEAF, VERDICT, GraphLeaf, Standing
from salespath.facts import Case, Fact
from salespath.facts.vocabulary import Change
from salespath.rules.language import Compare, Condition, Member, Scope, condition, inputs


class VerdictInputs:
    """What the verdict reads of one company: the relevant nodes of the graph, and the facts that could still move each.

    These are the facts that are unknown, or known as a range only, and those that the company can change itself, or with `free` all
    that are known.
    """

    def __init__(self, base: Base, case: Case, *, free: bool = False) -> None:
        self.base, self.case, self.free = base, case, free
        graph = base.graph
        refs = {base.rule_ref(rule) for group in base.evidence for _, rule in group.pieces}
        refs |= {ref for leaf in graph.leaves_of(VERDICT) if isinstance(leaf, Standing) for ref in leaf.refs}
        self.roots = {max(ref, ~ref) for ref in refs}
        self.parents: dict[int, set[int]] = {node: set() for node in self.roots}
        parts: dict[int, list[int]] = {}
        self.leaves: dict[int, GraphLeaf] = {}
        pending = list(self.roots)
        while pending:
            node = pending.pop()
            kind, below = graph.nodes[node]
            if kind == LEAF:
                self.leaves[node] = graph.leaves[below[0]]
            parts[node] = [] if kind == LEAF else [max(ref, ~ref) for ref in below]
            pending.extend(part for part in parts[node] if part not in self.parents)
            for part in parts[node]:
                self.parents.setdefault(part, set()).add(node)
        self.support: dict[int, frozenset[str]] = {}
        for node in sorted(parts):  # a node's parts come before it
            read = self.behind(graph.leaf_inputs[graph.nodes[node][1][0]]) if node in self.leaves else ()
            self.support[node] = frozenset(filter(self.can_move, read)).union(
                *(self.support[part] for part in parts[node])
            )

    def behind(self, names: Iterable[str]) -> set[str]:
        """The facts behind some names; a number that is given hangs on nothing else."""
        known = self.case.values
        found = self.base.behind(names, known)
        return {name for name in found if self.base.formula(name) is None or (self.free and name in known)}

    def can_move(self, name: str) -> bool:
        """Whether a fact could be otherwise."""
        known = not is_open(self.case.values, name)
        return known if self.free else not known or self.change(name) is not None

    def change(self, name: str) -> Change | None:
        """What the company can change itself of a fact that is known."""
        fact = self.base.vocabulary[name]
        known = not (self.free or is_open(self.case.values, name))
        return fact.change if isinstance(fact, Fact) and known else None

    @cached_property
    def needed(self) -> dict[str, Condition]:
        """What must hold, once everything is changed, for the company to make a change of a fact."""
        scope = Scope(self.base.vocabulary, {})
        changes = {name: change for name in self.facts() if (change := self.change(name))}
        return {name: condition(change.when, scope) for name, change in changes.items() if change.when}

    def facts(self) -> list[str]:
        """The facts that could move the verdict, in the order of the vocabulary."""
        return self.base.vocabulary.ordered(frozenset().union(*self.support.values()))

    @cached_property
    def together(self) -> dict[str, set[str]]:
        """Of each fact those that some test reads together with it, and that could move too."""
        found: dict[str, set[str]] = {}
        for support in (self.support[node] for node in self.leaves):
            for name in support if len(support) > 1 else ():
                found.setdefault(name, set()).update(support - {name})
        return found

    def frontier(self, fact: str) -> list[int]:
        """The nodes through which all that a fact alone decides is read."""
        alone = [node for node, support in self.support.items() if support == {fact}]
        return [node for node in alone if node in self.roots or not self.parents[node].issubset(alone)]

    def tests(self, fact: str) -> list[Compare]:
        """The comparisons that read a number, through formulas too."""
        found = [leaf for leaf in self.leaves.values() if isinstance(leaf, Compare)]
        return [leaf for leaf in found if fact in self.behind(inputs(leaf))]

    def members(self, fact: Fact) -> list[str]:
        """The members of a set that the verdict reads, in order."""
        leaves = self.leaves.values()
        if any(isinstance(leaf, Compare) and fact.id in inputs(leaf) for leaf in leaves):  # it counts them
            return list(fact.values)
        read = {leaf.value for leaf in leaves if isinstance(leaf, Member) and leaf.name == fact.id}
        return [member for member in fact.values if member in read]
