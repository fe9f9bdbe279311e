"""The answers of forms, merged into the companies of the file that the forms were made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeVar

from salespath.engine.assess import assess
from salespath.engine.base import Base
from salespath.facts import Case, Portfolio, Value
from salespath.facts.company_names import folded_name
from salespath.facts.money import USD, in_own_currency
from salespath.facts.rates import REFERENCE_DATE, BadRate, Currencies, in_dollars, own_value
from salespath.facts.values import Range
from salespath.files.problems import NOTE, Problem, SalespathError, shown
from salespath.report.words.phrases import answer, value_title
from salespath.report.words.verdict import in_short
from salespath.tables.fact_file_reader import FactFile
from salespath.tables.forms import FilledForm, company_ids
from salespath.tables.read import CompaniesFile
from salespath.tables.rejects import flat

T = TypeVar("T")

_ALIKE = 1e-9  # parts of a number by which spreadsheets may change it


@dataclass(frozen=True)
class Said:
    """What a form says of a fact: its value (None: unknown), the currency of an amount, how it is known."""

    value: Value | None
    code: str
    how: str


@dataclass(frozen=True)
class Merged:
    """The files with the answers, and what the forms change or why they are refused."""

    files: tuple[CompaniesFile, ...]
    problems: tuple[Problem, ...]


def merge_forms(base: Base, files: Sequence[CompaniesFile], forms: Iterable[FilledForm]) -> Merged:
    """Merge forms into the companies of some files, which are read for it as a whole; a form wins over its file.

    A form of no company in them is refused (SP190); forms of one company that contradict one another are not merged (SP191).
    """
    readings = [_read(file) for file in files]
    by_company: dict[str, list[FilledForm]] = {}
    for form in forms:
        by_company.setdefault(form.company, []).append(form)
    merger = _Merger(base, by_company)
    found = [
        AnsweredFile(base, file, read if isinstance(read, SalespathError) else merger.merged(read))
        for file, read in zip(files, readings)
    ]
    return Merged(tuple(found), (*merger.problems, *merger.refused(files)))


def _read(file: CompaniesFile) -> Portfolio | SalespathError:
    try:
        return file.portfolio()
    except SalespathError as error:
        return error


class AnsweredFile(CompaniesFile):
    """A file whose companies have been read, and answered in forms."""

    def __init__(self, base: Base, file: CompaniesFile, read: Portfolio | SalespathError) -> None:
        super().__init__(base, file.path)
        self._of, self._read = file, read

    @property
    def is_table(self) -> bool:
        """Whether the file is a table."""
        return self._of.is_table

    def keep(self) -> None:
        """It has been read."""

    def portfolio(self, *, lenient: bool = False) -> Portfolio:
        """Its companies. Raises SalespathError where the file cannot be used."""
        if isinstance(self._read, SalespathError):
            raise self._read
        return self._read

    def reading(self) -> Answered:
        """Its companies as a table. Raises SalespathError where the file cannot be used."""
        return Answered(self._base, self.path, self.portfolio(), is_table=self.is_table)


class Answered(FactFile):
    """Companies that have been read, as a table."""

    def __init__(self, base: Base, path: str, portfolio: Portfolio, *, is_table: bool) -> None:
        rejects = portfolio.rejects if is_table else tuple(map(flat, portfolio.rejects))
        self._hold(base, path, portfolio, rejects)
        self.told_by_cells = is_table
        self.lines = next((reject.lines for reject in rejects), None)


class _Merger:
    """Merges forms, company by company, and notes what they change."""

    def __init__(self, base: Base, forms: Mapping[str, list[FilledForm]]) -> None:
        self._base, self._forms = base, forms
        self._names: set[str] = set()
        self._merged: set[str] = set()
        self.problems: list[Problem] = []

    def merged(self, portfolio: Portfolio) -> Portfolio:
        """The companies of a file with the answers of their forms."""
        ids = company_ids(self._base.vocabulary, portfolio.cases)
        return replace(portfolio, cases=tuple(self._case(id_, case) for id_, case in zip(ids, portfolio.cases)))

    def refused(self, files: Sequence[CompaniesFile]) -> Iterator[Problem]:
        """The forms that belong to no company of the files."""
        named = ", ".join(shown(file.path, 200) for file in files)
        for form in (form for id_, forms in self._forms.items() if id_ not in self._merged for form in forms):
            if not files:
                what = "give the file that it was made from, too, before the folder"
            elif folded_name(form.name) in self._names:
                what = (
                    f"{named} says other things of {form.name} than when the form was made, or is read otherwise "
                    "(--currency, --sheet, …); make a new form"
                )
            else:
                what = f"{named} has no such company; give the file that it was made from"
            message = f"the form of {form.name} belongs to another file and is not merged: {what}."
            yield Problem("SP190", message, file=form.path)

    def _case(self, id_: str, case: Case) -> Case:
        self._names.add(folded_name(case.company))
        if id_ not in self._forms or id_ in self._merged:
            return case
        self._merged.add(id_)
        changes = {form.path: (form, self._changes(case, form)) for form in self._forms[id_]}
        if clash := next(filter(None, (self._clash(*pair) for pair in combinations(changes.values(), 2))), None):
            self.problems.append(clash)
            return case
        filled = [change for change in changes.values() if change[1]]
        for form, said in filled or list(changes.values())[:1]:  # the other file of a form may be as it was made
            try:
                case = self._answered(case, form, said)
            except BadRate as error:
                self.problems.append(
                    Problem("SP115", f"the form of {form.name} is not merged: {error}", file=form.path)
                )
        return case

    def _changes(self, case: Case, form: FilledForm) -> dict[str, Said]:
        """What a form says otherwise than the file, fact by fact."""
        found = {}
        for name in self._base.vocabulary.ordered(form.asked):
            code = form.codes.get(name, "")
            said = Said(form.values.get(name), code, form.how.get(name, "") if name in form.values else "")
            before = case.values.get(name)
            if code:
                before = own_value(before, case.rate) if before is not None else None
            same = _alike(before, said.value) and code in ("", case.currency or USD)
            if not same or (said.value is not None and said.how != case.how.get(name, "")):
                found[name] = said
        return found

    def _clash(
        self, one: tuple[FilledForm, dict[str, Said]], other: tuple[FilledForm, dict[str, Said]]
    ) -> Problem | None:
        """What two forms of one company say differently; of the two files of a form one may be as it was made."""
        (first, mine), (second, others) = one, other
        if not mine or not others:
            return None
        same_form = first.id == second.id
        names = mine.keys() | others.keys() if same_form else mine.keys() & others.keys()
        apart = [n for n in self._base.vocabulary.ordered(names) if not _same(mine.get(n), others.get(n))]
        if not apart:
            return None
        labels = ", ".join(self._base.vocabulary[name].label for name in apart)
        files = f"{shown(first.path, 200)} and {shown(second.path, 200)}"
        what = f"{files} are {'one form' if same_form else 'forms of one company'} of {first.name} and differ: {labels}"
        return Problem("SP191", f"{what}. Neither is merged; leave one of them.", file=second.path)

    def _answered(self, case: Case, form: FilledForm, said: Mapping[str, Said]) -> Case:
        """A company with the answers of a form. Raises BadRate."""
        given = {name: item.value for name, item in said.items() if item.value is not None}
        codes = {name: item.code for name, item in said.items() if item.code and name in given}
        money = Currencies(case.currency or USD, {**case.rates, **case.money.rates})
        kept = {name: value for name, value in case.values.items() if name not in said}
        dated = {name: value for name, value in {**kept, **given}.items() if name == REFERENCE_DATE}
        amounts, _, rates = in_dollars({**dated, **given}, codes, money)
        values = {**kept, **amounts}
        found = replace(
            case,
            values={name: values[name] for name in self._base.vocabulary.ordered(values)},
            how=_instead(case.how, said, {name: item.how for name, item in said.items() if item.how}),
            notes=_instead(case.notes, said, {name: note for name, note in form.notes.items() if name in given}),
            understood={name: note for name, note in case.understood.items() if name not in said},
            lines={name: line for name, line in case.lines.items() if name not in said},
            rates={**case.rates, **rates},
        )
        self._tell(case, found, form, said)
        return found

    def _tell(self, before: Case, after: Case, form: FilledForm, said: Mapping[str, Said]) -> None:
        """Note what a form changes."""
        vocabulary, told = self._base.vocabulary, []
        with in_own_currency(before.rate):
            for name in said:
                old, new = (
                    f"{answer(vocabulary[name], case.values.get(name))}{f', {how}' if (how := case.how.get(name)) else ''}"
                    for case in (before, after)
                )
                told.append(f"{vocabulary[name].label} ({name}) from {old} to {new}")
        message = f"{before.company}: the form changes {'; '.join(told) or 'nothing'}."
        if told:
            then, now = (assess(self._base, case) for case in (before, after))
            message += f" The verdict {_turn(in_short(*then.verdict), in_short(*now.verdict))}"
            if then.motion != now.motion:
                motions = (value_title(self._base, a.motion) or "none" for a in (then, now))
                message += f", and the motion {_turn(*motions)}"
            message += "."
        self.problems.append(Problem("SP192", message, NOTE, file=form.path))
        for name, note in form.understood.items():
            if name in said:
                self.problems.append(Problem("SP116", f"{before.company}: {name}: {note}.", NOTE, file=form.path))


def _turn(then: str, now: str) -> str:
    return f"stays {now}" if then == now else f"was {then} and is {now}"


def _instead(before: Mapping[str, T], said: Mapping[str, Said], after: Mapping[str, T]) -> dict[str, T]:
    """What is known beside values, of facts that a form changes by the form alone."""
    return {**{name: item for name, item in before.items() if name not in said}, **after}


def _same(one: Said | None, other: Said | None) -> bool:
    return one == other or bool(
        one and other and replace(one, value=other.value) == other and _alike(one.value, other.value)
    )


def _alike(one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same, to the digits that a spreadsheet keeps."""
    if isinstance(one, Range) and isinstance(other, Range):
        return _alike(one.low, other.low) and _alike(one.high, other.high)
    numbers = [v for v in (one, other) if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) < 2:
        return one == other
    return one == other or abs(numbers[0] - numbers[1]) <= _ALIKE * max(map(abs, numbers))
