"""What each process takes in deals, people, months and cash, in three cases, and what each result rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, TypeAlias

from salespath.counsel.economics.assumptions import ASSUMED, CASES, SET, YOURS, Estimate
from salespath.counsel.economics.inputs import Inputs, Situation
from salespath.counsel.economics.months import WHOLE, Flow, Plan, finite, flow, gap, plan_of, quotient, whole
from salespath.counsel.economics.other_process import Mark, mark
from salespath.rules.model import PROCESSES

MATCH = "customers_per_enterprise_contract"
_STANDING = frozenset({  # facts that tell where the company stands
    "revenue_target", "annual_revenue", "paying_customers", "sales_team_size", "capital", "monthly_burn", "committed_revenue",
    "marketing_budget", "acquisition_cost",
})  # fmt: skip
Why: TypeAlias = Literal["", "free", "nothing won", "nothing begun", "beyond counting"]


@dataclass(frozen=True)
class Result:
    """A result in the low, base and high case.

    None is unknown where `missing` names the facts that would tell; else it does not come about, for the reason in `why`, or not
    within the months looked at, or it is beyond counting. `rests_on` names the figures it reads, `origins` says which of yours, set
    and assumed these are.
    """

    id: str
    values: tuple[float | None, ...]
    rests_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    why: Why = ""
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorstAssumption:
    """The assumed figure whose worst value alone lowers the lowest point of the base case's cash (or selling) line most."""

    figure: str
    base: float
    low: float
    lowest: float
    lowest_then: float


@dataclass(frozen=True)
class Sale:
    """One sale in the base case, US dollars: the gross profit of a customer while he stays (five years at most), and his cost."""

    brings: float
    costs: float

    @property
    def loses(self) -> bool:
        """Whether winning a customer costs more than he brings."""
        return self.costs > self.brings


@dataclass(frozen=True)
class ProcessEconomics:
    """What one process takes: figures read, results, months of each case, and the assumption that matters most, if any.

    `motion` is how it is sold; `pays_from` the yearly contract from which selling pays for itself by the last month in the
    base case, where at today's it does not; `short` what is missing when cash is lowest up to the month of the
    target; `sale` one sale.
    """

    process: str
    figures: Mapping[str, Estimate]
    outcomes: Mapping[str, Result]
    plans: tuple[Plan, ...]
    flows: tuple[Flow, ...]
    worst: WorstAssumption | None
    motion: str = ""
    pays_from: float | None = None
    short: float | None = None
    sale: Sale | None = None


@dataclass(frozen=True)
class Economics:
    """What each process shown takes for one company, over so many months.

    `match` is what makes up an enterprise contract, where both are shown; `mark` what the other would have to be, where one is.
    """

    company: str
    months: int
    situation: Situation
    processes: Mapping[str, ProcessEconomics]
    match: Result | None
    mark: Mark | None


def economics(
    company: str, inputs: Inputs, months: int = 36, processes: Sequence[str] = PROCESSES, *, marked: bool = False
) -> Economics:
    """What each process takes; with `marked`, of one process, also what the other would have to be. `months` is 1 or more."""
    found = {p: _process(p, inputs.figures[p], inputs.situation, months, inputs.motions[p]) for p in processes}
    others = [p for p in PROCESSES if p not in found]
    match = None if others else _match(inputs)
    beaten = mark(others[0], inputs, found[processes[0]].plans[1], months) if marked and len(others) == 1 else None
    return Economics(company, months, inputs.situation, found, match, beaten)


def _match(inputs: Inputs) -> Result:
    """How many SMB customers bring as much as one enterprise contract."""
    large, small = (inputs.figures[p]["annual_contract_value"].values for p in PROCESSES)
    match = tuple(map(quotient, large, small))
    why: Why = "" if None not in match else "free" if min(small) == 0 else "beyond counting"
    return Result(MATCH, match, ("annual_contract_value",), why=why)


def _process(
    process: str, figures: Mapping[str, Estimate], situation: Situation, months: int, motion: str
) -> ProcessEconomics:
    plans = tuple(plan_of(figures, case, situation, process) for case in range(len(CASES)))
    flows = tuple(flow(plan, months, situation) for plan in plans)
    outcomes = {r.id: r for r in _outcomes(process, figures, plans, flows, situation)}
    plan, base = plans[1], flows[1]
    worst = _worst(process, figures, situation, months)
    return ProcessEconomics(
        process,
        figures,
        outcomes,
        plans,
        flows,
        worst,
        motion,
        _pays_from(plan, base),
        _short(base, outcomes),
        _sale(plan),
    )


LONGEST = 5  # years that a customer is counted to stay at most: beyond it is a guess


def _sale(plan: Plan) -> Sale | None:
    """One sale; None where nobody is won."""
    wins = plan.wins_year
    if not wins and not plan.alone:
        return None
    years = min(LONGEST, 1 / plan.churn_year) if plan.churn_year else LONGEST
    pay = quotient(plan.seller_cost_year, wins) if wins else 0.0
    if pay is None:  # beyond counting
        return None
    return Sale(plan.contract_year * plan.gross_margin * years, plan.other_cost + pay)


def _pays_from(plan: Plan, base: Flow) -> float | None:
    """The contract from which the last month earns what selling costs in it, all else as it is; None where it does already."""
    brought = base.earned[-1] + base.hired_pay[-1] + base.other_selling[-1]
    if base.earned[-1] >= 0 or brought <= 0:
        return None
    return finite(plan.contract_year * (base.hired_pay[-1] + base.other_selling[-1]) / brought)


def _short(base: Flow, outcomes: Mapping[str, Result]) -> float | None:
    """The money missing up to the month of the target in the base case; None where there is enough, or no month or cash."""
    month = outcomes["target_month"].values[1]
    if not month or base.cash is None:
        return None
    lowest = min(base.cash[: int(month)])
    return -lowest if lowest < 0 else None


SELLING = ("deals_begun_month", "open_deals", "seller_revenue_year", "win_rate", "ramp_up_months", "sales_cycle_months")
MONEY = (
    "annual_contract_value", *SELLING, "churn_rate", "gross_margin", "months_paid_ahead", "seller_cost_year",
    "partner_share", "new_dollar_cost", "other_selling_cost_share",
)  # fmt: skip
_NEVER: tuple[tuple[str, Why], ...] = (  # why no number of deals or sellers reaches the target, by what is 0
    ("contract_year", "free"), ("win_rate", "nothing won"), ("deals_begun_month", "nothing begun")
)  # fmt: skip


_HIGHER = frozenset({"revenue_at_end", "lowest_cash"})  # better the more; the others the less
_NEVER_IS_BEST = "out_of_cash_month"


def _ordered(id_: str, found: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """The worst of the three cases, the base case, and the best of the three; never coming about is the worst, save for cash."""
    if id_ == _NEVER_IS_BEST:
        worst_first = sorted(found, key=lambda v: math.inf if v is None else v)
    else:
        sign = 1 if id_ in _HIGHER else -1
        worst_first = sorted(found, key=lambda v: -math.inf if v is None else sign * v)
    return worst_first[0], found[1], worst_first[-1]


def _outcomes(
    process: str, figures: Mapping[str, Estimate], plans: Sequence[Plan], flows: Sequence[Flow], situation: Situation
) -> Iterator[Result]:
    burn, own = situation.burn, situation.facts
    target, capital, spending = (() if n in own else (n,) for n in ("revenue_target", "capital", "monthly_burn"))
    goal = ("revenue_target", *(situation.revenue_from or ("annual_revenue",)), "annual_contract_value")
    # how many sell follows from the target where there is one
    won = (*SELLING, "sales_team_size", *(() if target else goal))
    kept = (*won, "annual_contract_value", "churn_rate")
    costs = ("acquisition_cost",) if "acquisition_cost" in figures else MONEY[-2:]
    money = (*MONEY[:-2], *costs, "marketing_budget", *won)
    zero = (why for name, why in _NEVER if any(getattr(plan, name) == 0 and not plan.alone for plan in plans))
    never: Why = next(zero, "beyond counting")

    def of(
        id_: str, values: Iterable[float | None], reads: tuple[str, ...], missing: tuple[str, ...] = (), why: Why = ""
    ) -> Result:
        found = _ordered(id_, tuple(values))
        reads = tuple(n for n in reads if n in figures or n in _STANDING)
        # what the company has not said counts as none: assumed
        origins = {figures[n].origin if n in figures else YOURS if n in own else ASSUMED for n in reads}
        rests_on = tuple(origin for origin in (YOURS, SET, ASSUMED) if origin in origins)
        return Result(id_, found, reads, missing, why if None in found and not missing else "", rests_on)

    def of_cash(id_: str, value: Callable[[Sequence[float]], float | None]) -> Result:
        reads = ("capital", "monthly_burn", "committed_revenue", *money)
        values = (None if f.cash is None else value(f.cash) for f in flows)
        return of(id_, values, reads, (*capital, *spending))

    missing_customers = [whole(gap(situation), plan.contract_year) for plan in plans]
    leaving = [situation.customers.get(process, 0.0) * plan.churn_year for plan in plans]
    customers = [None if m is None else math.ceil(m + n - WHOLE) for m, n in zip(missing_customers, leaving)]
    deals = (whole(count, plan.win_rate) for count, plan in zip(customers, plans))
    sellers = (0 if plan.alone else whole(count, plan.wins_year) for count, plan in zip(customers, plans))
    yield of("customers_needed", customers, goal, target, never)
    yield of("deals_needed", deals, (*goal, "win_rate"), target, never)
    yield of("sellers_needed", sellers, (*goal, *SELLING[:4]), target, never)
    for name in ("objections", "meetings"):  # every one who decides brings some
        reads = ("decision_makers", f"{name}_per_decision_maker")
        people, each = (figures[id_].values for id_ in reads)
        yield of(name, (finite(n * m) for n, m in zip(people, each)), reads)
    yield of("first_revenue_month", (_first(accumulate(f.won), 1.0) for f in flows), won)
    # 0 where the target takes no customers
    reached = (_first(f.more, count) if count else count for f, count in zip(flows, missing_customers))
    yield of("target_month", reached, ("revenue_target", *kept), target)
    yield of("revenue_at_end", (finite(f.more[-1] * p.contract_year) for f, p in zip(flows, plans)), kept)
    yield of("most_tied_up", (finite(max(0.0, -min(accumulate(f.selling)))) for f in flows), money)
    yield of("selling_pays_month", (_stays(f.earned, 0.0) for f in flows), money)
    even = (None if burn is None else _stays(f.earned, burn) for f in flows)
    yield of("break_even_month", even, ("monthly_burn", *money), spending)
    yield of_cash("lowest_cash", lambda line: finite(min(line)))
    yield of_cash("lowest_cash_month", lambda line: line.index(min(line)) + 1)
    yield of_cash("out_of_cash_month", lambda line: next((n for n, left in enumerate(line, 1) if left < 0), None))


def _worst(process: str, figures: Mapping[str, Estimate], situation: Situation, months: int) -> WorstAssumption | None:
    """Try the worst value of each assumed figure alone, in the base case with its sellers."""
    base = plan_of(figures, 1, situation, process)
    lowest = min(flow(base, months, situation).line)
    found: list[WorstAssumption] = []
    for id_ in MONEY:
        if id_ not in figures:
            continue
        figure, (low, usual, _) = figures[id_], figures[id_].values
        if figure.origin == YOURS or low == usual:
            continue
        worse = {**figures, id_: replace(figure, values=(low,) * 3)}
        # the sellers stay those of the base case: they are hired before anyone knows
        changed = replace(plan_of(worse, 1, situation, process), sellers=base.sellers, hired=base.hired)
        if base.alone and id_ not in ("new_dollar_cost", "annual_contract_value"):
            changed = replace(changed, alone=base.alone)
        then = min(flow(changed, months, situation).line)
        if then < lowest:
            found.append(WorstAssumption(id_, usual, low, lowest, then))
    return min(found, key=lambda worst: worst.lowest_then, default=None)


def _first(line: Iterable[float], customers: float) -> int | None:
    """The first month, from 1, with so many customers."""
    return next((month for month, there in enumerate(line, 1) if there >= customers * (1 - WHOLE)), None)


def _stays(line: Sequence[float], least: float) -> int | None:
    """The first month from which a line stays at or above a value to the end."""
    below = max((month for month, value in enumerate(line, 1) if value < least), default=0)
    return None if below == len(line) else below + 1
