"""The graph of a compiled base: and, or and not over leaf tests, in three sections that are walked one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from salespath.rules.language import Condition, Leaf

FACTS, VERDICT, PLAN = range(3)
LEAF, ALL, ANY = range(3)


@dataclass(frozen=True)
class Standing:
    """A verdict's reading of an earlier conclusion: it stands where it is certain and no exception is, else it does not.

    Only a block has exceptions here; those of others are part of the conclusion.
    """

    condition: int
    exceptions: tuple[int, ...] = ()

    @property
    def refs(self) -> tuple[int, ...]:
        """What it reads."""
        return (self.condition, *self.exceptions)

    def deciding(self, is_true: Callable[[int], Any]) -> tuple[int, ...]:
        """What decides it, for one company: the exceptions that lift it, or else its condition."""
        return tuple(filter(is_true, self.exceptions)) or (self.condition,)


GraphLeaf: TypeAlias = "Leaf | Standing"
Ref: TypeAlias = int  # a node's index, or its bitwise complement for the negation
GraphNode: TypeAlias = "tuple[int, tuple[int, ...]]"  # LEAF and the leaf's index, or ALL or ANY and refs


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
    raised_refs: dict[tuple[str, str], Ref] = field(
        default_factory=dict
    )  # that a red flag has a level, by rule and level
    owner_refs: dict[str, Ref] = field(default_factory=dict)  # that the company has somebody for a role
    value_refs: dict[tuple[str, str], Ref] = field(default_factory=dict)
    standing_refs: dict[str, Ref] = field(default_factory=dict)  # whether a block stands, by its rule

    def leaves_of(self, section: int) -> Sequence[GraphLeaf]:
        """The leaf tests of one section."""
        return self.leaves[self.leaf_ends[section - 1] if section else 0 : self.leaf_ends[section]]

    def names_read(self, refs: Iterable[Ref]) -> set[str]:
        """The facts and numbers that the tests below some nodes read."""
        return {name for place in self._leaves_below(refs) for name in self.leaf_inputs[place]}

    def leaves_below(self, refs: Iterable[Ref]) -> list[GraphLeaf]:
        """The tests below some nodes."""
        return [self.leaves[place] for place in sorted(self._leaves_below(refs))]

    def _leaves_below(self, refs: Iterable[Ref]) -> set[int]:
        found, pending, seen = set[int](), list(refs), set[Ref]()
        while pending:
            ref = pending.pop()
            node = ref if ref >= 0 else ~ref
            if node not in seen:
                seen.add(node)
                kind, parts = self.nodes[node]
                if kind == LEAF:
                    found.update(parts)
                else:
                    pending.extend(parts)
        return found

    def evaluate(
        self,
        ref: Ref,
        test: Callable[[Any], tuple[Any, ...]],
        every: Callable[[list[Any]], Any],
        some: Callable[[list[Any]], Any],
        pairs: dict[Ref, tuple[Any, ...]],
    ) -> tuple[Any, ...]:
        """What makes a node true, and what makes it false, from the tests below it; `pairs` keeps what was evaluated."""
        if ref < 0:
            return self.evaluate(~ref, test, every, some, pairs)[::-1]
        if ref not in pairs:
            kind, refs = self.nodes[ref]
            if kind == LEAF:
                pairs[ref] = test(self.leaves[refs[0]])[:2]
            else:
                below = [self.evaluate(part, test, every, some, pairs) for part in refs]
                true, false = [pair[0] for pair in below], [pair[1] for pair in below]
                pairs[ref] = (every(true), some(false)) if kind == ALL else (some(true), every(false))
        return pairs[ref]
