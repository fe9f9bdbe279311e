"""The search by halving of `cells.bisect_between`, for all rows of a table at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from salespath.engine.table import Array

AT_ONCE = (
    2**13
)  # points of all rows that are looked at together: fewer calls for few rows, little work in vain for many
LEVELS = 5
NEARER = 20  # of the first halvings, of which most numbers are in the lower half again and again


def bisect_rows(low: Array, high: Array, state: Callable[[Array], Array]) -> Array:
    """The least number of each row, in parts of one, from which on a test is no longer as it is with the lowest.

    `state` takes several points of every row at once: those that the next few halvings may come to, as a tree.
    """
    before, every = state(low), np.arange(len(low))
    levels = min(LEVELS, (AT_ONCE // max(len(low), 1) + 1).bit_length() - 1) or 1
    if levels > 1 and (high - low > 1 << NEARER).all():
        low, high = _lower_halves(low, high, before, state)
    while (high - low > 1).any():
        points, parts = list[Array](), [(low, high)]
        for _ in range(levels):
            middles = [np.floor((first + last) / 2) for first, last in parts]
            points += middles
            parts = [end for (a, c), b in zip(parts, middles) for end in ((a, b), (b, c))]
        tree = np.stack(points)
        same = np.broadcast_to(state(tree) == before, tree.shape)
        node = np.zeros(len(low), dtype=np.intp)
        for _ in range(levels):
            if not (high - low > 1).any():
                break
            middle, so = tree[node, every], same[node, every]
            low, high = np.where(so, middle, low), np.where(so, high, middle)
            node = 2 * node + 1 + so
    return high


def _lower_halves(low: Array, high: Array, before: Array, state: Callable[[Array], Array]) -> tuple[Array, Array]:
    """The first halvings as long as they come to the lower half, and one more: all of these points are known beforehand."""
    ends = [high]
    for _ in range(NEARER):
        ends.append(np.floor((low + ends[-1]) / 2))
    middles = np.stack(ends[1:])
    same = np.broadcast_to(state(middles) == before, middles.shape)
    last = np.where(same.any(axis=0), same.argmax(axis=0), NEARER)  # the halving that comes to the upper half
    every = np.arange(len(low))
    found = np.stack(ends)
    return np.where(last < NEARER, middles[np.minimum(last, NEARER - 1), every], low), found[last, every]
