"""The steps to a goal: which first, what each one unlocks and why, when to look again, and what to test before."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from salespath.counsel.reach.moves import Move
from salespath.counsel.reach.search import Reach, apply
from salespath.counsel.reach.within_a_year import comes_within_a_year
from salespath.counsel.sensitivity import Sensitivity
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.cells import height
from salespath.engine.effects import between
from salespath.engine.truth_graph import FACTS
from salespath.facts import Case, Derived, Fact, Value
from salespath.facts.vocabulary import Test
from salespath.rules.diff import REMOVED
from salespath.rules.language import Scope, condition, inputs
from salespath.rules.model import PROCESSES, Advise, BlockProcess

TRIGGERS = 5
QUESTIONS = 3


@dataclass(frozen=True)
class Unlock:
    """What a step brings: a block that goes (weight 0), or evidence that counts now or, with `gone`, counts no longer."""

    rule: str
    process: str
    weight: int
    because: str
    gone: bool


@dataclass(frozen=True)
class Step:
    """One move on the way, in its place.

    `owner` is who does it (empty: whoever answers), `done_when` a condition in the rule language, `advice` what a rule says on how
    to do it. `rules` are the rules that make it count, `because` the reason that the first of them gives, `source` what they cite.
    `process` is what is recommended after it.
    """

    move: Move
    owner: str
    done_when: str
    advice: str
    rules: tuple[str, ...]
    because: str
    source: tuple[str, ...]
    unlocks: tuple[Unlock, ...]
    process: str


@dataclass(frozen=True)
class Trigger:
    """A change after which the assessment is to be run again: `when`, in the rule language, through which rules.

    Of a `move` outside of the steps, `process` is what is then recommended with today's other answers, and `net` the net evidence
    (a weight) that it adds to today's verdict or takes from it. Else it lifts a block of `blocked`: `remedy` and `owner` say how.
    """

    when: str
    rules: tuple[str, ...]
    process: str | None = None
    net: int | None = None
    remedy: str | None = None
    owner: str | None = None
    move: Move | None = None
    blocked: str = ""


@dataclass(frozen=True)
class Card:
    """A test of a fact that the verdict hangs on. `known` is how the fact is known; empty where it is not."""

    fact: str
    known: str
    test: Test
    wanted: Move | None = None


@dataclass(frozen=True)
class Roadmap:
    """The steps in their order, the triggers for a new assessment, and the tests.

    `about` is the process that the net evidence of the triggers speaks for.
    """

    about: str
    steps: tuple[Step, ...]
    triggers: tuple[Trigger, ...]
    cards: tuple[Card, ...]


def roadmap(base: Base, found: Reach, sensitivity: Sensitivity) -> Roadmap:
    """From today's facts to a goal, by the set to go by; there are no steps where it is reached, or out of reach."""
    some = found.first.moves if found.first else ()
    lifting = () if found.reached else _block_triggers(base, found.goal, sensitivity.assessment)
    triggers = *lifting, *_threshold_triggers(sensitivity, some)
    steps = tuple(_steps(base, found.case, some))
    return Roadmap(sensitivity.process, steps, triggers, tuple(cards(base, sensitivity, some)))


# Steps


def _steps(base: Base, case: Case, some: Sequence[Move]) -> Iterator[Step]:
    facts = dict(case.values)
    start = before = assess(base, case)
    end = assess(base, case.trial(apply(case.values, some)))
    for move in _in_order(base, some):
        facts = apply(facts, [move])
        after = assess(base, case.trial(facts))
        unlocks = tuple(_unlocks(before, after))
        reasons = {u.rule: u.because for u in unlocks} or dict(_late_readers(start, end, move.fact))
        rules, because = tuple(reasons), next(iter(reasons.values()), "")
        source = tuple(dict.fromkeys(name for rule in rules for name in base.knowledge.rules[rule].source))
        advice, owner = _advice(base, before, after, move)
        yield Step(move, owner, done_when(base, move), advice, rules, because, source, unlocks, after.process)
        before = after


def _in_order(base: Base, some: Sequence[Move]) -> list[Move]:
    """What is to be found out first, then by effort; a step that needs another one first stands after it."""
    place = base.vocabulary.places
    pending = sorted(some, key=lambda move: (not move.answers, move.effort, place[move.fact], move.cells.stop))
    found: list[Move] = []
    while pending:
        waiting = {move.fact for move in pending}
        free = [move for move in pending if not (_needs(base, move) & waiting - {move.fact})]
        following = (free or pending)[0]
        pending.remove(following)
        found.append(following)
    return found


def _needs(base: Base, move: Move) -> set[str]:
    """The facts that must be so before a fact can be changed."""
    change = base.vocabulary.facts[move.fact].change
    when = "" if move.answers or change is None else change.when
    return inputs(condition(when, Scope(base.vocabulary, {}))) if when else set()


def _unlocks(before: Assessment, after: Assessment) -> Iterator[Unlock]:
    """The blocks that go and the evidence that counts otherwise between two assessments, the weightiest first."""
    effect = between(before, after)
    for block in before.blockers:
        if any((item.rule, item.how) == (block.rule, REMOVED) for item in effect.items):
            yield Unlock(block.rule, block.process, 0, block.because, gone=True)
    because = {fired.rule: fired.because for side in (before, after) for fired in side.fired}
    for shift in sorted(effect.shifts, key=lambda s: (-abs(s.new - s.old), s.rule)):
        yield Unlock(shift.rule, shift.process, shift.new - shift.old, because[shift.rule], gone=not shift.new)


def _late_readers(start: Assessment, end: Assessment, fact: str) -> Iterator[tuple[str, str]]:
    """The rules that read a fact and fire at the end only, with their reasons; a step without effect of its own counts by them."""
    base, before = start.base, {item.rule for item in start.fired}
    for item in end.fired:
        if item.rule not in before and fact in item.facts and base.section(base.knowledge.rules[item.rule]) == FACTS:
            yield item.rule, item.because


def _advice(base: Base, before: Assessment, after: Assessment, move: Move) -> tuple[str, str]:
    """What a rule says on how to do a step and who does it: the remedy of a block that it lifts, or advice that it completes."""
    if move.answers:
        return "", ""
    standing = {block.rule for block in after.blockers}
    for block in before.blockers:
        if block.rule not in standing:
            return block.remedy, block.owner
    given = {advice.rules[0]: advice for side in (before, after) for advice in side.advice}
    completed = []
    for rule, then in base.knowledge.each(Advise):
        done = base.done_when(rule.id) if rule.id in given else None
        if done and move.fact in inputs(done) and after.walked.done(rule.id) and not before.walked.done(rule.id):
            completed.append((-then.priority, rule.id))
    if completed:
        advice = given[min(completed)[1]]
        return advice.text, advice.owner
    return "", base.vocabulary.facts[move.fact].owner


def done_when(base: Base, move: Move) -> str:
    """When a step is done, in the rule language."""
    fact, after = base.vocabulary.facts[move.fact], move.after
    if isinstance(after, frozenset):
        members = [move.member] if move.member else fact.values
        return " and ".join(f"{member} {'in' if member in after else 'not in'} {fact.id}" for member in members)
    if isinstance(after, bool):
        return fact.id if after else f"not {fact.id}"
    low, high = kept_bounds(fact, move)
    if move.low == move.high:
        return f"{fact.id} == {after}"
    if high is None:
        return f"{fact.id} >= {low}"
    return f"{fact.id} <= {high}" if low is None else f"{low} <= {fact.id} <= {high}"


def kept_bounds(fact: Fact | Derived, move: Move) -> tuple[Value | None, Value | None]:
    """The bounds that a move has to keep; None where it cannot go any further."""
    ends = list(fact.values)
    high = None if move.high in ends[-1:] else move.high
    return (None if high is not None and move.low in ends[:1] else move.low), high


# When to look again


def _block_triggers(base: Base, goal: str, assessment: Assessment) -> Iterable[Trigger]:
    """What would lift the blocks of a goal that is out of reach within a year, each condition once."""
    found: dict[str, Trigger] = {}
    for block in assessment.blockers:
        then = base.knowledge.rules[block.rule].then
        wanted = isinstance(then, BlockProcess) and then.done_when and (goal not in PROCESSES or block.process == goal)
        ways = _alternatives(then.done_when) if wanted and _comes(assessment, then.done_when) else []
        if ways:
            when = " or ".join(way for way in ways if _comes(assessment, way))
            trigger = Trigger(when, (block.rule,), remedy=block.remedy, owner=block.owner, blocked=block.process)
            found.setdefault(when, trigger)
    return found.values()


def _threshold_triggers(sensitivity: Sensitivity, some: Sequence[Move]) -> Iterable[Trigger]:
    """Thresholds near the known numbers, and steps of the choices that others make, those that turn the verdict first.

    None that a year cannot bring. Then by net evidence; what the company decides itself is no trigger, it knows when it does.
    """
    moved, today = {move.fact for move in some}, sensitivity.assessment
    found = []
    for influence in sensitivity.influences:
        fact = today.base.vocabulary[influence.fact]
        own = isinstance(fact, Fact) and fact.change is not None and not fact.numeric
        for step in influence.steps if fact.id not in moved and not own else ():
            move, net = step.move, step.net - sensitivity.net
            if move is None or move.low is move.high is None:
                continue  # words without an order and members have no threshold
            up = fact.numeric and height(fact, move.after) > height(fact, influence.value)
            when = f"{fact.id} {'>=' if up else '<=' if fact.numeric else '=='} {move.after}"
            if (net or step.process != today.process) and _comes(today, when):
                rank = step not in influence.turning, -abs(net)
                found.append((rank, fact.id, Trigger(when, step.rules, step.process, net, move=move)))
    first: dict[str, Trigger] = {}
    for _, name, trigger in sorted(found, key=lambda item: item[0]):
        first.setdefault(name, trigger)
    return [*first.values()][:TRIGGERS]


def _alternatives(when: str) -> list[str]:
    """The alternatives of a condition, each in the rule language."""
    tree = ast.parse(when.strip(), mode="eval").body
    either = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or) else [tree]
    return [ast.unparse(part) for part in either]


def _comes(today: Assessment, when: str) -> bool:
    scope = Scope(today.base.vocabulary, today.base.knowledge.attributes)
    return comes_within_a_year(today.base, today.case.values, condition(when, scope))


# What to test before


def cards(base: Base, sensitivity: Sensitivity, some: Sequence[Move] = ()) -> Iterator[Card]:
    """The tests of what must turn out so, of the guesses that the verdict hangs on, and of answers that would turn it.

    Where no single answer would turn it and it is open all the same, the most informative ones count.
    """
    wanted = {move.fact: move for move in some if move.answers}
    known = {item.fact: item.how for item in sensitivity.turning if item.how == "guessed"}
    open_ = dict.fromkeys(variant.move.fact for variant in sensitivity.open if variant.move)
    if not open_:
        open_ = dict.fromkeys(question.fact for question in sensitivity.assessment.next_questions[:QUESTIONS])
    for name in {**wanted, **known, **open_}:
        fact = base.vocabulary[name]
        if isinstance(fact, Fact) and fact.test:
            yield Card(name, known.get(name, ""), fact.test, wanted.get(name))
