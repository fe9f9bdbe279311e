"""Say what came of the decision NUMBER: a note, whether its prediction came true, which moves are done.

A note of the day of the review or later settles the review. What was said before stays:

    salespath journal close 3 --came "Two banks have signed" --wrong
"""

from __future__ import annotations

from datetime import date

import click

from salespath.commands.shared.decisions import day_option, not_to_come, opened, store_option, to_read
from salespath.commands.shared.group import say
from salespath.commands.shared.reading import with_base
from salespath.commands.shared.sitting import program
from salespath.engine.base import Base
from salespath.files.problems import Problem, SalespathError
from salespath.interview.decisions import Came, Told, close, decision, unknown
from salespath.report.pages import decisions as pages


@click.command("close", help=__doc__)
@click.argument("number", type=click.IntRange(min=1))
@click.option("--came", metavar="TEXT", default="", help="What came of it.")
@click.option("--right", is_flag=True, help="The prediction came true.")
@click.option("--wrong", is_flag=True, help="It did not.")
@click.option("--untold", is_flag=True, help="It cannot be told.")
@click.option(
    "--done", metavar="N", type=click.IntRange(min=1), multiple=True, help="Move N is done (again: another one)."
)
@day_option("The day on which it is noted")
@store_option
@with_base
def command(
    base: Base, number: int, came: str, right: bool, wrong: bool, untold: bool, done: tuple[int, ...], day: date,
    store: str | None,
) -> None:  # fmt: skip
    if right + wrong + untold > 1:
        raise click.UsageError("Give one of --right, --wrong and --untold.")
    told: Told = "right" if right else "wrong" if wrong else "untold" if untold else ""
    with to_read(store) as reading:
        if not reading:
            raise unknown(number, None)
        moves = decision(reading, base.vocabulary, number).outcome.moves
    problems = [*not_to_come(day)]
    if told and not came.strip():
        problems.append(Problem("SP246", f"--{told} needs what came of it, too: --came TEXT."))
    for place in done:
        if place > len(moves):
            there = f"it has moves 1 to {len(moves)}" if moves else "it has none"
            problems.append(Problem("SP246", f"decision {number} has no move {place}; {there}.", value=str(place)))
    if problems:
        raise SalespathError(problems)
    what = tuple((moves[place - 1].what, moves[place - 1].owner) for place in done)
    with opened(store) as journal:
        found = close(journal, base.vocabulary, number, Came(day, came, told, done=what))
    say(f"Noted of decision {number}, {found.company}. {pages.line(found)}")
    say(f"As a whole: {program()} journal show {number}")
