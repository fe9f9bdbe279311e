"""Names of companies: which of them mean the same company."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

LEGAL_FORMS = frozenset({
    "ab", "ag", "as", "asa", "aps", "bv", "co", "company", "corp", "corporation", "doo", "ehf", "gmbh",
    "inc", "incorporated", "kft", "kg", "kgaa", "limited", "llc", "llp", "lp", "ltd", "ltda", "nv", "oy",
    "oyj", "ou", "plc", "pte", "pty", "sa", "sarl", "sas", "se", "sl", "spa", "sprl", "srl",
    "sro", "ug", "zoo", "zrt",
})  # fmt: skip
_LETTERS = re.compile(r"\b(\w) (?=\w\b)")


def folded_name(name: str) -> str:
    """A name as it is compared: without case, accents, spaces, punctuation and the legal forms at its end."""
    plain = "".join(letter for letter in normalize("NFKD", name) if not combining(letter)).casefold()
    words = _LETTERS.sub(r"\1", re.sub(r"[\W_]+", " ", plain.replace(".", "")).strip()).split()
    while words[1:] and words[-1] in LEGAL_FORMS:
        words.pop()
    return "".join(words) or name.casefold()
