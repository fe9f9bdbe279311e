"""What the economics of one company start from: its own figures, what its file sets, and benchmarks for the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from salespath.counsel.economics.assumptions import CASES, SET, YOURS, Assumption, Estimate, assumptions
from salespath.engine.base import Base
from salespath.engine.company import Company
from salespath.facts import Case
from salespath.facts.values import BadValue, parse
from salespath.files.problems import ERROR, WARNING, Problem, SalespathError, shown, suggestion
from salespath.rules.model import PROCESSES

# The facts that a situation is read from, by its fields
_FACTS = {
    "revenue_target": "revenue_target", "capital": "capital", "burn": "monthly_burn", "committed": "committed_revenue",
    "runway": "runway_months", "reachable": "reachable_customers", "sellers": "sales_team_size",
}  # fmt: skip


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
        return frozenset(self.revenue_from).union(f for name, f in _FACTS.items() if getattr(self, name) is not None)


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
    company, reader, known = Company(base, case.values), _AssumptionsReader(case), assumptions()
    revenue, revenue_from = _revenue(company)
    described, describing = _whose_figures(case, company)
    read: dict[str, Any] = {name: _number(company, fact) for name, fact in _FACTS.items()}
    if read["sellers"] is not None:
        read["sellers"] = int(read["sellers"])
    situation = Situation(
        revenue=revenue, revenue_from=revenue_from, described=described, describing=describing, **read
    )
    given = dict(reader.all())

    def figure(item: Assumption, process: str) -> Estimate:
        facts = item.facts if item.whole_company or process in situation.described else ()
        if item.kind.id == "annual_contract_value" and process == "enterprise" and not facts:
            # the largest contracts of a company that sells to small customers are what it knows of enterprise selling
            largest = _number(company, "largest_contract_value")
            if largest is not None and largest >= known.bands["enterprise"][0]:
                facts = ("largest_contract_value",)
        set_ = given.get((process, item.kind.id))
        for fact in facts:
            value = _number(company, fact)
            if value is not None and value < math.inf:
                if set_ is not None:
                    what = f"assumptions: {process}: {item.kind.id} is not used, as the company's own {fact} is known."
                    reader.note("SP175", f"{what} A company's own figures always come first.", severity=WARNING)
                return Estimate(item.kind, (value,) * 3, YOURS, (fact,))
        return item.figures[process] if set_ is None else Estimate(item.kind, set_, SET)

    figures = {p: {id_: figure(item, p) for id_, item in known.all.items()} for p in PROCESSES}
    if (cost := _number(company, "acquisition_cost")) is not None:
        own = Estimate(base.vocabulary["acquisition_cost"], (cost,) * 3, YOURS, ("acquisition_cost",))
        for process in situation.described:
            figures[process]["acquisition_cost"] = own
    if any(found.severity != WARNING for found in reader.problems):
        raise SalespathError(reader.problems)
    return Inputs(situation, figures, tuple(reader.problems))


def _number(company: Company, name: str) -> float | None:
    """A fact or derived number that is known and can be; infinity where unlimited."""
    value, bounds = company.number(name), company.base.vocabulary[name]
    low = -math.inf if bounds.minimum is None else bounds.minimum
    high = math.inf if bounds.maximum is None else bounds.maximum
    return value if value is not None and (low <= value <= high or value == math.inf) else None


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
            value = parse(item.kind, given, exact=(self.case.file or "").lower().endswith(".json"))
        except BadValue as error:
            self.note("SP173", f"{where}: {error}", value=shown(given))
            return None
        assert isinstance(value, (int, float))
        return value
