"""What the verdict reads of one company: the part of the graph below evidence, blocks and verdict, and what could still move it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from salespath.engine.base import Base
from salespath.engine.truth_graph import LEAF, VERDICT, Standing
from salespath.facts import Case, Fact
from salespath.facts.vocabulary import Change
from salespath.rules.language import Compare, Condition, Member, Scope, condition, inputs


class VerdictInputs:
    """What the verdict reads of one company: the relevant nodes of the graph, and the facts that could still move each.

    These are the unknown facts and those that the company can change itself, or with `free` all that are known.
    """

    def __init__(self, base: Base, case: Case, *, free: bool = False) -> None:
        self.base, self.case, self.free = base, case, free
        roots = {base.rule_ref(rule) for group in base.evidence for _, rule in group.pieces}
        graph = base.graph
        roots |= {ref for leaf in graph.leaves_of(VERDICT) if isinstance(leaf, Standing) for ref in leaf.refs}
        self.roots = {_node(ref) for ref in roots}
        self.parents: dict[int, set[int]] = {node: set() for node in self.roots}
        pending = list(self.roots)
        while pending:
            node = pending.pop()
            kind, refs = graph.nodes[node]
            for child in () if kind == LEAF else map(_node, refs):
                if child not in self.parents:
                    self.parents[child] = set()
                    pending.append(child)
                self.parents[child].add(node)
        self.support: dict[int, frozenset[str]] = {}
        for node in sorted(self.parents):  # a node's parts come before it
            kind, refs = graph.nodes[node]
            if kind == LEAF:
                self.support[node] = frozenset(n for n in self.behind(graph.leaf_inputs[refs[0]]) if self.can_move(n))
            else:
                self.support[node] = frozenset().union(*(self.support[_node(ref)] for ref in refs))
        self.leaves = [graph.leaves[graph.nodes[node][1][0]] for node in self.parents if graph.nodes[node][0] == LEAF]

    def behind(self, names: Iterable[str]) -> Iterator[str]:
        """The facts behind some names; a number that is given hangs on nothing else."""
        for name in names:
            if name not in self.base.numbers:
                yield name
            elif name not in self.case.values:
                yield from self.behind(sorted(self.base.inputs_of(name)))
            elif self.free:
                yield name

    def can_move(self, name: str) -> bool:
        """Whether a fact could be otherwise."""
        return (name in self.case.values) if self.free else name not in self.case.values or bool(self.change(name))

    def change(self, name: str) -> Change | None:
        """What the company can change of a fact itself."""
        fact = self.base.vocabulary[name]
        return fact.change if isinstance(fact, Fact) and not self.free else None

    @cached_property
    def needed(self) -> dict[str, Condition]:
        """What must hold, once everything is changed, for the company to make a change of a fact."""
        changes = {name: self.change(name) for name in self.facts() if name in self.case.values}
        scope = Scope(self.base.vocabulary, {})
        return {name: condition(change.when, scope) for name, change in changes.items() if change and change.when}

    def facts(self) -> list[str]:
        """The facts that could move the verdict, in the order of the vocabulary."""
        return self.base.vocabulary.ordered(frozenset().union(*self.support.values()))

    @cached_property
    def together(self) -> dict[str, set[str]]:
        """Of each fact those that some test reads together with it, and that could move too."""
        found: dict[str, set[str]] = {}
        for node, support in self.support.items():
            if self.base.graph.nodes[node][0] == LEAF and len(support) > 1:
                for name in support:
                    found.setdefault(name, set()).update(support - {name})
        return found

    def frontier(self, fact: str) -> list[int]:
        """The nodes through which all that a fact alone decides is read."""
        alone = frozenset([fact])
        return [
            node
            for node, support in self.support.items()
            if support == alone
            and (node in self.roots or any(self.support[parent] != alone for parent in self.parents[node]))
        ]

    def tests(self, fact: str) -> list[Compare]:
        """The comparisons that read a number, through formulas too."""
        found = [leaf for leaf in self.leaves if isinstance(leaf, Compare)]
        return [leaf for leaf in found if fact in set(self.behind(sorted(inputs(leaf))))]

    def members(self, fact: Fact) -> list[str]:
        """The members of a set that the verdict reads, in order."""
        if any(isinstance(leaf, Compare) and fact.id in inputs(leaf) for leaf in self.leaves):  # it counts them
            return list(fact.values)
        read = {leaf.value for leaf in self.leaves if isinstance(leaf, Member) and leaf.name == fact.id}
        return [member for member in fact.values if member in read]


def _node(ref: int) -> int:
    return ref if ref >= 0 else ~ref
