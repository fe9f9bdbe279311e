"""Assess the company in FILE, and record what was decided: the advice taken, or overridden for a reason.

What is recommended now is kept with it, with the facts and the version of the rules. A prediction, a review and moves come up in
`salespath journal` on their day:

    salespath journal add company.yaml --overridden --because "Two enterprise deals are signed" --sentence "We sell to banks" \\
        --predict "Three more banks sign" --by 2027-06-30 --review 2027-03-31 --move "Hire a seller; Ana; 2027-02-15"
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import click

from salespath.commands.shared.decisions import day_option, not_to_come, one_day, opened, store_option
from salespath.commands.shared.group import report_problems, say
from salespath.commands.shared.reading import companies_files, company_options, read_company, with_base
from salespath.commands.shared.sitting import program
from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.files.problems import Problem, SalespathError, has_error, shown
from salespath.interview.decisions import problems, record
from salespath.report.pages import decisions as pages

_MOVE = "expected what is done, who does it and until when: 'Hire a seller; Ana; 2027-02-15'."


@click.command("add", help=__doc__)
@click.argument("file")
@click.option("--taken", is_flag=True, help="What is recommended is done.")
@click.option("--overridden", is_flag=True, help="Something else is done; say why.")
@click.option("--because", metavar="TEXT", default="", help="The reason.")
@click.option("--sentence", metavar="TEXT", default="", help="What is agreed, in a sentence.")
@click.option("--predict", "prediction", metavar="TEXT", default="", help="What will have come of it.")
@click.option("--by", "predicted_for", **one_day, help="The day by which that shows.")
@click.option("--review", **one_day, help="The day on which it is looked at again.")
@click.option("--check", metavar="TEXT", default="", help="What is looked at then.")
@click.option(
    "--move", "moves", metavar='"WHAT; OWNER; DATE"', multiple=True, help="What is done next (again: another move)."
)
@day_option("The day of the decision")
@store_option
@company_options(settings=False)
@with_base
def command(
    base: Base, file: str, taken: bool, overridden: bool, moves: tuple[str, ...], day: date, store: str | None, company: str,
    because: str, sentence: str, prediction: str, predicted_for: date | None, review: date | None, check: str,
) -> None:  # fmt: skip
    wrong: list[Problem] = [*not_to_come(day)]
    if taken and overridden:
        raise click.UsageError("Give one of --taken and --overridden.")
    if not (taken or overridden):
        what = "it is not said whether the advice is followed; expected --taken, or --overridden --because TEXT."
        wrong.append(Problem("SP246", what))
    agreed = tuple(_moves(moves, wrong))
    outcome = Outcome(
        sentence=sentence, moves=agreed, review=review, check=check, because=because, prediction=prediction,
        advice="taken" if taken else "overridden" if overridden else "", predicted_for=predicted_for,
    )  # fmt: skip
    wrong += problems(outcome, day)
    try:
        read = read_company(companies_files(base, [file]), company)
    except SalespathError as error:
        raise SalespathError([*wrong, *error.problems]) from None
    wrong += read.problems
    if not read.cases or has_error(wrong):
        raise SalespathError(wrong)
    report_problems(wrong)
    (case,) = read.cases
    with opened(store) as journal:
        found = record(journal, base.vocabulary, pages.recommended(assess(base, case), file), outcome, day)
    say(f"Decision {found.number} is recorded: {found.company}. {pages.line(found)}")
    say(f"It comes up in {program()} journal; as a whole: {program()} journal show {found.number}")


def _moves(texts: tuple[str, ...], wrong: list[Problem]) -> Iterator[AgreedMove]:
    """What --move says, and what is wrong with it (SP248)."""
    for text in texts:
        what, *more = (part.strip() for part in text.split(";"))
        due = None
        if more and (len(more) == 2 or more[-1][:1].isdecimal()):  # of two parts the last is an owner or a day
            said = more.pop()
            try:
                due = date.fromisoformat(said) if said else None
            except ValueError:
                wrong.append(Problem("SP248", f"{shown(said)} in --move {shown(text)} is no day; {_MOVE}"))
        if len(more) > 1:
            wrong.append(Problem("SP248", f"--move {shown(text)} has too many parts; {_MOVE}"))
        yield AgreedMove(what, more[0] if more else "", due)
