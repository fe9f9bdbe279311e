"""What each process takes, as a page and as plain data with the months of every case."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from salespath.counsel.economics.assumptions import ASSUMED, CASES, YOURS, Estimate
from salespath.counsel.economics.inputs import Situation
from salespath.counsel.economics.months import Flow, Plan
from salespath.counsel.economics.other_process import CONTRACT, Mark
from salespath.counsel.economics.process_economics import MATCH, Economics, ProcessEconomics, Result, Sale
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts.money import own_amount, sign
from salespath.files.problems import Problem
from salespath.report.page import Block, Chart, Column, Heading, Item, Items, Page, Table, Text
from salespath.report.plain import Shapes, own_money, plain, round_figure, shape
from salespath.report.words.amounts import MONEY, figure_text, result
from salespath.report.words.currency import in_currency_of
from salespath.report.words.economics import cautions, differs, gist, notes, verdict, why_not
from salespath.report.words.economics_claims import economics_claims, figure_claims, otherwise, outcome_claims
from salespath.report.words.phrases import NAMES, capitalize, labels, source_note, sources, together
from salespath.report.words.ranges import reckoned

_READ = ("capital", "monthly_burn", "annual_revenue", "revenue_target")  # also where they count as not known
OUTCOMES = {
    "customers_needed": "New customers for the target",
    "deals_needed": "Deals to begin for them",
    "sellers_needed": "Sellers who win them in a year",
    "first_revenue_month": "Month of the first revenue",
    "target_month": "Month the target is reached",
    "revenue_at_end": "Yearly revenue more at the end",
    "most_tied_up": "Most that selling ties up",
    "selling_pays_month": "Selling pays for itself from month",
    "break_even_month": "Company breaks even from month",
    "lowest_cash": "Lowest cash",
    "lowest_cash_month": "Month of the lowest cash",
    "out_of_cash_month": "Month the cash runs out",
    "objections": "Objections in one deal",
    "meetings": "Meetings in one deal",
}
_OF_SELLERS = frozenset({"sellers_needed", "objections", "meetings"})  # no question where customers buy alone


@in_currency_of(lambda e, assessment: [assessment.case])
def page(e: Economics, assessment: Assessment) -> Page:
    """What each process takes, in words, tables and a chart, beside what the rules say of the company."""
    base = assessment.base
    if not e.processes:
        return _nothing(e, base)
    what = "each process takes" if len(e.processes) > 1 else f"{NAMES[next(iter(e.processes))]} selling takes"
    rules = verdict(assessment, e.situation, tuple(e.processes))
    claims = [economics_claims(e, x) for x in e.processes.values()]
    if assessment.process == "not_yet":  # it is said so before any figure
        claims = [{name: value for name, value in said.items() if name != "sell_now"} for said in claims]
    others = [otherwise(assessment, said) for said in claims]
    meant = [
        Text(f"{part} {differs(rules)}" if rules else part, apart=True, claims=said, ids=rules)
        for part, said, rules in zip(gist(e), claims, others)
    ]
    paragraphs = (
        f"This is about money only. Which process fits is for the rules to say (salespath assess): {rules}",
        f"Low is the worst of three cases in its line, high the best. Months count from today; > {e.months} is not within "
        f"these {e.months}. Yours are your own figures, set those in your file under assumptions.",
    )
    blocks: list[Block] = [
        *(Text(caution, apart=True) for caution in cautions(assessment)),
        *meant,
        *(Text(part, apart=True) for part in gist(e)[len(meant) :]),
        *(Text(paragraph, apart=True) for paragraph in paragraphs),
        *(block for x in e.processes.values() for block in results(x, e, base)),
        *([Text(_match(e.match, e), apart=True)] if e.match else []),
        *chart(e),
        Heading("What this leaves out or takes for granted"),
        Items(tuple(map(Item, filter(None, (reckoned(assessment, _read(e)), *notes(e, base.vocabulary)))))),
    ]
    for x in e.processes.values():
        blocks += [
            Heading(f"The figures behind {NAMES[x.process]}"),
            replace(_estimates(x, base), claims=figure_claims(x)),
        ]
    return Page(f"{e.company}: what {what}", (*blocks, Text(source_note(base), apart=True)), widest=120)


def chart(e: Economics) -> Iterator[Block]:
    """Cash by month or, where it is not known, what selling alone brings and costs."""
    cash = all(x.flows[1].cash is not None for x in e.processes.values())
    drawn = "Cash by month" if cash else "What selling alone brings and costs, added up by month"
    yield Heading(f"{drawn}, base case")
    yield Chart(
        {NAMES[p]: list(map(own_amount, x.flows[1].line)) for p, x in e.processes.items()},
        sign=sign(),
        ids=tuple(e.processes),
    )


def _nothing(e: Economics, base: Base) -> Page:
    """Why nothing is counted yet, and what has to be known first."""
    known = " and ".join(f"{base.vocabulary[name].label} ({name})" for name in (CONTRACT, "paying_customers"))
    blocks: list[Block] = [
        Text(
            "Nothing is counted yet: nobody has paid, and no price is named. Figures of other firms would be no forecast of yours."
        ),
        Text(f"Run it again with your {known}: one customer who has paid, or signed, is enough.", ids=(CONTRACT,)),
    ]
    return Page(f"{e.company}: what selling takes", tuple(blocks), widest=120)


def _table(last: str, rows: Iterable[Sequence[str]], values: Mapping[str, Sequence[float | None]]) -> Table:
    """Three cases side by side, after what they are of and, where there is room, before where they come from."""
    cases = (Column(case, width=9, right=True) for case in CASES)
    columns = (Column("", most=36, share=1.05), *cases, Column(last, beyond=60))
    return Table(columns, tuple(map(tuple, rows)), ids=tuple(values), values=values)


def results(x: ProcessEconomics, e: Economics, base: Base) -> Iterator[Block]:
    """What there is to show of the results, then what cannot be had, by the reason."""
    some: dict[str, Result] = {}
    absent: dict[str, list[str]] = {}
    alone = all(plan.alone for plan in x.plans)
    for r in (x.outcomes[id_] for id_ in OUTCOMES if not (alone and id_ in _OF_SELLERS)):
        if any(value is not None for value in r.values) or not (r.missing or r.why):
            some[r.id] = r
        if r.missing:
            facts = together([f"{base.vocabulary[name].label} ({name})" for name in r.missing])
            absent.setdefault(f"It takes your {facts}.", []).append(r.id)
        elif r.why:
            absent.setdefault(f"{capitalize(why_not(r))}.", []).append(r.id)
    yield Heading(capitalize(NAMES[x.process]))
    rows = _table("rests on", (_row(r, e.months) for r in some.values()), {id_: r.values for id_, r in some.items()})
    yield replace(rows, claims=outcome_claims(x))
    for why, ids in absent.items():
        names = ", ".join(OUTCOMES[id_][0].lower() + OUTCOMES[id_][1:] for id_ in ids)
        each = " in each case" if some.keys() & ids else ""
        yield Text(f"Not computed{each}: {names}. {why}", hang=2, ids=tuple(ids))


def _read(e: Economics) -> set[str]:
    """The company's own answers that are read."""
    return {*e.situation.facts, *_READ}.union(
        f for x in e.processes.values() for item in x.figures.values() for f in item.facts
    )


def _row(r: Result, months: int) -> list[str]:
    cells = [result(r.id, value, months) for value in r.values]
    if r.id == "lowest_cash_month":
        cells = [f"{cell}, falls" if value == months else cell for cell, value in zip(cells, r.values)]
    return [OUTCOMES[r.id], *cells, " + ".join(r.origins)]


def _match(match: Result, e: Economics) -> str:
    if None in match.values:
        return f"How many SMB customers make up an enterprise contract: not computed, as {why_not(match)}."
    low, middle, high = (result(match.id, value, e.months) for value in match.values)
    range_ = "" if low == middle == high else f" (low {low}, high {high})"
    contract = e.processes["enterprise"].figures["annual_contract_value"]
    assumed = f" of an assumed {figure_text(contract.kind, contract.values[1])}" if contract.origin == ASSUMED else ""
    cases = f"{middle} SMB customers in the base case{range_}"
    return f"One enterprise contract{assumed} brings as much in a year as {cases} [article K28]."


def _estimates(x: ProcessEconomics, base: Base) -> Table:
    """The figures that are read: the company's own cost of winning a customer takes the place of the other selling cost."""
    unread = ("other_selling_cost_share", "new_dollar_cost") if "acquisition_cost" in x.figures else ()
    read = {id_: figure for id_, figure in x.figures.items() if id_ not in unread}
    rows = []
    for figure in read.values():
        kind = figure.kind
        origins = {YOURS: f"yours: {labels(base, figure.facts)}", ASSUMED: f"assumed: {sources(base, figure.source)}"}
        where = origins.get(figure.origin, "set in your file")
        label = f"{kind.label}, {kind.unit}" if kind.unit else kind.label
        rows.append([label, *(figure_text(kind, value) for value in figure.values), where])
    return _table("from", rows, {id_: figure.values for id_, figure in read.items()})


# JSON


@in_currency_of(lambda e, base, problems=(), case=None: [case] if case else [])
def document(e: Economics, base: Base, problems: Iterable[Problem] = (), case: Case | None = None) -> Any:
    """Everything: figures with their origin, results, what it means, and the months. Unlimited runway is null, as is unknown."""
    whole = shape(
        f"company months standing:situation meaning processes {MATCH} notes problems would_have_to:mark",
        meaning=lambda e, base: gist(e),
        notes=lambda e, base: notes(e, base.vocabulary),
        problems=lambda e, base: problems,
        **{MATCH: lambda e, base: e.match and {**_by_case(e.match), "source": ["K28"]}},
    )
    return plain(e, base, {**_SHAPES, Economics: whole})


def _by_case(record: Estimate | Result, base: Base | None = None) -> dict[str, float | None]:
    amount = record.id in MONEY if isinstance(record, Result) else record.kind.type == "money"
    values = _own("values")(record, base) if amount else _plain(record.values)
    return dict(zip(CASES, values))


def _citations(figure: Estimate, base: Base) -> list[dict[str, Any]]:
    cited = [(name, base.knowledge.sources.get(name)) for name in figure.source]
    return [{"id": name, "kind": s.kind if s else name, "soft": s is not None and s.soft} for name, s in cited]


def _runway(situation: Situation, base: Base) -> dict[str, Any]:
    months = situation.runway
    status = "unknown" if months is None else "unlimited" if months == math.inf else "value"
    return {"status": status, "months": _plain(months) if status == "value" else None}


def _rounding(name: str) -> Callable[[Any, Any], Any]:
    return lambda record, base: _plain(getattr(record, name))


def _plain(value: Any) -> Any:
    """Numbers to four decimals."""
    if isinstance(value, tuple):
        return [*map(_plain, value)]
    return round_figure(value, 4) if isinstance(value, float) else value


def _own(name: str) -> Callable[[Any, Any], Any]:
    return own_money(name, 4)


def _matters_most(x: ProcessEconomics, base: Base) -> dict[str, Any] | None:
    if x.worst is None:
        return None
    amounts = {"lowest", "lowest_then"} | ({"base", "low"} if x.figures[x.worst.figure].kind.type == "money" else set())
    names = [field.name for field in fields(x.worst)]
    return {name: own_money(name)(x.worst, base) if name in amounts else getattr(x.worst, name) for name in names}


_SITUATION = ("revenue_target", "revenue", "capital", "burn", "committed", "budget", "acquisition_cost")
_PLAN = ("contract_year", "seller_cost_year", "other_cost", "start_contract", "spent_today")
_COUNTS = ("won", "customers", "lost")  # of a flow; the rest is money

_SHAPES: Shapes = {
    Sale: shape("brings costs loses", brings=_own("brings"), costs=_own("costs")),
    Situation: {field.name: field.name for field in fields(Situation)}
    | {name: own_money(name) for name in _SITUATION}
    | {"runway": _runway},
    ProcessEconomics: shape(
        "figures outcomes matters_most:worst plans monthly motion pays_from short sale",
        matters_most=_matters_most,
        pays_from=own_money("pays_from"),
        short=own_money("short"),
        plans=lambda x, base: dict(zip(CASES, x.plans)),
        monthly=lambda x, base: dict(zip(CASES, x.flows)),
    ),
    Result: shape("*values rests_on origins missing note", values=_by_case, note=lambda r, base: why_not(r)),
    Estimate: shape("*values origin facts source says decided", values=_by_case, source=_citations),
    Plan: {field.name: field.name for field in fields(Plan)} | {name: own_money(name) for name in _PLAN},
    Flow: {f.name: _rounding(f.name) if f.name in _COUNTS else _own(f.name) for f in fields(Flow)},
    Mark: shape(
        "process revenue_at_end sellers_pay_year customers contract or_customers or_contract not_computed",
        revenue_at_end=_own("revenue"),
        sellers_pay_year=_own("pay"),
        contract=lambda m, base: {"value": _own("values")(m.contract, base)[1], "origin": m.contract.origin},
        or_customers=_rounding("others"),
        or_contract=_own("price"),
        not_computed=lambda mark, base: mark.why or None,
    ),
}
