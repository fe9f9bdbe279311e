"""What each process takes in deals, people, months and cash, in three cases, and what each result rests on."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, TypeAlias

from salespath.counsel.economics.assumptions import ASSUMED, CASES, SET, YOURS, Estimate
from salespath.counsel.economics.inputs import Inputs, Situation
from salespath.counsel.economics.months import WHOLE, Flow, Plan, bounded, flow, gap, plan_of, quotient, whole
from salespath.counsel.economics.other_process import Mark, mark
from salespath.rules.model import PROCESSES

MATCH = "customers_per_enterprise_contract"
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
class ProcessEconomics:
    """What one process takes: figures read, results, months of each case, and the assumption that matters most, if any."""

    process: str
    figures: Mapping[str, Estimate]
    outcomes: Mapping[str, Result]
    plans: tuple[Plan, ...]
    flows: tuple[Flow, ...]
    worst: WorstAssumption | None


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
    found = {p: _process(p, inputs.figures[p], inputs.situation, months) for p in processes}
    others = [p for p in PROCESSES if p not in found]
    match = None if others else _match(inputs)
    beaten = mark(others[0], inputs, found[processes[0]].plans[1], months) if marked and others else None
    return Economics(company, months, inputs.situation, found, match, beaten)


def _match(inputs: Inputs) -> Result:
    """How many SMB customers bring as much as one enterprise contract."""
    large, small = (inputs.figures[p]["annual_contract_value"].values for p in PROCESSES)
    match = tuple(map(quotient, large, small))
    why: Why = "" if None not in match else "free" if min(small) == 0 else "beyond counting"
    return Result(MATCH, match, ("annual_contract_value",), why=why)


def _process(process: str, figures: Mapping[str, Estimate], situation: Situation, months: int) -> ProcessEconomics:
    plans = tuple(plan_of(figures, case, situation) for case in range(len(CASES)))
    flows = tuple(flow(plan, months, situation) for plan in plans)
    results = (*_needed(figures, plans, situation), *_months(figures, plans, flows, situation))
    outcomes = {r.id: replace(r, origins=_origins(r, figures, situation.facts)) for r in results}
    return ProcessEconomics(process, figures, outcomes, plans, flows, _worst(figures, situation, months))


SELLING = ("deals_begun_month", "win_rate", "ramp_up_months", "sales_cycle_months")
MONEY = (
    "annual_contract_value", *SELLING, "churn_rate", "gross_margin", "months_paid_ahead", "seller_cost_year",
    "other_selling_cost_share",
)  # fmt: skip


def _needed(figures: Mapping[str, Estimate], plans: Sequence[Plan], situation: Situation) -> Iterator[Result]:
    customers = [whole(gap(situation), plan.contract_year) for plan in plans]
    deals = [whole(count, plan.win_rate) for count, plan in zip(customers, plans)]
    sellers = [whole(count, plan.wins_year) for count, plan in zip(customers, plans)]
    target = () if situation.revenue_target is not None else ("revenue_target",)
    never = "" if target else _never(plans, (*customers, *deals, *sellers))
    goal = _goal(situation)
    for id_, counts, reads in (
        ("customers_needed", customers, goal),
        ("deals_needed", deals, (*goal, "win_rate")),
        ("sellers_needed", sellers, (*goal, "win_rate", "deals_begun_month")),
    ):
        yield Result(id_, tuple(counts), reads, target, never if None in counts else "")
    for name in ("objections", "meetings"):  # every one who decides brings some
        reads = ("decision_makers", f"{name}_per_decision_maker")
        people, each = (figures[id_].values for id_ in reads)
        yield Result(name, tuple(bounded(n * m) for n, m in zip(people, each)), reads)


def _goal(situation: Situation) -> tuple[str, ...]:
    """What the customers for the target are counted from."""
    return ("revenue_target", *(situation.revenue_from or ("annual_revenue",)), "annual_contract_value")


def _never(plans: Sequence[Plan], counts: Sequence[int | None]) -> Why:
    """Why no number of deals or sellers reaches the target, or nothing."""
    if any(plan.contract_year == 0 for plan in plans):
        return "free"
    if any(plan.win_rate == 0 for plan in plans):
        return "nothing won"
    if any(plan.deals_begun_month == 0 for plan in plans):
        return "nothing begun"
    return "beyond counting" if None in counts else ""


def _months(
    figures: Mapping[str, Estimate], plans: Sequence[Plan], flows: Sequence[Flow], situation: Situation
) -> list[Result]:
    burn = situation.burn
    lacking = tuple(n for n, v in (("capital", situation.capital), ("monthly_burn", burn)) if v is None)
    target = ("revenue_target",) if situation.revenue_target is None else ()
    # how many sell follows from the target where there is one
    won = (*SELLING, "sales_team_size", *(() if target else _goal(situation)))
    kept = (*won, "annual_contract_value", "churn_rate")
    money = (*MONEY[:-1], "acquisition_cost" if "acquisition_cost" in figures else MONEY[-1], *won)

    def of(id_: str, value: Callable[[Flow], float | None], reads: tuple[str, ...], *missing: str) -> Result:
        return Result(id_, tuple(map(value, flows)), reads, missing)

    def of_cash(id_: str, value: Callable[[Sequence[float]], float | None]) -> Result:
        reads = ("capital", "monthly_burn", "committed_revenue", *money)
        return of(id_, lambda f: None if f.cash is None else value(f.cash), reads, *lacking)

    def customer(f: Flow) -> int | None:
        return _first(accumulate(f.won), lambda total: total >= 1 - WHOLE)

    needed = [whole(gap(situation), plan.contract_year) for plan in plans]
    reached = tuple(map(_target_month, flows, needed))
    revenue = tuple(bounded(f.customers[-1] * plan.contract_year) for f, plan in zip(flows, plans))
    unknown = () if burn is not None else ("monthly_burn",)
    return [
        of("first_revenue_month", customer, won),
        Result("target_month", reached, ("revenue_target", *kept), target),
        Result("revenue_at_end", revenue, kept),
        of("most_tied_up", lambda f: bounded(max(0.0, -min(accumulate(f.selling)))), money),
        of("selling_pays_month", lambda f: _stays(f.earned, 0.0), money),
        of("break_even_month", lambda f: _stays(f.earned, burn), ("monthly_burn", *money), *unknown),
        of_cash("lowest_cash", lambda line: bounded(min(line))),
        of_cash("lowest_cash_month", lambda line: line.index(min(line)) + 1),
        of_cash("out_of_cash_month", lambda line: _first(line, lambda left: left < 0)),
    ]


def _target_month(months: Flow, needed: int | None) -> int | None:
    """The first month with as many new customers as the target takes; 0 where it takes none."""
    if not needed:
        return needed
    return _first(months.customers, lambda count: count >= needed * (1 - WHOLE))


def _worst(figures: Mapping[str, Estimate], situation: Situation, months: int) -> WorstAssumption | None:
    """Try the worst value of each assumed figure alone, in the base case with its sellers."""
    base = plan_of(figures, 1, situation)
    lowest = min(flow(base, months, situation).line)
    found: list[WorstAssumption] = []
    for id_ in MONEY:
        figure = figures[id_]
        if figure.origin == YOURS or figure.values[0] == figure.values[1]:
            continue
        worse = {**figures, id_: replace(figure, values=(figure.values[0],) * 3)}
        # the sellers stay those of the base case: they are hired before anyone knows
        changed = replace(plan_of(worse, 1, situation), sellers=base.sellers, hired=base.hired)
        then = min(flow(changed, months, situation).line)
        if then < lowest:
            found.append(WorstAssumption(id_, figure.values[1], figure.values[0], lowest, then))
    return min(found, key=lambda worst: worst.lowest_then, default=None)


def _origins(result: Result, figures: Mapping[str, Estimate], own: Container[str]) -> tuple[str, ...]:
    """The origins of what a result reads. What the company has not said counts as none: assumed."""
    found = {figures[n].origin if n in figures else YOURS if n in own else ASSUMED for n in result.rests_on}
    return tuple(origin for origin in (YOURS, SET, ASSUMED) if origin in found)


def _first(line: Iterable[float], holds: Callable[[float], bool]) -> int | None:
    """The first month, from 1, with a value that holds."""
    return next((month for month, value in enumerate(line, 1) if holds(value)), None)


def _stays(line: Sequence[float], least: float | None) -> int | None:
    """The first month from which a line stays at or above a value to the end."""
    if least is None:
        return None
    below = max((month for month, value in enumerate(line, 1) if value < least), default=0)
    return None if below == len(line) else below + 1
