"""How many questions it takes until the process is settled, by order of asking: `python -m benchmarks.questions`.

The documented companies, completed by uniform draws over the values that rules tell apart, the same completions for every order.
Also how long it takes after each answer to say whether the process is settled and what to ask next.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.engine.cells import cells
from salespath.engine.load import load
from salespath.engine.settle import search_settled, settle
from salespath.facts import Case, Value, read_file

COMPANIES = Path(__file__).parent.parent / "examples" / "real_companies.yaml"
Facts = Mapping[str, Value]
Order = Callable[[Facts, random.Random], str | None]


def sheet(base: Base) -> list[str]:
    """The facts in the order of the sheet."""
    facts = base.vocabulary.facts.values()
    return [fact.id for tier in ("core", "plan") for fact in facts if fact.ask == tier]


def orders(base: Base) -> dict[str, Order]:
    """The orders to compare: each gives the next fact to ask, or nothing."""
    names = sheet(base)

    def telling(known: Facts, _: random.Random) -> str | None:
        left = search_settled(assess(base, Case("A", known))).next_questions
        return next((question.fact for question in left if question.fact in names), None)

    def fixed(known: Facts, _: random.Random) -> str | None:
        return next((name for name in names if name not in known), None)

    def at_random(known: Facts, source: random.Random) -> str | None:
        left = [name for name in names if name not in known]
        return source.choice(left) if left else None

    return {"telling": telling, "fixed": fixed, "random": at_random}


def asked(base: Base, facts: Facts, order: Order, source: random.Random, times: list[float]) -> int:
    """The questions asked of one company; the seconds taken after each answer are added to `times`."""
    known: dict[str, Value] = {}
    while True:
        start = time.perf_counter()
        done = settle(base, known).settled
        name = None if done else order(known, source)
        times.append(time.perf_counter() - start)
        if name is None:
            return len(known)
        known[name] = facts[name]


def main() -> None:
    """Print the distribution for every order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    base = load()
    values = cells(base)
    cases = read_file(str(COMPANIES), base.vocabulary).cases
    for name, order in orders(base).items():
        counts: list[int] = []
        times: list[float] = []
        for seed in seeds:
            for case in cases:
                source = random.Random(f"{case.company} {seed}")
                facts = {fact: case.values.get(fact, source.choice(values[fact])) for fact in sheet(base)}
                counts.append(asked(base, facts, order, source, times))
        deciles = statistics.quantiles(counts, n=10)
        print(
            f"{name:8} median {statistics.median(counts):g} questions; deciles {' '.join(f'{d:.0f}' for d in deciles)}; "
            f"most {max(counts)}; after an answer {1000 * statistics.median(times):.1f} ms, "
            f"99th percentile {1000 * statistics.quantiles(times, n=100)[98]:.0f} ms ({len(counts)} interviews)"
        )


if __name__ == "__main__":
    main()
