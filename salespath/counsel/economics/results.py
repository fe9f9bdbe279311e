"""What each process takes in deals, people, months and cash, in three cases, and what each result rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from salespath.counsel.economics.assumptions import ASSUMED, CASES, SET, YOURS, Figure
from salespath.counsel.economics.inputs import Inputs, Standing
from salespath.counsel.economics.months import (
    WHOLE,
    Flow,
    Plan,
    added,
    bounded,
    customers_needed,
    flow,
    plan_of,
    quotient,
    sellers_needed,
    whole,
    wins_year,
)
from salespath.counsel.economics.shown import Mark, mark
from salespath.rules.model import PROCESSES

MATCH = "customers_per_enterprise_contract"


@dataclass(frozen=True)
class Outcome:
    """A result in the low, base and high case.

    None is unknown where `missing` names the facts that would tell; else it does not come about, for the reason in `note`, or not
    within the months looked at, or it is beyond counting. `rests_on` names the figures it reads.
    """

    id: str
    values: tuple[float | None, float | None, float | None]
    rests_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Hinge:
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
    figures: Mapping[str, Figure]
    outcomes: Mapping[str, Outcome]
    plans: tuple[Plan, ...]
    flows: tuple[Flow, ...]
    hinge: Hinge | None


@dataclass(frozen=True)
class Economics:
    """What each process shown takes for one company, over so many months.

    `match` is what makes up an enterprise contract, where both are shown; `mark` what the other would have to be, where one is.
    """

    company: str
    months: int
    standing: Standing
    processes: Mapping[str, ProcessEconomics]
    match: Outcome | None
    mark: Mark | None


def economics(
    company: str, inputs: Inputs, months: int = 36, processes: Sequence[str] = PROCESSES, *, marked: bool = False
) -> Economics:
    """What each process takes; with `marked`, of one process, also what the other would have to be. `months` is 1 or more."""
    found = {p: _process(p, inputs.figures[p], inputs.standing, months) for p in processes}
    if len(found) == 1:
        (shown,) = found.values()
        (other,) = (p for p in PROCESSES if p not in found)
        beaten = mark(other, inputs, shown.plans[1], months) if marked else None
        return Economics(company, months, inputs.standing, found, None, beaten)
    return Economics(company, months, inputs.standing, found, _match(inputs), None)


def _match(inputs: Inputs) -> Outcome:
    """How many SMB customers bring as much as one enterprise contract."""
    contracts = [inputs.figures[p]["annual_contract_value"].values for p in PROCESSES]
    match = _cases(lambda case: quotient(contracts[0][case], contracts[1][case]))
    note = "SMB customers at a price of $0 bring nothing" if min(contracts[1]) == 0 else "the number is beyond counting"
    return Outcome(MATCH, match, ("annual_contract_value",), note=note if None in match else "")


def _process(process: str, figures: Mapping[str, Figure], standing: Standing, months: int) -> ProcessEconomics:
    plans = tuple(plan_of(figures, case, standing) for case in range(len(CASES)))
    flows = tuple(flow(plan, months, standing) for plan in plans)
    outcomes = {o.id: o for o in (*_needed(figures, plans, standing), *_months(figures, plans, flows, standing))}
    return ProcessEconomics(process, figures, outcomes, plans, flows, _hinge(figures, standing, months))


SELLING = ("deals_begun_month", "win_rate", "ramp_up_months", "sales_cycle_months")
MONEY = (
    "annual_contract_value", *SELLING, "churn_rate", "gross_margin", "months_paid_ahead", "seller_cost_year",
    "other_selling_cost_share",
)  # fmt: skip


def _needed(figures: Mapping[str, Figure], plans: Sequence[Plan], standing: Standing) -> list[Outcome]:
    customers = [customers_needed(standing, plan.contract_year) for plan in plans]
    deals = [None if count is None else whole(count, plan.win_rate) for count, plan in zip(customers, plans)]
    sellers = [sellers_needed(n, wins_year(p.deals_begun_month, p.win_rate)) for n, p in zip(customers, plans)]
    target = () if standing.revenue_target is not None else ("revenue_target",)
    never = "" if target else _never(plans, (*customers, *deals, *sellers))
    goal = _goal(standing)
    return [
        *(
            Outcome(id_, _three(counts), reads, target, never if None in counts else "")
            for id_, counts, reads in (
                ("customers_needed", customers, goal),
                ("deals_needed", deals, (*goal, "win_rate")),
                ("sellers_needed", sellers, (*goal, "win_rate", "deals_begun_month")),
            )
        ),
        *(_each(name, figures) for name in ("objections", "meetings")),
    ]


def _goal(standing: Standing) -> tuple[str, ...]:
    """What the customers for the target are counted from."""
    return ("revenue_target", *(standing.revenue_from or ("annual_revenue",)), "annual_contract_value")


def _each(name: str, figures: Mapping[str, Figure]) -> Outcome:
    """What every one who decides brings with them, added up."""
    reads = ("decision_makers", f"{name}_per_decision_maker")
    people, each = (figures[id_].values for id_ in reads)
    return Outcome(name, _cases(lambda case: bounded(people[case] * each[case])), reads)


def _never(plans: Sequence[Plan], counts: Sequence[int | None]) -> str:
    """Why no number of deals or sellers reaches the target, in words, or nothing."""
    if any(plan.contract_year == 0 for plan in plans):
        return "at a price of $0 no number of customers reaches the target"
    if any(plan.win_rate == 0 for plan in plans):
        return "at a win rate of 0% no number of deals wins a customer"
    if any(plan.deals_begun_month == 0 for plan in plans):
        return "sellers who begin no deals win no customers"
    return "the number is beyond counting" if None in counts else ""


def _months(
    figures: Mapping[str, Figure], plans: Sequence[Plan], flows: Sequence[Flow], standing: Standing
) -> list[Outcome]:
    burn = standing.burn
    lacking = tuple(n for n, v in (("capital", standing.capital), ("monthly_burn", burn)) if v is None)
    # how many sell follows from the target where there is one
    won = (*SELLING, "sales_team_size", *(_goal(standing) if standing.revenue_target is not None else ()))
    kept = (*won, "annual_contract_value", "churn_rate")
    money = (*_money_figures(figures), *won)
    cash_reads = ("capital", "monthly_burn", "committed_revenue", *money)
    selling = [added(f.selling) for f in flows]
    cash = [f.cash for f in flows]
    found = [
        Outcome(
            "first_revenue_month",
            _cases(lambda c: _first(added(flows[c].won), lambda total: total >= 1 - WHOLE)),
            won,
        ),
        Outcome(
            "target_month",
            _cases(lambda c: _target_month(flows[c], customers_needed(standing, plans[c].contract_year))),
            ("revenue_target", *kept),
            () if standing.revenue_target is not None else ("revenue_target",),
        ),
        Outcome(
            "revenue_at_end",
            _cases(lambda c: bounded(flows[c].customers[-1] * plans[c].contract_year)),
            kept,
        ),
        Outcome("most_tied_up", _cases(lambda c: bounded(max(0.0, -min(selling[c])))), money),
        Outcome("selling_pays_month", _cases(lambda c: _stays(flows[c].earned, 0.0)), money),
        Outcome(
            "break_even_month",
            _cases(lambda c: None if burn is None else _stays(flows[c].earned, burn)),
            ("monthly_burn", *money),
            () if burn is not None else ("monthly_burn",),
        ),
    ]
    lows = [None if line is None else min(line) for line in cash]
    found.extend(
        [
            Outcome(
                "lowest_cash",
                _three([None if v is None else bounded(v) for v in lows]),
                cash_reads,
                lacking,
            ),
            Outcome(
                "lowest_cash_month",
                _three([None if line is None else line.index(min(line)) + 1 for line in cash]),
                cash_reads,
                lacking,
            ),
            Outcome(
                "out_of_cash_month",
                _three([None if line is None else _first(line, lambda left: left < 0) for line in cash]),
                cash_reads,
                lacking,
            ),
        ]
    )
    return found


def _target_month(months: Flow, needed: int | None) -> int | None:
    """The first month with as many new customers as the target takes; 0 where it takes none."""
    if needed is None:
        return None
    return 0 if needed == 0 else _first(months.customers, lambda count: count >= needed * (1 - WHOLE))


def _money_figures(figures: Mapping[str, Figure]) -> tuple[str, ...]:
    return (*MONEY[:-1], "acquisition_cost" if "acquisition_cost" in figures else MONEY[-1])


def _hinge(figures: Mapping[str, Figure], standing: Standing, months: int) -> Hinge | None:
    """Try the worst value of each assumed figure alone, in the base case with its sellers."""
    base = plan_of(figures, 1, standing)
    lowest = min(flow(base, months, standing).line)
    found: list[Hinge] = []
    for id_ in MONEY:
        figure = figures[id_]
        if figure.origin == YOURS or figure.values[0] == figure.values[1]:
            continue
        worse = {**figures, id_: replace(figure, values=(figure.values[0],) * 3)}
        # the sellers stay those of the base case: they are hired before anyone knows
        changed = replace(plan_of(worse, 1, standing), sellers=base.sellers, hired=base.hired)
        then = min(flow(changed, months, standing).line)
        if then < lowest:
            found.append(Hinge(id_, figure.values[1], figure.values[0], lowest, then))
    return min(found, key=lambda hinge: hinge.lowest_then, default=None)


def rests(outcome: Outcome, figures: Mapping[str, Figure], standing: Standing) -> tuple[str, ...]:
    """The origins of what an outcome reads, of yours, set and assumed. What the company has not said counts as none: assumed."""
    told = standing.known
    found = {figures[n].origin if n in figures else YOURS if n in told else ASSUMED for n in outcome.rests_on}
    return tuple(origin for origin in (YOURS, SET, ASSUMED) if origin in found)


# Small arithmetic


def _cases(value: Callable[[int], float | None]) -> tuple[float | None, float | None, float | None]:
    return value(0), value(1), value(2)


def _three(values: Sequence[float | None]) -> tuple[float | None, float | None, float | None]:
    low, base, high = values
    return low, base, high


def _first(line: Sequence[float], holds: Callable[[float], bool]) -> int | None:
    return next((month for month, value in enumerate(line, 1) if holds(value)), None)


def _stays(line: Sequence[float], least: float) -> int | None:
    """The first month from which a line stays at or above a value to the end."""
    month = len(line)
    while month and line[month - 1] >= least:
        month -= 1
    return None if month == len(line) else month + 1
