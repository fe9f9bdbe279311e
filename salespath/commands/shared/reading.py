"""What a command reads: the rule base and the companies of files, whatever their kind, and the options that say which are meant."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from salespath.commands.shared.columns import given_options, report_columns, table_options
from salespath.commands.shared.group import report_problems
from salespath.engine.base import Base
from salespath.engine.load import load
from salespath.facts import Case, Portfolio
from salespath.facts.cases import NAMELESS
from salespath.facts.rates import UNSAID, Currencies, currencies
from salespath.facts.settings import choose, of_name, suppose
from salespath.files.problems import Problem, SalespathError, has_error, refusal, shown
from salespath.rules.folders import passed_over
from salespath.tables.read import STOPPED, CompaniesFile

F = TypeVar("F", bound=Callable[..., Any])

# What the options said, kept with the command that runs.
_CURRENCY, _RATES = "salespath.currency", "salespath.rate"


def with_base(command: F) -> F:
    """Give a command the compiled rule base as its first argument, and the option --rules that lays folders over it."""
    laid = "Lay a folder of rules over the built-in ones (again: another one on top)."

    @click.option("--rules", "folders", metavar="DIR", multiple=True, help=laid)
    @functools.wraps(command)
    def run(*args: Any, folders: tuple[str, ...], **kwargs: Any) -> Any:
        base = load(*folders)
        report_problems(problem for folder in folders for problem in passed_over(Path(folder)))
        return command(base, *args, **kwargs)

    return cast(F, run)


def company_options(*, settings: bool = True, maps: bool = True) -> Callable[[F], F]:
    """The options of a command on companies: --company, those on money and tables, and --set where `settings`."""

    named = "Which company, where FILE holds several; its name, without FILE." if settings else "Only this company."
    said = "Suppose this (again: another fact), as in a fact file."
    company = click.option("--company", metavar="NAME", default="", help=named)
    supposed = click.option("--set", "texts", metavar="FACT=VALUE", multiple=True, help=said)
    reading = reading_options(maps=maps)
    return lambda command: reading(supposed(company(command)) if settings else company(command))


def reading_options(*, maps: bool = True, asks: bool = True) -> Callable[[F], F]:
    """The options on money and tables, which all that reads companies here takes note of."""
    return lambda command: _money_options(table_options(maps=maps, asks=asks)(command))


def _money_options(command: F) -> F:
    """The options --currency and --rate, of which `given_money` takes note."""

    def keep(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
        return lambda context, option, value: context.meta.__setitem__(key, value)

    said = "The currency of amounts that name none, where the file says none: EUR."
    paid = "US dollars for one unit: EUR=1.08 (again: another one); else the file's, else a yearly average."
    rate = click.option(
        "--rate", metavar="CODE=DOLLARS", multiple=True, expose_value=False, callback=keep(_RATES), help=paid
    )
    named = click.option(
        "--currency", metavar="CODE", default="", expose_value=False, callback=keep(_CURRENCY), help=said
    )
    return named(rate(command))


def given_money() -> Currencies:
    """What --currency and --rate say. Raises SalespathError (SP115) with all that is wrong with it."""
    context = click.get_current_context(silent=True)
    said = context.meta if context else {}
    found, wrong = currencies(said.get(_CURRENCY, ""), said.get(_RATES, ()))
    if wrong:
        raise SalespathError(Problem("SP115", message) for message in wrong)
    return found


def start_option(command: F) -> F:
    """The option --start: the day on which the first week of a plan begins. Without it nothing says a date."""

    def day(context: click.Context, option: click.Parameter, value: datetime | None) -> date | None:
        return value.date() if value else None

    said = "The day on which the first week begins, which turns weeks into dates: 2027-01-04."
    return click.option("--start", type=click.DateTime(["%Y-%m-%d"]), callback=day, help=said)(command)


def companies_files(base: Base, paths: Iterable[str]) -> list[CompaniesFile]:
    """The files of companies at some paths, read with what the options on money and tables say."""
    money, paths = given_money(), [*paths]
    options = given_options(base.vocabulary, paths)
    files = [CompaniesFile(base, path, money, options) for path in paths]
    if files and options.sheet and not any(file.is_workbook or file.is_missing for file in files):
        raise click.UsageError("--sheet names a sheet of an Excel workbook, and none of the files is one.")
    return files


def read_companies(files: Sequence[CompaniesFile], company: str = "", *, lenient: bool = False) -> list[Portfolio]:
    """The companies of each file; of one that cannot be read, none and the problems. With `company`, only those of that name.

    `lenient` reads of saved results what the vocabulary knows. Raises SalespathError (SP153) where no company has the name.
    """
    portfolios = []
    for file in files:
        try:
            portfolios.append(file.portfolio(lenient=lenient))
        except SalespathError as error:
            if any(problem.code == STOPPED for problem in error.problems):
                raise
            portfolios.append(Portfolio((), error.problems, single=True))
    report_columns([column for portfolio in portfolios for column in portfolio.columns])
    if not company:
        return portfolios
    kept = [replace(p, cases=tuple(of_name(p.cases, company))) for p in portfolios]
    if not any(p.cases for p in kept):
        _choose(joined(portfolios), files, company)
    return kept


def joined(portfolios: Sequence[Portfolio]) -> Portfolio:
    """The companies of several files together; one company alone only where there is one file, of that."""
    return Portfolio(
        tuple(case for portfolio in portfolios for case in portfolio.cases),
        tuple(problem for portfolio in portfolios for problem in portfolio.problems),
        single=len(portfolios) == 1 and portfolios[0].single,
        rejects=tuple(reject for portfolio in portfolios for reject in portfolio.rejects),
        left_out=tuple(row for portfolio in portfolios for row in portfolio.left_out),
    )


def read_company(files: Sequence[CompaniesFile], company: str) -> Portfolio:
    """The one company of files that is meant, or none where they hold none. Raises SalespathError (SP153) if that is not clear."""
    found = joined(read_companies(files))
    cases = (_choose(found, files, company),) if found.cases or not found.problems else ()
    return Portfolio(cases, found.problems, single=True)


def read_with_settings(base: Base, files: Sequence[CompaniesFile], texts: Sequence[str], company: str) -> Portfolio:
    """The companies of files; with settings or a company's name, the one that is meant, with these settings.

    Without a file, the settings are all that is known of it. Raises SalespathError with what is wrong with a setting, or where it
    is not clear which company is meant, and click.UsageError where neither files nor settings are given.
    """
    if not (files or texts):
        raise click.UsageError("Give a FILE with facts, or facts with --set FACT=VALUE (again: another fact).")
    if not (texts or company):
        return joined(read_companies(files))
    money = given_money()
    case = Case(shown(company, 200) or NAMELESS, money=money)
    nothing = Portfolio((case,), (), single=True)
    meant = read_company(files, company) if files else nothing
    try:
        supposed = (suppose(base.vocabulary, case, texts) for case in meant.cases)
        return replace(
            meant, cases=tuple(replace(case, tried=frozenset()) for case in supposed)
        )  # taken as its answers
    except SalespathError as error:
        raise SalespathError([*meant.problems, *error.problems]) from None


def read_one(base: Base, path: str, money: Currencies = UNSAID) -> Case:
    """The company of a file, its name empty where the file gives none. Raises SalespathError for problems, and for several."""
    portfolio = CompaniesFile(base, path, money, given_options(base.vocabulary, [path])).portfolio()
    report_columns(portfolio.columns)
    if has_error(portfolio.problems):
        raise SalespathError(portfolio.problems)
    if len(portfolio.cases) != 1:
        what = f"found {len(portfolio.cases) or 'no'} companies; an interview is about one company and starts from its facts."
        raise refusal("SP110", what, path)
    (case,) = portfolio.cases
    return case if case.named else replace(case, company="")


def _choose(found: Portfolio, files: Sequence[CompaniesFile], company: str) -> Case:
    try:
        return choose(found.cases, ", ".join(file.path for file in files), company)
    except SalespathError as error:
        raise SalespathError([*found.problems, *error.problems]) from None
