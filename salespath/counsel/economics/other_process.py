"""Which process the economics show, and what the other one would have to be to end with as much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from salespath.counsel.economics.assumptions import ASSUMED, SET, Estimate, assumptions
from salespath.counsel.economics.inputs import Inputs
from salespath.counsel.economics.months import Plan, finite, flow, plan_of, quotient, whole
from salespath.rules.model import PROCESSES

CONTRACT = "annual_contract_value"


@dataclass(frozen=True)
class Mark:
    """What the process that is not shown would have to be to do as well as the one shown, in the base case with as many sellers.

    To do as well is to end with as much new yearly `revenue` as the other, and to earn the `pay` of its own sellers (US dollars a
    year). So many `customers` who are there at the end would do that, each at the yearly `contract`; or the `others` that its
    figures bring, at `price` each. `why` says why there is no mark: the contract of the process shown is not known, nobody is to
    sell, or the number is beyond counting. `price` is None too where nobody is won in time, or below what such contracts are.
    """

    process: str
    contract: Estimate
    revenue: float | None = None
    pay: float | None = None
    customers: int | None = None
    others: float | None = None
    price: float | None = None
    why: Literal["", "unknown", "nobody", "beyond"] = ""


def processes_to_show(process: str, leaning: str | None, read: Inputs) -> tuple[str, ...]:
    """The processes to show under a verdict: the recommended or leaning one, and any that the company gave figures for.

    Where the verdict leans to neither, that of the company's own figures; where these tell neither, both. None where nobody has
    paid and no price is named: other firms' prices would make a forecast of nobody's.
    """
    if read.situation.paying == 0 and all(read.figures[p][CONTRACT].origin == ASSUMED for p in PROCESSES):
        return ()
    if process == "both":
        return PROCESSES
    first = process if process in PROCESSES else leaning
    wanted = (first,) if first in PROCESSES else read.situation.described
    return tuple(p for p in PROCESSES if p in wanted or _has_own_contract(p, read))


def _has_own_contract(process: str, read: Inputs) -> bool:
    """Whether the company gave figures for a process: a contract set for it, or an average that is of its customers only."""
    contract = read.figures[process][CONTRACT]
    if contract.facts and contract.facts[0].endswith("_revenue"):
        return True  # by size of customer
    return contract.origin == SET or (contract.facts == (CONTRACT,) and read.situation.described == (process,))


def mark(process: str, read: Inputs, plan: Plan, months: int) -> Mark:
    """What a process would have to be to do as well as the base case of the one that is shown (`plan`)."""
    (other,) = (p for p in PROCESSES if p != process)
    figures = read.figures[process]
    contract = figures[CONTRACT]
    if read.figures[other][CONTRACT].origin == ASSUMED:
        return Mark(process, contract, why="unknown")
    if plan.sellers + plan.hired + plan.alone == 0:
        return Mark(process, contract, why="nobody")
    theirs = replace(plan_of(figures, 1, read.situation, process), start=0.0)
    if not theirs.alone:
        # without sellers there is nobody to count as many of: one
        there = (plan.sellers, plan.hired) if plan.sellers + plan.hired else (0, 1)
        theirs = replace(theirs, sellers=there[0], hired=there[1])
    pay = (theirs.sellers + theirs.hired) * theirs.seller_cost_year
    revenue, paid = (
        finite(max(0.0, flow(plan, months).more[-1]) * plan.contract_year),
        quotient(pay, theirs.gross_margin),
    )
    least = None if revenue is None or paid is None else max(revenue, paid)
    customers = whole(least, theirs.contract_year)
    if least is None or customers is None:
        return Mark(process, contract, why="beyond")
    others = flow(theirs, months).customers[-1]
    price = quotient(least, others)
    if price is None or price < assumptions().bands[process][0]:
        return Mark(process, contract, revenue, pay, customers)
    return Mark(process, contract, revenue, pay, customers, others, price)
