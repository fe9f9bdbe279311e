"""What a change of the rules or of the facts means for companies: whose verdict, blocks or plan changes, and through which rules.

The way back is traced through what differs: from a verdict to the conclusions, sums and exceptions that are otherwise than before,
and on from each of those, until it ends at rules that were added, removed or changed, or that read answers that differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Verdict
from salespath.engine.base import Base
from salespath.engine.dependencies import adds_to, read_values
from salespath.engine.truth_graph import PLAN, VERDICT, Ref
from salespath.engine.walk import FAILED, FIRED, OPEN
from salespath.facts import Case
from salespath.rules.diff import ADDED, CHANGED, REMOVED, BaseChange, differences
from salespath.rules.language import BLOCKED, VERDICT_NUMBERS, Is, Leaf, inputs, leaves
from salespath.rules.model import Advise, Conclude, Weigh

BLOCK, ADVICE, WARNING = "block", "advice", "warning"
# Why an item comes, goes or changes: its own rule, the verdict, or other rules.
RULE, BY_VERDICT, OTHERS = "rule", "verdict", "other rules"

Value = tuple[str, str]


@dataclass(frozen=True)
class Shift:
    """Evidence that counts otherwise than before: its signed weight, 0 where it does not count."""

    rule: str
    process: str
    old: int
    new: int


@dataclass(frozen=True)
class Difference:
    """A block, advice or warning that comes, goes or changes, why, and the changed rules that it goes back to."""

    kind: str
    rule: str
    about: str
    how: str
    reason: str
    through: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """A company for which something changes. `through` are the changed rules behind its verdict, none if that is the same."""

    company: str
    old: Verdict
    new: Verdict
    through: tuple[str, ...]
    shifts: tuple[Shift, ...]
    items: tuple[Difference, ...]

    @property
    def verdict_changes(self) -> bool:
        """Whether the process, the lead or the leaning changes."""
        return self.old != self.new


def effects(old: Base, new: Base, cases: Iterable[Case]) -> Iterator[Effect]:
    """The companies for which the verdict, the blocks or the plan changes."""
    entries = differences(old.knowledge, new.knowledge)
    changed = _changed_rules(old, entries) | _changed_rules(new, entries)
    for case in cases:
        company = _Company((assess(old, case), assess(new, case)), changed, entries["rules"])
        found = company.effect()
        if found.verdict_changes or found.items:
            yield found


def between(old: Assessment, new: Assessment, *, items: bool = True) -> Effect:
    """What differs between two assessments under one base, of other facts or of another company.

    Here the rules that it goes back to are those that read answers which differ, and fire or fail for that. Without `items` it is
    worked out for the verdict and its evidence alone.
    """
    otherwise = tuple(_reading_otherwise(old, new))
    return _Company((old, new), {*otherwise}, otherwise).effect(items=items)


def follows(effect: Effect, item: Difference) -> bool:
    """Whether an item comes or goes with the verdict, so that its number is enough."""
    return item.reason == BY_VERDICT


def _changed_rules(base: Base, entries: Mapping[str, Mapping[str, BaseChange]]) -> set[str]:
    """The rules that say something else than in the other base, or whose evidence belongs to another dimension."""
    found = {entry.id for entry in entries["rules"].values() if not entry.only_words}
    moved = {entry.id for entry in entries["lines"].values() if "dimension" in entry.fields}
    return found | {rule.id for rule, then in base.knowledge.each(Weigh) if then.line in moved}


def _reading_otherwise(old: Assessment, new: Assessment) -> Iterator[str]:
    """The rules whose condition does not come out the same and tests an answer that does not either."""

    def differs(ref: Ref) -> bool:
        return old.walked.status(ref) != new.walked.status(ref)

    for rule, trees in _trees(old.base):
        if any(differs(whole) and any(map(differs, tests)) for whole, tests in trees):
            yield rule


@cache
def _trees(base: Base) -> tuple[tuple[str, tuple[tuple[Ref, tuple[Ref, ...]], ...]], ...]:
    """By rule, the conditions that may change what it says: where each stands in the graph, and its tests of answers."""
    graph, found = base.graph, []
    for rule in base.knowledge.rules.values():
        trees = [(base.section(rule), base.condition(rule.id), graph.condition_refs[rule.id])]
        done = base.done_when(rule.id)
        if done and isinstance(rule.then, Advise):  # what is done of a block changes nothing
            trees.append((PLAN, done, graph.done_refs[rule.id]))
        refs = [
            (whole, tuple(graph.tree_refs[section, leaf] for leaf in leaves(tree) if _tests_answers(leaf)))
            for section, tree, whole in trees
        ]
        found.append((rule.id, tuple(refs)))
    return tuple(found)


def _tests_answers(leaf: Leaf | Is) -> bool:
    return not (isinstance(leaf, Is) or inputs(leaf) & {*VERDICT_NUMBERS})


@cache
def _read(base: Base, rule: str) -> tuple[Value, ...]:
    """The values that a rule reads, also for what it advises to be in place; nothing of one that the base does not have."""
    trees = (base.condition(rule), base.done_when(rule)) if rule in base.knowledge.rules else ()
    return tuple(value for tree in trees if tree is not None for value in read_values(tree))


class _Company:
    """One company under both bases, old and new, or with both sets of facts. `entries` are the rules to name, in their order."""

    def __init__(self, sides: tuple[Assessment, Assessment], changed: set[str], entries: Collection[str]) -> None:
        self.sides, self.changed, self.entries = sides, changed, entries
        old, new = self.verdicts = sides[0].verdict, sides[1].verdict
        self.otherwise = {name for name in Verdict._fields if getattr(old, name) != getattr(new, name)}
        self.shifted = _pieces(sides[0]) ^ _pieces(sides[1])
        self._found_below: dict[str, tuple[str, ...]] = {}

    def effect(self, *, items: bool = True) -> Effect:
        through, found = self._behind(self._verdict_rules()), tuple(self._items() if items else ())
        return Effect(self.sides[0].company, *self.verdicts, through, tuple(self._shifts()), found)

    # What differs

    def _status(self, side: int, rule: str) -> str:
        """A rule that there is not is as good as failed."""
        a = self.sides[side]
        return a.status(rule) if rule in a.base.knowledge.rules else FAILED

    def _standing(self, side: int, block: str) -> str:
        """Whether a block stands, which it may before its exceptions are known."""
        a = self.sides[side]
        return FIRED if block in a.base.graph.standing_refs and a.walked.stands(block) else FAILED

    def _turned(self, rule: str) -> bool:
        return self._status(0, rule) != self._status(1, rule)

    def _differ(self, value: Value) -> bool:
        refs = [side.base.graph.value_refs.get(value) for side in self.sides]
        old, new = (FAILED if r is None else side.walked.status(r) for r, side in zip(refs, self.sides))
        return old != new

    def _concluding(self, value: Value, *, closed: bool = False) -> Iterator[str]:
        """The rules that make a value what it was not. `closed` says that what is not certain is read as not so."""
        if self._differ(value):
            old, new = (side.base.concluders(*value) for side in self.sides)
            status_of = self._standing if value[0] in BLOCKED else self._status
            for rule in dict.fromkeys([*old, *new]):
                before = status_of(0, rule) if rule in old else FAILED
                after = status_of(1, rule) if rule in new else FAILED
                if (before == FIRED) != (after == FIRED) or (before != after and not closed):
                    yield rule

    def _verdict_rules(self) -> Iterator[str]:
        for side in self.sides:
            for _, then in side.base.knowledge.each(Conclude):
                if then.attribute in self.otherwise:
                    yield from self._concluding((then.attribute, then.value))

    # The way back

    def _behind(self, rules: Iterable[str]) -> tuple[str, ...]:
        """The changed rules to which the difference of some rules goes back."""
        seen: dict[str, None] = {}
        pending = list(rules)
        while pending:
            rule = pending.pop()
            if rule not in seen:
                seen[rule] = None
                if rule not in self._found_below:
                    self._found_below[rule] = tuple(self._below(rule))
                pending.extend(self._found_below[rule])
        changed = self.changed & seen.keys()
        return (*(id_ for id_ in self.entries if id_ in changed), *sorted(changed.difference(self.entries)))

    def _below(self, rule: str) -> Iterator[str]:
        """The rules that differ among those that one reads or is overridden by."""
        for side in self.sides:
            for value in _read(side.base, rule):
                yield from self._concluding(value, closed=_reads_closed(side.base, rule, value[0]))
            numbers = inputs(side.base.condition(rule)) if rule in side.base.knowledge.rules else ()
            yield from (piece for piece, number, _ in self.shifted if number in numbers)
            standing = rule in side.base.graph.standing_refs  # what is not known yet and could lift it is said with it
            for over in side.base.overriding(rule):
                found = {self._status(0, over), self._status(1, over)}
                matters = FIRED in found or (standing and OPEN in found)
                if self._turned(over) or (matters and over in self.changed):
                    yield over

    # What it leads to

    def _shifts(self) -> Iterator[Shift]:
        old, new = ({item.rule: item.weight for item in side.fired if item.weight} for side in self.sides)
        processes = {rule.id: then.process for side in self.sides for rule, then in side.base.knowledge.each(Weigh)}
        for rule in dict.fromkeys([*old, *new]):
            before, after = old.get(rule, 0), new.get(rule, 0)
            if before != after:
                yield Shift(rule, processes[rule], before, after)

    def _items(self) -> Iterator[Difference]:
        old, new = (_outcomes(side) for side in self.sides)
        for key in dict.fromkeys([*old, *new]):
            before, after = old.get(key), new.get(key)
            if before != after:
                kind, rule = key
                how = ADDED if before is None else REMOVED if after is None else CHANGED
                reason, through = self._reason(rule, how)
                about = (after or before or ("", None))[0]
                yield Difference(kind, rule, about, how, reason, through)

    def _reason(self, rule: str, how: str) -> tuple[str, tuple[str, ...]]:
        if rule in self.entries and (rule in self.changed or how == CHANGED):
            return RULE, (rule,)
        read = {name for side in self.sides for name, _ in _read(side.base, rule)}
        return BY_VERDICT if read & self.otherwise else OTHERS, self._behind([rule])


def _pieces(a: Assessment) -> set[tuple[str, str, int]]:
    """The evidence that counts: its rule, the number of the verdict that it adds to, and its signed weight."""
    rules = a.base.knowledge.rules
    return {(item.rule, adds_to(a.base, rules[item.rule]), item.weight) for item in a.fired if item.weight}


def _reads_closed(base: Base, rule: str, attribute: str) -> bool:
    """Whether a rule reads an attribute as two-valued, as the verdict does and the plan does of blocks."""
    if attribute in BLOCKED:
        return True
    return base.section(base.knowledge.rules[rule]) == VERDICT and not base.knowledge.attributes[attribute].verdict


def _outcomes(a: Assessment) -> dict[tuple[str, str], tuple[str, object]]:
    """The blocks, advice and warnings of an assessment, by kind and rule: what each is about, and all that it says."""
    found: dict[tuple[str, str], tuple[str, object]] = {}
    for block in a.blockers:  # what it says, not all that it was read from
        found[BLOCK, block.rule] = block.process, replace(block, facts={})
    for advice in a.advice:
        found[ADVICE, advice.rules[0]] = f"{advice.topic}: {advice.choice}", advice
    for warning in a.warnings:
        found[WARNING, warning.rule] = "", warning
    for flag in a.flags:
        found[WARNING, flag.rule] = flag.level, replace(flag, facts={})  # what else it read is no other flag
    return found
