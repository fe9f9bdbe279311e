"""What the checks share: the base, what is possible under it, and how a finding is put (SP415: what could not be decided)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from salespath.authoring.possible import Possible
from salespath.authoring.solver import TRUE, GaveUp, Literal
from salespath.engine.compile import Base
from salespath.facts import Value
from salespath.facts.values import written
from salespath.files.problems import WARNING, Problem
from salespath.rules.model import Rule


def finding(code: str, message: str, rule: Rule | None = None) -> Problem:
    """A warning on a rule, or on the base as a whole."""
    what = f"the rule {rule.id}: {message}" if rule else message
    file, line = (rule.file, rule.line) if rule else (None, None)
    return Problem(code, what, WARNING, file=file, line=line)


class Context:
    """A base and the questions about it; `undecided` are those that the solver gave up, as findings."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.rules = base.knowledge.rules
        self.possible = Possible(base)
        self.undecided: dict[Problem, None] = {}

    def example(self, rule: Rule | None, *literals: Literal, verdict: bool = False) -> Mapping[str, Value] | None:
        """The facts of a company that makes all literals hold, or None, also where it could not be decided."""
        try:
            return self.possible.example(*literals, verdict=verdict)
        except GaveUp:
            self._give_up(rule)
            return None

    def never(self, rule: Rule, *literals: Literal) -> bool:
        """Whether it is proved that no company makes all literals hold."""
        try:
            return self.possible.example(*literals) is None
        except GaveUp:
            self._give_up(rule)
            return False

    def _give_up(self, rule: Rule | None) -> None:
        what = f"`{' '.join(rule.when.split())}`" if rule else "which process it gives"
        self.undecided[finding("SP415", f"{what} is too hard to decide; nothing is proved of it.", rule)] = None

    def in_words(self, facts: Mapping[str, Value], *literals: Literal) -> str:
        """An example as its author would write it, with no fact that it does not need."""
        few = self.possible.fewest(facts, *literals)
        parts = ", ".join(f"{name}: {self._written(name, value)}" for name, value in few.items())
        return f"for example for {{{parts}}}" if parts else "for a company of which nothing is known, for example"

    def _written(self, name: str, value: Value) -> str:
        fact = self.base.vocabulary[name]
        return (
            f"[{', '.join(v for v in fact.values if v in value)}]"
            if isinstance(value, frozenset)
            else written(fact, value)
        )

    @cached_property
    def dead(self) -> frozenset[str]:
        """The rules that can never fire."""
        refs = self.base.rule_refs
        return frozenset(id_ for id_, rule in self.rules.items() if self.never(rule, (refs[id_], TRUE)))
