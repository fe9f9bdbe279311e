"""YAML and JSON fact files, as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from salespath.engine.base import Base
from salespath.engine.table import FactTable, column
from salespath.facts import Case, Portfolio, Reject, Value
from salespath.facts.cases import read_source
from salespath.facts.rates import CURRENCY, UNSAID, Currencies, own_value
from salespath.files.source import InputFile
from salespath.tables import header
from salespath.tables.batch import Batch
from salespath.tables.columns import PLAIN, STOP, UNKNOWN, TableOptions
from salespath.tables.currencies import RowMoney
from salespath.tables.read import ROWS, TableReading, stop_at_first
from salespath.tables.rejects import flat


class FactFile(TableReading):
    """A fact file in YAML or JSON, as a table."""

    in_lines = False
    told_by_cells = False

    def __init__(
        self, source: InputFile, base: Base, money: Currencies = UNSAID, options: TableOptions = PLAIN
    ) -> None:
        with source:
            unknown = options.on_error == UNKNOWN
            portfolio = read_source(source, base.vocabulary, money, lines=self.in_lines, unknown=unknown)
        if options.on_error == STOP:
            stop_at_first(portfolio.rejects)
        self._hold(base, source.path, portfolio, tuple(map(flat, portfolio.rejects)))

    def _hold(self, base: Base, path: str, portfolio: Portfolio, rejects: tuple[Reject, ...]) -> None:
        """Take companies that have been read."""
        self.path, self._base, self._portfolio, self._rejects = path, base, portfolio, rejects
        self._first: tuple[Case, ...] = ()
        self.names = tuple(dict.fromkeys((header.COMPANY, *(n for reject in self._rejects for n in reject.cells))))
        cases = portfolio.cases
        noted = {f"{n}__how": None for case in cases for n in case.how}
        noted |= {f"{n}__{kind}": None for case in cases for n, kinds in case.notes.items() for kind in kinds}
        facts = base.vocabulary.ordered({name for case in cases for name in case.values})
        extra = dict.fromkeys(name for case in cases for name in case.extra if _is_own(case, name))
        converted = [CURRENCY] if any(case.rates for case in cases) else []
        self.columns = dict.fromkeys((header.COMPANY, *converted, *extra, *facts, *noted), pa.string())

    def most(self) -> int:
        """The companies, which have been read."""
        return len(self._portfolio.cases)

    def parts(self) -> Iterator[tuple[Case, ...]]:
        """The companies, a part at a time."""
        cases = self._portfolio.cases
        for start in range(0, max(1, len(cases)), ROWS):
            part = cases[start : start + ROWS]
            self._first = self._first if start else part
            yield part

    def batch(self, part: tuple[Case, ...]) -> Batch:
        """The companies of a part as columns; the first part carries the problems."""
        table = FactTable.from_cases(self._base, part)
        given: dict[str, pa.Array | None] = {name: None for name in table.columns}
        for name in self.columns:
            if name not in table.columns:
                given[name] = pa.array([_cell(case, name) for case in part], pa.string())
        first = part is self._first
        problems, rejects = (self._portfolio.problems, self._rejects) if first else ((), ())
        left_out = self._portfolio.left_out if first else ()
        rows = np.arange(len(part)) + 1
        money = self._money(part, table) if CURRENCY in self.columns else None
        count = len(part) + len(rejects) + len(left_out)
        return Batch(self.path, table, given, rows, problems, None, rejects, left_out, count, money, part)

    def _money(self, part: tuple[Case, ...], table: FactTable) -> RowMoney:
        """The amounts in the currency of each company."""
        vocabulary = self._base.vocabulary
        own = {
            name: column(vocabulary[name], [_own(case, name) for case in part])
            for name in table.columns
            if vocabulary[name].type == "money"
        }
        return RowMoney(own, [(case.currency, case.rates) for case in part], np.arange(len(part)))


class FactLines(FactFile):
    """A company in JSON on every line, as a table."""

    in_lines = True


def _is_own(case: Case, name: str) -> bool:
    """Whether what a file says beside the facts is carried through; the results that a saved one holds are not."""
    saved = isinstance(case.extra.get("receipt"), dict) and name in header.RESULTS
    return not saved and name != header.COMPANY and not name.startswith(header.PREFIX)


def _own(case: Case, name: str) -> Value | None:
    value = case.values.get(name)
    return value if value is None else own_value(value, case.rate)


def _cell(case: Case, name: str) -> str | None:
    if name == header.COMPANY:
        return case.company
    if name == CURRENCY and case.rates:
        return case.currency
    fact, _, kind = name.rpartition("__")
    found = case.extra.get(name, case.how.get(fact) if kind == "how" else case.notes.get(fact, {}).get(kind))
    return found if found is None or isinstance(found, str) else json.dumps(found, ensure_ascii=False)
