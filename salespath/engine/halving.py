"""The search by halving of `cells.bisect_between`, for all rows of a table at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from salespath.engine.table import Array

AT_ONCE = (
    2**13
)  # points of all rows that are looked at together: fewer calls for few rows, little work in vain for many
LEVELS = 5
NEAR_BY = 2**17  # parts of one


def bisect_rows(
    low: Array,
    high: Array,
    state: Callable[[Array], Array],
    before: Array | None = None,
    likely: Sequence[Array] = (),
) -> Array:
    """The least number of each row, in parts of one, from which on a test is no longer as it is with the lowest (`before`).

    `state` takes several points of every row at once: first those by which one comes to the most `likely` of some numbers (or to
    the lowest), then those that the next few halvings may come to, as a tree. Where it ends does not depend on what is likely.
    """
    before, every = state(low) if before is None else before, np.arange(len(low))
    low, high = _towards(_likeliest(low, high, state, before, likely), low, high, state, before)
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


def _likeliest(
    low: Array, high: Array, state: Callable[[Array], Array], before: Array, likely: Sequence[Array]
) -> Array:
    """The least of some numbers of each row at which the test has turned; the lowest where none is known."""
    if len(likely) == 0:
        return low
    points = np.clip(np.stack(likely), low, high)
    turned = np.broadcast_to(state(points) != before, points.shape)
    found = np.where(turned, points, np.inf).min(axis=0)
    return np.where(np.isfinite(found), found, low)


def _towards(
    number: Array, low: Array, high: Array, state: Callable[[Array], Array], before: Array
) -> tuple[Array, Array]:
    """What is left of low to high by halving towards a number, up to the first halving that leads elsewhere and including it."""
    lows, highs, middles = [low], [high], list[Array]()
    for _ in range(int(np.max(high - low, initial=0)).bit_length()):
        middles.append(np.floor((lows[-1] + highs[-1]) / 2))
        upper = middles[-1] < number
        lows.append(np.where(upper, middles[-1], lows[-1]))
        highs.append(np.where(upper, highs[-1], middles[-1]))
    if not middles:
        return low, high
    points, every = np.stack(middles), np.arange(len(low))
    same = np.broadcast_to(state(points) == before, points.shape)
    astray = same != (points < number)
    place = np.where(astray.any(axis=0), astray.argmax(axis=0), len(middles))
    low, high = np.stack(lows)[place, every], np.stack(highs)[place, every]
    last = np.minimum(place, len(middles) - 1)
    middle, so, on = points[last, every], same[last, every], place < len(middles)
    return np.where(on & so, middle, low), np.where(on & ~so, middle, high)


def likely_turns(low: Array, high: Array, difference: Callable[[Array], Array]) -> list[Array]:
    """Where a difference is nought if it grows evenly with a number in parts of one, or in inverse proportion to it."""
    ends = np.stack([low + 1, np.minimum(low + NEAR_BY, high)])  # far off a number may be no longer possible
    found = [low + 1]  # the first above nothing
    with np.errstate(all="ignore"):
        apart = np.broadcast_to(difference(ends), ends.shape)
        for some in (apart, apart * ends):
            turn = np.ceil(ends[0] + (ends[1] - ends[0]) * (some[0] / (some[0] - some[1])))
            turn = np.where((turn >= low) & (turn <= high), turn, high)
            found += [turn - 1, turn, turn + 1]  # as a comparison is strict or not, and a number a little off
    return found
