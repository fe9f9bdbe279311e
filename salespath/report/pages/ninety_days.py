"""The plan for ninety days, as a page and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from salespath.counsel.moves import CASH, PlannedMove
from salespath.counsel.ninety_days import WEEKS, Bridge, Cash, Hire, NinetyDays, PriceFloor, Slot, TestCard
from salespath.engine.base import Base
from salespath.facts.money import own_amount, sign
from salespath.report.page import Block, Chart, Column, Heading, Item, Items, Page, Table, Text, section
from salespath.report.plain import Shapes, own_money, plain, shape
from salespath.report.words.amounts import count, money
from salespath.report.words.currency import in_currency_of
from salespath.report.words.dates import begin_of, end_of, in_short, in_words
from salespath.report.words.phrases import capitalize, number_of
from salespath.report.words.questions import why_asked
from salespath.report.words.ranges import reckoned
from salespath.report.words.verdict import firmness, headline, turned_by


@in_currency_of(lambda plan, *rest: [plan.assessment.case])
def page(plan: NinetyDays, start: date | None = None) -> Page:
    """The plan, in weeks; with the day it begins, in dates."""
    a = plan.assessment
    blocks: list[Block] = [
        Text(headline(a), ids=tuple(filter(None, a.verdict)), values=a.verdict._asdict()),
        Text(firmness(a), ids=tuple(turn.fact for turn in a.strength.on)),
    ]
    if a.process == "undetermined":
        blocks += [*cards(plan), *roadmap(plan, start)]
    else:
        blocks += [*roadmap(plan, start), *pipeline(plan, start), *cash(plan), *price_floor(plan.floor)]
        blocks += [*hire(plan.hire), *cards(plan)]
    blocks += stops(plan, start)
    days = "The next ninety days" if start is None else f"Ninety days from {in_words(start)}"
    return Page(f"{a.company}: {days[0].lower()}{days[1:]}", tuple(blocks), widest=100)


def _when(week: int, start: date | None, *, last: bool = False) -> str:
    """A week, or with a start the day on which it begins (or, the `last` one, ends)."""
    if start is None:
        return str(week)
    return in_short(end_of(week, start) if last else begin_of(week, start))


def weeks(slot: Slot, start: date | None) -> str:
    """The weeks of a move, or the days on which they begin and end."""
    if slot.ends > WEEKS or not slot.move.weeks:  # how long it takes is not told
        return f"{_when(slot.begins, start)} on"
    if slot.begins == slot.ends and start is None:
        return str(slot.begins)
    return f"{_when(slot.begins, start)}-{_when(slot.ends, start, last=True)}"


def roadmap(plan: NinetyDays, start: date | None) -> Iterator[Block]:
    """Who does what in which week, with hours and money."""
    yield Heading("Who does what, when")
    if not plan.slots:
        yield Text("Nothing is known that fits: answer the questions below first.")
        return
    columns = (
        Column("weeks" if start is None else "from, to", width=7 if start is None else 15),
        Column("who", least=7, most=16, share=0.3),
        Column("what", least=24),
        Column("hours", width=7, right=True),
        Column("money", width=9, right=True),
    )
    rows = tuple(
        (
            weeks(slot, start),
            slot.move.owner,
            slot.move.short,
            "" if slot.hours is None else count(slot.hours),
            "" if not slot.cost else f"{money(slot.cost)}{'*' if slot.move.us_figure else ''}",
        )
        for slot in plan.slots
    )
    ids = tuple(dict.fromkeys(rule for slot in plan.slots for rule in slot.move.rules))
    yield Table(columns, rows, "Moves by week", empty="-", ids=ids)
    if any(slot.cost and slot.move.us_figure for slot in plan.slots):
        yield Text("* US figure; your own cost takes its place (seller_cost).", tone="aside")
    if plan.later:
        names = "; ".join(move.short for move in plan.later)
        yield Text(f"After these, as hours and cash allow: {names}.")


def _bridge(name: str, bridge: Bridge) -> str:
    steps = " ".join(f"{'+' if step.amount >= 0 else '-'} {abs(step.amount):,} {step.what}" for step in bridge.steps)
    return f"{name}: {bridge.start:,} today {steps} = {bridge.end:,}"


def pipeline(plan: NinetyDays, start: date | None) -> Iterator[Block]:
    """What customers and deals are to be expected."""
    if (found := plan.pipeline) is None:
        return
    yield Heading("Customers and deals to expect, base case")
    lines = [Item(_bridge("Customers", found.customers), ids=("paying_customers",))] if found.customers else []
    if found.deals:
        lines.append(Item(_bridge("Open deals", found.deals), ids=("open_opportunities",)))
    if target := found.target:
        by = f"week {target.by_week}" if start is None else in_words(end_of(target.by_week, start))
        sellers = f", by {number_of(target.sellers, 'seller', 'sellers')}" if target.sellers else ""
        text = (
            f"For your target in twelve months: {number_of(f'{target.customers:,}', 'customer', 'customers')} more, so "
            f"{number_of(f'{target.deals:,}', 'deal', 'deals')} begun by {by}{sellers}"
        )
        cap = f"; more than there are ({target.capped_by})" if target.capped_by else ""
        lines.append(Item(f"{text}{cap}", ids=("revenue_target",)))
    yield Items(tuple(lines))
    if found.customers is None:
        yield Text(
            "How many are won takes who sells beside the founder (sales_team_size) or the deals open today (open_opportunities).",
            ids=("sales_team_size", "open_opportunities"),
        )
    elif found.deals is None and not found.alone:
        yield Text(
            "Deals open today are not said (open_opportunities), so nothing is counted from them.",
            ids=("open_opportunities",),
        )
    if plan.stops_advertising:
        yield Text(
            "A move stops paid acquisition: what it spends and brings today is counted still, so both are less then."
        )


def cash(plan: NinetyDays) -> Iterator[Block]:
    """What the cash comes to."""
    yield Heading("Cash")
    if plan.cash is None:
        said = "Say what cash there is (capital) and what is spent a month (monthly_burn): without them no cost is held against it."
        yield Text(f"{said} {reckoned(plan.assessment, CASH)}".rstrip())
        return
    found = plan.cash.bridge
    (start, steps), unit = _in_whole(found), sign()
    end = start + sum(steps)  # so that the lines add up in any currency
    rows = [("today", f"{unit}{start:,}")]
    rows += [
        (step.what, f"{'-' if amount < 0 else '+'}{unit}{abs(amount):,}") for step, amount in zip(found.steps, steps)
    ]
    rows.append(("after ninety days", f"{'-' if end < 0 else ''}{unit}{abs(end):,}"))
    yield Table(
        (Column("", most=60), Column("", width=14, right=True)), tuple(rows), "Cash", ruled=False, ids=("capital",)
    )
    if said := reckoned(plan.assessment, CASH):
        yield Text(said, ids=CASH)
    along, without = (list(map(own_amount, line)) for line in (plan.cash.along, plan.cash.without))
    yield Chart({"with the plan": along, "as today": without}, "Cash by week", unit="week", sign=sign())


def price_floor(found: PriceFloor | None) -> Iterator[Block]:
    """The price below which a sale loses money."""
    if found is None:
        return
    yield Heading("Price floor")
    names = ("acquisition_cost", "churn", "margin")
    cost, churn, margin = (" (assumed)" if name in found.assumed else "" for name in names)
    lost = found.floor > found.price
    held = f"your price is {money(found.price)}" + (": each sale loses money" if lost else "")
    yield Text(
        f"Winning a customer costs {money(found.acquisition_cost)}{cost}; with {found.churn:.0%} of customers leaving a year"
        f"{churn} and a margin of {found.margin:.0%}{margin}, a price under {money(found.floor)} a year never pays that back; "
        f"{held}.",
        ids=("acquisition_cost", "churn_rate", "gross_margin", "annual_contract_value"),
        tone="warning" if lost else "",
    )


def hire(found: Hire | None) -> Iterator[Block]:
    """What one seller more takes."""
    if found is None:
        return
    yield Heading("What one hire needs")
    text = f"A seller earns after about {count(found.months)} months and costs {money(found.cost)} until then"
    if found.customers_a_year:
        each = number_of(f"{found.customers_a_year:,}", "new customer", "new customers")
        text += f". It takes {each} a year to pay for one, who wins about {count(found.wins)} at full speed"
    if found.cash_months is not None and found.missing is not None:
        lasts = "without end" if math.isinf(found.cash_months) else f"{count(found.cash_months)} months"
        enough = "you can afford one" if found.pays else "he does not pay at today's price, whatever the cash"
        if found.missing:
            enough = f"you need {money(found.missing)} more first"
        if found.short_already:
            enough = "it does not last until then even without one"
        text += f". With one your cash lasts {lasts}: {enough}"
    yield Text(f"{text}.", ids=("seller_cost", "capital", "monthly_burn"))


def cards(plan: NinetyDays) -> Iterator[Block]:
    """The questions to settle first: what would turn the verdict or why it is asked, and who finds out how."""
    a, vocabulary = plan.assessment, plan.assessment.base.vocabulary
    items = []
    for card in plan.cards:
        fact = vocabulary.facts[card.question.fact]
        turns = f"It turns the verdict: {turned_by(a, [card.turn])}." if card.turn else why_asked(a.base, card.question)
        under = [Text(turns)]
        if test := fact.test:
            who = f"{capitalize(a.walked.owner(fact.owner))}, {number_of(test.days, 'day', 'days')}, {test.cost}"
            under.append(Text(f"{who}: {test.do} Passed: {test.passed}."))
        items.append(Item(f"{fact.question}", under=tuple(under), ids=(fact.id,)))
    return section("Questions to settle first", items)


def stops(plan: NinetyDays, start: date | None) -> Iterator[Block]:
    """When to stop or switch."""
    rules = plan.assessment.base.knowledge.rules
    items = []
    for stop in plan.stops:
        weeks = getattr(rules[stop.rules[0]].then, "weeks", None) or WEEKS
        by = f"week {math.ceil(weeks)}" if start is None else in_words(end_of(math.ceil(weeks), start))
        items.append(Item(stop.text, f"{capitalize(by)}:", ids=stop.rules))
    return section("When to stop or switch", items)


@in_currency_of(lambda plan, *rest: [plan.assessment.case])
def document(plan: NinetyDays, start: date | None = None) -> Any:
    """The plan as plain data; weeks count from 1 and, with a start, have a date."""

    def day(week: int) -> str | None:
        return None if start is None else begin_of(week, start).isoformat()

    whole = shape(
        "company process lead leaning motion start moves:slots later pipeline cash price_floor:floor hire questions:cards stops",
        company=lambda found, base: found.assessment.company,
        process=lambda found, base: found.assessment.process,
        lead=lambda found, base: found.assessment.lead,
        leaning=lambda found, base: found.assessment.leaning,
        motion=lambda found, base: found.assessment.motion,
        start=lambda found, base: None if start is None else start.isoformat(),
    )
    shapes: Shapes = {
        NinetyDays: whole,
        Slot: shape(
            "*move begins ends begins_on hours_in_all:hours money:cost",
            money=own_money("cost"),
            move=lambda slot, base: _fields_of(slot.move),
            begins_on=lambda slot, base: day(slot.begins),
        ),
        Bridge: shape("start steps end"),
        Cash: shape(
            "bridge without along", bridge=_cash_bridge, without=own_money("without"), along=own_money("along")
        ),
        PriceFloor: {field.name: field.name for field in fields(PriceFloor)}
        | {name: own_money(name) for name in ("price", "floor", "acquisition_cost")},
        Hire: {field.name: field.name for field in fields(Hire)}
        | {name: own_money(name) for name in ("cost", "missing")},
        TestCard: shape(
            "*question turns",
            question=lambda card, base: {"fact": card.question.fact, "why": why_asked(base, card.question)},
            turns=lambda card, base: list(card.turn.to) if card.turn else [],
        ),
    }
    return plain(plan, plan.assessment.base, shapes)


def _fields_of(move: PlannedMove) -> Mapping[str, Any]:
    return {**{field.name: getattr(move, field.name) for field in fields(move)}, "cost": own_money("cost")(move, None)}


def _cash_bridge(cash: Cash, base: Base) -> dict[str, Any]:
    """The bridge of the cash, in whole units of the currency that is shown, so that it adds up."""
    start, amounts = _in_whole(cash.bridge)
    steps = [{**plain(step), "amount": amount} for step, amount in zip(cash.bridge.steps, amounts)]
    return {"start": start, "steps": steps, "end": start + sum(amounts)}


def _in_whole(bridge: Bridge) -> tuple[int, list[int]]:
    return round(own_amount(bridge.start)), [round(own_amount(step.amount)) for step in bridge.steps]
