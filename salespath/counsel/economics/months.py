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

    `other_cost` is what a won customer costs beside the sellers; `sellers` are those there are, `hired` come in month 1.
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

    @property
    def line(self) -> tuple[float, ...]:
        """Cash by month, or where that is unknown what selling has brought and cost so far."""
        return self.cash if self.cash is not None else tuple(accumulate(self.selling))


def flow(plan: Plan, months: int, situation: Situation | None = None) -> Flow:
    """The months of one plan. Without `situation`, or where it lacks cash or net spending, there is no cash line."""
    leave = 1 - (1 - plan.churn_year) ** (1 / YEAR)
    monthly = plan.contract_year / YEAR
    speeds = [min(1.0, month / (plan.ramp_up_months + 1)) for month in range(1, months + 1)]
    begun = [(plan.sellers + plan.hired * speed) * plan.deals_begun_month * plan.win_rate for speed in speeds]
    won = ([0.0] * math.ceil(plan.cycle_months) + begun)[:months]
    customers = tuple(accumulate(won, lambda there, new: there * (1 - leave) + new))
    received = []
    for month in range(months):
        ages = range(0, month + 1, plan.months_paid_ahead)
        paying = sum(won[month - age] * (1 - leave) ** age for age in ages if won[month - age])
        received.append(paying * monthly * plan.months_paid_ahead)
    delivery = tuple(count * monthly * (1 - plan.gross_margin) for count in customers)
    pay = (plan.hired * plan.seller_cost_year / YEAR,) * months
    other = tuple(count * plan.other_cost for count in begun)
    selling = tuple(r - d - p - o for r, d, p, o in zip(received, delivery, pay, other))
    earned = tuple(c * monthly * plan.gross_margin - p - o for c, p, o in zip(customers, pay, other))
    cash = None
    if situation and situation.capital is not None and situation.burn is not None:
        committed = (situation.committed or 0.0) / YEAR
        net = [s - situation.burn + (committed if month < YEAR else 0.0) for month, s in enumerate(selling)]
        cash = tuple(situation.capital + total for total in accumulate(net))
    return Flow(tuple(won), customers, tuple(received), delivery, pay, other, selling, earned, cash)


def gap(situation: Situation) -> float | None:
    """The yearly revenue still missing to the target; revenue that is unknown counts as none, which makes this a most."""
    if situation.revenue_target is None:
        return None
    return max(0.0, situation.revenue_target - (situation.revenue or 0.0))


def plan_of(figures: Mapping[str, Estimate], case: int, situation: Situation) -> Plan:
    """The plan of a case (0 low, 1 base, 2 high), with the sellers of the base case: they are hired before anyone knows.

    In the base case they win the missing revenue within a year at full speed. Without a target, or where no number of sellers wins
    it, those there are work, or one where there are none.
    """
    value, base = ({id_: figure.values[c] for id_, figure in figures.items()} for c in (case, 1))
    contract = value["annual_contract_value"]
    seller_cost, other_cost = value["seller_cost_year"], value["other_selling_cost_share"] * contract
    wins, base_wins = (v["deals_begun_month"] * v["win_rate"] * YEAR for v in (value, base))
    if "acquisition_cost" in value and wins > 0:
        # it holds the sellers' pay; the rest is what selling costs beside them
        seller_cost = min(seller_cost, value["acquisition_cost"] * wins)
        other_cost = max(0.0, value["acquisition_cost"] - seller_cost / wins)
    needed = whole(whole(gap(situation), base["annual_contract_value"]), base_wins)
    there = situation.sellers or 0
    return Plan(
        contract_year=contract,
        cycle_months=value["sales_cycle_months"],
        win_rate=value["win_rate"],
        deals_begun_month=value["deals_begun_month"],
        ramp_up_months=value["ramp_up_months"],
        seller_cost_year=seller_cost,
        other_cost=other_cost,
        churn_year=value["churn_rate"],
        gross_margin=value["gross_margin"],
        months_paid_ahead=int(value["months_paid_ahead"]),
        sellers=there,
        hired=max(0, (1 if needed is None else needed) - there),
    )


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
