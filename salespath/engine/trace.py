"""What stands behind a node of the graph: the leaf tests that decide it, the answers they read, the answers they still need."""

from __future__ import annotations

from collections.abc import Iterable

from salespath.engine.compile import ALL, LEAF, Base, Closed, Standing
from salespath.engine.walk import Truth
from salespath.facts import Value
from salespath.rules.language import inputs


def deciding(base: Base, truth: Truth, ref: int) -> set[str]:
    """The facts and numbers that the tests read which make a node true or false."""
    return _collect(base, truth, ref, open_only=False)


def undecided(base: Base, truth: Truth, ref: int) -> set[str]:
    """The facts and numbers that the open tests read which keep a node open."""
    return _collect(base, truth, ref, open_only=True)


def _collect(base: Base, truth: Truth, ref: int, *, open_only: bool) -> set[str]:
    true, false = truth.true, truth.false
    found: set[str] = set()
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
            elif isinstance(test, Standing):  # lifted by an exception, or else it is as its condition is
                lifted = [exception for exception in test.exceptions if truth.is_true(exception)]
                pending.extend(lifted or (test.condition,))
            elif open_only != bool(true[node] or false[node]):
                found.update(base.leaf_inputs[refs[0]])
        elif open_only:
            pending.extend(
                child
                for child in refs
                if not (true[child if child >= 0 else ~child] or false[child if child >= 0 else ~child])
            )
        elif bool(true[node]) == (kind == ALL):
            pending.extend(refs)  # all of them make it so
        else:
            wanted = truth.is_true if true[node] else truth.is_false
            pending.extend(child for child in refs if wanted(child))
    return found


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


def behind(base: Base, names: Iterable[str]) -> set[str]:
    """Some names and, through formulas, all that they are computed from."""
    found, pending = set[str](), list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(inputs(base.formulas[name]) if name in base.formulas else ())
    return found
