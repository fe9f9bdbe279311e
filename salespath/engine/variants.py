"""The carrier for one company and what it could answer: a bit of a Python integer for each variant, one walk for all of them.

A variant is the company with some answers more, or others. A test is tried anew only for the variants that answer something it
reads; all others share the company's own. So a few hundred variants take little longer than the company itself, and no heavy
import.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.placing import Answers, with_answers
from salespath.engine.walk import walk
from salespath.facts import Value
from salespath.rules.language import Leaf, inputs


def processes_of(base: Base, facts: Mapping[str, Value], answers: Sequence[Answers]) -> list[str]:
    """The process of each variant of a company, in one walk."""
    if not answers:
        return []
    carrier = Variants(base, facts, answers)
    found = [""] * len(answers)
    for process, bits in walk(base, carrier, settle=False, plan=False).processes.items():
        for place in carrier.chosen(bits):
            found[place] = process
    return found


class Variants:
    """Truth values of the variants of one company, the lowest bit for the first."""

    def __init__(self, base: Base, facts: Mapping[str, Value], answers: Sequence[Answers]) -> None:
        self.base = base
        self.company = Company(base, facts)
        self.variants = [Company(base, with_answers(facts, some)) for some in answers]
        self.answering: dict[str, set[int]] = {}
        for place, some in enumerate(answers):
            for name in some:
                self.answering.setdefault(name, set()).add(place)
        self.one, self.zero = (1 << len(answers)) - 1, 0

    def test(self, leaf: Leaf) -> tuple[int, int, int]:
        """Whether a test is true, false, undecided."""
        here = self.company.test(leaf)
        found = [self.one * bit for bit in here]
        for place in set().union(*(self.answering.get(name, ()) for name in self.base.behind(inputs(leaf)))):
            there = self.variants[place].test(leaf)
            if there != here:
                for kind, bit in enumerate(there):
                    found[kind] = found[kind] & ~(1 << place) | bit << place
        return found[0], found[1], found[2]

    def expand(self, bits: int) -> int | Numbers:
        """Bits as integers: one for all variants where they do not differ."""
        common = bits >> len(self.variants) - 1 & 1
        odd = self.chosen(bits ^ self.one * common)
        return Numbers(common, dict.fromkeys(odd, 1 - common)) if odd else common

    def pack(self, truth: bool | Numbers) -> int:
        """Truth values as bits."""
        if not isinstance(truth, Numbers):
            return self.one * truth
        found = self.one * bool(truth.common)
        for place, so in truth.odd.items():
            found = found & ~(1 << place) | bool(so) << place
        return found

    def chosen(self, bits: int) -> list[int]:
        """The places of the variants whose bit is set."""
        found = []
        while bits:
            found.append((bits & -bits).bit_length() - 1)
            bits &= bits - 1
        return found


def _each(function: Callable[[Any, Any], Any]) -> Callable[[Numbers, Any], Numbers]:
    """An operator of numbers, by what it does to one of them."""

    def applied(mine: Numbers, other: Any) -> Numbers:
        if not isinstance(other, Numbers):
            return Numbers(function(mine.common, other), {n: function(item, other) for n, item in mine.odd.items()})
        places = mine.odd.keys() | other.odd.keys()
        odd = {n: function(mine.odd.get(n, mine.common), other.odd.get(n, other.common)) for n in places}
        return Numbers(function(mine.common, other.common), odd)

    return applied


class Numbers:
    """A number for each variant: what is common to most, and the odd ones by their place. So a sum costs what differs.

    Comparing gives truth values in the same form, for `&`, `|` and `Variants.pack`.
    """

    def __init__(self, common: Any, odd: dict[int, Any]) -> None:
        self.common, self.odd = common, odd

    def __neg__(self) -> Numbers:
        return self * -1

    __add__ = __radd__ = _each(operator.add)
    __sub__, __rsub__ = _each(operator.sub), _each(lambda item, rest: rest - item)
    __mul__ = __rmul__ = _each(operator.mul)
    __truediv__ = _each(operator.truediv)
    __lt__, __le__ = _each(operator.lt), _each(operator.le)
    __gt__, __ge__ = _each(operator.gt), _each(operator.ge)
    __and__ = __rand__ = _each(operator.and_)
    __or__ = __ror__ = _each(operator.or_)
