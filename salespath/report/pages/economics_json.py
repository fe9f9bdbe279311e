"""The economics as plain data, with the months of every case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from salespath.counsel.economics.assumptions import CASES, Figure
from salespath.counsel.economics.months import Flow
from salespath.counsel.economics.results import MATCH, Economics, Outcome, ProcessEconomics, rests
from salespath.counsel.economics.shown import Mark
from salespath.engine.compile import Base
from salespath.files.problems import Problem
from salespath.report.pages.economics_sentences import gist, notes
from salespath.report.plain import problem


def document(e: Economics, base: Base, problems: Iterable[Problem] = ()) -> dict[str, Any]:
    """Everything: figures with their origin, results, what it means, and the months. Unlimited runway is null, as is unknown."""
    standing = asdict(e.standing)
    standing["runway"] = {
        "status": "unknown"
        if e.standing.runway is None
        else "unlimited"
        if e.standing.runway == float("inf")
        else "value",
        "months": None if e.standing.runway in (None, float("inf")) else _plain(e.standing.runway),
    }
    return {
        "company": e.company,
        "months": e.months,
        "standing": standing,
        "meaning": gist(e),
        "processes": {p: _process(x, e, base) for p, x in e.processes.items()},
        MATCH: {**_by_case(e.match.values), "source": ["K28"]} if e.match else None,
        "notes": notes(e, base.vocabulary),
        "problems": [problem(p) for p in problems],
        "would_have_to": _mark(e.mark) if e.mark else None,
    }


def _mark(mark: Mark) -> dict[str, Any]:
    """What the process that is not shown would have to be to end with as much, at one contract or at another price."""
    contract = {"value": _plain(mark.contract.values[1]), "origin": mark.contract.origin}
    return {
        "process": mark.process,
        "revenue_at_end": _plain(mark.revenue),
        "sellers_pay_year": _plain(mark.pay),
        "customers": mark.customers,
        "contract": contract,
        "or_customers": _plain(mark.others),
        "or_contract": _plain(mark.price),
        "not_computed": mark.why or None,
    }


def _process(x: ProcessEconomics, e: Economics, base: Base) -> dict[str, Any]:
    return {
        "figures": {id_: _figure(figure, base) for id_, figure in x.figures.items()},
        "outcomes": {id_: _outcome(o, x, e) for id_, o in x.outcomes.items()},
        "matters_most": asdict(x.hinge) if x.hinge else None,
        "plans": {case: asdict(plan) for case, plan in zip(CASES, x.plans)},
        "monthly": {case: _flow(flow) for case, flow in zip(CASES, x.flows)},
    }


def _figure(figure: Figure, base: Base) -> dict[str, Any]:
    known = base.knowledge.sources
    cited = [
        {"id": s, "kind": known[s].kind if s in known else s, "soft": s in known and known[s].soft}
        for s in figure.source
    ]
    return {
        **_by_case(figure.values),
        "origin": figure.origin,
        "facts": list(figure.facts),
        "source": cited,
        "says": figure.says,
    }


def _outcome(outcome: Outcome, x: ProcessEconomics, e: Economics) -> dict[str, Any]:
    return {
        **_by_case(outcome.values),
        "rests_on": list(outcome.rests_on),
        "origins": list(rests(outcome, x.figures, e.standing)),
        "missing": list(outcome.missing),
        "note": outcome.note,
    }


def _by_case(values: Sequence[float | None]) -> dict[str, float | None]:
    return {case: _plain(value) for case, value in zip(CASES, values)}


def _flow(flow: Flow) -> dict[str, list[float | None] | None]:
    columns = {field.name: getattr(flow, field.name) for field in fields(flow)}
    return {name: None if column is None else [_plain(v) for v in column] for name, column in columns.items()}


def _plain(value: float | None) -> float | None:
    return round(value, 4) + 0.0 if isinstance(value, float) else value  # never -0.0
