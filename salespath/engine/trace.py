"""What stands behind a node of the graph: the leaf tests that decide it, the answers they read, the answers they still need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salespath.engine.base import Base
from salespath.engine.intervals import is_open
from salespath.engine.truth_graph import ALL, LEAF, Standing
from salespath.engine.walk import Truth
from salespath.facts import Value


def names_behind(base: Base, truth: Truth, ref: int) -> set[str]:
    """The facts and numbers read by the tests that make a node true or false; of an open one by the tests that keep it open."""
    true, false, graph = truth.true, truth.false, base.graph
    open_only = not (truth.is_true(ref) or truth.is_false(ref))
    found: set[str] = set()
    seen: set[int] = set()
    pending = [ref]
    while pending:
        ref = pending.pop()
        node = ref if ref >= 0 else ~ref
        if node in seen:
            continue
        seen.add(node)
        kind, refs = graph.nodes[node]
        if kind == LEAF:
            test = graph.leaves[refs[0]]
            if isinstance(test, Standing):
                pending.extend(test.deciding(truth.is_true))
            elif open_only != bool(true[node] or false[node]):
                found.update(graph.leaf_inputs[refs[0]])
        elif open_only:
            pending.extend(child for child in refs if not (truth.is_true(child) or truth.is_false(child)))
        elif bool(true[node]) == (kind == ALL):
            pending.extend(refs)  # all of them make it so
        else:
            wanted = truth.is_true if true[node] else truth.is_false
            pending.extend(child for child in refs if wanted(child))
    return found


def read(base: Base, facts: Mapping[str, Value], names: Iterable[str]) -> dict[str, Value]:
    """The values behind some names, in vocabulary order: given ones, and those a computed number was computed from."""
    return {name: facts[name] for name in base.vocabulary.ordered(base.behind(names, facts) & facts.keys())}


def missing(base: Base, facts: Mapping[str, Value], names: Iterable[str]) -> tuple[str, ...]:
    """The facts behind some names that are unknown, or known as a range only, in vocabulary order."""
    return tuple(name for name in base.facts_behind(names, facts) if is_open(facts, name))
