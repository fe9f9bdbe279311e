"""From the files to a compiled base."""

from __future__ import annotations

import hashlib
from functools import cache

from salespath.engine.compile import Base, compile_base
from salespath.facts import vocabulary
from salespath.rules import files, loader


@cache
def load() -> Base:
    """The built-in knowledge base, read and compiled once. Raises SalespathError listing every problem in its files."""
    terms, terms_sha = files.read_all(files.vocabulary_files())
    rules, rules_sha = files.read_all(files.rule_files())
    words = vocabulary.load(terms)
    sha = hashlib.sha256(f"{terms_sha}{rules_sha}".encode()).hexdigest()
    knowledge, problems = loader.load(rules, sha)
    return compile_base(words, knowledge, problems)
