"""What the economics of one company start from: its own figures, what its file sets, and benchmarks for the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from salespath.counsel.economics.assumptions import (
    SET,
    YOURS,
    Assumption,
    Estimate,
    assumptions,
    problem,
    read_assumptions,
)
from salespath.engine.company import Company
from salespath.engine.compile import Base
from salespath.facts import Case
from salespath.files.problems import WARNING, Problem, SalespathError
from salespath.rules.model import PROCESSES


@dataclass(frozen=True)
class Situation:
    """Where the company stands, whatever process it runs; None is unknown.

    Money is US dollars: `revenue_target` and `revenue` a year, `burn` a month. `runway` is in months, infinite where unlimited;
    `reachable` is how many customers could buy. `revenue_from` names the facts that revenue was taken from. `described` holds the
    processes whose customers the company's own figures are of, `describing` the facts that tell.
    """

    revenue_target: float | None
    revenue: float | None
    revenue_from: tuple[str, ...]
    sellers: int | None
    capital: float | None
    burn: float | None
    committed: float | None
    runway: float | None
    reachable: float | None
    described: tuple[str, ...]
    describing: tuple[str, ...]

    @property
    def facts(self) -> frozenset[str]:
        """The facts that this is read from."""
        values = {
            "revenue_target": self.revenue_target, "sales_team_size": self.sellers, "capital": self.capital,
            "monthly_burn": self.burn, "committed_revenue": self.committed,
        }  # fmt: skip
        return frozenset({name for name, value in values.items() if value is not None}.union(self.revenue_from))


@dataclass(frozen=True)
class Inputs:
    """Everything the arithmetic reads, by process; and what was wrong with the file's assumptions (warnings only)."""

    situation: Situation
    figures: Mapping[str, Mapping[str, Estimate]]
    problems: tuple[Problem, ...]


def inputs(base: Base, case: Case) -> Inputs:
    """What the economics of a company start from.

    A company's own figure takes the place of what its file sets, and this that of a benchmark. Raises SalespathError (SP171 to
    SP174) listing everything wrong with the `assumptions` of the file.
    """
    company = Company(base, case.values)
    situation = _situation(case, company)
    problems: list[Problem] = []
    given = read_assumptions(case, problems)
    figures = {
        process: {
            id_: _figure(item, process, situation, company, given.get((process, id_)), problems, case)
            for id_, item in assumptions().all.items()
        }
        for process in PROCESSES
    }
    cost = number_known(company, "acquisition_cost")
    for process in situation.described if cost is not None else ():
        assert cost is not None
        figures[process]["acquisition_cost"] = Estimate("acquisition_cost", (cost,) * 3, YOURS, ("acquisition_cost",))
    if any(found.severity != WARNING for found in problems):
        raise SalespathError(problems)
    return Inputs(situation, figures, tuple(problems))


def number_known(company: Company, name: str) -> float | None:
    """A fact or derived number that is known and can be; infinity where unlimited."""
    value = company.number(name)
    if value is None or math.isnan(value):
        return None
    bounds = company.base.vocabulary[name]
    low, high = (-math.inf if bounds.minimum is None else bounds.minimum), bounds.maximum
    return value if value >= low and (value == math.inf or high is None or value <= high) else None


def _situation(case: Case, company: Company) -> Situation:
    revenue, revenue_from = _revenue(company)
    sellers = number_known(company, "sales_team_size")
    described, describing = _described(case, company)
    return Situation(
        revenue_target=number_known(company, "revenue_target"),
        revenue=revenue,
        revenue_from=revenue_from,
        sellers=None if sellers is None else int(sellers),
        capital=number_known(company, "capital"),
        burn=number_known(company, "monthly_burn"),
        committed=number_known(company, "committed_revenue"),
        runway=number_known(company, "runway_months"),
        reachable=number_known(company, "reachable_customers"),
        described=described,
        describing=describing,
    )


def _revenue(company: Company) -> tuple[float | None, tuple[str, ...]]:
    """The yearly revenue of today, and the facts that tell."""
    revenue = number_known(company, "annual_revenue")
    if revenue is not None:
        return revenue, ("annual_revenue",)
    customers, contract = number_known(company, "paying_customers"), number_known(company, "annual_contract_value")
    if customers == 0:
        return 0.0, ("paying_customers",)
    if customers is None or contract is None:
        return None, ()
    return customers * contract, ("paying_customers", "annual_contract_value")


def _described(case: Case, company: Company) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The processes whose customers the company's own figures are of, and the facts that tell; both where nothing does."""
    contract = number_known(company, "annual_contract_value")
    if contract is not None:
        bands = assumptions().bands
        found = tuple(p for p in PROCESSES if bands[p][0] <= contract <= bands[p][1])
        return found, ("annual_contract_value",)
    segments = case.values.get("customer_segments")
    if isinstance(segments, frozenset) and segments:
        sides = {"enterprise": "large" in segments, "smb": bool(segments - {"large"})}
        return tuple(p for p in PROCESSES if sides[p]), ("customer_segments",)
    return PROCESSES, ()


def _figure(
    item: Assumption,
    process: str,
    situation: Situation,
    company: Company,
    given: tuple[float, float, float] | None,
    problems: list[Problem],
    case: Case,
) -> Estimate:
    assumed = item.figures[process]
    facts = item.facts if item.whole_company or process in situation.described else ()
    if assumed.id == "annual_contract_value" and process == "enterprise" and not facts:
        # the largest contracts of a company that sells to small customers are what it knows of enterprise selling
        largest = number_known(company, "largest_contract_value")
        if largest is not None and largest >= assumptions().bands["enterprise"][0]:
            facts = ("largest_contract_value",)
    for fact in facts:
        value = number_known(company, fact)
        if value is not None and value < math.inf:
            if given is not None:
                what = f"assumptions: {process}: {item.kind.id} is not used, as the company's own {fact} is known."
                problems.append(problem(case, "SP175", f"{what} A company's own figures always come first.", WARNING))
            return Estimate(assumed.id, (value,) * 3, YOURS, (fact,))
    return assumed if given is None else Estimate(assumed.id, given, SET)
