"""What a verdict hangs on, as a page and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from salespath.counsel.reach.steps import Card
from salespath.counsel.sensitivity import Influence, Sensitivity, Variant
from salespath.engine import certainty
from salespath.facts.values import readable, words
from salespath.report.page import Bar, Block, Cell, Column, Page, Table, Text
from salespath.report.pages.steps import SHAPES, card_blocks
from salespath.report.plain import Shapes, net_of, own, own_of, plain, shape
from salespath.report.words.currency import in_currency_of
from salespath.report.words.phrases import capitalize, few, labels, selling
from salespath.report.words.ranges import unsaid
from salespath.report.words.verdict import in_short
from salespath.rules.model import OTHER

_LISTED = 5
_MANY = 4  # turns named in a cell
_WAYS = {
    "guessed": ("a guess", "{} guesses"),
    "estimated": ("an estimate", "{} estimates"),
    "measured": ("a measurement", "{} measurements"),
    "": ("one answer that you have not said how you know", "{} answers that you have not said how you know"),
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_COLUMNS = (
    Column("Answer", share=0.39),
    Column("Known", 9, beyond=64, folds="({})"),
    Column("Net evidence", 14, beyond=56),
    Column("", 21, beyond=96),
    Column("A step off", share=0.41),
    Column("Not known", share=0.2, least=11, narrow=(80, 9)),
)


@in_currency_of(lambda found, *rest: [found.assessment.case])
def page(found: Sensitivity, cards: Sequence[Card]) -> Page:
    """Which answers the verdict hangs on, how each is known, and a table of all that matter."""
    base, a = found.assessment.base, found.assessment
    parts = *blocks(found), *card_blocks(base, cards, a.case.values)
    return Page(f"{a.company}: what the verdict hangs on", parts)


def blocks(found: Sensitivity) -> Iterator[Block]:
    """What moves the verdict most, what it hangs on, and a table of the answers that matter."""
    a, turning = found.assessment, tuple(influence.fact for influence in found.turning)
    if found.most:
        yield Text(_most(found), ids=(found.most,))
    yield Text(f"Process: {in_short(*a.verdict)}.")
    yield Text(_summary(found), ids=turning)
    missing = tuple(dict.fromkeys(variant.move.fact for variant in found.open if variant.move))
    if missing:
        said = few([a.base.vocabulary[name].label for name in missing], _LISTED)
        how = capitalize(unsaid(a.case.values, missing))
        yield Text(f"{how}, and able to turn it alone: {said}.", ids=missing, claims=_claims(found))
    yield from _table(found, found.influences, _COLUMNS)


def brief(found: Sensitivity) -> Iterator[Block]:
    """What moves the verdict most, and a table of the answers that move anything; the verdict itself is said elsewhere."""
    if found.most:
        yield Text(_most(found), ids=(found.most,))
    said = _summary(found)  # what is not known is said elsewhere
    said = f"Of what you answered, {said[0].lower()}{said[1:]}" if found.turning else said
    yield Text(said, ids=tuple(influence.fact for influence in found.turning))
    moving = [item for item in found.influences if item.low != item.high or item.turning]
    yield from _table(found, moving, tuple(column for column in _COLUMNS if column.title))
    still = tuple(item.fact for item in found.influences if item not in moving)
    if still:
        said = labels(found.assessment.base, still)
        yield Text(f"Whatever is a step off in these moves nothing: {said}.", tone="aside", ids=still)


def _table(found: Sensitivity, influences: Sequence[Influence], columns: tuple[Column, ...]) -> Iterator[Block]:
    """How far each of some answers moves the net evidence."""
    if not influences:
        return
    yield Text(
        f"Net evidence is what the fit speaks for {selling(found.process)} over {selling(OTHER[found.process])}: "
        f"{certainty.with_sign(found.net, 1)} today. The table shows how far one answer alone moves it, if it is a step "
        "off (the nearest value that the rules tell apart, or one word or member otherwise) or not known.",
        apart=True,
    )
    shown = [place for place, column in enumerate(_COLUMNS) if column in columns]
    rows = (_row(found, influence) for influence in influences)
    cells = tuple(tuple(row[place] for place in shown) for row in rows)
    yield Table(columns, cells, ids=tuple(influence.fact for influence in influences), apart=True)


def _most(found: Sensitivity) -> str:
    """What moves the verdict most, and where to."""
    label = found.assessment.base.vocabulary[found.most].label
    tried = next((item.turning for item in found.influences if item.fact == found.most), found.open)
    if not tried:
        return f"No single answer turns the verdict; {label} moves the net evidence most."
    turned = next(v for v in tried if v.move is None or v.move.fact == found.most)
    missing = f", {unsaid(found.assessment.case.values, [found.most])}" if turned in found.open else ""
    said = "not known" if turned.move is None else _step(found, turned)
    return f"What moves the verdict most: {label}{missing} ({said}: {_verdict(turned)})."


def _verdict(variant: Variant) -> str:
    return in_short(variant.process, variant.lead)


def _claims(found: Sensitivity) -> dict[str, str]:
    """Whether a missing answer could give another process, and not only another that goes first."""
    process = found.assessment.process
    return {"missing_turns": "yes"} if any(variant.process != process for variant in found.open) else {}


def _summary(found: Sensitivity) -> str:
    if not found.influences:
        return "No answer given so far weighs on it."
    if not found.turning:
        return "It hangs on no single answer that you gave: it stays the same if any one of them is a step off, or not known."
    kinds = Counter(influence.how for influence in found.turning)
    parts = []
    for how, (one, many) in _WAYS.items():
        if count := kinds[how]:
            parts.append(one if count == 1 else many.format(dict(enumerate(_NUMBERS)).get(count, count)))
    facts = labels(found.assessment.base, (influence.fact for influence in found.turning))
    return f"The verdict hangs on {' and '.join(parts)}: {facts}."


def _row(found: Sensitivity, influence: Influence) -> tuple[Cell, ...]:
    fact = found.assessment.base.vocabulary[influence.fact]
    low, high = (certainty.with_sign(value, 1) for value in (influence.low, influence.high))
    unknown, turns = influence.unknown, influence.unknown in influence.turning
    return (
        f"{fact.label}: {words(fact, influence.value)}",
        influence.how or "not said",
        "the same" if influence.low == influence.high else f"{low} to {high}",
        _bar(found, influence),
        _steps(found, influence),
        _verdict(unknown) if turns else "holds",
    )


def _bar(found: Sensitivity, influence: Influence) -> Cell:
    """The range of net evidence of one fact on the scale of all."""
    low = min(item.low for item in found.influences)
    whole = max(item.high for item in found.influences) - low
    return Bar(*((at - low) / whole for at in (influence.low, found.net, influence.high))) if whole else ""


def _steps(found: Sensitivity, influence: Influence) -> str:
    """Which steps turn the verdict, and into what."""
    turned = [step for step in influence.steps if step in influence.turning]
    parts = [f"{_step(found, step)}: {_verdict(step)}" for step in turned[:_MANY]]
    if turned[_MANY:]:
        parts.append(f"and {len(turned) - _MANY} more")
    return "; ".join(parts) or "holds"


def _step(found: Sensitivity, step: Variant) -> str:
    move = step.move
    assert move is not None
    if move.member:
        return f"{'without' if move.drops else 'with'} {readable(move.member)}"
    return words(found.assessment.base.vocabulary[move.fact], move.after)


# JSON


@in_currency_of(lambda found, *rest: [found.assessment.case])
def document(found: Sensitivity, cards: Sequence[Card]) -> Any:
    """The same as plain data."""
    shapes: Shapes = {
        **SHAPES,
        Sensitivity: shape(
            "company:assessment.company process:assessment.process lead:assessment.lead settled:assessment.settled about:process "
            "net moves_most:most hangs_on facts:influences open tests",
            net=net_of("net"),
            hangs_on=lambda found, base: [influence.fact for influence in found.turning],
            open=lambda found, base: [{"fact": v.move.fact, **plain(v, base, shapes)} for v in found.open if v.move],
            tests=lambda found, base: cards,
        ),
        Influence: shape(
            "fact value how holds low high steps unknown",
            value=own_of("fact", "value"),
            how=lambda influence, base: influence.how or None,
            holds=lambda influence, base: not influence.turning,
            low=net_of("low"),
            high=net_of("high"),
        ),
        Variant: shape(
            "value process lead net means rules",
            value=lambda v, base: own(v.move.fact, v.value, base) if v.move else v.value,
            net=net_of("net"),
            means=net_of("means"),
        ),
    }
    return plain(found, found.assessment.base, shapes)
