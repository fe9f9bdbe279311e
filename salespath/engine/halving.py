"""The search by halving of `cells.bisect_between`, for all rows of a table at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from salespath.engine.cells import NEAR_BY
from salespath.engine.table import Array

AT_ONCE = (
    2**13
)  # points of all rows that are looked at together: fewer calls for few rows, little work in vain for many
LEVELS = 5


def bisect_rows(
    low: Array,
    high: Array,
    state: Callable[[Array], Array],
    before: Array | None = None,
    likely: Sequence[Array] = (),
) -> Array:
    """The least number of each row, in parts of one, from which on a test is no longer as it is with the lowest (`before`).

    `state` takes several points of every row at once: first the `likely` ones, then those that the next few halvings may come to,
    as a tree.
    """
    before, every = state(low) if before is None else before, np.arange(len(low))
    if len(likely):
        low, high = _beside(low, high, state, before, likely)
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


def _beside(
    low: Array, high: Array, state: Callable[[Array], Array], before: Array, likely: Sequence[Array]
) -> tuple[Array, Array]:
    """The least of some numbers of each row at which the test has turned, and the one before it; the ends where there is none."""
    points = np.stack(likely)
    points = np.where((points > low) & (points < high), points, low)
    turned = np.broadcast_to(state(points) != before, points.shape)
    first = np.where(turned, points, high).min(axis=0)
    return np.where(points < first, points, low).max(axis=0), first


def likely_turns(low: Array, high: Array, difference: Callable[[Array], Array]) -> list[Array]:
    """The numbers of `cells.likely_turns`, of every row as many; the lowest where there is none."""
    ends = np.stack([low + 1, np.minimum(low + NEAR_BY, high)])
    found = [low + 1]
    with np.errstate(all="ignore"):
        apart = np.broadcast_to(difference(ends), ends.shape)
        for some in (apart, apart * ends):
            turn = np.rint(ends[0] + (ends[1] - ends[0]) * (some[0] / (some[0] - some[1])))
            turn = np.where((turn >= low) & (turn <= high), turn, low)
            found += [turn - 1, turn, turn + 1]
    return found
