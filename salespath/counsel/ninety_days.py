"""The next ninety days of one company: what is done in which week by whom, and what customers and cash then are.

All of it is arithmetic over the moves (counsel/moves.py) and the figures of the economics; docs/plan.md says it formula by formula.
Money is US dollars, weeks count from 1. What is not known is left out with what would tell it, never taken for nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from salespath.counsel.economics.assumptions import ASSUMED
from salespath.counsel.economics.inputs import Situation
from salespath.counsel.economics.months import YEAR, whole
from salespath.counsel.economics.process_economics import ProcessEconomics
from salespath.counsel.moves import PlannedMove
from salespath.engine.assessment import Advice, Assessment, Question
from salespath.engine.turning import Turn

WEEKS, MONTHS = 13, 3
WEEKS_A_MONTH = 52 / YEAR
HOURS = 40.0  # a week, of one person, on moves
MONTHS_LEFT = 3  # of cash, when a hire begins to earn (F1)
UNPROVEN = "unproven"
SOLD_BY_PEOPLE = ("inside_sales", "partner_led", "field", "tender", "hybrid", "services_to_product")


@dataclass(frozen=True)
class Slot:
    """A move in its weeks. `ends` is beyond WEEKS where it goes on; `hours` and `cost` are those within the weeks."""

    move: PlannedMove
    begins: int
    ends: int
    hours: float | None
    cost: float | None


@dataclass(frozen=True)
class Step:
    """One amount on the way from what there is to what there will be, and what it comes from (facts, rules)."""

    what: str
    amount: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bridge:
    """From `start` over the steps to `end`, exactly."""

    start: int
    steps: tuple[Step, ...]

    @property
    def end(self) -> int:
        """What there is then."""
        return self.start + sum(step.amount for step in self.steps)


@dataclass(frozen=True)
class Target:
    """What the yearly target takes: customers to win, deals to begin by a week, sellers; `capped_by` is a fact too small for it."""

    customers: int
    deals: int
    by_week: int
    sellers: int | None
    capped_by: str = ""


@dataclass(frozen=True)
class Pipeline:
    """Customers and open deals over the ninety days, each as a bridge, and what the target takes; `alone` without sellers."""

    customers: Bridge | None
    deals: Bridge | None
    target: Target | None
    alone: bool = False


@dataclass(frozen=True)
class Cash:
    """Cash over the ninety days: the bridge with the plan, and the lines at the end of each week with and without it."""

    bridge: Bridge
    without: tuple[float, ...]
    along: tuple[float, ...]


@dataclass(frozen=True)
class PriceFloor:
    """The yearly price below which a customer leaves before he has paid what winning him cost: cost × churn ÷ margin.

    `assumed` names those of the three that are not the company's own.
    """

    price: float
    floor: float
    acquisition_cost: float
    churn: float
    margin: float
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hire:
    """What one seller needs: months until he earns, what he costs until then, months of cash with him, what is missing.

    He takes so many `customers_a_year` to pay for him, and at full speed `wins` so many at today's price. `short_already` says that
    the cash does not last until then even without him.
    """

    months: float
    cost: float
    customers_a_year: int | None
    cash_months: float | None
    missing: float | None
    wins: float = 0.0
    short_already: bool = False

    @property
    def pays(self) -> bool:
        """Whether he wins what pays for him."""
        return self.customers_a_year is not None and self.wins >= self.customers_a_year


@dataclass(frozen=True)
class TestCard:
    """A question to settle first, and the answers that would turn the verdict."""

    question: Question
    turn: Turn | None


@dataclass(frozen=True)
class NinetyDays:
    """The plan of one company for ninety days. `later` are the moves that do not fit beside the others."""

    assessment: Assessment
    slots: tuple[Slot, ...]
    later: tuple[PlannedMove, ...]
    pipeline: Pipeline | None
    cash: Cash | None
    floor: PriceFloor | None
    hire: Hire | None
    cards: tuple[TestCard, ...]
    stops: tuple[Advice, ...]

    @property
    def stops_advertising(self) -> bool:
        """Whether a move within the weeks stops paid acquisition."""
        return any(_claims(self.assessment, slot.move).get("paid_advertising") == "stop" for slot in self.slots)


def ninety_days(
    assessment: Assessment, moves: Sequence[PlannedMove], economics: ProcessEconomics | None, situation: Situation
) -> NinetyDays:
    """The plan for ninety days. `economics` is that of the process that the plan is for, None where there is none."""
    months = _cash_months(situation)
    slots, later = _schedule(moves, math.inf if months is None else months * WEEKS_A_MONTH)
    hires = sum(slot.move.hires for slot in slots)
    halted = assessment.process == "not_yet" or any(
        _claims(assessment, s.move).get("deals_at_once") == "finish" for s in slots
    )
    pipeline = _pipeline(assessment, economics, situation, hires, halted=halted) if economics else None
    return NinetyDays(
        assessment,
        slots,
        later,
        pipeline,
        _cash(situation, slots, economics, pipeline),
        _floor(economics) if economics else None,
        _hire(economics, situation) if economics and _may_hire(assessment, economics) else None,
        tuple(_cards(assessment)),
        tuple(item for item in assessment.advice if item.topic in assessment.base.knowledge.topics_for("stop")),
    )


def _claims(a: Assessment, move: PlannedMove) -> Mapping[str, str]:
    return a.base.knowledge.rules[move.rules[0]].claims


def _may_hire(a: Assessment, x: ProcessEconomics) -> bool:
    """Whether what a hire needs is a question: people sell, somebody pays, and the price is known."""
    known = x.figures["annual_contract_value"].origin != ASSUMED
    return a.motion in SOLD_BY_PEOPLE and a.stage != UNPROVEN and known


def _cash_months(situation: Situation) -> float | None:
    """How long the cash lasts with what is signed, in months; infinite without net spending."""
    if situation.capital is None or situation.burn is None:
        return None
    there = situation.capital + (situation.committed or 0.0)
    return there / situation.burn if situation.burn > 0 else math.inf


def _schedule(moves: Iterable[PlannedMove], weeks_of_cash: float) -> tuple[tuple[Slot, ...], tuple[PlannedMove, ...]]:
    """Each move as early as its owner has the hours for it, in the order of the moves; none that the cash does not outlast."""
    busy: dict[str, list[float]] = defaultdict(lambda: [0.0] * WEEKS)
    slots: list[Slot] = []
    later: list[PlannedMove] = []
    for move in moves:
        length, load, own = max(1, math.ceil(move.weeks or 1)), move.hours or 0.0, busy[move.owner]
        for first in range(WEEKS):
            inside = range(first, min(WEEKS, first + length))
            late = first and first + length > WEEKS  # what has to wait has to end within the weeks
            if not late and all(own[week] + load <= HOURS for week in inside):
                break
        else:
            later.append(move)
            continue
        if first + length > weeks_of_cash and move.kind != "block":
            later.append(move)
            continue
        for week in inside:
            own[week] += load
        share = len(inside) / length
        hours = None if move.hours is None else load * len(inside)
        slots.append(Slot(move, first + 1, first + length, hours, None if move.cost is None else move.cost * share))
    return tuple(sorted(slots, key=lambda slot: slot.begins)), tuple(later)


def _pipeline(a: Assessment, x: ProcessEconomics, situation: Situation, hires: int, *, halted: bool) -> Pipeline | None:
    """Expected, in the base case. Deals open today and those begun are decided evenly over one cycle; `halted` begins none."""
    there = a.case.values.get("paying_customers")
    if not there or not isinstance(there, int):
        return None
    plan = x.plans[1]
    open_ = a.case.values.get("open_opportunities")
    start = open_ if isinstance(open_, int) else None
    speeds = [min(1.0, month / (plan.ramp_up_months + 1)) for month in range(1, MONTHS + 1)]
    begun = 0.0 if halted else sum((plan.sellers + hires * speed) * plan.deals_begun_month for speed in speeds)
    decided = (start or 0) * min(1.0, MONTHS / plan.cycle_months) + begun * max(0.0, 1 - plan.cycle_months / MONTHS)
    # those who come without sellers
    alone = 0.0 if a.process == "not_yet" else plan.alone * max(0.0, MONTHS - math.ceil(plan.cycle_months))
    won = round(decided * plan.win_rate + alone)
    lost = round(there * (1 - (1 - plan.churn_year) ** (MONTHS / YEAR)))
    room = math.inf if situation.reachable is None else max(0, int(situation.reachable) - there + lost)
    won = int(min(won, room))
    paced = plan.sellers or plan.alone or start is not None  # else nobody knows how fast those who leave are replaced
    customers = Bridge(there, (Step("won", won), Step("lost", -lost))) if paced else None
    deals = None
    if start is not None:
        sold = min(won, round(decided * plan.win_rate))
        steps = Step("begun", round(begun)), Step("won", -sold), Step("lost or ended", sold - round(decided))
        deals = Bridge(start, steps)
    return Pipeline(customers, deals, _target(a, x, situation), bool(plan.alone))


def _target(a: Assessment, x: ProcessEconomics, situation: Situation) -> Target | None:
    """What the target takes within twelve months, in the base case of the economics."""
    needed, deals, sellers = (
        x.outcomes[id_].values[1] for id_ in ("customers_needed", "deals_needed", "sellers_needed")
    )
    if not needed or not deals:
        return None
    caps = [("reachable_customers", situation.reachable), ("target_accounts", a.case.values.get("target_accounts"))]
    too_small = next((name for name, most in caps if isinstance(most, (int, float)) and most < needed), "")
    by_week = max(0, math.floor((YEAR - x.plans[1].cycle_months) * WEEKS_A_MONTH))
    return Target(int(needed), int(deals), by_week, None if sellers is None else int(sellers), too_small)


def _cash(
    situation: Situation, slots: Sequence[Slot], x: ProcessEconomics | None, pipeline: Pipeline | None
) -> Cash | None:
    """Cash from today to the end of the ninety days, in whole dollars."""
    if situation.capital is None or situation.burn is None:
        return None
    steps = [Step("spending as today", -round(situation.burn * MONTHS), ("monthly_burn",))]
    if situation.committed:
        steps.append(Step("signed revenue due", round(situation.committed * MONTHS / YEAR), ("committed_revenue",)))
    for slot in slots:
        if slot.cost:
            steps.append(Step(slot.move.short, -round(slot.cost), slot.move.rules))
        if slot.move.brings:
            steps.append(Step(slot.move.short, round(slot.move.brings), slot.move.rules))
    if x and pipeline and pipeline.customers:
        plan, (won, lost) = x.plans[1], (step.amount for step in pipeline.customers.steps)
        # won evenly over the months, so each has paid for half of them, or what is paid ahead
        paid = min(plan.contract_year, plan.contract_year / YEAR * max(MONTHS / 2, plan.months_paid_ahead)) * won
        if paid:
            steps.append(Step("new customers", round(paid * plan.gross_margin), ("win_rate",)))
        if gone := round(
            plan.contract_year / YEAR * MONTHS / 2 * lost * plan.gross_margin
        ):  # they leave evenly, half of it
            steps.append(Step("customers who leave", gone, ("churn_rate",)))
    bridge = Bridge(round(situation.capital), tuple(steps))
    usual = sum(step.amount for step in steps if step.ids in (("monthly_burn",), ("committed_revenue",)))
    without = tuple(bridge.start + usual * week / WEEKS for week in range(1, WEEKS + 1))
    spent = [sum(_by(slot, week) for slot in slots) for week in range(1, WEEKS + 1)]
    rest = bridge.end - without[-1] - spent[-1]  # from new customers, evenly
    along = tuple(b + s + rest * week / WEEKS for week, (b, s) in enumerate(zip(without, spent), 1))
    return Cash(bridge, without, along)


def _by(slot: Slot, week: int) -> float:
    """What a move has cost and brought by the end of a week: its cost evenly, what it brings when it ends."""
    last = min(slot.ends, WEEKS)
    share = min(1.0, max(0.0, (week - slot.begins + 1) / (last - slot.begins + 1)))
    brought = (slot.move.brings or 0.0) if week >= last else 0.0
    return brought - (slot.cost or 0.0) * share


def _floor(x: ProcessEconomics) -> PriceFloor | None:
    """The price floor in the base case."""
    plan = x.plans[1]
    if x.figures["annual_contract_value"].origin == ASSUMED or plan.gross_margin <= 0 or not plan.churn_year:
        return None  # a price that nobody has named has no floor
    own = x.figures.get("acquisition_cost")
    cost = (
        own.values[1] if own else plan.other_cost + (plan.seller_cost_year / plan.wins_year if plan.wins_year else 0.0)
    )
    names = {"churn_rate": "churn", "gross_margin": "margin"}
    assumed = [said for id_, said in names.items() if x.figures[id_].origin == ASSUMED]
    return PriceFloor(
        plan.contract_year, cost * plan.churn_year / plan.gross_margin, cost, plan.churn_year, plan.gross_margin,
        tuple([*([] if own else ["acquisition_cost"]), *assumed]),
    )  # fmt: skip


def _hire(x: ProcessEconomics, situation: Situation) -> Hire:
    """What one more seller needs, in the base case: three months of cash must be left when he begins to earn."""
    plan = x.plans[1]
    months, monthly = plan.ramp_up_months + plan.cycle_months, plan.seller_cost_year / YEAR
    customers = whole(plan.seller_cost_year, plan.contract_year * plan.gross_margin)
    if situation.capital is None or situation.burn is None:
        return Hire(months, months * monthly, customers, None, None, plan.wins_year)
    there = situation.capital + (situation.committed or 0.0)
    spending = situation.burn + monthly
    missing = max(0.0, spending * (months + MONTHS_LEFT) - there)
    lasts = there / spending if spending > 0 else math.inf
    return Hire(months, months * monthly, customers, lasts, missing, plan.wins_year, situation.burn * months > there)


def _cards(a: Assessment) -> Iterator[TestCard]:
    """The questions to settle first: those whose answer alone turns the verdict, then those that are asked next."""
    turns = {turn.fact: turn for turn in a.strength.on}
    order = sorted(a.next_questions, key=lambda question: question.fact not in turns)
    most = 5 if a.process == "undetermined" else 3
    return (TestCard(question, turns.get(question.fact)) for question in order[:most])
