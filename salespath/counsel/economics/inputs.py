"""The company model: one company's own figures by segment, what its file sets, and those of the motion for the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from salespath.counsel.cautious import cautious, notes
from salespath.counsel.economics.assumptions import (
    ASSUMED,
    CASES,
    MOTIONS,
    SET,
    YOURS,
    Assumption,
    Estimate,
    assumptions,
)
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.facts import Case
from salespath.facts.money import USD
from salespath.facts.rates import REFERENCE_DATE, BadRate, converted
from salespath.facts.reader import Context, understand
from salespath.facts.values import BadValue, Range
from salespath.files.problems import ERROR, WARNING, Problem, SalespathError, has_error, shown, suggestion
from salespath.rules.model import PROCESSES

# The facts that a situation is read from, by its fields
_FACTS = {
    "revenue_target": "revenue_target", "capital": "capital", "burn": "monthly_burn", "committed": "committed_revenue",
    "runway": "runway_months", "reachable": "reachable_customers", "sellers": "sales_team_size",
    "accounts": "target_accounts", "budget": "marketing_budget", "acquisition_cost": "acquisition_cost",
}  # fmt: skip


@dataclass(frozen=True)
class Situation:
    """Where the company stands, whatever process it runs; None is unknown.

    Money is US dollars: `revenue_target` and `revenue` a year, `burn` a month. `runway` is in months, infinite where unlimited;
    `reachable` is how many customers could buy. `revenue_from` names the facts that revenue was taken from. `described` holds the
    processes whose customers the company's own figures are of, `describing` the facts that tell. `accounts` are those aimed at,
    `budget` is what marketing may cost a month, `customers` are those that pay today, by process, and `paying` all of them.
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
    accounts: float | None = None
    budget: float | None = None
    acquisition_cost: float | None = None
    paying: float | None = None
    customers: Mapping[str, float] = field(default_factory=dict)

    @property
    def facts(self) -> frozenset[str]:
        """The facts that this is read from."""
        return frozenset(self.revenue_from).union(f for name, f in _FACTS.items() if getattr(self, name) is not None)


@dataclass(frozen=True)
class Inputs:
    """Everything the arithmetic reads, by process, and how each is sold; what was wrong with the file's assumptions (warnings)."""

    situation: Situation
    figures: Mapping[str, Mapping[str, Estimate]]
    problems: tuple[Problem, ...]
    motions: Mapping[str, str]


def motions_of(assessment: Assessment | None = None) -> dict[str, str]:
    """How each process is sold: as the rules conclude, else as is usual (in person; alone, or by calls and e-mails).

    A service that becomes a product is sold by the motion of its process.
    """
    found = {"enterprise": "field", "smb": "inside_sales"}
    if assessment is None:
        return found
    value = assessment.walked.value
    if value("bought_alone") == "yes" and value("needs_a_seller") != "yes":
        found["smb"] = "self_serve"
    first, motion, second = value("sold_as"), value("motion"), value("second_motion")
    if first in PROCESSES and motion in MOTIONS:
        found[first] = motion
    if first in PROCESSES and second in MOTIONS:
        found[next(p for p in PROCESSES if p != first)] = second
    return found


def inputs(base: Base, case: Case, assessment: Assessment | None = None) -> Inputs:
    """The company model, with the motions that its assessment concludes.

    A company's own figure takes the place of what its file sets, and this that of a benchmark. Raises SalespathError (SP171 to
    SP174) listing everything wrong with the `assumptions` of the file.
    """
    company, reader, known = Company(base, case.values), _AssumptionsReader(case), assumptions()
    revenue, revenue_from = _revenue(company)
    described, describing = _whose_figures(case, company)
    read: dict[str, Any] = {name: _number(company, fact) for name, fact in _FACTS.items()}
    if read["sellers"] is not None:
        read["sellers"] = int(read["sellers"])
    if read["capital"] is not None and read["burn"] is not None:  # as the cash of the plan has it
        read["runway"] = read["capital"] / read["burn"] if read["burn"] > 0 else math.inf
    elif read["runway"] is None:  # told with what is signed only
        read["runway"] = _number(company, "committed_runway_months")
    paying, motions = _number(company, "paying_customers"), motions_of(assessment)
    situation = Situation(
        revenue=revenue, revenue_from=revenue_from, described=described, describing=describing, paying=paying,
        customers=_customers(company, paying, described), **read,
    )  # fmt: skip
    given = dict(reader.all())
    if motions["smb"] == "hybrid" and _too_small_for_sellers(company):
        motions["smb"] = "self_serve"  # what sellers add on top comes with larger contracts than those
    if motions["smb"] == "self_serve" and any(("smb", id_) in given for id_ in _SELLERS):
        motions["smb"] = "inside_sales"  # the file says what its sellers do

    def figure(item: Assumption, process: str) -> Estimate | None:
        set_, usual = given.get((process, item.kind.id)), item.figures.get(motions[process])
        found = Estimate(item.kind, set_, SET) if set_ is not None else usual
        if found is None:
            return None
        own = None
        if item.kind.id == "annual_contract_value":
            own = _contract(company, process, item)
            if own is not None and own.facts[0] == "annual_revenue" and process not in situation.described:
                own = None
        elif item.kind.id == "win_rate" and motions[process] != "self_serve":
            large_only = _failed_at_large(case, company, situation)
            if process == "smb" and large_only:
                return found
            own = _win_rate(company, process, usual, situation, large_only=large_only)
        if own is not None:
            return own if set_ is None or own.origin == YOURS else found
        facts = item.facts if item.whole_company or process in situation.described else ()
        if item.kind.id == "annual_contract_value" and process == "enterprise" and not facts:
            # the largest contracts of a company that sells to small customers are what it knows of enterprise selling
            largest = _number(company, "largest_contract_value")
            if largest is not None and largest >= known.bands["enterprise"][0]:
                facts = ("largest_contract_value",)
        if item.kind.id == "win_rate" and motions[process] == "self_serve":
            facts = facts and ("lead_conversion_rate",)
        for fact in facts:
            value = _number(company, fact)
            if value is not None and value < math.inf:
                if set_ is not None:
                    what = f"assumptions: {process}: {item.kind.id} is not used, as the company's own {fact} is known."
                    reader.note("SP175", f"{what} A company's own figures always come first.", severity=WARNING)
                return Estimate(item.kind, (value,) * 3, YOURS, (fact,))
        return found

    figures = {
        p: {id_: one for id_, item in known.all.items() if (one := figure(item, p)) is not None} for p in PROCESSES
    }
    if (cost := _number(company, "acquisition_cost")) is not None:
        own = Estimate(base.vocabulary["acquisition_cost"], (cost,) * 3, YOURS, ("acquisition_cost",))
        for process in situation.described:
            figures[process]["acquisition_cost"] = own
    if has_error(reader.problems):
        raise SalespathError(reader.problems)
    read_from = {*_FACTS.values(), *situation.facts, *(fact for item in known.all.values() for fact in item.facts)}
    read_from.update(fact for some in figures.values() for found in some.values() for fact in found.facts)
    return Inputs(situation, figures, (*reader.problems, *notes(company, read_from, case)), motions)


def _number(company: Company, name: str) -> float | None:
    """A fact or derived number that is known and can be, of a range the cautious end; infinity where unlimited."""
    value, bounds = cautious(company, name), company.base.vocabulary[name]
    low = -math.inf if bounds.minimum is None else bounds.minimum
    high = math.inf if bounds.maximum is None else bounds.maximum
    return value if value is not None and (low <= value <= high or value == math.inf) else None


_SELLERS = ("deals_begun_month", "open_deals", "seller_revenue_year", "seller_cost_year", "ramp_up_months")
_SIZES = {"enterprise": ("large",), "smb": ("small", "midsize")}


def _customers(company: Company, paying: float | None, described: tuple[str, ...]) -> dict[str, float]:
    """Customers that pay today, by process: counted by size, else all of them for the one process they are of."""
    found = {}
    for process, sizes in _SIZES.items():
        counts = [n for size in sizes if (n := _number(company, f"{size}_customers")) is not None]
        if counts:
            found[process] = sum(counts)
        elif paying and described == (process,):
            found[process] = paying
    return found


def _too_small_for_sellers(company: Company) -> bool:
    """Whether the average contract is below what a seller is paid from (the least of calls and e-mails)."""
    average = _number(company, "annual_contract_value")
    return (
        average is not None and average < assumptions().all["annual_contract_value"].figures["inside_sales"].values[0]
    )


_DOMINANT, _TEN = 0.35, 10  # of revenue, one customer's (F2 stops); below ten the largest contract is one


def _contract(company: Company, process: str, item: Assumption) -> Estimate | None:
    """The contract of one process from revenue and customers by size, or without the one customer who makes the average."""
    pairs: list[tuple[float, float]] = []
    facts: list[str] = []
    for size in _SIZES[process]:
        names = (f"{size}_revenue", f"{size}_customers")
        revenue, customers = (_number(company, name) for name in names)
        if revenue is not None and customers:
            pairs.append((revenue, customers))
            facts += names
    if not pairs:
        return _beside_largest(company, item)
    value = sum(revenue for revenue, _ in pairs) / sum(customers for _, customers in pairs)
    return Estimate(item.kind, (value,) * 3, YOURS, tuple(facts))


def _beside_largest(company: Company, item: Assumption) -> Estimate | None:
    """What the others pay, where one of a few customers brings so much that the average is of nobody."""
    names = ("largest_contract_share", "paying_customers", "annual_contract_value", "contract_beside_largest")
    share, customers, average, others = (_number(company, name) for name in names)
    if share is None or customers is None or average is None or others is None:
        return None
    if share < _DOMINANT or not 2 <= customers < _TEN or average <= 2 * others or not others:
        return None
    return Estimate(item.kind, (others,) * 3, YOURS, ("annual_revenue", "largest_contract_value", "paying_customers"))


def _failed_at_large(case: Case, company: Company, situation: Situation) -> bool:
    """Whether all decided deals, none of them won, were with larger accounts than the customers are (not counted by size)."""
    if _number(company, "lost_large_opportunities") is not None:
        return False
    only_large = case.values.get("targeted_segments") == frozenset({"large"})
    return only_large and situation.described == ("smb",) and _number(company, "won_opportunities") == 0


def _win_rate(
    company: Company, process: str, usual: Estimate | None, situation: Situation, *, large_only: bool
) -> Estimate | None:
    """The share of decided deals that one process won, and of how many; by size of customer where it is known.

    None won is not a rate of 0: it is the low case of the motion, or three in so many deals, the most that such a count allows (the
    rule of three), whichever is less.
    """
    names = ("won_opportunities", "lost_opportunities", "won_large_opportunities", "lost_large_opportunities")
    won, lost, won_large, lost_large = (_number(company, name) for name in names)
    facts: tuple[str, ...] = names[:2]
    if won_large is not None and lost_large is not None:
        if process == "enterprise":
            won, lost, facts = won_large, lost_large, names[2:]
        elif won is not None and lost is not None:
            won, lost, facts = max(0.0, won - won_large), max(0.0, lost - lost_large), names
    elif process not in situation.described and not large_only:
        return None
    if usual is None or won is None or lost is None or won + lost == 0:
        return None
    if won > 0:
        return Estimate(usual.kind, (won / (won + lost),) * 3, YOURS, facts, decided=won + lost)
    rate = min(usual.values[0], 3 / (won + lost))
    says = f"None of {won + lost:.0f} decided deals was won, which is no rate yet: the low case of published ones stands in."
    return Estimate(usual.kind, (rate,) * 3, ASSUMED, facts, usual.source, says, won + lost)


def _revenue(company: Company) -> tuple[float | None, tuple[str, ...]]:
    """The yearly revenue of today, and the facts that tell."""
    revenue = _number(company, "annual_revenue")
    if revenue is not None:
        return revenue, ("annual_revenue",)
    customers, contract = _number(company, "paying_customers"), _number(company, "annual_contract_value")
    if customers == 0:
        return 0.0, ("paying_customers",)
    if customers is None or contract is None:
        return None, ()
    return customers * contract, ("paying_customers", "annual_contract_value")


def _whose_figures(case: Case, company: Company) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The processes whose customers the company's own figures are of, and the facts that tell; both where nothing does."""
    contract = _number(company, "annual_contract_value")
    if contract is not None:
        bands = assumptions().bands
        found = tuple(p for p in PROCESSES if bands[p][0] <= contract <= bands[p][1])
        return found, ("annual_contract_value",)
    segments = case.values.get("customer_segments")
    if isinstance(segments, frozenset) and segments:
        sides = {"enterprise": "large" in segments, "smb": bool(segments - {"large"})}
        return tuple(p for p in PROCESSES if sides[p]), ("customer_segments",)
    return PROCESSES, ()


class _AssumptionsReader:
    """What a company's file sets under `assumptions`; `problems` are what is wrong with it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.problems: list[Problem] = []

    def note(self, code: str, message: str, *, value: str | None = None, severity: str = ERROR) -> None:
        """A problem of the company, at the line where it begins."""
        case, what = self.case, f"{self.case.company}: {message}"
        self.problems.append(Problem(code, what, severity, file=case.file, line=case.line, value=value))

    def all(self) -> Iterator[tuple[tuple[str, str], tuple[float, ...]]]:
        """What is set, in the low, base and high case, by process and id."""
        known = assumptions().all
        for process, part in self._mapping(self.case.extra.get("assumptions"), "assumptions", PROCESSES, "SP171"):
            for id_, value in self._mapping(part, f"assumptions: {process}", known, "SP172"):
                if values := self._values(f"assumptions: {process}: {id_}", known[id_], value):
                    yield (process, id_), values

    def _mapping(self, given: Any, where: str, keys: Iterable[str], code: str) -> list[tuple[str, Any]]:
        """The items of a mapping whose keys are known; anything else becomes a problem."""
        expected = ", ".join(keys)
        if given is None:
            return []
        if not isinstance(given, Mapping):
            self.note("SP171", f"{where}: found {shown(given)}; expected a mapping with {expected}.")
            return []
        for key in given:
            if key not in keys:
                hint = suggestion(key, keys)
                self.note(code, f"{where}: {shown(key)} is not known; expected {expected}.{hint}", value=key)
        return [(key, value) for key, value in given.items() if key in keys]

    def _values(self, where: str, item: Assumption, given: Any) -> tuple[float, ...] | None:
        """The three cases of one assumption: one value for all, or low, base and high."""
        if given is None:
            return None
        if not isinstance(given, Mapping):
            return None if (value := self._value(where, item, given)) is None else (value,) * 3
        parts = dict(self._mapping(given, where, CASES, "SP174"))
        missing = [name for name in CASES if parts.get(name) is None]
        if missing:
            self.note("SP174", f"{where}: {', '.join(missing)} missing; expected one value, or low, base and high.")
            return None
        low, base, high = (self._value(f"{where}: {name}", item, parts[name]) for name in CASES)
        if low is None or base is None or high is None:
            return None
        rising = item.better == "higher"
        if low <= base <= high if rising else low >= base >= high:
            return low, base, high
        should = "rise" if rising else "fall"
        found = ", ".join(f"{name} {shown(parts[name])}" for name in CASES)
        why = f"low is the worst case and high the best, so the values should {should} from low to high"
        self.note("SP174", f"{where}: {why}; found {found}.")
        return None

    def _value(self, where: str, item: Assumption, given: Any) -> float | None:
        if not isinstance(given, str):
            self.note("SP173", f"{where}: found {shown(given)}; expected one number.")
            return None
        try:
            exact = (self.case.file or "").lower().endswith(".json")
            read = understand(item.kind, given, Context(currency=self.case.currency), exact=exact)
            value = read.value
            if value is not None and read.currency not in ("", USD):
                year = str(self.case.values.get(REFERENCE_DATE, ""))[:4]
                value = converted(
                    value, self.case.rates.get(read.currency) or self.case.money.rate(read.currency, year)
                )
        except (BadValue, BadRate) as error:
            self.note("SP173", f"{where}: {error}", value=shown(given))
            return None
        if value is None or isinstance(value, Range):
            self.note("SP173", f"{where}: found {shown(given)}; expected one number.", value=shown(given))
            return None
        assert isinstance(value, (int, float))
        return value
