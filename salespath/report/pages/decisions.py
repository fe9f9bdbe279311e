"""The decision journal: what is due, what came of decisions, and one decision as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.facts.values import readable
from salespath.interview.decisions import Decision, Due, Recommended, Told, coming, due
from salespath.interview.session import outcome_body
from salespath.report.page import Block, Column, Heading, Item, Page, Table, Text, section
from salespath.report.pages import outcome as outcome_page
from salespath.report.plain import facts, plain
from salespath.report.words.currency import in_currency_of
from salespath.report.words.dates import in_words
from salespath.report.words.phrases import capitalize, number_of, value_title
from salespath.report.words.verdict import headline, in_short

ADVICE = {"taken": "taken", "overridden": "overridden", "": "not said"}
TOLD: dict[Told, str] = {
    "right": "came true",
    "wrong": "did not come true",
    "untold": "cannot be told",
    "": "not told yet",
}
_SAY = {"review": "--came TEXT", "prediction": "--came TEXT --right (or --wrong, --untold)", "move": "--done {}"}


@in_currency_of(lambda a, *rest: [a.case])
def recommended(assessment: Assessment, source: str = "") -> Recommended:
    """What is recommended now, as a decision keeps it; `source` says where the facts come from."""
    a, receipt = assessment, assessment.receipt
    return Recommended(
        verdict=headline(a),
        process=in_short(a.process, a.lead, a.leaning),
        strength=a.strength.level,
        motion=value_title(a.base, a.motion),
        version=receipt["rules_version"],
        sha256=(receipt["rules_sha256"], *(layer.sha256 for layer in receipt["overlays"])),
        given=a.case,
        source=source,
    )


def listing(found: Sequence[Decision], day: date, program: str) -> Page:
    """What is due by a day, the oldest first, and what came of all decisions; `program` is how the program is called."""
    if not found:
        advice = f"{program} journal add FILE --taken, or --overridden --because TEXT."
        return Page("", (Text(f"No decision is recorded yet. Record one with {advice}"),))
    blocks = [*_due(due(found, day), day, program), *_next(coming(found, day)), *_all(found, program)]
    return Page("Decision journal", tuple(blocks))


def page(decision: Decision, program: str) -> Page:
    """A decision: what was recommended, what was decided, and what came of it."""
    told, outcome = decision.recommended, decision.outcome
    sold = f"; {told.motion}" if told.motion else ""
    rules = f"rules {told.version} ({', '.join(digest[:12] for digest in told.sha256)})"
    origin = f"From {told.source}, {rules}." if told.source else f"{capitalize(rules)}."
    blocks: list[Block] = [
        Text(f"Decision {decision.number}, {in_words(decision.day)}."),
        Text(told.verdict, "Recommended then", apart=True),
        Text(f"{capitalize(told.process)}, {readable(told.strength)}{sold}. {origin}"),
        Text(_advice(decision), apart=True),
        *([Text(outcome.sentence, "Agreed")] if outcome.sentence else []),
        *section("Who sees it otherwise", (Item(why, who) for who, why in outcome.dissent), aligned=True),
        *section("Moves", (Item(_move(decision, place), str(place)) for place in range(1, len(outcome.moves) + 1)), ordered=True),
        *_expected(decision),
        *section("What came of it", (Item(_noted(decision, at), came.day.isoformat()) for at, came in enumerate(decision.came))),
        Text(f"Say what came of it: {_close(program, decision.number, '--came TEXT')}", apart=True),
    ]  # fmt: skip
    return Page(decision.company, tuple(blocks))


def line(decision: Decision) -> str:
    """What is to come of a decision next, in a sentence."""
    items = sorted(decision.waiting, key=lambda item: item.day)
    return f"Next: {in_words(items[0].day)}, {_what(items[0])}." if items else "Nothing of it has a day to come."


def documents(base: Base, found: Sequence[Decision], day: date) -> Any:
    """What is due by a day, what comes later, and all decisions, as plain data."""
    return {
        "day": day.isoformat(),
        "due": [_item(item) for item in due(found, day)],
        "coming": [_item(item) for item in coming(found, day)],
        "decisions": [document(base, one) for one in found],
    }


@in_currency_of(lambda base, decision: [decision.recommended.given])
def document(base: Base, decision: Decision) -> Any:
    """A decision as plain data; its facts are as a report has them."""
    told, outcome = decision.recommended, outcome_body(decision.outcome)
    for move, body in zip(decision.outcome.moves, outcome["moves"]):
        body["done"] = decision.is_done(move)
    said = {key: part for key, part in vars(told).items() if key != "given"}
    return {
        "number": decision.number,
        "company": decision.company,
        "day": decision.day.isoformat(),
        "recommended": {**plain(said), "facts": plain(facts(told.given.values, base), base)},
        "outcome": plain(outcome),
        "told": decision.told,
        "reviewed": decision.reviewed,
        "came": [{**plain(vars(came)), "day": came.day.isoformat()} for came in decision.came],
    }


# What is due


def _due(items: Sequence[Due], day: date, program: str) -> Iterator[Block]:
    if not items:
        yield Text(f"Nothing is due on {in_words(day)}.")
        return
    yield Heading(f"Due on {in_words(day)}")
    columns = (
        Column("Since", width=10),
        Column("No.", width=5, right=True),
        Column("Company", least=10),
        Column("What", least=20, share=3),
    )
    rows = ((item.day.isoformat(), str(item.decision.number), item.decision.company, _what(item)) for item in items)
    yield Table(columns, tuple(rows))
    first = items[0]
    said = _SAY[first.kind].format(first.place)
    yield Text(f"Say what came of the first: {_close(program, first.decision.number, said)}", apart=True)


def _next(items: Sequence[Due]) -> Iterator[Block]:
    if items:
        first = items[0]
        about = f"decision {first.decision.number} ({first.decision.company})"
        yield Text(f"Next: {in_words(first.day)}, {about}: {_what(first)}.")


def _what(item: Due) -> str:
    """What is due, in words."""
    owner = f" ({item.owner})" if item.owner else ""
    said = f"{item.kind}: {item.text}" if item.text else item.kind
    return f"{said}{owner}"


# What came of decisions


def _all(found: Sequence[Decision], program: str) -> Iterator[Block]:
    yield Heading("What came of decisions")
    columns = (
        Column("No.", width=5, right=True),
        Column("Decided", width=10),
        Column("Company", least=10),
        Column("Recommended", least=12, beyond=80),
        Column("Advice", width=10),
        Column("What came of it", least=18, share=2),
    )
    rows = (
        (str(one.number), one.day.isoformat(), one.company, one.recommended.process, ADVICE[one.outcome.advice], _came(one))
        for one in found
    )  # fmt: skip
    yield Table(columns, tuple(rows))
    if tally := "; ".join(filter(None, (_tally(found, advice) for advice in ADVICE))):
        yield Text(f"Predictions: {tally}.", apart=True)
    yield Text(
        f"One as a whole: {program} journal show {found[-1].number}. Another: {program} journal add FILE", apart=True
    )


def _came(decision: Decision) -> str:
    """What came of a decision by now: its prediction, its moves, and the latest note."""
    moves, notes = decision.outcome.moves, [came.note for came in decision.came if came.note]
    done = sum(map(decision.is_done, moves))
    parts = [
        f"prediction {TOLD[decision.told]}" if decision.outcome.prediction and decision.told else "",
        f"{done} of {number_of(len(moves), 'move', 'moves')} done" if done else "",
        notes[-1] if notes else "",
    ]
    return "; ".join(filter(None, parts)) or "nothing is said yet"


def _tally(found: Sequence[Decision], advice: str) -> str:
    """How many predictions came true, where the advice was taken or not."""
    told = [one.told for one in found if one.told and one.outcome.advice == advice]
    if not told:
        return ""
    where = {"taken": "where the advice was taken", "overridden": "where it was overridden", "": "elsewhere"}[advice]
    untold = f", {told.count('untold')} cannot be told" if "untold" in told else ""
    return f"{where}, {told.count('right')} came true, {told.count('wrong')} did not{untold}"


# A decision


def _advice(decision: Decision) -> str:
    said = decision.outcome
    return outcome_page.advice(said) if said.advice else "Whether the advice is followed is not said."


def _move(decision: Decision, place: int) -> str:
    move = decision.outcome.moves[place - 1]
    until = f"until {in_words(move.due)}" if move.due else ""
    aside = ", ".join(filter(None, (move.owner, until, "done" if decision.is_done(move) else "")))
    return f"{move.what} ({aside})" if aside else move.what


def _expected(decision: Decision) -> Iterator[Block]:
    """What is predicted, and when it is looked at again."""
    outcome = decision.outcome
    if outcome.prediction:
        until = f" by {in_words(outcome.predicted_for)}" if outcome.predicted_for else ""
        yield Text(f"{outcome.prediction} ({TOLD[decision.told]})", f"Predicted{until}", apart=True)
    if outcome.review:
        check = outcome.check or "what came of it"
        done = " (done)" if decision.reviewed else ""
        yield Text(f"{check}{done}", f"Looked at again on {in_words(outcome.review)}")


def _noted(decision: Decision, at: int) -> str:
    came = decision.came[at]
    told = f"the prediction {TOLD[came.told]}" if came.told else ""
    if told and came.prediction != decision.outcome.prediction:
        told = f"what was predicted before ({came.prediction}) {TOLD[came.told]}"
    done = [f"done: {what}" for what, _ in came.done]
    return "; ".join(filter(None, (came.note, told, *done)))


def _close(program: str, number: int, said: str) -> str:
    return f"{program} journal close {number} {said}"


def _item(item: Due) -> dict[str, Any]:
    return {
        "day": item.day.isoformat(),
        "kind": item.kind,
        "decision": item.decision.number,
        "company": item.decision.company,
        "text": item.text,
        "owner": item.owner,
        "move": item.place or None,
    }
