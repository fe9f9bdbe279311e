"""Random companies, the same for the same seed."""

from __future__ import annotations

import random

from given import VOCABULARY, bounds

from salespath.facts import Case, Derived, Fact

FIGURES = (
    0, 1, 2, 3, 5, 6, 7, 9, 10, 12, 18, 24, 99, 100, 999, 1000, 4999, 5000, 10_000, 25_000, 50_000, 100_000, 10**7
)  # fmt: skip


def random_companies(count: int, seed: int) -> list[Case]:
    """Companies that know from none to all of their facts, with figures at and around thresholds."""
    source = random.Random(seed)
    cases = []
    for index in range(count):
        known = source.random()
        facts = {}
        for name in VOCABULARY:
            fact = VOCABULARY[name]
            if source.random() > (known if name in VOCABULARY.facts else known / 4):
                continue
            if fact.type == "boolean":
                facts[name] = source.random() < 0.5
            elif fact.type == "choice":
                facts[name] = source.choice(list(fact.values))
            elif fact.type == "set":
                share = source.random()
                facts[name] = frozenset(member for member in fact.values if source.random() < share)
            elif fact.type == "date":
                facts[name] = f"20{source.randint(10, 30)}-12-31"
            elif fact.type == "share":
                facts[name] = source.choice((0, 1, source.random()))
            else:
                facts[name] = source.choice((*FIGURES, source.random() * 10 ** source.randint(0, 7)))
            if fact.numeric:
                facts[name] = possible(fact, facts[name])
        cases.append(Case(f"company {index}", facts))
    return cases


def possible(fact: Fact | Derived, figure: float) -> float:
    """The figure, or the nearest that the fact can be."""
    low, high = bounds(fact)
    if figure < low and fact.above is not None and fact.type != "integer":
        low = fact.above + 0.5
    figure = min(max(figure, low), high)
    return int(figure) if fact.type == "integer" else figure
