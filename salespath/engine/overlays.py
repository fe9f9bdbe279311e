"""What the folders laid over the built-in rules have switched off, and what a company would be told with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.compile import compile_base
from salespath.engine.walk import walk
from salespath.facts import Value
from salespath.files.problems import SalespathError
from salespath.rules.model import Overlay


def overlays(base: Base, facts: Mapping[str, Value]) -> Iterator[Overlay]:
    """The folders; of one that switched rules off, with the process that the company has with these."""
    for overlay in base.knowledge.overlays:
        whole = restored(base, overlay) if overlay.switched_off else None
        yield (replace(overlay, without=walk(whole, Company(whole, facts)).verdict.process) if whole else overlay)


@lru_cache(maxsize=8)
def restored(base: Base, overlay: Overlay) -> Base | None:
    """The base with the rules that a folder switched off; None where they do not go with the others any more."""
    known = base.knowledge
    rules = {**known.rules, **{id_: known.off[id_] for id_ in overlay.switched_off}}
    try:
        return compile_base(base.vocabulary, replace(known, rules=rules, off={}))
    except SalespathError:
        return None
