"""Columns of cells → the rows that can be assessed, and the problems of those that cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactTable
from salespath.facts import Case, Reject, Vocabulary
from salespath.facts.money import USD
from salespath.facts.rates import CURRENCY, UNSAID, Currencies
from salespath.facts.values import HOW
from salespath.files.problems import Problem, shown, suggestion
from salespath.tables.csv_cells import texts
from salespath.tables.currencies import AmountConverter, RowMoney, currency_column
from salespath.tables.fact_columns import Bad, CellReader, values
from salespath.tables.header import COMPANY, RESULTS, annotation_column


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: the facts of the good ones, what else stands there, and what is wrong with the others.

    `given` holds the columns of the file as text (a fact may lack it), `rows` the numbers of the good rows, `rejects` the others as
    they stood.
    """

    path: str
    table: FactTable
    given: Mapping[str, pa.Array]
    rows: Array
    problems: tuple[Problem, ...]
    part: float | None = None  # how much of the file is read with this batch, 0 to 1
    rejects: tuple[Reject, ...] = ()
    money: RowMoney | None = None  # None: all of it is in dollars

    def __getitem__(self, places: Array) -> Batch:
        """Some of the good rows, without what is said of the file."""
        columns = {name: column[places] for name, column in self.table.columns.items()}
        given = {name: text.take(pa.array(places)) for name, text in self.given.items() if text is not None}
        money = self.money and self.money[places]
        return Batch(self.path, FactTable(len(places), columns), given, self.rows[places], (), money=money)

    def guessed(self, vocabulary: Vocabulary) -> dict[str, Array]:
        """The facts of which some good rows say that they are guessed, and which rows do."""
        found = {}
        for name, cells in self.given.items():
            noted = annotation_column(name, vocabulary)
            if noted and noted[1] == "how" and cells is not None:
                same = pc.equal(pc.utf8_trim_whitespace(cells.cast(pa.string())), "guessed")
                found[noted[0]] = same.fill_null(False).to_numpy(zero_copy_only=False)
        return {name: rows for name, rows in found.items() if rows.any()}

    def cases(self, vocabulary: Vocabulary) -> Iterator[Case]:
        """The good rows one by one."""
        facts = {name: values(vocabulary[name], cells) for name, cells in self.table.columns.items()}
        rest = {name: cells.to_pylist() for name, cells in self.given.items() if name not in facts}
        names = rest.pop(COMPANY)
        rest.pop(currency_column(rest) or "", None)
        for row in range(self.table.rows):
            extra: dict[str, Any] = {}
            how: dict[str, str] = {}
            notes: dict[str, dict[str, str]] = {}
            for name, cells in rest.items():
                if cells[row] is None:
                    continue
                noted = annotation_column(name, vocabulary)
                if not noted:
                    extra[name] = cells[row]
                elif noted[1] == "how":
                    how[noted[0]] = str(cells[row]).strip()
                else:
                    notes.setdefault(noted[0], {})[noted[1]] = str(cells[row])
            known = {name: value for name, cells in facts.items() if (value := cells[row]) is not None}
            currency, rates = self.money.of(row) if self.money else (USD, {})
            at = int(self.rows[row])
            name = shown(names[row], 200)
            yield Case(name, known, how, notes, extra, self.path, row=at, currency=currency, rates=rates)


class Typist:
    """Types the columns of one file; `added` are those that a result has beside them."""

    def __init__(self, path: str, names: Sequence[str], vocabulary: Vocabulary, money: Currencies = UNSAID) -> None:
        self.path, self.names = path, tuple(names)
        self._amounts = AmountConverter(names, vocabulary, money)
        self.added = self._amounts.added
        foreign = self._amounts.foreign
        self._facts = {name: CellReader(vocabulary[name], foreign=foreign) for name in names if name in vocabulary}
        self._how = [name for name in names if (annotation_column(name, vocabulary) or ("", ""))[1] == "how"]

    def batch(
        self,
        cells: Mapping[str, pa.Array],
        rows: Array,
        *,
        bad: Mapping[int, Reject] = MappingProxyType({}),
        lost: Sequence[Reject] = (),
        part: float | None = None,
    ) -> Batch:
        """The batch of some rows: `bad` says which of them cannot be used, `lost` of which others there are no cells.

        Rows without any content are left out and not counted. Raises pyarrow.ArrowException for a column that cannot be read.
        """
        converted = self._amounts.convert(
            {name: reader.read(cells[name]) for name, reader in self._facts.items()}, cells, len(rows)
        )
        read, money = converted.columns, converted.money
        blamed = {name: typed.bad for name, typed in read.items()} | {name: _not_how(cells[name]) for name in self._how}
        wrong: dict[int, list[Problem]] = {}
        for name, places in blamed.items():
            for place, (text, why) in places.items():
                if place not in bad:  # where quotes are amiss, every cell after them would be blamed
                    at = Problem("SP112", why, file=self.path, row=int(rows[place]), column=name, value=shown(text))
                    wrong.setdefault(place, []).append(at)
        for name, places in converted.refused.items():
            for place, (text, why) in places.items():
                if place not in bad:
                    at = Problem("SP115", why, file=self.path, row=int(rows[place]), column=name, value=shown(text))
                    wrong.setdefault(place, []).append(at)
        rejects = [*lost, *bad.values()]
        stood = zip(
            *(texts(cells[name].take(pa.array([*wrong], pa.int64()))).to_pylist() for name in self.names if wrong)
        )
        for (place, problems), row in zip(wrong.items(), stood):
            rejects.append(Reject(self.path, int(rows[place]), dict(zip(self.names, row)), None, problems))
        rejects.sort(key=lambda reject: reject.row)
        order = {name: place for place, name in enumerate(self.names)}
        found = [problem for reject in rejects for problem in reject.problems]
        found.sort(key=lambda problem: (problem.row or 0, order.get(str(problem.column), -1)))
        keep = ~_blank(cells, len(rows))
        keep[[*bad, *wrong]] = False
        given = {name: read[name].text if name in read else cells[name] for name in self.names if name not in RESULTS}
        given[COMPANY] = _company(cells.get(COMPANY), rows)
        if (named := self._amounts.named(cells, len(rows))) is not None:
            given[self._amounts.column or CURRENCY] = named
        columns = {name: typed.column for name, typed in read.items() if typed.column.known.any()}
        if not keep.all():
            mask = pa.array(keep)
            given = {name: None if text is None else text.filter(mask) for name, text in given.items()}
            columns = {name: column[keep] for name, column in columns.items()}
            money = money and money[keep]
        rows = rows[keep]
        table = FactTable(len(rows), columns)
        return Batch(self.path, table, given, rows, tuple(found), part, tuple(rejects), money)


def _blank(cells: Mapping[str, pa.Array], rows: int) -> Array:
    """Which rows hold nothing at all."""
    blank = np.ones(rows, dtype=bool)
    for column in cells.values():
        if not column.null_count:
            return np.zeros(rows, dtype=bool)
        blank &= np.asarray(column.is_null())
        if not blank.any():
            break
    return blank


def _not_how(cells: pa.Array) -> Bad:
    """The cells that say neither measured, estimated nor guessed."""
    texts = pc.utf8_trim_whitespace(cells.cast(pa.string()))
    fine = pc.is_in(texts, value_set=pa.array(["", *HOW])).to_numpy(zero_copy_only=False) | np.asarray(cells.is_null())
    wrong = {int(place): str(texts[int(place)]) for place in np.flatnonzero(~fine)}
    expected = f"is not one of {', '.join(HOW)}."
    return {place: (text, f"{shown(text)} {expected}{suggestion(text, HOW)}") for place, text in wrong.items()}


def _company(names: pa.Array | None, rows: Array) -> pa.Array:
    """The names of the companies; one without a name goes by its row."""
    if names is None:
        names = pa.nulls(len(rows), pa.string())
    names = names.cast(pa.string())
    missing = pc.or_kleene(names.is_null(), pc.equal(pc.utf8_trim_whitespace(names), ""))
    if not pc.any(missing).as_py():
        return names
    return pc.if_else(missing, pc.binary_join_element_wise("row", pa.array(rows).cast(pa.string()), " "), names)
