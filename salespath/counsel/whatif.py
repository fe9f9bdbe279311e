"""What if: one company, some of its facts otherwise, and what then changes through which rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.effects import Effect, between
from salespath.engine.settle import searched
from salespath.facts import Case, Value, Vocabulary
from salespath.facts.settings import suppose


@dataclass(frozen=True)
class Setting:
    """A fact as it is and as it is supposed to be; None is unknown."""

    fact: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True)
class WhatIf:
    """What is supposed, both assessments, and what differs between them, traced back to the rules that read what changed."""

    settings: tuple[Setting, ...]
    before: Assessment
    after: Assessment
    effect: Effect


def what_if(base: Base, case: Case, texts: Iterable[str]) -> WhatIf:
    """What changes for a company if some facts are as the texts say. Raises SalespathError as `suppose` does."""
    other = suppose(base.vocabulary, case, texts)
    before, after = searched(assess(base, case)), searched(assess(base, other))
    return WhatIf(settings(base.vocabulary, case, other), before, after, between(before, after))


def settings(vocabulary: Vocabulary, before: Case, after: Case) -> tuple[Setting, ...]:
    """The facts that differ between two cases, in the order of the vocabulary."""
    names = vocabulary.ordered({*before.values, *after.values})
    pairs = [(name, before.values.get(name), after.values.get(name)) for name in names]
    return tuple(Setting(name, old, new) for name, old, new in pairs if old != new)
