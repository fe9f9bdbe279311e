"""The monthly arithmetic of the economics: from a plan to customers and money, formula by formula in docs/economics.md.

Expected values, not a forecast: customers are counted in fractions and nothing is left to chance, so the same figures give the
same answer. Money is US dollars; months count from 1, the first month from today.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from salespath.counsel.economics.assumptions import Estimate
from salespath.counsel.economics.inputs import Situation

YEAR = 12
MOST = 1e15  # counts and money above this are said to be beyond counting
WHOLE = 1e-9  # what adding up monthly fractions may lack of a whole customer


@dataclass(frozen=True)
class Plan:
    """One process in one case: what the months are computed from. Money a year or once, shares 0 to 1, as the names say.

    `other_cost` is what a won customer costs beside the sellers; `sellers` are those there are, `hired` come in month 1. `alone`
    customers a month come without sellers; no more than `most` are ever won. `start` customers pay `start_contract` today (0: left
    out). `spent_today` a month is in today's net spending already: what today's sellers, or marketing, take beside pay.
    """

    contract_year: float
    cycle_months: float
    win_rate: float
    deals_begun_month: float
    ramp_up_months: float
    seller_cost_year: float
    other_cost: float
    churn_year: float
    gross_margin: float
    months_paid_ahead: int
    sellers: int
    hired: int
    alone: float = 0.0
    most: float | None = None
    start: float = 0.0
    start_contract: float = 0.0
    spent_today: float = 0.0

    @property
    def wins_year(self) -> float:
        """Customers that a seller at full speed wins in a year."""
        return self.deals_begun_month * self.win_rate * YEAR


@dataclass(frozen=True)
class Flow:
    """One process in one case, month by month: expected customers, and money in that month."""

    won: tuple[float, ...]
    customers: tuple[float, ...]
    received: tuple[float, ...]
    delivery: tuple[float, ...]
    hired_pay: tuple[float, ...]
    other_selling: tuple[float, ...]
    selling: tuple[float, ...]
    earned: tuple[float, ...]
    cash: tuple[float, ...] | None
    lost: tuple[float, ...] = ()

    @property
    def more(self) -> tuple[float, ...]:
        """Customers more than today, by month: those won and still there, less those of today who have left."""
        return tuple(there - gone for there, gone in zip(self.customers, self.lost)) if self.lost else self.customers

    @property
    def line(self) -> tuple[float, ...]:
        """Cash by month, or where that is unknown what selling has brought and cost so far."""
        return self.cash if self.cash is not None else tuple(accumulate(self.selling))


def flow(plan: Plan, months: int, situation: Situation | None = None) -> Flow:
    """The months of one plan. Without `situation`, or where it lacks cash or net spending, there is no cash line."""
    leave = 1 - (1 - plan.churn_year) ** (1 / YEAR)
    monthly = plan.contract_year / YEAR
    speeds = [min(1.0, month / (plan.ramp_up_months + 1)) for month in range(1, months + 1)]
    begun = [
        (plan.sellers + plan.hired * speed) * plan.deals_begun_month * plan.win_rate + plan.alone for speed in speeds
    ]
    if plan.most is not None and sum(begun) > plan.most:  # no more accounts than there are
        totals = [min(total, plan.most) for total in accumulate(begun)]
        begun = [total - before for before, total in zip([0.0, *totals], totals)]
    won = ([0.0] * math.ceil(plan.cycle_months) + begun)[:months]
    customers = tuple(accumulate(won, lambda there, new: there * (1 - leave) + new))
    received = []
    for month in range(months):
        ages = range(0, month + 1, plan.months_paid_ahead)
        paying = sum(won[month - age] * (1 - leave) ** age for age in ages if won[month - age])
        received.append(paying * monthly * plan.months_paid_ahead)
    lost = tuple(plan.start * (1 - (1 - leave) ** month) for month in range(1, months + 1)) if plan.start else ()
    delivery = tuple(count * monthly * (1 - plan.gross_margin) for count in customers)
    pay = (plan.hired * plan.seller_cost_year / YEAR,) * months
    other = tuple(count * plan.other_cost for count in begun)
    selling = tuple(r - d - p - o for r, d, p, o in zip(received, delivery, pay, other))
    earned = tuple(c * monthly * plan.gross_margin - p - o for c, p, o in zip(customers, pay, other))
    cash = None
    if situation and situation.capital is not None and situation.burn is not None:
        committed = (situation.committed or 0.0) / YEAR
        # net spending of today has the revenue of today's customers in it, and what today's selling costs
        gone = [count * plan.start_contract / YEAR * plan.gross_margin for count in lost] or [0.0] * months
        paid = [min(plan.spent_today, o) for o in other]
        net = [
            s - g + b - situation.burn + (committed if month < YEAR else 0.0)
            for month, (s, g, b) in enumerate(zip(selling, gone, paid))
        ]
        cash = tuple(situation.capital + total for total in accumulate(net))
    return Flow(tuple(won), customers, tuple(received), delivery, pay, other, selling, earned, cash, lost)


def gap(situation: Situation) -> float | None:
    """The yearly revenue still missing to the target; revenue that is unknown counts as none, which makes this a most."""
    if situation.revenue_target is None:
        return None
    return max(0.0, situation.revenue_target - (situation.revenue or 0.0))


def replaced(figures: Mapping[str, Estimate], situation: Situation, process: str) -> float:
    """Customers of today who leave within a year in the base case, and are replaced before growth counts."""
    return situation.customers.get(process, 0.0) * figures["churn_rate"].values[1]


def plan_of(figures: Mapping[str, Estimate], case: int, situation: Situation, process: str = "") -> Plan:
    """The plan of a case (0 low, 1 base, 2 high), with the sellers of the base case: they are hired before anyone knows.

    In the base case they win the missing revenue, and who replaces customers that leave, within a year at full speed. Without a
    target, or where no number of sellers wins it, those there are work, or where there are none as many as win a customer a year.
    Without sellers (self-service) marketing wins them: for its budget, else for what the base case takes.
    """
    value, base = ({id_: figure.values[c] for id_, figure in figures.items()} for c in (case, 1))
    contract, there = value["annual_contract_value"], situation.sellers or 0
    leaving = replaced(figures, situation, process)
    missing = whole(gap(situation), base["annual_contract_value"])
    wanted = None if missing is None else missing + leaving
    alone, begun, seller_cost, hired = 0.0, 0.0, 0.0, 0
    if "seller_cost_year" in value:
        begun, seller_cost = _begun(value), value["seller_cost_year"]
        each = _begun(base) * base["win_rate"] * YEAR
        needed = whole(wanted, each)
        if needed is None:
            needed = there or whole(1, each) or 1
        hired = max(0, needed - there)
        other_cost = _beside(value, begun * value["win_rate"] * YEAR)
        if "acquisition_cost" in value and begun * value["win_rate"] > 0:
            # it holds the sellers' pay; the rest is what selling costs beside them
            seller_cost = min(seller_cost, value["acquisition_cost"] * begun * value["win_rate"] * YEAR)
            other_cost = max(0.0, value["acquisition_cost"] - seller_cost / (begun * value["win_rate"] * YEAR))
        spent_today = there * begun * value["win_rate"] * other_cost
    else:
        there, other_cost = 0, _beside(value, math.inf)
        usual = _beside(base, math.inf)
        spent = situation.budget
        if spent is None:
            spent = (leaving if wanted is None else wanted) / YEAR * usual or usual
        alone = quotient(spent, other_cost) or 0.0
        spent_today = leaving / YEAR * usual if situation.budget is None else situation.budget
    # without a target or sellers nobody knows how fast customers who leave are replaced today: what selling adds counts alone
    paced = there > 0 or alone > 0 or wanted is not None
    reachable = math.inf if situation.reachable is None else max(0.0, situation.reachable - (situation.paying or 0.0))
    if process == "enterprise" and situation.accounts is not None:
        reachable = min(reachable, situation.accounts)
    return Plan(
        contract_year=contract,
        cycle_months=value["sales_cycle_months"],
        win_rate=value["win_rate"],
        deals_begun_month=begun,
        ramp_up_months=value.get("ramp_up_months", 0.0),
        seller_cost_year=seller_cost,
        other_cost=other_cost,
        churn_year=value["churn_rate"],
        gross_margin=max(0.0, value["gross_margin"] - value.get("partner_share", 0.0)),
        months_paid_ahead=int(value["months_paid_ahead"]),
        sellers=there,
        hired=hired,
        alone=alone,
        most=None if math.isinf(reachable) else reachable,
        start=situation.customers.get(process, 0.0) if paced else 0.0,
        start_contract=base["annual_contract_value"],
        spent_today=spent_today,
    )


def _begun(value: Mapping[str, float]) -> float:
    """Deals a seller begins a month: what is carried at once / the cycle, and no more than bring the revenue one seller brings."""
    if "deals_begun_month" in value:
        return value["deals_begun_month"]
    carried = value["open_deals"] / max(value["sales_cycle_months"], 1.0)
    each = value["annual_contract_value"] * value["win_rate"] * YEAR
    most = quotient(value["seller_revenue_year"], each)
    return carried if most is None else min(carried, most)


def _beside(value: Mapping[str, float], wins_year: float) -> float:
    """What a won customer costs beside the sellers: the whole cost of a new dollar less their pay, or as the file sets it."""
    if "acquisition_cost" in value and math.isinf(wins_year):
        return value["acquisition_cost"]
    if "other_selling_cost_share" in value:
        return value["other_selling_cost_share"] * value["annual_contract_value"]
    pay = value["seller_cost_year"] / wins_year if wins_year and "seller_cost_year" in value else 0.0
    return max(0.0, value["new_dollar_cost"] * value["annual_contract_value"] - pay)


def finite(value: float) -> float | None:
    """A number, or None where it is beyond counting."""
    return value if abs(value) <= MOST else None


def quotient(number: float, by: float) -> float | None:
    """A quotient of numbers that are 0 or more; None where the divisor is 0 or the result beyond counting."""
    return finite(number / by) if by > 0 and number / MOST < by else None


def whole(number: float | None, by: float) -> int | None:
    """How many of `by` make up `number`, whole ones; None where none do, or of None."""
    if not number:
        return None if number is None else 0
    count = quotient(number, by)
    return None if count is None else math.ceil(count - WHOLE)
