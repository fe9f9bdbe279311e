"""What was agreed about a company, in words: the sentence, the moves, when it is looked at again, and who sees it otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from salespath.facts.outcomes import Outcome
from salespath.report.page import Block, Cell, Column, Item, Table, Text, section
from salespath.report.words.dates import in_words

MOVES = (
    Column("", width=2),
    Column("What", least=24, share=2),
    Column("Who", least=10, most=20),
    Column("Until", least=10, most=20),
)


def blocks(outcome: Outcome) -> Iterator[Block]:
    """All of it; nothing of what was left out."""
    yield from sentence(outcome)
    yield from moves(outcome)
    yield from expected(outcome)
    yield from dissent(outcome)


def sentence(outcome: Outcome) -> Iterator[Block]:
    """What was agreed, and where it is not what was recommended, why."""
    if outcome.sentence:
        yield Text(outcome.sentence, "Agreed", claims={})
    if outcome.advice:
        yield Text(advice(outcome), claims={})


def advice(outcome: Outcome) -> str:
    """Whether what was recommended is done, and why not."""
    because = f": {outcome.because}" if outcome.because else "."
    return f"The advice was {outcome.advice}{because}"


def moves(outcome: Outcome) -> Iterator[Block]:
    """What is done next, by whom and until when."""
    rows: list[tuple[Cell, ...]] = [
        (f"{n}.", move.what, move.owner, in_words(move.due) if move.due else "")
        for n, move in enumerate(outcome.moves, 1)
    ]
    if rows:
        yield Table(MOVES, tuple(rows), empty="-", claims={}, full=True)


def expected(outcome: Outcome) -> Iterator[Block]:
    """When it is looked at again, and what is expected to have come of it."""
    if outcome.review:
        check = f": {outcome.check}" if outcome.check else "."
        yield Text(f"Looked at again on {in_words(outcome.review)}{check}", claims={})
    if outcome.prediction:
        until = f" by {in_words(outcome.predicted_for)}" if outcome.predicted_for else ""
        yield Text(outcome.prediction, f"Expected{until}", claims={})


def dissent(outcome: Outcome) -> Iterator[Block]:
    """Who sees it otherwise, and why."""
    yield from section("Dissent", [Item(why, lead=who) for who, why in outcome.dissent])
