"""Facts: the vocabulary, and the typed cases of companies."""

from salespath.facts.cases import Case, ColumnRead, LeftOut, Lines, Portfolio, Reject, read_case, read_file
from salespath.facts.values import Value
from salespath.facts.vocabulary import Derived, Fact, Vocabulary

__all__ = [
    "Case",
    "Derived",
    "Fact",
    "ColumnRead",
    "LeftOut",
    "Lines",
    "Portfolio",
    "Reject",
    "Value",
    "Vocabulary",
    "read_case",
    "read_file",
]
