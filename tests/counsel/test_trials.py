"""A panel is what trying each exchange of answers alone, one company after the other, comes to."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import permutations, product

from companies import random_companies
from given import BASE, facts_with_ranges, real_companies, some_facts
from hypothesis import given
from hypothesis import strategies as st

from salespath.counsel.panel import MAJORITY, Exchange, Panel, Ruling, Swap, panel
from salespath.engine.assessment import motion_of
from salespath.engine.company import Company
from salespath.engine.walk import walk
from salespath.facts import Value

BLOCKS = [rule.id for rule, block in BASE.knowledge.blocks if block.process != "both"]
Facts = Mapping[str, Value]


def outcome(facts: Facts) -> Ruling:
    """What one company comes to."""
    walked = walk(BASE, Company(BASE, facts), settle=False, plan=False)
    return Ruling(walked.verdict, tuple(filter(walked.stands, BLOCKS)), motion_of(walked))


def together(answers: Sequence[Facts], middle: Facts) -> list[tuple[str, ...]]:
    """The answers that only together come to something else, pair by pair."""

    def turns(mine: Facts, others: Facts) -> bool:
        return outcome({**mine, **others}) != outcome(mine)

    found: dict[tuple[str, ...], None] = {}
    for mine, theirs in product(answers, [*answers, middle]):
        apart = {name: value for name, value in theirs.items() if mine.get(name) != value}
        if turns(mine, apart) and not any(turns(mine, {name: value}) for name, value in apart.items()):
            for name in list(apart):
                rest = {key: value for key, value in apart.items() if key != name}
                if turns(mine, rest):
                    apart = rest
            found[tuple(apart)] = None
    return list(found)


def check(people: Mapping[str, Facts], found: Panel) -> None:
    """Compare a panel with what single trials say."""
    assert found.outcomes == {person: outcome(facts) for person, facts in people.items()}
    middle = {item.fact: item.majority for item in found.disagreements if item.majority is not None}
    some = next(iter(people.values()), {})
    middle = {name: middle.get(name, some.get(name)) for name in BASE.vocabulary.ordered({*middle, *found.agreed})}
    assert found.majority == outcome(middle)
    for item in found.disagreements:
        tried = dict(item.answers)
        if item.majority is not None:
            tried.setdefault(item.majority, (MAJORITY,))
        swaps = [
            Swap(person, value, others, outcome({**facts, item.fact: value}))
            for person, facts in people.items()
            for value, others in tried.items()
        ]
        assert list(item.turns) == [swap for swap in swaps if swap.outcome != found.outcomes[swap.respondent]]
    groups = together([*people.values()], middle)
    for item in found.disagreements:
        assert list(item.together) == [
            tuple(name for name in group if name != item.fact) for group in groups if item.fact in group
        ]
    for cause in found.causes:
        exchanges = [
            Exchange(one, other, outcome({**mine, **{name: theirs[name] for name in cause.facts if name in theirs}}))
            for (one, mine), (other, theirs) in permutations(people.items(), 2)
        ]
        assert list(cause.turns) == [each for each in exchanges if each.outcome != found.outcomes[each.respondent]]


def named(facts: Sequence[Facts]) -> dict[str, Facts]:
    """People called by numbers."""
    return {f"Person {number}": each for number, each in enumerate(facts)}


def mixed(facts: Facts, others: Sequence[Facts], chance: random.Random) -> Facts:
    """Somebody who says some of it otherwise, leaves some out, and says it in another order."""
    found = {name: value for name, value in facts.items() if chance.random() < 0.9}
    for name in found:
        said = [other[name] for other in others if name in other]
        if said and chance.random() < 0.3:
            found[name] = chance.choice(said)
    return dict(chance.sample([*found.items()], len(found)))


@given(st.lists(some_facts(), max_size=3))
def test_any_answers(facts) -> None:
    check(named(facts), panel(BASE, named(facts)))


@given(st.lists(facts_with_ranges(), min_size=2, max_size=3))
def test_answers_with_ranges(facts) -> None:
    check(named(facts), panel(BASE, named(facts)))


def test_people_who_differ_about_one_company() -> None:
    chance, others = random.Random(13), [case.values for case in random_companies(40, 13)]
    for case in [*real_companies()[:8], *random_companies(8, 14)]:
        people = named([mixed(case.values, others, chance) for _ in range(4)])
        check(people, panel(BASE, people))


def test_people_with_the_same_answers_are_told_the_same() -> None:
    facts = [case.values for case in real_companies()[:3]]
    once, often = panel(BASE, named(facts)), panel(BASE, named(facts * 30))
    assert [item.fact for item in once.disagreements] == [item.fact for item in often.disagreements]
    for one, many in zip(once.disagreements, often.disagreements):
        assert [value for value, _ in one.answers] == [value for value, _ in many.answers]
        assert all(len(who) % 30 == 0 for _, who in many.answers)
    assert [*often.outcomes.values()] == [*once.outcomes.values()] * 30
