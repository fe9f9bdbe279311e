"""The steps to a goal: which first, what each one unlocks and why, when to look again, and what to test before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from salespath.counsel.reach.moves import Move
from salespath.counsel.reach.search import Reach, apply
from salespath.counsel.sensitivity import Sensitivity
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import FACTS, Base
from salespath.engine.effects import BLOCK, between
from salespath.facts import Case, Derived, Fact
from salespath.facts.vocabulary import Test
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
    end = assess(base, Case(case.company, apply(case.values, some)))
    for move in _in_order(base, some):
        facts = apply(facts, [move])
        after = assess(base, Case(case.company, facts))
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
    pending = sorted(some, key=lambda move: (not move.answers, move.effort, place[move.fact], move.place))
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
    blocks = {block.rule: block for block in before.blockers}
    now = {block.rule for block in after.blockers}
    for item in effect.items:
        if item.kind == BLOCK and item.rule in blocks and item.rule not in now:
            block = blocks[item.rule]
            yield Unlock(item.rule, block.process, 0, block.because, gone=True)
    because = [{fired.rule: fired.because for fired in side.fired} for side in (before, after)]
    for shift in sorted(effect.shifts, key=lambda s: (-abs(s.new - s.old), s.rule)):
        text = because[1].get(shift.rule) or because[0][shift.rule]
        yield Unlock(shift.rule, shift.process, shift.new - shift.old, text, gone=not shift.new)


def _late_readers(start: Assessment, end: Assessment, fact: str) -> Iterator[tuple[str, str]]:
    """The rules that read a fact and fire at the end only, with their reasons; a step without effect of its own counts by them."""
    fired, base = {item.rule for item in start.fired}, start.base
    for item in end.fired:
        rule = base.knowledge.rules[item.rule]
        if item.rule not in fired and base.section(rule) == FACTS and fact in item.facts:
            yield item.rule, item.because


def _advice(base: Base, before: Assessment, after: Assessment, move: Move) -> tuple[str, str]:
    """What a rule says on how to do a step and who does it: the remedy of a block that it lifts, or advice that it completes."""
    if move.answers:
        return "", ""
    gone = {block.rule for block in before.blockers} - {block.rule for block in after.blockers}
    for block in before.blockers:
        if block.rule in gone:
            return block.remedy, block.owner
    given = {advice.rules[0]: advice for side in (before, after) for advice in side.advice}
    completed = []
    for id_, tree in base.done.items():
        then = base.knowledge.rules[id_].then
        ref = base.done_refs[id_]
        done = after.walked.truth.is_true(ref) and not before.walked.truth.is_true(ref)
        if done and isinstance(then, Advise) and move.fact in inputs(tree) and id_ in given:
            completed.append((-then.priority, id_))
    if completed:
        advice = given[min(completed)[1]]
        return advice.text, advice.owner
    return "", base.vocabulary.facts[move.fact].owner


def done_when(base: Base, move: Move) -> str:
    """When a step is done, in the rule language."""
    fact, after = base.vocabulary.facts[move.fact], move.after
    if move.member:
        gained = isinstance(after, frozenset) and move.member in after
        return f"{move.member} {'in' if gained else 'not in'} {fact.id}"
    if isinstance(after, frozenset):
        parts = [f"{member} {'in' if member in after else 'not in'} {fact.id}" for member in fact.values]
        return " and ".join(parts)
    if isinstance(after, bool):
        return fact.id if after else f"not {fact.id}"
    if move.low is None and move.high is None:
        return f"{fact.id} == {after}"
    if move.low == move.high:
        return f"{fact.id} == {after}"
    if open_above(fact, move):
        return f"{fact.id} >= {move.low}"
    return f"{fact.id} <= {move.high}" if open_below(fact, move) else f"{move.low} <= {fact.id} <= {move.high}"


def open_above(fact: Fact | Derived, move: Move) -> bool:
    """Whether any more than the lower bound of a move does as well, as far as it can go."""
    last = list(fact.values)[-1] if fact.values else None
    return move.low is not None and move.high == last


def open_below(fact: Fact | Derived, move: Move) -> bool:
    """Whether any less than the upper bound of a move does as well, as far as it can go."""
    first = next(iter(fact.values)) if fact.values else None
    return move.high is not None and move.low == first


# When to look again


def _block_triggers(base: Base, goal: str, assessment: Assessment) -> Iterator[Trigger]:
    """What would lift the blocks of a goal that is out of reach, each condition once."""
    seen = set[str]()
    for block in assessment.blockers:
        then = base.knowledge.rules[block.rule].then
        wanted = goal not in PROCESSES or block.process == goal
        if wanted and isinstance(then, BlockProcess) and then.done_when and then.done_when not in seen:
            seen.add(then.done_when)
            yield Trigger(then.done_when, (block.rule,), remedy=block.remedy, owner=block.owner, blocked=block.process)


def _threshold_triggers(sensitivity: Sensitivity, some: Sequence[Move]) -> Iterator[Trigger]:
    """Thresholds near the known numbers, and steps of the choices that others make, those that turn the verdict first.

    Then by net evidence; what the company decides itself is no trigger, it knows when it does.
    """
    moved, today = {move.fact for move in some}, sensitivity.assessment
    found = []
    for influence in sensitivity.influences:
        fact = today.base.vocabulary[influence.fact]
        own = isinstance(fact, Fact) and fact.change is not None and not fact.numeric
        for step in influence.steps if influence.fact not in moved and not own else ():
            move = step.move  # words without an order and members have no threshold
            if move is not None and (move.low is not None or move.high is not None):
                found.append((step not in influence.turning, -abs(step.net - sensitivity.net), step, move))
    seen = set[str]()
    for _, weight, step, move in sorted(found, key=lambda item: item[:2]):
        if move.fact not in seen and len(seen) < TRIGGERS and (weight or step.process != today.process):
            seen.add(move.fact)
            yield Trigger(_bound(move), step.rules, step.process, step.net - sensitivity.net, move=move)


def _bound(move: Move) -> str:
    """The bound that is crossed on the way from today's value; of a choice the value it gets."""
    if isinstance(move.after, str):
        return f"{move.fact} == {move.after}"
    assert isinstance(move.after, (int, float))
    assert isinstance(move.before, (int, float))
    return f"{move.fact} {'>=' if move.after > move.before else '<='} {move.after}"


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
