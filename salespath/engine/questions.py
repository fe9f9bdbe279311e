"""What to ask next: the facts that can still change the process, in the order of how much their answers narrow it.

An answer is expected to be any of the values that the rules tell apart, all equally likely (the stated prior: nothing is known of
who is asked). What is left after it is measured by the two walks: how many processes remain possible, how many blocks are open, and
how far apart the lowest and the highest evidence are. A fact that helps to compute a number shares what that number narrows with
the other facts it still takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from salespath.engine.base import Base
from salespath.engine.intervals import is_open
from salespath.engine.space import Space, States, space
from salespath.facts import Value
from salespath.rules.language import VERDICT_NUMBERS

# Of asking, by tier: what is at hand, to be looked up, to be worked out.
COST = {"core": 1.0, "plan": 1.5, "figures": 3.0}
# What an open block, and a unit of net evidence that may still come or not, count beside a process that remains possible. Tried on
# half of the documented companies; within a factor of three the number of questions stays the same.
BLOCK, WIDTH = 0.1, 0.03


def narrowing(base: Base, facts: Mapping[str, Value]) -> dict[str, float]:
    """For every unknown fact that an open test reads, how much its answer is expected to narrow the process, per cost of asking."""
    here = space(base).narrowed(facts)
    root = here.root(facts)
    variables = here.open(root)
    parts = [here.branched(root, variable)[: len(variable.outcomes)] for variable in variables]
    left = _left(here, np.concatenate([root, *parts]))
    gains = np.split(left[0] - left[1:], np.cumsum([len(part) for part in parts])[:-1]) if parts else []
    found: dict[str, float] = {}
    for variable, gain in zip(variables, gains):
        answers = [place for place, outcome in enumerate(variable.outcomes[: len(gain)]) if outcome.answer]
        missing = [fact for fact in variable.facts if is_open(facts, fact)]
        for fact in missing:
            cost = COST[base.vocabulary.facts[fact].ask] * len(missing)
            found[fact] = found.get(fact, 0.0) + float(gain[answers].mean() if answers else 0.0) / cost
    return found


def _left(here: Space, rows: States) -> npt.NDArray[np.float64]:
    """How much is left open in partial companies."""
    base = here.base
    walked, carrier = here.walked(rows)
    found = np.zeros(len(rows))
    for bits in walked.possible.values():
        found += carrier.expand(bits)
    for low, high in map(walked.wide.bounds, VERDICT_NUMBERS):
        found += WIDTH * (high - low)
    for rule, block in base.knowledge.blocks:
        decided = walked.fired(rule.id) | walked.failed(rule.id) | walked.surely_blocked(block.process)
        found += BLOCK * carrier.expand(~decided)
    return found


def rank(base: Base, facts: Mapping[str, Value], names: Iterable[str]) -> list[str]:
    """Some unknown facts, those first whose answer narrows most; equal ones in the order of the vocabulary."""
    scores = narrowing(base, facts)
    place = base.vocabulary.places
    return sorted(names, key=lambda name: (-round(scores.get(name, 0.0), 9), place[name]))
