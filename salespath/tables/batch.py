"""Columns of cells → the rows that can be assessed, and the problems of those that cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import repeat
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactColumn, FactTable
from salespath.facts import Case, ColumnRead, LeftOut, Reject, Vocabulary
from salespath.facts.cases import left_unknown
from salespath.facts.money import USD
from salespath.facts.rates import CURRENCY, UNSAID, Currencies
from salespath.facts.reader import ALONE, Context
from salespath.facts.values import HOW
from salespath.facts.vocabulary import fold
from salespath.files.problems import NOTE, Problem, refusal, shown, suggestion
from salespath.tables.columns import REJECT, STOP, UNKNOWN
from salespath.tables.currencies import AmountConverter, RowMoney, currency_column
from salespath.tables.evidence import two_readings
from salespath.tables.fact_columns import Bad, BadCell, CellReader, Cells, values
from salespath.tables.header import COMPANY, Heading, annotation_column, range_column
from salespath.tables.normalise import carried, json_values, normalise, places, texts
from salespath.tables.read import stop_at_first
from salespath.tables.units import column_unit, unit_text

FIRST_DAY, LAST_DAY = ((day - date(1970, 1, 1)).days for day in (date.min, date.max))  # of those that can be written


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: the facts of the good ones, what else stands there, and what is wrong with the others.

    `given` holds the columns of the file: facts, names and what is said of facts as text (a fact may lack it), others as they came.
    `rows` are the numbers of the good rows, `rejects` the others as they stood. `whole` are the companies of the good rows, where a
    file says more of them than columns hold.
    """

    path: str
    table: FactTable
    given: Mapping[str, pa.Array]
    rows: Array
    problems: tuple[Problem, ...]
    part: float | None = None  # how much of the file is read with this batch, 0 to 1
    rejects: tuple[Reject, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    count: int = 0  # of the rows that hold something
    money: RowMoney | None = None  # None: all of it is in dollars
    whole: Sequence[Case] | None = None

    def __getitem__(self, places: Array) -> Batch:
        """Some of the good rows, without what is said of the file."""
        columns = {name: column[places] for name, column in self.table.columns.items()}
        given = {name: text.take(pa.array(places)) for name, text in self.given.items() if text is not None}
        money = self.money and self.money[places]
        whole = self.whole and [self.whole[place] for place in places.tolist()]
        return Batch(self.path, FactTable(len(places), columns), given, self.rows[places], (), money=money, whole=whole)

    def as_stood(self, name: str) -> FactColumn | None:
        """A column of facts with amounts in the currency of each row."""
        own = self.money.own if self.money else {}
        return own.get(name) or self.table.columns.get(name)

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
        if self.whole is not None:
            yield from self.whole
            return
        facts = {name: values(vocabulary[name], cells) for name, cells in self.table.columns.items()}
        rest = {
            name: json_values(cells)
            for name, cells in self.given.items()
            if cells is not None and name not in vocabulary and not range_column(name, vocabulary)
        }
        names = rest.pop(COMPANY)
        rest.pop(currency_column(rest) or "", None)
        by_row = zip(*facts.values()) if facts else repeat(())
        for row, cells_of_row in zip(range(self.table.rows), by_row):
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
            known = {name: value for name, value in zip(facts, cells_of_row) if value is not None}
            currency, rates = self.money.of(row) if self.money else (USD, {})
            name, at = shown(names[row], 200), int(self.rows[row])
            named = name != f"row {at}"
            yield Case(name, known, how, notes, extra, self.path, row=at, named=named, currency=currency, rates=rates)


class Typist:
    """Types the columns of one file; `contexts` say what is known of some, and numbers of the `undecided` may have two readings.

    `added` are the columns that a result has beside them; `on_error` says what becomes of cells that cannot be read.
    """

    def __init__(
        self,
        path: str,
        names: Sequence[str],
        vocabulary: Vocabulary,
        contexts: Mapping[str, Context] = MappingProxyType({}),
        undecided: Collection[str] = (),
        money: Currencies = UNSAID,
        on_error: str = REJECT,
    ) -> None:
        self.path, self.names, self._undecided, self._on_error = path, tuple(names), undecided, on_error
        self._contexts, self._vocabulary = contexts, vocabulary
        self._filled, self._good, self._codes = Counter[str](), 0, dict[str, set[str]]()
        facts = {name: vocabulary[name] for name in names if name in vocabulary}
        self._amounts = AmountConverter(names, vocabulary, money)
        self.added = self._amounts.added
        reader = partial(CellReader, foreign=self._amounts.foreign)
        self._facts = {name: reader(fact, contexts.get(name, ALONE)) for name, fact in facts.items()}
        ranges = {name: fact for name in names if (fact := range_column(name, vocabulary))}
        self._ranges = {name: (fact, reader(vocabulary[fact])) for name, fact in ranges.items()}
        about = {name: annotation_column(name, vocabulary) for name in names}
        self._how = [name for name, of in about.items() if of and of[1] == "how"]
        self._as_text = {COMPANY, *(name for name, of in about.items() if of)}
        self._notes: dict[str, tuple[str, str, int]] = {}

    def columns(self, cells: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Columns of any types as `batch` takes them. Raises SalespathError (SP103) for one that cannot be read."""
        found = {}
        for name in self.names:
            column = cells[name]
            try:
                if name in self._facts:
                    found[name] = column if self._is_day(name, column) else normalise(column)
                else:
                    found[name] = texts(column) if name in self._as_text else carried(column)
            except (pa.ArrowException, ValueError, OverflowError) as error:
                what = f"the column {shown(name)} ({shown(column.type, 40)}) cannot be read: {shown(error, 120)}."
                raise refusal("SP103", what, self.path) from None
        return found

    def _is_day(self, name: str, column: pa.Array) -> bool:
        """Whether a column of dates holds days, all of them in years that have four digits."""
        if self._facts[name].fact.type != "date" or not pa.types.is_date32(column.type):
            return False
        ends = pc.min_max(column.view(pa.int32())).as_py().values()
        return all(end is None or FIRST_DAY <= end <= LAST_DAY for end in ends)

    def notes(self) -> list[Problem]:
        """How cells were understood that do not mean just what they say: a note for each column (SP116), at the end of a file."""
        found = []
        for name, (_, note, count) in self._notes.items():
            more = f", and {count - 1:,} like it" if count > 1 else ""
            found.append(Problem("SP116", f"column {name}: {note}{more}.", NOTE, file=self.path, column=name))
        return found

    def understood(self, heading: Heading) -> list[ColumnRead]:
        """How the columns of a file were read, whose heading says which they are; at its end."""
        found = []
        for name, written in zip(heading.names, heading.written):
            if name not in heading.facts:
                found += [ColumnRead(self.path, written)] if name in heading.kept and written else []
                continue
            context, filled = self._contexts.get(name, ALONE), self._filled[name]
            unit, format_, money = "", "", ""
            if name in self._vocabulary:
                fact = self._vocabulary[name]
                unit, format_ = column_unit(fact, context), _format(context)
                if fact.type == "money":
                    own = self._amounts.money.currency or USD
                    default = f"column {self._amounts.column}" if self._amounts.column else own
                    money = ", ".join(sorted(self._codes.get(name, ()))) or context.currency or default
            said = unit_text(heading.contexts.get(name, ALONE))
            plain = fold(written) == fold(name) and not said
            found.append(ColumnRead(self.path, written, name, unit, money, format_, filled, self._good, said, plain))
        return found

    def _read(
        self, cells: Mapping[str, pa.Array], exact: Mapping[str, Array]
    ) -> tuple[dict[str, Cells], dict[str, Bad]]:
        """The typed columns of the facts, and the bad cells by the column in which they stand."""
        read = {name: reader.read(cells[name], exact.get(name)) for name, reader in self._facts.items()}
        bad = {name: typed.bad for name, typed in read.items()}
        for column, (name, reader) in self._ranges.items():
            if cells[column].null_count < len(cells[column]):
                ranges = reader.read(cells[column])
                bad[column] = ranges.bad | (_twice(read[name], ranges) if name in read else {})
                read[name] = _with_ranges(read[name], ranges) if name in read else ranges
        for name, typed in read.items():
            for text, note, count in typed.notes:
                first = self._notes.get(name, (text, note, 0))
                self._notes[name] = (*first[:2], first[2] + count)
        return read, bad | {name: _not_how(cells[name]) for name in self._how}

    def _count(
        self,
        rows: Array,
        columns: Mapping[str, FactColumn],
        given: Mapping[str, pa.Array | None],
        read: Mapping[str, Cells],
    ) -> None:
        """Count what some rows hold."""
        self._good += len(rows)
        for name in self.names:
            if name in columns:
                self._filled[name] += int(columns[name].known.sum())
                codes = read[name].codes
                if codes is not None and not self._contexts.get(name, ALONE).currency:
                    self._codes.setdefault(name, set()).update(filter(None, np.unique(codes).tolist()))
            elif name not in read and (cells := given.get(name)) is not None:
                self._filled[name] += len(cells) - cells.null_count

    def batch(
        self,
        cells: Mapping[str, pa.Array],
        rows: Array,
        *,
        bad: Mapping[int, Reject] = MappingProxyType({}),
        lost: Sequence[Reject] = (),
        part: float | None = None,
        find: Callable[[Mapping[str, FactColumn]], Mapping[int, LeftOut]] = lambda _: {},
        exact: Mapping[str, Array] = MappingProxyType({}),
        failed: Mapping[str, Bad] = MappingProxyType({}),
    ) -> Batch:
        """The batch of some rows: `bad` says which of them cannot be used, `lost` of which others there are no cells, `find` tells
        of the facts in all of them which are no companies; `exact` which cells are numbers that a program wrote, by column, and
        `failed` which hold no answer because a formula has none (SP125).

        Rows without any content are left out and not counted.
        """
        stood = cells
        cells = {**cells, **{name: _emptied(cells[name], at) for name, at in failed.items()}}
        read, amiss = self._read(self._amounts.clear(cells, len(rows)), exact)
        doubtful = {name: _two_readings(_emptied(cells[name], exact.get(name, ()))) for name in self._undecided}
        if self._on_error == UNKNOWN:
            read = {
                name: _without(typed, {*amiss.get(name, ()), *doubtful.get(name, ())}) for name, typed in read.items()
            }
            for name, (fact, _) in self._ranges.items():
                read = {**read, fact: _without(read[fact], amiss.get(name, ()))} if fact in read else read
        converted = self._amounts.convert(read, cells, len(rows))
        read, money = dict(converted.columns), converted.money
        amiss |= {
            name: {place: cell for place, cell in amiss[name].items() if place not in doubtful[name]}
            for name in doubtful
        }
        left_out = find({name: typed.column for name, typed in read.items()})
        bad = {place: reject for place, reject in bad.items() if place not in left_out}
        wrong: dict[int, list[Problem]] = {}
        kinds = (("SP112", amiss), ("SP124", doubtful), ("SP115", converted.refused), ("SP125", failed))
        for code, columns_amiss in kinds:
            for name, cells_amiss in columns_amiss.items():
                for place, (text, why) in cells_amiss.items():
                    if (
                        place not in bad and place not in left_out
                    ):  # where quotes are amiss, all cells after them would be blamed
                        at = Problem(code, why, file=self.path, row=int(rows[place]), column=name, value=text)
                        wrong.setdefault(place, []).append(at)
        if self._on_error == UNKNOWN:
            unsure = {row for cells_amiss in converted.refused.values() for row in cells_amiss}
            if unsure:  # of these rows no amount is known
                read |= {name: _without(read[name], unsure) for name in self._amounts.amounts}
                money = money and replace(money, own={n: _unknown(column, unsure) for n, column in money.own.items()})
            cells = {**cells, **{name: _emptied(cells[name], amiss[name]) for name in self._how if amiss.get(name)}}
            doubts = [left_unknown(problem) for problems in wrong.values() for problem in problems]
            wrong = {}
        else:
            doubts = []
        rejects = [*lost, *bad.values()]
        written = zip(
            *(texts(stood[name].take(pa.array([*wrong], pa.int64()))).to_pylist() for name in self.names if wrong)
        )
        for (place, problems), row in zip(wrong.items(), written):
            rejects.append(Reject(self.path, int(rows[place]), dict(zip(self.names, row)), None, problems))
        rejects.sort(key=lambda reject: reject.row)
        if self._on_error == STOP:
            stop_at_first(rejects)
        order = {name: place for place, name in enumerate(self.names)}
        found = [*doubts, *(problem for reject in rejects for problem in reject.problems)]
        found.sort(key=lambda problem: (problem.row or 0, order.get(str(problem.column), -1)))
        keep = ~_blank(stood, len(rows))
        count = int(keep.sum()) + len(lost)
        keep[[*bad, *wrong, *left_out]] = False
        given = {name: read[name].text if name in read else cells[name] for name in self.names}
        given[COMPANY] = _company(cells.get(COMPANY), rows)
        given |= dict(_said_how(read, given))
        if (named := self._amounts.named(cells, len(rows))) is not None:
            given[self._amounts.column or CURRENCY] = named
        columns = {name: typed.column for name, typed in read.items() if typed.column.known.any()}
        if not keep.all():
            mask = pa.array(keep)
            given = {name: None if text is None else text.filter(mask) for name, text in given.items()}
            columns = {name: column[keep] for name, column in columns.items()}
            money = money and money[keep]
        rows = rows[keep]
        self._count(rows, columns, given, read)
        table = FactTable(len(rows), columns)
        return Batch(
            self.path, table, given, rows, tuple(found), part, tuple(rejects), tuple(left_out.values()), count, money
        )


def _without(typed: Cells, places: Collection[int]) -> Cells:
    """A column in which some cells are unknown."""
    if not places:
        return typed
    column = _unknown(typed.column, places)
    codes = None if typed.codes is None else np.where(column.known, typed.codes, "")
    text, how = (None if cells is None else _emptied(cells, places) for cells in (typed.text, typed.how))
    return replace(typed, column=column, text=text, codes=codes, how=how)


def _unknown(column: FactColumn, places: Collection[int]) -> FactColumn:
    known = column.known.copy()
    known[[*places]] = False
    return replace(column, known=known)


def _emptied(cells: pa.Array, places: Array | Collection[int]) -> pa.Array:
    """Cells of which some are empty: those of a mask, or at some places."""
    kept = np.ones(len(cells), dtype=bool)
    kept[places if isinstance(places, np.ndarray) else [*places]] = False
    return pc.if_else(pa.array(kept), cells, pa.scalar(None, cells.type))


def _format(context: Context) -> str:
    """How the cells of a column are written, in words, where that is known."""
    words = {".": "decimal point", ",": "decimal comma"}.get(context.decimal, "")
    return ", ".join(filter(None, (words, "in percents" if context.percent else "", "1 and 0" if context.ones else "")))


def _two_readings(cells: pa.Array) -> Bad:
    """The cells with numbers that can be read in two ways."""
    found: Bad = {}
    for place in np.flatnonzero(np.asarray(pc.match_substring_regex(cells, "[.,][0-9]{3}").fill_null(False))).tolist():
        text = str(cells[place])
        if ways := two_readings(text):
            found[place] = BadCell(
                shown(text), f"{ways}, and the other cells of the column do not decide; write one of these."
            )
    return found


def _said_how(read: Mapping[str, Cells], given: Mapping[str, pa.Array | None]) -> Iterator[tuple[str, pa.Array]]:
    """How values are known where their cells say it ("about 5k") and no other column does."""
    for name, typed in read.items():
        if typed.how is not None:
            said = given.get(f"{name}__how")
            yield f"{name}__how", typed.how if said is None else pc.coalesce(said.cast(pa.string()), typed.how)


def _with_ranges(typed: Cells, ranges: Cells) -> Cells:
    """A column and the column of ranges beside it, as a Parquet file has them."""
    plain = typed.column.known
    low = np.where(plain, typed.column.values, ranges.column.values)
    ends = [column.values if column.high is None else column.high for column in (typed.column, ranges.column)]
    column = FactColumn(low, plain | ranges.column.known, np.where(plain, *ends))
    codes = None
    if typed.codes is not None or ranges.codes is not None:
        codes = np.where(plain, *("" if some.codes is None else some.codes for some in (typed, ranges)))
    return replace(typed, column=column, text=None, codes=codes)


def _twice(typed: Cells, ranges: Cells) -> Bad:
    """The ranges that stand beside a number."""
    both = np.flatnonzero(ranges.column.known & typed.column.known).tolist()
    return dict.fromkeys(both, BadCell("", "the column without __range holds a number; leave one of the two empty."))


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
    encoded = pc.utf8_trim_whitespace(cells.cast(pa.string())).dictionary_encode()
    words = encoded.dictionary.to_pylist()
    expected = f"is not one of {', '.join(HOW)}."
    wrong = {
        code: BadCell(shown(word), f"{shown(word)} {expected}{suggestion(word, HOW)}")
        for code, word in enumerate(words)
        if word not in ("", *HOW)
    }
    which = places(encoded)
    return {row: wrong[int(which[row])] for row in np.flatnonzero(np.isin(which, [*wrong])).tolist()}


def _company(names: pa.Array | None, rows: Array) -> pa.Array:
    """The names of the companies; one without a name goes by its row."""
    if names is None:
        names = pa.nulls(len(rows), pa.string())
    names = names.cast(pa.string())
    missing = pc.or_kleene(names.is_null(), pc.equal(pc.utf8_trim_whitespace(names), ""))
    if not pc.any(missing).as_py():
        return names
    return pc.if_else(missing, pc.binary_join_element_wise("row", pa.array(rows).cast(pa.string()), " "), names)
