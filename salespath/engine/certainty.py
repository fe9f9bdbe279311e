"""Certainty factors: exact sums, and the words that people are shown.

A piece of evidence of certainty c weighs round(−10⁹ ln(1 − |c|)) with the sign of c. Sums are integers, so they do not depend on
order. The certainty of a sum n is sign(n)·(1 − exp(−|n|/10⁹)): the EMYCIN combination of what speaks for and against. It is
a certainty factor, never a probability.
"""

from __future__ import annotations

import math

SCALE = 10**9

# Net evidence from which each word is used (expert judgement): 0.25 is one hint, 0.7 about one strong reason, 1.6 several.
SOME = 0.25
_WORDS = ((1.6, "strong"), (0.7, "clear"), (SOME, "some"))


def weight(certainty: float) -> int:
    """The integer weight of a certainty, |certainty| < 1."""
    size = round(-SCALE * math.log1p(-abs(certainty)))
    return size if certainty >= 0 else -size


def certainty(total: int) -> float:
    """The certainty factor, −1 to 1, of a sum of weights."""
    size = abs(math.expm1(-abs(total) / SCALE))
    return size if total >= 0 else -size


def net(total: int) -> float:
    """Net evidence as people and verdict rules see it: the sum in units, 0 being balanced."""
    return total / SCALE


def with_sign(total: int, digits: int) -> str:
    """Net evidence as a figure with its sign: +0.7. What rounds to nothing is +0.0, never -0.0."""
    return f"{round(net(total), digits) + 0.0:+.{digits}f}"


def word(total: int) -> str:
    """A sum in words: strong for, clear for, some for, balanced, some against, …"""
    size = abs(total) / SCALE
    for least, name in _WORDS:
        if size >= least:
            return f"{name} {'for' if total > 0 else 'against'}"
    return "balanced"
