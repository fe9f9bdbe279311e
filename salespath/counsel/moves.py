"""What to do first: the moves that fit one company, in order, within its cash.

First what lifts the block, then what answers a red flag, then what the motion needs at this stage (rules of the topics that are for
moves, the highest priority first). A move that is done is none. Two that claim opposites never stand together: the first one stays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from salespath.counsel.cautious import cautious
from salespath.engine.assessment import Advice, Assessment, subject
from salespath.engine.company import Company
from salespath.rules.model import PROCESSES, Advise, BlockProcess, Warn

FIRST = 3
CASH = ("capital", "monthly_burn", "committed_revenue")  # from which it is reckoned how long it lasts
MONTHS = 3  # of spending as today that the cash has to carry beside the moves
WEEKS_A_MONTH = 52 / 12
YEAR = 52  # weeks


@dataclass(frozen=True)
class PlannedMove:
    """Something to do, and who does it until when.

    `weeks` is the time until it ends, `hours` what its owner spends on it a week, `cost` US dollars in all: from the company's own
    cost of a seller or, where `us_figure`, from published ones. It ends as `until` says in words, or when `done_when` holds.
    `if_not` says that it may be done already. `rules` are what it comes from, the one that it was chosen by first.
    """

    kind: Annotated[str, ("enum", ("block", "flag", "advice"))]
    text: str
    short: str
    owner: str
    rules: tuple[str, ...]
    steps: tuple[str, ...] = ()
    until: str = ""
    done_when: str = ""
    weeks: float | None = None
    hours: float | None = None
    cost: float | None = None
    us_figure: bool = False
    hires: int = 0
    brings: float | None = None
    effect: str = ""
    if_not: bool = False


@dataclass(frozen=True)
class Moves:
    """The moves of a company in their order; those that its cash does not carry, with `missing` US dollars for the first of them.

    `cash_known` says whether cash and spending were told; where they were not, nothing was left out for want of cash. `months_left`
    is how long the cash lasts with what is signed and with what the first moves cost and bring, infinite without net spending.
    """

    chosen: tuple[PlannedMove, ...]
    unaffordable: tuple[PlannedMove, ...]
    missing: float | None
    cash_known: bool
    months_left: float | None

    @property
    def first(self) -> tuple[PlannedMove, ...]:
        """The first moves."""
        return self.chosen[:FIRST]


def planned_moves(assessment: Assessment) -> Moves:
    """The moves of a company."""
    a, company = assessment, Company(assessment.base, assessment.case.values)
    spendable, weeks_of_cash = _cash(company)
    chosen: list[PlannedMove] = []
    unaffordable: list[PlannedMove] = []
    said: dict[str, str] = {}
    for move in _candidates(a, company):
        claims = {k: v for rule in move.rules[:1] for k, v in a.base.knowledge.rules[rule].claims.items()}
        if any(said.get(subject_, value) != value for subject_, value in claims.items()):
            continue
        # what is done within a week is worth doing whatever cash there is
        late = move.kind != "block" and move.weeks is not None and move.weeks > max(weeks_of_cash, 1)
        if late or (move.cost or 0.0) > spendable:
            unaffordable.append(move)
            continue
        spendable -= move.cost or 0.0
        chosen.append(move)
        said |= claims
    costly = next((move for move in unaffordable if (move.cost or 0.0) > spendable), None)
    missing = None if costly is None else (costly.cost or 0.0) - max(0.0, spendable)
    first = sum((move.brings or 0.0) - (move.cost or 0.0) for move in chosen[:FIRST])
    left = None if math.isinf(spendable) else _months_left(company, first)
    return Moves(tuple(chosen), tuple(unaffordable), missing, left is not None, left)


def _months_left(company: Company, more: float) -> float:
    """How long the cash lasts with what is signed and so many dollars more, in months."""
    capital, burn, signed = (cautious(company, name) or 0.0 for name in CASH)
    return (capital + signed + more) / burn if burn > 0 else math.inf


def _cash(company: Company) -> tuple[float, float]:
    """What may be spent on moves, in US dollars, and how many weeks the cash lasts; infinite where cash or spending is not known.

    It is the cash with what is signed, less three months of spending as today.
    """
    capital, burn, signed = (cautious(company, name) for name in CASH)
    if capital is None or burn is None:
        runway = cautious(company, "runway_months")
        return math.inf, math.inf if runway is None else runway * WEEKS_A_MONTH
    there = capital + (signed or 0.0)
    return max(0.0, there - MONTHS * burn), there / burn * WEEKS_A_MONTH if burn > 0 else math.inf


def _candidates(a: Assessment, company: Company) -> Iterator[PlannedMove]:
    """All moves in the order of what they answer. Advice that answers a block or a flag takes its place."""
    rules, topics = a.base.knowledge.rules, a.base.knowledge.topics_for("moves")
    advice = [item for item in a.advice if item.topic in topics and not item.done]
    about = subject(a) or (PROCESSES if a.process == "not_yet" else ())
    used: set[str] = set()

    def instead_of(rule: str) -> Iterator[PlannedMove]:
        for item in advice:
            then = rules[item.rules[0]].then
            if isinstance(then, Advise) and rule in then.answers:
                if item.rules[0] not in used:
                    used.add(item.rules[0])
                    yield replace(_advised(a, item, company), rules=(*item.rules, rule))
                return
        yield from ()

    def answered(rule: str) -> bool:
        return any(isinstance(t := rules[item.rules[0]].then, Advise) and rule in t.answers for item in advice)

    for blocker in a.blockers if a.process == "not_yet" else ():
        then = rules[blocker.rule].then
        if blocker.process not in about or not isinstance(then, BlockProcess):
            continue
        if answered(blocker.rule):
            yield from (replace(move, kind="block") for move in instead_of(blocker.rule))
        else:
            text = blocker.remedy
            yield PlannedMove(
                "block", text, first_sentence(text), blocker.owner, (blocker.rule,), done_when=then.done_when
            )
    for flag in a.flags:
        warn = rules[flag.rule].then
        if flag.level == "note" or not flag.move or not isinstance(warn, Warn):
            continue
        if answered(flag.rule):
            yield from (replace(move, kind="flag") for move in instead_of(flag.rule))
        else:
            yield PlannedMove(
                "flag", flag.move, first_sentence(flag.move), flag.owner, (flag.rule,), until=warn.until,
                weeks=warn.weeks, hours=warn.hours, cost=warn.cost, us_figure=bool(warn.cost),
            )  # fmt: skip
    for item in advice:
        if item.rules[0] not in used:
            yield _advised(a, item, company)


def _advised(a: Assessment, item: Advice, company: Company) -> PlannedMove:
    then = a.base.knowledge.rules[item.rules[0]].then
    assert isinstance(then, Advise)
    own, cost = cautious(company, "seller_cost") if then.hires else None, then.cost
    if own is not None:
        cost = then.hires * own * (then.weeks or YEAR) / YEAR
    formula = a.base.brings(item.rules[0])
    brings = company.value(formula) if formula else None
    done = a.base.done_when(item.rules[0])
    open_ = done is not None and a.walked.status(a.base.graph.done_refs[item.rules[0]]) == "open"
    return PlannedMove(
        "advice", item.text, item.short or first_sentence(item.text), item.owner, item.rules, item.steps, then.until,
        then.done_when, then.weeks, then.hours, cost, cost is not None and own is None, then.hires, brings, then.effect, open_,
    )  # fmt: skip


def first_sentence(text: str) -> str:
    """The first sentence of a text, without its stop."""
    return text.partition(". ")[0].rstrip(".")
