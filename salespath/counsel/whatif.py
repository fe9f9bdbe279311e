"""What if: one company, some of its facts otherwise, and what then changes through which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.effects import Effect, between
from salespath.engine.settle import search_settled
from salespath.facts import Case, Value
from salespath.facts.objects import typed_case
from salespath.facts.settings import suppose


@dataclass(frozen=True)
class WhatIf:
    """What is supposed, both assessments, and what differs between them, traced back to the rules that read what changed.

    `settings` are the facts that differ, in the order of the vocabulary: as each is and as it is supposed to be, None is unknown.
    """

    settings: Mapping[str, tuple[Value | None, Value | None]]
    before: Assessment
    after: Assessment
    effect: Effect


def what_if(base: Base, case: Case, texts: Iterable[str]) -> WhatIf:
    """What changes for a company if some facts are as the texts say. Raises SalespathError as `assess` and `suppose` do."""
    case = typed_case(base.vocabulary, case)
    other = suppose(base.vocabulary, case, texts)
    before, after = search_settled(assess(base, case)), search_settled(assess(base, other))
    names = base.vocabulary.ordered({*case.values, *other.values})
    values = {name: (case.values.get(name), other.values.get(name)) for name in names}
    settings = {name: (old, new) for name, (old, new) in values.items() if old != new}
    return WhatIf(settings, before, after, between(before, after))
