"""Amounts of a table in other currencies → US dollars: by the cell, the column `currency`, or what is said beside the table.

A table in dollars pays nothing: where no cell, column or option names another currency, its columns stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactColumn
from salespath.facts import Vocabulary
from salespath.facts.currencies import AMBIGUOUS, UNNAMED
from salespath.facts.money import USD, Rate, round_amounts
from salespath.facts.rates import CURRENCY, MOST, REFERENCE_DATE, UNSAID, BadRate, Currencies, currency_code, rates_of
from salespath.facts.vocabulary import fold
from salespath.files.problems import shown
from salespath.tables.fact_columns import Bad, BadCell, Cells


@dataclass(frozen=True)
class RowMoney:
    """Of some rows: the amounts as they stood, in the row's currency, and for each row which currency and rates those are.

    `kinds` holds the currency and the rates of each kind of row, `kind` which kind a row is.
    """

    own: Mapping[str, FactColumn]
    kinds: Sequence[tuple[str, Mapping[str, Rate]]]
    kind: Array

    def __getitem__(self, places: Array) -> RowMoney:
        return RowMoney({name: column[places] for name, column in self.own.items()}, self.kinds, self.kind[places])

    def of(self, row: int) -> tuple[str, Mapping[str, Rate]]:
        """The currency of a row, and the rates at which its amounts were converted."""
        return self.kinds[int(self.kind[row])]

    def by_rate(self, rows: Array) -> Iterator[tuple[Rate | None, Array]]:
        """Some rows by the rate of their currency: each rate, and the places among `rows` where it holds."""
        rates = [rates.get(currency) for currency, rates in self.kinds]
        distinct = list(dict.fromkeys(rates))
        which = np.array([distinct.index(rate) for rate in rates])[self.kind[rows]]
        for number in np.unique(which).tolist():
            yield distinct[number], np.flatnonzero(which == number)


@dataclass(frozen=True)
class Converted:
    """The columns with dollars for amounts, what is said of the rows (None: all is in dollars), and the cells that are refused."""

    columns: Mapping[str, Cells]
    money: RowMoney | None
    refused: Mapping[str, Bad]


class AmountConverter:
    """Converts the amounts of one table. `column` is the one that names currencies, if there is one."""

    def __init__(self, names: Iterable[str], vocabulary: Vocabulary, money: Currencies = UNSAID) -> None:
        names = list(names)
        self.money = money
        self.amounts = [name for name in names if name in vocabulary and vocabulary[name].type == "money"]
        self.column = currency_column(names) if self.amounts else None
        self.added = {CURRENCY: pa.string()} if self.amounts and money.currency and not self.column else {}

    @property
    def foreign(self) -> bool:
        """Whether amounts that name no currency may be in another than dollars."""
        return self.column is not None or self.money.currency not in ("", USD)

    def named(self, cells: Mapping[str, pa.Array], rows: int) -> pa.Array | None:
        """The column that names currencies as a result has it: what is said beside the table stands where a cell is empty."""
        if self.column is None:
            return pa.array([self.money.currency] * rows, pa.string()) if self.added else None
        said = cells[self.column].cast(pa.string())
        if not self.money.currency:
            return said
        return pc.if_else(pc.equal(pc.utf8_trim_whitespace(said.fill_null("")), ""), self.money.currency, said)

    def clear(self, cells: Mapping[str, pa.Array], rows: int) -> Mapping[str, pa.Array]:
        """The cells, with the code in place of a word for several currencies (kr) where the row is in one of these."""
        said = cells[self.column].cast(pa.string()).fill_null("") if self.column else pa.repeat("", rows)
        codes = {text: _code(text) if text.strip() else self.money.currency for text in pc.unique(said).to_pylist()}
        if _SEVERAL.keys().isdisjoint(codes.values()):
            return cells
        found = dict(cells)
        for name in self.amounts:
            if pa.types.is_string(cells[name].type) or pa.types.is_dictionary(cells[name].type):
                texts = zip(cells[name].cast(pa.string()).to_pylist(), said.to_pylist())
                named = [text and _named(text, codes[of]) for text, of in texts]
                found[name] = pa.array(named, pa.string())
        return found

    def convert(self, read: Mapping[str, Cells], cells: Mapping[str, pa.Array], rows: int) -> Converted:
        """The columns that were read, their amounts in US dollars."""
        if not self.foreign and all(read[name].codes is None for name in self.amounts):
            return Converted(read, None, {})
        codes = [UNNAMED]
        refused: dict[str, Bad] = {}
        said = self._said(cells, rows, codes, refused)
        named = {name: _indices(some, codes) for name in self.amounts if (some := read[name].codes) is not None}
        if self.money.currency in ("", USD) and not {*codes} - {UNNAMED, USD}:
            return Converted(read, None, refused)
        columns = [
            _year(read[REFERENCE_DATE].column) if REFERENCE_DATE in read else np.zeros(rows, dtype=np.int64),
            said,
        ]
        silent = np.zeros(rows, dtype=np.int64)
        for name in self.amounts if named else ():
            silent |= read[name].column.known & (named[name] == 0 if name in named else True)
        columns += [silent, *(np.where(read[name].column.known, which, -1) for name, which in named.items())]
        combined, kind = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
        kind = kind.reshape(-1)
        kinds, factors, own_codes = [], np.ones((len(combined), len(codes))), np.zeros(len(combined), dtype=np.int64)
        for place, (year, row_code, unnamed, *others) in enumerate(combined.tolist()):
            default = self.money if row_code == 0 else self.money._replace(currency=codes[row_code])
            holds = [codes[which] for which in others if which > 0] + [UNNAMED] * (unnamed or not named)
            try:
                own, rates = rates_of(holds, default, str(year) if year else "")
            except BadRate as error:
                for row in np.flatnonzero(kind == place).tolist():
                    self._refuse(refused, row, str(error), cells, {name: which[row] for name, which in named.items()})
                own, rates = USD, {}
            kinds.append((own, rates))
            own_codes[place] = codes.index(default.currency) if default.currency in codes else 0
            for at, code in enumerate(codes):
                code = (default.currency or USD) if code == UNNAMED else code
                factors[place, at] = rates[code].dollars if code in rates else 1.0
        found, own_columns = dict(read), dict[str, FactColumn]()
        for name in self.amounts:
            column, which = read[name].column, named.get(name, 0)
            dollars = _times(column, factors[kind, which])
            found[name] = replace(read[name], column=dollars)
            own_columns[name] = _in_currency_of_row(column, dollars, which, own_codes[kind], factors[kind, 0])
        return Converted(found, RowMoney(own_columns, kinds, kind), refused)

    def _said(self, cells: Mapping[str, pa.Array], rows: int, codes: list[str], refused: dict[str, Bad]) -> Array:
        """The currency that the column names of each row, as a place among `codes`; 0 for none."""
        if self.column is None:
            return np.zeros(rows, dtype=np.int64)
        texts = cells[self.column].cast(pa.string()).fill_null("").dictionary_encode()
        places, found = np.asarray(texts.indices), []
        for at, text in enumerate(texts.dictionary.to_pylist()):
            code = UNNAMED
            if text.strip():
                try:
                    code = currency_code(text)
                except BadRate as error:
                    bad = refused.setdefault(self.column, {})
                    bad |= dict.fromkeys(np.flatnonzero(places == at).tolist(), BadCell(shown(text), str(error)))
            if code not in codes:
                codes.append(code)
            found.append(codes.index(code))
        said: Array = np.array([*found, 0], dtype=np.int64)[places]
        return said

    def _refuse(
        self, refused: dict[str, Bad], row: int, why: str, cells: Mapping[str, pa.Array], named: Mapping[str, int]
    ) -> None:
        """Blame the column that names the currency, else an amount that does."""
        blamed = self.column or next((name for name, which in named.items() if which > 0), self.amounts[0])
        refused.setdefault(blamed, {}).setdefault(row, BadCell(shown(cells[blamed][row].as_py() or ""), why))


def _code(text: str) -> str:
    """The code of what a row names as its currency, nothing where that is none."""
    try:
        return currency_code(text)
    except BadRate:
        return ""


# By currency the words for it that other currencies have, too.
_SEVERAL = {
    code: re.compile(
        "|".join(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])" for word in sorted(words, reverse=True)), re.IGNORECASE
    )
    for code in {code for codes in AMBIGUOUS.values() for code in codes}
    if (words := [word for word, codes in AMBIGUOUS.items() if code in codes])
}


def _named(text: str, code: str) -> str:
    """A text with a code in place of such words."""
    return _SEVERAL[code].sub(code, text) if code in _SEVERAL else text


def currency_column(names: Iterable[str]) -> str | None:
    """The column that names the currencies of rows."""
    return next((name for name in names if fold(name) == CURRENCY), None)


def _indices(some: Array, codes: list[str]) -> Array:
    """Where the currency of each cell stands among `codes`, which get those that are new."""
    distinct, places = np.unique(some, return_inverse=True)
    for code in distinct.tolist():
        if code and code not in codes:
            codes.append(code)
    found: Array = np.array([codes.index(code) if code else 0 for code in distinct.tolist()], dtype=np.int64)[places]
    return found


def _year(dates: FactColumn) -> Array:
    days = np.where(dates.known, dates.values, 0).astype("datetime64[D]")
    years: Array = np.where(dates.known, days.astype("datetime64[Y]").astype(np.int64) + 1970, 0)
    return years


def _times(column: FactColumn, factors: Array) -> FactColumn:
    """Amounts in dollars; where the factor is 1 they stay."""
    same = factors == 1.0
    if same.all():
        return column
    high = column.high
    if high is not None:  # a range without a bound has none in dollars either
        high = np.where(same | (high >= MOST), high, round_amounts(high * factors))
    return replace(column, values=np.where(same, column.values, round_amounts(column.values * factors)), high=high)


def _in_currency_of_row(
    column: FactColumn, dollars: FactColumn, which: Array | int, own: Array, factors: Array
) -> FactColumn:
    """The amounts as they stood where they are in the row's currency; others converted to that, to twelve digits."""
    other = (which != 0) & (which != own) & column.known
    if not np.any(other):
        return column
    ends = []
    for stood, there in zip(column.ends, dollars.ends):
        changed = stood.copy()
        for row in np.flatnonzero(other).tolist():
            changed[row] = float(f"{there[row] / factors[row]:.12g}")
        ends.append(changed)
    return replace(column, values=ends[0], high=None if column.high is None else ends[1])
