"""Ask companies for what their verdicts still hang on: a short form for each company in FILE, as a workbook and as a fact file.

Each holds 5 to 15 questions, the most telling first, with what is known filled in. When they come back, put either file of each
form into a folder and give it with the same FILE; what a form says counts before FILE, and what it changes is said:

    salespath request portfolio.csv -o forms
    salespath assess portfolio.csv forms
"""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import normalize

import click

from salespath.commands.shared.delivery import files_read
from salespath.commands.shared.group import report_problems, report_rest, say
from salespath.commands.shared.reading import companies_files, company_options, joined, read_companies, with_base
from salespath.counsel.request import request
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts.settings import choose, of_name
from salespath.files.output import Output, check, together
from salespath.files.problems import SalespathError, refusal, shown
from salespath.report.words.phrases import few, number_of

_NAMED = 3  # facts of a form that are named
_LONGEST = 40  # letters of a company's name in that of a file


@click.command("request", help=__doc__)
@click.argument("file")
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="The folder for the forms; it is made.")
@click.option("--force", is_flag=True, help="Let forms replace existing files; never an input.")
@company_options(settings=False)
@with_base
def command(base: Base, file: str, folder: str, force: bool, company: str) -> None:
    from salespath.tables.form_files import fact_file, workbook
    from salespath.tables.forms import blank_form, company_ids
    from salespath.tables.namesakes import Namesakes

    files = companies_files(base, [file])
    found = joined(read_companies(files))
    namesakes = Namesakes(file)
    namesakes.add_cases(found.cases)
    report_problems((*found.problems, *namesakes.problems()))
    known = list(zip(company_ids(base.vocabulary, found.cases), found.cases))  # of all, so that each is the same
    if company:
        meant = of_name(found.cases, company)
        if found.cases and not meant:
            choose(found.cases, file, company)  # says which there are
        known = [(id_, case) for id_, case in known if any(case is other for other in meant)]
    _make(folder)
    written = 0
    for id_, case in known:
        asked = request(base, case)
        if not asked.asked:
            say(f"{shown(case.company, 60)}: nothing to ask; no answer still missing can change its verdict or motion.")
            continue
        form = blank_form(id_, asked)
        stem = Path(folder) / f"{_plain(case)}-{id_[:6]}"
        outputs = {f"{stem}.xlsx": workbook(form), f"{stem}.yaml": fact_file(form, base.vocabulary).encode()}
        try:
            check(map(Output, outputs), files_read(), force=force)
            with together(force=force) as begin:
                for path, content in outputs.items():
                    begin(path).write(content)
        except SalespathError as error:
            report_problems(error.problems)
            continue
        written += 1
        labels = few([line.fact.label for line in form.lines], _NAMED, "; ")
        say(f"{shown(case.company, 60)}: {stem.name}, {number_of(len(form.lines), 'question', 'questions')}: {labels}.")
    report_rest()
    forms = number_of(written, "form", "forms")
    say(
        f"{number_of(len(known), 'company', 'companies')}; {forms} (.xlsx and .yaml) in {shown(folder, 200)}.", err=True
    )


def _make(folder: str) -> None:
    """Make the folder, where there is none. Raises SalespathError (SP140)."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal("SP140", f"cannot make the folder {shown(folder, 200)}: {reason}.", None) from None


def _plain(case: Case) -> str:
    """The name of a company as part of a file's name, on any system."""
    letters = normalize("NFKD", case.company).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST].rstrip("-") or "company"
