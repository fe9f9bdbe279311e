"""From the files to a compiled base."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from salespath.engine.base import Base
from salespath.engine.compile import compile_base
from salespath.facts import Vocabulary, vocabulary
from salespath.files.problems import Problem, SalespathError
from salespath.rules import folders, loader
from salespath.rules.model import VERDICTS, Knowledge

BUILT_IN = "built-in"
# What an assessment reads of the verdict, with the values that there must be.
_VERDICT = {"process": VERDICTS, "lead": (), "leaning": ()}


@cache
def load(*overlays: str) -> Base:
    """The built-in knowledge base, read and compiled once, with the rule folders laid over it, the last one on top.

    Raises SalespathError listing every problem in the files.
    """
    return compile_base(*read(*overlays))


def read(*overlays: str) -> tuple[Vocabulary, Knowledge, list[Problem]]:
    """The vocabulary, the knowledge base with the rule folders laid over it, and every problem found in the files.

    Raises SalespathError where a folder holds no rules.
    """
    return _read(folders.built_in(), [folders.overlay(folder) for folder in overlays])


def load_folder(folder: str) -> Base:
    """The base that a folder stands for: a whole one if a file in it gives a `version`, else the built-in one with it on top.

    `built-in` and `-` name the built-in base itself. Raises SalespathError listing every problem in the files.
    """
    if folder in (BUILT_IN, "-"):
        return load()
    layer = folders.overlay(folder)
    if not folders.is_whole(layer):
        return load(folder)
    base = compile_base(*_read(layer, ()))
    attributes = base.knowledge.attributes
    problems = []
    for name, values in _VERDICT.items():
        if name not in attributes or not attributes[name].verdict or not set(values) <= {*attributes[name].values}:
            listed = f" with the values {', '.join(values)}" if values else ""
            what = f"a whole base needs the verdict attribute {name}{listed}."
            problems.append(Problem("SP225", what, file=folder))
    if problems:
        raise SalespathError(problems)
    return base


def _read(rules: folders.Layer, overlays: Sequence[folders.Layer]) -> tuple[Vocabulary, Knowledge, list[Problem]]:
    terms = folders.read_all(folders.vocabulary_files())
    sha256 = hashlib.sha256(f"{terms.sha256}{rules.sha256}".encode()).hexdigest()
    knowledge, problems = loader.load(rules.nodes, sha256, overlays)
    unread = [problem for layer in (terms, rules, *overlays) for problem in layer.problems]
    return vocabulary.load(terms.nodes), knowledge, unread + problems
