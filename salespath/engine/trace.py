"""What stands behind a node of the graph: the leaf tests that decide it, the answers they read, the answers they still need."""

from __future__ import annotations

from collections.abc import Iterable

from salespath.engine.compile import ALL, LEAF, Base, Closed, Test
from salespath.engine.expressions import inputs
from salespath.engine.walk import Truth
from salespath.facts import Value


def deciding(base: Base, truth: Truth, ref: int) -> set[Test]:
    """The leaf tests that make a node true or false."""
    return {base.leaves[leaf] for leaf in _collect(base, truth, ref, open_only=False)}


def undecided(base: Base, truth: Truth, ref: int) -> set[Test]:
    """The open leaf tests that keep a node open."""
    return {base.leaves[leaf] for leaf in _collect(base, truth, ref, open_only=True)}


def _collect(base: Base, truth: Truth, ref: int, *, open_only: bool) -> set[int]:
    found: set[int] = set()
    seen: set[int] = set()
    pending = [ref]
    while pending:
        ref = pending.pop()
        node = ref if ref >= 0 else ~ref
        if node in seen:
            continue
        seen.add(node)
        kind, refs = base.nodes[node]
        if kind == LEAF:
            test = base.leaves[refs[0]]
            if isinstance(test, Closed):
                pending.append(test.ref)
            elif open_only != bool(truth.true[node] or truth.false[node]):
                found.add(refs[0])
            continue
        for child in refs:
            is_true, is_false = truth.is_true(child), truth.is_false(child)
            if open_only:
                keep = not (is_true or is_false)
            elif truth.true[node]:
                keep = kind == ALL or is_true
            else:
                keep = kind != ALL or is_false
            if keep:
                pending.append(child)
    return found


def names(tests: Iterable[Test]) -> set[str]:
    """The facts and numbers that tests read."""
    return {name for test in tests if not isinstance(test, Closed) for name in inputs(test)}


def read(base: Base, facts: dict[str, Value], numbers: Iterable[str]) -> dict[str, Value]:
    """The values behind some names, in vocabulary order: given ones, and those a computed number was computed from."""
    found: set[str] = set()
    pending = list(numbers)
    while pending:
        name = pending.pop()
        if name in found or name not in base.vocabulary:
            continue
        if name in facts:
            found.add(name)
        elif name in base.formulas:
            pending.extend(inputs(base.formulas[name]))
    return {name: facts[name] for name in base.vocabulary.ordered(found)}


def missing(base: Base, facts: dict[str, Value], numbers: Iterable[str]) -> tuple[str, ...]:
    """The unknown facts behind some names, in vocabulary order."""
    found: set[str] = set()
    pending = list(numbers)
    while pending:
        name = pending.pop()
        if name in facts or name in found:
            continue
        if name in base.formulas:
            pending.extend(inputs(base.formulas[name]))
        elif name in base.vocabulary:
            found.add(name)
    return tuple(base.vocabulary.ordered(found))
