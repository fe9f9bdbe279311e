"""What the checks share: the base, what is possible under it, and how a finding is put (SP415: what could not be decided)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from salespath.authoring.possible import Possible
from salespath.authoring.solver import GaveUp, Literal, SpentBudget
from salespath.engine.base import Base
from salespath.facts import Value
from salespath.facts.values import cell_text
from salespath.files.problems import WARNING, Problem
from salespath.rules.model import Rule


def finding(code: str, message: str, rule: Rule | None = None) -> Problem:
    """A warning on a rule, or on the base as a whole."""
    what = f"the rule {rule.id}: {message}" if rule else message
    file, line = (rule.file, rule.line) if rule else (None, None)
    return Problem(code, what, WARNING, file=file, line=line)


NAMED = 12  # rules that one finding names


class Context:
    """A base and the questions about it; `undecided` were too hard, as findings; `unasked` came after the budget."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.rules = base.knowledge.rules
        self.possible = Possible(base)
        self.undecided: dict[Problem, None] = {}
        self.unasked = Counter[str]()  # by rule

    def where(self, code: str, what: str, rule: Rule | None, *literals: Literal) -> Iterator[Problem]:
        """A finding with an example, if there can be a company that makes all literals hold."""
        facts = self._decided(rule, *literals)
        if facts is not None:
            yield finding(code, f"{what}, {self._in_words(facts, *literals)}.", rule)

    def never(self, rule: Rule, *literals: Literal) -> bool:
        """Whether it is proved that no company makes all literals hold."""
        return self._decided(rule, *literals, undecided={}) is None

    def _decided(
        self, rule: Rule | None, *literals: Literal, undecided: Mapping[str, Value] | None = None
    ) -> Mapping[str, Value] | None:
        """The facts of an example, or None where there can be none; where the solver gives up, what is said for that."""
        try:
            return self.possible.example(*literals)
        except SpentBudget:
            self.unasked[rule.id if rule else "which process it gives"] += 1
            return undecided
        except GaveUp:
            what = f"`{' '.join(rule.when.split())}`" if rule else "which process it gives"
            self.undecided[finding("SP415", f"{what} is too hard to decide; nothing is proved of it.", rule)] = None
            return undecided

    def left_open(self) -> Iterator[Problem]:
        """What could not be decided, as findings."""
        yield from self.undecided
        if self.unasked:
            about = [*self.unasked]
            names = ", ".join(about[:NAMED]) + (f" and {len(about) - NAMED:,} more" if len(about) > NAMED else "")
            what = f"{self.unasked.total():,} questions were left open, as those before took all the steps of a check"
            yield finding("SP415", f"{what}: on {names}. Check fewer rules at once, or simpler ones.")

    def _in_words(self, facts: Mapping[str, Value], *literals: Literal) -> str:
        """An example as its author would write it, with no fact that it does not need."""
        few = self.possible.fewest(facts, *literals)
        parts = ", ".join(f"{name}: {self._written(name, value)}" for name, value in few.items())
        return f"for example for {{{parts}}}" if parts else "for a company of which nothing is known, for example"

    def _written(self, name: str, value: Value) -> str:
        fact = self.base.vocabulary[name]
        if isinstance(value, frozenset):
            return f"[{', '.join(v for v in fact.values if v in value)}]"
        return cell_text(fact, value)

    @cached_property
    def dead(self) -> frozenset[str]:
        """The rules that can never fire."""
        rules = self.rules.items()
        return frozenset(id_ for id_, rule in rules if self.never(rule, (self.base.rule_ref(id_), True)))
