"""The compiled graph as positive rules, for engines that chain rules forward.

A *literal* is a reference: a node, or its complement for "is false". An engine that is told the literals of the leaf tests and
derives others from them needs no negation, no alternatives, no priorities and no withdrawal of facts, which are where such
engines differ from one another. An unknown node is one of which neither literal is derived.
"""

from __future__ import annotations

from collections.abc import Iterator

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.truth_graph import ALL, FACTS, LEAF, VERDICT, Ref, Standing
from salespath.rules.language import Compare, Leaf


def derivations(base: Base) -> Iterator[tuple[Ref, tuple[Ref, ...]]]:
    """Pairs of a literal and the literals that it follows from, taken together."""
    for node, (kind, refs) in enumerate(base.graph.nodes):
        if kind == LEAF:
            continue
        if kind != ALL:  # any of them: false where all of them are false
            node, refs = ~node, tuple(~ref for ref in refs)
        yield node, refs
        for ref in refs:
            yield ~node, (~ref,)


def answers(base: Base, company: Company) -> list[Ref]:
    """The literals of the tests that read facts of one company."""
    found = []
    for node, leaf in _leaves(base, late=False):
        assert not isinstance(leaf, Standing)
        true, false, _ = company.test(leaf)
        found.extend([node] * true + [~node] * false)
    return found


def late_tests(base: Base) -> Iterator[tuple[Ref, Compare | Standing]]:
    """The nodes of the tests that read sums, certain conclusions and standing blocks, which are known after a first run."""
    for node, leaf in _leaves(base, late=True):
        assert isinstance(leaf, (Compare, Standing))
        yield node, leaf


def _leaves(base: Base, *, late: bool) -> Iterator[tuple[Ref, Leaf | Standing]]:
    sums = range(base.graph.leaf_ends[FACTS], base.graph.leaf_ends[VERDICT])
    for node, (kind, refs) in enumerate(base.graph.nodes):
        if kind == LEAF:
            leaf = base.graph.leaves[refs[0]]
            if (refs[0] in sums or isinstance(leaf, Standing)) == late:
                yield node, leaf
