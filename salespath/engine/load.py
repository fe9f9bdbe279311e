"""From the files to a compiled base."""

from __future__ import annotations

import hashlib
from functools import cache

from salespath.engine.compile import Base, compile_base
from salespath.facts import vocabulary
from salespath.rules import files, loader


@cache
def load(*overlays: str) -> Base:
    """The built-in knowledge base, read and compiled once, with the rule folders laid over it, the last one on top.

    Raises SalespathError listing every problem in the files.
    """
    terms, rules = files.read_all(files.vocabulary_files()), files.built_in()
    sha256 = hashlib.sha256(f"{terms.sha256}{rules.sha256}".encode()).hexdigest()
    knowledge, problems = loader.load(rules.nodes, sha256, [files.overlay(folder) for folder in overlays])
    return compile_base(vocabulary.load(terms.nodes), knowledge, problems)
