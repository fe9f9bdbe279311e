"""Which files, or which rows of one file, are the companies of two dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from salespath.counsel.quarters import Quarter
from salespath.facts import Case, Portfolio, Vocabulary
from salespath.facts.cases import COMPANY
from salespath.facts.company_names import folded_name
from salespath.files.problems import NOTE, Problem, refusal, shown
from salespath.tables.dates import MONTH, UNKNOWN, date_columns, days_of

_NAMED = 8  # dates that are listed


class Dated:
    """Some companies of one file, and of which date each record is."""

    def __init__(self, vocabulary: Vocabulary, cases: Sequence[Case]) -> None:
        self.cases = tuple(cases)
        dates = {name for name in vocabulary.facts if vocabulary[name].type == "date"}
        names = dict.fromkeys(name for case in cases for name in (*case.extra, *(dates & case.values.keys())))
        columns = date_columns((COMPANY, *names), vocabulary)
        self.said = [" ".join(str(_cell(case, name) or "") for name in columns).strip() for case in cases]
        self.days = days_of(self.said)

    @property
    def months(self) -> list[int]:
        """The months that the companies are of; rows of one month are of one date."""
        return sorted({day // MONTH for day in self.days if day != UNKNOWN})

    @property
    def is_history(self) -> bool:
        """Whether some company is there at several dates."""
        seen: dict[str, int] = {}
        for case, day in zip(self.cases, self.days):
            if day != UNKNOWN and seen.setdefault(folded_name(case.company), day // MONTH) != day // MONTH:
                return True
        return False

    def at(self, month: int) -> Quarter:
        """The companies of a month, each once unless two records are of one day."""
        there = [place for place, day in enumerate(self.days) if day // MONTH == month and day != UNKNOWN]
        last: dict[str, int] = {}
        for place in there:
            name = folded_name(self.cases[place].company)
            last[name] = max(self.days[place], last.get(name, 0))
        latest = [place for place in there if self.days[place] == last[folded_name(self.cases[place].company)]]
        names = [self.said[place] for place in there]
        return Quarter(max(set(names), key=names.count), tuple(self.cases[place] for place in latest))

    def latest(self) -> tuple[tuple[Case, ...], list[Problem]]:
        """The latest record of each company, and what is left out for it."""
        last: dict[str, int] = {}
        for case, day in zip(self.cases, self.days):
            name = folded_name(case.company)
            last[name] = max(day, last.get(name, UNKNOWN))
        kept, left = [], []
        for case, day, said in zip(self.cases, self.days, self.said):
            if day == UNKNOWN or day == last[folded_name(case.company)]:
                kept.append(case)
            else:
                what = f"left out, as it is of {said}, and {shown(case.company)} is there at a later date."
                left.append(Problem("SP119", what, NOTE, file=case.file, row=case.row))
        return tuple(kept), left

    def dated(self) -> tuple[Case, ...]:
        """The companies, each saying its date."""
        return tuple(
            replace(case, extra={**case.extra, "date": said}) if said else case
            for case, said in zip(self.cases, self.said)
        )


def split(found: Dated, path: str, wanted: Sequence[str] = ()) -> tuple[Quarter, Quarter, list[Problem]]:
    """The companies of one file at two dates, the `wanted` ones, else its last two; the earlier first.

    What is of other dates, or of none, is said. Raises SalespathError (SP184) where the file has no such dates.
    """
    months = found.months
    there = [found.at(month).label for month in months]
    listed = ", ".join(there[-_NAMED:]) if there else "none"
    if wanted:
        asked = [day // MONTH for day in days_of(wanted)]
        for text, month in zip(wanted, asked):
            if month not in months:
                what = f"--dates: no company is of {shown(text)}; the dates there are {listed}."
                raise refusal("SP184", what, path)
        if asked[0] == asked[1]:
            what = f"--dates: {shown(wanted[0])} and {shown(wanted[1])} are one date; rows of one month are compared as one."
            raise refusal("SP184", what, path)
    elif len(months) < 2:
        what = f"the dates in this file are {listed}; two are compared."
        raise refusal("SP184", what, path)
    else:
        asked = months[-2:]
    old, new = (found.at(month) for month in sorted(asked))
    others = [label for month, label in zip(months, there) if month not in asked]
    undated = [case.company for case, day in zip(found.cases, found.days) if day == UNKNOWN]
    problems = []
    if others:
        what = f"{old.label} and {new.label} are compared; other dates are {', '.join(others[-_NAMED:])} (--dates OLD NEW)."
        problems.append(Problem("SP184", what, NOTE, file=path))
    if undated:
        names = ", ".join(shown(name) for name in undated[:_NAMED])
        more = f" and {len(undated) - _NAMED} more" if len(undated) > _NAMED else ""
        problems.append(Problem("SP184", f"of no known date, so not compared: {names}{more}.", NOTE, file=path))
    return old, new, problems


def rejected_names(found: Portfolio) -> tuple[str, ...]:
    """The companies of a file that cannot be assessed, as far as they are named."""
    return tuple(name for reject in found.rejects if (name := (reject.cells.get(COMPANY) or "").strip()))


def _cell(case: Case, name: str) -> object:
    extra: Mapping[str, object] = case.extra
    return extra.get(name, case.values.get(name))
