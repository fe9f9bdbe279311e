"""What to ask a company: the facts that can still change its verdict or motion, the most telling first, few enough for a page.

What is not known, or only as a range or a guess, is asked where it can change the process, or alone the motion. Some of what is
known goes with it, to be checked: what alone would give another process or motion, and where there is little else what the verdict
rests on most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment, Question, subject
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.engine.intervals import is_open
from salespath.engine.settle import most_telling, search_settled
from salespath.engine.strength import follows
from salespath.engine.turning import Turned, asking_order, turned
from salespath.engine.walk import holds
from salespath.facts import Case
from salespath.facts.values import HOW

LEAST, MOST = 5, 15  # questions of a form
CHECKED = 5  # of them about what is known, where there is more to ask than there is room for


@dataclass(frozen=True)
class Asked:
    """A fact that is asked. `question` is what it can change of the verdict together with others, `turns` what it can change alone.

    A fact of neither is what the verdict rests on now.
    """

    fact: str
    question: Question | None
    turns: Turned | None


@dataclass(frozen=True)
class Request:
    """What to ask one company; nothing where no answer can change its verdict or motion."""

    assessment: Assessment
    asked: tuple[Asked, ...]


def request(base: Base, case: Case) -> Request:
    """What to ask a company. Raises SalespathError as `assess` does."""
    a = assess(base, case)
    facts, told = case.values, _told(base, case)
    here = a if any(is_open(facts, turn.fact) for turn in a.strength.on) else search_settled(a)
    questions = {} if here.settled else {question.fact: question for question in most_telling(here)}
    on = {part for turn in a.strength.on for part in base.facts_behind([turn.fact])}
    places = asking_order(base)
    asked = [name for name in base.vocabulary.facts if name in facts or name not in told]
    alone = turned(base, facts, asked)
    open_ = [name for name in questions if name in asked and (_is_asked(base, name) or name in on)]
    guesses = [name for name in asked if name in on and case.how.get(name) == "guessed" and name not in questions]
    motion = [name for name in asked if name in alone and is_open(facts, name) and name not in questions]
    motion.sort(key=places.__getitem__)
    wanted = list(dict.fromkeys([*sorted([*open_, *guesses], key=lambda name: name not in on), *motion]))
    if not wanted:
        return Request(here, ())
    known = [name for name in alone if name not in wanted]
    known.sort(key=lambda name: (not alone[name].processes, -HOW.index(case.how.get(name, HOW[0])), places[name]))
    wanted = wanted[: MOST - min(CHECKED, len(known))]
    wanted += known[: max(CHECKED, LEAST - len(wanted))]
    if len(wanted) < LEAST:
        wanted += [name for name in _resting(a) if name not in wanted][: LEAST - len(wanted)]
    return Request(here, tuple(Asked(name, questions.get(name), alone.get(name)) for name in wanted))


def _told(base: Base, case: Case) -> set[str]:
    """The facts that follow from other answers, and so are not asked."""
    company = Company(base, case.values)
    return {name for name, tree in follows(base).items() if holds(tree, company)[0]}


def _is_asked(base: Base, name: str) -> bool:
    return base.vocabulary.facts[name].ask != "figures"


def _resting(a: Assessment) -> Iterator[str]:
    """The known facts on which the verdict rests, those of the weightiest reasons first."""
    blocks = (blocker.facts for blocker in a.blockers)
    reasons = (item.facts for process in subject(a) for sign in (1, -1) for item in a.reasons(process, sign))
    for facts in (*blocks, *reasons):
        yield from (name for name in facts if name in a.base.vocabulary.facts)
