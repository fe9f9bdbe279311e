"""The handout on one company: a first page that decides, and what stands behind it.

The first page has the verdict with its strength, the scorecard, red flags and the moves with owner and date. The second part has
the roadmap, reasons with their sources, money, what would change the verdict, open questions, what people disagree on, precedents
and the receipt.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from salespath.counsel.handout import Handout, Score
from salespath.counsel.moves import FIRST, PlannedMove
from salespath.counsel.ninety_days import WEEKS, Slot
from salespath.counsel.panel import Panel
from salespath.engine.assessment import Assessment, Fired, subject
from salespath.engine.base import Base
from salespath.engine.borders import near
from salespath.engine.walk import SUMS
from salespath.facts.outcomes import Outcome
from salespath.facts.values import threshold, words
from salespath.facts.vocabulary import DIMENSIONS
from salespath.report.page import (
    Block,
    Cell,
    Column,
    Heading,
    Item,
    Items,
    Page,
    Shape,
    Sign,
    Table,
    Text,
    retold,
    section,
)
from salespath.report.pages import assessment as report
from salespath.report.pages import economics as money_page
from salespath.report.pages import grounds, motion, ninety_days, plan, precedents
from salespath.report.pages import outcome as outcome_page
from salespath.report.pages import panel as panel_page
from salespath.report.pages import sensitivity as sensitivity_page
from salespath.report.pages.guide import cited_sources
from salespath.report.words.claims import firmness_claims, move_claims, verdict_claims, with_claims
from salespath.report.words.currency import in_currency_of
from salespath.report.words.dates import end_of, in_words
from salespath.report.words.economics import cautions, gist
from salespath.report.words.overlays import without
from salespath.report.words.phrases import NAMES, capitalize, labels, number_of, sources, value_title
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import evidence, firmness, headline, turned_by
from salespath.rules.model import OTHER, PROCESSES

SHOWN = 8  # figures of the scorecard on the first page
FEW = 4  # figures under which the first page has room for reasons and questions, too
SHAPES: dict[str, tuple[Shape, str]] = {
    "stop": ("stop", "Stop"),
    "flag": ("flag", "Flag"),
    "note": ("note", "Note"),
    "against": ("against", "Speaks against {}"),
    "for": ("for", "Speaks for {}"),
    "within": ("good", "Within its limit"),
    "open": ("open", "Not known"),
}
LIMITS = {">=": "at least {}", ">": "more than {}", "<=": "at most {}", "<": "under {}"}
TITLES = {"enterprise": "Enterprise selling", "smb": "SMB selling"}


def pages(found: Handout) -> list[Page]:
    """The first page and the second part."""
    return [first(found), rest(found)]


@in_currency_of(lambda found: [found.assessment.case])
def first(found: Handout) -> Page:
    """What has to be known to decide, on one page."""
    a, outcome = found.assessment, found.outcome
    turning = tuple(turn.fact for turn in a.strength.on)
    ids = (*filter(None, a.verdict), *a.rules_for("process"))
    blocks: list[Block] = [
        Text(headline(a), tone="strong", ids=ids, values=a.verdict._asdict(), claims=verdict_claims(a)),
        Text(firmness(a), ids=turning, values={"level": a.strength.level}, claims=firmness_claims(a)),
        *(Text(said, tone="warning") for said in without(a, whole=False)),
        *motion.line(a),
    ]
    if outcome:
        blocks += outcome_page.sentence(outcome)
    blocks += [*_scorecard(found), *_flags(a), *_moves(found)]
    if sum(score.standing != "open" for score in found.scores) < FEW:
        blocks += [*_why(a), *_to_find_out(a)]
    return Page(a.company, with_claims(a.base, blocks))


@in_currency_of(lambda found: [found.assessment.case])
def rest(found: Handout) -> Page:
    """The roadmap, and what everything rests on."""
    a = found.assessment
    blocks: list[Block] = [
        *_roadmap(found),
        *_reasons(a),
        *_money(found),
        *_changes(found),
        *_open_questions(found),
        *_disagreements(a, found.panel, found.outcome),
        *precedents.part(a),
        *report.doubts(a),
        *_receipt(found),
    ]
    return Page(f"{a.company}: plan, reasons and figures", with_claims(a.base, blocks))


# The first page


def _scorecard(found: Handout) -> Iterator[Block]:
    """The figures that are held to a limit, those amiss first, and which are not known."""
    a, known = found.assessment, [score for score in found.scores if score.standing != "open"]
    missing = [score.figure for score in found.scores if score.standing == "open"]
    yield Heading("Scorecard")
    if known:
        yield scorecard(a, known[:SHOWN])
    else:
        yield Text("No figure of yours is held to a limit yet.")
    if missing:
        yield Text(f"Not known yet, and held to a limit: {labels(a.base, missing)}.", tone="aside", ids=tuple(missing))


def scorecard(a: Assessment, scores: Sequence[Score]) -> Table:
    """Own figures against limits, how each stands said in words and by a shape."""
    columns = (
        Column("Figure", least=16),
        Column("Yours", width=12, right=True),
        Column("Limit", least=14),
        Column("How it stands", least=16),
    )
    rows = tuple((*score_words(a, score), sign_of(score)) for score in scores)
    return Table(columns, rows, ids=tuple(dict.fromkeys(score.rule for score in scores)), claims={}, full=True)


def score_words(a: Assessment, score: Score) -> tuple[str, str, str]:
    """What a figure is, what it is of this company, and its limit."""
    term = a.base.vocabulary[score.figure]
    own = "not known" if score.value is None else words(term, score.value)
    limit = "" if score.limit is None else LIMITS[score.operator].format(threshold(term, score.limit))
    unit = f" {term.unit}" if term.unit.startswith("a ") else ""
    return f"{capitalize(term.label)}{unit}", own, limit or "as the flag says"


def sign_of(score: Score) -> Sign:
    """How a figure stands."""
    shape, said = SHAPES[score.standing]
    return Sign(shape, said.format(NAMES.get(score.process, "")))


def _flags(a: Assessment) -> Iterator[Block]:
    yield Heading("Red flags")
    told = tuple(report.flags(a, FIRST))
    yield from told or [Text("None by what is known.")]


def _moves(found: Handout) -> Iterator[Block]:
    """The first moves with owner and date; those that were agreed where some were."""
    a, outcome = found.assessment, found.outcome
    if outcome and outcome.moves:
        yield Heading("What was agreed")
        yield from outcome_page.moves(outcome)
    else:
        some = found.moves.first
        yield Heading("First moves")
        if not some:
            yield Text("Nothing is known that fits: answer the open questions first.")
            return
        rows: list[tuple[Cell, ...]] = [
            (f"{n}.", plan.opening(move), capitalize(move.owner), until(move, found)) for n, move in enumerate(some, 1)
        ]
        ids = tuple(dict.fromkeys(rule for move in some for rule in move.rules))
        claims = [move_claims(a, move) for move in some]
        said = {subject_: value for each in claims for subject_, value in each.items()}
        yield Table(outcome_page.MOVES, tuple(rows), empty="-", ids=ids, claims=said, full=True)
    if outcome:
        yield from outcome_page.expected(outcome)
    if found.start is None and not (outcome and outcome.review):
        yield Text("Weeks count from the day on which you begin.", tone="aside")


def _why(a: Assessment) -> Iterator[Block]:
    """What stands in the way of what is advised or leaned to, else what speaks for it most."""
    about = subject(a)
    because = [(b.because, b.rule, b.facts) for b in a.blockers if b.process in about]
    if not because and about:
        because = [(item.because, item.rule, item.facts) for item in a.reasons(about[0], 1)]
    items = [Item(text, ids=(rule, *facts), values=facts) for text, rule, facts in because[:FIRST]]
    yield from section("Why", items)


def _to_find_out(a: Assessment) -> Iterator[Block]:
    """The questions whose answers could turn the verdict, then those that tell most; these alone where there is none yet."""
    facts, on = a.base.vocabulary.facts, () if a.process == "undetermined" else a.strength.on
    turning = [turn.fact for turn in on if turn.fact in facts and turn.fact not in a.case.values]
    names = dict.fromkeys([*turning, *(question.fact for question in a.next_questions)])
    items = [Item(facts[name].question, ids=(name,)) for name in [*names][:FIRST]]
    yield from section("To find out first", items)


def _slot(move: PlannedMove, found: Handout) -> Slot | None:
    return next((slot for slot in (found.plan.slots if found.plan else ()) if slot.move is move), None)


def last_week(move: PlannedMove, found: Handout) -> int:
    """The week in which a move ends, as the plan has it; 0 where how long it takes is not told."""
    slot = _slot(move, found)
    return slot.ends if slot and move.weeks else math.ceil(move.weeks or 0)


def until(move: PlannedMove, found: Handout) -> str:
    """When a move ends: the day, or the week without a start; else when it has begun, or what ends it."""
    last, slot = last_week(move, found), _slot(move, found)
    week = last or (slot.begins if slot else 0)
    if not week:
        return capitalize(move.until) if move.until else "As soon as you can"
    day = f"week {week}" if found.start is None else in_words(end_of(week, found.start))
    return capitalize(day) if last else f"Begun by {day}"


# The second part


def _in_words(base: Base, blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks without the names that facts have in files: who reads a handout writes no file."""
    named = re.compile(rf" \((?:{'|'.join(map(re.escape, base.vocabulary.facts))})\)")
    for block in blocks:
        yield retold(block, lambda text: named.sub("", text), lambda text: text)


def _part(title: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """A part with its heading, those within it one level lower; nothing where nothing is in it."""
    some = [replace(block, level=3) if isinstance(block, Heading) else block for block in blocks]
    if some:
        yield Heading(title)
        yield from some


def _roadmap(found: Handout) -> Iterator[Block]:
    a, start = found.assessment, found.start

    def parts() -> Iterator[Block]:
        if found.plan and found.plan.slots:
            days = f"The {WEEKS} weeks from {in_words(start)}." if start else f"The first {WEEKS} weeks."
            yield Text(days)
            yield from list(ninety_days.roadmap(found.plan, start))[1:]
        yield from plan.moves(a, start)
        yield from motion.part(a)
        yield from plan.metrics(a)
        yield from plan.pitfalls(a)
        if found.plan:
            yield from ninety_days.stops(found.plan, start)

    yield from _part("Roadmap", _in_words(a.base, parts()))


def _reasons(a: Assessment) -> Iterator[Block]:
    """What stands in the way, then the reasons for and against, each with its sources; then how the evidence adds up."""

    def parts() -> Iterator[Block]:
        yield from report.obstacles(a)
        for process in subject(a) or PROCESSES:
            yield from _weighed(f"What speaks for {NAMES[process]} selling", a, a.reasons(process, 1))
            yield from _weighed(f"What speaks against {NAMES[process]} selling", a, a.reasons(process, -1))
        if a.process in PROCESSES:
            rival = OTHER[a.process]
            yield from _weighed(f"What speaks for {NAMES[rival]} selling instead", a, a.reasons(rival, 1))
        yield Heading("How the evidence adds up")
        yield _evidence(a)
        yield Text(report.LEGEND, tone="aside")
        yield from grounds.part(a)

    yield from _part("Reasons and sources", parts())


def _weighed(title: str, a: Assessment, found: Sequence[Fired]) -> Iterator[Block]:
    total = sum(abs(item.weight) for item in found)
    items = [
        Item(
            item.because,
            f"{round(100 * abs(item.weight) / total)}%",
            under=(Text(f"Source: {sources(a.base, item.source)}", tone="aside"),),
            ids=(item.rule, *item.facts),
            values=item.facts,
        )
        for item in found
    ]
    yield from section(title, items)


def _evidence(a: Assessment) -> Table:
    columns = (Column("", width=9), *(Column(TITLES[p], least=14, most=22) for p in PROCESSES))
    names = (*DIMENSIONS, *SUMS)
    rows = tuple((name.capitalize(), *(evidence(a, process, name) for process in PROCESSES)) for name in names)
    return Table(columns, rows, "Net evidence by dimension, then fit and means", ids=names)


def _money(found: Handout) -> Iterator[Block]:
    """What the process takes, and what cash, price and a hire come to."""
    a, e, ninety = found.assessment, found.economics, found.plan

    def parts() -> Iterator[Block]:
        if e is None:
            yield Text("Nothing is counted: the assumptions that were given cannot be used.", tone="warning")
        elif not e.processes:
            yield Text("Nothing is counted yet: nobody has paid, and no price is named.")
        else:
            yield from map(Text, cautions(a))
            yield from (Text(part, claims={}) for part in gist(e))
            for x in e.processes.values():
                yield from money_page.results(x, e, a.base)
            yield Text(
                f"Low is the worst of three cases in its line, high the best; > {e.months} is not within {e.months} months.",
                tone="aside",
            )
            yield from money_page.chart(e)
        if ninety:
            yield from ninety_days.pipeline(ninety, found.start)
            yield from ninety_days.cash(ninety)
            yield from ninety_days.price_floor(ninety.floor)
            yield from ninety_days.hire(ninety.hire)

    yield from _part("Money", _in_words(a.base, parts()))


def _changes(found: Handout) -> Iterator[Block]:
    """What would turn the verdict: answers, borders near by, thresholds, and the best case against it."""
    a = found.assessment

    def parts() -> Iterator[Block]:
        if a.strength.on:
            yield Text(
                f"Each alone could turn it: {turned_by(a, a.strength.on, len(a.strength.on))}.",
                ids=tuple(t.fact for t in a.strength.on),
            )
        yield from (
            Text(f"Near a border: {report.border(a, item)}.", ids=(item.fact,)) for item in near(a.base, a.case.values)
        )
        yield from report.thresholds(a)
        yield from sensitivity_page.brief(found.sensitivity)
        yield from report.opposite(a)

    yield from _part("What would change it", parts())


def _open_questions(found: Handout) -> Iterator[Block]:
    def parts() -> Iterator[Block]:
        if found.plan:
            yield from ninety_days.cards(found.plan)
        yield from plan.questions(found.assessment)

    yield from _part("Open questions", _in_words(found.assessment.base, parts()))


def _disagreements(a: Assessment, panel: Panel | None, outcome: Outcome | None) -> Iterator[Block]:
    """What several people differ on, and who holds what against what was agreed."""

    def parts() -> Iterator[Block]:
        if panel:
            yield from panel_page.page(a.base, a.company, panel).blocks
        if outcome:
            yield from outcome_page.dissent(outcome)

    yield from _part("Disagreements and dissent", (replace(block, claims={}) for block in parts()))


def _receipt(found: Handout) -> Iterator[Block]:
    """What produced this, and the sources that it names."""
    a = found.assessment
    yield Heading("Sources and receipt")
    told = {rule for move in found.moves.first for rule in move.rules} | {b.rule for b in a.blockers}
    cited = {name for item in a.fired if item.weight or item.rule in told for name in item.source}
    cited |= {name for flag in a.flags for name in flag.source}
    if a.motion:
        cited |= set(a.base.knowledge.motions[a.motion].source)
    yield Items(tuple(Item(text, links=True) for text in cited_sources(a.base.knowledge, cited)))
    yield Text(receipt(a), apart=True, values=a.receipt)


def receipt(a: Assessment) -> str:
    """What produced an assessment, in a line."""
    made = a.receipt
    engine = "" if made["engine"] == "salespath" else f" with {made['engine']}"
    layers = "".join(f", with {layer.name} ({layer.sha256[:12]})" for layer in made["overlays"])
    answers = number_of(len(a.case.values), "answer", "answers")
    return (
        f"salespath {made['salespath']}{engine}, rules {made['rules_version']} ({made['rules_sha256'][:12]}){layers}, {answers}. "
        "Certainty here is a certainty factor, not a likelihood."
    )


# Plain data


@in_currency_of(lambda found, *rest: [found.assessment.case])
def document(found: Handout) -> dict[str, Any]:
    """What a template of a firm's own can name: every value a text, or a list of records of texts."""
    a, outcome = found.assessment, found.outcome or Outcome()
    moves: list[dict[str, str]] = [
        {"text": plan.opening(move), "owner": capitalize(move.owner), "until": until(move, found)}
        for move in found.moves.first
    ]
    agreed = [
        {"text": move.what, "owner": move.owner, "until": in_words(move.due) if move.due else ""}
        for move in outcome.moves
    ]
    about = (subject(a) or PROCESSES)[0]
    return {
        "company": a.company,
        "headline": headline(a),
        "strength": firmness(a),
        "sold_by": value_title(a.base, a.motion),
        "start": in_words(found.start) if found.start else "",
        "agreed": outcome.sentence,
        "review": in_words(outcome.review) if outcome.review else "",
        "dissent": [{"who": who, "text": why} for who, why in outcome.dissent],
        "scorecard": [
            dict(zip(("figure", "yours", "limit"), score_words(a, score))) | {"stands": sign_of(score).marked}
            for score in found.scores
        ],
        "flags": [
            {"level": flag.level, "text": flag.consequence, "move": flag.move, "owner": flag.owner} for flag in a.flags
        ],
        "moves": agreed or moves,
        "reasons": [{"text": item.because, "source": sources(a.base, item.source)} for item in a.reasons(about, 1)],
        "questions": [
            {"question": a.base.vocabulary.facts[q.fact].question, "why": why_asked(a.base, q)}
            for q in a.next_questions
        ],
        "receipt": receipt(a),
    }
