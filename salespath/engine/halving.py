"""The search by halving of `cells.bisect_between`, for all rows of a table at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from salespath.engine.table import Array

AT_ONCE = (
    2**13
)  # points of all rows that are looked at together: fewer calls for few rows, little work in vain for many
LEVELS = 5


def bisect_rows(low: Array, high: Array, state: Callable[[Array], Array]) -> Array:
    """The least number of each row, in parts of one, from which on a test is no longer as it is with the lowest.

    `state` takes several points of every row at once: those that the next few halvings may come to, as a tree.
    """
    before, every = state(low), np.arange(len(low))
    levels = min(LEVELS, (AT_ONCE // max(len(low), 1) + 1).bit_length() - 1) or 1
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
