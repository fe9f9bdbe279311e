"""How firm a verdict is: firm, hanging on a few answers, or open.

Firm is not settled: no single answer turns it, while two together may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.turning import Turn, turning
from salespath.engine.walk import Bits, Carrier, holds
from salespath.facts import Value
from salespath.rules.language import Condition, Scope, condition

FIRM, HANGS_ON, OPEN = LEVELS = ("firm", "hangs_on", "open")
MOST = 5  # answers on which a verdict may hang before it is open
ANSWERS, KINDS = 10, 3  # core facts that must be known, and in how many dimensions


@dataclass(frozen=True)
class Strength:
    """The level, the answers that alone turn the verdict in the order of asking, and how much of the core is known."""

    level: Annotated[str, ("enum", LEVELS)]
    on: tuple[Turn, ...]
    known: KnownCore


@dataclass(frozen=True)
class KnownCore:
    """How many core facts are known, in how many dimensions; how many were answered, of how many (others follow from these)."""

    facts: int
    dimensions: int
    answered: int
    of: int

    @property
    def enough(self) -> bool:
        """Whether a verdict can be firm on it."""
        return self.facts >= ANSWERS and self.dimensions >= KINDS


def strength(
    base: Base,
    facts: Mapping[str, Value],
    process: str,
    *,
    guessed: Collection[str] = (),
    unsure: bool = False,
) -> Strength:
    """How firm a verdict is. `unsure` says that it is open whatever turns it: by means alone, or on answers that contradict."""
    on, known = turning(base, facts, guessed), known_core(base, facts)
    open_ = unsure or process == "undetermined" or not known.enough or len(on) > MOST
    return Strength(OPEN if open_ else HANGS_ON if on else FIRM, on, known)


def known_core(base: Base, facts: Mapping[str, Value]) -> KnownCore:
    """How much of the core is known."""
    found = core(base, dict.fromkeys(facts, 1), Company(base, facts))
    dimensions = [base.vocabulary.facts[name].dimension for name, known in found.items() if known]
    answered = sum(name in base.vocabulary.derived or name in found for name in facts)
    return KnownCore(len(dimensions), len({*dimensions}), answered, len(found))


def core(base: Base, given: Mapping[str, Bits], carrier: Carrier) -> dict[str, Bits]:
    """Which core facts are known, of one company or of the rows of a table; `given` says which answers are.

    A computed number that is given counts as the first fact behind it that is not, and what follows from other answers as known:
    the sizes of customers of whom there are none.
    """
    vocabulary, zero = base.vocabulary, carrier.zero
    found = {name: given.get(name, zero) for name, fact in vocabulary.facts.items() if fact.ask == "core"}
    for name, tree in follows(base).items():
        if name in found:
            found[name] = found[name] | holds(tree, carrier)[0]
    for number in vocabulary.derived:
        rest = given.get(number, zero)
        for name in base.facts_behind([number]):
            if name in found:
                found[name], rest = found[name] | rest, rest & found[name]
    return found


@cache
def follows(base: Base) -> dict[str, Condition]:
    """Under what condition other answers tell a fact."""
    scope, facts = Scope(base.vocabulary, {}), base.vocabulary.facts.values()
    return {fact.id: condition(fact.follows, scope) for fact in facts if fact.follows}
