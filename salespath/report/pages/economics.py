"""What each process takes, as a page and as plain data with the months of every case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from salespath.counsel.economics.assumptions import ASSUMED, CASES, YOURS, Estimate, assumptions
from salespath.counsel.economics.months import Flow
from salespath.counsel.economics.other_process import Mark
from salespath.counsel.economics.process_economics import MATCH, Economics, ProcessEconomics, Result, origins
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.facts import Derived, Fact
from salespath.files.problems import Problem
from salespath.report.page import Block, Chart, Column, Heading, Item, Items, Page, Table, Text
from salespath.report.plain import problem
from salespath.report.words.amounts import given, result
from salespath.report.words.economics import gist, notes, verdict, why_not
from salespath.report.words.phrases import NAMES, capitalized, labels, source_note, sources, together

OUTCOMES = {
    "customers_needed": "New customers for the target",
    "deals_needed": "Deals to begin for them",
    "sellers_needed": "Sellers who win them in a year",
    "first_revenue_month": "Month of the first revenue",
    "target_month": "Month the target is reached",
    "revenue_at_end": "New yearly revenue at the end",
    "most_tied_up": "Most that selling ties up",
    "selling_pays_month": "Selling pays for itself from month",
    "break_even_month": "Company breaks even from month",
    "lowest_cash": "Lowest cash",
    "lowest_cash_month": "Month of the lowest cash",
    "out_of_cash_month": "Month the cash runs out",
    "objections": "Objections in one deal",
    "meetings": "Meetings in one deal",
}


def page(e: Economics, assessment: Assessment) -> Page:
    """What each process takes, in words, tables and a chart, beside what the rules say of the company."""
    base = assessment.base
    what = "each process takes" if len(e.processes) > 1 else f"{NAMES[next(iter(e.processes))]} selling takes"
    rules = verdict(assessment, e.situation, tuple(e.processes))
    blocks: list[Block] = [
        *(Text(paragraph, apart=True) for paragraph in gist(e)),
        Text(
            f"This is about money only. Which process fits is for the rules to say (salespath assess): {rules}",
            apart=True,
        ),
        Text(
            f"Low is the worst case, high the best. Months count from today; > {e.months} is not within these {e.months}. Yours "
            "are your own figures, set those in your file under assumptions.",
            apart=True,
        ),
    ]
    for x in e.processes.values():
        blocks.extend(_results(x, e, base))
    if e.match:
        blocks.append(Text(_match(e.match, e, base), apart=True))
    cash = all(x.flows[1].cash is not None for x in e.processes.values())
    drawn = "Cash by month" if cash else "What selling alone brings and costs, added up by month"
    lines = {NAMES[p]: x.flows[1].line for p, x in e.processes.items()}
    left_out = Items(tuple(Item(note) for note in notes(e, base.vocabulary)))
    blocks += [Heading(f"{drawn}, base case"), Chart(lines, ids=tuple(e.processes))]
    blocks += [Heading("What this leaves out or takes for granted"), left_out]
    for x in e.processes.values():
        blocks += [Heading(f"The figures behind {NAMES[x.process]}"), _estimates(x, base)]
    return Page(f"{e.company}: what {what}", (*blocks, Text(source_note(base), apart=True)), widest=120)


def _table(last: str, rows: Iterable[Sequence[str]], of: Sequence[Result | Estimate]) -> Table:
    """Three cases side by side, after what they are of and, where there is room, before where they come from."""
    cases = (Column(case, width=9, right=True) for case in CASES)
    columns = (Column("", most=36, share=1.05), *cases, Column(last, beyond=60))
    return Table(columns, tuple(map(tuple, rows)), ids=tuple(x.id for x in of), values={x.id: x.values for x in of})


def _results(x: ProcessEconomics, e: Economics, base: Base) -> Iterator[Block]:
    found = [x.outcomes[id_] for id_ in OUTCOMES]
    some = [r for r in found if any(value is not None for value in r.values) or not (r.missing or r.why)]
    yield Heading(capitalized(NAMES[x.process]))
    yield _table("rests on", (_row(r, x, e) for r in some), some)
    for why, ids in _absent(found, base).items():
        names = ", ".join(OUTCOMES[id_][0].lower() + OUTCOMES[id_][1:] for id_ in ids)
        each = " in each case" if set(ids) & {r.id for r in some} else ""
        yield Text(f"Not computed{each}: {names}. {why}", hang=2, ids=tuple(ids))


def _row(r: Result, x: ProcessEconomics, e: Economics) -> list[str]:
    cells = [result(r.id, value, e.months) for value in r.values]
    if r.id == "lowest_cash_month":
        cells = [f"{cell}, falls" if value == e.months else cell for cell, value in zip(cells, r.values)]
    return [OUTCOMES[r.id], *cells, " + ".join(origins(r, x.figures, e.situation))]


def _absent(results: Iterable[Result], base: Base) -> dict[str, list[str]]:
    """The results that cannot be had, by the reason."""
    found: dict[str, list[str]] = {}
    for r in results:
        if r.missing:
            facts = together([f"{base.vocabulary[name].label} ({name})" for name in r.missing])
            found.setdefault(f"It takes your {facts}.", []).append(r.id)
        elif r.why:
            found.setdefault(f"{capitalized(why_not(r))}.", []).append(r.id)
    return found


def _match(match: Result, e: Economics, base: Base) -> str:
    if None in match.values:
        return f"How many SMB customers make up an enterprise contract: not computed, as {why_not(match)}."
    low, middle, high = (result(match.id, value, e.months) for value in match.values)
    range_ = "" if low == middle == high else f" (low {low}, high {high})"
    contract = e.processes["enterprise"].figures["annual_contract_value"]
    assumed = f" of an assumed {given(_kind(contract, base), contract.values[1])}" if contract.origin == ASSUMED else ""
    cases = f"{middle} SMB customers in the base case{range_}"
    return f"One enterprise contract{assumed} brings as much in a year as {cases} [article K28]."


def _estimates(x: ProcessEconomics, base: Base) -> Table:
    """The figures that are read: the company's own cost of winning a customer takes the place of the other selling cost."""
    unread = "other_selling_cost_share" if "acquisition_cost" in x.figures else ""
    read = [figure for figure in x.figures.values() if figure.id != unread]
    return _table("from", (_estimate(figure, base) for figure in read), read)


def _estimate(figure: Estimate, base: Base) -> list[str]:
    kind = _kind(figure, base)
    if figure.origin == ASSUMED:
        where = f"assumed: {sources(base, figure.source)}"
    else:
        where = f"yours: {labels(base, figure.facts)}" if figure.origin == YOURS else "set in your file"
    label = f"{kind.label}, {kind.unit}" if kind.unit else kind.label
    return [label, *(given(kind, value) for value in figure.values), where]


def _kind(figure: Estimate, base: Base) -> Derived | Fact:
    known = assumptions().all
    return known[figure.id].kind if figure.id in known else base.vocabulary[figure.id]


def document(e: Economics, base: Base, problems: Iterable[Problem] = ()) -> dict[str, Any]:
    """Everything: figures with their origin, results, what it means, and the months. Unlimited runway is null, as is unknown."""
    situation = asdict(e.situation)
    situation["runway"] = {
        "status": "unknown"
        if e.situation.runway is None
        else "unlimited"
        if e.situation.runway == float("inf")
        else "value",
        "months": None if e.situation.runway in (None, float("inf")) else _plain(e.situation.runway),
    }
    return {
        "company": e.company,
        "months": e.months,
        "standing": situation,
        "meaning": gist(e),
        "processes": {p: _process(x, e, base) for p, x in e.processes.items()},
        MATCH: {**_by_case(e.match.values), "source": ["K28"]} if e.match else None,
        "notes": list(notes(e, base.vocabulary)),
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
        "figures": {id_: _plain_figure(figure, base) for id_, figure in x.figures.items()},
        "outcomes": {id_: _outcome(o, x, e) for id_, o in x.outcomes.items()},
        "matters_most": asdict(x.worst) if x.worst else None,
        "plans": {case: asdict(plan) for case, plan in zip(CASES, x.plans)},
        "monthly": {case: _flow(flow) for case, flow in zip(CASES, x.flows)},
    }


def _plain_figure(figure: Estimate, base: Base) -> dict[str, Any]:
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


def _outcome(r: Result, x: ProcessEconomics, e: Economics) -> dict[str, Any]:
    return {
        **_by_case(r.values),
        "rests_on": list(r.rests_on),
        "origins": list(origins(r, x.figures, e.situation)),
        "missing": list(r.missing),
        "note": why_not(r),
    }


def _by_case(values: Sequence[float | None]) -> dict[str, float | None]:
    return {case: _plain(value) for case, value in zip(CASES, values)}


def _flow(flow: Flow) -> dict[str, list[float | None] | None]:
    columns = {field.name: getattr(flow, field.name) for field in fields(flow)}
    return {name: None if column is None else [_plain(v) for v in column] for name, column in columns.items()}


def _plain(value: float | None) -> float | None:
    return round(value, 4) + 0.0 if isinstance(value, float) else value  # never -0.0
