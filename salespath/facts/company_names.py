"""Names of companies: which of them mean the same company."""

from __future__ import annotations

import re
from unicodedata import combining, normalize

LEGAL_FORMS = frozenset({
    "ab", "ad", "ag", "as", "asa", "aps", "bv", "bvba", "co", "company", "corp", "corporation", "doo", "ead", "ehf", "ek", "eood",
    "eurl", "gbr", "gmbh", "inc", "incorporated", "kft", "kg", "kgaa", "limited", "llc", "llp", "lp", "ltd", "ltda", "nv", "nyrt",
    "ohg", "ood", "oy", "oyj", "ou", "plc", "pte", "pty", "sa", "sarl", "sas", "sasu", "sca", "se", "sl", "snc", "spa", "spj",
    "spk", "spolsro", "sprl", "spzoo", "srl", "srld", "srls", "sro", "ug", "uab", "zoo", "zrt",
})  # fmt: skip
_APART = re.compile(r"\b(sp z ?oo|spol s ?ro|sp [jk]|srl d)\b")  # forms of several words: sp. z o.o., S.R.L.-D
_ROMANIAN = frozenset({"sa", "sca", "snc", "srl", "srld"})  # before which S.C. ("societatea comercială") stands
_LETTERS = re.compile(r"\b(\w) (?=\w\b)")
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"}
)  # no accents to Unicode


def folded_name(name: str) -> str:
    """A name as it is compared: without case, accents, spaces, punctuation and the legal forms at its end.

    Of a Romanian company the S.C. before its name is a part of the form, too.
    """
    plain = (
        "".join(letter for letter in normalize("NFKD", name) if not combining(letter)).casefold().translate(_STROKES)
    )
    text = _LETTERS.sub(r"\1", re.sub(r"[\W_]+", " ", plain.replace(".", "")).strip())
    words = _APART.sub(lambda form: form[0].replace(" ", ""), text).split()
    forms = set()
    while words[1:] and words[-1] in LEGAL_FORMS:
        forms.add(words.pop())
    if words[1:] and words[0] == "sc" and forms & _ROMANIAN:
        del words[0]
    return "".join(words) or name.casefold()
