"""Facts: the vocabulary, and the typed cases of companies."""

from salespath.facts.cases import Case, LeftOut, Lines, Portfolio, Reject, Written, read_case, read_file
from salespath.facts.values import Value
from salespath.facts.vocabulary import Derived, Fact, Vocabulary

__all__ = [
    "Case",
    "Derived",
    "Fact",
    "LeftOut",
    "Lines",
    "Portfolio",
    "Reject",
    "Value",
    "Vocabulary",
    "Written",
    "read_case",
    "read_file",
]
